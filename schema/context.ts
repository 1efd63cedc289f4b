/** What a resolver is handed: who asks, one read-only snapshot for the whole request, and loaders over it. */
import { Busy } from '../src/core/errors.ts';
import type { Adapter } from '../src/core/signal.ts';
import * as database from '../src/store/database.ts';
import type { Scope } from '../src/store/keys.ts';
import type { Workspace } from '../src/store/workspaces.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What the API is built on; the same for every request. */
export interface Deps {
  db: database.Database;
  /** Queries read here; may be a replica. */
  readDb: database.Database;
  adapters: ReadonlyMap<string, { adapter: Adapter; settings: unknown }>;
  clock: () => Date;
  /** Told after every commit that touched accounts. */
  onTouched: (workspaceId: string) => void;
}

/** Who asks, as the key says. */
export interface Auth {
  workspace: Workspace;
  scopes: ReadonlySet<Scope>;
  /** For the audit log. */
  keyName?: string;
}

/**
 * Runs `work` in the request's snapshot, one at a time. `last`: nothing else is going to be read, so the snapshot may
 * be let go of together with it, and `work` sends all its statements at once; whoever reads nevertheless gets a new one.
 */
export type Read = <T>(work: (tx: database.Tx) => Promise<T>, options?: { last?: boolean }) => Promise<T>;

export interface Context extends Deps, Auth {
  read: Read;
  loaders: Loaders;
  /** Ends the snapshot; what asks for it later is refused. Always to be called. */
  finish(): Promise<void>;
}

/** The context of one request. The transaction is begun at the first read, so a mutation alone opens none. */
export function createContext(deps: Deps, auth: Auth): Context {
  let opened: Promise<database.Tx> | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let finished = false;

  const read: Read = (work, { last: isLast = false } = {}) => {
    const result = last.then(async () => {
      // A caller who hung up leaves resolvers behind; the connection may be somebody else's by then.
      if (finished) throw new Busy('The request is over.');
      opened ??= database.begin(deps.readDb, auth.workspace.id, { readOnly: true });
      const tx = await opened;
      const working = Promise.all([tx.opened, work(tx)]);
      if (isLast) {
        opened = null;
        const finish = () => database.finish(tx);
        const ended = tx.client.pipeline ? finish() : working.then(finish, finish);
        return working.then(([, found]) => found).finally(() => ended);
      }
      const [, found] = await working;
      return found;
    });
    last = result.catch(() => {});
    return result;
  };

  return {
    ...deps,
    ...auth,
    read,
    loaders: createLoaders(read, deps.clock),
    async finish() {
      finished = true;
      await last;
      await opened?.then(database.finish, () => {});
    },
  };
}
