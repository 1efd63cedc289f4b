/** What every benchmark plays on: a durable PostgreSQL of its own in a temporary folder, and servers as processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import * as embedded from '../src/edge/embedded-postgres.ts';
import { migrate } from '../src/store/migrate.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** An admin key for servers that live as long as a benchmark. */
export const KEY = 'benchmark-key-of-no-value';

export interface Stage {
  /** A temporary folder for files of the benchmark. */
  folder: string;
  /** A migrated, empty database: as the role the application uses, and as a superuser whom no policy slows down. */
  database(name: string): Promise<{ url: string; superuserUrl: string }>;
  /** A connection; `close` ends it. */
  client(databaseUrl: string): Promise<pg.Client>;
  /** Starts a script in a process of its own that prints its address in a line on stdout; `close` stops it. */
  serve(args: string[], env: Record<string, string>): Promise<Served>;
  /** The server as people run it, without the sample. */
  serveUndercurrent(databaseUrl: string): Promise<Served>;
  close(): Promise<void>;
}

export interface Served {
  /** e.g. `http://127.0.0.1:54321` */
  url: string;
  stop(): Promise<void>;
}

export async function open(): Promise<Stage> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent-bench-'));
  // mkdtemp makes it ours alone; the database may have to run as another user.
  fs.chmodSync(folder, 0o711);
  const database = await embedded.start({ dataDir: folder, durable: true });
  const servers: Served[] = [];
  const clients: pg.Client[] = [];
  const stage: Stage = {
    folder,
    async database(name) {
      const superuser = await stage.client(database.superuserUrl);
      await superuser.query(`CREATE DATABASE ${name} OWNER undercurrent`);
      const url = renamed(database.url, name);
      await migrate(url);
      return { url, superuserUrl: renamed(database.superuserUrl, name) };
    },
    async client(databaseUrl) {
      const client = new pg.Client({ connectionString: databaseUrl });
      await client.connect();
      clients.push(client);
      return client;
    },
    async serve(args, env) {
      const server = await serve(args, env);
      servers.push(server);
      return server;
    },
    serveUndercurrent: (databaseUrl) =>
      stage.serve(['src/cli.ts', 'serve', '--no-sample'], undercurrentEnv(databaseUrl)),
    async close() {
      await Promise.all(servers.map((server) => server.stop()));
      await Promise.all(clients.map((client) => client.end()));
      await database.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
  return stage;
}

function renamed(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function serve(args: string[], env: Record<string, string>): Promise<Served> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const url = await Promise.race([addressIn(child), exited.then(() => null)]);
  if (!url) throw new Error(`${args.join(' ')} ended before it served.`);
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function addressIn(child: ChildProcess): Promise<string | null> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const found = /http:\/\/[\w.:]+/.exec(line);
    if (found) {
      child.stdout!.resume();
      return found[0];
    }
  }
  return null;
}

/** Runs a command of `undercurrent` to its end and returns what it printed with `--json`. */
export async function undercurrent(
  databaseUrl: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, ['src/cli.ts', ...args, '--json'], {
    cwd: ROOT,
    env: { ...process.env, ...undercurrentEnv(databaseUrl), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`undercurrent ${args.join(' ')} failed (${code}).`);
  return JSON.parse(printed) as Record<string, unknown>;
}

const undercurrentEnv = (databaseUrl: string) => ({
  DATABASE_URL: databaseUrl,
  PORT: '0',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'warn',
  NODE_ENV: 'production',
  UNDERCURRENT_ADMIN_KEY: KEY,
});
