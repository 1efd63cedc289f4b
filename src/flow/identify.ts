/** News of who people and visitors are: makes people, links visitors to them, fills in accounts. */
import { normalName } from '../core/identity/company-name.ts';
import { registrableDomain } from '../core/identity/domain.ts';
import { type Clues, readClues } from '../core/identity/match.ts';
import type { Identity } from '../core/signal.ts';
import * as accounts from '../store/accounts.ts';
import { type OpenBook, sortLinks } from '../store/book.ts';
import type { Tx } from '../store/database.ts';
import * as people from '../store/people.ts';
import type { Workspace } from '../store/workspaces.ts';
import { enterDiscovered } from './place.ts';

/** An identity with its clues read; `explicit` ones were said by the source, the others follow from a signal. */
export interface KnownIdentity {
  identity: Identity;
  clues: Clues;
  explicit: boolean;
}

export function readIdentity(identity: Identity): KnownIdentity {
  const { email, userId, anonymousId } = identity;
  const clues = readClues({ email, userId, anonymousId }, () => undefined);
  // The company a person says to be at is looked up by its domain, but only their e-mail decides for them.
  clues.domain = identity.account?.domain ? registrableDomain(identity.account.domain) : null;
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
  open: OpenBook,
  identities: readonly KnownIdentity[],
  batchId: string,
  now: Date,
): Promise<{ visitors: string[]; people: string[] }> {
  const ordered = [...identities].sort((a, b) => a.identity.at.getTime() - b.identity.at.getTime());

  if (workspace.profile.discoverAccounts) {
    const found = ordered.flatMap(({ clues, identity }) => {
      const domain = clues.emailDomain ?? (identity.account ? clues.domain : null);
      const name = identity.account?.name ?? null;
      return domain && !open.domains.has(domain)
        ? [{ domain, name: domain === clues.domain ? name : null }]
        : [];
    });
    await enterDiscovered(tx, open, found, batchId, now);
  }

  const facts = new Map<string, people.PersonFacts>();
  const keys: { key: string; personId: string }[] = [];
  const links: { anonymousId: string; personId: string; at: Date }[] = [];
  const firmographics = new Map<string, Parameters<typeof accounts.fillIn>[1][number]>();
  const changedVisitors = new Set<string>();
  const changedPeople = new Set<string>();

  for (const { identity, clues, explicit } of ordered) {
    const groupAccount = identity.account && clues.domain ? open.domains.get(clues.domain) : undefined;
    if (groupAccount && identity.account) {
      const { industry = null, employees = null, revenue = null, country = null } = identity.account;
      if (industry ?? employees ?? revenue ?? country) {
        firmographics.set(groupAccount.id, { id: groupAccount.id, industry, employees, revenue, country });
      }
    }
    if (clues.personKeys.length === 0) continue;

    const known = clues.personKeys.flatMap((key) => open.people.get(key) ?? []);
    const person = known[0] ?? {
      id: people.personIdOf(tx.workspaceId, clues.personKeys[0]!),
      accountId: null,
    };
    const account = (clues.emailDomain ? open.domains.get(clues.emailDomain) : undefined) ?? groupAccount;
    const accountId = person.accountId ?? account?.id ?? null;
    if (known.length > 0 && accountId !== person.accountId) changedPeople.add(person.id);

    const said = identity.person ?? {};
    const isNew = known.length === 0;
    if (isNew || accountId !== person.accountId || said.name || said.title || said.phone || said.linkedin) {
      const before = facts.get(person.id);
      facts.set(person.id, {
        id: person.id,
        accountId,
        email: before?.email ?? clues.email,
        name: said.name ?? before?.name ?? null,
        title: said.title ?? before?.title ?? null,
        phone: said.phone ?? before?.phone ?? null,
        linkedin: said.linkedin ?? before?.linkedin ?? null,
        leadStatus: null,
      });
    }
    const current = { id: person.id, accountId };
    for (const key of clues.personKeys) {
      const owner = open.people.get(key);
      if (!owner) keys.push({ key, personId: person.id });
      if (!owner || owner.id === person.id) open.people.set(key, current);
    }

    if (!clues.anonymousId) continue;
    const visitorLinks = open.links.get(clues.anonymousId) ?? [];
    const link = visitorLinks.find((one) => one.personId === person.id);
    if (explicit || !link || link.at > identity.at) {
      links.push({ anonymousId: clues.anonymousId, personId: person.id, at: identity.at });
    }
    if (!link || link.at > identity.at) {
      changedVisitors.add(clues.anonymousId);
      const others = visitorLinks.filter((one) => one !== link);
      others.push({ at: identity.at, personId: person.id, accountId });
      sortLinks(others);
      open.links.set(clues.anonymousId, others);
    }
  }

  // A person who got an account takes their visitors along.
  const accountOf = new Map([...open.people.values()].map((person) => [person.id, person.accountId]));
  for (const visitorLinks of open.links.values()) {
    for (const link of visitorLinks)
      if (link.personId) link.accountId = accountOf.get(link.personId) ?? link.accountId;
  }

  await accounts.fillIn(tx, [...firmographics.values()], now);
  await people.upsert(tx, [...facts.values()], 'DISCOVERED', batchId, now);
  await people.addIdentities(tx, keys);
  await people.addLinks(tx, links, batchId);
  return { visitors: [...changedVisitors], people: [...changedPeople] };
}

/** A company's name as it is compared. */
export const nameKeyOf = (name: string): string => normalName(name).normal;
