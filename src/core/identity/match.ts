/** Whose is it: the hints of a signal → an account, with the method, a confidence and the evidence. */
import type { Hints } from '../signal.ts';
import { normalName } from './company-name.ts';
import { hostName, namesConnection, registrableDomain } from './domain.ts';
import { classifyEmail, classifyMailDomain, type EmailClass, emailKey } from './email.ts';
import type { Network, NetworkClass } from './network.ts';

export const MATCH_METHODS = [
  'CRM_ID',
  'EMAIL',
  'DOMAIN',
  'KNOWN_PERSON',
  'KNOWN_VISITOR',
  'COMPANY_NAME',
  'IP',
] as const;
export type MatchMethod = (typeof MATCH_METHODS)[number];

export interface Match {
  method: MatchMethod;
  /** 0–1; it multiplies the points of the signal. */
  confidence: number;
  /** Plain words, strongest first; never an IP address or a whole e-mail address. */
  evidence: string[];
}

/** How sure each way of matching is when nothing contradicts it. */
export const CONFIDENCE = {
  /** The sender's own key of the account. */
  crmId: 1,
  /** The domain is written on the row; only a typing mistake is left. */
  domain: 0.99,
  /** People now and then use a client's or a parent company's mailbox. */
  email: 0.97,
  /** We were told where this person works, some time ago. */
  person: 0.97,
  /** Browsers are shared, and handed on. */
  visitor: 0.9,
  /** The whole name is equal and no other account bears it; strangers may bear it all the same. */
  companyName: 0.85,
  /** The network's owner has this domain; guests and branch offices are on it too. */
  networkDomain: 0.7,
  /** As above, and the owner is known by name only. */
  networkName: 0.6,
} as const;

/** What a clue that points elsewhere multiplies the confidence by. */
export const DISAGREEMENT = {
  /** A CRM id, domain, e-mail or known person of another account. */
  strong: 0.8,
  /** A visitor, name or network of another account. */
  weak: 0.9,
  /** A domain or e-mail domain that belongs to no account: perhaps an alias we don't know yet. */
  stranger: 0.95,
} as const;

/** Hints, cleaned once: the keys the book is asked for. */
export interface Clues {
  /** Registrable; never of a mail provider or a platform where everybody has a page. */
  domain: string | null;
  /** Trimmed, lower case; `null` if there is none or it is no address. */
  email: string | null;
  /** `null` if there is no e-mail hint. */
  emailClass: EmailClass | null;
  /** Registrable; only where the class is `company`. */
  emailDomain: string | null;
  /** `emailKey` and `user:<userId>`, the surer first. */
  personKeys: string[];
  anonymousId: string | null;
  companyName: string | null;
  /** `normal` of the company name: what `Book.names` is keyed by. */
  nameKey: string | null;
  crmId: string | null;
  /** `normal` of the name of a company's own network; `null` for those of providers, hosts and nobody. */
  networkKey: string | null;
  /** Of the IP hint; class `unknown` if no source knows the address. `null` without an IP hint. */
  network: Network | null;
  /** Why a hint was thrown away, if one was. */
  refused?: string;
}

export interface AccountRef {
  id: string;
  domain: string | null;
  name: string;
}

export interface PersonRef {
  id: string;
  accountId: string | null;
}

/** "From `at` on, this visitor is that person"; sorted by `at`. */
export interface VisitorLink {
  at: Date;
  personId: string | null;
  accountId: string | null;
}

/** What is known already, by the keys of `Clues`. */
export interface Book {
  domains: ReadonlyMap<string, AccountRef>;
  names: ReadonlyMap<string, readonly AccountRef[]>;
  crmIds: ReadonlyMap<string, AccountRef>;
  people: ReadonlyMap<string, PersonRef>;
  links: ReadonlyMap<string, readonly VisitorLink[]>;
}

export interface Placement {
  accountId: string | null;
  /** The account to make: a clear domain that belongs to none. `accountId` is `null` then. */
  discover: { domain: string; name: string | null } | null;
  personId: string | null;
  match: Match | null;
  /** Plain reason why no account was found or is to be made. */
  unplaced: string | null;
}

/** Ids that broken trackers and templates send for everybody: one person would swallow all others. */
const ILLEGAL_IDS = new Set(
  `null nil undefined none nan n/a na guest anonymous anon unknown not_authenticated notauthenticated not_set (not_set)
  0 -1 true false [object_object] {} [] "" '' email distinct_id distinctid anonymous_id anonymousid user_id userid id`.split(
    /\s+/,
  ),
);
const ALL_ZERO = /^[0-]+$/;

/** What forms are filled with where a company's name is asked for and there is none. */
const NO_NAME = /^(?:null|undefined|none|n\/?a|nan|unknown|not set|\(not set\)|not provided|-+|\.+)$/i;

/** The longest registered names have some 160 characters; what is longer is a text, and costly to take apart. */
const LONGEST_NAME = 300;

/** Sites where everybody has a page: such a domain names the platform, not the company. */
const PLATFORMS = new Set(
  `linkedin.com facebook.com fb.com instagram.com twitter.com x.com youtube.com youtu.be tiktok.com pinterest.com
  reddit.com medium.com substack.com github.com github.io gitlab.com gitlab.io stackoverflow.com xing.com vk.com t.me
  linktr.ee crunchbase.com g2.com capterra.com trustpilot.com wikipedia.org yelp.com bit.ly t.co lnkd.in
  sites.google.com docs.google.com wordpress.com blogspot.com wixsite.com notion.site`.split(/\s+/),
);

/** The id, trimmed, or `null` for one that cannot name anybody (`null`, `guest`, zeros …), whatever its case. */
export function legalId(id: string | undefined): string | null {
  const text = id?.trim() ?? '';
  const folded = text
    .toLowerCase()
    .replace(/\s+/g, '_')
    .replace(/^"(.+)"$|^'(.+)'$/, '$1$2');
  return text === '' || ILLEGAL_IDS.has(folded) || ALL_ZERO.test(folded) ? null : text;
}

/**
 * Keys of a person, the surer first. A user id that is an e-mail address (many senders do that) counts as one, so
 * that no address is kept in the clear.
 */
export function personKeys(hints: Pick<Hints, 'email' | 'userId'>): string[] {
  const keys: string[] = [];
  const address = hints.email === undefined ? null : classifyEmail(hints.email).address;
  if (address) keys.push(emailKey(address));
  const userId = legalId(hints.userId);
  if (userId) {
    const userAddress = userId.includes('@') ? classifyEmail(userId).address : null;
    const key = userAddress ? emailKey(userAddress) : `user:${userId}`;
    if (!keys.includes(key)) keys.push(key);
  }
  return keys;
}

/** Hints → clues. The IP address is asked after here and goes no further. */
export function readClues(hints: Hints, networkOf: (ip: string) => Network | undefined): Clues {
  const refused: string[] = [];
  const domain = clearDomain(hints.domain, refused);

  const userIdIsAddress = hints.email === undefined && hints.userId?.includes('@');
  const address = text(hints.email) ?? (userIdIsAddress ? text(hints.userId) : null);
  const email = address === null ? null : classifyEmail(address);
  // A user id that merely has an @ in it was never meant as an address.
  const known = userIdIsAddress && email?.class === 'invalid' ? null : email;

  const keys = personKeys(hints);
  if (text(hints.userId) && !legalId(hints.userId)) refused.push('the user id names nobody');
  const anonymousId = legalId(hints.anonymousId);
  if (text(hints.anonymousId) && !anonymousId) refused.push('the anonymous id names nobody');

  const name = text(hints.companyName);
  const companyName = name === null || name.length > LONGEST_NAME || NO_NAME.test(name) ? null : name;
  const ip = text(hints.ip);
  const network = ip === null ? null : (networkOf(ip) ?? UNKNOWN_NETWORK);
  const clues: Clues = {
    domain,
    email: known?.address ?? null,
    emailClass: known?.class ?? null,
    emailDomain: known?.class === 'company' ? known.domain : null,
    personKeys: keys,
    anonymousId,
    companyName,
    nameKey: companyName === null ? null : normalName(companyName).normal,
    crmId: legalId(hints.crmId),
    networkKey: keyOfNetwork(network),
    network,
  };
  if (refused.length > 0) clues.refused = refused.join('; ');
  return clues;
}

/**
 * Clues → account, at the time the signal happened. Pure; throws nothing. With `discover`, a clear domain that
 * belongs to no account asks for a new one; an IP, a name or a free mailbox never does.
 *
 * Clues of one known account win over a domain that is unknown so far: it is more likely its second domain than
 * a second company. Only a known visitor, a company name and an IP are too weak for that.
 */
export function place(clues: Clues, occurredAt: Date, book: Book, options: { discover: boolean }): Placement {
  const person = firstKnown(clues.personKeys, book.people);
  const link = clues.anonymousId === null ? null : linkAt(book.links.get(clues.anonymousId), occurredAt);
  const personId = person?.id ?? link?.personId ?? null;
  const namesakes = unique(clues.nameKey === null ? [] : (book.names.get(clues.nameKey) ?? []));
  const pointers = readPointers(clues, book, person, link, namesakes);

  const strong = pointers.find((pointer) => pointer.strong && pointer.accountId !== null);
  const stranger = pointers.find((pointer) => pointer.domain !== null && pointer.accountId === null);
  const weak = pointers.find((pointer) => !pointer.strong && pointer.accountId !== null);
  const chosen = strong ?? (options.discover && stranger ? stranger : weak);
  if (!chosen) {
    return {
      accountId: null,
      discover: null,
      personId,
      match: null,
      unplaced: whyNot(clues, person, namesakes),
    };
  }

  const match = weigh(chosen, pointers);
  if (chosen.accountId !== null) {
    return { accountId: chosen.accountId, discover: null, personId, match, unplaced: null };
  }
  const discover = { domain: chosen.domain ?? '', name: clues.companyName };
  return { accountId: null, discover, personId, match, unplaced: null };
}

/** One clue and where it points: at an account, or by `domain` at a company that is no account yet. */
interface Pointer {
  method: MatchMethod;
  confidence: number;
  accountId: string | null;
  domain: string | null;
  strong: boolean;
  says: string;
}

/** In the order of trust. Clues that point nowhere are left out. */
function readPointers(
  clues: Clues,
  book: Book,
  person: PersonRef | null,
  link: VisitorLink | null,
  namesakes: readonly AccountRef[],
): Pointer[] {
  const pointers: Pointer[] = [];
  const add = (pointer: Partial<Pointer> & Pick<Pointer, 'method' | 'confidence' | 'says'>) =>
    pointers.push({ accountId: null, domain: null, strong: true, ...pointer });

  const byCrmId = clues.crmId === null ? undefined : book.crmIds.get(clues.crmId);
  if (byCrmId) {
    add({
      method: 'CRM_ID',
      confidence: CONFIDENCE.crmId,
      accountId: byCrmId.id,
      says: `CRM id of ${label(byCrmId)}`,
    });
  }
  if (clues.domain !== null) {
    const { domain } = clues;
    const accountId = book.domains.get(domain)?.id ?? null;
    add({ method: 'DOMAIN', confidence: CONFIDENCE.domain, accountId, domain, says: `domain ${domain}` });
  }
  if (clues.emailDomain !== null) {
    const domain = clues.emailDomain;
    const accountId = book.domains.get(domain)?.id ?? null;
    add({ method: 'EMAIL', confidence: CONFIDENCE.email, accountId, domain, says: `e-mail at ${domain}` });
  }
  if (person?.accountId) {
    const says = 'person known at the account';
    add({ method: 'KNOWN_PERSON', confidence: CONFIDENCE.person, accountId: person.accountId, says });
  }
  if (link?.accountId) {
    const says = 'browser of a person known at the account';
    const { accountId } = link;
    add({ method: 'KNOWN_VISITOR', confidence: CONFIDENCE.visitor, accountId, strong: false, says });
  }
  const [namesake] = namesakes;
  if (namesake && namesakes.length === 1) {
    const says = `company name is exactly that of ${label(namesake)}`;
    const confidence = CONFIDENCE.companyName;
    add({ method: 'COMPANY_NAME', confidence, accountId: namesake.id, strong: false, says });
  }
  const byNetwork = networkOwner(clues, book);
  if (byNetwork) {
    const { account, confidence, by } = byNetwork;
    const says = `network of ${label(account)}, by its ${by}`;
    add({ method: 'IP', confidence, accountId: account.id, strong: false, says });
  }
  return pointers;
}

const keyOfNetwork = (network: Network | null): string | null =>
  network?.class === 'business' && network.organisation !== null
    ? normalName(network.organisation).normal
    : null;

function networkOwner({ network, networkKey }: Clues, book: Book) {
  if (network?.class !== 'business') return null;
  const domain = network.domain === null ? null : registrableDomain(network.domain);
  const byDomain = domain === null ? undefined : book.domains.get(domain);
  if (byDomain) return { account: byDomain, confidence: CONFIDENCE.networkDomain, by: 'domain' };
  const [byName, ...others] = unique(networkKey === null ? [] : (book.names.get(networkKey) ?? []));
  if (!byName || others.length > 0) return null;
  return { account: byName, confidence: CONFIDENCE.networkName, by: 'name' };
}

/** The match of the chosen pointer in the light of the others. */
function weigh(chosen: Pointer, pointers: readonly Pointer[]): Match {
  const agreeing: string[] = [];
  const contradicting: string[] = [];
  let { confidence } = chosen;
  for (const other of pointers) {
    if (other === chosen) continue;
    if (chosen.accountId === null ? other.domain === chosen.domain : other.accountId === chosen.accountId) {
      agreeing.push(other.says);
    } else if (other.accountId === null) {
      confidence *= DISAGREEMENT.stranger;
      contradicting.push(`but ${other.says} belongs to no known account`);
    } else {
      confidence *= other.strong ? DISAGREEMENT.strong : DISAGREEMENT.weak;
      contradicting.push(`but ${other.says}, which is another account`);
    }
  }
  return { method: chosen.method, confidence, evidence: [chosen.says, ...agreeing, ...contradicting] };
}

const NETWORK_REASONS: Record<NetworkClass, string> = {
  business: 'company network of no known account',
  isp: 'internet provider',
  hosting: 'hosting network',
  mobile: 'mobile network',
  education: 'university network',
  government: 'government network',
  proxy: 'VPN or proxy',
  gateway: 'security gateway',
  unknown: 'unknown network',
};

/** The reason of the clue that would have been worth most. */
function whyNot(clues: Clues, person: PersonRef | null, namesakes: readonly AccountRef[]): string {
  if (clues.domain !== null || clues.emailDomain !== null) return 'unknown domain';
  if (clues.crmId !== null) return 'unknown CRM id';
  if (namesakes.length > 1) return 'ambiguous company name';
  if (clues.nameKey !== null) return 'unknown company name';
  if (clues.emailClass === 'disposable') return 'disposable e-mail domain';
  if (clues.emailClass === 'free' || clues.emailClass === 'dual') return 'free e-mail domain';
  if (person) return 'person of no known account';
  if (clues.network !== null && clues.network.class !== 'unknown')
    return NETWORK_REASONS[clues.network.class];
  if (clues.emailClass === 'invalid') return 'invalid e-mail address';
  if (clues.personKeys.length > 0) return 'unknown person';
  if (clues.network !== null) return NETWORK_REASONS.unknown;
  if (clues.anonymousId !== null) return 'unknown visitor';
  return clues.refused ?? 'no hint';
}

/** The link in force at `at`; before the first one the visitor was already whoever it turned out to be first. */
function linkAt(links: readonly VisitorLink[] | undefined, at: Date): VisitorLink | null {
  let current = links?.[0] ?? null;
  for (const link of links ?? []) {
    if (link.at.getTime() > at.getTime()) break;
    current = link;
  }
  return current;
}

function firstKnown(keys: readonly string[], people: ReadonlyMap<string, PersonRef>): PersonRef | null {
  const known = keys.map((key) => people.get(key)).filter((person) => person !== undefined);
  return known.find((person) => person.accountId !== null) ?? known[0] ?? null;
}

function clearDomain(hint: string | undefined, refused: string[]): string | null {
  const given = text(hint);
  if (given === null) return null;
  const domain = registrableDomain(given);
  if (domain === null) {
    refused.push('the domain hint is no registrable domain');
    return null;
  }
  if (namesConnection(hostName(given) ?? domain)) {
    refused.push('the domain names a connection, not a company');
    return null;
  }
  const mail = classifyMailDomain(domain);
  if (mail === 'free' || mail === 'disposable') {
    refused.push('the domain is a mail provider');
    return null;
  }
  if (PLATFORMS.has(domain)) {
    refused.push('the domain is a platform where everybody has a page');
    return null;
  }
  return domain;
}

function unique(accounts: readonly AccountRef[]): AccountRef[] {
  return [...new Map(accounts.map((account) => [account.id, account])).values()];
}

const label = (account: AccountRef): string => account.domain ?? account.name;

function text(hint: string | undefined): string | null {
  const trimmed = hint?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
}

const UNKNOWN_NETWORK: Network = {
  class: 'unknown',
  organisation: null,
  domain: null,
  asn: null,
  source: 'none',
  confidence: 0,
  reason: 'no source knows the address',
};
