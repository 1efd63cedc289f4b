/** Accounts: the companies we sell to or might. */
import { Invalid } from '../src/core/errors.ts';
import { registrableDomain } from '../src/core/identity/domain.ts';
import * as accounts from '../src/store/accounts.ts';
import { builder } from './builder.ts';
import { pageArgs, pageOf } from './connection.ts';
import {
  AccountOrderFieldEnum,
  OrderDirectionEnum,
  OriginEnum,
  QualificationTierEnum,
  StageEnum,
} from './enums.ts';
import * as globalId from './global-id.ts';
import { type AccountNode, loadAccounts } from './loaders.ts';
import { Account, AccountConnection, PersonConnection, SignalConnection } from './nodes.ts';
import { FitScore, Qualification, Score, ScorePoint, StageState } from './score.ts';
import { readSignalFilter, SignalFilter } from './signal.ts';

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
          description: 'With all accounts below it as they are today; every signal counts once.',
        }),
      },
      extensions: { argCosts: { asOf: 20, rollUp: 20 } },
      resolve: async (account, { asOf, rollUp }, { loaders }) => {
        if (rollUp) return ((await loaders.rolledUp(asOf ?? null).load(account.id)) ?? account.current).heat;
        if (!asOf) return account.current.heat;
        return ((await loaders.scoreAt(asOf).load(account.id)) ?? account.current).heat;
      },
    }),
    fit: t.expose('fit', { type: FitScore, description: 'How well it matches the ideal customer profile.' }),
    qualification: t.expose('qualification', { type: Qualification, description: 'Fit and heat combined.' }),
    stage: t.expose('stage', { type: StageState, description: 'Where it stands.' }),
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
      extensions: { cost: 10 },
      args: {
        from: t.arg({ type: 'DateTime', required: true, description: 'From the UTC day of this moment.' }),
        to: t.arg({
          type: 'DateTime',
          required: true,
          description: 'To the UTC day of this moment, inclusive.',
        }),
      },
      resolve: (account, { from, to }, { loaders }) => loaders.heatHistory(from, to).load(account.id),
    }),
    people: t.field({
      type: PersonConnection,
      description: 'Who is known there.',
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
      args: { filter: t.arg({ type: SignalFilter, description: 'Only these.' }), ...pageArgs() },
      resolve: (account, { filter, ...args }, { loaders }) => {
        const wanted = readSignalFilter(filter);
        return pageOf(args, 'ID', {
          fetch: ({ limit, cursor, backward }) =>
            loaders.signalsOf(wanted, { limit, cursor: cursor?.id ?? null, backward }).load(account.id),
          positionOf: ({ id }) => ({ value: null, id }),
          count: () => loaders.signalCount(wanted).load(account.id),
        });
      },
    }),
  }),
});

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
    stage: t.field({ type: StageEnum, description: 'In this stage.' }),
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
    resolve: async (_root, { filter, orderBy, ...args }, { read, clock }) => {
      const order = { field: orderBy?.field ?? 'HEAT', direction: orderBy?.direction ?? 'DESC' } as const;
      const wanted: accounts.AccountFilter = {
        ...filter,
        ids: filter?.ids?.map((id) => globalId.decodeAs('Account', id)),
        domains: filter?.domains?.map((given) => registrableDomain(given) ?? given),
      };
      const values = new Map<string, string | number | null>();
      return pageOf<AccountNode>(args, `${order.field} ${order.direction}`, {
        fetch: ({ limit, cursor, backward }) =>
          read(async (tx) => {
            const rows = await accounts.page(tx, wanted, order, limit, cursor, backward);
            for (const { id, value } of rows) values.set(id, value);
            const found = await loadAccounts(
              tx,
              rows.map(({ id }) => id),
              clock,
            );
            return found.filter((account) => account !== null);
          }),
        positionOf: ({ id }) => ({ value: values.get(id)!, id }),
        count: () => read((tx) => accounts.count(tx, wanted)),
      });
    },
  }),
}));
