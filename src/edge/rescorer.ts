/** Keeps scores up with the timeline: poked after every commit, it works off what was asked for, one workspace at a time. */
import { pass } from '../flow/rescore.ts';
import type { Database } from '../store/database.ts';
import type { Log } from './log.ts';
import { Surger } from './surger.ts';

/**
 * Milliseconds in which more touches of the same accounts are gathered: so many times as long as the last pass took,
 * within these bounds. Under load an account is scored once for many touches, and most of the time is left to what
 * comes in.
 */
const GATHER = { times: 3, least: 100, most: 4_000 };
/** Milliseconds until a failed workspace is tried again. */
const AGAIN = 5_000;

export class Rescorer {
  readonly #db: Database;
  readonly #clock: () => Date;
  readonly #log: Log;
  readonly #wanted = new Set<string>();
  #running: Promise<void> | null = null;
  readonly #surger: Surger;
  #stopped = false;

  constructor(db: Database, clock: () => Date, log: Log) {
    this.#db = db;
    this.#clock = clock;
    this.#log = log;
    this.#surger = new Surger(db, clock, log, (workspaceId) => this.poke(workspaceId));
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
    await this.#surger.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    let gather = GATHER.least;
    while (this.#wanted.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, gather));
      const [workspaceId] = this.#wanted;
      if (!workspaceId) return;
      this.#wanted.delete(workspaceId);
      const start = performance.now();
      try {
        const scored = await pass(this.#db, workspaceId, this.#clock, () => !this.#stopped);
        // What was touched meanwhile is the next pass's.
        if (scored > 0 && !this.#stopped) this.#wanted.add(workspaceId);
        if (scored > 0) this.#surger.touch(workspaceId);
      } catch (error) {
        // The requests are still in the database.
        this.#log.error({ err: error }, 'rescoring failed; it is tried again in a moment');
        setTimeout(() => this.poke(workspaceId), AGAIN).unref();
      }
      gather = Math.min(Math.max(GATHER.times * (performance.now() - start), GATHER.least), GATHER.most);
    }
  }
}
