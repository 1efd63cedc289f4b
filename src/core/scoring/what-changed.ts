/**
 * Why a score is not what it was: the difference of two raw totals, taken apart by cause. Each step changes one thing
 * (what was taken back, the model, the day, where signals stand, what came late, what is new) and is scored by the same
 * tally, so the parts add up.
 */
import type { ScoringModel } from '../model.ts';
import type { SignalKind } from '../signal.ts';
import type { Evidence } from './evidence.ts';
import { whoDid } from './explain.ts';
import { heatOf } from './heat.ts';
import { type Tally, tally } from './tally.ts';

export type ChangeCause = 'NEW_ACTIVITY' | 'DECAYED' | 'RECEIVED_LATE' | 'MOVED' | 'RESTATED' | 'MODEL';

/** A moment’s evidence, as it was known and stood then, and the model that was in force. */
export interface Moment {
  evidence: readonly Evidence[];
  model: ScoringModel;
  asOf: Date;
}

export interface ChangePart {
  cause: ChangeCause;
  /** What it adds to `raw`; all parts add up to its change. */
  points: number;
  text: string;
  /** By kind, strongest first; they add up to the part’s points. */
  lines: ChangeLine[];
}

export interface ChangeLine {
  /** null: for the rest, of all other kinds. */
  kind: SignalKind | null;
  points: number;
  text: string;
}

export interface ScoreChange {
  since: Date;
  asOf: Date;
  raw: { from: number; to: number };
  heat: { from: number; to: number };
  /** Only those that are not 0, in the order they are worked out. */
  parts: ChangePart[];
}

/**
 * What changed from one moment to a later one. `shown`: the raw total and heat that were shown at the earlier moment,
 * where that is known: what the batches add that were taken back since is its difference from what is found there now.
 */
export function whatChanged(
  then: Moment,
  now: Moment,
  shown: { raw: number; heat: number } | null = null,
  actorName: (actor: string) => string | null = () => null,
): ScoreChange {
  const since = then.asOf.getTime();
  const happened = (one: Evidence) => one.occurredAt.getTime() <= since;
  const received = (one: Evidence) => one.receivedAt.getTime() <= since;
  const stood = then.evidence.filter((one) => happened(one) && received(one));
  const known = now.evidence.filter((one) => happened(one) && received(one));
  const past = now.evidence.filter(happened);
  const late = past.filter((one) => !received(one));
  const fresh = now.evidence.filter((one) => !happened(one));

  const before = tally(stood, then.model, then.asOf);
  const remodelled = then.model === now.model ? before : tally(stood, now.model, then.asOf);
  const aged = tally(stood, now.model, now.asOf);
  const moved = tally(known, now.model, now.asOf);
  const completed = tally(past, now.model, now.asOf);
  const after = tally(now.evidence, now.model, now.asOf);

  const parts: ChangePart[] = [];
  const add = (cause: ChangeCause, from: Tally, to: Tally, by: readonly Evidence[]) => {
    const points = to.raw - from.raw;
    const lines = linesOf(from, to, by, actorName);
    if (points === 0 && lines.length === 0) return;
    parts.push({ cause, points, text: textOf(cause, points), lines });
  };
  const takenBack = shown === null ? 0 : before.raw - shown.raw;
  // The last bits of a sum are not a change.
  if (Math.abs(takenBack) > 1e-9) {
    parts.push({
      cause: 'RESTATED',
      points: takenBack,
      text: textOf('RESTATED', takenBack),
      lines: [],
    });
  }
  add('MODEL', before, remodelled, stood);
  add('DECAYED', remodelled, aged, stood);
  add('MOVED', aged, moved, differing(stood, known));
  add('RECEIVED_LATE', moved, completed, late);
  add('NEW_ACTIVITY', completed, after, fresh);

  const from = shown ?? { raw: before.raw, heat: heatOf(before.raw, then.model) };
  return {
    since: then.asOf,
    asOf: now.asOf,
    raw: { from: from.raw, to: after.raw },
    heat: { from: from.heat, to: heatOf(after.raw, now.model) },
    parts,
  };
}

/** What is in only one of the two, or stands otherwise: by somebody else, or more or less surely. */
function differing(stood: readonly Evidence[], known: readonly Evidence[]): Evidence[] {
  const before = new Map(stood.map((one) => [one.id, one]));
  const changed = known.filter((one) => {
    const old = before.get(one.id);
    before.delete(one.id);
    return !old || old.actor !== one.actor || old.confidence !== one.confidence;
  });
  return [...changed, ...before.values()];
}

/** By the kinds of what makes the difference; what it does to other kinds (breadth, copies) is one line. */
function linesOf(
  from: Tally,
  to: Tally,
  by: readonly Evidence[],
  actorName: (actor: string) => string | null,
): ChangeLine[] {
  const worth = worthByKind(to);
  for (const [kind, points] of worthByKind(from)) worth.set(kind, (worth.get(kind) ?? 0) - points);
  const lines: ChangeLine[] = [];
  for (const [kind, list] of Map.groupBy(by, (one) => one.kind)) {
    const points = worth.get(kind) ?? 0;
    worth.delete(kind);
    if (points !== 0) lines.push({ kind, points, text: whoDid(kind, list, actorName) });
  }
  lines.sort((a, b) => Math.abs(b.points) - Math.abs(a.points) || (a.kind! < b.kind! ? -1 : 1));
  const rest = [...worth.values()].reduce((sum, points) => sum + points, 0);
  if (Math.abs(rest) > 1e-12) {
    lines.push({ kind: null, points: rest, text: 'What the same actors did otherwise counts differently' });
  }
  return lines;
}

function worthByKind(counted: Tally): Map<SignalKind, number> {
  const worth = new Map<SignalKind, number>();
  for (const actor of counted.actors) {
    for (const group of actor.groups) {
      worth.set(group.kind, (worth.get(group.kind) ?? 0) + group.worth);
    }
  }
  return worth;
}

const CAUSES: Record<ChangeCause, string> = {
  NEW_ACTIVITY: 'happened since',
  DECAYED: 'faded with age',
  RECEIVED_LATE: 'happened before, but was received since',
  MOVED: 'was found to belong here, or no longer does, or to somebody else',
  RESTATED: 'the past was restated: a batch undone, a person erased, or history filled in',
  MODEL: 'the scoring model is another',
};

function textOf(cause: ChangeCause, points: number): string {
  const amount = `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)}`;
  return `${amount} points: ${CAUSES[cause]}`;
}
