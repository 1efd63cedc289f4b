import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import adapter from '../../signals/bombora/index.ts';
import { nameColumns } from '../../signals/bombora/payload.ts';
import { Invalid } from '../../src/core/errors.ts';
import { makeContext } from '../contract/suite.ts';

const context = makeContext(adapter);
const row = { domain: 'finch.example', topic: 'crm', score: '75', week: '2026-11-16' };
const read = (given: Record<string, string>, fileName?: string) =>
  adapter.normalise({ ...row, ...given }, { ...context, fileName }).signals[0]!;

describe('columns', () => {
  const twelve = ',finch.example,,,crm,sales,53,3131,,45,3421,Norway'.split(',');
  const nine = ',finch.example,,,crm,sales,53,oslo[72],Norway'.split(',');

  test.each([
    ['12 columns without header', twelve, ['name', 'domain'], true],
    ['9 columns without header', nine, ['name', 'domain'], true],
    [
      'exported header',
      '_companyname,_domain,_compositescore,_topicname'.split(','),
      ['name', 'domain', 'score', 'topic'],
      false,
    ],
    [
      'spelt out',
      ['Company Name', 'DOMAIN', 'Topic Name', 'Composite Score', 'x'],
      ['name', 'domain', 'topic', 'score', ''],
      false,
    ],
  ])('%s', (_name, firstRow, names, firstRowIsData) => {
    const columns = nameColumns(firstRow);
    expect(columns.firstRowIsData).toBe(firstRowIsData);
    expect(columns.names).toHaveLength(firstRow.length);
    expect(columns.names.slice(0, names.length)).toEqual(names);
  });

  test.each([
    [['Domain', 'Topic Name'], /no column Composite Score\. Found: Domain, Topic Name/],
    [['Topic Name', 'Composite Score'], /no column Domain/],
    [['a', 'b', 'c'], /no header that is known and 3 columns/],
  ])('%s is refused', (firstRow, message) => {
    expect(() => nameColumns(firstRow)).toThrow(Invalid);
    expect(() => nameColumns(firstRow)).toThrow(message);
  });
});

describe('the week', () => {
  test.each([
    ['2026-11-16', undefined, '2026-11-16'],
    ['2026-11-16T00:00:00Z', undefined, '2026-11-16'],
    ['11/16/2026', undefined, '2026-11-16'],
    ['', 'all-domains-all-topics-2015-07-19.csv', '2015-07-19'],
    ['', 'surge_20150719.csv.gz', '2015-07-19'],
    ['', '99999999-2015-07-19.csv', '2015-07-19'],
    ['2026-11-16', 'surge-2015-07-19.csv', '2026-11-16'],
  ])('from "%s" in the file %s is %s', (week, fileName, expected) => {
    expect(read({ week }, fileName).occurredAt.toISOString()).toBe(`${expected}T00:00:00.000Z`);
  });

  test.each([
    ['', undefined, /file name "" no date\. Put the week into the file name/],
    ['', 'surge.csv', /file name "surge\.csv" no date/],
    ['', 'surge-2015-13-41.csv', /no date/],
    ['16/11/2026', undefined, /Report Date is "16\/11\/2026"/],
    ['yesterday', 'surge-2015-07-19.csv', /Report Date/],
  ])('"%s" in the file %s is refused', (week, fileName, message) => {
    expect(() => read({ week }, fileName)).toThrow(Invalid);
    expect(() => read({ week }, fileName)).toThrow(message);
  });
});

describe('scores', () => {
  test('strength rises from 0 at 50 to 1 at 100', () => {
    const score = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(score, score, (one, other) => {
        const strengths = [one, other].map((value) => read({ score: String(value) }).strength);
        expect(Math.sign(strengths[0]! - strengths[1]!)).toBe(
          Math.sign(Math.max(50, one) - Math.max(50, other)),
        );
        expect(strengths[0]).toBeCloseTo(Math.max(0, (one - 50) / 50), 12);
      }),
    );
  });

  test.each(['-1', '100.5', '', 'high', 'NaN', 'Infinity'])(
    '"%s" is refused by name, value and remedy',
    (score) => {
      expect(() => read({ score })).toThrow(
        `Composite Score is "${score}". Scores are numbers from 0 to 100`,
      );
      if (score !== '') {
        expect(() => read({ metroScore: score })).toThrow(`Metro Composite Score is "${score}"`);
      }
    },
  );
});

test('metros of one company, topic and week differ in id and share the origin', () => {
  const signals = [read({ metro: 'Oslo' }), read({ metro: 'Bergen' }), read({})];
  expect(new Set(signals.map((signal) => signal.externalId)).size).toBe(3);
  expect(new Set(signals.map((signal) => signal.origin))).toEqual(
    new Set(['bombora:2026-11-16:finch.example:crm']),
  );
});
