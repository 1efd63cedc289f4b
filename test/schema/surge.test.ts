import { afterAll, beforeAll, expect, test } from 'vitest';
import { importTable } from '../../src/flow/import-table.ts';
import { openIntake } from '../../src/flow/ingest.ts';
import { drain } from '../../src/flow/rescore.ts';
import type { Workspace } from '../../src/store/workspaces.ts';
import { NOW, startServer, visit } from './server.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let workspace: Workspace;

const COMPANIES = ['ash', 'birch', 'cedar', 'elm', 'fir', 'hazel'];

beforeAll(async () => {
  server = await startServer();
  workspace = await server.workspace('surge');
  const usual = COMPANIES.flatMap((company, at) =>
    Array.from({ length: 26 }, (_, n) => {
      const ago = 0.1 + (at % 4) + 4 * n;
      return visit(`${company} ${n}`, { domain: `${company}.example`, anonymousId: company }, ago, {
        topics: ['data lineage'],
      });
    }),
  );
  const rise = ['x', 'y', 'z'].flatMap((who) =>
    Array.from({ length: 9 }, (_, n) =>
      visit(`ash ${who} ${n}`, { domain: 'ash.example', anonymousId: who }, n + 0.1, {
        topics: ['provenance'],
      }),
    ),
  );
  await server.fill(workspace, {
    accounts: COMPANIES.map((company) => ({
      domain: `${company}.example`,
      name: company,
      owner: company === 'ash' ? 'ann' : 'bob',
    })),
    signals: [...usual, ...rise],
  });
  const csv = 'topic,aliases,cluster,weight\ndata lineage,provenance,catalogues,0.8\n';
  await importTable(
    openIntake(server.db, workspace),
    'topics',
    (async function* () {
      yield Buffer.from(csv);
    })(),
    { fileName: 'topics.csv', map: null, clock: () => NOW },
  );
  await drain(server.db, workspace.id, () => NOW);
});
afterAll(() => server.stop());

const ask = async (query: string, variables: object = {}) => {
  const { data, errors } = await server.ask(workspace, query, variables);
  expect(errors).toBeUndefined();
  return data;
};
const fail = async (query: string) => (await server.ask(workspace, query)).errors![0]!;

test('surges come highest first, with their account, topic and cluster', async () => {
  const { surges } = await ask(
    `{ surges(filter: { status: [SURGING] }) { totalCount edges { node {
      account { domain } about topic { name } cluster score status observed expected lift pValue actors sources since vendorScores { source } } } } }`,
  );
  expect(surges.totalCount).toBe(3);
  const nodes = surges.edges.map((edge: { node: object }) => edge.node);
  expect(nodes.map(({ about }: { about: string }) => about).sort()).toEqual(['ACCOUNT', 'CLUSTER', 'TOPIC']);
  const topic = nodes.find(({ about }: { about: string }) => about === 'TOPIC');
  expect(topic).toMatchObject({
    account: { domain: 'ash.example' },
    topic: { name: 'data lineage' },
    cluster: null,
    status: 'SURGING',
    actors: 4,
    sources: ['teller'],
    since: '2026-05-12T00:00:00.000Z',
    vendorScores: [],
  });
  expect(topic.lift).toBeCloseTo(topic.observed / topic.expected, 9);
});

test('pages join without gap or repeat, forward and backward', async () => {
  const page = async (args: string) =>
    (
      await ask(
        `{ surges(${args}) { edges { cursor node { about score account { domain } } } pageInfo { hasNextPage } } }`,
      )
    ).surges;
  const key = ({ node }: { node: { about: string; account: { domain: string } } }) =>
    `${node.about} ${node.account.domain}`;
  const all = await page('first: 100');
  expect(all.edges).toHaveLength(3 * COMPANIES.length);
  const scores = all.edges.map(({ node }: { node: { score: number } }) => node.score);
  expect(scores).toEqual([...scores].sort((a, b) => b - a));
  const first = await page('first: 7');
  const rest = await page(`first: 100, after: "${first.edges.at(-1).cursor}"`);
  expect([...first.edges, ...rest.edges].map(key)).toEqual(all.edges.map(key));
  const back = await page(`last: 7, before: "${rest.edges[0].cursor}"`);
  expect(back.edges.map(key)).toEqual(first.edges.map(key));
});

test('filters', async () => {
  const count = async (filter: string) =>
    (await ask(`{ surges(filter: { ${filter} }) { totalCount } }`)).surges.totalCount;
  const { topics, account } = await ask('{ topics { id name } account(domain: "birch.example") { id } }');
  expect(await count(`topic: "${topics[0].id}"`)).toBe(COMPANIES.length);
  expect(await count('topic: "Data Lineage", owner: "ann"')).toBe(1);
  expect(await count('cluster: "catalogues", minScore: 60')).toBe(1);
  expect(await count(`account: "${account.id}", about: [TOPIC, CLUSTER]`)).toBe(2);
  expect((await fail(`{ surges(filter: { topic: "${account.id}" }) { totalCount } }`)).extensions.code).toBe(
    'INVALID',
  );
});

test('of a page of accounts take one statement per question', async () => {
  server.statements.length = 0;
  const { accounts } = await ask(
    `{ accounts(orderBy: { field: SURGE, direction: DESC }) { edges { node { domain
      surge { score status } onTopic: surge(topic: "data lineage") { status topic { clusters { name } } }
      nowhere: surge(topic: "nothing") { status score pValue observed } surgingTopics(first: 2) { topic { name declared aliases } } } } } }`,
  );
  expect(accounts.edges).toHaveLength(COMPANIES.length);
  expect(accounts.edges[0].node).toMatchObject({
    domain: 'ash.example',
    surge: { status: 'SURGING' },
    onTopic: { status: 'SURGING', topic: { clusters: [{ name: 'catalogues' }] } },
    nowhere: { status: 'INSUFFICIENT_DATA', score: 50, pValue: 0.5, observed: 0 },
    surgingTopics: [{ topic: { name: 'data lineage', declared: true, aliases: ['provenance'] } }],
  });
  expect(accounts.edges[1].node).toMatchObject({ surge: { status: 'NORMAL' }, surgingTopics: [] });
  const about = server.statements.filter(
    (text) => /FROM (?:surge|topic|unnest|\(SELECT name)/.test(text) && /surge|topic/.test(text),
  );
  expect(about.length).toBeLessThanOrEqual(7);
});

test('accounts are found by surge', async () => {
  const domains = async (filter: string) =>
    (
      await ask(`{ accounts(filter: { ${filter} }) { totalCount edges { node { domain } } } }`)
    ).accounts.edges.map((edge: { node: { domain: string } }) => edge.node.domain);
  expect(await domains('minSurge: 60')).toEqual(['ash.example']);
  const { topics } = await ask('{ topics { id } }');
  expect(await domains(`surgingTopic: "${topics[0].id}"`)).toEqual(['ash.example']);
  expect(await domains('surgingTopic: "nothing"')).toEqual([]);
});

test('topics and clusters are listed, and signals name theirs', async () => {
  expect(
    await ask(
      '{ topics { name declared clusters { name } } clusters { name topics { weight topic { name } } } }',
    ),
  ).toEqual({
    topics: [{ name: 'data lineage', declared: true, clusters: [{ name: 'catalogues' }] }],
    clusters: [{ name: 'catalogues', topics: [{ weight: 0.8, topic: { name: 'data lineage' } }] }],
  });
  const { signals } = await ask('{ signals(first: 100) { edges { node { topics { id name } } } } }');
  expect(new Set(signals.edges.map((edge: { node: object }) => JSON.stringify(edge.node))).size).toBe(1);
});

test('a topic and a cluster at once are refused', async () => {
  const refusal = await fail(
    '{ account(domain: "ash.example") { surge(topic: "a", cluster: "b") { score } } }',
  );
  expect(refusal.message).toContain('both are given');
});
