/** The thread of a surge pass over a large workspace (see surge.ts). */
import { parentPort, workerData } from 'node:worker_threads';
import { close, connect } from '../store/database.ts';
import { pass, type Task } from './surge.ts';

const { url, workspaceId, now } = workerData as Task;
const db = await connect(url, { max: 1 });
try {
  const turned = await pass(db, workspaceId, now);
  parentPort!.postMessage(turned);
} finally {
  await close(db);
}
