import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultModel } from '../../../src/core/model.ts';
import { daysOf } from '../../../src/core/scoring/daily.ts';
import type { Evidence } from '../../../src/core/scoring/evidence.ts';
import { noOutcomes, type OutcomeEvent } from '../../../src/core/scoring/fit.ts';
import { heatOf } from '../../../src/core/scoring/heat.ts';
import { foldStages, type Stage, type SurgeSpan } from '../../../src/core/scoring/stage.ts';
import { dayNumber, dayText, recentPoints, tally } from '../../../src/core/scoring/tally.ts';
import { asOf, daysBefore, signal, timelines, times } from './timeline.ts';

const DAY = 86_400_000;
const { stage: limits } = defaultModel;

const fold = (
  evidence: readonly Evidence[],
  history: OutcomeEvent[] = [],
  at: Date = asOf,
  surges: SurgeSpan[] = [],
): Stage =>
  foldStages(
    { counted: tally(evidence, defaultModel, at), outcomes: { ...noOutcomes, history }, surges },
    defaultModel,
  );
const path = (stage: Stage): string[] =>
  stage.changes.map(
    ({ day, to }) => `${(dayNumber(asOf) - dayNumber(new Date(day))).toString()} days ago: ${to}`,
  );
/** Somebody's demo requests, which are worth 15 points each and cool slowly. */
const demand = (age: number, people: number) =>
  times(people, () => 0).map((_, n) => signal('content.demo_request', { age, actor: `person:p${n}` }));

describe('day by day', () => {
  test('heat and late-stage points are those of a tally of the end of each day', () => {
    fc.assert(
      fc.property(timelines(), (evidence) => {
        const counted = tally(evidence, defaultModel, asOf);
        const days = daysOf(counted, defaultModel);
        if (!days) {
          expect(counted.actors).toEqual([]);
          return;
        }
        expect(days.first + days.raw.length - 1).toBe(dayNumber(asOf));
        for (let at = 0; at < days.raw.length; at++) {
          const end = new Date(Math.min((days.first + at + 1) * DAY - 1, asOf.getTime()));
          const then = tally(evidence, defaultModel, end, asOf);
          expect(Math.abs(heatOf(days.raw[at]!, defaultModel) - heatOf(then.raw, defaultModel))).toBeLessThan(
            1e-9,
          );
          const late = recentPoints(then, limits.decision.kinds, limits.decision.days);
          expect(Math.abs(days.latePoints[at]! - late.points)).toBeLessThan(1e-7);
          expect(days.lateActors[at]!).toBeLessThanOrEqual(late.actors);
        }
        expect(tally(evidence, defaultModel, new Date(days.first * DAY - 1), asOf).actors).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('an earlier copy counts until a stronger one of its origin comes', () => {
    const copies = [
      signal('intent.topic', { age: 5, strength: 0.5, origin: 'o' }),
      signal('intent.topic', { age: 2, strength: 1, origin: 'o', actor: 'person:ben' }),
      signal('site.blog_view', { age: 1 }),
    ];
    const counted = tally(copies, defaultModel, asOf);
    const days = daysOf(counted, defaultModel)!;
    expect(days.raw).toHaveLength(6);
    for (let at = 0; at < 6; at++) {
      const then = tally(copies, defaultModel, daysBefore(5 - at));
      expect(days.raw[at]).toBeCloseTo(then.raw, 9);
    }
    expect(days.raw[0]).toBeGreaterThan(0);
  });

  test('nothing is nothing', () => {
    expect(daysOf(tally([], defaultModel, asOf), defaultModel)).toBeNull();
  });
});

describe('a stage', () => {
  const cases: [
    name: string,
    evidence: Evidence[],
    path: string[],
    reason: RegExp,
    history?: OutcomeEvent[],
    surges?: SurgeSpan[],
  ][] = [
    ['nothing', [], [], /^heat 0\.0, below 20$/],
    ['a little', [signal('site.blog_view')], [], /^heat 3\.\d, below 20$/],
    ['awareness', demand(3, 1), ['3 days ago: AWARENESS'], /^heat 2\d\.\d, from 20$/],
    [
      'awareness is not left at once',
      [signal('content.download', { age: 20 })],
      ['20 days ago: AWARENESS'],
      /^heat 15\.\d, left below 15$/,
    ],
    [
      'but is in the end',
      [signal('content.download', { age: 24 })],
      ['24 days ago: AWARENESS', '3 days ago: TARGET'],
      /^heat 13\.\d, below 20$/,
    ],
    [
      'decision by two, left once the window has passed, on to where heat is',
      demand(20, 3),
      ['20 days ago: DECISION', '6 days ago: CONSIDERATION'],
      /^heat 4\d\.\d, left below 40$/,
    ],
    [
      'one alone decides nothing',
      times(4, () => signal('site.pricing_view', { age: 1 })),
      ['1 days ago: AWARENESS'],
      /from 20/,
    ],
    [
      'a change waits until three days are over',
      [...demand(5, 1), ...demand(4, 4).slice(1)],
      ['5 days ago: AWARENESS', '2 days ago: DECISION'],
      /60\.0 points of late-stage signals by 4 actors in 14 days/,
    ],
    [
      'and tells so meanwhile',
      [...demand(1, 1), ...demand(0, 4).slice(1)],
      ['1 days ago: AWARENESS'],
      /4 actors in 14 days; kept for 3 days from its last change$/,
    ],
    [
      'a surge is consideration as long as it lasts',
      [signal('site.blog_view', { age: 9 })],
      ['8 days ago: CONSIDERATION', '3 days ago: TARGET'],
      /below 20/,
      [],
      [{ name: 'Data quality', from: dayText(dayNumber(asOf) - 8), to: dayText(dayNumber(asOf) - 3) }],
    ],
    [
      'what the CRM says goes first and at once',
      demand(4, 3),
      ['4 days ago: DECISION', '3 days ago: PURCHASE', '2 days ago: CUSTOMER'],
      /^a customer by the CRM$/,
      [
        { type: 'WON', at: daysBefore(2) },
        { type: 'OPPORTUNITY_OPENED', at: daysBefore(3) },
      ],
    ],
    [
      'a lost opportunity gives way to what signals say',
      demand(30, 2),
      ['30 days ago: DECISION', '20 days ago: PURCHASE', '10 days ago: AWARENESS'],
      /^heat \d+\.\d, from 20$/,
      [
        { type: 'OPPORTUNITY_OPENED', at: daysBefore(20) },
        { type: 'LOST', at: daysBefore(10) },
      ],
    ],
  ];
  test.each(cases)('%s', (_name, evidence, expected, reason, history = [], surges = []) => {
    const stage = fold(evidence, history, asOf, surges);
    expect(path(stage)).toEqual(expected);
    expect(stage.reason).toMatch(reason);
    expect(stage.stage).toBe(expected.at(-1)?.split(': ')[1] ?? 'TARGET');
    expect(stage.since).toBe(stage.changes.at(-1)?.day ?? null);
  });

  const events: fc.Arbitrary<OutcomeEvent[]> = fc.array(
    fc.record({
      type: fc.constantFrom('OPPORTUNITY_OPENED', 'WON', 'LOST', 'REJECTED_BY_SALES'),
      at: fc.integer({ min: 0, max: 100 }).map((n) => daysBefore(n)),
    }),
    { maxLength: 3 },
  );

  test('goes from one to the next, and between changes by signals there are days enough', () => {
    fc.assert(
      fc.property(timelines(), events, (evidence, history) => {
        const { stage, changes } = fold(evidence, history);
        let [before, last] = ['TARGET', Number.NEGATIVE_INFINITY];
        for (const change of changes) {
          expect(change.from).toBe(before);
          expect(change.to).not.toBe(before);
          expect(change.reason).not.toBe('');
          const day = dayNumber(new Date(change.day));
          const byCrm = [change.from, change.to].some((one) => one === 'CUSTOMER' || one === 'PURCHASE');
          expect(day - last).toBeGreaterThanOrEqual(byCrm ? 1 : limits.changeDays);
          [before, last] = [change.to, day];
        }
        expect(stage).toBe(before);
      }),
    );
  });

  test('of today starts as that of yesterday did: what is past does not change by itself', () => {
    fc.assert(
      fc.property(
        timelines({ origins: [] }),
        events,
        fc.integer({ min: 1, max: 40 }),
        (evidence, history, back) => {
          const known = evidence.map((one) => ({ ...one, receivedAt: one.occurredAt }));
          const end = new Date((dayNumber(asOf) - back + 1) * DAY - 1);
          const then = fold(known, history, end).changes;
          expect(fold(known, history).changes.slice(0, then.length)).toEqual(then);
        },
      ),
    );
  });

  test('does not depend on the order of anything', () => {
    fc.assert(
      fc.property(timelines(), events, (evidence, history) => {
        const sorted = history.filter(
          (one, at) => history.findIndex((other) => +other.at === +one.at) === at,
        );
        expect(fold(evidence.toReversed(), sorted.toReversed())).toEqual(fold(evidence, sorted));
      }),
    );
  });
});
