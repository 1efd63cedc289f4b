/** What is read elsewhere and told by the sellers of intent: they name the company, never the reader. */
import { busyness, DAY, days, nextWeekday, officeMoment } from './calendar.ts';
import { CLUSTER_NAMES, CLUSTERS, PROFILE } from './catalogue.ts';
import type { Dice } from './dice.ts';
import type { Draft, Ledger } from './ledger.ts';
import type { Scene, Stage } from './scene.ts';
import { alive, progress } from './stories.ts';

/** Third-party feeds: one row per company, topic and week, dated Sunday. */
export function researchElsewhere({ from, until, ledger }: Stage, scene: Scene): void {
  const { company, journey, chance, plot } = scene;
  const { domain, name, country, employees } = company.account;
  if (plot === 'DORMANT' && chance.chance(0.6)) return;
  const everyday = plot === 'DORMANT' ? 0.08 : 0.3 + 0.1 * Math.log10(employees / 40);
  for (let week = nextWeekday(from, 0); week <= until; week += 7 * DAY) {
    const scores = new Map<string, number>();
    const usual = chance.count(everyday * (busyness(week + 3 * DAY, country) + 0.2));
    for (let row = 0; row < usual; row++) {
      const topic = chance.chance(0.5)
        ? chance.pick(scene.topics)
        : chance.pick(CLUSTERS[chance.pick(CLUSTER_NAMES)]!);
      scores.set(topic, chance.int(44, 62));
    }
    if (journey) {
      const point = progress(journey, week);
      const heard = alive(journey, point) * Math.min(1, point / 0.4);
      const share = Math.min(1, 0.3 + heard * journey.vigour);
      for (const topic of journey.topics) {
        if (heard <= 0.05 || !chance.chance(share * 0.8)) continue;
        scores.set(topic, Math.round(Math.min(97, 52 + 30 * heard * journey.vigour + chance.between(-6, 8))));
      }
    }
    for (const [topic, score] of scores)
      tellTopic(ledger, chance, { week, domain, name, country, topic, score });
  }
}

function tellTopic(
  ledger: Ledger,
  chance: Dice,
  row: { week: number; domain: string; name: string; country: string; topic: string; score: number },
): void {
  const { week, domain, name, country, topic, score } = row;
  const date = new Date(week).toISOString().slice(0, 10);
  const draft: Draft = {
    externalId: `${date}:${domain}:${topic}:`,
    kind: 'intent.topic',
    time: week,
    strength: Math.max(0, (score - 50) / 50),
    hints: { domain, companyName: name, country },
    topics: [topic],
    origin: `bombora:${date}:${domain}:${topic}`,
    attributes: { composite: score },
  };
  ledger.add('bombora', [draft]);
  // A reseller repeats part of the strong rows. The origin tells that they are the same observation.
  if (score >= 65 && chance.chance(0.15)) {
    ledger.add('6sense', [{ ...draft, hints: { domain }, attributes: { reseller: '6sense' } }]);
  }
}

/** Review sites name the company, not the reader. */
export function readReviews({ from, until, ledger }: Stage, scene: Scene): void {
  const { chance, journey, plot } = scene;
  const { domain, name, country } = scene.company.account;
  for (const day of days(from, until)) {
    const point = journey ? progress(journey, day) : -1;
    const keen = journey && point > 0.45 ? alive(journey, point) * journey.vigour * (point - 0.35) : 0;
    const mean = (plot === 'BACKGROUND' || journey ? 0.0015 : 0.0005) + 0.22 * keen;
    for (let left = chance.count(mean * busyness(day, country)); left > 0; left--) {
      const kind = chance.weighted(
        [
          'review.category_view',
          'review.profile_view',
          'review.compare_view',
          'review.pricing_view',
        ] as const,
        (each) => (each === 'review.category_view' ? 1 : each === 'review.profile_view' ? 0.6 : 0.05 + keen),
      );
      const rival = chance.pick(PROFILE.competitors);
      const source = chance.chance(0.75) ? 'g2' : 'trustradius';
      ledger.add(source, [
        {
          kind,
          time: officeMoment(day, country, chance),
          strength: 1,
          hints: source === 'g2' ? { domain, companyName: name, country } : { domain },
          topics: ['data observability'],
          title:
            kind === 'review.compare_view' ? `Driftsounder compared with ${rival}` : 'Data observability',
          ...(kind === 'review.compare_view' ? { attributes: { comparedWith: [rival] } } : {}),
        },
      ]);
    }
  }
}
