/** A GraphQL server over a database of its own, with two workspaces to put things into. */

import { z } from 'zod';
import { createGraphQLHandler } from '../../schema/server.ts';
import { type Adapter, defineAdapter, type Signal } from '../../src/core/signal.ts';
import { openIntake, take } from '../../src/flow/ingest.ts';
import { drain } from '../../src/flow/rescore.ts';
import * as upsert from '../../src/flow/upsert.ts';
import * as batches from '../../src/store/batches.ts';
import { close, connect, inWorkspace } from '../../src/store/database.ts';
import { SCOPES, type Scope } from '../../src/store/keys.ts';
import * as workspaces from '../../src/store/workspaces.ts';
import { freshDatabase } from '../support/database.ts';

export const NOW = new Date('2026-05-20T12:00:00Z');

export const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 86_400_000);

/** Takes signals as they are. */
const teller = defineAdapter<{ token: string; size: number }>({
  id: 'teller',
  title: 'Teller',
  description: 'Tells what it is told.',
  homepage: 'https://teller.example',
  kinds: ['site.pricing_view', 'site.blog_view'],
  settings: z.object({
    token: z.string().meta({ secret: true }).describe('Opens the door.'),
    size: z.number().describe('How much at once.'),
  }),
  file: { format: 'ndjson' },
  normalise: (record) => ({ signals: [record as Signal] }),
}) as Adapter;

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  data: any;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
}

export async function startServer() {
  const database = await freshDatabase();
  const db = await connect(database.url, { max: 4 });
  const readDb = await connect(database.url, { max: 4, pipeline: true });
  const statements: string[] = [];
  const watched = new WeakSet<object>();
  for (const { pool } of [db, readDb]) {
    pool.on('acquire', (client) => {
      if (watched.has(client)) return;
      watched.add(client);
      const query = client.query.bind(client) as (...args: unknown[]) => unknown;
      client.query = ((...args: unknown[]) => {
        const [first] = args as [string | { text: string }];
        statements.push(typeof first === 'string' ? first : first.text);
        return query(...args);
      }) as typeof client.query;
    });
  }
  const logged: object[] = [];
  const touched: string[] = [];
  let time = NOW.getTime();
  const handle = createGraphQLHandler({
    db,
    readDb,
    adapters: new Map([['teller', { adapter: teller, settings: { token: 'open sesame', size: 7 } }]]),
    // Each mutation happens a little later than the one before.
    clock: () => new Date(time++),
    onTouched: (workspaceId) => touched.push(workspaceId),
    log: { error: (details) => logged.push(details) },
    graphiql: false,
  });

  return {
    db,
    readDb,
    /** Connections that are in use. */
    busy: () => [db, readDb].reduce((sum, { pool }) => sum + pool.totalCount - pool.idleCount, 0),
    statements,
    logged,
    touched,
    handle,
    workspace: (slug: string) => workspaces.ensure(db, slug, daysAgo(100)),
    /** Asks as that workspace, with every scope unless said otherwise. */
    async ask(
      workspace: workspaces.Workspace,
      query: string,
      variables: object = {},
      scopes: readonly Scope[] = SCOPES,
      operationName?: string,
    ): Promise<Answer> {
      const request = new Request('http://undercurrent.example/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ query, variables, operationName }),
      });
      const response = await handle(request, { workspace, scopes: new Set(scopes) });
      return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
    },
    /** Accounts and people through the import, signals through ingestion, then all of it scored. */
    async fill(
      workspace: workspaces.Workspace,
      content: { accounts: upsert.AccountInput[]; people?: upsert.PersonInput[]; signals?: Signal[] },
      now = NOW,
    ): Promise<string> {
      await inWorkspace(db, workspace.id, async (tx) => {
        await upsert.upsertAccounts(tx, workspace, content.accounts, null, daysAgo(50));
        await upsert.upsertPeople(tx, workspace, content.people ?? [], null, daysAgo(50));
      });
      const id = await inWorkspace(db, workspace.id, (tx) =>
        batches.open(tx, { source: 'teller', transport: 'file', label: 'told.ndjson' }, now),
      );
      await take(
        openIntake(db, workspace),
        { id, adapter: teller, settings: {} },
        (content.signals ?? []).map((record, at) => ({ place: `line ${at + 1}`, record })),
        now,
      );
      await drain(db, workspace.id, () => now);
      return id;
    },
    async stop() {
      await close(db);
      await close(readDb);
      await database.drop();
    },
  };
}

/** A visit of somebody, with little to write. */
export function visit(id: string, hints: Signal['hints'], days: number, more: Partial<Signal> = {}): Signal {
  return {
    externalId: id,
    kind: 'site.pricing_view',
    occurredAt: daysAgo(days),
    receivedAt: daysAgo(days),
    strength: 1,
    hints,
    ...more,
  };
}
