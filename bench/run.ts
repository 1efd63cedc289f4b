/** `npm run bench [-- name …]`: runs all benchmarks or the named ones, one after another. See README.md. */
import * as stages from './stage.ts';

const NAMES = ['ingest', 'single', 'access-log', 'graphql'];

const wanted = process.argv.length > 2 ? process.argv.slice(2) : NAMES;
const unknown = wanted.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. Known are ${NAMES.join(', ')}.`);
  process.exit(2);
}
for (const name of wanted) {
  const { run } = (await import(`./${name}.ts`)) as { run(stage: stages.Stage): Promise<void> };
  const stage = await stages.open();
  try {
    await run(stage);
  } finally {
    await stage.close();
  }
}
