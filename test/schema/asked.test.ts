import fc from 'fast-check';
import { type GraphQLObjectType, getNamedType, isCompositeType, isObjectType, isScalarType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../../schema/index.ts';
import type { Scope } from '../../src/store/keys.ts';
import type { Workspace } from '../../src/store/workspaces.ts';
import { NOW, startServer, visit } from './server.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let ours: Workspace;

const DOMAINS = ['one.example', 'two.example', 'three.example'];

beforeAll(async () => {
  server = await startServer();
  ours = await server.workspace('asked');
  await server.fill(ours, {
    accounts: DOMAINS.map((domain, at) => ({
      domain,
      name: `Company ${at}`,
      industry: at ? 'Retail' : undefined,
      employees: 100 * at,
      technologies: ['snow', 'flake'],
      domains: [`shop-${domain}`],
      tier: 'A',
    })),
    people: [{ email: 'kim@one.example', name: 'Kim', title: 'Head of Data' }],
    signals: DOMAINS.flatMap((domain, at) =>
      Array.from({ length: 3 * at + 1 }, (_, n) =>
        visit(`${domain} ${n}`, n ? { domain, anonymousId: `v${n}` } : { email: `kim@${domain}` }, n + 1, {
          title: `Page ${n}`,
          url: `https://us.example/${n}`,
          topics: ['prices'],
          attributes: { n },
        }),
      ),
    ),
  });
});
afterAll(() => server.stop());

async function ask(query: string, variables: object = {}) {
  const { data, errors } = await server.ask(ours, query, variables);
  expect(errors).toBeUndefined();
  return data;
}

/** Every field of the type that needs no argument, with something to ask of it. */
function selectionsOf(typeName: string): [string][] {
  const type = schema.getType(typeName);
  return Object.values((type as GraphQLObjectType).getFields())
    .filter((field) =>
      field.args.every((arg) => !String(arg.type).endsWith('!') || arg.defaultValue !== undefined),
    )
    .map((field) => {
      const below = getNamedType(field.type);
      if (!isCompositeType(below)) return [field.name];
      const leaves = Object.values((below as GraphQLObjectType).getFields()).filter(
        (one) =>
          !isCompositeType(getNamedType(one.type)) &&
          one.args.every((arg) => !String(arg.type).endsWith('!') || arg.defaultValue !== undefined),
      );
      return [`${field.name} { ${leaves.map((one) => one.name).join(' ')} }`];
    });
}

/** Moments at which something is computed differ from one request to the next. */
const still = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, one) => (key === 'asOf' ? undefined : one)));

describe('a list reads what is asked for', () => {
  test.each(selectionsOf('Account'))('Account: %s', async (selection) => {
    const list = await ask(`{ accounts { edges { node { ${selection} } } } }`);
    const order = await ask('{ accounts { edges { node { domain } } } }');
    for (const [at, { node }] of order.accounts.edges.entries()) {
      const { account } = await ask(`query One($d: String!) { account(domain: $d) { ${selection} } }`, {
        d: node.domain,
      });
      expect(still(list.accounts.edges[at].node)).toEqual(still(account));
    }
  });

  test.each(selectionsOf('Signal'))('Signal: %s', async (selection) => {
    const { signals } = await ask(`{ signals(first: 200) { edges { node { id ${selection} } } } }`);
    const byId = new Map(signals.edges.map((edge: { node: { id: string } }) => [edge.node.id, edge.node]));
    const { accounts } = await ask(
      `{ accounts { edges { node { signals(first: 4) { edges { node { ${selection} } } }
           known: signals(first: 4) { edges { node { id } } } } } } }`,
    );
    for (const { node } of accounts.edges) {
      const expected = node.known.edges.map((edge: { node: { id: string } }) => byId.get(edge.node.id));
      const got = node.signals.edges.map((edge: { node: object }, at: number) => ({
        id: node.known.edges[at].node.id,
        ...edge.node,
      }));
      expect(got).toEqual(expected);
    }
  });

  test.each([
    '{ accounts { edges { node { ...a } } } } fragment a on Account { ...b ...b } fragment b on Account { domain heat { value } }',
    '{ accounts { edges { node { ... on Node { ... on Account { domain } } ... { heat { value } } } } } }',
    'query Q($yes: Boolean = true) { accounts { edges { node { domain @include(if: $yes) heat { value } } } } }',
    '{ accounts { edges { node { domain heat { value } } } edges { node { heat { value } } } } }',
    '{ accounts(first: 25) { pageInfo { hasNextPage } edges { cursor node { domain heat { value } signals { totalCount } } } } }',
  ])('however it is written: %s', async (query) => {
    const plain = await ask('{ accounts { edges { node { domain heat { value } } } } }');
    expect(plain.accounts.edges).toHaveLength(3);
    const { accounts } = await ask(query);
    expect(
      accounts.edges.map(({ node: { domain, heat } }: { node: { domain: string; heat: object } }) => ({
        node: { domain, heat },
      })),
    ).toEqual(plain.accounts.edges);
  });

  test('timelines with their accounts are those that are read by themselves', async () => {
    const fields = '{ edges { cursor node { title occurredAt } } pageInfo { hasNextPage endCursor } }';
    const { accounts } = await ask(
      `query Q($n: Int) { accounts { edges { node {
         few: signals(first: 2) ${fields} more: signals(first: $n) ${fields} none: signals(first: 0) ${fields}
         ${['few: 2', 'more: 3', 'none: 0'].map((one) => one.replace(/(\w+): (\d)/, `$1Filtered: signals(first: $2, filter: { placed: true }) ${fields}`)).join(' ')}
       } } } }`,
      { n: 3 },
    );
    for (const { node } of accounts.edges) {
      expect(node.few).toEqual(node.fewFiltered);
      expect(node.more).toEqual(node.moreFiltered);
      expect(node.none).toEqual(node.noneFiltered);
    }
    expect(
      accounts.edges.map((edge: { node: { few: { edges: [] } } }) => edge.node.few.edges.length).sort(),
    ).toEqual([1, 2, 2]);
  });

  test('of several calls for reasons each gets as many as it asks for', async () => {
    const { accounts, account } = await ask(
      `query Q($n: Int!) { accounts(first: 3) { edges { node { heat { reasons(first: $n) all: reasons(first: 10) } also: heat { none: reasons(first: 0) } } } }
         account(domain: "three.example") { heat { reasons(first: 10) } } }`,
      { n: 1 },
    );
    const [{ node }] = accounts.edges;
    expect(node).toEqual({
      heat: { reasons: account.heat.reasons.slice(0, 1), all: account.heat.reasons },
      also: { none: [] },
    });
  });

  test('one round trip, and what was not foreseen still comes', async () => {
    server.statements.length = 0;
    await ask('{ accounts { edges { node { name signals(first: 5) { edges { node { title } } } } } } }');
    expect(server.statements).toHaveLength(4);
    const late = await ask(
      '{ accounts { edges { node { domain } } } again: accounts { edges { node { domain } } } }',
    );
    expect(late.again).toEqual(late.accounts);
    expect(server.busy()).toBe(0);
  });
});

describe('the usual way and yoga’s answer the same', () => {
  test.each([
    [{ query: '{ accounts { edges { node { name } } } }' }],
    [{ query: 'query A { workspace { name } } query B { workspace { slug: name } }', operationName: 'B' }],
    [{ query: 'query Q($n: Int!) { accounts(first: $n) { totalCount } }', variables: { n: 2 } }],
    [{ query: 'query Q($n: Int!) { accounts(first: $n) { totalCount } }', variables: { n: 'x' } }],
    [{ query: '{ accounts(first: 999) { totalCount } }' }],
    [{ query: '{ nothing }' }],
    [{ query: '{' }],
    [{ query: 5 }],
    [{ query: '{ workspace { name } }', variables: [] }],
    [{ query: '{ workspace { name } }', unknown: 1 }],
    [{}],
    ['text'],
    [[]],
  ])('%j', async (content) => {
    const send = async (type: string) => {
      const body = JSON.stringify(content);
      const request = new Request('http://undercurrent.example/graphql', {
        method: 'POST',
        headers: { 'content-type': type, 'content-length': String(body.length) },
        body,
      });
      const response = await server.handle(request, { workspace: ours, scopes: new Set<Scope>(['read']) });
      return [response.status, response.headers.get('content-type'), await response.json()];
    };
    expect(await send('application/json')).toEqual(await send('application/graphql+json'));
    server.logged.length = 0;
  });
});

test('moments are written as JavaScript writes them', () => {
  const scalar = schema.getType('DateTime');
  if (!isScalarType(scalar)) throw new Error('DateTime is no scalar');
  const dates = fc.oneof(
    fc.date({ noInvalidDate: true }),
    fc.date({ min: new Date('2026-05-01'), max: NOW, noInvalidDate: true }),
  );
  fc.assert(
    fc.property(dates, (date) => {
      expect(scalar.serialize(date)).toBe(date.toISOString());
    }),
  );
  expect(() => scalar.serialize(new Date(Number.NaN))).toThrow();
});

test('whatever has an id has the one its own resolver gives', () => {
  const nodes = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'),
  ) as GraphQLObjectType[];
  expect(nodes.length).toBeGreaterThan(3);
  for (const type of nodes) {
    const id = type.getFields().id!.resolve!({ id: 'x' }, {}, {}, {} as never);
    expect(id).toBe(Buffer.from(`${type.name}:x`).toString('base64'));
  }
});
