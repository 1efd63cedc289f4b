import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SettingsInvalid } from '../../src/core/errors.ts';
import * as embeddedPostgres from '../../src/edge/embedded-postgres.ts';

const module = pathToFileURL(path.resolve('src/edge/embedded-postgres.ts')).href;
let root: string;
let dataDir: string;
const children: ChildProcess[] = [];
const databases: embeddedPostgres.EmbeddedPostgres[] = [];

beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent embedded '));
  fs.chmodSync(root, 0o711);
  dataDir = path.join(root, 'data of two words');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const database of databases.splice(0)) await database.stop();
});
afterAll(async () => {
  await down();
  fs.rmSync(root, { recursive: true, force: true });
});

async function start(folder = dataDir): Promise<embeddedPostgres.EmbeddedPostgres> {
  const database = await embeddedPostgres.start({ dataDir: folder, durable: false });
  databases.push(database);
  return database;
}

/** Another process that uses the database until it is killed or told to stop through its stdin. */
async function otherProcess(): Promise<{ child: ChildProcess; url: string; joined: boolean }> {
  const script = `
    const db = await (await import(${JSON.stringify(module)})).start({ dataDir: process.argv[1], durable: false });
    console.log(JSON.stringify(db));
    process.stdin.on('data', () => {}).on('end', () => db.stop().then(() => process.exit()));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) return { child, ...JSON.parse(line) };
  throw new Error('the other process ended early');
}

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const pidFile = () => path.join(dataDir, 'postgres', 'data', 'postmaster.pid');

/** Waits until no PostgreSQL is on the folder. */
async function down(): Promise<void> {
  for (let i = 0; i < 500 && fs.existsSync(pidFile()); i++) await sleep(20);
  expect(fs.existsSync(pidFile())).toBe(false);
}

describe('a data folder', () => {
  test('is filled at the first start and kept at the second, on the same port', async () => {
    const first = await start();
    expect(first.joined).toBe(false);
    await query(first.url, 'CREATE TABLE kept (word text); INSERT INTO kept VALUES ($$Müller$$)');
    await first.stop();
    await down();
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'SELECT upper(word) AS word FROM kept')).toEqual([{ word: 'MÜLLER' }]);
    await second.stop();
  });

  test('gives a role that is no superuser and owns its database', async () => {
    const { url, superuserUrl, stop } = await start();
    const sql = `SELECT current_user AS role, rolsuper, rolbypassrls, pg_get_userbyid(datdba) AS owner,
      datcollate, datlocprovider, pg_encoding_to_char(encoding) AS encoding, current_setting('TimeZone') AS zone
      FROM pg_roles, pg_database WHERE rolname = current_user AND datname = 'undercurrent'`;
    const role = { role: 'undercurrent', rolsuper: false, rolbypassrls: false, owner: 'undercurrent' };
    const settings = { datcollate: 'C', datlocprovider: 'b', encoding: 'UTF8', zone: 'UTC' };
    expect(await query(url, sql)).toEqual([{ ...role, ...settings }]);
    expect(await query(superuserUrl, 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')).toEqual([
      { rolsuper: true },
    ]);
    await stop();
  });

  test('listens on the loopback only and asks for its password', async () => {
    const { url, stop } = await start();
    expect(await query(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    const secret = path.join(dataDir, 'postgres', 'settings.json');
    expect(fs.statSync(secret).mode & 0o777).toBe(0o600);
    await stop();
  });

  test('takes another port when its own is taken', async () => {
    const file = path.join(dataDir, 'postgres', 'settings.json');
    const settings = JSON.parse(fs.readFileSync(file, 'utf8')) as { port: number };
    const other = await start(path.join(root, 'other'));
    fs.writeFileSync(file, JSON.stringify({ ...settings, port: Number(new URL(other.url).port) }));
    const { url, stop } = await start();
    expect(new URL(url).port).not.toBe(new URL(other.url).port);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await stop();
    await other.stop();
  });
});

describe('several processes on one folder', () => {
  test('share one database, and the last to leave stops it', async () => {
    const [one, two] = await Promise.all([otherProcess(), otherProcess()]);
    const three = await start();
    expect([one.joined, two.joined].sort()).toEqual([false, true]);
    expect(three.joined).toBe(true);
    const [launcher, joiner] = one.joined ? [two, one] : [one, two];
    launcher.child.stdin?.end();
    await once(launcher.child, 'exit');
    expect(await query(three.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await three.stop();
    expect(await query(joiner.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    joiner.child.stdin?.end();
    await once(joiner.child, 'exit');
    expect(fs.existsSync(pidFile())).toBe(false);
  });

  test('a killed launcher leaves nothing running', async () => {
    const { child } = await otherProcess();
    child.kill('SIGKILL');
    await down();
  });

  test('a killed launcher does not hinder the next start, nor lose what was committed', async () => {
    const { child, url } = await otherProcess();
    await query(url, 'CREATE TABLE committed (n int); INSERT INTO committed VALUES (7)');
    child.kill('SIGKILL');
    const next = await start();
    expect(await query(next.url, 'SELECT n FROM committed')).toEqual([{ n: 7 }]);
    await next.stop();
    expect(fs.existsSync(pidFile())).toBe(false);
  });

  test('a killed PostgreSQL is recovered, even if its pid now belongs to another program', async () => {
    const { child } = await otherProcess();
    const lines = fs.readFileSync(pidFile(), 'utf8').split('\n');
    process.kill(Number(lines[0]), 'SIGKILL');
    child.kill('SIGKILL');
    fs.writeFileSync(pidFile(), [process.pid, ...lines.slice(1)].join('\n'));
    const next = await start();
    expect(next.joined).toBe(false);
    expect(await query(next.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await next.stop();
  });
});

describe('what it refuses', () => {
  test('data of another PostgreSQL version', async () => {
    const folder = path.join(root, 'older');
    fs.mkdirSync(path.join(folder, 'postgres', 'data'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'postgres', 'data', 'PG_VERSION'), '15\n');
    const error = await start(folder).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SettingsInvalid);
    expect(error).toMatchObject({ message: expect.stringContaining('PostgreSQL 15') });
  });

  test('a folder that is a file', async () => {
    const file = path.join(root, 'file');
    fs.writeFileSync(file, '');
    await expect(start(file)).rejects.toBeInstanceOf(SettingsInvalid);
  });

  test('a ruined cluster, in the words of PostgreSQL', async () => {
    const folder = path.join(root, 'ruined');
    await (await start(folder)).stop();
    fs.writeFileSync(path.join(folder, 'postgres', 'data', 'global', 'pg_control'), Buffer.alloc(8192));
    await expect(start(folder)).rejects.toThrow(/incompatible with server/);
  });
});
