import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeTitle } from '../../../src/core/scoring/role.ts';
import { titleLevel } from '../../../src/core/scoring/title.ts';
import { inEnglish } from '../../../src/core/scoring/title-words.ts';

type Case = [title: string, level: string, area: string, role: string | null];

const GERMAN: Case[] = [
  ['Geschäftsführer', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Geschäftsführerin', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Geschaeftsfuehrer', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Geschäftsführender Gesellschafter', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Finanzvorstand', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Inhaberin', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Leiter IT', 'DIRECTOR', 'TECHNICAL', 'TECHNICAL_EVALUATOR'],
  ['IT-Leitung', 'DIRECTOR', 'TECHNICAL', 'TECHNICAL_EVALUATOR'],
  ['Leiter/in Einkauf', 'DIRECTOR', 'BUSINESS', 'PROCUREMENT'],
  ['Leiter*in Vertrieb', 'DIRECTOR', 'SALES_MARKETING', 'CHAMPION'],
  ['Vertriebsleiterin', 'DIRECTOR', 'SALES_MARKETING', 'CHAMPION'],
  ['Kaufmännische Leitung', 'DIRECTOR', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Prokuristin', 'DIRECTOR', 'BUSINESS', 'DECISION_MAKER'],
  ['Projektleiter', 'MANAGER', 'BUSINESS', 'INFLUENCER'],
  ['Teamleiter Softwareentwicklung', 'MANAGER', 'TECHNICAL', 'TECHNICAL_EVALUATOR'],
  ['Strategischer Einkäufer', 'OTHER', 'BUSINESS', 'PROCUREMENT'],
  ['Softwareentwickler (m/w/d)', 'OTHER', 'TECHNICAL', 'TECHNICAL_EVALUATOR'],
  ['Personalreferentin', 'OTHER', 'BUSINESS', 'PRACTITIONER'],
  ['Assistentin der Geschäftsführung', 'OTHER', 'BUSINESS', null],
  ['Werkstudent Marketing', 'OTHER', 'SALES_MARKETING', null],
];

const FRENCH: Case[] = [
  ['Directeur général', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Directrice Générale', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Président-directeur général', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['PDG', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Gérante', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['DSI', 'C_LEVEL', 'TECHNICAL', 'DECISION_MAKER'],
  ['DAF', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Vice-présidente Ventes', 'VP', 'SALES_MARKETING', 'DECISION_MAKER'],
  ['Directeur des systèmes d’information', 'DIRECTOR', 'TECHNICAL', 'TECHNICAL_EVALUATOR'],
  ['Directrice marketing', 'DIRECTOR', 'SALES_MARKETING', 'CHAMPION'],
  ['Directeur financier', 'DIRECTOR', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Responsable achats', 'MANAGER', 'BUSINESS', 'PROCUREMENT'],
  ['Responsable informatique', 'MANAGER', 'TECHNICAL', 'TECHNICAL_EVALUATOR'],
  ['Cheffe de projet', 'MANAGER', 'BUSINESS', 'INFLUENCER'],
  ['Acheteuse', 'OTHER', 'BUSINESS', 'PROCUREMENT'],
  ['Ingénieur données', 'OTHER', 'TECHNICAL', 'TECHNICAL_EVALUATOR'],
  ['Développeur·euse', 'OTHER', 'TECHNICAL', 'TECHNICAL_EVALUATOR'],
  ['Chargé(e) de communication', 'OTHER', 'SALES_MARKETING', 'PRACTITIONER'],
  ['Stagiaire marketing', 'OTHER', 'SALES_MARKETING', null],
];

const SPANISH: Case[] = [
  ['Director general', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Directora General', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Consejera delegada', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Gerente general', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Dueño', 'C_LEVEL', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Vicepresidente de Ventas', 'VP', 'SALES_MARKETING', 'DECISION_MAKER'],
  ['Director de sistemas', 'DIRECTOR', 'TECHNICAL', 'TECHNICAL_EVALUATOR'],
  ['Director/a Comercial', 'DIRECTOR', 'SALES_MARKETING', 'CHAMPION'],
  ['Director financiero', 'DIRECTOR', 'BUSINESS', 'ECONOMIC_BUYER'],
  ['Jefe de compras', 'MANAGER', 'BUSINESS', 'PROCUREMENT'],
  ['Jefa de Ventas', 'MANAGER', 'SALES_MARKETING', 'INFLUENCER'],
  ['Gerente de TI', 'MANAGER', 'TECHNICAL', 'TECHNICAL_EVALUATOR'],
  ['Gerente', 'MANAGER', 'OTHER', 'INFLUENCER'],
  ['Comprador', 'OTHER', 'BUSINESS', 'PROCUREMENT'],
  ['Desarrolladora', 'OTHER', 'TECHNICAL', 'TECHNICAL_EVALUATOR'],
  ['Contadora', 'OTHER', 'BUSINESS', 'PRACTITIONER'],
  ['Becario', 'OTHER', 'OTHER', null],
];

describe.each([
  ['German', GERMAN],
  ['French', FRENCH],
  ['Spanish', SPANISH],
])('%s', (_language, cases) => {
  test.each(cases)('%s', (title, level, area, role) => {
    expect(judgeTitle(title)).toMatchObject({ level, area, role });
  });
});

/** Words of the other languages in English titles, and places where English looks like another language. */
test.each([
  'Executive Chef',
  'Chef de Cuisine',
  'Personal Assistant',
  'Commercial Manager',
  'Director, General Ledger',
  'Associate Director, General Accounting',
  'VP Information Technologies',
  'Responsible AI Lead',
  'Head of Communication',
  'Director of Quality',
])('%s is English', (title) => expect(inEnglish(title)).toBe(title));

describe('English titles are judged as they are written', () => {
  const seniority = [
    'Chief % Officer',
    'VP of %',
    'Director of %',
    'Head of %',
    '% Manager',
    'Senior % Analyst',
    '% Intern',
  ];
  const work = [
    'Marketing',
    'Data',
    'Finance',
    'Commercial',
    'Quality',
    'Product',
    'Personal Banking',
    'Security',
  ];
  test('no word of them is taken for another language', () => {
    for (const one of seniority) {
      for (const what of work) {
        const title = one.replace('%', what);
        expect(inEnglish(title)).toBe(title);
      }
    }
  });
});

test('case, accents and the second gender change nothing', () => {
  const titles = [...GERMAN, ...FRENCH, ...SPANISH].map(([title]) => title);
  fc.assert(
    fc.property(fc.constantFrom(...titles), fc.constantFrom('upper', 'bare', 'lower'), (title, how) => {
      const written =
        how === 'upper'
          ? title.toUpperCase()
          : how === 'lower'
            ? title.toLowerCase()
            : title.normalize('NFD').replace(/\p{M}/gu, '');
      expect(judgeTitle(written)).toEqual(judgeTitle(title));
    }),
  );
});

test('any text has a level', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
      expect(['C_LEVEL', 'VP', 'DIRECTOR', 'MANAGER', 'OTHER']).toContain(titleLevel(text));
    }),
  );
});
