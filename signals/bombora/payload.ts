/** One row of a weekly Bombora file (company × topic × metro) → a signal. The layouts are told in README.md. */
import { z } from 'zod';
import { Invalid } from '../../src/core/errors.ts';
import type { NormaliseContext, Normalised } from '../../src/core/signal.ts';

const DAY = 86_400_000;

/** "All domains, all topics": no header, 12 columns. */
const ALL_TOPICS = [
  'name',
  'domain',
  'size',
  'industry',
  'category',
  'topic',
  'score',
  'bucket',
  'metro',
  'metroScore',
  'metroBucket',
  'country',
];
/** "Master Surge": no header, 9 columns, the metros of a topic in one cell. */
const MASTER_SURGE = [
  'name',
  'domain',
  'size',
  'industry',
  'category',
  'topic',
  'score',
  'metros',
  'country',
];

/** Names seen in files with a header, letters and digits only, → ours. */
const HEADINGS: Record<string, string> = {
  companyname: 'name',
  company: 'name',
  name: 'name',
  domain: 'domain',
  companydomain: 'domain',
  website: 'domain',
  size: 'size',
  companysize: 'size',
  industry: 'industry',
  category: 'category',
  theme: 'category',
  topic: 'topic',
  topicname: 'topic',
  topicid: 'topicId',
  compositescore: 'score',
  score: 'score',
  surgescore: 'score',
  companysurgescore: 'score',
  bucketcode: 'bucket',
  metro: 'metro',
  metroarea: 'metro',
  metrocompositescore: 'metroScore',
  metrobucketcode: 'metroBucket',
  country: 'country',
  hqcountry: 'country',
  domainorigincountry: 'country',
  reportdate: 'week',
  date: 'week',
  week: 'week',
  weekending: 'week',
};

/**
 * Names for the columns from the file's first row, which in the older layouts is data already.
 * Throws `Invalid` for a header without a needed column and for an unknown layout.
 */
export function nameColumns(firstRow: string[]): { names: string[]; firstRowIsData: boolean } {
  const names = firstRow.map((cell) => {
    const heading = cell.toLowerCase().replace(/[^a-z0-9]/g, '');
    return Object.hasOwn(HEADINGS, heading) ? HEADINGS[heading]! : '';
  });
  if (names.filter((name) => name !== '').length < 2) {
    if (firstRow.length === ALL_TOPICS.length) return { names: ALL_TOPICS, firstRowIsData: true };
    if (firstRow.length === MASTER_SURGE.length) return { names: MASTER_SURGE, firstRowIsData: true };
    throw new Invalid(
      `The file has no header that is known and ${firstRow.length} columns, where files without a header have 12 or 9. ` +
        'Add a header with Domain, Topic Name, Composite Score and Report Date.',
      'Add a header with Domain, Topic Name, Composite Score and Report Date.',
    );
  }
  const missing = [
    names.includes('domain') || names.includes('name') ? '' : 'Domain',
    names.includes('topic') ? '' : 'Topic Name',
    names.includes('score') ? '' : 'Composite Score',
  ].filter((heading) => heading !== '');
  if (missing.length > 0) {
    throw new Invalid(
      `The header has no column ${missing.join(', ')}. Found: ${firstRow.join(', ')}. Export the file with it.`,
      `Export the file with the column ${missing.join(', ')}.`,
      { field: missing[0] },
    );
  }
  return { names, firstRowIsData: false };
}

const text = z.string().default('');
const rowSchema = z.object({
  name: text,
  domain: text,
  size: text,
  industry: text,
  category: text,
  topic: text,
  topicId: text,
  score: text,
  bucket: text,
  metro: text,
  metroScore: text,
  metros: text,
  country: text,
  week: text,
});

/** The week's signal of a company and a topic. Rows of 50 and below are kept with strength 0: surge needs them. */
export function normaliseRow(record: unknown, context: NormaliseContext): Normalised {
  const row = rowSchema.parse(record);
  const domain = row.domain.trim().toLowerCase();
  const companyName = row.name.trim();
  const company = domain || companyName.toLowerCase();
  if (company === '') {
    throw new Invalid('The row has neither Domain nor Company Name. One of them is needed to place it.', '', {
      field: 'Domain',
    });
  }
  const topic = row.topic.trim().toLowerCase();
  if (topic === '') throw new Invalid('Topic is empty. Give the topic a name.', '', { field: 'Topic' });
  const composite = parseScore('Composite Score', row.score);
  const occurredAt = row.week.trim() === '' ? dateOfFile(context.fileName) : parseDate(row.week);
  const week = isoDay(occurredAt);
  const metro = row.metro.trim();
  return {
    signals: [
      {
        externalId: `${week}:${company}:${row.topicId.trim() || topic}:${metro.toLowerCase()}`,
        kind: 'intent.topic',
        occurredAt,
        strength: Math.min(1, Math.max(0, (composite - 50) / 50)),
        hints: given({ domain, companyName, country: row.country.trim() }),
        topics: [topic],
        origin: `bombora:${week}:${company}:${topic}`,
        attributes: {
          window: { from: isoDay(new Date(occurredAt.getTime() - 6 * DAY)), to: week },
          composite,
          ...given({
            metro,
            category: row.category.trim(),
            bucket: row.bucket.trim(),
            size: row.size.trim(),
            industry: row.industry.trim(),
          }),
          ...(row.metroScore.trim() === ''
            ? {}
            : { metroComposite: parseScore('Metro Composite Score', row.metroScore) }),
          ...(row.metros.trim() === '' ? {} : { metros: parseMetros(row.metros) }),
        },
      },
    ],
  };
}

const given = (fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));

function parseScore(field: string, value: string): number {
  const score = Number(value);
  if (value.trim() === '' || !(score >= 0 && score <= 100)) {
    const remedy = 'Scores are numbers from 0 to 100: check that the columns are in the documented order.';
    throw new Invalid(`${field} is "${value.slice(0, 80)}". ${remedy}`, remedy, { field });
  }
  return score;
}

/** `greater boston area[94]|[88]`: metros with their scores, the unlocated part without a name. */
function parseMetros(cell: string): { metro: string; composite: number }[] {
  return cell.split('|').map((part) => {
    const found = /^(.*)\[([^[\]]*)\]$/.exec(part.trim());
    if (!found) {
      throw new Invalid(`Metros is "${cell.slice(0, 80)}", not a list like name[score]|name[score].`, '', {
        field: 'Metros',
      });
    }
    return { metro: found[1]!.trim(), composite: parseScore('Metro Composite Score', found[2]!) };
  });
}

const isoDay = (date: Date): string => date.toISOString().slice(0, 10);

function parseDate(value: string): Date {
  const iso = /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ].*)?$/.exec(value.trim());
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(value.trim());
  const date = iso
    ? dayOf(iso[1]!, iso[2]!, iso[3]!)
    : american && dayOf(american[3]!, american[1]!, american[2]!);
  if (!date) {
    const remedy = 'Write dates as 2026-11-16 or 11/16/2026.';
    throw new Invalid(`Report Date is "${value.slice(0, 80)}". ${remedy}`, remedy, { field: 'Report Date' });
  }
  return date;
}

function dateOfFile(fileName: string | undefined): Date {
  for (const found of (fileName ?? '').matchAll(/(?<!\d)(\d{4})[-_]?(\d\d)[-_]?(\d\d)(?!\d)/g)) {
    const date = dayOf(found[1]!, found[2]!, found[3]!);
    if (date) return date;
  }
  const remedy = 'Put the week into the file name, e.g. all-domains-all-topics-2015-07-19.csv.';
  throw new Invalid(
    `The rows have no Report Date and the file name "${fileName ?? ''}" no date. ${remedy}`,
    remedy,
    {
      field: 'Report Date',
    },
  );
}

/** Midnight UTC of a day that exists, else undefined. */
function dayOf(year: string, month: string, day: string): Date | undefined {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) ? date : undefined;
}
