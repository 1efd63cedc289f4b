import { describe, expect, test } from 'vitest';
import { Invalid } from '../../src/core/errors.ts';
import type { Network } from '../../src/core/identity/network.ts';
import { judgeOf, type NetworkBook, SUBJECTS, type Subject } from '../../src/core/try.ts';

const acme: Network = {
  class: 'business',
  organisation: 'Acme Steel',
  domain: 'acme.example',
  asn: 64500,
  source: 'own',
  confidence: 0.9,
  reason: 'because',
};
const book: NetworkBook = { lookup: (ip) => (ip === '198.51.100.7' ? acme : undefined), sources: 1 };
const ask = (subject: Subject, input: unknown) => judgeOf(subject, book)(input);

describe('ip', () => {
  test('a known address', () =>
    expect(ask('ip', { ip: '198.51.100.7' })).toEqual({
      networkClass: 'business',
      organisation: 'Acme Steel',
      domain: 'acme.example',
      source: 'own',
      confidence: 0.9,
      reason: 'because',
    }));
  test.each([
    ['10.0.0.1', /private/],
    ['198.51.100.8', /no source/],
    ['2600::1', /no source/],
  ])('%s is unknown and says why', (ip, reason) =>
    expect(ask('ip', { ip })).toMatchObject({
      networkClass: 'unknown',
      organisation: null,
      reason: expect.stringMatching(reason),
    }),
  );
  test('without a database it says so', () =>
    expect(judgeOf('ip', { lookup: () => undefined, sources: 0 })({ ip: '198.51.100.7' })).toMatchObject({
      reason: expect.stringContaining('GEOIP_DB'),
    }));
  test('the name of a network alone', () =>
    expect(ask('ip', { asnName: 'Acme Telecom' })).toMatchObject({
      networkClass: 'isp',
      organisation: 'Acme Telecom',
    }));
});

describe('the others', () => {
  test.each<[Subject, unknown, unknown]>([
    ['email', { email: 'Info@Acme.example' }, { class: 'company', role: true, domain: 'acme.example' }],
    ['email', { email: 'nonsense' }, { class: 'invalid', role: false, domain: null }],
    ['name', { name: 'The Acme Steel Co., Inc.' }, { normal: 'acme steel', compact: 'acmesteel' }],
    ['agent', { userAgent: 'GPTBot/1.2' }, { bot: true, kind: 'ai-crawler' }],
    ['agent', {}, { bot: true, kind: 'empty' }],
    ['title', { title: 'VP of Engineering' }, { level: 'VP', area: 'TECHNICAL', role: 'DECISION_MAKER' }],
    [
      'title',
      { title: 'Chief Financial Officer' },
      { level: 'C_LEVEL', area: 'BUSINESS', role: 'ECONOMIC_BUYER' },
    ],
    [
      'title',
      { title: 'Head of Marketing' },
      { level: 'DIRECTOR', area: 'SALES_MARKETING', role: 'CHAMPION' },
    ],
    ['title', { title: 'Purchasing Manager' }, { level: 'MANAGER', area: 'BUSINESS', role: 'PROCUREMENT' }],
    ['title', { title: 'Nurse' }, { level: 'OTHER', area: 'OTHER', role: null, confidence: 0 }],
    ['sentiment', { text: 'I love it.' }, { polarity: 1, target: null, rule: 'lexicon' }],
    [
      'sentiment',
      { text: 'Brightloom is great.', target: 'Brightloom' },
      { polarity: 1, target: 'Brightloom' },
    ],
    ['sentiment', { text: 'It is great.', target: 'Brightloom' }, { polarity: 0, rule: 'not mentioned' }],
    [
      'sentiment',
      { text: 'Brightloom is better than Quarryline.', target: 'Brightloom', others: ['Quarryline'] },
      {
        targets: [
          { target: 'Brightloom', polarity: 1 },
          { target: 'Quarryline', polarity: -1 },
        ],
      },
    ],
  ])('%s %j', (subject, input, expected) => expect(ask(subject, input)).toMatchObject(expected as object));

  test.each(SUBJECTS)('%s refuses what it cannot read, with an example', (subject) => {
    for (const input of [
      null,
      5,
      [],
      'text',
      { title: 5, ip: 5, email: 5, name: 5, text: 5, userAgent: 5, referrer: 5 },
    ]) {
      expect(() => ask(subject, input)).toThrow(Invalid);
    }
  });
  test('what is no address is refused', () =>
    expect(() => ask('ip', { ip: 'acme' })).toThrow(/no IP address/));
});

describe('referrer', () => {
  test.each<[string, string | undefined, string, string | null, string | null]>([
    ['https://www.google.co.uk/search?q=intent+data', undefined, 'search', 'Google', 'intent data'],
    ['https://www.bing.com/search?q=a', undefined, 'search', 'Bing', 'a'],
    ['https://fr.search.yahoo.com/search?p=abc', undefined, 'search', 'Yahoo!', 'abc'],
    ['https://yandex.ru/', undefined, 'search', 'Yandex', null],
    ['https://docs.google.com/document/x', undefined, 'unknown', 'google.com', null],
    ['https://notgoogle.com/search?q=a', undefined, 'unknown', 'notgoogle.com', null],
    ['https://google.com.evil.example/', undefined, 'unknown', 'evil.example', null],
    ['https://l.facebook.com/l.php', undefined, 'social', 'Facebook', null],
    ['https://t.co/x', undefined, 'social', 'X', null],
    ['android-app://com.linkedin.android', undefined, 'social', 'LinkedIn', null],
    ['https://mail.google.com/mail/u/0/', undefined, 'email', 'Gmail', null],
    ['https://webmail.acme.example/', undefined, 'email', 'acme.example', null],
    ['https://chatgpt.com/', undefined, 'chatbot', 'ChatGPT', null],
    ['https://www.perplexity.ai/search/x', undefined, 'chatbot', 'Perplexity', null],
    ['https://gemini.google.com/app', undefined, 'chatbot', 'Gemini', null],
    ['https://copilot.microsoft.com/', undefined, 'chatbot', 'Copilot', null],
    ['https://www.bing.com/chat?q=a', undefined, 'chatbot', 'Copilot', null],
    ['', 'https://acme.example/?utm_source=chatgpt.com', 'chatbot', 'ChatGPT', null],
    ['https://www.google.com/', 'https://acme.example/?gclid=x&utm_term=steel', 'paid', 'Google', 'steel'],
    ['https://www.bing.com/', 'https://acme.example/?msclkid=x', 'paid', 'Bing', null],
    [
      'https://www.linkedin.com/',
      'https://acme.example/?utm_source=linkedin&utm_medium=cpc',
      'paid',
      'LinkedIn',
      null,
    ],
    ['', 'https://acme.example/?utm_source=june&utm_medium=email', 'email', 'june', null],
    ['https://www.acme.example/a', 'https://shop.acme.example/b', 'internal', 'acme.example', null],
    ['https://birch.example/a', 'https://acme.example/b', 'unknown', 'birch.example', null],
    ['', undefined, 'unknown', null, null],
    ['not a url', undefined, 'unknown', null, null],
    ['javascript:alert(1)', undefined, 'unknown', null, null],
  ])('%s on %s', (referrer, page, medium, source, term) => {
    expect(ask('referrer', { referrer, page })).toEqual({ medium, source, term });
  });
});
