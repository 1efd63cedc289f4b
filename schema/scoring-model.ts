/** Versions of the scoring model. */
import { NotFound } from '../src/core/errors.ts';
import * as models from '../src/store/models.ts';
import { builder } from './builder.ts';
import type { Read } from './context.ts';

const ScoringModel = builder.objectRef<models.ModelVersion>('ScoringModel').implement({
  description: 'A version of the document that holds every weight, half-life, cap, rule and threshold.',
  fields: (t) => ({
    version: t.exposeInt('version', { description: 'Counted from 1.' }),
    active: t.exposeBoolean('active', { description: 'Whether scores are made with it.' }),
    note: t.exposeString('note', { description: 'Why it was made.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    config: t.field({ type: 'JSON', description: 'The document.', resolve: (version) => version.model }),
  }),
});

builder.queryFields((t) => ({
  scoringModel: t.field({
    type: ScoringModel,
    description: 'One version of the scoring model.',
    args: { version: t.arg.int({ description: 'Which; without it the active one.' }) },
    resolve: async (_root, { version }, { read, clock }) => {
      if (version === null || version === undefined) return read((tx) => models.current(tx, clock()));
      const found = (await allVersions(read, clock)).find((one) => one.version === version);
      if (!found)
        throw new NotFound(`There is no version ${version} of the scoring model.`, 'See `scoringModels`.');
      return found;
    },
  }),
  scoringModels: t.field({
    type: [ScoringModel],
    description: 'Every version of the scoring model, newest first.',
    resolve: (_root, _args, { read, clock }) => allVersions(read, clock),
  }),
}));

/** A workspace that was never scored has the default model, stored or not. */
async function allVersions(read: Read, clock: () => Date): Promise<models.ModelVersion[]> {
  const stored = await read((tx) => models.list(tx));
  return stored.length > 0 ? stored : [await read((tx) => models.current(tx, clock()))];
}
