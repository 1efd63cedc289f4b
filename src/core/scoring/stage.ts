/**
 * Where an account stands, as a fold over the UTC days since its first signal. It is a function of what is known and of
 * nothing else: what an undo takes back or a late file brings changes the past as well, and a replay gives what was shown.
 */
import type { ScoringModel } from '../model.ts';
import { type Days, daysOf } from './daily.ts';
import type { OutcomeEvent, Outcomes } from './fit.ts';
import { dayNumber, dayText, type Tally } from './tally.ts';

export type StageName = 'TARGET' | 'AWARENESS' | 'CONSIDERATION' | 'DECISION' | 'PURCHASE' | 'CUSTOMER';

export interface StageChange {
  from: StageName;
  to: StageName;
  /** `YYYY-MM-DD`. */
  day: string;
  reason: string;
}

export interface Stage {
  stage: StageName;
  /** What puts or keeps it there today. */
  reason: string;
  /** `YYYY-MM-DD` of the last change; null: it has always been there. */
  since: string | null;
  /** Every change, oldest first. */
  changes: StageChange[];
}

/** When a cluster of topics was surging. */
export interface SurgeSpan {
  name: string;
  /** `YYYY-MM-DD`; `to` is the first day on which it no longer was, null: it still is. */
  from: string;
  to: string | null;
}

/** Stages that signals lead to, from the bottom up. */
const BY_SIGNALS = ['TARGET', 'AWARENESS', 'CONSIDERATION', 'DECISION'] as const;
type BySignals = (typeof BY_SIGNALS)[number];

/** One day, as the rules see it. */
interface Day {
  heat: number;
  latePoints: number;
  lateActors: number;
  surging: string | null;
}

/** The stage at the tally's moment and how it came about. */
export function foldStages(
  input: { counted: Tally; outcomes: Outcomes; surges: readonly SurgeSpan[] },
  model: ScoringModel,
): Stage {
  const { counted, outcomes } = input;
  const today = dayNumber(counted.asOf);
  const days = daysOf(counted, model);
  const events = eventsOf(outcomes, counted.asOf);
  const surges = input.surges.map(({ name, from, to }) => ({
    name,
    from: dayNumber(new Date(from)),
    to: to === null ? today + 1 : dayNumber(new Date(to)),
  }));
  const starts = [days?.first, events[0] && dayNumber(events[0].at), ...surges.map((one) => one.from)];
  const first = Math.min(today, ...starts.filter((day) => day !== undefined));

  let stage: StageName = 'TARGET';
  let since: number | null = null;
  let reason = '';
  const changes: StageChange[] = [];
  const crm = { next: 0, open: 0, customer: false };
  for (let day = first; day <= today; day++) {
    for (; crm.next < events.length && dayNumber(events[crm.next]!.at) <= day; crm.next++) {
      const { type } = events[crm.next]!;
      if (type === 'OPPORTUNITY_OPENED') crm.open++;
      else if (type !== 'REJECTED_BY_SALES') crm.open--;
      crm.customer ||= type === 'WON';
    }
    const customer = crm.customer || (outcomes.history === undefined && outcomes.customer);
    const open = crm.open > 0 || (outcomes.history === undefined && outcomes.openOpportunity);
    const state = dayOf(day, days, surges);
    const settled: StageName = customer ? 'CUSTOMER' : open ? 'PURCHASE' : bySignals(stage, state, model);
    // What the CRM says holds at once; what follows from signals may wait.
    const waits =
      !customer && !open && isBySignals(stage) && since !== null && day - since < model.stage.changeDays;
    if (settled !== stage && !waits) {
      const ended = isBySignals(settled) && !isBySignals(stage) ? 'no open opportunity any more; ' : '';
      changes.push({
        from: stage,
        to: settled,
        day: dayText(day),
        reason: ended + reasonOf(settled, state, model),
      });
      stage = settled;
      since = day;
    }
    if (day === today) {
      reason = reasonOf(settled, state, model);
      if (settled !== stage) reason += `; kept for ${model.stage.changeDays} days from its last change`;
    }
  }
  return { stage, reason, since: since === null ? null : dayText(since), changes };
}

function eventsOf(outcomes: Outcomes, asOf: Date): readonly OutcomeEvent[] {
  return (outcomes.history ?? [])
    .filter((event) => event.at <= asOf)
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}

function dayOf(
  day: number,
  days: Days | null,
  surges: readonly { name: string; from: number; to: number }[],
): Day {
  const at = days ? day - days.first : -1;
  return {
    heat: days?.heat[at] ?? 0,
    latePoints: days?.latePoints[at] ?? 0,
    lateActors: days?.lateActors[at] ?? 0,
    surging: surges.find((one) => one.from <= day && day < one.to)?.name ?? null,
  };
}

/** The highest stage that is entered, or else the highest, up to where it is, that is not left. */
function bySignals(stage: StageName, day: Day, model: ScoringModel): BySignals {
  const at = isBySignals(stage) ? BY_SIGNALS.indexOf(stage) : 0;
  for (let level = BY_SIGNALS.length - 1; level > 0; level--) {
    const name = BY_SIGNALS[level]!;
    if (enters(name, day, model) || (level <= at && stays(name, day, model))) return name;
  }
  return 'TARGET';
}

const isBySignals = (stage: StageName): stage is BySignals =>
  (BY_SIGNALS as readonly StageName[]).includes(stage);

function enters(stage: BySignals, day: Day, { stage: { decision, consideration, awareness } }: ScoringModel) {
  if (stage === 'DECISION') return day.latePoints >= decision.points && day.lateActors >= decision.actors;
  if (stage === 'CONSIDERATION') return day.heat >= consideration.heat || day.surging !== null;
  return stage === 'TARGET' || day.heat >= awareness.heat;
}

function stays(stage: BySignals, day: Day, { stage: { decision, consideration, awareness } }: ScoringModel) {
  if (stage === 'DECISION') return day.latePoints >= decision.leaveBelow;
  if (stage === 'CONSIDERATION') return day.heat >= consideration.leaveBelow || day.surging !== null;
  return stage === 'TARGET' || day.heat >= awareness.leaveBelow;
}

function reasonOf(stage: StageName, day: Day, model: ScoringModel): string {
  if (stage === 'CUSTOMER') return 'a customer by the CRM';
  if (stage === 'PURCHASE') return 'has an open opportunity in the CRM';
  const { decision, consideration, awareness } = model.stage;
  const heat = `heat ${day.heat.toFixed(1)}`;
  if (stage === 'TARGET') return `${heat}, below ${awareness.heat}`;
  const entered = enters(stage, day, model);
  if (stage === 'DECISION') {
    const actors = day.lateActors === 1 ? '1 actor' : `${day.lateActors} actors`;
    const within = decision.days === 1 ? 'today' : `in ${decision.days} days`;
    const late = `${day.latePoints.toFixed(1)} points of late-stage signals by ${actors} ${within}`;
    return entered ? late : `${late}, left below ${decision.leaveBelow}`;
  }
  const limits = stage === 'CONSIDERATION' ? consideration : awareness;
  if (day.heat >= limits.heat) return `${heat}, from ${limits.heat}`;
  if (stage === 'CONSIDERATION' && day.surging !== null) return `surging on ${day.surging}`;
  return `${heat}, left below ${limits.leaveBelow}`;
}
