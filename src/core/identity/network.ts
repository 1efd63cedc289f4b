/** Whose network an address is in, and whether that says anything about the visitor's employer. */
import * as words from './network-words.ts';

/**
 * Only `business` may lead to a match. `isp`, `mobile`: the provider of homes and phones. `hosting`: servers and
 * clouds, so rather a program than a buyer. `proxy`: VPN, Tor. `gateway`: a security service in front of many
 * companies. `education`, `government`: organisations, but their networks carry students and citizens.
 */
export const NETWORK_CLASSES = [
  'business',
  'isp',
  'hosting',
  'mobile',
  'education',
  'government',
  'proxy',
  'gateway',
  'unknown',
] as const;
export type NetworkClass = (typeof NETWORK_CLASSES)[number];

export interface Network {
  class: NetworkClass;
  organisation: string | null;
  /** The organisation's own domain, registrable, where a source knows it. */
  domain: string | null;
  asn: number | null;
  /** Names of the sources that said so, joined by ` + `. */
  source: string;
  /** In the class, 0–1. */
  confidence: number;
  /** In plain words. */
  reason: string;
}

export interface NetworkVerdict {
  class: NetworkClass;
  confidence: number;
  reason: string;
}

/** Words of the folded name that decide for a class. */
interface Rule {
  class: NetworkClass;
  confidence: number;
  what: string;
  pattern: RegExp;
}

/** Phrases separated by commas → a pattern that finds them as whole words; `*` stands for the rest of a word. */
function wholeWords(flags: '' | 'g', list: string): RegExp {
  const phrases = list
    .split(',')
    .map((phrase) => phrase.trim())
    .filter(Boolean)
    // A `*` of the list stands alone; one of a pattern stands behind a bracket.
    .map((phrase) => phrase.replace(/(?<![\])}])\*/g, '[a-z0-9]*'));
  return new RegExp(`(?<![a-z0-9])(?:${phrases.join('|')})(?![a-z0-9])`, flags);
}

const rule = (found: NetworkClass, confidence: number, what: string, list: string): Rule => ({
  class: found,
  confidence,
  what,
  pattern: wholeWords('', list),
});

/**
 * First rule that finds something decides. Names of well-known companies come before words, because the words in
 * them mislead (`Cloudflare`, `Verizon Business`); public bodies before trades, because they name trades too
 * (`Ministry of Communications`); trades that only one kind of company has before those that many have.
 */
const RULES: readonly Rule[] = [
  rule('gateway', 0.95, 'security gateway', words.GATEWAYS),
  rule('proxy', 0.95, 'VPN or proxy', words.PROXIES),
  rule('isp', 0.95, 'known internet provider', 'google fiber,amazon kuiper'),
  rule('hosting', 0.95, 'known cloud or hosting company', words.HOSTS),
  rule(
    'government',
    0.9,
    'central bank',
    'banco central,central bank,central bank of,reserve bank of,bundesbank,federal reserve*',
  ),
  rule('isp', 0.95, 'known internet provider', 'wideopenwest*'),
  rule('business', 0.85, 'bank, insurer or the like', words.FINANCE),
  rule('education', 0.95, 'school, university or research network', words.EDUCATION),
  rule(
    'isp',
    0.9,
    'internet provider run by a town',
    'light plant,power and water,municipal (?:light|electric|power|utilit[a-z]*)',
  ),
  rule('government', 0.9, 'public body', words.GOVERNMENT),
  rule('business', 0.85, 'oil company', 'exxon ?mobil'),
  rule('mobile', 0.9, 'mobile network', words.MOBILES),
  rule('isp', 0.95, 'known internet provider', words.PROVIDERS),
  rule('hosting', 0.9, 'hosting or data centre', words.HOST_WORDS),
  rule('isp', 0.9, 'internet or telecom provider', words.PROVIDER_WORDS),
  rule('business', 0.8, 'a trade other than the internet’s', words.SECTORS),
  {
    class: 'isp',
    confidence: 0.9,
    what: 'known internet provider',
    pattern: new RegExp(`^(?:${words.SHORT_PROVIDERS.replace(/,\s*/g, '|')})(?: [a-z0-9]+){0,5}$`),
  },
];

/** What is likely only, asked last, of the name without ordinary words that look alike. */
const LIKELY: readonly Rule[] = [
  rule('isp', 0.6, 'may be a provider', words.LIKELY_PROVIDER),
  rule('hosting', 0.55, 'may be a host', words.LIKELY_HOST),
  rule('business', 0.55, 'is rather a software house than a provider', words.LIKELY_BUSINESS),
  rule('unknown', 0.5, 'may be a provider or a software house', words.DOUBTFUL),
];
const HARMLESS = wholeWords('g', words.HARMLESS);

/**
 * Class of a network by the name of the organisation that holds it. Whole words only. A name without any word of
 * the trade is taken for a business, with moderate confidence; with a doubtful one the likeliest class is told with
 * low confidence, or `unknown`.
 */
export function classifyOrganisation(name: string): NetworkVerdict {
  const text = fold(name);
  if (text === '') return { class: 'unknown', confidence: 0, reason: 'the organisation has no name' };
  for (const { class: found, confidence, what, pattern } of RULES) {
    const word = pattern.exec(text)?.[0];
    if (word) return { class: found, confidence, reason: `"${word}" in the name says ${what}` };
  }
  const bare = text.replace(HARMLESS, ' ');
  for (const { class: found, confidence, what, pattern } of LIKELY) {
    const word = pattern.exec(bare)?.[0];
    if (word) return { class: found, confidence, reason: `"${word}" in the name: ${what}` };
  }
  return { class: 'business', confidence: 0.7, reason: 'nothing in the name says it is a provider' };
}

/** Lower case without accents, words separated by one space, `&` spelt out. */
function fold(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replace(/[^a-z0-9\u0400-\u04ff]+/g, ' ')
    .trim();
}
