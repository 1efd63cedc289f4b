/**
 * How mail domains are told beside lists that are not built in, and beside companies. The lists are no truth: they have
 * each other's mistakes, domains long gone, and providers of two kinds; so no targets, but what fell through is shown.
 */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { classifyEmail } from '../src/core/identity/email.ts';
import { table } from '../src/edge/terminal.ts';
import { percent, readPackage } from './lists.ts';

const COMPANIES = fileURLToPath(
  new URL('../../shared/data/bombora/all-domains-all-topics-2015-07-19.csv', import.meta.url),
);

export async function run(): Promise<void> {
  const rows = [['list', 'domains', 'company', 'free', 'dual', 'disposable', 'µs each']];
  const examples: string[] = [];
  const compare = (name: string, domains: readonly string[], wrong: readonly string[]) => {
    const before = performance.now();
    const judged = domains.map((domain) => ({
      domain,
      found: classifyEmail(`jo@${domain}`).class as string,
    }));
    const each = (1_000 * (performance.now() - before)) / domains.length;
    const share = (found: string) =>
      percent(judged.filter((one) => one.found === found).length, domains.length);
    rows.push([
      name,
      String(domains.length),
      ...['company', 'free', 'dual', 'disposable'].map(share),
      each.toFixed(1),
    ]);
    const odd = judged.filter(({ found }) => wrong.includes(found));
    if (odd.length > 0) {
      const some = odd.filter((_, at) => at % Math.ceil(odd.length / 6) === 0);
      examples.push(
        `${name}, told otherwise: ${some.map(({ domain, found }) => `${domain} (${found})`).join(', ')}`,
      );
    }
  };

  const burner = readPackage('burner-email-providers', '1.0.67', 'emails.txt');
  if (burner) compare('burner-email-providers (throwaway)', burner.trim().split(/\s+/), ['company']);
  const fake = readPackage('fakefilter', '0.1.1476', 'txt/data.txt');
  if (fake) {
    const domains = fake.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    compare('fakefilter (throwaway)', domains, ['company']);
  }
  const free = readPackage('free-email-domains', '1.12.6', 'domains.json');
  if (free) compare('free-email-domains (free and throwaway)', JSON.parse(free) as string[], ['company']);
  if (fs.existsSync(COMPANIES)) {
    const feed: string[][] = parse(fs.readFileSync(COMPANIES), { relax_column_count: true });
    compare(
      'domains of a weekly topic feed (companies)',
      [...new Set(feed.map((row) => row[1] ?? '').filter((domain) => domain.includes('.')))],
      ['free', 'disposable'],
    );
  } else console.log('Companies are not measured: there is no ../shared/data/bombora.');
  if (rows.length > 1) console.log(`${table(rows)}\n${examples.join('\n')}`);
}
