import type { ScoringModel } from '../model.ts';
import { type Family, familyOf, KINDS, type SignalKind } from '../signal.ts';
import { actorType, type Evidence } from './evidence.ts';
import { type Actor, dayNumber, dayText, type Group, type Tally, tally } from './tally.ts';

export type HeatBand = 'COLD' | 'WARM' | 'HOT' | 'ON_FIRE';

/** What one actor did of one kind on one UTC day, and what it adds to `raw` (or takes off, if negative). */
export interface Contribution {
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
  signalIds: string[];
  /** What made the points what they are, in words. */
  reason: string;
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
  /** Most points first, whichever way; ties by day, kind, actor. */
  contributions: Contribution[];
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
  return heatOf(tally(evidence, model, asOf).raw, model) - pastHeat(evidence, model, asOf);
}

/** Heat a week before `asOf`, with all that is known at `asOf`. */
export function pastHeat(evidence: readonly Evidence[], model: ScoringModel, asOf: Date): number {
  const then = new Date(asOf.getTime() - TREND_DAYS * 86_400_000);
  return heatOf(tally(evidence, model, then, asOf).raw, model);
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
  for (let i = 0; i < counted.evidence.length; i++) {
    if (counted.groups[i] === null || counted.points[i]! <= 0) continue;
    const at = counted.evidence[i]!.occurredAt.getTime();
    if (at > last) last = at;
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

/** Heat of evidence that is added up already, with its contributions. */
export function explainTally(counted: Tally, model: ScoringModel): Heat {
  const members = new Map<Group, number[]>();
  counted.groups.forEach((group, i) => {
    if (group === null) return;
    const indices = members.get(group);
    if (indices) indices.push(i);
    else members.set(group, [i]);
  });

  let earned = 0;
  for (const group of members.keys()) if (group.worth > 0) earned += group.worth;
  const contributions: Contribution[] = [];
  const actors: string[] = [];
  const today = dayNumber(counted.asOf);
  const order: number[] = [];
  for (const [group, all] of members) {
    // A feed reports what is below its own threshold too: that must not swell the count beside the points.
    const indices = group.signals > 0 ? all.filter((i) => counted.points[i] !== 0) : all;
    const actor = counted.actors.get(counted.evidence[indices[0]!]!.actor)!;
    order.push(contributions.length);
    actors.push(actor.name);
    contributions.push({
      kind: group.kind,
      family: familyOf(group.kind),
      source: sourcesOf(indices, counted),
      actor: actorType(actor.name) === 'source' ? null : actor.name,
      day: dayText(today - group.age),
      // `+ 0` makes −0 a plain 0.
      points: group.worth + 0,
      share: group.worth > 0 ? group.worth / earned : 0,
      signalCount: indices.length,
      signalIds: indices.map((i) => counted.evidence[i]!.id),
      reason: reasonOf(group, actor, indices, counted),
    });
  }
  order.sort((a, b) => {
    const one = contributions[a]!;
    const other = contributions[b]!;
    return (
      Math.abs(other.points) - Math.abs(one.points) ||
      compare(one.day, other.day) ||
      compare(one.kind, other.kind) ||
      compare(actors[a]!, actors[b]!)
    );
  });
  return { ...measureTally(counted, model), contributions: order.map((i) => contributions[i]!) };
}

function sourcesOf(indices: number[], counted: Tally): string {
  const first = counted.evidence[indices[0]!]!.source;
  if (indices.every((i) => counted.evidence[i]!.source === first)) return first;
  const bySource = new Map<string, number>();
  for (const i of indices) {
    const { source } = counted.evidence[i]!;
    bySource.set(source, (bySource.get(source) ?? 0) + Math.abs(counted.points[i]!));
  }
  return [...bySource]
    .sort((a, b) => b[1] - a[1] || compare(a[0], b[0]))
    .map(([source]) => source)
    .join('+');
}

/** `viewed pricing 3 times; 27 points capped at 20 a day; 4 days old, worth 82 % of that`. */
function reasonOf(group: Group, actor: Actor, indices: number[], counted: Tally): string {
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
