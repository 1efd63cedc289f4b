/** A company name, taken apart for comparison, and what its words say. */
import { normalName } from './company-name.ts';
import { canonicalWord, USUAL_SHARE, type WordClass, wordClass } from './company-words.ts';
import { shortForm } from './legal-forms.ts';
import { hashExact } from './name-keys.ts';

/** A name, taken apart once. */
export interface NameParts {
  /** Hash of `normalName(…).normal`, for names that are the same to the letter. */
  exact: number;
  /** Canonical words of it, in order. */
  words: readonly string[];
  classes: readonly WordClass[];
  /** `words` run together, without links. */
  compact: string;
  /** Legal form by its short name; `''` if the name has none. */
  form: string;
}

/** How rare a word is: −ln of the share of other names that bear it; and whether any account is known to bear it. */
export interface WordStatistics {
  information(word: string, wordClass: WordClass): number;
  isKnown(word: string): boolean;
}

/** A name as it is compared; `null` for a blank one. */
export function readName(name: string): NameParts | null {
  const { normal, legalForm } = normalName(name);
  if (normal === '') return null;
  return takeApart(
    normal.split(' ').map(canonicalWord),
    legalForm === null ? '' : shortForm(legalForm),
    hashExact(normal),
  );
}

/** Canonical words, legal form and the hash of the normal form → parts. */
export function takeApart(words: readonly string[], form: string, exact: number): NameParts {
  const classes = words.map(wordClass);
  let compact = '';
  for (let i = 0; i < words.length; i += 1) if (classes[i] !== 'link') compact += words[i]!;
  return { exact, words, classes, compact: compact === '' ? words.join('') : compact, form };
}

/** How many names our own statistic of words weighs against the accounts'. */
const PRIOR_NAMES = 10_000;
/** There are few short words, so by their number of letters they can't say more than this. */
const MOST_INFORMATION = [0, 3, 6, 10, 13.8];

/**
 * −ln of the share of names that bear a word: its class's usual share, corrected by how many `others` of so many
 * `names` bear it.
 */
export function informationOfWord(word: string, kind: WordClass, others: number, names: number): number {
  const share = (USUAL_SHARE[kind] * PRIOR_NAMES + others) / (PRIOR_NAMES + names);
  const information = -Math.log(Math.min(1, share));
  return ASCII.test(word) ? Math.min(information, MOST_INFORMATION[word.length] ?? information) : information;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const ASCII = /^[\u0000-\u007f]*$/;
