/** Accounts: the companies we sell to or might. */
import { Invalid } from '../src/core/errors.ts';
import { registrableDomain } from '../src/core/identity/domain.ts';
import { ALL_PROPERTIES, isProperty, type Property, viewOf } from '../src/store/account-view.ts';
import * as accounts from '../src/store/accounts.ts';
import { together } from '../src/store/database.ts';
import * as signals from '../src/store/signals.ts';
import * as asked from './asked.ts';
import { builder } from './builder.ts';
import { firstRows, pageArgs, pageOf } from './connection.ts';
import {
  AccountOrderFieldEnum,
  OrderDirectionEnum,
  OriginEnum,
  QualificationTierEnum,
  StageEnum,
} from './enums.ts';
import * as globalId from './global-id.ts';
import { type AccountNode, toNode } from './loaders.ts';
import { Account, AccountConnection, PersonConnection, SignalConnection } from './nodes.ts';
import {
  FitScore,
  MOST_REASONS,
  Qualification,
  Score,
  ScorePoint,
  StageState,
  USUAL_REASONS,
} from './score.ts';
import { readSignalFilter, SignalFilter, signalProperties } from './signal.ts';
import { topicNameOf } from './topic.ts';

builder.node(Account, {
  description: 'A company we sell to or might.',
  id: { resolve: (account) => account.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.account.load(id))),
  fields: (t) => ({
    domain: t.exposeString('domain', { description: 'Its main domain; empty while none is known.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    domains: t.exposeStringList('domains', { description: 'All its domains.' }),
    industry: t.exposeString('industry', { nullable: true, description: 'As it was imported.' }),
    employees: t.exposeInt('employees', { nullable: true, description: 'How many work there.' }),
    revenue: t.exposeFloat('revenue', {
      nullable: true,
      description: 'Yearly, in the currency accounts are kept in.',
    }),
    country: t.exposeString('country', { nullable: true, description: 'Usually ISO 3166-1 alpha-2.' }),
    city: t.exposeString('city', { nullable: true, description: 'Where its seat is.' }),
    technologies: t.exposeStringList('technologies', { description: 'What it is known to use.' }),
    tier: t.exposeString('tier', {
      nullable: true,
      description: 'Which target list it is on; null: on none.',
    }),
    owner: t.exposeString('owner', { nullable: true, description: 'Who looks after it.' }),
    crmId: t.exposeString('crmId', { nullable: true, description: 'Its id in the CRM.' }),
    linkedin: t.exposeString('linkedin', {
      nullable: true,
      description: 'The name of its page on LinkedIn.',
    }),
    aliases: t.exposeStringList('aliases', { description: 'Other names it goes by, as imported.' }),
    origin: t.expose('origin', { type: OriginEnum, description: 'How we came to know it.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When we came to know it.' }),
    heat: t.field({
      type: Score,
      description: 'How active it is, explained.',
      args: {
        asOf: t.arg({
          type: 'DateTime',
          description: 'As of this moment, with what was known then. Without it: as last scored.',
        }),
        rollUp: t.arg.boolean({
          defaultValue: false,
          description: 'With all accounts below it (as of a moment: then); every signal counts once.',
        }),
      },
      extensions: { argCosts: { asOf: 20, rollUp: 20 }, embeds: true },
      resolve: async (account, { asOf, rollUp }, { loaders }) => {
        if (rollUp) return ((await loaders.rolledUp(asOf ?? null).load(account.id)) ?? account.current).heat;
        if (!asOf) return account.current.heat;
        return ((await loaders.scoreAt(asOf).load(account.id)) ?? account.current).heat;
      },
    }),
    fit: t.expose('fit', {
      type: FitScore,
      description: 'How well it matches the ideal customer profile.',
      extensions: { embeds: true },
    }),
    qualification: t.expose('qualification', {
      type: Qualification,
      description: 'Fit and heat combined.',
      extensions: { embeds: true },
    }),
    stage: t.expose('stage', {
      type: StageState,
      description: 'Where it stands.',
      extensions: { embeds: true },
    }),
    actors: t.exposeInt('actors', {
      description: 'How many people, visitors, and sources that name nobody did something that counts.',
    }),
    lastActivityAt: t.expose('lastActivityAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the last of it happened.',
    }),
    heatHistory: t.field({
      type: [ScorePoint],
      description: 'Its score on each day on which it changed, oldest first.',
      extensions: { cost: 10, reads: [], loads: true },
      args: {
        from: t.arg({ type: 'DateTime', required: true, description: 'From the UTC day of this moment.' }),
        to: t.arg({
          type: 'DateTime',
          required: true,
          description: 'To the UTC day of this moment, inclusive.',
        }),
        daily: t.arg.boolean({
          required: true,
          defaultValue: false,
          description:
            'A point for every day instead, 400 at most: a day on which nothing changed shows what stood before.',
        }),
      },
      resolve: (account, { from, to, daily }, { loaders }) =>
        loaders.heatHistory(from, to, daily).load(account.id),
    }),
    people: t.field({
      type: PersonConnection,
      description: 'Who is known there.',
      extensions: { reads: [], loads: true },
      args: pageArgs(),
      resolve: (account, args, { loaders }) =>
        pageOf(args, 'ID', {
          fetch: ({ limit, cursor, backward }) =>
            loaders.peopleOf({ limit, cursor: cursor?.id ?? null, backward }).load(account.id),
          positionOf: ({ id }) => ({ value: null, id }),
          count: () => loaders.peopleCount().load(account.id),
        }),
    }),
    signals: t.field({
      type: SignalConnection,
      description: 'Its timeline, newest first.',
      extensions: { reads: [], loads: true },
      args: { filter: t.arg({ type: SignalFilter, description: 'Only these.' }), ...pageArgs() },
      resolve: (account, { filter, ...args }, { loaders }, info) => {
        const wanted = readSignalFilter(filter);
        return pageOf(
          args,
          'ID',
          {
            fetch: ({ limit, cursor, backward }) =>
              loaders
                .signalsOf(wanted, { limit, cursor: cursor?.id ?? null, backward }, signalProperties(info))
                .load(account.id),
            positionOf: ({ id }) => ({ value: null, id }),
            count: () => loaders.signalCount(wanted).load(account.id),
          },
          info,
        );
      },
    }),
  }),
});

/** The properties of accounts that a list's field asks for; all of them where a field doesn't say. */
function accountProperties(info: asked.Info): readonly Property[] {
  const needed = asked.properties(info, 'edges.node', 'Account');
  const known = [...(needed ?? [])].filter(isProperty);
  return needed && known.length + (needed.has('id') ? 1 : 0) === needed.size ? known : ALL_PROPERTIES;
}

/** How many reasons are asked for at most; more than are allowed are refused where they are shown. */
function reasonsAsked(info: asked.Info): number {
  const counts = asked.calls(info, 'edges.node.heat.reasons').map((call) => {
    const { first = USUAL_REASONS } = asked.argumentsOf(call);
    return typeof first === 'number' ? first : 0;
  });
  return Math.min(Math.max(...counts, 0), MOST_REASONS);
}

/** The timelines of which a list's field asks for the newest signals and nothing that is found elsewhere; null: there are others. */
function newestAsked(
  info: asked.Info,
): { limit: number; properties?: readonly signals.SignalProperty[] }[] | null {
  const found = asked.calls(info, 'edges.node.signals').map((call) => {
    const limit = firstRows(call);
    return limit === null || asked.loadsMore(call, 'SignalConnection')
      ? null
      : { limit, properties: signalProperties(call) };
  });
  return found.every((one) => one !== null) ? found : null;
}

const AccountFilter = builder.inputType('AccountFilter', {
  description: 'Which accounts; all that is given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name or the main domain, case ignored.' }),
    domains: t.stringList({ description: 'Owners of any of these domains.' }),
    ids: t.idList({ description: 'Any of these.' }),
    owner: t.string({ description: 'Looked after by exactly this one.' }),
    tier: t.string({ description: 'On exactly this target list.' }),
    industry: t.string({ description: 'Exactly this industry.' }),
    country: t.string({ description: 'Exactly this country.' }),
    minHeat: t.float({ description: 'Heat from, inclusive.' }),
    maxHeat: t.float({ description: 'Heat up to, inclusive.' }),
    minFit: t.float({ description: 'Fit from, inclusive.' }),
    minSurge: t.float({ description: 'Surge of the account as a whole from, inclusive.' }),
    surgingTopic: t.id({ description: 'SURGING on this topic, by its id or name.' }),
    stage: t.field({ type: StageEnum, description: 'In this stage.' }),
    hasOpenFlag: t.boolean({ description: 'With an open pre-MQL flag, or (false) without one.' }),
    qualificationTier: t.field({
      type: QualificationTierEnum,
      description: 'In this tier of qualification.',
    }),
    changedSince: t.field({ type: 'DateTime', description: 'Active at this moment or later.' }),
  }),
});

const AccountOrder = builder.inputType('AccountOrder', {
  description: 'How accounts are ordered; ties are broken by id.',
  fields: (t) => ({
    field: t.field({ type: AccountOrderFieldEnum, defaultValue: 'HEAT', description: 'By what.' }),
    direction: t.field({
      type: OrderDirectionEnum,
      defaultValue: 'DESC',
      description: 'Which end comes first.',
    }),
  }),
});

builder.queryFields((t) => ({
  account: t.field({
    type: Account,
    nullable: true,
    description: 'One account by its id or any of its domains; null where there is none.',
    args: {
      id: t.arg.id({ description: 'Its global id.' }),
      domain: t.arg.string({ description: 'A domain, address or URL of it.' }),
    },
    resolve: async (_root, { id, domain }, { read, loaders }) => {
      if (Boolean(id) === Boolean(domain)) {
        throw new Invalid('account: needs either id or domain', 'Give one of them.', { field: 'id' });
      }
      const found = id
        ? globalId.decodeAs('Account', id)
        : await read((tx) => accounts.idByDomain(tx, registrableDomain(domain!) ?? domain!));
      return found ? loaders.account.load(found) : null;
    },
  }),
  accounts: t.field({
    type: AccountConnection,
    description: 'Accounts, hottest first if not said otherwise.',
    args: {
      filter: t.arg({ type: AccountFilter, description: 'Only these.' }),
      orderBy: t.arg({ type: AccountOrder, description: 'In this order.' }),
      ...pageArgs(),
    },
    resolve: async (_root, { filter, orderBy, ...args }, { read, loaders }, info) => {
      const order = { field: orderBy?.field ?? 'HEAT', direction: orderBy?.direction ?? 'DESC' } as const;
      const wanted: accounts.AccountFilter = {
        ...filter,
        ids: filter?.ids?.map((id) => globalId.decodeAs('Account', id)),
        domains: filter?.domains?.map((given) => registrableDomain(given) ?? given),
        surgingTopic: filter?.surgingTopic ? topicNameOf(filter.surgingTopic) : null,
      };
      const values = new Map<string, string | number | null>();
      const timelinesAsked = newestAsked(info);
      const last =
        asked.isAll(info) && !asked.loadsMore(info, 'AccountConnection', timelinesAsked ? ['signals'] : []);
      return pageOf<AccountNode>(
        args,
        `${order.field} ${order.direction}`,
        {
          fetch: ({ limit, cursor, backward }) =>
            read(
              async (tx) => {
                const view = viewOf(accountProperties(info), 2, reasonsAsked(info));
                const page = [tx, wanted, order, limit, cursor, backward] as const;
                const [rows, ...timelines] = await together(
                  tx,
                  () => accounts.page(...page, view.columns),
                  ...(timelinesAsked ?? []).map(
                    (slice) => () =>
                      signals.newestOfPage(
                        tx,
                        accounts.pageStatement(...page),
                        slice.limit,
                        slice.properties,
                      ),
                  ),
                );
                timelinesAsked?.forEach(({ limit: most, properties }, at) => {
                  const loader = loaders.signalsOf(
                    {},
                    { limit: most, cursor: null, backward: false },
                    properties,
                  );
                  for (const { id } of rows) loader.prime(id, timelines[at]!.get(id) ?? []);
                });
                return rows.map(({ id, value, row }) => {
                  values.set(id, value);
                  return toNode(view.read(id, row));
                });
              },
              { last },
            ),
          positionOf: ({ id }) => ({ value: values.get(id)!, id }),
          count: () => read((tx) => accounts.count(tx, wanted)),
        },
        info,
      );
    },
  }),
}));
