/**
 * What is stored after any history is what a scoring from nothing gives. Many small cells of companies that share a
 * workspace, and nothing else, each live through a history of their own; after each step all of it is compared.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UndercurrentError } from '../../src/core/errors.ts';
import type { BuyingRole } from '../../src/core/group-model.ts';
import { defaultModel } from '../../src/core/model.ts';
import type { SignalKind } from '../../src/core/signal.ts';
import { declareTopics } from '../../src/flow/declare-topics.ts';
import { respond } from '../../src/flow/flags.ts';
import * as groups from '../../src/flow/groups.ts';
import { merge, unmerge } from '../../src/flow/merge.ts';
import * as models from '../../src/flow/models.ts';
import * as rescoreAll from '../../src/flow/rescore-all.ts';
import { undo } from '../../src/flow/undo.ts';
import { recordOutcomes, upsertAccounts, upsertPeople } from '../../src/flow/upsert.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as scores from '../../src/store/scores.ts';
import { days, type Event, hours, NOW, openWorld, type World } from './world.ts';

const CELLS = 200;
const STEPS = 10;

let world: World;
beforeAll(async () => {
  world = await openWorld();
}, 60_000);
afterAll(() => world.close());

const COMPANIES = ['ash', 'birch', 'cedar'] as const;
const WHO = ['ann', 'bob', 'cleo'] as const;
const TOPICS = ['data lineage', 'data quality', 'etl', 'crm'] as const;
const ROLES: readonly BuyingRole[] = ['CHAMPION', 'PROCUREMENT'];

const company = fc.constantFrom(...COMPANIES);
const who = fc.constantFrom(...WHO);
const browser = fc.constantFrom('b1', 'b2');
const lane = fc.nat(2);
/** Hours; some of it long ago, and so received late. */
const ago = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 72 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 24 * 120 }) },
);

const visit = fc.record({
  company,
  who,
  browser,
  ago,
  by: fc.constantFrom('domain', 'email', 'browser', 'both', 'name'),
  kind: fc.constantFrom<SignalKind>(
    'site.page_view',
    'site.pricing_view',
    'content.download',
    'content.demo_request',
    'email.unsubscribe',
    'social.mention',
    'social.competitor_research',
    'intent.topic',
  ),
  strength: fc.constantFrom(0, 0.3, 1),
  sentiment: fc.constantFrom(null, -0.6, 0.9),
  origin: fc.constantFrom(null, null, 'o1'),
  topics: fc.constantFrom<readonly string[]>([], ['etl'], ['data lineage', 'crm']),
});

const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constant('visits' as const),
      lane,
      visits: fc.array(visit, { minLength: 1, maxLength: 4 }),
    }),
  },
  // Several people read every day on one topic.
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('rise' as const),
      lane,
      company,
      topic: fc.constantFrom(...TOPICS),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('identify' as const),
      lane,
      company,
      who,
      browser,
      group: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('account' as const),
      byHand: fc.boolean(),
      company,
      industry: fc.constantFrom('Retail', 'Farming'),
      employees: fc.constantFrom(5, 60, 900, 9000),
      country: fc.constantFrom('DE', 'FR'),
      parent: fc.option(company, { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('person' as const),
      byHand: fc.boolean(),
      company,
      who,
      title: fc.constantFrom('CTO', 'VP Finance', 'Engineer', 'Head of Procurement'),
      leadStatus: fc.constantFrom(undefined, undefined, 'MQL' as const, 'DISQUALIFIED' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('outcome' as const),
      byHand: fc.boolean(),
      company,
      type: fc.constantFrom('OPPORTUNITY_OPENED' as const, 'WON' as const, 'REJECTED_BY_SALES' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('merge' as const), into: company, from: company }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('unmerge' as const), company }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('answer' as const), accepted: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('role' as const), role: fc.constantFrom(...ROLES) }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Between the steps: something that everybody lives through. */
const EVENTS = [
  'nothing',
  'undo',
  'midnight',
  'nothing',
  'undo',
  'three days',
  'topics',
  'undo',
  'model',
  'undo',
];

const domainOf = (cell: number, name: string): string => `${name}-${cell}.example`;

/** One step of a cell as events of a source. */
function eventsOf(one: Action, cell: number, step: number, now: Date): Event[] {
  const id = (n: number | string) => `${cell}.${step}.${n}`;
  const [first, mail] =
    'company' in one && 'who' in one
      ? [domainOf(cell, one.company), `${one.who}@${domainOf(cell, one.company)}`]
      : ['', ''];
  switch (one.what) {
    case 'visits':
      return one.visits.map((visit, n) => {
        const domain = domainOf(cell, visit.company);
        const email = `${visit.who}@${domain}`;
        const anonymousId = `${visit.browser} ${cell}`;
        const { sentiment, origin, topics, strength, kind } = visit;
        return {
          id: id(n),
          at: hours(-visit.ago, now).toISOString(),
          kind,
          strength,
          hints: {
            domain: { domain },
            email: { email },
            browser: { anonymousId },
            both: { email, anonymousId },
            name: { companyName: domain },
          }[visit.by]!,
          signal: {
            topics: [...topics],
            ...(sentiment === null ? {} : { sentiment }),
            ...(origin === null ? {} : { origin: `${origin} ${cell}` }),
            ...(kind === 'social.competitor_research' ? { attributes: { rule: 'alternative' } } : {}),
          },
        };
      });
    case 'rise':
      return [1, 2, 3].flatMap((n) =>
        Array.from({ length: 9 }, (_, back) => ({
          id: id(`${n} ${back}`),
          at: days(-back, now).toISOString(),
          hints: { domain: domainOf(cell, one.company), anonymousId: `r${n} ${cell}` },
          signal: { topics: [one.topic] },
        })),
      );
    case 'identify':
      return [
        {
          id: id('i'),
          at: hours(-1, now).toISOString(),
          identity: {
            anonymousId: `${one.browser} ${cell}`,
            email: mail,
            ...(one.group ? { account: { domain: first, employees: 300 } } : {}),
          },
        },
      ];
    default:
      return [];
  }
}

/** Every fourth day since long ago, so that a rise can be told from it. */
function usual(cell: number): Event[] {
  return COMPANIES.slice(0, 2).flatMap((name, at) =>
    Array.from({ length: 12 }, (_, n) => ({
      id: `usual ${cell} ${name} ${n}`,
      at: days(-25 - 8 * n - ((cell + at) % 8)).toISOString(),
      hints: { domain: domainOf(cell, name), anonymousId: `usual ${name} ${cell}` },
      signal: { topics: ['data lineage'] },
    })),
  );
}

class History {
  readonly batches: string[] = [];
  now = NOW;

  /** What all cells do in this step, and all that follows from it. */
  async live(actions: readonly Action[], step: number): Promise<void> {
    const event = EVENTS[step % EVENTS.length]!;
    if (event === 'midnight' || event === 'three days') {
      this.now = days(event === 'midnight' ? 1 : 3, this.now);
      await world.within((tx) => scores.requestAll(tx, this.now));
      await world.rescore(this.now);
    } else this.now = new Date(this.now.getTime() + 60_000);
    for (const [lane, mine] of Map.groupBy(actions.entries(), ([, one]) => ('lane' in one ? one.lane : 9))) {
      if (lane === 9) continue;
      const events = mine.flatMap(([cell, one]) => eventsOf(one, cell, step, this.now));
      this.batches.push((await world.ingest(events, { now: this.now })).batch);
    }
    await this.enter(actions, step);
    for (const [cell, one] of actions.entries()) await tolerant(() => this.doAlone(one, cell));
    if (event === 'undo') await this.takeBack(this.batches[(7 * step) % this.batches.length]!);
    if (event === 'topics') await this.declare();
    if (event === 'model') {
      const model = { ...MODEL, heat: { ...MODEL.heat, halfHeat: 25 } };
      await world.within((tx) => models.apply(tx, model, 'lower', this.now));
    }
    await world.rescore(this.now);
  }

  async takeBack(batch: string): Promise<void> {
    await undo(world.db, world.workspace, batch, this.now);
    this.batches.splice(this.batches.indexOf(batch), 1);
  }

  /** Tables, each in one batch, and the same said by hand. */
  async enter(actions: readonly Action[], step: number): Promise<void> {
    for (const byHand of [false, true]) {
      const mine = [...actions.entries()].filter(([, one]) => 'byHand' in one && one.byHand === byHand);
      const of = <W extends Action['what']>(what: W) =>
        mine.flatMap(([cell, one]) =>
          one.what === what ? [{ cell, ...(one as Extract<Action, { what: W }>) }] : [],
        );
      const batch = byHand ? null : await world.openBatch('crm', 'import', this.now);
      if (batch) this.batches.push(batch);
      await world.within(async (tx) => {
        await upsertAccounts(
          tx,
          world.workspace,
          of('account').map(({ cell, company, parent, industry, employees, country }) => ({
            domain: domainOf(cell, company),
            industry,
            employees,
            country,
            ...(parent && parent !== company ? { parentDomain: domainOf(cell, parent) } : {}),
          })),
          batch,
          this.now,
        );
        await upsertPeople(
          tx,
          world.workspace,
          of('person').map(({ cell, company, who, title, leadStatus }) => ({
            email: `${who}@${domainOf(cell, company)}`,
            title,
            leadStatus,
          })),
          batch,
          this.now,
        );
        await recordOutcomes(
          tx,
          of('outcome').map(({ cell, company, type }) => ({
            externalId: `${cell} ${step}`,
            domain: domainOf(cell, company),
            type,
            at: hours(-1, this.now),
          })),
          batch,
          this.now,
        );
      });
    }
  }

  async doAlone(one: Action, cell: number): Promise<void> {
    const { workspace } = world;
    if (one.what === 'merge' || one.what === 'unmerge') {
      const names = one.what === 'merge' ? [one.into, one.from] : [one.company];
      await world.within(async (tx) => {
        const owners = await accounts.idsByDomain(
          tx,
          names.map((name) => domainOf(cell, name)),
        );
        const [first, second] = names.map((name) => owners.get(domainOf(cell, name)));
        if (one.what === 'unmerge') {
          if (first) await unmerge(tx, workspace, first.homeId, this.now);
        } else if (first && second) await merge(tx, workspace, first.id, [second.homeId], this.now);
      });
    } else if (one.what === 'answer') {
      const [flag] = await world.query(
        `SELECT flag_id AS id FROM pre_mql_flag AS f JOIN account AS a USING (workspace_id, account_id)
         WHERE f.status = 'OPEN' AND a.domain LIKE $1 ORDER BY raised_at, 1 LIMIT 1`,
        [`%-${cell}.example`],
      );
      const answer = { accepted: one.accepted, reason: null, by: 'kim' };
      if (flag) await world.within((tx) => respond(tx, flag.id as string, answer, this.now));
    } else if (one.what === 'role') {
      const [member] = await world.query(
        `SELECT group_id, person_id FROM buying_group_member JOIN buying_group USING (workspace_id, group_id)
           JOIN account AS a USING (workspace_id, account_id) WHERE a.domain LIKE $1 ORDER BY 1, 2 LIMIT 1`,
        [`%-${cell}.example`],
      );
      if (!member) return;
      await world.within((tx) =>
        groups.giveRole(tx, member.group_id as string, member.person_id as string, one.role, this.now),
      );
    }
  }

  async declare(): Promise<void> {
    const batch = await world.openBatch('topics', 'import', this.now);
    await world.within((tx) =>
      declareTopics(
        tx,
        TOPICS.map((topic) => ({ topic, cluster: topic.startsWith('data') ? 'data' : 'rest' })),
        batch,
        this.now,
      ),
    );
  }
}

const tolerant = (work: () => Promise<unknown>): Promise<unknown> =>
  work().catch((error: unknown) => {
    if (!(error instanceof UndercurrentError)) throw error; // refused: nothing happens then
  });

/** Converters of all cells together would make each cell's flags depend on the others; few would be ready for sales. */
const MODEL = {
  ...defaultModel,
  handoff: { ...defaultModel.handoff, score: 25, fit: 30, bantKnown: 0 },
  flags: { ...defaultModel.flags, lookalike: { ...defaultModel.flags.lookalike, converters: 1_000_000 } },
};

/** Where scores are kept, and the account of a row `t`. */
const TABLES: Record<string, string> = {
  account_score: 't.account_id',
  account_shadow_score: 't.account_id',
  stage_change: 't.account_id',
  handoff: 't.account_id',
  surge: 't.account_id',
  surge_history: 't.account_id',
  pre_mql_flag: 't.account_id',
  buying_group: 't.account_id',
  buying_group_member: '(SELECT g.account_id FROM buying_group AS g WHERE g.group_id = t.group_id)',
};

/** Every row of every score, by cell. */
async function everything(): Promise<Map<string, string[]>> {
  const rows = await world.query(
    Object.entries(TABLES)
      .map(
        ([table, account]) =>
          `SELECT split_part(split_part(a.domain, '-', 2), '.', 1) AS cell, '${table} ' || a.domain || ' ' ||
             (to_jsonb(t) - '{scored_at,computed_at,ready_since}'::text[])::text AS row
           FROM ${table} AS t JOIN account AS a ON a.account_id = ${account}`,
      )
      .join(' UNION ALL ')
      .concat(' ORDER BY 1, 2'),
  );
  return new Map(
    [...Map.groupBy(rows, (row) => row.cell as string)].map(([cell, of]) => [
      cell,
      of.map((row) => row.row as string),
    ]),
  );
}

/** Forgets every score and computes all anew; `together`: as a whole workspace is, from columns. */
async function fromScratch(now: Date, together: boolean): Promise<Map<string, string[]>> {
  await world.query(
    'DELETE FROM account_score; DELETE FROM account_shadow_score; DELETE FROM surge; DELETE FROM surge_pass',
  );
  await world.within((tx) => scores.requestAll(tx, now));
  if (together) await rescoreAll.run(world.db, world.workspace.id, now, () => {}, { threads: 1 });
  await world.rescore(now);
  return everything();
}

test('after each step of thousands', async () => {
  const seed = fc.readConfigureGlobal().seed ?? Date.now();
  const [histories] = fc.sample(
    fc.array(fc.array(action, { minLength: STEPS, maxLength: STEPS }), {
      minLength: CELLS,
      maxLength: CELLS,
      size: 'max',
    }),
    { numRuns: 1, seed },
  );
  await world.within((tx) => models.apply(tx, MODEL, 'no look-alikes', days(-300)));
  await world.within((tx) => models.shadowNew(tx, { ...MODEL, breadth: { soft: 15 } }, 'beside', NOW));
  await world.within((tx) =>
    groups.replaceSolutions(
      tx,
      [
        { name: 'Lineage', topics: ['data lineage'], clusters: ['data'] },
        { name: 'All', topics: [] },
      ],
      NOW,
    ),
  );
  const history = new History();
  await world.ingest(Array.from({ length: CELLS }, (_, cell) => usual(cell)).flat(), { now: NOW });
  const seen = new Set<string>();
  for (let step = 0; step < STEPS; step++) {
    await history.live(
      histories!.map((cell) => cell[step]!),
      step,
    );
    const kept = await everything();
    for (const row of [...kept.values()].flat()) seen.add(row.slice(0, row.indexOf(' ')));
    const anew = await fromScratch(history.now, step % 5 === 4);
    const wrong = [...new Set([...kept.keys(), ...anew.keys()])].flatMap((cell) => {
      const [is, ought] = [kept.get(cell) ?? [], anew.get(cell) ?? []];
      const found = {
        stored: is.filter((row) => !ought.includes(row)),
        anew: ought.filter((row) => !is.includes(row)),
      };
      if (found.stored.length + found.anew.length === 0) return [];
      return [{ cell, ...found, story: JSON.stringify(histories![Number(cell)]!.slice(0, step + 1)) }];
    });
    expect(wrong.slice(0, 2), `seed ${seed}, step ${step}, ${wrong.length} cells`).toEqual([]);
  }
  // Of each kind there was something to compare.
  expect([...seen].sort()).toEqual(Object.keys(TABLES).sort());
}, 300_000);
