import { afterAll, beforeAll, expect, test } from 'vitest';
import { drain } from '../../src/flow/rescore.ts';
import { recordOutcomes } from '../../src/flow/upsert.ts';
import { inWorkspace } from '../../src/store/database.ts';
import * as scores from '../../src/store/scores.ts';
import type { Workspace } from '../../src/store/workspaces.ts';
import { daysAgo, NOW, startServer, visit } from './server.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let workspace: Workspace;

const praise = (who: string, company: string, days: number) =>
  visit(`${who} ${company} ${days}`, { email: `${who}@${company}.example` }, days, {
    kind: 'social.mention',
    sentiment: 0.9,
  });

beforeAll(async () => {
  server = await startServer();
  workspace = await server.workspace('flags');
  await server.fill(workspace, {
    accounts: [
      { domain: 'ash.example', name: 'Ash', owner: 'kim' },
      { domain: 'birch.example', name: 'Birch' },
      { domain: 'cedar.example', name: 'Cedar' },
    ],
    people: [{ email: 'ann@ash.example', name: 'Ann' }],
    signals: [praise('ann', 'ash', 2), praise('bob', 'birch', 3)],
  });
  await inWorkspace(server.db, workspace.id, (tx) =>
    recordOutcomes(
      tx,
      [
        {
          externalId: 'o',
          domain: 'cedar.example',
          type: 'OPPORTUNITY_OPENED',
          at: daysAgo(3),
          receivedAt: daysAgo(3),
        },
      ],
      null,
      NOW,
    ),
  );
  await drain(server.db, workspace.id, () => NOW);
});
afterAll(() => server.stop());

const ask = async (query: string, variables: object = {}) => {
  const { data, errors } = await server.ask(workspace, query, variables);
  expect(errors).toBeUndefined();
  return data;
};

test('flags come with their account, person and evidence', async () => {
  const { preMqlFlags } = await ask(`{ preMqlFlags(filter: { owner: "kim" }) { totalCount edges { node {
    id rule status confidence raisedAt closedAt reason modelVersion answer { by }
    account { name } person { name } evidence { kind points actor } } } } }`);
  expect(preMqlFlags).toEqual({
    totalCount: 1,
    edges: [
      {
        node: {
          id: expect.any(String),
          rule: 'SOCIAL_PUSH',
          status: 'OPEN',
          confidence: expect.closeTo(0.92, 1),
          raisedAt: NOW.toISOString(),
          closedAt: null,
          reason: 'somebody known mentioned us well (sentiment 0.9), 2 days ago',
          modelVersion: 1,
          answer: null,
          account: { name: 'Ash' },
          person: { name: 'Ann' },
          evidence: [{ kind: 'SOCIAL_MENTION', points: expect.any(Number), actor: 'Ann' }],
        },
      },
    ],
  });
  const { node } = await ask('query ($id: ID!) { node(id: $id) { ... on PreMqlFlag { reason } } }', {
    id: preMqlFlags.edges[0].node.id,
  });
  expect(node.reason).toBe(preMqlFlags.edges[0].node.reason);
});

test('flags are paged', async () => {
  const page = (args: string) =>
    ask(`{ preMqlFlags(${args}) { edges { cursor node { account { name } } } pageInfo { hasNextPage } } }`);
  const { preMqlFlags: first } = await page('first: 1');
  expect(first.pageInfo.hasNextPage).toBe(true);
  const { preMqlFlags: second } = await page(`first: 1, after: "${first.edges[0].cursor}"`);
  expect([first, second].map((one) => one.edges[0].node.account.name).sort()).toEqual(['Ash', 'Birch']);
  const forged = Buffer.from(
    JSON.stringify(['FLAG', 1e300, '00000000-0000-8000-8000-000000000000']),
  ).toString('base64url');
  expect((await page(`after: "${forged}"`)).preMqlFlags.edges).toHaveLength(2);
});

test('accounts show their flags, stage and readiness, and are found by them', async () => {
  const { accounts } =
    await ask(`{ accounts(filter: { hasOpenFlag: true }, orderBy: { field: NAME, direction: ASC }) {
    edges { node { name preMqlFlags(status: OPEN) { rule } expired: preMqlFlags(status: EXPIRED) { rule }
      stage { stage reason since history { to } }
      handoff { ready checks { name met why } clock { overdue } } } } } }`);
  expect(accounts.edges.map((edge: { node: object }) => edge.node)).toEqual(
    ['Ash', 'Birch'].map((name) => ({
      name,
      preMqlFlags: [{ rule: 'SOCIAL_PUSH' }],
      expired: [],
      stage: { stage: 'TARGET', reason: expect.stringMatching(/below 20/), since: null, history: [] },
      handoff: {
        ready: false,
        checks: [
          { name: 'SCORE', met: false, why: expect.stringMatching(/needs 75/) },
          { name: 'ICP_FIT', met: false, why: expect.stringMatching(/needs 60/) },
          { name: 'BANT', met: false, why: expect.stringMatching(/needs 1/) },
          { name: 'ACTIVE_SIGNAL', met: false, why: 'no buying signal in the last 14 days' },
          { name: 'NOT_DISQUALIFIED', met: true, why: 'no gate is shut' },
        ],
        clock: null,
      },
    })),
  );
  const without = await ask(
    '{ accounts(filter: { hasOpenFlag: false }) { totalCount edges { node { name } } } }',
  );
  expect(without.accounts).toEqual({ totalCount: 1, edges: [{ node: { name: 'Cedar' } }] });
});

test('the stage tells since when and every change', async () => {
  const { account } = await ask(
    '{ account(domain: "cedar.example") { stage { stage since history { from to day reason } } } }',
  );
  const day = daysAgo(3).toISOString().slice(0, 10);
  expect(account.stage).toEqual({
    stage: 'PURCHASE',
    since: day,
    history: [{ from: 'TARGET', to: 'PURCHASE', day, reason: 'has an open opportunity in the CRM' }],
  });
});

test('a page of accounts reads flags and stages in one statement each', async () => {
  server.statements.length = 0;
  await ask('{ accounts { edges { node { preMqlFlags { rule } stage { since history { day } } } } } }');
  expect(server.statements.filter((one) => one.includes('pre_mql_flag'))).toHaveLength(1);
  expect(server.statements.filter((one) => one.includes('FROM stage_change'))).toHaveLength(1);
});

test('sales answer a flag, and the report tells', async () => {
  const { preMqlFlags } = await ask('{ preMqlFlags(filter: { owner: "kim" }) { edges { node { id } } } }');
  const { id } = preMqlFlags.edges[0].node;
  const respond = `mutation ($id: ID!, $accept: Boolean!) { respondToFlag(id: $id, accept: $accept, reason: "called her") {
    status closedAt answer { accepted reason by at } } }`;
  const { respondToFlag } = await ask(respond, { id, accept: true });
  expect(respondToFlag).toEqual({
    status: 'ACCEPTED',
    closedAt: expect.any(String),
    answer: { accepted: true, reason: 'called her', by: 'API', at: respondToFlag.closedAt },
  });
  expect(server.touched).toContain(workspace.id);
  await inWorkspace(server.db, workspace.id, (tx) => scores.requestAll(tx, NOW));
  await drain(server.db, workspace.id, () => NOW);
  const { flagReport } = await ask(
    '{ flagReport { rule raised open accepted rejected expired converted leadTimeDays precision { value low high } } }',
  );
  expect(flagReport).toHaveLength(5);
  expect(flagReport[2]).toEqual({
    rule: 'SOCIAL_PUSH',
    raised: 2,
    open: 1,
    accepted: 1,
    rejected: 0,
    expired: 0,
    converted: 0,
    leadTimeDays: null,
    precision: { value: 1, low: expect.closeTo(0.2065, 3), high: 1 },
  });
  const reader = await server.ask(workspace, respond, { id, accept: false }, ['read']);
  expect(reader.errors![0]!.extensions.code).toBe('FORBIDDEN');
});

test('what is not there, or not ours, is told', async () => {
  const wrong = Buffer.from('PreMqlFlag:00000000-0000-8000-8000-000000000000').toString('base64');
  const { errors } = await server.ask(
    workspace,
    `mutation { respondToFlag(id: "${wrong}", accept: true) { id } }`,
  );
  expect(errors![0]!.extensions).toMatchObject({ code: 'NOT_FOUND' });
  const other = await server.workspace('others');
  expect((await server.ask(other, '{ preMqlFlags { totalCount } }')).data.preMqlFlags.totalCount).toBe(0);
});
