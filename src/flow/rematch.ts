/**
 * Another scoring model may match otherwise: what had clues but was not sure enough is placed again, some signals at a
 * time. What belongs to an account stays there, and what nothing spoke for has nothing to be weighed anew.
 */
import { DOUBTS } from '../core/identity/match.ts';
import { defaultMatchRules } from '../core/identity/match-rules.ts';
import * as book from '../store/book.ts';
import { type Database, inWorkspace, type Tx } from '../store/database.ts';
import * as timeline from '../store/timeline.ts';
import * as waiting from '../store/waiting.ts';
import type { Workspace } from '../store/workspaces.ts';
import { placeAgain } from './place.ts';

/** Signals placed again in one transaction. */
const CHUNK = 5_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
const USUAL = JSON.stringify(defaultMatchRules);

/**
 * Places again what waits if the active model's match rules are not those it was placed by. Whoever is interrupted
 * goes on where they were. Returns how many signals moved.
 */
export async function placeDoubtfulAgain(db: Database, workspace: Workspace, now: Date): Promise<number> {
  let total = 0;
  for (;;) {
    const moved = await inWorkspace(db, workspace.id, (tx) => placeSome(tx, workspace, now));
    if (moved === null) return total;
    total += moved;
  }
}

/** The next of them; null: there are none left. */
async function placeSome(tx: Tx, workspace: Workspace, now: Date): Promise<number | null> {
  const rules = JSON.stringify((await book.lookUp(tx, book.noKeys())).rules);
  const isDone = ({ by, after }: waiting.Progress) => (by ?? USUAL) === rules && after === null;
  if (isDone(await waiting.progress(tx))) return null;
  await book.own(tx);
  const progress = await waiting.progress(tx);
  if (isDone(progress)) return null;
  const after = (progress.by === rules && progress.after) || BEFORE_ALL;
  const ids = await waiting.doubtful(tx, DOUBTS, after, CHUNK);
  const moved = await placeAgain(tx, workspace, await timeline.ofIds(tx, ids), now);
  await waiting.saveProgress(tx, { by: rules, after: ids.length < CHUNK ? null : ids.at(-1)! });
  return moved;
}
