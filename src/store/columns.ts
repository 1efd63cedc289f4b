/**
 * The timeline of many accounts at once, for scoring all of them: streamed by binary COPY in whatever order the tables
 * have it (sorting it there takes three times as long) into fixed-size records, which are then dealt out by account.
 */
import { kindIndex } from '../core/scoring/evidence.ts';
import type { SignalKind } from '../core/signal.ts';
import * as binaryRows from './binary-rows.ts';
import { ByteNames } from './byte-names.ts';
import type { Tx } from './database.ts';
import {
  type AccountRange,
  columnsFor,
  GAP,
  PERSON,
  SOURCE,
  TimelinePart,
  VISITOR,
} from './timeline-part.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads the signals of the accounts of a range, or of those of them that are named. */
export async function read(
  tx: Tx,
  { first, last }: AccountRange,
  accountIds: readonly string[] | null = null,
): Promise<TimelinePart> {
  // No parameters: COPY takes none.
  for (const id of [tx.workspaceId, first, last, ...(accountIds ?? [])]) {
    if (!UUID.test(id)) throw new Error(`not an id: ${id}`);
  }
  const named = accountIds ? `AND account_id = ANY('{${accountIds.join(',')}}')` : '';
  const records = new Records();
  await binaryRows.each(
    tx,
    `SELECT account_id, signal_id, person_id, CASE WHEN person_id IS NULL THEN anonymous_id END, source, kind,
       occurred_at, received_at, strength, confidence, sentiment, origin, array_to_string(topics, '${GAP}')
     FROM signal WHERE workspace_id = '${tx.workspaceId}' AND account_id BETWEEN '${first}' AND '${last}' ${named}`,
    FIELDS,
    (row) => records.add(row),
  );
  return records.dealt();
}

const FIELDS = 13;
/** Five numbers (64 bits), the id (128) and four indices (32). */
const RECORD = 72;
const NUMBERS = RECORD / 8;
const INTEGERS = RECORD / 4;
const ID = 10;

class Records {
  readonly #accounts = new ByteNames();
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

  add(row: binaryRows.Row): void {
    if (this.#length === this.#account.length) this.#grow();
    const named = (names: ByteNames, field: number): number =>
      names.add(row.bytes, row.start(field), row.end(field));
    const record = this.#length++;
    this.#account[record] = named(this.#accounts, 0);
    const number = record * NUMBERS;
    const numbers = this.#numbers;
    numbers[number] = Math.round(row.time(6));
    numbers[number + 1] = Math.round(row.time(7));
    numbers[number + 2] = row.float(8);
    numbers[number + 3] = row.float(9);
    numbers[number + 4] = row.isNull(10) ? Number.NaN : row.float(10);
    const integer = record * INTEGERS + ID;
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

  /** All of it by account, in the order of accounts, and there in the order of signals' ids. */
  dealt(): TimelinePart {
    const byId = Array.from({ length: this.#accounts.size }, (_, account) => account);
    const hexOf = byId.map((account) => Buffer.from(this.#accounts.bytesOf(account)).toString('hex'));
    byId.sort((a, b) => (hexOf[a]! < hexOf[b]! ? -1 : 1));
    const placeOf = new Uint32Array(byId.length);
    for (const [place, account] of byId.entries()) placeOf[account] = place;

    const starts = new Uint32Array(byId.length + 1);
    for (let record = 0; record < this.#length; record++) starts[placeOf[this.#account[record]!]! + 1]!++;
    for (let place = 1; place < starts.length; place++) starts[place]! += starts[place - 1]!;
    const order = new Uint32Array(this.#length);
    const next = starts.slice();
    for (let record = 0; record < this.#length; record++)
      order[next[placeOf[this.#account[record]!]!]!++] = record;
    for (let place = 0; place < byId.length; place++) {
      this.#sortById(order.subarray(starts[place], starts[place + 1]));
    }

    const columns = columnsFor(this.#length);
    const actorStarts = new Uint32Array(byId.length + 1);
    const actorCodes: number[] = [];
    /** By code of an actor: its number in the account whose it was last. */
    const numberOf = new Map<number, number>();
    for (let place = 0; place < byId.length; place++) {
      numberOf.clear();
      const before = actorCodes.length;
      for (let row = starts[place]!; row < starts[place + 1]!; row++) {
        const number = order[row]! * NUMBERS;
        columns.occurredAt[row] = this.#numbers[number]!;
        columns.receivedAt[row] = this.#numbers[number + 1]!;
        columns.strength[row] = this.#numbers[number + 2]!;
        columns.confidence[row] = this.#numbers[number + 3]!;
        columns.sentiment[row] = this.#numbers[number + 4]!;
        const integer = order[row]! * INTEGERS + ID;
        for (let part = 0; part < 4; part++) columns.ids[4 * row + part] = this.#integers[integer + part]!;
        const sourceAndKind = this.#integers[integer + 4]!;
        columns.kind[row] = sourceAndKind & 255;
        columns.source[row] = sourceAndKind >>> 8;
        const code = this.#integers[integer + 5]!;
        let actor = numberOf.get(code);
        if (actor === undefined) {
          actor = actorCodes.push(code) - 1 - before;
          numberOf.set(code, actor);
        }
        columns.actor[row] = actor;
        columns.origin[row] = this.#integers[integer + 6]!;
        columns.topics[row] = this.#integers[integer + 7]!;
      }
      actorStarts[place + 1] = actorCodes.length;
    }
    return new TimelinePart({
      ...columns,
      accounts: Buffer.concat(byId.map((account) => this.#accounts.bytesOf(account))),
      starts,
      actorStarts,
      actorCodes: Uint32Array.from(actorCodes),
      ...this.#people.as('people'),
      ...this.#visitors.as('visitors'),
      ...this.#sources.as('sources'),
      ...this.#origins.as('origins'),
      ...this.#topics.as('topicLists'),
    });
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
    const one = a * INTEGERS + ID;
    const other = b * INTEGERS + ID;
    for (let part = 0; part < 4; part++) {
      const difference = (this.#integers[one + part]! >>> 0) - (this.#integers[other + part]! >>> 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }
}
