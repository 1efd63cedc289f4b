/** Batches: what was taken in together and can be taken back together. */
import { Invalid } from '../src/core/errors.ts';
import { undo } from '../src/flow/undo.ts';
import * as batches from '../src/store/batches.ts';
import { builder } from './builder.ts';
import { LARGEST_PAGE, USUAL_PAGE } from './connection.ts';
import { TransportEnum } from './enums.ts';
import * as globalId from './global-id.ts';

const Batch = builder.objectRef<batches.Batch>('Batch');
builder.node(Batch, {
  description: 'What was taken in together and can be taken back together.',
  id: { resolve: (batch) => batch.id },
  loadManyWithoutCache: (ids, { read }) =>
    read(async (tx) => {
      const found: (batches.Batch | null)[] = [];
      for (const id of ids) found.push((await batches.list(tx, { id }))[0] ?? null);
      return found;
    }),
  fields: (t) => ({
    source: t.exposeString('source', { description: 'Where it came from.' }),
    transport: t.expose('transport', { type: TransportEnum, description: 'How it came.' }),
    label: t.exposeString('label', {
      nullable: true,
      description: 'The file’s name, the day of pushes, or `sample`.',
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
    received: t.exposeInt('received', { description: 'Records read.' }),
    accepted: t.exposeInt('accepted', { description: 'Signals stored.' }),
    duplicates: t.exposeInt('duplicates', { description: 'Signals we had already.' }),
    rejected: t.exposeInt('rejected', { description: 'Records that were bad; they are kept for replay.' }),
    skipped: t.expose('skipped', { type: 'JSON', description: 'Records of no interest, counted by reason.' }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why it ended early; null if it did not.',
    }),
    undoneAt: t.expose('undoneAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was taken back.',
    }),
  }),
});

builder.queryField('batches', (t) =>
  t.field({
    type: [Batch],
    description: 'The newest batches, newest first.',
    args: {
      first: t.arg.int({
        required: true,
        defaultValue: USUAL_PAGE,
        description: `How many, ${LARGEST_PAGE} at most.`,
      }),
    },
    resolve: (_root, { first }, { read }) => {
      if (first < 1 || first > LARGEST_PAGE) {
        throw new Invalid(
          `first: ${first} is not between 1 and ${LARGEST_PAGE}`,
          `Ask for ${LARGEST_PAGE} at most.`,
          {
            field: 'first',
          },
        );
      }
      return read((tx) => batches.list(tx, { limit: first }));
    },
  }),
);

const UndoResult = builder
  .objectRef<{ batches: string[]; signals: number; accounts: number; people: number }>('UndoResult')
  .implement({
    description: 'What was taken back.',
    fields: (t) => ({
      batches: t.idList({
        description: 'Ids of the batches.',
        resolve: (result) => result.batches.map((id) => globalId.encode('Batch', id)),
      }),
      signals: t.exposeInt('signals', { description: 'Signals removed.' }),
      accounts: t.exposeInt('accounts', { description: 'Accounts removed that nothing else speaks of.' }),
      people: t.exposeInt('people', { description: 'People removed that nothing else speaks of.' }),
    }),
  });

const PLAIN_ID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

builder.mutationField('undoBatch', (t) =>
  t.field({
    type: UndoResult,
    description: 'Takes a batch back: its signals and what existed only because of it.',
    args: {
      id: t.arg.id({
        required: true,
        description: 'Its id, global or as an import reported it; or `sample` for all of the sample.',
      }),
    },
    resolve: async (_root, { id }, { db, workspace, clock, onTouched }) => {
      const wanted = id === 'sample' || PLAIN_ID.test(id) ? id : globalId.decodeAs('Batch', id);
      const undone = await undo(db, workspace, wanted, clock());
      onTouched(workspace.id);
      const sum = (of: 'signals' | 'accounts' | 'people') =>
        undone.reduce((total, one) => total + one[of], 0);
      return {
        batches: undone.map((one) => one.batch),
        signals: sum('signals'),
        accounts: sum('accounts'),
        people: sum('people'),
      };
    },
  }),
);
