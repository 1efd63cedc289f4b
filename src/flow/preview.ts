/** What a document would change if it were the active model: every account is scored with both, as of now. */
import { Invalid } from '../core/errors.ts';
import { parseModel, type ScoringModel } from '../core/model.ts';
import { type Compared, type Comparison, MOST_TOP, startComparison } from '../core/model-comparison.ts';
import { diffModels, type ModelChange } from '../core/model-diff.ts';
import { scoreBriefly } from '../core/scoring/brief.ts';
import type { EvidenceSet } from '../core/scoring/evidence.ts';
import { QUALIFICATION_TIERS } from '../core/scoring/qualification.ts';
import * as accounts from '../store/accounts.ts';
import { type Database, inWorkspace, type Tx } from '../store/database.ts';
import * as models from '../store/models.ts';
import * as timelineCopy from '../store/timeline-copy.ts';
import type { AccountRange } from '../store/timeline-part.ts';
import { readFacts } from './rescore.ts';
import * as threads from './threads.ts';

export interface ModelPreview extends Comparison {
  /** What it is compared with. */
  activeVersion: number;
  changes: ModelChange[];
}

/** Throws `Invalid` with the path of a mistake in the document. */
export async function preview(
  db: Database,
  workspaceId: string,
  document: unknown,
  top: number,
  now: Date,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ModelPreview> {
  const after = parseModel(document);
  if (top < 1 || top > MOST_TOP) {
    throw new Invalid(`limit: ${top} is not between 1 and ${MOST_TOP}`, `Ask for ${MOST_TOP} at most.`, {
      field: 'limit',
    });
  }
  const { active, total } = await inWorkspace(db, workspaceId, async (tx) => ({
    active: await models.current(tx, now),
    total: await accounts.countAll(tx),
  }));
  const comparing = startComparison(top);
  let done = 0;
  const add = (scored: Scored): void => {
    for (const [at, id] of scored.ids.entries()) {
      comparing.add(id, comparedAt(scored, 2 * at), comparedAt(scored, 2 * at + 1));
    }
    done += scored.ids.length;
    onProgress(done, total);
  };
  const both: Models = { before: active.model, after };
  if (total >= threads.MANY) await threads.work(db, workspaceId, now, 'preview', both, add);
  else {
    const all = timelineCopy.ALL_ACCOUNTS;
    const scored = await inWorkspace(db, workspaceId, (tx) => scoreBoth(tx, null, all, both, now), {
      readOnly: true,
    });
    add(scored);
  }
  return {
    ...comparing.result(),
    activeVersion: active.version,
    changes: diffModels(active.model, after),
  };
}

export interface Models {
  before: ScoringModel;
  after: ScoringModel;
}

/** Scores in a shape that is cheap to hand from thread to thread. */
export interface Scored {
  ids: string[];
  /** Of each account with the one model and then the other: heat, qualification and the index of its tier. */
  numbers: Float64Array;
}

const WIDTH = 3;

function comparedAt({ numbers }: Scored, index: number): Compared {
  const [heat, qualification, tier] = numbers.subarray(WIDTH * index, WIDTH * (index + 1));
  return { heat: heat!, qualification: qualification!, tier: QUALIFICATION_TIERS[tier!]! };
}

/** Accounts whose facts are read at a time. */
const CHUNK = 2_000;

/** Scores the accounts of a range with both models. The transaction sees one snapshot. */
export async function scoreBoth(
  tx: Tx,
  copies: string | null,
  range: AccountRange,
  { before, after }: Models,
  now: Date,
): Promise<Scored> {
  const timeline = await timelineCopy.read(tx, copies, range);
  const all = await accounts.idsIn(tx, range);
  const ids: string[] = [];
  const numbers = new Float64Array(2 * WIDTH * all.length);
  let at = 0;
  for (let from = 0; from < all.length; from += CHUNK) {
    const facts = await readFacts(tx, all.slice(from, from + CHUNK), now, null);
    for (const [id, of] of facts) {
      const evidence: EvidenceSet = timeline.evidenceOf(id);
      ids.push(id);
      for (const model of [before, after]) {
        const { heat, qualification, tier } = scoreBriefly({ evidence, ...of }, model, now);
        numbers[at++] = heat;
        numbers[at++] = qualification;
        numbers[at++] = QUALIFICATION_TIERS.indexOf(tier);
      }
    }
  }
  return { ids, numbers: numbers.subarray(0, at) };
}
