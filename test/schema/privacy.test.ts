import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Workspace } from '../../src/store/workspaces.ts';
import { NOW, startServer, visit } from './server.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let workspace: Workspace;
let other: Workspace;

const ANN = { email: 'ann@acme.example', anonymousId: 'browser-ab12cd34' };

beforeAll(async () => {
  server = await startServer();
  workspace = await server.workspace('private');
  other = await server.workspace('other');
  for (const one of [workspace, other]) {
    await server.fill(one, {
      accounts: [{ domain: 'acme.example', name: 'Acme' }],
      people: [{ email: ANN.email, name: 'Ann Lee' }],
      signals: [visit('v1', ANN, 2), visit('v2', { anonymousId: ANN.anonymousId }, 1)],
    });
  }
});
afterAll(() => server.stop());

const ask = (query: string, variables: object = {}) => server.ask(workspace, query, variables);

describe('exclusions', () => {
  const ADD =
    'mutation M($value: String!) { addExclusion(value: $value, reason: "a partner") { kind value reason } }';

  test('are added, listed and taken off; what was kept out is counted by reason and class', async () => {
    expect((await ask(ADD, { value: 'agency.example' })).data.addExclusion).toEqual({
      kind: 'DOMAIN',
      value: 'agency.example',
      reason: 'a partner',
    });
    expect((await ask(ADD, { value: 'Bo@acme.example' })).data.addExclusion).toMatchObject({
      kind: 'EMAIL_HASH',
      value: expect.stringMatching(/^[\da-f]{32}$/),
    });
    const listed = await ask('{ exclusions { kind } }');
    expect(listed.data.exclusions).toEqual([{ kind: 'DOMAIN' }, { kind: 'EMAIL_HASH' }]);

    await server.fill(workspace, {
      accounts: [],
      signals: [visit('x1', { domain: 'agency.example' }, 1), visit('x2', { email: 'bo@acme.example' }, 1)],
    });
    const skipped = [{ reason: 'excluded', class: 'EXCLUDED', count: 2 }];
    const counted = await ask(
      '{ workspace { skipped { reason class count } } sources { id skipped { reason class count } } }',
    );
    expect(counted.data).toEqual({ workspace: { skipped }, sources: [{ id: 'teller', skipped }] });

    const REMOVE = 'mutation { removeExclusion(value: "bo@ACME.example") }';
    expect((await ask(REMOVE)).data.removeExclusion).toBe(true);
    expect((await ask(REMOVE)).data.removeExclusion).toBe(false);
    expect((await ask('{ exclusions { kind } }')).data.exclusions).toEqual([{ kind: 'DOMAIN' }]);
  });

  test('nonsense is told', async () => {
    const { errors } = await ask(ADD, { value: 'nonsense' });
    expect(errors![0]!.extensions).toMatchObject({ code: 'INVALID', field: 'value' });
  });
});

describe('a person', () => {
  const EXPORT = 'mutation M($email: String!) { exportPerson(email: $email) }';
  const ERASE =
    'mutation M($email: String!) { erasePerson(email: $email) { erasedAt found people identities visitors signals deadLetters mentions accounts } }';

  test('is exported, erased, and kept out; the other workspace keeps theirs', async () => {
    const { data: exported } = await ask(EXPORT, { email: ANN.email });
    expect(exported.exportPerson).toMatchObject({ email: ANN.email, found: true });
    expect(exported.exportPerson.held.signal).toHaveLength(2);

    server.touched.length = 0;
    const { data } = await ask(ERASE, { email: ANN.email });
    expect(data.erasePerson).toMatchObject({
      found: true,
      people: 1,
      identities: 1,
      visitors: 1,
      signals: 2,
      accounts: 1,
    });
    expect(new Date(data.erasePerson.erasedAt) >= NOW).toBe(true);
    expect(server.touched).toEqual([workspace.id]);

    const left = '{ account(domain: "acme.example") { people { totalCount } signals { totalCount } } }';
    expect((await ask(left)).data.account).toEqual({ people: { totalCount: 0 }, signals: { totalCount: 0 } });
    expect((await server.ask(other, left)).data.account.people.totalCount).toBe(1);
    expect((await ask(EXPORT, { email: ANN.email })).data.exportPerson).toMatchObject({
      found: false,
      held: {},
    });

    const upserted = await ask(
      'mutation M($input: [PersonInput!]!) { upsertPeople(input: $input) { created skipped { reason count } rejected { code } } }',
      { input: [{ email: ANN.email, name: 'Ann Lee' }] },
    );
    expect(upserted.data.upsertPeople).toEqual({
      created: 0,
      skipped: [{ reason: 'erased', count: 1 }],
      rejected: [],
    });
    const log = await ask('{ auditLog(first: 3) { actor action counts } }');
    expect(log.data.auditLog.map((one: { action: string }) => one.action)).toEqual([
      'EXPORT',
      'ERASE',
      'EXPORT',
    ]);
    expect(log.data.auditLog[1]).toMatchObject({ actor: 'API', counts: { signals: 2 } });
  });

  test.each([EXPORT, ERASE])('takes the scope admin', async (mutation) => {
    const refused = await server.ask(other, mutation, { email: ANN.email }, ['read', 'write']);
    expect(refused.errors![0]!.extensions.code).toBe('FORBIDDEN');
    const still = await server.ask(other, '{ account(domain: "acme.example") { people { totalCount } } }');
    expect(still.data.account.people.totalCount).toBe(1);
  });
});
