/** Keeps scores up with the timeline: poked after every commit, it works off what was asked for, one workspace at a time. */
import { drain } from '../flow/rescore.ts';
import type { Database } from '../store/database.ts';
import type { Log } from './log.ts';

/** Milliseconds in which more touches of the same accounts are gathered. */
const GATHER = 100;
/** How long it rests after each transaction, as a multiple of what that took. */
const REST = 2;
/** Milliseconds until a failed workspace is tried again. */
const AGAIN = 5_000;

export class Rescorer {
  readonly #db: Database;
  readonly #clock: () => Date;
  readonly #log: Log;
  readonly #wanted = new Set<string>();
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(db: Database, clock: () => Date, log: Log) {
    this.#db = db;
    this.#clock = clock;
    this.#log = log;
  }

  poke(workspaceId: string): void {
    if (this.#stopped) return;
    this.#wanted.add(workspaceId);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  /** Resolves when there is nothing left to score. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wanted.clear();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#wanted.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, GATHER));
      const [workspaceId] = this.#wanted;
      if (!workspaceId) return;
      this.#wanted.delete(workspaceId);
      try {
        let began = performance.now();
        await drain(this.#db, workspaceId, this.#clock, async () => {
          // What arrives goes before what is scored: this takes a part of the time only, and gathers more meanwhile.
          await new Promise((resolve) => setTimeout(resolve, REST * (performance.now() - began)));
          began = performance.now();
          return !this.#stopped;
        });
      } catch (error) {
        // The requests are still in the database.
        this.#log.error({ err: error }, 'rescoring failed; it is tried again in a moment');
        setTimeout(() => this.poke(workspaceId), AGAIN).unref();
      }
    }
  }
}
