/**
 * Lookups of IP addresses per second, over real ranges of a package and a made-up MMDB; and, for whoever has MaxMind's
 * and ipinfo's files, whether every field of every record is read as the vendor's own JSON or CSV has it.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { registrableDomain } from '../src/core/identity/domain.ts';
import { formatAddress, parseAddress, parseNetwork, parseRange } from '../src/core/identity/ip-address.ts';
import type { Facts } from '../src/core/identity/network-facts.ts';
import { type IpRanges, openIpRanges } from '../src/edge/ip-ranges.ts';
import { table } from '../src/edge/terminal.ts';
import { encodeMmdb } from '../test/edge/mmdb-file.ts';

const RANGES = fileURLToPath(new URL('../node_modules/@ip-location-db/asn/asn-ipv4.csv', import.meta.url));
const LOOKUPS = 1_000_000;

export interface Speed {
  source: string;
  ranges: number;
  perSecond: number;
}

/** Measures and prints; returns lookups per second by source. */
export async function run(): Promise<Speed[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'networks-'));
  try {
    const mmdb = path.join(folder, 'made-up.mmdb');
    const networks = Array.from({ length: 2_000 }, (_, i) => [
      `${20 + (i % 180)}.${Math.floor(i / 180) * 20}.0.0/16`,
      { autonomous_system_number: 64_500 + i, autonomous_system_organization: `Acme Steel ${i}` },
    ]);
    await writeFile(mmdb, encodeMmdb('GeoLite2-ASN', Object.fromEntries(networks)));
    const csv = await openIpRanges([RANGES]);
    const speeds = [
      { source: 'CSV', ranges: csv.sources[0]!.ranges!, perSecond: speedOf(csv) },
      { source: 'MMDB', ranges: networks.length, perSecond: speedOf(await openIpRanges([mmdb])) },
      { source: 'both', ranges: 0, perSecond: speedOf(await openIpRanges([mmdb, RANGES])) },
    ];
    console.log(
      table([
        ['source', 'ranges', 'lookups/s'],
        ...speeds.map((one) => [one.source, one.ranges || '', Math.round(one.perSecond)]),
      ]),
    );
    return speeds;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The best of three rounds over addresses spread evenly, the first round to warm up. */
function speedOf(ranges: IpRanges): number {
  const addresses = Array.from({ length: LOOKUPS / 4 }, (_, i) =>
    formatAddress({ v6: false, value: Math.imul(i + 1, 0x9e3779b1) >>> 0 }),
  );
  let best = 0;
  for (let round = 0; round < 4; round += 1) {
    const begin = performance.now();
    for (const address of addresses) ranges.lookup(address);
    best = Math.max(best, addresses.length / ((performance.now() - begin) / 1_000));
  }
  return best;
}

/** What came of comparing one file. */
export interface Checked {
  file: string;
  records: number;
  fields: number;
  wrong: string[];
}

type Row = Record<string, unknown>;

/**
 * Every field of every record that means something to us, in the files of MaxMind (`*.mmdb` beside `*.json`) and
 * ipinfo (`*.csv`, and `*.mmdb` beside it), against what we read of its first and last address.
 */
export async function checkRecords(folders: { maxmind: string; ipinfo: string }): Promise<Checked[]> {
  const checked: Checked[] = [];
  for (const name of (await readdir(folders.maxmind)).filter((one) => one.endsWith('.json'))) {
    const json = path.join(folders.maxmind, name);
    const records = (JSON.parse(await readFile(json, 'utf8')) as Record<string, Row>[]).flatMap((one) =>
      Object.entries(one).map(([network, record]) => {
        // An IPv4 network is written as what it is in the tree.
        const inTree = /^::(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(network);
        const cidr = inTree ? `${inTree[1]}/${Number(inTree[2]) - 96}` : network;
        return { range: rangeOf(cidr), record: (record.traits as Row | undefined) ?? record };
      }),
    );
    checked.push(await check(json.replace(/json$/, 'mmdb'), records));
  }
  const names = await readdir(folders.ipinfo);
  for (const name of names.filter((one) => one.endsWith('.csv'))) {
    const csv = path.join(folders.ipinfo, name);
    const rows: Row[] = parse(await readFile(csv, 'utf8'), { columns: true });
    const records = rows.map((record) => ({
      range: record.network
        ? rangeOf(String(record.network))
        : rangeOf(String(record.start_ip), String(record.end_ip)),
      record,
    }));
    checked.push(await check(csv, records));
    const mmdb = name.replace(/csv$/, 'mmdb');
    if (names.includes(mmdb)) checked.push(await check(path.join(folders.ipinfo, mmdb), records));
  }
  return checked;
}

interface Span {
  v6: boolean;
  start: bigint;
  end: bigint;
}

function rangeOf(first: string, last?: string): Span {
  const range = last === undefined ? parseNetwork(first) : parseRange(first, last);
  if (!range) throw new Error(`${first} is no range`);
  return { v6: range.v6, start: BigInt(range.start), end: BigInt(range.end) };
}

async function check(file: string, records: { range: Span; record: Row }[]): Promise<Checked> {
  const ranges = await openIpRanges([file]);
  const result: Checked = { file: path.basename(file), records: records.length, fields: 0, wrong: [] };
  for (const { range } of records) {
    for (const value of new Set([range.start, range.end])) {
      const inside = records.filter(
        (one) => one.range.v6 === range.v6 && one.range.start <= value && value <= one.range.end,
      );
      const most = inside.reduce((a, b) => (size(b) <= size(a) ? b : a));
      const address = range.v6
        ? formatAddress({ v6: true, high: value >> 64n, low: value & ((1n << 64n) - 1n) })
        : formatAddress({ v6: false, value: Number(value) });
      if (!parseAddress(address)) throw new Error(`${address} is no address`);
      const [facts] = ranges.factsOf(address);
      for (const [field, expected, read] of compare(most.record, facts)) {
        result.fields += 1;
        if ((expected ?? null) !== (read ?? null))
          result.wrong.push(`${address} ${field}: ${expected}, read ${read}`);
      }
    }
  }
  return result;
}

const size = ({ range }: { range: Span }): bigint => range.end - range.start;

/** Field, what the vendor says, what we read. */
function* compare(record: Row, facts: Facts | undefined): Generator<[string, unknown, unknown]> {
  const text = (key: string): string | null => {
    const value = record[key];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const number = record.autonomous_system_number ?? text('asn')?.replace(/^AS/, '');
  if (number) yield ['asn', Number(number), facts?.asn];
  const asName = text('autonomous_system_organization') ?? text('as_name');
  if (asName) yield ['as name', asName, facts?.carrier?.name];
  if (text('as_domain')) yield ['as domain', registrableDomain(text('as_domain')!), facts?.carrier?.domain];
  if (text('as_type')) yield ['as type', text('as_type'), facts?.carrier?.class];
  if (text('isp')) yield ['isp', text('isp'), facts?.provider];
  const holder = text('organization') ?? text('name');
  const isAsn = holder !== null && 'asn' in record && !('as_name' in record);
  if (holder) yield ['name', holder, (isAsn ? facts?.carrier : facts?.company)?.name];
  if (text('type')) yield ['type', text('type'), (isAsn ? facts?.carrier : facts?.company)?.class];
  if (text('domain')) {
    const domain = registrableDomain(text('domain')!);
    const own = holder !== null && !('isp' in record);
    yield ['domain', domain, own ? (isAsn ? facts?.carrier : facts?.company)?.domain : facts?.reverseDomain];
  }
  const flags = Object.keys(FLAGS).filter((key) => record[key] === true || record[key] === 'true');
  if (flags.length > 0) {
    const expected = flags.map((key) => FLAGS[key]).includes('proxy') ? 'proxy' : 'hosting';
    // "Anonymous" is said of hosting too.
    const only = flags.every((key) => key === 'is_anonymous' || FLAGS[key] === 'hosting') && flags.length > 1;
    yield ['flags', only ? 'hosting' : expected, facts?.address?.class];
  } else if (text('user_type')) {
    const kind = text('user_type')!;
    yield ['user type', USER_TYPES[kind] ?? kind, facts?.address?.class];
  } else if (text('connection_type')) {
    const kinds: Record<string, string> = { Cellular: 'mobile', Corporate: 'business' };
    yield ['connection type', kinds[text('connection_type')!] ?? null, facts?.address?.class];
  }
}

const FLAGS: Record<string, 'proxy' | 'hosting'> = {
  is_anonymous: 'proxy',
  is_anonymous_vpn: 'proxy',
  is_public_proxy: 'proxy',
  is_residential_proxy: 'proxy',
  is_tor_exit_node: 'proxy',
  is_hosting_provider: 'hosting',
  vpn: 'proxy',
  proxy: 'proxy',
  tor: 'proxy',
  relay: 'proxy',
  hosting: 'hosting',
};
const USER_TYPES: Record<string, string> = {
  cafe: 'isp',
  cellular: 'mobile',
  college: 'education',
  dialup: 'isp',
  library: 'education',
  military: 'government',
  residential: 'isp',
  router: 'isp',
  school: 'education',
  traveler: 'isp',
  content_delivery_network: 'hosting',
  search_engine_spider: 'hosting',
  consumer_privacy_network: 'proxy',
};
