import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Workspace } from '../../src/store/workspaces.ts';
import { startServer, visit } from './server.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let workspace: Workspace;
let next = 0;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  workspace = await server.workspace(`review-${next++}`);
  await server.fill(workspace, {
    accounts: [
      { domain: 'oak.example', name: 'Oak', aliases: ['Quercus'], linkedin: 'oak-inc' },
      { domain: 'oak.test', name: 'Oak Ltd' },
    ],
    signals: [visit('1', { companyName: 'Oak' }, 1), visit('2', { companyName: 'OAK Inc' }, 2)],
  });
});

const QUEUE = `query Q($first: Int, $after: String) { reviewQueue(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
  edges { node { id kind value method confidence evidence waiting status decidedAt decidedBy account { domain } } } } }`;
const DECIDE =
  'mutation D($id: ID!, $accept: Boolean!) { decideMatch(id: $id, accept: $accept) { status waiting decidedBy account { domain signals { totalCount } } } }';
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape.
const queue = async (variables = {}): Promise<any> =>
  (await server.ask(workspace, QUEUE, variables, ['read'])).data.reviewQueue;

test('the queue is paged, and says what speaks for each', async () => {
  const first = await queue({ first: 1 });
  expect(first).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true } });
  const second = await queue({ first: 1, after: first.pageInfo.endCursor });
  const nodes = [...first.edges, ...second.edges].map((edge) => edge.node);
  expect(nodes.map((node) => node.account.domain).sort()).toEqual(['oak.example', 'oak.test']);
  expect(nodes[0]).toMatchObject({
    kind: 'NAME',
    value: 'oak',
    method: 'COMPANY_NAME',
    waiting: 2,
    status: 'OPEN',
    decidedAt: null,
    decidedBy: null,
  });
  expect(nodes[0].evidence[0]).toMatch(/^company name is exactly that of oak/);
});

test('an answer places what waits, can be taken back, and needs the scope', async () => {
  const { edges } = await queue();
  const { node } = edges.find(
    (edge: { node: { account: { domain: string } } }) => edge.node.account.domain === 'oak.test',
  );
  const refused = await server.ask(workspace, DECIDE, { id: node.id, accept: true }, ['read']);
  expect(refused.errors![0]!.extensions.code).toBe('FORBIDDEN');
  const { data } = await server.ask(workspace, DECIDE, { id: node.id, accept: true }, ['write', 'read']);
  expect(data.decideMatch).toEqual({
    status: 'ACCEPTED',
    waiting: 0,
    decidedBy: 'API',
    account: { domain: 'oak.test', signals: { totalCount: 2 } },
  });
  expect((await queue()).totalCount).toBe(0);
  const back = await server.ask(workspace, DECIDE, { id: node.id, accept: false });
  expect(back.data.decideMatch).toMatchObject({
    status: 'REJECTED',
    account: { signals: { totalCount: 0 } },
  });
  const wrong = await server.ask(workspace, DECIDE, { id: 'bm9uZQ==', accept: false });
  expect(wrong.errors![0]!.extensions.code).toBe('INVALID');
});

test('other names and the page of an account are taken and shown', async () => {
  const { data } = await server.ask(workspace, '{ account(domain: "oak.example") { aliases linkedin } }');
  expect(data.account).toEqual({ aliases: ['Quercus'], linkedin: 'oak-inc' });
  const { data: taken } = await server.ask(
    workspace,
    'mutation U($input: [AccountInput!]!) { upsertAccounts(input: $input) { updated rejected { message } } }',
    { input: [{ domain: 'oak.test', aliases: ['Chêne'], linkedin: 'https://linkedin.com/in/somebody' }] },
  );
  expect(taken.upsertAccounts.rejected[0].message).toContain('not the page of a company');
});
