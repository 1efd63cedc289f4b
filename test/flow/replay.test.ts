import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Adapter } from '../../src/core/signal.ts';
import { ingestFile } from '../../src/flow/file.ts';
import { replay } from '../../src/flow/replay.ts';
import { hours, NOW, openWorld, source, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const known = (adapter: Adapter) => new Map([[adapter.id, { adapter, settings: {} }]]);
const again = (adapter: Adapter, batch: string | null = null) =>
  replay(world.intake, known(adapter), batch, () => NOW);
const bad = (id: string) => ({
  id,
  at: hours(-1).toISOString(),
  hints: { domain: 'northwind.example' },
  bad: 'no',
});
const letters = () => world.query('SELECT code FROM dead_letter');
const signals = () => world.query('SELECT external_id, batch_id FROM signal ORDER BY 1');

test('with a mended adapter letters become signals of their batch', async () => {
  const { batch } = await world.ingest([bad('a'), bad('b')]);
  expect(await again(source('site', { mended: true }))).toMatchObject({
    tried: 2,
    accepted: 2,
    duplicates: 0,
    refused: [],
  });
  expect(await letters()).toEqual([]);
  expect(await signals()).toEqual([
    { external_id: 'a', batch_id: batch },
    { external_id: 'b', batch_id: batch },
  ]);
});

test('with the same adapter they stay, with the reason told', async () => {
  await world.ingest([bad('a')]);
  const result = await again(source());
  expect(result).toMatchObject({ tried: 1, accepted: 0 });
  expect(result.refused).toMatchObject([{ place: 'record 1', code: 'BAD', message: 'no' }]);
  expect(await letters()).toHaveLength(1);
});

test('twice is once', async () => {
  await world.ingest([bad('a')]);
  const mended = source('site', { mended: true });
  await again(mended);
  expect(await again(mended)).toMatchObject({ tried: 0 });
  expect(await signals()).toHaveLength(1);
});

test('of one batch leaves the others’ letters', async () => {
  const { batch } = await world.ingest([bad('a')]);
  await world.ingest([bad('b')]);
  await again(source('site', { mended: true }), batch);
  expect(await letters()).toHaveLength(1);
  expect(await signals()).toMatchObject([{ external_id: 'a' }]);
});

test('of a batch that is not there says so', async () => {
  await expect(again(source(), '00000000-0000-8000-8000-000000000000')).rejects.toThrow('No batch');
});

test('leaves letters of sources that are not installed', async () => {
  await world.ingest([bad('a')], { adapter: source('gone') });
  expect(await again(source())).toMatchObject({ tried: 0 });
  expect(await letters()).toHaveLength(1);
});

test('of a line that was no JSON fails again with its first reason', async () => {
  const lines = [
    `{"id":"half","at":"${hours(-1).toISOString()}"`,
    JSON.stringify({ ...bad('whole'), bad: undefined }),
  ];
  async function* file() {
    yield Buffer.from(lines.join('\n'));
  }
  await ingestFile(world.intake, source(), {}, file(), { fileName: 'x.ndjson', clock: () => NOW });
  const result = await again(source());
  expect(result.refused).toMatchObject([{ place: 'line 1', code: 'INVALID' }]);
  expect(result.refused[0]!.message).toContain('is not JSON');
});
