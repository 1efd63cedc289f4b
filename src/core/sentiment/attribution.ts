/** Which of the targets an opinion word is about: by sentence, clause, distance and grammar. */
import type { Mention } from './mentions.ts';
import type { Opinion } from './opinions.ts';
import { ownersOf, type Span } from './owners.ts';
import type { Sentence, Token } from './words.ts';

/** One sentence's say about a target, on the lexicon's scale. */
export interface Piece {
  weight: number;
  sentence: number;
  rule: string;
}

/** A mention among the tokens. */
export interface Place {
  mention: Mention;
  target: number;
  /** A brand, not a common noun. */
  proper: boolean;
  /** Index of its first and last token. */
  first: number;
  last: number;
  sentence: number;
}

/**
 * The places of the mentions, which must be in order; `proper` tells by index which targets are brands. A name inside
 * code has no token: it stands before the next.
 */
export function locate(
  found: readonly Mention[],
  owner: ReadonlyMap<string, number>,
  tokens: readonly Token[],
  sentences: readonly Sentence[],
  proper: readonly boolean[],
): Place[] {
  let first = 0;
  let sentence = 0;
  return found.flatMap((mention) => {
    while (first < tokens.length && tokens[first]!.end <= mention.start) first += 1;
    let last = first;
    while (last + 1 < tokens.length && tokens[last + 1]!.start < mention.end) last += 1;
    while (sentence + 1 < sentences.length && sentences[sentence]!.end <= mention.start) sentence += 1;
    const target = owner.get(mention.name)!;
    return { mention, target, proper: proper[target]!, first, last, sentence };
  });
}

/** The tokens that are part of a name: "Great Expectations" praises nobody. */
export function tokensWithin(places: readonly Place[]): (token: Token) => boolean {
  // Tokens are asked for in order, as the places are.
  let next = 0;
  return (token) => {
    while (next < places.length && places[next]!.mention.end <= token.start) next += 1;
    return next < places.length && places[next]!.mention.start < token.end;
  };
}

/** Gives every opinion to the target or targets it is about; opinions about nobody named are left out. */
export function attribute(
  tokens: readonly Token[],
  opinions: readonly Opinion[],
  places: readonly Place[],
): (Piece & { target: number })[] {
  const bySentence = Map.groupBy(places, (place) => place.sentence);
  let words: Map<number, Token[]> | undefined;
  return opinions.flatMap((opinion) => {
    const { sentence } = tokens[opinion.token]!;
    const piece = (target: number, weight: number, rule: string) => ({ target, weight, sentence, rule });
    const inside = bySentence.get(sentence);
    if (!inside) {
      const before = bySentence.get(sentence - 1) ?? [];
      const spokenOf = new Set(before.map((place) => place.target));
      if (spokenOf.size !== 1) return [];
      words ??= Map.groupBy(
        tokens.filter(({ kind }) => kind === 'word'),
        (token) => token.sentence,
      );
      if (!speaksOfTheLast(words.get(sentence) ?? [])) return [];
      return [...spokenOf].map((target) => piece(target, opinion.weight, 'pronoun'));
    }
    const [contrasted, candidates] = partition(inside, (place) => isContrasted(tokens, place));
    const owners = ownersOf(tokens, opinion);
    const owning = candidates.filter((place) => owners.some((span) => overlap(span, place)));
    // A word for something that nobody asked about tells nothing of the one noun that was asked about. It does of a
    // brand ("the support is slow"); and whoever names several things has named what the sentence is about.
    const lone = owners.length > 0 && inside.every((place) => place.target === inside[0]!.target);
    const others = lone ? candidates.filter(({ proper }) => proper) : candidates;
    const about = owning.length > 0 ? undefined : nearest(tokens, opinion, others);
    const near = about ? nearness(about.cost) : 1;
    const direct = new Set(
      (about ? conjoined(tokens, about.place, candidates) : owning).map((place) => place.target),
    );
    const opposite = new Set(contrasted.map((place) => place.target).filter((target) => !direct.has(target)));
    return [
      ...[...direct].map((target) => piece(target, opinion.weight * near, 'lexicon')),
      ...[...opposite].map((target) => piece(target, -opinion.weight / 2, 'unlike A')),
    ];
  });
}

const overlap = (one: Span, other: Span): boolean => one.first <= other.last && one.last >= other.first;

function partition<T>(all: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}

function nearest(
  tokens: readonly Token[],
  opinion: Opinion,
  places: readonly Place[],
): { place: Place; cost: number } | undefined {
  let best: { place: Place; cost: number } | undefined;
  for (const place of places) {
    const cost = distance(tokens, opinion, place);
    if (!best || cost < best.cost) best = { place, cost };
  }
  return best;
}

/** "Unlike A, …", "compared to A": what is said there is the opposite of A. */
function isContrasted(tokens: readonly Token[], place: Place): boolean {
  const [second, last] = tokens.slice(Math.max(0, place.first - 2), place.first).map(({ word }) => word);
  const before = last ?? second ?? '';
  return (
    before === 'unlike' ||
    ((before === 'to' || before === 'with') && (second === 'compared' || second === 'contrast'))
  );
}

/** What is far from a name, or beyond a clause, is probably about something that we were not asked about. */
const nearness = (cost: number): number => (cost <= 6 ? 1 : Math.max(0.3, 1 - (cost - 6) / 14));

/**
 * How far an opinion word is from a mention: words between, with commas and clause boundaries counting more.
 * "great food" and "the food was great" are near; what an object verb is about stands behind it.
 */
function distance(tokens: readonly Token[], opinion: Opinion, place: Place): number {
  const behind = place.first > opinion.token;
  const [from, to] = behind ? [opinion.token, place.first] : [place.last, opinion.token];
  let cost = 0;
  for (let at = from + 1; at <= to && at < tokens.length; at += 1) {
    const token = tokens[at]!;
    cost += token.kind === 'comma' ? 3 : 1;
    if (token.word === 'and' || token.word === 'or') cost += 1;
    // ", the support was slow": a new subject stands between.
    if (DETERMINER.test(token.word) && BREAK.test(tokens[at - 1]?.word ?? '')) cost += 4;
  }
  const clauses = Math.abs((tokens[to]?.clause ?? 0) - (tokens[from]?.clause ?? 0));
  cost += clauses * 6;
  if (!behind) return opinion.takesObject ? cost * 1.5 : cost;
  if (opinion.takesObject || to - from <= 2) return cost * 0.8;
  return cost * 1.4;
}

const DETERMINER = /^(?:the|our|my|his|her|their|its|a|an|some|we|i|you|he|she)$/;
const BREAK = /^(?:,|and|but|while|although|though|however|or|;)$/;

/** Mentions joined to this one by "and", "or", a comma or a slash share its opinions: "A and B are great". */
function conjoined(tokens: readonly Token[], place: Place, places: readonly Place[]): Place[] {
  return places.filter((other) => {
    if (other === place) return true;
    const [left, right] = other.first < place.first ? [other, place] : [place, other];
    const between = tokens.slice(left.last + 1, right.first);
    return (
      between.length > 0 &&
      between.length <= 3 &&
      between.every(({ word }) => /^(?:and|or|,|the|both|&)$/.test(word))
    );
  });
}

const PRONOUN = /^(?:it|it's|its|they|they're|their|this|these|that's|he|she)$/;

/** A sentence that begins with a pronoun, or is a mere exclamation ("Terrible."), goes on about what was named before. */
function speaksOfTheLast(words: readonly Token[]): boolean {
  return words.length <= 3 || PRONOUN.test(words[0]!.word);
}
