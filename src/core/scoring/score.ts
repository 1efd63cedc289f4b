import type { ScoringModel } from '../model.ts';
import type { EvidenceSet } from './evidence.ts';
import { type Reason, strongestReasons } from './explain.ts';
import { type Firmographics, type Fit, type Outcomes, scoreFit } from './fit.ts';
import { explainTally, type Heat, pastHeat } from './heat.ts';
import { type Qualification, qualify } from './qualification.ts';
import { foldStages, type Stage, type SurgeSpan } from './stage.ts';
import { type Tally, tally } from './tally.ts';

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

export interface ScoreInput {
  evidence: EvidenceSet;
  firmographics: Firmographics;
  outcomes: Outcomes;
  /** When a cluster of topics was surging. */
  surges?: readonly SurgeSpan[];
  actorName?: (actor: string) => string | null;
}

/**
 * Every score of an account as of a moment. Evidence may be in any order and may hold what is later than `asOf`:
 * it is left out. All else is taken as it is, so for the past hand in what was known then.
 */
export const scoreAccount = (input: ScoreInput, model: ScoringModel, asOf: Date): AccountScore =>
  scoreTally(tally(input.evidence, model, asOf), input, model);

/** The same of evidence that is added up already. */
export function scoreTally(
  counted: Tally,
  input: Omit<ScoreInput, 'evidence'>,
  model: ScoringModel,
): AccountScore {
  const { outcomes, surges = [] } = input;
  const heat = explainTally(counted, model);
  const fit = scoreFit(input.firmographics, outcomes, model, counted.asOf);
  return {
    heat,
    trend7d: heat.value - pastHeat(counted, model),
    fit,
    qualification: qualify(fit, heat, model),
    stage: foldStages({ counted, outcomes, surges }, model),
    reasons: strongestReasons(counted, 10, input.actorName),
  };
}
