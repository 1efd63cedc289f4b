import type { ScoringModel } from '../model.ts';
import { recentPoints, type Tally } from './tally.ts';

export type StageName = 'TARGET' | 'AWARENESS' | 'CONSIDERATION' | 'DECISION' | 'PURCHASE' | 'CUSTOMER';

export interface Stage {
  stage: StageName;
  reason: string;
}

/**
 * Where an account stands, by the model's thresholds at the tally's moment. It knows no history: neither separate
 * thresholds to leave a stage, nor a least time between changes, nor surges are part of it.
 */
export function stageOf(
  input: { heat: { value: number }; counted: Tally; openOpportunity: boolean; customer: boolean },
  model: ScoringModel,
): Stage {
  if (input.customer) return { stage: 'CUSTOMER', reason: 'a customer by the CRM' };
  if (input.openOpportunity) return { stage: 'PURCHASE', reason: 'has an open opportunity in the CRM' };

  const { decision, consideration, awareness } = model.stage;
  const late = recentPoints(input.counted, decision.kinds, decision.days);
  if (late.points >= decision.points && late.actors >= decision.actors) {
    const actors = late.actors === 1 ? '1 actor' : `${late.actors} actors`;
    const days = decision.days === 1 ? 'today' : `in ${decision.days} days`;
    return {
      stage: 'DECISION',
      reason: `${late.points.toFixed(1)} points of late-stage signals by ${actors} ${days}`,
    };
  }

  const heat = `heat ${input.heat.value.toFixed(1)}`;
  if (input.heat.value >= consideration.heat) {
    return { stage: 'CONSIDERATION', reason: `${heat}, from ${consideration.heat}` };
  }
  if (input.heat.value >= awareness.heat)
    return { stage: 'AWARENESS', reason: `${heat}, from ${awareness.heat}` };
  return { stage: 'TARGET', reason: `${heat}, below ${awareness.heat}` };
}
