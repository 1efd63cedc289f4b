import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { Option } from 'commander';
import { NotFound } from '../core/errors.ts';
import { readResolveLine } from '../core/try.ts';
import { bar, paint, plain, print, printJson } from '../edge/terminal.ts';
import { answerInBatches } from '../edge/try.ts';
import { drain } from '../flow/rescore.ts';
import { resolve } from '../flow/resolve.ts';
import { decideMatch } from '../flow/review.ts';
import type { Undercurrent } from '../main.ts';
import * as accounts from '../store/accounts.ts';
import { inWorkspace } from '../store/database.ts';
import * as reviews from '../store/reviews.ts';
import { countOf, isId, type Shared, withWorkspace } from './command.ts';

/** `review`, `review accept` and `review reject`: what a clue means where nothing is sure. */
export function addReview(program: Command): void {
  const review = program
    .command('review')
    .description('clues that may mean an account, the likeliest first; `accept` or `reject` answers')
    .addOption(new Option('--limit <n>', 'how many').default(20).argParser(countOf))
    .option('--json', 'print JSON')
    .action((options: Shared & { limit: number }) =>
      withWorkspace(async (parts) => {
        const rows = await inWorkspace(parts.db, parts.workspace.id, async (tx) => {
          const found = await reviews.page(tx, options.limit, null);
          const owners = await accounts.byIds(
            tx,
            found.map((one) => one.accountId),
          );
          return found.map((one, at) => ({ ...one, account: owners[at]! }));
        });
        if (options.json) return printJson(rows.map(reviewJson));
        if (rows.length === 0) return print('Nothing is to be decided.');
        for (const { id, clue, account, confidence, evidence, waiting } of rows) {
          const what = `${WORDS[clue.kind]} "${plain(clue.value)}"  →  ${plain(account.name)} ${account.domain ?? ''}`;
          print(`${confidence.toFixed(2)} ${bar(100 * confidence)} ${paint('bold', what.trimEnd())}`);
          for (const line of evidence) print(`       ${plain(line)}`);
          print(
            `       ${waiting} signal${waiting === 1 ? ' waits' : 's wait'}; undercurrent review accept ${id}`,
          );
        }
      }),
    );
  for (const [name, accept] of [
    ['accept', true],
    ['reject', false],
  ] as const) {
    review
      .command(`${name} <id>`)
      .description(
        accept ? 'the clue means the account, now and later' : 'it does not; it is not asked again',
      )
      .option('--json', 'print JSON')
      .action((id: string, _own: Shared, self: Command) =>
        withWorkspace((parts) => decide(parts, id, accept, self.optsWithGlobals<Shared>())),
      );
  }
}

const WORDS = { NAME: 'name', NETWORK: 'network of', DOMAIN: 'domain' } as const;

async function decide(parts: Undercurrent, id: string, accept: boolean, options: Shared): Promise<void> {
  if (!isId(id))
    throw new NotFound(`There is no question ${id}.`, 'See `undercurrent review` for those there are.');
  const { db, workspace, clock } = parts;
  const { decided, account, before } = await inWorkspace(db, workspace.id, async (tx) => {
    const before = (await reviews.byId(tx, id.toLowerCase()))?.waiting ?? 0;
    const decided = await decideMatch(tx, workspace, id.toLowerCase(), accept, 'CLI', clock());
    const [account] = await accounts.byIds(tx, [decided.accountId]);
    return { decided, account: account!, before };
  });
  await drain(db, workspace.id, clock);
  if (options.json) return printJson(reviewJson({ ...decided, account }));
  const placed = before - decided.waiting;
  const what = `${WORDS[decided.clue.kind]} "${plain(decided.clue.value)}"`;
  print(
    accept
      ? `The ${what} means ${plain(account.name)}: ${placed} waiting signal${placed === 1 ? '' : 's'} placed.`
      : `The ${what} does not mean ${plain(account.name)}; it is not asked again.`,
  );
}

const reviewJson = ({ account, ...review }: reviews.Review & { account: accounts.Account }) => ({
  ...review,
  account: { id: account.id, domain: account.domain, name: account.name },
});

/** `try resolve`: the only judgement that needs the workspace. */
export const tryResolve = (): Promise<void> =>
  withWorkspace(({ intake, clock }) =>
    pipeline(
      answerInBatches(process.stdin, readResolveLine, (hints) => resolve(intake, hints, clock())),
      process.stdout,
      { end: false },
    ),
  );
