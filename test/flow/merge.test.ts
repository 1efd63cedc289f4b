import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as mergeFlow from '../../src/flow/merge.ts';
import * as rescore from '../../src/flow/rescore.ts';
import { undo } from '../../src/flow/undo.ts';
import * as upsert from '../../src/flow/upsert.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as merges from '../../src/store/merges.ts';
import * as models from '../../src/store/models.ts';
import { contents, days, type Event, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const DOMAINS = ['north.example', 'south.example', 'east.example'];
const NAMES = ['Wind', 'North', 'Gale'];

const idOf = (domain: string): string => accounts.accountIdOf(world.workspace.id, domain);
const mergeInto = (into: string, from: string[], now = NOW) =>
  world.within((tx) => mergeFlow.merge(tx, world.workspace, idOf(into), from.map(idOf), now));
const unmerge = (domain: string, now = NOW) =>
  world.within((tx) => mergeFlow.unmerge(tx, world.workspace, idOf(domain), now));
const importAccounts = (input: upsert.AccountInput[], batch: string | null = null, now = NOW) =>
  world.within((tx) => upsert.upsertAccounts(tx, world.workspace, input, batch, now));

/** Everything that is not the memory of merges. */
const state = () => contents(world, ['merge_log']);

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
const domain = fc.constantFrom(...DOMAINS);
const person = fc.constantFrom('ann', 'bob', 'cleo');
const email = fc
  .tuple(person, fc.constantFrom(...DOMAINS, 'fourth.example'))
  .map(([who, at]) => `${who}@${at}`);
const at = fc.integer({ min: 1, max: 60 }).map((n) => hours(-7 * n).toISOString());

const event: fc.Arbitrary<Omit<Event, 'id'>> = fc.oneof(
  fc.record({
    at,
    kind: fc.constantFrom(
      'site.pricing_view' as const,
      'content.download' as const,
      'email.unsubscribe' as const,
    ),
    strength: fc.constantFrom(0.25, 1),
    hints: fc.record({
      domain: maybe(fc.constantFrom(...DOMAINS, 'fourth.example')),
      email: maybe(email),
      anonymousId: maybe(fc.constantFrom('b1', 'b2', 'b3')),
      companyName: maybe(fc.constantFrom(...NAMES)),
      crmId: maybe(fc.constantFrom('c1', 'c2')),
    }),
    signal: fc.record({ origin: maybe(fc.constantFrom('o1', 'o2')) }),
  }),
  fc.record({
    at,
    identity: fc.record({
      anonymousId: maybe(fc.constantFrom('b1', 'b2', 'b3')),
      email: maybe(email),
      userId: maybe(fc.constantFrom('u1', 'u2')),
      account: maybe(
        fc.record({
          domain,
          industry: maybe(fc.constantFrom('Retail', 'Farming')),
          employees: maybe(fc.integer({ min: 1, max: 9 })),
        }),
      ),
    }),
  }),
) as fc.Arbitrary<Omit<Event, 'id'>>;

type Step =
  | { do: 'ingest'; events: Omit<Event, 'id'>[] }
  | { do: 'accounts'; input: upsert.AccountInput[] }
  | { do: 'people'; input: upsert.PersonInput[] }
  | { do: 'outcome'; domain: string; type: 'WON' | 'OPPORTUNITY_OPENED' | 'LOST' }
  | { do: 'undo'; which: number };

const accountInput: fc.Arbitrary<upsert.AccountInput> = fc
  .record({
    domain,
    name: maybe(fc.constantFrom(...NAMES)),
    industry: maybe(fc.constantFrom('Retail', 'Farming')),
    country: maybe(fc.constantFrom('DE', 'FR')),
    owner: maybe(fc.constantFrom('kim', 'lee')),
    crmId: maybe(fc.constantFrom('c1', 'c2')),
    technologies: maybe(fc.constantFrom<string[]>(['sql'])),
    parentDomain: maybe(fc.constantFrom(...DOMAINS, 'holding.example')),
  })
  .filter((input) => input.parentDomain !== input.domain);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(event, { minLength: 1, maxLength: 6 })
      .map((events) => ({ do: 'ingest' as const, events })),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(accountInput, { minLength: 1, maxLength: 3 })
      .map((input) => ({ do: 'accounts' as const, input })),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.record({ email, accountDomain: maybe(domain), title: maybe(fc.constant('CTO')) }), {
        minLength: 1,
        maxLength: 3,
      })
      .map((input) => ({ do: 'people' as const, input })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('outcome' as const),
      domain,
      type: fc.constantFrom('WON' as const, 'OPPORTUNITY_OPENED' as const, 'LOST' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('undo' as const), which: fc.nat(5) }) },
);

/** Does the steps one by one, each at its own minute; batches get the same ids in every run. */
class Runner {
  count = 0;
  readonly batches: string[] = [];
  get now(): Date {
    return new Date(NOW.getTime() + this.count * 60_000);
  }
  async batch(transport: 'file' | 'import'): Promise<string> {
    const id = `00000000-0000-4000-8000-${String(this.count).padStart(12, '0')}`;
    await world.query(
      `INSERT INTO batch (workspace_id, batch_id, source, transport, started_at) VALUES ($1, $2, 'site', $3, $4)`,
      [world.workspace.id, id, transport, this.now],
    );
    this.batches.push(id);
    return id;
  }
  async run(steps: readonly Step[]): Promise<void> {
    for (const one of steps) {
      this.count++;
      if (one.do === 'ingest') {
        const events = one.events.map((e, n) => ({ ...e, id: `${this.count}-${n}` }));
        await world.ingest(events, { batch: await this.batch('file'), now: this.now });
      } else if (one.do === 'accounts') {
        await importAccounts(one.input, await this.batch('import'), this.now);
      } else if (one.do === 'people') {
        const batch = await this.batch('import');
        await world.within((tx) => upsert.upsertPeople(tx, world.workspace, one.input, batch, this.now));
      } else if (one.do === 'outcome') {
        const batch = await this.batch('import');
        const input = { externalId: `x${this.count}`, domain: one.domain, type: one.type, at: days(-1) };
        await world.within((tx) => upsert.recordOutcomes(tx, [input], batch, this.now));
      } else {
        const batch = this.batches[one.which % Math.max(1, this.batches.length)];
        if (batch) await undo(world.db, world.workspace, batch, this.now);
      }
    }
  }
}

const FIRST: upsert.AccountInput[] = [
  { domain: 'north.example', name: 'Wind', industry: 'Retail' },
  { domain: 'south.example', name: 'Wind', country: 'DE', crmId: 'c1', technologies: ['sql'] },
  { domain: 'east.example', name: 'North', owner: 'lee', parentDomain: 'south.example' },
];

describe('merge and un-merge', () => {
  test('are an identity: every row and every score', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.boolean(), async (steps, chain) => {
        await world.clear();
        await importAccounts(FIRST);
        const runner = new Runner();
        await runner.run(steps);
        await world.rescore(runner.now);
        const before = await state();
        runner.count++;
        await tolerant(() => mergeInto('north.example', ['south.example'], runner.now));
        if (chain) await tolerant(() => mergeInto('east.example', ['north.example'], runner.now));
        await world.rescore(runner.now);
        runner.count++;
        for (const one of chain ? ['north.example', 'south.example'] : ['south.example']) {
          await tolerant(() => unmerge(one, runner.now));
        }
        await world.rescore(runner.now);
        expect(await state()).toEqual(before);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  test('whatever happened in between, is a world in which nothing was merged', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 4 }),
        fc.array(step, { maxLength: 5 }),
        fc.array(step, { maxLength: 3 }),
        fc.constantFrom('single', 'chain', 'chain from below', 'both'),
        async (first, second, third, how) => {
          const run = async (merging: boolean) => {
            await world.clear();
            await importAccounts(FIRST);
            const runner = new Runner();
            await runner.run(first);
            if (merging) await tolerant(() => mergeInto('north.example', ['south.example'], runner.now));
            if (merging && how !== 'single') {
              await tolerant(() =>
                how === 'both'
                  ? mergeInto('north.example', ['east.example'], runner.now)
                  : mergeInto('east.example', ['north.example'], runner.now),
              );
            }
            await runner.run(second);
            if (merging) {
              const order = how === 'chain from below' ? DOMAINS.toReversed() : DOMAINS;
              for (const one of order) await tolerant(() => unmerge(one, runner.now));
              for (const one of order) await tolerant(() => unmerge(one, runner.now));
            }
            await runner.run(third);
            await world.rescore(runner.now);
            return state();
          };
          const without = await run(false);
          expect(await run(true)).toEqual(without);
        },
      ),
      { numRuns: 60 },
    );
  }, 240_000);
});

const tolerant = (work: () => Promise<unknown>): Promise<unknown> => work().catch(circle);
/** Merging may be refused for what the parents are, and an undo may have taken an account away. */
function circle(error: { code?: string }): void {
  if (error.code !== 'CIRCLE' && error.code !== 'NOT_FOUND' && error.code !== 'MERGED') throw error;
}

const view = (id: string, hints: Event['hints'], at = hours(-1), more: Partial<Event> = {}): Event => ({
  id,
  at: at.toISOString(),
  kind: 'site.pricing_view',
  hints,
  ...more,
});
const byId = async (domain: string) => (await world.within((tx) => accounts.byIds(tx, [idOf(domain)])))[0];
const placed = async () =>
  Object.fromEntries(
    (
      await world.query(
        'SELECT s.external_id, a.domain FROM signal AS s LEFT JOIN account AS a USING (workspace_id, account_id)',
      )
    ).map((row) => [row.external_id, row.domain]),
  );
const heat = async (of: string, asOf: Date | null = null): Promise<number | undefined> =>
  world.within(async (tx) => {
    const { model } = await models.active(tx, NOW);
    return (await rescore.compute(tx, [idOf(of)], model, asOf ?? NOW, asOf))[0]?.score.heat.value;
  });

describe('a merged account', () => {
  beforeEach(async () => {
    await importAccounts(FIRST);
    await world.ingest([
      view('n', { domain: 'north.example' }, days(-2)),
      view('s', { email: 'ann@south.example' }, days(-2)),
      view('named', { companyName: 'Wind' }, days(-2)),
    ]);
    await world.within((tx) =>
      upsert.recordOutcomes(
        tx,
        [{ externalId: 'x', domain: 'south.example', type: 'WON', at: days(-3) }],
        null,
        NOW,
      ),
    );
  });

  test('counts nowhere, and its survivor answers for it', async () => {
    await world.rescore();
    await mergeInto('north.example', ['south.example']);
    await world.rescore();
    expect(await world.within((tx) => accounts.count(tx, {}))).toBe(2);
    expect(await world.within(accounts.allIds)).not.toContain(idOf('south.example'));
    expect(await byId('south.example')).toMatchObject({
      id: idOf('north.example'),
      domains: ['north.example', 'south.example'],
    });
    expect(await world.within((tx) => accounts.idByDomain(tx, 'south.example'))).toBe(idOf('north.example'));
    expect(await world.within((tx) => accounts.count(tx, { domains: ['south.example'] }))).toBe(1);
    expect(await world.within((tx) => accounts.count(tx, { ids: [idOf('south.example')] }))).toBe(1);
    expect(
      await world.query('SELECT account_id FROM account_score WHERE account_id = $1', [
        idOf('south.example'),
      ]),
    ).toEqual([]);
  });

  test('hands over signals, people and outcomes, and what the survivor does not know itself', async () => {
    const alone = await heat('north.example');
    await mergeInto('north.example', ['south.example']);
    expect(await placed()).toEqual({ n: 'north.example', s: 'north.example', named: 'north.example' });
    expect(await world.query('SELECT account_id FROM person')).toEqual([
      { account_id: idOf('north.example') },
    ]);
    expect(await world.query('SELECT account_id FROM outcome')).toEqual([
      { account_id: idOf('north.example') },
    ]);
    expect(await byId('north.example')).toMatchObject({
      industry: 'Retail',
      country: 'DE',
      crmId: 'c1',
      technologies: ['sql'],
    });
    expect((await heat('north.example'))!).toBeGreaterThan(alone!);
  });

  test('gives its name back to its survivor only once it is merged: before, it is ambiguous', async () => {
    expect((await placed()).named).toBeNull();
    await mergeInto('north.example', ['south.example']);
    expect((await placed()).named).toBe('north.example');
    await world.ingest([view('named later', { companyName: 'Wind' })]);
    expect((await placed())['named later']).toBe('north.example');
    await unmerge('south.example');
    expect(await placed()).toMatchObject({ named: null, 'named later': null });
    expect(await world.query('SELECT DISTINCT unplaced FROM signal WHERE unplaced IS NOT NULL')).toEqual([
      { unplaced: 'waits for review' },
    ]);
  });

  test('gets what carries its clues, when it is let go', async () => {
    await mergeInto('north.example', ['south.example']);
    await world.ingest([
      view('later', { domain: 'south.example' }),
      view('north later', { domain: 'north.example' }),
    ]);
    await importAccounts([{ domain: 'south.example', industry: 'Farming', name: 'Windmill' }]);
    expect((await placed()).later).toBe('north.example');
    expect(await byId('north.example')).toMatchObject({ name: 'Wind', industry: 'Retail' });
    await unmerge('south.example');
    expect(await placed()).toMatchObject({ later: 'south.example', 'north later': 'north.example' });
    expect(await byId('south.example')).toMatchObject({ name: 'Windmill', industry: 'Farming' });
    expect(await byId('north.example')).toMatchObject({ country: null, crmId: null });
  });

  test('is not in the way of clues that agree: the two are one', async () => {
    const both = { crmId: 'c1', domain: 'north.example' };
    await world.ingest([view('before', both)]);
    await mergeInto('north.example', ['south.example']);
    await world.ingest([view('after', both)]);
    const confidence = async (id: string) =>
      (await world.query('SELECT confidence FROM signal WHERE external_id = $1', [id]))[0]!.confidence;
    const doubted = await confidence('before');
    expect(doubted).toBeLessThan(1);
    expect(await confidence('after')).toBe(1);
    await unmerge('south.example');
    expect(await confidence('after')).toBe(doubted);
  });

  test('is itself again in replays of before the merge and of after its end', async () => {
    const [south, north] = [await heat('south.example', NOW), await heat('north.example', NOW)];
    const stage = async (asOf: Date) =>
      world.within(async (tx) => {
        const { model } = await models.active(tx, NOW);
        return (await rescore.compute(tx, [idOf('north.example')], model, asOf, asOf))[0]!.score.stage.stage;
      });
    await mergeInto('north.example', ['south.example'], hours(1));
    const together = await heat('north.example', hours(2));
    expect(together).toBeGreaterThan(north!);
    expect(await heat('north.example', NOW)).toBe(north);
    expect([await stage(NOW), await stage(hours(2))]).toEqual([
      expect.not.stringMatching('CUSTOMER'),
      'CUSTOMER',
    ]);
    await unmerge('south.example', hours(3));
    expect(await heat('north.example', hours(2))).toBe(together);
    expect(await heat('north.example', hours(4))).toBe(north);
    expect(await heat('south.example', NOW)).toBe(south);
    expect(await heat('south.example', hours(4))).toBe(south);
    expect(await stage(hours(2))).toBe('CUSTOMER');
  });

  test('is found by the domain of a discovery, however it comes to be merged', async () => {
    await world.ingest([view('f', { domain: 'fourth.example' })]);
    await mergeInto('north.example', ['fourth.example']);
    await world.ingest([view('f2', { domain: 'fourth.example' })]);
    expect((await placed()).f2).toBe('north.example');
    expect(await world.query('SELECT 1 FROM account')).toHaveLength(4);
  });
});

describe('merges', () => {
  beforeEach(() => importAccounts(FIRST));

  test('make chains, which are taken apart in any order', async () => {
    const of = async (domain: string) => (await byId(domain))!.domain;
    await mergeInto('north.example', ['south.example']);
    await mergeInto('east.example', ['north.example']);
    expect([await of('south.example'), await of('north.example')]).toEqual(['east.example', 'east.example']);
    const listed = await world.within((tx) => merges.of(tx, [idOf('east.example')]));
    expect(
      listed
        .get(idOf('east.example'))!
        .map((one) => one.domain)
        .sort(),
    ).toEqual(['north.example', 'south.example']);
    await unmerge('north.example');
    expect([await of('south.example'), await of('north.example')]).toEqual([
      'north.example',
      'north.example',
    ]);
    await mergeInto('east.example', ['north.example']);
    await unmerge('south.example');
    expect([await of('south.example'), await of('north.example')]).toEqual(['south.example', 'east.example']);
  });

  test('go to the survivor of what is merged itself', async () => {
    await mergeInto('north.example', ['south.example']);
    expect(await mergeInto('south.example', ['east.example'])).toBe(idOf('north.example'));
  });

  test('are taken back by their own id, too', async () => {
    await mergeInto('north.example', ['south.example']);
    const [merge] = (await world.within((tx) => merges.of(tx, [idOf('north.example')]))).get(
      idOf('north.example'),
    )!;
    await world.within((tx) => mergeFlow.unmerge(tx, world.workspace, merge!.id, NOW));
    expect((await byId('south.example'))!.domain).toBe('south.example');
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ['into itself', () => mergeInto('north.example', ['north.example']), 'INVALID'],
    ['of nothing', () => mergeInto('north.example', []), 'INVALID'],
    ['of what is not there', () => mergeInto('north.example', ['nowhere.example']), 'NOT_FOUND'],
    ['into what is not there', () => mergeInto('nowhere.example', ['north.example']), 'NOT_FOUND'],
    [
      'of what is merged already',
      async () => {
        await mergeInto('north.example', ['south.example']);
        await mergeInto('east.example', ['south.example']);
      },
      'MERGED',
    ],
    ['taken back without having been made', () => unmerge('north.example'), 'NOT_FOUND'],
  ])('are refused %s', async (_, work, code) => {
    await expect(work()).rejects.toMatchObject({ code, hint: expect.stringMatching(/./) });
  });

  test('go when what they join goes', async () => {
    await world.clear();
    await importAccounts([FIRST[0]!]);
    const runner = new Runner();
    await runner.run([
      { do: 'accounts', input: [FIRST[1]!] },
      { do: 'ingest', events: [view('', { domain: 'south.example' })] },
    ]);
    await mergeInto('south.example', ['north.example']);
    await undo(world.db, world.workspace, runner.batches[0]!, NOW);
    await undo(world.db, world.workspace, runner.batches[1]!, NOW);
    expect((await byId('north.example'))!.domain).toBe('north.example');
    expect(await world.query('SELECT domain FROM account')).toEqual([{ domain: 'north.example' }]);
    expect(await world.query('SELECT 1 FROM merge_log')).toEqual([]);
  });

  test('and what comes in at the same time wait for each other', async () => {
    const events = Array.from({ length: 120 }, (_, n) =>
      view(`e${n}`, { domain: DOMAINS[n % 3], userId: `u${n % 5}` }, hours(-n)),
    );
    const work: Promise<unknown>[] = [];
    for (let n = 0; n < 12; n++) {
      work.push(world.ingest(events.slice(10 * n, 10 * n + 10)), world.rescore());
      if (n % 4 === 1) work.push(mergeInto('north.example', ['south.example']).catch(circle));
      if (n % 4 === 3) work.push(unmerge('south.example').catch(circle));
    }
    await Promise.all(work);
    const merged = (await byId('south.example'))!.id === idOf('north.example');
    const counts = await world.query('SELECT account_id, count(*) AS total FROM signal GROUP BY 1');
    const of = (domain: string) => counts.find((row) => row.account_id === idOf(domain))?.total ?? 0;
    expect(of('north.example')).toBe(merged ? 80 : 40);
    expect(of('south.example')).toBe(merged ? 0 : 40);
    await unmerge('south.example').catch(circle);
    await world.rescore();
    const after = await state();
    await world.clear();
    await importAccounts(FIRST);
    await world.ingest(events);
    await world.rescore();
    const scores = (of: Record<string, string[]>) =>
      of.account_score!.map((row) => JSON.parse(row)).map(({ account_id, heat }) => [account_id, heat]);
    expect(scores(after)).toEqual(scores(await state()));
  });
});
