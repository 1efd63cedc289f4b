import { DEAL_FIELDS, type DealField } from '../../src/core/scoring/bant.ts';
import type { Identity } from '../../src/core/signal.ts';

/** Any JSON as an object; what is none is empty. */
export function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const CONTROL = /[\u0000-\u001f\u007f]+/;
const CONTROLS = new RegExp(CONTROL, 'g');

/** The first of the fields that holds text, trimmed, of at most `max` characters; other types are passed over. */
export function readText(
  from: Record<string, unknown>,
  max: number,
  ...fields: string[]
): string | undefined {
  for (const field of fields) {
    const value = from[field];
    if (typeof value !== 'string') continue;
    const printable = CONTROL.test(value) ? value.replaceAll(CONTROLS, ' ') : value;
    const text = printable.trim().slice(0, max).toWellFormed();
    if (text) return text;
  }
  return undefined;
}

function readNumber(from: Record<string, unknown>, ...fields: string[]): number | undefined {
  for (const field of fields) {
    const value = from[field];
    const number = typeof value === 'string' && value.trim() ? Number(value.replaceAll(',', '')) : value;
    if (typeof number === 'number' && Number.isFinite(number) && number >= 0) return number;
  }
  return undefined;
}

/** An e-mail address in lower case. */
export function readEmail(from: Record<string, unknown>, ...fields: string[]): string | undefined {
  for (const field of fields) {
    const text = readText(from, 254, field)?.toLowerCase();
    if (text && isEmail(text)) return text;
  }
  return undefined;
}

export const isEmail = (text: string) => /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text);

/** The host of a website or a bare domain, without `www.`. */
export function readDomain(from: Record<string, unknown>, ...fields: string[]): string | undefined {
  for (const field of fields) {
    const host = toDomain(readText(from, 2_000, field));
    if (host) return host;
  }
  return undefined;
}

export function toDomain(text: string | undefined): string | undefined {
  const host = text
    ?.toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/[/?#:].*$/, '')
    .replace(/^www\./, '')
    .replace(/\.$/, '');
  return host && host.length <= 253 && /^([\p{L}\p{N}_-]+\.)+[\p{L}][\p{L}\p{N}-]+$/u.test(host)
    ? host
    : undefined;
}

/** What traits, or the fields of a form, say of a person. */
export function readPerson(traits: Record<string, unknown>): Identity['person'] {
  const parts = [
    readText(traits, 100, 'firstName', 'first_name', 'firstname'),
    readText(traits, 100, 'lastName', 'last_name', 'lastname'),
  ];
  return compact({
    name: readText(traits, 200, 'name') ?? (parts.filter(Boolean).join(' ') || undefined),
    title: readText(traits, 200, 'title', 'jobTitle', 'job_title'),
    phone: readText(traits, 50, 'phone', 'phoneNumber', 'phone_number'),
    linkedin: readText(traits, 500, 'linkedin', 'linkedinUrl', 'linkedin_url'),
  });
}

/** What a person's traits, or the fields of a form, say of the employer: `company` is a name or an object. */
export function readEmployer(traits: Record<string, unknown>): Identity['account'] {
  const company = asObject(traits.company);
  return compact({
    ...(company === traits.company && { ...readAccount(company), groupId: readId(company.id) }),
    name: readText(company, 200, 'name') ?? readText(traits, 200, 'company', 'companyName', 'company_name'),
    domain:
      readDomain(company, 'domain', 'website', 'url') ??
      readDomain(traits, 'companyDomain', 'company_domain', 'website'),
  });
}

/** What a form asks of a deal: budget, timeline and the like, in camel or snake case. */
export function readAnswers(fields: Record<string, unknown>): Partial<Record<DealField, string>> {
  const answers: Partial<Record<DealField, string>> = {};
  for (const field of DEAL_FIELDS) {
    const snake = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const given = fields[field] ?? fields[snake];
    const answer = typeof given === 'number' || typeof given === 'boolean' ? String(given) : given;
    if (typeof answer === 'string' && answer.trim() !== '')
      answers[field] = answer.trim().slice(0, 500).toWellFormed();
  }
  return answers;
}

/** What a group's traits say of an account. */
export function readAccount(traits: Record<string, unknown>): Identity['account'] {
  return compact({
    domain: readDomain(traits, 'domain', 'website', 'url'),
    name: readText(traits, 200, 'name', 'companyName', 'company_name'),
    industry: readText(traits, 200, 'industry'),
    employees: readNumber(traits, 'employees', 'employee_count', 'employeeCount', 'numberOfEmployees'),
    revenue: readNumber(traits, 'revenue', 'annual_revenue', 'annualRevenue'),
    country: readText(asObject(traits.address), 100, 'country') ?? readText(traits, 100, 'country'),
  });
}

function readId(value: unknown): string | undefined {
  return readText({ value: typeof value === 'number' ? String(value) : value }, 255, 'value');
}

/** Without the fields that are undefined; undefined if none is left. */
export function compact<T extends object>(fields: T): T | undefined {
  let known: Partial<T> | undefined;
  for (const field in fields) {
    if (fields[field] === undefined) continue;
    known ??= {};
    known[field] = fields[field];
  }
  return known as T | undefined;
}
