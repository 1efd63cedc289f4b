/** Lists of others that are compared with and not built in: npm packages that are installed for it only. */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../node_modules/', import.meta.url));

/** Text of a file of a package; null, and a word about it, where the package is not installed. */
export function readPackage(name: string, version: string, file: string): string | null {
  const path = `${FOLDER}${name}/${file}`;
  if (fs.existsSync(path)) return fs.readFileSync(path, 'utf8');
  console.log(
    `${name} is not compared with: npm install --no-save --ignore-scripts ${name}@${version} brings it.`,
  );
  return null;
}

/** `12.3 %` */
export const percent = (part: number, all: number): string =>
  all === 0 ? '–' : `${((100 * part) / all).toFixed(2)} %`;
