import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as rescore from '../../src/flow/rescore.ts';
import { undo } from '../../src/flow/undo.ts';
import { recordOutcomes, upsertAccounts } from '../../src/flow/upsert.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as models from '../../src/store/models.ts';
import * as scores from '../../src/store/scores.ts';
import { days, type Event, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const view = (id: string, hints: Event['hints'], at = hours(-1), kind?: Event['kind']): Event => ({
  id,
  at: at.toISOString(),
  hints,
  kind,
});

const stored = () =>
  world.query(
    'SELECT account_id, heat, raw, trend_7d, fit, coverage, qualification, stage, actors, disqualified_by FROM account_score ORDER BY 1',
  );
const history = () => world.query('SELECT day, heat FROM score_history ORDER BY account_id, day');

describe('requests', () => {
  test('wait where nobody scored after the commit, and are worked off later', async () => {
    await world.ingest([view('a', { domain: 'northwind.example' })]);
    expect(await stored()).toEqual([]);
    expect(await world.within(scores.requested)).toBe(1);
    expect(await world.rescore()).toBe(1);
    expect((await stored())[0]).toMatchObject({ actors: 1 });
    expect(await world.within(scores.requested)).toBe(0);
  });

  test('that nobody made are not worked off', async () => {
    expect(await world.rescore()).toBe(0);
    await world.ingest([view('a', {})]);
    expect(await world.rescore()).toBe(0);
    expect(await stored()).toEqual([]);
  });

  test('survive a scoring that fails', async () => {
    await world.ingest([view('a', { domain: 'northwind.example' })]);
    const broken = rescore.drain(world.db, world.workspace.id, () => {
      throw new Error('no clock');
    });
    await expect(broken).rejects.toThrow('no clock');
    expect(await world.within(scores.requested)).toBe(1);
    expect(await world.rescore()).toBe(1);
  });

  test('for accounts that are gone are dropped', async () => {
    await world.ingest([
      view('a', { domain: 'northwind.example' }),
      view('b', { domain: 'southwind.example' }),
    ]);
    await world.within(async (tx) => {
      const gone = await accounts.idByDomain(tx, 'northwind.example');
      await accounts.remove(tx, [gone!]);
    });
    await world.rescore();
    expect(await stored()).toHaveLength(1);
    expect(await world.within(scores.requested)).toBe(0);
  });

  test('are made by facts of an account that come with a person', async () => {
    await world.ingest([view('a', { domain: 'northwind.example' })]);
    await world.rescore();
    const [before] = await stored();
    await world.ingest([
      {
        id: 'g',
        at: hours(-1).toISOString(),
        identity: { userId: 'u1', account: { domain: 'northwind.example', employees: 5000 } },
      },
    ]);
    await world.rescore();
    const [after] = await stored();
    expect(after!.coverage).toBeGreaterThan(before!.coverage as number);
  });

  test('are each worked off once by many at once', async () => {
    const events = Array.from({ length: 130 }, (_, n) => view(`a${n}`, { domain: `company-${n}.example` }));
    await world.ingest(events);
    const done = await Promise.all([1, 2, 3, 4].map(() => world.rescore()));
    expect(done.reduce((sum, n) => sum + n, 0)).toBe(130);
    expect(await stored()).toHaveLength(130);
  });

  test('made while scoring goes on are not lost', async () => {
    const at = (n: number) => view(`r${n}`, { domain: 'northwind.example', anonymousId: `b${n}` });
    await world.ingest([at(0)]);
    const scoring = (async () => {
      for (let n = 0; n < 20; n++) await world.rescore();
    })();
    for (let n = 1; n < 20; n++) await world.ingest([at(n)]);
    await scoring;
    await world.rescore();
    expect((await stored())[0]!.actors).toBe(20);
  });
});

describe('history', () => {
  test('gets a row only on days on which the score differs from the day before', async () => {
    const again = async (now: Date) => {
      await world.within((tx) => scores.requestAll(tx, now));
      await world.rescore(now);
    };
    await world.within((tx) =>
      upsertAccounts(tx, world.workspace, [{ domain: 'northwind.example' }], null, days(-3)),
    );
    await world.rescore(days(-3));
    for (const now of [days(-3), days(-2), days(-1)]) await again(now);
    expect((await history()).map((row) => row.day)).toEqual(['2026-06-12']);
    await world.ingest([view('a', { domain: 'northwind.example' })]);
    await world.rescore();
    await again(hours(1));
    expect((await history()).map((row) => row.day)).toEqual(['2026-06-12', '2026-06-15']);
  });

  test('loses the day’s row when the day’s change is taken back', async () => {
    await world.ingest([view('old', { domain: 'northwind.example' }, days(-20))], { now: days(-20) });
    await world.rescore(hours(-1));
    const before = await history();
    const { batch } = await world.ingest([view('new', { domain: 'northwind.example' })]);
    await world.rescore();
    expect(await history()).not.toEqual(before);
    await undo(world.db, world.workspace, batch, NOW);
    await world.rescore();
    expect(await history()).toEqual(before);
  });
});

test('outcomes count from when they were known', async () => {
  await world.within(async (tx) => {
    await upsertAccounts(tx, world.workspace, [{ domain: 'northwind.example' }], null, days(-9));
    await recordOutcomes(
      tx,
      [{ externalId: 'o', domain: 'northwind.example', type: 'WON', at: days(-8), receivedAt: days(-2) }],
      null,
      NOW,
    );
  });
  const stageOn = async (asOf: Date) =>
    world.within(async (tx) => {
      const { model } = await models.active(tx, NOW);
      const [id] = await accounts.allIds(tx);
      const [found] = await rescore.compute(tx, [id!], model, asOf, asOf);
      return found!.score.stage.stage;
    });
  expect(await stageOn(days(-3))).toBe('TARGET');
  expect(await stageOn(NOW)).toBe('CUSTOMER');
});
