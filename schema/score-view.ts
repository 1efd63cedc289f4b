/** A stored score in the shapes the API shows. */
import type { FitPart } from '../src/core/scoring/fit.ts';
import type { HeatBand } from '../src/core/scoring/heat.ts';
import type { QualificationTier } from '../src/core/scoring/qualification.ts';
import type { StageName } from '../src/core/scoring/stage.ts';
import type { StoredScore } from '../src/store/scores.ts';

export interface HeatView {
  value: number;
  raw: number;
  band: HeatBand;
  trend7d: number;
  asOf: Date;
  modelVersion: number;
  /** The strongest ones, in plain words. */
  reasons: readonly string[];
  stored: StoredScore;
  /** Of a replay: its moment. */
  replay?: Date | null;
  /** Whether everything below the account is in it. */
  rollUp?: boolean;
}

export interface ScoreView {
  heat: HeatView;
  fit: { value: number; coverage: number; parts: FitPart[]; disqualifiedBy: string | null };
  qualification: { value: number; tier: QualificationTier; reason: string };
  stage: { stage: StageName; reason: string; accountId: string };
  actors: number;
  lastActivityAt: Date | null;
}

export function viewOf(stored: StoredScore, reasons: readonly string[] = stored.detail.reasons): ScoreView {
  return {
    heat: {
      value: stored.heat,
      raw: stored.raw,
      band: stored.band as HeatBand,
      trend7d: stored.trend7d,
      asOf: stored.scoredAt,
      modelVersion: stored.modelVersion,
      reasons,
      stored,
    },
    fit: {
      value: stored.fit,
      coverage: stored.coverage,
      parts: stored.detail.fitParts,
      disqualifiedBy: stored.disqualifiedBy,
    },
    qualification: {
      value: stored.qualification,
      tier: stored.qualificationTier as QualificationTier,
      reason: stored.qualificationReason,
    },
    stage: { stage: stored.stage as StageName, reason: stored.stageReason, accountId: stored.accountId },
    actors: stored.actors,
    lastActivityAt: stored.lastActivityAt,
  };
}

/** A view of a score that was computed on demand, marked with what was asked for. */
export const asAsked = (view: ScoreView, replay: Date | null, rollUp: boolean): ScoreView => ({
  ...view,
  heat: { ...view.heat, replay, rollUp },
});
