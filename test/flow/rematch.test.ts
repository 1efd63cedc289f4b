import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultModel } from '../../src/core/model.ts';
import * as models from '../../src/flow/models.ts';
import { placeDoubtfulAgain } from '../../src/flow/rematch.ts';
import { upsertAccounts } from '../../src/flow/upsert.ts';
import * as waiting from '../../src/store/waiting.ts';
import { hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  await world.clear();
  await world.query('UPDATE workspace SET placed_by = NULL, placed_after = NULL');
  await world.query('DELETE FROM scoring_model_activation');
  await world.query('DELETE FROM scoring_model');
  await world.within((tx) =>
    upsertAccounts(tx, world.workspace, [{ domain: 'oak.example', name: 'Oak', country: 'DE' }], null, NOW),
  );
  const at = hours(-1).toISOString();
  await world.ingest([
    { id: 'abroad', at, hints: { companyName: 'Oak', country: 'FR' } },
    { id: 'here', at, hints: { companyName: 'Oak' } },
    { id: 'stranger', at, hints: { companyName: 'Elm' } },
  ]);
});
afterAll(() => world.close());

const placed = async () =>
  Object.fromEntries(
    (
      await world.query(
        `SELECT external_id, coalesce(a.domain, s.unplaced) AS at
         FROM signal AS s LEFT JOIN account AS a USING (workspace_id, account_id)`,
      )
    ).map((row) => [row.external_id, row.at]),
  );
const BEFORE = { abroad: 'waits for review', here: 'oak.example', stranger: 'unknown company name' };
const AFTER = { ...BEFORE, abroad: 'oak.example' };
const apply = (match: Partial<typeof defaultModel.match>) =>
  world.within((tx) =>
    models.apply(tx, { ...defaultModel, match: { ...defaultModel.match, ...match } }, 'a trial', hours(1)),
  );
const again = () => placeDoubtfulAgain(world.db, world.workspace, hours(2));

describe('what waits when the rules of matching change', () => {
  test('stays with the usual ones', async () => {
    expect(await placed()).toEqual(BEFORE);
    expect(await again()).toBe(0);
    expect(await placed()).toEqual(BEFORE);
  });

  test('is placed by those that are enough for it, once', async () => {
    await apply({ attachByName: 0.3 });
    expect(await placed()).toEqual(BEFORE);
    expect(await again()).toBe(1);
    expect(await placed()).toEqual(AFTER);
    expect(await again()).toBe(0);
  });

  test('is no longer asked about where the rules say so', async () => {
    await apply({ review: 0.5 });
    await again();
    expect((await placed()).abroad).toMatch(/^not sure enough \(\d+ %\)/);
    await apply({});
    await again();
    expect(await placed()).toEqual(BEFORE);
  });

  test('stays at its account though the rules are stricter', async () => {
    await apply({ attachByName: 0.99 });
    expect(await again()).toBe(0);
    expect(await placed()).toEqual(BEFORE);
  });

  test('goes on where it was interrupted, and starts anew with other rules', async () => {
    await apply({ attachByName: 0.3 });
    const match = { ...defaultModel.match, attachByName: 0.3 };
    const [last] = await world.query('SELECT max(signal_id::text) AS id FROM signal');
    const interrupted = (by: string) =>
      world.within((tx) => waiting.saveProgress(tx, { by, after: String(last!.id) }));
    await interrupted(JSON.stringify(match));
    expect(await again()).toBe(0);
    expect(await placed()).toEqual(BEFORE);
    await interrupted('others');
    expect(await again()).toBe(1);
    expect(await placed()).toEqual(AFTER);
  });
});
