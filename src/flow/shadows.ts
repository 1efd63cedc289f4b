/** Scores accounts with the shadow versions of the model, beside the active one. */
import type { Tx } from '../store/database.ts';
import * as models from '../store/models.ts';
import type { compute } from './rescore.ts';

/** As often as accounts are scored, so are they by every shadow; `score` is handed in by rescore.ts, which calls this. */
export async function scoreShadows(
  tx: Tx,
  accountIds: readonly string[],
  now: Date,
  score: typeof compute,
): Promise<void> {
  for (const { version, model } of await models.shadows(tx)) {
    const computed = await score(tx, accountIds, model, now, null);
    const rows = computed.map(({ accountId, score: { heat, qualification } }) => ({
      accountId,
      heat: heat.value,
      qualification: qualification.value,
      tier: qualification.tier,
    }));
    await models.saveShadow(tx, version, rows, now);
  }
}
