// Undercurrent's sources are TypeScript, which Node runs from version 24 on. npm installs such a Node as a package
// beside us; this finds it. Plain JavaScript for whatever Node the system has (20 or later).
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const OLDEST_NODE = 24;

/** Whether the Node that runs this is too old for the sources. */
export const isOld = Number(process.versions.node.split('.')[0]) < OLDEST_NODE;

/** Path of the Node that npm installed; `undefined` where there is none for the platform. */
function find() {
  const { platform, arch } = process;
  const name = `${platform === 'win32' ? 'win' : platform}-${arch}`;
  const require = createRequire(import.meta.url);
  for (const candidate of [`node-${name}`, `node-bin-${name}`]) {
    try {
      const manifest = require.resolve(`${candidate}/package.json`);
      return path.join(path.dirname(manifest), require(manifest).bin.node);
    } catch {
      // Not installed under this name.
    }
  }
  return undefined;
}

/** Becomes `node ...args` on a Node that is new enough, as far as the platform allows. */
export function run(args) {
  const node = isOld ? find() : process.execPath;
  if (!node) {
    console.error(
      `Undercurrent needs Node ${OLDEST_NODE} or later, this is ${process.version}, and npm has installed none for ` +
        `${process.platform}-${process.arch}. Install one from https://nodejs.org and run the command again.`,
    );
    process.exit(1);
  }
  // The same process, so that signals and exit codes need no messenger.
  if (process.execve && process.platform !== 'win32') process.execve(node, [node, ...args], process.env);

  const child = spawn(node, args, { stdio: 'inherit' });
  // Ctrl-C in a terminal reaches the child by itself; twice might mean "at once" to it.
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', process.stdin.isTTY ? () => {} : forward);
  process.on('SIGTERM', forward);
  process.on('SIGHUP', forward);
  child.on('error', (error) => {
    console.error(`Cannot run ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + os.constants.signals[signal]));
}
