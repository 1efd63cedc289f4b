/** Signals as rows on their way into the timeline: as JSON and in the text format of COPY. */
import type { Match } from '../core/identity/match.ts';
import type { SignalKind } from '../core/signal.ts';
import type { Home } from './homes.ts';
import type { Tables } from './tables.ts';

/** A signal as it is stored. */
export interface StoredSignal {
  id: string;
  batchId: string;
  source: string;
  externalId: string;
  kind: SignalKind;
  occurredAt: Date;
  receivedAt: Date;
  strength: number;
  sentiment: number | null;
  accountId: string | null;
  personId: string | null;
  anonymousId: string | null;
  match: Match | null;
  /** Why it belongs to no account; null where it does. */
  unplaced: string | null;
  /** Where it would stand had nothing been merged; null: there too. */
  home: Home | null;
  topics: readonly string[];
  /** What its source said of topics, where that differs. */
  toldTopics: readonly string[] | null;
  origin: string | null;
  url: string | null;
  title: string | null;
  clues: unknown;
  attributes: Record<string, unknown> | null;
}

/** A row by the names of the table's columns. */
export function toRow(workspaceId: string, signal: StoredSignal): Record<keyof Tables['signal'], unknown> {
  return {
    workspace_id: workspaceId,
    signal_id: signal.id,
    batch_id: signal.batchId,
    source: signal.source,
    external_id: signal.externalId,
    kind: signal.kind,
    occurred_at: signal.occurredAt,
    received_at: signal.receivedAt,
    strength: signal.strength,
    sentiment: signal.sentiment,
    account_id: signal.accountId,
    person_id: signal.personId,
    anonymous_id: signal.anonymousId,
    method: signal.match?.method ?? null,
    confidence: signal.match?.confidence ?? 0,
    evidence: signal.match?.evidence ?? [],
    unplaced: signal.unplaced,
    topics: signal.topics,
    origin: signal.origin,
    url: signal.url,
    title: signal.title,
    clues: signal.clues,
    attributes: signal.attributes,
    told_topics: signal.toldTopics,
  };
}

const NULL = '\\N';

/** One row in COPY's text format, in the order of the table's columns. */
export function encode(workspaceId: string, signal: StoredSignal): string {
  return `${workspaceId}\t${signal.id}\t${signal.batchId}\t${escaped(signal.source)}\t${escaped(signal.externalId)}\t${signal.kind}\t${signal.occurredAt.toISOString()}\t${signal.receivedAt.toISOString()}\t${signal.strength}\t${signal.sentiment ?? NULL}\t${signal.accountId ?? NULL}\t${signal.personId ?? NULL}\t${orNull(signal.anonymousId)}\t${signal.match?.method ?? NULL}\t${signal.match?.confidence ?? 0}\t${array(signal.match?.evidence ?? [])}\t${orNull(signal.unplaced)}\t${array(signal.topics)}\t${orNull(signal.origin)}\t${orNull(signal.url)}\t${orNull(signal.title)}\t${json(signal.clues)}\t${signal.attributes ? json(signal.attributes) : NULL}\t${signal.toldTopics ? array(signal.toldTopics) : NULL}\n`;
}

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character]!) : text;
}

const orNull = (text: string | null): string => (text === null ? NULL : escaped(text));

function array(texts: readonly string[]): string {
  if (texts.length === 0) return '{}';
  return escaped(`{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(',')}}`);
}

const json = (value: unknown): string => escaped(JSON.stringify(value));
