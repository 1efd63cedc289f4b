/** Explains a score of any moment: its parts, what changed, what would change it, what is missing. */
import { Invalid } from '../core/errors.ts';
import type { ScoringModel } from '../core/model.ts';
import { type Evidence, rowsOf } from '../core/scoring/evidence.ts';
import {
  type Against,
  againstOf,
  type Lever,
  leversOf,
  type Missing,
  missingFrom,
} from '../core/scoring/levers.ts';
import { type AccountScore, type ScoreInput, scoreAccount } from '../core/scoring/score.ts';
import { type ScoreChange, whatChanged } from '../core/scoring/what-changed.ts';
import type { Tx } from '../store/database.ts';
import * as graph from '../store/graph.ts';
import * as scoreHistory from '../store/score-history.ts';
import { modelFor } from './models.ts';
import { actorNames, readInputs } from './rescore.ts';

/** Which score is meant. */
export interface Asked {
  accountId: string;
  /** As of then, with what was known then; null: now. */
  asOf: Date | null;
  /** With everything below the account. */
  rollUp: boolean;
  /** null: the version that was active then. */
  version: number | null;
}

/** A score and what it was made from. */
export interface Subject {
  asked: Asked;
  at: Date;
  input: ScoreInput & { evidence: readonly Evidence[] };
  model: ScoringModel;
  modelVersion: number;
  /** By actor. */
  names: Map<string, string>;
}

export interface Outlook {
  levers: Lever[];
  missing: Missing[];
  against: Against[];
}

/** Reads what the score is made from; null if there is no such account (any more). */
export async function subjectOf(tx: Tx, asked: Asked, now: Date): Promise<Subject | null> {
  const { accountId, asOf, rollUp, version } = asked;
  const { model, version: modelVersion } = await modelFor(tx, version, asOf, now);
  const at = asOf ?? now;
  const members = rollUp ? await graph.below(tx, [accountId], asOf) : null;
  const [found] = await readInputs(tx, [accountId], at, asOf, members);
  if (!found) return null;
  const evidence = rowsOf(found.input.evidence);
  const names = await actorNames(tx, [...new Set(evidence.map((one) => one.actor))]);
  return { asked, at, input: { ...found.input, evidence }, model, modelVersion, names };
}

export interface Explained {
  score: AccountScore;
  modelVersion: number;
  /** By actor. */
  names: Map<string, string>;
}

/** The score with every contribution and the names of those who may be named. */
export function scoreOf({ input, model, at, modelVersion, names }: Subject): Explained {
  return { score: scoreAccount(input, model, at), modelVersion, names };
}

/**
 * What changed since the end of a UTC day, against what was shown then. Of a day that was not scored (or of a
 * hierarchy, or another version than the active one) what would have been shown stands for it. Throws `Invalid` if the
 * day is not before the score's.
 */
export async function changeSince(tx: Tx, subject: Subject, since: Date, now: Date): Promise<ScoreChange> {
  const { accountId, rollUp, version } = subject.asked;
  const day = since.toISOString().slice(0, 10);
  const then = new Date(Date.parse(day) + 86_400_000 - 1);
  if (then >= subject.at) {
    throw new Invalid(
      `since: ${day} has not ended before ${subject.at.toISOString()}`,
      'Give an earlier day: what changed is told since the end of a day.',
      { field: 'since' },
    );
  }
  const shown =
    rollUp || version !== null
      ? undefined
      : (await scoreHistory.standingOn(tx, [accountId], day)).get(accountId);
  // An older row of a score that fades means that nobody scored that day.
  const ofThatDay = shown && (shown.day === day || shown.raw === 0) ? shown : null;
  const before = await modelFor(tx, version ?? ofThatDay?.modelVersion ?? null, then, now);
  const model = before.version === subject.modelVersion ? subject.model : before.model;
  const members = rollUp ? await graph.below(tx, [accountId], then) : null;
  const [found] = await readInputs(tx, [accountId], then, then, members);
  return whatChanged(
    { evidence: rowsOf(found?.input.evidence ?? []), model, asOf: then },
    { evidence: subject.input.evidence, model: subject.model, asOf: subject.at },
    ofThatDay,
    nameIn(subject),
  );
}

/** What would change the score most, what is missing, and what speaks against the account. */
export function outlookOf(subject: Subject): Outlook {
  const { input, model, at } = subject;
  return {
    levers: leversOf(input, model, at),
    missing: missingFrom(input, model, at),
    against: againstOf(input.evidence, model, at, nameIn(subject)),
  };
}

const nameIn =
  ({ names }: Subject) =>
  (actor: string): string | null =>
    actor.startsWith('person:') ? (names.get(actor) ?? null) : null;
