/** IP address → network, from any number of MMDB databases and CSV files of ranges. */
import { readFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import * as maxmind from 'maxmind';
import { SettingsInvalid } from '../core/errors.ts';
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
import type { Network } from '../core/identity/network.ts';
import { type Facts, judge, readFacts } from '../core/identity/network-facts.ts';
import { finderOf4, finderOf6, type Ranges } from '../core/identity/range-table.ts';

export interface IpSource {
  /** File name without folder and ending; what `Network.source` says. */
  name: string;
  /** What is in it: the MMDB's own type, or `CSV ranges`. */
  kind: string;
  /** Ranges of a CSV; `null` for an MMDB, which does not say. */
  ranges: number | null;
  /** When an MMDB was built. */
  built: Date | null;
}

export interface IpRanges {
  /** `undefined` for private and reserved addresses, for those no source knows, and for what is no address. */
  lookup(ip: string): Network | undefined;
  sources: IpSource[];
}

/**
 * Opens every file, `.mmdb` by MaxMind's format and anything else as CSV. In a CSV with a header the columns are
 * found by name (`network`, or `start_ip` and `end_ip`; `asn`, `organisation` …); without one they are
 * `cidr | start,end`, then `asn` if it is a number, then the organisation. Addresses may be written as integers.
 * Throws `SettingsInvalid` naming the file (and line) that cannot be read.
 */
export async function openIpRanges(paths: string[]): Promise<IpRanges> {
  const opened: Opened[] = [];
  for (const path of paths) {
    opened.push(await (extname(path).toLowerCase() === '.mmdb' ? openDatabase(path) : openCsv(path)));
  }
  return {
    sources: opened.map((one) => one.source),
    lookup(ip) {
      const address = parseAddress(ip);
      if (address === null || isReserved(address)) return undefined;
      let facts: Facts[] | undefined;
      for (const one of opened) {
        const found = one.find(address);
        if (found) {
          facts ??= [];
          facts.push(found);
        }
      }
      if (!facts) return undefined;
      if (facts.length > 1) return judge(facts);
      const [only] = facts as [Facts];
      only.judged ??= judge(facts);
      return only.judged;
    },
  };
}

interface Opened {
  source: IpSource;
  find(address: Address): Facts | undefined;
}

async function openDatabase(path: string): Promise<Opened> {
  let reader: maxmind.Reader<maxmind.Response>;
  try {
    reader = await maxmind.open<maxmind.Response>(path);
  } catch (error) {
    throw unreadable(path, 'it is no MaxMind database (.mmdb)', error);
  }
  const name = nameOf(path);
  const { databaseType, buildEpoch, ipVersion } = reader.metadata;
  // The reader hands out one object per record it keeps, so its facts are read once.
  const known = new WeakMap<object, Facts | null>();
  return {
    source: { name, kind: databaseType, ranges: null, built: buildEpoch },
    find(address) {
      if (address.v6 && ipVersion === 4) return undefined;
      let record: unknown;
      try {
        record = reader.get(formatAddress(address));
      } catch (error) {
        throw unreadable(path, 'it is damaged', error);
      }
      if (typeof record !== 'object' || record === null) return undefined;
      let facts = known.get(record);
      if (facts === undefined) {
        const flat = 'traits' in record && isRecord(record.traits) ? record.traits : record;
        facts = readFacts(flat as Record<string, unknown>, name);
        known.set(record, facts);
      }
      return facts ?? undefined;
    },
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

async function openCsv(path: string): Promise<Opened> {
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
  /** `false`: the file has none. */
  let header: Columns | false | null = null;

  let line = 0;
  for (let start = 0; start < content.length; ) {
    let end = content.indexOf('\n', start);
    if (end < 0) end = content.length;
    const row = content.slice(start, content[end - 1] === '\r' ? end - 1 : end);
    start = end + 1;
    line += 1;
    if (row === '' || row.startsWith('#')) continue;
    if (header === null) {
      header = readHeader(splitRow(row));
      if (header) continue;
    }
    const read = header ? readNamed(row, header) : readPlain(row);
    if (read === null) throw unreadable(path, `line ${line} does not hold a range of addresses`);
    // Most rows say what another says of another range, so only new sayings are taken apart.
    let id = ids.get(read.meaning);
    if (id === undefined) {
      id = facts.length;
      ids.set(read.meaning, id);
      facts.push(
        readFacts(header ? recordOf(splitRow(row), header.names) : plainRecordOf(read.meaning), name),
      );
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
  const count = v4.ids.length + v6.ids.length;
  if (count === 0) throw unreadable(path, 'it holds no range of addresses');
  const find4 = finderOf4(v4);
  const find6 = finderOf6(v6);
  return {
    source: { name, kind: 'CSV ranges', ranges: count, built: null },
    find: (address) =>
      facts[address.v6 ? find6(address.high, address.low) : find4(address.value)] ?? undefined,
  };
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

/** The paths that `GEOIP_DB` lists, separated by commas. */
export const pathsOf = (list: string): string[] =>
  list
    .split(',')
    .map((path) => path.trim())
    .filter(Boolean);
