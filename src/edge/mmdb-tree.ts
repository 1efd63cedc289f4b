/**
 * The search tree of an MMDB file, walked by numbers. The library walks it by text, which is most of the time of a
 * lookup; it still reads everything else. Format: https://maxmind.github.io/MaxMind-DB/
 */
import type { Address } from '../core/identity/ip-address.ts';

export interface Leaf {
  /** Names the record: equal pointers mean the same record. 0: there is none. */
  pointer: number;
  /** Length of the prefix that all addresses of the leaf share, of the address's own 32 or 128 bits. */
  bits: number;
}

interface Shape {
  nodeCount: number;
  /** Bits of one record: 24, 28 or 32. */
  recordSize: number;
  ipVersion: number;
}

/** A way to find leaves. It hands out the same object again and again. Throws `RangeError` where the tree is cut off. */
export function walkerOf(
  file: Buffer,
  { nodeCount, recordSize, ipVersion }: Shape,
): (address: Address) => Leaf {
  const size = recordSize / 4;
  if (![6, 7, 8].includes(size) || nodeCount * size > file.length) {
    throw new RangeError('the search tree is longer than the file');
  }
  const leaf: Leaf = { pointer: 0, bits: 0 };

  /** One step down: the record of a node for a bit. */
  const step = (node: number, bit: number): number => {
    const at = node * size;
    if (size === 6) {
      const side = at + bit * 3;
      return (file[side]! << 16) | (file[side + 1]! << 8) | file[side + 2]!;
    }
    if (size === 7) {
      // The middle byte holds the upper four bits of both records.
      const side = at + bit * 4;
      const upper = bit === 0 ? file[at + 3]! >>> 4 : file[at + 3]! & 15;
      return ((upper << 24) | (file[side]! << 16) | (file[side + 1]! << 8) | file[side + 2]!) >>> 0;
    }
    return file.readUInt32BE(at + bit * 4);
  };

  // An IPv4 address stands in an IPv6 tree behind 96 zeros.
  let rootOf4 = 0;
  if (ipVersion === 6) for (let i = 0; i < 96 && rootOf4 < nodeCount; i += 1) rootOf4 = step(rootOf4, 0);

  /** 32 bits further down. */
  const descend = (from: number, depth: number, word: number): number => {
    let node = from;
    for (let i = 31; i >= 0 && node < nodeCount; i -= 1) {
      node = step(node, (word >>> i) & 1);
      leaf.bits = depth + 32 - i;
    }
    return node;
  };

  return (address) => {
    leaf.bits = 0;
    let node: number;
    if (!address.v6) node = descend(rootOf4, 0, address.value);
    else if (ipVersion === 4) node = nodeCount;
    else {
      node = descend(0, 0, Number(address.high >> 32n));
      node = descend(node, 32, Number(address.high & 0xffffffffn));
      node = descend(node, 64, Number(address.low >> 32n));
      node = descend(node, 96, Number(address.low & 0xffffffffn));
    }
    leaf.pointer = node > nodeCount ? node : 0;
    return leaf;
  };
}
