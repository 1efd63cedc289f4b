import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultModel, type ScoringModel } from '../../../src/core/model.ts';
import { scoreBriefly } from '../../../src/core/scoring/brief.ts';
import type { Evidence } from '../../../src/core/scoring/evidence.ts';
import { type Firmographics, noOutcomes } from '../../../src/core/scoring/fit.ts';
import { scoreHeat } from '../../../src/core/scoring/heat.ts';
import { againstOf, leversOf, missingFrom } from '../../../src/core/scoring/levers.ts';
import { scoreAccount } from '../../../src/core/scoring/score.ts';
import { whatChanged } from '../../../src/core/scoring/what-changed.ts';
import { asOf, daysBefore, signal, timelines } from './timeline.ts';

const WEEK_AGO = daysBefore(7);
const warmer: ScoringModel = { ...defaultModel, heat: { ...defaultModel.heat, halfHeat: 20 } };
const dearer: ScoringModel = {
  ...defaultModel,
  kinds: { ...defaultModel.kinds, 'site.blog_view': { value: 9, halfLifeDays: 20, capPerActorDay: 18 } },
};

const known = (evidence: readonly Evidence[], at: Date) => evidence.filter((one) => one.receivedAt <= at);
const sum = (list: readonly { points: number }[]) => list.reduce((total, one) => total + one.points, 0);
/** From a week ago to now, with all that stays where it was. */
const change = (evidence: readonly Evidence[], then = defaultModel, now = defaultModel) =>
  whatChanged(
    { evidence: known(evidence, WEEK_AGO), model: then, asOf: WEEK_AGO },
    { evidence, model: now, asOf },
  );

describe('what changed', () => {
  test.each<[string, Evidence[], string[]]>([
    ['nothing, of nothing', [], []],
    ['new activity', [signal('site.pricing_view', { age: 1 })], ['NEW_ACTIVITY']],
    ['decay', [signal('site.pricing_view', { age: 20 })], ['DECAYED']],
    ['a late file', [signal('site.pricing_view', { age: 20, receivedAt: daysBefore(2) })], ['RECEIVED_LATE']],
    [
      'each by itself',
      [
        signal('site.pricing_view', { age: 20 }),
        signal('site.blog_view', { age: 9, receivedAt: daysBefore(2), actor: 'person:ben' }),
        signal('content.download', { age: 2, actor: 'person:cid' }),
      ],
      ['DECAYED', 'RECEIVED_LATE', 'NEW_ACTIVITY'],
    ],
  ])('is told of %s', (_, evidence, causes) => {
    expect(change(evidence).parts.map((part) => part.cause)).toEqual(causes);
  });

  test('is told who did what', () => {
    const { parts } = change([
      signal('site.pricing_view', { age: 1 }),
      signal('site.pricing_view', { age: 1, actor: 'person:ben' }),
      signal('intent.topic', { age: 2, actor: 'source:bombora', source: 'bombora' }),
    ]);
    expect(parts[0]!.text).toMatch(/^\+\d+\.\d points: happened since$/);
    expect(parts[0]!.lines.map((line) => line.text)).toEqual([
      '2 people viewed pricing',
      'Bombora: somebody researched a topic elsewhere',
    ]);
  });

  test('a signal that was another’s then has moved here', () => {
    const one = signal('site.pricing_view', { age: 20 });
    const { parts } = whatChanged(
      { evidence: [], model: defaultModel, asOf: WEEK_AGO },
      { evidence: [one], model: defaultModel, asOf },
    );
    expect(parts.map((part) => part.cause)).toEqual(['MOVED']);
  });

  test('one that two browsers did is a person’s now', () => {
    const visits = ['visitor:a', 'visitor:b'].flatMap((actor) =>
      [18, 19, 20, 21, 22].map((age) => signal('content.download', { age, actor })),
    );
    const stitched = visits.map((one) => ({ ...one, actor: 'person:ada' }));
    const { parts } = whatChanged(
      { evidence: visits, model: defaultModel, asOf: WEEK_AGO },
      { evidence: stitched, model: defaultModel, asOf },
    );
    expect(parts.map((part) => part.cause)).toEqual(['DECAYED', 'MOVED']);
    expect(parts[1]!.points).toBeLessThan(0);
  });

  test('what was shown and is not found any more was restated', () => {
    const evidence = [signal('site.pricing_view', { age: 20 })];
    const shown = { raw: 25, heat: 35 };
    const then = { evidence, model: defaultModel, asOf: WEEK_AGO };
    const { parts, raw, heat } = whatChanged(then, { evidence, model: defaultModel, asOf }, shown);
    expect([raw.from, heat.from]).toEqual([25, 35]);
    expect(parts.map((part) => part.cause)).toEqual(['RESTATED', 'DECAYED']);
    expect(sum(parts)).toBeCloseTo(raw.to - 25, 9);
  });

  test('another model is a cause of its own; one that only reads raw otherwise moves heat alone', () => {
    const evidence = [signal('site.blog_view', { age: 8 })];
    expect(change(evidence, defaultModel, dearer).parts[0]).toMatchObject({ cause: 'MODEL' });
    const { parts, heat } = change(evidence, defaultModel, warmer);
    expect(parts.map((part) => part.cause)).toEqual(['DECAYED']);
    expect(heat.to).toBeCloseTo(scoreHeat(evidence, warmer, asOf).value, 9);
  });

  test('adds up, for any timeline, with any signals moved', () => {
    fc.assert(
      fc.property(timelines(), fc.boolean(), fc.nat(5), (evidence, remodel, every) => {
        const now = evidence.map((one, at) =>
          at % (every + 1) === every ? { ...one, actor: 'person:zoe' } : one,
        );
        const found = whatChanged(
          { evidence: known(evidence, WEEK_AGO), model: defaultModel, asOf: WEEK_AGO },
          { evidence: now, model: remodel ? dearer : defaultModel, asOf },
        );
        expect(found.raw.from).toBeCloseTo(
          scoreHeat(known(evidence, WEEK_AGO), defaultModel, WEEK_AGO).raw,
          9,
        );
        expect(found.raw.to).toBeCloseTo(scoreHeat(now, remodel ? dearer : defaultModel, asOf).raw, 9);
        expect(sum(found.parts)).toBeCloseTo(found.raw.to - found.raw.from, 9);
        for (const part of found.parts) expect(sum(part.lines)).toBeCloseTo(part.points, 9);
      }),
    );
  });
});

const nobody: Firmographics = {
  domain: 'northwind.example',
  name: 'Northwind',
  industry: null,
  employees: null,
  revenue: null,
  country: null,
  technologies: [],
  growth: null,
};
const asking: ScoringModel = {
  ...defaultModel,
  fit: { ...defaultModel.fit, icp: { ...defaultModel.fit.icp, industries: ['Retail'] } },
};
const input = (evidence: readonly Evidence[], firmographics = nobody) => ({
  evidence,
  firmographics,
  outcomes: noOutcomes,
});

describe('what would change it', () => {
  const evidence = [signal('site.pricing_view', { age: 1 }), signal('content.download', { age: 4 })];
  const levers = leversOf(input(evidence), asking, asOf);

  test('is told with what scoring would give', () => {
    const quiet = levers.find((lever) => lever.what === 'QUIET')!;
    const later = new Date(asOf.getTime() + 14 * 86_400_000);
    expect(quiet.heat).toEqual({
      from: scoreHeat(evidence, asking, asOf).value,
      to: scoreHeat(evidence, asking, later).value,
    });
    const demo = levers.find((lever) => lever.kind === 'content.demo_request')!;
    const done = signal(demo.kind!, { age: 0, actor: 'person:new' });
    expect(demo.heat.to).toBeCloseTo(scoreHeat([...evidence, done], asking, asOf).value, 9);
    const industry = levers.find((lever) => lever.name === 'industry')!;
    const known = scoreAccount(input(evidence, { ...nobody, industry: 'Retail' }), asking, asOf);
    expect(industry.fit.to).toBe(known.fit.value);
    expect(industry.qualification.to).toBe(known.qualification.value);
  });

  test('in plain words, most first, one activity a family', () => {
    expect(levers.map((lever) => lever.text)).toContainEqual(
      expect.stringMatching(/^Nothing for 14 days: heat \d+\.\d → \d+\.\d$/),
    );
    expect(levers.map((lever) => lever.text)).toContainEqual(
      expect.stringMatching(/^Knowing industry, if it is ideal: fit 50\.0 → \d+\.\d$/),
    );
    const sizes = levers.map((lever) => Math.abs(lever.qualification.to - lever.qualification.from));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(levers.filter((lever) => lever.what === 'ACTIVITY')).toHaveLength(8);
  });

  test('a gate that is shut is one', () => {
    const gated = {
      ...asking,
      disqualifiers: { ...asking.disqualifiers, competitorDomains: ['northwind.example'] },
    };
    const busy = ['person:ada', 'person:ben', 'person:cid'].map((actor) =>
      signal('product.trial', { actor }),
    );
    const gate = leversOf(input(busy), gated, asOf).find((lever) => lever.what === 'GATE');
    expect(gate).toMatchObject({ name: 'COMPETITOR', tier: { from: 'DISQUALIFIED', to: 'COLD' } });
  });

  test('activity never lowers heat, and quiet never raises it', () => {
    fc.assert(
      fc.property(timelines({ negative: false }), (list) => {
        for (const { what, heat } of leversOf(input(list), asking, asOf)) {
          if (what === 'ACTIVITY') expect(heat.to).toBeGreaterThanOrEqual(heat.from - 1e-9);
          if (what === 'QUIET') expect(heat.to).toBeLessThanOrEqual(heat.from + 1e-9);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('what is missing and what speaks against', () => {
  test('attributes the profile asks for, those it does not, and silent families', () => {
    const missing = missingFrom(
      input([signal('site.pricing_view', { age: 1 }), signal('email.click', { age: 100 })]),
      asking,
      asOf,
    );
    const named = (what: string) => missing.filter((one) => one.what === what).map((one) => one.name);
    expect(named('FACT')).toEqual(['employees', 'industry']);
    expect(named('PROFILE')).toEqual(['country', 'technologies', 'growth', 'revenue']);
    expect(named('FAMILY')).not.toContain('SITE_VISIT');
    expect(missing.find((one) => one.name === 'EMAIL')!.text).toBe('nothing of EMAIL for 100 days');
    expect(missing.find((one) => one.name === 'CRM')!.text).toBe('nothing of CRM so far');
  });

  test('negative evidence, what takes points off first', () => {
    const evidence = [
      signal('site.pricing_view', { age: 1 }),
      signal('email.unsubscribe', { age: 1 }),
      signal('social.mention', { age: 2, actor: 'person:ben', sentiment: -0.8 }),
      signal('social.mention', { age: 2, actor: 'person:cid', sentiment: 0.8 }),
    ];
    const against = againstOf(evidence, defaultModel, asOf);
    expect(against.map((one) => one.text)).toEqual([
      expect.stringMatching(/^1 person unsubscribed: takes \d+\.\d points off$/),
      '1 person mentioned us in a bad light: adds no heat',
    ]);
    const heat = scoreHeat(evidence, defaultModel, asOf);
    expect(against[0]!.points).toBeCloseTo(
      sum(heat.contributions.filter((one) => one.kind === 'email.unsubscribe')),
      9,
    );
  });
});

test('a brief score is the whole one without its parts', () => {
  fc.assert(
    fc.property(timelines(), fc.option(fc.integer({ min: 1, max: 9000 })), (evidence, employees) => {
      const of = input(evidence, { ...nobody, employees });
      const { heat, fit, qualification } = scoreAccount(of, defaultModel, asOf);
      expect(scoreBriefly(of, defaultModel, asOf)).toEqual({
        heat: heat.value,
        fit: fit.value,
        qualification: qualification.value,
        tier: qualification.tier,
      });
    }),
  );
});
