import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { Invalid, NotFound } from '../core/errors.ts';
import { parseModel } from '../core/model.ts';
import { type Comparison, MOST_TOP, type Mover, USUAL_TOP } from '../core/model-comparison.ts';
import { diffModels, type ModelChange } from '../core/model-diff.ts';
import { paint, plain, print, printJson, progress, say, table } from '../edge/terminal.ts';
import * as models from '../flow/models.ts';
import { preview as previewOf } from '../flow/preview.ts';
import { placeDoubtfulAgain } from '../flow/rematch.ts';
import { drain } from '../flow/rescore.ts';
import type { Undercurrent } from '../main.ts';
import * as accounts from '../store/accounts.ts';
import { inWorkspace, type Tx } from '../store/database.ts';
import * as stored from '../store/models.ts';
import * as scores from '../store/scores.ts';
import { countOf, type Shared, withWorkspace } from './command.ts';

type Noted = Shared & { note: string };
type Limited = Shared & { limit: number };

/** `model list`, `show`, `diff`, `preview`, `apply`, `shadow`, `compare`, `promote` and `rollback`. */
export function addModel(program: Command): void {
  const model = program.command('model').description('versions of the scoring model');
  const command = (usage: string, description: string) =>
    model.command(usage).description(description).option('--json', 'print JSON');
  const limit = () =>
    new Option('--limit <n>', 'how many of the hottest are compared').default(USUAL_TOP).argParser(topOf);

  command('list', 'every version, newest first').action((options: Shared) =>
    withWorkspace(async (parts) => {
      const versions = await within(parts, async (tx) => {
        const all = await stored.list(tx);
        return all.length > 0 ? all : [await stored.current(tx, parts.clock())];
      });
      if (options.json) return printJson(versions.map(({ model: _, ...version }) => version));
      print(
        table([
          ['version', '', 'made', 'note'],
          ...versions.map((one) => [
            one.version,
            one.active ? 'active' : one.shadow ? 'shadow' : '',
            one.createdAt.toISOString().slice(0, 16),
            plain(one.note),
          ]),
        ]),
      );
    }),
  );

  command('show [version]', 'print the document of a version (the active one), to edit and apply').action(
    (version: string | undefined, options: Shared) =>
      withWorkspace(async (parts) => {
        const { model: config, ...about } = await within(parts, (tx) => versionOf(tx, version, parts));
        if (options.json) return printJson({ ...about, config });
        say(`Version ${about.version}${about.active ? ', active' : ''}: ${plain(about.note)}`);
        printJson(config);
      }),
  );

  command(
    'diff <from> [to]',
    'what differs between two versions or files; one: from the active version',
  ).action((from: string, to: string | undefined, options: Shared) =>
    withWorkspace(async (parts) => {
      const [one, other] = to ? [from, to] : [undefined, from];
      const changes = await within(parts, async (tx) =>
        diffModels(
          parseModel(await documentOf(tx, one, parts)),
          parseModel(await documentOf(tx, other, parts)),
        ),
      );
      if (options.json) printJson(changes);
      else print(changes.length === 0 ? 'No difference.' : changesText(changes));
    }),
  );

  command('preview <file>', 'what a document (a file, - or a version) would change, before it is applied')
    .addOption(limit())
    .action((file: string, options: Limited) =>
      withWorkspace(async (parts) => {
        const bar = progress('Scoring', 100);
        const document = await within(parts, (tx) => documentOf(tx, file, parts));
        const onProgress = (done: number, total: number) =>
          bar.update((100 * done) / total, `${done} of ${total}`);
        const preview = await previewOf(
          parts.db,
          parts.workspace.id,
          document,
          options.limit,
          parts.clock(),
          onProgress,
        ).finally(() => bar.stop());
        const names = await within(parts, (tx) => namesOf(tx, preview));
        if (options.json) return printJson(withNames(preview, names));
        print(
          preview.changes.length === 0
            ? `The document is that of version ${preview.activeVersion}.`
            : changesText(preview.changes),
        );
        print(`\n${comparisonText(preview, names)}`);
      }),
    );

  command('apply <file>', 'store a document (a file or -) as a new version and make it the active one')
    .requiredOption('--note <text>', 'why')
    .action((file: string, options: Noted) =>
      withWorkspace(async (parts) => {
        const applied = await within(parts, async (tx) =>
          models.apply(tx, await documentOf(tx, file, parts), options.note, parts.clock()),
        );
        await activated(parts, applied, options);
      }),
    );

  command('shadow <version>', 'score with a version (or a new one from a file) beside the active one')
    .option('--note <text>', 'why; for a new version')
    .option('--off', 'no longer')
    .action((version: string, options: Shared & { note?: string; off?: boolean }) =>
      withWorkspace(async (parts) => {
        const now = parts.clock();
        const found = await within(parts, async (tx) => {
          const known = numberOf(version);
          if (options.off) return models.endShadow(tx, known ?? notAVersion(version), now);
          if (known !== null) return models.shadow(tx, known, now);
          return models.shadowNew(tx, await documentOf(tx, version, parts), options.note ?? '', now);
        });
        await rescored(parts);
        const { model: _, ...about } = found;
        if (options.json) printJson(about);
        else if (options.off) print(`Version ${found.version} is no longer scored.`);
        else
          print(
            `Version ${found.version} is scored beside the active one: undercurrent model compare ${found.version}`,
          );
      }),
    );

  command('compare <version>', 'how a shadow’s scores compare with the active version’s')
    .addOption(limit())
    .action((version: string, options: Limited) =>
      withWorkspace(async (parts) => {
        const { comparison, names } = await within(parts, async (tx) => {
          const known = numberOf(version) ?? notAVersion(version);
          const comparison = await models.compareShadow(tx, known, options.limit, parts.clock());
          return { comparison, names: await namesOf(tx, comparison) };
        });
        if (options.json) printJson(withNames(comparison, names));
        else print(comparisonText(comparison, names));
      }),
    );

  command('promote <version>', 'make a shadow or an older version the active one')
    .requiredOption('--note <text>', 'why')
    .action((version: string, options: Noted) =>
      withWorkspace(async (parts) => {
        const known = numberOf(version) ?? notAVersion(version);
        await activated(
          parts,
          await within(parts, (tx) => models.promote(tx, known, options.note, parts.clock())),
          options,
        );
      }),
    );

  command('rollback', 'return to the version that was active before')
    .option('--note <text>', 'why', 'Rolled back.')
    .action((options: Noted) =>
      withWorkspace(async (parts) => {
        await activated(
          parts,
          await within(parts, (tx) => models.rollback(tx, options.note, parts.clock())),
          options,
        );
      }),
    );
}

const within = <T>(parts: Undercurrent, work: (tx: Tx) => Promise<T>): Promise<T> =>
  inWorkspace(parts.db, parts.workspace.id, work);

const numberOf = (text: string): number | null => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : null);

function notAVersion(text: string): never {
  throw new Invalid(`${text} is not a version.`, 'See `undercurrent model list`.');
}

function topOf(text: string): number {
  const count = countOf(text);
  if (count > MOST_TOP) throw new InvalidArgumentError(`${MOST_TOP} at most.`);
  return count;
}

function versionOf(
  tx: Tx,
  version: string | undefined,
  { clock }: Undercurrent,
): Promise<stored.ModelVersion> {
  if (version === undefined) return stored.current(tx, clock());
  return models.versionOf(tx, numberOf(version) ?? notAVersion(version), clock());
}

/** The document of a version, a file or standard input; none: of the active version. */
async function documentOf(tx: Tx, named: string | undefined, parts: Undercurrent): Promise<unknown> {
  if (named === undefined || numberOf(named) !== null) return (await versionOf(tx, named, parts)).model;
  const text = await readText(named);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Invalid(
      `${named} is not JSON: ${cause instanceof Error ? cause.message : cause}`,
      'Start from `undercurrent model show > model.json`.',
      { cause },
    );
  }
  return unwrapped(document);
}

/** What `model show --json` prints is taken as well. */
const unwrapped = (document: unknown): unknown =>
  typeof document === 'object' && document !== null && 'config' in document ? document.config : document;

async function readText(file: string): Promise<string> {
  if (file === '-') {
    let text = '';
    for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
    return text;
  }
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new NotFound(
      `There is no file ${file}.`,
      'Give a file with a scoring model, - for standard input, or a version.',
      { cause },
    );
  }
}

async function rescored(parts: Undercurrent): Promise<number> {
  const total = await within(parts, (tx) => scores.requested(tx));
  const bar = progress('Scoring', total);
  return drain(parts.db, parts.workspace.id, parts.clock, (done) => bar.update(done, '')).finally(() =>
    bar.stop(),
  );
}

async function activated(
  parts: Undercurrent,
  { model: _, ...version }: stored.ModelVersion,
  options: Shared,
): Promise<void> {
  await placeDoubtfulAgain(parts.db, parts.workspace, parts.clock());
  const scored = await rescored(parts);
  if (options.json) printJson({ ...version, scored });
  else print(`Version ${version.version} is active; ${scored} accounts scored with it.`);
}

const changesText = (changes: readonly ModelChange[]): string =>
  changes
    .map(
      (one) =>
        `${plain(one.path)}: ${valueText(one.before)} → ${valueText(one.after)}  ${paint('dim', one.meaning)}`,
    )
    .join('\n');

const valueText = (value: unknown): string => plain(value === null ? 'none' : JSON.stringify(value));

type Names = ReadonlyMap<string, { name: string; domain: string | null }>;

async function namesOf(tx: Tx, { entering, leaving }: Comparison): Promise<Names> {
  const ids = [...entering, ...leaving].map((one) => one.accountId);
  const found = await accounts.byIds(tx, ids);
  return new Map(
    found.flatMap((one, at) => (one ? [[ids[at]!, { name: one.name, domain: one.domain }] as const] : [])),
  );
}

function withNames<T extends Comparison>(comparison: T, names: Names) {
  const named = (mover: Mover) => ({ ...mover, ...names.get(mover.accountId) });
  return {
    ...comparison,
    entering: comparison.entering.map(named),
    leaving: comparison.leaving.map(named),
  };
}

function comparisonText(comparison: Comparison, names: Names): string {
  const { accounts: total, retiered, tierChanges, top, overlap, entering, leaving } = comparison;
  const { rankCorrelation, meanHeat } = comparison;
  const movers = (list: readonly Mover[]) =>
    table(
      list.map(({ accountId, before, after, rankBefore, rankAfter }) => {
        const { name, domain } = names.get(accountId) ?? { name: accountId, domain: null };
        return [
          `  ${plain(name)}`,
          domain ?? '',
          `heat ${before.heat.toFixed(1)} → ${after.heat.toFixed(1)}`,
          `rank ${rankBefore} → ${rankAfter}`,
          before.tier === after.tier ? before.tier : `${before.tier} → ${after.tier}`,
        ];
      }),
    );
  return [
    `${retiered} of ${total} accounts change their tier.`,
    ...tierChanges.map((one) => `  ${one.from} → ${one.to}: ${one.accounts}`),
    `Mean heat ${meanHeat.before.toFixed(1)} → ${meanHeat.after.toFixed(1)}${rankCorrelation === null ? '' : `, rank correlation ${rankCorrelation.toFixed(3)}`}.`,
    `Of the ${top} hottest ${overlap} stay, ${entering.length} come in, ${leaving.length} go.`,
    ...(entering.length > 0 ? ['In:', movers(entering)] : []),
    ...(leaving.length > 0 ? ['Out:', movers(leaving)] : []),
  ].join('\n');
}
