/** Sales: meetings, opportunities and how they end. */
import { DAY, HOUR, officeMoment, workdayAfter } from './calendar.ts';
import { dice } from './dice.ts';
import type { Scene, Stage } from './scene.ts';

export interface SampleOutcome {
  externalId: string;
  accountDomain: string;
  type: 'OPPORTUNITY_OPENED' | 'WON' | 'LOST' | 'REJECTED_BY_SALES';
  at: Date;
  /** US dollars. */
  amount: number | null;
  reason: string | null;
}

/** When the opportunity of a finished journey is opened. Milliseconds since 1970. */
function openedAt({ journey, plot, company }: Scene): number | null {
  if (!journey || journey.limit < 1 || (plot !== 'BUYER' && plot !== 'IN_MARKET')) return null;
  return workdayAfter(journey.start + journey.length) + DAY + (company.account.employees % 7) * HOUR;
}

type Ending = { type: 'WON' | 'LOST'; at: number; reason: string };

/** How and when a past journey ended; null: it is still open. The same for every caller. */
export function endingOf({ seed }: Stage, scene: Scene): Ending | null {
  const opened = openedAt(scene);
  if (scene.plot !== 'BUYER' || opened === null) return null;
  const chance = dice(seed, `ending ${scene.company.account.domain}`);
  const at = workdayAfter(opened + chance.int(18, 48) * DAY) + 14 * HOUR;
  const fate = chance.next();
  if (fate < 0.15) return null;
  return fate < 0.15 + 0.75 * scene.company.fit
    ? {
        type: 'WON',
        at,
        reason: chance.pick(['Fastest to set up', 'Lineage convinced the auditors', 'Price']),
      }
    : {
        type: 'LOST',
        at,
        reason: chance.pick([
          'Chose Pipegauge',
          'Chose Lakeverity',
          'No budget this year',
          'No decision',
          'Built it themselves',
        ]),
      };
}

export function meetSales(stage: Stage, scene: Scene): void {
  const opened = openedAt(scene);
  if (opened === null || scene.group.length === 0) return;
  const { chance, company } = scene;
  const ending = endingOf(stage, scene);
  const { country, crmId } = company.account;
  const told = (kind: 'crm.meeting' | 'crm.not_interested', time: number, title: string) =>
    stage.ledger.add('salesforce', [
      { kind, time, strength: 1, hints: { email: chance.pick(scene.group).person.email, crmId }, title },
    ]);
  for (let number = 0; number < 2; number++) {
    const time = officeMoment(workdayAfter(opened + (number * 9 - 1) * DAY), country, chance);
    if ((ending && time >= ending.at) || chance.chance(0.6 * number)) break;
    told('crm.meeting', time, number === 0 ? 'First call' : 'Demo on their data');
  }
  if (ending?.type === 'LOST' && chance.chance(0.7)) {
    told('crm.not_interested', ending.at + HOUR, 'Asked not to be called again this year');
  }
}

/** What the CRM says happened in the end. */
export function closeDeals(stage: Stage, scene: Scene): SampleOutcome[] {
  const { company, plot } = scene;
  const { domain, employees, crmId } = company.account;
  const chance = dice(stage.seed, `deal ${domain}`);
  const amount = Math.round((9_000 + employees ** 0.6 * chance.between(350, 650)) / 500) * 500;
  const id = `006S${crmId.slice(4)}`;
  const outcome = (
    type: SampleOutcome['type'],
    at: number,
    amount: number | null,
    reason: string | null,
  ): SampleOutcome => ({
    externalId: `${id}:${type.toLowerCase()}`,
    accountDomain: domain,
    type,
    at: new Date(at),
    amount,
    reason,
  });
  if (plot === 'CUSTOMER') {
    const won = workdayAfter(stage.from - chance.int(30, 400) * DAY) + 10 * HOUR;
    return [outcome('WON', won, amount, 'Referred by a customer')];
  }
  const refused = plot === 'LONE_READER' ? 0.5 : plot === 'STALLED' ? 0.35 : 0;
  if (chance.chance(refused)) {
    const reason =
      plot === 'LONE_READER'
        ? 'One junior, no project'
        : chance.pick(['No budget owner', 'Too early', 'Only comparing']);
    const at = scene.journey
      ? scene.journey.start + scene.journey.length * scene.journey.limit
      : stage.until - chance.int(10, 90) * DAY;
    return [outcome('REJECTED_BY_SALES', workdayAfter(at + 3 * DAY) + 11 * HOUR, null, reason)];
  }
  const opened = openedAt(scene);
  if (opened === null || opened > stage.until) return [];
  const ending = endingOf(stage, scene);
  return [
    outcome('OPPORTUNITY_OPENED', opened, amount, null),
    ...(ending && ending.at <= stage.until ? [outcome(ending.type, ending.at, amount, ending.reason)] : []),
  ];
}
