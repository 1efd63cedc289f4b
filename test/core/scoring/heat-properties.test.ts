import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultModel } from '../../../src/core/model.ts';
import type { Evidence } from '../../../src/core/scoring/evidence.ts';
import { measureHeat, scoreHeat, trend } from '../../../src/core/scoring/heat.ts';
import { asOf, daysAfter, daysBefore, positiveSignals, timelines } from './timeline.ts';

const TINY = 1e-9;
const heatOf = (evidence: readonly Evidence[], at = asOf) => scoreHeat(evidence, defaultModel, at);

test('heat is 0–100, trend −100…100, shares 0–1 and 1 together', () => {
  fc.assert(
    fc.property(timelines(), (evidence) => {
      const heat = heatOf(evidence);
      expect(heat.value).toBeGreaterThanOrEqual(0);
      expect(heat.value).toBeLessThanOrEqual(100);
      expect(Math.abs(trend(evidence, defaultModel, asOf))).toBeLessThanOrEqual(100);
      const shares = heat.contributions.map((one) => one.share);
      for (const share of shares) expect(share >= 0 && share <= 1).toBe(true);
      const total = shares.reduce((sum, share) => sum + share, 0);
      expect(total).toBeCloseTo(shares.some((share) => share > 0) ? 1 : 0, 9);
    }),
  );
});

test('contributions add up to raw', () => {
  fc.assert(
    fc.property(timelines(), (evidence) => {
      const heat = heatOf(evidence);
      const total = heat.contributions.reduce((sum, one) => sum + one.points, 0);
      expect(Math.abs(total - heat.raw)).toBeLessThan(TINY);
    }),
  );
});

test('every signal is in one contribution, or is a copy of one that is, or is worth nothing beside others', () => {
  fc.assert(
    fc.property(timelines(), (evidence) => {
      const heat = heatOf(evidence);
      const shown = heat.contributions.flatMap((one) => one.signalIds);
      expect(new Set(shown).size).toBe(shown.length);
      const originOf = new Map(evidence.map((one) => [one.id, one.origin]));
      const originsShown = new Set(shown.map((id) => originOf.get(id)));
      for (const one of evidence) {
        if (shown.includes(one.id) || (one.origin !== null && originsShown.has(one.origin))) continue;
        expect(heatOf(evidence.filter((other) => other !== one)).raw).toBe(heat.raw);
      }
    }),
  );
});

test('order changes no bit', () => {
  fc.assert(
    fc.property(
      timelines().chain((evidence) =>
        fc.tuple(
          fc.constant(evidence),
          fc.shuffledSubarray(evidence, { minLength: evidence.length, maxLength: evidence.length }),
        ),
      ),
      ([evidence, shuffled]) => {
        expect(heatOf(shuffled)).toStrictEqual(heatOf(evidence));
        expect(Object.is(trend(shuffled, defaultModel, asOf), trend(evidence, defaultModel, asOf))).toBe(
          true,
        );
      },
    ),
  );
});

test('the same signal again changes no bit', () => {
  fc.assert(
    fc.property(
      timelines().chain((evidence) => fc.tuple(fc.constant(evidence), fc.subarray(evidence))),
      ([evidence, again]) => {
        expect(heatOf([...again, ...evidence, ...again])).toStrictEqual(heatOf(evidence));
      },
    ),
  );
});

test('positive evidence of an origin of its own never lowers heat', () => {
  fc.assert(
    fc.property(timelines(), positiveSignals(), (evidence, more) => {
      fc.pre(evidence.every((one) => one.id !== more.id));
      expect(heatOf([...evidence, more]).raw).toBeGreaterThanOrEqual(heatOf(evidence).raw - TINY);
    }),
  );
});

test('nor does a copy by the same actor, of the same kind and day', () => {
  fc.assert(
    fc.property(
      timelines({ negative: false, origins: [] }).filter((evidence) => evidence.length > 0),
      fc.nat(),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (evidence, at, strength) => {
        const index = at % evidence.length;
        const original = { ...evidence[index]!, origin: 'own' };
        const rest = evidence.toSpliced(index, 1, original);
        const copy = { ...original, id: `${original.id}-copy`, strength };
        expect(heatOf([...rest, copy]).raw).toBeGreaterThanOrEqual(heatOf(rest).raw - TINY);
      },
    ),
  );
});

test('without negative evidence, time never raises heat', () => {
  fc.assert(
    fc.property(timelines({ negative: false }), fc.nat(400), fc.nat(400), (evidence, days, more) => {
      const sooner = heatOf(evidence, daysAfter(days)).raw;
      expect(heatOf(evidence, daysAfter(days + more)).raw).toBeLessThanOrEqual(sooner + TINY);
    }),
  );
});

test('with it, heat never passes what the positive evidence alone was worth before', () => {
  fc.assert(
    fc.property(timelines({ origins: [] }), fc.nat(400), fc.nat(400), (evidence, days, more) => {
      const positive = evidence.filter((one) => defaultModel.kinds[one.kind].value > 0);
      const most = heatOf(positive, daysAfter(days)).raw;
      expect(heatOf(evidence, daysAfter(days + more)).raw).toBeLessThanOrEqual(most + TINY);
    }),
  );
});

test('a past score is that of what was known then', () => {
  fc.assert(
    fc.property(timelines(), fc.nat(120), (evidence, days) => {
      const then = daysBefore(days);
      const known = evidence.filter((one) => one.receivedAt <= then && one.occurredAt <= then);
      expect(heatOf(evidence, then)).toStrictEqual(heatOf(known, then));
    }),
  );
});

test('measuring gives the heat that is explained', () => {
  fc.assert(
    fc.property(timelines(), (evidence) => {
      const { contributions, parts: _, byActor: __, ...heat } = heatOf(evidence);
      expect(measureHeat(evidence, defaultModel, asOf)).toStrictEqual(heat);
      expect(contributions.length).toBeLessThanOrEqual(evidence.length);
    }),
  );
});
