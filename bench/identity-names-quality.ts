/**
 * How often names find their company: common names (S&P 500 and others) among the titles of all companies registered
 * with the SEC, with three in ten of the right titles taken out, so that the right answer is often "nobody"; and names
 * with slips of the pen among the names they were made from. Whoever lacks the data beside the repository gets told.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { NameIndex } from '../src/core/identity/name-index.ts';
import { table } from '../src/edge/terminal.ts';
import { randomOf } from './traffic.ts';

const DATA = fileURLToPath(new URL('../../shared/data/names', import.meta.url));
const WITHHELD = 0.3;
/** Each withholds other titles. */
const DRAWS = 10;

type Row = Record<string, string>;

export async function run(): Promise<void> {
  if (!fs.existsSync(DATA)) return console.log('Names are not measured: there is no ../shared/data/names.');
  const read = (file: string): Row[] =>
    parse(fs.readFileSync(path.join(DATA, `${file}.csv`)), { columns: true, bom: true });
  const { recall, precision } = askCommonNames(read('sec-titles'), read('name-pairs'));
  console.log(
    table([
      ['what', 'measured', 'target'],
      ['common name → title, recall', recall.toFixed(3), '≥ 0.955'],
      ['common name → title, precision', precision.toFixed(3), '≥ 0.990'],
      ['corrupted name, right one first', askCorrupted(read('dnb-typos')).toFixed(3), '≥ 0.930'],
    ]),
  );
}

function askCommonNames(
  titles: readonly Row[],
  pairs: readonly Row[],
): { recall: number; precision: number } {
  let [there, found, right] = [0, 0, 0];
  for (let draw = 0; draw < DRAWS; draw++) {
    const random = randomOf(draw);
    const withheld = new Set(pairs.filter(() => random() < WITHHELD).map(({ cik }) => cik));
    const index = NameIndex.build(
      titles
        .filter(({ cik }) => !withheld.has(cik))
        .map(({ cik, title }) => ({ id: Number(cik), name: title! })),
    );
    for (const { query, cik } of pairs) {
      if (!withheld.has(cik)) there++;
      const { decision, best } = index.decide(query!);
      if (decision !== 'MATCH') continue;
      found++;
      if (best!.id === Number(cik)) right++;
    }
  }
  return { recall: right / there, precision: right / found };
}

function askCorrupted(typos: readonly Row[]): number {
  const index = NameIndex.build(typos.map(({ id, name }) => ({ id: Number(id), name: name! })));
  const right = typos.filter(({ id, adjusted }) => index.find(adjusted!, 1)[0]?.id === Number(id));
  return right.length / typos.length;
}
