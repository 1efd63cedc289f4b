import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as falseDiscovery from '../../../src/core/scoring/false-discovery.ts';

describe('discovery control', () => {
  test.each([
    { p: [0.001, 0.02, 0.03, 0.5], rate: 0.1, expected: 0.03 },
    // The third is above its own line but below that of the fourth.
    { p: [0.01, 0.03, 0.09, 0.09], rate: 0.1, expected: 0.09 },
    { p: [0.2, 0.9, 0.6], rate: 0.1, expected: -1 },
    { p: [0.1], rate: 0.1, expected: 0.1 },
    { p: [], rate: 0.1, expected: -1 },
  ])('$p at $rate reports up to $expected', ({ p, rate, expected }) => {
    expect(falseDiscovery.threshold(Float64Array.from(p), rate)).toBe(expected);
  });

  test('most is granted where a rise can be told, little where hardly anything is expected', () => {
    for (const size of [2, 20, 1000]) {
      const [never, rare, some] = [0.001, 0.1, 4].map((mean) => falseDiscovery.claim(mean, size));
      expect(never).toBeLessThan(rare!);
      expect(rare).toBeLessThan(some! / 2);
    }
  });

  test('weights are above 0, keep the order of the claims and have a mean of 1', () => {
    const claims = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1, noNaN: true })), {
      minLength: 1,
      maxLength: 50,
    });
    fc.assert(
      fc.property(claims, (of) => {
        const found = [...falseDiscovery.weights(Float64Array.from(of))];
        expect(sum(found) / found.length).toBeCloseTo(1, 9);
        expect(Math.min(...found)).toBeGreaterThan(0);
        expect(found[of.indexOf(Math.max(...of))]).toBe(Math.max(...found));
      }),
    );
  });

  test('how many have nothing to find shows in how many p-values are large', () => {
    const even = (count: number) => Array.from({ length: count }, (_, at) => (at + 0.5) / count);
    const part = (p: number[]) => falseDiscovery.ordinaryPart(Float64Array.from(p));
    expect(part(even(1000))).toBe(1);
    expect(part([...even(800), ...new Array(200).fill(0.001)])).toBeCloseTo(0.8, 2);
    expect(part(new Array(100).fill(0.001))).toBe(0.5);
    expect(part([0.001])).toBe(1);
  });
});

const sum = (numbers: number[]): number => numbers.reduce((whole, one) => whole + one, 0);
