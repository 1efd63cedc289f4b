/** Buying groups: the people of an account around one solution, which roles they fill, and how engaged they are. */
import type { BuyingRole, RoleTemplate } from '../group-model.ts';
import type { ScoringModel } from '../model.ts';
import { judgeTitle } from './role.ts';
import { bytes } from './slab.ts';
import { type Tally, tally } from './tally.ts';

export type RoleSource = 'MANUAL' | 'CRM' | 'INFERRED';
export type MemberStatus = 'POTENTIAL' | 'CONFIRMED';
export type GroupStatus = 'IDENTIFIED' | 'FORMING' | 'ENGAGED';

/** Somebody at the account, as far as buying goes. */
export interface Candidate {
  personId: string;
  title: string | null;
  /** The role somebody gave them by hand; null: none. */
  manualRole: BuyingRole | null;
  /** The role the CRM gives them; null: none. */
  crmRole: BuyingRole | null;
  /** Whether the CRM has them in an opportunity. */
  inOpportunity: boolean;
}

export interface Member {
  personId: string;
  role: BuyingRole;
  /** 0–1. */
  confidence: number;
  source: RoleSource;
  status: MemberStatus;
  /** Decayed, capped, softened points on the solution's topics. */
  points: number;
  /** The same as 0–100. */
  engagement: number;
  /** Their last signal that was worth points; null: none. */
  lastActiveAt: Date | null;
  /** Mean sentiment toward us, −1…1; null: they said nothing. */
  sentiment: number | null;
}

/** What a role of the template adds; `completeness`, `coverage` and `engagement` of all parts add up to the group's. */
export interface RolePart {
  role: BuyingRole;
  weight: number;
  required: number;
  needed: boolean;
  /** Who fills it, and how many of them are active. */
  assigned: number;
  active: number;
  /** Σ points of those in the role, those not sure enough to fill it included. */
  points: number;
  completeness: number;
  coverage: number;
  engagement: number;
}

export interface BuyingGroup {
  /** 0–100: the geometric mean of completeness and engagement. */
  score: number;
  /** 0–1: how much of what is needed is filled. */
  completeness: number;
  /** 0–1: the same by members who are active. */
  coverage: number;
  /** 0–100. */
  engagement: number;
  status: GroupStatus;
  /** The most engaged first. */
  members: Member[];
  parts: RolePart[];
  /** Needed roles that are not filled, the weightiest first. */
  missingRoles: BuyingRole[];
  /** Who speaks for us most, and against us; ids of people. */
  championId: string | null;
  blockerId: string | null;
  lastActivityAt: Date | null;
}

const DAY = 86_400_000;
/** Kinds of somebody who looks at what the purchase would be, and of somebody who would use it. */
const COMPARING = /\.(pricing_view|compare_view|demo_view|demo_request)$/;

/**
 * The buying group of an account as of a moment; null where nobody is in it. A member is who did something on the
 * solution's topics, whose title fits a role of the template, or who was put there by hand or by the CRM.
 *
 * `counted`: the account's signals; those of nobody known are left out, and so are rows on which `on` is 0: they are not
 * about the solution.
 */
export function scoreGroup(
  candidates: readonly Candidate[],
  counted: Tally,
  on: Uint8Array | null,
  template: RoleTemplate,
  model: ScoringModel,
): BuyingGroup | null {
  const { halfGroup, activeDays, assignFrom, engagedRoles } = model.groups;
  const { asOf } = counted;
  const deeds = deedsOf(counted, on, model);
  const inTemplate = new Set(template.map(({ role }) => role));
  const members = candidates
    .flatMap((one) => memberOf(one, deeds.get(`person:${one.personId}`), inTemplate, model) ?? [])
    .sort((a, b) => b.points - a.points || b.confidence - a.confidence || (a.personId < b.personId ? -1 : 1));
  if (members.length === 0) return null;

  const since = asOf.getTime() - activeDays * DAY;
  const isActive = ({ lastActiveAt }: Member) => lastActiveAt !== null && lastActiveAt.getTime() > since;
  const roles = template.map(({ role, weight, required, needed }) => {
    const those = members.filter((member) => member.role === role);
    const sure = those.filter(({ confidence }) => confidence >= assignFrom);
    return {
      role,
      weight,
      required,
      needed,
      assigned: sure.length,
      active: sure.filter(isActive).length,
      points: sum(those, ({ points }) => points),
    };
  });
  const engagement = asPercent(averageOf(roles), halfGroup);
  const parts = partsOf(roles, engagement);
  const completeness = Math.min(
    1,
    sum(parts, (part) => part.completeness),
  );
  const activeRoles = parts.filter(({ active }) => active > 0).length;
  return {
    score: 100 * Math.sqrt((completeness * engagement) / 100),
    completeness,
    coverage: Math.min(
      1,
      sum(parts, (part) => part.coverage),
    ),
    engagement,
    status: activeRoles >= engagedRoles ? 'ENGAGED' : members.some(isActive) ? 'FORMING' : 'IDENTIFIED',
    members,
    parts,
    missingRoles: parts
      .filter(({ needed, assigned, required }) => needed && assigned < required)
      .sort((a, b) => b.weight - a.weight)
      .map(({ role }) => role),
    championId: championOf(members, model)?.personId ?? null,
    blockerId: blockerOf(members, deeds, model)?.personId ?? null,
    lastActivityAt: members.reduce<Date | null>(
      (last, { lastActiveAt }) => (lastActiveAt && (!last || lastActiveAt > last) ? lastActiveAt : last),
      null,
    ),
  };
}

/** Who is in a role of the template, and what they did. */
export type RoleCount = Omit<RolePart, 'completeness' | 'coverage' | 'engagement'>;

/** What each role adds to a group of that engagement. */
export function partsOf(roles: readonly RoleCount[], engagement: number): RolePart[] {
  const allWeight = sum(roles, ({ weight }) => weight);
  const neededWeight = sum(roles, ({ weight, needed }) => (needed ? weight : 0));
  const averaged = averageOf(roles);
  return roles.map((one) => {
    const share = one.needed ? one.weight / neededWeight : 0;
    return {
      ...one,
      completeness: share * Math.min(1, one.assigned / one.required),
      coverage: share * Math.min(1, one.active / one.required),
      engagement: averaged === 0 ? 0 : (engagement * (one.weight / allWeight) * one.points) / averaged,
    };
  });
}

/** Points of the roles, averaged by their weights. */
function averageOf(roles: readonly RoleCount[]): number {
  const allWeight = sum(roles, ({ weight }) => weight);
  return sum(roles, ({ weight, points }) => (weight / allWeight) * points);
}

/** What somebody did, added up. */
interface Deeds {
  points: number;
  lastActiveAt: Date | null;
  /** Whether they looked at prices, comparisons or a demo. */
  comparing: boolean;
  sentiment: number | null;
  refused: boolean;
}

function deedsOf(counted: Tally, on: Uint8Array | null, model: ScoringModel): Map<string, Deeds> {
  const { columns } = counted;
  const { actors, groups, points } =
    on === null && !counted.copiesOfPeople ? counted : tallyOfPeople(counted, on, model);
  const found = new Map<number, Deeds & { lastTime: number; said: number; feelings: number }>();
  for (const actor of actors) {
    if (!columns.isPerson(actor.index)) continue;
    found.set(actor.index, {
      points: Math.max(
        0,
        sum(actor.groups, ({ worth }) => worth),
      ),
      lastActiveAt: null,
      comparing: false,
      sentiment: null,
      refused: false,
      lastTime: Number.NEGATIVE_INFINITY,
      said: 0,
      feelings: 0,
    });
  }
  for (let row = 0; row < columns.length; row++) {
    const group = groups[row];
    const deeds = group && found.get(columns.actor[row]!);
    if (!deeds) continue;
    if (points[row]! > 0) {
      if (columns.occurredAt[row]! > deeds.lastTime) deeds.lastTime = columns.occurredAt[row]!;
      deeds.comparing ||= COMPARING.test(group.kind);
    }
    deeds.refused ||= group.kind === 'crm.not_interested';
    const sentiment = columns.sentiment[row]!;
    // Toward a competitor it says nothing of us.
    if (Number.isNaN(sentiment) || group.kind === 'social.competitor_research') continue;
    deeds.feelings += sentiment;
    deeds.said++;
  }
  for (const deeds of found.values()) {
    if (deeds.lastTime > Number.NEGATIVE_INFINITY) deeds.lastActiveAt = new Date(deeds.lastTime);
    if (deeds.said > 0) deeds.sentiment = deeds.feelings / deeds.said;
  }
  return new Map(Array.from(found, ([actor, deeds]) => [columns.texts.actorOf(actor), deeds]));
}

function tallyOfPeople({ columns, asOf }: Tally, on: Uint8Array | null, model: ScoringModel): Tally {
  const keeps = bytes(columns.length);
  for (let row = 0; row < columns.length; row++) {
    if (columns.isPerson(columns.actor[row]!) && on?.[row] !== 0) keeps[row] = 1;
  }
  return tally(columns, model, asOf, asOf, keeps);
}

function memberOf(
  candidate: Candidate,
  deeds: Deeds | undefined,
  inTemplate: ReadonlySet<BuyingRole>,
  model: ScoringModel,
): Member | null {
  const { personId, manualRole, crmRole, inOpportunity } = candidate;
  const points = deeds?.points ?? 0;
  const told = manualRole ?? crmRole;
  const [role, confidence] = told ? [told, manualRole ? 1 : 0.9] : inferRole(candidate.title, deeds);
  const fits = inTemplate.has(role) && confidence >= model.groups.assignFrom;
  // Whoever only said no, or only shows a sentiment, did something too.
  if (!deeds && !told && !inOpportunity && !fits) return null;
  return {
    personId,
    role,
    confidence,
    source: manualRole ? 'MANUAL' : crmRole ? 'CRM' : 'INFERRED',
    status: told || inOpportunity ? 'CONFIRMED' : 'POTENTIAL',
    points,
    engagement: asPercent(points, model.groups.halfGroup),
    lastActiveAt: deeds?.lastActiveAt ?? null,
    sentiment: deeds?.sentiment ?? null,
  };
}

/** By title, else by what they look at: a guess that fills no role of its own. */
function inferRole(title: string | null, deeds: Deeds | undefined): [BuyingRole, number] {
  const judged = title === null ? null : judgeTitle(title);
  if (judged?.role) return [judged.role, judged.confidence];
  return deeds?.comparing ? ['INFLUENCER', 0.3] : ['PRACTITIONER', 0.2];
}

/** Told to be one, unless they speak against us; else the most engaged one who speaks for us. */
function championOf(members: readonly Member[], model: ScoringModel): Member | undefined {
  const { engagement, sentiment } = model.groups.champion;
  return (
    members.find(
      (one) =>
        one.role === 'CHAMPION' &&
        one.source !== 'INFERRED' &&
        (one.sentiment ?? 0) > model.groups.blocker.sentiment,
    ) ?? members.find((one) => one.engagement >= engagement && (one.sentiment ?? -1) >= sentiment)
  );
}

/** Who speaks against us worst, or told sales no. */
function blockerOf(
  members: readonly Member[],
  deeds: ReadonlyMap<string, Deeds>,
  model: ScoringModel,
): Member | undefined {
  const against = members
    .map((member) => ({
      member,
      feeling: deeds.get(`person:${member.personId}`)?.refused ? -1 : (member.sentiment ?? 0),
    }))
    .filter(({ feeling }) => feeling <= model.groups.blocker.sentiment);
  return against.sort((a, b) => a.feeling - b.feeling || (a.member.personId < b.member.personId ? -1 : 1))[0]
    ?.member;
}

const asPercent = (points: number, half: number): number => 100 * (1 - 2 ** (-points / half));
const sum = <T>(list: readonly T[], of: (one: T) => number): number =>
  list.reduce((total, one) => total + of(one), 0);
