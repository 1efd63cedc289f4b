/** How accounts move between stages, and whether they are ready for sales. */
import type {
  AnswerType,
  HandoffCheck,
  HandoffCheckName,
  ResponseClock,
} from '../src/core/scoring/handoff.ts';
import type { StageChange as StageChangeShape } from '../src/core/scoring/stage.ts';
import type { HandoffView } from '../src/flow/handoff.ts';
import { builder } from './builder.ts';
import { StageEnum } from './enums.ts';
import { Account } from './nodes.ts';
import { StageState } from './score.ts';

const meanings = <T extends string>(of: Record<T, string>) =>
  Object.fromEntries((Object.keys(of) as T[]).map((value) => [value, { value, description: of[value] }])) as {
    [K in T]: { value: K; description: string };
  };

const StageChange = builder.objectRef<StageChangeShape>('StageChange').implement({
  description: 'An account’s going from one stage to another.',
  fields: (t) => ({
    from: t.expose('from', { type: StageEnum, description: 'Where it was.' }),
    to: t.expose('to', { type: StageEnum, description: 'Where it went.' }),
    day: t.expose('day', { type: 'Date', description: 'On which day.' }),
    reason: t.exposeString('reason', { description: 'What moved it.' }),
  }),
});

builder.objectFields(StageState, (t) => ({
  since: t.field({
    type: 'Date',
    nullable: true,
    description: 'Since which day; null: it has always been there.',
    extensions: { reads: [], loads: true },
    resolve: async ({ accountId }, _args, { loaders }) =>
      (await loaders.stageChanges().load(accountId)).at(-1)?.day ?? null,
  }),
  history: t.field({
    type: [StageChange],
    description: 'All its changes by what is known now, oldest first.',
    extensions: { reads: [], loads: true },
    resolve: ({ accountId }, _args, { loaders }) => loaders.stageChanges().load(accountId),
  }),
}));

const HandoffCheckEnum = builder.enumType('HandoffCheckName', {
  description: 'What is checked before an account is handed to sales; the limits are in the scoring model.',
  values: meanings<HandoffCheckName>({
    SCORE: 'Its qualification is high enough.',
    ICP_FIT: 'It matches the ideal customer profile.',
    BANT: 'Enough is known of budget, authority, need and timeline.',
    ACTIVE_SIGNAL: 'Somebody there gave a buying signal not long ago.',
    NOT_DISQUALIFIED: 'No gate is shut.',
  }),
});

const Check = builder.objectRef<HandoffCheck>('HandoffCheck').implement({
  description: 'One check before an account is handed to sales.',
  fields: (t) => ({
    name: t.expose('name', { type: HandoffCheckEnum, description: 'Which one.' }),
    met: t.exposeBoolean('met', { description: 'Whether it is met.' }),
    why: t.exposeString('why', { description: 'Why, or why not.' }),
  }),
});

const AnswerTypeEnum = builder.enumType('HandoffAnswer', {
  description: 'By what sales answered.',
  values: meanings<AnswerType>({
    LEAD_STATUS: 'Somebody there became SAL or further, or was disqualified.',
    FLAG: 'A pre-MQL flag of the account was accepted or rejected.',
    OUTCOME: 'The CRM told an outcome.',
  }),
});

const Clock = builder.objectRef<ResponseClock>('ResponseClock').implement({
  description: 'How long sales take to answer; 24 hours in the default model.',
  fields: (t) => ({
    since: t.expose('since', { type: 'DateTime', description: 'When the account was first seen ready.' }),
    dueAt: t.expose('dueAt', { type: 'DateTime', description: 'Until when it is to be answered.' }),
    answeredAt: t.expose('answeredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was answered; null: not yet.',
    }),
    answeredBy: t.expose('answeredBy', {
      type: AnswerTypeEnum,
      nullable: true,
      description: 'By what; null: not yet.',
    }),
    overdue: t.exposeBoolean('overdue', { description: 'Whether it was answered late, or is late now.' }),
  }),
});

const HandoffType = builder.objectRef<HandoffView>('Handoff').implement({
  description: 'Whether an account is ready for sales.',
  fields: (t) => ({
    ready: t.exposeBoolean('ready', { description: 'Whether all checks are met.' }),
    checks: t.expose('checks', { type: [Check], description: 'Every check, met or not.' }),
    clock: t.expose('clock', {
      type: Clock,
      nullable: true,
      description: 'Runs while it is ready; null where it was not when it was last scored.',
    }),
  }),
});

builder.objectField(Account, 'handoff', (t) =>
  t.field({
    type: HandoffType,
    nullable: true,
    description: 'Whether it is ready for sales, check by check; null where it is gone meanwhile.',
    extensions: { cost: 20, reads: [], loads: true },
    resolve: ({ id }, _args, { loaders }) => loaders.handoff().load(id),
  }),
);
