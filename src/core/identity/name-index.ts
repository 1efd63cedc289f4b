/**
 * Accounts by names that are not quite theirs: misspelt, shortened, abbreviated, turned round. In memory, kept live.
 * It finds a few candidates by hashes of words and letters, and weighs them by `name-likeness.ts`.
 */
import { normalName } from './company-name.ts';
import type { WordClass } from './company-words.ts';
import { gramHashes, hashWord, type KeyGroup, pushEntryKeys, wordGroups } from './name-keys.ts';
import {
  type Likeness,
  likeness,
  type NameParts,
  takeApart,
  usualInformation,
  type WordStatistics,
} from './name-likeness.ts';
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
const RIVAL_SCORE = 0.3;
/** Log-odds by which the best must be ahead of a rival. */
const MARGIN = 2.5;
/** Below this a candidate is not worth naming. */
const LEAST_SCORE = 0.001;

/** Entries looked at per look-up; longer lists say little and are left out whole, so the order of inserts is no matter. */
const POSTINGS_PER_LOOKUP = 12_000;
const LONGEST_LIST = 4_000;
/** Candidates that are weighed word by word. */
const WEIGHED = 40;
/** Log-odds that make a further search, by runs of letters, needless. */
const GOOD_ENOUGH = 4;
/** The share of removed names above which the index is packed anew. */
const DEAD_SHARE = 0.25;

const FORM_MARK = '\u001f';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class NameIndex implements WordStatistics {
  #text = new Uint8Array(1024);
  #starts = new Uint32Array(64);
  #ids = new Uint32Array(64);
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
      .map(({ id, logOdds, evidence }) => ({ id, score: probability(logOdds), evidence }));
  }

  /** Whether the name is surely that of one account. */
  decide(name: string): NameDecision {
    const found = this.#search(name);
    const [first, second] = found;
    const candidate = (ranked: Ranked | undefined): NameCandidate | null =>
      ranked ? { id: ranked.id, score: probability(ranked.logOdds), evidence: ranked.evidence } : null;
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
      const same = first.logOdds === second.logOdds && first.evidence === second.evidence;
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
    const others = Math.max(0, (this.#bearers.get(hashWord(word)) ?? 0) - 1);
    return usualInformation(kind, others, this.#newest.size);
  }

  isKnown(word: string): boolean {
    return this.#bearers.has(hashWord(word));
  }

  #search(name: string): Ranked[] {
    const { normal, legalForm } = normalName(name);
    if (normal === '') return [];
    const asked = takeApart(normal, legalForm);
    const best = new Map<number, Ranked>();
    const weigh = (entry: number) => {
      const found = likeness(asked, this.#partsOf(entry), this);
      const id = this.#ids[entry]!;
      const known = best.get(id);
      if (!known || found.logOdds > known.logOdds) best.set(id, { id, ...found });
    };
    for (const entry of this.#candidates(wordGroups(asked), asked)) weigh(entry);
    if (!some(best.values(), ({ logOdds }) => logOdds >= GOOD_ENOUGH)) {
      const groups = gramHashes(asked).map((hash) => ({ word: -1, hashes: [hash] }));
      for (const entry of this.#candidates(groups, asked)) weigh(entry);
    }
    return [...best.values()]
      .filter(({ logOdds }) => probability(logOdds) >= LEAST_SCORE)
      .sort((a, b) => b.logOdds - a.logOdds || a.id - b.id);
  }

  /** The entries that have most in common with the name, by keys alone. */
  #candidates(groups: KeyGroup[], asked: NameParts): number[] {
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
    for (const { hash, length, group } of lists) {
      const { word } = groups[group]!;
      const worth =
        word >= 0
          ? this.information(asked.words[word]!, asked.classes[word]!)
          : Math.log((this.#entries + 16) / (length + 1));
      const mark = group + 1;
      this.#postings.visit(hash, (entry) => {
        if (creditedBy[entry] === mark || this.#alive[entry] === 0) return;
        if (creditedBy[entry] === 0) touched.push(entry);
        creditedBy[entry] = mark;
        credit[entry]! += worth;
      });
    }
    const length = asked.normal.length;
    const chosen = largest(touched, WEIGHED, (entry) => {
      const difference = Math.abs(this.#starts[entry + 1]! - this.#starts[entry]! - length);
      return credit[entry]! - 0.05 * difference;
    });
    for (const entry of touched) {
      credit[entry] = 0;
      creditedBy[entry] = 0;
    }
    return chosen;
  }

  #partsOf(entry: number): NameParts {
    const text = decoder.decode(this.#text.subarray(this.#starts[entry]!, this.#starts[entry + 1]!));
    const mark = text.indexOf(FORM_MARK);
    return mark < 0 ? takeApart(text, null) : takeApart(text.slice(0, mark), text.slice(mark + 1));
  }

  /** Writes the names down; they are not filed yet. */
  #register(id: number, name: string, aliases: readonly string[]): void {
    const seen = new Set<string>();
    for (const one of [name, ...aliases]) {
      const { normal, legalForm } = normalName(one);
      const text = legalForm === null ? normal : normal + FORM_MARK + legalForm;
      if (seen.has(text)) continue;
      seen.add(text);
      this.#write(id, text);
    }
    this.#count(id, 1);
  }

  #write(id: number, text: string): void {
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
    const words = new Set<number>();
    for (let entry = this.#newest.get(id) ?? -1; entry >= 0; entry = this.#older[entry]!) {
      for (const word of this.#partsOf(entry).words) words.add(hashWord(word));
    }
    for (const word of words) {
      const bearers = (this.#bearers.get(word) ?? 0) + by;
      if (bearers === 0) this.#bearers.delete(word);
      else this.#bearers.set(word, bearers);
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
    this.#newest.clear();
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
      this.#older[kept] = this.#newest.get(id) ?? -1;
      this.#newest.set(id, kept);
      this.#entries += 1;
    }
    this.#starts[this.#entries] = to;
    this.#alive.fill(1, 0, this.#entries);
    this.#alive.fill(0, this.#entries);
  }
}

interface Ranked extends Likeness {
  id: number;
}

const probability = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

function some<T>(values: Iterable<T>, holds: (value: T) => boolean): boolean {
  for (const value of values) if (holds(value)) return true;
  return false;
}

/** The `count` entries of the largest value, in no order; all of those that tie at the edge, or none would be fair. */
function largest(entries: number[], count: number, valueOf: (entry: number) => number): number[] {
  if (entries.length <= count) return entries;
  const values = Float64Array.from(entries, valueOf);
  const edge = Float64Array.from(values).sort()[values.length - count]!;
  const chosen = entries.filter((_, i) => values[i]! > edge);
  const tied = entries.filter((_, i) => values[i] === edge);
  return tied.length <= count ? chosen.concat(tied) : chosen.concat(tied.slice(0, count));
}
