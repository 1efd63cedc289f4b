/**
 * Accounts by names that are not quite theirs. One index per workspace and process, read at the first need and brought
 * up to date by one query before every use, so that several processes agree.
 */
import { NameIndex } from '../core/identity/name-index.ts';
import * as accountNames from '../store/account-names.ts';
import * as book from '../store/book.ts';
import type { Tx } from '../store/database.ts';
import * as waiting from '../store/waiting.ts';

/** Accounts weighed for a name; more are never shown, and few are enough to see whether one stands out. */
const CANDIDATES = 4;
/** Workspaces whose names are kept in memory; the one that was not asked for longest gives way. */
const MOST_BOOKS = 8;
/**
 * How long a transaction may have been under way that we could not see yet. What changed within that time is read again
 * at each look, and passed over where it is known.
 */
const OVERLAP_MS = 60_000;
/** Rows within the overlap beyond which it is not read at every look but at most as often as given by REST_MS. */
const MANY = 2_000;
const REST_MS = 1_000;
/** Answers kept until a name changes. */
const MOST_ANSWERS = 20_000;

interface Found {
  account: string;
  score: number;
  evidence: string;
}

class NameBook {
  #index = new NameIndex();
  #numbers = new Map<string, number>();
  #ids: string[] = [];
  /** By number, as they were entered: what is read again unchanged needs no work. */
  #names: string[] = [];
  #readAt: Date | null = null;
  #readMany = 0;
  #lookedAt = 0;
  #restUntil = 0;
  /** When a later change than all before was read last. */
  #advancedAt = 0;
  #answers = new Map<string, Found[]>();

  /** Reads what changed since the last time. */
  async refresh(tx: Tx): Promise<void> {
    if (this.#readMany > MANY && performance.now() < this.#restUntil) return;
    // Whoever was under way when the latest change was read has been seen by a look that came so much later.
    const settled = this.#lookedAt - this.#advancedAt > OVERLAP_MS;
    const since = this.#readAt && new Date(this.#readAt.getTime() + (settled ? 1 : -OVERLAP_MS));
    const begun = performance.now();
    const first = this.#readAt === null;
    this.#readMany = 0;
    for await (const rows of accountNames.changedSince(tx, since)) {
      if (!first) this.#readMany += rows.length;
      for (const row of rows) {
        this.#enter(row, first);
        if (this.#readAt && row.updatedAt <= this.#readAt) continue;
        this.#readAt = row.updatedAt;
        this.#advancedAt = begun;
      }
    }
    if (first) this.#build();
    this.#readAt ??= new Date(0);
    this.#lookedAt = begun;
    this.#restUntil = performance.now() + REST_MS;
  }

  #enter({ id, name, aliases, imported }: accountNames.NamedAccount, first: boolean): void {
    const names = imported ? [name, ...aliases].join('\n') : '';
    let number = this.#numbers.get(id);
    if (number === undefined) {
      if (names === '') return;
      number = this.#ids.length;
      this.#numbers.set(id, number);
      this.#ids.push(id);
    }
    if (this.#names[number] === names) return;
    this.#names[number] = names;
    if (first) return;
    if (names === '') this.#index.remove(number);
    else this.#index.insert(number, name, aliases);
    this.#answers.clear();
  }

  #build(): void {
    const names = this.#names;
    function* named() {
      for (const [id, all] of names.entries()) {
        const [name = '', ...aliases] = all.split('\n');
        yield { id, name, aliases };
      }
    }
    this.#index = NameIndex.build(named());
  }

  find(name: string): Found[] {
    let found = this.#answers.get(name);
    if (!found) {
      found = this.#index
        .find(name, CANDIDATES)
        .map(({ id, score, evidence }) => ({ account: this.#ids[id]!, score, evidence }));
      if (this.#answers.size >= MOST_ANSWERS) this.#answers.clear();
      this.#answers.set(name, found);
    }
    return found;
  }

  /** Forgets an account that is there no more. */
  drop(id: string): void {
    const number = this.#numbers.get(id)!;
    this.#names[number] = '';
    this.#index.remove(number);
    this.#answers.clear();
  }
}

/** By workspace, the one asked for last at the end. */
const books = new Map<string, NameBook>();

async function openNames(tx: Tx): Promise<NameBook> {
  const names = books.get(tx.workspaceId) ?? new NameBook();
  books.delete(tx.workspaceId);
  books.set(tx.workspaceId, names);
  if (books.size > MOST_BOOKS) books.delete(books.keys().next().value!);
  await names.refresh(tx);
  return names;
}

/** Writes into the book which accounts have names like these; of a name like none, an empty list. */
export async function lookUpNames(tx: Tx, open: book.OpenBook, names: Iterable<string>): Promise<void> {
  const wanted = [...new Set(names)].filter((name) => !open.near.has(name));
  if (wanted.length === 0) return;
  const known = await openNames(tx);
  let rest = wanted;
  while (rest.length > 0) {
    const found = new Map(rest.map((name) => [name, known.find(name)]));
    const ids = new Set([...found.values()].flatMap((all) => all.map((one) => one.account)));
    const entries = new Map(
      ids.size === 0 ? [] : (await book.entriesOf(tx, [...ids])).map((entry) => [entry.homeId, entry]),
    );
    for (const id of ids) if (!entries.has(id)) known.drop(id);
    rest = [];
    for (const [name, all] of found) {
      if (all.some((one) => !entries.has(one.account))) rest.push(name);
      else
        open.near.set(
          name,
          all.map(({ account, ...one }) => ({ ...one, account: entries.get(account)! })),
        );
      if (all.some((one) => entries.get(one.account)?.survivorId !== one.account)) open.merging = true;
    }
  }
}

/** Names beyond which those of a large backlog are left waiting until they are seen again. */
const MOST_WAITING = 20_000;
/** The least likeness worth placing a signal again. */
const LEAST = 0.2;

/** Of the normal names that signals wait with, those that are like one of these accounts'. */
export async function waitingNamesLike(
  tx: Tx,
  accounts: readonly { name: string; aliases: readonly string[] }[],
): Promise<string[]> {
  const known = await waiting.names(tx, MOST_WAITING);
  if (known.length === 0 || accounts.length === 0) return [];
  const index = NameIndex.build(accounts.map((account, id) => ({ id, ...account })));
  return known.filter((name) => (index.find(name, 1)[0]?.score ?? 0) >= LEAST);
}
