/**
 * Seeded chance. Every part of the sample throws dice of its own, named by a label, so that a change to one
 * account doesn't reshuffle all the others.
 */
export interface Dice {
  /** In [0, 1). */
  next(): number;
  /** Real number in [low, high). */
  between(low: number, high: number): number;
  /** Whole number in [low, high]. */
  int(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** `count` different elements, in random order; all of them if there are fewer. */
  some<T>(list: readonly T[], count: number): T[];
  /** One element; an element of weight 2 comes up twice as often as one of weight 1. */
  weighted<T>(list: readonly T[], weightOf: (element: T) => number): T;
  /** How often something of this mean frequency happens (Poisson); for means below about 50. */
  count(mean: number): number;
}

/** Dice that fall the same way for the same seed and label, on every machine. */
export function dice(seed: number, label: string): Dice {
  let state = fold(`${seed}/${label}`);
  // A Weyl sequence through a 32-bit finaliser: small, fast, and random enough to tell a story with.
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let bits = state ^ (state >>> 16);
    bits = Math.imul(bits, 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + (high - low) * next();
  const int = (low: number, high: number) => low + Math.floor((high - low + 1) * next());
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const some = <T>(list: readonly T[], count: number): T[] => {
    const left = [...list];
    const taken: T[] = [];
    while (taken.length < count && left.length > 0) taken.push(...left.splice(int(0, left.length - 1), 1));
    return taken;
  };
  const weighted = <T>(list: readonly T[], weightOf: (element: T) => number): T => {
    const weights = list.map((element) => Math.max(0, weightOf(element)));
    let mark = next() * weights.reduce((sum, weight) => sum + weight, 0);
    const index = weights.findIndex((weight) => {
      mark -= weight;
      return mark < 0;
    });
    return list[index < 0 ? list.length - 1 : index]!;
  };
  const count = (mean: number): number => {
    const limit = Math.exp(-mean);
    let happened = 0;
    for (let product = next(); product > limit; product *= next()) happened++;
    return happened;
  };
  return { next, between, int, chance: (p) => next() < p, pick, some, weighted, count };
}

/** 32 bits of a text (FNV-1a). */
function fold(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
