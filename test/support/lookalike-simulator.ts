/**
 * Populations of which it is known why accounts convert: how busy they are, and in some worlds a hidden profile that
 * shows in firmographics and in what they do first. Written apart from what learns from them.
 */
import type { Traited } from '../../src/core/scoring/lookalike.ts';
import type { SignalKind } from '../../src/core/signal.ts';

export interface World {
  /** By how much having the hidden profile shifts the log-odds of converting; 0: there is none. */
  profile: number;
  /** The same for a standard deviation of busyness. */
  busyness: number;
  /** Part of accounts that hardly show themselves. */
  dormant?: number;
}

export interface SimulatedAccount extends Traited {
  /** 0–100, by busyness alone. */
  heat: number;
  converts: boolean;
  /** The odds it truly has. */
  odds: number;
}

const INDUSTRIES = ['Banking', 'Insurance', 'Software', 'Retail', 'Energy', 'Farming', 'Transport', 'Health'];
const SIZES = [20, 120, 600, 3_000, 9_000];
const COUNTRIES = ['US', 'DE', 'GB', 'FR', 'NL', 'SE'];
const TECHNOLOGIES = [
  'dbt',
  'kafka',
  'snowflake',
  'sap',
  'oracle',
  'excel',
  'tableau',
  'spark',
  'airflow',
  'redis',
];
const KINDS: readonly SignalKind[] = [
  'site.page_view',
  'site.blog_view',
  'site.product_view',
  'site.pricing_view',
  'content.download',
  'intent.topic',
  'event.webinar',
];
const TOPICS = ['lineage', 'quality', 'catalogue', 'cost', 'privacy', 'streaming', 'testing', 'governance'];

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `size` accounts of a world, of which about `rate` of those that show themselves convert. */
export function populate(size: number, rate: number, world: World, next: () => number): SimulatedAccount[] {
  const accounts = Array.from({ length: size }, () => draw(world, next));
  const lively = accounts.filter((one) => one.kinds.length > 0);
  // The intercept that gives the rate, by halving.
  let [low, high] = [-15, 10];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    const mean = lively.reduce((sum, one) => sum + 1 / (1 + Math.exp(-middle - one.pull)), 0) / lively.length;
    if (mean < rate) low = middle;
    else high = middle;
  }
  return accounts.map(({ pull, ...account }) => {
    const odds = account.kinds.length > 0 ? Math.exp(low + pull) : 0;
    return { ...account, odds, converts: next() < odds / (1 + odds) };
  });
}

function draw({ profile, busyness, dormant = 0.3 }: World, next: () => number) {
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  /** The first third of a list is what the profile prefers. */
  const lean = <T>(list: readonly T[], by: boolean): T =>
    by && next() < 0.55 ? list[Math.floor(next() * Math.ceil(list.length / 3))]! : pick(list);
  const some = <T>(list: readonly T[], count: number, by: boolean): T[] => {
    const found = new Set<T>();
    for (let tries = 0; tries < 40 && found.size < count; tries++) found.add(lean(list, by));
    return [...found];
  };
  const has = next() < 0.3;
  const busy = normal();
  const asleep = next() < dormant;
  // Who is busier shows more of itself.
  const seen = asleep ? 0 : Math.max(1, Math.min(3, Math.round(2 + busy)));
  return {
    industry: next() < 0.1 ? null : lean(INDUSTRIES, has),
    employees: lean(SIZES, has),
    country: pick(COUNTRIES),
    technologies: some(TECHNOLOGIES, 2 + Math.floor(next() * 3), has),
    kinds: some(KINDS, seen, has),
    topics: some(TOPICS, seen, has),
    heat: asleep ? 0 : 100 / (1 + Math.exp(-(busy - 0.5) * 1.5)),
    pull: profile * (has ? 1 : 0) + busyness * busy,
  };
}
