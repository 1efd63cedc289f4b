/** Scores a large part of all accounts at once: threads that each read the timeline of a range of accounts in one go. */
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AccountRange } from '../store/columns.ts';
import { type Database, inWorkspace } from '../store/database.ts';
import * as requests from '../store/rescore-requests.ts';

/** Accounts from which threads are worth their start. */
const MANY = 5_000;
/** Signals that a thread holds at once, about 100 bytes each. */
const SIGNALS = 2_500_000;

/** What a chunk of accounts makes has gone before it is full, so that collecting garbage finds little to keep. In MB. */
const YOUNG = 96;

/** What a thread is told. */
export interface Task {
  url: string;
  workspaceId: string;
  asOf: Date;
  ranges: readonly AccountRange[];
  /** Shared by the threads: the next range that none has taken. */
  next: Int32Array;
}

export const isWorthIt = (db: Database, workspaceId: string): Promise<boolean> =>
  inWorkspace(db, workspaceId, (tx) => requests.areMany(tx, MANY));

/**
 * Works off the requests there are, once; returns how many accounts were scored. May be killed at any moment: a request
 * goes only with the score it asked for, and what comes in meanwhile stays asked for.
 */
export async function run(
  db: Database,
  workspaceId: string,
  asOf: Date,
  /** Told after each transaction; `false` ends the work, for every thread with the transaction it is in. */
  onProgress: (done: number) => unknown = () => {},
  size: { threads?: number; signals?: number } = {},
): Promise<number> {
  const threads = size.threads ?? Math.max(2, Math.min(os.availableParallelism(), 4));
  const ranges = await inWorkspace(db, workspaceId, (tx) =>
    requests.ranges(tx, size.signals ?? SIGNALS, threads),
  );
  const next = new Int32Array(new SharedArrayBuffer(4));
  const task: Task = { url: db.pool.options.connectionString!, workspaceId, asOf, ranges, next };
  let done = 0;
  let stopped = false;
  const workers = Array.from({ length: Math.min(threads, ranges.length) }, () => {
    const worker = new Worker(script, {
      workerData: task,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
    });
    worker.on('message', (scored: number) => {
      done += scored;
      if (onProgress(done) === false) stopped = true;
      worker.postMessage(!stopped);
    });
    return worker;
  });
  try {
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return done;
}

/** Beside this file, whether that is a source or compiled. */
const script = new URL(`rescore-worker${path.extname(import.meta.url)}`, import.meta.url);
