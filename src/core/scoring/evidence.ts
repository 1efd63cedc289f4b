import { SIGNAL_KINDS, type SignalKind } from '../signal.ts';

/** One placed signal as scoring sees it: what happened, by whom, and how sure we are whose it is. */
export interface Evidence {
  /** Unique; the same id twice is the same signal and counts once. Scores sum in the order of ids. */
  id: string;
  source: string;
  kind: SignalKind;
  occurredAt: Date;
  receivedAt: Date;
  /** `person:<id>`, else `visitor:<id>`, else `source:<source>`: the source itself, when nobody is known. */
  actor: string;
  /** 0–1, by the adapter. */
  strength: number;
  /** 0–1, of the match that placed it. */
  confidence: number;
  /** −1…1, null: unknown. */
  sentiment: number | null;
  /** Names the thing at its origin; of signals with the same origin only the strongest counts. */
  origin: string | null;
  /** What it is about, in the source's words, lower case. */
  topics: readonly string[];
}

/** Whether an actor is a person, a browser or device, or nobody but the source. */
export function actorType(actor: string): 'person' | 'visitor' | 'source' {
  if (actor.startsWith('person:')) return 'person';
  return actor.startsWith('visitor:') ? 'visitor' : 'source';
}

/**
 * Evidence of one account (or person) laid out in columns, in the order of ids and each id once: what is added up from.
 * The names beside the columns may be shared by many accounts.
 */
export interface Columns {
  length: number;
  /** Index in `SIGNAL_KINDS`. */
  kind: Uint8Array;
  /** Index in `sources`. */
  source: Uint32Array;
  sources: readonly string[];
  /** Index in `actors`, which are this account's own. */
  actor: Uint32Array;
  actors: readonly string[];
  /** The same number is the same origin; −1: none. */
  origin: Int32Array;
  /** Milliseconds since 1970. */
  occurredAt: Float64Array;
  receivedAt: Float64Array;
  strength: Float64Array;
  confidence: Float64Array;
  /** NaN: unknown. */
  sentiment: Float64Array;
  idOf(row: number): string;
  originOf(row: number): string | null;
  topicsOf(row: number): readonly string[];
}

/** Of evidence that came in columns, or was laid out before. An array that was scored is never changed in place. */
const laidOut = new WeakMap<readonly Evidence[], Columns>();

/** The columns seen as evidence, row by row: a row reads its columns only when it is asked. */
export function viewOf(columns: Columns): readonly Evidence[] {
  const rows: Evidence[] = new Array(columns.length);
  for (let row = 0; row < columns.length; row++) rows[row] = new Row(columns, row);
  laidOut.set(rows, columns);
  return rows;
}

class Row implements Evidence {
  readonly #columns: Columns;
  readonly #row: number;
  constructor(columns: Columns, row: number) {
    this.#columns = columns;
    this.#row = row;
  }
  get id(): string {
    return this.#columns.idOf(this.#row);
  }
  get source(): string {
    return this.#columns.sources[this.#columns.source[this.#row]!]!;
  }
  get kind(): SignalKind {
    return SIGNAL_KINDS[this.#columns.kind[this.#row]!]!;
  }
  get occurredAt(): Date {
    return new Date(this.#columns.occurredAt[this.#row]!);
  }
  get receivedAt(): Date {
    return new Date(this.#columns.receivedAt[this.#row]!);
  }
  get actor(): string {
    return this.#columns.actors[this.#columns.actor[this.#row]!]!;
  }
  get strength(): number {
    return this.#columns.strength[this.#row]!;
  }
  get confidence(): number {
    return this.#columns.confidence[this.#row]!;
  }
  get sentiment(): number | null {
    const sentiment = this.#columns.sentiment[this.#row]!;
    return Number.isNaN(sentiment) ? null : sentiment;
  }
  get origin(): string | null {
    return this.#columns.originOf(this.#row);
  }
  get topics(): readonly string[] {
    return this.#columns.topicsOf(this.#row);
  }
}

/** Evidence in the order of ids, each id once, and its columns; the array itself if it is so already. */
export function layOut(evidence: readonly Evidence[]): { rows: readonly Evidence[]; columns: Columns } {
  const known = laidOut.get(evidence);
  if (known?.length === evidence.length) return { rows: evidence, columns: known };
  const rows = inOrder(evidence);
  const columns = columnsOf(rows);
  laidOut.set(rows, columns);
  return { rows, columns };
}

/** The rows of evidence that is laid out which are to be kept, laid out as well. */
export function select(
  evidence: readonly Evidence[],
  keeps: (columns: Columns, row: number) => boolean,
): readonly Evidence[] {
  const { rows, columns } = layOut(evidence);
  const kept: number[] = [];
  for (let row = 0; row < columns.length; row++) if (keeps(columns, row)) kept.push(row);
  if (kept.length === rows.length) return rows;
  const selected: Columns = {
    ...columns,
    ...emptyColumns(kept.length),
    idOf: (row) => columns.idOf(kept[row]!),
    originOf: (row) => columns.originOf(kept[row]!),
    topicsOf: (row) => columns.topicsOf(kept[row]!),
  };
  for (let at = 0; at < kept.length; at++) {
    const row = kept[at]!;
    selected.kind[at] = columns.kind[row]!;
    selected.source[at] = columns.source[row]!;
    selected.actor[at] = columns.actor[row]!;
    selected.origin[at] = columns.origin[row]!;
    selected.occurredAt[at] = columns.occurredAt[row]!;
    selected.receivedAt[at] = columns.receivedAt[row]!;
    selected.strength[at] = columns.strength[row]!;
    selected.confidence[at] = columns.confidence[row]!;
    selected.sentiment[at] = columns.sentiment[row]!;
  }
  const found = kept.map((row) => rows[row]!);
  laidOut.set(found, selected);
  return found;
}

const SPOKEN = new Set(SIGNAL_KINDS.flatMap((kind, index) => (kind.startsWith('social.') ? index : [])));

/** What people we know said in public. */
export function spokenIn(evidence: readonly Evidence[]): Evidence[] {
  const { rows, columns } = layOut(evidence);
  return rows.filter(
    (_, row) =>
      SPOKEN.has(columns.kind[row]!) && actorType(columns.actors[columns.actor[row]!]!) === 'person',
  );
}

/** Whether a signal is among the evidence. */
export function holds(evidence: readonly Evidence[], id: string): boolean {
  const { columns } = layOut(evidence);
  let low = 0;
  let high = columns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (columns.idOf(middle) < id) low = middle + 1;
    else high = middle;
  }
  return low < columns.length && columns.idOf(low) === id;
}

/** As read from the timeline it is in order already. */
function inOrder(evidence: readonly Evidence[]): readonly Evidence[] {
  let rising = true;
  for (let i = 1; i < evidence.length && rising; i++) rising = evidence[i - 1]!.id < evidence[i]!.id;
  if (rising) return evidence;
  const sorted = [...evidence].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return sorted.filter((signal, i) => i === 0 || signal.id !== sorted[i - 1]!.id);
}

const KIND_INDEX = new Map<SignalKind, number>(SIGNAL_KINDS.map((kind, index) => [kind, index]));
export const kindIndex = (kind: SignalKind): number => KIND_INDEX.get(kind)!;

function columnsOf(rows: readonly Evidence[]): Columns {
  const sources = new Names();
  const actors = new Names();
  const origins = new Names();
  const columns: Columns = {
    ...emptyColumns(rows.length),
    sources: sources.texts,
    actors: actors.texts,
    idOf: (row) => rows[row]!.id,
    originOf: (row) => rows[row]!.origin,
    topicsOf: (row) => rows[row]!.topics,
  };
  for (let row = 0; row < rows.length; row++) {
    const one = rows[row]!;
    columns.kind[row] = KIND_INDEX.get(one.kind)!;
    columns.source[row] = sources.indexOf(one.source);
    columns.actor[row] = actors.indexOf(one.actor);
    columns.origin[row] = one.origin === null ? -1 : origins.indexOf(one.origin);
    columns.occurredAt[row] = one.occurredAt.getTime();
    columns.receivedAt[row] = one.receivedAt.getTime();
    columns.strength[row] = one.strength;
    columns.confidence[row] = one.confidence;
    columns.sentiment[row] = one.sentiment ?? Number.NaN;
  }
  return columns;
}

/** Columns of so many rows, to be filled in. */
export const emptyColumns = (length: number) => ({
  length,
  kind: new Uint8Array(length),
  source: new Uint32Array(length),
  actor: new Uint32Array(length),
  origin: new Int32Array(length),
  occurredAt: new Float64Array(length),
  receivedAt: new Float64Array(length),
  strength: new Float64Array(length),
  confidence: new Float64Array(length),
  sentiment: new Float64Array(length),
});

/** Numbers for texts, in the order they are first seen. */
class Names {
  readonly texts: string[] = [];
  readonly #indices = new Map<string, number>();
  indexOf(text: string): number {
    let index = this.#indices.get(text);
    if (index === undefined) {
      index = this.texts.push(text) - 1;
      this.#indices.set(text, index);
    }
    return index;
  }
}
