/**
 * Generated traffic of a fictional vendor's site, the same on every run: 10,000 visitors of 2,000 accounts, four in
 * ten of them known people. Mostly page views as a browser SDK reports them, some forms, some identifies.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';

export const ACCOUNTS = 2_000;
const VISITORS = 10_000;
/** Of ten visitors, those who have said who they are. */
const KNOWN = 4;

/** A generator of pseudo-random numbers in [0, 1); the same seed gives the same ones (a linear congruence). */
export function randomOf(seed: number): () => number {
  let state = BigInt(seed) + 1n;
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
    return Number(state >> 33n) / 2 ** 31;
  };
}

export const pick = <T>(random: () => number, from: readonly T[]): T =>
  from[Math.floor(random() * from.length)]!;

const SYLLABLES = [
  'ar',
  'bel',
  'cor',
  'dan',
  'el',
  'fen',
  'gol',
  'hal',
  'in',
  'jor',
  'kel',
  'lum',
  'mar',
  'nor',
];
const BRANCHES = ['systems', 'logistics', 'foods', 'energy', 'labs', 'group', 'works', 'partners', 'media'];

const accountName = (account: number): string =>
  `${SYLLABLES[account % 14]}${SYLLABLES[Math.floor(account / 14) % 14]}${SYLLABLES[Math.floor(account / 196) % 14]} ${BRANCHES[account % 9]}`;
export const domainOf = (account: number): string => `${accountName(account).replace(' ', '-')}.example`;

/** Writes the target list as a CRM exports it; returns the file. */
export function writeAccounts(folder: string): string {
  const rows = Array.from({ length: ACCOUNTS }, (_, account) =>
    [
      domainOf(account),
      accountName(account),
      ['Software', 'Logistics', 'Retail', 'Energy'][account % 4],
      50 * (1 + (account % 200)),
      ['US', 'DE', 'GB', 'FR'][account % 4],
    ].join(','),
  );
  const file = path.join(folder, 'accounts.csv');
  writeFileSync(file, `domain,name,industry,employees,country\n${rows.join('\n')}\n`);
  return file;
}

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1',
];
export const PAGES = [
  ['/', 'Home'],
  ['/pricing', 'Pricing'],
  ['/product/streams', 'Streams'],
  ['/product/catalog', 'Catalog'],
  ['/blog/data-contracts', 'What a data contract is'],
  ['/blog/late-events', 'Events that come late'],
  ['/docs/getting-started', 'Getting started'],
  ['/compare/others', 'How we compare'],
  ['/customers', 'Customers'],
  ['/request-demo', 'See it'],
] as const;
const REFERRERS = [
  '',
  '',
  'https://www.google.com/',
  'https://news.ycombinator.com/item?id=1',
  'https://duckduckgo.com/',
];

interface Visitor {
  anonymousId: string;
  userId?: string;
  email: string;
  name: string;
  title: string;
  agent: string;
  ip: string;
}

function visitorOf(visitor: number): Visitor {
  // Not by the last digit alone: every account is to have known visitors.
  const known = (visitor + Math.floor(visitor / ACCOUNTS) * 3) % 10 < KNOWN;
  const hex = visitor.toString(16).padStart(6, '0');
  return {
    anonymousId: `0b7e${hex.slice(0, 4)}-9d51-4c0a-8f3e-2a66${hex}9f`,
    userId: known ? `u-${visitor}` : undefined,
    email: `person${visitor}@${domainOf(visitor % ACCOUNTS)}`,
    name: `Person ${visitor}`,
    title: ['VP Data', 'Data Engineer', 'Analyst', 'CTO', 'Head of Operations'][visitor % 5]!,
    agent: AGENTS[visitor % 4]!,
    ip: `203.0.${113 + (visitor % 8)}.${visitor % 250}`,
  };
}

/** Events one after another; two streams of different names share no event. */
export class Traffic {
  readonly #name: string;
  readonly #random: () => number;
  /** Milliseconds since 1970 of the next event, and from one event to the next. */
  #at: number;
  readonly #step: number;
  #count = 0;

  constructor(name: string, seed: number, from: Date, step: number) {
    this.#name = name;
    this.#random = randomOf(seed);
    this.#at = from.getTime();
    this.#step = step;
  }

  /** The next `count` events: 93 % page views, 4 % forms and downloads, 3 % identifies. */
  take(count: number): object[] {
    return Array.from({ length: count }, () => this.#next());
  }

  #next(): object {
    const random = this.#random;
    this.#at += this.#step * 2 * random();
    // A few visitors come often, most of them rarely.
    const visitor = visitorOf(Math.floor(random() ** 2 * VISITORS));
    const what = random();
    const shared = {
      messageId: `${this.#name}-${this.#count++}-6f1d2b7a`,
      timestamp: new Date(this.#at).toISOString(),
      anonymousId: visitor.anonymousId,
      ...(visitor.userId && { userId: visitor.userId }),
    };
    const [path, title] = pick(random, PAGES);
    const page = {
      path,
      title,
      url: `https://www.driftline.example${path}`,
      referrer: pick(random, REFERRERS),
      search: random() < 0.1 ? '?utm_source=newsletter&utm_medium=email&utm_campaign=autumn' : '',
    };
    const context = {
      page,
      userAgent: visitor.agent,
      ip: visitor.ip,
      locale: 'en-US',
      library: { name: 'analytics.js', version: 'next-1.81.0' },
    };
    if (what < 0.93) return { type: 'page', ...shared, name: title, properties: page, context };
    if (what < 0.97) {
      const [event, properties] =
        what < 0.955
          ? ['Whitepaper Downloaded', { asset_name: 'The state of streaming', topic: 'streaming' }]
          : ['Form Submitted', { form_name: 'Newsletter', ...(visitor.userId && { email: visitor.email }) }];
      return { type: 'track', ...shared, event, properties, context };
    }
    const traits = { email: visitor.email, name: visitor.name, title: visitor.title };
    return visitor.userId
      ? { type: 'identify', ...shared, traits, context }
      : { type: 'page', ...shared, name: title, properties: page, context };
  }
}

/** Who every known visitor is, as a first import tells it. */
export function identifies(at: Date): object[] {
  return Array.from({ length: VISITORS }, (_, visitor) => visitorOf(visitor))
    .filter((visitor) => visitor.userId)
    .map((visitor) => ({
      type: 'identify',
      messageId: `identify-${visitor.userId}`,
      timestamp: at.toISOString(),
      anonymousId: visitor.anonymousId,
      userId: visitor.userId,
      traits: { email: visitor.email, name: visitor.name, title: visitor.title },
    }));
}

/** Request bodies of `size` events each, for `/v1/batch`. */
export function inBatches(events: readonly object[], size: number): string[] {
  const bodies: string[] = [];
  for (let at = 0; at < events.length; at += size) {
    bodies.push(JSON.stringify({ batch: events.slice(at, at + size) }));
  }
  return bodies;
}
