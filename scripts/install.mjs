// `node scripts/install.mjs [node's arguments …]`: installs what is missing in node_modules, so that a fresh clone
// needs no `npm install`, and then runs the rest on a Node that is new enough. Every npm script starts with this.
// (Not `install && node …`: the shell would remember where it found `node` and miss the one just installed.)
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as ownNode from './own-node.mjs';

/** Scripts that need no development tools. */
const PRODUCTION = ['start', 'cli', 'schema'];

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
install();
if (process.argv.length > 2) ownNode.run(process.argv.slice(2));

function install() {
  const wanted = readLock(path.join(root, 'package-lock.json'));
  // npm writes down what it has put there, and only once it is complete.
  const installed = readLock(path.join(root, 'node_modules', '.package-lock.json'));
  const isMissing = ([folder, entry]) =>
    folder !== '' && !entry.extraneous && installed[folder]?.version !== entry.version;
  // Tools that are there stay, and stay current.
  const withDev =
    !PRODUCTION.includes(process.env.npm_lifecycle_event) ||
    Object.values(installed).some((entry) => entry.dev);
  const isNeeded = ([, entry]) => (entry.optional ? isOurNode(entry) : withDev || !entry.dev);
  if (!Object.entries(wanted).some((entry) => isMissing(entry) && isNeeded(entry))) return;

  console.error(`Installing dependencies${withDev ? '' : ' (production only)'} …`);
  // Not `npm ci`: it empties node_modules first, with the Node this may be running on, and it refuses a lockfile
  // that lacks a package for some other platform. With the lockfile at hand, the versions are the same.
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  args.push('--include=optional', withDev ? '--include=dev' : '--omit=dev');
  const { npm_execpath: npm, npm_node_execpath: node = process.execPath } = process.env;
  const options = { cwd: root, stdio: ['ignore', 2, 2] };
  const result = npm
    ? spawnSync(node, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  if (result.status === 0) return;
  console.error(
    `npm install failed (${result.error?.message ?? `exit ${result.status ?? result.signal}`}). Check that the ` +
      'registry (npm config get registry) can be reached and that this folder is writable, then run the command again.',
  );
  process.exit(1);
}

/** The packages of a lockfile by folder, or none if it isn't there. */
function readLock(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages;
  } catch {
    return {};
  }
}

/** The one optional package that can't be done without, where the system's Node is old. */
function isOurNode({ bin, os, cpu }) {
  if (!ownNode.isOld || !bin?.node) return false;
  return [os].flat().includes(process.platform) && [cpu].flat().includes(process.arch);
}
