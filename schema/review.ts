/** Clues that may mean an account, and what people answer. */
import { decideMatch } from '../src/flow/review.ts';
import { inWorkspace } from '../src/store/database.ts';
import * as reviews from '../src/store/reviews.ts';
import { builder } from './builder.ts';
import { connectionOf, pageArgs, pageOf } from './connection.ts';
import { MatchMethodEnum } from './enums.ts';
import * as globalId from './global-id.ts';
import { Account } from './nodes.ts';

const ClueKindEnum = builder.enumType('ClueKind', {
  description: 'What sort of clue a question is about.',
  values: {
    NAME: { description: 'A company’s name.' },
    NETWORK: { description: 'The name of the organisation behind a network.' },
    DOMAIN: { description: 'A domain that differs from the account’s in the country.' },
  } as const,
});

const ReviewStatusEnum = builder.enumType('ReviewStatus', {
  description: 'Whether a question is answered.',
  values: {
    OPEN: { description: 'It waits for an answer.' },
    ACCEPTED: { description: 'The clue means the account.' },
    REJECTED: { description: 'It does not, and is not asked about again.' },
  } as const,
});

const MatchReview = builder.objectRef<reviews.Review>('MatchReview');
MatchReview.implement({
  description: 'Whether a clue means an account.',
  fields: (t) => ({
    id: t.id({
      description: 'Its id, for `decideMatch`.',
      resolve: ({ id }) => globalId.encode('MatchReview', id),
    }),
    kind: t.field({
      type: ClueKindEnum,
      description: 'What sort of clue it is.',
      resolve: ({ clue }) => clue.kind,
    }),
    value: t.string({
      description: 'The clue: a name as it is looked up, or a domain. Never an IP or an e-mail address.',
      resolve: ({ clue }) => clue.value,
    }),
    account: t.field({
      type: Account,
      description: 'The account it may mean.',
      resolve: async ({ accountId }, _args, { loaders }) => (await loaders.account.load(accountId))!,
    }),
    method: t.expose('method', {
      type: MatchMethodEnum,
      description: 'How signals with the clue would be matched.',
    }),
    confidence: t.exposeFloat('confidence', { description: 'How sure it was when it was asked, 0–1.' }),
    evidence: t.exposeStringList('evidence', { description: 'What speaks for it and against it.' }),
    waiting: t.exposeInt('waiting', { description: 'Signals without an account that carry the clue.' }),
    status: t.expose('status', { type: ReviewStatusEnum, description: 'Whether it is answered.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked first.' }),
    decidedAt: t.expose('decidedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was answered last; null while it is open.',
    }),
    decidedBy: t.exposeString('decidedBy', {
      nullable: true,
      description: 'Through what it was answered: API or CLI; null while it is open.',
    }),
  }),
});
const MatchReviewConnection = connectionOf('MatchReview', MatchReview);

builder.queryField('reviewQueue', (t) =>
  t.field({
    type: MatchReviewConnection,
    description: 'Questions that wait for an answer, the likeliest first.',
    args: pageArgs(),
    resolve: (_root, args, { read }) =>
      pageOf<reviews.Review>(args, 'CONFIDENCE', {
        fetch: ({ limit, cursor, backward }) =>
          read((tx) =>
            reviews.page(tx, limit, cursor ? { value: Number(cursor.value), id: cursor.id } : null, backward),
          ),
        positionOf: ({ confidence, id }) => ({ value: confidence, id }),
        count: () => read(reviews.count),
      }),
  }),
);

builder.mutationField('decideMatch', (t) =>
  t.field({
    type: MatchReview,
    description:
      'Says whether a clue means an account, now and later: signals that carry it are placed at once. Answering the other way takes it back.',
    args: {
      id: t.arg.id({ required: true, description: 'Id of the question.' }),
      accept: t.arg.boolean({ required: true, description: 'Whether it does.' }),
    },
    resolve: async (_root, { id, accept }, { db, workspace, clock, onTouched }) => {
      const reviewId = globalId.decodeAs('MatchReview', id);
      const decided = await inWorkspace(db, workspace.id, (tx) =>
        decideMatch(tx, workspace, reviewId, accept, 'API', clock()),
      );
      onTouched(workspace.id);
      return decided;
    },
  }),
);
