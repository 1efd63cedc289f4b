import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sentimentOf, sentimentToward } from '../../../src/core/sentiment/sentiment.ts';

const A = { name: 'Brightloom', aliases: ['brightloom.example'] };
const B = { name: 'Quarryline', aliases: ['QL'] };

/** Polarity toward Brightloom and Quarryline; null where it is not mentioned. */
function toward(text: string): (number | null)[] {
  const found = sentimentToward(text, [A, B]);
  return [A, B].map(({ name }) => found.find(({ target }) => target === name)?.polarity ?? null);
}

describe('comparisons', () => {
  test.each([
    ['We switched from Quarryline to Brightloom last year.', 1, -1],
    ['We moved everything over to Brightloom from Quarryline.', 1, -1],
    ['I would never switch from Brightloom to Quarryline.', 1, -1],
    ['We replaced Quarryline with Brightloom and never looked back', 1, -1],
    ['We ditched Quarryline for Brightloom', 1, -1],
    ['Brightloom is way better than Quarryline', 1, -1],
    ['Brightloom is much slower than Quarryline.', -1, 1],
    ['Brightloom is more reliable than Quarryline', 1, -1],
    ['Brightloom is less reliable than Quarryline', -1, 1],
    ['Brightloom is more expensive than Quarryline', -1, 1],
    ['Brightloom costs less than Quarryline', 1, -1],
    ['Brightloom has fewer bugs than QL', 1, -1],
    ['Brightloom sucks less than Quarryline', 1, -1],
    ["Brightloom isn't any faster than Quarryline", -1, 1],
    ['Quarryline is not as good as Brightloom', 1, -1],
    ['Brightloom is as good as Quarryline', 1, 1],
    ['I prefer Quarryline over Brightloom', -1, 1],
    ['I prefer Quarryline to Brightloom', -1, 1],
    ['I would rather use Brightloom than Quarryline', 1, -1],
    ['Use Brightloom instead of Quarryline', 1, -1],
    ['Brightloom beats Quarryline hands down', 1, -1],
    ['Quarryline is no match for Brightloom', 1, -1],
    ['Brightloom > Quarryline', 1, -1],
    ['Quarryline is a worse Brightloom', 1, -1],
    ['Unlike Quarryline, Brightloom just works', 1, -1],
    ['Compared to Brightloom, Quarryline is slow and expensive', 1, -1],
    ['Has anyone switched from Quarryline to Brightloom?', 0, 0],
    ['Brightloom vs Quarryline: which one is better?', 0, 0],
  ])('%s', (text, a, b) => {
    expect(toward(text)).toEqual([a, b]);
  });
});

describe('one target', () => {
  test.each([
    ['we ditched Quarryline', -1],
    ['Moved off Quarryline because of the price', -1],
    ['We stopped using Quarryline', -1],
    ['Any good alternatives to Quarryline?', -1],
    ['Quarryline alternatives, please', -1],
    ["I don't recommend Quarryline", -1],
    ["I can't recommend Quarryline enough", 1],
    ['Not a fan of Quarryline', -1],
    ['Nothing beats Quarryline', 1],
    ['Steer clear of Quarryline', -1],
    ['We went with Quarryline', 1],
    ['Quarryline is not bad', 1],
    ['Quarryline is not good', -1],
    ["Quarryline doesn't work", -1],
    ['Quarryline has too many settings', -1],
    ['Quarryline works great', 1],
    ['Quarryline keeps crashing 😡', -1],
    ['Quarryline :)', 1],
    ["I've used Quarryline for a year. It is fantastic.", 1],
    ['Quarryline? Terrible.', -1],
    ['We use Quarryline at work.', 0],
    ['It would be nice if Quarryline had tags', 0],
    ['> Quarryline is terrible\n\nWho said that of Quarryline', 0],
    ['Quarryline runs `terrible_awful()` at night', 0],
    ['Is Quarryline constructor arguments hasOwnProperty __proto__', 0],
  ])('%s', (text, polarity) => {
    expect(toward(text)).toEqual([null, polarity]);
  });
});

describe('clauses keep targets apart', () => {
  test.each([
    ['Brightloom is fast, but Quarryline is a mess', 1, -1],
    ['While Quarryline is ugly, Brightloom is a joy to use', 1, -1],
    ['Quarryline is terrible; Brightloom is fine', 1, -1],
    ['I love Brightloom although Quarryline disappointed me', 1, -1],
    ['Brightloom and Quarryline are both great', 1, 1],
    ['Quarryline? Terrible. Brightloom has been rock solid for us.', 1, -1],
  ])('%s', (text, a, b) => {
    expect(toward(text)).toEqual([a, b]);
  });
});

test('the answer names its span and rule', () => {
  const [one] = sentimentToward('Hello all. We ditched Quarryline! Bye.', [B]);
  expect(one).toMatchObject({ target: 'Quarryline', evidence: 'We ditched Quarryline!', rule: 'left A' });
  expect(sentimentToward('Nobody is named here', [A, B])).toEqual([]);
});

describe('whole texts', () => {
  test.each([
    ['That is amazing. Thank you!', 1],
    ['This is broken again :(', -1],
    ['The issue is in the parser', 0],
    ['no problem', 1],
    ['+1', 1],
    ['👎', -1],
    ['', 0],
    ['arguments constructor toString __proto__', 0],
    ['See https://example.com/awful/terrible', 0],
  ])('%s', (text, polarity) => {
    expect(sentimentOf(text).polarity).toBe(polarity);
  });
});

describe('for any text', () => {
  const words = fc.array(
    fc.constantFrom(
      'Brightloom',
      'Quarryline',
      'great',
      'awful',
      'not',
      'but',
      'than',
      'better',
      ',',
      '.',
      '?',
      '\n\n',
      '`',
      ':)',
      'from',
      'to',
    ),
    { maxLength: 25 },
  );
  const text = fc.oneof(
    fc.string({ maxLength: 200, unit: 'binary' }),
    words.map((all) => all.join(' ')),
  );

  test('scores stay within −1…1, agree with the polarity, and the evidence is in the text', () => {
    fc.assert(
      fc.property(text, (some) => {
        for (const { score, polarity, evidence } of [...sentimentToward(some, [A, B]), sentimentOf(some)]) {
          expect(Math.abs(score)).toBeLessThanOrEqual(1);
          if (polarity !== 0) expect(Math.sign(score)).toBe(polarity);
          expect(some).toContain(evidence);
        }
      }),
    );
  });

  test('the order in which targets are asked for changes nothing', () => {
    fc.assert(
      fc.property(text, (some) => {
        expect(sentimentToward(some, [B, A]).reverse()).toEqual(sentimentToward(some, [A, B]));
      }),
    );
  });

  // Texts come from strangers: none of 20,000 characters may hold up the others. Costs that grow with the square or the cube take minutes.
  test.each([
    'Brightloom is not better than ((( awful ',
    'Brightloom, Quarryline ',
    'www.brightloom.www.',
    'a.a-a+',
    '`Brightloom` ',
    ':(:)((',
    'switched from ',
    'great',
    'great ',
    'Brightloom and the great ',
    'the great taste of brightloom ',
    'https://brightloom',
    '. ',
  ])('a text full of %j is soon read', (piece) => {
    const text = `me@x.example ${piece.repeat(20_000 / piece.length)}`;
    const from = performance.now();
    sentimentToward(text, [A, B]);
    expect(performance.now() - from).toBeLessThan(2_000);
  });
});
