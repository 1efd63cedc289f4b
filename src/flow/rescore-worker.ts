/** A thread of `rescore-all`: takes one range of accounts after the other until none is left. */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import type { AccountRange } from '../store/columns.ts';
import * as columns from '../store/columns.ts';
import { close, connect, type Database, inWorkspace } from '../store/database.ts';
import * as requests from '../store/rescore-requests.ts';
import { scoreAccounts } from './rescore.ts';
import type { Task } from './rescore-all.ts';

/** Accounts scored in one transaction. */
const CHUNK = 200;

const task = workerData as Task;
let stopped = false;

const db = await connect(task.url, { max: 1 });
try {
  while (!stopped) {
    const range = task.ranges[Atomics.add(task.next, 0, 1)];
    if (!range) break;
    await scoreRange(db, range);
  }
} finally {
  await close(db);
  parentPort!.close();
}

async function scoreRange(db: Database, range: AccountRange): Promise<void> {
  const { workspaceId, asOf } = task;
  // One snapshot: every signal that a request tells of is there.
  const { asked, timeline } = await inWorkspace(
    db,
    workspaceId,
    async (tx) => {
      const asked = await requests.ofRange(tx, range);
      return { asked, timeline: await columns.read(tx, range, [...asked.keys()], asOf) };
    },
    { readOnly: true },
  );
  const accountIds = [...asked.keys()];
  for (let at = 0; at < accountIds.length && !stopped; at += CHUNK) {
    const chunk = new Map(accountIds.slice(at, at + CHUNK).map((id) => [id, asked.get(id)!]));
    const scored = await inWorkspace(db, workspaceId, async (tx) => {
      const ids = await requests.take(tx, chunk);
      await scoreAccounts(tx, ids, asOf, timeline.evidence);
      return ids.length;
    });
    parentPort!.postMessage(scored);
    const [goOn] = await once(parentPort!, 'message');
    stopped = !goOn;
  }
}
