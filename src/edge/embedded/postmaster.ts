import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SettingsInvalid } from '../../core/errors.ts';
import type { Binaries } from './binaries.ts';

/** Where one embedded database keeps its things, all in one folder. */
export interface Layout {
  folder: string;
  /** PostgreSQL's own data directory. */
  data: string;
  /** What PostgreSQL has to say. */
  log: string;
  /** A named pipe that every process using the database holds open for writing. */
  alive: string;
  pidFile: string;
}

export interface Postmaster {
  pid: number;
  port: number;
  /** PostgreSQL's word: `starting`, `ready`, `stopping` … */
  status: string;
}

const LOG_LIMIT_BYTES = 16 * 1024 * 1024;
/** Above the highest pid a Linux kernel gives out. */
const NO_SUCH_PID = 4194305;

/** Creates the database cluster, whole or not at all. Throws `SettingsInvalid` with initdb's last words. */
export async function create(
  layout: Layout,
  binaries: Binaries,
  superuserPassword: string,
  durable: boolean,
): Promise<void> {
  // A killed initdb leaves half a cluster: it works in a folder of another name, renamed at the end.
  const unfinished = `${layout.data}.unfinished`;
  const passwordFile = `${layout.data}.password`;
  fs.rmSync(unfinished, { recursive: true, force: true });
  fs.mkdirSync(unfinished, { mode: 0o700 });
  fs.writeFileSync(passwordFile, superuserPassword, { mode: 0o600 });
  if (binaries.owner !== undefined) {
    fs.chownSync(unfinished, binaries.owner, binaries.owner);
    fs.chownSync(passwordFile, binaries.owner, binaries.owner);
  }
  const args = [
    `--pgdata=${unfinished}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(durable ? [] : ['--no-sync']),
  ];
  try {
    const { code, output } = await finish(run(binaries, binaries.initdb, args, 'pipe'));
    if (code !== 0) {
      throw new SettingsInvalid(
        `Creating the embedded database in ${layout.data} failed: ${lastLines(output)}`,
        'Check that the disk has at least 100 MB free and that the folder is writable.',
      );
    }
    fs.renameSync(unfinished, layout.data);
  } finally {
    fs.rmSync(passwordFile, { force: true });
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
}

/** A sixteenth of the memory we may use, 128 MB to 1 GB; only what is used of it is taken from the system. */
function buffersInMB(): number {
  const mayUse = Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.round(Math.min(1024, Math.max(128, mayUse / 16 / 1_048_576)));
}

/** Starts PostgreSQL in a session of its own, so that Ctrl-C reaches us first and it outlives us for others. */
export function launch(layout: Layout, binaries: Binaries, port: number, durable: boolean): ChildProcess {
  const settings: Record<string, string> = {
    // Over TCP on the loopback only. No Unix socket: its path may have 107 bytes at most, and a folder in /tmp
    // would have to be guarded and kept alive.
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: `${buffersInMB()}MB`,
    max_wal_size: '4GB',
    // Our statements are short; compiling them costs more than it saves.
    jit: 'off',
    random_page_cost: '1.1',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    fsync: durable ? 'on' : 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: durable ? 'on' : 'off',
  };
  if (fs.existsSync(layout.log) && fs.statSync(layout.log).size > LOG_LIMIT_BYTES) {
    fs.renameSync(layout.log, `${layout.log}.1`);
  }
  const log = fs.openSync(layout.log, 'a', 0o600);
  handOver(layout, layout.log);
  try {
    const args = ['-D', layout.data, '-p', String(port)];
    for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
    const child = run(binaries, binaries.postgres, args, log);
    child.unref();
    return child;
  } finally {
    fs.closeSync(log);
  }
}

/** The PostgreSQL that runs on this folder, whoever started it; `undefined` if none does. */
export function find(layout: Layout): Postmaster | undefined {
  let lines: string[];
  try {
    lines = fs.readFileSync(layout.pidFile, 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isPostmaster(pid, layout)) return undefined;
  return { pid, port: Number(lines[3]), status: (lines[7] ?? 'starting').trim() };
}

/**
 * After a power cut the pid that PostgreSQL left in its lock file may belong to some other program of this user,
 * and PostgreSQL would refuse to start. Only the pid is replaced: the shared memory key in the file still lets
 * PostgreSQL see whether any of its old processes are about.
 */
export function clearStalePid(layout: Layout): void {
  if (process.platform !== 'linux' || !fs.existsSync(layout.pidFile) || find(layout)) return;
  const [, ...rest] = fs.readFileSync(layout.pidFile, 'utf8').split('\n');
  fs.writeFileSync(layout.pidFile, [NO_SUCH_PID, ...rest].join('\n'));
}

/** Stops PostgreSQL: sessions are cut, everything committed is on disk. Returns when it is gone. */
export async function stop(layout: Layout, binaries: Binaries, pid: number): Promise<void> {
  if (process.platform === 'win32') {
    await finish(run(binaries, binaries.pgCtl, ['stop', '-D', layout.data, '-m', 'fast'], 'pipe'));
    return;
  }
  const started = performance.now();
  signal(pid, 'SIGINT');
  let hurried = false;
  while (find(layout)?.pid === pid) {
    // A checkpoint on a slow disk takes its time. After half a minute: leave without one, recover at next start.
    if (!hurried && performance.now() - started > 30_000) {
      hurried = true;
      signal(pid, 'SIGQUIT');
    }
    if (performance.now() - started > 40_000) return;
    await sleep(10);
  }
}

/**
 * Holds the database for this process: as long as anybody does, it stays; when the last one lets go, even by being
 * killed, a small shell that waits at the other end of the pipe stops PostgreSQL. Returns the descriptor to close,
 * or `undefined` if nobody waits at the other end (it was killed, or it is just stopping PostgreSQL).
 */
export function hold(layout: Layout): number | undefined {
  try {
    return fs.openSync(layout.alive, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENXIO' || code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Starts the shell that `hold` talks of, and holds. `undefined` on Windows, which has no named pipes in folders. */
export async function guard(layout: Layout, pid: number): Promise<number | undefined> {
  if (process.platform === 'win32') return undefined;
  fs.rmSync(layout.alive, { force: true });
  if (spawnSync('mkfifo', ['-m', '600', layout.alive]).status !== 0) return undefined;
  handOver(layout, layout.alive);
  const script = 'cat "$1" >/dev/null; read -r pid <"$2" && [ "$pid" = "$3" ] && kill -INT "$3"';
  const shell = spawn('/bin/sh', ['-c', script, 'sh', layout.alive, layout.pidFile, String(pid)], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
  });
  shell.on('error', () => {});
  shell.unref();
  for (let attempt = 0; attempt < 400; attempt++) {
    const held = hold(layout);
    if (held !== undefined) return held;
    await sleep(5);
  }
  return undefined;
}

/** Gives a file we made to the owner of the folder, where root works in an ordinary user's. */
export function handOver(layout: Layout, file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = fs.statSync(layout.folder);
  fs.chownSync(file, uid, gid);
}

/** The end of the log from byte `from` on, to be shown in an error. */
export function logTail(layout: Layout, from: number): string {
  if (!fs.existsSync(layout.log)) return '';
  return lastLines(fs.readFileSync(layout.log).subarray(from).toString());
}

/** Bytes written to the log so far. */
export function logSize(layout: Layout): number {
  return fs.existsSync(layout.log) ? fs.statSync(layout.log).size : 0;
}

function isPostmaster(pid: number, layout: Layout): boolean {
  if (process.platform === 'linux') {
    try {
      const args = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return args.includes('-D') && args.includes(layout.data);
    } catch {
      return false;
    }
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function run(binaries: Binaries, program: string, args: string[], output: 'pipe' | number): ChildProcess {
  const [command = program, ...rest] = [...binaries.prefix, program, ...args];
  return spawn(command, rest, {
    env: binaries.env,
    uid: binaries.uid,
    gid: binaries.gid,
    cwd: path.parse(program).root,
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['ignore', output, output],
  });
}

async function finish(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    output += chunk;
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: null, output: `${output}\n${error.message}` }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-8).join('\n');
}
