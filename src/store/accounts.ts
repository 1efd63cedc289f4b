/** Accounts and their domains. */
import { sql } from 'kysely';
import { nameId } from '../core/id.ts';
import type { Firmographics } from '../core/scoring/fit.ts';
import type { Entry } from './book.ts';
import type { Tx } from './database.ts';

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
  origin: 'IMPORTED' | 'DISCOVERED';
  parentId: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** An account's row, all that is said of it considered. */
export interface AccountFacts {
  id: string;
  domain: string | null;
  name: string;
  nameKey: string;
  industry: string | null;
  employees: number | null;
  revenue: number | null;
  country: string | null;
  city: string | null;
  technologies: string[] | null;
  tier: string | null;
  owner: string | null;
  crmId: string | null;
  origin: Account['origin'];
  /** Columns that hold what only merged accounts know. */
  filled: string[];
  /** One that speaks of it; null: somebody did by hand. */
  batchId: string | null;
}

export const accountIdOf = (workspaceId: string, domainOrNameKey: string): string =>
  nameId('account', workspaceId, domainOrNameKey);

/** Writes rows as they are to be. Returns which ids were new, and which of the others changed. */
export async function write(
  tx: Tx,
  facts: readonly AccountFacts[],
  now: Date,
): Promise<{ created: string[]; changed: string[] }> {
  if (facts.length === 0) return { created: [], changed: [] };
  const { rows } = await tx.client.query(
    `INSERT INTO account AS a (workspace_id, account_id, domain, name, name_key, industry, employees, revenue, country,
       city, technologies, tier, owner, crm_id, origin, batch_id, filled, created_at, updated_at)
     SELECT $1, id, domain, name, name_key, industry, employees, revenue, country, city,
       coalesce(technologies::text[], '{}'), tier, owner, crm_id, origin, batch_id, filled::text[], $17, $17
     FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::float8[], $9::text[],
       $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::uuid[], $18::text[])
       AS t (id, domain, name, name_key, industry, employees, revenue, country, city, technologies, tier, owner, crm_id,
         origin, batch_id, filled)
     ORDER BY id
     ON CONFLICT (workspace_id, account_id) DO UPDATE SET
       domain = EXCLUDED.domain, name = EXCLUDED.name, name_key = EXCLUDED.name_key, industry = EXCLUDED.industry,
       employees = EXCLUDED.employees, revenue = EXCLUDED.revenue, country = EXCLUDED.country, city = EXCLUDED.city,
       technologies = EXCLUDED.technologies, tier = EXCLUDED.tier, owner = EXCLUDED.owner, crm_id = EXCLUDED.crm_id,
       origin = EXCLUDED.origin, batch_id = EXCLUDED.batch_id, filled = EXCLUDED.filled, updated_at = EXCLUDED.updated_at
     WHERE (a.domain, a.name, a.industry, a.employees, a.revenue, a.country, a.city, a.technologies, a.tier, a.owner,
         a.crm_id, a.origin, a.batch_id, a.filled) IS DISTINCT FROM (EXCLUDED.domain, EXCLUDED.name, EXCLUDED.industry,
         EXCLUDED.employees, EXCLUDED.revenue, EXCLUDED.country, EXCLUDED.city, EXCLUDED.technologies, EXCLUDED.tier,
         EXCLUDED.owner, EXCLUDED.crm_id, EXCLUDED.origin, EXCLUDED.batch_id, EXCLUDED.filled)
     RETURNING account_id, xmax = 0 AS created`,
    [
      tx.workspaceId,
      facts.map((f) => f.id),
      facts.map((f) => f.domain),
      facts.map((f) => f.name),
      facts.map((f) => f.nameKey),
      facts.map((f) => f.industry),
      facts.map((f) => f.employees),
      facts.map((f) => f.revenue),
      facts.map((f) => f.country),
      facts.map((f) => f.city),
      facts.map((f) => (f.technologies ? toArrayLiteral(f.technologies) : null)),
      facts.map((f) => f.tier),
      facts.map((f) => f.owner),
      facts.map((f) => f.crmId),
      facts.map((f) => f.origin),
      facts.map((f) => f.batchId),
      now,
      facts.map((f) => toArrayLiteral(f.filled)),
    ],
  );
  return {
    created: rows.filter((row) => row.created).map((row) => row.account_id),
    changed: rows.filter((row) => !row.created).map((row) => row.account_id),
  };
}

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
    `INSERT INTO account_domain (workspace_id, domain, account_id)
     SELECT $1, domain, id FROM unnest($2::text[], $3::uuid[]) AS t (domain, id) ORDER BY domain
     ON CONFLICT (workspace_id, domain) DO NOTHING`,
    [tx.workspaceId, found.map((f) => f.domain), found.map((f) => f.id)],
  );
}

/** Removes accounts; their signals and people must be gone or moved before. */
export async function remove(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.sql
    .deleteFrom('account')
    .where('workspace_id', '=', tx.workspaceId)
    .where('account_id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute();
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
 * outcomes known then; `replay`: of whom the account was made up then.
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
             o.customer, o.open_opportunity, o.rejected_at
           FROM account AS a LEFT JOIN LATERAL (
             SELECT bool_or(type = 'WON') AS customer,
                    count(*) FILTER (WHERE type = 'OPPORTUNITY_OPENED') > count(*) FILTER (WHERE type IN ('WON', 'LOST')) AS open_opportunity,
                    max(occurred_at) FILTER (WHERE type = 'REJECTED_BY_SALES') AS rejected_at
             FROM outcome AS o WHERE o.workspace_id = $1 AND ${replay ? OF_MEMBER : 'o.account_id = a.account_id'}
               AND o.occurred_at <= $3 AND o.received_at <= $3) AS o ON true
           WHERE a.workspace_id = $1 AND a.account_id = ANY($2) AND a.survivor_id IS NULL`,
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
};

export type AccountOrder = 'HEAT' | 'FIT' | 'QUALIFICATION' | 'TREND' | 'NAME' | 'LAST_ACTIVITY';

export interface AccountFilter {
  search?: string | null;
  domains?: readonly string[] | null;
  ids?: readonly string[] | null;
  owner?: string | null;
  tier?: string | null;
  industry?: string | null;
  country?: string | null;
  minHeat?: number | null;
  maxHeat?: number | null;
  minFit?: number | null;
  stage?: string | null;
  qualificationTier?: string | null;
  changedSince?: Date | null;
}

const ORDERS: Record<AccountOrder, string> = {
  HEAT: 's.heat',
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

/**
 * One page of account ids with their cursor values, by keyset: the cost does not grow with the depth of the page.
 * `backward` reads the page before the cursor (ids still come in the asked order).
 */
export async function page(
  tx: Tx,
  filter: AccountFilter,
  order: { field: AccountOrder; direction: 'ASC' | 'DESC' },
  limit: number,
  cursor: AccountCursor | null,
  backward = false,
): Promise<{ id: string; value: string | number | null }[]> {
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
  values.push(limit);
  const direction = descending ? 'DESC' : 'ASC';
  const nulls = order.field === 'LAST_ACTIVITY' ? (descending ? ' NULLS LAST' : ' NULLS FIRST') : '';
  const { rows } = await tx.client.query(
    `SELECT a.account_id AS id, ${column} AS value
     FROM account_score AS s JOIN account AS a ON a.workspace_id = $1 AND a.account_id = s.account_id
     WHERE s.workspace_id = $1 ${where.map((condition) => `AND ${condition}`).join(' ')}
     ORDER BY ${column} ${direction}${nulls}, ${order.field === 'NAME' ? 'a' : 's'}.account_id ${direction} LIMIT $${values.length}`,
    values,
  );
  const found = rows.map((row) => ({
    id: row.id as string,
    value: row.value instanceof Date ? row.value.toISOString() : row.value,
  }));
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

function conditions(tx: Tx, filter: AccountFilter): { where: string[]; values: unknown[] } {
  const values: unknown[] = [tx.workspaceId];
  const where: string[] = [];
  const add = (condition: (place: string) => string, value: unknown) => {
    if (value === undefined || value === null) return;
    values.push(value);
    where.push(condition(`$${values.length}`));
  };
  add(
    (v) => `(a.name ILIKE ${v} OR a.domain ILIKE ${v})`,
    filter.search ? `%${filter.search.replace(/[\\%_]/g, '\\$&')}%` : null,
  );
  add(
    (v) =>
      `a.account_id IN (SELECT coalesce(o.survivor_id, o.account_id) FROM account_domain AS d
         JOIN account AS o ON o.workspace_id = $1 AND o.account_id = d.account_id
         WHERE d.workspace_id = $1 AND d.domain = ANY(${v}))`,
    filter.domains,
  );
  add(
    (v) =>
      `a.account_id IN (SELECT coalesce(survivor_id, account_id) FROM account WHERE workspace_id = $1 AND account_id = ANY(${v}::uuid[]))`,
    filter.ids,
  );
  add((v) => `a.owner = ${v}`, filter.owner);
  add((v) => `a.tier = ${v}`, filter.tier);
  add((v) => `a.industry = ${v}`, filter.industry);
  add((v) => `a.country = ${v}`, filter.country);
  add((v) => `s.heat >= ${v}`, filter.minHeat);
  add((v) => `s.heat <= ${v}`, filter.maxHeat);
  add((v) => `s.fit >= ${v}`, filter.minFit);
  add((v) => `s.stage = ${v}`, filter.stage);
  add((v) => `s.qualification_tier = ${v}`, filter.qualificationTier);
  add((v) => `s.last_activity_at >= ${v}`, filter.changedSince);
  return { where, values };
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
    origin: r.origin,
    parentId: r.parent_id,
    createdAt: r.created_at,
    updatedAt: r.updated_at,
  };
}

function toArrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
