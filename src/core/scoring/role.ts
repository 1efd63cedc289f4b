/** What a person with a job title works on, and the part they are likely to play in a purchase. */
import type { BuyingRole } from '../group-model.ts';
import { type TitleLevel, titleLevel } from './title.ts';
import { inEnglish } from './title-words.ts';

export type TitleArea = 'BUSINESS' | 'TECHNICAL' | 'SALES_MARKETING' | 'OTHER';

export interface TitleJudgement {
  level: TitleLevel;
  area: TitleArea;
  /** `null` where the title tells none. */
  role: BuyingRole | null;
  /** In the role, 0–1: a title alone never makes it certain. */
  confidence: number;
}

const words = (list: string): RegExp => new RegExp(`\\b(?:${list.trim().replace(/\s*,\s*/g, '|')})\\b`);

/** Functions from the sharpest word to the vaguest: a sales engineer sells, a marketing data analyst markets. */
const AREAS: readonly [TitleArea, RegExp][] = [
  [
    'SALES_MARKETING',
    words(`sales, selling, marketing, marketer, cmo, cro, revenue, revops, account executive, account exec, account manager, account director,
      business development, bdr, sdr, demand gen, demand generation, growth, brand, advertising, campaigns?, seo, sem, ppc, social media,
      customer success, customer experience, partnerships?, partner manager, channel, go to market, gtm, public relations, pr manager,
      communications, copywriter, content, abm, field marketing, ecommerce, e-commerce, merchandising, lead gen, martech, community manager, market research`),
  ],
  [
    'TECHNICAL',
    words(`cto, cio, ciso, cdo, it, ict, information technology, information security, infosec, technology, technical, engineer, engineers, engineering,
      developer, development, software, devops, devsecops, sre, site reliability, architect, architecture, programmer, systems?, sysadmin,
      network, networking, infrastructure, platform, cloud, data, database, dba, analytics, machine learning, ml, ai, security, cyber, cybersecurity,
      qa, quality assurance, test, tester, web, frontend, backend, full stack, fullstack, application, applications, digital transformation,
      technologist, r&d, research and development, scientist, information, computer, integration, automation, erp, crm administrator, salesforce admin, administrator, helpdesk, help desk, solutions?`),
  ],
  [
    'BUSINESS',
    words(`ceo, coo, cfo, chro, cpo, cso, founder, cofounder, co-founder, owner, president, proprietor, managing director, managing partner, general manager, partner,
      chairman, chairwoman, chair, board, finance, financial, accounting, accountant, controller, comptroller, treasurer, treasury, tax, audit, auditor, bookkeeper,
      operations, operational, ops, procurement, purchasing, sourcing, buyer, supply chain, logistics, strategy, strategic, human resources, hr, people, talent,
      recruiting, recruiter, legal, counsel, compliance, risk, business, administration, administrative, office manager, program manager, programme manager,
      project manager, pmo, product manager, product management, product owner, product, facilities, executive director, chief executive, chief operating,
      chief of staff, secretary, consultant, investor relations, investment, economist, payroll, benefits, planning`),
  ],
];

const PROCUREMENT = words(
  'procurement, purchasing, sourcing, buyer, vendor management, category manager, supplier',
);
const FINANCE = words('cfo, finance, financial, controller, comptroller, treasurer, budget');
const HANDS = words(
  'analyst, specialist, coordinator, associate, representative, consultant, administrator, operator, technician, developer, programmer, engineer, designer, writer, scientist, accountant, executive, manager, planner, officer, strategist, marketer, architect, tester',
);
/** May sign for the company: the German Prokura. */
const SIGNATORY = /\bsignatory\b/;
const NOBODY =
  /\b(?:student|intern|trainee|retired|unemployed|looking for|seeking|freelance|self employed)\b/;

/** Level, area, likely role in a purchase of a title in English, German, French or Spanish. */
export function judgeTitle(title: string): TitleJudgement {
  let judged = remembered.get(title);
  if (!judged) {
    judged = judge(title);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(title, judged);
  }
  return { ...judged };
}

/** Few titles are many people's. */
const remembered = new Map<string, TitleJudgement>();
const MOST_REMEMBERED = 10_000;

function judge(title: string): TitleJudgement {
  const level = titleLevel(title);
  const text = fold(inEnglish(title));
  const area = areaOf(text, level);
  const [role, confidence] = NOBODY.test(text) ? [null, 0] : roleOf(text, level, area);
  return { level, area, role, confidence };
}

function fold(title: string): string {
  return title
    .toLowerCase()
    .replaceAll('.', '')
    .replace(/[^a-z0-9&-]+/g, ' ')
    .trim();
}

function areaOf(text: string, level: TitleLevel): TitleArea {
  // A chief revenue or technology officer is named by the word before "officer"; the sharpest word decides here too.
  for (const [area, pattern] of AREAS) if (pattern.test(text)) return area;
  // Who leads without saying what leads the business.
  return level === 'C_LEVEL' ? 'BUSINESS' : 'OTHER';
}

function roleOf(text: string, level: TitleLevel, area: TitleArea): [BuyingRole | null, number] {
  if (PROCUREMENT.test(text)) return ['PROCUREMENT', 0.9];
  if (FINANCE.test(text) && (level === 'C_LEVEL' || level === 'VP' || level === 'DIRECTOR'))
    return ['ECONOMIC_BUYER', 0.8];
  if (SIGNATORY.test(text)) return ['DECISION_MAKER', 0.6];
  if (level === 'C_LEVEL') return area === 'BUSINESS' ? ['ECONOMIC_BUYER', 0.6] : ['DECISION_MAKER', 0.8];
  if (level === 'VP') return ['DECISION_MAKER', 0.75];
  if (level === 'DIRECTOR') return area === 'TECHNICAL' ? ['TECHNICAL_EVALUATOR', 0.5] : ['CHAMPION', 0.5];
  if (area === 'TECHNICAL') return ['TECHNICAL_EVALUATOR', level === 'MANAGER' ? 0.55 : 0.5];
  if (level === 'MANAGER') return ['INFLUENCER', 0.5];
  return HANDS.test(text) ? ['PRACTITIONER', 0.5] : [null, 0];
}

/** The CRMs' words for a contact's part in a purchase, without spaces and punctuation. */
const CRM_ROLES: Record<string, BuyingRole> = {
  decisionmaker: 'DECISION_MAKER',
  businessdecisionmaker: 'DECISION_MAKER',
  executivesponsor: 'DECISION_MAKER',
  executive: 'DECISION_MAKER',
  economicbuyer: 'ECONOMIC_BUYER',
  economicdecisionmaker: 'ECONOMIC_BUYER',
  budgetholder: 'ECONOMIC_BUYER',
  champion: 'CHAMPION',
  sponsor: 'CHAMPION',
  influencer: 'INFLUENCER',
  legalcompliance: 'INFLUENCER',
  legalandcompliance: 'INFLUENCER',
  technicalevaluator: 'TECHNICAL_EVALUATOR',
  technicalbuyer: 'TECHNICAL_EVALUATOR',
  technicaldecisionmaker: 'TECHNICAL_EVALUATOR',
  evaluator: 'TECHNICAL_EVALUATOR',
  practitioner: 'PRACTITIONER',
  enduser: 'PRACTITIONER',
  businessuser: 'PRACTITIONER',
  user: 'PRACTITIONER',
  procurement: 'PROCUREMENT',
  purchasing: 'PROCUREMENT',
  buyer: 'PROCUREMENT',
};

/** A buying role as CRMs write it (`Executive Sponsor`, `BUDGET_HOLDER`); null for one that says nothing. */
export const readRole = (text: string): BuyingRole | null =>
  CRM_ROLES[text.toLowerCase().replace(/[^a-z]/g, '')] ?? null;
