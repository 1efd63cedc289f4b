/** Whether an account is ready for sales, check by check, and the clock that runs from then on. */
import type { ScoringModel } from '../model.ts';
import { KINDS } from '../signal.ts';
import type { Disqualifier, Fit } from './fit.ts';
import type { Part } from './heat.ts';

export type HandoffCheckName = 'SCORE' | 'ICP_FIT' | 'BANT' | 'ACTIVE_SIGNAL' | 'NOT_DISQUALIFIED';

export interface HandoffCheck {
  name: HandoffCheckName;
  met: boolean;
  why: string;
}

export interface Handoff {
  /** Whether all checks are met. */
  ready: boolean;
  checks: HandoffCheck[];
}

/** One of budget, authority, need and timeline, and where it is known from. */
export interface BantFact {
  field: string;
  known: boolean;
  from: string | null;
}

/** Whether score and fit are high enough and no gate is shut. */
export const isGoodEnough = (
  { qualification, fit }: { qualification: { value: number }; fit: Pick<Fit, 'value' | 'disqualifiedBy'> },
  { handoff: limits }: ScoringModel,
): boolean => qualification.value >= limits.score && fit.value >= limits.fit && fit.disqualifiedBy === null;

/** Checks an account against the model's thresholds, as of the moment of its score. */
export function handoff(
  input: {
    qualification: { value: number };
    fit: { value: number; disqualifiedBy: Disqualifier | null };
    bant: readonly BantFact[];
    parts: readonly Part[];
  },
  model: ScoringModel,
): Handoff {
  const { handoff: limits } = model;
  const { qualification, fit } = input;
  const checks: HandoffCheck[] = [
    {
      name: 'SCORE',
      met: qualification.value >= limits.score,
      why: `qualification ${qualification.value.toFixed(1)}, needs ${limits.score}`,
    },
    {
      name: 'ICP_FIT',
      met: fit.value >= limits.fit,
      why: `fit ${fit.value.toFixed(1)}, needs ${limits.fit}`,
    },
    checkBant(input.bant, limits.bantKnown),
    checkSignal(input.parts, model),
    {
      name: 'NOT_DISQUALIFIED',
      met: fit.disqualifiedBy === null,
      why: fit.disqualifiedBy === null ? 'no gate is shut' : `shut out by ${fit.disqualifiedBy}`,
    },
  ];
  return { ready: checks.every((check) => check.met), checks };
}

function checkBant(bant: readonly BantFact[], needed: number): HandoffCheck {
  const known = bant.filter((fact) => fact.known);
  const names = known.map(({ field, from }) => (from ? `${field} (${from})` : field));
  return {
    name: 'BANT',
    met: known.length >= needed,
    why:
      known.length > 0
        ? `known: ${names.join(', ')}`
        : `none of budget, authority, need and timeline is known, needs ${needed}`,
  };
}

function checkSignal(parts: readonly Part[], model: ScoringModel): HandoffCheck {
  const { kinds, days } = model.handoff;
  let active: Part | undefined;
  for (const part of parts) {
    if (part.age >= days || part.points <= 0 || !kinds.includes(part.kind)) continue;
    if (!active || part.age < active.age || (part.age === active.age && part.points > active.points)) {
      active = part;
    }
  }
  const when = (age: number) => (age === 0 ? 'today' : age === 1 ? 'yesterday' : `${age} days ago`);
  return {
    name: 'ACTIVE_SIGNAL',
    met: active !== undefined,
    why: active
      ? `somebody ${KINDS[active.kind].phrase} ${when(active.age)}`
      : `no buying signal in the last ${days} days`,
  };
}

/** By what an account that was handed over was answered. */
export type AnswerType = 'LEAD_STATUS' | 'FLAG' | 'OUTCOME';

/** The clock of a hand-over. */
export interface ResponseClock {
  /** When it became ready. */
  since: Date;
  /** Until when it is to be answered. */
  dueAt: Date;
  answeredAt: Date | null;
  answeredBy: AnswerType | null;
  /** Whether it was answered late, or is late now. */
  overdue: boolean;
}

/** The clock of an account that is ready since a moment; of the answers since then the first one counts. */
export function responseClock(
  since: Date,
  answers: readonly { type: AnswerType; at: Date }[],
  model: ScoringModel,
  now: Date,
): ResponseClock {
  const dueAt = new Date(since.getTime() + model.handoff.responseHours * 3_600_000);
  let first: { type: AnswerType; at: Date } | null = null;
  for (const answer of answers) if (answer.at >= since && (!first || answer.at < first.at)) first = answer;
  return {
    since,
    dueAt,
    answeredAt: first?.at ?? null,
    answeredBy: first?.type ?? null,
    overdue: (first?.at ?? now) > dueAt,
  };
}
