import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeSchema } from '../../scripts/dump-schema.ts';
import * as database from '../../src/store/database.ts';
import * as migrations from '../../src/store/migrate.ts';
import * as timeline from '../../src/store/timeline.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { urlOf } from '../support/global-setup.ts';

let fresh: FreshDatabase;
let db: database.Database;
beforeAll(async () => {
  fresh = await freshDatabase();
  db = await database.connect(fresh.url);
  await timeline.ensureMonths(db, [new Date('2026-01-01'), new Date('2026-02-01')]);
});
afterAll(async () => {
  await database.close(db);
  await fresh.drop();
});

const OURS = `c.relnamespace = current_schema()::regnamespace AND c.relname NOT LIKE 'kysely%'`;

/** One column of text per finding: an empty list is a rule kept. */
async function findings(query: string): Promise<string[]> {
  const { rows } = await db.pool.query(query);
  return rows.map((row) => row.found);
}

describe('rules that let the schema run on Citus unchanged', () => {
  test('there is something to check, the months of the timeline included', async () => {
    const tables = await findings(
      `SELECT c.relname AS found FROM pg_class AS c WHERE ${OURS} AND c.relkind IN ('r', 'p')`,
    );
    expect(tables).toEqual(expect.arrayContaining(['account', 'signal', 'signal_2026_01', 'signal_2026_02']));
  });

  test('every table has workspace_id, and it can’t be null', async () => {
    expect(
      await findings(
        `SELECT c.relname AS found FROM pg_class AS c WHERE ${OURS} AND c.relkind IN ('r', 'p') AND NOT EXISTS (
           SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND a.attnotnull)`,
      ),
    ).toEqual([]);
  });

  test('every table has a primary key', async () => {
    expect(
      await findings(
        `SELECT c.relname AS found FROM pg_class AS c WHERE ${OURS} AND c.relkind IN ('r', 'p')
           AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary)`,
      ),
    ).toEqual([]);
  });

  test('workspace_id is first in every key and index', async () => {
    expect(
      await findings(
        `SELECT x.relname AS found FROM pg_index AS i
           JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_class AS x ON x.oid = i.indexrelid
           LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
         WHERE ${OURS} AND a.attname IS DISTINCT FROM 'workspace_id'`,
      ),
    ).toEqual([]);
  });

  test('workspace_id is first in every foreign key, on both sides', async () => {
    expect(
      await findings(
        `SELECT k.conname AS found FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
           JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
           JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
         WHERE ${OURS} AND k.contype = 'f' AND (a.attname <> 'workspace_id' OR b.attname <> 'workspace_id')`,
      ),
    ).toEqual([]);
  });

  test('no foreign key sets null, which would null workspace_id as well', async () => {
    expect(
      await findings(
        `SELECT k.conname AS found FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
         WHERE ${OURS} AND k.contype = 'f' AND (k.confdeltype IN ('n', 'd') OR k.confupdtype IN ('n', 'd'))`,
      ),
    ).toEqual([]);
  });

  test('no triggers, identity columns or sequences', async () => {
    expect(
      await findings(
        `SELECT t.tgname AS found FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid WHERE ${OURS} AND NOT t.tgisinternal
         UNION ALL SELECT c.relname || '.' || a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
           WHERE ${OURS} AND a.attidentity <> ''
         UNION ALL SELECT c.relname FROM pg_class AS c WHERE ${OURS} AND c.relkind = 'S'`,
      ),
    ).toEqual([]);
  });

  test('no default is computed by the database', async () => {
    expect(
      await findings(
        `SELECT c.relname || '.' || a.attname AS found FROM pg_attrdef AS d JOIN pg_class AS c ON c.oid = d.adrelid
           JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
         -- A generated column follows from its row alone, wherever that is computed.
         WHERE ${OURS} AND a.attgenerated = '' AND pg_get_expr(d.adbin, d.adrelid) LIKE '%(%'`,
      ),
    ).toEqual([]);
  });
});

describe('row-level security', () => {
  test('is on, binds the owner too, and has the policy, for every table and month', async () => {
    expect(
      await findings(
        `SELECT c.relname AS found FROM pg_class AS c WHERE ${OURS} AND c.relkind IN ('r', 'p') AND NOT (
           c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
             SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polname = 'own_workspace' AND p.polcmd = '*'
               AND pg_get_expr(p.polqual, p.polrelid) LIKE '%undercurrent.workspace%'))`,
      ),
    ).toEqual([]);
  });

  test('lets nothing past but a list of workspaces to read', async () => {
    expect(
      await findings(
        `SELECT c.relname || '.' || p.polname || ' ' || p.polcmd::text AS found FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
         WHERE ${OURS} AND p.polname <> 'own_workspace'`,
      ),
    ).toEqual(['workspace.list_for_operator r']);
  });

  test('binds the role the application works as', async () => {
    expect(db.role).toBeNull();
    const asSuperuser = await database.connect(
      new URL(new URL(fresh.url).pathname, inject('superuserUrl')).href,
    );
    const { rows } = await asSuperuser.pool.query(
      'SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = $1',
      [asSuperuser.role],
    );
    await database.close(asSuperuser);
    // The template was migrated by a role that needs no stepping down, so the role may not exist yet.
    for (const row of rows) expect(row).toEqual({ rolsuper: false, rolbypassrls: false, rolcanlogin: false });
    expect(asSuperuser.role).toBe('undercurrent_app');
  });
});

describe('tables.ts and topic-tables.ts', () => {
  test('names every table and column there is, and says which may be null', async () => {
    const files = ['tables.ts', 'topic-tables.ts'].map((file) =>
      readFile(new URL(`../../src/store/${file}`, import.meta.url), 'utf8'),
    );
    const text = (await Promise.all(files)).join('');
    const declared: string[] = [];
    for (const table of text.matchAll(/^ {2}(\w+): \{([^}]*)\}/gm)) {
      for (const column of table[2]!.matchAll(/(\w+): ([^;]+)/g)) {
        const nullable =
          / \| null\b/.test(column[2]!) || (table[1] === 'source_state' && column[1] === 'cursor');
        declared.push(`${table[1]}.${column[1]}${nullable ? ' null' : ''}`);
      }
    }
    const actual = await findings(
      `SELECT c.relname || '.' || a.attname || CASE WHEN a.attnotnull THEN '' ELSE ' null' END AS found
       FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE ${OURS} AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    );
    expect(declared.sort()).toEqual(actual.sort());
  });
});

describe('migrations', () => {
  test('schema.sql is what they make (if not, run scripts/dump-schema.ts)', async () => {
    const client = await db.pool.connect();
    const made = await describeSchema(client).finally(() => client.release());
    expect(await readFile(new URL('../../migrations/schema.sql', import.meta.url), 'utf8')).toBe(made);
  });

  test('ten at once on an empty database: each is applied once, nobody fails', async () => {
    const owner = inject('owner');
    const name = `undercurrent_test_${randomBytes(6).toString('hex')}`;
    const superuser = new pg.Client({ connectionString: inject('superuserUrl') });
    await superuser.connect();
    await superuser.query(`CREATE DATABASE ${name} OWNER ${owner.role}`);
    try {
      const url = urlOf(inject('superuserUrl'), name, owner);
      const applied = await Promise.all(Array.from({ length: 10 }, () => migrations.migrate(url)));
      const migrated = await database.connect(url);
      const { rows } = await migrated.pool.query('SELECT name FROM kysely_migration ORDER BY name');
      expect(await migrations.pending(migrated.pool)).toEqual([]);
      await database.close(migrated);
      expect(applied.flat().sort()).toEqual(rows.map((row) => row.name));
      expect(rows.length).toBeGreaterThan(0);
    } finally {
      await superuser.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await superuser.end();
    }
  });

  test('an empty database is told from a migrated one', async () => {
    expect(await migrations.pending(db.pool)).toEqual([]);
    expect(await migrations.migrate(fresh.url)).toEqual([]);
  });
});
