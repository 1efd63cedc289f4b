/** `undercurrent try surge` and `try resolve` as somebody with tables of their own uses them, bad lines among them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { runCli } from '../support/server.ts';

let fresh: FreshDatabase;
const run = async (args: string[], input: string) => {
  const ended = await runCli(args, { env: { DATABASE_URL: fresh.url }, input });
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  return ended.stdout;
};
type Answer = Record<string, unknown> & { error?: { code: string; message: string; hint: string } };
const answers = (stdout: string): Answer[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** Rows of a CSV as lines of JSON, as a spreadsheet's user would turn them; a row of one cell stays what it is. */
function linesOf(csv: string, read: (cells: Record<string, string>) => object): string {
  const [head, ...rows] = csv.trim().split('\n');
  const names = head!.split(',');
  return rows
    .map((row) => {
      const cells = row.split(',');
      if (cells.length === 1) return row;
      return JSON.stringify(read(Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']))));
    })
    .join('\n');
}

beforeAll(async () => {
  fresh = await freshDatabase();
});
afterAll(() => fresh.drop());

describe('try surge', () => {
  const DAYS = 105;
  /** Accounts that read on two days of three; the first three read six times as much in the last three weeks. */
  const counts = (account: number) =>
    Array.from({ length: DAYS }, (_, day) => {
      const usual = (day * 7 + account * 5) % 3 === 0 ? 0 : 1;
      return account < 3 && day >= 84 ? 6 * usual + 1 : usual;
    });
  const csv = [
    'account,topic,actors,sources,days',
    ...Array.from(
      { length: 40 },
      (_, n) => `company-${n}.example,data lineage,${n < 3 ? 5 : 1},2,${counts(n).join(' ')}`,
    ),
  ];
  csv.splice(2, 0, 'too-short.example,data lineage,1,1,1 2 3');
  csv.splice(4, 0, 'not a row');
  csv.splice(6, 0, 'odd.example,data lineage,many,1,'.concat(counts(9).join(' ')));
  const lines = linesOf(csv.join('\n'), ({ account, topic, actors, sources, days }) => ({
    account,
    topic,
    actors: Number.isNaN(Number(actors)) ? actors : Number(actors),
    sources: Number(sources),
    days: days!.split(' ').map(Number),
  }));

  test.each([[[]], [['--json']]])(
    'judges all rows together, names the bad ones in their place %j',
    async (flags) => {
      const told = answers(await run(['try', 'surge', ...flags], lines));
      expect(told).toHaveLength(43);
      expect(told.flatMap((one, at) => (one.error ? [at] : []))).toEqual([1, 3, 5]);
      expect(told[1]!.error).toMatchObject({
        code: 'INVALID',
        message: expect.stringMatching(/^days: .*105/),
      });
      expect(told[3]!.error).toMatchObject({ message: 'The line is not JSON.' });
      expect(told[5]!.error).toMatchObject({ message: expect.stringMatching(/^actors: /) });
      for (const at of [1, 3, 5]) expect(told[at]!.error!.hint).not.toBe('');
      const judged = told.filter((one) => !one.error);
      expect(judged.map((one) => one.account)).toEqual(
        Array.from({ length: 40 }, (_, n) => `company-${n}.example`),
      );
      expect(judged.map((one) => one.status === 'SURGING')).toEqual(
        Array.from({ length: 40 }, (_, n) => n < 3),
      );
      expect(Object.keys(judged[0]!).sort()).toEqual(
        ['account', 'expected', 'observed', 'pValue', 'score', 'status', 'topic'].sort(),
      );
    },
  );

  test('nothing given, nothing answered', async () => {
    expect(await run(['try', 'surge'], '')).toBe('');
  });
});

describe('try resolve', () => {
  const ACCOUNTS = `domain,name,country
northwind.example,Northwind Traders Ltd,GB
tallgrass.example,Tallgrass Robotics GmbH,DE
`;
  const VISITS = `company,mail,site
,jo@northwind.example,
Tallgrass Robotics,,
not a row
,,https://www.tallgrass.example/jobs
Nobody We Know,,
,jo@gmail.com,
`;
  const lines = linesOf(VISITS, ({ company, mail, site }) => ({
    companyName: company || null,
    email: mail || null,
    url: site || null,
  }));

  beforeAll(async () => {
    await run(['import', 'accounts', '-', '--json'], ACCOUNTS);
  });

  test.each([[[]], [['--json']]])('tells what a signal would meet, line by line %j', async (flags) => {
    const input = `${lines}\n{"email":7}\n{"ip":"no address"}\n{"domain":"tallgrass.example"}`;
    const told = answers(await run(['try', 'resolve', ...flags], input));
    expect(told.map((one) => one.error?.code ?? one.decision)).toEqual([
      'ATTACH',
      'ATTACH',
      'INVALID',
      'ATTACH',
      'NONE',
      'NONE',
      'INVALID',
      'NONE',
      'ATTACH',
    ]);
    expect(told.map((one) => one.domain ?? null)).toEqual([
      'northwind.example',
      'tallgrass.example',
      null,
      'tallgrass.example',
      null,
      null,
      null,
      null,
      'tallgrass.example',
    ]);
    expect(told[6]!.error!.message).toMatch(/^email: /);
    for (const { error, reason } of told) if (!error) expect(reason).not.toBe('');
  });

  test('nothing is stored by asking', async () => {
    const stranger = JSON.stringify({ domain: 'stranger.example', email: 'ann@stranger.example' });
    for (let time = 0; time < 2; time++) {
      const [told] = answers(await run(['try', 'resolve'], stranger));
      expect(told).toMatchObject({ decision: 'NONE', reason: expect.stringContaining('no known account') });
    }
  });

  test('thousands of lines in their order, more than are judged at once', async () => {
    const input = Array.from({ length: 5_000 }, (_, n) =>
      n % 1_000 === 999 ? 'bad' : `{"domain":"${n % 2 ? 'northwind' : 'tallgrass'}.example"}`,
    ).join('\n');
    const told = answers(await run(['try', 'resolve'], input));
    expect(told.map((one) => one.domain ?? one.error!.code)).toEqual(
      Array.from({ length: 5_000 }, (_, n) =>
        n % 1_000 === 999 ? 'INVALID' : n % 2 ? 'northwind.example' : 'tallgrass.example',
      ),
    );
  });
});
