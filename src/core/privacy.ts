/** Whom we don't listen to, and why: programs, people who objected, homes, and whoever is on the list of exclusions. */
import { Invalid } from './errors.ts';
import { burstOf } from './identity/agent.ts';
import { registrableDomain } from './identity/domain.ts';
import { classifyEmail, emailKey } from './identity/email.ts';
import { type AddressRange, parseBound, parseNetwork } from './identity/ip-address.ts';
import type { NetworkClass } from './identity/network.ts';
import type { SignalKind, WorkspaceProfile } from './signal.ts';

/** Leads the ids of visitors without a cookie, which hold for one day and are made from what is not kept. */
export const COOKIELESS = 'day:';

export const SKIP_CLASSES = ['BOT', 'AI_CRAWLER', 'PRIVACY', 'EXCLUDED', 'OTHER'] as const;
export type SkipClass = (typeof SKIP_CLASSES)[number];

const CLASS_OF: Record<string, SkipClass> = {
  bot: 'BOT',
  prefetch: 'BOT',
  burst: 'BOT',
  'hosting network': 'BOT',
  'VPN or proxy': 'BOT',
  'machine open': 'BOT',
  'machine click': 'BOT',
  'AI crawler': 'AI_CRAWLER',
  'GPC or DNT': 'PRIVACY',
  'consent denied': 'PRIVACY',
  'residential network': 'PRIVACY',
  erased: 'PRIVACY',
  excluded: 'EXCLUDED',
  'own company': 'EXCLUDED',
};

/** What a reason for skipping a record amounts to; a source's own reasons (`asset`, `redirect`) are OTHER. */
export const skipClass = (reason: string): SkipClass =>
  Object.hasOwn(CLASS_OF, reason) ? CLASS_OF[reason]! : 'OTHER';

// ---- what the visitor said

type Rules = Pick<WorkspaceProfile, 'honourDoNotTrack' | 'keepResidential' | 'burstPerMinute' | 'domains'>;

const isYes = (value: unknown): boolean =>
  value === true || value === 1 || value === '1' || value === 'true' || value === 'yes';

/** What a browser or a sender says against being tracked; null: nothing. DNT counts unless the workspace says no. */
export function objectionOf(
  context: Record<string, unknown>,
  rules: Pick<Rules, 'honourDoNotTrack'>,
): 'GPC or DNT' | 'consent denied' | null {
  if (consentOf(context) === false) return 'consent denied';
  if (isYes(context.gpc) || isYes(context.globalPrivacyControl)) return 'GPC or DNT';
  if (rules.honourDoNotTrack && (isYes(context.doNotTrack) || isYes(context.dnt))) return 'GPC or DNT';
  return null;
}

/** Purposes that are ours, as banners name them. */
const MEASURING = /analytic|measure|statisti|performance|tracking/i;

/**
 * Consent as senders write it: a word, Segment's `consent.categoryPreferences`, Google's `analytics_storage`,
 * RudderStack's `consentManagement`. True or false where it was said; null where nothing was.
 */
export function consentOf(context: Record<string, unknown>): boolean | null {
  const managed = context.consentManagement;
  if (isObject(managed)) {
    const allowed = textsOf(managed.allowedConsentIds);
    const denied = textsOf(managed.deniedConsentIds);
    if (denied.some((id) => MEASURING.test(id))) return false;
    if (allowed.length > 0) return true;
    if (denied.length > 0) return false;
  }
  return readConsent(context.consent);
}

function readConsent(said: unknown): boolean | null {
  if (typeof said === 'boolean') return said;
  if (typeof said === 'string') {
    if (/^(?:denied|deny|no|none|false|0|opt(?:ed)?[-_ ]?out|withdrawn|rejected|refused)$/i.test(said))
      return false;
    return /^(?:granted|yes|true|1|opt(?:ed)?[-_ ]?in|given|accepted|all)$/i.test(said) ? true : null;
  }
  if (!isObject(said)) return null;
  const purposes = isObject(said.categoryPreferences) ? said.categoryPreferences : said;
  const answers = Object.entries(purposes).flatMap(([purpose, value]) => {
    const answer = isObject(value) ? null : readConsent(value);
    return answer === null ? [] : [{ answer, ours: MEASURING.test(purpose) }];
  });
  const ours = answers.filter((one) => one.ours);
  if (ours.length > 0) return ours.every((one) => one.answer);
  return answers.length === 0 ? null : answers.some((one) => one.answer);
}

// ---- visits

export interface Visit {
  kind: SignalKind;
  anonymousId: string | null;
  /** Whether it says who it was. */
  named: boolean;
  network: NetworkClass | null;
}

const isWeb = (kind: SignalKind): boolean =>
  kind.startsWith('site.') || kind === 'content.view' || kind === 'content.download';

/**
 * Why a visit is not to be kept, by the network it came from; null: it is. Of people who say who they are everything
 * is kept, and visitors with an id of their own may still become known, so a home does not speak against them.
 */
export function judgeVisit({ kind, anonymousId, named, network }: Visit, rules: Rules): string | null {
  if (named || !isWeb(kind) || network === null) return null;
  if (network === 'hosting') return 'hosting network';
  if (network === 'proxy') return 'VPN or proxy';
  const residential = network === 'isp' || network === 'mobile';
  if (residential && anonymousId?.startsWith(COOKIELESS) && !rules.keepResidential)
    return 'residential network';
  return null;
}

export interface View {
  kind: SignalKind;
  anonymousId: string | null;
  externalId: string;
  occurredAt: Date;
}

const MINUTE = 60_000;

/** Visitors without a cookie who call more pages in a minute than the workspace lets pass, or like clockwork. */
export function burstingVisitors(views: readonly View[], rules: Rules): Set<string> {
  const timesOf = new Map<string, Map<string, number>>();
  for (const { kind, anonymousId, externalId, occurredAt } of views) {
    if (!anonymousId?.startsWith(COOKIELESS) || !isWeb(kind)) continue;
    let times = timesOf.get(anonymousId);
    if (!times) {
      times = new Map();
      timesOf.set(anonymousId, times);
    }
    times.set(externalId, occurredAt.getTime()); // the same line twice is one view
  }
  const bursting = new Set<string>();
  for (const [visitor, times] of timesOf) {
    const sorted = [...times.values()].sort((a, b) => a - b);
    const most = rules.burstPerMinute;
    const crowded = sorted.some((time, at) => at >= most && time - sorted[at - most]! < MINUTE);
    if (crowded || burstOf(sorted) !== null) bursting.add(visitor);
  }
  return bursting;
}

// ---- the list

export type ExclusionKind = 'CIDR' | 'DOMAIN' | 'EMAIL_HASH';

/**
 * What somebody typed → what it excludes. Of an e-mail address `value` is its key (`emailKey`), still to be hashed
 * with the workspace's secret. Throws `Invalid`.
 */
export function readExclusion(text: string): { kind: ExclusionKind; value: string } {
  const given = text.trim();
  if (given.includes('@')) {
    const { address } = classifyEmail(given);
    if (address) return { kind: 'EMAIL_HASH', value: emailKey(address) };
  } else if (/^[\da-f.:]+(?:\/\d{1,3})?$/i.test(given) && /[.:]/.test(given) && parseNetwork(given)) {
    return { kind: 'CIDR', value: given.toLowerCase() };
  } else if (!/^[\d.:]+(?:\/\d*)?$/.test(given)) {
    const domain = registrableDomain(given);
    if (domain) return { kind: 'DOMAIN', value: domain };
  }
  throw new Invalid(
    'This is neither a network, nor a domain, nor an e-mail address.',
    'Write it like 203.0.113.0/24, acme.com or ann@acme.com.',
    { field: 'value' },
  );
}

/** The lists in force, ready to be asked. */
export interface Barrier {
  networks: AddressRange[];
  domains: Set<string>;
  own: Set<string>;
  /** Keyed hashes of excluded addresses, and of everything that named people who were erased. */
  excluded: Set<string>;
  erased: Set<string>;
  /** Keyed hash of a key. */
  markOf: (key: string) => string;
}

export function openBarrier(
  exclusions: readonly { kind: ExclusionKind; value: string }[],
  erased: readonly string[],
  rules: Pick<Rules, 'domains'>,
  markOf: Barrier['markOf'],
): Barrier {
  const valuesOf = (kind: ExclusionKind) =>
    exclusions.filter((one) => one.kind === kind).map((one) => one.value);
  return {
    networks: valuesOf('CIDR').flatMap((text) => parseNetwork(text) ?? []),
    domains: new Set(valuesOf('DOMAIN')),
    own: new Set(rules.domains.flatMap((domain) => registrableDomain(domain) ?? [])),
    excluded: new Set(valuesOf('EMAIL_HASH')),
    erased: new Set(erased),
    markOf,
  };
}

/** What of a signal or an identity the lists are asked for; `Clues` has it. */
export interface Named {
  domain: string | null;
  emailDomain: string | null;
  personKeys: readonly string[];
  anonymousId: string | null;
  network: { domain: string | null } | null;
}

/** What a visitor is known by among the marks of the erased. */
export const visitorKey = (anonymousId: string): string => `visitor:${anonymousId}`;

/** Why whatever carries these clues may not come in; null: it may. */
export function barredBy(barrier: Barrier, clues: Named, ip: string | null): string | null {
  const { domains, own, excluded, erased, markOf } = barrier;
  if (erased.size > 0 || excluded.size > 0) {
    for (const key of clues.personKeys) {
      const mark = markOf(key);
      if (erased.has(mark)) return 'erased';
      if (excluded.has(mark)) return 'excluded';
    }
    if (clues.anonymousId !== null && erased.size > 0 && erased.has(markOf(visitorKey(clues.anonymousId))))
      return 'erased';
  }
  if (own.size > 0 || domains.size > 0) {
    for (const domain of [clues.domain, clues.emailDomain, clues.network?.domain ?? null]) {
      if (domain === null) continue;
      if (own.has(domain)) return 'own company';
      if (domains.has(domain)) return 'excluded';
    }
  }
  return ip !== null && barrier.networks.length > 0 && isIn(barrier.networks, ip) ? 'excluded' : null;
}

function isIn(networks: readonly AddressRange[], ip: string): boolean {
  const address = parseBound(ip);
  if (!address) return false;
  return networks.some((range) =>
    range.v6
      ? address.v6 && address.value >= range.start && address.value <= range.end
      : !address.v6 && address.value >= range.start && address.value <= range.end,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
