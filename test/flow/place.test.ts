import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { skeletonOf } from '../../src/core/identity/domain.ts';
import type { Network } from '../../src/core/identity/network.ts';
import * as ingest from '../../src/flow/ingest.ts';
import { resolve } from '../../src/flow/resolve.ts';
import { type AccountInput, upsertAccounts } from '../../src/flow/upsert.ts';
import { type Event, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const importAccounts = (input: AccountInput[], now = NOW) =>
  world.within((tx) => upsertAccounts(tx, world.workspace, input, null, now));
const view = (id: string, hints: Event['hints']): Event => ({ id, at: hours(-1).toISOString(), hints });
/** External id → domain or name of its account, or why it has none. */
const placed = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (
      await world.query(
        `SELECT external_id, coalesce(a.domain, a.name, s.unplaced) AS at
         FROM signal AS s LEFT JOIN account AS a USING (workspace_id, account_id)`,
      )
    ).map((row) => [row.external_id, row.at as string]),
  );
const network: Network = {
  class: 'business',
  organisation: 'Larch Timber Trdaing',
  domain: null,
  asn: 64500,
  source: 'test',
  confidence: 0.9,
  reason: 'test',
};
const withNetwork = () => ingest.openIntake(world.db, world.workspace, () => network);

const LARCH: AccountInput = {
  domain: 'larch.com',
  name: 'Larch Timber Trading',
  aliases: ['LTT Holzhandel'],
  linkedin: 'https://www.linkedin.com/company/Larch-Timber/',
  country: 'DE',
};

describe('an account is found by', () => {
  test.each([
    ['its name', { companyName: 'LARCH Timber Trading GmbH' }, 'larch.com'],
    ['another name of its', { companyName: 'LTT Holzhandel AG' }, 'larch.com'],
    ['a slip of the pen', { companyName: 'Larch Timber Tradimg' }, 'larch.com'],
    ['a slip in another name', { companyName: 'LTT Holzhandell' }, 'larch.com'],
    ['its page', { linkedin: 'linkedin.com/company/larch-timber?trk=x' }, 'larch.com'],
    ['not its name elsewhere', { companyName: 'Larch Timber Trading', country: 'Japan' }, 'waits for review'],
    ['not another’s name', { companyName: 'Spruce Bakery' }, 'unknown company name'],
    ['not its domain elsewhere', { domain: 'larch.de' }, 'waits for review'],
    [
      'its domain elsewhere and its name',
      { domain: 'larch.de', companyName: 'Larch Timber Trading' },
      'larch.com',
    ],
    [
      'not a domain that looks like its',
      { domain: '1arch.com', companyName: 'Larch Timber Trading' },
      '1arch.com',
    ],
  ] as const)('%s, whether it comes before or after', async (_, hints, expected) => {
    await importAccounts([LARCH]);
    await world.ingest([view('after', hints)]);
    expect(await placed()).toEqual({ after: expected });
    await world.clear();
    await world.ingest([view('before', hints)]);
    await importAccounts([LARCH]);
    // What has become an account of its own stays one.
    const discovered = 'domain' in hints;
    expect(await placed()).toEqual({ before: discovered ? hints.domain : expected });
  });

  test('the name of its network only by asking', async () => {
    await importAccounts([LARCH]);
    await world.ingest([view('visit', { ip: '203.0.113.9' })], { intake: withNetwork() });
    expect(await placed()).toEqual({ visit: 'waits for review' });
    const [question] = await world.query('SELECT kind, value, evidence FROM match_review');
    expect(question).toMatchObject({ kind: 'NETWORK', value: 'larch timber trdaing' });
    expect(JSON.stringify(question)).not.toContain('203.0.113.9');
  });
});

test('an alias that is taken back finds nothing any more', async () => {
  await importAccounts([LARCH]);
  await importAccounts([{ domain: 'larch.com', aliases: ['Nadelholz'] }], hours(1));
  await world.ingest([
    view('old', { companyName: 'LTT Holzhandel' }),
    view('new', { companyName: 'Nadelholz' }),
  ]);
  expect(await placed()).toEqual({ old: 'unknown company name', new: 'larch.com' });
});

test('the same questions are asked once, and nothing personal is in them', async () => {
  await importAccounts([LARCH]);
  const hints = { companyName: 'Larch Timber Trading', country: 'JP', email: 'jo@gmail.com' };
  await world.ingest([view('a', hints), view('b', hints)]);
  await world.ingest([view('c', hints)]);
  const asked = await world.query('SELECT * FROM match_review');
  expect(asked).toHaveLength(1);
  expect(JSON.stringify(asked)).not.toContain('@');
  await world.ingest([view('d', { companyName: 'larch-timber@trading.example' })]);
  expect(await world.query('SELECT * FROM match_review')).toHaveLength(1);
});

test('what domains have in common is the same in the database, said or seen', async () => {
  const domains = ['c1oud-9.com', 'rnilk5.com', 'vvilla.co.uk', 'a-b-3.github.io', 'plain.example'];
  await importAccounts(domains.map((domain) => ({ domain })));
  await world.ingest(domains.map((domain, at) => view(`${at}`, { domain: `seen${domain}` })));
  const rows = await world.query('SELECT domain, skeleton FROM account_domain');
  expect(rows).toHaveLength(10);
  for (const { domain, skeleton } of rows)
    expect([domain, skeleton]).toEqual([domain, skeletonOf(domain as string)]);
});

describe('resolve', () => {
  test('tells what a signal would meet, and stores nothing', async () => {
    await importAccounts([
      LARCH,
      { domain: 'oak.example', name: 'Oak' },
      { domain: 'oak.test', name: 'Oak Ltd' },
    ]);
    const before = await world.query('SELECT count(*) FROM account');
    const answers = await resolve(
      withNetwork(),
      [
        { domain: 'www.larch.com' },
        { companyName: 'Larch Timber Tradimg' },
        { companyName: 'Oak' },
        { domain: 'new.example' },
        { email: 'jo@gmail.com' },
        {},
      ],
      NOW,
    );
    expect(answers.map(({ decision, domain, method }) => [decision, domain, method])).toEqual([
      ['ATTACH', 'larch.com', 'DOMAIN'],
      ['ATTACH', 'larch.com', 'COMPANY_NAME'],
      ['REVIEW', expect.stringMatching(/^oak/), 'COMPANY_NAME'],
      ['NONE', null, null],
      ['NONE', null, null],
      ['NONE', null, null],
    ]);
    expect(answers[0]).toEqual({
      decision: 'ATTACH',
      domain: 'larch.com',
      accountName: 'Larch Timber Trading',
      method: 'DOMAIN',
      confidence: 0.99,
      evidence: ['domain larch.com'],
      reason: 'domain larch.com',
    });
    expect(answers.slice(2).map((one) => one.reason)).toEqual([
      'waits for review',
      'new.example belongs to no known account; a signal would make one',
      'free e-mail domain',
      'no hint',
    ]);
    expect(await world.query('SELECT count(*) FROM account')).toEqual(before);
    expect(await world.query('SELECT * FROM match_review')).toEqual([]);
  });

  test('goes by the thresholds of the active model', async () => {
    await importAccounts([LARCH]);
    const ask = async () => (await resolve(world.intake, [{ companyName: 'Larch Timber Trading' }], NOW))[0]!;
    expect(await ask()).toMatchObject({ decision: 'ATTACH', confidence: 0.85 });
    await world.rescore();
    await world.query(
      "UPDATE scoring_model SET document = jsonb_set(document, '{match,attachByName}', '0.9')",
    );
    expect(await ask()).toMatchObject({ decision: 'REVIEW' });
  });
});
