import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createJobs } from '../../src/edge/jobs.ts';
import { createLog } from '../../src/edge/log.ts';
import type { Rescorer } from '../../src/edge/rescorer.ts';
import { inWorkspace } from '../../src/store/database.ts';
import * as erasures from '../../src/store/erasures.ts';
import * as timelineCopy from '../../src/store/timeline-copy.ts';
import { hours, NOW, openWorld, type World } from '../flow/world.ts';

let world: World;
let copies: string;
beforeAll(async () => {
  world = await openWorld();
  copies = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent-jobs-'));
});
afterAll(async () => {
  await world.close();
  fs.rmSync(copies, { recursive: true });
});

test('a server that starts ends the erasures of one that was killed, and sweeps its copies', async () => {
  const title = 'Ask Ann Lee';
  await world.ingest([
    { id: '1', at: hours(-1).toISOString(), hints: { domain: 'cedar.example' }, signal: { title } },
  ]);
  const name = { pattern: 'Ann Lee', parts: ['ann lee'] };
  await world.within((tx) =>
    erasures.begin(tx, {
      subject: 'ann',
      actor: 'Kim',
      askedAt: NOW,
      whom: {
        personIds: [],
        keys: [],
        visitors: [],
        said: { emails: [], names: [], phones: [], linkedins: [] },
      },
      searches: { anywhere: name, names: name, letters: name },
      counts: { people: 1, identities: 0, visitors: 0, signals: 0, deadLetters: 0, mentions: 0 },
      accountIds: [],
    }),
  );
  await world.query("UPDATE erasure_task SET worked_at = worked_at - interval '2 minutes'");
  const db = { ...world.db, copies };
  await inWorkspace(db, world.workspace.id, (tx) => timelineCopy.read(tx, copies, timelineCopy.ALL_ACCOUNTS));
  const folder = path.join(copies, world.workspace.id);
  expect(fs.readdirSync(folder)).toHaveLength(1);

  const poked: string[] = [];
  const rescorer = { poke: (id: string) => poked.push(id) } as unknown as Rescorer;
  const parts = { db, adapters: new Map(), networkOf: () => undefined, clock: () => NOW };
  const jobs = createJobs({ ...parts, log: createLog('silent') }, rescorer);
  await vi.waitFor(() => expect(fs.readdirSync(folder)).toEqual([]), 20_000);
  await jobs.stop();
  expect(poked).toEqual([world.workspace.id]);
  expect(await world.query('SELECT title FROM signal')).toEqual([{ title: 'Ask [erased]' }]);
  expect(await world.query('SELECT * FROM erasure_task')).toEqual([]);
});
