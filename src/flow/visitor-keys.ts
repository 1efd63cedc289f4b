/** Ids of cookieless visitors: a hash keyed by a random key of the day, which is forgotten within 48 h. */
import { randomBytes } from 'node:crypto';
import { keyedHash } from '../core/id.ts';
import { COOKIELESS } from '../core/privacy.ts';
import type { Tx } from '../store/database.ts';
import * as visitorKeys from '../store/visitor-keys.ts';

const KEEP = 24 * 3_600_000;

/** The keys this process knows of one workspace. Days without one get one, which `settle` stores. */
export class VisitorKeys {
  readonly #known = new Map<string, { key: Buffer; at: number }>();
  #fresh = new Map<string, Buffer>();

  visitorId(day: Date, clues: readonly string[], now: Date): string {
    return COOKIELESS + keyedHash(this.#keyOf(day.toISOString().slice(0, 10), now), clues.join('\u001f'));
  }

  #keyOf(day: string, now: Date): Buffer {
    const known = this.#known.get(day);
    if (known && now.getTime() - known.at < KEEP) return known.key;
    const key = randomBytes(32);
    this.#known.set(day, { key, at: now.getTime() });
    this.#fresh.set(day, key);
    return key;
  }

  /** Whether a key was made that is not stored yet. */
  get unsettled(): boolean {
    return this.#fresh.size > 0;
  }

  /**
   * Stores new keys and takes over the ones that another process had made first: from then on both give a visitor
   * the same id.
   */
  async settle(tx: Tx, now: Date): Promise<void> {
    if (this.#fresh.size === 0) return;
    const fresh = this.#fresh;
    this.#fresh = new Map();
    for (const [day, key] of await visitorKeys.settle(tx, fresh, now))
      this.#known.set(day, { key, at: now.getTime() });
  }
}
