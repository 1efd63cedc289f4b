/**
 * Heat day by day, for what depends on how it came about (the stage). Instead of adding everything up again for each
 * day, what each actor has of each half-life halves along and takes up what the day brings: the same numbers as a tally of
 * the end of each day gives, in one pass.
 */
import type { ScoringModel } from '../model.ts';
import type { SignalKind } from '../signal.ts';
import { heatOf } from './heat.ts';
import { cap, dayNumber, type Group, sumOf, type Tally } from './tally.ts';

/** What was so at the end of each UTC day, with all that is known at the tally's moment. */
export interface Days {
  /** Day number of the first day; each array has an entry per day from there to the tally's day. */
  first: number;
  /** 0–100. */
  heat: Float64Array;
  /** Capped, undecayed points of the late-stage kinds within their window. */
  latePoints: Float64Array;
  /** Who made them. */
  lateActors: Uint32Array;
}

/** From `day` on a group's capped points are so many more (or fewer). */
interface Change {
  day: number;
  by: number;
}

/** The days from the first signal that counts; null where none does. */
export function daysOf(counted: Tally, model: ScoringModel): Days | null {
  const today = dayNumber(counted.asOf);
  const displaced = displacedIn(counted, model, today);
  let oldest = -1;
  for (const actor of counted.actors.values()) {
    for (const group of actor.groups.values()) if (group.age > oldest) oldest = group.age;
  }
  for (const changes of displaced.values()) {
    for (const one of changes.list) oldest = Math.max(oldest, today - one.day);
  }
  if (oldest < 0) return null;

  const first = today - oldest;
  const length = oldest + 1;
  const late = new Set<SignalKind>(model.stage.decision.kinds);
  const window = model.stage.decision.days;
  const raw = new Float64Array(length);
  const latePoints = new Float64Array(length);
  const lateActors = new Uint32Array(length);
  const earned = new Float64Array(length);
  const lost = new Float64Array(length);
  const own = new Float64Array(length);
  const brought = new Float64Array(length);

  for (const [name, groups] of groupsByActor(counted, displaced, model)) {
    let start = length;
    let lateStart = length;
    for (const [signed, list] of groups) {
      const halfLifeDays = Math.abs(signed);
      const factor = 2 ** (-1 / halfLifeDays);
      let kindStart = length;
      for (const group of list) {
        const { kind } = group;
        const made = oldest - group.age;
        const changes =
          displaced.size > 0 ? displaced.get(keyOf(name, kind, today - group.age))?.list : undefined;
        for (const { day, by } of changes ?? [{ day: first + made, by: group.capped }]) {
          const at = day - first;
          brought[at]! += at === made ? by : by * 2 ** (-(at - made) / halfLifeDays);
          if (at < kindStart) kindStart = at;
          if (!late.has(kind) || model.kinds[kind].value <= 0) continue;
          if (at < lateStart) lateStart = at;
          for (let d = at; d < Math.min(length, made + window); d++) own[d]! += by;
        }
      }
      if (kindStart < start) start = kindStart;
      const into = signed < 0 ? lost : earned;
      let has = 0;
      for (let d = kindStart; d < length; d++) {
        has = has * factor + brought[d]!;
        into[d]! += Math.abs(has);
        brought[d] = 0;
      }
    }
    for (let d = start; d < length; d++) {
      raw[d]! += sumOf(earned[d]!, lost[d]!, model.breadth.soft);
      earned[d] = 0;
      lost[d] = 0;
    }
    for (let d = lateStart; d < length; d++) {
      if (own[d]! > LEAST) {
        latePoints[d]! += own[d]!;
        lateActors[d]!++;
      }
      own[d] = 0;
    }
  }
  const heat = raw;
  for (let d = 0; d < length; d++) heat[d] = heatOf(raw[d]!, model);
  return { first, heat, latePoints, lateActors };
}

/** What is left by adding and taking away again is nothing. */
const LEAST = 1e-9;

const keyOf = (actor: string, kind: SignalKind, day: number): string => `${actor} ${kind} ${day}`;

type Displaced = Map<string, { actor: string; group: Group; gone: boolean; list: Change[] }>;

/** By actor, then by half-life, negative where they take points off: what halves alike is carried along as one. */
function groupsByActor(
  counted: Tally,
  displaced: Displaced,
  model: ScoringModel,
): Map<string, Map<number, Group[]>> {
  const found = new Map<string, Map<number, Group[]>>();
  const add = (actor: string, group: Group) => {
    let kinds = found.get(actor);
    if (!kinds) {
      kinds = new Map();
      found.set(actor, kinds);
    }
    const { value, halfLifeDays } = model.kinds[group.kind];
    const signed = value < 0 ? -halfLifeDays : halfLifeDays;
    const list = kinds.get(signed);
    if (list) list.push(group);
    else kinds.set(signed, [group]);
  };
  for (const actor of counted.actors.values()) {
    for (const group of actor.groups.values()) add(actor.name, group);
  }
  // Groups that are all copies of something later count on some days, though not at the tally's moment.
  for (const { actor, group, gone } of displaced.values()) if (gone) add(actor, group);
  return found;
}

/**
 * Groups whose points are not the same on all days, since of copies from one origin a later one was the strongest:
 * until it came, an earlier one counted. By actor, kind and day.
 */
function displacedIn(counted: Tally, model: ScoringModel, today: number): Displaced {
  const found: Displaced = new Map();
  if (counted.copies.size === 0) return found;

  const origins = new Map<string, number[]>();
  counted.evidence.forEach((signal, i) => {
    if (signal.origin === null || !isKnown(counted, i)) return;
    const list = origins.get(signal.origin);
    if (list) list.push(i);
    else origins.set(signal.origin, [i]);
  });
  const dayOf = (i: number): number => dayNumber(counted.evidence[i]!.occurredAt);
  /** Signal → the day from which it no longer counts; 0: it never did. */
  const until = new Map<number, number>();
  for (const list of origins.values()) {
    if (list.length < 2) continue;
    list.sort((a, b) => dayOf(a) - dayOf(b) || a - b);
    let strongest = list[0]!;
    for (const i of list.slice(1)) {
      const [one, other] = [Math.abs(counted.points[i]!), Math.abs(counted.points[strongest]!)];
      const wins = one > other || (one === other && i < strongest);
      if (!wins) until.set(i, 0);
      else {
        until.set(strongest, dayOf(strongest) === dayOf(i) ? 0 : dayOf(i));
        strongest = i;
      }
    }
  }

  const touched = new Set<string>();
  for (const [i, day] of until) if (day > 0) touched.add(keyOfSignal(counted, i));
  if (touched.size === 0) return found;
  const members = new Map<string, number[]>();
  counted.evidence.forEach((_signal, i) => {
    if (!isKnown(counted, i) || until.get(i) === 0) return;
    const key = keyOfSignal(counted, i);
    if (!touched.has(key)) return;
    const list = members.get(key);
    if (list) list.push(i);
    else members.set(key, [i]);
  });
  for (const [key, list] of members) {
    const { kind, actor } = counted.evidence[list[0]!]!;
    const most = model.kinds[kind].capPerActorDay;
    const day = dayOf(list[0]!);
    const ends = [...new Set(list.map((i) => until.get(i) ?? Number.POSITIVE_INFINITY))].sort(
      (a, b) => a - b,
    );
    let before = 0;
    const changes: Change[] = [];
    for (const at of [day, ...ends.filter(Number.isFinite)]) {
      const points = list.reduce(
        (sum, i) => sum + ((until.get(i) ?? at + 1) > at ? counted.points[i]! : 0),
        0,
      );
      changes.push({ day: at, by: cap(points, most) - before });
      before = cap(points, most);
    }
    const stays = list.some((i) => counted.groups[i] !== null);
    const group = { kind, age: today - day, points: 0, capped: 0, worth: 0, signals: 0 };
    found.set(key, { actor, group, gone: !stays, list: changes });
  }
  return found;
}

const keyOfSignal = (counted: Tally, i: number): string => {
  const { actor, kind, occurredAt } = counted.evidence[i]!;
  return keyOf(actor, kind, dayNumber(occurredAt));
};

/** Whether it had occurred and was received by the tally's moment; copies have, though they don't count. */
const isKnown = (counted: Tally, i: number): boolean => {
  const { occurredAt, receivedAt } = counted.evidence[i]!;
  return occurredAt <= counted.asOf && receivedAt <= counted.asOf;
};
