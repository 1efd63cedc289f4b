import { mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SettingsInvalid } from '../../src/core/errors.ts';
import { openIpRanges, pathsOf, staleness } from '../../src/edge/ip-ranges.ts';
import { encodeMmdb } from './mmdb-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ip-ranges-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
const open = async (name: string, content: string | Buffer) => openIpRanges([await file(name, content)]);

describe('CSV ranges', () => {
  const expected = [
    ['203.0.113.0', 'Acme Steel, Inc.', 64500],
    ['203.0.113.127', 'Acme Steel, Inc.', 64500],
    ['::ffff:203.0.113.5', 'Acme Steel, Inc.', 64500],
    [' 203.0.113.128 ', 'Birch "Bird" Foods', 64501],
    ['2001:db8::1', 'Delta Foods', 64502],
    ['2001:0DB8:0:ffff:ffff:ffff:ffff:ffff', 'Delta Foods', 64502],
    ['[2001:db8::1%eth0]', 'Delta Foods', 64502],
  ] as const;
  test.each([
    [
      'start,end,asn,organisation',
      '203.0.113.0,203.0.113.127,64500,"Acme Steel, Inc."\n203.0.113.128,203.0.113.255,64501,"Birch ""Bird"" Foods"\n2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,64502,Delta Foods\n',
    ],
    [
      'integers',
      '3405803776,3405803903,64500,"Acme Steel, Inc."\r\n3405803904,3405804031,64501,"Birch ""Bird"" Foods"\r\n42540766411282592856903984951653826560,42540766411283801782723599580828532735,64502,Delta Foods\r\n',
    ],
    [
      'networks',
      '203.0.113.0/25,64500,"Acme Steel, Inc."\n203.0.113.128/25,64501,"Birch ""Bird"" Foods"\n2001:db8::/48,AS64502,Delta Foods',
    ],
    [
      'a header, in another order',
      'organization,asn,start_ip,end_ip\n"Acme Steel, Inc.",AS64500,203.0.113.0,203.0.113.127\n"Birch ""Bird"" Foods",AS64501,203.0.113.128,203.0.113.255\nDelta Foods,AS64502,2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff\n',
    ],
    [
      'GeoLite2 blocks',
      'network,autonomous_system_number,autonomous_system_organization\n203.0.113.0/25,64500,"Acme Steel, Inc."\n203.0.113.128/25,64501,"Birch ""Bird"" Foods"\n2001:db8::/48,64502,Delta Foods\n',
    ],
  ])('%s', async (name, content) => {
    const ranges = await open(`${name}.csv`, content);
    for (const [ip, organisation, asn] of expected) {
      expect(ranges.lookup(ip), ip).toMatchObject({ class: 'business', organisation, asn, source: name });
    }
    for (const ip of ['203.0.112.255', '203.0.114.0', '2001:db8:1::', '2001:db7:ffff::', '1.1.1.1']) {
      expect(ranges.lookup(ip), ip).toBeUndefined();
    }
    expect(ranges.sources).toEqual([{ name, kind: 'CSV ranges', ranges: 3, built: null }]);
  });

  test('an organisation without an AS number, and a range of one address', async () => {
    const ranges = await open('own.csv', '198.51.100.7,Acme Steel\n198.51.100.8,198.51.100.9,Birch Foods\n');
    expect(ranges.lookup('198.51.100.7')).toMatchObject({ organisation: 'Acme Steel', asn: null });
    expect(ranges.lookup('198.51.100.9')).toMatchObject({ organisation: 'Birch Foods' });
    expect(ranges.lookup('198.51.100.10')).toBeUndefined();
  });

  test('the most specific range wins, whatever the order of the rows', async () => {
    const rows = [
      '198.51.0.0/16,Outer Foods',
      '198.51.100.0/24,Middle Foods',
      '198.51.100.64/26,Inner Foods',
      '198.51.101.0/24,Other Foods',
    ];
    for (const [i, order] of [rows, rows.toReversed()].entries()) {
      const ranges = await open(`nested-${i}.csv`, order.join('\n'));
      const owner = (ip: string) => ranges.lookup(ip)?.organisation;
      expect(owner('198.51.0.0')).toBe('Outer Foods');
      expect(owner('198.51.100.63')).toBe('Middle Foods');
      expect(owner('198.51.100.64')).toBe('Inner Foods');
      expect(owner('198.51.100.127')).toBe('Inner Foods');
      expect(owner('198.51.100.128')).toBe('Middle Foods');
      expect(owner('198.51.101.255')).toBe('Other Foods');
      expect(owner('198.51.102.0')).toBe('Outer Foods');
      expect(owner('198.51.255.255')).toBe('Outer Foods');
    }
  });

  test('private, reserved and malformed addresses are nobody’s even where a file lists them', async () => {
    const ranges = await open('all.csv', '0.0.0.0/0,Acme Steel\n::/0,Acme Steel\n');
    expect(ranges.lookup('9.255.255.255')).toBeDefined();
    expect(ranges.lookup('2600::1')).toBeDefined();
    for (const ip of [
      '10.0.0.1',
      '127.0.0.1',
      '169.254.1.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      'fe80::1%eth0',
      'fd00::1',
      'ff02::1',
      '::ffff:10.0.0.1',
      '',
      'acme.com',
      '9.9.9',
      '9.9.9.9.9',
      '9.9.9.256',
      '9.9.9.',
      '9..9.9',
      '2600:::1',
      '2600::1::2',
      '2600:1:2:3:4:5:6',
      '2600:1:2:3:4:5:6:7:8',
      '2600::12345',
      '2600:1:2:3:4:5:6:7::',
      'g600::1',
    ]) {
      expect(ranges.lookup(ip), ip).toBeUndefined();
    }
  });

  test('ipinfo companies: the type of the source counts, not the name', async () => {
    const ranges = await open(
      'company.csv',
      'start_ip,end_ip,join_key,name,domain,type,asn,as_name,as_domain,as_type,country\n' +
        '198.51.100.0,198.51.100.63,198.51.0.0,Telecom Museum,museum.example,business,AS64500,Acme Telecom,acme.example,isp,US\n' +
        '198.51.100.64,198.51.100.127,198.51.0.0,Quiet Name,quiet.example,hosting,AS64501,Birch,birch.example,business,US\n' +
        '198.51.100.128,198.51.100.255,198.51.0.0,,,,AS64502,Delta Foods,delta.example,business,US\n',
    );
    expect(ranges.lookup('198.51.100.1')).toMatchObject({
      class: 'business',
      organisation: 'Telecom Museum',
      domain: 'museum.example',
      asn: 64500,
    });
    expect(ranges.lookup('198.51.100.65')).toMatchObject({ class: 'hosting', domain: 'quiet.example' });
    expect(ranges.lookup('198.51.100.129')).toMatchObject({
      class: 'business',
      organisation: 'Delta Foods',
      domain: 'delta.example',
    });
  });

  test('what a file says of the address beats what another says of its owner', async () => {
    const owners = await file('owners.csv', '198.51.100.0/24,64500,Acme Steel\n');
    const privacy = await file(
      'privacy.csv',
      'network,hosting,proxy,relay,tor,vpn,service\n198.51.100.1,true,false,false,false,false,\n198.51.100.2,true,false,false,false,true,\n198.51.100.3,false,false,,,,\n',
    );
    for (const paths of [
      [owners, privacy],
      [privacy, owners],
    ]) {
      const ranges = await openIpRanges(paths);
      expect(ranges.lookup('198.51.100.1')).toMatchObject({ class: 'hosting', organisation: 'Acme Steel' });
      expect(ranges.lookup('198.51.100.2')).toMatchObject({ class: 'proxy', asn: 64500 });
      expect(ranges.lookup('198.51.100.3')).toMatchObject({ class: 'business', source: 'owners' });
      expect(ranges.lookup('198.51.100.4')).toMatchObject({ class: 'business', source: 'owners' });
    }
  });

  test('finds what a slow search over nested networks finds', async () => {
    const block = fc.record({
      base: fc.integer({ min: 0, max: 255 }),
      length: fc.integer({ min: 24, max: 32 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(block, { minLength: 1, maxLength: 12 }), async (blocks) => {
        const seen = new Map<string, { first: number; last: number; length: number; name: string }>();
        for (const { base, length } of blocks) {
          const size = 2 ** (32 - length);
          const first = base - (base % size);
          seen.set(`198.51.100.${first}/${length}`, {
            first,
            last: first + size - 1,
            length,
            name: `Owner ${first} of ${length}`,
          });
        }
        const ranges = await open(
          'random.csv',
          [...seen].map(([cidr, { name }]) => `${cidr},${name}`).join('\n'),
        );
        for (let last = 0; last < 256; last += 1) {
          const slow = [...seen.values()]
            .filter((one) => one.first <= last && last <= one.last)
            .sort((a, b) => b.length - a.length)[0];
          expect(ranges.lookup(`198.51.100.${last}`)?.organisation).toBe(slow?.name);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('MMDB', () => {
  test('ASN database', async () => {
    const ranges = await open(
      'asn.mmdb',
      encodeMmdb('GeoLite2-ASN', {
        '198.51.100.0/24': {
          autonomous_system_number: 64500,
          autonomous_system_organization: 'Acme Steel Inc',
        },
        '198.51.101.0/24': {
          autonomous_system_number: 64501,
          autonomous_system_organization: 'Birch Telecom',
        },
      }),
    );
    expect(ranges.lookup('198.51.100.9')).toMatchObject({
      class: 'business',
      organisation: 'Acme Steel Inc',
      domain: null,
      asn: 64500,
      source: 'asn',
    });
    expect(ranges.lookup('198.51.101.9')?.class).toBe('isp');
    expect(ranges.lookup('198.51.102.9')).toBeUndefined();
    expect(ranges.lookup('2600::1')).toBeUndefined();
    expect(ranges.sources).toEqual([
      { name: 'asn', kind: 'GeoLite2-ASN', ranges: null, built: new Date('2026-01-01T00:00:00Z') },
    ]);
  });

  test('ISP and Enterprise: a leased line is the customer’s, a provider’s own address the provider’s', async () => {
    const asn = { autonomous_system_number: 64500, autonomous_system_organization: 'Quiet Lines' };
    const ranges = await open(
      'isp.mmdb',
      encodeMmdb('GeoIP2-Enterprise', {
        '198.51.100.0/28': {
          traits: { ...asn, isp: 'Quiet Lines', organization: 'Acme Steel', domain: 'quiet.example' },
        },
        '198.51.100.16/28': { traits: { ...asn, isp: 'Quiet Lines', organization: 'Quiet Lines' } },
        '198.51.100.32/28': {
          traits: {
            isp: 'Birch Foods',
            organization: 'Birch Foods',
            connection_type: 'Corporate',
            domain: 'birch.example',
          },
        },
        '198.51.100.48/28': {
          traits: { isp: 'Acme Steel', organization: 'Acme Steel', connection_type: 'Cellular' },
        },
        '198.51.100.64/28': {
          traits: { isp: 'Acme Steel', organization: 'Acme Steel', user_type: 'residential' },
        },
        '198.51.100.80/28': {
          traits: { isp: 'X', organization: 'Acme Steel', user_type: 'search_engine_spider' },
        },
        '198.51.100.96/28': { city: { geoname_id: 1 } },
      }),
    );
    const found = (last: number) => ranges.lookup(`198.51.100.${last}`);
    // The reverse domain is the provider's here and must not pass for Acme's.
    expect(found(1)).toMatchObject({ class: 'business', organisation: 'Acme Steel', domain: null });
    expect(found(17)).toMatchObject({ class: 'isp', organisation: 'Quiet Lines' });
    expect(found(33)).toMatchObject({
      class: 'business',
      organisation: 'Birch Foods',
      domain: 'birch.example',
    });
    expect(found(49)?.class).toBe('mobile');
    expect(found(65)?.class).toBe('isp');
    expect(found(81)?.class).toBe('hosting');
    expect(found(97)).toBeUndefined();
  });

  test('several databases make one answer', async () => {
    const net = '198.51.100.0/24';
    const asn = await file(
      'GeoLite2-ASN.mmdb',
      encodeMmdb('GeoLite2-ASN', {
        [net]: { autonomous_system_number: 64500, autonomous_system_organization: 'Acme Steel' },
      }),
    );
    const domain = await file(
      'Domain.mmdb',
      encodeMmdb('GeoIP2-Domain', { [net]: { domain: 'www.acme.example' } }),
    );
    const anonymous = await file(
      'Anonymous.mmdb',
      encodeMmdb('GeoIP2-Anonymous-IP', {
        '198.51.100.7/32': { is_anonymous: true, is_hosting_provider: true },
      }),
    );
    const ipinfo = await file(
      'privacy.mmdb',
      encodeMmdb('privacy', { '198.51.100.8/32': { vpn: 'true', tor: '' } }),
    );
    const ranges = await openIpRanges([anonymous, domain, asn, ipinfo]);
    expect(ranges.lookup('198.51.100.6')).toMatchObject({
      class: 'business',
      organisation: 'Acme Steel',
      domain: 'acme.example',
      source: 'Domain + GeoLite2-ASN',
    });
    expect(ranges.lookup('198.51.100.7')).toMatchObject({ class: 'hosting', organisation: 'Acme Steel' });
    expect(ranges.lookup('198.51.100.8')?.class).toBe('proxy');
  });

  test('addresses that resolve to a free-mail provider are a provider’s', async () => {
    const ranges = await open(
      'd.mmdb',
      encodeMmdb('GeoIP2-Domain', { '198.51.100.0/24': { domain: 'comcast.net' } }),
    );
    expect(ranges.lookup('198.51.100.1')?.class).toBe('isp');
  });
});

describe('the operator’s own table', () => {
  test('beats every other source, whatever the order of the files', async () => {
    const own = await file(
      'own.csv',
      '198.51.100.0/24,acme.com\n198.51.100.128/25,ignore\n2001:db8::/32,www.birch.example\n',
    );
    const other = await file(
      'other.csv',
      'network,asn,organisation,hosting\n198.51.100.7,64500,Quiet Lines,true\n198.51.101.0/24,64500,Quiet Lines,\n',
    );
    for (const paths of [
      [own, other],
      [other, own],
    ]) {
      const { lookup } = await openIpRanges(paths);
      const mine = {
        class: 'business',
        domain: 'acme.com',
        organisation: null,
        source: 'own',
        confidence: 1,
      };
      expect(lookup('198.51.100.7')).toMatchObject({ ...mine, asn: 64500 });
      expect(lookup('198.51.100.8')).toMatchObject({ ...mine, asn: null });
      expect(lookup('198.51.100.200')).toMatchObject({ class: 'unknown', domain: null, confidence: 1 });
      expect(lookup('2001:db8::1')).toMatchObject({ domain: 'birch.example' });
      expect(lookup('198.51.101.1')).toMatchObject({ organisation: 'Quiet Lines' });
    }
  });

  test('with a header it is told by #own or by a column named account', async () => {
    const content = 'network,domain\n198.51.100.0/24,acme.com\n';
    const table = await file('table.csv', content);
    expect((await openIpRanges([`${table}#own`])).lookup('198.51.100.1')).toMatchObject({
      class: 'business',
      domain: 'acme.com',
      confidence: 1,
    });
    // Without it, a domain alone is what addresses resolve to.
    expect((await openIpRanges([table])).lookup('198.51.100.1')).toMatchObject({ class: 'unknown' });
    const named = await open('named.csv', 'account,network\nacme.com,198.51.100.0/24\n');
    expect(named.lookup('198.51.100.1')).toMatchObject({ domain: 'acme.com', confidence: 1 });
  });

  test('an organisation is no domain', async () => {
    const ranges = await open(
      'words.csv',
      '198.51.100.0/24,Acme.com Foods\n198.51.101.0/24,64500,acme.com\n',
    );
    expect(ranges.lookup('198.51.100.1')).toMatchObject({ organisation: 'Acme.com Foods', domain: null });
    expect(ranges.lookup('198.51.101.1')).toMatchObject({
      organisation: 'acme.com',
      asn: 64500,
      domain: null,
    });
  });
});

describe('lists', () => {
  const content = '# a comment\n198.51.100.0/25\n198.51.100.200 # one address\n2001:db8::/48\n';
  test.each([
    ['vpn_ipv4.txt', '', 'proxy'],
    ['datacenter.txt', '', 'hosting'],
    ['list.txt', '#proxy', 'proxy'],
    ['list.txt', '#vpn', 'proxy'],
    ['list.txt', '#hosting', 'hosting'],
    ['vpn.txt', '#gateway', 'gateway'],
  ])('%s%s is of class %s', async (name, suffix, found) => {
    const ranges = await openIpRanges([(await file(name, content)) + suffix]);
    expect(ranges.sources).toMatchObject([{ kind: 'list of ranges', ranges: 3, name: name.slice(0, -4) }]);
    for (const ip of ['198.51.100.1', '198.51.100.200', '2001:db8::9']) {
      expect(ranges.lookup(ip)).toMatchObject({ class: found, organisation: null });
    }
    expect(ranges.lookup('198.51.100.201')).toBeUndefined();
  });

  test('AS numbers class the networks that another source gives them', async () => {
    const owners = await file(
      'owners.csv',
      '198.51.100.0/24,64500,Acme Steel\n198.51.101.0/24,64501,Birch Foods\n',
    );
    const list = await file('numbers.txt', 'AS64500 # Acme Steel\nas64999\n');
    const ranges = await openIpRanges([`${list}#hosting`, owners]);
    expect(ranges.sources[0]).toMatchObject({ kind: 'list of AS numbers', ranges: 2 });
    expect(ranges.lookup('198.51.100.1')).toMatchObject({
      class: 'hosting',
      organisation: 'Acme Steel',
      asn: 64500,
    });
    expect(ranges.lookup('198.51.101.1')).toMatchObject({ class: 'business', organisation: 'Birch Foods' });
  });

  test('a list that names no class is refused, and so is a class that is none', async () => {
    const path = await file('plain.txt', content);
    await expect(openIpRanges([path])).rejects.toThrow(/line 2 .*#proxy/);
    await expect(openIpRanges([`${path}#horse`])).rejects.toThrow(/#horse is no class/);
  });
});

describe('several sources', () => {
  test('of two names the more specific range’s counts, in CSV and MMDB', async () => {
    const wide = await file(
      'wide.mmdb',
      encodeMmdb('GeoLite2-ASN', {
        '198.51.100.0/22': { autonomous_system_number: 64500, autonomous_system_organization: 'Outer Foods' },
      }),
    );
    const narrow = await file(
      'narrow.csv',
      '198.51.100.0/25,64501,Inner Foods\n2001:db8::/48,64501,Inner Foods\n',
    );
    const wider = await file('wider.csv', '198.51.0.0/16,64502,Huge Foods\n2001:db8::/32,64502,Huge Foods\n');
    for (const paths of [
      [wide, narrow, wider],
      [wider, narrow, wide],
    ]) {
      const ranges = await openIpRanges(paths);
      const owner = (ip: string) => ranges.lookup(ip)?.organisation;
      expect(owner('198.51.100.1')).toBe('Inner Foods');
      expect(owner('198.51.100.200')).toBe('Outer Foods');
      expect(owner('198.51.200.1')).toBe('Huge Foods');
      expect(owner('2001:db8::1')).toBe('Inner Foods');
      expect(owner('2001:db8:1::1')).toBe('Huge Foods');
      expect(ranges.factsOf('198.51.100.1').map(({ source }) => source)).toEqual(['narrow', 'wide', 'wider']);
    }
  });

  test('ipinfo’s nested records', async () => {
    const ranges = await open(
      'nested.mmdb',
      encodeMmdb('ipinfo', {
        '198.51.100.0/25': {
          asn: { asn: 'AS64500', name: 'Quiet Lines', domain: 'quiet.com', type: 'isp' },
          company: { name: 'Acme Steel', domain: 'acme.com', type: 'business' },
          privacy: { vpn: false },
        },
        '198.51.100.128/25': { asn: { asn: 'AS64500', name: 'Acme Steel' }, privacy: { vpn: true } },
      }),
    );
    expect(ranges.lookup('198.51.100.1')).toMatchObject({
      class: 'business',
      domain: 'acme.com',
      asn: 64500,
    });
    expect(ranges.lookup('198.51.100.129')).toMatchObject({ class: 'proxy', organisation: 'Acme Steel' });
  });
});

describe('reload', () => {
  const later = new Date(Date.now() + 60_000);

  test('takes what changed, and nothing else', async () => {
    const one = await file('one.csv', '198.51.100.0/24,Acme Steel\n');
    const two = await file('two.csv', '198.51.101.0/24,Birch Foods\n');
    const ranges = await openIpRanges([one, two]);
    expect(await ranges.reload()).toBe(false);
    await writeFile(one, '198.51.100.0/24,Delta Mills\n198.51.102.0/24,Delta Mills\n');
    await utimes(one, later, later);
    expect(ranges.lookup('198.51.100.1')?.organisation).toBe('Acme Steel');
    expect(await ranges.reload()).toBe(true);
    expect(ranges.lookup('198.51.100.1')?.organisation).toBe('Delta Mills');
    expect(ranges.lookup('198.51.101.1')?.organisation).toBe('Birch Foods');
    expect(ranges.sources.map((source) => source.ranges)).toEqual([2, 1]);
  });

  test('a broken or missing new file changes nothing, and is mended by the next', async () => {
    const one = await file('broken.csv', '198.51.100.0/24,Acme Steel\n');
    const ranges = await openIpRanges([one]);
    await writeFile(one, 'nonsense\n');
    await utimes(one, later, later);
    await expect(ranges.reload()).rejects.toThrow(SettingsInvalid);
    await rm(one);
    await expect(ranges.reload()).rejects.toThrow(/broken\.csv/);
    expect(ranges.lookup('198.51.100.1')?.organisation).toBe('Acme Steel');
    await writeFile(one, '198.51.100.0/24,Delta Mills\n');
    expect(await ranges.reload()).toBe(true);
    expect(ranges.lookup('198.51.100.1')?.organisation).toBe('Delta Mills');
  });

  test('watching reloads by itself until it is stopped', async () => {
    const one = await file('watched.csv', '198.51.100.0/24,Acme Steel\n');
    const ranges = await openIpRanges([one]);
    const reloaded = Promise.withResolvers<SettingsInvalid | null>();
    const stop = ranges.watch(5, reloaded.resolve);
    // Moved into place: half a file would be told as an error first.
    await rename(await file('new.csv', '198.51.100.0/24,Delta Mills and Sons\n'), one);
    expect(await reloaded.promise).toBeNull();
    stop();
    expect(ranges.lookup('198.51.100.1')?.organisation).toBe('Delta Mills and Sons');
  });
});

test('databases older than 60 days are told', () => {
  const source = { name: 'asn', kind: 'GeoLite2-ASN', ranges: null, built: new Date('2026-01-01T00:00:00Z') };
  expect(staleness([source], new Date('2026-03-02T00:00:00Z'))).toEqual([]);
  expect(staleness([source], new Date('2026-03-03T00:00:00Z'))).toEqual([
    'asn is 61 days old: get a newer one',
  ]);
  expect(staleness([{ ...source, built: null }], new Date('2030-01-01T00:00:00Z'))).toEqual([]);
});

test.each([
  ['', []],
  ['a.mmdb', ['a.mmdb']],
  [' a.mmdb , b.csv#proxy,,', ['a.mmdb', 'b.csv#proxy']],
])('the setting "%s" lists %j', (setting, paths) => expect(pathsOf(setting)).toEqual(paths));

describe('files that cannot be used', () => {
  test.each([
    ['empty.mmdb', ''],
    ['text.mmdb', 'hello\n'],
    ['cut.mmdb', encodeMmdb('GeoLite2-ASN', { '198.51.100.0/24': { isp: 'x' } }).subarray(0, 60)],
    ['empty.csv', ''],
    ['header.csv', 'network,asn\n'],
    ['words.csv', 'hello,world\n'],
    ['backwards.csv', '198.51.100.9,198.51.100.1,Acme\n'],
    ['mixed.csv', '198.51.100.9,2001:db8::,Acme\n'],
    ['mask.csv', '198.51.100.0/33,Acme\n'],
    ['late.csv', '198.51.100.0/24,Acme\n198.51.101.0/x,Birch\n'],
  ])('%s is refused by name', async (name, content) => {
    const path = await file(name, content);
    await expect(openIpRanges([path])).rejects.toThrow(SettingsInvalid);
    await expect(openIpRanges([path])).rejects.toThrow(name);
  });

  test('the line of the mistake is told', async () => {
    const path = await file('line.csv', '198.51.100.0/24,Acme\n\nnonsense\n');
    await expect(openIpRanges([path])).rejects.toThrow(/line 3/);
  });

  test('a missing file too', async () => {
    await expect(openIpRanges([join(folder, 'none.mmdb')])).rejects.toThrow(SettingsInvalid);
    await expect(openIpRanges([join(folder, 'none.csv')])).rejects.toThrow(/none\.csv/);
  });

  test('no files, no networks', async () => {
    const ranges = await openIpRanges([]);
    expect(ranges.lookup('198.51.100.1')).toBeUndefined();
    expect(ranges.sources).toEqual([]);
  });
});
