/** IP address → network, from any number of MMDB databases, CSV files of ranges and plain lists. */
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import * as maxmind from 'maxmind';
import { SettingsInvalid } from '../core/errors.ts';
import { registrableDomain } from '../core/identity/domain.ts';
import {
  type Address,
  type AddressRange,
  formatAddress,
  isReserved,
  parseAddress,
  parseBound,
  parseNetwork,
  parseRange,
} from '../core/identity/ip-address.ts';
import { NETWORK_CLASSES, type Network, type NetworkClass } from '../core/identity/network.ts';
import { type Facts, judge, listedFacts, ownFacts, readFacts } from '../core/identity/network-facts.ts';
import { finderOf4, finderOf6, type Ranges } from '../core/identity/range-table.ts';
import { type Leaf, walkerOf } from './mmdb-tree.ts';

export interface IpSource {
  /** File name without folder and ending; what `Network.source` says. */
  name: string;
  /** What is in it: the MMDB's own type, `CSV ranges`, `list of ranges` or `list of AS numbers`. */
  kind: string;
  /** Ranges of a CSV, lines of a list; `null` for an MMDB, which does not say. */
  ranges: number | null;
  /** When an MMDB was built. */
  built: Date | null;
}

export interface IpRanges {
  /** `undefined` for private and reserved addresses, for those no source knows, and for what is no address. */
  lookup(ip: string): Network | undefined;
  /** What each source says of an address, the most trusted first; private and reserved ones included. */
  factsOf(ip: string): Facts[];
  /** What is in use at the moment. */
  readonly sources: IpSource[];
  /**
   * Opens again what has changed on disk; lookups use the old files until all new ones are read. True if anything
   * changed. Throws `SettingsInvalid` for a file that cannot be read, and then everything stays as it was.
   */
  reload(): Promise<boolean>;
  /** Reloads by itself, asking every so many milliseconds. Returns how to stop that. Does not keep the process alive. */
  watch(every: number, onReload: (error: SettingsInvalid | null) => void): () => void;
}

/** The entries of GEOIP_DB. */
export const pathsOf = (setting: string): string[] =>
  setting
    .split(',')
    .map((path) => path.trim())
    .filter(Boolean);

const STALE_AFTER = 60 * 86_400_000;

/** Sources built more than 60 days ago, in plain words. Ranges change hands by some per cent a month. */
export function staleness(sources: readonly IpSource[], now: Date): string[] {
  return sources.flatMap(({ name, built }) => {
    const age = built ? now.getTime() - built.getTime() : 0;
    return age > STALE_AFTER ? [`${name} is ${Math.floor(age / 86_400_000)} days old: get a newer one`] : [];
  });
}

/**
 * Opens every file, `.mmdb` by MaxMind's format and anything else as text. What a line of text may be:
 * - with a header, the columns are found by name (`network`, or `start_ip` and `end_ip`; `asn`, `organisation` …);
 * - without one they are `cidr | start,end`, then `asn` if it is a number, then the organisation;
 * - `cidr,acme.com` or `cidr,ignore`: the operator's own word, which beats every other source;
 * - a range or AS number alone: a list, whose class is told after the path (`list.txt#proxy`) or by the file's name.
 *
 * Addresses may be written as integers. `#own` makes a file with a header (`network`, `domain`) the operator's own.
 * Throws `SettingsInvalid` naming the file (and line) that cannot be read.
 */
export async function openIpRanges(paths: readonly string[]): Promise<IpRanges> {
  let opened = await Promise.all(paths.map(open));
  let verdicts = createVerdicts();
  const reload = async (): Promise<boolean> => {
    const fresh = await Promise.all(
      opened.map(async (one) => ((await stampOf(one.path)) === one.stamp ? one : open(one.entry))),
    );
    const changed = fresh.some((one, i) => one !== opened[i]);
    opened = fresh;
    if (changed) verdicts = createVerdicts();
    return changed;
  };
  return {
    get sources() {
      return opened.map((one) => one.source);
    },
    factsOf(ip) {
      const address = parseAddress(ip);
      return address === null ? [] : collect(opened, address);
    },
    lookup(ip) {
      const address = parseAddress(ip);
      if (address === null || isReserved(address)) return undefined;
      const facts = collect(opened, address);
      return facts.length === 0 ? undefined : verdicts.of(facts);
    },
    reload,
    watch(every, onReload) {
      let busy = false;
      const timer = setInterval(async () => {
        if (busy) return;
        busy = true;
        try {
          if (await reload()) onReload(null);
        } catch (error) {
          if (!(error instanceof SettingsInvalid)) throw error;
          onReload(error);
        } finally {
          busy = false;
        }
      }, every).unref();
      return () => clearInterval(timer);
    },
  };
}

interface Verdicts {
  network?: Network;
  after?: Map<Facts, Verdicts>;
}

/** Remembers the network of every row of facts met so far: they are few, and judging costs more than finding. */
function createVerdicts(): { of(facts: readonly Facts[]): Network } {
  let root: Verdicts = {};
  let count = 0;
  return {
    of(facts) {
      if (count >= REMEMBERED) {
        root = {};
        count = 0;
      }
      let at = root;
      for (const one of facts) {
        at.after ??= new Map();
        let next = at.after.get(one);
        if (!next) {
          next = {};
          at.after.set(one, next);
          count += 1;
        }
        at = next;
      }
      at.network ??= judge(facts);
      return at.network;
    },
  };
}

/** What the sources say, the most specific range first, else in the order of the files. */
function collect(opened: readonly Opened[], address: Address): Facts[] {
  const found: Facts[] = [];
  let specificity: number[] | undefined;
  for (const one of opened) {
    const facts = one.find(address);
    if (!facts) continue;
    found.push(facts);
    if (opened.length === 1) return found;
    specificity ??= [];
    const bits = one.bitsOf(address);
    specificity.push(bits);
    for (let i = found.length - 1; i > 0 && specificity[i - 1]! < bits; i -= 1) {
      [found[i - 1], found[i]] = [found[i]!, found[i - 1]!];
      [specificity[i - 1], specificity[i]] = [bits, specificity[i - 1]!];
    }
  }
  const asn = found.find((facts) => facts.asn !== null)?.asn;
  if (asn) {
    for (const one of opened) {
      const listed = one.ofAsn?.(asn);
      if (listed) found.push(listed);
    }
  }
  return found;
}

/** What a file's content is once it is read. */
interface Content {
  source: IpSource;
  find(address: Address): Facts | undefined;
  /** How specific the range is in which `find` found something: the bits of its prefix. */
  bitsOf(address: Address): number;
  ofAsn?(asn: number): Facts | undefined;
}

interface Opened extends Content {
  /** As the setting has it, with what stands behind the `#`. */
  entry: string;
  path: string;
  /** Changes with the file. */
  stamp: string;
}

async function open(entry: string): Promise<Opened> {
  const [, path = entry, suffix] = /^(.*?)(?:#([a-z]+))?$/.exec(entry) ?? [];
  const told = suffix === undefined ? null : (CLASS_OF_SUFFIX.get(suffix) ?? null);
  if (suffix !== undefined && told === null) {
    throw unreadable(path, `#${suffix} is no class; there are ${[...CLASS_OF_SUFFIX.keys()].join(', ')}`);
  }
  // The stamp first: what changes while we read is read again.
  const stamp = await stampOf(path);
  const content = await (extname(path).toLowerCase() === '.mmdb' ? openDatabase(path) : openText(path, told));
  return { ...content, entry, path, stamp };
}

type Told = NetworkClass | 'own';
const CLASS_OF_SUFFIX = new Map<string, Told>([
  ...NETWORK_CLASSES.map((name) => [name, name] as const),
  ['vpn', 'proxy'],
  ['tor', 'proxy'],
  ['datacenter', 'hosting'],
  ['own', 'own'],
]);

/** The class that the name of a list tells, `vpn_ipv4.txt`. */
function classOfName(name: string): NetworkClass | null {
  if (/vpn|proxy|proxies|(?:^|[-_.])tor(?:$|[-_.])|relay|anonym/i.test(name)) return 'proxy';
  if (/data-?_?cent(?:er|re)|hosting|cloud|server/i.test(name)) return 'hosting';
  return null;
}

async function stampOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path).catch((error) => {
    throw unreadable(path, 'it cannot be opened', error);
  });
  return `${ino} ${size} ${mtimeMs}`;
}

/** As many records as are remembered: a full database has more, a site's visitors have fewer. */
const REMEMBERED = 200_000;

async function openDatabase(path: string): Promise<Content> {
  let reader: maxmind.Reader<maxmind.Response>;
  let walk: (address: Address) => Leaf;
  try {
    const file = await readFile(path);
    reader = new maxmind.Reader<maxmind.Response>(file);
    walk = walkerOf(file, reader.metadata);
  } catch (error) {
    throw unreadable(path, 'it is no MaxMind database (.mmdb), or not a whole one', error);
  }
  const name = nameOf(path);
  const known = new Map<number, Facts | null>();
  const read = (address: Address): Facts | null => {
    let record: unknown;
    try {
      record = reader.get(formatAddress(address));
    } catch (error) {
      throw unreadable(path, 'it is damaged', error);
    }
    return typeof record === 'object' && record !== null
      ? readFacts(record as Record<string, unknown>, name)
      : null;
  };
  return {
    source: { name, kind: reader.metadata.databaseType, ranges: null, built: reader.metadata.buildEpoch },
    find(address) {
      const { pointer } = walk(address);
      if (pointer === 0) return undefined;
      let facts = known.get(pointer);
      if (facts === undefined) {
        facts = read(address);
        if (known.size >= REMEMBERED) known.clear();
        known.set(pointer, facts);
      }
      return facts ?? undefined;
    },
    bitsOf: (address) => walk(address).bits,
  };
}

async function openText(path: string, told: Told | null): Promise<Content> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, 'it cannot be opened', error);
  }
  const name = nameOf(path);
  const facts: (Facts | null)[] = [];
  const ids = new Map<string, number>();
  const v4: Ranges<number> = { starts: [], ends: [], ids: [] };
  const v6: Ranges<bigint> = { starts: [], ends: [], ids: [] };
  const asns = new Set<number>();
  /** Where the file has no columns at all: its class. */
  const listed = told === null || told === 'own' ? classOfName(name) : told;
  /** `false`: the file has none. */
  let header: Columns | false | null = null;
  let lists = false;

  let line = 0;
  for (let start = 0; start < content.length; ) {
    let end = content.indexOf('\n', start);
    if (end < 0) end = content.length;
    let row = content.slice(start, content[end - 1] === '\r' ? end - 1 : end);
    start = end + 1;
    line += 1;
    if (row === '' || row.startsWith('#') || row.startsWith(';')) continue;
    if (header === null) {
      header = readHeader(splitRow(row));
      if (header) continue;
    }
    if (!header && row.includes('#')) row = row.replace(COMMENT, '');
    const asn = header ? null : ASN.exec(row);
    const read = header ? readNamed(row, header) : readPlain(row);
    if (asn) asns.add(Number(asn[1]));
    else if (read === null) throw unreadable(path, `line ${line} does not hold a range of addresses`);
    lists ||= asn !== null || (!header && read?.meaning === '');
    if (lists && listed === null) {
      throw unreadable(
        path,
        `line ${line} says nothing of its range. If it is a list, name its class, as in ${path}#proxy`,
      );
    }
    if (asn || !read) continue;
    // Most rows say what another says of another range, so only new sayings are taken apart.
    let id = ids.get(read.meaning);
    if (id === undefined) {
      id = facts.length;
      ids.set(read.meaning, id);
      facts.push(factsOfRow(row, read.meaning, header, { name, told, listed }));
    }
    const { range } = read;
    if (range.v6) {
      v6.starts.push(range.start);
      v6.ends.push(range.end);
      v6.ids.push(id);
    } else {
      v4.starts.push(range.start);
      v4.ends.push(range.end);
      v4.ids.push(id);
    }
  }
  const count = v4.ids.length + v6.ids.length + asns.size;
  if (count === 0) throw unreadable(path, 'it holds no range of addresses');
  const kind = !lists ? 'CSV ranges' : asns.size > 0 ? 'list of AS numbers' : 'list of ranges';
  const factsOfAsn = asns.size > 0 && listed ? listedFacts(name, listed) : undefined;
  const find4 = finderOf4(v4);
  const find6 = finderOf6(v6);
  return {
    source: { name, kind, ranges: count, built: null },
    find: (address) =>
      facts[address.v6 ? find6.idOf(address.high, address.low) : find4.idOf(address.value)] ?? undefined,
    bitsOf: (address) => (address.v6 ? find6.bitsOf(address.high, address.low) : find4.bitsOf(address.value)),
    ofAsn: (asn) => (asns.has(asn) ? factsOfAsn : undefined),
  };
}

/** What stands behind a `#` after a space, in a file without header. */
const COMMENT = /\s+#(?:[^"]|"[^"]*")*$/;
const ASN = /^\s*AS(\d{1,10})\s*$/i;

function factsOfRow(
  row: string,
  meaning: string,
  header: Columns | false,
  { name, told, listed }: { name: string; told: Told | null; listed: NetworkClass | null },
): Facts | null {
  if (header) {
    const record = recordOf(splitRow(row), header.names);
    const word = (record.account ?? (told === 'own' ? record.domain : undefined))?.trim();
    if (word) return ownWord(name, word);
    if (told === 'own') return null;
    return withClass(readFacts(record, name), told, name);
  }
  if (meaning === '') return listed && listedFacts(name, listed);
  const [only = '', ...more] = splitRow(meaning);
  const own = more.length === 0 ? ownWord(name, only.trim()) : null;
  return own ?? withClass(readFacts(plainRecordOf(meaning), name), told, name);
}

/** `ignore` or a domain, and nothing else: the operator's own word. */
function ownWord(source: string, word: string): Facts | null {
  if (word.toLowerCase() === 'ignore') return ownFacts(source, null);
  const domain = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(word) ? registrableDomain(word) : null;
  return domain === null ? null : ownFacts(source, domain);
}

function withClass(facts: Facts | null, told: Told | null, name: string): Facts | null {
  if (told === null || told === 'own') return facts;
  const { address } = listedFacts(name, told);
  return facts ? { ...facts, address } : listedFacts(name, told);
}

interface Columns {
  names: string[];
  /** Positions of the first and last address; the same where ranges are networks. */
  start: number;
  end: number;
}

/** Columns by the names in the first row; `false` if it is no header. */
function readHeader(cells: readonly string[]): Columns | false {
  const names = cells.map((cell) => cell.trim().toLowerCase());
  const network = names.findIndex((name) => name === 'network' || name === 'cidr' || name === 'range');
  if (network >= 0) return { names, start: network, end: network };
  const start = names.findIndex((name) => /^(?:start|first|ip_range_start|ip_from)(?:_?ip)?$/.test(name));
  const end = names.findIndex((name) => /^(?:end|last|ip_range_end|ip_to)(?:_?ip)?$/.test(name));
  return start >= 0 && end >= 0 && { names, start, end };
}

interface Row {
  range: AddressRange;
  /** Everything but the range, as one text. */
  meaning: string;
}

function readNamed(row: string, { start, end }: Columns): Row | null {
  const cells = splitRow(row);
  const first = cells[start]?.trim() ?? '';
  const range = start === end ? parseNetwork(first) : parseRange(first, cells[end]?.trim() ?? '');
  return range && { range, meaning: cells.filter((_, i) => i !== start && i !== end).join('\n') };
}

/** A row without header: `cidr,…`, or `start,end,…` where the second cell is an address too. */
function readPlain(row: string): Row | null {
  const [first, afterFirst] = cellAt(row, 0);
  if (!first.includes('/')) {
    const [second, afterSecond] = cellAt(row, afterFirst);
    // An AS number may pass for an integer address, but not beside an address written with dots or colons.
    if (DIGITS.test(first) === DIGITS.test(second)) {
      const range = parseRange(first, second);
      if (range) return { range, meaning: row.slice(afterSecond) };
      if (parseBound(second)) return null;
    }
  }
  const range = parseNetwork(first);
  return range && { range, meaning: row.slice(afterFirst) };
}
const DIGITS = /^\d+$/;

/** The cell that begins at `at`, without quotes, and where the next one begins. Addresses hold no comma. */
function cellAt(row: string, at: number): [cell: string, next: number] {
  const comma = row.indexOf(',', at);
  const end = comma < 0 ? row.length : comma;
  const cell = row.slice(at, end);
  return [cell.startsWith('"') ? cell.replaceAll('"', '') : cell, Math.min(end + 1, row.length)];
}

function recordOf(cells: readonly string[], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
}

/** `asn,organisation` or `organisation`. */
function plainRecordOf(meaning: string): Record<string, string> {
  const [first = '', second = ''] = splitRow(meaning);
  return /^(?:AS)?\d+$/i.test(first.trim()) ? { asn: first, organisation: second } : { organisation: first };
}

/** One row without line breaks in its cells: half the time of a general CSV reader, and files have 500,000 rows. */
function splitRow(row: string): string[] {
  if (!row.includes('"')) return row.split(',');
  const cells: string[] = [];
  for (const [, quoted, plain] of row.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)) {
    cells.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
  }
  // The pattern finds one more, empty cell at the very end.
  if (!row.endsWith(',')) cells.pop();
  return cells;
}

const nameOf = (path: string): string => basename(path, extname(path));

function unreadable(path: string, reason: string, cause?: unknown): SettingsInvalid {
  return new SettingsInvalid(
    `The IP database ${path} cannot be used: ${reason}.`,
    'Give GEOIP_DB the path of a complete .mmdb file or of a CSV file of ranges.',
    { cause },
  );
}
