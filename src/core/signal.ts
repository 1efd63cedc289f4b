/**
 * The glossary and the contract of every adapter. The words below name the code, the tables and the API.
 *
 * - **source**: where signals come from, e.g. `bombora`. Open: any text.
 * - **adapter**: the folder under `signals/` that reads one source.
 * - **record**: one thing as the source sends it (a CSV row, a log line, a message, a hit).
 * - **signal**: one normalised thing a source saw, on an account's timeline.
 * - **kind**: what happened, from the closed list `KINDS`; **family**: the group a kind belongs to.
 * - **hints**: the clues a signal carries about whose it is.
 * - **identity**: news of who a visitor is, or what we know of a person or an account.
 * - **match**: hints → account, with a method, a confidence and evidence.
 */
import { z } from 'zod';

export const FAMILIES = [
  'THIRD_PARTY_INTENT',
  'SOCIAL',
  'CONTENT',
  'SITE_VISIT',
  'EMAIL',
  'EVENT',
  'CRM',
  'PRODUCT',
] as const;
export type Family = (typeof FAMILIES)[number];

/**
 * Every kind there is, its family and what it says in a sentence: `"3 people " + phrase`.
 * A new source needs no new kind; a new kind needs a weight in the scoring model (a test says so).
 */
export const KINDS = {
  'site.pricing_view': { family: 'SITE_VISIT', phrase: 'viewed pricing' },
  'site.compare_view': { family: 'SITE_VISIT', phrase: 'read a comparison page' },
  'site.demo_view': { family: 'SITE_VISIT', phrase: 'looked at the demo page' },
  'site.product_view': { family: 'SITE_VISIT', phrase: 'viewed product pages' },
  'site.blog_view': { family: 'SITE_VISIT', phrase: 'read the blog' },
  'site.page_view': { family: 'SITE_VISIT', phrase: 'visited the site' },
  'content.download': { family: 'CONTENT', phrase: 'downloaded content' },
  'content.view': { family: 'CONTENT', phrase: 'viewed content' },
  'content.form': { family: 'CONTENT', phrase: 'submitted a form' },
  'content.demo_request': { family: 'CONTENT', phrase: 'requested a demo' },
  'content.assessment': { family: 'CONTENT', phrase: 'took an assessment' },
  'email.delivered': { family: 'EMAIL', phrase: 'received an e-mail' },
  'email.open': { family: 'EMAIL', phrase: 'opened an e-mail' },
  'email.click': { family: 'EMAIL', phrase: 'clicked in an e-mail' },
  'email.bounce': { family: 'EMAIL', phrase: 'bounced an e-mail' },
  'email.unsubscribe': { family: 'EMAIL', phrase: 'unsubscribed' },
  'event.webinar': { family: 'EVENT', phrase: 'attended a webinar' },
  'event.trade_show': { family: 'EVENT', phrase: 'met us at a trade show' },
  'intent.topic': { family: 'THIRD_PARTY_INTENT', phrase: 'researched a topic elsewhere' },
  'review.category_view': { family: 'THIRD_PARTY_INTENT', phrase: 'browsed our category on a review site' },
  'review.compare_view': { family: 'THIRD_PARTY_INTENT', phrase: 'compared us on a review site' },
  'review.pricing_view': { family: 'THIRD_PARTY_INTENT', phrase: 'checked our pricing on a review site' },
  'review.profile_view': { family: 'THIRD_PARTY_INTENT', phrase: 'read our profile on a review site' },
  'social.mention': { family: 'SOCIAL', phrase: 'mentioned us' },
  'social.competitor_research': { family: 'SOCIAL', phrase: 'discussed a competitor' },
  'product.trial': { family: 'PRODUCT', phrase: 'started a trial' },
  'product.activation': { family: 'PRODUCT', phrase: 'activated the product' },
  'product.usage': { family: 'PRODUCT', phrase: 'used the product' },
  'crm.campaign_response': { family: 'CRM', phrase: 'responded to a campaign' },
  'crm.meeting': { family: 'CRM', phrase: 'had a meeting with sales' },
  'crm.not_interested': { family: 'CRM', phrase: 'said they are not interested' },
} as const satisfies Record<string, { family: Family; phrase: string }>;
export type SignalKind = keyof typeof KINDS;
export const SIGNAL_KINDS = Object.keys(KINDS) as SignalKind[];
export const familyOf = (kind: SignalKind): Family => KINDS[kind].family;

/**
 * The clues a signal carries about whose it is. All optional; the more, the better the match.
 * `ip` lives in memory only: it is used to find the organisation and then dropped, never stored.
 */
export const hintsSchema = z.object({
  /** A company's website as a feed or CRM gives it: `acme.com`, `https://www.acme.com/x`. A *clear* hint. */
  domain: z.string().optional(),
  /** A person's e-mail address. Clear where its domain is a company's. */
  email: z.string().optional(),
  /** Id that the sender's own system gives the person (Segment `userId`). */
  userId: z.string().optional(),
  /** Browser or device id. */
  anonymousId: z.string().optional(),
  /** IPv4 or IPv6; never stored. */
  ip: z.string().optional(),
  companyName: z.string().optional(),
  /** ISO 3166-1 alpha-2 or an English name; supports a company name. */
  country: z.string().optional(),
  city: z.string().optional(),
  crmId: z.string().optional(),
  /** Company page on LinkedIn. */
  linkedin: z.string().optional(),
  /** Free text of a profile or a bio that may name the employer. */
  author: z.string().optional(),
});
export type Hints = z.infer<typeof hintsSchema>;

/** One normalised thing a source saw. */
export interface Signal {
  /** Unique within the source and stable over retries; with `source` and the event's own time it makes the id. */
  externalId: string;
  kind: SignalKind;
  /** When it happened, clock skew corrected. */
  occurredAt: Date;
  /**
   * The event's own time, which a retry repeats (before skew correction). It makes the id.
   * Omitted: `occurredAt`. `null`: the event carried no time, so the first arrival's time stands.
   */
  ownTime?: Date | null;
  /** How strong an example of its kind this is, 0–1. A page view is 1, a Bombora score of 75 is 0.5. */
  strength: number;
  hints: Hints;
  /** What it is about, in the source's words, lower case. */
  topics?: string[];
  /** −1…1 toward *our* brand; for `social.competitor_research` toward the competitor. */
  sentiment?: number;
  url?: string;
  title?: string;
  /**
   * Names the thing at its origin where several sources or rows report the same thing, e.g.
   * `bombora:2015-07-19:acme.com:crm`. Of signals with the same origin only the strongest counts.
   */
  origin?: string;
  /** Small, JSON, source-specific: shown, never scored. */
  attributes?: Record<string, unknown>;
  /** Set by importers of history (the sample) only: when we are to have received it. Default: now. */
  receivedAt?: Date;
}

/** News of who a visitor is, or of what a person or account looks like. */
export interface Identity {
  /** When we learnt it; makes past and future signals of the visitor go to the right person. */
  at: Date;
  anonymousId?: string;
  userId?: string;
  email?: string;
  person?: { name?: string; title?: string; phone?: string; linkedin?: string };
  account?: {
    /** The sender's id of the account (Segment `groupId`). */
    groupId?: string;
    domain?: string;
    name?: string;
    industry?: string;
    employees?: number;
    revenue?: number;
    country?: string;
  };
}

/** What one record yields. A record that is understood but of no interest says why in `skipped`. */
export interface Normalised {
  signals: Signal[];
  identities?: Identity[];
  /** e.g. `bot`, `asset`, `not a mention`; counted by reason, not kept. */
  skipped?: string;
}

/** What a workspace tells every adapter about itself. */
export const workspaceProfileSchema = z.object({
  /** Our brand as people write it, first the main spelling. */
  brand: z.array(z.string().min(1)).default([]),
  products: z.array(z.string().min(1)).default([]),
  competitors: z.array(z.string().min(1)).default([]),
  /** Our own sites: referrers from here are internal, and our own people are not buyers. */
  domains: z.array(z.string().min(1)).default([]),
  /** First rule whose pattern (a regular expression, case ignored) fits the path names the page's kind. */
  pages: z
    .array(z.object({ path: z.string(), kind: z.enum(SIGNAL_KINDS as [SignalKind, ...SignalKind[]]) }))
    .default([
      { path: '/(pricing|plans|price)(/|$)', kind: 'site.pricing_view' },
      { path: '/(compare|comparison|alternatives?|vs)(/|-|$)|-vs-', kind: 'site.compare_view' },
      { path: '/(demo|request-demo|book-a-demo|contact-sales)(/|$)', kind: 'site.demo_view' },
      { path: '/(products?|features?|solutions?|platform|integrations?)(/|$)', kind: 'site.product_view' },
      { path: '/(blog|articles?|news|posts?)(/|$)', kind: 'site.blog_view' },
    ]),
  /** Make an account of a clear domain that belongs to none (never from an IP or a fuzzy name). */
  discoverAccounts: z.boolean().default(true),
  /** Keep visits of nobody known from homes and phones; they match no account by their address. */
  keepResidential: z.boolean().default(false),
  /** Honour DNT; GPC, which the law of some places demands, is honoured always. */
  honourDoNotTrack: z.boolean().default(true),
  /** More page views of one cookieless visitor in a minute are a program's. */
  burstPerMinute: z.number().int().min(1).default(60),
});
export type WorkspaceProfile = z.infer<typeof workspaceProfileSchema>;

/** Everything a normaliser may know besides the record: nothing in it does I/O. */
export interface NormaliseContext<Settings = unknown> {
  settings: Settings;
  profile: WorkspaceProfile;
  /** When the record reached us. */
  receivedAt: Date;
  /** File name without folder, `-` for standard input; undefined for push and poll. */
  fileName?: string;
  /** Keyed hash for ids that must not reveal what they were made of (an IP in a log line). Hex, 32 digits. */
  fingerprint(text: string): string;
  /** Id of a cookieless visitor: keyed by a random key of that UTC day which is deleted within 48 h. */
  visitorId(day: Date, ...clues: string[]): string;
}

/** What a file transport is handed besides the lines. */
export interface FileTransport {
  /** How the bytes become records: `csv` → `Record<string, string>`, `lines` → `string`, `ndjson` → JSON value. */
  format: 'csv' | 'lines' | 'ndjson';
  /**
   * For `csv`: names for the columns, from the file's first row. `firstRowIsData`: the file has no header.
   * Throws `Invalid` for a header that misses a needed column, naming it.
   */
  columns?(firstRow: string[]): { names: string[]; firstRowIsData: boolean };
  /** Examples of names as the source gives them; shown in the help. */
  examples?: string[];
}

export interface FetchedPage {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Handed to `poll`: the only way out to the network, with retry, rate limit and private-address guard inside. */
export type Fetcher = (
  url: string,
  options?: { headers?: Record<string, string>; method?: string; body?: string },
) => Promise<FetchedPage>;

export interface PollTransport<Settings = unknown> {
  /** How often, as a cron expression in UTC. */
  schedule: string;
  /**
   * One page after the cursor, oldest first. `cursor` is whatever JSON the last call returned, null at first.
   * `more: true` asks to be called again at once. The cursor is saved only with the page's signals.
   */
  poll(
    cursor: unknown,
    context: { settings: Settings; profile: WorkspaceProfile; fetch: Fetcher; now: Date },
  ): Promise<{ records: unknown[]; cursor: unknown; more: boolean }>;
}

export interface PushTransport {
  /** How a delivered body is taken apart; `segment` = the Segment HTTP Tracking API under `/v1`. */
  protocol: 'segment';
}

/** One source, declared. Everything that can be derived from this (docs, checks, help, tests) is. */
export interface Adapter<Settings = unknown> {
  /** Folder name, kebab-case. */
  id: string;
  title: string;
  /** One sentence: what it sees. */
  description: string;
  homepage: string;
  kinds: readonly SignalKind[];
  /** Read from `SIGNAL_<ID>_<KEY>`; mark secrets with `.meta({ secret: true })` and they are redacted everywhere. */
  settings: z.ZodType<Settings>;
  file?: FileTransport;
  poll?: PollTransport<Settings>;
  push?: PushTransport;
  /**
   * One record → what it means. Pure. Throws `Invalid` (or a ZodError) for a bad record: it is kept as a dead
   * letter with the reason, and its neighbours go on.
   */
  normalise(record: unknown, context: NormaliseContext<Settings>): Normalised;
}

/** Declares an adapter; the identity function, for its types. */
export function defineAdapter<Settings>(adapter: Adapter<Settings>): Adapter<Settings> {
  return adapter;
}

/** The kind of a page of ours by its path, first rule first. */
export function pageKind(path: string, rules: WorkspaceProfile['pages']): SignalKind {
  for (const rule of rules) if (compile(rule.path).test(path)) return rule.kind;
  return 'site.page_view';
}

const compiled = new Map<string, RegExp>();
function compile(pattern: string): RegExp {
  let expression = compiled.get(pattern);
  if (!expression) {
    expression = new RegExp(pattern, 'i');
    compiled.set(pattern, expression);
  }
  return expression;
}
