/** Parents of accounts, and scores of whole hierarchies. */
import { NotFound } from '../core/errors.ts';
import { arrange } from '../core/hierarchy.ts';
import type { ScoringModel } from '../core/model.ts';
import type { AccountScore } from '../core/scoring/score.ts';
import * as book from '../store/book.ts';
import type { Tx } from '../store/database.ts';
import * as graph from '../store/graph.ts';
import * as merges from '../store/merges.ts';
import { arrangeParents, impossibleParent } from './parents.ts';
import * as rescore from './rescore.ts';

/**
 * Says by hand what an account's parent is, or (null) that it has none; this goes before what imports say. Merged
 * accounts stand for their survivors. Returns the account's id. Throws `Invalid` where it would be below itself or too
 * deep, `NotFound` for unknown ids.
 */
export async function setParent(
  tx: Tx,
  accountId: string,
  parentId: string | null,
  now: Date,
): Promise<string> {
  await book.own(tx);
  const known = await merges.standings(tx, parentId ? [accountId, parentId] : [accountId]);
  const [account, parent] = [known.get(accountId), parentId ? known.get(parentId) : null];
  if (!account || parent === undefined) {
    throw new NotFound('There is no such account.', 'Use the `id` that a query gave you.');
  }
  const id = account.survivorId;
  if (parent?.survivorId === id) throw impossibleParent('CIRCLE');
  const before = new Set(
    (await refusedAround(tx, [id, ...(parent ? [parent.survivorId] : [])])).map((one) => one.childId),
  );
  await graph.writeByHand(tx, { childId: id, parentId: parent?.survivorId ?? null, since: now });
  const wrong = (await arrangeParents(tx, [id], now)).find((one) => !before.has(one.childId));
  if (wrong) throw impossibleParent(wrong.problem);
  return id;
}

const refusedAround = async (tx: Tx, ids: readonly string[]) =>
  arrange((await graph.around(tx, ids)).said).refused;

/**
 * Scores of these accounts with everything below them, as `rescore.compute` gives those of accounts alone. A signal
 * belongs to one account and so counts once, and of one origin reported at several only the strongest counts. A
 * replay goes by the levels of then.
 */
export async function computeRolledUp(
  tx: Tx,
  accountIds: readonly string[],
  model: ScoringModel,
  asOf: Date,
  replay: Date | null,
): Promise<{ accountId: string; score: AccountScore }[]> {
  return rescore.compute(tx, accountIds, model, asOf, replay, await graph.below(tx, accountIds, replay));
}
