/** A workspace of any size for `rescore`, made in the database by `generate_series`: fictional, and the same every time. */
import type pg from 'pg';
import { close, connect, inWorkspace } from '../src/store/database.ts';
import { ensureMonths } from '../src/store/timeline.ts';
import * as workspaces from '../src/store/workspaces.ts';

export interface Size {
  accounts: number;
  signals: number;
}

const DAYS = 120;
const DAY = 86_400_000;

/** Kinds as they come, most frequent first; the share of each is one over the length of this list. */
const KINDS = [
  ...Array<string>(8).fill('site.page_view'),
  ...Array<string>(4).fill('site.blog_view'),
  ...Array<string>(3).fill('site.product_view'),
  ...Array<string>(3).fill('intent.topic'),
  ...Array<string>(2).fill('email.open'),
  'email.click',
  'site.pricing_view',
  'site.demo_view',
  'content.download',
  'content.form',
  'event.webinar',
  'social.mention',
  'review.compare_view',
  'email.unsubscribe',
];

const WORLD = `
  INSERT INTO account (workspace_id, account_id, domain, name, name_key, industry, employees, country, origin, created_at, updated_at)
  SELECT $1, md5('account' || n)::uuid, 'company-' || n || '.example', 'Company ' || n, 'company ' || n,
         (ARRAY['Retail', 'Software', NULL])[1 + n % 3], 10 * (1 + n % 997), (ARRAY['DE', 'US', NULL])[1 + n % 3], 'IMPORTED', $3, $3
  FROM generate_series(0, $2::int - 1) AS n`;

/** Three of the eight actors of each account are people we know. */
const PEOPLE = `
  INSERT INTO person (workspace_id, person_id, account_id, email, name, title, origin, created_at, updated_at)
  SELECT $1, md5(n || 'person' || who)::uuid, md5('account' || n)::uuid, 'person-' || who || '@company-' || n || '.example',
         'Person ' || who, (ARRAY['VP Sales', 'Engineer', NULL])[1 + who], 'DISCOVERED', $3, $3
  FROM generate_series(0, $2::int - 1) AS n, generate_series(0, 2) AS who`;

/**
 * Signals of the last ${DAYS} days in the order of time. Accounts get from a few to many times the average (the square of
 * an even draw), eight people or devices each; third-party intent names no one, and a tenth of it comes twice.
 */
const TIMELINE = `
  INSERT INTO signal (workspace_id, signal_id, batch_id, source, external_id, kind, occurred_at, received_at, strength, sentiment,
    account_id, person_id, anonymous_id, method, confidence, evidence, topics, origin, url, title, clues)
  SELECT $1, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '8' || substr(hash, 1, 3) || '8' || substr(hash, 4, 15))::uuid,
    $1, source, n::text, kind, at, at + interval '3 seconds', CASE WHEN intent THEN draw / 100.0 ELSE 1 END,
    CASE WHEN kind = 'social.mention' THEN draw / 50.0 - 1 END, md5('account' || account)::uuid,
    CASE WHEN NOT intent AND actor < 3 THEN md5(account || 'person' || actor)::uuid END,
    CASE WHEN NOT intent AND actor >= 3 THEN 'device-' || account || '-' || actor END,
    'domain', (ARRAY[1, 0.95, 0.8, 0.6])[1 + n % 4], ARRAY['domain company-' || account || '.example'],
    CASE WHEN intent THEN ARRAY['topic ' || n % 40] ELSE '{}' END,
    CASE WHEN intent AND n % 10 = 0 THEN 'topic:' || account || ':' || n % 3 END,
    CASE WHEN intent THEN NULL ELSE 'https://www.our-site.example/page/' || n % 100 END,
    CASE WHEN intent THEN NULL ELSE 'Page ' || n % 100 END, '{"domain": "x.example"}'
  FROM (
    SELECT n, hash, at, kind, kind IN ('intent.topic', 'review.compare_view') AS intent, get_byte(bits, 5) % 101 AS draw,
      get_byte(bits, 6) % 8 AS actor,
      floor($2 * power((get_byte(bits, 1) * 65536 + get_byte(bits, 2) * 256 + get_byte(bits, 3)) / 16777216.0, 2))::int AS account,
      CASE WHEN kind = 'intent.topic' THEN 'bombora' WHEN kind LIKE 'review.%' THEN 'g2' WHEN kind = 'social.mention' THEN 'hacker-news'
        ELSE 'segment' END AS source
    FROM (
      SELECT n, md5(n::text) AS hash, decode(md5(n::text), 'hex') AS bits,
        $3::timestamptz + n * ($4::timestamptz - $3::timestamptz) / $5::float8 AS at,
        ($6::text[])[1 + get_byte(decode(md5(n::text), 'hex'), 0) % cardinality($6::text[])] AS kind
      FROM generate_series($7::int, $8::int - 1) AS n) AS drawn) AS told`;

const PART = 500_000;

/** Fills an empty, migrated database up to `now`; returns the workspace's id. */
export async function fill(
  url: string,
  superuser: pg.Client,
  { accounts, signals }: Size,
  now: Date,
): Promise<string> {
  const from = new Date(now.getTime() - DAYS * DAY);
  const db = await connect(url);
  let id: string;
  try {
    ({ id } = await workspaces.ensure(db, workspaces.DEFAULT_SLUG, from));
    await ensureMonths(
      db,
      Array.from({ length: DAYS + 2 }, (_, day) => new Date(from.getTime() + day * DAY)),
    );
    for (const made of [WORLD, PEOPLE]) {
      await inWorkspace(db, id, (tx) => tx.client.query(made, [id, accounts, from]));
    }
  } finally {
    await close(db);
  }
  for (let n = 0; n < signals; n += PART) {
    await superuser.query(TIMELINE, [
      id,
      accounts,
      from,
      now,
      signals,
      KINDS,
      n,
      Math.min(signals, n + PART),
    ]);
  }
  await superuser.query('VACUUM ANALYZE');
  return id;
}
