/**
 * The whole path on real input: the S&P 500 as accounts, a web server's log with real IP ranges, a week of a real
 * intent feed. The files are too large for this repository; where they are not beside it, this is not run. The
 * input is fixed, so totals are exact.
 */
import { createReadStream, existsSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Adapter } from '../../src/core/signal.ts';
import { loadAdapters } from '../../src/edge/adapters.ts';
import { openIpRanges } from '../../src/edge/ip-ranges.ts';
import { type FileResult, ingestFile } from '../../src/flow/file.ts';
import { type Imported, importTable } from '../../src/flow/import-table.ts';
import { type Intake, openIntake } from '../../src/flow/ingest.ts';
import { drain } from '../../src/flow/rescore.ts';
import { undo } from '../../src/flow/undo.ts';
import * as accounts from '../../src/store/accounts.ts';
import { close, connect, type Database, inWorkspace } from '../../src/store/database.ts';
import * as scores from '../../src/store/scores.ts';
import * as workspaces from '../../src/store/workspaces.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const data = path.join(root, '../shared/data');
const FILES = {
  accounts: path.join(data, 'accounts/sp500.csv'),
  log: path.join(data, 'access-log/apache-combined-5000.log'),
  feed: path.join(data, 'bombora/all-domains-all-topics-2015-07-19.csv'),
};
const RANGES = ['asn-ipv4.csv', 'asn-ipv6.csv'].map((name) =>
  path.join(root, 'node_modules/@ip-location-db/asn', name),
);
const absent = [...Object.values(FILES), ...RANGES].filter((file) => !existsSync(file));
if (absent.length > 0) console.warn(`The run on real data is left out: there is no ${absent.join(', no ')}.`);

if (absent.length > 0 && process.env.CI === 'true') {
  test('the real data is there', () => expect(absent).toEqual([]));
}

const AFTER_IMPORT = new Date('2015-05-01T09:00:00Z');
const AFTER_LOG = new Date('2015-05-21T00:30:00Z');
const AFTER_FEED = new Date('2015-07-20T06:00:00Z');

describe.skipIf(absent.length > 0)('real data', () => {
  let database: FreshDatabase;
  let db: Database;
  let intake: Intake;
  let adapters: ReadonlyMap<string, Adapter>;
  let now = AFTER_IMPORT;
  const clock = () => now;
  let imported: Imported;
  let log: FileResult;
  let feed: FileResult;
  /** Scores of the day of the feed, before it came. */
  let before: scores.StoredScore[];

  beforeAll(async () => {
    database = await freshDatabase();
    db = await connect(database.url);
    const workspace = await workspaces.ensure(db, workspaces.DEFAULT_SLUG, now);
    const ranges = await openIpRanges(RANGES);
    intake = openIntake(db, workspace, (ip) => ranges.lookup(ip));
    adapters = await loadAdapters();

    imported = await importAccounts(FILES.accounts);
    now = AFTER_LOG;
    log = await ingest('access-log', FILES.log);
    now = AFTER_FEED;
    before = await scoreAll();
    feed = await ingest('bombora', FILES.feed);
    await scoreAll();
  }, 120_000);

  afterAll(async () => {
    if (db) await close(db);
    await database?.drop();
  });

  const importAccounts = (file: string) =>
    importTable(intake, 'accounts', createReadStream(file), {
      fileName: path.basename(file),
      map: null,
      clock,
    });
  const ingest = (source: string, file: string) =>
    ingestFile(intake, adapters.get(source)!, {}, createReadStream(file), {
      fileName: path.basename(file),
      clock,
    });
  const rows = async <Row>(statement: string): Promise<Row[]> =>
    inWorkspace(db, intake.workspace.id, async (tx) => (await tx.client.query(statement)).rows as Row[]);

  /** Scores every account as of `now`, and returns all there is to each score. */
  async function scoreAll(): Promise<scores.StoredScore[]> {
    await inWorkspace(db, intake.workspace.id, (tx) => scores.requestAll(tx, now));
    await drain(db, intake.workspace.id, clock);
    return inWorkspace(db, intake.workspace.id, async (tx) => {
      const ids = await accounts.allIds(tx);
      const stored = await scores.byAccounts(tx, ids);
      return ids.sort().map((id) => stored.get(id)!);
    });
  }
  const timeline = () =>
    rows(`SELECT signal_id, account_id, method, confidence, unplaced, anonymous_id FROM signal ORDER BY 1`);

  test('the S&P 500 are 500 accounts: two share classes are one company', async () => {
    expect(imported).toMatchObject({ created: 500, rejected: [] });
    const classes = await rows<{ name: string }>(`SELECT name FROM account WHERE name LIKE '%(Class%'`);
    expect(classes).toHaveLength(3); // Alphabet, Fox and News Corp are listed twice each
  });

  test('every line of the log and every row of the feed is accounted for', () => {
    expect(log).toMatchObject({
      received: 5000,
      accepted: 107,
      duplicates: 0,
      rejected: 0,
      error: null,
      skipped: {
        asset: 2355,
        bot: 1791,
        'error status': 37,
        'not a page': 24,
        redirect: 18,
        'residential network': 557,
        'hosting network': 111,
      },
    });
    const skipped = Object.values(log.skipped).reduce((sum, count) => sum + count, 0);
    expect(log.accepted + log.duplicates + log.rejected + skipped).toBe(log.received);
    expect(feed).toMatchObject({
      received: 10_000,
      accepted: 10_000,
      duplicates: 0,
      rejected: 0,
      skipped: {},
    });
  });

  test('no visitor is attributed by the network of a provider, a host, a university or nobody we know', async () => {
    const found = await rows<{ placed: boolean; class: string; unplaced: string | null; count: number }>(`
      SELECT account_id IS NOT NULL AS placed, clues -> 'network' ->> 'class' AS class, unplaced, count(*)::int
      FROM signal WHERE source = 'access-log' GROUP BY 1, 2, 3 ORDER BY 4 DESC`);
    console.table(found);
    expect(found.reduce((sum, row) => sum + row.count, 0)).toBe(107);
    expect(found.filter((row) => row.placed && row.class !== 'business')).toEqual([]);
    expect(found.filter((row) => !row.placed && !row.unplaced)).toEqual([]);
    // A network never makes an account, whatever it is called.
    expect(await discovered('access-log')).toEqual([]);
  });

  const discovered = (source: string) =>
    rows<{ domain: string; name: string; signals: number }>(`
      SELECT a.domain, a.name, count(*)::int AS signals FROM account a JOIN signal s USING (workspace_id, account_id)
      WHERE a.origin = 'DISCOVERED' AND s.source = '${source}' GROUP BY 1, 2 ORDER BY 1`);

  test('the feed finds 58 companies, and none is the line of a provider’s customer', async () => {
    const found = await discovered('bombora');
    expect(found).toHaveLength(58);
    expect(found.filter(({ domain }) => /\d+-\d+-\d+-\d+/.test(domain))).toEqual([]);
    expect(found.reduce((sum, { signals }) => sum + signals, 0)).toBe(7_710);
    expect(
      await rows(`SELECT method, unplaced, count(*)::int FROM signal WHERE source = 'bombora' GROUP BY 1, 2`),
    ).toEqual(
      expect.arrayContaining([
        { method: 'DOMAIN', unplaced: null, count: 7_710 },
        { method: null, unplaced: 'the domain names a connection, not a company', count: 2_290 },
      ]),
    );
  });

  test('no address of the log is anywhere in the database', async () => {
    const tables = await rows<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
       WHERE relkind = 'r' AND nspname = 'public'`,
    );
    const addresses = new Set<string>();
    for await (const chunk of createReadStream(FILES.log, 'utf8')) {
      for (const [address] of String(chunk).matchAll(/^\d+\.\d+\.\d+\.\d+(?= - )/gm)) addresses.add(address);
    }
    expect(addresses.size).toBeGreaterThan(800);
    let searched = 0;
    for (const { name } of tables) {
      for (const { row } of await rows<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)) {
        searched++;
        for (const [found] of row.matchAll(/\d+\.\d+\.\d+\.\d+/g)) {
          expect(addresses.has(found), `${name}: ${row.slice(0, 200)}`).toBe(false);
        }
      }
    }
    expect(searched).toBeGreaterThan(10_774);
  });

  test('heat stands where the feed shows research above the baseline, and nowhere else', async () => {
    const found = await rows<{ name: string; heat: number; reasons: string[] }>(`
      SELECT a.name, s.heat, s.detail -> 'reasons' AS reasons FROM account_score s
      JOIN account a USING (workspace_id, account_id) WHERE s.heat > 0 ORDER BY s.heat DESC, a.name`);
    for (const { name, heat, reasons } of found.slice(0, 25)) {
      console.log(`${heat.toFixed(1).padStart(5)}  ${name}: ${reasons[0]}`);
    }
    const researching = await rows<{ name: string }>(`
      SELECT DISTINCT a.name FROM signal s JOIN account a USING (workspace_id, account_id)
      WHERE s.strength > 0`);
    expect(found.map(({ name }) => name).sort()).toEqual(researching.map(({ name }) => name).sort());
    expect(found.length).toBeGreaterThan(0);
    // One source that names nobody is one actor: its cap a day keeps any file from making an account hot.
    for (const { heat } of found) expect(heat).toBeLessThan(50);
  });

  test('each file a second time changes nothing', async () => {
    const [signals, standing] = [await timeline(), await scoreAll()];
    const again = { log: await ingest('access-log', FILES.log), feed: await ingest('bombora', FILES.feed) };
    expect(again.log).toMatchObject({ received: 5000, accepted: 0, duplicates: 107, rejected: 0 });
    expect(again.feed).toMatchObject({ received: 10_000, accepted: 0, duplicates: 10_000, rejected: 0 });
    expect(await timeline()).toEqual(signals);
    expect(await scoreAll()).toEqual(standing);
    expect(await importAccounts(FILES.accounts)).toMatchObject({ created: 0, updated: 500, rejected: [] });
    expect(await timeline()).toEqual(signals);
  });

  test('a visit waits for its account, and goes back to waiting when the account is undone', async () => {
    const signals = await timeline();
    const csv = 'Company,Website\nArm Limited,arm.com\nPenTeleData,ptd.net\n';
    const { batch, created } = await importTable(intake, 'accounts', Readable.from([Buffer.from(csv)]), {
      fileName: 'more.csv',
      map: null,
      clock,
    });
    expect(created).toBe(2);
    const placed = await rows<{ domain: string; method: string; evidence: string[] }>(`
      SELECT a.domain, s.method, s.evidence FROM signal s JOIN account a USING (workspace_id, account_id)
      WHERE s.source = 'access-log'`);
    expect(placed.filter(({ domain }) => domain === 'arm.com')).toEqual([
      { domain: 'arm.com', method: 'IP', evidence: ['network of arm.com, by its name'] },
    ]);
    await undo(db, intake.workspace, batch, now);
    expect(await timeline()).toEqual(signals);
  });

  test('undoing the feed brings every score back to the digit', async () => {
    await undo(db, intake.workspace, feed.batch, now);
    expect(await scoreAll()).toEqual(before);
    await undo(db, intake.workspace, log.batch, now);
    // Imported twice: an account goes with the last batch that vouches for it.
    await undo(db, intake.workspace, imported.batch, now);
    expect(await scoreAll()).toHaveLength(500);
    await undo(db, intake.workspace, path.basename(FILES.accounts), now);
    expect(await scoreAll()).toEqual([]);
    expect(await timeline()).toEqual([]);
  });
});
