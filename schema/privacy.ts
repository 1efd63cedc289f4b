/** What was not kept and why; whom we don't want to hear of; and what is held of a person, handed out or erased. */
import { SKIP_CLASSES, type SkipClass, skipClass } from '../src/core/privacy.ts';
import { erase, type Receipt } from '../src/flow/erasure.ts';
import * as privacyFlow from '../src/flow/privacy.ts';
import * as privacy from '../src/store/privacy.ts';
import { builder } from './builder.ts';

const MEANINGS: Record<SkipClass, string> = {
  BOT: 'A program: by its user agent, its network, its pace, or because nobody asked for the page yet.',
  AI_CRAWLER: 'A program that reads for a language model or on behalf of its user.',
  PRIVACY: 'The visitor objected, was erased, or came from a home.',
  EXCLUDED: 'On the list of exclusions, or our own company.',
  OTHER: 'Of no interest to the source: an asset, a redirect.',
};
const SkipClassEnum = builder.enumType('SkipClass', {
  description: 'What a reason for not keeping a record amounts to.',
  values: Object.fromEntries(SKIP_CLASSES.map((name) => [name, { description: MEANINGS[name] }])) as {
    [name in SkipClass]: { description: string };
  },
});

interface Skipped {
  reason: string;
  count: number;
}

export const SkippedCount = builder.objectRef<Skipped>('SkippedCount').implement({
  description: 'How many records were not kept for one reason.',
  fields: (t) => ({
    reason: t.exposeString('reason', {
      description: 'The reason, in words: `bot`, `AI crawler`, `GPC or DNT`.',
    }),
    class: t.field({
      type: SkipClassEnum,
      description: 'What the reason amounts to.',
      resolve: ({ reason }) => skipClass(reason),
    }),
    count: t.exposeInt('count', { description: 'How many.' }),
  }),
});

/** Reason → count as a list, most first. */
export const listSkipped = (skipped: Record<string, number>): Skipped[] =>
  Object.entries(skipped)
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));

const ExclusionKindEnum = builder.enumType('ExclusionKind', {
  description: 'What an exclusion is about.',
  values: {
    CIDR: { description: 'A network: `203.0.113.0/24`.' },
    DOMAIN: { description: 'A company, by its domain.' },
    EMAIL_HASH: { description: 'A person, by a keyed hash of the address.' },
  } as const,
});

const Exclusion = builder.objectRef<privacy.Exclusion>('Exclusion').implement({
  description: 'Somebody we don’t want to hear of.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ExclusionKindEnum, description: 'What it is about.' }),
    value: t.exposeString('value', { description: 'The network, the domain, or the hash of the address.' }),
    reason: t.exposeString('reason', { description: 'Why, in the words of whoever put it there.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was put on the list.' }),
  }),
});

const ErasureReceipt = builder.objectRef<Receipt>('ErasureReceipt').implement({
  description: 'What an erasure took away.',
  fields: (t) => ({
    erasedAt: t.expose('erasedAt', { type: 'DateTime', description: 'When.' }),
    found: t.exposeBoolean('found', {
      description: 'Whether anything was held; the address is kept out from now on either way.',
    }),
    people: t.exposeInt('people', { description: 'How many people it was.' }),
    identities: t.exposeInt('identities', { description: 'How many addresses and ids named them.' }),
    visitors: t.exposeInt('visitors', { description: 'How many browsers were theirs alone.' }),
    signals: t.exposeInt('signals', { description: 'How many signals of theirs are gone.' }),
    deadLetters: t.exposeInt('deadLetters', { description: 'How many bad records named them.' }),
    mentions: t.exposeInt('mentions', { description: 'In how many other rows they were named.' }),
    accounts: t.exposeInt('accounts', { description: 'How many accounts are scored again.' }),
  }),
});

const AuditEntry = builder.objectRef<privacy.AuditEntry>('AuditEntry').implement({
  description: 'Somebody saw or erased what was held of a person.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    actor: t.exposeString('actor', { description: 'The name of the key, or `command line`.' }),
    action: t.exposeString('action', { description: '`ERASE` or `EXPORT`.' }),
    subject: t.exposeString('subject', {
      description: 'A keyed hash of the address, the same for the same one.',
    }),
    counts: t.expose('counts', { type: 'JSON', description: 'How much, by what.' }),
  }),
});

builder.queryFields((t) => ({
  exclusions: t.field({
    type: [Exclusion],
    description: 'Whom we don’t want to hear of, oldest first. Needs the scope `admin`.',
    extensions: { scope: 'admin' },
    resolve: (_root, _args, { read }) => read((tx) => privacy.exclusions(tx)),
  }),
  auditLog: t.field({
    type: [AuditEntry],
    description: 'Who saw or erased what was held of whom, newest first. Needs the scope `admin`.',
    extensions: { scope: 'admin' },
    args: { first: t.arg.int({ defaultValue: 100, description: 'How many, at most 1,000.' }) },
    resolve: (_root, { first }, { read }) =>
      read((tx) => privacy.auditLog(tx, Math.min(1_000, Math.max(1, first ?? 100)))),
  }),
}));

const actorOf = ({ keyName }: { keyName?: string }): string => keyName ?? 'API';

builder.mutationFields((t) => ({
  addExclusion: t.field({
    type: Exclusion,
    description: 'Keeps out a network, a domain or a person from now on. Needs the scope `admin`.',
    extensions: { scope: 'admin' },
    args: {
      value: t.arg.string({ required: true, description: '`203.0.113.0/24`, `acme.com` or `ann@acme.com`.' }),
      reason: t.arg.string({ defaultValue: '', description: 'Why.' }),
    },
    resolve: (_root, { value, reason }, { db, workspace, clock }) =>
      privacyFlow.exclude(db, workspace, value, reason ?? '', clock()),
  }),
  removeExclusion: t.boolean({
    description: 'Lets them in again; false if they were not kept out. Needs the scope `admin`.',
    extensions: { scope: 'admin' },
    args: { value: t.arg.string({ required: true, description: 'As it was added.' }) },
    resolve: (_root, { value }, { db, workspace }) => privacyFlow.include(db, workspace, value),
  }),
  erasePerson: t.field({
    type: ErasureReceipt,
    description:
      'Erases a person for good and keeps them from coming back. Cannot be undone. Needs the scope `admin`.',
    extensions: { scope: 'admin' },
    args: { email: t.arg.string({ required: true, description: 'The person’s e-mail address.' }) },
    resolve: async (_root, { email }, context) => {
      const { db, workspace, clock, onTouched } = context;
      const receipt = await erase(db, workspace, email, actorOf(context), clock());
      onTouched(workspace.id);
      return receipt;
    },
  }),
  exportPerson: t.field({
    type: 'JSON',
    description:
      'Everything that is held of a person, as rows by table. A mutation since it is noted in the audit log. Needs the scope `admin`.',
    extensions: { scope: 'admin' },
    args: { email: t.arg.string({ required: true, description: 'The person’s e-mail address.' }) },
    resolve: (_root, { email }, context) => {
      const { db, workspace, clock } = context;
      return privacyFlow.exportPerson(db, workspace, email, actorOf(context), clock());
    },
  }),
}));
