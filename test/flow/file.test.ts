import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Invalid } from '../../src/core/errors.ts';
import { ingestFile } from '../../src/flow/file.ts';
import type { Intake } from '../../src/flow/ingest.ts';
import { undo } from '../../src/flow/undo.ts';
import { VisitorKeys } from '../../src/flow/visitor-keys.ts';
import { contents, days, hours, NOW, openWorld, source, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const line = (n: number, more: object = {}) =>
  JSON.stringify({
    id: `l${n}`,
    at: hours(-n).toISOString(),
    hints: { domain: 'northwind.example' },
    ...more,
  });
const lines = (count: number) => Array.from({ length: count }, (_, n) => line(n + 1)).join('\n');

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 4096) yield bytes.subarray(at, at + 4096);
}
const load = (bytes: Uint8Array | string, intake: Partial<Intake> = {}, adapter = source()) =>
  ingestFile({ ...world.intake, ...intake }, adapter, {}, pieces(Buffer.from(bytes as string)), {
    fileName: 'events.ndjson',
    clock: () => NOW,
  });
const batch = () =>
  world.query('SELECT label, received, accepted, duplicates, rejected, error, finished_at FROM batch');

test('a file is one batch, which can be undone', async () => {
  const result = await load(`${lines(3)}\nnonsense\n\n${line(1)}\n`);
  expect(result).toMatchObject({ received: 5, accepted: 3, duplicates: 1, rejected: 1, error: null });
  expect(result.refused).toMatchObject([{ place: 'line 4' }]);
  expect(await batch()).toEqual([
    {
      label: 'events.ndjson',
      received: 5,
      accepted: 3,
      duplicates: 1,
      rejected: 1,
      error: null,
      finished_at: NOW,
    },
  ]);
  await undo(world.db, world.workspace, result.batch, NOW);
  expect(
    await world.query(
      'SELECT 1 FROM signal UNION ALL SELECT 1 FROM dead_letter UNION ALL SELECT 1 FROM account',
    ),
  ).toEqual([]);
});

test('a file of several chunks counts on', async () => {
  const result = await load(lines(5_200));
  expect(result).toMatchObject({ received: 5_200, accepted: 5_200 });
  expect((await batch())[0]).toMatchObject({ received: 5_200, accepted: 5_200 });
});

test('a gzip that is cut off leaves what came before, and the batch says so', async () => {
  const whole = gzipSync(lines(2_000));
  const result = await load(whole.subarray(0, whole.length >> 1));
  expect(result.accepted).toBeGreaterThan(100);
  expect(result.accepted).toBeLessThan(2_000);
  expect(result.refused.at(-1)).toMatchObject({ code: 'BROKEN_GZIP' });
  expect((await batch())[0]).toMatchObject({ accepted: result.accepted, rejected: 1 });
  expect(await world.query('SELECT 1 FROM signal')).toHaveLength(result.accepted);
  // The whole file later brings the rest.
  expect((await load(whole)).accepted).toBe(2_000 - result.accepted);
});

describe('a file that can’t be read', () => {
  test.each<[string, Uint8Array]>([
    ['UTF-16', Buffer.from('\uFEFF{"id":"x"}', 'utf16le')],
    ['a zip archive', Buffer.from('PK\u0003\u0004 and so on')],
  ])('%s is refused, and the batch says why', async (_, bytes) => {
    await expect(load(bytes)).rejects.toThrow(Invalid);
    expect((await batch())[0]!.error).toMatch(/not read/);
  });

  test('of a source that takes no files says what to do', async () => {
    const { file: _, ...pushed } = source();
    await expect(load('', {}, pushed)).rejects.toThrow('site takes no files.');
    expect(await batch()).toEqual([]);
  });
});

test('a bug in an adapter stops the file and marks the batch', async () => {
  const broken = {
    ...source(),
    normalise: () => {
      throw new TypeError('cannot read properties of undefined');
    },
  };
  await expect(load(lines(1), {}, broken)).rejects.toThrow(TypeError);
  expect((await batch())[0]).toMatchObject({
    error: 'cannot read properties of undefined',
    finished_at: NOW,
  });
});

test('a dry run tells what would happen and stores nothing', async () => {
  const before = await contents(world);
  const result = await load(`${lines(3)}\nnonsense\n`, { dryRun: true });
  expect(result).toMatchObject({ received: 4, accepted: 3, rejected: 1 });
  expect(await contents(world)).toEqual(before);
  expect(await batch()).toEqual([]);
});

test('backfill takes history as received when it happened', async () => {
  await load(line(24 * 30), { backfill: true });
  await load(line(24 * 20));
  expect(await world.query('SELECT occurred_at, received_at FROM signal ORDER BY 1')).toEqual([
    { occurred_at: days(-30), received_at: days(-30) },
    { occurred_at: days(-20), received_at: NOW },
  ]);
});

test('keys of visitors outlive a transaction that failed', async () => {
  const visitorKeys = new VisitorKeys();
  const counting = {
    ...source(),
    normalise: (record: unknown, context: Parameters<ReturnType<typeof source>['normalise']>[1]) => {
      const normalised = source().normalise(record, context);
      for (const signal of normalised.signals) signal.hints.anonymousId = context.visitorId(NOW, 'somebody');
      return normalised;
    },
  };
  const poison = line(2, {
    hints: { companyName: 'x' },
    signal: { origin: null, url: 'y', strength: 1, topics: 5 },
  });
  await load(`${line(1)}\n${poison}\n`, { visitorKeys }, counting).catch(() => {});
  await load(line(3), { visitorKeys }, counting);
  // Another process gets the same key from the database, and so the same visitor.
  const other = new VisitorKeys();
  other.visitorId(NOW, ['somebody'], NOW);
  await world.within((tx) => other.settle(tx, NOW));
  const rows = await world.query('SELECT DISTINCT anonymous_id FROM signal');
  expect(rows).toEqual([{ anonymous_id: other.visitorId(NOW, ['somebody'], NOW) }]);
});

test('after many signals the planner knows of them, without waiting for autovacuum', async () => {
  const analysed = () =>
    world.query(
      `SELECT relname AS name, reltuples::int AS rows FROM pg_class JOIN pg_stat_user_tables USING (relname)
       WHERE last_analyze IS NOT NULL AND relname LIKE 'signal%' AND reltuples > 0`,
    );
  await load(lines(100));
  expect(await analysed()).toEqual([]);
  const at = hours(-1).toISOString();
  const many = Array.from({ length: 12_000 }, (_, n) => line(n + 1, { id: `m${n}`, at })).join('\n');
  await load(many, { dryRun: true });
  expect(await analysed()).toEqual([]);
  await load(many);
  const [month] = await analysed();
  expect(month!.name).toMatch(/^signal_2026_?06$/);
  expect(month!.rows).toBeGreaterThanOrEqual(12_000);
});
