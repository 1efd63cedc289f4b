/** The command line on data folders of its own, as root and as a plain user, alone and beside a running server. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { post, type RunOptions, runCli, type Server, startServer, until } from '../support/server.ts';

// Processes, each a second or more where others use the machine too.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
const FEED = `Company Name,Domain,Topic Name,Composite Score,Report Date
Tallgrass Foods,tallgrass.example,Data Warehouse,90,${day(3)}
Tallgrass Foods,tallgrass.example,ETL,80,${day(10)}
Brightwater,brightwater.example,ETL,70,${day(10)}
`;
const ACCOUNTS = `Account Name,Website,Industry,Employees,Tier
Tallgrass Foods,https://www.tallgrass.example,Food,1200,TIER_1
Nobody,not a domain,Food,1,TIER_3
Quietfield,quietfield.example,Insurance,800,TIER_2
`;

const folders: string[] = [];
/** A folder with spaces in its name, for whoever runs the commands. */
function makeFolder(name: string, owner?: number): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent e2e '));
  folders.push(root);
  // mkdtemp makes it ours alone; the server may have to run as another user.
  fs.chmodSync(root, 0o711);
  if (owner !== undefined) fs.chownSync(root, owner, owner);
  return path.join(root, name);
}
afterAll(() => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
});

/** Command lines of all processes that work on a folder. */
function processesOn(folder: string): string[] {
  if (process.platform !== 'linux') {
    const listed = spawnSync('ps', ['-axo', 'args'], { encoding: 'utf8' }).stdout;
    return listed.split('\n').filter((line) => line.includes(folder));
  }
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const lines = pids.map((pid) => {
    try {
      return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return ''; // gone meanwhile
    }
  });
  return lines.filter((line) => line.includes(folder));
}

/** The shell that watches over the database ends a moment after the process it watched. */
const expectNothingRunning = (folder: string): Promise<void> =>
  until(`nothing runs on ${folder}`, () => processesOn(folder).length === 0);

const parse = <T>(text: string) => JSON.parse(text) as T;

describe('help', () => {
  const COMMANDS = [
    'serve',
    'migrate',
    'doctor',
    'sources',
    'ingest',
    'undo',
    'replay',
    'import',
    'score',
    'hot',
    'explain',
    'try',
    'digest',
    'keys',
    'merge',
    'surging',
    'groups',
    'flags',
    'handoff',
    'model',
    'review',
    'privacy',
  ];

  test('lists all commands, on standard output', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} .*\\S`, 'm'));
  });

  test.each([
    [['ingest', '--help'], /--dry-run/],
    [['keys', '--help'], /revoke/],
  ])('%j', async (args, text) => {
    const { code, stdout } = await runCli(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(text);
  });
});

describe('misuse ends with 2 and says how to do it, before any database is touched', () => {
  const folder = makeFolder('never made');
  test.each<[string[], RegExp]>([
    [[], /Usage: undercurrent/],
    [['dance'], /unknown command 'dance'[\s\S]*undercurrent --help/],
    [['hots'], /Did you mean hot\?/],
    [['hot', '--limit', 'few'], /whole number from 1/],
    [['explain', 'a.example', '--as-of', 'lately'], /2026-01-31/],
    [['keys', 'create', 'k', '--scopes', 'read,everything'], /ingest, read, write, admin/],
    [['import', 'sheep', 'x.csv'], /accounts, people, opportunities/],
    [['replay'], /undercurrent replay <batch>, or --dead/],
    [['try', 'hard'], /Allowed choices are .*sentiment.*surge.*resolve/],
    [['explain', 'a.example', '--since', 'lately'], /2026-01-31/],
    [['surging', '--limit', '0'], /whole number from 1/],
    [['groups', '--limit', 'few'], /whole number from 1/],
    [['handoff', '--limit', 'few'], /whole number from 1/],
    [['flags', '--rule', 'HUNCH'], /Allowed choices are .*LOOKALIKE/],
    [['flags', '--status', 'MAYBE'], /Allowed choices are OPEN, .*CONVERTED/],
    [['flags', 'accept'], /missing required argument 'id'/],
    [['model', 'promote', '1'], /--note <text>/],
    [['model', 'praise'], /unknown command 'praise'/],
    [['review', '--limit', 'few'], /whole number from 1/],
    [['privacy', 'forget', 'a@b.example'], /unknown command 'forget'/],
    [['privacy', 'erase'], /missing required argument 'email'/],
  ])('%j', async (args, remedy) => {
    const { code, stdout, stderr } = await runCli(args, { env: { UNDERCURRENT_DATA: folder } });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(remedy);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(fs.existsSync(folder)).toBe(false);
  });
});

describe('a wrong setting ends with 1, names the variable and starts nothing', () => {
  const folder = makeFolder('never made');
  test.each<[Record<string, string>, RegExp]>([
    [{ PORT: 'http' }, /^PORT: /],
    [{ DATABASE_URL: 'not a url' }, /^DATABASE_URL: /],
    [
      { DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' },
      /^No database at postgres:\/\/u:\*\*\*@127\.0\.0\.1:1\/x: .*\nCheck DATABASE_URL/,
    ],
    [{ UNDERCURRENT_ADMIN_KEY: 'with a space in it' }, /^UNDERCURRENT_ADMIN_KEY: /],
    [{ GEOIP_DB: '/nowhere/at-all.mmdb' }, /at-all\.mmdb/],
    [{ SIGNAL_SEGMENT_EVENTS: '{"a":' }, /^SIGNAL_SEGMENT_EVENTS: is not JSON/],
  ])('%j', async (env, message) => {
    const { code, stdout, stderr } = await runCli(['hot'], { env: { UNDERCURRENT_DATA: folder, ...env } });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('secret');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(fs.existsSync(folder)).toBe(false);
  });
});

describe('commands on a folder of their own', () => {
  let folder: string;
  let feed: string;
  let server: Server;
  let batch: string;
  const run = (args: readonly string[], options: RunOptions = {}) =>
    runCli(args, { ...options, env: { UNDERCURRENT_DATA: folder, ...options.env } });
  /** Runs a command that must succeed, and reads the JSON that is all it prints. */
  async function json<T>(args: readonly string[], options?: RunOptions): Promise<T> {
    const { code, stdout, stderr } = await run([...args, '--json'], options);
    expect([args, code, stderr.replace(/^Creating the embedded database …\n/, '')]).toEqual([args, 0, '']);
    return parse<T>(stdout);
  }
  async function text(args: readonly string[], options?: RunOptions): Promise<string> {
    const { code, stdout, stderr } = await run(args, options);
    expect([args, code, stderr]).toEqual([args, 0, '']);
    return stdout;
  }

  beforeAll(() => {
    folder = makeFolder('data of mine');
    feed = path.join(path.dirname(folder), `week ${day(0)}.csv`);
    fs.writeFileSync(feed, FEED);
  });
  afterAll(() => server?.end());

  test('the first one makes the database and leaves nothing running; secrets are not shown', async () => {
    const secrets = {
      SMTP_URL: 'smtp://robot:hunter22@mail.example:587',
      UNDERCURRENT_ADMIN_KEY: 'a-secret-admin-key',
    };
    const facts = await json<{
      embedded: boolean;
      accounts: number;
      signals: number;
      database: string;
      environment: Record<string, string>;
    }>(['doctor'], { env: secrets });
    expect(facts).toMatchObject({
      embedded: true,
      accounts: 0,
      signals: 0,
      database: expect.stringContaining('PostgreSQL 18'),
      environment: {
        UNDERCURRENT_DATA: folder,
        SMTP_URL: 'smtp://robot:***@mail.example:587',
        UNDERCURRENT_ADMIN_KEY: '***',
      },
    });
    await expectNothingRunning(folder);
    expect(fs.existsSync(path.join(folder, 'postgres', 'data', 'postmaster.pid'))).toBe(false);
  });

  test('a server starts empty, and the commands join it', async () => {
    server = await startServer({ UNDERCURRENT_DATA: folder });
    expect(server.stdout()).toBe(`Undercurrent is at ${server.url} (Ctrl-C stops it).\n`);
    expect(await text(['hot'])).toContain('No accounts yet.');
    expect(await json(['hot'])).toEqual([]);
    expect(await json(['migrate'])).toEqual({ applied: [] });
    expect(await text(['doctor'])).toMatch(/^node: v\d/);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });

  test('import accounts', async () => {
    const imported = await json<{ created: number; rejected: { message: string }[] }>(
      ['import', 'accounts', '-'],
      { input: ACCOUNTS },
    );
    expect(imported).toMatchObject({
      created: 2,
      updated: 0,
      rejected: [{ code: 'INVALID', message: expect.stringMatching(/^line 3: domain: 'not a domain'/) }],
    });
    expect(await text(['import', 'accounts', '-'], { input: ACCOUNTS })).toMatch(
      /^accounts: 0 new, 2 updated, 1 rejected\.\n {2}line 3: /,
    );
  });

  test('ingest: a dry run stores nothing, a file is stored once, standard input too', async () => {
    const dry = await json<object>(['ingest', 'bombora', feed, '--dry-run']);
    expect(dry).toMatchObject({ received: 3, accepted: 3, duplicates: 0, rejected: 0 });
    expect(await text(['ingest', 'bombora', feed, '--dry-run'])).toContain('A dry run: nothing was stored.');
    expect(await json(['doctor'])).toMatchObject({ signals: 0, accounts: 2 });

    const taken = await json<{ batch: string }>(['ingest', 'bombora', feed]);
    expect(taken).toMatchObject({ received: 3, accepted: 3, duplicates: 0, rejected: 0, error: null });
    batch = taken.batch;
    expect(await json(['ingest', 'bombora', '-'], { input: FEED })).toMatchObject({
      received: 3,
      accepted: 0,
      duplicates: 3,
    });
    expect(await json(['doctor'])).toMatchObject({ signals: 3, accounts: 3 });
  });

  test('hot, explain and score tell the same', async () => {
    const hot = await json<
      { domain: string; heat: number; raw: number; tier: string | null; reasons: string[] }[]
    >(['hot', '--limit', '2']);
    expect(hot.map((one) => [one.domain, one.tier])).toEqual([
      ['tallgrass.example', 'TIER_1'],
      ['brightwater.example', null],
    ]);
    expect(hot[0]!.heat).toBeGreaterThan(hot[1]!.heat);
    expect(hot[0]!.reasons[0]).toMatch(/^Bombora: .*: \d+\.\d points, \d+ % of heat$/);
    const explained = await json<{
      heat: { value: number; raw: number; contributions: { points: number }[] };
    }>(['explain', 'https://www.tallgrass.example/about']);
    expect(explained.heat.value).toBe(hot[0]!.heat);
    expect(explained.heat.contributions.reduce((sum, one) => sum + one.points, 0)).toBeCloseTo(
      hot[0]!.raw,
      9,
    );
    expect(await text(['explain', 'tallgrass.example'])).toMatch(/intent\.topic[\s\S]*fit \d/);

    expect(await json(['score', '--all'])).toEqual({ scored: 3 });
    expect(await json<object[]>(['hot', '--limit', '2'])).toMatchObject(
      hot.map(({ domain, heat }) => ({ domain, heat })),
    );
    const past = await json<{ domain: string; heat: number }[]>(['score', '--as-of', day(100)]);
    expect(past.map((one) => one.heat)).toEqual([0, 0, 0]);
    const before = await json<{ heat: { value: number } }>([
      'explain',
      'tallgrass.example',
      '--as-of',
      day(100),
    ]);
    expect(before.heat.value).toBe(0);
  });

  test('what arrives at the server is seen by the commands', async () => {
    const { key } = await json<{ key: string }>(['keys', 'create', 'site', '--scopes', 'ingest']);
    const sent = await post(
      `${server.url}/v1/track`,
      { userId: 'u1', event: 'Demo Requested', context: { traits: { email: 'ann@quietfield.example' } } },
      key,
    );
    expect(sent.status).toBe(200);
    const seen = await json<{ id: string; signals: number }[]>(['sources']);
    expect(seen).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: 'segment', signals: 1, duplicates: 0, rejected: 0 }),
        expect.objectContaining({ id: 'bombora', signals: 3, duplicates: 3 }),
      ]),
    );
    expect(await text(['sources'])).toMatch(/^bombora +file +3 +3 +0 /m);
    expect(await json<object[]>(['sources', '--batches'])).toHaveLength(5);
  });

  test('keys: shown once, listed without their secret, revoked for good', async () => {
    const made = await json<{ key: string; id: string }>([
      'keys',
      'create',
      'reader',
      '--scopes',
      'read,write',
    ]);
    expect(made.key).toMatch(/^uc_/);
    const list = await run(['keys', 'list']);
    expect(list.stdout).toMatch(new RegExp(`^${made.id} +reader +read, write`, 'm'));
    expect(list.stdout).not.toContain(made.key);
    const ask = () => post(`${server.url}/graphql`, { query: '{ workspace { signals } }' }, made.key);
    expect(await ask()).toMatchObject({ status: 200, json: { data: { workspace: { signals: 4 } } } });
    expect(await json(['keys', 'revoke', made.id])).toEqual({ revoked: made.id });
    const keys = await json<{ id: string; revokedAt: string | null }[]>(['keys', 'list']);
    expect(keys.find((one) => one.id === made.id)!.revokedAt).toMatch(/^20/);
    await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(401);
  });

  test('digest preview sends nothing and may be asked for again', async () => {
    const first = await json<{ entries: object[] }>(['digest', 'preview', '--recipient', 'ann@ours.example']);
    expect(first.entries.length).toBeGreaterThan(0);
    expect(
      await json<{ entries: object[] }>(['digest', 'preview', '--recipient', 'ann@ours.example']),
    ).toMatchObject({ entries: first.entries });
    expect(await text(['digest', 'preview'])).toContain('quietfield.example');
  });

  test('a failure ends with 1, says what to do, and prints no data', async () => {
    const cases: [string[], RegExp][] = [
      [['explain', 'nobody.example'], /No account has the domain nobody\.example\.\nSee `undercurrent hot`/],
      [['ingest', 'bombora', '/nowhere.csv'], /There is no file \/nowhere\.csv\.\nCheck the path/],
      [['ingest', 'nonsense', feed], /There is no source nonsense\.\nKnown are .*bombora/],
      [['import', 'accounts', '/nowhere.csv'], /There is no file/],
      [['digest', 'send', '--recipient', 'ann@ours.example'], /SMTP_URL is not set/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await run([...args, '--json']);
      expect([args, code, stdout]).toEqual([args, 1, '']);
      expect(stderr).toMatch(message);
    }
  });

  test('undo takes a file back, replay has nothing to do', async () => {
    expect(await json(['undo', batch])).toMatchObject({
      undone: [{ batch, source: 'bombora', signals: 3, accounts: 1 }],
    });
    expect((await json<{ domain: string }[]>(['hot'])).map((one) => one.domain).sort()).toEqual([
      'quietfield.example',
      'tallgrass.example',
    ]);
    expect(await json(['replay', '--dead'])).toEqual({ tried: 0, accepted: 0, duplicates: 0, refused: [] });
  });

  test('a second server on the same port says so and how to choose another', async () => {
    const port = new URL(server.url).port;
    const { code, stdout, stderr } = await run(['serve'], { env: { PORT: port } });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(new RegExp(`Port ${port} is taken\\.\n.*PORT=\\d+`));
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test('SIGTERM ends the server, and the database with it', async () => {
    expect((await server.end('SIGTERM')).code).toBe(0);
    await expectNothingRunning(folder);
  });

  test('alone with a taken port it says the same, and leaves no database running', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as net.AddressInfo;
    const { code, stdout, stderr } = await run(['serve', '--welcome'], { env: { PORT: String(port) } });
    other.close();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`Port ${port} is taken.`);
    await expectNothingRunning(folder);
  });
});

/** How to run as somebody who is not root: not at all where we are not, else as nobody, who must be able to read us. */
function plainUser(): { prefix: string[]; owner?: number } {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const prefix = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const [command, ...args] = [...prefix, process.execPath, '-e', 'fs.readFileSync("src/cli.ts")'];
  if (spawnSync(command!, args).status === 0) return { prefix, owner: 65534 };
  // A checkout below a folder that is root's alone: nobody in a namespace of its own, still able to read it.
  return { prefix: ['unshare', '-U', '--map-user=65534', '--map-group=65534'] };
}

describe('npm start, as a plain user', () => {
  const { prefix, owner } = plainUser();
  let folder: string;
  let first: string;
  const env = () => ({ UNDERCURRENT_DATA: folder });
  const begin = () => startServer(env(), ['--welcome'], { prefix });
  const accountsIn = (stdout: string) => stdout.split(/^ *\d+\. {2}/m).slice(1);

  beforeAll(() => {
    folder = makeFolder('my data', owner);
  });

  test('is not root', () => {
    const [command, ...args] = [...prefix, process.execPath, '-p', 'process.getuid()'];
    expect(Number(spawnSync(command!, args, { encoding: 'utf8' }).stdout)).toBeGreaterThan(0);
  });

  test('the first start loads the sample and prints ten accounts with three reasons each', async () => {
    const server = await begin();
    first = server.stdout();
    expect(server.stderr()).toMatch(/Loading the sample workspace/);
    expect(server.stderr()).toMatch(/`undercurrent undo sample` removes it/);
    const accounts = accountsIn(first);
    expect(accounts).toHaveLength(10);
    for (const account of accounts) {
      const [name, facts, ...reasons] = account.split('\n');
      expect(name).toMatch(/^ *\d+\.\d █+░* \S.* \S+\.example/);
      expect(facts).toMatch(/fit \d+ · qualification [\d.]+ (HOT|WARM|COLD|DISQUALIFIED)/);
      expect(reasons.filter((line) => /: \d+\.\d points, \d+ % of heat$/.test(line))).toHaveLength(3);
    }
    expect(first).toContain(`Undercurrent is at ${server.url} (Ctrl-C stops it).`);
    expect(processesOn(folder).some((line) => line.includes('-D'))).toBe(true);

    const ended = await server.end('SIGINT');
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/Stopping …\n$/);
    await expectNothingRunning(folder);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
  });

  test('the second start keeps the data, and undo takes it away without a trace', async () => {
    const server = await begin();
    expect(server.stderr()).not.toMatch(/sample/i);
    expect(accountsIn(server.stdout()).map((text) => text.split('\n')[0])).toEqual(
      accountsIn(first).map((text) => text.split('\n')[0]),
    );

    const undone = await runCli(['undo', 'sample'], { env: env(), prefix });
    expect([undone.code, undone.stderr]).toEqual([0, '']);
    expect(undone.stdout).toMatch(/^Undone: \d+ batches, \d{4,} signals, \d{3} accounts and \d+ people/);
    const client = new pg.Client({ connectionString: superuserUrl() });
    await client.connect();
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
         AND NOT relispartition AND relname !~ '^kysely_' ORDER BY 1`,
    );
    const filled: Record<string, number> = {};
    for (const { name } of tables) {
      const { rowCount } = await client.query(`SELECT 1 FROM "${name}"`);
      if (rowCount) filled[name] = rowCount;
    }
    // Batches stay as the log of what was done; the key is the server's. A workspace that was never filled has the
    // others too, as soon as it was scored.
    expect(filled).toEqual({
      workspace: 1,
      api_key: 1,
      scoring_model: 1,
      scoring_model_activation: 1,
      solution: 1,
      surge_pass: 1,
      topic_state: 1,
      batch: expect.any(Number),
    });
    expect((await client.query('SELECT name, profile FROM workspace')).rows).toEqual([
      { name: 'default', profile: {} },
    ]);
    expect((await client.query('SELECT version, active FROM scoring_model')).rows).toEqual([
      { version: 1, active: true },
    ]);
    expect((await client.query('SELECT 1 FROM batch WHERE undone_at IS NULL OR accepted > 0')).rows).toEqual(
      [],
    );
    await client.end();

    const hot = await runCli(['hot'], { env: env(), prefix });
    expect(hot.stdout).toMatch(/^No accounts yet\./);
    expect((await server.end('SIGINT')).code).toBe(0);
    await expectNothingRunning(folder);
  });

  function superuserUrl(): string {
    const settings = parse<{ port: number; superuserPassword: string }>(
      fs.readFileSync(path.join(folder, 'postgres', 'settings.json'), 'utf8'),
    );
    return `postgres://postgres:${settings.superuserPassword}@127.0.0.1:${settings.port}/undercurrent`;
  }
});
