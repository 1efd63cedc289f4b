/** Look-alikes in populations of which it is known who converts and why; each judged by what was learnt of others. */
import { describe, expect, test } from 'vitest';
import { defaultModel } from '../../../src/core/model.ts';
import { learnLikeness, liftOf, traitsOf } from '../../../src/core/scoring/lookalike.ts';
import { numbers, populate, type SimulatedAccount, type World } from '../../support/lookalike-simulator.ts';

const { lift: needed, heat, shrinkage } = defaultModel.flags.lookalike;

interface Judged extends SimulatedAccount {
  lift: number;
}

/** Accounts of a second half that show themselves, with lifts learnt from the first; over several populations. */
function judged(world: World, size: number, seeds: readonly number[]): Judged[] {
  return seeds.flatMap((seed) => {
    const all = populate(2 * size, 0.1, world, numbers(seed));
    const past = all.slice(0, size);
    const likeness = learnLikeness(
      past.filter((one) => one.converts).map(traitsOf),
      past.filter((one) => !one.converts).map(traitsOf),
      shrinkage,
    );
    return all
      .slice(size)
      .filter((one) => one.kinds.length > 0)
      .map((one) => ({ ...one, lift: liftOf(traitsOf(one), likeness).lift }));
  });
}

const shareOf = (accounts: readonly Judged[]): number =>
  accounts.filter((one) => one.converts).length / accounts.length;
const isWarm = (one: Judged): boolean => one.heat >= heat;
const isAlike = (one: Judged): boolean => one.lift >= needed;

describe('where converters share a profile', () => {
  const all = judged({ profile: 2.5, busyness: 0.8 }, 1_500, [101, 102, 103, 104]);
  const warm = all.filter(isWarm);
  const flagged = warm.filter(isAlike);

  test('being alike and warm is right far more often than being warm', () => {
    expect(flagged.length).toBeGreaterThan(100);
    expect(shareOf(flagged)).toBeGreaterThan(1.7 * shareOf(warm));
  });

  test('and than being as hot as it takes to flag as many', () => {
    const hottest = [...warm].sort((a, b) => b.heat - a.heat).slice(0, flagged.length);
    expect(shareOf(flagged)).toBeGreaterThan(shareOf(hottest));
  });

  test('a lift is how many times the usual odds it is', () => {
    const oddsOf = (accounts: readonly Judged[]) => shareOf(accounts) / (1 - shareOf(accounts));
    const usual = oddsOf(all);
    for (const [low, high] of [
      [0, 0.5],
      [0.5, 1],
      [1, 2],
      [2, 4],
    ] as const) {
      const within = all.filter((one) => one.lift >= low && one.lift < high);
      const told = within.reduce((sum, one) => sum + one.lift, 0) / within.length;
      // It is measured from those who did not convert, whose odds are lower than those of all.
      const true_ = oddsOf(within) / usual;
      expect(Math.abs(Math.log(true_ / told)), `${low}–${high}: ${told} told, ${true_} true`).toBeLessThan(
        Math.log(1.6),
      );
    }
  });
});

describe('where they share none', () => {
  test.each<[string, World, number]>([
    ['many accounts', { profile: 0, busyness: 0.8 }, 1_500],
    ['few accounts', { profile: 0, busyness: 0.8 }, 400],
    ['who is busy converts', { profile: 0, busyness: 2 }, 400],
    ['most are dormant', { profile: 0, busyness: 1, dormant: 0.8 }, 1_500],
  ])('hardly anybody is alike: %s', (_name, world, size) => {
    const all = judged(world, size, size > 1_000 ? [201, 202] : [201, 202, 203, 204, 205, 206, 207, 208]);
    const warm = all.filter(isWarm);
    expect(warm.length).toBeGreaterThan(200);
    expect(warm.filter(isAlike).length / warm.length).toBeLessThan(0.02);
  });
});
