/** Reads a scoring model that was stored by an older version of this software. */
import { defaultModel, parseModel, type ScoringModel, scoringModelSchema } from './model.ts';

/** A document that needs more rounds than this is not an old one but a wrong one. */
const ROUNDS = 20;

type Entries = Record<PropertyKey, unknown>;

/**
 * The document as a model of today: entries that came after it are the default model's, and what is no longer known is
 * left out. Throws `Invalid` for what is wrong otherwise, as `parseModel` does.
 */
export function readStoredModel(document: unknown): ScoringModel {
  let parsed = scoringModelSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const mended = structuredClone(document);
  for (let round = 0; round < ROUNDS && !parsed.success; round++) {
    for (const issue of parsed.error.issues) {
      const path = issue.path;
      if (issue.code === 'unrecognized_keys') {
        const at = lookUp(mended, path);
        for (const key of issue.keys) if (at) delete at[key];
        continue;
      }
      const key = path.at(-1);
      const [at, usual] = [lookUp(mended, path.slice(0, -1)), lookUp(defaultModel, path.slice(0, -1))];
      // Only what is not there: a value that is wrong is not ours to change.
      if (key !== undefined && at && usual && at[key] === undefined) at[key] = structuredClone(usual[key]);
    }
    parsed = scoringModelSchema.safeParse(mended);
  }
  return parseModel(mended);
}

function lookUp(document: unknown, path: readonly PropertyKey[]): Entries | null {
  let at = document;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return null;
    at = (at as Entries)[key];
  }
  return typeof at === 'object' && at !== null ? (at as Entries) : null;
}
