/** Reading the timeline for people: pages of signals, newest first. */
import type { MatchMethod } from '../core/identity/match.ts';
import type { SignalKind } from '../core/signal.ts';
import type { Tx } from './database.ts';

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

const COLUMNS = `signal_id, source, kind, occurred_at, received_at, account_id, person_id, method, confidence, evidence,
  unplaced, topics, sentiment, url, title, attributes`;

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
 * cost does not grow with the account's history.
 */
export async function newestOf(
  tx: Tx,
  accountIds: readonly string[],
  limit: number,
): Promise<Map<string, SignalRow[]>> {
  const { rows } = await tx.client.query({
    name: 'newest-signals',
    text: `SELECT s.* FROM unnest($2::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
             SELECT ${COLUMNS} FROM signal WHERE workspace_id = $1 AND account_id = wanted.id
             ORDER BY signal_id DESC LIMIT $3) AS s`,
    values: [tx.workspaceId, accountIds, limit],
  });
  const byAccount = new Map<string, SignalRow[]>(accountIds.map((id) => [id, []]));
  for (const row of rows) byAccount.get(row.account_id)!.push(toSignal(row));
  return byAccount;
}

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
  const values: unknown[] = [tx.workspaceId];
  const where = ['workspace_id = $1'];
  const add = (condition: (place: string) => string, value: unknown) => {
    if (value === undefined || value === null) return;
    values.push(value);
    where.push(condition(`$${values.length}`));
  };
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
