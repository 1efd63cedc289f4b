/** Accounts and their domains. */
import { sql } from 'kysely';
import { nameId } from '../core/id.ts';
import { skeletonOf } from '../core/identity/domain.ts';
import type { Firmographics, OutcomeEvent } from '../core/scoring/fit.ts';
import { type AccountFilter, conditions } from './account-filter.ts';
import type { Entry } from './book.ts';
import type { Tx } from './database.ts';
import * as statements from './statements.ts';
import type { AccountRange } from './timeline-part.ts';

export interface Account {
  id: string;
  domain: string | null;
  domains: string[];
  name: string;
  industry: string | null;
  employees: number | null;
  revenue: number | null;
  country: string | null;
  city: string | null;
  technologies: string[];
  tier: string | null;
  owner: string | null;
  crmId: string | null;
  linkedin: string | null;
  aliases: string[];
  origin: 'IMPORTED' | 'DISCOVERED';
  parentId: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export const accountIdOf = (workspaceId: string, domainOrNameKey: string): string =>
  nameId('account', workspaceId, domainOrNameKey);

/** Makes accounts of clear domains that belong to none and asks for their scores; what is there already stays. */
export async function discover(
  tx: Tx,
  found: readonly { id: string; domain: string; name: string; nameKey: string; batchId: string }[],
  now: Date,
): Promise<void> {
  if (found.length === 0) return;
  await tx.client.query(
    `WITH made AS (
       INSERT INTO account (workspace_id, account_id, domain, name, name_key, origin, batch_id, created_at, updated_at)
       SELECT $1, id, domain, name, name_key, 'DISCOVERED', batch_id, $7, $7
       FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[]) AS t (id, domain, name, name_key, batch_id)
       ORDER BY id
       ON CONFLICT (workspace_id, account_id) DO NOTHING RETURNING account_id)
     INSERT INTO rescore_request (workspace_id, request_id, account_id, requested_at)
     SELECT $1, gen_random_uuid(), account_id, $7 FROM made`,
    [
      tx.workspaceId,
      found.map((f) => f.id),
      found.map((f) => f.domain),
      found.map((f) => f.name),
      found.map((f) => f.nameKey),
      found.map((f) => f.batchId),
      now,
    ],
  );
  await tx.client.query(
    `INSERT INTO account_domain (workspace_id, domain, account_id, skeleton)
     SELECT $1, domain, id, skeleton FROM unnest($2::text[], $3::uuid[], $4::text[]) AS t (domain, id, skeleton) ORDER BY domain
     ON CONFLICT (workspace_id, domain) DO NOTHING`,
    [
      tx.workspaceId,
      found.map((f) => f.domain),
      found.map((f) => f.id),
      found.map((f) => skeletonOf(f.domain)),
    ],
  );
}

/** Removes accounts; their signals and people must be gone or moved before. */
export async function remove(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  for (const table of ['timeline_change', 'account'] as const) {
    await tx.sql
      .deleteFrom(table)
      .where('workspace_id', '=', tx.workspaceId)
      .where('account_id', '=', sql<string>`any(${ids}::uuid[])`)
      .execute();
  }
}

/** Accounts by id, in the order asked for; unknown ids are null. For a merged one stands its survivor. */
export async function byIds(tx: Tx, ids: readonly string[]): Promise<(Account | null)[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.client.query({
    name: 'accounts-by-id',
    text: `SELECT w.account_id AS wanted, a.*, (SELECT array_agg(domain ORDER BY domain) FROM account_domain AS d
             WHERE d.workspace_id = $1 AND d.account_id = ANY(a.account_id || ARRAY(
               SELECT m.account_id FROM account AS m WHERE m.workspace_id = $1 AND m.survivor_id = a.account_id))) AS domains
           FROM account AS w JOIN account AS a
             ON a.workspace_id = $1 AND a.account_id = coalesce(w.survivor_id, w.account_id)
           WHERE w.workspace_id = $1 AND w.account_id = ANY($2)`,
    values: [tx.workspaceId, ids],
  });
  const byId = new Map(rows.map((row) => [row.wanted, toAccount(row)]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** Accounts by their own ids as the book has them, merged ones too, each with its normal name and its own domains. */
export async function entries(
  tx: Tx,
  ids: readonly string[],
): Promise<(Entry & { nameKey: string; domains: string[] })[]> {
  const { rows } = await tx.client.query(
    `SELECT coalesce(a.survivor_id, a.account_id) AS id, coalesce(a.survivor_id, a.account_id) AS "survivorId",
       a.account_id AS "homeId", a.name, a.name_key AS "nameKey",
       CASE WHEN 'domain' = ANY(a.filled) THEN NULL ELSE a.domain END AS domain,
       ARRAY(SELECT domain FROM account_domain AS d WHERE d.workspace_id = $1 AND d.account_id = a.account_id) AS domains
     FROM account AS a WHERE a.workspace_id = $1 AND a.account_id = ANY($2) ORDER BY a.account_id`,
    [tx.workspaceId, ids],
  );
  return rows;
}

/** The id of the account that owns the domain; of a merged one, its survivor's. */
export async function idByDomain(tx: Tx, domain: string): Promise<string | null> {
  return (await idsByDomain(tx, [domain])).get(domain)?.id ?? null;
}

/** Domain → the account that owns it, and the survivor it counts for (itself, if it is not merged). */
export async function idsByDomain(
  tx: Tx,
  domains: readonly string[],
): Promise<Map<string, { id: string; homeId: string }>> {
  if (domains.length === 0) return new Map();
  const { rows } = await tx.client.query({
    name: 'accounts-by-domain',
    text: `SELECT d.domain, coalesce(a.survivor_id, a.account_id) AS id, a.account_id AS "homeId"
           FROM account_domain AS d JOIN account AS a ON a.workspace_id = $1 AND a.account_id = d.account_id
           WHERE d.workspace_id = $1 AND d.domain = ANY($2)`,
    values: [tx.workspaceId, [...new Set(domains)]],
  });
  return new Map(rows.map((row) => [row.domain, row]));
}

/** All but those that are merged into others. */
export async function allIds(tx: Tx): Promise<string[]> {
  const { rows } = await tx.client.query(
    'SELECT account_id FROM account WHERE workspace_id = $1 AND survivor_id IS NULL ORDER BY account_id',
    [tx.workspaceId],
  );
  return rows.map((row) => row.account_id);
}

/** Ids of the accounts of a range, ascending; not of those merged into others. */
export async function idsIn(tx: Tx, { first, last }: AccountRange): Promise<string[]> {
  const { rows } = await tx.client.query(
    `SELECT account_id FROM account WHERE workspace_id = $1 AND account_id BETWEEN $2 AND $3 AND survivor_id IS NULL
     ORDER BY account_id`,
    [tx.workspaceId, first, last],
  );
  return rows.map((row) => row.account_id);
}

/** How many accounts there are, not counting those merged into others. */
export async function countAll(tx: Tx): Promise<number> {
  const { rows } = await tx.client.query(
    'SELECT count(*) AS accounts FROM account WHERE workspace_id = $1 AND survivor_id IS NULL',
    [tx.workspaceId],
  );
  return rows[0].accounts;
}

/** The accounts themselves and what was merged into them at $3, down the chains. */
const MEMBERS_AS_OF = `WITH RECURSIVE member (account_id, home_id) AS (
    SELECT id, id FROM unnest($2::uuid[]) AS id
    UNION
    SELECT m.account_id, l.account_id FROM member AS m
      JOIN merge_log AS l ON l.workspace_id = $1 AND l.into_id = m.home_id
    WHERE l.merged_at <= $3 AND (l.unmerged_at IS NULL OR l.unmerged_at > $3))
  `;
const OF_MEMBER = `o.outcome_id IN (
  SELECT p.outcome_id FROM member AS m JOIN outcome AS p ON p.workspace_id = $1
    AND ((p.account_id = m.home_id AND p.home_id IS NULL) OR p.home_id = m.home_id)
  WHERE m.account_id = a.account_id)`;

/**
 * What scoring needs to know of accounts besides their signals, by id; not of those merged into others. `asOf` in the past:
 * outcomes known then; `replay`: of whom the account was made up then, be it merged into another today.
 */
export async function firmographics(
  tx: Tx,
  ids: readonly string[],
  asOf: Date,
  replay: Date | null = null,
): Promise<Map<string, AccountFactsForScore>> {
  const { rows } = await tx.client.query({
    name: replay ? 'firmographics-as-of' : 'firmographics',
    text: `${replay ? MEMBERS_AS_OF : ''}SELECT a.account_id, a.domain, a.name, a.industry, a.employees, a.revenue, a.country, a.technologies,
             o.customer, o.open_opportunity, o.rejected_at, o.outcome_types, o.outcome_times
           FROM account AS a LEFT JOIN LATERAL (
             SELECT bool_or(type = 'WON') AS customer,
                    count(*) FILTER (WHERE type = 'OPPORTUNITY_OPENED') > count(*) FILTER (WHERE type IN ('WON', 'LOST')) AS open_opportunity,
                    max(occurred_at) FILTER (WHERE type = 'REJECTED_BY_SALES') AS rejected_at,
                    array_agg(type ORDER BY occurred_at, outcome_id) AS outcome_types,
                    array_agg(round(date_part('epoch', occurred_at) * 1000) ORDER BY occurred_at, outcome_id) AS outcome_times
             FROM outcome AS o WHERE o.workspace_id = $1 AND ${replay ? OF_MEMBER : 'o.account_id = a.account_id'}
               AND o.occurred_at <= $3 AND o.received_at <= $3) AS o ON true
           WHERE a.workspace_id = $1 AND a.account_id = ANY($2)${replay ? '' : ' AND a.survivor_id IS NULL'}`,
    values: [tx.workspaceId, ids, asOf],
  });
  return new Map(
    rows.map((row) => [
      row.account_id,
      {
        domain: row.domain,
        name: row.name,
        industry: row.industry,
        employees: row.employees,
        revenue: row.revenue,
        country: row.country,
        technologies: row.technologies,
        customer: row.customer ?? false,
        openOpportunity: row.open_opportunity ?? false,
        salesSaidNoAt: row.rejected_at,
        outcomes: (row.outcome_types ?? []).map((type: OutcomeEvent['type'], at: number) => ({
          type,
          at: new Date(row.outcome_times[at]),
        })),
      },
    ]),
  );
}

export type AccountFactsForScore = Pick<
  Firmographics,
  'name' | 'industry' | 'employees' | 'revenue' | 'country' | 'technologies'
> & {
  domain: string | null;
  customer: boolean;
  openOpportunity: boolean;
  salesSaidNoAt: Date | null;
  /** What the CRM says, oldest first. */
  outcomes: OutcomeEvent[];
};

export type { AccountFilter } from './account-filter.ts';
export type AccountOrder = 'HEAT' | 'SURGE' | 'FIT' | 'QUALIFICATION' | 'TREND' | 'NAME' | 'LAST_ACTIVITY';

const ORDERS: Record<AccountOrder, string> = {
  HEAT: 's.heat',
  SURGE: 's.surge',
  FIT: 's.fit',
  QUALIFICATION: 's.qualification',
  TREND: 's.trend_7d',
  NAME: 'a.name',
  LAST_ACTIVITY: 's.last_activity_at',
};

/** Where a page starts: the ordering value and id of the row before it. */
export interface AccountCursor {
  value: string | number | null;
  id: string;
}

/** A statement that gives a page of accounts, for other statements to start from. */
export interface PageStatement {
  text: string;
  values: unknown[];
  /** Whether one plan is good for all values. What a filter leaves over decides on the plan. */
  lasting: boolean;
}

export function pageStatement(
  tx: Tx,
  filter: AccountFilter,
  order: { field: AccountOrder; direction: 'ASC' | 'DESC' },
  limit: number,
  cursor: AccountCursor | null,
  backward = false,
  columns = '',
): PageStatement {
  const { where, values } = conditions(tx, filter);
  const column = ORDERS[order.field];
  const descending = (order.direction === 'DESC') !== backward;
  const compare = descending ? '<' : '>';
  if (cursor) {
    values.push(cursor.value, cursor.id);
    const type = order.field === 'NAME' ? 'text' : order.field === 'LAST_ACTIVITY' ? 'timestamptz' : 'float8';
    // Accounts without the value (never active) come last when descending, first when ascending.
    const [v, id] = [`$${values.length - 1}::${type}`, `$${values.length}::uuid`];
    const nullable = order.field === 'LAST_ACTIVITY';
    where.push(
      nullable
        ? cursor.value === null
          ? descending
            ? `(${column} IS NULL AND a.account_id < ${id} AND ${v} IS NULL)`
            : `(${column} IS NOT NULL OR a.account_id > ${id}) AND ${v} IS NULL`
          : descending
            ? `((${column}, a.account_id) < (${v}, ${id}) OR ${column} IS NULL)`
            : `(${column}, a.account_id) > (${v}, ${id})`
        : `(${column}, a.account_id) ${compare} (${v}, ${id})`,
    );
  }
  const direction = descending ? 'DESC' : 'ASC';
  const nulls = order.field === 'LAST_ACTIVITY' ? (descending ? ' NULLS LAST' : ' NULLS FIRST') : '';
  const scoreAlone = columns === '' && where.length === 0 && column.startsWith('s.');
  const text = `SELECT s.account_id, ${column} AS value${columns} FROM account_score AS s
     ${scoreAlone ? '' : 'JOIN account AS a ON a.workspace_id = $1 AND a.account_id = s.account_id'}
     WHERE s.workspace_id = $1 ${where.map((condition) => `AND ${condition}`).join(' ')}
     ORDER BY ${column} ${direction}${nulls}, ${order.field === 'NAME' ? 'a' : 's'}.account_id ${direction} LIMIT ${Number(limit)}`;
  return { text, values, lasting: where.length === 0 };
}

/**
 * One page of account ids with their cursor values, by keyset: the cost does not grow with the depth of the page.
 * `backward` reads the page before the cursor (ids still come in the asked order). `columns` of an account-view follow
 * in `row`, from the third place on.
 */
export async function page(
  tx: Tx,
  filter: AccountFilter,
  order: { field: AccountOrder; direction: 'ASC' | 'DESC' },
  limit: number,
  cursor: AccountCursor | null,
  backward = false,
  columns = '',
): Promise<{ id: string; value: string | number | null; row: readonly unknown[] }[]> {
  const { text, values, lasting } = pageStatement(tx, filter, order, limit, cursor, backward, columns);
  const { rows } = await tx.client.query<[string, string | number | Date | null, ...unknown[]]>({
    ...(lasting ? statements.named(text, values) : { text, values }),
    rowMode: 'array',
  });
  const found = rows.map((row) => {
    const [id, value] = row;
    return { id, value: value instanceof Date ? value.toISOString() : value, row };
  });
  return backward ? found.reverse() : found;
}

export async function count(tx: Tx, filter: AccountFilter): Promise<number> {
  const { where, values } = conditions(tx, filter);
  const { rows } = await tx.client.query(
    `SELECT count(*) AS total FROM account_score AS s JOIN account AS a ON a.workspace_id = $1 AND a.account_id = s.account_id
     WHERE s.workspace_id = $1 ${where.map((condition) => `AND ${condition}`).join(' ')}`,
    values,
  );
  return rows[0].total;
}

function toAccount(row: Record<string, never> & { domains: string[] | null }): Account {
  const r = row as unknown as Account & {
    account_id: string;
    crm_id: string | null;
    parent_id: string | null;
    created_at: Date;
    updated_at: Date;
    domains: string[] | null;
  };
  return {
    id: r.account_id,
    domain: r.domain,
    domains: r.domains ?? [],
    name: r.name,
    industry: r.industry,
    employees: r.employees,
    revenue: r.revenue,
    country: r.country,
    city: r.city,
    technologies: r.technologies,
    tier: r.tier,
    owner: r.owner,
    crmId: r.crm_id,
    linkedin: r.linkedin,
    aliases: r.aliases,
    origin: r.origin,
    parentId: r.parent_id,
    createdAt: r.created_at,
    updatedAt: r.updated_at,
  };
}
