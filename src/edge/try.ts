/** NDJSON in, NDJSON out: one judgement a line, in order, in flat memory. */
import { Invalid, UndercurrentError } from '../core/errors.ts';

/** Longer lines are refused in their place, and not kept. */
const LONGEST_LINE = 1 << 20;
/** Answers are written together, since a write each would cost more than most judgements. */
const PIECE = 1 << 16;

/**
 * Answers every line of the input by `judge`, some lines at a time. Empty lines are passed over; a line that is no
 * JSON or that the judge refuses yields `{"error": {code, message, hint}}`. Errors of any other kind are thrown.
 */
export async function* answer(
  chunks: AsyncIterable<Uint8Array>,
  judge: (input: unknown) => unknown,
): AsyncGenerator<string> {
  let out = '';
  for await (const line of linesOf(chunks)) {
    if (line !== null && line.trim() === '') continue;
    out += `${JSON.stringify(answerLine(line, judge))}\n`;
    if (out.length >= PIECE) {
      yield out;
      out = '';
    }
  }
  if (out) yield out;
}

/** The same where only all lines together can be judged: they are read first, and judged in one go at the end. */
export async function* answerTogether<T>(
  chunks: AsyncIterable<Uint8Array>,
  read: (input: unknown) => T,
  judge: (inputs: readonly T[]) => readonly unknown[],
): AsyncGenerator<string> {
  const inputs: T[] = [];
  /** Line → its error. */
  const refused = new Map<number, unknown>();
  let lines = 0;
  for await (const line of linesOf(chunks)) {
    if (line !== null && line.trim() === '') continue;
    const refusal = answerLine(line, (input) => {
      inputs.push(read(input));
      return null;
    });
    if (refusal) refused.set(lines, refusal);
    lines++;
  }
  const judged = judge(inputs);
  let out = '';
  for (let line = 0, next = 0; line < lines; line++) {
    out += `${JSON.stringify(refused.get(line) ?? judged[next++])}\n`;
    if (out.length >= PIECE) {
      yield out;
      out = '';
    }
  }
  if (out) yield out;
}

/** Lines that are judged in one go by `answerInBatches`. */
const BATCH = 1_000;

/** The same where judging asks somebody, so that many lines at once cost little more than one. */
export async function* answerInBatches<T>(
  chunks: AsyncIterable<Uint8Array>,
  read: (input: unknown) => T,
  judge: (inputs: readonly T[]) => Promise<readonly unknown[]>,
): AsyncGenerator<string> {
  let inputs: T[] = [];
  /** Of each line: its error, or null where it is among the inputs. */
  let refused: unknown[] = [];
  async function answers(): Promise<string> {
    const judged = inputs.length === 0 ? [] : await judge(inputs);
    let next = 0;
    const out = refused.map((refusal) => `${JSON.stringify(refusal ?? judged[next++])}\n`).join('');
    inputs = [];
    refused = [];
    return out;
  }
  for await (const line of linesOf(chunks)) {
    if (line !== null && line.trim() === '') continue;
    refused.push(
      answerLine(line, (input) => {
        inputs.push(read(input));
        return null;
      }),
    );
    if (refused.length === BATCH) yield await answers();
  }
  if (refused.length > 0) yield await answers();
}

function answerLine(line: string | null, judge: (input: unknown) => unknown): unknown {
  try {
    if (line === null) {
      throw new Invalid(
        `The line is longer than ${LONGEST_LINE} characters.`,
        'Give one JSON object a line.',
      );
    }
    return judge(parse(line));
  } catch (error) {
    if (!(error instanceof UndercurrentError)) throw error;
    const { code, message, hint } = error;
    return { error: { code, message, hint } };
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Invalid('The line is not JSON.', 'Give one JSON object a line.', { cause });
  }
}

/** Lines without their ends; `null` for one that is too long. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string | null> {
  const decoder = new TextDecoder();
  let rest = '';
  let tooLong = false;
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      const line = rest + text.slice(start, end);
      rest = '';
      start = end + 1;
      yield tooLong || line.length > LONGEST_LINE ? null : line;
      tooLong = false;
    }
    rest += text.slice(start);
    if (rest.length > LONGEST_LINE) {
      rest = '';
      tooLong = true;
    }
  }
  rest += decoder.decode();
  if (tooLong) yield null;
  else if (rest) yield rest;
}
