import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { opinionsIn } from '../../../src/core/sentiment/opinions.ts';
import { ownersOf } from '../../../src/core/sentiment/owners.ts';
import { sentimentToward } from '../../../src/core/sentiment/sentiment.ts';
import { take } from '../../../src/core/sentiment/words.ts';

/** For each opinion word of a text its owners, as written. */
function owners(text: string): string[][] {
  const { tokens, sentences } = take(text);
  return opinionsIn(tokens, sentences).map((opinion) =>
    ownersOf(tokens, opinion).map(({ first, last }) => text.slice(tokens[first]!.start, tokens[last]!.end)),
  );
}

describe('the owners of an opinion word', () => {
  test.each<[string, string[][]]>([
    ['They ship great dashboards to us', [['dashboards']]],
    ['Great dashboards and alerts', [['dashboards', 'alerts']]],
    ['A great choice of reports', [['choice', 'reports']]],
    ['There is a nice editor', [['editor']]],
    ['The editor was nice', [['The editor']]],
    ['The editor was never really nice', [['The editor']]],
    ['The editor in the console was nice', [['The editor']]],
    ['The quality of the reports is poor', [['the reports', 'The quality']]],
    ['The editor and the console are nice', [['the console', 'The editor']]],
    ['The editor is nice and the console is ugly', [['The editor'], ['the console']]],
    ['The importer is slow and clumsy', [['The importer'], ['The importer']]],
    ['The importer, which is slow, reads it all', [['The importer']]],
    ['The importer was a total disaster', [['The importer']]],
    ['The importer is one of the worst', [['The importer']]],
    ['The console is a lovely place', [['The console', 'place']]],
    ['Not only was the importer slow', [['the importer']]],
    ['We found the importer slow', [['the importer']]],
    ['We love the editor', [['editor']]],
    ['The console has great shortcuts', [['shortcuts', 'The console']]],
    ['A console with great shortcuts', [['shortcuts', 'A console']]],
    ['The importer works great', [['The importer']]],
    ['It was slow', [[]]],
    ['Terrible!', [[]]],
    ['The console opened :(', [[]]],
    // Nothing reaches into another paragraph.
    ['The console\n\nwas slow', [[]]],
  ])('%s', (text, expected) => {
    expect(owners(text)).toEqual(expected);
  });

  const words = fc.array(
    fc.constantFrom(
      ...'the editor great of and , was is a one with has there that slow love it . not'.split(' '),
      '\n\n',
    ),
    { maxLength: 60 },
  );
  test('stand in the sentence of their opinion', () => {
    fc.assert(
      fc.property(words, (all) => {
        const { tokens, sentences } = take(all.join(' '));
        for (const opinion of opinionsIn(tokens, sentences)) {
          for (const { first, last } of ownersOf(tokens, opinion)) {
            expect(first).toBeLessThanOrEqual(last);
            expect(tokens[first]!.sentence).toBe(tokens[opinion.token]!.sentence);
            expect(tokens[last]!.sentence).toBe(tokens[opinion.token]!.sentence);
          }
        }
      }),
    );
  });
});

describe('a target alone', () => {
  const toward = (text: string, name: string): number | undefined =>
    sentimentToward(text, [{ name, aliases: [] }])[0]?.polarity;

  test.each<[string, string, number]>([
    ['The support team was friendly but the importer is slow', 'support', 1],
    ['The support team was friendly but the importer is slow', 'importer', -1],
    ['We opened the console after a wonderful demo', 'console', 0],
    ['The editor in the console was awful', 'editor', -1],
    ['The editor in the console was awful', 'console', 0],
    ['The invoice came with terrible spelling', 'invoice', -1],
    ['The console opened and it was awful', 'console', -1],
    // The parts of a brand speak for it.
    ['We tried Brightloom and the support was awful', 'Brightloom', -1],
    ['We tried the trial and the support was awful', 'trial', 0],
  ])('%s: %s', (text, name, polarity) => {
    expect(toward(text, name)).toBe(polarity);
  });

  test('what is about others is no evidence', () => {
    expect(
      sentimentToward('We opened the console after a wonderful demo', [{ name: 'console', aliases: [] }]),
    ).toEqual([{ target: 'console', polarity: 0, score: 0, evidence: '', rule: 'none' }]);
  });

  test('with several targets an opinion without one of its own goes to the nearest', () => {
    const both = ['console', 'demo'].map((name) => ({ name, aliases: [] }));
    const found = sentimentToward('The console opened, the demo had wonderful music', both);
    expect(found.map(({ polarity }) => polarity)).toEqual([0, 1]);
  });
});
