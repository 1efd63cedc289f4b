/** Scores a large part of all accounts at once: threads that each read the timeline of a range of accounts in one go. */
import { type Database, inWorkspace } from '../store/database.ts';
import * as requests from '../store/rescore-requests.ts';
import * as threads from './threads.ts';

export const isWorthIt = (db: Database, workspaceId: string): Promise<boolean> =>
  inWorkspace(db, workspaceId, (tx) => requests.areMany(tx, threads.MANY));

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
  size: threads.Size = {},
): Promise<number> {
  let done = 0;
  const onScored = (scored: number) => {
    done += scored;
    return onProgress(done);
  };
  await threads.work(db, workspaceId, asOf, 'rescore', {}, onScored, size);
  return done;
}
