/** How far a person has come by themselves, and what is best done next. */
import type { ScoringModel } from '../model.ts';
import { KINDS, type SignalKind } from '../signal.ts';
import type { EvidenceSet } from './evidence.ts';
import { recentPoints, type Tally, tally } from './tally.ts';

export type NurtureStage = 'INITIAL_INTEREST' | 'EVALUATION' | 'PURCHASE_INTENT';
export type NextStep =
  | 'LEAVE_ALONE'
  | 'LEAVE_TO_SALES'
  | 'HAND_TO_SALES'
  | 'OFFER_DEMO'
  | 'ASK_FOR_ROLE'
  | 'SEND_COMPARISON'
  | 'INVITE_TO_WEBINAR'
  | 'SEND_BASICS';

export interface Nurture {
  stage: NurtureStage;
  nextStep: NextStep;
  /** Why this stage and this step, in plain words. */
  reason: string;
}

/** What is known of a person besides what they did. */
interface NurtureFacts {
  title: string | null;
  leadStatus: string;
}

const REFUSALS: readonly SignalKind[] = ['crm.not_interested', 'email.unsubscribe'];
const ASKED: readonly SignalKind[] = ['content.demo_request', 'product.trial', 'crm.meeting'];
const SEEN: readonly SignalKind[] = ['event.webinar', 'content.assessment'];

/** A person's stage as of a moment; `evidence`: their own signals, in any order. */
export function nurtureOf(
  person: NurtureFacts,
  evidence: EvidenceSet,
  model: ScoringModel,
  asOf: Date,
): Nurture {
  const counted = tally(evidence, model, asOf);
  const { days, evaluation, purchase } = model.nurture;
  const buying = recentPoints(counted, purchase.kinds, days).points;
  // Who is about to buy has weighed us up as well.
  const weighing = buying + recentPoints(counted, evaluation.kinds, days).points;
  const [stage, why]: [NurtureStage, string] =
    buying >= purchase.points
      ? ['PURCHASE_INTENT', `${buying.toFixed(0)} points of buying signals in ${days} days`]
      : weighing >= evaluation.points
        ? ['EVALUATION', `${weighing.toFixed(0)} points of weighing us up in ${days} days`]
        : ['INITIAL_INTEREST', 'nothing yet that shows them weighing us up'];
  const [nextStep, what] = stepOf(stage, person, counted, days);
  return { stage, nextStep, reason: `${why}; ${what}` };
}

function stepOf(
  stage: NurtureStage,
  { title, leadStatus }: NurtureFacts,
  counted: Tally,
  days: number,
): [NextStep, string] {
  const refused = lastOf(counted, REFUSALS, days);
  if (refused) return ['LEAVE_ALONE', `they ${KINDS[refused].phrase}`];
  if (leadStatus === 'DISQUALIFIED') return ['LEAVE_ALONE', 'they are ruled out'];
  if (['SAL', 'SQL', 'OPPORTUNITY', 'CUSTOMER'].includes(leadStatus))
    return ['LEAVE_TO_SALES', `sales have them (${leadStatus})`];
  if (stage === 'PURCHASE_INTENT') {
    const asked = lastOf(counted, ASKED, days);
    return asked
      ? ['HAND_TO_SALES', `they ${KINDS[asked].phrase}`]
      : ['OFFER_DEMO', 'they have not asked for a demo yet'];
  }
  if (stage === 'EVALUATION') {
    if (!title?.trim()) return ['ASK_FOR_ROLE', 'what they do is not known'];
    return lastOf(counted, SEEN, days)
      ? ['SEND_COMPARISON', 'a comparison is what they miss']
      : ['INVITE_TO_WEBINAR', 'they have not been at a webinar yet'];
  }
  return ['SEND_BASICS', 'an introduction keeps them interested'];
}

/** The kind of the last signal of these kinds within so many days. */
function lastOf(counted: Tally, kinds: readonly SignalKind[], days: number): SignalKind | null {
  let last: { kind: SignalKind; age: number } | null = null;
  for (const actor of counted.actors) {
    for (const { kind, age } of actor.groups) {
      if (kinds.includes(kind) && age < days && (!last || age < last.age)) last = { kind, age };
    }
  }
  return last?.kind ?? null;
}
