/** The vendors' own sample databases, field by field. They are not in this repository; where they are absent, this is not run. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checkRecords } from '../../bench/identity-networks.ts';
import { openIpRanges } from '../../src/edge/ip-ranges.ts';

const data = path.join(fileURLToPath(new URL('../../', import.meta.url)), '../shared/data/ip');
const there = existsSync(data);
if (!there) console.warn(`The IP databases are left out: there is no ${data}.`);

if (!there && process.env.CI === 'true') {
  test('the IP databases are there', () => expect(there).toBe(true));
}

describe.runIf(there)('real IP databases', () => {
  test('every field of every record reads as the vendor writes it', async () => {
    const checked = await checkRecords({
      maxmind: path.join(data, 'maxmind'),
      ipinfo: path.join(data, 'ipinfo'),
    });
    for (const { file, wrong } of checked) expect(wrong, file).toEqual([]);
    expect(checked).toHaveLength(14);
    expect(checked.reduce((sum, { records }) => sum + records, 0)).toBe(3_723);
    expect(checked.reduce((sum, { fields }) => sum + fields, 0)).toBe(15_286);
  });

  test('lists of ranges and of AS numbers class what they list', async () => {
    const list = (name: string) => path.join(data, name);
    const ranges = await openIpRanges([
      path.join(data, 'ipinfo/asn_sample.csv'),
      list('x4b_vpn_ipv4.txt'),
      `${list('x4b_datacenter_asn.txt')}#hosting`,
    ]);
    expect(ranges.sources.map(({ kind, ranges: count }) => [kind, count])).toEqual([
      ['CSV ranges', 100],
      ['list of ranges', 10_862],
      ['list of AS numbers', 892],
    ]);
    expect(ranges.lookup('2.26.157.9')).toMatchObject({ class: 'proxy', source: 'x4b_vpn_ipv4' });
    expect(ranges.lookup('2.26.156.9')).toBeUndefined();
  });
});
