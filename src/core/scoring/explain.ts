import { type Family, familyOf, KINDS, type SignalKind } from '../signal.ts';
import { actorType } from './evidence.ts';
import type { Heat, Part } from './heat.ts';
import { dayNumber, dayOfText, dayText } from './tally.ts';

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
 * The `n` strongest reasons for a heat, most points first, whichever way; ties by kind and source.
 * `actorName` gives the name of `person:<id>` where it may be shown, else null.
 */
export function strongestReasons(
  heat: Pick<Heat, 'asOf' | 'parts'>,
  n: number,
  actorName: (actor: string) => string | null = () => null,
): Reason[] {
  const lines = new Map<string, Line>();
  for (const part of heat.parts) {
    const key = isThirdParty(part.family) ? `${part.kind} ${part.source}` : part.kind;
    const line = lines.get(key);
    if (line) {
      line.points += part.points;
      line.list.push(part);
    } else lines.set(key, { points: part.points, list: [part], key });
  }
  const today = dayNumber(heat.asOf);
  return [...lines.values()]
    .sort((a, b) => Math.abs(b.points) - Math.abs(a.points) || (a.key < b.key ? -1 : 1))
    .slice(0, n)
    .map(({ list, points }) => reasonOf(list, points, today, actorName));
}

interface Line {
  key: string;
  points: number;
  list: Part[];
}

function reasonOf(
  list: readonly Part[],
  points: number,
  today: number,
  actorName: (actor: string) => string | null,
): Reason {
  const [first] = list as [Part, ...Part[]];
  // What rounds to no points is not talked about, unless there is nothing else: old visits are not this week's.
  const tells = list.some(isTelling);
  let share = 0;
  let signals = 0;
  let lastAge = Number.POSITIVE_INFINITY;
  let toldSignals = 0;
  let oldest = 0;
  let newest = Number.POSITIVE_INFINITY;
  const everybody = new Set<string>();
  const who = new Set<string>();
  for (const part of list) {
    const age = today - dayOfText(part.day);
    const actor = part.actor ?? `source:${part.source}`;
    share += part.share;
    signals += part.signalCount;
    lastAge = Math.min(lastAge, age);
    everybody.add(actor);
    if (tells && !isTelling(part)) continue;
    toldSignals += part.signalCount;
    oldest = Math.max(oldest, age);
    newest = Math.min(newest, age);
    who.add(actor);
  }
  const text = isThirdParty(first.family)
    ? thirdPartyText(first, [...who], toldSignals, newest)
    : `${subject([...who], actorName)} ${KINDS[first.kind].phrase} ${when(oldest, newest)}`;
  return {
    text: `${capitalise(text)}: ${worth(points, share)}`,
    kind: first.kind,
    source: isThirdParty(first.family) ? first.source : null,
    points,
    share,
    actors: everybody.size,
    signals,
    lastDay: dayText(today - lastAge),
  };
}

const isTelling = (part: Part): boolean => Math.abs(part.points) >= 0.05;

/** `Bombora: topic research reported 5 times, last 9 days ago`; `G2: somebody compared us on a review site …`. */
function thirdPartyText(first: Part, who: string[], signals: number, lastAge: number): string {
  const source = first.source.split('+').map(capitalise).join(' and ');
  if (first.kind === 'intent.topic') {
    // Signals are reports: one topic in three weeks is three of them.
    const often = signals === 1 ? 'once' : signals === 2 ? 'twice' : `${signals} times`;
    return `${source}: topic research reported ${often}, last ${ago(lastAge)}`;
  }
  const known = who.some((actor) => actorType(actor) !== 'source');
  const somebody = known ? subject(who, () => null) : 'somebody';
  const often = signals === 1 ? '' : signals === 2 ? ' twice' : ` ${signals} times`;
  return `${source}: ${somebody} ${KINDS[first.kind].phrase}${often}, last ${ago(lastAge)}`;
}

/** `2 people viewed pricing`; `Bombora: somebody researched a topic elsewhere`. */
export function whoDid(
  kind: SignalKind,
  by: readonly { actor: string; source: string }[],
  actorName: (actor: string) => string | null,
): string {
  const actors = [...new Set(by.map((one) => one.actor))];
  const { phrase } = KINDS[kind];
  if (!isThirdParty(familyOf(kind))) return capitalise(`${subject(actors, actorName)} ${phrase}`);
  const sources = [...new Set(by.map((one) => capitalise(one.source)))].sort();
  const known = actors.some((actor) => actorType(actor) !== 'source');
  return `${sources.join(' and ')}: ${known ? subject(actors, actorName) : 'somebody'} ${phrase}`;
}

/** `Ada Vale and 2 other people and 1 anonymous visitor`. */
function subject(actors: string[], actorName: (actor: string) => string | null): string {
  const people = actors.filter((actor) => actorType(actor) === 'person');
  const visitors = actors.filter((actor) => actorType(actor) === 'visitor').length;
  const parts: string[] = [];
  const names = people.map(actorName).filter((name) => name !== null);
  const shown = names.length === people.length && people.length <= 2 ? names : names.slice(0, 1);
  parts.push(...shown);
  const rest = people.length - shown.length;
  if (rest > 0 && shown.length > 0) parts.push(count(rest, 'other person', 'other people'));
  else if (rest > 0) parts.push(count(rest, 'person', 'people'));
  if (visitors > 0) parts.push(count(visitors, 'anonymous visitor', 'anonymous visitors'));
  if (people.length + visitors < actors.length) parts.push('somebody unnamed');
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
