/** Invented people: the buying groups of the sample's companies. */
import { asciiOf, type Company, type Tongue } from './companies.ts';
import type { Dice } from './dice.ts';

export interface SamplePerson {
  email: string;
  name: string;
  title: string;
  accountDomain: string;
  /** The id our product and site give a person who logs in or fills in a form. */
  userId: string;
}

const NAMES: Record<Tongue, readonly [given: string, family: string]> = {
  en: [
    'Alice Ben Carla Derek Emily Frank Grace Hugh Isla Jacob Kate Liam Nora Owen Priya Ravi Simone Tom Wendy Zoe',
    'Ashdown Birch Calloway Dunmore Easton Farrow Gilroy Hale Inwood Keller Lowry Mercer Nolan Okafor Patel Quigley Rhodes Sharma Tobin Whitlock',
  ],
  de: [
    'Anja Bernd Claudia Dirk Eva Felix Greta Henning Ilse Jürgen Katrin Lars Meike Oliver Petra Sören',
    'Ahrens Böhm Dietz Ebert Fromm Gärtner Hartwig Jansen Köster Lübbe Marx Nowak Oster Rauch Seidel Thoma',
  ],
  fr: [
    'Agnès Bruno Céline Denis Élodie Fabien Gaëlle Hugo Inès Julien Laure Mathieu Noémie Rémi',
    'Aubry Besson Chauvin Delmas Fabre Garnier Hamel Jourdan Lemoine Marchal Noël Pasquier Rivière Sorel',
  ],
  es: [
    'Alba Bruno Carmen Diego Elena Gonzalo Irene Javier Lucía Marta',
    'Arroyo Benítez Cano Duarte Ferrer Gil Luna Moya Prieto Rubio',
  ],
  nl: [
    'Anouk Bram Daan Eline Femke Jeroen Koen Lotte Maaike Sander',
    'Bakker Dekker Hoekstra Kok Meijer Postma Smit Timmer Vos Wolters',
  ],
  sv: [
    'Astrid Björn Elin Gustav Hanna Johan Karin Lena Nils Sara',
    'Åberg Dahl Ekström Forsberg Hedlund Lindqvist Nyström Sandell Wikman Östlund',
  ],
};

/** Titles in the order in which their holders usually join a purchase. */
const TITLES: readonly (Partial<Record<Tongue, readonly string[]>> & { en: readonly string[] })[] = [
  {
    en: ['Data Engineer', 'Senior Data Engineer', 'Analytics Engineer'],
    de: ['Senior Data Engineer', 'Dateningenieur'],
    fr: ['Ingénieur données'],
    es: ['Ingeniero de datos'],
  },
  {
    en: ['Head of Data Platform', 'Data Platform Lead', 'Data Engineering Manager'],
    de: ['Leitung Datenplattform', 'Teamleiter Data Engineering'],
    fr: ['Responsable plateforme de données'],
    es: ['Responsable de plataforma de datos'],
  },
  {
    en: ['Analytics Manager', 'BI Lead', 'Data Product Manager'],
    de: ['Leitung Business Intelligence'],
    fr: ['Responsable décisionnel'],
    es: ['Responsable de analítica'],
  },
  {
    en: ['VP Data', 'Chief Data Officer', 'Director of Data'],
    de: ['Bereichsleitung Daten', 'Chief Data Officer'],
    fr: ['Directeur des données'],
    es: ['Director de datos'],
  },
  {
    en: ['Enterprise Architect', 'CIO', 'Head of Information Security'],
    de: ['IT-Leitung', 'Enterprise Architect'],
    fr: ['Directeur des systèmes d’information'],
    es: ['Director de sistemas'],
  },
  {
    en: ['Head of Procurement', 'Procurement Manager'],
    de: ['Leitung Einkauf'],
    fr: ['Responsable achats'],
    es: ['Jefe de compras'],
  },
  {
    en: ['CFO', 'Finance Director'],
    de: ['Kaufmännische Leitung'],
    fr: ['Directeur financier'],
    es: ['Director financiero'],
  },
];

/** `count` different people of a company, first those who usually begin. `tag` makes their user ids unique. */
export function hire(chance: Dice, company: Company, count: number, tag: string): SamplePerson[] {
  const [given, family] = NAMES[company.tongue];
  const firsts = chance.some(given.split(' '), count);
  const lasts = chance.some(family.split(' '), count);
  return firsts.map((first, index) => {
    const last = lasts[index]!;
    const titles = TITLES[index % TITLES.length]!;
    return {
      email: `${asciiOf(first)}.${asciiOf(last)}@${company.account.domain}`,
      name: `${first} ${last}`,
      title: chance.pick(titles[company.tongue] ?? titles.en),
      accountDomain: company.account.domain,
      userId: `u-${tag}-${index + 1}`,
    };
  });
}

/**
 * A private address of an invented person. Google mail allows no underscores, so nobody can have it; a
 * reserved domain would not do, as nothing knows it for a free provider.
 */
export function privateAddress(name: string): string {
  return `${asciiOf(name.split(' ')[0]!)}_${asciiOf(name.split(' ')[1]!)}@gmail.com`;
}
