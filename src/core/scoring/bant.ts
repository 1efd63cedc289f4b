/** What is known of a deal before there is one: BANT and MEDDIC, each field with where it comes from. */
import type { BuyingRole } from '../group-model.ts';

/** Fields that accounts, people and forms may bring, by the names of columns and traits. */
export const DEAL_FIELDS = [
  'budget',
  'authority',
  'need',
  'timeline',
  'metrics',
  'economicBuyer',
  'decisionCriteria',
  'decisionProcess',
  'identifiedPain',
  'champion',
] as const;
export type DealField = (typeof DEAL_FIELDS)[number];

export type BantField = 'BUDGET' | 'AUTHORITY' | 'NEED' | 'TIMELINE';
export type MeddicField =
  | 'METRICS'
  | 'ECONOMIC_BUYER'
  | 'DECISION_CRITERIA'
  | 'DECISION_PROCESS'
  | 'IDENTIFIED_PAIN'
  | 'CHAMPION';

/** Somebody's word on a field. */
export interface DealFact {
  field: DealField;
  value: string;
  at: Date;
  /** In plain words: `crm`, `form by Ann Lee`. */
  from: string;
}

/** A member of one of the account's buying groups, as far as it matters here. */
export interface KnownMember {
  name: string;
  role: BuyingRole;
  /** 0–1. */
  confidence: number;
  /** Whether they did something not long ago. */
  active: boolean;
  champion: boolean;
}

export interface DealFacts {
  said: readonly DealFact[];
  members: readonly KnownMember[];
}

export interface FieldKnown<Field extends string = string> {
  field: Field;
  known: boolean;
  value: string | null;
  /** Who says so, or what it follows from; null while unknown. */
  from: string | null;
  at: Date | null;
}

/** Confidence in a role from which a member speaks for the field. */
const SURE = 0.6;

/** Budget, authority, need and timeline: said, or for authority that somebody who decides is active. */
export function bantKnown(facts: DealFacts): FieldKnown<BantField>[] {
  const decider = facts.members.find(
    ({ role, confidence, active }) =>
      active && confidence >= SURE && (role === 'DECISION_MAKER' || role === 'ECONOMIC_BUYER'),
  );
  return [
    known('BUDGET', said(facts, 'budget')),
    known('AUTHORITY', said(facts, 'authority'), decider && follows(decider, 'is active and decides')),
    // Whoever says what hurts says what they need.
    known('NEED', said(facts, 'need') ?? said(facts, 'identifiedPain')),
    known('TIMELINE', said(facts, 'timeline')),
  ];
}

/** The fields of MEDDIC: said, or for the economic buyer and the champion that a buying group has one. */
export function meddicKnown(facts: DealFacts): FieldKnown<MeddicField>[] {
  const buyer = facts.members.find(({ role, confidence }) => role === 'ECONOMIC_BUYER' && confidence >= SURE);
  const champion = facts.members.find((one) => one.champion);
  return [
    known('METRICS', said(facts, 'metrics')),
    known('ECONOMIC_BUYER', said(facts, 'economicBuyer'), buyer && follows(buyer, 'is in the buying group')),
    known('DECISION_CRITERIA', said(facts, 'decisionCriteria')),
    known('DECISION_PROCESS', said(facts, 'decisionProcess')),
    known('IDENTIFIED_PAIN', said(facts, 'identifiedPain') ?? said(facts, 'need')),
    known('CHAMPION', said(facts, 'champion'), champion && follows(champion, 'speaks for us')),
  ];
}

interface Word {
  value: string;
  from: string;
  at: Date | null;
}

/** The latest word; of two at one moment the greater text, so that their order does not matter. */
function said({ said }: DealFacts, field: DealField): Word | undefined {
  return said
    .filter((fact) => fact.field === field && fact.value.trim() !== '')
    .sort(
      (a, b) => b.at.getTime() - a.at.getTime() || (`${b.value} ${b.from}` < `${a.value} ${a.from}` ? -1 : 1),
    )[0];
}

const follows = ({ name, role }: KnownMember, how: string): Word => ({
  value: name,
  from: `${name} (${role}) ${how}`,
  at: null,
});

function known<Field extends string>(
  field: Field,
  ...words: readonly (Word | undefined)[]
): FieldKnown<Field> {
  const word = words.find((one) => one !== undefined);
  return {
    field,
    known: word !== undefined,
    value: word?.value ?? null,
    from: word?.from ?? null,
    at: word?.at ?? null,
  };
}
