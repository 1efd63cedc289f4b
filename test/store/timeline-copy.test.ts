import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rowsOf } from '../../src/core/scoring/evidence.ts';
import { merge, unmerge } from '../../src/flow/merge.ts';
import { undo } from '../../src/flow/undo.ts';
import * as accounts from '../../src/store/accounts.ts';
import { inWorkspace } from '../../src/store/database.ts';
import * as scores from '../../src/store/scores.ts';
import * as timeline from '../../src/store/timeline.ts';
import * as timelineCopy from '../../src/store/timeline-copy.ts';
import { type Event, hours, NOW, openWorld, type World } from '../flow/world.ts';

let world: World;
let folder: string;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  await world.clear();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent-timeline-'));
});
afterAll(() => world.close());

/** Accounts at which nothing happens, so that what changes is a small part. */
const quiet: Event[] = Array.from({ length: 60 }, (_, n) => ({
  id: `quiet ${n}`,
  at: hours(-n - 1).toISOString(),
  hints: { domain: `quiet-${n}.example`, anonymousId: `somebody ${n}` },
}));
const visit = (id: string, domain: string, rest: Partial<Event['hints'] & object> = {}): Event => ({
  id,
  at: hours(-1).toISOString(),
  hints: { domain, ...rest },
  signal: { topics: ['crm'] },
});

const files = () =>
  fs.existsSync(path.join(folder, world.workspace.id))
    ? fs
        .readdirSync(path.join(folder, world.workspace.id))
        .map((name) => path.join(folder, world.workspace.id, name))
    : [];
/** Changes with each making of a file. */
const made = () =>
  files().map((file) => {
    const { ino, mtimeNs } = fs.statSync(file, { bigint: true });
    return `${ino} ${mtimeNs}`;
  });

const readAll = (parts = 1) =>
  inWorkspace(
    world.db,
    world.workspace.id,
    async (tx) => {
      const ranges = await timelineCopy.ranges(tx, folder, 1_000_000, parts);
      const read: timelineCopy.Timeline[] = [];
      for (const range of ranges) read.push(await timelineCopy.read(tx, folder, range));
      const ids = await accounts.allIds(tx);
      const direct = await timeline.evidence(tx, ids);
      const byAccount = ids.map((id) => {
        const at = ranges.findIndex(({ first, last }) => first <= id && id <= last);
        return { copied: rowsOf(read[at]!.evidenceOf(id)), direct: direct.get(id)! };
      });
      return { ranges, byAccount };
    },
    { readOnly: true },
  );

async function expectTrue(parts = 1): Promise<number> {
  const { byAccount } = await readAll(parts);
  for (const { copied, direct } of byAccount) {
    expect(copied).toEqual(direct.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
  }
  return byAccount.reduce((sum, { direct }) => sum + direct.length, 0);
}

const company = fc.constantFrom('ash', 'birch', 'cedar');
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('visit' as const),
      company,
      who: fc.constantFrom(null, 'ann', 'bob'),
      browser: fc.constantFrom(null, 'b1', 'b2'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('identify' as const),
      company,
      who: fc.constantFrom('ann', 'bob'),
      browser: fc.constantFrom('b1', 'b2'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('merge' as const), into: company, from: company }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('unmerge' as const), company }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('undo' as const), nth: fc.nat(20) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function live(one: Step, n: number, batches: string[]): Promise<void> {
  const homeOf = async (name: string) =>
    (await world.within((tx) => accounts.idsByDomain(tx, [`${name}.example`]))).get(`${name}.example`);
  if (one.what === 'visit' || one.what === 'identify') {
    const { company, who, browser } = one;
    const email = who ? `${who}@${company}.example` : undefined;
    const event: Event =
      one.what === 'visit'
        ? visit(`v${n}`, `${company}.example`, {
            ...(email ? { email } : {}),
            ...(browser ? { anonymousId: browser } : {}),
          })
        : { id: `i${n}`, at: hours(-1).toISOString(), identity: { anonymousId: browser!, email: email! } };
    batches.push((await world.ingest([event])).batch);
  } else if (one.what === 'merge') {
    const [into, from] = [await homeOf(one.into), await homeOf(one.from)];
    if (!into || !from || into.id === from.id || from.id !== from.homeId) return;
    await world.within((tx) => merge(tx, world.workspace, into.id, [from.homeId], NOW));
  } else if (one.what === 'unmerge') {
    const home = await homeOf(one.company);
    if (!home || home.id === home.homeId) return;
    await world.within((tx) => unmerge(tx, world.workspace, home.homeId, NOW));
  } else if (batches.length > 0) {
    await undo(world.db, world.workspace, batches.splice(one.nth % batches.length, 1)[0]!, NOW);
  }
}

test('is what the tables hold after whatever happens, scored in between or not', async () => {
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, fc.boolean(), fc.boolean()), { minLength: 4, maxLength: 12 }),
      async (steps) => {
        await world.clear();
        fs.rmSync(folder, { recursive: true, force: true });
        await world.ingest(quiet);
        await world.rescore();
        const batches: string[] = [];
        await expectTrue();
        for (const [n, [one, scored, looked]] of steps.entries()) {
          await live(one, n, batches);
          if (scored) await world.rescore();
          const before = made();
          if (looked) await expectTrue();
          if (looked && made().join() === before.join()) kept++;
        }
        await expectTrue();
      },
    ),
    { numRuns: 25 },
  );
  expect(kept).toBeGreaterThan(20);
}, 120_000);

describe('a file', () => {
  beforeEach(async () => {
    await world.ingest(quiet);
    await world.rescore();
    await expectTrue(4);
  });

  test('is kept for each part of the accounts, only for its owner to read', () => {
    expect(files().length).toBe(4);
    expect(files().map((file) => fs.statSync(file).mode & 0o777)).toEqual([0o600, 0o600, 0o600, 0o600]);
  });

  test('is not made again for a few new signals, nor for a new day', async () => {
    const before = made();
    await world.ingest([visit('new', 'quiet-1.example'), visit('other', 'new.example')]);
    await world.rescore();
    await world.within((tx) => scores.requestAll(tx, NOW));
    await world.rescore();
    expect(await expectTrue(4)).toBe(62);
    expect(made()).toEqual(before);
  });

  test('is made again when much changed', async () => {
    const before = made();
    await world.ingest(quiet.map((one) => ({ ...one, id: `again ${one.id}` })));
    expect(await expectTrue(4)).toBe(120);
    for (const file of made()) expect(before).not.toContain(file);
  });

  test('is no longer used, and swept away, once it is discarded', async () => {
    const before = made();
    await world.within((tx) => timelineCopy.discard(tx));
    await world.within((tx) => timelineCopy.sweep(tx, folder));
    expect(files()).toEqual([]);
    await expectTrue(4);
    expect(files().length).toBe(4);
    for (const file of made()) expect(before).not.toContain(file);
    await world.within((tx) => timelineCopy.sweep(tx, folder));
    expect(files().length).toBe(4);
  });

  test('is swept away though others are gone, and half of one once nobody writes it', async () => {
    await world.within((tx) => timelineCopy.discard(tx));
    fs.rmSync(files().sort()[0]!);
    const [young, old] = ['1-0', '2-0'].map((writer) => `${files()[0]!}.${writer}`);
    for (const file of [young!, old!]) fs.writeFileSync(file, 'half');
    fs.utimesSync(old!, new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000));
    await world.within((tx) => timelineCopy.sweep(tx, folder));
    expect(files()).toEqual([young]);
  });

  test.each([
    ['is cut short', (file: string) => fs.truncateSync(file, 5000)],
    ['is empty', (file: string) => fs.truncateSync(file, 0)],
    ['is of another database', (file: string) => spoil(file, (header) => ({ ...header, identity: 'x' }))],
    ['is of another range', (file: string) => spoil(file, (header) => ({ ...header, last: 'x' }))],
  ])('that %s is made again', async (_name, change) => {
    for (const file of files()) change(file);
    const before = made();
    await expectTrue(4);
    for (const file of made()) expect(before).not.toContain(file);
  });

  test('that can’t be written is done without', async () => {
    fs.rmSync(folder, { recursive: true });
    fs.writeFileSync(folder, 'no folder');
    await expectTrue(4);
    fs.rmSync(folder);
  });
});

function spoil(file: string, change: (header: object) => object): void {
  const bytes = fs.readFileSync(file);
  const header = JSON.parse(bytes.subarray(0, 4096).toString());
  bytes.write(JSON.stringify(change(header)).padEnd(4096), 0);
  fs.writeFileSync(file, bytes);
}
