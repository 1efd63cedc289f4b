/** Relay connections by keyset: opaque cursors, one row more than asked for to know whether there is more. */
import { z } from 'zod';
import { Invalid } from '../src/core/errors.ts';
import * as asked from './asked.ts';
import { builder } from './builder.ts';

export const USUAL_PAGE = 25;
export const LARGEST_PAGE = 200;

/** Where a row stands in its list: what the list is ordered by, and the id that breaks ties. */
export interface Position {
  value: string | number | null;
  id: string;
}

interface Edge<T> {
  node: T;
  cursor: () => string;
}

export interface Connection<T> {
  edges: Edge<T>[];
  pageInfo: () => PageInfo;
  count: () => number | Promise<number>;
}

interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

export interface PageArgs {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** What a list is asked for: `limit` rows after the cursor, or before it when `backward`. */
export interface Wanted {
  limit: number;
  cursor: Position | null;
  backward: boolean;
}

const PageInfo = builder.objectRef<PageInfo>('PageInfo').implement({
  description: 'Where a page lies in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether there is more after it.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', { description: 'Whether there is more before it.' }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'Cursor of its first entry, for `before`; null for an empty page.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'Cursor of its last entry, for `after`; null for an empty page.',
    }),
  }),
});

/** Arguments of every connection. */
export const pageArgs = () =>
  builder.args((t) => ({
    first: t.int({
      description: `How many from the front, ${LARGEST_PAGE} at most; ${USUAL_PAGE} if not said.`,
    }),
    after: t.string({ description: 'Only what comes after this cursor; with `first`.' }),
    last: t.int({ description: `How many from the end, ${LARGEST_PAGE} at most.` }),
    before: t.string({ description: 'Only what comes before this cursor; with `last`.' }),
  }));

/** The types `<Name>Connection` and `<Name>Edge` over nodes of that type. */
export function connectionOf<T>(name: string, node: ReturnType<typeof builder.objectRef<T>>) {
  const edge = builder.objectRef<Edge<object>>(`${name}Edge`).implement({
    description: 'An entry of a page.',
    fields: (t) => ({
      node: t.expose('node', {
        type: node as unknown as ReturnType<typeof builder.objectRef<object>>,
        description: 'The entry itself.',
      }),
      cursor: t.string({
        description: 'Its place in the list, for `after` and `before`.',
        extensions: { reads: [] },
        resolve: (entry) => entry.cursor(),
      }),
    }),
  });
  return builder.objectRef<Connection<T>>(`${name}Connection`).implement({
    description: 'A page of a list.',
    fields: (t) => ({
      edges: t.expose('edges', {
        type: [edge as unknown as ReturnType<typeof builder.objectRef<Edge<T>>>],
        description: 'The entries, in order.',
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Where this page lies in the list.',
        extensions: { reads: [] },
        resolve: (page) => page.pageInfo(),
      }),
      totalCount: t.int({
        description: 'How many entries the whole list has; counted only if asked for.',
        extensions: { cost: 10, loads: true },
        resolve: (page) => page.count(),
      }),
    }),
  });
}

/**
 * One page. `order` names the list's order: a cursor of another order is refused. `fetch` gives rows in the list's
 * order either way. `info` of the connection's field spares the row that only tells whether there is more. Throws
 * `Invalid` for arguments that can't be.
 */
export async function pageOf<T>(
  args: PageArgs,
  order: string,
  source: {
    fetch: (wanted: Wanted) => Promise<readonly T[]>;
    positionOf: (row: T) => Position;
    count: () => number | Promise<number>;
  },
  info?: asked.Info,
): Promise<Connection<T>> {
  const { limit, cursor, backward } = readArgs(args, order);
  const rows = await source.fetch({ limit: info ? rowsFor(info, limit) : limit + 1, cursor, backward });
  const more = rows.length > limit;
  const shown = !more ? rows : backward ? rows.slice(rows.length - limit) : rows.slice(0, limit);
  const cursorOf = (row: T) => encodeCursor(order, source.positionOf(row));
  return {
    edges: shown.map((node) => ({ node, cursor: () => cursorOf(node) })),
    pageInfo: () => ({
      hasNextPage: backward ? cursor !== null : more,
      hasPreviousPage: backward ? more : cursor !== null,
      startCursor: shown.length > 0 ? cursorOf(shown[0]!) : null,
      endCursor: shown.length > 0 ? cursorOf(shown.at(-1)!) : null,
    }),
    count: source.count,
  };
}

/** How many rows a page takes: one more only where it is asked whether there is more. */
const rowsFor = (info: asked.Info, limit: number): number =>
  asked.at(info, 'pageInfo').length > 0 ? limit + 1 : limit;

/** How many rows `pageOf` is going to ask for, where it is for the first of the list; null: not, or not so many. */
export function firstRows(info: asked.Info): number | null {
  const { first = USUAL_PAGE, ...others } = asked.argumentsOf(info);
  const fits = typeof first === 'number' && first >= 0 && first <= LARGEST_PAGE;
  return fits && Object.keys(others).length === 0 ? rowsFor(info, first) : null;
}

function readArgs({ first, after, last, before }: PageArgs, order: string): Wanted {
  const backward = last !== undefined && last !== null;
  if (backward && first !== undefined && first !== null) {
    throw new Invalid(
      'first, last: both are given',
      'Give `first` to page forward or `last` to page backward.',
      {
        field: 'first',
      },
    );
  }
  if (backward ? after : before) {
    const [given, goesWith] = backward ? ['after', 'first'] : ['before', 'last'];
    throw new Invalid(
      `${given}: goes with \`${goesWith}\``,
      `Give \`${given}\` together with \`${goesWith}\`.`,
      {
        field: given,
      },
    );
  }
  const name = backward ? 'last' : 'first';
  const limit = (backward ? last : first) ?? USUAL_PAGE;
  if (limit < 0 || limit > LARGEST_PAGE) {
    throw new Invalid(
      `${name}: ${limit} is not between 0 and ${LARGEST_PAGE}`,
      `Ask for ${LARGEST_PAGE} at most and page on with the cursor.`,
      { field: name },
    );
  }
  const cursor = backward ? before : after;
  return {
    limit,
    cursor: cursor ? decodeCursor(cursor, order, backward ? 'before' : 'after') : null,
    backward,
  };
}

const cursorSchema = z.tuple([z.string(), z.union([z.string(), z.number(), z.null()]), z.guid()]);

const encodeCursor = (order: string, { value, id }: Position): string =>
  Buffer.from(JSON.stringify([order, value, id])).toString('base64url');

function decodeCursor(cursor: string, order: string, field: string): Position {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    content = null;
  }
  const parsed = cursorSchema.safeParse(content);
  if (!parsed.success || parsed.data[0] !== order || !valueFits(order, parsed.data[1])) {
    throw new Invalid(
      `${field}: '${cursor}' is not a cursor of this list`,
      'Use a cursor that a page in the same order gave you, unchanged, or leave it out to start at the front.',
      { field },
    );
  }
  return { value: parsed.data[1], id: parsed.data[2] };
}

/** A forged value must not get as far as the database's cast. */
function valueFits(order: string, value: Position['value']): boolean {
  if (order.startsWith('NAME ')) return typeof value === 'string' && !value.includes('\0');
  if (order.startsWith('LAST_ACTIVITY ')) {
    return value === null || (typeof value === 'string' && z.iso.datetime().safeParse(value).success);
  }
  if (order === 'ID') return value === null;
  return typeof value === 'number';
}
