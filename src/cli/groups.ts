import { type Command, Option } from 'commander';
import { Invalid, NotFound } from '../core/errors.ts';
import { registrableDomain } from '../core/identity/domain.ts';
import { bar, paint, plain, print, printJson } from '../edge/terminal.ts';
import { replaceSolutions } from '../flow/groups.ts';
import { groupsAt } from '../flow/past-groups.ts';
import { drain } from '../flow/rescore.ts';
import type { Undercurrent } from '../main.ts';
import * as accounts from '../store/accounts.ts';
import { inWorkspace, type Tx } from '../store/database.ts';
import * as groups from '../store/groups.ts';
import * as people from '../store/people.ts';
import * as solutions from '../store/solutions.ts';
import { countOf, type Shared, timeOf, withWorkspace } from './command.ts';

/** `groups`: buying groups, of one account with everybody in them. */
export function addGroups(program: Command): void {
  program
    .command('groups [domain]')
    .description('buying groups, the best first; of one account with everybody in them')
    .addOption(new Option('--limit <n>', 'how many, if not of one account').default(10).argParser(countOf))
    .option('--as-of <time>', 'of one account, as of that time', timeOf)
    .option('--json', 'print JSON')
    .action((domain: string | undefined, options: Shared & { limit: number; asOf?: Date }) =>
      withWorkspace(async (parts) => {
        const found = await inWorkspace(
          parts.db,
          parts.workspace.id,
          (tx) => {
            if (domain) return ofDomain(tx, domain, options.asOf ?? null, parts.clock());
            if (options.asOf) {
              throw new Invalid(
                '--as-of: no account is named',
                'Name one: `groups <domain> --as-of <time>`.',
              );
            }
            return readMore(tx, groups.page(tx, {}, options.limit, null));
          },
          { readOnly: true },
        );
        if (options.json) return printJson(found);
        if (found.length === 0) {
          return print(
            domain
              ? 'Nobody there has been seen who may take part in a purchase.'
              : 'There are no buying groups yet: import people, or let signals name them.',
          );
        }
        for (const group of found) tell(group, domain !== undefined);
      }),
    );
}

type Shown = Awaited<ReturnType<typeof readMore>>[number];

async function ofDomain(tx: Tx, domain: string, asOf: Date | null, now: Date): Promise<Shown[]> {
  const id = await accounts.idByDomain(tx, registrableDomain(domain) ?? domain);
  if (!id) throw new NotFound(`No account has the domain ${domain}.`, 'See `undercurrent hot`.');
  if (asOf) {
    const past = (await groupsAt(tx, [id], asOf, now)).get(id) ?? [];
    return readMore(tx, Promise.resolve(past), new Map(past.map((group) => [group.id, group.members])));
  }
  const found = await groups.ofAccounts(tx, [id]);
  return readMore(tx, Promise.resolve(found.get(id) ?? []));
}

/** Groups with names in the place of ids. */
async function readMore(
  tx: Tx,
  rows: Promise<groups.GroupRow[]>,
  known: ReadonlyMap<string, groups.MemberRow[]> | null = null,
) {
  const found = await rows;
  const sold = new Map((await solutions.list(tx)).map(({ id, name }) => [id, name]));
  const members =
    known ??
    (await groups.membersOf(
      tx,
      found.map(({ id }) => id),
    ));
  const accountOf = new Map(
    (await accounts.byIds(tx, [...new Set(found.map(({ accountId }) => accountId))])).flatMap((one) =>
      one ? [[one.id, one]] : [],
    ),
  );
  const ids = [...members.values()].flat().map(({ personId }) => personId);
  const names = new Map(
    (await people.byIds(tx, [...new Set(ids)])).flatMap((one) =>
      one ? [[one.id, { name: one.name ?? one.email ?? 'known person', title: one.title }]] : [],
    ),
  );
  const nameOf = (id: string | null) => (id && names.get(id)?.name) ?? null;
  return found.map(({ id, accountId, solutionId, championId, blockerId, ...group }) => ({
    account: accountOf.get(accountId)?.name ?? '',
    domain: accountOf.get(accountId)?.domain ?? null,
    solution: sold.get(solutionId) ?? '',
    ...group,
    champion: nameOf(championId),
    blocker: nameOf(blockerId),
    members: (members.get(id) ?? []).map(({ groupId: _, personId, ...member }) => ({
      name: nameOf(personId) ?? 'known person',
      title: names.get(personId)?.title ?? null,
      ...member,
    })),
  }));
}

const words = (role: string): string => role.toLowerCase().replaceAll('_', ' ');
const percent = (share: number): string => `${Math.round(100 * share)} %`;

function tell(group: Shown, whole: boolean): void {
  print(
    `${group.score.toFixed(1).padStart(5)} ${bar(group.score)} ${paint('bold', plain(group.account))} ${group.domain ?? ''} · ${plain(group.solution)} · ${group.status}`,
  );
  print(
    `      ${percent(group.completeness)} complete, ${percent(group.coverage)} covered by active people, engagement ${group.engagement.toFixed(1)}`,
  );
  if (group.missingRoles.length > 0) print(`      missing: ${group.missingRoles.map(words).join(', ')}`);
  if (group.champion) print(`      champion: ${plain(group.champion)}`);
  if (group.blocker) print(`      blocker: ${plain(group.blocker)}`);
  if (!whole) return;
  for (const one of group.members) {
    const title = one.title ? `, ${plain(one.title)}` : '';
    const sure = `${one.roleSource.toLowerCase()} ${one.roleConfidence.toFixed(2)}`;
    print(
      `      ${one.engagement.toFixed(0).padStart(3)} ${plain(one.name)}${title}: ${words(one.role)} (${sure}), ${one.status.toLowerCase()}`,
    );
  }
}

/** `import solutions`: the whole list, in place of the one there was. */
export async function importSolutions(
  parts: Undercurrent,
  chunks: AsyncIterable<Uint8Array>,
  options: Shared,
): Promise<void> {
  const bytes: Uint8Array[] = [];
  for await (const chunk of chunks) bytes.push(chunk);
  const text = Buffer.concat(bytes).toString('utf8');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Invalid(`Not valid JSON: ${(cause as Error).message}`, 'Give an array of solutions.', {
      cause,
    });
  }
  const replaced = await inWorkspace(parts.db, parts.workspace.id, (tx) =>
    replaceSolutions(tx, document, parts.clock()),
  );
  await drain(parts.db, parts.workspace.id, parts.clock);
  if (options.json) printJson(replaced);
  else print(`${replaced.length} solution${replaced.length === 1 ? '' : 's'} in place of those there were.`);
}
