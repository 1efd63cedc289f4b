import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultModel } from '../../src/core/model.ts';
import { drain } from '../../src/flow/rescore.ts';
import type { Workspace } from '../../src/store/workspaces.ts';
import { daysAgo, NOW, startServer, visit } from './server.ts';

let server: Awaited<ReturnType<typeof startServer>>;
let ours: Workspace;
beforeAll(async () => {
  server = await startServer();
  ours = await server.workspace('ours');
  await server.fill(ours, {
    accounts: [
      { domain: 'northwind.example', name: 'Northwind', employees: 300 },
      { domain: 'southwind.example', name: 'Southwind' },
    ],
    signals: [
      visit('n1', { domain: 'northwind.example' }, 1),
      visit('n2', { domain: 'northwind.example' }, 9),
      visit('n3', { domain: 'northwind.example' }, 12, { receivedAt: daysAgo(2) }),
      ...[1, 2, 3, 4].map((ago) =>
        visit(`s${ago}`, { domain: 'southwind.example' }, ago, { kind: 'site.blog_view' }),
      ),
    ],
  });
});
afterAll(() => server.stop());

const dearBlog = (value: number) => ({
  ...defaultModel,
  kinds: { ...defaultModel.kinds, 'site.blog_view': { value, halfLifeDays: 30, capPerActorDay: 3 * value } },
});
/** The data of an answer without errors. */
async function ask(query: string, variables: object = {}) {
  const { data, errors } = await server.ask(ours, query, variables);
  expect(errors).toBeUndefined();
  return data;
}
const rescored = () => drain(server.db, ours.id, () => NOW);

describe('an explanation', () => {
  const EXPLAIN = `query Q($asOf: DateTime, $since: DateTime) { account(domain: "northwind.example") { heat(asOf: $asOf) { value raw
    change(since: $since) { since rawFrom rawTo heatFrom heatTo parts { cause points text lines { kind points text } } }
    levers { what text kind name heat fit qualification tier } missing { what name text } against { kind points text } } } }`;

  test('tells what changed, what would change it and what is missing', async () => {
    const { heat } = (await ask(EXPLAIN)).account;
    expect(heat.change.parts.map((part: { cause: string }) => part.cause)).toEqual([
      'DECAYED',
      'RECEIVED_LATE',
      'NEW_ACTIVITY',
    ]);
    const sum = heat.change.parts.reduce((total: number, part: { points: number }) => total + part.points, 0);
    expect(sum).toBeCloseTo(heat.change.rawTo - heat.change.rawFrom, 9);
    expect([heat.change.rawTo, heat.change.heatTo]).toEqual([
      expect.closeTo(heat.raw, 9),
      expect.closeTo(heat.value, 9),
    ]);
    expect(heat.levers).toContainEqual(
      expect.objectContaining({ what: 'ACTIVITY', kind: 'CONTENT_DEMO_REQUEST', name: null }),
    );
    expect(heat.missing).toContainEqual({
      what: 'FAMILY',
      name: 'EMAIL',
      text: 'nothing of EMAIL so far',
    });
    expect(heat.against).toEqual([]);
  });

  test('of the past is of what was known then', async () => {
    const { heat } = (await ask(EXPLAIN, { asOf: daysAgo(5).toISOString(), since: daysAgo(7).toISOString() }))
      .account;
    expect(heat.change.parts.map((part: { cause: string }) => part.cause)).toEqual(['DECAYED']);
    expect(heat.change.rawTo).toBeCloseTo(heat.raw, 9);
  });

  test('of a hierarchy is of all below', async () => {
    const { account } = await ask(
      '{ account(domain: "northwind.example") { heat(rollUp: true) { raw change { rawTo } } } }',
    );
    expect(account.heat.change.rawTo).toBeCloseTo(account.heat.raw, 9);
  });

  test('a change since a day that is not over is refused', async () => {
    const { errors } = await server.ask(ours, EXPLAIN, { since: NOW.toISOString() });
    expect(errors![0]!.extensions).toMatchObject({ code: 'INVALID', field: 'since' });
  });
});

test('a history may be had for every day', async () => {
  const query = `query Q($from: DateTime!, $to: DateTime!) { account(domain: "northwind.example") { heat { value }
    heatHistory(from: $from, to: $to, daily: true) { day value modelVersion } } }`;
  const to = new Date(NOW.getTime() + 2 * 86_400_000).toISOString();
  const { account } = await ask(query, { from: daysAgo(2).toISOString(), to });
  expect(account.heatHistory).toEqual(
    ['2026-05-20', '2026-05-21', '2026-05-22'].map((day) => ({
      day,
      value: account.heat.value,
      modelVersion: 1,
    })),
  );
  const { errors } = await server.ask(ours, query, { from: '2020-01-01', to });
  expect(errors![0]!.extensions).toMatchObject({ code: 'INVALID', field: 'to' });
});

describe('models', () => {
  const PREVIEW = `query P($config: JSON!, $limit: Int) { previewModel(config: $config, limit: $limit) { accounts retiered
    tierChanges { from to accounts } top overlap entering { account { domain } heatBefore heatAfter rankBefore rankAfter
    tierBefore tierAfter } leaving { account { domain } } rankCorrelation meanHeatBefore meanHeatAfter activeVersion
    changes { path before after meaning } } }`;

  test('are previewed, shadowed, compared, promoted and rolled back', async () => {
    const { previewModel } = await ask(PREVIEW, { config: dearBlog(20), limit: 1 });
    expect(previewModel).toMatchObject({
      accounts: 2,
      activeVersion: 1,
      overlap: 0,
      rankCorrelation: expect.closeTo(-1, 9),
      entering: [{ account: { domain: 'southwind.example' }, rankBefore: 2, rankAfter: 1 }],
      leaving: [{ account: { domain: 'northwind.example' } }],
    });
    expect(previewModel.changes).toContainEqual({
      path: 'kinds["site.blog_view"].value',
      before: 2,
      after: 20,
      meaning: expect.stringContaining('Points'),
    });

    const shadowed = await ask(
      'mutation M($config: JSON!) { shadowModel(config: $config, note: "try") { version active shadow } }',
      { config: dearBlog(20) },
    );
    expect(shadowed.shadowModel).toEqual({ version: 2, active: false, shadow: true });
    expect(server.touched).toContain(ours.id);
    await rescored();
    const compared = await ask(
      '{ scoringModel(version: 2) { comparison(limit: 1) { accounts overlap entering { account { domain } } } diff { path } } }',
    );
    expect(compared.scoringModel.comparison).toEqual({
      accounts: 2,
      overlap: 0,
      entering: [{ account: { domain: 'southwind.example' } }],
    });
    expect(compared.scoringModel.diff).toHaveLength(previewModel.changes.length);

    await ask('mutation { promoteModel(version: 2, note: "better") { version active shadow } }');
    await rescored();
    const hottest = async () =>
      (await ask('{ accounts(first: 1) { edges { node { domain heat { value modelVersion } } } } }')).accounts
        .edges[0].node;
    expect(await hottest()).toMatchObject({ domain: 'southwind.example', heat: { modelVersion: 2 } });
    const { rollbackModel } = await ask('mutation { rollbackModel(note: "worse") { version active } }');
    expect(rollbackModel).toEqual({ version: 1, active: true });
    await rescored();
    expect(await hottest()).toMatchObject({ domain: 'northwind.example', heat: { modelVersion: 1 } });
    const { modelActivations, scoringModels } = await ask(
      '{ modelActivations { version action note } scoringModels { version active shadow comparison { accounts } } }',
    );
    expect(modelActivations).toEqual([
      { version: 1, action: 'APPLY', note: 'The default model.' },
      { version: 2, action: 'PROMOTE', note: 'better' },
      { version: 1, action: 'ROLLBACK', note: 'worse' },
    ]);
    expect(scoringModels).toEqual([
      { version: 2, active: false, shadow: false, comparison: null },
      { version: 1, active: true, shadow: false, comparison: null },
    ]);
  });

  test('a document is applied, and its mistakes are told by path', async () => {
    const APPLY =
      'mutation M($config: JSON!, $note: String!) { applyModel(config: $config, note: $note) { version active note } }';
    const wrong = { ...defaultModel, heat: { ...defaultModel.heat, halfHeat: 'much' } };
    for (const query of [APPLY, PREVIEW]) {
      const { errors } = await server.ask(ours, query, { config: wrong, note: 'why' });
      expect(errors![0]).toMatchObject({
        message: expect.stringContaining('heat.halfHeat'),
        extensions: { code: 'INVALID', field: 'heat.halfHeat' },
      });
    }
    const { applyModel } = await ask(APPLY, { config: defaultModel, note: 'again' });
    expect(applyModel).toEqual({ version: 3, active: true, note: 'again' });
  });

  test.each([
    ['mutation { shadowModel { version } }', 'version'],
    ['mutation { promoteModel(version: 3, note: "x") { version } }', 'version'],
    ['mutation { promoteModel(version: 2, note: " ") { version } }', 'note'],
  ])('%s is refused', async (query, field) => {
    const { errors } = await server.ask(ours, query);
    expect(errors![0]!.extensions).toMatchObject({ field });
  });

  test('readers may preview, and not apply', async () => {
    const read = ['read'] as const;
    const previewed = await server.ask(ours, PREVIEW, { config: defaultModel }, read);
    expect(previewed.errors).toBeUndefined();
    const { errors } = await server.ask(ours, 'mutation { rollbackModel(note: "x") { version } }', {}, read);
    expect(errors![0]!.extensions.code).toBe('FORBIDDEN');
  });
});
