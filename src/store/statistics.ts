/** What the planner knows of tables. Autovacuum looks once a minute: too late for whoever asks right after an import. */
import pg from 'pg';
import type { Database, Tx } from './database.ts';

/** Rows from which a table's change is worth a look. */
const MANY = 10_000;

/** Has this connection tell its changes when its transaction ends, and not up to ten seconds later. */
export async function tellSoon(tx: Tx): Promise<void> {
  await tx.client.query('SELECT pg_stat_force_next_flush()');
}

/**
 * Analyses the tables (each month of the timeline for itself) of which a tenth, and many rows, changed since that was done
 * last; plans of named statements are then made anew. Returns their names. One that we don't own, or that somebody
 * else is at, is passed over.
 */
export async function analyse(db: Database): Promise<string[]> {
  const { rows } = await db.pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_stat_user_tables
     WHERE schemaname = current_schema() AND n_mod_since_analyze >= greatest($1, n_live_tup / 10) ORDER BY 1`,
    [MANY],
  );
  const names = rows.map(({ name }) => name);
  for (const name of names) await db.pool.query(`ANALYZE (SKIP_LOCKED) ${pg.escapeIdentifier(name)}`);
  return names;
}
