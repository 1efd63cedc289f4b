/** Unmodified SDKs against the served process: what they send is stored once, whatever the way there loses. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { DEFAULT_SLUG, workspaceIdOf } from '../../src/store/workspaces.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { queryAs, runCli, type Server, startServer, until } from '../support/server.ts';

// Processes, each a second or more where others use the machine too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let fresh: FreshDatabase;
let server: Server;
let writeKey: string;
let proxy: Proxy;

beforeAll(async () => {
  fresh = await freshDatabase();
  server = await startServer({ DATABASE_URL: fresh.url });
  const made = await runCli(['keys', 'create', 'site', '--scopes', 'ingest', '--json'], {
    env: { DATABASE_URL: fresh.url },
  });
  writeKey = (JSON.parse(made.stdout) as { key: string }).key;
  proxy = await startProxy(server.url);
});
afterAll(async () => {
  proxy?.close();
  await server?.end();
  await fresh.drop();
});

interface Proxy {
  url: string;
  /** Requests seen, with their headers. */
  seen: http.IncomingMessage[];
  /** Answers the next ones with 503: half of them after they were stored, as if the answer had got lost. */
  lose: number;
  close(): void;
}

async function startProxy(target: string): Promise<Proxy> {
  const server = http.createServer(async (request, response) => {
    proxy.seen.push(request);
    const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = request.headers;
    const body = await buffer(request);
    const lost = proxy.lose > 0;
    if (lost) proxy.lose--;
    if (!lost || proxy.lose % 2 === 0) {
      const answer = await fetch(target + request.url, {
        method: request.method,
        headers: headers as Record<string, string>,
        body,
      });
      const text = await answer.text();
      if (!lost) {
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(text);
        return;
      }
    }
    response.writeHead(503, { 'retry-after': '1' });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: Proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    lose: 0,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return proxy;
}

interface Sdk {
  send: Analytics | RudderAnalytics;
  /** Sends what is gathered and resolves with the errors it told. */
  close(): Promise<unknown[]>;
}

const SDKS: Record<string, (key: string, host: string) => Sdk> = {
  '@segment/analytics-node': (key, host) => {
    const sdk = new Analytics({ writeKey: key, host, flushAt: 5, maxRetries: 4 });
    const errors: unknown[] = [];
    sdk.on('error', (error) => errors.push(error));
    return { send: sdk, close: async () => sdk.closeAndFlush().then(() => errors) };
  },
  '@rudderstack/rudder-sdk-node': (key, host) => {
    const errors: unknown[] = [];
    const sdk = new RudderAnalytics(key, {
      dataPlaneUrl: host,
      flushAt: 5,
      retryCount: 4,
      logLevel: 'error',
      errorHandler: (error) => errors.push(error),
    });
    return {
      send: sdk,
      async close() {
        await new Promise<void>((resolve) => sdk.flush(() => resolve()));
        return errors;
      },
    };
  },
};

const rows = <Row extends Record<string, unknown>>(sql: string) =>
  queryAs<Row>(fresh.url, workspaceIdOf(DEFAULT_SLUG), sql);
/** Titles of the stored signals that begin with a word, in order, repeats included. */
const titles = async (word: string) =>
  (await rows<{ title: string }>(`SELECT title FROM signal WHERE title LIKE '${word} %' ORDER BY title`)).map(
    (row) => row.title,
  );
const list = (word: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${word} ${String(n).padStart(2, '0')}`);

describe.each(Object.entries(SDKS))('%s', (name, open) => {
  const word = name.startsWith('@segment') ? 'segment' : 'rudder';
  const domain = `${word}.example`;

  test('every call arrives once, gzipped where it does that, and identify moves what was anonymous', async () => {
    const sdk = open(writeKey, proxy.url);
    const { send } = sdk;
    const visitor = { anonymousId: `${word}-visitor` };
    const user = { userId: `${word}-user` };
    proxy.seen = [];
    for (const title of list(`${word}-page`, 12))
      send.page({ ...visitor, properties: { path: '/pricing', title } });
    send.track({ ...visitor, event: 'Demo Requested', properties: { title: `${word}-track 00` } });
    send.screen({ ...user, name: 'Home', properties: { title: `${word}-screen 00` } });
    send.identify({ ...user, ...visitor, traits: { email: `ann@${domain}`, name: 'Ann Lee', title: 'CTO' } });
    send.group({
      ...user,
      groupId: `${word}-group`,
      traits: { name: 'Tallgrass', website: `https://www.${domain}` },
    });
    send.alias({ ...user, previousId: `${word}-older` });
    expect(await sdk.close()).toEqual([]);

    await until('all are stored', async () => (await titles(`${word}-page`)).length >= 12);
    expect(await titles(`${word}-page`)).toEqual(list(`${word}-page`, 12));
    expect(await titles(`${word}-track`)).toEqual([`${word}-track 00`]);
    expect(await titles(`${word}-screen`)).toEqual([`${word}-screen 00`]);
    expect(await rows(`SELECT 1 FROM dead_letter WHERE source = 'segment'`)).toEqual([]);
    expect(proxy.seen.length).toBeGreaterThan(1);
    if (word === 'rudder')
      expect(proxy.seen.every((one) => one.headers['content-encoding'] === 'gzip')).toBe(true);

    await until('the anonymous ones are at the account of the person', async () => {
      const placed = await rows(`SELECT 1 FROM signal s JOIN account_domain d USING (account_id)
        JOIN person p USING (person_id) WHERE s.title LIKE '${word}-%' AND d.domain = '${domain}' AND p.name = 'Ann Lee'`);
      return placed.length === 14;
    });
    await until('the account has its score', async () => {
      const scored = await rows(`SELECT 1 FROM account_score JOIN account_domain d USING (account_id)
        WHERE d.domain = '${domain}' AND heat > 0`);
      return scored.length === 1;
    });
  });

  test('answers that get lost are tried again and nothing is stored twice', async () => {
    proxy.lose = 2;
    proxy.seen = [];
    const sdk = open(writeKey, proxy.url);
    for (const title of list(`${word}-retry`, 5)) {
      sdk.send.page({ userId: `${word}-user`, properties: { path: '/pricing', title } });
    }
    expect(await sdk.close()).toEqual([]);
    await until('all are stored', async () => (await titles(`${word}-retry`)).length >= 5);
    await until('the last try is over', () => proxy.lose === 0 && proxy.seen.length >= 3);
    expect(await titles(`${word}-retry`)).toEqual(list(`${word}-retry`, 5));
  });

  test('a wrong key becomes its own error, and nothing is stored', async () => {
    const sdk = open('nobody made this key', proxy.url);
    for (const title of list(`${word}-wrong`, 5)) {
      sdk.send.page({ userId: `${word}-user`, properties: { path: '/pricing', title } });
    }
    let errors: unknown[] = [];
    await until('it tells the error', async () => {
      errors = await sdk.close();
      return errors.length > 0;
    });
    expect(
      JSON.stringify(
        errors,
        Object.getOwnPropertyNames(Error.prototype).concat('reason', 'code', 'status', 'message'),
      ) + String(errors[0]),
    ).toMatch(/401|Unauthorized/);
    expect(await titles(`${word}-wrong`)).toEqual([]);
  });
});
