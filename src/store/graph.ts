/** Parents and children of accounts: what is said of each by itself, and what follows when merges are considered. */
import { MOST_LEVELS, type SaidParent } from '../core/hierarchy.ts';
import type { Tx } from './database.ts';

export interface Edge {
  childId: string;
  /** null: it was said by hand that there is none. */
  parentId: string | null;
  provenance: 'BY_HAND' | 'IMPORTED';
  since: Date;
}

/**
 * Accounts whose parent may be another when these are settled: those of them of whom a parent was said, their
 * children, and the children that wait for one of their domains.
 */
export async function concernedBy(tx: Tx, ids: readonly string[]): Promise<string[]> {
  const { rows } = await tx.client.query({
    name: 'parents-concerned',
    text: `SELECT subject_id AS id FROM claim
             WHERE workspace_id = $1 AND subject_id = ANY($2) AND parent_domain IS NOT NULL
           UNION SELECT child_id FROM account_edge
             WHERE workspace_id = $1 AND provenance = 'IMPORTED' AND (child_id = ANY($2) OR parent_id = ANY($2))
           UNION SELECT c.subject_id FROM account_domain AS d
             JOIN claim AS c ON c.workspace_id = $1 AND c.parent_domain = d.domain
             WHERE d.workspace_id = $1 AND d.account_id = ANY($2)`,
    values: [tx.workspaceId, ids],
  });
  return rows.map((row) => row.id);
}

/** Domain → the account that has it by itself, merged or not. */
export async function ownersOf(tx: Tx, domains: readonly string[]): Promise<Map<string, string>> {
  if (domains.length === 0) return new Map();
  const { rows } = await tx.client.query(
    'SELECT domain, account_id FROM account_domain WHERE workspace_id = $1 AND domain = ANY($2)',
    [tx.workspaceId, domains],
  );
  return new Map(rows.map((row) => [row.domain, row.account_id]));
}

/**
 * Makes these the imported edges of their children; `null` takes the edge away. What was said by hand stays. Returns
 * the children whose edge changed.
 */
export async function write(
  tx: Tx,
  wanted: readonly { childId: string; edge: { parentId: string; since: Date } | null }[],
): Promise<string[]> {
  const set = wanted.filter((one) => one.edge !== null);
  const { rows } = await tx.client.query(
    `WITH gone AS (
       DELETE FROM account_edge WHERE workspace_id = $1 AND child_id = ANY($2) AND provenance = 'IMPORTED' RETURNING child_id),
     written AS (
       INSERT INTO account_edge AS e (workspace_id, child_id, parent_id, provenance, since)
       SELECT $1, child_id, parent_id, 'IMPORTED', since FROM unnest($3::uuid[], $4::uuid[], $5::timestamptz[]) AS t (child_id, parent_id, since)
       WHERE EXISTS (SELECT FROM account AS a WHERE a.workspace_id = $1 AND a.account_id = t.child_id)
         AND EXISTS (SELECT FROM account AS a WHERE a.workspace_id = $1 AND a.account_id = t.parent_id)
       ON CONFLICT (workspace_id, child_id) DO UPDATE SET
         parent_id = EXCLUDED.parent_id, since = EXCLUDED.since
       WHERE e.provenance = 'IMPORTED' AND (e.parent_id, e.since) IS DISTINCT FROM (EXCLUDED.parent_id, EXCLUDED.since)
       RETURNING child_id)
     SELECT child_id FROM gone UNION SELECT child_id FROM written`,
    [
      tx.workspaceId,
      wanted.flatMap((one) => (one.edge === null ? one.childId : [])),
      set.map((one) => one.childId),
      set.map((one) => one.edge!.parentId),
      set.map((one) => one.edge!.since),
    ],
  );
  return rows.map((row) => row.child_id);
}

/** Makes this the edge of its child, over whatever imports say. */
export async function writeByHand(
  tx: Tx,
  edge: { childId: string; parentId: string | null; since: Date },
): Promise<void> {
  await tx.client.query(
    `INSERT INTO account_edge (workspace_id, child_id, parent_id, provenance, since) VALUES ($1, $2, $3, 'BY_HAND', $4)
     ON CONFLICT (workspace_id, child_id) DO UPDATE SET
       parent_id = EXCLUDED.parent_id, provenance = EXCLUDED.provenance, since = EXCLUDED.since`,
    [tx.workspaceId, edge.childId, edge.parentId, edge.since],
  );
}

/**
 * What is said of these accounts and of all that hang together with them, merges considered: each merged account
 * stands for its survivor, a survivor's own edge goes before those of the accounts merged into it, and an edge within
 * merged accounts is none. `ids`: all of those accounts.
 */
export async function around(tx: Tx, ids: readonly string[]): Promise<{ ids: string[]; said: SaidParent[] }> {
  const { rows } = await tx.client.query(
    `WITH RECURSIVE part AS (
       SELECT coalesce(survivor_id, account_id) AS id FROM account WHERE workspace_id = $1 AND account_id = ANY($2)
       UNION
       SELECT coalesce(o.survivor_id, o.account_id)
       FROM part AS p
         JOIN account AS m ON m.workspace_id = $1 AND (m.account_id = p.id OR m.survivor_id = p.id)
         JOIN account_edge AS e ON e.workspace_id = $1 AND (e.child_id = m.account_id OR e.parent_id = m.account_id)
         JOIN account AS o ON o.workspace_id = $1 AND o.account_id IN (e.child_id, e.parent_id)),
     said AS (
       SELECT DISTINCT ON (p.id) p.id, coalesce(o.survivor_id, o.account_id) AS parent_id, e.provenance, e.since
       FROM part AS p
         JOIN account AS c ON c.workspace_id = $1 AND (c.account_id = p.id OR c.survivor_id = p.id)
         JOIN account_edge AS e ON e.workspace_id = $1 AND e.child_id = c.account_id
         LEFT JOIN account AS o ON o.workspace_id = $1 AND o.account_id = e.parent_id
         LEFT JOIN merge_log AS l ON l.workspace_id = $1 AND l.account_id = c.account_id AND l.unmerged_at IS NULL
       WHERE coalesce(o.survivor_id, o.account_id) IS DISTINCT FROM p.id
       ORDER BY p.id, c.account_id <> p.id, l.merged_at, c.account_id)
     SELECT p.id, s.parent_id, s.provenance, s.since FROM part AS p LEFT JOIN said AS s ON s.id = p.id ORDER BY p.id`,
    [tx.workspaceId, ids],
  );
  return {
    ids: rows.map((row) => row.id),
    said: rows
      .filter((row) => row.parent_id !== null)
      .map(({ id, parent_id: parentId, provenance, since }) => ({
        childId: id,
        parentId,
        byHand: provenance === 'BY_HAND',
        since,
      })),
  };
}

/**
 * Writes what the parents of these accounts come to, and keeps since when; of those not in the map, that they have none.
 * Merged ones have none.
 */
export async function writeParents(
  tx: Tx,
  ids: readonly string[],
  parents: ReadonlyMap<string, string>,
  now: Date,
): Promise<void> {
  await tx.client.query(
    `WITH changed AS (
     UPDATE account AS a SET parent_id = CASE WHEN a.survivor_id IS NULL THEN t.parent_id END
     FROM unnest($2::uuid[], $3::uuid[]) AS t (account_id, parent_id)
     WHERE a.workspace_id = $1 AND a.account_id = t.account_id
       AND a.parent_id IS DISTINCT FROM CASE WHEN a.survivor_id IS NULL THEN t.parent_id END
     RETURNING a.account_id, a.parent_id)
     INSERT INTO parent_change (workspace_id, account_id, changed_at, parent_id, batch_id)
     SELECT $1, account_id, $4, parent_id, $5 FROM changed
     ON CONFLICT (workspace_id, account_id, changed_at) DO UPDATE SET parent_id = EXCLUDED.parent_id`,
    [tx.workspaceId, ids, ids.map((id) => parents.get(id) ?? null), now, tx.cause ?? null],
  );
}

const BELOW = `
  WITH RECURSIVE part (id, at, depth) AS (
    SELECT id, id, 0 FROM unnest($2::uuid[]) AS id
    UNION
    SELECT p.id, a.account_id, p.depth + 1 FROM part AS p
      JOIN account AS a ON a.workspace_id = $1 AND a.parent_id = p.at WHERE p.depth < $3)
  SELECT DISTINCT id, at FROM part ORDER BY id, at`;

/** Of the time before an account was known to us its first parent holds: there is no better word. */
const BELOW_THEN = `
  WITH RECURSIVE part (id, at, depth) AS (
    SELECT id, id, 0 FROM unnest($2::uuid[]) AS id
    UNION
    SELECT p.id, c.account_id, p.depth + 1 FROM part AS p
      JOIN parent_change AS c ON c.workspace_id = $1 AND c.parent_id = p.at
      JOIN account AS a ON a.workspace_id = $1 AND a.account_id = c.account_id
    WHERE p.depth < $3 AND c.changed_at = CASE WHEN a.created_at > $4
      THEN (SELECT min(o.changed_at) FROM parent_change AS o WHERE o.workspace_id = $1 AND o.account_id = c.account_id)
      ELSE (SELECT max(o.changed_at) FROM parent_change AS o
            WHERE o.workspace_id = $1 AND o.account_id = c.account_id AND o.changed_at <= $4) END)
  SELECT DISTINCT id, at FROM part ORDER BY id, at`;

/** Account → itself and everything below it, for a page of accounts in one statement. `at`: as it was then; null: now. */
export async function below(tx: Tx, ids: readonly string[], at: Date | null): Promise<Map<string, string[]>> {
  const { rows } = await tx.client.query(
    at === null
      ? { name: 'below', text: BELOW, values: [tx.workspaceId, ids, MOST_LEVELS] }
      : { name: 'below-then', text: BELOW_THEN, values: [tx.workspaceId, ids, MOST_LEVELS, at] },
  );
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const members = found.get(row.id);
    if (members) members.push(row.at);
    else found.set(row.id, [row.at]);
  }
  return found;
}

/** Account → ids of its children. */
export async function childrenOf(tx: Tx, ids: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await tx.client.query(
    'SELECT parent_id, account_id FROM account WHERE workspace_id = $1 AND parent_id = ANY($2) ORDER BY name, account_id',
    [tx.workspaceId, ids],
  );
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const children = found.get(row.parent_id);
    if (children) children.push(row.account_id);
    else found.set(row.parent_id, [row.account_id]);
  }
  return found;
}

/** Account → who said that its parent is its parent, and when; of accounts that have one. */
export async function parentEdges(tx: Tx, ids: readonly string[]): Promise<Map<string, Edge>> {
  const { rows } = await tx.client.query(
    `SELECT DISTINCT ON (a.account_id) a.account_id AS "childId", a.parent_id AS "parentId", e.provenance, e.since
     FROM account AS a
       JOIN account AS c ON c.workspace_id = $1 AND (c.account_id = a.account_id OR c.survivor_id = a.account_id)
       JOIN account_edge AS e ON e.workspace_id = $1 AND e.child_id = c.account_id
       JOIN account AS p ON p.workspace_id = $1 AND p.account_id = e.parent_id
     WHERE a.workspace_id = $1 AND a.account_id = ANY($2) AND coalesce(p.survivor_id, p.account_id) = a.parent_id
     ORDER BY a.account_id, c.account_id <> a.account_id, e.since`,
    [tx.workspaceId, ids],
  );
  return new Map(rows.map((row) => [row.childId, row]));
}

/** A domain of an account and who says it is theirs. */
export interface DomainFacts {
  domain: string;
  /** Whether somebody said so in earnest, or it was only seen. */
  provenance: 'IMPORTED' | 'DISCOVERED';
  /** Sources whose batches say so; none where it was said through the API. */
  sources: string[];
}

/** Account → its domains with those merged into it. */
export async function domainsOf(tx: Tx, ids: readonly string[]): Promise<Map<string, DomainFacts[]>> {
  const { rows } = await tx.client.query(
    `SELECT coalesce(a.survivor_id, a.account_id) AS account_id, d.domain,
       CASE WHEN coalesce(bool_or(c.imported), false) THEN 'IMPORTED' ELSE 'DISCOVERED' END AS provenance,
       coalesce(array_agg(DISTINCT b.source ORDER BY b.source) FILTER (WHERE b.source IS NOT NULL), '{}') AS sources
     FROM account AS a JOIN account_domain AS d ON d.workspace_id = $1 AND d.account_id = a.account_id
       LEFT JOIN claim AS c ON c.workspace_id = $1 AND c.subject_id = a.account_id AND d.domain = ANY(c.domains)
       LEFT JOIN batch AS b ON b.workspace_id = $1 AND b.batch_id = c.batch_id
     WHERE a.workspace_id = $1 AND (a.account_id = ANY($2) OR a.survivor_id = ANY($2))
     GROUP BY coalesce(a.survivor_id, a.account_id), d.domain ORDER BY d.domain`,
    [tx.workspaceId, ids],
  );
  const found = new Map<string, DomainFacts[]>();
  for (const { account_id: id, ...facts } of rows) {
    const list = found.get(id);
    if (list) list.push(facts);
    else found.set(id, [facts]);
  }
  return found;
}
