/** The timeline of signals: appended in bulk, exactly once; read per account; moved when identity changes. */
import { once } from 'node:events';
import { from as copyFrom } from 'pg-copy-streams';
import { firstSignalId } from '../core/id.ts';
import type { Match, MatchMethod } from '../core/identity/match.ts';
import type { Evidence } from '../core/scoring/evidence.ts';
import type { SignalKind } from '../core/signal.ts';
import type { Database, Tx } from './database.ts';
import { type Home, rowOf } from './homes.ts';
import { encode, type StoredSignal, toRow } from './signal-rows.ts';
import * as waiting from './waiting.ts';

export type { StoredSignal } from './signal-rows.ts';

/** Where a signal belongs, as far as we know: what may change later. */
export interface Placed extends Home {
  id: string;
  batchId: string;
  occurredAt: Date;
  clues: unknown;
  personId: string | null;
}

/**
 * A place for rows on their way in. Made in the transaction that uses it; `ON COMMIT DELETE ROWS` keeps it for the
 * next one on the same connection.
 */
const STAGING = 'CREATE TEMP TABLE IF NOT EXISTS incoming_signal (LIKE signal) ON COMMIT DELETE ROWS';

/** The statement that appends: `few` as JSON in `$3`, else from the staging table; `homes` come in the next parameter. */
function appending(few: boolean, waits: boolean, homes: boolean): string {
  const incoming = few ? 'json_populate_recordset(NULL::signal, $3::json)' : 'incoming_signal';
  return `
  WITH added AS (
    INSERT INTO signal SELECT * FROM ${incoming}
    ON CONFLICT (workspace_id, signal_id) DO NOTHING
    RETURNING signal_id, account_id${waits ? ', clues' : ''}),
${waits ? `  waits AS (${waiting.keep('added AS s')}),` : ''}
${
  homes
    ? `homes AS (
    INSERT INTO merged_signal SELECT h.* FROM json_populate_recordset(NULL::merged_signal, ${few ? '$4' : '$3'}::json) AS h
    WHERE h.signal_id IN (SELECT signal_id FROM added) ON CONFLICT DO NOTHING),
`
    : ''
}  asked AS (
    INSERT INTO rescore_request (workspace_id, request_id, account_id, requested_at)
    SELECT $1, gen_random_uuid(), account_id, $2
    FROM (SELECT DISTINCT account_id FROM added WHERE account_id IS NOT NULL) AS touched)
  SELECT count(*) AS accepted FROM added`;
}

/** Up to so many signals go in one statement as JSON, beyond that by COPY, whose three more round trips pay only then. */
const FEW = 100;

/**
 * Appends signals and asks for the touched accounts to be rescored. Returns how many were new; the others were
 * there already. The partitions must exist (`ensureMonths`), and the texts be `storable`.
 */
export async function append(tx: Tx, signals: readonly StoredSignal[], now: Date): Promise<number> {
  if (signals.length === 0) return 0;
  // In the order of ids, so that two transactions with the same signals wait for each other instead of deadlocking.
  const ordered = [...signals].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const few = ordered.length <= FEW;
  if (!few) await copyIn(tx, ordered);
  // Of the same signal twice the first is taken, and so is its home.
  const homes = ordered.flatMap(({ id, home }, at) =>
    home && ordered[at - 1]?.id !== id ? rowOf(tx.workspaceId, id, home) : [],
  );
  const values: unknown[] = [tx.workspaceId, now];
  if (few) values.push(JSON.stringify(ordered.map((signal) => toRow(tx.workspaceId, signal))));
  if (homes.length > 0) values.push(JSON.stringify(homes));
  const waits = ordered.some((signal) => signal.accountId === null && waiting.isFindable(signal.clues));
  const { rows } = await tx.client.query({
    name: `append ${few} ${waits} ${homes.length > 0}`,
    text: appending(few, waits, homes.length > 0),
    values,
  });
  return rows[0].accepted;
}

async function copyIn(tx: Tx, signals: readonly StoredSignal[]): Promise<void> {
  await tx.client.query(STAGING);
  const copy = tx.client.query(copyFrom('COPY incoming_signal FROM STDIN'));
  let text = '';
  for (const signal of signals) text += encode(tx.workspaceId, signal);
  copy.end(text);
  await once(copy, 'finish');
}

/** Months since the year 0 that have their partition. */
const months = new WeakMap<Database, Set<number>>();

/**
 * Makes the monthly partitions these times need. Runs outside the ingest transaction: a month is made once, and
 * attaching it does not block readers or writers.
 */
export async function ensureMonths(db: Database, times: Iterable<Date>): Promise<void> {
  let known = months.get(db);
  if (!known) {
    known = new Set();
    months.set(db, known);
  }
  const wanted = new Set<number>();
  for (const time of times) {
    const month = time.getUTCFullYear() * 12 + time.getUTCMonth();
    if (!known.has(month)) wanted.add(month);
  }
  for (const month of [...wanted].sort((a, b) => a - b)) {
    await makeMonth(db, month);
    known.add(month);
  }
}

async function makeMonth(db: Database, month: number): Promise<void> {
  const from = new Date(Date.UTC(Math.floor(month / 12), month % 12, 1));
  const name = `signal_${from.toISOString().slice(0, 7).replace('-', '_')}`;
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
  const client = await db.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query("SELECT pg_advisory_xact_lock(hashtext('undercurrent.signal.months'))");
    const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS there', [name]);
    if (!rows[0].there) {
      await client.query(`
        CREATE TABLE ${name} (LIKE signal INCLUDING ALL);
        ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE ${name} FORCE ROW LEVEL SECURITY;
        CREATE POLICY own_workspace ON ${name}
          USING (workspace_id = (SELECT nullif(current_setting('undercurrent.workspace', true), '')::uuid));
        ALTER TABLE signal ATTACH PARTITION ${name} FOR VALUES FROM ('${firstSignalId(from)}') TO ('${firstSignalId(to)}')`);
    }
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
}

/** First-arrival times of events that carry no time of their own; a retry gets the first one's. */
export async function firstArrivals(
  tx: Tx,
  source: string,
  externalIds: readonly string[],
  now: Date,
): Promise<Map<string, Date>> {
  if (externalIds.length === 0) return new Map();
  const unique = [...new Set(externalIds)].sort();
  await tx.client.query(
    `INSERT INTO first_arrival SELECT $1, $2, id, $4 FROM unnest($3::text[]) AS id ON CONFLICT DO NOTHING`,
    [tx.workspaceId, source, unique, now],
  );
  const { rows } = await tx.client.query(
    'SELECT external_id, arrived_at FROM first_arrival WHERE workspace_id = $1 AND source = $2 AND external_id = ANY($3)',
    [tx.workspaceId, source, unique],
  );
  return new Map(rows.map((row) => [row.external_id, row.arrived_at]));
}

const ACTOR = `CASE WHEN person_id IS NOT NULL THEN 'person:' || person_id
  WHEN anonymous_id IS NOT NULL THEN 'visitor:' || anonymous_id ELSE 'source:' || source END`;

/** Times in milliseconds since 1970: reading them as dates would be a third of the cost. */
const EVIDENCE_COLUMNS = `account_id, signal_id, source, kind, round(date_part('epoch', occurred_at) * 1000),
  round(date_part('epoch', received_at) * 1000), ${ACTOR}, strength, confidence, sentiment, origin, topics`;

const EVIDENCE = `
  SELECT ${EVIDENCE_COLUMNS}
  FROM signal WHERE workspace_id = $1 AND account_id = ANY($2)`;

/**
 * Like EVIDENCE, with every signal where it stood at $3: a signal that moved since stands where its first later
 * move took it from.
 */
const EVIDENCE_AS_OF = `
  WITH moved AS (
    SELECT DISTINCT ON (signal_id) signal_id, account_id, person_id, confidence
    FROM signal_move
    WHERE workspace_id = $1 AND moved_at > $3 AND signal_id IN (
      SELECT signal_id FROM signal_move WHERE workspace_id = $1 AND account_id = ANY($2)
      UNION ALL SELECT signal_id FROM signal WHERE workspace_id = $1 AND account_id = ANY($2))
    ORDER BY signal_id, moved_at),
  stood AS (
    SELECT signal_id, source, kind, occurred_at, received_at, anonymous_id, strength, sentiment, origin, topics,
           account_id, person_id, confidence
    FROM signal
    WHERE workspace_id = $1 AND account_id = ANY($2) AND signal_id NOT IN (SELECT signal_id FROM moved)
    UNION ALL
    SELECT s.signal_id, s.source, s.kind, s.occurred_at, s.received_at, s.anonymous_id, s.strength, s.sentiment, s.origin, s.topics,
           m.account_id, m.person_id, m.confidence
    FROM moved AS m JOIN signal AS s ON s.workspace_id = $1 AND s.signal_id = m.signal_id
    WHERE m.account_id = ANY($2))
  SELECT ${EVIDENCE_COLUMNS}
  FROM stood WHERE received_at <= $3`;

/** What scoring needs of these accounts' signals, by account. `asOf` in the past: as they stood and were known then. */
export async function evidence(
  tx: Tx,
  accountIds: readonly string[],
  asOf: Date | null = null,
): Promise<Map<string, Evidence[]>> {
  const { rows } = await tx.client.query({
    name: asOf ? 'evidence-as-of' : 'evidence',
    text: asOf ? EVIDENCE_AS_OF : EVIDENCE,
    values: asOf ? [tx.workspaceId, accountIds, asOf] : [tx.workspaceId, accountIds],
    rowMode: 'array',
  });
  const byAccount = new Map<string, Evidence[]>(accountIds.map((id) => [id, []]));
  for (const row of rows as unknown as EvidenceRow[]) {
    byAccount.get(row[0])!.push({
      id: row[1],
      source: row[2],
      kind: row[3],
      occurredAt: new Date(row[4]),
      receivedAt: new Date(row[5]),
      actor: row[6],
      strength: row[7],
      confidence: row[8],
      sentiment: row[9],
      origin: row[10],
      topics: row[11],
    });
  }
  return byAccount;
}

type EvidenceRow = [
  string,
  string,
  string,
  SignalKind,
  number,
  number,
  string,
  number,
  number,
  number | null,
  string | null,
  string[],
];

const PLACED =
  'signal_id, batch_id, occurred_at, clues, account_id, person_id, method, confidence, evidence, unplaced';

/** Signals of these visitors, for placing them again. */
export async function ofVisitors(tx: Tx, anonymousIds: readonly string[]): Promise<Placed[]> {
  if (anonymousIds.length === 0) return [];
  const { rows } = await tx.client.query(
    `SELECT ${PLACED} FROM signal WHERE workspace_id = $1 AND anonymous_id = ANY($2) ORDER BY signal_id FOR UPDATE`,
    [tx.workspaceId, anonymousIds],
  );
  return rows.map(toPlaced);
}

/**
 * Signals of these accounts, for placing them again; each account stands for itself, whether it is merged or others are
 * merged into it.
 */
export async function ofAccounts(tx: Tx, accountIds: readonly string[]): Promise<Placed[]> {
  if (accountIds.length === 0) return [];
  const { rows } = await tx.client.query(
    `SELECT ${PLACED} FROM signal WHERE workspace_id = $1 AND signal_id IN (
       SELECT signal_id FROM signal WHERE workspace_id = $1 AND account_id = ANY($2)
       EXCEPT SELECT signal_id FROM merged_signal WHERE workspace_id = $1
       UNION SELECT signal_id FROM merged_signal WHERE workspace_id = $1 AND account_id = ANY($2))
     ORDER BY signal_id FOR UPDATE`,
    [tx.workspaceId, accountIds],
  );
  return rows.map(toPlaced);
}

/** These signals, for placing them again. */
export async function ofIds(tx: Tx, ids: readonly string[]): Promise<Placed[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.client.query(
    `SELECT ${PLACED} FROM signal WHERE workspace_id = $1 AND signal_id = ANY($2) ORDER BY signal_id FOR UPDATE`,
    [tx.workspaceId, ids],
  );
  return rows.map(toPlaced);
}

/** Signals of these people, for placing them again. */
export async function ofPeople(tx: Tx, personIds: readonly string[]): Promise<Placed[]> {
  if (personIds.length === 0) return [];
  const { rows } = await tx.client.query(
    `SELECT ${PLACED} FROM signal WHERE workspace_id = $1 AND person_id = ANY($2) ORDER BY signal_id FOR UPDATE`,
    [tx.workspaceId, personIds],
  );
  return rows.map(toPlaced);
}

/**
 * Signals that wait for an account and carry a clue to one of these, for placing them again when accounts arrive; those
 * that have an account only thanks to a merge wait too.
 */
export async function waitingFor(tx: Tx, keys: waiting.Keys, limit: number): Promise<Placed[]> {
  return ofIds(tx, await waiting.idsFor(tx, keys, limit));
}

function toPlaced(row: {
  signal_id: string;
  batch_id: string;
  occurred_at: Date;
  clues: unknown;
  account_id: string | null;
  person_id: string | null;
  method: MatchMethod | null;
  confidence: number;
  evidence: string[];
  unplaced: string | null;
}): Placed {
  return {
    id: row.signal_id,
    batchId: row.batch_id,
    occurredAt: row.occurred_at,
    clues: row.clues,
    accountId: row.account_id,
    personId: row.person_id,
    method: row.method,
    confidence: row.confidence,
    evidence: row.evidence,
    unplaced: row.unplaced,
  };
}

export interface Move {
  id: string;
  accountId: string | null;
  personId: string | null;
  match: Match | null;
  unplaced: string | null;
}

const MOVE = `
  WITH target AS (
    SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::float8[], $7::text[], $8::text[])
      AS t (signal_id, account_id, person_id, method, confidence, evidence, unplaced)),
  before AS (
    SELECT s.signal_id, s.account_id, s.person_id, s.method, s.confidence
    FROM target AS t JOIN signal AS s ON s.workspace_id = $1 AND s.signal_id = t.signal_id),
  logged AS (
    INSERT INTO signal_move (workspace_id, signal_id, moved_at, account_id, person_id, method, confidence, batch_id)
    SELECT $1, signal_id, $9, account_id, person_id, method, confidence, $10 FROM before
    -- Moved twice at one moment: where it was before the first time is what a replay asks for.
    ON CONFLICT DO NOTHING),
  changed AS (
    UPDATE signal AS s SET account_id = t.account_id, person_id = t.person_id, method = t.method,
           confidence = t.confidence, evidence = t.evidence::text[], unplaced = t.unplaced
    FROM target AS t WHERE s.workspace_id = $1 AND s.signal_id = t.signal_id
    RETURNING s.signal_id, t.account_id, s.clues),
  waits AS (${waiting.keep('changed AS s')}),
  waited AS (${waiting.drop('SELECT signal_id FROM target WHERE account_id IS NOT NULL')})
  INSERT INTO rescore_request (workspace_id, request_id, account_id, requested_at)
  SELECT $1, gen_random_uuid(), account_id, $9
  FROM (SELECT account_id FROM before UNION SELECT account_id FROM changed) AS touched WHERE account_id IS NOT NULL`;

/** Moves signals to other accounts or people, keeps where they were, and asks for both sides to be rescored. */
export async function move(tx: Tx, moves: readonly Move[], now: Date): Promise<void> {
  if (moves.length === 0) return;
  await tx.client.query(MOVE, [
    tx.workspaceId,
    moves.map((m) => m.id),
    moves.map((m) => m.accountId),
    moves.map((m) => m.personId),
    moves.map((m) => m.match?.method ?? null),
    moves.map((m) => m.match?.confidence ?? 0),
    moves.map(
      (m) => `{${(m.match?.evidence ?? []).map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`,
    ),
    moves.map((m) => m.unplaced),
    now,
    tx.cause ?? null,
  ]);
}

/**
 * Takes a batch's signals off the timeline without trace and asks for their accounts; returns how many there were, and
 * when the first of them was received.
 */
export async function removeBatch(
  tx: Tx,
  batchId: string,
  now: Date,
): Promise<{ signals: number; since: Date | null }> {
  const { rows } = await tx.client.query(
    `WITH gone AS (DELETE FROM signal WHERE workspace_id = $1 AND batch_id = $2 RETURNING signal_id, source, external_id, account_id, received_at),
     waited AS (${waiting.drop('SELECT signal_id FROM gone')}),
     merged AS (DELETE FROM merged_signal WHERE workspace_id = $1 AND signal_id IN (SELECT signal_id FROM gone)),
     moves AS (DELETE FROM signal_move WHERE workspace_id = $1 AND signal_id IN (SELECT signal_id FROM gone)),
     arrivals AS (DELETE FROM first_arrival AS f USING gone AS g WHERE f.workspace_id = $1 AND f.source = g.source AND f.external_id = g.external_id),
     asked AS (INSERT INTO rescore_request (workspace_id, request_id, account_id, requested_at)
       SELECT $1, gen_random_uuid(), account_id, $3
       FROM (SELECT DISTINCT account_id FROM gone WHERE account_id IS NOT NULL) AS touched)
     SELECT count(*) AS signals, min(received_at) AS since FROM gone`,
    [tx.workspaceId, batchId, now],
  );
  return rows[0];
}
