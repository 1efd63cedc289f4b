/** Whose is it: the clues of a signal → an account, with the method, a confidence and the evidence. */
import type { Clues } from './clues.ts';
import { looksLike } from './domain.ts';
import type { MatchRules } from './match-rules.ts';
import type { NetworkClass } from './network.ts';
import { type Clue, logOdds, ownId, readVotes, type Vote } from './votes.ts';

export const MATCH_METHODS = [
  'CRM_ID',
  'EMAIL',
  'DOMAIN',
  'LINKEDIN',
  'KNOWN_PERSON',
  'KNOWN_VISITOR',
  'COMPANY_NAME',
  'IP',
] as const;
export type MatchMethod = (typeof MATCH_METHODS)[number];

export interface Match {
  /** Of the strongest clue. */
  method: MatchMethod;
  /** 0–1; it multiplies the points of the signal. */
  confidence: number;
  /** Plain words, strongest first; never an IP address or a whole e-mail address. */
  evidence: string[];
}

export interface AccountRef {
  id: string;
  /** Its own id, where `id` is that of the account it is merged into. */
  homeId?: string;
  domain: string | null;
  name: string;
  /** As `countryCode` has it. */
  country?: string | null;
  /** Lower case. */
  city?: string | null;
}

export interface PersonRef {
  id: string;
  accountId: string | null;
}

/** "From `at` on, this visitor is that person"; sorted by `at`. */
export interface VisitorLink {
  at: Date;
  personId: string | null;
  accountId: string | null;
}

/** An unknown domain beside those that are known. */
export interface Alike {
  /** An imported account with the same name in another country's domain. */
  sibling: AccountRef | null;
  /** Known domains that it may be made to be mistaken for. */
  known: readonly { domain: string; account: AccountRef }[];
}

/** An account whose name is like one that was looked for; see `NameIndex.find`. */
export interface NearName {
  account: AccountRef;
  score: number;
  evidence: string;
}

/** What somebody said a clue means, or does not. */
export interface Answer {
  account: AccountRef;
  accepted: boolean;
  at: Date;
}

/** What is known already, by the keys of `Clues`. */
export interface Book {
  domains: ReadonlyMap<string, AccountRef>;
  /** Names and other names. */
  names: ReadonlyMap<string, readonly AccountRef[]>;
  crmIds: ReadonlyMap<string, AccountRef>;
  linkedins: ReadonlyMap<string, AccountRef>;
  people: ReadonlyMap<string, PersonRef>;
  links: ReadonlyMap<string, readonly VisitorLink[]>;
  /** By unknown domain. */
  alike: ReadonlyMap<string, Alike>;
  /** By names nobody bears, as they are written; the likeliest first. */
  near: ReadonlyMap<string, readonly NearName[]>;
  /** By `clueKey`. */
  answers: ReadonlyMap<string, readonly Answer[]>;
}

export interface Placement {
  accountId: string | null;
  /** The account to make: a clear domain that belongs to none. `accountId` is `null` then. */
  discover: { domain: string; name: string | null } | null;
  personId: string | null;
  match: Match | null;
  /** Plain reason why no account was found or is to be made. */
  unplaced: string | null;
  /** What a person is to be asked; the likeliest first. Only of signals that are unplaced. */
  review: Question[];
}

/** Whether a clue means an account. */
export interface Question {
  clue: Clue;
  /** By itself, merged or not. */
  accountId: string;
  method: MatchMethod;
  confidence: number;
  evidence: string[];
}

/** How the reasons begin for which a signal is unplaced though something speaks for an account. */
export const DOUBTS = ['waits for review', 'ambiguous company name', 'not sure enough'] as const;

/** Nothing but a CRM id is as sure as that. */
const SUREST = 0.999;
/** How much it says against a known account that a domain belongs to nobody: perhaps it is one we don't know yet. */
const STRANGER = 0.6;
/** Questions about one signal. */
const MOST_QUESTIONS = 3;

/**
 * Clues → account, at the time the signal happened. Pure; throws nothing. With `discover`, a clear domain that
 * belongs to no account asks for a new one; an IP, a name or a free mailbox never does.
 *
 * Every clue speaks for an account by its log-odds; clues of one account add up, those of others count against it.
 * Clues of one known account win over a domain that is unknown so far: it is more likely its second domain than
 * a second company. Only a known visitor, a company name and an IP are too weak for that. Names that are like an
 * account's are asked after only where nothing else places the signal.
 */
export function place(clues: Clues, occurredAt: Date, book: Book, options: Options): Placement {
  const placement = placeBy(clues, occurredAt, { ...book, near: NO_NAMES }, options);
  if (placement.unplaced === null || book.near.size === 0) return placement;
  return placeBy(clues, occurredAt, book, options);
}

interface Options {
  discover: boolean;
  rules: MatchRules;
}
const NO_NAMES: Book['near'] = new Map();

function placeBy(clues: Clues, occurredAt: Date, book: Book, options: Options): Placement {
  const { rules } = options;
  const person = firstKnown(clues.personKeys, book.people);
  const link = clues.anonymousId === null ? null : linkAt(book.links.get(clues.anonymousId), occurredAt);
  const personId = person?.id ?? link?.personId ?? null;
  const imitated = imitatedBy(clues, book);
  // Whoever takes a domain that is made to be mistaken takes the name as well.
  const votes = readVotes(clues, book, rules, person, link).filter(
    ({ method, account }) => !imitated || method !== 'COMPANY_NAME' || account?.id !== imitated.accountId,
  );
  const targets = gather(votes, rules);

  const known = targets.filter((target) => target.accountId !== null);
  const stranger = targets.find((target) => target.accountId === null);
  const strong = known.find((target) => target.strong);
  const asked = { accountId: null, discover: null, personId, match: null, review: [] };
  const chosen = strong ?? (options.discover && stranger ? stranger : known[0]);
  if (!chosen) return { ...asked, unplaced: whyNot(clues, person, imitated) };

  const match = matchOf(chosen);
  if (imitated) match.evidence.push(imitated.told);
  if (chosen === stranger) {
    const discover = { domain: chosen.votes[0]!.domain ?? '', name: clues.companyName };
    return { ...asked, discover, match, unplaced: null };
  }
  const needed = chosen.votes.some((vote) => vote.plain) ? rules.attach : rules.attachByName;
  if (match.confidence >= needed) return { ...asked, accountId: chosen.accountId, match, unplaced: null };

  const review = known.flatMap((target) => questionsOf(target, rules)).slice(0, MOST_QUESTIONS);
  if (review.length > 0) return { ...asked, review, unplaced: DOUBTS[0] };
  const several = known.filter((target) => target.votes.some((vote) => vote.root === 'name')).length > 1;
  const why = several
    ? DOUBTS[1]
    : `${DOUBTS[2]} (${Math.floor(100 * match.confidence)} %): ${match.evidence[0]}`;
  return { ...asked, unplaced: why };
}

/** All that speaks for one account, or for a domain nobody has. */
interface Target {
  accountId: string | null;
  /** The surest first. */
  votes: Vote[];
  /** What speaks for anything else, the surest first: whose it is does not matter, so that a merge of others changes nothing. */
  against: Vote[];
  strong: boolean;
  /** 0–1, all considered. */
  confidence: number;
}

/** Votes by what they speak for, the best first: strong ones, then by confidence, then in the order of trust. */
function gather(votes: readonly Vote[], rules: MatchRules): Target[] {
  const of = (vote: Vote) => vote.account?.id ?? `domain ${vote.domain}`;
  const groups = Map.groupBy(votes, of);
  const surestFirst = votes.toSorted((a, b) => b.chance - a.chance);
  const targets = [...groups.values()].map((group): Target => {
    const sorted = group.toSorted((a, b) => b.chance - a.chance);
    const strong = group.some((vote) => vote.strong && vote.account !== null);
    const accountId = sorted[0]!.account?.id ?? null;
    const against = surestFirst.filter((vote) => of(vote) !== of(sorted[0]!));
    return { accountId, votes: sorted, against, strong, confidence: 0 };
  });
  for (const target of targets) {
    const sum = weightOf(target.votes, rules) - rules.contradiction * weightAgainst(target, rules);
    const { chance, account } = target.votes[0]!;
    const alone = targets.length === 1 && target.votes.length === 1;
    // A chance of 1 has no log-odds; alone it stands as it is said.
    target.confidence =
      alone || (sum >= logOdds(SUREST) && chance > SUREST && account) ? chance : chanceOf(sum);
  }
  return targets.sort(
    (a, b) =>
      Number(b.strong) - Number(a.strong) ||
      b.confidence - a.confidence ||
      votes.indexOf(a.votes[0]!) - votes.indexOf(b.votes[0]!),
  );
}

const bounded = (chance: number): number => Math.min(Math.max(chance, 1 - SUREST), SUREST);
const chanceOf = (weight: number): number => Math.min(1 / (1 + Math.exp(-weight)), SUREST);

/** The surest clue counts in full, of each further root a share: they are seldom independent. */
function weightOf([first, ...rest]: readonly Vote[], rules: MatchRules): number {
  let weight = logOdds(bounded(first!.chance));
  const roots = new Set([first!.root]);
  for (const { root, chance } of rest) {
    if (roots.has(root)) continue;
    roots.add(root);
    weight += rules.agreement * Math.max(0, logOdds(bounded(chance)));
  }
  return weight;
}

function weightAgainst({ against, accountId }: Target, rules: MatchRules): number {
  const others = against.map((vote) =>
    vote.account === null && accountId !== null ? { ...vote, chance: STRANGER } : vote,
  );
  if (others.length === 0) return 0;
  return Math.max(
    0,
    weightOf(
      others.toSorted((a, b) => b.chance - a.chance),
      rules,
    ),
  );
}

function matchOf(target: Target): Match {
  const evidence = target.votes.map((vote) => vote.says);
  for (const { says, chance, account } of target.against) {
    // What is more likely not so contradicts nobody.
    if (chance < 0.5) continue;
    evidence.push(`but ${says}${account ? ', which is another account' : ' belongs to no known account'}`);
  }
  return { method: target.votes[0]!.method, confidence: target.confidence, evidence };
}

function questionsOf(target: Target, rules: MatchRules): Question[] {
  const vote = target.votes.find((one) => one.clue !== null);
  if (!vote?.clue || !vote.account || target.confidence < rules.review) return [];
  const { confidence, evidence } = matchOf(target);
  return [{ clue: vote.clue, accountId: ownId(vote.account), method: vote.method, confidence, evidence }];
}

/** The known domain that the signal's is made to be mistaken for. */
function imitatedBy(clues: Clues, book: Book): { accountId: string; told: string } | null {
  for (const domain of [clues.domain, clues.emailDomain]) {
    const known = domain === null ? [] : (book.alike.get(domain)?.known ?? []);
    if (domain === null || known.length === 0) continue;
    const original = looksLike(domain, new Set(known.map((one) => one.domain)));
    const found = known.find((one) => one.domain === original);
    if (found) return { accountId: found.account.id, told: `but ${domain} only looks like ${original}` };
  }
  return null;
}

const NETWORK_REASONS: Record<NetworkClass, string> = {
  business: 'company network of no known account',
  isp: 'internet provider',
  hosting: 'hosting network',
  mobile: 'mobile network',
  education: 'university network',
  government: 'government network',
  proxy: 'VPN or proxy',
  gateway: 'security gateway',
  unknown: 'unknown network',
};

/** The reason of the clue that would have been worth most. */
function whyNot(clues: Clues, person: PersonRef | null, imitated: { told: string } | null): string {
  if (clues.domain !== null || clues.emailDomain !== null) {
    return imitated ? `unknown domain, ${imitated.told}` : 'unknown domain';
  }
  if (clues.crmId !== null) return 'unknown CRM id';
  if (clues.nameKey !== null) return 'unknown company name';
  if (clues.emailClass === 'disposable') return 'disposable e-mail domain';
  if (clues.emailClass === 'free' || clues.emailClass === 'dual') return 'free e-mail domain';
  if (person) return 'person of no known account';
  if (clues.network !== null && clues.network.class !== 'unknown')
    return NETWORK_REASONS[clues.network.class];
  if (clues.emailClass === 'invalid') return 'invalid e-mail address';
  if (clues.personKeys.length > 0) return 'unknown person';
  if (clues.network !== null) return NETWORK_REASONS.unknown;
  if (clues.linkedin !== null) return 'unknown LinkedIn page';
  if (clues.anonymousId !== null) return 'unknown visitor';
  return clues.refused ?? 'no hint';
}

/** The link in force at `at`; before the first one the visitor was already whoever it turned out to be first. */
function linkAt(links: readonly VisitorLink[] | undefined, at: Date): VisitorLink | null {
  let current = links?.[0] ?? null;
  for (const link of links ?? []) {
    if (link.at.getTime() > at.getTime()) break;
    current = link;
  }
  return current;
}

function firstKnown(keys: readonly string[], people: ReadonlyMap<string, PersonRef>): PersonRef | null {
  const known = keys.map((key) => people.get(key)).filter((person) => person !== undefined);
  return known.find((person) => person.accountId !== null) ?? known[0] ?? null;
}
