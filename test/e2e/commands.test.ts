/** What the commands on surges, groups, flags, models, reviews and privacy say to people, on the sample. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { type RunOptions, runCli, type Server, startServer } from '../support/server.ts';

// Processes, each a second or more where others use the machine too.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 240_000 });

const NOBODY = '00000000-0000-4000-8000-000000000000';
let fresh: FreshDatabase;
let server: Server;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  fresh = await freshDatabase();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent-commands-'));
  env = { DATABASE_URL: fresh.url, UNDERCURRENT_DATA: folder, PORT: '0' };
  server = await startServer(env, ['--welcome', '--sample']);
});
afterAll(async () => {
  await server.end();
  await fresh.drop();
  fs.rmSync(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], options: RunOptions = {}) => runCli(args, { env, ...options });
/** What a command that must succeed prints for people; it has to read like that. */
async function text(args: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(args, options);
  expect([args, code, stderr]).toEqual([args, 0, '']);
  expect(stdout).not.toMatch(/\b(?:NaN|undefined|null|Infinity)\b|\[object/);
  return stdout;
}
/** The same for programs. */
async function json<T>(args: readonly string[], options?: RunOptions): Promise<T> {
  const { code, stdout, stderr } = await run([...args, '--json'], options);
  expect([args, code, stderr]).toEqual([args, 0, '']);
  return JSON.parse(stdout) as T;
}
function file(name: string, content: string): string {
  fs.writeFileSync(path.join(folder, name), content);
  return path.join(folder, name);
}
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

describe('lists', () => {
  test.each<[string[], RegExp]>([
    [
      ['surging', '--limit', '3'],
      /^ *\d+\.\d [█░]{10} \S.* \S+\.example {2}\S.* {2}SURGING\n +\d+ actor-days /,
    ],
    [
      ['groups', '--limit', '3'],
      /^ *\d+\.\d [█░]{10} \S.* \S+\.example · Everything we sell · (?:ENGAGED|FORMING)/,
    ],
    [
      ['handoff', '--limit', '3'],
      /\.example {2}qualification \d+ · fit \d+ · heat \d+.*\n {2}ready since 20.* UTC, an answer is due within /,
    ],
    [['model', 'list'], /^ +2 {2}active .* sample$/m],
    [['model', 'diff', '1', '2'], /^fit\.icp\.industries: \[\] → \["Financial services"/],
    [['privacy', 'rules'], /^honourDoNotTrack +true$/m],
    [['privacy', 'exclusions'], /^Nobody is kept out/],
    [['privacy', 'log'], /^Nobody saw or erased/],
  ])('%j', async (args, shape) => {
    const shown = await text(args);
    expect(shown).toMatch(shape);
    expect(shown).not.toMatch(ID);
    await json(args);
  });

  test('surging: on a topic; nobody on what there is not', async () => {
    expect(await text(['surging', '--topic', 'data lineage', '--all'])).toMatch(
      /\.example {2}data lineage {2}[A-Z]/,
    );
    for (const by of ['--topic', '--cluster']) {
      expect(await text(['surging', by, 'crocheting'])).toMatch(/^Nobody surges on that/);
      expect(await json(['surging', by, 'crocheting'])).toEqual([]);
    }
  });

  test('groups: of one account, with everybody in them by name', async () => {
    const [best] = await json<{ domain: string; account: string }[]>(['groups', '--limit', '1']);
    const shown = await text(['groups', best!.domain]);
    expect(await text(['groups', best!.domain, '--as-of', '2001-01-01'])).toContain(
      'Nobody there has been seen',
    );
    expect(shown).toMatch(/^ +\d+ \S.*: [a-z ]+ \((?:inferred|CRM|manual)/im);
    expect(shown).not.toMatch(ID);
  });

  test('explain tells what changed since a day', async () => {
    const [hot] = await json<{ domain: string }[]>(['hot', '--limit', '1']);
    const since = new Date(Date.now() - 20 * 86_400_000).toISOString().slice(0, 10);
    expect(await text(['explain', hot!.domain, '--since', since])).toContain(since);
    expect(await json<{ change: object }>(['explain', hot!.domain, '--since', since])).toBeTypeOf('object');
  });
});

describe('flags', () => {
  interface Told {
    id: string;
    rule: string;
    account: string;
    status: string;
    answer: { reason: string } | null;
  }
  test('are listed, answered, and counted by rule', async () => {
    const open = await json<Told[]>(['flags', '--limit', '100']);
    expect(new Set(open.map((one) => one.status))).toEqual(new Set(['OPEN']));
    // Few enough to be believed, of three hundred accounts.
    expect(open.filter((one) => one.rule === 'LOOKALIKE').length).toBeLessThan(30);
    const [first, second] = open as [Told, Told];
    const list = await text(['flags', '--limit', '2']);
    expect(list).toContain(first.account);
    expect(list).toMatch(/^ {2}20\d\d-\d\d-\d\d \S/m);

    expect(await text(['flags', 'accept', first.id, '--reason', 'we met'])).toMatch(/ACCEPTED 20.*: we met/);
    expect(await json<Told>(['flags', 'reject', second.id, '--reason', 'a rival'])).toMatchObject({
      id: second.id,
      status: 'REJECTED',
      answer: { reason: 'a rival' },
    });
    const accepted = await json<Told[]>(['flags', '--status', 'ACCEPTED']);
    expect(accepted.map((one) => one.id)).toEqual([first.id]);
    // Others came true, or did not, in the half year that the sample tells of.
    const all = await json<Told[]>(['flags', '--all', '--limit', '100']);
    expect(all.length).toBeGreaterThan(open.length);
    const statuses = new Set(all.map((one) => one.status));
    expect([...statuses]).toEqual(expect.arrayContaining(['OPEN', 'CONVERTED', 'EXPIRED']));

    const report = await json<{ rule: string; accepted: number; precision: { value: number } | null }[]>([
      'flags',
      '--report',
    ]);
    expect(report.find((one) => one.rule === first.rule)).toMatchObject({ accepted: 1 });
    expect(await text(['flags', '--report'])).toMatch(
      /^rule +raised +open +accepted.*\n(?:[A-Z_]+ +\d.*\n){5}$/,
    );
  });
});

describe('models', () => {
  test('from a document to the active version and back', async () => {
    const { config } = await json<{ config: { heat: { halfHeat: number } } }>(['model', 'show']);
    expect(JSON.parse((await run(['model', 'show'])).stdout)).toEqual(config);
    const document = file(
      'model.json',
      JSON.stringify({ ...config, heat: { ...config.heat, halfHeat: 25 } }),
    );
    expect(await text(['model', 'diff', document])).toMatch(/^heat\.halfHeat: 40 → 25 /);
    expect(await text(['model', 'preview', document])).toMatch(
      /^heat\.halfHeat: 40 → 25 [\s\S]*\d+ of \d+ accounts change their tier/,
    );
    await json(['model', 'preview', document]);
    expect(await text(['model', 'shadow', document, '--note', 'hotter'])).toContain(
      'Version 3 is scored beside',
    );
    expect(await text(['model', 'compare', '3'])).toMatch(/^\d+ of \d+ accounts change their tier/);
    await json(['model', 'compare', '3']);
    expect(await text(['model', 'promote', '3', '--note', 'it is better'])).toMatch(
      /^Version 3 is active; \d+ /,
    );
    expect(await text(['model', 'rollback', '--note', 'it is not'])).toMatch(/^Version 2 is active; \d+ /);
    expect(await json(['model', 'apply', document, '--note', 'again'])).toMatchObject({ version: 4 });
    const versions = await json<{ version: number; active: boolean }[]>(['model', 'list']);
    expect(versions.map(({ version, active }) => [version, active])).toEqual([
      [4, true],
      [3, false],
      [2, false],
      [1, false],
    ]);
  });
});

describe('tables', () => {
  test('topics and solutions come in from files', async () => {
    const topics = file('topics.csv', 'Topic,Cluster\nData lineage,Governance\n');
    expect(await text(['import', 'topics', topics])).toMatch(/^topics: \d new, \d updated, 0 rejected/);
    const solutions = file('solutions.json', JSON.stringify([{ name: 'Lineage', topics: ['data lineage'] }]));
    expect(await text(['import', 'solutions', solutions])).toBe('1 solution in place of those there were.\n');
    expect(await text(['groups'])).toContain('· Lineage ·');
    await json(['import', 'solutions', '-'], { input: '[]' });
  });
});

describe('reviews', () => {
  test('are asked, answered and gone', async () => {
    const rows = 'Account Name,Website\nTwin Peak,twinpeak-one.example\nTwin Peak,twinpeak-two.example\n';
    await json(['import', 'accounts', '-'], { input: rows });
    const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10);
    const feed = `Company Name,Topic Name,Composite Score,Report Date\nTwin Peak,ETL,90,${day}\n`;
    await json(['ingest', 'bombora', file('week.csv', feed)]);
    const asked = await json<{ id: string }[]>(['review']);
    expect(asked.length).toBeGreaterThan(1);
    expect(await text(['review'])).toMatch(/"Twin Peak".*→ {2}Twin Peak twinpeak-\w+\.example/i);
    expect(await text(['review', 'accept', asked[0]!.id])).toContain('Twin Peak');
    expect(await json<{ id: string }[]>(['review'])).not.toEqual(asked);
    const { code, stderr } = await run(['review', 'reject', NOBODY]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/\n.*undercurrent review/);
  });
});

describe('privacy', () => {
  test('somebody is shown all that is held of them, and erased; others are kept out', async () => {
    await json(['import', 'people', '-'], { input: 'Email,Name\nann.lee@northwind.example,Ann Lee\n' });
    const { stdout: held } = await run(['privacy', 'export', 'ann.lee@northwind.example']);
    expect(JSON.parse(held)).toMatchObject({ found: true, held: { person: [{ name: 'Ann Lee' }] } });
    await text(['privacy', 'erase', 'ann.lee@northwind.example']);
    expect((await run(['privacy', 'export', 'ann.lee@northwind.example'])).stdout).not.toContain('Ann Lee');
    expect(await text(['privacy', 'log'])).toMatch(/command line/);
    expect((await json<object[]>(['privacy', 'log'])).length).toBeGreaterThan(1);

    expect(await text(['privacy', 'exclude', 'rival.example'])).toMatch(/^Kept out/);
    expect(await text(['privacy', 'exclusions'])).toMatch(/^DOMAIN +rival\.example/m);
    expect(await json<object[]>(['privacy', 'exclusions'])).toHaveLength(1);
    expect(await text(['privacy', 'include', 'rival.example'])).toMatch(/^Let in/);
  });
});

describe('what is not there ends with 1 and says where to look', () => {
  test.each<[string[], RegExp]>([
    [['flags', 'accept', NOBODY], /no such flag.*\n.*undercurrent flags/],
    [['flags', 'accept', 'it'], /'it' is not the id of a flag.*\n.*undercurrent flags/],
    [['groups', '--as-of', '2026-01-01'], /no account is named/],
    [['groups', 'nobody.example'], /No account has the domain nobody\.example\.\nSee `undercurrent hot`/],
    [['model', 'diff', '7', '8'], /no version 7 .*\n.*undercurrent model list/],
    [['model', 'compare', '1'], /no shadow\nundercurrent model shadow 1/],
    [['model', 'apply', '/nowhere.json', '--note', 'x'], /There is no file \/nowhere\.json/],
    [['privacy', 'exclude', 'nonsense'], /neither a network.*\nWrite it like 203\.0\.113\.0\/24/],
  ])('%j', async (args, remedy) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(remedy);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
