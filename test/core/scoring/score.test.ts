import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultModel, type ScoringModel } from '../../../src/core/model.ts';
import type { Evidence } from '../../../src/core/scoring/evidence.ts';
import { strongestReasons } from '../../../src/core/scoring/explain.ts';
import { noOutcomes, scoreFit } from '../../../src/core/scoring/fit.ts';
import { scoreHeat, trend } from '../../../src/core/scoring/heat.ts';
import { qualify } from '../../../src/core/scoring/qualification.ts';
import { scoreAccount } from '../../../src/core/scoring/score.ts';
import { tally } from '../../../src/core/scoring/tally.ts';
import { asOf, daysAfter, daysBefore, signal, timelines, times } from './timeline.ts';

const company = {
  domain: 'northwind.example',
  name: 'Northwind',
  industry: null,
  employees: 800,
  revenue: null,
  country: null,
  technologies: [],
  growth: null,
};
const scoreOf = (evidence: Evidence[], outcomes = noOutcomes, model: ScoringModel = defaultModel) =>
  scoreAccount({ evidence, firmographics: company, outcomes }, model, asOf);
const people = (...names: string[]) => names.map((name) => `person:${name}`);

describe('qualification', () => {
  test.each([
    [100, 100, 100, 'HOT'],
    [80, 80, 80, 'HOT'],
    [50, 100, 80, 'HOT'],
    [50, 99, 79.4, 'WARM'],
    [60, 60, 60, 'WARM'],
    [100, 0, 40, 'COLD'],
    [99, 0, 39.6, 'DISQUALIFIED'],
    [0, 0, 0, 'DISQUALIFIED'],
  ])('fit %d and heat %d are %d: %s', (fit, heat, value, tier) => {
    const result = qualify({ value: fit, disqualifiedBy: null }, { value: heat }, defaultModel);
    expect(result.value).toBeCloseTo(value, 10);
    expect(result.tier).toBe(tier);
  });

  test('a gate goes before any intent and names itself', () => {
    const result = qualify({ value: 100, disqualifiedBy: 'COMPETITOR' }, { value: 100 }, defaultModel);
    expect(result).toEqual({
      value: 100,
      tier: 'DISQUALIFIED',
      reason: 'COMPETITOR: the domain is a competitor’s',
    });
  });

  test('the reason shows the sum', () => {
    expect(qualify({ value: 62.5, disqualifiedBy: null }, { value: 75 }, defaultModel).reason).toBe(
      '0.4 × fit 62.5 + 0.6 × heat 75.0 = 70.0, WARM from 60',
    );
    expect(qualify({ value: 10, disqualifiedBy: null }, { value: 10 }, defaultModel).reason).toBe(
      '0.4 × fit 10.0 + 0.6 × heat 10.0 = 10.0, below 40',
    );
  });

  test('stays within 0–100 and rises with fit and heat', () => {
    const score = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(score, score, score, (fit, heat, more) => {
        const value = (f: number, h: number) =>
          qualify({ value: f, disqualifiedBy: null }, { value: h }, defaultModel).value;
        expect(value(fit, heat) >= 0 && value(fit, heat) <= 100).toBe(true);
        expect(value(Math.max(fit, more), heat)).toBeGreaterThanOrEqual(value(fit, heat));
        expect(value(fit, Math.max(heat, more))).toBeGreaterThanOrEqual(value(fit, heat));
      }),
    );
  });
});

describe('stage', () => {
  const webinars = (count: number) =>
    times(count, () => 0).map((_, i) => signal('event.webinar', { actor: `person:${i}` }));
  const pricing = (actors: string[], rest: Partial<Evidence> & { age?: number } = {}) =>
    actors.map((actor) => signal('site.pricing_view', { actor, ...rest }));

  test.each([
    ['nothing', [], {}, 'TARGET', 'heat 0.0, below 20'],
    ['some heat', webinars(1), {}, 'AWARENESS', 'heat 29.3, from 20'],
    ['heat 50', webinars(2), {}, 'CONSIDERATION', 'heat 50.0, from 50'],
    [
      'two on pricing: 18 points',
      pricing(people('ada', 'ben')),
      {},
      'DECISION',
      '18.0 points of late-stage signals by 2 actors in 14 days',
    ],
    [
      '13 days ago counts undecayed',
      pricing(people('ada', 'ben'), { age: 13 }),
      {},
      'DECISION',
      '18.0 points of late-stage signals by 2 actors in 14 days',
    ],
    [
      '14 days ago is too old',
      pricing(people('ada', 'ben'), { age: 14 }),
      {},
      'TARGET',
      'heat 14.4, below 20',
    ],
    [
      'two on pricing, hardly sure who: 14.4 points',
      pricing(people('ada', 'ben'), { confidence: 0.8 }),
      {},
      'AWARENESS',
      'heat 22.1, from 20',
    ],
    ['one on pricing, twice', pricing(people('ada', 'ada')), {}, 'AWARENESS', 'heat 26.8, from 20'],
    ['an open opportunity', [], { openOpportunity: true }, 'PURCHASE', 'has an open opportunity in the CRM'],
    [
      'a customer with another',
      [],
      { openOpportunity: true, customer: true },
      'CUSTOMER',
      'a customer by the CRM',
    ],
  ] as const)('%s', (_name, evidence, outcomes, stage, reason) => {
    expect(scoreOf([...evidence], { ...noOutcomes, ...outcomes }).stage).toMatchObject({ stage, reason });
  });
});

describe('reasons', () => {
  const textsOf = (evidence: Evidence[], actorName?: (actor: string) => string | null) =>
    strongestReasons(tally(evidence, defaultModel, asOf), 10, actorName).map((reason) => reason.text);

  const bombora = (age: number, topics = 1) =>
    times(topics, () => signal('intent.topic', { source: 'bombora', actor: 'source:bombora', age }));
  const views = (actors: string[], age = 0) =>
    actors.map((actor) => signal('site.pricing_view', { actor, age }));
  const cases: [name: string, evidence: Evidence[], text: string][] = [
    ['one person', views(people('ada')), '1 person viewed pricing today: 9.0 points, 100 % of heat'],
    [
      'three people',
      views(people('ada', 'ben', 'cy')),
      '3 people viewed pricing today: 27.0 points, 100 % of heat',
    ],
    [
      'a visitor',
      views(['visitor:x']),
      '1 anonymous visitor viewed pricing today: 9.0 points, 100 % of heat',
    ],
    [
      'people and visitors',
      [...views(people('ada', 'ben', 'cy')), ...views(['visitor:x', 'visitor:y'])],
      '3 people and 2 anonymous visitors viewed pricing today: 45.0 points, 100 % of heat',
    ],
    [
      'nobody known',
      views(['source:weblog']),
      'Somebody unnamed viewed pricing today: 9.0 points, 100 % of heat',
    ],
    ['this week', views(people('ada'), 6), '1 person viewed pricing this week: 6.7 points, 100 % of heat'],
    [
      'this month',
      views(people('ada'), 7),
      '1 person viewed pricing in the last 30 days: 6.4 points, 100 % of heat',
    ],
    [
      'long ago',
      views(people('ada'), 30),
      '1 person viewed pricing (last time 4 weeks ago): 2.0 points, 100 % of heat',
    ],
    [
      'visits that are worth nothing any more are not talked about',
      [...views(people('ada')), ...views(people('ben', 'cy'), 300)],
      '1 person viewed pricing today: 9.0 points, 100 % of heat',
    ],
    ['one topic', bombora(0), 'Bombora: topic research reported once, last today: 6.0 points, 100 % of heat'],
    [
      'topics',
      bombora(9, 5),
      'Bombora: topic research reported 5 times, last 9 days ago: 17.8 points, 100 % of heat',
    ],
    [
      'what a feed reports below its own threshold does not swell the count',
      [
        ...bombora(0, 2),
        ...times(7, () =>
          signal('intent.topic', { source: 'bombora', actor: 'source:bombora', strength: 0 }),
        ),
      ],
      'Bombora: topic research reported twice, last today: 12.0 points, 100 % of heat',
    ],
    [
      'a review site',
      times(2, () => signal('review.pricing_view', { source: 'g2', actor: 'source:g2', age: 1 })),
      'G2: somebody checked our pricing on a review site twice, last 1 day ago: 27.4 points, 100 % of heat',
    ],
    ['criticism', [signal('social.mention', { sentiment: -1 })], '1 person mentioned us today: adds no heat'],
  ];
  test.each(cases)('%s', (_name, evidence, text) => {
    expect(textsOf(evidence)).toEqual([text]);
  });

  test('names where they may be shown', () => {
    const nameOf = (actor: string) => ({ 'person:ada': 'Ada Vale', 'person:ben': 'Ben Ito' })[actor] ?? null;
    const first = (...actors: string[]) => textsOf(views(actors), nameOf)[0]!.split(' viewed')[0];
    expect(first(...people('ada'))).toBe('Ada Vale');
    expect(first(...people('ada', 'ben'))).toBe('Ada Vale and Ben Ito');
    expect(first(...people('ada', 'ben', 'cy'))).toBe('Ada Vale and 2 other people');
    expect(first(...people('ada', 'cy'))).toBe('Ada Vale and 1 other person');
    expect(first(...people('cy'), 'visitor:x')).toBe('1 person and 1 anonymous visitor');
    expect(first(...people('ada', 'cy'), 'visitor:x')).toBe(
      'Ada Vale, 1 other person and 1 anonymous visitor',
    );
  });

  test('strongest first, kinds together, third parties apart by source', () => {
    const reasons = strongestReasons(
      tally(
        [
          ...views(people('ada', 'ben')),
          ...bombora(0),
          signal('intent.topic', { source: 'otherfeed', actor: 'source:otherfeed' }),
          signal('email.unsubscribe', { actor: 'person:ben' }),
        ],
        defaultModel,
        asOf,
      ),
      3,
    );
    expect(reasons.map(({ kind, source, signals, actors }) => [kind, source, signals, actors])).toEqual([
      ['site.pricing_view', null, 2, 2],
      ['email.unsubscribe', null, 1, 1],
      ['intent.topic', 'bombora', 1, 1],
    ]);
    expect(reasons[1]).toMatchObject({ text: '1 person unsubscribed today: takes 9.0 points off', share: 0 });
    expect(reasons[0]).toMatchObject({ points: 18, lastDay: '2026-06-30' });
    expect(reasons[0]!.share).toBeCloseTo(18 / 28.2, 12);
  });

  test('all of them together are all of the heat', () => {
    fc.assert(
      fc.property(timelines(), (evidence) => {
        const heat = scoreHeat(evidence, defaultModel, asOf);
        const reasons = strongestReasons(tally(evidence, defaultModel, asOf), 1000);
        expect(reasons.reduce((sum, one) => sum + one.points, 0)).toBeCloseTo(heat.raw, 9);
        expect(reasons.reduce((sum, one) => sum + one.signals, 0)).toBe(
          heat.contributions.reduce((sum, one) => sum + one.signalCount, 0),
        );
      }),
    );
  });
});

describe('the score of an account', () => {
  const evidence = [
    ...people('ada', 'ben', 'cy').flatMap((actor) => times(3, () => signal('site.pricing_view', { actor }))),
    signal('site.blog_view', { receivedAt: daysAfter(1) }),
    signal('crm.meeting', { age: 20, source: 'salesforce' }),
  ];

  test('puts the parts together', () => {
    const score = scoreOf(evidence);
    // 3 × 20, and 15 · 2^(−20/60) on top of the first 20: 31.9055 of one actor, softened to 31.8475
    expect(score.heat.raw).toBeCloseTo(40 + 30 * (1 + Math.log((20 + 15 * 2 ** (-1 / 3)) / 30)), 10);
    expect(score.heat.value).toBeCloseTo(100 * (1 - 2 ** (-score.heat.raw / 40)), 10);
    expect(score.trend7d).toBe(trend(evidence, defaultModel, asOf));
    expect(score.fit).toEqual(scoreFit(company, noOutcomes, defaultModel, asOf));
    expect(score.qualification).toEqual(qualify(score.fit, score.heat, defaultModel));
    expect(score.stage.stage).toBe('DECISION');
    expect(score.reasons.map((reason) => reason.kind)).toEqual(['site.pricing_view', 'crm.meeting']);
  });

  test('another model, another score; the same model, the same', () => {
    const cooler = structuredClone(defaultModel);
    cooler.kinds['site.pricing_view'].value = 1;
    expect(scoreOf(evidence, noOutcomes, cooler).heat.raw).toBeLessThan(scoreOf(evidence).heat.raw);
    expect(scoreOf(evidence, noOutcomes, structuredClone(defaultModel))).toStrictEqual(scoreOf(evidence));
  });

  test('order and duplicates change nothing', () => {
    fc.assert(
      fc.property(timelines(), (timeline) => {
        expect(scoreOf([...timeline.toReversed(), ...timeline])).toStrictEqual(scoreOf(timeline));
      }),
    );
  });

  test('without evidence it is all there', () => {
    const score = scoreOf([]);
    expect(score).toMatchObject({ trend7d: 0, reasons: [], stage: { stage: 'TARGET' } });
    expect(score.qualification.value).toBeCloseTo(0.4 * score.fit.value, 10);
    expect(
      scoreAccount(
        { evidence: [], firmographics: company, outcomes: noOutcomes },
        defaultModel,
        daysBefore(1),
      ).heat.asOf,
    ).toEqual(daysBefore(1));
  });
});
