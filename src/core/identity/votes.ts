/** What each clue says on its own: for which account it speaks, and how sure it makes. */
import type { Clues } from './clues.ts';
import { nameKeyOf } from './clues.ts';
import { registrableDomain } from './domain.ts';
import type { AccountRef, Answer, Book, MatchMethod, PersonRef, VisitorLink } from './match.ts';
import type { MatchRules } from './match-rules.ts';
import { MARGIN, MATCH_SCORE, RIVAL_SCORE } from './name-index.ts';

/** What a person can be asked about: whether this means that account. Never an address of any kind. */
export interface Clue {
  kind: 'NAME' | 'NETWORK' | 'DOMAIN';
  /** A normal name, or a registrable domain. */
  value: string;
}
export const clueKey = ({ kind, value }: Clue): string => `${kind} ${value}`;

/** One clue and where it points: at an account, or by `domain` at a company that is no account yet. */
export interface Vote {
  method: MatchMethod;
  /** 0–1: how sure it makes if nothing else is known. */
  chance: number;
  account: { id: string; homeId?: string } | null;
  domain: string | null;
  /** Beats an unknown domain. */
  strong: boolean;
  /** Whether `attach` is enough for it, not `attachByName`. */
  plain: boolean;
  /** Clues of one root are one clue told twice. */
  root: 'crm' | 'site' | 'page' | 'person' | 'name' | 'network';
  says: string;
  /** What a person could be asked. */
  clue: Clue | null;
}

/** The least likeness of a name that is worth a thought. */
const LEAST_LIKENESS = 0.5;
/** The most that a name which is not surely the account's makes. */
const DOUBTFUL = 0.7;
/** Log-odds that country and city add to a name. Branches are in other cities, and less often in other countries. */
const COUNTRY = { agrees: 0.7, differs: -2 };
const CITY = { agrees: 0.7, differs: -0.2 };
/** How much a domain says that differs from the account's in the country only. */
const SIBLING = 0.5;

/** Names that are no company's must not be shown to anybody. */
const PERSONAL = /@|\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{1,4}:[\da-f:]*:[\da-f]/i;
/** Whether a name may be looked for among those that are like it, and asked about. */
export const isAskable = (name: string): boolean => !PERSONAL.test(name);

/** In the order of trust. Clues that point nowhere are left out, and so are those whose answer was no. */
export function readVotes(
  clues: Clues,
  book: Book,
  { chances }: MatchRules,
  person: PersonRef | null,
  link: VisitorLink | null,
): Vote[] {
  const votes: Vote[] = [];
  const add = (vote: Partial<Vote> & Pick<Vote, 'method' | 'chance' | 'root' | 'says'>) =>
    votes.push({ account: null, domain: null, strong: true, plain: true, clue: null, ...vote });

  const byCrmId = clues.crmId === null ? undefined : book.crmIds.get(clues.crmId);
  if (byCrmId) {
    const says = `CRM id of ${label(byCrmId)}`;
    add({ method: 'CRM_ID', chance: chances.crmId, account: byCrmId, root: 'crm', says });
  }
  const sites = [
    { domain: clues.domain, method: 'DOMAIN', chance: chances.domain, says: 'domain' },
    { domain: clues.emailDomain, method: 'EMAIL', chance: chances.email, says: 'e-mail at' },
  ] as const;
  for (const { domain, method, chance, says } of sites) {
    if (domain === null) continue;
    const account = book.domains.get(domain) ?? null;
    const clue: Clue = { kind: 'DOMAIN', value: domain };
    const sibling = account ? null : siblingOf(domain, book);
    if (sibling) {
      const told = `${says} ${domain}, which may be ${label(sibling)} in another country`;
      const doubt = { strong: false, plain: false, clue };
      add({ method, chance: SIBLING, account: sibling, root: 'site', says: told, ...doubt });
    } else {
      const yes = account && acceptedOf(book, clue);
      add({
        method,
        chance,
        account,
        domain,
        root: 'site',
        says: `${says} ${domain}${yes ? confirmed(yes) : ''}`,
      });
    }
  }
  const byPage = clues.linkedin === null ? undefined : book.linkedins.get(clues.linkedin);
  if (byPage) {
    const says = `LinkedIn page of ${label(byPage)}`;
    add({ method: 'LINKEDIN', chance: chances.linkedin, account: byPage, root: 'page', says });
  }
  // Whoever is known by the e-mail is known to work there by it.
  const root = clues.emailDomain === null ? 'person' : 'site';
  if (person?.accountId) {
    const says = 'person known at the account';
    add({ method: 'KNOWN_PERSON', chance: chances.person, account: { id: person.accountId }, root, says });
  }
  if (link?.accountId) {
    const says = 'browser of a person known at the account';
    const account = { id: link.accountId };
    add({ method: 'KNOWN_VISITOR', chance: chances.visitor, account, strong: false, root, says });
  }
  for (const vote of byName(clues, book, chances)) add(vote);
  for (const vote of byNetwork(clues, book, chances)) add(vote);
  return votes;
}

/** The account whose domain this unknown one differs from in the country only, unless somebody said that it is not. */
export function siblingOf(domain: string, book: Pick<Book, 'alike' | 'answers'>): AccountRef | null {
  const alike = book.alike.get(domain);
  return alike?.sibling && !isRefused(book, { kind: 'DOMAIN', value: domain }, alike.sibling)
    ? alike.sibling
    : null;
}

type Said = Parameters<(vote: Partial<Vote> & Pick<Vote, 'method' | 'chance' | 'root' | 'says'>) => void>[0];

function byName(clues: Clues, book: Book, chances: MatchRules['chances']): Said[] {
  const { nameKey, companyName } = clues;
  if (nameKey === null || companyName === null) return [];
  const clue: Clue = { kind: 'NAME', value: nameKey };
  const said = { method: 'COMPANY_NAME', strong: false, root: isLabel(clues) ? 'site' : 'name' } as const;
  const yes = acceptedOf(book, clue);
  if (yes) {
    const says = `company name means ${label(yes.account)}${confirmed(yes)}`;
    return [{ ...said, chance: chances.confirmed, account: yes.account, says, clue }];
  }
  const ask = isAskable(companyName) ? clue : null;
  const bearers = unique(book.names.get(nameKey) ?? []).filter((one) => !isRefused(book, clue, one));
  if (bearers.length > 0) {
    const shares = sharesOf(bearers, clues, chances.companyName);
    return bearers.map((account, at): Said => {
      const [own, others] = [nameKeyOf(account.name) === nameKey, bearers.length - 1];
      const more = others === 0 ? '' : `, and of ${others} more`;
      const says = `company name is ${own ? 'exactly that' : 'another name'} of ${label(account)}${more}${supportOf(account, clues).told}`;
      return { ...said, chance: shares[at]!, account, says, plain: false, clue: ask };
    });
  }
  return nearVotes(companyName, clue, book).map(({ account, score, sure, says }): Said => {
    const [share] = sharesOf([account], clues, chances.companyName);
    const chance = sure ? share! * score : Math.min(share! * score, DOUBTFUL);
    const told = `company name is like that of ${label(account)} (${says})${supportOf(account, clues).told}`;
    return { ...said, chance, account, says: told, plain: false, clue: ask };
  });
}

function byNetwork(clues: Clues, book: Book, chances: MatchRules['chances']): Said[] {
  const { network, networkKey } = clues;
  if (network?.class !== 'business') return [];
  const said = { method: 'IP', strong: false, root: 'network' } as const;
  const domain = network.domain === null ? null : registrableDomain(network.domain);
  const byDomain = domain === null ? undefined : book.domains.get(domain);
  if (byDomain) {
    const says = `network of ${label(byDomain)}, by its domain`;
    return [{ ...said, chance: chances.networkDomain, account: byDomain, says }];
  }
  if (networkKey === null || network.organisation === null) return [];
  const clue: Clue = { kind: 'NETWORK', value: networkKey };
  const yes = acceptedOf(book, clue);
  if (yes) {
    const says = `network of ${label(yes.account)}${confirmed(yes)}`;
    return [
      { ...said, chance: Math.min(chances.confirmed, chances.visitor), account: yes.account, says, clue },
    ];
  }
  const bearers = unique(book.names.get(networkKey) ?? []).filter((one) => !isRefused(book, clue, one));
  const [only] = bearers;
  if (only && bearers.length === 1) {
    return [
      { ...said, chance: chances.networkName, account: only, says: `network of ${label(only)}, by its name` },
    ];
  }
  if (only) return [];
  return nearVotes(network.organisation, clue, book).map(({ account, score, says }): Said => {
    const told = `network of an organisation with a name like that of ${label(account)} (${says})`;
    return { ...said, chance: chances.networkName * score, account, says: told, plain: false, clue };
  });
}

interface Near {
  account: AccountRef;
  score: number;
  /** What the name index would call a match. */
  sure: boolean;
  says: string;
}

/** Accounts with a name like it: the one it surely is or may be, or those it may be all the same. */
function nearVotes(name: string, clue: Clue, book: Book): Near[] {
  const near = (book.near.get(name) ?? []).filter(({ account }) => !isRefused(book, clue, account));
  const [best, second] = near;
  if (!best || best.score < LEAST_LIKENESS) return [];
  const rivals =
    second && second.score >= RIVAL_SCORE && logOdds(best.score) - logOdds(second.score) < MARGIN;
  const found = rivals ? near.filter((one) => one.score >= RIVAL_SCORE) : [best];
  const sum = found.reduce((total, one) => total + one.score, 0);
  return found.map(({ account, score, evidence }) => ({
    account,
    score: rivals ? score / sum : score,
    sure: !rivals && score >= MATCH_SCORE,
    says: evidence,
  }));
}

/** How likely it is each of those who bear the name; what is left over is that it is a stranger. */
function sharesOf(bearers: readonly AccountRef[], clues: Clues, chance: number): number[] {
  const odds = bearers.map((account) => Math.exp(supportOf(account, clues).weight));
  const stranger = (1 - chance) / Math.max(chance, 1e-9);
  const sum = odds.reduce((total, one) => total + one, stranger);
  return odds.map((one) => one / sum);
}

/** What country and city of the signal say about an account of that name. */
function supportOf(account: AccountRef, { country, city }: Clues): { weight: number; told: string } {
  let weight = 0;
  const told: string[] = [];
  const compare = (what: string, said: string | null, known: string | null | undefined, by: typeof CITY) => {
    if (said === null || !known) return;
    weight += said === known ? by.agrees : by.differs;
    told.push(said === known ? `the ${what} agrees` : `but the ${what} is another`);
  };
  compare('country', country, account.country, COUNTRY);
  compare('city', city, account.city, CITY);
  return { weight, told: told.map((one) => `, ${one}`).join('') };
}

const isRefused = (book: Pick<Book, 'answers'>, clue: Clue, account: AccountRef): boolean =>
  (book.answers.get(clueKey(clue)) ?? []).some(
    (one) => !one.accepted && ownId(one.account) === ownId(account),
  );

/** The last yes. */
function acceptedOf(book: Book, clue: Clue): Answer | null {
  const yes = (book.answers.get(clueKey(clue)) ?? []).filter((one) => one.accepted);
  return (
    yes.sort(
      (a, b) => b.at.getTime() - a.at.getTime() || (ownId(a.account) < ownId(b.account) ? -1 : 1),
    )[0] ?? null
  );
}

const confirmed = ({ at }: Answer): string => `, confirmed by review on ${at.toISOString().slice(0, 10)}`;

/** Whether the name is the domain's label, and so tells nothing new. */
const isLabel = ({ domain, emailDomain, nameKey }: Clues): boolean => {
  const site = domain ?? emailDomain;
  return (
    site !== null && site.slice(0, site.indexOf('.')).replaceAll('-', '') === nameKey?.replaceAll(' ', '')
  );
};

/** Of a merged account its own, not its survivor's. */
export const ownId = (account: { id: string; homeId?: string }): string => account.homeId ?? account.id;

const unique = (accounts: readonly AccountRef[]): AccountRef[] => [
  ...new Map(accounts.map((account) => [account.id, account])).values(),
];

const label = (account: AccountRef): string => account.domain ?? account.name;

export const logOdds = (chance: number): number => Math.log(chance / (1 - chance));
