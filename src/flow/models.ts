/**
 * The life of scoring models. *Apply* stores a document and makes it the active one; *shadow* has accounts scored with
 * a version beside the active one; *promote* makes a stored version the active one; *roll back* returns to the one
 * before. Whatever becomes active asks for every account to be scored again.
 */
import { Invalid, NotFound } from '../core/errors.ts';
import { type Comparison, MOST_TOP, startComparison } from '../core/model-comparison.ts';
import type { Tx } from '../store/database.ts';
import * as models from '../store/models.ts';
import * as scores from '../store/scores.ts';

/** A stored version. Throws `NotFound`. */
export async function versionOf(tx: Tx, version: number, now: Date): Promise<models.ModelVersion> {
  const found = await models.find(tx, version);
  if (found) return found;
  const current = await models.current(tx, now); // the default one may not be stored yet
  if (current.version === version) return current;
  throw new NotFound(
    `There is no version ${version} of the scoring model.`,
    'See `undercurrent model list`, or `scoringModels`.',
  );
}

/** The model to score a moment with: the version asked for, else the one that was active then; `at` null: now. */
export async function modelFor(
  tx: Tx,
  version: number | null,
  at: Date | null,
  now: Date,
): Promise<models.ModelVersion> {
  if (version !== null) return versionOf(tx, version, now);
  return at ? models.activeAt(tx, at, now) : models.current(tx, now);
}

/** Stores a document and makes it the active version. Throws `Invalid` with the path of a mistake. */
export async function apply(
  tx: Tx,
  document: unknown,
  note: string,
  now: Date,
): Promise<models.ModelVersion> {
  const applied = await models.apply(tx, document, said(note), now);
  await scores.requestAll(tx, now);
  return applied;
}

/** Makes a stored version the active one; the one before stays. Throws `Invalid` if it is active already. */
export async function promote(
  tx: Tx,
  version: number,
  note: string,
  now: Date,
): Promise<models.ModelVersion> {
  const found = await versionOf(tx, version, now);
  if (found.active) {
    throw new Invalid(`version: ${version} is the active one already`, 'See `undercurrent model list`.', {
      code: 'ACTIVE',
      field: 'version',
    });
  }
  await models.activate(tx, version, { action: 'PROMOTE', note: said(note) }, now);
  await scores.requestAll(tx, now);
  return { ...found, active: true, shadow: false };
}

/** Returns to the version that was active before; once more, to the one before that. Throws `Invalid` if there is none. */
export async function rollback(tx: Tx, note: string, now: Date): Promise<models.ModelVersion> {
  const stack: number[] = [];
  for (const { version, action } of await models.activations(tx)) {
    if (action === 'ROLLBACK') stack.pop();
    else stack.push(version);
  }
  const version = stack.at(-2);
  if (version === undefined) {
    throw new Invalid('No other version was active before this one.', 'See `undercurrent model list`.', {
      code: 'NOTHING_BEFORE',
    });
  }
  const found = await versionOf(tx, version, now);
  await models.activate(tx, version, { action: 'ROLLBACK', note: said(note) }, now);
  await scores.requestAll(tx, now);
  return { ...found, active: true, shadow: false };
}

/** More than one shadow is for a comparison, more than a few are a mistake: each costs as much as the active one. */
const MOST_SHADOWS = 3;

/**
 * Has accounts scored with a version beside the active one. Throws `Invalid` for the active version, and if there are
 * too many shadows already.
 */
export async function shadow(tx: Tx, version: number, now: Date): Promise<models.ModelVersion> {
  const found = await versionOf(tx, version, now);
  if (found.active) {
    throw new Invalid(`version: ${version} is the active one`, 'A shadow is scored beside it.', {
      code: 'ACTIVE',
      field: 'version',
    });
  }
  if (found.shadow) return found;
  if ((await models.shadows(tx)).length >= MOST_SHADOWS) {
    throw new Invalid(
      `There are ${MOST_SHADOWS} shadows already`,
      'End one: undercurrent model shadow <version> --off.',
      { code: 'TOO_MANY', field: 'version' },
    );
  }
  await models.setShadow(tx, version, true);
  await scores.requestAll(tx, now);
  return { ...found, shadow: true };
}

/** Stores a document as a new version that is a shadow. Throws `Invalid` with the path of a mistake. */
export async function shadowNew(
  tx: Tx,
  document: unknown,
  note: string,
  now: Date,
): Promise<models.ModelVersion> {
  await models.active(tx, now);
  return shadow(tx, (await models.add(tx, document, said(note), now)).version, now);
}

/** No longer scores with a shadow; its scores go, the version stays. */
export async function endShadow(tx: Tx, version: number, now: Date): Promise<models.ModelVersion> {
  const found = await versionOf(tx, version, now);
  await models.setShadow(tx, version, false);
  return { ...found, shadow: false };
}

/** How a shadow's scores compare with the active version's, of the accounts scored by both so far. */
export async function compareShadow(tx: Tx, version: number, top: number, now: Date): Promise<Comparison> {
  const found = await versionOf(tx, version, now);
  if (!found.shadow) {
    throw new Invalid(
      `version: ${version} is no shadow`,
      `undercurrent model shadow ${version} makes it one; \`undercurrent model preview\` compares at once.`,
      { code: 'NO_SHADOW', field: 'version' },
    );
  }
  const comparing = startComparison(Math.min(Math.max(top, 1), MOST_TOP));
  for await (const pair of models.shadowPairs(tx, version)) {
    comparing.add(pair.accountId, pair.active, pair.shadow);
  }
  return comparing.result();
}

function said(note: string): string {
  const text = note.trim();
  if (text !== '' && text.length <= 1000) return text;
  throw new Invalid(
    text === '' ? 'note: is empty' : 'note: is longer than 1000 characters',
    'Say in a sentence why.',
    { field: 'note' },
  );
}
