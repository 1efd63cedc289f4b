import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as digest from '../../src/core/digest.ts';

const until = new Date('2026-11-23T06:00:00Z');
const since = new Date('2026-11-16T06:00:00Z');

function entry(changes: Partial<digest.DigestEntry> = {}): digest.DigestEntry {
  return {
    domain: 'acme.example',
    name: 'Acme',
    owner: null,
    heat: 62,
    heatBefore: 40,
    band: 'HOT',
    stage: 'CONSIDERATION',
    qualificationTier: 'WARM',
    reasons: ['3 people viewed pricing'],
    isNew: false,
    ...changes,
  };
}

function compose(changes: digest.DigestEntry[], options: { budget?: number; since?: Date | null } = {}) {
  return digest.composeDigest({
    recipient: 'ann@vendor.example',
    workspace: 'Vendor',
    since,
    until,
    changes,
    ...options,
  });
}

const entries = fc.array(
  fc.record({
    domain: fc.stringMatching(/^[a-z]{1,6}\.example$/),
    heat: fc.double({ min: 0, max: 100, noNaN: true }),
    heatBefore: fc.double({ min: 0, max: 100, noNaN: true }),
  }),
  { maxLength: 30 },
);

describe('composeDigest', () => {
  test.each([
    { name: 'a rise of exactly five', heat: 25, heatBefore: 20, kept: true },
    { name: 'a rise of exactly five, in floating point', heat: 40.3, heatBefore: 35.3, kept: true },
    { name: 'a smaller rise', heat: 44.9, heatBefore: 40, kept: false },
    { name: 'a fall', heat: 60, heatBefore: 90, kept: false },
    { name: 'at the least heat', heat: 20, heatBefore: 0, kept: true },
    { name: 'a rise that leaves it cold', heat: 19.9, heatBefore: 0, kept: false },
  ])('$name', ({ heat, heatBefore, kept }) => {
    expect(compose([entry({ heat, heatBefore })]).entries).toHaveLength(kept ? 1 : 0);
  });

  test('goes by heat, then by rise, then by domain, and counts what the budget leaves out', () => {
    const composed = compose(
      [
        entry({ domain: 'small-rise.example', heat: 50, heatBefore: 45 }),
        entry({ domain: 'b.example', heat: 50, heatBefore: 40 }),
        entry({ domain: 'a.example', heat: 50, heatBefore: 40 }),
        entry({ domain: 'big-rise.example', heat: 40, heatBefore: 0 }),
        entry({ domain: 'hottest.example', heat: 90, heatBefore: 82 }),
      ],
      { budget: 4 },
    );
    expect(composed.entries.map((kept) => kept.domain)).toEqual([
      'hottest.example',
      'a.example',
      'b.example',
      'small-rise.example',
    ]);
    expect(composed.omitted).toBe(1);
  });

  test('holds at most the budget, loses none, and does not depend on the order given', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 12 }), (given, budget) => {
        const unique = [...new Map(given.map((one) => [one.domain, entry(one)])).values()];
        const composed = compose(unique, { budget });
        expect(composed.entries.length).toBeLessThanOrEqual(budget);
        const news = unique.filter((one) => one.heat >= 20 && one.heat - one.heatBefore >= 5 - 1e-9);
        expect(composed.entries.length + composed.omitted).toBe(news.length);
        expect(compose(unique.toReversed(), { budget })).toEqual(composed);
      }),
    );
  });
});

describe('renderSubject', () => {
  const four = ['Acme', 'Globex', 'Initech', 'Hooli'].map((name, index) =>
    entry({ name, domain: `${name.toLowerCase()}.example`, heat: 90 - index }),
  );
  test.each([
    { changes: four.slice(0, 1), subject: '1 account heated up: Acme' },
    { changes: four.slice(0, 3), subject: '3 accounts heated up: Acme, Globex, Initech' },
    { changes: four, subject: '4 accounts heated up: Acme, Globex, Initech and 1 more' },
    { changes: [], subject: 'Nothing heated up since Monday 16 Nov' },
    { changes: [], since: null, subject: 'Nothing has heated up yet' },
    {
      changes: [],
      since: new Date('2025-12-31T23:59:59Z'),
      subject: 'Nothing heated up since Wednesday 31 Dec 2025',
    },
    {
      changes: [entry({ name: 'Acme\r\nBcc: all@victim.example' })],
      subject: '1 account heated up: Acme Bcc: all@victim.example',
    },
    { changes: [entry({ name: ' \u200b ' })], subject: '1 account heated up: acme.example' },
  ])('$subject', ({ subject, changes, ...options }) => {
    expect(digest.renderSubject(compose(changes, options))).toBe(subject);
  });

  test('counts the ones beyond the budget', () => {
    expect(digest.renderSubject(compose(four, { budget: 2 }))).toBe(
      '4 accounts heated up: Acme, Globex and 2 more',
    );
  });
});

describe('renderText', () => {
  test('says what a salesperson needs, in whole points that add up', () => {
    const changes = [
      entry({ heat: 62.4, heatBefore: 39.6, owner: 'bob@vendor.example', isNew: true }),
      entry({ domain: 'globex.example', name: 'globex.example', heat: 30, reasons: [], heatBefore: 0 }),
    ];
    const text = digest.renderText(compose(changes, { budget: 1 }), {
      url: 'https://intent.vendor.example',
      unsubscribeUrl: 'https://intent.vendor.example/stop?t=1',
    });
    expect(text).toBe(`2 accounts heated up since Monday 16 Nov

1. Acme (acme.example)  new
   Heat 62 of 100, hot, up 22 from 40
   Stage: consideration · qualification: warm · owner: bob@vendor.example
   - 3 people viewed pricing
   https://intent.vendor.example/?search=acme.example

1 more heated up; this is the hottest.

For ann@vendor.example, Vendor.
All accounts: https://intent.vendor.example/
Stop these mails: https://intent.vendor.example/stop?t=1
`);
  });

  test('is kind about an empty week', () => {
    expect(digest.renderText(compose([]))).toMatch(/^Nothing heated up since Monday 16 Nov\n/);
  });

  test('has colour only when asked', () => {
    const composed = compose([entry()]);
    expect(digest.renderText(composed, { colour: true })).toContain('\u001b[31mHeat 62');
    expect(digest.renderText(composed)).not.toContain('\u001b');
  });

  test('shows the three strongest reasons, shortened', () => {
    const text = digest.renderText(compose([entry({ reasons: ['a', 'b', 'x'.repeat(500), 'd'] })]));
    expect(text.match(/^ +- .*$/gm)?.map((line) => line.trim())).toEqual([
      '- a',
      '- b',
      `- ${'x'.repeat(199)}…`,
    ]);
  });
});

/** Elements and attributes that the page is made of; anything else came from outside. */
const TAGS =
  /<\/?(html|head|meta|title|style|body|table|tr|td|h1|h2|strong|span|ul|li|a)(\s[\w-]+="[^"<>]*")*>|<!DOCTYPE html>/g;

describe('renderHtml', () => {
  test('is one accessible, self-contained page', () => {
    const html = digest.renderHtml(compose([entry()]), { url: 'https://intent.vendor.example/' });
    expect(html).toContain('<html lang="en">');
    expect(html).toContain('href="https://intent.vendor.example/?search=acme.example"');
    expect(html).toContain('<title>1 account heated up: Acme</title>');
    expect(html).toContain('prefers-color-scheme: dark');
    for (const [table] of html.matchAll(/<table[^>]*>/g)) expect(table).toContain('role="presentation"');
    expect(html).not.toMatch(/<img|<script|url\(|<link/);
  });

  test.each(['javascript:alert(1)', 'data:text/html,x', 'not an address', ''])(
    'makes no link of %j',
    (url) => {
      const html = digest.renderHtml(compose([entry()]), { url, unsubscribeUrl: url });
      expect(html).not.toContain('<a ');
    },
  );

  test('shows outside text as text', () => {
    const html = digest.renderHtml(
      compose([entry({ name: '<img src=x onerror=alert(1)>', reasons: ['"><script>&'] })]),
    );
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; (acme.example)');
    expect(html).toContain('<li style="margin:0 0 4px">&quot;&gt;&lt;script&gt;&amp;</li>');
  });
});

test('no outside text breaks out of its place, whatever it is', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '</td><script>x</script>',
      '" onload="x',
      'a\r\nBcc: b@victim.example',
      '\u001b]0;title\u0007',
      '\u202ecod.exe',
      '\ud800',
    ),
  );
  const hostile = fc.record({ domain: nasty, name: nasty, owner: nasty, band: nasty, stage: nasty });
  fc.assert(
    fc.property(hostile, nasty, nasty, (outside, reason, recipient) => {
      const composed = {
        ...compose([entry({ ...outside, qualificationTier: reason, reasons: [reason] })]),
        recipient,
        workspace: reason,
      };
      const links = { url: 'https://intent.vendor.example/' };
      const html = digest.renderHtml(composed, links);
      expect(html.replace(TAGS, '')).not.toMatch(/[<>]/);
      const text = digest.renderText(composed, links);
      // Lines are the renderer's own: title, heat, facts, at most a reason and a link, and the frame around them.
      expect(text.split('\n').length).toBeLessThanOrEqual(11);
      for (const output of [html, text]) {
        expect(output.replaceAll('\n', '')).not.toMatch(
          /[\p{Cc}\p{Zl}\p{Zp}\u200b\u202a-\u202e\u2066-\u2069]/u,
        );
        expect(output.isWellFormed()).toBe(true);
      }
      expect(digest.renderSubject(composed)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    }),
  );
});
