import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { SettingsInvalid } from '../core/errors.ts';
import * as binariesOf from './embedded/binaries.ts';
import * as fileLock from './embedded/file-lock.ts';
import * as postmaster from './embedded/postmaster.ts';

/** A running embedded database, as one process sees it. */
export interface EmbeddedPostgres {
  /** Database `undercurrent` as the role `undercurrent`, which owns it and is bound by row-level security. */
  url: string;
  /** Database `postgres` as the superuser: for tests and tools that create databases. */
  superuserUrl: string;
  /** Lets go of the database. The last process to do so stops it; returns when it is down. */
  stop(): Promise<void>;
  /** It was running already. */
  joined: boolean;
}

export interface Options {
  /** Folder of this installation's data; created if missing. The database lives in `postgres/` inside. */
  dataDir: string;
  /** Told what takes long or went wrong, a line at a time. */
  log?: (line: string) => void;
  /** `false`: a power cut may lose or ruin the data. For tests. Default `true`. */
  durable?: boolean;
}

const settingsSchema = z.object({
  port: z.number().int(),
  superuserPassword: z.string(),
  password: z.string(),
});
type Settings = z.infer<typeof settingsSchema>;

/** How long to go on trying past leftovers of a PostgreSQL that was killed, e.g. its last processes. */
const LEFTOVERS_MS = 5_000;
/** How long PostgreSQL may take to recover after a crash. */
const RECOVERY_MS = 300_000;

/**
 * Starts the embedded PostgreSQL on `dataDir`, or joins the one that runs on it already, whoever started it.
 * Any number of processes may call this at the same moment. Throws `SettingsInvalid` where it can't run, with
 * PostgreSQL's last words and the remedy, and `Busy` if another process is starting it for over two minutes.
 */
export async function start(options: Options): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => {});
  const durable = options.durable ?? true;
  const layout = prepareFolder(options.dataDir);
  const waiting = () =>
    log('Waiting for another process that is starting or stopping the embedded database.');

  const starting = await fileLock.acquire(path.join(layout.folder, 'start.lock'), waiting);
  try {
    const binaries = binariesOf.locate(layout.folder);
    const settings = await prepareData(layout, binaries, durable, log);
    const running = await run(layout, binaries, settings, durable, log);
    const using = fileLock.tryShared(path.join(layout.folder, 'use.lock'));
    let stopped: Promise<void> | undefined;

    const letGo = async () => {
      const stopping = await fileLock.acquire(path.join(layout.folder, 'start.lock'), waiting);
      try {
        using?.release();
        const alone = fileLock.tryExclusive(path.join(layout.folder, 'use.lock'));
        alone?.release();
        const found = alone && postmaster.find(layout);
        if (found) await postmaster.stop(layout, binaries, found.pid);
      } finally {
        if (running.held !== undefined) fs.closeSync(running.held);
        stopping.release();
      }
    };
    return {
      url: connectionUrl('undercurrent', settings.password, running.port, 'undercurrent'),
      superuserUrl: connectionUrl('postgres', settings.superuserPassword, running.port, 'postgres'),
      joined: running.joined,
      stop: () => {
        running.expectStop();
        stopped ??= letGo();
        return stopped;
      },
    };
  } finally {
    starting.release();
  }
}

function prepareFolder(dataDir: string): postmaster.Layout {
  try {
    fs.mkdirSync(dataDir, { recursive: true });
    // Real, because the path is how we recognise a PostgreSQL that runs on this folder.
    const folder = path.join(fs.realpathSync(dataDir), 'postgres');
    const asRoot = process.getuid?.() === 0;
    fs.mkdirSync(folder, { recursive: true, mode: asRoot ? 0o711 : 0o700 });
    const data = path.join(folder, 'data');
    return {
      folder,
      data,
      log: path.join(folder, 'log'),
      alive: path.join(folder, 'alive'),
      pidFile: path.join(data, 'postmaster.pid'),
    };
  } catch (error) {
    throw new SettingsInvalid(
      `Cannot use the data folder ${dataDir}: ${(error as Error).message}`,
      'Make it writable for this user, or set UNDERCURRENT_DATA to a folder that is.',
      { cause: error },
    );
  }
}

/** Creates the cluster if there is none, and checks that ours can read the one that is there. */
async function prepareData(
  layout: postmaster.Layout,
  binaries: binariesOf.Binaries,
  durable: boolean,
  log: (line: string) => void,
): Promise<Settings> {
  const file = settingsFile(layout);
  if (!fs.existsSync(layout.data)) {
    log('Creating the embedded database …');
    const secret = () => randomBytes(24).toString('hex');
    const settings = { port: await freePort(), superuserPassword: secret(), password: secret() };
    // Before the cluster, which is of no use without its passwords.
    saveSettings(layout, settings);
    await postmaster.create(layout, binaries, settings.superuserPassword, durable);
    return settings;
  }

  const version = readVersion(layout);
  if (version !== binaries.major) {
    throw new SettingsInvalid(
      `The data in ${layout.data} belongs to PostgreSQL ${version}, and this Undercurrent brings ${binaries.major}.`,
      `Dump it with the Undercurrent that wrote it (pg_dump) and load it into an empty folder, or set UNDERCURRENT_DATA to another folder.`,
    );
  }
  const owner = fs.statSync(layout.data).uid;
  if (binaries.owner !== undefined && owner !== binaries.owner && !postmaster.find(layout)) {
    takeOver(layout.data, binaries.owner);
  }
  try {
    return settingsSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch (error) {
    throw new SettingsInvalid(
      `Cannot read the database's passwords from ${file}: ${(error as Error).message}`,
      'Restore this file from a backup of the data folder.',
      { cause: error },
    );
  }
}

function readVersion(layout: postmaster.Layout): string {
  try {
    return fs.readFileSync(path.join(layout.data, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    throw new SettingsInvalid(
      `${layout.data} cannot be read as a PostgreSQL data folder: ${(error as Error).message}`,
      'Start as the user who created it, or set UNDERCURRENT_DATA to another folder.',
      { cause: error },
    );
  }
}

/** The folder moved to where another user has to run PostgreSQL (see `binaries.ts`), so its files change hands. */
function takeOver(folder: string, owner: number): void {
  for (const entry of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    fs.lchownSync(path.join(folder, entry), owner, owner);
  }
  fs.chownSync(folder, owner, owner);
}

const settingsFile = (layout: postmaster.Layout) => path.join(layout.folder, 'settings.json');

function saveSettings(layout: postmaster.Layout, settings: Settings): void {
  const file = settingsFile(layout);
  fs.writeFileSync(`${file}.new`, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600, flush: true });
  postmaster.handOver(layout, `${file}.new`);
  fs.renameSync(`${file}.new`, file);
}

interface Running {
  port: number;
  joined: boolean;
  /** Descriptor that keeps the database up, see `postmaster.hold`. */
  held: number | undefined;
  expectStop(): void;
}

/** Joins the PostgreSQL on this folder if it is up and staying, else launches one. */
async function run(
  layout: postmaster.Layout,
  binaries: binariesOf.Binaries,
  settings: Settings,
  durable: boolean,
  log: (line: string) => void,
): Promise<Running> {
  const started = performance.now();
  const since = () => performance.now() - started;
  const patience = notice(log);
  for (;;) {
    const found = postmaster.find(layout);
    if (!found) return await launch(layout, binaries, settings, durable, log);

    const failure = await provision(found.port, settings);
    if (failure === undefined) {
      let held = postmaster.hold(layout);
      // Nobody to hold on to: the guard is stopping PostgreSQL this very moment, or it was killed too.
      if (held === undefined && since() > 1000) held = await postmaster.guard(layout, found.pid);
      if (held !== undefined || process.platform === 'win32') {
        // The guard may have been on its way when we took hold.
        await sleep(50);
        const still = postmaster.find(layout);
        if (still?.pid === found.pid && still.status === 'ready') {
          return { port: found.port, joined: true, held, expectStop: () => {} };
        }
        if (held !== undefined) fs.closeSync(held);
      }
    } else {
      patience(since());
      if (since() > RECOVERY_MS) throw startFailed(layout, 0, failure.message);
    }
    await sleep(25);
  }
}

async function launch(
  layout: postmaster.Layout,
  binaries: binariesOf.Binaries,
  settings: Settings,
  durable: boolean,
  log: (line: string) => void,
): Promise<Running> {
  const started = performance.now();
  const since = () => performance.now() - started;
  const patience = notice(log);
  if (!(await isFree(settings.port))) await changePort(layout, settings);
  for (;;) {
    postmaster.clearStalePid(layout);
    const logStart = postmaster.logSize(layout);
    const child = postmaster.launch(layout, binaries, settings.port, durable);
    let exit: string | undefined;
    let inUse = false;
    child.once('error', (error) => {
      exit = error.message;
    });
    child.once('exit', (code, signal) => {
      exit = `exit ${code ?? signal}`;
      if (inUse) log(`The embedded database stopped unexpectedly (${exit}); its log is ${layout.log}.`);
    });
    while (exit === undefined && since() < RECOVERY_MS) {
      const failure = await provision(settings.port, settings);
      if (failure === undefined && exit === undefined && child.pid !== undefined) {
        const held = await postmaster.guard(layout, child.pid);
        inUse = true;
        return {
          port: settings.port,
          joined: false,
          held,
          expectStop: () => {
            inUse = false;
          },
        };
      }
      patience(since());
      await sleep(20);
    }
    if (child.pid !== undefined && exit === undefined) await postmaster.stop(layout, binaries, child.pid);

    const words = postmaster.logTail(layout, logStart);
    if (/could not bind|could not create any TCP/i.test(words)) await changePort(layout, settings);
    else if (!/already exists|shared memory block/.test(words)) throw startFailed(layout, logStart, exit);
    if (since() > LEFTOVERS_MS) throw startFailed(layout, logStart, exit);
    await sleep(100);
  }
}

/**
 * Connects as the superuser and sees to the role and the database. Returns the error if PostgreSQL isn't ready;
 * throws any other.
 */
async function provision(port: number, settings: Settings): Promise<Error | undefined> {
  const client = new pg.Client({
    connectionString: connectionUrl('postgres', settings.superuserPassword, port, 'postgres'),
    connectionTimeoutMillis: 5000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ role: boolean; database: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'undercurrent') AS role,
              EXISTS (SELECT FROM pg_database WHERE datname = 'undercurrent') AS database`,
    );
    if (!rows[0]?.role) {
      await client.query(`CREATE ROLE undercurrent LOGIN PASSWORD ${pg.escapeLiteral(settings.password)}`);
    }
    if (!rows[0]?.database) await client.query('CREATE DATABASE undercurrent OWNER undercurrent');
    return undefined;
  } catch (error) {
    const { code = '' } = error as { code?: string };
    // Starting up, shutting down, not listening yet, or cut off by a shutdown.
    if (/^57P0|^08|^ECONN|^EPIPE/.test(code) || /terminated|timeout/.test(String(error))) {
      return error as Error;
    }
    if (code === '28P01') {
      throw new SettingsInvalid(
        'The embedded database refuses the password kept beside it.',
        'Restore settings.json in the data folder from a backup.',
        { cause: error },
      );
    }
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

function notice(log: (line: string) => void): (elapsedMs: number) => void {
  let told = false;
  return (elapsedMs) => {
    if (told || elapsedMs < 3000) return;
    told = true;
    log('The embedded database is recovering from a hard stop …');
  };
}

function startFailed(
  layout: postmaster.Layout,
  logStart: number,
  reason: string | undefined,
): SettingsInvalid {
  return new SettingsInvalid(
    `The embedded database in ${layout.data} does not start (${reason ?? 'no answer'}):\n${postmaster.logTail(layout, logStart)}`,
    `See ${layout.log}; check that the disk has room. Or set DATABASE_URL to a PostgreSQL database of your own.`,
  );
}

function connectionUrl(role: string, password: string, port: number, database: string): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
}

async function changePort(layout: postmaster.Layout, settings: Settings): Promise<void> {
  settings.port = await freePort();
  saveSettings(layout, settings);
}

function isFree(port: number): Promise<boolean> {
  return listenOn(port).then(
    () => true,
    () => false,
  );
}

function freePort(): Promise<number> {
  return listenOn(0);
}

function listenOn(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: given } = server.address() as net.AddressInfo;
      server.close(() => resolve(given));
    });
  });
}
