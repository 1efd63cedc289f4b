import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultModel, parseModel, type ScoringModel } from '../../../src/core/model.ts';
import {
  type Disqualifier,
  type Firmographics,
  noOutcomes,
  type Outcomes,
  scoreFit,
  scorePersonFit,
} from '../../../src/core/scoring/fit.ts';
import { titleLevel } from '../../../src/core/scoring/title.ts';
import { asOf, daysAfter, daysBefore } from './timeline.ts';

const model: ScoringModel = parseModel({
  ...defaultModel,
  fit: {
    ...defaultModel.fit,
    icp: {
      ...defaultModel.fit.icp,
      industries: ['software', 'Financial Services'],
      countries: ['DE', 'FR'],
      technologies: ['PostgreSQL', 'Kafka', 'dbt'],
      technologiesNeeded: 2,
      revenue: [
        { min: 1e6, max: 1e7, value: 0.5 },
        { min: 1e7, max: null, value: 1 },
      ],
      growth: [{ min: 0.2, max: null, value: 1 }],
    },
    person: { ...defaultModel.fit.person, departments: ['Engineering'] },
  },
});

const unknownCompany: Firmographics = {
  domain: 'northwind.example',
  name: 'Northwind',
  industry: null,
  employees: null,
  revenue: null,
  country: null,
  technologies: [],
  growth: null,
};
const ideal: Firmographics = {
  ...unknownCompany,
  industry: 'Computer Software',
  employees: 800,
  revenue: 5e7,
  country: 'de',
  technologies: ['kafka', 'postgresql'],
  growth: 0.3,
};
const fitOf = (account: Partial<Firmographics>, used = model) =>
  scoreFit({ ...unknownCompany, ...account }, noOutcomes, used, asOf);

describe('fit of an account', () => {
  // The prior of all is 50; knowing attribute j moves it by w_j · (v_j − 0.5).
  const cases: [name: string, account: Partial<Firmographics>, value: number, coverage: number][] = [
    ['nothing known', {}, 50, 0],
    ['all ideal', ideal, 100, 1],
    ['right size', { employees: 800 }, 62.5, 0.25],
    ['tiny', { employees: 9 }, 42.5, 0.25],
    ['bands start inclusive', { employees: 10 }, 50, 0.25],
    ['in no band', { revenue: 5 }, 42.5, 0.15],
    ['half-way revenue', { revenue: 9.99e6 }, 50, 0.15],
    ['shrinking', { growth: -0.1 }, 45, 0.1],
    ['industry by a word of it', { industry: 'Software Development' }, 60, 0.2],
    ['industry by its words, case and signs ignored', { industry: 'financial-services' }, 60, 0.2],
    ['another industry', { industry: 'Softwareless Farming' }, 40, 0.2],
    ['wrong country', { country: 'US' }, 42.5, 0.15],
    ['one technology of two', { technologies: ['DBT', 'Fax'] }, 50, 0.15],
    ['more technologies than needed', { technologies: ['dbt', 'kafka', 'postgresql'] }, 57.5, 0.15],
    ['no technology of ours', { technologies: ['Fax'] }, 42.5, 0.15],
  ];
  test.each(cases)('%s', (_name, account, value, coverage) => {
    const fit = fitOf(account);
    expect(fit.value).toBeCloseTo(value, 10);
    expect(fit.coverage).toBeCloseTo(coverage, 10);
    expect(fit.parts.reduce((sum, part) => sum + part.points, 0)).toBeCloseTo(value, 10);
  });

  test('what the profile says nothing about is unknown, however much is known', () => {
    const fit = fitOf(ideal, defaultModel);
    expect(fit.coverage).toBeCloseTo(0.25, 10);
    expect(fit.parts.filter((part) => part.value !== null).map((part) => part.attribute)).toEqual([
      'employees',
    ]);
  });

  test('reasons say what was compared', () => {
    const reasons = Object.fromEntries(
      fitOf({ ...ideal, country: null, industry: 'Farming' }).parts.map((part) => [
        part.attribute,
        part.reason,
      ]),
    );
    expect(reasons).toEqual({
      employees: 'employees 800 is from 200 to under 5000: matches 100 %',
      industry: 'industry Farming is not in the profile',
      country: 'country unknown',
      technologies: 'uses PostgreSQL, Kafka: matches 100 %',
      growth: 'growth 0.3 is from 0.2: matches 100 %',
      revenue: 'revenue 50000000 is from 10000000: matches 100 %',
    });
  });

  test('stays within 0–100, coverage within 0–1', () => {
    const company = fc.record({
      industry: fc.option(fc.string()),
      employees: fc.option(fc.nat()),
      revenue: fc.option(fc.double({ noNaN: true })),
      country: fc.option(fc.string()),
      technologies: fc.array(fc.constantFrom('dbt', 'Kafka', 'Fax')),
      growth: fc.option(fc.double({ noNaN: true })),
    });
    fc.assert(
      fc.property(company, (account) => {
        const { value, coverage } = fitOf(account);
        expect(value >= 0 && value <= 100 && coverage >= 0 && coverage <= 1).toBe(true);
      }),
    );
  });
});

describe('disqualifiers', () => {
  const gated: ScoringModel = {
    ...defaultModel,
    disqualifiers: {
      ...defaultModel.disqualifiers,
      competitorDomains: ['rival.example'],
      existingCustomers: true,
      blockedCountries: ['KP'],
    },
  };
  type Case = [
    name: string,
    account: Partial<Firmographics>,
    outcomes: Partial<Outcomes>,
    by: Disqualifier | null,
  ];
  const cases: Case[] = [
    ['none', {}, {}, null],
    ['a competitor', { domain: 'rival.example' }, {}, 'COMPETITOR'],
    ['a competitor’s subdomain', { domain: 'shop.rival.example' }, {}, 'COMPETITOR'],
    ['a name that only ends alike', { domain: 'notrival.example' }, {}, null],
    ['a customer', {}, { customer: true }, 'EXISTING_CUSTOMER'],
    ['a blocked country', { country: 'kp' }, {}, 'BLOCKED_COUNTRY'],
    ['free e-mail only', {}, { freeEmailOnly: true }, 'FREE_EMAIL_ONLY'],
    ['a student', {}, { student: true }, 'STUDENT'],
    ['opted out', {}, { optedOut: true }, 'OPTED_OUT'],
    ['rejected today', {}, { salesSaidNoAt: asOf }, 'SALES_SAID_NO'],
    ['rejected 89 days ago', {}, { salesSaidNoAt: daysBefore(89) }, 'SALES_SAID_NO'],
    ['rejected 90 days ago', {}, { salesSaidNoAt: daysBefore(90) }, null],
    ['rejected later', {}, { salesSaidNoAt: daysAfter(1) }, null],
  ];
  test.each(cases)('%s', (_name, account, outcomes, by) => {
    const fit = scoreFit({ ...unknownCompany, ...account }, { ...noOutcomes, ...outcomes }, gated, asOf);
    expect(fit.disqualifiedBy).toBe(by);
  });

  test('each can be switched off; customers are welcome by default', () => {
    const everything: Outcomes = {
      customer: true,
      openOpportunity: true,
      salesSaidNoAt: asOf,
      optedOut: true,
      freeEmailOnly: true,
      student: true,
    };
    const open: ScoringModel = {
      ...defaultModel,
      disqualifiers: {
        ...defaultModel.disqualifiers,
        freeEmailOnly: false,
        students: false,
        optedOut: false,
        salesSaidNoDays: null,
      },
    };
    expect(scoreFit(unknownCompany, everything, open, asOf).disqualifiedBy).toBeNull();
    expect(scoreFit(unknownCompany, everything, defaultModel, asOf).disqualifiedBy).toBe('FREE_EMAIL_ONLY');
  });
});

test.each([
  ['Chief Technology Officer', 'Engineering', 100, 1],
  ['VP Engineering', 'engineering', 87.5, 1],
  ['VP Engineering', 'Legal', 50, 1],
  ['Director of Data', null, 56.25, 0.625],
  [null, null, 50, 0],
  [' ', 'Engineering', 68.75, 0.375],
])('fit of a person: %s in %s', (title, department, value, coverage) => {
  const fit = scorePersonFit({ title, department }, model);
  expect(fit.value).toBeCloseTo(value, 10);
  expect(fit.coverage).toBeCloseTo(coverage, 10);
});

test.each([
  ['Chief Executive Officer', 'C_LEVEL'],
  ['C.T.O.', 'C_LEVEL'],
  ['CISO', 'C_LEVEL'],
  ['Co-Founder & Head of Sales', 'C_LEVEL'],
  ['President', 'C_LEVEL'],
  ['Managing Director', 'C_LEVEL'],
  ['Owner', 'C_LEVEL'],
  ['Vice President, Marketing', 'VP'],
  ['Vice-President Sales', 'VP'],
  ['SVP Product', 'VP'],
  ['Assistant Vice President', 'VP'],
  ['Senior Director of IT', 'DIRECTOR'],
  ['Head of Procurement', 'DIRECTOR'],
  ['Engineering  Manager', 'MANAGER'],
  ['Team Lead', 'MANAGER'],
  ['Assistant Manager', 'MANAGER'],
  ['Product Owner', 'OTHER'],
  ['Executive Assistant to the CEO', 'OTHER'],
  ['Assistant to the Vice President', 'OTHER'],
  ['Lead Generation Specialist', 'OTHER'],
  ['Software Engineer', 'OTHER'],
  ['', 'OTHER'],
])('title %j is %s', (title, level) => {
  expect(titleLevel(title)).toBe(level);
});
