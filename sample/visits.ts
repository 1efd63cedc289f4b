/** Visits to our site and what is fetched there. */
import { type DOWNLOADS, PAGES, type Page, SITE } from './catalogue.ts';
import type { Company } from './companies.ts';
import type { Dice } from './dice.ts';
import type { Draft, Ledger } from './ledger.ts';
import type { SamplePerson } from './people.ts';
import type { Visitor } from './scene.ts';

/** One visit: `count` pages from `start` on, later in the journey nearer to the purchase. */
export function walk(
  ledger: Ledger,
  chance: Dice,
  visitor: Pick<Visitor, 'anonymousId' | 'knownFrom' | 'groupedFrom'> & { person?: SamplePerson },
  company: Company | null,
  start: number,
  count: number,
  point: number,
): void {
  let time = start;
  for (let left = count; left > 0; left--) {
    const page = pickPage(chance, point);
    const hints = {
      anonymousId: visitor.anonymousId,
      ...(company && time >= visitor.groupedFrom ? { domain: company.account.domain } : {}),
      ...(visitor.person && time >= visitor.knownFrom ? { userId: visitor.person.userId } : {}),
    };
    ledger.add('segment', [pageView(page, time, hints, chance)]);
    time += chance.int(20, 240) * 1000;
  }
}

function pickPage(chance: Dice, point: number): Page {
  const late = Math.max(0, point - 0.55);
  const weights: Partial<Record<Page['kind'], number>> = {
    'site.blog_view': 1.2 - Math.min(1, point),
    'site.page_view': 0.7,
    'site.product_view': 0.2 + 0.5 * Math.min(1, point),
    'content.view': 0.25,
    'site.pricing_view': 0.015 + 1.2 * late,
    'site.compare_view': 0.01 + 0.9 * late,
    'site.demo_view': 0.001 + 0.35 * late,
  };
  return chance.weighted(PAGES, ({ kind }) => weights[kind] ?? 0);
}

const REFERRERS = ['https://www.google.com/', 'https://duckduckgo.com/', 'https://news.ycombinator.com/', ''];

export function pageView(page: Page, time: number, hints: Draft['hints'], chance: Dice): Draft {
  const referrer = chance.pick(REFERRERS);
  return {
    kind: page.kind,
    time,
    strength: 1,
    hints,
    url: SITE + page.path,
    title: page.title,
    ...(page.topics.length > 0 ? { topics: [...page.topics] } : {}),
    ...(referrer ? { attributes: { referrer } } : {}),
  };
}

export const downloaded = (
  asset: (typeof DOWNLOADS)[number],
  time: number,
  hints: Draft['hints'],
): Draft => ({
  kind: 'content.download',
  time,
  strength: asset.strength,
  hints,
  title: asset.title,
  topics: [asset.topic],
});
