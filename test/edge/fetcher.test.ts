import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SourceDown, SourceRefused } from '../../src/core/errors.ts';
import { createFetcher } from '../../src/edge/fetcher.ts';

const names: Record<string, string[]> = {
  'loopback.example': ['127.0.0.1'],
  'loopback6.example': ['::1'],
  'mapped.example': ['::ffff:10.1.2.3'],
  'pinned.example': ['127.0.0.1'],
  'half.example': ['192.0.43.8', '10.0.0.7'],
};
vi.mock('node:dns/promises', async (original) => {
  const dns = await original<typeof import('node:dns/promises')>();
  return {
    ...dns,
    lookup: async (name: string, options: object) => {
      if (name.endsWith('.invalid')) throw new Error('ENOTFOUND');
      return names[name]?.map((address) => ({ address, family: 4 })) ?? dns.lookup(name, options);
    },
  };
});

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server on loopback that counts its requests. */
async function serve(
  answer: (request: http.IncomingMessage, response: http.ServerResponse, n: number) => void,
) {
  const seen: http.IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    seen.push(request);
    answer(request, response, seen.length);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, seen };
}

/** A fetcher that may go to loopback and notes how long it would have waited. */
function patient() {
  const waits: number[] = [];
  const fetch = createFetcher({ allowPrivate: true, wait: async (ms) => void waits.push(ms) });
  return { fetch, waits };
}

describe('private addresses are refused before anything is sent', () => {
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.0.0.1/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://172.16.5.4/',
    'http://192.168.0.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[fc00::1]/',
    'http://[fe80::1]/',
    'http://localhost/',
    'http://LOCALHOST/',
    'https://loopback.example/feed.xml',
    'http://loopback6.example/',
    'http://mapped.example/',
    'http://half.example/',
    'file:///etc/passwd',
    'ftp://198.51.100.7/',
    'data:text/plain,x',
  ])('%s', async (url) => {
    const waits: number[] = [];
    const fetch = createFetcher({ wait: async (ms) => void waits.push(ms) });
    await expect(fetch(url)).rejects.toBeInstanceOf(SourceRefused);
    expect(waits).toEqual([]);
  });

  test('a loopback server sees nothing', async () => {
    const { url, seen } = await serve((_, response) => response.end('secret'));
    await expect(createFetcher()(url)).rejects.toBeInstanceOf(SourceRefused);
    expect(seen).toHaveLength(0);
  });
});

test('a name that does not exist is a source that is down', async () => {
  await expect(createFetcher()('http://nobody.invalid/')).rejects.toBeInstanceOf(SourceDown);
});

test('status, headers and body come back, and what was asked goes out', async () => {
  const { url, seen } = await serve((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', etag: '"1"' });
    response.end('{"ok":true}');
  });
  const page = await patient().fetch(`${url}x?y=1`, {
    method: 'POST',
    headers: { 'x-test': 'a' },
    body: 'b',
  });
  expect(page).toMatchObject({ status: 200, body: '{"ok":true}', headers: { etag: '"1"' } });
  expect(seen[0]).toMatchObject({ method: 'POST', url: '/x?y=1', headers: { 'x-test': 'a' } });
  expect(seen[0]!.headers['user-agent']).toContain('undercurrent');
});

test('the request goes to the address that was checked, without looking the name up again', async () => {
  const { url, seen } = await serve((_, response) => response.end('ok'));
  const page = await patient().fetch(url.replace('127.0.0.1', 'pinned.example'));
  expect(page.body).toBe('ok');
  expect(seen[0]!.headers.host).toMatch(/^pinned\.example:/);
});

test('a redirect is told, not followed', async () => {
  const { url, seen } = await serve((_, response) => {
    response.writeHead(302, { location: '/elsewhere' });
    response.end();
  });
  const page = await patient().fetch(url);
  expect(page.status).toBe(302);
  expect(page.headers.location).toBe('/elsewhere');
  expect(seen.map((one) => one.url)).toEqual(['/']);
});

describe('what fails for now is tried again', () => {
  test.each([429, 500, 502, 503])('%d, then 200', async (status) => {
    const { url, seen } = await serve((_, response, n) => {
      response.statusCode = n < 3 ? status : 200;
      response.end('late');
    });
    const { fetch, waits } = patient();
    expect(await fetch(url)).toMatchObject({ status: 200, body: 'late' });
    expect(seen).toHaveLength(3);
    expect(waits).toEqual([1_000, 2_000]);
  });

  test('as long as the source asks for, a minute at most', async () => {
    const { url } = await serve((_, response, n) => {
      if (n < 3) response.writeHead(429, { 'retry-after': n === 1 ? '7' : '86400' });
      response.end();
    });
    const { fetch, waits } = patient();
    expect((await fetch(url)).status).toBe(200);
    expect(waits).toEqual([7_000, 60_000]);
  });

  test('a connection that breaks off', async () => {
    const { url, seen } = await serve((request, response, n) => {
      if (n === 1) request.socket.destroy();
      else response.end('fine');
    });
    expect(await patient().fetch(url)).toMatchObject({ status: 200, body: 'fine' });
    expect(seen).toHaveLength(2);
  });

  test('three times, then it is down, and the error names the host and why', async () => {
    const { url, seen } = await serve((_, response) => {
      response.statusCode = 503;
      response.end();
    });
    const error = await patient()
      .fetch(`${url}?token=secret`)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SourceDown);
    expect((error as Error).message).toBe(`${new URL(url).host}: answered 503`);
    expect(seen).toHaveLength(3);
  });

  test('but not what the source refuses', async () => {
    const { url, seen } = await serve((_, response) => {
      response.statusCode = 404;
      response.end('gone');
    });
    expect(await patient().fetch(url)).toMatchObject({ status: 404, body: 'gone' });
    expect(seen).toHaveLength(1);
  });
});

test('an endless answer is cut off, and not asked for again', async () => {
  const piece = Buffer.alloc(1024 * 1024, 0x20);
  const { url, seen } = await serve((_, response) => {
    const more = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', more);
    more();
  });
  await expect(patient().fetch(url)).rejects.toBeInstanceOf(SourceRefused);
  expect(seen).toHaveLength(1);
});
