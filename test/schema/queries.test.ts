import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Workspace } from '../../src/store/workspaces.ts';
import { daysAgo, NOW, startServer, visit } from './server.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let ours: Workspace;
let empty: Workspace;

/** Fifty accounts, some alike: ties in every order. */
const COMPANIES = Array.from({ length: 50 }, (_, at) => ({
  domain: `company-${at}.example`,
  name: `Company ${String.fromCharCode(65 + (at % 7))}`,
  industry: at % 2 ? 'Software' : 'Retail',
  employees: 100 * (1 + (at % 5)),
  country: at % 3 ? 'DE' : 'US',
  tier: at % 5 ? null : 'A',
  owner: at % 4 ? null : 'ann@us.example',
}));

/** 50 imported, and 18 whom signals of other accounts name. */
const PEOPLE = 68;

beforeAll(async () => {
  server = await startServer();
  ours = await server.workspace('ours');
  empty = await server.workspace('empty');
  const people = COMPANIES.flatMap(({ domain }, at) =>
    at % 2
      ? [
          { email: `kim@${domain}`, name: `Kim ${at}`, title: 'Head of Data' },
          { email: `lee@${domain}`, name: `Lee ${at}`, leadStatus: 'MQL' as const },
        ]
      : [],
  );
  const signals = COMPANIES.flatMap(({ domain }, at) =>
    Array.from({ length: at % 8 }, (_, n) =>
      visit(
        `${domain} ${n}`,
        n % 2 ? { email: `kim@${domain}` } : { domain, anonymousId: `v${at}-${n}` },
        n + 1,
        {
          kind: n % 3 ? 'site.blog_view' : 'site.pricing_view',
          topics: ['prices'],
          attributes: { n },
        },
      ),
    ),
  );
  // One busy account with more contributions than are kept, and one signal that nobody owns.
  for (let n = 0; n < 30; n++)
    signals.push(visit(`busy ${n}`, { domain: 'busy.example', anonymousId: `b${n}` }, n));
  signals.push(visit('lost', { anonymousId: 'nobody' }, 2));
  await server.fill(ours, {
    accounts: [...COMPANIES, { domain: 'busy.example', name: 'Busy', domains: ['busy-shop.example'] }],
    people,
    signals,
  });
});
afterAll(() => server.stop());

const PAGE = `
  query Page($filter: AccountFilter, $orderBy: AccountOrder, $first: Int, $after: String, $last: Int, $before: String) {
    accounts(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { id domain name heat { value } fit { value } qualification { value tier } stage { stage }
        lastActivityAt owner tier country industry } }
    }
  }`;

async function pageOf(variables: object) {
  const { data, errors } = await server.ask(ours, PAGE, variables);
  expect(errors).toBeUndefined();
  return data.accounts as {
    totalCount: number;
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
    edges: { cursor: string; node: Row }[];
  };
}
const idsOf = (page: Awaited<ReturnType<typeof pageOf>>) => page.edges.map((edge) => edge.node.id);

describe('accounts', () => {
  test('are ordered by heat, hottest first, if not said otherwise', async () => {
    const page = await pageOf({ first: 100 });
    expect(page.totalCount).toBe(51);
    expect(page.edges).toHaveLength(51);
    const heats = page.edges.map(({ node }) => node.heat.value);
    expect(heats).toEqual([...heats].sort((a, b) => b - a));
    expect(heats[0]).toBeGreaterThan(0);
  });

  test('a page has 25 if not said otherwise', async () => {
    const page = await pageOf({});
    expect(page.edges).toHaveLength(25);
    expect(page.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
  });

  test('paging forward or backward gives the whole list in order, whatever the order and the page', async () => {
    const fields = ['HEAT', 'FIT', 'QUALIFICATION', 'TREND', 'NAME', 'LAST_ACTIVITY'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...fields),
        fc.constantFrom('ASC', 'DESC'),
        fc.integer({ min: 7, max: 60 }),
        async (field, direction, size) => {
          const orderBy = { field, direction };
          const whole = idsOf(await pageOf({ orderBy, first: 200 }));
          expect(new Set(whole).size).toBe(51);
          const forward: string[] = [];
          for (let after: string | null = null; ; ) {
            const page = await pageOf({ orderBy, first: size, after });
            forward.push(...idsOf(page));
            expect(page.pageInfo.hasNextPage).toBe(forward.length < 51);
            if (!page.pageInfo.hasNextPage) break;
            after = page.pageInfo.endCursor;
          }
          expect(forward).toEqual(whole);
          const backward: string[] = [];
          for (let before: string | null = null; ; ) {
            const page = await pageOf({ orderBy, last: size, before });
            backward.unshift(...idsOf(page));
            if (!page.pageInfo.hasPreviousPage) break;
            before = page.pageInfo.startCursor;
          }
          expect(backward).toEqual(whole);
        },
      ),
      { numRuns: 15 },
    );
  });

  test.each([
    [{ search: 'COMPANY-3.' }, (one: Row) => one.domain === 'company-3.example'],
    [{ search: '%' }, () => false],
    [
      { domains: ['https://www.company-3.example/x', 'busy-shop.example'] },
      (one: Row) => ['company-3.example', 'busy.example'].includes(one.domain),
    ],
    [{ owner: 'ann@us.example' }, (one: Row) => one.owner === 'ann@us.example'],
    [{ tier: 'A', country: 'DE' }, (one: Row) => one.tier === 'A' && one.country === 'DE'],
    [{ industry: 'Retail' }, (one: Row) => one.industry === 'Retail'],
    [{ minHeat: 10, maxHeat: 30 }, (one: Row) => one.heat.value >= 10 && one.heat.value <= 30],
    [{ minFit: 50 }, (one: Row) => one.fit.value >= 50],
    [{ stage: 'AWARENESS' }, (one: Row) => one.stage.stage === 'AWARENESS'],
    [{ qualificationTier: 'COLD' }, (one: Row) => one.qualification.tier === 'COLD'],
    [
      { changedSince: daysAgo(1.5).toISOString() },
      (one: Row) => one.lastActivityAt !== null && new Date(one.lastActivityAt) >= daysAgo(1.5),
    ],
    [{}, () => true],
  ])('filter %j', async (filter, fits) => {
    const everything = (await pageOf({ first: 200 })).edges.map(({ node }) => node);
    const page = await pageOf({ filter, first: 200 });
    expect(idsOf(page)).toEqual(everything.filter(fits).map((one) => one.id));
    expect(page.totalCount).toBe(page.edges.length);
  });

  test('filter ids', async () => {
    const some = idsOf(await pageOf({ first: 3 }));
    expect(idsOf(await pageOf({ filter: { ids: some } }))).toEqual(some);
  });

  test('one is found by any of its domains and by its id, and is the same node', async () => {
    const { data } = await server.ask(
      ours,
      '{ a: account(domain: "busy.example") { id domains } b: account(domain: "http://shop.busy-shop.example/") { id } c: account(domain: "nobody.example") { id } }',
    );
    expect(data.a.domains).toEqual(['busy-shop.example', 'busy.example']);
    expect(data.b.id).toBe(data.a.id);
    expect(data.c).toBeNull();
    const again = await server.ask(
      ours,
      'query Q($id: ID!) { account(id: $id) { name } node(id: $id) { __typename id } nodes(ids: [$id, $id]) { id } }',
      { id: data.a.id },
    );
    expect(again.errors).toBeUndefined();
    expect(again.data).toEqual({
      account: { name: 'Busy' },
      node: { __typename: 'Account', id: data.a.id },
      nodes: [{ id: data.a.id }, { id: data.a.id }],
    });
  });

  test('one without a domain has an empty one', async () => {
    await server.fill(ours, { accounts: [{ name: 'Nameless Works', tier: 'nameless' }] });
    const { data } = await server.ask(
      ours,
      '{ accounts(filter: {tier: "nameless"}) { edges { node { domain heat { value } } } } }',
    );
    expect(data.accounts.edges[0].node).toEqual({ domain: '', heat: { value: 0 } });
  });
});

interface Row {
  id: string;
  domain: string;
  owner: string | null;
  tier: string | null;
  country: string | null;
  industry: string | null;
  heat: { value: number };
  fit: { value: number };
  stage: { stage: string };
  qualification: { tier: string };
  lastActivityAt: string | null;
}

describe('a score', () => {
  test('is explained: its contributions add up to raw, more of them than are kept with it', async () => {
    const { data, errors } = await server.ask(
      ours,
      `{ account(domain: "busy.example") { actors
        heat { value raw band trend7d asOf modelVersion reasons ten: contributions { points } all: contributions(first: 200) { kind family actor day points share signalCount reason source } }
        fit { value coverage disqualifiedBy parts { attribute value weight points reason } } } }`,
    );
    expect(errors).toBeUndefined();
    const { heat, fit, actors } = data.account;
    expect(actors).toBe(30);
    expect(heat.ten).toHaveLength(10);
    expect(heat.all.length).toBe(30);
    const sum = (parts: { points: number }[]) => parts.reduce((total, one) => total + one.points, 0);
    expect(sum(heat.all)).toBeCloseTo(heat.raw, 9);
    expect(heat.all.slice(0, 10).map((one: { points: number }) => one.points)).toEqual(
      heat.ten.map((one: { points: number }) => one.points),
    );
    expect(heat.all[0]).toMatchObject({
      kind: 'SITE_PRICING_VIEW',
      family: 'SITE_VISIT',
      actor: 'anonymous visitor',
      source: 'teller',
      signalCount: 1,
    });
    expect(heat.asOf).toBe(NOW.toISOString());
    expect(heat.reasons[0]).toContain('viewed pricing');
    expect(sum(fit.parts)).toBeCloseTo(fit.value, 9);
  });

  test('names people, with their titles', async () => {
    const { data } = await server.ask(
      ours,
      '{ account(domain: "company-7.example") { heat { contributions { actor } } } }',
    );
    const actors = data.account.heat.contributions.map((one: { actor: string }) => one.actor);
    expect(new Set(actors)).toEqual(new Set(['Kim 7, Head of Data', 'anonymous visitor']));
  });

  test('as of an earlier moment knows only what was known then', async () => {
    const { data, errors } = await server.ask(
      ours,
      `query Q($past: DateTime!, $before: DateTime!, $now: DateTime!) { account(domain: "busy.example") {
        past: heat(asOf: $past) { value asOf contributions(first: 200) { day } } before: heat(asOf: $before) { value }
        now: heat(asOf: $now) { value } heat { value } } }`,
      { past: daysAgo(10).toISOString(), before: daysAgo(60).toISOString(), now: NOW.toISOString() },
    );
    expect(errors).toBeUndefined();
    const { past, before, now, heat } = data.account;
    expect(before.value).toBe(0);
    expect(now.value).toBeCloseTo(heat.value, 9);
    expect(past.asOf).toBe(daysAgo(10).toISOString());
    expect(past.value).toBeGreaterThan(0);
    expect(past.contributions).toHaveLength(20);
  });

  test('has a history of the days on which it changed', async () => {
    const query = `query Q($from: DateTime!, $to: DateTime!) {
      account(domain: "busy.example") { heat { value } heatHistory(from: $from, to: $to) { day value raw qualification stage modelVersion } } }`;
    const { data } = await server.ask(ours, query, { from: daysAgo(3).toISOString(), to: NOW.toISOString() });
    expect(data.account.heatHistory).toHaveLength(1);
    expect(data.account.heatHistory[0]).toMatchObject({ day: '2026-05-20', value: data.account.heat.value });
    const earlier = await server.ask(ours, query, { from: '2026-05-01', to: '2026-05-19' });
    expect(earlier.data.account.heatHistory).toEqual([]);
  });
});

describe('signals and people', () => {
  test('a signal tells what, whose and why', async () => {
    const { data } = await server.ask(
      ours,
      `{ account(domain: "company-7.example") { id signals(first: 1, filter: { kinds: [SITE_BLOG_VIEW] }) { totalCount edges { node {
        kind family source occurredAt topics { id name } attributes match { method confidence evidence } account { id } person { name account { id } } unplacedBecause } } } } }`,
    );
    const { signals, id } = data.account;
    expect(signals.totalCount).toBe(4);
    const { match, ...rest } = signals.edges[0].node;
    expect(rest).toEqual({
      kind: 'SITE_BLOG_VIEW',
      family: 'SITE_VISIT',
      source: 'teller',
      occurredAt: daysAgo(2).toISOString(),
      topics: [{ id: expect.any(String), name: 'prices' }],
      attributes: { n: 1 },
      account: { id },
      person: { name: 'Kim 7', account: { id } },
      unplacedBecause: null,
    });
    expect(match.confidence).toBeGreaterThan(0.5);
  });

  test('one that waits has no match and says why', async () => {
    const { data } = await server.ask(
      ours,
      '{ signals(filter: { placed: false }) { totalCount edges { node { match { method } account { id } unplacedBecause } } } }',
    );
    expect(data.signals.totalCount).toBe(1);
    expect(data.signals.edges[0].node).toEqual({
      match: null,
      account: null,
      unplacedBecause: expect.stringMatching(/./),
    });
  });

  test.each([
    ['signals', '{ %s(first: 200) { edges { node { id } } } }'],
    ['people', '{ %s(first: 200) { edges { node { id } } } }'],
  ])('%s page forward and backward through the whole list', async (list, query) => {
    const whole = (await server.ask(ours, query.replace('%s', list))).data[list].edges.map(idOf);
    expect(whole.length).toBe(list === 'people' ? PEOPLE : 200);
    for (const [size, cursor] of [
      ['first', 'after'],
      ['last', 'before'],
    ] as const) {
      const found: string[] = [];
      let at: string | null = null;
      do {
        const { data } = await server.ask(
          ours,
          `query Q($at: String) { ${list}(${size}: 37, ${cursor}: $at) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
          { at },
        );
        const ids = data[list].edges.map(idOf);
        const { pageInfo } = data[list];
        if (size === 'first') found.push(...ids);
        else found.unshift(...ids);
        at =
          size === 'first'
            ? pageInfo.hasNextPage
              ? pageInfo.endCursor
              : null
            : pageInfo.hasPreviousPage
              ? pageInfo.startCursor
              : null;
      } while (at && found.length < 300);
      expect(found).toEqual(whole);
    }
  });

  test('an account’s signals and people page on by cursor, either way', async () => {
    const page = (args: string) =>
      `{ account(domain: "busy.example") { signals(${args}) { edges { node { id } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } }`;
    const first = (await server.ask(ours, page('first: 12'))).data.account.signals;
    const second = (await server.ask(ours, page(`first: 12, after: "${first.pageInfo.endCursor}"`))).data
      .account.signals;
    const back = (await server.ask(ours, page(`last: 12, before: "${second.pageInfo.startCursor}"`))).data
      .account.signals;
    expect(back.edges).toEqual(first.edges);
    expect(new Set([...first.edges, ...second.edges].map(idOf)).size).toBe(24);
    const people = (args: string) =>
      `{ account(domain: "company-1.example") { people(${args}) { totalCount edges { cursor node { id name leadStatus } } } } }`;
    const both = (await server.ask(ours, people('first: 9'))).data.account.people;
    expect(both.totalCount).toBe(2);
    expect(
      (await server.ask(ours, people(`first: 9, after: "${both.edges[0].cursor}"`))).data.account.people
        .edges,
    ).toEqual([both.edges[1]]);
    expect(
      (await server.ask(ours, people(`last: 9, before: "${both.edges[1].cursor}"`))).data.account.people
        .edges,
    ).toEqual([both.edges[0]]);
  });

  test('people are filtered', async () => {
    const count = async (filter: string) =>
      (await server.ask(ours, `{ people(filter: {${filter}}) { totalCount } }`)).data.people.totalCount;
    expect(await count('leadStatus: MQL')).toBe(25);
    expect(await count('search: "kim 7"')).toBe(1);
  });
});
const idOf = (edge: { node: { id: string } }) => edge.node.id;

describe('the rest', () => {
  test('the dashboard’s queries run', async () => {
    const main = readFileSync(new URL('../../dashboard/main.js', import.meta.url), 'utf8');
    const queries = [...main.matchAll(/`(query [^`]+)`/g)].map((found) => found[1]!);
    const hottest = await server.ask(ours, '{ accounts(first: 1) { edges { node { id } } } }');
    const { id } = hottest.data.accounts.edges[0].node;
    for (const query of queries) {
      const { data, errors } = await server.ask(ours, query, {
        filter: { minHeat: 1 },
        first: 25,
        after: null,
        id,
      });
      expect(errors).toBeUndefined();
      expect(Object.keys(data).length).toBeGreaterThan(0);
    }
  });

  test('the workspace counts what it holds', async () => {
    const { data } = await server.ask(
      ours,
      '{ workspace { name slug sample accounts people signals unplaced scoredAt } }',
    );
    expect(data.workspace).toMatchObject({
      slug: 'ours',
      sample: false,
      accounts: 52,
      people: PEOPLE,
      unplaced: 1,
    });
    expect(data.workspace.scoredAt).toBe(NOW.toISOString());
  });

  test('a source shows its settings but not its secrets', async () => {
    const answer = await server.ask(
      ours,
      '{ sources { id title kinds families transports settings { name description secret value } signals rejected duplicates lastSignalAt lastBatchAt lastError } }',
    );
    expect(answer.data.sources).toEqual([
      {
        id: 'teller',
        title: 'Teller',
        kinds: ['SITE_PRICING_VIEW', 'SITE_BLOG_VIEW'],
        families: ['SITE_VISIT'],
        transports: ['FILE'],
        settings: [
          { name: 'token', description: 'Opens the door.', secret: true, value: '***' },
          { name: 'size', description: 'How much at once.', secret: false, value: '7' },
        ],
        signals: expect.any(Number),
        rejected: 0,
        duplicates: 0,
        lastSignalAt: expect.any(String),
        lastBatchAt: expect.any(String),
        lastError: null,
      },
    ]);
    expect(answer.data.sources[0].signals).toBe(200);
    expect(JSON.stringify(answer)).not.toContain('open sesame');
  });

  test('an empty workspace answers everything', async () => {
    const { data, errors } = await server.ask(
      empty,
      `{ accounts { totalCount edges { node { id } } } people { totalCount } signals { totalCount } batches { id } scoringModel { version active config }
        scoringModels { version } apiKeys { id } workspace { accounts scoredAt } sources { id signals lastSignalAt } account(domain: "busy.example") { id } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      accounts: { totalCount: 0, edges: [] },
      batches: [],
      scoringModels: [{ version: 1 }],
      account: null,
    });
    expect(data.scoringModel.config).toHaveProperty('kinds');
    expect(data.sources).toEqual([{ id: 'teller', signals: 0, lastSignalAt: null }]);
  });

  test('a document with several operations runs the one that is named', async () => {
    const query = 'query A { workspace { slug } } query B { people(first: 0) { totalCount } }';
    expect((await server.ask(ours, query, {}, ['read'], 'A')).data).toHaveProperty('workspace');
    expect((await server.ask(ours, query, {}, ['read'], 'B')).data).toHaveProperty('people');
  });

  test('introspection is allowed', async () => {
    const { data } = await server.ask(
      ours,
      '{ __schema { queryType { name } } __type(name: "Score") { fields { name } } }',
    );
    expect(data.__schema.queryType.name).toBe('Query');
  });
});

describe('statements', () => {
  const RICH = `query Rich($first: Int, $asOf: DateTime!) { accounts(first: $first) { edges { node {
    id name domain domains heat { value reasons contributions(first: 40) { actor points } } then: heat(asOf: $asOf) { value }
    fit { value } qualification { tier } stage { stage } heatHistory(from: $asOf, to: $asOf) { value }
    signals(first: 5) { totalCount edges { node { kind person { name } account { name } } } }
    blog: signals(first: 2, filter: { kinds: [SITE_BLOG_VIEW] }) { edges { node { id } } }
    people { totalCount edges { node { name } } } } } } }`;

  async function statementsFor(query: string, variables: object): Promise<number> {
    server.statements.length = 0;
    const { errors } = await server.ask(ours, query, variables);
    expect(errors).toBeUndefined();
    return server.statements.length;
  }

  test('a page of 50 accounts costs as many as a page of 3', async () => {
    const asOf = daysAgo(5).toISOString();
    const few = await statementsFor(RICH, { first: 10, asOf });
    expect(await statementsFor(RICH, { first: 50, asOf })).toBe(few);
    expect(few).toBeLessThan(25);
  });

  test('the usual page: begin, accounts, signals, people, commit', async () => {
    const query = `{ accounts(first: 50) { edges { node { name domain heat { value reasons } fit { value }
      signals(first: 5) { edges { node { id } } } people { edges { node { id } } } } } } }`;
    expect(await statementsFor(query, {})).toBe(5);
  });

  test('introspection opens no transaction, and totals are counted only if asked for', async () => {
    expect(await statementsFor('{ __schema { queryType { name } } }', {})).toBe(0);
    const without = await statementsFor('{ people(first: 1) { edges { node { id } } } }', {});
    expect(await statementsFor('{ people(first: 1) { totalCount edges { node { id } } } }', {})).toBe(
      without + 1,
    );
  });
});
