/** IP address → network, from any number of MMDB databases, CSV files of ranges and plain lists. */
import { SettingsInvalid } from '../core/errors.ts';
import { type Address, isReserved, parseAddress } from '../core/identity/ip-address.ts';
import type { Network } from '../core/identity/network.ts';
import { type Facts, judge } from '../core/identity/network-facts.ts';
import { type IpSource, type Opened, open, stampOf } from './ip-file.ts';

/** As many verdicts as are remembered: a full database has more, a site's visitors have fewer. */
const REMEMBERED = 200_000;

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
