/** The workspace the key belongs to. */
import * as batches from '../src/store/batches.ts';
import * as scores from '../src/store/scores.ts';
import * as sources from '../src/store/sources.ts';
import * as workspaces from '../src/store/workspaces.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { listSkipped, SkippedCount } from './privacy.ts';

type Counts = Awaited<ReturnType<typeof workspaces.counts>>;
/** Counted once for all fields that show a count, and only if one is asked for. */
interface WorkspaceShape {
  name: string;
  slug: string;
  counts: () => Promise<Counts>;
}

const Workspace = builder.objectRef<WorkspaceShape>('Workspace').implement({
  description: 'A tenant; everything belongs to exactly one.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name for people.' }),
    slug: t.exposeString('slug', { description: 'Its name in commands.' }),
    sample: t.boolean({
      description: 'Whether it holds sample data.',
      resolve: (_workspace, _args, { read }) =>
        read(async (tx) => {
          const found = await batches.list(tx, { transport: 'sample', limit: 1000 });
          return found.some((batch) => batch.undoneAt === null);
        }),
    }),
    accounts: t.int({
      description: 'How many accounts it has.',
      resolve: async (workspace) => (await workspace.counts()).accounts,
    }),
    people: t.int({
      description: 'How many people it knows.',
      resolve: async (workspace) => (await workspace.counts()).people,
    }),
    signals: t.int({
      description: 'How many signals it has.',
      resolve: async (workspace) => (await workspace.counts()).signals,
    }),
    unplaced: t.int({
      description: 'How many of them belong to no account yet; they wait and are placed later.',
      resolve: async (workspace) => (await workspace.counts()).unplaced,
    }),
    skipped: t.field({
      type: [SkippedCount],
      description: 'Records of all sources that were not kept, by reason, most first.',
      resolve: async (_workspace, _args, { read }) => {
        const total: Record<string, number> = {};
        for (const { skipped } of await read((tx) => sources.figures(tx))) {
          for (const [reason, count] of Object.entries(skipped)) total[reason] = (total[reason] ?? 0) + count;
        }
        return listSkipped(total);
      },
    }),
    scoredAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the newest score was made; null before the first.',
      resolve: (_workspace, _args, { read }) => read((tx) => scores.scoredAt(tx)),
    }),
  }),
});

builder.queryField('workspace', (t) =>
  t.field({
    type: Workspace,
    description: 'The workspace the key belongs to.',
    extensions: { cost: 10 },
    resolve: (_root, _args, context) => ({
      name: context.workspace.name,
      slug: context.workspace.slug,
      counts: countOnce(context),
    }),
  }),
);

function countOnce({ read }: Context): () => Promise<Counts> {
  let counted: Promise<Counts> | undefined;
  return () => {
    counted ??= read((tx) => workspaces.counts(tx));
    return counted;
  };
}
