/**
 * What goes wrong in practice, over HTTP and on the command line: each has its code, its place and its remedy; its
 * neighbours are stored; it is kept itself, and a replay takes it once, as soon as that is possible.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { close, connect, inWorkspace } from '../../src/store/database.ts';
import * as keys from '../../src/store/keys.ts';
import { DEFAULT_SLUG, workspaceIdOf } from '../../src/store/workspaces.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import {
  ADMIN_KEY,
  type Answer,
  post,
  queryAs,
  runCli,
  type Server,
  startServer,
} from '../support/server.ts';

// Processes, each a second or more where others use the machine too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let fresh: FreshDatabase;
let server: Server;
let folder: string;
const key: Record<string, string> = {};

beforeAll(async () => {
  fresh = await freshDatabase();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent bad input '));
  server = await startServer({ DATABASE_URL: fresh.url });
  const db = await connect(fresh.url);
  await inWorkspace(db, workspaceIdOf(DEFAULT_SLUG), async (tx) => {
    const now = new Date();
    for (const name of ['read', 'gone']) {
      const made = await keys.create(tx, { name, scopes: [name === 'read' ? 'read' : 'ingest'] }, now);
      key[name] = made.key;
      if (name === 'gone') await keys.revoke(tx, made.id, now);
    }
  });
  await close(db);
});
afterAll(async () => {
  await server?.end();
  await fresh.drop();
  fs.rmSync(folder, { recursive: true, force: true });
});

const cli = (args: readonly string[], input?: string | Uint8Array) =>
  runCli(args, { env: { DATABASE_URL: fresh.url }, input });
const rows = <Row extends Record<string, unknown>>(sql: string) =>
  queryAs<Row>(fresh.url, workspaceIdOf(DEFAULT_SLUG), sql);
const stored = async (where: string) =>
  (await rows<{ id: string }>(`SELECT external_id AS id FROM signal WHERE ${where} ORDER BY 1`)).map(
    (row) => row.id,
  );
/** Rows of every table that input can change. */
const everything = () =>
  rows(`SELECT (SELECT count(*) FROM signal) AS signals, (SELECT count(*) FROM dead_letter) AS letters,
    (SELECT count(*) FROM account) AS accounts, (SELECT count(*) FROM person) AS people,
    (SELECT coalesce(sum(accepted + rejected), 0) FROM batch) AS counted`);

const page = (messageId: string, fields: object = {}) => ({
  type: 'page',
  messageId,
  userId: 'u1',
  properties: { path: '/pricing' },
  ...fields,
});
const batch = (...messages: unknown[]) => ({ batch: messages });
const large = (bytes: number) => ({ properties: { path: '/pricing', text: 'x'.repeat(bytes) } });

describe('a request that can not be taken as a whole', () => {
  const half = gzipSync(JSON.stringify(batch(page('half'), page('half 2'))));
  const full = JSON.stringify(batch(page('in a request too large', large(600_000))));

  test.each<[string, () => string | Uint8Array, string | null, number, string, RegExp, RegExp]>([
    [
      'truncated gzip',
      () => half.subarray(0, -12),
      ADMIN_KEY,
      400,
      'BROKEN_GZIP',
      /ends early/,
      /whole gzip/,
    ],
    [
      'broken JSON',
      () => '{"batch":[{"type":"page",}]}',
      ADMIN_KEY,
      400,
      'INVALID_JSON',
      /position 25/,
      /JSON/,
    ],
    [
      'invalid UTF-8',
      () => Buffer.from([0x7b, 0xff, 0x7d]),
      ADMIN_KEY,
      400,
      'INVALID_UTF8',
      /UTF-8/,
      /UTF-8/,
    ],
    ['a list in place of an object', () => '[]', ADMIN_KEY, 400, 'INVALID', /body: is a list/, /object/],
    ['no batch', () => '{}', ADMIN_KEY, 400, 'INVALID', /batch/, /\w/],
    ['more than 500 KB', () => full, ADMIN_KEY, 413, 'TOO_LARGE', /512000 bytes/, /500 KB/],
    [
      'a gzip bomb',
      () => gzipSync(Buffer.alloc(40_000_000)),
      ADMIN_KEY,
      413,
      'TOO_LARGE',
      /512000/,
      /500 KB/,
    ],
    [
      '3,000 events',
      () => JSON.stringify(batch(...Array.from({ length: 3_000 }, (_, n) => page(`crowd ${n}`)))),
      ADMIN_KEY,
      413,
      'TOO_LARGE',
      /3000.*2500/,
      /2500/,
    ],
    [
      'no key',
      () => JSON.stringify(batch(page('keyless'))),
      null,
      401,
      'UNAUTHENTICATED',
      /No key/,
      /keys create/,
    ],
    [
      'a wrong key',
      () => JSON.stringify(batch(page('keyed wrong'))),
      'wrong',
      401,
      'UNAUTHENTICATED',
      /wrong or revoked/,
      /keys list/,
    ],
    [
      'a revoked key',
      () => JSON.stringify(batch(page('revoked'))),
      'gone',
      401,
      'UNAUTHENTICATED',
      /revoked/,
      /keys/,
    ],
    [
      'a key of another scope',
      () => JSON.stringify(batch(page('reader'))),
      'read',
      403,
      'FORBIDDEN',
      /may not ingest.*read/,
      /--scopes ingest/,
    ],
  ])('%s', async (_, body, who, status, code, message, hint) => {
    const before = await everything();
    const sent = await post(`${server.url}/v1/batch`, body(), who === null ? null : (key[who] ?? who));
    expect(sent.status).toBe(status);
    expect(sent.json.error).toEqual({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(await everything()).toEqual(before);
  });

  test('more than 500 KB that does not say so', async () => {
    const before = await everything();
    const request = http.request(`${server.url}/v1/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'transfer-encoding': 'chunked' },
    });
    const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve).once('error', reject);
    });
    for (let at = 0; at < full.length; at += 10_000) request.write(full.slice(at, at + 10_000));
    request.end();
    const response = await answered;
    expect(response.statusCode).toBe(413);
    expect((JSON.parse(await text(response)) as Answer).error!.code).toBe('TOO_LARGE');
    expect(await everything()).toEqual(before);
    expect((await post(`${server.url}/v1/page`, page('after too large'))).status).toBe(200);
  });
});

describe('a bad message among good ones', () => {
  test.each<[string, unknown, string, RegExp]>([
    [
      'of 40 KB',
      page('bad: large', large(40_000)),
      'MESSAGE_TOO_LARGE',
      /batch\[1\]: has 40\d+ bytes, the most is 32768/,
    ],
    ['of no type', { messageId: 'bad: typeless', userId: 'u1' }, 'INVALID', /batch\[1\]\.type: is missing/],
    [
      'of an unknown type',
      { ...page('bad: type'), type: 'pageview' },
      'INVALID',
      /batch\[1\]\.type: 'pageview'/,
    ],
    ['of nobody', { ...page('bad: nobody'), userId: '' }, 'INVALID', /batch\[1\]\.userId/],
    [
      'of a time that is none',
      page('bad: time', { timestamp: 'yesterday' }),
      'INVALID',
      /batch\[1\]\.timestamp: 'yesterday'/,
    ],
    [
      'of 2099',
      page('bad: 2099', { timestamp: '2099-01-01T00:00:00Z' }),
      'TIME_OUT_OF_RANGE',
      /time: 2099-01-01.* future/,
    ],
    [
      'of 1970',
      page('bad: 1970', { timestamp: '1970-01-01T00:00:00Z' }),
      'TIME_OUT_OF_RANGE',
      /time: 1970-01-01.* before 2005/,
    ],
    ['that is a number', 17, 'INVALID', /batch\[1\]: is a number/],
  ])('%s', async (name, bad, code, message) => {
    const sent = await post(
      `${server.url}/v1/batch`,
      batch(page(`good: before ${name}`), bad, page(`good: after ${name}`)),
    );
    expect(sent.status).toBe(200);
    expect(sent.json).toEqual({
      success: true,
      rejected: [
        {
          index: 1,
          messageId: (bad as { messageId?: string }).messageId ?? null,
          code,
          message: expect.stringMatching(message),
          hint: expect.stringMatching(/\w/),
        },
      ],
    });
    expect(await stored(`external_id LIKE 'good: %${name}'`)).toHaveLength(2);
    expect(await stored("external_id LIKE 'bad: %'")).toEqual([]);
    const kept = await rows<{ raw: string }>(
      `SELECT convert_from(raw, 'UTF8') AS raw FROM dead_letter WHERE code = '${code}' AND place = 'batch[1]'`,
    );
    expect(kept.map((row) => row.raw).join('\n')).toContain(
      JSON.stringify((bad as { messageId?: string }).messageId ?? bad),
    );
  });

  test('alone in its request it has a status of its own, and is kept all the same', async () => {
    const late = await post(`${server.url}/v1/track`, { userId: 'u1', messageId: 'bad: alone' });
    expect(late).toMatchObject({
      status: 400,
      json: { error: { code: 'INVALID', message: expect.stringMatching(/event: is missing/) } },
    });
    const big = await post(`${server.url}/v1/page`, page('bad: alone and large', large(40_000)));
    expect(big).toMatchObject({ status: 413, json: { error: { code: 'MESSAGE_TOO_LARGE' } } });
    expect(
      await rows("SELECT 1 FROM dead_letter WHERE convert_from(raw, 'UTF8') LIKE '%bad: alone%'"),
    ).toHaveLength(2);
  });

  test('sent again it is kept once', async () => {
    const bad = batch({ ...page('bad: twice'), timestamp: 'never' });
    for (let n = 0; n < 2; n++)
      expect((await post(`${server.url}/v1/batch`, bad)).json.rejected).toHaveLength(1);
    expect(
      await rows("SELECT 1 FROM dead_letter WHERE convert_from(raw, 'UTF8') LIKE '%bad: twice%'"),
    ).toHaveLength(1);
  });
});

/** A week of Bombora as its newer files are laid out. */
const HEADER = 'Company Name,Domain,Topic Name,Composite Score,Report Date';
const feed = (...lines: string[]) => [HEADER, ...lines, ''].join('\n');
const good = (topic: string) => `Tallgrass Foods,tallgrass.example,${topic},75,2026-11-16`;

/** Takes an upload back. */
async function remove(batchId: string): Promise<void> {
  const response = await fetch(`${server.url}/v1/import/${batchId}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  expect(response.status).toBe(200);
}

/** Sends a file over HTTP and takes it back, then by the command line: the same must come of both. */
async function both(
  source: string,
  name: string,
  bytes: string | Uint8Array,
): Promise<{ http: Answer & { status: number }; cli: Answer & { code: number; stderr: string } }> {
  const sent = await post(`${server.url}/v1/import/${source}?filename=${encodeURIComponent(name)}`, bytes);
  if (sent.json.batch) await remove(sent.json.batch);
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  const ran = await cli(['ingest', source, file, '--json']);
  return {
    http: { status: sent.status, ...sent.json },
    cli: {
      code: Number(ran.code),
      stderr: ran.stderr,
      ...(ran.stdout ? (JSON.parse(ran.stdout) as Answer) : {}),
    },
  };
}

describe('a file of which nothing can be read', () => {
  test.each<[string, string, string | Uint8Array, string, RegExp, RegExp]>([
    [
      'bombora',
      'a missing column',
      'Domain,Composite Score\na.example,70\n',
      'INVALID',
      /no column Topic Name/,
      /Topic Name/,
    ],
    ['bombora', 'UTF-16', Buffer.from('\uFEFFDomain,Topic', 'utf16le'), 'INVALID', /UTF-16/, /iconv/],
    ['bombora', 'a workbook', Buffer.from('PK\x03\x04abc', 'latin1'), 'INVALID', /Excel/, /CSV/],
    ['segment-nonsense', 'an unknown source', '', 'NOT_FOUND', /no source segment-nonsense/, /bombora/],
    ['hacker-news', 'a source without files', '', 'INVALID', /takes no files/, /\w/],
  ])('%s: %s', async (source, name, bytes, code, message, hint) => {
    const before = await everything();
    const answer = await both(source, `${name}.csv`, bytes);
    expect(answer.http.status).toBe(code === 'NOT_FOUND' ? 404 : 400);
    expect(answer.http.error).toEqual({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(answer.cli.code).toBe(1);
    expect(answer.cli.stderr).toMatch(message);
    expect(answer.cli.stderr).toMatch(hint);
    expect(answer.cli.stderr).not.toMatch(/\n\s+at /);
    expect(await everything()).toEqual(before);
  });
});

describe('a file with bad lines among good ones', () => {
  interface Bad {
    line: number;
    code: string;
    reason: RegExp;
    remedy: RegExp;
  }
  const cases: [string, string | Uint8Array, number, Bad][] = [
    [
      'a negative score',
      feed(good('etl'), 'T,tallgrass.example,BI,-5,2026-11-16', good('crm')),
      2,
      { line: 3, code: 'INVALID', reason: /Composite Score is "-5"/, remedy: /0 to 100/ },
    ],
    [
      'a date in 2099',
      feed(good('etl'), 'T,tallgrass.example,BI,70,2099-11-16'),
      1,
      {
        line: 3,
        code: 'TIME_OUT_OF_RANGE',
        reason: /2099-11-16.* future/,
        remedy: /Check the clock or the date column/,
      },
    ],
    [
      'a date in 1970',
      feed('T,tallgrass.example,BI,70,1970-01-01', good('etl')),
      1,
      {
        line: 2,
        code: 'TIME_OUT_OF_RANGE',
        reason: /1970-01-01.* before 2005/,
        remedy: /Check the clock or the date column/,
      },
    ],
    [
      'a day that does not exist',
      feed(good('etl'), 'T,tallgrass.example,BI,70,2026-02-30'),
      1,
      { line: 3, code: 'INVALID', reason: /Report Date is "2026-02-30"/, remedy: /Write dates as 2026/ },
    ],
    [
      'a cell too many',
      feed(good('etl'), `${good('bi')},more`, good('crm')),
      2,
      { line: 3, code: 'INVALID', reason: /6 columns where 5/, remedy: /Quote cells/ },
    ],
    [
      'an open quote',
      feed(good('etl'), 'T,tallgrass.example,"BI,70,2026-11-16', good('crm')),
      2,
      { line: 3, code: 'INVALID', reason: /quote/, remedy: /Close the quote/ },
    ],
    [
      'a byte that is not UTF-8',
      Buffer.concat([
        Buffer.from(feed(good('etl'))),
        Buffer.from('M\xfcller,m.example,BI,70,2026-11-16\n', 'latin1'),
        Buffer.from(good('crm')),
      ]),
      2,
      { line: 3, code: 'INVALID', reason: /not valid UTF-8/, remedy: /iconv/ },
    ],
    [
      'a mark, CRLF and quotes over lines',
      `\uFEFF${feed('"Tall\r\ngrass ""Foods""",tallgrass.example,"etl, elt",70,2026-11-16', good('crm'), 'T,tallgrass.example,,70,2026-11-16').replaceAll(/\r?\n/g, '\r\n')}`,
      2,
      { line: 5, code: 'INVALID', reason: /Topic is empty/, remedy: /Give the topic a name/ },
    ],
  ];
  test.each(cases)('%s', async (name, bytes, accepted, { line, code, reason, remedy }) => {
    const counts = { received: accepted + 1, accepted, duplicates: 0 };
    const answer = await both('bombora', `${name}.csv`, bytes);
    expect(answer.http).toMatchObject({
      status: 200,
      ...counts,
      rejected: [{ line, code, reason: expect.stringMatching(reason) }],
    });
    const told = answer.http.rejected![0]!;
    expect(`${told.reason} ${told.hint}`).toMatch(remedy);
    expect(answer.cli).toMatchObject({ code: 0, ...counts });
    const batchId = answer.cli.batch!;
    expect(await rows(`SELECT 1 FROM signal WHERE batch_id = '${batchId}'`)).toHaveLength(accepted);
    expect(await rows(`SELECT place, code FROM dead_letter WHERE batch_id = '${batchId}'`)).toEqual([
      { place: `line ${line}`, code },
    ]);
    await remove(batchId);
    expect(await rows(`SELECT 1 FROM signal WHERE batch_id = '${batchId}'`)).toEqual([]);
    expect(await rows(`SELECT 1 FROM dead_letter WHERE batch_id = '${batchId}'`)).toEqual([]);
  });

  test('on a terminal: counts, each bad line with its reason and remedy once, and what to do next', async () => {
    const bytes = feed(good('etl'), `${good('bi')},more`, 'T,tallgrass.example,BI,70,2099-11-16');
    const ran = await cli(['ingest', 'bombora', '-'], bytes);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^received +3\naccepted +1\nduplicates +0\nskipped +0\nrejected +2\n/);
    expect(ran.stdout).toContain(
      '\n  Line 3 has 6 columns where 5 are expected. Quote cells that contain the delimiter.\n' +
        '  line 4: time: 2099-11-16T00:00:00.000Z is in the future. Check the clock or the date column; ',
    );
    const batchId = /undercurrent undo (\S+)/.exec(ran.stdout)![1]!;

    // Nothing has changed, so a replay changes nothing and says so.
    const again = await cli(['replay', batchId]);
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/^2 tried, 0 accepted, 0 duplicates, 2 still rejected\.\n/);
    expect(again.stdout).toContain('\n  Line 3 has 6 columns');
    const undone = await cli(['undo', batchId, '--json']);
    expect(JSON.parse(undone.stdout)).toMatchObject({ undone: [{ batch: batchId, signals: 1 }] });
    expect(await rows(`SELECT 1 FROM dead_letter WHERE batch_id = '${batchId}'`)).toEqual([]);
  });

  test('gzip that breaks off: what came before is stored, and the error says where it ended', async () => {
    const many = feed(...Array.from({ length: 4_000 }, (_, n) => good(`topic ${n * 7919}`)));
    const whole = gzipSync(many);
    const cut = whole.subarray(0, whole.length >> 1);
    // The system's own tool agrees on how many whole lines are in there.
    const readable = spawnSync('gzip', ['-dc'], { input: cut, maxBuffer: 1 << 24 }).stdout.toString();
    const lines = readable.split('\n').length - 2;
    const answer = await both('bombora', 'cut.csv.gz', cut);
    for (const result of [answer.http, answer.cli]) {
      expect(result.accepted).toBeGreaterThan(100);
      expect(result.accepted).toBeGreaterThan(lines - 400);
      expect(result.accepted).toBeLessThanOrEqual(lines + 1);
    }
    const told = JSON.stringify([answer.http.error, answer.http.rejected]);
    expect(told).toMatch(/damaged or cut off/);
    await remove(answer.cli.batch!);
  });
});

describe('replay', () => {
  test('takes what has become understandable, once', async () => {
    const dull = { ...page('replayed: dull'), type: 'track', event: 'Report Exported' };
    const lines = [
      JSON.stringify(dull),
      '{"type":"page","userId":"u1","messageId":"replayed: cut"',
      JSON.stringify(page('replayed: time', { timestamp: '31.12.2025' })),
    ];
    const taken = await cli(['ingest', 'segment', '-', '--json'], `${lines.join('\n')}\n`);
    const { batch: batchId, ...counts } = JSON.parse(taken.stdout) as Answer & { batch: string };
    expect(counts).toMatchObject({ received: 3, accepted: 0 });

    await mend(
      batchId,
      'line 2',
      '{"type":"page","userId":"u1","messageId":"replayed: cut"',
      `${JSON.stringify(page('replayed: cut'))}`,
    );
    await mend(batchId, 'line 3', '31.12.2025', '2025-12-31');
    const first = JSON.parse((await cli(['replay', batchId, '--json'])).stdout) as object;
    expect(first).toEqual({ tried: 2, accepted: 2, duplicates: 0, refused: [] });
    const second = JSON.parse((await cli(['replay', batchId, '--json'])).stdout) as object;
    expect(second).toEqual({ tried: 0, accepted: 0, duplicates: 0, refused: [] });
    expect(await stored("external_id LIKE 'replayed:%'")).toEqual(['replayed: cut', 'replayed: time']);
    expect(await rows(`SELECT 1 FROM dead_letter WHERE batch_id = '${batchId}'`)).toEqual([]);
  });

  test('of a message that was sent again in the meantime finds it there already', async () => {
    const bad = page('replayed: overtaken', { timestamp: 'nonsense' });
    const mended = page('replayed: overtaken', { timestamp: '2026-11-01T00:00:00Z' });
    await post(`${server.url}/v1/batch`, batch(bad));
    const [letter] = await rows<{ batch: string }>(
      "SELECT batch_id AS batch FROM dead_letter WHERE convert_from(raw, 'UTF8') LIKE '%overtaken%'",
    );
    await mend(letter!.batch, 'batch[0]', 'nonsense', '2026-11-01T00:00:00Z');
    await post(`${server.url}/v1/batch`, batch(mended));
    const replayed = JSON.parse((await cli(['replay', letter!.batch, '--json'])).stdout) as {
      duplicates: number;
    };
    expect(replayed.duplicates).toBe(1);
    expect(await stored("external_id = 'replayed: overtaken'")).toHaveLength(1);
  });

  /** Stands in for an operator or a new version that reads what the old one could not. */
  const mend = (batchId: string, place: string, from: string, to: string) =>
    rows(`UPDATE dead_letter SET raw = convert_to(replace(convert_from(raw, 'UTF8'), '${from}', '${to}'), 'UTF8')
      WHERE batch_id = '${batchId}' AND place = '${place}'`);

  const unknown = '00000000-0000-4000-8000-000000000000';
  test.each([
    ['replay', 'nonsense'],
    ['replay', unknown],
    ['undo', 'nonsense'],
    ['undo', unknown],
    ['keys', 'revoke', 'nonsense'],
    ['keys', 'revoke', unknown],
  ])('what is not there: %s %s %s', async (...args) => {
    const ran = await cli(args);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toMatch(/^(No batch|There is no live key) \S+\.\n/);
    expect(ran.stderr).not.toMatch(/\n\s+at /);
  });
});
