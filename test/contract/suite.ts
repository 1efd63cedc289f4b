/** What every adapter owes, as one suite over a folder; and what its fixtures are run with. */
import { createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Invalid } from '../../src/core/errors.ts';
import { readRecords } from '../../src/core/records.ts';
import {
  type Adapter,
  type Identity,
  KINDS,
  type NormaliseContext,
  type Signal,
  workspaceProfileSchema,
} from '../../src/core/signal.ts';

const keyed = (...parts: string[]): string =>
  createHmac('sha256', 'a key for tests').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

/** A context as the pipeline would make it, with a fixed key. */
export function makeContext(
  adapter: Adapter,
  given: { profile?: unknown; settings?: unknown; receivedAt?: string; fileName?: string | undefined } = {},
): NormaliseContext {
  return {
    settings: adapter.settings.parse(given.settings ?? {}),
    profile: workspaceProfileSchema.parse(given.profile ?? {}),
    receivedAt: new Date(given.receivedAt ?? '2026-11-23T12:00:00Z'),
    fileName: given.fileName,
    fingerprint: (text) => keyed('fingerprint', text),
    visitorId: (day, ...clues) => keyed('visitor', day.toISOString().slice(0, 10), ...clues),
  };
}

const fixtureSchema = z.strictObject({
  fileName: z.string().optional(),
  profile: z.record(z.string(), z.unknown()).default({}),
  settings: z.record(z.string(), z.unknown()).default({}),
  receivedAt: z.iso.datetime(),
  signals: z.array(z.record(z.string(), z.unknown())),
  identities: z.array(z.record(z.string(), z.unknown())).default([]),
  skipped: z.record(z.string(), z.number().int().positive()).default({}),
  rejected: z
    .array(z.strictObject({ line: z.int().optional(), index: z.int().optional(), message: z.string() }))
    .default([]),
});
type Fixture = z.infer<typeof fixtureSchema>;

interface Outcome {
  signals: Signal[];
  identities: Identity[];
  skipped: Record<string, number>;
  rejected: { at: number; message: string }[];
}

type Item = { at: number; record: unknown } | { at: number; error: Invalid };

/** The records of a fixture: an array in `.json`, anything else through the adapter's own file transport. */
async function readFixture(adapter: Adapter, input: URL): Promise<Item[]> {
  if (extname(input.pathname) === '.json') {
    const records = z.array(z.unknown()).parse(JSON.parse(await readFile(input, 'utf8')));
    return records.map((record, at) => ({ at, record }));
  }
  if (!adapter.file)
    throw new Error(`${basename(input.pathname)} needs a file transport, which ${adapter.id} lacks`);
  const items: Item[] = [];
  for await (const batch of readRecords(createReadStream(input), adapter.file)) {
    for (const item of batch) {
      items.push(item.error ? { at: item.line, error: item.error } : { at: item.line, record: item.record });
    }
  }
  return items;
}

function normaliseAll(adapter: Adapter, items: Item[], context: NormaliseContext): Outcome {
  const outcome: Outcome = { signals: [], identities: [], skipped: {}, rejected: [] };
  for (const item of items) {
    try {
      if ('error' in item) throw item.error;
      const found = adapter.normalise(item.record, context);
      outcome.signals.push(...found.signals);
      outcome.identities.push(...(found.identities ?? []));
      if (found.skipped) outcome.skipped[found.skipped] = (outcome.skipped[found.skipped] ?? 0) + 1;
    } catch (error) {
      outcome.rejected.push({ at: item.at, message: explainRejection(error) });
    }
  }
  return outcome;
}

/** Only the caller's mistakes may be thrown; anything else is the adapter's. */
function explainRejection(error: unknown): string {
  if (error instanceof Invalid || error instanceof z.ZodError) return error.message;
  throw error;
}

/** As it would be stored and shown: dates in ISO, nothing undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function freezeDeeply<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freezeDeeply(inner);
  }
  return value;
}

const LIBRARY = /^(?:cheerio|zod|isbot|tldts|csv-parse)(?:\/[a-z/-]+)?$/;
const ALLOWED_IMPORT = /^(?:\.\/[a-z0-9-]+\.ts|\.\.\/\.\.\/src\/core\/[a-z0-9/-]+\.ts)$/;
const FORBIDDEN: [string, RegExp][] = [
  ['the clock: use context.receivedAt', /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\./],
  ['the environment: declare a setting', /\bprocess\.|\bimport\.meta\b/],
  ['timers: the core owns them', /\bset(?:Timeout|Interval|Immediate)\b/],
  ['chance: ids must be stable', /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/],
  ['globals', /\bglobalThis\b|\bglobal\./],
  ['loading at run time', /\brequire\(|\bimport\(/],
];

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function nested(depth: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < depth; level++) value = { data: value, items: [value] };
  return value;
}

const GARBAGE: [string, unknown][] = [
  ['null', null],
  ['undefined', undefined],
  ['a number', 42],
  ['not a number', Number.NaN],
  ['true', true],
  ['an empty text', ''],
  ['a text', 'garbage'],
  ['a text of NUL and half a surrogate', '\u0000\ud800'],
  ['a long text', 'x'.repeat(1_000_000)],
  ['a long text of brackets', '['.repeat(100_000)],
  ['a long text of quotes', '"\\'.repeat(100_000)],
  ['an empty object', {}],
  ['an empty array', []],
  ['an array of nulls', [null, null]],
  ['deep nesting', nested(500)],
  ['a wide object', Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, index]))],
  [
    'keys that aim at the prototype',
    JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  ],
  ['an object without prototype', Object.create(null)],
];

/** Runs the contract over the adapter in `folder` (a URL that ends with a slash). */
export function describeContract(adapter: Adapter, folder: URL, files: string[], inputs: string[]): void {
  describe(adapter.id, () => {
    test('is declared completely', () => {
      expect(adapter.id).toBe(basename(folder.pathname));
      expect(adapter.id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(adapter.title.trim()).not.toBe('');
      expect(adapter.description).toMatch(/^[A-Z].+\.$/s);
      expect(URL.parse(adapter.homepage)?.protocol).toMatch(/^https?:$/);
      expect(adapter.kinds.length).toBeGreaterThan(0);
      expect(Object.keys(KINDS)).toEqual(expect.arrayContaining([...adapter.kinds]));
      expect(new Set(adapter.kinds).size).toBe(adapter.kinds.length);
      if (adapter.poll) expect(adapter.poll.schedule.trim().split(/\s+/).length).toBeGreaterThanOrEqual(5);
    });

    test('settings have defaults and descriptions', () => {
      expect(adapter.settings.parse({})).toBeTypeOf('object');
      if (!(adapter.settings instanceof z.ZodObject)) throw new Error('settings must be a z.object');
      for (const [key, setting] of Object.entries<z.ZodType>(adapter.settings.shape)) {
        expect(setting.description ?? '', `.describe() the setting ${key}`).toMatch(/\S{2,} \S/);
      }
    });

    test('the README tells doubts, and formats where files are read', async () => {
      const readme = await readFile(new URL('README.md', folder), 'utf8');
      if (adapter.file) expect(readme).toMatch(/format/i);
      expect(readme).toMatch(/doubt/i);
    });

    test.each(files)('%s does nothing but normalise', async (file) => {
      const source = withoutComments(await readFile(new URL(file, folder), 'utf8'));
      for (const [, specifier = ''] of source.matchAll(/(?:\bfrom\s*|\bimport\s*)['"]([^'"]+)['"]/g)) {
        const allowed = LIBRARY.test(specifier) || ALLOWED_IMPORT.test(specifier);
        expect(allowed, `${file} imports ${specifier}`).toBe(true);
      }
      for (const [what, pattern] of FORBIDDEN) {
        expect(pattern.exec(source)?.[0], `${file} uses ${what}`).toBeUndefined();
      }
      // A fetch handed to poll is called as context.fetch(…), or taken out of the context by name first.
      const handedIn = /\{[^{}()]*\bfetch\b[^{}()]*\}/.test(source) || /\bfetch: Fetcher\b/.test(source);
      if (!handedIn) expect(source, `${file} fetches by itself`).not.toMatch(/(?<![.\w])fetch\s*\(/);
    });

    test.each(GARBAGE)('refuses or skips %s', (_name, record) => {
      const context = makeContext(adapter);
      const outcome = normaliseAll(adapter, [{ at: 0, record }], context);
      expect(outcome.signals).toEqual([]);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });

    test('has fixtures', () => {
      expect(inputs.length).toBeGreaterThan(0);
    });

    describe.each(inputs)('fixture %s', async (input) => {
      const url = new URL(`fixtures/${input}`, folder);
      const expectedUrl = new URL(`fixtures/${input.slice(0, -extname(input).length)}.expected.json`, folder);
      const fixture: Fixture = fixtureSchema.parse(JSON.parse(await readFile(expectedUrl, 'utf8')));
      const fileName = fixture.fileName ?? (extname(input) === '.json' ? undefined : input);
      const context = makeContext(adapter, { ...fixture, fileName });
      const items = (await readFixture(adapter, url)).map(freezeDeeply);
      const outcome = normaliseAll(adapter, items, context);

      test('yields what is expected', () => {
        expect(plain(outcome.signals)).toMatchObject(fixture.signals);
        expect(outcome.signals).toHaveLength(fixture.signals.length);
        expect(plain(outcome.identities)).toMatchObject(fixture.identities);
        expect(outcome.identities).toHaveLength(fixture.identities.length);
        expect(outcome.skipped).toEqual(fixture.skipped);
        expect(outcome.rejected.map(({ at, message }) => ({ at, message }))).toEqual(
          fixture.rejected.map(({ line, index, message }) => ({
            at: line ?? index,
            message: expect.stringContaining(message),
          })),
        );
      });

      test('the same records yield the same again', () => {
        expect(normaliseAll(adapter, items, context)).toEqual(outcome);
      });

      test('a retry an hour later repeats ids and own times', () => {
        const later = { ...context, receivedAt: new Date(context.receivedAt.getTime() + 3_600_000) };
        const identify = ({ externalId, kind, ownTime, occurredAt }: Signal) => ({
          externalId,
          kind,
          ownTime: ownTime === undefined ? occurredAt : ownTime,
        });
        const again = normaliseAll(adapter, items, later);
        expect(again.signals.map(identify)).toEqual(outcome.signals.map(identify));
      });

      test('external ids are unique', () => {
        const ids = outcome.signals.map((signal) => signal.externalId);
        expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
        expect(ids.filter((id) => id.trim() === '' || id.length > 1_000)).toEqual([]);
      });

      test('signals are well formed', () => {
        for (const signal of outcome.signals) {
          expect(adapter.kinds).toContain(signal.kind);
          expect(signal.strength).toBeGreaterThanOrEqual(0);
          expect(signal.strength).toBeLessThanOrEqual(1);
          for (const date of [signal.occurredAt, signal.ownTime, signal.receivedAt]) {
            if (date) expect(date.getTime()).not.toBeNaN();
          }
          if (signal.sentiment !== undefined) expect(Math.abs(signal.sentiment)).toBeLessThanOrEqual(1);
          expect(signal.topics ?? []).toEqual((signal.topics ?? []).map((topic) => topic.toLowerCase()));
          expect(Object.values(signal.hints).filter((hint) => hint === '')).toEqual([]);
          const attributes = signal.attributes ?? {};
          expect(plain(attributes)).toEqual(attributes);
          // An IP lives in the hints only.
          const { hints, ...stored } = signal;
          if (hints.ip) expect(JSON.stringify(stored)).not.toContain(hints.ip);
        }
        for (const identity of outcome.identities) expect(identity.at.getTime()).not.toBeNaN();
      });
    });
  });
}

/** The code files of an adapter's folder and the inputs among its fixtures. */
export async function listAdapter(folder: URL): Promise<{ files: string[]; inputs: string[] }> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'));
  const fixtures = await readdir(new URL('fixtures/', folder)).catch(() => []);
  const inputs = fixtures.filter(
    (name) => /\.(csv|log|ndjson|json)$/.test(name) && !name.endsWith('.expected.json'),
  );
  return { files: files.sort(), inputs: inputs.sort() };
}
