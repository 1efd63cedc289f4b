import type { ScoringModel } from '../model.ts';
import type { Compared } from '../model-comparison.ts';
import type { EvidenceSet } from './evidence.ts';
import { type Firmographics, type Outcomes, scoreFit } from './fit.ts';
import { heatOf } from './heat.ts';
import { qualify } from './qualification.ts';
import { tally } from './tally.ts';

/** Heat, fit and qualification as `scoreAccount` gives them, without their parts: for when there are many. */
export function scoreBriefly(
  input: { evidence: EvidenceSet; firmographics: Firmographics; outcomes: Outcomes },
  model: ScoringModel,
  asOf: Date,
): Compared & { fit: number } {
  const heat = heatOf(tally(input.evidence, model, asOf).raw, model);
  const fit = scoreFit(input.firmographics, input.outcomes, model, asOf);
  const { value, tier } = qualify(fit, { value: heat }, model);
  return { heat, fit: fit.value, qualification: value, tier };
}
