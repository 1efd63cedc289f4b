/** Accounts as lists show them: with their scores, and only what is asked for of both. */
import type { Account } from './accounts.ts';
import { type KeptDetail, readDetail, type StoredScore } from './scores.ts';

/** Property of `Account` or `StoredScore` → how it is read where `a` is the account and `s` its score. */
const COLUMNS = {
  domain: 'a.domain',
  domains: `ARRAY(SELECT d.domain FROM account_domain AS d WHERE d.workspace_id = $1 AND d.account_id = ANY(a.account_id ||
      ARRAY(SELECT m.account_id FROM account AS m WHERE m.workspace_id = $1 AND m.survivor_id = a.account_id))
    ORDER BY d.domain)`,
  name: 'a.name',
  industry: 'a.industry',
  employees: 'a.employees',
  revenue: 'a.revenue',
  country: 'a.country',
  city: 'a.city',
  technologies: 'a.technologies',
  tier: 'a.tier',
  owner: 'a.owner',
  crmId: 'a.crm_id',
  linkedin: 'a.linkedin',
  aliases: 'a.aliases',
  origin: 'a.origin',
  parentId: 'a.parent_id',
  createdAt: 'a.created_at',
  heat: 's.heat',
  raw: 's.raw',
  band: 's.band',
  trend7d: 's.trend_7d',
  fit: 's.fit',
  coverage: 's.coverage',
  disqualifiedBy: 's.disqualified_by',
  qualification: 's.qualification',
  qualificationTier: 's.qualification_tier',
  qualificationReason: 's.qualification_reason',
  stage: 's.stage',
  stageReason: 's.stage_reason',
  reasons: '', // see reasonTexts
  fitParts: "s.detail->'fit'",
  actors: 's.actors',
  lastActivityAt: 's.last_activity_at',
  modelVersion: 's.model_version',
  scoredAt: 's.scored_at',
  updatedAt: 'a.updated_at',
  detail: 's.detail',
} as const satisfies Record<keyof Omit<Account & StoredScore, 'id' | 'accountId'>, string> &
  Record<string, string>;

const reasonTexts = (most: number): string =>
  `jsonb_path_query_array(s.detail, '$.reasons[0 to ${Math.max(Number(most), 1) - 1}]')`;

export type Property = keyof typeof COLUMNS;

export const isProperty = (name: string): name is Property => Object.hasOwn(COLUMNS, name);

/** Everything; the parts of the detail are in it. */
export const ALL_PROPERTIES: readonly Property[] = (Object.keys(COLUMNS) as Property[]).filter(
  (property) => !['reasons', 'fitParts'].includes(property),
);

/** What was asked for; the rest is undefined or empty, and nobody looks at it. */
export type Seen = Account & StoredScore & { reasons?: string[] };

/** The columns, and how to read a row that has them from `offset` on. `most`: how many reasons are wanted. */
export function viewOf(
  properties: readonly Property[],
  offset: number,
  most: number,
): { columns: string; read(id: string, row: readonly unknown[]): Seen } {
  return {
    columns: properties
      .map((property) => `, ${property === 'reasons' ? reasonTexts(most) : COLUMNS[property]}`)
      .join(''),
    read(id, row) {
      const { reasons, fitParts, ...rest } = Object.fromEntries(
        properties.map((property, at) => [property, row[offset + at]]),
      );
      const detail = readDetail((rest.detail ?? { reasons: [], fit: fitParts ?? [] }) as KeptDetail);
      return { ...rest, id, accountId: id, reasons, detail } as unknown as Seen;
    },
  };
}
