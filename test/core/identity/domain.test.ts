import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  areCountrySiblings,
  looksLike,
  namesConnection,
  registrableDomain,
} from '../../../src/core/identity/domain.ts';

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

describe('looksLike', () => {
  const known = new Set([
    'acmesteel.com',
    'birch.com',
    'modern.com',
    'quarryline.com',
    'delta.de',
    'apple.com',
  ]);
  test.each([
    ['acmestee1.com', 'acmesteel.com'],
    ['acme-steel.com', 'acmesteel.com'],
    ['acmesteell.com', 'acmesteel.com'],
    ['acmstele.com', null],
    ['amcesteel.com', 'acmesteel.com'],
    ['acmestel.com', 'acmesteel.com'],
    ['acmesteal.com', 'acmesteel.com'],
    ['аcmesteel.com', 'acmesteel.com'], // Cyrillic а
    ['xn--cmesteel-06g.com', 'acmesteel.com'],
    ['ácmesteel.com', 'acmesteel.com'],
    ['асмеsteel.com', 'acmesteel.com'], // four Cyrillic letters
    ['xn--80ak6aa92e.com', 'apple.com'], // all Cyrillic
    ['xn--99999999999.com', null],
    ['xn---.com', null],
    ['https://login.acmestee1.com/x', 'acmesteel.com'],
    ['rnodern.com', 'modern.com'],
    ['modem.com', 'modern.com'],
    ['b1rch.com', 'birch.com'],
    ['quarrylіne.com', 'quarryline.com'], // Cyrillic і
    ['birsh.com', null],
    ['acmesteel.com', null],
    ['www.acmesteel.com', null],
    ['acmesteel.de', null],
    ['acmesteelworks.com', null],
    ['delta.com', null],
    ['münchen.de', null],
    ['not a domain', null],
  ])('%s looks like %s', (domain, expected) => expect(looksLike(domain, known)).toBe(expected));

  test('what it names is known, and never what it was asked of', () => {
    const letters = fc.stringMatching(/^[a-z]{4,12}$/);
    fc.assert(
      fc.property(letters, letters, fc.nat(), (name, other, at) => {
        const domains = new Set([`${name}.com`, `${other}.com`]);
        expect(looksLike(`${name}.com`, domains)).toBeNull();
        const i = at % (name.length + 1);
        const found = looksLike(`${name.slice(0, i)}x${name.slice(i)}.com`, domains);
        if (found !== null) expect(domains).toContain(found);
      }),
    );
  });
});

describe('areCountrySiblings', () => {
  test.each([
    ['acme.de', 'acme.com', true],
    ['acme.co.uk', 'https://www.acme.com.br/x', true],
    ['acme.com', 'acme.com', false],
    ['acme.org', 'acme.com', false],
    ['acme.ac.uk', 'acme.com', false],
    ['acme-steel.de', 'acme.com', false],
    ['acme.github.io', 'acme.com', false],
    ['nonsense', 'acme.com', false],
  ])('%s and %s: %s', (one, other, expected) => {
    expect(areCountrySiblings(one, other)).toBe(expected);
    expect(areCountrySiblings(other, one)).toBe(expected);
  });
});
