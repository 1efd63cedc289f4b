/** What databases of IP addresses say, in their many spellings, and the one verdict drawn from it. */
import { registrableDomain } from './domain.ts';
import { classifyMailDomain } from './email.ts';
import { classifyOrganisation, type Network, type NetworkClass, type NetworkVerdict } from './network.ts';

/** What one source says of one network. */
export interface Facts {
  source: string;
  asn: number | null;
  /** Holder of the addresses, more exact than the holder of the routes. */
  company: Claim | null;
  /** Holder of the routes (the autonomous system). */
  carrier: Claim | null;
  /** The provider that sold the line, where it is named apart. */
  provider: string | null;
  /** What the source knows of the address itself; beats everything said of organisations. */
  address: { class: NetworkClass; reason: string } | null;
  /** Domain that the address resolves to; the holder's or the provider's. */
  reverseDomain: string | null;
  /** What the operator says in a table of their own: whose it is, or (`null`) that nothing follows from it. */
  own?: { domain: string | null };
}

interface Claim {
  name: string | null;
  domain: string | null;
  class: NetworkClass | null;
}

/** The operator's own word on some addresses: the account's domain, or `null` to ignore them. */
export const ownFacts = (source: string, domain: string | null): Facts => ({
  ...SILENT,
  source,
  own: { domain },
});

/** Addresses (or the networks of an autonomous system) that a list without columns puts into one class. */
export const listedFacts = (source: string, listed: NetworkClass): Facts => ({
  ...SILENT,
  source,
  address: { class: listed, reason: `the list ${source} has the address as ${listed}` },
});

const SILENT: Facts = {
  source: '',
  asn: null,
  company: null,
  carrier: null,
  provider: null,
  address: null,
  reverseDomain: null,
};

/**
 * All facts about one address → the network. They come in the order of trust, the most specific first, and the first
 * that says something wins; what is said of the address itself comes before what is said of its holder.
 */
export function judge(facts: readonly Facts[]): Network {
  const own = facts.find((fact) => fact.own);
  if (own) return judgeOwn(own, facts);
  const companies = facts.flatMap((fact) => fact.company ?? []);
  const carriers = facts.flatMap((fact) => fact.carrier ?? []);
  const company = companies.find((claim) => claim.name) ?? companies[0];
  const holder = company?.name ? company : (carriers.find((claim) => claim.name) ?? carriers[0]);
  const organisation = holder?.name ?? null;
  const reverse = facts.find((fact) => fact.reverseDomain)?.reverseDomain ?? null;
  const verdict = judgeClass(facts, companies, carriers, organisation, reverse);
  const named = [...companies, ...carriers].find(
    (claim) => claim.domain && sameHolder(claim, organisation),
  )?.domain;
  // Where a provider is named apart, the addresses as a rule resolve to *its* domain.
  const leased = facts.some((fact) => fact.provider !== null && fact.provider !== organisation);
  const domain = named ?? (leased ? null : reverse);
  return {
    ...verdict,
    organisation,
    domain,
    asn: facts.find((fact) => fact.asn !== null)?.asn ?? null,
    source: [...new Set(facts.map((fact) => fact.source))].join(' + '),
  };
}

function judgeOwn({ own, source }: Facts, facts: readonly Facts[]): Network {
  const domain = own?.domain ?? null;
  const asn = facts.find((fact) => fact.asn !== null)?.asn ?? null;
  return domain === null
    ? {
        class: 'unknown',
        organisation: null,
        domain,
        asn,
        source,
        confidence: 1,
        reason: 'your own table says to ignore it',
      }
    : {
        class: 'business',
        organisation: null,
        domain,
        asn,
        source,
        confidence: 1,
        reason: 'your own table names the account',
      };
}

/** A domain belongs to the organisation only if it was named together with it (or with nobody). */
function sameHolder(claim: Claim, organisation: string | null): boolean {
  return claim.name === null || claim.name === organisation;
}

function judgeClass(
  facts: readonly Facts[],
  companies: readonly Claim[],
  carriers: readonly Claim[],
  organisation: string | null,
  reverse: string | null,
): Pick<Network, 'class' | 'confidence' | 'reason'> {
  const said = facts.flatMap((fact) => fact.address ?? []);
  const decisive = ADDRESS_ORDER.flatMap((wanted) => said.filter((claim) => claim.class === wanted))[0];
  if (decisive) return { class: decisive.class, confidence: 0.95, reason: decisive.reason };

  const typed = companies.find((claim) => claim.class);
  if (typed?.class) {
    return {
      class: typed.class,
      confidence: 0.9,
      reason: `the source lists ${typed.name ?? 'the holder'} as ${typed.class}`,
    };
  }
  const byName = organisation === null ? null : classify(organisation);
  const isBusiness = said.find((claim) => claim.class === 'business');
  if (byName && isBusiness && (byName.class === 'business' || byName.class === 'unknown')) {
    return { class: 'business', confidence: 0.9, reason: isBusiness.reason };
  }
  if (byName && byName.class !== 'business' && byName.class !== 'unknown') return byName;
  if (organisation !== null && facts.some((fact) => fact.provider === organisation)) {
    return {
      class: 'isp',
      confidence: 0.8,
      reason: 'the holder of the address is the internet provider itself',
    };
  }
  const typedCarrier = carriers.find((claim) => claim.class && claim.name === organisation);
  if (typedCarrier?.class) {
    const { name } = typedCarrier;
    return {
      class: typedCarrier.class,
      confidence: 0.85,
      reason: `the source lists ${name ?? 'the network'} as ${typedCarrier.class}`,
    };
  }
  if (reverse !== null && classifyMailDomain(reverse) === 'free') {
    return {
      class: 'isp',
      confidence: 0.8,
      reason: `its addresses resolve to ${reverse}, a provider's customers`,
    };
  }
  return byName ?? { class: 'unknown', confidence: 0, reason: 'no source names the organisation' };
}

/** Organisations repeat, and a name costs some microseconds. */
const verdicts = new Map<string, NetworkVerdict>();
function classify(organisation: string): NetworkVerdict {
  let verdict = verdicts.get(organisation);
  if (!verdict) {
    verdict = classifyOrganisation(organisation);
    if (verdicts.size >= 50_000) verdicts.clear();
    verdicts.set(organisation, verdict);
  }
  return verdict;
}

/** Of several things said about the address itself the first here counts. `business` only supports a name. */
const ADDRESS_ORDER: NetworkClass[] = [
  'gateway',
  'proxy',
  'hosting',
  'mobile',
  'isp',
  'government',
  'education',
];

const CLASS_OF_TYPE = new Map<string, NetworkClass>(
  Object.entries({
    // ipinfo `type`
    business: 'business',
    isp: 'isp',
    hosting: 'hosting',
    education: 'education',
    government: 'government',
    // MaxMind `user_type`
    cafe: 'isp',
    cellular: 'mobile',
    college: 'education',
    consumer_privacy_network: 'proxy',
    content_delivery_network: 'hosting',
    dialup: 'isp',
    library: 'education',
    military: 'government',
    residential: 'isp',
    router: 'isp',
    school: 'education',
    search_engine_spider: 'hosting',
    traveler: 'isp',
  }),
);

/** Columns and keys that mean something to us, in MaxMind's, ipinfo's and ip-location-db's spelling. */
const FLAGS: [key: string, class_: NetworkClass, reason: string][] = [
  ['is_anonymous_vpn', 'proxy', 'the source lists the address as a VPN'],
  ['is_public_proxy', 'proxy', 'the source lists the address as a proxy'],
  ['is_residential_proxy', 'proxy', 'the source lists the address as a proxy'],
  ['is_tor_exit_node', 'proxy', 'the source lists the address as a Tor exit'],
  ['vpn', 'proxy', 'the source lists the address as a VPN'],
  ['proxy', 'proxy', 'the source lists the address as a proxy'],
  ['tor', 'proxy', 'the source lists the address as a Tor exit'],
  ['relay', 'proxy', 'the source lists the address as a privacy relay'],
  ['is_vpn', 'proxy', 'the source lists the address as a VPN'],
  ['is_proxy', 'proxy', 'the source lists the address as a proxy'],
  ['is_res_proxy', 'proxy', 'the source lists the address as a proxy'],
  ['is_tor', 'proxy', 'the source lists the address as a Tor exit'],
  ['is_relay', 'proxy', 'the source lists the address as a privacy relay'],
  ['is_hosting_provider', 'hosting', 'the source lists the address as hosting'],
  ['hosting', 'hosting', 'the source lists the address as hosting'],
  ['is_hosting', 'hosting', 'the source lists the address as hosting'],
  ['is_anonymous', 'proxy', 'the source lists the address as anonymous'],
  ['is_mobile', 'mobile', 'the source lists the address as mobile'],
  ['is_satellite', 'isp', 'the source lists the address as a satellite line'],
];

/** One record of any of the known shapes → facts; `null` if it says nothing of use. */
export function readFacts(given: Readonly<Record<string, unknown>>, source: string): Facts | null {
  const record = flat(given);
  const asName = textOf(record, 'autonomous_system_organization', 'as_name', 'as_organization');
  const asn = asnOf(record);
  const plain = textOf(record, 'organization', 'organisation', 'org', 'company', 'name');
  const type = CLASS_OF_TYPE.get(textOf(record, 'type')?.toLowerCase() ?? '') ?? null;
  const domain = domainOf(record, 'domain');
  // A lone name beside an AS number is the holder of the AS; beside the AS's own name it is the customer.
  const plainIsCarrier = asn !== null && !('isp' in record) && !('as_name' in record) && asName === null;
  const own: Claim | null =
    plain || type ? { name: plain, domain: plain ? domain : null, class: type } : null;
  const named: Claim | null = asName
    ? {
        name: asName,
        domain: domainOf(record, 'as_domain'),
        class: CLASS_OF_TYPE.get(textOf(record, 'as_type')?.toLowerCase() ?? '') ?? null,
      }
    : null;
  const facts: Facts = {
    source,
    asn,
    company: plainIsCarrier ? null : own,
    carrier: plainIsCarrier ? own : named,
    provider: textOf(record, 'isp'),
    address: addressOf(record),
    // MaxMind's domain is what the addresses resolve to; ipinfo's is the organisation's own.
    reverseDomain: plain === null || 'isp' in record ? domain : null,
  };
  if (facts.provider !== null && facts.company === null) {
    facts.company = { name: facts.provider, domain: null, class: null };
  }
  if (facts.company && 'isp' in record) facts.company.domain = null;
  const useful = facts.asn ?? facts.company ?? facts.carrier ?? facts.address ?? facts.reverseDomain;
  return useful === null ? null : facts;
}

/** MaxMind's Enterprise keeps all of interest under `traits`; ipinfo's nested records name parts after tables. */
function flat(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (isRecord(record.traits)) return record.traits;
  const { asn, as, company, privacy, anonymous } = record;
  if (![asn, as, company, privacy, anonymous].some(isRecord)) return record;
  const carrier = isRecord(as) ? as : isRecord(asn) ? asn : {};
  return {
    ...record,
    ...(isRecord(privacy) ? privacy : {}),
    ...(isRecord(anonymous) ? anonymous : {}),
    ...(isRecord(company) ? company : {}),
    asn: carrier.asn ?? (isRecord(asn) ? undefined : asn),
    as_name: carrier.name,
    as_domain: carrier.domain,
    as_type: carrier.type,
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function addressOf(record: Readonly<Record<string, unknown>>): Facts['address'] {
  for (const [key, found, reason] of FLAGS) if (isTrue(record[key])) return { class: found, reason };
  const userType = textOf(record, 'user_type');
  const fromUserType = userType === null ? undefined : CLASS_OF_TYPE.get(userType);
  if (fromUserType)
    return {
      class: fromUserType,
      reason: `the source lists the address as ${userType?.replaceAll('_', ' ')}`,
    };
  const connection = textOf(record, 'connection_type')?.toLowerCase();
  if (connection === 'cellular' || record.mobile_country_code !== undefined) {
    return { class: 'mobile', reason: 'a mobile connection' };
  }
  if (connection === 'corporate') return { class: 'business', reason: 'a corporate connection' };
  return null;
}

/** ipinfo writes booleans as text, and its CSV as `true` or nothing. */
const isTrue = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && /^(?:true|1)$/i.test(value));

function textOf(record: Readonly<Record<string, unknown>>, ...keys: string[]): string | null {
  for (const key of keys) {
    const value = record[key];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return null;
}

function domainOf(record: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = textOf(record, key);
  return value === null ? null : registrableDomain(value);
}

function asnOf(record: Readonly<Record<string, unknown>>): number | null {
  const value = record.autonomous_system_number ?? record.asn;
  if (typeof value === 'number') return value;
  const digits = typeof value === 'string' ? /^(?:AS)?(\d{1,10})$/i.exec(value.trim())?.[1] : undefined;
  return digits === undefined ? null : Number(digits);
}
