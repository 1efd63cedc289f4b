import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rowsOf } from '../../src/core/scoring/evidence.ts';
import * as rescoreAll from '../../src/flow/rescore-all.ts';
import * as columns from '../../src/store/columns.ts';
import { inWorkspace } from '../../src/store/database.ts';
import * as requests from '../../src/store/rescore-requests.ts';
import * as scores from '../../src/store/scores.ts';
import * as timeline from '../../src/store/timeline.ts';
import * as timelineCopy from '../../src/store/timeline-copy.ts';
import { type Event, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

/** Without the surge, which is another pass's. */
const stored = async () =>
  (await world.query('SELECT * FROM account_score ORDER BY account_id')).map(
    ({ surge: _, ...score }) => score,
  );
const waiting = () => world.within(scores.requested);
const askAll = () => world.within((tx) => scores.requestAll(tx, NOW));
const all = timelineCopy.ALL_ACCOUNTS;

const anyEvent: fc.Arbitrary<Event> = fc
  .record({
    n: fc.nat(500),
    company: fc.constantFrom('northwind', 'southwind', 'eastwind', 'westwind', 'upwind'),
    who: fc.constantFrom('nobody', 'ada', 'ben', 'b1', 'b2', 'gerät 3'),
    kind: fc.constantFrom(
      'site.page_view',
      'site.pricing_view',
      'social.mention',
      'email.unsubscribe',
      'intent.topic',
    ),
    source: fc.constantFrom(null, 'o1', 'o2 — ü'),
    topics: fc.constantFrom([], ['crm'], ['crm', 'e-mail & more']),
    sentiment: fc.option(fc.double({ min: -1, max: 1, noNaN: true })),
    strength: fc.double({ min: 0, max: 1, noNaN: true }),
    ago: fc.integer({ min: 1, max: 60 * 24 }),
  })
  .map(
    ({ n, company, who, kind, source, topics, sentiment, strength, ago }): Event => ({
      id: `e${n}-${company}-${ago}`,
      at: hours(-ago).toISOString(),
      kind: kind as Event['kind'],
      strength,
      hints: {
        domain: `${company}.example`,
        ...(who === 'ada' || who === 'ben' ? { email: `${who}@${company}.example` } : {}),
        ...(who.includes('b') || who.includes('3') ? { anonymousId: `${who} ${company}` } : {}),
      },
      signal: {
        topics: [...topics],
        ...(sentiment === null ? {} : { sentiment }),
        ...(source === null ? {} : { origin: `${source} ${company}` }),
      },
    }),
  );

/** A view at each of so many companies. */
const views = (count: number): Event[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `v${n}`,
    at: hours(-1 - n).toISOString(),
    hints: { domain: `company-${n}.example` },
  }));

test('columns hold what the timeline holds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { minLength: 1, maxLength: 80 }), async (events) => {
      await world.clear();
      await world.ingest(events);
      await world.within(async (tx) => {
        const ids = (await tx.client.query('SELECT account_id AS id FROM account ORDER BY 1')).rows.map(
          (row) => row.id,
        );
        const read = await columns.read(tx, all);
        const evidence = await timeline.evidence(tx, ids);
        let signals = 0;
        for (const id of ids) {
          const rows = rowsOf(read.columnsOf(id)!);
          expect(rows).toEqual(evidence.get(id)!.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
          expect(read.signalsOf(id)).toBe(rows.length);
          signals += rows.length;
        }
        expect(read.signals).toBe(signals);
        expect(signals).toBeGreaterThan(0);
      });
    }),
    { numRuns: 15 },
  );
});

test('only of accounts that were asked for', async () => {
  await world.ingest(views(3));
  await world.within(async (tx) => {
    const [asked, other] = (await tx.client.query('SELECT account_id AS id FROM account')).rows;
    const read = await columns.read(tx, all, [asked.id]);
    expect([read.signalsOf(asked.id), read.signalsOf(other.id)]).toEqual([1, 0]);
    expect(read.columnsOf(other.id)).toBeNull();
  });
});

describe('all at once', () => {
  test('gives every stored score the same bits as one account after the other', async () => {
    const events = fc.sample(anyEvent, { seed: 7, numRuns: 400 });
    await world.ingest(events);
    await world.rescore();
    const one = await stored();
    expect(one.length).toBe(5);
    await world.query('DELETE FROM account_score');
    await askAll();
    let told = 0;
    const note = (done: number) => {
      told = done;
    };
    const run = () => rescoreAll.run(world.db, world.workspace.id, NOW, note, { threads: 2, signals: 100 });
    expect(await run()).toBe(5);
    expect(told).toBe(5);
    expect(await stored()).toEqual(one);
    expect(await waiting()).toBe(0);
    expect(await run()).toBe(0);
  });

  test('what came in meanwhile stays asked for, and who was scored meanwhile is passed over', async () => {
    await world.ingest(views(3));
    const seen = await world.within((tx) => requests.ofRange(tx, all));
    const [newer, scored] = [...seen.keys()] as [string, string];
    await world.within((tx) => scores.request(tx, [newer], NOW));
    await world.query('DELETE FROM rescore_request WHERE account_id = $1', [scored]);
    expect(await world.within((tx) => requests.take(tx, seen))).toEqual(
      [...seen.keys()].filter((id) => id !== scored),
    );
    expect([...(await world.within((tx) => requests.ofRange(tx, all))).keys()]).toEqual([newer]);
  });

  test('stopped half-way, the rest is still asked for and is done next time', async () => {
    await world.ingest(views(230));
    const run = (goOn: boolean) =>
      rescoreAll.run(world.db, world.workspace.id, NOW, () => goOn, { threads: 1, signals: 100_000 });
    const first = await run(false);
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(230);
    expect(await waiting()).toBe(230 - first);
    expect((await stored()).length).toBe(first);
    expect(await run(true)).toBe(230 - first);
    expect((await stored()).length).toBe(230);
  }, 90_000); // two threads are started and two hundred accounts made

  test('a failure in a thread is the caller’s, and nothing is lost', async () => {
    await world.ingest(views(2));
    const gone = {
      ...world.db,
      pool: Object.create(world.db.pool, {
        options: { value: { connectionString: 'postgres://127.0.0.1:1/none' } },
      }),
    };
    await expect(rescoreAll.run(gone, world.workspace.id, NOW)).rejects.toThrow('No database');
    expect(await waiting()).toBe(2);
  });
});

test('whether many are asked for', async () => {
  await world.ingest(views(12));
  const many = (least: number) =>
    inWorkspace(world.db, world.workspace.id, (tx) => requests.areMany(tx, least));
  expect([await many(12), await many(13)]).toEqual([true, false]);
  await world.rescore();
  const [first] = await world.query('SELECT account_id FROM account ORDER BY 1');
  await world.within((tx) => scores.request(tx, [first!.account_id as string], NOW));
  expect(await many(1)).toBe(false); // one of twelve
});
