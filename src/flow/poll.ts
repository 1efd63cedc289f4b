/** One poll of one source: pages after the cursor, each stored together with the cursor that follows it. */
import { SourceDown, UndercurrentError } from '../core/errors.ts';
import type { Adapter, Fetcher } from '../core/signal.ts';
import * as batches from '../store/batches.ts';
import { inWorkspace } from '../store/database.ts';
import * as sources from '../store/sources.ts';
import { type Intake, take } from './ingest.ts';

/** Pages of one run at most: the next run goes on from the saved cursor. */
const PAGES = 200;

export interface Polled extends batches.Counts {
  batch: string | null;
  error: string | null;
}

/** Polls until the source says there is no more. A failure keeps what was stored and is told in `error`. */
export async function poll(
  intake: Intake,
  adapter: Adapter,
  settings: unknown,
  fetch: Fetcher,
  clock: () => Date,
  onProgress: (counts: batches.Counts) => void = () => {},
): Promise<Polled> {
  const { db, workspace } = intake;
  const transport = adapter.poll;
  if (!transport) throw new SourceDown(`${adapter.id} is not polled.`);
  const result: Polled = { ...batches.noCounts(), batch: null, error: null };
  let { cursor } = await inWorkspace(db, workspace.id, (tx) => sources.state(tx, adapter.id));
  try {
    for (let page = 0; page < PAGES; page++) {
      const now = clock();
      const found = await transport.poll(cursor, { settings, profile: workspace.profile, fetch, now });
      if (found.records.length > 0 && !result.batch) {
        result.batch = await inWorkspace(db, workspace.id, (tx) =>
          batches.open(tx, { source: adapter.id, transport: 'poll', label: now.toISOString() }, now),
        );
      }
      const save = { cursor: found.cursor, polledAt: now, error: null };
      if (result.batch && found.records.length > 0) {
        const records = found.records.map((record, index) => ({ place: `record ${index + 1}`, record }));
        const taken = await take(intake, { id: result.batch, adapter, settings }, records, now, (tx) =>
          sources.saveState(tx, adapter.id, save),
        );
        batches.addCounts(result, taken);
        onProgress(result);
      } else {
        await inWorkspace(db, workspace.id, (tx) => sources.saveState(tx, adapter.id, save));
      }
      cursor = found.cursor;
      if (!found.more) break;
    }
  } catch (error) {
    if (!(error instanceof UndercurrentError)) throw error;
    result.error = `${error.message} ${error.hint}`.trim();
    const state = { cursor, polledAt: clock(), error: result.error };
    await inWorkspace(db, workspace.id, (tx) => sources.saveState(tx, adapter.id, state));
  }
  if (result.batch) {
    await inWorkspace(db, workspace.id, (tx) => batches.finish(tx, result.batch!, clock(), result.error));
  }
  return result;
}
