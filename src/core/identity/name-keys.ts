/** Under which hashes a name is filed, and where a name looked for is to be looked up. 32 bits, well mixed. */
import type { NameParts } from './name-parts.ts';

/** Kinds of keys; a hash of one kind does not meet a hash of another. */
const WORD = 0x9e3779b1;
const INITIALS = 0x85ebca6b;
const GRAM = 0xc2b2ae35;
const WHOLE = 0x27d4eb2f;
const EXACT = 0x165667b1;

const LONGEST_MISSPELT = 16;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const ASCII = /^[\u0000-\u007f]*$/;

function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function hashRange(text: string, from: number, to: number, kind: number, without = -1): number {
  let hash = kind;
  for (let i = from; i < to; i += 1) {
    if (i !== without) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return mix(hash);
}

export function hashExact(normal: string): number {
  return hashRange(normal, 0, normal.length, EXACT);
}

export function hashWord(word: string): number {
  return hashRange(word, 0, word.length, WORD);
}

/** The word, and the word without each one of its letters: any one mistake leaves two words with a key in common. */
function pushMisspellings(word: string, out: number[]): void {
  if (word.length < 4 || word.length > LONGEST_MISSPELT) return;
  for (let i = 0; i < word.length; i += 1) out.push(hashRange(word, 0, word.length, WORD, i));
}

function hashWhole(name: NameParts): number {
  const text = name.words
    .filter((_, i) => name.classes[i] !== 'link')
    .sort()
    .join(' ');
  return hashRange(text, 0, text.length, WHOLE);
}

function hashInitials(text: string): number {
  return hashRange(text, 0, text.length, INITIALS);
}

/** Runs of letters, the first one marked as such; shorter runs for shorter names. */
function pushGrams(text: string, length: number, out: number[]): void {
  const marked = `^${text}`;
  for (let i = 0; i + length <= marked.length; i += 1) out.push(hashRange(marked, i, i + length, GRAM));
}

/** Length of the runs that a name looked for is taken apart in: short names have few letters to spare. */
function gramLength(text: string): number {
  if (text.length < 7) return 2;
  return text.length < 12 ? 3 : 4;
}

/** Lengths of the runs a name is filed by: those of names with a letter more or less too. */
function gramLengths(text: string): number[] {
  if (!ASCII.test(text)) return [2, 3, 4];
  if (text.length < 9) return [2, 3];
  return text.length < 14 ? [3, 4] : [4];
}

/** Everything a name is filed under. Appends to `out`. */
export function pushEntryKeys(name: NameParts, out: number[]): void {
  const { words, classes, compact, form } = name;
  out.push(hashWhole(name));
  let previous = -1;
  let initials = '';
  let withLinks = '';
  let ownInitials = '';
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!;
    withLinks += word[0] ?? '';
    if (classes[i] === 'link') continue;
    out.push(hashWord(word));
    if (classes[i] === 'coined' || classes[i] === 'common' || classes[i] === 'place')
      pushMisspellings(word, out);
    if (previous >= 0) out.push(hashWord(words[previous]! + word));
    previous = i;
    initials += word[0] ?? '';
    if (classes[i] !== 'corporate') ownInitials = initials;
  }
  if (words.length > 2) out.push(hashWord(compact));
  if (form !== '') {
    const joined = compact + form.replaceAll(' ', '');
    out.push(hashWord(joined));
    if (words.length === 1) pushMisspellings(joined, out);
  }
  for (const text of new Set([initials, ownInitials, withLinks])) {
    if (text.length > 2 && text.length < 7) out.push(hashInitials(text));
  }
  for (const length of gramLengths(compact)) pushGrams(compact, length, out);
}

/** Keys that together credit a candidate once. */
export interface KeyGroup {
  /** The place of the word in the name that the keys stand for, whose rarity is the credit; else −1. */
  word: number;
  /** Fixed credit where there is no such word, on the scale of `WordStatistics.information`. */
  credit: number;
  hashes: number[];
}

const WHOLE_CREDIT = 16;
const JOINED_CREDIT = 10;
const GRAM_CREDIT = 1;

/** Where names with words, joined words or initials in common are filed; the first group is the whole name. */
export function wordGroups(name: NameParts): KeyGroup[] {
  const { words, classes, compact, form } = name;
  const groups: KeyGroup[] = [
    { word: -1, credit: WHOLE_CREDIT, hashes: [hashWhole(name), hashWord(compact)] },
  ];
  const joined = compact + form.replaceAll(' ', '');
  if (words.length === 1 && form !== '') {
    const hashes = [hashWord(joined)];
    pushMisspellings(joined, hashes);
    groups.push({ word: -1, credit: JOINED_CREDIT, hashes });
  }
  let previous = -1;
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!;
    if (classes[i] === 'link') continue;
    const hashes = [hashWord(word)];
    if (classes[i] !== 'corporate' && classes[i] !== 'trade') pushMisspellings(word, hashes);
    if (word.length > 2 && word.length < 7) hashes.push(hashInitials(word));
    groups.push({ word: i, credit: 0, hashes });
    if (previous >= 0)
      groups.push({ word: -1, credit: JOINED_CREDIT, hashes: [hashWord(words[previous]! + word)] });
    previous = i;
  }
  return groups;
}

/** Runs of letters of the whole name, for names that are misspelt all over. */
export function gramGroups(name: NameParts): KeyGroup[] {
  const hashes: number[] = [];
  pushGrams(name.compact, gramLength(name.compact), hashes);
  return [...new Set(hashes)].map((hash) => ({ word: -1, credit: GRAM_CREDIT, hashes: [hash] }));
}
