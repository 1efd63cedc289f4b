/** A thread of `preview`. */
import { inWorkspace } from '../store/database.ts';
import { type Models, scoreBoth } from './preview.ts';
import { takeRanges } from './range-worker.ts';

await takeRanges<Models>(async (db, range, task, tell) => {
  const { workspaceId, asOf, copies } = task;
  const scored = await inWorkspace(db, workspaceId, (tx) => scoreBoth(tx, copies, range, task, asOf), {
    readOnly: true,
  });
  return tell(scored);
});
