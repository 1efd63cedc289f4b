import type { ScoringModel } from '../model.ts';
import { type Family, familyOf, KINDS, type SignalKind } from '../signal.ts';
import { ACTOR_TYPES, type EvidenceSet } from './evidence.ts';
import { type Actor, dayNumber, dayText, type Group, pastRaw, type Tally, tally } from './tally.ts';

export type HeatBand = 'COLD' | 'WARM' | 'HOT' | 'ON_FIRE';

/** What one actor did of one kind on one UTC day, and what it adds to `raw` (or takes off, if negative). */
export interface Contribution extends Part {
  signalIds: string[];
  /** What made the points what they are, in words. */
  reason: string;
}

/** A contribution without what is costly to tell: enough to sum up from. */
export interface Part {
  kind: SignalKind;
  family: Family;
  /** The source; where several saw it, all of them, the one with most points first, joined by `+`. */
  source: string;
  /** `person:<id>` or `visitor:<id>`; null where nobody but the source is known. */
  actor: string | null;
  /** `YYYY-MM-DD`. */
  day: string;
  /** Whole UTC days from then to the heat's day. */
  age: number;
  /** After cap, decay and breadth; all contributions add up to `raw` within 1e-9. */
  points: number;
  /** Part of all that was earned, 0–1: the positive ones add up to 1. 0 for what takes points off. */
  share: number;
  signalCount: number;
}

export interface HeatValue {
  /** 0–100; equals 50 at the model's `halfHeat` raw points. */
  value: number;
  /** Σ points, 0 or more. */
  raw: number;
  band: HeatBand;
  /** How many actors (people, visitors, and sources that name nobody) did something that counts for us. */
  actors: number;
  /** When the last of it happened. */
  lastActivityAt: Date | null;
  asOf: Date;
}

export interface Heat extends HeatValue {
  /** What it is made of, in no order that matters; made when it is first looked at. */
  readonly parts: readonly Part[];
  /** What each actor adds to `raw`: what it earned, and what is left of that after what takes points off. */
  readonly byActor: ReadonlyMap<string, { earned: number; points: number }>;
  /**
   * The same in words and with signals: most points first, whichever way; ties by day, kind, actor. Put when they are
   * first looked at: that costs more than all the rest.
   */
  readonly contributions: Contribution[];
}

/** Heat as of a moment with every part of it. Later evidence is left out. */
export function scoreHeat(evidence: EvidenceSet, model: ScoringModel, asOf: Date): Heat {
  return explainTally(tally(evidence, model, asOf), model);
}

/** The same heat without its parts, for when there are many to score. */
export function measureHeat(evidence: EvidenceSet, model: ScoringModel, asOf: Date): HeatValue {
  return measureTally(tally(evidence, model, asOf), model);
}

/** A trend compares with a week ago; that is what `trend7d` means, not a matter of taste. */
const TREND_DAYS = 7;

/**
 * Heat now less heat a week ago, −100…100. The past is what had occurred by then as far as is
 * known now: a file that arrives late makes no rise of what is old.
 */
export function trend(evidence: EvidenceSet, model: ScoringModel, asOf: Date): number {
  const counted = tally(evidence, model, asOf);
  return heatOf(counted.raw, model) - pastHeat(counted, model);
}

/** Heat at the end of the UTC day a week before the tally's moment, with all that is known at it; so it holds all day. */
export function pastHeat(counted: Tally, model: ScoringModel): number {
  const { columns, asOf } = counted;
  const then = () => new Date((dayNumber(asOf) - TREND_DAYS + 1) * 86_400_000 - 1);
  return heatOf(pastRaw(counted, model, TREND_DAYS) ?? tally(columns, model, then(), asOf).raw, model);
}

/** 100·(1 − 2^(−raw/halfHeat)). */
export function heatOf(raw: number, model: ScoringModel): number {
  return 100 * (1 - 2 ** (-raw / model.heat.halfHeat));
}

/** The raw points of a heat; the other way round. */
export function rawOf(heat: number, model: ScoringModel): number {
  return -model.heat.halfHeat * Math.log2(1 - heat / 100);
}

export function bandOf(value: number, model: ScoringModel): HeatBand {
  const { warm, hot, onFire } = model.heat.bands;
  if (value >= onFire) return 'ON_FIRE';
  if (value >= hot) return 'HOT';
  return value >= warm ? 'WARM' : 'COLD';
}

/** Heat of evidence that is added up already. */
export function measureTally(counted: Tally, model: ScoringModel): HeatValue {
  const value = heatOf(counted.raw, model);
  let last = Number.NEGATIVE_INFINITY;
  const { occurredAt } = counted.columns;
  for (let i = 0; i < occurredAt.length; i++) {
    if (counted.points[i]! > 0 && occurredAt[i]! > last && counted.groups[i] !== null) last = occurredAt[i]!;
  }
  let actors = 0;
  for (const actor of counted.actors) {
    for (const group of actor.groups) {
      if (group.capped > 0) {
        actors++;
        break;
      }
    }
  }
  return {
    value,
    raw: counted.raw,
    band: bandOf(value, model),
    actors,
    lastActivityAt: last === Number.NEGATIVE_INFINITY ? null : new Date(last),
    asOf: counted.asOf,
  };
}

/** Heat of evidence that is added up already, with its parts. */
export function explainTally(counted: Tally, model: ScoringModel): Heat {
  let parts: Part[] | undefined;
  let actors: Heat['byActor'] | undefined;
  let contributions: Contribution[] | undefined;
  const made = () => {
    parts ??= partsOf(counted);
    return parts;
  };
  return {
    ...measureTally(counted, model),
    get parts() {
      return made();
    },
    get byActor() {
      actors ??= actorsOf(counted);
      return actors;
    },
    get contributions() {
      contributions ??= contributionsOf([...made()].sort(compareParts));
      return contributions;
    },
  };
}

/** What a part was added up from. */
interface Origin {
  group: Group;
  by: Actor;
  name: string;
  counted: Tally;
}

/** Beside the parts, as it is no part of what they say. */
const origins = new WeakMap<Part, Origin>();
const originOf = (part: Part): Origin => origins.get(part)!;

const compareParts = (one: Part, other: Part): number =>
  Math.abs(other.points) - Math.abs(one.points) ||
  other.age - one.age ||
  compare(one.kind, other.kind) ||
  compare(originOf(one).name, originOf(other).name);

/** Parts of one heat in words. */
export function contributionsOf(parts: readonly Part[]): Contribution[] {
  if (parts.length === 0) return [];
  const rowsOf = rowsByGroup(originOf(parts[0]!).counted);
  return parts.map((part) => {
    const { group, by, counted } = originOf(part);
    const rows = rowsOf.get(group)!;
    return {
      ...part,
      signalIds: rows.map((row) => counted.columns.texts.idOf(row)),
      reason: reasonOf(group, by, rows, counted),
    };
  });
}

/** Rows that a group is talked about by. A feed reports what is below its own threshold too: that is no part of it. */
function rowsByGroup({ groups, points }: Tally): Map<Group, number[]> {
  const found = new Map<Group, number[]>();
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row];
    if (!group || (group.signals > 0 && points[row] === 0)) continue;
    const rows = found.get(group);
    if (rows) rows.push(row);
    else found.set(group, [row]);
  }
  return found;
}

function actorsOf({ actors, columns }: Tally): Heat['byActor'] {
  const found = new Map<string, { earned: number; points: number }>();
  for (const { index, groups } of actors) {
    let earned = 0;
    let points = 0;
    for (const { worth } of groups) {
      if (worth > 0) earned += worth;
      points += worth;
    }
    found.set(columns.texts.actorOf(index), { earned, points });
  }
  return found;
}

/** Every part of a tally. */
function partsOf(counted: Tally): Part[] {
  const earned = earnedIn(counted);
  const sourceOf = sourcesIn(counted);
  const parts: Part[] = [];
  const today = dayNumber(counted.asOf);
  const { actorTypes, texts } = counted.columns;
  for (const by of counted.actors) {
    const name = texts.actorOf(by.index);
    const actor = ACTOR_TYPES[actorTypes[by.index]!] === 'source' ? null : name;
    for (const group of by.groups) {
      const { worth } = group;
      const part: Part = {
        kind: group.kind,
        family: familyOf(group.kind),
        source: sourceOf(group),
        actor,
        day: dayText(today - group.age),
        age: group.age,
        // `+ 0` makes −0 a plain 0.
        points: worth + 0,
        share: worth > 0 ? worth / earned : 0,
        signalCount: signalsIn(group),
      };
      origins.set(part, { group, by, name, counted });
      parts.push(part);
    }
  }
  return parts;
}

/** All that was earned, of which parts have their share. */
export function earnedIn(counted: Tally): number {
  let earned = 0;
  for (const { groups } of counted.actors) {
    for (const { worth } of groups) if (worth > 0) earned += worth;
  }
  return earned;
}

/** Signals that a group is talked about by. */
export const signalsIn = (group: Group): number => (group.signals > 0 ? group.signals : group.count);

/** Tells the source of a group; where several saw it, all of them, the one with most points first. */
export function sourcesIn(counted: Tally): (group: Group) => string {
  const { sources } = counted.columns;
  let rowsOf: Map<Group, number[]> | undefined;
  return (group) => {
    if (group.source >= 0) return sources[group.source]!;
    rowsOf ??= rowsByGroup(counted);
    return sourcesOf(rowsOf.get(group)!, counted);
  };
}

function sourcesOf(rows: readonly number[], { columns, points }: Tally): string {
  const { source, sources } = columns;
  const bySource = new Map<string, number>();
  for (const row of rows) {
    const name = sources[source[row]!]!;
    bySource.set(name, (bySource.get(name) ?? 0) + Math.abs(points[row]!));
  }
  return [...bySource]
    .sort((a, b) => b[1] - a[1] || compare(a[0], b[0]))
    .map(([name]) => name)
    .join('+');
}

/** `viewed pricing 3 times; 27 points capped at 20 a day; 4 days old, worth 82 % of that`. */
function reasonOf(group: Group, actor: Actor, indices: readonly number[], counted: Tally): string {
  const parts = [`${KINDS[group.kind].phrase}${times(indices.length)}`];
  if (group.points === 0) parts.push('worth no points');
  if (group.points !== group.capped) {
    parts.push(`${tidy(group.points)} points capped at ${tidy(group.capped)} a day`);
  }
  if (group.age > 0 && group.capped !== 0) {
    const percent = (100 * group.worth) / (group.capped * actor.kept);
    // Negative evidence may be cut below its decayed worth, so its percentage would not be its age's alone.
    parts.push(
      group.capped > 0
        ? `${days(group.age)} old, worth ${tidy(percent)} % of that`
        : `${days(group.age)} old`,
    );
  }
  if (actor.kept < 1 && group.worth !== 0) {
    parts.push(`one of many from the same actor, so ${tidy(100 * actor.kept)} % counts`);
  }
  const copies = indices.reduce((sum, i) => sum + (counted.copies.get(i) ?? 0), 0);
  if (copies > 0) {
    parts.push(
      copies === 1
        ? '1 copy from the same origin not counted'
        : `${copies} copies from the same origin not counted`,
    );
  }
  return parts.join('; ');
}

const times = (count: number): string => (count === 1 ? '' : count === 2 ? ' twice' : ` ${count} times`);
const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);
const tidy = (number: number): string => String(Math.round(number * 10) / 10);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
