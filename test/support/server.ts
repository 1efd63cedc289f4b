import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const CLI = path.resolve('src/cli.ts');
/** Starting is most of what a command costs: this takes a third off. */
const COMPILED = path.resolve('node_modules/.cache/undercurrent-tests');

/** The admin key of every server started here. */
export const ADMIN_KEY = 'admin-key-of-the-tests';

/** A command line that ran to its end. */
export interface Finished {
  /** Exit code, or the signal that ended it. */
  code: number | NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when the process is gone. */
  ended: Promise<Finished>;
}

export interface RunOptions {
  env?: Record<string, string>;
  /** What it reads from standard input. */
  input?: string | Uint8Array;
  /** Puts a command before Node, e.g. to run as another user. */
  prefix?: readonly string[];
}

/** Starts `undercurrent …args` as a process of its own with a clean environment. */
export function startCli(args: readonly string[], options: RunOptions = {}): Started {
  const [command, ...rest] = [...(options.prefix ?? []), process.execPath, CLI, ...args];
  const child = spawn(command!, rest, {
    cwd: os.tmpdir(),
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: COMPILED,
      LOG_LEVEL: 'warn',
      PORT: '0',
      ...options.env,
    },
    stdio: 'pipe',
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  // A command that does not read its input may be gone before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code ?? signal, ...texts }));
  return { child, ended, stdout: () => texts.stdout, stderr: () => texts.stderr };
}

/** Runs `undercurrent …args` to its end. */
export const runCli = (args: readonly string[], options: RunOptions = {}): Promise<Finished> =>
  startCli(args, options).ended;

export interface Server extends Started {
  /** Without a slash at the end. */
  url: string;
  /** Sends a signal and waits until the process is gone. */
  end(signal?: NodeJS.Signals): Promise<Finished>;
}

/** Starts `undercurrent serve` on a free port and waits until it says where it is. Throws with what it said instead. */
export async function startServer(
  env: Record<string, string>,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Server> {
  const started = startCli(['serve', ...args], {
    ...options,
    env: { UNDERCURRENT_ADMIN_KEY: ADMIN_KEY, ...env },
  });
  let gone = false;
  void started.ended.then(() => {
    gone = true;
  });
  for (;;) {
    const url = /Undercurrent is at (\S+)/.exec(started.stdout())?.[1];
    if (url) {
      const end = (signal: NodeJS.Signals = 'SIGTERM') => {
        started.child.kill(signal);
        return started.ended;
      };
      return { ...started, url, end };
    }
    if (gone) throw new Error(`serve ended early:\n${started.stdout()}${started.stderr()}`);
    await sleep(20);
  }
}

/** Posts JSON with a key; the answer's status, headers and JSON. */
export async function post(
  url: string,
  body: unknown,
  key: string | null = ADMIN_KEY,
): Promise<{ status: number; headers: Headers; json: Answer }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: body instanceof Uint8Array || typeof body === 'string' ? Buffer.from(body) : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, json: (await response.json()) as Answer };
}

/** What our REST routes answer with. */
export interface Answer {
  success?: boolean;
  error?: { code: string; message: string; hint: string };
  rejected?: {
    index?: number;
    line?: number;
    messageId?: string | null;
    code: string;
    message?: string;
    reason?: string;
    hint: string;
  }[];
  batch?: string;
  received?: number;
  accepted?: number;
  duplicates?: number;
  undone?: { signals: number }[];
}

/** Rows of a statement in the default workspace, seen as the application sees them. */
export async function queryAs<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  workspaceId: string,
  sql: string,
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("SELECT set_config('undercurrent.workspace', $1, false)", [workspaceId]);
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Waits until `check` says so; fails naming `what` after a minute. */
export async function until(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1_200; attempt++) {
    if (await check()) return;
    await sleep(50);
  }
  throw new Error(`waited a minute in vain: ${what}`);
}
