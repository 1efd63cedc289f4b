import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalName } from '../../../src/core/identity/company-name.ts';
import { MATCH_SCORE, NameIndex } from '../../../src/core/identity/name-index.ts';

/** Ids are places in the list. */
const bookOf = (...names: string[]): NameIndex => NameIndex.build(names.map((name, id) => ({ id, name })));

const BOOK = [
  'Zorvane Systems Inc.', // 0
  'Bank of Quillmark NA', // 1
  'Bank of Norravia', // 2
  'Delta Dental Plans Association', // 3
  'HUNT B R TRANSPORT SERVICES INC', // 4
  'Orvalin Growth Fund II LP', // 5
  'Orvalin Growth Fund III LP', // 6
  'Maplethorne Pharmaceuticals International Corp', // 7
  'Tressilian & Vauxmoor General Stores, Inc.', // 8
  'Kestrelby Brothers Manufacturing Co', // 9
  'VARGANE CHARLES CORP', // 10
  'Auto Quillon, Inc.', // 11
  'Krastelberg Müllerhaus GmbH', // 12
  'First Summit Holdings', // 13
  'Bank of Old Yarrowby Mellingham Corp', // 14
  'Tavernoke Ltd', // 15
  'Tavernoke LLC', // 16
  '3V Corp', // 17
  'Global', // 18
  'アクメ商事株式会社', // 19
  'Громкин и Сыновья ООО', // 20
];

describe('decide', () => {
  const index = bookOf(...BOOK);

  test.each([
    ['Zorvane Systems', 0],
    ['ZORVANE SYSTEMS, INC', 0],
    ['Zorvane', 0],
    ['Zorvane Systems Group', 0],
    ['Bank of Quillmark', 1],
    ['The Bank of Norravia', 2],
    ['B.R. Hunt Transport Services', 4],
    ['Orvalin Growth Fund 2', 5],
    ['Orvalin Growth Fund III', 6],
    ['Maplethorne Pharma Intl', 7],
    ['Mapelthorne Pharmaceuticals International', 7],
    ["Tressilian and Vauxmoor's General Stores", 8],
    ['Tressilian-Vauxmoor', 8],
    ['Kestrelby Bros. Mfg.', 9],
    ['Charles Vargane', 10],
    ['AutoQuillon', 11],
    ['Krastelberg Mullerhaus', 12],
    ['First Summit Holdings, Inc.', 13],
    ['BOY Mellingham', 14],
    ['Tavernoke Ltd.', 15],
    ['Tavernoke LLC', 16],
    ['3V', 17],
    ['アクメ商事', 19],
    ['Gromkin i Synovya', 20],
  ])('%s is %i', (name, id) => {
    const { decision, best, reason } = index.decide(name);
    expect({ decision, id: best?.id, reason }).toMatchObject({ decision: 'MATCH', id });
    expect(best!.score).toBeGreaterThanOrEqual(MATCH_SCORE);
  });

  test.each([
    ['', 'NONE'],
    ['   ', 'NONE'],
    ['Bank of Ireland', 'NONE'],
    ['Bank', 'NONE'],
    ['Delta', 'NONE'],
    ['Delta Air Lines', 'NONE'],
    ['Hunt', 'NONE'],
    ['Systems Inc', 'NONE'],
    ['International Corp', 'NONE'],
    ['Orvalin Growth Fund IV', 'NONE'],
    ['Orvalin Growth Fund', 'AMBIGUOUS'],
    ['Zorvane 2', 'NONE'],
    ['Zorvane Bakery', 'NONE'],
    ['Zurvone', 'NONE'],
    ['First Summit Bank', 'NONE'],
    ['3W', 'NONE'],
    ['Tavernoke', 'AMBIGUOUS'],
    ['Xylobrand Quarrystone', 'NONE'],
  ] as const)('%s: %s, with a reason', (name, expected) => {
    const { decision, reason, best } = index.decide(name);
    expect({ decision, reason, best }).toMatchObject({ decision: expected });
    expect(reason).toMatch(/\w/);
  });

  test('the legal form tells namesakes apart, and nothing else does', () => {
    const { best, runnerUp } = index.decide('Tavernoke');
    expect([best?.id, runnerUp?.id]).toEqual([15, 16]);
    expect(best?.score).toBe(runnerUp?.score);
  });

  test('a company is known by its aliases too, and is never its own rival', () => {
    const known = NameIndex.build([
      { id: 7, name: 'Quarrel Business Machines', aliases: ['QBM', 'Quarrel'] },
      { id: 8, name: 'Quillon Bakery' },
    ]);
    expect(known.decide('QBM')).toMatchObject({ decision: 'MATCH', best: { id: 7 } });
    expect(known.decide('Quarrel')).toMatchObject({ decision: 'MATCH', best: { id: 7 } });
    expect(known.find('Quarrel').map(({ id }) => id)).toEqual([7]);
  });

  test('initials alone are no match, but bring the account up', () => {
    const initials = bookOf('Quarrel Business Machines Norravia', 'Quillon Bakery');
    const { decision, best } = initials.decide('QBMN');
    expect(decision).toBe('NONE');
    expect(best).toMatchObject({ id: 0, evidence: '"qbmn" read as initials' });
  });

  test('a word that many accounts bear is worth less', () => {
    const crowd = ['Alpine Foods', 'Bakery', 'Capital', 'Energy', 'Media', 'Mining'].map(
      (word) => `Zorvane ${word}`,
    );
    expect(bookOf('Zorvane Systems').decide('Zorvane').decision).toBe('MATCH');
    expect(bookOf('Zorvane Systems', ...crowd).decide('Zorvane').decision).not.toBe('MATCH');
  });
});

describe('find', () => {
  test.each([
    ['Zorvane Systms', 0],
    ['Zorvane-Systems Inc', 0],
    ['ZorvaneSystemsInc', 0],
    ['Systems Zorvane', 0],
    ['Kest]elby Brothers M@nufacturing', 9],
    ['Tressi lian & Vauxmoor', 8],
    ['Maplethorne9Pharmaceuticals', 7],
    ['Tavern0ke LLC', 16],
  ])('%s comes first as %i', (name, id) => expect(bookOf(...BOOK).find(name)[0]?.id).toBe(id));

  test('shows no more than asked for, likeliest first, with evidence', () => {
    const found = bookOf(...BOOK).find('Bank of Norravia', 2);
    expect(found.length).toBeLessThanOrEqual(2);
    expect(found[0]).toMatchObject({ id: 2, evidence: 'the same name' });
    const scores = bookOf(...BOOK)
      .find('Orvalin Growth Fund II', 9)
      .map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });
});

describe('a live index', () => {
  const word = fc.constantFrom(
    ...'zorvane quillon tressil vauxmoor kestrel delta first bank of the systems foods group 2 iii müller ооо アクメ'.split(
      ' ',
    ),
  );
  const name = fc
    .tuple(fc.array(word, { minLength: 1, maxLength: 4 }), fc.constantFrom('', ' Inc', ' GmbH', ' LLC'))
    .map(([words, form]) => words.join(' ') + form);
  const book = fc.uniqueArray(fc.record({ id: fc.nat(50), name }), {
    maxLength: 30,
    selector: ({ id }) => id,
  });
  const answers = (index: NameIndex, asked: readonly string[]) =>
    asked.map((text) => [index.find(text, 50), index.decide(text)]);

  test('finds every account by its exact name', () => {
    fc.assert(
      fc.property(book, (accounts) => {
        const index = NameIndex.build(accounts);
        for (const account of accounts) {
          const { normal } = normalName(account.name);
          const [first] = index.find(account.name, 50);
          expect(normalName(accounts.find(({ id }) => id === first?.id)!.name).normal).toBe(normal);
          expect(index.find(account.name, 50).map(({ id }) => id)).toContain(account.id);
        }
      }),
    );
  });

  test('inserts, removals and renamings leave what a fresh build has, in whatever order', () => {
    const change = fc.oneof(
      fc.record({ kind: fc.constant('insert' as const), id: fc.nat(50), name }),
      fc.record({ kind: fc.constant('rename' as const), id: fc.nat(50), name }),
      fc.record({ kind: fc.constant('remove' as const), id: fc.nat(50), name }),
    );
    fc.assert(
      fc.property(
        book,
        fc.array(change, { maxLength: 40 }),
        fc.array(name, { maxLength: 8 }),
        (start, changes, asked) => {
          const live = NameIndex.build(start);
          const truth = new Map(start.map((account) => [account.id, account.name]));
          for (const { kind, id, name: text } of changes) {
            if (kind === 'remove') {
              expect(live.remove(id)).toBe(truth.delete(id));
            } else {
              live[kind](id, text);
              truth.set(id, text);
            }
          }
          const fresh = NameIndex.build([...truth].reverse().map(([id, text]) => ({ id, name: text })));
          expect(live.size).toBe(truth.size);
          expect(fresh.size).toBe(truth.size);
          expect(answers(live, asked)).toEqual(answers(fresh, asked));
        },
      ),
    );
  });

  test('packs itself anew under thousands of inserts and removals', () => {
    const live = new NameIndex();
    const syllables = 'ba cho du fle gra hi jo ku lom ne pri qua ros sti tu vex'.split(' ');
    const invent = (number: number) =>
      [12, 8, 4, 0].map((shift) => syllables[(Math.imul(number, 2_654_435_761) >>> shift) & 15]).join('');
    const nameOf = (id: number) => `${invent(id)} ${invent(id + 5000)} Systems`;
    for (let id = 0; id < 4000; id += 1) live.insert(id, nameOf(id));
    for (let id = 0; id < 4000; id += 2) live.remove(id);
    expect(live.size).toBe(2000);
    for (let id = 0; id < 4000; id += 97) {
      expect(live.decide(nameOf(id))).toMatchObject(
        id % 2 === 0 ? { decision: 'NONE' } : { decision: 'MATCH', best: { id } },
      );
    }
    expect(live.bytes).toBeGreaterThan(0);
  });

  test('takes any text, and answers with a score between 0 and 1', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), name);
    fc.assert(
      fc.property(fc.array(text, { maxLength: 10 }), fc.array(text, { maxLength: 10 }), (names, asked) => {
        const index = bookOf(...names);
        expect(index.size).toBe(names.length);
        for (const one of [...asked, ...names]) {
          for (const { score } of index.find(one)) {
            expect(score).toBeGreaterThanOrEqual(0);
            expect(score).toBeLessThanOrEqual(1);
          }
          expect(index.decide(one).reason).not.toBe('');
        }
      }),
    );
  });
});
