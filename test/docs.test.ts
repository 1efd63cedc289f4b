/** Documentation is run and compared: what README.md tells people to type works, and what it lists is what there is. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadAdapters } from '../src/edge/adapters.ts';
import { environmentTable, sourcesTable } from './support/readme-tables.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');
const list = (folder: string) => fs.readdirSync(path.join(root, folder));

const readme = read('README.md');
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...list('docs').flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
  ...list('signals').map((name) => `signals/${name}/README.md`),
];
const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((found) => found[1]!.trimEnd());
/** Everything in backticks or in a block of commands. */
const quoted = (text: string) => [...text.matchAll(/```sh\n[\s\S]*?```|`[^`\n]+`/g)].map(([found]) => found);

test('README.md has the tables that the code makes', async () => {
  expect(readme).toContain(sourcesTable((await loadAdapters()).values()));
  expect(readme).toContain(environmentTable());
});

test('README.md stays short and plain', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(170);
  for (const file of documents) {
    expect(read(file), file).not.toMatch(/\b(?:powerful|seamless|robust|blazing|effortless|cutting-edge)/i);
  }
});

describe.each(documents)('%s', (file) => {
  const text = read(file);

  test('links to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((found) => found[1]!);
    const local = links.filter((link) => !/^(?:https?:|mailto:|#)/.test(link));
    const missing = local.filter((link) => {
      const target = path.join(root, path.dirname(file), link.replace(/#.*$/, ''));
      return !fs.existsSync(target);
    });
    expect(missing).toEqual([]);
  });

  test('names files that are there', () => {
    const paths = quoted(text).flatMap((code) => [
      ...code.matchAll(
        /(?<![\w/.-])(?:src|schema|sample|docs|test|bench|migrations|scripts|dashboard)\/[\w./-]*\w/g,
      ),
    ]);
    expect(paths.map(([name]) => name).filter((name) => !fs.existsSync(path.join(root, name)))).toEqual([]);
  });

  test('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = quoted(text).flatMap((code) =>
      [...code.matchAll(/\bnpm (?:run (?:--silent )?)?([a-z][a-z-]*)/g)].map((found) => found[1]!),
    );
    const npmsOwn = ['install', 'ci'];
    expect(named.filter((name) => !(name in scripts) && !npmsOwn.includes(name))).toEqual([]);
  });

  test('names commands that the help lists', async () => {
    const named = quoted(text).flatMap((code) =>
      [...code.matchAll(/(?:\bnpm run (?:--silent )?cli --|\bundercurrent) ([a-z]+)(?: ([a-z]+))?/g)].map(
        ([, command, sub]) => [command!, sub],
      ),
    );
    const help = await helpOf();
    const unknown = named.filter(([command]) => !new RegExp(`^ {2}${command}\\b`, 'm').test(help));
    expect(unknown).toEqual([]);
    for (const [command, sub] of named) {
      if (command !== 'keys' && command !== 'digest') continue;
      if (sub) expect(await helpOf(command)).toMatch(new RegExp(`^ {2}${sub}\\b`, 'm'));
    }
  });
});

async function helpOf(...command: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, ['src/cli.ts', ...command, '--help'], { cwd: root });
  return stdout;
}

describe('the commands of README.md, in their order', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let port: number;
  let server: ChildProcess | undefined;
  let said = '';

  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent-readme-'));
    fs.chmodSync(folder, 0o711); // the database may have to run as another user
    port = await freePort();
    env = { ...process.env, UNDERCURRENT_DATA: folder, PORT: String(port) };
    for (const name of Object.keys(env)) {
      if (/^(?:npm_|VITEST)|^(?:NODE_ENV|NODE_OPTIONS|DATABASE_URL|UNDERCURRENT_ADMIN_KEY)$/.test(name))
        delete env[name];
    }
  });

  afterAll(async () => {
    if (server && server.exitCode === null) {
      const gone = new Promise((resolve) => server!.once('exit', resolve));
      // The whole group, as Ctrl-C does it: npm, its shell and what they started.
      process.kill(-server.pid!, 'SIGINT');
      await gone;
    }
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
  }, 60_000);

  test('there are some, and the first one starts everything', async () => {
    expect(blocks.length).toBeGreaterThan(2);
    expect(blocks[0]).toBe('npm start');
    server = spawn('npm', ['start'], {
      cwd: root,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      server!.stdout!.on('data', (chunk: Buffer) => {
        said += chunk;
        if (said.includes('(Ctrl-C stops it)')) resolve();
      });
      server!.once('exit', (code) => reject(new Error(`npm start ended with ${code}\n${said}`)));
    });
    expect(said).toMatch(/^ {2}1\. {3}\d\d\.\d █+░* .+ [\w-]+\.example/m);
    expect(said).toMatch(/ points, \d+ % of heat$/m);
    expect(said).toContain(`Undercurrent is at http://127.0.0.1:${port} (Ctrl-C stops it).`);
  }, 90_000);

  test.each(blocks.slice(1))(
    '%s',
    async (block) => {
      const script = block.replaceAll('127.0.0.1:4000', `127.0.0.1:${port}`);
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: root, env });
      if (block.includes('explain')) expect(stdout).toMatch(/^heat \d+\.\d \(\w+\), [\d.]+ points as of /m);
      // The sample is gone by then, and what was brought besides is not.
      if (block.includes('/graphql'))
        expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/"accounts".*tallgrass/i);
    },
    90_000,
  );
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
