/** Which of the parents that are said of accounts can hold together. */

/** No account has more levels above and below it together. */
export const MOST_LEVELS = 20;

/** "The parent of this account is that one"; one for each child. */
export interface SaidParent {
  childId: string;
  parentId: string;
  byHand: boolean;
  since: Date;
}

/** A parent that can't be: the child would be below itself, or there would be too many levels. */
export interface RefusedParent {
  childId: string;
  problem: 'CIRCLE' | 'TOO_DEEP';
}

/**
 * Takes one word after the other, those by hand first, then the older first (ties by child): what does not go with
 * those before it is refused. So the result does not depend on the order of arrival, and what was refused holds as
 * soon as what stood in its way is gone.
 */
export function arrange(said: readonly SaidParent[]): {
  parents: Map<string, string>;
  refused: RefusedParent[];
} {
  const parents = new Map<string, string>();
  const children = new Map<string, string[]>();
  const refused: RefusedParent[] = [];
  for (const { childId, parentId } of [...said].sort(inOrder)) {
    const above = levelsAbove(parentId, childId, parents);
    if (above === null) {
      refused.push({ childId, problem: 'CIRCLE' });
    } else if (above + 1 + levelsBelow(childId, children) > MOST_LEVELS) {
      refused.push({ childId, problem: 'TOO_DEEP' });
    } else {
      parents.set(childId, parentId);
      const others = children.get(parentId);
      if (others) others.push(childId);
      else children.set(parentId, [childId]);
    }
  }
  return { parents, refused };
}

const inOrder = (a: SaidParent, b: SaidParent): number =>
  Number(b.byHand) - Number(a.byHand) ||
  a.since.getTime() - b.since.getTime() ||
  (a.childId < b.childId ? -1 : 1);

/** Levels above an account; null if the other one is it or among them. */
function levelsAbove(id: string, other: string, parents: ReadonlyMap<string, string>): number | null {
  let levels = 0;
  for (let at: string | undefined = id; at !== undefined; at = parents.get(at), levels++) {
    if (at === other) return null;
  }
  return levels - 1;
}

function levelsBelow(id: string, children: ReadonlyMap<string, readonly string[]>): number {
  let levels = 0;
  for (let at = children.get(id) ?? []; at.length > 0; at = at.flatMap((one) => children.get(one) ?? []))
    levels++;
  return levels;
}
