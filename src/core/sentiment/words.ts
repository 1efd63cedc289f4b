/**
 * Text taken apart: what is code, quotation or address is blanked (offsets stay), the rest becomes tokens that
 * know their sentence and clause.
 */
import { FACE_WEIGHTS } from './lexicon.ts';

export interface Token {
  /** Lower case, straight apostrophes. */
  word: string;
  start: number;
  end: number;
  kind: 'word' | 'face' | 'comma' | 'stop';
  /** Written in capitals, at least three letters. */
  shouted: boolean;
  sentence: number;
  clause: number;
}

export interface Sentence {
  start: number;
  end: number;
  /** Ends with a question mark. */
  question: boolean;
  exclaimed: boolean;
}

const CODE = /```[\s\S]*?(?:```|$)|`[^`\n]*`/g;
const QUOTATION = /^[ \t]*>(?![>=]).*$/gm;
const ADDRESS = /\b(?:https?:\/\/|www\.)\S+|\b[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]+/gi;

const blank = (text: string): string => ' '.repeat(text.length);

/** The text without code, e-mail style quotations and addresses; every other character keeps its place. */
export function prose(text: string): string {
  let rest = text;
  if (rest.includes('`')) rest = rest.replace(CODE, blank);
  if (rest.includes('>')) rest = rest.replace(QUOTATION, blank);
  if (rest.includes('://') || rest.includes('www.') || rest.includes('@'))
    rest = rest.replace(ADDRESS, blank);
  return rest;
}

// A word may hold apostrophes and hyphens; an emoticon must stand free, or every "a:p" would smile.
const TOKEN =
  /(?<![^\s(])(?:[:;=][o'-]?[()[\]DPp/\\|]+|[xX]D|\^_?\^|\\o\/|<3+|\(:|D:|>:\(|[+-]1(?![\d%]))(?![\p{L}\d])|:[a-z_+\-\d]{2,24}:|\p{Extended_Pictographic}|[\p{L}\d_]+(?:['’-][\p{L}\d_]+)*|\.+|[!?]+|\n+|[,()]|;|—|–| - |--|:/gu;

const CLAUSE_WORDS = new Set([
  'but',
  'while',
  'whereas',
  'although',
  'though',
  'however',
  'yet',
  'except',
  'despite',
  'unfortunately',
  'otherwise',
]);

/** Texts come from anybody: what has no end by then is no sentence, and costs must not grow with its square. */
const LONGEST_SENTENCE = 100;

/** Offsets refer to `text`, which should have been through `prose`. */
export function take(text: string): { tokens: Token[]; sentences: Sentence[] } {
  const tokens: Token[] = [];
  const sentences: Sentence[] = [];
  let clause = 0;
  let from = 0;
  /** Index of the current sentence's first token. */
  let opening = 0;
  const close = (end: number, mark: string): void => {
    if (text.slice(from, end).trim() === '') {
      from = end;
      return;
    }
    sentences.push({ start: from, end, question: mark.includes('?'), exclaimed: mark.includes('!') });
    clause += 1;
    from = end;
    opening = tokens.length;
  };
  for (const match of text.matchAll(TOKEN)) {
    const raw = match[0];
    const start = match.index;
    const end = start + raw.length;
    if (tokens.length - opening >= LONGEST_SENTENCE) close(start, '');
    const base = { start, end, shouted: false, sentence: sentences.length, clause };
    const first = raw.charCodeAt(0);
    if (raw === ',' || raw === '(' || raw === ')') {
      tokens.push({ ...base, word: raw, kind: 'comma' });
    } else if (FACE_WEIGHTS.has(raw)) {
      tokens.push({ ...base, word: raw, kind: 'face' });
    } else if (first === 46 && !/\s|$/.test(text.charAt(end)) && text.charAt(end) !== '') {
      // A dot inside "v2.3" or "node.js" ends nothing.
    } else if (first === 46 || first === 33 || first === 63) {
      tokens.push({ ...base, word: raw, kind: 'stop' });
      close(end, raw);
    } else if (first === 10) {
      // One line break may be wrapping; two end a paragraph, and so does a list's next item.
      if (raw.length > 1 || /[-*•\d]/.test(text.charAt(end))) close(start, '');
    } else if (/^[;—–:-]|^ -/.test(raw)) {
      tokens.push({ ...base, word: raw.trim(), kind: 'comma' });
      clause += 1;
    } else {
      const word = raw.toLowerCase().replaceAll('’', "'");
      if (CLAUSE_WORDS.has(word)) clause += 1;
      tokens.push({
        ...base,
        clause,
        word,
        kind: 'word',
        shouted: raw.length > 2 && raw === raw.toUpperCase() && raw !== raw.toLowerCase(),
      });
    }
  }
  close(text.length, '');
  return { tokens, sentences };
}
