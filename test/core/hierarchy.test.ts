import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrange, MOST_LEVELS, type SaidParent } from '../../src/core/hierarchy.ts';

const said = (childId: string, parentId: string, minute = 0, byHand = false): SaidParent => ({
  childId,
  parentId,
  byHand,
  since: new Date(minute * 60_000),
});

describe('parents', () => {
  test.each<[string, SaidParent[], Record<string, string>, string[]]>([
    ['that go together hold', [said('a', 'b'), said('b', 'c')], { a: 'b', b: 'c' }, []],
    [
      'that close a circle give way to the older',
      [said('a', 'b', 1), said('b', 'c', 2), said('c', 'a', 3)],
      { a: 'b', b: 'c' },
      ['c'],
    ],
    ['by hand go before imported ones', [said('a', 'b', 1), said('b', 'a', 2, true)], { b: 'a' }, ['a']],
    ['of itself are none', [said('a', 'a')], {}, ['a']],
  ])('%s', (_, words, parents, refused) => {
    const arranged = arrange(words);
    expect(Object.fromEntries(arranged.parents)).toEqual(parents);
    expect(arranged.refused).toEqual(refused.map((childId) => ({ childId, problem: 'CIRCLE' })));
  });

  test('go so deep and no deeper, from whichever end they are said', () => {
    const chain = Array.from({ length: MOST_LEVELS + 1 }, (_, n) => said(`a${n}`, `a${n + 1}`, n));
    expect(arrange(chain).refused).toEqual([{ childId: `a${MOST_LEVELS}`, problem: 'TOO_DEEP' }]);
    const reversed = chain.map((one, n) => ({ ...one, since: new Date(-n) }));
    expect(arrange(reversed).refused).toEqual([{ childId: 'a0', problem: 'TOO_DEEP' }]);
  });

  test('never close a circle, and come out the same in any order', () => {
    const words = fc
      .uniqueArray(
        fc.record({
          childId: fc.nat(9).map(String),
          parentId: fc.nat(9).map(String),
          byHand: fc.boolean(),
          since: fc.nat(3).map((n) => new Date(n)),
        }),
        { selector: (one) => one.childId },
      )
      .chain((one) => fc.tuple(fc.constant(one), fc.shuffledSubarray(one, { minLength: one.length })));
    fc.assert(
      fc.property(words, ([given, shuffled]) => {
        const { parents, refused } = arrange(given);
        expect(parents.size + refused.length).toBe(given.length);
        for (const start of parents.keys()) {
          let at: string | undefined = start;
          for (let levels = 0; at !== undefined; levels++) {
            expect(levels).toBeLessThanOrEqual(MOST_LEVELS);
            at = parents.get(at);
          }
        }
        expect(new Map(arrange(shuffled).parents)).toEqual(parents);
      }),
    );
  });
});
