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
