/**
 * Where an account stands, as a fold over the UTC days since its first signal. It is a function of what is known and of
 * nothing else: what an undo takes back or a late file brings changes the past as well, and a replay gives what was shown.
 */
import type { ScoringModel } from '../model.ts';
import { type Days, daysOf } from './daily.ts';
import type { OutcomeEvent, Outcomes } from './fit.ts';
import { heatOf, rawOf } from './heat.ts';
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
  const rules = new Rules(days, surges, model);
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
    const settled: StageName = customer ? 'CUSTOMER' : open ? 'PURCHASE' : rules.bySignals(stage, day);
    // What the CRM says holds at once; what follows from signals may wait.
    const waits =
      !customer && !open && isBySignals(stage) && since !== null && day - since < model.stage.changeDays;
    if (settled !== stage && !waits) {
      const ended = isBySignals(settled) && !isBySignals(stage) ? 'no open opportunity any more; ' : '';
      changes.push({
        from: stage,
        to: settled,
        day: dayText(day),
        reason: ended + rules.reasonOf(settled, day),
      });
      stage = settled;
      since = day;
    }
    if (day === today) {
      reason = rules.reasonOf(settled, day);
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

/** Raw points from which a stage is entered, and below which it is left. */
interface Limits {
  enter: number;
  stay: number;
}

/** The rules of the stages that signals lead to, asked of one day after the other. */
class Rules {
  readonly #days: Days | null;
  readonly #surges: readonly { name: string; from: number; to: number }[];
  readonly #model: ScoringModel;
  readonly #limits: ScoringModel['stage'];
  /** Heats that are compared with, as raw points: so the days' heats need not be worked out. */
  readonly #raw: { consideration: Limits; awareness: Limits };

  constructor(
    days: Days | null,
    surges: readonly { name: string; from: number; to: number }[],
    model: ScoringModel,
  ) {
    this.#days = days;
    this.#surges = surges;
    this.#model = model;
    this.#limits = model.stage;
    const inRaw = ({ heat, leaveBelow }: { heat: number; leaveBelow: number }): Limits => ({
      enter: rawOf(heat, model),
      stay: rawOf(leaveBelow, model),
    });
    const { consideration, awareness } = model.stage;
    this.#raw = { consideration: inRaw(consideration), awareness: inRaw(awareness) };
  }

  /** The highest stage that is entered, or else the highest, up to where it is, that is not left. */
  bySignals(stage: StageName, day: number): BySignals {
    const at = isBySignals(stage) ? BY_SIGNALS.indexOf(stage) : 0;
    for (let level = BY_SIGNALS.length - 1; level > 0; level--) {
      const name = BY_SIGNALS[level]!;
      if (this.#enters(name, day) || (level <= at && this.#stays(name, day))) return name;
    }
    return 'TARGET';
  }

  reasonOf(stage: StageName, day: number): string {
    if (stage === 'CUSTOMER') return 'a customer by the CRM';
    if (stage === 'PURCHASE') return 'has an open opportunity in the CRM';
    const { decision, consideration, awareness } = this.#limits;
    const raw = this.#rawOn(day);
    const heat = `heat ${heatOf(raw, this.#model).toFixed(1)}`;
    if (stage === 'TARGET') return `${heat}, below ${awareness.heat}`;
    if (stage === 'DECISION') {
      const lateActors = this.#lateActors(day);
      const actors = lateActors === 1 ? '1 actor' : `${lateActors} actors`;
      const within = decision.days === 1 ? 'today' : `in ${decision.days} days`;
      const late = `${this.#latePoints(day).toFixed(1)} points of late-stage signals by ${actors} ${within}`;
      return this.#enters(stage, day) ? late : `${late}, left below ${decision.leaveBelow}`;
    }
    const [limits, own] =
      stage === 'CONSIDERATION' ? [consideration, this.#raw.consideration] : [awareness, this.#raw.awareness];
    if (raw >= own.enter) return `${heat}, from ${limits.heat}`;
    const surging = this.#surging(day);
    if (stage === 'CONSIDERATION' && surging !== null) return `surging on ${surging}`;
    return `${heat}, left below ${limits.leaveBelow}`;
  }

  #enters(stage: BySignals, day: number): boolean {
    const { decision } = this.#limits;
    if (stage === 'DECISION')
      return this.#latePoints(day) >= decision.points && this.#lateActors(day) >= decision.actors;
    if (stage === 'CONSIDERATION')
      return this.#rawOn(day) >= this.#raw.consideration.enter || this.#surging(day) !== null;
    return stage === 'TARGET' || this.#rawOn(day) >= this.#raw.awareness.enter;
  }

  #stays(stage: BySignals, day: number): boolean {
    if (stage === 'DECISION') return this.#latePoints(day) >= this.#limits.decision.leaveBelow;
    if (stage === 'CONSIDERATION')
      return this.#rawOn(day) >= this.#raw.consideration.stay || this.#surging(day) !== null;
    return stage === 'TARGET' || this.#rawOn(day) >= this.#raw.awareness.stay;
  }

  #rawOn(day: number): number {
    return this.#days?.raw[day - this.#days.first] ?? 0;
  }

  #latePoints(day: number): number {
    return this.#days?.latePoints[day - this.#days.first] ?? 0;
  }

  #lateActors(day: number): number {
    return this.#days?.lateActors[day - this.#days.first] ?? 0;
  }

  /** The first cluster that is surging on a day; null: none. */
  #surging(day: number): string | null {
    if (this.#surges.length === 0) return null;
    return this.#surges.find((one) => one.from <= day && day < one.to)?.name ?? null;
  }
}

const isBySignals = (stage: StageName): stage is BySignals =>
  (BY_SIGNALS as readonly StageName[]).includes(stage);
