/** Topics of signals as they are declared: of what comes in, and of the timeline that is there when that changes. */
import { openTopics, type TopicBook, topicsOf } from '../core/topics.ts';
import { type Database, inWorkspace, type Tx } from '../store/database.ts';
import * as topics from '../store/topics.ts';

const NONE: TopicBook = { aliases: new Map(), rules: [] };
/** By version, which no two workspaces share; a workspace that changes its topics leaves one behind. */
const opened = new Map<string, TopicBook>();
const KEPT = 100;

/** The declarations of a version; null: none were ever made. Read only if they are not known yet. */
export async function bookOf(tx: Tx, version: string | null): Promise<TopicBook> {
  if (version === null) return NONE;
  let found = opened.get(version);
  if (!found) {
    found = openTopics(await topics.declared(tx));
    if (opened.size >= KEPT) opened.delete(opened.keys().next().value!);
    opened.set(version, found);
  }
  return found;
}

/** Signals brought up to the declarations in one transaction. */
const CHUNK = 10_000;

/**
 * Brings the topics of all signals up to what is declared; returns how many changed. Goes on where it ended, when it
 * was killed; does nothing where nothing changed.
 */
export async function catchUp(db: Database, workspaceId: string, clock: () => Date): Promise<number> {
  let changed = 0;
  for (;;) {
    const done = await inWorkspace(db, workspaceId, async (tx) => {
      const behind = await topics.behind(tx, CHUNK);
      if (!behind) return true;
      const { version, signals } = behind;
      const using = await bookOf(tx, version);
      const changes = signals.flatMap((signal) => {
        const found = topicsOf({ ...signal, topics: signal.told ?? signal.topics }, using);
        return isSame(found.topics, signal.topics) && isSame(found.told, signal.told)
          ? []
          : { id: signal.id, ...found };
      });
      const reached = signals.length < CHUNK ? null : signals.at(-1)!.id;
      await topics.follow(tx, version, reached, changes, clock());
      changed += changes.length;
      return false;
    });
    if (done) return changed;
  }
}

const isSame = (one: readonly string[] | null, other: readonly string[] | null): boolean =>
  one === other ||
  (one !== null &&
    other !== null &&
    one.length === other.length &&
    one.every((text, at) => text === other[at]));
