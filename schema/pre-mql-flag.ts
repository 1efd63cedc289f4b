/** Pre-MQL flags: who is heading for MQL though nobody has qualified it yet, and what became of it. */
import type { FlagStatus } from '../src/core/scoring/flag-life.ts';
import type { FlagRule } from '../src/core/scoring/flags.ts';
import * as flow from '../src/flow/flags.ts';
import { inWorkspace } from '../src/store/database.ts';
import * as flags from '../src/store/flags.ts';
import { builder } from './builder.ts';
import { connectionOf, pageArgs, pageOf } from './connection.ts';
import * as globalId from './global-id.ts';
import { Account, Person } from './nodes.ts';
import { Contribution } from './score.ts';

const meanings = <T extends string>(of: Record<T, string>) =>
  Object.fromEntries((Object.keys(of) as T[]).map((value) => [value, { value, description: of[value] }])) as {
    [K in T]: { value: K; description: string };
  };

const PreMqlRuleEnum = builder.enumType('PreMqlRule', {
  description: 'Why a flag is raised; the limits are in the scoring model.',
  values: meanings<FlagRule>({
    DARK_FUNNEL_SURGE: 'A good fit surges, and most of it comes from where nobody shows their name.',
    LOOKALIKE: 'It is like accounts whose opportunity opened lately.',
    SOCIAL_PUSH: 'A known person speaks well of us, or looks for a replacement of a competitor.',
    GROUP_FORMING: 'Several roles of one solution are active, and nobody stands out alone.',
    PREDICTED: 'A promoted model says so; raised by none while no model is promoted.',
  }),
});

const FlagStatusEnum = builder.enumType('FlagStatus', {
  description: 'What became of a flag.',
  values: meanings<FlagStatus>({
    OPEN: 'It stands, unanswered.',
    ACCEPTED: 'Sales took it up.',
    REJECTED: 'Sales turned it down.',
    EXPIRED: 'Its reason passed before anybody answered.',
    CONVERTED: 'It came true: MQL or further, or an opportunity.',
  }),
});

const Answer = builder.objectRef<NonNullable<flags.Flag['answer']>>('FlagAnswer').implement({
  description: 'What sales said of a flag.',
  fields: (t) => ({
    accepted: t.exposeBoolean('accepted', { description: 'Whether they took it up.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    by: t.exposeString('by', { description: 'With which key, or `command line`.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why, if they said so.' }),
  }),
});

const PreMqlFlag = builder.objectRef<flags.Flag>('PreMqlFlag');
builder.node(PreMqlFlag, {
  description:
    'A dated, explained claim that an account or a person is heading for MQL though nobody has qualified it yet.',
  id: { resolve: (flag) => flag.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.flag.load(id))),
  fields: (t) => ({
    account: t.field({
      type: Account,
      description: 'The account it is about.',
      resolve: async ({ accountId }, _args, { loaders }) => (await loaders.account.load(accountId))!,
    }),
    person: t.field({
      type: Person,
      nullable: true,
      description: 'The person it is about; null: the account as a whole.',
      resolve: ({ personId }, _args, { loaders }) => (personId ? loaders.person.load(personId) : null),
    }),
    rule: t.expose('rule', { type: PreMqlRuleEnum, description: 'Which rule raised it.' }),
    confidence: t.exposeFloat('confidence', { description: 'How sure the rule was, 0–1.' }),
    status: t.expose('status', { type: FlagStatusEnum, description: 'What became of it.' }),
    raisedAt: t.expose('raisedAt', { type: 'DateTime', description: 'When it was raised.' }),
    closedAt: t.expose('closedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ceased to be open; null while it is.',
    }),
    reason: t.exposeString('reason', { description: 'Why it was raised, in plain words.' }),
    evidence: t.expose('evidence', {
      type: [Contribution],
      description: 'The strongest contributions behind it, as they were when it was raised.',
    }),
    answer: t.expose('answer', {
      type: Answer,
      nullable: true,
      description: 'What sales said; null: nothing yet.',
    }),
    modelVersion: t.exposeInt('modelVersion', {
      description: 'Version of the scoring model that raised it.',
    }),
  }),
});

const PreMqlFlagConnection = connectionOf('PreMqlFlag', PreMqlFlag);

const PreMqlFlagFilter = builder.inputType('PreMqlFlagFilter', {
  description: 'Which flags; all that is given must hold.',
  fields: (t) => ({
    rule: t.field({ type: PreMqlRuleEnum, description: 'Raised by this rule.' }),
    status: t.field({ type: FlagStatusEnum, description: 'With this status.' }),
    account: t.id({ description: 'About this account.' }),
    person: t.id({ description: 'About this person.' }),
    owner: t.string({ description: 'About accounts looked after by exactly this one.' }),
    raisedSince: t.field({ type: 'DateTime', description: 'Raised at this moment or later.' }),
    openAt: t.field({
      type: 'DateTime',
      description: 'Open at this moment, whatever became of them later.',
    }),
  }),
});

builder.queryField('preMqlFlags', (t) =>
  t.field({
    type: PreMqlFlagConnection,
    description: 'Pre-MQL flags, the latest first.',
    args: { filter: t.arg({ type: PreMqlFlagFilter, description: 'Only these.' }), ...pageArgs() },
    resolve: (_root, { filter, ...args }, { read }) => {
      const { account, person, ...rest } = filter ?? {};
      const wanted: flags.FlagFilter = {
        ...rest,
        accountId: account ? globalId.decodeAs('Account', account) : null,
        personId: person ? globalId.decodeAs('Person', person) : null,
      };
      return pageOf(args, 'FLAG', {
        fetch: ({ limit, cursor, backward }) =>
          read((tx) =>
            flags.page(
              tx,
              wanted,
              limit,
              cursor ? { value: Number(cursor.value), id: cursor.id } : null,
              backward,
            ),
          ),
        positionOf: ({ raisedAt, id }) => ({ value: raisedAt.getTime(), id }),
        count: () => read((tx) => flags.count(tx, wanted)),
      });
    },
  }),
);

builder.objectField(Account, 'preMqlFlags', (t) =>
  t.field({
    type: [PreMqlFlag],
    description: 'Its pre-MQL flags, the latest first.',
    extensions: { reads: [], loads: true },
    args: { status: t.arg({ type: FlagStatusEnum, description: 'Only with this status.' }) },
    resolve: ({ id }, { status }, { loaders }) => loaders.flagsOf(status ?? null).load(id),
  }),
);

const Precision = builder.objectRef<NonNullable<flow.RuleReport['precision']>>('Precision').implement({
  description: 'How often something was right.',
  fields: (t) => ({
    value: t.exposeFloat('value', { description: 'The share, 0–1.' }),
    low: t.exposeFloat('low', { description: 'Lower end of its 95 % interval (Wilson).' }),
    high: t.exposeFloat('high', { description: 'Upper end of it.' }),
  }),
});

const RuleReport = builder.objectRef<flow.RuleReport>('FlagRuleReport').implement({
  description: 'How well a rule did.',
  fields: (t) => ({
    rule: t.expose('rule', { type: PreMqlRuleEnum, description: 'The rule.' }),
    raised: t.exposeInt('raised', { description: 'How many flags it raised.' }),
    open: t.exposeInt('open', { description: 'How many are open.' }),
    accepted: t.exposeInt('accepted', {
      description: 'How many sales took up, and that have not converted yet.',
    }),
    rejected: t.exposeInt('rejected', { description: 'How many sales turned down.' }),
    expired: t.exposeInt('expired', { description: 'How many ran out unanswered.' }),
    converted: t.exposeInt('converted', { description: 'How many came true.' }),
    precision: t.expose('precision', {
      type: Precision,
      nullable: true,
      description: 'Accepted and converted ones among all that are closed; null: none is.',
    }),
    leadTimeDays: t.exposeFloat('leadTimeDays', {
      nullable: true,
      description: 'Median days from raising to coming true; null: none did.',
    }),
  }),
});

builder.queryField('flagReport', (t) =>
  t.field({
    type: [RuleReport],
    description: 'How well each rule did with what it raised.',
    args: {
      from: t.arg({ type: 'DateTime', description: 'Raised at this moment or later.' }),
      to: t.arg({ type: 'DateTime', description: 'Raised at this moment or before.' }),
    },
    resolve: (_root, { from, to }, { read }) => read((tx) => flow.report(tx, from ?? null, to ?? null)),
  }),
);

builder.mutationField('respondToFlag', (t) =>
  t.field({
    type: PreMqlFlag,
    description: 'Says whether sales take a flag up. It may be said again, until the flag has converted.',
    args: {
      id: t.arg.id({ required: true, description: 'The flag.' }),
      accept: t.arg.boolean({ required: true, description: 'Whether they do.' }),
      reason: t.arg.string({ description: 'Why.' }),
    },
    resolve: async (_root, { id, accept, reason }, context) => {
      const answer = { accepted: accept, reason: reason ?? null, by: context.keyName ?? 'API' };
      const answered = await inWorkspace(context.db, context.workspace.id, (tx) =>
        flow.respond(tx, globalId.decodeAs('PreMqlFlag', id), answer, context.clock()),
      );
      context.onTouched(context.workspace.id);
      return answered;
    },
  }),
);
