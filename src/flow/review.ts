/** Answers whether a clue means an account, and what follows: the signals that carry it are placed again at once. */
import { NotFound } from '../core/errors.ts';
import * as book from '../store/book.ts';
import * as claims from '../store/claims.ts';
import type { Tx } from '../store/database.ts';
import * as people from '../store/people.ts';
import * as reviews from '../store/reviews.ts';
import * as timeline from '../store/timeline.ts';
import type { Workspace } from '../store/workspaces.ts';
import { placeAgain } from './place.ts';
import { say, settleAccounts } from './settle.ts';
import { placePeopleAgain } from './upsert.ts';

/** Signals placed again at a time. */
const CHUNK = 5_000;

/**
 * Keeps the answer, which goes for all later signals too. Answering the other way takes it back. Throws `NotFound` for
 * an unknown id. `by`: through what it was answered.
 */
export async function decideMatch(
  tx: Tx,
  workspace: Workspace,
  id: string,
  accept: boolean,
  by: 'API' | 'CLI',
  now: Date,
): Promise<reviews.Review> {
  await book.own(tx);
  const review = await reviews.byId(tx, id);
  if (!review)
    throw new NotFound('There is no such question.', 'See `undercurrent review` or `reviewQueue`.');
  const concerned = new Set(await reviews.concerned(tx, review));
  await reviews.decide(tx, id, { status: accept ? 'ACCEPTED' : 'REJECTED', by }, now);
  if (review.clue.kind === 'DOMAIN') await settleDomain(tx, workspace, review, accept, now);
  const ids = [...concerned];
  for (let at = 0; at < ids.length; at += CHUNK) {
    await placeAgain(tx, workspace, await timeline.ofIds(tx, ids.slice(at, at + CHUNK)), now);
  }
  return (await reviews.byId(tx, id))!;
}

/** The domain is the account's by the word of the review, which is a claim of its own so that it can be taken back. */
async function settleDomain(
  tx: Tx,
  workspace: Workspace,
  { id, clue, accountId }: reviews.Review,
  accept: boolean,
  now: Date,
): Promise<void> {
  await claims.removeBatch(tx, id);
  if (accept) {
    const news = { id: accountId, imported: false, facts: {}, keys: [], domains: [clue.value] };
    await say(tx, 'ACCOUNT', [news], id);
  }
  await settleAccounts(tx, [accountId], now);
  const waiting = await claims.peopleWaitingFor(tx, [clue.value]);
  const there = accept ? [] : await people.idsAt(tx, [accountId]);
  await placePeopleAgain(tx, workspace, [...new Set([...waiting, ...there])], now);
}
