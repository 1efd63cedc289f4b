/** Which accounts are ready for sales, and how long they have been waiting for an answer. */
import type { ScoringModel } from '../core/model.ts';
import { bantKnown } from '../core/scoring/bant.ts';
import {
  type Handoff,
  handoff,
  isGoodEnough,
  type ResponseClock,
  responseClock,
} from '../core/scoring/handoff.ts';
import type { AccountScore } from '../core/scoring/score.ts';
import type { Tx } from '../store/database.ts';
import * as handoffs from '../store/handoffs.ts';
import { dealFactsOf } from './groups.ts';

export interface Scored {
  accountId: string;
  score: AccountScore;
}

/** Whether nothing stands in the way of handing an account over but what is known of a deal, which is read only then. */
export function isNear(score: AccountScore, model: ScoringModel): boolean {
  // Most are not; so there is no need to look at what they did.
  if (!isGoodEnough(score, model)) return false;
  const allKnown = { ...model, handoff: { ...model.handoff, bantKnown: 0 } };
  return handoff({ ...score, parts: score.heat.parts, bant: [] }, allKnown).ready;
}

/** Keeps which of these accounts are ready, of those that are `near`. Scores and groups must be stored. */
export async function update(
  tx: Tx,
  accounts: readonly { accountId: string }[],
  near: readonly Scored[],
  model: ScoringModel,
  now: Date,
): Promise<void> {
  const judged = near.length > 0 ? await judge(tx, near, model, now) : new Map<string, Handoff>();
  await handoffs.save(
    tx,
    accounts.map(({ accountId }) => ({ accountId, ready: judged.get(accountId)?.ready ?? false })),
    now,
  );
}

/** Every check of these accounts as of now. */
async function judge(
  tx: Tx,
  scored: readonly Scored[],
  model: ScoringModel,
  now: Date,
): Promise<Map<string, Handoff>> {
  const deals = await dealFactsOf(
    tx,
    scored.map((one) => one.accountId),
    model.groups.activeDays,
    now,
  );
  return new Map(
    scored.map(({ accountId, score }) => [
      accountId,
      handoff(
        {
          ...score,
          parts: score.heat.parts,
          bant: bantKnown(deals.get(accountId) ?? { said: [], members: [] }),
        },
        model,
      ),
    ]),
  );
}

/** How far an account is from being handed over, as of now. */
export interface HandoffView extends Handoff {
  /** null: it was not ready when it was last scored. */
  clock: ResponseClock | null;
}

/** Every check and clock of these accounts by their scores as of now. */
export async function viewsOf(
  tx: Tx,
  scored: readonly Scored[],
  model: ScoringModel,
  now: Date,
): Promise<Map<string, HandoffView>> {
  const judged = await judge(tx, scored, model, now);
  const clocks = await clocksOf(tx, [...judged.keys()], model, now);
  return new Map([...judged].map(([id, one]) => [id, { ...one, clock: clocks.get(id) ?? null }]));
}

/** The response clocks of those of these accounts that are ready. */
export async function clocksOf(
  tx: Tx,
  accountIds: readonly string[],
  model: ScoringModel,
  now: Date,
): Promise<Map<string, ResponseClock>> {
  const ready = await handoffs.readySince(tx, accountIds);
  return new Map(
    [...ready].map(([id, { since, answers }]) => [id, responseClock(since, answers, model, now)]),
  );
}
