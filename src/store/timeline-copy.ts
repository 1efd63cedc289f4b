/**
 * A copy of the timeline in columns, kept in files beside the database: reading it takes a twentieth of the time that
 * reading the tables does. It is only ever a shortcut. Each file holds a range of accounts as of one snapshot of the
 * database; what changed since is read from the tables and put in its place, and a file of which too much changed, or
 * that can't be told to be of this database, is made again.
 */
import fs from 'node:fs';
import path from 'node:path';
import { threadId } from 'node:worker_threads';
import { contentHash } from '../core/id.ts';
import { type Columns, layOut } from '../core/scoring/evidence.ts';
import { SIGNAL_KINDS } from '../core/signal.ts';
import * as columns from './columns.ts';
import type { Tx } from './database.ts';
import { type AccountRange, ARRAYS, type Arrays, TimelinePart } from './timeline-part.ts';

/** The signals of a range of accounts, in memory. */
export interface Timeline {
  /** An account's signals in the order of their ids. */
  evidenceOf(accountId: string): Columns;
  /** The same of several, in the way `timeline.evidence` gives it. */
  evidence(tx: Tx, accountIds: readonly string[]): Promise<Map<string, Columns>>;
}

/** A file is made again when so much of it changed, of its signals or accounts. */
const MOST_CHANGED = 1 / 8;
/** Marks that everything changed: no account has this id. */
const EVERY_ACCOUNT = '00000000-0000-0000-0000-000000000000';
const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const NOTHING = layOut([]);

/** One range of them all. */
export const ALL_ACCOUNTS: AccountRange = { first: EVERY_ACCOUNT, last: LAST };

/**
 * Ranges that tile all accounts, as the files have them, or else about as many signals each. `signals`: most in one
 * range, so that memory stays bounded; `least`: so many ranges at least.
 */
export async function ranges(
  tx: Tx,
  folder: string | null,
  signals: number,
  least: number,
): Promise<AccountRange[]> {
  // Of all workspaces and as of the last ANALYZE: only to keep memory bounded.
  const { rows } = await tx.client.query(
    `SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::float8 AS signals
     FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = 'signal'::regclass`,
  );
  const wanted = Math.max(least, Math.ceil(rows[0].signals / signals));
  const kept = folder ? startsIn(path.join(folder, tx.workspaceId)) : [];
  if (kept.length >= wanted / 2 && kept.length <= wanted * 2) return tiling(kept);
  const { rows: accounts } = await tx.client.query(
    `SELECT min(account_id::text) AS first FROM (
       SELECT account_id, ntile($2) OVER (ORDER BY account_id) AS part FROM account WHERE workspace_id = $1) AS parted
     GROUP BY part ORDER BY 1`,
    [tx.workspaceId, wanted],
  );
  return tiling([EVERY_ACCOUNT, ...accounts.slice(1).map((row) => row.first)]);
}

function tiling(starts: readonly string[]): AccountRange[] {
  return starts.map((first, at) => ({ first, last: starts[at + 1] ? before(starts[at + 1]!) : LAST }));
}

/** The id before an id. */
function before(id: string): string {
  const hex = (BigInt(`0x${id.replaceAll('-', '')}`) - 1n).toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const ENDING = '.timeline';

/** Where the ranges of the files start, ascending; none if the first is not there. */
function startsIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const starts = fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .sort();
  return starts[0] === EVERY_ACCOUNT ? starts : [];
}

/**
 * Reads a range within a transaction of one snapshot, so that nothing is missed between the file and what changed since.
 * `folder` null: there are no files.
 */
export async function read(tx: Tx, folder: string | null, range: AccountRange): Promise<Timeline> {
  if (!folder) return timelineOf(await columns.read(tx, range), null);
  const { identity, snapshot } = await momentOf(tx);
  const file = path.join(folder, tx.workspaceId, range.first + ENDING);
  const copy = load(file, { identity, last: range.last });
  if (copy) {
    const changed = await changedSince(tx, range, copy.snapshot);
    if (changed && isFew(changed, copy.part)) {
      const fresh = changed.length > 0 ? await columns.read(tx, range, changed) : null;
      return timelineOf(copy.part, fresh && { part: fresh, accounts: new Set(changed) });
    }
  }
  const part = await columns.read(tx, range);
  store(file, { identity, snapshot, last: range.last }, part);
  return timelineOf(part, null);
}

function isFew(changed: readonly string[], part: TimelinePart): boolean {
  let signals = 0;
  for (const account of changed) signals += part.signalsOf(account);
  return signals <= MOST_CHANGED * part.signals && changed.length <= MOST_CHANGED * part.accounts;
}

function timelineOf(
  part: TimelinePart,
  fresh: { part: TimelinePart; accounts: ReadonlySet<string> } | null,
): Timeline {
  const evidenceOf = (id: string): Columns =>
    (fresh?.accounts.has(id) ? fresh.part : part).columnsOf(id) ?? NOTHING;
  return {
    evidenceOf,
    evidence: async (_tx, accountIds) => new Map(accountIds.map((id) => [id, evidenceOf(id)])),
  };
}

/**
 * Which database this is, and what its transactions see. Restored from a backup it is another one, as its transactions
 * are counted anew.
 */
async function momentOf(tx: Tx): Promise<{ identity: string; snapshot: string }> {
  const { rows } = await tx.client.query(
    `SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint()),
         (SELECT oid FROM pg_database WHERE datname = current_database())) AS identity,
       pg_current_snapshot()::text AS snapshot`,
  );
  return { identity: `${rows[0].identity}/${LAYOUT}`, snapshot: rows[0].snapshot };
}

/** Accounts of a range whose signals changed since a snapshot; null: take it that all did. */
async function changedSince(
  tx: Tx,
  { first, last }: AccountRange,
  snapshot: string,
): Promise<string[] | null> {
  const { rows } = await tx.client.query(
    `SELECT account_id AS id FROM timeline_change
     WHERE workspace_id = $1 AND (account_id BETWEEN $2 AND $3 OR account_id = $5)
       AND NOT pg_visible_in_snapshot(changed_in, $4::pg_snapshot)
     UNION
     SELECT account_id FROM rescore_request WHERE workspace_id = $1 AND account_id BETWEEN $2 AND $3 AND of_timeline`,
    [tx.workspaceId, first, last, snapshot, EVERY_ACCOUNT],
  );
  const ids: string[] = rows.map((row) => row.id);
  return ids.includes(EVERY_ACCOUNT) ? null : ids;
}

/** Has every copy made again, wherever it is: something went that must not be left behind in one. */
export async function discard(tx: Tx): Promise<void> {
  await tx.client.query(
    `INSERT INTO timeline_change VALUES ($1, $2, pg_current_xact_id())
     ON CONFLICT (workspace_id, account_id) DO UPDATE SET changed_in = EXCLUDED.changed_in`,
    [tx.workspaceId, EVERY_ACCOUNT],
  );
}

/** Removes files that `discard` was called for since they were made, and what a killed process left half-written. */
export async function sweep(tx: Tx, folder: string): Promise<void> {
  const own = path.join(folder, tx.workspaceId);
  if (!fs.existsSync(own)) return;
  const { identity } = await momentOf(tx);
  const nobody = { first: EVERY_ACCOUNT, last: EVERY_ACCOUNT };
  for (const name of fs.readdirSync(own)) {
    const file = path.join(own, name);
    if (name.endsWith(ENDING)) {
      const header = readHeader(file);
      const is = header?.identity === identity && (await changedSince(tx, nobody, header.snapshot)) !== null;
      if (is) continue;
    } else if (Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < UNFINISHED) {
      continue;
    }
    fs.rmSync(file, { force: true });
  }
}

/** Milliseconds after which nobody writes a file any more that is not finished. */
const UNFINISHED = 600_000;

/** Changes with whatever would make an older file be misread. */
const LAYOUT = contentHash(JSON.stringify([Object.keys(ARRAYS), SIGNAL_KINDS])).slice(0, 16);

interface Header {
  identity: string;
  /** What its transaction saw. */
  snapshot: string;
  /** The range's last account. */
  last: string;
  /** Of each array. */
  lengths: Record<string, number>;
  /** Bytes behind the header. */
  size: number;
}

/** A header is written at the front in so many bytes. */
const HEADER = 4096;
const ALIGNED = 8;

function readHeader(file: string): Header | null {
  const handle = open(file);
  if (handle === null) return null;
  try {
    return headerOf(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** Null where there is none: another process may take it away at any moment. */
function open(file: string): number | null {
  try {
    return fs.openSync(file, 'r');
  } catch {
    return null;
  }
}

function headerOf(handle: number): Header | null {
  const bytes = Buffer.alloc(HEADER);
  fs.readSync(handle, bytes, 0, HEADER, 0);
  try {
    return JSON.parse(bytes.toString().trimEnd()) as Header;
  } catch {
    return null;
  }
}

/** The copy in a file; null where there is none of this database and range. */
function load(
  file: string,
  of: { identity: string; last: string },
): { snapshot: string; part: TimelinePart } | null {
  const handle = open(file);
  if (handle === null) return null;
  let header: Header | null;
  let buffer: ArrayBuffer;
  try {
    header = headerOf(handle);
    if (!header || header.identity !== of.identity || header.last !== of.last) return null;
    buffer = new ArrayBuffer(header.size);
    const bytes = new Uint8Array(buffer);
    for (let at = 0; at < header.size; ) {
      // Node takes no more at once.
      const read = fs.readSync(handle, bytes, at, Math.min(header.size - at, 2 ** 30), HEADER + at);
      if (read === 0) return null;
      at += read;
    }
  } finally {
    fs.closeSync(handle);
  }
  let offset = 0;
  const arrays: Record<string, unknown> = {};
  for (const [name, ArrayType] of Object.entries(ARRAYS)) {
    arrays[name] = new ArrayType(buffer, offset, header.lengths[name]);
    offset += aligned(header.lengths[name]! * ArrayType.BYTES_PER_ELEMENT);
  }
  return { snapshot: header.snapshot, part: new TimelinePart(arrays as unknown as Arrays) };
}

/** Writes the file under another name first, so that nobody ever reads half of it. What can't be written is left. */
function store(file: string, of: Omit<Header, 'lengths' | 'size'>, { arrays }: TimelinePart): void {
  const chunks: Uint8Array[] = [];
  const lengths: Record<string, number> = {};
  let size = 0;
  for (const name of Object.keys(ARRAYS) as (keyof Arrays)[]) {
    const { buffer, byteOffset, byteLength, length } = arrays[name];
    lengths[name] = length;
    chunks.push(
      new Uint8Array(buffer, byteOffset, byteLength),
      new Uint8Array(aligned(byteLength) - byteLength),
    );
    size += aligned(byteLength);
  }
  const header: Header = { ...of, lengths, size };
  const unfinished = `${file}.${process.pid}-${threadId}`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = fs.openSync(unfinished, 'w', 0o600);
    try {
      fs.writeSync(handle, JSON.stringify(header).padEnd(HEADER));
      for (const chunk of chunks) {
        for (let at = 0; at < chunk.length; ) at += fs.writeSync(handle, chunk, at);
      }
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(unfinished, file);
  } catch {
    // On a full disk half a file may be there; where no folder can be, nothing is.
    if (fs.existsSync(unfinished)) fs.rmSync(unfinished);
  }
}

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNED) * ALIGNED;
