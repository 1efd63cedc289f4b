import fc from 'fast-check';
import { defaultModel } from '../../../src/core/model.ts';
import type { Evidence } from '../../../src/core/scoring/evidence.ts';
import { SIGNAL_KINDS, type SignalKind } from '../../../src/core/signal.ts';

export const asOf = new Date('2026-06-30T12:00:00Z');
const DAY = 86_400_000;

/** So many days before `asOf`, at the same time of day. */
export const daysBefore = (days: number): Date => new Date(asOf.getTime() - days * DAY);
export const daysAfter = (days: number): Date => daysBefore(-days);

let made = 0;

/** A full-strength signal of today by a known person, surely placed, from our own site; received at once. */
export function signal(kind: SignalKind, rest: Partial<Evidence> & { age?: number } = {}): Evidence {
  const { age = 0, ...given } = rest;
  const occurredAt = given.occurredAt ?? daysBefore(age);
  made++;
  return {
    id: `s${String(made).padStart(6, '0')}`,
    source: 'segment',
    kind,
    occurredAt,
    receivedAt: occurredAt,
    actor: 'person:ada',
    strength: 1,
    confidence: 1,
    sentiment: null,
    origin: null,
    topics: [],
    ...given,
  };
}

export const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

const POSITIVE = SIGNAL_KINDS.filter((kind) => defaultModel.kinds[kind].value > 0);
const unit = fc.double({ min: 0, max: 1, noNaN: true });

/** One signal of up to 120 days ago, from a small world, so that actors, days, kinds and origins meet. */
function arbitrarySignal(kinds: readonly SignalKind[], origins: readonly string[]): fc.Arbitrary<Evidence> {
  return fc
    .record({
      id: fc.stringMatching(/^[0-9a-f]{6}$/),
      source: fc.constantFrom('segment', 'bombora', 'g2', 'forum'),
      kind: fc.constantFrom(...kinds),
      minutesAgo: fc.oneof(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 0, max: 120 * 1440 })),
      delay: fc.integer({ min: 0, max: 20_000 }),
      actor: fc.constantFrom('person:ada', 'person:ben', 'visitor:v1', 'source:bombora'),
      strength: fc.oneof(fc.constant(1), unit),
      confidence: fc.oneof(fc.constant(1), unit),
      sentiment: fc.option(fc.double({ min: -1, max: 1, noNaN: true })),
      origin: origins.length === 0 ? fc.constant(null) : fc.option(fc.constantFrom(...origins)),
      topics: fc.constantFrom([], ['crm'], ['crm', 'security']),
    })
    .map(({ minutesAgo, delay, ...rest }) => {
      const at = asOf.getTime() - minutesAgo * 60_000;
      return {
        ...rest,
        occurredAt: new Date(at),
        receivedAt: new Date(Math.min(asOf.getTime(), at + delay * 60_000)),
      };
    });
}

/** A timeline with distinct ids, all of it known at `asOf`. */
export function timelines({ negative = true, origins = ['o1', 'o2', 'o3'] } = {}): fc.Arbitrary<Evidence[]> {
  return fc.uniqueArray(arbitrarySignal(negative ? SIGNAL_KINDS : POSITIVE, origins), {
    selector: (one) => one.id,
    maxLength: 60,
  });
}

export const positiveSignals = (): fc.Arbitrary<Evidence> => arbitrarySignal(POSITIVE, []);
