/** Buying groups as they stand, who is in them, and what they are made from besides signals. */
import type { BuyingRole } from '../core/group-model.ts';
import { nameId } from '../core/id.ts';
import { DEAL_FIELDS, type DealFact } from '../core/scoring/bant.ts';
import {
  type BuyingGroup,
  type GroupStatus,
  type MemberStatus,
  partsOf,
  type RolePart,
  type RoleSource,
} from '../core/scoring/group.ts';
import { plainList, textList, timeList } from './array-literal.ts';
import { conditionsOf } from './conditions.ts';
import type { Tx } from './database.ts';

/** Members that are stored of a group, the most engaged first: nobody reads on, and a list of all staff is no group. */
export const MOST_MEMBERS = 200;

/** Somebody at an account, and what was said of their role. */
export interface Person {
  id: string;
  title: string | null;
  leadStatus: string;
  inOpportunity: boolean;
  crmRole: BuyingRole | null;
  /** Solution → role given by hand. */
  manualRoles: Record<string, BuyingRole>;
}

/** Everybody at these accounts, by account; an account with nobody is not in it. */
export async function peopleOf(tx: Tx, accountIds: readonly string[]): Promise<Map<string, Person[]>> {
  const { rows } = await tx.client.query({
    name: 'people-for-groups',
    text: `SELECT p.account_id, p.person_id AS id, p.title, p.lead_status AS "leadStatus", p.lead_status IN ('OPPORTUNITY', 'CUSTOMER') AS "inOpportunity",
             p.buying_role AS "crmRole", coalesce(r.roles, '{}') AS "manualRoles"
           FROM person AS p
             LEFT JOIN LATERAL (
               SELECT jsonb_object_agg(solution_id, role) AS roles FROM buying_role
               WHERE workspace_id = $1 AND person_id = p.person_id AND home_id = coalesce(p.home_id, p.account_id)) AS r ON true
           WHERE p.workspace_id = $1 AND p.account_id = ANY($2) ORDER BY p.person_id`,
    values: [tx.workspaceId, accountIds],
  });
  const found = new Map<string, Person[]>();
  for (const { account_id: accountId, ...person } of rows) {
    const known = found.get(accountId);
    if (known) known.push(person);
    else found.set(accountId, [person]);
  }
  return found;
}

/** Signals of people at these accounts with a page or a title: what content rules are read against. */
export async function pagesOf(
  tx: Tx,
  accountIds: readonly string[],
): Promise<{ id: string; url: string | null; title: string | null }[]> {
  const { rows } = await tx.client.query(
    `SELECT signal_id AS id, url, title FROM signal
     WHERE workspace_id = $1 AND account_id = ANY($2) AND person_id IS NOT NULL AND (url IS NOT NULL OR title IS NOT NULL)`,
    [tx.workspaceId, accountIds],
  );
  return rows;
}

const SAVE = `
  WITH fresh AS (
    SELECT group_id, account_id, solution_id, score, completeness, coverage, engagement, status, size,
      string_to_array(missing, ',') AS missing, parts, champion_id, blocker_id, last_activity_at
    FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::float8[], $7::float8[], $8::float8[], $9::float8[], $10::text[],
      $11::int[], $12::text[], $13::jsonb[], $14::uuid[], $15::uuid[], $16::timestamptz[])
      AS t (group_id, account_id, solution_id, score, completeness, coverage, engagement, status, size, missing, parts,
        champion_id, blocker_id, last_activity_at)),
  people AS (
    SELECT * FROM unnest($17::uuid[], $18::uuid[], $19::text[], $20::float8[], $21::text[], $22::text[], $23::float8[],
      $24::float8[], $25::timestamptz[])
      AS t (group_id, person_id, role, confidence, source, status, points, engagement, last_active_at)),
  -- What is there is looked up once; rows are changed where they were found.
  stored AS MATERIALIZED (
    SELECT g.ctid AS place, g.* FROM buying_group AS g WHERE g.workspace_id = $1 AND g.account_id = ANY($2)),
  staff AS MATERIALIZED (
    SELECT m.ctid AS place, m.* FROM buying_group_member AS m WHERE m.workspace_id = $1 AND m.group_id = ANY($3)),
  gone AS (
    DELETE FROM buying_group AS g USING stored AS s
    WHERE g.workspace_id = $1 AND g.ctid = s.place AND s.group_id NOT IN (SELECT group_id FROM fresh)),
  parted AS (
    DELETE FROM buying_group_member AS m USING staff AS s
    WHERE m.workspace_id = $1 AND m.ctid = s.place
      AND NOT EXISTS (SELECT FROM people AS p WHERE p.group_id = s.group_id AND p.person_id = s.person_id)),
  -- Not by ON CONFLICT, which locks each row before it changes it and so writes twice.
  changed AS (
    UPDATE buying_group AS g SET score = f.score, completeness = f.completeness, coverage = f.coverage,
      engagement = f.engagement, status = f.status, size = f.size, missing = f.missing, parts = f.parts,
      champion_id = f.champion_id, blocker_id = f.blocker_id, last_activity_at = f.last_activity_at, model_version = $26
    FROM fresh AS f JOIN stored AS s USING (group_id)
    WHERE g.workspace_id = $1 AND g.ctid = s.place
      AND (s.score, s.completeness, s.coverage, s.engagement, s.status, s.size, s.missing, s.parts, s.champion_id, s.blocker_id,
        s.last_activity_at, s.model_version)
        IS DISTINCT FROM (f.score, f.completeness, f.coverage, f.engagement, f.status, f.size, f.missing, f.parts,
          f.champion_id, f.blocker_id, f.last_activity_at, $26)),
  added AS (
    INSERT INTO buying_group (workspace_id, group_id, account_id, solution_id, score, completeness, coverage, engagement,
      status, size, missing, parts, champion_id, blocker_id, last_activity_at, model_version)
    SELECT $1, f.*, $26 FROM fresh AS f WHERE f.group_id NOT IN (SELECT group_id FROM stored) ORDER BY f.group_id),
  moved AS (
    UPDATE buying_group_member AS m SET role = p.role, confidence = p.confidence, source = p.source, status = p.status,
      points = p.points, engagement = p.engagement, last_active_at = p.last_active_at
    FROM people AS p JOIN staff AS s USING (group_id, person_id)
    WHERE m.workspace_id = $1 AND m.ctid = s.place
      AND (s.role, s.confidence, s.source, s.status, s.points, s.engagement, s.last_active_at)
        IS DISTINCT FROM (p.role, p.confidence, p.source, p.status, p.points, p.engagement, p.last_active_at))
  INSERT INTO buying_group_member (workspace_id, group_id, person_id, role, confidence, source, status, points, engagement,
    last_active_at)
  SELECT $1, p.* FROM people AS p
  WHERE NOT EXISTS (SELECT FROM staff AS s WHERE s.group_id = p.group_id AND s.person_id = p.person_id)
  ORDER BY p.group_id, p.person_id`;

/**
 * Writes the groups of these accounts as they are to be, what changed of them only; groups that are not given go. The
 * accounts' scores must be there.
 */
export async function save(
  tx: Tx,
  accountIds: readonly string[],
  groups: readonly { accountId: string; solutionId: string; group: BuyingGroup }[],
  modelVersion: number,
): Promise<void> {
  const ids = groups.map(({ accountId, solutionId }) =>
    nameId('group', tx.workspaceId, accountId, solutionId),
  );
  const members = groups.flatMap(({ group }, at) =>
    group.members.slice(0, MOST_MEMBERS).map((member) => ({ groupId: ids[at]!, ...member })),
  );
  await tx.client.query({
    name: 'save-groups',
    text: SAVE,
    values: [
      tx.workspaceId,
      plainList(accountIds),
      plainList(ids),
      plainList(groups.map((one) => one.accountId)),
      plainList(groups.map((one) => one.solutionId)),
      plainList(groups.map(({ group }) => group.score)),
      plainList(groups.map(({ group }) => group.completeness)),
      plainList(groups.map(({ group }) => group.coverage)),
      plainList(groups.map(({ group }) => group.engagement)),
      plainList(groups.map(({ group }) => group.status)),
      plainList(groups.map(({ group }) => group.members.length)),
      textList(groups.map(({ group }) => group.missingRoles.join(','))),
      textList(groups.map(({ group }) => JSON.stringify(group.parts.map(keptOf)))),
      plainList(groups.map(({ group }) => group.championId)),
      plainList(groups.map(({ group }) => group.blockerId)),
      timeList(groups.map(({ group }) => group.lastActivityAt)),
      plainList(members.map((one) => one.groupId)),
      plainList(members.map((one) => one.personId)),
      plainList(members.map((one) => one.role)),
      plainList(members.map((one) => one.confidence)),
      plainList(members.map((one) => one.source)),
      plainList(members.map((one) => one.status)),
      plainList(members.map((one) => one.points)),
      plainList(members.map((one) => one.engagement)),
      timeList(members.map((one) => one.lastActiveAt)),
      modelVersion,
    ],
  });
}

/** A part as it is stored: without names, or they would be most of the row, and without what follows from the rest. */
type KeptPart = [
  role: BuyingRole,
  weight: number,
  required: number,
  needed: boolean,
  assigned: number,
  active: number,
  points: number,
];

const keptOf = ({ role, weight, required, needed, assigned, active, points }: RolePart): KeptPart => [
  role,
  weight,
  required,
  needed,
  assigned,
  active,
  points,
];

function readParts(kept: readonly KeptPart[], engagement: number): RolePart[] {
  const roles = kept.map(([role, weight, required, needed, assigned, active, points]) => ({
    role,
    weight,
    required,
    needed,
    assigned,
    active,
    points,
  }));
  return partsOf(roles, engagement);
}

/** A stored group. */
export interface GroupRow {
  id: string;
  accountId: string;
  solutionId: string;
  score: number;
  completeness: number;
  coverage: number;
  engagement: number;
  status: GroupStatus;
  size: number;
  missingRoles: BuyingRole[];
  parts: RolePart[];
  championId: string | null;
  blockerId: string | null;
  lastActivityAt: Date | null;
  modelVersion: number;
}

const COLUMNS = `group_id AS id, account_id AS "accountId", solution_id AS "solutionId", score, completeness, coverage, engagement,
  status, size, missing AS "missingRoles", parts, champion_id AS "championId", blocker_id AS "blockerId",
  last_activity_at AS "lastActivityAt", model_version AS "modelVersion"`;

const toGroup = (row: Omit<GroupRow, 'parts'> & { parts: KeptPart[] }): GroupRow => ({
  ...row,
  parts: readParts(row.parts, row.engagement),
});

/** Account → its groups, the best first. */
export async function ofAccounts(tx: Tx, accountIds: readonly string[]): Promise<Map<string, GroupRow[]>> {
  const { rows } = await tx.client.query({
    name: 'groups-of-accounts',
    text: `SELECT ${COLUMNS} FROM buying_group WHERE workspace_id = $1 AND account_id = ANY($2) ORDER BY score DESC, group_id`,
    values: [tx.workspaceId, accountIds],
  });
  return Map.groupBy(rows.map(toGroup), ({ accountId }) => accountId);
}

/** Groups by id, in the order asked for; unknown ids are null. */
export async function byIds(tx: Tx, ids: readonly string[]): Promise<(GroupRow | null)[]> {
  const { rows } = await tx.client.query(
    `SELECT ${COLUMNS} FROM buying_group WHERE workspace_id = $1 AND group_id = ANY($2)`,
    [tx.workspaceId, ids],
  );
  const byId = new Map(rows.map((row) => [row.id, toGroup(row)]));
  return ids.map((id) => byId.get(id) ?? null);
}

export interface GroupFilter {
  accountId?: string | null;
  solutionId?: string | null;
  minScore?: number | null;
  minCompleteness?: number | null;
  status?: GroupStatus | null;
  /** Groups that miss this role. */
  missingRole?: BuyingRole | null;
}

/** One page of groups, the best first. */
export async function page(
  tx: Tx,
  filter: GroupFilter,
  limit: number,
  cursor: { value: number; id: string } | null,
  backward = false,
): Promise<GroupRow[]> {
  const { where, values } = conditions(tx, filter);
  if (cursor) {
    values.push(cursor.value, cursor.id);
    const [score, id] = [`$${values.length - 1}::float8`, `$${values.length}::uuid`];
    where.push(`(score, group_id) ${backward ? '>' : '<'} (${score}, ${id})`);
  }
  values.push(limit);
  const direction = backward ? 'ASC' : 'DESC';
  const { rows } = await tx.client.query(
    `SELECT ${COLUMNS} FROM buying_group WHERE ${where.join(' AND ')}
     ORDER BY score ${direction}, group_id ${direction} LIMIT $${values.length}`,
    values,
  );
  return (backward ? rows.reverse() : rows).map(toGroup);
}

export async function count(tx: Tx, filter: GroupFilter): Promise<number> {
  const { where, values } = conditions(tx, filter);
  const { rows } = await tx.client.query(
    `SELECT count(*) AS total FROM buying_group WHERE ${where.join(' AND ')}`,
    values,
  );
  return rows[0].total;
}

function conditions(tx: Tx, filter: GroupFilter): { where: string[]; values: unknown[] } {
  const { where, values, add } = conditionsOf(tx, 'workspace_id = $1');
  add((v) => `account_id = ${v}`, filter.accountId);
  add((v) => `solution_id = ${v}`, filter.solutionId);
  add((v) => `score >= ${v}`, filter.minScore);
  add((v) => `completeness >= ${v}`, filter.minCompleteness);
  add((v) => `status = ${v}`, filter.status);
  add((v) => `${v} = ANY(missing)`, filter.missingRole);
  return { where, values };
}

/** A stored member. */
export interface MemberRow {
  groupId: string;
  personId: string;
  role: BuyingRole;
  roleConfidence: number;
  roleSource: RoleSource;
  status: MemberStatus;
  points: number;
  engagement: number;
  lastActiveAt: Date | null;
}

/** Group → its members, the most engaged first. */
export async function membersOf(tx: Tx, groupIds: readonly string[]): Promise<Map<string, MemberRow[]>> {
  const { rows } = await tx.client.query({
    name: 'members-of-groups',
    text: `SELECT group_id AS "groupId", person_id AS "personId", role, confidence AS "roleConfidence", source AS "roleSource",
             status, points, engagement, last_active_at AS "lastActiveAt"
           FROM buying_group_member WHERE workspace_id = $1 AND group_id = ANY($2)
           ORDER BY points DESC, confidence DESC, person_id`,
    values: [tx.workspaceId, groupIds],
  });
  return Map.groupBy(rows as MemberRow[], ({ groupId }) => groupId);
}

/** Keeps a role given by hand. False: the person is not at that account. */
export async function giveRole(
  tx: Tx,
  group: Pick<GroupRow, 'accountId' | 'solutionId'>,
  personId: string,
  role: BuyingRole,
  now: Date,
): Promise<boolean> {
  const { rowCount } = await tx.client.query(
    `INSERT INTO buying_role (workspace_id, solution_id, person_id, home_id, role, given_at)
     SELECT $1, $2, person_id, coalesce(home_id, account_id), $4, $5 FROM person
     WHERE workspace_id = $1 AND person_id = $3 AND account_id = $6
     ON CONFLICT (workspace_id, solution_id, person_id) DO UPDATE SET home_id = EXCLUDED.home_id, role = EXCLUDED.role,
       given_at = EXCLUDED.given_at`,
    [tx.workspaceId, group.solutionId, personId, role, now, group.accountId],
  );
  return rowCount === 1;
}

const DEAL_FACTS = `
  WITH said AS (
    SELECT coalesce(a.survivor_id, a.account_id) AS account_id, c.facts, c.batch_id, NULL AS name
    FROM account AS a JOIN claim AS c ON c.workspace_id = $1 AND c.subject_id = a.account_id AND c.facts ?| $3
    WHERE a.workspace_id = $1 AND (a.account_id = ANY($2) OR a.survivor_id = ANY($2))
    UNION ALL
    SELECT p.account_id, c.facts, c.batch_id, coalesce(p.name, p.email, 'a known person')
    FROM person AS p JOIN claim AS c ON c.workspace_id = $1 AND c.subject_id = p.person_id AND c.facts ?| $3
    WHERE p.workspace_id = $1 AND p.account_id = ANY($2))
  SELECT s.account_id, f.key AS field, f.value->>0 AS value, (f.value->>1)::float8 AS at, coalesce(b.source, 'api') AS source,
    s.name, false AS form
  FROM said AS s CROSS JOIN jsonb_each(s.facts) AS f LEFT JOIN batch AS b ON b.workspace_id = $1 AND b.batch_id = s.batch_id
  WHERE f.key = ANY($3) AND (f.value->>1)::float8 <= $4
  UNION ALL
  SELECT s.account_id, f.key, f.value #>> '{}', round(date_part('epoch', s.occurred_at) * 1000), s.source,
    coalesce(p.name, p.email), true
  FROM signal AS s CROSS JOIN jsonb_each(s.attributes) AS f
    LEFT JOIN person AS p ON p.workspace_id = $1 AND p.person_id = s.person_id
  WHERE s.workspace_id = $1 AND s.account_id = ANY($2) AND s.kind IN ('content.form', 'content.demo_request', 'content.assessment')
    AND s.attributes ?| $3 AND f.key = ANY($3) AND jsonb_typeof(f.value) IN ('string', 'number', 'boolean')
    AND s.occurred_at <= to_timestamp($4 / 1000) AND s.received_at <= to_timestamp($4 / 1000)`;

/** Account → what the CRM, people and forms said of a deal by a moment; an account of which nothing was is not in it. */
export async function dealFacts(
  tx: Tx,
  accountIds: readonly string[],
  asOf: Date,
): Promise<Map<string, DealFact[]>> {
  const { rows } = await tx.client.query({
    name: 'deal-facts',
    text: DEAL_FACTS,
    values: [tx.workspaceId, accountIds, [...DEAL_FIELDS], asOf.getTime()],
  });
  const found = new Map<string, DealFact[]>();
  for (const { account_id: accountId, field, value, at, source, name, form } of rows) {
    const of = name === null ? '' : form ? ` by ${name}` : `, of ${name}`;
    const fact = { field, value, at: new Date(at), from: `${form ? `form (${source})` : source}${of}` };
    const known = found.get(accountId);
    if (known) known.push(fact);
    else found.set(accountId, [fact]);
  }
  return found;
}

/** Asks for the accounts that what was said of these accounts and people may matter to. */
export async function request(tx: Tx, subjectIds: readonly string[], now: Date): Promise<void> {
  await tx.client.query(
    `INSERT INTO rescore_request (workspace_id, request_id, account_id, requested_at)
     SELECT $1, gen_random_uuid(), account_id, $3 FROM (
       SELECT coalesce(survivor_id, account_id) AS account_id FROM account WHERE workspace_id = $1 AND account_id = ANY($2)
       UNION SELECT account_id FROM person WHERE workspace_id = $1 AND person_id = ANY($2) AND account_id IS NOT NULL) AS touched`,
    [tx.workspaceId, subjectIds, now],
  );
}
