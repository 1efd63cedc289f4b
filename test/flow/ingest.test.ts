import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Adapter } from '../../src/core/signal.ts';
import { normalTopic } from '../../src/core/topics.ts';
import * as ingest from '../../src/flow/ingest.ts';
import * as database from '../../src/store/database.ts';
import * as deadLetters from '../../src/store/dead-letters.ts';
import * as timeline from '../../src/store/timeline.ts';
import { contents, days, type Event, hours, NOW, openWorld, source, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const view = (id: string, hints: Event['hints'], at = hours(-1)): Event => ({
  id,
  at: at.toISOString(),
  hints,
});

const MIXED: Event[] = [
  view('m1', { domain: 'northwind.example' }, days(-40)),
  view('m2', { domain: 'southwind.example' }, days(-3)),
  view('m3', { anonymousId: 'browser-1' }, days(-2)),
  {
    id: 'm4',
    at: days(-1).toISOString(),
    kind: 'content.form',
    hints: { anonymousId: 'browser-1', email: 'ann@northwind.example' },
  },
  {
    id: 'm5',
    at: hours(-30).toISOString(),
    identity: { anonymousId: 'browser-2', userId: 'u2', email: 'bob@southwind.example' },
  },
  view('m6', { anonymousId: 'browser-2' }, hours(-20)),
  view('m7', { email: 'carl@gmail.com' }, hours(-20)),
];

describe('the same records again', () => {
  test('are duplicates and change nothing', async () => {
    const first = await world.ingest(MIXED);
    expect(first.taken).toMatchObject({ received: 7, accepted: 6, duplicates: 0, rejected: 0 });
    await world.rescore();
    const before = await contents(world);
    const again = await world.ingest(MIXED, { batch: first.batch });
    expect(again.taken).toMatchObject({ received: 7, accepted: 0, duplicates: 6, rejected: 0 });
    await world.rescore();
    expect(await contents(world)).toEqual(before);
  });

  test('twice in one batch is once', async () => {
    const { taken } = await world.ingest([...MIXED, ...MIXED]);
    expect(taken).toMatchObject({ accepted: 6, duplicates: 6 });
  });

  test('from another source are other signals', async () => {
    await world.ingest([view('same', { domain: 'northwind.example' })]);
    const { taken } = await world.ingest([view('same', { domain: 'northwind.example' })], {
      adapter: source('other'),
    });
    expect(taken.accepted).toBe(1);
  });

  test('without a time of their own get the first one’s id', async () => {
    const event = (at: Date): Event => ({
      ...view('untimed', { domain: 'northwind.example' }, at),
      untimed: true,
    });
    await world.ingest([event(hours(-2))], { now: hours(-2) });
    const { taken } = await world.ingest([event(hours(0))], { now: NOW });
    expect(taken).toMatchObject({ accepted: 0, duplicates: 1 });
    const rows = await world.query('SELECT occurred_at FROM signal');
    expect(rows).toEqual([{ occurred_at: hours(-2) }]);
  });

  test('taken at the same time over eight connections are stored once each', async () => {
    const events = Array.from({ length: 60 }, (_, n) =>
      view(
        `c${n}`,
        {
          domain: `company-${n % 7}.example`,
          anonymousId: `b${n % 5}`,
          ...(n % 4 ? {} : { userId: `u${n % 5}` }),
        },
        hours(-n - 1),
      ),
    );
    const takings = await Promise.all(
      Array.from({ length: 8 }, (_, n) => world.ingest(events.slice(n * 3, n * 3 + 36))),
    );
    expect(takings.reduce((sum, { taken }) => sum + taken.accepted, 0)).toBe(57);
    const [row] = await world.query(
      'SELECT count(*) AS all, count(DISTINCT external_id) AS different FROM signal',
    );
    expect(row).toEqual({ all: 57, different: 57 });
  });
});

describe('the order of arrival', () => {
  /** Placement by what does not depend on who was seen first: domain, method, confidence, and the person's address. */
  const placed = () =>
    world.query(
      `SELECT s.external_id, a.domain, s.method, s.confidence, s.evidence, s.unplaced, p.email
       FROM signal AS s LEFT JOIN account AS a USING (workspace_id, account_id) LEFT JOIN person AS p USING (workspace_id, person_id)
       ORDER BY s.external_id`,
    );
  const scored = () =>
    world.query(
      `SELECT a.domain, a.industry, s.heat, s.raw, s.trend_7d, s.fit, s.qualification, s.stage, s.actors, s.last_activity_at
       FROM account_score AS s JOIN account AS a USING (workspace_id, account_id) ORDER BY a.domain`,
    );
  const events: Event[] = [
    ...MIXED,
    {
      id: 'm8',
      at: days(-5).toISOString(),
      identity: {
        userId: 'u2',
        account: { domain: 'southwind.example', name: 'Southwind', industry: 'Retail', employees: 40 },
      },
    },
    {
      id: 'm9',
      at: days(-4).toISOString(),
      identity: { userId: 'u2', account: { domain: 'southwind.example', industry: 'Farming' } },
    },
    view('m10', { companyName: 'Southwind' }, days(-6)),
    {
      id: 'm11',
      at: days(-9).toISOString(),
      identity: { email: 'bob@southwind.example', userId: 'u2', person: { title: 'Clerk' } },
    },
    {
      id: 'm12',
      at: days(-8).toISOString(),
      identity: { email: 'bob@southwind.example', userId: 'u2', person: { title: 'VP Data' } },
    },
    { ...view('m13', { userId: 'u2' }, days(-7)), kind: 'site.pricing_view' },
  ];

  test('does not matter', async () => {
    await world.ingest(events);
    await world.rescore();
    const expected = { placed: await placed(), scored: await scored() };
    expect(expected.scored).toHaveLength(2);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 14, maxLength: 14 }),
        async (shuffled, sizes) => {
          await world.clear();
          let at = 0;
          for (const size of sizes) {
            if (at < shuffled.length) await world.ingest(shuffled.slice(at, at + size));
            at += size;
          }
          await world.rescore();
          expect({ placed: await placed(), scored: await scored() }).toEqual(expected);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('bad records', () => {
  test('are kept with place, code, reason and hint, and their neighbours go on', async () => {
    const { taken, batch } = await world.ingest([
      view('good', { domain: 'northwind.example' }),
      { ...view('bad', {}), bad: 'it is bad' },
      view('also good', { domain: 'northwind.example' }),
    ]);
    expect(taken).toMatchObject({ received: 3, accepted: 2, rejected: 1 });
    expect(taken.refused).toEqual([
      { index: 1, place: 'record 2', code: 'BAD', message: 'it is bad', hint: 'Mend it.' },
    ]);
    const [letter] = await world.within((tx) => deadLetters.list(tx, { batchId: batch }));
    expect(letter).toMatchObject({
      source: 'site',
      place: 'record 2',
      code: 'BAD',
      reason: 'it is bad',
      hint: 'Mend it.',
      parsed: true,
    });
    expect(JSON.parse(letter!.raw.toString())).toMatchObject({ id: 'bad' });
  });

  test('are kept once however often they come', async () => {
    for (let n = 0; n < 3; n++) await world.ingest([{ ...view('bad', {}), bad: 'no' }]);
    expect(await world.query('SELECT 1 FROM dead_letter')).toHaveLength(1);
  });

  test.each<[string, Partial<Event>, string]>([
    ['a time in 1970', { at: '1970-01-01T00:00:00Z' }, 'TIME_OUT_OF_RANGE'],
    ['a time in 2099', { at: '2099-01-01T00:00:00Z' }, 'TIME_OUT_OF_RANGE'],
    ['no time at all', { at: 'yesterday' }, 'BAD_TIME'],
    ['a negative strength', { strength: -0.1 }, 'INVALID'],
    ['a strength above 1', { strength: 1.1 }, 'INVALID'],
    ['a strength that is no number', { strength: Number.NaN }, 'INVALID'],
    ['a sentiment above 1', { signal: { sentiment: 2 } }, 'INVALID'],
    ['an identity of 2099', { at: '2099-01-01T00:00:00Z', identity: { userId: 'u1' } }, 'TIME_OUT_OF_RANGE'],
  ])('%s is refused', async (_, wrong, code) => {
    const { taken } = await world.ingest([{ ...view('odd', { domain: 'northwind.example' }), ...wrong }]);
    expect(taken.refused.map((one) => one.code)).toEqual([code]);
    expect(await world.query('SELECT 1 FROM signal')).toEqual([]);
  });

  test('that only the database refuses do not take their neighbours down', async () => {
    // Longer than a key of an index may be: only PostgreSQL knows that limit.
    const poison = randomText(9_000);
    const events = Array.from({ length: 9 }, (_, n) =>
      view(`n${n}`, { domain: 'northwind.example' }, hours(-n)),
    );
    events.splice(4, 0, { ...view('poison', { anonymousId: poison }) });
    const { taken } = await world.ingest(events);
    expect(taken).toMatchObject({ accepted: 9, rejected: 1 });
    expect(taken.refused).toMatchObject([{ index: 4, place: 'record 5', code: 'UNSTORABLE' }]);
    expect(taken.refused[0]!.message).toContain('index row');
    expect(await world.query('SELECT place, code FROM dead_letter')).toEqual([
      { place: 'record 5', code: 'UNSTORABLE' },
    ]);
  });
});

/** Text that PostgreSQL can't compress below the limit of an index. */
function randomText(length: number): string {
  let seed = 7;
  let text = '';
  while (text.length < length) {
    seed = (seed * 48_271) % 2_147_483_647;
    text += seed.toString(36);
  }
  return text;
}

describe('strange text', () => {
  const ODD = 'nul\0 half\ud800 tab\t back\\slash "quote" line\nbreak {} \\N \u2028 émoji 🦔';
  const CLEAN = ODD.replaceAll('\0', '').toWellFormed();

  test('in any field is stored, without U+0000 and lone surrogates', async () => {
    const { taken } = await world.ingest([
      {
        id: ODD,
        at: hours(-1).toISOString(),
        hints: {
          anonymousId: ODD,
          userId: ODD,
          companyName: ODD,
          domain: ODD,
          email: ODD,
          city: ODD,
          country: ODD,
          crmId: ODD,
          linkedin: ODD,
          author: ODD,
        },
        signal: { topics: [ODD], url: ODD, title: ODD, origin: ODD, attributes: { [ODD]: [ODD] } },
      },
      {
        id: 'i',
        at: hours(-1).toISOString(),
        identity: {
          userId: ODD,
          anonymousId: ODD,
          person: { name: ODD, title: ODD, phone: ODD, linkedin: ODD },
          account: { domain: 'northwind.example', name: ODD, industry: ODD, country: ODD },
        },
      },
    ]);
    expect(taken.refused).toEqual([]);
    const [row] = await world.query(
      'SELECT external_id, topics, url, title, origin, attributes, anonymous_id FROM signal',
    );
    expect(row).toEqual({
      external_id: CLEAN,
      topics: [normalTopic(CLEAN)],
      url: CLEAN,
      title: CLEAN,
      origin: CLEAN,
      attributes: { [CLEAN]: [CLEAN] },
      anonymous_id: CLEAN,
    });
    expect(await world.query('SELECT name FROM person')).toEqual([{ name: CLEAN }]);
    expect(
      await world.query("SELECT name, industry FROM account WHERE domain = 'northwind.example'"),
    ).toEqual([{ name: CLEAN, industry: CLEAN }]);
  });

  test('as a reason, a place and a file name of a dead letter', async () => {
    const { taken } = await world.ingest([{ ...view(ODD, {}), bad: ODD }]);
    expect(taken.rejected).toBe(1);
    expect(await world.query('SELECT reason FROM dead_letter')).toEqual([{ reason: CLEAN }]);
  });

  test('as the name of a source’s skipped reason', async () => {
    const adapter: Adapter = { ...source(), normalise: () => ({ signals: [], skipped: ODD }) };
    const { taken } = await world.ingest([view('x', {}), view('y', {})], { adapter });
    expect(taken.skipped).toEqual({ [CLEAN]: 2 });
    expect(await world.query('SELECT skipped FROM batch')).toEqual([{ skipped: { [CLEAN]: 2 } }]);
  });

  test('of one MiB as a title is stored whole', async () => {
    await world.ingest([
      { ...view('long', { domain: 'northwind.example' }), signal: { title: 'x'.repeat(2 ** 20) } },
    ]);
    expect(await world.query('SELECT length(title) AS length FROM signal')).toEqual([{ length: 2 ** 20 }]);
  });

  test('of any kind never stops the others', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { minLength: 1, maxLength: 8 }),
        async (texts) => {
          await world.clear();
          const events = texts.map((text, n) => ({
            ...view(`${n}${text}`, {
              anonymousId: text,
              userId: text,
              companyName: text,
              domain: text,
              email: `${text}@northwind.example`,
            }),
            signal: { topics: [text], title: text, url: text, attributes: { text } },
          }));
          const { taken } = await world.ingest(events);
          expect(taken.accepted).toBe(texts.length);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a connection that is cut off', () => {
  test('is an error that leaves nothing half-done, and the retry works', async () => {
    const batch = await world.openBatch();
    const killer = new pg.Client({ connectionString: inject('superuserUrl') });
    await killer.connect();
    const records = MIXED.map((record, at) => ({ place: `record ${at + 1}`, record }));
    const cut = ingest.take(
      world.intake,
      { id: batch, adapter: source(), settings: {} },
      records,
      NOW,
      async (tx) => {
        // Everything is written by now but nothing is committed.
        const { rows } = await tx.client.query('SELECT pg_backend_pid() AS pid');
        await killer.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
      },
    );
    await expect(cut).rejects.toThrow();
    await killer.end();
    const left = await contents(world);
    expect([left.signal, left.account, left.person, left.dead_letter, left.visitor_link]).toEqual([
      [],
      [],
      [],
      [],
      [],
    ]);
    const { taken } = await world.ingest(MIXED, { batch });
    expect(taken.accepted).toBe(6);
    expect(await world.query('SELECT received, accepted FROM batch')).toEqual([{ received: 7, accepted: 6 }]);
  });
});

describe('months', () => {
  test('are made by many at once', async () => {
    const others = await Promise.all(
      Array.from({ length: 6 }, () => database.connect(world.fresh.url, { max: 2 })),
    );
    const times = Array.from({ length: 8 }, (_, n) => new Date(Date.UTC(2019, n, 1)));
    await Promise.all(others.map((db) => timeline.ensureMonths(db, times)));
    await Promise.all(others.map(database.close));
    const { rows } = await world.db.pool.query(
      "SELECT count(*) AS months FROM pg_class WHERE relname LIKE 'signal\\_2019\\___'",
    );
    expect(rows).toEqual([{ months: 8 }]);
  });

  test('take the first and the last millisecond', async () => {
    const edges = ['2026-02-01T00:00:00.000Z', '2026-02-28T23:59:59.999Z', '2026-03-01T00:00:00.000Z'];
    const { taken } = await world.ingest(edges.map((at, n) => ({ id: `edge${n}`, at, hints: {} })));
    expect(taken.accepted).toBe(3);
    expect(
      await world.query('SELECT tableoid::regclass::text AS month FROM signal ORDER BY signal_id'),
    ).toEqual([{ month: 'signal_2026_02' }, { month: 'signal_2026_02' }, { month: 'signal_2026_03' }]);
  });
});

test('a dry run counts and stores nothing', async () => {
  const before = await contents(world);
  const { taken } = await world.ingest(MIXED, { intake: { ...world.intake, dryRun: true } });
  expect(taken.accepted).toBe(6);
  expect(await contents(world)).toEqual(before);
});
