/**
 * Loads the bundled sample: ordinary batches through the ordinary path, so `undo sample` takes it away again. Its half year
 * is lived through in steps of ten days: what had arrived by then is taken in and scored as of then, so that flags were raised, and
 * came true or did not.
 */
import { simulate } from '../../sample/simulate.ts';
import { defaultModel } from '../core/model.ts';
import type { Adapter, Normalised } from '../core/signal.ts';
import * as batches from '../store/batches.ts';
import { inWorkspace } from '../store/database.ts';
import * as models from '../store/models.ts';
import * as scores from '../store/scores.ts';
import * as workspaces from '../store/workspaces.ts';
import { declareTopics } from './declare-topics.ts';
import { type Intake, take } from './ingest.ts';
import { drain } from './rescore.ts';
import { recordOutcomes, upsertAccounts, upsertPeople } from './upsert.ts';

export const SAMPLE = 'sample';
const SEED = 1;
const CHUNK = 5_000;
/** Whom the sample's vendor sells to best. */
const ICP = {
  industries: ['Financial services', 'Insurance', 'Software', 'Retail'],
  technologies: ['snowflake', 'databricks', 'bigquery', 'dbt', 'airflow', 'kafka'],
};

/** Days told of. */
const SPAN = 182;
/** How often the past is scored. More often shows flags sooner, and takes a second of the first start each time. */
const STEP = 10 * 86_400_000;
/** So many scorings, the last of them now: before, too little is known to flag anybody. */
const STEPS = 13;

/** Fills an empty workspace with half a year of a fictional vendor's market, ending now. */
export async function loadSample(
  intake: Intake,
  clock: () => Date,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<{ accounts: number; signals: number }> {
  const now = clock();
  const sample = simulate({ seed: SEED, until: now, days: SPAN });
  const { db, workspace } = intake;
  const beginning = new Date(now.getTime() - SPAN * 86_400_000);
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
  });
  const crm = await openBatch(intake, 'crm', beginning);
  await inWorkspace(db, workspace.id, async (tx) => {
    await declareTopics(tx, sample.topics, crm, beginning);
    await upsertAccounts(tx, workspace, sample.accounts, crm, beginning);
    await upsertPeople(tx, workspace, sample.people, crm, beginning);
  });

  const sources: { batch: string; adapter: Adapter; waiting: { place: string; record: Normalised }[] }[] = [];
  for (const { source, observations } of sample.batches) {
    sources.push({
      batch: await openBatch(intake, source, beginning),
      adapter: passOn(source),
      waiting: observations.map((record, index) => ({ place: `record ${index + 1}`, record })),
    });
  }
  const total = sample.batches.reduce((sum, batch) => sum + batch.observations.length, 0);
  let done = 0;
  let signals = 0;
  let told = 0;
  for (const at of momentsUntil(now)) {
    for (const { batch, adapter, waiting } of sources) {
      const later = waiting.findIndex(({ record }) => arrivalOf(record) > at);
      const arrived = waiting.splice(0, later < 0 ? waiting.length : later);
      for (let from = 0; from < arrived.length; from += CHUNK) {
        const part = arrived.slice(from, from + CHUNK);
        signals += (await take(intake, { id: batch, adapter, settings: {} }, part, at)).accepted;
        done += part.length;
        onProgress(done, total);
      }
    }
    const outcomes = sample.outcomes.slice(told).filter((one) => one.at <= at);
    told += outcomes.length;
    await inWorkspace(db, workspace.id, async (tx) => {
      await recordOutcomes(
        tx,
        outcomes.map(({ accountDomain, ...outcome }) => ({
          ...outcome,
          domain: accountDomain,
          receivedAt: outcome.at,
        })),
        crm,
        at,
      );
      await scores.requestAll(tx, at);
    });
    await drain(db, workspace.id, () => at);
  }
  await inWorkspace(db, workspace.id, async (tx) => {
    for (const batch of [crm, ...sources.map((one) => one.batch)]) await batches.finish(tx, batch, clock());
  });
  return { accounts: sample.accounts.length, signals };
}

const openBatch = (intake: Intake, source: string, at: Date): Promise<string> =>
  inWorkspace(intake.db, intake.workspace.id, (tx) =>
    batches.open(tx, { source, transport: 'sample', label: SAMPLE }, at),
  );

/** As of when is scored; the last is now. */
const momentsUntil = (now: Date): Date[] =>
  Array.from({ length: STEPS }, (_, step) => new Date(now.getTime() - (STEPS - 1 - step) * STEP));

/** When all of an observation had come. */
const arrivalOf = ({ signals, identities = [] }: Normalised): Date =>
  new Date(
    Math.max(
      ...signals.map((one) => (one.receivedAt ?? one.occurredAt).getTime()),
      ...identities.map((one) => one.at.getTime()),
    ),
  );

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
