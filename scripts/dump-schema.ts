/** Writes migrations/schema.sql: the whole schema as the migrations leave it, for reading. A test compares it. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import * as embeddedPostgres from '../src/edge/embedded-postgres.ts';
import * as migrations from '../src/store/migrate.ts';

/**
 * The schema of the connected database as SQL-like text in a fixed order: for each table its columns, constraints,
 * indexes, row-level security and policies. Without the months of the timeline, which the application makes.
 */
export async function describeSchema(client: pg.ClientBase): Promise<string> {
  const { rows: tables } = await client.query<{
    oid: number;
    name: string;
    partition: string | null;
    security: string;
  }>(
    `SELECT c.oid, c.relname AS name, pg_get_partkeydef(c.oid) AS partition,
            CASE WHEN c.relrowsecurity THEN 'ENABLE' ELSE 'DISABLE' END || CASE WHEN c.relforcerowsecurity THEN ', FORCE' ELSE '' END AS security
     FROM pg_class AS c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND c.relname NOT LIKE 'kysely%'
     ORDER BY c.relname`,
  );
  const parts: string[] = [];
  for (const table of tables) {
    const lines = [
      ...(await texts(client, COLUMNS, table.oid)),
      ...(await texts(client, CONSTRAINTS, table.oid)),
    ].map((line) => `  ${line}`);
    const partition = table.partition ? ` PARTITION BY ${table.partition}` : '';
    parts.push(
      [
        `CREATE TABLE ${table.name} (\n${lines.join(',\n')}\n)${partition};`,
        ...(await texts(client, INDEXES, table.oid)).map((line) => `${line};`),
        `-- row-level security: ${table.security}`,
        ...(await texts(client, POLICIES, table.oid)).map((line) => `${line};`),
      ].join('\n'),
    );
  }
  return `-- Made by scripts/dump-schema.ts from the migrations; change those.\n\n${parts.join('\n\n')}\n`;
}

const COLUMNS = `
  SELECT attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
    || coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '') AS line
  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`;

/** NOT NULL stands with its column; PostgreSQL 18 lists it as a constraint, too. */
const CONSTRAINTS = `
  SELECT pg_get_constraintdef(oid) AS line FROM pg_constraint
  WHERE conrelid = $1 AND contype <> 'n' ORDER BY contype = 'p' DESC, contype, 1`;

const INDEXES = `
  SELECT replace(pg_get_indexdef(i.indexrelid), current_schema() || '.', '') AS line
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
  WHERE i.indrelid = $1 AND NOT i.indisprimary
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype = 'u') ORDER BY c.relname`;

const POLICIES = `
  SELECT format('CREATE POLICY %s FOR %s USING (%s)', policyname, cmd, regexp_replace(qual, '\\s+', ' ', 'g')) AS line
  FROM pg_policies WHERE schemaname = current_schema() AND tablename = (SELECT relname FROM pg_class WHERE oid = $1)
  ORDER BY 1`;

async function texts(client: pg.ClientBase, query: string, table: number): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(query, [table]);
  return rows.map((row) => row.line);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'undercurrent-schema-'));
  // mkdtemp makes it ours alone; the server may have to run as another user.
  await chmod(dataDir, 0o711);
  try {
    const server = await embeddedPostgres.start({ dataDir, durable: false });
    await migrations.migrate(server.url);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await writeFile(new URL('../migrations/schema.sql', import.meta.url), await describeSchema(client));
    await client.end();
    await server.stop();
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
  console.log('migrations/schema.sql written');
}
