import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalName } from '../../../src/core/identity/company-name.ts';

describe('normalName', () => {
  test.each([
    ['Acme', 'acme', null],
    ['Acme Inc', 'acme', 'inc'],
    ['ACME, INC.', 'acme', 'inc'],
    ['The Acme Corporation', 'acme', 'corporation'],
    ['Acme Company (The)', 'acme', 'company'],
    ['Acme Co., The', 'acme', 'co'],
    ['Acme Limited Liability Company', 'acme', 'limited liability company'],
    ['Acme Pty Ltd', 'acme', 'pty ltd'],
    ['Acme Pvt. Ltd.', 'acme', 'pvt ltd'],
    ['Acme Co., Ltd.', 'acme', 'co ltd'],
    ['Müller GmbH & Co. KG', 'muller', 'gmbh & co kg'],
    ['Weißbier AG & Co. KGaA', 'weissbier', 'ag & co kgaa'],
    ['Acme S.A.', 'acme', 'sa'],
    ['Acme S.p.A.', 'acme', 'spa'],
    ['Acme S. de R.L. de C.V.', 'acme', 's de rl de cv'],
    ['Acme S.A. de C.V.', 'acme', 'sa de cv'],
    ['Acme sp. z o.o.', 'acme', 'sp zoo'],
    ['Acme spol. s r.o.', 'acme', 'spol sro'],
    ['Acme B.V.', 'acme', 'bv'],
    ['Smørrebrød A/S', 'smorrebrod', 'as'],
    ['Acme ApS', 'acme', 'aps'],
    ['Łódź Œuvre Oy', 'lodz oeuvre', 'oy'],
    ['AB Acme', 'acme', 'ab'],
    ['Acme Aktiebolag', 'acme', 'aktiebolag'],
    ['PT Acme Nusantara Tbk', 'acme nusantara', 'pt tbk'],
    ['ООО Ромашка', 'romashka', 'ооо'],
    ['Ромашка Щёлково АО', 'romashka shchelkovo', 'ао'],
    ['Ακμή Α.Ε.', 'akmi', 'αε'],
    ['株式会社アクメ', 'アクメ', '株式会社'],
    ['アクメ㈱', 'アクメ', '株'],
    ['Acme K.K.', 'acme', 'kk'],
    ['Acme A.Ş.', 'acme', 'as'],
    ['Acme Tic. Ltd. Şti.', 'acme tic', 'ltd sti'],
    ['Acme Inc. Class A', 'acme', 'inc'],
    ['Acme Class B Inc', 'acme', 'inc'],
    ['ACME CORP /DE/', 'acme', 'corp'],
    ['ACME INC/DE', 'acme', 'inc'],
    ['ACME CORP/OH/', 'acme', 'corp'],
    ['ACME WHOLESALE CORP /NEW', 'acme wholesale', 'corp'],
    ['Acme A/S', 'acme', 'as'],
    ['AC/DC', 'ac dc', null],
    ['Acme Public Ltd Co', 'acme', 'public ltd co'],
    ['Acme Unipessoal Lda', 'acme', 'unipessoal lda'],
    ['Acme Shpk', 'acme', 'shpk'],
    ['アクメ合同会社', 'アクメ', '合同会社'],
    ['A. O. Birch', 'ao birch', null],
    ['A.O. Birch Corp', 'ao birch', 'corp'],
    ['AO Birch', 'ao birch', null],
    ['Birch & Sons Ltd', 'birch and sons', 'ltd'],
    ['Birch & Co.', 'birch', 'co'],
    ['B & B Ltd', 'b and b', 'ltd'],
    ["O'Malley’s Pub LLC", 'omalleys pub', 'llc'],
    ['Acme (UK) Ltd', 'acme uk', 'ltd'],
    ['7-Acres', '7 acres', null],
    ['Acme.com Inc', 'acme com', 'inc'],
  ])('%s → %s, form %s', (name, normal, legalForm) => {
    expect(normalName(name)).toEqual({ normal, compact: normal.replaceAll(' ', ''), legalForm });
  });

  test.each([
    ['The Limited', 'limited'],
    ['Pty Ltd', 'pty ltd'],
    ['The The', 'the'],
    ['The', 'the'],
    ['AG', 'ag'],
    ['!!!', '!!!'],
    ['Class A', 'class a'],
  ])('%s is left with %s', (name, normal) => {
    expect(normalName(name)).toMatchObject({ normal, legalForm: null });
  });

  test.each([
    ['Acme Holdings', 'Acme'],
    ['Acme Group', 'Acme'],
    ['Co-op', 'op'],
    ['Incyte', 'yte'],
    ['Agco', 'ag'],
    ['Rivian EV', 'Rivian'],
    ['Delta Air', 'Delta'],
  ])('%s is not %s', (a, b) => expect(normalName(a).normal).not.toBe(normalName(b).normal));

  const word = fc.constantFrom(
    ...'the a b s o p de r l c v acme birch inc ltd co company class series and & sp z pty pt tbk gmbh kg (the) , . / 株式会社 ß Å ао ь спа ооо ακμή'.split(
      ' ',
    ),
  );
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.array(word, { maxLength: 8 }).map((words) => words.join(' ')),
  );

  test('is idempotent', () => {
    fc.assert(
      fc.property(name, (text) => {
        const { normal } = normalName(text);
        expect(normalName(normal).normal).toBe(normal);
      }),
      { numRuns: 2000 },
    );
  });

  test('is empty only for blank names; compact has no spaces', () => {
    fc.assert(
      fc.property(name, (text) => {
        const { normal, compact } = normalName(text);
        expect(normal === '').toBe(text.trim() === '');
        expect(compact).toBe(normal.replaceAll(' ', ''));
      }),
      { numRuns: 2000 },
    );
  });

  test('case, punctuation and a legal form make no difference', () => {
    const base = fc.array(fc.constantFrom('acme', 'birch', 'delta', 'north', 'umbra'), {
      minLength: 1,
      maxLength: 3,
    });
    const form = fc.constantFrom(
      'Inc.',
      ', LLC',
      'GmbH',
      'S.A.',
      'Ltd',
      'Oy',
      'B.V.',
      'Co., Ltd.',
      'GmbH & Co. KG',
    );
    fc.assert(
      fc.property(base, form, (words, ending) => {
        const plain = words.join(' ');
        expect(normalName(`The ${plain.toUpperCase()} ${ending}`).normal).toBe(plain);
        expect(normalName(`${words.join('-')} ${ending}`).normal).toBe(plain);
      }),
    );
  });
});
