/**
 * Erases a person for good. What is theirs goes at once, while nobody takes anything in; then others' rows are gone
 * through for what names them, some thousand at a time, while everything else goes on. An erasure that was interrupted
 * is finished later.
 */
import { emailKey } from '../core/identity/email.ts';
import { visitorKey } from '../core/privacy.ts';
import * as patterns from '../core/traces.ts';
import * as book from '../store/book.ts';
import { type Database, inWorkspace, type Tx } from '../store/database.ts';
import * as erasures from '../store/erasures.ts';
import * as privacy from '../store/privacy.ts';
import * as redaction from '../store/redaction.ts';
import * as scores from '../store/scores.ts';
import * as surges from '../store/surges.ts';
import * as timelineCopy from '../store/timeline-copy.ts';
import * as traces from '../store/traces.ts';
import type { Workspace } from '../store/workspaces.ts';
import { markOf, readAddress, tracesOf } from './privacy.ts';
import { settlePeople } from './settle.ts';

export interface Receipt extends erasures.Counts {
  erasedAt: Date;
  /** Whether anybody was known by that address; what keeps them out is kept either way. */
  found: boolean;
  /** Accounts to be scored again. */
  accounts: number;
}

/**
 * Erases a person for good: what is said of them, their signals and those of browsers that are theirs alone, bad
 * records that name them, and their name wherever else it stands. Keyed hashes of what named them stay, so that they
 * don't come back. Scores are asked for, not yet computed. Noted in the audit log. Throws `Invalid`.
 */
export async function erase(
  db: Database,
  workspace: Workspace,
  email: string,
  actor: string,
  now: Date,
): Promise<Receipt> {
  const address = readAddress(email);
  const subject = markOf(workspace)(emailKey(address));
  await inWorkspace(db, workspace.id, async (tx) => {
    // Nobody takes in or places anything meanwhile: what arrives afterwards finds the marks.
    await book.own(tx);
    // What named them is known there only.
    if (await erasures.of(tx, subject)) return;
    await begin(tx, workspace, { address, subject, actor, askedAt: now });
  });
  return (await finish(db, workspace.id, subject, now, () => true))!;
}

/** Milliseconds after which nobody is at an erasure any more. */
const IDLE = 60_000;

/**
 * Finishes erasures that were interrupted; returns how many. `goOn`: asked after each transaction. `idle`: milliseconds
 * since anything was done about them.
 */
export async function finishAll(
  db: Database,
  workspaceId: string,
  clock: () => Date,
  goOn: () => boolean = () => true,
  idle = IDLE,
): Promise<number> {
  const subjects = await inWorkspace(db, workspaceId, (tx) => erasures.abandoned(tx, idle));
  let finished = 0;
  for (const subject of subjects) if (await finish(db, workspaceId, subject, clock(), goOn)) finished++;
  return finished;
}

/** Removes the copies of the timeline beside this process that somebody may be in who was erased. */
export async function sweepCopies(db: Database, workspaceId: string): Promise<void> {
  const { copies } = db;
  if (copies) await inWorkspace(db, workspaceId, (tx) => timelineCopy.sweep(tx, copies));
}

/** Everything of theirs that can be found by an index, and who they were. */
async function begin(
  tx: Tx,
  workspace: Workspace,
  { address, ...asked }: { address: string } & Pick<erasures.Erasure, 'subject' | 'actor' | 'askedAt'>,
): Promise<void> {
  const now = asked.askedAt;
  const whom = await traces.find(tx, emailKey(address), address);
  const named = await tracesOf(tx, whom);
  const others = await traces.sharing(tx, whom);
  const { signals, since, identities, accountIds } = await traces.remove(tx, whom);
  await settlePeople(tx, others, now);
  await privacy.bar(tx, [...whom.keys, ...whom.visitors.map(visitorKey)].map(markOf(workspace)), now);
  await restate(tx, { since, accountIds }, now);
  await erasures.begin(tx, {
    ...asked,
    whom,
    searches: {
      anywhere: patterns.anywhere(named),
      names: patterns.fullNames(named),
      letters: patterns.inRecords(named),
    },
    counts: {
      people: whom.personIds.length,
      identities,
      visitors: whom.visitors.length,
      signals,
      deadLetters: 0,
      mentions: 0,
    },
    accountIds,
  });
}

async function restate(
  tx: Tx,
  { since, accountIds }: Pick<traces.Removed, 'since' | 'accountIds'>,
  now: Date,
): Promise<void> {
  await scores.request(tx, accountIds, now);
  if (since) await surges.requestRestating(tx, since, now);
}

/** Null: it was told not to go on. */
async function finish(
  db: Database,
  workspaceId: string,
  subject: string,
  now: Date,
  goOn: () => boolean,
): Promise<Receipt | null> {
  const within = <T>(work: (tx: Tx) => Promise<T>) => again(() => inWorkspace(db, workspaceId, work));
  const erasure = await within((tx) => erasures.of(tx, subject));
  if (erasure && !(await lookThrough(within, erasure, now, goOn))) return null;
  const receipt = await within((tx) => end(tx, subject, erasure, now));
  await sweepCopies(db, workspaceId);
  return receipt;
}

/** From the beginning: what is done already is not there any more. Returns whether it got to the end. */
async function lookThrough(
  within: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>,
  { subject, whom, searches }: erasures.Erasure,
  now: Date,
  goOn: () => boolean,
): Promise<boolean> {
  for (let after: string | null = null, more = true; more; more = after !== null) {
    if (!goOn()) return false;
    after = await within(async (tx) => {
      const { last, ...removed } = await traces.removeNext(tx, whom, after);
      await restate(tx, removed, now);
      await erasures.add(tx, subject, removed);
      return last;
    });
  }
  await within((tx) => traces.clear(tx, whom));
  for (const step of await within((tx) => redaction.stepsOf(tx, searches))) {
    const isLetters = step.table === 'dead_letter' && step.columns.length === 0;
    for (let after: string[] | null = null, more = true; more; more = after !== null) {
      if (!goOn()) return false;
      after = await within(async (tx) => {
        const { rows, last } = await redaction.next(tx, step, after);
        await erasures.add(tx, subject, isLetters ? { deadLetters: rows } : { mentions: rows });
        return last;
      });
    }
  }
  return true;
}

/** Whatever came of them meanwhile goes as well. */
async function end(tx: Tx, subject: string, erasure: erasures.Erasure | null, now: Date): Promise<Receipt> {
  await book.own(tx);
  if (erasure) {
    const { identities, ...removed } = await traces.remove(tx, erasure.whom);
    await restate(tx, removed, now);
    await erasures.add(tx, subject, { identities, ...removed });
  }
  await timelineCopy.discard(tx);
  const ended = await erasures.end(tx, subject);
  if (!ended) return lastReceipt(tx, subject);
  const counts = { ...ended.counts, accounts: ended.accountIds.length };
  await privacy.log(tx, { at: ended.askedAt, actor: ended.actor, action: 'ERASE', subject, counts });
  return receiptOf(ended.askedAt, counts);
}

type Logged = Omit<Receipt, 'erasedAt' | 'found'>;

const receiptOf = (erasedAt: Date, counts: Logged): Receipt => ({
  erasedAt,
  found: counts.people + counts.signals + counts.deadLetters + counts.mentions > 0,
  ...counts,
});

/** Of an erasure that somebody else finished. */
async function lastReceipt(tx: Tx, subject: string): Promise<Receipt> {
  const [entry] = await privacy.auditLog(tx, 1, subject);
  if (!entry) throw new Error('an erasure ended without a note of it');
  return receiptOf(entry.at, entry.counts as unknown as Logged);
}

/** How often a transaction is tried that stood in another one's way. */
const TRIES = 5;

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      const isDeadlock = (error as { code?: string }).code === '40P01';
      if (!isDeadlock || tries === TRIES) throw error;
    }
  }
}
