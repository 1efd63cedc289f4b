/** The HTTP side: routes, who may call them, and errors as `{error: {code, message, hint}}`. */
import { readFile } from 'node:fs/promises';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { Invalid, NotFound, TooLarge, UndercurrentError } from '../core/errors.ts';
import type { Network } from '../core/identity/network.ts';
import type { Adapter } from '../core/signal.ts';
import { browserWord, readMessages, type TrackingVerb } from '../core/tracking.ts';
import { ingestFile } from '../flow/file.ts';
import { type Incoming, type Intake, openIntake } from '../flow/ingest.ts';
import { SAMPLE } from '../flow/sample.ts';
import { undo } from '../flow/undo.ts';
import * as batches from '../store/batches.ts';
import { type Database, inWorkspace } from '../store/database.ts';
import type { Scope } from '../store/keys.ts';
import { pending } from '../store/migrate.ts';
import * as workspaces from '../store/workspaces.ts';
import { type Caller, Keyring, keyOf } from './auth.ts';
import { readJson } from './body.ts';
import { Coalescer } from './coalescer.ts';
import type { Log } from './log.ts';

/** A batch of messages may have 500 KB. */
const MOST_BATCH = 500 * 1024;
/** A GraphQL request, with its variables. */
const MOST_GRAPHQL = 1024 * 1024;

export interface ServerParts {
  db: Database;
  adapters: ReadonlyMap<string, { adapter: Adapter; settings: unknown }>;
  networkOf: (ip: string) => Network | undefined;
  clock: () => Date;
  log: Log;
  /** Told after every commit that touched accounts. */
  onTouched: (workspaceId: string) => void;
  graphql: (
    request: Request,
    auth: { workspace: workspaces.Workspace; scopes: ReadonlySet<Scope>; keyName: string },
  ) => Promise<Response>;
  /** Whether to let the dashboard in without a key on loopback, where the workspace holds the sample. */
  signInOnLoopback: boolean;
}

const VERBS: Record<string, TrackingVerb> = {
  identify: 'identify',
  i: 'identify',
  track: 'track',
  t: 'track',
  page: 'page',
  p: 'page',
  screen: 'screen',
  s: 'screen',
  group: 'group',
  g: 'group',
  alias: 'alias',
  a: 'alias',
  batch: 'batch',
  b: 'batch',
};

const DASHBOARD = new URL('../../dashboard/', import.meta.url);
const PAGES: Record<string, { file: string; type: string }> = {
  '/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/main.js': { file: 'main.js', type: 'text/javascript; charset=utf-8' },
  '/style.css': { file: 'style.css', type: 'text/css; charset=utf-8' },
  '/favicon.svg': { file: 'favicon.svg', type: 'image/svg+xml' },
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

type Bound = { Bindings: Partial<HttpBindings> };

export interface Server {
  app: Hono<Bound>;
  /** Resolves when every accepted push is stored. */
  idle(): Promise<void>;
}

export function createServer(parts: ServerParts): Server {
  const { db, adapters, clock, log } = parts;
  const app = new Hono<Bound>();
  const keyring = new Keyring(db, clock);
  const coalescer = new Coalescer(clock, parts.onTouched);
  const intakes = new Map<string, { intake: Promise<Intake>; at: number }>();

  /** The workspace as it is, read again every few seconds, once for all: a changed profile must reach the adapters. */
  function intakeOf(workspaceId: string): Promise<Intake> {
    const now = clock().getTime();
    const known = intakes.get(workspaceId);
    if (known && now - known.at < 5_000) return known.intake;
    const intake = readIntake(workspaceId, known?.intake);
    intakes.set(workspaceId, { intake, at: now });
    // The coalescer holds on to an intake: after a failed reading it must stay the same one.
    intake.catch(() => (known ? intakes.set(workspaceId, known) : intakes.delete(workspaceId)));
    return intake;
  }

  async function readIntake(workspaceId: string, before: Promise<Intake> | undefined): Promise<Intake> {
    const workspace = await inWorkspace(db, workspaceId, workspaces.read, { readOnly: true });
    if (!workspace) throw new NotFound('This workspace is gone.');
    const intake = (await before) ?? openIntake(db, workspace, parts.networkOf);
    intake.workspace = workspace;
    return intake;
  }

  app.onError((error, c) => {
    if (error instanceof UndercurrentError) {
      const retryAfter = (error as { retryAfter?: number }).retryAfter;
      if (retryAfter) c.header('Retry-After', String(retryAfter));
      const { code, message, hint } = error;
      return c.json({ error: { code, message, hint } }, error.status);
    }
    log.error({ err: error }, 'request failed');
    if (!isPassing(error)) {
      const hint = 'It is a mistake of ours; the log says more. Please report it.';
      return c.json({ error: { code: 'INTERNAL', message: 'Something went wrong.', hint } }, 500);
    }
    c.header('Retry-After', '1');
    return c.json(
      {
        error: {
          code: 'UNAVAILABLE',
          message: 'It could not be stored just now.',
          hint: 'Send it again; nothing is stored twice.',
        },
      },
      503,
    );
  });
  app.notFound((c) =>
    c.json(
      {
        error: {
          code: 'NOT_FOUND',
          message: `There is nothing at ${c.req.path}.`,
          hint: 'See README.md for the routes.',
        },
      },
      404,
    ),
  );

  app.get('/healthz', (c) => c.text('ok'));
  app.get('/readyz', async (c) => {
    const missing = await pending(db.pool).catch((error: unknown) => [String(error)]);
    return missing.length === 0 ? c.text('ready') : c.text(`not ready: ${missing.join(', ')}`, 503);
  });

  for (const [path, { file, type }] of Object.entries(PAGES)) {
    app.get(path, async (c) =>
      c.body(await readFile(new URL(file, DASHBOARD)), 200, {
        'content-type': type,
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      }),
    );
  }

  app.on(['GET', 'POST'], '/graphql', async (c) => {
    const length = Number(c.req.header('content-length') ?? 0);
    if (length > MOST_GRAPHQL) throw new TooLarge(`A GraphQL request may have ${MOST_GRAPHQL} bytes.`);
    const caller = (await signedIn(c)) ?? (await keyring.find(keyOf(c.req.header('authorization'))));
    const { workspace } = await intakeOf(caller.workspaceId);
    return parts.graphql(c.req.raw, { workspace, scopes: caller.scopes, keyName: caller.name });
  });

  /** On loopback, with the sample, the page needs no key; a page of another site can't use that. */
  async function signedIn(c: Context<Bound>): Promise<Caller | null> {
    if (!parts.signInOnLoopback || c.req.header('authorization')) return null;
    if (!isLoopback(c.env?.incoming?.socket.remoteAddress)) return null;
    const host = c.req.header('host') ?? '';
    if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)) return null;
    const origin = c.req.header('origin');
    if (origin && URL.parse(origin)?.host !== host) return null;
    // A proxy on this machine speaks for somebody elsewhere.
    if (c.req.header('x-forwarded-for') || c.req.header('forwarded')) return null;
    const id = workspaces.workspaceIdOf(workspaces.DEFAULT_SLUG);
    const [sample] = await inWorkspace(
      db,
      id,
      (tx) => batches.list(tx, { label: SAMPLE, transport: 'sample', limit: 1 }),
      {
        readOnly: true,
      },
    );
    if (!sample || sample.undoneAt) return null;
    return { workspaceId: id, name: 'loopback', scopes: new Set<Scope>(['read']) };
  }

  // Browser SDKs ask first, and read the answer, from whatever site they are on: a write key is all they hold.
  app.options('/v1/:verb', (c) =>
    c.body(null, 204, {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization, content-type, anonymousid',
      'access-control-max-age': '86400',
    }),
  );

  app.post('/v1/:verb', async (c) => {
    c.header('access-control-allow-origin', '*');
    const verb = VERBS[c.req.param('verb')];
    if (!verb)
      throw new NotFound(
        `There is no /v1/${c.req.param('verb')}.`,
        `Known are ${Object.keys(VERBS).join(', ')}.`,
      );
    const push = adapters.get('segment');
    if (!push) throw new NotFound('The segment adapter is not installed.');
    const header = keyOf(c.req.header('authorization'));
    let caller = header ? await keyring.demand(header, 'ingest') : null;
    const body = await readJson(c.req.raw, MOST_BATCH);
    caller ??= await keyring.demand(keyInBody(body), 'ingest');
    const intake = await intakeOf(caller.workspaceId);
    const said = browserWord((name) => c.req.header(name));
    const read = readMessages(verb, body, clock(), addressOf(c), said);
    const records: (Incoming & { at: number })[] = [
      ...read.messages.map(({ index, message, raw }) => ({
        at: index,
        place: `batch[${index}]`,
        record: message,
        raw,
      })),
      ...read.rejected.map(({ index, code, message, hint, raw }) => ({
        at: index,
        place: `batch[${index}]`,
        error: { code, message, hint },
        raw: JSON.stringify(raw),
        parsed: true,
      })),
    ].sort((a, b) => a.at - b.at);
    const refused =
      records.length > 0 ? await coalescer.push(intake, push.adapter, push.settings, records) : [];
    if (refused.length === 0) return c.json({ success: true });
    const idOf = new Map([
      ...read.messages.map(({ index, message }) => [index, message.messageId] as const),
      ...read.rejected.map(({ index, messageId }) => [index, messageId] as const),
    ]);
    const rejected = refused
      .map((one) => ({ index: records[one.index]!.at, code: one.code, message: one.message, hint: one.hint }))
      .map((one) => ({ ...one, messageId: idOf.get(one.index) ?? null }));
    // One message alone is the whole request: Segment's clients expect a status of their own for it.
    if (verb !== 'batch') {
      const { code, message, hint } = rejected[0]!;
      return c.json({ error: { code, message, hint }, rejected }, code === 'MESSAGE_TOO_LARGE' ? 413 : 400);
    }
    return c.json({ success: true, rejected });
  });

  app.post('/v1/import/:source', async (c) => {
    const caller = await keyring.demand(keyOf(c.req.header('authorization')), 'ingest');
    const source = c.req.param('source');
    const known = adapters.get(source);
    if (!known)
      throw new NotFound(`There is no source ${source}.`, `Known are ${[...adapters.keys()].join(', ')}.`);
    const intake = await intakeOf(caller.workspaceId);
    const chunks = (c.req.raw.body ??
      new ReadableStream({ start: (s) => s.close() })) as unknown as AsyncIterable<Uint8Array>;
    const fileName = c.req.query('filename') ?? c.req.header('x-filename');
    const result = await ingestFile(intake, known.adapter, known.settings, chunks, { fileName, clock });
    parts.onTouched(caller.workspaceId);
    return c.json(
      {
        batch: result.batch,
        received: result.received,
        accepted: result.accepted,
        duplicates: result.duplicates,
        skipped: result.skipped,
        rejectedTotal: result.rejected,
        rejected: result.refused.map(({ place, code, message, hint }) => ({
          line: Number(place.replace(/^line /, '')),
          code,
          reason: message,
          hint,
        })),
        ...(result.error ? { error: result.error } : {}),
      },
      result.error ? 400 : 200,
    );
  });

  app.delete('/v1/import/:batch', async (c) => {
    const caller = await keyring.demand(keyOf(c.req.header('authorization')), 'ingest');
    const { workspace } = await intakeOf(caller.workspaceId);
    const batch = c.req.param('batch');
    if (!UUID.test(batch))
      throw new Invalid(`'${batch}' is not a batch id.`, 'Use the id the import answered with.');
    // A write key may sit in a browser, and the ids of push days can be worked out: uploads only.
    const [found] = await inWorkspace(db, workspace.id, (tx) => batches.list(tx, { id: batch }), {
      readOnly: true,
    });
    if (found?.transport !== 'file')
      throw new NotFound(`No upload ${batch}.`, 'Use the id the import answered with.');
    const undone = await undo(db, workspace, batch, clock());
    parts.onTouched(caller.workspaceId);
    return c.json({ undone });
  });

  return { app, idle: () => coalescer.idle() };
}

function keyInBody(body: unknown): string | null {
  const key = typeof body === 'object' && body !== null ? (body as { writeKey?: unknown }).writeKey : null;
  return typeof key === 'string' ? key : null;
}

const isLoopback = (address: string | undefined): boolean =>
  address !== undefined && /^(127\.|::1$|::ffff:127\.)/.test(address);

/** The client's address: behind a proxy on this machine the one it forwards. */
function addressOf(c: Context<Bound>): string | undefined {
  const remote = c.env?.incoming?.socket.remoteAddress;
  if (!isLoopback(remote)) return remote;
  return c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() || remote;
}

/** Whether the database was away or busy, so that trying again may help: its own classes of errors, and lost connections. */
function isPassing(error: Error): boolean {
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') return /^(08|40|53|55|57|58)...$|^E[A-Z]+$/.test(code);
  return /connection|terminated|timeout/i.test(error.message);
}
