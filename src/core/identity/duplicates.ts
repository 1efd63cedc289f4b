/** Why two accounts may be one company, and how sure each reason makes of it. */

export const DUPLICATE_REASONS = [
  'SAME_WEBSITE',
  'SAME_LINKEDIN',
  'DISCOVERED_TWIN',
  'SAME_NAME',
  'SAME_LABEL',
  'NAME_IS_DOMAIN',
  'SHARED_PEOPLE',
] as const;
export type DuplicateReason = (typeof DUPLICATE_REASONS)[number];

/** How sure a reason alone makes, 0–1. Several add up as independent chances do. */
export const DUPLICATE_CONFIDENCE: Record<DuplicateReason, number> = {
  /** Both are said to have the domain; only one can. */
  SAME_WEBSITE: 0.95,
  /** Pages belong to one company; a group's accounts may give the group's. */
  SAME_LINKEDIN: 0.9,
  /** A list without domains, and a visitor of that very company. */
  DISCOVERED_TWIN: 0.9,
  /** Strangers may bear the same name. */
  SAME_NAME: 0.75,
  /** `acme.com` and `acme.de`: the country's site, or somebody who was quicker. */
  SAME_LABEL: 0.6,
  NAME_IS_DOMAIN: 0.6,
  /** Of one person; people change jobs and use a client's mailbox. */
  SHARED_PEOPLE: 0.3,
};

/** However many people two accounts share, agencies do too. */
export const MOST_FOR_PEOPLE = 0.8;
/** Two countries are known, and they differ: a subsidiary rather than the same account. */
export const OTHER_COUNTRY = 0.7;

/** One reason for a pair: `clue` is what both have in common, `count` how many such things there are. */
export interface DuplicateClue {
  reason: DuplicateReason;
  clue: string;
  count: number;
}

/** The reason in words. */
export function tellDuplicate({ reason, clue, count }: DuplicateClue): string {
  switch (reason) {
    case 'SAME_WEBSITE':
      return `both are said to have the domain ${clue}`;
    case 'SAME_LINKEDIN':
      return `both have the LinkedIn page "${clue}"`;
    case 'DISCOVERED_TWIN':
      return `one was imported as "${clue}" without a domain, the other was discovered with that name`;
    case 'SAME_NAME':
      return `both are called "${clue}"`;
    case 'SAME_LABEL':
      return `both have a domain "${clue}", with different endings`;
    case 'NAME_IS_DOMAIN':
      return `the name of one is "${clue}", and so is a domain of the other`;
    case 'SHARED_PEOPLE':
      return count === 1 ? 'one person was seen at both' : `${count} people were seen at both`;
  }
}

/** What a domain of an account is to it. */
export type DomainKind = 'MAIN' | 'COUNTRY' | 'ALIAS' | 'BRAND';

/**
 * MAIN: the account's own. COUNTRY: the same word under a country's ending. ALIAS: the same word otherwise, or one that
 * is part of the other (`acme-corp.com` for `acme.com`). BRAND: another word. Both domains are registrable ones.
 */
export function domainKind(domain: string, main: string | null): DomainKind {
  if (main === null || domain === main) return 'MAIN';
  const [word, mainWord] = [wordOf(domain), wordOf(main)];
  if (word === mainWord) return /\.[a-z]{2}$/.test(domain) ? 'COUNTRY' : 'ALIAS';
  return word.includes(mainWord) || mainWord.includes(word) ? 'ALIAS' : 'BRAND';
}

const wordOf = (domain: string): string => domain.slice(0, domain.indexOf('.')).replaceAll('-', '');
