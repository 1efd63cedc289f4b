import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NotFound } from '../../src/core/errors.ts';
import type { BuyingRole } from '../../src/core/group-model.ts';
import { bantKnown, meddicKnown } from '../../src/core/scoring/bant.ts';
import * as flow from '../../src/flow/groups.ts';
import { importTable } from '../../src/flow/import-table.ts';
import { merge, unmerge } from '../../src/flow/merge.ts';
import { undo } from '../../src/flow/undo.ts';
import { upsertAccounts, upsertPeople } from '../../src/flow/upsert.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as groups from '../../src/store/groups.ts';
import * as people from '../../src/store/people.ts';
import * as scores from '../../src/store/scores.ts';
import * as solutions from '../../src/store/solutions.ts';
import { contents, days, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  await world.clear();
  await company('northwind.example');
});
afterAll(() => world.close());

const enter = (list: Parameters<typeof upsertPeople>[2], now = NOW) =>
  world.within((tx) => upsertPeople(tx, world.workspace, list, null, now));
const company = (domain: string) =>
  world.within((tx) => upsertAccounts(tx, world.workspace, [{ domain, name: domain }], null, NOW));
const idOf = async (domain: string) => (await world.within((tx) => accounts.idByDomain(tx, domain)))!;
const groupsOf = async (domain: string) => {
  const id = await idOf(domain);
  return (await world.within((tx) => groups.ofAccounts(tx, [id]))).get(id) ?? [];
};
/** Name → role, its source and status, of the account's first group. */
async function membersOf(domain: string): Promise<Record<string, string>> {
  const [group] = await groupsOf(domain);
  if (!group) return {};
  return world.within(async (tx) => {
    const members = (await groups.membersOf(tx, [group.id])).get(group.id) ?? [];
    const known = await people.byIds(
      tx,
      members.map(({ personId }) => personId),
    );
    return Object.fromEntries(
      members.map(({ role, roleSource, status }, at) => [
        known[at]!.email,
        `${role} ${roleSource} ${status}`,
      ]),
    );
  });
}
const read = (email: string, n: number, rest: object = {}) => ({
  id: `${email}-${n}`,
  at: hours(-n).toISOString(),
  kind: 'site.product_view' as const,
  hints: { email },
  ...rest,
});
const ANN = 'ann@northwind.example';
const BEN = 'ben@northwind.example';

describe('a newcomer', () => {
  test('gets one solution about everything, and groups of whoever is known', async () => {
    await world.ingest([read(ANN, 1)]);
    await enter([{ email: BEN, title: 'VP Engineering' }]);
    await world.rescore();
    expect(await world.within(solutions.list)).toMatchObject([{ name: 'Everything we sell', usual: true }]);
    expect(await membersOf('northwind.example')).toEqual({
      [ANN]: 'PRACTITIONER INFERRED POTENTIAL',
      [BEN]: 'DECISION_MAKER INFERRED POTENTIAL',
    });
    const [group] = await groupsOf('northwind.example');
    expect(group).toMatchObject({ size: 2, status: 'FORMING', lastActivityAt: hours(-1), modelVersion: 1 });
    expect(group!.missingRoles).toContain('ECONOMIC_BUYER');
  });

  test('an account with nobody has none', async () => {
    await world.ingest([{ id: 'v', at: hours(-1).toISOString(), hints: { domain: 'northwind.example' } }]);
    await world.rescore();
    expect(await groupsOf('northwind.example')).toEqual([]);
  });
});

describe('roles', () => {
  test('the CRM’s word confirms, and goes with its batch', async () => {
    await enter([{ email: ANN, title: 'CTO' }]);
    const csv = `Email,Contact Role\n${ANN},Budget Holder\n`;
    const { batch } = await importTable(world.intake, 'people', bytes(csv), {
      fileName: 'contacts.csv',
      map: null,
      clock: () => NOW,
    });
    await world.rescore();
    expect(await membersOf('northwind.example')).toEqual({ [ANN]: 'ECONOMIC_BUYER CRM CONFIRMED' });
    await undo(world.db, world.workspace, batch, NOW);
    await world.rescore();
    expect(await membersOf('northwind.example')).toEqual({ [ANN]: 'DECISION_MAKER INFERRED POTENTIAL' });
  });

  test('a new title is enough to be judged again', async () => {
    await enter([{ email: ANN, title: 'Nurse' }]);
    await world.rescore();
    expect(await membersOf('northwind.example')).toEqual({});
    await enter([{ email: ANN, title: 'Einkaufsleiterin' }], hours(1));
    await world.rescore();
    expect(await membersOf('northwind.example')).toEqual({ [ANN]: 'PROCUREMENT INFERRED POTENTIAL' });
  });

  test('who is in an opportunity is confirmed', async () => {
    await enter([{ email: ANN, title: 'CTO', leadStatus: 'OPPORTUNITY' }]);
    await world.rescore();
    expect(await membersOf('northwind.example')).toEqual({ [ANN]: 'DECISION_MAKER INFERRED CONFIRMED' });
  });

  const give = async (email: string, role: BuyingRole) => {
    const [group] = await groupsOf('northwind.example');
    const personId = (await world.query('SELECT person_id AS id FROM person WHERE email = $1', [email]))[0]!
      .id;
    return world.within((tx) => flow.giveRole(tx, group!.id, personId as string, role, NOW));
  };

  test('by hand goes before all else', async () => {
    await enter([{ email: ANN, title: 'CTO', buyingRole: 'CHAMPION' }]);
    await world.rescore();
    await give(ANN, 'PROCUREMENT');
    await world.rescore();
    expect(await membersOf('northwind.example')).toEqual({ [ANN]: 'PROCUREMENT MANUAL CONFIRMED' });
  });

  test('but only where they were then', async () => {
    await company('southwind.example');
    await enter([{ email: ANN, title: 'CTO' }]);
    await world.rescore();
    await give(ANN, 'PROCUREMENT');
    await enter([{ email: ANN, accountDomain: 'southwind.example' }], hours(1));
    await world.rescore();
    expect(await membersOf('northwind.example')).toEqual({});
    expect(await membersOf('southwind.example')).toEqual({ [ANN]: 'DECISION_MAKER INFERRED POTENTIAL' });
  });

  test('of somebody elsewhere is refused', async () => {
    await company('southwind.example');
    await enter([
      { email: ANN, title: 'CTO' },
      { email: 'eve@southwind.example', title: 'CTO' },
    ]);
    await world.rescore();
    await expect(give('eve@southwind.example', 'CHAMPION')).rejects.toThrow(NotFound);
  });
});

describe('solutions', () => {
  const declare = (document: unknown) => world.within((tx) => flow.replaceSolutions(tx, document, NOW));
  const LINEAGE = {
    name: 'Lineage',
    topics: ['data lineage'],
    content: [{ url: '^/lineage' }, { title: 'column-level' }],
  };

  test('count what is about them: by topic, path and title', async () => {
    await declare([LINEAGE, { name: 'Payroll', topics: ['payroll'] }]);
    await world.ingest([
      read('topic@northwind.example', 1, { signal: { topics: ['data lineage'] } }),
      read('page@northwind.example', 2, { signal: { url: 'https://us.example/lineage/start' } }),
      read('title@northwind.example', 3, { signal: { title: 'Column-level lineage' } }),
      read('other@northwind.example', 4, {
        signal: { topics: ['cooking'], url: 'https://us.example/a?x=/lineage' },
      }),
    ]);
    await world.rescore();
    expect(Object.keys(await membersOf('northwind.example')).sort()).toEqual([
      'page@northwind.example',
      'title@northwind.example',
      'topic@northwind.example',
    ]);
    expect(await groupsOf('northwind.example')).toHaveLength(1);
  });

  test('have roles of their own', async () => {
    await declare([
      { name: 'Small', template: [{ role: 'PRACTITIONER', required: 1, weight: 20, needed: true }] },
    ]);
    await enter([
      { email: ANN, title: 'Support Specialist' },
      { email: BEN, title: 'CTO' },
    ]);
    await world.rescore();
    expect(await membersOf('northwind.example')).toEqual({ [ANN]: 'PRACTITIONER INFERRED POTENTIAL' });
    expect((await groupsOf('northwind.example'))[0]).toMatchObject({ completeness: 1, missingRoles: [] });
  });

  test('a new list takes the place of the old one, an empty one of all', async () => {
    await enter([{ email: ANN, title: 'CTO' }]);
    await world.rescore();
    await declare([{ name: 'A' }, { name: 'B' }]);
    await world.rescore();
    expect(await groupsOf('northwind.example')).toHaveLength(2);
    await declare([]);
    await world.rescore();
    const [group, ...more] = await groupsOf('northwind.example');
    expect(more).toEqual([]);
    expect(await world.within(solutions.list)).toMatchObject([{ id: group!.solutionId, usual: true }]);
  });
});

describe('accounts that change', () => {
  test('a merge makes one group of two, and un-merging gives them back', async () => {
    await company('nw.example');
    await enter([
      { email: ANN, title: 'CTO' },
      { email: 'ben@nw.example', title: 'CFO' },
    ]);
    await world.ingest([read(ANN, 1), read('ben@nw.example', 2)]);
    await world.rescore();
    const before = await contents(world, ['merge_log', 'signal']);
    const [into, from] = [await idOf('northwind.example'), await idOf('nw.example')];
    await world.within((tx) => merge(tx, world.workspace, into, [from], NOW));
    await world.rescore();
    expect(await membersOf('northwind.example')).toEqual({
      [ANN]: 'DECISION_MAKER INFERRED POTENTIAL',
      'ben@nw.example': 'ECONOMIC_BUYER INFERRED POTENTIAL',
    });
    expect((await world.query('SELECT count(*) AS n FROM buying_group'))[0]!.n).toBe(1);
    await world.within((tx) => unmerge(tx, world.workspace, from, NOW));
    await world.rescore();
    const after = await contents(world, ['merge_log', 'signal']);
    for (const table of ['buying_group', 'buying_group_member']) expect(after[table]).toEqual(before[table]);
  });

  test('undoing what named people takes their groups back', async () => {
    await world.ingest([read(ANN, 5)]);
    await world.rescore();
    const before = await contents(world);
    const { batch } = await world.ingest([read(BEN, 1), read('eva@southwind.example', 1)]);
    await world.rescore();
    expect(Object.keys(await membersOf('northwind.example'))).toHaveLength(2);
    await undo(world.db, world.workspace, batch, NOW);
    await world.rescore();
    const after = await contents(world);
    for (const table of ['buying_group', 'buying_group_member']) expect(after[table]).toEqual(before[table]);
  });

  test('groups cool with the days, and only what changed is written', async () => {
    await world.ingest([read(ANN, 1)]);
    await world.rescore();
    const [before] = await groupsOf('northwind.example');
    const versions = () =>
      world.query(
        'SELECT xmin::text AS x FROM buying_group UNION ALL SELECT xmin::text FROM buying_group_member',
      );
    const written = await versions();
    await world.within((tx) => scores.requestAll(tx, NOW));
    await world.rescore();
    expect(await versions()).toEqual(written);
    await world.within((tx) => scores.requestAll(tx, days(40)));
    await world.rescore(days(40));
    const [after] = await groupsOf('northwind.example');
    expect(after!.engagement).toBeLessThan(before!.engagement);
    expect([before!.status, after!.status]).toEqual(['FORMING', 'IDENTIFIED']);
  });
});

test('BANT and MEDDIC come from accounts, people, forms and groups, each with its source', async () => {
  await world.within((tx) =>
    upsertAccounts(
      tx,
      world.workspace,
      [{ domain: 'northwind.example', budget: '50k', metrics: 'audit days' }],
      null,
      NOW,
    ),
  );
  await enter([{ email: ANN, name: 'Ann Lee', title: 'CTO', need: 'lineage' }]);
  await world.ingest([
    read(ANN, 2),
    read(BEN, 1, {
      kind: 'content.form',
      signal: { attributes: { timeline: 'Q3', budget: '60k', colour: 'red' } },
    }),
    read(BEN, 3, { kind: 'site.page_view', signal: { attributes: { champion: 'not a form' } } }),
  ]);
  await world.rescore();
  const id = await idOf('northwind.example');
  const facts = (await world.within((tx) => flow.dealFactsOf(tx, [id], 30, NOW))).get(id)!;
  expect(bantKnown(facts).map(({ field, value, from }) => [field, value, from])).toEqual([
    // What the API said just now is later than the form of an hour ago.
    ['BUDGET', '50k', 'api'],
    ['AUTHORITY', 'Ann Lee', 'Ann Lee (DECISION_MAKER) is active and decides'],
    ['NEED', 'lineage', 'api, of Ann Lee'],
    ['TIMELINE', 'Q3', `form (site) by ${BEN}`],
  ]);
  expect(
    meddicKnown(facts)
      .filter(({ known }) => known)
      .map(({ field }) => field),
  ).toEqual(['METRICS', 'IDENTIFIED_PAIN']);
});

test('what is said of a deal has its account scored again, and taking it back too', async () => {
  await enter([{ email: ANN }]);
  await world.rescore();
  const waiting = () => world.within(scores.requested);
  expect(await waiting()).toBe(0);
  await enter([{ email: ANN, budget: '20k' }], hours(1));
  expect(await waiting()).toBe(1);
  await world.rescore();
  const { batch } = await importTable(
    world.intake,
    'accounts',
    bytes('Domain,Timeframe\nnorthwind.example,Q4\n'),
    {
      fileName: 'accounts.csv',
      map: null,
      clock: () => NOW,
    },
  );
  expect(await waiting()).toBe(1);
  await world.rescore();
  await undo(world.db, world.workspace, batch, NOW);
  expect(await waiting()).toBe(1);
});

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
