import { type Family, familyOf, KINDS, type SignalKind } from '../signal.ts';
import { ACTOR_TYPES, type ActorType, actorType, type Columns } from './evidence.ts';
import { earnedIn, signalsIn, sourcesIn } from './heat.ts';
import { dayNumber, dayText, type Group, type Tally } from './tally.ts';

/** One line of an explanation: all of one kind, across actors and days. */
export interface Reason {
  /** `3 people viewed pricing this week: 21.4 points, 38 % of heat`. */
  text: string;
  kind: SignalKind;
  /** Only where the line is about one source: third-party intent. */
  source: string | null;
  points: number;
  /** As of contributions: part of all that was earned, 0–1. */
  share: number;
  actors: number;
  signals: number;
  /** `YYYY-MM-DD`. */
  lastDay: string;
}

/**
 * The `n` strongest reasons for a heat by its tally, most points first, whichever way; ties by kind and source.
 * `actorName` gives the name of `person:<id>` where it may be shown, else null.
 */
export function strongestReasons(
  counted: Tally,
  n: number,
  actorName: ((actor: string) => string | null) | null = null,
): Reason[] {
  const lines = linesOf(counted, actorName !== null);
  const today = dayNumber(counted.asOf);
  return lines
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points) || (a.key < b.key ? -1 : 1))
    .slice(0, n)
    .map((line) => reasonOf(line, counted, today, actorName));
}

/** What is said of some groups: how much it was, by whom and when. */
interface Told {
  signals: number;
  oldest: number;
  newest: number;
  people: number;
  /** Their numbers and the most points that one of their groups has, whichever way; empty where nobody is named. */
  named: { actor: number; strength: number }[];
  visitors: number;
  unnamed: number;
  /** Whose group was the last one. */
  actor: number;
}

interface Line {
  key: string;
  kind: SignalKind;
  source: string | null;
  points: number;
  share: number;
  actors: number;
  all: Told;
  /** Only of groups whose points don't round to none. */
  telling: Told;
}

const NOBODY: Told['named'] = [];
const told = (): Told => ({
  signals: 0,
  oldest: 0,
  newest: Number.POSITIVE_INFINITY,
  people: 0,
  named: NOBODY,
  visitors: 0,
  unnamed: 0,
  actor: -1,
});

/** Groups of one kind together; of what third parties tell, those of one kind and source. */
function linesOf(counted: Tally, naming: boolean): Line[] {
  const byKind = new Map<number, Line>();
  const bySource = new Map<string, Line>();
  const sourceOf = sourcesIn(counted);
  const earned = earnedIn(counted);
  for (const { index, groups } of counted.actors) {
    for (const group of groups) {
      const isTold = isThirdParty(familyOf(group.kind));
      const source = isTold ? sourceOf(group) : null;
      const key = isTold ? `${group.kind} ${source}` : group.kind;
      let line = isTold ? bySource.get(key) : byKind.get(group.kindIndex);
      if (!line) {
        line = {
          key,
          kind: group.kind,
          source,
          points: 0,
          share: 0,
          actors: 0,
          all: told(),
          telling: told(),
        };
        if (isTold) bySource.set(key, line);
        else byKind.set(group.kindIndex, line);
      }
      line.points += group.worth;
      if (group.worth > 0) line.share += group.worth / earned;
      if (line.all.actor !== index) line.actors++;
      tell(line.all, group, index, counted.columns, naming);
      if (Math.abs(group.worth) >= 0.05) tell(line.telling, group, index, counted.columns, naming);
    }
  }
  return [...byKind.values(), ...bySource.values()];
}

/** Adds a group; those of one actor come one after the other. */
function tell(to: Told, group: Group, actor: number, { actorTypes }: Columns, naming: boolean): void {
  to.signals += signalsIn(group);
  if (group.age > to.oldest) to.oldest = group.age;
  if (group.age < to.newest) to.newest = group.age;
  const type = ACTOR_TYPES[actorTypes[actor]!];
  const isNew = to.actor !== actor;
  to.actor = actor;
  if (type === 'person' && naming) {
    const strength = Math.abs(group.worth);
    if (isNew) to.named = [...to.named, { actor, strength }];
    else if (strength > to.named.at(-1)!.strength) to.named.at(-1)!.strength = strength;
  }
  if (!isNew) return;
  if (type === 'person') to.people++;
  else if (type === 'visitor') to.visitors++;
  else to.unnamed++;
}

function reasonOf(
  line: Line,
  { columns }: Tally,
  today: number,
  actorName: ((actor: string) => string | null) | null,
): Reason {
  const { kind, source, points, share, actors } = line;
  // What rounds to no points is not talked about, unless there is nothing else: old visits are not this week's.
  const of = line.telling.signals > 0 ? line.telling : line.all;
  const text =
    source === null
      ? `${subject(whoIn(of, columns, actorName))} ${KINDS[kind].phrase} ${when(of.oldest, of.newest)}`
      : thirdPartyText(kind, source, of);
  return {
    // `+ 0` makes −0 a plain 0.
    text: `${capitalise(text)}: ${worth(points + 0, share)}`,
    kind,
    source,
    points: points + 0,
    share,
    actors,
    signals: line.all.signals,
    lastDay: dayText(today - line.all.newest),
  };
}

/** Who did something: how many people, the names of those who may be named, and who else. */
interface Who {
  people: number;
  /** Whoever did most first. */
  names: string[];
  visitors: number;
  unnamed: number;
}

function whoIn(
  { people, named, visitors, unnamed }: Told,
  { texts }: Columns,
  actorName: ((actor: string) => string | null) | null,
): Who {
  const names = named
    .toSorted((a, b) => b.strength - a.strength)
    .flatMap(({ actor }) => actorName?.(texts.actorOf(actor)) ?? []);
  return { people, names, visitors, unnamed };
}

/** `Bombora: topic research reported 5 times, last 9 days ago`; `G2: somebody compared us on a review site …`. */
function thirdPartyText(kind: SignalKind, by: string, of: Told): string {
  const source = by.split('+').map(capitalise).join(' and ');
  const { signals, newest } = of;
  if (kind === 'intent.topic') {
    // Signals are reports: one topic in three weeks is three of them.
    const often = signals === 1 ? 'once' : signals === 2 ? 'twice' : `${signals} times`;
    return `${source}: topic research reported ${often}, last ${ago(newest)}`;
  }
  const often = signals === 1 ? '' : signals === 2 ? ' twice' : ` ${signals} times`;
  const who = { people: of.people, names: [], visitors: of.visitors, unnamed: of.unnamed };
  return `${source}: ${somebody(who)} ${KINDS[kind].phrase}${often}, last ${ago(newest)}`;
}

/** `2 people viewed pricing`; `Bombora: somebody researched a topic elsewhere`. */
export function whoDid(
  kind: SignalKind,
  by: readonly { actor: string; source: string }[],
  actorName: (actor: string) => string | null,
): string {
  const actors = [...new Set(by.map((one) => one.actor))];
  const of = (type: ActorType) => actors.filter((actor) => actorType(actor) === type);
  const people = of('person');
  const who: Who = {
    people: people.length,
    names: people.flatMap((actor) => actorName(actor) ?? []),
    visitors: of('visitor').length,
    unnamed: of('source').length,
  };
  const { phrase } = KINDS[kind];
  if (!isThirdParty(familyOf(kind))) return capitalise(`${subject(who)} ${phrase}`);
  const sources = [...new Set(by.map((one) => capitalise(one.source)))].sort();
  return `${sources.join(' and ')}: ${somebody(who)} ${phrase}`;
}

/** A source that reports what nobody known did is no subject. */
const somebody = (who: Who): string => (who.people + who.visitors > 0 ? subject(who) : 'somebody');

/** `Ada Vale and 2 other people and 1 anonymous visitor`. */
function subject({ people, names, visitors, unnamed }: Who): string {
  const parts = names.length === people && people <= 2 ? [...names] : names.slice(0, 1);
  const rest = people - parts.length;
  if (rest > 0 && parts.length > 0) parts.push(count(rest, 'other person', 'other people'));
  else if (rest > 0) parts.push(count(rest, 'person', 'people'));
  if (visitors > 0) parts.push(count(visitors, 'anonymous visitor', 'anonymous visitors'));
  if (unnamed > 0) parts.push('somebody unnamed');
  return parts.length > 2 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : parts.join(' and ');
}

function when(oldest: number, newest: number): string {
  if (oldest === 0) return 'today';
  if (oldest < 7) return 'this week';
  if (oldest < 30) return 'in the last 30 days';
  return `(last time ${ago(newest)})`;
}

function ago(days: number): string {
  if (days === 0) return 'today';
  if (days < 14) return `${count(days, 'day', 'days')} ago`;
  return days < 60 ? `${Math.floor(days / 7)} weeks ago` : `${Math.floor(days / 30)} months ago`;
}

function worth(points: number, share: number): string {
  if (points === 0) return 'adds no heat';
  const shown = Math.abs(points).toFixed(1);
  const text = `${shown} ${shown === '1.0' ? 'point' : 'points'}`;
  return points < 0 ? `takes ${text} off` : `${text}, ${Math.round(100 * share)} % of heat`;
}

const isThirdParty = (family: Family): boolean => family === 'THIRD_PARTY_INTENT';
const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
