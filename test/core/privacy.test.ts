import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keepNoAddresses, standIn, withoutAddresses } from '../../src/core/address-text.ts';
import { emailKey } from '../../src/core/identity/email.ts';
import type { NetworkClass } from '../../src/core/identity/network.ts';
import {
  barredBy,
  burstingVisitors,
  COOKIELESS,
  consentOf,
  judgeVisit,
  type Named,
  objectionOf,
  openBarrier,
  readExclusion,
  skipClass,
} from '../../src/core/privacy.ts';
import { type SignalKind, workspaceProfileSchema } from '../../src/core/signal.ts';
import { anywhere, fullNames, inRecords, type Search, type Traces } from '../../src/core/traces.ts';
import { browserWord } from '../../src/core/tracking.ts';

const rules = workspaceProfileSchema.parse({});

describe('what a visitor says', () => {
  test.each<[object, ReturnType<typeof objectionOf>]>([
    [{}, null],
    [{ gpc: true }, 'GPC or DNT'],
    [{ gpc: '1' }, 'GPC or DNT'],
    [{ gpc: false, doNotTrack: 0 }, null],
    [{ globalPrivacyControl: true }, 'GPC or DNT'],
    [{ doNotTrack: 1 }, 'GPC or DNT'],
    [{ consent: false }, 'consent denied'],
    [{ gpc: true, consent: 'denied' }, 'consent denied'],
    [{ gpc: true, consent: 'granted' }, 'GPC or DNT'],
  ])('%j is the objection %s', (context, expected) => {
    expect(objectionOf({ ...context }, rules)).toBe(expected);
  });

  test('DNT may be left unheard, GPC may not', () => {
    const deaf = { honourDoNotTrack: false };
    expect(objectionOf({ doNotTrack: true }, deaf)).toBeNull();
    expect(objectionOf({ doNotTrack: true, gpc: true }, deaf)).toBe('GPC or DNT');
  });

  test.each<[unknown, boolean | null]>([
    [undefined, null],
    ['perhaps', null],
    [{}, null],
    ['opted_out', false],
    ['granted', true],
    [{ categoryPreferences: { Advertising: true, Analytics: false } }, false],
    [{ categoryPreferences: { Advertising: false, Analytics: true } }, true],
    [{ categoryPreferences: { Advertising: false, Functional: false } }, false],
    [{ analytics_storage: 'denied', ad_storage: 'granted' }, false],
    [{ status: 'granted' }, true],
  ])('consent %j is %s', (consent, expected) => {
    expect(consentOf({ consent })).toBe(expected);
  });

  test.each<[object, boolean | null]>([
    [{ allowedConsentIds: ['C0001'], deniedConsentIds: ['C0004'] }, true],
    [{ allowedConsentIds: ['C0001'], deniedConsentIds: ['analytics'] }, false],
    [{ allowedConsentIds: [], deniedConsentIds: ['C0002'] }, false],
    [{}, null],
  ])('consentManagement %j is %s', (consentManagement, expected) => {
    expect(consentOf({ consentManagement })).toBe(expected);
  });

  test.each<[Record<string, string>, ReturnType<typeof browserWord>]>([
    [{}, undefined],
    [{ 'sec-gpc': '1' }, { gpc: true }],
    [{ 'sec-gpc': '0', dnt: '1' }, { doNotTrack: true }],
    [{ 'sec-purpose': 'prefetch;prerender' }, { prefetch: true }],
    [{ 'x-moz': 'prefetch' }, { prefetch: true }],
    [{ purpose: 'preview' }, { prefetch: true }],
  ])('headers %j say %j', (headers, expected) => {
    expect(browserWord((name) => headers[name])).toEqual(expected);
  });
});

describe('visits', () => {
  const judge = (
    network: NetworkClass | null,
    more: { kind?: SignalKind; anonymousId?: string; named?: boolean } = {},
    set: Partial<typeof rules> = {},
  ) =>
    judgeVisit(
      { kind: 'site.page_view', anonymousId: `${COOKIELESS}x`, named: false, network, ...more },
      { ...rules, ...set },
    );

  test.each<[string, unknown, unknown]>([
    ['from a data centre', judge('hosting'), 'hosting network'],
    ['from a data centre, with an id', judge('hosting', { anonymousId: 'a' }), 'hosting network'],
    ['from a proxy', judge('proxy'), 'VPN or proxy'],
    ['from a home', judge('isp'), 'residential network'],
    ['from a phone', judge('mobile'), 'residential network'],
    ['from a home, with an id', judge('isp', { anonymousId: 'a' }), null],
    ['from a home that is to be kept', judge('isp', {}, { keepResidential: true }), null],
    ['of somebody known, from a data centre', judge('hosting', { named: true }), null],
    ['by mail, from a data centre', judge('hosting', { kind: 'email.open' }), null],
    ['from a company', judge('business'), null],
    ['from anywhere', judge('unknown'), null],
    ['without an address', judge(null), null],
  ])('%s: %s', (_, found, expected) => expect(found).toBe(expected));

  const view = (visitor: string, second: number, id = `${visitor}${second}`) => ({
    kind: 'site.page_view' as const,
    anonymousId: visitor,
    externalId: id,
    occurredAt: new Date(Date.UTC(2026, 5, 15) + second * 1000),
  });
  /** At human, uneven gaps. */
  const visit = (visitor: string, pages: number, every: number) =>
    Array.from({ length: pages }, (_, at) => view(visitor, at * every + (at % 3) * 0.3 * every));

  test('more pages in a minute than allowed are a burst', () => {
    expect([...burstingVisitors(visit('day:a', 5, 8), { ...rules, burstPerMinute: 4 })]).toEqual(['day:a']);
    expect([...burstingVisitors(visit('day:a', 4, 8), { ...rules, burstPerMinute: 4 })]).toEqual([]);
    expect([...burstingVisitors(visit('day:a', 5, 20), { ...rules, burstPerMinute: 4 })]).toEqual([]);
  });

  test('the same line twice is one page, and ids of their own are let be', () => {
    const line = view('day:a', 1, 'same');
    expect(burstingVisitors(Array(9).fill(line), { ...rules, burstPerMinute: 4 }).size).toBe(0);
    expect(burstingVisitors(visit('a', 9, 1), { ...rules, burstPerMinute: 4 }).size).toBe(0);
  });
});

describe('exclusions', () => {
  test.each([
    ['203.0.113.0/24', 'CIDR', '203.0.113.0/24'],
    ['2001:DB8::/32', 'CIDR', '2001:db8::/32'],
    ['203.0.113.9', 'CIDR', '203.0.113.9'],
    ['https://www.acme.com/about', 'DOMAIN', 'acme.com'],
    [' Ann@Acme.com ', 'EMAIL_HASH', emailKey('ann@acme.com')],
  ])('%s is a %s', (text, kind, value) => expect(readExclusion(text)).toEqual({ kind, value }));

  test.each(['', 'acme', '203.0.113.0/33', '12345', '1.2.3', 'ann@'])('%j is none', (text) => {
    expect(() => readExclusion(text)).toThrow(/neither a network/);
  });

  const nobody: Named = { domain: null, emailDomain: null, personKeys: [], anonymousId: null, network: null };
  const barrier = openBarrier(
    [
      { kind: 'CIDR', value: '203.0.113.0/24' },
      { kind: 'CIDR', value: '2001:db8::/32' },
      { kind: 'DOMAIN', value: 'agency.example' },
      { kind: 'EMAIL_HASH', value: 'mark of email:1' },
    ],
    ['mark of user:u1', 'mark of visitor:v1'],
    { domains: ['www.us.example'] },
    (key) => `mark of ${key}`,
  );
  test.each<[Partial<Named>, string | null, string | null]>([
    [{}, null, null],
    [{}, '203.0.113.77', 'excluded'],
    [{}, '::ffff:203.0.113.77', 'excluded'],
    [{}, '203.0.114.1', null],
    [{}, '2001:db8:1::1', 'excluded'],
    [{}, '2001:db9::1', null],
    [{}, 'nonsense', null],
    [{ domain: 'agency.example' }, null, 'excluded'],
    [{ emailDomain: 'us.example' }, null, 'own company'],
    [{ network: { domain: 'us.example' } }, null, 'own company'],
    [{ personKeys: ['email:1'] }, null, 'excluded'],
    [{ personKeys: ['email:2', 'user:u1'] }, null, 'erased'],
    [{ anonymousId: 'v1' }, null, 'erased'],
    [{ anonymousId: 'v2', domain: 'other.example' }, '198.51.100.1', null],
  ])('%j from %s: %s', (clues, ip, expected) => {
    expect(barredBy(barrier, { ...nobody, ...clues }, ip)).toBe(expected);
  });

  test.each([
    ['bot', 'BOT'],
    ['burst', 'BOT'],
    ['AI crawler', 'AI_CRAWLER'],
    ['GPC or DNT', 'PRIVACY'],
    ['own company', 'EXCLUDED'],
    ['asset', 'OTHER'],
    ['toString', 'OTHER'],
  ])('%s is of class %s', (reason, expected) => expect(skipClass(reason)).toBe(expected));
});

describe('addresses in texts', () => {
  const take = (text: string) => withoutAddresses(text, () => 'X');

  test.each([
    ['203.0.113.9', 'X'],
    ['from 203.0.113.9, 198.51.100.255:8080.', 'from X, X:8080.'],
    ['[2001:db8::1]:443', '[X]:443'],
    ['::ffff:203.0.113.9', 'X'],
    ['?ip=2001:db8:0:0:0:0:0:1&x', '?ip=X&x'],
    ['?ip=2001%3Adb8%3A%3A1', '?ip=X'],
    ['fe80::1%eth0 said', 'X%eth0 said'],
  ])('%s → %s', (text, expected) => expect(take(text)).toBe(expected));

  test.each([
    '10:05:03',
    '2015-05-17T10:05:03Z',
    'https://site.example:8080/a?b=1%3A2',
    'std::vector',
    '1.2.3',
    '256.1.1.1',
    '1.2.3.4.5',
    '::1',
    '',
    standIn('0123456789abcdef0123456789abcdef'),
  ])('%s stays', (text) => expect(take(text)).toBe(text));

  test('nothing a record yields carries one but the hint, whatever field it came in', () => {
    const field = fc.constantFrom('title', 'url', 'externalId', 'origin', 'sentence');
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV6(), field, (v4, v6, name) => {
        fc.pre(!/^[0:]*:[01]?$/.test(v6));
        const signal = {
          externalId: 'e',
          kind: 'site.page_view' as const,
          occurredAt: new Date(0),
          strength: 1,
          hints: { ip: v4, anonymousId: v6, userId: `u-${v4}`, companyName: v4 },
          [name]: `at ${v4} and ${v6}!`,
          topics: ['plain', v4],
          attributes: { deep: [{ [v4]: v6 }] },
        };
        const kept = keepNoAddresses(
          { signals: [signal], identities: [{ at: new Date(0), userId: v4, person: { name: v6 } }] },
          (text) => `hash of ${text.length}`,
        );
        expect(kept.signals[0]!.hints.ip).toBe(v4);
        kept.signals[0]!.hints.ip = '';
        const text = JSON.stringify(kept);
        expect(text).not.toContain(v4);
        expect(text).not.toContain(v6);
        expect(text).toContain('plain');
      }),
    );
  });

  test('what carries none is handed on as it is', () => {
    const signal = {
      externalId: 'e',
      kind: 'site.page_view' as const,
      occurredAt: new Date(0),
      strength: 1,
      hints: { ip: '203.0.113.9' },
      attributes: { a: ['b', { c: 1 }] },
    };
    expect(keepNoAddresses({ signals: [signal] }, () => '').signals[0]).toBe(signal);
  });
});

describe('traces of a person', () => {
  const traces: Traces = {
    emails: ['ann@acme.com'],
    phones: ['+49 30 1234567', '5551234567', 'n/a'],
    linkedins: ['https://linkedin.com/in/ann', 'acme'],
    names: ['Ann Ó"Neil', 'Ann'],
    ids: ['u42', 'northwind', 'browser-77aa'],
    ours: ['0198c0de-0000-8000-8000-000000000001'],
  };
  const matches = ({ pattern, parts }: Search, text: string) => {
    const found = new RegExp(pattern, 'i').test(text);
    // What the cheap look finds is never less.
    if (found) expect(parts.some((part) => text.toLowerCase().includes(part))).toBe(true);
    return found;
  };

  test.each([
    'ann@acme.com',
    'To: ANN@acme.com.',
    '/u/ann%40acme.com/x',
    String.raw`{"a":"x\nann@acme.com"}`,
    'call +49 30 1234567 now',
    'https://linkedin.com/in/ann',
    '"visitor:browser-77aa"',
    '["visitor:northwind"]',
    'person:0198c0de-0000-8000-8000-000000000001',
  ])('%s names them anywhere', (text) => expect(matches(anywhere(traces), text)).toBe(true));

  test.each([
    'joann@acme.com',
    'ann@acme.com.au',
    'ann@acme.community',
    'u42',
    'northwind.example',
    '5551234567',
    'acme',
    'n/a',
    'Ann',
    'browser-77aab',
  ])('%s does not', (text) => expect(matches(anywhere(traces), text)).toBe(false));

  test('full names, also as they stand in JSON and among bytes', () => {
    const pattern = fullNames(traces);
    for (const text of ['by Ann Ó"Neil', '{"n":"Ann Ó\\"Neil"}', 'x Ann \\303\\223"Neil'])
      expect(matches(pattern, text)).toBe(true);
    for (const text of ['Ann', 'Joann Ó"Neil']) expect(matches(pattern, text)).toBe(false);
  });

  test.each(['{"userId":"u42"}', 'a,u42,b', 'u42', 'tel 5551234567', 'Ann Ó"Neil'])(
    '%s is enough in a bad record',
    (text) => expect(matches(inRecords(traces), text)).toBe(true),
  );

  test('of nobody nothing is a trace', () => {
    const none: Traces = { emails: [], phones: [], linkedins: [], names: [], ids: [], ours: [] };
    for (const pattern of [anywhere(none), fullNames(none), inRecords(none)])
      expect(matches(pattern, 'anything "x" at all')).toBe(false);
  });
});
