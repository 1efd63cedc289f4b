/** Topics, clusters and rules as they were declared, and the timeline's topics that follow from them. */
import { randomUUID } from 'node:crypto';
import { nameId } from '../core/id.ts';
import type { Declared } from '../core/topics.ts';
import type { Tx } from './database.ts';

/** One line of an import: a topic, and what is said of it. Names are normal forms. */
export interface Declaration {
  topic: string;
  aliases: string[];
  cluster: string | null;
  /** 0–1: how much the topic speaks for its cluster. */
  weight: number;
  urlPattern: string | null;
  titlePattern: string | null;
}

export interface Cluster {
  name: string;
  topics: { topic: string; weight: number }[];
}

/** Keeps what a batch declares; returns how many topics, cluster memberships and rules were new to the batch. */
export async function declare(
  tx: Tx,
  declarations: readonly Declaration[],
  batchId: string,
  now: Date,
): Promise<void> {
  if (declarations.length === 0) return;
  const aliases = new Map<string, Set<string>>();
  for (const { topic, aliases: more } of declarations) {
    const known = aliases.get(topic) ?? new Set();
    for (const one of more) known.add(one);
    aliases.set(topic, known);
  }
  const names = [...aliases.keys()];
  await tx.client.query(
    `INSERT INTO topic (workspace_id, name, batch_id, aliases, declared_at)
     SELECT $1, name, $3, ARRAY(SELECT jsonb_array_elements_text(aliases)), $5
     FROM unnest($2::text[], $4::jsonb[]) AS t (name, aliases)`,
    [tx.workspaceId, names, batchId, names.map((name) => JSON.stringify([...aliases.get(name)!])), now],
  );
  const clustered = declarations.filter(({ cluster }) => cluster !== null);
  await tx.client.query(
    `INSERT INTO cluster_topic AS c (workspace_id, cluster, topic, batch_id, weight, declared_at)
     SELECT DISTINCT ON (cluster, topic) $1, cluster, topic, $3, weight, $6
     FROM unnest($2::text[], $4::text[], $5::float8[]) WITH ORDINALITY AS t (cluster, topic, weight, at)
     ORDER BY cluster, topic, at DESC`,
    [
      tx.workspaceId,
      clustered.map((one) => one.cluster),
      batchId,
      clustered.map((one) => one.topic),
      clustered.map((one) => one.weight),
      now,
    ],
  );
  const rules = declarations.filter((one) => one.urlPattern !== null || one.titlePattern !== null);
  await tx.client.query(
    `INSERT INTO topic_rule (workspace_id, rule_id, batch_id, topic, url_pattern, title_pattern, declared_at)
     SELECT $1, id, $3, topic, url, title, $7
     FROM unnest($2::uuid[], $4::text[], $5::text[], $6::text[]) AS t (id, topic, url, title)
     ON CONFLICT DO NOTHING`,
    [
      tx.workspaceId,
      rules.map((one) =>
        nameId('topic-rule', batchId, one.topic, JSON.stringify([one.urlPattern, one.titlePattern])),
      ),
      batchId,
      rules.map((one) => one.topic),
      rules.map((one) => one.urlPattern),
      rules.map((one) => one.titlePattern),
      now,
    ],
  );
  await renew(tx);
}

/** Takes back what a batch declared. */
export async function removeBatch(tx: Tx, batchId: string): Promise<void> {
  const { rows } = await tx.client.query(
    `WITH topics AS (DELETE FROM topic WHERE workspace_id = $1 AND batch_id = $2 RETURNING 1),
       clusters AS (DELETE FROM cluster_topic WHERE workspace_id = $1 AND batch_id = $2),
       rules AS (DELETE FROM topic_rule WHERE workspace_id = $1 AND batch_id = $2)
     SELECT count(*) AS gone FROM topics`,
    [tx.workspaceId, batchId],
  );
  if (rows[0].gone > 0) await renew(tx);
}

async function renew(tx: Tx): Promise<void> {
  await tx.client.query(
    `INSERT INTO topic_state (workspace_id, version) VALUES ($1, $2)
     ON CONFLICT (workspace_id) DO UPDATE SET version = EXCLUDED.version`,
    [tx.workspaceId, randomUUID()],
  );
}

/** SQL of the version in force, for riding along with another statement. */
export const versionText = (workspaceId: string): string =>
  `SELECT version FROM topic_state WHERE workspace_id = '${workspaceId}'`;

/** Topics with their aliases and rules, oldest declaration first. */
export async function declared(tx: Tx): Promise<Declared> {
  const topics = await tx.client.query(
    'SELECT name, aliases FROM topic WHERE workspace_id = $1 ORDER BY declared_at, batch_id, name',
    [tx.workspaceId],
  );
  const rules = await tx.client.query(
    `SELECT topic, url_pattern AS "urlPattern", title_pattern AS "titlePattern" FROM topic_rule
     WHERE workspace_id = $1 ORDER BY declared_at, topic, rule_id`,
    [tx.workspaceId],
  );
  return { topics: topics.rows, rules: rules.rows };
}

/** Clusters by name, each with its topics by weight. */
export async function clusters(tx: Tx): Promise<Cluster[]> {
  const { rows } = await tx.client.query(
    `SELECT cluster, topic, weight FROM (
       SELECT DISTINCT ON (cluster, topic) cluster, topic, weight FROM cluster_topic
       WHERE workspace_id = $1 ORDER BY cluster, topic, declared_at DESC, batch_id) AS latest
     ORDER BY cluster, weight DESC, topic`,
    [tx.workspaceId],
  );
  const byName = Map.groupBy(rows, (row) => row.cluster as string);
  return [...byName].map(([name, members]) => ({
    name,
    topics: members.map(({ topic, weight }) => ({ topic, weight })),
  }));
}

export interface TopicFacts {
  name: string;
  aliases: string[];
  /** Whether somebody declared it, or it is only known from signals. */
  declared: boolean;
}

/** Topics that were declared or are known from recent signals, by name. `names`: only these. */
export async function list(tx: Tx, names: readonly string[] | null = null): Promise<TopicFacts[]> {
  const { rows } = await tx.client.query(
    `SELECT name, bool_or(declared) AS declared,
       ARRAY(SELECT DISTINCT alias FROM topic AS t, unnest(t.aliases) AS alias
             WHERE t.workspace_id = $1 AND t.name = known.name ORDER BY alias) AS aliases
     FROM (SELECT name, true AS declared FROM topic WHERE workspace_id = $1
           UNION ALL SELECT topic, true FROM cluster_topic WHERE workspace_id = $1
           UNION ALL SELECT DISTINCT name, false FROM surge WHERE workspace_id = $1 AND about = 'TOPIC') AS known
     WHERE $2::text[] IS NULL OR name = ANY($2) GROUP BY name ORDER BY name`,
    [tx.workspaceId, names],
  );
  return rows;
}

/** A signal with what its topics follow from. */
export interface Topical {
  id: string;
  topics: string[];
  told: string[] | null;
  url: string | null;
  title: string | null;
}

/**
 * The next signals whose topics have to follow the declarations in force, in the order of ids, and the version of these;
 * null where all do. Keeps others from doing the same until the transaction's end.
 */
export async function behind(tx: Tx, limit: number): Promise<{ version: string; signals: Topical[] } | null> {
  const { rows: states } = await tx.client.query(
    `SELECT version, CASE WHEN applying = version THEN reached END AS reached FROM topic_state
     WHERE workspace_id = $1 AND applied IS DISTINCT FROM version FOR UPDATE`,
    [tx.workspaceId],
  );
  const [state] = states;
  if (!state) return null;
  const { rows } = await tx.client.query(
    `SELECT signal_id AS id, topics, told_topics AS told, url, title FROM signal
     WHERE workspace_id = $1 AND ($2::uuid IS NULL OR signal_id > $2) ORDER BY signal_id LIMIT $3`,
    [tx.workspaceId, state.reached, limit],
  );
  return { version: state.version, signals: rows };
}

/** Writes topics that changed, asks for their accounts' scores, and keeps how far it went; `reached` null: to the end. */
export async function follow(
  tx: Tx,
  version: string,
  reached: string | null,
  changes: readonly { id: string; topics: readonly string[]; told: readonly string[] | null }[],
  now: Date,
): Promise<void> {
  if (changes.length > 0) {
    await tx.client.query(
      `WITH target AS MATERIALIZED (
         SELECT s.signal_id, c.topics, c.told FROM json_to_recordset($2::json) AS c (id uuid, topics text[], told text[])
         JOIN signal AS s ON s.workspace_id = $1 AND s.signal_id = c.id ORDER BY s.signal_id FOR UPDATE OF s),
       changed AS (
         UPDATE signal AS s SET topics = t.topics, told_topics = t.told FROM target AS t
         WHERE s.workspace_id = $1 AND s.signal_id = t.signal_id RETURNING s.account_id)
       INSERT INTO rescore_request (workspace_id, request_id, account_id, requested_at)
       SELECT $1, gen_random_uuid(), account_id, $3
       FROM (SELECT DISTINCT account_id FROM changed WHERE account_id IS NOT NULL) AS touched`,
      [tx.workspaceId, JSON.stringify(changes), now],
    );
  }
  await tx.client.query(
    `UPDATE topic_state SET applying = $2, reached = $3, applied = CASE WHEN $3::uuid IS NULL THEN $2 ELSE applied END
     WHERE workspace_id = $1`,
    [tx.workspaceId, version, reached],
  );
}
