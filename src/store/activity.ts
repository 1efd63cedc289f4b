/**
 * What accounts did day by day on what: the counts that surges are judged by, of a whole workspace. PostgreSQL only
 * streams the signals of the window; counting them here takes a fraction of what grouping them there would.
 *
 * An actor counts once a day, however much it does there. Of signals with one origin the strongest counts. On a
 * cluster an actor-day weighs as much as the weightiest topic it touched. A source that began too late to have a past
 * is left out of the counts while there are others: switching on a feed is no rise. It may still confirm one.
 */
import { firstSignalId } from '../core/id.ts';
import type { Activity } from '../core/scoring/surge-keys.ts';
import * as binaryRows from './binary-rows.ts';
import { ByteNames } from './byte-names.ts';
import type { Tx } from './database.ts';
import type { Cluster } from './topics.ts';

const DAY = 86_400_000;
/** A signal's id carries its sender's clock; one that is more than this behind its corrected time is not looked for. */
const CLOCK_BEHIND = 31 * DAY;

export interface Window {
  /** First day, at midnight UTC. */
  from: Date;
  /** Last moment. */
  to: Date;
  /** Days from `from` on: of the current window's first, and the last on which a source may begin and still count. */
  currentFrom: number;
  lastStart: number;
}

/** Topics are joined by what occurs in none. */
const GAP = '\u001f';

/** Columns of the query, in its order. */
const ACCOUNT = 0;
const SOURCE = 1;
const OCCURRED_AT = 2;
const PERSON = 3;
const VISITOR = 4;
const TOPICS = 5;
const COMPOSITE = 6;
const ORIGIN = 7;
const STRENGTH = 8;
const SIGNAL = 9;
const FIELDS = 10;

function query(tx: Tx, window: Window, kinds: readonly string[], replay: Date | null): string {
  const quote = (value: string) => tx.client.escapeLiteral(value);
  const workspace = `${quote(tx.workspaceId)}::uuid`;
  const moment = (time: Date) => `${quote(time.toISOString())}::timestamptz`;
  const then = replay ? moment(replay) : null;
  // Where signals stood then: they were moved from there by the first move after it.
  const account = then
    ? 'CASE WHEN m.signal_id IS NULL THEN s.account_id ELSE m.account_id END'
    : 's.account_id';
  const person = then ? 'CASE WHEN m.signal_id IS NULL THEN s.person_id ELSE m.person_id END' : 's.person_id';
  const moved = `LEFT JOIN (
      SELECT DISTINCT ON (signal_id) signal_id, account_id, person_id FROM signal_move
      WHERE workspace_id = ${workspace} AND moved_at > ${then} ORDER BY signal_id, moved_at) AS m USING (signal_id)`;
  return `SELECT ${account}, s.source, s.occurred_at, ${person}, s.anonymous_id, array_to_string(s.topics, '${GAP}'),
      CASE WHEN s.kind = 'intent.topic' AND jsonb_typeof(s.attributes->'composite') = 'number'
        THEN (s.attributes->>'composite')::float8 END,
      s.origin, s.strength, CASE WHEN s.origin IS NOT NULL THEN s.signal_id END
    FROM signal AS s ${then ? moved : ''}
    WHERE s.workspace_id = ${workspace} AND ${account} IS NOT NULL AND s.strength > 0
      AND s.signal_id >= ${quote(firstSignalId(new Date(window.from.getTime() - CLOCK_BEHIND)))}::uuid
      AND s.occurred_at >= ${moment(window.from)} AND s.occurred_at <= ${moment(window.to)}
      AND s.kind IN (${kinds.map(quote).join(', ')}) ${then ? `AND s.received_at <= ${then}` : ''}`;
}

/**
 * Activity of every account, on its own, per topic and per cluster, and the day on which each source that counts
 * began. `replay`: with what was received by then, where it stood then.
 */
export async function read(
  tx: Tx,
  window: Window,
  kinds: readonly string[],
  clusters: readonly Cluster[],
  replay: Date | null,
): Promise<{ activities: Activity[]; starts: Map<string, number> }> {
  const records = new Records(window);
  if (kinds.length > 0) {
    await binaryRows.each(tx, query(tx, window, kinds, replay), FIELDS, (row) => records.add(row));
  }
  return records.counted(clusters);
}

/** One signal as whole numbers: account, source, day, actor and topics. */
const RECORD = 5;

interface Strongest {
  record: number;
  strength: number;
  id: string;
}

interface Told {
  account: number;
  source: number;
  topics: number;
  time: number;
  composite: number;
}

/** The signals of a window, 20 bytes each. */
class Records {
  readonly #window: Window;
  readonly #accounts = new ByteNames();
  readonly #sources = new ByteNames();
  readonly #people = new ByteNames();
  readonly #visitors = new ByteNames();
  readonly #origins = new ByteNames();
  readonly #topics = new ByteNames();
  readonly #strongest = new Map<number, Map<number, Strongest>>();
  readonly #told = new Map<number, Told>();
  #records = new Int32Array(RECORD << 12);
  #length = 0;

  constructor(window: Window) {
    this.#window = window;
  }

  add(row: binaryRows.Row): void {
    const named = (names: ByteNames, field: number) => names.add(row.bytes, row.start(field), row.end(field));
    const account = named(this.#accounts, ACCOUNT);
    const source = named(this.#sources, SOURCE);
    const time = row.time(OCCURRED_AT);
    const day = Math.floor((time - this.#window.from.getTime()) / DAY);
    const actor = !row.isNull(PERSON)
      ? 3 * named(this.#people, PERSON)
      : !row.isNull(VISITOR)
        ? 3 * named(this.#visitors, VISITOR) + 1
        : 3 * source + 2;
    const topics = named(this.#topics, TOPICS);
    let record = this.#length;
    if (!row.isNull(ORIGIN)) {
      const strength = row.float(STRENGTH);
      const id = row.bytes.toString('hex', row.start(SIGNAL), row.end(SIGNAL));
      const origin = named(this.#origins, ORIGIN);
      const ofAccount = this.#strongest.get(account) ?? new Map<number, Strongest>();
      this.#strongest.set(account, ofAccount);
      const known = ofAccount.get(origin);
      if (known && (known.strength > strength || (known.strength === strength && known.id < id))) return;
      if (known) record = known.record;
      ofAccount.set(origin, { record, strength, id });
    }
    if (this.#length === record) {
      if ((record + 1) * RECORD > this.#records.length) {
        const wider = new Int32Array(2 * this.#records.length);
        wider.set(this.#records);
        this.#records = wider;
      }
      this.#length++;
    }
    this.#records.set([account, source, day, actor, topics], record * RECORD);
    this.#told.delete(record);
    if (row.isNull(COMPOSITE) || day < this.#window.currentFrom) return;
    this.#told.set(record, { account, source, topics, time, composite: row.float(COMPOSITE) });
  }

  counted(clusters: readonly Cluster[]): { activities: Activity[]; starts: Map<string, number> } {
    const starts = this.#starts();
    const names = new Names(clusters, (topics) => this.#topics.textOf(topics).split(GAP));
    const vendors = this.#vendors(names);
    const activities: Activity[] = [];
    const bounds = new Uint32Array(this.#accounts.size + 1);
    for (let at = 0; at < this.#length; at++) bounds[this.#records[at * RECORD]! + 1]!++;
    for (let account = 1; account < bounds.length; account++) bounds[account]! += bounds[account - 1]!;
    const order = new Uint32Array(this.#length);
    const next = bounds.slice();
    for (let at = 0; at < this.#length; at++) order[next[this.#records[at * RECORD]!]!++] = at;
    for (let account = 0; account < this.#accounts.size; account++) {
      const accountId = uuidOf(this.#accounts.bytesOf(account));
      const counts = this.#countsOf(order.subarray(bounds[account], bounds[account + 1]), names, starts);
      for (const [name, { actorDays, actors, sources }] of counts) {
        if (actorDays.size === 0 && actors.size === 0) continue;
        const { about, text } = names.of(name);
        const dayOf = (actorDay: number) => actorDay % this.#days;
        activities.push({
          accountId,
          about,
          name: text,
          days: Array.from(actorDays.keys(), dayOf),
          weights: about === 'CLUSTER' ? [...actorDays.values()] : null,
          actors: actors.size,
          sources: Array.from(sources, (source) => this.#sources.textOf(source)).sort(),
          vendor: about === 'TOPIC' ? (vendors.get(account)?.get(name) ?? null) : null,
        });
      }
    }
    const named = [...starts].map(([source, day]) => [this.#sources.textOf(source), day] as const);
    return { activities, starts: new Map(named) };
  }

  /** Days that a window can have, and more. */
  get #days(): number {
    return Math.ceil((this.#window.to.getTime() - this.#window.from.getTime()) / DAY) + 1;
  }

  /** Of the sources that count: on which day they began. */
  #starts(): Map<number, number> {
    const starts = new Map<number, number>();
    for (let at = 0; at < this.#length * RECORD; at += RECORD) {
      const source = this.#records[at + 1]!;
      const day = this.#records[at + 2]!;
      const known = starts.get(source);
      if (known === undefined || day < known) starts.set(source, day);
    }
    const settled = [...starts].filter(([, day]) => day <= this.#window.lastStart);
    return settled.length > 0 ? new Map(settled) : starts;
  }

  /** What one account did on each name. */
  #countsOf(records: Uint32Array, names: Names, settled: ReadonlyMap<number, number>): Map<number, Counts> {
    const found = new Map<number, Counts>();
    const days = this.#days;
    for (const record of records) {
      const at = record * RECORD;
      const source = this.#records[at + 1]!;
      const day = this.#records[at + 2]!;
      const actor = this.#records[at + 3]!;
      const { ids, weights } = names.namedBy(this.#records[at + 4]!);
      const counts = settled.has(source);
      const isCurrent = day >= this.#window.currentFrom;
      if (!counts && !isCurrent) continue;
      for (let n = 0; n < ids.length; n++) {
        let one = found.get(ids[n]!);
        if (!one) {
          one = { actorDays: new Map(), actors: new Set(), sources: new Set() };
          found.set(ids[n]!, one);
        }
        if (counts) {
          const actorDay = actor * days + day;
          one.actorDays.set(actorDay, Math.max(weights[n]!, one.actorDays.get(actorDay) ?? 0));
        }
        if (isCurrent) {
          one.actors.add(actor);
          one.sources.add(source);
        }
      }
    }
    return found;
  }

  /** Account → topic → source → its latest own score; of two at once the higher. */
  #vendors(names: Names): Map<number, Map<number, Record<string, number>>> {
    const found = new Map<number, Map<number, Record<string, number>>>();
    // The last one written stands.
    const told = [...this.#told.values()].sort((a, b) => a.time - b.time || a.composite - b.composite);
    for (const { account, source, topics, composite } of told) {
      const ofAccount = found.get(account) ?? new Map<number, Record<string, number>>();
      found.set(account, ofAccount);
      for (const name of names.namedBy(topics).ids) {
        if (names.of(name).about !== 'TOPIC') continue;
        const ofTopic = ofAccount.get(name) ?? {};
        ofAccount.set(name, ofTopic);
        ofTopic[this.#sources.textOf(source)] = composite;
      }
    }
    return found;
  }
}

interface Counts {
  /** Actor and day → its weight, of sources that count. */
  actorDays: Map<number, number>;
  /** Of the current window. */
  actors: Set<number>;
  sources: Set<number>;
}

interface Named {
  ids: readonly number[];
  /** Beside `ids`. */
  weights: readonly number[];
}

/** What signals are about, by numbers: the account as a whole (always), topics, and the clusters these are in. */
class Names {
  readonly #topicsOf: (topics: number) => string[];
  readonly #all: { about: Activity['about']; text: string }[] = [{ about: 'ACCOUNT', text: '' }];
  readonly #idOf = new Map<string, number>();
  readonly #clustersOf = new Map<string, { cluster: number; weight: number }[]>();
  readonly #named: Named[] = [];

  constructor(clusters: readonly Cluster[], topicsOf: (topics: number) => string[]) {
    this.#topicsOf = topicsOf;
    for (const { name, topics } of clusters) {
      const cluster = this.#all.push({ about: 'CLUSTER', text: name }) - 1;
      for (const { topic, weight } of topics) {
        const known = this.#clustersOf.get(topic);
        if (known) known.push({ cluster, weight });
        else this.#clustersOf.set(topic, [{ cluster, weight }]);
      }
    }
  }

  of(id: number): { about: Activity['about']; text: string } {
    return this.#all[id]!;
  }

  /** All that a list of topics (by its number) is about. */
  namedBy(topics: number): Named {
    this.#named[topics] ??= this.#read(topics);
    return this.#named[topics];
  }

  #read(topics: number): Named {
    const weightOf = new Map<number, number>([[0, 1]]);
    for (const topic of this.#topicsOf(topics)) {
      if (topic === '') continue;
      weightOf.set(this.#idOfTopic(topic), 1);
      for (const { cluster, weight } of this.#clustersOf.get(topic) ?? []) {
        weightOf.set(cluster, Math.max(weight, weightOf.get(cluster) ?? 0));
      }
    }
    return { ids: [...weightOf.keys()], weights: [...weightOf.values()] };
  }

  #idOfTopic(topic: string): number {
    let id = this.#idOf.get(topic);
    if (id === undefined) {
      id = this.#all.push({ about: 'TOPIC', text: topic }) - 1;
      this.#idOf.set(topic, id);
    }
    return id;
  }
}

function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** What tells since when an account was watched, and who its peers are. */
export interface Watched {
  employees: number | null;
  /** When somebody gave it to us; null for those that were found. */
  importedAt: Date | null;
  /** Whether anything was seen of it before `from`. */
  seenBefore: boolean;
}

/** `replay`: what was known by then, of what stood there then. */
export async function watched(
  tx: Tx,
  accountIds: readonly string[],
  from: Date,
  knownBy: Date,
  replay: Date | null,
): Promise<Map<string, Watched>> {
  const { rows } = await tx.client.query(
    `SELECT a.account_id, a.employees, ${replay ? IMPORTED_BY_THEN : "CASE WHEN a.origin = 'IMPORTED' THEN a.created_at END"} AS imported_at,
       EXISTS (SELECT FROM signal AS s WHERE s.workspace_id = $1 AND ${replay ? STOOD_THERE : 's.account_id = a.account_id'}
         AND s.signal_id < $3 AND s.occurred_at < $4 AND s.received_at <= $5) AS seen_before
     FROM account AS a WHERE a.workspace_id = $1 AND a.account_id = ANY($2)`,
    [tx.workspaceId, accountIds, firstSignalId(from), from, knownBy],
  );
  return new Map(
    rows.map((row) => [
      row.account_id,
      { employees: row.employees, importedAt: row.imported_at, seenBefore: row.seen_before },
    ]),
  );
}

const IMPORTED_BY_THEN = `CASE WHEN EXISTS (
    SELECT FROM claim AS c LEFT JOIN batch AS b ON b.workspace_id = $1 AND b.batch_id = c.batch_id
    WHERE c.workspace_id = $1 AND c.subject_id = a.account_id AND c.imported
      AND (b.started_at <= $5 OR b.batch_id IS NULL AND a.created_at <= $5)) THEN a.created_at END`;

/** Whoever moved since was taken from where it stood by the first move. */
const STOOD_THERE = `s.signal_id IN (
    SELECT signal_id FROM signal WHERE workspace_id = $1 AND account_id = a.account_id
    UNION SELECT signal_id FROM signal_move WHERE workspace_id = $1 AND account_id = a.account_id)
  AND a.account_id = coalesce((
    SELECT CASE WHEN m.account_id IS NULL THEN '00000000-0000-0000-0000-000000000000' ELSE m.account_id END
    FROM signal_move AS m WHERE m.workspace_id = $1 AND m.signal_id = s.signal_id AND m.moved_at > $5
    ORDER BY m.moved_at LIMIT 1), s.account_id)`;
