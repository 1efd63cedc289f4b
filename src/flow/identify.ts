/** News of who people and visitors are: makes people, links visitors to them, learns about their companies. */
import { type Clues, readClues } from '../core/identity/clues.ts';
import type { Identity } from '../core/signal.ts';
import * as book from '../store/book.ts';
import type { Tx } from '../store/database.ts';
import * as people from '../store/people.ts';
import type { Workspace } from '../store/workspaces.ts';
import { enterDiscovered, enterNames } from './place.ts';
import { factsAt, type News, say, settleAccounts, settlePeople } from './settle.ts';

/** An identity with its clues read; `explicit` ones were said by the source, the others follow from a signal. */
export interface KnownIdentity {
  identity: Identity;
  clues: Clues;
  explicit: boolean;
}

export function readIdentity(identity: Identity): KnownIdentity {
  const { email, userId, anonymousId, account } = identity;
  const clues = readClues({ email, userId, anonymousId, domain: account?.domain }, () => undefined);
  return { identity, clues, explicit: true };
}

/** A signal that names its person says who the visitor is, too. */
export function impliedIdentity(clues: Clues, at: Date): KnownIdentity | null {
  return clues.personKeys.length > 0 ? { identity: { at }, clues, explicit: false } : null;
}

/**
 * Applies identities in the order of their times and writes what they change, into the book as well. Two safety
 * rules: two people who are both known are never merged, and ids that name nobody (`null`, `guest`) were refused
 * when the clues were read. Returns whose past signals must be placed again.
 */
export async function applyIdentities(
  tx: Tx,
  workspace: Workspace,
  open: book.OpenBook,
  identities: readonly KnownIdentity[],
  batchId: string,
  now: Date,
): Promise<{ visitors: string[]; people: string[] }> {
  if (identities.length === 0) return { visitors: [], people: [] };
  const ordered = [...identities].sort((a, b) => a.identity.at.getTime() - b.identity.at.getTime());
  await learnCompanies(tx, workspace, open, ordered, batchId, now);

  const news: News[] = [];
  const links: { anonymousId: string; personId: string; at: Date }[] = [];
  const changedVisitors = new Set<string>();
  for (const { identity, clues, explicit } of ordered) {
    if (clues.personKeys.length === 0) continue;
    const known = clues.personKeys.flatMap((key) => open.people.get(key) ?? [])[0];
    const person = known ?? {
      id: people.personIdOf(tx.workspaceId, clues.personKeys[0]!),
      accountId: null,
      homeId: null,
    };
    const strangeKeys = clues.personKeys.filter((key) => !open.people.has(key));
    if (!known || strangeKeys.length > 0) book.demandOwned(tx);
    if (explicit || !known || strangeKeys.length > 0) news.push(aboutPerson(person.id, identity, clues));
    for (const key of strangeKeys) open.people.set(key, person);

    if (!clues.anonymousId) continue;
    const visitorLinks = open.links.get(clues.anonymousId) ?? [];
    const link = visitorLinks.find((one) => one.personId === person.id);
    const isNew = !link || link.at > identity.at;
    if (isNew || (explicit && (link.saidAt === null || link.saidAt > identity.at))) {
      links.push({ anonymousId: clues.anonymousId, personId: person.id, at: identity.at });
    }
    if (isNew) {
      book.demandOwned(tx);
      changedVisitors.add(clues.anonymousId);
      const others = visitorLinks.filter((one) => one !== link);
      const { accountId, homeId } = person;
      others.push({ at: identity.at, personId: person.id, accountId, homeId, saidAt: identity.at });
      book.sortLinks(others);
      open.links.set(clues.anonymousId, others);
    }
  }

  const { moved, placeOf } = await settlePeople(tx, await say(tx, 'PERSON', news, batchId), now);
  for (const [key, person] of open.people) {
    const place = placeOf.get(person.id);
    if (place) open.people.set(key, { id: person.id, ...place });
  }
  // A person who got an account takes their visitors along.
  for (const link of [...open.links.values()].flat()) {
    Object.assign(link, placeOf.get(link.personId ?? ''));
  }
  await people.addLinks(tx, links, batchId);
  return { visitors: [...changedVisitors], people: moved };
}

function aboutPerson(id: string, { at, person = {}, account }: Identity, clues: Clues): News {
  const company = account ? clues.domain : null;
  const { name, title, phone, linkedin } = person;
  const { email, emailDomain } = clues;
  return {
    id,
    imported: false,
    facts: factsAt(at, { email, name, title, phone, linkedin, emailDomain, company }),
    keys: clues.personKeys,
    domains: [emailDomain, company].filter((domain) => domain !== null),
  };
}

/** Makes accounts of the companies people are said to be at, and keeps what is said of those. */
async function learnCompanies(
  tx: Tx,
  workspace: Workspace,
  open: book.OpenBook,
  identities: readonly KnownIdentity[],
  batchId: string,
  now: Date,
): Promise<void> {
  if (workspace.profile.discoverAccounts) {
    const found = identities.flatMap(({ clues, identity }) => [
      ...(identity.account && clues.domain
        ? [{ domain: clues.domain, name: identity.account.name ?? null, batchId }]
        : []),
      ...(clues.emailDomain ? [{ domain: clues.emailDomain, name: null, batchId }] : []),
    ]);
    await enterDiscovered(tx, workspace, open, found, now);
  }
  const news = identities.flatMap(({ identity, clues }): News[] => {
    const account = identity.account && clues.domain ? open.domains.get(clues.domain) : undefined;
    if (!account || !identity.account || !clues.domain) return [];
    const { name, industry, employees, revenue, country } = identity.account;
    const facts = factsAt(identity.at, { name, industry, employees, revenue, country });
    facts.domain = [clues.domain, now.getTime()];
    return [{ id: account.homeId, imported: false, facts, keys: [], domains: [clues.domain] }];
  });
  const { changed } = await settleAccounts(tx, await say(tx, 'ACCOUNT', news, batchId), now);
  await enterNames(tx, workspace, open, changed, now);
}
