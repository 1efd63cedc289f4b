/** The command line. Each command opens what it needs, does one thing and closes; all take `--json`. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Argument, Command, CommanderError, Option } from 'commander';
import { countOf, isId, type Shared, timeOf, withWorkspace } from './cli/command.ts';
import { addDigest } from './cli/digest.ts';
import { addExplain } from './cli/explain.ts';
import { addFlags } from './cli/flags.ts';
import { addGraph } from './cli/graph.ts';
import { addGroups, importSolutions } from './cli/groups.ts';
import { addHandoff } from './cli/handoff.ts';
import { addKeys } from './cli/keys.ts';
import { addModel } from './cli/model.ts';
import { addPrivacy } from './cli/privacy.ts';
import { addReview, tryResolve } from './cli/review.ts';
import { addSurge } from './cli/surge.ts';
import { Invalid, NotFound, UndercurrentError } from './core/errors.ts';
import { defaultModel } from './core/model.ts';
import { judgeSurge, type SurgeLine } from './core/scoring/surge.ts';
import { judgeOf, readSurgeLine, SUBJECTS, type Subject } from './core/try.ts';
import { createFetcher } from './edge/fetcher.ts';
import { openIpRanges, pathsOf, staleness } from './edge/ip-ranges.ts';
import * as show from './edge/show.ts';
import { print, printJson, progress, say } from './edge/terminal.ts';
import { answer, answerTogether } from './edge/try.ts';
import { describeEnv, isStartedByNpm, readEnv } from './env.ts';
import { ingestFile } from './flow/file.ts';
import { importTable, TABLES, type TableName } from './flow/import-table.ts';
import { modelFor } from './flow/models.ts';
import { poll } from './flow/poll.ts';
import { replay } from './flow/replay.ts';
import { compute, drain } from './flow/rescore.ts';
import { forgetSample, loadSample, SAMPLE } from './flow/sample.ts';
import { undo } from './flow/undo.ts';
import { ensureAdminKey, isLoopbackHost, open, serve, type Undercurrent } from './main.ts';
import * as accounts from './store/accounts.ts';
import * as batches from './store/batches.ts';
import { inWorkspace, serverVersion } from './store/database.ts';
import * as scores from './store/scores.ts';
import * as sources from './store/sources.ts';
import * as workspaces from './store/workspaces.ts';

const program = new Command('undercurrent')
  .description('Collects B2B buying intent, resolves it to accounts, and explains every score.')
  .exitOverride()
  .configureOutput({ writeErr: (text) => process.stderr.write(text) })
  .showHelpAfterError('See `undercurrent --help`.');

const command = (usage: string, description: string): Command =>
  program.command(usage).description(description).option('--json', 'print JSON');

command('serve', 'serve API, dashboard and jobs until Ctrl-C')
  .option('--welcome', 'load the sample into an empty embedded database and print the hottest accounts')
  .option('--sample', 'load the sample if the database is empty, also with DATABASE_URL')
  .option('--no-sample', 'start empty')
  .action(async (options: Shared & { welcome?: boolean; sample?: boolean }, self: Command) => {
    const env = readEnv();
    if (!isLoopbackHost(env.HOST) && env.HOST !== '0.0.0.0' && env.HOST !== '::')
      say(`Listening on ${env.HOST}.`);
    const parts = await open(env, say);
    let running: Awaited<ReturnType<typeof serve>>;
    try {
      const adminKey = await ensureAdminKey(parts);
      running = await serve(parts);
      if (adminKey) say(`Admin key, shown only this once: ${adminKey}`);
    } catch (error) {
      await parts.close();
      throw error;
    }
    const stop = untilStopped();
    try {
      const asked = self.getOptionValueSource('sample') === 'cli' ? options.sample : undefined;
      const wanted = asked ?? (options.welcome === true && parts.database.embedded);
      if (wanted) await welcomeSample(parts);
      running.begin();
      if (options.welcome) {
        await drain(parts.db, parts.workspace.id, parts.clock);
        print(show.hottest(await hottest(parts, 10)));
      }
      print(`Undercurrent is at ${running.url} (Ctrl-C stops it).`);
      await stop;
      say('Stopping …');
    } finally {
      await running.stop();
      await parts.close();
    }
  });

async function welcomeSample(parts: Undercurrent): Promise<void> {
  const counts = await inWorkspace(parts.db, parts.workspace.id, workspaces.counts);
  if (counts.accounts > 0 || counts.signals > 0) return;
  say('Loading the sample workspace: a fictional vendor, its market and half a year of signals.');
  const bar = progress('Sample', 100);
  const loaded = await loadSample(parts.intake, parts.clock, (done, total) =>
    bar.update((100 * done) / total, ''),
  );
  bar.stop();
  const total = await drain(parts.db, parts.workspace.id, parts.clock);
  say(
    `${loaded.accounts} accounts, ${loaded.signals} signals, ${total} accounts scored. \`undercurrent undo sample\` removes it.`,
  );
}

/** Resolves at Ctrl-C, on SIGTERM, and when the npm that started us is gone without telling us. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
    if (isStartedByNpm()) {
      const parent = process.ppid;
      setInterval(() => process.ppid !== parent && resolve(), 1_000).unref();
    }
  });
}

command('migrate', 'bring the database to the newest schema').action((options: Shared) =>
  withWorkspace(async ({ database }) => {
    if (options.json) printJson({ applied: database.applied });
    else
      print(
        database.applied.length === 0
          ? 'The schema is up to date.'
          : `Applied ${database.applied.join(', ')}.`,
      );
  }),
);

command('doctor', 'print what is in force, secrets redacted, and check that it works').action(
  (options: Shared) =>
    withWorkspace(async (parts) => {
      const counts = await inWorkspace(parts.db, parts.workspace.id, workspaces.counts);
      const facts = {
        node: process.version,
        database: await serverVersion(parts.db),
        embedded: parts.database.embedded,
        rowLevelSecurity: parts.db.role ? `through the role ${parts.db.role}` : 'through our own role',
        workspace: parts.workspace.slug,
        ...counts,
        ipDatabases: Object.fromEntries(
          parts.ranges.sources.map(({ name, kind, ranges, built }) => [
            name,
            [kind, ranges && `${ranges} ranges`, built && `built ${built.toISOString().slice(0, 10)}`]
              .filter(Boolean)
              .join(', '),
          ]),
        ),
        warnings: staleness(parts.ranges.sources, parts.clock()),
        environment: describeEnv(
          parts.env,
          [...parts.adapters.values()].map((one) => one.adapter),
        ),
      };
      if (options.json) printJson(facts);
      else print(show.facts(facts));
    }),
);

command('sources', 'list sources and what each has delivered')
  .option('--batches', 'list batches, newest first, with the ids that `undo` takes')
  .action((options: Shared & { batches?: boolean }) =>
    withWorkspace(async (parts) => {
      if (options.batches) {
        const list = await inWorkspace(parts.db, parts.workspace.id, (tx) => batches.list(tx));
        if (options.json) printJson(list);
        else print(show.batches(list));
        return;
      }
      const figures = await inWorkspace(parts.db, parts.workspace.id, sources.figures);
      const list = show.sourceList(
        [...parts.adapters.values()].map((one) => one.adapter),
        figures,
      );
      if (options.json) printJson(list);
      else print(show.sources(list));
    }),
  );

command('ingest <source> [file]', 'take in a file, standard input (-) or a URL; a polled source needs none')
  .option('--dry-run', 'say what would happen, store nothing')
  .option('--backfill', 'take history in as if each signal had been received when it happened')
  .option('--filename <name>', 'name to go by where the input has none (some formats carry the date in it)')
  .action(
    (
      source: string,
      file: string | undefined,
      options: Shared & { dryRun?: boolean; backfill?: boolean; filename?: string },
    ) =>
      withWorkspace(async (parts) => {
        const known = adapterOf(parts, source);
        const bar = progress(source, null);
        const onProgress = (counts: batches.Counts) =>
          bar.update(counts.received, `records, ${counts.accepted} new`);
        if (!file && known.adapter.poll) {
          const polled = await poll(
            parts.intake,
            known.adapter,
            known.settings,
            createFetcher(),
            parts.clock,
            onProgress,
          );
          bar.stop();
          await drain(parts.db, parts.workspace.id, parts.clock);
          if (options.json) printJson(polled);
          else print(show.taken({ ...polled, refused: [], error: null }));
          if (polled.error) throw new Invalid(polled.error);
          return;
        }
        if (!file) throw new Invalid(`${source} needs a file.`, `undercurrent ingest ${source} <file|-|url>`);
        const { chunks, name } = await openInput(file);
        const intake = { ...parts.intake, dryRun: options.dryRun, backfill: options.backfill };
        const fileName = options.filename ?? name;
        const result = await ingestFile(intake, known.adapter, known.settings, chunks, {
          fileName,
          clock: parts.clock,
          onProgress,
        }).finally(() => bar.stop());
        if (!options.dryRun) await drain(parts.db, parts.workspace.id, parts.clock);
        if (options.json) printJson(result);
        else print(show.taken(result, options.dryRun));
        if (result.error) throw new Invalid(result.error.message, result.error.hint);
      }),
  );

async function openInput(file: string): Promise<{ chunks: AsyncIterable<Uint8Array>; name: string }> {
  if (file === '-') return { chunks: process.stdin, name: '-' };
  if (/^https?:\/\//.test(file)) {
    const response = await fetch(file);
    if (!response.ok || !response.body) {
      throw new NotFound(`${file} answers ${response.status}.`, 'Check the address.');
    }
    return {
      chunks: response.body as unknown as AsyncIterable<Uint8Array>,
      name: basename(new URL(file).pathname),
    };
  }
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) throw new NotFound(`There is no file ${file}.`, 'Check the path.');
  return { chunks: createReadStream(file, { highWaterMark: 1 << 20 }), name: basename(file) };
}

function adapterOf(parts: Undercurrent, source: string) {
  const known = parts.adapters.get(source);
  if (known) return known;
  throw new NotFound(
    `There is no source ${source}.`,
    `Known are ${[...parts.adapters.keys()].join(', ')}. A new one: npm run new-signal ${source}`,
  );
}

command('undo <batch>', 'take a batch back without trace; `undo sample` removes the sample').action(
  (batch: string, options: Shared) =>
    withWorkspace(async (parts) => {
      const undone = await undo(parts.db, parts.workspace, batch, parts.clock());
      if (batch === SAMPLE) await forgetSample(parts.intake);
      await drain(parts.db, parts.workspace.id, parts.clock);
      if (options.json) printJson({ undone });
      else print(show.undone(undone));
    }),
);

command('replay [batch]', 'send dead letters through again, of one batch or all (--dead)')
  .option('--dead', 'all dead letters')
  .action((batch: string | undefined, options: Shared & { dead?: boolean }, self: Command) => {
    if (!batch && !options.dead)
      self.error('error: which batch? undercurrent replay <batch>, or --dead for all');
    return withWorkspace(async (parts) => {
      if (batch && !isId(batch))
        throw new NotFound(`No batch ${batch}.`, 'See `undercurrent sources --batches` for those there are.');
      const result = await replay(parts.intake, parts.adapters, batch ?? null, parts.clock);
      await drain(parts.db, parts.workspace.id, parts.clock);
      if (options.json) printJson(result);
      else print(show.replayed(result));
    });
  });

command(
  'import',
  `import ${TABLES.join(', ')} from CSV or JSON, solutions from JSON (- reads standard input)`,
)
  .addArgument(new Argument('<what>').choices([...TABLES, 'solutions']))
  .argument('<file>')
  .option('--map <file>', 'JSON that maps our fields to the columns of the file')
  .action((what: TableName | 'solutions', file: string, options: Shared & { map?: string }) =>
    withWorkspace(async (parts) => {
      const { chunks, name } = await openInput(file);
      if (what === 'solutions') return importSolutions(parts, chunks, options);
      const map = options.map ? (await openInput(options.map)).chunks : null;
      const result = await importTable(parts.intake, what, chunks, {
        fileName: name,
        map,
        clock: parts.clock,
      });
      await drain(parts.db, parts.workspace.id, parts.clock);
      if (options.json) printJson(result);
      else print(show.imported(what, result));
    }),
  );

command('score', 'score what is due')
  .option('--all', 'score every account')
  .option('--as-of <time>', 'print every account as it stood at that time, and store nothing', timeOf)
  .addOption(
    new Option('--model <version>', 'with --as-of: by this version, not the one of then').argParser(countOf),
  )
  .action((options: Shared & { all?: boolean; asOf?: Date; model?: number }) =>
    withWorkspace(async (parts) => {
      const { db, workspace, clock } = parts;
      const { asOf } = options;
      if (asOf) {
        const rows = await inWorkspace(db, workspace.id, async (tx) => {
          const { model, version } = await modelFor(tx, options.model ?? null, asOf, clock());
          const ids = await accounts.allIds(tx);
          const rows: { account: accounts.Account; score: scores.StoredScore }[] = [];
          for (let at = 0; at < ids.length; at += 500) {
            const part = ids.slice(at, at + 500);
            const found = await accounts.byIds(tx, part);
            const byId = new Map(found.flatMap((one) => (one ? [[one.id, one] as const] : [])));
            for (const { accountId, score } of await compute(tx, part, model, asOf, asOf)) {
              rows.push({
                account: byId.get(accountId)!,
                score: scores.toStored(accountId, score, version, asOf),
              });
            }
          }
          return rows.sort((a, b) => b.score.heat - a.score.heat || (a.account.id < b.account.id ? -1 : 1));
        });
        if (options.json) printJson(rows.map(show.hotJson));
        else print(show.hottest(rows.slice(0, 25)));
        return;
      }
      if (options.all) await inWorkspace(db, workspace.id, (tx) => scores.requestAll(tx, clock()));
      const total = await inWorkspace(db, workspace.id, scores.requested);
      const bar = progress('Scoring', total);
      const done = await drain(db, workspace.id, clock, (count) => bar.update(count, ''));
      bar.stop();
      if (options.json) printJson({ scored: done });
      else print(`${done} account${done === 1 ? '' : 's'} scored.`);
    }),
  );

command('hot', 'print the hottest accounts and why')
  .addOption(new Option('--limit <n>', 'how many').default(10).argParser(countOf))
  .action((options: Shared & { limit: number }) =>
    withWorkspace(async (parts) => {
      const rows = await hottest(parts, options.limit);
      if (options.json) printJson(rows.map(show.hotJson));
      else print(show.hottest(rows));
    }),
  );

async function hottest(parts: Undercurrent, limit: number) {
  return inWorkspace(
    parts.db,
    parts.workspace.id,
    async (tx) => {
      const page = await accounts.page(tx, {}, { field: 'HEAT', direction: 'DESC' }, limit, null);
      const ids = page.map((row) => row.id);
      const stored = await scores.byAccounts(tx, ids);
      return (await accounts.byIds(tx, ids)).map((account) => ({
        account: account!,
        score: stored.get(account!.id)!,
      }));
    },
    { readOnly: true },
  );
}

command('try', 'judge each line of standard input: NDJSON in, NDJSON out, nothing stored')
  .addArgument(new Argument('<what>').choices([...SUBJECTS, 'surge', 'resolve']))
  .action(async (what: Subject | 'surge' | 'resolve') => {
    if (what === 'resolve') return tryResolve();
    if (what === 'surge') {
      const judge = (lines: readonly SurgeLine[]) => judgeSurge(lines, defaultModel);
      const answers = answerTogether(process.stdin, readSurgeLine, judge);
      return pipeline(answers, process.stdout, { end: false });
    }
    const ranges = what === 'ip' ? await openIpRanges(pathsOf(readEnv().GEOIP_DB)) : null;
    const book = { lookup: (ip: string) => ranges?.lookup(ip), sources: ranges?.sources.length ?? 0 };
    await pipeline(answer(process.stdin, judgeOf(what, book)), process.stdout, { end: false });
  });

addDigest(program);
addExplain(program);
addGraph(program);
addGroups(program);
addKeys(program);
addReview(program);
addPrivacy(program);
addSurge(program);
addFlags(program);
addHandoff(program);
addModel(program);

/** 0 done, 1 failed, 2 misused. */
async function main(): Promise<number> {
  try {
    await program.parseAsync();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UndercurrentError) {
      say(`${error.message}${error.hint ? `\n${error.hint}` : ''}`);
      return 1;
    }
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // `undercurrent hot | head`
  throw error;
});
process.exitCode = await main();
