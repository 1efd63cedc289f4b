/** What explains a score besides its contributions: what changed, what would change it, what is missing. */
import type { Against, Lever, LeverKind, Missing, MissingKind } from '../src/core/scoring/levers.ts';
import type { ChangeCause, ChangeLine, ChangePart, ScoreChange } from '../src/core/scoring/what-changed.ts';
import * as explain from '../src/flow/explain.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { QualificationTierEnum, SignalKindEnum } from './enums.ts';
import { Score } from './score.ts';
import type { HeatView } from './score-view.ts';

const meanings = <T extends string>(of: Record<T, string>) =>
  Object.fromEntries((Object.keys(of) as T[]).map((value) => [value, { value, description: of[value] }])) as {
    [K in T]: { value: K; description: string };
  };

const ChangeCauseEnum = builder.enumType('ChangeCause', {
  description: 'Why a score is not what it was.',
  values: meanings<ChangeCause>({
    NEW_ACTIVITY: 'It happened since.',
    DECAYED: 'What happened before has faded.',
    RECEIVED_LATE: 'It happened before, but was received since.',
    MOVED:
      'Signals were found to belong here, or no longer, or to somebody else: stitching, merges, reviews.',
    RESTATED: 'The past was changed: a batch undone, a person erased, or history filled in.',
    MODEL: 'The scoring model is another.',
  }),
});

const ChangeLineType = builder.objectRef<ChangeLine>('ScoreChangeLine').implement({
  description: 'One kind’s part in a change.',
  fields: (t) => ({
    kind: t.expose('kind', {
      type: SignalKindEnum,
      nullable: true,
      description: 'The kind; null: all others.',
    }),
    points: t.exposeFloat('points', { description: 'What it adds to `raw`.' }),
    text: t.exposeString('text', { description: 'Who did what.' }),
  }),
});

const ChangePartType = builder.objectRef<ChangePart>('ScoreChangePart').implement({
  description: 'What one cause adds to a change.',
  fields: (t) => ({
    cause: t.expose('cause', { type: ChangeCauseEnum, description: 'The cause.' }),
    points: t.exposeFloat('points', { description: 'What it adds to `raw`; its lines add up to it.' }),
    text: t.exposeString('text', { description: 'The same in words.' }),
    lines: t.expose('lines', { type: [ChangeLineType], description: 'By kind, most points first.' }),
  }),
});

const Change = builder.objectRef<ScoreChange>('ScoreChange').implement({
  description: 'What a score was, what it is, and why; all parts add up to the change of `raw`.',
  fields: (t) => ({
    since: t.expose('since', { type: 'DateTime', description: 'The end of the day it is compared with.' }),
    rawFrom: t.float({
      description: 'The sum of all contributions then, as it was shown.',
      resolve: (one) => one.raw.from,
    }),
    rawTo: t.float({ description: 'The sum of all contributions now.', resolve: (one) => one.raw.to }),
    heatFrom: t.float({ description: 'Heat then, 0–100, as it was shown.', resolve: (one) => one.heat.from }),
    heatTo: t.float({ description: 'Heat now, 0–100.', resolve: (one) => one.heat.to }),
    parts: t.expose('parts', { type: [ChangePartType], description: 'By cause.' }),
  }),
});

const LeverKindEnum = builder.enumType('LeverKind', {
  description: 'What might change a score.',
  values: meanings<LeverKind>({
    ACTIVITY: 'Somebody new does something.',
    QUIET: 'Nothing happens for two weeks.',
    FACT: 'An unknown attribute becomes known, and matches in full.',
    GATE: 'The gate that shuts it out is opened.',
  }),
});

const LeverType = builder.objectRef<Lever>('Lever').implement({
  description: 'One thing that might happen, and the scores after it, computed as every score is.',
  fields: (t) => ({
    what: t.expose('what', { type: LeverKindEnum, description: 'What it is.' }),
    text: t.exposeString('text', { description: 'The same in words.' }),
    kind: t.expose('kind', {
      type: SignalKindEnum,
      nullable: true,
      description: 'Of an activity: its kind.',
    }),
    name: t.exposeString('name', { nullable: true, description: 'Of a fact or a gate: which.' }),
    heat: t.float({ description: 'Heat after it.', resolve: (one) => one.heat.to }),
    fit: t.float({ description: 'Fit after it.', resolve: (one) => one.fit.to }),
    qualification: t.float({
      description: 'Qualification after it.',
      resolve: (one) => one.qualification.to,
    }),
    tier: t.field({
      type: QualificationTierEnum,
      description: 'Tier after it.',
      resolve: (one) => one.tier.to,
    }),
  }),
});

const MissingKindEnum = builder.enumType('MissingKind', {
  description: 'What sort of thing is missing.',
  values: meanings<MissingKind>({
    FACT: 'We don’t know this of the account.',
    PROFILE: 'The model does not say what is ideal.',
    FAMILY: 'No such signals in 90 days.',
  }),
});

const MissingType = builder.objectRef<Missing>('MissingEvidence').implement({
  description: 'What a score had to do without.',
  fields: (t) => ({
    what: t.expose('what', { type: MissingKindEnum, description: 'What sort of thing it is.' }),
    name: t.exposeString('name', { description: 'The attribute or the family.' }),
    text: t.exposeString('text', { description: 'The same in words.' }),
  }),
});

const AgainstType = builder.objectRef<Against>('NegativeEvidence').implement({
  description: 'One kind of evidence against an account.',
  fields: (t) => ({
    kind: t.expose('kind', { type: SignalKindEnum, description: 'What was done.' }),
    points: t.exposeFloat('points', { description: 'What it takes off `raw`: 0 or less.' }),
    text: t.exposeString('text', { description: 'The same in words.' }),
  }),
});

const WEEK = 7 * 86_400_000;

builder.objectFields(Score, (t) => ({
  change: t.field({
    type: Change,
    description: 'What changed since an earlier day, and why.',
    args: {
      since: t.arg({
        type: 'DateTime',
        description: 'Compared with the end of this moment’s UTC day; without it, of the day a week before.',
      }),
    },
    extensions: { cost: 40 },
    resolve: (score, { since }, context) =>
      withSubject(score, context, (tx, subject) =>
        explain.changeSince(tx, subject, since ?? new Date(score.asOf.getTime() - WEEK), context.clock()),
      ),
  }),
  levers: t.field({
    type: [LeverType],
    description: 'What would change the scores most, most first.',
    extensions: { cost: 30 },
    resolve: async (score, _args, context) => (await outlookOf(score, context)).levers,
  }),
  missing: t.field({
    type: [MissingType],
    description: 'What the scores had to do without.',
    extensions: { cost: 20 },
    resolve: async (score, _args, context) => (await outlookOf(score, context)).missing,
  }),
  against: t.field({
    type: [AgainstType],
    description: 'Negative evidence, most points first.',
    extensions: { cost: 20 },
    resolve: async (score, _args, context) => (await outlookOf(score, context)).against,
  }),
}));

const outlookOf = (score: HeatView, context: Context): Promise<explain.Outlook> =>
  withSubject(score, context, async (_tx, subject) => explain.outlookOf(subject));

/** What the score was made from, read again. */
function withSubject<T>(
  score: HeatView,
  { read, clock }: Context,
  work: (tx: Parameters<Parameters<Context['read']>[0]>[0], subject: explain.Subject) => Promise<T>,
): Promise<T> {
  return read(async (tx) => {
    const asked = {
      accountId: score.stored.accountId,
      asOf: score.replay ?? null,
      rollUp: score.rollUp === true,
      version: null,
    };
    const subject = await explain.subjectOf(tx, asked, clock());
    if (!subject) throw new Error(`account ${asked.accountId} is gone within a snapshot`);
    return work(tx, subject);
  });
}
