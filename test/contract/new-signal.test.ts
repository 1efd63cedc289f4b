import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { createAdapter } from '../../scripts/new-signal.ts';
import { loadAdapters } from '../../src/edge/adapters.ts';
import { describeContract, listAdapter } from './suite.ts';

// Beside signals/, so that the template's imports of ../../src/core hold; *.tmp is ignored by git.
const signals = new URL(`../../.new-signal-${process.pid}.tmp/`, import.meta.url);
await mkdir(signals);
afterAll(() => rm(signals, { recursive: true }));

const folder = await createAdapter('acme-intent', signals);
const adapter = (await loadAdapters(signals)).get('acme-intent');
if (!adapter) throw new Error('the new adapter was not found');
const { files, inputs } = await listAdapter(folder);
describeContract(adapter, folder, files, inputs);

describe('npm run new-signal', () => {
  test('names the new adapter', () => {
    expect(adapter).toMatchObject({ id: 'acme-intent', title: 'Acme Intent' });
    expect(inputs).toEqual(['export.ndjson']);
  });

  test.each(['', 'Acme', 'acme_intent', '-acme', 'acme--intent', '../acme', 'a/b', '9lives', 'x'.repeat(41)])(
    'refuses the id "%s"',
    async (id) => {
      await expect(createAdapter(id, signals)).rejects.toThrow(/is no id: take lower-case letters/);
      expect(id !== '' && existsSync(new URL(`${id}/`, signals))).toBe(false);
    },
  );

  test('refuses a folder that exists and leaves it alone', async () => {
    await expect(createAdapter('acme-intent', signals)).rejects.toThrow(/exists already/);
    expect((await loadAdapters(signals)).size).toBe(1);
  });
});

describe('loadAdapters names the folder that is wrong', () => {
  test.each([
    ['no default export', 'export const x = 1;', /bad\/index\.ts has no default export/],
    ['another id', 'export default { id: "good", kinds: [], normalise() {} };', /declares the id "good"/],
    [
      'unknown kind',
      'export default { id: "bad", kinds: ["site.nap"], normalise() {} };',
      /unknown kinds site\.nap/,
    ],
    ['no kinds', 'export default { id: "bad", kinds: [], normalise() {} };', /declares no kinds/],
    ['broken code', 'throw new Error("oops");', /bad\/index\.ts can't be loaded: Error: oops/],
  ])('%s', async (_name, code, message) => {
    const parent = await mkdtemp(join(tmpdir(), 'signals-'));
    try {
      await mkdir(join(parent, 'bad'));
      await writeFile(join(parent, 'bad', 'index.ts'), code);
      await expect(loadAdapters(pathToFileURL(`${parent}/`))).rejects.toThrow(message);
    } finally {
      await rm(parent, { recursive: true });
    }
  });
});
