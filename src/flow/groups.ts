/** Buying groups: computed with the scores of their accounts; roles given by hand; what is known of a deal. */
import { NotFound } from '../core/errors.ts';
import type { BuyingRole } from '../core/group-model.ts';
import type { ScoringModel } from '../core/model.ts';
import type { DealFacts, KnownMember } from '../core/scoring/bant.ts';
import type { FlagGroup } from '../core/scoring/flags.ts';
import { scoreGroup } from '../core/scoring/group.ts';
import type { Tally } from '../core/scoring/tally.ts';
import { contentReader, parseSolutions, rowsOn, type Solution } from '../core/solution.ts';
import type { Tx } from '../store/database.ts';
import * as groups from '../store/groups.ts';
import * as people from '../store/people.ts';
import * as scores from '../store/scores.ts';
import * as solutions from '../store/solutions.ts';
import * as topics from '../store/topics.ts';

/** The groups of some accounts in the making. */
export interface Grouping {
  /** People at the accounts. */
  staff: ReadonlyMap<string, readonly groups.Person[]>;
  /** Makes the groups of an account. */
  judge(accountId: string, counted: Tally): FlagGroup[];
  /** Brings what is stored up to date; the accounts' scores must be. */
  save(version: number): Promise<void>;
}

/** Reads what the groups of these accounts are made from besides signals. */
export async function open(
  tx: Tx,
  accountIds: readonly string[],
  model: ScoringModel,
  now: Date,
): Promise<Grouping> {
  const staff = await groups.peopleOf(tx, accountIds);
  const sold = staff.size > 0 ? await solutions.settle(tx, now) : [];
  const clusters = await clustersOf(tx, sold);
  const content = await contentOf(sold, () => groups.pagesOf(tx, [...staff.keys()]));
  const found: Parameters<typeof groups.save>[2][number][] = [];
  return {
    staff,
    judge(accountId, counted) {
      const people = staff.get(accountId);
      if (!people) return [];
      return sold.flatMap((solution) => {
        const group = scoreGroup(
          people.map(({ id, manualRoles, leadStatus: _, ...person }) => ({
            ...person,
            personId: id,
            manualRole: manualRoles[solution.id] ?? null,
          })),
          counted,
          rowsOn(solution, counted.columns, clusters, content.get(solution.id) ?? new Set()),
          solution.template ?? model.groups.template,
          model,
        );
        if (!group) return [];
        found.push({ accountId, solutionId: solution.id, group });
        return [{ solution: solution.name, members: group.members.slice(0, groups.MOST_MEMBERS) }];
      });
    },
    save: (version) => groups.save(tx, accountIds, found, version),
  };
}

/** Cluster → its topics; read only if a solution names one. */
export async function clustersOf(tx: Tx, sold: readonly Solution[]): Promise<Map<string, string[]>> {
  if (sold.every(({ clusters }) => clusters.length === 0)) return new Map();
  return new Map((await topics.clusters(tx)).map((one) => [one.name, one.topics.map(({ topic }) => topic)]));
}

/** Solution → ids of the signals that its content rules fit; pages are read only if there are rules. */
export async function contentOf(
  sold: readonly Solution[],
  readPages: () => Promise<readonly { id: string; url: string | null; title: string | null }[]>,
): Promise<Map<string, Set<string>>> {
  const found = new Map(sold.map(({ id }) => [id, new Set<string>()]));
  if (sold.every(({ content }) => content.length === 0)) return found;
  const read = contentReader(sold);
  for (const page of await readPages()) {
    for (const id of read(page)) found.get(id)!.add(page.id);
  }
  return found;
}

/** Puts a list of solutions in place of the one there was, and asks for every account. Throws `Invalid`. */
export async function replaceSolutions(tx: Tx, document: unknown, now: Date): Promise<Solution[]> {
  const replaced = await solutions.replace(tx, parseSolutions(document), now);
  await scores.requestAll(tx, now);
  return replaced;
}

/** Gives somebody a role by hand, which confirms them; asks for their account. Throws `NotFound`. */
export async function giveRole(
  tx: Tx,
  groupId: string,
  personId: string,
  role: BuyingRole,
  now: Date,
): Promise<groups.GroupRow> {
  const [group] = await groups.byIds(tx, [groupId]);
  if (!group) throw new NotFound('There is no such buying group.', 'Ask for `buyingGroups` again.');
  if (!(await groups.giveRole(tx, group, personId, role, now))) {
    throw new NotFound(
      'That person is not at the account of this group.',
      'Choose somebody of its `people`.',
    );
  }
  await scores.request(tx, [group.accountId], now);
  return group;
}

/** Account → what is known of a deal by now: said by the CRM, people or forms, or shown by its buying groups. */
export async function dealFactsOf(
  tx: Tx,
  accountIds: readonly string[],
  activeDays: number,
  now: Date,
): Promise<Map<string, DealFacts>> {
  const said = await groups.dealFacts(tx, accountIds, now);
  const found = await groups.ofAccounts(tx, accountIds);
  const members = await groups.membersOf(
    tx,
    [...found.values()].flat().map(({ id }) => id),
  );
  const ids = [...new Set([...members.values()].flat().map(({ personId }) => personId))];
  const names = new Map(
    (await people.byIds(tx, ids)).flatMap((one) =>
      one ? [[one.id, one.name ?? one.email ?? 'somebody']] : [],
    ),
  );
  const since = now.getTime() - activeDays * 86_400_000;
  return new Map(
    accountIds.map((accountId) => [
      accountId,
      {
        said: said.get(accountId) ?? [],
        members: (found.get(accountId) ?? []).flatMap((group) =>
          (members.get(group.id) ?? []).map(
            (member): KnownMember => ({
              name: names.get(member.personId) ?? 'somebody',
              role: member.role,
              confidence: member.roleConfidence,
              active: member.lastActiveAt !== null && member.lastActiveAt.getTime() > since,
              champion: member.personId === group.championId,
            }),
          ),
        ),
      },
    ]),
  );
}
