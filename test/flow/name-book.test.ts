import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { lookUpNames } from '../../src/flow/name-book.ts';
import { openBook } from '../../src/flow/place.ts';
import { undo } from '../../src/flow/undo.ts';
import { type AccountInput, upsertAccounts } from '../../src/flow/upsert.ts';
import * as database from '../../src/store/database.ts';
import * as workspaces from '../../src/store/workspaces.ts';
import { days, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
let next = 0;
// A workspace each: a book goes by the clock, which never runs backward.
beforeEach(async () => {
  world.workspace = await workspaces.ensure(world.db, `book-${next++}`, days(-400));
});
afterAll(() => world.close());

const importAccounts = (input: AccountInput[], now = NOW, batch: string | null = null) =>
  world.within((tx) => upsertAccounts(tx, world.workspace, input, batch, now));
/** The likeliest for a name, by domain. */
const find = (name: string, workspace = world.workspace): Promise<string | null> =>
  database.inWorkspace(world.db, workspace.id, async (tx) => {
    const open = await openBook(tx, []);
    await lookUpNames(tx, open, [name]);
    const [best] = open.near.get(name)!;
    return best && best.score >= 0.9 ? best.account.domain : null;
  });

test('sees accounts that come, change their name and go', async () => {
  expect(await find('Silver Birch Paperr')).toBeNull();
  await importAccounts([{ domain: 'birch.example', name: 'Silver Birch Paper' }]);
  expect(await find('Silver Birch Paperr')).toBe('birch.example');
  await importAccounts([{ domain: 'birch.example', name: 'Quaking Aspen Mills' }], hours(1));
  expect(await find('Silver Birch Paperr')).toBeNull();
  expect(await find('Quaking Aspen Mils')).toBe('birch.example');
  await world.query("DELETE FROM account WHERE domain = 'birch.example'");
  expect(await find('Quaking Aspen Mils')).toBeNull();
});

test('sees what others wrote that was committed late', async () => {
  await importAccounts([{ domain: 'first.example', name: 'Weeping Willow Works' }], hours(1));
  expect(await find('Weeping Wilow Works')).toBe('first.example');
  // Written at an earlier moment than what was read already.
  await importAccounts(
    [{ domain: 'late.example', name: 'Hornbeam Tools' }],
    new Date(hours(1).getTime() - 30_000),
  );
  expect(await find('Hornbean Tools')).toBe('late.example');
});

test('forgets what is undone', async () => {
  const batch = await world.openBatch('crm', 'import');
  await importAccounts([{ domain: 'elm.example', name: 'Wych Elm Boats' }], NOW, batch);
  expect(await find('Wych Elm Boatts')).toBe('elm.example');
  await undo(world.db, world.workspace, batch, hours(1));
  expect(await find('Wych Elm Boatts')).toBeNull();
});

test('keeps workspaces apart', async () => {
  await importAccounts([{ domain: 'birch.example', name: 'Silver Birch Paper' }]);
  const other = await workspaces.ensure(world.db, 'other', days(-400));
  expect(await find('Silver Birch Paperr', other)).toBeNull();
  expect(await find('Silver Birch Paperr')).toBe('birch.example');
});

test('is asked for nothing where every name is known, and once for many that are not', async () => {
  await importAccounts([{ domain: 'birch.example', name: 'Silver Birch Paper' }]);
  let count = 0;
  const watched = new WeakSet<object>();
  world.db.pool.on('acquire', (client) => {
    if (watched.has(client)) return;
    watched.add(client);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      const [first] = args as [string | { name?: string }];
      if (typeof first === 'object' && first.name?.startsWith('names')) count++;
      return query(...args);
    }) as typeof client.query;
  });
  const looks = async (hints: { companyName: string }[]): Promise<number> => {
    count = 0;
    await world.ingest(hints.map((one, at) => ({ id: `${at}`, at: hours(-1).toISOString(), hints: one })));
    return count;
  };
  expect(await looks([{ companyName: 'Silver Birch Paper Ltd' }])).toBe(0);
  expect(await looks(Array.from({ length: 50 }, (_, n) => ({ companyName: `Nobody Number ${n}` })))).toBe(1);
});
