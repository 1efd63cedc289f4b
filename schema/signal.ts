/** Signals: what sources saw, on a timeline. */
import type { InputShapeFromTypeParam } from '@pothos/core';
import { familyOf, SIGNAL_KINDS } from '../src/core/signal.ts';
import * as signals from '../src/store/signals.ts';
import * as asked from './asked.ts';
import { builder } from './builder.ts';
import { pageArgs, pageOf } from './connection.ts';
import { MatchMethodEnum, SignalFamilyEnum, SignalKindEnum } from './enums.ts';
import * as globalId from './global-id.ts';
import { Account, Person, Signal, SignalConnection } from './nodes.ts';
import { Topic } from './topic.ts';

const Match = builder.objectRef<signals.SignalRow>('Match').implement({
  description: 'How a signal came to its account.',
  fields: (t) => ({
    method: t.field({ type: MatchMethodEnum, description: 'By what.', resolve: (signal) => signal.method! }),
    confidence: t.exposeFloat('confidence', {
      description: 'How sure, 0–1; it multiplies the signal’s points.',
    }),
    evidence: t.exposeStringList('evidence', { description: 'In plain words, strongest first.' }),
  }),
});

builder.node(Signal, {
  description: 'One normalised thing a source saw.',
  id: { resolve: (signal) => signal.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.signal.load(id))),
  fields: (t) => ({
    source: t.exposeString('source', { description: 'Who saw it.' }),
    kind: t.expose('kind', { type: SignalKindEnum, description: 'What happened.' }),
    family: t.field({
      type: SignalFamilyEnum,
      description: 'The family of its kind.',
      extensions: { reads: ['kind'] },
      resolve: (signal) => familyOf(signal.kind),
    }),
    occurredAt: t.expose('occurredAt', { type: 'DateTime', description: 'When it happened.' }),
    receivedAt: t.expose('receivedAt', { type: 'DateTime', description: 'When we were told.' }),
    topics: t.expose('topics', { type: [Topic], description: 'What it is about.' }),
    sentiment: t.exposeFloat('sentiment', {
      nullable: true,
      description: '−1 to 1 toward our brand, or toward the competitor it is about; null: none was read.',
    }),
    url: t.exposeString('url', { nullable: true, description: 'Where to look at it.' }),
    title: t.exposeString('title', { nullable: true, description: 'Its title.' }),
    attributes: t.expose('attributes', {
      type: 'JSON',
      nullable: true,
      description: 'What the source said besides; never scored.',
    }),
    account: t.field({
      type: Account,
      nullable: true,
      description: 'Whose it is; null while it waits to be placed.',
      extensions: { reads: ['accountId'], loads: true },
      resolve: (signal, _args, { loaders }) =>
        signal.accountId ? loaders.account.load(signal.accountId) : null,
    }),
    person: t.field({
      type: Person,
      nullable: true,
      description: 'Who did it, where that is known.',
      extensions: { reads: ['personId'], loads: true },
      resolve: (signal, _args, { loaders }) =>
        signal.personId ? loaders.person.load(signal.personId) : null,
    }),
    match: t.field({
      type: Match,
      nullable: true,
      description: 'How it came to its account; null while it waits to be placed.',
      extensions: { reads: ['method', 'confidence', 'evidence'] },
      resolve: (signal) => (signal.method ? signal : null),
    }),
    unplacedBecause: t.exposeString('unplaced', {
      nullable: true,
      description: 'Why it has no account yet; null where it has one.',
    }),
  }),
});

export const SignalFilter = builder.inputType('SignalFilter', {
  description: 'Which signals; all that is given must hold.',
  fields: (t) => ({
    account: t.id({ description: 'Of this account.' }),
    person: t.id({ description: 'By this person.' }),
    source: t.string({ description: 'Seen by this source.' }),
    kinds: t.field({ type: [SignalKindEnum], description: 'Of any of these kinds.' }),
    families: t.field({ type: [SignalFamilyEnum], description: 'Of any of these families.' }),
    placed: t.boolean({ description: 'True: only those that have an account; false: only those that wait.' }),
    from: t.field({ type: 'DateTime', description: 'Happened at this moment or later.' }),
    to: t.field({ type: 'DateTime', description: 'Happened before this moment.' }),
  }),
});

/** The properties of signals that a connection's field asks for; undefined: all. */
export function signalProperties(info: asked.Info): readonly signals.SignalProperty[] | undefined {
  return asked.remember(info.fieldNodes, 'signal properties', () => {
    const needed = asked.properties(info, 'edges.node', 'Signal');
    const known = [...(needed ?? [])].filter(signals.isSignalProperty);
    // The id is what a cursor is made of.
    return needed && known.length === needed.size ? [...new Set(['id' as const, ...known])] : undefined;
  });
}

/** The filter as the store takes it. Throws `Invalid` for an id of another type. */
export function readSignalFilter(
  filter: Partial<InputShapeFromTypeParam<never, typeof SignalFilter, false>> | null | undefined,
): signals.SignalFilter {
  if (!filter) return {};
  const { account, person, families, kinds, source, placed, from, to } = filter;
  return {
    accountId: account ? globalId.decodeAs('Account', account) : null,
    personId: person ? globalId.decodeAs('Person', person) : null,
    kinds: families ? (kinds ?? SIGNAL_KINDS).filter((kind) => families.includes(familyOf(kind))) : kinds,
    source,
    placed,
    from,
    to,
  };
}

builder.queryField('signals', (t) =>
  t.field({
    type: SignalConnection,
    description: 'Signals, newest first.',
    args: { filter: t.arg({ type: SignalFilter, description: 'Only these.' }), ...pageArgs() },
    resolve: (_root, { filter, ...args }, { read }) => {
      const wanted = readSignalFilter(filter);
      return pageOf(args, 'ID', {
        fetch: ({ limit, cursor, backward }) =>
          read((tx) => signals.page(tx, wanted, limit, cursor?.id ?? null, backward)),
        positionOf: ({ id }) => ({ value: null, id }),
        count: () => read((tx) => signals.count(tx, wanted)),
      });
    },
  }),
);
