import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tails } from '../../../src/core/scoring/negative-binomial.ts';

describe('tails of the negative binomial', () => {
  // Computed with mpmath at 40 digits: incomplete beta function or, for the last three, sums of single terms.
  const cases: [number, number, number, number, number][] = [
    [0, 3, 2, 0.92, 0.08],
    [1, 0.05, 0.3, 0.02473202178536644, 0.9752679782146336],
    [5, 5, 20, 0.4617166292315258, 0.5382833707684742],
    [12, 5, 20, 0.009385634620318457, 0.9906143653796815],
    [40, 5, 20, 1.615426631761428e-15, 0.9999999999999984],
    [0.5, 1.25, 4, 0.667653624035174, 0.3323463759648258],
    [7.5, 2.2, 1.5, 0.03671736876429804, 0.963282631235702],
    [3, 0.01, 0.05, 5.324622098177946e-5, 0.9999467537790182],
    [60, 200, 11.25, 0.999087395237175, 0.0009126047628249407],
    [900, 300, 9.5, 1.409739216208285e-5, 0.9999859026078379],
    [10000, 9000, 400, 0.01713918473580817, 0.9828608152641918],
    [10500, 10000, 1000000, 3.991515499494625e-7, 0.9999996008484501],
    [9400, 10000, 1000000, 0.999999999181654, 8.183459786849651e-10],
    [2, 1, 100000000, 0.1722712578241041, 0.8277287421758959],
  ];
  test.each(cases)('x %d, mean %d, size %d', (x, mean, size, upper, lower) => {
    const found = tails(x, mean, size);
    expect(Math.abs(found.upper / upper - 1)).toBeLessThan(1e-10);
    expect(Math.abs(found.lower / lower - 1)).toBeLessThan(1e-10);
  });

  const means = fc.double({ min: 0.01, max: 1000, noNaN: true });
  const sizes = fc.double({ min: 0.05, max: 1e5, noNaN: true });

  test('add up to one, and the upper falls as the count grows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), means, sizes, (x, mean, size) => {
        const { upper, lower } = tails(x, mean, size);
        expect(Math.abs(upper + lower - 1)).toBeLessThan(1e-12);
        expect(tails(x + 1, mean, size).upper).toBeLessThanOrEqual(upper);
      }),
    );
  });

  test('differ from count to count by the two half masses between them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), means, sizes, (x, mean, size) => {
        const one = tails(x, mean, size);
        const next = tails(x + 1, mean, size);
        expect(Math.abs(one.upper - next.upper - (one.here + next.here) / 2)).toBeLessThan(1e-11);
      }),
    );
  });
});
