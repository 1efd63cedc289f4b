import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inWorkspace } from '../../src/store/database.ts';
import * as keys from '../../src/store/keys.ts';
import type { Workspace } from '../../src/store/workspaces.ts';
import { NOW, startServer, visit } from './server.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let ours: Workspace;
let theirs: Workspace;
let theirBatch: string;
let stolen: { account: string; person: string; signal: string; batch: string; key: string; cursor: string };

beforeAll(async () => {
  server = await startServer();
  ours = await server.workspace('ours');
  theirs = await server.workspace('theirs');
  for (const workspace of [ours, theirs]) {
    const secret = workspace === ours ? 'ours' : 'theirs';
    theirBatch = await server.fill(workspace, {
      accounts: [
        { domain: 'shared.example', name: `Shared by ${secret}` },
        { domain: `${secret}.example`, name: secret },
      ],
      people: [{ email: 'ann@shared.example', name: `Ann of ${secret}` }],
      signals: [
        visit(`${secret} 1`, { email: 'ann@shared.example' }, 1),
        visit(`${secret} 2`, { domain: `${secret}.example` }, 2),
      ],
    });
  }
  const key = await inWorkspace(server.db, theirs.id, (tx) =>
    keys.create(tx, { name: 'theirs', scopes: ['read'] }, NOW),
  );
  const { data } = await server.ask(
    theirs,
    `{ accounts(first: 1) { edges { cursor node { id } } } people { edges { node { id } } } signals { edges { node { id } } } batches { id } }`,
  );
  stolen = {
    account: data.accounts.edges[0].node.id,
    cursor: data.accounts.edges[0].cursor,
    person: data.people.edges[0].node.id,
    signal: data.signals.edges[0].node.id,
    batch: data.batches[0].id,
    key: Buffer.from(`ApiKey:${key.id}`).toString('base64'),
  };
});
afterAll(() => server.stop());

const count = async (workspace: Workspace) =>
  (await server.ask(workspace, '{ workspace { accounts people signals } }')).data.workspace;

describe('with the ids of another workspace', () => {
  test('the ids are good where they belong', async () => {
    const { data } = await server.ask(theirs, 'query Q($ids: [ID!]!) { nodes(ids: $ids) { __typename } }', {
      ids: [stolen.account, stolen.person, stolen.signal, stolen.batch],
    });
    expect(data.nodes.map((node: { __typename: string }) => node.__typename)).toEqual([
      'Account',
      'Person',
      'Signal',
      'Batch',
    ]);
  });

  test('node, nodes and account find nothing', async () => {
    const { data, errors } = await server.ask(
      ours,
      'query Q($ids: [ID!]!, $id: ID!) { nodes(ids: $ids) { id } node(id: $id) { id } account(id: $id) { id } theirs: account(domain: "theirs.example") { id } }',
      { ids: [stolen.account, stolen.person, stolen.signal, stolen.batch], id: stolen.account },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ nodes: [null, null, null, null], node: null, account: null, theirs: null });
  });

  test('filters find nothing', async () => {
    const { data } = await server.ask(
      ours,
      `query Q($account: ID!, $person: ID!) { accounts(filter: { ids: [$account] }) { totalCount edges { node { id } } }
        people(filter: { account: $account }) { totalCount edges { node { id } } }
        a: signals(filter: { account: $account }) { totalCount edges { node { id } } }
        p: signals(filter: { person: $person }) { totalCount edges { node { id } } } }`,
      stolen,
    );
    for (const list of Object.values(data)) expect(list).toEqual({ totalCount: 0, edges: [] });
  });

  test('a cursor is but a place in our own list', async () => {
    const { data } = await server.ask(
      ours,
      'query Q($cursor: String) { accounts(after: $cursor) { edges { node { name } } } back: accounts(last: 9, before: $cursor) { edges { node { name } } } }',
      stolen,
    );
    const names = [...data.accounts.edges, ...data.back.edges].map(
      (edge: { node: { name: string } }) => edge.node.name,
    );
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(['Shared by ours', 'ours']).toContain(name);
  });

  test('mutations change nothing of theirs', async () => {
    const before = await count(theirs);
    for (const id of [stolen.batch, theirBatch]) {
      const { errors } = await server.ask(ours, 'mutation M($id: ID!) { undoBatch(id: $id) { signals } }', {
        id,
      });
      expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    }
    const revoked = await server.ask(ours, 'mutation M($id: ID!) { revokeApiKey(id: $id) }', {
      id: stolen.key,
    });
    expect(revoked.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    await server.ask(
      ours,
      'mutation { upsertAccounts(input: [{ domain: "shared.example", name: "Renamed" }]) { updated } }',
    );
    await server.ask(
      ours,
      'mutation { upsertPeople(input: [{ email: "ann@shared.example", name: "Renamed" }]) { updated } }',
    );
    expect(await count(theirs)).toEqual(before);
    const { data } = await server.ask(
      theirs,
      '{ account(domain: "shared.example") { name people { edges { node { name } } } } apiKeys { name revokedAt } }',
    );
    expect(data.account).toEqual({
      name: 'Shared by theirs',
      people: { edges: [{ node: { name: 'Ann of theirs' } }] },
    });
    expect(data.apiKeys).toEqual([{ name: 'theirs', revokedAt: null }]);
  });
});

test('lists and counts hold only our own', async () => {
  const everything = await server.ask(
    ours,
    '{ accounts { totalCount edges { node { name signals { edges { node { source } } } } } } people { edges { node { name } } } signals { totalCount } apiKeys { id } batches { id } }',
  );
  expect(everything.data.signals.totalCount).toBe(2);
  expect(everything.data.apiKeys).toEqual([]);
  expect(JSON.stringify(everything.data)).not.toContain('theirs');
});
