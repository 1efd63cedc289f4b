/**
 * Writes small MMDB files by MaxMind's public format (version 2.0, 24-bit records, IPv4 tree), so that tests need
 * no binary fixtures.
 */
type Value = string | number | boolean | Value[] | { [key: string]: Value };

/** `networks`: CIDR → record. */
export function encodeMmdb(databaseType: string, networks: Record<string, { [key: string]: Value }>): Buffer {
  const data: Buffer[] = [];
  let dataLength = 0;
  type Node = [Node | number | null, Node | number | null];
  const root: Node = [null, null];
  for (const [cidr, record] of Object.entries(networks)) {
    const [address = '', length = '32'] = cidr.split('/');
    const bits = address
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('')
      .slice(0, Number(length));
    const encoded = encode(record);
    let node = root;
    for (const bit of bits.slice(0, -1)) {
      const side = bit === '1' ? 1 : 0;
      const next = node[side];
      if (Array.isArray(next)) node = next;
      else {
        const fresh: Node = [null, null];
        node[side] = fresh;
        node = fresh;
      }
    }
    node[bits.endsWith('1') ? 1 : 0] = dataLength;
    data.push(encoded);
    dataLength += encoded.length;
  }

  const nodes: Node[] = [root];
  for (let i = 0; i < nodes.length; i += 1)
    for (const side of nodes[i] ?? []) if (Array.isArray(side)) nodes.push(side);
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.forEach((node, i) => {
    node.forEach((side, j) => {
      const value =
        side === null ? nodes.length : Array.isArray(side) ? nodes.indexOf(side) : nodes.length + 16 + side;
      tree.writeUIntBE(value, i * 6 + j * 3, 3);
    });
  });
  const metadata = encode({
    node_count: nodes.length,
    record_size: 24,
    ip_version: 4,
    database_type: databaseType,
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_767_225_600,
    description: { en: 'made by a test' },
  });
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')]);
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]);
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([control(2, bytes.length), bytes]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), bytes]);
  }
  if (typeof value === 'boolean') return control(14, value ? 1 : 0);
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([
    control(7, entries.length),
    ...entries.flatMap(([key, item]) => [encode(key), encode(item)]),
  ]);
}

/** Type and size; types above 7 have a byte of their own, sizes above 28 too. */
function control(type: number, size: number): Buffer {
  const first = ((type > 7 ? 0 : type) << 5) | Math.min(size, 29);
  return Buffer.from([first, ...(type > 7 ? [type - 7] : []), ...(size >= 29 ? [size - 29] : [])]);
}
