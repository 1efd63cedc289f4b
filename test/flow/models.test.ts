import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultModel, type ScoringModel } from '../../src/core/model.ts';
import * as explain from '../../src/flow/explain.ts';
import * as models from '../../src/flow/models.ts';
import { preview as previewOf } from '../../src/flow/preview.ts';
import { undo } from '../../src/flow/undo.ts';
import * as accounts from '../../src/store/accounts.ts';
import * as stored from '../../src/store/models.ts';
import * as scores from '../../src/store/scores.ts';
import { days, type Event, hours, NOW, openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
beforeEach(() => world.clear());
afterAll(() => world.close());

const view = (company: string, kind: Event['kind'] = 'site.pricing_view', at = hours(-1)): Event => ({
  id: `${company} ${kind} ${at.getTime()}`,
  at: at.toISOString(),
  hints: { domain: `${company}.example` },
  kind,
});

/** The default model with another worth of blog reading. */
const dearBlog = (value: number): ScoringModel => ({
  ...defaultModel,
  kinds: {
    ...defaultModel.kinds,
    'site.blog_view': { value, halfLifeDays: 14, capPerActorDay: 3 * value },
  },
});

const apply = (model: unknown, now = NOW) => world.within((tx) => models.apply(tx, model, 'why', now));
const activeVersion = () => world.within(async (tx) => (await stored.current(tx, NOW)).version);
const scored = () =>
  world.query(
    'SELECT a.domain, s.heat, s.model_version AS version FROM account_score AS s JOIN account AS a USING (account_id) ORDER BY 1',
  );

describe('apply', () => {
  test('stores a version, makes it active and has all scored with it', async () => {
    await world.ingest([view('northwind', 'site.blog_view'), view('southwind', 'site.blog_view')]);
    await world.rescore();
    const before = await scored();
    expect(before.map((row) => row.version)).toEqual([1, 1]);
    expect(await apply(dearBlog(20))).toMatchObject({ version: 2, active: true, note: 'why' });
    expect(await activeVersion()).toBe(2);
    expect(await world.within(scores.requested)).toBe(2);
    await world.rescore();
    const after = await scored();
    expect(after.map((row) => row.version)).toEqual([2, 2]);
    expect(after[0]!.heat).toBeGreaterThan(before[0]!.heat as number);
  });

  test.each<[string, unknown, string]>([
    ['a wrong number', { ...defaultModel, heat: { ...defaultModel.heat, halfHeat: -1 } }, 'heat.halfHeat'],
    ['a missing part', { ...defaultModel, breadth: undefined }, 'breadth'],
    ['no document', 'hot', ''],
  ])('refuses %s with its path and stores nothing', async (_, document, field) => {
    await expect(apply(document)).rejects.toMatchObject({ code: 'INVALID', field });
    expect(await world.query('SELECT version FROM scoring_model WHERE version > 1')).toEqual([]);
  });

  test('wants to know why', async () => {
    const silent = world.within((tx) => models.apply(tx, defaultModel, '  ', NOW));
    await expect(silent).rejects.toMatchObject({ field: 'note' });
  });

  test('by many at once gives each a version of its own, and one is active', async () => {
    const applied = await Promise.all([3, 4, 5, 6].map((value) => apply(dearBlog(value))));
    expect(applied.map((one) => one.version).sort()).toEqual([2, 3, 4, 5]);
    expect(await world.query('SELECT count(*)::int AS n FROM scoring_model WHERE active')).toEqual([
      { n: 1 },
    ]);
    const last = (await world.within(stored.activations)).at(-1)!;
    expect(await activeVersion()).toBe(last.version);
  });
});

describe('promote and roll back', () => {
  const promote = (version: number, now = NOW) =>
    world.within((tx) => models.promote(tx, version, 'better', now));
  const rollback = (now = NOW) => world.within((tx) => models.rollback(tx, 'worse', now));

  test('go back step by step, not to and fro', async () => {
    await apply(dearBlog(3));
    await apply(dearBlog(4));
    await promote(2);
    expect(await activeVersion()).toBe(2);
    expect((await rollback()).version).toBe(3);
    expect((await rollback()).version).toBe(2);
    expect((await rollback()).version).toBe(1);
    await expect(rollback()).rejects.toMatchObject({ code: 'NOTHING_BEFORE' });
    expect(await activeVersion()).toBe(1);
    await apply(dearBlog(5));
    expect((await rollback()).version).toBe(1);
  });

  test('keep what was said and when', async () => {
    await world.within((tx) => stored.active(tx, days(-9)));
    await apply(dearBlog(3), days(-3));
    await promote(1, days(-1));
    await rollback();
    expect(await world.within(stored.activations)).toEqual([
      { version: 1, action: 'APPLY', note: 'The default model.', at: days(-9) },
      { version: 2, action: 'APPLY', note: 'why', at: days(-3) },
      { version: 1, action: 'PROMOTE', note: 'better', at: days(-1) },
      { version: 2, action: 'ROLLBACK', note: 'worse', at: NOW },
    ]);
    const at = async (when: Date) => (await world.within((tx) => stored.activeAt(tx, when, NOW))).version;
    expect([
      await at(days(-20)),
      await at(days(-4)),
      await at(days(-2)),
      await at(hours(-1)),
      await at(NOW),
    ]).toEqual([1, 1, 2, 1, 2]);
  });

  test('a version that is not there, or is active, is told', async () => {
    await expect(promote(7)).rejects.toThrow('no version 7');
    await expect(promote(1)).rejects.toMatchObject({ code: 'ACTIVE' });
  });

  test('the version that was active before a removed one takes over', async () => {
    await apply(dearBlog(3));
    await apply(dearBlog(4));
    await promote(2);
    await world.within((tx) => tx.client.query("UPDATE scoring_model SET note = 'sample' WHERE version = 2"));
    await world.within((tx) => stored.removeNoted(tx, 'sample'));
    expect(await activeVersion()).toBe(3);
  });
});

describe('preview', () => {
  const preview = (document: unknown, top = 50) =>
    previewOf(world.db, world.workspace.id, document, top, NOW);
  const fill = () =>
    world.ingest([
      ...['northwind', 'eastwind'].map((company) => view(company)),
      view('southwind', 'site.blog_view'),
      ...[2, 3, 4].map((ago) => view('southwind', 'site.blog_view', days(-ago))),
    ]);

  test('tells what applying then brings, and stores nothing', async () => {
    await fill();
    await world.rescore();
    const document = { ...dearBlog(20), fit: { ...defaultModel.fit, prior: 1 } };
    const found = await preview(document, 1);
    expect(await activeVersion()).toBe(1);
    expect(found).toMatchObject({ accounts: 3, activeVersion: 1, top: 1, overlap: 0 });
    expect(found.changes.map((one) => one.path)).toContain('kinds["site.blog_view"].value');

    const tiersOf = () =>
      world.query('SELECT account_id, qualification_tier AS tier, heat FROM account_score ORDER BY 1');
    const before = await tiersOf();
    await apply(document);
    await world.rescore();
    const after = await tiersOf();
    expect(found.retiered).toBe(after.filter((row, at) => row.tier !== before[at]!.tier).length);
    expect(found.retiered).toBeGreaterThan(0);
    const [entering] = found.entering;
    expect(entering!.after.heat).toBe(after.find((row) => row.account_id === entering!.accountId)!.heat);
  });

  test('of the active document changes nothing', async () => {
    await fill();
    expect(await preview(defaultModel)).toMatchObject({
      retiered: 0,
      entering: [],
      leaving: [],
      changes: [],
      rankCorrelation: expect.closeTo(1, 9),
    });
  });

  test('tells how far it is', async () => {
    await fill();
    const told: [number, number][] = [];
    await previewOf(world.db, world.workspace.id, defaultModel, 5, NOW, (done, total) =>
      told.push([done, total]),
    );
    expect(told.at(-1)).toEqual([3, 3]);
  });

  test('refuses a wrong document with its path, and too long a list', async () => {
    await expect(preview({ ...defaultModel, heat: 3 })).rejects.toMatchObject({ field: 'heat' });
    await expect(preview(defaultModel, 0)).rejects.toMatchObject({ field: 'limit' });
  });
});

describe('a shadow', () => {
  const shadow = (model: unknown) => world.within((tx) => models.shadowNew(tx, model, 'try', NOW));
  const shadowed = () => world.query('SELECT version, heat FROM account_shadow_score ORDER BY version, heat');
  const compare = (version: number) => world.within((tx) => models.compareShadow(tx, version, 50, NOW));

  test('is scored beside the active version, and changes nothing of it', async () => {
    await world.ingest([view('northwind'), view('southwind', 'site.blog_view')]);
    await world.rescore();
    const before = await scored();
    expect(await shadow(dearBlog(20))).toMatchObject({ version: 2, active: false, shadow: true });
    await world.rescore();
    expect(await scored()).toEqual(before);
    expect(await shadowed()).toHaveLength(2);
    expect(await compare(2)).toMatchObject({ accounts: 2, rankCorrelation: expect.closeTo(-1, 9) });
    await world.ingest([view('eastwind')]);
    await world.rescore();
    expect(await compare(2)).toMatchObject({ accounts: 3 });
  });

  test('that is promoted makes the scores it had as a shadow', async () => {
    await world.ingest([view('northwind', 'site.blog_view')]);
    await shadow(dearBlog(20));
    await world.rescore();
    const [as] = await shadowed();
    await world.within((tx) => models.promote(tx, 2, 'better', NOW));
    expect(await shadowed()).toEqual([]);
    await world.rescore();
    expect(await scored()).toEqual([{ domain: 'northwind.example', heat: as!.heat, version: 2 }]);
    expect(await world.within(stored.shadows)).toEqual([]);
  });

  test('ends, and its scores with it', async () => {
    await world.ingest([view('northwind')]);
    await shadow(dearBlog(20));
    await world.rescore();
    expect(await world.within((tx) => models.endShadow(tx, 2, NOW))).toMatchObject({ shadow: false });
    expect(await shadowed()).toEqual([]);
    await expect(compare(2)).rejects.toMatchObject({ code: 'NO_SHADOW' });
  });

  test('the active version can’t be one, nor can there be too many', async () => {
    await expect(world.within((tx) => models.shadow(tx, 1, NOW))).rejects.toMatchObject({ code: 'ACTIVE' });
    for (const value of [3, 4, 5]) await shadow(dearBlog(value));
    await expect(shadow(dearBlog(6))).rejects.toMatchObject({ code: 'TOO_MANY' });
  });
});

describe('an explanation', () => {
  const subjectOf = (asked: Partial<explain.Asked> = {}, now = NOW) =>
    world.within(async (tx) => {
      const id = (await accounts.idByDomain(tx, 'northwind.example'))!;
      return explain.subjectOf(
        tx,
        { accountId: id, asOf: null, rollUp: false, version: null, ...asked },
        now,
      );
    });
  const changeSince = async (since: Date, asked: Partial<explain.Asked> = {}) => {
    const subject = (await subjectOf(asked))!;
    return world.within((tx) => explain.changeSince(tx, subject, since, NOW));
  };
  const sum = (parts: readonly { points: number }[]) => parts.reduce((total, one) => total + one.points, 0);

  test('of a change starts from what was shown and adds up, through a late file, an undo and another model', async () => {
    const old = await world.ingest([view('northwind', 'content.download', days(-20))], { now: days(-20) });
    await world.ingest([view('northwind', 'site.pricing_view', days(-15))], { now: days(-15) });
    await world.rescore(days(-7));
    const [shown] = await world.query('SELECT raw, heat FROM account_score');
    await world.ingest([view('northwind', 'site.product_view', days(-12))], { now: days(-2) });
    await undo(world.db, world.workspace, old.batch, days(-1));
    await apply(dearBlog(9), days(-1));
    await world.ingest([view('northwind', 'site.blog_view')]);
    await world.rescore();
    const change = await changeSince(days(-7));
    expect(change.raw.from).toBe(shown!.raw);
    expect(change.heat.from).toBe(shown!.heat);
    const [now] = await world.query('SELECT raw FROM account_score');
    expect(change.raw.to).toBeCloseTo(now!.raw as number, 9);
    expect(change.parts.map((part) => part.cause)).toEqual([
      'RESTATED',
      'DECAYED',
      'RECEIVED_LATE',
      'NEW_ACTIVITY',
    ]);
    expect(sum(change.parts)).toBeCloseTo(change.raw.to - change.raw.from, 9);
  });

  test('of a day that nobody scored starts from what would have been shown', async () => {
    await world.ingest([view('northwind', 'content.download', days(-20))], { now: days(-20) });
    await world.rescore(days(-20));
    await world.rescore();
    const change = await changeSince(days(-7));
    expect(change.parts.map((part) => part.cause)).toEqual(['DECAYED']);
  });

  test('of the past knows the past only', async () => {
    await world.ingest([view('northwind', 'content.download', days(-20))], { now: days(-20) });
    await world.ingest([view('northwind')]);
    const change = await changeSince(days(-14), { asOf: days(-10) });
    expect(change.parts.map((part) => part.cause)).toEqual(['DECAYED']);
  });

  test('of a change since today is refused', async () => {
    await world.ingest([view('northwind')]);
    await expect(changeSince(NOW)).rejects.toMatchObject({ field: 'since' });
  });

  test('is by the version that was active then, or the one asked for', async () => {
    await world.within((tx) => stored.active(tx, days(-9)));
    await world.ingest([view('northwind', 'site.blog_view', days(-8))], { now: days(-8) });
    await apply(dearBlog(9), days(-3));
    const versions = [{ asOf: days(-5) }, { asOf: days(-1) }, {}, { version: 1 }].map(
      async (asked) => (await subjectOf(asked))!.modelVersion,
    );
    expect(await Promise.all(versions)).toEqual([1, 2, 2, 1]);
    await expect(subjectOf({ version: 7 })).rejects.toThrow('no version 7');
  });
});
