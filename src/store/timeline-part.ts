/** The signals of the accounts of a range in columns: in memory, and the same arrays in a file. */
import { ACTOR_TYPES, Columns, type ColumnTexts, emptyColumns } from '../core/scoring/evidence.ts';
import { ByteNames } from './byte-names.ts';

/** Bounds of account ids, both inclusive. */
export interface AccountRange {
  first: string;
  last: string;
}

/** What an actor's code ends in: the index of its type in `ACTOR_TYPES`; the rest is its number among the names. */
export const PERSON = ACTOR_TYPES.indexOf('person');
export const VISITOR = ACTOR_TYPES.indexOf('visitor');
export const SOURCE = ACTOR_TYPES.indexOf('source');

/** Topics are joined by what occurs in none. */
export const GAP = '\u001f';

/** Every array there is, the widest numbers first, as a file has them. */
export const ARRAYS = {
  occurredAt: Float64Array,
  receivedAt: Float64Array,
  strength: Float64Array,
  confidence: Float64Array,
  sentiment: Float64Array,
  /** Four to an id. */
  ids: Int32Array,
  source: Uint32Array,
  actor: Uint32Array,
  origin: Int32Array,
  topics: Int32Array,
  /** Where the signals of each account begin, and one more. */
  starts: Uint32Array,
  /** Where the actors of each account begin in `actorCodes`, and one more. */
  actorStarts: Uint32Array,
  actorCodes: Uint32Array,
  peopleEnds: Uint32Array,
  visitorsEnds: Uint32Array,
  sourcesEnds: Uint32Array,
  originsEnds: Uint32Array,
  topicListsEnds: Uint32Array,
  kind: Uint8Array,
  /** 16 bytes each, ascending. */
  accounts: Uint8Array,
  people: Uint8Array,
  visitors: Uint8Array,
  sources: Uint8Array,
  origins: Uint8Array,
  topicLists: Uint8Array,
} as const;
export type Arrays = { [Name in keyof typeof ARRAYS]: InstanceType<(typeof ARRAYS)[Name]> };

/** Columns of so many signals, to be filled in. */
export function columnsFor(length: number) {
  const { length: _, ...columns } = emptyColumns(length);
  return { ...columns, ids: new Int32Array(4 * length), topics: new Int32Array(length) };
}

export class TimelinePart {
  readonly arrays: Arrays;
  readonly #people: ByteNames;
  readonly #visitors: ByteNames;
  readonly #origins: ByteNames;
  readonly #topics: ByteNames;
  readonly #sources: readonly string[];
  readonly #actorTypes: Uint8Array;

  constructor(arrays: Arrays) {
    this.arrays = arrays;
    this.#people = ByteNames.of(arrays.people, arrays.peopleEnds);
    this.#visitors = ByteNames.of(arrays.visitors, arrays.visitorsEnds);
    this.#origins = ByteNames.of(arrays.origins, arrays.originsEnds);
    this.#topics = ByteNames.of(arrays.topicLists, arrays.topicListsEnds);
    const sources = ByteNames.of(arrays.sources, arrays.sourcesEnds);
    this.#sources = Array.from({ length: sources.size }, (_, index) => sources.textOf(index));
    this.#actorTypes = Uint8Array.from(arrays.actorCodes, (code) => code & 3);
  }

  get signals(): number {
    return this.arrays.occurredAt.length;
  }

  get accounts(): number {
    return this.arrays.accounts.length / 16;
  }

  /** Signals of an account; 0 for one that is not here. */
  signalsOf(accountId: string): number {
    const place = this.#placeOf(accountId);
    return place < 0 ? 0 : this.arrays.starts[place + 1]! - this.arrays.starts[place]!;
  }

  /** An account's signals in the order of their ids; null: it is not here. */
  columnsOf(accountId: string): Columns | null {
    const place = this.#placeOf(accountId);
    if (place < 0) return null;
    const { arrays } = this;
    const [from, to] = [arrays.starts[place]!, arrays.starts[place + 1]!];
    const [firstActor, lastActor] = [arrays.actorStarts[place]!, arrays.actorStarts[place + 1]!];
    return new Columns(
      {
        length: to - from,
        kind: arrays.kind.subarray(from, to),
        source: arrays.source.subarray(from, to),
        sources: this.#sources,
        actor: arrays.actor.subarray(from, to),
        actorTypes: this.#actorTypes.subarray(firstActor, lastActor),
        origin: arrays.origin.subarray(from, to),
        occurredAt: arrays.occurredAt.subarray(from, to),
        receivedAt: arrays.receivedAt.subarray(from, to),
        strength: arrays.strength.subarray(from, to),
        confidence: arrays.confidence.subarray(from, to),
        sentiment: arrays.sentiment.subarray(from, to),
      },
      this.#textsOf(from, firstActor),
    );
  }

  #textsOf(from: number, firstActor: number): ColumnTexts {
    const { ids, origin, topics, actorCodes } = this.arrays;
    return {
      actorOf: (actor) => this.#actorOf(actorCodes[firstActor + actor]!),
      idOf: (row) => idOf(ids, 4 * (from + row)),
      originOf: (row) => (origin[from + row] === -1 ? null : this.#origins.textOf(origin[from + row]!)),
      topicsOf: (row) =>
        topics[from + row] === -1 ? [] : this.#topics.textOf(topics[from + row]!).split(GAP),
    };
  }

  #actorOf(code: number): string {
    const index = code >>> 2;
    switch (code & 3) {
      case PERSON:
        return `person:${dashed(Buffer.from(this.#people.bytesOf(index)).toString('hex'))}`;
      case VISITOR:
        return `visitor:${this.#visitors.textOf(index)}`;
      default:
        return `source:${this.#sources[index]!}`;
    }
  }

  /** Binary search among the accounts; −1: none. */
  #placeOf(accountId: string): number {
    const { accounts } = this.arrays;
    const wanted = Buffer.from(accountId.replaceAll('-', ''), 'hex');
    let low = 0;
    let high = this.accounts;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareBytes(accounts, 16 * middle, wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low < this.accounts && compareBytes(accounts, 16 * low, wanted) === 0 ? low : -1;
  }
}

function compareBytes(accounts: Uint8Array, at: number, wanted: Uint8Array): number {
  for (let byte = 0; byte < 16; byte++) {
    const difference = accounts[at + byte]! - wanted[byte]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

function idOf(ids: Int32Array, at: number): string {
  const [a, b, c, d] = [ids[at]!, ids[at + 1]!, ids[at + 2]!, ids[at + 3]!];
  return `${hex16(a >>> 16)}${hex16(a)}-${hex16(b >>> 16)}-${hex16(b)}-${hex16(c >>> 16)}-${hex16(c)}${hex16(d >>> 16)}${hex16(d)}`;
}

const HEX = Array.from({ length: 65_536 }, (_, number) => number.toString(16).padStart(4, '0'));
const hex16 = (number: number): string => HEX[number & 65_535]!;

const dashed = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
