import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { undo } from '../../src/flow/undo.ts';
import { recordOutcomes, upsertAccounts, upsertPeople } from '../../src/flow/upsert.ts';
import * as batches from '../../src/store/batches.ts';
import { contents, days, type Event, hours, NOW, openWorld, source, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const takeBack = (batch: string) => undo(world.db, world.workspace, batch, NOW);
const view = (id: string, hints: Event['hints'], at = hours(-1)): Event => ({
  id,
  at: at.toISOString(),
  hints,
});

/** Few of each, so that batches speak about the same. */
const company = fc.constantFrom('northwind', 'southwind', 'eastwind');
const who = fc.constantFrom('ann', 'bob');
const browser = fc.constantFrom('b1', 'b2');
const ago = fc.integer({ min: 1, max: 24 * 30 });

const anySignal = fc.record({
  company,
  who,
  browser,
  ago,
  clues: fc.constantFrom(
    'domain',
    'email',
    'browser',
    'userId',
    'name',
    'email and browser',
    'email and userId',
  ),
});
const anyIdentity = fc.record({
  company,
  who,
  browser,
  ago,
  says: fc.constantFrom('email', 'userId', 'both', 'group', 'traits'),
});
const anyBatch = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('events' as const),
      source: fc.constantFrom('site', 'feed'),
      signals: fc.array(anySignal, { maxLength: 5 }),
      identities: fc.array(anyIdentity, { maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('accounts' as const),
      companies: fc.uniqueArray(company, { minLength: 1 }),
      employees: fc.nat(900),
      named: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('people' as const),
      who,
      company,
      at: company,
      byId: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('outcomes' as const), company }) },
);
/** Without two names for one person: which person a second name goes to depends on who was known at that time. */
const plainBatch = anyBatch.map((batch): Batch => {
  if (batch.type === 'people') return { ...batch, byId: false };
  if (batch.type !== 'events') return batch;
  return {
    ...batch,
    signals: batch.signals.filter((one) => one.clues !== 'email and userId'),
    identities: batch.identities.filter((one) => one.says !== 'both'),
  };
});
type Batch = typeof anyBatch extends fc.Arbitrary<infer T> ? T : never;

/** Takes a batch in; `n` keeps its records apart from those of the others. */
async function takeIn(batch: Batch, n: number): Promise<string> {
  if (batch.type === 'events') {
    const events: Event[] = [
      ...batch.signals.map(({ company, who, browser, ago, clues }, at) => {
        const email = `${who}@${company}.example`;
        const hints = {
          domain: { domain: `${company}.example` },
          email: { email },
          browser: { anonymousId: browser },
          userId: { userId: who },
          name: { companyName: company },
          'email and browser': { email, anonymousId: browser },
          'email and userId': { email, userId: who },
        }[clues];
        return view(`s${n}.${at}`, hints, hours(-ago));
      }),
      ...batch.identities.map(({ company, who, browser, ago, says }, at): Event => {
        const email = `${who}@${company}.example`;
        const identity = {
          email: { email, anonymousId: browser },
          userId: { userId: who, anonymousId: browser },
          both: { email, userId: who },
          group: { userId: who, account: { domain: `${company}.example`, name: company, employees: ago } },
          traits: { email, person: { name: `${who} ${n}`, title: `Title ${at}` } },
        }[says];
        return { id: `i${n}.${at}`, at: hours(-ago).toISOString(), identity };
      }),
    ];
    return (await world.ingest(events, { adapter: source(batch.source) })).batch;
  }
  const id = await world.openBatch('crm', 'import');
  await world.within(async (tx): Promise<unknown> => {
    const { workspace } = world;
    if (batch.type === 'accounts') {
      const { companies, employees, named } = batch;
      const rows = companies.map((one) => ({
        domain: `${one}.example`,
        name: named ? one : undefined,
        employees,
        owner: `owner ${n}`,
      }));
      return upsertAccounts(tx, workspace, rows, id, NOW);
    }
    if (batch.type === 'people') {
      const { who, company, at, byId } = batch;
      const row = {
        email: `${who}@${company}.example`,
        userId: byId ? who : undefined,
        title: `Import ${n}`,
        accountDomain: `${at}.example`,
        leadStatus: 'MQL' as const,
      };
      return upsertPeople(tx, workspace, [row], id, NOW);
    }
    return recordOutcomes(
      tx,
      [{ externalId: `o${n}`, domain: `${batch.company}.example`, type: 'OPPORTUNITY_OPENED', at: days(-1) }],
      id,
      NOW,
    );
  });
  return id;
}

async function state(except: string[] = []) {
  await world.rescore();
  return contents(world, except);
}

describe('taking a batch in and back', () => {
  test('leaves everything as it was, to the last digit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBatch, { maxLength: 4 }), anyBatch, async (earlier, batch) => {
        await world.clear();
        for (const [n, one] of earlier.entries()) await takeIn(one, n);
        const before = await state();
        const id = await takeIn(batch, earlier.length);
        await state();
        await takeBack(id);
        expect(await state()).toEqual(before);
      }),
      { numRuns: 15 },
    );
  });

  test('while others came later leaves their signals at the same accounts and people', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plainBatch, { maxLength: 2 }),
        plainBatch,
        fc.array(plainBatch, { minLength: 1, maxLength: 2 }),
        async (earlier, batch, later) => {
          const run = async (withIt: boolean) => {
            await world.clear();
            for (const [n, one] of earlier.entries()) await takeIn(one, n);
            const id = withIt ? await takeIn(batch, 90) : null;
            for (const [n, one] of later.entries()) await takeIn(one, 10 + n);
            if (id) await takeBack(id);
            await world.rescore();
            return world.query(
              `SELECT s.external_id, a.domain, p.email FROM signal AS s LEFT JOIN account AS a USING (workspace_id, account_id)
               LEFT JOIN person AS p USING (workspace_id, person_id) ORDER BY 1`,
            );
          };
          const without = await run(false);
          expect(await run(true)).toEqual(without);
        },
      ),
      { numRuns: 15 },
    );
  });
});

test('taking back accounts whose names are others’ too leaves the questions that were asked', async () => {
  const row = fc.record({
    domain: fc.constantFrom('oak.example', 'oak.test', 'oak.de', 'elm.example'),
    name: fc.constantFrom('Oak', 'Oak Ltd', 'Elm', 'Oakwood'),
    aliases: fc.constantFrom<string[]>([], [], ['Oak'], ['Elm', 'Oakwood']),
  });
  const accounts = fc.uniqueArray(row, { selector: ({ domain }) => domain, minLength: 1, maxLength: 3 });
  const named = fc.constantFrom<Event['hints']>(
    { companyName: 'Oak' },
    { companyName: 'Oak Inc' },
    { companyName: 'Elm' },
    { companyName: 'Oakwod' },
    { domain: 'oak.co.uk' },
    { domain: 'elm.de' },
    { email: 'ann@oak.de' },
  );
  await fc.assert(
    // Signals come last: one that was placed before its name became another's too stays there until it is looked at.
    fc.asyncProperty(
      fc.array(accounts, { maxLength: 3 }),
      fc.array(named),
      accounts,
      async (early, views, last) => {
        await world.clear();
        const enter = async (rows: Awaited<typeof last>) => {
          const batch = await world.openBatch('crm', 'import');
          await world.within((tx) => upsertAccounts(tx, world.workspace, rows, batch, NOW));
          return batch;
        };
        for (const rows of early) await enter(rows);
        await world.ingest(views.map((hints, at) => view(`${at}`, hints)));
        const before = await state();
        await takeBack(await enter(last));
        expect(await state()).toEqual(before);
      },
    ),
    { numRuns: 30 },
  );
});

describe('taking back', () => {
  test('what another batch needs too leaves it that', async () => {
    const { batch } = await world.ingest([view('a', { domain: 'northwind.example' })]);
    await world.ingest([view('b', { domain: 'northwind.example' })], { adapter: source('feed') });
    const [undone] = await takeBack(batch);
    expect(undone).toMatchObject({ batch, source: 'site', signals: 1, accounts: 0, people: 0 });
    expect(
      await world.query(
        'SELECT a.domain FROM signal AS s JOIN account AS a USING (workspace_id, account_id)',
      ),
    ).toEqual([{ domain: 'northwind.example' }]);
  });

  test('leaves who is still spoken of there since the first word that remains', async () => {
    const hints = { domain: 'northwind.example', email: 'ann@northwind.example' };
    const { batch } = await world.ingest([view('a', hints, days(-6))], { now: days(-5) });
    await world.ingest([view('b', hints, days(-6))], { now: days(-2) });
    const since = 'SELECT created_at FROM account UNION ALL SELECT created_at FROM person';
    expect(await world.query(since)).toEqual([{ created_at: days(-5) }, { created_at: days(-5) }]);
    await takeBack(batch);
    expect(await world.query(since)).toEqual([{ created_at: days(-2) }, { created_at: days(-2) }]);
  });

  test('a discovery does not take away the account that an import knows', async () => {
    const { batch } = await world.ingest([view('a', { domain: 'northwind.example' })]);
    await world.within((tx) =>
      upsertAccounts(tx, world.workspace, [{ domain: 'northwind.example', owner: 'Olga' }], null, NOW),
    );
    await takeBack(batch);
    expect(await world.query('SELECT domain, owner, origin FROM account')).toEqual([
      { domain: 'northwind.example', owner: 'Olga', origin: 'IMPORTED' },
    ]);
  });

  test('an import leaves its accounts to the signals of others, as discovered, and takes the rest', async () => {
    await world.ingest([view('a', { domain: 'northwind.example' }), view('b', { companyName: 'Eastwind' })]);
    const batch = await world.openBatch('crm', 'import');
    await world.within((tx) =>
      upsertAccounts(
        tx,
        world.workspace,
        [
          { domain: 'northwind.example', owner: 'Olga', industry: 'Retail' },
          { domain: 'eastwind.example', name: 'Eastwind' },
        ],
        batch,
        NOW,
      ),
    );
    expect(await world.query('SELECT 1 FROM signal WHERE account_id IS NOT NULL')).toHaveLength(2);
    const [undone] = await takeBack(batch);
    expect(undone).toMatchObject({ signals: 0, accounts: 1 });
    expect(await world.query('SELECT domain, owner, industry, origin FROM account')).toEqual([
      { domain: 'northwind.example', owner: null, industry: null, origin: 'DISCOVERED' },
    ]);
    expect(await world.query("SELECT unplaced FROM signal WHERE external_id = 'b'")).toEqual([
      { unplaced: 'unknown company name' },
    ]);
  });

  test('a batch that named a person leaves the person to another one that did too, without a browser', async () => {
    const named = (id: string): Event => ({
      id,
      at: hours(-2).toISOString(),
      identity: { email: 'ann@northwind.example', userId: 'ann' },
    });
    const { batch } = await world.ingest([named('a')]);
    await world.ingest([named('b')]);
    await takeBack(batch);
    await world.ingest([view('c', { userId: 'ann' })]);
    expect(
      await world.query('SELECT p.email FROM signal AS s JOIN person AS p USING (workspace_id, person_id)'),
    ).toEqual([{ email: 'ann@northwind.example' }]);
  });

  test('a name for a person brings the earlier one back', async () => {
    const named = (id: string, name: string, at: Date): Event => ({
      id,
      at: at.toISOString(),
      identity: { userId: 'ann', person: { name } },
    });
    await world.ingest([named('a', 'Ann', hours(-3))]);
    const { batch } = await world.ingest([named('b', 'Anne', hours(-2))]);
    await takeBack(batch);
    expect(await world.query('SELECT name FROM person')).toEqual([{ name: 'Ann' }]);
  });

  test('a key that a batch gave somebody frees it', async () => {
    await world.ingest([
      { id: 'a', at: hours(-3).toISOString(), identity: { email: 'ann@northwind.example' } },
    ]);
    const { batch } = await world.ingest([
      { id: 'b', at: hours(-2).toISOString(), identity: { email: 'ann@northwind.example', userId: '42' } },
    ]);
    await takeBack(batch);
    expect(await world.query("SELECT key FROM person_identity WHERE key LIKE 'user:%'")).toEqual([]);
  });

  test('twice is once', async () => {
    const { batch } = await world.ingest([view('a', { domain: 'northwind.example' })]);
    await takeBack(batch);
    const before = await state();
    expect(await takeBack(batch)).toMatchObject([{ signals: 0, accounts: 0, people: 0 }]);
    expect(await state()).toEqual(before);
    expect(before.signal).toEqual([]);
  });

  test('and taking in again is as at first', async () => {
    const events = [
      view('a', { email: 'ann@northwind.example', anonymousId: 'b1' }),
      { ...view('b', { anonymousId: 'b1' }), bad: 'x' },
    ];
    const { batch } = await world.ingest(events);
    const before = await state();
    await takeBack(batch);
    await world.ingest(events, { batch });
    expect(await state()).toEqual(before);
    expect(await world.query('SELECT received, accepted, rejected, undone_at FROM batch')).toEqual([
      { received: 2, accepted: 1, rejected: 1, undone_at: null },
    ]);
  });

  test('a label takes every batch of it', async () => {
    for (const id of ['a', 'b']) {
      const batch = await world.within((tx) =>
        batches.open(tx, { source: 'site', transport: 'sample', label: 'sample' }, NOW),
      );
      await world.ingest([view(id, { domain: 'northwind.example' })], { batch });
    }
    const undone = await undo(world.db, world.workspace, 'sample', NOW);
    expect(undone.map((one) => one.signals)).toEqual([1, 1]);
    expect(undone.reduce((sum, one) => sum + one.accounts, 0)).toBe(1);
    const left = await state();
    expect([left.account, left.signal, left.claim, left.account_domain]).toEqual([[], [], [], []]);
  });

  test('what is not there says so', async () => {
    await expect(takeBack('00000000-0000-8000-8000-000000000000')).rejects.toThrow('No batch');
    await expect(takeBack('nonsense')).rejects.toThrow('No batch');
  });

  test('while signals of the same account come in leaves none at an account that is gone', async () => {
    for (let round = 0; round < 6; round++) {
      const { batch } = await world.ingest([view(`a${round}`, { domain: 'northwind.example' })]);
      await Promise.all([
        takeBack(batch),
        ...[1, 2, 3].map((n) => world.ingest([view(`b${round}.${n}`, { domain: 'northwind.example' })])),
      ]);
    }
    expect(
      await world.query('SELECT 1 FROM signal WHERE account_id NOT IN (SELECT account_id FROM account)'),
    ).toEqual([]);
    expect(await world.query('SELECT 1 FROM signal')).toHaveLength(18);
  });
});
