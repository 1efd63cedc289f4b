/** Keeps surges up with the scores: told after every pass of these, it judges a workspace again, but not all the time. */
import * as surge from '../flow/surge.ts';
import type { Database } from '../store/database.ts';
import type { Log } from './log.ts';

/** Milliseconds between two passes over a workspace, at least; and as many times as long as the last one took. */
const PAUSE = { least: 30_000, times: 10 };
/** Milliseconds in which what comes at once is gathered. */
const GATHER = 1_000;

export class Surger {
  readonly #db: Database;
  readonly #clock: () => Date;
  readonly #log: Log;
  readonly #onAsked: (workspaceId: string) => void;
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #notBefore = new Map<string, number>();
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  /** `onAsked` is told where scores were asked for, because something began or ceased to surge. */
  constructor(db: Database, clock: () => Date, log: Log, onAsked: (workspaceId: string) => void) {
    this.#db = db;
    this.#clock = clock;
    this.#log = log;
    this.#onAsked = onAsked;
  }

  touch(workspaceId: string): void {
    if (this.#stopped || this.#waiting.has(workspaceId)) return;
    const wait = Math.max(GATHER, (this.#notBefore.get(workspaceId) ?? 0) - performance.now());
    const timer = setTimeout(() => {
      this.#waiting.delete(workspaceId);
      this.#running = this.#running.then(() => this.#refresh(workspaceId));
    }, wait);
    this.#waiting.set(workspaceId, timer.unref());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    await this.#running;
  }

  async #refresh(workspaceId: string): Promise<void> {
    if (this.#stopped) return;
    const start = performance.now();
    try {
      if ((await surge.refresh(this.#db, workspaceId, this.#clock)) > 0) this.#onAsked(workspaceId);
    } catch (error) {
      this.#log.error({ err: error }, 'judging surges failed; it is tried again after the next signals');
    }
    const end = performance.now();
    this.#notBefore.set(workspaceId, end + Math.max(PAUSE.least, PAUSE.times * (end - start)));
    if (await surge.isRestating(this.#db, workspaceId).catch(() => false)) this.touch(workspaceId);
  }
}
