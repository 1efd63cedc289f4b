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
 * cover an address.
 */
function flatten({ starts, ends, ids }: Ranges<bigint>): Ranges<bigint> {
  const order = ids.map((_, i) => i);
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
    open.push({ end: ends[i]!, id: ids[i]! });
  }
  for (let top = open.pop(); top; top = open.pop()) emit(top.end, top.id);
  return flat;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Finds the range of an IPv4 address: its id, or −1. The ranges may come in any order and nest. */
export function finderOf4(ranges: Ranges<number>): (address: number) => number {
  let { starts, ends, ids }: Ranges<number> | Ranges<bigint> = ranges;
  if (!isFlat(ranges)) {
    ({ starts, ends, ids } = flatten({
      starts: ranges.starts.map(BigInt),
      ends: ranges.ends.map(BigInt),
      ids,
    }));
  }
  const first = Uint32Array.from<number | bigint>(starts, Number);
  const last = Uint32Array.from<number | bigint>(ends, Number);
  const facts = Uint32Array.from(ids);
  return (address) => {
    let low = 0;
    let high = first.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (first[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    return low > 0 && address <= last[low - 1]! ? facts[low - 1]! : -1;
  };
}

/** The same for IPv6, given as its upper and lower 64 bits. */
export function finderOf6(ranges: Ranges<bigint>): (high: bigint, low: bigint) => number {
  const { starts, ends, ids } = isFlat(ranges) ? ranges : flatten(ranges);
  const firstHigh = BigUint64Array.from(starts, (start) => start >> 64n);
  const firstLow = BigUint64Array.from(starts, (start) => start & LOW_64);
  const lastHigh = BigUint64Array.from(ends, (end) => end >> 64n);
  const lastLow = BigUint64Array.from(ends, (end) => end & LOW_64);
  const facts = Uint32Array.from(ids);
  return (high, low) => {
    let left = 0;
    let right = facts.length;
    while (left < right) {
      const middle = (left + right) >>> 1;
      const upper = firstHigh[middle]!;
      if (upper < high || (upper === high && firstLow[middle]! <= low)) left = middle + 1;
      else right = middle;
    }
    const at = left - 1;
    if (at < 0) return -1;
    const upper = lastHigh[at]!;
    return high < upper || (high === upper && low <= lastLow[at]!) ? facts[at]! : -1;
  };
}
