/** How accounts hang together: parents, merges and duplicates. */
import { Invalid, NotFound } from '../src/core/errors.ts';
import {
  type DomainKind,
  type DuplicateClue,
  type DuplicateReason,
  domainKind,
  tellDuplicate,
} from '../src/core/identity/duplicates.ts';
import { setParent } from '../src/flow/hierarchy.ts';
import { merge, unmerge } from '../src/flow/merge.ts';
import { inWorkspace, type Tx } from '../src/store/database.ts';
import * as duplicates from '../src/store/duplicates.ts';
import type { DomainFacts, Edge } from '../src/store/graph.ts';
import * as merges from '../src/store/merges.ts';
import { builder } from './builder.ts';
import { connectionOf, pageArgs, pageOf } from './connection.ts';
import type { Context } from './context.ts';
import * as globalId from './global-id.ts';
import { type AccountNode, loadAccounts } from './loaders.ts';
import { Account } from './nodes.ts';

const meanings = <T extends string>(of: Record<T, string>) =>
  Object.fromEntries((Object.keys(of) as T[]).map((value) => [value, { value, description: of[value] }])) as {
    [K in T]: { value: K; description: string };
  };

const DomainKindEnum = builder.enumType('DomainKind', {
  description: 'What a domain is to its account.',
  values: meanings<DomainKind>({
    MAIN: 'Its own.',
    COUNTRY: 'The same word under a country’s ending.',
    ALIAS: 'The same word otherwise, or part of it.',
    BRAND: 'Another word: a brand, or a name of old.',
  }),
});

const ProvenanceEnum = builder.enumType('Provenance', {
  description: 'Who says so.',
  values: meanings<Edge['provenance'] | 'DISCOVERED'>({
    BY_HAND: 'Somebody, by hand.',
    IMPORTED: 'An import, or the API.',
    DISCOVERED: 'Nobody in earnest: it was seen in signals.',
  }),
});

const AccountDomain = builder.objectRef<DomainFacts & { kind: DomainKind }>('AccountDomain').implement({
  description: 'A domain of an account.',
  fields: (t) => ({
    domain: t.exposeString('domain', { description: 'The domain.' }),
    kind: t.expose('kind', { type: DomainKindEnum, description: 'What it is to the account.' }),
    provenance: t.expose('provenance', {
      type: ProvenanceEnum,
      description: 'Who says it is the account’s.',
    }),
    sources: t.exposeStringList('sources', {
      description: 'Sources that say so; none where it was said through the API.',
    }),
  }),
});

const ParentLink = builder.objectRef<Edge>('ParentLink').implement({
  description: 'Why an account’s parent is its parent.',
  fields: (t) => ({
    provenance: t.expose('provenance', { type: ProvenanceEnum, description: 'Who says so.' }),
    since: t.expose('since', { type: 'DateTime', description: 'When it was said.' }),
  }),
});

const Merge = builder.objectRef<merges.Merge>('Merge').implement({
  description: 'A merge that is in force.',
  fields: (t) => ({
    id: t.id({
      description: 'Its id, for `unmergeAccount`.',
      resolve: ({ id }) => globalId.encode('Merge', id),
    }),
    name: t.exposeString('name', { description: 'What the merged account is called by itself.' }),
    domain: t.exposeString('domain', { nullable: true, description: 'Its own main domain.' }),
    mergedAt: t.expose('mergedAt', { type: 'DateTime', description: 'When it was merged.' }),
  }),
});

builder.objectFields(Account, (t) => ({
  parent: t.field({
    type: Account,
    nullable: true,
    description: 'The account it belongs to; null: none is known.',
    resolve: ({ parentId }, _args, { loaders }) => (parentId ? loaders.account.load(parentId) : null),
  }),
  parentLink: t.field({
    type: ParentLink,
    nullable: true,
    description: 'Who says what its parent is; null where it has none.',
    resolve: ({ id }, _args, { loaders }) => loaders.parentLink().load(id),
  }),
  children: t.field({
    type: [Account],
    description: 'The accounts that belong to it, one level down, by name.',
    resolve: async ({ id }, _args, { loaders }) => {
      const ids = await loaders.children().load(id);
      return (await loaders.account.loadMany(ids)).filter((one): one is AccountNode => isAccount(one));
    },
  }),
  domainDetails: t.field({
    type: [AccountDomain],
    description: 'All its domains, what they are to it, and who says so.',
    resolve: async ({ id, domain }, _args, { loaders }) =>
      (await loaders.domainDetails().load(id)).map((one) => ({
        ...one,
        kind: domainKind(one.domain, domain || null),
      })),
  }),
  merged: t.field({
    type: [Merge],
    description: 'What was merged into it, first merged first.',
    resolve: ({ id }, _args, { loaders }) => loaders.merged().load(id),
  }),
}));

function isAccount(one: AccountNode | Error | null): boolean {
  if (one instanceof Error) throw one;
  return one !== null;
}

const DuplicateReasonEnum = builder.enumType('DuplicateReason', {
  description: 'Why two accounts may be one company.',
  values: meanings<DuplicateReason>({
    SAME_WEBSITE: 'Both are said to have one domain.',
    SAME_LINKEDIN: 'Both have one page on LinkedIn.',
    DISCOVERED_TWIN: 'One was imported by name without a domain, the other was discovered with that name.',
    SAME_NAME: 'Both have the same name, legal form aside.',
    SAME_LABEL: 'Their domains differ in the ending only.',
    NAME_IS_DOMAIN: 'The name of one is a domain of the other.',
    SHARED_PEOPLE: 'People were seen at both.',
  }),
});

const DuplicateClueType = builder.objectRef<DuplicateClue>('DuplicateClue').implement({
  description: 'One reason why two accounts may be one company.',
  fields: (t) => ({
    reason: t.expose('reason', { type: DuplicateReasonEnum, description: 'The reason.' }),
    text: t.string({ description: 'The reason in plain words.', resolve: tellDuplicate }),
  }),
});

interface DuplicatePair extends Omit<duplicates.Duplicate, 'accountIds'> {
  accounts: AccountNode[];
}

const DuplicateAccounts = builder.objectRef<DuplicatePair>('DuplicateAccounts');
DuplicateAccounts.implement({
  description: 'Two accounts that may be one company.',
  fields: (t) => ({
    accounts: t.expose('accounts', {
      type: [Account],
      description: 'Both; first the one to keep: imported, with a domain, older.',
    }),
    confidence: t.exposeFloat('confidence', { description: 'How sure it is, 0–1.' }),
    reasons: t.expose('clues', { type: [DuplicateClueType], description: 'Why; the surest first.' }),
  }),
});
const DuplicateAccountsConnection = connectionOf('DuplicateAccounts', DuplicateAccounts);

builder.queryField('duplicateAccounts', (t) =>
  t.field({
    type: DuplicateAccountsConnection,
    description: 'Accounts that may be duplicates of each other, the surest first; not the dismissed ones.',
    extensions: { cost: 1000 },
    args: pageArgs(),
    resolve: (_root, args, { read, clock }) =>
      pageOf<DuplicatePair>(args, 'CONFIDENCE', {
        fetch: ({ limit, cursor, backward }) =>
          read(async (tx) => {
            const from = cursor ? { value: Number(cursor.value), id: cursor.id } : null;
            const pairs = await duplicates.page(tx, limit, from, backward);
            const found = await loadAccounts(
              tx,
              [...new Set(pairs.flatMap((pair) => pair.accountIds))],
              clock,
            );
            const byId = new Map(found.flatMap((account) => (account ? [[account.id, account]] : [])));
            return pairs.map(({ accountIds, ...pair }) => ({
              ...pair,
              accounts: accountIds.flatMap((id) => byId.get(id) ?? []),
            }));
          }),
        positionOf: ({ id, confidence }) => ({ value: confidence, id }),
        count: () => read(duplicates.count),
      }),
  }),
);

/** Commits, asks for the scores, and answers the account as it is then. */
async function change(context: Context, work: (tx: Tx, now: Date) => Promise<string>): Promise<AccountNode> {
  const { db, workspace, clock } = context;
  const id = await inWorkspace(db, workspace.id, (tx) => work(tx, clock()));
  context.onTouched(workspace.id);
  const [account] = await inWorkspace(db, workspace.id, (tx) => loadAccounts(tx, [id], clock), {
    readOnly: true,
  });
  return account!;
}

builder.mutationFields((t) => ({
  setParent: t.field({
    type: Account,
    description: 'Says what an account’s parent is; this goes before what imports say.',
    args: {
      account: t.arg.id({ required: true, description: 'The account’s id.' }),
      parent: t.arg.id({ description: 'Its parent’s id; without it the account has no parent.' }),
    },
    resolve: (_root, args, context) => {
      const account = globalId.decodeAs('Account', args.account);
      const parent = args.parent ? globalId.decodeAs('Account', args.parent) : null;
      return change(context, (tx, now) => setParent(tx, account, parent, now));
    },
  }),
  mergeAccounts: t.field({
    type: Account,
    description:
      'Merges duplicates into one account, which has their signals, people and outcomes from then on, and their facts where it has none itself. `unmergeAccount` takes it back.',
    args: {
      into: t.arg.id({ required: true, description: 'Id of the account to keep.' }),
      from: t.arg.idList({ required: true, description: 'Ids of its duplicates.' }),
    },
    resolve: (_root, args, context) => {
      const into = globalId.decodeAs('Account', args.into);
      const from = args.from.map((id) => globalId.decodeAs('Account', id));
      return change(context, (tx, now) => merge(tx, context.workspace, into, from, now));
    },
  }),
  unmergeAccount: t.field({
    type: Account,
    description:
      'Takes a merge back: the account is again what it would be without it, with what arrived meanwhile.',
    args: {
      id: t.arg.id({ required: true, description: 'Id of the merge, or of the account that was merged.' }),
    },
    resolve: (_root, args, context) => {
      const { typename, id } = globalId.decode(args.id);
      if (typename !== 'Merge' && typename !== 'Account') {
        throw new Invalid(`'${args.id}' is the id of a ${typename}`, 'Use the id of a merge; see `merged`.', {
          field: 'id',
        });
      }
      return change(context, (tx, now) => unmerge(tx, context.workspace, id, now));
    },
  }),
  dismissDuplicate: t.boolean({
    description:
      'Keeps that two accounts are no duplicates, so that they are not shown again; false if that was known.',
    args: {
      accounts: t.arg.idList({ required: true, description: 'Ids of the two.' }),
    },
    resolve: (_root, args, { db, workspace, clock }) => {
      const [one, other, ...more] = new Set(args.accounts.map((id) => globalId.decodeAs('Account', id)));
      if (!one || !other || more.length > 0) {
        throw new Invalid('accounts: are not two', 'Give the ids of two different accounts.', {
          field: 'accounts',
        });
      }
      return inWorkspace(db, workspace.id, async (tx) => {
        const known = await merges.standings(tx, [one, other]);
        const [first, second] = [known.get(one), known.get(other)];
        if (!first || !second)
          throw new NotFound('There is no such account.', 'Use the `id` that a query gave you.');
        return duplicates.dismiss(tx, first.survivorId, second.survivorId, clock());
      });
    },
  }),
}));
