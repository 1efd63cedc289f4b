import { type Command, Option } from 'commander';
import { Invalid, NotFound } from '../core/errors.ts';
import { registrableDomain } from '../core/identity/domain.ts';
import { tellDuplicate } from '../core/identity/duplicates.ts';
import { bar, paint, plain, print, printJson } from '../edge/terminal.ts';
import { setParent } from '../flow/hierarchy.ts';
import { merge, unmerge } from '../flow/merge.ts';
import { drain } from '../flow/rescore.ts';
import type { Undercurrent } from '../main.ts';
import * as accounts from '../store/accounts.ts';
import { inWorkspace, type Tx } from '../store/database.ts';
import * as duplicates from '../store/duplicates.ts';
import * as graph from '../store/graph.ts';
import { countOf, isId, type Shared, withWorkspace } from './command.ts';

/** `duplicates`, `merge`, `unmerge` and `parent`. Accounts are named by a domain of theirs, or by id. */
export function addGraph(program: Command): void {
  program
    .command('duplicates')
    .description('accounts that may be one company, the surest first')
    .addOption(new Option('--limit <n>', 'how many').default(20).argParser(countOf))
    .option('--dismiss <account...>', 'keep that these two are no duplicates')
    .option('--json', 'print JSON')
    .action((options: Shared & { limit: number; dismiss?: string[] }) =>
      withWorkspace(async (parts) => {
        if (options.dismiss) return dismiss(parts, options.dismiss, options);
        const rows = await within(parts, async (tx) => {
          const found = await duplicates.page(tx, options.limit, null);
          const ids = [...new Set(found.flatMap((pair) => pair.accountIds))];
          const known = new Map(
            (await accounts.byIds(tx, ids)).flatMap((one) => (one ? [[one.id, one]] : [])),
          );
          return found.map(({ accountIds, confidence, clues }) => ({
            accounts: accountIds
              .map((id) => known.get(id)!)
              .map(({ id, domain, name }) => ({ id, domain, name })),
            confidence,
            reasons: clues.map(tellDuplicate),
          }));
        });
        if (options.json) return printJson(rows);
        if (rows.length === 0) return print('No duplicates are to be seen.');
        for (const row of rows) {
          const [keep, other] = row.accounts.map(({ id, domain, name }) => `${plain(name)} ${domain ?? id}`);
          print(
            `${row.confidence.toFixed(2)} ${bar(100 * row.confidence)} ${paint('bold', `${keep}  ←  ${other}`)}`,
          );
          for (const reason of row.reasons) print(`       ${plain(reason)}`);
        }
      }),
    );

  program
    .command('merge <into> <from...>')
    .description('merge duplicates into an account; `unmerge` takes it back')
    .option('--json', 'print JSON')
    .action((into: string, from: string[], options: Shared) =>
      withWorkspace(async (parts) => {
        const id = await within(parts, async (tx) => {
          const [intoId, ...fromIds] = await idsOf(tx, [into, ...from]);
          return merge(tx, parts.workspace, intoId!, fromIds, parts.clock());
        });
        await tell(parts, id, options, 'now has all that was merged into it');
      }),
    );

  program
    .command('unmerge <account>')
    .description('take back that an account was merged into another')
    .option('--json', 'print JSON')
    .action((account: string, options: Shared) =>
      withWorkspace(async (parts) => {
        const id = await within(parts, async (tx) => {
          const [found] = await idsOf(tx, [account]);
          return unmerge(tx, parts.workspace, found!, parts.clock());
        });
        await tell(parts, id, options, 'stands for itself again');
      }),
    );

  program
    .command('parent <account> [parent]')
    .description('say what the parent of an account is; this goes before what imports say')
    .option('--none', 'that it has none')
    .option('--json', 'print JSON')
    .action((account: string, parent: string | undefined, options: Shared & { none?: boolean }) =>
      withWorkspace(async (parts) => {
        if (Boolean(parent) === Boolean(options.none)) {
          throw new Invalid('Which parent?', 'undercurrent parent <account> <parent>, or --none.');
        }
        const id = await within(parts, async (tx) => {
          const [childId, parentId = null] = await idsOf(tx, parent ? [account, parent] : [account]);
          return setParent(tx, childId!, parentId, parts.clock());
        });
        await tell(parts, id, options, parent ? `belongs to ${parent}` : 'belongs to no other');
      }),
    );
}

async function dismiss(parts: Undercurrent, named: string[], options: Shared): Promise<void> {
  if (named.length !== 2)
    throw new Invalid('Which two?', 'undercurrent duplicates --dismiss acme.com acme.de');
  const dismissed = await within(parts, async (tx) => {
    const [one, other] = (await accounts.byIds(tx, await idsOf(tx, named))).map((account) => account!.id);
    if (one === other) throw new Invalid('That is one account.', 'Name two different ones.');
    return duplicates.dismiss(tx, one!, other!, parts.clock());
  });
  if (options.json) printJson({ dismissed });
  else print(dismissed ? 'They are not shown again.' : 'They were dismissed already.');
}

async function tell(parts: Undercurrent, id: string, options: Shared, what: string): Promise<void> {
  await drain(parts.db, parts.workspace.id, parts.clock);
  const [account] = await within(parts, (tx) => accounts.byIds(tx, [id]));
  if (options.json) printJson(account);
  else print(`${plain(account!.name)} ${account!.domain ?? account!.id} ${what}.`);
}

const within = <T>(parts: Undercurrent, work: (tx: Tx) => Promise<T>): Promise<T> =>
  inWorkspace(parts.db, parts.workspace.id, work);

/** Ids of accounts as they are by themselves, merged or not. */
async function idsOf(tx: Tx, named: readonly string[]): Promise<string[]> {
  const domains = named.map((name) => registrableDomain(name) ?? name);
  const owners = await graph.ownersOf(tx, domains);
  return named.map((name, at) => {
    const id = isId(name) ? name.toLowerCase() : owners.get(domains[at]!);
    if (!id)
      throw new NotFound(`No account has the domain ${name}.`, 'Name it by a domain of it, or by its id.');
    return id;
  });
}
