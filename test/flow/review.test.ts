import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { merge, unmerge } from '../../src/flow/merge.ts';
import { decideMatch } from '../../src/flow/review.ts';
import { undo } from '../../src/flow/undo.ts';
import { type AccountInput, upsertAccounts, upsertPeople } from '../../src/flow/upsert.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as reviews from '../../src/store/reviews.ts';
import { contents, type Event, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const importAccounts = (input: AccountInput[], batch: string | null = null) =>
  world.within((tx) => upsertAccounts(tx, world.workspace, input, batch, NOW));
const view = (id: string, hints: Event['hints']): Event => ({ id, at: hours(-1).toISOString(), hints });
const placed = async () =>
  Object.fromEntries(
    (
      await world.query(
        `SELECT external_id, coalesce(a.domain, s.unplaced) AS at
         FROM signal AS s LEFT JOIN account AS a USING (workspace_id, account_id)`,
      )
    ).map((row) => [row.external_id, row.at]),
  );
/** Open questions as `kind value → domain (signals)`. */
const queue = () =>
  world.within(async (tx) => {
    const open = await reviews.page(tx, 50, null);
    const owners = await accounts.byIds(
      tx,
      open.map((one) => one.accountId),
    );
    return new Map(
      open.map(({ id, clue, waiting }, at) => [
        `${clue.kind} ${clue.value} → ${owners[at]!.domain} (${waiting})`,
        id,
      ]),
    );
  });
const decide = (id: string, accept: boolean, now = hours(1)) =>
  world.within((tx) => decideMatch(tx, world.workspace, id, accept, 'CLI', now));
const idOf = async (domain: string) => (await world.within((tx) => accounts.idByDomain(tx, domain)))!;

const OAKS: AccountInput[] = [
  { domain: 'oak.example', name: 'Oak' },
  { domain: 'oak.test', name: 'Oak Ltd' },
];

describe('a question about a name', () => {
  beforeEach(async () => {
    await importAccounts(OAKS);
    await world.ingest([view('a', { companyName: 'Oak Inc' }), view('b', { companyName: 'oak' })]);
  });

  test('that is accepted places what waits and what comes, and says so', async () => {
    const open = await queue();
    expect([...open.keys()].sort()).toEqual(['NAME oak → oak.example (2)', 'NAME oak → oak.test (2)']);
    const decided = await decide(open.get('NAME oak → oak.test (2)')!, true);
    expect(decided).toMatchObject({ status: 'ACCEPTED', decidedBy: 'CLI', decidedAt: hours(1), waiting: 0 });
    await world.ingest([view('c', { companyName: 'OAK' })]);
    expect(await placed()).toEqual({ a: 'oak.test', b: 'oak.test', c: 'oak.test' });
    expect((await queue()).size).toBe(0);
    const signals = await world.query('SELECT method, confidence, evidence FROM signal');
    for (const signal of signals) {
      expect(signal).toEqual({
        method: 'COMPANY_NAME',
        confidence: 0.97,
        evidence: ['company name means oak.test, confirmed by review on 2026-06-15'],
      });
    }
  });

  test('that is rejected is not asked again, and its account is out of it', async () => {
    const open = await queue();
    await decide(open.get('NAME oak → oak.test (2)')!, false);
    // Only one is left that bears the name.
    expect(await placed()).toEqual({ a: 'oak.example', b: 'oak.example' });
    await decide(open.get('NAME oak → oak.example (2)')!, false);
    expect(await placed()).toEqual({ a: 'unknown company name', b: 'unknown company name' });
    await world.ingest([view('c', { companyName: 'Oak' })]);
    expect((await queue()).size).toBe(0);
  });

  test('can be answered the other way afterwards', async () => {
    const id = (await queue()).get('NAME oak → oak.test (2)')!;
    await decide(id, true);
    await decide(id, false, hours(2));
    expect(await placed()).toEqual({ a: 'oak.example', b: 'oak.example' });
    await decide(id, true, hours(3));
    expect(await placed()).toEqual({ a: 'oak.test', b: 'oak.test' });
  });

  test('is not asked while its accounts are one, and is again when they are not', async () => {
    const [one, other] = [await idOf('oak.example'), await idOf('oak.test')];
    await world.within((tx) => merge(tx, world.workspace, one, [other], hours(1)));
    expect(await placed()).toEqual({ a: 'oak.example', b: 'oak.example' });
    expect((await queue()).size).toBe(0);
    await world.within((tx) => unmerge(tx, world.workspace, other, hours(2)));
    expect([...(await queue()).keys()]).toHaveLength(2);
  });

  test('that is accepted goes with its account into a merge and back', async () => {
    await decide((await queue()).get('NAME oak → oak.test (2)')!, true);
    const [one, other] = [await idOf('oak.example'), await idOf('oak.test')];
    const before = await contents(world, ['merge_log']);
    await world.within((tx) => merge(tx, world.workspace, one, [other], hours(2)));
    expect(await placed()).toEqual({ a: 'oak.example', b: 'oak.example' });
    await world.within((tx) => unmerge(tx, world.workspace, other, hours(3)));
    expect(await contents(world, ['merge_log'])).toEqual(before);
  });
});

describe('a question about a domain', () => {
  beforeEach(async () => {
    await importAccounts([{ domain: 'larch.com', name: 'Larch' }]);
    await world.ingest([view('a', { domain: 'larch.de' }), view('b', { email: 'ann@larch.de' })]);
  });
  const people = async () =>
    (await world.query('SELECT account_id FROM person')).map((row) => row.account_id !== null);

  test('makes it the account’s own if it is accepted, with whoever is there, until that is taken back', async () => {
    const id = (await queue()).get('DOMAIN larch.de → larch.com (2)')!;
    expect(await people()).toEqual([false]);
    await decide(id, true);
    expect(await placed()).toEqual({ a: 'larch.com', b: 'larch.com' });
    expect(await people()).toEqual([true]);
    expect(await world.query('SELECT DISTINCT evidence[1] AS told FROM signal ORDER BY 1')).toEqual([
      { told: 'domain larch.de, confirmed by review on 2026-06-15' },
      { told: 'e-mail at larch.de, confirmed by review on 2026-06-15' },
    ]);
    await decide(id, false, hours(2));
    // Not its domain, so that of a company of its own.
    expect(await placed()).toEqual({ a: 'larch.de', b: 'larch.de' });
  });

  test('whose answer is no makes an account of it', async () => {
    await decide([...(await queue()).values()][0]!, false);
    expect(await placed()).toEqual({ a: 'larch.de', b: 'larch.de' });
    expect((await queue()).size).toBe(0);
  });
});

test('what was asked about an account goes with it', async () => {
  const batch = await world.openBatch('crm', 'import');
  await world.ingest([view('a', { companyName: 'Oak' })]);
  const before = await contents(world);
  await importAccounts(OAKS, batch);
  expect(await placed()).toEqual({ a: 'waits for review' });
  await undo(world.db, world.workspace, batch, hours(1));
  expect(await contents(world)).toEqual(before);
});

test('people who are imported to a domain that was confirmed are at the account', async () => {
  await importAccounts([{ domain: 'larch.com', name: 'Larch' }]);
  await world.ingest([view('a', { domain: 'larch.de' })]);
  await decide([...(await queue()).values()][0]!, true);
  await world.within((tx) => upsertPeople(tx, world.workspace, [{ email: 'bob@larch.de' }], null, NOW));
  expect(
    await world.query('SELECT a.domain FROM person JOIN account AS a USING (workspace_id, account_id)'),
  ).toEqual([{ domain: 'larch.com' }]);
});

test('an unknown question is told', async () => {
  await expect(decide('00000000-0000-8000-8000-000000000000', true)).rejects.toThrow('no such question');
});
