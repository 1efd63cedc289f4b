/** Collects what the sources saw, and hands it out as they would have delivered it. */
import type { Identity, Normalised, Signal } from '../src/core/signal.ts';
import { DAY, HOUR, MINUTE, nextWeekday } from './calendar.ts';
import type { Dice } from './dice.ts';

/** One source's part of the sample, in the order of arrival. */
export interface SampleBatch {
  source: string;
  label: string;
  observations: Normalised[];
}

/** A signal before it has arrived: without an id it gets the next number of its source. */
export type Draft = Omit<Signal, 'externalId' | 'receivedAt' | 'occurredAt'> & {
  externalId?: string;
  /** Milliseconds since 1970. */
  time: number;
};

interface Source {
  label: string;
  /** When something that happened at `time` reaches us. */
  arrival(time: number, chance: Dice): number;
}

const streamed = (label: string, low: number, high: number): Source => ({
  label,
  arrival: (time, chance) => time + Math.floor(chance.between(low, high)),
});
const nightly = (label: string, hour: number): Source => ({
  label,
  arrival: (time) => Math.floor(time / DAY) * DAY + DAY + hour * HOUR,
});
/** A feed of dated weeks that comes on the Tuesday after; now and then a row comes a week or two late. */
const weekly = (label: string): Source => ({
  label,
  arrival: (time, chance) =>
    nextWeekday(time, 2) + 5 * HOUR + (chance.chance(0.03) ? 7 * DAY * chance.int(1, 2) : 0),
});

const SOURCES = {
  bombora: weekly('Bombora weekly topics'),
  '6sense': weekly('6sense segments, topics resold'),
  g2: nightly('G2 buyer intent', 6),
  trustradius: nightly('TrustRadius intent', 7),
  // Most hits come at once; a laptop that was offline sends its own a day later.
  segment: {
    label: 'Website and product events',
    arrival: (time, chance) =>
      time + (chance.chance(0.02) ? chance.int(2, 30) * HOUR : chance.int(200, 20_000)),
  },
  'access-log': nightly('Documentation access log', 3),
  hubspot: streamed('Forms, downloads and newsletters', 5_000, 10 * MINUTE),
  on24: streamed('Webinars', HOUR, 3 * HOUR),
  salesforce: nightly('CRM activities', 2),
  'hacker-news': streamed('Hacker News', 5 * MINUTE, 30 * MINUTE),
  reddit: streamed('Reddit', 5 * MINUTE, 45 * MINUTE),
  mastodon: streamed('Mastodon', 2 * MINUTE, 20 * MINUTE),
  'stack-exchange': streamed('Stack Overflow', HOUR, 6 * HOUR),
  github: streamed('GitHub stars and issues', MINUTE, 10 * MINUTE),
} satisfies Record<string, Source>;
export type SourceId = keyof typeof SOURCES;

/**
 * Writes down one observation: the drafts arrive together, when the last of them has. Nothing that happens
 * before the sample begins or arrives after it ends is kept.
 */
export interface Ledger {
  add(source: SourceId, drafts: readonly Draft[], identities?: readonly Identity[]): void;
  batches(): SampleBatch[];
}

/** An empty ledger for the time between two moments, in milliseconds since 1970. */
export function openLedger(from: number, until: number, chance: Dice): Ledger {
  const entries = new Map<
    SourceId,
    { arrival: number; drafts: readonly Draft[]; identities: readonly Identity[] }[]
  >();
  return {
    add(source, drafts, identities = []) {
      const times = [...drafts.map(({ time }) => time), ...identities.map(({ at }) => at.getTime())];
      const arrival = SOURCES[source].arrival(Math.max(...times), chance);
      if (Math.min(...times) < from || arrival > until) return;
      const list = entries.get(source);
      if (list) list.push({ arrival, drafts, identities });
      else entries.set(source, [{ arrival, drafts, identities }]);
    },
    batches: () =>
      (Object.keys(SOURCES) as SourceId[])
        .filter((source) => entries.has(source))
        .map((source) => {
          let number = 0;
          const observations = entries
            .get(source)!
            .sort((a, b) => a.arrival - b.arrival)
            .map(({ arrival, drafts, identities }): Normalised => {
              const signals = drafts.map(({ time, ...draft }): Signal => {
                number++;
                return {
                  ...draft,
                  externalId: draft.externalId ?? `${source}-${String(number).padStart(6, '0')}`,
                  occurredAt: new Date(time),
                  receivedAt: new Date(arrival),
                };
              });
              return identities.length > 0 ? { signals, identities: [...identities] } : { signals };
            });
          return { source, label: `Sample: ${SOURCES[source].label}`, observations };
        }),
  };
}
