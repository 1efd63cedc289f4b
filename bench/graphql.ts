/**
 * Measured: requests a second, with p50 and p99, for the 50 hottest accounts (name, domain, heat and band, three
 * strongest reasons, five newest signals) over GraphQL on the real server, 8 connections; 2,000 accounts, 220,000
 * signals of the last 60 days.
 * Baseline (postgraphile-server.ts): PostGraphile 5 over the same tables and data, for the same answer: scores by heat
 * with their account and its five newest signals, the reasons through a computed column, so that it need not send
 * the whole stored detail. It knows the workspace's id and connects as a superuser, so no row-level security, no key
 * and no cost limit is in its way; ours has all of them.
 */
import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { DEFAULT_SLUG, workspaceIdOf } from '../src/store/workspaces.ts';
import { drive } from './load.ts';
import { compare, type Measured, percentile } from './rounds.ts';
import * as stages from './stage.ts';
import { identifies, Traffic, writeAccounts } from './traffic.ts';

const SIGNALS = 220_000;
const DAYS = 60;
const REQUESTS = 600;
const CONNECTIONS = 8;

const OURS = `query Hottest {
  accounts(first: 50) { edges { node {
    name domain
    heat { value band reasons(first: 3) }
    signals(first: 5) { edges { node { id source kind occurredAt title url } } }
  } } }
}`;

const THEIRS = `query Hottest($workspace: UUID!) {
  allAccountScores(condition: { workspaceId: $workspace }, orderBy: [HEAT_DESC, ACCOUNT_ID_DESC], first: 50) { nodes {
    heat band topReasons
    account { name domain
      signals(first: 5, orderBy: SIGNAL_ID_DESC) { nodes { signalId source kind occurredAt title url } }
    }
  } }
}`;

/** What PostGraphile can't know: how signals belong to accounts, and which part of the detail is wanted. */
const TELL_POSTGRAPHILE = `
  COMMENT ON TABLE account_edge IS '@name company_link'; -- it has an AccountEdge of its own
  COMMENT ON CONSTRAINT account_score_workspace_id_account_id_fkey ON account_score IS '@fieldName account';
  COMMENT ON TABLE signal IS '@foreignKey (workspace_id, account_id) references account (workspace_id, account_id)|@foreignFieldName signals';
  CREATE FUNCTION account_score_top_reasons(score account_score) RETURNS text[] STABLE LANGUAGE sql
    RETURN (SELECT array_agg(reason ORDER BY place)
            FROM jsonb_array_elements_text(score.detail->'reasons') WITH ORDINALITY AS r (reason, place) WHERE place <= 3)`;

export async function run(stage: stages.Stage): Promise<void> {
  const database = await stage.database('graphql');
  await fill(stage, database.url);
  const client = await stage.client(database.superuserUrl);
  await client.query(TELL_POSTGRAPHILE);
  await client.query('VACUUM ANALYZE');
  const server = await stage.serveUndercurrent(database.url);
  const rival = await stage.serve(['bench/postgraphile-server.ts'], {
    DATABASE_URL: database.superuserUrl,
    GRAPHILE_ENV: 'production',
  });
  const ours = { url: `${server.url}/graphql`, body: JSON.stringify({ query: OURS }) };
  const variables = { workspace: workspaceIdOf(DEFAULT_SLUG) };
  const theirs = { url: `${rival.url}/graphql`, body: JSON.stringify({ query: THEIRS, variables }) };
  await checkSame(ours, theirs);

  const measure = async ({ url, body }: typeof ours, requests = REQUESTS): Promise<Measured> => {
    const bodies = Array.from({ length: requests }, () => body);
    const { seconds, latencies } = await drive({ url, key: stages.KEY, bodies, connections: CONNECTIONS });
    return {
      rate: requests / seconds,
      'p50 ms': percentile(latencies, 0.5),
      'p99 ms': percentile(latencies, 0.99),
    };
  };
  await measure(ours, REQUESTS / 2);
  await measure(theirs, REQUESTS / 2);
  await compare({
    title: `graphql: 50 hottest accounts, ${CONNECTIONS} connections, against PostGraphile 5`,
    unit: 'requests/s',
    target: 1.5,
    ours: () => measure(ours),
    baseline: () => measure(theirs),
  });
}

async function fill(stage: stages.Stage, url: string): Promise<void> {
  await stages.undercurrent(url, ['import', 'accounts', writeAccounts(stage.folder)]);
  const file = path.join(stage.folder, 'history.ndjson');
  const lines = createWriteStream(file);
  const from = new Date(Date.now() - DAYS * 86_400_000);
  for (const event of identifies(from)) lines.write(`${JSON.stringify(event)}\n`);
  const traffic = new Traffic('history', 3, from, (DAYS * 86_400_000) / SIGNALS);
  for (const event of traffic.take(SIGNALS)) lines.write(`${JSON.stringify(event)}\n`);
  lines.end();
  await finished(lines);
  await stages.undercurrent(url, ['ingest', 'segment', file, '--backfill']);
}

interface Asked {
  url: string;
  body: string;
}

interface SeenSignal {
  title: string;
  occurredAt: string;
}

interface OurAnswer {
  accounts: {
    edges: {
      node: {
        name: string;
        domain: string;
        heat: { value: number; reasons: string[] };
        signals: { edges: { node: SeenSignal }[] };
      };
    }[];
  };
}

interface TheirAnswer {
  allAccountScores: {
    nodes: {
      heat: number;
      topReasons: string[];
      account: { name: string; domain: string; signals: { nodes: SeenSignal[] } };
    }[];
  };
}

/** Both must answer the same, else there is nothing to compare. */
async function checkSame(ours: Asked, theirs: Asked): Promise<void> {
  const { accounts } = (await ask(ours)) as OurAnswer;
  const { allAccountScores } = (await ask(theirs)) as TheirAnswer;
  const plain = ({ title, occurredAt }: SeenSignal) => [title, new Date(occurredAt).toISOString()];
  assert.equal(accounts.edges.length, 50);
  assert.deepEqual(
    accounts.edges.map(({ node: { name, domain, heat, signals } }) => ({
      name,
      domain,
      heat: heat.value,
      reasons: heat.reasons,
      signals: signals.edges.map((edge) => plain(edge.node)),
    })),
    allAccountScores.nodes.map(({ heat, topReasons, account: { name, domain, signals } }) => ({
      name,
      domain,
      heat,
      reasons: topReasons,
      signals: signals.nodes.map(plain),
    })),
  );
}

async function ask({ url, body }: Asked): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${stages.KEY}` };
  const answer = await fetch(url, { method: 'POST', headers, body });
  const { data, errors } = (await answer.json()) as { data: unknown; errors?: unknown };
  if (errors) throw new Error(`${url}: ${JSON.stringify(errors)}`);
  return data;
}
