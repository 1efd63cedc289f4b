/** Company names as people, feeds and registers write them, brought to one spelling. */
import { FORM_ENDINGS, FORMS, LEADING_FORMS, LONGEST_FORM, UNSPACED_FORMS } from './legal-forms.ts';

export interface CompanyName {
  /** Folded, in Latin letters where the script is an alphabet, without article, share class and legal form: `The Acme Corporation` → `acme`. */
  normal: string;
  /** `normal` without spaces: `jp morgan` and `jpmorgan` meet here. */
  compact: string;
  /** What was taken off, folded: `gmbh & co kg`; `null` if nothing was. */
  legalForm: string | null;
}

const pairs = (text: string): Map<string, string> =>
  new Map(text.split(' ').map((pair) => pair.split(':') as [string, string]));
const anyOf = (letters: Map<string, string>): RegExp => new RegExp(`[${[...letters.keys()].join('')}]`, 'g');

/** Latin letters that Unicode does not decompose. */
const UNDECOMPOSED = pairs('ß:ss æ:ae œ:oe ø:o ł:l đ:d ð:d þ:th ħ:h ı:i ŋ:n ŧ:t');
const ANY_UNDECOMPOSED = anyOf(UNDECOMPOSED);
/** Cyrillic and Greek as passports and company registers write them in Latin letters, accents gone already. */
const OTHER_ALPHABETS = pairs(
  'а:a б:b в:v г:g ґ:g д:d е:e є:ie ж:zh з:z и:i і:i к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:kh ц:ts ч:ch ш:sh ' +
    'щ:shch ъ: ы:y ь: э:e ю:yu я:ya ђ:dj ј:j љ:lj њ:nj ћ:c џ:dz ѕ:dz α:a β:v γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ' +
    'ν:n ξ:x ο:o π:p ρ:r σ:s ς:s τ:t υ:y φ:f χ:ch ψ:ps ω:o',
);
const ANY_OTHER = anyOf(OTHER_ALPHABETS);

const TRAILING_ARTICLE = /[,(]\s*the\s*\)?\s*$/;
/** `/DE/`, `/NEW`: notes of the SEC. Without a space before it only after a legal form, for the sake of `ac/dc`. */
const NOTE_OF_REGISTER =
  /(?:\s\/[a-z]{2,3}\/?|(?<=\b(?:inc|corp|co|company|corporation|ltd|llc|lp|plc)\.?)\/[a-z]{2,3}\/?)\s*$/;
const SHARES =
  /[\s,(](?:(?:class|cl|series)\s+[a-d]\b\)?|(?:common|ordinary|preferred)\s+(?:stocks?|shares?)|(?:sponsored\s+)?adrs?|american\s+deposit(?:a|o)ry\s+shares)[\s)]*$/;
/** Lower-case letters only: a lone ideograph is a word. */
const SINGLE = /^\p{Ll}$/u;

/**
 * One spelling per company. Equal `normal` is what we call an exact company name. Never empty for a name with any
 * visible character; a name made only of legal forms stays (`The Limited` → `limited`). Idempotent.
 */
export function normalName(name: string): CompanyName {
  let normal = name;
  const forms: string[] = [];
  // Taking one thing off may bare another (`Acme Class A Inc`), so until nothing changes.
  for (let before: string | null = null; normal !== before; ) {
    before = normal;
    const { kept, form } = withoutForms(withoutArticle(tokens(normal)));
    normal = toLatin(kept.join(' '));
    if (form) forms.unshift(form);
  }
  return { normal, compact: normal.replaceAll(' ', ''), legalForm: forms.join(' ') || null };
}

/** Folded words without share class and register; a name without any letter or digit is one token. */
function tokens(name: string): string[] {
  const text = fold(name);
  const bare = words(trimWhile(text, [NOTE_OF_REGISTER, TRAILING_ARTICLE, SHARES]));
  const found = bare.length > 0 ? bare : words(text);
  if (found.length > 0) return joinInitials(found);
  return [text.trim().replace(/\s+/g, ' ') || name.trim().toLowerCase()];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const ASCII = /^[\u0000-\u007f]*$/;

/** Accents off, letters transliterated, lower case, `&` spelt out; punctuation still there. */
function fold(name: string): string {
  return foldLetters(foldLetters(name))
    .replace(UNSPACED_FORMS, ' $& ')
    .replace(/[&＆]/g, ' and ')
    .replace(/['’‘`´ʼ]/g, '');
}

function foldLetters(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return (
    text
      .toLowerCase()
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[\u0300-\u036f]/g, '')
      .replace(ANY_UNDECOMPOSED, (letter) => UNDECOMPOSED.get(letter) ?? letter)
      // Hangul and kana were taken apart as well; put them together again.
      .normalize('NFC')
  );
}

/** After the forms are off, which are known in their own letters (`АО`, unlike `AO`, is always one). */
function toLatin(text: string): string {
  if (ASCII.test(text)) return text;
  const latin = text.replace(ANY_OTHER, (letter) => OTHER_ALPHABETS.get(letter) ?? letter);
  return latin.trim() === '' ? text : latin.replace(/\s+/g, ' ').trim();
}

function trimWhile(text: string, endings: RegExp[]): string {
  let before: string;
  let after = text;
  do {
    before = after;
    for (const ending of endings) after = after.replace(ending, '');
  } while (after !== before);
  return after;
}

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** `a o smith` → `ao smith`: initials are written with dots, spaces or neither. */
function joinInitials(tokens: string[]): string[] {
  const joined: string[] = [];
  let initials = false;
  for (const token of tokens) {
    const single = SINGLE.test(token);
    if (single && initials) joined[joined.length - 1] += token;
    else joined.push(token);
    initials = single;
  }
  return joined;
}

function withoutArticle(tokens: string[]): string[] {
  let start = 0;
  while (start < tokens.length - 1 && tokens[start] === 'the') start += 1;
  return tokens.slice(start);
}

function withoutForms(tokens: string[]): { kept: string[]; form: string | null } {
  let end = tokens.length;
  for (let length = formBefore(tokens, end); length > 0; length = formBefore(tokens, end)) {
    end -= length;
    while (end > 0 && tokens[end - 1] === 'and') end -= 1;
  }
  if (end === 0) return { kept: tokens, form: null };
  let start = 0;
  const tail = tokens.slice(end);
  // `PT Acme Tbk` is the one custom of both ends.
  if (tail.length === 0 || tail[0] === 'tbk') {
    while (start < end - 1 && LEADING_FORMS.has(tokens[start]!)) start += 1;
  }
  const form = [...tokens.slice(0, start), ...tail].filter(Boolean);
  while (form[0] === 'and') form.shift();
  return {
    kept: tokens.slice(start, end),
    form: form.length > 0 ? form.join(' ').replaceAll(' and ', ' & ') : null,
  };
}

/** Number of words before `end` that make a legal form, the longest first; 0 if there is none. */
function formBefore(tokens: string[], end: number): number {
  if (end === 0 || !FORM_ENDINGS.has(tokens[end - 1]!)) return 0;
  for (let length = Math.min(LONGEST_FORM, end); length > 0; length -= 1) {
    if (FORMS.has(tokens.slice(end - length, end).join(' '))) return length;
  }
  return 0;
}
