import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultModel } from '../../../src/core/model.ts';
import type { Evidence } from '../../../src/core/scoring/evidence.ts';
import type { OutcomeEvent } from '../../../src/core/scoring/fit.ts';
import {
  advance,
  FLAG_STATUSES,
  precisionOf,
  type RaisedFlag,
  type Situation,
} from '../../../src/core/scoring/flag-life.ts';
import {
  type Finding,
  FLAG_RULES,
  type FlagFacts,
  type FlagRule,
  judgeFlags,
} from '../../../src/core/scoring/flags.ts';
import { scoreHeat } from '../../../src/core/scoring/heat.ts';
import {
  learnLikeness,
  liftOf,
  shareInWords,
  type Trait,
  type Traited,
  traitsOf,
} from '../../../src/core/scoring/lookalike.ts';
import { asOf, daysAfter, daysBefore, signal, timelines, times } from './timeline.ts';

const fitOf = (value: number, gate: 'COMPETITOR' | null = null): FlagFacts['score']['fit'] => ({
  value,
  coverage: 1,
  parts: [],
  disqualifiedBy: gate,
});

/** An account of which nothing is known but this. */
function factsOf(
  evidence: Evidence[],
  rest: Partial<FlagFacts> & { fit?: number; gate?: 'COMPETITOR' } = {},
): FlagFacts {
  const { fit = 70, gate = null, ...given } = rest;
  return {
    score: { heat: scoreHeat(evidence, defaultModel, asOf), fit: fitOf(fit, gate) },
    evidence,
    customer: false,
    openOpportunity: false,
    surges: [],
    groups: [],
    people: [],
    seeking: new Set(),
    traits: [],
    likeness: null,
    ...given,
  };
}

const judged = (rule: FlagRule, facts: FlagFacts) =>
  judgeFlags(facts, defaultModel, asOf).find((one) => one.rule === rule)!;

const visits = (count: number, actor = 'visitor:v') =>
  times(count, () => signal('site.pricing_view', { actor }));
const lively = [...visits(2), ...visits(2, 'visitor:w')];
const surging = [{ name: 'data quality', score: 73.5, status: 'SURGING' }];
const dark = factsOf(visits(2), { surges: surging });

describe('DARK_FUNNEL_SURGE', () => {
  test('is raised for a good fit that surges and shows no names', () => {
    const { findings, whyNot } = judged('DARK_FUNNEL_SURGE', dark);
    expect(whyNot).toBeNull();
    expect(findings).toEqual([
      {
        rule: 'DARK_FUNNEL_SURGE',
        personId: null,
        confidence: expect.closeTo(1 / (1 + 10 ** (-23.5 / 7.82)), 9),
        reason:
          'surging on data quality (74), and 100 % of the points come from anonymous, third-party or social signals; fit 70',
        evidence: dark.score.heat.contributions,
      },
    ]);
  });

  test('70 % of the points from the dark are enough', () => {
    const mixed = (named: number) =>
      judged(
        'DARK_FUNNEL_SURGE',
        factsOf(
          [
            ...times(
              7,
              (): Evidence =>
                signal('site.blog_view', { actor: 'visitor:v', strength: 1 / 7, confidence: 1 }),
            ),
            ...times(named, (): Evidence => signal('site.blog_view', { strength: 1 / 7 })),
          ],
          { surges: surging },
        ),
      );
    expect(mixed(3).findings).toHaveLength(1);
    expect(mixed(4).whyNot).toBe('64 % of the points come from the dark, needs 70 %');
  });

  test.each<[string, FlagFacts, RegExp]>([
    ['poor fit', { ...dark, score: { ...dark.score, fit: fitOf(59) } }, /fit 59\.0, needs 60/],
    ['no surge', { ...dark, surges: [{ ...surging[0]!, status: 'ELEVATED' }] }, /nothing is SURGING/],
    ['a weak surge', { ...dark, surges: [{ ...surging[0]!, score: 59 }] }, /nothing is SURGING at 60/],
    ['people with names', factsOf(visits(2, 'person:ada'), { surges: surging }), /^0 % of the points/],
    ['nothing at all', factsOf([], { surges: surging }), /^0 % of the points/],
    ['a gate', { ...dark, score: { ...dark.score, fit: fitOf(70, 'COMPETITOR') } }, /shut out by COMPETITOR/],
    ['a customer', { ...dark, customer: true }, /a customer already/],
    ['an opportunity', { ...dark, openOpportunity: true }, /open opportunity already/],
    [
      'an MQL',
      { ...dark, people: [{ id: 'ada', title: null, leadStatus: 'MQL' }] },
      /MQL or further already/,
    ],
    [
      'an SQL',
      { ...dark, people: [{ id: 'ada', title: null, leadStatus: 'SQL' }] },
      /MQL or further already/,
    ],
  ])('is not with %s', (_name, facts, whyNot) => {
    const judgement = judged('DARK_FUNNEL_SURGE', facts);
    expect(judgement.findings).toEqual([]);
    expect(judgement.whyNot).toMatch(whyNot);
  });

  test('leads and the disqualified are not in the way', () => {
    const people = ['LEAD', 'DISQUALIFIED'].map((leadStatus) => ({
      id: leadStatus,
      title: null,
      leadStatus,
    }));
    expect(judged('DARK_FUNNEL_SURGE', { ...dark, people }).findings).toHaveLength(1);
  });
});

describe('SOCIAL_PUSH', () => {
  const praise = (sentiment: number | null, actor = 'person:ada', age = 0) =>
    signal('social.mention', { sentiment, actor, age, source: 'forum' });

  test('is about each known person who speaks well of us', () => {
    const facts = factsOf([praise(0.3, 'person:ben', 1), praise(0.8), praise(0.6)]);
    expect(
      judged('SOCIAL_PUSH', facts).findings.map(({ personId, confidence, reason, evidence }) => [
        personId,
        confidence,
        reason,
        evidence.length,
      ]),
    ).toEqual([
      ['ada', expect.closeTo(0.9, 9), 'somebody known mentioned us well (sentiment 0.8), today', 1],
      ['ben', expect.closeTo(0.65, 9), 'somebody known mentioned us well (sentiment 0.3), yesterday', 1],
    ]);
  });

  test('is about who looks for a replacement of a competitor', () => {
    const asks = signal('social.competitor_research', { sentiment: -0.4, age: 3, confidence: 0.9 });
    const other = signal('social.competitor_research', { sentiment: 0.9, actor: 'person:ben' });
    const { findings } = judged('SOCIAL_PUSH', factsOf([asks, other], { seeking: new Set([asks.id]) }));
    expect(findings.map(({ personId, reason }) => [personId, reason])).toEqual([
      ['ada', 'somebody known asked for an alternative to a competitor, 3 days ago'],
    ]);
    expect(findings[0]!.confidence).toBeCloseTo(0.63, 9);
  });

  test.each<[string, FlagFacts, RegExp]>([
    ['nobody known', factsOf([praise(0.9, 'visitor:v')]), /nobody known mentioned us well in 30 days/],
    ['lukewarm words', factsOf([praise(0.29)]), /nobody known/],
    ['words nobody could read', factsOf([praise(null)]), /nobody known/],
    ['words of last month', factsOf([praise(0.9, 'person:ada', 30)]), /nobody known/],
    [
      'an MQL',
      factsOf([praise(0.9)], { people: [{ id: 'ada', title: null, leadStatus: 'MQL' }] }),
      /MQL or further already/,
    ],
  ])('is not with %s', (_name, facts, whyNot) => {
    const judgement = judged('SOCIAL_PUSH', facts);
    expect(judgement.findings).toEqual([]);
    expect(judgement.whyNot).toMatch(whyNot);
  });

  test('somebody else who is an MQL is not in the way', () => {
    const people = [{ id: 'ben', title: null, leadStatus: 'MQL' }];
    expect(judged('SOCIAL_PUSH', factsOf([praise(0.9)], { people })).findings).toHaveLength(1);
  });
});

describe('GROUP_FORMING', () => {
  const member = (personId: string, role: string, age = 1) => ({
    personId,
    role,
    lastActiveAt: daysBefore(age),
  });
  const three = [
    member('ada', 'DECISION_MAKER'),
    member('ben', 'PRACTITIONER'),
    member('cy', 'INFLUENCER', 29),
  ];
  const group = (members: typeof three) => ({ solution: 'Pipelines', members });
  const acts = ['ada', 'ben', 'cy'].map((who) => signal('content.view', { actor: `person:${who}`, age: 1 }));
  const people = ['ada', 'ben', 'cy'].map((id) => ({ id, title: null, leadStatus: 'LEAD' }));

  test('is raised where three roles of one solution are active', () => {
    const { findings } = judged('GROUP_FORMING', factsOf(acts, { people, groups: [group(three)] }));
    expect(findings.map(({ personId, reason, evidence }) => [personId, reason, evidence.length])).toEqual([
      [
        null,
        '3 roles are active for Pipelines in 30 days: decision maker, influencer, practitioner; nobody stands out alone',
        3,
      ],
    ]);
    expect(findings[0]!.confidence).toBe(0.75);
  });

  test.each<[string, FlagFacts, RegExp]>([
    [
      'two roles',
      factsOf(acts, { people, groups: [group(three.slice(1))] }),
      /^2 roles are active for one solution/,
    ],
    ['no group', factsOf(acts, { people }), /^0 roles/],
    [
      'two roles of each of two solutions',
      factsOf(acts, {
        people,
        groups: [group(three.slice(1)), { ...group(three.slice(0, 2)), solution: 'Other' }],
      }),
      /^2 roles/,
    ],
    [
      'somebody who was last active a month ago',
      factsOf(acts, { people, groups: [group([...three.slice(0, 2), member('cy', 'INFLUENCER', 30)])] }),
      /^2 roles/,
    ],
    [
      'somebody who stands out alone',
      factsOf(
        [
          ...acts,
          ...times(20, (): Evidence => signal('event.webinar', { age: 0 })),
          ...Array.from({ length: 30 }, (_, age) => signal('content.demo_request', { age })),
        ],
        {
          people: people.map((one) => ({ ...one, title: 'CEO' })),
          groups: [group(three)],
        },
      ),
      /somebody stands at \d+ alone, needs below 75/,
    ],
    ['deeds worth nothing', factsOf([], { people, groups: [group(three)] }), /worth nothing/],
  ])('is not with %s', (_name, facts, whyNot) => {
    const judgement = judged('GROUP_FORMING', facts);
    expect(judgement.findings).toEqual([]);
    expect(judgement.whyNot).toMatch(whyNot);
  });
});

describe('LOOKALIKE', () => {
  const company = (rest: Partial<Traited>): Traited => ({
    industry: null,
    employees: null,
    country: null,
    technologies: [],
    kinds: [],
    topics: [],
    ...rest,
  });
  const bank = traitsOf(
    company({ industry: 'Banking', technologies: ['SQL', 'dbt'], kinds: ['site.compare_view'] }),
  );
  const farm = traitsOf(company({ industry: 'Farming', technologies: ['SQL'], kinds: ['site.blog_view'] }));
  const converters = (count: number) => times(count, () => bank);
  const others = [...times(20, () => bank), ...times(180, () => farm)];
  const likeness = learnLikeness(converters(20), others, 10);

  test('weighs what converters have more often than others', () => {
    const { lift, telling } = liftOf(bank, likeness);
    expect(lift).toBeGreaterThan(4);
    // Half of those like it converted, a tenth of all others are like it: it can't be more than ten times the usual odds.
    expect(lift).toBeLessThan(10);
    expect(telling.map(shareInWords).sort()).toEqual([
      '10 of 10 are in banking (of others 1)',
      '10 of 10 read a comparison page at first (of others 1)',
      '10 of 10 use dbt (of others 1)',
    ]);
    expect(liftOf(farm, likeness).lift).toBeLessThan(0.7);
    expect(liftOf([], likeness).telling).toEqual([]);
    // What all have tells nothing.
    expect(Math.abs(likeness.tellings.get('TECHNOLOGY sql')!.weight)).toBeLessThan(0.05);
  });

  test('few converters say little', () => {
    const few = learnLikeness(converters(6), others, 10);
    expect(liftOf(bank, few).lift).toBeLessThan(liftOf(bank, likeness).lift);
    expect(learnLikeness(converters(3), others, 10).tellings.size).toBe(0);
  });

  test('the same said twice is not counted twice', () => {
    const twice = (traits: readonly Trait[]): Trait[] =>
      traits.flatMap((trait) => [trait, { field: 'TECHNOLOGY', value: `again ${trait.value}` }]);
    const again = learnLikeness(converters(20).map(twice), others.map(twice), 10);
    const [once, repeated] = [liftOf(bank, likeness).lift, liftOf(twice(bank), again).lift];
    expect(repeated / once).toBeLessThan(1.25);
  });

  test('who did nothing is not compared with', () => {
    const quiet = traitsOf(company({ industry: 'Farming', kinds: [] }));
    expect(learnLikeness(converters(20), [...others, ...times(500, () => quiet)], 10)).toEqual(likeness);
    expect(learnLikeness([...converters(20), quiet], others, 10).converters).toBe(20);
  });

  test('is raised for who does something and is like them', () => {
    const { findings } = judged('LOOKALIKE', factsOf(lively, { traits: bank, likeness }));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      personId: null,
      reason: expect.stringMatching(
        /^\d\.\d times .* shares with 20 accounts .*: (.*, )?10 of 10 are in banking \(of others 1\)/,
      ),
    });
    expect(findings[0]!.confidence).toBeCloseTo(1 - 1 / liftOf(bank, likeness).lift, 9);
  });

  test.each<[string, FlagFacts, RegExp]>([
    ['no converters', factsOf(visits(1), { traits: bank }), /^0 converters in 182 days, needs 20/],
    [
      'nineteen',
      factsOf(visits(1), {
        traits: bank,
        likeness: learnLikeness(converters(19), others, 10),
      }),
      /^19 converters/,
    ],
    ['little done', factsOf(visits(1), { traits: bank, likeness }), /^heat 1\d\.\d, needs 30/],
    ['other traits', factsOf(lively, { traits: farm, likeness }), /^0\.\d times the usual odds, needs 2/],
    [
      'converters like all others',
      factsOf(lively, { traits: bank, likeness: learnLikeness(others.slice(18, 38), others, 10) }),
      /tells them from nobody|times the usual odds/,
    ],
    ['nothing done', factsOf([], { traits: bank, likeness }), /does nothing/],
    ['only mail received', factsOf([signal('email.delivered')], { traits: bank, likeness }), /does nothing/],
  ])('is not with %s', (_name, facts, whyNot) => {
    const judgement = judged('LOOKALIKE', facts);
    expect(judgement.findings).toEqual([]);
    expect(judgement.whyNot).toMatch(whyNot);
  });
});

test('PREDICTED stays off until a model is promoted', () => {
  expect(judged('PREDICTED', dark)).toEqual({
    rule: 'PREDICTED',
    findings: [],
    whyNot: 'no model is promoted',
  });
});

test('every rule says something of every account: findings with sure parts, or why there are none', () => {
  fc.assert(
    fc.property(timelines(), fc.integer({ min: 0, max: 100 }), (evidence, fit) => {
      const judgements = judgeFlags(factsOf(evidence, { fit, surges: surging }), defaultModel, asOf);
      expect(judgements.map((one) => one.rule)).toEqual(FLAG_RULES);
      for (const { findings, whyNot } of judgements) {
        expect(whyNot === null).toBe(findings.length > 0);
        for (const finding of findings) {
          expect(finding.confidence).toBeGreaterThanOrEqual(0);
          expect(finding.confidence).toBeLessThanOrEqual(1);
          expect(finding.reason).not.toBe('');
          expect(finding.evidence.length).toBeLessThanOrEqual(10);
        }
      }
    }),
  );
});

describe('the life of a flag', () => {
  const finding: Finding = {
    rule: 'DARK_FUNNEL_SURGE',
    personId: null,
    confidence: 1,
    reason: 'r',
    evidence: [],
  };
  const flag = (rest: Partial<RaisedFlag> = {}): RaisedFlag => ({
    id: 'f',
    rule: 'DARK_FUNNEL_SURGE',
    personId: null,
    raisedAt: asOf,
    expiredAt: null,
    answer: null,
    status: 'OPEN',
    closedAt: null,
    signalIds: ['s1', 's2'],
    ...rest,
  });
  const there = (rest: Partial<Situation> = {}): Situation => ({
    outcomes: [],
    qualified: [],
    signalIds: new Set(['s2', 's3']),
    ...rest,
  });
  const on = (days: number, flags: RaisedFlag[], findings: Finding[] = [], situation = there()) =>
    advance(flags, findings, situation, defaultModel, daysAfter(days));
  const opened = (days: number, type: OutcomeEvent['type'] = 'OPPORTUNITY_OPENED') =>
    there({ outcomes: [{ type, at: daysAfter(days) }] });
  const nothing = { raise: [], settle: [], withdraw: [] };

  test('begins when its rule holds, once', () => {
    expect(on(0, [], [finding])).toEqual({ ...nothing, raise: [finding] });
    expect(on(1, [flag()], [finding])).toEqual(nothing);
  });

  test('of another rule or somebody else is another one', () => {
    const others: Finding[] = [
      { ...finding, rule: 'LOOKALIKE' },
      { ...finding, rule: 'SOCIAL_PUSH', personId: 'ben' },
    ];
    const flags = [flag(), flag({ id: 'g', rule: 'SOCIAL_PUSH', personId: 'ada' })];
    expect(on(1, flags, others).raise).toEqual(others);
  });

  test('lasts six days though its rule no longer holds, and then no longer', () => {
    expect(on(5.9, [flag()])).toEqual(nothing);
    expect(on(6, [flag()]).settle).toEqual([
      { id: 'f', status: 'EXPIRED', expiredAt: daysAfter(6), closedAt: daysAfter(6) },
    ]);
    expect(on(60, [flag()], [finding])).toEqual(nothing);
  });

  test('is followed by no other for ninety days from its end', () => {
    const ended = flag({ status: 'EXPIRED', expiredAt: daysAfter(6), closedAt: daysAfter(6) });
    expect(on(95.9, [ended], [finding]).raise).toEqual([]);
    expect(on(96, [ended], [finding]).raise).toEqual([finding]);
    const refused = flag({
      status: 'REJECTED',
      closedAt: daysAfter(20),
      answer: { accepted: false, at: daysAfter(20) },
    });
    expect(on(109, [refused], [finding]).raise).toEqual([]);
    expect(on(110, [refused], [finding]).raise).toEqual([finding]);
  });

  test.each<[string, Partial<RaisedFlag>, Situation, string, number]>([
    ['an opportunity', {}, opened(4), 'CONVERTED', 4],
    ['a deal won', {}, opened(4, 'WON'), 'CONVERTED', 4],
    ['a no by sales', {}, opened(4, 'REJECTED_BY_SALES'), 'REJECTED', 4],
    [
      'somebody who became MQL',
      {},
      there({ qualified: [{ personId: 'ada', at: daysAfter(2) }] }),
      'CONVERTED',
      2,
    ],
    [
      'an opportunity after sales accepted it',
      { status: 'ACCEPTED', closedAt: daysAfter(1), answer: { accepted: true, at: daysAfter(1) } },
      opened(40),
      'CONVERTED',
      40,
    ],
    [
      'an opportunity soon after it expired',
      { status: 'EXPIRED', closedAt: daysAfter(6), expiredAt: daysAfter(6) },
      opened(89),
      'CONVERTED',
      89,
    ],
  ])('is closed by %s', (_name, rest, situation, status, closed) => {
    expect(on(100, [flag(rest)], [finding], situation).settle).toEqual([
      { id: 'f', status, closedAt: daysAfter(closed), expiredAt: rest.expiredAt ?? null },
    ]);
  });

  test.each<[string, Partial<RaisedFlag>, Situation]>([
    ['an opportunity of before it was raised', {}, opened(-1)],
    ['a lost deal', {}, opened(4, 'LOST')],
    [
      'somebody else’s status',
      { personId: 'ben', rule: 'SOCIAL_PUSH' },
      there({ qualified: [{ personId: 'ada', at: asOf }] }),
    ],
    [
      'an opportunity long after it expired',
      { status: 'EXPIRED', closedAt: daysAfter(6), expiredAt: daysAfter(6) },
      opened(91),
    ],
    [
      'an opportunity after sales rejected it',
      { status: 'REJECTED', closedAt: daysAfter(1), answer: { accepted: false, at: daysAfter(1) } },
      opened(4),
    ],
  ])('is not closed by %s', (_name, rest, situation) => {
    expect(on(5, [flag(rest)], [], situation)).toEqual(nothing);
  });

  test('is open again when the outcome that closed it is taken back', () => {
    const converted = flag({ status: 'CONVERTED', closedAt: daysAfter(4) });
    expect(on(5, [converted], [finding]).settle).toEqual([
      { id: 'f', status: 'OPEN', closedAt: null, expiredAt: null },
    ]);
    const newer = flag({ id: 'g', raisedAt: daysAfter(100) });
    expect(on(101, [converted, newer], [finding]).settle).toEqual([
      { id: 'f', status: 'EXPIRED', closedAt: daysAfter(101), expiredAt: daysAfter(101) },
    ]);
  });

  test('was never, when all its evidence has gone and nobody answered it', () => {
    const gone = there({ signalIds: new Set(['s3']) });
    expect(on(1, [flag()], [], gone)).toEqual({ ...nothing, withdraw: ['f'] });
    expect(on(1, [flag({ status: 'EXPIRED', expiredAt: asOf, closedAt: asOf })], [], gone).withdraw).toEqual([
      'f',
    ]);
    const answered = { status: 'ACCEPTED' as const, closedAt: asOf, answer: { accepted: true, at: asOf } };
    expect(on(1, [flag(answered)], [], gone)).toEqual(nothing);
    expect(on(1, [flag({ signalIds: [] })], [], gone)).toEqual(nothing);
  });

  test('is settled by one look: a second one finds nothing to do', () => {
    const moments = fc.option(fc.integer({ min: 0, max: 200 }).map(daysAfter));
    const flags = fc.uniqueArray(
      fc
        .record({
          id: fc.constantFrom('a', 'b', 'c'),
          raised: fc.integer({ min: -200, max: 0 }),
          expiredAt: moments,
          answer: fc.option(
            fc.record({ accepted: fc.boolean(), at: fc.integer({ min: 0, max: 100 }).map(daysAfter) }),
          ),
          status: fc.constantFrom(...FLAG_STATUSES),
          closedAt: moments,
        })
        .map(({ raised, ...rest }) => flag({ ...rest, raisedAt: daysAfter(raised) })),
      { selector: (one) => one.id },
    );
    const outcomes = fc.array(
      fc.record({
        type: fc.constantFrom('OPPORTUNITY_OPENED', 'WON', 'LOST', 'REJECTED_BY_SALES'),
        at: fc.integer({ min: -200, max: 200 }).map(daysAfter),
      }),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(flags, outcomes, fc.boolean(), (all, history, holds) => {
        const situation = there({ outcomes: history });
        const found = holds ? [finding] : [];
        const first = on(200, all, found, situation);
        const after = all.map((one) => ({ ...one, ...first.settle.find(({ id }) => id === one.id) }));
        expect(after.filter((one) => one.status === 'OPEN').length).toBeLessThanOrEqual(1);
        for (const one of after) expect(one.status === 'OPEN').toBe(one.closedAt === null);
        expect(on(200, after, found, situation).settle).toEqual([]);
      }),
    );
  });
});

test.each([
  [0, 0, null],
  [5, 10, { value: 0.5, low: 0.236593, high: 0.763407 }],
  [10, 10, { value: 1, low: 0.722467, high: 1 }],
  [0, 3, { value: 0, low: 0, high: 0.561497 }],
])('precision of %i among %i', (right, closed, expected) => {
  const found = precisionOf(right, closed);
  if (expected === null) expect(found).toBeNull();
  else
    for (const [name, value] of Object.entries(expected))
      expect(found).toHaveProperty(name, expect.closeTo(value, 5));
});
