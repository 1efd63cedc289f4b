/**
 * Reading a search that answers newest first, oldest first and without gaps.
 *
 * The cursor is one moment, up to which every name has been read, and the ids seen since. A call takes a window that
 * begins there, reads it whole for every name (all its pages), and only then moves on. A window with more hits than
 * the search will page through is narrowed until it can be read whole. Its upper end is fixed for a round, so new
 * hits shift no pages; hits that the index got late are found because each round starts again a little before the
 * end of the last one and drops what it has seen.
 */
import { z } from 'zod';
import { PayloadChanged, SourceRefused } from '../../src/core/errors.ts';
import type { Fetcher } from '../../src/core/signal.ts';

/** How late the search may learn of a hit, in seconds. */
const OVERLAP = 15 * 60;
const DAY = 86_400;

export interface SearchSettings {
  baseUrl: string;
  hitsPerPage: number;
  lookbackDays: number;
}

const cursorSchema = z.object({
  /** Everything created before has been read. Epoch seconds, as all times here. */
  at: z.number(),
  /** Exclusive end of the round under way; null between rounds. */
  until: z.number().nullable(),
  /** What the rounds so far searched for; a new name starts a look-back of its own. */
  names: z.array(z.string()),
  /** Ids handed on that the next windows will show again, with their time. */
  seen: z.record(z.string(), z.number()),
});
type Cursor = z.infer<typeof cursorSchema>;

/** Loose on purpose: a hit that is not well-formed is `normalise`'s to reject, and its page is kept. */
const answerSchema = z.object({
  hits: z.array(z.record(z.string(), z.unknown())),
  nbHits: z.number(),
  nbPages: z.number(),
  hitsPerPage: z.number().positive(),
});
type RawHit = Record<string, unknown>;

/**
 * The next window's hits, oldest first, each once. Throws `SourceRefused` for a status other than 200,
 * `PayloadChanged` for an answer of another shape; the cursor then stays where it was.
 */
export async function readOn(
  cursor: unknown,
  names: readonly string[],
  { settings, fetch, now }: { settings: SearchSettings; fetch: Fetcher; now: Date },
): Promise<{ records: RawHit[]; cursor: Cursor; more: boolean }> {
  const state = start(cursor === null ? null : cursorSchema.parse(cursor), names, settings, now);
  const { at, until } = state;
  if (at >= until) return { records: [], cursor: { ...state, until: null }, more: false };

  let end = until;
  const read: RawHit[] = [];
  for (const name of names) {
    const window = await readWhole(name, at, end, settings, fetch);
    end = window.end;
    read.push(...window.hits);
  }

  const seen = { ...state.seen };
  const records: RawHit[] = [];
  for (const hit of read.sort((a, b) => timeOf(a, at) - timeOf(b, at) || compareIds(a, b))) {
    const time = timeOf(hit, at);
    const id = idOf(hit);
    // Names read before the window was narrowed for a later one brought hits beyond it.
    if (time < at || time >= end || id in seen) continue;
    seen[id] = time;
    records.push(hit);
  }

  const done = end >= until;
  const next = done ? Math.max(at, until - OVERLAP) : end;
  const kept = Object.fromEntries(Object.entries(seen).filter(([, time]) => time >= next));
  return {
    records,
    cursor: { at: next, until: done ? null : until, names: [...names], seen: kept },
    more: !done,
  };
}

function start(
  cursor: Cursor | null,
  names: readonly string[],
  settings: SearchSettings,
  now: Date,
): Cursor & { until: number } {
  const current = Math.floor(now.getTime() / 1000);
  const lookback = current - settings.lookbackDays * DAY;
  if (!cursor) return { at: lookback, until: current, names: [...names], seen: {} };
  // Hits that an old name shares with the look-back of a new one are repeated; the timeline knows them by their id.
  if (names.some((name) => !cursor.names.includes(name))) {
    return { ...cursor, at: Math.min(cursor.at, lookback), until: current, names: [...names] };
  }
  return { ...cursor, until: cursor.until ?? Math.max(current, cursor.at) };
}

/** All hits for one name from `at` up to `end` or, where they are too many to page through, up to an earlier end. */
async function readWhole(
  name: string,
  at: number,
  end: number,
  settings: SearchSettings,
  fetch: Fetcher,
): Promise<{ hits: RawHit[]; end: number }> {
  const hits = new Map<string, RawHit>();
  for (let page = 0; ; page += 1) {
    const answer = await ask(name, at, end, page, settings, fetch);
    const reachable = answer.nbPages * answer.hitsPerPage;
    if (answer.nbHits > reachable) {
      const width = end - at;
      if (width <= 1) {
        throw new PayloadChanged(
          `The search has ${answer.nbHits} hits for "${name}" in one second and shows only ${reachable}.`,
          'Raise hitsPerPage to 1000, or take the name out of the profile.',
        );
      }
      const share = Math.floor((width * 0.8 * reachable) / answer.nbHits);
      return readWhole(name, at, at + Math.min(width - 1, Math.max(1, share)), settings, fetch);
    }
    for (const hit of answer.hits) hits.set(idOf(hit), hit);
    if (page + 1 < answer.nbPages) continue;
    // A hit deleted meanwhile moves others to a page already read: then read again, a smaller window.
    if (hits.size < answer.nbHits && end - at > 1) {
      return readWhole(name, at, at + Math.ceil((end - at) / 2), settings, fetch);
    }
    return { hits: [...hits.values()], end };
  }
}

async function ask(
  name: string,
  at: number,
  end: number,
  page: number,
  { baseUrl, hitsPerPage }: SearchSettings,
  fetch: Fetcher,
): Promise<z.infer<typeof answerSchema>> {
  const query = new URLSearchParams({
    // A phrase in quotes is taken as such; typing aids are off, or "ETF" finds "of the".
    query: /\s/.test(name) ? `"${name.replaceAll('"', '')}"` : name,
    tags: '(story,comment)',
    numericFilters: `created_at_i>${at - 1},created_at_i<=${end - 1}`,
    page: String(page),
    hitsPerPage: String(hitsPerPage),
    advancedSyntax: 'true',
    typoTolerance: 'false',
    queryType: 'prefixNone',
  });
  const { status, body } = await fetch(`${baseUrl.replace(/\/+$/, '')}/search_by_date?${query}`);
  if (status !== 200) {
    throw new SourceRefused(
      `Hacker News search answered ${status} for "${name}": ${body.slice(0, 200)}`,
      'Check the baseUrl setting and the names in the workspace profile.',
    );
  }
  try {
    return answerSchema.parse(JSON.parse(body));
  } catch (cause) {
    throw new PayloadChanged(
      `Hacker News search answered in a shape we do not know: ${body.slice(0, 200)}`,
      'Compare the answer with signals/hacker-news/search.ts.',
      { cause },
    );
  }
}

const idOf = (hit: RawHit): string => (typeof hit.objectID === 'string' ? hit.objectID : JSON.stringify(hit));
const timeOf = (hit: RawHit, otherwise: number): number =>
  typeof hit.created_at_i === 'number' ? hit.created_at_i : otherwise;
const compareIds = (a: RawHit, b: RawHit): number => (idOf(a) < idOf(b) ? -1 : idOf(a) > idOf(b) ? 1 : 0);
