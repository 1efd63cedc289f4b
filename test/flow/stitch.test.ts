import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as rescore from '../../src/flow/rescore.ts';
import { upsertAccounts, upsertPeople } from '../../src/flow/upsert.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as models from '../../src/store/models.ts';
import * as workspaces from '../../src/store/workspaces.ts';
import { days, type Event, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const view = (id: string, hints: Event['hints'], at: Date): Event => ({ id, at: at.toISOString(), hints });
const identify = (id: string, identity: Event['identity'], at: Date): Event => ({
  id,
  at: at.toISOString(),
  identity,
});

/** Signal → its person's address and its account's domain. */
async function whose(): Promise<Record<string, string>> {
  const rows = await world.query(
    `SELECT s.external_id, coalesce(p.email, p.name, s.person_id::text, 'nobody') || ' at ' || coalesce(a.domain, 'none') AS owner
     FROM signal AS s LEFT JOIN account AS a USING (workspace_id, account_id) LEFT JOIN person AS p USING (workspace_id, person_id)
     ORDER BY 1`,
  );
  return Object.fromEntries(rows.map((row) => [row.external_id, row.owner])) as Record<string, string>;
}
const heat = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      await world.query(
        'SELECT a.domain, s.raw FROM account_score AS s JOIN account AS a USING (workspace_id, account_id) ORDER BY 1',
      )
    ).map((row) => [row.domain, row.raw]),
  );

describe('a visitor who becomes known', () => {
  test('takes past signals along to the person and the account, and its heat', async () => {
    await world.ingest([
      view('a', { anonymousId: 'b1' }, days(-2)),
      view('b', { anonymousId: 'b1' }, days(-1)),
    ]);
    await world.rescore();
    expect(await whose()).toEqual({ a: 'nobody at none', b: 'nobody at none' });
    expect(await heat()).toEqual({});
    await world.ingest([identify('i', { anonymousId: 'b1', email: 'ann@northwind.example' }, hours(-1))]);
    await world.rescore();
    expect(await whose()).toEqual({
      a: 'ann@northwind.example at northwind.example',
      b: 'ann@northwind.example at northwind.example',
    });
    expect((await heat())['northwind.example']).toBeGreaterThan(0);
  });

  test('restates both accounts when signals move from one to the other', async () => {
    await world.ingest([
      identify('i1', { anonymousId: 'b1', email: 'bob@southwind.example' }, days(-5)),
      view('a', { anonymousId: 'b1' }, days(-3)),
    ]);
    await world.rescore();
    const before = await heat();
    // Told late: Ann had taken the browser over a day before.
    await world.ingest([identify('i2', { anonymousId: 'b1', email: 'ann@northwind.example' }, days(-4))]);
    await world.rescore();
    expect(await whose()).toEqual({ a: 'ann@northwind.example at northwind.example' });
    expect(await heat()).toEqual({
      'northwind.example': before['southwind.example'],
      'southwind.example': 0,
    });
  });

  test('is never merged with another: each signal goes to who had the browser at the time', async () => {
    await world.ingest([
      view('before', { anonymousId: 'b1' }, days(-6)),
      identify('i1', { anonymousId: 'b1', email: 'ann@northwind.example' }, days(-5)),
      view('during', { anonymousId: 'b1' }, days(-4)),
      identify('i2', { anonymousId: 'b1', email: 'bob@southwind.example' }, days(-3)),
      view('after', { anonymousId: 'b1' }, days(-2)),
    ]);
    expect(await whose()).toEqual({
      before: 'ann@northwind.example at northwind.example',
      during: 'ann@northwind.example at northwind.example',
      after: 'bob@southwind.example at southwind.example',
    });
    expect(await world.query('SELECT 1 FROM person')).toHaveLength(2);
  });

  test('two people who are both known stay two, although one message names them together', async () => {
    await world.ingest([
      identify('i1', { email: 'ann@northwind.example' }, days(-5)),
      identify('i2', { userId: 'bob', person: { name: 'Bob' } }, days(-4)),
      identify('i3', { email: 'ann@northwind.example', userId: 'bob' }, days(-3)),
      view('a', { userId: 'bob' }, days(-2)),
    ]);
    expect(await world.query('SELECT 1 FROM person')).toHaveLength(2);
    expect((await whose()).a).toContain('Bob');
  });

  test.each([
    'null',
    'undefined',
    'guest',
    '0',
    '00000000-0000-0000-0000-000000000000',
    ' ',
    'Anonymous',
    '[object Object]',
  ])('the id %j names nobody', async (id) => {
    await world.ingest([
      identify('i1', { userId: id, email: 'ann@northwind.example' }, days(-5)),
      identify('i2', { anonymousId: id, email: 'bob@southwind.example' }, days(-5)),
      view('a', { userId: id }, days(-2)),
      view('b', { anonymousId: id }, days(-2)),
    ]);
    expect(await whose()).toEqual({ a: 'nobody at none', b: 'nobody at none' });
    expect(await world.query("SELECT key FROM person_identity WHERE key LIKE 'user:%'")).toEqual([]);
    expect(await world.query('SELECT 1 FROM visitor_link')).toEqual([]);
  });

  test('a mail provider or a platform as somebody’s company makes no account', async () => {
    await world.ingest([
      identify('i1', { userId: 'ann', account: { domain: 'gmail.com', name: 'Gmail' } }, days(-5)),
      identify('i2', { userId: 'bob', account: { domain: 'linkedin.com' } }, days(-5)),
    ]);
    expect(await world.query('SELECT domain FROM account')).toEqual([]);
  });
});

test('identify, page and form in any order and any batches end in the same', async () => {
  const events: Event[] = [
    view('p1', { anonymousId: 'b1' }, days(-9)),
    view('p2', { anonymousId: 'b2' }, days(-8)),
    identify('i1', { anonymousId: 'b1', userId: 'ann', email: 'ann@northwind.example' }, days(-7)),
    view('p3', { anonymousId: 'b1' }, days(-6)),
    {
      ...view('f1', { anonymousId: 'b2', email: 'ann@northwind.example', userId: 'ann' }, days(-5)),
      kind: 'content.form',
    },
    view('p4', { userId: 'ann' }, days(-5)),
    identify('i2', { anonymousId: 'b1', email: 'bob@southwind.example' }, days(-4)),
    view('p5', { anonymousId: 'b1' }, days(-3)),
    { ...view('f2', { anonymousId: 'b3', email: 'carl@gmail.com' }, days(-3)), kind: 'content.form' },
    identify(
      'g1',
      { email: 'carl@gmail.com', account: { domain: 'eastwind.example', name: 'Eastwind' } },
      days(-2),
    ),
    view('p6', { anonymousId: 'b3' }, days(-1)),
  ];
  await world.ingest(events);
  await world.rescore();
  const expected = { whose: await whose(), heat: await heat() };
  expect(Object.keys(expected.heat)).toEqual(['eastwind.example', 'northwind.example', 'southwind.example']);
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(events, { minLength: events.length }),
      fc.integer({ min: 1, max: 5 }),
      async (shuffled, size) => {
        // Keys that come together for the first time must do so before they come alone, or two people are known already.
        const naming = shuffled.findIndex((event) => event.id === 'i1');
        const alone = shuffled.findIndex((event) => ['p4'].includes(event.id));
        fc.pre(alone > naming);
        await world.clear();
        for (let at = 0; at < shuffled.length; at += size) await world.ingest(shuffled.slice(at, at + size));
        await world.rescore();
        expect({ whose: await whose(), heat: await heat() }).toEqual(expected);
      },
    ),
    { numRuns: 20 },
  );
});

describe('a person who gets an account later takes their signals along', () => {
  const anonymous = [
    view('a', { anonymousId: 'b1' }, days(-6)),
    identify('i', { anonymousId: 'b1', userId: 'ann', email: 'ann@gmail.com' }, days(-5)),
    view('b', { userId: 'ann' }, days(-4)),
  ];
  const moved = { a: 'ann@gmail.com at northwind.example', b: 'ann@gmail.com at northwind.example' };

  test('by a group call', async () => {
    await world.ingest(anonymous);
    expect((await whose()).a).toBe('ann@gmail.com at none');
    await world.ingest([
      identify('g', { userId: 'ann', account: { domain: 'northwind.example' } }, days(-1)),
    ]);
    expect(await whose()).toEqual(moved);
    await world.rescore();
    expect((await heat())['northwind.example']).toBeGreaterThan(0);
  });

  test('by an import of people', async () => {
    await world.ingest(anonymous);
    await world.within(async (tx) => {
      await upsertAccounts(tx, world.workspace, [{ domain: 'northwind.example' }], null, NOW);
      await upsertPeople(
        tx,
        world.workspace,
        [{ userId: 'ann', accountDomain: 'northwind.example' }],
        null,
        NOW,
      );
    });
    expect(await whose()).toEqual(moved);
  });

  test('by an import of the account they were said to be at', async () => {
    await world.ingest(anonymous);
    await world.within((tx) =>
      upsertPeople(tx, world.workspace, [{ userId: 'ann', accountDomain: 'northwind.example' }], null, NOW),
    );
    expect((await whose()).a).toBe('ann@gmail.com at none');
    await world.within((tx) =>
      upsertAccounts(tx, world.workspace, [{ domain: 'northwind.example' }], null, NOW),
    );
    expect(await whose()).toEqual(moved);
  });

  test('by an import of the account of their mailbox, where accounts are not discovered', async () => {
    const { workspace } = world;
    world.workspace = { ...workspace, profile: { ...workspace.profile, discoverAccounts: false } };
    try {
      await world.ingest([
        view('a', { anonymousId: 'b1' }, days(-6)),
        identify('i', { anonymousId: 'b1', email: 'ann@northwind.example' }, days(-5)),
      ]);
      expect(await whose()).toEqual({ a: 'ann@northwind.example at none' });
      await world.within((tx) =>
        upsertAccounts(tx, world.workspace, [{ domain: 'northwind.example' }], null, NOW),
      );
      expect(await whose()).toEqual({ a: 'ann@northwind.example at northwind.example' });
    } finally {
      world.workspace = workspace;
    }
  });
});

test('signals that wait are placed when a company of their name is discovered', async () => {
  await world.ingest([view('a', { companyName: 'Eastwind' }, days(-6))]);
  await world.ingest([view('b', { domain: 'eastwind.example', companyName: 'Eastwind Ltd' }, days(-5))]);
  expect(await whose()).toEqual({ a: 'nobody at eastwind.example', b: 'nobody at eastwind.example' });
});

test('a replay before the stitching shows what was shown then', async () => {
  await world.ingest(
    [
      identify('i1', { anonymousId: 'b1', email: 'bob@southwind.example' }, days(-9)),
      view('a', { anonymousId: 'b1' }, days(-8)),
      view('x', { domain: 'northwind.example' }, days(-8)),
    ],
    { now: days(-7) },
  );
  await world.rescore(days(-7));
  const then = await heat();
  await world.ingest([view('late', { anonymousId: 'b1' }, days(-8))], { now: days(-5) });
  await world.ingest([identify('i2', { anonymousId: 'b1', email: 'ann@northwind.example' }, days(-9))], {
    now: days(-4),
  });
  await world.ingest([identify('i3', { anonymousId: 'b1', email: 'ann@northwind.example' }, days(-10))], {
    now: days(-3),
  });
  await world.rescore();
  expect(await heat()).not.toEqual(then);
  const replayed = await world.within(async (tx) => {
    const { model } = await models.active(tx, NOW);
    const found: Record<string, number> = {};
    for (const domain of ['northwind.example', 'southwind.example']) {
      const id = await accounts.idByDomain(tx, domain);
      const [computed] = await rescore.compute(tx, [id!], model, days(-7), days(-7));
      found[domain] = computed!.score.heat.raw;
    }
    return found;
  });
  expect(replayed).toEqual(then);
});

test('the profile decides whether clear domains become accounts', async () => {
  await world.within((tx) => workspaces.saveProfile(tx, { discoverAccounts: false }));
  const workspace = (await world.within(workspaces.read))!;
  await world.ingest([view('a', { domain: 'northwind.example' }, days(-1))], {
    intake: { ...world.intake, workspace },
  });
  await world.within((tx) => workspaces.saveProfile(tx, {}));
  expect(await world.query('SELECT 1 FROM account')).toEqual([]);
  expect(await world.query('SELECT unplaced FROM signal')).toEqual([{ unplaced: 'unknown domain' }]);
});
