/** The composition root: puts the parts together for the command line and the server. */
import path from 'node:path';
import { serve as listen } from '@hono/node-server';
import { SettingsInvalid } from './core/errors.ts';
import type { Network } from './core/identity/network.ts';
import type { Adapter } from './core/signal.ts';
import { loadAdapters } from './edge/adapters.ts';
import * as embedded from './edge/embedded-postgres.ts';
import { type IpRanges, openIpRanges, pathsOf, staleness } from './edge/ip-ranges.ts';
import { createJobs } from './edge/jobs.ts';
import { createLog, type Log } from './edge/log.ts';
import { Rescorer } from './edge/rescorer.ts';
import { createServer } from './edge/server.ts';
import { type Env, readAdapterSettings } from './env.ts';
import { type Intake, openIntake } from './flow/ingest.ts';
import { close, connect, type Database, inWorkspace } from './store/database.ts';
import * as keys from './store/keys.ts';
import { migrate } from './store/migrate.ts';
import * as workspaces from './store/workspaces.ts';

export interface Undercurrent {
  env: Env;
  log: Log;
  db: Database;
  readDb: Database;
  workspace: workspaces.Workspace;
  intake: Intake;
  adapters: ReadonlyMap<string, { adapter: Adapter; settings: unknown }>;
  networkOf: (ip: string) => Network | undefined;
  ranges: IpRanges;
  clock: () => Date;
  /** Whether this is the embedded database, and migrations that were applied just now. */
  database: { embedded: boolean; applied: string[] };
  close(): Promise<void>;
}

/** Opens the database (the embedded one unless DATABASE_URL is set), migrates it and loads everything else. */
export async function open(env: Env, talk: (line: string) => void = () => {}): Promise<Undercurrent> {
  const log = createLog(env.LOG_LEVEL);
  const clock = () => new Date();
  const ranges = await openIpRanges(pathsOf(env.GEOIP_DB));
  const networkOf = (ip: string) => ranges.lookup(ip);
  const adapters = new Map(
    [...(await loadAdapters())].map(([id, adapter]) => [
      id,
      { adapter, settings: readAdapterSettings(adapter) },
    ]),
  );
  const own = env.DATABASE_URL ? null : await embedded.start({ dataDir: env.UNDERCURRENT_DATA, log: talk });
  const url = env.DATABASE_URL ?? own!.url;
  const connected: Database[] = [];
  const closeAll = async () => {
    for (const one of connected) await close(one);
    await own?.stop();
  };
  try {
    // Before migrating, because this is what tells in plain words that there is no database.
    const db = await connect(url, { copies: path.join(env.UNDERCURRENT_DATA, 'timeline') });
    connected.push(db);
    const applied = await migrate(url);
    const readDb = await connect(env.DATABASE_READ_URL ?? url, { pipeline: true });
    connected.push(readDb);
    const workspace = await workspaces.ensure(db, workspaces.DEFAULT_SLUG, clock());
    return {
      env,
      log,
      db,
      readDb,
      workspace,
      intake: openIntake(db, workspace, networkOf),
      adapters,
      networkOf,
      ranges,
      clock,
      database: { embedded: own !== null, applied },
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Milliseconds between looks whether an IP database was replaced. */
const RANGES_EVERY = 60_000;

export interface Running {
  url: string;
  /** Starts the jobs: a past that is still being loaded would be scored as of now. */
  begin(): void;
  stop(): Promise<void>;
}

/** Starts the HTTP server; `begin` starts the scheduled jobs. Throws `SettingsInvalid` where the port is taken. */
export async function serve(parts: Undercurrent): Promise<Running> {
  const { env, log, db, clock } = parts;
  const rescorer = new Rescorer(db, clock, log);
  const onTouched = (workspaceId: string) => rescorer.poke(workspaceId);
  // Loaded only here: no other command needs it, and it is the slowest to load.
  const { createGraphQLHandler } = await import('../schema/server.ts');
  const graphql = createGraphQLHandler({
    db,
    readDb: parts.readDb,
    adapters: parts.adapters,
    clock,
    onTouched,
    log,
    graphiql: env.NODE_ENV !== 'production',
  });
  const server = createServer({
    db,
    adapters: parts.adapters,
    networkOf: parts.networkOf,
    clock,
    log,
    onTouched,
    graphql,
    signInOnLoopback: isLoopbackHost(env.HOST),
  });
  const listener = await new Promise<ReturnType<typeof listen>>((resolve, reject) => {
    const starting = listen({ fetch: server.app.fetch, port: env.PORT, hostname: env.HOST }, () =>
      resolve(starting),
    );
    starting.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new SettingsInvalid(
              `Port ${env.PORT} is taken.`,
              `Choose another one: PORT=${env.PORT + 1} npm start`,
            )
          : error,
      ),
    );
  });
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : env.PORT;
  let jobs: ReturnType<typeof createJobs> | null = null;
  for (const warning of staleness(parts.ranges.sources, clock())) log.warn(warning);
  const unwatch = parts.ranges.watch(RANGES_EVERY, (error) =>
    error
      ? log.error(`${error.message} ${error.hint} The old one stays in use.`)
      : log.info('IP databases reloaded'),
  );
  return {
    url: env.PUBLIC_URL ?? `http://${env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST}:${port}`,
    begin() {
      onTouched(parts.workspace.id); // what a crash may have left unscored
      jobs = createJobs(parts, rescorer);
    },
    async stop() {
      await jobs?.stop();
      unwatch();
      await new Promise<void>((resolve) => {
        listener.close(() => resolve());
        if ('closeIdleConnections' in listener) listener.closeIdleConnections();
        // Requests under way get a moment; connections that stay open don't hold us up.
        setTimeout(() => 'closeAllConnections' in listener && listener.closeAllConnections(), 2_000).unref();
      });
      await server.idle();
      await rescorer.stop();
    },
  };
}

export const isLoopbackHost = (host: string): boolean => /^(127\.|localhost$|::1$)/.test(host);

/** The first admin key: the operator's, or a new one, returned in the clear only when it was made just now. */
export async function ensureAdminKey(parts: Undercurrent): Promise<string | null> {
  const secret = parts.env.UNDERCURRENT_ADMIN_KEY;
  return inWorkspace(parts.db, parts.workspace.id, async (tx) => {
    const scopes = [...keys.SCOPES];
    if (secret) {
      await keys.create(tx, { name: 'UNDERCURRENT_ADMIN_KEY', scopes, secret }, parts.clock());
      return null;
    }
    if ((await keys.list(tx)).length > 0) return null;
    return (await keys.create(tx, { name: 'first admin key', scopes }, parts.clock())).key;
  });
}
