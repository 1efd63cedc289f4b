/** Privacy as an operator and a browser meet it: headers over a real socket, and the commands. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { nameId } from '../../src/core/id.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { ADMIN_KEY, queryAs, runCli, type Server, startServer } from '../support/server.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const ANN = 'ann.lee@northwind.example';
let fresh: FreshDatabase;
let server: Server;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  fresh = await freshDatabase();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent-privacy-'));
  env = { DATABASE_URL: fresh.url, UNDERCURRENT_DATA: folder, PORT: '0' };
  server = await startServer(env, ['--no-sample']);
});
afterAll(async () => {
  await server.end();
  await fresh.drop();
  fs.rmSync(folder, { recursive: true, force: true });
});

const send = (message: object, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/v1/track`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}`, ...headers },
    body: JSON.stringify({ event: 'Whitepaper Downloaded', anonymousId: 'browser-1a2b3c', ...message }),
  });
const signals = () =>
  queryAs<{ external_id: string }>(
    fresh.url,
    nameId('workspace', 'default'),
    'SELECT external_id FROM signal ORDER BY external_id',
  ).then((rows) => rows.map((row) => row.external_id));
const run = async (...args: string[]) => {
  const ran = await runCli([...args, '--json'], { env });
  expect(ran.code, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout);
};

test('a browser that objects, or that only prefetches, leaves nothing but a count', async () => {
  for (const [messageId, headers] of [
    ['gpc', { 'sec-gpc': '1' }],
    ['dnt', { dnt: '1' }],
    ['prefetch', { 'sec-purpose': 'prefetch' }],
    ['plain', {}],
  ] as const) {
    const response = await send({ messageId }, headers);
    expect([messageId, response.status, await response.json()]).toEqual([messageId, 200, { success: true }]);
  }
  expect(await signals()).toEqual(['plain']);
  const [segment] = (await run('sources')).filter((one: { id: string }) => one.id === 'segment');
  expect(segment.skipped).toEqual({ 'GPC or DNT': 2, prefetch: 1 });
  const table = await runCli(['sources'], { env });
  expect(table.stdout).toMatch(/^ +2 +GPC or DNT$/m);
});

test('a person is exported and erased by command, while the server runs, and does not come back', async () => {
  await send({ messageId: 'ann 1', properties: { email: ANN } });
  const exported = await run('privacy', 'export', ANN);
  expect(exported.found).toBe(true);
  expect(exported.held.signal.map((row: { external_id: string }) => row.external_id).sort()).toEqual([
    'ann 1',
    'plain',
  ]);

  expect(await run('privacy', 'erase', ANN)).toMatchObject({
    found: true,
    people: 1,
    signals: 2,
    visitors: 1,
  });
  expect((await send({ messageId: 'ann 2', properties: { email: ANN } })).status).toBe(200);
  expect((await send({ messageId: 'ann 3' })).status).toBe(200);
  expect(await signals()).toEqual([]);
  expect((await run('privacy', 'export', ANN)).held).toEqual({});
  const told = await runCli(['privacy', 'erase', 'new@nobody.example'], { env });
  expect(told).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Nothing is held of them/) });
  const log = await run('privacy', 'log');
  expect(log.map((one: { action: string }) => one.action)).toEqual(['ERASE', 'EXPORT', 'ERASE', 'EXPORT']);
  expect(JSON.stringify(log)).not.toContain('example');
});

test('exclusions and rules are set by command, and the running server keeps to them', async () => {
  expect(await run('privacy', 'exclude', 'agency.example', '--reason', 'a partner')).toMatchObject({
    kind: 'DOMAIN',
  });
  await send({ messageId: 'partner', anonymousId: 'b2', properties: { email: 'bo@agency.example' } });
  expect(await signals()).toEqual([]);
  expect((await run('privacy', 'exclusions')).map((one: { reason: string }) => one.reason)).toEqual([
    'a partner',
  ]);
  await run('privacy', 'include', 'agency.example');
  await send({ messageId: 'no partner', anonymousId: 'b2', properties: { email: 'bo@agency.example' } });
  expect(await signals()).toEqual(['no partner']);
  expect(await run('privacy', 'rules', '--honour-dnt', 'no', '--burst', '30')).toEqual({
    keepResidential: false,
    honourDoNotTrack: false,
    burstPerMinute: 30,
  });
});

test.each([
  [['privacy', 'erase', 'nobody'], 1, /not an e-mail address/],
  [['privacy', 'exclude', 'nonsense'], 1, /neither a network/],
  [['privacy', 'include', 'never.example'], 1, /privacy exclusions/],
  [['privacy', 'rules', '--honour-dnt', 'perhaps'], 2, /yes or no/],
])('%j ends with %i and says what to do', async (args, code, message) => {
  const ran = await runCli(args, { env });
  expect(ran.code).toBe(code);
  expect(ran.stderr).toMatch(message);
});
