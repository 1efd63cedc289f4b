/**
 * Measured: fuzzy look-ups of company names in process, among a million accounts: how many a second, how long each
 * takes, the memory of the index, and how many are answered rightly; then inserts into the live index.
 * The names are made up: half of the words are invented, the rest are words that thousands of accounts share.
 * A look-up asks for an account as it is written (30 %), with one letter wrong (30 %), without its last words (20 %),
 * or for a company that is not there (20 %). There is no baseline in this file: the figures are absolute.
 */
import { performance } from 'node:perf_hooks';
import { type NamedAccount, NameIndex } from '../src/core/identity/name-index.ts';

const ACCOUNTS = 1_000_000;
const LOOKUPS = 20_000;
const INSERTS = 50_000;

const ONSETS = 'b br c ch cl d dr f fl g gr h j k kl l m n p pl pr qu r s sch sh sl st t th tr v w y z'.split(
  ' ',
);
const VOWELS = 'a e i o u ai ea ee oo ou ia'.split(' ');
const CODAS = ' l n r s t x ck ld m nd ng rk rn ss th'.split(' ');
const COMMON =
  'delta summit pioneer national first northern united green blue golden silver river lake stone oak eagle lion star sun apex'.split(
    ' ',
  );
const TRADES =
  'systems technologies software logistics foods energy capital partners insurance medical consulting construction media industries solutions services'.split(
    ' ',
  );
const FORMS = ['Inc.', 'LLC', 'Ltd', 'GmbH', 'Corp', 'S.A.', 'B.V.', 'AG', '', ''];

export interface Figures {
  accounts: number;
  buildSeconds: number;
  /** Growth of the process's memory while the index was built, after garbage was collected if that is allowed. */
  heapMegabytes: number;
  /** The most the whole process ever had, to the end of the build. */
  peakResidentMegabytes: number;
  indexMegabytes: number;
  lookupsPerSecond: number;
  /** The same by the time the process was given: comparable when other work shares the machine. */
  lookupsPerCpuSecond: number;
  p50Milliseconds: number;
  p95Milliseconds: number;
  p99Milliseconds: number;
  /** Share of look-ups of each sort that were decided rightly: for absent companies, not to match. */
  right: Record<string, number>;
  insertsPerSecond: number;
  longestInsertMilliseconds: number;
}

/** Prints a table and returns its figures. */
export async function run(): Promise<Figures> {
  const random = randomNumbers(20_261_123);
  const before = inUse();
  const started = performance.now();
  const index = NameIndex.build(accounts(ACCOUNTS, randomNumbers(7)));
  const buildSeconds = (performance.now() - started) / 1000;
  const heapMegabytes = inUse() - before;
  const peakResidentMegabytes = process.resourceUsage().maxRSS / 1024;

  const asked = [...questions(random)];
  for (const { name } of asked.slice(0, 1000)) index.decide(name);
  const times = new Float64Array(asked.length);
  const tally = new Map<string, { right: number; all: number }>();
  const cpuBefore = process.cpuUsage();
  const from = performance.now();
  asked.forEach(({ name, id, sort }, i) => {
    const start = performance.now();
    const { decision, best } = index.decide(name);
    times[i] = performance.now() - start;
    const count = tally.get(sort) ?? { right: 0, all: 0 };
    count.all += 1;
    if (id === null ? decision !== 'MATCH' : best?.id === id) count.right += 1;
    tally.set(sort, count);
  });
  const seconds = (performance.now() - from) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  times.sort();
  const percentile = (share: number): number => times[Math.floor(share * (times.length - 1))]!;

  let longest = 0;
  const insertsFrom = performance.now();
  for (const { id, name } of accounts(INSERTS, randomNumbers(99))) {
    const start = performance.now();
    index.insert(ACCOUNTS + id, name);
    longest = Math.max(longest, performance.now() - start);
  }
  const figures: Figures = {
    accounts: ACCOUNTS,
    buildSeconds,
    heapMegabytes,
    peakResidentMegabytes,
    indexMegabytes: index.bytes / 2 ** 20,
    lookupsPerSecond: asked.length / seconds,
    lookupsPerCpuSecond: (asked.length * 1e6) / (cpu.user + cpu.system),
    p50Milliseconds: percentile(0.5),
    p95Milliseconds: percentile(0.95),
    p99Milliseconds: percentile(0.99),
    right: Object.fromEntries([...tally].map(([sort, { right, all }]) => [sort, right / all])),
    insertsPerSecond: (INSERTS * 1000) / (performance.now() - insertsFrom),
    longestInsertMilliseconds: longest,
  };
  console.table({ ...figures, right: JSON.stringify(figures.right) });
  return figures;
}

/** Megabytes in use; exact only with `--expose-gc`. */
function inUse(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

function* accounts(count: number, random: () => number): Generator<NamedAccount> {
  for (let id = 0; id < count; id += 1) yield { id, name: makeName(random) };
}

function* questions(random: () => number): Generator<{ name: string; id: number | null; sort: string }> {
  const step = Math.floor(ACCOUNTS / LOOKUPS);
  for (const { id, name } of accounts(ACCOUNTS, randomNumbers(7))) {
    if (id % step !== 0) continue;
    const draw = random();
    if (draw < 0.3) yield { name, id, sort: 'as written' };
    else if (draw < 0.6) yield { name: misspell(name, random), id, sort: 'one letter wrong' };
    else if (draw < 0.8) yield { name: name.split(' ').slice(0, 2).join(' '), id, sort: 'shortened' };
    else
      yield { name: `${capital(invent(random, 4))} ${capital(invent(random, 3))}`, id: null, sort: 'absent' };
  }
}

function makeName(random: () => number): string {
  const words = [
    random() < 0.5 ? invent(random, 2) : pick(COMMON, random),
    invent(random, random() < 0.5 ? 2 : 3),
  ];
  if (random() < 0.7) words.push(pick(TRADES, random));
  words.push(pick(FORMS, random));
  return words.filter(Boolean).map(capital).join(' ');
}

function invent(random: () => number, syllables: number): string {
  let word = '';
  for (let i = 0; i < syllables; i += 1) word += pick(ONSETS, random) + pick(VOWELS, random);
  return word + pick(CODAS, random);
}

/** Changes, drops or swaps one letter. */
function misspell(name: string, random: () => number): string {
  const at = 1 + Math.floor(random() * (name.length - 3));
  const draw = random();
  if (draw < 0.4)
    return name.slice(0, at) + pick('abcdefghijklmnopqrstuvwxyz'.split(''), random) + name.slice(at + 1);
  if (draw < 0.7) return name.slice(0, at) + name.slice(at + 1);
  return name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2);
}

const pick = <T>(from: readonly T[], random: () => number): T => from[Math.floor(random() * from.length)]!;
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Repeatable numbers in [0, 1). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

if (import.meta.main) await run();
