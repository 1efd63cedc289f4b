import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { drain } from '../../src/flow/rescore.ts';
import type { Workspace } from '../../src/store/workspaces.ts';
import { NOW, startServer, visit } from './server.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let workspace: Workspace;
let next = 0;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  workspace = await server.workspace(`graph-${next++}`);
  await server.fill(workspace, {
    accounts: [
      { domain: 'top.example', name: 'Top' },
      { domain: 'ash.example', name: 'Ash Ltd', industry: 'Wood', parentDomain: 'top.example' },
      { domain: 'ash.test', name: 'Ash GmbH', country: 'DE', domains: ['ash.de'] },
    ],
    people: [{ email: 'ann@ash.test', name: 'Ann' }],
    signals: [
      visit('1', { domain: 'ash.example' }, 1),
      visit('2', { email: 'ann@ash.test' }, 2),
      visit('3', { domain: 'top.example' }, 3),
    ],
  });
});

const ask = async (query: string, variables: object = {}) => {
  const { data, errors } = await server.ask(workspace, query, variables);
  expect(errors).toBeUndefined();
  return data;
};
const idOf = async (domain: string): Promise<string> =>
  (await ask('query Q($domain: String!) { account(domain: $domain) { id } }', { domain })).account.id;
const MERGE =
  'mutation M($into: ID!, $from: [ID!]!) { mergeAccounts(into: $into, from: $from) { id domain country industry domains merged { id name domain mergedAt } signals { totalCount } } }';
const UNMERGE =
  'mutation U($id: ID!) { unmergeAccount(id: $id) { id domain country signals { totalCount } } }';
const PARENT =
  'mutation P($account: ID!, $parent: ID) { setParent(account: $account, parent: $parent) { parent { domain } parentLink { provenance } } }';

describe('parents', () => {
  test('are shown from both ends, with who said so', async () => {
    const { account } = await ask(
      '{ account(domain: "top.example") { parent { id } parentLink { since } children { domain parent { domain } parentLink { provenance since } } } }',
    );
    expect(account).toEqual({
      parent: null,
      parentLink: null,
      children: [
        {
          domain: 'ash.example',
          parent: { domain: 'top.example' },
          parentLink: { provenance: 'IMPORTED', since: expect.any(String) },
        },
      ],
    });
  });

  test('are set and taken away by hand', async () => {
    const [account, parent] = [await idOf('ash.test'), await idOf('top.example')];
    expect((await ask(PARENT, { account, parent })).setParent).toEqual({
      parent: { domain: 'top.example' },
      parentLink: { provenance: 'BY_HAND' },
    });
    expect((await ask(PARENT, { account })).setParent).toEqual({ parent: null, parentLink: null });
  });

  test('that close a circle are refused with what to do', async () => {
    const [account, parent] = [await idOf('top.example'), await idOf('ash.example')];
    const { errors } = await server.ask(workspace, PARENT, { account, parent });
    expect(errors![0]!.extensions).toMatchObject({ code: 'CIRCLE', hint: expect.stringContaining('parent') });
  });

  test('heat rolls up only if asked to, now and for the past', async () => {
    const { account } = await ask(
      `query Q($before: DateTime!) { account(domain: "top.example") { own: heat { raw } all: heat(rollUp: true) { raw asOf contributions(first: 50) { points } }
         then: heat(rollUp: true, asOf: $before) { raw } no: heat(rollUp: false) { raw } children { heat { raw } } } }`,
      { before: new Date(NOW.getTime() - 2.5 * 86_400_000).toISOString() },
    );
    const [child] = account.children;
    expect(account.no).toEqual(account.own);
    expect(account.all.raw).toBeCloseTo(account.own.raw + child.heat.raw, 9);
    expect(
      account.all.contributions.reduce((sum: number, one: { points: number }) => sum + one.points, 0),
    ).toBeCloseTo(account.all.raw, 9);
    expect(account.then.raw).toBeLessThan(account.all.raw);
  });

  test('a large page costs as many statements as a small one', async () => {
    const accounts = Array.from({ length: 30 }, (_, n) => ({
      domain: `twig-${n}.example`,
      parentDomain: 'ash.example',
    }));
    await server.fill(workspace, { accounts });
    const query = `query Q($first: Int) { accounts(first: $first) { edges { node { parent { name } parentLink { since } children { name }
      heat(rollUp: true) { value } domainDetails { kind } merged { id } } } } }`;
    const count = async (first: number) => {
      server.statements.length = 0;
      await ask(query, { first });
      return server.statements.length;
    };
    expect(await count(30)).toBe(await count(5));
  });
});

test('domains say what they are', async () => {
  const { account } = await ask(
    '{ account(domain: "ash.de") { domains domainDetails { domain kind provenance sources } } }',
  );
  expect(account).toEqual({
    domains: ['ash.de', 'ash.test'],
    domainDetails: [
      { domain: 'ash.de', kind: 'COUNTRY', provenance: 'IMPORTED', sources: [] },
      { domain: 'ash.test', kind: 'MAIN', provenance: 'IMPORTED', sources: [] },
    ],
  });
});

describe('merges', () => {
  test('make one of two, and are taken back by account or by merge', async () => {
    const [into, from] = [await idOf('ash.example'), await idOf('ash.test')];
    server.touched.length = 0;
    const { mergeAccounts: merged } = await ask(MERGE, { into, from: [from] });
    expect(merged).toEqual({
      id: into,
      domain: 'ash.example',
      country: 'DE',
      industry: 'Wood',
      domains: ['ash.de', 'ash.example', 'ash.test'],
      merged: [
        { id: expect.any(String), name: 'Ash GmbH', domain: 'ash.test', mergedAt: expect.any(String) },
      ],
      signals: { totalCount: 2 },
    });
    expect(server.touched).toEqual([workspace.id]);
    await drain(server.db, workspace.id, () => NOW);
    const { account, node, accounts } = await ask(
      'query Q($id: ID!) { account(domain: "ash.test") { id } node(id: $id) { id } accounts { totalCount edges { node { domain } } } }',
      { id: from },
    );
    expect([account.id, node.id]).toEqual([into, into]);
    expect(accounts.totalCount).toBe(2);
    expect((await ask('{ people { edges { node { account { domain } } } } }')).people.edges).toEqual([
      { node: { account: { domain: 'ash.example' } } },
    ]);

    const { unmergeAccount } = await ask(UNMERGE, { id: merged.merged[0].id });
    expect(unmergeAccount).toEqual({
      id: from,
      domain: 'ash.test',
      country: 'DE',
      signals: { totalCount: 1 },
    });
    await ask(MERGE, { into, from: [from] });
    expect((await ask(UNMERGE, { id: from })).unmergeAccount.id).toBe(from);
    expect((await ask('{ account(domain: "ash.example") { country merged { id } } }')).account).toEqual({
      country: null,
      merged: [],
    });
  });

  test('that can’t be are refused', async () => {
    const id = await idOf('ash.example');
    const code = async (query: string, variables: object) =>
      (await server.ask(workspace, query, variables)).errors?.[0]?.extensions.code;
    expect(await code(MERGE, { into: id, from: [id] })).toBe('INVALID');
    expect(await code(MERGE, { into: id, from: [] })).toBe('INVALID');
    expect(await code(UNMERGE, { id })).toBe('NOT_FOUND');
    expect(await code(UNMERGE, { id: Buffer.from(`Person:${crypto.randomUUID()}`).toString('base64') })).toBe(
      'INVALID',
    );
  });

  test('of another workspace’s accounts are not possible', async () => {
    const [into, from] = [await idOf('ash.example'), await idOf('ash.test')];
    const other = await server.workspace('stranger');
    const { errors } = await server.ask(other, MERGE, { into, from: [from] });
    expect(errors![0]!.extensions.code).toBe('NOT_FOUND');
  });
});

describe('duplicates', () => {
  const LIST =
    '{ duplicateAccounts { totalCount edges { cursor node { confidence accounts { domain } reasons { reason text } } } } }';

  test('are listed with reasons, and page on', async () => {
    const { duplicateAccounts } = await ask(LIST);
    // Both are as old as the other.
    duplicateAccounts.edges[0].node.accounts.sort((a: { domain: string }, b: { domain: string }) =>
      a.domain < b.domain ? -1 : 1,
    );
    expect(duplicateAccounts).toEqual({
      totalCount: 1,
      edges: [
        {
          cursor: expect.any(String),
          node: {
            confidence: 0.9,
            accounts: [{ domain: 'ash.example' }, { domain: 'ash.test' }],
            reasons: [
              { reason: 'SAME_NAME', text: 'both are called "ash"' },
              { reason: 'SAME_LABEL', text: 'both have a domain "ash", with different endings' },
            ],
          },
        },
      ],
    });
    const after = duplicateAccounts.edges[0].cursor;
    const rest = await ask(
      'query Q($after: String) { duplicateAccounts(first: 5, after: $after) { edges { cursor } } }',
      { after },
    );
    expect(rest.duplicateAccounts.edges).toEqual([]);
  });

  test('are dismissed for good', async () => {
    const accounts = [await idOf('ash.example'), await idOf('ash.test')];
    const DISMISS = 'mutation D($accounts: [ID!]!) { dismissDuplicate(accounts: $accounts) }';
    expect((await ask(DISMISS, { accounts })).dismissDuplicate).toBe(true);
    expect((await ask(DISMISS, { accounts })).dismissDuplicate).toBe(false);
    expect((await ask(LIST)).duplicateAccounts.totalCount).toBe(0);
    const { errors } = await server.ask(workspace, DISMISS, { accounts: accounts.slice(0, 1) });
    expect(errors![0]!.extensions.code).toBe('INVALID');
  });
});
