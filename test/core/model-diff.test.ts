import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultModel, parseModel, type ScoringModel } from '../../src/core/model.ts';
import { type Compared, startComparison } from '../../src/core/model-comparison.ts';
import { diffModels } from '../../src/core/model-diff.ts';
import { readStoredModel } from '../../src/core/model-upgrade.ts';

const altered = (change: (model: ScoringModel) => void): ScoringModel => {
  const model = structuredClone(defaultModel);
  change(model);
  return model;
};

describe('the difference of two models', () => {
  test.each<[string, (model: ScoringModel) => void, string, unknown, unknown]>([
    [
      'a weight',
      (model) => {
        model.kinds['site.pricing_view'].value = 12;
      },
      'kinds["site.pricing_view"].value',
      10,
      12,
    ],
    [
      'a list of names, as a whole',
      (model) => {
        model.fit.icp.industries.push('Retail');
      },
      'fit.icp.industries',
      [],
      ['Retail'],
    ],
    [
      'an entry that was not there',
      (model) => {
        model.reliability.sources.forum = 0.2;
      },
      'reliability.sources.forum',
      null,
      0.2,
    ],
    [
      'an entry that is gone',
      (model) => {
        delete model.reliability.sources.bombora;
      },
      'reliability.sources.bombora',
      defaultModel.reliability.sources.bombora,
      null,
    ],
  ])('names %s', (_, change, path, before, after) => {
    const changes = diffModels(defaultModel, altered(change));
    expect(changes).toEqual([{ path, before, after, meaning: expect.stringMatching(/\w.*\.$/) }]);
  });

  test('is empty for equal models, and none for the order of entries', () => {
    const { heat, kinds, ...rest } = defaultModel;
    expect(diffModels(defaultModel, { ...rest, kinds, heat })).toEqual([]);
  });

  test('is the same the other way round, with before and after exchanged', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 90, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        (half, value) => {
          const other = altered((model) => {
            model.heat.halfHeat = half;
            model.kinds['site.blog_view'].value = value;
          });
          const back = diffModels(other, defaultModel).map(({ before, after, ...one }) => ({
            ...one,
            before: after,
            after: before,
          }));
          expect(back).toEqual(diffModels(defaultModel, other));
        },
      ),
    );
  });
});

describe('a stored document of an older version', () => {
  const older = <T = unknown>(change: (document: T) => void): unknown => {
    const document = JSON.parse(JSON.stringify(defaultModel));
    change(document);
    return document;
  };

  test.each<[string, (document: never) => void]>([
    ['without a part that came later', (document: { surge?: unknown }) => delete document.surge],
    ['without an entry', (document: { surge: { actors?: number } }) => delete document.surge.actors],
    [
      'without a kind',
      (document: { kinds: Record<string, unknown> }) => delete document.kinds['product.usage'],
    ],
    [
      'with an entry that is no more',
      (document: Record<string, unknown>) => {
        document.gone = { entirely: true };
      },
    ],
  ])('%s is completed from the default model', (_, change) => {
    const document = older(change as never);
    expect(() => parseModel(document)).toThrow();
    expect(readStoredModel(document)).toEqual(defaultModel);
  });

  test('keeps what it says', () => {
    const document = older((one: { surge?: unknown; heat: { halfHeat: number } }) => {
      delete one.surge;
      one.heat.halfHeat = 17;
    });
    expect(readStoredModel(document)).toEqual({
      ...defaultModel,
      heat: { ...defaultModel.heat, halfHeat: 17 },
    });
  });

  test('with a wrong value is refused, with its path', () => {
    const document = older((one: { heat: { halfHeat: unknown } }) => {
      one.heat.halfHeat = 'warm';
    });
    expect(() => readStoredModel(document)).toThrow('heat.halfHeat');
  });
});

describe('a comparison', () => {
  const compared = (heat: number, tier: Compared['tier'] = 'COLD'): Compared => ({
    heat,
    qualification: heat,
    tier,
  });

  test('tells who comes in and goes, with ranks, and tiers from which to which', () => {
    const comparing = startComparison(2);
    comparing.add('a', compared(90, 'HOT'), compared(80, 'HOT'));
    comparing.add('b', compared(70, 'WARM'), compared(10));
    comparing.add('c', compared(50), compared(60, 'WARM'));
    comparing.add('d', compared(0, 'DISQUALIFIED'), compared(0, 'DISQUALIFIED'));
    const result = comparing.result();
    expect(result).toMatchObject({ accounts: 4, retiered: 2, top: 2, overlap: 1, rankCorrelation: 0.8 });
    expect(result.entering).toMatchObject([{ accountId: 'c', rankBefore: 3, rankAfter: 2 }]);
    expect(result.leaving).toMatchObject([{ accountId: 'b', rankBefore: 2, rankAfter: 3 }]);
    expect(result.tierChanges).toEqual([
      { from: 'COLD', to: 'WARM', accounts: 1 },
      { from: 'WARM', to: 'COLD', accounts: 1 },
    ]);
    expect(result.meanHeat).toEqual({ before: 52.5, after: 37.5 });
  });

  const population = fc.array(
    fc.record({ before: fc.integer({ min: 0, max: 100 }), after: fc.integer({ min: 0, max: 100 }) }),
    { maxLength: 200 },
  );

  test('finds the same hottest as sorting does, in any order of arrival', () => {
    fc.assert(
      fc.property(population, fc.integer({ min: 1, max: 20 }), (people, top) => {
        const named = people.map((one, at) => ({ ...one, id: `account ${String(at).padStart(3, '0')}` }));
        const hottest = (side: 'before' | 'after') =>
          named
            .filter((one) => one[side] > 0)
            .sort((a, b) => b[side] - a[side] || (a.id > b.id ? -1 : 1))
            .slice(0, top)
            .map((one) => one.id);
        const run = (list: typeof named) => {
          const comparing = startComparison(top);
          for (const one of list) comparing.add(one.id, compared(one.before), compared(one.after));
          return comparing.result();
        };
        const result = run(named);
        const [was, is] = [hottest('before'), hottest('after')];
        expect(result.entering.map((one) => one.accountId)).toEqual(is.filter((id) => !was.includes(id)));
        expect(result.leaving.map((one) => one.accountId)).toEqual(was.filter((id) => !is.includes(id)));
        expect(result.overlap).toBe(is.filter((id) => was.includes(id)).length);
        const { meanHeat: _, rankCorrelation: one, ...rest } = result;
        const { meanHeat: __, rankCorrelation: other, ...reversed } = run([...named].reverse());
        expect(reversed).toEqual(rest);
        if (one === null) expect(other).toBeNull();
        else expect(other).toBeCloseTo(one, 9);
      }),
    );
  });

  test('has a rank correlation of 1 with itself, and of −1 with the opposite', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { minLength: 2 }), (heats) => {
        const [same, opposite] = [startComparison(5), startComparison(5)];
        for (const heat of heats) {
          same.add(`${heat}`, compared(heat), compared(2 * heat));
          opposite.add(`${heat}`, compared(heat), compared(-heat));
        }
        expect(same.result().rankCorrelation).toBeCloseTo(1, 9);
        expect(opposite.result().rankCorrelation).toBeCloseTo(-1, 9);
      }),
    );
  });

  test('of nobody, or of equals, has none', () => {
    const comparing = startComparison(5);
    expect(comparing.result()).toMatchObject({ accounts: 0, rankCorrelation: null, overlap: 0 });
    comparing.add('a', compared(5), compared(1));
    comparing.add('b', compared(5), compared(2));
    expect(comparing.result().rankCorrelation).toBeNull();
  });
});
