import { z } from 'zod';
import { judgeAgent } from '../../src/core/identity/agent.ts';
import { consentOf, objectionOf } from '../../src/core/privacy.ts';
import type { Hints, Identity, NormaliseContext, Normalised, Signal } from '../../src/core/signal.ts';
import { pageKind, SIGNAL_KINDS, type SignalKind } from '../../src/core/signal.ts';
import type { TrackingMessage } from '../../src/core/tracking.ts';
import * as tracking from '../../src/core/tracking.ts';
import * as events from './events.ts';
import {
  asObject,
  compact,
  isEmail,
  readAccount,
  readAnswers,
  readEmail,
  readEmployer,
  readPerson,
  readText,
  toDomain,
} from './traits.ts';

/** Everything a first-party event can be; what others saw of a buyer does not come this way. */
export const kinds = SIGNAL_KINDS.filter((kind) => !/^(intent|review|social)\./.test(kind));

const kindsByEvent = z
  .record(z.string(), z.enum(kinds as [SignalKind, ...SignalKind[]]))
  .transform((map) =>
    Object.fromEntries(Object.entries(map).map(([event, kind]) => [events.key(event), kind])),
  );

export const settingsSchema = z.object({
  events: z
    .preprocess((value, context) => {
      if (typeof value !== 'string') return value;
      try {
        return JSON.parse(value) as unknown;
      } catch (error) {
        context.addIssue({ code: 'custom', message: `is not JSON: ${(error as Error).message}` });
        return z.NEVER;
      }
    }, kindsByEvent)
    .default({})
    .describe(
      'What your own track events mean: a JSON object from event name to signal kind, e.g. {"Report Exported": "product.usage"}. Goes before the built-in names.',
    ),
});
export type Settings = z.infer<typeof settingsSchema>;

/** A message that lay in a file or among the dead letters: held to the same size as one that was posted. */
function readFromFile(
  record: unknown,
  { receivedAt, fileName }: NormaliseContext<Settings>,
): TrackingMessage {
  const message = tracking.readMessage(record, { receivedAt, clockSkew: fileName === undefined });
  tracking.checkSize(record as Record<string, unknown>, '');
  return message;
}

/** One message → signals and identities. A record that has not been through `readMessages` is checked first. */
export function normalise(record: unknown, context: NormaliseContext<Settings>): Normalised {
  const message = tracking.isRead(record) ? record : readFromFile(record, context);
  if (message.context.prefetch === true) return skip('prefetch');
  const objection = objectionOf(message.context, context.profile);
  return objection ? despite(objection, message, context) : read(message, context);
}

/** Of people who object only what they tell us themselves is kept, and it is tied to no browser. */
function despite(
  objection: string,
  message: TrackingMessage,
  context: NormaliseContext<Settings>,
): Normalised {
  const names = message.userId !== undefined || emailOf(message) !== undefined;
  if (objection !== 'consent denied') {
    if (names && consentOf(message.context) === true) return read(message, context);
    if (message.type === 'track' && identifyFromForm(message)) {
      const filledIn = read({ ...message, anonymousId: undefined }, context);
      if (filledIn.signals.every(({ kind }) => leavesDetails(kind))) return filledIn;
    }
  }
  return skip(objection);
}

function read(message: TrackingMessage, context: NormaliseContext<Settings>): Normalised {
  const bot = botOf(message);
  switch (message.type) {
    case 'track':
      return track(message, context);
    case 'page':
    case 'screen':
      return bot ? skip(bot) : { signals: [viewPage(message, context)] };
    default: {
      if (bot) return skip(bot);
      const identity = identify(message);
      return identity
        ? { signals: [], identities: [identity] }
        : skip(`${message.type} without news of anybody`);
    }
  }
}

function track(message: TrackingMessage, { settings, profile }: NormaliseContext<Settings>): Normalised {
  const { event = '', properties } = message;
  const meaning = events.interpret(event, properties, settings.events);
  const kind = meaning === null || meaning === 'page' ? undefined : meaning.kind;
  const bot = botOf(message);
  if (kind?.startsWith('email.')) {
    if (kind === 'email.open' && readsByMachine(message)) return skip('machine open');
    if (kind === 'email.click' && readsByMachine(message)) return skip('machine click');
    if (kind === 'email.bounce' && isSoft(properties)) return skip('soft bounce');
  } else if (bot) return skip(bot);
  if (meaning === null) return skip('event without a meaning: set SIGNAL_SEGMENT_EVENTS');
  if (meaning === 'page') return { signals: [viewPage(message, { profile })] };

  const signal: Signal = {
    ...common(message),
    kind: meaning.kind,
    strength: meaning.strength,
    topics: readTopics(properties, 'topic', 'topics', 'category', 'tags'),
    url: cleanUrl(readText(properties, 8_000, 'url', 'link_url', 'linkUrl') ?? pageText(message, 'url')),
    title:
      readText(properties, 500, 'title', 'name', 'asset_name', 'content_name', 'form_name', 'formName') ??
      readText(properties, 500, 'webinar_name', 'email_subject', 'subject', 'campaign_name') ??
      event.slice(0, 500).toWellFormed(),
  };
  if (leavesDetails(meaning.kind))
    signal.attributes = compact({ ...signal.attributes, ...readAnswers(properties) });
  const filledIn = leavesDetails(meaning.kind) ? identifyFromForm(message) : undefined;
  return filledIn ? { signals: [signal], identities: [filledIn] } : { signals: [signal] };
}

function viewPage(message: TrackingMessage, { profile }: Pick<NormaliseContext, 'profile'>): Signal {
  const { properties } = message;
  const address = readText(properties, 8_000, 'url') ?? pageText(message, 'url');
  const path =
    readText(properties, 2_000, 'path') ??
    pathOf(readText(properties, 8_000, 'url')) ??
    pageText(message, 'path') ??
    pathOf(address) ??
    pathOfName(message);
  return {
    ...common(message),
    kind: pageKind(path, profile.pages),
    strength: 1,
    // A page's category is a place on the site ("Docs"), not what it is about.
    topics: readTopics(properties, 'topic', 'topics', 'tags'),
    url: cleanUrl(address),
    title:
      readText(properties, 500, 'title') ??
      pageText(message, 'title') ??
      message.name?.slice(0, 500).toWellFormed(),
  };
}

/** What every signal has. */
function common(
  message: TrackingMessage,
): Pick<Signal, 'externalId' | 'occurredAt' | 'ownTime' | 'hints' | 'attributes'> {
  const { properties, context } = message;
  const referrer =
    readText(properties, 8_000, 'referrer') ??
    pageText(message, 'referrer') ??
    readText(asObject(context.referrer), 8_000, 'url');
  return {
    externalId: message.messageId,
    occurredAt: message.occurredAt,
    ownTime: message.ownTime,
    hints: readHints(message),
    attributes: compact({
      event: message.event?.slice(0, 200).toWellFormed(),
      page: message.name?.slice(0, 200).toWellFormed(),
      campaign: readCampaign(message),
      referrer: referrer && cleanUrl(referrer),
    }),
  };
}

function readHints(message: TrackingMessage): Hints {
  const { properties, context } = message;
  const traits = { ...asObject(context.traits), ...message.traits };
  const employer = readEmployer(traits);
  const filledIn = message.type === 'track' ? readEmployer(properties) : undefined;
  const groupId = readText(context, 255, 'groupId');
  const groupDomain = toDomain(groupId);
  const location = { ...asObject(traits.address), ...asObject(context.location) };
  return (
    compact<Hints>({
      email:
        (message.type === 'track' ? readEmail(properties, 'email', 'emailAddress') : undefined) ??
        emailOf(message),
      userId: message.userId,
      anonymousId: message.anonymousId,
      ip: readIp(context),
      companyName: filledIn?.name ?? employer?.name,
      domain: filledIn?.domain ?? employer?.domain ?? groupDomain,
      crmId: groupDomain ? undefined : groupId,
      country: readText(location, 100, 'country'),
      city: readText(location, 100, 'city'),
    }) ?? {}
  );
}

/** The sender's address as it knows the person: in the traits, or as the user id itself. */
function emailOf({ traits, context, userId }: TrackingMessage): string | undefined {
  return (
    readEmail(traits, 'email') ??
    readEmail(asObject(context.traits), 'email') ??
    (userId && isEmail(userId) ? userId.toLowerCase() : undefined)
  );
}

/** What identify, group and alias tell; undefined where that is nothing. */
function identify(message: TrackingMessage): Identity | undefined {
  const { type, userId, anonymousId, traits, context } = message;
  const ids = { at: message.occurredAt, userId, anonymousId };
  if (type === 'alias') {
    const { previousId = '' } = message;
    return isEmail(previousId)
      ? { at: message.occurredAt, userId, email: previousId.toLowerCase() }
      : { at: message.occurredAt, userId, anonymousId: previousId };
  }
  if (type === 'group') {
    const account = compact({
      domain: toDomain(message.groupId),
      ...readAccount(traits),
      groupId: message.groupId,
    });
    return compact({ ...ids, email: emailOf({ ...message, traits: {} }), account });
  }
  const known = { ...asObject(context.traits), ...traits };
  const identity = {
    ...ids,
    email: emailOf(message),
    person: readPerson(known),
    account: readEmployer(known),
  };
  const linked = [userId, anonymousId, identity.email].filter(Boolean).length;
  return linked > 1 || identity.person || identity.account ? compact(identity) : undefined;
}

const leavesDetails = (kind: SignalKind) => /^(content|event)\.|^product\.trial$/.test(kind);

/** Somebody who leaves an address in a form says who the visitor is. */
function identifyFromForm({ properties, ...message }: TrackingMessage): Identity | undefined {
  const email = readEmail(properties, 'email', 'emailAddress');
  if (!email) return undefined;
  // `name` and `title` are the form's or the asset's; people's are spelt out.
  const { name: _, title: __, ...fields } = properties;
  return compact({
    at: message.occurredAt,
    userId: message.userId,
    anonymousId: message.anonymousId,
    email,
    person: readPerson({ ...fields, name: fields.full_name ?? fields.fullName }),
    account: readEmployer(fields),
  });
}

/** Which sort of bot it is by its user agent; undefined: none. Server libraries send none, and that is fine. */
function botOf({ context }: TrackingMessage): 'bot' | 'AI crawler' | undefined {
  const text = readText(context, 1_000, 'userAgent');
  const agent = text ? judgeAgent(text) : undefined;
  return agent?.bot ? (agent.kind === 'ai-crawler' ? 'AI crawler' : 'bot') : undefined;
}

const MACHINE_FLAGS = [
  'machine',
  'bot',
  'is_machine',
  'is_bot',
  'isBot',
  'machine_open',
  'machineOpen',
  'filtered_event',
];

/**
 * An open or click by a scanner or a privacy proxy that fetches everything, whether anybody reads or not.
 * Gmail's and Yahoo's proxies look like bots too, but fetch for a reader.
 */
function readsByMachine(message: TrackingMessage): boolean {
  const { properties, context } = message;
  if (MACHINE_FLAGS.some((flag) => properties[flag] === true || properties[flag] === 'true')) return true;
  const agent = readText(context, 1_000, 'userAgent');
  return (
    agent !== undefined && !/GoogleImageProxy|YahooMailProxy/.test(agent) && botOf(message) !== undefined
  );
}

const isSoft = (properties: Record<string, unknown>) =>
  /soft|transient|temporary/i.test(readText(properties, 50, 'bounce_type', 'bounceType', 'type') ?? '');

const pageText = ({ context }: TrackingMessage, field: string) =>
  readText(asObject(context.page), 8_000, field);

/** An address that can be somebody's: `0.0.0.0` is what SDKs put where they hide it. */
function readIp(context: Record<string, unknown>): string | undefined {
  const ip = readText(context, 45, 'ip');
  return ip && /^[0-9a-f:.]{3,45}$/i.test(ip) && !/^[0:.]+$/.test(ip) ? ip : undefined;
}

function readTopics(properties: Record<string, unknown>, ...fields: string[]): string[] | undefined {
  const topics = new Set<string>();
  for (const field of fields) {
    const value = properties[field];
    const list = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
    for (const item of list) {
      const topic = readText({ item }, 100, 'item')?.toLowerCase();
      if (topic && topics.size < 20) topics.add(topic);
    }
  }
  return topics.size ? [...topics] : undefined;
}

const CAMPAIGN_FIELDS = {
  name: 'campaign',
  source: 'source',
  medium: 'medium',
  term: 'term',
  content: 'content',
};

/** `context.campaign`, which SDKs make of the `utm_` parameters, else these parameters of the page. */
function readCampaign(message: TrackingMessage): Record<string, string> | undefined {
  const campaign = asObject(message.context.campaign);
  const query =
    readText(message.properties, 8_000, 'search') ??
    pageText(message, 'search') ??
    /\?[^#]*/.exec(readText(message.properties, 8_000, 'url') ?? pageText(message, 'url') ?? '')?.[0];
  const utm = query?.includes('utm_') ? new URLSearchParams(query) : undefined;
  const found: Record<string, string> = {};
  for (const [field, parameter] of Object.entries(CAMPAIGN_FIELDS)) {
    const value =
      readText(campaign, 200, field) ?? readText({ value: utm?.get(`utm_${parameter}`) }, 200, 'value');
    if (value) found[field] = value;
  }
  return compact(found);
}

/** Without user, fragment and parameters other than `utm_`, which may hold anything; undefined if it is not of the web. */
export function cleanUrl(text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (text.startsWith('/') && !text.startsWith('//')) return text.replace(/[?#].*$/, '').slice(0, 2_000);
  const [, address, query] = USUAL_URL.exec(text) ?? splitUrl(text);
  if (!address) return undefined;
  const kept = query?.split('&').filter((parameter) => parameter.startsWith('utm_'));
  return `${address}${kept?.length ? `?${kept.join('&')}` : ''}`.slice(0, 2_000);
}

/** As `USUAL_URL` splits, for the rest. */
function splitUrl(text: string): string[] {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol)
    ? ['', `${url.origin}${url.pathname}`, url.search.slice(1)]
    : [];
}

/** An address that a URL parser would leave as it is: it need not be asked, which is most of the cost of a page view. */
const USUAL_URL =
  /^(https?:\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)*\/(?:[\w~-][\w~.-]*\/)*(?:[\w~-][\w~.-]*)?)(?:\?([\w~.=&%+-]*))?(?:#.*)?$/;

const pathOf = (text: string | undefined) => (text ? URL.parse(text)?.pathname : undefined);

/** Servers often know a page's name only: `page('Marketing', 'Pricing')` → `/marketing/pricing`. */
function pathOfName({ category, name }: TrackingMessage): string {
  const parts = [category, name].map((part) => part?.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-'));
  return `/${parts.filter(Boolean).join('/')}`;
}

const skip = (reason: string): Normalised => ({ signals: [], skipped: reason });
