/**
 * Looks through whole tables for what names a person and takes it out, some thousand rows at a time: nobody has to wait
 * for all of it. Which tables there are follows from the catalogue, so that a new one needs no entry here.
 */
import { ERASED, either, type Search } from '../core/traces.ts';
import type { Tx } from './database.ts';

export interface Searches {
  /** What may be taken out of any text. */
  anywhere: Search;
  /** Full names. */
  names: Search;
  /** What in a bad record is reason enough to throw it away. */
  letters: Search;
}

/** One table to be gone through. */
export interface Step {
  table: string;
  /** What its key consists of behind the workspace. */
  key: { name: string; type: string }[];
  /** All there is to be searched in, as an expression. */
  text: string;
  /** Columns that it is taken out of; none: the row goes. */
  columns: string[];
  search: Search;
}

/** A bad record as text. */
export const LETTER = "concat_ws(' ', encode(raw, 'escape'), place, reason, hint, file_name)";

/**
 * Condition that a text fits the search given as the second and third value. The pattern takes a millisecond a row, so
 * it is asked of few only; an AND would be put in another order.
 */
export const fits = (text: string): string =>
  `CASE WHEN lower(${text}) LIKE ANY($2) THEN ${text} ~* $3 ELSE false END`;
export const valuesOf = ({ parts, pattern }: Search) => [
  parts.map((part) => `%${part.replace(/[\\%_]/g, '\\$&')}%`),
  pattern,
];

/** Tables whose texts are no people's, or that hold hashes only; and what an erasure itself goes by. */
const NOT_SEARCHED = ['workspace', 'api_key', 'exclusion', 'erasure', 'erasure_task', 'audit', 'visitor_key'];
/** Where a full name may be somebody else's, or a company's. */
const NAMES_OF_OTHERS = ['account', 'claim', 'person', 'batch', 'scoring_model', 'source_state'];
/** Texts that are part of a key: the row goes. */
const KEYED: readonly [table: string, column: string][] = [
  ['first_arrival', 'external_id'],
  ['digest_told', 'recipient'],
];
/** What the rest follows from. */
const SAID = ['signal', 'claim', 'dead_letter'];

/**
 * All that is to be done, in this order: what other rows are made from first, and these twice, since what is being
 * scored or sent meanwhile may have been read before.
 */
export async function stepsOf(tx: Tx, { anywhere, names, letters }: Searches): Promise<Step[]> {
  const tables = await readTables(tx);
  const deleted = (table: string, text: string, search: Search): Step[] =>
    tables.flatMap((one) =>
      one.table === table ? [{ table, key: one.key, text, columns: [], search }] : [],
    );
  const searched = tables.filter(({ table, texts }) => texts.length > 0 && !NOT_SEARCHED.includes(table));
  const redacted = searched.map(
    ({ table, key, texts }): Step => ({
      table,
      key,
      text: `jsonb_build_object(${texts.map((name) => `'${name}', t.${name}`).join(', ')})::text`,
      columns: texts,
      search: NAMES_OF_OTHERS.includes(table) ? anywhere : either([anywhere, names]),
    }),
  );
  const [said, following] = [true, false].map((is) =>
    redacted.filter((one) => SAID.includes(one.table) === is),
  );
  return [
    ...deleted('dead_letter', LETTER, letters),
    ...said!,
    ...following!,
    ...following!,
    ...KEYED.flatMap(([table, column]) => deleted(table, column, anywhere)),
  ];
}

/** Rows looked through at a time. */
const ROWS = 5_000;

/** Looks through the rows after a key (null: from the first on); returns how many were changed, and the last key if there are more. */
export async function next(
  tx: Tx,
  { table, key, text, columns, search }: Step,
  after: string[] | null,
): Promise<{ rows: number; last: string[] | null }> {
  const names = key.map(({ name }) => name);
  const bound = (sign: string, from: number): string =>
    `AND (${names.map((name) => `t.${name}`).join(', ')}) ${sign} (${key.map(({ type }, at) => `$${from + at}::${type}`).join(', ')})`;
  const values = [tx.workspaceId, ...valuesOf(search), ...(after ?? [])];
  const lower = after ? bound('>', 4) : '';
  await inOrder(tx);
  const { rows: seen } = await tx.client.query(
    `WITH part AS MATERIALIZED (
       SELECT ${[...names, `${fits(text)} AS fits`].join(', ')} FROM ${table} AS t
       WHERE t.workspace_id = $1 ${lower} ${names.length > 0 ? `ORDER BY ${names.join(', ')} LIMIT ${ROWS}` : ''})
     SELECT count(*)::int AS rows, count(*) FILTER (WHERE fits)::int AS found, ${
       names.length > 0
         ? `(SELECT ARRAY[${names.map((name) => `${name}::text`).join(', ')}] FROM part ORDER BY ${names.map((name) => `${name} DESC`).join(', ')} LIMIT 1)`
         : 'NULL::text[]'
     } AS last FROM part`,
    values,
  );
  const { rows: read, found, last } = seen[0];
  const more: string[] | null = read === ROWS ? last : null;
  if (found === 0) return { rows: 0, last: more };
  const where = `t.workspace_id = $1 ${lower} ${more ? bound('<=', values.length + 1) : ''} AND ${fits(text)}`;
  const { rowCount } = await tx.client.query(
    columns.length === 0
      ? `DELETE FROM ${table} AS t WHERE ${where}`
      : `UPDATE ${table} AS t SET (${columns.join(', ')}) = (
           SELECT ${columns.map((name) => `r.${name}`).join(', ')}
           FROM jsonb_populate_record(NULL::${table}, regexp_replace(${text}, $3, '${ERASED}', 'gi')::jsonb) AS r)
         WHERE ${where}`,
    [...values, ...(more ?? [])],
  );
  return { rows: rowCount ?? 0, last: more };
}

/** Whatever the statistics say: ranges are read by their key, and never by sorting the table for each. */
export async function inOrder(tx: Tx): Promise<void> {
  await tx.client.query(
    'SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off',
  );
}

/** Tables of workspaces, with their key and those columns of text, lists of text and documents that are no part of it. */
async function readTables(tx: Tx): Promise<(Pick<Step, 'table' | 'key'> & { texts: string[] })[]> {
  const { rows } = await tx.client.query(
    `SELECT quote_ident(c.relname) AS table,
       coalesce(jsonb_agg(jsonb_build_object('name', quote_ident(a.attname), 'type', format_type(a.atttypid, a.atttypmod))
         ORDER BY array_position(i.indkey::int2[], a.attnum))
         FILTER (WHERE a.attnum = ANY(i.indkey) AND a.attname <> 'workspace_id'), '[]') AS key,
       coalesce(array_agg(quote_ident(a.attname) ORDER BY a.attnum) FILTER (WHERE a.attnum <> ALL(i.indkey)
         AND a.attgenerated = '' AND a.atttypid IN ('text'::regtype, 'text[]'::regtype, 'jsonb'::regtype)), '{}') AS texts
     FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
     WHERE ${OURS} AND EXISTS (SELECT FROM pg_attribute AS w WHERE w.attrelid = c.oid AND w.attname = 'workspace_id')
     GROUP BY c.relname ORDER BY c.relname`,
  );
  return rows;
}

/** Condition that `c` is a table here, and no part of one. */
export const OURS = `c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition`;
