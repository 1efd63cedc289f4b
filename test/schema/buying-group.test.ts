import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { drain } from '../../src/flow/rescore.ts';
import type { Workspace } from '../../src/store/workspaces.ts';
import { daysAgo, NOW, startServer, visit } from './server.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let workspace: Workspace;
let next = 0;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  workspace = await server.workspace(`groups-${next++}`);
  await server.fill(workspace, {
    accounts: [
      { domain: 'ash.example', name: 'Ash', budget: '50k' },
      { domain: 'elm.example', name: 'Elm' },
      { domain: 'oak.example', name: 'Oak' },
    ],
    people: [
      { email: 'ann@ash.example', name: 'Ann', title: 'Geschäftsführerin', timeline: 'Q3' },
      { email: 'ben@ash.example', name: 'Ben', title: 'Data Engineer' },
      { email: 'eva@elm.example', name: 'Eva', title: 'CTO', buyingRole: 'CHAMPION' },
    ],
    signals: [
      visit('1', { email: 'ann@ash.example' }, 1),
      visit('2', { email: 'ann@ash.example' }, 2),
      visit('3', { email: 'eva@elm.example' }, 40),
    ],
  });
});

const ask = async (query: string, variables: object = {}) => {
  const { data, errors } = await server.ask(workspace, query, variables);
  expect(errors).toBeUndefined();
  return data;
};
const nodes = (connection: { edges: { node: object }[] }) => connection.edges.map(({ node }) => node);

const WHOLE = `id score completeness coverage engagement status size missingRoles lastActivityAt modelVersion
  account { domain } solution { id name usual topics template { role weight } } champion { name } blocker { name }
  members { person { name } role roleConfidence roleSource engagement points status lastActiveAt }
  parts { role required assigned active needed completeness coverage engagement }`;

describe('buying groups', () => {
  test('are listed, the best first, with everything about them', async () => {
    const data = await ask(`{ buyingGroups { totalCount edges { node { ${WHOLE} } } } }`);
    expect(data.buyingGroups.totalCount).toBe(2);
    const [ash, elm] = nodes(data.buyingGroups) as { [key: string]: unknown }[];
    expect(ash).toMatchObject({
      account: { domain: 'ash.example' },
      solution: { name: 'Everything we sell', usual: true, topics: [] },
      status: 'FORMING',
      size: 2,
      champion: null,
      members: [
        { person: { name: 'Ann' }, role: 'ECONOMIC_BUYER', roleSource: 'INFERRED', status: 'POTENTIAL' },
        { person: { name: 'Ben' }, role: 'TECHNICAL_EVALUATOR', engagement: 0, lastActiveAt: null },
      ],
    });
    expect(ash!.missingRoles).toEqual(['DECISION_MAKER', 'CHAMPION']);
    const parts = ash!.parts as { completeness: number; engagement: number }[];
    expect(parts.reduce((sum, part) => sum + part.engagement, 0)).toBeCloseTo(ash!.engagement as number, 9);
    expect(parts.reduce((sum, part) => sum + part.completeness, 0)).toBeCloseTo(
      ash!.completeness as number,
      9,
    );
    expect(elm).toMatchObject({
      status: 'IDENTIFIED',
      champion: { name: 'Eva' },
      members: [{ roleSource: 'CRM', status: 'CONFIRMED' }],
    });
  });

  test('are paged by score', async () => {
    const page = 'edges { cursor node { account { domain } } } pageInfo { hasNextPage }';
    const first = await ask(`{ buyingGroups(first: 1) { ${page} } }`);
    expect(first.buyingGroups.pageInfo.hasNextPage).toBe(true);
    const rest = await ask(`query Q($after: String) { buyingGroups(first: 5, after: $after) { ${page} } }`, {
      after: first.buyingGroups.edges[0].cursor,
    });
    expect(nodes(rest.buyingGroups)).toEqual([{ account: { domain: 'elm.example' } }]);
  });

  test.each([
    ['{status: IDENTIFIED}', ['elm.example']],
    ['{minScore: 1}', ['ash.example', 'elm.example']],
    ['{minScore: 99}', []],
    ['{missingRole: CHAMPION}', ['ash.example']],
    ['{minCompleteness: 0.3}', ['ash.example']],
  ])('filter %s', async (filter, domains) => {
    const data = await ask(
      `{ buyingGroups(filter: ${filter}) { totalCount edges { node { account { domain } } } } }`,
    );
    expect(
      nodes(data.buyingGroups).map((one) => (one as { account: { domain: string } }).account.domain),
    ).toEqual(domains);
    expect(data.buyingGroups.totalCount).toBe(domains.length);
  });

  test('are nodes, and of their account', async () => {
    const { account } = await ask(
      '{ account(domain: "ash.example") { id buyingGroups { id solution { id } } } }',
    );
    const [{ id, solution }] = account.buyingGroups;
    const data = await ask(
      'query Q($id: ID!, $account: ID, $solution: ID) { node(id: $id) { ... on BuyingGroup { size } } buyingGroups(filter: {account: $account, solution: $solution}) { totalCount } }',
      { id, account: account.id, solution: solution.id },
    );
    expect(data).toEqual({ node: { size: 2 }, buyingGroups: { totalCount: 1 } });
    expect(await ask('{ account(domain: "oak.example") { buyingGroups { id } } }')).toEqual({
      account: { buyingGroups: [] },
    });
  });

  test('as of a moment are made from what was known then, and can’t be asked for again', async () => {
    const of = async (asOf: string | null) => {
      const { account } = await ask(
        `query Q($asOf: DateTime) { account(domain: "ash.example") { buyingGroups(asOf: $asOf) { ${WHOLE} } } }`,
        { asOf },
      );
      return account.buyingGroups[0];
    };
    // Before the second visit there was less of it, before the first one nobody was active, and once nobody was known.
    const [{ id, ...today }, { id: idThen, ...then }] = [await of(null), await of(NOW.toISOString())];
    expect(then).toEqual(today);
    expect(idThen).not.toBe(id);
    const back = '{ node(id: $id) { ... on BuyingGroup { size } } }';
    expect(await ask(`query Q($id: ID!) ${back}`, { id: idThen })).toEqual({ node: null });
    const day = await of(daysAgo(1.5).toISOString());
    expect(day).toMatchObject({ size: 2, status: 'FORMING', members: [{ person: { name: 'Ann' } }, {}] });
    expect(day.members[0].points).toBeLessThan(today.members[0].points);
    expect(await of(daysAgo(3).toISOString())).toMatchObject({ status: 'IDENTIFIED', engagement: 0 });
    expect(await of('2001-01-01T00:00:00Z')).toBeUndefined();
  });

  test('a page of accounts costs one statement per level', async () => {
    const query = '{ accounts { edges { node { buyingGroups { members { person { name } } } } } } }';
    const count = async () => {
      server.statements.length = 0;
      await ask(query);
      return server.statements.filter((text) => /buying_group/.test(text)).length;
    };
    expect(await count()).toBe(2);
  });
});

test('a role is set by hand', async () => {
  const { account } = await ask(
    '{ account(domain: "ash.example") { buyingGroups { id members { person { id name } } } } }',
  );
  const [group] = account.buyingGroups;
  const ben = group.members.find((one: { person: { name: string } }) => one.person.name === 'Ben').person.id;
  await ask(
    'mutation M($g: ID!, $p: ID!) { setBuyingRole(group: $g, person: $p, role: DECISION_MAKER) { id } }',
    {
      g: group.id,
      p: ben,
    },
  );
  expect(server.touched).toContain(workspace.id);
  await drain(server.db, workspace.id, () => NOW);
  const data = await ask(
    'query Q($id: ID!) { node(id: $id) { ... on BuyingGroup { members { person { name } role roleSource status } } } }',
    {
      id: group.id,
    },
  );
  expect(data.node.members).toContainEqual({
    person: { name: 'Ben' },
    role: 'DECISION_MAKER',
    roleSource: 'MANUAL',
    status: 'CONFIRMED',
  });
});

test.each([
  ['somebody elsewhere', 'elm.example', 'NOT_FOUND'],
  ['an id of another type', null, 'INVALID'],
])('setting a role: %s is refused', async (_name, domain, code) => {
  const { account, other } = await ask(
    `{ account(domain: "ash.example") { buyingGroups { id } } other: account(domain: "${domain ?? 'oak.example'}") { id people { edges { node { id } } } } }`,
  );
  const person = domain ? other.people.edges[0].node.id : other.id;
  const { errors } = await server.ask(
    workspace,
    'mutation M($g: ID!, $p: ID!) { setBuyingRole(group: $g, person: $p, role: CHAMPION) { id } }',
    { g: account.buyingGroups[0].id, p: person },
  );
  expect(errors![0]!.extensions.code).toBe(code);
});

test('solutions are replaced as a whole', async () => {
  const replace =
    'mutation M($document: JSON!) { replaceSolutions(document: $document) { name topics content { url title } template { role } } }';
  const { replaceSolutions } = await ask(replace, {
    document: [
      {
        name: 'Lineage',
        topics: ['Data Lineage'],
        content: [{ url: '^/lineage' }],
        template: [{ role: 'CHAMPION', required: 1, weight: 100, needed: true }],
      },
    ],
  });
  const expected = [
    {
      name: 'Lineage',
      topics: ['data lineage'],
      content: [{ url: '^/lineage', title: null }],
      template: [{ role: 'CHAMPION' }],
    },
  ];
  expect(replaceSolutions).toEqual(expected);
  expect(await ask('{ solutions { name topics content { url title } template { role } } }')).toEqual({
    solutions: expected,
  });
  const { errors } = await server.ask(workspace, replace, { document: [{ name: '' }] });
  expect(errors![0]!.extensions.code).toBe('INVALID');
});

test('people have a stage, a next step and a qualification of their own', async () => {
  const data = await ask(
    '{ people { edges { node { name nurture { stage nextStep reason } qualification { value tier reason } } } } }',
  );
  const byName = new Map(nodes(data.people).map((one) => [(one as { name: string }).name, one]));
  expect(byName.get('Ann')).toMatchObject({
    nurture: {
      stage: 'PURCHASE_INTENT',
      nextStep: 'OFFER_DEMO',
      reason: expect.stringContaining('buying signals'),
    },
  });
  expect(byName.get('Ben')).toMatchObject({
    nurture: { stage: 'INITIAL_INTEREST', nextStep: 'SEND_BASICS' },
  });
  const value = (name: string) =>
    (byName.get(name) as { qualification: { value: number } }).qualification.value;
  expect(value('Ann')).toBeGreaterThan(value('Ben'));
});

test('BANT and MEDDIC say what is known and from whom', async () => {
  const { account } = await ask(
    '{ account(domain: "ash.example") { bant { field known value from at } meddic { field known from } } }',
  );
  expect(account.bant).toEqual([
    { field: 'BUDGET', known: true, value: '50k', from: 'api', at: expect.any(String) },
    { field: 'AUTHORITY', known: true, value: 'Ann', from: expect.stringContaining('decides'), at: null },
    { field: 'NEED', known: false, value: null, from: null, at: null },
    { field: 'TIMELINE', known: true, value: 'Q3', from: 'api, of Ann', at: expect.any(String) },
  ]);
  expect(account.meddic.filter((one: { known: boolean }) => one.known)).toEqual([
    { field: 'ECONOMIC_BUYER', known: true, from: 'Ann (ECONOMIC_BUYER) is in the buying group' },
  ]);
});
