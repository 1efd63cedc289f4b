/** Solutions: what a workspace sells. A workspace that has named none gets one that is about everything. */
import { nameId } from '../core/id.ts';
import { type Solution, type SolutionInput, usualSolution } from '../core/solution.ts';
import type { Tx } from './database.ts';

const idOf = (workspaceId: string, name: string): string =>
  nameId('solution', workspaceId, name.toLowerCase());

/** Solutions by name; what `settle` would store where there is none. */
export async function list(tx: Tx): Promise<Solution[]> {
  const stored = await read(tx);
  return stored.length > 0 ? stored : [usual(tx)];
}

/** The same; the usual one is stored where there is none. */
export async function settle(tx: Tx, now: Date): Promise<Solution[]> {
  const stored = await read(tx);
  if (stored.length > 0) return stored;
  await write(tx, [usual(tx)], now);
  return [usual(tx)];
}

const usual = (tx: Tx): Solution => ({
  ...usualSolution,
  id: idOf(tx.workspaceId, usualSolution.name),
  usual: true,
});

async function read(tx: Tx): Promise<Solution[]> {
  const { rows } = await tx.client.query({
    name: 'solutions',
    text: `SELECT solution_id AS id, name, topics, clusters, content, template, usual FROM solution
           WHERE workspace_id = $1 ORDER BY name, solution_id`,
    values: [tx.workspaceId],
  });
  return rows;
}

/** Puts the whole list in place of the one there was: groups of solutions that are not in it go, roles given by hand too. */
export async function replace(tx: Tx, inputs: readonly SolutionInput[], now: Date): Promise<Solution[]> {
  const solutions = inputs.map((input) => ({ ...input, id: idOf(tx.workspaceId, input.name), usual: false }));
  await tx.client.query('DELETE FROM solution WHERE workspace_id = $1 AND solution_id <> ALL($2)', [
    tx.workspaceId,
    solutions.map(({ id }) => id),
  ]);
  await write(tx, solutions, now);
  return solutions;
}

async function write(tx: Tx, solutions: readonly Solution[], now: Date): Promise<void> {
  const rows = solutions.map(({ id, ...rest }) => ({ solution_id: id, ...rest }));
  await tx.client.query(
    `INSERT INTO solution AS s (workspace_id, solution_id, name, topics, clusters, content, template, usual, declared_at)
     SELECT $1, solution_id, name, topics, clusters, content, nullif(template, 'null'), usual, $3
     FROM jsonb_to_recordset($2::jsonb) AS t (solution_id uuid, name text, topics text[], clusters text[], content jsonb,
       template jsonb, usual boolean)
     ON CONFLICT (workspace_id, solution_id) DO UPDATE SET name = EXCLUDED.name, topics = EXCLUDED.topics,
       clusters = EXCLUDED.clusters, content = EXCLUDED.content, template = EXCLUDED.template, usual = EXCLUDED.usual`,
    [tx.workspaceId, JSON.stringify(rows), now],
  );
}
