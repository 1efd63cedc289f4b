import { describe, expect, test } from 'vitest';
import { defaultModel } from '../../../src/core/model.ts';
import { type HandoffCheckName, handoff, responseClock } from '../../../src/core/scoring/handoff.ts';
import { scoreHeat } from '../../../src/core/scoring/heat.ts';
import type { SignalKind } from '../../../src/core/signal.ts';
import { asOf, daysAfter, signal } from './timeline.ts';

const fact = (field: string, known: boolean) => ({ field, known, from: known ? 'crm' : null });
const check = (given: {
  value?: number;
  fit?: number;
  known?: string[];
  kind?: SignalKind;
  age?: number;
  gate?: 'COMPETITOR';
}) => {
  const { value = 80, fit = 70, known = ['NEED'], kind = 'site.pricing_view', age = 2, gate = null } = given;
  return handoff(
    {
      qualification: { value },
      fit: { value: fit, disqualifiedBy: gate },
      bant: ['BUDGET', 'AUTHORITY', 'NEED', 'TIMELINE'].map((field) => fact(field, known.includes(field))),
      parts: scoreHeat([signal(kind, { age })], defaultModel, asOf).parts,
    },
    defaultModel,
  );
};

describe('hand-off', () => {
  test('is when every check is met, and tells why', () => {
    const { ready, checks } = check({});
    expect(ready).toBe(true);
    expect(checks).toEqual([
      { name: 'SCORE', met: true, why: 'qualification 80.0, needs 75' },
      { name: 'ICP_FIT', met: true, why: 'fit 70.0, needs 60' },
      { name: 'BANT', met: true, why: 'known: NEED (crm)' },
      { name: 'ACTIVE_SIGNAL', met: true, why: 'somebody viewed pricing 2 days ago' },
      { name: 'NOT_DISQUALIFIED', met: true, why: 'no gate is shut' },
    ]);
  });

  test.each<[string, Parameters<typeof check>[0], HandoffCheckName, RegExp]>([
    ['too little score', { value: 74.9 }, 'SCORE', /74\.9, needs 75/],
    ['too little fit', { fit: 59 }, 'ICP_FIT', /59\.0, needs 60/],
    ['nothing known of the deal', { known: [] }, 'BANT', /none of budget/],
    [
      'a signal that buys nothing',
      { kind: 'site.blog_view' },
      'ACTIVE_SIGNAL',
      /no buying signal in the last 14/,
    ],
    ['a signal too long ago', { age: 14 }, 'ACTIVE_SIGNAL', /no buying signal/],
    ['a gate', { gate: 'COMPETITOR' }, 'NOT_DISQUALIFIED', /shut out by COMPETITOR/],
  ])('is not with %s', (_name, given, failing, why) => {
    const { ready, checks } = check(given);
    expect(ready).toBe(false);
    expect(checks.filter((one) => !one.met).map((one) => one.name)).toEqual([failing]);
    expect(checks.find((one) => !one.met)!.why).toMatch(why);
  });

  test('its limits are the model’s', () => {
    const model = structuredClone(defaultModel);
    model.handoff = { ...model.handoff, score: 90, bantKnown: 0 };
    const input = { qualification: { value: 89 }, fit: { value: 100, disqualifiedBy: null }, bant: [] };
    const { checks } = handoff({ ...input, parts: [] }, model);
    expect(checks.map((one) => one.met)).toEqual([false, true, true, false, true]);
  });
});

describe('the response clock', () => {
  const hour = (n: number) => new Date(asOf.getTime() + n * 3_600_000);

  test('runs for a day from being ready', () => {
    expect(responseClock(asOf, [], defaultModel, hour(23))).toEqual({
      since: asOf,
      dueAt: daysAfter(1),
      answeredAt: null,
      answeredBy: null,
      overdue: false,
    });
    expect(responseClock(asOf, [], defaultModel, hour(25)).overdue).toBe(true);
  });

  test('stops at the first answer since, whatever came before', () => {
    const answers = [
      { type: 'OUTCOME' as const, at: hour(30) },
      { type: 'FLAG' as const, at: hour(3) },
      { type: 'LEAD_STATUS' as const, at: hour(-3) },
    ];
    expect(responseClock(asOf, answers, defaultModel, hour(99))).toMatchObject({
      answeredAt: hour(3),
      answeredBy: 'FLAG',
      overdue: false,
    });
    expect(responseClock(asOf, answers.slice(0, 1), defaultModel, hour(99))).toMatchObject({
      answeredBy: 'OUTCOME',
      overdue: true,
    });
  });
});
