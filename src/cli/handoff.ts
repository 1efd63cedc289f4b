import { type Command, Option } from 'commander';
import type { AnswerType, ResponseClock } from '../core/scoring/handoff.ts';
import { paint, plain, print, printJson } from '../edge/terminal.ts';
import { clocksOf } from '../flow/handoff.ts';
import type { Undercurrent } from '../main.ts';
import * as accounts from '../store/accounts.ts';
import { inWorkspace } from '../store/database.ts';
import * as handoffs from '../store/handoffs.ts';
import * as models from '../store/models.ts';
import * as scores from '../store/scores.ts';
import { countOf, type Shared, withWorkspace } from './command.ts';

interface Ready {
  account: accounts.Account;
  score: scores.StoredScore;
  clock: ResponseClock;
}

/** `handoff`. */
export function addHandoff(program: Command): void {
  program
    .command('handoff')
    .description('accounts that are ready for sales, whoever waits longest for an answer first')
    .option('--all', 'also those that were answered')
    .addOption(new Option('--limit <n>', 'how many').default(20).argParser(countOf))
    .option('--json', 'print JSON')
    .action((options: Shared & { all?: boolean; limit: number }) =>
      withWorkspace(async (parts) => {
        const now = parts.clock();
        const rows = await find(parts, now, options);
        if (options.json) return printJson(rows.map(toJson));
        if (rows.length === 0) {
          return print(
            options.all
              ? 'No account is ready for sales. What one needs: `handoff` in `undercurrent model show`.'
              : 'No account waits for sales. `--all` shows those that were answered too.',
          );
        }
        for (const row of rows) print(tell(row, now));
      }),
    );
}

function find(parts: Undercurrent, now: Date, options: { all?: boolean; limit: number }): Promise<Ready[]> {
  return inWorkspace(
    parts.db,
    parts.workspace.id,
    async (tx) => {
      const { model } = await models.current(tx, now);
      const clocks = await clocksOf(tx, await handoffs.ready(tx), model, now);
      const shown = [...clocks].filter(([, clock]) => options.all || !clock.answeredAt);
      shown.sort(([a, one], [b, other]) => one.since.getTime() - other.since.getTime() || (a < b ? -1 : 1));
      const ids = shown.slice(0, options.limit).map(([id]) => id);
      const stored = await scores.byAccounts(tx, ids);
      return (await accounts.byIds(tx, ids)).map((account) => ({
        account: account!,
        score: stored.get(account!.id)!,
        clock: clocks.get(account!.id)!,
      }));
    },
    { readOnly: true },
  );
}

function tell({ account, score, clock }: Ready, now: Date): string {
  const owner = account.owner ? ` · ${plain(account.owner)}` : '';
  const reason = score.detail.reasons[0];
  return [
    `${paint('bold', plain(account.name))} ${paint('dim', account.domain ?? '')}  qualification ${score.qualification.toFixed(0)} · fit ${score.fit.toFixed(0)} · heat ${score.heat.toFixed(0)}${owner}`,
    `  ready since ${minuteOf(clock.since)}, ${standing(clock, now)}`,
    ...(reason ? [`  ${plain(reason)}`] : []),
  ].join('\n');
}

const ANSWERS: Record<AnswerType, string> = {
  LEAD_STATUS: 'a lead status',
  FLAG: 'an answer to a flag',
  OUTCOME: 'an outcome in the CRM',
};

function standing({ answeredAt, answeredBy, dueAt, overdue }: ResponseClock, now: Date): string {
  if (answeredAt && answeredBy) {
    return `answered ${minuteOf(answeredAt)} by ${ANSWERS[answeredBy]}${overdue ? ', late' : ''}`;
  }
  const apart = Math.abs(dueAt.getTime() - now.getTime());
  return overdue
    ? paint('red', `overdue for ${lengthOf(apart)}`)
    : `an answer is due within ${lengthOf(apart)}`;
}

const minuteOf = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

function lengthOf(milliseconds: number): string {
  const minutes = Math.max(1, Math.round(milliseconds / 60_000));
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const toJson = ({ account, score, clock }: Ready) => ({
  accountId: account.id,
  account: account.name,
  domain: account.domain,
  owner: account.owner,
  qualification: score.qualification,
  fit: score.fit,
  heat: score.heat,
  ...clock,
});
