/** The address book of one batch: everything its clues may refer to, in one round trip. */
import type { AccountRef, Book, PersonRef, VisitorLink } from '../core/identity/match.ts';
import type { Tx } from './database.ts';

/** The keys that a batch's clues ask for. */
export interface BookKeys {
  domains: Set<string>;
  nameKeys: Set<string>;
  crmIds: Set<string>;
  personKeys: Set<string>;
  anonymousIds: Set<string>;
}

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
  /** Whether any of these belongs to a merged account. */
  merging: boolean;
}

/** Of those at a merged account `accountId` is its survivor's. */
export interface PersonEntry extends PersonRef {
  homeId: string | null;
}

export interface LinkEntry extends VisitorLink {
  homeId: string | null;
}

const ENTRY = `coalesce(a.survivor_id, a.account_id) AS account_id, a.account_id AS home_id,
  CASE WHEN 'domain' = ANY(a.filled) THEN NULL ELSE a.domain END AS domain, a.name`;

/**
 * Links carry their person's account of today, so that a visitor follows its person when that one moves. What a
 * survivor has only from merged accounts is left out: those are found themselves.
 */
const LOOK_UP = `
  SELECT 'domain' AS what, d.domain AS key, ${ENTRY}, NULL::uuid AS person_id, NULL::timestamptz AS at
  FROM account_domain AS d JOIN account AS a ON a.workspace_id = $1 AND a.account_id = d.account_id
  WHERE d.workspace_id = $1 AND d.domain = ANY($2)
  UNION ALL
  SELECT 'name', a.name_key, ${ENTRY}, NULL, NULL
  FROM account AS a WHERE a.workspace_id = $1 AND a.name_key = ANY($3)
  UNION ALL
  SELECT 'crm', a.crm_id, ${ENTRY}, NULL, NULL
  FROM account AS a WHERE a.workspace_id = $1 AND a.crm_id = ANY($4) AND NOT 'crm_id' = ANY(a.filled)
  UNION ALL
  SELECT 'person', i.key, p.account_id, coalesce(p.home_id, p.account_id), NULL, NULL, p.person_id, NULL
  FROM person_identity AS i JOIN person AS p ON p.workspace_id = $1 AND p.person_id = i.person_id
  WHERE i.workspace_id = $1 AND i.key = ANY($5)
  UNION ALL
  SELECT 'link', l.anonymous_id, p.account_id, coalesce(p.home_id, p.account_id), NULL, NULL, l.person_id, min(l.at)
  FROM visitor_link AS l JOIN person AS p ON p.workspace_id = $1 AND p.person_id = l.person_id
  WHERE l.workspace_id = $1 AND l.anonymous_id = ANY($6)
  GROUP BY l.anonymous_id, l.person_id, p.account_id, p.home_id`;

const LOCK = "hashtextextended('undercurrent.book.' || $1, 0)";

/** Until the transaction's end nothing is taken out of the book: what was looked up is still there when it is used. */
export async function share(tx: Tx): Promise<void> {
  await tx.client.query({
    name: 'share-book',
    text: `SELECT pg_advisory_xact_lock_shared(${LOCK})`,
    values: [tx.workspaceId],
  });
}

/** For whoever takes something out of the book: waits for those who share it, and they wait for the transaction's end. */
export async function own(tx: Tx): Promise<void> {
  await tx.client.query(`SELECT pg_advisory_xact_lock(${LOCK})`, [tx.workspaceId]);
}

export async function lookUp(tx: Tx, keys: BookKeys): Promise<OpenBook> {
  const { rows } = await tx.client.query({
    name: 'look-up',
    text: LOOK_UP,
    values: [
      tx.workspaceId,
      [...keys.domains],
      [...keys.nameKeys],
      [...keys.crmIds],
      [...keys.personKeys],
      [...keys.anonymousIds],
    ],
  });
  const book: OpenBook = {
    domains: new Map(),
    names: new Map(),
    crmIds: new Map(),
    people: new Map(),
    links: new Map(),
    merging: rows.some((row) => row.home_id !== row.account_id),
  };
  for (const row of rows) {
    if (row.what === 'person') {
      book.people.set(row.key, { id: row.person_id, accountId: row.account_id, homeId: row.home_id });
    } else if (row.what === 'link') {
      const links = book.links.get(row.key) ?? [];
      links.push({ at: row.at, personId: row.person_id, accountId: row.account_id, homeId: row.home_id });
      book.links.set(row.key, links);
    } else {
      const { account_id: survivorId, home_id: homeId, domain, name } = row;
      const account: Entry = { id: survivorId, homeId, survivorId, domain, name };
      if (row.what === 'domain') book.domains.set(row.key, account);
      else if (row.what === 'crm') {
        // Of several with one CRM id always the same one, whatever order the rows come in.
        const known = book.crmIds.get(row.key);
        if (!known || account.homeId < known.homeId) book.crmIds.set(row.key, account);
      } else enterName(book, row.key, account);
    }
  }
  for (const links of book.links.values()) sortLinks(links);
  return book;
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
  };
}

/** By time; ties by person, so that the order of arrival does not matter. */
export function sortLinks(links: VisitorLink[]): void {
  links.sort((a, b) => a.at.getTime() - b.at.getTime() || ((a.personId ?? '') < (b.personId ?? '') ? -1 : 1));
}
