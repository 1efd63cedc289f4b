import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as mergeFlow from '../../src/flow/merge.ts';
import * as rescore from '../../src/flow/rescore.ts';
import { undo } from '../../src/flow/undo.ts';
import { recordOutcomes, upsertAccounts, upsertPeople } from '../../src/flow/upsert.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as models from '../../src/store/models.ts';
import * as scores from '../../src/store/scores.ts';
import * as stages from '../../src/store/stages.ts';
import { days, type Event, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const idOf = (domain: string): string => accounts.accountIdOf(world.workspace.id, domain);
const demand = (id: string, ago: number, who: string, company = 'northwind'): Event => ({
  id,
  at: days(-ago).toISOString(),
  kind: 'content.demo_request',
  hints: { email: `${who}@${company}.example` },
});
const path = async (company = 'northwind') =>
  (
    await world.query(`SELECT day, to_stage FROM stage_change WHERE account_id = $1 ORDER BY day`, [
      idOf(`${company}.example`),
    ])
  ).map((row) => `${row.day} ${row.to_stage}`);

describe('changes of stage', () => {
  test('are stored with their day and reason, and are those of a replay', async () => {
    await world.ingest([demand('a', 9, 'ann'), demand('b', 8, 'bob')], { now: days(-8) });
    await world.rescore();
    expect(await path()).toEqual(['2026-06-06 AWARENESS', '2026-06-09 DECISION']);
    const [found] = await world.within((tx) => stages.changesOf(tx, [idOf('northwind.example')]));
    expect(found![1]).toEqual([
      { from: 'TARGET', to: 'AWARENESS', day: '2026-06-06', reason: expect.stringMatching(/^heat \d/) },
      {
        from: 'AWARENESS',
        to: 'DECISION',
        day: '2026-06-09',
        reason: expect.stringMatching(/^29\.\d points of late-stage signals by 2 actors in 14 days$/),
      },
    ]);
    const then = async (asOf: Date) =>
      world.within(async (tx) => {
        const { model } = await models.active(tx, NOW);
        return (await rescore.compute(tx, [idOf('northwind.example')], model, asOf, asOf))[0]!.score.stage;
      });
    // Stored on the day itself …
    await world.within((tx) => scores.requestAll(tx, days(-5)));
    await world.rescore(days(-5));
    const shown = await path();
    expect(shown).toEqual((await then(days(-5))).changes.map((one) => `${one.day} ${one.to}`));
    // … and what had been received by then.
    expect((await then(days(-9))).stage).toBe('TARGET');
  });

  test('come back as they were when a batch is undone, and change when a late file tells more', async () => {
    await world.ingest([demand('a', 9, 'ann')]);
    await world.rescore();
    const before = await path();
    const { batch } = await world.ingest([demand('b', 20, 'bob'), demand('c', 20, 'cy')]);
    await world.rescore();
    expect(await path()).toEqual(['2026-05-26 DECISION']);
    expect(before).toEqual(['2026-06-06 AWARENESS']);
    await undo(world.db, world.workspace, batch, NOW);
    await world.rescore();
    expect(await path()).toEqual(before);
  });

  test('go with a merged account and come back with it', async () => {
    await world.ingest([demand('a', 9, 'ann'), demand('b', 9, 'bob', 'southwind')]);
    await world.rescore();
    const before = [await path(), await path('southwind')];
    await world.within((tx) =>
      mergeFlow.merge(tx, world.workspace, idOf('northwind.example'), [idOf('southwind.example')], hours(1)),
    );
    await world.rescore(hours(1));
    expect(await path()).toEqual(['2026-06-06 DECISION']);
    expect(await path('southwind')).toEqual([]);
    await world.within((tx) => mergeFlow.unmerge(tx, world.workspace, idOf('southwind.example'), hours(2)));
    await world.rescore(hours(2));
    expect([await path(), await path('southwind')]).toEqual(before);
  });

  test('by the CRM have the outcome’s day', async () => {
    await world.within(async (tx) => {
      await upsertAccounts(tx, world.workspace, [{ domain: 'northwind.example' }], null, days(-9));
      const outcome = (type: 'OPPORTUNITY_OPENED' | 'LOST', ago: number) => ({
        externalId: 'o',
        domain: 'northwind.example',
        type,
        at: days(-ago),
      });
      await recordOutcomes(tx, [outcome('OPPORTUNITY_OPENED', 5), outcome('LOST', 4)], null, NOW);
    });
    await world.rescore();
    expect(await path()).toEqual(['2026-06-10 PURCHASE', '2026-06-11 TARGET']);
  });

  test('are written only where they differ', async () => {
    await world.ingest([demand('a', 9, 'ann')]);
    await world.rescore();
    const version = async () =>
      (await world.query('SELECT xmin::text AS version FROM stage_change')).map((row) => row.version);
    const before = await version();
    expect(before).toHaveLength(1);
    await world.within((tx) => scores.requestAll(tx, NOW));
    await world.rescore();
    expect(await version()).toEqual(before);
  });
});

const COMPANIES = ['northwind', 'southwind', 'eastwind'];
const anyEvent = fc.record({
  n: fc.nat(60),
  company: fc.constantFrom(...COMPANIES),
  browser: fc.constantFrom('b1', 'b2', 'b3'),
  who: fc.constantFrom('domain', 'email', 'browser', 'identify'),
  kind: fc.constantFrom(
    'site.pricing_view',
    'content.download',
    'email.unsubscribe',
    'content.demo_request',
    'social.mention',
  ) as fc.Arbitrary<NonNullable<Event['kind']>>,
  ago: fc.integer({ min: 1, max: 60 * 24 }),
  origin: fc.option(fc.constantFrom('o1', 'o2'), { nil: undefined }),
  sentiment: fc.constantFrom(-0.5, 0.2, 0.9),
});
type AnyEvent = typeof anyEvent extends fc.Arbitrary<infer T> ? T : never;
function toEvent({ n, company, browser, who, kind, ago, origin, sentiment }: AnyEvent): Event {
  const event = { id: `e${n}-${who}-${company}`, at: hours(-ago).toISOString() };
  const email = `${browser}@${company}.example`;
  if (who === 'identify') return { ...event, identity: { anonymousId: browser, email } };
  const hints =
    who === 'email'
      ? { email, anonymousId: browser }
      : who === 'domain'
        ? { domain: `${company}.example` }
        : { anonymousId: browser };
  return { ...event, kind, hints, signal: { origin, sentiment } };
}

const company = fc.constantFrom(...COMPANIES);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('ingest' as const),
      events: fc.array(anyEvent, { minLength: 1, maxLength: 10 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('undo' as const), which: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('outcome' as const),
      company,
      type: fc.constantFrom('OPPORTUNITY_OPENED', 'WON', 'LOST', 'REJECTED_BY_SALES'),
      ago: fc.integer({ min: 0, max: 40 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), into: company, from: company }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unmerge' as const), company }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('person' as const),
      company,
      status: fc.constantFrom('LEAD', 'MQL', 'SQL'),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Merging what is merged, or letting go of what is not, is refused. */
function refused(error: { code?: string }): void {
  if (!['INVALID', 'MERGED', 'NOT_FOUND', 'CIRCLE'].includes(error.code ?? '')) throw error;
}

async function take(one: Step, at: number, batches: string[], now: Date): Promise<void> {
  const { workspace } = world;
  if (one.do === 'ingest') batches.push((await world.ingest(one.events.map(toEvent), { now })).batch);
  else if (one.do === 'undo') {
    const batch = batches[one.which];
    if (batch) await undo(world.db, workspace, batch, now);
  } else if (one.do === 'outcome') {
    const { type, ago } = one;
    const input = { externalId: `x${at}`, domain: `${one.company}.example`, type, at: days(-ago) };
    await world.within((tx) => recordOutcomes(tx, [input], null, now));
  } else if (one.do === 'person') {
    const input = { email: `b1@${one.company}.example`, leadStatus: one.status };
    await world.within((tx) => upsertPeople(tx, workspace, [input], null, now));
  } else if (one.do === 'merge') {
    const [into, from] = [idOf(`${one.into}.example`), idOf(`${one.from}.example`)];
    await world.within((tx) => mergeFlow.merge(tx, workspace, into, [from], now)).catch(refused);
  } else {
    await world
      .within((tx) => mergeFlow.unmerge(tx, workspace, idOf(`${one.company}.example`), now))
      .catch(refused);
  }
}

const SCORES = `SELECT account_id, heat, raw, trend_7d, fit, coverage, qualification, qualification_tier, stage, stage_reason,
  actors, disqualified_by, last_activity_at FROM account_score ORDER BY account_id`;
const CHANGES =
  'SELECT account_id, day, from_stage, to_stage, reason FROM stage_change ORDER BY account_id, day';
const FLAGS =
  'SELECT flag_id, rule, subject_id, status, raised_at, closed_at FROM pre_mql_flag ORDER BY flag_id';

/** Numbers to nine digits, so that what is equal to 1e-9 is equal. */
const rounded = (rows: Record<string, unknown>[]) =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'number' ? expect.closeTo(value, 9) : value,
      ]),
    ),
  );

test('incremental is the same as from scratch: every score, stage and change of stage, after any mixture', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      await world.clear();
      const batches: string[] = [];
      for (const [at, one] of steps.entries()) {
        const now = new Date(NOW.getTime() + at * 1000);
        await take(one, at, batches, now);
        await world.rescore(now);
      }
      const now = new Date(NOW.getTime() + steps.length * 1000);
      await world.rescore(now);
      const [scored, changes, flags] = [
        await world.query(SCORES),
        await world.query(CHANGES),
        await world.query(FLAGS),
      ];
      // Flags have a history of their own; all else is thrown away and made anew.
      await world.query('DELETE FROM account_score');
      expect(await world.query(CHANGES)).toEqual([]);
      await world.within((tx) => scores.requestAll(tx, now));
      await world.rescore(now);
      expect(await world.query(SCORES)).toEqual(rounded(scored));
      expect(await world.query(CHANGES)).toEqual(changes);
      expect(await world.query(FLAGS)).toEqual(flags);
    }),
    { numRuns: 30 },
  );
}, 120_000);
