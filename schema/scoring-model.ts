/** Versions of the scoring model, and which one is in force. */
import { Invalid } from '../src/core/errors.ts';
import { MOST_TOP, USUAL_TOP } from '../src/core/model-comparison.ts';
import { diffModels } from '../src/core/model-diff.ts';
import * as models from '../src/flow/models.ts';
import { inWorkspace, type Tx } from '../src/store/database.ts';
import * as stored from '../src/store/models.ts';
import { builder } from './builder.ts';
import type { Context, Read } from './context.ts';
import { ModelChangeType, ModelComparison } from './model-preview.ts';

const ScoringModel = builder.objectRef<stored.ModelVersion>('ScoringModel').implement({
  description: 'A version of the document that holds every weight, half-life, cap, rule and threshold.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'Counted from 1.' }),
    active: t.exposeBoolean('active', { description: 'Whether scores are made with it.' }),
    shadow: t.exposeBoolean('shadow', {
      description: 'Whether accounts are scored with it beside the active one.',
    }),
    note: t.exposeString('note', { description: 'Why it was made.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    config: t.field({ type: 'JSON', description: 'The document.', resolve: (version) => version.model }),
    diff: t.field({
      type: [ModelChangeType],
      description: 'What differs from another version to this one.',
      args: { from: t.arg.int({ description: 'Which version; without it the active one.' }) },
      resolve: (version, { from }, { read, clock }) =>
        read(async (tx) =>
          diffModels((await models.modelFor(tx, from ?? null, null, clock())).model, version.model),
        ),
    }),
    comparison: t.field({
      type: ModelComparison,
      nullable: true,
      description: 'Of a shadow: how its scores compare with the active version’s, so far. Else null.',
      extensions: { cost: 200 },
      args: {
        limit: t.arg.int({
          defaultValue: USUAL_TOP,
          description: `How many of the hottest are compared, ${MOST_TOP} at most.`,
        }),
      },
      resolve: ({ version, shadow }, { limit }, { read, clock }) =>
        shadow ? read((tx) => models.compareShadow(tx, version, limit ?? USUAL_TOP, clock())) : null,
    }),
  }),
});

const ActivationAction = builder.enumType('ModelAction', {
  description: 'How a version became the active one.',
  values: {
    APPLY: { value: 'APPLY', description: 'Its document was stored and put in force at once.' },
    PROMOTE: { value: 'PROMOTE', description: 'It was there already: a shadow or an older version.' },
    ROLLBACK: { value: 'ROLLBACK', description: 'The one after it was taken out of force.' },
  } satisfies { [K in stored.Activation['action']]: { value: K; description: string } },
});

const Activation = builder.objectRef<stored.Activation>('ModelActivation').implement({
  description: 'From when on a version was the active one.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'The version.' }),
    action: t.expose('action', { type: ActivationAction, description: 'How.' }),
    note: t.exposeString('note', { description: 'Why.' }),
    at: t.expose('at', { type: 'DateTime', description: 'From when on.' }),
  }),
});

builder.queryFields((t) => ({
  scoringModel: t.field({
    type: ScoringModel,
    description: 'One version of the scoring model.',
    args: { version: t.arg.int({ description: 'Which; without it the active one.' }) },
    resolve: (_root, { version }, { read, clock }) =>
      read((tx) => models.modelFor(tx, version ?? null, null, clock())),
  }),
  scoringModels: t.field({
    type: [ScoringModel],
    description: 'Every version of the scoring model, newest first.',
    resolve: (_root, _args, { read, clock }) => allVersions(read, clock),
  }),
  modelActivations: t.field({
    type: [Activation],
    description: 'Which version became the active one when, oldest first; empty while there was only one.',
    resolve: (_root, _args, { read }) => read((tx) => stored.activations(tx)),
  }),
}));

/** A workspace that was never scored has the default model, stored or not. */
async function allVersions(read: Read, clock: () => Date): Promise<stored.ModelVersion[]> {
  const found = await read((tx) => stored.list(tx));
  return found.length > 0 ? found : [await read((tx) => stored.current(tx, clock()))];
}

builder.mutationFields((t) => ({
  applyModel: t.field({
    type: ScoringModel,
    description:
      'Stores a document as a new version and makes it the active one; every account is scored again.',
    args: {
      config: t.arg({ type: 'JSON', required: true, description: 'The document, whole.' }),
      note: t.arg.string({ required: true, description: 'Why.' }),
    },
    resolve: (_root, { config, note }, context) =>
      change(context, (tx, now) => models.apply(tx, config, note, now)),
  }),
  shadowModel: t.field({
    type: ScoringModel,
    description:
      'Has accounts scored with a version beside the active one, from now on; or with a document, stored as a new version.',
    args: {
      version: t.arg.int({ description: 'Which version.' }),
      config: t.arg({ type: 'JSON', description: 'Instead of a version: a document, whole.' }),
      note: t.arg.string({ description: 'Why; needed for a document.' }),
    },
    resolve: (_root, { version, config, note }, context) => {
      if ((version == null) === (config == null)) {
        throw new Invalid('shadowModel: needs either version or config', 'Give one of them.', {
          field: 'version',
        });
      }
      return change(context, (tx, now) =>
        version != null ? models.shadow(tx, version, now) : models.shadowNew(tx, config, note ?? '', now),
      );
    },
  }),
  endShadowModel: t.field({
    type: ScoringModel,
    description: 'No longer scores with a shadow; its scores go, the version stays.',
    args: { version: t.arg.int({ required: true, description: 'Which version.' }) },
    resolve: (_root, { version }, context) =>
      change(context, (tx, now) => models.endShadow(tx, version, now)),
  }),
  promoteModel: t.field({
    type: ScoringModel,
    description:
      'Makes a shadow or an older version the active one; the one before stays. Every account is scored again.',
    args: {
      version: t.arg.int({ required: true, description: 'Which version.' }),
      note: t.arg.string({ required: true, description: 'Why.' }),
    },
    resolve: (_root, { version, note }, context) =>
      change(context, (tx, now) => models.promote(tx, version, note, now)),
  }),
  rollbackModel: t.field({
    type: ScoringModel,
    description: 'Returns to the version that was active before; once more, to the one before that.',
    args: { note: t.arg.string({ required: true, description: 'Why.' }) },
    resolve: (_root, { note }, context) => change(context, (tx, now) => models.rollback(tx, note, now)),
  }),
}));

async function change(
  { db, workspace, clock, onTouched }: Context,
  work: (tx: Tx, now: Date) => Promise<stored.ModelVersion>,
): Promise<stored.ModelVersion> {
  const changed = await inWorkspace(db, workspace.id, (tx) => work(tx, clock()));
  onTouched(workspace.id);
  return changed;
}
