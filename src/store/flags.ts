/** Pre-MQL flags: raised, answered, closed, reported. A merged account's flags show with its survivor. */
import { firstSignalId, nameId } from '../core/id.ts';
import type { FlagStatus, RaisedFlag, Standing } from '../core/scoring/flag-life.ts';
import {
  type Finding,
  type FlagPerson,
  type FlagRule,
  type FlagSurge,
  QUALIFIED,
} from '../core/scoring/flags.ts';
import type { Contribution } from '../core/scoring/heat.ts';
import { conditionsOf } from './conditions.ts';
import type { Tx } from './database.ts';

export interface Flag {
  id: string;
  /** The account it shows with. */
  accountId: string;
  personId: string | null;
  rule: FlagRule;
  confidence: number;
  status: FlagStatus;
  reason: string;
  evidence: Contribution[];
  raisedAt: Date;
  closedAt: Date | null;
  /** What sales said: who, when and why; null: nothing yet. */
  answer: { accepted: boolean; at: Date; by: string; reason: string | null } | null;
  modelVersion: number;
}

/** What the rules need to know of an account besides its score, signals and groups. */
export interface StoredFacts {
  flags: RaisedFlag[];
  people: FlagPerson[];
  /** People who are MQL or further, and since when. */
  qualified: { personId: string; at: Date }[];
  surges: FlagSurge[];
}

const OF_ACCOUNTS = 'a.workspace_id = $1 AND (a.account_id = ANY($2) OR a.survivor_id = ANY($2))';

const RAISED = `
  SELECT coalesce(a.survivor_id, a.account_id) AS account_id, f.flag_id, f.rule, f.person_id, f.raised_at, f.expired_at,
    f.accepted, f.answered_at, f.status, f.closed_at, f.signal_ids
  FROM account AS a JOIN pre_mql_flag AS f ON f.workspace_id = $1 AND f.account_id = a.account_id WHERE ${OF_ACCOUNTS}`;

/**
 * Account → what the rules need to know of it. `people`: those at the account. `actors`: people who did something at it
 * without being known to be there; they count among its people.
 */
export async function factsOf(
  tx: Tx,
  accounts: readonly { accountId: string; people: readonly FlagPerson[]; actors: ReadonlySet<string> }[],
): Promise<Map<string, StoredFacts>> {
  const accountIds = accounts.map((one) => one.accountId);
  const strangers = await peopleBy(
    tx,
    accounts.flatMap(({ people, actors }) => {
      const there = new Set(people.map(({ id }) => id));
      return [...actors].filter((id) => !there.has(id));
    }),
  );
  const found = new Map<string, StoredFacts>(
    accounts.map(({ accountId, people, actors }) => {
      const there = new Set(people.map(({ id }) => id));
      const also = [...actors].flatMap((id) => (there.has(id) ? [] : (strangers.get(id) ?? [])));
      return [accountId, { flags: [], people: [...people, ...also], qualified: [], surges: [] }];
    }),
  );
  const flags = await tx.client.query({
    name: 'raised-flags',
    text: RAISED,
    values: [tx.workspaceId, accountIds],
  });
  for (const row of flags.rows) found.get(row.account_id)?.flags.push(toRaised(row));
  const surges = await tx.client.query({
    name: 'surging',
    text: `SELECT account_id, name, score, status FROM surge
           WHERE workspace_id = $1 AND account_id = ANY($2) AND status = 'SURGING'`,
    values: [tx.workspaceId, accountIds],
  });
  for (const { account_id, ...surge } of surges.rows) found.get(account_id)?.surges.push(surge);

  const since = await qualifiedSince(
    tx,
    [...found.values()].flatMap(({ people }) => people.filter(isQualified).map(({ id }) => id)),
  );
  for (const { people, qualified } of found.values()) {
    for (const person of people) {
      // Of a status that no claim dates nothing is known but that it is so.
      if (isQualified(person))
        qualified.push({ personId: person.id, at: since.get(person.id) ?? new Date(0) });
    }
  }
  return found;
}

const isQualified = ({ leadStatus }: FlagPerson): boolean => QUALIFIED.includes(leadStatus);

async function peopleBy(tx: Tx, ids: readonly string[]): Promise<Map<string, FlagPerson>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.client.query({
    name: 'people-for-flags',
    text: `SELECT person_id AS id, title, lead_status AS "leadStatus" FROM person
           WHERE workspace_id = $1 AND person_id = ANY($2)`,
    values: [tx.workspaceId, [...new Set(ids)]],
  });
  return new Map(rows.map((row) => [row.id, row]));
}

/** Person → when the first claim said that they are MQL or further. */
async function qualifiedSince(tx: Tx, ids: readonly string[]): Promise<Map<string, Date>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.client.query({
    name: 'qualified-since',
    text: `SELECT subject_id, min((facts->'leadStatus'->>1)::float8) AS at FROM claim
           WHERE workspace_id = $1 AND subject_id = ANY($2) AND facts->'leadStatus'->>0 = ANY($3) GROUP BY subject_id`,
    values: [tx.workspaceId, ids, QUALIFIED],
  });
  return new Map(rows.map((row) => [row.subject_id, new Date(row.at)]));
}

function toRaised(row: {
  flag_id: string;
  rule: FlagRule;
  person_id: string | null;
  raised_at: Date;
  expired_at: Date | null;
  accepted: boolean | null;
  answered_at: Date | null;
  status: FlagStatus;
  closed_at: Date | null;
  signal_ids: string[];
}): RaisedFlag {
  return {
    id: row.flag_id,
    rule: row.rule,
    personId: row.person_id,
    status: row.status,
    signalIds: row.signal_ids,
    raisedAt: row.raised_at,
    expiredAt: row.expired_at,
    closedAt: row.closed_at,
    answer: row.accepted === null ? null : { accepted: row.accepted, at: row.answered_at ?? new Date(0) },
  };
}

/** Signals of these accounts in which somebody known looks for a replacement of a competitor, from a moment on. */
export async function seekingIn(tx: Tx, accountIds: readonly string[], from: Date): Promise<Set<string>> {
  const { rows } = await tx.client.query(
    `SELECT signal_id FROM signal WHERE workspace_id = $1 AND account_id = ANY($2) AND signal_id >= $3
       AND kind = 'social.competitor_research' AND person_id IS NOT NULL AND attributes->>'rule' LIKE '%alternative%'`,
    [tx.workspaceId, accountIds, firstSignalId(from)],
  );
  return new Set(rows.map((row) => row.signal_id));
}

/** Raises flags; one that is open already for the subject stays as it is. Returns how many were raised. */
export async function raise(
  tx: Tx,
  findings: readonly (Finding & { accountId: string })[],
  modelVersion: number,
  now: Date,
): Promise<number> {
  if (findings.length === 0) return 0;
  const { rowCount } = await tx.client.query(
    `INSERT INTO pre_mql_flag (workspace_id, flag_id, account_id, person_id, subject_id, rule, confidence, reason, evidence,
       signal_ids, model_version, raised_at, status)
     SELECT $1, (f->>'id')::uuid, (f->>'accountId')::uuid, (f->>'personId')::uuid, (f->>'subjectId')::uuid, f->>'rule',
       (f->>'confidence')::float8, f->>'reason', f->'evidence', ARRAY(SELECT jsonb_array_elements_text(f->'signalIds'))::uuid[],
       $3, $4, 'OPEN'
     FROM jsonb_array_elements($2::jsonb) AS f ON CONFLICT DO NOTHING`,
    [
      tx.workspaceId,
      JSON.stringify(
        findings.map((finding) => {
          const subjectId = finding.personId ?? finding.accountId;
          return {
            ...finding,
            id: nameId('flag', tx.workspaceId, finding.rule, subjectId, now.toISOString()),
            subjectId,
            signalIds: finding.evidence.flatMap((one) => one.signalIds),
            evidence: finding.evidence.map((one) => ({ ...one, signalIds: [] })),
          };
        }),
      ),
      modelVersion,
      now,
    ],
  );
  return rowCount ?? 0;
}

/** Writes where flags stand. */
export async function settle(
  tx: Tx,
  flags: readonly ({ id: string; expiredAt: Date | null } & Standing)[],
): Promise<void> {
  if (flags.length === 0) return;
  await tx.client.query(
    `UPDATE pre_mql_flag AS f SET status = t.status, closed_at = t.closed_at, expired_at = t.expired_at
     FROM unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[]) AS t (flag_id, status, closed_at, expired_at)
     WHERE f.workspace_id = $1 AND f.flag_id = t.flag_id`,
    [
      tx.workspaceId,
      flags.map((one) => one.id),
      flags.map((one) => one.status),
      flags.map((one) => one.closedAt),
      flags.map((one) => one.expiredAt),
    ],
  );
}

/** Removes flags as if they had never been raised. */
export async function withdraw(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.client.query(
    'DELETE FROM pre_mql_flag WHERE workspace_id = $1 AND flag_id = ANY($2) AND accepted IS NULL',
    [tx.workspaceId, ids],
  );
}

/** Keeps sales' answer; the status is `settle`’s. */
export async function answer(
  tx: Tx,
  id: string,
  answered: { accepted: boolean; at: Date; by: string; reason: string | null },
): Promise<void> {
  await tx.client.query(
    `UPDATE pre_mql_flag SET accepted = $3, answered_at = $4, answered_by = $5, answer_reason = $6
     WHERE workspace_id = $1 AND flag_id = $2`,
    [tx.workspaceId, id, answered.accepted, answered.at, answered.by, answered.reason],
  );
}

const FROM = 'pre_mql_flag AS f JOIN account AS a ON a.workspace_id = $1 AND a.account_id = f.account_id';
const COLUMNS = `f.flag_id, coalesce(a.survivor_id, a.account_id) AS account_id, f.person_id, f.rule, f.confidence, f.status,
  f.reason, f.evidence, f.raised_at, f.closed_at, f.accepted, f.answered_at, f.answered_by, f.answer_reason, f.model_version`;

function toFlag(row: {
  flag_id: string;
  account_id: string;
  person_id: string | null;
  rule: FlagRule;
  confidence: number;
  status: FlagStatus;
  reason: string;
  evidence: Contribution[];
  raised_at: Date;
  closed_at: Date | null;
  accepted: boolean | null;
  answered_at: Date;
  answered_by: string;
  answer_reason: string | null;
  model_version: number;
}): Flag {
  return {
    id: row.flag_id,
    accountId: row.account_id,
    personId: row.person_id,
    rule: row.rule,
    confidence: row.confidence,
    status: row.status,
    reason: row.reason,
    evidence: row.evidence,
    raisedAt: row.raised_at,
    closedAt: row.closed_at,
    answer:
      row.accepted === null
        ? null
        : { accepted: row.accepted, at: row.answered_at, by: row.answered_by, reason: row.answer_reason },
    modelVersion: row.model_version,
  };
}

export interface FlagFilter {
  rule?: FlagRule | null;
  status?: FlagStatus | null;
  accountId?: string | null;
  personId?: string | null;
  owner?: string | null;
  raisedSince?: Date | null;
  /** Raised by then, and not closed yet. */
  openAt?: Date | null;
}

function conditions(tx: Tx, filter: FlagFilter): { where: string[]; values: unknown[] } {
  const { where, values, add } = conditionsOf(tx, 'f.workspace_id = $1');
  add((v) => `f.rule = ${v}`, filter.rule);
  add((v) => `f.status = ${v}`, filter.status);
  add((v) => `coalesce(a.survivor_id, a.account_id) = ${v}`, filter.accountId);
  add((v) => `f.person_id = ${v}`, filter.personId);
  add(
    (v) => `EXISTS (SELECT FROM account AS s WHERE s.workspace_id = $1
      AND s.account_id = coalesce(a.survivor_id, a.account_id) AND s.owner = ${v})`,
    filter.owner,
  );
  add((v) => `f.raised_at >= ${v}`, filter.raisedSince);
  add((v) => `f.raised_at <= ${v} AND (f.closed_at IS NULL OR f.closed_at > ${v})`, filter.openAt);
  return { where, values };
}

/** One page, the latest first, ties broken by id; `backward` reads the page before the cursor. */
export async function page(
  tx: Tx,
  filter: FlagFilter,
  limit: number,
  cursor: { value: number; id: string } | null,
  backward = false,
): Promise<Flag[]> {
  const { where, values } = conditions(tx, filter);
  if (cursor) {
    // A forged one must not get as far as the database's cast.
    values.push(new Date(Math.min(Math.max(cursor.value, 0), 8.64e15)), cursor.id);
    where.push(
      `(f.raised_at, f.flag_id) ${backward ? '>' : '<'} ($${values.length - 1}::timestamptz, $${values.length}::uuid)`,
    );
  }
  values.push(limit);
  const direction = backward ? 'ASC' : 'DESC';
  const { rows } = await tx.client.query(
    `SELECT ${COLUMNS} FROM ${FROM} WHERE ${where.join(' AND ')}
     ORDER BY f.raised_at ${direction}, f.flag_id ${direction} LIMIT $${values.length}`,
    values,
  );
  const found = rows.map(toFlag);
  return backward ? found.reverse() : found;
}

export async function count(tx: Tx, filter: FlagFilter): Promise<number> {
  const { where, values } = conditions(tx, filter);
  const { rows } = await tx.client.query(
    `SELECT count(*) AS total FROM ${FROM} WHERE ${where.join(' AND ')}`,
    values,
  );
  return rows[0].total;
}

/** By id, in the order asked for; unknown ones are null. */
export async function byIds(tx: Tx, ids: readonly string[]): Promise<(Flag | null)[]> {
  const { rows } = await tx.client.query(
    `SELECT ${COLUMNS} FROM ${FROM} WHERE f.workspace_id = $1 AND f.flag_id = ANY($2)`,
    [tx.workspaceId, ids],
  );
  const found = new Map(rows.map((row) => [row.flag_id, toFlag(row)]));
  return ids.map((id) => found.get(id) ?? null);
}

/** Account → its flags, the latest first. */
export async function ofAccounts(
  tx: Tx,
  accountIds: readonly string[],
  status: FlagStatus | null = null,
): Promise<Map<string, Flag[]>> {
  const { rows } = await tx.client.query({
    name: 'flags-of-accounts',
    text: `SELECT ${COLUMNS} FROM ${FROM} WHERE f.workspace_id = $1 AND ${OF_ACCOUNTS}
             AND ($3::text IS NULL OR f.status = $3) ORDER BY f.raised_at DESC, f.flag_id DESC`,
    values: [tx.workspaceId, accountIds, status],
  });
  return Map.groupBy(rows.map(toFlag), (flag) => flag.accountId);
}

/** What became of a rule's flags. */
export interface RuleCounts {
  rule: FlagRule;
  raised: number;
  open: number;
  accepted: number;
  rejected: number;
  converted: number;
  expired: number;
  /** Median days from raising to converting; null: none converted. */
  leadTimeDays: number | null;
}

/** Counts per rule of what was raised in a span, both ends inclusive; of rules that raised any. */
export async function countsByRule(tx: Tx, from: Date | null, to: Date | null): Promise<RuleCounts[]> {
  const { rows } = await tx.client.query(
    `SELECT rule, count(*) AS raised, count(*) FILTER (WHERE status = 'OPEN') AS open,
       count(*) FILTER (WHERE status = 'ACCEPTED') AS accepted, count(*) FILTER (WHERE status = 'REJECTED') AS rejected,
       count(*) FILTER (WHERE status = 'CONVERTED') AS converted, count(*) FILTER (WHERE status = 'EXPIRED') AS expired,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', closed_at - raised_at) / 86400)
         FILTER (WHERE status = 'CONVERTED') AS "leadTimeDays"
     FROM pre_mql_flag WHERE workspace_id = $1 AND ($2::timestamptz IS NULL OR raised_at >= $2)
       AND ($3::timestamptz IS NULL OR raised_at <= $3)
     GROUP BY rule`,
    [tx.workspaceId, from, to],
  );
  return rows;
}
