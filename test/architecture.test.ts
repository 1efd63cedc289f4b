/** What a review would say twice: who may import whom, where SQL, I/O and the environment may be, what files are called. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Folder → the other folders whose files it may import. README.md shows the same table. */
const IMPORTS: Record<string, string[]> = {
  'src/core': [],
  signals: ['src/core'],
  sample: ['src/core'],
  'src/store': ['src/core'],
  'src/flow': ['src/core', 'src/store', 'sample'],
  'src/edge': ['src/core', 'src/store', 'src/flow'],
  schema: ['src/core', 'src/store', 'src/flow'],
  src: ['src/core', 'src/store', 'src/flow', 'src/edge', 'src/cli', 'schema'],
  'src/cli': ['src/core', 'src/store', 'src/flow', 'src/edge', 'src'],
};

/** SQL outside of src/store, and why. */
const SQL_ELSEWHERE = new Map([
  ['src/edge/embedded-postgres.ts', 'makes the role and the database that the store then connects to'],
  ['src/edge/embedded/file-lock.ts', 'an SQLite file is the lock between processes'],
]);
const ENVIRONMENT_ELSEWHERE = new Map([
  ['src/edge/embedded/binaries.ts', 'hands PATH and the temporary folder on to PostgreSQL, and nothing else'],
]);
const INSTALL_SCRIPTS = new Map([
  [
    /^@embedded-postgres\/[\w-]+$/,
    'links its libraries; we do that ourselves, so installing needs no script',
  ],
  [/^msgpackr-extract$/, 'of a development tool, which does without it'],
]);

interface Source {
  /** Relative to the root, with slashes. */
  file: string;
  folder: string;
  lines: number;
  /** Without comments. */
  code: string;
  imports: string[];
}

const sources = ['src', 'signals', 'sample', 'schema', 'scripts', 'bench', 'test']
  .flatMap((folder) => list(folder))
  .filter((file) => /\.(?:ts|mjs)$/.test(file))
  .map(read);
const ours = sources.filter(({ file }) => /^(?:src|signals|sample|schema)\//.test(file));

function list(folder: string): string[] {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}

function read(file: string): Source {
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
  const imports = [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map((found) => found[1]!);
  return { file, folder: folderOf(file), lines: text.split('\n').length - 1, code, imports };
}

/** The longest folder of the table that the file is in. */
function folderOf(file: string): string {
  const folders = Object.keys(IMPORTS).filter((folder) => file.startsWith(`${folder}/`));
  return folders.sort((a, b) => b.length - a.length)[0] ?? file.split('/')[0]!;
}

const found = (pattern: RegExp, among: Source[], except: ReadonlyMap<string, string> = new Map()) =>
  among.filter(({ file, code }) => !except.has(file) && pattern.test(code)).map(({ file }) => file);

test('there is something to look at', () => {
  expect(ours.length).toBeGreaterThan(100);
  for (const folder of Object.keys(IMPORTS)) {
    expect(ours.filter((source) => source.folder === folder).length, folder).toBeGreaterThan(0);
  }
});

describe('who may import whom', () => {
  test.each(Object.entries(IMPORTS))('%s imports only %j', (folder, allowed) => {
    const wrong = ours
      .filter((source) => source.folder === folder)
      .flatMap(({ file, imports }) =>
        imports
          .filter((name) => name.startsWith('.'))
          .map((name) => path.posix.join(path.posix.dirname(file), name))
          .filter((target) => folderOf(target) !== folder && !allowed.includes(folderOf(target)))
          .map((target) => `${file} → ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test('an adapter imports no other adapter', () => {
    const wrong = ours
      .filter(({ folder }) => folder === 'signals')
      .flatMap(({ file, imports }) =>
        imports
          .map((name) => path.posix.join(path.posix.dirname(file), name))
          .filter((to) => to.startsWith('signals/') && to.split('/')[1] !== file.split('/')[1]),
      );
    expect(wrong).toEqual([]);
  });

  test('README.md shows this table', () => {
    const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
    const rows = [...readme.matchAll(/^\| `([\w/]+)` \| ([^|]*) \|$/gm)]
      .filter(([, folder]) => folder! in IMPORTS)
      .map(([, folder, may]) => [folder, [...may!.matchAll(/`([\w/]+)`/g)].map((one) => one[1])]);
    expect(Object.fromEntries(rows)).toEqual(IMPORTS);
  });
});

describe('what may be where', () => {
  const core = ours.filter(({ folder }) => folder === 'src/core');
  const pure = ours.filter(({ folder }) => ['src/core', 'signals', 'sample'].includes(folder));

  test('SQL is in src/store', () => {
    const elsewhere = ours.filter(({ folder }) => folder !== 'src/store');
    const statement =
      /\bSELECT\s+(?:[\w*(]|\$\{)|\bINSERT INTO\b|\bDELETE FROM\b|\bUPDATE\s+\w+\s+SET\b|\b(?:CREATE|ALTER|DROP) TABLE\b/;
    expect(found(statement, elsewhere, SQL_ELSEWHERE)).toEqual([]);
    expect(found(/\.(?:selectFrom|insertInto|updateTable|deleteFrom)\(/, elsewhere)).toEqual([]);
    for (const file of SQL_ELSEWHERE.keys())
      expect(sources.some((source) => source.file === file)).toBe(true);
  });

  test('core, adapters and sample are pure: no I/O, clock, chance or environment', () => {
    const allowed = ['node:crypto', 'node:zlib', 'node:buffer'];
    const io = pure.flatMap(({ file, imports }) =>
      imports
        .filter((name) => name.startsWith('node:') && !allowed.includes(name))
        .map((name) => `${file} imports ${name}`),
    );
    expect(io).toEqual([]);
    expect(found(/\bDate\.now\b|new Date\(\s*\)|\bperformance\.|\bset(?:Timeout|Interval)\(/, pure)).toEqual(
      [],
    );
    expect(found(/\bMath\.random\b|\brandom(?:Bytes|UUID|Int)\b|\bgetRandomValues\b/, pure)).toEqual([]);
    expect(found(/\bprocess\.|\bglobalThis\b/, pure)).toEqual([]);
    expect(found(/(?<![.\w])fetch\(/, core)).toEqual([]); // adapters are handed theirs
  });

  test('the environment is read in src/env.ts', () => {
    const shipped = ours.filter(({ file }) => file !== 'src/env.ts');
    expect(found(/\bprocess\.env\b/, shipped, ENVIRONMENT_ELSEWHERE)).toEqual([]);
  });
});

describe('files', () => {
  test('are kebab-case and not called utils', () => {
    const wrong = sources
      .map(({ file }) => file)
      .filter((file) => {
        const name = path.basename(file).replace(/(?:\.test|\.bench)?\.(?:ts|mjs)$/, '');
        return (
          !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) || /^(?:utils?|helpers?|common|types|misc)$/.test(name)
        );
      });
    expect(wrong).toEqual([]);
  });

  test('have at most 450 lines', () => {
    const shipped = sources.filter(({ file }) => !file.startsWith('test/'));
    expect(shipped.filter(({ lines }) => lines > 450).map(({ file, lines }) => `${file}: ${lines}`)).toEqual(
      [],
    );
  });
});

describe('dependencies', () => {
  const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
  const lock = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };

  test('are pinned exactly', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual(
      [],
    );
  });

  test('run nothing when they are installed', () => {
    const names = Object.entries(lock.packages)
      .filter(([, entry]) => entry.hasInstallScript)
      .map(([folder]) => folder.split('node_modules/').at(-1)!);
    const known = [...INSTALL_SCRIPTS.keys()];
    expect(names.filter((name) => !known.some((pattern) => pattern.test(name)))).toEqual([]);
  });
});
