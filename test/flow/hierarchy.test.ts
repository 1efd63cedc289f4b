import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MOST_LEVELS } from '../../src/core/hierarchy.ts';
import * as hierarchy from '../../src/flow/hierarchy.ts';
import * as mergeFlow from '../../src/flow/merge.ts';
import * as rescore from '../../src/flow/rescore.ts';
import { undo } from '../../src/flow/undo.ts';
import * as upsert from '../../src/flow/upsert.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as graph from '../../src/store/graph.ts';
import * as models from '../../src/store/models.ts';
import { days, type Event, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const idOf = (domain: string): string => accounts.accountIdOf(world.workspace.id, domain);
const importAccounts = (input: upsert.AccountInput[], batch: string | null = null, now = NOW) =>
  world.within((tx) => upsert.upsertAccounts(tx, world.workspace, input, batch, now));
const setParent = (child: string, parent: string | null, now = NOW) =>
  world.within((tx) => hierarchy.setParent(tx, idOf(child), parent ? idOf(parent) : null, now));
const parentOf = async (domain: string): Promise<string | null> => {
  const rows = await world.query(
    'SELECT p.domain FROM account AS a JOIN account AS p USING (workspace_id) WHERE a.domain = $1 AND p.account_id = a.parent_id',
    [domain],
  );
  return (rows[0]?.domain as string) ?? null;
};
const edgeOf = async (domain: string) =>
  (await world.within((tx) => graph.parentEdges(tx, [idOf(domain)]))).get(idOf(domain));
const account = (name: string, parentDomain?: string): upsert.AccountInput => ({
  domain: `${name}.example`,
  ...(parentDomain ? { parentDomain: `${parentDomain}.example` } : {}),
});
const view = (id: string, domain: string, more: Partial<Event> = {}): Event => ({
  id,
  at: hours(-2).toISOString(),
  kind: 'site.pricing_view',
  hints: { domain },
  ...more,
});

describe('imported parents', () => {
  test('hold, with who said so and since when', async () => {
    await importAccounts([account('hill'), account('brook', 'hill')]);
    expect(await parentOf('brook.example')).toBe('hill.example');
    expect(await edgeOf('brook.example')).toEqual({
      childId: idOf('brook.example'),
      parentId: idOf('hill.example'),
      provenance: 'IMPORTED',
      since: NOW,
    });
  });

  test('may come after their children', async () => {
    await importAccounts([account('brook', 'hill')]);
    expect(await parentOf('brook.example')).toBeNull();
    await world.ingest([view('h', 'hill.example')]);
    await importAccounts([account('hill')]);
    expect(await parentOf('brook.example')).toBe('hill.example');
  });

  test('change with the latest import, and go with it when it is undone', async () => {
    await importAccounts([account('hill'), account('dale'), account('brook', 'hill')]);
    const batch = await world.openBatch('crm', 'import');
    await importAccounts([account('brook', 'dale')], batch, hours(1));
    expect(await parentOf('brook.example')).toBe('dale.example');
    await undo(world.db, world.workspace, batch, hours(2));
    expect(await parentOf('brook.example')).toBe('hill.example');
  });

  test('that go take the edge along, not the child', async () => {
    const batch = await world.openBatch('crm', 'import');
    await importAccounts([account('hill')], batch);
    await importAccounts([account('brook', 'hill')]);
    await undo(world.db, world.workspace, batch, NOW);
    expect(await parentOf('brook.example')).toBeNull();
    expect(await world.query('SELECT domain FROM account')).toEqual([{ domain: 'brook.example' }]);
    await importAccounts([account('hill')]);
    expect(await parentOf('brook.example')).toBe('hill.example');
  });

  test('that close a circle are told, and the rest of the row is written', async () => {
    await importAccounts([account('hill'), account('brook', 'hill')]);
    const result = await importAccounts(
      [account('dale'), { ...account('hill', 'brook'), industry: 'Mining' }],
      null,
      hours(1),
    );
    expect(result).toMatchObject({
      created: 1,
      updated: 1,
      rejected: [
        { index: 1, code: 'CIRCLE', message: expect.stringContaining("[1].parentDomain: 'brook.example'") },
      ],
    });
    expect(await parentOf('hill.example')).toBeNull();
    expect(await parentOf('brook.example')).toBe('hill.example');
    expect(await world.query("SELECT industry FROM account WHERE domain = 'hill.example'")).toEqual([
      { industry: 'Mining' },
    ]);
  });

  test.each<[string, upsert.AccountInput]>([
    ['itself', account('hill', 'hill')],
    ['no domain', { domain: 'hill.example', parentDomain: 'the hill' }],
  ])('that are %s are refused with the row', async (_, input) => {
    const result = await importAccounts([input]);
    expect(result.rejected).toMatchObject([{ index: 0, message: expect.stringContaining('parentDomain') }]);
    expect(await world.query('SELECT 1 FROM account')).toEqual([]);
  });
});

describe('a parent by hand', () => {
  beforeEach(() => importAccounts([account('hill'), account('dale'), account('brook', 'hill')]));

  test('goes before imports, and so does none', async () => {
    await setParent('brook.example', 'dale.example');
    await importAccounts([account('brook', 'hill')], null, hours(1));
    expect(await parentOf('brook.example')).toBe('dale.example');
    expect(await edgeOf('brook.example')).toMatchObject({ provenance: 'BY_HAND', since: NOW });
    await setParent('brook.example', null);
    expect(await parentOf('brook.example')).toBeNull();
    expect(await edgeOf('brook.example')).toBeUndefined();
  });

  test.each<[string, string, string | null, string]>([
    ['below itself', 'hill.example', 'brook.example', 'CIRCLE'],
    ['its own', 'hill.example', 'hill.example', 'CIRCLE'],
    ['unknown', 'hill.example', 'nowhere.example', 'NOT_FOUND'],
    ['of an unknown account', 'nowhere.example', 'hill.example', 'NOT_FOUND'],
    ['none, of an unknown account', 'nowhere.example', null, 'NOT_FOUND'],
  ])('that is %s is refused and changes nothing', async (_, child, parent, code) => {
    await expect(setParent(child, parent)).rejects.toMatchObject({ code, hint: expect.stringMatching(/./) });
    expect(await parentOf('brook.example')).toBe('hill.example');
    expect(await parentOf('hill.example')).toBeNull();
  });

  test('makes no more levels than are allowed', async () => {
    await world.clear();
    const names = Array.from({ length: MOST_LEVELS + 2 }, (_, n) => `level-${n}`);
    await importAccounts(names.map((name) => account(name)));
    for (let n = 0; n < MOST_LEVELS; n++) await setParent(`level-${n}.example`, `level-${n + 1}.example`);
    await expect(
      setParent(`level-${MOST_LEVELS}.example`, `level-${MOST_LEVELS + 1}.example`),
    ).rejects.toMatchObject({
      code: 'TOO_DEEP',
    });
  });
});

describe('parents and merges', () => {
  const merge = (into: string, from: string, now = NOW) =>
    world.within((tx) => mergeFlow.merge(tx, world.workspace, idOf(into), [idOf(from)], now));
  const unmerge = (domain: string) =>
    world.within((tx) => mergeFlow.unmerge(tx, world.workspace, idOf(domain), NOW));

  test('children of a merged account are its survivor’s; its parent is where the survivor has none', async () => {
    await importAccounts([
      account('top'),
      account('hill'),
      account('hill-two', 'top'),
      account('brook', 'hill-two'),
    ]);
    await merge('hill.example', 'hill-two.example');
    expect(await parentOf('brook.example')).toBe('hill.example');
    expect(await parentOf('hill.example')).toBe('top.example');
    await unmerge('hill-two.example');
    expect(await parentOf('brook.example')).toBe('hill-two.example');
    expect(await parentOf('hill.example')).toBeNull();
    expect(await parentOf('hill-two.example')).toBe('top.example');
  });

  test('a child merged with its parent takes its place', async () => {
    await importAccounts([account('top'), account('hill', 'top'), account('brook', 'hill')]);
    await merge('brook.example', 'hill.example');
    expect(await parentOf('brook.example')).toBe('top.example');
  });

  test('a merge that would put an account below itself is refused', async () => {
    await importAccounts([account('top'), account('hill', 'top'), account('brook', 'hill')]);
    await expect(merge('brook.example', 'top.example')).rejects.toMatchObject({
      code: 'CIRCLE',
      hint: expect.stringContaining('another parent'),
    });
    expect(await world.query('SELECT 1 FROM merge_log')).toEqual([]);
    expect(await parentOf('brook.example')).toBe('hill.example');
  });
});

describe('a score with everything below', () => {
  const rolledUp = async (domain: string, asOf: Date | null = null) =>
    world.within(async (tx) => {
      const { model } = await models.active(tx, NOW);
      const [one] = await hierarchy.computeRolledUp(tx, [idOf(domain)], model, asOf ?? NOW, asOf);
      return one!.score.heat;
    });
  const alone = async (domain: string) =>
    world.within(async (tx) => {
      const { model } = await models.active(tx, NOW);
      return (await rescore.compute(tx, [idOf(domain)], model, NOW, null))[0]!.score.heat;
    });

  beforeEach(async () => {
    await importAccounts([
      account('top'),
      account('hill', 'top'),
      account('dale', 'top'),
      account('brook', 'hill'),
      account('far'),
    ]);
    await world.ingest([
      view('1', 'hill.example', { hints: { email: 'ann@hill.example' } }),
      view('2', 'brook.example', { hints: { email: 'bob@brook.example' } }),
      view('3', 'dale.example', { hints: { email: 'cleo@dale.example' } }),
      view('4', 'far.example', { hints: { email: 'dan@far.example' } }),
    ]);
  });

  test('has the signals of all levels, each once, and no others', async () => {
    const top = await rolledUp('top.example');
    expect((await alone('top.example')).raw).toBe(0);
    const parts = ['hill', 'brook', 'dale'].map((name) => alone(`${name}.example`));
    const sum = (await Promise.all(parts)).reduce((total, one) => total + one.raw, 0);
    expect(top.raw).toBeCloseTo(sum, 9);
    expect(top.actors).toBe(3);
    const ids = top.contributions.flatMap((one) => one.signalIds);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(3);
    expect((await rolledUp('hill.example')).actors).toBe(2);
    expect((await rolledUp('far.example')).raw).toBe((await alone('far.example')).raw);
  });

  test('counts one origin once, though it is reported of several', async () => {
    await world.clear();
    await importAccounts([account('top'), account('hill', 'top')]);
    await world.ingest([
      view('a', 'top.example', { signal: { origin: 'feed:1' } }),
      view('b', 'hill.example', { signal: { origin: 'feed:1' }, strength: 0.5 }),
    ]);
    expect((await rolledUp('top.example')).raw).toBe((await alone('top.example')).raw);
  });

  test('one person seen at two levels is one person', async () => {
    await world.clear();
    await importAccounts([account('top'), account('hill', 'top')]);
    await world.ingest([
      view('a', 'top.example', { hints: { domain: 'top.example', userId: 'u' } }),
      view('b', 'hill.example', { hints: { domain: 'hill.example', userId: 'u' } }),
    ]);
    expect((await rolledUp('top.example')).actors).toBe(1);
  });

  test('of the past has what was known then', async () => {
    expect((await rolledUp('top.example', days(-1))).raw).toBe(0);
    expect((await rolledUp('top.example', hours(1))).raw).toBeGreaterThan(0);
  });

  test('of the past has the levels of then', async () => {
    const actors = async (at: Date | null) =>
      Promise.all(['top', 'hill', 'far'].map(async (name) => (await rolledUp(`${name}.example`, at)).actors));
    await setParent('brook.example', 'far.example', hours(24));
    await setParent('far.example', 'top.example', hours(48));
    await setParent('hill.example', null, hours(72));
    await world.within((tx) =>
      mergeFlow.merge(tx, world.workspace, idOf('far.example'), [idOf('dale.example')], hours(96)),
    );
    expect(await actors(hours(1))).toEqual([3, 2, 1]);
    expect(await actors(hours(25))).toEqual([2, 1, 2]);
    expect(await actors(hours(49))).toEqual([4, 1, 2]);
    expect(await actors(hours(73))).toEqual([3, 1, 2]);
    expect(await actors(hours(97))).toEqual([3, 1, 3]);
    expect(await actors(null)).toEqual([3, 1, 3]);
  });
});
