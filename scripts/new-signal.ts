/** `npm run new-signal <id>`: a new adapter's folder, whose contract test passes from the start. */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const TEMPLATE = new URL('template/', import.meta.url);
const SIGNALS = new URL('../signals/', import.meta.url);

/**
 * Copies the template to `<signals>/<id>/` and gives it the id and a title made of it. Returns the folder.
 * Throws an `Error` that says what to do for a bad id and for a folder that exists.
 */
export async function createAdapter(id: string, signals: URL = SIGNALS): Promise<URL> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id) || id.length > 40) {
    throw new Error(
      `"${id}" is no id: take lower-case letters, digits and single hyphens, like "acme-intent".`,
    );
  }
  const folder = new URL(`${id}/`, signals);
  await mkdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause;
    throw new Error(`signals/${id}/ exists already: choose another id, or delete the folder.`, { cause });
  });
  await cp(TEMPLATE, folder, { recursive: true });
  const title = id
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
  await replaceIn(new URL('index.ts', folder), [
    ["id: 'template'", `id: '${id}'`],
    ["title: 'Template'", `title: '${title}'`],
  ]);
  await replaceIn(new URL('README.md', folder), [['# Template', `# ${title}`]]);
  return folder;
}

async function replaceIn(file: URL, replacements: [string, string][]): Promise<void> {
  let content = await readFile(file, 'utf8');
  for (const [from, to] of replacements) {
    if (!content.includes(from)) throw new Error(`The template's ${file.pathname} has no ${from}.`);
    content = content.replace(from, () => to);
  }
  await writeFile(file, content);
}

if (import.meta.main) {
  const [id, ...rest] = process.argv.slice(2);
  if (!id || rest.length > 0) {
    console.error('Usage: npm run new-signal <id>    e.g. npm run new-signal acme-intent');
    process.exitCode = 2;
  } else {
    try {
      const folder = await createAdapter(id);
      const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => relative(process.cwd(), join(entry.parentPath, entry.name)));
      console.log(`${files.sort().join('\n')}

Next:
 1. payload.ts: describe the source's record in zod and turn it into signals.
 2. index.ts: title, description, homepage, kinds and settings.
 3. fixtures/: a few records in the source's shape, and what they must become in *.expected.json.
 4. README.md: formats and doubts.
 5. npx vitest run test/contract -t ${id}`);
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
}
