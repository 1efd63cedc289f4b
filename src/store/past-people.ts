/** What is kept of people over time, for buying groups of the past. */
import type { BuyingRole } from '../core/group-model.ts';
import type { Tx } from './database.ts';

/** A role given by hand, which holds while the person stays at `homeId`. */
export interface GivenRole {
  personId: string;
  solutionId: string;
  homeId: string;
  role: BuyingRole;
}

/** Roles that these people had been given by a moment and have still: one that was given anew later is not known. */
export async function rolesGiven(tx: Tx, personIds: readonly string[], at: Date): Promise<GivenRole[]> {
  const { rows } = await tx.client.query(
    `SELECT person_id AS "personId", solution_id AS "solutionId", home_id AS "homeId", role FROM buying_role
     WHERE workspace_id = $1 AND person_id = ANY($2) AND given_at <= $3`,
    [tx.workspaceId, personIds, at],
  );
  return rows;
}

/** Those of these signals with a page or a title: what content rules are read against. */
export async function pagesOf(
  tx: Tx,
  signalIds: readonly string[],
): Promise<{ id: string; url: string | null; title: string | null }[]> {
  const { rows } = await tx.client.query(
    `SELECT signal_id AS id, url, title FROM signal
     WHERE workspace_id = $1 AND signal_id = ANY($2) AND (url IS NOT NULL OR title IS NOT NULL)`,
    [tx.workspaceId, signalIds],
  );
  return rows;
}
