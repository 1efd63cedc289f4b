/** Who is asking: a key in the clear → its workspace and scopes. */
import { Forbidden, Unauthenticated } from '../core/errors.ts';
import { type Database, inWorkspace } from '../store/database.ts';
import * as keys from '../store/keys.ts';

export interface Caller {
  workspaceId: string;
  /** Name of the key. */
  name: string;
  scopes: ReadonlySet<keys.Scope>;
}

/** Milliseconds for which a looked-up key is believed; a revoked one works that much longer. */
const TRUST = 2_000;
const MOST = 10_000;

export class Keyring {
  readonly #db: Database;
  readonly #clock: () => Date;
  readonly #seen = new Map<string, { caller: Promise<Caller | null>; at: number }>();

  constructor(db: Database, clock: () => Date) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Throws `Unauthenticated` for a missing or wrong key, `Forbidden` for one without the scope. */
  async demand(key: string | null, scope: keys.Scope): Promise<Caller> {
    const caller = await this.find(key);
    if (!caller.scopes.has(scope) && !caller.scopes.has('admin')) {
      throw new Forbidden(
        `This key may not ${scope}: its scopes are ${[...caller.scopes].join(', ')}.`,
        `Use a key with the scope \`${scope}\`; make one with \`undercurrent keys create --scopes ${scope}\`.`,
      );
    }
    return caller;
  }

  async find(key: string | null): Promise<Caller> {
    if (!key) {
      throw new Unauthenticated(
        'No key was given.',
        'Send it as `Authorization: Bearer <key>`; make one with `undercurrent keys create`.',
      );
    }
    const now = this.#clock().getTime();
    let known = this.#seen.get(key);
    if (!known || now - known.at > TRUST) {
      if (this.#seen.size >= MOST) this.#seen.clear();
      // Kept while it is looked up: those who come meanwhile wait for the same answer.
      known = { caller: this.#lookUp(key), at: now };
      this.#seen.set(key, known);
      known.caller.catch(() => this.#seen.delete(key));
    }
    const caller = await known.caller;
    if (!caller) {
      throw new Unauthenticated(
        'This key is wrong or revoked.',
        'See `undercurrent keys list`, or make a new one with `undercurrent keys create`.',
      );
    }
    return caller;
  }

  async #lookUp(key: string): Promise<Caller | null> {
    const workspaceId = keys.workspaceOfKey(key);
    const found = await inWorkspace(this.#db, workspaceId, (tx) => keys.find(tx, key), { readOnly: true });
    return found ? { workspaceId, name: found.name, scopes: new Set(found.scopes) } : null;
  }
}

/** The key of an Authorization header: `Bearer <key>`, or Segment's `Basic base64(<key>:)`. */
export function keyOf(authorization: string | undefined | null): string | null {
  if (!authorization) return null;
  const [scheme, rest = ''] = authorization.split(/\s+/, 2);
  if (/^bearer$/i.test(scheme!)) return rest || null;
  if (/^basic$/i.test(scheme!)) return Buffer.from(rest, 'base64').toString().split(':', 1)[0] || null;
  return null;
}
