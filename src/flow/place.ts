/** Clues → accounts and people, for a whole batch at a time: one look-up, one pure decision per signal. */
import { normalName } from '../core/identity/company-name.ts';
import { type Clues, type Placement, place } from '../core/identity/match.ts';
import { accountIdOf, discover, entries } from '../store/accounts.ts';
import * as book from '../store/book.ts';
import * as claims from '../store/claims.ts';
import type { Tx } from '../store/database.ts';
import * as merges from '../store/merges.ts';
import * as timeline from '../store/timeline.ts';
import type { Workspace } from '../store/workspaces.ts';

/** Everything these clues may refer to. */
export async function openBook(tx: Tx, clues: Iterable<Clues>): Promise<book.OpenBook> {
  const keys: book.BookKeys = {
    domains: new Set(),
    nameKeys: new Set(),
    crmIds: new Set(),
    personKeys: new Set(),
    anonymousIds: new Set(),
  };
  for (const clue of clues) {
    if (clue.domain) keys.domains.add(clue.domain);
    if (clue.emailDomain) keys.domains.add(clue.emailDomain);
    if (clue.network?.domain) keys.domains.add(clue.network.domain);
    if (clue.nameKey) keys.nameKeys.add(clue.nameKey);
    if (clue.networkKey) keys.nameKeys.add(clue.networkKey);
    if (clue.crmId) keys.crmIds.add(clue.crmId);
    for (const key of clue.personKeys) keys.personKeys.add(key);
    if (clue.anonymousId) keys.anonymousIds.add(clue.anonymousId);
  }
  return book.lookUp(tx, keys);
}

/**
 * Places each of `items` by the book; clear domains that belong to nobody become discovered accounts, which are
 * entered in the book as they are made.
 */
export async function placeAll(
  tx: Tx,
  workspace: Workspace,
  open: book.OpenBook,
  items: readonly { clues: Clues; occurredAt: Date; batchId: string }[],
  now: Date,
): Promise<Placement[]> {
  const options = { discover: workspace.profile.discoverAccounts };
  const decide = () => items.map((item) => placeOne(item.clues, item.occurredAt, open, options));
  const placements = decide();
  const found = placements.flatMap(({ discover: one }, at) =>
    one ? { ...one, batchId: items[at]!.batchId } : [],
  );
  if (found.length === 0) return placements;
  await enterDiscovered(tx, workspace, open, found, now);
  return decide();
}

/**
 * A name that only merged accounts share names their survivor, but it is asked after only where nothing else places
 * the signal: how sure the other ways are must not depend on the merge, or taking it back could not restore that.
 */
function placeOne(
  clues: Clues,
  occurredAt: Date,
  open: book.OpenBook,
  options: { discover: boolean },
): Placement {
  const strict = place(clues, occurredAt, open, options);
  if (strict.unplaced === null) return strict;
  const names = new Map<string, book.Entry[]>();
  for (const key of [clues.nameKey, clues.networkKey]) {
    const one = key === null ? null : book.sharedName(open, key);
    if (one && key !== null) names.set(key, [one]);
  }
  return names.size === 0 ? strict : place(clues, occurredAt, { ...open, names }, options);
}

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
    fresh.set(domain, { id: accountIdOf(tx.workspaceId, domain), domain, said: name, batchId });
  }
  const rows = [...fresh.values()].map((one) => {
    const name = one.said ?? one.domain;
    return { ...one, name, nameKey: normalName(name).normal };
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
  for (const { id, domain, name } of rows) open.domains.set(domain, { id, homeId: id, survivorId: id, domain, name });
  await enterNames(tx, workspace, open, rows.map((row) => row.id), now);
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
  if (clues.network?.organisation) kept.networkKey = normalName(clues.network.organisation).normal;
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
  const items = signals.map(({ clues, occurredAt, batchId }) => ({ clues: fromKept(clues), occurredAt, batchId }));
  const open = await openBook(
    tx,
    items.map((item) => item.clues),
  );
  const placements = await placeAll(tx, workspace, open, items, now);
  const moves: timeline.Move[] = [];
  for (const [at, signal] of signals.entries()) {
    const to = placements[at]!;
    const same =
      to.accountId === signal.accountId &&
      to.personId === signal.personId &&
      (to.match?.method ?? null) === signal.method &&
      (to.match?.confidence ?? 0) === signal.confidence;
    if (!same) {
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
  await merges.notePlaced(
    tx,
    signals.map((signal) => signal.id),
  );
  return moves.length;
}
