import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Invalid } from '../../src/core/errors.ts';
import { type RecordItem, readRecords } from '../../src/core/records.ts';
import type { FileTransport } from '../../src/core/signal.ts';

async function* chunksOf(bytes: Uint8Array, size = bytes.length || 1): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(
  content: string | Uint8Array,
  transport: FileTransport = { format: 'lines' },
  chunkSize?: number,
): Promise<RecordItem[]> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const items: RecordItem[] = [];
  for await (const batch of readRecords(chunksOf(bytes, chunkSize), transport)) {
    expect(batch.length).toBeLessThanOrEqual(1_000);
    items.push(...batch);
  }
  return items;
}

/** `[line, record]` or `[line, 'error: …']`. */
const told = (items: RecordItem[]) =>
  items.map((item) => [item.line, item.error ? `error: ${item.error.message}` : item.record]);

const csv: FileTransport = { format: 'csv' };

describe('lines', () => {
  test.each([
    [
      'plain',
      'a\nb\n',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'no newline at the end',
      'a\nb',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'CRLF',
      'a\r\nb\r\n',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'blank lines count but are left out',
      'a\n\n  \nb',
      [
        [1, 'a'],
        [4, 'b'],
      ],
    ],
    [
      'a byte order mark',
      '\uFEFFa\nb',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    ['nothing', '', []],
    ['one short line', 'x', [[1, 'x']]],
    [
      'accents',
      'żółć\nÅngström',
      [
        [1, 'żółć'],
        [2, 'Ångström'],
      ],
    ],
  ])('%s', async (_name, content, expected) => {
    expect(told(await readAll(content))).toEqual(expected);
    expect(told(await readAll(content, { format: 'lines' }, 1))).toEqual(expected);
    expect(told(await readAll(gzipSync(content)))).toEqual(expected);
    expect(told(await readAll(gzipSync(content), { format: 'lines' }, 1))).toEqual(expected);
  });

  test('a line that is not UTF-8 is rejected with its number, its neighbours are read', async () => {
    const content = Buffer.concat([Buffer.from('a\ncaf'), Buffer.from([0xe9]), Buffer.from('\nc\n')]);
    const items = await readAll(content);
    expect(told(items)).toEqual([
      [1, 'a'],
      [2, expect.stringMatching(/^error: Line 2 is not valid UTF-8\. Convert/)],
      [3, 'c'],
    ]);
  });

  test('a NUL byte is rejected', async () => {
    expect(told(await readAll('a\nb\0b\nc'))).toEqual([
      [1, 'a'],
      [2, expect.stringContaining('NUL')],
      [3, 'c'],
    ]);
  });

  test.each([
    ['UTF-16, little end first', Buffer.from('\uFEFFa\nb', 'utf16le'), /UTF-16.*Save it as UTF-8/],
    ['UTF-16, big end first', Buffer.from('\uFEFFa\nb', 'utf16le').swap16(), /UTF-16/],
    ['a zip archive', Buffer.from('PK\x03\x04rest'), /zip archive.*CSV/],
    ['UTF-16 in gzip', gzipSync(Buffer.from('\uFEFFa\nb', 'utf16le')), /UTF-16/],
  ])('%s is refused as a whole', async (_name, content, message) => {
    await expect(readAll(content)).rejects.toThrow(Invalid);
    await expect(readAll(content)).rejects.toThrow(message);
  });

  test('a line longer than 1 MiB is rejected and not kept', async () => {
    const long = 'x'.repeat(3 * 1024 * 1024);
    for (const chunkSize of [70_000, 10_000_000]) {
      const items = await readAll(`a\n${long}\nb\n${long}`, { format: 'lines' }, chunkSize);
      expect(items.map((item) => item.line)).toEqual([1, 2, 3, 4]);
      expect(items.map((item) => item.error?.message.slice(0, 26))).toEqual([
        undefined,
        'Line 2 is longer than 1 Mi',
        undefined,
        'Line 4 is longer than 1 Mi',
      ]);
      const [, second] = items;
      expect(second?.error && second.raw.length).toBeLessThan(10_000);
    }
  });

  test('any text comes out as its lines, whatever the chunks, gzipped or not', async () => {
    const text = fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', 'é', '漢', ' ', '𝒳') }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 40 }), fc.boolean(), async (lines, size, packed) => {
        const content = Buffer.from(lines.join('\n'));
        const items = await readAll(packed ? gzipSync(content) : content, { format: 'lines' }, size);
        const expected = lines.map((record, index) => ({ line: index + 1, record }));
        expect(items).toEqual(expected.filter(({ record }) => record.trim() !== ''));
      }),
    );
  });
});

describe('gzip', () => {
  const text = Array.from({ length: 50_000 }, (_, index) => `line ${index} ${(index * 7919) % 10_007}`).join(
    '\n',
  );
  const packed = gzipSync(text);

  test('several members in a row', async () => {
    const items = await readAll(Buffer.concat([gzipSync('a\nb\n'), gzipSync('c\n')]));
    expect(told(items)).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
  });

  test.each([0.001, 0.5, 0.9, 0.99999])('cut off after %d of its length', async (share) => {
    const items = await readAll(packed.subarray(0, Math.floor(packed.length * share)));
    const last = items.at(-1);
    expect(last?.error?.message).toMatch(/gzip data is damaged or cut off.*Get the file again/);
    const good = items.slice(0, -1);
    expect(good.map((item) => !item.error && item.record)).toEqual(text.split('\n').slice(0, good.length));
    expect(good.length).toBeGreaterThan(50_000 * share * 0.8 - 2_000);
  });

  test('damaged in the middle', async () => {
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, packed.length >> 1, (packed.length >> 1) + 64);
    const items = await readAll(damaged);
    expect(items.at(-1)?.error?.message).toMatch(/gzip data is damaged/);
    expect(items.length).toBeGreaterThan(10_000);
  });
});

describe('ndjson', () => {
  test('a broken line is rejected, its neighbours are read', async () => {
    expect(told(await readAll('{"a":1}\n{"a":\n[2]\n', { format: 'ndjson' }))).toEqual([
      [1, { a: 1 }],
      [2, expect.stringMatching(/^error: Line 2 is not JSON/)],
      [3, [2]],
    ]);
  });
});

describe('csv', () => {
  test.each([
    ['a header', 'a,b\n1,2\n', [[2, { a: '1', b: '2' }]]],
    ['quotes', 'a,b\n"1,5","say ""hi"""\n', [[2, { a: '1,5', b: 'say "hi"' }]]],
    [
      'quotes over lines',
      'a,b\n"1\n\n2",x\n3,y',
      [
        [2, { a: '1\n\n2', b: 'x' }],
        [5, { a: '3', b: 'y' }],
      ],
    ],
    ['quotes within a cell are text', 'a,b\n5" pipe,Jo "X" Y', [[2, { a: '5" pipe', b: 'Jo "X" Y' }]]],
    ['empty cells', 'a,b,c\n,"",\n', [[2, { a: '', b: '', c: '' }]]],
    ['semicolons', 'a;b\n1,5;2', [[2, { a: '1,5', b: '2' }]]],
    ['tabs', 'a\tb\n1\t2', [[2, { a: '1', b: '2' }]]],
    ['equal names: the first stands', 'a,a,,b\n1,2,3,4', [[2, { a: '1', b: '4' }]]],
    ['a column called __proto__', '__proto__,b\nx,1', [[2, { b: '1' }]]],
  ])('%s', async (_name, content, expected) => {
    expect(told(await readAll(content, csv))).toEqual(expected);
    expect(told(await readAll(content.replaceAll('\n', '\r\n'), csv, 1))).toEqual(expected);
  });

  test('rows too short or too long are rejected, their neighbours are read', async () => {
    expect(told(await readAll('a,b\n1\n2,3\n4,5,6\n7,8', csv))).toEqual([
      [2, expect.stringMatching(/^error: Line 2 has 1 columns where 2 are expected/)],
      [3, { a: '2', b: '3' }],
      [4, expect.stringMatching(/^error: Line 4 has 3 columns/)],
      [5, { a: '7', b: '8' }],
    ]);
  });

  test.each([
    ['never closed', 'a,b,c\n1,"2,3\n4,5,6\n7,8,9'],
    ['closed by another stray quote', 'a,b,c\n1,"2,3\n4,5,6\n7,8",9'],
    ['met by a quoted cell', 'a,b,c\n1,"2,3\n4,5,6\n7,"8",9'],
  ])('an open quote takes only its own line: %s', async (_name, content) => {
    const items = await readAll(content, csv);
    expect(items[0]?.error?.message).toMatch(/^Line 2 has a quote.*not closed.*Close the quote/);
    expect(told(items)[1]).toEqual([3, { a: '4', b: '5', c: '6' }]);
    expect(items.at(-1)?.line).toBe(4);
    expect(items).toHaveLength(3);
  });

  test('an open quote in a long file costs one line', async () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => (index === 10 ? '"x,y,z' : `${index},b,c`));
    const items = await readAll(`a,b,c\n${rows.join('\n')}`, csv);
    expect(items).toHaveLength(200_000);
    expect(items.filter((item) => item.error).map((item) => item.line)).toEqual([12]);
  });

  test('columns named by the transport; a header it refuses is thrown', async () => {
    const transport: FileTransport = {
      format: 'csv',
      columns(firstRow) {
        if (firstRow.length !== 2) throw new Invalid('Two columns are needed.');
        return { names: ['x', 'y'], firstRowIsData: true };
      },
    };
    expect(told(await readAll('1,2\n3,4', transport))).toEqual([
      [1, { x: '1', y: '2' }],
      [2, { x: '3', y: '4' }],
    ]);
    await expect(readAll('1,2,3', transport)).rejects.toThrow('Two columns are needed.');
  });

  test('reads what csv-parse reads', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é'), maxLength: 6 });
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 12 }));
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 30 }), async (rows, size) => {
        const quoted = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
        const header = (rows[0] ?? ['a']).map((_, index) => `c${index}`);
        const content = [header.join(','), ...quoted].join('\n');
        const oracle = parse(content, { columns: true, relax_column_count: true });
        const items = await readAll(content, { format: 'csv' }, size);
        // Rows that could as well be several are rejected on purpose; all others must agree.
        if (items.every((item) => !item.error)) {
          expect(items.map((item) => !item.error && item.record)).toEqual(oracle);
        } else {
          expect(rows.some((row) => row.length >= 3 && row.some((text) => text.includes('\n')))).toBe(true);
        }
      }),
    );
  });
});
