/** Invented companies: who is on the target lists, and where they stand. */
import { type Dice, dice } from './dice.ts';

export interface SampleAccount {
  domain: string;
  name: string;
  industry: string;
  employees: number;
  /** US dollars a year. */
  revenue: number;
  /** ISO 3166-1 alpha-2. */
  country: string;
  technologies: string[];
  /** `TIER_1` … `TIER_3` by target list; null: on none. */
  tier: string | null;
  owner: string;
  crmId: string;
  city?: string;
}

interface Land {
  country: string;
  weight: number;
  tongue: Tongue;
  forms: readonly string[];
  cities: readonly string[];
}

export type Tongue = 'en' | 'de' | 'fr' | 'es' | 'nl' | 'sv';

// Invented towns would look odd on a map; real ones say nothing about an invented company.
const LANDS: readonly Land[] = [
  {
    country: 'US',
    weight: 38,
    tongue: 'en',
    forms: ['Inc.', 'LLC', 'Corp.', 'Inc.'],
    cities: ['Boston', 'Chicago', 'Denver', 'Atlanta', 'Austin', 'Seattle'],
  },
  {
    country: 'GB',
    weight: 14,
    tongue: 'en',
    forms: ['Ltd', 'Limited', 'PLC'],
    cities: ['London', 'Leeds', 'Bristol'],
  },
  {
    country: 'DE',
    weight: 14,
    tongue: 'de',
    forms: ['GmbH', 'AG', 'GmbH & Co. KG', 'SE'],
    cities: ['Hamburg', 'Köln', 'München', 'Leipzig'],
  },
  {
    country: 'FR',
    weight: 8,
    tongue: 'fr',
    forms: ['SAS', 'SA', 'SARL'],
    cities: ['Paris', 'Lyon', 'Nantes'],
  },
  { country: 'CA', weight: 6, tongue: 'en', forms: ['Inc.', 'Ltd.'], cities: ['Toronto', 'Vancouver'] },
  { country: 'NL', weight: 5, tongue: 'nl', forms: ['B.V.', 'N.V.'], cities: ['Utrecht', 'Rotterdam'] },
  { country: 'ES', weight: 5, tongue: 'es', forms: ['S.L.', 'S.A.'], cities: ['Madrid', 'Valencia'] },
  { country: 'SE', weight: 4, tongue: 'sv', forms: ['AB'], cities: ['Stockholm', 'Malmö'] },
  { country: 'AU', weight: 3, tongue: 'en', forms: ['Pty Ltd'], cities: ['Sydney', 'Brisbane'] },
  { country: 'AT', weight: 2, tongue: 'de', forms: ['GmbH'], cities: ['Wien', 'Graz'] },
  { country: 'IE', weight: 1, tongue: 'en', forms: ['Ltd'], cities: ['Dublin'] },
];

const STEMS: Record<Tongue, readonly [heads: string, tails: string]> = {
  en: [
    'Bram Tarn Quill Ostle Wend Hask Corv Pell Marl Fenn Dray Thax Yarrow Gorse Kest Rudd Sallow Vane Bryn Cald Ember Lorn',
    'wick more haven ridge stead mere combe garth holt rake wold thorpe sett lode',
  ],
  de: [
    'Ehren Krahn Falken Grau Hirsch Moos Tann Grün Quell Silber Erlen Vogt',
    'hagen rode tal horst felde mühle stieg wehr',
  ],
  fr: ['Clair Val Sauve Roche Monte Belle Orme Fleur', 'lieu vigne court sac ronde brume tilleul'],
  es: ['Alba Torre Vera Mira Campo Sol', 'luz nova pina seda bruna lora'],
  nl: ['Duin Molen Wester Zilver Riet Kruis', 'kade hoek veen horn beek sluis'],
  sv: ['Björk Sten Norr Ek Lär Tall', 'vik fors strand lund höjd'],
};

interface Trade {
  industry: string;
  weight: number;
  /** How well the trade fits what is sold, 0–1. */
  fit: number;
  words: Partial<Record<Tongue, readonly string[]>> & { en: readonly string[] };
}

const TRADES: readonly Trade[] = [
  {
    industry: 'Financial services',
    weight: 14,
    fit: 1,
    words: {
      en: ['Capital', 'Payments', 'Lending'],
      de: ['Finanz', 'Leasing'],
      fr: ['Finance'],
      es: ['Finanzas'],
    },
  },
  {
    industry: 'Insurance',
    weight: 9,
    fit: 1,
    words: { en: ['Insurance', 'Mutual'], de: ['Versicherung'], fr: ['Assurances'], es: ['Seguros'] },
  },
  {
    industry: 'Software',
    weight: 14,
    fit: 0.9,
    words: { en: ['Software', 'Systems', 'Labs'], fr: ['Logiciels'] },
  },
  {
    industry: 'Retail',
    weight: 12,
    fit: 0.8,
    words: {
      en: ['Stores', 'Outfitters', 'Market'],
      de: ['Handel', 'Versand'],
      fr: ['Distribution'],
      es: ['Tiendas'],
    },
  },
  {
    industry: 'Logistics',
    weight: 10,
    fit: 0.7,
    words: {
      en: ['Logistics', 'Freight'],
      de: ['Spedition', 'Logistik'],
      fr: ['Transports'],
      es: ['Logística'],
    },
  },
  {
    industry: 'Health care',
    weight: 9,
    fit: 0.7,
    words: { en: ['Health', 'Diagnostics'], de: ['Kliniken'], fr: ['Santé'], es: ['Salud'] },
  },
  {
    industry: 'Media',
    weight: 6,
    fit: 0.6,
    words: { en: ['Media', 'Studios'], de: ['Verlag'], fr: ['Médias'] },
  },
  {
    industry: 'Energy',
    weight: 6,
    fit: 0.5,
    words: { en: ['Energy', 'Power'], de: ['Energie', 'Stadtwerke'], fr: ['Énergie'], es: ['Energía'] },
  },
  {
    industry: 'Manufacturing',
    weight: 12,
    fit: 0.4,
    words: { en: ['Industries', 'Castings', 'Tooling'], de: ['Maschinenbau', 'Werke'], fr: ['Industries'] },
  },
  {
    industry: 'Construction',
    weight: 5,
    fit: 0.1,
    words: { en: ['Builders', 'Construction'], de: ['Bau'], fr: ['Bâtiment'], es: ['Obras'] },
  },
  { industry: 'Agriculture', weight: 3, fit: 0.1, words: { en: ['Farms', 'Seeds'], de: ['Saaten'] } },
];

const MODERN_STACK = ['snowflake', 'databricks', 'bigquery', 'dbt', 'airflow', 'kafka'];
const OTHER_STACK = [
  'postgresql',
  'oracle',
  'sql server',
  'tableau',
  'power bi',
  'sap',
  'kubernetes',
  'excel',
];

/** Sales reps, each with the countries they look after. */
const REPS: readonly [name: string, countries: string][] = [
  ['Maya Thornquist', 'US'],
  ['Dario Penhallow', 'US CA'],
  ['Ruth Abernethy', 'GB IE AU'],
  ['Jonas Wiebke', 'DE AT'],
  ['Camille Astruc', 'FR ES'],
  ['Saskia Noordhof', 'NL SE'],
];

/** A company with what only the simulator knows about it. */
export interface Company {
  account: SampleAccount;
  tongue: Tongue;
  /** How well it fits what is sold, 0–1. */
  fit: number;
}

/** `count` different companies. Fit decides tiers, a little luck aside. */
export function found(seed: number, count: number): Company[] {
  const chance = dice(seed, 'companies');
  const stems = new Map(
    (Object.keys(STEMS) as Tongue[]).map((tongue) => [tongue, shuffledStems(chance, tongue)] as const),
  );
  const companies = Array.from({ length: count }, (_, index) => company(chance, index, stems));
  const ranked = [...companies].sort((a, b) => b.fit - a.fit);
  const tierOf = (place: number) =>
    place < 0.1 ? 'TIER_1' : place < 0.32 ? 'TIER_2' : place < 0.65 ? 'TIER_3' : null;
  for (const [place, { account }] of ranked.entries()) account.tier = tierOf(place / count);
  return companies;
}

function shuffledStems(chance: Dice, tongue: Tongue): string[] {
  const [heads, tails] = STEMS[tongue];
  const all = heads.split(' ').flatMap((head) => tails.split(' ').map((tail) => head + tail));
  return chance.some(all, all.length);
}

function company(chance: Dice, index: number, stems: ReadonlyMap<Tongue, string[]>): Company {
  // A small language runs out of stems before a big one does.
  const land = chance.weighted(LANDS, ({ weight, tongue }) => (stems.get(tongue)!.length > 0 ? weight : 0));
  const trade = chance.weighted(TRADES, ({ weight }) => weight);
  const stem = stems.get(land.tongue)!.pop() ?? `Company${index}`;
  const word = chance.pick(trade.words[land.tongue] ?? trade.words.en);
  const employees = round(Math.exp(chance.between(Math.log(40), Math.log(22_000))));
  const modern = chance.some(MODERN_STACK, chance.int(0, 3));
  const account: SampleAccount = {
    domain: `${asciiOf(stem)}.example`,
    name: `${stem} ${word} ${chance.pick(land.forms)}`,
    industry: trade.industry,
    employees,
    revenue: round(employees * chance.between(90_000, 320_000)),
    country: land.country,
    technologies: [...modern, ...chance.some(OTHER_STACK, chance.int(1, 3))].sort(),
    tier: null,
    owner: chance.pick(REPS.filter(([, countries]) => countries.includes(land.country)))[0],
    crmId: `001S${String(index + 1).padStart(5, '0')}`,
    city: chance.pick(land.cities),
  };
  const size = employees >= 200 && employees <= 8_000 ? 1 : 0.3;
  const fit = 0.4 * trade.fit + 0.3 * size + 0.1 * modern.length;
  return { account, tongue: land.tongue, fit };
}

/** Two significant digits, as directories give sizes. */
function round(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.round(value / unit) * unit;
}

/** Lower case letters without accents, as in domains and addresses. */
export function asciiOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/ä/g, 'ae')
    .replace(/ö/g, 'oe')
    .replace(/ü/g, 'ue')
    .replace(/ß/g, 'ss')
    .replace(/ø/g, 'oe')
    .normalize('NFD')
    .replace(/[^a-z]/g, '');
}
