/**
 * One line of an access log, taken apart. Every format ends in the same `Hit`; what a hit means is payload.ts's
 * business. Text lines are read by hand rather than through zod, because logs come by the hundred thousand.
 */
import { z } from 'zod';
import { Invalid } from '../../src/core/errors.ts';
import { type BrowserWord, browserWord } from '../../src/core/tracking.ts';

/** One request as logged. Fields the format or the line doesn't have are undefined, `userAgent` '' when empty. */
export interface Hit {
  at: Date;
  client: string;
  method: string;
  /** Path and query as sent, or an absolute URL; undefined when what came was no HTTP request. */
  target: string | undefined;
  status: number;
  host: string | undefined;
  referrer: string | undefined;
  userAgent: string | undefined;
  /** What the browser said in headers, where the log has those. */
  said?: BrowserWord;
}

/** `null` for a comment line. Throws `Invalid` (or a ZodError) for a line of no known format. */
export function parseLine(line: string): Hit | null {
  if (line.startsWith('{')) return parseJson(line);
  if (line.startsWith('#')) return checkComment(line);
  if (/^\d{4}-\d\d-\d\d\t/.test(line)) return parseCloudFront(line);
  return parseCommon(line);
}

// ---- common, combined, with or without virtual host

function parseCommon(line: string): Hit {
  const open = line.indexOf(' [');
  const close = line.indexOf('] "', open);
  if (open < 0 || close < 0) throw unknownFormat(line);
  const request = quoted(line, close + 2);
  if (line[request.end] !== ' ') throw unknownFormat(line);
  const referrerAt = line.indexOf('"', request.end + 4);
  const referrer = referrerAt < 0 ? undefined : quoted(line, referrerAt);
  const agent = referrer && line.startsWith(' "', referrer.end) ? quoted(line, referrer.end + 1) : undefined;
  const { host, client } = parseHead(line.slice(0, open));
  return {
    at: parseLogDate(line.slice(open + 2, close)),
    client,
    ...splitRequest(request.text),
    status: parseStatus(line.slice(request.end + 1, request.end + 4)),
    host,
    referrer: missing(referrer?.text),
    userAgent: agent && (missing(agent.text) ?? ''),
  };
}

/** `[host[:port]] client ident user`; the user may contain spaces. */
function parseHead(head: string): { host: string | undefined; client: string } {
  const words = head.split(' ');
  const [first = '', second = ''] = words;
  const named = words.length >= 4 && !isAddress(first) && (isAddress(second) || /:\d+$/.test(first));
  return named ? { host: first, client: second } : { host: undefined, client: first };
}

export const isAddress = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || /^[0-9a-f.]*:[0-9a-f:.]*:[0-9a-f:.]*(%\w+)?$/i.test(text);

/** The text between the quote at `start` and the next one that is not escaped; `end` is behind it. */
function quoted(line: string, start: number): { text: string; end: number } {
  let end = start;
  do {
    end = line.indexOf('"', end + 1);
    if (end < 0) throw unknownFormat(line);
  } while (isEscaped(line, end));
  const text = line.slice(start + 1, end);
  return { text: text.includes('\\') ? unescapeText(text) : text, end: end + 1 };
}

function isEscaped(line: string, at: number): boolean {
  let slashes = 0;
  while (line[at - 1 - slashes] === '\\') slashes++;
  return slashes % 2 === 1;
}

/** `\x22` and `\"` as Apache and nginx write them; bytes beyond ASCII are UTF-8 where they can be. */
function unescapeText(text: string): string {
  return text.replace(/(?:\\x[0-9a-f]{2})+|\\(.)/gi, (found, character: string | undefined) => {
    if (character !== undefined) return character;
    return decodePercent(found.replaceAll('\\x', '%'));
  });
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function splitRequest(request: string): { method: string; target: string | undefined } {
  const space = request.indexOf(' ');
  const method = request.slice(0, space);
  if (space < 0 || !/^[A-Z]+$/.test(method)) return { method: '', target: undefined };
  const protocol = request.lastIndexOf(' HTTP/');
  return { method, target: request.slice(space + 1, protocol > space ? protocol : undefined) };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `17/May/2015:10:05:03 +0200` */
function parseLogDate(text: string): Date {
  const parts = /^(\d\d)\/(\w{3})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d):?(\d\d)$/.exec(text);
  const month = MONTHS.indexOf(parts?.[2] ?? '');
  if (!parts || month < 0) throw badDate(text);
  const day = Number(parts[1]);
  const midnight = Date.UTC(Number(parts[3]), month, day);
  const minutes = Number(parts[4]) * 60 + Number(parts[5]);
  const seconds = Number(parts[6]);
  // Date.UTC lets the 31st of June pass as the 1st of July; a leap second is the one overflow that is honest.
  const exists = new Date(midnight).getUTCDate() === day && Number(parts[4]) < 24 && Number(parts[5]) < 60;
  if (!exists || seconds > 60) throw badDate(text);
  const offset = (Number(parts[8]) * 60 + Number(parts[9])) * (parts[7] === '-' ? -1 : 1);
  return new Date(midnight + (minutes - offset) * 60_000 + seconds * 1000);
}

// ---- CloudFront

/** The first columns of a standard log; those behind are not needed. */
const CLOUDFRONT = [
  'date',
  'time',
  'x-edge-location',
  'sc-bytes',
  'c-ip',
  'cs-method',
  'cs(Host)',
  'cs-uri-stem',
  'sc-status',
  'cs(Referer)',
  'cs(User-Agent)',
  'cs-uri-query',
];
const HOST_HEADER = 15;

/** Each line is read by itself, so a file may announce no order of columns but the documented one. */
function checkComment(line: string): null {
  if (line.startsWith('#Fields:')) {
    const fields = line.slice(8).trim().split(/\s+/);
    const differs = CLOUDFRONT.findIndex((name, index) => fields[index] !== name);
    if (differs >= 0) {
      const remedy = 'Choose the standard fields in the standard order.';
      throw new Invalid(
        `Column ${differs + 1} of the log is ${fields[differs] ?? 'missing'}, not ${CLOUDFRONT[differs]}. ${remedy}`,
        remedy,
        { field: '#Fields' },
      );
    }
  }
  return null;
}

function parseCloudFront(line: string): Hit {
  const cells = line.split('\t');
  const [date, time, , , client, method, domain, stem, status, referrer, agent, query] = cells;
  if (query === undefined) throw unknownFormat(line);
  const search = missing(query);
  return {
    at: parseIsoDate(`${date}T${time}Z`),
    client: client!,
    method: method!,
    target: search ? `${stem}?${search}` : stem!,
    status: parseStatus(status!),
    host: missing(cells[HOST_HEADER]) ?? missing(domain),
    referrer: missing(referrer),
    // Percent-encoded, in older files twice.
    userAgent: decodePercent(decodePercent(missing(agent) ?? '')),
  };
}

// ---- JSON: nginx with a JSON log_format, Caddy, Traefik and their like

// A field of another type, null among them, is as good as missing.
const word = z.string().optional().catch(undefined);
const scalar = z.union([z.string(), z.number()]).optional().catch(undefined);
const jsonSchema = z.object({
  time: scalar,
  time_iso8601: word,
  time_local: word,
  '@timestamp': word,
  timestamp: scalar,
  ts: scalar,
  msec: scalar,
  StartUTC: word,
  client_ip: word,
  remote_ip: word,
  remote_addr: word,
  ClientHost: word,
  request: z
    .union([
      z.string(),
      z.object({
        method: word,
        uri: word,
        host: word,
        client_ip: word,
        remote_ip: word,
        headers: z
          .record(z.string(), z.union([z.string(), z.array(z.string())]))
          .optional()
          .catch(undefined),
      }),
    ])
    .optional()
    .catch(undefined),
  method: word,
  request_method: word,
  RequestMethod: word,
  uri: word,
  request_uri: word,
  path: word,
  RequestPath: word,
  status: scalar,
  DownstreamStatus: scalar,
  http_user_agent: word,
  user_agent: word,
  'request_User-Agent': word,
  http_referer: word,
  http_referrer: word,
  referer: word,
  referrer: word,
  request_Referer: word,
  http_sec_gpc: word,
  http_dnt: word,
  http_sec_purpose: word,
  http_purpose: word,
  http_x_moz: word,
  host: word,
  http_host: word,
  server_name: word,
  RequestHost: word,
});

function parseJson(line: string): Hit {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new Invalid('The line begins like JSON but is none. Was it cut off?', '', { cause });
  }
  const hit = jsonSchema.parse(value);
  const nested = typeof hit.request === 'object' ? hit.request : undefined;
  const header = (name: string): string | undefined => {
    const found = Object.entries(nested?.headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
    return Array.isArray(found) ? found[0] : found;
  };
  const whole = typeof hit.request === 'string' ? splitRequest(hit.request) : undefined;
  const client =
    hit.client_ip ??
    nested?.client_ip ??
    hit.remote_addr ??
    hit.remote_ip ??
    nested?.remote_ip ??
    hit.ClientHost;
  const time =
    hit.time_iso8601 ?? hit['@timestamp'] ?? hit.ts ?? hit.time ?? hit.timestamp ?? hit.msec ?? hit.StartUTC;
  const agent =
    hit.http_user_agent ??
    hit.user_agent ??
    hit['request_User-Agent'] ??
    header('user-agent') ??
    (nested && '');
  const absent = [
    client === undefined ? 'remote_addr or client_ip' : '',
    time === undefined && hit.time_local === undefined ? 'time_iso8601, time or ts' : '',
    (hit.status ?? hit.DownstreamStatus) === undefined ? 'status' : '',
  ].filter((name) => name !== '');
  if (absent.length > 0) {
    const remedy = 'Log them, or map your names to these.';
    throw new Invalid(`The JSON line has no ${absent.join(', no ')}. ${remedy}`, remedy, {
      field: absent[0],
    });
  }
  return {
    at: time === undefined ? parseLogDate(hit.time_local!) : parseTime(time),
    client: client!,
    method:
      (whole?.method || (hit.method ?? hit.request_method ?? hit.RequestMethod ?? nested?.method)) ?? '',
    target: whole?.target ?? hit.uri ?? hit.request_uri ?? hit.path ?? hit.RequestPath ?? nested?.uri,
    status: parseStatus(String(hit.status ?? hit.DownstreamStatus)),
    host: missing(hit.host ?? hit.http_host ?? hit.RequestHost ?? nested?.host ?? hit.server_name),
    referrer: missing(
      hit.http_referer ??
        hit.http_referrer ??
        hit.referer ??
        hit.referrer ??
        hit.request_Referer ??
        header('referer'),
    ),
    userAgent: agent === undefined ? undefined : (missing(agent) ?? ''),
    said: browserWord(
      (name) =>
        header(name) ?? (hit as Record<string, unknown>)[`http_${name.replaceAll('-', '_')}`]?.toString(),
    ),
  };
}

/** Seconds or milliseconds since 1970, as number or text, else a date and time. */
function parseTime(value: string | number): Date {
  const number = Number(value);
  if (value === '' || Number.isNaN(number)) {
    return String(value).includes('/') ? parseLogDate(String(value)) : parseIsoDate(String(value));
  }
  const date = new Date(Math.abs(number) < 1e11 ? Math.round(number * 1000) : number);
  if (Number.isNaN(date.getTime())) throw badDate(String(value));
  return date;
}

/** A date and time; without zone it is UTC, for a log says the same on every machine. */
function parseIsoDate(text: string): Date {
  const parts = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)([.,]\d+)? ?(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (!parts) throw badDate(text);
  const [, day, time, fraction = '', zone = 'Z'] = parts;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const milliseconds = fraction.replace(',', '.').slice(0, 4);
  const date = new Date(`${day}T${time}${time!.length === 5 ? ':00' : ''}${milliseconds}${offset}`);
  // V8 reads 30 February as 2 March.
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || !midnight.toISOString().startsWith(day!)) throw badDate(text);
  return date;
}

// ---- shared

const missing = (text: string | undefined): string | undefined =>
  text === undefined || text === '' || text === '-' ? undefined : text;

/** Three digits; `000` and `-` are requests that got no answer. */
function parseStatus(text: string): number {
  if (/^[0-5]\d\d$/.test(text)) return Number(text);
  if (text.startsWith('-') || text === '0') return 0;
  const remedy = 'It is a number of three digits, like 200.';
  throw new Invalid(`The status is "${text.slice(0, 20)}". ${remedy}`, remedy, { field: 'status' });
}

function badDate(text: string): Invalid {
  const remedy = 'Dates look like 17/May/2015:10:05:03 +0000 or 2015-05-17T10:05:03Z.';
  return new Invalid(`The date "${text.slice(0, 60)}" can't be read. ${remedy}`, remedy, { field: 'date' });
}

function unknownFormat(line: string): Invalid {
  const remedy = 'Known are common, combined and vhost_combined, CloudFront, and JSON lines.';
  return new Invalid(`"${line.slice(0, 60)}…" is in no known log format. ${remedy}`, remedy);
}
