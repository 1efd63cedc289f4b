/**
 * A batch of records, top to bottom: normalise → check → one transaction that identifies, places, appends, keeps
 * what was bad and counts → only then is it acknowledged. Whatever fails leaves nothing half-done.
 */
import { ZodError } from 'zod';
import { keepNoAddresses, standIn, withoutAddresses } from '../core/address-text.ts';
import { Invalid, UndercurrentError } from '../core/errors.ts';
import { contentHash, keyedHash, signalId } from '../core/id.ts';
import { type Clues, readClues } from '../core/identity/clues.ts';
import type { Network } from '../core/identity/network.ts';
import type { Adapter, Identity, NormaliseContext, Signal } from '../core/signal.ts';
import { topicsOf } from '../core/topics.ts';
import * as batches from '../store/batches.ts';
import * as book from '../store/book.ts';
import { type Database, inWorkspace, type Tx } from '../store/database.ts';
import * as deadLetters from '../store/dead-letters.ts';
import { versionWith } from '../store/privacy.ts';
import { storable } from '../store/text.ts';
import * as timeline from '../store/timeline.ts';
import { versionText } from '../store/topics.ts';
import type { Workspace } from '../store/workspaces.ts';
import { applyIdentities, impliedIdentity, type KnownIdentity, readIdentity } from './identify.ts';
import { keepable, openBook, placeAgain, placeAll } from './place.ts';
import { Gate } from './privacy.ts';
import { bookOf } from './topics.ts';
import { VisitorKeys } from './visitor-keys.ts';

/** Where a batch of records comes from and goes to. */
export interface Intake {
  db: Database;
  workspace: Workspace;
  /** Finds the organisation behind an IP; the IP itself goes no further. */
  networkOf: (ip: string) => Network | undefined;
  visitorKeys: VisitorKeys;
  gate: Gate;
  /** Does everything and takes it back: for seeing what a file would do. */
  dryRun?: boolean;
  /** Takes history in as if each signal had been received when it happened, so that replays of those days see it. */
  backfill?: boolean;
}

export const openIntake = (
  db: Database,
  workspace: Workspace,
  networkOf: Intake['networkOf'] = () => undefined,
): Intake => ({ db, workspace, networkOf, visitorKeys: new VisitorKeys(), gate: new Gate() });

/** A record on its way in, with its place for messages: `line 17`, `batch[3]`. */
export type Incoming =
  /** `raw`: what to keep if it turns out bad, where that is not the record itself. */
  | { place: string; record: unknown; raw?: unknown; error?: undefined }
  /** Could not even be read; `raw` is what there was. `parsed`: raw is JSON of the record. */
  | { place: string; error: Refusal; raw: string; parsed?: boolean };

/** Why a record was not taken: stable code, reason with place, and what to do. */
export interface Refusal {
  code: string;
  message: string;
  hint: string;
}

/** A record that was understood. */
interface Understood {
  /** Position among the records handed in. */
  index: number;
  place: string;
  raw: unknown;
  signals: Signal[];
  identities: Identity[];
}

/** What became of the records. */
export interface Taken extends batches.Counts {
  /** `index`: position among the records handed in. */
  refused: (Refusal & { index: number; place: string })[];
}

/** Thrown to roll back a transaction that was only a trial. */
const ON_PURPOSE = new Error('rolled back on purpose');

type Refuse = (index: number, place: string, refusal: Refusal, raw: string, parsed: boolean) => void;

/** Earliest time a signal may have: what is older comes from a clock or a file that is wrong. */
const EARLIEST = Date.UTC(2005, 0, 1);
/** A clock may run ahead by a day; more is a mistake. */
const AHEAD = 86_400_000;

export interface IntoBatch {
  id: string;
  adapter: Adapter;
  settings: unknown;
  fileName?: string;
}

/** Takes records in: good ones are stored for good when this returns, bad ones are kept as dead letters. */
export async function take(
  intake: Intake,
  batch: IntoBatch,
  records: readonly Incoming[],
  now: Date,
  /** More work for the same transaction: saving a poll's cursor, say. */
  also?: (tx: Tx, taken: Taken) => Promise<void>,
): Promise<Taken> {
  const context = contextOf(intake, batch, now);
  const understood: Understood[] = [];
  const letters: deadLetters.DeadLetter[] = [];
  const taken: Taken = { ...batches.noCounts(), received: records.length, refused: [] };

  const replace = standInFor(intake, now);
  const refuse: Refuse = (index, place, refusal, raw, parsed) => {
    taken.refused.push({ index, place, ...refusal });
    letters.push({
      id: '',
      batchId: batch.id,
      source: batch.adapter.id,
      place,
      code: refusal.code,
      reason: withoutAddresses(refusal.message, replace),
      hint: withoutAddresses(refusal.hint, replace),
      fileName: batch.fileName ?? null,
      raw: Buffer.from(withoutAddresses(raw, replace)),
      parsed,
      receivedAt: now,
    });
  };

  for (const [index, incoming] of records.entries()) {
    if (incoming.error) {
      refuse(index, incoming.place, incoming.error, incoming.raw, incoming.parsed ?? false);
      continue;
    }
    const raw = incoming.raw ?? incoming.record;
    try {
      const {
        signals,
        identities = [],
        skipped,
      } = keepNoAddresses(storable(batch.adapter.normalise(incoming.record, context)), context.fingerprint);
      if (skipped) taken.skipped[skipped] = (taken.skipped[skipped] ?? 0) + 1;
      for (const signal of signals) check(signal, now);
      for (const identity of identities) checkTime('time', identity.at, now);
      if (signals.length > 0 || identities.length > 0) {
        understood.push({ index, place: incoming.place, raw, signals, identities });
      }
    } catch (error) {
      refuse(index, incoming.place, refusalOf(error), JSON.stringify(raw ?? null), true);
    }
  }

  await timeline.ensureMonths(intake.db, monthsOf(understood, now));
  // Not in the transaction below: were it rolled back, the keys would be taken for stored.
  const { visitorKeys } = intake;
  if (visitorKeys.unsettled && !intake.dryRun) {
    await inWorkspace(intake.db, intake.workspace.id, (tx) => visitorKeys.settle(tx, now));
  }
  await store(intake, batch, understood, letters, taken, now, also, refuse);
  return taken;
}

/** Stores in one transaction; where the database refuses the data itself, halves it until the culprit stands alone. */
async function store(
  intake: Intake,
  batch: IntoBatch,
  understood: readonly Understood[],
  letters: deadLetters.DeadLetter[],
  taken: Taken,
  now: Date,
  also: ((tx: Tx, taken: Taken) => Promise<void>) | undefined,
  refuse: Refuse,
): Promise<void> {
  let counts: batches.Counts | null = null;
  try {
    await onBook(intake, async (tx) => {
      const result = await storeInside(tx, intake, batch.id, batch.adapter.id, understood, now);
      await deadLetters.add(tx, intake.gate.keepable(letters));
      await also?.(tx, taken);
      counts = {
        received: taken.received,
        accepted: result.accepted,
        duplicates: result.offered - result.accepted,
        rejected: taken.refused.length,
        skipped: batches.bothSkipped(taken.skipped, result.skipped),
      };
      await batches.count(tx, batch.id, counts);
      if (intake.dryRun) throw ON_PURPOSE;
    });
  } catch (error) {
    if (error === ON_PURPOSE) return tell(taken, counts!);
    if (!isDataError(error) || understood.length === 0) throw error;
    const good = await findGood(intake, batch, understood, now, (culprit) =>
      refuse(
        culprit.index,
        culprit.place,
        {
          code: 'UNSTORABLE',
          message: `${culprit.place}: the database refused it: ${(error as Error).message}`,
          hint: 'Mend the record at its source and send it again; it is kept for replay.',
        },
        JSON.stringify(culprit.raw ?? null),
        true,
      ),
    );
    return store(intake, batch, good, letters, taken, now, also, refuse);
  }
  tell(taken, counts!);
}

/** Most batches find everybody known already and share the book; one that changes it starts again and owns it. */
async function onBook(intake: Intake, work: (tx: Tx) => Promise<void>): Promise<void> {
  const { db, workspace } = intake;
  try {
    await inWorkspace(db, workspace.id, work);
  } catch (error) {
    if (!(error instanceof book.OnlyShared)) throw error;
    await inWorkspace(db, workspace.id, async (tx) => {
      await book.own(tx);
      await work(tx);
    });
  }
}

function tell(taken: Taken, counts: batches.Counts): void {
  taken.accepted = counts.accepted;
  taken.duplicates = counts.duplicates;
  taken.rejected = counts.rejected;
  taken.skipped = counts.skipped;
}

/** Tries halves in transactions that are rolled back; returns what can be stored, reports what can't. */
async function findGood(
  intake: Intake,
  batch: IntoBatch,
  items: readonly Understood[],
  now: Date,
  report: (culprit: Understood) => void,
): Promise<Understood[]> {
  try {
    await onBook(intake, async (tx) => {
      await storeInside(tx, intake, batch.id, batch.adapter.id, items, now);
      throw ON_PURPOSE;
    });
  } catch (error) {
    if (error === ON_PURPOSE) return [...items];
    if (!isDataError(error)) throw error;
    if (items.length === 1) {
      report(items[0]!);
      return [];
    }
    const half = items.length >> 1;
    return [
      ...(await findGood(intake, batch, items.slice(0, half), now, report)),
      ...(await findGood(intake, batch, items.slice(half), now, report)),
    ];
  }
  return [];
}

async function storeInside(
  tx: Tx,
  intake: Intake,
  batchId: string,
  source: string,
  understood: readonly Understood[],
  now: Date,
): Promise<{ offered: number; accepted: number; skipped: Record<string, number> }> {
  const { workspace, gate } = intake;
  tx.cause = batchId;
  const candidates = understood.map((item) => ({
    signals: item.signals.map((signal) => ({
      signal,
      clues: readClues(signal.hints, intake.networkOf),
      occurredAt: signal.occurredAt,
      batchId,
    })),
    identities: item.identities.map(readIdentity),
  }));
  const [state] = await book.shareReading<{ version: string | null; privacy: number }>(
    tx,
    versionWith(workspace.id, versionText(workspace.id)),
  );
  await gate.refresh(tx, workspace, state!.privacy);
  const skipped: Record<string, number> = {};
  const admitted = gate.admit(candidates, workspace.profile, skipped);
  const items = admitted.flatMap((one) => one.signals);
  const signals = items.map((item) => item.signal);
  const identities: KnownIdentity[] = admitted.flatMap((one) => one.identities);
  for (const item of items) {
    const implied = impliedIdentity(item.clues, item.occurredAt);
    if (implied) identities.push(implied);
  }
  const topicBook = await bookOf(tx, state?.version ?? null);

  const clues: Clues[] = [...items.map((item) => item.clues), ...identities.map((one) => one.clues)];
  const open = await openBook(tx, clues, batchId);
  const changed = await applyIdentities(tx, workspace, open, identities, batchId, now);
  const placements = await placeAll(tx, workspace, open, items, now);

  const untimed = signals.filter((signal) => idTime(signal, now) === null).map((signal) => signal.externalId);
  const arrivals = await timeline.firstArrivals(tx, source, untimed, now);
  const rows = items.map(({ signal, clues }, at): timeline.StoredSignal => {
    const placement = placements[at]!;
    const time = idTime(signal, now) ?? arrivals.get(signal.externalId)!;
    const { url = null, title = null } = signal;
    const about = topicsOf({ topics: signal.topics ?? [], url, title }, topicBook);
    return {
      id: signalId(workspace.id, source, signal.externalId, time),
      batchId,
      source,
      externalId: signal.externalId,
      kind: signal.kind,
      occurredAt: signal.occurredAt,
      receivedAt: signal.receivedAt ?? (intake.backfill ? earlier(signal.occurredAt, now) : now),
      strength: signal.strength,
      sentiment: signal.sentiment ?? null,
      accountId: placement.accountId,
      personId: placement.personId,
      anonymousId: clues.anonymousId,
      match: placement.match,
      unplaced: placement.unplaced,
      home: placement.home,
      topics: about.topics,
      toldTopics: about.told,
      origin: signal.origin ?? null,
      url,
      title,
      clues: keepable(clues),
      attributes: signal.attributes ?? null,
    };
  });
  const accepted = await timeline.append(tx, rows, now);

  await placeAgain(tx, workspace, await timeline.ofVisitors(tx, changed.visitors), now);
  await placeAgain(tx, workspace, await timeline.ofPeople(tx, changed.people), now);
  return { offered: rows.length, accepted, skipped };
}

const earlier = (a: Date, b: Date): Date => (a < b ? a : b);

/** The event's own time if it can stand in an id; null where it has none, or one from a clock that is badly wrong. */
function idTime(signal: Signal, now: Date): Date | null {
  const time = signal.ownTime === undefined ? signal.occurredAt : signal.ownTime;
  if (!time || time.getTime() < EARLIEST || time.getTime() > now.getTime() + AHEAD) return null;
  return time;
}

function* monthsOf(understood: readonly Understood[], now: Date): Generator<Date> {
  yield now;
  for (const item of understood) {
    for (const signal of item.signals) {
      const time = idTime(signal, now);
      if (time) yield time;
    }
  }
}

/** What no adapter may let through. */
function check(signal: Signal, now: Date): void {
  checkTime('time', signal.occurredAt, now);
  if (!(signal.strength >= 0 && signal.strength <= 1)) {
    throw new Invalid(`strength: ${signal.strength} is not between 0 and 1`, 'Mend the adapter.', {
      field: 'strength',
    });
  }
  if (signal.sentiment !== undefined && !(signal.sentiment >= -1 && signal.sentiment <= 1)) {
    throw new Invalid(`sentiment: ${signal.sentiment} is not between -1 and 1`, 'Mend the adapter.', {
      field: 'sentiment',
    });
  }
  if (signal.externalId.length > 1000) signal.externalId = contentHash(signal.externalId);
}

function checkTime(field: string, time: Date, now: Date): void {
  const at = time.getTime();
  if (Number.isNaN(at)) {
    throw new Invalid(`${field}: is not a date`, 'Send ISO 8601, e.g. 2026-01-31T12:00:00Z.', {
      field,
      code: 'BAD_TIME',
    });
  }
  if (at < EARLIEST) {
    throw new Invalid(
      `${field}: ${time.toISOString()} is before 2005`,
      'Check the clock or the date column; times before 2005-01-01 are not taken.',
      { field, code: 'TIME_OUT_OF_RANGE' },
    );
  }
  if (at > now.getTime() + AHEAD) {
    throw new Invalid(
      `${field}: ${time.toISOString()} is in the future`,
      'Check the clock or the date column; times more than a day ahead are not taken.',
      { field, code: 'TIME_OUT_OF_RANGE' },
    );
  }
}

/** The stand-in of an IP address in a bad record: the same one for the same visitor while the day's key lives. */
const standInFor =
  (intake: Intake, now: Date) =>
  (address: string): string =>
    standIn(intake.visitorKeys.visitorId(now, [address], now));

function contextOf(intake: Intake, batch: IntoBatch, now: Date): NormaliseContext {
  return {
    settings: batch.settings,
    profile: intake.workspace.profile,
    receivedAt: now,
    fileName: batch.fileName,
    fingerprint: (text) => keyedHash(intake.workspace.secret, text),
    visitorId: (day, ...clues) => intake.visitorKeys.visitorId(day, clues, now),
  };
}

/** An error of any layer as a refusal. Anything that is not about the input is a bug and goes on up. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof UndercurrentError)
    return { code: error.code, message: error.message, hint: error.hint };
  if (error instanceof ZodError) {
    const issue = error.issues[0]!;
    const field = issue.path.map(String).join('.') || 'record';
    return {
      code: 'INVALID',
      message: `${field}: ${issue.message}`,
      hint: `Mend ${field} and send the record again.`,
    };
  }
  throw error;
}

/** Classes 22 (data exception), 23 (integrity) and 54 (a limit, of an index's key say): the data's fault. */
function isDataError(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && /^(22|23|54)...$/.test(code);
}
