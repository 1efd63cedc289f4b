import type { ScoringModel } from '../model.ts';
import type { EvidenceSet } from './evidence.ts';
import { type Reason, strongestReasons } from './explain.ts';
import { type Firmographics, type Fit, type Outcomes, scoreFit } from './fit.ts';
import { explainTally, type Heat, pastHeat } from './heat.ts';
import { type Qualification, qualify } from './qualification.ts';
import { foldStages, type Stage, type SurgeSpan } from './stage.ts';
import { tally } from './tally.ts';

export interface AccountScore {
  heat: Heat;
  /** Heat now less heat a week ago, −100…100. */
  trend7d: number;
  fit: Fit;
  qualification: Qualification;
  stage: Stage;
  /** The ten strongest. */
  reasons: Reason[];
}

/**
 * Every score of an account as of a moment. Evidence may be in any order and may hold what is later than `asOf`:
 * it is left out. All else is taken as it is, so for the past hand in what was known then.
 */
export function scoreAccount(
  input: {
    evidence: EvidenceSet;
    firmographics: Firmographics;
    outcomes: Outcomes;
    /** When a cluster of topics was surging. */
    surges?: readonly SurgeSpan[];
    actorName?: (actor: string) => string | null;
  },
  model: ScoringModel,
  asOf: Date,
): AccountScore {
  const { outcomes, surges = [] } = input;
  const counted = tally(input.evidence, model, asOf);
  const heat = explainTally(counted, model);
  const fit = scoreFit(input.firmographics, outcomes, model, asOf);
  return {
    heat,
    trend7d: heat.value - pastHeat(counted, model),
    fit,
    qualification: qualify(fit, heat, model),
    stage: foldStages({ counted, outcomes, surges }, model),
    reasons: strongestReasons(counted, 10, input.actorName),
  };
}
