/** Work on all accounts of a large workspace, in threads that each take one range of accounts after the other. */
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Database, inWorkspace } from '../store/database.ts';
import * as timelineCopy from '../store/timeline-copy.ts';
import type { AccountRange } from '../store/timeline-part.ts';

/** Accounts from which threads are worth their start. */
export const MANY = 5_000;
/** Signals that a thread holds at once, about 150 bytes each while they are read from the database. */
const SIGNALS = 1_500_000;
/** Ranges for each thread at least, so that all end at about the same time. */
const SHARES = 3;

/** What a few accounts make has gone before it is full, so that collecting garbage finds little to keep. In MB. */
const YOUNG = 96;

/** What a thread is told. */
export interface Task {
  url: string;
  workspaceId: string;
  asOf: Date;
  /** Folder of the copies of timelines; null: there are none. */
  copies: string | null;
  ranges: readonly AccountRange[];
  /** Shared by the threads: the next range that none has taken. */
  next: Int32Array;
}

export interface Size {
  threads?: number;
  /** Most signals in a range. */
  signals?: number;
}

/**
 * Runs the script `<name>-worker` beside this file in several threads until every range is worked off. `onMessage` is
 * told what they post; `false` ends the work, for every thread when it next asks.
 */
export async function work<Message>(
  db: Database,
  workspaceId: string,
  asOf: Date,
  name: string,
  more: object,
  onMessage: (message: Message) => unknown,
  size: Size = {},
): Promise<void> {
  const threads = size.threads ?? Math.max(2, Math.min(os.availableParallelism(), 4));
  const ranges = await inWorkspace(db, workspaceId, (tx) =>
    timelineCopy.ranges(tx, db.copies, size.signals ?? SIGNALS, SHARES * threads),
  );
  const next = new Int32Array(new SharedArrayBuffer(4));
  const url = db.pool.options.connectionString!;
  const task: Task = { url, workspaceId, asOf, copies: db.copies, ranges, next, ...more };
  let stopped = false;
  const script = new URL(`${name}-worker${path.extname(import.meta.url)}`, import.meta.url);
  const workers = Array.from({ length: Math.min(threads, ranges.length) }, () => {
    const worker = new Worker(script, {
      workerData: task,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG },
    });
    worker.on('message', (message: Message) => {
      if (onMessage(message) === false) stopped = true;
      worker.postMessage(!stopped);
    });
    return worker;
  });
  try {
    await Promise.all(workers.map((worker) => once(worker, 'exit')));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
