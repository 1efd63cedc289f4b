/** Names for statements whose text is made up of parts, so that a connection plans each of them once. */

/** Every name stays in the memory of every connection. Texts beyond the first so many are planned each time. */
const MOST = 200;
const names = new Map<string, string>();

/**
 * The statement with a name of its own. Only for texts whose best plan does not depend on the values: limits, for
 * one, have to be in the text.
 */
export function named(text: string, values: unknown[]): { name?: string; text: string; values: unknown[] } {
  let name = names.get(text);
  if (!name && names.size < MOST) {
    name = `made-${names.size}`;
    names.set(text, name);
  }
  return name ? { name, text, values } : { text, values };
}
