import {
  type GraphQLInputType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContext } from '../../schema/context.ts';
import { schema } from '../../schema/index.ts';
import type { Scope } from '../../src/store/keys.ts';
import type { Workspace } from '../../src/store/workspaces.ts';
import { startServer } from './server.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let workspace: Workspace;

beforeAll(async () => {
  server = await startServer();
  workspace = await server.workspace('errors');
  await server.fill(workspace, {
    accounts: Array.from({ length: 3 }, (_, at) => ({ domain: `e${at}.example`, name: `E${at}` })),
    people: [{ email: 'ann@e0.example' }],
  });
});
afterAll(() => server.stop());

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const UUID = '3f2b8c1e-0d5a-4c7e-9b1f-6a2d4e8c0b13';

describe('codes', () => {
  test.each([
    ['{ accounts(first: 201) { totalCount } }', 'INVALID', '200'],
    ['{ accounts(first: -1) { totalCount } }', 'INVALID', '200'],
    ['{ people(last: 201) { totalCount } }', 'INVALID', '200'],
    ['{ accounts(first: 1, last: 1) { totalCount } }', 'INVALID', 'last'],
    ['{ accounts(first: 1, before: "x") { totalCount } }', 'INVALID', 'before'],
    ['{ accounts(last: 1, after: "x") { totalCount } }', 'INVALID', 'after'],
    ['{ accounts(after: "nonsense") { totalCount } }', 'INVALID', 'cursor'],
    [`{ accounts(after: "${base64(['HEAT DESC', 'x', UUID])}") { totalCount } }`, 'INVALID', 'cursor'],
    [`{ accounts(after: "${base64(['HEAT DESC', 1, 'x'])}") { totalCount } }`, 'INVALID', 'cursor'],
    [`{ accounts(after: "${base64(['HEAT ASC', 1, UUID])}") { totalCount } }`, 'INVALID', 'cursor'],
    [
      `{ accounts(orderBy: { field: LAST_ACTIVITY }, after: "${base64(['LAST_ACTIVITY DESC', 'x', UUID])}") { totalCount } }`,
      'INVALID',
      'cursor',
    ],
    [
      `{ accounts(orderBy: { field: NAME }, after: "${base64(['NAME DESC', 1, UUID])}") { totalCount } }`,
      'INVALID',
      'cursor',
    ],
    [`{ signals(after: "${base64(['HEAT DESC', 1, UUID])}") { totalCount } }`, 'INVALID', 'cursor'],
    ['{ account { name } }', 'INVALID', 'either'],
    ['{ account(id: "x", domain: "y") { name } }', 'INVALID', 'either'],
    ['{ account(id: "x") { name } }', 'INVALID', 'id of ours'],
    ['{ node(id: "x") { id } }', 'INVALID', 'id of ours'],
    [`{ node(id: "${Buffer.from("Account:' OR 1=1").toString('base64')}") { id } }`, 'INVALID', 'id of ours'],
    [`{ account(id: "${Buffer.from(`Person:${UUID}`).toString('base64')}") { name } }`, 'INVALID', 'Person'],
    ['{ accounts { edges { node { heat { contributions(first: 201) { day } } } } } }', 'INVALID', '200'],
    ['{ accounts { edges { node { heat { reasons(first: 11) } } } } }', 'INVALID', '10'],
    ['{ batches(first: 0) { id } }', 'INVALID', '200'],
    ['{ scoringModel(version: 99) { note } }', 'NOT_FOUND', '99'],
    ['mutation { createApiKey(input: { name: " ", scopes: [READ] }) { key } }', 'INVALID', 'name'],
    ['mutation { createApiKey(input: { name: "x", scopes: [] }) { key } }', 'INVALID', 'scopes'],
    ['mutation { undoBatch(id: "x") { signals } }', 'INVALID', 'id of ours'],
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED', 'nothing'],
    ['{', 'GRAPHQL_PARSE_FAILED', 'Syntax'],
    ['{ signals(filter: { from: "yesterday" }) { totalCount } }', 'INVALID', 'yesterday'],
  ])('%s → %s', async (query, code, says) => {
    const { errors } = await server.ask(workspace, query);
    expect(server.logged).toEqual([]);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(says),
      extensions: { code, hint: expect.stringMatching(/./) },
    });
  });

  test('a variable that does not fit', async () => {
    const { errors } = await server.ask(
      workspace,
      'query Q($from: DateTime!) { signals(filter: { from: $from }) { totalCount } }',
      { from: '2026-13-01' },
    );
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('2026-13-01'),
      extensions: { code: 'INVALID' },
    });
  });

  test('too deep, too costly', async () => {
    const level = (inner: string) => `signals(first: 1) { edges { node { account { ${inner} } } } }`;
    const deep = await server.ask(
      workspace,
      `{ account(domain: "e0.example") { ${level(level(level('id')))} } }`,
    );
    expect(deep.errors?.[0]?.extensions.code).toBe('TOO_DEEP');
    const costly = await server.ask(
      workspace,
      'query Q($n: Int) { accounts(first: $n) { edges { node { people(first: $n) { edges { node { id } } } } } } }',
      { n: 200 },
    );
    expect(costly.errors?.[0]?.extensions.code).toBe('TOO_COSTLY');
    expect(costly.data ?? null).toBeNull();
  });

  test('what nobody foresaw is masked and logged, and its connection given back', async () => {
    const broken = { ...workspace, id: 'not-a-workspace' };
    const { errors } = await server.ask(broken, '{ people { totalCount } }');
    expect(errors?.[0]?.extensions.code).toBe('INTERNAL');
    expect(JSON.stringify(errors)).not.toContain('not-a-workspace');
    expect(server.logged).toHaveLength(1);
    server.logged.length = 0;
  });

  test('no request keeps a connection', async () => {
    for (let n = 0; n < 10; n++) {
      await server.ask(
        workspace,
        '{ accounts(first: 1) { totalCount edges { node { people(first: 999) { totalCount } } } } }',
      );
      await server.ask(workspace, '{ people { totalCount } }');
    }
    expect(server.busy()).toBe(0);
  });

  test('several requests in one body are refused', async () => {
    const request = new Request('http://undercurrent.example/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ query: '{ workspace { name } }' }, { query: '{ workspace { name } }' }]),
    });
    const response = await server.handle(request, { workspace, scopes: new Set<Scope>(['read']) });
    expect(response.status).toBe(400);
  });
});

describe('scopes', () => {
  const allFields = [schema.getQueryType()!, schema.getMutationType()!].flatMap((type) =>
    Object.keys(type.getFields()).map((name) => [type.name, name] as const),
  );
  /** A call of a root field that is valid, with arguments that never get anywhere. */
  const ADMIN = [
    ...['apiKeys', 'createApiKey', 'revokeApiKey', 'auditLog', 'erasePerson', 'exportPerson'],
    ...['exclusions', 'addExclusion', 'removeExclusion'],
  ];

  /** Anything that is valid there. */
  function anyOf(type: GraphQLInputType): string {
    if (isNonNullType(type)) return anyOf(type.ofType);
    if (isListType(type)) return `[${anyOf(type.ofType)}]`;
    if (isEnumType(type)) return type.getValues()[0]!.name;
    if (isInputObjectType(type)) {
      const needed = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
      return `{ ${needed.map((field) => `${field.name}: ${anyOf(field.type)}`).join(', ')} }`;
    }
    const known: Record<string, string> = { Int: '1', Float: '1', Boolean: 'true', JSON: '{}' };
    return known[type.name] ?? (type.name === 'DateTime' ? '"2026-01-01T00:00:00Z"' : '"x"');
  }

  function callOf(typeName: string, name: string): string {
    const type = schema.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[name]! : undefined;
    const args = field!.args
      .filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined)
      .map((arg) => `${arg.name}: ${anyOf(arg.type)}`);
    const call = `${name}${args.length > 0 ? `(${args.join(', ')})` : ''}`;
    const leaf = isLeafType(getNamedType(field!.type));
    return `${typeName.toLowerCase()} { ${call} ${leaf ? '' : '{ __typename }'} }`;
  }

  test.each(allFields)(
    '%s.%s is closed to a key without its scope, which is named',
    async (typeName, name) => {
      const { errors } = await server.ask(workspace, callOf(typeName, name), {}, ['ingest']);
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
      const admin = ADMIN.includes(name);
      expect(errors?.[0]?.message).toContain(admin ? 'admin' : typeName === 'Query' ? 'read' : 'write');
    },
  );

  test.each([
    ['{ workspace { name } }', ['read'], undefined],
    ['{ apiKeys { id } }', ['read', 'write'], 'FORBIDDEN'],
    ['mutation { upsertAccounts(input: []) { created } }', ['read'], 'FORBIDDEN'],
    ['mutation { upsertAccounts(input: []) { created } }', ['write'], undefined],
    [
      'mutation { createApiKey(input: { name: "x", scopes: [ADMIN] }) { key } }',
      ['read', 'write', 'ingest'],
      'FORBIDDEN',
    ],
    ['{ workspace { name } }', ['admin'], undefined],
    ['{ workspace { name } }', ['write'], 'FORBIDDEN'],
    ['{ __typename }', [], undefined],
  ] as [string, Scope[], string | undefined][])('%s with %j → %s', async (query, scopes, code) => {
    const { errors } = await server.ask(workspace, query, {}, scopes);
    expect(errors?.[0]?.extensions.code).toBe(code);
  });
});

describe.each(['db', 'readDb'] as const)('the snapshot of a request to the %s', (name) => {
  const context = () =>
    createContext(
      { db: server.db, readDb: server[name], adapters: new Map(), clock: () => new Date(), onTouched() {} },
      { workspace, scopes: new Set<Scope>() },
    );

  test('is refused to resolvers that outlive the request', async () => {
    const { read, finish } = context();
    const running = read((tx) => tx.client.query('SELECT pg_sleep(0.05), 1 AS one'));
    const late = read(async () => 'late');
    await Promise.all([
      expect(running.then(({ rows }) => rows[0].one)).resolves.toBe(1),
      new Promise((resolve) => setTimeout(resolve, 10)).then(finish),
      expect(late).rejects.toThrow('over'),
    ]);
    expect(server.busy()).toBe(0);
  });

  test('is one snapshot, and takes one statement at a time', async () => {
    const { read, finish } = context();
    const ids = await Promise.all(
      Array.from({ length: 5 }, () =>
        read(async (tx) => {
          const { rows } = await tx.client.query(
            "SELECT txid_current_snapshot()::text AS seen, current_setting('transaction_read_only') AS mode",
          );
          return `${rows[0].seen} ${rows[0].mode}`;
        }),
      ),
    );
    await finish();
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/ on$/);
  });

  test('may end with its last reading, whether that succeeds or not', async () => {
    const { read, finish } = context();
    const one = await read((tx) => tx.client.query('SELECT 1 AS one'), { last: true });
    expect(one.rows).toEqual([{ one: 1 }]);
    await expect(read((tx) => tx.client.query('SELECT nothing'), { last: true })).rejects.toThrow('nothing');
    const mode = await read((tx) =>
      tx.client.query("SELECT current_setting('transaction_read_only') AS mode"),
    );
    expect(mode.rows).toEqual([{ mode: 'on' }]);
    await finish();
    expect(server.busy()).toBe(0);
  });
});
