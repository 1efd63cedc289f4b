/**
 * How surely two company names mean the same company, by weight of evidence: words they share count by how few
 * names bear them, words that only one has count against it by what they say. Pure arithmetic on log-odds.
 */
import type { WordClass } from './company-words.ts';
import { editDistance } from './edit-distance.ts';
import type { NameParts, WordStatistics } from './name-parts.ts';

export interface Likeness {
  /** Log-odds that it is the same company. */
  logOdds: number;
  /** Plain words, e.g. `words in another order`; made when asked for, as few candidates are shown. */
  evidence(): string;
}

/** Log-odds, set by hand on half of a list of common names and registered titles and checked on the other half. */
export const WEIGHTS = {
  /** Against any two names being the same company, before anything is known. */
  start: -10.5,
  /** The whole name is the same, letter by letter; it may lack in rare words what it has in completeness. */
  identical: 11,
  /** The same but for spaces, plurals, abbreviations or links. */
  equivalent: 9,
  /** The same but for words that say nothing, like `group`. */
  muchTheSame: 4.5,
  /** Several words of substance, with which the account's name begins. */
  beginning: 1.5,
  /** The same words in another order. */
  reordered: 6.5,
  /** Every word has its counterpart, but some are misspelt; times the part that is not. */
  misspelt: 2.5,
  /** Two names that both state a legal form, and not the same. */
  otherForm: -0.7,
  sameForm: 0.3,
  /** The same for names that are otherwise equal: then the form is what tells namesakes apart. */
  otherFormOfNamesake: -3,
  /** The name looked for is a registered one, with its legal form, so nothing should be missing in it. */
  formButShortened: -2,
  /** Both names have a word of substance that the other lacks: `bank of america`, `bank of ireland`. */
  conflict: -4,
  /** The name's first word of substance is not in the other. */
  head: -2.5,
  /** A word with all its letters mistyped; by the share of the letters. */
  mistake: -12,
  /** Each mistake makes room for more words of other companies. */
  eachMistake: -2,
  /** A word that differs by a letter or two is a word of its own. */
  otherWord: -4.5,
  number: -8,
  initials: -3.5,
  /** Start and slope for names of which hardly a letter is in place: good for a guess, never for a match. */
  guess: 1.5,
  guessSlope: -16,
} as const;

/** What a word costs that only the longer name has, when somebody calls a company by its short name. */
const LEFT_OUT: Record<WordClass, number> = {
  link: -0.1,
  corporate: -0.35,
  trade: -0.9,
  vehicle: -6,
  place: -3,
  number: -8,
  common: -3.5,
  coined: -4,
};
/** Of first names and the like: `ericsson lm`. */
const LEFT_OUT_INITIALS = -1.2;
/** What a word costs that only the name looked for has. */
const ADDED: Record<WordClass, number> = {
  link: -0.1,
  corporate: -0.6,
  trade: -1.6,
  vehicle: -5,
  place: -3,
  number: -8,
  common: -5,
  coined: -6,
};

/** Mistakes that a word of this length may have and still be taken for the same. */
export function mistakesAllowed(length: number): number {
  if (length < 4) return 0;
  if (length < 6) return 1;
  if (length < 9) return 2;
  return Math.min(6, Math.floor(length / 3));
}

/** Compares a name looked for with the name of an account. */
export function likeness(asked: NameParts, entry: NameParts, statistics: WordStatistics): Likeness {
  const { start, identical, equivalent, otherForm, otherFormOfNamesake } = WEIGHTS;
  if (asked.compact !== entry.compact) {
    const { logOdds, evidence } = wordByWord(asked, entry, statistics);
    return { logOdds: logOdds + formWeight(asked, entry, otherForm), evidence };
  }
  const form = formWeight(asked, entry, otherFormOfNamesake);
  const information = informationOf(entry, statistics);
  return asked.exact === entry.exact
    ? { logOdds: start + identical + Math.max(1.5, information) + form, evidence: () => 'the same name' }
    : {
        logOdds: start + equivalent + Math.max(0.5, information) + form,
        evidence: () => 'the same name but for spaces, plurals or abbreviations',
      };
}

function formWeight(asked: NameParts, entry: NameParts, other: number): number {
  if (asked.form === '' || entry.form === '') return 0;
  return asked.form === entry.form ? WEIGHTS.sameForm : other;
}

/** Sum over the words of the account's name. */
function informationOf(name: NameParts, statistics: WordStatistics): number {
  let sum = 0;
  for (let i = 0; i < name.words.length; i += 1) {
    sum += statistics.information(name.words[i]!, name.classes[i]!);
  }
  return sum;
}

/** The names as one string each, with their legal forms: for mistakes all over. Good for a guess only. */
export function letterByLetter(asked: NameParts, entry: NameParts): Likeness {
  const a = asked.compact + asked.form.replaceAll(' ', '');
  const b = entry.compact + entry.form.replaceAll(' ', '');
  const length = Math.max(a.length, b.length);
  const limit = Math.floor(length * 0.55);
  const mistakes = editDistance(a, b, limit);
  if (mistakes > limit) return { logOdds: Number.NEGATIVE_INFINITY, evidence: () => '' };
  return {
    logOdds: WEIGHTS.guess + (WEIGHTS.guessSlope * mistakes) / length,
    evidence: () => `${mistakes} of ${length} letters differ`,
  };
}

interface Alignment {
  /** Words of the account's name that have a counterpart. */
  covered: boolean[];
  /** Words looked for without one. */
  left: number[];
  gained: number;
  /** Of it, by words that are the same. */
  exact: number;
  inOrder: boolean;
  misspelt: string[];
  initials: string[];
}

function wordByWord(asked: NameParts, entry: NameParts, statistics: WordStatistics): Likeness {
  const aligned = align(asked, entry, statistics);
  let logOdds = WEIGHTS.start + aligned.gained;
  const missing: string[] = [];
  const added: string[] = [];
  let missingSubstance = 0;
  let addedSubstance = 0;
  for (let j = 0; j < entry.words.length; j += 1) {
    if (aligned.covered[j]) continue;
    const kind = entry.classes[j]!;
    logOdds +=
      leftOut(entry.words[j]!, kind, statistics) * (kind === 'trade' && missingSubstance > 0 ? 0.5 : 1);
    if (kind !== 'link') missing.push(entry.words[j]!);
    if (kind !== 'link' && kind !== 'corporate') missingSubstance += 1;
  }
  for (const i of aligned.left) {
    const kind = asked.classes[i]!;
    logOdds += ADDED[kind];
    if (kind !== 'link') added.push(asked.words[i]!);
    if (kind !== 'link' && kind !== 'corporate') addedSubstance += 1;
  }
  logOdds += WEIGHTS.conflict * Math.min(missingSubstance, addedSubstance);
  const head = entry.classes.findIndex((kind) => kind !== 'link');
  if (head >= 0 && !aligned.covered[head] && aligned.inOrder) logOdds += WEIGHTS.head;
  if (missingSubstance > 0 && asked.form !== '') logOdds += WEIGHTS.formButShortened;

  const complete = missing.length === 0 && added.length === 0;
  if (complete) {
    if (aligned.initials.length > 0) logOdds += 0;
    else if (aligned.misspelt.length > 0)
      logOdds += (WEIGHTS.misspelt * aligned.exact) / Math.max(1, aligned.gained);
    else logOdds += aligned.inOrder ? WEIGHTS.equivalent : WEIGHTS.reordered;
  } else if (aligned.gained === aligned.exact && addedSubstance === 0) {
    if (missingSubstance === 0 && aligned.inOrder) logOdds += WEIGHTS.muchTheSame;
    else if (aligned.left.length === 0 && beginsWith(asked, entry, aligned)) logOdds += WEIGHTS.beginning;
  }
  return { logOdds, evidence: () => describe(aligned, missing, added, complete) };
}

/** Two words or more of substance, all of them at the beginning of the account's name. */
function beginsWith(asked: NameParts, entry: NameParts, { covered }: Alignment): boolean {
  const solid = asked.classes.filter((kind) => kind !== 'link' && kind !== 'corporate').length;
  const end = covered.indexOf(false);
  return solid > 1 && covered.every((is, j) => is === j < end || entry.classes[j] === 'link');
}

/** A word we have no class for, but which many accounts bear, is no name of its own. */
function leftOut(word: string, kind: WordClass, statistics: WordStatistics): number {
  if (kind !== 'coined') return LEFT_OUT[kind];
  if (word.length < 3) return LEFT_OUT_INITIALS;
  return Math.max(LEFT_OUT.coined, -0.28 * statistics.information(word, kind));
}

function describe(aligned: Alignment, missing: string[], added: string[], complete: boolean): string {
  const parts: string[] = [];
  if (aligned.initials.length > 0) parts.push(`"${aligned.initials.join('", "')}" read as initials`);
  if (aligned.misspelt.length > 0) parts.push(`misspelt ${aligned.misspelt.join(', ')}`);
  if (!aligned.inOrder) parts.push('words in another order');
  if (added.length > 0) parts.push(`the account's name has no "${added.join(' ')}"`);
  if (missing.length > 0) parts.push(`the account's name also has "${missing.join(' ')}"`);
  if (parts.length === 0 && complete) parts.push('the same words');
  return parts.join('; ');
}

/** Pairs the words of two names: equal ones first, then joined or torn ones, initials, and misspelt ones. */
function align(asked: NameParts, entry: NameParts, statistics: WordStatistics): Alignment {
  const covered = entry.words.map(() => false);
  const partner = asked.words.map(() => -1);
  const result: Alignment = {
    covered,
    left: [],
    gained: 0,
    exact: 0,
    inOrder: true,
    misspelt: [],
    initials: [],
  };
  const take = (i: number, j: number, gained: number) => {
    partner[i] = j;
    covered[j] = true;
    result.gained += gained;
  };
  const worth = (j: number) => statistics.information(entry.words[j]!, entry.classes[j]!);

  for (let i = 0; i < asked.words.length; i += 1) {
    const j = entry.words.findIndex((word, at) => !covered[at] && word === asked.words[i]);
    if (j >= 0) take(i, j, worth(j));
  }
  if (partner.includes(-1)) {
    joinWords(asked, entry, partner, covered, take, worth);
    result.exact = result.gained;
    readInitials(asked, entry, partner, result, worth);
    spell(asked, entry, partner, result, take, worth, statistics);
    spellRest(asked, entry, partner, result, worth, statistics);
  } else {
    result.exact = result.gained;
  }

  let last = -1;
  for (let i = 0; i < partner.length; i += 1) {
    const j = partner[i]!;
    if (j === -1) result.left.push(i);
    if (j < 0 || asked.classes[i] === 'link') continue;
    if (j < last) result.inOrder = false;
    last = j;
  }
  return result;
}

type Take = (i: number, j: number, gained: number) => void;
const PAIRED_WITH_NEIGHBOUR = -2;

/** `auto zone` and `autozone`. */
function joinWords(
  asked: NameParts,
  entry: NameParts,
  partner: number[],
  covered: boolean[],
  take: Take,
  worth: (j: number) => number,
): void {
  for (let i = 0; i < asked.words.length; i += 1) {
    if (partner[i] !== -1) continue;
    const word = asked.words[i]!;
    for (let j = 0; j < entry.words.length; j += 1) {
      if (covered[j]) continue;
      const next = j + 1;
      if (next < entry.words.length && !covered[next] && word === entry.words[j]! + entry.words[next]!) {
        take(i, j, Math.max(worth(j), 0) + Math.max(worth(next), 0));
        covered[next] = true;
        break;
      }
      if (
        i + 1 < asked.words.length &&
        partner[i + 1] === -1 &&
        word + asked.words[i + 1]! === entry.words[j]
      ) {
        take(i, j, worth(j));
        partner[i + 1] = PAIRED_WITH_NEIGHBOUR;
        break;
      }
    }
  }
}

/** `bny` for `bank of new york`, of words that follow each other; links may be skipped. */
function readInitials(
  asked: NameParts,
  entry: NameParts,
  partner: number[],
  result: Alignment,
  worth: (j: number) => number,
): void {
  const { covered } = result;
  for (let i = 0; i < asked.words.length; i += 1) {
    const word = asked.words[i]!;
    if (partner[i] !== -1 || word.length < 3 || word.length > 6) continue;
    for (let j = 0; j < entry.words.length; j += 1) {
      const run = initialsRun(word, entry, j, covered);
      if (run === null) continue;
      let information = 0;
      for (const at of run) {
        covered[at] = true;
        information += worth(at);
      }
      partner[i] = run[0]!;
      // Initials say much less than the words they stand for: about three bits a letter.
      result.gained += Math.min(information, 2.2 * word.length + 4) + WEIGHTS.initials;
      result.initials.push(word);
      break;
    }
  }
}

/** Links count as words in `boa` and not in `bny`. */
function initialsRun(word: string, entry: NameParts, from: number, covered: boolean[]): number[] | null {
  return (
    initialsOf(word, entry, from, covered, (kind) => kind === 'link') ??
    initialsOf(word, entry, from, covered, () => false)
  );
}

function initialsOf(
  word: string,
  entry: NameParts,
  from: number,
  covered: boolean[],
  skipped: (kind: WordClass) => boolean,
): number[] | null {
  const run: number[] = [];
  let read = 0;
  for (let j = from; j < entry.words.length && read < word.length; j += 1) {
    if (covered[j]) return null;
    if (skipped(entry.classes[j]!)) {
      if (read === 0) return null;
    } else if (entry.words[j]!.startsWith(word[read]!)) {
      read += 1;
    } else {
      return null;
    }
    run.push(j);
  }
  return read === word.length && run.length > 1 ? run : null;
}

/** Misspelt words, the best pairs first come. */
function spell(
  asked: NameParts,
  entry: NameParts,
  partner: number[],
  result: Alignment,
  take: Take,
  worth: (j: number) => number,
  statistics: WordStatistics,
): void {
  for (let i = 0; i < asked.words.length; i += 1) {
    if (partner[i] !== -1 || asked.classes[i] === 'number') continue;
    const word = asked.words[i]!;
    let best = -1;
    let fewest = Number.POSITIVE_INFINITY;
    for (let j = 0; j < entry.words.length; j += 1) {
      if (result.covered[j] || entry.classes[j] === 'number') continue;
      const other = entry.words[j]!;
      const limit = mistakesAllowed(Math.max(word.length, other.length));
      if (limit === 0 || Math.abs(word.length - other.length) > limit) continue;
      const mistakes = editDistance(word, other, Math.min(limit, fewest - 1));
      if (mistakes <= limit && mistakes < fewest) {
        fewest = mistakes;
        best = j;
      }
    }
    if (best < 0) continue;
    const length = Math.max(word.length, entry.words[best]!.length);
    let gained = worth(best) + (WEIGHTS.mistake * fewest) / length + WEIGHTS.eachMistake * fewest;
    if (asked.classes[i] !== 'coined' || statistics.isKnown(word)) gained += WEIGHTS.otherWord;
    // Misspelling must not be worth less than not being there at all.
    if (gained < ADDED[asked.classes[i]!] + LEFT_OUT[entry.classes[best]!] + WEIGHTS.conflict) continue;
    take(i, best, gained);
    result.misspelt.push(`"${word}" for "${entry.words[best]!}"`);
  }
}

/** What is left of both names, run together: `jones9smith`, `acmeplc`, `in novate`. */
function spellRest(
  asked: NameParts,
  entry: NameParts,
  partner: number[],
  result: Alignment,
  worth: (j: number) => number,
  statistics: WordStatistics,
): void {
  const { covered } = result;
  const left = partner.flatMap((j, i) => (j === -1 && asked.classes[i] !== 'link' ? [i] : []));
  const open = covered.flatMap((is, j) => (!is && entry.classes[j] !== 'link' ? [j] : []));
  if (left.length === 0) return;
  const form = asked.form === '' ? entry.form.replaceAll(' ', '') : '';
  if (open.length === 0 && form === '') return;
  // That pair has been tried.
  if (left.length === 1 && open.length === 1 && form === '') return;
  const a = left.map((i) => asked.words[i]!).join('');
  const b = open.map((j) => entry.words[j]!).join('') + form;
  const length = Math.max(a.length, b.length);
  // A mangled legal form alone is short, and little depends on it.
  const limit = open.length === 0 ? 1 : mistakesAllowed(length);
  const mistakes = length < 2 ? 1 : editDistance(a, b, limit);
  if (mistakes > limit) return;
  let gained = WEIGHTS.mistake * (mistakes / Math.max(4, length)) + WEIGHTS.eachMistake * mistakes;
  for (const j of open) {
    if (entry.classes[j] === 'number') return;
    gained += worth(j);
  }
  for (const i of left) {
    const kind = asked.classes[i]!;
    if (kind === 'number') return;
    const word = asked.words[i]!;
    if (mistakes > 0 && word.length > 2 && (kind !== 'coined' || statistics.isKnown(word)))
      gained += WEIGHTS.otherWord;
  }
  let otherwise = WEIGHTS.conflict;
  for (const j of open) otherwise += LEFT_OUT[entry.classes[j]!];
  for (const i of left) otherwise += ADDED[asked.classes[i]!];
  if (gained < otherwise) return;
  for (const i of left) partner[i] = PAIRED_WITH_NEIGHBOUR;
  for (const j of open) covered[j] = true;
  result.gained += gained;
  result.misspelt.push(`"${a}" for "${b}"`);
}
