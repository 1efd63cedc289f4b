/** What differs between two scoring models, entry by entry. */
import { z } from 'zod';
import { pathText, type ScoringModel, scoringModelSchema } from './model.ts';

export interface ModelChange {
  /** `kinds["site.pricing_view"].value`, as mistakes name it too. */
  path: string;
  /** JSON values; null also where there is no such entry. A list of names is one value. */
  before: unknown;
  after: unknown;
  /** What the entry is, by the schema. */
  meaning: string;
}

/** Every entry in which the two differ, in the order of the document; none for equal models. */
export function diffModels(before: ScoringModel, after: ScoringModel): ModelChange[] {
  const changes: ModelChange[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(before: unknown, after: unknown, path: string[], changes: ModelChange[]): void {
  if (isGroup(before) && isGroup(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(before[key], after[key], [...path, key], changes);
    }
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    changes.push({
      path: pathText(path),
      before: before ?? null,
      after: after ?? null,
      meaning: meaningOf(path),
    });
  }
}

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The description nearest to the entry. */
function meaningOf(path: readonly string[]): string {
  let at: unknown = scoringModelSchema;
  let meaning = '';
  for (const key of path) {
    if (at instanceof z.ZodObject) at = at.shape[key];
    else if (at instanceof z.ZodRecord) at = at.valueType;
    else break;
    if (at instanceof z.ZodType && at.description) meaning = at.description;
  }
  return meaning;
}
