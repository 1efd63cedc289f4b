/** Heat, fit, qualification and stage, explained. */
import { Invalid } from '../src/core/errors.ts';
import type { FitPart as FitPartShape } from '../src/core/scoring/fit.ts';
import type { Contribution as ContributionShape } from '../src/core/scoring/heat.ts';
import type { HistoryPoint } from '../src/store/scores.ts';
import { builder } from './builder.ts';
import { HeatBandEnum, QualificationTierEnum, SignalFamilyEnum, SignalKindEnum, StageEnum } from './enums.ts';
import type { HeatView, ScoreView } from './score-view.ts';

export const Contribution = builder.objectRef<ContributionShape>('Contribution').implement({
  description:
    'What one actor did of one kind on one day, and what that adds to heat. All of them add up to `raw`.',
  fields: (t) => ({
    kind: t.expose('kind', { type: SignalKindEnum, description: 'What was done.' }),
    family: t.expose('family', { type: SignalFamilyEnum, description: 'The family of that kind.' }),
    source: t.exposeString('source', { description: 'Who saw it; several are joined by `+`.' }),
    actor: t.string({
      nullable: true,
      description:
        'A person’s name and title, or `anonymous visitor`; null where nobody but the source is known.',
      resolve: ({ actor }, _args, { loaders }) =>
        actor === null
          ? null
          : actor.startsWith('visitor:')
            ? 'anonymous visitor'
            : loaders.actorName.load(actor),
    }),
    day: t.expose('day', { type: 'Date', description: 'The day it was done.' }),
    points: t.exposeFloat('points', {
      description: 'What it adds to `raw`, after caps and decay; negative takes off.',
    }),
    share: t.exposeFloat('share', { description: 'Its part of all that was earned, 0–1.' }),
    signalCount: t.exposeInt('signalCount', { description: 'How many signals it is made of.' }),
    reason: t.exposeString('reason', { description: 'What made the points what they are.' }),
  }),
});

export const USUAL_REASONS = 3;
export const MOST_REASONS = 10;

export const Score = builder.objectRef<HeatView>('Score').implement({
  description: 'Heat: decayed, capped, confidence-weighted activity.',
  fields: (t) => ({
    value: t.exposeFloat('value', { description: '0–100.', extensions: { reads: ['heat'] } }),
    raw: t.exposeFloat('raw', { description: 'The sum of all contributions, 0 or more.' }),
    band: t.expose('band', { type: HeatBandEnum, description: 'The value in a word.' }),
    trend7d: t.exposeFloat('trend7d', { description: 'Heat now less heat a week ago, −100 to 100.' }),
    asOf: t.expose('asOf', {
      type: 'DateTime',
      description: 'The moment it is of.',
      extensions: { reads: ['scoredAt'] },
    }),
    modelVersion: t.exposeInt('modelVersion', {
      description: 'Version of the scoring model it was made with.',
    }),
    contributions: t.field({
      type: [Contribution],
      description: 'What it is made of, most points first, whichever way.',
      extensions: { reads: ['scoredAt', 'modelVersion'], loads: true },
      args: { first: t.arg.int({ required: true, defaultValue: 10, description: 'How many, 200 at most.' }) },
      resolve: async ({ stored }, { first }, { loaders }) => {
        atMost(200, first);
        return (stored.detail.contributions ?? (await loaders.contributions.load(stored))).slice(0, first);
      },
    }),
    reasons: t.stringList({
      description: 'The strongest reasons in plain words.',
      extensions: { reads: ['reasons'] },
      args: {
        first: t.arg.int({
          required: true,
          defaultValue: USUAL_REASONS,
          description: `How many, ${MOST_REASONS} at most.`,
        }),
      },
      resolve: ({ reasons }, { first }) => {
        atMost(MOST_REASONS, first);
        return reasons.slice(0, first);
      },
    }),
  }),
});

function atMost(most: number, first: number): void {
  if (first >= 0 && first <= most) return;
  throw new Invalid(`first: ${first} is not between 0 and ${most}`, `Ask for ${most} at most.`, {
    field: 'first',
  });
}

const FitPart = builder.objectRef<FitPartShape>('FitPart').implement({
  description: 'One attribute’s part in fit.',
  fields: (t) => ({
    attribute: t.exposeString('attribute', { description: 'Which attribute.' }),
    value: t.exposeFloat('value', {
      nullable: true,
      description: '0–1, how well it matches; null: unknown, so the model’s prior stands for it.',
    }),
    weight: t.exposeFloat('weight', { description: 'How much the attribute matters.' }),
    points: t.exposeFloat('points', { description: 'What it adds; all parts add up to the fit.' }),
    reason: t.exposeString('reason', { description: 'Why it matches or not.' }),
  }),
});

export const FitScore = builder.objectRef<ScoreView['fit']>('FitScore').implement({
  description: 'How well an account matches the ideal customer profile.',
  fields: (t) => ({
    value: t.exposeFloat('value', { description: '0–100.', extensions: { reads: ['fit'] } }),
    coverage: t.exposeFloat('coverage', { description: 'How much of what fit looks at is known, 0–1.' }),
    parts: t.expose('parts', {
      type: [FitPart],
      description: 'What it is made of.',
      extensions: { reads: ['fitParts'] },
    }),
    disqualifiedBy: t.exposeString('disqualifiedBy', {
      nullable: true,
      description: 'The gate that shuts the account out, e.g. `COMPETITOR`; null if none does.',
    }),
  }),
});

export const Qualification = builder.objectRef<ScoreView['qualification']>('Qualification').implement({
  description: 'Fit and heat combined.',
  fields: (t) => ({
    value: t.exposeFloat('value', { description: '0–100.', extensions: { reads: ['qualification'] } }),
    tier: t.expose('tier', {
      type: QualificationTierEnum,
      description: 'The value in a word.',
      extensions: { reads: ['qualificationTier'] },
    }),
    reason: t.exposeString('reason', {
      description: 'How it came about.',
      extensions: { reads: ['qualificationReason'] },
    }),
  }),
});

export const StageState = builder.objectRef<ScoreView['stage']>('StageState').implement({
  description: 'Where an account stands, and why.',
  fields: (t) => ({
    stage: t.expose('stage', { type: StageEnum, description: 'The stage.' }),
    reason: t.exposeString('reason', {
      description: 'What puts or keeps it there today.',
      extensions: { reads: ['stageReason'] },
    }),
  }),
});

export const ScorePoint = builder.objectRef<HistoryPoint>('ScorePoint').implement({
  description: 'The score of a day on which it differed from the day before.',
  fields: (t) => ({
    day: t.expose('day', { type: 'Date', description: 'The day.' }),
    value: t.exposeFloat('heat', { description: 'Heat, 0–100.' }),
    raw: t.exposeFloat('raw', { description: 'The sum of all contributions.' }),
    qualification: t.exposeFloat('qualification', { description: 'Qualification, 0–100.' }),
    stage: t.field({
      type: StageEnum,
      description: 'The stage.',
      resolve: (point) => point.stage as ScoreView['stage']['stage'],
    }),
    modelVersion: t.exposeInt('modelVersion', { description: 'Version of the scoring model.' }),
  }),
});
