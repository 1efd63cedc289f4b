/** Rows of accounts as they follow from what is said of them; see flow/settle.ts. */
import type { Account } from './accounts.ts';
import type { Tx } from './database.ts';

/** An account's row, all that is said of it considered. */
export interface AccountFacts {
  id: string;
  domain: string | null;
  name: string;
  nameKey: string;
  industry: string | null;
  employees: number | null;
  revenue: number | null;
  country: string | null;
  city: string | null;
  technologies: string[] | null;
  tier: string | null;
  owner: string | null;
  crmId: string | null;
  linkedin: string | null;
  aliases: string[];
  /** Normal forms of the aliases. */
  aliasKeys: string[];
  origin: Account['origin'];
  /** Columns that hold what only merged accounts know. */
  filled: string[];
  /** One that speaks of it; null: somebody did by hand. */
  batchId: string | null;
}

/** Writes rows as they are to be. Returns which ids were new, and which of the others changed. */
export async function write(
  tx: Tx,
  facts: readonly AccountFacts[],
  now: Date,
): Promise<{ created: string[]; changed: string[] }> {
  if (facts.length === 0) return { created: [], changed: [] };
  const { rows } = await tx.client.query(
    `WITH written AS (
     INSERT INTO account AS a (workspace_id, account_id, domain, name, name_key, industry, employees, revenue, country,
       city, technologies, tier, owner, crm_id, origin, batch_id, filled, linkedin, aliases,
       created_at, updated_at)
     SELECT $1, id, domain, name, name_key, industry, employees, revenue, country, city,
       coalesce(technologies::text[], '{}'), tier, owner, crm_id, origin, batch_id, filled::text[], linkedin, aliases::text[], $17, $17
     FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::float8[], $9::text[],
       $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::uuid[], $18::text[],
       $19::text[], $20::text[])
       AS t (id, domain, name, name_key, industry, employees, revenue, country, city, technologies, tier, owner, crm_id,
         origin, batch_id, filled, linkedin, aliases)
     ORDER BY id
     ON CONFLICT (workspace_id, account_id) DO UPDATE SET
       domain = EXCLUDED.domain, name = EXCLUDED.name, name_key = EXCLUDED.name_key, industry = EXCLUDED.industry,
       employees = EXCLUDED.employees, revenue = EXCLUDED.revenue, country = EXCLUDED.country, city = EXCLUDED.city,
       technologies = EXCLUDED.technologies, tier = EXCLUDED.tier, owner = EXCLUDED.owner, crm_id = EXCLUDED.crm_id,
       origin = EXCLUDED.origin, batch_id = EXCLUDED.batch_id, filled = EXCLUDED.filled,
       linkedin = EXCLUDED.linkedin, aliases = EXCLUDED.aliases, updated_at = EXCLUDED.updated_at
     WHERE (a.domain, a.name, a.industry, a.employees, a.revenue, a.country, a.city, a.technologies, a.tier, a.owner,
         a.crm_id, a.origin, a.batch_id, a.filled, a.linkedin, a.aliases) IS DISTINCT FROM (EXCLUDED.domain, EXCLUDED.name, EXCLUDED.industry,
         EXCLUDED.employees, EXCLUDED.revenue, EXCLUDED.country, EXCLUDED.city, EXCLUDED.technologies, EXCLUDED.tier,
         EXCLUDED.owner, EXCLUDED.crm_id, EXCLUDED.origin, EXCLUDED.batch_id, EXCLUDED.filled,
         EXCLUDED.linkedin, EXCLUDED.aliases)
     RETURNING account_id, xmax = 0 AS created),
     said AS (SELECT * FROM unnest($21::uuid[], $22::text[]) AS t (account_id, name_key)),
     unsaid AS (
       DELETE FROM account_alias AS n WHERE n.workspace_id = $1 AND n.account_id = ANY($2)
         AND NOT EXISTS (SELECT FROM said WHERE said.account_id = n.account_id AND said.name_key = n.name_key)),
     named AS (
       INSERT INTO account_alias (workspace_id, name_key, account_id) SELECT $1, name_key, account_id FROM said
       ON CONFLICT (workspace_id, name_key, account_id) DO NOTHING)
     SELECT account_id, created FROM written`,
    [
      tx.workspaceId,
      facts.map((f) => f.id),
      facts.map((f) => f.domain),
      facts.map((f) => f.name),
      facts.map((f) => f.nameKey),
      facts.map((f) => f.industry),
      facts.map((f) => f.employees),
      facts.map((f) => f.revenue),
      facts.map((f) => f.country),
      facts.map((f) => f.city),
      facts.map((f) => (f.technologies ? toArrayLiteral(f.technologies) : null)),
      facts.map((f) => f.tier),
      facts.map((f) => f.owner),
      facts.map((f) => f.crmId),
      facts.map((f) => f.origin),
      facts.map((f) => f.batchId),
      now,
      facts.map((f) => toArrayLiteral(f.filled)),
      facts.map((f) => f.linkedin),
      facts.map((f) => toArrayLiteral(f.aliases)),
      facts.flatMap((f) => f.aliasKeys.map(() => f.id)),
      facts.flatMap((f) => f.aliasKeys),
    ],
  );
  return {
    created: rows.filter((row) => row.created).map((row) => row.account_id),
    changed: rows.filter((row) => !row.created).map((row) => row.account_id),
  };
}

function toArrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
