/** Brings the rows of accounts and people in line with what all batches say of them, in whatever order they said it. */
import type { RefusedParent } from '../core/hierarchy.ts';
import { nameKeyOf } from '../core/identity/clues.ts';
import * as accountFacts from '../store/account-facts.ts';
import * as accounts from '../store/accounts.ts';
import * as book from '../store/book.ts';
import * as claims from '../store/claims.ts';
import type { Tx } from '../store/database.ts';
import * as merges from '../store/merges.ts';
import * as people from '../store/people.ts';
import * as scores from '../store/scores.ts';
import { settleParents } from './parents.ts';

/** What a batch says of one account or person. */
export type News = Pick<claims.Claim, 'imported' | 'facts' | 'keys' | 'domains'> & { id: string };

/** Facts said at one moment; what is null, undefined or empty says nothing. */
export function factsAt(
  at: Date,
  said: Record<string, string | number | readonly string[] | null | undefined>,
): claims.Facts {
  const facts: claims.Facts = {};
  for (const [field, value] of Object.entries(said)) {
    if (value === null || value === undefined || value === '') continue;
    if (Array.isArray(value) && value.length === 0) continue;
    facts[field] = [value as string, at.getTime()];
  }
  return facts;
}

/**
 * Adds news to what the batch said already. Returns of whom something else is to be told now than before: their rows
 * are still to be settled. That a known word was said again moves only its time, for which the book need not be owned.
 */
export async function say(
  tx: Tx,
  about: claims.Claim['about'],
  news: readonly News[],
  batchId: string | null,
): Promise<string[]> {
  if (news.length === 0) return [];
  const batch = batchId ?? claims.BY_HAND;
  const known = await claims.of(
    tx,
    news.map((one) => one.id),
    { toChange: true },
  );
  const merged = new Map<string, claims.Claim>();
  for (const { id, imported, facts, keys, domains } of news) {
    const before = merged.get(id) ?? known.get(id)!.find((claim) => claim.batchId === batch);
    const claim = before ?? {
      about,
      subjectId: id,
      batchId: batch,
      imported,
      facts: {},
      keys: [],
      domains: [],
    };
    merged.set(id, {
      ...claim,
      imported: claim.imported || imported,
      // One batch is one moment, nearly; what is said by hand goes on for years, and replays ask for what was said when.
      facts: laterOf(claim.facts, facts, about === 'ACCOUNT' && batch === claims.BY_HAND),
      keys: [...new Set([...claim.keys, ...keys])],
      domains: [...new Set([...claim.domains, ...domains])],
    });
  }
  const changed = [...merged.values()].flatMap((claim) => {
    const before = known.get(claim.subjectId)!;
    const after = [...before.filter((one) => one.batchId !== batch), claim];
    return tellingOf(before) === tellingOf(after) ? [] : [claim.subjectId];
  });
  if (changed.length > 0) book.demandOwned(tx);
  await claims.put(tx, [...merged.values()]);
  return changed;
}

/** All that rows may take from what is said, as text: whatever its batches, times and order, the same gives the same. */
function tellingOf(said: readonly claims.Claim[]): string {
  const parts = [said, said.filter((claim) => claim.imported), said.filter((claim) => !claim.imported)];
  const fields = [...new Set(said.flatMap((claim) => Object.keys(claim.facts)))].sort();
  return JSON.stringify([
    parts.map((part) => fields.map((field) => [pick(part, field), pick(part, field, isEarlier)])),
    pick(aboveLead(said), 'leadStatus'),
    [...new Set(said.map((claim) => claim.batchId))].sort(),
    [...new Set(said.flatMap((claim) => claim.keys))].sort(),
    [...new Set(said.flatMap((claim) => claim.domains))].sort(),
  ]);
}

const aboveLead = (said: readonly claims.Claim[]): claims.Claim[] =>
  said.filter((claim) => claim.facts.leadStatus?.[0] !== 'LEAD');

function laterOf(one: claims.Facts, other: claims.Facts, keepEarlier: boolean): claims.Facts {
  const merged = { ...one };
  for (const [field, fact] of Object.entries(other)) {
    const known = merged[field];
    if (!known) merged[field] = fact;
    else if (keepEarlier) merged[field] = both(known, fact);
    else if (isLater(fact, known)) merged[field] = fact;
  }
  return merged;
}

/** The later one, with what was said before; of the same said again and again, the first time. */
function both(one: claims.Facts[string], other: claims.Facts[string]): claims.Facts[string] {
  const all = [...(one[2] ?? []), one, other].sort((a, b) => (isLater(a, b) ? 1 : -1));
  const last = all.pop()!;
  const earlier: [claims.Facts[string][0], number][] = [];
  for (const [said, at] of all) {
    if (JSON.stringify(earlier.at(-1)?.[0]) !== JSON.stringify(said)) earlier.push([said, at]);
  }
  return earlier.length === 0 ? [last[0], last[1]] : [last[0], last[1], earlier];
}

/** Ties go to the greater text, so that the order of arrival does not matter. */
function isLater(a: Pick<claims.Facts[string], 0 | 1>, b: Pick<claims.Facts[string], 0 | 1>): boolean {
  return a[1] !== b[1] ? a[1] > b[1] : JSON.stringify(a[0]) > JSON.stringify(b[0]);
}

type Order = (a: claims.Facts[string], b: claims.Facts[string]) => boolean;
const isEarlier: Order = (a, b) => isLater(b, a);

/** Of all that is said of a field, what comes first in that order. */
function pick<T>(said: readonly claims.Claim[], field: string, comesFirst: Order = isLater): T | null {
  let best: claims.Facts[string] | undefined;
  for (const claim of said) {
    const fact = claim.facts[field];
    if (fact && (!best || comesFirst(fact, best))) best = fact;
  }
  return best ? (best[0] as T) : null;
}

/**
 * Brings accounts in line with what is said of them, and the survivors of merged ones; asks for those that changed to
 * be rescored. `refused`: of whom a parent is said that can't be.
 */
export async function settleAccounts(
  tx: Tx,
  ids: readonly string[],
  now: Date,
): Promise<{ created: string[]; changed: string[]; refused: RefusedParent[] }> {
  if (ids.length === 0) return { created: [], changed: [], refused: [] };
  const families = await merges.families(tx, ids);
  const said = await claims.of(tx, [...ids, ...[...families].flat(2)]);
  const rows = [...new Set([...ids, ...families.keys()])].map((id) =>
    readFamily(id, families.get(id) ?? [], said),
  );
  const written = await accountFacts.write(tx, rows, now);
  await claims.settleDomains(tx, ids);
  await scores.request(tx, [...written.created, ...written.changed], now);
  return { ...written, refused: await settleParents(tx, ids, now) };
}

/** What an account may have from one that is merged into it, and the column. */
const FILLED = {
  domain: 'domain',
  industry: 'industry',
  employees: 'employees',
  revenue: 'revenue',
  country: 'country',
  city: 'city',
  technologies: 'technologies',
  tier: 'tier',
  owner: 'owner',
  crmId: 'crm_id',
  linkedin: 'linkedin',
} as const;

/** An account's row by what is said of it and of what is merged into it, first merged first. */
export const readFamily = (
  id: string,
  members: readonly string[],
  said: ReadonlyMap<string, readonly claims.Claim[]>,
): accountFacts.AccountFacts =>
  members.reduce(
    (row, merged) => fill(row, readAccount(merged, said.get(merged)!)),
    readAccount(id, said.get(id)!),
  );

/** What is said of the survivor itself stands; what nobody says of it is taken from the merged one. */
function fill(row: accountFacts.AccountFacts, merged: accountFacts.AccountFacts): accountFacts.AccountFacts {
  const fields = (Object.keys(FILLED) as (keyof typeof FILLED)[]).filter(
    (field) => row[field] === null && merged[field] !== null,
  );
  return {
    ...row,
    ...Object.fromEntries(fields.map((field) => [field, merged[field]])),
    filled: [...row.filled, ...fields.map((field) => FILLED[field])],
  };
}

function readAccount(id: string, said: readonly claims.Claim[]): accountFacts.AccountFacts {
  const imported = said.filter((claim) => claim.imported);
  const told = said.filter((claim) => !claim.imported);
  const read = <T>(field: string): T | null => pick<T>(imported, field) ?? pick<T>(told, field);
  const domain = pick<string>(said, 'domain', isEarlier);
  // Nothing is said of an account that an undo is about to remove: its name must find nothing.
  const name = read<string>('name') ?? domain ?? '';
  const aliases = read<readonly string[]>('aliases') ?? [];
  return {
    id,
    domain,
    name,
    nameKey: nameKeyOf(name),
    industry: read('industry'),
    employees: read('employees'),
    revenue: read('revenue'),
    country: read('country'),
    city: read('city'),
    technologies: read('technologies'),
    tier: read('tier'),
    owner: read('owner'),
    crmId: read('crmId'),
    linkedin: read('linkedin'),
    aliases: [...aliases],
    aliasKeys: [...new Set(aliases.map(nameKeyOf))],
    origin: imported.length > 0 ? 'IMPORTED' : 'DISCOVERED',
    filled: [],
    batchId: said[0] && said[0].batchId !== claims.BY_HAND ? said[0].batchId : null,
  };
}

/** Which account somebody counts for, and which one they are at by themselves: another if that is merged. */
type PersonPlace = Pick<book.PersonEntry, 'accountId' | 'homeId'>;

/**
 * Brings people in line with what is said of them. Returns everybody's account, and whose changed: their signals are
 * to be placed again.
 */
export async function settlePeople(
  tx: Tx,
  ids: readonly string[],
  now: Date,
): Promise<{ created: string[]; moved: string[]; placeOf: Map<string, PersonPlace> }> {
  if (ids.length === 0) return { created: [], moved: [], placeOf: new Map() };
  const said = await claims.of(tx, ids);
  const owners = await accounts.idsByDomain(
    tx,
    [...said.values()].flatMap((about) => about.flatMap((claim) => claim.domains)),
  );
  const before = await people.homesOf(tx, [...said.keys()]);
  const rows = [...said].map(([id, about]) => readPerson(id, about, owners));
  const created = await people.write(tx, rows, now);
  await claims.settleKeys(tx, [...said.keys()]);
  return {
    created,
    moved: rows.flatMap((row) => {
      const known = before.get(row.id);
      return known !== undefined && known !== (row.homeId ?? row.accountId) ? [row.id] : [];
    }),
    placeOf: new Map(
      rows.map(({ id, accountId, homeId }) => [id, { accountId, homeId: homeId ?? accountId }]),
    ),
  };
}

/** A person’s row by what is said of them. */
export function readPerson(
  id: string,
  said: readonly claims.Claim[],
  owners: ReadonlyMap<string, { id: string; homeId: string }>,
): people.PersonFacts {
  const ownerOf = (domain: string | null) => (domain && owners.get(domain)) || null;
  // Where an import says they work, else where their mailbox is, else the first company they were said to be at.
  const owner =
    ownerOf(pick(said, 'account')) ??
    ownerOf(pick(said, 'emailDomain')) ??
    ownerOf(pick(said, 'company', isEarlier));
  return {
    id,
    accountId: owner?.id ?? null,
    homeId: owner && owner.homeId !== owner.id ? owner.homeId : null,
    email: pick(said, 'email'),
    name: pick(said, 'name'),
    title: pick(said, 'title'),
    phone: pick(said, 'phone'),
    linkedin: pick(said, 'linkedin'),
    leadStatus: pick(aboveLead(said), 'leadStatus') ?? 'LEAD',
    buyingRole: pick(said, 'buyingRole'),
    origin: said.some((claim) => claim.imported) ? 'IMPORTED' : 'DISCOVERED',
    batchId: said[0] && said[0].batchId !== claims.BY_HAND ? said[0].batchId : null,
  };
}
