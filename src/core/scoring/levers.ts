/** What would change a score most, what is missing from it, and what speaks against it. */
import type { ScoringModel } from '../model.ts';
import { FAMILIES, type Family, familyOf, KINDS, SIGNAL_KINDS, type SignalKind } from '../signal.ts';
import { scoreBriefly } from './brief.ts';
import type { Evidence } from './evidence.ts';
import { whoDid } from './explain.ts';
import { type Firmographics, type Outcomes, scoreFit } from './fit.ts';
import { scoreHeat } from './heat.ts';
import { type QualificationTier, qualify } from './qualification.ts';
import { dayNumber } from './tally.ts';

/** What scoring starts from. */
interface Input {
  evidence: readonly Evidence[];
  firmographics: Firmographics;
  outcomes: Outcomes;
}

export type LeverKind = 'ACTIVITY' | 'QUIET' | 'FACT' | 'GATE';

/** One thing that might happen or become known, and the scores after it, by the arithmetic of every score. */
export interface Lever {
  what: LeverKind;
  /** `One more person who requested a demo: heat 62.1 → 68.4`. */
  text: string;
  /** Of an activity. */
  kind: SignalKind | null;
  /** Of a fact, or the gate. */
  name: string | null;
  heat: { from: number; to: number };
  fit: { from: number; to: number };
  qualification: { from: number; to: number };
  tier: { from: QualificationTier; to: QualificationTier };
}

export type MissingKind = 'FACT' | 'PROFILE' | 'FAMILY';

export interface Missing {
  /** FACT: we don't know it. PROFILE: the model does not say what is ideal. FAMILY: no such signals. */
  what: MissingKind;
  /** The attribute or the family. */
  name: string;
  text: string;
}

/** How long a quiet spell the outlook is for. */
const QUIET_DAYS = 14;
/** A family that was silent for so long counts as missing. */
const SILENT_DAYS = 90;
const DAY = 86_400_000;

type Scores = ReturnType<typeof scoreBriefly>;

/**
 * What would change the scores most, most first: for each family its strongest kind done once by a new person, each
 * unknown attribute matching in full, the gate that is shut, and nothing happening for two weeks.
 */
export function leversOf(input: Input, model: ScoringModel, asOf: Date): Lever[] {
  const now = scoreBriefly(input, model, asOf);
  const levers: Lever[] = [];
  const add = (
    what: LeverKind,
    after: Scores,
    text: string,
    of: { kind?: SignalKind; name?: string } = {},
  ) => {
    if (Math.abs(after.qualification - now.qualification) < 0.05 && after.tier === now.tier) return;
    levers.push({
      what,
      text,
      kind: of.kind ?? null,
      name: of.name ?? null,
      heat: { from: now.heat, to: after.heat },
      fit: { from: now.fit, to: after.fit },
      qualification: { from: now.qualification, to: after.qualification },
      tier: { from: now.tier, to: after.tier },
    });
  };

  for (const { kind, after } of activities(input, model, asOf)) {
    const who = input.evidence.some((one) => one.kind === kind) ? 'One more person' : 'A person';
    add('ACTIVITY', after, `${who} who ${KINDS[kind].phrase}: heat ${arrow(now.heat, after.heat)}`, { kind });
  }
  for (const [name, ideal] of unknownFacts(input, model, asOf)) {
    const firmographics = { ...input.firmographics, ...ideal };
    const after = scoreBriefly({ ...input, firmographics }, model, asOf);
    add('FACT', after, `Knowing ${name}, if it is ideal: fit ${arrow(now.fit, after.fit)}`, { name });
  }
  const fit = scoreFit(input.firmographics, input.outcomes, model, asOf);
  if (fit.disqualifiedBy !== null) {
    const { value, tier } = qualify({ value: fit.value, disqualifiedBy: null }, { value: now.heat }, model);
    const text = `Without the gate ${fit.disqualifiedBy}: tier ${now.tier} → ${tier}`;
    add('GATE', { ...now, qualification: value, tier }, text, { name: fit.disqualifiedBy });
  }
  const later = scoreBriefly(input, model, new Date(asOf.getTime() + QUIET_DAYS * DAY));
  add('QUIET', later, `Nothing for ${QUIET_DAYS} days: heat ${arrow(now.heat, later.heat)}`);

  const size = (lever: Lever): number => Math.abs(lever.qualification.to - lever.qualification.from);
  return levers.sort((a, b) => size(b) - size(a) || (a.text < b.text ? -1 : 1));
}

/** The strongest kind of each family, done once and in full by somebody new, today. */
function activities(input: Input, model: ScoringModel, asOf: Date): { kind: SignalKind; after: Scores }[] {
  const strongest = new Map<Family, { kind: SignalKind; after: Scores }>();
  for (const kind of SIGNAL_KINDS) {
    if (model.kinds[kind].value <= 0) continue;
    const one: Evidence = {
      id: `supposed ${kind}`,
      source: 'supposed',
      kind,
      occurredAt: asOf,
      receivedAt: asOf,
      actor: 'person:supposed',
      strength: 1,
      confidence: 1,
      sentiment: null,
      origin: null,
      topics: [],
    };
    const after = scoreBriefly({ ...input, evidence: [...input.evidence, one] }, model, asOf);
    const rival = strongest.get(familyOf(kind));
    // Of equals what lasts longer.
    const lasts = (one: SignalKind): number => model.kinds[one].halfLifeDays;
    const isStronger =
      !rival ||
      after.heat > rival.after.heat ||
      (after.heat === rival.after.heat && lasts(kind) >= lasts(rival.kind));
    if (isStronger) strongest.set(familyOf(kind), { kind, after });
  }
  return [...strongest.values()];
}

/** Attributes that are unknown though the profile asks for them, each with what would match in full. */
function unknownFacts(input: Input, model: ScoringModel, asOf: Date): [string, Partial<Firmographics>][] {
  const { icp } = model.fit;
  const best = (bands: typeof icp.employees) =>
    bands.reduce<(typeof bands)[number] | null>(
      (top, band) => (!top || band.value > top.value ? band : top),
      null,
    )?.min;
  const ideal: Record<string, Partial<Firmographics>> = {
    employees: { employees: best(icp.employees) ?? null },
    industry: { industry: icp.industries[0] ?? null },
    country: { country: icp.countries[0] ?? null },
    technologies: { technologies: icp.technologies.slice(0, icp.technologiesNeeded) },
    growth: { growth: best(icp.growth) ?? null },
    revenue: { revenue: best(icp.revenue) ?? null },
  };
  return scoreFit(input.firmographics, input.outcomes, model, asOf)
    .parts.filter((part) => part.value === null && part.weight > 0)
    .flatMap((part) => {
      const facts = ideal[part.attribute];
      return facts ? [[part.attribute, facts] as [string, Partial<Firmographics>]] : [];
    });
}

/** What the scores had to do without: attributes, and families of signals with nothing in 90 days. */
export function missingFrom(input: Input, model: ScoringModel, asOf: Date): Missing[] {
  const fit = scoreFit(input.firmographics, input.outcomes, model, asOf);
  const facts = fit.parts.flatMap((part): Missing[] => {
    if (part.value !== null || part.weight === 0) return [];
    const isProfile = part.reason.startsWith('the profile');
    const text = `${part.reason}: counts as ${Math.round(100 * model.fit.prior)} %, ${part.points.toFixed(1)} points of fit`;
    return [{ what: isProfile ? 'PROFILE' : 'FACT', name: part.attribute, text }];
  });
  const today = dayNumber(asOf);
  const ages = new Map<Family, number>();
  for (const { kind, occurredAt } of input.evidence) {
    const age = today - dayNumber(occurredAt);
    const family = familyOf(kind);
    if (occurredAt <= asOf && age < (ages.get(family) ?? Number.POSITIVE_INFINITY)) ages.set(family, age);
  }
  const families = FAMILIES.flatMap((name): Missing[] => {
    const age = ages.get(name);
    if (age !== undefined && age < SILENT_DAYS) return [];
    const last = age === undefined ? 'so far' : `for ${age} days`;
    return [{ what: 'FAMILY', name, text: `nothing of ${name} ${last}` }];
  });
  return [...facts, ...families];
}

/** One kind of evidence against an account. */
export interface Against {
  kind: SignalKind;
  /** 0 or less: what it takes off `raw`. A negative mention adds no heat and takes none. */
  points: number;
  text: string;
}

/** Negative evidence: what takes points off, and mentions that speak badly of us; most points first. */
export function againstOf(
  evidence: readonly Evidence[],
  model: ScoringModel,
  asOf: Date,
  actorName: (actor: string) => string | null = () => null,
): Against[] {
  const heat = scoreHeat(evidence, model, asOf);
  const isBad = (one: Evidence): boolean =>
    one.kind === 'social.mention' ? (one.sentiment ?? 0) < 0 : model.kinds[one.kind].value < 0;
  const bad = Map.groupBy(
    evidence.filter((one) => one.occurredAt <= asOf && isBad(one)),
    (one) => one.kind,
  );
  const worth = (kind: SignalKind): number =>
    heat.contributions.reduce((sum, one) => (one.kind === kind ? Math.min(sum, sum + one.points) : sum), 0);
  return [...bad]
    .map(([kind, by]) => {
      const points = worth(kind);
      const told = points < 0 ? `takes ${(-points).toFixed(1)} points off` : 'adds no heat';
      const how = kind === 'social.mention' ? ' in a bad light' : '';
      return { kind, points, text: `${whoDid(kind, by, actorName)}${how}: ${told}` };
    })
    .sort((a, b) => a.points - b.points || (a.kind < b.kind ? -1 : 1));
}

const arrow = (from: number, to: number): string => `${from.toFixed(1)} → ${to.toFixed(1)}`;
