/**
 * What is undone was never there: rewrites what is kept of where signals stood and of which parents accounts had, as it
 * would be without what was taken back. Where that cannot be told from what is kept, it follows from what is still said
 * and when it was said first.
 */
import { type Change, restated } from '../core/restated.ts';
import type { Tx } from '../store/database.ts';
import * as moves from '../store/moves.ts';
import * as surges from '../store/surges.ts';

/** What was taken back. */
export interface TakenBack {
  batchIds: readonly string[];
  /** From when on it was in force. */
  from: Date;
  /** When the first of its signals was received; null: it had none. */
  signalsFrom: Date | null;
  /** Whom it spoke of. */
  subjects: readonly string[];
  visitors: readonly string[];
}

/** The past after an undo. The caller holds the book; accounts, people and signals are settled as they are to be. */
export async function restatePast(tx: Tx, taken: TakenBack, now: Date): Promise<void> {
  await moves.restateBeginnings(tx, await moves.firstSaid(tx, taken.subjects));
  const moved = await restateMoves(tx, taken);
  await restateParents(tx, taken);
  const times = [taken.signalsFrom, moved ? taken.from : null].filter((time) => time !== null);
  if (times.length > 0) {
    await surges.requestRestating(tx, new Date(Math.min(...times.map((time) => time.getTime()))), now);
  }
}

const textOf = ({ accountId, personId, method, confidence }: moves.Place): string =>
  JSON.stringify([accountId, personId, method, confidence]);
const NOWHERE: moves.Place = { accountId: null, personId: null, method: null, confidence: 0 };

function placeOf(text: string): moves.Place {
  const [accountId, personId, method, confidence] = JSON.parse(text);
  return { accountId, personId, method, confidence };
}

/** Rewrites the moves of the signals that moved on the word of what was taken back; whether any did. */
async function restateMoves(tx: Tx, { batchIds, from, visitors }: TakenBack): Promise<boolean> {
  const signals = await moves.concernedBy(tx, batchIds, visitors);
  const known = <T>(values: readonly (T | null)[]): T[] => [...new Set(values.filter((one) => one !== null))];
  const homes = known(signals.map((one) => one.homeId));
  const said = await moves.firstSaid(tx, [...homes, ...known(signals.map((one) => one.place.personId))]);
  const linked = await moves.firstLinked(tx, known(signals.map((one) => one.visitor)));
  const merges = await moves.mergesOf(tx, homes);
  const undone = new Set(batchIds);
  const rewritten = signals.flatMap((signal) => {
    const { place, receivedAt, homeId, visitor } = signal;
    const changes = signal.moves.map(
      ({ at, from: was, batchId }, n): Change => ({
        at: at.getTime(),
        from: textOf(was),
        to: textOf(signal.moves[n + 1]?.from ?? place),
        batchId,
      }),
    );
    const words = [
      homeId && said.get(homeId),
      place.personId && said.get(place.personId),
      visitor !== null && place.personId && linked.get(`${visitor} ${place.personId}`),
    ].filter((word) => typeof word === 'object' && word !== null);
    const last = words.reduce<moves.FirstWord | null>(
      (latest, word) => (latest && latest.at >= word.at ? latest : word),
      null,
    );
    const saidFrom = last?.at.getTime() ?? Number.NEGATIVE_INFINITY;
    const begun = receivedAt.getTime();
    const isConcerned =
      changes.some(({ batchId }) => batchId !== null && undone.has(batchId)) ||
      (begun >= from.getTime() && saidFrom > begun);
    if (!isConcerned) return [];
    const after = restated(changes, {
      undone,
      undoneFrom: from.getTime(),
      begun,
      now: textOf(place),
      saidFrom,
      saidBy: last?.batchId ?? null,
      nothing: textOf(NOWHERE),
      forms: formsOf(place, homeId, merges),
    });
    return [
      {
        signalId: signal.signalId,
        moves: after.map(({ at, from: was, batchId }) => ({ at: new Date(at), from: placeOf(was), batchId })),
      },
    ];
  });
  await moves.rewrite(tx, rewritten);
  return rewritten.length > 0;
}

type Merges = Awaited<ReturnType<typeof moves.mergesOf>>;

/** Where a signal of that account counted as merges came and went. */
function formsOf(place: moves.Place, homeId: string | null, merges: Merges): { at: number; is: string }[] {
  if (homeId === null || !merges.has(homeId)) return [];
  const survivorAt = (id: string, at: number): string => {
    const into = merges
      .get(id)
      ?.find((one) => one.from.getTime() <= at && (!one.to || one.to.getTime() > at));
    return into ? survivorAt(into.intoId, at) : id;
  };
  if (survivorAt(homeId, Number.MAX_SAFE_INTEGER) !== place.accountId) return [];
  const times = [...merges.values()]
    .flat()
    .flatMap(({ from, to }) => [from.getTime(), ...(to ? [to.getTime()] : [])]);
  const isOf = (at: number) => ({ at, is: textOf({ ...place, accountId: survivorAt(homeId, at) }) });
  return [Number.NEGATIVE_INFINITY, ...[...new Set(times)].sort((a, b) => a - b)].map(isOf);
}

/** Rewrites the changes of parents that followed from what was taken back. */
async function restateParents(tx: Tx, { batchIds, from }: TakenBack): Promise<void> {
  const logs = await moves.parentsConcernedBy(tx, batchIds);
  const said = await moves.firstSaid(
    tx,
    logs.flatMap(({ accountId, parentId }) => (parentId ? [accountId, parentId] : [])),
  );
  const undone = new Set(batchIds);
  const rewritten = logs.map(({ accountId, parentId, saidAt, changes }) => {
    const steps = changes.map(
      ({ at, to, batchId }, n): Change => ({
        at: at.getTime(),
        from: changes[n - 1]?.to ?? '',
        to: to ?? '',
        batchId,
      }),
    );
    const words = [saidAt, parentId && said.get(parentId)?.at, parentId && said.get(accountId)?.at];
    const times = words.flatMap((word) => (word instanceof Date ? word.getTime() : []));
    const after = restated(steps, {
      undone,
      undoneFrom: from.getTime(),
      begun: Number.NEGATIVE_INFINITY,
      now: parentId ?? '',
      saidFrom: Math.max(...times),
      saidBy: null,
      nothing: '',
      forms: [],
    });
    return {
      accountId,
      changes: after.map(({ at, to, batchId }) => ({ at: new Date(at), to: to || null, batchId })),
    };
  });
  await moves.rewriteParents(tx, rewritten);
}
