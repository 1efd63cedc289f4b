/**
 * The scoring model: one document with every weight, half-life, cap, rule and threshold that scoring uses.
 * It is plain JSON, so it can be versioned, diffed and previewed; code reads numbers from it and holds none.
 * A parsed model is never changed in place: scoring keeps what it derives from one beside the object.
 */
import { z } from 'zod';
import { Invalid } from './errors.ts';
import { defaultGroups, defaultNurture, groupsSchema, nurtureSchema } from './group-model.ts';
import { defaultMatchRules, matchRulesSchema } from './identity/match-rules.ts';
import { flagsSchema, handoffSchema, stageSchema, usualDecisions } from './model-decisions.ts';
import { FAMILIES, SIGNAL_KINDS, type SignalKind } from './signal.ts';

const share = z.number().min(0).max(1);
const score = z.number().min(0).max(100);
const weight = z.number().min(0);
const days = z.number().positive();

const kindSchema = z
  .strictObject({
    value: z.number().describe('Points of one full-strength signal; negative takes points off its actor.'),
    halfLifeDays: days.describe('Days after which its points have halved.'),
    capPerActorDay: z
      .number()
      .positive()
      .describe('Most points, either way, that one actor can collect with this kind in one UTC day.'),
  })
  .describe('What a kind of signal is worth.');

const reliabilitySchema = z
  .union([
    share,
    z.strictObject({
      named: share.describe('For signals of known people.'),
      anonymous: share.describe('For the rest.'),
    }),
  ])
  .describe('0–1, or one number for signals of known people and one for the rest.');

/** The first band that holds a number decides; a number in no band matches 0. */
const bandsSchema = z.array(
  z
    .strictObject({
      min: z.number().describe('From, inclusive.'),
      max: z.number().nullable().describe('Up to, exclusive; null: no end.'),
      value: share.describe('How well this band matches, 0–1.'),
    })
    .refine((band) => band.max === null || band.max > band.min, { path: ['max'], error: 'must exceed min' }),
);

export const scoringModelSchema = z.strictObject({
  kinds: z
    .record(z.enum(SIGNAL_KINDS as [SignalKind, ...SignalKind[]]), kindSchema)
    .describe('Points, half-life and cap of every kind of signal; none may be missing.'),
  reliability: z
    .strictObject({
      families: z
        .record(z.enum(FAMILIES), reliabilitySchema)
        .describe('Where nothing more precise is given.'),
      kinds: z
        .partialRecord(z.enum(SIGNAL_KINDS as [SignalKind, ...SignalKind[]]), reliabilitySchema)
        .describe('Goes before the family.'),
      sources: z.record(z.string().min(1), reliabilitySchema).describe('By source id; goes before the kind.'),
    })
    .describe('How far a source is believed: a factor on its points.'),
  sentiment: z
    .strictObject({
      whenUnknown: z.number().min(-1).max(1).describe('Sentiment assumed for a mention that carries none.'),
    })
    .describe('Mentions of us count (1 + sentiment) / 2 of their points; negative ones count nothing.'),
  breadth: z
    .strictObject({
      soft: z
        .number()
        .positive()
        .describe('Points of one actor above which more of the same counts less and less.'),
    })
    .describe('Breadth over depth.'),
  heat: z
    .strictObject({
      halfHeat: z.number().positive().describe('Raw points at which heat is 50.'),
      bands: z
        .strictObject({
          warm: score.describe('Heat from which an account is WARM.'),
          hot: score.describe('Heat from which it is HOT.'),
          onFire: score.describe('Heat from which it is ON_FIRE.'),
        })
        .refine((bands) => bands.warm < bands.hot && bands.hot < bands.onFire, {
          error: 'must rise: warm < hot < onFire',
        })
        .describe('Bands of heat.'),
    })
    .describe('From raw points to heat, 0–100.'),
  fit: z
    .strictObject({
      prior: share.describe('What an unknown attribute counts as.'),
      weights: z
        .strictObject({
          employees: weight.describe('Company size.'),
          industry: weight.describe('Industry.'),
          country: weight.describe('Geography.'),
          technologies: weight.describe('What they already use.'),
          growth: weight.describe('Growth stage.'),
          revenue: weight.describe('Revenue.'),
        })
        .refine((weights) => Object.values(weights).some((one) => one > 0), {
          error: 'at least one must be above 0',
        })
        .describe('How much each attribute of an account matters.'),
      icp: z
        .strictObject({
          industries: z.array(z.string().min(1)).describe('Names or words of names, case ignored.'),
          countries: z
            .array(z.string().min(1))
            .describe('As accounts have them, usually ISO 3166-1 alpha-2.'),
          technologies: z.array(z.string().min(1)).describe('Technologies that speak for a company.'),
          technologiesNeeded: z.int().positive().describe('How many of them make a full match.'),
          employees: bandsSchema.describe('Number of employees.'),
          revenue: bandsSchema.describe('Yearly revenue, in the currency accounts are kept in.'),
          growth: bandsSchema.describe('Yearly growth as a ratio: 0.2 is 20 %.'),
        })
        .describe('The ideal customer profile. An empty list says nothing: its attribute counts as unknown.'),
      person: z
        .strictObject({
          weights: z
            .strictObject({
              title: weight.describe('Weight of the seniority in the job title.'),
              department: weight.describe('Weight of the department.'),
            })
            .refine((weights) => weights.title + weights.department > 0, {
              error: 'at least one must be above 0',
            })
            .describe('How much each attribute of a person matters.'),
          levels: z
            .strictObject({
              C_LEVEL: share.describe('Runs the company or one of its functions.'),
              VP: share.describe('Vice presidents.'),
              DIRECTOR: share.describe('Directors and heads of something.'),
              MANAGER: share.describe('Managers and team leads.'),
              OTHER: share.describe('Everybody else with a title.'),
            })
            .describe('How well a level of seniority matches.'),
          departments: z.array(z.string().min(1)).describe('Departments that buy; empty: says nothing.'),
        })
        .describe('Fit of a person.'),
    })
    .describe('How well an account or a person matches the ideal customer profile.'),
  disqualifiers: z
    .strictObject({
      competitorDomains: z.array(z.string().min(1)).describe('Their subdomains are included.'),
      existingCustomers: z.boolean().describe('On for models of new business only.'),
      blockedCountries: z
        .array(z.string().min(1))
        .describe('Countries we do not sell to, as accounts have them.'),
      freeEmailOnly: z.boolean().describe('Known by nothing but free e-mail addresses.'),
      students: z.boolean().describe('Known by nothing but students.'),
      optedOut: z.boolean().describe('Asked not to be contacted.'),
      salesSaidNoDays: z
        .int()
        .positive()
        .nullable()
        .describe('For how long a no by sales holds; null: never.'),
    })
    .describe('Hard gates: any of these makes the tier DISQUALIFIED whatever the intent.'),
  qualification: z
    .strictObject({
      weights: z
        .strictObject({ fit: share.describe('Part of fit.'), heat: share.describe('Part of heat.') })
        .refine((weights) => Math.abs(weights.fit + weights.heat - 1) < 1e-9, { error: 'must add up to 1' })
        .describe('Parts of fit and heat in the value; together 1.'),
      tiers: z
        .strictObject({
          hot: score.describe('Value from which the tier is HOT.'),
          warm: score.describe('Value from which it is WARM.'),
          cold: score.describe('Value from which it is COLD; below it is DISQUALIFIED.'),
        })
        .refine((tiers) => tiers.cold < tiers.warm && tiers.warm < tiers.hot, {
          error: 'must rise: cold < warm < hot',
        })
        .describe('Tiers of the value.'),
    })
    .describe('Fit and heat combined.'),
  surge: z
    .strictObject({
      weekWeights: z
        .array(z.number().positive().max(1))
        .min(1)
        .describe(
          'How much each week of the current window counts, oldest first; its length is the window. All 1: the plain count.',
        ),
      baselineWeeks: z.int().min(4).describe('Weeks before the window that tell what is ordinary.'),
      minimumDays: z
        .int()
        .min(7)
        .describe('Observed days of the baseline under which nothing is said: INSUFFICIENT_DATA.'),
      poolUnder: z
        .int()
        .positive()
        .describe('Fewer accounts than this in a topic and size tier are pooled: to the topic, then to all.'),
      trendLimit: z
        .number()
        .min(1)
        .describe('A general rise is taken out up to this factor, a general fall down to its inverse.'),
      pointsPerTenfold: z
        .number()
        .positive()
        .describe('Points of score for ten times the odds against chance; 50 is ordinary.'),
      thresholds: z
        .strictObject({
          surging: score.describe('Score from which it is ELEVATED, or SURGING if all else holds.'),
          cooling: score.describe('Score down to which it is COOLING.'),
        })
        .refine((thresholds) => thresholds.cooling < thresholds.surging, {
          error: 'must rise: cooling < surging',
        })
        .describe('Where statuses begin.'),
      actors: z.int().positive().describe('Actors needed for SURGING, unless there are sources enough.'),
      sources: z.int().positive().describe('Independent sources that do instead of actors.'),
      clusterShare: share.describe('Part of a cluster’s topics that must surge for the cluster to surge.'),
      falseDiscoveryRate: share.describe('Part of the surges of one day that may be chance, on average.'),
    })
    .describe('How unlikely the current activity is given the account’s own past.'),
  stage: stageSchema,
  handoff: handoffSchema,
  flags: flagsSchema,
  groups: groupsSchema,
  nurture: nurtureSchema,
  match: matchRulesSchema,
});
export type ScoringModel = z.infer<typeof scoringModelSchema>;

/** The model a workspace starts with. Its ideal customer profile is mostly empty: only the workspace knows it. */
export const defaultModel: ScoringModel = {
  kinds: {
    'site.pricing_view': { value: 10, halfLifeDays: 14, capPerActorDay: 20 },
    'site.compare_view': { value: 10, halfLifeDays: 14, capPerActorDay: 20 },
    'site.demo_view': { value: 15, halfLifeDays: 90, capPerActorDay: 15 },
    'site.product_view': { value: 5, halfLifeDays: 7, capPerActorDay: 10 },
    'site.blog_view': { value: 2, halfLifeDays: 7, capPerActorDay: 6 },
    'site.page_view': { value: 1, halfLifeDays: 7, capPerActorDay: 5 },
    'content.download': { value: 15, halfLifeDays: 30, capPerActorDay: 20 },
    'content.view': { value: 2, halfLifeDays: 7, capPerActorDay: 6 },
    'content.form': { value: 15, halfLifeDays: 90, capPerActorDay: 15 },
    'content.demo_request': { value: 15, halfLifeDays: 90, capPerActorDay: 15 },
    'content.assessment': { value: 12, halfLifeDays: 60, capPerActorDay: 12 },
    'email.delivered': { value: 1, halfLifeDays: 7, capPerActorDay: 12 },
    'email.open': { value: 5, halfLifeDays: 7, capPerActorDay: 12 },
    'email.click': { value: 10, halfLifeDays: 7, capPerActorDay: 12 },
    'email.bounce': { value: -5, halfLifeDays: 60, capPerActorDay: 5 },
    'email.unsubscribe': { value: -10, halfLifeDays: 60, capPerActorDay: 10 },
    'event.webinar': { value: 20, halfLifeDays: 60, capPerActorDay: 20 },
    'event.trade_show': { value: 10, halfLifeDays: 60, capPerActorDay: 10 },
    'intent.topic': { value: 12, halfLifeDays: 21, capPerActorDay: 24 },
    'review.category_view': { value: 8, halfLifeDays: 14, capPerActorDay: 30 },
    'review.compare_view': { value: 20, halfLifeDays: 14, capPerActorDay: 30 },
    'review.pricing_view': { value: 18, halfLifeDays: 14, capPerActorDay: 30 },
    'review.profile_view': { value: 18, halfLifeDays: 14, capPerActorDay: 30 },
    'social.mention': { value: 8, halfLifeDays: 30, capPerActorDay: 8 },
    'social.competitor_research': { value: 12, halfLifeDays: 21, capPerActorDay: 24 },
    'product.trial': { value: 20, halfLifeDays: 30, capPerActorDay: 20 },
    'product.activation': { value: 20, halfLifeDays: 30, capPerActorDay: 20 },
    'product.usage': { value: 2, halfLifeDays: 14, capPerActorDay: 6 },
    'crm.campaign_response': { value: 8, halfLifeDays: 30, capPerActorDay: 12 },
    'crm.meeting': { value: 15, halfLifeDays: 60, capPerActorDay: 15 },
    'crm.not_interested': { value: -20, halfLifeDays: 120, capPerActorDay: 20 },
  },
  reliability: {
    families: {
      THIRD_PARTY_INTENT: 0.35,
      SOCIAL: { named: 0.7, anonymous: 0.3 },
      CONTENT: 1,
      SITE_VISIT: 0.9,
      EMAIL: 1,
      EVENT: 1,
      CRM: 1,
      PRODUCT: 1,
    },
    kinds: {
      'review.category_view': 0.8,
      'review.compare_view': 0.8,
      'review.pricing_view': 0.8,
      'review.profile_view': 0.8,
    },
    sources: { bombora: 0.5, g2: 0.8, trustradius: 0.8 },
  },
  sentiment: { whenUnknown: 0 },
  breadth: { soft: 30 },
  heat: { halfHeat: 40, bands: { warm: 20, hot: 50, onFire: 80 } },
  fit: {
    prior: 0.5,
    weights: { employees: 25, industry: 20, country: 15, technologies: 15, growth: 10, revenue: 15 },
    icp: {
      industries: [],
      countries: [],
      technologies: [],
      technologiesNeeded: 1,
      employees: [
        { min: 0, max: 10, value: 0.2 },
        { min: 10, max: 50, value: 0.5 },
        { min: 50, max: 200, value: 0.8 },
        { min: 200, max: 5000, value: 1 },
        { min: 5000, max: null, value: 0.8 },
      ],
      revenue: [],
      growth: [],
    },
    person: {
      weights: { title: 25, department: 15 },
      levels: { C_LEVEL: 1, VP: 0.8, DIRECTOR: 0.6, MANAGER: 0.4, OTHER: 0.2 },
      departments: [],
    },
  },
  disqualifiers: {
    competitorDomains: [],
    existingCustomers: false,
    blockedCountries: [],
    freeEmailOnly: true,
    students: true,
    optedOut: true,
    salesSaidNoDays: 90,
  },
  qualification: { weights: { fit: 0.4, heat: 0.6 }, tiers: { hot: 80, warm: 60, cold: 40 } },
  surge: {
    weekWeights: [0.3, 1, 1],
    baselineWeeks: 12,
    minimumDays: 28,
    poolUnder: 30,
    trendLimit: 3,
    pointsPerTenfold: 7.82,
    thresholds: { surging: 60, cooling: 40 },
    actors: 2,
    sources: 2,
    clusterShare: 0.25,
    // Under the 10 % that is promised, for populations that keep to no model.
    falseDiscoveryRate: 0.07,
  },
  ...usualDecisions,
  groups: defaultGroups,
  nurture: defaultNurture,
  match: defaultMatchRules,
};

/**
 * Checks a document (a JSON value) and returns it as a model of its own.
 * Throws `Invalid` naming the first mistake's path in `field` and its remedy in `hint`.
 */
export function parseModel(document: unknown): ScoringModel {
  const parsed = scoringModelSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (!issue) throw new Invalid('The scoring model is not valid.', '', { cause: parsed.error });

  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = unknownKey === undefined ? issue.path : [...issue.path, unknownKey];
  const field = pathText(path);
  const more = parsed.error.issues.length - 1;
  const others = more > 0 ? ` (and ${more} more ${more === 1 ? 'mistake' : 'mistakes'})` : '';
  const place = field === '' ? 'The scoring model' : `The scoring model's ${field}`;
  const reason = unknownKey === undefined ? lowerFirst(issue.message) : 'is not a known name';
  const hint =
    unknownKey === undefined ? mending(issue.path) : `Remove it or mend its spelling. ${namesAt(issue.path)}`;
  throw new Invalid(`${place}: ${reason}${others}.`, hint, { cause: parsed.error, field });
}

function mending(path: PropertyKey[]): string {
  const usual = lookUp(defaultModel, path);
  if (usual === undefined) return 'Change it, or leave that entry out.';
  const text = JSON.stringify(usual);
  return text.length > 200
    ? 'Start from a copy of the default model and change what you need.'
    : `Change it; in the default model it is ${text}.`;
}

function namesAt(path: PropertyKey[]): string {
  const usual = lookUp(defaultModel, path);
  return typeof usual === 'object' && usual !== null ? `Known here: ${Object.keys(usual).join(', ')}.` : '';
}

function lookUp(document: unknown, path: PropertyKey[]): unknown {
  let at = document;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}

/** `kinds["site.pricing_view"].value`, `fit.icp.employees[2].max`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^\w+$/.test(String(key))) text += text === '' ? String(key) : `.${String(key)}`;
    else text += `[${JSON.stringify(String(key))}]`;
  }
  return text;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
