/** What was shown on a day is what a replay of that day finds, whatever has happened since. */
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { UndercurrentError } from '../../src/core/errors.ts';
import type { BuyingRole } from '../../src/core/group-model.ts';
import { defaultModel } from '../../src/core/model.ts';
import type { SignalKind } from '../../src/core/signal.ts';
import { declareTopics } from '../../src/flow/declare-topics.ts';
import * as history from '../../src/flow/history.ts';
import { merge, unmerge } from '../../src/flow/merge.ts';
import * as models from '../../src/flow/models.ts';
import { groupsAt, type PastGroup } from '../../src/flow/past-groups.ts';
import * as rescore from '../../src/flow/rescore.ts';
import { undo } from '../../src/flow/undo.ts';
import { recordOutcomes, upsertAccounts, upsertPeople } from '../../src/flow/upsert.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as graph from '../../src/store/graph.ts';
import * as groups from '../../src/store/groups.ts';
import * as stored from '../../src/store/models.ts';
import * as scores from '../../src/store/scores.ts';
import { days, type Event, hours, openWorld, type World } from './world.ts';

const START = new Date('2026-05-01T00:00:00Z');
const COMPANIES = ['northwind', 'southwind', 'eastwind', 'westwind'] as const;
const KINDS = [
  'site.pricing_view',
  'site.blog_view',
  'content.download',
  'email.unsubscribe',
  'content.demo_request',
];

/** Something that happens at an hour of a day. After `undoneAfter` days the batch is taken back; null: never. */
type Happening = What & { undoneAfter?: number | null };
type What =
  /** Visits reported on that day, of so many days before. */
  | { what: 'visits'; company: string; kind: string; ago: number }
  /** Three people have read on a topic every day for so many days. */
  | { what: 'rise'; company: string; days: number }
  | { what: 'browser'; browser: string; kind: string; ago: number }
  | { what: 'identify'; browser: string; company: string }
  | { what: 'import' | 'byHand'; company: string; employees: number; country: string; parent?: string | null }
  | { what: 'person'; browser: string; company: string; title: string; role: BuyingRole | null }
  | { what: 'outcome'; company: string; type: 'OPPORTUNITY_OPENED' | 'WON' | 'REJECTED_BY_SALES' }
  | { what: 'merge'; into: string; from: string }
  | { what: 'unmerge'; company: string }
  | { what: 'model'; halfHeat: number };

interface Shown {
  heat: number;
  raw: number;
  trend: number;
  fit: number;
  coverage: number;
  qualification: number;
  tier: string;
  disqualified: string | null;
  stage: string;
  model: number;
  /** What is shown of its buying group; null: there is none. */
  group: ShownGroup | null;
}

type ShownGroup = Omit<
  PastGroup,
  'id' | 'accountId' | 'solutionId' | 'members' | 'modelVersion' | 'parts'
> & {
  members: Omit<PastGroup['members'][number], 'groupId'>[];
};

const endOf = (day: number): Date => new Date(days(day + 1, START).getTime() - 1);

/** Lives through the days; returns what was shown at the end of each, by account. */
async function live(
  world: World,
  month: readonly (readonly Happening[])[],
  options: { withoutUndone?: boolean } = {},
): Promise<Map<string, Shown>[]> {
  const shown: Map<string, Shown>[] = [];
  const undos: { day: number; batch: string }[] = [];
  await world.within((tx) => stored.active(tx, days(-1, START)));
  await watchFromBefore(world);
  for (const [day, happenings] of month.entries()) {
    await world.within((tx) => scores.requestAll(tx, days(day, START)));
    await world.rescore(days(day, START));
    let hour = 1;
    const next = () => hours(hour++ % 23, days(day, START));
    // Apart from the other hours, so that these are the same without it.
    const takeBack = async (isDue: (one: { day: number }) => boolean, hour: number) => {
      for (const [at, one] of undos.filter(isDue).entries()) {
        const now = hours(hour + (at + 1) / 100, days(day, START));
        await undo(world.db, world.workspace, one.batch, now);
        await world.rescore(now);
        one.day = -1;
      }
    };
    await takeBack((one) => one.day === day, 0);
    for (const [at, happening] of happenings.entries()) {
      const now = next();
      const undoneAfter = happening.undoneAfter ?? null;
      if (undoneAfter !== null && options.withoutUndone) continue;
      const batch = await happen(world, happening, `${day} ${at}`, now).catch((error: unknown) => {
        // Merging what is merged, or what is not there: nothing happens then.
        if (error instanceof UndercurrentError) return null;
        throw error;
      });
      if (batch && undoneAfter !== null) undos.push({ day: day + undoneAfter, batch });
      await world.rescore(now);
    }
    if (day === month.length - 1) await takeBack((one) => one.day >= 0, 23);
    shown.push(await read(world));
  }
  return shown;
}

/** Everybody reads now and then, as is known before the first day, so that a rise can be told from it. */
async function watchFromBefore(world: World): Promise<void> {
  const before = days(-1, START);
  const batch = await world.openBatch('topics', 'import', before);
  const input = ['etl', 'data quality'].map((topic) => ({ topic, cluster: 'data' }));
  await world.within((tx) => declareTopics(tx, input, batch, before));
  const usual = COMPANIES.flatMap((company, at) =>
    Array.from({ length: 14 }, (_, n) =>
      reading(company, 'usual', `usual ${company} ${n}`, days(-at - 8 * n, before)),
    ),
  );
  await world.ingest(usual, { now: before });
}

const reading = (company: string, visitor: string, id: string, at: Date): Event => ({
  id,
  at: at.toISOString(),
  strength: 0.1,
  hints: { domain: `${company}.example`, anonymousId: `${visitor} ${company}` },
  signal: { topics: ['etl'] },
});

async function happen(world: World, one: Happening, id: string, now: Date): Promise<string | null> {
  const { workspace } = world;
  const domain = 'company' in one ? `${one.company}.example` : '';
  const event = (more: Partial<Event>, ago = 0): Event => ({
    id,
    at: days(-ago, now).toISOString(),
    ...more,
  });
  const take = async (more: Event) => (await world.ingest([more], { now })).batch;
  switch (one.what) {
    case 'visits':
      return take(event({ kind: one.kind as SignalKind, hints: { domain } }, one.ago));
    case 'rise': {
      const events = [1, 2, 3].flatMap((who) =>
        Array.from({ length: one.days }, (_, ago) =>
          reading(one.company, `r${who}`, `${id} ${who} ${ago}`, days(-ago, now)),
        ),
      );
      return (await world.ingest(events, { now })).batch;
    }
    case 'browser':
      return take(event({ kind: one.kind as SignalKind, hints: { anonymousId: one.browser } }, one.ago));
    case 'identify':
      return take(event({ identity: { anonymousId: one.browser, email: `${one.browser}@${domain}` } }));
    case 'import': {
      const batch = await world.openBatch('crm', 'import', now);
      const { employees, country, parent } = one;
      const parentDomain = parent && parent !== one.company ? `${parent}.example` : undefined;
      const row = { domain, name: one.company, employees, country, parentDomain };
      await world.within((tx) => upsertAccounts(tx, workspace, [row], batch, now));
      return batch;
    }
    case 'byHand': {
      const { employees, country } = one;
      await world.within((tx) => upsertAccounts(tx, workspace, [{ domain, employees, country }], null, now));
      return null;
    }
    case 'person': {
      const { browser, title, role } = one;
      const batch = await world.openBatch('crm', 'import', now);
      const row = { email: `${browser}@${domain}`, title, buyingRole: role ?? undefined };
      await world.within((tx) => upsertPeople(tx, workspace, [row], batch, now));
      return batch;
    }
    case 'outcome':
      await world.within(async (tx) => {
        await recordOutcomes(tx, [{ externalId: id, domain, type: one.type, at: now }], null, now);
        const found = await accounts.idByDomain(tx, domain);
        if (found) await scores.request(tx, [found], now);
      });
      return null;
    case 'merge':
      await world.within(async (tx) => {
        const owners = await accounts.idsByDomain(tx, [`${one.into}.example`, `${one.from}.example`]);
        const [into, from] = [owners.get(`${one.into}.example`), owners.get(`${one.from}.example`)];
        if (into && from) await merge(tx, workspace, into.id, [from.homeId], now);
      });
      return null;
    case 'unmerge':
      await world.within(async (tx) => {
        const owner = (await accounts.idsByDomain(tx, [domain])).get(domain);
        if (owner) await unmerge(tx, workspace, owner.homeId, now);
      });
      return null;
    case 'model': {
      const model = {
        ...defaultModel,
        heat: { ...defaultModel.heat, halfHeat: one.halfHeat },
        disqualifiers: { ...defaultModel.disqualifiers, blockedCountries: ['FR'] },
      };
      await world.within((tx) => models.apply(tx, model, 'why', now));
      return null;
    }
  }
}

async function read(world: World): Promise<Map<string, Shown>> {
  const rows = await world.query(
    `SELECT account_id, heat, raw, trend_7d AS trend, fit, coverage, qualification, qualification_tier AS tier,
       disqualified_by AS disqualified, stage, model_version AS model FROM account_score`,
  );
  const ids = rows.map((row) => row.account_id as string);
  const of = await world.within((tx) => groups.ofAccounts(tx, ids));
  const members = await world.within((tx) =>
    groups.membersOf(
      tx,
      [...of.values()].flat().map(({ id }) => id),
    ),
  );
  return new Map(
    rows.map(({ account_id: id, ...row }) => {
      const group = of.get(id as string)?.[0];
      const shown = group ? { ...group, members: members.get(group.id) ?? [] } : null;
      return [id as string, { ...row, group: shownOf(shown) } as unknown as Shown];
    }),
  );
}

/** Rounded, so that sums may be added up in another order. */
function shownOf(group: PastGroup | null): ShownGroup | null {
  if (!group) return null;
  const { id: _, accountId: __, solutionId: ___, modelVersion: ____, parts: _____, members, ...rest } = group;
  return rounded({
    ...rest,
    members: members
      .map(({ groupId: _, ...member }) => member)
      .sort((a, b) => (a.personId < b.personId ? -1 : 1)),
  });
}

function rounded<T>(value: T): T {
  const round = (_: string, one: unknown) => (typeof one === 'number' ? Number(one.toFixed(6)) : one);
  return JSON.parse(JSON.stringify(value, round));
}

/** What `score --as-of` the end of a day finds of these accounts. */
const replay = (world: World, day: number, ids: readonly string[]): Promise<Map<string, Shown>> =>
  world.within(async (tx) => {
    const at = endOf(day);
    const { model, version } = await models.modelFor(tx, null, at, days(400, START));
    const computed = await rescore.compute(tx, ids, model, at, at);
    const grouped = await groupsAt(tx, ids, at, days(400, START));
    return new Map(
      computed.map(({ accountId, score: { heat, trend7d, fit, qualification, stage } }) => [
        accountId,
        {
          heat: heat.value,
          raw: heat.raw,
          trend: trend7d,
          fit: fit.value,
          coverage: fit.coverage,
          qualification: qualification.value,
          tier: qualification.tier,
          disqualified: fit.disqualifiedBy,
          stage: stage.stage,
          model: version,
          group: shownOf(grouped.get(accountId)![0] ?? null),
        },
      ]),
    );
  });

/** Every day of the past is found as it was shown. */
async function expectReplayed(
  world: World,
  shown: readonly Map<string, Shown>[],
  isMeant: (id: string) => boolean = () => true,
): Promise<void> {
  for (const [day, then] of shown.entries()) {
    const ids = [...then.keys()].filter(isMeant);
    const found = await replay(world, day, ids);
    for (const id of ids) {
      const [is, was] = [found.get(id), then.get(id)!];
      expect({ day, id, ...is }).toEqual({
        day,
        id,
        ...was,
        heat: expect.closeTo(was.heat, 9),
        raw: expect.closeTo(was.raw, 9),
        trend: expect.closeTo(was.trend, 9),
        fit: expect.closeTo(was.fit, 9),
        qualification: expect.closeTo(was.qualification, 9),
      });
    }
  }
}

let world: World;
let twin: World;
beforeAll(async () => {
  [world, twin] = [await openWorld(), await openWorld()];
});
beforeEach(async () => {
  await world.clear();
  await twin.clear();
});
afterAll(async () => {
  await world.close();
  await twin.close();
});

const visits = (company: string, kind: string, ago = 0, undoneAfter: number | null = null): Happening => ({
  what: 'visits',
  company,
  kind,
  ago,
  undoneAfter,
});

/** A month with something of everything. */
const MONTH: readonly (readonly Happening[])[] = Array.from({ length: 31 }, (_, day): Happening[] => {
  const daily = [visits(COMPANIES[day % 3]!, KINDS[day % 3]!)];
  const special: Record<number, Happening[]> = {
    1: [{ what: 'browser', browser: 'b1', kind: 'site.pricing_view', ago: 0 }],
    2: [{ what: 'import', company: 'northwind', employees: 30, country: 'DE' }],
    3: [{ what: 'rise', company: 'westwind', days: 7 }],
    4: [{ what: 'browser', browser: 'b1', kind: 'content.download', ago: 0 }],
    5: [{ what: 'byHand', company: 'northwind', employees: 300, country: 'DE' }],
    6: [{ what: 'identify', browser: 'b1', company: 'southwind' }],
    8: [visits('northwind', 'content.demo_request', 5)],
    9: [{ what: 'byHand', company: 'northwind', employees: 8000, country: 'FR' }],
    10: [{ what: 'import', company: 'westwind', employees: 900, country: 'FR' }],
    11: [visits('eastwind', 'email.unsubscribe'), visits('eastwind', 'content.download', 9)],
    12: [{ what: 'merge', into: 'northwind', from: 'westwind' }],
    13: [{ what: 'rise', company: 'southwind', days: 9 }],
    14: [{ what: 'outcome', company: 'eastwind', type: 'OPPORTUNITY_OPENED' }],
    15: [{ what: 'model', halfHeat: 25 }],
    7: [{ what: 'person', browser: 'b1', company: 'southwind', title: 'CTO', role: null }],
    17: [{ what: 'merge', into: 'eastwind', from: 'southwind' }],
    20: [{ what: 'person', browser: 'b1', company: 'southwind', title: 'CFO', role: 'CHAMPION' }],
    19: [{ what: 'import', company: 'eastwind', employees: 60, country: 'US' }],
    21: [{ what: 'unmerge', company: 'southwind' }],
    23: [{ what: 'outcome', company: 'eastwind', type: 'REJECTED_BY_SALES' }],
    25: [visits('southwind', 'content.download', 20)],
    27: [{ what: 'identify', browser: 'b2', company: 'northwind' }],
  };
  return [...daily, ...(special[day] ?? [])];
});

describe('a month of late files, stitching, merges, corrected facts and another model', () => {
  test('is found day by day as it was shown', async () => {
    const shown = await live(world, MONTH);
    expect(new Set(shown.flatMap((day) => [...day.values()].map((one) => one.model)))).toEqual(
      new Set([1, 2]),
    );
    expect(shown.some((day) => [...day.values()].some((one) => one.disqualified !== null))).toBe(true);
    const roles = shown.flatMap((day) =>
      [...day.values()].flatMap(({ group }) => group?.members[0]?.role ?? []),
    );
    expect(new Set(roles).size).toBeGreaterThan(2);
    const bySurge = (one: Shown) => one.stage === 'CONSIDERATION' && one.heat < 20;
    const surging = shown.map((day) => [...day.values()].filter(bySurge).length);
    expect([surging[2], surging[4]! > 0, surging[30]]).toEqual([0, true, 0]);
    await expectReplayed(world, shown);
    await expectKept(shown);
  });

  /** The history has what was shown at the end of each day. */
  async function expectKept(shown: readonly Map<string, Shown>[]): Promise<void> {
    const last = shown.at(-1)!;
    const kept = await world.within((tx) => history.daily(tx, [...last.keys()], START, endOf(30)));
    for (const [id, points] of kept) {
      expect(points.length).toBeGreaterThan(10);
      for (const point of points) {
        const day = Math.round((Date.parse(point.day) - START.getTime()) / 86_400_000);
        const then = shown[day]!.get(id);
        // Of a day on which it stood for another, its own last score is kept.
        if (then)
          expect([point.day, point.heat, point.modelVersion]).toEqual([point.day, then.heat, then.model]);
      }
    }
  }
});

/** All that is told of these accounts' past, part by part: scores and levels of every day, and when what surged. */
async function past(of: World, length: number, ids: readonly string[]) {
  const found: Record<string, unknown> = {};
  const names = new Map(ids.map((id) => [id, id.slice(0, 8)]));
  for (let day = 0; day < length; day++) {
    const scored = await replay(of, day, ids);
    const below = await of.within((tx) => graph.below(tx, ids, endOf(day)));
    for (const id of ids) {
      const score = scored.get(id);
      found[`${day} ${names.get(id)} score`] = score && rounded(score);
      found[`${day} ${names.get(id)} below`] = below.get(id)!.filter((one) => ids.includes(one));
    }
  }
  const surged = await of.query(
    `SELECT account_id AS id, about, name, day, status, round(score::numeric, 6)::float8 AS score FROM surge_history
     WHERE account_id = ANY($1) ORDER BY 1, 2, 3, 4`,
    [ids],
  );
  for (const { id, about, name, day, status, score } of surged) {
    found[`${names.get(id as string)} ${about} ${name} ${day}`] = [status, score];
  }
  return found;
}

test('what is undone was never there: the past is that of a world without it', async () => {
  const undone = (undoneAfter: number, what: What): Happening => ({ ...what, undoneAfter });
  const more: Record<number, Happening[]> = {
    // Of the same browser another batch says the same later, and not.
    0: [undone(11, { what: 'identify', browser: 'b1', company: 'westwind' })],
    2: [
      undone(6, { what: 'import', company: 'eastwind', employees: 70, country: 'FR', parent: 'northwind' }),
    ],
    3: [visits('northwind', 'content.download', 2, 9)],
    4: [undone(5, { what: 'rise', company: 'northwind', days: 9 })],
    7: [visits('eastwind', 'site.pricing_view', 0, 2)],
    10: [visits('southwind', 'content.demo_request', 0, 4)],
  };
  const month = MONTH.slice(5, 20).map((happenings, day) => [...happenings, ...(more[day] ?? [])]);
  month[9]!.push({ what: 'browser', browser: 'b1', kind: 'content.download', ago: 3 });
  const shown = await live(world, month);
  const without = await live(twin, month, { withoutUndone: true });
  await expectReplayed(world, without);
  expect(shown[5]).not.toEqual(without[5]);
  expect(shown.at(-1)!.size).toBe(without.at(-1)!.size);
  const ids = [...without.at(-1)!.keys()].sort();
  expect(await past(world, month.length, ids)).toEqual(await past(twin, month.length, ids));
});

const company = fc.constantFrom(...COMPANIES);
const browser = fc.constantFrom('b1', 'b2', 'b3');
const kind = fc.constantFrom(...KINDS);
const ago = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(9) });
const word = <W extends string>(what: W) => fc.constant(what);
/** Every so many are taken back. */
const happenings = (undone: fc.Arbitrary<number | null>): fc.Arbitrary<Happening> => {
  const undoneAfter = undone;
  const import_ = {
    company,
    employees: fc.constantFrom(5, 60, 900, 9000),
    country: fc.constantFrom('DE', 'FR'),
  };
  const [outcome, type] = [
    word('outcome'),
    fc.constantFrom('OPPORTUNITY_OPENED' as const, 'WON' as const, 'REJECTED_BY_SALES' as const),
  ];
  const length = fc.integer({ min: 4, max: 12 });
  const halfHeat = fc.integer({ min: 10, max: 80 });
  const title = fc.constantFrom('CTO', 'VP Finance', 'Engineer');
  const role = fc.constantFrom<BuyingRole | null>(null, 'CHAMPION', 'PROCUREMENT');
  const parent = fc.option(company, { freq: 2 });
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ what: word('visits'), company, kind, ago, undoneAfter }) },
    { weight: 4, arbitrary: fc.record({ what: word('browser'), browser, kind, ago, undoneAfter }) },
    { weight: 2, arbitrary: fc.record({ what: word('rise'), company, days: length, undoneAfter }) },
    { weight: 3, arbitrary: fc.record({ what: word('identify'), browser, company, undoneAfter }) },
    { weight: 3, arbitrary: fc.record({ what: word('import'), ...import_, parent, undoneAfter }) },
    { weight: 2, arbitrary: fc.record({ what: word('person'), browser, company, title, role, undoneAfter }) },
    { weight: 1, arbitrary: fc.record({ what: word('byHand'), ...import_ }) },
    { weight: 1, arbitrary: fc.record({ what: outcome, company, type }) },
    { weight: 2, arbitrary: fc.record({ what: word('merge'), into: company, from: company }) },
    { weight: 1, arbitrary: fc.record({ what: word('unmerge'), company }) },
    { weight: 1, arbitrary: fc.record({ what: word('model'), halfHeat }) },
  );
};
const weeks = (undone: fc.Arbitrary<number | null>) =>
  fc.array(fc.array(happenings(undone), { maxLength: 4 }), { minLength: 4, maxLength: 8 });

test('any week is found day by day as it was shown', async () => {
  await fc.assert(
    fc.asyncProperty(weeks(fc.constant(null)), async (week) => {
      await world.clear();
      await expectReplayed(world, await live(world, week));
    }),
    { numRuns: 4, endOnFailure: true },
  );
}, 120_000);

test('what is undone was never there, in any week and in any part', async () => {
  const undone = fc.option(fc.nat(5), { freq: 2 });
  await fc.assert(
    fc.asyncProperty(weeks(undone), async (week) => {
      await world.clear();
      await twin.clear();
      await live(world, week);
      const without = await live(twin, week, { withoutUndone: true });
      const ids = [...new Set(without.flatMap((day) => [...day.keys()]))].sort();
      expect(await past(world, week.length, ids)).toEqual(await past(twin, week.length, ids));
    }),
    { numRuns: 10, endOnFailure: true },
  );
}, 120_000);
