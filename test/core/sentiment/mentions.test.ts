import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isEveryday, mentions } from '../../../src/core/sentiment/mentions.ts';

const found = (text: string, ...names: string[]): string[] =>
  mentions(text, names).map(
    ({ start, end, form, weak }) => `${text.slice(start, end)}:${form}${weak ? ':weak' : ''}`,
  );

describe('a name that is no everyday word', () => {
  test.each([
    ['We run Brightloom in production', ['Brightloom:word']],
    ['we run brightloom, and BRIGHTLOOM again', ['brightloom:word', 'BRIGHTLOOM:word']],
    ["Brightloom's docs", ['Brightloom:word']],
    ['a Brightloom-like tool', ['Brightloom:word']],
    ['ask @brightloom or #Brightloom', ['brightloom:handle', 'Brightloom:handle']],
    ['see brightloom.com for more', ['brightloom.com:domain']],
    ['see https://example.com/blog/brightloom-review', ['brightloom:url:weak']],
    ['(Brightloom)', ['Brightloom:word']],
    ['Quarryline/Brightloom', ['Brightloom:word']],
    ['It ended.Brightloom came', []],
    ['the file brightloom.ts', []],
    ['my_brightloom and brightloom2', []],
    ['Brightlooms', []],
    ['foo.brightloom()', []],
    ['mail me@brightloom.example', []],
  ])('%s', (text, expected) => {
    expect(found(text, 'Brightloom')).toEqual(expected);
  });
});

describe('a name that is an everyday word', () => {
  test.each([
    ['I use Compass daily', ['Compass:word']],
    ['you need a compass', []],
    ['Compass is slow', ['Compass:word']],
    ["Compass's pricing", ['Compass:word']],
    ['Compass needles point north', ['Compass:word:weak']],
    ['Well. Compass needles point north', ['Compass:word:weak']],
    ['try compass.com', ['compass.com:domain']],
    ['try @compass', ['compass:handle']],
    ['https://compass.com/x', ['compass:url:weak']],
    ['https://example.com/compass.html', []],
    ['https://example.com/the-compass-of-time', []],
  ])('%s', (text, expected) => {
    expect(found(text, 'Compass')).toEqual(expected);
  });

  test('written in lower case it is found in any case', () => {
    expect(found('you need a compass', 'compass')).toEqual(['compass:word']);
  });

  test('which names those are', () => {
    expect(['Notion', 'Segment', 'SLACK', 'Linear'].map(isEveryday)).toEqual([true, true, true, true]);
    expect(['Brightloom', 'Datadog', 'constructor'].map(isEveryday)).toEqual([false, false, false]);
  });
});

test('blanks and hyphens between the words of a name are the same', () => {
  expect(found('Common Room, common-room and common\nroom', 'Common Room')).toEqual([
    'Common Room:word',
    'common-room:word',
    'common\nroom:word',
  ]);
  expect(found('commonroom', 'Common Room')).toEqual([]);
});

test('of overlapping names the longest wins', () => {
  expect(
    mentions('Brightloom Cloud costs more', ['Brightloom', 'Brightloom Cloud']).map(({ name }) => name),
  ).toEqual(['Brightloom Cloud']);
});

test('names with signs in them are no patterns', () => {
  expect(found('C++ (beta) and .NET', 'C++', '(beta)', '.NET')).toEqual([
    'C++:word',
    '(beta):word',
    '.NET:word',
  ]);
});

test('characters whose lower case is longer do not shift the places', () => {
  expect(found('İİİ Brightloom', 'Brightloom')).toEqual(['Brightloom:word']);
});

test('mentions lie in the text, in order, without overlaps, and spell the name', () => {
  const names = ['Brightloom', 'Quarryline', 'Compass', 'Brightloom Cloud'];
  const piece = fc.oneof(
    fc.constantFrom(...names, ' ', '.', ', ', '@', '.com', 'https://', '-'),
    fc.string({ maxLength: 4 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      let reached = 0;
      for (const { name, start, end } of mentions(text, names)) {
        expect(start).toBeGreaterThanOrEqual(reached);
        expect(end).toBeLessThanOrEqual(text.length);
        expect(
          text
            .slice(start, end)
            .toLowerCase()
            .replace(/[\s-]+/g, ' '),
        ).toContain(name.toLowerCase());
        reached = end;
      }
    }),
  );
});
