import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainList, textList, timeList } from '../../src/store/array-literal.ts';
import { openWorld, type World } from '../flow/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const read = (list: string, type: string): Promise<unknown> =>
  world.within(async ({ client }: { client: pg.PoolClient }) => {
    const { rows } = await client.query(`SELECT $1::${type}[] AS list`, [list]);
    return rows[0].list;
  });

test('texts come back as they were', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.option(
          fc.oneof(
            fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
            fc.constantFrom('', 'NULL', 'a"b', '\\', '{}', ',', ' a ', '\n', '"}'),
          ),
        ),
      ),
      async (texts) => {
        expect(await read(textList(texts), 'text')).toEqual(texts);
      },
    ),
    { numRuns: 200 },
  ));

test('numbers come back to the last bit', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0))),
      async (numbers) => {
        expect(await read(plainList(numbers), 'float8')).toEqual(numbers);
      },
    ),
    { numRuns: 200 },
  ));

test('moments come back', async () => {
  const moments = [new Date('2026-01-31T12:00:00.123Z'), null, new Date(0)];
  expect(await read(timeList(moments), 'timestamptz')).toEqual(moments);
});
