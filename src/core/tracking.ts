/**
 * The Segment HTTP Tracking API, as pure functions: one request body in, messages with corrected times out.
 * RudderStack's SDKs speak the same. What the vendors do oddly is told where it is handled.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Invalid, TooLarge } from './errors.ts';

export const MESSAGE_TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];
export type TrackingVerb = MessageType | 'batch';

/** Bytes of one message, serialised as UTF-8 JSON. */
export const MAX_MESSAGE_BYTES = 32 * 1024;
export const MAX_MESSAGES = 2_500;
const MAX_ID_LENGTH = 255;

/** One message, checked. Fields that are optional and of a wrong type are left out. */
export interface TrackingMessage {
  type: MessageType;
  /** As sent, or derived from the content. */
  messageId: string;
  userId?: string;
  anonymousId?: string;
  groupId?: string;
  previousId?: string;
  event?: string;
  name?: string;
  category?: string;
  properties: Record<string, unknown>;
  traits: Record<string, unknown>;
  context: Record<string, unknown>;
  /** Clock skew corrected. */
  occurredAt: Date;
  /** As the client gave it, the same on every retry; null: it gave none. */
  ownTime: Date | null;
}

export interface Rejection {
  /** Place in the batch, from 0. */
  index: number;
  messageId: string | null;
  code: string;
  /** Names the field, the reason and the remedy. */
  message: string;
  hint: string;
}

export interface ReadBody {
  messages: { index: number; message: TrackingMessage; raw: unknown }[];
  /** `raw` can be read again by itself: it carries what the batch said for all. Null if nested too deeply to keep. */
  rejected: (Rejection & { raw: unknown })[];
  writeKey: string | null;
}

const TIME =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d|60)(?:[.,](\d{1,9}))?)?\s?(Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?)?$/i;
/** What SDKs send, for which `Date.parse` is right, and quicker. V8 rolls 30 February over into March, hence the days. */
const USUAL_TIME =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

// Empty and null ids are what browsers send for "nobody yet" (RudderStack: "", analytics.js: null).
const id = z.union([z.string().max(MAX_ID_LENGTH), z.number()]).nullish();
const time = z.string().nullish();

/** A message on the wire: only what decides whether it can be taken. Everything else is optional and read leniently. */
export const messageSchema = z.looseObject({
  type: z.enum(MESSAGE_TYPES),
  messageId: id,
  userId: id,
  anonymousId: id,
  groupId: id,
  previousId: id,
  timestamp: time,
  originalTimestamp: time,
  sentAt: time,
});
type Wire = z.infer<typeof messageSchema>;

/**
 * Splits one request body (JSON already parsed) into messages, in order; bad ones are told apart, not thrown.
 * `ip` is the connection's address; it is the visitor's where a browser or app sent the message itself without one.
 * Throws `Invalid` for a body that is malformed as a whole, `TooLarge` for more than 2,500 messages.
 */
export function readMessages(
  verb: TrackingVerb,
  body: unknown,
  receivedAt: Date,
  ip?: string,
  said?: BrowserWord,
): ReadBody {
  if (!isObject(body)) throw invalid('body', `is ${nameType(body)}`, 'send one JSON object');
  const { items, shared } = verb === 'batch' ? openBatch(body) : { items: [body], shared: {} as Shared };
  if (items.length > MAX_MESSAGES)
    throw new TooLarge(
      `batch: has ${items.length} messages, the most is ${MAX_MESSAGES}; send it in smaller batches`,
      `Send at most ${MAX_MESSAGES} messages in a batch.`,
    );

  const read: ReadBody = { messages: [], rejected: [], writeKey: readId(body.writeKey) ?? null };
  for (const [index, item] of items.entries()) {
    const place = verb === 'batch' ? `batch[${index}]` : '';
    let raw: unknown = item;
    try {
      if (!isObject(item)) throw invalid(place, `is ${nameType(item)}`, 'send a JSON object per message');
      checkSize(item, place);
      raw = complete(verb === 'batch' ? item : { ...item, type: verb }, shared, ip, said);
      read.messages.push({ index, message: readMessage(raw, { receivedAt, place }), raw });
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      const messageId = isObject(item) ? (readId(item.messageId) ?? null) : null;
      if (error.code === 'TOO_DEEP') raw = null;
      const { code, message, hint } = error;
      read.rejected.push({ index, messageId, code, message, hint, raw });
    }
  }
  return read;
}

/**
 * Checks one message and corrects its time. `receivedAt` is when it reached us; `clockSkew: false` for a message
 * that lay in a file, where that says nothing about the sender's clock. `place` leads the field's name in errors.
 * Throws `Invalid`.
 */
export function readMessage(
  raw: unknown,
  { receivedAt, clockSkew = true, place = '' }: { receivedAt: Date; clockSkew?: boolean; place?: string },
): TrackingMessage {
  const checked = messageSchema.safeParse(raw);
  if (!checked.success) throw explain(raw, checked.error.issues[0], place);
  const wire = checked.data;
  const message: TrackingMessage = {
    type: wire.type,
    messageId: readId(wire.messageId) ?? '',
    userId: readId(wire.userId),
    anonymousId: readId(wire.anonymousId),
    groupId: readId(wire.groupId),
    previousId: readId(wire.previousId),
    event: readText(wire.event),
    name: readText(wire.name),
    category: readText(wire.category),
    properties: isObject(wire.properties) ? wire.properties : {},
    traits: isObject(wire.traits) ? wire.traits : {},
    context: isObject(wire.context) ? wire.context : {},
    ...correctTime(wire, receivedAt, clockSkew, place),
  };
  checkNeeds(message, place);
  message.messageId ||= deriveId(wire, message.ownTime ? '' : receivedAt.toISOString().slice(0, 10), place);
  return message;
}

/** A message that came out of `readMessages`; what came from JSON carries no `Date`. */
export function isRead(record: unknown): record is TrackingMessage {
  return isObject(record) && record.occurredAt instanceof Date;
}

/**
 * Milliseconds since 1970 of an ISO 8601 date or time; NaN if it is none or no such day exists.
 * A time without an offset is UTC, so that the answer does not depend on our machine's time zone.
 */
export function parseTime(text: string): number {
  if (USUAL_TIME.test(text)) return Date.parse(text);
  const parts = TIME.exec(text);
  if (!parts) return Number.NaN;
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', offset = 'Z'] = parts;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCDate() !== Number(day)) return Number.NaN;
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, '0').slice(0, 3)));
  if (offset === 'Z' || offset === 'z') return date.getTime();
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return date.getTime() - (offset[0] === '-' ? -minutes : minutes) * 60_000;
}

/**
 * `timestamp = receivedAt − (sentAt − the time given)`.
 * Segment's SDKs give `timestamp`, RudderStack's `originalTimestamp`, and `timestamp` as well only where the caller
 * said when it happened; so `timestamp` goes first. A message that already went through a collector has
 * `receivedAt`, and its `timestamp` is the corrected one while `originalTimestamp` is still the client's.
 */
function correctTime(wire: Wire, receivedAt: Date, clockSkew: boolean, place: string) {
  const timestamp = readTime(wire, 'timestamp', place);
  const original = readTime(wire, 'originalTimestamp', place);
  const sentAt = readTime(wire, 'sentAt', place);
  const collectedAt = typeof wire.receivedAt === 'string' ? parseTime(wire.receivedAt) : Number.NaN;
  const collected = !Number.isNaN(collectedAt);

  if (collected && timestamp !== null && original !== null)
    return { occurredAt: new Date(timestamp), ownTime: new Date(original) };
  const given = timestamp ?? original;
  if (given === null) return { occurredAt: new Date(collected ? collectedAt : receivedAt), ownTime: null };
  const arrivedAt = collected ? collectedAt : clockSkew ? receivedAt.getTime() : sentAt;
  const skew = sentAt === null || arrivedAt === null ? 0 : arrivedAt - sentAt;
  return { occurredAt: new Date(given + skew), ownTime: new Date(given) };
}

function readTime(
  wire: Record<string, unknown>,
  field: 'timestamp' | 'originalTimestamp' | 'sentAt',
  place: string,
): number | null {
  const value = wire[field];
  if (value === undefined || value === null) return null;
  const parsed = typeof value === 'string' ? parseTime(value) : Number.NaN;
  if (Number.isNaN(parsed)) throw badTime(value, join(place, field));
  return parsed;
}

function badTime(value: unknown, field: string): Invalid {
  const reason =
    typeof value === 'number'
      ? `${value} is a number, not an ISO 8601 time`
      : `${show(value)} is not an ISO 8601 time`;
  return invalid(field, reason, 'send e.g. 2026-01-31T12:00:00Z');
}

function checkNeeds(message: TrackingMessage, place: string): void {
  const need = (field: string, present: boolean) => {
    if (!present) throw invalid(join(place, field), 'is missing', `every ${message.type} message needs one`);
  };
  if (message.type === 'alias') {
    need('userId', message.userId !== undefined);
    need('previousId', message.previousId !== undefined);
  } else if (message.userId === undefined && message.anonymousId === undefined) {
    throw invalid(join(place, 'userId'), 'and anonymousId are both missing', 'send at least one of them');
  }
  if (message.type === 'track') need('event', message.event !== undefined);
  if (message.type === 'group') need('groupId', message.groupId !== undefined);
}

/**
 * An id from what was said, so that a retry is the same event. `sentAt` differs from try to try and stays out.
 * Without a time of its own the day we received it goes in, lest tomorrow's equal event be taken for a retry.
 */
function deriveId(wire: Wire, day: string, place: string): string {
  const { messageId: _, sentAt: __, receivedAt: ___, writeKey: ____, ...content } = wire;
  const text = serialise(content, place, (_key, value: unknown) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
  return `derived-${createHash('sha256').update(day).update(text).digest('hex').slice(0, 32)}`;
}

/** What the browser that sent a request said of it in headers, in the words of a message's context. */
export interface BrowserWord {
  gpc?: true;
  doNotTrack?: true;
  prefetch?: true;
}

/** `header` gives a header of the request by its name; undefined if the browser said nothing. */
export function browserWord(header: (name: string) => string | undefined): BrowserWord | undefined {
  const said: BrowserWord = {};
  if (header('sec-gpc')?.trim() === '1') said.gpc = true;
  if (header('dnt')?.trim() === '1') said.doNotTrack = true;
  if (isPrefetch(header)) said.prefetch = true;
  return Object.keys(said).length > 0 ? said : undefined;
}

/** Whether a page was loaded before anybody asked for it, as browsers tell in one header or another. */
export const isPrefetch = (header: (name: string) => string | undefined): boolean =>
  ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'].some((name) =>
    /prefetch|prerender|preview/i.test(header(name) ?? ''),
  );

/** What a batch says for all of its messages. */
interface Shared {
  context?: Record<string, unknown>;
  sentAt?: unknown;
}

function openBatch(body: Record<string, unknown>): { items: unknown[]; shared: Shared } {
  if (!Array.isArray(body.batch))
    throw invalid('batch', `is ${nameType(body.batch)}`, 'send {"batch": [message, …]}');
  readTime(body, 'sentAt', '');
  const context = isObject(body.context) ? body.context : undefined;
  return { items: body.batch, shared: { context, sentAt: body.sentAt } };
}

/** A message with what its batch and its connection say about it; what it says itself wins. The key stays out. */
function complete(
  item: Record<string, unknown>,
  shared: Shared,
  ip: string | undefined,
  said: BrowserWord | undefined,
) {
  const { writeKey: _, ...whole } = item;
  whole.sentAt ??= shared.sentAt;
  const own = isObject(whole.context) ? whole.context : undefined;
  if (shared.context) whole.context = { ...shared.context, ...own };
  if (ip && isFromDevice(whole))
    whole.context = { ip, ...(isObject(whole.context) ? whole.context : undefined) };
  // The browser's word goes before the page's.
  if (said) whole.context = { ...(isObject(whole.context) ? whole.context : undefined), ...said };
  return whole;
}

const DEVICE_LIBRARY = /^analytics\.js$|javascript|android|ios|swift|kotlin|react-native|flutter/i;

/** Sent by the browser or app itself, so that the connection's address is the visitor's and not a server's. */
function isFromDevice(message: Record<string, unknown>): boolean {
  const context = isObject(message.context) ? message.context : {};
  const library = isObject(context.library) ? context.library.name : undefined;
  const channel = message.channel ?? context.channel;
  if (channel === 'server') return false;
  return (
    context.direct === true ||
    channel === 'web' ||
    channel === 'mobile' ||
    (typeof library === 'string' && DEVICE_LIBRARY.test(library))
  );
}

/** Throws `Invalid` for a message of more than 32 KB. */
export function checkSize(item: Record<string, unknown>, place: string): void {
  const text = serialise(item, place);
  // A character is at most three bytes of UTF-8, so most messages need no counting.
  if (text.length * 3 <= MAX_MESSAGE_BYTES) return;
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_MESSAGE_BYTES)
    throw invalid(
      place || 'message',
      `has ${bytes} bytes, the most is ${MAX_MESSAGE_BYTES}`,
      'send less in properties, traits and context',
      'MESSAGE_TOO_LARGE',
    );
}

function serialise(
  value: unknown,
  place: string,
  replacer?: (key: string, value: unknown) => unknown,
): string {
  try {
    return JSON.stringify(value, replacer);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid(place || 'message', 'is nested too deeply', 'send flatter JSON', 'TOO_DEEP');
  }
}

/** The first thing wrong, in the words of the sender's field. */
function explain(raw: unknown, issue: z.core.$ZodIssue | undefined, place: string): Invalid {
  const field = String(issue?.path[0] ?? '');
  if (!isObject(raw) || field === '')
    return invalid(place || 'message', `is ${nameType(raw)}`, 'send a JSON object per message');
  const value = raw[field];
  const at = join(place, field);
  if (field === 'type') {
    const reason = value === undefined ? 'is missing' : `${show(value)} is not a type`;
    return invalid(at, reason, `send one of ${MESSAGE_TYPES.join(', ')}`);
  }
  if (field === 'timestamp' || field === 'originalTimestamp' || field === 'sentAt') return badTime(value, at);
  if (typeof value === 'string')
    return invalid(at, `has ${value.length} characters, the most is ${MAX_ID_LENGTH}`, 'send a shorter id');
  return invalid(at, `is ${nameType(value)}`, 'send a string or a number');
}

function invalid(field: string, reason: string, remedy: string, code?: string): Invalid {
  const hint = `${remedy[0]?.toUpperCase()}${remedy.slice(1)}.`;
  return new Invalid(`${field}: ${reason}; ${remedy}`, hint, { code, field });
}

const join = (place: string, field: string) => (place ? `${place}.${field}` : field);

function show(value: unknown): string {
  if (typeof value !== 'string') return nameType(value);
  return `'${value.length > 60 ? `${value.slice(0, 60).toWellFormed()}…` : value}'`;
}

function nameType(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function readId(value: unknown): string | undefined {
  return readText(typeof value === 'number' ? String(value) : value);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const CONTROL = /[\u0000-\u001f\u007f]/;
const CONTROLS = new RegExp(CONTROL, 'g');

/** Trimmed, well-formed and without the control characters that no database takes; undefined if nothing is left. */
function readText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const printable = CONTROL.test(value) ? value.replaceAll(CONTROLS, '') : value;
  return printable.trim().toWellFormed() || undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
