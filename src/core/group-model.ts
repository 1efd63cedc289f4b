/** The scoring model's sections on people: buying groups and nurture. Part of core/model.ts. */
import { z } from 'zod';
import { SIGNAL_KINDS, type SignalKind } from './signal.ts';

/** Parts that people play in a purchase, the most telling first. */
export const BUYING_ROLES = [
  'DECISION_MAKER',
  'ECONOMIC_BUYER',
  'CHAMPION',
  'INFLUENCER',
  'TECHNICAL_EVALUATOR',
  'PRACTITIONER',
  'PROCUREMENT',
] as const;
export type BuyingRole = (typeof BUYING_ROLES)[number];

export const templateSchema = z
  .array(
    z.strictObject({
      role: z.enum(BUYING_ROLES).describe('The part somebody plays.'),
      required: z.int().positive().describe('How many people fill it.'),
      weight: z
        .union([z.literal(20), z.literal(40), z.literal(60), z.literal(80), z.literal(100)])
        .describe('How much it matters: 20, 40, 60, 80 or 100.'),
      needed: z.boolean().describe('Whether a group is incomplete without it.'),
    }),
  )
  .min(1)
  .refine((roles) => new Set(roles.map(({ role }) => role)).size === roles.length, {
    error: 'must name each role once',
  })
  .refine((roles) => roles.some(({ needed }) => needed), { error: 'must need at least one role' });
export type RoleTemplate = z.infer<typeof templateSchema>;

const kinds = z.array(z.enum(SIGNAL_KINDS as [SignalKind, ...SignalKind[]]));
const sentiment = z.number().min(-1).max(1);

const groups = z.strictObject({
  halfGroup: z
    .number()
    .positive()
    .describe('Points, averaged over the roles by weight, at which engagement is 50.'),
  activeDays: z.int().positive().describe('Days for which somebody who did something counts as active.'),
  assignFrom: z.number().min(0).max(1).describe('Confidence in a role from which somebody fills it.'),
  engagedRoles: z.int().positive().describe('Active roles from which a group is ENGAGED.'),
  champion: z
    .strictObject({
      engagement: z.number().min(0).max(100).describe('Own engagement from which somebody may be one.'),
      sentiment: sentiment.describe('Mean sentiment from which they are.'),
    })
    .describe('Who speaks for us.'),
  blocker: z
    .strictObject({ sentiment: sentiment.describe('Mean sentiment down to which somebody is one.') })
    .describe('Who speaks against us; saying no to sales makes one too.'),
  template: templateSchema.describe('Roles of a solution that has none of its own.'),
});

const nurture = z.strictObject({
  days: z.int().positive().describe('Days that what somebody did counts for their stage.'),
  evaluation: z
    .strictObject({
      kinds: kinds.describe('Kinds that show somebody weighing us up.'),
      points: z.number().positive().describe('Capped points of these kinds from which they do.'),
    })
    .describe('When somebody is in EVALUATION.'),
  purchase: z
    .strictObject({
      kinds: kinds.describe('Kinds that show somebody about to buy.'),
      points: z.number().positive().describe('Capped points of these kinds from which they are.'),
    })
    .describe('When somebody has PURCHASE_INTENT.'),
});

export const defaultGroups: z.infer<typeof groups> = {
  halfGroup: 10,
  activeDays: 30,
  assignFrom: 0.4,
  engagedRoles: 3,
  champion: { engagement: 50, sentiment: 0.3 },
  blocker: { sentiment: -0.3 },
  template: [
    { role: 'DECISION_MAKER', required: 1, weight: 100, needed: true },
    { role: 'ECONOMIC_BUYER', required: 1, weight: 80, needed: true },
    { role: 'CHAMPION', required: 1, weight: 80, needed: true },
    { role: 'INFLUENCER', required: 1, weight: 40, needed: false },
    { role: 'TECHNICAL_EVALUATOR', required: 1, weight: 60, needed: true },
    { role: 'PRACTITIONER', required: 2, weight: 40, needed: false },
    { role: 'PROCUREMENT', required: 1, weight: 20, needed: false },
  ],
};

export const defaultNurture: z.infer<typeof nurture> = {
  days: 90,
  evaluation: {
    kinds: [
      'site.product_view',
      'site.compare_view',
      'content.download',
      'content.form',
      'content.assessment',
      'event.webinar',
      'event.trade_show',
      'review.compare_view',
      'review.profile_view',
    ],
    points: 15,
  },
  purchase: {
    kinds: [
      'site.pricing_view',
      'site.demo_view',
      'content.demo_request',
      'review.pricing_view',
      'product.trial',
      'product.activation',
      'crm.meeting',
    ],
    points: 15,
  },
};

/** Models that were stored before there were groups are read with the defaults. */
export const groupsSchema = groups
  .default(defaultGroups)
  .describe('The people of an account around one solution.');
export const nurtureSchema = nurture
  .default(defaultNurture)
  .describe('How far a person has come, and what to do next.');
