import { type Command, Option } from 'commander';
import { Invalid } from '../core/errors.ts';
import { FLAG_STATUSES, type FlagStatus } from '../core/scoring/flag-life.ts';
import { FLAG_RULES, type FlagRule } from '../core/scoring/flags.ts';
import { paint, plain, print, printJson, table } from '../edge/terminal.ts';
import { type RuleReport, report, respond } from '../flow/flags.ts';
import { drain } from '../flow/rescore.ts';
import * as accounts from '../store/accounts.ts';
import { inWorkspace, type Tx } from '../store/database.ts';
import * as flags from '../store/flags.ts';
import * as people from '../store/people.ts';
import { countOf, isId, type Shared, timeOf, withWorkspace } from './command.ts';

type ListOptions = Shared & {
  rule?: FlagRule;
  status?: FlagStatus;
  all?: boolean;
  asOf?: Date;
  report?: boolean;
  limit: number;
};

/** `flags`, `flags accept` and `flags reject`. */
export function addFlags(program: Command): void {
  const command = program
    .command('flags')
    .description('who is heading for MQL though nobody has qualified it yet, the latest first')
    .addOption(new Option('--rule <rule>', 'only of this rule').choices([...FLAG_RULES]))
    .addOption(
      new Option('--status <status>', 'only with this status; OPEN if not said').choices([...FLAG_STATUSES]),
    )
    .option('--all', 'with any status')
    .option('--as-of <time>', 'that were open at that time, with what became of them', timeOf)
    .option('--report', 'how often each rule was right, and how early')
    .addOption(new Option('--limit <n>', 'how many').default(20).argParser(countOf))
    .option('--json', 'print JSON')
    .action((options: ListOptions) => (options.report ? tellReport(options) : list(options)));
  for (const [name, accepted, description] of [
    ['accept', true, 'take a flag up'],
    ['reject', false, 'turn a flag down'],
  ] as const) {
    command
      .command(`${name} <id>`)
      .description(description)
      .option('--reason <text>', 'why')
      // `flags` itself has it too and would take it away.
      .action((id: string, options: { reason?: string }, self: Command) =>
        answer(id, accepted, options.reason ?? null, self.optsWithGlobals<Shared>()),
      );
  }
}

function list({ rule, status, all, asOf, limit, json }: ListOptions): Promise<void> {
  return withWorkspace(async (parts) => {
    const filter = {
      rule,
      status: all || asOf ? (status ?? null) : (status ?? 'OPEN'),
      openAt: asOf,
    } as const;
    const rows = await inWorkspace(
      parts.db,
      parts.workspace.id,
      async (tx) => named(tx, await flags.page(tx, filter, limit, null)),
      { readOnly: true },
    );
    if (json) return printJson(rows.map(toJson));
    if (rows.length === 0) {
      return print(
        asOf
          ? 'No flag was open then.'
          : all
            ? 'No flag was ever raised.'
            : `No flag is ${(filter.status ?? 'OPEN').toLowerCase()}. \`--all\` shows all there were.`,
      );
    }
    for (const row of rows) print(tell(row));
  });
}

/** A flag and who it is about. */
interface Named {
  flag: flags.Flag;
  account: accounts.Account | null;
  person: people.Person | null;
}

async function named(tx: Tx, found: readonly flags.Flag[]): Promise<Named[]> {
  const known = await accounts.byIds(
    tx,
    found.map((flag) => flag.accountId),
  );
  const persons = new Map(
    (
      await people.byIds(
        tx,
        found.flatMap((flag) => flag.personId ?? []),
      )
    ).flatMap((person) => (person ? [[person.id, person]] : [])),
  );
  return found.map((flag, at) => ({
    flag,
    account: known[at] ?? null,
    person: flag.personId ? (persons.get(flag.personId) ?? null) : null,
  }));
}

function tell({ flag, account, person }: Named): string {
  const who = person ? `, ${plain(person.name ?? person.email ?? 'somebody known')}` : '';
  const day = flag.raisedAt.toISOString().slice(0, 10);
  const closed = flag.closedAt ? ` ${flag.closedAt.toISOString().slice(0, 10)}` : '';
  const why = flag.answer?.reason ? `: ${plain(flag.answer.reason)}` : '';
  return [
    `${paint('bold', plain(account?.name ?? flag.accountId))}${who} ${paint('dim', account?.domain ?? '')}  ${flag.rule}  ${Math.round(100 * flag.confidence)} %  ${flag.status}${closed}${why}`,
    `  ${day} ${plain(flag.reason)}`,
    paint('dim', `  ${flag.id}`),
  ].join('\n');
}

const toJson = ({ flag, account, person }: Named) => ({
  ...flag,
  domain: account?.domain ?? null,
  account: account?.name ?? null,
  person: person ? { id: person.id, name: person.name, email: person.email } : null,
});

function answer(id: string, accepted: boolean, reason: string | null, { json }: Shared): Promise<void> {
  return withWorkspace(async (parts) => {
    if (!isId(id))
      throw new Invalid(`'${id}' is not the id of a flag`, 'See `undercurrent flags` for the ids.');
    const given = { accepted, reason, by: 'command line' };
    const within = <T>(work: (tx: Tx) => Promise<T>) => inWorkspace(parts.db, parts.workspace.id, work);
    const flag = await within((tx) => respond(tx, id.toLowerCase(), given, parts.clock()));
    await drain(parts.db, parts.workspace.id, parts.clock);
    const [row] = await within((tx) => named(tx, [flag]));
    if (json) printJson(toJson(row!));
    else print(tell(row!));
  });
}

function tellReport({ json }: Shared): Promise<void> {
  return withWorkspace(async (parts) => {
    const rules = await inWorkspace(parts.db, parts.workspace.id, (tx) => report(tx, null, null), {
      readOnly: true,
    });
    if (json) return printJson(rules);
    print(
      table([
        [
          'rule',
          'raised',
          'open',
          'accepted',
          'rejected',
          'converted',
          'expired',
          'precision',
          'days before',
        ],
        ...rules.map((one) => [
          one.rule,
          one.raised,
          one.open,
          one.accepted,
          one.rejected,
          one.converted,
          one.expired,
          precisionText(one.precision),
          one.leadTimeDays === null ? '–' : one.leadTimeDays.toFixed(1),
        ]),
      ]),
    );
  });
}

function precisionText(precision: RuleReport['precision']): string {
  if (!precision) return '–';
  const percent = (share: number) => Math.round(100 * share);
  return `${percent(precision.value)} % (${percent(precision.low)}–${percent(precision.high)})`;
}
