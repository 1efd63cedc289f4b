/** From anything that names a website or a mail host to the domain somebody registered. */
import { parse } from 'tldts';

const SCHEME = /^(?:[a-z][a-z0-9+.-]*:)?\/\//i;
const PLAIN = /^[a-z0-9._-]+$/;
const LABELS = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/;

/** RFC 2606 reserves these for examples and tests; they are in no list of suffixes but people try us with them. */
const EXAMPLE_SUFFIXES = new Set(['example', 'test']);

/**
 * Registrable domain of a domain, URL, e-mail domain or address, in ASCII lower case: `https://www.acme.com:8080/x`
 * → `acme.com`, `münchen.de` → `xn--mnchen-3ya.de`. Sites under a shared suffix are their own (`alice.github.io`).
 * `null` for IP addresses, single labels, public suffixes, unknown top-level domains and whatever is no host name.
 */
export function registrableDomain(input: string): string | null {
  const host = hostName(input);
  if (host === null) return null;
  // `www.github.io` names GitHub's shared suffix, not a customer called "www".
  const bare = host.startsWith('www.') && host.includes('.', 4) ? host.slice(4) : host;
  const { domain, publicSuffix, isIcann, isPrivate, isIp } = parse(bare, {
    allowPrivateDomains: true,
    extractHostname: false,
  });
  if (!domain || isIp || domain.length > 253 || !LABELS.test(domain)) return null;
  if (!isIcann && !isPrivate && !EXAMPLE_SUFFIXES.has(publicSuffix ?? '')) return null;
  return domain;
}

/** The host of a URL, address or bare host, ASCII lower case, without port and trailing dot; `null` if there is none. */
export function hostName(input: string): string | null {
  let text = input.trim().replace(SCHEME, '');
  const end = text.search(/[/?#\\]/);
  if (end >= 0) text = text.slice(0, end);
  text = text
    .slice(text.lastIndexOf('@') + 1)
    .replace(/:\d*$/, '')
    .replace(/\.$/, '')
    .toLowerCase();
  if (text === '') return null;
  if (PLAIN.test(text)) return text;
  // Only names with letters beyond ASCII take the slow way. `URL` would quietly drop or decode these characters.
  if (/[\s%:[\]<>^|]/.test(text)) return null;
  const ascii = URL.parse(`http://${text}`)?.hostname ?? '';
  return PLAIN.test(ascii) ? ascii : null;
}

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** Exactly four groups without leading zeros: five are a telephone number. */
const ADDRESS_IN_NAME = new RegExp(`(?<!\\d[-_.]?)(?:${OCTET}[-_.]){3}${OCTET}(?![-_.]?\\d)`);

/**
 * Whether a host name has an IPv4 address in it, as providers call the lines of their customers:
 * `203-0-113-9.dyn.acme.net`. Feeds hand such names on as domains of companies, some with a dot lost
 * (`203-0-113-9-acme.net`). What stands behind the address is the provider, not who used the line.
 */
export const namesConnection = (host: string): boolean => ADDRESS_IN_NAME.test(host);
