import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { drain } from '../../src/flow/rescore.ts';
import { inWorkspace } from '../../src/store/database.ts';
import * as keys from '../../src/store/keys.ts';
import type { Workspace } from '../../src/store/workspaces.ts';
import { NOW, startServer, visit } from './server.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let workspace: Workspace;

beforeAll(async () => {
  server = await startServer();
  workspace = await server.workspace('mutable');
});
afterAll(() => server.stop());
beforeEach(() => {
  server.touched.length = 0;
});

const UPSERT =
  'mutation M($input: [AccountInput!]!) { upsertAccounts(input: $input) { created updated rejected { index code message hint } } }';

describe('upserts', () => {
  test('accounts are made, then updated; bad ones are told; the rescorer is asked', async () => {
    const input = [
      { domain: 'acme.example', name: 'Acme', employees: 500 },
      { domain: 'no domain' },
      { owner: 'nobody' },
    ];
    const { data } = await server.ask(workspace, UPSERT, { input });
    expect(data.upsertAccounts).toEqual({
      created: 1,
      updated: 0,
      rejected: [
        {
          index: 1,
          code: 'INVALID',
          message: expect.stringContaining('no domain'),
          hint: expect.stringMatching(/./),
        },
        {
          index: 2,
          code: 'INVALID',
          message: expect.stringContaining('neither'),
          hint: expect.stringMatching(/./),
        },
      ],
    });
    expect(server.touched).toEqual([workspace.id]);
    const again = await server.ask(workspace, UPSERT, {
      input: [{ domain: 'acme.example', industry: 'Software' }],
    });
    expect(again.data.upsertAccounts).toEqual({ created: 0, updated: 1, rejected: [] });
    const { data: read } = await server.ask(
      workspace,
      '{ account(domain: "acme.example") { employees industry origin } }',
    );
    expect(read.account).toEqual({ employees: 500, industry: 'Software', origin: 'IMPORTED' });
  });

  test('people and outcomes follow, and the stage with them', async () => {
    const people = await server.ask(
      workspace,
      'mutation { upsertPeople(input: [{ email: "ann@acme.example", name: "Ann", leadStatus: SQL }, { name: "Bob" }]) { created updated rejected { index } } }',
    );
    expect(people.data.upsertPeople).toEqual({ created: 1, updated: 0, rejected: [{ index: 1 }] });
    const record =
      'mutation M($at: DateTime!) { recordOutcomes(input: [{ externalId: "o1", domain: "acme.example", type: WON, at: $at, amount: 9.5 }, { externalId: "o2", domain: "nobody.example", type: LOST, at: $at }]) { created updated rejected { index message } } }';
    const at = '2026-05-01T00:00:00+02:00';
    const outcomes = await server.ask(workspace, record, { at });
    expect(outcomes.data.recordOutcomes).toEqual({
      created: 1,
      updated: 0,
      rejected: [{ index: 1, message: expect.stringContaining('nobody.example') }],
    });
    expect((await server.ask(workspace, record, { at })).data.recordOutcomes.created).toBe(0);
    expect(server.touched.length).toBe(3);
    await drain(server.db, workspace.id, () => new Date(NOW.getTime() + 60_000));
    const { data } = await server.ask(
      workspace,
      '{ account(domain: "acme.example") { stage { stage } people { edges { node { name leadStatus email } } } } }',
    );
    expect(data.account).toEqual({
      stage: { stage: 'CUSTOMER' },
      people: { edges: [{ node: { name: 'Ann', leadStatus: 'SQL', email: 'ann@acme.example' } }] },
    });
  });
});

test('a batch is undone by its id, once known by any of its names', async () => {
  const id = await server.fill(workspace, {
    accounts: [],
    signals: [visit('u1', { domain: 'brief.example' }, 1)],
  });
  const { data: before } = await server.ask(
    workspace,
    '{ batches(first: 1) { id source transport label accepted undoneAt } account(domain: "brief.example") { id } }',
  );
  expect(before.batches[0]).toMatchObject({
    source: 'teller',
    transport: 'FILE',
    label: 'told.ndjson',
    accepted: 1,
    undoneAt: null,
  });
  expect(before.account).not.toBeNull();
  const undo = 'mutation M($id: ID!) { undoBatch(id: $id) { batches signals accounts people } }';
  const { data } = await server.ask(workspace, undo, { id: before.batches[0].id });
  expect(data.undoBatch).toEqual({ batches: [before.batches[0].id], signals: 1, accounts: 1, people: 0 });
  expect((await server.ask(workspace, undo, { id })).data.undoBatch.signals).toBe(0);
  const after = await server.ask(
    workspace,
    '{ batches(first: 1) { undoneAt } account(domain: "brief.example") { id } }',
  );
  expect(after.data).toEqual({ batches: [{ undoneAt: expect.any(String) }], account: null });
  expect((await server.ask(workspace, undo, { id: 'sample' })).errors?.[0]?.extensions.code).toBe(
    'NOT_FOUND',
  );
});

test('a key works from when it is made until it is revoked, and is shown once', async () => {
  const made = await server.ask(
    workspace,
    'mutation { createApiKey(input: { name: " CRM sync ", scopes: [READ, WRITE, READ] }) { id key name scopes } }',
  );
  const { id, key, name, scopes } = made.data.createApiKey;
  expect({ name, scopes }).toEqual({ name: 'CRM sync', scopes: ['READ', 'WRITE'] });
  const find = () => inWorkspace(server.db, workspace.id, (tx) => keys.find(tx, key));
  expect((await find())?.scopes).toEqual(['read', 'write']);
  const list = await server.ask(workspace, '{ apiKeys { id name scopes revokedAt } }');
  expect(list.data.apiKeys).toEqual([{ id, name: 'CRM sync', scopes: ['READ', 'WRITE'], revokedAt: null }]);
  const revoke = 'mutation M($id: ID!) { revokeApiKey(id: $id) }';
  expect((await server.ask(workspace, revoke, { id })).data.revokeApiKey).toBe(true);
  expect((await server.ask(workspace, revoke, { id })).data.revokeApiKey).toBe(false);
  expect(await find()).toBeNull();
});
