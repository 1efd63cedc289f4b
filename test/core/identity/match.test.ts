import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { legalId, personKeys, readClues } from '../../../src/core/identity/clues.ts';
import { normalName } from '../../../src/core/identity/company-name.ts';
import { emailKey } from '../../../src/core/identity/email.ts';
import {
  type AccountRef,
  type Book,
  MATCH_METHODS,
  type PersonRef,
  place,
  type VisitorLink,
} from '../../../src/core/identity/match.ts';
import { defaultMatchRules as rules } from '../../../src/core/identity/match-rules.ts';
import type { Network, NetworkClass } from '../../../src/core/identity/network.ts';
import type { Hints } from '../../../src/core/signal.ts';

const acme: AccountRef = { id: 'a', domain: 'acme.com', name: 'Acme Inc' };
const birch: AccountRef = { id: 'b', domain: 'birch.example', name: 'Birch & Sons' };
const delta1: AccountRef = { id: 'd1', domain: 'delta.example', name: 'Delta' };
const delta2: AccountRef = { id: 'd2', domain: 'delta.test', name: 'Delta Ltd' };
const accounts = [acme, birch, delta1, delta2];

const day = (n: number) => new Date(Date.UTC(2026, 0, n));
const people: [string, PersonRef][] = [
  [emailKey('jo@acme.com'), { id: 'jo', accountId: 'a' }],
  [emailKey('kim@gmail.com'), { id: 'kim', accountId: 'b' }],
  [emailKey('loner@gmail.com'), { id: 'loner', accountId: null }],
  ['user:42', { id: 'jo', accountId: 'a' }],
];
const links: [string, VisitorLink[]][] = [
  [
    'v1',
    [
      { at: day(10), personId: 'jo', accountId: 'a' },
      { at: day(20), personId: 'kim', accountId: 'b' },
    ],
  ],
  ['v2', [{ at: day(10), personId: 'loner', accountId: null }]],
];

function bookOf(order: readonly AccountRef[] = accounts): Book {
  const names = new Map<string, AccountRef[]>();
  for (const account of order) {
    const key = normalName(account.name).normal;
    names.set(key, [...(names.get(key) ?? []), account]);
  }
  return {
    domains: new Map(order.map((account) => [account.domain ?? '', account])),
    names,
    crmIds: new Map(order.map((account) => [`crm-${account.id}`, account])),
    people: new Map(order === accounts ? people : people.toReversed()),
    links: new Map(order === accounts ? links : links.toReversed()),
    linkedins: new Map(order.map((account) => [`page-${account.id}`, account])),
    alike: new Map(),
    near: new Map(),
    answers: new Map(),
  };
}

const network = (of: Partial<Network>): Network => ({
  class: 'business',
  organisation: null,
  domain: null,
  asn: 64500,
  source: 'test',
  confidence: 0.9,
  reason: 'test',
  ...of,
});
const networks = new Map<string, Network>([
  ['203.0.113.1', network({ organisation: 'ACME, Inc.', domain: 'acme.com' })],
  ['203.0.113.2', network({ organisation: 'Birch and Sons Ltd' })],
  ['203.0.113.3', network({ organisation: 'Delta' })],
  ['203.0.113.4', network({ organisation: 'Nobody Corp' })],
  ['203.0.113.5', network({ class: 'isp', organisation: 'Acme Inc', domain: 'acme.com' })],
]);
const clues = (hints: Hints) => readClues(hints, (ip) => networks.get(ip));
const find = (hints: Hints, at = day(15), discover = true, book = bookOf()) =>
  place(clues(hints), at, book, { discover, rules });

describe('place', () => {
  test.each([
    [{ crmId: 'crm-a' }, 'a', 'CRM_ID', rules.chances.crmId],
    [{ domain: 'acme.com' }, 'a', 'DOMAIN', rules.chances.domain],
    [{ domain: 'https://shop.acme.com/x' }, 'a', 'DOMAIN', rules.chances.domain],
    [{ email: 'new@eu.acme.com' }, 'a', 'EMAIL', rules.chances.email],
    [{ email: 'kim@gmail.com' }, 'b', 'KNOWN_PERSON', rules.chances.person],
    [{ userId: '42' }, 'a', 'KNOWN_PERSON', rules.chances.person],
    [{ userId: 'new@acme.com' }, 'a', 'EMAIL', rules.chances.email],
    [{ anonymousId: 'v1' }, 'a', 'KNOWN_VISITOR', rules.chances.visitor],
    [{ companyName: 'The ACME Corporation' }, 'a', 'COMPANY_NAME', rules.chances.companyName],
    [{ ip: '203.0.113.1' }, 'a', 'IP', rules.chances.networkDomain],
    [{ ip: '203.0.113.2' }, 'b', 'IP', rules.chances.networkName],
    [{ linkedin: 'https://www.linkedin.com/company/page-b/about' }, 'b', 'LINKEDIN', rules.chances.linkedin],
    [{ email: 'jo@acme.com', anonymousId: 'null' }, 'a', 'EMAIL', rules.chances.email],
    [{ companyName: 'Delta', domain: 'delta.test' }, 'd2', 'DOMAIN', rules.chances.domain],
  ] as const)('%j → %s by %s', (hints, accountId, method, confidence) => {
    const found = find(hints);
    expect(found).toMatchObject({ accountId, discover: null, unplaced: null });
    expect(found.match?.method).toBe(method);
    expect(found.match?.confidence).toBeCloseTo(confidence, 12);
    expect(found.match?.evidence.some((line) => line.startsWith('but '))).toBe(false);
  });

  test.each([
    [{}, 'no hint'],
    [{ email: 'someone@gmail.com' }, 'free e-mail domain'],
    [{ email: 'someone@yahoo.com' }, 'free e-mail domain'],
    [{ email: 'someone@mailinator.com' }, 'disposable e-mail domain'],
    [{ email: 'nonsense' }, 'invalid e-mail address'],
    [{ domain: '198-51-100-7-provider.example' }, 'the domain names a connection, not a company'],
    [{ domain: '198-51-100-7.dyn.acme.com' }, 'the domain names a connection, not a company'],
    [{ ip: '203.0.113.5' }, 'internet provider'],
    [{ ip: '203.0.113.4' }, 'company network of no known account'],
    [{ ip: '203.0.113.3' }, 'company network of no known account'],
    [{ ip: '198.51.100.9' }, 'unknown network'],
    [{ anonymousId: 'v9' }, 'unknown visitor'],
    [{ anonymousId: 'v9', ip: '203.0.113.5' }, 'internet provider'],
    [{ userId: '43' }, 'unknown person'],
    [{ email: 'loner@gmail.com' }, 'free e-mail domain'],
    [{ companyName: 'Nobody Corp' }, 'unknown company name'],
    [{ crmId: 'crm-z' }, 'unknown CRM id'],
    [{ domain: 'linkedin.com' }, 'the domain is a platform where everybody has a page'],
    [{ domain: 'gmail.com' }, 'the domain is a mail provider'],
    [{ domain: '192.0.2.1' }, 'the domain hint is no registrable domain'],
    [{ userId: '[object Object]' }, 'the user id names nobody'],
  ] as const)('%j is unplaced: %s', (hints, reason) => {
    expect(find(hints)).toMatchObject({ accountId: null, discover: null, match: null, unplaced: reason });
  });

  test('every class but business is no ground for a match, and says what it is', () => {
    const reasons = new Map<NetworkClass, string>([
      ['isp', 'internet provider'],
      ['hosting', 'hosting network'],
      ['mobile', 'mobile network'],
      ['education', 'university network'],
      ['government', 'government network'],
      ['proxy', 'VPN or proxy'],
      ['gateway', 'security gateway'],
      ['unknown', 'unknown network'],
    ]);
    for (const [class_, reason] of reasons) {
      const found = readClues({ ip: '203.0.113.1' }, () =>
        network({ class: class_, organisation: 'Acme Inc', domain: 'acme.com' }),
      );
      expect(place(found, day(15), bookOf(), { discover: true, rules })).toMatchObject({
        accountId: null,
        unplaced: reason,
      });
    }
  });

  test('a visitor is who it was at the time, and before that whoever it first turned out to be', () => {
    expect(find({ anonymousId: 'v1' }, day(1))).toMatchObject({ accountId: 'a', personId: 'jo' });
    expect(find({ anonymousId: 'v1' }, day(10))).toMatchObject({ accountId: 'a', personId: 'jo' });
    expect(find({ anonymousId: 'v1' }, day(19))).toMatchObject({ accountId: 'a', personId: 'jo' });
    expect(find({ anonymousId: 'v1' }, day(20))).toMatchObject({ accountId: 'b', personId: 'kim' });
    expect(find({ anonymousId: 'v2' })).toMatchObject({ accountId: null, personId: 'loner' });
  });

  test('a clear domain of no account asks for one, if wanted', () => {
    expect(find({ domain: 'www.new.example', companyName: 'New Co' })).toMatchObject({
      accountId: null,
      discover: { domain: 'new.example', name: 'New Co' },
      unplaced: null,
      match: { method: 'DOMAIN', confidence: rules.chances.domain },
    });
    expect(find({ email: 'jo@mail.new.example' })).toMatchObject({
      discover: { domain: 'new.example', name: null },
      match: { method: 'EMAIL', confidence: rules.chances.email, evidence: ['e-mail at new.example'] },
    });
    expect(find({ domain: 'new.example' }, day(15), false)).toMatchObject({
      discover: null,
      match: null,
      unplaced: 'unknown domain',
    });
    // Yahoo the company may be an account; its mail users are not its staff.
    expect(find({ domain: 'yahoo.com' }).discover).toEqual({ domain: 'yahoo.com', name: null });
    expect(find({ email: 'jo@yahoo.com' }).discover).toBeNull();
  });

  test.each([
    ['e-mail at A, network of B', { email: 'jo@acme.com', ip: '203.0.113.2' }, 'a', 0.96],
    ['domain of A, name of B', { domain: 'acme.com', companyName: 'Birch & Sons' }, 'a', 0.97],
    ['domain of A, e-mail at B', { domain: 'acme.com', email: 'x@birch.example' }, 'a', 0.9],
    ['e-mail at A of a person of B', { email: 'kim@gmail.com', domain: 'acme.com' }, 'a', 0.9],
    ['CRM id of B, domain of A', { crmId: 'crm-b', domain: 'acme.com' }, 'b', 0.98],
    ['domain of nobody, e-mail at A', { domain: 'new.example', email: 'x@acme.com' }, 'a', 0.96],
  ] as const)('contradiction lowers the confidence and is told: %s', (_, hints, accountId, confidence) => {
    const found = find(hints);
    expect(found.accountId).toBe(accountId);
    expect(found.match?.confidence).toBeCloseTo(confidence, 1.9);
    expect(found.match?.evidence.at(-1)).toMatch(/^but /);
  });

  test('a visitor, a name or a network does not keep a clear new domain from being discovered', () => {
    const found = find({ domain: 'new.example', anonymousId: 'v1', companyName: 'Acme', ip: '203.0.113.1' });
    expect(found).toMatchObject({ accountId: null, discover: { domain: 'new.example' }, personId: 'jo' });
    expect(found.match!.confidence).toBeLessThan(rules.chances.domain);
    expect(found.match!.evidence.filter((line) => line.startsWith('but '))).toHaveLength(3);
  });

  test('clues of one account make surer, those of one root only once, and all is told', () => {
    const confidence = (hints: Hints) => find(hints).match!.confidence;
    const name = { companyName: 'Birch & Sons' };
    expect(confidence({ ...name, ip: '203.0.113.2' })).toBeGreaterThan(confidence(name));
    expect(confidence({ ...name, ip: '203.0.113.2', anonymousId: 'v1' })).toBeLessThan(
      confidence({ ...name, ip: '203.0.113.2' }),
    );
    // The mailbox and whoever is known by it; the name and the domain's label.
    expect(confidence({ email: 'jo@acme.com', domain: 'acme.com' })).toBeCloseTo(rules.chances.domain, 9);
    expect(confidence({ companyName: 'Acme', domain: 'acme.com' })).toBeCloseTo(rules.chances.domain, 9);
    expect(find({ domain: 'acme.com', ip: '203.0.113.1' }).match!.evidence).toEqual([
      'domain acme.com',
      'network of acme.com, by its domain',
    ]);
    expect(confidence({ crmId: 'crm-a', domain: 'acme.com' })).toBe(1);
    const all = { domain: 'acme.com', linkedin: 'page-a', userId: '42', ip: '203.0.113.1' };
    expect(confidence(all)).toBe(0.999);
  });

  test('country and city speak for and against a name, and are told', () => {
    const oak: AccountRef = { id: 'o', domain: 'oak.example', name: 'Oak', country: 'DE', city: 'bonn' };
    const oaks = [oak, { ...oak, id: 'p', domain: 'oak.test', country: 'FR', city: null }];
    const at = (book: Book, hints: Hints) => find({ companyName: 'OAK GmbH', ...hints }, day(1), true, book);
    const one = bookOf([oak]);
    const [plain, same, city] = [
      at(one, {}),
      at(one, { country: 'Germany' }),
      at(one, { country: 'de', city: 'Bonn' }),
    ];
    expect(plain.match!.confidence).toBeCloseTo(rules.chances.companyName, 9);
    expect(same.match!.confidence).toBeGreaterThan(plain.match!.confidence);
    expect(city.match!.confidence).toBeGreaterThan(same.match!.confidence);
    expect(city.match!.evidence[0]).toContain('the country agrees, the city agrees');
    const other = at(one, { country: 'US' });
    expect(other).toMatchObject({ accountId: null, unplaced: 'waits for review' });
    expect(other.review[0]!.evidence[0]).toContain('but the country is another');
    // Of two with the name the country tells which.
    expect(at(bookOf(oaks), {})).toMatchObject({ accountId: null, unplaced: 'waits for review' });
    expect(at(bookOf(oaks), {}).review.map((question) => question.accountId)).toEqual(['o', 'p']);
    expect(at(bookOf(oaks), { country: 'FR' })).toMatchObject({ accountId: 'p', review: [] });
    expect(at(bookOf(oaks), { country: 'US' })).toMatchObject({ accountId: null });
  });

  test('a name that many bear is nobody’s', () => {
    const many = Array.from({ length: 9 }, (_, n) => ({ id: `m${n}`, domain: null, name: 'Elm' }));
    expect(find({ companyName: 'Elm' }, day(1), true, bookOf(many))).toMatchObject({
      unplaced: 'ambiguous company name',
      review: [],
    });
  });

  describe('names that are like an account’s', () => {
    const near = (...scores: number[]): Book => ({
      ...bookOf(),
      near: new Map([
        [
          'Acmee',
          scores.map((score, at) => ({ account: accounts[at]!, score, evidence: 'one letter differs' })),
        ],
      ]),
    });
    test.each([
      ['surely', [0.96], {}, { accountId: 'a', review: [] }],
      ['surely, the second far behind', [0.99, 0.35], {}, { accountId: 'a' }],
      ['perhaps', [0.8], {}, { accountId: null, unplaced: 'waits for review' }],
      [
        'perhaps, in the same country',
        [0.89],
        { country: 'DE' },
        { accountId: null, unplaced: 'waits for review' },
      ],
      ['two alike', [0.97, 0.95], {}, { accountId: null, unplaced: 'waits for review' }],
      ['hardly', [0.4], {}, { accountId: null, unplaced: 'unknown company name', review: [] }],
      [
        'surely, but a new domain',
        [0.99],
        { domain: 'new.example' },
        { discover: { domain: 'new.example' } },
      ],
      ['surely another, beside an e-mail', [0.99], { email: 'x@birch.example' }, { accountId: 'b' }],
      ['perhaps, and its network', [0.8], { ip: '203.0.113.1' }, { accountId: 'a', match: { method: 'IP' } }],
    ] as const)('%s', (_, scores, more, expected) => {
      const found = find({ companyName: 'Acmee', ...more }, day(15), true, near(...scores));
      expect(found).toMatchObject(expected);
    });

    test('are asked about one by one, and an answer stands', () => {
      const book = near(0.97, 0.95);
      const asked = find({ companyName: 'Acmee' }, day(15), true, book).review;
      expect(asked.map(({ clue, accountId }) => [clue, accountId])).toEqual([
        [{ kind: 'NAME', value: 'acmee' }, 'a'],
        [{ kind: 'NAME', value: 'acmee' }, 'b'],
      ]);
      const answered = (...answers: [AccountRef, boolean][]): Book => ({
        ...book,
        answers: new Map([
          ['NAME acmee', answers.map(([account, accepted]) => ({ account, accepted, at: day(3) }))],
        ]),
      });
      const yes = find({ companyName: 'Acmee' }, day(15), true, answered([birch, true]));
      expect(yes).toMatchObject({ accountId: 'b', match: { method: 'COMPANY_NAME' }, review: [] });
      expect(yes.match!.confidence).toBe(rules.chances.confirmed);
      expect(yes.match!.evidence[0]).toContain('confirmed by review on 2026-01-03');
      // Without the one the other is sure.
      expect(find({ companyName: 'Acmee' }, day(15), true, answered([acme, false]))).toMatchObject({
        accountId: 'b',
      });
      const no = find({ companyName: 'Acmee' }, day(15), true, answered([acme, false], [birch, false]));
      expect(no).toMatchObject({ accountId: null, unplaced: 'unknown company name', review: [] });
    });

    test('of networks’ owners are only ever asked about', () => {
      const account = accounts[0]!;
      const book = {
        ...bookOf(),
        near: new Map([['Nobody Corp', [{ account, score: 0.99, evidence: '' }]]]),
      };
      const found = find({ ip: '203.0.113.4' }, day(15), true, book);
      expect(found).toMatchObject({ accountId: null, unplaced: 'waits for review' });
      expect(found.review[0]).toMatchObject({ clue: { kind: 'NETWORK', value: 'nobody' }, method: 'IP' });
    });
  });

  describe('domains that are like an account’s', () => {
    const alike = (domain: string, sibling: AccountRef | null): Book => ({
      ...bookOf(),
      alike: new Map([[domain, { sibling, known: [{ domain: 'acme.com', account: acme }] }]]),
    });

    test('in another country are asked about, not discovered', () => {
      const book = alike('acme.de', acme);
      for (const hints of [{ domain: 'acme.de' }, { email: 'x@acme.de' }]) {
        const found = find(hints, day(15), true, book);
        expect(found).toMatchObject({ accountId: null, discover: null, unplaced: 'waits for review' });
        expect(found.review).toMatchObject([{ accountId: 'a', clue: { kind: 'DOMAIN', value: 'acme.de' } }]);
      }
      expect(find({ domain: 'acme.de', companyName: 'Acme' }, day(15), true, book)).toMatchObject({
        accountId: 'a',
      });
      const answers = new Map([['DOMAIN acme.de', [{ account: acme, accepted: false, at: day(3) }]]]);
      expect(find({ domain: 'acme.de' }, day(15), true, { ...book, answers }).discover).toMatchObject({
        domain: 'acme.de',
      });
    });

    test('by looks never match it, whatever name they come with, and that is told', () => {
      const book = alike('acrne.com', null);
      const hints = { domain: 'acrne.com', companyName: 'Acme' };
      const found = find(hints, day(15), true, book);
      expect(found).toMatchObject({ accountId: null, discover: { domain: 'acrne.com' } });
      expect(found.match!.evidence.at(-1)).toBe('but acrne.com only looks like acme.com');
      expect(find(hints, day(15), false, book)).toMatchObject({
        accountId: null,
        unplaced: 'unknown domain, but acrne.com only looks like acme.com',
      });
    });
  });

  const hints: fc.Arbitrary<Hints> = fc.record(
    {
      domain: fc.constantFrom('acme.com', 'www.birch.example', 'new.example', 'gmail.com', '', 'x'),
      email: fc.constantFrom(
        'jo@acme.com',
        'kim@gmail.com',
        'a@new.example',
        'b@birch.example',
        'nonsense',
        'c@yahoo.com',
      ),
      userId: fc.constantFrom('42', '43', 'null', 'jo@acme.com'),
      anonymousId: fc.constantFrom('v1', 'v2', 'v9', 'undefined'),
      ip: fc.constantFrom(...networks.keys(), '198.51.100.9'),
      companyName: fc.constantFrom('Acme', 'Birch & Sons Ltd', 'Delta', 'jo@acme.com', '203.0.113.1'),
      crmId: fc.constantFrom('crm-a', 'crm-b', 'crm-z', '0'),
      linkedin: fc.constantFrom('page-a', 'page-b', 'https://linkedin.com/in/somebody', ''),
      country: fc.constantFrom('DE', 'France'),
    },
    { requiredKeys: [] },
  );
  const when = fc.integer({ min: 1, max: 30 }).map(day);

  test('one answer or a reason; confidence in [0,1]; nothing personal in the evidence', () => {
    fc.assert(
      fc.property(hints, when, fc.boolean(), (given, at, discover) => {
        const found = find(given, at, discover);
        const answers = [found.accountId, found.discover, found.unplaced].filter((answer) => answer !== null);
        expect(answers).toHaveLength(1);
        expect(found.match === null).toBe(found.unplaced !== null);
        if (found.review.length > 0) expect(found.unplaced).toBe('waits for review');
        if (!discover) expect(found.discover).toBeNull();
        if (!found.match) return;
        expect(MATCH_METHODS).toContain(found.match.method);
        expect(found.match.confidence).toBeGreaterThan(0);
        expect(found.match.confidence).toBeLessThanOrEqual(1);
        const told = found.match.evidence.join('\n');
        expect(told).not.toBe('');
        expect(told).not.toContain('@');
        if (given.ip) expect(told).not.toContain(given.ip);
      }),
      { numRuns: 1000 },
    );
  });

  test('the order of the book does not matter', () => {
    fc.assert(
      fc.property(hints, when, fc.shuffledSubarray(accounts, { minLength: 4 }), (given, at, order) => {
        expect(find(given, at, true, bookOf(order))).toEqual(find(given, at));
      }),
    );
  });

  test('a subdomain resolves as its registrable domain, a look-alike does not', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{1,8}$/), (label) => {
        expect(find({ domain: `${label}.acme.com` })).toEqual(find({ domain: 'acme.com' }));
        expect(find({ email: `jo@${label}.acme.com` }).accountId).toBe('a');
        expect(find({ domain: `${label}acme.com` }).accountId).toBeNull();
        expect(find({ domain: `acme.com.${label}.example` }).accountId).toBeNull();
      }),
    );
  });

  test('an IP or a name never makes an account', () => {
    fc.assert(
      fc.property(hints, when, (given, at) => {
        const { domain, email, userId, ...weak } = given;
        expect(find(weak, at).discover).toBeNull();
      }),
    );
  });
});

describe('readClues', () => {
  test('cleans every hint once', () => {
    expect(
      clues({
        domain: 'HTTPS://WWW.Acme.com/',
        email: ' Jo@ACME.com',
        userId: '42',
        anonymousId: ' v1 ',
        companyName: ' Acme, Inc. ',
        crmId: 'crm-a',
        linkedin: 'https://www.linkedin.com/company/Acme-Inc/',
        country: 'Deutschland',
        city: 'Bonn',
      }),
    ).toEqual({
      domain: 'acme.com',
      email: 'jo@acme.com',
      emailClass: 'company',
      emailDomain: 'acme.com',
      personKeys: [emailKey('jo@acme.com'), 'user:42'],
      anonymousId: 'v1',
      companyName: 'Acme, Inc.',
      nameKey: 'acme',
      crmId: 'crm-a',
      linkedin: 'acme-inc',
      country: 'deutschland',
      city: 'bonn',
      networkKey: null,
      network: null,
    });
  });

  test('only a company’s own network has a name to be placed by', () => {
    expect(clues({ ip: '203.0.113.2' }).networkKey).toBe('birch and sons');
    expect(clues({ ip: '203.0.113.5' }).networkKey).toBeNull();
  });

  test('what fills a name field without being a name is none', () => {
    for (const companyName of ['n/a', 'N/A', 'null', '(not set)', '-', 'unknown', '  ', 'x '.repeat(200)]) {
      expect(clues({ companyName })).toMatchObject({ companyName: null, nameKey: null });
    }
    expect(clues({ companyName: 'True Corporation' }).nameKey).toBe('true');
  });

  test('mail of providers has no company domain', () => {
    for (const email of ['jo@gmail.com', 'jo@yahoo.com', 'jo@mailinator.com', 'nonsense']) {
      expect(clues({ email }).emailDomain).toBeNull();
    }
  });

  test('a user id that is an address is kept as its hash only', () => {
    expect(personKeys({ userId: 'Jo@acme.com' })).toEqual([emailKey('jo@acme.com')]);
    expect(personKeys({ userId: 'Jo@acme.com', email: 'jo@acme.com' })).toEqual([emailKey('jo@acme.com')]);
    expect(personKeys({ userId: 'jo@internal' })).toEqual(['user:jo@internal']);
    expect(clues({ userId: 'jo@internal' })).toMatchObject({ email: null, emailClass: null });
  });
});

describe('legalId', () => {
  test.each([
    'null',
    'UNDEFINED',
    'guest',
    'Anonymous',
    'unknown',
    'none',
    'N/A',
    '0',
    'true',
    'false',
    '[object Object]',
    'email',
    'distinct_id',
    'id',
    'not_authenticated',
    'NaN',
    '"null"',
    '00000000-0000-0000-0000-000000000000',
    '0000',
    ' ',
    '',
  ])('"%s" names nobody', (id) => expect(legalId(id)).toBeNull());

  test.each([
    '42',
    'a0000',
    'guest-17',
    'nullable',
    '1e9f',
    'Truesdale',
    '00000000-0000-0000-0000-000000000001',
  ])('%s is somebody', (id) => expect(legalId(` ${id}`)).toBe(id));

  test('a missing id is none', () => expect(legalId(undefined)).toBeNull());
});
