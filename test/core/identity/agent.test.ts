import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AGENT_KINDS, burstOf, judgeAgent } from '../../../src/core/identity/agent.ts';

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';

describe('judgeAgent', () => {
  test.each([
    [CHROME, 'browser'],
    [`${CHROME} Edg/130.0.0.0`, 'browser'],
    [`${IPHONE} Version/18.0 Mobile/15E148 Safari/604.1`, 'browser'],
    [`${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/443.0]`, 'browser'],
    [`${IPHONE} Mobile/15E148 Instagram 308.0`, 'browser'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0', 'browser'],
    [
      'Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36',
      'browser',
    ],
    ['Opera/9.80 (Android; Opera Mini/12.0/37.7; U; pl) Presto/2.12.423 Version/12.16', 'browser'],
    ['Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko', 'browser'],
    ['Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8)', 'app'],
    ['Acme/1.0 CFNetwork/1408 Darwin/22.5.0', 'app'],
    ['Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Microsoft Outlook 16.0.4266; ms-office)', 'app'],
  ])('%s is a person’s %s', (userAgent, kind) => {
    expect(judgeAgent(userAgent)).toMatchObject({ bot: false, kind });
  });

  test.each([
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'crawler'],
    ['Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)', 'crawler'],
    ['Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)', 'crawler'],
    ['Feedly/1.0', 'crawler'],
    ...[
      'GPTBot/1.2',
      'ChatGPT-User/1.0',
      'OAI-SearchBot/1.0',
      'ClaudeBot/1.0',
      'Claude-User/1.0',
      'PerplexityBot/1.0',
      'CCBot/2.0',
      'Google-Extended',
      'Bytespider',
      'Amazonbot/0.1',
      'meta-externalagent/1.1',
      'Applebot-Extended/0.1',
      'DuckAssistBot/1.2',
      'MistralAI-User/1.0',
      'cohere-ai',
    ].map((name) => [
      `Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ${name})`,
      'ai-crawler',
    ]),
    ['facebookexternalhit/1.1', 'preview'],
    ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'preview'],
    ['WhatsApp/2.23.20.0', 'preview'],
    ['Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)', 'prefetch'],
    ['Chrome Privacy Preserving Prefetch Proxy', 'prefetch'],
    ['UptimeRobot/2.0', 'monitor'],
    ['kube-probe/1.30', 'monitor'],
    [`${CHROME} Chrome-Lighthouse`, 'monitor'],
    ['sqlmap/1.7', 'scanner'],
    ['Mozilla/5.0 zgrab/0.x', 'scanner'],
    ['curl/8.9.1', 'library'],
    ['python-requests/2.32', 'library'],
    ['Dart/3.4 (dart:io)', 'library'],
    ['Go-http-client/2.0', 'library'],
    ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/130.0 Safari/537.36', 'library'],
    ['', 'empty'],
    ['-', 'empty'],
    ['undefined', 'empty'],
  ])('%s is a bot, %s', (userAgent, kind) => {
    const agent = judgeAgent(userAgent);
    expect(agent).toMatchObject({ bot: true, kind });
    expect(agent.reason).not.toBe('');
  });

  test('answers anything, the same each time', () => {
    fc.assert(
      fc.property(fc.string(), (userAgent) => {
        const agent = judgeAgent(userAgent);
        expect(AGENT_KINDS).toContain(agent.kind);
        expect(agent.bot).toBe(agent.kind !== 'browser' && agent.kind !== 'app');
        expect(judgeAgent(userAgent)).toEqual(agent);
      }),
    );
  });
});

describe('burstOf', () => {
  const every = (milliseconds: number, count: number) =>
    Array.from({ length: count }, (_, i) => i * milliseconds);

  test.each([
    ['nothing', [], null],
    ['one page', [5], null],
    ['a reader', [0, 31_000, 47_000, 130_000, 134_000, 290_000], null],
    ['ten tabs at once', every(200, 10), null],
    ['19 pages in a rush', every(300, 19), null],
    ['20 pages in a rush', every(300, 20), '20 pages within 10 s'],
    ['20 pages in 10 s exactly', every(10_000 / 19, 20), null],
    ['120 pages in ten minutes', every(4_900, 120), '120 pages within 10 min'],
    ['13 pages by a clock', every(60_000, 13), '12 pages at even intervals of 60 s'],
    ['12 pages by a clock', every(60_000, 12), null],
  ])('%s', (_, times, expected) => expect(burstOf(times)).toBe(expected));

  test('the order of the times does not matter, nor when it all begins', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200_000), { maxLength: 60 }), fc.nat(), (times, shift) => {
        const found = burstOf(times);
        expect(burstOf(times.toReversed())).toBe(found);
        expect(burstOf(times.map((time) => time + shift))).toBe(found);
      }),
    );
  });

  test('more pages never make a burst a person', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60_000), { minLength: 20, maxLength: 40 }), (extra) => {
        expect(burstOf([...every(100, 20), ...extra])).not.toBeNull();
      }),
    );
  });
});
