/** One company, its people and what is in store for them: what every part of the story is told with. */
import type { Company } from './companies.ts';
import { type Dice, dice } from './dice.ts';
import type { Ledger } from './ledger.ts';
import { hire, type SamplePerson } from './people.ts';
import { type Journey, journeyOf, type Plot, topicsOf } from './stories.ts';

/** What happens at one company, everything needed to tell it. */
export interface Scene {
  company: Company;
  plot: Plot;
  journey: Journey | null;
  group: Visitor[];
  topics: readonly string[];
  chance: Dice;
}

/** A person with a browser, known by name only once they say who they are. */
export interface Visitor {
  person: SamplePerson;
  anonymousId: string;
  /** From which point of the journey on they take part. */
  joins: number;
  /** Whether the CRM knew them before. */
  inCrm: boolean;
  subscriber: boolean;
  /** When they first said who they are; infinite: not yet. Milliseconds since 1970. */
  knownFrom: number;
  /** When their browser was told to belong to the company (a Segment `group` call); infinite: never. */
  groupedFrom: number;
}

export interface Stage {
  from: number;
  until: number;
  seed: number;
  ledger: Ledger;
}

const GROUP_SIZE: Record<Plot, readonly [low: number, high: number]> = {
  DORMANT: [0, 2],
  BACKGROUND: [1, 3],
  SLOW: [2, 4],
  IN_MARKET: [3, 7],
  BUYER: [3, 6],
  STALLED: [2, 4],
  CUSTOMER: [2, 4],
  LONE_READER: [1, 1],
  CRAWLER: [0, 1],
};

export function setScene(stage: Stage, company: Company, plot: Plot, tag: string, listed: boolean): Scene {
  const chance = dice(stage.seed, `scene ${tag}`);
  const journey = journeyOf(plot, chance, stage.until);
  const [low, high] = GROUP_SIZE[plot];
  // Small companies decide with fewer heads.
  const most = company.account.employees < 150 ? Math.min(high, low + 2) : high;
  const people = hire(chance, company, chance.int(low, most), tag);
  const group = people.map((person, index): Visitor => {
    const joins = 0.15 + (0.6 * index) / Math.max(1, people.length) + chance.between(0, 0.1);
    const inCrm = listed && chance.chance(0.65);
    return {
      person: plot === 'LONE_READER' ? { ...person, title: 'Junior Data Analyst' } : person,
      anonymousId: idOf(chance),
      joins,
      inCrm,
      subscriber: inCrm && chance.chance(0.6),
      knownFrom:
        journey && chance.chance(plot === 'BUYER' ? 0.4 : 0.5)
          ? journey.start + journey.length * Math.max(joins + 0.05, chance.between(0.4, 0.95))
          : Number.POSITIVE_INFINITY,
      groupedFrom: chance.chance(0.5) ? stage.from : Number.POSITIVE_INFINITY,
    };
  });
  return { company, plot, journey, group, topics: journey?.topics ?? topicsOf(chance), chance };
}

/** Looks like the random ids browsers are given. */
export function idOf(chance: Dice): string {
  const hex = (digits: number) =>
    Math.floor(chance.next() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(8)}${hex(4)}`;
}
