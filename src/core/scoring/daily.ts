/**
 * Heat day by day, for what depends on how it came about (the stage). Instead of adding everything up again for each
 * day, what each actor has of each half-life halves along and takes up what the day brings: the same numbers as a tally of
 * the end of each day gives, in one pass.
 */
import type { ScoringModel } from '../model.ts';
import { SIGNAL_KINDS } from '../signal.ts';
import { doubles } from './slab.ts';
import { cap, dayNumber, type Group, sumOf, type Tally } from './tally.ts';

const DAY = 86_400_000;

/** What was so at the end of each UTC day, with all that is known at the tally's moment. */
export interface Days {
  /** Day number of the first day; each array has an entry per day from there to the tally's day. */
  first: number;
  /** Raw points. */
  raw: Float64Array;
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
  const displaced = counted.copies.size === 0 ? NONE : displacedIn(counted, model);
  let oldest = -1;
  const { actors } = counted;
  for (let at = 0; at < actors.length; at++) {
    const { groups } = actors[at]!;
    for (let one = 0; one < groups.length; one++) if (groups[one]!.age > oldest) oldest = groups[one]!.age;
  }
  for (const list of [...displaced.changes.values(), ...displaced.gone.map(({ changes }) => changes)]) {
    for (const { day } of list) oldest = Math.max(oldest, today - day);
  }
  if (oldest < 0) return null;

  const first = today - oldest;
  const length = oldest + 1;
  const { halvings, halvingOf, isLate } = halvingsOf(model);
  const window = model.stage.decision.days;
  const raw = doubles(length);
  const latePoints = doubles(length);
  const lateActors = new Uint32Array(length);
  const earned = doubles(length);
  const lost = doubles(length);
  const own = doubles(length);
  /** What each day brings of each half-life. */
  const brought = doubles(length * halvings.length);
  const starts = new Array<number>(halvings.length).fill(-1);
  const used: number[] = [];
  let lateStart = length;

  const bring = (kindIndex: number, made: number, at: number, by: number) => {
    const which = halvingOf[kindIndex]!;
    if (starts[which]! < 0) {
      starts[which] = at;
      used.push(which);
    } else if (at < starts[which]!) starts[which] = at;
    brought[which * length + at]! += at === made ? by : by * 2 ** (-(at - made) / halvings[which]!.days);
    if (!isLate[kindIndex]) return;
    if (at < lateStart) lateStart = at;
    const end = Math.min(length, made + window);
    for (let day = at; day < end; day++) own[day]! += by;
  };
  /** Adds to `raw` what has been brought. */
  const fold = (soft: number) => {
    let start = length;
    for (let one = 0; one < used.length; one++) {
      const which = used[one]!;
      const { factor, takesOff } = halvings[which]!;
      const into = takesOff ? lost : earned;
      const offset = which * length;
      const from = starts[which]!;
      let has = 0;
      for (let day = from; day < length; day++) {
        has = has * factor + brought[offset + day]!;
        into[day]! += Math.abs(has);
        brought[offset + day] = 0;
      }
      if (from < start) start = from;
      starts[which] = -1;
    }
    used.length = 0;
    for (let day = start; day < length; day++) {
      raw[day]! += sumOf(earned[day]!, lost[day]!, soft);
      earned[day] = 0;
      lost[day] = 0;
    }
  };
  /** Counts one actor's late-stage points. */
  const countLate = () => {
    for (let day = lateStart; day < length; day++) {
      if (own[day]! > LEAST) {
        latePoints[day]! += own[day]!;
        lateActors[day]!++;
      }
      own[day] = 0;
    }
    lateStart = length;
  };

  const gone = Map.groupBy(displaced.gone, ({ actor }) => actor);
  const bringGone = (actor: number) => {
    for (const { kindIndex, day, changes } of gone.get(actor) ?? []) {
      for (const change of changes) bring(kindIndex, day - first, change.day - first, change.by);
    }
  };
  const { soft } = model.breadth;
  const together = (groups: readonly Group[]) => displaced === NONE && isLight(groups, soft);
  // By index: iterators are made by the million here.
  for (let at = 0; at < actors.length; at++) {
    const { groups } = actors[at]!;
    if (!together(groups)) continue;
    for (let one = 0; one < groups.length; one++) {
      const { kindIndex, age, capped } = groups[one]!;
      bring(kindIndex, oldest - age, oldest - age, capped);
    }
    countLate();
  }
  fold(Number.POSITIVE_INFINITY);
  for (let at = 0; at < actors.length; at++) {
    const { index, groups } = actors[at]!;
    if (together(groups)) continue;
    for (let one = 0; one < groups.length; one++) {
      const group = groups[one]!;
      const made = oldest - group.age;
      const changes = displaced.changes.get(group);
      if (!changes) bring(group.kindIndex, made, made, group.capped);
      else for (const { day, by } of changes) bring(group.kindIndex, made, day - first, by);
    }
    if (gone.size > 0) bringGone(index);
    countLate();
    fold(soft);
  }
  for (const actor of gone.keys()) {
    if (actors.some(({ index }) => index === actor)) continue;
    bringGone(actor);
    countLate();
    fold(soft);
  }
  return { first, raw, latePoints, lateActors };
}

/** Whether an actor's points are never softened nor taken off, so that they may be folded together with others'. */
function isLight(groups: readonly Group[], soft: number): boolean {
  let sum = 0;
  for (let one = 0; one < groups.length; one++) {
    const { capped } = groups[one]!;
    if (capped < 0) return false;
    sum += capped;
  }
  return sum <= soft;
}

/** What is left by adding and taking away again is nothing. */
const LEAST = 1e-9;

/** Kinds that halve alike and count the same way are carried along as one. */
interface Halvings {
  halvings: readonly { days: number; factor: number; takesOff: boolean }[];
  /** By index of a kind: its place there, and whether it is a late-stage one that earns. */
  halvingOf: readonly number[];
  isLate: readonly boolean[];
}

const known = new WeakMap<ScoringModel, Halvings>();

function halvingsOf(model: ScoringModel): Halvings {
  let found = known.get(model);
  if (found) return found;
  const halvings: { days: number; factor: number; takesOff: boolean }[] = [];
  const halvingOf = SIGNAL_KINDS.map((kind) => {
    const { value, halfLifeDays: days } = model.kinds[kind];
    const takesOff = value < 0;
    const at = halvings.findIndex((one) => one.days === days && one.takesOff === takesOff);
    return at >= 0 ? at : halvings.push({ days, factor: 2 ** (-1 / days), takesOff }) - 1;
  });
  const late = model.stage.decision.kinds;
  const isLate = SIGNAL_KINDS.map((kind) => late.includes(kind) && model.kinds[kind].value > 0);
  found = { halvings, halvingOf, isLate };
  known.set(model, found);
  return found;
}

/**
 * Groups whose points are not the same on all days, since of copies from one origin a later one was the strongest:
 * until it came, an earlier one counted.
 */
interface Displaced {
  changes: Map<Group, Change[]>;
  /** Of groups that are all copies of something later: they count on some days, though not at the tally's moment. */
  gone: { actor: number; kindIndex: number; day: number; changes: Change[] }[];
}
const NONE: Displaced = { changes: new Map(), gone: [] };

function displacedIn(counted: Tally, model: ScoringModel): Displaced {
  const { columns, points, groups } = counted;
  const dayOf = (row: number): number => Math.floor(columns.occurredAt[row]! / DAY);
  const until = endsOf(counted, dayOf);
  if (![...until.values()].some((day) => day > 0)) return NONE;

  const keyOf = (row: number): number =>
    (dayOf(row) * SIGNAL_KINDS.length + columns.kind[row]!) * columns.actorTypes.length + columns.actor[row]!;
  const touched = new Set([...until].flatMap(([row, day]) => (day > 0 ? keyOf(row) : [])));
  const members = new Map<number, number[]>();
  for (let row = 0; row < columns.length; row++) {
    if (!isKnown(counted, row) || until.get(row) === 0) continue;
    const key = keyOf(row);
    if (!touched.has(key)) continue;
    const list = members.get(key);
    if (list) list.push(row);
    else members.set(key, [row]);
  }
  const found: Displaced = { changes: new Map(), gone: [] };
  for (const list of members.values()) {
    const kindIndex = columns.kind[list[0]!]!;
    const most = model.kinds[SIGNAL_KINDS[kindIndex]!].capPerActorDay;
    const day = dayOf(list[0]!);
    const ends = [...new Set(list.map((row) => until.get(row) ?? Number.POSITIVE_INFINITY))].sort(
      (a, b) => a - b,
    );
    let before = 0;
    const changes: Change[] = [];
    for (const at of [day, ...ends.filter(Number.isFinite)]) {
      const sum = list.reduce((sum, row) => sum + ((until.get(row) ?? at + 1) > at ? points[row]! : 0), 0);
      changes.push({ day: at, by: cap(sum, most) - before });
      before = cap(sum, most);
    }
    const stays = list.find((row) => groups[row] !== null);
    if (stays !== undefined) found.changes.set(groups[stays]!, changes);
    else found.gone.push({ actor: columns.actor[list[0]!]!, kindIndex, day, changes });
  }
  return found;
}

/** Signal → the day from which it no longer counts, since one of its origin was stronger; 0: it never did. */
function endsOf(counted: Tally, dayOf: (row: number) => number): Map<number, number> {
  const { columns, points, copies } = counted;
  const copied = new Set([...copies.keys()].map((row) => columns.origin[row]!));
  const origins = new Map<number, number[]>();
  for (let row = 0; row < columns.length; row++) {
    const origin = columns.origin[row]!;
    if (origin === -1 || !copied.has(origin) || !isKnown(counted, row)) continue;
    const list = origins.get(origin);
    if (list) list.push(row);
    else origins.set(origin, [row]);
  }
  const until = new Map<number, number>();
  for (const list of origins.values()) {
    list.sort((a, b) => dayOf(a) - dayOf(b) || a - b);
    let strongest = list[0]!;
    for (const row of list.slice(1)) {
      const [one, other] = [Math.abs(points[row]!), Math.abs(points[strongest]!)];
      const wins = one > other || (one === other && row < strongest);
      if (!wins) until.set(row, 0);
      else {
        until.set(strongest, dayOf(strongest) === dayOf(row) ? 0 : dayOf(row));
        strongest = row;
      }
    }
  }
  return until;
}

/** Whether it had occurred and was received by the tally's moment; copies have, though they don't count. */
const isKnown = ({ columns, asOf }: Tally, row: number): boolean =>
  columns.occurredAt[row]! <= asOf.getTime() && columns.receivedAt[row]! <= asOf.getTime();
