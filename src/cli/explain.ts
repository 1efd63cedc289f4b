import { type Command, Option } from 'commander';
import { NotFound } from '../core/errors.ts';
import { registrableDomain } from '../core/identity/domain.ts';
import type { ScoreChange } from '../core/scoring/what-changed.ts';
import * as show from '../edge/show.ts';
import { paint, plain, print, printJson } from '../edge/terminal.ts';
import { changeSince, type Outlook, outlookOf, scoreOf, subjectOf } from '../flow/explain.ts';
import * as accounts from '../store/accounts.ts';
import { inWorkspace } from '../store/database.ts';
import { countOf, type Shared, timeOf, withWorkspace } from './command.ts';

const WEEK = 7 * 86_400_000;
/** How much of each list is printed; `--json` has all of it. */
const SHOWN = 6;
/** Of what somebody might do: the strongest, so that the rest is seen too. */
const ACTIVITIES = 3;

/** `explain`. */
export function addExplain(program: Command): void {
  program
    .command('explain <domain>')
    .description('print where an account’s score comes from, what changed, and what would change it')
    .option('--as-of <time>', 'as it stood at that time', timeOf)
    .option('--since <time>', 'what changed since the end of that day (default: a week before)', timeOf)
    .option('--roll-up', 'with all accounts below it')
    .addOption(
      new Option('--model <version>', 'by this version, not the one that was active').argParser(countOf),
    )
    .addOption(new Option('--limit <n>', 'how many contributions').default(15).argParser(countOf))
    .option('--json', 'print JSON')
    .action(
      (
        domain: string,
        options: Shared & { asOf?: Date; since?: Date; rollUp?: boolean; model?: number; limit: number },
      ) =>
        withWorkspace(({ db, workspace, clock }) =>
          inWorkspace(
            db,
            workspace.id,
            async (tx) => {
              const now = clock();
              const id = await accounts.idByDomain(tx, registrableDomain(domain) ?? domain);
              const subject =
                id &&
                (await subjectOf(
                  tx,
                  {
                    accountId: id,
                    asOf: options.asOf ?? null,
                    rollUp: options.rollUp === true,
                    version: options.model ?? null,
                  },
                  now,
                ));
              if (!subject)
                throw new NotFound(`No account has the domain ${domain}.`, 'See `undercurrent hot`.');
              const [account] = await accounts.byIds(tx, [id]);
              const explained = scoreOf(subject);
              const since = options.since ?? new Date(subject.at.getTime() - WEEK);
              const change = await changeSince(tx, subject, since, now);
              const outlook = outlookOf(subject);
              if (options.json) {
                printJson({ ...show.explanationJson(account!, explained), change, ...outlook });
                return;
              }
              print(show.explanation(account!, explained, options.limit));
              print(changeText(change));
              print(outlookText(outlook));
            },
            { readOnly: true },
          ),
        ),
    );
}

const signed = (points: number): string => `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)}`;

function changeText({ since, raw, heat, parts }: ScoreChange): string {
  const head = `heat ${heat.from.toFixed(1)} → ${heat.to.toFixed(1)}, ${signed(raw.to - raw.from)} points since ${since.toISOString().slice(0, 10)}`;
  return [
    '',
    paint('bold', 'What changed'),
    head,
    ...parts.flatMap((part) => [
      `  ${part.text}`,
      ...part.lines.slice(0, SHOWN).map((line) => `    ${signed(line.points)}  ${plain(line.text)}`),
      ...restOf(part.lines),
    ]),
  ].join('\n');
}

function outlookText({ levers, missing, against }: Outlook): string {
  const section = (title: string, list: readonly { text: string }[]): string[] =>
    list.length === 0
      ? []
      : [
          '',
          paint('bold', title),
          ...list.slice(0, SHOWN).map((one) => `  ${plain(one.text)}`),
          ...restOf(list),
        ];
  return [
    ...section('What speaks against it', against),
    ...section('What would change it most', [
      ...levers.filter((one) => one.what === 'ACTIVITY').slice(0, ACTIVITIES),
      ...levers.filter((one) => one.what !== 'ACTIVITY'),
    ]),
    ...section('What is missing', missing),
  ].join('\n');
}

const restOf = (list: readonly unknown[]): string[] =>
  list.length > SHOWN ? [`  … and ${list.length - SHOWN} more (--json has them)`] : [];
