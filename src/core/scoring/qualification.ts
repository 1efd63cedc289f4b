import type { ScoringModel } from '../model.ts';
import type { Disqualifier } from './fit.ts';

export const QUALIFICATION_TIERS = ['HOT', 'WARM', 'COLD', 'DISQUALIFIED'] as const;
export type QualificationTier = (typeof QUALIFICATION_TIERS)[number];

export interface Qualification {
  /** 0–100, computed for the disqualified too. */
  value: number;
  tier: QualificationTier;
  /** Starts with the gate's name if one decided, e.g. `COMPETITOR: …`. */
  reason: string;
}

const GATES: Record<Disqualifier, string> = {
  COMPETITOR: 'the domain is a competitor’s',
  EXISTING_CUSTOMER: 'already a customer',
  BLOCKED_COUNTRY: 'in a country we do not sell to',
  FREE_EMAIL_ONLY: 'known only by free e-mail addresses',
  STUDENT: 'known only by students',
  OPTED_OUT: 'asked not to be contacted',
  SALES_SAID_NO: 'rejected by sales not long ago',
};

/** Fit and heat (each 0–100) combined into a value and a tier. A shut gate goes before any intent. */
export function qualify(
  fit: { value: number; disqualifiedBy: Disqualifier | null },
  heat: { value: number },
  model: ScoringModel,
): Qualification {
  const { weights, tiers } = model.qualification;
  // Rounding in the last bit must not carry two hundreds over the top.
  const value = Math.min(100, weights.fit * fit.value + weights.heat * heat.value);
  if (fit.disqualifiedBy !== null) {
    return { value, tier: 'DISQUALIFIED', reason: `${fit.disqualifiedBy}: ${GATES[fit.disqualifiedBy]}` };
  }
  const sum = `${weights.fit} × fit ${fit.value.toFixed(1)} + ${weights.heat} × heat ${heat.value.toFixed(1)} = ${value.toFixed(1)}`;
  if (value >= tiers.hot) return { value, tier: 'HOT', reason: `${sum}, HOT from ${tiers.hot}` };
  if (value >= tiers.warm) return { value, tier: 'WARM', reason: `${sum}, WARM from ${tiers.warm}` };
  if (value >= tiers.cold) return { value, tier: 'COLD', reason: `${sum}, COLD from ${tiers.cold}` };
  return { value, tier: 'DISQUALIFIED', reason: `${sum}, below ${tiers.cold}` };
}
