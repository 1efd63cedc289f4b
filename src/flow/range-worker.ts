/** What every thread of `threads.ts` does: takes one range of accounts after the other until none is left. */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { close, connect, type Database } from '../store/database.ts';
import type { AccountRange } from '../store/timeline-part.ts';
import type { Task } from './threads.ts';

/** Works off the ranges of the task this thread was started with. `tell` posts a message, and says whether to go on. */
export async function takeRanges<More extends object>(
  each: (
    db: Database,
    range: AccountRange,
    task: Task & More,
    tell: (message: unknown) => Promise<boolean>,
  ) => Promise<boolean>,
): Promise<void> {
  const task = workerData as Task & More;
  const tell = async (message: unknown): Promise<boolean> => {
    parentPort!.postMessage(message);
    const [goOn] = await once(parentPort!, 'message');
    return goOn;
  };
  const db = await connect(task.url, { max: 1 });
  try {
    for (;;) {
      const range = task.ranges[Atomics.add(task.next, 0, 1)];
      if (!range || !(await each(db, range, task, tell))) break;
    }
  } finally {
    await close(db);
    parentPort!.close();
  }
}
