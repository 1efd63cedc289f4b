/** What of a person could be written anywhere, as patterns that PostgreSQL and JavaScript read alike (ignoring case). */

export interface Traces {
  emails: string[];
  phones: string[];
  linkedins: string[];
  names: string[];
  /** Ids the sender's own system gives the person, and of browsers that are theirs alone. */
  ids: string[];
  /** Ids and hashes of ours: unlike anything else. */
  ours: string[];
}

/** What stands where something was taken out. */
export const ERASED = '[erased]';

/** An escaped line break or byte before a word is no part of it, though it ends in a letter or a digit. */
const BEFORE = String.raw`(?:(?<![\w.%+-])|(?<=\\[nrt])|(?<=\\\d\d\d))`;
const AFTER = String.raw`(?![\w-]|\.\w)`;
const NEVER = '(?!)';

/** A pattern, and texts of which one is in everything it matches: looked for first, since that costs far less. */
export interface Search {
  pattern: string;
  /** In lower case. */
  parts: string[];
}

/**
 * What is unlike anything else, so that it may be taken out of any text: addresses, telephone numbers, profiles, ids
 * that look like ids. An id like `site` or `1200` counts only where it is marked as one, as actors of scores are.
 */
export function anywhere({ emails, phones, linkedins, ids, ours }: Traces): Search {
  const telling = [
    ...emails.flatMap((email) => [email, email.replace('@', '%40')]),
    ...phones.filter((phone) => isPhone(phone) && /\D/.test(phone)),
    ...linkedins.filter((url) => /\/in\/.{2}/.test(url)),
    ...ids.filter(isOpaque),
    ...ours,
  ];
  const marked = ids.map((id) => ({
    pattern: `(?<=")(?:visitor|user):${literal(id)}(?=")`,
    parts: spellings(id).map((text) => `r:${text}`),
  }));
  return either([...words(telling), ...marked]);
}

/** Full names. Of a word alone nobody can say whose name it is. */
export const fullNames = ({ names }: Traces): Search =>
  either(words(names.filter((name) => /\S\s+\S/.test(name.trim()) && name.trim().length >= 5)));

/** As all of the above for bad records, which may be thrown away on less: digits alone, ids of any length in quotes or a column. */
export function inRecords(traces: Traces): Search {
  const { ids, phones } = traces;
  const digits = phones.filter((phone) => isPhone(phone) && !/\D/.test(phone));
  const cells = ids.map((id) => ({
    pattern: String.raw`(?:^|[",;\t ])${literal(id)}(?=$|[",;\t\r\n])`,
    parts: spellings(id),
  }));
  return either([anywhere(traces), fullNames(traces), ...words(digits), ...cells]);
}

/** Whatever one of them matches. */
export function either(searches: readonly Search[]): Search {
  const any = searches.filter(({ parts }) => parts.length > 0);
  return {
    pattern: any.length === 0 ? NEVER : `(?:${any.map((one) => one.pattern).join('|')})`,
    parts: [...new Set(any.flatMap((one) => one.parts.map((part) => part.toLowerCase())))],
  };
}

const isPhone = (text: string): boolean =>
  /^[\d\s()+./-]+$/.test(text) && text.replace(/\D/g, '').length >= 7;
const isOpaque = (id: string): boolean => id.length >= 8 && /\d/.test(id) && /[a-z]/i.test(id);

/** Whole words. */
const words = (texts: readonly string[]): Search[] =>
  [...new Set(texts.map((text) => text.trim()))]
    .filter((text) => text !== '')
    .map((text) => ({ pattern: BEFORE + literal(text) + AFTER, parts: spellings(text) }));

/** As it is written, in JSON, and with the bytes beyond ASCII as a dump of a record shows them. */
function spellings(text: string): string[] {
  const inJson = JSON.stringify(text).slice(1, -1);
  const inBytes = [...Buffer.from(text)]
    .map((byte) => (byte < 128 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`))
    .join('');
  return [...new Set([text, inJson, inBytes])];
}

const literal = (text: string): string => {
  const escaped = spellings(text).map((one) => one.replace(/[^\w\s\u0080-\uffff]/g, '\\$&'));
  return escaped.length === 1 ? escaped[0]! : `(?:${escaped.join('|')})`;
};
