/** Which range an address is in: sorted typed arrays and binary search. */

/** Parallel lists: first and last address, and what the range stands for, an index of the caller's. */
export interface Ranges<N extends number | bigint> {
  starts: N[];
  ends: N[];
  ids: number[];
}

const LOW_64 = (1n << 64n) - 1n;

function isFlat(ranges: Ranges<number> | Ranges<bigint>): boolean {
  const { starts, ends, ids } = ranges;
  for (let i = 1; i < ids.length; i += 1) if (starts[i]! <= ends[i - 1]!) return false;
  return true;
}

/**
 * Ranges that may nest → sorted ranges that don't touch each other, the most specific one kept where several
 * cover an address. Their `ids` are the rows they were in.
 */
function flatten({ starts, ends }: Ranges<bigint>): Ranges<bigint> {
  const order = starts.map((_, i) => i);
  order.sort((a, b) => compare(starts[a]!, starts[b]!) || compare(ends[b]!, ends[a]!) || a - b);
  const flat: Ranges<bigint> = { starts: [], ends: [], ids: [] };
  const open: { end: bigint; id: number }[] = [];
  let cursor = 0n;
  const emit = (end: bigint, id: number) => {
    if (end < cursor) return;
    flat.starts.push(cursor);
    flat.ends.push(end);
    flat.ids.push(id);
    cursor = end + 1n;
  };
  for (const i of order) {
    for (let top = open.at(-1); top && top.end < starts[i]!; top = open.at(-1)) {
      emit(top.end, top.id);
      open.pop();
    }
    const outer = open.at(-1);
    if (outer) emit(starts[i]! - 1n, outer.id);
    cursor = starts[i]!;
    open.push({ end: ends[i]!, id: i });
  }
  for (let top = open.pop(); top; top = open.pop()) emit(top.end, top.id);
  return flat;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

export interface Finder<Address extends unknown[]> {
  /** The id of the most specific range with the address, or −1. */
  idOf(...address: Address): number;
  /** Length of that range's prefix: the fewer bits it leaves open, the more specific it is. 0 if there is none. */
  bitsOf(...address: Address): number;
}

/** Finds ranges of IPv4 addresses. They may come in any order and nest. */
export function finderOf4(ranges: Ranges<number>): Finder<[address: number]> {
  const rows = isFlat(ranges) ? null : flatten(wide(ranges));
  const first = rows ? Uint32Array.from(rows.starts, Number) : Uint32Array.from(ranges.starts);
  const last = rows ? Uint32Array.from(rows.ends, Number) : Uint32Array.from(ranges.ends);
  const row = rows ? Uint32Array.from(rows.ids) : null;
  const ids = Uint32Array.from(ranges.ids);
  const bits = Uint8Array.from(
    ids,
    (_, i) => 32 - Math.floor(Math.log2(ranges.ends[i]! - ranges.starts[i]! + 1)),
  );
  const find = (address: number): number => {
    let low = 0;
    let high = first.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (first[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    if (low === 0 || address > last[low - 1]!) return -1;
    return row ? row[low - 1]! : low - 1;
  };
  return {
    idOf(address) {
      const found = find(address);
      return found < 0 ? -1 : ids[found]!;
    },
    bitsOf: (address) => bits[find(address)] ?? 0,
  };
}

/** The same for IPv6, given as its upper and lower 64 bits. */
export function finderOf6(ranges: Ranges<bigint>): Finder<[high: bigint, low: bigint]> {
  const rows = isFlat(ranges) ? { ...ranges, ids: ranges.ids.map((_, i) => i) } : flatten(ranges);
  const firstHigh = BigUint64Array.from(rows.starts, (start) => start >> 64n);
  const firstLow = BigUint64Array.from(rows.starts, (start) => start & LOW_64);
  const lastHigh = BigUint64Array.from(rows.ends, (end) => end >> 64n);
  const lastLow = BigUint64Array.from(rows.ends, (end) => end & LOW_64);
  const row = Uint32Array.from(rows.ids);
  const ids = Uint32Array.from(ranges.ids);
  const bits = Uint8Array.from(
    ids,
    (_, i) => 129 - (ranges.ends[i]! - ranges.starts[i]! + 1n).toString(2).length,
  );
  const find = (high: bigint, low: bigint): number => {
    let left = 0;
    let right = row.length;
    while (left < right) {
      const middle = (left + right) >>> 1;
      const upper = firstHigh[middle]!;
      if (upper < high || (upper === high && firstLow[middle]! <= low)) left = middle + 1;
      else right = middle;
    }
    const at = left - 1;
    if (at < 0) return -1;
    const upper = lastHigh[at]!;
    return high < upper || (high === upper && low <= lastLow[at]!) ? row[at]! : -1;
  };
  return {
    idOf(high, low) {
      const found = find(high, low);
      return found < 0 ? -1 : ids[found]!;
    },
    bitsOf: (high, low) => bits[find(high, low)] ?? 0,
  };
}

const wide = ({ starts, ends, ids }: Ranges<number>): Ranges<bigint> => ({
  starts: starts.map(BigInt),
  ends: ends.map(BigInt),
  ids,
});
