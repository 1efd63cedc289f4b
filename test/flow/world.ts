import { Invalid } from '../../src/core/errors.ts';
import type { Adapter, Hints, Identity, Signal, SignalKind } from '../../src/core/signal.ts';
import * as ingest from '../../src/flow/ingest.ts';
import * as rescore from '../../src/flow/rescore.ts';
import * as batches from '../../src/store/batches.ts';
import type { Tx } from '../../src/store/database.ts';
import * as database from '../../src/store/database.ts';
import type { Workspace } from '../../src/store/workspaces.ts';
import * as workspaces from '../../src/store/workspaces.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

/** Noon, so that "some hours ago" is the same UTC day. */
export const NOW = new Date('2026-06-15T12:00:00Z');
export const hours = (n: number, from: Date = NOW): Date => new Date(from.getTime() + n * 3_600_000);
export const days = (n: number, from: Date = NOW): Date => hours(24 * n, from);

/** A record of the test source: JSON, so that it can be a dead letter and come back. */
export interface Event {
  id: string;
  /** ISO; the event's own time too, unless `untimed`. */
  at: string;
  untimed?: boolean;
  kind?: SignalKind;
  strength?: number;
  hints?: Hints;
  /** News of somebody instead of a signal. */
  identity?: Omit<Identity, 'at'>;
  signal?: Partial<Signal>;
  /** Throws this reason, unless the adapter is a mended one. */
  bad?: string;
}

/** A source whose records are `Event`s. */
export function source(id = 'site', options: { mended?: boolean } = {}): Adapter {
  return {
    id,
    title: id,
    description: 'For tests.',
    homepage: 'https://source.example',
    kinds: ['site.page_view'],
    settings: undefined as never,
    file: { format: 'ndjson' },
    normalise(record) {
      const event = record as Event;
      if (event.bad && !options.mended)
        throw new Invalid(event.bad, 'Mend it.', { code: 'BAD', field: 'bad' });
      const at = new Date(event.at);
      const ownTime = event.untimed ? { ownTime: null } : {};
      if (event.identity) return { signals: [], identities: [{ at, ...event.identity }] };
      return {
        signals: [
          {
            externalId: event.id,
            kind: event.kind ?? 'site.page_view',
            occurredAt: at,
            strength: event.strength ?? 1,
            hints: event.hints ?? {},
            ...ownTime,
            ...event.signal,
          },
        ],
      };
    },
  };
}

/** One workspace in a database of its own. */
export class World {
  readonly fresh: FreshDatabase;
  readonly db: database.Database;
  workspace: Workspace;

  constructor(fresh: FreshDatabase, db: database.Database, workspace: Workspace) {
    this.fresh = fresh;
    this.db = db;
    this.workspace = workspace;
  }

  get intake(): ingest.Intake {
    return ingest.openIntake(this.db, this.workspace);
  }

  within<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return database.inWorkspace(this.db, this.workspace.id, work);
  }

  query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return this.within(async (tx) => (await tx.client.query(text, values)).rows);
  }

  openBatch(sourceId = 'site', transport: batches.Transport = 'file', now = NOW): Promise<string> {
    return this.within((tx) => batches.open(tx, { source: sourceId, transport, label: 'test' }, now));
  }

  /** Takes events in as one batch and returns it. */
  async ingest(
    events: readonly Event[],
    options: { adapter?: Adapter; now?: Date; batch?: string; intake?: ingest.Intake } = {},
  ): Promise<{ batch: string; taken: ingest.Taken }> {
    const adapter = options.adapter ?? source();
    const now = options.now ?? NOW;
    const batch = options.batch ?? (await this.openBatch(adapter.id, 'file', now));
    const records = events.map((record, at) => ({ place: `record ${at + 1}`, record }));
    const into = { id: batch, adapter, settings: {} };
    return { batch, taken: await ingest.take(options.intake ?? this.intake, into, records, now) };
  }

  rescore(now = NOW): Promise<number> {
    return rescore.drain(this.db, this.workspace.id, () => now);
  }

  /** Empties every table but the workspace's own row; many small deletes are faster than a TRUNCATE. */
  async clear(): Promise<void> {
    const tables = (await tablesOf(this)).filter(
      (name) => !['workspace', 'person', 'account'].includes(name),
    );
    await this.query([...tables, 'person', 'account'].map((name) => `DELETE FROM ${name}`).join(';'));
  }

  async close(): Promise<void> {
    await database.close(this.db);
    await this.fresh.drop();
  }
}

export async function openWorld(slug = 'default'): Promise<World> {
  const fresh = await freshDatabase();
  const db = await database.connect(fresh.url);
  return new World(fresh, db, await workspaces.ensure(db, slug, days(-400)));
}

export async function tablesOf(world: { db: database.Database }): Promise<string[]> {
  const { rows } = await world.db.pool.query(
    `SELECT c.relname AS name FROM pg_class AS c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id')
     ORDER BY 1`,
  );
  return rows.map((row) => row.name);
}

/** What is bookkeeping of how we came here and not of where we are. */
const BOOKKEEPING = [
  'batch',
  'rescore_request',
  'signal_move',
  'score_history',
  'parent_change',
  'digest',
  'scoring_model',
  'solution',
  'timeline_change',
  'workspace',
];
const CLOCKS = ['updated_at', 'scored_at', 'computed_at', 'ready_since'];

/** Every table but the bookkeeping, row by row as text, in a fixed order. */
export async function contents(world: World, except: string[] = []): Promise<Record<string, string[]>> {
  const tables = await tablesOf(world);
  return world.within(async (tx) => {
    const found: Record<string, string[]> = {};
    for (const table of tables) {
      if (BOOKKEEPING.includes(table) || except.includes(table)) continue;
      const { rows } = await tx.client.query(
        `SELECT (to_jsonb(t) - $1::text[])::text AS row FROM ${table} AS t ORDER BY 1`,
        [CLOCKS],
      );
      found[table] = rows.map((row) => row.row);
    }
    return found;
  });
}
