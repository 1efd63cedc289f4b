/** A digest for one recipient: what heated up since the last one they were sent. */
import {
  composeDigest,
  type Digest,
  type DigestEntry,
  renderHtml,
  renderSubject,
  renderText,
} from '../core/digest.ts';
import { type Database, inWorkspace, type Tx } from '../store/database.ts';
import * as digests from '../store/digests.ts';
import * as scores from '../store/scores.ts';
import type { Workspace } from '../store/workspaces.ts';

/** Below this an account is cold and no news, however it rose. */
const MIN_HEAT = 20;
/** A recipient's first digest compares with this many days ago. */
const FIRST_SPAN = 7;
const DAY = 86_400_000;

export interface DigestOptions {
  recipient: string;
  /** Only this owner's accounts; null: all. */
  owner?: string | null;
}

export interface Prepared {
  digest: Digest;
  told: { accountId: string; heat: number }[];
}

/** Composes without sending or remembering anything. */
export async function preview(
  db: Database,
  workspace: Workspace,
  options: DigestOptions,
  now: Date,
): Promise<Prepared> {
  return inWorkspace(db, workspace.id, (tx) => prepare(tx, workspace, options, now), { readOnly: true });
}

async function prepare(tx: Tx, workspace: Workspace, options: DigestOptions, now: Date): Promise<Prepared> {
  const since = await digests.lastSent(tx, options.recipient);
  const rows = await digests.candidates(tx, options.recipient, options.owner ?? null, MIN_HEAT);
  // The day before: what was stored on the day of the last digest itself may have come after it was sent.
  const from = since ?? new Date(now.getTime() - FIRST_SPAN * DAY);
  const dayBefore = new Date(from.getTime() - (since ? DAY : 0)).toISOString().slice(0, 10);
  const ids = rows.map((row) => row.accountId);
  const before = await scores.heatOn(tx, ids, dayBefore);
  const idOf = new Map<DigestEntry, string>();
  const changes = rows.map((row) => {
    const entry: DigestEntry = {
      domain: row.domain ?? '',
      name: row.name,
      owner: row.owner,
      heat: row.heat,
      // Told after that day: that is what the recipient compares with, so nothing is told twice.
      heatBefore:
        row.toldAt && row.toldAt.toISOString().slice(0, 10) > dayBefore
          ? row.toldHeat!
          : (before.get(row.accountId) ?? 0),
      band: row.band,
      stage: row.stage,
      qualificationTier: row.qualificationTier,
      reasons: row.reasons,
      isNew: row.toldAt === null,
    };
    idOf.set(entry, row.accountId);
    return entry;
  });
  const digest = composeDigest({
    recipient: options.recipient,
    workspace: workspace.name,
    since,
    until: now,
    changes,
    minHeat: MIN_HEAT,
  });
  return { digest, told: digest.entries.map((entry) => ({ accountId: idOf.get(entry)!, heat: entry.heat })) };
}

export type Send = (message: {
  to: string;
  subject: string;
  text: string;
  html: string;
  messageId: string;
}) => Promise<unknown>;

export interface Sent extends Prepared {
  /** `empty`: nothing heated up, so nothing was sent. `taken`: another instance is sending it. */
  outcome: 'sent' | 'empty' | 'taken';
}

/**
 * Sends a digest once: it is claimed in the database first, and an empty one is not sent. The Message-ID follows from
 * the claim, so that a retry after a crash can be recognised as the same mail.
 */
export async function send(
  db: Database,
  workspace: Workspace,
  options: DigestOptions & { url?: string },
  deliver: Send,
  clock: () => Date,
): Promise<Sent> {
  const { recipient, url } = options;
  const { prepared, id } = await inWorkspace(db, workspace.id, async (tx) => {
    const prepared = await prepare(tx, workspace, options, clock());
    const { since, until, entries } = prepared.digest;
    const id = entries.length === 0 ? null : await digests.claim(tx, { recipient, since, until, entries });
    return { prepared, id };
  });
  if (prepared.digest.entries.length === 0) return { ...prepared, outcome: 'empty' };
  if (!id) return { ...prepared, outcome: 'taken' };
  try {
    await deliver({
      to: recipient,
      subject: renderSubject(prepared.digest),
      text: renderText(prepared.digest, { url }),
      html: renderHtml(prepared.digest, { url }),
      messageId: `<${id}@undercurrent>`,
    });
  } catch (error) {
    await inWorkspace(db, workspace.id, (tx) => digests.markFailed(tx, id, String(error)));
    throw error;
  }
  await inWorkspace(db, workspace.id, (tx) => digests.markSent(tx, id, recipient, prepared.told, clock()));
  return { ...prepared, outcome: 'sent' };
}
