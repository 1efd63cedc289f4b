/** Loaders of one request: whatever a page of accounts asks for is read in one statement for all of them. */
import DataLoader from 'dataloader';
import type { FlagStatus } from '../src/core/scoring/flag-life.ts';
import type { Contribution } from '../src/core/scoring/heat.ts';
import type { StageChange } from '../src/core/scoring/stage.ts';
import * as handoff from '../src/flow/handoff.ts';
import { computeRolledUp } from '../src/flow/hierarchy.ts';
import * as history from '../src/flow/history.ts';
import * as rescore from '../src/flow/rescore.ts';
import type { Seen } from '../src/store/account-view.ts';
import * as accounts from '../src/store/accounts.ts';
import type { Tx } from '../src/store/database.ts';
import * as flags from '../src/store/flags.ts';
import * as graph from '../src/store/graph.ts';
import * as merges from '../src/store/merges.ts';
import * as models from '../src/store/models.ts';
import * as people from '../src/store/people.ts';
import * as scores from '../src/store/scores.ts';
import * as signals from '../src/store/signals.ts';
import * as stages from '../src/store/stages.ts';
import * as surges from '../src/store/surges.ts';
import * as topics from '../src/store/topics.ts';
import type { Read } from './context.ts';
import { asAsked, type ScoreView, viewOf } from './score-view.ts';

/** An account with its score as it stands, so that most fields are plain properties. */
export interface AccountNode extends Omit<accounts.Account, 'domain'>, Omit<ScoreView, 'heat'> {
  domain: string;
  current: ScoreView;
}

export type Loaders = ReturnType<typeof createLoaders>;

/** Which part of a list is wanted; equal ones share a statement. */
export interface Slice {
  limit: number;
  cursor: string | null;
  backward: boolean;
}

/** Loaders over a request's snapshot. */
export function createLoaders(read: Read, clock: () => Date) {
  const made = new Map<string, unknown>();
  let clusters: Promise<topics.Cluster[]> | null = null;
  /** One loader per question, e.g. "heat as of Monday"; its keys are accounts. */
  function loaderOf<V>(
    question: string,
    load: (tx: Tx, ids: readonly string[]) => Promise<Map<string, V>>,
    none: V,
  ) {
    let loader = made.get(question) as DataLoader<string, V> | undefined;
    if (!loader) {
      loader = new DataLoader((ids) =>
        read(async (tx) => {
          const found = await load(tx, ids);
          return ids.map((id) => found.get(id) ?? none);
        }),
      );
      made.set(question, loader);
    }
    return loader;
  }

  return {
    account: new DataLoader<string, AccountNode | null>((ids) => read((tx) => loadAccounts(tx, ids, clock))),
    person: new DataLoader<string, people.Person | null>((ids) => read((tx) => people.byIds(tx, ids))),
    signal: new DataLoader<string, signals.SignalRow | null>((ids) => read((tx) => signals.byIds(tx, ids))),

    /** People by name and title, visitors as such. */
    actorName: new DataLoader<string, string>((actors) =>
      read(async (tx) => {
        const names = await rescore.actorNames(tx, actors);
        return actors.map((actor) => names.get(actor) ?? 'known person');
      }),
    ),

    /** Scores as of a moment, with what was known then. */
    scoreAt: (asOf: Date) =>
      loaderOf<ScoreView | null>(
        `score ${asOf.getTime()}`,
        async (tx, ids) => {
          const { model, version } = await models.activeAt(tx, asOf, clock());
          const computed = await rescore.compute(tx, ids, model, asOf, asOf);
          return new Map(
            computed.map(({ accountId, score }) => [
              accountId,
              asAsked(viewOf(scores.toStored(accountId, score, version, asOf)), asOf, false),
            ]),
          );
        },
        null,
      ),

    /** The same with everything below the account; null: now. */
    rolledUp: (asOf: Date | null) =>
      loaderOf<ScoreView | null>(
        `rolled up ${asOf?.getTime() ?? 'now'}`,
        async (tx, ids) => {
          const at = asOf ?? clock();
          const { model, version } = await models.activeAt(tx, at, clock());
          const computed = await computeRolledUp(tx, ids, model, at, asOf);
          return new Map(
            computed.map(({ accountId, score }) => [
              accountId,
              asAsked(viewOf(scores.toStored(accountId, score, version, at)), asOf, true),
            ]),
          );
        },
        null,
      ),

    parentLink: () => loaderOf<graph.Edge | null>('parent link', graph.parentEdges, null),
    children: () => loaderOf<string[]>('children', graph.childrenOf, []),
    domainDetails: () => loaderOf<graph.DomainFacts[]>('domain details', graph.domainsOf, []),
    merged: () => loaderOf<merges.Merge[]>('merged', merges.of, []),

    stageChanges: () => loaderOf<StageChange[]>('stage changes', stages.changesOf, []),
    flagsOf: (status: FlagStatus | null) =>
      loaderOf<flags.Flag[]>(`flags ${status}`, (tx, ids) => flags.ofAccounts(tx, ids, status), []),
    flag: new DataLoader<string, flags.Flag | null>((ids) => read((tx) => flags.byIds(tx, ids))),
    handoff: () =>
      loaderOf<handoff.HandoffView | null>(
        'hand-off',
        async (tx, ids) => {
          const now = clock();
          const { model } = await models.current(tx, now);
          return handoff.viewsOf(tx, await rescore.compute(tx, ids, model, now, null), model, now);
        },
        null,
      ),

    surge: (about: surges.SurgeSubject, name: string) =>
      loaderOf<surges.Surge | null>(
        `surge ${about} ${name}`,
        (tx, ids) => surges.of(tx, ids, about, name),
        null,
      ),
    surgingTopics: (limit: number) =>
      loaderOf<surges.Surge[]>(
        `surging topics ${limit}`,
        (tx, ids) => surges.surgingTopicsOf(tx, ids, limit),
        [],
      ),
    /** By name; null: nobody declared it, and no recent signal names it. */
    topic: () =>
      loaderOf<topics.TopicFacts | null>(
        'topic',
        async (tx, names) => new Map((await topics.list(tx, names)).map((one) => [one.name, one])),
        null,
      ),
    clusters: () => {
      clusters ??= read(topics.clusters);
      return clusters;
    },

    /** All contributions of the scores as they stand: those of one day and model are computed together. */
    contributions: new DataLoader<scores.StoredScore, Contribution[], string>(
      (wanted) => read((tx) => loadContributions(tx, wanted, clock)),
      { cacheKeyFn: (score) => score.accountId },
    ),

    heatHistory: (from: Date, to: Date, daily: boolean) =>
      loaderOf<scores.HistoryPoint[]>(
        `history ${from.getTime()} ${to.getTime()} ${daily}`,
        (tx, ids) => (daily ? history.daily(tx, ids, from, to) : scores.history(tx, ids, from, to)),
        [],
      ),

    signalsOf: (
      filter: signals.SignalFilter,
      slice: Slice,
      properties?: readonly signals.SignalProperty[],
    ) => {
      const { limit, cursor, backward } = slice;
      const newest = isEmpty(filter) && !cursor && !backward;
      return loaderOf<signals.SignalRow[]>(
        newest ? `newest ${limit} ${properties}` : `signals ${JSON.stringify([filter, slice])}`,
        (tx, ids) =>
          newest
            ? signals.newestOf(tx, ids, limit, properties)
            : signals.pageOf(tx, ids, filter, limit, cursor, backward),
        [],
      );
    },
    signalCount: (filter: signals.SignalFilter) =>
      loaderOf<number>(
        `signal count ${JSON.stringify(filter)}`,
        (tx, ids) => signals.countOf(tx, ids, filter),
        0,
      ),

    peopleOf: ({ limit, cursor, backward }: Slice) =>
      loaderOf<people.Person[]>(
        `people ${JSON.stringify([limit, cursor, backward])}`,
        (tx, ids) => people.pageOf(tx, ids, limit, cursor, backward),
        [],
      ),
    peopleCount: () => loaderOf<number>('people count', (tx, ids) => people.countOf(tx, ids), 0),
  };
}

/** Accounts with their scores, in the order asked for; unknown ids are null. */
export async function loadAccounts(
  tx: Tx,
  ids: readonly string[],
  clock: () => Date,
): Promise<(AccountNode | null)[]> {
  const found = await accounts.byIds(tx, ids);
  const stored = await scores.byAccounts(tx, ids);
  const unscored = found.flatMap((account) => (account && !stored.has(account.id) ? account.id : []));
  if (unscored.length > 0) {
    // Made a moment ago, and the rescorer has not come by yet.
    const now = clock();
    const { model, version } = await models.current(tx, now);
    for (const { accountId, score } of await rescore.compute(tx, unscored, model, now, null)) {
      stored.set(accountId, scores.toStored(accountId, score, version, now));
    }
  }
  return found.map((account) => {
    return account && nodeOf(account, viewOf(stored.get(account.id)!));
  });
}

/** The node of a list's row, which has only what was asked for. */
export const toNode = (seen: Seen): AccountNode => nodeOf(seen, viewOf(seen, seen.reasons));

function nodeOf(account: accounts.Account, current: ScoreView): AccountNode {
  const { heat: _, ...parts } = current;
  return { ...account, ...parts, domain: account.domain ?? '', current };
}

const isEmpty = (filter: object): boolean =>
  Object.values(filter).every((value) => value === undefined || value === null);

async function loadContributions(
  tx: Tx,
  wanted: readonly scores.StoredScore[],
  clock: () => Date,
): Promise<Contribution[][]> {
  const groups = new Map<string, scores.StoredScore[]>();
  for (const score of wanted) {
    const key = `${score.scoredAt.toISOString().slice(0, 10)} ${score.modelVersion}`;
    const group = groups.get(key);
    if (group) group.push(score);
    else groups.set(key, [score]);
  }
  const versions = await models.list(tx);
  const current = versions.find((one) => one.active) ?? (await models.current(tx, clock()));
  const byAccount = new Map<string, Contribution[]>();
  for (const group of groups.values()) {
    // Ages are whole UTC days, so the last moment of the group holds for all of it.
    const asOf = new Date(Math.max(...group.map((score) => score.scoredAt.getTime())));
    const { model } = versions.find((one) => one.version === group[0]!.modelVersion) ?? current;
    const ids = group.map((score) => score.accountId);
    for (const { accountId, score } of await rescore.compute(tx, ids, model, asOf, null)) {
      byAccount.set(accountId, score.heat.contributions);
    }
  }
  return wanted.map((score) => byAccount.get(score.accountId) ?? []);
}
