/** What happens by the clock: nightly scoring, polls, forgetting visitor keys, ends of erasures. Times are UTC. */
import cron from 'node-cron';
import type { Network } from '../core/identity/network.ts';
import type { Adapter } from '../core/signal.ts';
import { finishAll, sweepCopies } from '../flow/erasure.ts';
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

type Work = (workspaceId: string) => Promise<void>;

export function createJobs(parts: JobParts, rescorer: Rescorer): { stop(): Promise<void> } {
  const { db, clock, log } = parts;
  const tasks: { stop(): unknown }[] = [];
  let stopped = false;
  const everywhere = async (name: string, work: Work): Promise<void> => {
    for (const workspaceId of await listWorkspaceIds(db)) {
      if (stopped) return;
      await work(workspaceId).catch((error: unknown) => log.error({ err: error, job: name }, 'job failed'));
    }
  };
  const schedule = (expression: string, name: string, work: Work) => {
    tasks.push(
      cron.schedule(expression, () => everywhere(name, work), { timezone: 'UTC', noOverlap: true, name }),
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
  const endErasures: Work = async (workspaceId) => {
    if ((await finishAll(db, workspaceId, clock, () => !stopped)) > 0) rescorer.poke(workspaceId);
    await sweepCopies(db, workspaceId);
  };
  schedule('*/5 * * * *', 'end-erasures', endErasures);
  const atStart = everywhere('end-erasures', endErasures).catch((error: unknown) =>
    log.error({ err: error }, 'no erasure could be ended; it is tried again in some minutes'),
  );
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
    async stop() {
      stopped = true;
      for (const task of tasks) task.stop();
      await atStart;
    },
  };
}
