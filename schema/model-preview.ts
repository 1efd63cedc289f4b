/** What another scoring model makes, or would make, of the accounts. */
import { type Comparison, MOST_TOP, type Mover, USUAL_TOP } from '../src/core/model-comparison.ts';
import type { ModelChange } from '../src/core/model-diff.ts';
import type { QualificationTier } from '../src/core/scoring/qualification.ts';
import { type ModelPreview as Preview, preview } from '../src/flow/preview.ts';
import { builder } from './builder.ts';
import { QualificationTierEnum } from './enums.ts';
import { Account } from './nodes.ts';

export const ModelChangeType = builder.objectRef<ModelChange>('ModelChange').implement({
  description: 'One entry in which two scoring models differ.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Where it is: `kinds["site.pricing_view"].value`.' }),
    before: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What it is in the one; null also where there is no such entry.',
      resolve: (one) => one.before,
    }),
    after: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What it is in the other.',
      resolve: (one) => one.after,
    }),
    meaning: t.exposeString('meaning', { description: 'What the entry is.' }),
  }),
});

const TierChange = builder.objectRef<Comparison['tierChanges'][number]>('TierChange').implement({
  description: 'How many accounts go from one tier to another.',
  fields: (t) => ({
    from: t.field({
      type: QualificationTierEnum,
      description: 'With the active model.',
      resolve: (one): QualificationTier => one.from,
    }),
    to: t.field({
      type: QualificationTierEnum,
      description: 'With the other.',
      resolve: (one): QualificationTier => one.to,
    }),
    accounts: t.exposeInt('accounts', { description: 'How many.' }),
  }),
});

const MoverType = builder.objectRef<Mover>('Mover').implement({
  description: 'An account that comes into the hottest or goes.',
  fields: (t) => ({
    account: t.field({
      type: Account,
      description: 'The account.',
      resolve: async ({ accountId }, _args, { loaders }) => (await loaders.account.load(accountId))!,
    }),
    heatBefore: t.float({ description: 'Heat with the active model.', resolve: (one) => one.before.heat }),
    heatAfter: t.float({ description: 'Heat with the other.', resolve: (one) => one.after.heat }),
    rankBefore: t.exposeInt('rankBefore', { description: 'Rank by heat with the active model, from 1.' }),
    rankAfter: t.exposeInt('rankAfter', { description: 'Rank by heat with the other.' }),
    tierBefore: t.field({
      type: QualificationTierEnum,
      description: 'Tier with the active model.',
      resolve: (one) => one.before.tier,
    }),
    tierAfter: t.field({
      type: QualificationTierEnum,
      description: 'Tier with the other.',
      resolve: (one) => one.after.tier,
    }),
  }),
});

const ComparisonInterface = builder.interfaceRef<Comparison>('ModelComparisonFields').implement({
  description: 'How scores of two models compare.',
  fields: (t) => ({
    accounts: t.exposeInt('accounts', { description: 'How many accounts were compared.' }),
    retiered: t.exposeInt('retiered', { description: 'How many change their tier.' }),
    tierChanges: t.expose('tierChanges', {
      type: [TierChange],
      description: 'From which to which, most first.',
    }),
    top: t.exposeInt('top', { description: 'How many of the hottest are compared.' }),
    overlap: t.exposeInt('overlap', { description: 'How many of them are among the hottest with both.' }),
    entering: t.expose('entering', { type: [MoverType], description: 'Who comes in, hottest first.' }),
    leaving: t.expose('leaving', { type: [MoverType], description: 'Who goes, hottest first.' }),
    rankCorrelation: t.exposeFloat('rankCorrelation', {
      nullable: true,
      description: 'Spearman’s, of heat: 1 is the same order; null where there is none to speak of.',
    }),
    meanHeatBefore: t.float({ description: 'With the active model.', resolve: (one) => one.meanHeat.before }),
    meanHeatAfter: t.float({ description: 'With the other.', resolve: (one) => one.meanHeat.after }),
  }),
});

export const ModelComparison = builder.objectRef<Comparison>('ModelComparison').implement({
  description: 'How a shadow’s scores compare with those of the active model.',
  interfaces: [ComparisonInterface],
  isTypeOf: (value) => typeof value === 'object' && value !== null && !('changes' in value),
});

const ModelPreview = builder.objectRef<Preview>('ModelPreview').implement({
  description: 'What a scoring model would change if it were the active one. Nothing is stored.',
  interfaces: [ComparisonInterface],
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'changes' in value,
  fields: (t) => ({
    activeVersion: t.exposeInt('activeVersion', { description: 'The version it is compared with.' }),
    changes: t.expose('changes', { type: [ModelChangeType], description: 'What differs in the document.' }),
  }),
});

builder.queryFields((t) => ({
  previewModel: t.field({
    type: ModelPreview,
    description:
      'Scores every account with a document beside the active model. Of many accounts the first one makes a copy of the timeline, which later ones read.',
    extensions: { cost: 1_000 },
    args: {
      config: t.arg({ type: 'JSON', required: true, description: 'The document, whole.' }),
      limit: t.arg.int({
        defaultValue: USUAL_TOP,
        description: `How many of the hottest are compared, ${MOST_TOP} at most.`,
      }),
    },
    resolve: (_root, { config, limit }, { db, workspace, clock }) =>
      preview(db, workspace.id, config, limit ?? USUAL_TOP, clock()),
  }),
}));
