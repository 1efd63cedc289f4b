/**
 * `npm run bench [-- name …]`: runs all benchmarks or the named ones, one after another; a name's beginning is enough
 * (`identity` runs both of its kind). See README.md.
 */
import * as stages from './stage.ts';

/** Those that need a database and a server get a stage, the others are pure. */
const BENCHMARKS: Record<string, { staged: boolean }> = {
  ingest: { staged: true },
  single: { staged: true },
  'access-log': { staged: true },
  graphql: { staged: true },
  rescore: { staged: true },
  'identity-names': { staged: false },
  'identity-names-quality': { staged: false },
  'identity-classes': { staged: false },
  'identity-mail': { staged: false },
  'identity-bots': { staged: false },
  'identity-networks': { staged: false },
  'identity-resolver': { staged: true },
  surge: { staged: false },
  sentiment: { staged: false },
};

const names = Object.keys(BENCHMARKS);
const asked = process.argv.slice(2).filter((name) => !name.startsWith('--'));
const unknown = asked.filter((name) => !names.some((known) => known.startsWith(name)));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. Known are ${names.join(', ')}.`);
  process.exit(2);
}
for (const name of names) {
  if (asked.length > 0 && !asked.some((one) => name.startsWith(one))) continue;
  const { run } = (await import(`./${name}.ts`)) as { run(stage?: stages.Stage): Promise<unknown> };
  if (!BENCHMARKS[name]!.staged) {
    await run();
    continue;
  }
  const stage = await stages.open();
  try {
    await run(stage);
  } finally {
    await stage.close();
  }
}
