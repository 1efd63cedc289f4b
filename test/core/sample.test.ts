import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PAGES } from '../../sample/catalogue.ts';
import { dice } from '../../sample/dice.ts';
import { type SampleWorkspace, simulate } from '../../sample/simulate.ts';
import {
  FAMILIES,
  familyOf,
  pageKind,
  SIGNAL_KINDS,
  type Signal,
  workspaceProfileSchema,
} from '../../src/core/signal.ts';

const DAY = 86_400_000;
const UNTIL = new Date('2026-03-18T16:30:00Z');
const sample = simulate({ seed: 1, until: UNTIL });
const small = (seed: number, until = UNTIL) => simulate({ seed, until, days: 60, accounts: 40 });

const signalsOf = (workspace: SampleWorkspace): (Signal & { source: string })[] =>
  workspace.batches.flatMap(({ source, observations }) =>
    observations.flatMap(({ signals }) => signals.map((signal) => ({ ...signal, source }))),
  );
const identitiesOf = (workspace: SampleWorkspace) =>
  workspace.batches.flatMap(({ observations }) => observations.flatMap(({ identities }) => identities ?? []));

describe('the sample is the same for the same seed', () => {
  test('twice the same options, twice the same workspace', () => {
    expect(small(7)).toEqual(small(7));
  });

  test('another seed, another workspace', () => {
    expect(small(7).accounts).not.toEqual(small(8).accounts);
    expect(signalsOf(small(7))).not.toEqual(signalsOf(small(8)));
  });

  test('a later end keeps the accounts', () => {
    const later = new Date(UNTIL.getTime() + 40 * DAY);
    expect(small(7, later).accounts).toEqual(small(7).accounts);
  });

  test.each([{ accounts: 0 }, { accounts: 401 }, { days: 0 }, { days: 731 }, { accounts: Number.NaN }])(
    '%o is refused',
    (options) => {
      expect(() => simulate({ seed: 1, until: UNTIL, ...options })).toThrow(/must be/);
    },
  );
});

describe('signals', () => {
  const signals = signalsOf(sample);

  test('there are enough for a story and few enough for a first start', () => {
    expect(signals.length).toBeGreaterThan(20_000);
    expect(signals.length).toBeLessThan(30_000);
  });

  test('every family and every kind occurs, and no other', () => {
    const kinds = new Set(signals.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([...SIGNAL_KINDS].sort());
    expect(new Set([...kinds].map(familyOf))).toEqual(new Set(FAMILIES));
  });

  test.each([1, 2, 3, 4, 5])('seed %i: every signal is valid', (seed) => {
    const workspace = seed === 1 ? sample : small(seed);
    const start = UNTIL.getTime() - (seed === 1 ? 183 : 61) * DAY;
    const wrong = signalsOf(workspace).filter(
      ({ strength, sentiment, occurredAt, receivedAt, externalId }) =>
        !(strength >= 0 && strength <= 1) ||
        (sentiment !== undefined && !(sentiment >= -1 && sentiment <= 1)) ||
        !(occurredAt.getTime() >= start) ||
        !Number.isInteger(occurredAt.getTime()) ||
        !(receivedAt !== undefined && receivedAt >= occurredAt && receivedAt <= UNTIL) ||
        externalId === '',
    );
    expect(wrong).toEqual([]);
  });

  test('source and external id name one signal', () => {
    const names = signals.map(({ source, externalId }) => `${source} ${externalId}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('each batch is one source, in order of arrival', () => {
    const sources = sample.batches.map(({ source }) => source);
    expect(new Set(sources).size).toBe(sources.length);
    for (const { observations } of sample.batches) {
      // An observation of identities alone arrives with the ones around it.
      const arrivals = observations.flatMap(({ signals: [first] }) =>
        first ? [first.receivedAt!.getTime()] : [],
      );
      expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
    }
  });

  test('feeds arrive on Tuesdays, a few rows a week or more late', () => {
    const feed = signals.filter(({ source }) => source === 'bombora');
    const delays = feed.map(({ occurredAt, receivedAt }) => receivedAt!.getTime() - occurredAt.getTime());
    expect(new Set(feed.map(({ receivedAt }) => receivedAt!.getUTCDay()))).toEqual(new Set([2]));
    const late = delays.filter((delay) => delay > 7 * DAY).length / delays.length;
    expect(late).toBeGreaterThan(0.005);
    expect(late).toBeLessThan(0.08);
  });

  test('what a reseller repeats has the origin of a row of the feed', () => {
    const repeated = signals.filter(({ source }) => source === '6sense');
    const rows = new Map(
      signals.flatMap((signal) => (signal.source === 'bombora' ? [[signal.origin, signal] as const] : [])),
    );
    expect(repeated.length).toBeGreaterThan(20);
    const twice = repeated.filter(({ origin }) => rows.has(origin)).length;
    // A row may be late in one of the two feeds and then not have come yet.
    expect(twice / repeated.length).toBeGreaterThan(0.9);
    for (const { origin } of repeated) expect(origin).toMatch(/^bombora:\d{4}-\d\d-\d\d:/);
  });

  test('no signal says whose it is in our own words: no ids of accounts, no addresses of networks', () => {
    const known = new Set(sample.accounts.map(({ crmId }) => crmId));
    for (const { hints } of signals) {
      expect(hints.ip).toBeUndefined();
      if (hints.crmId !== undefined) expect(known.has(hints.crmId)).toBe(true);
    }
  });

  test('most visits come in working hours of working days', () => {
    const visits = signals.filter(({ source }) => source === 'segment');
    const weekend = visits.filter(({ occurredAt }) => occurredAt.getUTCDay() % 6 === 0).length;
    expect(weekend / visits.length).toBeLessThan(0.1);
    const night = visits.filter(({ occurredAt }) => occurredAt.getUTCHours() < 5).length;
    expect(night / visits.length).toBeLessThan(0.15);
  });
});

describe('names', () => {
  const domainOf = (email: string) => email.slice(email.indexOf('@') + 1);

  test('every company domain is reserved, every private address impossible', () => {
    const emails = [
      ...signalsOf(sample).flatMap(({ hints }) => hints.email ?? []),
      ...identitiesOf(sample).flatMap(({ email }) => email ?? []),
      ...sample.people.map(({ email }) => email),
    ];
    const domains = [
      ...sample.accounts.map(({ domain }) => domain),
      ...(sample.profile.domains ?? []),
      ...signalsOf(sample).flatMap(({ hints }) => hints.domain ?? []),
      ...identitiesOf(sample).flatMap(({ account }) => account?.domain ?? []),
      ...emails.filter((email) => domainOf(email) !== 'gmail.com').map(domainOf),
      ...signalsOf(sample).flatMap(({ url }) => (url ? new URL(url).hostname : [])),
    ];
    expect(domains.filter((domain) => !/^[a-z0-9.-]+\.example$/.test(domain))).toEqual([]);
    const private_ = emails.filter((email) => domainOf(email) === 'gmail.com');
    expect(private_.length).toBeGreaterThan(0);
    // Google mail allows no underscore.
    for (const email of private_) expect(email).toMatch(/^[a-z]+_[a-z]+@gmail\.com$/);
  });

  test('accounts are different and of sensible size', () => {
    expect(sample.accounts).toHaveLength(300);
    for (const key of ['domain', 'name', 'crmId'] as const) {
      expect(new Set(sample.accounts.map((account) => account[key])).size).toBe(300);
    }
    for (const account of sample.accounts) {
      expect(account.employees).toBeGreaterThanOrEqual(40);
      expect(account.employees).toBeLessThanOrEqual(22_000);
      expect(account.revenue / account.employees).toBeGreaterThan(80_000);
      expect(account.revenue / account.employees).toBeLessThan(350_000);
      expect(account.country).toMatch(/^[A-Z]{2}$/);
      expect(account.technologies.length).toBeGreaterThan(0);
    }
    expect(new Set(sample.accounts.map(({ tier }) => tier))).toEqual(
      new Set(['TIER_1', 'TIER_2', 'TIER_3', null]),
    );
    expect(new Set(sample.accounts.map(({ owner }) => owner)).size).toBe(6);
  });

  test('the most accounts there can be are still different', () => {
    const { accounts } = simulate({ seed: 3, until: UNTIL, days: 1, accounts: 400 });
    expect(new Set(accounts.map(({ domain }) => domain)).size).toBe(400);
  });

  test('people are different and work at an account', () => {
    const domains = new Set(sample.accounts.map(({ domain }) => domain));
    const { people } = sample;
    expect(people.length).toBeGreaterThan(200);
    expect(new Set(people.map(({ email }) => email)).size).toBe(people.length);
    expect(new Set(people.map(({ userId }) => userId)).size).toBe(people.length);
    for (const person of people) {
      expect(domains.has(person.accountDomain)).toBe(true);
      expect(person.email.endsWith(`@${person.accountDomain}`)).toBe(true);
      expect(person.title).not.toBe('');
    }
  });

  test('our pages are of the kind that their paths say', () => {
    const { pages } = workspaceProfileSchema.parse(sample.profile);
    for (const page of PAGES) {
      if (page.kind.startsWith('site.'))
        expect([page.path, pageKind(page.path, pages)]).toEqual([page.path, page.kind]);
    }
  });
});

describe('whose signals they are', () => {
  const signals = signalsOf(sample);
  const listed = new Set(sample.accounts.map(({ domain }) => domain));

  test('companies on no list turn up', () => {
    const met = new Set(signals.flatMap(({ hints }) => hints.domain ?? []));
    expect([...met].filter((domain) => !listed.has(domain)).length).toBeGreaterThan(5);
  });

  test('many visitors are never known; some are known later than their first visit', () => {
    const visits = signals.filter(({ hints }) => hints.anonymousId && !hints.email && !hints.domain);
    const knownAt = new Map(
      identitiesOf(sample).flatMap(({ anonymousId, email, at }) =>
        anonymousId && email ? [[anonymousId, at]] : [],
      ),
    );
    const never = visits.filter(({ hints }) => !knownAt.has(hints.anonymousId!));
    const later = visits.filter(({ hints, occurredAt }) => {
      const at = knownAt.get(hints.anonymousId!);
      return at !== undefined && at > occurredAt;
    });
    expect(never.length).toBeGreaterThan(1_000);
    expect(later.length).toBeGreaterThan(100);
  });

  test('a visitor is told by user id only after they said who they are', () => {
    const knownAt = new Map(
      identitiesOf(sample).flatMap(({ userId, at }) => (userId ? [[userId, at] as const] : [])),
    );
    const visits = signals.filter(({ kind, hints }) => kind.startsWith('site.') && hints.userId);
    expect(visits.length).toBeGreaterThan(100);
    // A form sent in the sample's last minutes may not have arrived.
    const early = visits.filter(({ hints, occurredAt }) => {
      const at = knownAt.get(hints.userId!);
      return at !== undefined && at > occurredAt;
    });
    expect(early).toEqual([]);
  });
});

describe('outcomes', () => {
  const { outcomes } = sample;
  const from = UNTIL.getTime() - 183 * DAY;

  test('there are enough of each in the half year, none in the future', () => {
    const recent = outcomes.filter(({ at }) => at.getTime() > from);
    expect(recent.length).toBeGreaterThanOrEqual(35);
    expect(recent.length).toBeLessThanOrEqual(60);
    expect(new Set(recent.map(({ type }) => type))).toEqual(
      new Set(['OPPORTUNITY_OPENED', 'WON', 'LOST', 'REJECTED_BY_SALES']),
    );
    expect(outcomes.filter(({ at }) => at > UNTIL)).toEqual([]);
    expect(new Set(outcomes.map(({ externalId }) => externalId)).size).toBe(outcomes.length);
  });

  test('nothing is won or lost in the half year that was not opened before', () => {
    for (const { type, accountDomain, at } of outcomes) {
      if ((type !== 'WON' && type !== 'LOST') || at.getTime() < from) continue;
      const opened = outcomes.find(
        (other) => other.accountDomain === accountDomain && other.type === 'OPPORTUNITY_OPENED',
      );
      expect(opened?.at.getTime()).toBeLessThan(at.getTime());
    }
  });

  test.each([1, 2, 3])('seed %i: an opportunity follows weeks of more activity than others have', (seed) => {
    const workspace = simulate({ seed, until: UNTIL });
    const timeline = new Map<string, number[]>(workspace.accounts.map(({ domain }) => [domain, []]));
    for (const { hints, occurredAt } of signalsOf(workspace)) {
      const domain = hints.domain ?? hints.email?.split('@')[1];
      if (domain !== undefined) timeline.get(domain)?.push(occurredAt.getTime());
    }
    const activity = (domain: string, end: number) =>
      timeline.get(domain)!.filter((time) => time < end && time >= end - 45 * DAY).length;
    const opened = workspace.outcomes.filter(({ type }) => type === 'OPPORTUNITY_OPENED');
    expect(opened.length).toBeGreaterThan(20);
    // How often an account about to open an opportunity was busier than another one at that moment (ROC AUC).
    const wins = opened.map(({ accountDomain, at }) => {
      const own = activity(accountDomain, at.getTime());
      const others = workspace.accounts.filter(({ domain }) => domain !== accountDomain);
      return others.filter(({ domain }) => activity(domain, at.getTime()) < own).length / others.length;
    });
    const auc = wins.reduce((sum, win) => sum + win, 0) / wins.length;
    expect(auc).toBeGreaterThan(0.8);
    // Not so clean that nothing is left to learn.
    expect(auc).toBeLessThan(0.995);
  });

  test('the topics rise before people show themselves', () => {
    const signals = signalsOf(sample);
    const median = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
    const firsts = outcomes
      .filter(({ type, at }) => type === 'OPPORTUNITY_OPENED' && at.getTime() > UNTIL.getTime() - 120 * DAY)
      .map(({ accountDomain, at }) => {
        const lead = (test: (signal: Signal) => boolean) => {
          const own = signals.filter(
            (signal) => test(signal) && signal.hints.domain === accountDomain && signal.occurredAt < at,
          );
          return median(own.map(({ occurredAt }) => at.getTime() - occurredAt.getTime())) / DAY;
        };
        return {
          topics: lead(({ kind, strength }) => kind === 'intent.topic' && strength > 0.3),
          prices: lead(({ kind }) => kind === 'site.pricing_view' || kind === 'review.pricing_view'),
        };
      })
      .filter(({ topics, prices }) => topics > 0 && prices > 0);
    expect(firsts.length).toBeGreaterThan(5);
    expect(median(firsts.map(({ topics }) => topics))).toBeGreaterThan(
      median(firsts.map(({ prices }) => prices)),
    );
  });
});

describe('dice', () => {
  test('chance is spread evenly', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (seed, label) => {
        const { next } = dice(seed, label);
        const throws = Array.from({ length: 400 }, next);
        const mean = throws.reduce((sum, value) => sum + value, 0) / 400;
        // Eight standard errors: a fair die practically never fails.
        return throws.every((value) => value >= 0 && value < 1) && Math.abs(mean - 0.5) < 0.116;
      }),
    );
  });

  test('whole numbers keep their bounds, choices are of the list and differ', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 1, max: 25 }),
        (seed, low, size) => {
          const chance = dice(seed, 'bounds');
          const list = Array.from({ length: size }, (_, index) => low + index);
          const taken = chance.some(list, low);
          const number = chance.int(low, low + size);
          expect(number).toBeGreaterThanOrEqual(low);
          expect(number).toBeLessThanOrEqual(low + size);
          expect(new Set(taken).size).toBe(Math.min(low, size));
          expect(taken.every((element) => list.includes(element))).toBe(true);
          expect(list).toContain(chance.weighted(list, () => 1));
        },
      ),
    );
  });

  test('counts have the mean asked for', () => {
    const chance = dice(5, 'counts');
    for (const mean of [0.05, 0.7, 6]) {
      const total = Array.from({ length: 4_000 }, () => chance.count(mean)).reduce(
        (sum, one) => sum + one,
        0,
      );
      expect(Math.abs(total / 4_000 - mean)).toBeLessThan(5 * Math.sqrt(mean / 4_000));
    }
  });
});
