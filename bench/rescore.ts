/**
 * Measured: accounts a second that a rescore of all of them scores: asking for them, reading the timeline (from the copy
 * beside the database, which the first one made), every part of the score, its history, stage, groups, hand-over and
 * flags, and writing what changed. First on a new day, when the decay changes every score, then once more at the same
 * moment, when nothing is left to write. Then a preview of a changed model over the same, warm: every account with both.
 * Baseline: PostgreSQL alone, with all its parallel workers: one sum per account of points (a table of values by kind,
 * strength and confidence) decayed by whole days; no caps, actors, origins, fit, reasons or explanation, nothing
 * written. As a superuser whom no row-level security slows down.
 * 2,000 accounts and 200,000 signals; `--full` takes 100,000 and 10 million.
 */
import path from 'node:path';
import type pg from 'pg';
import { defaultModel } from '../src/core/model.ts';
import { preview } from '../src/flow/preview.ts';
import * as rescoreAll from '../src/flow/rescore-all.ts';
import { close, connect, type Database, inWorkspace } from '../src/store/database.ts';
import * as scores from '../src/store/scores.ts';
import { fill, type Size } from './rescore-world.ts';
import { compare, type Measured, ROUNDS } from './rounds.ts';
import type * as stages from './stage.ts';

const SIZE: Size = process.argv.includes('--full')
  ? { accounts: 100_000, signals: 10_000_000 }
  : { accounts: 2_000, signals: 200_000 };
const NOW = new Date('2026-11-23T12:00:00Z');
const DAY = 86_400_000;

const VALUES = Object.entries(defaultModel.kinds)
  .map(([kind, { value, halfLifeDays }]) => `('${kind}', ${value}::float8, ${halfLifeDays}::float8)`)
  .join(', ');

const SUMS = `SELECT count(*) AS accounts, sum(heat) FROM (
  SELECT account_id, sum(v.value * strength * confidence
      * power(2::float8, -floor(extract(epoch FROM ($2::timestamptz - occurred_at)) / 86400)::float8 / v.half)) AS heat
  FROM signal JOIN (VALUES ${VALUES}) AS v (kind, value, half) USING (kind)
  WHERE workspace_id = $1 AND account_id IS NOT NULL AND occurred_at <= $2 GROUP BY account_id) AS sums`;

export async function run(stage: stages.Stage): Promise<void> {
  const database = await stage.database('rescore');
  const superuser = await stage.client(database.superuserUrl);
  const workspaceId = await fill(database.url, superuser, SIZE, NOW);
  const db = await connect(database.url, { copies: path.join(stage.folder, 'timeline') });
  const day = (round: number) => new Date(NOW.getTime() + (round + 1) * DAY);
  const title = `rescore: ${SIZE.accounts.toLocaleString('en')} accounts, ${SIZE.signals.toLocaleString('en')} signals, against a decayed SUM`;
  try {
    const first = await rescore(db, workspaceId, NOW);
    console.log(`the first rescore, which makes the copy: ${first.seconds.toFixed(1)} s`);
    await compare({
      title: `${title}; a new day, so all is written`,
      unit: 'accounts/s',
      target: 1 / 3,
      ours: (round) => rescore(db, workspaceId, day(round)),
      baseline: (round) => sum(superuser, workspaceId, day(round)),
    });
    await compare({
      title: `${title}; once more, so nothing is`,
      unit: 'accounts/s',
      target: 1 / 3,
      ours: () => rescore(db, workspaceId, day(ROUNDS - 1)),
      baseline: () => sum(superuser, workspaceId, day(ROUNDS - 1)),
    });
    await compare({
      title: `${title}; a preview of a changed model`,
      unit: 'accounts/s',
      target: 1,
      ours: () => previewed(db, workspaceId, day(ROUNDS - 1)),
      baseline: () => sum(superuser, workspaceId, day(ROUNDS - 1)),
    });
  } finally {
    await close(db);
  }
}

async function rescore(db: Database, workspaceId: string, asOf: Date): Promise<Rescored> {
  const start = performance.now();
  const peak = watchMemory();
  await inWorkspace(db, workspaceId, (tx) => scores.requestAll(tx, asOf));
  const done = await rescoreAll.run(db, workspaceId, asOf);
  if (done !== SIZE.accounts) throw new Error(`${done} accounts were scored.`);
  return { ...measured(start), 'peak MB': peak() };
}

type Rescored = ReturnType<typeof measured> & { 'peak MB': number };

/** What somebody changes: one value and one half-life. */
const CHANGED = {
  ...defaultModel,
  kinds: {
    ...defaultModel.kinds,
    'site.blog_view': { ...defaultModel.kinds['site.blog_view'], value: 5 },
    'site.pricing_view': { ...defaultModel.kinds['site.pricing_view'], halfLifeDays: 10 },
  },
};

async function previewed(db: Database, workspaceId: string, now: Date): Promise<Rescored> {
  const start = performance.now();
  const peak = watchMemory();
  const { accounts } = await preview(db, workspaceId, CHANGED, 50, now);
  if (accounts !== SIZE.accounts) throw new Error(`${accounts} accounts were compared.`);
  return { ...measured(start), 'peak MB': peak() };
}

/** Returns how much memory this process and its threads had at most, in MB. */
function watchMemory(): () => number {
  let most = 0;
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss() / 1e6);
  };
  look();
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    look();
    return most;
  };
}

async function sum(client: pg.Client, workspaceId: string, asOf: Date): Promise<Measured> {
  const start = performance.now();
  const { rows } = await client.query(SUMS, [workspaceId, asOf]);
  if (Number(rows[0].accounts) !== SIZE.accounts)
    throw new Error(`${rows[0].accounts} accounts were summed.`);
  return measured(start);
}

function measured(start: number): { rate: number; seconds: number } {
  const seconds = (performance.now() - start) / 1000;
  return { rate: SIZE.accounts / seconds, seconds };
}
