import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  begin,
  close,
  connect,
  type Database,
  finish,
  inWorkspace,
  together,
} from '../../src/store/database.ts';
import { named } from '../../src/store/statements.ts';
import * as workspaces from '../../src/store/workspaces.ts';
import { freshDatabase } from '../support/database.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Database;
/** One connection, so that whatever is left on it meets the next one. */
let pipelined: Database;
let ids: string[];

beforeAll(async () => {
  database = await freshDatabase();
  db = await connect(database.url, { max: 2 });
  pipelined = await connect(database.url, { max: 1, pipeline: true });
  ids = [];
  for (const slug of ['one', 'two']) ids.push((await workspaces.ensure(db, slug, new Date())).id);
});
afterAll(async () => {
  await close(pipelined);
  await close(db);
  await database.drop();
});

describe('a pipelined connection', () => {
  const SEEN = 'SELECT slug FROM workspace';

  test('sees one workspace after another, each only its own', async () => {
    const seen = await Promise.all(
      [0, 1, 1, 0, 1].map((at) =>
        inWorkspace(pipelined, ids[at]!, async ({ client }) => (await client.query(SEEN)).rows, {
          readOnly: true,
        }),
      ),
    );
    expect(seen.map((rows) => rows.map(({ slug }) => slug).join())).toEqual([
      'one',
      'two',
      'two',
      'one',
      'two',
    ]);
  });

  test('keeps no workspace beyond the transaction', async () => {
    const tx = await begin(pipelined, ids[0]!, { readOnly: true });
    const rows = tx.client.query(SEEN);
    await Promise.all([rows, finish(tx)]);
    expect((await rows).rows).toHaveLength(1);
    const { rows: after } = await pipelined.pool.query(
      "SELECT current_setting('undercurrent.workspace', true) AS setting",
    );
    expect(after[0].setting || null).toBeNull();
  });

  test('gives nothing where the transaction could not be opened, and is good for the next', async () => {
    const wrong = { ...pipelined, role: 'nobody_of_this_name' };
    const tx = await begin(wrong, ids[0]!, { readOnly: true });
    const [opened, plain, prepared] = await Promise.allSettled([
      tx.opened,
      tx.client.query(SEEN),
      tx.client.query(named('SELECT slug, 1 FROM workspace WHERE workspace_id = $1', [ids[0]])),
    ]);
    await finish(tx);
    expect(opened).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining('nobody') },
    });
    expect([plain.status, prepared.status]).toEqual(['rejected', 'rejected']);
    const again = await inWorkspace(pipelined, ids[0]!, ({ client }) =>
      client.query(named('SELECT slug, 1 FROM workspace WHERE workspace_id = $1', [ids[0]])),
    );
    expect(again.rows).toHaveLength(1);
  });

  test.each(['db', 'pipelined'])(
    'answers several reads in their order, and fails with any: %s',
    async (name) => {
      const on = name === 'db' ? db : pipelined;
      const one =
        (tx: { client: { query(text: string): Promise<{ rows: { n: number }[] }> } }, n: number) => () =>
          tx.client.query(`SELECT ${n} AS n`).then(({ rows }) => rows[0]!.n);
      expect(
        await inWorkspace(on, ids[0]!, (tx) => together(tx, one(tx, 1), one(tx, 2), one(tx, 3))),
      ).toEqual([1, 2, 3]);
      await expect(
        inWorkspace(on, ids[0]!, (tx) => together(tx, one(tx, 1), () => tx.client.query('SELECT nothing'))),
      ).rejects.toThrow('nothing');
      expect(await inWorkspace(on, ids[0]!, (tx) => together(tx, one(tx, 4)))).toEqual([4]);
    },
  );
});

test.each([
  '2026-11-20 10:11:12.345+00',
  '2026-11-20 10:11:12+00',
  '2026-11-20 10:11:12.3+00',
  '2026-11-20 10:11:12.345999+00',
  '1969-12-31 23:59:59.999+00',
  '0044-03-15 12:00:00+00',
  '0044-03-15 12:00:00+00 BC',
  '12026-01-01 00:00:00+00',
])('a moment is read to the millisecond: %s', async (text) => {
  for (const zone of ['UTC', 'Asia/Kolkata', 'America/New_York']) {
    const client = await db.pool.connect();
    try {
      await client.query(`SET TIME ZONE '${zone}'`);
      const { rows } = await client.query(
        'SELECT $1::timestamptz AS at, floor(extract(epoch FROM $1::timestamptz) * 1000)::float8 AS time',
        [text],
      );
      expect(rows[0].at.getTime()).toBe(rows[0].time);
    } finally {
      client.release(true);
    }
  }
});

test('a text keeps its name, two texts never share one, and names come to an end', () => {
  const texts = Array.from({ length: 500 }, (_, n) => `SELECT ${n} AS made_up`);
  const names = texts.map((text) => named(text, []).name);
  expect(texts.map((text) => named(text, []).name)).toEqual(names);
  const given = names.filter((name) => name !== undefined);
  expect(new Set(given).size).toBe(given.length);
  expect(given.length).toBeLessThanOrEqual(200);
});
