/**
 * Measured: lines a second of `undercurrent ingest access-log` over a generated combined log of 200,000 lines, end to
 * end in a process of its own: started, connected, read, judged (bots, assets and errors are left out), placed,
 * stored in transactions, scored. A second table has GEOIP_DB set, so that every visitor's address is looked up.
 * Beside it: `wc -l` of the same file, the least that reading it can take. The target is a rate, not a ratio.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { figure, median, printTable, printVerdict } from './rounds.ts';
import * as stages from './stage.ts';
import { PAGES, pick, randomOf } from './traffic.ts';

const LINES = 200_000;
const ROUNDS = 3;
const TARGET = 20_000;

export async function run(stage: stages.Stage): Promise<void> {
  const database = await stage.database('access_log');
  await stages.undercurrent(database.url, ['doctor']);
  await measure(stage, database.url, 'without IP database', {});
  const folder = path.dirname(createRequire(import.meta.url).resolve('@ip-location-db/asn/package.json'));
  const ranges = readdirSync(folder).filter((name) => /^asn-ipv[46]\.csv$/.test(name));
  await measure(stage, database.url, 'with an ASN database', {
    GEOIP_DB: ranges.map((name) => path.join(folder, name)).join(','),
  });
}

async function measure(stage: stages.Stage, url: string, how: string, env: Record<string, string>) {
  const rows: Record<string, string>[] = [];
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // Another log each time: the same one would be nothing but duplicates.
    const file = path.join(stage.folder, `access-${Object.keys(env).length}-${round}.log`);
    writeFileSync(file, generate(round + Object.keys(env).length * ROUNDS));
    const counting = performance.now();
    execFileSync('wc', ['-l', file]);
    const counted = performance.now();
    const result = await stages.undercurrent(url, ['ingest', 'access-log', file], env);
    const seconds = (performance.now() - counted) / 1000;
    rates.push(LINES / seconds);
    rows.push({
      round: String(round + 1),
      'lines/s': figure(LINES / seconds),
      'wc -l lines/s': figure(LINES / ((counted - counting) / 1000)),
      signals: figure(Number(result.accepted)),
    });
  }
  printTable(`access-log: ${figure(LINES)} lines end to end, ${how}`, rows);
  printVerdict(median(rates), TARGET, 'lines/s');
}

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1XX.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1XX.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/1X.2 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:1XX.0) Gecko/20100101 Firefox/1XX.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 1X_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/1X.3 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 1X; SM-S9XX) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1XX.0.0.0 Mobile Safari/537.36',
];
const BOTS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
  'curl/8.5.0',
  'python-requests/2.32.3',
  '-',
];
const ASSETS = ['/assets/app.js', '/assets/app.css', '/img/hero.webp', '/favicon.ico', '/fonts/sans.woff2'];

/** A log as a marketing site writes it: half assets, three in ten pages, the rest bots, errors and redirects. */
function generate(seed: number): string {
  const random = randomOf(1_000 + seed);
  const clients = Array.from({ length: 20_000 }, () => ({
    ip: Array.from({ length: 4 }, () => 1 + Math.floor(random() * 222)).join('.'),
    agent: pick(random, BROWSERS).replaceAll('X', () => String(Math.floor(random() * 10))),
  }));
  const start = Date.now() - (seed + 2) * 86_400_000;
  const lines: string[] = [];
  for (let line = 0; line < LINES; line++) {
    const time = new Date(start + (line / LINES) * 86_400_000);
    const { ip, agent } = clients[Math.floor(random() ** 2 * clients.length)]!;
    const what = random();
    const [page] = pick(random, PAGES);
    const [path, status] =
      what < 0.5
        ? [pick(random, ASSETS), 200]
        : what < 0.9
          ? [page, 200]
          : what < 0.95
            ? ['/wp-login.php', 404]
            : [`${page}/`, 301];
    const shownAgent = what > 0.8 ? pick(random, BOTS) : agent;
    const referrer = random() < 0.3 ? 'https://www.google.com/' : '-';
    lines.push(
      `${ip} - - [${clf(time)}] "GET ${path} HTTP/1.1" ${status} ${500 + Math.floor(random() * 50_000)} "${referrer}" "${shownAgent}"`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** `23/Nov/2026:10:05:03 +0000` */
function clf(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}
