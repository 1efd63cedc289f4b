/** One judgement at a time on anybody's own data: what `undercurrent try <what>` answers to one line. */
import { z } from 'zod';
import { Invalid } from './errors.ts';
import { judgeAgent } from './identity/agent.ts';
import { normalName } from './identity/company-name.ts';
import { classifyEmail } from './identity/email.ts';
import { isReserved, parseAddress } from './identity/ip-address.ts';
import { classifyOrganisation, type Network } from './identity/network.ts';
import { judgeReferrer } from './referrer.ts';
import { judgeTitle } from './scoring/role.ts';
import { type SurgeLine, surgeLineSchema } from './scoring/surge.ts';
import { sentimentOf, sentimentToward, type TargetSentiment } from './sentiment/sentiment.ts';
import { type Hints, hintsSchema } from './signal.ts';

/** The address → its network; `undefined` where no source knows it. `sources` is how many are in use. */
export interface NetworkBook {
  lookup(ip: string): Network | undefined;
  sources: number;
}

const ipSchema = z.union([z.object({ ip: z.string() }), z.object({ asnName: z.string() })]);

/** Throws `Invalid` for what is no address. */
export function tryIp(input: unknown, book: NetworkBook) {
  const given = read(ipSchema, input, '{"ip": "198.51.100.7"} or {"asnName": "Acme Telecom"}');
  if ('asnName' in given) {
    const { class: networkClass, confidence, reason } = classifyOrganisation(given.asnName);
    return { networkClass, organisation: given.asnName, domain: null, source: 'name', confidence, reason };
  }
  const address = parseAddress(given.ip);
  if (!address)
    throw new Invalid(`'${given.ip.slice(0, 60)}' is no IP address.`, 'e.g. {"ip": "198.51.100.7"}');
  const found = book.lookup(given.ip);
  if (found) {
    const { class: networkClass, organisation, domain, source, confidence, reason } = found;
    return { networkClass, organisation, domain, source, confidence, reason };
  }
  const reason = isReserved(address)
    ? 'a private or reserved address'
    : book.sources === 0
      ? 'no IP database is in use: set GEOIP_DB'
      : 'no source knows the address';
  return {
    networkClass: 'unknown' as const,
    organisation: null,
    domain: null,
    source: null,
    confidence: 0,
    reason,
  };
}

const emailSchema = z.object({ email: z.string() });
export function tryEmail(input: unknown) {
  const {
    class: found,
    role,
    domain,
  } = classifyEmail(read(emailSchema, input, '{"email": "jo@acme.example"}').email);
  return { class: found, role, domain };
}

const nameSchema = z.object({ name: z.string() });
export function tryName(input: unknown) {
  const { normal, compact, legalForm } = normalName(
    read(nameSchema, input, '{"name": "Acme Steel, Inc."}').name,
  );
  return { normal, compact, legalForm };
}

const agentSchema = z.object({ userAgent: z.string().nullish() });
export function tryAgent(input: unknown) {
  return judgeAgent(read(agentSchema, input, '{"userAgent": "Mozilla/5.0 …"}').userAgent ?? '');
}

const referrerSchema = z.object({ referrer: z.string().nullish(), page: z.string().nullish() });
export function tryReferrer(input: unknown) {
  const { referrer, page } = read(referrerSchema, input, '{"referrer": "https://www.google.com/"}');
  return judgeReferrer(referrer ?? '', page ?? undefined);
}

const titleSchema = z.object({ title: z.string() });
export function tryTitle(input: unknown) {
  return judgeTitle(read(titleSchema, input, '{"title": "VP of Engineering"}').title);
}

const sentimentSchema = z.object({
  text: z.string(),
  target: z.string().min(1).nullish(),
  others: z.array(z.string().min(1)).nullish(),
});
/** Without a target: of the whole text. With `others`: one answer per name, the target first, under `targets`. */
export function trySentiment(input: unknown) {
  const { text, target, others } = read(
    sentimentSchema,
    input,
    '{"text": "Acme is great", "target": "Acme"}',
  );
  if (!target && !others) return { ...sentimentOf(text), target: null };
  const names = [...new Set([...(target ? [target] : []), ...(others ?? [])])];
  const found = sentimentToward(
    text,
    names.map((name) => ({ name, aliases: [] })),
  );
  const targets = names.map((name) => found.find((one) => one.target === name) ?? notNamed(name));
  return others ? { targets } : targets[0]!;
}
const notNamed = (target: string): TargetSentiment => ({
  polarity: 0,
  score: 0,
  target,
  evidence: '',
  rule: 'not mentioned',
});

export const SUBJECTS = ['ip', 'email', 'name', 'agent', 'referrer', 'title', 'sentiment'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** The judge of a subject. What it throws is `Invalid`, with an example of what it takes. */
export function judgeOf(subject: Subject, book: NetworkBook): (input: unknown) => unknown {
  const judges: Record<Subject, (input: unknown) => unknown> = {
    ip: (input) => tryIp(input, book),
    email: tryEmail,
    name: tryName,
    agent: tryAgent,
    referrer: tryReferrer,
    title: tryTitle,
    sentiment: trySentiment,
  };
  return judges[subject];
}

const resolveSchema = hintsSchema.omit({ userId: true, author: true }).extend({ url: z.string().optional() });

/** One line of `resolve`: the hints that a signal would carry. */
export function readResolveLine(input: unknown): Hints {
  // Exports say null where they have nothing.
  const given =
    input !== null && typeof input === 'object' && !Array.isArray(input)
      ? Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null))
      : input;
  const { url, ...hints } = read(resolveSchema, given, '{"domain": "acme.example", "companyName": "Acme"}');
  return { ...hints, domain: hints.domain ?? url };
}

/** One line of `surge`; all of the input is one population, so that it is judged together by `judgeSurge`. */
export const readSurgeLine = (input: unknown): SurgeLine =>
  read(
    surgeLineSchema,
    input,
    '{"account": "acme.example", "topic": "data lineage", "days": [105 daily counts, oldest first], "actors": 3, "sources": 2}',
  );

function read<T>(schema: z.ZodType<T>, input: unknown, example: string): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = issue.path.join('.');
  throw new Invalid(field ? `${field}: ${issue.message}` : issue.message, `e.g. ${example}`, { field });
}
