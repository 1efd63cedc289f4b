/** Who may not come in, and what is held of a person, to be handed out. */
import { Invalid } from '../core/errors.ts';
import { keyedHash } from '../core/id.ts';
import type { Clues } from '../core/identity/clues.ts';
import { classifyEmail, emailKey } from '../core/identity/email.ts';
import {
  type Barrier,
  barredBy,
  burstingVisitors,
  judgeVisit,
  openBarrier,
  readExclusion,
  visitorKey,
} from '../core/privacy.ts';
import type { Signal, WorkspaceProfile } from '../core/signal.ts';
import * as patterns from '../core/traces.ts';
import { type Database, inWorkspace, type Tx } from '../store/database.ts';
import * as privacy from '../store/privacy.ts';
import * as traces from '../store/traces.ts';
import type { Workspace } from '../store/workspaces.ts';

/** Keyed hashes of what names somebody, so that they are known again without being kept. */
export const markOf = (workspace: Workspace) => (key: string) => keyedHash(workspace.secret, key);

/** The lists as they are now. */
export async function readBarrier(tx: Tx, workspace: Workspace): Promise<Barrier> {
  const { exclusions, erased } = await privacy.lists(tx);
  return openBarrier(exclusions, erased, workspace.profile, markOf(workspace));
}

/** What a record says, its clues read. */
export interface Candidate {
  signals: readonly { signal: Signal; clues: Clues }[];
  identities: readonly { clues: Clues }[];
}

/** The lists of one workspace as this process knows them: read again when their version says so. */
export class Gate {
  #barrier: Barrier | null = null;
  #version = 0;
  #profile: WorkspaceProfile | null = null;

  /** To be called under the lock that keeps erasures out, with the version read under it. */
  async refresh(tx: Tx, workspace: Workspace, version: number): Promise<void> {
    if (this.#barrier && version === this.#version && workspace.profile === this.#profile) return;
    // Nothing was ever listed: what there is to know is in the profile.
    this.#barrier =
      version === 0
        ? openBarrier([], [], workspace.profile, markOf(workspace))
        : await readBarrier(tx, workspace);
    this.#version = version;
    this.#profile = workspace.profile;
  }

  /** Records that may come in; the others are counted by their reason in `skipped`. */
  admit<Item extends Candidate>(
    items: readonly Item[],
    profile: WorkspaceProfile,
    skipped: Record<string, number>,
  ): Item[] {
    const bursting = burstingVisitors(
      items.flatMap((item) =>
        item.signals.map(({ signal: { kind, externalId, occurredAt }, clues: { anonymousId } }) => ({
          kind,
          externalId,
          occurredAt,
          anonymousId,
        })),
      ),
      profile,
    );
    return items.filter((item) => {
      const reason = this.#reason(item, profile, bursting);
      if (reason !== null) skipped[reason] = (skipped[reason] ?? 0) + 1;
      return reason === null;
    });
  }

  #reason(item: Candidate, profile: WorkspaceProfile, bursting: ReadonlySet<string>): string | null {
    const barrier = this.#barrier!;
    for (const { clues } of item.identities) {
      const barred = barredBy(barrier, clues, null);
      if (barred) return barred;
    }
    for (const { signal, clues } of item.signals) {
      const barred = barredBy(barrier, clues, signal.hints.ip ?? null);
      if (barred) return barred;
      const { anonymousId, personKeys, network } = clues;
      const named = personKeys.length > 0;
      const visit = { kind: signal.kind, anonymousId, named, network: network?.class ?? null };
      const unwanted = judgeVisit(visit, profile);
      if (unwanted) return unwanted;
      if (anonymousId !== null && bursting.has(anonymousId)) return 'burst';
    }
    return null;
  }

  /** Of bad records those that may be kept: none that names somebody erased. */
  keepable<Letter extends { raw: Uint8Array; parsed: boolean }>(letters: readonly Letter[]): Letter[] {
    const { erased, markOf } = this.#barrier!;
    if (erased.size === 0) return [...letters];
    const isErased = (word: string): boolean => {
      const address = word.includes('@') ? classifyEmail(word).address : null;
      const keys = [`user:${word}`, visitorKey(word), ...(address ? [emailKey(address)] : [])];
      return keys.some((key) => erased.has(markOf(key)));
    };
    return letters.filter(({ raw }) => {
      const words =
        Buffer.from(raw)
          .toString()
          .replaceAll('%40', '@')
          .match(/[^\s"',;<>()[\]{}\\?&=]+/g) ?? [];
      return !new Set(words).values().some(isErased);
    });
  }
}

/** Throws `Invalid` for what is no address. */
export function readAddress(email: string): string {
  const { address } = classifyEmail(email);
  if (address) return address;
  throw new Invalid('This is not an e-mail address.', 'Give it like ann@acme.com.', { field: 'email' });
}

/** Puts a network, a domain or an e-mail address on the list of exclusions. Throws `Invalid`. */
export async function exclude(
  db: Database,
  workspace: Workspace,
  value: string,
  reason: string,
  now: Date,
): Promise<privacy.Exclusion> {
  const read = readExclusion(value);
  const kept = read.kind === 'EMAIL_HASH' ? markOf(workspace)(read.value) : read.value;
  return inWorkspace(db, workspace.id, (tx) =>
    privacy.exclude(tx, { kind: read.kind, value: kept, reason: reason.trim() }, now),
  );
}

/** Takes it off again; false if it was not on. Throws `Invalid`. */
export async function include(db: Database, workspace: Workspace, value: string): Promise<boolean> {
  const read = readExclusion(value);
  const kept = read.kind === 'EMAIL_HASH' ? markOf(workspace)(read.value) : read.value;
  return inWorkspace(db, workspace.id, async (tx) => {
    const listed = (await privacy.exclusions(tx)).find((one) => one.kind === read.kind && one.value === kept);
    return listed ? privacy.include(tx, listed.id) : false;
  });
}

/** What could name them in any text. */
export async function tracesOf(tx: Tx, subject: traces.Subject): Promise<patterns.Traces> {
  const { emails, names, phones, linkedins } = subject.said;
  const userIds = subject.keys.flatMap((key) => (key.startsWith('user:') ? key.slice('user:'.length) : []));
  const hashes = subject.keys.flatMap((key) => (key.startsWith('email:') ? key.slice('email:'.length) : []));
  return {
    emails,
    phones,
    linkedins,
    // A name that a company bears would take the company along.
    names: await traces.notOfAccounts(tx, names),
    ids: [...userIds, ...subject.visitors],
    ours: [...hashes, ...subject.personIds],
  };
}

export interface Exported {
  email: string;
  exportedAt: Date;
  /** Whether anything is held. */
  found: boolean;
  /** Rows by table. */
  held: Record<string, unknown[]>;
}

/** Everything that is held of a person. Noted in the audit log. Throws `Invalid` for what is no address. */
export async function exportPerson(
  db: Database,
  workspace: Workspace,
  email: string,
  actor: string,
  now: Date,
): Promise<Exported> {
  const address = readAddress(email);
  return inWorkspace(db, workspace.id, async (tx) => {
    const subject = await traces.find(tx, emailKey(address), address);
    const held = await traces.held(tx, subject, patterns.inRecords(await tracesOf(tx, subject)));
    const counts = Object.fromEntries(Object.entries(held).map(([table, rows]) => [table, rows.length]));
    const mark = markOf(workspace)(emailKey(address));
    await privacy.log(tx, { at: now, actor, action: 'EXPORT', subject: mark, counts });
    return { email: address, exportedAt: now, found: Object.keys(held).length > 0, held };
  });
}
