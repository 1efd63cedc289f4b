import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import adapter from '../../signals/access-log/index.ts';
import { Invalid } from '../../src/core/errors.ts';
import { makeContext } from '../contract/suite.ts';

const context = makeContext(adapter);
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0';

interface Request {
  client?: string;
  date?: string;
  request?: string;
  status?: string;
  referrer?: string;
  agent?: string;
}

const combined = (given: Request): string => {
  const { client = '203.0.113.9', date = '17/May/2026:10:05:03 +0000', request = 'GET / HTTP/1.1' } = given;
  const { status = '200', referrer = '-', agent = BROWSER } = given;
  return `${client} - - [${date}] "${request}" ${status} 512 "${referrer}" "${agent}"`;
};
const read = (given: Request) => adapter.normalise(combined(given), context);
const readPath = (path: string) => read({ request: `GET ${path} HTTP/1.1` });

describe('what a path is', () => {
  test.each([
    ['/', 'site.page_view'],
    ['/pricing/', 'site.pricing_view'],
    ['/docs/v1.2', 'site.page_view'],
    ['/index.php', 'site.page_view'],
    ['/products.html', 'site.page_view'],
    ['/products/flow', 'site.product_view'],
    ['/blog/feed-the-funnel', 'site.blog_view'],
    ['/whitepaper', 'site.page_view'],
    ['/a/tool.DMG', 'content.download'],
    ['/report.pdf?token=1', 'content.download'],
  ])('%s → %s', (path, kind) => {
    expect(readPath(path).signals.map((signal) => signal.kind)).toEqual([kind]);
  });

  test.each([
    ['/app.js', 'asset'],
    ['/img/a.PNG?x=1', 'asset'],
    ['/_next/data/abc', 'asset'],
    ['/favicon.ico', 'asset'],
    ['/robots.txt', 'asset'],
    ['/feed', 'feed'],
    ['/blog/atom.xml', 'feed'],
    ['/sitemap-2.xml', 'not a page'],
    ['/.well-known/security', 'not a page'],
    ['/.env', 'not a page'],
    ['/wp-login.php', 'not a page'],
    ['/api/v2/accounts', 'not a page'],
  ])('%s is skipped as %s', (path, reason) => {
    expect(readPath(path)).toEqual({ signals: [], skipped: reason });
  });

  test.each([
    ['/files/whitepaper.pdf', 2 / 3],
    ['/files/2026_Benchmark_Report.pdf', 2 / 3],
    ['/files/invoice.pdf', 1 / 3],
    ['/files/guide.zip', 1 / 3],
    ['/', 1],
  ])('%s has strength %d', (path, strength) => {
    expect(readPath(path).signals[0]?.strength).toBe(strength);
  });
});

describe('who asks', () => {
  test.each([
    'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
    'curl/8.9.1',
    'python-requests/2.32',
    'Go-http-client/2.0',
    'Dart/3.4 (dart:io)',
    'UptimeRobot/2.0',
    'kube-probe/1.30',
    '-',
    '',
  ])('%s is a bot', (agent) => {
    expect(read({ agent }).skipped).toBe('bot');
  });

  test.each([
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
    'Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)',
  ])('%s is an AI crawler', (agent) => {
    expect(read({ agent }).skipped).toBe('AI crawler');
  });

  test.each([
    BROWSER,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0',
  ])('%s is a person', (agent) => {
    expect(read({ agent }).signals).toHaveLength(1);
  });

  test('IP and user agent of one day make a visitor', () => {
    const idOf = (given: Request) => read(given).signals[0]?.hints.anonymousId;
    expect(idOf({ request: 'GET /a HTTP/1.1' })).toBe(idOf({ request: 'GET /b HTTP/1.1' }));
    expect(idOf({ client: '203.0.113.10' })).not.toBe(idOf({}));
    expect(idOf({ agent: `${BROWSER} x` })).not.toBe(idOf({}));
    expect(idOf({ date: '18/May/2026:00:00:00 +0000' })).not.toBe(idOf({}));
    // One minute to midnight UTC, written an hour ahead.
    expect(idOf({ date: '18/May/2026:00:59:00 +0100' })).toBe(idOf({}));
  });

  test.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:203.0.113.9', '::ffff:203.0.113.9'],
    ['host.isp.example', undefined],
    ['-', undefined],
  ])('the client %s gives the IP %s', (client, ip) => {
    expect(read({ client }).signals[0]?.hints.ip).toBe(ip);
  });
});

describe('dates', () => {
  test.each([
    ['17/May/2026:10:05:03 +0000', '2026-05-17T10:05:03.000Z'],
    ['01/Jan/2026:00:30:00 +0200', '2025-12-31T22:30:00.000Z'],
    ['28/Feb/2026:23:30:00 -0330', '2026-03-01T03:00:00.000Z'],
    ['29/Feb/2028:10:00:00 +0000', '2028-02-29T10:00:00.000Z'],
    ['31/Dec/2016:23:59:60 +0000', '2017-01-01T00:00:00.000Z'],
    ['17/May/2099:10:05:03 +0000', '2099-05-17T10:05:03.000Z'],
  ])('%s is %s', (date, expected) => {
    expect(read({ date }).signals[0]?.occurredAt.toISOString()).toBe(expected);
  });

  test.each([
    '29/Feb/2026:10:00:00 +0000',
    '31/Jun/2026:10:00:60 +0000',
    '17/Mai/2026:10:00:00 +0000',
    '17/May/2026:24:00:00 +0000',
    '17/May/2026:10:61:00 +0000',
    '2026-05-17',
    '',
  ])('"%s" is rejected', (date) => {
    expect(() => read({ date })).toThrow(Invalid);
  });
});

describe('privacy', () => {
  test.each([
    ['/pricing?email=jo@finch.example&gclid=1', '/pricing'],
    ['/u/jo@finch.example/x', '/u/:address/x'],
    ['https://www.finch.example/pricing?x=1', 'https://www.finch.example/pricing'],
    ['/a#jo', '/a'],
  ])('of %s stays %s', (target, url) => {
    expect(readPath(target).signals[0]?.url).toBe(url);
  });

  test.each([
    ['https://duckduckgo.com/?q=intent+data&ia=web', 'https://duckduckgo.com/?q=intent+data'],
    ['https://www.google.com/search?q=jo@finch.example', 'https://www.google.com/search'],
    ['https://mail.example/inbox?user=jo', 'https://mail.example/inbox'],
    ['android-app://com.example.app', undefined],
    ['not a url', undefined],
    ['-', undefined],
  ])('of the referrer %s stays %s', (referrer, kept) => {
    expect(read({ referrer }).signals[0]?.attributes?.referrer).toBe(kept);
  });

  test('nothing that is stored contains what a query string says beyond its campaign', () => {
    const secret = fc.stringMatching(/^[a-z]{12}$/);
    fc.assert(
      fc.property(secret, fc.constantFrom('email', 'name', 'q', 'token', 'utm_id'), (value, key) => {
        const signals = readPath(`/demo?utm_source=mail&${key}=${value}`).signals;
        expect(signals[0]?.attributes).toEqual({ campaign: { source: 'mail' } });
        expect(JSON.stringify(signals)).not.toContain(value);
      }),
    );
  });
});

test('any request between the quotes is read or skipped, never an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'GET /a.?#%\\"x0é\t=@'), maxLength: 60 }), (request) => {
      const escaped = request.replace(/[\\"]/g, '\\$&');
      const { signals, skipped } = read({ request: escaped });
      expect(signals.length === 1 || skipped !== undefined).toBe(true);
    }),
  );
});

test('any line is read, skipped or Invalid', () => {
  const part = fc.constantFrom(
    '203.0.113.9',
    ' - - ',
    '[17/May/2026:10:05:03 +0000]',
    ' "',
    'GET / ',
    '" ',
    '200',
    '\\',
    '\t',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 5 })), { maxLength: 15 }), (parts) => {
      try {
        adapter.normalise(`x${parts.join('')}`, context);
      } catch (error) {
        expect(error).toBeInstanceOf(Invalid);
      }
    }),
  );
});
