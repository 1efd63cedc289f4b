/** What the people of a company do where we can see it. */
import type { Identity } from '../src/core/signal.ts';
import {
  busyness,
  DAY,
  dayOf,
  days,
  HOUR,
  MINUTE,
  nextWeekday,
  officeMoment,
  workdayAfter,
} from './calendar.ts';
import { DOWNLOADS, NEWSLETTERS, PAGES, type Page, SITE, TRADE_SHOWS, WEBINARS } from './catalogue.ts';
import { endingOf } from './deals.ts';
import type { Draft } from './ledger.ts';
import { readReviews } from './research.ts';
import { idOf, type Scene, type Stage, type Visitor } from './scene.ts';
import { alive, type Journey, type Plot, progress } from './stories.ts';
import { downloaded, pageView, walk } from './visits.ts';

/** Everything the people of a company do by themselves: on our site, at our events, on review sites. */
export function playCompany(stage: Stage, scene: Scene): void {
  for (const visitor of scene.group) {
    if (visitor.groupedFrom < stage.until) tellGroup(stage, scene, visitor);
    introduce(stage, scene, visitor);
    visit(stage, scene, visitor);
    attend(stage, scene, visitor);
    respond(stage, scene, visitor);
  }
  if (scene.plot === 'CRAWLER') crawl(stage, scene);
  if (scene.plot === 'LONE_READER') collect(stage, scene);
  readReviews(stage, scene);
}

/** The site tells us the company of a browser, though not whose it is. */
function tellGroup({ from, ledger }: Stage, scene: Scene, visitor: Visitor): void {
  const { domain, name, industry, employees, country } = scene.company.account;
  const first = scene.journey ? scene.journey.start + scene.journey.length * visitor.joins : from;
  visitor.groupedFrom = Math.floor(Math.max(from, first));
  const account = { groupId: domain, domain, name, industry, employees, country };
  ledger.add(
    'segment',
    [],
    [{ at: new Date(visitor.groupedFrom), anonymousId: visitor.anonymousId, account }],
  );
}

const SESSIONS_A_DAY: Record<Plot, number> = {
  DORMANT: 0.002,
  BACKGROUND: 0.009,
  SLOW: 0.012,
  IN_MARKET: 0.008,
  BUYER: 0.008,
  STALLED: 0.008,
  CUSTOMER: 0.03,
  LONE_READER: 0.4,
  CRAWLER: 0.002,
};

function visit({ from, until, ledger }: Stage, scene: Scene, visitor: Visitor): void {
  const { journey, chance, plot } = scene;
  const { country, employees } = scene.company.account;
  const size = 0.7 + 0.25 * Math.log10(employees / 40);
  for (const day of days(from, until)) {
    const point = journey ? progress(journey, day) : -1;
    const taking = journey && point >= visitor.joins ? alive(journey, point) * journey.vigour : 0;
    const mean = SESSIONS_A_DAY[plot] * size + taking * (0.07 + 0.14 * Math.min(1, point));
    for (let left = chance.count(mean * busyness(day, country)); left > 0; left--) {
      const start = officeMoment(day, country, chance);
      const pages = taking > 0 ? chance.int(1, 5) : chance.int(1, plot === 'LONE_READER' ? 6 : 2);
      walk(
        ledger,
        chance,
        visitor,
        scene.company,
        start,
        pages,
        taking > 0 ? point : plot === 'CUSTOMER' ? 0.3 : 0,
      );
    }
  }
}

/** How a visitor gets a name, now and for their past: by a form, or by a link in a letter to them. */
function introduce(stage: Stage, scene: Scene, visitor: Visitor): void {
  const { chance, journey, company } = scene;
  const { ledger, until } = stage;
  if (!journey || visitor.knownFrom > until || progress(journey, visitor.knownFrom) > journey.limit) {
    visitor.knownFrom = Number.POSITIVE_INFINITY;
    return;
  }
  const { person, anonymousId } = visitor;
  const { name, country, domain } = company.account;
  const time = officeMoment(workdayAfter(visitor.knownFrom), country, chance);
  visitor.knownFrom = time;
  const identity: Identity = {
    at: new Date(time),
    anonymousId,
    userId: person.userId,
    email: person.email,
    person: { name: person.name, title: person.title },
    account: { domain, name },
  };
  const asset = chance.weighted(DOWNLOADS, ({ topic }) => (journey.topics.includes(topic) ? 3 : 1));
  if (visitor.inCrm && chance.chance(0.8)) {
    const hints = { email: person.email };
    const title = `Letter from ${company.account.owner}: ${asset.title}`;
    const click: Draft = { kind: 'email.click', time, strength: 1, hints, title, topics: [asset.topic] };
    ledger.add('hubspot', [click], [identity]);
  } else {
    const hints = { email: person.email, anonymousId, companyName: name, country };
    const title = `Form: ${asset.title}`;
    const form: Draft = { kind: 'content.form', time, strength: 1, hints, title, topics: [asset.topic] };
    ledger.add('hubspot', [form, downloaded(asset, time + 40_000, hints)], [identity]);
  }
  goFurther(stage, scene, journey, visitor);
}

/** What some people do once they are known: read more, assess themselves, ask for a demo, start a trial. */
function goFurther({ ledger }: Stage, scene: Scene, journey: Journey, visitor: Visitor): void {
  const { chance, company } = scene;
  const { person, anonymousId, knownFrom } = visitor;
  const { name, country } = company.account;
  const hints = { email: person.email, anonymousId };
  const later = (earliest: number, latest: number) => {
    const wanted = journey.start + journey.length * chance.between(earliest, latest);
    return officeMoment(workdayAfter(Math.max(knownFrom + DAY, wanted)), country, chance);
  };
  if (chance.chance(0.2)) ledger.add('hubspot', [downloaded(chance.pick(DOWNLOADS), later(0.5, 1), hints)]);
  if (journey.limit < 1) return;
  const keen = journey.vigour;
  if (chance.chance(0.12)) {
    const title = 'How healthy is your data? Self-assessment';
    const topics = ['data quality monitoring'];
    const time = later(0.6, 0.95);
    ledger.add('hubspot', [{ kind: 'content.assessment', time, strength: 1, hints, title, topics }]);
  }
  if (chance.chance(0.11 * keen)) {
    const asked = { ...hints, companyName: name };
    const topics = ['data observability'];
    const time = later(0.86, 1);
    const title = 'Demo requested';
    const url = `${SITE}/demo`;
    ledger.add('hubspot', [
      { kind: 'content.demo_request', time, strength: 1, hints: asked, title, topics, url },
    ]);
  }
  if (chance.chance(0.07 * keen)) {
    const time = later(0.8, 1);
    const user = { ...hints, userId: person.userId };
    const did = (kind: 'product.trial' | 'product.activation', time: number, title: string) =>
      ledger.add('segment', [{ kind, time, strength: 1, hints: user, title }]);
    did('product.trial', time, 'Trial started');
    if (chance.chance(0.5)) did('product.activation', time + 2 * DAY, 'First monitor created');
  }
}

/** Webinars and trade shows. */
function attend({ until, ledger }: Stage, scene: Scene, visitor: Visitor): void {
  const { chance, journey, plot, company } = scene;
  const eager = (time: number) =>
    journey && progress(journey, time) >= visitor.joins ? 0.06 * alive(journey, progress(journey, time)) : 0;
  const usual = plot === 'DORMANT' ? 0 : plot === 'LONE_READER' ? 0.4 : 0.015;
  const { person } = visitor;
  for (const webinar of WEBINARS) {
    const time = workdayAfter(until - webinar.daysAgo * DAY) + 15 * HOUR;
    if (!chance.chance(usual + eager(time))) continue;
    const came = chance.chance(0.7);
    ledger.add('on24', [
      {
        kind: 'event.webinar',
        time,
        strength: came ? 1 : 0.5,
        hints: { email: person.email, companyName: company.account.name },
        title: webinar.title,
        topics: [webinar.topic],
        attributes: { attended: came, minutes: came ? chance.int(15, 50) : 0 },
      },
    ]);
  }
  for (const show of TRADE_SHOWS) {
    const time = workdayAfter(until - show.daysAgo * DAY) + chance.int(9 * 60, 16 * 60) * MINUTE;
    if (!chance.chance(usual + eager(time) * 0.6)) continue;
    // Badge scans: some give a company and no address.
    const hints = chance.chance(0.7)
      ? { email: person.email }
      : { companyName: company.account.name, country: company.account.country };
    ledger.add('salesforce', [
      { kind: 'event.trade_show', time, strength: 1, hints, title: show.title, topics: [show.topic] },
    ]);
  }
}

/** Answers to sales' own campaigns. */
function respond({ from, until, ledger }: Stage, scene: Scene, visitor: Visitor): void {
  const { chance, journey, company } = scene;
  if (!visitor.inCrm) return;
  for (let month = from + 10 * DAY; month < until; month += 30 * DAY) {
    const point = journey ? progress(journey, month) : -1;
    const eager = journey && point > visitor.joins ? 0.1 * alive(journey, point) : 0;
    if (!chance.chance(0.004 + eager)) continue;
    ledger.add('salesforce', [
      {
        kind: 'crm.campaign_response',
        time: officeMoment(workdayAfter(month + chance.int(0, 20) * DAY), company.account.country, chance),
        strength: 1,
        hints: { email: visitor.person.email, crmId: company.account.crmId },
        title: 'Replied to an outreach sequence',
      },
    ]);
  }
}

/** One junior downloads whatever there is; heat without a purchase. */
function collect({ until, ledger }: Stage, scene: Scene): void {
  const { chance, company } = scene;
  for (const { person, anonymousId } of scene.group) {
    for (const asset of chance.some(DOWNLOADS, chance.int(3, 5))) {
      const time = officeMoment(
        workdayAfter(until - chance.int(3, 120) * DAY),
        company.account.country,
        chance,
      );
      const identity = { at: new Date(time), anonymousId, userId: person.userId, email: person.email };
      ledger.add(
        'hubspot',
        [downloaded(asset, time, { email: person.email, anonymousId })],
        [{ ...identity, person: { name: person.name, title: person.title } }],
      );
    }
  }
}

const CRAWLED: ReadonlySet<Page['kind']> = new Set([
  'site.page_view',
  'site.blog_view',
  'site.product_view',
] as const);

/** Pages fetched at an even pace through the night, by something that isn't a person. */
function crawl({ until, ledger }: Stage, scene: Scene): void {
  const { chance, company } = scene;
  const anonymousId = idOf(chance);
  for (let daysAgo = 120; daysAgo > 0; daysAgo -= chance.int(9, 16)) {
    const start = dayOf(until - daysAgo * DAY) + 2 * HOUR;
    for (const [index, page] of PAGES.entries()) {
      if (!CRAWLED.has(page.kind)) continue;
      const hints = { anonymousId, domain: company.account.domain };
      ledger.add('segment', [pageView(page, start + index * 30_000, hints, chance)]);
    }
  }
}

/** Every second Thursday: delivered, perhaps opened (some by machines), sometimes clicked. */
export function readNewsletters({ from, until, ledger }: Stage, scene: Scene): void {
  const { chance, plot, journey, company } = scene;
  const keen = plot === 'DORMANT' ? 0.3 : 1;
  for (const visitor of scene.group) {
    if (!visitor.subscriber) continue;
    const hints = { email: visitor.person.email };
    let number = 0;
    for (let issue = nextWeekday(from, 4); issue < until; issue += 14 * DAY) {
      const { title, topic } = NEWSLETTERS[number++ % NEWSLETTERS.length]!;
      const sent = issue + 9 * HOUR + chance.int(0, 600) * 1000;
      const letter = { hints, title, topics: [topic] };
      if (chance.chance(0.004)) {
        ledger.add('hubspot', [{ kind: 'email.bounce', time: sent, strength: 1, ...letter }]);
        break;
      }
      ledger.add('hubspot', [{ kind: 'email.delivered', time: sent, strength: 1, ...letter }]);
      if (chance.chance(0.12)) {
        // Opened by the mail scanner within seconds: worth nothing.
        const attributes = { machine: true };
        ledger.add('hubspot', [
          { kind: 'email.open', time: sent + 4_000, strength: 0, ...letter, attributes },
        ]);
      }
      const point = journey ? progress(journey, issue) : -1;
      const interest = keen * (0.18 + (journey ? 0.3 * alive(journey, point) : 0));
      if (!chance.chance(interest)) continue;
      const read = officeMoment(workdayAfter(issue + DAY), company.account.country, chance);
      ledger.add('hubspot', [{ kind: 'email.open', time: read, strength: 1, ...letter }]);
      if (chance.chance(interest * 0.5)) {
        ledger.add('hubspot', [{ kind: 'email.click', time: read + 30_000, strength: 1, ...letter }]);
      } else if (chance.chance(0.03)) {
        ledger.add('hubspot', [{ kind: 'email.unsubscribe', time: read + 50_000, strength: 1, ...letter }]);
        break;
      }
    }
  }
}

/** Customers, old and new, use what they bought. */
export function useProduct(stage: Stage, scene: Scene): void {
  const { chance, plot, group, company } = scene;
  const { from, until, ledger } = stage;
  const ending = endingOf(stage, scene);
  const since = plot === 'CUSTOMER' ? from : ending?.type === 'WON' ? ending.at : null;
  const user = group[0];
  if (since === null || !user) return;
  const hints = { email: user.person.email, userId: user.person.userId };
  if (plot === 'BUYER') {
    ledger.add('segment', [
      {
        kind: 'product.activation',
        time: since + 5 * DAY,
        strength: 1,
        hints,
        title: 'First monitor created',
      },
    ]);
  }
  for (let week = since + 7 * DAY; week < until; week += 7 * DAY) {
    const time = officeMoment(workdayAfter(week + chance.int(0, 3) * DAY), company.account.country, chance);
    ledger.add('segment', [{ kind: 'product.usage', time, strength: 1, hints, title: 'Reviewed incidents' }]);
  }
}
