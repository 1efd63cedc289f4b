import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultModel } from '../../src/core/model.ts';
import { erase } from '../../src/flow/erasure.ts';
import { importTable } from '../../src/flow/import-table.ts';
import { merge, unmerge } from '../../src/flow/merge.ts';
import * as surge from '../../src/flow/surge.ts';
import { catchUp } from '../../src/flow/topics.ts';
import { undo } from '../../src/flow/undo.ts';
import { upsertAccounts } from '../../src/flow/upsert.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as surges from '../../src/store/surges.ts';
import * as topics from '../../src/store/topics.ts';
import { days, type Event, NOW, openWorld, source, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

/** A visitor of a company, so many days ago, on a topic. */
const read = (company: string, visitor: string, ago: number, topic = 'data lineage', more = {}): Event => ({
  id: `${company} ${visitor} ${ago} ${topic} ${JSON.stringify(more)}`,
  at: days(-ago).toISOString(),
  hints: { domain: `${company}.example`, anonymousId: `${company}-${visitor}` },
  signal: { topics: [topic], ...more },
});

/** Companies that read now and then, all of the time: every fourth day, each beginning on another one. */
const MARKET = ['ash', 'birch', 'cedar', 'elm', 'fir', 'hazel', 'larch', 'maple', 'oak', 'pine'];
const usual = (companies = MARKET): Event[] =>
  companies.flatMap((company, at) =>
    Array.from({ length: 27 }, (_, n) => read(company, 'v0', (at % 4) + 4 * n)).filter(
      (event) => event.at <= NOW.toISOString(),
    ),
  );
/** Three people read every day for nine days. */
const rise = (company: string, topic?: string): Event[] =>
  [1, 2, 3].flatMap((who) => Array.from({ length: 9 }, (_, ago) => read(company, `new${who}`, ago, topic)));

const refresh = (now = NOW) => surge.refresh(world.db, world.workspace.id, () => now);
const stored = async (domain: string): Promise<surges.Surge[]> =>
  world.within(async (tx) => {
    const accountId = await accounts.idByDomain(tx, `${domain}.example`);
    return surges.page(tx, { accountId }, 100, null);
  });
const one = async (
  domain: string,
  about: surges.SurgeSubject,
  name = '',
): Promise<surges.Surge | undefined> =>
  (await stored(domain)).find((each) => each.about === about && each.name === name);
const everything = () => world.query('SELECT * FROM surge ORDER BY surge_id');
const bytes = async function* (text: string) {
  yield Buffer.from(text);
};
const importTopics = (csv: string, fileName = 'topics.csv') =>
  importTable(world.intake, 'topics', bytes(csv), { fileName, map: null, clock: () => NOW });

describe('what surges', () => {
  test('is who does far more than usual, on its topic and as a whole, and nobody else', async () => {
    await world.ingest([...usual(), ...rise('ash')]);
    await refresh();
    expect(await one('ash', 'TOPIC', 'data lineage')).toMatchObject({
      status: 'SURGING',
      actors: 4,
      sources: ['site'],
      since: '2026-06-07',
      vendor: null,
    });
    expect((await one('ash', 'ACCOUNT'))!.status).toBe('SURGING');
    const others = await world.within((tx) => surges.page(tx, { statuses: ['NORMAL'] }, 100, null));
    expect(others).toHaveLength(2 * (MARKET.length - 1));
    expect((await one('birch', 'TOPIC', 'data lineage'))!.score).toBeLessThan(60);
  });

  test('is borne out by two actors or two sources', async () => {
    const lone = Array.from({ length: 20 }, (_, ago) => read('ash', 'v0', ago + 0.1));
    await world.ingest([
      ...usual(MARKET.slice(1)),
      ...usual(['ash']).filter((e) => e.at < days(-21).toISOString()),
      ...lone,
    ]);
    await refresh();
    expect(await one('ash', 'TOPIC', 'data lineage')).toMatchObject({ status: 'ELEVATED', actors: 1 });
  });

  test('cannot be told of what was not watched for long enough', async () => {
    await world.ingest([...usual().filter((event) => event.at > days(-40).toISOString()), ...rise('ash')]);
    await refresh();
    const all = await world.within((tx) => surges.page(tx, {}, 100, null));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(['INSUFFICIENT_DATA']));
    expect(all[0]).toMatchObject({ score: 50, lift: null, since: null });
  });

  test('is not a feed that was switched on, though that may bear out what others saw', async () => {
    await world.ingest(usual());
    const rows = MARKET.flatMap((company) =>
      [1, 8, 15].map((ago) => ({ ...read(company, 'x', ago), hints: { domain: `${company}.example` } })),
    );
    await refresh();
    const before = await one('ash', 'TOPIC', 'data lineage');
    await world.ingest(rows, { adapter: source('feed') });
    await refresh();
    expect(await one('ash', 'TOPIC', 'data lineage')).toEqual({
      ...before,
      actors: 2,
      sources: ['feed', 'site'],
    });
  });

  test('counts a silent account that was imported long ago as watched', async () => {
    await world.within((tx) =>
      upsertAccounts(tx, world.workspace, [{ domain: 'yew.example', name: 'Yew' }], null, days(-200)),
    );
    await world.ingest([...usual(), ...rise('yew')]);
    await refresh();
    expect((await one('yew', 'TOPIC', 'data lineage'))!.status).toBe('SURGING');
  });
});

describe('counts', () => {
  const observed = async () => (await one('ash', 'TOPIC', 'data lineage'))!.observed;

  test('an actor counts once a day, whatever it does there', async () => {
    await world.ingest([...usual(), ...[0.1, 0.15, 0.2].map((ago) => read('ash', 'busy', ago))]);
    await refresh();
    const once = await observed();
    await world.ingest([read('ash', 'busy', 0.25), read('ash', 'busy', 2)]);
    await refresh();
    expect(await observed()).toBe(once + 1);
  });

  test('one origin counts once, and what is nobody’s doing not at all', async () => {
    await world.ingest(usual());
    await world.ingest(usual(['ash']), { adapter: source('feed') });
    await refresh();
    const before = await observed();
    const copy = (id: string) => ({
      ...read('ash', id, 1, undefined, { origin: 'week 24' }),
      hints: { domain: 'ash.example' },
    });
    await world.ingest([copy('a')]);
    await world.ingest([copy('b')], { adapter: source('feed') });
    await world.ingest([
      { ...read('ash', 'c', 1), kind: 'email.unsubscribe' },
      { ...read('ash', 'd', 1), kind: 'email.delivered' },
      { ...read('ash', 'e', 1), strength: 0 },
    ]);
    await refresh();
    expect(await observed()).toBe(before + 1);
  });

  test('a vendor’s own score stands beside ours', async () => {
    await world.ingest(usual());
    const row = (ago: number, composite: number): Event => ({
      ...read('ash', 'row', ago, undefined, { attributes: { composite } }),
      kind: 'intent.topic',
    });
    await world.ingest([row(8, 61), row(1, 75)], { adapter: source('feed') });
    await refresh();
    expect((await one('ash', 'TOPIC', 'data lineage'))!.vendor).toEqual({ feed: 75 });
  });

  test('go with merges and come back', async () => {
    await world.ingest([...usual(), ...rise('ash')]);
    await refresh();
    const before = await everything();
    const id = async (domain: string) =>
      (await world.within((tx) => accounts.idByDomain(tx, `${domain}.example`)))!;
    const [ash, birch] = [await id('ash'), await id('birch')];
    await world.within((tx) => merge(tx, world.workspace, birch, [ash], NOW));
    await refresh();
    const topic = await one('birch', 'TOPIC', 'data lineage');
    expect(topic).toMatchObject({ accountId: birch, status: 'SURGING', actors: 5 });
    expect(await world.query('SELECT 1 FROM surge WHERE account_id = $1', [ash])).toEqual([]);
    await world.within((tx) => unmerge(tx, world.workspace, ash, NOW));
    await refresh();
    expect(await everything()).toEqual(before);
  });
});

describe('a pass', () => {
  test('writes what differs and nothing else, and asks for whom surging began or ended', async () => {
    await world.ingest(usual());
    await world.rescore();
    const marks = () => world.query('SELECT surge_id, xmin::text FROM surge ORDER BY 1');
    const before = await marks();
    expect(await refresh()).toBe(0);
    expect(await marks()).toEqual(before);
    await world.ingest(rise('ash'));
    await world.query('DELETE FROM rescore_request');
    expect(await refresh()).toBe(1);
    const asked = await world.query('SELECT account_id FROM rescore_request');
    expect(asked).toEqual([{ account_id: (await one('ash', 'ACCOUNT'))!.accountId }]);
  });

  test('runs with scoring when something came, a day began or the model changed', async () => {
    await world.ingest(usual());
    await world.rescore();
    expect(await everything()).not.toEqual([]);
    await world.query('DELETE FROM surge');
    await world.rescore();
    expect(await everything()).toEqual([]);
    await world.rescore(days(1));
    expect(await everything()).not.toEqual([]);
  });

  test('comes to the same in any order of batches as from scratch', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...usual(['ash', 'birch', 'cedar']), ...rise('birch')], { minLength: 40 }),
        async (events) => {
          await world.clear();
          for (let at = 0; at < events.length; at += 25) {
            await world.ingest(events.slice(at, at + 25));
            await refresh();
          }
          const incremental = await everything();
          await world.query('DELETE FROM surge');
          await refresh();
          expect(await everything()).toEqual(incremental);
          const accountIds = new Set(incremental.map((row) => row.account_id));
          expect(accountIds.size).toBeGreaterThan(0);
          for (const row of incremental) {
            expect(row.score).toBeGreaterThanOrEqual(0);
            expect(row.score).toBeLessThanOrEqual(100);
          }
        },
      ),
      { numRuns: 5 },
    );
  });

  test('in a thread comes to the same', async () => {
    await world.ingest([...usual(), ...rise('ash')]);
    await refresh();
    const here = await everything();
    await world.query('DELETE FROM surge');
    await world.query('DELETE FROM surge_history');
    const url = world.db.pool.options.connectionString!;
    expect(await surge.inThread({ url, workspaceId: world.workspace.id, now: NOW })).toBe(1);
    expect(await everything()).toEqual(here);
  });

  test('in a thread that fails, fails', async () => {
    const task = { url: world.db.pool.options.connectionString!, workspaceId: 'none', now: NOW };
    await expect(surge.inThread(task)).rejects.toThrow(/workspace|uuid/i);
  });

  test('replays a past moment with what was known then', async () => {
    const past = days(-5);
    const compute = (replay: Date | null) =>
      world
        .within((tx) => surge.compute(tx, defaultModel, past, replay))
        .then((rows) => rows.sort((a, b) => (a.id < b.id ? -1 : 1)));
    const backfill = { ...world.intake, backfill: true };
    const events = [...usual(), ...rise('ash')];
    const early = events.filter((event) => event.at <= past.toISOString());
    await world.ingest(early, { intake: backfill, now: past });
    const then = await compute(null);
    expect(then.length).toBeGreaterThan(MARKET.length);
    await world.ingest(events, { intake: backfill });
    // What happened before and came late was not known.
    await world.ingest([read('ash', 'late', 20), read('birch', 'late', 19)]);
    const id = async (domain: string) =>
      (await world.within((tx) => accounts.idByDomain(tx, `${domain}.example`)))!;
    const [ash, birch] = [await id('ash'), await id('birch')];
    await world.within((tx) => merge(tx, world.workspace, birch, [ash], NOW));
    expect(await compute(past)).toEqual(then);
    expect(await compute(null)).not.toEqual(then);
  });

  test('stands beside the other scores of accounts, which are read in its order by an index', async () => {
    await world.ingest([...usual(), ...rise('ash')]);
    await world.rescore();
    const { accountId, score } = (await one('ash', 'ACCOUNT'))!;
    const [beside] = await world.query('SELECT surge FROM account_score WHERE account_id = $1', [accountId]);
    expect(beside).toEqual({ surge: score });
    const plan = await world.within(async (tx) => {
      const order = { field: 'SURGE', direction: 'DESC' } as const;
      const { text, values } = accounts.pageStatement(tx, { minSurge: 60 }, order, 10, null);
      await tx.client.query('SET LOCAL enable_seqscan = off');
      const { rows } = await tx.client.query(`EXPLAIN ${text}`, values);
      return rows.map((row) => row['QUERY PLAN']).join('\n');
    });
    expect(plan).toMatch(/Index.* Scan Backward using account_score_by_surge/);
    expect(plan).not.toMatch(/Sort/);
  });

  test('keeps since when something surged, and until when', async () => {
    await world.ingest([...usual(), ...rise('ash')]);
    await refresh();
    const { accountId } = (await one('ash', 'ACCOUNT'))!;
    const spans = async () => (await world.within((tx) => surges.spansOf(tx, [accountId]))).get(accountId);
    expect(await spans()).toEqual([
      { about: 'ACCOUNT', name: '', from: '2026-06-15', to: null },
      { about: 'TOPIC', name: 'data lineage', from: '2026-06-15', to: null },
    ]);
    const now = (await world.within((tx) => surges.ofAccounts(tx, [accountId]))).get(accountId)!;
    expect(now.overall!.status).toBe('SURGING');
    expect(now.surging.map(({ about, name }) => [about, name])).toEqual([['TOPIC', 'data lineage']]);
    await refresh(days(25));
    expect((await spans())!.map(({ to }) => to)).toEqual(['2026-07-10', '2026-07-10']);
  });
});

test.each([
  ['at once', () => world.rescore()],
  [
    'day by day',
    async () => {
      const left = () => surge.isRestating(world.db, world.workspace.id);
      expect(await left()).toBe(true);
      let passes = 0;
      do {
        await surge.pass(world.db, world.workspace.id, NOW, 0);
        passes++;
        expect(passes).toBeLessThan(20);
      } while (await left());
      expect(passes).toBeGreaterThan(3);
    },
  ],
])('of days past are judged again without somebody erased, %s', async (_, judge) => {
  const people = ['ann', 'bo', 'cy'].flatMap((name) =>
    Array.from(
      { length: 9 },
      (_, n): Event => ({
        ...read('ash', name, n + 1),
        hints: { email: `${name}@ash.example` },
      }),
    ),
  );
  const told = async () =>
    (
      await world.query("SELECT day, about, status FROM surge_history WHERE status = 'SURGING' ORDER BY day")
    ).map(({ day, about }) => `${day} ${about}`);
  const events = [...usual(), ...people];
  for (const ago of [12, 8, 6, 4, 2, 0]) {
    const now = days(-ago);
    const arrived = events.filter((event) => event.at <= now.toISOString());
    await world.ingest(arrived, { now, intake: { ...world.intake, backfill: true } });
    await refresh(now);
  }
  const first = (await told())[0]!;
  expect(first < NOW.toISOString()).toBe(true);
  for (const name of ['ann', 'bo', 'cy']) {
    await erase(world.db, world.workspace, `${name}@ash.example`, 'x', NOW);
  }
  await judge();
  expect(await told()).toEqual([]);
  expect(await world.query('SELECT restate_from FROM surge_pass')).toEqual([{ restate_from: null }]);
});

describe('topics', () => {
  const CSV = `Topic,Cluster,Weight,URL pattern,Title pattern,Aliases
Data Lineage,Catalogues,,^/docs/lineage,,lineage tools;provenance
Metadata,Catalogues,0.5,,metadata,
Broken,,,(,,
,Catalogues,,,,
`;
  const topicsOf = () => world.query('SELECT external_id, topics, told_topics FROM signal ORDER BY 1');

  test('are declared by an import that tells what is wrong', async () => {
    const result = await importTopics(CSV);
    expect(result).toMatchObject({ created: 2, updated: 0 });
    expect(result.rejected.map(({ index, message }) => [index, message.slice(0, 20)])).toEqual([
      [4, 'line 4: urlPattern: '],
      [5, expect.stringContaining('line 5: topic')],
    ]);
    expect(await world.within(topics.clusters)).toEqual([
      {
        name: 'catalogues',
        topics: [
          { topic: 'data lineage', weight: 1 },
          { topic: 'metadata', weight: 0.5 },
        ],
      },
    ]);
  });

  test('are read from what comes in, and brought to what is there; undone, all is as before', async () => {
    const page = (id: string, url: string, title: string, told: string[]): Event => ({
      id,
      at: days(-1).toISOString(),
      hints: { domain: 'ash.example' },
      signal: { url, title, topics: told },
    });
    const pages = (n: number) => [
      page(`${n} a`, 'https://us.example/docs/lineage?x', 'Guide', []),
      page(`${n} b`, 'https://us.example/', 'Metadata: a guide', ['provenance']),
      page(`${n} c`, 'https://us.example/', 'Home', ['other']),
    ];
    await world.ingest(pages(1));
    await world.rescore();
    const before = await topicsOf();
    const { batch } = await importTopics(CSV);
    await world.ingest(pages(2));
    const follows = [
      { topics: ['data lineage'], told_topics: [] },
      { topics: ['data lineage', 'metadata'], told_topics: ['provenance'] },
      { topics: ['other'], told_topics: null },
    ];
    expect((await topicsOf()).slice(3).map(({ external_id: _, ...rest }) => rest)).toEqual(follows);
    expect((await topicsOf()).slice(0, 3)).toEqual(before);
    await world.rescore();
    expect((await topicsOf()).map(({ external_id: _, ...rest }) => rest)).toEqual([...follows, ...follows]);
    expect(await one('ash', 'CLUSTER', 'catalogues')).toMatchObject({ actors: 1 });
    expect(await world.within((tx) => topics.list(tx))).toEqual([
      { name: 'data lineage', aliases: ['lineage tools', 'provenance'], declared: true },
      { name: 'metadata', aliases: [], declared: true },
      { name: 'other', aliases: [], declared: false },
    ]);

    await undo(world.db, world.workspace, batch, NOW);
    await world.rescore();
    expect((await topicsOf()).slice(0, 3)).toEqual(before);
    expect((await topicsOf()).slice(3).map(({ topics }) => topics)).toEqual([[], ['provenance'], ['other']]);
    expect(await world.query('SELECT name FROM surge WHERE about = $1', ['CLUSTER'])).toEqual([]);
  });

  test('go on where a killed process ended', async () => {
    const page = (n: number): Event => ({
      id: `p${n}`,
      at: days(-n).toISOString(),
      hints: { domain: 'ash.example' },
      signal: { url: '/docs/lineage' },
    });
    await world.ingest([page(1), page(2), page(3)]);
    await importTopics(CSV);
    const [middle] = await world.query("SELECT signal_id FROM signal WHERE external_id = 'p2'");
    await world.query('UPDATE topic_state SET applying = version, reached = $1', [middle!.signal_id]);
    expect(await catchUp(world.db, world.workspace.id, () => NOW)).toBe(1);
    expect(await catchUp(world.db, world.workspace.id, () => NOW)).toBe(0);
    // Another declaration begins at the front again.
    await importTopics('topic\nsomething\n');
    expect(await catchUp(world.db, world.workspace.id, () => NOW)).toBe(2);
  });

  test('of a cluster weigh what they weigh, and it surges with enough of them', async () => {
    await importTopics('topic,cluster,weight\ndata lineage,catalogues,0.5\nmetadata,catalogues,\n');
    await world.ingest([...usual(), ...rise('ash'), read('ash', 'new1', 0.1, 'metadata')]);
    await refresh();
    const topic = (await one('ash', 'TOPIC', 'data lineage'))!;
    const cluster = (await one('ash', 'CLUSTER', 'catalogues'))!;
    // One of its actor-days touched the weightier topic too.
    expect(cluster.observed).toBe(0.5 * topic.observed + 0.5);
    expect(cluster.status).toBe('SURGING');
  });
});
