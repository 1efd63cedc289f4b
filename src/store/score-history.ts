/** What was known of the past: scores as they were shown, and what was said of accounts by when. */
import type { Claim } from './claims.ts';
import type { Tx } from './database.ts';
import type { HistoryPoint } from './scores.ts';

/** The last score that was stored by the end of a UTC day (`YYYY-MM-DD`), by account; absent: it had none. */
export async function standingOn(
  tx: Tx,
  accountIds: readonly string[],
  day: string,
): Promise<Map<string, HistoryPoint>> {
  const { rows } = await tx.client.query({
    name: 'score-standing-on',
    text: `SELECT DISTINCT ON (account_id) account_id AS id, day, heat, raw, qualification, stage, model_version AS "modelVersion"
           FROM score_history WHERE workspace_id = $1 AND account_id = ANY($2) AND day <= $3
           ORDER BY account_id, day DESC`,
    values: [tx.workspaceId, accountIds, day],
  });
  return new Map(rows.map(({ id, ...point }) => [id, point]));
}

/** A claim, and from when on it can have been known: when its batch began; null for what is said by hand. */
export type DatedClaim = Claim & { since: Date | null };

/** Everything that is said of these accounts, by account. */
export async function claimsOf(tx: Tx, accountIds: readonly string[]): Promise<Map<string, DatedClaim[]>> {
  const found = new Map<string, DatedClaim[]>(accountIds.map((id) => [id, []]));
  const { rows } = await tx.client.query({
    name: 'dated-claims-of',
    text: `SELECT c.about, c.subject_id AS "subjectId", c.batch_id AS "batchId", c.imported, c.facts, c.keys, c.domains,
             b.started_at AS since
           FROM claim AS c LEFT JOIN batch AS b ON b.workspace_id = $1 AND b.batch_id = c.batch_id
           WHERE c.workspace_id = $1 AND c.subject_id = ANY($2) ORDER BY c.batch_id`,
    values: [tx.workspaceId, [...found.keys()]],
  });
  for (const row of rows) found.get(row.subjectId)!.push(row);
  return found;
}

/** Account → what was merged into it at a moment, down the chains, first merged first. */
export async function familiesAt(
  tx: Tx,
  accountIds: readonly string[],
  at: Date,
): Promise<Map<string, string[]>> {
  const { rows } = await tx.client.query({
    name: 'families-at',
    text: `WITH RECURSIVE member (account_id, home_id, merged_at) AS (
             SELECT id, id, NULL::timestamptz FROM unnest($2::uuid[]) AS id
             UNION
             SELECT m.account_id, l.account_id, l.merged_at FROM member AS m
               JOIN merge_log AS l ON l.workspace_id = $1 AND l.into_id = m.home_id
             WHERE l.merged_at <= $3 AND (l.unmerged_at IS NULL OR l.unmerged_at > $3))
           SELECT account_id AS id, home_id AS member FROM member WHERE merged_at IS NOT NULL
           ORDER BY account_id, merged_at, home_id`,
    values: [tx.workspaceId, accountIds, at],
  });
  const families = new Map<string, string[]>();
  for (const { id, member } of rows) {
    const members = families.get(id);
    if (members) members.push(member);
    else families.set(id, [member]);
  }
  return families;
}
