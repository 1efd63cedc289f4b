/** What would have happened without some of what did: a record of changes, rewritten. */

/** At a moment one value took the place of another. Values are compared as texts. */
export interface Change {
  /** ms since 1970. */
  at: number;
  from: string;
  to: string;
  /** The batch on whose word it did; null: on that of none. */
  batchId: string | null;
}

/** What is known besides the changes; moments in ms since 1970. */
export interface Restating {
  /** What is taken back, and from when on it was in force. */
  undone: ReadonlySet<string>;
  undoneFrom: number;
  /** When it was first placed at all. */
  begun: number;
  /** What stands now. */
  now: string;
  /** From when on the words that remain say so, and the last of them. */
  saidFrom: number;
  saidBy: string | null;
  /** What stands until anything is said of it. */
  nothing: string;
  /** What `now` came to at moments since `undoneFrom`, by itself (merges that came and went), oldest first. */
  forms: readonly { at: number; is: string }[];
}

/**
 * The changes as they would have been, oldest first, without those undone. What had gone before stands, and so does
 * what followed from other things, where it goes on from what would have stood. Where that does not lead to what stands
 * now, this stood as soon as the words that remain said so.
 */
export function restated(changes: readonly Change[], known: Restating): Change[] {
  const { undone, undoneFrom, begun, now, saidFrom, saidBy, nothing, forms } = known;
  const before = changes.filter(({ at }) => at < undoneFrom);
  const isSure = begun < undoneFrom;
  const first = changes[0]?.from ?? now;
  const kept: Change[] = [...before];
  let stands = isSure ? (before.at(-1)?.to ?? first) : null;
  for (const change of changes) {
    const { at, from, to, batchId } = change;
    if (at < undoneFrom || from !== stands || (batchId !== null && undone.has(batchId))) continue;
    kept.push(change);
    stands = to;
  }
  if (stands === now) return kept;

  // By what is said alone: before the first word it stood where it stood, or nowhere.
  const since = Math.max(saidFrom, undoneFrom, begun);
  const early = kept.filter(({ at }) => at < since);
  const result = isSure ? early : [];
  stands = isSure ? (result.at(-1)?.to ?? first) : since > begun ? nothing : null;
  const said = {
    at: since,
    is: forms.findLast(({ at }) => at <= since)?.is ?? forms[0]?.is ?? now,
    batchId: saidBy,
  };
  const later = forms.filter(({ at }) => at > since).map((form) => ({ ...form, batchId: null }));
  for (const { at, is, batchId } of [said, ...later]) {
    if (stands !== null && stands !== is) result.push({ at, from: stands, to: is, batchId });
    stands = is;
  }
  return result;
}
