/** Erasures under way: what is still to be looked for, and what went so far. */
import type { Tx } from './database.ts';
import type { Searches } from './redaction.ts';
import type { Removed, Subject } from './traces.ts';

/** How many of what went, without the accounts. */
export interface Counts {
  people: number;
  identities: number;
  visitors: number;
  signals: number;
  deadLetters: number;
  mentions: number;
}

export interface Erasure {
  /** Keyed hash of the address. */
  subject: string;
  actor: string;
  askedAt: Date;
  whom: Subject;
  searches: Searches;
  counts: Counts;
  /** Accounts whose scores were asked for. */
  accountIds: string[];
}

export async function begin(tx: Tx, erasure: Erasure): Promise<void> {
  const { subject, actor, askedAt, whom, searches, counts, accountIds } = erasure;
  await tx.client.query('INSERT INTO erasure_task VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())', [
    tx.workspaceId,
    subject,
    actor,
    askedAt,
    JSON.stringify({ whom, searches }),
    JSON.stringify(counts),
    accountIds,
  ]);
}

const COLUMNS = `subject, actor, asked_at AS "askedAt", document->'whom' AS whom, document->'searches' AS searches, counts,
  account_ids AS "accountIds"`;

/** The one of that subject; null: none is under way. */
export async function of(tx: Tx, subject: string): Promise<Erasure | null> {
  const { rows } = await tx.client.query(
    `SELECT ${COLUMNS} FROM erasure_task WHERE workspace_id = $1 AND subject = $2`,
    [tx.workspaceId, subject],
  );
  return rows[0] ?? null;
}

/** Subjects of erasures about which nothing was done for so many milliseconds: whoever was at it was killed. */
export async function abandoned(tx: Tx, idle: number): Promise<string[]> {
  const { rows } = await tx.client.query(
    `SELECT subject FROM erasure_task
     WHERE workspace_id = $1 AND worked_at <= clock_timestamp() - $2 * interval '1 millisecond' ORDER BY asked_at, subject`,
    [tx.workspaceId, idle],
  );
  return rows.map((row) => row.subject);
}

/** Adds what went; also says that somebody is at it. */
export async function add(
  tx: Tx,
  subject: string,
  { accountIds = [], ...counts }: Partial<Counts> & Partial<Pick<Removed, 'accountIds'>>,
): Promise<void> {
  await tx.client.query(
    `UPDATE erasure_task SET worked_at = clock_timestamp(),
       counts = (SELECT jsonb_object_agg(key, value::int + coalesce(($3::jsonb->>key)::int, 0)) FROM jsonb_each_text(counts)),
       account_ids = ARRAY(SELECT unnest(account_ids) UNION SELECT unnest($4::uuid[]) ORDER BY 1)
     WHERE workspace_id = $1 AND subject = $2`,
    [tx.workspaceId, subject, JSON.stringify(counts), accountIds],
  );
}

/** Ends it, and returns what it came to; null: somebody else did. */
export async function end(tx: Tx, subject: string): Promise<Erasure | null> {
  const { rows } = await tx.client.query(
    `DELETE FROM erasure_task WHERE workspace_id = $1 AND subject = $2 RETURNING ${COLUMNS}`,
    [tx.workspaceId, subject],
  );
  return rows[0] ?? null;
}
