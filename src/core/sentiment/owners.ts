/**
 * Whose an opinion word is by English grammar, named or not: the noun behind an adjective ("great food"), the subject
 * of a linking verb ("the food at the bar was great"), the object of a verb ("loved the food"), or the noun before it
 * ("found the food bland"). A guess from word classes: whatever is in no closed class and no adverb may be a noun.
 */
import { DEGREE_WORDS, NEGATOR_WORDS, weightOf } from './lexicon.ts';
import type { Opinion } from './opinions.ts';
import type { Token } from './words.ts';

/** Indexes of a noun phrase's first and last token, with or without its determiner. */
export interface Span {
  first: number;
  last: number;
}

type WordClass =
  | 'determiner'
  | 'pronoun'
  | 'relative'
  | 'preposition'
  | 'joiner'
  | 'subordinator'
  | 'linking'
  | 'existential'
  | 'auxiliary'
  | 'adverb';

/** English's closed classes, as far as they tell where a noun phrase begins and ends. */
const CLASSES: readonly (readonly [WordClass, string])[] = [
  [
    'determiner',
    `the a an this these those my our your his her its their some any every each all both another no many several
    few most more other such what`,
  ],
  [
    'pronoun',
    `i you he she it we they me him us them everyone everybody someone somebody anyone anybody everything something
    anything nothing nobody none one ones myself yourself himself herself itself ourselves themselves i'm i've i'd
    i'll you're you've you'll we're we've we'd we'll they've they'd they'll he'd she'd it'd it'll`,
  ],
  ['relative', 'who which that whom whose'],
  [
    'preposition',
    `of at in on with for from to by about into over under near behind between without within during after before
    through around across outside inside toward towards upon against along besides beyond like than as per off up out
    down via since until`,
  ],
  ['joiner', 'and or nor & plus'],
  [
    'subordinator',
    `but because while although though if when where why how however so yet unless once whereas whether except despite
    then`,
  ],
  [
    'linking',
    `is are was were be been being am isn't aren't wasn't weren't seem seems seemed look looks looked feel feels felt
    taste tastes tasted smell smells smelled sound sounds sounded remain remains remained become becomes became get
    gets got getting stay stays stayed appear appears appeared turned it's that's he's she's they're what's`,
  ],
  ['existential', `there there's here here's`],
  [
    'auxiliary',
    `have has had having do does did will would can could should may might must shall don't doesn't didn't won't
    wouldn't can't cannot couldn't shouldn't haven't hasn't hadn't need needs want wants make makes made let lets go
    goes went come comes came take takes took give gives gave say says said think thought know knew find found try
    tried`,
  ],
  [
    'adverb',
    `not never always also just only even still often sometimes usually ever again here too very really quite rather
    pretty so almost already now soon later today tonight yesterday maybe perhaps else well both either neither
    enough though anyway overall indeed definitely once twice`,
  ],
];
const CLASS_OF: ReadonlyMap<string, WordClass> = new Map(
  CLASSES.flatMap(([kind, words]) => words.split(/\s+/).map((word): [string, WordClass] => [word, kind])),
);
const PLURAL = new Set(['are', 'were', "aren't", "weren't"]);
const HAVING = new Set('with has have had offers offer offered provides provide provided'.split(' '));
/** Phrases are short, in words; what is longer was guessed wrongly. */
const LONGEST = 5;
/** How far from the opinion word its owner is looked for, in tokens either way. */
const REACH = 24;

const classAt = (tokens: readonly Token[], at: number): WordClass | 'open' | 'end' => {
  const token = tokens[at];
  if (token?.kind !== 'word') return 'end';
  const known = CLASS_OF.get(token.word);
  if (known) return known;
  return token.word.endsWith('ly') || DEGREE_WORDS.has(token.word) || NEGATOR_WORDS.has(token.word)
    ? 'adverb'
    : 'open';
};

/** The noun phrases that own an opinion; empty when grammar does not tell (pronouns, exclamations, other verbs). */
export function ownersOf(tokens: readonly Token[], opinion: Opinion): Span[] {
  const { sentence, kind } = tokens[opinion.token]!;
  if (kind !== 'word') return [];
  let from = Math.max(0, opinion.token - REACH);
  while (tokens[from]!.sentence !== sentence) from += 1;
  let end = Math.min(tokens.length, opinion.last + REACH);
  while (tokens[end - 1]!.sentence !== sentence) end -= 1;
  const near = tokens.slice(from, end);
  return owners(near, opinion.token - from, opinion.last - from, opinion.takesObject).map((span) => ({
    first: span.first + from,
    last: span.last + from,
  }));
}

function owners(tokens: readonly Token[], at: number, last: number, takesObject: boolean): Span[] {
  if (takesObject) return objects(tokens, last + 1);
  const head = beforeModifiers(tokens, at);
  const kind = classAt(tokens, head);
  if (kind === 'linking' || kind === 'existential') {
    if (isThere(tokens, head)) return objects(tokens, last + 1);
    const own = subjects(tokens, head);
    // "The garden is a lovely place" praises both.
    return own.length > 0 && classAt(tokens, head + 1) !== 'determiner'
      ? own
      : [...own, ...objects(tokens, last + 1)];
  }
  const behind = objects(tokens, last + 1);
  if (behind.length > 0) return [...behind, ...holders(tokens, head)];
  return kind === 'open' ? phraseBefore(tokens, head) : [];
}

/** Walks back from an opinion word over what modifies or joins it ("was not only very friendly and", "was a"). */
function beforeModifiers(tokens: readonly Token[], at: number): number {
  let back = at - 1;
  for (; back >= 0; back -= 1) {
    const kind = classAt(tokens, back);
    if (kind === 'adverb' || kind === 'determiner') continue;
    if (kind === 'open' && weightOf(tokens[back]!.word) !== 0) continue;
    const joins = kind === 'joiner' || tokens[back]!.word === ',';
    // A joined opinion shares its subject: "slow, loud and rude".
    if (joins && weightOf(tokens[back - 1]?.word ?? '') !== 0) continue;
    break;
  }
  if (tokens[back]?.word === 'of' && tokens[back - 1]?.word === 'one') back -= 2;
  return throughNoun(tokens, back);
}

/** "Was a total …": from the unknown word between to the verb; "was the food …" asks or exclaims about the food. */
function throughNoun(tokens: readonly Token[], last: number): number {
  let back = last;
  while (last - back < 2 && classAt(tokens, back) === 'open') back -= 1;
  if (back === last || classAt(tokens, back) !== 'determiner' || classAt(tokens, back - 1) !== 'linking')
    return last;
  return subjects(tokens, back - 1).length > 0 ? back - 1 : last;
}

/** Whoever has the thing praised: "the menu has great variety", "a menu (that comes) with great variety". */
function holders(tokens: readonly Token[], verb: number): Span[] {
  return HAVING.has(tokens[verb]?.word ?? '') ? subjects(tokens, verb) : [];
}

function isThere(tokens: readonly Token[], linking: number): boolean {
  return [linking, linking - 1, linking - 2].some((at) => classAt(tokens, at) === 'existential');
}

/** Subjects of the verb at this index; of "with", what stands before it. */
function subjects(tokens: readonly Token[], linking: number): Span[] {
  let at = linking - 1;
  while (classAt(tokens, at) === 'adverb' || classAt(tokens, at) === 'auxiliary') at -= 1;
  if (classAt(tokens, at) === 'relative') {
    at -= 1;
    if (tokens[at]?.word === ',') at -= 1;
  }
  const found = phraseBefore(tokens, at);
  const first = found.at(-1)?.first;
  if (first === undefined) return found;
  const bare = classAt(tokens, first) !== 'determiner';
  if (!bare && !PLURAL.has(tokens[linking]!.word)) return found;
  const joiner = first - 1;
  return classAt(tokens, joiner) === 'joiner' && weightOf(tokens[joiner - 1]?.word ?? '') === 0
    ? [...found, ...phraseBefore(tokens, joiner - 1)]
    : found;
}

/** The noun phrase that ends at this index; of "the food at the bar" the food, of "the taste of the food" both. */
function phraseBefore(tokens: readonly Token[], last: number): Span[] {
  let first = last + 1;
  while (first > 0 && last - first + 1 < LONGEST && classAt(tokens, first - 1) === 'open') first -= 1;
  if (first > last) return [];
  let before = first - 1;
  while (classAt(tokens, before) === 'determiner') before -= 1;
  const own = { first: before + 1, last };
  if (classAt(tokens, before) !== 'preposition') return [own];
  const outer = phraseBefore(tokens, before - 1);
  if (outer.length === 0) return [own];
  return tokens[before]!.word === 'of' ? [own, ...outer] : outer;
}

/** Noun phrases from this index on: "the food", "food and drinks", "selection of wines". */
function objects(tokens: readonly Token[], from: number): Span[] {
  const found: Span[] = [];
  let first = from;
  for (;;) {
    while (classAt(tokens, first) === 'determiner' || classAt(tokens, first) === 'adverb') first += 1;
    let last = first;
    while (last - first < LONGEST && classAt(tokens, last) === 'open') last += 1;
    if (last === first) return found;
    found.push({ first, last: last - 1 });
    let next = last;
    if (tokens[next]?.word === ',') next += 1;
    if (classAt(tokens, next) === 'joiner' || tokens[next]?.word === 'of') next += 1;
    if (next === last || found.length === LONGEST) return found;
    first = next;
  }
}
