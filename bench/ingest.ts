/**
 * Measured: rows a second that the real server stores of 50-event POSTs over 16 connections, each answered once its
 * events are checked, deduplicated, resolved to accounts and committed; rescoring goes on meanwhile as in production.
 * Baseline: the very same rows, read back and prepared as text beforehand, by COPY → temporary table → INSERT … ON
 * CONFLICT DO NOTHING in batches of 5,000 over one connection, into the same tables and indexes in a second database
 * of the same server, as a superuser whom no row-level security slows down.
 */
import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { close, connect } from '../src/store/database.ts';
import { ensureMonths } from '../src/store/timeline.ts';
import { drive } from './load.ts';
import { compare } from './rounds.ts';
import * as stages from './stage.ts';
import { identifies, inBatches, Traffic, writeAccounts } from './traffic.ts';

const EVENTS = 50_000;
const CHUNK = 5_000;
const HOUR = 3_600_000;

export async function run(stage: stages.Stage): Promise<void> {
  const ours = await stage.database('ingest');
  const theirs = await stage.database('ingest_baseline');
  const client = await stage.client(ours.superuserUrl);
  const rival = await stage.client(theirs.superuserUrl);

  await stages.undercurrent(ours.url, ['import', 'accounts', writeAccounts(stage.folder)]);
  await makeMonths(theirs.url);

  const server = await stage.serveUndercurrent(ours.url);
  const now = new Date();
  const send = (bodies: string[]) =>
    drive({ url: `${server.url}/v1/batch`, key: stages.KEY, bodies, connections: 16 });
  await send(inBatches(identifies(new Date(now.getTime() - 2 * HOUR)), 50));
  const traffic = new Traffic('ingest', 1, new Date(now.getTime() - HOUR), 5);
  await send(inBatches(traffic.take(EVENTS / 2), 50));
  await scored(client);

  let rows: string[] = [];
  await compare({
    title: 'ingest: 50-event POSTs against raw COPY',
    unit: 'rows/s',
    target: 0.4,
    async ours() {
      const bodies = inBatches(traffic.take(EVENTS), 50);
      const { rows: before } = await client.query('SELECT clock_timestamp() AS at');
      await client.query('CHECKPOINT');
      const { seconds } = await send(bodies);
      const scoredAfter = await scored(client);
      rows = await readBack(client, before[0].at as Date);
      return { rate: rows.length / seconds, 'score lag s': scoredAfter };
    },
    async baseline() {
      await rival.query('CHECKPOINT');
      const start = performance.now();
      await copyRaw(rival, rows);
      return { rate: rows.length / ((performance.now() - start) / 1000) };
    },
  });
}

/** The month before and after this one too: events lie within hours of now. */
export async function makeMonths(url: string): Promise<void> {
  const db = await connect(url, { max: 1 });
  const month = (offset: number) => new Date(Date.now() + offset * 31 * 86_400_000);
  await ensureMonths(db, [month(-1), month(0), month(1)]);
  await close(db);
}

/** Waits until nothing is left to score; returns how many seconds that took. */
export async function scored(client: pg.Client): Promise<number> {
  const start = performance.now();
  for (;;) {
    const { rows } = await client.query('SELECT EXISTS (SELECT FROM rescore_request) AS waiting');
    if (!rows[0].waiting) return (performance.now() - start) / 1000;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Signals received since then as lines of COPY's text format, in the order in which they came. */
async function readBack(client: pg.Client, since: Date): Promise<string[]> {
  const stream = client.query(
    copyTo(
      `COPY (SELECT * FROM signal WHERE received_at >= '${since.toISOString()}' ORDER BY received_at, signal_id) TO STDOUT`,
    ),
  );
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(stream, 'end');
  return Buffer.concat(chunks).toString().split('\n').slice(0, -1);
}

async function copyRaw(client: pg.Client, rows: readonly string[]): Promise<void> {
  for (let at = 0; at < rows.length; at += CHUNK) {
    await client.query('BEGIN');
    await client.query('CREATE TEMP TABLE IF NOT EXISTS incoming (LIKE signal) ON COMMIT DELETE ROWS');
    const copy = client.query(copyFrom('COPY incoming FROM STDIN'));
    copy.end(`${rows.slice(at, at + CHUNK).join('\n')}\n`);
    await once(copy, 'finish');
    await client.query('INSERT INTO signal SELECT * FROM incoming ON CONFLICT DO NOTHING');
    await client.query('COMMIT');
  }
}
