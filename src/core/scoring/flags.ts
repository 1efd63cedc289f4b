/**
 * Pre-MQL flags: dated, explained claims that an account or a person is heading for MQL though nobody has qualified it
 * yet. Each rule is a pure function of what is known of an account; how long a flag lives is in flag-life.ts.
 */
import type { ScoringModel } from '../model.ts';
import { type Evidence, type EvidenceSet, layOut, spokenIn } from './evidence.ts';
import { type Fit, scorePersonFit } from './fit.ts';
import { type Contribution, contributionsOf, type Heat, heatOf, type Part } from './heat.ts';
import { isDoneToThem, type Likeness, liftOf, shareInWords, type Trait } from './lookalike.ts';
import { qualify } from './qualification.ts';
import { dayNumber } from './tally.ts';

export const FLAG_RULES = [
  'DARK_FUNNEL_SURGE',
  'LOOKALIKE',
  'SOCIAL_PUSH',
  'GROUP_FORMING',
  'PREDICTED',
] as const;
export type FlagRule = (typeof FLAG_RULES)[number];

/** A rule that holds. */
export interface Finding {
  rule: FlagRule;
  /** Whom it is about; null: the account. */
  personId: string | null;
  /** 0–1: how sure the rule is. */
  confidence: number;
  reason: string;
  /** The strongest contributions behind it, with a few of their signals. */
  readonly evidence: Contribution[];
}

/** What a rule comes to: findings, or why there are none. */
export interface Judgement {
  rule: FlagRule;
  findings: Finding[];
  whyNot: string | null;
}

/** What the rules look at, as far as it is known of an account. */
export interface FlagFacts {
  score: { heat: Heat; fit: Fit };
  evidence: EvidenceSet;
  /** By the CRM. */
  customer: boolean;
  openOpportunity: boolean;
  surges: readonly FlagSurge[];
  groups: readonly FlagGroup[];
  people: readonly FlagPerson[];
  /** Signals whose authors look for a replacement of a competitor. */
  seeking: ReadonlySet<string>;
  traits: readonly Trait[];
  /** null: there are no converters to learn from. */
  likeness: Likeness | null;
}

export interface FlagSurge {
  /** Of the topic or cluster; empty: of the account as a whole. */
  name: string;
  score: number;
  status: string;
}

export interface FlagGroup {
  solution: string;
  members: readonly { personId: string; role: string; lastActiveAt: Date | null }[];
}

export interface FlagPerson {
  id: string;
  title: string | null;
  leadStatus: string;
}

/** Lead statuses that are MQL or further. */
export const QUALIFIED: readonly string[] = ['MQL', 'SAL', 'SQL', 'OPPORTUNITY', 'CUSTOMER'];

/** Evidence kept with a flag, and signals kept of each part of it. */
const MOST_EVIDENCE = 10;
const MOST_SIGNALS = 5;

/** What each rule makes of an account as of a moment. */
export function judgeFlags(facts: FlagFacts, model: ScoringModel, asOf: Date): Judgement[] {
  const shut = shutBy(facts);
  const ahead = facts.people.some((person) => QUALIFIED.includes(person.leadStatus))
    ? 'somebody there is MQL or further already'
    : null;
  return [
    judge('DARK_FUNNEL_SURGE', shut ?? ahead ?? darkFunnel(facts, model)),
    judge('LOOKALIKE', shut ?? ahead ?? lookalike(facts, model)),
    judge('SOCIAL_PUSH', shut ?? socialPush(facts, model, asOf)),
    judge('GROUP_FORMING', shut ?? ahead ?? groupForming(facts, model, asOf)),
    judge('PREDICTED', shut ?? 'no model is promoted'),
  ];
}

type Found = Omit<Finding, 'rule' | 'evidence'> & { parts: () => readonly Part[] };

function judge(rule: FlagRule, found: string | Found[]): Judgement {
  if (typeof found === 'string') return { rule, findings: [], whyNot: found };
  const findings = found.map(({ parts, ...one }): Finding => {
    let evidence: Contribution[] | undefined;
    return {
      rule,
      ...one,
      // Put in words when it is looked at: most findings are of flags that are open already.
      get evidence() {
        evidence ??= keep(parts());
        return evidence;
      },
    };
  });
  return { rule, findings, whyNot: null };
}

function keep(parts: readonly Part[]): Contribution[] {
  const strongest = [...parts].sort((a, b) => b.points - a.points).slice(0, MOST_EVIDENCE);
  return contributionsOf(strongest).map((one) => ({
    ...one,
    signalIds: one.signalIds.slice(0, MOST_SIGNALS),
  }));
}

function shutBy({ score, customer, openOpportunity }: FlagFacts): string | null {
  if (score.fit.disqualifiedBy !== null) return `shut out by ${score.fit.disqualifiedBy}`;
  if (customer) return 'a customer already';
  return openOpportunity ? 'has an open opportunity already' : null;
}

/** What adds to heat. */
const earns = (one: Part): boolean => one.points > 0;
const sum = (parts: readonly Part[]): number => parts.reduce((total, one) => total + one.points, 0);
const percent = (share: number): string => `${Math.round(100 * share)} %`;

function darkFunnel({ score, surges }: FlagFacts, model: ScoringModel): string | Found[] {
  const { fit, surge, share } = model.flags.darkFunnel;
  if (score.fit.value < fit) return `fit ${score.fit.value.toFixed(1)}, needs ${fit}`;
  const strongest = surges
    .filter((one) => one.status === 'SURGING' && one.score >= surge)
    .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))[0];
  if (!strongest) return `nothing is SURGING at ${surge} or more`;
  const all = score.heat.parts.filter(earns);
  const dark = all.filter(isDark);
  const part = all.length === 0 ? 0 : sum(dark) / sum(all);
  if (part < share) return `${percent(part)} of the points come from the dark, needs ${percent(share)}`;
  const on = strongest.name === '' ? 'as a whole' : `on ${strongest.name}`;
  return [
    {
      personId: null,
      confidence: part * notByChance(strongest.score, model),
      reason: `surging ${on} (${strongest.score.toFixed(0)}), and ${percent(part)} of the points come from anonymous, third-party or social signals; fit ${score.fit.value.toFixed(0)}`,
      parts: () => dark,
    },
  ];
}

const isDark = (one: Part): boolean =>
  one.family === 'THIRD_PARTY_INTENT' || one.family === 'SOCIAL' || !one.actor?.startsWith('person:');

/** The odds that a surge's score stands for, as a probability. */
const notByChance = (score: number, model: ScoringModel): number =>
  1 / (1 + 10 ** (-(score - 50) / model.surge.pointsPerTenfold));

function lookalike({ score, traits, likeness }: FlagFacts, model: ScoringModel): string | Found[] {
  const { converters, lift: needed, heat, days } = model.flags.lookalike;
  const there = likeness?.converters ?? 0;
  if (!likeness || there < converters) return `${there} converters in ${days} days, needs ${converters}`;
  const isDeed = (one: Part) => earns(one) && !isDoneToThem(one.kind);
  if (!score.heat.parts.some(isDeed)) return 'does nothing, whatever it is like';
  if (score.heat.value < heat) return `heat ${score.heat.value.toFixed(1)}, needs ${heat}`;
  if (likeness.tellings.size === 0) return 'what those who converted are like tells them from nobody';
  const { lift, telling } = liftOf(traits, likeness);
  if (lift < needed) return `${lift.toFixed(1)} times the usual odds, needs ${needed}`;
  const shared = telling.slice(0, 4).map(shareInWords);
  return [
    {
      personId: null,
      confidence: 1 - 1 / lift,
      reason: `${lift.toFixed(1)} times the usual odds, by what it shares with ${there} accounts whose opportunity opened lately: ${shared.join(', ')}`,
      parts: () => score.heat.parts.filter(isDeed),
    },
  ];
}

function socialPush(
  { score, evidence, people, seeking }: FlagFacts,
  model: ScoringModel,
  asOf: Date,
): string | Found[] {
  const { sentiment, days } = model.flags.socialPush;
  const today = dayNumber(asOf);
  const qualified = new Set(people.filter((one) => QUALIFIED.includes(one.leadStatus)).map((one) => one.id));
  const byPerson = new Map<string, Evidence[]>();
  const columns = layOut(evidence);
  for (const row of spokenIn(columns)) {
    const at = columns.occurredAt[row]!;
    if (at > asOf.getTime() || today - dayNumber(new Date(at)) >= days) continue;
    const signal = columns.row(row);
    const praises = signal.kind === 'social.mention' && (signal.sentiment ?? -1) >= sentiment;
    if (!praises && !seeking.has(signal.id)) continue;
    const list = byPerson.get(signal.actor);
    if (list) list.push(signal);
    else byPerson.set(signal.actor, [signal]);
  }
  const found: Found[] = [];
  for (const [actor, signals] of [...byPerson].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const personId = actor.slice('person:'.length);
    if (qualified.has(personId)) continue;
    const ids = new Set(signals.map((one) => one.id));
    const praise = signals.filter((one) => !seeking.has(one.id));
    const best = Math.max(...praise.map((one) => one.sentiment ?? 0));
    found.push({
      personId,
      confidence: Math.max(
        ...signals.map(
          (one) => one.confidence * (seeking.has(one.id) ? 0.7 : (1 + (one.sentiment ?? 0)) / 2),
        ),
      ),
      reason:
        praise.length > 0
          ? `somebody known mentioned us well (sentiment ${best.toFixed(1)}), ${ago(praise, today)}`
          : `somebody known asked for an alternative to a competitor, ${ago(signals, today)}`,
      parts: () =>
        score.heat.parts.filter(
          (part) =>
            part.actor === actor &&
            part.family === 'SOCIAL' &&
            contributionsOf([part])[0]!.signalIds.some((id) => ids.has(id)),
        ),
    });
  }
  if (found.length > 0) return found;
  return byPerson.size > 0
    ? 'whoever spoke well of us is MQL or further already'
    : `nobody known mentioned us well in ${days} days`;
}

function ago(signals: readonly Evidence[], today: number): string {
  const age = today - Math.max(...signals.map((one) => dayNumber(one.occurredAt)));
  return age === 0 ? 'today' : age === 1 ? 'yesterday' : `${age} days ago`;
}

function groupForming(
  { score, groups, people }: FlagFacts,
  model: ScoringModel,
  asOf: Date,
): string | Found[] {
  const { roles, days, personBelow } = model.flags.groupForming;
  const today = dayNumber(asOf);
  const forming = groups
    .map(({ solution, members }) => {
      const active = members.filter(
        ({ lastActiveAt }) => lastActiveAt !== null && today - dayNumber(lastActiveAt) < days,
      );
      return { solution, active, roles: [...new Set(active.map((one) => one.role))].sort() };
    })
    .sort((a, b) => b.roles.length - a.roles.length || (a.solution < b.solution ? -1 : 1))[0];
  if (!forming || forming.roles.length < roles) {
    const most = forming?.roles.length ?? 0;
    return `${most} ${most === 1 ? 'role is' : 'roles are'} active for one solution, needs ${roles}`;
  }
  const actors = new Set(forming.active.map((one) => `person:${one.personId}`));
  const foremost = Math.max(
    ...people
      .filter((person) => actors.has(`person:${person.id}`))
      .map((person) => ownQualification(person, score.heat, model)),
    0,
  );
  if (foremost >= personBelow)
    return `somebody stands at ${foremost.toFixed(0)} alone, needs below ${personBelow}`;
  const isTheirs = (one: Part) => earns(one) && one.actor !== null && actors.has(one.actor);
  if (!actors.values().some((actor) => (score.heat.byActor.get(actor)?.earned ?? 0) > 0)) {
    return 'what the group did is worth nothing';
  }
  return [
    {
      personId: null,
      // More roles than needed make it surer.
      confidence: 1 - 2 ** (1 - forming.roles.length),
      reason: `${forming.roles.length} roles are active for ${forming.solution} in ${days} days: ${forming.roles.map(inWords).join(', ')}; nobody stands out alone`,
      parts: () => score.heat.parts.filter(isTheirs),
    },
  ];
}

const inWords = (role: string): string => role.toLowerCase().replaceAll('_', ' ');

/** Qualification of a person by what they did themselves, 0–100. */
function ownQualification(person: FlagPerson, heat: Heat, model: ScoringModel): number {
  const own = heat.byActor.get(`person:${person.id}`)?.points ?? 0;
  const value = heatOf(Math.max(0, own), model);
  return qualify(scorePersonFit({ title: person.title, department: null }, model), { value }, model).value;
}
