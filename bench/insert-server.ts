/** The baseline of single.ts: what one writes first. One request, one event, one INSERT. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import pg from 'pg';
import { signalId } from '../src/core/id.ts';

const WORKSPACE = '00000000-0000-4000-8000-000000000001';
const BATCH = '00000000-0000-4000-8000-000000000002';
const INSERT = `INSERT INTO signal (workspace_id, signal_id, batch_id, source, external_id, kind, occurred_at,
    received_at, strength, anonymous_id, confidence, evidence, topics, url, title, clues, attributes)
  VALUES ($1, $2, $3, 'segment', $4, 'site.page_view', $5, $6, 1, $7, 0, '{}', '{}', $8, $9, $10, $11)
  ON CONFLICT DO NOTHING`;

interface Event {
  messageId: string;
  timestamp: string;
  anonymousId: string;
  userId?: string;
  context: { page: { url: string; title: string; referrer: string } };
}

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const app = new Hono();
app.post('*', async (c) => {
  const body = JSON.parse(await c.req.text()) as { batch: Event[] };
  for (const event of body.batch) {
    const at = new Date(event.timestamp);
    const { page } = event.context;
    await pool.query({
      name: 'insert',
      text: INSERT,
      values: [
        WORKSPACE,
        signalId(WORKSPACE, 'segment', event.messageId, at),
        BATCH,
        event.messageId,
        at,
        new Date(),
        event.anonymousId,
        page.url,
        page.title,
        JSON.stringify({ anonymousId: event.anonymousId, userId: event.userId }),
        JSON.stringify({ referrer: page.referrer }),
      ],
    });
  }
  return c.json({ success: true });
});
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`At http://127.0.0.1:${port}`),
);
process.once('SIGTERM', () => {
  server.close();
  void pool.end();
});
