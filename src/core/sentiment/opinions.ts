/** Opinion words in their context: idioms, negation, degree, wishes, questions. */
import {
  DEGREE_WORDS,
  EXCESS_WORDS,
  EXPECTED_WORDS,
  FACE_WEIGHTS,
  NEGATOR_WORDS,
  OBJECT_WORDS,
  PHRASES_BY_WORD,
  weightOf,
} from './lexicon.ts';
import type { Sentence, Token } from './words.ts';

export interface Opinion {
  /** Index of the token that carries it. */
  token: number;
  /** Index of an idiom's last token; otherwise the same. */
  last: number;
  /** With negation and degree worked in; the lexicon's scale. */
  weight: number;
  /** "love …": the target is what follows. */
  takesObject: boolean;
}

/** How far back a negator reaches, in words: "not a very good …". */
const REACH = 4;
const WISHES = new Set(['would', 'could', 'should', 'might', 'wish', 'hope', 'hopefully', 'if']);

/**
 * The opinions of a tokenised text, in order. Tokens inside `named` (the targets' own names: "Great Expectations")
 * carry none.
 */
export function opinionsIn(
  tokens: readonly Token[],
  sentences: readonly Sentence[],
  named: (token: Token) => boolean = () => false,
): Opinion[] {
  const found: Opinion[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at]!;
    if (token.kind === 'face') {
      found.push({ token: at, last: at, weight: FACE_WEIGHTS.get(token.word)!, takesObject: false });
      continue;
    }
    if (token.kind !== 'word' || named(token)) continue;

    const phrase = phraseAt(tokens, at);
    if (phrase) {
      const last = at + phrase.words.length - 1;
      if (phrase.weight !== 0) {
        const weight = phrase.weight * context(tokens, at, phrase.weight);
        found.push({ token: at, last, weight: asked(weight, sentences[token.sentence]), takesObject: false });
      }
      at = last;
      continue;
    }
    if (token.word === 'too' && EXCESS_WORDS.has(tokens[at + 1]?.word ?? '')) {
      const weight = isNegated(tokens, at) ? 0.5 : -1.5;
      found.push({
        token: at + 1,
        last: at + 1,
        weight: asked(weight, sentences[token.sentence]),
        takesObject: false,
      });
      at += 1;
      continue;
    }
    if (EXPECTED_WORDS.has(token.word)) {
      if (isNegated(tokens, at)) {
        found.push({
          token: at,
          last: at,
          weight: asked(-1.2, sentences[token.sentence]),
          takesObject: false,
        });
        continue;
      }
    }
    let weight = weightOf(token.word);
    if (weight === 0) continue;
    // A degree word of its own ("lacks" negates what follows) must not count twice.
    if (DEGREE_WORDS.has(token.word) && weightOf(tokens[at + 1]?.word ?? '') !== 0) continue;
    if ((token.word === 'like' || token.word === 'likes') && !isVerbLike(tokens, at)) continue;
    weight *= context(tokens, at, weight);
    if (token.shouted) weight *= 1.2;
    found.push({
      token: at,
      last: at,
      weight: asked(weight, sentences[token.sentence]),
      takesObject: OBJECT_WORDS.has(token.word),
    });
  }
  return found;
}

/** Questions ask for a verdict more than they give one. */
function asked(weight: number, sentence: Sentence | undefined): number {
  if (sentence?.question) return weight * 0.5;
  return sentence?.exclaimed ? weight * 1.2 : weight;
}

function phraseAt(tokens: readonly Token[], at: number): { words: string[]; weight: number } | undefined {
  return PHRASES_BY_WORD.get(tokens[at]!.word)?.find(({ words }) =>
    words.every((word, step) => tokens[at + step]?.word === word),
  );
}

function isNegator(word: string): boolean {
  return NEGATOR_WORDS.has(word) || word.endsWith("n't");
}

/** Is there a negator before the token, in the same clause, with no comma between? */
function isNegated(tokens: readonly Token[], at: number): boolean {
  const own = tokens[at]!;
  for (let back = at - 1; back >= 0 && back >= at - REACH; back -= 1) {
    const token = tokens[back]!;
    if (token.kind === 'comma' || token.kind === 'stop') return false;
    if (token.sentence !== own.sentence || token.clause !== own.clause) return false;
    if (!isNegator(token.word)) continue;
    if (token.word === 'not' && tokens[back + 1]?.word === 'only') return false;
    // "no" belongs to the noun right behind it; "nothing" is a subject: "nothing good".
    if ((token.word === 'no' || token.word === 'without') && at - back > 2) return false;
    return true;
  }
  return false;
}

/** The factor that negation, degree and wishing put on a word of this weight. */
function context(tokens: readonly Token[], at: number, weight: number): number {
  let factor = 1;
  const before = tokens[at - 1]?.word ?? '';
  const degree = DEGREE_WORDS.get(before);
  if (degree !== undefined) factor *= degree;
  // "too good", "too kind" complain about nothing; "too slow" complains more.
  if (isNegated(tokens, at)) {
    // "not bad" is fainter praise than "not good" is blame; "no errors" is a fact.
    return factor * (weight > 0 ? -0.8 : -0.4);
  }
  if (weight > 0) {
    for (let back = at - 1; back >= 0 && back >= at - 3; back -= 1) {
      const token = tokens[back]!;
      if (token.kind !== 'word') break;
      // "should be faster", "wish it was easy": what it lacks, not what it is.
      if (WISHES.has(token.word)) return factor * 0.2;
    }
  }
  return factor;
}

/** "I like it" and "we like" against "tools like it". */
function isVerbLike(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.word;
  return (
    before === undefined ||
    tokens[at - 1]!.kind !== 'word' ||
    /^(?:i|we|they|you|people|users|customers|also|really|do|don't|didn't|doesn't|not|never|still|always|would|everyone|who|and|folks|personally|actually|much)$/.test(
      before,
    )
  );
}
