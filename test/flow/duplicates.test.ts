import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { domainKind } from '../../src/core/identity/duplicates.ts';
import * as hierarchy from '../../src/flow/hierarchy.ts';
import * as mergeFlow from '../../src/flow/merge.ts';
import * as upsert from '../../src/flow/upsert.ts';
import * as duplicates from '../../src/store/duplicates.ts';
import * as graph from '../../src/store/graph.ts';
import { type Event, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const importAccounts = (input: upsert.AccountInput[], now = NOW) =>
  world.within((tx) => upsert.upsertAccounts(tx, world.workspace, input, null, now));
const names = async (): Promise<Map<unknown, string>> =>
  new Map(
    (await world.query('SELECT account_id, coalesce(domain, name) AS label FROM account')).map((row) => [
      row.account_id,
      row.label as string,
    ]),
  );
const page = (limit = 50, cursor: { value: number; id: string } | null = null, backward = false) =>
  world.within((tx) => duplicates.page(tx, limit, cursor, backward));
/** `keep ← other: reasons`. */
const pairs = async (): Promise<string[]> => {
  const label = await names();
  return (await page()).map(
    ({ accountIds: [one, other], clues }) =>
      `${label.get(one)} ← ${label.get(other)}: ${clues.map((clue) => clue.reason).join(' ')}`,
  );
};
const idOf = async (label: string): Promise<string> => {
  const found = [...(await names())].find(([, one]) => one === label);
  return found![0] as string;
};
const view = (id: string, hints: Event['hints']): Event => ({ id, at: hours(-1).toISOString(), hints });

describe('duplicates are found by', () => {
  test.each<[string, upsert.AccountInput[], Event[], string[]]>([
    [
      'their name, legal form aside',
      [
        { domain: 'larch.example', name: 'Larch Ltd' },
        { domain: 'pine.example', name: 'LARCH GmbH' },
      ],
      [],
      ['larch.example ← pine.example: SAME_NAME'],
    ],
    [
      'a domain with another ending',
      [
        { domain: 'larch.example', name: 'One' },
        { domain: 'larch.test', name: 'Two' },
      ],
      [],
      ['larch.example ← larch.test: SAME_LABEL'],
    ],
    [
      'a name that is the other’s domain',
      [
        { domain: 'blue-larch.example', name: 'One' },
        { domain: 'pine.example', name: 'Blue Larch' },
      ],
      [],
      ['blue-larch.example ← pine.example: NAME_IS_DOMAIN'],
    ],
    [
      'people seen at both',
      [
        { domain: 'larch.example', name: 'One' },
        { domain: 'pine.example', name: 'Two' },
      ],
      [
        view('a', { domain: 'larch.example', userId: 'u1' }),
        view('b', { domain: 'pine.example', userId: 'u1' }),
      ],
      ['larch.example ← pine.example: SHARED_PEOPLE'],
    ],
    [
      'a discovery with the name of an import without a domain',
      [{ name: 'Larch' }],
      [view('a', { domain: 'pine.example', companyName: 'Larch Inc.' })],
      ['Larch ← pine.example: DISCOVERED_TWIN'],
    ],
    [
      'their page on LinkedIn',
      [
        { domain: 'larch.example', name: 'One', linkedin: 'https://linkedin.com/company/larch' },
        { domain: 'pine.example', name: 'Two', linkedin: 'larch' },
      ],
      [],
      ['larch.example ← pine.example: SAME_LINKEDIN'],
    ],
    [
      'a domain both are said to have',
      [
        { domain: 'larch.example', name: 'One' },
        { domain: 'pine.example', name: 'Two', domains: ['larch.example'] },
      ],
      [],
      ['larch.example ← pine.example: SAME_WEBSITE'],
    ],
  ])('%s', async (_, input, events, expected) => {
    await importAccounts(input);
    if (events.length > 0) await world.ingest(events);
    expect(await pairs()).toEqual(expected);
  });

  test('several reasons make surer, the surest is told first, and another country makes less sure', async () => {
    await importAccounts([
      { domain: 'larch.example', name: 'Larch' },
      { domain: 'larch.test', name: 'Larch' },
      { domain: 'birch.example', name: 'Birch', country: 'DE' },
      { domain: 'elm.example', name: 'Birch', country: 'FR' },
    ]);
    const found = await page();
    expect(found.map((pair) => pair.confidence)).toEqual([0.9, 0.525]);
    expect(found[0]!.clues).toEqual([
      { reason: 'SAME_NAME', clue: 'larch', count: 1 },
      { reason: 'SAME_LABEL', clue: 'larch', count: 1 },
    ]);
  });

  test('not between different companies', async () => {
    await importAccounts([
      { domain: 'larch.example', name: 'Larch' },
      { domain: 'pine.example', name: 'Pine' },
      { name: 'Oak' },
    ]);
    await world.ingest([
      view('a', { domain: 'elm.example', userId: 'u' }),
      view('b', { domain: 'pine.example', userId: 'v' }),
    ]);
    expect(await pairs()).toEqual([]);
  });

  test('a name many bear makes as many pairs as accounts, not as their square', async () => {
    await importAccounts(
      Array.from({ length: 60 }, (_, n) => ({ domain: `branch-${n}.example`, name: 'Larch' })),
    );
    expect(await page(200)).toHaveLength(59);
    expect(await world.within(duplicates.count)).toBe(59);
  });
});

describe('duplicates are not shown', () => {
  beforeEach(() =>
    importAccounts([
      { domain: 'larch.example', name: 'Larch' },
      { domain: 'pine.example', name: 'Larch' },
    ]),
  );

  test('between parent and child, and children of one parent', async () => {
    await importAccounts([{ domain: 'pine.example', parentDomain: 'larch.example' }]);
    expect(await pairs()).toEqual([]);
    await importAccounts([{ domain: 'elm.example', name: 'Larch', parentDomain: 'larch.example' }]);
    expect(await pairs()).toEqual([]);
    await world.within(async (tx) => hierarchy.setParent(tx, await idOf('pine.example'), null, NOW));
    expect(await pairs()).toHaveLength(2);
  });

  test('once they are dismissed, also when they come again', async () => {
    const [one, other] = [await idOf('larch.example'), await idOf('pine.example')];
    expect(await world.within((tx) => duplicates.dismiss(tx, other, one, NOW))).toBe(true);
    expect(await world.within((tx) => duplicates.dismiss(tx, one, other, NOW))).toBe(false);
    await importAccounts([{ domain: 'pine.example', name: 'Larch' }]);
    expect(await pairs()).toEqual([]);
  });

  test('once they are merged, until they are not', async () => {
    const [into, from] = [await idOf('larch.example'), await idOf('pine.example')];
    await world.within((tx) => mergeFlow.merge(tx, world.workspace, into, [from], NOW));
    expect(await pairs()).toEqual([]);
    await world.within((tx) => mergeFlow.unmerge(tx, world.workspace, from, NOW));
    expect(await pairs()).toHaveLength(1);
  });
});

test('pages of pairs add up to all of them, either way', async () => {
  await importAccounts(
    Array.from({ length: 14 }, (_, n) => ({
      domain: `branch-${n}.example`,
      name: `Firm ${Math.floor(n / 2)}`,
      country: n % 4 ? 'DE' : 'FR',
    })),
  );
  const all = (await page()).map((pair) => pair.id);
  expect(all).toHaveLength(7);
  const seen: string[] = [];
  let cursor: { value: number; id: string } | null = null;
  for (;;) {
    const part: duplicates.Duplicate[] = await page(3, cursor);
    if (part.length === 0) break;
    seen.push(...part.map((pair) => pair.id));
    cursor = { value: part.at(-1)!.confidence, id: part.at(-1)!.id };
  }
  expect(seen).toEqual(all);
  const last = (await page()).at(-1)!;
  const before = await page(3, { value: last.confidence, id: last.id }, true);
  expect(before.map((pair) => pair.id)).toEqual(all.slice(3, 6));
});

describe('domains', () => {
  test.each<[string, string | null, string]>([
    ['larch.com', 'larch.com', 'MAIN'],
    ['larch.com', null, 'MAIN'],
    ['larch.de', 'larch.com', 'COUNTRY'],
    ['larch.co.uk', 'larch.com', 'COUNTRY'],
    ['larch.net', 'larch.com', 'ALIAS'],
    ['larch-group.com', 'larch.com', 'ALIAS'],
    ['larch.com', 'larch-group.com', 'ALIAS'],
    ['timberly.com', 'larch.com', 'BRAND'],
  ])('%s of an account with %s is %s', (domain, main, kind) => expect(domainKind(domain, main)).toBe(kind));

  test('say who says so', async () => {
    const batch = await world.openBatch('crm', 'import');
    await world.within((tx) =>
      upsert.upsertAccounts(
        tx,
        world.workspace,
        [{ domain: 'larch.example', domains: ['larch.de'] }],
        batch,
        NOW,
      ),
    );
    await world.ingest([view('a', { domain: 'elm.example' })]);
    const of = async (label: string) => {
      const id = await idOf(label);
      return (await world.within((tx) => graph.domainsOf(tx, [id]))).get(id);
    };
    expect(await of('larch.example')).toEqual([
      { domain: 'larch.de', provenance: 'IMPORTED', sources: ['crm'] },
      { domain: 'larch.example', provenance: 'IMPORTED', sources: ['crm'] },
    ]);
    expect(await of('elm.example')).toEqual([
      { domain: 'elm.example', provenance: 'DISCOVERED', sources: ['site'] },
    ]);
  });
});
