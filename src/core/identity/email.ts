/** What an e-mail address says about its owner's employer: often nothing, and saying so matters most. */
import { createHash } from 'node:crypto';
import longLivedDomains from 'disposable-email-domains' with { type: 'json' };
import disposableDomains from 'disposable-email-domains-js/dist/dict/disposable_email_blocklist.json' with {
  type: 'json',
};
import providerDomains from 'email-providers/all.json' with { type: 'json' };
import mailchecker from 'mailchecker';
import { hostName, registrableDomain } from './domain.ts';
import * as more from './mail-domains.ts';

/**
 * `company`: the domain is the employer's. `free`: anybody can have one, or an internet provider's customers do.
 * `disposable`: made to be thrown away. `dual`: a provider that is also a company, so its website names an account
 * but a mail address there does not. `invalid`: not an address.
 */
export type EmailClass = 'company' | 'free' | 'disposable' | 'dual' | 'invalid';

export interface Email {
  class: EmailClass;
  /** A function's mailbox (`info@`, `noreply@`), not a person's. */
  role: boolean;
  /** Registrable domain; of a free provider on a public suffix (`pp.ua`) the host itself. */
  domain: string | null;
  /** Trimmed, lower case, without display name; `null` when invalid. */
  address: string | null;
}

/** Yahoo, Microsoft, GMX, AOL, Fastmail, Yandex and old portals under the suffix of a country, which no list keeps up with. */
const FREE_FAMILY =
  /^(?:yahoo|ymail|hotmail|outlook|live|msn|gmx|aol|protonmail|googlemail|lycos|wanadoo|terra|caramail|freemail|fastmail|yandex|net-?c)\.(?:co\.|com\.)?[a-z]{2,3}$/;
/** Universities and public bodies have students and citizens in the lists, but they are organisations. */
const INSTITUTION = /\.(?:edu|gov|mil)(?:\.[a-z]{2})?$|\.ac\.[a-z]{2}$/;

const DUAL = new Set(more.DUAL);
const COMPANIES = new Set(more.COMPANIES);
const FREE = new Set([...providerDomains, ...more.FREE, ...more.FREE_NAMES, ...more.RELAYS]);
/**
 * Three lists that have less than a third of each other: what is thrown away today, and what was over the years. The
 * long ones have a relay and some providers too, so that what is known to be one stays one.
 */
const DISPOSABLE = new Set([
  ...disposableDomains,
  ...more.DISPOSABLE,
  ...[...longLivedDomains, ...mailchecker.blacklist()].filter((domain) => !FREE.has(domain)),
]);

/** Throwaway services call themselves what they are, and change their domains by the day. */
const THROWAWAY =
  /(?:^|[.-])(?:temp(?:orary)?|trash|throw-?away|fake|disposable|burner|guerr?illa|(?:10|20|ten|one)-?min(?:ute)?s?|minute|tmp|junk|spam|discard|anonymous)-?(?:e?-?mails?|inbox|box|mailbox|address)(?:[.-]|$)|(?:^|[.-])(?:e?mail|inbox)-?(?:temp|trash|fake|generator|disposable|throwaway|spam)(?:[.-]|$)/;

/** Local parts of functions, without dots, dashes and underscores. */
const ROLES = new Set(
  `abuse accounting accounts accountspayable admin administration administrator all ap ar biuro billing bonjour
  buchhaltung careers career comercial commercial communications compliance contact contacto contactus contato
  customercare customerservice customersupport demo dev donotreply editor einkauf email enquiries enquiry events
  everybody everyone facturation facturacion feedback finance frontdesk ftp gdpr hallo hello help helpdesk hi
  hostmaster hr info infos information inquiries inquiry investors invoice invoices it jobs kontakt legal list
  mail mailbox mailerdaemon marketing media news newsletter newsletters nobody noc noreply notification
  notifications office operations ops orders owner partner partners payments payroll personal post postmaster pr
  presse press privacy procurement purchasing reception recruiting recruitment register registration reply
  reservations root rsvp sales salesteam secretary security service services shop spam staff subscribe subscriptions
  support team tech techsupport test undisclosedrecipients unsubscribe usenet users uucp ventas vertrieb verkauf
  webmaster website welcome www`.split(/\s+/),
);
/** These stay a function with anything after them: `sales-emea@`, `support.de@`. */
const ROLE_PREFIX =
  /^(?:info|sales|support|noreply|no-reply|marketing|billing|contact|newsletter|careers|jobs)[._-]/;

const ADDRESS = /^([^\s@<>,;:"()[\]\\]{1,64})@([^\s@<>,;"()]{1,253})$/;
const INVALID: Email = { class: 'invalid', role: false, domain: null, address: null };

/** Class, role and domain of an address; `mailto:` and a display name (`Jo <jo@acme.com>`) are fine. Never throws. */
export function classifyEmail(text: string): Email {
  const bracketed = /<([^<>]*)>\s*$/.exec(text);
  const candidate = (bracketed?.[1] ?? text)
    .trim()
    .replace(/^mailto:/i, '')
    .toLowerCase();
  const parts = ADDRESS.exec(candidate);
  const host = parts && hostName(parts[2]!);
  if (!parts || !host) return INVALID;
  const local = parts[1]!;
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return INVALID;
  const registrable = registrableDomain(host);
  const found = classOfHost(host, registrable);
  if (!found) return INVALID;
  return { class: found, role: isRole(local), domain: registrable ?? host, address: `${local}@${host}` };
}

/** Class of mail at a domain; `invalid` where there can be no mail. */
export function classifyMailDomain(domain: string): EmailClass {
  const host = hostName(domain);
  return (host && classOfHost(host, registrableDomain(host))) || 'invalid';
}

/** Key of a person by e-mail: `email:` and the SHA-256 (hex) of the trimmed, lower-case address. */
export function emailKey(address: string): string {
  return `email:${createHash('sha256').update(address.trim().toLowerCase()).digest('hex')}`;
}

/** The lists hold hosts below the registrable domain too, so every parent down to it is asked for. */
function classOfHost(host: string, registrable: string | null): EmailClass | null {
  for (let name = host; ; name = name.slice(name.indexOf('.') + 1)) {
    if (DUAL.has(name)) return 'dual';
    if (COMPANIES.has(name)) return 'company';
    if (DISPOSABLE.has(name)) return 'disposable';
    if (FREE_FAMILY.test(name)) return 'free';
    if (FREE.has(name) && !INSTITUTION.test(name)) return 'free';
    if (THROWAWAY.test(name)) return 'disposable';
    if (name === registrable || registrable === null || !name.includes('.')) break;
  }
  return registrable === null ? null : 'company';
}

function isRole(local: string): boolean {
  const name = local.replace(/\+.*$/, '');
  return ROLES.has(name.replace(/[._-]/g, '')) || ROLE_PREFIX.test(name);
}
