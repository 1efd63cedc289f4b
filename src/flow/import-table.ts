/** Accounts, people, opportunities and topics out of a CSV or JSON file, by columns of the usual names or a given mapping. */
import { z } from 'zod';
import { Invalid } from '../core/errors.ts';
import { readRecords } from '../core/records.ts';
import { readRole } from '../core/scoring/role.ts';
import * as batches from '../store/batches.ts';
import { inWorkspace } from '../store/database.ts';
import * as statistics from '../store/statistics.ts';
import { declareTopics } from './declare-topics.ts';
import type { Intake } from './ingest.ts';
import { recordOutcomes, type Upserted, upsertAccounts, upsertPeople } from './upsert.ts';

/** Rows after which the planner is told of them. */
const MANY = 5_000;

export const TABLES = ['accounts', 'people', 'opportunities', 'topics'] as const;
export type TableName = (typeof TABLES)[number];

/** BANT and MEDDIC, which may be columns of accounts and of people. */
const DEAL_COLUMNS = {
  budget: ['budget', 'budgetamount'],
  authority: ['authority', 'decisionauthority'],
  need: ['need', 'businessneed', 'usecase'],
  timeline: ['timeline', 'timeframe', 'purchasetimeframe', 'buyingtimeframe'],
  metrics: ['metrics'],
  economicBuyer: ['economicbuyer'],
  decisionCriteria: ['decisioncriteria'],
  decisionProcess: ['decisionprocess'],
  identifiedPain: ['identifiedpain', 'identifypain', 'pain', 'painpoints'],
  champion: ['champion'],
};

/** Our field → names that exports give its column, lower case, without spaces and punctuation. */
const COLUMNS: Record<TableName, Record<string, string[]>> = {
  accounts: {
    domain: ['domain', 'website', 'companydomain', 'companydomainname', 'url', 'websiteurl'],
    name: ['name', 'accountname', 'company', 'companyname', 'security', 'account'],
    industry: ['industry', 'sector', 'gicssector'],
    employees: ['employees', 'numberofemployees', 'employeecount', 'size'],
    revenue: ['revenue', 'annualrevenue'],
    country: ['country', 'billingcountry', 'billingcountrycode', 'hqcountry'],
    city: ['city', 'billingcity', 'headquarterslocation'],
    technologies: ['technologies', 'techstack'],
    tier: ['tier', 'accounttier', 'targetlist'],
    owner: ['owner', 'ownername', 'accountowner', 'hubspotowner'],
    linkedin: ['linkedin', 'linkedinurl', 'linkedincompanypage', 'companylinkedinurl'],
    aliases: ['aliases', 'alias', 'othernames', 'aka'],
    crmId: ['crmid', 'id', 'accountid', 'recordid'],
    parentDomain: ['parentdomain', 'parentwebsite', 'parentaccountdomain', 'parentcompanydomain'],
    ...DEAL_COLUMNS,
  },
  people: {
    email: ['email', 'emailaddress', 'workemail', 'businessemail'],
    userId: ['userid', 'id', 'contactid', 'recordid'],
    name: ['name', 'fullname', 'contactname'],
    firstName: ['firstname'],
    lastName: ['lastname'],
    title: ['title', 'jobtitle'],
    phone: ['phone', 'phonenumber', 'mobilephone'],
    linkedin: ['linkedin', 'linkedinurl', 'linkedinprofile'],
    accountDomain: ['accountdomain', 'companydomain', 'website', 'domain'],
    leadStatus: ['leadstatus', 'lifecyclestage'],
    buyingRole: ['buyingrole', 'contactrole', 'opportunitycontactrole', 'hsbuyingrole'],
    ...DEAL_COLUMNS,
  },
  opportunities: {
    externalId: ['externalid', 'id', 'opportunityid', 'dealid', 'recordid'],
    domain: ['domain', 'accountdomain', 'companydomain', 'website'],
    type: ['type', 'outcome', 'stage', 'stagename', 'dealstage'],
    at: ['at', 'date', 'closedate', 'createddate', 'closedat'],
    amount: ['amount', 'value'],
    reason: ['reason', 'closedlostreason', 'lossreason'],
  },
  topics: {
    topic: ['topic', 'name', 'topicname'],
    aliases: ['aliases', 'alias', 'vendornames'],
    cluster: ['cluster', 'category', 'group'],
    weight: ['weight'],
    urlPattern: ['urlpattern', 'url', 'path', 'page'],
    titlePattern: ['titlepattern', 'title'],
  },
};

const mapSchema = z.record(z.string(), z.string());

export interface Imported extends Upserted {
  batch: string;
}

/**
 * Imports a table as one batch. Rows that are wrong are told with their line, the others are written. Throws
 * `Invalid` where no column can be used. `map`: bytes of a JSON object, our field → the file's column.
 */
export async function importTable(
  intake: Intake,
  what: TableName,
  chunks: AsyncIterable<Uint8Array>,
  options: { fileName: string; map: AsyncIterable<Uint8Array> | null; clock: () => Date },
): Promise<Imported> {
  const { clock } = options;
  const map = options.map ? readMap(await textOf(options.map)) : {};
  const rows = /\.json$/i.test(options.fileName)
    ? readJson(await textOf(chunks))
    : await readCsv(chunks, what, map);
  const good: { line: number; row: Record<string, unknown> }[] = [];
  const early: Upserted['rejected'] = [];
  for (const item of rows) {
    if (item.error)
      early.push({
        index: item.line,
        code: item.error.code,
        message: item.error.message,
        hint: item.error.hint,
      });
    else good.push({ line: item.line, row: toFields(what, item.record as Record<string, unknown>, map) });
  }
  const now = clock();
  const { db, workspace } = intake;
  const imported = await inWorkspace(db, workspace.id, async (tx) => {
    const batch = await batches.open(
      tx,
      { source: 'crm', transport: 'import', label: options.fileName },
      now,
    );
    const inputs = good.map((one) => one.row);
    const writers: Record<TableName, () => Promise<Upserted>> = {
      accounts: () => upsertAccounts(tx, workspace, inputs as never, batch, now),
      people: () => upsertPeople(tx, workspace, inputs as never, batch, now),
      opportunities: () => recordOutcomes(tx, inputs as never, batch, now),
      topics: () => declareTopics(tx, inputs as never, batch, now),
    };
    const result = await writers[what]();
    const rejected = [
      ...early,
      ...result.rejected.map((one) => ({
        ...one,
        index: good[one.index]!.line,
        message: one.message.replace(/^\[\d+\](?:\.|: )?/, `line ${good[one.index]!.line}: `),
      })),
    ].sort((a, b) => a.index - b.index);
    await batches.count(tx, batch, {
      received: rows.length,
      accepted: result.created,
      duplicates: result.updated,
      rejected: rejected.length,
      skipped: result.skipped ?? {},
    });
    await batches.finish(tx, batch, now);
    await statistics.tellSoon(tx);
    return { ...result, rejected, batch };
  });
  if (good.length >= MANY) await statistics.analyse(db);
  return imported;
}

type Row = { line: number; record: unknown; error?: undefined } | { line: number; error: Invalid };

async function readCsv(
  chunks: AsyncIterable<Uint8Array>,
  what: TableName,
  map: Record<string, string>,
): Promise<Row[]> {
  const rows: Row[] = [];
  const columns = (names: string[]) => {
    if (Object.keys(fieldsOf(what, names, map)).length === 0) {
      throw new Invalid(
        `No column of the header is known: ${names.join(', ').slice(0, 300)}`,
        `Name columns like ${Object.keys(COLUMNS[what]).join(', ')}, or give --map.`,
        { field: 'header' },
      );
    }
    return { names, firstRowIsData: false };
  };
  for await (const items of readRecords(chunks, { format: 'csv', columns })) rows.push(...items);
  return rows;
}

function readMap(text: string): Record<string, string> {
  const remedy = 'Give an object of our field to your column, e.g. {"name": "Company"}.';
  const read = mapSchema.safeParse(parseJson(text, remedy));
  if (!read.success) throw new Invalid('The map is no object of texts.', remedy, { cause: read.error });
  return read.data;
}

function readJson(text: string): Row[] {
  const remedy = 'Give an array of objects.';
  const value = parseJson(text, remedy);
  if (!Array.isArray(value)) throw new Invalid('The JSON is not an array.', remedy);
  return value.map((record, at) =>
    record !== null && typeof record === 'object' && !Array.isArray(record)
      ? { line: at + 1, record }
      : { line: at + 1, error: new Invalid(`Line ${at + 1} is no object. ${remedy}`, remedy) },
  );
}

function parseJson(text: string, remedy: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Invalid(`Not valid JSON: ${(cause as Error).message.slice(0, 200)}`, remedy, { cause });
  }
}

const plainKey = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Our field → the name of its column in the file. */
function fieldsOf(
  what: TableName,
  names: readonly string[],
  map: Record<string, string>,
): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [field, known] of Object.entries(COLUMNS[what])) {
    const mapped = map[field];
    const found = mapped
      ? names.find((name) => name === mapped)
      : known.flatMap((one) => names.find((name) => plainKey(name) === one) ?? [])[0];
    if (found !== undefined) fields[field] = found;
  }
  return fields;
}

function toFields(
  what: TableName,
  record: Record<string, unknown>,
  map: Record<string, string>,
): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [field, column] of Object.entries(fieldsOf(what, Object.keys(record), map))) {
    const value = record[column];
    if (value === '' || value === undefined || value === null) continue;
    row[field] = typeof value === 'string' ? convert(what, field, value) : value;
  }
  if (what === 'people' && !row.name)
    row.name = [row.firstName, row.lastName].filter(Boolean).join(' ') || undefined;
  if (what === 'people' && typeof row.leadStatus === 'string') row.leadStatus = leadStatusOf(row.leadStatus);
  if (what === 'people' && typeof row.buyingRole === 'string')
    row.buyingRole = readRole(row.buyingRole) ?? undefined;
  if (what === 'opportunities' && typeof row.type === 'string') row.type = outcomeOf(row.type);
  return row;
}

function convert(what: TableName, field: string, value: string): unknown {
  if (field === 'employees' || field === 'revenue' || field === 'amount' || field === 'weight') {
    const number = Number(value.replace(/[\s,$€£]/g, ''));
    return Number.isFinite(number) ? number : value; // a word where a number belongs is rejected with its name
  }
  if (field === 'technologies' || field === 'aliases')
    return (
      value
        // Companies' names have commas in them.
        .split(what === 'accounts' && field === 'aliases' ? /[;|]/ : /[;,|]/)
        .map((one) => one.trim())
        .filter(Boolean)
    );
  if (field === 'at') return new Date(value);
  return value;
}

/** HubSpot's and Salesforce's words for ours. */
function outcomeOf(stage: string): string {
  const key = plainKey(stage);
  if (key === 'closedwon' || key === 'won') return 'WON';
  if (key === 'closedlost' || key === 'lost') return 'LOST';
  if (key.includes('reject')) return 'REJECTED_BY_SALES';
  return 'OPPORTUNITY_OPENED';
}

function leadStatusOf(stage: string): string | undefined {
  const key = plainKey(stage);
  const known: Record<string, string> = {
    lead: 'LEAD',
    subscriber: 'LEAD',
    mql: 'MQL',
    marketingqualifiedlead: 'MQL',
    sal: 'SAL',
    sql: 'SQL',
    salesqualifiedlead: 'SQL',
    opportunity: 'OPPORTUNITY',
    customer: 'CUSTOMER',
    disqualified: 'DISQUALIFIED',
  };
  return known[key];
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of chunks) parts.push(part);
  return Buffer.concat(parts)
    .toString()
    .replace(/^\uFEFF/, '');
}
