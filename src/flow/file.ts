/** A whole file of one source: streamed, in chunks that are each stored for good, as one batch that can be undone. */
import { randomUUID } from 'node:crypto';
import { Invalid } from '../core/errors.ts';
import { type RecordItem, readRecords } from '../core/records.ts';
import type { Adapter } from '../core/signal.ts';
import * as batches from '../store/batches.ts';
import { inWorkspace } from '../store/database.ts';
import * as statistics from '../store/statistics.ts';
import { type Incoming, type Intake, refusalOf, type Taken, take } from './ingest.ts';

/** Records stored in one transaction. */
const CHUNK = 5_000;
/** Signals after which the planner is told of them, at first; then whenever they have doubled. */
const MANY = 50_000;
/** Refusals told one by one; all are counted and kept. */
const TOLD = 1_000;

export interface FileResult extends batches.Counts {
  batch: string;
  refused: Taken['refused'];
  /** Set where the file ended early (truncated gzip, wrong encoding): what came before is stored. */
  error: { code: string; message: string; hint: string } | null;
}

/**
 * Takes in a file. Good records are stored even where others are bad; a file that can't be read at all throws
 * `Invalid` and leaves only the batch that says so. `fileName` is without folder; `-` for standard input.
 */
export async function ingestFile(
  intake: Intake,
  adapter: Adapter,
  settings: unknown,
  chunks: AsyncIterable<Uint8Array>,
  options: {
    fileName?: string;
    clock: () => Date;
    onProgress?: (counts: batches.Counts) => void;
  },
): Promise<FileResult> {
  const { clock, fileName, onProgress } = options;
  const transport = adapter.file;
  if (!transport) {
    throw new Invalid(
      `${adapter.id} takes no files.`,
      adapter.push ? 'Send its messages to /v1 instead.' : 'It is polled: see `undercurrent sources`.',
    );
  }
  const { db, workspace } = intake;
  const id = intake.dryRun
    ? randomUUID()
    : await inWorkspace(db, workspace.id, (tx) =>
        batches.open(tx, { source: adapter.id, transport: 'file', label: fileName ?? null }, clock()),
      );
  const result: FileResult = { ...batches.noCounts(), batch: id, refused: [], error: null };
  const batch = { id, adapter, settings, fileName };
  let analyseAt = MANY;
  const flush = async (records: Incoming[]) => {
    const taken = await take(intake, batch, records, clock());
    batches.addCounts(result, taken);
    if (result.accepted >= analyseAt && !intake.dryRun) {
      analyseAt = 2 * result.accepted;
      await statistics.analyse(db);
    }
    result.refused.push(...taken.refused.slice(0, TOLD - result.refused.length));
    onProgress?.(result);
  };

  let failure: unknown = null;
  let pending: Incoming[] = [];
  try {
    for await (const items of readRecords(chunks, transport)) {
      for (const item of items) pending.push(toIncoming(item));
      if (pending.length >= CHUNK) {
        const full = pending;
        pending = [];
        await flush(full);
      }
    }
    if (pending.length > 0) await flush(pending);
  } catch (error) {
    failure = error;
  }
  const message = failure === null ? null : failure instanceof Error ? failure.message : String(failure);
  await inWorkspace(db, workspace.id, async (tx) => {
    await batches.finish(tx, id, clock(), message);
    await statistics.tellSoon(tx);
  });
  if (result.accepted >= CHUNK && !intake.dryRun) await statistics.analyse(db);
  if (failure !== null) {
    const refusal = refusalOf(failure); // throws on what is not about the file
    if (result.received === 0) throw failure;
    result.error = refusal;
  }
  return result;
}

function toIncoming(item: RecordItem): Incoming {
  const place = `line ${item.line}`;
  if (!item.error) return { place, record: item.record };
  return { place, error: refusalOf(item.error), raw: item.raw };
}
