import type { SignalKind } from '../signal.ts';

/** One placed signal as scoring sees it: what happened, by whom, and how sure we are whose it is. */
export interface Evidence {
  /** Unique; the same id twice is the same signal and counts once. Scores sum in the order of ids. */
  id: string;
  source: string;
  kind: SignalKind;
  occurredAt: Date;
  receivedAt: Date;
  /** `person:<id>`, else `visitor:<id>`, else `source:<source>`: the source itself, when nobody is known. */
  actor: string;
  /** 0–1, by the adapter. */
  strength: number;
  /** 0–1, of the match that placed it. */
  confidence: number;
  /** −1…1, null: unknown. */
  sentiment: number | null;
  /** Names the thing at its origin; of signals with the same origin only the strongest counts. */
  origin: string | null;
}

/** Whether an actor is a person, a browser or device, or nobody but the source. */
export function actorType(actor: string): 'person' | 'visitor' | 'source' {
  if (actor.startsWith('person:')) return 'person';
  return actor.startsWith('visitor:') ? 'visitor' : 'source';
}
