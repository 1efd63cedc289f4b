import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultModel } from '../../src/core/model.ts';
import * as flagFlow from '../../src/flow/flags.ts';
import * as handoff from '../../src/flow/handoff.ts';
import * as mergeFlow from '../../src/flow/merge.ts';
import { undo } from '../../src/flow/undo.ts';
import { recordOutcomes, upsertAccounts, upsertPeople } from '../../src/flow/upsert.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as flags from '../../src/store/flags.ts';
import * as models from '../../src/store/models.ts';
import * as scores from '../../src/store/scores.ts';
import { days, type Event, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const idOf = (domain: string): string => accounts.accountIdOf(world.workspace.id, domain);
const praise = (id: string, at = hours(-1), who = 'ann', company = 'northwind'): Event => ({
  id,
  at: at.toISOString(),
  kind: 'social.mention',
  hints: { email: `${who}@${company}.example` },
  signal: { sentiment: 0.8 },
});
const again = async (now: Date) => {
  await world.within((tx) => scores.requestAll(tx, now));
  await world.rescore(now);
};
const all = (filter: flags.FlagFilter = {}) => world.within((tx) => flags.page(tx, filter, 50, null));
const brief = async () => (await all()).map((one) => `${one.rule} ${one.status}`);
const outcome = (
  type: 'OPPORTUNITY_OPENED' | 'WON' | 'LOST' | 'REJECTED_BY_SALES',
  at: Date,
  batch: string | null = null,
) =>
  world.within((tx) =>
    recordOutcomes(tx, [{ externalId: 'o', domain: 'northwind.example', type, at }], batch, at),
  );

describe('a flag', () => {
  test('is raised with its evidence when the account is scored, once however often it is', async () => {
    const { taken } = await world.ingest([praise('a'), praise('b', hours(-2))]);
    expect(taken.accepted).toBe(2);
    await world.rescore();
    await again(hours(1));
    await Promise.all([1, 2, 3].map(() => again(hours(2))));
    const found = await all();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      rule: 'SOCIAL_PUSH',
      status: 'OPEN',
      accountId: idOf('northwind.example'),
      personId: expect.any(String),
      reason: 'somebody known mentioned us well (sentiment 0.8), today',
      raisedAt: NOW,
      closedAt: null,
      answer: null,
      modelVersion: 1,
    });
    expect(found[0]!.evidence).toHaveLength(1);
    expect(found[0]!.evidence[0]).toMatchObject({
      kind: 'social.mention',
      signalCount: 2,
      day: '2026-06-15',
    });
  });

  test('the database itself refuses a second open one', async () => {
    await world.ingest([praise('a')]);
    await world.rescore();
    const [flag] = await all();
    const finding = { ...flag!, accountId: flag!.accountId };
    expect(await world.within((tx) => flags.raise(tx, [finding], 1, hours(1)))).toBe(0);
    expect(await all()).toHaveLength(1);
  });

  test('expires when its reason has passed, and comes again after its cool-down', async () => {
    await world.ingest([praise('a')]);
    await world.rescore();
    await again(days(29));
    expect(await brief()).toEqual(['SOCIAL_PUSH OPEN']);
    await again(days(30));
    expect((await all())[0]).toMatchObject({ status: 'EXPIRED', closedAt: days(30) });
    await world.ingest([praise('b', days(40))], { now: days(40) });
    await world.rescore(days(40));
    expect(await brief()).toEqual(['SOCIAL_PUSH EXPIRED']);
    await world.ingest([praise('c', days(120))], { now: days(120) });
    await world.rescore(days(120));
    expect(await brief()).toEqual(['SOCIAL_PUSH OPEN', 'SOCIAL_PUSH EXPIRED']);
  });

  test('is converted by an opportunity, and open again when that is taken back', async () => {
    await world.ingest([praise('a')]);
    await world.rescore();
    const batch = await world.openBatch('crm', 'import');
    await outcome('OPPORTUNITY_OPENED', days(5), batch);
    await world.rescore(days(5));
    expect((await all())[0]).toMatchObject({ status: 'CONVERTED', closedAt: days(5) });
    await undo(world.db, world.workspace, batch, days(6));
    await world.rescore(days(6));
    expect((await all())[0]).toMatchObject({ status: 'OPEN', closedAt: null });
  });

  test('is closed by what sales and marketing say of the person', async () => {
    await world.ingest([praise('a')]);
    await world.rescore();
    await world.within((tx) =>
      upsertPeople(
        tx,
        world.workspace,
        [{ email: 'ann@northwind.example', leadStatus: 'MQL' }],
        null,
        days(1),
      ),
    );
    await again(days(1));
    expect((await all())[0]).toMatchObject({ status: 'CONVERTED', closedAt: days(1) });
  });

  test('is rejected by sales’ outcome', async () => {
    await world.ingest([praise('a')]);
    await world.rescore();
    await outcome('REJECTED_BY_SALES', days(2));
    await world.rescore(days(2));
    expect((await all())[0]).toMatchObject({ status: 'REJECTED', closedAt: days(2), answer: null });
  });

  test('is not raised for somebody who is MQL already, nor for a customer', async () => {
    await world.within((tx) =>
      upsertPeople(
        tx,
        world.workspace,
        [{ email: 'ann@northwind.example', leadStatus: 'MQL' }],
        null,
        days(-1),
      ),
    );
    await world.ingest([praise('a')]);
    await world.rescore();
    expect(await all()).toEqual([]);
    await world.ingest([praise('b', hours(-1), 'bob', 'southwind')]);
    await world.within((tx) =>
      recordOutcomes(
        tx,
        [{ externalId: 'o', domain: 'southwind.example', type: 'WON', at: days(-9) }],
        null,
        NOW,
      ),
    );
    await world.rescore();
    expect(await all()).toEqual([]);
  });

  test('was never, when the batch it came from is undone; answered, it stays', async () => {
    const { batch } = await world.ingest([praise('a')]);
    await world.ingest([praise('old', days(-50))]);
    await world.rescore();
    expect(await all()).toHaveLength(1);
    await undo(world.db, world.workspace, batch, hours(1));
    await world.rescore(hours(1));
    expect(await all()).toEqual([]);

    const { batch: other } = await world.ingest([praise('b')]);
    await world.rescore(hours(2));
    const [flag] = await all();
    await world.within((tx) =>
      flagFlow.respond(tx, flag!.id, { accepted: true, reason: null, by: 'cli' }, hours(3)),
    );
    await undo(world.db, world.workspace, other, hours(4));
    await world.rescore(hours(4));
    expect(await brief()).toEqual(['SOCIAL_PUSH ACCEPTED']);
  });

  test('goes with its account when that goes', async () => {
    const { batch } = await world.ingest([praise('a')]);
    await world.rescore();
    await undo(world.db, world.workspace, batch, hours(1));
    expect(await world.query('SELECT 1 FROM pre_mql_flag')).toEqual([]);
  });

  test('shows with the survivor of a merge, counts there, and goes home again', async () => {
    await world.within((tx) =>
      upsertAccounts(tx, world.workspace, [{ domain: 'southwind.example' }], null, days(-9)),
    );
    await world.ingest([praise('a')]);
    await world.rescore();
    const merged = (at: Date) =>
      world.within((tx) =>
        mergeFlow.merge(tx, world.workspace, idOf('southwind.example'), [idOf('northwind.example')], at),
      );
    await merged(hours(1));
    await again(hours(2));
    expect((await all()).map((one) => one.accountId)).toEqual([idOf('southwind.example')]);
    expect(await all({ accountId: idOf('northwind.example') })).toEqual([]);
    expect(
      [...(await world.within((tx) => flags.ofAccounts(tx, [idOf('southwind.example')]))).values()].flat(),
    ).toHaveLength(1);
    await world.within((tx) => mergeFlow.unmerge(tx, world.workspace, idOf('northwind.example'), hours(3)));
    await again(hours(4));
    expect((await all()).map((one) => [one.accountId, one.status])).toEqual([
      [idOf('northwind.example'), 'OPEN'],
    ]);
  });

  test('is kept apart from others’ by what is asked for', async () => {
    await world.within((tx) =>
      upsertAccounts(tx, world.workspace, [{ domain: 'northwind.example', owner: 'kim' }], null, days(-9)),
    );
    await world.ingest([praise('a'), praise('b', hours(-1), 'bob', 'southwind')]);
    await world.rescore();
    const of = async (filter: flags.FlagFilter) => {
      const found = await all(filter);
      expect(await world.within((tx) => flags.count(tx, filter))).toBe(found.length);
      return found.length;
    };
    expect(await of({})).toBe(2);
    expect(await of({ rule: 'SOCIAL_PUSH', status: 'OPEN' })).toBe(2);
    expect(await of({ rule: 'LOOKALIKE' })).toBe(0);
    expect(await of({ status: 'EXPIRED' })).toBe(0);
    expect(await of({ owner: 'kim' })).toBe(1);
    expect(await of({ raisedSince: hours(1) })).toBe(0);
    const [first, second] = await all();
    expect(await of({ personId: first!.personId })).toBe(1);
    const page = (cursor: { value: number; id: string } | null, backward = false) =>
      world.within((tx) => flags.page(tx, {}, 1, cursor, backward));
    expect(await page(null)).toEqual([first]);
    const at = (flag: flags.Flag) => ({ value: flag.raisedAt.getTime(), id: flag.id });
    expect(await page(at(first!))).toEqual([second]);
    expect(await page(at(second!), true)).toEqual([first]);
    const no = { accepted: false, reason: null, by: 'key kim' };
    await world.within((tx) => flagFlow.respond(tx, first!.id, no, hours(5)));
    const openAt = async (at: Date) => (await all({ openAt: at })).map(({ id }) => id).sort();
    expect(await openAt(days(-1, first!.raisedAt))).toEqual([]);
    expect(await openAt(hours(4))).toEqual([first!.id, second!.id].sort());
    expect(await openAt(hours(6))).toEqual([second!.id]);
  });
});

describe('an answer', () => {
  beforeEach(async () => {
    await world.ingest([praise('a')]);
    await world.rescore();
  });
  const respond = async (accepted: boolean, at: Date, reason: string | null = null) => {
    const [flag] = await all();
    return world.within((tx) => flagFlow.respond(tx, flag!.id, { accepted, reason, by: 'key kim' }, at));
  };

  test('closes the flag, with who said it and why, and may be changed', async () => {
    expect(await respond(false, hours(1), 'a student')).toMatchObject({
      status: 'REJECTED',
      closedAt: hours(1),
      answer: { accepted: false, at: hours(1), by: 'key kim', reason: 'a student' },
    });
    await world.rescore(hours(1));
    expect(await respond(true, hours(2))).toMatchObject({ status: 'ACCEPTED', answer: { reason: null } });
    await again(days(50));
    expect(await brief()).toEqual(['SOCIAL_PUSH ACCEPTED']);
    await outcome('OPPORTUNITY_OPENED', days(60));
    await world.rescore(days(60));
    expect(await brief()).toEqual(['SOCIAL_PUSH CONVERTED']);
    await expect(respond(false, days(61))).rejects.toMatchObject({ code: 'INVALID' });
  });

  test('to an expired flag counts', async () => {
    await again(days(31));
    expect(await brief()).toEqual(['SOCIAL_PUSH EXPIRED']);
    await respond(true, days(32));
    await again(days(33));
    expect(await brief()).toEqual(['SOCIAL_PUSH ACCEPTED']);
  });

  test('to what is not there is refused', async () => {
    await expect(
      world.within((tx) =>
        flagFlow.respond(tx, idOf('nothing.example'), { accepted: true, reason: null, by: 'x' }, NOW),
      ),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

test('the report tells of each rule how often it was right and how early', async () => {
  await world.ingest([
    praise('a'),
    praise('b', hours(-1), 'bob', 'southwind'),
    praise('c', hours(-1), 'cy', 'eastwind'),
  ]);
  await world.rescore();
  await outcome('OPPORTUNITY_OPENED', days(7));
  await world.rescore(days(7));
  const [open] = await all({ status: 'OPEN' });
  await world.within((tx) =>
    flagFlow.respond(tx, open!.id, { accepted: false, reason: null, by: 'x' }, days(8)),
  );
  const report = await world.within((tx) => flagFlow.report(tx, null, null));
  expect(report.map((one) => [one.rule, one.raised])).toEqual([
    ['DARK_FUNNEL_SURGE', 0],
    ['LOOKALIKE', 0],
    ['SOCIAL_PUSH', 3],
    ['GROUP_FORMING', 0],
    ['PREDICTED', 0],
  ]);
  expect(report[2]).toEqual({
    rule: 'SOCIAL_PUSH',
    raised: 3,
    open: 1,
    accepted: 0,
    rejected: 1,
    converted: 1,
    expired: 0,
    leadTimeDays: 7,
    precision: { value: 0.5, low: expect.closeTo(0.0945, 3), high: expect.closeTo(0.9055, 3) },
  });
  expect(report[0]).toMatchObject({ precision: null, leadTimeDays: null });
  expect((await world.within((tx) => flagFlow.report(tx, hours(1), null)))[2]!.raised).toBe(0);
});

test('look-alikes are learnt from whose opportunity opened, and raised for who is like them', async () => {
  const company = (n: number) => `company-${n}.example`;
  const visit = (n: number, kind: Event['kind'], at: Date): Event => ({
    id: `v${n}`,
    at: at.toISOString(),
    kind,
    hints: { domain: company(n) },
  });
  const isBank = (n: number) => n <= 20;
  await world.within(async (tx) => {
    await upsertAccounts(
      tx,
      world.workspace,
      Array.from({ length: 101 }, (_, n) => ({
        domain: company(n),
        industry: isBank(n) ? 'Banking' : 'Farming',
      })),
      null,
      days(-99),
    );
  });
  await world.ingest(
    Array.from({ length: 101 }, (_, n) =>
      visit(n, isBank(n) ? 'site.compare_view' : 'site.blog_view', days(-20)),
    ),
    { now: days(-20) },
  );
  const lively = ['a', 'b', 'c'].map((visitor, n) => ({
    ...visit(0, 'site.compare_view', days(-1)),
    id: `lively ${n}`,
    hints: { domain: company(0), anonymousId: visitor },
  }));
  await world.ingest(lively, { now: days(-1) });
  const open = (n: number) => ({
    externalId: `o${n}`,
    domain: company(n),
    type: 'OPPORTUNITY_OPENED' as const,
    at: days(-9),
    receivedAt: days(-9),
  });
  // Nineteen are too few; the bank without an opportunity is number 0.
  await world.within((tx) =>
    recordOutcomes(
      tx,
      Array.from({ length: 19 }, (_, n) => open(n + 1)),
      null,
      NOW,
    ),
  );
  await again(NOW);
  expect(await all()).toEqual([]);
  await world.within((tx) => recordOutcomes(tx, [open(20)], null, NOW));
  await again(hours(1));
  const found = await all();
  expect(found.map((one) => [one.rule, one.accountId])).toEqual([['LOOKALIKE', idOf(company(0))]]);
  expect(found[0]!.reason).toMatch(/shares with 20 accounts .*10 of 10 are in banking \(of others 0\.1\)/);
});

describe('the hand-off', () => {
  const ready = () => world.query('SELECT account_id, ready_since FROM handoff');
  const clock = async (now: Date) =>
    world.within(async (tx) => {
      const { model } = await models.active(tx, NOW);
      return (await handoff.clocksOf(tx, [idOf('northwind.example')], model, now)).get(
        idOf('northwind.example'),
      );
    });
  const demand = (id: string, who: string): Event => ({
    id,
    at: hours(-1).toISOString(),
    kind: 'content.demo_request',
    hints: { email: `${who}@northwind.example` },
  });

  beforeEach(async () => {
    await world.within(async (tx) => {
      const icp = { ...defaultModel.fit.icp, industries: ['Retail'], countries: ['DE'] };
      await models.apply(
        tx,
        {
          ...defaultModel,
          fit: { ...defaultModel.fit, icp },
          handoff: { ...defaultModel.handoff, bantKnown: 0 },
        },
        'all but the deal',
        days(-9),
      );
      const facts = { industry: 'Retail', country: 'DE', employees: 900 };
      await upsertAccounts(tx, world.workspace, [{ domain: 'northwind.example', ...facts }], null, days(-9));
    });
  });

  test('is since the account was first seen ready, and ends when it no longer is', async () => {
    await world.rescore(days(-8));
    expect(await ready()).toEqual([]);
    const { batch } = await world.ingest(
      ['ann', 'bob', 'cy', 'dan', 'eve', 'fay'].map((who) => demand(who, who)),
    );
    await world.rescore();
    expect(await ready()).toEqual([{ account_id: idOf('northwind.example'), ready_since: NOW }]);
    await again(hours(5));
    expect((await ready())[0]!.ready_since).toEqual(NOW);
    expect(await clock(hours(25))).toMatchObject({ dueAt: days(1), answeredAt: null, overdue: true });
    await undo(world.db, world.workspace, batch, hours(26));
    await world.rescore(hours(26));
    expect(await ready()).toEqual([]);
    expect(await clock(hours(27))).toBeUndefined();
  });

  test('is answered by a lead status, but not by MQL', async () => {
    await world.ingest(['ann', 'bob', 'cy', 'dan', 'eve', 'fay'].map((who) => demand(who, who)));
    await world.rescore();
    const status = (leadStatus: 'MQL' | 'SAL', at: Date) =>
      world.within((tx) =>
        upsertPeople(tx, world.workspace, [{ email: 'ann@northwind.example', leadStatus }], null, at),
      );
    await status('MQL', hours(2));
    expect(await clock(hours(3))).toMatchObject({ answeredAt: null });
    await status('SAL', hours(4));
    expect(await clock(hours(99))).toMatchObject({
      answeredAt: hours(4),
      answeredBy: 'LEAD_STATUS',
      overdue: false,
    });
  });

  test('is answered by an outcome, and by an answer to a flag', async () => {
    await world.ingest([
      praise('p'),
      ...['ann', 'bob', 'cy', 'dan', 'eve', 'fay'].map((who) => demand(who, who)),
    ]);
    await world.rescore();
    await outcome('OPPORTUNITY_OPENED', hours(30));
    expect(await clock(hours(31))).toMatchObject({ answeredBy: 'OUTCOME', overdue: true });
    const [flag] = await all();
    await world.within((tx) =>
      flagFlow.respond(tx, flag!.id, { accepted: true, reason: null, by: 'x' }, hours(6)),
    );
    expect(await clock(hours(31))).toMatchObject({
      answeredAt: hours(6),
      answeredBy: 'FLAG',
      overdue: false,
    });
  });
});
