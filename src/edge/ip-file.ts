/** One file of IP addresses, opened: an MMDB database by MaxMind's format, or text. */
import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import * as maxmind from 'maxmind';
import { SettingsInvalid } from '../core/errors.ts';
import { type Address, formatAddress } from '../core/identity/ip-address.ts';
import { type Facts, readFacts } from '../core/identity/network-facts.ts';
import { CLASS_OF_SUFFIX, type Finding, readText, type Told } from './ip-text.ts';
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

/** What a file's content is once it is read. */
interface Content extends Finding {
  source: IpSource;
}

export interface Opened extends Content {
  /** As the setting has it, with what stands behind the `#`. */
  entry: string;
  path: string;
  /** Changes with the file. */
  stamp: string;
}

/** Opens the file of one entry of GEOIP_DB. Throws `SettingsInvalid` naming it. */
export async function open(entry: string): Promise<Opened> {
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

/** What changes with the file. Throws `SettingsInvalid` where there is none. */
export async function stampOf(path: string): Promise<string> {
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
  const { kind, count, ...finding } = readText(content, { name, told }, (reason) => unreadable(path, reason));
  return { source: { name, kind, ranges: count, built: null }, ...finding };
}

const nameOf = (path: string): string => basename(path, extname(path));

function unreadable(path: string, reason: string, cause?: unknown): SettingsInvalid {
  return new SettingsInvalid(
    `The IP database ${path} cannot be used: ${reason}.`,
    'Give GEOIP_DB the path of a complete .mmdb file or of a CSV file of ranges.',
    { cause },
  );
}
