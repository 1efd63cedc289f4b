import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { erase, finishAll } from '../../src/flow/erasure.ts';
import { upsertPeople } from '../../src/flow/upsert.ts';
import * as privacy from '../../src/store/privacy.ts';
import { hours, NOW, openWorld, tablesOf, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.clear();
  await world.query('UPDATE workspace SET privacy_version = 0');
});
afterAll(() => world.close());

const ANN = 'ann.lee@northwind.example';
const at = hours(-1).toISOString();

async function tell(): Promise<void> {
  await world.ingest([
    { id: 'who', at, identity: { email: ANN, anonymousId: 'browser-1', person: { name: 'Ann Lee' } } },
    { id: 'mail', at, hints: { email: ANN } },
    { id: 'visit', at, hints: { anonymousId: 'browser-1' } },
    { id: 'talk', at, hints: { domain: 'cedar.example' }, signal: { title: 'Ask Ann Lee' } },
  ]);
  await world.rescore();
}

/** Rows of any table in which the text is. */
async function rowsWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const table of await tablesOf(world)) {
    const rows = await world.query(`SELECT t::text AS row FROM ${table} AS t WHERE t::text ILIKE $1`, [
      `%${text}%`,
    ]);
    found.push(...rows.map(({ row }) => `${table} ${row}`));
  }
  return found;
}

const started = async (): Promise<boolean> =>
  (
    await world.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
  ).length > 0;

/** An erasure that has come to the row that names her, and is kept from it until `work` is done. */
async function midway(work: (erasing: Promise<unknown>) => Promise<void>): Promise<unknown> {
  let erasing: Promise<unknown> = Promise.resolve();
  await world.within(async (tx) => {
    await tx.client.query("SELECT FROM signal WHERE external_id = 'talk' FOR UPDATE");
    erasing = erase(world.db, world.workspace, ANN, 'key of Kim', NOW).catch((error) => error);
    while (!(await started())) await new Promise((resolve) => setTimeout(resolve, 20));
    await work(erasing);
  });
  return erasing;
}

describe('while others’ rows are gone through', () => {
  test('everything goes on, and nobody erased comes back', async () => {
    await tell();
    const receipt = await midway(async () => {
      expect(await world.query('SELECT FROM person')).toEqual([]);
      const { taken } = await world.ingest([
        { id: 'a', at, hints: { domain: 'cedar.example' } },
        { id: 'b', at, identity: { email: 'bo@oak.example', person: { name: 'Bo' } } },
        { id: 'c', at, hints: { email: ANN } },
        { id: 'd', at, hints: { anonymousId: 'browser-1' } },
        { id: 'e', at, bad: 'odd', hints: { email: ANN } },
      ]);
      expect(taken).toMatchObject({ accepted: 1, rejected: 1, skipped: { erased: 2 } });
      const imported = await world.within((tx) =>
        upsertPeople(tx, world.workspace, [{ email: ANN }], null, NOW),
      );
      expect(imported).toMatchObject({ created: 0, skipped: { erased: 1 } });
      await world.rescore();
    });
    expect(receipt).toMatchObject({ found: true, people: 1, signals: 2, visitors: 1, accounts: 1 });
    for (const text of [ANN, 'Ann Lee', 'browser-1']) expect(await rowsWith(text)).toEqual([]);
    expect(await world.query('SELECT email FROM person')).toEqual([{ email: 'bo@oak.example' }]);
  });

  test('signals of theirs go wherever they are', async () => {
    await tell();
    await world.query("UPDATE signal SET account_id = NULL, anonymous_id = NULL WHERE external_id = 'mail'");
    const receipt = await erase(world.db, world.workspace, ANN, 'x', NOW);
    expect(receipt).toMatchObject({ signals: 2, accounts: 1 });
    expect(await world.query('SELECT external_id AS id FROM signal')).toEqual([{ id: 'talk' }]);
  });
});

describe('an erasure that was killed', () => {
  const kill = () =>
    midway(async (erasing) => {
      await world.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(await erasing).toBeInstanceOf(Error);
    });
  const finished = { people: 1, identities: 1, visitors: 1, signals: 2, deadLetters: 0, accounts: 1 };

  test.each<[string, () => Promise<unknown>]>([
    [
      'later',
      () =>
        finishAll(
          world.db,
          world.workspace.id,
          () => hours(1),
          () => true,
          0,
        ),
    ],
    ['when it is asked for again', () => erase(world.db, world.workspace, ANN, 'x', hours(1))],
  ])('is finished %s, with all of it in the note', async (_, finish) => {
    await tell();
    await kill();
    expect(await world.query('SELECT FROM person')).toEqual([]);
    expect(await world.query("SELECT title FROM signal WHERE external_id = 'talk'")).toEqual([
      { title: 'Ask Ann Lee' },
    ]);
    expect(await world.within((tx) => privacy.auditLog(tx, 9))).toEqual([]);
    await finish();
    for (const text of [ANN, 'Ann Lee', 'browser-1']) expect(await rowsWith(text)).toEqual([]);
    const [entry, ...others] = await world.within((tx) => privacy.auditLog(tx, 9));
    expect(entry).toMatchObject({ actor: 'key of Kim', action: 'ERASE', at: NOW, counts: finished });
    expect(entry!.counts.mentions).toBeGreaterThan(0);
    expect(others).toEqual([]);
  });

  test('is left to whoever is at it, and stops when it is told to', async () => {
    await tell();
    await kill();
    const { db, workspace } = world;
    expect(await finishAll(db, workspace.id, () => NOW)).toBe(0);
    expect(
      await finishAll(
        db,
        workspace.id,
        () => NOW,
        () => false,
        0,
      ),
    ).toBe(0);
    expect(
      await finishAll(
        db,
        workspace.id,
        () => NOW,
        () => true,
        0,
      ),
    ).toBe(1);
    expect(
      await finishAll(
        db,
        workspace.id,
        () => NOW,
        () => true,
        0,
      ),
    ).toBe(0);
  });
});

test('two at once end with one note, and both are told what it came to', async () => {
  await tell();
  const both = await Promise.all([1, 2].map(() => erase(world.db, world.workspace, ANN, 'x', NOW)));
  for (const receipt of both) expect(receipt).toMatchObject({ erasedAt: NOW, people: 1, signals: 2 });
  const notes = await world.within((tx) => privacy.auditLog(tx, 9));
  expect(notes.length).toBe(1);
});
