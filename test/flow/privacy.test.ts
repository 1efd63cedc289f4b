import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import accessLog from '../../signals/access-log/index.ts';
import bombora from '../../signals/bombora/index.ts';
import hackerNews from '../../signals/hacker-news/index.ts';
import segment from '../../signals/segment/index.ts';
import type { Network, NetworkClass } from '../../src/core/identity/network.ts';
import type { Adapter, WorkspaceProfile } from '../../src/core/signal.ts';
import * as digest from '../../src/flow/digest.ts';
import { erase } from '../../src/flow/erasure.ts';
import { take } from '../../src/flow/ingest.ts';
import { exclude, exportPerson, include } from '../../src/flow/privacy.ts';
import { replay } from '../../src/flow/replay.ts';
import { upsertPeople } from '../../src/flow/upsert.ts';
import { inWorkspace } from '../../src/store/database.ts';
import * as privacy from '../../src/store/privacy.ts';
import * as sources from '../../src/store/sources.ts';
import * as timelineCopy from '../../src/store/timeline-copy.ts';
import * as visitorKeys from '../../src/store/visitor-keys.ts';
import * as workspaces from '../../src/store/workspaces.ts';
import { days, type Event, hours, NOW, openWorld, source, tablesOf, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await configure({});
  await world.clear();
  await world.query('UPDATE workspace SET privacy_version = 0');
});
afterAll(() => world.close());

async function configure(profile: Partial<WorkspaceProfile>): Promise<void> {
  await world.within((tx) => workspaces.saveProfile(tx, profile));
  world.workspace = (await world.within(workspaces.read))!;
}

const NETWORKS: Record<string, Partial<Network> & { class: NetworkClass }> = {
  '203.0.113.1': { class: 'isp', organisation: 'Homeline' },
  '203.0.113.2': { class: 'hosting', organisation: 'Rackfield' },
  '203.0.113.3': { class: 'business', organisation: 'Northwind', domain: 'northwind.example' },
  '203.0.113.4': { class: 'business', organisation: 'Us', domain: 'us.example' },
};
const networkOf = (ip: string): Network | undefined => {
  const known = NETWORKS[ip];
  return (
    known && {
      organisation: null,
      domain: null,
      asn: null,
      source: 'test',
      confidence: 1,
      reason: '',
      ...known,
    }
  );
};

/** Takes records of any adapter; returns what became of them. */
async function takeIn(adapter: Adapter, records: readonly unknown[], now = NOW) {
  const batch = await world.openBatch(adapter.id, 'push', now);
  const intake = { ...world.intake, networkOf };
  const settings = adapter.settings?.parse({}) ?? {};
  const incoming = records.map((record, at) => ({ place: `record ${at + 1}`, record }));
  return take(intake, { id: batch, adapter, settings }, incoming, now);
}

/** Every row of every table as text, bytes read as such: what a dump would show. */
async function dump(...except: string[]): Promise<string> {
  const tables = (await tablesOf(world)).filter((table) => !except.includes(table));
  let text = '';
  for (const table of tables) {
    const columns = await world.query(
      `SELECT attname AS name, atttypid = 'bytea'::regtype AS bytes FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
      [table],
    );
    const cells = columns.map(({ name, bytes }) =>
      bytes ? `encode("${name}", 'escape')` : `"${name}"::text`,
    );
    const rows = await world.query(`SELECT concat_ws(' | ', ${cells.join(', ')}) AS row FROM ${table}`);
    text += rows.map(({ row }) => `${table}: ${row}\n`).join('');
  }
  return text;
}

const line = (
  ip: string,
  path = '/pricing',
  at = hours(-1),
  agent = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
) => {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(at.toUTCString())!;
  return `${ip} - - [${day}/${month}/${year}:${time} +0000] "GET ${path} HTTP/1.1" 200 512 "-" "${agent}"`;
};
const page = (messageId: string, more: object = {}, context: object = {}) => ({
  type: 'page',
  messageId,
  anonymousId: 'browser-1a2b3c',
  timestamp: hours(-1).toISOString(),
  properties: { url: 'https://us.example/pricing' },
  context,
  ...more,
});

describe('what is not kept', () => {
  test.each<[string, Adapter, unknown, string]>([
    ['a home', accessLog as Adapter, line('203.0.113.1'), 'residential network'],
    ['a data centre', accessLog as Adapter, line('203.0.113.2'), 'hosting network'],
    ['an AI crawler', accessLog as Adapter, line('203.0.113.3', '/', NOW, 'GPTBot/1.2'), 'AI crawler'],
    ['our own office', accessLog as Adapter, line('203.0.113.4'), 'own company'],
    [
      'a script in a data centre',
      segment as Adapter,
      page('1', {}, { ip: '203.0.113.2' }),
      'hosting network',
    ],
    ['who said GPC', segment as Adapter, page('1', {}, { gpc: true }), 'GPC or DNT'],
    ['who said DNT', segment as Adapter, page('1', { userId: 'u1' }, { doNotTrack: '1' }), 'GPC or DNT'],
    ['who said no', segment as Adapter, page('1', { userId: 'u1' }, { consent: 'denied' }), 'consent denied'],
    ['nobody yet', segment as Adapter, page('1', {}, { prefetch: true }), 'prefetch'],
    ['an agent', segment as Adapter, page('1', {}, { userAgent: 'ChatGPT-User/1.0' }), 'AI crawler'],
  ])('a visit of %s', async (_, adapter, record, reason) => {
    await configure({ domains: ['us.example'] });
    const taken = await takeIn(adapter, [record]);
    expect(taken).toMatchObject({
      received: 1,
      accepted: 0,
      duplicates: 0,
      rejected: 0,
      skipped: { [reason]: 1 },
    });
    expect(await world.query('SELECT signal_id FROM signal')).toEqual([]);
    expect(await world.query('SELECT person_id FROM person')).toEqual([]);
    const [figures] = await world.within(sources.figures);
    expect(figures!.skipped).toEqual({ [reason]: 1 });
  });

  test('reasons add up over batches and records', async () => {
    await takeIn(accessLog as Adapter, [
      line('203.0.113.1'),
      line('203.0.113.1', '/x'),
      line('203.0.113.3', '/a.css'),
    ]);
    await takeIn(accessLog as Adapter, [line('203.0.113.1', '/y')]);
    const [figures] = await world.within(sources.figures);
    expect(figures!.skipped).toEqual({ 'residential network': 3, asset: 1 });
  });

  test('more pages in a minute than a person reads', async () => {
    await configure({ burstPerMinute: 5 });
    const seconds = [0, 1, 3, 4, 9, 11, 13];
    const many = seconds.map((second) => line('203.0.113.3', `/p${second}`, hours(-1 + second / 3600)));
    const other = line('203.0.113.3', '/p', hours(-1), 'Mozilla/5.0 (Macintosh) Safari/605');
    const taken = await takeIn(accessLog as Adapter, [...many, other]);
    expect(taken).toMatchObject({ accepted: 1, skipped: { burst: 7 } });
  });
});

describe('what is kept', () => {
  test('homes, where the workspace says so; and visitors with an id of their own, unplaced', async () => {
    expect((await takeIn(segment as Adapter, [page('1', {}, { ip: '203.0.113.1' })])).accepted).toBe(1);
    await configure({ keepResidential: true });
    expect((await takeIn(accessLog as Adapter, [line('203.0.113.1')])).accepted).toBe(1);
    expect(await world.query('SELECT DISTINCT account_id, unplaced FROM signal')).toEqual([
      { account_id: null, unplaced: 'internet provider' },
    ]);
  });

  test('DNT where the workspace does not honour it', async () => {
    await configure({ honourDoNotTrack: false });
    expect((await takeIn(segment as Adapter, [page('1', {}, { doNotTrack: true })])).accepted).toBe(1);
    expect((await takeIn(segment as Adapter, [page('2', {}, { gpc: true })])).accepted).toBe(0);
  });

  test('of somebody who agreed, whatever the browser says', async () => {
    const agreed = page(
      '1',
      { userId: 'u1' },
      { gpc: true, consent: { categoryPreferences: { Analytics: true } } },
    );
    expect((await takeIn(segment as Adapter, [agreed])).accepted).toBe(1);
    expect(
      (await takeIn(segment as Adapter, [{ ...agreed, messageId: '2', userId: undefined }])).accepted,
    ).toBe(0);
  });

  test('what somebody fills in themselves, and it is tied to no browser', async () => {
    const form = page(
      '1',
      { type: 'track', event: 'Demo Requested', properties: { email: 'ann@northwind.example' } },
      { gpc: true },
    );
    expect((await takeIn(segment as Adapter, [form])).accepted).toBe(1);
    expect(await world.query('SELECT kind, anonymous_id FROM signal')).toEqual([
      { kind: 'content.demo_request', anonymous_id: null },
    ]);
    expect(await world.query('SELECT * FROM visitor_link')).toEqual([]);
  });
});

describe('exclusions', () => {
  const add = (value: string) => exclude(world.db, world.workspace, value, 'ours', NOW);
  const events: Event[] = [
    { id: 'ip', at: NOW.toISOString(), hints: { ip: '203.0.113.3' } },
    { id: 'domain', at: NOW.toISOString(), hints: { domain: 'www.agency.example' } },
    { id: 'mail', at: NOW.toISOString(), hints: { email: 'Bo@other.example' } },
    { id: 'news', at: NOW.toISOString(), identity: { email: 'bo@other.example', person: { name: 'Bo' } } },
  ];

  test('keep networks, domains and people out, at once and in every process', async () => {
    const { intake } = world;
    const started = await world.ingest(events, { intake });
    expect(started.taken).toMatchObject({ accepted: 3, skipped: {} });
    await world.clear();
    for (const value of ['203.0.113.0/30', 'agency.example', 'bo@other.example']) await add(value);
    expect((await world.ingest(events, { intake })).taken).toMatchObject({
      accepted: 0,
      skipped: { excluded: 4 },
    });
    expect((await world.ingest(events)).taken).toMatchObject({ accepted: 0, skipped: { excluded: 4 } });
    expect(await world.query('SELECT * FROM account')).toEqual([]);
    expect(await dump()).not.toContain('bo@other.example');
  });

  test('are taken off again, are there once, and know no address', async () => {
    const [one, again] = [await add('bo@other.example'), await add('BO@other.example')];
    expect(again).toEqual(one);
    expect(one.value).toMatch(/^[\da-f]{32}$/);
    expect(await world.within(privacy.exclusions)).toEqual([one]);
    expect(await include(world.db, world.workspace, 'bo@other.example')).toBe(true);
    expect(await include(world.db, world.workspace, 'bo@other.example')).toBe(false);
    expect((await world.ingest(events)).taken.accepted).toBe(3);
  });

  test('cost no statement where there are none', async () => {
    const count = async (): Promise<number> => {
      const { intake } = world;
      await world.ingest(events.slice(0, 1), { intake, batch: await world.openBatch() });
      let statements = 0;
      const listen = (client: { query: unknown }) => {
        const query = (client.query as (...args: unknown[]) => unknown).bind(client);
        client.query = (...args: unknown[]) => {
          statements += 1;
          return query(...args);
        };
      };
      world.db.pool.on('acquire', listen as never);
      await world.ingest(events.slice(0, 1), { intake, batch: '00000000-0000-4000-8000-000000000001' });
      world.db.pool.off('acquire', listen as never);
      return statements;
    };
    const without = await count();
    await add('198.51.100.0/24');
    // Read once, then known.
    expect(await count()).toBe(without);
  });
});

describe('addresses of the network', () => {
  const address = fc
    .oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4().map((v4) => `::ffff:${v4}`),
    )
    .filter((ip) => !/^[0:]*:[01]?$/.test(ip) && ip !== '0.0.0.0');
  const RECORDS: [string, Adapter, (ip: string) => unknown][] = [
    ['a line', accessLog as Adapter, (ip) => line(ip, `/pricing?ip=${ip}&utm_source=${ip}`)],
    [
      'a line’s path and agent',
      accessLog as Adapter,
      (ip) => line(ip, `/from/${ip}/`, NOW, `Mozilla/5.0 ${ip}`),
    ],
    ['a line of no format', accessLog as Adapter, (ip) => `${ip} what is this`],
    [
      'a line with a bad date',
      accessLog as Adapter,
      (ip) => line(ip).replace(/\[.*\]/, '[99/Foo/2026:00:00:00 +0000]'),
    ],
    [
      'a line of JSON',
      accessLog as Adapter,
      (ip) =>
        JSON.stringify({
          remote_addr: ip,
          ts: 1_781_000_000,
          status: 200,
          uri: `/${ip}`,
          host: ip,
          method: 'GET',
        }),
    ],
    ['a bad line of JSON', accessLog as Adapter, (ip) => JSON.stringify({ remote_addr: ip, uri: `/${ip}` })],
    [
      'a message',
      segment as Adapter,
      (ip) =>
        page(
          `m-${ip}`,
          {
            userId: `user-${ip}`,
            properties: { url: `https://us.example/x?utm_content=${ip}`, title: `Hello ${ip}`, topics: [ip] },
            traits: { name: ip, company: { name: `At ${ip}` } },
          },
          { ip, campaign: { name: ip }, page: { referrer: `https://other.example/${ip}` } },
        ),
    ],
    [
      'news of somebody',
      segment as Adapter,
      (ip) =>
        page('m', {
          type: 'identify',
          userId: ip,
          traits: { name: ip, phone: ip, title: `at ${ip}`, company: { name: ip } },
        }),
    ],
    ['a bad message', segment as Adapter, (ip) => page(`m-${ip}`, { timestamp: `${ip} o’clock` }, { ip })],
    [
      'a row of a feed',
      bombora as Adapter,
      (ip) => ({
        'Company Name': ip,
        Domain: ip,
        'Topic Name': `About ${ip}`,
        'Composite Score': '80',
        'Report Date': '2026-06-10',
      }),
    ],
    [
      'a hit',
      hackerNews as Adapter,
      (ip) => ({ objectID: '1', author: ip, comment_text: `from ${ip}`, created_at_i: 1_781_000_000 }),
    ],
  ];

  test.each(RECORDS)('in %s are in no table afterwards', async (_, adapter, record) => {
    await fc.assert(
      fc.asyncProperty(address, async (ip) => {
        const taken = await takeIn(adapter, [record(ip)]);
        expect(taken.received).toBe(1);
        const text = (await dump()).toLowerCase();
        expect(text).not.toContain(ip.toLowerCase());
        expect(text).not.toContain(encodeURIComponent(ip).toLowerCase());
        await world.clear();
      }),
      { numRuns: 8 },
    );
  });

  test('a bad record that is read again stays the same one, and its visitor too', async () => {
    const bad = [page('m1', { timestamp: 'late' }, { ip: '203.0.113.3' })];
    await takeIn(segment as Adapter, bad);
    const kept = await world.query("SELECT convert_from(raw, 'UTF8') AS raw FROM dead_letter");
    expect(kept[0]!.raw).toMatch(/"ip":"100::[\da-f:]{19}"/);
    const adapters = new Map([
      ['segment', { adapter: segment as Adapter, settings: segment.settings.parse({}) }],
    ]);
    const replayed = await replay(world.intake, adapters, null, () => NOW);
    expect(replayed).toMatchObject({ tried: 1, refused: [{ index: 0 }] });
    expect(await world.query("SELECT convert_from(raw, 'UTF8') AS raw FROM dead_letter")).toEqual(kept);
  });
});

test('keys of visitors without a cookie are random, and gone within 48 h', async () => {
  const ids = async (now: Date) => {
    await takeIn(accessLog as Adapter, [line('203.0.113.3', '/pricing', now)], now);
    return (await world.query('SELECT anonymous_id AS id FROM signal ORDER BY signal_id')).map(
      (row) => row.id,
    );
  };
  const [first] = await ids(NOW);
  expect(first).toMatch(/^day:[\da-f]{32}$/);
  await world.within((tx) => visitorKeys.expire(tx, hours(35)));
  expect(await world.query('SELECT key FROM visitor_key')).toHaveLength(1);
  // Expiry runs every six hours, so 42 h is the latest.
  await world.within((tx) => visitorKeys.expire(tx, hours(36.1)));
  expect(await world.query('SELECT key FROM visitor_key')).toEqual([]);
  // The same line again: without the key nobody can tell that it is the same visitor.
  await world.query('DELETE FROM signal');
  expect((await ids(NOW))[0]).not.toBe(first);
});

describe('a person', () => {
  const ANN = {
    email: 'ann.lee@northwind.example',
    name: 'Ann Lee',
    phone: '+49 30 1234567',
    linkedin: 'https://www.linkedin.com/in/annlee',
    userId: 'crm-user-4711',
    other: 'ann@lee.example',
    browser: 'browser-77aa88bb',
    tablet: 'tablet',
  };
  const SHARED = 'shared-kiosk-1';
  const emailHash = (email: string) => createHash('sha256').update(email).digest('hex');
  const at = (n: number) => hours(n).toISOString();

  async function tell(): Promise<void> {
    await world.within((tx) =>
      upsertPeople(
        tx,
        world.workspace,
        [
          { email: ANN.email, name: ANN.name, phone: ANN.phone, linkedin: ANN.linkedin, title: 'CTO' },
          { email: 'bo@northwind.example', name: 'Bo Ek' },
        ],
        null,
        days(-9),
      ),
    );
    await world.ingest([
      { id: 'before', at: at(-30), hints: { anonymousId: ANN.browser }, kind: 'site.pricing_view' },
      { id: 'tablet', at: at(-29), hints: { anonymousId: ANN.tablet }, kind: 'site.pricing_view' },
      {
        id: 'who',
        at: at(-28),
        identity: { anonymousId: ANN.browser, userId: ANN.userId, email: ANN.email },
      },
      { id: 'who too', at: at(-28), identity: { anonymousId: ANN.tablet, email: ANN.email } },
      {
        id: 'other',
        at: at(-27),
        identity: { userId: ANN.userId, email: ANN.other, person: { phone: '5551234567' } },
      },
      {
        id: `form-${ANN.userId}`,
        at: at(-20),
        untimed: true,
        kind: 'content.form',
        hints: { userId: ANN.userId },
      },
      { id: 'kiosk 1', at: at(-10), hints: { anonymousId: SHARED, email: ANN.email } },
      {
        id: 'kiosk 2',
        at: at(-5),
        hints: { anonymousId: SHARED, email: 'bo@northwind.example' },
        kind: 'content.download',
      },
      { id: 'kiosk 3', at: at(-4), hints: { anonymousId: SHARED } },
      {
        id: 'talk',
        at: at(-3),
        kind: 'social.mention',
        hints: { domain: 'northwind.example' },
        signal: {
          title: `Ask ${ANN.name}, ${ANN.email}`,
          attributes: { by: [ANN.email.toUpperCase()], n: 7 },
        },
      },
      { id: 'bad 1', at: at(-3), bad: `no such thing as ${ANN.email}` },
      { id: 'bad 2', at: at(-3), bad: 'odd', hints: { anonymousId: ANN.tablet } },
      { id: 'bad 3', at: at(-3), bad: 'odd', hints: { email: 'bo@northwind.example' } },
    ]);
    await world.rescore();
    await digest.send(
      world.db,
      world.workspace,
      { recipient: 'rep@us.example' },
      async () => {},
      () => NOW,
    );
    await digest.send(
      world.db,
      world.workspace,
      { recipient: ANN.email },
      async () => {},
      () => NOW,
    );
  }

  const said = [
    ...Object.values(ANN).filter((text) => text !== ANN.tablet),
    `"${ANN.tablet}"`,
    '5551234567',
    emailHash(ANN.email),
    emailHash(ANN.other),
  ];

  test('is exported with everything that is held, and that is noted', async () => {
    await tell();
    const exported = await exportPerson(
      world.db,
      world.workspace,
      ANN.email.toUpperCase(),
      'key of Kim',
      NOW,
    );
    expect(exported.found).toBe(true);
    const counts = Object.fromEntries(
      Object.entries(exported.held).map(([table, rows]) => [table, rows.length]),
    );
    expect(counts).toMatchObject({
      person: 1,
      person_identity: 3,
      visitor_link: 3,
      claim: 2,
      signal: 4,
      dead_letter: 2,
    });
    const text = JSON.stringify(exported.held);
    for (const one of Object.values(ANN)) expect(text).toContain(one);
    expect(text).not.toContain('bo@northwind.example');
    const [entry] = await world.within((tx) => privacy.auditLog(tx, 10));
    expect(entry).toMatchObject({ actor: 'key of Kim', action: 'EXPORT', at: NOW, counts });
    expect(JSON.stringify(entry)).not.toContain(ANN.email);
  });

  test('is erased without trace in any table; the others stay', async () => {
    await tell();
    const before = await dump();
    for (const one of said) expect(before.toLowerCase(), one).toContain(one.toLowerCase());
    const receipt = await erase(world.db, world.workspace, ANN.email, 'key of Kim', NOW);
    expect(receipt).toMatchObject({
      found: true,
      people: 1,
      identities: 3,
      visitors: 2,
      signals: 4,
      deadLetters: 2,
      accounts: 2,
    });
    const check = async () => {
      const after = (await dump()).toLowerCase();
      for (const one of said) expect(after, one).not.toContain(one.toLowerCase());
      expect(after).toContain('bo@northwind.example');
      expect(after).toContain(SHARED);
      expect(after).toContain('northwind.example');
    };
    await check();
    expect(await world.rescore()).toBe(2);
    await check();
    expect(
      await world.query('SELECT title, attributes FROM signal WHERE external_id = $1', ['talk']),
    ).toEqual([{ title: 'Ask [erased], [erased]', attributes: { by: ['[erased]'], n: 7 } }]);
    expect(await world.query('SELECT external_id FROM signal ORDER BY signal_id')).toEqual(
      ['kiosk 2', 'kiosk 3', 'talk'].map((id) => ({ external_id: id })),
    );
    expect(await world.query('SELECT place FROM dead_letter')).toEqual([{ place: 'record 13' }]);
  });

  test('does not come back: not by import, not by any id, not as a bad record', async () => {
    await tell();
    const { intake } = world;
    await erase(world.db, world.workspace, ANN.email, 'x', NOW);
    const imported = await world.within((tx) =>
      upsertPeople(
        tx,
        world.workspace,
        [{ email: ANN.email, name: ANN.name }, { email: 'cy@northwind.example' }],
        null,
        NOW,
      ),
    );
    expect(imported).toMatchObject({ created: 1, rejected: [], skipped: { erased: 1 } });
    const { taken } = await world.ingest(
      [
        { id: 'a', at: at(-1), hints: { email: ANN.email } },
        { id: 'b', at: at(-1), hints: { userId: ANN.userId } },
        { id: 'c', at: at(-1), hints: { anonymousId: ANN.browser } },
        { id: 'd', at: at(-1), identity: { email: ANN.other, person: { name: ANN.name } } },
        { id: 'e', at: at(-1), bad: 'odd', hints: { email: ANN.email } },
        { id: 'f', at: at(-1), hints: { anonymousId: SHARED } },
      ],
      { intake },
    );
    expect(taken).toMatchObject({ accepted: 1, rejected: 1, skipped: { erased: 4 } });
    const after = (await dump()).toLowerCase();
    for (const one of said) expect(after, one).not.toContain(one.toLowerCase());
  });

  test('is erased once; again changes nothing but the log', async () => {
    await tell();
    await erase(world.db, world.workspace, ANN.email, 'x', NOW);
    await world.rescore();
    // A copy may hold what was undone before, so each time all are made again.
    const before = await dump('audit', 'workspace', 'timeline_change');
    const again = await erase(world.db, world.workspace, ANN.email, 'x', hours(1));
    expect(again).toMatchObject({ found: false, people: 0, signals: 0, deadLetters: 0, mentions: 0 });
    expect(await dump('audit', 'workspace', 'timeline_change')).toBe(before);
    expect((await world.within((tx) => privacy.auditLog(tx, 10))).map((one) => one.action)).toEqual([
      'ERASE',
      'ERASE',
    ]);
  });

  test('is in no copy of the timeline any more', async () => {
    const copies = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent-copies-'));
    const db = { ...world.db, copies };
    const read = () =>
      inWorkspace(db, world.workspace.id, (tx) => timelineCopy.read(tx, copies, timelineCopy.ALL_ACCOUNTS));
    const texts = () =>
      fs
        .readdirSync(copies, { recursive: true, withFileTypes: true })
        .flatMap((one) =>
          one.isFile() ? fs.readFileSync(path.join(one.parentPath, one.name), 'latin1') : [],
        );
    try {
      await world.ingest([
        { id: 'elsewhere', at: at(-2), hints: { domain: 'elsewhere.example', anonymousId: ANN.browser } },
      ]);
      await read();
      await tell();
      expect(texts().join()).toContain(ANN.browser);
      await erase(db, world.workspace, ANN.email, 'x', NOW);
      expect(texts()).toEqual([]);
      await read();
      expect(texts()).toHaveLength(1);
      expect(texts().join()).not.toContain(ANN.browser);
    } finally {
      fs.rmSync(copies, { recursive: true });
    }
  });

  test('nobody knows is kept out all the same', async () => {
    const receipt = await erase(world.db, world.workspace, 'new@nobody.example', 'x', NOW);
    expect(receipt).toMatchObject({ found: false, people: 0 });
    const { taken } = await world.ingest([{ id: 'a', at: at(-1), hints: { email: 'New@nobody.example' } }]);
    expect(taken).toMatchObject({ accepted: 0, skipped: { erased: 1 } });
    expect(await dump()).not.toContain('nobody.example');
  });

  test('called like a company does not take the company along, nor an id like a word', async () => {
    await world.ingest([
      { id: '1', at: at(-9), hints: { domain: 'northwind.example', companyName: 'Northwind Traders' } },
      {
        id: '2',
        at: at(-8),
        identity: {
          email: 'eve@mail.example',
          userId: 'site',
          anonymousId: 'northwind',
          person: { name: 'Northwind Traders' },
        },
      },
    ]);
    await erase(world.db, world.workspace, 'eve@mail.example', 'x', NOW);
    expect(await world.query('SELECT name, domain FROM account ORDER BY name')).toContainEqual({
      name: 'Northwind Traders',
      domain: 'northwind.example',
    });
    expect(await world.query('SELECT source, title FROM signal')).toEqual([{ source: 'site', title: null }]);
  });

  test('has to be named by an address', async () => {
    await expect(erase(world.db, world.workspace, 'nobody', 'x', NOW)).rejects.toThrow(
      'not an e-mail address',
    );
    await expect(exportPerson(world.db, world.workspace, '', 'x', NOW)).rejects.toThrow(
      'not an e-mail address',
    );
  });
});

test('an erasure and an ingest at once leave nothing, whoever comes first', async () => {
  const event = (n: number): Event => ({
    id: `e${n}`,
    at: hours(-1).toISOString(),
    hints: { email: 'ann@northwind.example', anonymousId: `browser-${n}` },
  });
  const { intake } = world;
  await world.ingest([event(0)], { intake });
  await Promise.all([
    ...[1, 2, 3].map((n) => world.ingest([event(n)], { intake, adapter: source() })),
    erase(world.db, world.workspace, 'ann@northwind.example', 'x', NOW),
    ...[4, 5, 6].map((n) => world.ingest([event(n)], { intake })),
  ]);
  expect(await world.query('SELECT * FROM person')).toEqual([]);
  expect(await world.query('SELECT external_id FROM signal')).toEqual([]);
});
