/** Which accounts a list shows. */
import { conditionsOf } from './conditions.ts';
import type { Tx } from './database.ts';

export interface AccountFilter {
  search?: string | null;
  domains?: readonly string[] | null;
  ids?: readonly string[] | null;
  owner?: string | null;
  tier?: string | null;
  industry?: string | null;
  country?: string | null;
  minHeat?: number | null;
  maxHeat?: number | null;
  minFit?: number | null;
  minSurge?: number | null;
  /** Name of a topic on which it is SURGING. */
  surgingTopic?: string | null;
  stage?: string | null;
  hasOpenFlag?: boolean | null;
  qualificationTier?: string | null;
  changedSince?: Date | null;
}

/** Conditions on `account_score AS s` and `account AS a` with their values; the first one is the workspace. */
export function conditions(tx: Tx, filter: AccountFilter): { where: string[]; values: unknown[] } {
  const { where, values, add } = conditionsOf(tx);
  add(
    (v) => `(a.name ILIKE ${v} OR a.domain ILIKE ${v})`,
    filter.search ? `%${filter.search.replace(/[\\%_]/g, '\\$&')}%` : null,
  );
  add(
    (v) =>
      `a.account_id IN (SELECT coalesce(o.survivor_id, o.account_id) FROM account_domain AS d
         JOIN account AS o ON o.workspace_id = $1 AND o.account_id = d.account_id
         WHERE d.workspace_id = $1 AND d.domain = ANY(${v}))`,
    filter.domains,
  );
  add(
    (v) =>
      `a.account_id IN (SELECT coalesce(survivor_id, account_id) FROM account WHERE workspace_id = $1 AND account_id = ANY(${v}::uuid[]))`,
    filter.ids,
  );
  add((v) => `a.owner = ${v}`, filter.owner);
  add((v) => `a.tier = ${v}`, filter.tier);
  add((v) => `a.industry = ${v}`, filter.industry);
  add((v) => `a.country = ${v}`, filter.country);
  add((v) => `s.heat >= ${v}`, filter.minHeat);
  add((v) => `s.heat <= ${v}`, filter.maxHeat);
  add((v) => `s.fit >= ${v}`, filter.minFit);
  add((v) => `s.surge >= ${v}`, filter.minSurge);
  add(
    (v) =>
      `s.account_id IN (SELECT u.account_id FROM surge AS u
         WHERE u.workspace_id = $1 AND u.about = 'TOPIC' AND u.name = ${v} AND u.status = 'SURGING')`,
    filter.surgingTopic,
  );
  add((v) => `s.stage = ${v}`, filter.stage);
  add(
    (v) =>
      `(s.account_id IN (SELECT coalesce(o.survivor_id, o.account_id) FROM pre_mql_flag AS f
         JOIN account AS o ON o.workspace_id = $1 AND o.account_id = f.account_id
         WHERE f.workspace_id = $1 AND f.status = 'OPEN')) = ${v}::boolean`,
    filter.hasOpenFlag,
  );
  add((v) => `s.qualification_tier = ${v}`, filter.qualificationTier);
  add((v) => `s.last_activity_at >= ${v}`, filter.changedSince);
  return { where, values };
}
