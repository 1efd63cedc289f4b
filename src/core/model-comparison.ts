/** What another scoring model would make of a population: added up account by account, in bounded memory. */
import type { QualificationTier } from './scoring/qualification.ts';

/** How many of the hottest are compared if not said otherwise, and at most. */
export const USUAL_TOP = 50;
export const MOST_TOP = 500;

/** What is compared of a score. */
export interface Compared {
  /** 0–100. */
  heat: number;
  /** 0–100. */
  qualification: number;
  tier: QualificationTier;
}

export interface Mover {
  accountId: string;
  before: Compared;
  after: Compared;
  /** Counted from 1; accounts of equal heat share one. */
  rankBefore: number;
  rankAfter: number;
}

export interface Comparison {
  accounts: number;
  /** From → to, only where they differ; most accounts first. */
  tierChanges: { from: QualificationTier; to: QualificationTier; accounts: number }[];
  /** Accounts whose tier changes. */
  retiered: number;
  /** How many of the hottest are compared. Accounts without any heat are never among them. */
  top: number;
  /** How many are among the hottest with both. */
  overlap: number;
  /** Hottest first, by the heat that has them there. */
  entering: Mover[];
  leaving: Mover[];
  /** Spearman's, of heat: 1 is the same order. null: fewer than two accounts, or one of the two ranks them all equal. */
  rankCorrelation: number | null;
  meanHeat: { before: number; after: number };
}

interface Entry {
  accountId: string;
  before: Compared;
  after: Compared;
}

export interface Comparing {
  add(accountId: string, before: Compared, after: Compared): void;
  result(): Comparison;
}

/** Starts a comparison of two models' scores. Keeps 16 bytes an account besides the `top` hottest of each. */
export function startComparison(top: number): Comparing {
  const tierChanges = new Map<string, Comparison['tierChanges'][number]>();
  const hottest = { before: [] as Entry[], after: [] as Entry[] };
  let heats = { before: new Float64Array(1024), after: new Float64Array(1024) };
  let accounts = 0;
  let retiered = 0;

  return {
    add(accountId, before, after) {
      if (accounts === heats.before.length) {
        heats = { before: doubled(heats.before), after: doubled(heats.after) };
      }
      heats.before[accounts] = before.heat;
      heats.after[accounts] = after.heat;
      accounts++;
      const entry = { accountId, before, after };
      keepHottest(hottest.before, entry, 'before', top);
      keepHottest(hottest.after, entry, 'after', top);
      if (before.tier === after.tier) return;
      retiered++;
      const key = `${before.tier} ${after.tier}`;
      const change = tierChanges.get(key);
      if (change) change.accounts++;
      else tierChanges.set(key, { from: before.tier, to: after.tier, accounts: 1 });
    },

    result() {
      const all = { before: heats.before.subarray(0, accounts), after: heats.after.subarray(0, accounts) };
      const wasIn = new Set(hottest.before.map((entry) => entry.accountId));
      const isIn = new Set(hottest.after.map((entry) => entry.accountId));
      const ranked = (entry: Entry): Mover => ({
        ...entry,
        rankBefore: rankOf(entry.before.heat, all.before),
        rankAfter: rankOf(entry.after.heat, all.after),
      });
      return {
        accounts,
        tierChanges: [...tierChanges.values()].sort(
          (a, b) => b.accounts - a.accounts || (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1),
        ),
        retiered,
        top,
        overlap: [...isIn].filter((id) => wasIn.has(id)).length,
        entering: hottest.after.filter((entry) => !wasIn.has(entry.accountId)).map(ranked),
        leaving: hottest.before.filter((entry) => !isIn.has(entry.accountId)).map(ranked),
        rankCorrelation: rankCorrelation(all.before, all.after),
        meanHeat: { before: mean(all.before), after: mean(all.after) },
      };
    },
  };
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const more = new Float64Array(2 * values.length);
  more.set(values);
  return more;
}

/** As the API orders them: by heat, ties by id. */
function keepHottest(list: Entry[], entry: Entry, side: 'before' | 'after', top: number): void {
  const { heat } = entry[side];
  if (heat <= 0) return;
  const isHotter = (other: Entry): boolean =>
    heat !== other[side].heat ? heat > other[side].heat : entry.accountId > other.accountId;
  if (list.length === top && !(top > 0 && isHotter(list.at(-1)!))) return;
  let at = list.length;
  while (at > 0 && isHotter(list[at - 1]!)) at--;
  list.splice(at, 0, entry);
  if (list.length > top) list.pop();
}

function rankOf(heat: number, among: Float64Array): number {
  let hotter = 0;
  for (const other of among) if (other > heat) hotter++;
  return hotter + 1;
}

const mean = (values: Float64Array): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Spearman's ρ: Pearson's of the ranks, equal values sharing their average rank. */
function rankCorrelation(one: Float64Array, other: Float64Array): number | null {
  const [a, b] = [ranksOf(one), ranksOf(other)];
  const middle = (one.length + 1) / 2;
  let together = 0;
  let alone = 0;
  let apart = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - middle, b[i]! - middle];
    together += x * y;
    alone += x * x;
    apart += y * y;
  }
  return alone === 0 || apart === 0 ? null : together / Math.sqrt(alone * apart);
}

function ranksOf(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}
