import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import adapter from '../../signals/hacker-news/index.ts';
import { PayloadChanged, SettingsInvalid, SourceDown, SourceRefused } from '../../src/core/errors.ts';
import { type FetchedPage, type Fetcher, workspaceProfileSchema } from '../../src/core/signal.ts';

interface Hit {
  objectID: string;
  created_at_i: number;
  title: string;
}

const NOW = 1_772_500_000;
const at = (seconds: number): Date => new Date(seconds * 1000);
const hit = (id: string | number, time: number, title = 'Brightloom'): Hit => ({
  objectID: String(id),
  created_at_i: time,
  title,
});
const profileOf = (...brand: string[]) => workspaceProfileSchema.parse({ brand });
const settingsOf = (some: Record<string, unknown> = {}) =>
  adapter.settings.parse({ baseUrl: 'https://search.example/api/v1', ...some });

interface Request {
  query: string;
  after: number;
  upTo: number;
  page: number;
  hitsPerPage: number;
}

/** What a request asks for; fails on anything unexpected in it. */
function readRequest(url: string): Request {
  const { origin, pathname, searchParams } = new URL(url);
  expect(`${origin}${pathname}`).toBe('https://search.example/api/v1/search_by_date');
  expect(searchParams.get('tags')).toBe('(story,comment)');
  const bounds = /^created_at_i>(\d+),created_at_i<=(\d+)$/.exec(searchParams.get('numericFilters') ?? '');
  expect(bounds).not.toBeNull();
  return {
    query: searchParams.get('query') ?? '',
    after: Number(bounds![1]),
    upTo: Number(bounds![2]),
    page: Number(searchParams.get('page')),
    hitsPerPage: Number(searchParams.get('hitsPerPage')),
  };
}

const answered = (body: unknown, status = 200): FetchedPage => ({
  status,
  headers: {},
  body: JSON.stringify(body),
});

/** A search over `hits` that answers like the real one: newest first, in pages, and no more than `cap` per query. */
function searchOver(hits: readonly Hit[], { cap = 1000, log = [] as Request[] } = {}): Fetcher {
  return async (url) => {
    const request = readRequest(url);
    log.push(request);
    const { query, after, upTo, page, hitsPerPage } = request;
    const all = hits
      .filter(({ title }) => title.includes(query.replaceAll('"', '')))
      .filter(({ created_at_i }) => created_at_i > after && created_at_i <= upTo)
      .sort((a, b) => b.created_at_i - a.created_at_i);
    const nbPages = Math.min(Math.ceil(all.length / hitsPerPage), Math.floor(cap / hitsPerPage));
    const shown = page < nbPages ? all.slice(page * hitsPerPage, (page + 1) * hitsPerPage) : [];
    return answered({ hits: shown, nbHits: all.length, page, nbPages, hitsPerPage });
  };
}

interface Reading {
  profile?: ReturnType<typeof profileOf>;
  settings?: ReturnType<typeof settingsOf>;
  now?: number;
  cursor?: unknown;
}

/** Polls until there is no more, as the engine does: the cursor goes through JSON each time. */
async function readAll(fetch: Fetcher, { profile, settings, now = NOW, cursor = null }: Reading = {}) {
  const ids: string[] = [];
  const times: number[] = [];
  let state = cursor;
  for (let calls = 0; ; calls += 1) {
    expect(calls).toBeLessThan(2_000);
    const page = await adapter.poll!.poll(state, {
      settings: settings ?? settingsOf(),
      profile: profile ?? profileOf('Brightloom'),
      fetch,
      now: at(now),
    });
    for (const record of page.records as Hit[]) {
      ids.push(record.objectID);
      times.push(record.created_at_i);
    }
    state = JSON.parse(JSON.stringify(page.cursor));
    if (!page.more) return { ids, times, cursor: state };
  }
}

describe('the first poll', () => {
  test('looks back seven days, up to the second before now, and asks for the name', async () => {
    const log: Request[] = [];
    const hits = [hit('old', NOW - 8 * 86_400), hit('new', NOW - 6 * 86_400), hit('this second', NOW)];
    const { ids } = await readAll(searchOver(hits, { log }));
    expect(ids).toEqual(['new']);
    expect(log).toEqual([
      { query: 'Brightloom', after: NOW - 7 * 86_400 - 1, upTo: NOW - 1, page: 0, hitsPerPage: 100 },
    ]);
  });

  test('looks back as far as the setting says', async () => {
    const hits = [hit('old', NOW - 8 * 86_400)];
    expect((await readAll(searchOver(hits), { settings: settingsOf({ lookbackDays: '9' }) })).ids).toEqual([
      'old',
    ]);
  });

  test('asks for a name of several words as a phrase', async () => {
    const log: Request[] = [];
    await readAll(searchOver([], { log }), { profile: profileOf('Loom Room') });
    expect(log.map(({ query }) => query)).toEqual(['"Loom Room"']);
  });
});

test('several pages come oldest first, each hit once', async () => {
  const log: Request[] = [];
  const hits = Array.from({ length: 7 }, (_, n) => hit(n, NOW - 1000 + n));
  const { ids } = await readAll(searchOver(hits, { log }), { settings: settingsOf({ hitsPerPage: 3 }) });
  expect(ids).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  expect(log.map(({ page }) => page)).toEqual([0, 1, 2]);
});

test('a hit that two names find comes once', async () => {
  const hits = [hit('both', NOW - 50, 'Brightloom and Quarryline'), hit('one', NOW - 40, 'Quarryline')];
  const { ids } = await readAll(searchOver(hits), { profile: profileOf('Brightloom', 'Quarryline') });
  expect(ids).toEqual(['both', 'one']);
});

test('more hits than the search shows are read in narrower windows', async () => {
  const log: Request[] = [];
  const hits = Array.from({ length: 25 }, (_, n) => hit(String(n).padStart(2, '0'), NOW - 5000 + n * 100));
  const { ids } = await readAll(searchOver(hits, { cap: 6, log }), {
    settings: settingsOf({ hitsPerPage: 2 }),
  });
  expect(ids).toEqual(hits.map(({ objectID }) => objectID));
  expect(log.length).toBeLessThan(80);
});

test('more hits within one second than the search shows are no silent loss', async () => {
  const hits = Array.from({ length: 9 }, (_, n) => hit(n, NOW - 60));
  const reading = readAll(searchOver(hits, { cap: 4 }), { settings: settingsOf({ hitsPerPage: 2 }) });
  await expect(reading).rejects.toThrow(PayloadChanged);
});

describe('the next poll', () => {
  test('finds what came in the boundary second and what was indexed late, and repeats nothing', async () => {
    const early = [hit('a', NOW - 1), hit('b', NOW - 400)];
    const first = await readAll(searchOver(early));
    const later = [...early, hit('same second', NOW - 1), hit('late', NOW - 600), hit('c', NOW + 5)];
    const second = await readAll(searchOver(later), { now: NOW + 600, cursor: first.cursor });
    expect(first.ids).toEqual(['b', 'a']);
    expect(second.ids).toEqual(['late', 'same second', 'c']);
    const third = await readAll(searchOver(later), { now: NOW + 1200, cursor: second.cursor });
    expect(third.ids).toEqual([]);
  });

  test('in the same second, or with a clock set back, reads nothing twice', async () => {
    const hits = [hit('a', NOW - 1)];
    const { cursor } = await readAll(searchOver(hits));
    expect((await readAll(searchOver(hits), { cursor })).ids).toEqual([]);
    expect((await readAll(searchOver(hits), { cursor, now: NOW - 5000 })).ids).toEqual([]);
  });

  test('looks back for a name that is new to the profile', async () => {
    const hits = [hit('q', NOW - 86_400, 'Quarryline'), hit('b', NOW - 10)];
    const { cursor } = await readAll(searchOver(hits));
    const profile = profileOf('Brightloom', 'Quarryline');
    expect((await readAll(searchOver(hits), { cursor, profile, now: NOW + 60 })).ids).toEqual(['q']);
  });
});

describe('failures', () => {
  const failing =
    (error: () => never | FetchedPage): Fetcher =>
    async () =>
      error();
  const poll = (fetch: Fetcher) => readAll(fetch);

  test('an outage passes through', async () => {
    const down = new SourceDown('no answer');
    await expect(
      poll(
        failing(() => {
          throw down;
        }),
      ),
    ).rejects.toBe(down);
  });

  test.each([400, 403, 404, 304])('status %i is a refusal', async (status) => {
    await expect(poll(failing(() => answered({ message: 'no' }, status)))).rejects.toThrow(SourceRefused);
  });

  test.each([
    '',
    '<html>',
    'null',
    '[]',
    '{"hits":[]}',
    '{"hits":{},"nbHits":0,"nbPages":0,"hitsPerPage":1}',
  ])('the answer %j is of another shape', async (body) => {
    await expect(poll(failing(() => ({ status: 200, headers: {}, body })))).rejects.toThrow(PayloadChanged);
  });

  test('a profile without names says what to fill in', async () => {
    await expect(readAll(searchOver([]), { profile: profileOf() })).rejects.toThrow(SettingsInvalid);
  });

  test('a hit without id or time is handed on, for normalise to reject', async () => {
    const broken = { title: 'Brightloom' };
    const fetch: Fetcher = async (url) => {
      readRequest(url);
      return answered({
        hits: [broken, hit('good', NOW - 5)],
        nbHits: 2,
        page: 0,
        nbPages: 1,
        hitsPerPage: 100,
      });
    };
    expect((await readAll(fetch)).ids).toEqual([undefined, 'good']);
  });
});

test('whatever arrives when, whatever the page size and whatever fails: nothing lost, nothing twice, oldest first', async () => {
  const names = ['Brightloom', 'Quarryline'];
  const arrival = fc.record({
    /** Seconds before the end of the first round, or after it. */
    time: fc.integer({ min: -3000, max: 3000 }),
    /** How late the index learns of it. */
    delay: fc.integer({ min: 0, max: 600 }),
    title: fc.constantFrom('Brightloom', 'Quarryline', 'Brightloom Quarryline'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(arrival, { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 6 }),
      fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.integer({ min: 0, max: 5 })),
      async (arrivals, hitsPerPage, pages, waits, luck) => {
        // Never more in one second than the search shows.
        const perSecond = new Map<number, number>();
        const hits = arrivals
          .filter(({ time }) => {
            const count = (perSecond.get(time) ?? 0) + 1;
            perSecond.set(time, count);
            return count <= hitsPerPage * pages;
          })
          .map(({ time, delay, title }, id) => ({
            ...hit(id, NOW + time, title),
            indexedAt: NOW + time + delay,
          }));

        const got: string[] = [];
        let cursor: unknown = null;
        let now = NOW;
        for (const wait of [...waits, 4000, 900]) {
          for (let more = true; more; ) {
            const search = searchOver(
              hits.filter(({ indexedAt }) => indexedAt < now),
              { cap: hitsPerPage * pages },
            );
            const flaky: Fetcher = async (url) => {
              if (luck.next().value === 0) throw new SourceDown('for now');
              return search(url);
            };
            try {
              const page = await adapter.poll!.poll(cursor, {
                settings: settingsOf({ hitsPerPage }),
                profile: profileOf(...names),
                fetch: flaky,
                now: at(now),
              });
              const times = (page.records as Hit[]).map(({ created_at_i }) => created_at_i);
              expect(times).toEqual(times.toSorted((a, b) => a - b));
              got.push(...(page.records as Hit[]).map(({ objectID }) => objectID));
              cursor = JSON.parse(JSON.stringify(page.cursor));
              more = page.more;
            } catch (error) {
              if (!(error instanceof SourceDown)) throw error;
            }
          }
          now += wait;
        }
        expect(got.toSorted()).toEqual(hits.map(({ objectID }) => objectID).toSorted());
      },
    ),
    { numRuns: 60 },
  );
});
