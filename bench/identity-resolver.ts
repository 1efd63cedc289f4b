/**
 * Measured: the whole resolver on mixed signals, of which one in ten carries a misspelt name: e-mails, domains, known
 * browsers, addresses with real ranges, exact names. Once as `undercurrent try resolve` asks, a thousand lines at a
 * time, and once as they are taken in and stored, five thousand at a time; signals a second by the clock, and by the
 * time that this process and its database backend were given, which other work on the machine does not change.
 * Then, for whoever has the data of names beside the repository, whole decisions on its development half.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import type { Adapter, Hints, Signal } from '../src/core/signal.ts';
import { openIpRanges } from '../src/edge/ip-ranges.ts';
import { type Intake, openIntake, take } from '../src/flow/ingest.ts';
import { resolve } from '../src/flow/resolve.ts';
import { upsertAccounts, upsertPeople } from '../src/flow/upsert.ts';
import * as batches from '../src/store/batches.ts';
import { close, connect, inWorkspace, type Tx } from '../src/store/database.ts';
import * as workspaces from '../src/store/workspaces.ts';
import { printTable, printVerdict } from './rounds.ts';
import type * as stages from './stage.ts';
import { pick, randomOf } from './traffic.ts';

const ACCOUNTS = 20_000;
const PEOPLE = 20_000;
const SIGNALS = 50_000;
const RANGES = fileURLToPath(new URL('../node_modules/@ip-location-db/asn/asn-ipv4.csv', import.meta.url));
const NAMES = fileURLToPath(new URL('../../shared/data/names', import.meta.url));
const NOW = new Date('2026-11-01T12:00:00Z');

export async function run(stage: stages.Stage): Promise<void> {
  await measureSpeed(stage);
  const files = ['sec-titles', 'name-pairs', 'dnb-typos'].map((name) => path.join(NAMES, `${name}.csv`));
  if (files.every((file) => fs.existsSync(file))) await measureDecisions(stage, files);
  else console.log('Decisions are not measured: there is no ../shared/data/names.');
}

async function measureSpeed(stage: stages.Stage): Promise<void> {
  const world = await open(stage, 'resolver');
  const random = randomOf(11);
  const { intake } = world;
  await importAccounts(
    world,
    Array.from({ length: ACCOUNTS }, (_, id) => ({ domain: domainOf(id), name: nameOf(id), country: 'DE' })),
  );
  const batch = await world.within((tx) =>
    batches.open(tx, { source: 'people', transport: 'file', label: 'people' }, NOW),
  );
  for (let from = 0; from < PEOPLE; from += 5_000) {
    const people = Array.from({ length: 5_000 }, (_, at) => ({
      email: `p${from + at}@${domainOf((from + at) % ACCOUNTS)}`,
    }));
    await world.within((tx) => upsertPeople(tx, intake.workspace, people, batch, NOW));
    const visits = people.map(({ email }, at) => ({ email, anonymousId: `visitor-${from + at}` }));
    await takeAll(world, visits, `known ${from}`);
  }
  const hints = Array.from({ length: SIGNALS }, () => hintsOf(random));
  // The first look at names that are like others reads all names; that is not what is asked here.
  await resolve(intake, hints.slice(0, 1_000), NOW);

  const asked = await timed(world, hints.length, async () => {
    for (let at = 0; at < hints.length; at += 1_000) await resolve(intake, hints.slice(at, at + 1_000), NOW);
  });
  const stored = await timed(world, hints.length, async () => {
    for (let at = 0; at < hints.length; at += 5_000)
      await takeAll(world, hints.slice(at, at + 5_000), `${at}`);
  });
  printTable('resolver: mixed signals (signals/s)', [
    { way: 'try resolve', ...asked.cells },
    { way: 'taken in and stored', ...stored.cells },
  ]);
  printVerdict(asked.perSecond, 5_000, 'signals/s resolved');
  printVerdict(stored.perSecond, 5_000, 'signals/s stored');
  await world.close();
}

interface World {
  intake: Intake;
  backend: number;
  within<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

async function open(stage: stages.Stage, name: string): Promise<World> {
  const { url } = await stage.database(name);
  const db = await connect(url, { max: 1 });
  const workspace = await workspaces.ensure(db, 'bench', NOW);
  const ranges = fs.existsSync(RANGES) ? await openIpRanges([RANGES]) : null;
  const intake = openIntake(db, workspace, (ip) => ranges?.lookup(ip));
  const { rows } = await db.pool.query('SELECT pg_backend_pid() AS pid');
  return {
    intake,
    backend: rows[0].pid,
    within: (work) => inWorkspace(db, workspace.id, work),
    close: () => close(db),
  };
}

async function importAccounts(
  world: World,
  inputs: Parameters<typeof upsertAccounts>[2],
  size = 5_000,
): Promise<void> {
  const batch = await world.within((tx) =>
    batches.open(tx, { source: 'accounts', transport: 'import', label: 'accounts' }, NOW),
  );
  for (let at = 0; at < inputs.length; at += size) {
    await world.within((tx) =>
      upsertAccounts(tx, world.intake.workspace, inputs.slice(at, at + size), batch, NOW),
    );
  }
}

/** Takes the hints in as visits. */
async function takeAll(world: World, hints: readonly Hints[], label: string): Promise<void> {
  const batch = await world.within((tx) =>
    batches.open(tx, { source: ADAPTER.id, transport: 'file', label }, NOW),
  );
  const records = hints.map((one, at) => ({ place: `${at}`, record: { hints: one, id: `${label} ${at}` } }));
  const { refused } = await take(world.intake, { id: batch, adapter: ADAPTER, settings: {} }, records, NOW);
  if (refused.length > 0) throw new Error(refused[0]!.message);
}

const ADAPTER = {
  id: 'bench',
  kinds: ['site.page_view'],
  normalise(record: unknown) {
    const { hints, id } = record as { hints: Hints; id: string };
    const signal: Signal = {
      externalId: id,
      kind: 'site.page_view',
      occurredAt: NOW,
      strength: 1,
      hints,
    };
    return { signals: [signal] };
  },
} as unknown as Adapter;

/** Milliseconds of the processor that the database's backend was given; 0 where the system does not tell. */
function backendTime(pid: number): number {
  try {
    return Number(fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return 0;
  }
}

async function timed(world: World, count: number, work: () => Promise<void>) {
  const [cpu, backend, start] = [process.cpuUsage(), backendTime(world.backend), performance.now()];
  await work();
  const seconds = (performance.now() - start) / 1_000;
  const used = process.cpuUsage(cpu);
  const own = (used.user + used.system) / 1e6;
  const theirs = (backendTime(world.backend) - backend) / 1_000;
  const cells = {
    'by the clock': Math.round(count / seconds).toLocaleString('en'),
    'by processor time': Math.round(count / (own + theirs)).toLocaleString('en'),
    'process s': own.toFixed(2),
    'backend s': theirs.toFixed(2),
  };
  return { perSecond: count / seconds, cells };
}

const SYLLABLES = 'bar cel dun fer gil hal jor kem lun mar nis por quen ros sil tam vel wex yor zan'.split(
  ' ',
);
const TRADES = 'Systems Logistics Foods Energy Media Partners Labs Capital'.split(' ');
const FORMS = ['GmbH', 'Inc', 'Ltd', 'S.A.', 'B.V.'];
const base = SYLLABLES.length;
const wordOf = (id: number): string =>
  [id % base, Math.floor(id / base) % base, Math.floor(id / base ** 2) % base, (id * 7) % base]
    .map((at) => SYLLABLES[at]!)
    .join('');
const nameOf = (id: number): string =>
  `${wordOf(id).replace(/^./, (first) => first.toUpperCase())} ${TRADES[id % TRADES.length]} ${FORMS[id % FORMS.length]}`;
const domainOf = (id: number): string => `${wordOf(id)}.example`;

function misspell(name: string, random: () => number): string {
  const at = 1 + Math.floor(random() * (name.indexOf(' ') - 2));
  return name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2);
}

/** One in ten with a misspelt name; of known ones and of strangers, as a site's and a feed's signals come. */
function hintsOf(random: () => number): Hints {
  const id = Math.floor(random() * ACCOUNTS);
  const draw = random();
  // Of those who leave an address one in five is new.
  const person = Math.floor(random() * PEOPLE);
  if (draw < 0.16) return { email: `p${person}@${domainOf(person % ACCOUNTS)}` };
  if (draw < 0.2) return { email: `p${person}@${domainOf(id)}` };
  if (draw < 0.4) return { domain: domainOf(id), companyName: nameOf(id) };
  if (draw < 0.65) return { anonymousId: `visitor-${person}` };
  if (draw < 0.8)
    return {
      ip: [0, 0, 0, 0].map(() => 1 + Math.floor(random() * 220)).join('.'),
      anonymousId: `stranger-${Math.floor(random() * 1e6)}`,
    };
  if (draw < 0.9) return { companyName: nameOf(id), country: pick(random, ['DE', 'FR']) };
  return { companyName: misspell(nameOf(id), random) };
}

/** A question, and the account it is about; null: none of those that are there. */
interface Question {
  sort: string;
  hints: Hints;
  domain: string | null;
}

async function measureDecisions(stage: stages.Stage, files: readonly string[]): Promise<void> {
  const [titles, pairs, typos] = files.map(
    (file) => parse(fs.readFileSync(file), { columns: true }) as Record<string, string>[],
  );
  const accounts: { domain: string; name: string }[] = [];
  const questions: Question[] = [];
  // Of the development half every third company is not among the accounts: to match it would be wrong.
  const asked = new Map<string, boolean>();
  for (const { query, cik } of pairs!) {
    if (!isDevelopment(cik!)) continue;
    const absent = !asked.get(cik!) && asked.size % 3 === 0;
    asked.set(cik!, !absent);
    const domain = absent ? null : `cik${cik}.example`;
    questions.push({ sort: 'common names of registrants', hints: { companyName: query }, domain });
    const other = titles![(Number(cik) * 31) % titles!.length]!.cik!;
    if (!absent && other !== cik)
      questions.push({
        sort: 'a name, and another’s domain',
        hints: { companyName: query, domain: `cik${other}.example` },
        domain: `cik${other}.example`,
      });
  }
  for (const { cik, title } of titles!)
    if (asked.get(cik!) !== false) accounts.push({ domain: `cik${cik}.example`, name: title! });
  for (const { id, name, adjusted } of typos!) {
    const absent = Number(id) % 3 === 0;
    if (!absent) accounts.push({ domain: `master${id}.example`, name: name! });
    if (Number(id) % 2 === 0)
      questions.push({
        sort: 'corrupted names',
        hints: { companyName: adjusted },
        domain: absent ? null : `master${id}.example`,
      });
  }
  const world = await open(stage, 'resolver_decisions');
  await importAccounts(world, accounts);
  const answers = await resolve(
    world.intake,
    questions.map((question) => question.hints),
    NOW,
  );
  const rows = [...new Set(questions.map((question) => question.sort)), 'all'].map((sort) => {
    const of = questions.flatMap((question, at) =>
      sort === 'all' || question.sort === sort ? [{ question, answer: answers[at]! }] : [],
    );
    const attached = of.filter(({ answer }) => answer.decision === 'ATTACH');
    const right = attached.filter(({ question, answer }) => answer.domain === question.domain);
    const there = of.filter(({ question }) => question.domain !== null);
    const reviewed = of.filter(({ answer }) => answer.decision === 'REVIEW');
    const helpful = reviewed.filter(({ question, answer }) => answer.domain === question.domain);
    return {
      decisions: sort,
      asked: `${of.length}`,
      'in the book': `${there.length}`,
      precision: share(right.length, attached.length),
      recall: share(right.length, there.length),
      'with review': share(right.length + helpful.length, there.length),
      'to review': share(reviewed.length, of.length),
    };
  });
  printTable('decisions on real names, development half', rows);
  if (process.env.BENCH_SHOW_WRONG) {
    for (const [at, { hints, domain }] of questions.entries()) {
      const { decision, domain: found, reason } = answers[at]!;
      if (decision === 'ATTACH' && found !== domain)
        console.log(JSON.stringify({ hints, domain, found, reason }));
    }
  }
  await world.close();
}

const isDevelopment = (cik: string): boolean => (Number(cik) >> 1) % 2 === 0;
const share = (part: number, all: number): string => (all === 0 ? '–' : (part / all).toFixed(3));
