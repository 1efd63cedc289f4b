import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { importTable, type TableName } from '../../src/flow/import-table.ts';
import { hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  // In small pieces: a character may be cut in two.
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += 7) yield all.subarray(at, at + 7);
}
const load = (
  what: TableName,
  text: string,
  options: { fileName?: string; map?: unknown; now?: Date } = {},
) =>
  importTable(world.intake, what, bytes(text), {
    fileName: options.fileName ?? `${what}.csv`,
    map:
      options.map === undefined
        ? null
        : bytes(typeof options.map === 'string' ? options.map : JSON.stringify(options.map)),
    clock: () => options.now ?? NOW,
  });
const accounts = () =>
  world.query(
    'SELECT domain, name, industry, employees, revenue, country, technologies, tier, owner, crm_id FROM account ORDER BY name',
  );
const NOTHING = {
  industry: null,
  employees: null,
  revenue: null,
  country: null,
  technologies: [],
  tier: null,
  owner: null,
  crm_id: null,
};

describe('accounts', () => {
  test.each([
    ['our names', 'domain,name,employees\nnorthwind.example,Northwind,1200\n'],
    [
      'names of Salesforce',
      'Website,Account Name,Number of Employees\nhttps://www.northwind.example/start,Northwind,"1,200"\n',
    ],
    [
      'names of HubSpot',
      'Company Domain Name,Company name,Number of employees\nnorthwind.example,Northwind,1200\n',
    ],
    [
      'semicolons, a mark and Windows line ends',
      '\uFEFFdomain;name;employees\r\nnorthwind.example;Northwind;1 200\r\n',
    ],
    [
      'tabs and columns nobody knows',
      'shoe size\tdomain\tname\temployees\n43\tnorthwind.example\tNorthwind\t1200\n',
    ],
  ])('with %s', async (_, text) => {
    expect(await load('accounts', text)).toMatchObject({ created: 1, updated: 0, rejected: [] });
    expect(await accounts()).toEqual([
      { ...NOTHING, domain: 'northwind.example', name: 'Northwind', employees: 1200 },
    ]);
  });

  test('with every column', async () => {
    await load(
      'accounts',
      'domain,name,industry,employees,revenue,country,technologies,tier,owner,id\nnorthwind.example,"North ""wind"", Ltd",Retail,5,"$1,000,000",DE,"kafka; dbt",A,Olga,7\n',
    );
    expect(await accounts()).toEqual([
      {
        domain: 'northwind.example',
        name: 'North "wind", Ltd',
        industry: 'Retail',
        employees: 5,
        revenue: 1_000_000,
        country: 'DE',
        technologies: ['kafka', 'dbt'],
        tier: 'A',
        owner: 'Olga',
        crm_id: '7',
      },
    ]);
  });

  test('with columns named by a map', async () => {
    await load('accounts', 'Wer,Wo\nNordwind,northwind.example\n', { map: { name: 'Wer', domain: 'Wo' } });
    expect(await accounts()).toEqual([{ ...NOTHING, domain: 'northwind.example', name: 'Nordwind' }]);
  });

  test('of JSON', async () => {
    const result = await load(
      'accounts',
      JSON.stringify([{ domain: 'northwind.example', employees: 7 }, null, 'odd', { name: 5 }]),
      { fileName: 'a.json' },
    );
    expect(result.created).toBe(1);
    expect(result.rejected.map((one) => [one.index, one.message])).toEqual([
      [2, 'Line 2 is no object. Give an array of objects.'],
      [3, 'Line 3 is no object. Give an array of objects.'],
      [4, expect.stringContaining('line 4: name')],
    ]);
  });

  test('twice updates, and a row that says nothing of a field leaves it', async () => {
    await load('accounts', 'domain,name,owner\nnorthwind.example,Northwind,Olga\n');
    const result = await load('accounts', 'domain,name,owner,tier\nnorthwind.example,North Wind,,A\n', {
      now: hours(1),
    });
    expect(result).toMatchObject({ created: 0, updated: 1 });
    expect(await accounts()).toEqual([
      { ...NOTHING, domain: 'northwind.example', name: 'North Wind', owner: 'Olga', tier: 'A' },
    ]);
  });

  test('named twice in one file are one, of what both rows say', async () => {
    const result = await load(
      'accounts',
      'domain,name,owner,tier\nnorthwind.example,Northwind,Olga,\nwww.northwind.example,,,A\n',
    );
    expect(result).toMatchObject({ created: 1, updated: 0 });
    expect(await accounts()).toEqual([
      { ...NOTHING, domain: 'northwind.example', name: 'Northwind', owner: 'Olga', tier: 'A' },
    ]);
  });

  test('wrong rows are told with their line, the others are written', async () => {
    const result = await load(
      'accounts',
      'domain,name,employees\nnorthwind.example,Northwind,many\nnot a domain,X,\n,,\nsouthwind.example,"Southwind,5\neastwind.example,Eastwind,3\n',
    );
    expect(result.created).toBe(1);
    expect(result.rejected.map(({ index, message }) => [index, message.slice(0, 22)])).toEqual([
      [2, 'line 2: employees: Inv'],
      [3, "line 3: domain: 'not a"],
      [4, 'line 4: has neither do'],
      [5, 'Line 5 has a quote (")'],
    ]);
    expect((await accounts()).map((row) => row.name)).toEqual(['Eastwind']);
    expect(
      await world.query('SELECT source, transport, label, received, accepted, rejected FROM batch'),
    ).toEqual([
      { source: 'crm', transport: 'import', label: 'accounts.csv', received: 5, accepted: 1, rejected: 4 },
    ]);
  });

  test('place what waited for them', async () => {
    await world.ingest([{ id: 'w', at: hours(-1).toISOString(), hints: { companyName: 'Northwind Inc' } }]);
    await load('accounts', 'domain,name\nnorthwind.example,Northwind\n');
    expect(await world.query('SELECT method, unplaced FROM signal')).toEqual([
      { method: 'COMPANY_NAME', unplaced: null },
    ]);
  });

  test('with odd characters', async () => {
    await load(
      'accounts',
      JSON.stringify([{ domain: 'northwind.example', name: 'Nul\0 half\ud800 "quoted" \\ {x}' }]),
      { fileName: 'a.json' },
    );
    expect((await accounts()).map((row) => row.name)).toEqual(['Nul half\ufffd "quoted" \\ {x}']);
  });
});

describe('files that can’t be used say why', () => {
  test.each<[string, string, { fileName?: string; map?: unknown }, string]>([
    ['no column is known', 'a,b\n1,2\n', {}, 'No column of the header is known: a, b'],
    ['JSON that is none', '[{]', { fileName: 'x.json' }, 'Not valid JSON'],
    ['JSON that is no array', '{}', { fileName: 'x.json' }, 'The JSON is not an array.'],
    ['a map that is no JSON', 'domain\nnorthwind.example\n', { map: '{' }, 'Not valid JSON'],
    [
      'a map of no texts',
      'domain\nnorthwind.example\n',
      { map: { name: 5 } },
      'The map is no object of texts.',
    ],
  ])('%s', async (_, text, options, message) => {
    await expect(load('accounts', text, options)).rejects.toThrow(message);
    expect(await world.query('SELECT 1 FROM batch')).toEqual([]);
  });
});

describe('people', () => {
  test('come to their accounts, with names in two columns and words of a CRM', async () => {
    await load('accounts', 'domain\nnorthwind.example\nsouthwind.example\n');
    const result = await load(
      'people',
      'Email,First Name,Last Name,Job Title,Website,Lifecycle Stage\nAnn@Northwind.example,Ann,Other,CTO,,Marketing Qualified Lead\nbob@gmail.com,Bob,,,https://southwind.example,lead\n,,,,,\nnonsense,,,,,\n',
    );
    expect(result).toMatchObject({ created: 2, rejected: [{ index: 4 }, { index: 5 }] });
    expect(
      await world.query(
        'SELECT email, p.name, title, lead_status, a.domain FROM person AS p LEFT JOIN account AS a USING (workspace_id, account_id) ORDER BY email',
      ),
    ).toEqual([
      {
        email: 'ann@northwind.example',
        name: 'Ann Other',
        title: 'CTO',
        lead_status: 'MQL',
        domain: 'northwind.example',
      },
      { email: 'bob@gmail.com', name: 'Bob', title: null, lead_status: 'LEAD', domain: 'southwind.example' },
    ]);
  });

  test('are not set back to lead by a file that knows no better', async () => {
    await load('people', 'email,lead status\nann@northwind.example,SQL\n');
    await load('people', 'email,lead status\nann@northwind.example,lead\n');
    expect(await world.query('SELECT lead_status FROM person')).toEqual([{ lead_status: 'SQL' }]);
  });
});

test('opportunities are outcomes of known accounts, each once', async () => {
  await load('accounts', 'domain\nnorthwind.example\n');
  const text =
    'Opportunity ID,Website,Stage,Close Date,Amount\n1,northwind.example,Closed Won,2026-05-01,"€ 5,000"\n2,northwind.example,Negotiation,2026-06-01,\n3,unknown.example,Closed Lost,2026-06-01,\n4,northwind.example,Closed Lost,someday,\n';
  expect(await load('opportunities', text)).toMatchObject({
    created: 2,
    rejected: [{ index: 4 }, { index: 5 }],
  });
  expect(await load('opportunities', text)).toMatchObject({ created: 0, updated: 2 });
  expect(await world.query('SELECT external_id, type, amount FROM outcome ORDER BY external_id')).toEqual([
    { external_id: '1', type: 'WON', amount: 5000 },
    { external_id: '2', type: 'OPPORTUNITY_OPENED', amount: null },
  ]);
});
