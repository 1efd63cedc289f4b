/** The part of the scoring model that decides: stages, the hand-off to sales, and flags. Put into the document by model.ts. */
import { z } from 'zod';
import { SIGNAL_KINDS, type SignalKind } from './signal.ts';

const share = z.number().min(0).max(1);
const score = z.number().min(0).max(100);

const heatStageSchema = z
  .strictObject({
    heat: score.describe('Heat from which it is.'),
    leaveBelow: score.describe('Once there, it stays until heat is below this.'),
  })
  .refine((stage) => stage.leaveBelow <= stage.heat, {
    path: ['leaveBelow'],
    error: 'must not exceed heat',
  });

export const stageSchema = z
  .strictObject({
    decision: z
      .strictObject({
        kinds: z.array(z.enum(SIGNAL_KINDS as [SignalKind, ...SignalKind[]])).describe('Late-stage kinds.'),
        points: z.number().positive().describe('Points of these kinds, capped but not decayed.'),
        days: z.int().positive().describe('Within so many days, today included.'),
        actors: z.int().positive().describe('By at least so many actors.'),
        leaveBelow: z.number().min(0).describe('Once there, it stays until there are fewer points.'),
      })
      .refine((stage) => stage.leaveBelow <= stage.points, {
        path: ['leaveBelow'],
        error: 'must not exceed points',
      })
      .describe('When an account is in DECISION.'),
    consideration: heatStageSchema.describe('When it is in CONSIDERATION, beside while a cluster surges.'),
    awareness: heatStageSchema.describe('When it is in AWARENESS.'),
    changeDays: z
      .int()
      .positive()
      .describe('Least number of days between two changes, those by the CRM aside.'),
  })
  .describe('Where an account stands.');

export const handoffSchema = z
  .strictObject({
    score: score.describe('Qualification from which an account may be handed over.'),
    fit: score.describe('Fit from which it matches the ideal customer.'),
    bantKnown: z.int().min(0).max(4).describe('How many of budget, authority, need and timeline are known.'),
    kinds: z.array(z.enum(SIGNAL_KINDS as [SignalKind, ...SignalKind[]])).describe('Buying signals.'),
    days: z.int().positive().describe('A buying signal within so many days is active, today included.'),
    responseHours: z.number().positive().describe('Hours in which sales are to answer.'),
  })
  .describe('When an account is handed over to sales.');

export const flagsSchema = z
  .strictObject({
    settleDays: z.int().min(0).describe('Days a flag stays open at least, though its reason goes.'),
    coolDownDays: z
      .int()
      .min(0)
      .describe('Days after its end in which the same rule is not raised for the same subject.'),
    creditDays: z
      .int()
      .min(0)
      .describe('Days after its raising in which an opportunity still confirms an expired flag.'),
    darkFunnel: z
      .strictObject({
        fit: score.describe('Fit from.'),
        surge: score.describe('Surge from; it must be SURGING, too.'),
        share: share.describe('Part of the points from anonymous, third-party or social signals, from.'),
      })
      .describe('DARK_FUNNEL_SURGE: surging where nobody shows their name.'),
    lookalike: z
      .strictObject({
        days: z.int().positive().describe('Whose opportunity opened in so many days is a recent converter.'),
        converters: z.int().positive().describe('Fewer converters than this say nothing.'),
        lift: z.number().min(1).describe('How many times the usual odds its traits must make it.'),
        heat: z.number().min(0).max(100).describe('Heat it must have: being alike alone says little.'),
        shrinkage: z
          .number()
          .positive()
          .describe('How strongly weights of traits are drawn to nothing; up to ten times of it are tried.'),
        firsts: z.int().positive().describe('How many of the first kinds and topics of signals are traits.'),
      })
      .describe('LOOKALIKE: like those who bought lately.'),
    socialPush: z
      .strictObject({
        sentiment: z.number().min(-1).max(1).describe('Sentiment of a named person’s mention, from.'),
        days: z.int().positive().describe('Within so many days, today included.'),
      })
      .describe('SOCIAL_PUSH: a known person speaks well of us, or looks for a replacement of a competitor.'),
    groupForming: z
      .strictObject({
        roles: z.int().positive().describe('Roles of one solution that are active, from.'),
        days: z.int().positive().describe('Active is who did something in so many days, today included.'),
        personBelow: score.describe('Nobody’s own qualification reaches this.'),
      })
      .describe('GROUP_FORMING: several roles are active, and nobody stands out alone.'),
  })
  .describe('When a pre-MQL flag is raised, and how long it lives.');

interface Decisions {
  stage: z.infer<typeof stageSchema>;
  handoff: z.infer<typeof handoffSchema>;
  flags: z.infer<typeof flagsSchema>;
}

/** As they are in the default model. */
export const usualDecisions: Decisions = {
  stage: {
    decision: {
      kinds: [
        'site.pricing_view',
        'site.compare_view',
        'site.demo_view',
        'content.demo_request',
        'review.pricing_view',
        'review.compare_view',
      ],
      points: 15,
      days: 14,
      actors: 2,
      leaveBelow: 8,
    },
    consideration: { heat: 50, leaveBelow: 40 },
    awareness: { heat: 20, leaveBelow: 15 },
    changeDays: 3,
  },
  handoff: {
    score: 75,
    fit: 60,
    bantKnown: 1,
    kinds: [
      'site.pricing_view',
      'site.compare_view',
      'site.demo_view',
      'content.form',
      'content.demo_request',
      'content.assessment',
      'review.pricing_view',
      'review.compare_view',
      'product.trial',
      'crm.meeting',
    ],
    days: 14,
    responseHours: 24,
  },
  flags: {
    settleDays: 6,
    coolDownDays: 90,
    creditDays: 90,
    darkFunnel: { fit: 60, surge: 60, share: 0.7 },
    lookalike: { days: 182, converters: 20, lift: 2, heat: 30, shrinkage: 10, firsts: 3 },
    socialPush: { sentiment: 0.3, days: 30 },
    groupForming: { roles: 3, days: 30, personBelow: 75 },
  },
};
