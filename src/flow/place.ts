/** Clues → accounts and people, for a whole batch at a time: one look-up, one pure decision per signal. */
import { type Clues, nameKeyOf } from '../core/identity/clues.ts';
import { type Book, type Placement, place } from '../core/identity/match.ts';
import { clueKey, isAskable, siblingOf } from '../core/identity/votes.ts';
import { accountIdOf, discover, entries } from '../store/accounts.ts';
import * as book from '../store/book.ts';
import * as claims from '../store/claims.ts';
import type { Tx } from '../store/database.ts';
import * as homes from '../store/homes.ts';
import * as reviews from '../store/reviews.ts';
import * as timeline from '../store/timeline.ts';
import type { Workspace } from '../store/workspaces.ts';
import { lookUpNames } from './name-book.ts';
import { settlePeople } from './settle.ts';

/** Everything these clues may refer to. */
export async function openBook(
  tx: Tx,
  clues: Iterable<Clues>,
  batchId: string | null = null,
): Promise<book.OpenBook> {
  const keys = book.noKeys();
  for (const clue of clues) {
    if (clue.domain) keys.domains.add(clue.domain);
    if (clue.emailDomain) keys.domains.add(clue.emailDomain);
    if (clue.network?.domain) keys.domains.add(clue.network.domain);
    if (clue.nameKey) keys.nameKeys.add(clue.nameKey);
    if (clue.networkKey) keys.nameKeys.add(clue.networkKey);
    if (clue.linkedin) keys.linkedins.add(clue.linkedin);
    if (clue.crmId) keys.crmIds.add(clue.crmId);
    for (const key of clue.personKeys) keys.personKeys.add(key);
    if (clue.anonymousId) keys.anonymousIds.add(clue.anonymousId);
  }
  return book.lookUp(tx, keys, batchId);
}

/** Where a signal belongs, and where it would without any merge; null: there too. */
export interface Placing extends Placement {
  home: homes.Home | null;
}

/** A signal as far as its place is concerned. */
export interface Item {
  clues: Clues;
  occurredAt: Date;
}

/**
 * Places each of `items` by the book; clear domains that belong to nobody become discovered accounts, which are
 * entered in the book as they are made. What only a person can tell is put to the review.
 */
export async function placeAll(
  tx: Tx,
  workspace: Workspace,
  open: book.OpenBook,
  items: readonly (Item & { batchId: string })[],
  now: Date,
): Promise<Placing[]> {
  let placements = await decide(tx, workspace, open, items);
  const found = placements.flatMap(({ discover: one }, at) =>
    one ? { ...one, batchId: items[at]!.batchId } : [],
  );
  if (found.length > 0) {
    await enterDiscovered(tx, workspace, open, found, now);
    placements = await decide(tx, workspace, open, items);
  }
  const questions = new Map(
    placements
      .flatMap((one) => one.review)
      .map((one) => [`${clueKey(one.clue)} ${one.accountId}`, one] as const)
      .filter(([key]) => !open.asked.has(key)),
  );
  for (const key of questions.keys()) open.asked.add(key);
  await reviews.ask(tx, [...questions.values()], now);
  return placements;
}

/** Where each of `items` belongs by the book and, of what it does not place, by names that are like theirs. Stores nothing. */
export async function decide(
  tx: Tx,
  workspace: Workspace,
  open: book.OpenBook,
  items: readonly Item[],
): Promise<Placing[]> {
  const options = { discover: workspace.profile.discoverAccounts, rules: open.rules };
  const placeEach = (): Placing[] => {
    const unmerged = open.merging ? book.unmerged(open) : null;
    return items.map(({ clues, occurredAt }) => placeOne(clues, occurredAt, open, unmerged, options));
  };
  const placements = placeEach();
  const names = new Set(
    placements.flatMap(({ unplaced, home }, at) =>
      unplaced !== null || (home !== null && home.unplaced !== null)
        ? namesOf(items[at]!.clues, open).filter((name) => !open.near.has(name))
        : [],
    ),
  );
  if (names.size === 0) return placements;
  await lookUpNames(tx, open, names);
  return [...names].some((name) => open.near.get(name)!.length > 0) ? placeEach() : placements;
}

/** Names of the signal's that nobody bears. */
function namesOf({ companyName, nameKey, network, networkKey }: Clues, open: book.OpenBook): string[] {
  const names: string[] = [];
  if (companyName !== null && nameKey !== null && !open.names.has(nameKey)) names.push(companyName);
  if (network?.class === 'business' && network.organisation !== null && networkKey !== null) {
    if (!open.names.has(networkKey)) names.push(network.organisation);
  }
  return names.filter(isAskable);
}

type Options = Parameters<typeof place>[3];

function placeOne(
  clues: Clues,
  occurredAt: Date,
  open: book.OpenBook,
  unmerged: Book | null,
  options: Options,
): Placing {
  if (!unmerged) return { ...place(clues, occurredAt, open, options), home: null };
  const alone = place(clues, occurredAt, unmerged, options);
  const home = homeOf(alone);
  let placement = place(clues, occurredAt, open, options);
  if (placement.unplaced !== null) {
    placement = placeBySharedName(clues, occurredAt, open, options) ?? placement;
  }
  // Once the merge is taken back, what is asked without it is to be asked.
  const review = alone.review.length > 0 ? alone.review : placement.review;
  return { ...placement, review, home: isSame(home, homeOf(placement)) ? null : home };
}

/**
 * A name that only merged accounts share names their survivor, but it is asked after only where nothing else places
 * the signal: otherwise a merge would change signals of accounts that have nothing to do with it.
 */
function placeBySharedName(
  clues: Clues,
  occurredAt: Date,
  open: book.OpenBook,
  options: Options,
): Placement | null {
  const names = new Map<string, book.Entry[]>();
  for (const key of [clues.nameKey, clues.networkKey]) {
    const one = key === null ? null : book.sharedName(open, key);
    if (one && key !== null) names.set(key, [one]);
  }
  return names.size === 0 ? null : place(clues, occurredAt, { ...open, names }, options);
}

const homeOf = ({ accountId, match, unplaced }: Placement): homes.Home => ({
  accountId,
  method: match?.method ?? null,
  confidence: match?.confidence ?? 0,
  evidence: match?.evidence ?? [],
  unplaced,
});

/** Whether a signal need not move from the one to the other. */
const isAt = (one: homes.Home, other: homes.Home): boolean =>
  one.accountId === other.accountId &&
  one.method === other.method &&
  one.confidence === other.confidence &&
  one.unplaced === other.unplaced;

const isSame = (one: homes.Home, other: homes.Home): boolean =>
  isAt(one, other) && one.evidence.join('\n') === other.evidence.join('\n');

/** Signals placed again in one go when an account is discovered. */
const WAITING = 10_000;

/** Makes accounts of domains nobody has, writes them into the book, and places what waited for their names. */
export async function enterDiscovered(
  tx: Tx,
  workspace: Workspace,
  open: book.OpenBook,
  found: readonly { domain: string; name: string | null; batchId: string }[],
  now: Date,
): Promise<void> {
  const fresh = new Map<string, { id: string; domain: string; said: string | null; batchId: string }>();
  for (const { domain, name, batchId } of found) {
    const known = fresh.get(domain);
    if (open.domains.has(domain) || known?.said) continue;
    // Whether it is another country's domain of an account is for a person to say.
    if (siblingOf(domain, open)) continue;
    fresh.set(domain, { id: accountIdOf(tx.workspaceId, domain), domain, said: name, batchId });
  }
  if (fresh.size === 0) return;
  book.demandOwned(tx);
  const rows = [...fresh.values()].map((one) => {
    const name = one.said ?? one.domain;
    return { ...one, name, nameKey: nameKeyOf(name) };
  });
  await claims.put(
    tx,
    rows.map(({ id, domain, said, batchId }) => ({
      about: 'ACCOUNT',
      subjectId: id,
      batchId,
      imported: false,
      // A name in passing gives way to any that is said in earnest.
      facts: { domain: [domain, now.getTime()], ...(said ? { name: [said, 0] } : {}) },
      keys: [],
      domains: [domain],
    })),
    { keep: true },
  );
  await discover(tx, rows, now);
  for (const { id, domain, name } of rows)
    open.domains.set(domain, { id, homeId: id, survivorId: id, domain, name });
  await enterNames(
    tx,
    workspace,
    open,
    rows.map((row) => row.id),
    now,
  );
  await bringPeople(
    tx,
    workspace,
    open,
    rows.map((row) => row.domain),
    now,
  );
}

/** People who were said to be at one of these domains before it was an account's, and their signals and visitors'. */
async function bringPeople(
  tx: Tx,
  workspace: Workspace,
  open: book.OpenBook,
  domains: readonly string[],
  now: Date,
): Promise<void> {
  const { moved, placeOf } = await settlePeople(tx, await claims.peopleWaitingFor(tx, domains), now);
  if (moved.length === 0) return;
  for (const [key, person] of open.people) {
    const place = placeOf.get(person.id);
    if (place) open.people.set(key, { id: person.id, ...place });
  }
  for (const link of [...open.links.values()].flat()) {
    Object.assign(link, placeOf.get(link.personId ?? ''));
  }
  const signals = await timeline.ofPeople(tx, moved);
  const visitors = new Set(signals.flatMap((signal) => fromKept(signal.clues).anonymousId ?? []));
  await placeAgain(tx, workspace, signals, now);
  await placeAgain(tx, workspace, await timeline.ofVisitors(tx, [...visitors]), now);
}

/** Writes the names of these accounts into the book as they are now, and places what waited for them. */
export async function enterNames(
  tx: Tx,
  workspace: Workspace,
  open: book.OpenBook,
  accountIds: readonly string[],
  now: Date,
): Promise<void> {
  if (accountIds.length === 0) return;
  const named = await entries(tx, accountIds);
  for (const { nameKey, domains, ...account } of named) {
    book.enterName(open, nameKey, account);
    // What was taken for new may be there already, and merged.
    for (const domain of domains) if (open.domains.has(domain)) open.domains.set(domain, account);
  }
  const keys = {
    domains: named.flatMap((account) => account.domains),
    nameKeys: named.map((account) => account.nameKey),
    crmIds: null,
  };
  await placeAgain(tx, workspace, await timeline.waitingFor(tx, keys, WAITING), now);
}

/** Clues as they are kept with a signal: what it may be placed by again, without the address of the e-mail. */
export function keepable(clues: Clues): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(clues)) {
    if (key === 'email' || value === null || (Array.isArray(value) && value.length === 0)) continue;
    kept[key] = value;
  }
  // What the network's owner would be called as an account: what a signal may be waiting for.
  if (clues.network?.organisation) kept.networkKey = nameKeyOf(clues.network.organisation);
  return kept;
}

/** The reverse of `keepable`. */
export function fromKept(kept: unknown): Clues {
  return {
    domain: null,
    email: null,
    emailClass: null,
    emailDomain: null,
    personKeys: [],
    anonymousId: null,
    companyName: null,
    nameKey: null,
    crmId: null,
    linkedin: null,
    country: null,
    city: null,
    networkKey: null,
    network: null,
    ...(kept as Partial<Clues>),
  };
}

/** Places stored signals again and moves those whose place changed. Returns how many moved. */
export async function placeAgain(
  tx: Tx,
  workspace: Workspace,
  signals: readonly timeline.Placed[],
  now: Date,
): Promise<number> {
  if (signals.length === 0) return 0;
  const items = signals.map(({ clues, occurredAt, batchId }) => ({
    clues: fromKept(clues),
    occurredAt,
    batchId,
  }));
  const open = await openBook(
    tx,
    items.map((item) => item.clues),
  );
  const placements = await placeAll(tx, workspace, open, items, now);
  const ids = signals.map((signal) => signal.id);
  const known = await homes.of(tx, ids);
  const moves: timeline.Move[] = [];
  const kept = new Map<string, homes.Home | null>();
  for (const [at, signal] of signals.entries()) {
    const to = placements[at]!;
    const there = homeOf(to);
    const samePerson = to.personId === signal.personId;
    const stays = samePerson && isAt(there, signal);
    if (open.merging || known.has(signal.id)) {
      // What would not move without the merge stays as it is, to the last word of its evidence.
      const was = known.get(signal.id) ?? signal;
      const home = samePerson && isAt(to.home ?? there, was) ? was : (to.home ?? there);
      kept.set(signal.id, isSame(home, stays ? signal : there) ? null : home);
    }
    if (!stays) {
      moves.push({
        id: signal.id,
        accountId: to.accountId,
        personId: to.personId,
        match: to.match,
        unplaced: to.unplaced,
      });
    }
  }
  await timeline.move(tx, moves, now);
  await homes.keep(tx, kept);
  return moves.length;
}

/**
 * Looks again at signals that had no account but for a merge: where what is still merged does not place them, they
 * stand without an account again.
 */
export async function placeWithoutMerge(
  tx: Tx,
  workspace: Workspace,
  signals: readonly timeline.Placed[],
  now: Date,
): Promise<void> {
  if (signals.length === 0) return;
  const items = signals.map(({ clues, occurredAt }) => ({ clues: fromKept(clues), occurredAt }));
  const open = await openBook(
    tx,
    items.map((item) => item.clues),
  );
  const known = await homes.of(
    tx,
    signals.map((signal) => signal.id),
  );
  const options = { discover: workspace.profile.discoverAccounts, rules: open.rules };
  const moves: timeline.Move[] = [];
  const kept = new Map<string, homes.Home | null>();
  for (const [at, { id, personId }] of signals.entries()) {
    const { clues, occurredAt } = items[at]!;
    const home = known.get(id)!;
    const shared = placeBySharedName(clues, occurredAt, open, options);
    if (shared?.accountId) {
      moves.push({ id, accountId: shared.accountId, personId, match: shared.match, unplaced: null });
    } else {
      moves.push({ id, accountId: null, personId, match: null, unplaced: home.unplaced });
      kept.set(id, null);
    }
  }
  await timeline.move(tx, moves, now);
  await homes.keep(tx, kept);
}
