/**
 * Everything that is held of one person, wherever it is: read for an export, taken away for good by an erasure.
 *
 * Which tables hold what follows from the catalogue, so that a new table needs no entry here: rows with a `person_id`
 * or a `signal_id` go with their person or signal (but for `CLEARED`). What names the person in other rows is left to
 * redaction.ts. Tests compare a whole dump.
 */
import type { Search } from '../core/traces.ts';
import type { Tx } from './database.ts';
import { fits, inOrder, LETTER, OURS, valuesOf } from './redaction.ts';

export interface Subject {
  personIds: string[];
  /** `email:<hash>`, `user:<id>`. */
  keys: string[];
  /** What is or was said of them, by field. */
  said: { emails: string[]; names: string[]; phones: string[]; linkedins: string[] };
  /** Browsers that are theirs, and nobody else's. */
  visitors: string[];
}

/** Who is known by this key or address. */
export async function find(tx: Tx, key: string, address: string): Promise<Subject> {
  const { rows } = await tx.client.query(
    `WITH subject AS (
       SELECT person_id FROM person_identity WHERE workspace_id = $1 AND key = $2
       UNION SELECT person_id FROM person WHERE workspace_id = $1 AND lower(email) = $3),
     said AS (
       SELECT * FROM claim WHERE workspace_id = $1 AND subject_id IN (SELECT person_id FROM subject)),
     rows AS (
       SELECT * FROM person WHERE workspace_id = $1 AND person_id IN (SELECT person_id FROM subject))
     SELECT (SELECT coalesce(array_agg(person_id ORDER BY person_id), '{}') FROM subject) AS "personIds",
       ARRAY(SELECT key FROM person_identity WHERE workspace_id = $1 AND person_id IN (SELECT person_id FROM subject)
             UNION SELECT unnest(keys) FROM said UNION SELECT $2 ORDER BY 1) AS keys,
       ARRAY(SELECT email FROM rows UNION SELECT facts->'email'->>0 FROM said UNION SELECT $3) AS emails,
       ARRAY(SELECT name FROM rows UNION SELECT facts->'name'->>0 FROM said) AS names,
       ARRAY(SELECT phone FROM rows UNION SELECT facts->'phone'->>0 FROM said) AS phones,
       ARRAY(SELECT linkedin FROM rows UNION SELECT facts->'linkedin'->>0 FROM said) AS linkedins,
       ARRAY(SELECT DISTINCT anonymous_id FROM visitor_link AS l
             WHERE workspace_id = $1 AND person_id IN (SELECT person_id FROM subject) AND NOT EXISTS (
               SELECT FROM visitor_link AS o WHERE o.workspace_id = $1 AND o.anonymous_id = l.anonymous_id
                 AND o.person_id NOT IN (SELECT person_id FROM subject))
             ORDER BY 1) AS visitors`,
    [tx.workspaceId, key, address],
  );
  const { personIds, keys, visitors, ...said } = rows[0];
  const there = (texts: (string | null)[]) => texts.filter((text) => text !== null);
  return {
    personIds,
    keys,
    visitors,
    said: {
      emails: there(said.emails),
      names: there(said.names),
      phones: there(said.phones),
      linkedins: there(said.linkedins),
    },
  };
}

/** People of whom a key or an address of theirs is said as well. */
export async function sharing(tx: Tx, subject: Subject): Promise<string[]> {
  const { rows } = await tx.client.query(
    `SELECT DISTINCT subject_id AS id FROM claim WHERE workspace_id = $1 AND about = 'PERSON'
       AND NOT subject_id = ANY($2) AND (keys && $3 OR facts->'email'->>0 = ANY($4))`,
    [tx.workspaceId, subject.personIds, subject.keys, subject.said.emails],
  );
  return rows.map((row) => row.id);
}

/** Of these names those that no account bears. */
export async function notOfAccounts(tx: Tx, names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const { rows } = await tx.client.query(
    `SELECT name FROM unnest($2::text[]) AS name
     WHERE NOT EXISTS (SELECT FROM account AS a WHERE a.workspace_id = $1 AND lower(a.name) = lower(name.name))`,
    [tx.workspaceId, names],
  );
  return rows.map((row) => row.name);
}

/** Signals of the person, of their browsers, and any that names them by a key. */
const THEIRS = `person_id = ANY($2) OR anonymous_id = ANY($3) AND (person_id IS NULL OR person_id = ANY($2))
  OR clues->'personKeys' ?| $4`;

const theirs = (subject: Subject) => [subject.personIds, subject.visitors, subject.keys];

/** All rows about them, by table; without the workspace's id. `letters`: what is searched for in bad records that name them. */
export async function held(tx: Tx, subject: Subject, letters: Search): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  const read = async (table: string, condition: string, values: unknown[]) => {
    const { rows } = await tx.client.query(
      `SELECT to_jsonb(t) - 'workspace_id' AS row FROM ${table} AS t WHERE workspace_id = $1 AND (${condition}) ORDER BY 1`,
      [tx.workspaceId, ...values],
    );
    if (rows.length > 0) found[table] = rows.map((one) => one.row);
  };
  await read('claim', 'subject_id = ANY($2)', [subject.personIds]);
  await read('signal', THEIRS, theirs(subject));
  for (const { table } of await tablesWith(tx, 'person_id')) {
    if (table !== 'signal') await read(table, 'person_id = ANY($2)', [subject.personIds]);
  }
  const { rows } = await tx.client.query(
    `SELECT source, place, reason, received_at, raw FROM dead_letter WHERE workspace_id = $1 AND ${fits(LETTER)} ORDER BY received_at`,
    [tx.workspaceId, ...valuesOf(letters)],
  );
  if (rows.length > 0) found.dead_letter = rows.map(({ raw, ...row }) => ({ ...row, raw: raw.toString() }));
  return found;
}

/** Rows of others in which the person is merely named: that is taken out, the rest stays. */
const CLEARED = ['signal_move'];

/** What went with signals. */
export interface Removed {
  signals: number;
  /** When the first of them was received; null: there were none. */
  since: Date | null;
  /** To be scored again. */
  accountIds: string[];
}

/**
 * Takes away everything that hangs on the person, and those signals of theirs that are found by an index: of their
 * browsers, and at their accounts. Hardly any are left for `removeNext`.
 */
export async function remove(tx: Tx, subject: Subject): Promise<Removed & { identities: number }> {
  const { personIds, keys, visitors } = subject;
  const { rows: homes } = await tx.client.query(
    `SELECT p.account_id FROM person AS p WHERE workspace_id = $1 AND person_id = ANY($2) AND account_id IS NOT NULL`,
    [tx.workspaceId, personIds],
  );
  const homeIds = homes.map((row) => row.account_id);
  const { rows: found } = await tx.client.query(
    `SELECT signal_id FROM signal WHERE workspace_id = $1 AND anonymous_id = ANY($3) AND (${THEIRS})
     UNION SELECT signal_id FROM signal WHERE workspace_id = $1 AND account_id = ANY($5) AND (${THEIRS})`,
    [tx.workspaceId, ...theirs(subject), homeIds],
  );
  const gone = await removeSignals(
    tx,
    found.map((row) => row.signal_id),
  );
  const { rows: named } = await tx.client.query(
    'SELECT count(*) AS total FROM person_identity WHERE workspace_id = $1 AND person_id = ANY($2)',
    [tx.workspaceId, personIds],
  );
  for (const { table, column, nullable } of await idColumns(tx)) {
    if (CLEARED.includes(table)) continue;
    const goes = column === 'person_id' || !nullable;
    await tx.client.query(
      goes
        ? `DELETE FROM ${table} WHERE workspace_id = $1 AND ${column} = ANY($2)`
        : `UPDATE ${table} SET ${column} = NULL WHERE workspace_id = $1 AND ${column} = ANY($2)`,
      [tx.workspaceId, personIds],
    );
  }
  await tx.client.query('DELETE FROM visitor_link WHERE workspace_id = $1 AND anonymous_id = ANY($2)', [
    tx.workspaceId,
    visitors,
  ]);
  await tx.client.query('DELETE FROM claim WHERE workspace_id = $1 AND subject_id = ANY($2)', [
    tx.workspaceId,
    personIds,
  ]);
  // What was said of somebody else may claim a key of theirs.
  await tx.client.query(
    `UPDATE claim SET keys = ARRAY(SELECT unnest(keys) EXCEPT SELECT unnest($2::text[])),
       facts = CASE WHEN facts->'email'->>0 = ANY($3) THEN facts - 'email' ELSE facts END
     WHERE workspace_id = $1 AND (keys && $2 OR facts->'email'->>0 = ANY($3))`,
    [tx.workspaceId, keys, subject.said.emails],
  );
  await tx.client.query('UPDATE person SET email = NULL WHERE workspace_id = $1 AND lower(email) = ANY($2)', [
    tx.workspaceId,
    subject.said.emails,
  ]);
  await tx.client.query('DELETE FROM person WHERE workspace_id = $1 AND person_id = ANY($2)', [
    tx.workspaceId,
    personIds,
  ]);
  const accountIds = [...new Set([...gone.accountIds, ...homeIds])];
  return { ...gone, identities: named[0].total, accountIds };
}

/** Takes the person out of `CLEARED`, for which all of it is read: not while others wait. */
export async function clear(tx: Tx, { personIds }: Subject): Promise<void> {
  for (const table of CLEARED) {
    await tx.client.query(
      `UPDATE ${table} SET person_id = NULL WHERE workspace_id = $1 AND person_id = ANY($2)`,
      [tx.workspaceId, personIds],
    );
  }
}

/** Signals looked through at a time. */
const SIGNALS = 10_000;

/** Takes away which of the signals after this one (null: of all) are theirs; `last`: the last one looked at, if there are more. */
export async function removeNext(
  tx: Tx,
  subject: Subject,
  after: string | null,
): Promise<Removed & { last: string | null }> {
  await inOrder(tx);
  const { rows } = await tx.client.query(
    `WITH part AS MATERIALIZED (
       SELECT signal_id, coalesce(${THEIRS}, false) AS theirs FROM signal
       WHERE workspace_id = $1 ${after ? 'AND signal_id > $5' : ''} ORDER BY signal_id LIMIT ${SIGNALS})
     SELECT count(*)::int AS read, (SELECT signal_id FROM part ORDER BY signal_id DESC LIMIT 1) AS last,
       coalesce(array_agg(signal_id) FILTER (WHERE theirs), '{}') AS ids FROM part`,
    [tx.workspaceId, ...theirs(subject), ...(after ? [after] : [])],
  );
  const { read, last, ids } = rows[0];
  return { ...(await removeSignals(tx, ids)), last: read === SIGNALS ? last : null };
}

/** Takes signals off the timeline, and what hangs on them. */
async function removeSignals(tx: Tx, ids: readonly string[]): Promise<Removed> {
  if (ids.length === 0) return { signals: 0, since: null, accountIds: [] };
  const { rows: gone } = await tx.client.query(
    'DELETE FROM signal WHERE workspace_id = $1 AND signal_id = ANY($2) RETURNING source, external_id, account_id, received_at',
    [tx.workspaceId, ids],
  );
  for (const { table } of await tablesWith(tx, 'signal_id')) {
    if (table === 'signal') continue;
    await tx.client.query(`DELETE FROM ${table} WHERE workspace_id = $1 AND signal_id = ANY($2)`, [
      tx.workspaceId,
      ids,
    ]);
  }
  await tx.client.query(
    `DELETE FROM first_arrival AS f USING unnest($2::text[], $3::text[]) AS g (source, external_id)
     WHERE f.workspace_id = $1 AND f.source = g.source AND f.external_id = g.external_id`,
    [tx.workspaceId, gone.map((row) => row.source), gone.map((row) => row.external_id)],
  );
  const since = gone.reduce(
    (first: Date | null, { received_at: at }) => (first && first <= at ? first : at),
    null,
  );
  const accountIds = [...new Set(gone.flatMap((row) => row.account_id ?? []))];
  return { signals: gone.length, since, accountIds };
}

/** Tables with a column of that name. */
async function tablesWith(tx: Tx, column: string): Promise<{ table: string }[]> {
  const { rows } = await tx.client.query(
    `SELECT quote_ident(c.relname) AS table FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
     WHERE ${OURS} AND a.attname = $1 AND NOT a.attisdropped ORDER BY 1`,
    [column],
  );
  return rows;
}

/** Columns that may hold a person's id, by whatever name; not those of the person itself and of the timeline. */
async function idColumns(tx: Tx): Promise<{ table: string; column: string; nullable: boolean }[]> {
  const { rows } = await tx.client.query(
    `SELECT quote_ident(c.relname) AS table, quote_ident(a.attname) AS column, NOT a.attnotnull AS nullable
     FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
     WHERE ${OURS} AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'uuid'::regtype
       AND c.relname NOT IN ('person', 'signal', 'claim')
       AND a.attname NOT IN ('workspace_id', 'batch_id', 'account_id', 'signal_id')
       AND EXISTS (SELECT FROM pg_attribute AS w WHERE w.attrelid = c.oid AND w.attname = 'workspace_id')
     ORDER BY a.attname = 'person_id' DESC, 1, 2`,
  );
  return rows;
}
