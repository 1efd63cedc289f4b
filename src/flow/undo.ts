/** Takes a batch back: its signals, its word on who visitors are, and what existed only because of it. */
import { NotFound } from '../core/errors.ts';
import * as accounts from '../store/accounts.ts';
import * as batches from '../store/batches.ts';
import { type Database, inWorkspace, type Tx } from '../store/database.ts';
import * as deadLetters from '../store/dead-letters.ts';
import * as outcomes from '../store/outcomes.ts';
import * as people from '../store/people.ts';
import * as timeline from '../store/timeline.ts';
import type { Workspace } from '../store/workspaces.ts';
import { applyIdentities, impliedIdentity } from './identify.ts';
import { fromKept, openBook, placeAgain } from './place.ts';

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
    await people.lockIdentities(tx);
    const undone: Undone[] = [];
    // Signals first, over all batches, so that what the last one leaves unneeded is seen as such.
    const touched = { accounts: new Set<string>(), people: new Set<string>(), visitors: new Set<string>() };
    for (const batch of found) {
      const removed = await timeline.removeBatch(tx, batch.id, now);
      const links = await people.removeLinks(tx, batch.id);
      await deadLetters.removeBatch(tx, batch.id);
      await outcomes.removeBatch(tx, batch.id, now);
      for (const id of removed.accountIds) touched.accounts.add(id);
      for (const id of [...removed.personIds, ...links.personIds, ...(await people.madeBy(tx, batch.id))]) {
        touched.people.add(id);
      }
      for (const id of links.anonymousIds) touched.visitors.add(id);
      undone.push({
        batch: batch.id,
        source: batch.source,
        signals: removed.signals,
        accounts: 0,
        people: 0,
      });
    }
    for (const [at, batch] of found.entries()) {
      const gone = await removeUnneeded(tx, workspace, batch.id, touched, now);
      undone[at]!.accounts = gone.accounts;
      undone[at]!.people = gone.people;
      await batches.markUndone(tx, batch.id, now);
    }
    return undone;
  });
}

async function removeUnneeded(
  tx: Tx,
  workspace: Workspace,
  batchId: string,
  touched: { accounts: Set<string>; people: Set<string>; visitors: Set<string> },
  now: Date,
): Promise<{ accounts: number; people: number }> {
  // What other batches still say of these visitors stands: their signals may name the person themselves.
  const visits = await timeline.ofVisitors(tx, [...touched.visitors]);
  const implied = visits.flatMap((visit) => impliedIdentity(fromKept(visit.clues), visit.occurredAt) ?? []);
  if (implied.length > 0) {
    const open = await openBook(
      tx,
      implied.map((one) => one.clues),
    );
    await applyIdentities(tx, workspace, open, implied, batchId, now);
  }
  await placeAgain(tx, workspace, visits, now);

  const imported = await accounts.madeBy(tx, batchId);
  const importedPeople = await people.madeBy(tx, batchId);
  const unseen = await timeline.withoutSignals(tx, 'person', [...touched.people]);
  const unlinked = new Set(await people.discoveredWithoutLinks(tx, unseen));
  const gonePeople = unseen.filter((id) => unlinked.has(id) || importedPeople.includes(id));
  for (const id of await people.remove(tx, gonePeople)) touched.accounts.add(id);

  // Accounts an import made go; signals of other batches there are placed anew, which may discover the account.
  const orphans = await timeline.ofAccounts(tx, imported);
  const detached = await people.detach(tx, imported);
  await accounts.remove(tx, imported);
  await placeAgain(tx, workspace, orphans, now);
  for (const id of detached) touched.people.add(id);

  const silent = await timeline.withoutSignals(tx, 'account', [...touched.accounts]);
  const unneeded = await accounts.discoveredWithoutPeople(tx, silent);
  await accounts.remove(tx, unneeded);
  return { accounts: imported.length + unneeded.length, people: gonePeople.length };
}
