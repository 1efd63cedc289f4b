/** The sample is lived through: its flags were raised with what was known then, and what came of them is known now. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as flags from '../../src/flow/flags.ts';
import { loadSample, SAMPLE } from '../../src/flow/sample.ts';
import { undo } from '../../src/flow/undo.ts';
import { NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  await loadSample(world.intake, () => NOW);
}, 120_000);
afterAll(() => world.close());

test('flags came true and did not, days after they were raised', async () => {
  const rules = await world.within((tx) => flags.report(tx, null, null));
  const closed = rules.filter((one) => one.precision !== null);
  expect(closed.map((one) => one.rule)).toEqual(
    expect.arrayContaining(['DARK_FUNNEL_SURGE', 'SOCIAL_PUSH', 'GROUP_FORMING']),
  );
  expect(rules.reduce((sum, one) => sum + one.converted, 0)).toBeGreaterThan(5);
  expect(rules.reduce((sum, one) => sum + one.expired + one.rejected, 0)).toBeGreaterThan(5);
  for (const { rule, converted, leadTimeDays } of rules) {
    if (converted > 0) expect(leadTimeDays, rule).toBeGreaterThan(0);
  }
  // Few enough to be believed, of three hundred accounts.
  expect(rules.reduce((sum, one) => sum + one.open, 0)).toBeLessThan(40);
});

test('none was raised with what came later, and each that came true by an outcome after it', async () => {
  const [found] = await world.query(`
    SELECT count(*)::int AS behind, count(*) FILTER (WHERE s.received_at > f.raised_at)::int AS later
    FROM pre_mql_flag AS f CROSS JOIN unnest(f.signal_ids) AS one (id) JOIN signal AS s ON s.signal_id = one.id`);
  expect(found!.behind).toBeGreaterThan(100);
  expect(found!.later).toBe(0);
  const [untrue] = await world.query(`
    SELECT count(*)::int AS count FROM pre_mql_flag AS f WHERE status = 'CONVERTED' AND NOT EXISTS (
      SELECT FROM outcome AS o WHERE o.account_id = f.account_id AND o.type IN ('OPPORTUNITY_OPENED', 'WON')
        AND o.occurred_at = f.closed_at AND o.occurred_at >= f.raised_at)`);
  expect(untrue!.count).toBe(0);
});

test('what is taken back leaves no flag', async () => {
  await undo(world.db, world.workspace, SAMPLE, NOW);
  await world.rescore(NOW);
  expect(await world.query('SELECT flag_id FROM pre_mql_flag')).toEqual([]);
}, 60_000);
