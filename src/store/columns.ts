/**
 * The timeline of many accounts at once, for scoring all of them: streamed by binary COPY in whatever order the tables
 * have it (sorting it there takes three times as long) into fixed-size records, which are then dealt out by account.
 */
import { type Columns, type Evidence, emptyColumns, kindIndex, viewOf } from '../core/scoring/evidence.ts';
import type { SignalKind } from '../core/signal.ts';
import * as binaryRows from './binary-rows.ts';
import { ByteNames } from './byte-names.ts';
import type { Tx } from './database.ts';

/** Bounds of account ids, both inclusive. */
export interface AccountRange {
  first: string;
  last: string;
}

/** Signals of these accounts, in memory. */
export interface Timeline {
  signals: number;
  /** An account's signals in the order of their ids; none for an account that was not asked for. */
  evidenceOf(accountId: string): readonly Evidence[];
  /** The same of several, in the way `timeline.evidence` gives it. */
  evidence(tx: Tx, accountIds: readonly string[]): Promise<Map<string, readonly Evidence[]>>;
}

/** Topics are joined by what occurs in none. */
const GAP = '\u001f';

// No parameters: COPY takes none. Both bounds and the workspace are ids, checked before they get here.
const query = (workspaceId: string, { first, last }: AccountRange, knownAt: Date): string => `
  SELECT account_id, signal_id, person_id, CASE WHEN person_id IS NULL THEN anonymous_id END, source, kind,
    occurred_at, received_at, strength, confidence, sentiment, origin, array_to_string(topics, '${GAP}')
  FROM signal WHERE workspace_id = '${workspaceId}' AND account_id BETWEEN '${first}' AND '${last}'
    AND received_at <= '${knownAt.toISOString()}'`;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads what was received by `knownAt` of the accounts of a range that are among `accountIds`. */
export async function read(
  tx: Tx,
  range: AccountRange,
  accountIds: readonly string[],
  knownAt: Date,
): Promise<Timeline> {
  for (const id of [tx.workspaceId, range.first, range.last]) {
    if (!UUID.test(id)) throw new Error(`not an id: ${id}`);
  }
  const records = new Records(accountIds);
  await binaryRows.each(tx, query(tx.workspaceId, range, knownAt), FIELDS, (row) => records.add(row));
  return records.dealt();
}

const FIELDS = 13;
/** Five numbers (64 bits), the id (128) and four indices (32). */
const RECORD = 72;
const NUMBERS = RECORD / 8;
const INTEGERS = RECORD / 4;
const PERSON = 0;
const VISITOR = 1;
const SOURCE = 2;

class Records {
  readonly #accounts = new ByteNames();
  readonly #indexOf = new Map<string, number>();
  readonly #people = new ByteNames();
  readonly #visitors = new ByteNames();
  readonly #sources = new ByteNames();
  readonly #kinds = new ByteNames();
  readonly #origins = new ByteNames();
  readonly #topics = new ByteNames();
  /** From the number of a kind here to the one scoring uses. */
  readonly #kindIndex: number[] = [];
  #length = 0;
  #account = new Uint32Array(1 << 12);
  #buffer = new ArrayBuffer(RECORD << 12);
  #numbers = new Float64Array(this.#buffer);
  #integers = new Int32Array(this.#buffer);

  constructor(accountIds: readonly string[]) {
    const id = Buffer.alloc(16);
    for (const text of accountIds) {
      id.write(text.replaceAll('-', ''), 'hex');
      this.#indexOf.set(text, this.#accounts.add(id, 0, 16));
    }
  }

  /** Keeps a row of an account that was asked for. */
  add(row: binaryRows.Row): void {
    const account = this.#accounts.find(row.bytes, row.start(0), row.end(0));
    if (account < 0) return;
    if (this.#length === this.#account.length) this.#grow();
    const named = (names: ByteNames, field: number): number =>
      names.add(row.bytes, row.start(field), row.end(field));
    const record = this.#length++;
    this.#account[record] = account;
    const number = record * NUMBERS;
    const numbers = this.#numbers;
    numbers[number] = Math.round(row.time(6));
    numbers[number + 1] = Math.round(row.time(7));
    numbers[number + 2] = row.float(8);
    numbers[number + 3] = row.float(9);
    numbers[number + 4] = row.isNull(10) ? Number.NaN : row.float(10);
    const integer = record * INTEGERS + 10;
    const integers = this.#integers;
    for (let part = 0; part < 4; part++) integers[integer + part] = row.integer(1, part);
    const source = named(this.#sources, 4);
    const kind = named(this.#kinds, 5);
    this.#kindIndex[kind] ??= kindIndex(this.#kinds.textOf(kind) as SignalKind);
    integers[integer + 4] = (source << 8) | this.#kindIndex[kind];
    integers[integer + 5] = !row.isNull(2)
      ? (named(this.#people, 2) << 2) | PERSON
      : !row.isNull(3)
        ? (named(this.#visitors, 3) << 2) | VISITOR
        : (source << 2) | SOURCE;
    integers[integer + 6] = row.isNull(11) ? -1 : named(this.#origins, 11);
    // No topics are an empty text.
    const hasTopics = !row.isNull(12) && row.end(12) > row.start(12);
    integers[integer + 7] = hasTopics ? named(this.#topics, 12) : -1;
  }

  #grow(): void {
    const length = 2 * this.#account.length;
    const account = new Uint32Array(length);
    account.set(this.#account);
    this.#account = account;
    this.#buffer = this.#buffer.transfer(length * RECORD);
    this.#numbers = new Float64Array(this.#buffer);
    this.#integers = new Int32Array(this.#buffer);
  }

  dealt(): Timeline {
    const starts = new Uint32Array(this.#accounts.size + 1);
    for (let record = 0; record < this.#length; record++) starts[this.#account[record]! + 1]!++;
    for (let account = 1; account < starts.length; account++) starts[account]! += starts[account - 1]!;
    const order = new Uint32Array(this.#length);
    const next = starts.slice();
    for (let record = 0; record < this.#length; record++) order[next[this.#account[record]!]!++] = record;
    this.#account = new Uint32Array(0);
    const sources = Array.from({ length: this.#sources.size }, (_, index) => this.#sources.textOf(index));
    const evidenceOf = (accountId: string): readonly Evidence[] => {
      const account = this.#indexOf.get(accountId);
      if (account === undefined) return [];
      return viewOf(this.#columnsOf(order.subarray(starts[account], starts[account + 1]), sources));
    };
    return {
      signals: this.#length,
      evidenceOf,
      evidence: async (_tx, accountIds) => new Map(accountIds.map((id) => [id, evidenceOf(id)])),
    };
  }

  #columnsOf(records: Uint32Array, sources: readonly string[]): Columns {
    this.#sortById(records);
    const actors: string[] = [];
    const known = new Map<number, number>();
    const columns: Columns = {
      ...emptyColumns(records.length),
      sources,
      actors,
      idOf: (row) => this.#idOf(records[row]!),
      originOf: (row) => (columns.origin[row] === -1 ? null : this.#origins.textOf(columns.origin[row]!)),
      topicsOf: (row) => {
        const topics = this.#integers[records[row]! * INTEGERS + 17]!;
        return topics === -1 ? [] : this.#topics.textOf(topics).split(GAP);
      },
    };
    for (let row = 0; row < records.length; row++) {
      const number = records[row]! * NUMBERS;
      columns.occurredAt[row] = this.#numbers[number]!;
      columns.receivedAt[row] = this.#numbers[number + 1]!;
      columns.strength[row] = this.#numbers[number + 2]!;
      columns.confidence[row] = this.#numbers[number + 3]!;
      columns.sentiment[row] = this.#numbers[number + 4]!;
      const integer = records[row]! * INTEGERS + 14;
      const sourceAndKind = this.#integers[integer]!;
      columns.kind[row] = sourceAndKind & 255;
      columns.source[row] = sourceAndKind >>> 8;
      const code = this.#integers[integer + 1]!;
      let actor = known.get(code);
      if (actor === undefined) {
        actor = actors.push(this.#actorOf(code)) - 1;
        known.set(code, actor);
      }
      columns.actor[row] = actor;
      columns.origin[row] = this.#integers[integer + 2]!;
    }
    return columns;
  }

  /** Most are in order already, as they were stored one after another. */
  #sortById(records: Uint32Array): void {
    for (let row = 1; row < records.length; row++) {
      if (this.#compare(records[row - 1]!, records[row]!) <= 0) continue;
      records.sort((a, b) => this.#compare(a, b));
      return;
    }
  }

  #compare(a: number, b: number): number {
    const one = a * INTEGERS + 10;
    const other = b * INTEGERS + 10;
    for (let part = 0; part < 4; part++) {
      const difference = (this.#integers[one + part]! >>> 0) - (this.#integers[other + part]! >>> 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #idOf(record: number): string {
    const from = record * INTEGERS + 10;
    const a = this.#integers[from]!;
    const b = this.#integers[from + 1]!;
    const c = this.#integers[from + 2]!;
    const d = this.#integers[from + 3]!;
    return `${hex16(a >>> 16)}${hex16(a)}-${hex16(b >>> 16)}-${hex16(b)}-${hex16(c >>> 16)}-${hex16(c)}${hex16(d >>> 16)}${hex16(d)}`;
  }

  #actorOf(code: number): string {
    const index = code >>> 2;
    switch (code & 3) {
      case PERSON:
        return `person:${dashed(Buffer.from(this.#people.bytesOf(index)).toString('hex'))}`;
      case VISITOR:
        return `visitor:${this.#visitors.textOf(index)}`;
      default:
        return `source:${this.#sources.textOf(index)}`;
    }
  }
}

const HEX = Array.from({ length: 65_536 }, (_, number) => number.toString(16).padStart(4, '0'));
const hex16 = (number: number): string => HEX[number & 65_535]!;

const dashed = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
