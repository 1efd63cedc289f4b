import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern, type Declared, normalTopic, openTopics, topicsOf } from '../../src/core/topics.ts';

const declared: Declared = {
  topics: [
    { name: 'data lineage', aliases: ['lineage tools', 'data quality'] },
    { name: 'data quality', aliases: [] },
    { name: 'data catalog', aliases: ['lineage tools'] },
  ],
  rules: [
    { topic: 'pricing', urlPattern: '^/pricing(/|$)', titlePattern: null },
    { topic: 'data lineage', urlPattern: null, titlePattern: '\\blineage\\b' },
    { topic: 'guides', urlPattern: '^/docs/', titlePattern: 'guide' },
  ],
};
const book = openTopics(declared);
const about = (topics: string[], url: string | null = null, title: string | null = null) =>
  topicsOf({ topics, url, title }, book);

describe('names', () => {
  test.each([
    ['Data  Lineage ', 'data lineage'],
    ['ＤＡＴＡ\tlineage', 'data lineage'],
    ['   ', ''],
    ['x'.repeat(300), 'x'.repeat(200)],
  ])('%j is %j', (given, normal) => expect(normalTopic(given)).toBe(normal));

  test('a normal name is its own', () =>
    fc.assert(fc.property(fc.string(), (text) => normalTopic(normalTopic(text)) === normalTopic(text))));
});

describe('topics of a signal', () => {
  test.each([
    ['what is told stays as it is', ['events'], null, null, ['events'], null],
    [
      'an alias is its topic; the later declaration holds',
      ['lineage tools'],
      null,
      null,
      ['data catalog'],
      ['lineage tools'],
    ],
    ['a declared name is nobody’s alias', ['data quality'], null, null, ['data quality'], null],
    [
      'one topic by two names is one',
      ['data catalog', 'lineage tools'],
      null,
      null,
      ['data catalog'],
      ['data catalog', 'lineage tools'],
    ],
    ['a rule on the path', [], 'https://us.example/pricing?x=/docs/', null, ['pricing'], []],
    ['the start of the path is meant', [], 'https://us.example/old/pricing', null, [], null],
    ['a path alone', [], '/Pricing/enterprise', null, ['pricing'], []],
    [
      'a rule on the title',
      ['events'],
      null,
      'Lineage without tears',
      ['events', 'data lineage'],
      ['events'],
    ],
    ['where both are given both must fit', [], 'https://us.example/docs/a', 'Notes', [], null],
    ['and then do', [], 'https://us.example/docs/a', 'Our Guide', ['guides'], []],
    ['names are compared in their normal form', ['  Events '], null, null, ['events'], ['  Events ']],
  ])('%s', (_, topics, url, title, expected, told) =>
    expect(about(topics, url, title)).toEqual({ topics: expected, told }),
  );

  test('said again from what was told, they are the same', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('lineage tools', 'data quality', 'Events', '', 'data catalog')),
        fc.constantFrom(null, '/pricing', '/docs/x'),
        fc.constantFrom(null, 'Guide to lineage'),
        (topics, url, title) => {
          const first = about(topics, url, title);
          expect(about([...(first.told ?? first.topics)], url, title)).toEqual(first);
          expect(new Set(first.topics).size).toBe(first.topics.length);
        },
      ),
    ));
});

test('a pattern that is none is refused with its field', () =>
  expect(() => compilePattern('(', 'urlPattern')).toThrow(/^urlPattern: /));
