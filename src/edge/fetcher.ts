/** The only way out for adapters: retried, limited, and never to a private address. */
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { SourceDown, SourceRefused } from '../core/errors.ts';
import { isReserved, parseAddress } from '../core/identity/ip-address.ts';
import type { FetchedPage, Fetcher } from '../core/signal.ts';

const TRIES = 3;
const TIMEOUT = 20_000;
const MOST = 20 * 1024 * 1024;

type Request = NonNullable<Parameters<Fetcher>[1]>;

/** `allowPrivate` is for tests, whose servers listen on loopback. */
export function createFetcher(
  options: { allowPrivate?: boolean; wait?: (ms: number) => Promise<void> } = {},
): Fetcher {
  const wait = options.wait ?? ((ms) => sleep(ms));
  return async (text, request = {}) => {
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw new SourceRefused(`${url.protocol} addresses are not fetched.`);
    }
    const addresses = await resolve(url.hostname, options.allowPrivate ?? false);
    for (let attempt = 1; ; attempt++) {
      let failure: string;
      let pause = 1000 * 2 ** (attempt - 1);
      try {
        const page = await send(url, addresses, request);
        if (page.status !== 429 && page.status < 500) return page;
        failure = `answered ${page.status}`;
        const after = Number(page.headers['retry-after']);
        if (after > 0) pause = Math.min(after * 1000, 60_000);
      } catch (error) {
        if (error instanceof SourceRefused) throw error;
        failure = error instanceof Error ? error.message : String(error);
      }
      if (attempt === TRIES) {
        throw new SourceDown(`${url.host}: ${failure}`, 'It is tried again at the next poll.');
      }
      await wait(pause);
    }
  };
}

/**
 * The addresses of a host, all of them public. The request goes to exactly these: a name that is looked up a second
 * time could answer with another address.
 */
async function resolve(hostname: string, allowPrivate: boolean): Promise<LookupAddress[]> {
  const addresses = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true }).catch(() => {
    throw new SourceDown(`${hostname}: no such host`, 'It is tried again at the next poll.');
  });
  for (const { address } of addresses) {
    const parsed = parseAddress(address);
    if (!allowPrivate && (!parsed || isReserved(parsed))) {
      throw new SourceRefused(`${hostname} is a private address.`, 'Sources must be on the public internet.');
    }
  }
  return addresses;
}

/** One request. Redirects are not followed, since they could lead to a private address: the adapter is told instead. */
function send(url: URL, addresses: LookupAddress[], request: Request): Promise<FetchedPage> {
  const { promise, resolve, reject } = Promise.withResolvers<FetchedPage>();
  const sent = (url.protocol === 'https:' ? https : http).request(url, {
    method: request.method ?? 'GET',
    headers: {
      'user-agent': 'undercurrent (+https://github.com/undercurrent)',
      ...(request.body === undefined ? {} : { 'content-length': Buffer.byteLength(request.body) }),
      ...request.headers,
    },
    lookup: (_host, { all }, callback) =>
      all ? callback(null, addresses) : callback(null, addresses[0]!.address, addresses[0]!.family),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  sent.on('error', reject);
  sent.on('response', (response) => {
    const parts: Buffer[] = [];
    let size = 0;
    response.on('data', (part: Buffer) => {
      size += part.length;
      parts.push(part);
      if (size > MOST)
        response.destroy(new SourceRefused(`${url.host} answers with more than ${MOST} bytes.`));
    });
    response.on('error', reject);
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: Buffer.concat(parts).toString(),
      }),
    );
  });
  sent.end(request.body);
  return promise;
}
