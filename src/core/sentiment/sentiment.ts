/**
 * Sentiment, of a whole text or toward named targets. Deterministic and explainable: each answer comes with the span
 * it rests on and the rule that decided.
 *
 * Toward targets, in this order: comparison rules per sentence (comparisons.ts); then each opinion word goes to the
 * target that grammar gives it to (owners.ts), else to the nearest by clause and distance, unless grammar gives it to
 * a noun that is no target; a following sentence that begins with "it" or "they" speaks of
 * the target before.
 */
import { attribute, locate, type Piece, type Place, tokensWithin } from './attribution.ts';
import { verdicts } from './comparisons.ts';
import { mentions } from './mentions.ts';
import { type Opinion, opinionsIn } from './opinions.ts';
import { prose, type Sentence, type Token, take } from './words.ts';

export interface Target {
  name: string;
  /** Other spellings, domains, products. */
  aliases: readonly string[];
}

export interface TextSentiment {
  polarity: -1 | 0 | 1;
  /** −1…1. */
  score: number;
  /** The part of the text that decided; empty when nothing did. */
  evidence: string;
  /** What decided: a comparison's name, `lexicon`, `pronoun`, `whole text` or `none`. */
  rule: string;
}

export interface TargetSentiment extends TextSentiment {
  target: string;
}

/** Total weight → −1…1. One clear word (2) gives 0.63. */
const squash = (total: number): number => total / Math.sqrt(total * total + 6);
/** Below this a score is no opinion: about three quarters of a point. */
const NEUTRAL = 0.29;

function told(total: number, evidence: string, rule: string): TextSentiment {
  const score = squash(total);
  const polarity = score >= NEUTRAL ? 1 : score <= -NEUTRAL ? -1 : 0;
  return { polarity, score: Math.round(score * 1000) / 1000, evidence, rule };
}

/** Sentiment of the whole text, whoever it is about. */
export function sentimentOf(text: string): TextSentiment {
  const { tokens, sentences } = take(prose(text));
  const opinions = opinionsIn(tokens, sentences);
  let total = 0;
  let strongest: Opinion | undefined;
  for (const opinion of opinions) {
    total += opinion.weight;
    if (!strongest || Math.abs(opinion.weight) > Math.abs(strongest.weight)) strongest = opinion;
  }
  if (!strongest) return told(0, '', 'none');
  return told(total, span(text, sentences[tokens[strongest.token]!.sentence]), 'lexicon');
}

/**
 * Sentiment toward each of the targets that the text mentions, in the order of `targets`; the others are left out.
 * A target is found by its name and aliases, by the rule in mentions.ts.
 */
export function sentimentToward(text: string, targets: readonly Target[]): TargetSentiment[] {
  const owner = new Map<string, number>();
  targets.forEach((target, index) => {
    for (const name of [target.name, ...target.aliases]) if (!owner.has(name)) owner.set(name, index);
  });
  const found = mentions(text, [...owner.keys()]);
  if (found.length === 0) return [];

  const plain = prose(text);
  const { tokens, sentences } = take(plain);
  const places = locate(found, owner, tokens, sentences, targets.map(isProper));
  const pieces = new Map<number, Piece[]>(places.map(({ target }) => [target, []]));
  const judged = compare(plain, sentences, places, pieces);
  const opinions = opinionsIn(tokens, sentences, tokensWithin(places));
  for (const { target, ...piece } of attribute(tokens, opinions, places)) {
    if (!judged.has(`${piece.sentence}:${target}`)) pieces.get(target)?.push(piece);
  }
  if (pieces.size === 1) fallBack(tokens, opinions, sentences, places, pieces);

  return targets.flatMap((target, index) => {
    const own = pieces.get(index);
    if (!own) return [];
    const total = own.reduce((sum, piece) => sum + piece.weight, 0);
    const strongest = own.reduce<Piece | undefined>(
      (best, piece) => (best && Math.abs(best.weight) >= Math.abs(piece.weight) ? best : piece),
      undefined,
    );
    const sentence = strongest ? sentences[strongest.sentence] : undefined;
    return [{ target: target.name, ...told(total, span(text, sentence), strongest?.rule ?? 'none') }];
  });
}

/** Brands have a capital, a digit or a domain; common nouns ("service") are asked for without. */
const isProper = ({ name, aliases }: Target): boolean =>
  [name, ...aliases].some((one) => /[\p{Lu}\d.]/u.test(one));

const span = (text: string, sentence: Sentence | undefined): string =>
  sentence ? text.slice(sentence.start, sentence.end).trim() : '';

/** Applies the comparison rules; returns the sentence–target pairs they have decided, as `sentence:target`. */
function compare(
  plain: string,
  sentences: readonly Sentence[],
  places: readonly Place[],
  pieces: Map<number, Piece[]>,
): Set<string> {
  const judged = new Set<string>();
  for (const [sentence, inside] of Map.groupBy(places, (place) => place.sentence)) {
    const range = sentences[sentence];
    // Names within code or addresses may stand outside of every sentence.
    if (!range || inside.some(({ mention }) => mention.end > range.end)) continue;
    const { start, end, question } = range;
    let written = '';
    let from = start;
    for (const { mention, target } of inside) {
      written += `${plain.slice(from, mention.start)}‹${target}›`;
      from = mention.end;
    }
    written = (written + plain.slice(from, end))
      .toLowerCase()
      .replaceAll('’', "'")
      .replace(/\s{2,}|[^\S ]/g, ' ')
      .replace(/[@#"“”*_]+/g, '');
    for (const verdict of verdicts(written, question)) {
      pieces.get(verdict.target)?.push({ weight: verdict.weight, sentence, rule: verdict.rule });
      judged.add(`${sentence}:${verdict.target}`);
    }
  }
  return judged;
}

/** A short text about one target, without a word beside its name: the whole text speaks, at half weight. */
function fallBack(
  tokens: readonly Token[],
  opinions: readonly Opinion[],
  sentences: readonly Sentence[],
  places: readonly Place[],
  pieces: Map<number, Piece[]>,
): void {
  const [own] = pieces.values();
  if (!own || own.length > 0 || sentences.length > 3) return;
  const seen = new Set(places.map(({ sentence }) => sentence));
  for (const opinion of opinions) {
    const { sentence } = tokens[opinion.token]!;
    // Beside the name it has been judged: it is about something else.
    if (!seen.has(sentence)) own.push({ weight: opinion.weight / 2, sentence, rule: 'whole text' });
  }
}
