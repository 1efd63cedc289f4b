/**
 * Gathers what all requests bring while the last transaction is under way and stores it in one: the busier it gets
 * the larger the batches, and a lone request does not wait. A request is answered when its transaction is durable.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Busy } from '../core/errors.ts';
import type { Adapter } from '../core/signal.ts';
import { type Incoming, type Intake, type Taken, take } from '../flow/ingest.ts';
import * as batches from '../store/batches.ts';
import { inWorkspace } from '../store/database.ts';

/** Milliseconds, at most, to wait under load for those who were just answered to come back with more. */
const GATHER = 10;
/** Transactions of a source at once: while one is being committed the next is read and placed. */
const AT_ONCE = 2;
/** Records stored in one transaction, about. */
const FULL = 5_000;
/** Records that may wait before further ones are sent away with 503. */
const LIMIT = 100_000;

interface Waiting {
  records: Incoming[];
  resolve: (refused: Taken['refused']) => void;
  reject: (error: unknown) => void;
}

export class Coalescer {
  readonly #lanes = new Map<string, Lane>();
  readonly #clock: () => Date;
  readonly #onStored: (workspaceId: string) => void;

  constructor(clock: () => Date, onStored: (workspaceId: string) => void) {
    this.#clock = clock;
    this.#onStored = onStored;
  }

  /** Stores records; resolves when they are durable, with those that were refused (`index` within these records). */
  push(intake: Intake, adapter: Adapter, settings: unknown, records: Incoming[]): Promise<Taken['refused']> {
    const key = `${intake.workspace.id} ${adapter.id}`;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = new Lane(intake, adapter, settings, this.#clock, () => this.#onStored(intake.workspace.id));
      this.#lanes.set(key, lane);
    }
    return lane.push(records);
  }

  /** Resolves when everything that waits is stored. */
  async idle(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.idle()));
  }
}

class Lane {
  readonly #intake: Intake;
  readonly #adapter: Adapter;
  readonly #settings: unknown;
  readonly #clock: () => Date;
  readonly #onStored: () => void;
  #waiting: Waiting[] = [];
  #count = 0;
  #day: { day: string; batchId: string } | null = null;
  readonly #running = new Set<Promise<void>>();

  constructor(intake: Intake, adapter: Adapter, settings: unknown, clock: () => Date, onStored: () => void) {
    this.#intake = intake;
    this.#adapter = adapter;
    this.#settings = settings;
    this.#clock = clock;
    this.#onStored = onStored;
  }

  push(records: Incoming[]): Promise<Taken['refused']> {
    if (this.#count >= LIMIT) return Promise.reject(new Busy('More arrives than can be stored just now.'));
    this.#count += records.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, resolve, reject });
      if (this.#running.size >= AT_ONCE) return;
      const run: Promise<void> = this.#run().finally(() => this.#running.delete(run));
      this.#running.add(run);
    });
  }

  /** Resolves when everything that waits is stored. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #run(): Promise<void> {
    // One turn of the event loop, so that requests already read join the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const group: Waiting[] = [];
      let size = 0;
      while (this.#waiting.length > 0 && (size === 0 || size + this.#waiting[0]!.records.length <= FULL)) {
        const next = this.#waiting.shift()!;
        group.push(next);
        size += next.records.length;
      }
      this.#count -= size;
      const start = performance.now();
      await this.#store(group);
      const tail = Math.min(GATHER, (performance.now() - start) / 4);
      if (this.#waiting.length > 0 && this.#count < FULL) await sleep(tail);
    }
  }

  async #store(group: Waiting[]): Promise<void> {
    try {
      const now = this.#clock();
      const records = group.length === 1 ? group[0]!.records : group.flatMap((one) => one.records);
      const id = await this.#batchOf(now);
      const taken = await take(
        this.#intake,
        { id, adapter: this.#adapter, settings: this.#settings },
        records,
        now,
      );
      let from = 0;
      for (const one of group) {
        const to = from + one.records.length;
        const own = taken.refused.filter((refusal) => refusal.index >= from && refusal.index < to);
        one.resolve(own.map((refusal) => ({ ...refusal, index: refusal.index - from })));
        from = to;
      }
      if (taken.accepted > 0) this.#onStored();
    } catch (error) {
      this.#day = null;
      for (const one of group) one.reject(error);
    }
  }

  async #batchOf(now: Date): Promise<string> {
    const day = now.toISOString().slice(0, 10);
    if (this.#day?.day !== day) {
      const batchId = await inWorkspace(this.#intake.db, this.#intake.workspace.id, (tx) =>
        batches.openDay(tx, this.#adapter.id, now),
      );
      this.#day = { day, batchId };
    }
    return this.#day.batchId;
  }
}
