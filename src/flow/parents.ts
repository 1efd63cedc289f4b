/** Brings the parents of accounts in line with what is said of them. */
import { Invalid } from '../core/errors.ts';
import { arrange, MOST_LEVELS, type RefusedParent } from '../core/hierarchy.ts';
import * as claims from '../store/claims.ts';
import type { Tx } from '../store/database.ts';
import * as graph from '../store/graph.ts';
import * as merges from '../store/merges.ts';

export function impossibleParent(problem: RefusedParent['problem']): Invalid {
  return problem === 'CIRCLE'
    ? new Invalid(
        'an account can’t be below itself',
        'Give the upper one of the two another parent first, or none.',
        { code: 'CIRCLE', field: 'parent' },
      )
    : new Invalid(
        `more than ${MOST_LEVELS} levels of accounts`,
        'Give an account nearer to the top as its parent.',
        { code: 'TOO_DEEP', field: 'parent' },
      );
}

/**
 * Settles the parents of these accounts and of those that wait for them. Returns whose parent, of those that changed,
 * can't be: it is kept, and holds once what stands in its way is gone.
 */
export async function settleParents(tx: Tx, ids: readonly string[], now: Date): Promise<RefusedParent[]> {
  const concerned = await graph.concernedBy(tx, ids);
  if (concerned.length === 0) return [];
  const said = await claims.of(tx, concerned);
  const owners = await graph.ownersOf(
    tx,
    [...said.values()]
      .flat()
      .flatMap(({ facts }) => (facts.parentDomain ? [String(facts.parentDomain[0])] : [])),
  );
  const wanted = [...said].map(([childId, about]) => {
    const edge = readEdge(about, owners);
    return { childId, edge: edge?.parentId === childId ? null : edge };
  });
  const changed = await graph.write(tx, wanted);
  if (changed.length === 0) return [];
  const survivors = await merges.standings(tx, changed);
  const refused = new Map((await arrangeParents(tx, changed, now)).map((one) => [one.childId, one]));
  return changed.flatMap((childId) => {
    const one = refused.get(survivors.get(childId)?.survivorId ?? childId);
    return one ? [{ childId, problem: one.problem }] : [];
  });
}

/** Works out the parents of all accounts that hang together with these; returns whose can't be. */
export async function arrangeParents(tx: Tx, ids: readonly string[], now: Date): Promise<RefusedParent[]> {
  const around = await graph.around(tx, ids);
  const { parents, refused } = arrange(around.said);
  await graph.writeParents(tx, [...new Set([...around.ids, ...ids])], parents, now);
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
