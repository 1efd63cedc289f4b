import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAdapters } from '../../src/edge/adapters.ts';
import { createLog } from '../../src/edge/log.ts';
import { createServer, type Server } from '../../src/edge/server.ts';
import { openIntake } from '../../src/flow/ingest.ts';
import { SAMPLE } from '../../src/flow/sample.ts';
import { undo } from '../../src/flow/undo.ts';
import * as batches from '../../src/store/batches.ts';
import { close, connect, type Database, inWorkspace } from '../../src/store/database.ts';
import * as keys from '../../src/store/keys.ts';
import * as workspaces from '../../src/store/workspaces.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { type Answer, queryAs } from '../support/server.ts';

let now = new Date('2026-03-01T10:00:00Z');
const clock = () => now;
let fresh: FreshDatabase;
let db: Database;
let workspace: workspaces.Workspace;
let server: Server;
let sampleBatch: string;
const key: Record<string, string> = {};
let touched: string[] = [];

beforeAll(async () => {
  fresh = await freshDatabase();
  db = await connect(fresh.url);
  workspace = await workspaces.ensure(db, workspaces.DEFAULT_SLUG, now);
  await inWorkspace(db, workspace.id, async (tx) => {
    for (const scope of keys.SCOPES)
      key[scope] = (await keys.create(tx, { name: scope, scopes: [scope] }, now)).key;
    sampleBatch = await batches.open(tx, { source: 'crm', transport: 'sample', label: SAMPLE }, now);
  });
  const adapters = new Map(
    [...(await loadAdapters())].map(([id, adapter]) => [
      id,
      { adapter, settings: adapter.settings.parse({}) },
    ]),
  );
  server = createServer({
    db,
    adapters,
    networkOf: openIntake(db, workspace).networkOf,
    clock,
    log: createLog('silent'),
    onTouched: (workspaceId) => touched.push(workspaceId),
    // Says who it was called as: GraphQL itself has tests of its own.
    graphql: async (_, auth) => Response.json({ workspace: auth.workspace.slug, scopes: [...auth.scopes] }),
    signInOnLoopback: true,
  });
});
afterAll(async () => {
  await server.idle();
  await close(db);
  await fresh.drop();
});

async function ask(
  path: string,
  init: RequestInit & { from?: string } = {},
): Promise<{ status: number; headers: Headers; json: Answer & { scopes?: string[]; workspace?: string } }> {
  const environment = { incoming: { socket: { remoteAddress: init.from ?? '203.0.113.9' } } };
  const response = await server.app.request(path, init, environment as never);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, json: isJson ? JSON.parse(text) : {} };
}
const bearer = (secret = '') => ({ authorization: `Bearer ${secret}` });
const page = (fields: object = {}) => ({
  type: 'page',
  anonymousId: 'a',
  properties: { path: '/pricing' },
  ...fields,
});
const rows = (sql: string) => queryAs<Record<string, unknown>>(fresh.url, workspace.id, sql);

describe('the ways to say who sends', () => {
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  test.each<[string, () => { headers?: Record<string, string>; body?: object }, number]>([
    ['Basic, the write key as user', () => ({ headers: basic(`${key.ingest}:`) }), 200],
    ['Bearer', () => ({ headers: bearer(key.ingest) }), 200],
    ['writeKey in the body', () => ({ body: { writeKey: key.ingest } }), 200],
    ['an admin key', () => ({ headers: bearer(key.admin) }), 200],
    ['no key', () => ({}), 401],
    ['a wrong key', () => ({ headers: basic('nonsense:') }), 401],
    ['a wrong key in the body', () => ({ body: { writeKey: 'nonsense' } }), 401],
    [
      'a wrong key in the header, a good one in the body',
      () => ({ headers: bearer('no'), body: { writeKey: key.ingest } }),
      401,
    ],
    ['a key that may only read', () => ({ headers: bearer(key.read) }), 403],
  ])('%s', async (name, how, status) => {
    const { headers = {}, body = {} } = how();
    const sent = await ask('/v1/page', {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...page({ messageId: `key: ${name}` }), ...body }),
    });
    expect(sent.status).toBe(status);
    expect(await rows(`SELECT 1 FROM signal WHERE external_id = 'key: ${name}'`)).toHaveLength(
      status === 200 ? 1 : 0,
    );
    if (status === 200) expect(sent.json).toEqual({ success: true });
    else {
      expect(sent.json.error).toMatchObject({ code: status === 401 ? 'UNAUTHENTICATED' : 'FORBIDDEN' });
      expect(sent.json.error!.hint).toContain('undercurrent keys');
    }
  });

  test('a revoked key is refused two seconds later', async () => {
    const made = await inWorkspace(db, workspace.id, (tx) =>
      keys.create(tx, { name: 'gone', scopes: ['ingest'] }, now),
    );
    const send = () =>
      ask('/v1/page', { method: 'POST', headers: bearer(made.key), body: JSON.stringify(page()) });
    expect((await send()).status).toBe(200);
    await inWorkspace(db, workspace.id, (tx) => keys.revoke(tx, made.id, now));
    now = new Date(now.getTime() + 2_001);
    expect((await send()).status).toBe(401);
  });
});

test('every verb works under its long and its short name', async () => {
  const bodies: Record<string, object> = {
    identify: { traits: { email: 'ann@tallgrass.example' } },
    track: { event: 'Demo Requested' },
    page: { properties: { path: '/pricing' } },
    screen: { name: 'Home' },
    group: { groupId: 'g1', traits: { name: 'Tallgrass Foods' } },
    alias: { previousId: 'before' },
  };
  for (const [verb, body] of Object.entries(bodies)) {
    for (const path of [verb, verb[0]!]) {
      const sent = await ask(`/v1/${path}`, {
        method: 'POST',
        headers: bearer(key.ingest),
        body: JSON.stringify({ userId: 'u1', messageId: `verb ${path}`, ...body }),
      });
      expect([path, sent.status, sent.json]).toEqual([path, 200, { success: true }]);
    }
  }
  expect(await rows("SELECT external_id FROM signal WHERE external_id LIKE 'verb %' ORDER BY 1")).toEqual(
    ['p', 'page', 's', 'screen', 't', 'track'].map((path) => ({ external_id: `verb ${path}` })),
  );
});

test('200 comes after the commit, gzip or not, and a retry is stored once', async () => {
  touched = [];
  const body = gzipSync(JSON.stringify({ batch: [page({ messageId: 'durable' })] }));
  for (let attempt = 0; attempt < 3; attempt++) {
    const sent = await ask('/v1/batch', {
      method: 'POST',
      headers: { ...bearer(key.ingest), 'content-encoding': 'gzip' },
      body,
    });
    expect(sent).toMatchObject({ status: 200, json: { success: true } });
    expect(await rows("SELECT 1 FROM signal WHERE external_id = 'durable'")).toHaveLength(1);
  }
  expect(touched).toEqual([workspace.id]);
});

test('more than can wait is sent away with Retry-After, and what waited is stored', async () => {
  const blocker = await db.pool.connect();
  await blocker.query('BEGIN; LOCK TABLE signal IN ACCESS EXCLUSIVE MODE');
  const send = (body: object) =>
    ask('/v1/batch', { method: 'POST', headers: bearer(key.ingest), body: JSON.stringify(body) });
  // Identities without news are looked at and dropped: cheap, and they wait like all others.
  const idle = { batch: new Array(2_500).fill({ type: 'identify', userId: 'u' }) };
  const waiting = [send({ batch: [page({ messageId: 'first in line' })] })];
  while (
    ((
      await blocker.query(
        'SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT granted AND datname = current_database()',
      )
    ).rowCount ?? 0) === 0
  );
  for (let n = 0; n < 40; n++) waiting.push(send(idle));
  let answer = await send({ batch: [page({ messageId: 'turned away' })] });
  while (answer.status === 200) answer = await send({ batch: [page({ messageId: 'turned away' })] });
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answer.json.error).toMatchObject({ code: 'BUSY', hint: expect.stringContaining('again') });
  await blocker.query('ROLLBACK');
  blocker.release();
  expect(new Set((await Promise.all(waiting)).map((one) => one.status))).toEqual(new Set([200]));
  expect(
    await rows("SELECT external_id FROM signal WHERE external_id IN ('first in line', 'turned away')"),
  ).toEqual([{ external_id: 'first in line' }]);
});

describe('DELETE /v1/import/:batch', () => {
  const import_ = () =>
    ask('/v1/import/bombora?filename=week-2026-02-22.csv', {
      method: 'POST',
      headers: bearer(key.ingest),
      body: 'Domain,Topic Name,Composite Score\ntallgrass.example,ETL,70\n',
    });
  const remove = (batch: string, secret = key.ingest) =>
    ask(`/v1/import/${batch}`, { method: 'DELETE', headers: bearer(secret) });

  test('takes an upload back', async () => {
    const { json } = await import_();
    expect(json).toMatchObject({ received: 1, accepted: 1, duplicates: 0, rejected: [] });
    expect(await rows("SELECT 1 FROM signal WHERE source = 'bombora'")).toHaveLength(1);
    expect(await remove(json.batch!)).toMatchObject({ status: 200, json: { undone: [{ signals: 1 }] } });
    expect(await rows("SELECT 1 FROM signal WHERE source = 'bombora'")).toEqual([]);
  });

  test('takes back nothing else: not a day of pushes, whose id anybody can work out, and not the sample', async () => {
    await ask('/v1/page', {
      method: 'POST',
      headers: bearer(key.ingest),
      body: JSON.stringify(page({ messageId: 'kept' })),
    });
    const [day] = await inWorkspace(db, workspace.id, (tx) => batches.list(tx, { transport: 'push' }));
    for (const id of [day!.id, sampleBatch]) {
      expect(await remove(id)).toMatchObject({ status: 404, json: { error: { code: 'NOT_FOUND' } } });
    }
    expect(await rows("SELECT 1 FROM signal WHERE external_id = 'kept'")).toHaveLength(1);
  });

  test.each([
    ['an unknown id', '00000000-0000-4000-8000-000000000000', 404],
    ['what is no id', 'sample', 400],
    ['36 characters that are no id', '-'.repeat(36), 400],
  ])('%s', async (_, id, status) => {
    const answer = await remove(id);
    expect(answer.status).toBe(status);
    expect(answer.json.error!.hint).not.toBe('');
  });
});

describe('on loopback, with the sample, the dashboard is let in', () => {
  const open = (headers: Record<string, string> = {}, from = '127.0.0.1') =>
    ask('/graphql', { method: 'POST', headers: { host: '127.0.0.1:4000', ...headers }, body: '{}', from });

  test.each<[string, Record<string, string>, string?]>([
    ['by its address', {}],
    ['as localhost', { host: 'localhost:4000', origin: 'http://localhost:4000' }],
    ['over IPv6', { host: '[::1]:4000' }, '::1'],
    ['by its own page', { origin: 'http://127.0.0.1:4000' }],
  ])('%s, to read only', async (_, headers, from) => {
    expect(await open(headers, from)).toMatchObject({
      status: 200,
      json: { workspace: 'default', scopes: ['read'] },
    });
  });

  test.each<[string, Record<string, string>, string?]>([
    ['a page of another site', { origin: 'https://evil.example' }],
    ['a page of another port', { origin: 'http://127.0.0.1:9999' }],
    ['a page without an origin of its own', { origin: 'null' }],
    ['an origin that is no address', { origin: 'http://' }],
    [
      'a name that somebody pointed at us',
      { host: 'rebound.example:4000', origin: 'http://rebound.example:4000' },
    ],
    ['a name that only begins like ours', { host: 'localhost.evil.example' }],
    ['another machine', {}, '192.0.2.4'],
    ['another machine, mapped', {}, '::ffff:192.0.2.4'],
    ['a wrong key', bearer('nonsense')],
  ])('but not %s', async (_, headers, from) => {
    expect(await open(headers, from)).toMatchObject({
      status: 401,
      json: { error: { code: 'UNAUTHENTICATED' } },
    });
  });

  test('a proxy on this machine that names the visitor is not let in for them', async () => {
    expect(await open({ 'x-forwarded-for': '192.0.2.4' })).toMatchObject({ status: 401 });
  });

  test('a key counts for what it may', async () => {
    expect((await open(bearer(key.admin))).json.scopes).toEqual(['admin']);
  });

  test('until the sample is undone', async () => {
    expect((await open()).status).toBe(200);
    await undo(db, workspace, SAMPLE, now);
    expect((await open()).status).toBe(401);
  });
});

test.each([
  ['/', 'text/html'],
  ['/main.js', 'text/javascript'],
  ['/style.css', 'text/css'],
  ['/favicon.svg', 'image/svg+xml'],
])('%s is served with a policy that lets nothing in from outside', async (path, type) => {
  const { status, headers } = await ask(path);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain(type);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
});

test('alive, ready, and what is not there', async () => {
  expect((await ask('/healthz')).status).toBe(200);
  expect((await ask('/readyz')).status).toBe(200);
  expect(await ask('/nowhere')).toMatchObject({ status: 404, json: { error: { code: 'NOT_FOUND' } } });
  expect(await ask('/v1/nonsense', { method: 'POST', body: '{}' })).toMatchObject({
    status: 404,
    json: { error: { hint: expect.stringContaining('identify') } },
  });
});

test('a browser on another site may send with a write key and read the answer', async () => {
  const asked = await ask('/v1/batch', { method: 'OPTIONS', headers: { origin: 'https://shop.example' } });
  expect(asked.status).toBe(204);
  expect(asked.headers.get('access-control-allow-methods')).toBe('POST');
  expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
  for (const secret of [key.ingest, 'nonsense']) {
    const body = JSON.stringify({ batch: [page({ messageId: 'from a browser' })] });
    const sent = await ask('/v1/batch', { method: 'POST', headers: bearer(secret), body });
    expect(sent.headers.get('access-control-allow-origin')).toBe('*');
  }
  const graphql = await ask('/graphql', { method: 'POST', headers: bearer(key.read), body: '{}' });
  expect(graphql.headers.get('access-control-allow-origin')).toBeNull();
});
