/** The past as it was known then: what was said of accounts, and scores day by day. */
import { Invalid } from '../core/errors.ts';
import type { AccountFactsForScore } from '../store/accounts.ts';
import type { Claim, Facts } from '../store/claims.ts';
import type { Tx } from '../store/database.ts';
import * as scoreHistory from '../store/score-history.ts';
import * as scores from '../store/scores.ts';
import { readFamily } from './settle.ts';

/**
 * The same facts as they were known at a moment: they follow from what had been said by then, of the account and of
 * what was merged into it then (`families`). Of the time before anything was said of an account, its first facts hold: history that
 * is taken in afterwards has no better ones.
 */
export async function asKnownAt(
  tx: Tx,
  facts: ReadonlyMap<string, AccountFactsForScore>,
  { at, families }: { at: Date; families: ReadonlyMap<string, readonly string[]> },
): Promise<Map<string, AccountFactsForScore>> {
  const said = await scoreHistory.claimsOf(tx, [...facts.keys(), ...[...families.values()].flat()]);
  const known = new Map<string, AccountFactsForScore>();
  for (const [id, today] of facts) {
    const members = families.get(id) ?? [];
    const first = Math.min(...(said.get(id) ?? []).flatMap((claim) => timesOf(claim)));
    const moment = Math.max(at.getTime(), first);
    if (!Number.isFinite(moment)) {
      known.set(id, today); // nothing is said of it: what there is, is all
      continue;
    }
    const then = new Map([id, ...members].map((one) => [one, (said.get(one) ?? []).map(byThen(moment))]));
    const { domain, name, industry, employees, revenue, country, technologies } = readFamily(
      id,
      members,
      then,
    );
    known.set(id, {
      ...today,
      domain,
      name,
      industry,
      employees,
      revenue,
      country,
      technologies: technologies ?? [],
    });
  }
  return known;
}

type Entry = readonly [said: Facts[string][0], at: number];
const entriesOf = (fact: Facts[string]): Entry[] => [...(fact[2] ?? []), [fact[0], fact[1]]];

/** When a fact can have been known: not before its batch came, whatever time it carries. */
const knownFrom = (claim: scoreHistory.DatedClaim, at: number): number =>
  Math.max(at, claim.since?.getTime() ?? Number.NEGATIVE_INFINITY);

const timesOf = (claim: scoreHistory.DatedClaim): number[] =>
  Object.values(claim.facts).flatMap((fact) => entriesOf(fact).map(([, at]) => knownFrom(claim, at)));

/** The claim with the last of each fact that was known at a moment. */
const byThen =
  (moment: number) =>
  (claim: scoreHistory.DatedClaim): Claim => {
    const facts: Facts = {};
    for (const [field, fact] of Object.entries(claim.facts)) {
      const last = entriesOf(fact).findLast(([, at]) => knownFrom(claim, at) <= moment);
      if (last) facts[field] = [last[0], last[1]];
    }
    const isKnown = Object.keys(facts).length > 0;
    return { ...claim, imported: claim.imported && isKnown, facts };
  };

/** What of it was said by then; `orFirst`: if nothing was, what was said first. */
export function saidBy(said: readonly scoreHistory.DatedClaim[], at: Date, orFirst: boolean): Claim[] {
  const first = Math.min(...said.flatMap((claim) => timesOf(claim)));
  const moment = orFirst && Number.isFinite(first) ? Math.max(at.getTime(), first) : at.getTime();
  return said.map(byThen(moment)).filter(({ facts }) => Object.keys(facts).length > 0);
}

const DAY = 86_400_000;
const MOST_DAYS = 400;

/**
 * A point for every UTC day from `from` to `to` (both inclusive): the score that was shown at the day's end. A day on
 * which nothing was stored shows what stood before; days before an account's first score have no point. Throws `Invalid`
 * for more than 400 days.
 */
export async function daily(
  tx: Tx,
  accountIds: readonly string[],
  from: Date,
  to: Date,
): Promise<Map<string, scores.HistoryPoint[]>> {
  const start = dayOf(from);
  if ((Date.parse(dayOf(to)) - Date.parse(start)) / DAY >= MOST_DAYS) {
    throw new Invalid(`to: is more than ${MOST_DAYS} days after from`, 'Ask for a shorter span.', {
      field: 'to',
    });
  }
  const before = await scoreHistory.standingOn(tx, accountIds, start);
  const changes = await scores.history(tx, accountIds, from, to);
  const filled = new Map<string, scores.HistoryPoint[]>();
  for (const id of accountIds) {
    const points: scores.HistoryPoint[] = [];
    const later = changes.get(id) ?? [];
    let standing = before.get(id) ?? null;
    let next = 0;
    for (let day = start; day <= dayOf(to); day = dayAfter(day)) {
      while (next < later.length && later[next]!.day <= day) standing = later[next++]!;
      if (standing) points.push({ ...standing, day });
    }
    filled.set(id, points);
  }
  return filled;
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
const dayAfter = (day: string): string => new Date(Date.parse(day) + DAY).toISOString().slice(0, 10);
