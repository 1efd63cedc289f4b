/** Questions whether a clue means an account, and what was answered. */
import { nameId } from '../core/id.ts';
import type { MatchMethod, Question } from '../core/identity/match.ts';
import { type Clue, clueKey } from '../core/identity/votes.ts';
import type { Tx } from './database.ts';
import * as waiting from './waiting.ts';

export const STATUSES = ['OPEN', 'ACCEPTED', 'REJECTED'] as const;
export type ReviewStatus = (typeof STATUSES)[number];

export interface Review {
  id: string;
  clue: Clue;
  /** By itself; if it is merged, it stands for its survivor. */
  accountId: string;
  method: MatchMethod;
  confidence: number;
  evidence: string[];
  status: ReviewStatus;
  /** Signals without an account that carry the clue. */
  waiting: number;
  createdAt: Date;
  decidedAt: Date | null;
  /** Through what it was decided. */
  decidedBy: string | null;
}

const reviewIdOf = (workspaceId: string, clue: Clue, accountId: string): string =>
  nameId('review', workspaceId, clueKey(clue), accountId);

/** Keeps questions to be asked; those that were asked before stay as they are. */
export async function ask(tx: Tx, questions: readonly Question[], now: Date): Promise<void> {
  if (questions.length === 0) return;
  await tx.client.query(
    `INSERT INTO match_review (workspace_id, review_id, kind, value, account_id, method, confidence, evidence, status, created_at)
     SELECT $1, q.review_id, q.kind, q.value, q.account_id, q.method, q.confidence, q.evidence, 'OPEN', $2
     FROM json_populate_recordset(NULL::match_review, $3::json) AS q ORDER BY q.review_id
     ON CONFLICT (workspace_id, review_id) DO NOTHING`,
    [
      tx.workspaceId,
      now,
      JSON.stringify(
        questions.map(({ clue, accountId, method, confidence, evidence }) => ({
          review_id: reviewIdOf(tx.workspaceId, clue, accountId),
          ...clue,
          account_id: accountId,
          method,
          confidence,
          evidence,
        })),
      ),
    ],
  );
}

const CARRIES: Record<Clue['kind'], readonly string[]> = {
  NAME: ["s.clues->>'nameKey' = $2"],
  NETWORK: ["s.clues->>'networkKey' = $2"],
  DOMAIN: ["s.clues->>'domain' = $2", "s.clues->>'emailDomain' = $2"],
};

/** Open questions that somebody waits for; those that wait no more may do so again when a merge is taken back. */
const OPEN = `r.status = 'OPEN' AND ${waiting.COUNT} > 0`;

const REVIEW = `SELECT r.review_id AS id, r.kind, r.value, r.account_id AS "accountId", r.method, r.confidence, r.evidence,
  r.status, ${waiting.COUNT} AS waiting, r.created_at AS "createdAt", r.decided_at AS "decidedAt", r.decided_by AS "decidedBy"
  FROM match_review AS r WHERE r.workspace_id = $1`;

const toReview = ({ kind, value, ...row }: Omit<Review, 'clue'> & Clue): Review => ({
  ...row,
  clue: { kind, value },
});

/** One page of open questions, the likeliest first; `backward` reads the page before the cursor. */
export async function page(
  tx: Tx,
  limit: number,
  cursor: { value: number; id: string } | null,
  backward = false,
): Promise<Review[]> {
  const [compare, direction] = backward ? ['>', 'ASC'] : ['<', 'DESC'];
  const after = cursor ? `AND (r.confidence, r.review_id) ${compare} ($3, $4)` : '';
  const { rows } = await tx.client.query(
    `${REVIEW} AND ${OPEN} ${after} ORDER BY r.confidence ${direction}, r.review_id ${direction} LIMIT $2`,
    [tx.workspaceId, limit, ...(cursor ? [cursor.value, cursor.id] : [])],
  );
  const found = rows.map(toReview);
  return backward ? found.reverse() : found;
}

export async function count(tx: Tx): Promise<number> {
  const { rows } = await tx.client.query(
    `SELECT count(*) AS total FROM match_review AS r WHERE r.workspace_id = $1 AND ${OPEN}`,
    [tx.workspaceId],
  );
  return rows[0].total;
}

export async function byId(tx: Tx, id: string): Promise<Review | null> {
  const { rows } = await tx.client.query(`${REVIEW} AND r.review_id = $2`, [tx.workspaceId, id]);
  return rows[0] ? toReview(rows[0]) : null;
}

export async function decide(
  tx: Tx,
  id: string,
  answer: { status: 'ACCEPTED' | 'REJECTED'; by: string },
  now: Date,
): Promise<void> {
  await tx.client.query(
    'UPDATE match_review SET status = $3, decided_at = $4, decided_by = $5 WHERE workspace_id = $1 AND review_id = $2',
    [tx.workspaceId, id, answer.status, now, answer.by],
  );
}

/** Accounts that signals with the clue may be at: whose name it is, and all that were asked about, with their survivors. */
const BEARERS = `SELECT unnest(ARRAY[a.account_id, a.survivor_id]) FROM account AS a WHERE a.workspace_id = $1 AND a.account_id IN (
  SELECT account_id FROM account WHERE workspace_id = $1 AND name_key = $2
  UNION SELECT account_id FROM account_alias WHERE workspace_id = $1 AND name_key = $2
  UNION SELECT account_id FROM match_review WHERE workspace_id = $1 AND value = $2)`;

/** Ids of the signals that an answer decides on: those that wait, and those that the clue may have placed. */
export async function concerned(tx: Tx, { clue }: Review): Promise<string[]> {
  const { rows } = await tx.client.query(
    `SELECT signal_id FROM waiting_clue WHERE workspace_id = $1 AND clue = $3
     UNION SELECT s.signal_id FROM signal AS s
       WHERE s.workspace_id = $1 AND s.account_id IN (${BEARERS}) AND (${CARRIES[clue.kind].join(' OR ')}) ORDER BY 1`,
    [tx.workspaceId, clue.value, waiting.keyOf(clue.kind, clue.value)],
  );
  return rows.map((row) => row.signal_id);
}

/** What is asked about these accounts. */
export async function cluesOf(tx: Tx, accountIds: readonly string[]): Promise<Clue[]> {
  const { rows } = await tx.client.query(
    'SELECT DISTINCT kind, value FROM match_review WHERE workspace_id = $1 AND account_id = ANY($2)',
    [tx.workspaceId, accountIds],
  );
  return rows as Clue[];
}

/** Takes open questions about these clues back, so that those which still arise are asked anew; tells since when they were. */
export async function withdraw(tx: Tx, clues: readonly Clue[]): Promise<Pick<Review, 'id' | 'createdAt'>[]> {
  const { rows } = await tx.client.query(
    `DELETE FROM match_review WHERE workspace_id = $1 AND status = 'OPEN'
       AND (kind, value) IN (SELECT * FROM unnest($2::text[], $3::text[]))
     RETURNING review_id AS id, created_at AS "createdAt"`,
    [tx.workspaceId, clues.map((clue) => clue.kind), clues.map((clue) => clue.value)],
  );
  return rows;
}

/** Those of these questions that are asked again have been asked since then. */
export async function restoreTimes(
  tx: Tx,
  questions: readonly Pick<Review, 'id' | 'createdAt'>[],
): Promise<void> {
  await tx.client.query(
    `UPDATE match_review AS r SET created_at = q.created_at FROM unnest($2::uuid[], $3::timestamptz[]) AS q (review_id, created_at)
     WHERE r.workspace_id = $1 AND r.review_id = q.review_id`,
    [tx.workspaceId, questions.map((one) => one.id), questions.map((one) => one.createdAt)],
  );
}

/** Takes back questions that no signal waits for, nor would if nothing was merged; answers are kept. */
export async function forget(tx: Tx): Promise<void> {
  await tx.client.query(
    `DELETE FROM match_review AS r WHERE r.workspace_id = $1 AND r.status = 'OPEN' AND ${waiting.COUNT} = 0 AND NOT EXISTS (
       SELECT FROM merged_signal AS m JOIN signal AS s ON s.workspace_id = $1 AND s.signal_id = m.signal_id
       WHERE m.workspace_id = $1 AND m.account_id IS NULL
         AND r.value IN (s.clues->>'nameKey', s.clues->>'networkKey', s.clues->>'domain', s.clues->>'emailDomain'))`,
    [tx.workspaceId],
  );
}
