/** Reading the timeline for people: pages of signals, newest first. */
import type { MatchMethod } from '../core/identity/match.ts';
import type { SignalKind } from '../core/signal.ts';
import type { PageStatement } from './accounts.ts';
import { conditionsOf } from './conditions.ts';
import type { Tx } from './database.ts';
import * as statements from './statements.ts';

export interface SignalRow {
  id: string;
  source: string;
  kind: SignalKind;
  occurredAt: Date;
  receivedAt: Date;
  accountId: string | null;
  personId: string | null;
  method: MatchMethod | null;
  confidence: number;
  evidence: string[];
  unplaced: string | null;
  topics: string[];
  sentiment: number | null;
  url: string | null;
  title: string | null;
  attributes: Record<string, unknown> | null;
}

export interface SignalFilter {
  accountId?: string | null;
  personId?: string | null;
  source?: string | null;
  kinds?: readonly string[] | null;
  /** true: only placed ones; false: only those that wait. */
  placed?: boolean | null;
  from?: Date | null;
  to?: Date | null;
}

/** Property → column. */
const COLUMN_OF = {
  id: 'signal_id',
  source: 'source',
  kind: 'kind',
  occurredAt: 'occurred_at',
  receivedAt: 'received_at',
  accountId: 'account_id',
  personId: 'person_id',
  method: 'method',
  confidence: 'confidence',
  evidence: 'evidence',
  unplaced: 'unplaced',
  topics: 'topics',
  sentiment: 'sentiment',
  url: 'url',
  title: 'title',
  attributes: 'attributes',
} as const satisfies Record<keyof SignalRow, string>;

export type SignalProperty = keyof typeof COLUMN_OF;

const ALL = Object.keys(COLUMN_OF) as SignalProperty[];
const COLUMNS = Object.values(COLUMN_OF).join(', ');

export const isSignalProperty = (name: string): name is SignalProperty => Object.hasOwn(COLUMN_OF, name);

/** One page by id, which is time order; `backward` reads the page before the cursor. Newest first either way. */
export async function page(
  tx: Tx,
  filter: SignalFilter,
  limit: number,
  cursor: string | null,
  backward = false,
): Promise<SignalRow[]> {
  const { where, values } = conditions(tx, filter);
  if (cursor) {
    values.push(cursor);
    where.push(`signal_id ${backward ? '>' : '<'} $${values.length}`);
  }
  values.push(limit);
  const { rows } = await tx.client.query(
    `SELECT ${COLUMNS} FROM signal WHERE ${where.join(' AND ')} ORDER BY signal_id ${backward ? 'ASC' : 'DESC'} LIMIT $${values.length}`,
    values,
  );
  const found = rows.map(toSignal);
  return backward ? found.reverse() : found;
}

export async function count(tx: Tx, filter: SignalFilter): Promise<number> {
  const { where, values } = conditions(tx, filter);
  const { rows } = await tx.client.query(
    `SELECT count(*) AS total FROM signal WHERE ${where.join(' AND ')}`,
    values,
  );
  return rows[0].total;
}

/**
 * The newest signals of a page of accounts, in one statement: per account the index is read from its end, so the
 * cost does not grow with the account's history. Only `properties` are read, the others are null; absent: none.
 */
export async function newestOf(
  tx: Tx,
  accountIds: readonly string[],
  limit: number,
  properties: readonly SignalProperty[] = ALL,
): Promise<Map<string, SignalRow[]>> {
  const text = newestText('unnest($2::uuid[]) AS wanted (account_id)', limit, properties);
  const { rows } = await tx.client.query<[string, ...unknown[]]>({
    ...statements.named(text, [tx.workspaceId, accountIds]),
    rowMode: 'array',
  });
  return byAccount(rows, properties);
}

/** `newestOf` for the accounts of a page, without knowing them yet; absent: none. */
export async function newestOfPage(
  tx: Tx,
  page: PageStatement,
  limit: number,
  properties: readonly SignalProperty[] = ALL,
): Promise<Map<string, SignalRow[]>> {
  const text = newestText(`(${page.text}) AS wanted`, limit, properties);
  const { rows } = await tx.client.query<[string, ...unknown[]]>({
    ...(page.lasting ? statements.named(text, page.values) : { text, values: page.values }),
    rowMode: 'array',
  });
  return byAccount(rows, properties);
}

const newestText = (wanted: string, limit: number, properties: readonly SignalProperty[]): string =>
  `SELECT wanted.account_id, s.* FROM ${wanted} CROSS JOIN LATERAL (
     SELECT ${properties.map((property) => COLUMN_OF[property]).join(', ')} FROM signal
     WHERE workspace_id = $1 AND account_id = wanted.account_id ORDER BY signal_id DESC LIMIT ${Number(limit)}) AS s`;

function byAccount(
  rows: readonly [string, ...unknown[]][],
  properties: readonly SignalProperty[],
): Map<string, SignalRow[]> {
  const found = new Map<string, SignalRow[]>();
  for (const row of rows) {
    const signal: Record<string, unknown> = { ...NOTHING };
    for (let at = 0; at < properties.length; at++) signal[properties[at]!] = row[at + 1];
    const [id] = row;
    const list = found.get(id);
    if (list) list.push(signal as unknown as SignalRow);
    else found.set(id, [signal as unknown as SignalRow]);
  }
  return found;
}

/** All rows have the same properties in the same order, which is what makes reading them quick. */
const NOTHING = Object.fromEntries(ALL.map((property) => [property, null]));

/** `page` for each of these accounts, in one statement. */
export async function pageOf(
  tx: Tx,
  accountIds: readonly string[],
  filter: SignalFilter,
  limit: number,
  cursor: string | null,
  backward = false,
): Promise<Map<string, SignalRow[]>> {
  const { where, values } = conditions(tx, filter);
  if (cursor) {
    values.push(cursor);
    where.push(`signal_id ${backward ? '>' : '<'} $${values.length}`);
  }
  values.push(accountIds, limit);
  const { rows } = await tx.client.query(
    `SELECT s.* FROM unnest($${values.length - 1}::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
       SELECT ${COLUMNS} FROM signal WHERE ${where.join(' AND ')} AND account_id = wanted.id
       ORDER BY signal_id ${backward ? 'ASC' : 'DESC'} LIMIT $${values.length}) AS s`,
    values,
  );
  const byAccount = new Map<string, SignalRow[]>(accountIds.map((id) => [id, []]));
  for (const row of rows) byAccount.get(row.account_id)!.push(toSignal(row));
  if (backward) for (const found of byAccount.values()) found.reverse();
  return byAccount;
}

/** `count` for each of these accounts; absent: none. */
export async function countOf(
  tx: Tx,
  accountIds: readonly string[],
  filter: SignalFilter,
): Promise<Map<string, number>> {
  const { where, values } = conditions(tx, filter);
  values.push(accountIds);
  const { rows } = await tx.client.query(
    `SELECT account_id, count(*) AS total FROM signal
     WHERE ${where.join(' AND ')} AND account_id = ANY($${values.length}) GROUP BY account_id`,
    values,
  );
  return new Map(rows.map((row) => [row.account_id, row.total]));
}

export async function byIds(tx: Tx, ids: readonly string[]): Promise<(SignalRow | null)[]> {
  const { rows } = await tx.client.query(
    `SELECT ${COLUMNS} FROM signal WHERE workspace_id = $1 AND signal_id = ANY($2)`,
    [tx.workspaceId, ids],
  );
  const byId = new Map(rows.map((row) => [row.signal_id, toSignal(row)]));
  return ids.map((id) => byId.get(id) ?? null);
}

function conditions(tx: Tx, filter: SignalFilter): { where: string[]; values: unknown[] } {
  const { where, values, add } = conditionsOf(tx, 'workspace_id = $1');
  add((v) => `account_id = ${v}`, filter.accountId);
  add((v) => `person_id = ${v}`, filter.personId);
  add((v) => `source = ${v}`, filter.source);
  add((v) => `kind = ANY(${v})`, filter.kinds);
  add((v) => `occurred_at >= ${v}`, filter.from);
  add((v) => `occurred_at < ${v}`, filter.to);
  if (filter.placed === true) where.push('account_id IS NOT NULL');
  if (filter.placed === false) where.push('account_id IS NULL');
  return { where, values };
}

function toSignal(row: {
  signal_id: string;
  source: string;
  kind: SignalKind;
  occurred_at: Date;
  received_at: Date;
  account_id: string | null;
  person_id: string | null;
  method: MatchMethod | null;
  confidence: number;
  evidence: string[];
  unplaced: string | null;
  topics: string[];
  sentiment: number | null;
  url: string | null;
  title: string | null;
  attributes: Record<string, unknown> | null;
}): SignalRow {
  return {
    id: row.signal_id,
    source: row.source,
    kind: row.kind,
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    accountId: row.account_id,
    personId: row.person_id,
    method: row.method,
    confidence: row.confidence,
    evidence: row.evidence,
    unplaced: row.unplaced,
    topics: row.topics,
    sentiment: row.sentiment,
    url: row.url,
    title: row.title,
    attributes: row.attributes,
  };
}
