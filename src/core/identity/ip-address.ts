/** IP addresses as numbers. */
/** IPv4 as a number; IPv6 as its upper and lower 64 bits. */
export type Address = { v6: false; value: number } | { v6: true; high: bigint; low: bigint };

/** An address as one whole number: IPv4 below 2³², IPv6 as 128 bits. */
export type Bound = { v6: false; value: number } | { v6: true; value: bigint };

/** An address as a file of ranges writes it: dotted, with colons, or an integer (beyond 32 bits it is IPv6). */
export function parseBound(text: string): Bound | null {
  const address = parseAddress(text);
  if (address !== null)
    return address.v6 ? { v6: true, value: (address.high << 64n) | address.low } : address;
  if (!/^\d{1,39}$/.test(text)) return null;
  const value = BigInt(text);
  return value <= 0xffffffffn ? { v6: false, value: Number(value) } : { v6: true, value };
}

export type AddressRange =
  | { v6: false; start: number; end: number }
  | { v6: true; start: bigint; end: bigint };

/** `198.51.100.0/24` or a single address → first and last; `null` for anything else. */
export function parseNetwork(text: string): AddressRange | null {
  const slash = text.indexOf('/');
  const base = parseBound(slash < 0 ? text : text.slice(0, slash));
  if (!base) return null;
  const bits = base.v6 ? 128 : 32;
  const length = slash < 0 ? bits : Number(text.slice(slash + 1) || Number.NaN);
  if (!Number.isInteger(length) || length < 0 || length > bits) return null;
  if (!base.v6) {
    const size = 2 ** (bits - length);
    const start = base.value - (base.value % size);
    return { v6: false, start, end: start + size - 1 };
  }
  const size = 1n << BigInt(bits - length);
  const start = base.value - (base.value % size);
  return { v6: true, start, end: start + size - 1n };
}

/** First and last address → range; `null` if one is none, they differ in version or stand the wrong way round. */
export function parseRange(first: string, last: string): AddressRange | null {
  const start = parseBound(first);
  const end = parseBound(last);
  if (!start || !end) return null;
  if (start.v6)
    return end.v6 && start.value <= end.value ? { v6: true, start: start.value, end: end.value } : null;
  return !end.v6 && start.value <= end.value ? { v6: false, start: start.value, end: end.value } : null;
}

/** Text → address. A zone (`%eth0`) and brackets are dropped; an IPv4 address inside an IPv6 one is taken out. */
export function parseAddress(text: string): Address | null {
  let bare = text.trim();
  const v4 = parseIpv4(bare);
  if (v4 !== null) return { v6: false, value: v4 };
  if (bare.startsWith('[') && bare.endsWith(']')) bare = bare.slice(1, -1);
  const zone = bare.indexOf('%');
  const groups = parseIpv6(zone < 0 ? bare : bare.slice(0, zone));
  if (groups === null) return null;
  const [a, b, c, d, e, f, g, h] = groups as [number, number, number, number, number, number, number, number];
  if ((a | b | c | d | e) === 0 && f === 0xffff) return { v6: false, value: g * 0x10000 + h };
  return { v6: true, high: join(a, b, c, d), low: join(e, f, g, h) };
}

function join(a: number, b: number, c: number, d: number): bigint {
  return (BigInt(a * 0x10000 + b) << 32n) | BigInt(c * 0x10000 + d);
}

/** Eight groups of 16 bits; `null` for anything else. By hand, like `parseIpv4`: `node:net` takes a regular expression. */
function parseIpv6(text: string): number[] | null {
  const groups: number[] = [];
  let gap = -1;
  let at = 0;
  if (text.startsWith('::')) {
    gap = 0;
    at = 2;
  }
  while (at < text.length) {
    if (groups.length > 7) return null;
    let value = 0;
    let digits = 0;
    let code = 0;
    const begin = at;
    for (; at < text.length; at += 1) {
      code = text.charCodeAt(at);
      const digit = hexDigit(code);
      if (digit < 0) break;
      value = value * 16 + digit;
      digits += 1;
    }
    if (at < text.length && code === 46) {
      const tail = parseIpv4(text.slice(begin));
      if (tail === null) return null;
      groups.push(tail >>> 16, tail & 0xffff);
      at = text.length;
      break;
    }
    if (digits === 0 || digits > 4) return null;
    groups.push(value);
    if (at === text.length) break;
    if (code !== 58) return null;
    at += 1;
    if (text.charCodeAt(at) === 58) {
      if (gap >= 0) return null;
      gap = groups.length;
      at += 1;
    } else if (at === text.length) {
      return null;
    }
  }
  if (gap < 0) return groups.length === 8 ? groups : null;
  if (groups.length > 7) return null;
  return [...groups.slice(0, gap), ...new Array<number>(8 - groups.length).fill(0), ...groups.slice(gap)];
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Dotted quad → number; `null` for anything else. By hand, since it runs for every line of every file. */
function parseIpv4(text: string): number | null {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (octet < 0) return null;
      value = value * 256 + octet;
      octet = -1;
      dots += 1;
    } else {
      if (code < 48 || code > 57) return null;
      octet = (octet < 0 ? 0 : octet * 10) + (code - 48);
      if (octet > 255) return null;
    }
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : null;
}

/**
 * First and last of the IPv4 blocks that are nobody's on the internet. The blocks set aside for documentation are
 * not among them: no database lists them, and an operator's own file that does means it.
 */
const RESERVED = (
  [
    ['0.0.0.0', '0.255.255.255'],
    ['10.0.0.0', '10.255.255.255'],
    ['100.64.0.0', '100.127.255.255'],
    ['127.0.0.0', '127.255.255.255'],
    ['169.254.0.0', '169.254.255.255'],
    ['172.16.0.0', '172.31.255.255'],
    ['192.0.0.0', '192.0.0.255'],
    ['192.168.0.0', '192.168.255.255'],
    ['198.18.0.0', '198.19.255.255'],
    ['224.0.0.0', '255.255.255.255'],
  ] as const
).map(([first, last]) => [parseIpv4(first) ?? 0, parseIpv4(last) ?? 0] as const);

export function isReserved(address: Address): boolean {
  if (address.v6) return isReserved6(address.high);
  const { value } = address;
  for (const [first, last] of RESERVED) if (value >= first && value <= last) return true;
  return false;
}

/** Unspecified, loopback and embedded addresses; unique local (`fc00::/7`), link and site local, multicast. */
function isReserved6(high: bigint): boolean {
  const first = Number(high >> 48n);
  return first < 0x100 || first >= 0xfe80 || (first >= 0xfc00 && first < 0xfe00);
}

/** Plain spelling: dotted, or eight groups of hexadecimal digits. */
export function formatAddress(address: Address): string {
  if (!address.v6) return [24, 16, 8, 0].map((shift) => (address.value >>> shift) & 255).join('.');
  const digits = ((address.high << 64n) | address.low).toString(16).padStart(32, '0');
  return digits.match(/.{4}/g)?.join(':') ?? '';
}
