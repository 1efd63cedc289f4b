/** Buying groups and what is known of the people in them: roles, nurture, qualification, BANT and MEDDIC. */
import { NotFound } from '../src/core/errors.ts';
import {
  type BantField,
  bantKnown,
  type FieldKnown,
  type MeddicField,
  meddicKnown,
} from '../src/core/scoring/bant.ts';
import type { RolePart } from '../src/core/scoring/group.ts';
import { type Nurture as NurtureShape, nurtureOf } from '../src/core/scoring/nurture.ts';
import { qualifyPerson } from '../src/core/scoring/person.ts';
import { giveRole } from '../src/flow/groups.ts';
import type { PastGroup } from '../src/flow/past-groups.ts';
import { inWorkspace } from '../src/store/database.ts';
import * as groups from '../src/store/groups.ts';
import { builder } from './builder.ts';
import { connectionOf, pageArgs, pageOf } from './connection.ts';
import * as globalId from './global-id.ts';
import {
  BantFieldEnum,
  BuyingRoleEnum,
  GroupStatusEnum,
  MeddicFieldEnum,
  MemberStatusEnum,
  NextStepEnum,
  NurtureStageEnum,
  RoleSourceEnum,
} from './group-enums.ts';
import { groupLoaders } from './group-loaders.ts';
import { Account, Person } from './nodes.ts';
import { Qualification } from './score.ts';
import { Solution } from './solution.ts';

const BuyingGroupMember = builder.objectRef<groups.MemberRow>('BuyingGroupMember').implement({
  description: 'Somebody in a buying group.',
  fields: (t) => ({
    person: t.field({
      type: Person,
      description: 'Who it is.',
      resolve: async ({ personId }, _args, { loaders }) => (await loaders.person.load(personId))!,
    }),
    role: t.expose('role', { type: BuyingRoleEnum, description: 'Their role.' }),
    roleConfidence: t.exposeFloat('roleConfidence', {
      description: 'How sure that is, 0–1; under 0.4, by default, they fill no role.',
    }),
    roleSource: t.expose('roleSource', { type: RoleSourceEnum, description: 'Who says so.' }),
    engagement: t.exposeFloat('engagement', { description: 'What they did about the solution, 0–100.' }),
    points: t.exposeFloat('points', { description: 'The same in points, decayed and capped.' }),
    status: t.expose('status', {
      type: MemberStatusEnum,
      description: 'How sure it is that they take part.',
    }),
    lastActiveAt: t.expose('lastActiveAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When they last did something; null: never.',
    }),
  }),
});

const BuyingGroupPart = builder.objectRef<RolePart>('BuyingGroupPart').implement({
  description:
    'What a role adds to its group. Completeness, coverage and engagement of all add up to the group’s.',
  fields: (t) => ({
    role: t.expose('role', { type: BuyingRoleEnum, description: 'The role.' }),
    weight: t.exposeInt('weight', { description: 'How much it matters.' }),
    required: t.exposeInt('required', { description: 'How many people fill it.' }),
    needed: t.exposeBoolean('needed', { description: 'Whether the group is incomplete without it.' }),
    assigned: t.exposeInt('assigned', { description: 'How many are known.' }),
    active: t.exposeInt('active', { description: 'How many of them were active lately.' }),
    points: t.exposeFloat('points', { description: 'What everybody in it did, in points.' }),
    completeness: t.exposeFloat('completeness', { description: 'Its part of completeness.' }),
    coverage: t.exposeFloat('coverage', { description: 'Its part of coverage.' }),
    engagement: t.exposeFloat('engagement', { description: 'Its part of engagement.' }),
  }),
});

/** One of the past brings its members along. */
type ShownGroup = groups.GroupRow & Partial<Pick<PastGroup, 'members'>>;

const BuyingGroup = builder.objectRef<ShownGroup>('BuyingGroup');
builder.node(BuyingGroup, {
  description:
    'The people of an account around one solution. One as of a moment has an id of its own, which can’t be asked for again.',
  id: { resolve: ({ id }) => id },
  loadManyWithoutCache: (ids, context) => Promise.all(ids.map((id) => groupLoaders(context).group.load(id))),
  fields: (t) => ({
    account: t.field({
      type: Account,
      description: 'Whose people they are.',
      resolve: async ({ accountId }, _args, { loaders }) => (await loaders.account.load(accountId))!,
    }),
    solution: t.field({
      type: Solution,
      description: 'What they may buy.',
      resolve: async ({ solutionId }, _args, context) =>
        (await groupLoaders(context).solutions()).find(({ id }) => id === solutionId)!,
    }),
    score: t.exposeFloat('score', { description: '0–100: how complete and engaged it is, both needed.' }),
    completeness: t.exposeFloat('completeness', {
      description: 'How much of what is needed is filled, 0–1.',
    }),
    coverage: t.exposeFloat('coverage', { description: 'The same by people who were active lately, 0–1.' }),
    engagement: t.exposeFloat('engagement', { description: 'What they did about the solution, 0–100.' }),
    status: t.expose('status', { type: GroupStatusEnum, description: 'How far it has come.' }),
    size: t.exposeInt('size', { description: 'How many are in it.' }),
    members: t.field({
      type: [BuyingGroupMember],
      description: `Who is in it, the most engaged first; ${groups.MOST_MEMBERS} at most.`,
      resolve: ({ id, members }, _args, context) => members ?? groupLoaders(context).members.load(id),
    }),
    missingRoles: t.expose('missingRoles', {
      type: [BuyingRoleEnum],
      description: 'Needed roles that nobody fills, the weightiest first.',
    }),
    parts: t.expose('parts', { type: [BuyingGroupPart], description: 'What each role adds.' }),
    champion: t.field({
      type: Person,
      nullable: true,
      description: 'Who speaks for us most.',
      resolve: ({ championId }, _args, { loaders }) => (championId ? loaders.person.load(championId) : null),
    }),
    blocker: t.field({
      type: Person,
      nullable: true,
      description: 'Who speaks against us most, or told sales no.',
      resolve: ({ blockerId }, _args, { loaders }) => (blockerId ? loaders.person.load(blockerId) : null),
    }),
    lastActivityAt: t.expose('lastActivityAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When one of them last did something.',
    }),
    modelVersion: t.exposeInt('modelVersion', { description: 'The scoring model it was made with.' }),
  }),
});

const BuyingGroupConnection = connectionOf('BuyingGroup', BuyingGroup);

const BuyingGroupFilter = builder.inputType('BuyingGroupFilter', {
  description: 'Which buying groups; all that is given must hold.',
  fields: (t) => ({
    account: t.id({ description: 'Of this account.' }),
    solution: t.id({ description: 'Around this solution.' }),
    minScore: t.float({ description: 'Score from, inclusive.' }),
    minCompleteness: t.float({ description: 'Completeness from, inclusive.' }),
    status: t.field({ type: GroupStatusEnum, description: 'That have come so far.' }),
    missingRole: t.field({ type: BuyingRoleEnum, description: 'That miss this role.' }),
  }),
});

builder.queryField('buyingGroups', (t) =>
  t.field({
    type: BuyingGroupConnection,
    description: 'Buying groups, the best first.',
    args: { filter: t.arg({ type: BuyingGroupFilter, description: 'Only these.' }), ...pageArgs() },
    resolve: (_root, { filter, ...args }, { read }) => {
      const { account, solution, ...rest } = filter ?? {};
      const wanted: groups.GroupFilter = {
        ...rest,
        accountId: account ? globalId.decodeAs('Account', account) : null,
        solutionId: solution ? globalId.decodeAs('Solution', solution) : null,
      };
      return pageOf(args, 'GROUP SCORE', {
        fetch: ({ limit, cursor, backward }) =>
          read((tx) =>
            groups.page(
              tx,
              wanted,
              limit,
              cursor && { value: cursor.value as number, id: cursor.id },
              backward,
            ),
          ),
        positionOf: ({ id, score }) => ({ value: score, id }),
        count: () => read((tx) => groups.count(tx, wanted)),
      });
    },
  }),
);

builder.mutationField('setBuyingRole', (t) =>
  t.field({
    type: BuyingGroup,
    description: 'Says what somebody’s role is, before what the CRM and titles say; this confirms them.',
    args: {
      group: t.arg.id({ required: true, description: 'The buying group.' }),
      person: t.arg.id({ required: true, description: 'Somebody at its account.' }),
      role: t.arg({ type: BuyingRoleEnum, required: true, description: 'Their role.' }),
    },
    resolve: async (_root, { group, person, role }, { db, workspace, clock, onTouched }) => {
      const groupId = globalId.decodeAs('BuyingGroup', group);
      const personId = globalId.decodeAs('Person', person);
      const found = await inWorkspace(db, workspace.id, async (tx) => {
        await giveRole(tx, groupId, personId, role, clock());
        return (await groups.byIds(tx, [groupId]))[0];
      });
      onTouched(workspace.id);
      if (!found) throw new NotFound('The buying group is gone.', 'Ask for `buyingGroups` again.');
      return found;
    },
  }),
);

const BantFact = builder.objectRef<FieldKnown<BantField>>('BantFact').implement({
  description: 'One of budget, authority, need and timeline.',
  fields: (t) => ({
    field: t.expose('field', { type: BantFieldEnum, description: 'Which one.' }),
    known: t.exposeBoolean('known', { description: 'Whether it is known.' }),
    value: t.exposeString('value', { nullable: true, description: 'What is known.' }),
    from: t.exposeString('from', { nullable: true, description: 'Who says so, or what it follows from.' }),
    at: t.expose('at', { type: 'DateTime', nullable: true, description: 'When it was said.' }),
  }),
});

const MeddicFact = builder.objectRef<FieldKnown<MeddicField>>('MeddicFact').implement({
  description: 'One of the fields of MEDDIC.',
  fields: (t) => ({
    field: t.expose('field', { type: MeddicFieldEnum, description: 'Which one.' }),
    known: t.exposeBoolean('known', { description: 'Whether it is known.' }),
    value: t.exposeString('value', { nullable: true, description: 'What is known.' }),
    from: t.exposeString('from', { nullable: true, description: 'Who says so, or what it follows from.' }),
    at: t.expose('at', { type: 'DateTime', nullable: true, description: 'When it was said.' }),
  }),
});

builder.objectFields(Account, (t) => ({
  buyingGroups: t.field({
    type: [BuyingGroup],
    description: 'Its people around each solution, the best group first.',
    args: {
      asOf: t.arg({
        type: 'DateTime',
        description:
          'As of this moment, from what was known of signals and people then. Solutions and clusters are those of today; of roles given by hand only the last is kept.',
      }),
    },
    extensions: { reads: ['id'], argCosts: { asOf: 20 } },
    resolve: ({ id }, { asOf }, context): Promise<ShownGroup[]> =>
      asOf ? groupLoaders(context).ofAccountAt(asOf).load(id) : groupLoaders(context).ofAccount.load(id),
  }),
  bant: t.field({
    type: [BantFact],
    description: 'Budget, authority, need and timeline, as the CRM, forms and buying groups tell.',
    extensions: { reads: ['id'], cost: 5 },
    resolve: async ({ id }, _args, context) => bantKnown(await groupLoaders(context).deal.load(id)),
  }),
  meddic: t.field({
    type: [MeddicFact],
    description: 'The fields of MEDDIC, as the CRM, forms and buying groups tell.',
    extensions: { reads: ['id'], cost: 5 },
    resolve: async ({ id }, _args, context) => meddicKnown(await groupLoaders(context).deal.load(id)),
  }),
}));

const Nurture = builder.objectRef<NurtureShape>('Nurture').implement({
  description: 'How far a person has come by themselves, and what to do next.',
  fields: (t) => ({
    stage: t.expose('stage', { type: NurtureStageEnum, description: 'How far they have come.' }),
    nextStep: t.expose('nextStep', { type: NextStepEnum, description: 'What is best done next.' }),
    reason: t.exposeString('reason', { description: 'Why.' }),
  }),
});

builder.objectFields(Person, (t) => ({
  nurture: t.field({
    type: Nurture,
    description: 'How far they have come by themselves, and what to do next.',
    extensions: { cost: 10 },
    resolve: async (person, _args, context) => {
      const { model } = await groupLoaders(context).model();
      return nurtureOf(person, await groupLoaders(context).deeds.load(person), model, context.clock());
    },
  }),
  qualification: t.field({
    type: Qualification,
    description: 'Their own fit (title and department) and points combined.',
    extensions: { cost: 10 },
    resolve: async (person, _args, context) => {
      const { model } = await groupLoaders(context).model();
      const deeds = await groupLoaders(context).deeds.load(person);
      return qualifyPerson(person, deeds, model, context.clock());
    },
  }),
}));
