import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Busy, Invalid } from '../../src/core/errors.ts';
import { defineAdapter } from '../../src/core/signal.ts';
import { Coalescer } from '../../src/edge/coalescer.ts';
import { type Incoming, type Intake, openIntake } from '../../src/flow/ingest.ts';
import { close, connect, type Database } from '../../src/store/database.ts';
import * as workspaces from '../../src/store/workspaces.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { queryAs, until } from '../support/server.ts';

const NOW = new Date('2026-03-01T10:00:00Z');

/** Records are their own ids; `bad …` is refused and `dull …` is of no interest. */
const adapter = defineAdapter({
  id: 'diary',
  title: 'Diary',
  description: 'Notes of the tests.',
  homepage: 'https://diary.example',
  kinds: ['site.page_view'],
  settings: z.object({}),
  push: { protocol: 'segment' },
  normalise(record) {
    const id = String(record);
    if (id.startsWith('bad')) throw new Invalid(`${id} is bad`, 'Be good.');
    if (id.startsWith('dull')) return { signals: [], skipped: 'dull' };
    return {
      signals: [
        { externalId: id, kind: 'site.page_view', occurredAt: NOW, strength: 1, hints: { anonymousId: id } },
      ],
    };
  },
});
const incoming = (...ids: string[]): Incoming[] =>
  ids.map((id, at) => ({ place: `batch[${at}]`, record: id }));

let fresh: FreshDatabase;
let db: Database;
let intake: Intake;
let told: string[] = [];
const coalescer = () =>
  new Coalescer(
    () => NOW,
    (workspaceId) => told.push(workspaceId),
  );
const rows = <Row extends pg.QueryResultRow>(sql: string) =>
  queryAs<Row>(fresh.url, intake.workspace.id, sql);

beforeAll(async () => {
  fresh = await freshDatabase();
  db = await connect(fresh.url);
  intake = openIntake(db, await workspaces.ensure(db, workspaces.DEFAULT_SLUG, NOW));
});
afterEach(() => {
  told = [];
});
afterAll(async () => {
  await close(db);
  await fresh.drop();
});

test('requests that come together share a transaction, and every one is stored', async () => {
  const gathered = coalescer();
  const requests = Array.from({ length: 60 }, (_, at) => incoming(`together ${at} a`, `together ${at} b`));
  const refused = await Promise.all(requests.map((records) => gathered.push(intake, adapter, {}, records)));
  expect(refused.flat()).toEqual([]);
  expect(
    await rows(`SELECT count(*)::int AS signals, count(DISTINCT xmin::text)::int AS transactions
                FROM signal WHERE external_id LIKE 'together%'`),
  ).toEqual([{ signals: 120, transactions: 1 }]);
  expect(told).toEqual([intake.workspace.id]);
});

test('every request learns of its own bad records, by their place in it', async () => {
  const gathered = coalescer();
  const answers = await Promise.all([
    gathered.push(intake, adapter, {}, incoming('own 1', 'bad 1', 'own 2')),
    gathered.push(intake, adapter, {}, incoming('own 3')),
    gathered.push(intake, adapter, {}, incoming('bad 2', 'own 4', 'bad 3')),
  ]);
  expect(answers.map((refused) => refused.map(({ index, message }) => [index, message]))).toEqual([
    [[1, 'bad 1 is bad']],
    [],
    [
      [0, 'bad 2 is bad'],
      [2, 'bad 3 is bad'],
    ],
  ]);
  expect(await rows("SELECT external_id FROM signal WHERE external_id LIKE 'own%' ORDER BY 1")).toHaveLength(
    4,
  );
  expect(await rows("SELECT 1 FROM dead_letter WHERE reason LIKE 'bad _ is bad'")).toHaveLength(3);
});

test('what was stored before is told to nobody as new', async () => {
  const gathered = coalescer();
  await gathered.push(intake, adapter, {}, incoming('again'));
  await gathered.push(intake, adapter, {}, incoming('again'));
  expect(await rows("SELECT 1 FROM signal WHERE external_id = 'again'")).toHaveLength(1);
  expect(told).toHaveLength(1);
});

describe('when the database fails', () => {
  test('every request of the transaction is told so, nothing is kept, and the next one succeeds', async () => {
    const gathered = coalescer();
    let broken = true;
    const pool = new Proxy(db.pool, {
      get(target, key) {
        if (key === 'connect' && broken) return () => Promise.reject(new Error('connection lost'));
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const shaky = openIntake({ ...db, pool }, intake.workspace);
    const outcomes = await Promise.allSettled(
      ['lost 1', 'lost 2', 'lost 3'].map((id) => gathered.push(shaky, adapter, {}, incoming(id))),
    );
    expect(outcomes.map((one) => one.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(told).toEqual([]);
    broken = false;
    expect(await rows("SELECT 1 FROM signal WHERE external_id LIKE 'lost%'")).toEqual([]);
    await gathered.push(shaky, adapter, {}, incoming('lost 1'));
    expect(await rows("SELECT external_id FROM signal WHERE external_id LIKE 'lost%'")).toEqual([
      { external_id: 'lost 1' },
    ]);
  });

  test('requests wait while it is blocked, and more than can wait are sent away', async () => {
    const gathered = coalescer();
    await gathered.push(intake, adapter, {}, incoming('before'));
    const blocker = new pg.Client({ connectionString: fresh.url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE signal IN ACCESS EXCLUSIVE MODE');
    const first = gathered.push(intake, adapter, {}, incoming('blocked'));
    await until('the lock is waited for', async () => {
      const { rows } = await blocker.query(
        'SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT granted AND datname = current_database()',
      );
      return rows.length > 0;
    });
    const many = gathered.push(intake, adapter, {}, incoming(...new Array<string>(100_000).fill('dull')));
    const error = await gathered
      .push(intake, adapter, {}, incoming('one too many'))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Busy);
    expect(error).toMatchObject({ status: 503, retryAfter: 1 });
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect([await first, await many]).toEqual([[], []]);
    await gathered.idle();
    await gathered.push(intake, adapter, {}, incoming('after'));
    expect(
      await rows(
        "SELECT external_id FROM signal WHERE external_id IN ('blocked', 'one too many', 'after') ORDER BY 1",
      ),
    ).toEqual([{ external_id: 'after' }, { external_id: 'blocked' }]);
  });
});
