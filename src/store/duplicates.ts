/** Pairs of accounts that may be one company: found by what they have in common, in one pass over the workspace. */
import {
  DUPLICATE_CONFIDENCE,
  DUPLICATE_REASONS,
  type DuplicateClue,
  MOST_FOR_PEOPLE,
  OTHER_COUNTRY,
} from '../core/identity/duplicates.ts';
import type { Tx } from './database.ts';

export interface Duplicate {
  /** Of the pair. */
  id: string;
  /** The one to keep first: imported rather than discovered, with a domain, then the older. */
  accountIds: [string, string];
  /** 0–1. */
  confidence: number;
  /** The surest first. */
  clues: DuplicateClue[];
}

/** Of up to so many accounts with one thing in common every two are a pair; of more, each with the best of them. */
const SMALL_GROUP = 8;

/**
 * $2 reasons, $3 their confidences, $4 the most for shared people, $5 the factor for another country. Merged accounts
 * stand for their survivors. Parent and child, and children of one parent, are told apart by somebody; they are no pair.
 */
const PAIRS = `
  WITH live AS MATERIALIZED (
    SELECT account_id, domain, name, name_key, replace(name_key, ' ', '') AS compact, lower(country) AS country, origin, parent_id, linkedin,
      row_number() OVER (ORDER BY origin = 'DISCOVERED', domain IS NULL, created_at, account_id) AS rank
    FROM account WHERE workspace_id = $1 AND survivor_id IS NULL),
  owned AS MATERIALIZED (
    SELECT DISTINCT coalesce(a.survivor_id, a.account_id) AS account_id, replace(split_part(d.domain, '.', 1), '-', '') AS label
    FROM account_domain AS d JOIN account AS a ON a.workspace_id = $1 AND a.account_id = d.account_id
    WHERE d.workspace_id = $1),
  clue (reason, clue, account_id) AS (
    SELECT 'SAME_NAME', name_key, account_id FROM live WHERE name_key <> ''
    UNION ALL
    SELECT 'SAME_LINKEDIN', linkedin, account_id FROM live WHERE linkedin IS NOT NULL
    UNION ALL
    SELECT 'SAME_LABEL', label, account_id FROM owned WHERE length(label) >= 3
    UNION ALL
    SELECT 'SHARED_PEOPLE', person_id::text, account_id FROM (
      SELECT person_id, account_id FROM signal
      WHERE workspace_id = $1 AND person_id IS NOT NULL AND account_id IS NOT NULL
      UNION SELECT person_id, account_id FROM person WHERE workspace_id = $1 AND account_id IS NOT NULL) AS seen),
  grouped AS (
    SELECT c.reason, c.clue, c.account_id, l.rank,
      count(*) OVER g AS size, min(l.rank) OVER g AS best
    FROM clue AS c JOIN live AS l USING (account_id) WINDOW g AS (PARTITION BY c.reason, c.clue)),
  named AS (
    SELECT o.label, o.account_id, l.name_key, row_number() OVER (PARTITION BY o.label ORDER BY l.rank) AS place
    FROM owned AS o JOIN live AS l USING (account_id) WHERE length(o.label) >= 3),
  found (reason, clue, one, other) AS (
    SELECT a.reason, a.clue, a.account_id, b.account_id
    FROM grouped AS a JOIN grouped AS b ON b.reason = a.reason AND b.clue = a.clue AND b.rank > a.rank
    WHERE a.size > 1 AND (a.size <= ${SMALL_GROUP} OR a.rank = a.best)
    UNION ALL
    SELECT 'NAME_IS_DOMAIN', n.label, n.account_id, l.account_id
    FROM named AS n JOIN live AS l ON l.compact = n.label AND l.account_id <> n.account_id
    WHERE n.place = 1 AND n.name_key <> l.name_key AND NOT EXISTS (SELECT FROM owned AS o WHERE o.account_id = l.account_id AND o.label = n.label)
    UNION ALL
    SELECT 'SAME_WEBSITE', d.domain, coalesce(a.survivor_id, a.account_id), coalesce(b.survivor_id, b.account_id)
    FROM claim AS c CROSS JOIN unnest(c.domains) AS said
      JOIN account_domain AS d ON d.workspace_id = $1 AND d.domain = said AND d.account_id <> c.subject_id
      JOIN account AS a ON a.workspace_id = $1 AND a.account_id = c.subject_id
      JOIN account AS b ON b.workspace_id = $1 AND b.account_id = d.account_id
    WHERE c.workspace_id = $1 AND c.about = 'ACCOUNT'),
  told AS (
    SELECT reason, least(one, other) AS low_id, greatest(one, other) AS high_id, count(DISTINCT clue) AS count, min(clue) AS clue
    FROM found WHERE one <> other GROUP BY 1, 2, 3),
  judged AS (
    SELECT t.low_id, t.high_id, t.clue, t.count, a.country AS country, b.country AS other_country,
      CASE WHEN a.rank < b.rank THEN ARRAY[a.account_id, b.account_id] ELSE ARRAY[b.account_id, a.account_id] END AS account_ids,
      CASE WHEN t.reason = 'SAME_NAME' AND a.origin <> b.origin
          AND (CASE WHEN a.origin = 'IMPORTED' THEN a.domain ELSE b.domain END) IS NULL
        THEN 'DISCOVERED_TWIN' ELSE t.reason END AS reason
    FROM told AS t JOIN live AS a ON a.account_id = t.low_id JOIN live AS b ON b.account_id = t.high_id
    WHERE a.parent_id IS DISTINCT FROM b.account_id AND b.parent_id IS DISTINCT FROM a.account_id
      AND (a.parent_id = b.parent_id) IS NOT TRUE
      AND NOT EXISTS (
        SELECT FROM duplicate_dismissal AS d WHERE d.workspace_id = $1 AND d.low_id = t.low_id AND d.high_id = t.high_id)),
  weighed AS (
    SELECT j.*, CASE WHEN j.reason = 'SHARED_PEOPLE' THEN least($4::float8, 1 - power(1 - r.confidence, j.count)) ELSE r.confidence END AS chance
    FROM judged AS j JOIN unnest($2::text[], $3::float8[]) AS r (reason, confidence) USING (reason)),
  pair AS (
    SELECT md5(low_id::text || high_id::text)::uuid AS id, account_ids,
      round(((1 - exp(sum(ln(1 - chance)))) * CASE WHEN country <> other_country THEN $5::float8 ELSE 1 END)::numeric, 4)::float8 AS confidence,
      json_agg(json_build_object('reason', reason, 'clue', clue, 'count', count) ORDER BY chance DESC, reason) AS clues
    FROM weighed GROUP BY low_id, high_id, account_ids, country, other_country)`;

const inputs = (tx: Tx): unknown[] => [
  tx.workspaceId,
  DUPLICATE_REASONS,
  DUPLICATE_REASONS.map((reason) => DUPLICATE_CONFIDENCE[reason]),
  MOST_FOR_PEOPLE,
  OTHER_COUNTRY,
];

/**
 * One page of pairs, the surest first; `backward` reads the page before the cursor. Every page costs one pass over the
 * workspace.
 */
export async function page(
  tx: Tx,
  limit: number,
  cursor: { value: number; id: string } | null,
  backward = false,
): Promise<Duplicate[]> {
  const [compare, direction, idDirection] = backward ? ['>', 'ASC', 'DESC'] : ['<', 'DESC', 'ASC'];
  const after = cursor
    ? `WHERE confidence ${compare} $7 OR (confidence = $7 AND id ${backward ? '<' : '>'} $8)`
    : '';
  const { rows } = await tx.client.query(
    `${PAIRS} SELECT id, account_ids AS "accountIds", confidence, clues FROM pair ${after}
     ORDER BY confidence ${direction}, id ${idDirection} LIMIT $6`,
    [...inputs(tx), limit, ...(cursor ? [cursor.value, cursor.id] : [])],
  );
  return backward ? rows.reverse() : rows;
}

export async function count(tx: Tx): Promise<number> {
  const { rows } = await tx.client.query(`${PAIRS} SELECT count(*) AS total FROM pair`, inputs(tx));
  return rows[0].total;
}

/** Keeps that two accounts are no duplicates. Whether that is news. */
export async function dismiss(tx: Tx, one: string, other: string, now: Date): Promise<boolean> {
  const [low, high] = one < other ? [one, other] : [other, one];
  const { rowCount } = await tx.client.query(
    `INSERT INTO duplicate_dismissal (workspace_id, low_id, high_id, dismissed_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (workspace_id, low_id, high_id) DO NOTHING`,
    [tx.workspaceId, low, high, now],
  );
  return rowCount === 1;
}
