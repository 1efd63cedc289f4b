/** The only way out for adapters: retried, limited, and never to a private address. */
import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SourceDown, SourceRefused } from '../core/errors.ts';
import { isReserved, parseAddress } from '../core/identity/ip-address.ts';
import type { Fetcher } from '../core/signal.ts';

const TRIES = 3;
const TIMEOUT = 20_000;
const MOST = 20 * 1024 * 1024;

/** `allowPrivate` is for tests, whose servers listen on loopback. */
export function createFetcher(
  options: { allowPrivate?: boolean; wait?: (ms: number) => Promise<void> } = {},
): Fetcher {
  const wait = options.wait ?? ((ms) => sleep(ms));
  return async (url, request = {}) => {
    if (!options.allowPrivate) await refusePrivate(url);
    for (let attempt = 1; ; attempt++) {
      let failure: string;
      let pause = 1000 * 2 ** (attempt - 1);
      try {
        const response = await fetch(url, {
          method: request.method ?? 'GET',
          headers: { 'user-agent': 'undercurrent (+https://github.com/undercurrent)', ...request.headers },
          body: request.body,
          // A redirect could lead to a private address: the adapter is told instead.
          redirect: 'manual',
          signal: AbortSignal.timeout(TIMEOUT),
        });
        if (response.status !== 429 && response.status < 500) {
          const body = await readText(response);
          return { status: response.status, headers: Object.fromEntries(response.headers), body };
        }
        failure = `answered ${response.status}`;
        const after = Number(response.headers.get('retry-after'));
        if (after > 0) pause = Math.min(after * 1000, 60_000);
        await response.body?.cancel();
      } catch (error) {
        if (error instanceof SourceRefused) throw error;
        failure =
          error instanceof Error
            ? error.cause instanceof Error
              ? error.cause.message
              : error.message
            : String(error);
      }
      if (attempt === TRIES) {
        throw new SourceDown(`${new URL(url).host}: ${failure}`, 'It is tried again at the next poll.');
      }
      await wait(pause);
    }
  };
}

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MOST) throw new SourceRefused(`${response.url}: answers with more than ${MOST} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

async function refusePrivate(url: string): Promise<void> {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new SourceRefused(`${protocol} addresses are not fetched.`);
  const addresses = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true }).catch(() => {
    throw new SourceDown(`${hostname}: no such host`, 'It is tried again at the next poll.');
  });
  for (const { address } of addresses) {
    const parsed = parseAddress(address);
    if (!parsed || isReserved(parsed)) {
      throw new SourceRefused(`${hostname} is a private address.`, 'Sources must be on the public internet.');
    }
  }
}
