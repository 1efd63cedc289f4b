/** Everybody who is not a company on its way: rivals, students, passers-by, readers of the docs, talkers. */
import { busyness, DAY, days, officeMoment, workdayAfter } from './calendar.ts';
import { DOWNLOADS, MENTIONS, NETWORKS, PAGES, PROFILE } from './catalogue.ts';
import { dice } from './dice.ts';
import type { Draft, SourceId } from './ledger.ts';
import { privateAddress } from './people.ts';
import { idOf, type Scene, type Stage } from './scene.ts';
import { alive, progress } from './stories.ts';
import { downloaded, pageView, walk } from './visits.ts';

/** A competitor's people look at what we charge and how we compare. */
export function spy({ seed, from, until, ledger }: Stage, rival: string): void {
  const chance = dice(seed, `rival ${rival}`);
  const domain = `${rival.toLowerCase()}.example`;
  const anonymousId = idOf(chance);
  const wanted = PAGES.filter(({ kind }) => kind !== 'site.blog_view' && kind !== 'site.page_view');
  for (let month = from; month < until; month += 28 * DAY) {
    const start = officeMoment(workdayAfter(month + chance.int(0, 25) * DAY), 'US', chance);
    for (let number = 0; number < 2; number++) {
      const draft = pageView(chance.pick(wanted), start + number * 90_000, { anonymousId, domain }, chance);
      ledger.add('segment', [draft]);
    }
  }
  const time = officeMoment(workdayAfter(until - chance.int(60, 150) * DAY), 'US', chance);
  const hints = { email: `research@${domain}`, anonymousId, companyName: rival };
  ledger.add('hubspot', [downloaded(chance.pick(DOWNLOADS), time, hints)]);
}

/** The many who come once or twice and are never known. */
export function passBy({ seed, from, until, ledger }: Stage): void {
  const chance = dice(seed, 'passers-by');
  for (const day of days(from, until)) {
    for (let left = chance.count(15 * (busyness(day, 'US') + 0.1)); left > 0; left--) {
      const visitor = { anonymousId: idOf(chance), knownFrom: Infinity, groupedFrom: Infinity };
      walk(ledger, chance, visitor, null, officeMoment(day, 'US', chance), chance.int(1, 4), 0);
    }
  }
}

/** Students and private people: free addresses, and one thesis that needs every document we have. */
export function study({ seed, from, until, ledger }: Stage): void {
  const chance = dice(seed, 'private people');
  const names = [
    'Pia Sommer',
    'Luis Arenas',
    'Kim Ashby',
    'Noor Haddad',
    'Timo Lahti',
    'Bea Fontana',
    'Max Oduya',
    'Jo Lindell',
  ];
  for (const name of names) {
    const anonymousId = idOf(chance);
    const email = privateAddress(name);
    for (let left = chance.int(2, 5); left > 0; left--) {
      const time = officeMoment(
        from + chance.int(0, Math.floor((until - from) / DAY) - 1) * DAY,
        'GB',
        chance,
      );
      ledger.add(
        'hubspot',
        [downloaded(chance.pick(DOWNLOADS), time, { email, anonymousId })],
        [{ at: new Date(time), anonymousId, email, person: { name, title: 'Consultant' } }],
      );
    }
  }
  const student = { email: 'student.thesis@ostermark-university.example', anonymousId: idOf(chance) };
  for (const [index, asset] of DOWNLOADS.entries()) {
    const time = officeMoment(workdayAfter(until - (40 - index * 2) * DAY), 'GB', chance);
    const identity = { ...student, at: new Date(time), person: { name: 'Ada Brook', title: 'Student' } };
    ledger.add('hubspot', [downloaded(asset, time, student)], [identity]);
  }
}

/** The documentation's server log: ids that change daily; the network's owner, where one is known. */
export function readDocumentation({ seed, from, until, ledger }: Stage, scenes: readonly Scene[]): void {
  const chance = dice(seed, 'documentation');
  const pages = PAGES.filter(({ path }) => path.startsWith('/docs/'));
  const read = (time: number, companyName: string | null, country: string | null) => {
    const anonymousId = idOf(chance);
    for (let left = chance.int(1, 3); left > 0; left--) {
      const hints = { anonymousId, ...(companyName ? { companyName } : {}), ...(country ? { country } : {}) };
      ledger.add('access-log', [pageView(chance.pick(pages), time + left * 45_000, hints, chance)]);
    }
  };
  for (const day of days(from, until)) {
    const busy = busyness(day, 'GB') + 0.15;
    for (let left = chance.count(7 * busy); left > 0; left--) {
      read(officeMoment(day, 'GB', chance), chance.chance(0.5) ? chance.pick(NETWORKS) : null, null);
    }
    for (const { company, journey, plot } of scenes) {
      const { name, country } = company.account;
      const point = journey ? progress(journey, day) : -1;
      const keen = journey && point > 0.3 ? 0.06 * alive(journey, point) * journey.vigour : 0;
      const usual = plot === 'DORMANT' ? 0.0005 : plot === 'CUSTOMER' ? 0.03 : 0.003;
      if (chance.chance((usual + keen) * busyness(day, country)))
        read(officeMoment(day, country, chance), name, country);
    }
  }
}

const FORUMS = [
  'hacker-news',
  'reddit',
  'mastodon',
  'stack-exchange',
  'github',
] as const satisfies SourceId[];

/** Social talk: mostly by people nobody can place; some say where they work. */
export function talk({ seed, from, until, ledger }: Stage, scenes: readonly Scene[]): void {
  const chance = dice(seed, 'talk');
  const say = (day: number, hints: Draft['hints'], gladness: number, country: string) => {
    const { kind, text, sentiment } = chance.weighted(MENTIONS, (mention) =>
      Math.exp(gladness * mention.sentiment),
    );
    const forum = chance.pick(FORUMS);
    const title = text.replace('{rival}', chance.pick(PROFILE.competitors));
    const topics = ['data observability'];
    const url = `https://${forum}.example/posts/${chance.int(100_000, 999_999)}`;
    const time = officeMoment(day, country, chance);
    ledger.add(forum, [{ kind, time, strength: 1, hints, title, topics, sentiment, url }]);
  };
  for (const day of days(from, until)) {
    for (let left = chance.count(1.6 * (busyness(day, 'US') + 0.2)); left > 0; left--) {
      say(
        day,
        {
          author: `${chance.pick(['quiet', 'blue', 'null', 'late'])}_${chance.pick(['heron', 'join', 'lake', 'batch'])}${chance.int(1, 99)}`,
        },
        0,
        'US',
      );
    }
  }
  for (const { company, journey, plot, group } of scenes) {
    const { name, country } = company.account;
    for (const { person } of group) {
      // Somebody on the way to a purchase asks around; anybody else hardly ever does.
      const active = journey !== null && plot !== 'SLOW';
      if (!chance.chance(active ? 0.12 : 0.015)) continue;
      const day = active
        ? journey.start + journey.length * chance.between(0.3, Math.min(1, journey.limit))
        : from + chance.next() * (until - from);
      const author = `${person.name}, ${person.title} at ${name}`;
      const hints = chance.chance(0.5) ? { author, email: person.email } : { author, companyName: name };
      say(workdayAfter(day), hints, active ? 1.2 : 0, country);
    }
  }
}
