/** People, what names them, and which visitors they are. */
import { sql } from 'kysely';
import { nameId } from '../core/id.ts';
import type { Tx } from './database.ts';

export interface Person {
  id: string;
  accountId: string | null;
  email: string | null;
  name: string | null;
  title: string | null;
  phone: string | null;
  linkedin: string | null;
  leadStatus: string;
  createdAt: Date;
  updatedAt: Date;
}

/** A person's row, all that is said of them considered. */
export interface PersonFacts {
  id: string;
  accountId: string | null;
  /** Where they are, if that account is merged into `accountId`. */
  homeId: string | null;
  email: string | null;
  name: string | null;
  title: string | null;
  phone: string | null;
  linkedin: string | null;
  leadStatus: string;
  /** Their part in a purchase, as the CRM has it. */
  buyingRole: string | null;
  origin: 'IMPORTED' | 'DISCOVERED';
  /** One that speaks of them; null: somebody did by hand. */
  batchId: string | null;
}

export const personIdOf = (workspaceId: string, key: string): string => nameId('person', workspaceId, key);

/**
 * Writes rows as they are to be. Returns the ids that were new. Where the account, title, lead status or
 * buying role changed, the accounts are to be scored again: their buying groups follow from these.
 */
export async function write(tx: Tx, facts: readonly PersonFacts[], now: Date): Promise<string[]> {
  if (facts.length === 0) return [];
  const { rows } = await tx.client.query(
    `WITH known AS (
       SELECT person_id, account_id, title, lead_status, buying_role FROM person WHERE workspace_id = $1 AND person_id = ANY($2)),
     written AS (
     INSERT INTO person AS p (workspace_id, person_id, account_id, email, name, title, phone, linkedin, lead_status,
       origin, batch_id, home_id, buying_role, created_at, updated_at)
     SELECT $1, t.*, $12, $12
     FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
       $10::text[], $11::uuid[], $13::uuid[], $14::text[])
       AS t (id, account_id, email, name, title, phone, linkedin, lead_status, origin, batch_id, home_id, buying_role)
     ORDER BY id
     ON CONFLICT (workspace_id, person_id) DO UPDATE SET
       account_id = EXCLUDED.account_id, email = EXCLUDED.email, name = EXCLUDED.name, title = EXCLUDED.title,
       phone = EXCLUDED.phone, linkedin = EXCLUDED.linkedin, lead_status = EXCLUDED.lead_status,
       origin = EXCLUDED.origin, batch_id = EXCLUDED.batch_id, home_id = EXCLUDED.home_id,
       buying_role = EXCLUDED.buying_role, updated_at = EXCLUDED.updated_at
     WHERE (p.account_id, p.email, p.name, p.title, p.phone, p.linkedin, p.lead_status, p.origin, p.batch_id, p.home_id,
         p.buying_role)
       IS DISTINCT FROM (EXCLUDED.account_id, EXCLUDED.email, EXCLUDED.name, EXCLUDED.title, EXCLUDED.phone,
         EXCLUDED.linkedin, EXCLUDED.lead_status, EXCLUDED.origin, EXCLUDED.batch_id, EXCLUDED.home_id,
         EXCLUDED.buying_role)
     RETURNING person_id, account_id, title, lead_status, buying_role, xmax = 0 AS created),
     asked AS (
       INSERT INTO rescore_request (workspace_id, request_id, account_id, requested_at)
       SELECT $1, gen_random_uuid(), touched.account_id, $12
       FROM (SELECT DISTINCT t.account_id
             FROM written AS w LEFT JOIN known AS k USING (person_id)
               CROSS JOIN LATERAL (VALUES (w.account_id), (k.account_id)) AS t (account_id)
             WHERE (w.account_id, w.title, w.lead_status, w.buying_role)
                 IS DISTINCT FROM (k.account_id, k.title, k.lead_status, k.buying_role)
               AND t.account_id IS NOT NULL) AS touched)
     SELECT person_id, created FROM written`,
    [
      tx.workspaceId,
      facts.map((f) => f.id),
      facts.map((f) => f.accountId),
      facts.map((f) => f.email),
      facts.map((f) => f.name),
      facts.map((f) => f.title),
      facts.map((f) => f.phone),
      facts.map((f) => f.linkedin),
      facts.map((f) => f.leadStatus),
      facts.map((f) => f.origin),
      facts.map((f) => f.batchId),
      now,
      facts.map((f) => f.homeId),
      facts.map((f) => f.buyingRole),
    ],
  );
  return rows.filter((row) => row.created).map((row) => row.person_id);
}

/** Records that visitors are people, as this batch says. An earlier time of the same word wins. */
export async function addLinks(
  tx: Tx,
  links: readonly { anonymousId: string; personId: string; at: Date }[],
  batchId: string,
): Promise<void> {
  if (links.length === 0) return;
  await tx.client.query(
    `INSERT INTO visitor_link AS l (workspace_id, anonymous_id, person_id, batch_id, at)
     SELECT $1, anonymous_id, person_id, $5, min(at)
     FROM unnest($2::text[], $3::uuid[], $4::timestamptz[]) AS t (anonymous_id, person_id, at)
     GROUP BY anonymous_id, person_id ORDER BY anonymous_id, person_id
     ON CONFLICT (workspace_id, anonymous_id, person_id, batch_id) DO UPDATE SET at = least(l.at, EXCLUDED.at)`,
    [
      tx.workspaceId,
      links.map((link) => link.anonymousId),
      links.map((link) => link.personId),
      links.map((link) => link.at),
      batchId,
    ],
  );
}

/** Takes back a batch's word about visitors; returns which they are. */
export async function removeLinks(tx: Tx, batchId: string): Promise<string[]> {
  const { rows } = await tx.client.query(
    'DELETE FROM visitor_link WHERE workspace_id = $1 AND batch_id = $2 RETURNING anonymous_id',
    [tx.workspaceId, batchId],
  );
  return [...new Set<string>(rows.map((row) => row.anonymous_id))];
}

/** Removes people, their keys and the word on their visitors. */
export async function remove(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.sql
    .deleteFrom('person')
    .where('workspace_id', '=', tx.workspaceId)
    .where('person_id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute();
}

/** Person → the account they are at by themselves, merged or not; of those who are there. */
export async function homesOf(tx: Tx, ids: readonly string[]): Promise<Map<string, string | null>> {
  const { rows } = await tx.client.query({
    name: 'homes-of-people',
    text: 'SELECT person_id, coalesce(home_id, account_id) AS home_id FROM person WHERE workspace_id = $1 AND person_id = ANY($2)',
    values: [tx.workspaceId, ids],
  });
  return new Map(rows.map((row) => [row.person_id, row.home_id]));
}

/** Ids of everybody at these accounts; each stands for itself, whether it is merged or others are merged into it. */
export async function idsAt(tx: Tx, accountIds: readonly string[]): Promise<string[]> {
  if (accountIds.length === 0) return [];
  const { rows } = await tx.client.query(
    `SELECT person_id FROM person WHERE workspace_id = $1 AND account_id = ANY($2) AND home_id IS NULL
     UNION SELECT person_id FROM person WHERE workspace_id = $1 AND home_id = ANY($2) ORDER BY person_id`,
    [tx.workspaceId, accountIds],
  );
  return rows.map((row) => row.person_id);
}

/** People by id, in the order asked for; unknown ids are null. */
export async function byIds(tx: Tx, ids: readonly string[]): Promise<(Person | null)[]> {
  if (ids.length === 0) return [];
  const { rows } = await tx.client.query({
    name: 'people-by-id',
    text: 'SELECT * FROM person WHERE workspace_id = $1 AND person_id = ANY($2)',
    values: [tx.workspaceId, ids],
  });
  const byId = new Map(rows.map((row) => [row.person_id, toPerson(row)]));
  return ids.map((id) => byId.get(id) ?? null);
}

/** One page of people by id; `accountId` narrows it to one account, `search` to names, titles and addresses. */
export async function page(
  tx: Tx,
  filter: { accountId?: string | null; search?: string | null; leadStatus?: string | null },
  limit: number,
  cursor: string | null,
  backward = false,
): Promise<Person[]> {
  let query = filtered(tx, filter).selectAll();
  if (cursor) query = query.where('person_id', backward ? '<' : '>', cursor);
  const rows = await query
    .orderBy('person_id', backward ? 'desc' : 'asc')
    .limit(limit)
    .execute();
  const found = rows.map(toPerson);
  return backward ? found.reverse() : found;
}

export async function count(
  tx: Tx,
  filter: { accountId?: string | null; search?: string | null; leadStatus?: string | null },
): Promise<number> {
  const row = await filtered(tx, filter)
    .select((e) => e.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return row.total;
}

/** One page of each of these accounts' people by id, in one statement. */
export async function pageOf(
  tx: Tx,
  accountIds: readonly string[],
  limit: number,
  cursor: string | null,
  backward = false,
): Promise<Map<string, Person[]>> {
  const { rows } = await tx.client.query(
    `SELECT p.* FROM unnest($2::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
       SELECT * FROM person WHERE workspace_id = $1 AND account_id = wanted.id
         AND ($4::uuid IS NULL OR person_id ${backward ? '<' : '>'} $4)
       ORDER BY person_id ${backward ? 'DESC' : 'ASC'} LIMIT $3) AS p`,
    [tx.workspaceId, accountIds, limit, cursor],
  );
  const byAccount = new Map<string, Person[]>(accountIds.map((id) => [id, []]));
  for (const row of rows) byAccount.get(row.account_id)!.push(toPerson(row));
  if (backward) for (const found of byAccount.values()) found.reverse();
  return byAccount;
}

/** How many people each of these accounts has; absent: none. */
export async function countOf(tx: Tx, accountIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await tx.client.query(
    'SELECT account_id, count(*) AS total FROM person WHERE workspace_id = $1 AND account_id = ANY($2) GROUP BY account_id',
    [tx.workspaceId, accountIds],
  );
  return new Map(rows.map((row) => [row.account_id, row.total]));
}

function filtered(
  tx: Tx,
  filter: { accountId?: string | null; search?: string | null; leadStatus?: string | null },
) {
  let query = tx.sql.selectFrom('person').where('workspace_id', '=', tx.workspaceId);
  if (filter.accountId) query = query.where('account_id', '=', filter.accountId);
  if (filter.leadStatus) query = query.where('lead_status', '=', filter.leadStatus);
  if (filter.search) {
    const pattern = `%${filter.search.replace(/[\\%_]/g, '\\$&')}%`;
    query = query.where((e) =>
      e.or([e('name', 'ilike', pattern), e('email', 'ilike', pattern), e('title', 'ilike', pattern)]),
    );
  }
  return query;
}

function toPerson(row: {
  person_id: string;
  account_id: string | null;
  email: string | null;
  name: string | null;
  title: string | null;
  phone: string | null;
  linkedin: string | null;
  lead_status: string;
  created_at: Date;
  updated_at: Date;
}): Person {
  return {
    id: row.person_id,
    accountId: row.account_id,
    email: row.email,
    name: row.name,
    title: row.title,
    phone: row.phone,
    linkedin: row.linkedin,
    leadStatus: row.lead_status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
