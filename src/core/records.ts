/**
 * The bytes of a file → the records in it. Pure over the iterable it is handed: no files, no network.
 *
 * One bad line never costs its neighbours. Only what makes the whole file unreadable (UTF-16, a zip archive,
 * a header without the needed columns) is thrown; everything else is yielded in its place.
 */
import { isUtf8 } from 'node:buffer';
import { createGunzip } from 'node:zlib';
import { Invalid } from './errors.ts';
import type { FileTransport } from './signal.ts';

/** A record, or the reason why there is none. `line` is 1-based, of where the record starts. */
export type RecordItem<T = unknown> =
  | { line: number; record: T; error?: undefined }
  | { line: number; raw: string; error: Invalid };

type Lines = AsyncIterable<RecordItem<string>[]>;

const MAX_LINE = 1024 * 1024;
const MAX_RAW = 2_000;
const BATCH = 1_000;
const PIECE = 256 * 1024;
/** Deflate can grow a thousandfold: small pieces keep what one of them becomes below 16 MiB. */
const GZIP_PIECE = 16 * 1024;

/**
 * Reads records of the transport's format out of plain or gzipped UTF-8. Yields arrays of up to 1,000 items in
 * the file's order; a record is `Record<string, string>` for `csv`, `string` for `lines`, any JSON value for
 * `ndjson`. Blank lines are left out. Throws `Invalid` where no record of the file can be read.
 */
export async function* readRecords(
  chunks: AsyncIterable<Uint8Array>,
  transport: FileTransport,
): AsyncGenerator<RecordItem[]> {
  const lines = readLines(chunks);
  const items =
    transport.format === 'csv' ? readCsv(lines, transport) : readEach(lines, transport.format === 'ndjson');
  for await (const batch of items) {
    for (let at = 0; at < batch.length; at += BATCH) {
      yield batch.length <= BATCH ? batch : batch.slice(at, at + BATCH);
    }
  }
}

async function* readEach(lines: Lines, json: boolean): AsyncGenerator<RecordItem[]> {
  for await (const batch of lines) {
    const filled = batch.filter((item) => item.error !== undefined || item.record.trim() !== '');
    yield json ? filled.map(parseJson) : filled;
  }
}

function parseJson(item: RecordItem<string>): RecordItem {
  if (item.error !== undefined) return item;
  try {
    return { line: item.line, record: JSON.parse(item.record) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return reject(
      item.line,
      item.record,
      `is not JSON: ${reason}`,
      'Write one whole JSON value per line.',
      cause,
    );
  }
}

// ---- CSV

/**
 * Rows of a CSV file. The splitting is our own because it must come back from a quote that nobody closed: then
 * only the line with the quote is rejected and reading goes on at the next one, which a streaming CSV parser,
 * having let go of the lines, can't do.
 */
async function* readCsv(lines: Lines, transport: FileTransport): AsyncGenerator<RecordItem[]> {
  let names: string[] | undefined;
  let delimiter = ',';
  let pending: RecordItem<string>[] = [];

  function consume(last: boolean): RecordItem[] {
    const out: RecordItem[] = [];
    let at = 0;
    while (at < pending.length) {
      const item = pending[at]!;
      if (item.error !== undefined || item.record === '') {
        if (item.error !== undefined) out.push(item);
        at++;
        continue;
      }
      if (!names) delimiter = guessDelimiter(item.record);
      const row = splitRow(pending, at, delimiter);
      if (row === 'unfinished' && !last) break;
      if (typeof row === 'string' || (row.end > at + 1 && swallowsRows(pending, at, row, names, delimiter))) {
        const reason = 'has a quote (") that is not closed where a cell ends';
        out.push(
          reject(
            item.line,
            item.record,
            reason,
            'Close the quote, or double it where it belongs to the text.',
          ),
        );
        at++;
        continue;
      }
      at = row.end;
      if (!names) {
        const columns = transport.columns?.(row.cells) ?? {
          names: row.cells.map((cell) => cell.trim()),
          firstRowIsData: false,
        };
        names = columns.names;
        if (!columns.firstRowIsData) continue;
      }
      if (row.cells.length !== names.length) {
        const reason = `has ${row.cells.length} columns where ${names.length} are expected`;
        out.push(reject(item.line, item.record, reason, 'Quote cells that contain the delimiter.'));
        continue;
      }
      const record: Record<string, string> = {};
      for (let column = 0; column < names.length; column++) {
        const name = names[column]!;
        // Of columns with the same name the first stands; columns without a name are left out.
        if (name !== '' && !Object.hasOwn(record, name)) record[name] = row.cells[column]!;
      }
      out.push({ line: item.line, record });
    }
    pending = pending.slice(at);
    return out;
  }

  for await (const batch of lines) {
    pending = pending.length === 0 ? batch : pending.concat(batch);
    const out = consume(false);
    if (out.length > 0) yield out;
  }
  const out = consume(true);
  if (out.length > 0) yield out;
}

interface Row {
  cells: string[];
  /** Index of the line after the row's last. */
  end: number;
}

/**
 * The row that starts at `lines[start]` and goes on over further lines while a quote is open. `unfinished` when
 * the lines at hand end inside a quote, `broken` when text follows a closing quote or the row grows beyond 1 MiB.
 * A quote inside an unquoted cell is text.
 */
function splitRow(
  lines: RecordItem<string>[],
  start: number,
  delimiter: string,
): Row | 'unfinished' | 'broken' {
  const first = lines[start]!;
  if (first.error !== undefined) return 'broken';
  let text = first.record;
  let end = start + 1;
  if (!text.includes('"')) return { cells: text.split(delimiter), end };
  const cells: string[] = [];
  let size = text.length;
  let at = 0;
  for (;;) {
    if (text[at] !== '"') {
      const stop = text.indexOf(delimiter, at);
      cells.push(stop < 0 ? text.slice(at) : text.slice(at, stop));
      if (stop < 0) return { cells, end };
      at = stop + 1;
      continue;
    }
    let cell = '';
    at++;
    for (;;) {
      const quote = text.indexOf('"', at);
      if (quote < 0) {
        const next = lines[end];
        if (!next) return 'unfinished';
        if (next.error !== undefined) return 'broken';
        cell += `${text.slice(at)}\n`;
        text = next.record;
        size += text.length + 1;
        if (size > MAX_LINE) return 'broken';
        end++;
        at = 0;
      } else if (text[quote + 1] === '"') {
        cell += text.slice(at, quote + 1);
        at = quote + 2;
      } else {
        cell += text.slice(at, quote);
        at = quote + 1;
        break;
      }
    }
    cells.push(cell);
    if (at === text.length) return { cells, end };
    if (text[at] !== delimiter) return 'broken';
    at++;
  }
}

/**
 * Did two stray quotes far apart make one row of many? So it is when the columns don't come out, or when every
 * line in between is a whole row by itself.
 */
function swallowsRows(
  lines: RecordItem<string>[],
  start: number,
  row: Row,
  names: string[] | undefined,
  delimiter: string,
): boolean {
  if (names && row.cells.length !== names.length) return true;
  const width = row.cells.length;
  const inner = lines
    .slice(start + 1, row.end - 1)
    .filter((item) => item.error === undefined && item.record !== '');
  if (width < 3 || inner.length === 0) return false;
  return inner.every((item) => {
    const alone = splitRow([item], 0, delimiter);
    return typeof alone !== 'string' && alone.cells.length === width;
  });
}

/** Comma, or the semicolon or tab that spreadsheets write in its place, whichever the first line has most of. */
function guessDelimiter(line: string): string {
  const bare = line.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => bare.split(delimiter).length;
  return [';', '\t'].reduce((best, other) => (count(other) > count(best) ? other : best), ',');
}

// ---- lines

async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<RecordItem<string>[]> {
  let line = 1;
  let parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of readText(chunks)) {
      const end = chunk.lastIndexOf(10);
      if (end < 0) {
        // Of a line beyond the limit only the beginning is kept: enough to be rejected.
        if (size <= MAX_LINE) parts.push(chunk);
        size += chunk.length;
        continue;
      }
      const items = splitLines(joined(parts, chunk.subarray(0, end)), line);
      line += items.length;
      parts = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
      size = chunk.length - end - 1;
      yield items;
    }
  } catch (error) {
    if (!(error instanceof Invalid) || error.code !== BROKEN_GZIP) throw error;
    // The started line is incomplete and goes with the error.
    yield [{ line, raw: joined(parts).toString('utf8').slice(0, MAX_RAW), error }];
    return;
  }
  if (size > 0) yield splitLines(joined(parts), line);
}

const joined = (parts: Buffer[], last?: Buffer): Buffer => {
  if (parts.length === 0) return last ?? Buffer.alloc(0);
  return last ? Buffer.concat([...parts, last]) : Buffer.concat(parts);
};

function splitLines(block: Buffer, firstLine: number): RecordItem<string>[] {
  if (block.length > MAX_LINE || block.includes(0) || !isUtf8(block))
    return splitDoubtfulLines(block, firstLine);
  return block
    .toString('utf8')
    .split('\n')
    .map((text, index) => ({ line: firstLine + index, record: withoutReturn(text) }));
}

function splitDoubtfulLines(block: Buffer, firstLine: number): RecordItem<string>[] {
  const items: RecordItem<string>[] = [];
  let start = 0;
  for (let line = firstLine; start <= block.length; line++) {
    const stop = block.indexOf(10, start);
    const end = stop < 0 ? block.length : stop;
    const bytes = block.subarray(start, end);
    start = end + 1;
    const raw = () => bytes.toString('utf8', 0, MAX_RAW).replaceAll('\0', '');
    if (bytes.length > MAX_LINE) {
      items.push(reject(line, raw(), 'is longer than 1 MiB', 'Check that the file has line breaks.'));
    } else if (bytes.includes(0)) {
      items.push(reject(line, raw(), 'contains a NUL byte', 'Save the file as UTF-8 text.'));
    } else if (!isUtf8(bytes)) {
      items.push(
        reject(line, raw(), 'is not valid UTF-8', 'Convert the file, e.g. iconv -f latin1 -t utf-8.'),
      );
    } else {
      items.push({ line, record: withoutReturn(bytes.toString('utf8')) });
    }
  }
  return items;
}

const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);

function reject(line: number, raw: string, reason: string, hint: string, cause?: unknown): RecordItem<never> {
  return { line, raw, error: new Invalid(`Line ${line} ${reason}. ${hint}`, hint, { cause }) };
}

// ---- bytes

const BROKEN_GZIP = 'BROKEN_GZIP';

/** UTF-8 bytes without mark, inflated where needed. Throws `Invalid` for what is no UTF-8 text. */
async function* readText(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const packed = await peek(cut(chunks, PIECE));
  const gzipped = packed.head[0] === 0x1f && packed.head[1] === 0x8b;
  const { head, rest } = gzipped ? await peek(inflate(chain(packed))) : packed;
  const unreadable = nameEncoding(head);
  if (unreadable) {
    await rest.return?.(undefined);
    throw unreadable;
  }
  const marked = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf;
  yield* chain({ head: marked ? head.subarray(3) : head, rest });
}

function nameEncoding(head: Buffer): Invalid | undefined {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    const remedy = 'Save it as UTF-8, e.g. iconv -f utf-16 -t utf-8.';
    return new Invalid(`The file is UTF-16, which is not read. ${remedy}`, remedy);
  }
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4) {
    const remedy = 'Unpack it first, or export a spreadsheet as CSV.';
    return new Invalid(
      `The file is a zip archive or an Excel workbook, which is not read. ${remedy}`,
      remedy,
    );
  }
  return undefined;
}

/** The first four bytes or more, and what follows them. */
async function peek(chunks: AsyncGenerator<Buffer>): Promise<{ head: Buffer; rest: AsyncGenerator<Buffer> }> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 4) {
    const next = await chunks.next();
    if (next.done) break;
    head = joined(head.length > 0 ? [head] : [], next.value);
  }
  return { head, rest: chunks };
}

async function* chain({
  head,
  rest,
}: {
  head: Buffer;
  rest: AsyncGenerator<Buffer>;
}): AsyncGenerator<Buffer> {
  yield head;
  yield* rest;
}

/** The same bytes in pieces of a bounded length. */
async function* cut(chunks: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
  }
}

/** Inflates gzip, several members in a row too. What came out before an error is yielded before it is thrown. */
async function* inflate(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  let ready: Buffer[] = [];
  let failure: Error | undefined;
  // Read by listener: iterating over the stream would lose what it holds at the moment it fails.
  gunzip.on('data', (bytes: Buffer) => ready.push(bytes));
  gunzip.on('error', (error) => {
    failure = error;
  });
  const closed = new Promise<void>((resolve) => gunzip.once('close', resolve));
  try {
    for await (const piece of cut(chunks, GZIP_PIECE)) {
      const written = new Promise<void>((resolve) => gunzip.write(piece, () => resolve()));
      // A write that fails may never be called back.
      await Promise.race([written, closed]);
      yield* ready;
      ready = [];
      if (failure) break;
    }
    if (!failure) gunzip.end();
    await closed;
    yield* ready;
  } finally {
    gunzip.destroy();
  }
  if (failure) {
    const remedy = 'Get the file again: what was readable up to here has been read.';
    const message = `The gzip data is damaged or cut off (${failure.message}). ${remedy}`;
    throw new Invalid(message, remedy, { cause: failure, code: BROKEN_GZIP });
  }
}
