/** Conditions of a statement as a filter asks for them. */
import type { Tx } from './database.ts';

export interface Conditions {
  where: string[];
  /** The first is the workspace. */
  values: unknown[];
  /** One more condition, told its value's place; none where the filter says nothing. */
  add(condition: (place: string) => string, value: unknown): void;
}

/** `where`: what holds whatever the filter says; `$1` is the workspace. */
export function conditionsOf(tx: Tx, ...where: string[]): Conditions {
  const values: unknown[] = [tx.workspaceId];
  return {
    where,
    values,
    add(condition, value) {
      if (value === undefined || value === null) return;
      values.push(value);
      where.push(condition(`$${values.length}`));
    },
  };
}
