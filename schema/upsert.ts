/** Accounts, people and outcomes that somebody hands us. */
import * as upsert from '../src/flow/upsert.ts';
import { inWorkspace, type Tx } from '../src/store/database.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { LeadStatusEnum, OutcomeTypeEnum } from './enums.ts';
import { BuyingRoleEnum } from './group-enums.ts';
import { listSkipped, SkippedCount } from './privacy.ts';

const RejectedInput = builder.objectRef<upsert.Upserted['rejected'][number]>('RejectedInput').implement({
  description: 'An entry that was not taken, and why.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Its place in `input`, from 0.' }),
    code: t.exposeString('code', { description: 'Stable, e.g. `INVALID`.' }),
    message: t.exposeString('message', { description: 'What is wrong with it.' }),
    hint: t.exposeString('hint', { description: 'What to do about it.' }),
  }),
});

const UpsertResult = builder.objectRef<upsert.Upserted>('UpsertResult').implement({
  description: 'What became of the entries: good ones are written even where others are bad.',
  fields: (t) => ({
    created: t.exposeInt('created', { description: 'How many were new.' }),
    updated: t.exposeInt('updated', { description: 'How many were known already.' }),
    skipped: t.field({
      type: [SkippedCount],
      description: 'Those of people who were erased or are excluded.',
      resolve: ({ skipped = {} }) => listSkipped(skipped),
    }),
    rejected: t.expose('rejected', { type: [RejectedInput], description: 'Those that were not taken.' }),
  }),
});

/** What is known of a deal. */
const dealFields = (t: Parameters<NonNullable<Parameters<typeof builder.inputType>[1]['fields']>>[0]) => ({
  budget: t.string({ description: 'BANT: whether there is money, and how much.' }),
  authority: t.string({ description: 'BANT: who may decide.' }),
  need: t.string({ description: 'BANT: what they need.' }),
  timeline: t.string({ description: 'BANT: when they want it.' }),
  metrics: t.string({ description: 'MEDDIC: what it is worth to them, in numbers.' }),
  economicBuyer: t.string({ description: 'MEDDIC: who owns the budget.' }),
  decisionCriteria: t.string({ description: 'MEDDIC: what they judge by.' }),
  decisionProcess: t.string({ description: 'MEDDIC: how they decide.' }),
  identifiedPain: t.string({ description: 'MEDDIC: what hurts.' }),
  champion: t.string({ description: 'MEDDIC: who speaks for us.' }),
});

const AccountInput = builder.inputType('AccountInput', {
  description: 'What is known of an account; what is left out stays as it is. Needs a domain or a name.',
  fields: (t) => ({
    domain: t.string({ description: 'Its main domain or website.' }),
    domains: t.stringList({ description: 'More domains of it.' }),
    name: t.string({ description: 'Its name.' }),
    industry: t.string({ description: 'Its industry.' }),
    employees: t.int({ description: 'How many work there.' }),
    revenue: t.float({ description: 'Yearly revenue, in the currency accounts are kept in.' }),
    country: t.string({ description: 'Usually ISO 3166-1 alpha-2.' }),
    city: t.string({ description: 'Where its seat is.' }),
    technologies: t.stringList({ description: 'What it is known to use.' }),
    tier: t.string({ description: 'Which target list it is on.' }),
    owner: t.string({ description: 'Who looks after it.' }),
    crmId: t.string({ description: 'Its id in the CRM.' }),
    linkedin: t.string({ description: 'Its page on LinkedIn.' }),
    aliases: t.stringList({ description: 'Other names it goes by: brands, acronyms, former names.' }),
    parentDomain: t.string({ description: 'A domain of the account it belongs to, which may come later.' }),
    ...dealFields(t),
  }),
});

const PersonInput = builder.inputType('PersonInput', {
  description:
    'What is known of a person; what is left out stays as it is. Needs an e-mail address or a user id.',
  fields: (t) => ({
    email: t.string({ description: 'Their e-mail address.' }),
    userId: t.string({ description: 'The id that your own system gives them.' }),
    name: t.string({ description: 'Their name.' }),
    title: t.string({ description: 'Their job title.' }),
    phone: t.string({ description: 'Their phone number.' }),
    linkedin: t.string({ description: 'Their page on LinkedIn.' }),
    accountDomain: t.string({
      description: 'A domain of their account; without it the e-mail’s domain decides.',
    }),
    leadStatus: t.field({ type: LeadStatusEnum, description: 'How far they have come.' }),
    buyingRole: t.field({
      type: BuyingRoleEnum,
      description: 'Their part in a purchase, as the CRM has it.',
    }),
    ...dealFields(t),
  }),
});

const OutcomeInput = builder.inputType('OutcomeInput', {
  description: 'Something the CRM says happened in the end.',
  fields: (t) => ({
    externalId: t.string({
      required: true,
      description: 'Its id in the CRM; the same one is recorded once.',
    }),
    domain: t.string({ required: true, description: 'A domain of the account.' }),
    type: t.field({ type: OutcomeTypeEnum, required: true, description: 'What happened.' }),
    at: t.field({ type: 'DateTime', required: true, description: 'When it happened.' }),
    amount: t.float({ description: 'What it is worth.' }),
    reason: t.string({ description: 'Why.' }),
  }),
});

builder.mutationFields((t) => ({
  upsertAccounts: t.field({
    type: UpsertResult,
    description:
      'Makes or updates accounts, by domain, CRM id or name. Signals that waited for them are placed.',
    args: { input: t.arg({ type: [AccountInput], required: true, description: 'The accounts.' }) },
    resolve: (_root, { input }, context) =>
      write(context, (tx, now) => upsert.upsertAccounts(tx, context.workspace, input, null, now)),
  }),
  upsertPeople: t.field({
    type: UpsertResult,
    description: 'Makes or updates people, by e-mail or your own id. Their past signals follow them.',
    args: { input: t.arg({ type: [PersonInput], required: true, description: 'The people.' }) },
    resolve: (_root, { input }, context) =>
      write(context, (tx, now) => upsert.upsertPeople(tx, context.workspace, input, null, now)),
  }),
  recordOutcomes: t.field({
    type: UpsertResult,
    description: 'Records outcomes, each once. Their accounts have to be known.',
    args: { input: t.arg({ type: [OutcomeInput], required: true, description: 'The outcomes.' }) },
    resolve: (_root, { input }, context) =>
      write(context, (tx, now) => upsert.recordOutcomes(tx, input, null, now)),
  }),
}));

/** Commits, and only then asks for the scores: the rescorer must find what was written. */
async function write<T>(context: Context, work: (tx: Tx, now: Date) => Promise<T>): Promise<T> {
  const result = await inWorkspace(context.db, context.workspace.id, (tx) => work(tx, context.clock()));
  context.onTouched(context.workspace.id);
  return result;
}
