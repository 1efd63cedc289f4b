import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { namesConnection, registrableDomain } from '../../../src/core/identity/domain.ts';

describe('registrableDomain', () => {
  test.each([
    ['acme.com', 'acme.com'],
    ['ACME.com.', 'acme.com'],
    [' www.acme.com ', 'acme.com'],
    ['https://shop.acme.co.uk:8443/a?b=c#d', 'acme.co.uk'],
    ['//cdn.acme.com/x', 'acme.com'],
    ['acme.com/pricing', 'acme.com'],
    ['http://user:pass@acme.com/', 'acme.com'],
    ['http://acme.com@other.com/', 'other.com'],
    ['jo@mail.acme.com', 'acme.com'],
    ['a_b.acme.com', 'acme.com'],
    ['notacme.com', 'notacme.com'],
    ['acme.com.evil.net', 'evil.net'],
    ['alice.github.io', 'alice.github.io'],
    ['www.alice.github.io', 'alice.github.io'],
    ['acme.herokuapp.com', 'acme.herokuapp.com'],
    ['münchen.de', 'xn--mnchen-3ya.de'],
    ['WWW.MÜNCHEN.DE', 'xn--mnchen-3ya.de'],
    ['xn--mnchen-3ya.de', 'xn--mnchen-3ya.de'],
    ['例え.jp', 'xn--r8jz45g.jp'],
    ['почта.рф', 'xn--80a1acny.xn--p1ai'],
    ['acme。com', 'acme.com'],
    ['www.com', 'www.com'],
    ['acme.example', 'acme.example'],
  ])('%s → %s', (input, domain) => expect(registrableDomain(input)).toBe(domain));

  test.each([
    '',
    ' ',
    '.',
    'acme',
    'localhost',
    'http://localhost:4000/',
    '192.0.2.1',
    'http://192.0.2.1:80/x',
    '[2001:db8::1]',
    '2001:db8::1',
    'com',
    'co.uk',
    'github.io',
    'www.github.io',
    'printer.local',
    'index.html',
    'acme corp.com',
    'acme..com',
    '-acme.com',
    'acme%2ecom',
    'https://',
    'n/a',
    'acme.notatld',
  ])('"%s" is none', (input) => expect(registrableDomain(input)).toBeNull());

  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/).filter((text) => text !== 'www');
  const registered = fc
    .tuple(label, fc.constantFrom('com', 'de', 'co.uk', 'github.io', 'com.br'))
    .map(([name, suffix]) => `${name}.${suffix}`)
    // `blogspot.com` and its like are suffixes themselves.
    .filter((domain) => registrableDomain(domain) === domain);

  test('a subdomain, URL or mail host resolves as its registrable domain', () => {
    fc.assert(
      fc.property(registered, fc.array(label, { maxLength: 3 }), (domain, labels) => {
        // Below `x.com` some names are shared suffixes too (`s3.amazonaws.com`); random ones practically never are.
        const host = [...labels, domain].join('.');
        for (const text of [host, `https://${host}/x`, `${host}:443`, `${host}.`, host.toUpperCase()]) {
          expect(registrableDomain(text)).toBe(domain);
        }
      }),
    );
  });

  test('a longer label is another domain', () => {
    fc.assert(
      fc.property(registered, label, (domain, prefix) => {
        expect(registrableDomain(`${prefix}${domain}`)).not.toBe(domain);
      }),
    );
  });

  test('never throws; what it answers it keeps', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.emailAddress()), (text) => {
        const domain = registrableDomain(text);
        if (domain !== null) {
          expect(domain).toMatch(/^[a-z0-9.-]+$/);
          expect(registrableDomain(domain)).toBe(domain);
        }
      }),
    );
  });
});

describe('namesConnection', () => {
  test.each([
    '203-0-113-9-provider.example',
    '9-113-0-203-provider.example',
    '203-0-113-9.dyn.provider.example',
    'host-203-0-113-9.provider.example',
    'ip203.0.113.9.provider.example',
    '203_0_113_9.provider.example',
  ])('%s names a line of a provider', (host) => expect(namesConnection(host)).toBe(true));

  test.each([
    'acme.example',
    '1-800-acme.example',
    '24-7.example',
    '7-11-acme.example',
    '24-7-365-1.example',
    '203-0-113-9999.example',
    '06-12-34-56.example',
    '6-12-34-56-78-plumber.example',
    'acme-2026-11-23.example',
    '3.14.15.acme.example',
  ])('%s may be a company', (host) => expect(namesConnection(host)).toBe(false));
});
