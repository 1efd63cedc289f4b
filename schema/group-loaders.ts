/** Loaders for buying groups and people: whatever a page asks for is read in one statement for all of it. */
import DataLoader from 'dataloader';
import type { DealFacts } from '../src/core/scoring/bant.ts';
import type { Evidence } from '../src/core/scoring/evidence.ts';
import { dealFactsOf } from '../src/flow/groups.ts';
import { groupsAt, type PastGroup } from '../src/flow/past-groups.ts';
import type { Tx } from '../src/store/database.ts';
import * as groups from '../src/store/groups.ts';
import * as models from '../src/store/models.ts';
import type { Person } from '../src/store/people.ts';
import * as solutions from '../src/store/solutions.ts';
import * as timeline from '../src/store/timeline.ts';
import type { Context } from './context.ts';

const made = new WeakMap<object, ReturnType<typeof createLoaders>>();

/** The loaders of this request. */
export function groupLoaders(context: Context): ReturnType<typeof createLoaders> {
  let loaders = made.get(context.loaders);
  if (!loaders) {
    loaders = createLoaders(context);
    made.set(context.loaders, loaders);
  }
  return loaders;
}

function createLoaders({ read, clock }: Context) {
  const ofMap = <T>(load: (tx: Tx, ids: readonly string[]) => Promise<Map<string, T>>, none: T) =>
    new DataLoader<string, T>((ids) =>
      read(async (tx) => {
        const found = await load(tx, ids);
        return ids.map((id) => found.get(id) ?? none);
      }),
    );
  let model: Promise<models.ModelVersion> | null = null;
  const past = new Map<number, DataLoader<string, PastGroup[]>>();
  let sold: Promise<Awaited<ReturnType<typeof solutions.list>>> | null = null;
  return {
    /** The model in force. */
    model: () => {
      model ??= read((tx) => models.current(tx, clock()));
      return model;
    },
    solutions: () => {
      sold ??= read(solutions.list);
      return sold;
    },
    group: new DataLoader<string, groups.GroupRow | null>((ids) => read((tx) => groups.byIds(tx, ids))),
    ofAccount: ofMap<groups.GroupRow[]>(groups.ofAccounts, []),
    ofAccountAt: (at: Date) => {
      const known = past.get(at.getTime());
      const loader = known ?? ofMap<PastGroup[]>((tx, ids) => groupsAt(tx, ids, at, clock()), []);
      past.set(at.getTime(), loader);
      return loader;
    },
    members: ofMap<groups.MemberRow[]>(groups.membersOf, []),
    deal: ofMap<DealFacts>(
      async (tx, ids) => {
        const { model } = await models.current(tx, clock());
        return dealFactsOf(tx, ids, model.groups.activeDays, clock());
      },
      { said: [], members: [] },
    ),
    /** What people did at their accounts. */
    deeds: new DataLoader<Person, readonly Evidence[], string>(
      (people) =>
        read(async (tx) => {
          const accountIds = [...new Set(people.flatMap(({ accountId }) => accountId ?? []))];
          const evidence = await timeline.evidence(tx, accountIds);
          const byActor = Map.groupBy([...evidence.values()].flat(), ({ actor }) => actor);
          return people.map(({ id }) => byActor.get(`person:${id}`) ?? []);
        }),
      { cacheKeyFn: ({ id }) => id },
    ),
  };
}
