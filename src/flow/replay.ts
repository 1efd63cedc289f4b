/** Sends dead letters through again: after a mended adapter or setting they become signals, else they stay. */
import { NotFound } from '../core/errors.ts';
import { readRecords } from '../core/records.ts';
import type { Adapter } from '../core/signal.ts';
import * as batches from '../store/batches.ts';
import { inWorkspace } from '../store/database.ts';
import * as deadLetters from '../store/dead-letters.ts';
import { type Incoming, type Intake, type Taken, take } from './ingest.ts';

export interface Replayed {
  tried: number;
  accepted: number;
  duplicates: number;
  /** Still bad, with the reason of today. */
  refused: Taken['refused'];
}

/** Replays the dead letters of a batch, or all (`null`). `adapters` by id, each with its settings. */
export async function replay(
  intake: Intake,
  adapters: ReadonlyMap<string, { adapter: Adapter; settings: unknown }>,
  batchId: string | null,
  clock: () => Date,
): Promise<Replayed> {
  const { db, workspace } = intake;
  const result: Replayed = { tried: 0, accepted: 0, duplicates: 0, refused: [] };
  const letters = await inWorkspace(db, workspace.id, async (tx) => {
    if (batchId && (await batches.list(tx, { id: batchId })).length === 0)
      throw new NotFound(`No batch ${batchId}.`);
    return deadLetters.list(tx, { batchId: batchId ?? undefined, limit: 1_000_000 });
  });
  for (const group of Map.groupBy(letters, (letter) => `${letter.batchId} ${letter.source}`).values()) {
    const { batchId: id, source, fileName } = group[0]!;
    const known = adapters.get(source);
    if (!known) continue;
    const records: Incoming[] = [];
    for (const letter of group) records.push(await readAgain(letter, known.adapter));
    const taken = await take(
      intake,
      { id, ...known, fileName: fileName ?? undefined },
      records,
      clock(),
      (tx, so) => {
        const still = new Set(so.refused.map((refusal) => refusal.index));
        return deadLetters.remove(
          tx,
          group.filter((_, index) => !still.has(index)).map((letter) => letter.id),
        );
      },
    );
    result.tried += group.length;
    result.accepted += taken.accepted;
    result.duplicates += taken.duplicates;
    result.refused.push(...taken.refused);
  }
  return result;
}

/** The record a dead letter holds, read again if it could not be read before. */
async function readAgain(letter: deadLetters.DeadLetter, adapter: Adapter): Promise<Incoming> {
  const { place } = letter;
  const raw = letter.raw.toString();
  if (letter.parsed) return { place, record: JSON.parse(raw) };
  const error = { code: letter.code, message: letter.reason, hint: letter.hint };
  if (!adapter.file || adapter.file.format === 'csv') return { place, error, raw }; // a CSV row needs its header
  for await (const items of readRecords(bytesOf(letter.raw), adapter.file)) {
    const item = items[0];
    if (item && !item.error) return { place, record: item.record };
  }
  return { place, error, raw };
}

async function* bytesOf(raw: Buffer): AsyncGenerator<Uint8Array> {
  yield raw;
}
