/** Brings the parents of accounts in line with what is said of them. */
import { Invalid } from '../core/errors.ts';
import * as claims from '../store/claims.ts';
import type { Tx } from '../store/database.ts';
import * as graph from '../store/graph.ts';
import * as merges from '../store/merges.ts';

/** A parent that can't be. */
export interface Refused {
  accountId: string;
  problem: 'CIRCLE' | 'TOO_DEEP';
}

export function impossibleParent(problem: Refused['problem']): Invalid {
  return problem === 'CIRCLE'
    ? new Invalid(
        'an account can’t be below itself',
        'Give the upper one of the two another parent first, or none.',
        { code: 'CIRCLE', field: 'parent' },
      )
    : new Invalid(
        `more than ${graph.MOST_LEVELS} levels of accounts`,
        'Give an account nearer to the top as its parent.',
        { code: 'TOO_DEEP', field: 'parent' },
      );
}

/**
 * Settles the parents of these accounts and of those that wait for them. An edge that would close a circle or make
 * too many levels is not made; returns whose that was.
 */
export async function settleParents(tx: Tx, ids: readonly string[]): Promise<Refused[]> {
  const concerned = await graph.concernedBy(tx, ids);
  if (concerned.length === 0) return [];
  const said = await claims.of(tx, concerned);
  const owners = await graph.ownersOf(
    tx,
    [...said.values()].flat().flatMap(({ facts }) => (facts.parentDomain ? [String(facts.parentDomain[0])] : [])),
  );
  const wanted = [...said].map(([childId, about]) => {
    const edge = readEdge(about, owners);
    return { childId, edge: edge?.parentId === childId ? null : edge };
  });
  const changed = await graph.write(tx, wanted);
  if (changed.length === 0) return [];
  await graph.settle(tx, changed);
  const misplaced = new Map((await graph.misplaced(tx, changed)).map((one) => [one.accountId, one.problem]));
  if (misplaced.size === 0) return [];
  const refused: Refused[] = [];
  for (const { accountId, survivorId } of (await merges.standings(tx, changed)).values()) {
    const problem = misplaced.get(survivorId);
    if (problem) refused.push({ accountId, problem });
  }
  const wrong = refused.map((one) => one.accountId);
  await graph.write(
    tx,
    wrong.map((childId) => ({ childId, edge: null })),
  );
  await graph.settle(tx, wrong);
  return refused;
}

/** The latest that names an account there is. */
function readEdge(
  said: readonly claims.Claim[],
  owners: ReadonlyMap<string, string>,
): { parentId: string; since: Date } | null {
  let latest: { parentId: string; since: Date } | null = null;
  for (const { facts } of said) {
    if (!facts.parentDomain) continue;
    const [domain, at] = facts.parentDomain;
    const parentId = owners.get(String(domain));
    if (parentId && (!latest || at > latest.since.getTime())) {
      latest = { parentId, since: new Date(at) };
    }
  }
  return latest;
}
