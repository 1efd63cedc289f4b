/** Brings a database to the newest schema: numbered, forward-only SQL files, one transaction, safe for many at once. */
import { readdir, readFile } from 'node:fs/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import pg from 'pg';
import { SettingsInvalid } from '../core/errors.ts';
import { connect, prepareRole } from './database.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);
/** Any constant; all instances wait for one another on it. */
const LOCK = 7_130_420_216;

/** Applies what is missing and returns the names of what was applied. Throws with the failing file named. */
export async function migrate(url: string): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', () => {})); // one lost while closing is no news
  const kysely = new Kysely<Record<string, never>>({ dialect: new PostgresDialect({ pool }) });
  const lock = await pool.connect();
  try {
    await checkServer(lock);
    await lock.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const migrator = new Migrator({ db: kysely, provider: { getMigrations: readMigrations } });
    const { error, results } = await migrator.migrateToLatest();
    const failed = results?.find((result) => result.status === 'Error');
    if (failed || error) {
      throw new Error(
        `Migration ${failed?.migrationName ?? ''} failed: ${error instanceof Error ? error.message : error}`,
        {
          cause: error,
        },
      );
    }
    const db = await connect(url, { max: 1 });
    await prepareRole(db).finally(() => db.pool.end());
    return results?.map((result) => result.migrationName) ?? [];
  } finally {
    lock.release(true); // ends the session and with it the lock
    await kysely.destroy();
  }
}

/** Names of migrations that the database has not seen; empty means ready. */
export async function pending(pool: pg.Pool): Promise<string[]> {
  const known = Object.keys(await readMigrations());
  const table = await pool.query("SELECT to_regclass('kysely_migration') IS NOT NULL AS there");
  if (!table.rows[0].there) return known;
  const { rows } = await pool.query('SELECT name FROM kysely_migration');
  const applied = new Set(rows.map((row) => row.name));
  return known.filter((name) => !applied.has(name));
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const files = (await readdir(FOLDER)).filter((file) => /^\d{4}_.*\.sql$/.test(file)).sort();
  const migrations: Record<string, Migration> = {};
  for (const file of files) {
    const text = await readFile(new URL(file, FOLDER), 'utf8');
    migrations[file.replace('.sql', '')] = { up: async (db) => void (await sql.raw(text).execute(db)) };
  }
  return migrations;
}

async function checkServer(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query("SELECT current_setting('server_version_num')::int AS version");
  if (rows[0].version < 150000) {
    throw new SettingsInvalid(
      `PostgreSQL ${Math.floor(rows[0].version / 10000)} is too old.`,
      'Undercurrent needs PostgreSQL 15 or newer, or no DATABASE_URL at all for the embedded one.',
    );
  }
}
