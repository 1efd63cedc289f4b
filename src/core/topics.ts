/**
 * Topics: what signals are about. Sources word the same topic in different ways, and say nothing of the pages that are
 * our own: aliases and rules, once declared, make one name of the first and name the second.
 */
import { Invalid } from './errors.ts';

/** Longest name of a topic or cluster, and most topics of one signal. */
const LONGEST = 200;
const MOST = 50;

/** What was declared, oldest first: of two words on the same thing the later holds. */
export interface Declared {
  topics: readonly { name: string; aliases: readonly string[] }[];
  rules: readonly { topic: string; urlPattern: string | null; titlePattern: string | null }[];
}

/** The same, ready for use. */
export interface TopicBook {
  /** Alias → name, normal forms. */
  aliases: ReadonlyMap<string, string>;
  rules: readonly { topic: string; path: RegExp | null; title: RegExp | null }[];
}

/** A topic's name as it is compared and kept: lower case, single spaces. Empty for what names nothing. */
export const normalTopic = (name: string): string =>
  name.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim().slice(0, LONGEST).trim();

/** Throws `Invalid` for a pattern that is no regular expression. */
export function compilePattern(pattern: string, field: string): RegExp {
  try {
    return new RegExp(pattern, 'iu');
  } catch (cause) {
    throw new Invalid(
      `${field}: ${(cause as Error).message}`,
      'Write a regular expression, e.g. ^/docs/lineage',
      { cause, field },
    );
  }
}

export function openTopics({ topics, rules }: Declared): TopicBook {
  const aliases = new Map<string, string>();
  for (const { name, aliases: others } of topics) for (const other of others) aliases.set(other, name);
  // A name somebody declared is nobody else's alias.
  for (const { name } of topics) aliases.delete(name);
  return {
    aliases,
    rules: rules.map(({ topic, urlPattern, titlePattern }) => ({
      topic: aliases.get(topic) ?? topic,
      path: urlPattern === null ? null : compilePattern(urlPattern, 'url pattern'),
      title: titlePattern === null ? null : compilePattern(titlePattern, 'title pattern'),
    })),
  };
}

/**
 * What a signal is about: the topics its source tells, by their names, then those that rules find in the path of its
 * URL and in its title. `told`: the source's words where the result differs from them, else null.
 */
export function topicsOf(
  signal: { topics: readonly string[]; url: string | null; title: string | null },
  { aliases, rules }: TopicBook,
): { topics: readonly string[]; told: readonly string[] | null } {
  const found = new Set<string>();
  for (const told of signal.topics) {
    const name = normalTopic(told);
    if (name) found.add(aliases.get(name) ?? name);
  }
  if (rules.length > 0 && (signal.url !== null || signal.title !== null)) {
    const path = signal.url === null ? null : pathOf(signal.url);
    for (const rule of rules) {
      if (rule.path && (path === null || !rule.path.test(path))) continue;
      if (rule.title && (signal.title === null || !rule.title.test(signal.title))) continue;
      found.add(rule.topic);
    }
  }
  const topics = [...found].slice(0, MOST);
  const isTold =
    topics.length === signal.topics.length && topics.every((one, at) => one === signal.topics[at]);
  return isTold ? { topics: signal.topics, told: null } : { topics, told: signal.topics };
}

/** The path of an address, without query and fragment. What is no address counts as a path itself. */
function pathOf(url: string): string {
  const found = /^(?:[a-z][a-z\d+.-]*:)?\/\/[^/?#]*([^?#]*)/i.exec(url);
  const path = found ? found[1]! : url.replace(/[?#].*$/s, '');
  return path === '' ? '/' : path;
}
