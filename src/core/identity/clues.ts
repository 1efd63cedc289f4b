/** Hints → clues: what a signal says about whose it is, cleaned once. */
import type { Hints } from '../signal.ts';
import { normalName } from './company-name.ts';
import { countryCode } from './country.ts';
import { hostName, namesConnection, registrableDomain } from './domain.ts';
import { classifyEmail, classifyMailDomain, type EmailClass, emailKey } from './email.ts';
import { companySlug } from './linkedin.ts';
import type { Network } from './network.ts';

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
  /** The name of the company's page on LinkedIn. */
  linkedin: string | null;
  /** Code, or what was said in lower case. */
  country: string | null;
  /** Lower case. */
  city: string | null;
  /** `normal` of the name of a company's own network; `null` for those of providers, hosts and nobody. */
  networkKey: string | null;
  /** Of the IP hint; class `unknown` if no source knows the address. `null` without an IP hint. */
  network: Network | null;
  /** Why a hint was thrown away, if one was. */
  refused?: string;
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

/** The longest of `ILLEGAL_IDS`, in quotes: most ids are longer. */
const LONGEST_ILLEGAL = Math.max(...[...ILLEGAL_IDS].map((id) => id.length)) + 2;

/** The id, trimmed, or `null` for one that cannot name anybody (`null`, `guest`, zeros …), whatever its case. */
export function legalId(id: string | undefined): string | null {
  const text = id?.trim() ?? '';
  if (text.length > LONGEST_ILLEGAL) return ALL_ZERO.test(text) ? null : text;
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
  const named = text(hints.domain);
  const site = named === null ? null : readDomain(named);
  if (site && 'refused' in site) refused.push(site.refused);

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
  const [page, country] = [text(hints.linkedin), text(hints.country)];
  const ip = text(hints.ip);
  const network = ip === null ? null : (networkOf(ip) ?? UNKNOWN_NETWORK);
  const clues: Clues = {
    domain: site && 'domain' in site ? site.domain : null,
    email: known?.address ?? null,
    emailClass: known?.class ?? null,
    emailDomain: known?.class === 'company' ? known.domain : null,
    personKeys: keys,
    anonymousId,
    companyName,
    nameKey: companyName === null ? null : nameKeyOf(companyName),
    crmId: legalId(hints.crmId),
    linkedin: page === null ? null : companySlug(page),
    country: country === null ? null : countryCode(country),
    city: text(hints.city)?.toLowerCase() ?? null,
    networkKey: keyOfNetwork(network),
    network,
  };
  if (refused.length > 0) clues.refused = refused.join('; ');
  return clues;
}

const keyOfNetwork = (network: Network | null): string | null =>
  network?.class === 'business' && network.organisation !== null ? nameKeyOf(network.organisation) : null;

/** Signals come in runs of the same names and domains, and taking one apart costs more than all the rest. */
const MOST_REMEMBERED = 20_000;
function remembering<T>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined && !known.has(text)) {
      value = read(text);
      if (known.size >= MOST_REMEMBERED) known.clear();
      if (text.length <= LONGEST_NAME) known.set(text, value);
    }
    return value as T;
  };
}
/** The key that a company's name is looked up by; see `normalName`. */
export const nameKeyOf = remembering((name) => normalName(name).normal);
const readDomain = remembering(clearDomain);

/** The domain of a hint, or why it is none. */
function clearDomain(given: string): { domain: string } | { refused: string } {
  const domain = registrableDomain(given);
  if (domain === null) return { refused: 'the domain hint is no registrable domain' };
  if (namesConnection(hostName(given) ?? domain))
    return { refused: 'the domain names a connection, not a company' };
  const mail = classifyMailDomain(domain);
  if (mail === 'free' || mail === 'disposable') return { refused: 'the domain is a mail provider' };
  if (PLATFORMS.has(domain)) return { refused: 'the domain is a platform where everybody has a page' };
  return { domain };
}

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
