/**
 * How much an account is like those whose opportunity opened lately, by traits that both share. Compared are accounts that
 * did something: that who buys is busier is what heat says, so how much was seen of an account is accounted for apart.
 */
import { KINDS, type SignalKind } from '../signal.ts';
import { chanceOf, fitLogistic, type SparseRow } from './logistic.ts';
import { sizeTier } from './surge-keys.ts';

/** Fields of traits. */
export type TraitField = 'INDUSTRY' | 'SIZE' | 'COUNTRY' | 'TECHNOLOGY' | 'FIRST_KIND' | 'FIRST_TOPIC';

export interface Trait {
  field: TraitField;
  value: string;
}

/** What is known of an account, as far as it is a trait. */
export interface Traited {
  industry: string | null;
  employees: number | null;
  country: string | null;
  technologies: readonly string[];
  /** The first kinds and topics of its signals. */
  kinds: readonly string[];
  topics: readonly string[];
}

/** What a trait says of having converted. */
export interface Telling {
  trait: Trait;
  /** Shift of the log-odds by having it, all others being equal. */
  weight: number;
  /** Part of the converters and of the others that have it, 0–1. */
  among: number;
  commonly: number;
}

/** What was learnt of converters, by trait. */
export interface Likeness {
  /** How many converters are behind it: those that did something. */
  converters: number;
  /** Empty where traits told nothing of accounts that were left out of the learning. */
  tellings: ReadonlyMap<string, Telling>;
  /** Mean of what the others' weights multiply their odds by: what lifts are measured from. */
  usual: number;
}

/** Traits of an account, each once. */
export function traitsOf(account: Traited): Trait[] {
  const traits: Trait[] = [];
  const add = (field: TraitField, value: string | null) => {
    const folded = value?.trim().toLowerCase();
    if (folded && !traits.some((one) => one.field === field && one.value === folded)) {
      traits.push({ field, value: folded });
    }
  };
  add('INDUSTRY', account.industry);
  add('SIZE', sizeTier(account.employees));
  add('COUNTRY', account.country);
  for (const technology of account.technologies) add('TECHNOLOGY', technology);
  for (const kind of account.kinds) add('FIRST_KIND', kind);
  for (const topic of account.topics) add('FIRST_TOPIC', topic);
  return traits;
}

/** Whether a signal is no deed of the account's: it received what we sent. */
export const isDoneToThem = (kind: string): boolean => kind === 'email.delivered' || kind === 'email.bounce';

/** The first `count` kinds and topics of signals that are in the order of their times. */
export function firstsOf(
  signals: readonly { kind: string; topics: readonly string[] }[],
  count: number,
): Pick<Traited, 'kinds' | 'topics'> {
  const kinds = new Set<string>();
  const topics = new Set<string>();
  for (const signal of signals) {
    if (isDoneToThem(signal.kind)) continue;
    if (kinds.size < count) kinds.add(signal.kind);
    for (const topic of signal.topics) if (topics.size < count) topics.add(topic);
  }
  return { kinds: [...kinds], topics: [...topics] };
}

/** Traits of fewer accounts than this tell nothing that lasts; of more traits than that the most frequent are taken. */
const FEWEST = 5;
const MOST_TRAITS = 200;
/** Penalties tried, as multiples of the one asked for. */
const STRENGTHS = [1, 3, 10];
const FOLDS = 5;
/** By how many standard errors traits have to do better than none on accounts left out of the learning. */
const SURE = 1;

/**
 * Learns what tells converters from others. Weights are found together, so traits that hang together are not counted
 * twice, and are drawn to nothing (by `shrinkage`, or whichever of its multiples holds best for accounts left out). Traits
 * that don't help to tell those left out are no likeness at all. Who did nothing is not looked at, on either side.
 */
export function learnLikeness(
  whoConverted: readonly (readonly Trait[])[],
  whoDidNot: readonly (readonly Trait[])[],
  shrinkage: number,
): Likeness {
  const [converters, others] = [whoConverted.filter(didSomething), whoDidNot.filter(didSomething)];
  const [among, commonly] = [countTraits(converters), countTraits(others)];
  const total = (key: string) => (among.get(key)?.count ?? 0) + (commonly.get(key)?.count ?? 0);
  const keys = [...new Set([...among.keys(), ...commonly.keys()])]
    .filter((key) => total(key) >= FEWEST)
    .sort((a, b) => total(b) - total(a) || (a < b ? -1 : 1))
    .slice(0, MOST_TRAITS);
  const nothing = { converters: converters.length, tellings: new Map(), usual: 1 };
  if (converters.length < FOLDS || others.length < FOLDS || keys.length === 0) return nothing;

  const columns = new Map(keys.map((key, at) => [key, SEEN + at]));
  const all = [...converters, ...others];
  const rows = all.map((traits) => rowOf(traits, columns));
  const labels = all.map((_, index) => (index < converters.length ? 1 : 0));
  const penaltiesOf = (penalty: number) => [1e-6, 0.1, 0.1, ...keys.map(() => penalty)];
  const bare = rows.map((row) => row.filter(({ column }) => column < SEEN));
  const without = lossesLeftOut(bare, labels, penaltiesOf(1).slice(0, SEEN));
  let best = { gain: 0, penalty: 0 };
  for (const strength of STRENGTHS) {
    const penalty = strength * shrinkage;
    const losses = lossesLeftOut(rows, labels, penaltiesOf(penalty));
    const gain = sureGain(losses.map((loss, index) => without[index]! - loss));
    if (gain > best.gain) best = { gain, penalty };
  }
  if (best.gain === 0) return nothing;

  const weights = fitLogistic(rows, labels, penaltiesOf(best.penalty));
  const tellings = new Map(
    keys.map((key, at) => [
      key,
      {
        trait: (among.get(key) ?? commonly.get(key))!.trait,
        weight: weights[SEEN + at]!,
        among: (among.get(key)?.count ?? 0) / converters.length,
        commonly: (commonly.get(key)?.count ?? 0) / others.length,
      },
    ]),
  );
  const odds = others.map((traits) => Math.exp(shiftOf(traits, tellings)));
  return {
    converters: converters.length,
    tellings,
    usual: odds.reduce((sum, one) => sum + one, 0) / odds.length,
  };
}

/** How many times the usual odds these traits make it, and the traits that do, the most telling first. */
export function liftOf(
  traits: readonly Trait[],
  { tellings, usual }: Likeness,
): { lift: number; telling: Telling[] } {
  const telling = traits
    .flatMap((trait) => tellings.get(keyOf(trait)) ?? [])
    .filter(({ weight, among, commonly }) => weight > 0 && among > commonly)
    .sort((a, b) => b.weight - a.weight);
  return { lift: Math.exp(shiftOf(traits, tellings)) / usual, telling };
}

const didSomething = (traits: readonly Trait[]): boolean =>
  traits.some(({ field }) => field === 'FIRST_KIND');

/** `6 of 10 read the blog at first (of others 2)`. */
export function shareInWords({ trait: { field, value }, among, commonly }: Telling): string {
  return `${tenths(among)} of 10 ${PHRASES[field](value)} (of others ${tenths(commonly)})`;
}

/** Tenths, exact below one: `0.3`, `6`. */
const tenths = (share: number): string => String(Number((10 * share).toFixed(share < 0.1 ? 1 : 0)));

const PHRASES: Record<TraitField, (value: string) => string> = {
  INDUSTRY: (value) => `are in ${value}`,
  SIZE: (value) => `have ${value} employees`,
  COUNTRY: (value) => `are in ${value.toUpperCase()}`,
  TECHNOLOGY: (value) => `use ${value}`,
  FIRST_KIND: (value) => `${KINDS[value as SignalKind]?.phrase ?? value} at first`,
  FIRST_TOPIC: (value) => `began with ${value}`,
};

/** Columns before those of traits: that it is an account, and how many kinds and topics were seen of it. */
const SEEN = 3;

function rowOf(traits: readonly Trait[], columns: ReadonlyMap<string, number>): SparseRow {
  const count = (field: TraitField) => traits.filter((trait) => trait.field === field).length;
  return [
    { column: 0, value: 1 },
    { column: 1, value: count('FIRST_KIND') },
    { column: 2, value: count('FIRST_TOPIC') },
    ...traits.flatMap((trait) => {
      const column = columns.get(keyOf(trait));
      return column === undefined ? [] : [{ column, value: 1 }];
    }),
  ];
}

/** What each row's label cost, in nats, where the weights were learnt without it. */
function lossesLeftOut(
  rows: readonly SparseRow[],
  labels: readonly number[],
  penalties: readonly number[],
): number[] {
  const losses: number[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const kept = rows.flatMap((_, index) => (index % FOLDS === fold ? [] : [index]));
    const weights = fitLogistic(
      kept.map((index) => rows[index]!),
      kept.map((index) => labels[index]!),
      penalties,
    );
    for (let index = fold; index < rows.length; index += FOLDS) {
      const chance = Math.min(Math.max(chanceOf(rows[index]!, weights), 1e-9), 1 - 1e-9);
      losses[index] = -Math.log(labels[index] === 1 ? chance : 1 - chance);
    }
  }
  return losses;
}

/** What is gained all in all, if it is more than chance may give; else 0. */
function sureGain(gains: readonly number[]): number {
  const sum = gains.reduce((total, one) => total + one, 0);
  const mean = sum / gains.length;
  const squares = gains.reduce((total, one) => total + (one - mean) ** 2, 0);
  return sum > SURE * Math.sqrt(squares) ? sum : 0;
}

const shiftOf = (traits: readonly Trait[], tellings: Likeness['tellings']): number =>
  traits.reduce((sum, trait) => sum + (tellings.get(keyOf(trait))?.weight ?? 0), 0);

function countTraits(accounts: readonly (readonly Trait[])[]): Map<string, { trait: Trait; count: number }> {
  const counts = new Map<string, { trait: Trait; count: number }>();
  for (const traits of accounts) {
    for (const trait of traits) {
      const known = counts.get(keyOf(trait));
      if (known) known.count++;
      else counts.set(keyOf(trait), { trait, count: 1 });
    }
  }
  return counts;
}

const keyOf = ({ field, value }: Trait): string => `${field} ${value}`;
