/** How much an account is like those whose opportunity opened lately, by traits that both share. */
import { sizeTier } from './surge-keys.ts';

/** Fields of traits. Of several values of a field their mean counts, since they go together. */
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

/** By how much a trait shifts the log-odds of converting, by trait. */
export interface Likeness {
  /** How many converters are behind it. */
  converters: number;
  weights: ReadonlyMap<string, number>;
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

/**
 * Learns from converters beside accounts as they usually are. The share of converters with a trait is drawn to the
 * usual share as if by `shrinkage` more of them, so that a few say little.
 */
export function learnLikeness(
  converters: readonly (readonly Trait[])[],
  usual: readonly (readonly Trait[])[],
  shrinkage: number,
): Likeness {
  const [among, commonly] = [countTraits(converters), countTraits(usual)];
  const weights = new Map<string, number>();
  for (const key of new Set([...among.keys(), ...commonly.keys()])) {
    const usually = ((commonly.get(key) ?? 0) + 0.5) / (usual.length + 1);
    const share = ((among.get(key) ?? 0) + shrinkage * usually) / (converters.length + shrinkage);
    // By how much having the trait shifts the log-odds of being a converter (Bayes).
    weights.set(key, Math.log(share / usually));
  }
  return { converters: converters.length, weights };
}

/** How many times the usual odds these traits make it, and the traits that do, the most telling first. */
export function liftOf(traits: readonly Trait[], likeness: Likeness): { lift: number; telling: Trait[] } {
  const known = traits.flatMap((trait) => {
    const weight = likeness.weights.get(keyOf(trait));
    return weight === undefined ? [] : [{ trait, weight }];
  });
  let shift = 0;
  for (const of of Map.groupBy(known, ({ trait }) => trait.field).values()) {
    shift += of.reduce((sum, { weight }) => sum + weight, 0) / of.length;
  }
  const telling = known.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  return { lift: Math.exp(shift), telling: telling.map(({ trait }) => trait) };
}

function countTraits(accounts: readonly (readonly Trait[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const traits of accounts) {
    for (const trait of traits) counts.set(keyOf(trait), (counts.get(keyOf(trait)) ?? 0) + 1);
  }
  return counts;
}

const keyOf = ({ field, value }: Trait): string => `${field} ${value}`;
