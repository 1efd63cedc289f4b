/** What each batch says of accounts and people. Their rows follow from it, which is done in flow/settle.ts. */
import type { Tx } from './database.ts';

type Said = string | number | readonly string[];
/** Field → what was said of it, and when (ms since 1970). */
export type Facts = Record<string, [said: Said, at: number]>;

export interface Claim {
  about: 'ACCOUNT' | 'PERSON';
  subjectId: string;
  batchId: string;
  /** Somebody's word on what is so: it goes before what visitors and feeds tell. */
  imported: boolean;
  facts: Facts;
  keys: string[];
  domains: string[];
}

/** Stands for the batch of what is said through the API, which belongs to none. */
export const BY_HAND = '00000000-0000-0000-0000-000000000000';

/** Everything that is said of these accounts or people. */
export async function of(tx: Tx, subjectIds: readonly string[]): Promise<Map<string, Claim[]>> {
  const found = new Map<string, Claim[]>(subjectIds.map((id) => [id, []]));
  if (subjectIds.length === 0) return found;
  const { rows } = await tx.client.query({
    name: 'claims-of',
    text: 'SELECT * FROM claim WHERE workspace_id = $1 AND subject_id = ANY($2) ORDER BY batch_id',
    values: [tx.workspaceId, [...found.keys()]],
  });
  for (const row of rows) {
    const { about, subject_id: subjectId, batch_id: batchId, imported, facts, keys, domains } = row;
    found.get(subjectId)!.push({ about, subjectId, batchId, imported, facts, keys, domains });
  }
  return found;
}

/** Puts claims in the place of what the same batch said of the same subject; `keep` leaves that as it is. */
export async function put(tx: Tx, claims: readonly Claim[], options: { keep?: boolean } = {}): Promise<void> {
  if (claims.length === 0) return;
  await tx.client.query(
    `INSERT INTO claim (workspace_id, subject_id, batch_id, about, imported, facts, keys, domains)
     SELECT $1, subject_id, batch_id, about, imported, facts, keys::text[], domains::text[]
     FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::boolean[], $6::jsonb[], $7::text[], $8::text[])
       AS t (subject_id, batch_id, about, imported, facts, keys, domains)
     ORDER BY subject_id, batch_id
     ON CONFLICT (workspace_id, subject_id, batch_id) ${
       options.keep
         ? 'DO NOTHING'
         : `DO UPDATE SET imported = EXCLUDED.imported, facts = EXCLUDED.facts, keys = EXCLUDED.keys,
              domains = EXCLUDED.domains`
     }`,
    [
      tx.workspaceId,
      claims.map((c) => c.subjectId),
      claims.map((c) => c.batchId),
      claims.map((c) => c.about),
      claims.map((c) => c.imported),
      claims.map((c) => JSON.stringify(c.facts)),
      claims.map((c) => toArrayLiteral(c.keys)),
      claims.map((c) => toArrayLiteral(c.domains)),
    ],
  );
}

/** Takes back a batch's word; returns whom it was about. */
export async function removeBatch(
  tx: Tx,
  batchId: string,
): Promise<{ accountIds: string[]; personIds: string[] }> {
  const { rows } = await tx.client.query(
    'DELETE FROM claim WHERE workspace_id = $1 AND batch_id = $2 RETURNING about, subject_id',
    [tx.workspaceId, batchId],
  );
  const idsOf = (about: Claim['about']): string[] =>
    rows.filter((row) => row.about === about).map((row) => row.subject_id);
  return { accountIds: idsOf('ACCOUNT'), personIds: idsOf('PERSON') };
}

/** Gives accounts the domains that are said to be theirs; one that belongs to another account stays there. */
export async function settleDomains(tx: Tx, accountIds: readonly string[]): Promise<void> {
  const { rows } = await tx.client.query(
    `DELETE FROM account_domain AS d WHERE d.workspace_id = $1 AND d.account_id = ANY($2) AND NOT EXISTS (
       SELECT FROM claim AS c WHERE c.workspace_id = $1 AND c.subject_id = d.account_id AND d.domain = ANY(c.domains))
     RETURNING domain`,
    [tx.workspaceId, accountIds],
  );
  const give = (where: string, value: readonly string[]) =>
    tx.client.query(
      `INSERT INTO account_domain (workspace_id, domain, account_id)
       SELECT DISTINCT ON (domain) $1, domain, subject_id FROM claim, unnest(domains) AS domain
       WHERE workspace_id = $1 AND about = 'ACCOUNT' AND ${where} ORDER BY domain, subject_id
       ON CONFLICT (workspace_id, domain) DO NOTHING`,
      [tx.workspaceId, value],
    );
  await give('subject_id = ANY($2)', accountIds);
  if (rows.length > 0)
    await give(
      'domain = ANY($2)',
      rows.map((row) => row.domain),
    );
}

/** Gives people the keys that are said to name them; one that belongs to somebody else stays theirs. */
export async function settleKeys(tx: Tx, personIds: readonly string[]): Promise<void> {
  const { rows } = await tx.client.query(
    `DELETE FROM person_identity AS i WHERE i.workspace_id = $1 AND i.person_id = ANY($2) AND NOT EXISTS (
       SELECT FROM claim AS c WHERE c.workspace_id = $1 AND c.subject_id = i.person_id AND i.key = ANY(c.keys))
     RETURNING key`,
    [tx.workspaceId, personIds],
  );
  const give = (where: string, value: readonly string[]) =>
    tx.client.query(
      `INSERT INTO person_identity (workspace_id, key, person_id)
       SELECT DISTINCT ON (key) $1, key, subject_id FROM claim, unnest(keys) AS key
       WHERE workspace_id = $1 AND about = 'PERSON' AND ${where} ORDER BY key, subject_id
       ON CONFLICT (workspace_id, key) DO NOTHING`,
      [tx.workspaceId, value],
    );
  await give('subject_id = ANY($2)', personIds);
  if (rows.length > 0)
    await give(
      'key = ANY($2)',
      rows.map((row) => row.key),
    );
}

/** People who are at no account though said to be at a company of one of these domains. */
export async function peopleWaitingFor(tx: Tx, domains: readonly string[]): Promise<string[]> {
  if (domains.length === 0) return [];
  const { rows } = await tx.client.query(
    `SELECT DISTINCT p.person_id FROM person AS p
       JOIN claim AS c ON c.workspace_id = $1 AND c.subject_id = p.person_id
     WHERE p.workspace_id = $1 AND p.account_id IS NULL AND c.domains && $2::text[]`,
    [tx.workspaceId, domains],
  );
  return rows.map((row) => row.person_id);
}

function toArrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
