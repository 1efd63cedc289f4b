/** Scores accounts again: those that were touched, or all of them. The arithmetic is all in core/scoring. */
import type { ScoringModel } from '../core/model.ts';
import { type EvidenceSet, rowsOf } from '../core/scoring/evidence.ts';
import type { Firmographics, Outcomes } from '../core/scoring/fit.ts';
import { type AccountScore, type ScoreInput, scoreAccount, scoreTally } from '../core/scoring/score.ts';
import { tally } from '../core/scoring/tally.ts';
import * as accounts from '../store/accounts.ts';
import { type Database, inWorkspace, type Tx } from '../store/database.ts';
import * as models from '../store/models.ts';
import * as people from '../store/people.ts';
import * as scoreHistory from '../store/score-history.ts';
import * as scores from '../store/scores.ts';
import * as stages from '../store/stages.ts';
import * as surges from '../store/surges.ts';
import * as timeline from '../store/timeline.ts';
import * as flags from './flags.ts';
import * as groups from './groups.ts';
import * as handoff from './handoff.ts';
import { asKnownAt } from './history.ts';
import * as rescoreAll from './rescore-all.ts';
import { scoreShadows } from './shadows.ts';
import * as surge from './surge.ts';

/** Accounts scored in one transaction: enough to be worth it, few enough to keep the event loop and memory free. */
const CHUNK = 100;

/**
 * Works off the requests of one workspace and judges its surges; returns how many accounts were scored. Safe to be killed at any moment:
 * a request goes only with the score it asked for.
 */
export async function drain(
  db: Database,
  workspaceId: string,
  clock: () => Date,
  /** Told after each transaction; `false` ends the work there. */
  onProgress: (done: number) => unknown = () => {},
): Promise<number> {
  let done = 0;
  let goOn = true;
  let refreshed = false;
  while (goOn) {
    const before = done;
    const scored = await pass(db, workspaceId, clock, (now) => {
      goOn = onProgress(before + now) !== false;
      return goOn;
    });
    done += scored;
    if (scored > 0) continue;
    if (refreshed) break;
    // May ask for more.
    refreshed = true;
    await surge.refresh(db, workspaceId, clock, done > 0);
  }
  return done;
}

/** As `drain`, but only once through the accounts, in the order of their ids: under load none is passed over. */
export async function pass(
  db: Database,
  workspaceId: string,
  clock: () => Date,
  onProgress: (done: number) => unknown,
): Promise<number> {
  let done = 0;
  if (await rescoreAll.isWorthIt(db, workspaceId)) {
    done = await rescoreAll.run(db, workspaceId, clock(), onProgress);
    if (done > 0) return done;
  }
  let last: string | null = null;
  for (;;) {
    const ids: string[] = await inWorkspace(db, workspaceId, async (tx) => {
      const ids = await scores.takeRequested(tx, CHUNK, last);
      if (ids.length === 0) return ids;
      const now = clock();
      await scoreAccounts(tx, ids, now);
      return ids;
    });
    if (ids.length === 0) return done;
    last = ids.at(-1)!;
    done += ids.length;
    if (onProgress(done) === false) return done;
  }
}

/** Where evidence is read from: the timeline in the database, or a part of it that is in memory. */
type ReadEvidence = (
  tx: Tx,
  accountIds: readonly string[],
  asOf: Date | null,
) => Promise<Map<string, EvidenceSet>>;

/** Scores these accounts and saves all that follows from it. The caller holds back others who would save scores. */
export async function scoreAccounts(
  tx: Tx,
  ids: readonly string[],
  now: Date,
  read: ReadEvidence = timeline.evidence,
): Promise<void> {
  const { model, version } = await models.active(tx, now);
  const inputs = await readInputs(tx, ids, now, null, null, read);
  const grouping = await groups.open(tx, ids, model, now);
  const flagging = await flags.open(tx, inputs, grouping.staff, model, now);
  const rows: scores.ScoreRow[] = [];
  const near: handoff.Scored[] = [];
  // One account after the other, and of each only what is to be saved is kept: the rest is gone at once.
  for (const { accountId, input } of inputs) {
    const counted = tally(input.evidence, model, now);
    const score = scoreTally(counted, input, model);
    rows.push(scores.rowOf(accountId, score));
    if (handoff.isNear(score, model)) near.push({ accountId, score });
    flagging.judge({ accountId, input, score, groups: grouping.judge(accountId, counted) });
  }
  const restaged = await scores.save(tx, rows, version, now);
  await stages.save(
    tx,
    rows.filter((row) => restaged.has(row.accountId)),
  );
  await grouping.save(version);
  // They look at groups as these stand.
  await handoff.update(tx, rows, near, model, now);
  await flagging.save(version);
  await scoreShadows(tx, ids, now, (same, ids, model, asOf, replay) =>
    compute(same, ids, model, asOf, replay, null, read),
  );
}

/**
 * Scores of these accounts as of a moment. `replay` in the past: with what was known and how it stood then. `members`:
 * accounts whose signals count for each; without it only its own do.
 */
export async function compute(
  tx: Tx,
  accountIds: readonly string[],
  model: ScoringModel,
  asOf: Date,
  replay: Date | null,
  members: ReadonlyMap<string, readonly string[]> | null = null,
  read: ReadEvidence = timeline.evidence,
): Promise<{ accountId: string; score: AccountScore }[]> {
  const inputs = await readInputs(tx, accountIds, asOf, replay, members, read);
  return inputs.map(({ accountId, input }) => ({ accountId, score: scoreAccount(input, model, asOf) }));
}

/** What `compute` scores from; not of accounts that are gone meanwhile. */
export async function readInputs(
  tx: Tx,
  accountIds: readonly string[],
  asOf: Date,
  replay: Date | null,
  members: ReadonlyMap<string, readonly string[]> | null = null,
  read: ReadEvidence = timeline.evidence,
): Promise<{ accountId: string; input: ScoreInput }[]> {
  const wanted = members ? [...new Set(accountIds.flatMap((id) => members.get(id) ?? id))] : accountIds;
  const evidence = await read(tx, wanted, replay);
  const then = replay && { at: replay, families: await scoreHistory.familiesAt(tx, accountIds, replay) };
  const facts = await readFacts(tx, accountIds, asOf, then);
  const spans = await surges.spansOf(tx, accountIds, then);
  const of = (id: string): EvidenceSet =>
    members ? (members.get(id) ?? [id]).flatMap((one) => rowsOf(evidence.get(one)!)) : evidence.get(id)!;
  return Array.from(facts, ([accountId, known]) => {
    const clusters = (spans.get(accountId) ?? []).filter((span) => span.about === 'CLUSTER');
    return { accountId, input: { evidence: of(accountId), ...known, surges: clusters } };
  });
}

/** What is known of accounts besides their signals, by account; as it stood `then`, where that is not null. */
export async function readFacts(
  tx: Tx,
  accountIds: readonly string[],
  asOf: Date,
  then: { at: Date; families: ReadonlyMap<string, readonly string[]> } | null,
): Promise<Map<string, { firmographics: Firmographics; outcomes: Outcomes }>> {
  const today = await accounts.firmographics(tx, accountIds, asOf, then?.at ?? null);
  const facts = then ? await asKnownAt(tx, today, then) : today;
  const found = new Map<string, { firmographics: Firmographics; outcomes: Outcomes }>();
  for (const id of accountIds) {
    const fact = facts.get(id);
    if (!fact) continue;
    found.set(id, {
      firmographics: { ...fact, domain: fact.domain ?? '', growth: null },
      outcomes: {
        history: fact.outcomes,
        customer: fact.customer,
        openOpportunity: fact.openOpportunity,
        salesSaidNoAt: fact.salesSaidNoAt,
        optedOut: false,
        freeEmailOnly: false,
        student: false,
      },
    });
  }
  return found;
}

/** Actors as people read them: a person's name and title, or that it is an anonymous visitor. */
export async function actorNames(tx: Tx, actors: readonly (string | null)[]): Promise<Map<string, string>> {
  const ids = [...new Set(actors.filter((actor) => actor?.startsWith('person:')))].map((actor) =>
    actor!.slice(7),
  );
  const names = new Map<string, string>();
  for (const person of await people.byIds(tx, ids)) {
    if (!person) continue;
    const name = person.name ?? person.email ?? 'known person';
    names.set(`person:${person.id}`, person.title ? `${name}, ${person.title}` : name);
  }
  for (const actor of actors) if (actor?.startsWith('visitor:')) names.set(actor, 'anonymous visitor');
  return names;
}
