/** What each batch says of accounts and people. Their rows follow from it, which is done in flow/settle.ts. */
import type { Tx } from './database.ts';

type Said = string | number | readonly string[];
/** Field → what was said of it, when (ms since 1970), and what had been said before, oldest first. */
export type Facts = Record<string, [said: Said, at: number, earlier?: [said: Said, at: number][]]>;

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

/** Everything that is said of these accounts or people; `toChange`: nobody else changes it until the transaction's end. */
export async function of(
  tx: Tx,
  subjectIds: readonly string[],
  options: { toChange?: boolean } = {},
): Promise<Map<string, Claim[]>> {
  const found = new Map<string, Claim[]>(subjectIds.map((id) => [id, []]));
  if (subjectIds.length === 0) return found;
  const { rows } = await tx.client.query({
    name: options.toChange ? 'claims-of-to-change' : 'claims-of',
    text: `SELECT * FROM claim WHERE workspace_id = $1 AND subject_id = ANY($2) ORDER BY subject_id, batch_id
      ${options.toChange ? 'FOR NO KEY UPDATE' : ''}`,
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
export const settleDomains = (tx: Tx, accountIds: readonly string[]): Promise<void> =>
  settleNames(tx, DOMAINS, accountIds);

/** Gives people the keys that are said to name them; one that belongs to somebody else stays theirs. */
export const settleKeys = (tx: Tx, personIds: readonly string[]): Promise<void> =>
  settleNames(tx, KEYS, personIds);

/** A table of what names its owner, and the column of `claim` that it follows from. */
interface Names {
  about: 'ACCOUNT' | 'PERSON';
  table: string;
  name: string;
  owner: string;
  said: string;
  /** A further column, and what is in it. */
  also?: { column: string; value: string };
}
const DOMAINS: Names = {
  about: 'ACCOUNT',
  table: 'account_domain',
  name: 'domain',
  owner: 'account_id',
  said: 'domains',
  // As `skeletonOf` in core/identity/domain.ts has it.
  also: {
    column: 'skeleton',
    value:
      "replace(replace(replace(translate(split_part(name, '.', 1), '01i53-', 'ollse'), 'rn', 'm'), 'vv', 'w'), 'cl', 'd')",
  },
};
const KEYS: Names = {
  about: 'PERSON',
  table: 'person_identity',
  name: 'key',
  owner: 'person_id',
  said: 'keys',
};

/** Takes away names that nobody says any more, and gives what is free to those it is said of. */
async function settleNames(tx: Tx, names: Names, ids: readonly string[]): Promise<void> {
  const { about, table, name, owner, said, also } = names;
  const { rows } = await tx.client.query(
    `DELETE FROM ${table} AS n WHERE n.workspace_id = $1 AND n.${owner} = ANY($2) AND NOT EXISTS (
       SELECT FROM claim AS c WHERE c.workspace_id = $1 AND c.subject_id = n.${owner} AND n.${name} = ANY(c.${said}))
     RETURNING ${name} AS name`,
    [tx.workspaceId, ids],
  );
  const give = (column: string, values: readonly string[]) =>
    tx.client.query(
      `INSERT INTO ${table} (workspace_id, ${name}, ${owner}${also ? `, ${also.column}` : ''})
       SELECT DISTINCT ON (name) $1, name, subject_id${also ? `, ${also.value}` : ''} FROM claim, unnest(${said}) AS name
       WHERE workspace_id = $1 AND about = '${about}' AND ${column} = ANY($2) ORDER BY name, subject_id
       ON CONFLICT (workspace_id, ${name}) DO NOTHING`,
      [tx.workspaceId, values],
    );
  await give('subject_id', ids);
  const freed = rows.map((row) => row.name as string);
  if (freed.length > 0) await give('name', freed);
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
