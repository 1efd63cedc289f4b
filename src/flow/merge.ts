/**
 * Merges accounts and takes merges back. What is said goes on being said of the account it was said of (its claims and
 * its domains stay with it), so that letting it go again and settling leaves what would be there without the merge.
 */
import { Invalid, NotFound } from '../core/errors.ts';
import { MOST_LEVELS } from '../core/hierarchy.ts';
import * as accounts from '../store/accounts.ts';
import * as book from '../store/book.ts';
import type { Tx } from '../store/database.ts';
import * as merges from '../store/merges.ts';
import * as people from '../store/people.ts';
import * as scores from '../store/scores.ts';
import * as timeline from '../store/timeline.ts';
import type { Workspace } from '../store/workspaces.ts';
import { arrangeParents } from './parents.ts';
import { placeAgain, placeWithoutMerge } from './place.ts';
import { settleAccounts, settlePeople } from './settle.ts';

/** Signals placed again at a time. */
const CHUNK = 5_000;

/**
 * Merges accounts into another; if that one is merged itself, into its survivor, whose id is returned. Scores are
 * asked for, not yet computed. Throws `NotFound` for unknown ids and `Invalid` for what can't be merged.
 */
export async function merge(
  tx: Tx,
  workspace: Workspace,
  intoId: string,
  fromIds: readonly string[],
  now: Date,
): Promise<string> {
  await lock(tx);
  if (fromIds.length === 0)
    throw new Invalid('from: names no account', 'Name at least one.', { field: 'from' });
  const known = await merges.standings(tx, [intoId, ...fromIds]);
  const survivorId = standingOf(known, intoId).survivorId;
  const refused = new Set(
    (await arrangeParents(tx, [survivorId, ...fromIds], now)).map((one) => one.childId),
  );
  for (const fromId of new Set(fromIds)) {
    const from = standingOf(known, fromId);
    if (from.mergedInto) {
      throw new Invalid(
        `${labelOf(from)} is merged into another account already`,
        'Un-merge it first, or merge its survivor.',
        { code: 'MERGED', field: 'from' },
      );
    }
    if (fromId === survivorId) {
      throw new Invalid(`${labelOf(from)} can’t be merged into itself`, 'Name two different accounts.', {
        field: 'from',
      });
    }
    await merges.link(tx, fromId, survivorId, now);
    await merges.hand(tx, fromId, survivorId, now);
  }
  await settleAccounts(tx, [survivorId], now);
  await settlePeople(
    tx,
    await people.idsAt(tx, [...(await merges.families(tx, [survivorId])).values()].flat()),
    now,
  );
  await settleLevels(tx, survivorId, refused, now);
  await placeForSharedNames(tx, workspace, survivorId, now);
  await scores.request(tx, [survivorId], now);
  return survivorId;
}

/**
 * Takes the merge with this id, or of the account with this id, back. The account takes along what had been merged
 * into it. Returns its id. Throws `NotFound` if there is no such merge.
 */
export async function unmerge(tx: Tx, workspace: Workspace, id: string, now: Date): Promise<string> {
  await lock(tx);
  const found = await merges.find(tx, id);
  if (!found) {
    throw new NotFound(
      'There is no such merge.',
      'It may have been taken back already; see `merged` of the account.',
    );
  }
  await letGo(tx, workspace, found.accountId, now);
  return found.accountId;
}

/** Takes back every merge that touches accounts which are about to go. The caller holds the book. */
export async function separate(
  tx: Tx,
  workspace: Workspace,
  ids: readonly string[],
  now: Date,
): Promise<void> {
  if (ids.length === 0) return;
  const touching = await merges.touching(tx, ids);
  if (touching.length === 0) return;
  await scores.lockScores(tx);
  for (const { accountId } of touching) await letGo(tx, workspace, accountId, now);
}

async function letGo(tx: Tx, workspace: Workspace, accountId: string, now: Date): Promise<void> {
  const { survivorId } = standingOf(await merges.standings(tx, [accountId]), accountId);
  const part = await merges.unlink(tx, accountId, now);
  const doubtful = await merges.sortOut(tx, survivorId, part, now);
  await settleAccounts(tx, [accountId, survivorId], now);
  await settlePeople(tx, await people.idsAt(tx, part), now);
  await arrangeParents(tx, [accountId, survivorId], now);
  for (let at = 0; at < doubtful.length; at += CHUNK) {
    await placeWithoutMerge(tx, workspace, await timeline.ofIds(tx, doubtful.slice(at, at + CHUNK)), now);
  }
  await scores.request(tx, [accountId, survivorId], now);
}

/** Nobody places, imports or scores meanwhile. */
async function lock(tx: Tx): Promise<void> {
  await book.own(tx);
  await scores.lockScores(tx);
}

/** A merge must not put an account below itself: what was said of its parents would quietly no longer hold. */
async function settleLevels(
  tx: Tx,
  survivorId: string,
  before: ReadonlySet<string>,
  now: Date,
): Promise<void> {
  const wrong = (await arrangeParents(tx, [survivorId], now)).find((one) => !before.has(one.childId));
  if (!wrong) return;
  const [account] = await accounts.byIds(tx, [wrong.childId]);
  const name = account?.domain ?? account?.name ?? wrong.childId;
  throw new Invalid(
    wrong.problem === 'CIRCLE'
      ? `After this ${name} would be below itself`
      : `After this there would be more than ${MOST_LEVELS} levels of accounts around ${name}`,
    `Give ${name} another parent first, or none; or merge the other way round.`,
    { code: wrong.problem, field: 'parent' },
  );
}

/** Signals that waited because a name was borne by several accounts, which are one now. */
async function placeForSharedNames(
  tx: Tx,
  workspace: Workspace,
  survivorId: string,
  now: Date,
): Promise<void> {
  const members = (await merges.families(tx, [survivorId])).get(survivorId) ?? [];
  const names = (await accounts.entries(tx, [survivorId, ...members])).map((one) => one.nameKey);
  const shared = names.filter((name, at) => names.indexOf(name) !== at);
  if (shared.length === 0) return;
  const keys = { domains: [], nameKeys: [...new Set(shared)], crmIds: null };
  await placeAgain(tx, workspace, await timeline.waitingFor(tx, keys, 10 * CHUNK), now);
}

function standingOf(known: ReadonlyMap<string, merges.Standing>, id: string): merges.Standing {
  const standing = known.get(id);
  if (!standing) throw new NotFound('There is no such account.', 'Use the `id` that a query gave you.');
  return standing;
}

const labelOf = (standing: merges.Standing): string => standing.domain ?? standing.name;
