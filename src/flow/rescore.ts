/** Scores accounts again: those that were touched, or all of them. The arithmetic is all in core/scoring. */
import type { ScoringModel } from '../core/model.ts';
import type { Evidence } from '../core/scoring/evidence.ts';
import type { Firmographics, Outcomes } from '../core/scoring/fit.ts';
import { type AccountScore, scoreAccount } from '../core/scoring/score.ts';
import * as accounts from '../store/accounts.ts';
import { type Database, inWorkspace, type Tx } from '../store/database.ts';
import * as models from '../store/models.ts';
import * as people from '../store/people.ts';
import * as scores from '../store/scores.ts';
import * as timeline from '../store/timeline.ts';

/** Accounts scored in one transaction: enough to be worth it, few enough to keep the event loop and memory free. */
const CHUNK = 100;

/**
 * Works off the requests of one workspace; returns how many accounts were scored. Safe to be killed at any moment:
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
  while (goOn) {
    const before = done;
    const scored = await pass(db, workspaceId, clock, (now) => {
      goOn = onProgress(before + now) !== false;
      return goOn;
    });
    if (scored === 0) break;
    done += scored;
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
  let last: string | null = null;
  for (;;) {
    const ids: string[] = await inWorkspace(db, workspaceId, async (tx) => {
      const ids = await scores.takeRequested(tx, CHUNK, last);
      if (ids.length === 0) return ids;
      const now = clock();
      const { model, version } = await models.active(tx, now);
      await scores.save(tx, await compute(tx, ids, model, now, null), version, now);
      return ids;
    });
    if (ids.length === 0) return done;
    last = ids.at(-1)!;
    done += ids.length;
    if (onProgress(done) === false) return done;
  }
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
): Promise<{ accountId: string; score: AccountScore }[]> {
  const read = members ? [...new Set(accountIds.flatMap((id) => members.get(id) ?? id))] : accountIds;
  const [evidence, facts] = [
    await timeline.evidence(tx, read, replay),
    await accounts.firmographics(tx, accountIds, asOf, replay),
  ];
  const of = (id: string): Evidence[] =>
    members ? (members.get(id) ?? [id]).flatMap((one) => evidence.get(one)!) : evidence.get(id)!;
  return accountIds.flatMap((accountId) => {
    const fact = facts.get(accountId);
    if (!fact) return []; // gone meanwhile
    const firmographics: Firmographics = { ...fact, domain: fact.domain ?? '', growth: null };
    const outcomes: Outcomes = {
      customer: fact.customer,
      openOpportunity: fact.openOpportunity,
      salesSaidNoAt: fact.salesSaidNoAt,
      optedOut: false,
      freeEmailOnly: false,
      student: false,
    };
    return [
      {
        accountId,
        score: scoreAccount({ evidence: of(accountId), firmographics, outcomes }, model, asOf),
      },
    ];
  });
}

export interface Explained {
  score: AccountScore;
  modelVersion: number;
  /** By actor. */
  names: Map<string, string>;
}

/** One account's score at any moment, with every contribution and the names of those who may be named. */
export async function explain(
  db: Database,
  workspaceId: string,
  accountId: string,
  asOf: Date | null,
  now: Date,
): Promise<Explained | null> {
  return inWorkspace(db, workspaceId, async (tx) => {
    const { model, version } = await models.active(tx, now);
    const [computed] = await compute(tx, [accountId], model, asOf ?? now, asOf);
    return computed ? withNames(tx, computed.score, version) : null;
  });
}

/** The same with the names of its actors. */
export async function withNames(tx: Tx, score: AccountScore, modelVersion: number): Promise<Explained> {
  const names = await actorNames(
    tx,
    score.heat.contributions.map((one) => one.actor),
  );
  return { score, modelVersion, names };
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
