/** Scores as they stand, their history by day, and the requests to compute them again. */
import type { FitPart } from '../core/scoring/fit.ts';
import type { Contribution } from '../core/scoring/heat.ts';
import type { AccountScore } from '../core/scoring/score.ts';
import type { Stage } from '../core/scoring/stage.ts';
import { plainList, textList, timeList } from './array-literal.ts';
import type { Tx } from './database.ts';
import { NOTE_CHANGES } from './rescore-requests.ts';

/** A stored score: what the API shows without computing anything. */
export interface StoredScore {
  accountId: string;
  heat: number;
  raw: number;
  band: string;
  trend7d: number;
  fit: number;
  coverage: number;
  disqualifiedBy: string | null;
  qualification: number;
  qualificationTier: string;
  qualificationReason: string;
  stage: string;
  stageReason: string;
  detail: Detail;
  actors: number;
  lastActivityAt: Date | null;
  modelVersion: number;
  scoredAt: Date;
}

/** What explains a score. */
export interface Detail {
  /** null: not with it, as they are not stored; they are computed when asked for. */
  readonly contributions: Contribution[] | null;
  /** The strongest ten in words. */
  reasons: string[];
  fitParts: FitPart[];
}

/** As it is stored: without names, and short enough that a row stays in its page. */
export interface KeptDetail {
  reasons: string[];
  fit: [attribute: string, value: number | null, weight: number, points: number, reason: string][];
  /** Tells one list of changes of stage from another. */
  stages: string;
}

const keptOf = ({ reasons, fit, stage }: AccountScore): KeptDetail => ({
  stages: digestOf(JSON.stringify(stage.changes)),
  reasons: reasons.map(({ text }) => text),
  fit: fit.parts.map(({ attribute, value, weight, points, reason }) => [
    attribute,
    value,
    weight,
    points,
    reason,
  ]),
});

/** Two times 32 bits of FNV-1a; a list that changed keeps it with a chance of one in 10¹⁹. */
function digestOf(text: string): string {
  let one = 0x811c9dc5;
  let other = 0x01000193;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other + unit, 0x85ebca6b) ^ (other >>> 13);
  }
  return `${(one >>> 0).toString(36)}${(other >>> 0).toString(36)}`;
}

/** A detail from its stored shape. */
export const readDetail = ({ reasons, fit }: Pick<KeptDetail, 'reasons' | 'fit'>): Detail => ({
  contributions: null,
  reasons,
  fitParts: fit.map(([attribute, value, weight, points, reason]) => ({
    attribute,
    value,
    weight,
    points,
    reason,
  })),
});

const SAVE = `
  WITH fresh AS (
    SELECT * FROM unnest($2::uuid[], $3::float8[], $4::float8[], $5::text[], $6::float8[], $7::float8[], $8::float8[],
      $9::text[], $10::float8[], $11::text[], $12::text[], $13::text[], $14::text[], $15::jsonb[], $16::int[], $17::timestamptz[])
      AS t (account_id, heat, raw, band, trend_7d, fit, coverage, disqualified_by, qualification, qualification_tier,
        qualification_reason, stage, stage_reason, detail, actors, last_activity_at)),
  -- What is there is looked up once; rows are changed where they were found.
  stored AS MATERIALIZED (
    SELECT k.ctid AS place, k.* FROM account_score AS k WHERE k.workspace_id = $1 AND k.account_id = ANY($2)),
  -- Not by ON CONFLICT, which locks each row before it changes it and so writes twice. A row that says the same of the
  -- same day is left alone.
  changed AS (
    UPDATE account_score AS s SET heat = f.heat, raw = f.raw, band = f.band, trend_7d = f.trend_7d, fit = f.fit,
      coverage = f.coverage, disqualified_by = f.disqualified_by, qualification = f.qualification,
      qualification_tier = f.qualification_tier, qualification_reason = f.qualification_reason, stage = f.stage,
      stage_reason = f.stage_reason, detail = f.detail, actors = f.actors, last_activity_at = f.last_activity_at,
      model_version = $18, scored_at = $19
    FROM fresh AS f JOIN stored AS k USING (account_id)
    WHERE s.workspace_id = $1 AND s.ctid = k.place
      AND (k.heat, k.raw, k.band, k.trend_7d, k.fit, k.coverage, k.disqualified_by, k.qualification, k.qualification_tier,
          k.qualification_reason, k.stage, k.stage_reason, k.actors, k.last_activity_at, k.model_version, k.detail,
          (k.scored_at AT TIME ZONE 'UTC')::date)
        IS DISTINCT FROM (f.heat, f.raw, f.band, f.trend_7d, f.fit, f.coverage, f.disqualified_by, f.qualification,
          f.qualification_tier, f.qualification_reason, f.stage, f.stage_reason, f.actors, f.last_activity_at, $18, f.detail,
          $20::date)),
  added AS (
    INSERT INTO account_score
    SELECT $1, account_id, heat, raw, band, trend_7d, fit, coverage, disqualified_by, qualification, qualification_tier,
      qualification_reason, stage, stage_reason, detail, actors, last_activity_at, $18, $19
    FROM fresh AS f WHERE f.account_id NOT IN (SELECT account_id FROM stored) ORDER BY account_id),
  yesterday AS (
    SELECT f.account_id, h.heat, h.qualification, h.stage
    FROM fresh AS f LEFT JOIN LATERAL (
      SELECT heat, qualification, stage FROM score_history
      WHERE workspace_id = $1 AND account_id = f.account_id AND day < $20 ORDER BY day DESC LIMIT 1) AS h ON true),
  differing AS (
    SELECT f.* FROM fresh AS f JOIN yesterday AS y USING (account_id)
    WHERE (coalesce(y.heat, 0), coalesce(y.qualification, -1), coalesce(y.stage, '')) IS DISTINCT FROM (f.heat, f.qualification, f.stage)),
  unchanged AS (
    DELETE FROM score_history AS h USING fresh AS f
    WHERE h.workspace_id = $1 AND h.day = $20 AND h.account_id = f.account_id
      AND f.account_id NOT IN (SELECT account_id FROM differing)),
  noted AS (
  INSERT INTO score_history AS h
  SELECT $1, account_id, $20, heat, raw, qualification, stage, $18 FROM differing ORDER BY account_id
  ON CONFLICT (workspace_id, account_id, day) DO UPDATE SET heat = EXCLUDED.heat, raw = EXCLUDED.raw,
    qualification = EXCLUDED.qualification, stage = EXCLUDED.stage, model_version = EXCLUDED.model_version)
  -- As it was before.
  SELECT account_id FROM fresh AS f LEFT JOIN stored AS s USING (account_id)
  WHERE (s.detail->>'stages') IS DISTINCT FROM (f.detail->>'stages')`;

/** A score in the shape it is saved in. */
export interface ScoreRow
  extends Omit<StoredScore, 'stage' | 'stageReason' | 'detail' | 'modelVersion' | 'scoredAt'> {
  stage: Stage;
  /** JSON. */
  detail: string;
}

export const rowOf = (accountId: string, score: AccountScore): ScoreRow => ({
  ...figuresOf(accountId, score),
  stage: score.stage,
  detail: JSON.stringify(keptOf(score)),
});

/** What a score says without its stage and what explains it. */
const figuresOf = (accountId: string, score: AccountScore) => ({
  accountId,
  heat: score.heat.value,
  raw: score.heat.raw,
  band: score.heat.band,
  trend7d: score.trend7d,
  fit: score.fit.value,
  coverage: score.fit.coverage,
  disqualifiedBy: score.fit.disqualifiedBy,
  qualification: score.qualification.value,
  qualificationTier: score.qualification.tier,
  qualificationReason: score.qualification.reason,
  actors: score.heat.actors,
  lastActivityAt: score.heat.lastActivityAt,
});

/**
 * Saves scores of a moment; the history gets a row only where the day differs from the one before. Returns the accounts
 * whose changes of stage are others than before.
 */
export async function save(
  tx: Tx,
  rows: readonly ScoreRow[],
  modelVersion: number,
  asOf: Date,
): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const { rows: restaged } = await tx.client.query({
    name: 'save-scores',
    text: SAVE,
    values: [
      tx.workspaceId,
      plainList(rows.map((row) => row.accountId)),
      plainList(rows.map((row) => row.heat)),
      plainList(rows.map((row) => row.raw)),
      plainList(rows.map((row) => row.band)),
      plainList(rows.map((row) => row.trend7d)),
      plainList(rows.map((row) => row.fit)),
      plainList(rows.map((row) => row.coverage)),
      plainList(rows.map((row) => row.disqualifiedBy)),
      plainList(rows.map((row) => row.qualification)),
      plainList(rows.map((row) => row.qualificationTier)),
      textList(rows.map((row) => row.qualificationReason)),
      plainList(rows.map((row) => row.stage.stage)),
      textList(rows.map((row) => row.stage.reason)),
      textList(rows.map((row) => row.detail)),
      plainList(rows.map((row) => row.actors)),
      timeList(rows.map((row) => row.lastActivityAt)),
      modelVersion,
      asOf,
      asOf.toISOString().slice(0, 10),
    ],
  });
  return new Set(restaged.map((row) => row.account_id));
}

/** A score as `save` stores it, for one computed on demand. */
export function toStored(
  accountId: string,
  score: AccountScore,
  modelVersion: number,
  asOf: Date,
): StoredScore {
  return {
    ...figuresOf(accountId, score),
    stage: score.stage.stage,
    stageReason: score.stage.reason,
    detail: {
      get contributions() {
        return score.heat.contributions;
      },
      reasons: score.reasons.map(({ text }) => text),
      fitParts: score.fit.parts,
    },
    modelVersion,
    scoredAt: asOf,
  };
}

/** Stored scores by account. */
export async function byAccounts(tx: Tx, accountIds: readonly string[]): Promise<Map<string, StoredScore>> {
  const { rows } = await tx.client.query({
    name: 'scores-by-account',
    text: 'SELECT * FROM account_score WHERE workspace_id = $1 AND account_id = ANY($2)',
    values: [tx.workspaceId, accountIds],
  });
  return new Map(
    rows.map((row) => [
      row.account_id,
      {
        accountId: row.account_id,
        heat: row.heat,
        raw: row.raw,
        band: row.band,
        trend7d: row.trend_7d,
        fit: row.fit,
        coverage: row.coverage,
        disqualifiedBy: row.disqualified_by,
        qualification: row.qualification,
        qualificationTier: row.qualification_tier,
        qualificationReason: row.qualification_reason,
        stage: row.stage,
        stageReason: row.stage_reason,
        detail: readDetail(row.detail),
        actors: row.actors,
        lastActivityAt: row.last_activity_at,
        modelVersion: row.model_version,
        scoredAt: row.scored_at,
      },
    ]),
  );
}

/** Asks for accounts to be scored again. */
export async function request(tx: Tx, accountIds: readonly string[], now: Date): Promise<void> {
  if (accountIds.length === 0) return;
  await tx.client.query(
    `INSERT INTO rescore_request (workspace_id, request_id, account_id, requested_at)
     SELECT $1, gen_random_uuid(), id, $3 FROM unnest($2::uuid[]) AS id`,
    [tx.workspaceId, accountIds, now],
  );
}

/** Asks for every account, since the day or the model is another. Accounts that were never scored are among them. */
export async function requestAll(tx: Tx, now: Date): Promise<void> {
  await tx.client.query(
    `INSERT INTO rescore_request (workspace_id, request_id, account_id, requested_at, of_timeline)
     SELECT workspace_id, gen_random_uuid(), account_id, $2, false FROM account WHERE workspace_id = $1 AND survivor_id IS NULL`,
    [tx.workspaceId, now],
  );
}

/** Until the transaction's end nobody else saves scores. */
export async function lockScores(tx: Tx): Promise<void> {
  await tx.client.query("SELECT pg_advisory_xact_lock(hashtextextended('undercurrent.rescore.' || $1, 0))", [
    tx.workspaceId,
  ]);
}

/**
 * Takes requests off the list, within this transaction: if it fails they are still asked for, and what is asked for
 * meanwhile stays. `after`: only accounts behind that id. One transaction at a time per workspace, so that an older reading never overwrites a newer score.
 */
export async function takeRequested(tx: Tx, limit: number, after: string | null): Promise<string[]> {
  await lockScores(tx);
  const { rows } = await tx.client.query({
    name: 'take-requested',
    text: `WITH mine AS (
        SELECT DISTINCT account_id FROM rescore_request
        WHERE workspace_id = $1 AND ($3::uuid IS NULL OR account_id > $3) ORDER BY account_id LIMIT $2),
      gone AS (
        DELETE FROM rescore_request AS r USING mine WHERE r.workspace_id = $1 AND r.account_id = mine.account_id
        RETURNING r.account_id, r.of_timeline),
      ${NOTE_CHANGES}
      SELECT account_id FROM mine ORDER BY account_id`,
    values: [tx.workspaceId, limit, after],
  });
  return rows.map((row) => row.account_id);
}

export async function requested(tx: Tx): Promise<number> {
  const { rows } = await tx.client.query(
    'SELECT count(DISTINCT account_id) AS waiting FROM rescore_request WHERE workspace_id = $1',
    [tx.workspaceId],
  );
  return rows[0].waiting;
}

/** When the newest score was computed. */
export async function scoredAt(tx: Tx): Promise<Date | null> {
  const { rows } = await tx.client.query(
    'SELECT max(scored_at) AS at FROM account_score WHERE workspace_id = $1',
    [tx.workspaceId],
  );
  return rows[0].at;
}

/** Heat of each account at the end of a UTC day, as it was stored then; absent: it had none. */
export async function heatOn(
  tx: Tx,
  accountIds: readonly string[],
  day: string,
): Promise<Map<string, number>> {
  const { rows } = await tx.client.query(
    `SELECT DISTINCT ON (account_id) account_id, heat FROM score_history
     WHERE workspace_id = $1 AND account_id = ANY($2) AND day <= $3 ORDER BY account_id, day DESC`,
    [tx.workspaceId, accountIds, day],
  );
  return new Map(rows.map((row) => [row.account_id, row.heat]));
}

/** A stored score of a day on which it differed from the day before. */
export interface HistoryPoint {
  /** `YYYY-MM-DD`, UTC. */
  day: string;
  heat: number;
  raw: number;
  qualification: number;
  stage: string;
  modelVersion: number;
}

/** Histories of these accounts from day to day (both inclusive, UTC), oldest first. */
export async function history(
  tx: Tx,
  accountIds: readonly string[],
  from: Date,
  to: Date,
): Promise<Map<string, HistoryPoint[]>> {
  const { rows } = await tx.client.query(
    `SELECT account_id, day, heat, raw, qualification, stage, model_version FROM score_history
     WHERE workspace_id = $1 AND account_id = ANY($2) AND day >= $3 AND day <= $4 ORDER BY account_id, day`,
    [tx.workspaceId, accountIds, from.toISOString().slice(0, 10), to.toISOString().slice(0, 10)],
  );
  const byAccount = new Map<string, HistoryPoint[]>(accountIds.map((id) => [id, []]));
  for (const row of rows) {
    const { day, heat, raw, qualification, stage, model_version: modelVersion } = row;
    byAccount.get(row.account_id)!.push({ day, heat, raw, qualification, stage, modelVersion });
  }
  return byAccount;
}
