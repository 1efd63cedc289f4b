import type { ScoringModel } from '../model.ts';
import { judgeTitle as readTitle } from './role.ts';
import { dayNumber } from './tally.ts';

/** What is known of a company; null or an empty list is unknown. */
export interface Firmographics {
  /** Registrable domain, lower case. */
  domain: string;
  name: string;
  industry: string | null;
  employees: number | null;
  revenue: number | null;
  /** Written as in the model, usually ISO 3166-1 alpha-2. */
  country: string | null;
  technologies: readonly string[];
  /** Yearly growth as a ratio: 0.2 is 20 %. */
  growth: number | null;
}

/** Something the CRM says happened in the end. */
export interface OutcomeEvent {
  type: 'OPPORTUNITY_OPENED' | 'WON' | 'LOST' | 'REJECTED_BY_SALES';
  at: Date;
}

/** What happened between us and the account, by the CRM and by its own wish. */
export interface Outcomes {
  /** What the CRM says, in any order; without it what is so counts as having always been so. */
  history?: readonly OutcomeEvent[];
  customer: boolean;
  openOpportunity: boolean;
  /** When sales last rejected it. */
  salesSaidNoAt: Date | null;
  optedOut: boolean;
  /** All that is known of it are free e-mail addresses. */
  freeEmailOnly: boolean;
  /** All that is known of it are students. */
  student: boolean;
}

export const noOutcomes: Outcomes = {
  customer: false,
  openOpportunity: false,
  salesSaidNoAt: null,
  optedOut: false,
  freeEmailOnly: false,
  student: false,
};

export type Disqualifier =
  | 'COMPETITOR'
  | 'EXISTING_CUSTOMER'
  | 'BLOCKED_COUNTRY'
  | 'FREE_EMAIL_ONLY'
  | 'STUDENT'
  | 'OPTED_OUT'
  | 'SALES_SAID_NO';

export interface FitPart {
  attribute: string;
  /** 0–1, how well it matches; null: unknown, so the model's prior stands for it. */
  value: number | null;
  weight: number;
  /** What it adds to the score; all parts add up to it. */
  points: number;
  reason: string;
}

export interface Fit {
  /** 0–100. */
  value: number;
  /** 0–1, the part of the weights whose attribute is known. */
  coverage: number;
  parts: FitPart[];
  disqualifiedBy: Disqualifier | null;
}

type Judgement = { value: number | null; reason: string };
type Icp = ScoringModel['fit']['icp'];

/** How well an account matches the ideal customer profile, and whether a hard gate is shut, as of a moment. */
export function scoreFit(account: Firmographics, outcomes: Outcomes, model: ScoringModel, asOf: Date): Fit {
  const { icp, weights } = model.fit;
  const judged: [attribute: string, weight: number, judgement: Judgement][] = [
    ['employees', weights.employees, judgeBand(account.employees, icp.employees, 'employees')],
    ['industry', weights.industry, judgeIndustry(account.industry, icp)],
    ['country', weights.country, judgeName(account.country, icp.countries, 'country')],
    ['technologies', weights.technologies, judgeTechnologies(account.technologies, icp)],
    ['growth', weights.growth, judgeBand(account.growth, icp.growth, 'growth')],
    ['revenue', weights.revenue, judgeBand(account.revenue, icp.revenue, 'revenue')],
  ];
  return { ...weigh(judged, model), disqualifiedBy: disqualify(account, outcomes, model, asOf) };
}

/** How well a person's title and department match. Gates are the account's; a person has none of their own. */
export function scorePersonFit(
  person: { title: string | null; department: string | null },
  model: ScoringModel,
): Fit {
  const { weights, levels, departments } = model.fit.person;
  return {
    ...weigh(
      [
        ['title', weights.title, judgeTitle(person.title, levels)],
        ['department', weights.department, judgeName(person.department, departments, 'department')],
      ],
      model,
    ),
    disqualifiedBy: null,
  };
}

function weigh(judged: [string, number, Judgement][], model: ScoringModel): Omit<Fit, 'disqualifiedBy'> {
  const total = judged.reduce((sum, [, weight]) => sum + weight, 0);
  const parts = judged.map(([attribute, weight, { value, reason }]) => ({
    attribute,
    value,
    weight,
    points: (100 * weight * (value ?? model.fit.prior)) / total,
    reason,
  }));
  const known = parts.reduce((sum, part) => sum + (part.value === null ? 0 : part.weight), 0);
  // Rounding in the last bit must not carry a perfect match over the top.
  const value = Math.min(
    100,
    parts.reduce((sum, part) => sum + part.points, 0),
  );
  return { value, coverage: known / total, parts };
}

function judgeBand(value: number | null, bands: Icp['employees'], name: string): Judgement {
  const missing = unknown(name, value === null, bands.length === 0);
  if (missing || value === null) return { value: null, reason: missing };
  const band = bands.find(({ min, max }) => value >= min && (max === null || value < max));
  if (!band) return { value: 0, reason: `${name} ${value} is in no band of the profile` };
  const range = band.max === null ? `from ${band.min}` : `from ${band.min} to under ${band.max}`;
  return { value: band.value, reason: `${name} ${value} is ${range}: matches ${percent(band.value)}` };
}

/** Vendors name industries differently, so `software` also fits `Computer Software`. */
function judgeIndustry(industry: string | null, icp: Icp): Judgement {
  const words = industry === null ? '' : wordsOf(industry);
  const missing = unknown('industry', words === '', icp.industries.length === 0);
  if (missing) return { value: null, reason: missing };
  const wanted = icp.industries.find((one) => ` ${words} `.includes(` ${wordsOf(one)} `));
  return wanted === undefined
    ? { value: 0, reason: `industry ${industry} is not in the profile` }
    : { value: 1, reason: `industry ${industry} is in the profile` };
}

function judgeName(value: string | null, wanted: readonly string[], name: string): Judgement {
  const missing = unknown(name, value === null || fold(value) === '', wanted.length === 0);
  if (missing || value === null) return { value: null, reason: missing };
  return isIn(value, wanted)
    ? { value: 1, reason: `${name} ${value} is in the profile` }
    : { value: 0, reason: `${name} ${value} is not in the profile` };
}

function judgeTechnologies(technologies: readonly string[], icp: Icp): Judgement {
  const missing = unknown('technologies', technologies.length === 0, icp.technologies.length === 0);
  if (missing) return { value: null, reason: missing };
  const used = icp.technologies.filter((one) => isIn(one, technologies));
  const value = Math.min(1, used.length / icp.technologiesNeeded);
  return {
    value,
    reason:
      used.length === 0
        ? 'uses no technology of the profile'
        : `uses ${used.join(', ')}: matches ${percent(value)}`,
  };
}

function judgeTitle(title: string | null, levels: ScoringModel['fit']['person']['levels']): Judgement {
  const missing = unknown('title', title === null || title.trim() === '', false);
  if (missing || title === null) return { value: null, reason: missing };
  const { level } = readTitle(title);
  return { value: levels[level], reason: `title ${title} is ${level}: matches ${percent(levels[level])}` };
}

/** Why an attribute can't be judged; empty if it can. */
function unknown(name: string, notKnown: boolean, notAsked: boolean): string {
  if (notAsked) return `the profile says nothing about ${name}`;
  return notKnown ? `${name} unknown` : '';
}

/** The first gate that is shut; null if none is. */
function disqualify(
  account: Firmographics,
  outcomes: Outcomes,
  { disqualifiers: gates }: ScoringModel,
  asOf: Date,
): Disqualifier | null {
  const domain = fold(account.domain);
  if (gates.competitorDomains.map(fold).some((one) => domain === one || domain.endsWith(`.${one}`))) {
    return 'COMPETITOR';
  }
  if (gates.existingCustomers && outcomes.customer) return 'EXISTING_CUSTOMER';
  if (account.country !== null && isIn(account.country, gates.blockedCountries)) return 'BLOCKED_COUNTRY';
  if (gates.freeEmailOnly && outcomes.freeEmailOnly) return 'FREE_EMAIL_ONLY';
  if (gates.students && outcomes.student) return 'STUDENT';
  if (gates.optedOut && outcomes.optedOut) return 'OPTED_OUT';
  if (gates.salesSaidNoDays !== null && outcomes.salesSaidNoAt !== null) {
    const age = dayNumber(asOf) - dayNumber(outcomes.salesSaidNoAt);
    if (age >= 0 && age < gates.salesSaidNoDays) return 'SALES_SAID_NO';
  }
  return null;
}

const fold = (text: string): string => text.trim().toLowerCase();
const wordsOf = (text: string): string =>
  text
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
    ?.join(' ') ?? '';
const isIn = (value: string, list: readonly string[]): boolean =>
  list.some((one) => fold(one) === fold(value));
const percent = (value: number): string => `${Math.round(100 * value)} %`;
