import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { declareTopics } from '../../src/flow/declare-topics.ts';
import * as digest from '../../src/flow/digest.ts';
import * as ingest from '../../src/flow/ingest.ts';
import * as rescore from '../../src/flow/rescore.ts';
import { recordOutcomes, upsertAccounts, upsertPeople } from '../../src/flow/upsert.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as batches from '../../src/store/batches.ts';
import * as book from '../../src/store/book.ts';
import * as claims from '../../src/store/claims.ts';
import * as converters from '../../src/store/converters.ts';
import type { Tx } from '../../src/store/database.ts';
import * as database from '../../src/store/database.ts';
import * as deadLetters from '../../src/store/dead-letters.ts';
import * as digests from '../../src/store/digests.ts';
import * as erasures from '../../src/store/erasures.ts';
import * as flags from '../../src/store/flags.ts';
import * as groups from '../../src/store/groups.ts';
import * as handoffs from '../../src/store/handoffs.ts';
import * as keys from '../../src/store/keys.ts';
import * as migrations from '../../src/store/migrate.ts';
import * as models from '../../src/store/models.ts';
import * as moves from '../../src/store/moves.ts';
import * as people from '../../src/store/people.ts';
import * as privacy from '../../src/store/privacy.ts';
import * as reviews from '../../src/store/reviews.ts';
import * as scoreHistory from '../../src/store/score-history.ts';
import * as scores from '../../src/store/scores.ts';
import * as signals from '../../src/store/signals.ts';
import * as sources from '../../src/store/sources.ts';
import * as stages from '../../src/store/stages.ts';
import * as surges from '../../src/store/surges.ts';
import * as timeline from '../../src/store/timeline.ts';
import * as topics from '../../src/store/topics.ts';
import * as visitorKeys from '../../src/store/visitor-keys.ts';
import * as workspaces from '../../src/store/workspaces.ts';
import { days, type Event, hours, NOW, source, tablesOf } from '../flow/world.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

/** What both workspaces are told: the same domains, people, devices and external ids. */
const EVENTS: Event[] = [
  {
    id: 's1',
    at: hours(-1).toISOString(),
    kind: 'content.form',
    hints: { email: 'ann@northwind.example', anonymousId: 'browser' },
    signal: { title: 'A form' },
  },
  { id: 's2', at: hours(-2).toISOString(), untimed: true, hints: { domain: 'northwind.example' } },
  { id: 's3', at: hours(-3).toISOString(), hints: { companyName: 'Nobody Knows' } },
  { id: 's4', at: hours(-3).toISOString(), bad: 'for a dead letter' },
];

/** Tables that `fill` has nothing for. Whoever adds a table fills it, or says so here. */
const NOT_FILLED: string[] = ['account_edge', 'duplicate_dismissal', 'merge_log', 'merged_signal'];

interface Tenant {
  workspace: workspaces.Workspace;
  account: string;
  person: string;
  /** Somebody at no account. */
  waiting: string;
  signal: string;
  batch: string;
  key: string;
}

async function fill(db: database.Database, slug: string): Promise<Tenant> {
  const workspace = await workspaces.ensure(db, slug, NOW);
  const intake = ingest.openIntake(db, workspace);
  const within = <T>(work: (tx: Tx) => Promise<T>) => database.inWorkspace(db, workspace.id, work);
  const batch = await within((tx) =>
    batches.open(tx, { source: 'site', transport: 'file', label: 'same' }, NOW),
  );
  const records = EVENTS.map((record, at) => ({ place: `record ${at}`, record }));
  await ingest.take(intake, { id: batch, adapter: source(), settings: {} }, records, NOW);
  const { key } = await within(async (tx) => {
    await upsertAccounts(
      tx,
      workspace,
      [{ domain: 'northwind.example', name: 'Northwind', owner: slug, crmId: '7', aliases: ['NWT'] }],
      batch,
      NOW,
    );
    await upsertPeople(tx, workspace, [{ userId: 'w', accountDomain: 'nowhere.example' }], batch, NOW);
    await recordOutcomes(
      tx,
      [{ externalId: 'o1', domain: 'northwind.example', type: 'LOST', at: days(-300) }],
      batch,
      NOW,
    );
    await sources.saveState(tx, 'site', { cursor: slug, polledAt: NOW, error: null });
    await privacy.exclude(tx, { kind: 'DOMAIN', value: 'agency.example', reason: slug }, NOW);
    await privacy.bar(tx, [slug], NOW);
    await privacy.log(tx, { at: NOW, actor: slug, action: 'EXPORT', subject: '', counts: {} });
    await visitorKeys.settle(tx, new Map([['2026-06-15', Buffer.from(slug)]]), NOW);
    return keys.create(tx, { name: slug, scopes: ['read'] }, NOW);
  });
  await within((tx) =>
    declareTopics(tx, [{ topic: 'lineage', cluster: 'catalogues', urlPattern: '^/lineage' }], batch, NOW),
  );
  await rescore.drain(db, workspace.id, () => NOW);
  const quiet = { observed: 0, expected: 0, lift: null, pValue: 0.5, actors: 0, sources: [], vendor: null };
  await within(async (tx) => {
    await surges.replace(
      tx,
      (await accounts.allIds(tx)).map((accountId) => {
        const key = { accountId, about: 'TOPIC', name: 'lineage' } as const;
        const surgeId = surges.surgeIdOf(workspace.id, key);
        return { ...key, ...quiet, id: surgeId, score: 99, status: 'SURGING', since: '2026-06-01' };
      }),
      { modelVersion: 1, now: NOW },
    );
  });
  await digest.send(
    db,
    workspace,
    { recipient: 'rep@us.example' },
    async () => {},
    () => NOW,
  );
  await within((tx) => scores.request(tx, [], NOW));
  await within(async (tx) => {
    const [group] = await groups.page(tx, {}, 1, null);
    const [member] = (await groups.membersOf(tx, [group!.id])).get(group!.id)!;
    await groups.giveRole(tx, group!, member!.personId, 'CHAMPION', NOW);
  });
  await within(async (tx) => {
    const [accountId] = await accounts.allIds(tx);
    await models.activate(tx, 1, { action: 'PROMOTE', note: slug }, NOW);
    const compared = { accountId: accountId!, heat: 1, qualification: 1, tier: 'COLD' } as const;
    await models.saveShadow(tx, 1, [compared], NOW);
  });
  const id = async (text: string) => (await within((tx) => tx.client.query(text))).rows[0].id as string;
  // A request and a move that stay, so that no table is empty.
  const account = await id('SELECT account_id AS id FROM account');
  await within((tx) => scores.request(tx, [account], NOW));
  await within(async (tx) => {
    const finding = { rule: 'LOOKALIKE', personId: null, confidence: 1, reason: slug, evidence: [] } as const;
    await flags.raise(tx, [{ ...finding, evidence: [], accountId: account }], 1, NOW);
    await handoffs.save(tx, [{ accountId: account, ready: true }], NOW);
    // The outcome of long ago has moved the stage already.
    const changes = (await stages.changesOf(tx, [account])).get(account) ?? [];
    const change = { from: 'TARGET', to: 'AWARENESS', day: '2026-06-15', reason: slug } as const;
    const stage = {
      stage: 'AWARENESS',
      reason: slug,
      since: change.day,
      changes: [...changes, change],
    } as const;
    await stages.save(tx, [{ accountId: account, stage: { ...stage, changes: [...stage.changes] } }]);
  });
  const question = { accountId: account, method: 'COMPANY_NAME', confidence: 0.5, evidence: [] } as const;
  await within((tx) =>
    reviews.ask(tx, [{ ...question, evidence: [], clue: { kind: 'NAME', value: 'nobody knows' } }], NOW),
  );
  const signal = await id("SELECT signal_id AS id FROM signal WHERE external_id = 's1'");
  const person = await id('SELECT person_id AS id FROM person WHERE account_id IS NOT NULL');
  const waiting = await id('SELECT person_id AS id FROM person WHERE account_id IS NULL');
  await within(async (tx) => {
    const nothing = { pattern: '(?!)', parts: [] };
    const said = { emails: [], names: [], phones: [], linkedins: [] };
    const none = { people: 0, identities: 0, visitors: 0, signals: 0, deadLetters: 0, mentions: 0 };
    await erasures.begin(tx, {
      subject: slug,
      actor: slug,
      askedAt: NOW,
      whom: { personIds: [], keys: [], said, visitors: [] },
      searches: { anywhere: nothing, names: nothing, letters: nothing },
      counts: none,
      accountIds: [],
    });
    await moves.rewriteParents(tx, [
      { accountId: account, changes: [{ at: NOW, to: null, batchId: batch }] },
    ]);
  });
  await within((tx) => {
    tx.cause = batch;
    return timeline.move(
      tx,
      [
        {
          id: signal,
          accountId: account,
          personId: person,
          match: { method: 'EMAIL', confidence: 0.5, evidence: [] },
          unplaced: null,
        },
      ],
      NOW,
    );
  });
  return { workspace, account, person, waiting, signal, batch, key };
}

let fresh: FreshDatabase;
let asOwner: database.Database;
let asSuperuser: database.Database;
let ours: Tenant;
let theirs: Tenant;

beforeAll(async () => {
  fresh = await freshDatabase();
  const superuserUrl = new URL(new URL(fresh.url).pathname, inject('superuserUrl')).href;
  await migrations.migrate(superuserUrl); // nothing to migrate; makes the role to step down to
  asOwner = await database.connect(fresh.url);
  asSuperuser = await database.connect(superuserUrl);
  ours = await fill(asOwner, 'ours');
  theirs = await fill(asSuperuser, 'theirs');
});
afterAll(async () => {
  await database.close(asOwner);
  await database.close(asSuperuser);
  await fresh.drop();
});

const CONNECTIONS = [
  ['the owner of the tables', () => asOwner],
  ['a superuser', () => asSuperuser],
] as const;

describe.each(CONNECTIONS)('connected as %s', (_, connection) => {
  const asUs = <T>(work: (tx: Tx) => Promise<T>) =>
    database.inWorkspace(connection(), ours.workspace.id, work);

  test('queries that forget the workspace see their own rows only, in every table', async () => {
    const tables = await tablesOf({ db: asOwner });
    const owners = await asUs(async (tx) => {
      const found: Record<string, string[]> = {};
      for (const table of tables) {
        const { rows } = await tx.client.query(`SELECT DISTINCT workspace_id FROM ${table}`);
        found[table] = rows.map((row) => row.workspace_id);
      }
      return found;
    });
    const filled = tables.filter((table) => !NOT_FILLED.includes(table));
    expect(owners).toEqual({
      ...Object.fromEntries(NOT_FILLED.map((table) => [table, []])),
      ...Object.fromEntries(filled.map((table) => [table, [ours.workspace.id]])),
    });
  });

  test('updates and deletes that forget it leave the others’ alone', async () => {
    await asUs(async (tx) => {
      expect(
        (await tx.client.query('DELETE FROM outcome WHERE workspace_id = $1', [theirs.workspace.id]))
          .rowCount,
      ).toBe(0);
      expect((await tx.client.query('UPDATE account SET name = name')).rowCount).toBe(1);
    });
  });

  test('a row can’t be put into another workspace, nor moved there', async () => {
    const put = (text: string) => asUs((tx) => tx.client.query(text, [theirs.workspace.id]));
    const denied = /row-level security/;
    await expect(put("INSERT INTO first_arrival VALUES ($1, 'site', 'x', now())")).rejects.toThrow(denied);
    await expect(put('UPDATE outcome SET workspace_id = $1')).rejects.toThrow(denied);
    await expect(
      put(
        `INSERT INTO signal SELECT (jsonb_populate_record(s, jsonb_build_object('workspace_id', $1::text))).* FROM signal AS s`,
      ),
    ).rejects.toThrow(denied);
  });

  test('without a workspace nothing is seen', async () => {
    const client = await connection().pool.connect();
    try {
      await client.query('BEGIN');
      if (connection().role) await client.query(`SET LOCAL ROLE ${connection().role}`);
      for (const table of await tablesOf({ db: asOwner })) {
        expect([table, (await client.query(`SELECT 1 FROM ${table}`)).rowCount]).toEqual([table, 0]);
      }
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  test('the workspace is forgotten with the transaction', async () => {
    await asUs(async () => {});
    const { rows } = await connection().pool.query(
      "SELECT current_setting('undercurrent.workspace', true) AS left",
    );
    expect(rows[0].left ?? '').toBe('');
  });

  test('the list of workspaces is all that jobs see without one', async () => {
    expect((await database.listWorkspaceIds(connection())).sort()).toEqual(
      [ours.workspace.id, theirs.workspace.id].sort(),
    );
  });

  test('an id that is none is no way in', async () => {
    await expect(
      database.inWorkspace(connection(), "'; DROP TABLE account; --", async () => {}),
    ).rejects.toThrow('not a workspace id');
  });
});

/** Every reading function of the store, asked for what is theirs. The answer must not hold anything of theirs. */
const READS: [string, (tx: Tx, their: Tenant) => Promise<unknown>, unknown][] = [
  ['accounts.byIds', (tx, their) => accounts.byIds(tx, [their.account]), [null]],
  [
    'accounts.page',
    (tx, their) => accounts.page(tx, { ids: [their.account] }, { field: 'HEAT', direction: 'DESC' }, 9, null),
    [],
  ],
  ['accounts.count', (tx, their) => accounts.count(tx, { ids: [their.account] }), 0],
  ['accounts.count by owner', (tx) => accounts.count(tx, { owner: 'theirs' }), 0],
  [
    'accounts.firmographics',
    async (tx, their) => [...(await accounts.firmographics(tx, [their.account], NOW))],
    [],
  ],
  [
    'accounts.idsByDomain',
    async (tx) =>
      [...(await accounts.idsByDomain(tx, ['northwind.example'])).values()].map((one) =>
        JSON.stringify(one).includes(ours.account),
      ),
    [true],
  ],
  [
    'claims.of',
    async (tx, their) => (await claims.of(tx, [their.account, their.person])).get(their.account),
    [],
  ],
  ['claims.peopleWaitingFor', (tx) => claims.peopleWaitingFor(tx, ['nowhere.example']), 'our waiting person'],
  ['people.idsAt', (tx, their) => people.idsAt(tx, [their.account]), []],
  ['people.byIds', (tx, their) => people.byIds(tx, [their.person]), [null]],
  ['people.page', (tx, their) => people.page(tx, { accountId: their.account }, 9, null), []],
  [
    'people.pageOf',
    async (tx, their) => (await people.pageOf(tx, [their.account], 9, null)).get(their.account),
    [],
  ],
  ['people.count', (tx, their) => people.count(tx, { accountId: their.account }), 0],
  ['people.countOf', async (tx, their) => [...(await people.countOf(tx, [their.account]))], []],
  ['signals.byIds', (tx, their) => signals.byIds(tx, [their.signal]), [null]],
  ['signals.page', (tx, their) => signals.page(tx, { accountId: their.account }, 9, null), []],
  [
    'signals.pageOf',
    async (tx, their) => (await signals.pageOf(tx, [their.account], {}, 9, null)).get(their.account),
    [],
  ],
  [
    'signals.newestOf',
    async (tx, their) => (await signals.newestOf(tx, [their.account], 9)).get(their.account) ?? [],
    [],
  ],
  ['signals.count', (tx, their) => signals.count(tx, { personId: their.person }), 0],
  ['signals.countOf', async (tx, their) => [...(await signals.countOf(tx, [their.account], {}))], []],
  [
    'timeline.evidence',
    async (tx, their) => (await timeline.evidence(tx, [their.account])).get(their.account),
    [],
  ],
  [
    'timeline.evidence as of',
    async (tx, their) => (await timeline.evidence(tx, [their.account], NOW)).get(their.account),
    [],
  ],
  ['stages.changesOf', async (tx, their) => [...(await stages.changesOf(tx, [their.account]))], []],
  ['handoffs.readySince', async (tx, their) => [...(await handoffs.readySince(tx, [their.account]))], []],
  ['flags.page', (tx, their) => flags.page(tx, { accountId: their.account }, 9, null), []],
  ['flags.count', (tx, their) => flags.count(tx, { accountId: their.account }), 0],
  ['flags.ofAccounts', async (tx, their) => [...(await flags.ofAccounts(tx, [their.account]))], []],
  [
    'flags.factsOf',
    async (tx, their) =>
      (
        await flags.factsOf(tx, [{ accountId: their.account, people: [], actors: new Set([their.person]) }])
      ).get(their.account),
    { flags: [], people: [], qualified: [], surges: [] },
  ],
  ['surges.page', (tx, their) => surges.page(tx, { accountId: their.account }, 9, null), []],
  ['surges.count', (tx, their) => surges.count(tx, { accountId: their.account }), 0],
  ['surges.of', async (tx, their) => [...(await surges.of(tx, [their.account], 'TOPIC', 'lineage'))], []],
  [
    'surges.surgingTopicsOf',
    async (tx, their) => [...(await surges.surgingTopicsOf(tx, [their.account], 9))],
    [],
  ],
  [
    'surges.ofAccounts',
    async (tx, their) => (await surges.ofAccounts(tx, [their.account])).get(their.account),
    { overall: null, surging: [] },
  ],
  ['surges.spansOf', async (tx, their) => (await surges.spansOf(tx, [their.account])).get(their.account), []],
  ['timeline.ofAccounts', (tx, their) => timeline.ofAccounts(tx, [their.account]), []],
  ['timeline.ofPeople', (tx, their) => timeline.ofPeople(tx, [their.person]), []],
  ['scores.byAccounts', async (tx, their) => [...(await scores.byAccounts(tx, [their.account]))], []],
  ['scores.heatOn', async (tx, their) => [...(await scores.heatOn(tx, [their.account], '2026-06-15'))], []],
  [
    'scores.history',
    async (tx, their) => (await scores.history(tx, [their.account], days(-9), NOW)).get(their.account),
    [],
  ],
  [
    'scoreHistory.standingOn',
    async (tx, their) => [...(await scoreHistory.standingOn(tx, [their.account], '2026-06-15'))],
    [],
  ],
  [
    'scoreHistory.claimsOf',
    async (tx, their) => (await scoreHistory.claimsOf(tx, [their.account])).get(their.account),
    [],
  ],
  ['groups.ofAccounts', async (tx, their) => [...(await groups.ofAccounts(tx, [their.account]))], []],
  ['groups.peopleOf', async (tx, their) => [...(await groups.peopleOf(tx, [their.account]))], []],
  ['groups.pagesOf', (tx, their) => groups.pagesOf(tx, [their.account]), []],
  ['groups.page', (tx, their) => groups.page(tx, { accountId: their.account }, 9, null), []],
  ['groups.count', (tx, their) => groups.count(tx, { accountId: their.account }), 0],
  [
    'reviews.page',
    async (tx) => (await reviews.page(tx, 9, null)).map((one) => one.accountId),
    'our account',
  ],
  ['batches.list', (tx, their) => batches.list(tx, { id: their.batch }), []],
  ['deadLetters.list', (tx, their) => deadLetters.list(tx, { batchId: their.batch }), []],
  ['moves.concernedBy', (tx, their) => moves.concernedBy(tx, [their.batch], []), []],
  ['moves.movedBy', (tx, their) => moves.movedBy(tx, [their.batch]), []],
  ['moves.firstSaid', async (tx, their) => [...(await moves.firstSaid(tx, [their.account]))], []],
  [
    'moves.firstLinked',
    async (tx) => [...(await moves.firstLinked(tx, ['browser'])).keys()].map((link) => link.split(' ')[1]),
    'our person',
  ],
  ['moves.parentsConcernedBy', (tx, their) => moves.parentsConcernedBy(tx, [their.batch]), []],
  ['erasures.of', (tx) => erasures.of(tx, 'theirs'), null],
  ['keys.find', (tx, their) => keys.find(tx, their.key), null],
  [
    'rescore.compute',
    (tx, their) =>
      models.active(tx, NOW).then(({ model }) => rescore.compute(tx, [their.account], model, NOW, null)),
    [],
  ],
];

describe('with the other’s ids', () => {
  const asUs = <T>(work: (tx: Tx) => Promise<T>) => database.inWorkspace(asOwner, ours.workspace.id, work);
  const asThem = <T>(work: (tx: Tx) => Promise<T>) =>
    database.inWorkspace(asOwner, theirs.workspace.id, work);

  test.each(READS)('%s finds nothing', async (_, read, nothing) => {
    // They find something themselves: the question is a real one.
    const found = await asThem((tx) => read(tx, theirs));
    const own = new Map<unknown, string>([
      ['our waiting person', ours.waiting],
      ['our account', ours.account],
      ['our person', ours.person],
    ]).get(nothing);
    const expected = own ? [own] : nothing;
    expect(found).not.toEqual(expected);
    expect(await asUs((tx) => read(tx, theirs))).toEqual(expected);
  });

  test('ids differ although everything they are made of is the same', () => {
    expect([ours.account, ours.person, ours.signal]).not.toEqual([
      theirs.account,
      theirs.person,
      theirs.signal,
    ]);
  });

  test('the book of the same clues holds only what is ours', async () => {
    const keysOf = {
      domains: new Set(['northwind.example']),
      nameKeys: new Set(['northwind']),
      crmIds: new Set(['7']),
      personKeys: new Set<string>(),
      anonymousIds: new Set(['browser']),
      linkedins: new Set(['northwind']),
    };
    const open = await asUs((tx) => book.lookUp(tx, keysOf));
    expect(
      [...open.domains.values(), ...open.crmIds.values(), ...open.names.get('northwind')!].map(
        (one) => one.id,
      ),
    ).toEqual(Array(3).fill(ours.account));
    expect(open.links.get('browser')!.map((link) => link.personId)).toEqual([ours.person]);
  });

  test('what is asked without an id is ours', async () => {
    expect(await asUs(accounts.allIds)).toEqual([ours.account]);
    expect(await asUs((tx) => accounts.idByDomain(tx, 'northwind.example'))).toBe(ours.account);
    expect((await asUs((tx) => timeline.ofVisitors(tx, ['browser']))).map((one) => one.id)).toEqual([
      ours.signal,
    ]);
    expect((await asUs((tx) => sources.state(tx, 'site'))).cursor).toBe('ours');
    expect((await asUs(sources.figures)).map((one) => [one.source, one.signals])).toEqual(
      [
        ['site', 3],
        ['crm', 0],
      ].slice(0, 1),
    );
    expect((await asUs(keys.list)).map((one) => one.name)).toEqual(['ours']);
    expect(await asUs(workspaces.counts)).toEqual({ accounts: 1, people: 2, signals: 3, unplaced: 1 });
    expect(
      (await asUs((tx) => digests.candidates(tx, 'rep@us.example', null, 0))).map((one) => one.owner),
    ).toEqual(['ours']);
    expect((await asUs(privacy.exclusions)).map((one) => one.reason)).toEqual(['ours']);
    expect((await asUs((tx) => privacy.auditLog(tx, 9))).map((one) => one.actor)).toEqual(['ours']);
    expect((await asUs(privacy.lists)).erased).toEqual(['ours']);
    expect(await asUs((tx) => privacy.auditLog(tx, 9, 'theirs'))).toEqual([]);
    expect(await asUs((tx) => erasures.abandoned(tx, 0))).toEqual(['ours']);
    expect((await asUs(models.list)).map((one) => one.version)).toEqual([1]);
    expect((await asUs(models.activations)).map((one) => one.note)).toEqual(['ours']);
    expect(
      (await asUs((tx) => Array.fromAsync(models.shadowPairs(tx, 1)))).map((one) => one.accountId),
    ).toEqual([ours.account]);
    expect((await asUs(workspaces.read))!.slug).toBe('ours');
    expect((await asUs((tx) => flags.page(tx, {}, 9, null))).map((one) => one.reason)).toEqual(['ours']);
    expect((await asUs((tx) => flags.countsByRule(tx, null, null))).map((one) => one.raised)).toEqual([1]);
    expect(await asUs((tx) => converters.usual(tx, NOW))).toHaveLength(1);
    expect((await asUs((tx) => surges.page(tx, {}, 9, null))).map((one) => one.accountId)).toEqual([
      ours.account,
    ]);
    expect(await asUs(topics.clusters)).toHaveLength(1);
    expect((await asUs(topics.declared)).rules).toHaveLength(1);
    expect([
      ...(
        await asUs((tx) => visitorKeys.settle(tx, new Map([['2026-06-15', Buffer.from('new')]]), NOW))
      ).values(),
    ]).toEqual([Buffer.from('ours')]);
  });

  test('writing finds nothing to write to', async () => {
    const surgesKept = async (tx: Tx) =>
      (await tx.client.query('SELECT account_id, day, score FROM surge_history ORDER BY 1, 2, 3')).rows;
    const kept = await asThem(surgesKept);
    const theirSurges = await asThem((tx) => surges.page(tx, {}, 9, null));
    expect([kept, theirSurges].every((rows) => rows.length > 0)).toBe(true);
    const theirAccount = await asThem((tx) => accounts.byIds(tx, [theirs.account]));
    const [theirReview] = await asThem((tx) => reviews.page(tx, 9, null));
    await asUs(async (tx) => {
      await accounts.remove(tx, [theirs.account]);
      await people.remove(tx, [theirs.person]);
      expect(await timeline.removeBatch(tx, theirs.batch, NOW)).toEqual({ signals: 0, since: null });
      expect(await claims.removeBatch(tx, theirs.batch)).toEqual({ accountIds: [], personIds: [] });
      await deadLetters.removeBatch(tx, theirs.batch);
      expect(await people.removeLinks(tx, theirs.batch)).toEqual([]);
      await timeline.move(
        tx,
        [{ id: theirs.signal, accountId: null, personId: null, match: null, unplaced: 'stolen' }],
        NOW,
      );
      expect(await keys.revoke(tx, 'b8a5a1b0-0000-8000-8000-000000000000', NOW)).toBe(false);
      await moves.rewrite(tx, [{ signalId: theirs.signal, moves: [] }]);
      await moves.rewriteParents(tx, [{ accountId: theirs.account, changes: [] }]);
      await moves.restateBeginnings(tx, new Map([[theirs.account, { at: days(1), batchId: null }]]));
      const day = '2026-05-01';
      expect(await surges.restate(tx, theirSurges, day, day)).toEqual([]);
      expect(await reviews.withdraw(tx, [{ kind: 'NAME', value: 'nobody knows' }])).toHaveLength(1);
      await reviews.restoreTimes(tx, [{ id: theirReview!.id, createdAt: days(-9) }]);
      await reviews.forget(tx);
      await erasures.add(tx, 'theirs', { signals: 1 });
      expect(await erasures.end(tx, 'theirs')).toBeNull();
    });
    expect(await asThem((tx) => moves.movedBy(tx, [theirs.batch]))).toEqual([theirs.signal]);
    expect(await asThem((tx) => moves.parentsConcernedBy(tx, [theirs.batch]))).toHaveLength(1);
    expect(await asThem((tx) => accounts.byIds(tx, [theirs.account]))).toEqual(theirAccount);
    expect(await asThem(surgesKept)).toEqual(kept);
    expect(await asThem((tx) => reviews.page(tx, 9, null))).toEqual([theirReview]);
    expect((await asThem((tx) => erasures.of(tx, 'theirs')))!.counts.signals).toBe(0);
    expect(await asThem(workspaces.counts)).toEqual({ accounts: 1, people: 2, signals: 3, unplaced: 1 });
    expect(await asThem((tx) => deadLetters.list(tx))).toHaveLength(1);
    expect((await asThem((tx) => signals.byIds(tx, [theirs.signal])))[0]!.unplaced).toBeNull();
  });
});

test('a superuser’s own connection would see both: it is stepping down that binds it', async () => {
  const client = new pg.Client({
    connectionString: new URL(new URL(fresh.url).pathname, inject('superuserUrl')).href,
  });
  await client.connect();
  const { rows } = await client.query('SELECT count(DISTINCT workspace_id)::int AS seen FROM signal');
  await client.end();
  expect(rows).toEqual([{ seen: 2 }]);
});
