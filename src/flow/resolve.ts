/** What the workspace would make of hints: the decision that a signal with them would meet, without storing anything. */
import { readClues } from '../core/identity/clues.ts';
import type { MatchMethod } from '../core/identity/match.ts';
import type { Hints } from '../core/signal.ts';
import * as book from '../store/book.ts';
import { inWorkspace } from '../store/database.ts';
import type { Intake } from './ingest.ts';
import { decide, openBook } from './place.ts';

export interface Resolved {
  /** `REVIEW`: a person would be asked whether it is this account. */
  decision: 'ATTACH' | 'REVIEW' | 'NONE';
  domain: string | null;
  accountName: string | null;
  method: MatchMethod | null;
  /** 0–1; 0 where there is no account. */
  confidence: number;
  evidence: string[];
  /** One line; for `NONE` why not. */
  reason: string;
}

/** Answers in the order of the hints, all of one snapshot. */
export async function resolve(intake: Intake, hints: readonly Hints[], now: Date): Promise<Resolved[]> {
  const { db, workspace, networkOf } = intake;
  const items = hints.map((one) => ({ clues: readClues(one, networkOf), occurredAt: now }));
  return inWorkspace(
    db,
    workspace.id,
    async (tx) => {
      const open = await openBook(
        tx,
        items.map((item) => item.clues),
      );
      const placements = await decide(tx, workspace, open, items);
      const ids = new Set(placements.flatMap((one) => one.accountId ?? one.review[0]?.accountId ?? []));
      const entries = ids.size === 0 ? [] : await book.entriesOf(tx, [...ids]);
      const byId = new Map(entries.map((entry) => [entry.homeId, entry]));
      return placements.map(({ accountId, match, review, discover, unplaced }): Resolved => {
        const asked = review[0];
        const account = byId.get(accountId ?? asked?.accountId ?? '');
        const found = accountId ? match : (asked ?? null);
        return {
          decision: accountId ? 'ATTACH' : asked ? 'REVIEW' : 'NONE',
          domain: account?.domain ?? null,
          accountName: account?.name ?? null,
          method: found?.method ?? null,
          confidence: found?.confidence ?? 0,
          evidence: found?.evidence ?? match?.evidence ?? [],
          reason: discover
            ? `${discover.domain} belongs to no known account; a signal would make one`
            : (unplaced ?? found?.evidence[0] ?? ''),
        };
      });
    },
    { readOnly: true },
  );
}
