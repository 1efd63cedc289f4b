/** Accounts, people and outcomes that somebody hands us: through the API, a CSV or the sample. */
import { z } from 'zod';
import { Invalid } from '../core/errors.ts';
import { BUYING_ROLES } from '../core/group-model.ts';
import type { RefusedParent } from '../core/hierarchy.ts';
import { type Clues, nameKeyOf, readClues } from '../core/identity/clues.ts';
import { registrableDomain } from '../core/identity/domain.ts';
import { classifyEmail } from '../core/identity/email.ts';
import { companySlug } from '../core/identity/linkedin.ts';
import { barredBy } from '../core/privacy.ts';
import { DEAL_FIELDS, type DealField } from '../core/scoring/bant.ts';
import * as accounts from '../store/accounts.ts';
import { own as ownBook, share as shareBook } from '../store/book.ts';
import * as claims from '../store/claims.ts';
import type { Tx } from '../store/database.ts';
import * as groups from '../store/groups.ts';
import * as outcomes from '../store/outcomes.ts';
import * as people from '../store/people.ts';
import { storable } from '../store/text.ts';
import * as timeline from '../store/timeline.ts';
import type { Workspace } from '../store/workspaces.ts';
import { refusalOf } from './ingest.ts';
import { waitingNamesLike } from './name-book.ts';
import { impossibleParent } from './parents.ts';
import { fromKept, openBook, placeAgain } from './place.ts';
import { readBarrier } from './privacy.ts';
import { factsAt, type News, say, settleAccounts, settlePeople } from './settle.ts';

const text = (most = 500) =>
  z
    .string()
    .trim()
    .max(most)
    .transform((value) => (value === '' ? null : value))
    .nullish();

/** What is known of a deal, on an account or on somebody of it. */
const dealWord = z
  .union([z.string(), z.number(), z.boolean()])
  .transform((value) => String(value).trim().slice(0, 2_000))
  .nullish();
const dealShape = Object.fromEntries(DEAL_FIELDS.map((field) => [field, dealWord])) as Record<
  DealField,
  typeof dealWord
>;

export const accountInputSchema = z.object({
  domain: text(),
  domains: z.array(z.string()).nullish(),
  name: text(),
  industry: text(),
  employees: z.number().int().min(0).nullish(),
  revenue: z.number().min(0).nullish(),
  country: text(),
  city: text(),
  technologies: z.array(z.string()).nullish(),
  tier: text(),
  owner: text(),
  crmId: text(),
  /** The company's page. */
  linkedin: text(),
  /** Other names it goes by. */
  aliases: z.array(z.string().trim().min(1).max(500)).max(200).nullish(),
  /** Any domain of the account it belongs to; that one may come later. */
  parentDomain: text(),
  ...dealShape,
});
export type AccountInput = z.input<typeof accountInputSchema>;

export const LEAD_STATUSES = [
  'LEAD',
  'MQL',
  'SAL',
  'SQL',
  'OPPORTUNITY',
  'CUSTOMER',
  'DISQUALIFIED',
] as const;

export const personInputSchema = z.object({
  email: text(),
  userId: text(),
  name: text(),
  title: text(),
  phone: text(),
  linkedin: text(),
  /** Any domain of the account; without it the e-mail's domain decides. */
  accountDomain: text(),
  leadStatus: z.enum(LEAD_STATUSES).nullish(),
  /** Their part in a purchase, as the CRM has it. */
  buyingRole: z.enum(BUYING_ROLES).nullish(),
  ...dealShape,
});
export type PersonInput = z.input<typeof personInputSchema>;

export const outcomeInputSchema = z.object({
  externalId: z.string().trim().min(1).max(255),
  domain: z.string(),
  type: z.enum(outcomes.OUTCOME_TYPES),
  at: z.date(),
  amount: z.number().nullish(),
  reason: text(),
  /** When it became known; default now. Importers of history set it. */
  receivedAt: z.date().nullish(),
});
export type OutcomeInput = z.input<typeof outcomeInputSchema>;

export interface Upserted {
  created: number;
  updated: number;
  /** Rows of people who are not to come in, by reason; only where there are any. */
  skipped?: Record<string, number>;
  rejected: { index: number; code: string; message: string; hint: string }[];
}

/** Signals placed again in one go when accounts arrive. */
const WAITING = 50_000;

/** Makes or updates accounts. Rows that are wrong are told, the others are written; waiting signals are placed. */
export async function upsertAccounts(
  tx: Tx,
  workspace: Workspace,
  inputs: readonly AccountInput[],
  batchId: string | null,
  now: Date,
): Promise<Upserted> {
  tx.cause = batchId ?? undefined;
  const result: Upserted = { created: 0, updated: 0, rejected: [] };
  const rows: {
    index: number;
    input: z.output<typeof accountInputSchema>;
    domains: string[];
    nameKey: string;
    clues: Clues;
  }[] = [];
  for (const [index, raw] of inputs.entries()) {
    tryRow(result, index, () => {
      const input = accountInputSchema.parse(storable(raw));
      const read = (given: string | null | undefined, field: string): string[] => {
        if (!given) return [];
        const domain = registrableDomain(given);
        if (!domain) {
          throw new Invalid(`[${index}].${field}: '${given}' is not a domain`, 'Give it like acme.com.', {
            field,
          });
        }
        return [domain];
      };
      const domains = [input.domain, ...(input.domains ?? [])].flatMap((given) => read(given, 'domain'));
      input.parentDomain = read(input.parentDomain, 'parentDomain')[0] ?? null;
      if (input.parentDomain && domains.includes(input.parentDomain)) {
        throw new Invalid(
          `[${index}].parentDomain: '${input.parentDomain}' is a domain of the account itself`,
          'Give a domain of its parent, or leave it out.',
          { field: 'parentDomain' },
        );
      }
      if (domains.length === 0 && !input.name) {
        throw new Invalid(`[${index}]: has neither domain nor name`, 'Give at least one of them.', {
          field: 'domain',
        });
      }
      const page = input.linkedin ? companySlug(input.linkedin) : null;
      if (input.linkedin && !page) {
        throw new Invalid(
          `[${index}].linkedin: '${input.linkedin}' is not the page of a company`,
          'Give it like https://www.linkedin.com/company/acme.',
          { field: 'linkedin' },
        );
      }
      input.linkedin = page;
      const clues = readClues(
        {
          companyName: input.name ?? undefined,
          crmId: input.crmId ?? undefined,
          linkedin: page ?? undefined,
        },
        () => undefined,
      );
      clues.domain = domains[0] ?? null;
      const nameKey = nameKeyOf(input.name ?? domains[0]!);
      rows.push({ index, input, domains: [...new Set(domains)], nameKey, clues });
    });
  }
  await ownBook(tx);
  const book = await openBook(
    tx,
    rows.flatMap((row) => [row.clues, ...row.domains.map((domain) => ({ ...row.clues, domain }))]),
  );
  const news: News[] = [];
  const ids = new Map<string, number>();
  for (const { index, input, domains, nameKey, clues } of rows) {
    const known =
      (input.crmId ? book.crmIds.get(input.crmId) : undefined) ??
      domains.flatMap((domain) => book.domains.get(domain) ?? [])[0] ??
      (domains.length === 0 && clues.linkedin ? book.linkedins.get(clues.linkedin) : undefined) ??
      // Without a domain the name decides, but only where it names one account.
      (domains.length === 0 && clues.nameKey && book.names.get(clues.nameKey)?.length === 1
        ? book.names.get(clues.nameKey)![0]
        : undefined);
    const id = known?.homeId ?? accounts.accountIdOf(tx.workspaceId, domains[0] ?? `name:${nameKey}`);
    const { domains: _, ...said } = { ...input, domain: domains[0] };
    news.push({ id, imported: true, facts: factsAt(now, said), keys: [], domains });
    if (!ids.has(id)) ids.set(id, index);
  }
  await say(tx, 'ACCOUNT', news, batchId);
  const written = await settleAccounts(tx, [...ids.keys()], now);
  for (const { childId, problem } of written.refused) {
    const index = ids.get(childId);
    if (index !== undefined)
      result.rejected.push({ index, ...refusedParent(index, inputs[index]!, problem) });
  }
  result.created = written.created.length;
  result.updated = ids.size - written.created.length;
  await requestDealt(tx, news, now);

  const named = rows.map(({ input, domains }) => ({
    name: input.name ?? domains[0]!,
    aliases: input.aliases ?? [],
  }));
  const names = [...named.flatMap((one) => one.aliases), ...(await waitingNamesLike(tx, named))];
  const keys = {
    domains: rows.flatMap((row) => row.domains),
    nameKeys: [...rows.map((row) => row.nameKey), ...names.map(nameKeyOf)],
    crmIds: rows.flatMap((row) => row.input.crmId ?? []),
    linkedins: rows.flatMap((row) => row.input.linkedin ?? []),
  };
  await placePeopleAgain(tx, workspace, await claims.peopleWaitingFor(tx, keys.domains), now);
  await placeAgain(tx, workspace, await timeline.waitingFor(tx, keys, WAITING), now);
  return result;
}

/** The account itself is written; only who its parent is, is not taken. */
function refusedParent(index: number, input: AccountInput, problem: RefusedParent['problem']) {
  const { code, message, hint } = impossibleParent(problem);
  return { code, message: `[${index}].parentDomain: '${input.parentDomain ?? ''}': ${message}`, hint };
}

/** Settles people and takes the signals of those who moved along, those of their visitors too. */
export async function placePeopleAgain(
  tx: Tx,
  workspace: Workspace,
  ids: readonly string[],
  now: Date,
): Promise<{ created: string[] }> {
  const { created, moved } = await settlePeople(tx, ids, now);
  const signals = await timeline.ofPeople(tx, moved);
  const visitors = new Set(signals.flatMap((signal) => fromKept(signal.clues).anonymousId ?? []));
  await placeAgain(tx, workspace, signals, now);
  await placeAgain(tx, workspace, await timeline.ofVisitors(tx, [...visitors]), now);
  return { created };
}

/** What is said of a deal is no part of the rows of accounts and people, and matters to the hand-off. */
async function requestDealt(tx: Tx, news: readonly News[], now: Date): Promise<void> {
  const ids = news.flatMap(({ id, facts }) => (DEAL_FIELDS.some((field) => facts[field]) ? [id] : []));
  if (ids.length > 0) await groups.request(tx, ids, now);
}

/** Makes or updates people, by e-mail or the sender's own id. Their past signals follow them to their account. */
export async function upsertPeople(
  tx: Tx,
  workspace: Workspace,
  inputs: readonly PersonInput[],
  batchId: string | null,
  now: Date,
): Promise<Upserted> {
  tx.cause = batchId ?? undefined;
  const result: Upserted = { created: 0, updated: 0, rejected: [] };
  const read: { input: z.output<typeof personInputSchema>; keys: string[]; clues: Clues }[] = [];
  for (const [index, raw] of inputs.entries()) {
    tryRow(result, index, () => {
      const input = personInputSchema.parse(storable(raw));
      const email = input.email ? classifyEmail(input.email) : null;
      if (email?.class === 'invalid') {
        throw new Invalid(
          `[${index}].email: '${input.email}' is not an e-mail address`,
          'Give it like ann@acme.com.',
          { field: 'email' },
        );
      }
      const clues = readClues(
        { email: input.email ?? undefined, userId: input.userId ?? undefined },
        () => undefined,
      );
      if (clues.personKeys.length === 0) {
        throw new Invalid(`[${index}]: has neither email nor userId`, 'Give at least one of them.', {
          field: 'email',
        });
      }
      clues.domain = input.accountDomain ? registrableDomain(input.accountDomain) : null;
      read.push({ input, keys: clues.personKeys, clues });
    });
  }
  await ownBook(tx);
  const barrier = await readBarrier(tx, workspace);
  const rows = read.filter(({ clues }) => {
    const reason = barredBy(barrier, clues, null);
    if (reason === null) return true;
    result.skipped = { ...result.skipped, [reason]: (result.skipped?.[reason] ?? 0) + 1 };
    return false;
  });
  const book = await openBook(
    tx,
    rows.map((row) => row.clues),
  );
  const news: News[] = [];
  for (const { input, keys, clues } of rows) {
    const known = keys.flatMap((key) => book.people.get(key) ?? [])[0];
    const person = known ?? {
      id: people.personIdOf(tx.workspaceId, keys[0]!),
      accountId: null,
      homeId: null,
    };
    const { name, title, phone, linkedin, leadStatus, buyingRole } = input;
    const deal = Object.fromEntries(DEAL_FIELDS.map((field) => [field, input[field]]));
    const { email, emailDomain, domain: account } = clues;
    news.push({
      id: person.id,
      imported: true,
      facts: factsAt(now, {
        email,
        name,
        title,
        phone,
        linkedin,
        leadStatus,
        buyingRole,
        emailDomain,
        account,
        ...deal,
      }),
      keys,
      domains: [account, emailDomain].filter((domain) => domain !== null),
    });
    for (const key of keys) if (!book.people.has(key)) book.people.set(key, person);
  }
  await say(tx, 'PERSON', news, batchId);
  const ids = new Set(news.map((one) => one.id));
  const { created } = await placePeopleAgain(tx, workspace, [...ids], now);
  await requestDealt(tx, news, now);
  result.created = created.length;
  result.updated = ids.size - created.length;
  return result;
}

/** Records outcomes, each once. An account that nobody knows is told, not made. */
export async function recordOutcomes(
  tx: Tx,
  inputs: readonly OutcomeInput[],
  batchId: string | null,
  now: Date,
): Promise<Upserted> {
  const result: Upserted = { created: 0, updated: 0, rejected: [] };
  const rows: { index: number; input: z.output<typeof outcomeInputSchema>; clues: Clues }[] = [];
  for (const [index, raw] of inputs.entries()) {
    tryRow(result, index, () => {
      const input = outcomeInputSchema.parse(storable(raw));
      const clues = readClues({ domain: input.domain }, () => undefined);
      rows.push({ index, input, clues });
    });
  }
  await shareBook(tx);
  const book = await openBook(
    tx,
    rows.map((row) => row.clues),
  );
  const facts: outcomes.OutcomeFacts[] = [];
  for (const { index, input, clues } of rows) {
    tryRow(result, index, () => {
      const account = clues.domain ? book.domains.get(clues.domain) : undefined;
      if (!account) {
        throw new Invalid(
          `[${index}].domain: no account has the domain '${input.domain}'`,
          'Import the account first.',
          {
            field: 'domain',
          },
        );
      }
      facts.push({
        externalId: input.externalId,
        accountId: account.id,
        homeId: account.homeId === account.id ? null : account.homeId,
        type: input.type,
        occurredAt: input.at,
        receivedAt: input.receivedAt ?? now,
        amount: input.amount ?? null,
        reason: input.reason ?? null,
      });
    });
  }
  result.created = await outcomes.record(tx, facts, batchId, now);
  result.updated = facts.length - result.created;
  return result;
}

function tryRow(result: Upserted, index: number, work: () => void): void {
  try {
    work();
  } catch (error) {
    const { code, message, hint } = refusalOf(error);
    result.rejected.push({
      index,
      code,
      message: message.startsWith('[') ? message : `[${index}].${message}`,
      hint,
    });
  }
}
