import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Invalid, TooLarge } from '../../src/core/errors.ts';
import { readBytes, readJson } from '../../src/edge/body.ts';

const MOST = 64 * 1024;

/** A request that says how long it is, as most do. */
function whole(body: Uint8Array): Request {
  return new Request('http://localhost/', {
    method: 'POST',
    body: Buffer.from(body),
    headers: { 'content-length': String(body.length) },
  });
}

/** A request in pieces that does not say how long it is; `onPull` counts how many were asked for. */
function chunked(body: Uint8Array, size: number, onPull: () => void = () => {}): Request {
  let at = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        onPull();
        if (at >= body.length) return controller.close();
        controller.enqueue(body.subarray(at, at + size));
        at += size;
      },
    },
    { highWaterMark: 0 },
  );
  return new Request('http://localhost/', { method: 'POST', body: stream, duplex: 'half' } as RequestInit);
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const refusal = (request: Request) =>
  readJson(request, MOST).then(
    () => null,
    (error: unknown) => error as Invalid,
  );

test('any JSON comes through as it was: whole, in pieces, gzipped or not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), fc.boolean(), fc.integer({ min: 1, max: 50 }), async (text, zip, size) => {
      const bytes = zip ? gzipSync(text) : Buffer.from(text);
      expect(await readJson(whole(bytes), MOST)).toEqual(JSON.parse(text));
      expect(await readJson(chunked(bytes, size), MOST)).toEqual(JSON.parse(text));
    }),
    { numRuns: 60 },
  );
});

test('no bytes are an empty body', async () => {
  expect(await readBytes(new Request('http://localhost/', { method: 'POST' }), MOST)).toHaveLength(0);
});

describe('what is refused', () => {
  test.each<[string, Uint8Array, string, RegExp]>([
    ['JSON that ends early', Buffer.from('{"a": [1, 2'), 'INVALID_JSON', /not valid JSON: .*(end|position)/i],
    ['JSON with a comma too much', Buffer.from('{"a": 1,}'), 'INVALID_JSON', /position 8/],
    ['an empty body', Buffer.alloc(0), 'INVALID_JSON', /not valid JSON/],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'INVALID_UTF8', /UTF-8/],
    ['Latin-1', Buffer.from('{"name":"M\xfcller"}', 'latin1'), 'INVALID_UTF8', /UTF-8/],
    ['gzip that ends early', gzipSync(json({ a: 'b'.repeat(999) })).subarray(0, 20), 'BROKEN_GZIP', /early/],
    ['gzip that is damaged', damaged(gzipSync(json({ a: 1 }))), 'BROKEN_GZIP', /not valid gzip/],
    ['broken JSON in gzip', gzipSync('{"a"'), 'INVALID_JSON', /not valid JSON/],
  ])('%s', async (_, bytes, code, message) => {
    for (const request of [whole(bytes), chunked(bytes, 7)]) {
      const error = await refusal(request);
      expect(error).toBeInstanceOf(Invalid);
      expect(error).toMatchObject({ code, status: 400, message: expect.stringMatching(message) });
      expect(error!.hint).not.toBe('');
    }
  });

  test('a message never quotes a whole body back', async () => {
    const error = await refusal(whole(Buffer.from(`{"a": ${'secret '.repeat(500)}}`)));
    expect(error!.message.length).toBeLessThan(300);
  });

  test('a body that says it is too long, unread', async () => {
    const request = new Request('http://localhost/', {
      method: 'POST',
      body: '{}',
      headers: { 'content-length': String(MOST + 1) },
    });
    await expect(readBytes(request, MOST)).rejects.toBeInstanceOf(TooLarge);
    expect(request.bodyUsed).toBe(false);
  });

  test('a body that turns out too long, with no more read than needed', async () => {
    let pulls = 0;
    const body = chunked(Buffer.alloc(100 * MOST, 0x20), MOST / 2, () => pulls++);
    await expect(readBytes(body, MOST)).rejects.toMatchObject({ code: 'TOO_LARGE', status: 413 });
    expect(pulls).toBeLessThan(6);
  });

  test('a gzip bomb, before it has grown', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, 0x20));
    expect(bomb.length).toBeLessThan(MOST);
    await expect(readBytes(whole(bomb), MOST)).rejects.toMatchObject({ code: 'TOO_LARGE', status: 413 });
  });

  test('one byte too many, not one less', async () => {
    expect(await readBytes(whole(Buffer.alloc(MOST, 0x20)), MOST)).toHaveLength(MOST);
    await expect(readBytes(chunked(Buffer.alloc(MOST + 1, 0x20), 999), MOST)).rejects.toBeInstanceOf(
      TooLarge,
    );
    expect(await readBytes(whole(gzipSync(Buffer.alloc(MOST, 0x20))), MOST)).toHaveLength(MOST);
    await expect(readBytes(whole(gzipSync(Buffer.alloc(MOST + 1, 0x20))), MOST)).rejects.toBeInstanceOf(
      TooLarge,
    );
  });
});

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[10] = 0xff;
  return copy;
}
