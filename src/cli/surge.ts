import { type Command, Option } from 'commander';
import { normalTopic } from '../core/topics.ts';
import { bar, paint, plain, print, printJson } from '../edge/terminal.ts';
import type { Undercurrent } from '../main.ts';
import * as accounts from '../store/accounts.ts';
import { inWorkspace } from '../store/database.ts';
import * as models from '../store/models.ts';
import * as surges from '../store/surges.ts';
import { countOf, type Shared, withWorkspace } from './command.ts';

/** `surging`. */
export function addSurge(program: Command): void {
  program
    .command('surging')
    .description('accounts that do far more than is usual for them, and on what')
    .option('--topic <name>', 'only on this topic')
    .option('--cluster <name>', 'only on this cluster of topics')
    .option('--all', 'also what is ordinary, cooling or not watched for long enough')
    .addOption(new Option('--limit <n>', 'how many').default(20).argParser(countOf))
    .option('--json', 'print JSON')
    .action((options: Shared & { topic?: string; cluster?: string; all?: boolean; limit: number }) =>
      withWorkspace(async (parts) => {
        const rows = await find(parts, options);
        if (options.json) return printJson(rows.map(({ surge, account }) => toJson(surge, account)));
        if (rows.length === 0) return print(await whyNone(parts, options));
        for (const { surge, account, weeks } of rows) {
          const what = surge.about === 'ACCOUNT' ? 'everything it does' : plain(surge.name);
          const kind = surge.about === 'CLUSTER' ? ' (cluster)' : '';
          print(
            `${surge.score.toFixed(1).padStart(5)} ${bar(surge.score)} ${paint('bold', plain(account.name))}${paint('dim', ` ${account.domain ?? ''}`)}  ${what}${kind}  ${surge.status}`,
          );
          print(`       ${tell(surge, weeks)}`);
        }
      }),
    );
}

async function find(
  parts: Undercurrent,
  options: { topic?: string; cluster?: string; all?: boolean; limit: number },
): Promise<{ surge: surges.Surge; account: accounts.Account; weeks: number }[]> {
  return inWorkspace(
    parts.db,
    parts.workspace.id,
    async (tx) => {
      const found = await surges.page(
        tx,
        {
          statuses: options.all ? null : ['SURGING', 'ELEVATED'],
          topic: options.topic ? normalTopic(options.topic) : null,
          cluster: options.cluster ? normalTopic(options.cluster) : null,
        },
        options.limit,
        null,
      );
      const known = await accounts.byIds(
        tx,
        found.map((one) => one.accountId),
      );
      const { model } = await models.current(tx, parts.clock());
      const weeks = model.surge.weekWeights.length;
      return found.flatMap((surge, at) => (known[at] ? { surge, account: known[at], weeks } : []));
    },
    { readOnly: true },
  );
}

/** What may be the matter where nothing surges. */
async function whyNone(
  parts: Undercurrent,
  options: { topic?: string; cluster?: string; all?: boolean },
): Promise<string> {
  const counted = await inWorkspace(parts.db, parts.workspace.id, async (tx) => ({
    all: await surges.count(tx, {}),
    short: await surges.count(tx, { statuses: ['INSUFFICIENT_DATA'] }),
  }));
  if (counted.all === 0)
    return 'Nothing was seen in the last weeks. Take something in and `undercurrent score`.';
  if (options.topic || options.cluster) {
    return options.all
      ? 'Nobody did anything on that in the last weeks.'
      : 'Nobody surges on that. `--all` shows who does anything there.';
  }
  if (counted.short === counted.all) {
    return 'Nothing can be said yet: weeks that tell what is usual must have been watched first (`model show`: surge.minimumDays).';
  }
  return 'Nobody surges. `--all` shows what comes nearest.';
}

/** e.g. `18 actor-days in 3 weeks; 4.2 expected; 5 people, 2 sources; since 3 Nov`. */
function tell({ observed, expected, actors, sources, since, vendor }: surges.Surge, weeks: number): string {
  const parts = [
    `${round(observed)} actor-day${observed === 1 ? '' : 's'} in ${weeks} weeks`,
    `${round(expected)} expected`,
    `${actors} actor${actors === 1 ? '' : 's'}, ${sources.length} source${sources.length === 1 ? '' : 's'} (${plain(sources.join(', '))})`,
  ];
  if (since) {
    const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
    parts.push(`since ${day.format(new Date(`${since}T00:00:00Z`))}`);
  }
  if (vendor) {
    parts.push(
      `by their own scale ${Object.entries(vendor)
        .map(([source, score]) => `${plain(source)} ${score}`)
        .join(', ')}`,
    );
  }
  return parts.join('; ');
}

const round = (count: number): string => (Number.isInteger(count) ? String(count) : count.toFixed(1));

function toJson({ id: _, accountId: __, about, name, ...surge }: surges.Surge, account: accounts.Account) {
  return {
    domain: account.domain,
    account: account.name,
    topic: about === 'TOPIC' ? name : null,
    cluster: about === 'CLUSTER' ? name : null,
    ...surge,
  };
}
