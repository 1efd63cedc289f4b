/** Loads the bundled sample: ordinary batches through the ordinary path, so `undo sample` takes it away again. */
import { simulate } from '../../sample/simulate.ts';
import { defaultModel } from '../core/model.ts';
import type { Adapter, Normalised } from '../core/signal.ts';
import * as batches from '../store/batches.ts';
import { inWorkspace } from '../store/database.ts';
import * as models from '../store/models.ts';
import * as workspaces from '../store/workspaces.ts';
import { declareTopics } from './declare-topics.ts';
import { type Intake, take } from './ingest.ts';
import { recordOutcomes, upsertAccounts, upsertPeople } from './upsert.ts';

export const SAMPLE = 'sample';
const SEED = 1;
const CHUNK = 5_000;
/** Whom the sample's vendor sells to best. */
const ICP = {
  industries: ['Financial services', 'Insurance', 'Software', 'Retail'],
  technologies: ['snowflake', 'databricks', 'bigquery', 'dbt', 'airflow', 'kafka'],
};

/** Fills an empty workspace with half a year of a fictional vendor's market, ending now. */
export async function loadSample(
  intake: Intake,
  clock: () => Date,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<{ accounts: number; signals: number }> {
  const now = clock();
  const sample = simulate({ seed: SEED, until: now });
  const { db, workspace } = intake;
  await inWorkspace(db, workspace.id, async (tx) => {
    await workspaces.saveProfile(tx, sample.profile, `${sample.profile.brand?.[0] ?? 'Sample'} (sample)`);
    workspace.profile = (await workspaces.read(tx))!.profile;
    await models.active(tx, now);
    await models.apply(
      tx,
      { ...defaultModel, fit: { ...defaultModel.fit, icp: { ...defaultModel.fit.icp, ...ICP } } },
      SAMPLE,
      now,
      new Date(0), // its history is taken in as received when it happened, so this model goes for all of it
    );
    const id = await batches.open(tx, { source: 'crm', transport: 'sample', label: SAMPLE }, now);
    await declareTopics(tx, sample.topics, id, now);
    await upsertAccounts(tx, workspace, sample.accounts, id, now);
    await upsertPeople(tx, workspace, sample.people, id, now);
    await recordOutcomes(
      tx,
      sample.outcomes.map(({ accountDomain, ...outcome }) => ({
        ...outcome,
        domain: accountDomain,
        receivedAt: outcome.at,
      })),
      id,
      now,
    );
    await batches.finish(tx, id, now);
  });

  const total = sample.batches.reduce((sum, batch) => sum + batch.observations.length, 0);
  let done = 0;
  let signals = 0;
  for (const batch of sample.batches) {
    const adapter = passOn(batch.source);
    const id = await inWorkspace(db, workspace.id, (tx) =>
      batches.open(tx, { source: batch.source, transport: 'sample', label: SAMPLE }, now),
    );
    for (let at = 0; at < batch.observations.length; at += CHUNK) {
      const part = batch.observations.slice(at, at + CHUNK);
      const records = part.map((record, index) => ({ place: `record ${at + index + 1}`, record }));
      const taken = await take(intake, { id, adapter, settings: {} }, records, now);
      signals += taken.accepted;
      done += part.length;
      onProgress(done, total);
    }
    await inWorkspace(db, workspace.id, (tx) => batches.finish(tx, id, clock()));
  }
  return { accounts: sample.accounts.length, signals };
}

/** What `undo sample` takes away besides its batches: the vendor's profile and model. */
export async function forgetSample(intake: Intake): Promise<void> {
  const { db, workspace } = intake;
  await inWorkspace(db, workspace.id, async (tx) => {
    await workspaces.saveProfile(tx, {}, workspace.slug);
    await models.removeNoted(tx, SAMPLE);
  });
}

/** The sample's records are normalised already. */
function passOn(source: string): Adapter {
  return {
    id: source,
    title: source,
    description: 'Sample.',
    homepage: '',
    kinds: [],
    settings: undefined as never,
    normalise: (record) => record as Normalised,
  };
}
