/** Enums of buying groups and nurture. */
import type { BuyingRole } from '../src/core/group-model.ts';
import type { BantField, MeddicField } from '../src/core/scoring/bant.ts';
import type { GroupStatus, MemberStatus, RoleSource } from '../src/core/scoring/group.ts';
import type { NextStep, NurtureStage } from '../src/core/scoring/nurture.ts';
import { builder } from './builder.ts';

function enumOf<T extends string>(name: string, description: string, meanings: Record<T, string>) {
  const values = Object.fromEntries(
    (Object.keys(meanings) as T[]).map((value) => [value, { value, description: meanings[value] }]),
  ) as { [K in T]: { value: K; description: string } };
  return builder.enumType(name, { description, values });
}

export const BuyingRoleEnum = enumOf<BuyingRole>('BuyingRole', 'The part somebody plays in a purchase.', {
  DECISION_MAKER: 'Decides.',
  ECONOMIC_BUYER: 'Owns the budget.',
  CHAMPION: 'Wants it and speaks for it.',
  INFLUENCER: 'Is asked for an opinion.',
  TECHNICAL_EVALUATOR: 'Judges whether it works.',
  PRACTITIONER: 'Will use it.',
  PROCUREMENT: 'Negotiates and buys.',
});

export const RoleSourceEnum = enumOf<RoleSource>('RoleSource', 'Who says which role somebody has.', {
  MANUAL: 'Somebody, by hand.',
  CRM: 'The CRM.',
  INFERRED: 'Nobody: it follows from the title, or from what they look at.',
});

export const MemberStatusEnum = enumOf<MemberStatus>(
  'MemberStatus',
  'How sure it is that somebody takes part.',
  {
    POTENTIAL: 'What they did, or their title, speaks for it.',
    CONFIRMED: 'The CRM or somebody by hand says so.',
  },
);

export const GroupStatusEnum = enumOf<GroupStatus>('BuyingGroupStatus', 'How far a buying group has come.', {
  IDENTIFIED: 'People are known, and nobody was active lately.',
  FORMING: 'Somebody was active lately.',
  ENGAGED: 'Several roles were active lately.',
});

export const NurtureStageEnum = enumOf<NurtureStage>(
  'NurtureStage',
  'How far a person has come by themselves.',
  {
    INITIAL_INTEREST: 'Learning.',
    EVALUATION: 'Weighing us up.',
    PURCHASE_INTENT: 'About to buy.',
  },
);

export const NextStepEnum = enumOf<NextStep>('NextStep', 'What is best done next.', {
  LEAVE_ALONE: 'Nothing: they do not want to hear from us.',
  LEAVE_TO_SALES: 'Nothing: sales have them.',
  HAND_TO_SALES: 'Let sales call.',
  OFFER_DEMO: 'Offer a demo.',
  ASK_FOR_ROLE: 'Ask what they do, in the next form.',
  SEND_COMPARISON: 'Send a comparison with the alternatives.',
  INVITE_TO_WEBINAR: 'Invite them to a webinar.',
  SEND_BASICS: 'Send an introduction.',
});

export const BantFieldEnum = enumOf<BantField>('BantField', 'What qualifies a deal.', {
  BUDGET: 'Whether there is money.',
  AUTHORITY: 'Whether somebody who decides is with us.',
  NEED: 'Whether they need it.',
  TIMELINE: 'When they want it.',
});

export const MeddicFieldEnum = enumOf<MeddicField>('MeddicField', 'What makes a deal forecastable.', {
  METRICS: 'What it is worth to them, in numbers.',
  ECONOMIC_BUYER: 'Who owns the budget.',
  DECISION_CRITERIA: 'What they judge by.',
  DECISION_PROCESS: 'How they decide.',
  IDENTIFIED_PAIN: 'What hurts.',
  CHAMPION: 'Who speaks for us.',
});
