/** Ids are made here, from content where the same thing must always get the same id. */
import { createHash, createHmac, hash } from 'node:crypto';

/** Separator that occurs in no id, so that ('a','bc') and ('ab','c') differ. */
const GAP = '\u001f';

/**
 * Id of a signal: UUIDv8 of 48 bits of the event's own time (ms) and 74 bits of hash of (workspace, source,
 * external id). Sorts by time, repeats with a retry, and names the month it is stored in.
 */
export function signalId(workspaceId: string, source: string, externalId: string, ownTime: Date): string {
  const digest = hash('sha256', workspaceId + GAP + source + GAP + externalId, 'hex');
  return stamp(ownTime.getTime().toString(16).padStart(12, '0'), digest);
}

/** The smallest signal id of a moment: a bound for ranges. */
export function firstSignalId(moment: Date): string {
  return stamp(moment.getTime().toString(16).padStart(12, '0'), '0'.repeat(20));
}

/** UUIDv8 of a name: same parts, same id. `kind` keeps different sorts of things apart. */
export function nameId(kind: string, ...parts: string[]): string {
  const digest = hash('sha256', [kind, ...parts].join(GAP), 'hex');
  return stamp(digest.slice(20, 32), digest);
}

/** Content hash for ids and dedupe of anything long. Hex, 64 digits. */
export function contentHash(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Keyed hash of a text, 32 hex digits: the same text gives the same id, and without the key nobody can guess it back. */
export function keyedHash(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex').slice(0, 32);
}

function stamp(first12: string, digest: string): string {
  const variant = (8 + (Number.parseInt(digest[3]!, 16) & 3)).toString(16);
  return `${first12.slice(0, 8)}-${first12.slice(8)}-8${digest.slice(0, 3)}-${variant}${digest.slice(4, 7)}-${digest.slice(7, 19)}`;
}
