/** People: somebody at an account, known by e-mail or id. */
import type { LEAD_STATUSES } from '../src/flow/upsert.ts';
import * as people from '../src/store/people.ts';
import { builder } from './builder.ts';
import { pageArgs, pageOf } from './connection.ts';
import { LeadStatusEnum } from './enums.ts';
import * as globalId from './global-id.ts';
import { Account, Person, PersonConnection } from './nodes.ts';

builder.node(Person, {
  description: 'Somebody known by e-mail or id.',
  id: { resolve: (person) => person.id },
  loadManyWithoutCache: (ids, { loaders }) => Promise.all(ids.map((id) => loaders.person.load(id))),
  fields: (t) => ({
    name: t.exposeString('name', { nullable: true, description: 'Their name.' }),
    title: t.exposeString('title', { nullable: true, description: 'Their job title.' }),
    email: t.exposeString('email', { nullable: true, description: 'Their e-mail address.' }),
    linkedin: t.exposeString('linkedin', { nullable: true, description: 'Their page on LinkedIn.' }),
    leadStatus: t.field({
      type: LeadStatusEnum,
      description: 'How far they have come.',
      resolve: (person) => person.leadStatus as (typeof LEAD_STATUSES)[number],
    }),
    account: t.field({
      type: Account,
      nullable: true,
      description: 'Where they work; null while that is not known.',
      resolve: (person, _args, { loaders }) =>
        person.accountId ? loaders.account.load(person.accountId) : null,
    }),
  }),
});

const PersonFilter = builder.inputType('PersonFilter', {
  description: 'Which people; all that is given must hold.',
  fields: (t) => ({
    search: t.string({ description: 'Part of the name, title or e-mail address, case ignored.' }),
    account: t.id({ description: 'At this account.' }),
    leadStatus: t.field({ type: LeadStatusEnum, description: 'That have come so far.' }),
  }),
});

builder.queryField('people', (t) =>
  t.field({
    type: PersonConnection,
    description: 'People, in the order of their ids.',
    args: { filter: t.arg({ type: PersonFilter, description: 'Only these.' }), ...pageArgs() },
    resolve: (_root, { filter, ...args }, { read }) => {
      const wanted = {
        search: filter?.search,
        leadStatus: filter?.leadStatus,
        accountId: filter?.account ? globalId.decodeAs('Account', filter.account) : null,
      };
      return pageOf(args, 'ID', {
        fetch: ({ limit, cursor, backward }) =>
          read((tx) => people.page(tx, wanted, limit, cursor?.id ?? null, backward)),
        positionOf: ({ id }) => ({ value: null, id }),
        count: () => read((tx) => people.count(tx, wanted)),
      });
    },
  }),
);
