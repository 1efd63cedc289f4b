/** Clues that signals without an account carry: what such a signal is found by when that comes which it waits for. */
import type { Tx } from './database.ts';

/** `NAME`, `NETWORK` and `DOMAIN` are what a review asks about; `OWNER` is the domain of a network's owner. */
type Kind = 'NAME' | 'NETWORK' | 'DOMAIN' | 'OWNER' | 'CRM' | 'LINKEDIN';

/** An index takes no longer texts; those with one beginning count as one. */
const LONGEST = 500;

/** The clue as it is kept. */
export const keyOf = (kind: Kind, value: string): string =>
  `${kind} ${Array.from(value.slice(0, 2 * LONGEST))
    .slice(0, LONGEST)
    .join('')}`;

/** Clues of the signal `s`, as rows `k` of kind and value. */
const CLUES = `CROSS JOIN LATERAL (VALUES
    ('NAME', s.clues->>'nameKey'), ('DOMAIN', s.clues->>'domain'), ('DOMAIN', s.clues->>'emailDomain'),
    ('CRM', s.clues->>'crmId'), ('LINKEDIN', s.clues->>'linkedin'),
    ('NETWORK', CASE s.clues->'network'->>'class' WHEN 'business' THEN s.clues->>'networkKey' END),
    ('OWNER', CASE s.clues->'network'->>'class' WHEN 'business' THEN s.clues->'network'->>'domain' END)) AS k (kind, value)`;
const KEY = `k.kind || ' ' || left(k.value, ${LONGEST})`;

/** Whether there is any of `CLUES`, so that somebody may come whom a signal with these was waiting for. */
export function isFindable(clues: unknown): boolean {
  const { nameKey, domain, emailDomain, crmId, linkedin, network } = clues as Partial<
    Record<string, unknown>
  >;
  const isCompany = (network as { class?: string } | undefined)?.class === 'business';
  return Boolean(nameKey || domain || emailDomain || crmId || linkedin || isCompany);
}

/** For statements that write signals: keeps the clues of the signals `s` in `from` that have no account. */
export const keep = (from: string): string => `
    INSERT INTO waiting_clue (workspace_id, clue, signal_id)
    SELECT $1, ${KEY}, s.signal_id FROM ${from} ${CLUES}
    WHERE s.account_id IS NULL AND k.value IS NOT NULL ON CONFLICT DO NOTHING`;

/** For the same: lets go of the clues of these signals. */
export const drop = (ids: string): string =>
  `DELETE FROM waiting_clue WHERE workspace_id = $1 AND signal_id IN (${ids})`;

/** How many signals wait with the clue of the review `r`. */
export const COUNT = `(SELECT count(*) FROM waiting_clue AS w
    WHERE w.workspace_id = $1 AND w.clue = r.kind || ' ' || left(r.value, ${LONGEST}))`;

/** What accounts and answers bring. */
export interface Keys {
  domains: readonly string[];
  nameKeys: readonly string[];
  /** null: for accounts that were discovered, whose domain nobody can have waited for. */
  crmIds: readonly string[] | null;
  linkedins?: readonly string[];
}

/** Ids of the signals that wait for one of these, and of those that would but for a merge; in their order. */
export async function idsFor(tx: Tx, keys: Keys, limit: number): Promise<string[]> {
  const { domains, nameKeys, crmIds, linkedins = [] } = keys;
  const of = (kind: Kind, values: readonly string[]) => values.map((value) => keyOf(kind, value));
  const clues = [
    ...of('NAME', nameKeys),
    ...of('NETWORK', nameKeys),
    ...of('OWNER', domains),
    ...(crmIds ? [...of('DOMAIN', domains), ...of('CRM', crmIds), ...of('LINKEDIN', linkedins)] : []),
  ];
  const { rows } = await tx.client.query({
    name: 'waiting-for',
    text: `SELECT signal_id AS id FROM waiting_clue WHERE workspace_id = $1 AND clue = ANY($2::text[])
           UNION SELECT m.signal_id FROM merged_signal AS m JOIN signal AS s ON s.workspace_id = $1 AND s.signal_id = m.signal_id ${CLUES}
             WHERE m.workspace_id = $1 AND m.account_id IS NULL AND ${KEY} = ANY($2)
           ORDER BY 1 LIMIT $3`,
    values: [tx.workspaceId, clues, limit],
  });
  return rows.map((row) => row.id);
}

/** Normal names that signals wait with, of companies and of networks' owners. */
export async function names(tx: Tx, limit: number): Promise<string[]> {
  const { rows } = await tx.client.query(
    `SELECT clue FROM (
       SELECT DISTINCT clue FROM waiting_clue WHERE workspace_id = $1 AND clue >= 'NAME ' AND clue < 'NAME!') AS n
     UNION ALL
     SELECT clue FROM (
       SELECT DISTINCT clue FROM waiting_clue WHERE workspace_id = $1 AND clue >= 'NETWORK ' AND clue < 'NETWORK!') AS o
     ORDER BY 1 LIMIT $2`,
    [tx.workspaceId, limit],
  );
  return [...new Set(rows.map(({ clue }) => clue.slice(clue.indexOf(' ') + 1)))];
}

/** How far placing again has come: with the match rules `by` (null: the usual ones), done up to the signal `after`. */
export interface Progress {
  by: string | null;
  after: string | null;
}

export async function progress(tx: Tx): Promise<Progress> {
  const { rows } = await tx.client.query<Progress>(
    'SELECT placed_by AS by, placed_after AS after FROM workspace WHERE workspace_id = $1',
    [tx.workspaceId],
  );
  return rows[0]!;
}

export async function saveProgress(tx: Tx, { by, after }: Progress): Promise<void> {
  await tx.client.query('UPDATE workspace SET placed_by = $2, placed_after = $3 WHERE workspace_id = $1', [
    tx.workspaceId,
    by,
    after,
  ]);
}

/** Ids of signals without an account, for one of these reasons, after the one given; in their order. */
export async function doubtful(
  tx: Tx,
  reasons: readonly string[],
  after: string,
  limit: number,
): Promise<string[]> {
  const { rows } = await tx.client.query(
    `SELECT signal_id AS id FROM signal
     WHERE workspace_id = $1 AND account_id IS NULL AND signal_id > $2 AND unplaced ^@ ANY($3::text[])
     ORDER BY signal_id LIMIT $4`,
    [tx.workspaceId, after, reasons, limit],
  );
  return rows.map((row) => row.id);
}
