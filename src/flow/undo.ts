/** Takes a batch back: its signals, its word on who visitors are, and what existed only because of it. */
import { NotFound } from '../core/errors.ts';
import { emailKey } from '../core/identity/email.ts';
import type { Clue } from '../core/identity/votes.ts';
import * as accountNames from '../store/account-names.ts';
import * as accounts from '../store/accounts.ts';
import * as batches from '../store/batches.ts';
import * as book from '../store/book.ts';
import * as claims from '../store/claims.ts';
import { type Database, inWorkspace, type Tx } from '../store/database.ts';
import * as deadLetters from '../store/dead-letters.ts';
import * as groups from '../store/groups.ts';
import * as moves from '../store/moves.ts';
import * as outcomes from '../store/outcomes.ts';
import * as people from '../store/people.ts';
import * as reviews from '../store/reviews.ts';
import * as timeline from '../store/timeline.ts';
import * as topics from '../store/topics.ts';
import type { Workspace } from '../store/workspaces.ts';
import { applyIdentities, impliedIdentity } from './identify.ts';
import { separate } from './merge.ts';
import { enterDiscovered, fromKept, openBook, placeAgain } from './place.ts';
import { restatePast } from './restate.ts';
import { settleAccounts, settlePeople } from './settle.ts';

export interface Undone {
  batch: string;
  source: string;
  signals: number;
  accounts: number;
  people: number;
}

/** Undoes one batch by id, or every batch of that label (`sample`). Scores are asked for, not yet computed. */
export async function undo(
  db: Database,
  workspace: Workspace,
  idOrLabel: string,
  now: Date,
): Promise<Undone[]> {
  return inWorkspace(db, workspace.id, async (tx) => {
    const isId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(idOrLabel);
    const found = (
      await batches.list(tx, isId ? { id: idOrLabel } : { label: idOrLabel, limit: 100_000 })
    ).filter(
      (batch) =>
        isId || batch.transport === 'sample' || batch.transport === 'import' || batch.transport === 'file',
    );
    if (found.length === 0) {
      throw new NotFound(
        `No batch ${idOrLabel}.`,
        'See `undercurrent sources --batches` for those there are.',
      );
    }
    await book.own(tx);
    tx.cause = found[0]!.id; // what moves on account of it is no history
    const undone: (Undone & { said: string[] })[] = [];
    const received: number[] = [];
    // Over all batches first, so that what the last one leaves unneeded is seen as such.
    const about = { accounts: new Set<string>(), people: new Set<string>(), visitors: new Set<string>() };
    for (const batch of found) {
      const { signals, since } = await timeline.removeBatch(tx, batch.id, now);
      if (since) received.push(since.getTime());
      const said = await claims.removeBatch(tx, batch.id);
      for (const id of said.accountIds) about.accounts.add(id);
      for (const id of said.personIds) about.people.add(id);
      for (const id of await people.removeLinks(tx, batch.id)) about.visitors.add(id);
      await deadLetters.removeBatch(tx, batch.id);
      await outcomes.removeBatch(tx, batch.id, now);
      await topics.removeBatch(tx, batch.id);
      await batches.markUndone(tx, batch.id, now);
      const ids = [...said.accountIds, ...said.personIds];
      undone.push({ batch: batch.id, source: batch.source, signals, accounts: 0, people: 0, said: ids });
    }
    const batchIds = found.map((batch) => batch.id);
    const gone = await settleWithout(tx, workspace, about, batchIds, now);
    await restatePast(
      tx,
      {
        batchIds,
        from: new Date(Math.min(...found.map((batch) => batch.startedAt.getTime()))),
        signalsFrom: received.length > 0 ? new Date(Math.min(...received)) : null,
        subjects: [...about.accounts, ...about.people],
        visitors: [...about.visitors],
      },
      now,
    );
    // What is known of a deal is no part of the rows that were settled.
    await groups.request(tx, [...about.accounts, ...about.people], now);
    return undone.map(({ said, ...batch }) => {
      // What several batches had said goes to the account of the first.
      const { accounts, people } = gone;
      for (const id of said) {
        if (accounts.delete(id)) batch.accounts++;
        else if (people.delete(id)) batch.people++;
      }
      return batch;
    });
  });
}

/**
 * What the other batches say stands by itself again. Their explicit word is in their claims and links; what follows
 * from their signals (a person named by one, a company discovered by one) may have been known from the batch that
 * was taken back, so these are read again.
 */
async function settleWithout(
  tx: Tx,
  workspace: Workspace,
  about: { accounts: Set<string>; people: Set<string>; visitors: Set<string> },
  batchIds: readonly string[],
  now: Date,
): Promise<{ accounts: Set<string>; people: Set<string> }> {
  const accountIds = [...about.accounts];
  const asked = await reviews.cluesOf(tx, accountIds);
  const names = await accountNames.keysOf(tx, accountIds);
  for (const id of await people.idsAt(tx, accountIds)) about.people.add(id);
  const personIds = [...about.people];
  // Signals are kept without addresses, only with their hash: whoever is named by another one gets theirs back.
  const addresses = new Map<string, string>();
  for (const person of await people.byIds(tx, personIds)) {
    if (person?.email) addresses.set(emailKey(person.email), person.email);
  }
  await settleAccounts(tx, accountIds, now);
  await settlePeople(tx, personIds, now);

  const signals = new Map<string, timeline.Placed>();
  for (const found of [
    await timeline.ofVisitors(tx, [...about.visitors]),
    await timeline.ofPeople(tx, personIds),
    await timeline.ofAccounts(tx, accountIds),
  ]) {
    for (const signal of found) signals.set(signal.id, signal);
  }
  for (const [batchId, group] of Map.groupBy(signals.values(), (signal) => signal.batchId)) {
    const implied = group.flatMap((one) => {
      const clues = fromKept(one.clues);
      clues.email = clues.personKeys.flatMap((key) => addresses.get(key) ?? [])[0] ?? null;
      return impliedIdentity(clues, one.occurredAt) ?? [];
    });
    const open = await openBook(
      tx,
      implied.map((one) => one.clues),
    );
    await applyIdentities(tx, workspace, open, implied, batchId, now);
  }
  await discoverAgain(tx, workspace, personIds, now);

  const gonePeople = await unsaid(tx, personIds);
  await people.remove(tx, gonePeople);
  await placeAgain(tx, workspace, [...signals.values()], now);
  await settleAccounts(tx, accountIds, now);
  const goneAccounts = await unsaid(tx, accountIds);
  await separate(tx, workspace, goneAccounts, now);
  await accounts.remove(tx, goneAccounts);
  names.push(...(await accountNames.keysOf(tx, accountIds)));
  await placeWaiting(tx, workspace, asked, names, batchIds, now);
  return { accounts: new Set(goneAccounts), people: new Set(gonePeople) };
}

/** Companies of people, by their mailbox, which only the batch that was taken back had made accounts of. */
async function discoverAgain(
  tx: Tx,
  workspace: Workspace,
  personIds: readonly string[],
  now: Date,
): Promise<void> {
  if (!workspace.profile.discoverAccounts) return;
  const said = [...(await claims.of(tx, personIds)).values()].flat().filter((claim) => !claim.imported);
  const found = said.flatMap(({ domains, batchId }) =>
    domains.map((domain) => ({ domain, name: null, batchId })),
  );
  const open = await lookUpDomains(tx, found);
  await enterDiscovered(tx, workspace, open, found, now);
  await settlePeople(tx, personIds, now);
}

/**
 * Signals that waited because of an account that is gone, or is called otherwise now, are not to wait for it any more;
 * what is still to be asked is asked as before.
 */
async function placeWaiting(
  tx: Tx,
  workspace: Workspace,
  asked: readonly Clue[],
  names: readonly string[],
  batchIds: readonly string[],
  now: Date,
): Promise<void> {
  const of = (kinds: readonly Clue['kind'][]) =>
    asked.flatMap(({ kind, value }) => (kinds.includes(kind) ? value : []));
  const nameKeys = [...new Set([...of(['NAME', 'NETWORK']), ...names])];
  const keys = { domains: of(['DOMAIN']), nameKeys, crmIds: [] };
  const withdrawn = await reviews.withdraw(tx, asked);
  await placeAgain(tx, workspace, await timeline.waitingFor(tx, keys, WAITING), now);
  // Others found their place only on the word that is taken back.
  await placeAgain(tx, workspace, await timeline.ofIds(tx, await moves.movedBy(tx, batchIds)), now);
  await reviews.restoreTimes(tx, withdrawn);
  await reviews.forget(tx);
}

/** Signals placed again in one go. */
const WAITING = 50_000;

/** Those of whom no batch says anything any more. */
async function unsaid(tx: Tx, ids: readonly string[]): Promise<string[]> {
  return [...(await claims.of(tx, ids))].flatMap(([id, said]) => (said.length === 0 ? [id] : []));
}

const lookUpDomains = (tx: Tx, found: readonly { domain: string }[]): Promise<book.OpenBook> =>
  book.lookUp(tx, { ...book.noKeys(), domains: new Set(found.map((one) => one.domain)) });
