/** What happens by the clock: nightly scoring, polls, forgetting visitor keys. Times are UTC. */
import cron from 'node-cron';
import type { Network } from '../core/identity/network.ts';
import type { Adapter } from '../core/signal.ts';
import { openIntake } from '../flow/ingest.ts';
import { poll } from '../flow/poll.ts';
import { placeDoubtfulAgain } from '../flow/rematch.ts';
import * as surge from '../flow/surge.ts';
import { type Database, inWorkspace, listWorkspaceIds } from '../store/database.ts';
import * as scores from '../store/scores.ts';
import * as visitorKeys from '../store/visitor-keys.ts';
import * as workspaces from '../store/workspaces.ts';
import { createFetcher } from './fetcher.ts';
import type { Log } from './log.ts';
import type { Rescorer } from './rescorer.ts';

export interface JobParts {
  db: Database;
  adapters: ReadonlyMap<string, { adapter: Adapter; settings: unknown }>;
  networkOf: (ip: string) => Network | undefined;
  clock: () => Date;
  log: Log;
}

export function createJobs(parts: JobParts, rescorer: Rescorer): { stop(): void } {
  const { db, clock, log } = parts;
  const tasks: { stop(): unknown }[] = [];
  const schedule = (expression: string, name: string, work: (workspaceId: string) => Promise<void>) => {
    tasks.push(
      cron.schedule(
        expression,
        async () => {
          for (const workspaceId of await listWorkspaceIds(db)) {
            await work(workspaceId).catch((error: unknown) =>
              log.error({ err: error, job: name }, 'job failed'),
            );
          }
        },
        { timezone: 'UTC', noOverlap: true, name },
      ),
    );
  };

  // Ages are whole UTC days, so at midnight every score may change.
  schedule('0 0 * * *', 'score-all', async (workspaceId) => {
    await surge.refresh(db, workspaceId, clock);
    await inWorkspace(db, workspaceId, (tx) => scores.requestAll(tx, clock()));
    rescorer.poke(workspaceId);
  });
  schedule('17 */6 * * *', 'forget-visitor-keys', (workspaceId) =>
    inWorkspace(db, workspaceId, (tx) => visitorKeys.expire(tx, clock())),
  );
  schedule('* * * * *', 'place-again', async (workspaceId) => {
    const workspace = await inWorkspace(db, workspaceId, workspaces.read, { readOnly: true });
    if (workspace && (await placeDoubtfulAgain(db, workspace, clock())) > 0) rescorer.poke(workspaceId);
  });
  for (const { adapter, settings } of parts.adapters.values()) {
    if (!adapter.poll) continue;
    schedule(adapter.poll.schedule, `poll-${adapter.id}`, async (workspaceId) => {
      const workspace = await inWorkspace(db, workspaceId, workspaces.read, { readOnly: true });
      if (!workspace) return;
      const polled = await poll(
        openIntake(db, workspace, parts.networkOf),
        adapter,
        settings,
        createFetcher(),
        clock,
      );
      if (polled.error) log.warn({ source: adapter.id, reason: polled.error }, 'poll ended early');
      if (polled.accepted > 0) rescorer.poke(workspaceId);
    });
  }
  return {
    stop() {
      for (const task of tasks) task.stop();
    },
  };
}
