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

/** Letters of other scripts that pass for a Latin one at a glance, and letters with marks that NFKD does not take off. */
const LOOKALIKES = new Map(
  Object.entries({
    a: 'аɑα',
    b: 'ьв',
    c: 'сϲ',
    d: 'ԁɗđ',
    e: 'еҽє',
    f: 'ƒ',
    g: 'ɡց',
    h: 'һհ',
    i: 'іιı',
    j: 'ј',
    k: 'кκ',
    l: 'ӏł',
    m: 'м',
    n: 'пռη',
    o: 'оοօσø',
    p: 'рρ',
    q: 'ԛ',
    r: 'г',
    s: 'ѕ',
    t: 'тτ',
    u: 'υսц',
    v: 'νѵ',
    w: 'ԝωшѡ',
    x: 'хχ',
    y: 'уүγ',
    z: 'ᴢ',
  }).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);
/** Written for one another in plain letters and digits. */
const SWAPS: readonly (readonly [written: string, meant: string])[] = [
  ['0', 'o'],
  ['1', 'l'],
  ['1', 'i'],
  ['l', 'i'],
  ['i', 'l'],
  ['3', 'e'],
  ['5', 's'],
  ['rn', 'm'],
  ['m', 'rn'],
  ['vv', 'w'],
  ['cl', 'd'],
  ['-', ''],
];
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789-';
/** Shorter names are too close to one another for a slip to mean anything. */
const SHORTEST_SLIP = 6;

/**
 * The known domain that this one may be made to be mistaken for, or may be a slip of the pen for; `null` if there is
 * none or it is itself known. A reason to doubt, never to match. Looked for under the same suffix: letters of other
 * scripts and with accents, digits for letters, hyphens; and, in names of six letters and more, one letter too many,
 * too few, another or two swapped.
 */
export function looksLike(domain: string, known: ReadonlySet<string>): string | null {
  const own = registrableDomain(domain);
  if (own === null || known.has(own)) return null;
  const { label, suffix } = partsOf(own);
  // The set may hold a million domains, so those are asked for that this one can be an imitation of.
  const isKnown = (candidate: string) => candidate !== label && known.has(`${candidate}.${suffix}`);
  const plain = latin(label);
  const lookalikes = swapped(plain);
  return (
    named(lookalikes.find(isKnown)) ??
    (plain.length < SHORTEST_SLIP - 1 ? null : named(slips(plain).find(isKnown)))
  );

  function named(found: string | undefined): string | null {
    return found === undefined ? null : `${found}.${suffix}`;
  }
}

/**
 * What all domains have in common that look like this one or differ from it in the suffix, to look candidates up by. The
 * DOMAINS of store/claims.ts does the same in SQL, but for letters of other scripts.
 */
export const skeletonOf = (domain: string): string =>
  latin(partsOf(domain).label)
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
    .replaceAll('i', 'l')
    .replaceAll('5', 's')
    .replaceAll('3', 'e')
    .replaceAll('-', '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('cl', 'd');

/** In Latin letters without marks; what imitates none stays. */
const latin = (label: string): string =>
  [
    ...label
      .normalize('NFKD')
      .replace(/[\u0300-\u036f]/g, '')
      .toLowerCase(),
  ]
    .map((letter) => LOOKALIKES.get(letter) ?? letter)
    .join('');

/** All ways to read the label, up to three swaps away. */
function swapped(label: string): string[] {
  const seen = new Set([label]);
  let last = [label];
  for (let round = 0; round < 3 && seen.size < 500; round += 1) {
    const next: string[] = [];
    for (const from of last) {
      for (const [written, meant] of SWAPS) {
        for (let at = from.indexOf(written); at >= 0; at = from.indexOf(written, at + 1)) {
          const to = from.slice(0, at) + meant + from.slice(at + written.length);
          if (!seen.has(to)) {
            seen.add(to);
            next.push(to);
          }
        }
      }
    }
    last = next;
  }
  return [...seen];
}

function slips(label: string): string[] {
  const found: string[] = [];
  for (let i = 0; i <= label.length; i += 1) {
    const [head, tail] = [label.slice(0, i), label.slice(i)];
    if (tail) found.push(head + tail.slice(1));
    if (tail.length > 1) found.push(head + tail[1] + tail[0] + tail.slice(2));
    for (const letter of LETTERS) {
      found.push(head + letter + tail);
      if (tail) found.push(head + letter + tail.slice(1));
    }
  }
  return found.filter((one) => one.length >= SHORTEST_SLIP);
}

/** Label and suffix of a registrable domain, the label of an IDN in its own letters. */
function partsOf(domain: string): { label: string; suffix: string } {
  const dot = domain.indexOf('.');
  const label = domain.slice(0, dot);
  return {
    label: label.startsWith('xn--') ? (fromPunycode(label.slice(4)) ?? label) : label,
    suffix: domain.slice(dot + 1),
  };
}

/** An IDN label without its `xn--` → its letters (RFC 3492); `null` if it is none. */
function fromPunycode(encoded: string): string | null {
  const dash = encoded.lastIndexOf('-');
  const output = [...encoded.slice(0, Math.max(dash, 0))];
  let code = 128;
  let position = 0;
  let bias = 72;
  for (let at = dash + 1; at < encoded.length; ) {
    const before = position;
    for (let weight = 1, k = 36; ; k += 36) {
      const digit = Number.parseInt(encoded[at] ?? '', 36);
      if (Number.isNaN(digit)) return null;
      at += 1;
      // Base 36 counts digits first, Punycode letters.
      const value = digit < 10 ? digit + 26 : digit - 10;
      position += value * weight;
      const threshold = Math.min(Math.max(k - bias, 1), 26);
      if (value < threshold) break;
      weight *= 36 - threshold;
    }
    const length = output.length + 1;
    let delta = Math.floor((position - before) / (before === 0 ? 700 : 2));
    delta += Math.floor(delta / length);
    let k = 0;
    for (; delta > 455; k += 36) delta = Math.floor(delta / 35);
    bias = k + Math.floor((36 * delta) / (delta + 38));
    code += Math.floor(position / length);
    position %= length;
    if (code > 0x10ffff) return null;
    output.splice(position, 0, String.fromCodePoint(code));
    position += 1;
  }
  return output.join('');
}

/**
 * Whether two domains are the same name in different countries (`acme.de` and `acme.com`, `acme.co.uk`). A hint that
 * they may be one company's, to be confirmed: short and common names belong to strangers in each country.
 */
export function areCountrySiblings(one: string, other: string): boolean {
  const [a, b] = [registrableDomain(one), registrableDomain(other)];
  if (a === null || b === null || a === b) return false;
  const [first, second] = [partsOf(a), partsOf(b)];
  return (
    first.label === second.label && COMPANY_SUFFIX.test(first.suffix) && COMPANY_SUFFIX.test(second.suffix)
  );
}
/** A country's, of its companies if it has such; or one that companies of every country take. Not `.org`, `.edu` … */
const COMPANY_SUFFIX =
  /^(?:(?:com?|net|ltd|plc)\.)?[a-z]{2}$|^(?:com|net|eu|biz|inc|company|group|global|international|asia)$/;
