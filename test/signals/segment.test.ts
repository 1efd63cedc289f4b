import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import segment from '../../signals/segment/index.ts';
import { cleanUrl, type Settings } from '../../signals/segment/payload.ts';
import { readAnswers } from '../../signals/segment/traits.ts';
import { Invalid } from '../../src/core/errors.ts';
import { type NormaliseContext, SIGNAL_KINDS, workspaceProfileSchema } from '../../src/core/signal.ts';
import * as tracking from '../../src/core/tracking.ts';
import { makeContext } from '../contract/suite.ts';

const RECEIVED = new Date('2026-03-01T10:00:00.000Z');

function context(settings: object = {}): NormaliseContext<Settings> {
  return {
    settings: segment.settings.parse(settings),
    profile: workspaceProfileSchema.parse({}),
    receivedAt: RECEIVED,
    fingerprint: (text) => text,
    visitorId: (_day, ...clues) => clues.join(),
  };
}

const normalise = (fields: object, settings?: object) =>
  segment.normalise({ anonymousId: 'anon-1', messageId: 'm-1', ...fields }, context(settings));
const track = (event: string, properties: object = {}, rest: object = {}) =>
  normalise({ type: 'track', event, properties, ...rest });

describe('track events', () => {
  const THIRD = 1 / 3;
  test.each<[string, object, string, number]>([
    ['Whitepaper Downloaded', {}, 'content.download', 1],
    ['white_paper downloaded', {}, 'content.download', 1],
    ['Asset Downloaded', { value_tier: 'High', asset_type: 'checklist' }, 'content.download', 1],
    ['Content Downloaded', { asset_type: "Buyer's Guide" }, 'content.download', 1],
    ['Content Downloaded', { asset_type: 'pdf', title: 'ROI report 2026' }, 'content.download', 1],
    ['eBook Downloaded', {}, 'content.download', 2 * THIRD],
    ['Content Downloaded', { type: 'case-study' }, 'content.download', 2 * THIRD],
    ['File Downloaded', {}, 'content.download', 2 * THIRD],
    ['File Downloaded', { file_name: 'fleet_checklist.pdf' }, 'content.download', THIRD],
    ['Brochure Downloaded', { title: 'Annual report' }, 'content.download', THIRD],
    ['Form Submitted', {}, 'content.form', 1],
    ['Form Submitted', { form_name: 'book_a_demo' }, 'content.demo_request', 1],
    ['Form Submitted', { formName: 'Democratic vote' }, 'content.form', 1],
    ['Contact Form Submitted', {}, 'content.form', 1],
    ['Lead Captured', {}, 'content.form', 1],
    ['Newsletter Subscribed', {}, 'content.form', THIRD],
    ['Demo Requested', {}, 'content.demo_request', 1],
    ['demoBooked', {}, 'content.demo_request', 1],
    ['Webinar Registered', {}, 'event.webinar', 0.5],
    ['Webinar Attended', {}, 'event.webinar', 1],
    ['Assessment Completed', {}, 'content.assessment', 1],
    ['ROI Calculator Completed', {}, 'content.assessment', 1],
    ['Email Delivered', {}, 'email.delivered', 1],
    ['Email Opened', {}, 'email.open', 1],
    ['Email Link Clicked', {}, 'email.click', 1],
    ['Email Bounced', { bounce_type: 'hard' }, 'email.bounce', 1],
    ['Unsubscribed', {}, 'email.unsubscribe', 1],
    ['Trial Started', {}, 'product.trial', 1],
    ['Signed Up', {}, 'product.trial', 1],
    ['Activated', {}, 'product.activation', 1],
    ['Onboarding Completed', {}, 'product.activation', 1],
    ['Trade Show Visited', {}, 'event.trade_show', 1],
    ['Booth Scanned', {}, 'event.trade_show', 1],
    ['Video Played', {}, 'content.view', 1],
    ['Article Read', {}, 'content.view', 1],
    ['Campaign Responded', {}, 'crm.campaign_response', 1],
    ['Meeting Booked', {}, 'crm.meeting', 1],
    ['Page Viewed', { path: '/pricing' }, 'site.pricing_view', 1],
  ])('%s %j → %s × %d', (event, properties, kind, strength) => {
    const { signals, skipped } = track(event, properties);
    expect(skipped).toBeUndefined();
    expect(signals).toMatchObject([{ kind, externalId: 'm-1' }]);
    expect(signals[0]?.strength).toBeCloseTo(strength, 12);
  });

  const SAFARI =
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15';
  const GMAIL = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';
  test.each<[string, object, string | undefined, string | undefined]>([
    ['Email Opened', { machine: true }, undefined, 'machine open'],
    ['Email Opened', { bot: 'true' }, undefined, 'machine open'],
    ['Email Opened', {}, 'Mozilla/5.0', 'machine open'],
    ['Email Opened', {}, GMAIL, undefined],
    ['Email Opened', { machine: false }, SAFARI, undefined],
    ['Email Link Clicked', { bot: true }, undefined, 'machine click'],
    ['Email Bounced', { bounce_type: 'Soft' }, undefined, 'soft bounce'],
    ['Email Delivered', {}, 'python-requests/2.32', undefined],
    ['Form Submitted', {}, 'python-requests/2.32', 'bot'],
    ['Theme Changed', {}, SAFARI, 'event without a meaning: set SIGNAL_SEGMENT_EVENTS'],
    ['constructor', {}, SAFARI, 'event without a meaning: set SIGNAL_SEGMENT_EVENTS'],
    ['…', {}, SAFARI, 'event without a meaning: set SIGNAL_SEGMENT_EVENTS'],
  ])('%s %j by %s is skipped: %s', (event, properties, userAgent, reason) => {
    const outcome = track(event, properties, { context: { userAgent } });
    expect(outcome.skipped).toBe(reason);
    expect(outcome.signals).toHaveLength(reason ? 0 : 1);
  });

  test('settings give names a meaning, before the built-in ones', () => {
    const settings = { events: '{"Report exported": "product.usage", "signed up": "product.activation"}' };
    const kindOf = (event: string) => normalise({ type: 'track', event }, settings).signals[0]?.kind;
    expect([kindOf('report_exported'), kindOf('Signed Up'), kindOf('Trial Started')]).toEqual([
      'product.usage',
      'product.activation',
      'product.trial',
    ]);
  });

  test.each([
    ['no JSON', '{', /is not JSON/],
    ['a list', '[]', /expected record/],
    ['no such kind', '{"A": "product.joy"}', /product\.usage/],
    ['a kind of other sources', '{"A": "intent.topic"}', /Invalid option/],
  ])('settings are refused: %s', (_name, events, message) => {
    expect(() => segment.settings.parse({ events })).toThrow(message);
  });
});

describe('hints', () => {
  test.each<[string, object, object]>([
    [
      'an e-mail as user id',
      { userId: 'A@Acme.Example' },
      { email: 'a@acme.example', userId: 'A@Acme.Example' },
    ],
    [
      'traits in the context',
      { context: { traits: { email: 'b@acme.example' } } },
      { email: 'b@acme.example' },
    ],
    ['no e-mail', { context: { traits: { email: 'b at acme' } } }, { email: undefined }],
    ['a company by name', { context: { traits: { company: 'Acme' } } }, { companyName: 'Acme' }],
    [
      'a company by object',
      { context: { traits: { company: { name: 'Acme', website: 'https://www.acme.example/x' } } } },
      { companyName: 'Acme', domain: 'acme.example' },
    ],
    [
      'a domain as group id',
      { context: { groupId: 'acme.example' } },
      { domain: 'acme.example', crmId: undefined },
    ],
    ['another group id', { context: { groupId: '0015x' } }, { crmId: '0015x', domain: undefined }],
    ['an address', { context: { ip: '2001:db8::7' } }, { ip: '2001:db8::7' }],
    ['a hidden address', { context: { ip: '0.0.0.0' } }, { ip: undefined }],
    ['no address', { context: { ip: '{{ip}}' } }, { ip: undefined }],
    [
      'a place',
      { context: { location: { country: 'NL', city: 'Delft' } } },
      { country: 'NL', city: 'Delft' },
    ],
  ])('%s', (_name, fields, hints) => {
    const [signal] = normalise({ type: 'page', ...fields }).signals;
    expect({ ...hints, ...signal?.hints }).toEqual({ anonymousId: 'anon-1', ...signal?.hints, ...hints });
  });
});

describe('identities', () => {
  test('a group id that is a domain names the account', () => {
    expect(
      normalise({ type: 'group', groupId: 'acme.example', traits: { employees: '51-200' } }).identities,
    ).toEqual([
      { at: RECEIVED, anonymousId: 'anon-1', account: { groupId: 'acme.example', domain: 'acme.example' } },
    ]);
  });

  test('an alias from an e-mail address ties the address to the user', () => {
    const [identity] =
      normalise({ type: 'alias', previousId: 'A@acme.example', userId: 'u-1' }).identities ?? [];
    expect(identity).toEqual({ at: RECEIVED, userId: 'u-1', email: 'a@acme.example' });
  });

  test.each<[string, object | undefined]>([
    ['Form Submitted', { email: 'a@acme.example', person: { title: 'CTO' }, account: { name: 'Acme' } }],
    ['Whitepaper Downloaded', { email: 'a@acme.example' }],
    ['Email Opened', undefined],
  ])('%s tells who filled it in: %j', (event, expected) => {
    const form = {
      name: 'Contact',
      title: 'Talk to us',
      email: 'A@acme.example',
      jobTitle: 'CTO',
      company: 'Acme',
    };
    const outcome = track(event, form);
    expect(outcome.signals[0]?.hints.email).toBe('a@acme.example');
    if (expected) expect(outcome.identities).toMatchObject([expected]);
    else expect(outcome.identities).toBeUndefined();
    expect(outcome.identities?.[0]?.person?.name).toBeUndefined();
  });

  test('an identify call that tells nothing is skipped', () => {
    expect(normalise({ type: 'identify', traits: { plan: 'pro' } })).toEqual({
      signals: [],
      skipped: 'identify without news of anybody',
    });
  });
});

describe('pages', () => {
  test.each<[object, string]>([
    [{ properties: { path: '/pricing' } }, 'site.pricing_view'],
    [{ properties: { url: 'https://undertow.example/demo?x=1' } }, 'site.demo_view'],
    [{ context: { page: { url: 'https://undertow.example/blog/eta' } } }, 'site.blog_view'],
    [{ name: 'Pricing' }, 'site.pricing_view'],
    [{ category: 'Blog', name: 'What is an ETA?' }, 'site.blog_view'],
    [{ properties: { path: 7, url: 'nonsense' } }, 'site.page_view'],
    [{}, 'site.page_view'],
  ])('%j → %s', (fields, kind) => {
    expect(normalise({ type: 'page', ...fields }).signals).toMatchObject([{ kind, strength: 1 }]);
  });

  test('a category is a topic of an event, not of a page', () => {
    const properties = { category: 'Docs', topic: 'ETA, Customs', tags: ['Freight', 7, 'eta'] };
    expect(normalise({ type: 'page', properties }).signals[0]?.topics).toEqual(['eta', 'customs', 'freight']);
    expect(track('Article Read', properties).signals[0]?.topics).toEqual([
      'eta',
      'customs',
      'docs',
      'freight',
    ]);
  });
});

describe('cleanUrl', () => {
  test.each<[string, string | undefined]>([
    ['https://undertow.example/a-b/c.html', 'https://undertow.example/a-b/c.html'],
    [
      'https://undertow.example/a?utm_source=x&email=a%40b.example#top',
      'https://undertow.example/a?utm_source=x',
    ],
    ['https://undertow.example/a?token=x', 'https://undertow.example/a'],
    ['https://undertow.example', 'https://undertow.example/'],
    ['https://ada:secret@Undertow.example/x?utm_term=a b', 'https://undertow.example/x?utm_term=a%20b'],
    ['/pricing?token=x#y', '/pricing'],
    ['//undertow.example/x', undefined],
    ['javascript:alert(1)', undefined],
    ['android-app://mail', undefined],
    ['nonsense', undefined],
    ['', undefined],
  ])('%s → %s', (text, expected) => {
    expect(cleanUrl(text)).toBe(expected);
  });

  test('keeps no secret, and is quick about any text', () => {
    const part = fc.stringMatching(/^[a-z0-9.~_-]{0,12}$/);
    const address = fc.tuple(
      fc.constantFrom('http', 'https'),
      fc.array(part),
      part,
      fc.constantFrom('', '#secret'),
    );
    fc.assert(
      fc.property(address, ([scheme, path, tag, fragment]) => {
        const url = cleanUrl(
          `${scheme}://undertow.example/${path.join('/')}?q=secret&utm_source=${tag}${fragment}`,
        );
        expect(url).not.toContain('secret');
        expect(url).toContain(`?utm_source=${tag}`);
        expect(cleanUrl(url)).toBe(url);
      }),
    );
    const started = performance.now();
    cleanUrl(`https://undertow.example/${'a'.repeat(100_000)}!`);
    cleanUrl(`https://${'a.'.repeat(50_000)}!`);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

test('any properties, traits and context yield well-formed signals or our errors', () => {
  const names = [
    'email',
    'title',
    'url',
    'path',
    'topics',
    'company',
    'traits',
    'page',
    'campaign',
    'ip',
    'name',
  ];
  const loose = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), fc.jsonValue());
  const message = fc.record(
    {
      type: fc.constantFrom(...tracking.MESSAGE_TYPES),
      event: fc.constantFrom('Form Submitted', 'Content Downloaded', 'Email Opened', 'Page Viewed', 'Other'),
      userId: fc.string(),
      groupId: fc.string(),
      previousId: fc.string(),
      name: fc.jsonValue(),
      properties: fc.oneof(loose, fc.jsonValue()),
      traits: fc.oneof(loose, fc.jsonValue()),
      context: fc.oneof(loose, fc.jsonValue()),
    },
    { requiredKeys: ['type', 'event'] },
  );
  fc.assert(
    fc.property(message, (fields) => {
      try {
        const { signals, identities = [] } = normalise(fields);
        for (const signal of signals) {
          expect(SIGNAL_KINDS).toContain(signal.kind);
          expect(signal.strength).toBeGreaterThan(0);
          expect(signal.strength).toBeLessThanOrEqual(1);
          expect(signal.title?.length ?? 0).toBeLessThanOrEqual(500);
          expect(signal.url?.length ?? 0).toBeLessThanOrEqual(2_000);
          expect(JSON.stringify(signal)).not.toMatch(/\\u0000/);
        }
        for (const identity of identities) expect(identity.at).toEqual(RECEIVED);
      } catch (error) {
        expect(error).toBeInstanceOf(Invalid);
      }
    }),
    { numRuns: 1_000 },
  );
});

describe('the SDKs as they are', () => {
  interface Sent {
    path: string;
    authorization: string | undefined;
    body: unknown;
  }

  /** What a client sends to a server that answers as we do. */
  async function record(send: (host: string) => Promise<void>): Promise<Sent[]> {
    const sent: Sent[] = [];
    const server = createServer(async (request, response) => {
      const bytes = await buffer(request);
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
      sent.push({
        path: request.url ?? '',
        authorization: request.headers.authorization,
        body: JSON.parse(text.toString()),
      });
      response.setHeader('content-type', 'application/json').end('{"success":true}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
    return sent;
  }

  const calls = {
    identify: { userId: 'u-1', traits: { email: 'ada@northwind.example' } },
    track: { userId: 'u-1', event: 'Demo Requested', timestamp: new Date('2026-01-05T07:00:00.000Z') },
    page: { anonymousId: 'anon-1', name: 'Pricing', properties: { path: '/pricing' } },
    screen: { anonymousId: 'anon-1', name: 'Home' },
    group: { userId: 'u-1', groupId: 'g-1', traits: { name: 'Northwind', website: 'northwind.example' } },
    alias: { userId: 'u-1', previousId: 'anon-1' },
  };
  /** Both SDKs have these, with the same arguments. */
  type Sdk = { [Verb in keyof typeof calls]: (message: (typeof calls)[Verb]) => unknown };
  function callAll(sdk: Sdk): void {
    sdk.identify(calls.identify);
    sdk.track(calls.track);
    sdk.page(calls.page);
    sdk.screen(calls.screen);
    sdk.group(calls.group);
    sdk.alias(calls.alias);
  }

  test.each<[string, (host: string) => Promise<void>]>([
    [
      '@segment/analytics-node',
      async (host) => {
        const sdk = new Analytics({ writeKey: 'a-key', host, flushAt: 6 });
        callAll(sdk);
        await sdk.closeAndFlush();
      },
    ],
    [
      '@rudderstack/rudder-sdk-node',
      async (host) => {
        const sdk = new RudderAnalytics('a-key', { dataPlaneUrl: host, flushAt: 20, logLevel: 'error' });
        callAll(sdk);
        await new Promise((resolve) => sdk.flush(resolve));
      },
    ],
  ])('%s', async (_name, send) => {
    const sent = await record(send);
    expect(sent.every(({ path }) => path === '/v1/batch')).toBe(true);
    expect(sent.every(({ authorization }) => authorization === `Basic ${btoa('a-key:')}`)).toBe(true);

    const now = new Date();
    const read = sent.map(({ body }) => tracking.readMessages('batch', body, now));
    expect(read.flatMap(({ rejected }) => rejected)).toEqual([]);
    const messages = read.flatMap((each) => each.messages);
    expect(messages.map(({ message }) => message.type).toSorted()).toEqual(Object.keys(calls).toSorted());
    expect(new Set(messages.map(({ message }) => message.messageId)).size).toBe(6);

    const outcomes = messages.map(({ message }) =>
      segment.normalise(message, { ...context(), receivedAt: now }),
    );
    const signals = outcomes.flatMap((outcome) => outcome.signals);
    expect(signals.map(({ kind }) => kind).toSorted()).toEqual([
      'content.demo_request',
      'site.page_view',
      'site.pricing_view',
    ]);
    // The time given by hand is kept, but for the seconds between sending and receiving.
    const demo = signals.find(({ kind }) => kind === 'content.demo_request');
    expect(demo?.ownTime).toEqual(calls.track.timestamp);
    expect(Math.abs(Number(demo?.occurredAt) - Number(calls.track.timestamp))).toBeLessThan(10_000);
    expect(outcomes.flatMap(({ identities = [] }) => identities)).toMatchObject([
      { userId: 'u-1', email: 'ada@northwind.example' },
      { userId: 'u-1', account: { groupId: 'g-1', name: 'Northwind', domain: 'northwind.example' } },
      { userId: 'u-1', anonymousId: 'anon-1' },
    ]);

    // Told apart by what it came through only.
    const again = messages.map(({ raw }) => segment.normalise(raw, { ...context(), receivedAt: now }));
    expect(again).toEqual(outcomes);
  });
});

test('a message in a file is held to the same size as one that is posted', () => {
  const message = { type: 'page', messageId: 'm', anonymousId: 'a', timestamp: '2026-05-04T10:00:00Z' };
  const context = makeContext(segment, { fileName: 'messages.ndjson' }) as NormaliseContext<Settings>;
  expect(segment.normalise(message, context).signals).toHaveLength(1);
  const large = { ...message, properties: { title: 'x'.repeat(40_000) } };
  expect(() => segment.normalise(large, context)).toThrow(/40\d+ bytes, the most is 32768/);
});

test('answers of a form that tell of a deal are kept, in either case of letters, and nothing else of it', () => {
  expect(
    readAnswers({
      budget: 50_000,
      decision_criteria: ' price ',
      timeline: '',
      need: ['x'],
      email: 'ann@acme.example',
    }),
  ).toEqual({ budget: '50000', decisionCriteria: 'price' });
});
