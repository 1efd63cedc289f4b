/**
 * The connection and the shape of every table. All access goes through `inWorkspace`: one transaction bound to one
 * workspace, which row-level security enforces even against a forgotten WHERE.
 */
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { SettingsInvalid } from '../core/errors.ts';
import type { Tables } from './tables.ts';

export interface Database {
  pool: pg.Pool;
  /** Superusers bypass row-level security, so their transactions step down to this role; null where not needed. */
  role: string | null;
  /** Folder where copies of timelines are kept (see timeline-copy.ts); null: nowhere. */
  copies: string | null;
}

/** One open transaction: `client.query` for hand-written SQL, `from` for the query builder, both on the same connection. */
export interface Tx {
  client: pg.PoolClient;
  workspaceId: string;
  sql: Kysely<Tables>;
  /** Resolves when it is open. On a pipelined connection that is waited for together with the first answer. */
  opened: Promise<unknown>;
  /** The batch on whose word things move in here; absent: on that of none. */
  cause?: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const APP_ROLE = 'undercurrent_app';

const INT8 = 20;
const DATE = 1082;
const TIMESTAMPTZ = 1184;

/**
 * Connects and finds out whether the role we were given is bound by row-level security. `pipeline`: statements go out
 * without waiting for the answers to those before; not for COPY.
 */
export async function connect(
  url: string,
  options: { max?: number; pipeline?: boolean; copies?: string } = {},
): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    pipeline: options.pipeline ?? false,
    application_name: 'undercurrent',
    types: {
      getTypeParser(oid: number, format?: 'text' | 'binary') {
        if (oid === INT8 && format !== 'binary') return Number;
        if (oid === DATE && format !== 'binary') return (text: string) => text;
        if (oid === TIMESTAMPTZ && format !== 'binary') return readMoment;
        return pg.types.getTypeParser(oid, format as 'text');
      },
    } as pg.CustomTypesConfig,
  });
  // A lost connection fails the query that runs on it, or is replaced at its next use. Without a listener on the
  // pool (for idle ones) and on each client (for those between two queries) it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', () => {}));
  try {
    return { pool, role: await stepDownRole(pool), copies: options.copies ?? null };
  } catch (cause) {
    await pool.end();
    throw new SettingsInvalid(
      `No database at ${redactUrl(url)}: ${cause instanceof Error ? cause.message : cause}`,
      'Check DATABASE_URL, or unset it to use the embedded database.',
      { cause },
    );
  }
}

const readAnyMoment = pg.types.getTypeParser(TIMESTAMPTZ, 'text') as (text: string) => Date;

/** JavaScript reads `2026-01-31 12:00:00.5+00` by itself, three times as fast; other offsets and eras are left to pg. */
function readMoment(text: string): Date {
  const usual = text.endsWith('+00') && text[4] === '-' && text[0] !== '0';
  return usual ? new Date(text) : readAnyMoment(text);
}

export const close = (db: Database): Promise<void> => db.pool.end();

/** The URL without its password, for people to read. */
export function redactUrl(url: string): string {
  return url.replace(/(:\/\/[^:/@]*):[^@]*@/, '$1:***@');
}

async function stepDownRole(pool: pg.Pool): Promise<string | null> {
  const { rows } = await pool.query(
    'SELECT rolsuper OR rolbypassrls AS unbound FROM pg_roles WHERE rolname = current_user',
  );
  return rows[0]?.unbound ? APP_ROLE : null;
}

/**
 * Gives the step-down role what the application needs. Runs after migrations, only where we connect as a role that
 * row-level security does not bind. Safe when several instances do it at once.
 */
export async function prepareRole(db: Database): Promise<void> {
  if (!db.role) return;
  await db.pool.query(`DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${APP_ROLE}') THEN CREATE ROLE ${APP_ROLE} NOLOGIN; END IF;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
  await db.pool.query(`DO $$ BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${APP_ROLE}', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO ${APP_ROLE}', current_schema());
  END $$`);
}

/**
 * Runs `work` in one transaction that sees one workspace. Commits when it returns, rolls back when it throws.
 * `readOnly` gives one consistent snapshot for several reads.
 */
export async function inWorkspace<T>(
  db: Database,
  workspaceId: string,
  work: (tx: Tx) => Promise<T>,
  options: { readOnly?: boolean } = {},
): Promise<T> {
  const tx = await begin(db, workspaceId, options);
  try {
    const result = await work(tx);
    await tx.client.query('COMMIT');
    tx.client.release();
    return result;
  } catch (error) {
    await abandon(tx);
    throw error;
  }
}

/** For callers whose work spans callbacks (a GraphQL request); end it with `finish`. */
export async function begin(
  db: Database,
  workspaceId: string,
  options: { readOnly?: boolean } = {},
): Promise<Tx> {
  // The id goes into the text because several statements in one round trip can't take parameters.
  if (!UUID.test(workspaceId)) throw new Error(`not a workspace id: ${workspaceId}`);
  const client = await db.pool.connect();
  if (client.pipeline) {
    // What is asked for in the same breath goes out in one packet.
    const { stream } = client.connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }
  const opened = client.query(
    `BEGIN${options.readOnly ? ' ISOLATION LEVEL REPEATABLE READ READ ONLY' : ''};` +
      (db.role ? `SET LOCAL ROLE ${db.role};` : '') +
      `SELECT set_config('undercurrent.workspace', '${workspaceId}', true)`,
  );
  if (client.pipeline) {
    // Where opening fails half-way the transaction is aborted, and so is all that was sent after it.
    opened.catch(() => {});
  } else {
    try {
      await opened;
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  }
  return { client, workspaceId, sql: builderFor(client), opened };
}

/** Runs several reads: in one round trip on a pipelined connection, else one after another. */
export async function together<T, U>(
  tx: Tx,
  first: () => Promise<T>,
  ...others: readonly (() => Promise<U>)[]
): Promise<[T, ...U[]]> {
  if (tx.client.pipeline) {
    const sent = first(); // before the others: they are answered in the order of sending
    return Promise.all([sent, ...others.map((other) => other())]);
  }
  const found: [T, ...U[]] = [await first()];
  for (const other of others) found.push(await other());
  return found;
}

export async function finish(tx: Tx): Promise<void> {
  try {
    await Promise.all([tx.opened, tx.client.query('COMMIT')]);
    tx.client.release();
  } catch (error) {
    tx.client.release(error as Error);
  }
}

async function abandon(tx: Tx): Promise<void> {
  try {
    await tx.client.query('ROLLBACK');
    tx.client.release();
  } catch (error) {
    tx.client.release(error as Error); // the connection is gone; the server has rolled back
  }
}

const builders = new WeakMap<pg.PoolClient, Kysely<Tables>>();

/** A query builder that speaks over this one connection. */
function builderFor(client: pg.PoolClient): Kysely<Tables> {
  let builder = builders.get(client);
  if (!builder) {
    const connection = { query: client.query.bind(client), release() {} };
    builder = new Kysely<Tables>({
      dialect: new PostgresDialect({
        pool: { connect: async () => connection as never, end: async () => {} } as never,
      }),
    });
    builders.set(client, builder);
  }
  return builder;
}

/** Every workspace, for jobs that walk over all of them. */
export async function listWorkspaceIds(db: Database): Promise<string[]> {
  const client = await db.pool.connect();
  try {
    await client.query(
      `BEGIN READ ONLY;${db.role ? `SET LOCAL ROLE ${db.role};` : ''}SELECT set_config('undercurrent.operator', 'on', true)`,
    );
    const { rows } = await client.query(
      'SELECT workspace_id FROM workspace ORDER BY created_at, workspace_id',
    );
    await client.query('COMMIT');
    client.release();
    return rows.map((row) => row.workspace_id);
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
}

/** What the server calls itself, e.g. `PostgreSQL 18.4 on x86_64-linux-gnu …`. */
export async function serverVersion(db: Database): Promise<string> {
  const { rows } = await db.pool.query('SELECT version()');
  return rows[0].version;
}
