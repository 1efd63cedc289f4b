import type { ScoringModel } from '../model.ts';
import { type Family, familyOf, KINDS, type SignalKind } from '../signal.ts';
import { actorType, type Evidence } from './evidence.ts';
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
  /** What it is made of: most points first, whichever way; ties by day, kind, actor. */
  readonly parts: readonly Part[];
  /** The same in words and with signals, put when they are first looked at: that costs more than all the rest. */
  readonly contributions: Contribution[];
}

/** Heat as of a moment with every part of it. Later evidence is left out. */
export function scoreHeat(evidence: readonly Evidence[], model: ScoringModel, asOf: Date): Heat {
  return explainTally(tally(evidence, model, asOf), model);
}

/** The same heat without its parts, for when there are many to score. */
export function measureHeat(evidence: readonly Evidence[], model: ScoringModel, asOf: Date): HeatValue {
  return measureTally(tally(evidence, model, asOf), model);
}

/** A trend compares with a week ago; that is what `trend7d` means, not a matter of taste. */
const TREND_DAYS = 7;

/**
 * Heat now less heat a week ago, −100…100. The past is what had occurred by then as far as is
 * known now: a file that arrives late makes no rise of what is old.
 */
export function trend(evidence: readonly Evidence[], model: ScoringModel, asOf: Date): number {
  const counted = tally(evidence, model, asOf);
  return heatOf(counted.raw, model) - pastHeat(counted, model);
}

/** Heat at the end of the UTC day a week before the tally's moment, with all that is known at it; so it holds all day. */
export function pastHeat(counted: Tally, model: ScoringModel): number {
  const { evidence, asOf } = counted;
  const then = () => new Date((dayNumber(asOf) - TREND_DAYS + 1) * 86_400_000 - 1);
  return heatOf(pastRaw(counted, model, TREND_DAYS) ?? tally(evidence, model, then(), asOf).raw, model);
}

/** 100·(1 − 2^(−raw/halfHeat)). */
export function heatOf(raw: number, model: ScoringModel): number {
  return 100 * (1 - 2 ** (-raw / model.heat.halfHeat));
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
  for (const actor of counted.actors.values()) {
    for (const group of actor.groups.values()) {
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
  let parts: OwnPart[] | undefined;
  let contributions: Contribution[] | undefined;
  const sorted = () => {
    parts ??= partsOf(counted);
    return parts;
  };
  return {
    ...measureTally(counted, model),
    get parts() {
      return sorted();
    },
    get contributions() {
      contributions ??= contributionsOf(sorted());
      return contributions;
    },
  };
}

/** A part and what it was added up from. */
class OwnPart implements Part {
  readonly kind: SignalKind;
  readonly family: Family;
  readonly source: string;
  readonly actor: string | null;
  readonly day: string;
  readonly points: number;
  readonly share: number;
  readonly signalCount: number;
  readonly #group: Group;
  readonly #by: Actor;
  readonly #counted: Tally;

  constructor(group: Group, by: Actor, counted: Tally, of: Pick<Part, 'source' | 'actor' | 'day' | 'share'>) {
    this.kind = group.kind;
    this.family = familyOf(group.kind);
    this.source = of.source;
    this.actor = of.actor;
    this.day = of.day;
    // `+ 0` makes −0 a plain 0.
    this.points = group.worth + 0;
    this.share = of.share;
    this.signalCount = group.signals > 0 ? group.signals : group.count;
    this.#group = group;
    this.#by = by;
    this.#counted = counted;
  }

  static compare(one: OwnPart, other: OwnPart): number {
    return (
      Math.abs(other.points) - Math.abs(one.points) ||
      other.#group.age - one.#group.age ||
      compare(one.kind, other.kind) ||
      compare(one.#by.name, other.#by.name)
    );
  }

  static inWords(parts: readonly OwnPart[]): Contribution[] {
    if (parts.length === 0) return [];
    const rowsOf = rowsByGroup(parts[0]!.#counted);
    return parts.map((part) => {
      const rows = rowsOf.get(part.#group)!;
      return {
        ...part,
        signalIds: rows.map((row) => part.#counted.columns.idOf(row)),
        reason: reasonOf(part.#group, part.#by, rows, part.#counted),
      };
    });
  }
}

/** Parts of one heat in words. */
export const contributionsOf = (parts: readonly Part[]): Contribution[] =>
  OwnPart.inWords(parts as readonly OwnPart[]);

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

/** Every part of a tally, in the order of contributions. */
function partsOf(counted: Tally): OwnPart[] {
  let earned = 0;
  for (const by of counted.actors.values()) {
    for (const group of by.groups) if (group.worth > 0) earned += group.worth;
  }
  const parts: OwnPart[] = [];
  const today = dayNumber(counted.asOf);
  const { sources } = counted.columns;
  let rowsOf: Map<Group, number[]> | undefined;
  for (const by of counted.actors.values()) {
    const actor = actorType(by.name) === 'source' ? null : by.name;
    for (const group of by.groups) {
      const { worth } = group;
      if (group.source < 0) rowsOf ??= rowsByGroup(counted);
      const source = group.source < 0 ? sourcesOf(rowsOf!.get(group)!, counted) : sources[group.source]!;
      const day = dayText(today - group.age);
      const share = worth > 0 ? worth / earned : 0;
      parts.push(new OwnPart(group, by, counted, { source, actor, day, share }));
    }
  }
  return parts.sort(OwnPart.compare);
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
