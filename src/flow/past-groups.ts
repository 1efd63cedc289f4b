/** Buying groups as of a moment: by the same rules, from what was known of signals and people then. */
import { nameId } from '../core/id.ts';
import type { Evidence } from '../core/scoring/evidence.ts';
import { type Candidate, scoreGroup } from '../core/scoring/group.ts';
import { tally } from '../core/scoring/tally.ts';
import { rowsOn } from '../core/solution.ts';
import * as accounts from '../store/accounts.ts';
import type { Tx } from '../store/database.ts';
import * as groups from '../store/groups.ts';
import * as models from '../store/models.ts';
import * as pastPeople from '../store/past-people.ts';
import * as people from '../store/people.ts';
import * as scoreHistory from '../store/score-history.ts';
import * as solutions from '../store/solutions.ts';
import * as timeline from '../store/timeline.ts';
import { clustersOf, contentOf } from './groups.ts';
import { saidBy } from './history.ts';
import { readPerson } from './settle.ts';

export interface PastGroup extends groups.GroupRow {
  /** The most engaged first; as many as are kept of a group. */
  members: groups.MemberRow[];
}

/**
 * The buying groups of these accounts as of a moment, the best first, by account: with the signals received by then,
 * where they stood then, what was said of people by then, and the model that was active then. Not kept over time, and so
 * as they are today: solutions and clusters, who has which domain, roles given by hand that were given anew since, and
 * people who went to another account since without having done anything there.
 */
export async function groupsAt(
  tx: Tx,
  accountIds: readonly string[],
  at: Date,
  now: Date,
): Promise<Map<string, PastGroup[]>> {
  const { model, version } = await models.activeAt(tx, at, now);
  const evidence = await timeline.evidence(tx, accountIds, at);
  const staff = await staffAt(tx, accountIds, evidence, at);
  const sold = await solutions.list(tx);
  const clusters = await clustersOf(tx, sold);
  const signalIds = [...evidence.values()].flatMap((signals) => signals.map(({ id }) => id));
  const content = await contentOf(sold, () => pastPeople.pagesOf(tx, signalIds));
  return new Map(
    accountIds.map((accountId) => {
      const counted = tally(evidence.get(accountId) ?? [], model, at);
      const found = sold.flatMap((solution): PastGroup[] => {
        const group = scoreGroup(
          (staff.get(accountId) ?? []).map(({ manualRoles, ...one }) => ({
            ...one,
            manualRole: manualRoles.get(solution.id) ?? null,
          })),
          counted,
          rowsOn(solution, counted.columns, clusters, content.get(solution.id) ?? new Set()),
          solution.template ?? model.groups.template,
          model,
        );
        if (!group) return [];
        const { members, ...rest } = group;
        const id = nameId('group', tx.workspaceId, accountId, solution.id, at.toISOString());
        return [
          {
            ...rest,
            id,
            accountId,
            solutionId: solution.id,
            size: members.length,
            modelVersion: version,
            members: members
              .slice(0, groups.MOST_MEMBERS)
              .map(({ confidence, source, sentiment: _, ...member }) => ({
                groupId: id,
                ...member,
                roleConfidence: confidence,
                roleSource: source,
              })),
          },
        ];
      });
      return [accountId, found.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))];
    }),
  );
}

interface PastCandidate extends Omit<Candidate, 'manualRole'> {
  /** By solution. */
  manualRoles: Map<string, pastPeople.GivenRole['role']>;
}

/**
 * Who was at these accounts, by account. Whoever had done something by then was there, even if who they are was said
 * later: then by what was said first.
 */
async function staffAt(
  tx: Tx,
  accountIds: readonly string[],
  evidence: ReadonlyMap<string, readonly Evidence[]>,
  at: Date,
): Promise<Map<string, PastCandidate[]>> {
  const families = await scoreHistory.familiesAt(tx, accountIds, at);
  const memberOf = new Map(
    accountIds.flatMap((id) => [id, ...(families.get(id) ?? [])].map((home) => [home, id] as const)),
  );
  const acting = new Set(
    [...evidence.values()].flatMap((signals) =>
      signals.flatMap(({ actor }) => (actor.startsWith('person:') ? actor.slice('person:'.length) : [])),
    ),
  );
  const ids = [...new Set([...acting, ...(await people.idsAt(tx, [...memberOf.keys()]))])].sort();
  const said = await scoreHistory.claimsOf(tx, ids);
  const owners = await accounts.idsByDomain(
    tx,
    [...said.values()].flatMap((about) => about.flatMap(({ domains }) => domains)),
  );
  const given = Map.groupBy(await pastPeople.rolesGiven(tx, ids, at), ({ personId }) => personId);
  const found = new Map<string, PastCandidate[]>();
  for (const [personId, about] of said) {
    const known = saidBy(about, at, acting.has(personId));
    if (known.length === 0) continue;
    const { accountId, homeId, title, leadStatus, buyingRole } = readPerson(personId, known, owners);
    const home = homeId ?? accountId;
    const of = home === null ? undefined : memberOf.get(home);
    if (of === undefined) continue;
    const roles = (given.get(personId) ?? []).filter((one) => one.homeId === home);
    const candidate: PastCandidate = {
      personId,
      title,
      crmRole: buyingRole as Candidate['crmRole'],
      inOpportunity: leadStatus === 'OPPORTUNITY' || leadStatus === 'CUSTOMER',
      manualRoles: new Map(roles.map(({ solutionId, role }) => [solutionId, role])),
    };
    const others = found.get(of);
    if (others) others.push(candidate);
    else found.set(of, [candidate]);
  }
  return found;
}
