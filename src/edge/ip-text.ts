/** Ranges of IP addresses written as text: CSV with or without header, lists, the operator's own table. */
import { registrableDomain } from '../core/identity/domain.ts';
import {
  type Address,
  type AddressRange,
  parseBound,
  parseNetwork,
  parseRange,
} from '../core/identity/ip-address.ts';
import { NETWORK_CLASSES, type NetworkClass } from '../core/identity/network.ts';
import { type Facts, listedFacts, ownFacts, readFacts } from '../core/identity/network-facts.ts';
import { finderOf4, finderOf6, type Ranges } from '../core/identity/range-table.ts';

export interface Finding {
  find(address: Address): Facts | undefined;
  /** How specific the range is in which `find` found something: the bits of its prefix. */
  bitsOf(address: Address): number;
  ofAsn?(asn: number): Facts | undefined;
}

/** What the operator says of a file as a whole. */
export type Told = NetworkClass | 'own';
/** By what stands behind the `#` of an entry. */
export const CLASS_OF_SUFFIX = new Map<string, Told>([
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

/** The whole file → what finds an address in it. Throws what `refuse` makes of the reason why it cannot be used. */
export function readText(
  content: string,
  { name, told }: { name: string; told: Told | null },
  refuse: (reason: string) => Error,
): Finding & { kind: string; count: number } {
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
    else if (read === null) throw refuse(`line ${line} does not hold a range of addresses`);
    lists ||= asn !== null || (!header && read?.meaning === '');
    if (lists && listed === null) {
      throw refuse(
        `line ${line} says nothing of its range. If it is a list, name its class by an ending, as in list.txt#proxy`,
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
  if (count === 0) throw refuse('it holds no range of addresses');
  const kind = !lists ? 'CSV ranges' : asns.size > 0 ? 'list of AS numbers' : 'list of ranges';
  const factsOfAsn = asns.size > 0 && listed ? listedFacts(name, listed) : undefined;
  const find4 = finderOf4(v4);
  const find6 = finderOf6(v6);
  return {
    kind,
    count,
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
