import { describe, expect, test } from 'vitest';
import { defaultModel } from '../../../src/core/model.ts';
import type { Evidence } from '../../../src/core/scoring/evidence.ts';
import { measureHeat, scoreHeat, trend } from '../../../src/core/scoring/heat.ts';
import type { SignalKind } from '../../../src/core/signal.ts';
import { asOf, daysAfter, daysBefore, signal, times } from './timeline.ts';

const heatOf = (evidence: Evidence[], at = asOf) => scoreHeat(evidence, defaultModel, at);

describe('what one signal is worth', () => {
  const cases: [
    name: string,
    kind: SignalKind,
    rest: Partial<Evidence> & { age?: number },
    points: number,
  ][] = [
    ['own site is believed 0.9', 'site.pricing_view', {}, 9],
    ['strength and confidence are factors', 'site.pricing_view', { strength: 0.5, confidence: 0.8 }, 3.6],
    ['a first-party form is believed fully', 'content.form', {}, 15],
    ['a medium-value download', 'content.download', { strength: 2 / 3 }, 10],
    ['half after one half-life', 'site.pricing_view', { age: 14 }, 4.5],
    ['a quarter after two', 'site.pricing_view', { age: 28 }, 2.25],
    ['the co-op feed', 'intent.topic', { source: 'bombora', actor: 'source:bombora' }, 6],
    ['a feed nobody vouches for', 'intent.topic', { source: 'otherfeed', actor: 'source:otherfeed' }, 4.2],
    ['a review site', 'review.pricing_view', { source: 'g2', actor: 'source:g2' }, 14.4],
    ['a review site seen by another feed', 'review.compare_view', { source: 'otherfeed' }, 16],
    ['praise by somebody known', 'social.mention', { sentiment: 1 }, 5.6],
    ['praise by somebody unknown', 'social.mention', { sentiment: 1, actor: 'source:forum' }, 2.4],
    ['a neutral mention', 'social.mention', { sentiment: 0 }, 2.8],
    ['a mention of unknown sentiment', 'social.mention', { sentiment: null }, 2.8],
    ['mild criticism', 'social.mention', { sentiment: -0.1 }, 0],
    ['harsh criticism', 'social.mention', { sentiment: -1 }, 0],
    ['competitor research is not scaled, up', 'social.competitor_research', { sentiment: 1 }, 8.4],
    ['competitor research is not scaled, down', 'social.competitor_research', { sentiment: -1 }, 8.4],
    ['an opening by a machine', 'email.open', { strength: 0 }, 0],
    ['negative evidence alone', 'email.unsubscribe', {}, 0],
  ];
  test.each(cases)('%s', (_name, kind, rest, points) => {
    const heat = heatOf([signal(kind, rest)]);
    expect(heat.raw).toBeCloseTo(points, 12);
    expect(heat.contributions).toHaveLength(1);
    expect(heat.contributions[0]!.points).toBeCloseTo(points, 12);
    expect(heat.contributions[0]!.share).toBe(points > 0 ? 1 : 0);
  });
});

describe('cap, breadth and the curve', () => {
  test('one actor, kind and UTC day: 3 × 9 points are capped at 20', () => {
    const heat = heatOf(times(3, () => signal('site.pricing_view')));
    expect(heat.raw).toBe(20);
    expect(heat.contributions).toHaveLength(1);
    expect(heat.contributions[0]).toMatchObject({ signalCount: 3, day: '2026-06-30', actor: 'person:ada' });
    expect(heat.contributions[0]!.reason).toBe('viewed pricing 3 times; 27 points capped at 20 a day');
  });

  test('the cap comes before decay: 14 days later 20 are 10', () => {
    const heat = heatOf(times(3, () => signal('site.pricing_view', { age: 14 })));
    expect(heat.raw).toBe(10);
    expect(heat.contributions[0]!.reason).toBe(
      'viewed pricing 3 times; 27 points capped at 20 a day; 14 days old, worth 50 % of that',
    );
  });

  test('a cap each for two actors, two kinds and two days', () => {
    const views = (rest: Partial<Evidence>) => times(3, () => signal('site.pricing_view', rest));
    expect(heatOf([...views({}), ...views({ actor: 'person:ben' })]).raw).toBe(40);
    const lateAndEarly = [
      ...views({ occurredAt: new Date('2026-06-29T23:59:59.999Z') }),
      ...views({ occurredAt: new Date('2026-06-30T00:00:00.000Z') }),
    ];
    // 20 + 20 · 2^(−1/14) = 39.0339 of one actor: 30 · (1 + ln(39.0339 / 30)) = 37.8970
    const heat = heatOf(lateAndEarly);
    expect(heat.raw).toBeCloseTo(37.897, 3);
    expect(heat.contributions.map((one) => one.day)).toEqual(['2026-06-30', '2026-06-29']);
  });

  test('age is whole UTC days, whatever the hour', () => {
    const view = signal('site.blog_view', { occurredAt: new Date('2026-06-23T23:00:00Z') });
    expect(heatOf([view], new Date('2026-06-30T00:00:00Z')).raw).toBeCloseTo(0.9, 12);
    expect(heatOf([view], new Date('2026-06-30T23:59:00Z')).raw).toBeCloseTo(0.9, 12);
  });

  test('60 points of one actor count as 30·(1 + ln 2), of two as 60', () => {
    const kinds = ['event.webinar', 'product.trial', 'product.activation'] as const;
    const one = heatOf(kinds.map((kind) => signal(kind)));
    expect(one.raw).toBeCloseTo(30 * (1 + Math.LN2), 12);
    // The three are equal, so each shows a third.
    for (const part of one.contributions) expect(part.points).toBeCloseTo(10 * (1 + Math.LN2), 12);
    expect(one.actors).toBe(1);

    const two = heatOf(
      kinds.map((kind, i) => signal(kind, { actor: i === 0 ? 'person:ada' : 'person:ben' })),
    );
    expect(two.raw).toBeCloseTo(20 + 30 * (1 + Math.log(40 / 30)), 12);
    expect(two.actors).toBe(2);
  });

  test('40 raw points are heat 50, none are 0', () => {
    const evidence = ['person:ada', 'person:ben'].map((actor) => signal('event.webinar', { actor }));
    expect(heatOf(evidence)).toMatchObject({ raw: 40, value: 50, band: 'HOT' });
    expect(heatOf([])).toMatchObject({
      raw: 0,
      value: 0,
      band: 'COLD',
      actors: 0,
      lastActivityAt: null,
      contributions: [],
    });
  });

  test.each([
    [1, 'COLD'],
    [20, 'WARM'],
    [40, 'HOT'],
    [120, 'ON_FIRE'],
  ])('%d raw points are %s', (points, band) => {
    const people = Math.ceil(points / 20);
    const evidence = Array.from({ length: people }, (_, i) =>
      signal('event.webinar', { actor: `person:${i}`, strength: points / (20 * people) }),
    );
    expect(heatOf(evidence).band).toBe(band);
  });
});

describe('negative evidence', () => {
  test('takes points off its own actor only', () => {
    const heat = heatOf([
      signal('event.webinar'),
      signal('email.unsubscribe'),
      signal('email.open', { actor: 'person:ben' }),
    ]);
    expect(heat.raw).toBe(15);
    expect(heat.contributions.map(({ points, share }) => [points, share])).toEqual([
      [20, 0.8],
      [-10, 0],
      [5, 0.2],
    ]);
    expect(heat.actors).toBe(2);
  });

  test('takes no more than there is, and shows so', () => {
    const heat = heatOf([signal('email.open'), signal('email.unsubscribe'), signal('email.bounce')]);
    expect(heat.raw).toBe(0);
    const shown = Object.fromEntries(heat.contributions.map((one) => [one.kind, one.points]));
    expect(shown['email.open']).toBe(5);
    expect(shown['email.unsubscribe']).toBeCloseTo(-10 / 3, 12);
    expect(shown['email.bounce']).toBeCloseTo(-5 / 3, 12);
  });

  test('counts once a day', () => {
    expect(heatOf([signal('event.webinar'), ...times(2, () => signal('email.unsubscribe'))]).raw).toBe(10);
  });

  test('when it wears off sooner than what it weighs on, heat can rise', () => {
    const evidence = [signal('content.form'), signal('email.bounce'), signal('email.unsubscribe')];
    expect(heatOf(evidence).raw).toBe(0);
    // 15 · 2^(−60/90) − 15 · 2^(−60/60) = 9.4494 − 7.5
    expect(heatOf(evidence, daysAfter(60)).raw).toBeCloseTo(1.9494, 4);
  });
});

describe('copies of one origin', () => {
  test('only the strongest counts, from whatever source', () => {
    const heat = heatOf([
      signal('intent.topic', { origin: 'x', source: 'bombora', actor: 'source:bombora', strength: 0.5 }),
      signal('intent.topic', { origin: 'x', source: 'otherfeed', actor: 'source:otherfeed', strength: 1 }),
      signal('intent.topic', { origin: 'x', source: 'otherfeed', actor: 'source:otherfeed', strength: 0.6 }),
    ]);
    expect(heat.raw).toBeCloseTo(4.2, 12);
    expect(heat.contributions).toHaveLength(1);
    expect(heat.contributions[0]).toMatchObject({ source: 'otherfeed', actor: null, signalCount: 1 });
    expect(heat.contributions[0]!.reason).toBe(
      'researched a topic elsewhere; 2 copies from the same origin not counted',
    );
  });

  test('ties go to the lowest id', () => {
    const copies = ['b', 'a', 'c'].map((id) => signal('intent.topic', { id, origin: 'x' }));
    expect(heatOf(copies).contributions[0]!.signalIds).toEqual(['a']);
  });

  test('a copy not yet received stands for nothing', () => {
    const weak = signal('intent.topic', { origin: 'x', strength: 0.5 });
    const strong = signal('intent.topic', { origin: 'x', receivedAt: daysAfter(1) });
    expect(heatOf([weak, strong]).contributions[0]!.signalIds).toEqual([weak.id]);
    expect(heatOf([weak, strong], daysAfter(1)).contributions[0]!.signalIds).toEqual([strong.id]);
  });
});

describe('time', () => {
  test('what occurred or was received later does not count', () => {
    const occursLater = signal('site.pricing_view', {
      occurredAt: new Date(asOf.getTime() + 1),
      receivedAt: asOf,
    });
    const receivedLater = signal('site.pricing_view', { receivedAt: new Date(asOf.getTime() + 1) });
    expect(heatOf([occursLater, receivedLater]).raw).toBe(0);
    expect(heatOf([occursLater, receivedLater], new Date(asOf.getTime() + 1)).raw).toBe(18);
  });

  test('last activity is the last that counts for us', () => {
    const heat = heatOf([
      signal('site.pricing_view', { age: 5 }),
      signal('email.unsubscribe', { age: 1 }),
      signal('social.mention', { sentiment: -1 }),
    ]);
    expect(heat.lastActivityAt).toEqual(daysBefore(5));
  });

  test('trend compares with what had occurred a week ago, whenever it was received', () => {
    const old = signal('event.webinar', { age: 10, receivedAt: daysBefore(1) });
    const before = 100 * (1 - 2 ** ((-20 * 2 ** (-3 / 60)) / 40));
    const now = 100 * (1 - 2 ** ((-20 * 2 ** (-10 / 60)) / 40));
    expect(trend([old], defaultModel, asOf)).toBeCloseTo(now - before, 12);
    expect(trend([signal('event.webinar', { age: 3 })], defaultModel, asOf)).toBeGreaterThan(25);
    expect(trend([signal('event.webinar', { receivedAt: daysAfter(1) })], defaultModel, asOf)).toBe(0);
  });
});

test('several sources in one group are all named, the one with most points first', () => {
  const heat = heatOf([
    signal('site.pricing_view', { source: 'weblog', strength: 0.2 }),
    signal('site.pricing_view', { source: 'segment', strength: 0.9 }),
  ]);
  expect(heat.contributions[0]).toMatchObject({ source: 'segment+weblog', signalCount: 2 });
});

test('contributions: most points first, ties by day, kind, actor', () => {
  const heat = heatOf([
    signal('product.trial', { actor: 'person:b', age: 30 }),
    signal('product.activation', { actor: 'person:c', age: 30 }),
    signal('product.activation', { actor: 'person:a', age: 30 }),
    signal('email.click', { actor: 'person:d' }),
    signal('email.click', { actor: 'person:e', strength: 0.1 }),
  ]);
  expect(heat.contributions.map(({ points, kind, actor }) => [points, kind, actor])).toEqual([
    [10, 'product.activation', 'person:a'],
    [10, 'product.activation', 'person:c'],
    [10, 'product.trial', 'person:b'],
    [10, 'email.click', 'person:d'],
    [1, 'email.click', 'person:e'],
  ]);
});

test('measuring and explaining give the same heat', () => {
  const evidence = [signal('event.webinar'), signal('site.pricing_view', { age: 3 }), signal('email.bounce')];
  const { contributions, parts: _, byActor: __, ...heat } = heatOf(evidence);
  expect(contributions).toHaveLength(3);
  expect(measureHeat(evidence, defaultModel, asOf)).toEqual(heat);
});
