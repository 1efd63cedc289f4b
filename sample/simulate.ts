/**
 * The bundled sample workspace: half a year at a fictional vendor of data observability, told by the signals
 * its market leaves behind. Pure: the same options give the same workspace, on every machine.
 *
 * Most accounts are quiet. About one in ten is on its way to a purchase: the topics rise in the feeds first,
 * then unknown visitors come, then people with names download and attend, and late in the journey several of
 * them look at prices, comparisons and reviews. Others did so months ago and have cooled. Mixed in is what
 * makes the work hard: lone readers, crawlers, competitors, networks of providers, private addresses, rows that
 * arrive late or twice through a reseller, and companies on nobody's list.
 */
import { Invalid } from '../src/core/errors.ts';
import type { WorkspaceProfile } from '../src/core/signal.ts';
import { playCompany, readNewsletters, useProduct } from './activity.ts';
import { passBy, readDocumentation, spy, study, talk } from './bystanders.ts';
import { DAY, dayOf } from './calendar.ts';
import { CLUSTERS, PROFILE, TOPIC_ALIASES, TOPIC_RULES } from './catalogue.ts';
import { found, type SampleAccount } from './companies.ts';
import { closeDeals, meetSales, type SampleOutcome } from './deals.ts';
import { dice } from './dice.ts';
import { openLedger, type SampleBatch } from './ledger.ts';
import type { SamplePerson } from './people.ts';
import { researchElsewhere } from './research.ts';
import { type Stage, setScene } from './scene.ts';
import { cast } from './stories.ts';

export type { SampleAccount } from './companies.ts';
export type { SampleOutcome } from './deals.ts';
export type { SampleBatch } from './ledger.ts';
export type { SamplePerson } from './people.ts';

export interface SampleWorkspace {
  profile: Partial<WorkspaceProfile>;
  /** Topic names by cluster. */
  clusters: Record<string, readonly string[]>;
  /** Clusters, other names and rules, as an import declares them. */
  topics: {
    topic: string;
    cluster?: string;
    aliases?: string[];
    urlPattern?: string;
    titlePattern?: string;
  }[];
  accounts: SampleAccount[];
  /** Whom the CRM knows; others appear by filling in a form. */
  people: SamplePerson[];
  /** One batch per source, in order of arrival. */
  batches: SampleBatch[];
  /** In time order; purchases before the sample begins are among them. */
  outcomes: SampleOutcome[];
}

/**
 * A whole sample workspace. `until` is its present: nothing happens or arrives later. `days` is its length (182),
 * `accounts` how many are on the lists (300, at most 400). Throws `Invalid` for sizes out of range.
 */
export function simulate(options: {
  seed: number;
  until: Date;
  days?: number;
  accounts?: number;
}): SampleWorkspace {
  const { seed, days: span = 182, accounts: size = 300 } = options;
  if (!(size >= 1 && size <= 400)) throw new Invalid('accounts must be 1–400', 'Ask for fewer accounts.');
  if (!(span >= 1 && span <= 730)) throw new Invalid('days must be 1–730', 'Ask for another number of days.');
  const until = options.until.getTime();
  const from = dayOf(until - span * DAY);
  const stage: Stage = { from, until, seed, ledger: openLedger(from, until, dice(seed, 'arrivals')) };

  const companies = found(seed, size + Math.ceil(size / 18));
  const listed = companies.slice(0, size);
  const plots = cast(dice(seed, 'cast'), listed);
  const scenes = listed.map((company, index) =>
    setScene(stage, company, plots[index]!, `a${index + 1}`, true),
  );
  const newcomers = companies.slice(size).map((company, index) => {
    const plot = index % 6 === 0 ? 'IN_MARKET' : index % 3 === 0 ? 'SLOW' : 'BACKGROUND';
    return setScene(stage, company, plot, `n${index + 1}`, false);
  });

  for (const scene of scenes) {
    researchElsewhere(stage, scene);
    playCompany(stage, scene);
    meetSales(stage, scene);
    readNewsletters(stage, scene);
    useProduct(stage, scene);
  }
  for (const scene of newcomers) playCompany(stage, scene);
  for (const rival of PROFILE.competitors) spy(stage, rival);
  passBy(stage);
  study(stage);
  readDocumentation(stage, scenes);
  talk(stage, [...scenes, ...newcomers]);

  return {
    profile: PROFILE,
    clusters: CLUSTERS,
    topics: [
      ...Object.entries(CLUSTERS).flatMap(([cluster, topics]) =>
        topics.map((topic) => ({ topic, cluster, aliases: [...(TOPIC_ALIASES[topic] ?? [])] })),
      ),
      ...TOPIC_RULES,
    ],
    accounts: listed.map(({ account }) => account),
    people: scenes.flatMap(({ group }) => group.filter(({ inCrm }) => inCrm).map(({ person }) => person)),
    outcomes: scenes
      .flatMap((scene) => closeDeals(stage, scene))
      .filter(({ at }) => at.getTime() <= until)
      .sort((a, b) => a.at.getTime() - b.at.getTime() || (a.externalId < b.externalId ? -1 : 1)),
    batches: stage.ledger.batches(),
  };
}
