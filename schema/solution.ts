/** Solutions: what we sell, as far as the people around a purchase differ by it. */
import type { RoleTemplate } from '../src/core/group-model.ts';
import type { Solution as SolutionRow } from '../src/core/solution.ts';
import { replaceSolutions } from '../src/flow/groups.ts';
import { inWorkspace } from '../src/store/database.ts';
import { builder } from './builder.ts';
import * as globalId from './global-id.ts';
import { BuyingRoleEnum } from './group-enums.ts';
import { groupLoaders } from './group-loaders.ts';

const TemplateRole = builder.objectRef<RoleTemplate[number]>('TemplateRole').implement({
  description: 'A role that a purchase takes.',
  fields: (t) => ({
    role: t.expose('role', { type: BuyingRoleEnum, description: 'The role.' }),
    required: t.exposeInt('required', { description: 'How many people fill it.' }),
    weight: t.exposeInt('weight', { description: 'How much it matters: 20, 40, 60, 80 or 100.' }),
    needed: t.exposeBoolean('needed', { description: 'Whether a group is incomplete without it.' }),
  }),
});

const ContentRule = builder.objectRef<SolutionRow['content'][number]>('ContentRule').implement({
  description: 'Which pages and assets are about a solution: all that is given must fit.',
  fields: (t) => ({
    url: t.string({
      nullable: true,
      description: 'Regular expression on the path of the URL.',
      resolve: ({ url }) => url ?? null,
    }),
    title: t.string({
      nullable: true,
      description: 'Regular expression on the title.',
      resolve: ({ title }) => title ?? null,
    }),
  }),
});

export const Solution = builder.objectRef<SolutionRow>('Solution').implement({
  description: 'Something we sell that certain people buy. One that names nothing is about everything.',
  fields: (t) => ({
    id: t.id({ description: 'Its global id.', resolve: ({ id }) => globalId.encode('Solution', id) }),
    name: t.exposeString('name', { description: 'Its name.' }),
    topics: t.exposeStringList('topics', { description: 'Topics that are about it.' }),
    clusters: t.exposeStringList('clusters', { description: 'Clusters whose topics are about it.' }),
    content: t.expose('content', { type: [ContentRule], description: 'Pages and assets that are about it.' }),
    template: t.field({
      type: [TemplateRole],
      description: 'The roles it takes: its own, or those of the scoring model.',
      resolve: async ({ template }, _args, context) =>
        template ?? (await groupLoaders(context).model()).model.groups.template,
    }),
    usual: t.exposeBoolean('usual', { description: 'Whether it is ours, as none was named.' }),
  }),
});

builder.queryField('solutions', (t) =>
  t.field({
    type: [Solution],
    description: 'What we sell, by name; one about everything as long as none is named.',
    resolve: (_root, _args, context) => groupLoaders(context).solutions(),
  }),
);

builder.mutationField('replaceSolutions', (t) =>
  t.field({
    type: [Solution],
    description:
      'Puts a list of solutions in place of the one there is; buying groups of those that are not in it go. An empty list: one about everything.',
    args: {
      document: t.arg({
        type: 'JSON',
        required: true,
        description: 'As `undercurrent import solutions` takes it: an array of objects with a name.',
      }),
    },
    resolve: async (_root, { document }, { db, workspace, clock, onTouched }) => {
      const replaced = await inWorkspace(db, workspace.id, (tx) => replaceSolutions(tx, document, clock()));
      onTouched(workspace.id);
      return replaced;
    },
  }),
);
