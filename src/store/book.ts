/** The address book of one batch: everything its clues may refer to, in one round trip. */
import { countryCode } from '../core/identity/country.ts';
import { areCountrySiblings, skeletonOf } from '../core/identity/domain.ts';
import type {
  AccountRef,
  Alike,
  Answer,
  Book,
  NearName,
  PersonRef,
  VisitorLink,
} from '../core/identity/match.ts';
import { defaultMatchRules, type MatchRules, matchRulesSchema } from '../core/identity/match-rules.ts';
import type { Tx } from './database.ts';

/** The keys that a batch's clues ask for. */
export interface BookKeys {
  domains: Set<string>;
  nameKeys: Set<string>;
  crmIds: Set<string>;
  personKeys: Set<string>;
  anonymousIds: Set<string>;
  linkedins: Set<string>;
}

export const noKeys = (): BookKeys => ({
  domains: new Set(),
  nameKeys: new Set(),
  crmIds: new Set(),
  personKeys: new Set(),
  anonymousIds: new Set(),
  linkedins: new Set(),
});

/** An account the book knows by some key. Of a merged one `survivorId` is another's. */
export interface Entry extends AccountRef {
  /** What a signal placed by it belongs to: the survivor, but of accounts that share a name each its own. */
  id: string;
  homeId: string;
  survivorId: string;
}

/** A book that can still be written to: people and accounts made by the batch itself are entered as it goes. */
export interface OpenBook extends Book {
  domains: Map<string, Entry>;
  names: Map<string, Entry[]>;
  crmIds: Map<string, Entry>;
  people: Map<string, PersonEntry>;
  links: Map<string, LinkEntry[]>;
  linkedins: Map<string, Entry>;
  alike: Map<string, AlikeEntry>;
  near: Map<string, NearEntry[]>;
  answers: Map<string, AnswerEntry[]>;
  /** `clueKey` and account of questions that nobody has answered yet. */
  asked: Set<string>;
  /** Of the active model. */
  rules: MatchRules;
  /** Whether any of these belongs to a merged account. */
  merging: boolean;
}

export interface AlikeEntry extends Alike {
  sibling: Entry | null;
  known: { domain: string; account: Entry }[];
}

export interface NearEntry extends NearName {
  account: Entry;
}

interface AnswerEntry extends Answer {
  account: Entry;
}

/** Of those at a merged account `accountId` is its survivor's. */
export interface PersonEntry extends PersonRef {
  homeId: string | null;
}

export interface LinkEntry extends VisitorLink {
  homeId: string | null;
  /** Since when the batch that asks says so itself; null: it does not. */
  saidAt: Date | null;
}

const ENTRY = `coalesce(a.survivor_id, a.account_id) AS account_id, a.account_id AS home_id,
  CASE WHEN 'domain' = ANY(a.filled) THEN NULL ELSE a.domain END AS domain, a.name, a.country, a.city`;
/** Of those that look alike; a label that is on more suffixes than that says little. */
const MOST_ALIKE = 20;

/** The account with this id. A subquery of its own, so that it is fetched by its key however small the tables look. */
const accountOf = (id: string): string =>
  `CROSS JOIN LATERAL (SELECT * FROM account WHERE workspace_id = $1 AND account_id = ${id} OFFSET 0) AS a`;

/**
 * Rows of a table key by key, `$k` being the keys. A list of keys in one condition would be read past by whatever index
 * begins with the workspace, as long as statistics call the table small; one key is always looked up.
 */
function each(columns: string, table: string, column: string): string {
  return `(SELECT asked.key, t.* FROM unnest($k::text[]) AS asked (key) CROSS JOIN LATERAL (
      SELECT ${columns} FROM ${table} WHERE workspace_id = $1 AND ${column} = asked.key OFFSET 0) AS t)`;
}

/** What a kind of keys finds; `$k` stands for the list of keys, `$b` for the batch that asks. */
const BRANCHES = {
  domain: `
    SELECT 'domain', d.key, ${ENTRY}, NULL::uuid, NULL::timestamptz, NULL, NULL::timestamptz
    FROM ${each('account_id', 'account_domain', 'domain')} AS d ${accountOf('d.account_id')}`,
  name: `
    SELECT 'name', n.key, ${ENTRY}, NULL::uuid, NULL::timestamptz, NULL, NULL::timestamptz
    FROM ${each('account_id', 'account', 'name_key')} AS n ${accountOf('n.account_id')}
    UNION ALL
    SELECT 'name', n.key, ${ENTRY}, NULL, NULL, NULL, NULL
    FROM ${each('account_id', 'account_alias', 'name_key')} AS n ${accountOf('n.account_id')}`,
  crmId: `
    SELECT 'crm', c.key, ${ENTRY}, NULL::uuid, NULL::timestamptz, NULL, NULL::timestamptz
    FROM ${each('account_id', 'account', 'crm_id')} AS c ${accountOf('c.account_id')} WHERE NOT 'crm_id' = ANY(a.filled)`,
  linkedin: `
    SELECT 'linkedin', l.key, ${ENTRY}, NULL::uuid, NULL::timestamptz, NULL, NULL::timestamptz
    FROM ${each('account_id', 'account', 'linkedin')} AS l ${accountOf('l.account_id')}
    WHERE NOT 'linkedin' = ANY(a.filled)`,
  answer: `
    SELECT 'answer', r.kind || ' ' || r.key, ${ENTRY}, NULL::uuid, r.decided_at, r.status, NULL::timestamptz
    FROM ${each('kind, account_id, decided_at, status', 'match_review', 'value')} AS r ${accountOf('r.account_id')}`,
  person: `
    SELECT 'person', i.key, p.account_id, coalesce(p.home_id, p.account_id), NULL, NULL, NULL, NULL, p.person_id,
      NULL::timestamptz, NULL, NULL::timestamptz
    FROM ${each('person_id', 'person_identity', 'key')} AS i
      CROSS JOIN LATERAL (SELECT * FROM person WHERE workspace_id = $1 AND person_id = i.person_id OFFSET 0) AS p`,
  // Links carry their person's account of today, so that a visitor follows its person when that one moves.
  link: `
    SELECT 'link', l.key, p.account_id, coalesce(p.home_id, p.account_id), NULL, NULL, NULL, NULL, l.person_id,
      l.first_at, NULL, l.said_at
    FROM (SELECT key, person_id, min(at) AS first_at, min(at) FILTER (WHERE batch_id = $b::uuid) AS said_at
      FROM ${each('person_id, batch_id, at', 'visitor_link', 'anonymous_id')} AS v GROUP BY key, person_id) AS l
      CROSS JOIN LATERAL (SELECT * FROM person WHERE workspace_id = $1 AND person_id = l.person_id OFFSET 0) AS p`,
};
type Branch = keyof typeof BRANCHES;

/** What is asked always. */
const RULES = `SELECT 'rules' AS what, NULL AS key, NULL::uuid AS account_id, NULL::uuid AS home_id, NULL AS domain,
    NULL AS name, NULL AS country, NULL AS city, NULL::uuid AS person_id, NULL::timestamptz AS at,
    (document->'match')::text AS more, NULL::timestamptz AS said_at
  FROM scoring_model WHERE workspace_id = $1 AND active`;

/** Domains by what those that look alike have in common. */
const ALIKE = `
  SELECT a.origin = 'IMPORTED' AS imported, d.skeleton, d.domain AS known, ${ENTRY}
  FROM (SELECT skeleton, domain, account_id, row_number() OVER (PARTITION BY skeleton ORDER BY domain) AS at
    FROM account_domain WHERE workspace_id = $1 AND skeleton = ANY($2::text[])) AS d ${accountOf('d.account_id')}
  WHERE d.at <= ${MOST_ALIKE}`;

const LOCK = "hashtextextended('undercurrent.book.' || $1, 0)";

/** Until the transaction's end nothing in the book changes: what was looked up is still so when it is used. */
export async function share(tx: Tx): Promise<void> {
  await tx.client.query({
    name: 'share-book',
    text: `SELECT pg_advisory_xact_lock_shared(${LOCK})`,
    values: [tx.workspaceId],
  });
}

/**
 * The same, and the rows of one more statement, which sees what was committed before the lock was had. One round trip:
 * `statement` has no parameters. What follows in this transaction fetches by keys: a plan made while a table was small
 * would read all of it once for every key, and be kept when the table has grown.
 */
export async function shareReading<Row>(tx: Tx, statement: string): Promise<Row[]> {
  const lock = LOCK.replace('$1', `'${tx.workspaceId}'`);
  const results = (await tx.client.query(
    `SET LOCAL enable_seqscan = off; SELECT pg_advisory_xact_lock_shared(${lock}); ${statement}`,
  )) as unknown as { rows: Row[] }[];
  return results[2]!.rows;
}

/**
 * For whoever changes what the book says: waits for those who share it, and they wait for the transaction's end. So
 * nobody places a signal by what is no longer so, and whoever changes something sees all signals placed before.
 */
export async function own(tx: Tx): Promise<void> {
  await tx.client.query({
    name: 'own-book',
    text: `SELECT pg_advisory_xact_lock(${LOCK})`,
    values: [tx.workspaceId],
  });
  owners.add(tx);
}

const owners = new WeakSet<Tx>();

/** The book is to be changed in a transaction that only shares it: start again with one that owns it. */
export class OnlyShared extends Error {}

/** Throws `OnlyShared` unless this transaction owns the book. */
export function demandOwned(tx: Tx): void {
  if (!owners.has(tx)) throw new OnlyShared('The book is only shared.');
}

/**
 * `batchId`: the batch that asks, for what it says itself of visitors. Only what there are keys of is asked after; the
 * domains that nobody has take a second statement.
 */
export async function lookUp(tx: Tx, keys: BookKeys, batchId: string | null = null): Promise<OpenBook> {
  const [domains, names] = [[...keys.domains], [...keys.nameKeys]];
  const asked: [Branch, string[]][] = [
    ['domain', domains],
    ['name', names],
    ['crmId', [...keys.crmIds]],
    ['linkedin', [...keys.linkedins]],
    ['answer', [...domains, ...names]],
    ['person', [...keys.personKeys]],
    ['link', [...keys.anonymousIds]],
  ];
  const wanted = asked.filter(([, values]) => values.length > 0);
  const { rows } = await tx.client.query({
    name: `look-up ${wanted.map(([branch]) => branch).join(' ')}`,
    text: statementOf(wanted.map(([branch]) => branch)),
    values: [
      tx.workspaceId,
      ...wanted.flatMap(([branch, values]) => (branch === 'link' ? [values, batchId] : [values])),
    ],
  });
  const book: OpenBook = {
    domains: new Map(),
    names: new Map(),
    crmIds: new Map(),
    people: new Map(),
    links: new Map(),
    linkedins: new Map(),
    alike: new Map(),
    near: new Map(),
    answers: new Map(),
    asked: new Set(),
    rules: defaultMatchRules,
    merging: rows.some((row) => row.home_id !== row.account_id),
  };
  for (const row of rows) {
    if (row.what === 'person') {
      book.people.set(row.key, { id: row.person_id, accountId: row.account_id, homeId: row.home_id });
    } else if (row.what === 'link') {
      const links = book.links.get(row.key) ?? [];
      const { at, said_at: saidAt, person_id: personId, account_id: accountId, home_id: homeId } = row;
      links.push({ at, personId, accountId, homeId, saidAt });
      book.links.set(row.key, links);
    } else if (row.what === 'rules') {
      book.rules = readRules(row.more);
    } else {
      const account = toEntry(row);
      if (row.what === 'domain') book.domains.set(row.key, account);
      else if (row.what === 'crm') keepFirst(book.crmIds, row.key, account);
      else if (row.what === 'linkedin') keepFirst(book.linkedins, row.key, account);
      else if (row.what === 'answer') enterAnswer(book, row.key, account, row.more, row.at);
      else enterName(book, row.key, account);
    }
  }
  for (const links of book.links.values()) sortLinks(links);
  await lookUpAlike(
    tx,
    book,
    domains.filter((domain) => !book.domains.has(domain)),
  );
  return book;
}

/** One statement for these branches; `$1` is the workspace, then come their keys in this order. */
function statementOf(branches: readonly Branch[]): string {
  let last = 1;
  const arms = branches.map((branch) => {
    const keys = ++last;
    const text = BRANCHES[branch].replaceAll('$k', `$${keys}`);
    return branch === 'link' ? text.replaceAll('$b', `$${++last}`) : text;
  });
  return [RULES, ...arms].join('\n  UNION ALL');
}

/** Enters what these domains, which nobody has, look like. */
async function lookUpAlike(tx: Tx, book: OpenBook, unknown: readonly string[]): Promise<void> {
  if (unknown.length === 0) return;
  const bySkeleton = Map.groupBy(unknown, skeletonOf);
  const { rows } = await tx.client.query({
    name: 'look-up alike',
    text: ALIKE,
    values: [tx.workspaceId, [...bySkeleton.keys()]],
  });
  for (const row of rows) {
    const account = toEntry(row);
    for (const domain of bySkeleton.get(row.skeleton)!)
      enterAlike(book, domain, row.known, account, row.imported);
    if (account.survivorId !== account.homeId) book.merging = true;
  }
}

export function toEntry(row: {
  account_id: string;
  home_id: string;
  domain: string | null;
  name: string;
  country: string | null;
  city: string | null;
}): Entry {
  const { account_id: survivorId, home_id: homeId, domain, name } = row;
  const country = row.country === null ? null : countryCode(row.country);
  return { id: survivorId, homeId, survivorId, domain, name, country, city: row.city?.toLowerCase() ?? null };
}

/** Accounts by their own ids; unknown ones are left out. */
export async function entriesOf(tx: Tx, ids: readonly string[]): Promise<Entry[]> {
  const { rows } = await tx.client.query({
    name: 'entries',
    text: `SELECT ${ENTRY} FROM account AS a WHERE a.workspace_id = $1 AND a.account_id = ANY($2)`,
    values: [tx.workspaceId, ids],
  });
  return rows.map(toEntry);
}

const rulesRead = new Map<string, MatchRules>();
/** The same object for the same rules. Of a model that is older than them the usual ones. */
function readRules(document: string | null): MatchRules {
  const text = document ?? 'null';
  let rules = rulesRead.get(text);
  if (!rules) {
    rules = matchRulesSchema.safeParse(JSON.parse(text)).data ?? defaultMatchRules;
    if (rulesRead.size > 100) rulesRead.clear();
    rulesRead.set(text, rules);
  }
  return rules;
}

/** Of several with one key always the same one, whatever order the rows come in. */
function keepFirst(map: Map<string, Entry>, key: string, account: Entry): void {
  const known = map.get(key);
  if (!known || account.homeId < known.homeId) map.set(key, account);
}

function enterAnswer(book: OpenBook, key: string, account: Entry, status: string, at: Date | null): void {
  if (!at) book.asked.add(`${key} ${account.homeId}`);
  else {
    const answers = book.answers.get(key) ?? [];
    answers.push({ account, accepted: status === 'ACCEPTED', at });
    book.answers.set(key, answers);
  }
}

/** Of several accounts with the name in other countries none is the sibling. */
function enterAlike(book: OpenBook, asked: string, domain: string, account: Entry, imported: boolean): void {
  const alike = book.alike.get(asked) ?? { sibling: null, known: [] };
  alike.known.push({ domain, account });
  const siblings = new Set(
    alike.known.flatMap((one) => (areCountrySiblings(asked, one.domain) ? one.account.homeId : [])),
  );
  const isSibling = imported && siblings.size === 1 && siblings.has(account.homeId);
  const sibling = siblings.size > 1 ? null : isSibling ? account : alike.sibling;
  book.alike.set(asked, { ...alike, sibling });
}

/**
 * Enters an account by its normal name. Accounts that share one stay apart even where they are merged: see `placeAll`
 * for what becomes of the name.
 */
export function enterName(book: OpenBook, nameKey: string, account: Entry): void {
  const others = (book.names.get(nameKey) ?? []).filter((one) => one.homeId !== account.homeId);
  const all = [...others, account].sort((a, b) => (a.homeId < b.homeId ? -1 : 1));
  book.names.set(
    nameKey,
    all.map((one) => ({ ...one, id: all.length > 1 ? one.homeId : one.survivorId })),
  );
}

/** The survivor of accounts that share a name and are all merged together; null where they are not. */
export function sharedName(book: OpenBook, nameKey: string): Entry | null {
  const [first, ...others] = book.names.get(nameKey) ?? [];
  if (!first || others.length === 0 || others.some((one) => one.survivorId !== first.survivorId)) return null;
  return { ...first, id: first.survivorId };
}

/** The book as it would be had nothing been merged. */
export function unmerged(book: OpenBook): Book {
  const home = (entry: Entry): AccountRef => ({ ...entry, id: entry.homeId });
  const stay = <T extends PersonEntry | LinkEntry>(entry: T): T => ({ ...entry, accountId: entry.homeId });
  const mapped = <A, B>(map: ReadonlyMap<string, A>, to: (value: A) => B): Map<string, B> =>
    new Map([...map].map(([key, value]) => [key, to(value)]));
  return {
    domains: mapped(book.domains, home),
    names: mapped(book.names, (entries) => entries.map(home)),
    crmIds: mapped(book.crmIds, home),
    people: mapped(book.people, stay),
    links: mapped(book.links, (entries) => entries.map(stay)),
    linkedins: mapped(book.linkedins, home),
    alike: mapped(book.alike, ({ sibling, known }) => ({
      sibling: sibling && home(sibling),
      known: known.map((one) => ({ ...one, account: home(one.account) })),
    })),
    near: mapped(book.near, (found) => found.map((one) => ({ ...one, account: home(one.account) }))),
    answers: mapped(book.answers, (answers) =>
      answers.map((one) => ({ ...one, account: home(one.account) })),
    ),
  };
}

/** By time; ties by person, so that the order of arrival does not matter. */
export function sortLinks(links: VisitorLink[]): void {
  links.sort((a, b) => a.at.getTime() - b.at.getTime() || ((a.personId ?? '') < (b.personId ?? '') ? -1 : 1));
}
