/**
 * The arithmetic of heat, once for everything that needs it: which signals count, what they are worth,
 * the cap per actor, kind and day, decay, breadth and the sum. Heat, trend, stage and explanation read a tally.
 */
import type { ScoringModel } from '../model.ts';
import { familyOf, SIGNAL_KINDS, type SignalKind } from '../signal.ts';
import { actorType, type Evidence } from './evidence.ts';

const DAY = 86_400_000;

/** Signals of one actor, kind and UTC day. */
export interface Group {
  kind: SignalKind;
  /** Whole UTC days before the tally's day. */
  age: number;
  /** Σ points as they came. */
  points: number;
  /** After the cap. */
  capped: number;
  /** After cap, decay, breadth and negative evidence: its part of `raw`. */
  worth: number;
  /** How many signals it has its points from: those worth none are not among them. */
  signals: number;
}

export interface Actor {
  name: string;
  groups: Map<number, Group>;
  /** Kept factor of the actor's sum by breadth over depth: 1 up to the model's `soft`. */
  kept: number;
}

export interface Tally {
  asOf: Date;
  /** Σ worth; 0 or more. */
  raw: number;
  actors: Map<string, Actor>;
  /** What was counted from, in the order of ids. */
  evidence: readonly Evidence[];
  /** Beside `evidence`: its group; null where it does not count (later than asked for, a duplicate, a copy). */
  groups: (Group | null)[];
  /** Beside `evidence`: its points. */
  points: Float64Array;
  /** Index in `evidence` → how many copies from the same origin it stands for beside itself. */
  copies: Map<number, number>;
}

/**
 * Adds up an account's (or a person's) evidence as of a moment. Only what had occurred by `asOf` and was
 * received by `knownAt` counts. Neither the order of the evidence nor duplicates change a bit of the result.
 *
 * Negative evidence takes points off its own actor, at most all that the actor has; where it would take more,
 * it is cut in proportion, so that the parts still add up.
 */
export function tally(
  evidence: readonly Evidence[],
  model: ScoringModel,
  asOf: Date,
  knownAt: Date = asOf,
): Tally {
  const rates = ratesOf(model);
  const sorted = inOrder(evidence);
  const today = dayNumber(asOf);
  const points = new Float64Array(sorted.length);
  const groups: (Group | null)[] = new Array(sorted.length).fill(null);
  const copies = new Map<number, number>();
  const actors = new Map<string, Actor>();
  const standsFor = strongestPerOrigin(sorted, rates, points, asOf.getTime(), knownAt.getTime(), copies);

  for (let i = 0; i < sorted.length; i++) {
    if (standsFor[i] === 0) continue;
    const signal = sorted[i]!;
    let actor = actors.get(signal.actor);
    if (!actor) {
      actor = { name: signal.actor, groups: new Map(), kept: 1 };
      actors.set(signal.actor, actor);
    }
    const age = today - dayNumber(signal.occurredAt);
    const rate = rates.get(signal.kind)!;
    // A small integer (32 kinds a day) is the cheapest key a Map can have.
    const key = age * rates.size + rate.index;
    let group = actor.groups.get(key);
    if (!group) {
      group = { kind: signal.kind, age, points: 0, capped: 0, worth: 0, signals: 0 };
      actor.groups.set(key, group);
    }
    group.points += points[i]!;
    if (points[i] !== 0) group.signals++;
    groups[i] = group;
  }

  let raw = 0;
  for (const actor of actors.values()) raw += weigh(actor, rates, model.breadth.soft);
  return { asOf, raw, actors, evidence: sorted, groups, points, copies };
}

/** Caps, decays and softens an actor's groups; returns the actor's sum. */
function weigh(actor: Actor, rates: Rates, soft: number): number {
  let earned = 0;
  let lost = 0;
  for (const group of actor.groups.values()) {
    const rate = rates.get(group.kind)!;
    group.capped = Math.max(-rate.cap, Math.min(rate.cap, group.points));
    group.worth = group.age === 0 ? group.capped : group.capped * 2 ** (-group.age / rate.halfLife);
    if (group.worth > 0) earned += group.worth;
    else lost -= group.worth;
  }
  if (lost === 0 && earned <= soft) return earned;

  const cut = lost > earned ? earned / lost : 1;
  const sum = lost > earned ? 0 : earned - lost;
  actor.kept = sum > soft ? soften(sum, soft) / sum : 1;
  for (const group of actor.groups.values()) {
    group.worth *= (group.worth < 0 ? cut : 1) * actor.kept;
  }
  return sum > soft ? soften(sum, soft) : sum;
}

/** Breadth over depth: an actor's sum counts in full up to `soft`, then by its logarithm; it never stops growing. */
export function soften(sum: number, soft: number): number {
  return sum <= soft ? sum : soft * (1 + Math.log(sum / soft));
}

/**
 * Fills in `points` and says of each signal whether it counts (1) or not (0). Of copies the one with most points
 * counts, whatever their age, so that which one it is does not change as time goes on; ties go to the lowest id.
 */
function strongestPerOrigin(
  sorted: readonly Evidence[],
  rates: Rates,
  points: Float64Array,
  asOf: number,
  knownAt: number,
  copies: Map<number, number>,
): Uint8Array {
  const counts = new Uint8Array(sorted.length);
  let strongest: Map<string, number> | undefined;
  for (let i = 0; i < sorted.length; i++) {
    const signal = sorted[i]!;
    if (signal.occurredAt.getTime() > asOf || signal.receivedAt.getTime() > knownAt) continue;
    points[i] = pointsOf(signal, rates);
    counts[i] = 1;
    if (signal.origin === null) continue;
    strongest ??= new Map();
    const rival = strongest.get(signal.origin);
    if (rival === undefined) {
      strongest.set(signal.origin, i);
      continue;
    }
    const wins = Math.abs(points[i]!) > Math.abs(points[rival]!);
    const winner = wins ? i : rival;
    counts[wins ? rival : i] = 0;
    copies.set(winner, (copies.get(rival) ?? 0) + 1);
    if (wins) copies.delete(rival);
    strongest.set(signal.origin, winner);
  }
  return counts;
}

/** value · strength (scaled by sentiment) · confidence · reliability: before cap, decay and breadth. */
function pointsOf(signal: Evidence, rates: Rates): number {
  const rate = rates.get(signal.kind)!;
  let strength = signal.strength;
  if (rate.scaledBySentiment) {
    const sentiment = signal.sentiment ?? rate.sentimentWhenUnknown;
    // A negative mention never adds heat.
    strength = sentiment < 0 ? 0 : (strength * (1 + sentiment)) / 2;
  }
  let reliability = rate.reliabilityBySource.get(signal.source) ?? rate.reliability;
  if (typeof reliability !== 'number') {
    reliability = actorType(signal.actor) === 'person' ? reliability.named : reliability.anonymous;
  }
  return rate.value * strength * signal.confidence * reliability;
}

type Reliability = ScoringModel['reliability']['families'][keyof ScoringModel['reliability']['families']];

interface Rate {
  index: number;
  value: number;
  halfLife: number;
  cap: number;
  reliability: Reliability;
  reliabilityBySource: Map<string, Reliability>;
  scaledBySentiment: boolean;
  sentimentWhenUnknown: number;
}
type Rates = Map<SignalKind, Rate>;

const compiled = new WeakMap<ScoringModel, Rates>();

/** The model laid out for look-up by kind, kept as long as the model is. */
function ratesOf(model: ScoringModel): Rates {
  let rates = compiled.get(model);
  if (rates) return rates;
  const reliabilityBySource = new Map(Object.entries(model.reliability.sources));
  rates = new Map(
    SIGNAL_KINDS.map((kind, index) => {
      const { value, halfLifeDays: halfLife, capPerActorDay: cap } = model.kinds[kind];
      const reliability = model.reliability.kinds[kind] ?? model.reliability.families[familyOf(kind)];
      const scaledBySentiment = kind === 'social.mention';
      const sentimentWhenUnknown = model.sentiment.whenUnknown;
      return [
        kind,
        {
          index,
          value,
          halfLife,
          cap,
          reliability,
          reliabilityBySource,
          scaledBySentiment,
          sentimentWhenUnknown,
        },
      ];
    }),
  );
  compiled.set(model, rates);
  return rates;
}

/** By id, each id once; the array itself if it is so already, as it is when read from the timeline. */
function inOrder(evidence: readonly Evidence[]): readonly Evidence[] {
  let rising = true;
  for (let i = 1; i < evidence.length && rising; i++) rising = evidence[i - 1]!.id < evidence[i]!.id;
  if (rising) return evidence;
  const sorted = [...evidence].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return sorted.filter((signal, i) => i === 0 || signal.id !== sorted[i - 1]!.id);
}

/** UTC days since 1970-01-01. */
export const dayNumber = (at: Date): number => Math.floor(at.getTime() / DAY);

/** `YYYY-MM-DD` of a number of days since 1970-01-01. */
export function dayText(day: number): string {
  let text = dayTexts.get(day);
  if (text === undefined) {
    text = new Date(day * DAY).toISOString().slice(0, 10);
    dayTexts.set(day, text);
  }
  return text;
}

/** Writing a date out costs more than all else about a contribution, and a timeline has few days. */
const dayTexts = new Map<number, string>();

/** Capped, undecayed points of some kinds over the last `days` days, today included, and who made them. */
export function recentPoints(
  counted: Tally,
  kinds: readonly SignalKind[],
  days: number,
): { points: number; actors: number } {
  let points = 0;
  let actors = 0;
  for (const actor of counted.actors.values()) {
    let own = 0;
    for (const group of actor.groups.values()) {
      if (group.age < days && group.capped > 0 && kinds.includes(group.kind)) own += group.capped;
    }
    points += own;
    if (own > 0) actors++;
  }
  return { points, actors };
}
