/** Everything that was acknowledged is stored exactly once, whatever is killed in the middle. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { drain } from '../../src/flow/rescore.ts';
import { close, connect, inWorkspace } from '../../src/store/database.ts';
import * as scores from '../../src/store/scores.ts';
import { DEFAULT_SLUG, workspaceIdOf } from '../../src/store/workspaces.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { ADMIN_KEY, queryAs, type Server, startServer, until } from '../support/server.ts';

// Processes, each a second or more where others use the machine too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const WORKSPACE = workspaceIdOf(DEFAULT_SLUG);
const CONNECTIONS = 16;

let fresh: FreshDatabase;
let server: Server;

beforeAll(async () => {
  fresh = await freshDatabase();
  server = await startServer({ DATABASE_URL: fresh.url });
});
afterAll(async () => {
  await server?.end();
  await fresh.drop();
});

const rows = <Row extends Record<string, unknown>>(sql: string) => queryAs<Row>(fresh.url, WORKSPACE, sql);

interface Load {
  /** Message ids that were answered with 200. */
  acknowledged: Set<string>;
  /** All message ids that were ever sent. */
  sent: Set<string>;
  /** Answers other than 200, as `status` and its Retry-After. */
  refusals: { status: number; retryAfter: string | null }[];
  /** Requests that broke off without an answer. */
  broken: number;
  /** No new messages from now on; resolves when every message was acknowledged. */
  finish(): Promise<void>;
  /** Gives up at once, retrying nothing. */
  abandon(): Promise<void>;
}

/** Sixteen clients that send batches of unique messages and retry each until it is acknowledged. */
function startLoad(word: string): Load {
  let going = true;
  let abandoned = false;
  const load: Load = {
    acknowledged: new Set(),
    sent: new Set(),
    refusals: [],
    broken: 0,
    async finish() {
      going = false;
      await Promise.all(clients);
    },
    async abandon() {
      going = false;
      abandoned = true;
      await Promise.all(clients);
    },
  };
  const client = async (n: number) => {
    for (let turn = 0; going; turn++) {
      const ids = Array.from({ length: 5 }, (_, at) => `${word} ${n} ${turn} ${at}`);
      // Times spread over the past days; people who turn up anonymously and say later who they are.
      const batch = ids.map((messageId, at) => ({
        type: at === 4 ? 'identify' : 'page',
        messageId,
        anonymousId: `${word}-visitor-${n}-${turn % 7}`,
        timestamp: new Date(Date.now() - ((turn * 5 + at) % 20) * 86_400_000).toISOString(),
        ...(at === 4
          ? { traits: { email: `p${turn % 7}@company-${n}.example` } }
          : { properties: { path: at % 2 ? '/pricing' : '/blog/post' } }),
      }));
      for (const id of ids) load.sent.add(id);
      while (!abandoned) {
        const response = await fetch(`${server.url}/v1/batch`, {
          method: 'POST',
          headers: { authorization: `Bearer ${ADMIN_KEY}` },
          body: JSON.stringify({ batch }),
        }).catch(() => null);
        const text = await response?.text().catch(() => null);
        if (response?.status === 200 && text === '{"success":true}') {
          for (const id of ids) load.acknowledged.add(id);
          break;
        }
        if (response && text) {
          load.refusals.push({ status: response.status, retryAfter: response.headers.get('retry-after') });
        } else load.broken++;
        await sleep(50);
      }
    }
  };
  const clients = Array.from({ length: CONNECTIONS }, (_, n) => client(n));
  return load;
}

/** Messages that become signals: the fifth of a batch only says who somebody is. */
const visible = (ids: Iterable<string>) => [...ids].filter((id) => !id.endsWith(' 4')).sort();
const storedIds = async (word: string) =>
  (await rows<{ id: string }>(`SELECT external_id AS id FROM signal WHERE external_id LIKE '${word} %'`))
    .map((row) => row.id)
    .sort();

/** Scores as they are stored, and as they come out when all are computed anew. */
async function expectScoresCurrent(): Promise<void> {
  const read = () =>
    rows(`SELECT d.domain, round(heat::numeric, 9) AS heat, round(raw::numeric, 9) AS raw, stage, actors, last_activity_at,
      round(qualification::numeric, 9) AS qualification
      FROM account_score JOIN account_domain d USING (account_id) ORDER BY d.domain`);
  await until(
    'everything is scored',
    async () => (await rows('SELECT 1 FROM rescore_request LIMIT 1')).length === 0,
  );
  const kept = await read();
  expect(kept).toHaveLength(CONNECTIONS);
  const db = await connect(fresh.url);
  try {
    const clock = () => new Date();
    await inWorkspace(db, WORKSPACE, (tx) => scores.requestAll(tx, clock()));
    expect(await drain(db, WORKSPACE, clock)).toBe(CONNECTIONS);
  } finally {
    await close(db);
  }
  expect(await read()).toEqual(kept);
}

test('kill -9 of the server', async () => {
  const load = startLoad('killed');
  for (const enough of [500, 1_500]) {
    await until('the load is under way', () => load.acknowledged.size > enough);
    await server.end('SIGKILL');
    const before = new Set(load.acknowledged);
    expect(await storedIds('killed')).toEqual(expect.arrayContaining(visible(before)));
    server = await startServer({ DATABASE_URL: fresh.url });
    await until('it goes on', () => load.acknowledged.size > before.size);
  }
  await load.finish();
  expect(load.broken).toBeGreaterThan(0);
  expect(load.acknowledged).toEqual(load.sent);
  expect(await storedIds('killed')).toEqual(visible(load.sent));
  expect(await rows('SELECT 1 FROM dead_letter')).toEqual([]);
  await expectScoresCurrent();
});

test('every connection to the database is cut, again and again', async () => {
  const load = startLoad('cut');
  const superuser = new pg.Client({ connectionString: inject('superuserUrl') });
  await superuser.connect();
  const name = new URL(fresh.url).pathname.slice(1);
  for (let n = 1; n <= 8; n++) {
    await until('the load is under way', () => load.acknowledged.size > n * 200);
    await superuser.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      name,
    ]);
  }
  await superuser.end();
  await load.finish();
  expect(server.child.exitCode).toBe(null);
  expect(load.broken).toBe(0);
  expect(load.refusals.length).toBeGreaterThan(0);
  expect(new Set(load.refusals.map((one) => one.status))).toEqual(new Set([503]));
  expect(load.refusals.every((one) => Number(one.retryAfter) > 0)).toBe(true);
  expect(await storedIds('cut')).toEqual(visible(load.sent));
  await expectScoresCurrent();
});

test('SIGTERM under load: it ends by itself, and all that was acknowledged is stored', async () => {
  const load = startLoad('stopped');
  await until('the load is under way', () => load.acknowledged.size > 500);
  const started = performance.now();
  const ended = await server.end('SIGTERM');
  expect(ended.code).toBe(0);
  // The promise is 5 s; the rest is for a machine that is busy with other tests.
  expect(performance.now() - started).toBeLessThan(15_000);
  await load.abandon();
  const stored = await storedIds('stopped');
  expect(stored).toEqual(expect.arrayContaining(visible(load.acknowledged)));
  expect(new Set(stored).size).toBe(stored.length);

  server = await startServer({ DATABASE_URL: fresh.url });
  await expectScoresCurrent();
});
