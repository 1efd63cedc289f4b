/** Surges: who does far more than is usual for them, and on what. */

import { Invalid } from '../src/core/errors.ts';
import type { SurgeStatus } from '../src/core/scoring/surge.ts';
import { normalTopic } from '../src/core/topics.ts';
import * as surges from '../src/store/surges.ts';
import { builder } from './builder.ts';
import { connectionOf, pageArgs, pageOf } from './connection.ts';
import { SurgeStatusEnum, SurgeSubjectEnum } from './enums.ts';
import * as globalId from './global-id.ts';
import { Account } from './nodes.ts';
import { Topic, topicNameOf } from './topic.ts';

const VendorSurge = builder.objectRef<[source: string, score: number]>('VendorSurge').implement({
  description: 'A score that a source gives by its own scale; shown beside ours, never mixed in.',
  fields: (t) => ({
    source: t.string({ description: 'Who gives it.', resolve: ([source]) => source }),
    score: t.float({ description: 'The score, by the scale of the source.', resolve: ([, score]) => score }),
  }),
});

const Surge = builder.objectRef<surges.Surge>('Surge');
Surge.implement({
  description:
    'How unlikely the current activity is, given the account’s own past, what is usual for its peers and what everybody does now. Counted are days on which an actor did something.',
  fields: (t) => ({
    account: t.field({
      type: Account,
      description: 'Whose activity it is.',
      resolve: async ({ accountId }, _args, { loaders }) => (await loaders.account.load(accountId))!,
    }),
    about: t.expose('about', { type: SurgeSubjectEnum, description: 'What it is about.' }),
    topic: t.field({
      type: Topic,
      nullable: true,
      description: 'The topic; null where it is about a cluster or the account as a whole.',
      resolve: ({ about, name }) => (about === 'TOPIC' ? name : null),
    }),
    cluster: t.string({
      nullable: true,
      description: 'Name of the cluster; null where it is about a topic or the account as a whole.',
      resolve: ({ about, name }) => (about === 'CLUSTER' ? name : null),
    }),
    score: t.exposeFloat('score', {
      description: '0–100; 50 is ordinary, and what is said without enough history.',
    }),
    status: t.expose('status', {
      type: SurgeStatusEnum,
      description: 'The score in a word, all else considered.',
    }),
    observed: t.exposeFloat('observed', {
      description: 'Actor-days of the current window, three weeks by default.',
    }),
    expected: t.exposeFloat('expected', { description: 'How many were to be expected there.' }),
    lift: t.exposeFloat('lift', {
      nullable: true,
      description: 'Observed by expected; null without enough history.',
    }),
    pValue: t.exposeFloat('pValue', { description: 'Chance of so much or more if nothing had changed.' }),
    actors: t.exposeInt('actors', {
      description: 'How many people, visitors, and sources that name nobody, were active in the window.',
    }),
    sources: t.exposeStringList('sources', { description: 'Who saw it.' }),
    since: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'The day, at midnight UTC, on which the rise began; null where there is none.',
      resolve: ({ since }) => (since === null ? null : new Date(`${since}T00:00:00Z`)),
    }),
    vendorScores: t.field({
      type: [VendorSurge],
      description: 'What sources say by scales of their own.',
      resolve: ({ vendor }) => Object.entries(vendor ?? {}),
    }),
  }),
});

const SurgeConnection = connectionOf('Surge', Surge);

const SurgeFilter = builder.inputType('SurgeFilter', {
  description: 'Which surges; all that is given must hold.',
  fields: (t) => ({
    account: t.id({ description: 'Of this account.' }),
    about: t.field({ type: [SurgeSubjectEnum], description: 'About any of these.' }),
    status: t.field({ type: [SurgeStatusEnum], description: 'With any of these statuses.' }),
    topic: t.id({ description: 'On this topic, by its id or name.' }),
    cluster: t.string({ description: 'On this cluster.' }),
    minScore: t.float({ description: 'Score from, inclusive.' }),
    owner: t.string({ description: 'Of accounts looked after by exactly this one.' }),
    tier: t.string({ description: 'Of accounts on exactly this target list.' }),
  }),
});

builder.queryField('surges', (t) =>
  t.field({
    type: SurgeConnection,
    description: 'Surges of accounts, topics and clusters, highest score first, whatever their status.',
    args: { filter: t.arg({ type: SurgeFilter, description: 'Only these.' }), ...pageArgs() },
    resolve: (_root, { filter, ...args }, { read }) => {
      const { account, topic, cluster, status, ...rest } = filter ?? {};
      const wanted: surges.SurgeFilter = {
        ...rest,
        accountId: account ? globalId.decodeAs('Account', account) : null,
        statuses: status,
        topic: topic ? topicNameOf(topic) : null,
        cluster: cluster ? normalTopic(cluster) : null,
      };
      return pageOf(args, 'SURGE', {
        fetch: ({ limit, cursor, backward }) =>
          read((tx) =>
            surges.page(
              tx,
              wanted,
              limit,
              cursor ? { value: Number(cursor.value), id: cursor.id } : null,
              backward,
            ),
          ),
        positionOf: ({ score, id }) => ({ value: score, id }),
        count: () => read((tx) => surges.count(tx, wanted)),
      });
    },
  }),
);

builder.objectFields(Account, (t) => ({
  surge: t.field({
    type: Surge,
    extensions: { reads: [] },
    description: 'How unusual its current activity is, as a whole or on one topic or cluster.',
    args: {
      topic: t.arg.id({ description: 'On this topic, by its id or name.' }),
      cluster: t.arg.string({ description: 'On this cluster.' }),
    },
    resolve: async ({ id }, { topic, cluster }, { loaders }) => {
      if (topic && cluster) {
        throw new Invalid('topic, cluster: both are given', 'Give one of them, or none.', { field: 'topic' });
      }
      const about = topic ? 'TOPIC' : cluster ? 'CLUSTER' : 'ACCOUNT';
      const name = topic ? topicNameOf(topic) : cluster ? normalTopic(cluster) : '';
      return (await loaders.surge(about, name).load(id)) ?? quiet({ accountId: id, about, name });
    },
  }),
  surgingTopics: t.field({
    type: [Surge],
    extensions: { reads: [] },
    description: 'The topics on which it is SURGING, highest score first.',
    args: { first: t.arg.int({ required: true, defaultValue: 5, description: 'How many, 200 at most.' }) },
    resolve: ({ id }, { first }, { loaders }) => {
      if (first < 0 || first > 200) {
        throw new Invalid(`first: ${first} is not between 0 and 200`, 'Ask for 200 at most.', {
          field: 'first',
        });
      }
      return loaders.surgingTopics(first).load(id);
    },
  }),
}));

/** Of what was not seen at all within the window and its baseline. */
const quiet = (key: surges.SurgeKeyName): surges.Surge => ({
  ...key,
  id: '',
  score: 50,
  status: 'INSUFFICIENT_DATA' satisfies SurgeStatus,
  observed: 0,
  expected: 0,
  lift: null,
  pValue: 0.5,
  actors: 0,
  sources: [],
  since: null,
  vendor: null,
});
