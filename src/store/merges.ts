/**
 * Merged accounts. A merge moves pointers and what is kept by account (signals, outcomes); rows of accounts and people
 * follow from claims and are settled by flow/merge.ts.
 */
import { randomUUID } from 'node:crypto';
import type { Tx } from './database.ts';

/** One merge that is in force. */
export interface Merge {
  id: string;
  /** What was merged, and what it is called by itself. */
  accountId: string;
  name: string;
  domain: string | null;
  /** What it was merged into, which may be merged itself. */
  intoId: string;
  mergedAt: Date;
}

/** Where an account stands among the merged ones: itself and its survivor are one if it is not merged. */
export interface Standing {
  accountId: string;
  survivorId: string;
  mergedInto: string | null;
  name: string;
  domain: string | null;
}

/** Of the ids that are accounts. */
export async function standings(tx: Tx, ids: readonly string[]): Promise<Map<string, Standing>> {
  const { rows } = await tx.client.query(
    `SELECT account_id AS "accountId", coalesce(survivor_id, account_id) AS "survivorId", merged_into AS "mergedInto", name, domain
     FROM account WHERE workspace_id = $1 AND account_id = ANY($2)`,
    [tx.workspaceId, ids],
  );
  return new Map(rows.map((row) => [row.accountId, row]));
}

/** Survivor → what is merged into it, first merged first, for all of these accounts that have to do with a merge. */
export async function families(tx: Tx, ids: readonly string[]): Promise<Map<string, string[]>> {
  const { rows } = await tx.client.query({
    name: 'families',
    text: `SELECT m.survivor_id, m.account_id FROM account AS m
             JOIN merge_log AS l ON l.workspace_id = $1 AND l.account_id = m.account_id AND l.unmerged_at IS NULL
           WHERE m.workspace_id = $1 AND m.survivor_id IN (
             SELECT coalesce(survivor_id, account_id) FROM account WHERE workspace_id = $1 AND account_id = ANY($2))
           ORDER BY l.merged_at, m.account_id`,
    values: [tx.workspaceId, ids],
  });
  const found = new Map<string, string[]>();
  for (const row of rows) {
    const members = found.get(row.survivor_id);
    if (members) members.push(row.account_id);
    else found.set(row.survivor_id, [row.account_id]);
  }
  return found;
}

const MERGES = `SELECT l.merge_id AS id, l.account_id AS "accountId", a.name, a.domain, l.into_id AS "intoId",
    l.merged_at AS "mergedAt", a.survivor_id AS "survivorId"
  FROM merge_log AS l JOIN account AS a ON a.workspace_id = $1 AND a.account_id = l.account_id
  WHERE l.workspace_id = $1 AND l.unmerged_at IS NULL`;

/** What is merged into each of these accounts, down the chains. */
export async function of(tx: Tx, survivorIds: readonly string[]): Promise<Map<string, Merge[]>> {
  const { rows } = await tx.client.query(
    `${MERGES} AND a.survivor_id = ANY($2) ORDER BY l.merged_at, l.account_id`,
    [tx.workspaceId, survivorIds],
  );
  return Map.groupBy(rows, (row) => row.survivorId as string);
}

/** The merge in force with this id, or of the account with this id. */
export async function find(tx: Tx, id: string): Promise<Merge | null> {
  const { rows } = await tx.client.query(`${MERGES} AND (l.merge_id = $2 OR l.account_id = $2)`, [
    tx.workspaceId,
    id,
  ]);
  return rows[0] ?? null;
}

/** Merges in force that touch these accounts, on either side. */
export async function touching(tx: Tx, ids: readonly string[]): Promise<Merge[]> {
  const { rows } = await tx.client.query(`${MERGES} AND (l.account_id = ANY($2) OR l.into_id = ANY($2))`, [
    tx.workspaceId,
    ids,
  ]);
  return rows;
}

/** Points the account, and what was merged into it, to its survivor. Its scores go: it counts nowhere. */
export async function link(tx: Tx, accountId: string, intoId: string, now: Date): Promise<void> {
  await tx.client.query(
    `INSERT INTO merge_log (workspace_id, merge_id, account_id, into_id, merged_at) VALUES ($1, $2, $3, $4, $5)`,
    [tx.workspaceId, randomUUID(), accountId, intoId, now],
  );
  await tx.client.query(
    `UPDATE account SET survivor_id = $3, merged_into = CASE WHEN account_id = $2 THEN $3 ELSE merged_into END
     WHERE workspace_id = $1 AND (account_id = $2 OR survivor_id = $2)`,
    [tx.workspaceId, accountId, intoId],
  );
  for (const table of ['account_score', 'account_shadow_score']) {
    await tx.client.query(`DELETE FROM ${table} WHERE workspace_id = $1 AND account_id = $2`, [
      tx.workspaceId,
      accountId,
    ]);
  }
}

/** Lets go of the account, which takes along what was merged into it. Returns all that goes, itself included. */
export async function unlink(tx: Tx, accountId: string, now: Date): Promise<string[]> {
  await tx.client.query(
    'UPDATE merge_log SET unmerged_at = $3 WHERE workspace_id = $1 AND account_id = $2 AND unmerged_at IS NULL',
    [tx.workspaceId, accountId, now],
  );
  const { rows } = await tx.client.query(
    `WITH RECURSIVE part AS (
       SELECT $2::uuid AS account_id
       UNION SELECT a.account_id FROM part AS p JOIN account AS a ON a.workspace_id = $1 AND a.merged_into = p.account_id)
     UPDATE account AS a SET survivor_id = nullif($2, a.account_id),
       merged_into = CASE WHEN a.account_id = $2 THEN NULL ELSE a.merged_into END
     FROM part AS p WHERE a.workspace_id = $1 AND a.account_id = p.account_id RETURNING a.account_id`,
    [tx.workspaceId, accountId],
  );
  return rows.map((row) => row.account_id);
}

/** Signals and outcomes of the account count for the other from now on; where they were is kept. */
export async function hand(tx: Tx, accountId: string, intoId: string, now: Date): Promise<void> {
  await tx.client.query(
    `WITH moved AS (
       UPDATE signal SET account_id = $3 WHERE workspace_id = $1 AND account_id = $2
       RETURNING signal_id, person_id, method, confidence, evidence, unplaced),
     logged AS (
       INSERT INTO signal_move (workspace_id, signal_id, moved_at, account_id, person_id, method, confidence, batch_id)
       SELECT $1, signal_id, $4, $2, person_id, method, confidence, $5 FROM moved ON CONFLICT DO NOTHING)
     INSERT INTO merged_signal (workspace_id, signal_id, account_id, method, confidence, evidence, unplaced)
     SELECT $1, signal_id, $2, method, confidence, evidence, unplaced FROM moved ON CONFLICT DO NOTHING`,
    [tx.workspaceId, accountId, intoId, now, tx.cause ?? null],
  );
  await tx.client.query(
    `UPDATE outcome SET account_id = $3, home_id = coalesce(home_id, account_id) WHERE workspace_id = $1 AND account_id = $2`,
    [tx.workspaceId, accountId, intoId],
  );
}

/**
 * Puts signals and outcomes of an account that something was let go of where they would be without that merge.
 * Returns the signals that were placed only thanks to merges, which are still to be looked at.
 */
export async function sortOut(
  tx: Tx,
  survivorId: string,
  part: readonly string[],
  now: Date,
): Promise<string[]> {
  const { rows } = await tx.client.query(
    `WITH before AS (
       SELECT s.signal_id, s.account_id, s.person_id, s.method, s.confidence, m.account_id AS home_id,
         coalesce(a.survivor_id, a.account_id) AS to_id, m.method AS to_method, m.confidence AS to_confidence,
         m.evidence AS to_evidence
       FROM merged_signal AS m
         JOIN signal AS s ON s.workspace_id = $1 AND s.signal_id = m.signal_id AND s.account_id = $2
         LEFT JOIN account AS a ON a.workspace_id = $1 AND a.account_id = m.account_id
       WHERE m.workspace_id = $1),
     moved AS (
       UPDATE signal AS s SET account_id = b.to_id, method = b.to_method, confidence = b.to_confidence, evidence = b.to_evidence
       FROM before AS b WHERE s.workspace_id = $1 AND s.signal_id = b.signal_id AND b.to_id IS NOT NULL),
     logged AS (
       INSERT INTO signal_move (workspace_id, signal_id, moved_at, account_id, person_id, method, confidence, batch_id)
       SELECT $1, signal_id, $3, account_id, person_id, method, confidence, $4 FROM before
       WHERE (to_id, to_method, to_confidence) IS DISTINCT FROM (account_id, method, confidence) AND to_id IS NOT NULL
       ON CONFLICT DO NOTHING),
     home AS (
       DELETE FROM merged_signal AS m USING before AS b
       WHERE m.workspace_id = $1 AND m.signal_id = b.signal_id AND b.home_id = b.to_id)
     SELECT signal_id FROM before WHERE to_id IS NULL`,
    [tx.workspaceId, survivorId, now, tx.cause ?? null],
  );
  await tx.client.query(
    `UPDATE outcome AS o SET account_id = coalesce(a.survivor_id, a.account_id),
       home_id = nullif(a.account_id, coalesce(a.survivor_id, a.account_id))
     FROM account AS a
     WHERE o.workspace_id = $1 AND o.home_id = ANY($2) AND a.workspace_id = $1 AND a.account_id = o.home_id`,
    [tx.workspaceId, part],
  );
  return rows.map((row) => row.signal_id);
}
