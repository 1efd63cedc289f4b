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
export type ActorType = 'person' | 'visitor' | 'source';

export function actorType(actor: string): ActorType {
  if (actor.startsWith('person:')) return 'person';
  return actor.startsWith('visitor:') ? 'visitor' : 'source';
}

/** In columns a type of actor is its place in this list. */
export const ACTOR_TYPES: readonly ActorType[] = ['person', 'visitor', 'source'];

/** Evidence as it comes: row by row in any order, or in columns. */
export type EvidenceSet = readonly Evidence[] | Columns;

/** The numbers of each row, and who they are about. */
export interface ColumnData {
  length: number;
  /** Index in `SIGNAL_KINDS`. */
  kind: Uint8Array;
  /** Index in `sources`. */
  source: Uint32Array;
  sources: readonly string[];
  /** Number of the actor, which is this account's own. */
  actor: Uint32Array;
  /** By number of an actor: index in `ACTOR_TYPES`. */
  actorTypes: Uint8Array;
  /** The same number is the same origin; −1: none. */
  origin: Int32Array;
  /** Milliseconds since 1970. */
  occurredAt: Float64Array;
  receivedAt: Float64Array;
  strength: Float64Array;
  confidence: Float64Array;
  /** NaN: unknown. */
  sentiment: Float64Array;
}

/** What is said in words, told when it is asked for: most of it never is. */
export interface ColumnTexts {
  actorOf(actor: number): string;
  idOf(row: number): string;
  originOf(row: number): string | null;
  topicsOf(row: number): readonly string[];
}

/**
 * Evidence of one account (or person) laid out in columns, in the order of ids and each id once: what is added up from.
 * The names beside the columns may be shared by many accounts.
 */
export class Columns implements ColumnData {
  readonly length: number;
  readonly kind: Uint8Array;
  readonly source: Uint32Array;
  readonly sources: readonly string[];
  readonly actor: Uint32Array;
  readonly actorTypes: Uint8Array;
  readonly origin: Int32Array;
  readonly occurredAt: Float64Array;
  readonly receivedAt: Float64Array;
  readonly strength: Float64Array;
  readonly confidence: Float64Array;
  readonly sentiment: Float64Array;
  readonly texts: ColumnTexts;

  constructor(data: ColumnData, texts: ColumnTexts) {
    this.length = data.length;
    this.kind = data.kind;
    this.source = data.source;
    this.sources = data.sources;
    this.actor = data.actor;
    this.actorTypes = data.actorTypes;
    this.origin = data.origin;
    this.occurredAt = data.occurredAt;
    this.receivedAt = data.receivedAt;
    this.strength = data.strength;
    this.confidence = data.confidence;
    this.sentiment = data.sentiment;
    this.texts = texts;
  }

  isPerson(actor: number): boolean {
    return this.actorTypes[actor] === 0;
  }

  /** A row as evidence. */
  row(row: number): Evidence {
    const sentiment = this.sentiment[row]!;
    return {
      id: this.texts.idOf(row),
      source: this.sources[this.source[row]!]!,
      kind: SIGNAL_KINDS[this.kind[row]!]!,
      occurredAt: new Date(this.occurredAt[row]!),
      receivedAt: new Date(this.receivedAt[row]!),
      actor: this.texts.actorOf(this.actor[row]!),
      strength: this.strength[row]!,
      confidence: this.confidence[row]!,
      sentiment: Number.isNaN(sentiment) ? null : sentiment,
      origin: this.texts.originOf(row),
      topics: this.texts.topicsOf(row),
    };
  }
}

/** An array that was scored is never changed in place. */
const laidOut = new WeakMap<readonly Evidence[], Columns>();

/** Evidence in columns. */
export function layOut(evidence: EvidenceSet): Columns {
  if (evidence instanceof Columns) return evidence;
  let columns = laidOut.get(evidence);
  if (columns) return columns;
  columns = columnsOf(inOrder(evidence));
  laidOut.set(evidence, columns);
  return columns;
}

/** Evidence row by row; in the order of ids if it came in columns. */
export function rowsOf(evidence: EvidenceSet): readonly Evidence[] {
  if (!(evidence instanceof Columns)) return evidence;
  return Array.from({ length: evidence.length }, (_, row) => evidence.row(row));
}

const SPOKEN = new Uint8Array(SIGNAL_KINDS.map((kind) => (kind.startsWith('social.') ? 1 : 0)));

/** Rows of what people we know said in public. */
export function spokenIn({ length, kind, actor, actorTypes }: Columns): number[] {
  const rows: number[] = [];
  for (let row = 0; row < length; row++) {
    if (SPOKEN[kind[row]!] === 1 && actorTypes[actor[row]!] === 0) rows.push(row);
  }
  return rows;
}

/** Whether a signal is among the evidence. */
export function holds(evidence: EvidenceSet, id: string): boolean {
  const { length, texts } = layOut(evidence);
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (texts.idOf(middle) < id) low = middle + 1;
    else high = middle;
  }
  return low < length && texts.idOf(low) === id;
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
  const data = emptyColumns(rows.length);
  for (let row = 0; row < rows.length; row++) {
    const one = rows[row]!;
    data.kind[row] = KIND_INDEX.get(one.kind)!;
    data.source[row] = sources.indexOf(one.source);
    data.actor[row] = actors.indexOf(one.actor);
    data.origin[row] = one.origin === null ? -1 : origins.indexOf(one.origin);
    data.occurredAt[row] = one.occurredAt.getTime();
    data.receivedAt[row] = one.receivedAt.getTime();
    data.strength[row] = one.strength;
    data.confidence[row] = one.confidence;
    data.sentiment[row] = one.sentiment ?? Number.NaN;
  }
  const actorTypes = Uint8Array.from(actors.texts, (actor) => ACTOR_TYPES.indexOf(actorType(actor)));
  return new Columns(
    { ...data, sources: sources.texts, actorTypes },
    {
      actorOf: (actor) => actors.texts[actor]!,
      idOf: (row) => rows[row]!.id,
      originOf: (row) => rows[row]!.origin,
      topicsOf: (row) => rows[row]!.topics,
    },
  );
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
