import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SourceDown } from '../../src/core/errors.ts';
import type { Adapter } from '../../src/core/signal.ts';
import { poll } from '../../src/flow/poll.ts';
import * as sources from '../../src/store/sources.ts';
import { type Event, hours, NOW, openWorld, source, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const event = (n: number): Event => ({
  id: `p${n}`,
  at: hours(-n).toISOString(),
  hints: { domain: 'northwind.example' },
});

/** Gives two events a page; the cursor is the number of events given. `trouble` is asked before each page. */
function feed(size: number, trouble: (cursor: number) => void = () => {}): Adapter {
  return {
    ...source('feed'),
    poll: {
      schedule: '* * * * *',
      async poll(cursor) {
        const from = (cursor as number | null) ?? 0;
        trouble(from);
        const to = Math.min(from + 2, size);
        return {
          records: Array.from({ length: to - from }, (_, n) => event(from + n + 1)),
          cursor: to,
          more: to < size,
        };
      },
    },
  };
}

const fetch = () => Promise.reject(new Error('the fake needs no network'));
const run = (adapter: Adapter, now = NOW) => poll(world.intake, adapter, {}, fetch, () => now);
const state = () => world.within((tx) => sources.state(tx, 'feed'));
const signals = async () =>
  (await world.query('SELECT external_id FROM signal ORDER BY signal_id DESC')).map((row) => row.external_id);

test('reads page after page into one batch and remembers how far it came', async () => {
  const result = await run(feed(5));
  expect(result).toMatchObject({ received: 5, accepted: 5, error: null });
  expect(await state()).toEqual({ cursor: 5, polledAt: NOW, error: null });
  expect(await world.query('SELECT transport, received, finished_at FROM batch')).toEqual([
    { transport: 'poll', received: 5, finished_at: NOW },
  ]);
});

test('goes on where it stopped', async () => {
  await run(feed(3));
  expect(await run(feed(6))).toMatchObject({ accepted: 3, duplicates: 0 });
  expect(await signals()).toEqual(['p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
});

test('with nothing new makes no batch and still says when it asked', async () => {
  expect(await run(feed(0))).toMatchObject({ batch: null, received: 0, error: null });
  expect(await state()).toMatchObject({ cursor: 0, polledAt: NOW });
  expect(await world.query('SELECT 1 FROM batch')).toEqual([]);
});

test('a source that goes down midway keeps what was read, tells, and is asked for the rest next time', async () => {
  const down = (cursor: number) => {
    if (cursor === 4) throw new SourceDown('feed.example did not answer.', 'It is asked again.');
  };
  expect(await run(feed(7, down))).toMatchObject({
    accepted: 4,
    error: 'feed.example did not answer. It is asked again.',
  });
  expect(await state()).toMatchObject({
    cursor: 4,
    error: 'feed.example did not answer. It is asked again.',
  });
  expect(await world.query('SELECT error FROM batch')).toEqual([
    { error: 'feed.example did not answer. It is asked again.' },
  ]);
  expect(await run(feed(7))).toMatchObject({ accepted: 3, duplicates: 0, error: null });
  expect((await state()).error).toBeNull();
});

test('a cursor is saved only with its page', async () => {
  const adapter = feed(4);
  await run(feed(2));
  const broken = {
    ...adapter,
    normalise: (record: unknown) => {
      if ((record as Event).id === 'p4') throw new TypeError('a bug in the adapter');
      return adapter.normalise(record, undefined as never);
    },
  };
  await expect(run(broken)).rejects.toThrow('a bug in the adapter');
  expect((await state()).cursor).toBe(2);
  expect(await signals()).toEqual(['p1', 'p2']);
  await run(adapter);
  expect(await signals()).toEqual(['p1', 'p2', 'p3', 'p4']);
});

test('records that are bad are kept and do not hold the cursor up', async () => {
  const adapter = feed(4);
  const picky = {
    ...adapter,
    poll: {
      ...adapter.poll!,
      poll: async (...given: Parameters<NonNullable<Adapter['poll']>['poll']>) => {
        const page = await adapter.poll!.poll(...given);
        return {
          ...page,
          records: page.records.map((record) =>
            (record as Event).id === 'p3' ? { ...(record as Event), bad: 'odd' } : record,
          ),
        };
      },
    },
  };
  expect(await run(picky)).toMatchObject({ accepted: 3, rejected: 1, error: null });
  expect((await state()).cursor).toBe(4);
  expect(await world.query('SELECT place, reason FROM dead_letter')).toEqual([
    { place: 'record 1', reason: 'odd' },
  ]);
});

test('an adapter without poll says so', async () => {
  await expect(run(source())).rejects.toThrow('site is not polled.');
});
