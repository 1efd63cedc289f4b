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
  stored: StoredScore;
  /** Whether `stored` has every contribution, not only the strongest ones. */
  complete: boolean;
}

export interface ScoreView {
  heat: HeatView;
  fit: { value: number; coverage: number; parts: FitPart[]; disqualifiedBy: string | null };
  qualification: { value: number; tier: QualificationTier; reason: string };
  stage: { stage: StageName; reason: string };
  actors: number;
  lastActivityAt: Date | null;
}

export function viewOf(stored: StoredScore, complete: boolean): ScoreView {
  return {
    heat: {
      value: stored.heat,
      raw: stored.raw,
      band: stored.band as HeatBand,
      trend7d: stored.trend7d,
      asOf: stored.scoredAt,
      modelVersion: stored.modelVersion,
      stored,
      complete,
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
    stage: { stage: stored.stage as StageName, reason: stored.stageReason },
    actors: stored.actors,
    lastActivityAt: stored.lastActivityAt,
  };
}
