/**
 * Accounts by names that are not quite theirs: misspelt, shortened, abbreviated, turned round. In memory, kept live.
 * It finds a few candidates by hashes of words and letters, and weighs them by `name-likeness.ts`.
 */
import type { WordClass } from './company-words.ts';
import { gramGroups, hashWord, type KeyGroup, pushEntryKeys, wordGroups } from './name-keys.ts';
import { type Likeness, letterByLetter, likeness } from './name-likeness.ts';
import { informationOfWord, type NameParts, readName, takeApart, type WordStatistics } from './name-parts.ts';
import { Postings } from './postings.ts';

export interface NameCandidate {
  /** The one given to `build` or `insert`. */
  id: number;
  /** 0–1: how likely it is the same company. */
  score: number;
  /** Plain words: what is the same and what is not. */
  evidence: string;
}

export interface NameDecision {
  /** `MATCH`: surely `best`. `AMBIGUOUS`: several accounts it may be. `NONE`: nothing that is sure enough. */
  decision: 'MATCH' | 'AMBIGUOUS' | 'NONE';
  /** The likeliest, whatever the decision; its score says whether a person should look at it. */
  best: NameCandidate | null;
  runnerUp: NameCandidate | null;
  /** One plain sentence without a full stop. */
  reason: string;
}

export interface NamedAccount {
  /** A whole number from 0 to 2³² − 1. */
  id: number;
  name: string;
  /** Other names it goes by: brands, acronyms, former names. */
  aliases?: readonly string[];
}

/** The least score of a match. */
export const MATCH_SCORE = 0.9;
/** The least score at which a second account makes the first doubtful, if it is also near to it. */
export const RIVAL_SCORE = 0.3;
/** Log-odds by which the best must be ahead of a rival. */
export const MARGIN = 2.5;
/** Below this a candidate is not worth naming. */
const LEAST_SCORE = 0.001;

/** Entries looked at per look-up; longer lists say little and are left out whole, so the order of inserts is no matter. */
const POSTINGS_PER_LOOKUP = 5_000;
const LONGEST_LIST = 2_500;
/** Candidates that are weighed word by word; in the search by runs of letters, also letter by letter. */
const WEIGHED = 40;
const GUESSED = 20;
/** With a good candidate found, others of less than this share of its credit are not weighed. */
const RIVAL_CREDIT = 0.4;
/** Names that share less than this of the runs of letters are not weighed; a mistake spoils up to four of them. */
const LEAST_GRAMS = 0.3;
const SHORT_OF_GRAMS = 6;
/** Log-odds that make a further search, by runs of letters, needless. */
const GOOD_ENOUGH = 2.2;
/** The share of removed names above which the index is packed anew. */
const DEAD_SHARE = 0.25;

const FORM_MARK = '\u001f';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class NameIndex implements WordStatistics {
  #text = new Uint8Array(1024);
  #starts = new Uint32Array(64);
  #ids = new Uint32Array(64);
  /** Hashes of the normal forms. */
  #exact = new Uint32Array(64);
  /** The previous name of the same account, or −1. */
  #older = new Int32Array(64);
  #alive = new Uint8Array(64);
  #entries = 0;
  #dead = 0;
  #newest = new Map<number, number>();
  /** In how many accounts' names a word is, by its hash. */
  #bearers = new Map<number, number>();
  #postings = new Postings();

  /** What a look-up has gathered on each entry; zero between look-ups. */
  #credit = new Float32Array(64);
  #creditedBy = new Uint16Array(64);
  #keys: number[] = [];

  static build(accounts: Iterable<NamedAccount>): NameIndex {
    const index = new NameIndex();
    for (const { id, name, aliases } of accounts) {
      if (index.#newest.has(id)) index.#bury(id);
      index.#register(id, name, aliases ?? []);
    }
    index.#pack();
    return index;
  }

  /** Number of accounts. */
  get size(): number {
    return this.#newest.size;
  }

  /** Memory in bytes; that of the two maps is an estimate. */
  get bytes(): number {
    const arrays = [
      this.#text,
      this.#starts,
      this.#ids,
      this.#exact,
      this.#older,
      this.#alive,
      this.#credit,
      this.#creditedBy,
    ];
    const maps = 40 * (this.#newest.size + this.#bearers.size);
    return this.#postings.bytes + maps + arrays.reduce((sum, array) => sum + array.byteLength, 0);
  }

  /** Adds an account; one of the same id is replaced. */
  insert(id: number, name: string, aliases: readonly string[] = []): void {
    if (this.#newest.has(id)) this.#bury(id);
    const from = this.#entries;
    this.#register(id, name, aliases);
    for (let entry = from; entry < this.#entries; entry += 1) {
      this.#fileUnder(entry, (hash) => this.#postings.add(hash, entry));
    }
    if (this.#dead > 64 && this.#dead > this.#entries * DEAD_SHARE) this.#pack();
    else if (this.#postings.crowded) this.#pack();
    else this.#postings.settle();
  }

  /** Forgets an account and all its names. True if it was there. */
  remove(id: number): boolean {
    if (!this.#newest.has(id)) return false;
    this.#bury(id);
    if (this.#dead > 64 && this.#dead > this.#entries * DEAD_SHARE) this.#pack();
    return true;
  }

  /** Replaces all names of an account. */
  rename(id: number, name: string, aliases: readonly string[] = []): void {
    this.insert(id, name, aliases);
  }

  /** Candidates, the likeliest first, equally likely ones by id. Any string will do. */
  find(name: string, limit = 5): NameCandidate[] {
    return this.#search(name)
      .slice(0, limit)
      .map(({ id, logOdds, evidence }) => ({ id, score: probability(logOdds), evidence: evidence() }));
  }

  /** Whether the name is surely that of one account. */
  decide(name: string): NameDecision {
    const found = this.#search(name);
    const [first, second] = found;
    const candidate = (ranked: Ranked | undefined): NameCandidate | null =>
      ranked ? { id: ranked.id, score: probability(ranked.logOdds), evidence: ranked.evidence() } : null;
    const best = candidate(first);
    const runnerUp = candidate(second);
    const answer = (decision: NameDecision['decision'], reason: string): NameDecision => ({
      decision,
      best,
      runnerUp,
      reason,
    });
    if (!first || !best) {
      return answer('NONE', name.trim() === '' ? 'the name is empty' : 'no account has a name like it');
    }
    if (second && runnerUp && runnerUp.score >= RIVAL_SCORE && first.logOdds - second.logOdds < MARGIN) {
      const same = first.logOdds === second.logOdds && best.evidence === runnerUp.evidence;
      return answer(
        'AMBIGUOUS',
        same ? `several accounts fit equally well: ${best.evidence}` : 'two accounts fit nearly equally well',
      );
    }
    if (best.score >= MATCH_SCORE) return answer('MATCH', best.evidence);
    return answer('NONE', `not sure enough (${Math.round(best.score * 100)} %): ${best.evidence}`);
  }

  information(word: string, kind: WordClass): number {
    if (kind === 'link') return 0;
    // One bearer is the account in question itself.
    const others = Math.max(0, (this.#bearers.get(bearerKey(word)) ?? 0) - 1);
    return informationOfWord(word, kind, others, this.#newest.size);
  }

  isKnown(word: string): boolean {
    return this.#bearers.has(bearerKey(word));
  }

  #search(name: string): Ranked[] {
    const asked = readName(name);
    if (asked === null) return [];
    const best = new Map<number, Ranked>();
    const keep = (entry: number, found: Likeness) => {
      const id = this.#ids[entry]!;
      const known = best.get(id);
      if (!known || found.logOdds > known.logOdds) best.set(id, { id, ...found });
    };
    let top = Number.NEGATIVE_INFINITY;
    const shortlist = this.#candidates(wordGroups(asked), asked, WEIGHED);
    for (const { entry, credit } of shortlist) {
      if (top >= GOOD_ENOUGH && credit < shortlist[0]!.credit * RIVAL_CREDIT) break;
      const found = likeness(asked, this.#partsOf(entry), this);
      keep(entry, found);
      if (found.logOdds > top) top = found.logOdds;
    }
    if (top < GOOD_ENOUGH) {
      const known = new Set(shortlist.map(({ entry }) => entry));
      const grams = gramGroups(asked);
      const more = this.#candidates(grams, asked, GUESSED);
      for (const { entry, credit } of more) {
        if (credit < (grams.length - SHORT_OF_GRAMS) * LEAST_GRAMS) break;
        const parts = this.#partsOf(entry);
        const found = known.has(entry) ? null : likeness(asked, parts, this);
        if (found) keep(entry, found);
        if (found && found.logOdds > top) top = found.logOdds;
        if (top <= 0) keep(entry, letterByLetter(asked, parts));
      }
    }
    return [...best.values()]
      .filter(({ logOdds }) => probability(logOdds) >= LEAST_SCORE)
      .sort((a, b) => b.logOdds - a.logOdds || a.id - b.id);
  }

  /** The entries that have most in common with the name, by keys alone. */
  #candidates(groups: KeyGroup[], asked: NameParts, count: number): Shortlisted[] {
    const lists: { hash: number; length: number; group: number }[] = [];
    groups.forEach(({ hashes }, group) => {
      for (const hash of hashes) lists.push({ hash, length: this.#postings.lengthOf(hash), group });
    });
    lists.sort((a, b) => a.length - b.length);
    let seen = 0;
    let taken = 0;
    while (taken < lists.length) {
      const { length } = lists[taken]!;
      if (taken > 0 && (length > LONGEST_LIST || seen + length > POSTINGS_PER_LOOKUP)) break;
      seen += length;
      taken += 1;
    }
    lists.length = taken;
    lists.sort((a, b) => a.group - b.group);

    const credit = this.#credit;
    const creditedBy = this.#creditedBy;
    const touched: number[] = [];
    for (const { hash, group } of lists) {
      const { word, credit: fixed } = groups[group]!;
      const worth = word < 0 ? fixed : this.information(asked.words[word]!, asked.classes[word]!);
      const mark = group + 1;
      this.#postings.visit(hash, (entry) => {
        if (creditedBy[entry] === mark || this.#alive[entry] === 0) return;
        if (creditedBy[entry] === 0) touched.push(entry);
        creditedBy[entry] = mark;
        credit[entry]! += worth;
      });
    }
    const length = asked.words.reduce((sum, word) => sum + word.length + 1, asked.form.length);
    const measure = (entry: number): number => {
      const difference = Math.abs(this.#starts[entry + 1]! - this.#starts[entry]! - length);
      return credit[entry]! - 0.05 * difference;
    };
    const chosen = largest(touched, count, measure, (entry) => this.#ids[entry]!);
    for (const entry of touched) {
      credit[entry] = 0;
      creditedBy[entry] = 0;
    }
    return chosen;
  }

  #partsOf(entry: number): NameParts {
    const text = decoder.decode(this.#text.subarray(this.#starts[entry]!, this.#starts[entry + 1]!));
    const mark = text.indexOf(FORM_MARK);
    return takeApart(text.slice(0, mark).split(' '), text.slice(mark + 1), this.#exact[entry]!);
  }

  /** Writes the names down; they are not filed yet. */
  #register(id: number, name: string, aliases: readonly string[]): void {
    const seen = new Set<string>();
    for (const one of [name, ...aliases]) {
      const parts = readName(one);
      const key = parts === null ? '' : `${parts.exact} ${parts.form}`;
      if (parts === null || seen.has(key)) continue;
      seen.add(key);
      this.#write(id, parts);
    }
    if (!this.#newest.has(id)) this.#newest.set(id, -1);
    this.#count(id, 1);
  }

  #write(id: number, { words, form, exact }: NameParts): void {
    const text = words.join(' ') + FORM_MARK + form;
    const entry = this.#entries;
    if (entry + 2 > this.#ids.length) this.#makeRoom();
    const start = this.#starts[entry]!;
    if (start + text.length * 3 > this.#text.length) {
      const larger = new Uint8Array(Math.ceil(this.#text.length * 1.3) + text.length * 3);
      larger.set(this.#text);
      this.#text = larger;
    }
    const { written } = encoder.encodeInto(text, this.#text.subarray(start));
    this.#starts[entry + 1] = start + written;
    this.#ids[entry] = id;
    this.#exact[entry] = exact;
    this.#alive[entry] = 1;
    this.#older[entry] = this.#newest.get(id) ?? -1;
    this.#newest.set(id, entry);
    this.#entries += 1;
  }

  #makeRoom(): void {
    const length = Math.ceil(this.#ids.length * 1.3) + 64;
    const copy = <A extends { set(from: A): void }>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    this.#starts = copy(this.#starts, new Uint32Array(length));
    this.#ids = copy(this.#ids, new Uint32Array(length));
    this.#exact = copy(this.#exact, new Uint32Array(length));
    this.#older = copy(this.#older, new Int32Array(length));
    this.#alive = copy(this.#alive, new Uint8Array(length));
    this.#credit = new Float32Array(length);
    this.#creditedBy = new Uint16Array(length);
  }

  #bury(id: number): void {
    this.#count(id, -1);
    for (let entry = this.#newest.get(id) ?? -1; entry >= 0; entry = this.#older[entry]!) {
      this.#alive[entry] = 0;
      this.#dead += 1;
    }
    this.#newest.delete(id);
  }

  /** Counts the account among the bearers of each of its words, or no longer. */
  #count(id: number, by: 1 | -1): void {
    const words = new Set<string>();
    for (let entry = this.#newest.get(id) ?? -1; entry >= 0; entry = this.#older[entry]!) {
      for (const word of this.#partsOf(entry).words) words.add(word);
    }
    for (const word of words) {
      const hash = bearerKey(word);
      const bearers = (this.#bearers.get(hash) ?? 0) + by;
      if (bearers === 0) this.#bearers.delete(hash);
      else this.#bearers.set(hash, bearers);
    }
  }

  #fileUnder(entry: number, file: (hash: number) => void): void {
    const keys = this.#keys;
    keys.length = 0;
    pushEntryKeys(this.#partsOf(entry), keys);
    for (const key of keys) file(key);
  }

  /** Drops removed names and files all others anew. */
  #pack(): void {
    if (this.#dead > 0) this.#dropDead();
    const sample = Math.min(this.#entries, 1000);
    let keys = 0;
    for (let entry = 0; entry < sample; entry += 1) this.#fileUnder(entry, () => (keys += 1));
    const expected = sample === 0 ? 0 : (keys / sample) * this.#entries;
    this.#postings = Postings.pack((file) => {
      for (let entry = 0; entry < this.#entries; entry += 1) {
        this.#fileUnder(entry, (hash) => file(hash, entry));
      }
    }, expected);
  }

  #dropDead(): void {
    const entries = this.#entries;
    this.#entries = 0;
    this.#dead = 0;
    for (const [id, newest] of this.#newest) {
      if (newest >= 0) this.#newest.delete(id);
    }
    let to = 0;
    for (let entry = 0; entry < entries; entry += 1) {
      if (this.#alive[entry] === 0) continue;
      const id = this.#ids[entry]!;
      const start = this.#starts[entry]!;
      const end = this.#starts[entry + 1]!;
      // Never to the right of where it was, so nothing unread is overwritten.
      this.#text.copyWithin(to, start, end);
      const kept = this.#entries;
      this.#starts[kept] = to;
      to += end - start;
      this.#ids[kept] = id;
      this.#exact[kept] = this.#exact[entry]!;
      this.#older[kept] = this.#newest.get(id) ?? -1;
      this.#newest.set(id, kept);
      this.#entries += 1;
    }
    this.#starts[this.#entries] = to;
    this.#alive.fill(1, 0, this.#entries);
    this.#alive.fill(0, this.#entries);
  }
}

interface Shortlisted {
  entry: number;
  /** What it has in common with the name looked for, by keys alone. */
  credit: number;
}

interface Ranked extends Likeness {
  id: number;
}

/** Signed, as 32-bit integers take no memory of their own in a map. */
const bearerKey = (word: string): number => hashWord(word) | 0;

const probability = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

/** The `count` entries of the largest value, the largest first; of equal ones those of the smaller id. */
function largest(
  entries: number[],
  count: number,
  measure: (entry: number) => number,
  idOf: (entry: number) => number,
): Shortlisted[] {
  const chosen: Shortlisted[] = [];
  for (const entry of entries) {
    const credit = measure(entry);
    let at = chosen.length;
    const before = (other: Shortlisted): boolean =>
      credit > other.credit || (credit === other.credit && idOf(entry) < idOf(other.entry));
    if (at === count) {
      if (!before(chosen[at - 1]!)) continue;
      at -= 1;
    }
    for (; at > 0 && before(chosen[at - 1]!); at -= 1) chosen[at] = chosen[at - 1]!;
    chosen[at] = { entry, credit };
  }
  return chosen;
}
