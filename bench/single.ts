/**
 * Measured: requests a second that the real server answers with one event each over 64 connections; each is checked,
 * deduplicated, resolved and committed before its answer, which is where gathering many requests into one
 * transaction pays.
 * Baseline (insert-server.ts): the same HTTP library in a process of its own doing the least there is: JSON.parse and
 * one prepared INSERT … ON CONFLICT DO NOTHING per request into the same table over a pool of 10 connections,
 * answered when it is committed; no key, no check, no resolving, as a superuser whom no row-level security slows down.
 */
import { makeMonths, scored } from './ingest.ts';
import { drive, type Load } from './load.ts';
import { compare, type Measured, percentile } from './rounds.ts';
import * as stages from './stage.ts';
import { identifies, inBatches, Traffic } from './traffic.ts';

const EVENTS = 15_000;
const HOUR = 3_600_000;

export async function run(stage: stages.Stage): Promise<void> {
  const ours = await stage.database('single');
  const theirs = await stage.database('single_baseline');
  await makeMonths(theirs.url);
  const client = await stage.client(ours.superuserUrl);
  const server = await stage.serveUndercurrent(ours.url);
  const rival = await stage.serve(['bench/insert-server.ts'], { DATABASE_URL: theirs.superuserUrl });

  const now = new Date();
  const traffic = new Traffic('single', 2, new Date(now.getTime() - HOUR), 20);
  const oneByOne = () => traffic.take(EVENTS).map((event) => JSON.stringify({ batch: [event] }));
  const measure = async (load: Load): Promise<Measured> => {
    await client.query('CHECKPOINT');
    const { seconds, latencies } = await drive(load);
    return { rate: load.bodies.length / seconds, 'p99 ms': percentile(latencies, 0.99) };
  };
  const toOurs = (bodies: string[]): Load => ({
    url: `${server.url}/v1/batch`,
    key: stages.KEY,
    bodies,
    connections: 64,
  });

  await drive(toOurs(inBatches(identifies(new Date(now.getTime() - 2 * HOUR)), 50)));
  await drive(toOurs(oneByOne()));
  await drive({ ...toOurs(oneByOne().slice(0, 2_000)), url: rival.url });
  await scored(client);
  let bodies: string[] = [];
  await compare({
    title: 'single: one event per POST, 64 connections, against one prepared INSERT per request',
    unit: 'requests/s',
    target: 2.5,
    async ours() {
      bodies = oneByOne();
      const measured = await measure(toOurs(bodies));
      await scored(client);
      return measured;
    },
    baseline: () => measure({ ...toOurs(bodies), url: rival.url }),
  });
}
