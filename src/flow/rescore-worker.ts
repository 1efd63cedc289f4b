/** A thread of `rescore-all`. */
import { type Database, inWorkspace } from '../store/database.ts';
import * as requests from '../store/rescore-requests.ts';
import * as timelineCopy from '../store/timeline-copy.ts';
import type { AccountRange } from '../store/timeline-part.ts';
import { takeRanges } from './range-worker.ts';
import { scoreAccounts } from './rescore.ts';
import type { Task } from './threads.ts';

/** Accounts scored in one transaction. */
const CHUNK = 500;

await takeRanges(scoreRange);

async function scoreRange(
  db: Database,
  range: AccountRange,
  { workspaceId, asOf, copies }: Task,
  tell: (scored: number) => Promise<boolean>,
): Promise<boolean> {
  // One snapshot: every signal that a request tells of is there.
  const { asked, timeline } = await inWorkspace(
    db,
    workspaceId,
    async (tx) => {
      const asked = await requests.ofRange(tx, range);
      return { asked, timeline: asked.size > 0 ? await timelineCopy.read(tx, copies, range) : null };
    },
    { readOnly: true },
  );
  const accountIds = [...asked.keys()];
  for (let at = 0; at < accountIds.length; at += CHUNK) {
    const chunk = new Map(accountIds.slice(at, at + CHUNK).map((id) => [id, asked.get(id)!]));
    const scored = await inWorkspace(db, workspaceId, async (tx) => {
      const ids = await requests.take(tx, chunk);
      await scoreAccounts(tx, ids, asOf, timeline!.evidence);
      return ids.length;
    });
    if (!(await tell(scored))) return false;
  }
  return true;
}
