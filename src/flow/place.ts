/** Clues → accounts and people, for a whole batch at a time: one look-up, one pure decision per signal. */
import { normalName } from '../core/identity/company-name.ts';
import { type Clues, type Placement, place } from '../core/identity/match.ts';
import { accountIdOf, discover } from '../store/accounts.ts';
import * as book from '../store/book.ts';
import type { Tx } from '../store/database.ts';
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
  items: readonly { clues: Clues; occurredAt: Date }[],
  batchId: string | null,
  now: Date,
): Promise<Placement[]> {
  const options = { discover: workspace.profile.discoverAccounts };
  const placements = items.map((item) => place(item.clues, item.occurredAt, open, options));
  const found = placements.flatMap((placement) => placement.discover ?? []);
  if (found.length === 0) return placements;
  await enterDiscovered(tx, open, found, batchId, now);
  return placements.map((placement, at) =>
    placement.discover ? place(items[at]!.clues, items[at]!.occurredAt, open, options) : placement,
  );
}

/** Makes accounts of domains nobody has, and writes them into the book. */
export async function enterDiscovered(
  tx: Tx,
  open: book.OpenBook,
  found: readonly { domain: string; name: string | null }[],
  batchId: string | null,
  now: Date,
): Promise<void> {
  const fresh = new Map<string, { id: string; domain: string; name: string; nameKey: string }>();
  for (const { domain, name } of found) {
    if (open.domains.has(domain) || fresh.get(domain)?.name !== undefined) continue;
    const shown = name ?? domain;
    fresh.set(domain, {
      id: accountIdOf(tx.workspaceId, domain),
      domain,
      name: shown,
      nameKey: normalName(shown).normal,
    });
  }
  await discover(tx, [...fresh.values()], batchId, now);
  for (const account of fresh.values()) {
    open.domains.set(account.domain, { id: account.id, domain: account.domain, name: account.name });
  }
}

/** Clues as they are kept with a signal: what it may be placed by again, without the address of the e-mail. */
export function keepable(clues: Clues): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(clues)) {
    if (key === 'email' || value === null || (Array.isArray(value) && value.length === 0)) continue;
    kept[key] = value;
  }
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
  const items = signals.map((signal) => ({ clues: fromKept(signal.clues), occurredAt: signal.occurredAt }));
  const open = await openBook(
    tx,
    items.map((item) => item.clues),
  );
  const placements = await placeAll(tx, workspace, open, items, null, now);
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
  return moves.length;
}
