/**
 * The arithmetic of heat, once for everything that needs it: which signals count, what they are worth,
 * the cap per actor, kind and day, decay, breadth and the sum. Heat, trend, stage and explanation read a tally.
 */
import type { ScoringModel } from '../model.ts';
import { familyOf, SIGNAL_KINDS, type SignalKind } from '../signal.ts';
import { type Columns, type EvidenceSet, layOut } from './evidence.ts';
import { bytes, doubles } from './slab.ts';

const DAY = 86_400_000;

/** Signals of one actor, kind and UTC day. */
export interface Group {
  kind: SignalKind;
  /** Index of the kind in `SIGNAL_KINDS`. */
  kindIndex: number;
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
  /** All its signals. */
  count: number;
  /** Index in the columns' sources, where all its signals are from one; else −1. */
  source: number;
}

export interface Actor {
  /** Its number in the columns. */
  index: number;
  groups: Group[];
  /** Kept factor of the actor's sum by breadth over depth: 1 up to the model's `soft`. */
  kept: number;
}

export interface Tally {
  asOf: Date;
  /** Σ worth; 0 or more. */
  raw: number;
  /** Those with a signal that counts, in the order of their first. */
  actors: readonly Actor[];
  /** What was counted from, in the order of ids. */
  columns: Columns;
  /** Beside the columns: the row's group; null where it does not count (later than asked for, a duplicate, a copy). */
  groups: readonly (Group | null)[];
  /** Beside the columns: its points. */
  points: Float64Array;
  /** Row → how many copies from the same origin it stands for beside itself. */
  copies: ReadonlyMap<number, number>;
  /** Whether people's signals are among copies and what they are of: without the others theirs would count otherwise. */
  copiesOfPeople: boolean;
}

/**
 * Adds up an account's (or a person's) evidence as of a moment. Only what had occurred by `asOf` and was
 * received by `knownAt` counts. Neither the order of the evidence nor duplicates change a bit of the result.
 *
 * Negative evidence takes points off its own actor, at most all that the actor has; where it would take more,
 * it is cut in proportion, so that the parts still add up.
 */
export function tally(
  evidence: EvidenceSet,
  model: ScoringModel,
  asOf: Date,
  knownAt: Date = asOf,
  /** Rows of the columns that are left out are 0. */
  keeps: Uint8Array | null = null,
): Tally {
  const rates = ratesOf(model);
  const columns = layOut(evidence);
  const { length, kind: kinds, actor: actorOf, source: sources, occurredAt } = columns;
  const today = dayNumber(asOf);
  const points = doubles(length);
  const groups: (Group | null)[] = new Array(length).fill(null);
  const { counts, copies, copiesOfPeople } = strongestPerOrigin(
    columns,
    rates,
    points,
    asOf.getTime(),
    knownAt.getTime(),
    keeps,
  );
  const actors: Actor[] = [];
  const byIndex: (Actor | undefined)[] = new Array(columns.actorTypes.length);
  const byKey = new GroupTable(length);

  for (let row = 0; row < length; row++) {
    if (counts[row] === 0) continue;
    const index = actorOf[row]!;
    const age = today - Math.floor(occurredAt[row]! / DAY);
    const kind = kinds[row]!;
    const source = sources[row]!;
    let group = byKey.find(index, age, kind);
    if (!group) {
      group = {
        kind: SIGNAL_KINDS[kind]!,
        kindIndex: kind,
        age,
        points: 0,
        capped: 0,
        worth: 0,
        signals: 0,
        count: 0,
        source,
      };
      byKey.add(group, index);
      let actor = byIndex[index];
      if (!actor) {
        actor = { index, groups: [], kept: 1 };
        byIndex[index] = actor;
        actors.push(actor);
      }
      actor.groups.push(group);
    } else if (group.source !== source) group.source = -1;
    group.points += points[row]!;
    group.count++;
    if (points[row] !== 0) group.signals++;
    groups[row] = group;
  }

  let raw = 0;
  for (const actor of actors) raw += weigh(actor, rates, model.breadth.soft);
  return { asOf, raw, actors, columns, groups, points, copies, copiesOfPeople };
}

/** Groups by actor, age and kind: open addressing in a table that is used again, as a Map would be half of a tally's time. */
class GroupTable {
  static #slots = new Int32Array(512);
  readonly #groups: Group[] = [];
  readonly #actors: number[] = [];
  readonly #mask: number;
  /** Where the last one that was looked for is, or belongs. */
  #slot = 0;

  constructor(most: number) {
    const size = 2 ** Math.ceil(Math.log2(2 * most + 2));
    if (GroupTable.#slots.length < size) GroupTable.#slots = new Int32Array(size);
    else GroupTable.#slots.fill(0, 0, size);
    this.#mask = size - 1;
  }

  find(actor: number, age: number, kind: number): Group | undefined {
    const slots = GroupTable.#slots;
    let hash = Math.imul(actor, 0x9e3779b1) ^ Math.imul(age, 0x85ebca6b) ^ Math.imul(kind, 0xc2b2ae35);
    hash ^= hash >>> 15;
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slots[slot]! - 1;
      if (at < 0) {
        this.#slot = slot;
        return undefined;
      }
      const group = this.#groups[at]!;
      if (group.kindIndex === kind && group.age === age && this.#actors[at] === actor) return group;
    }
  }

  /** Adds the one that was just not found. */
  add(group: Group, actor: number): void {
    GroupTable.#slots[this.#slot] = this.#groups.push(group);
    this.#actors.push(actor);
  }
}

/** Caps, decays and softens an actor's groups; returns the actor's sum. */
function weigh(actor: Actor, rates: Rates, soft: number): number {
  let earned = 0;
  let lost = 0;
  for (const group of actor.groups) {
    const rate = rates[group.kindIndex]!;
    group.capped = cap(group.points, rate.cap);
    group.worth = group.age === 0 ? group.capped : group.capped * keptOf(rate, group.age);
    if (group.worth > 0) earned += group.worth;
    else lost -= group.worth;
  }
  if (lost === 0 && earned <= soft) return earned;

  const cut = lost > earned ? earned / lost : 1;
  const sum = sumOf(earned, lost, soft);
  actor.kept = earned - lost > soft ? sum / (earned - lost) : 1;
  for (const group of actor.groups) {
    group.worth *= (group.worth < 0 ? cut : 1) * actor.kept;
  }
  return sum;
}

/**
 * `raw` as it was at the end of the day so many days before the tally's, with all that is known at its moment; null
 * where that can't be told from the tally, since a copy counted then whose origin had its strongest signal later.
 */
export function pastRaw(counted: Tally, model: ScoringModel, days: number): number | null {
  for (const winner of counted.copies.keys()) if (counted.groups[winner]!.age < days) return null;
  const rates = ratesOf(model);
  let raw = 0;
  for (const { groups } of counted.actors) {
    let earned = 0;
    let lost = 0;
    for (const { age, capped, kindIndex } of groups) {
      if (age < days) continue;
      const worth = age === days ? capped : capped * keptOf(rates[kindIndex]!, age - days);
      if (worth > 0) earned += worth;
      else lost -= worth;
    }
    raw += sumOf(earned, lost, model.breadth.soft);
  }
  return raw;
}

/** What an actor collects with one kind in one day: at most `most`, either way. */
export const cap = (points: number, most: number): number => Math.max(-most, Math.min(most, points));

/** What an actor adds to `raw` by what it earned and what takes points off, each 0 or more. */
export function sumOf(earned: number, lost: number, soft: number): number {
  return lost >= earned ? 0 : soften(earned - lost, soft);
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
  columns: Columns,
  rates: Rates,
  points: Float64Array,
  asOf: number,
  knownAt: number,
  keeps: Uint8Array | null,
): { counts: Uint8Array; copies: Map<number, number>; copiesOfPeople: boolean } {
  const { length, actor, occurredAt, receivedAt, origin } = columns;
  let copiesOfPeople = false;
  const counts = bytes(length);
  const copies = new Map<number, number>();
  let strongest: Map<number, number> | undefined;
  for (let row = 0; row < length; row++) {
    if (occurredAt[row]! > asOf || receivedAt[row]! > knownAt || keeps?.[row] === 0) continue;
    points[row] = pointsOf(columns, row, rates);
    counts[row] = 1;
    if (origin[row] === -1) continue;
    strongest ??= new Map();
    const rival = strongest.get(origin[row]!);
    if (rival === undefined) {
      strongest.set(origin[row]!, row);
      continue;
    }
    copiesOfPeople ||= columns.isPerson(actor[row]!) || columns.isPerson(actor[rival]!);
    const wins = Math.abs(points[row]!) > Math.abs(points[rival]!);
    const winner = wins ? row : rival;
    counts[wins ? rival : row] = 0;
    copies.set(winner, (copies.get(rival) ?? 0) + 1);
    if (wins) copies.delete(rival);
    strongest.set(origin[row]!, winner);
  }
  return { counts, copies, copiesOfPeople };
}

/** value · strength (scaled by sentiment) · confidence · reliability: before cap, decay and breadth. */
function pointsOf(columns: Columns, row: number, rates: Rates): number {
  const rate = rates[columns.kind[row]!]!;
  let strength = columns.strength[row]!;
  if (rate.scaledBySentiment) {
    const known = columns.sentiment[row]!;
    const sentiment = Number.isNaN(known) ? rate.sentimentWhenUnknown : known;
    // A negative mention never adds heat.
    strength = sentiment < 0 ? 0 : (strength * (1 + sentiment)) / 2;
  }
  let reliability = rate.reliabilityBySource.get(columns.sources[columns.source[row]!]!) ?? rate.reliability;
  if (typeof reliability !== 'number') {
    reliability = columns.isPerson(columns.actor[row]!) ? reliability.named : reliability.anonymous;
  }
  return rate.value * strength * columns.confidence[row]! * reliability;
}

/** What is left of a point at an age in days. */
function keptOf(rate: Rate, age: number): number {
  for (let day = rate.kept.length; day <= age; day++) rate.kept.push(2 ** (-day / rate.halfLife));
  return rate.kept[age]!;
}

type Reliability = ScoringModel['reliability']['families'][keyof ScoringModel['reliability']['families']];

interface Rate {
  value: number;
  halfLife: number;
  cap: number;
  /** By age in days, as far as it was asked for. */
  kept: number[];
  reliability: Reliability;
  reliabilityBySource: Map<string, Reliability>;
  scaledBySentiment: boolean;
  sentimentWhenUnknown: number;
}
/** In the order of `SIGNAL_KINDS`. */
type Rates = readonly Rate[];

const compiled = new WeakMap<ScoringModel, Rates>();

/** The model laid out for look-up by kind, kept as long as the model is. */
function ratesOf(model: ScoringModel): Rates {
  let rates = compiled.get(model);
  if (rates) return rates;
  const reliabilityBySource = new Map(Object.entries(model.reliability.sources));
  rates = SIGNAL_KINDS.map((kind) => ({
    value: model.kinds[kind].value,
    halfLife: model.kinds[kind].halfLifeDays,
    cap: model.kinds[kind].capPerActorDay,
    kept: [1],
    reliability: model.reliability.kinds[kind] ?? model.reliability.families[familyOf(kind)],
    reliabilityBySource,
    scaledBySentiment: kind === 'social.mention',
    sentimentWhenUnknown: model.sentiment.whenUnknown,
  }));
  compiled.set(model, rates);
  return rates;
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
  for (const actor of counted.actors) {
    let own = 0;
    for (const group of actor.groups) {
      if (group.age < days && group.capped > 0 && kinds.includes(group.kind)) own += group.capped;
    }
    points += own;
    if (own > 0) actors++;
  }
  return { points, actors };
}
