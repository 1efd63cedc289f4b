/** What the commands have in common. */
import { InvalidArgumentError } from 'commander';
import { say } from '../edge/terminal.ts';
import { readEnv } from '../env.ts';
import { open, type Undercurrent } from '../main.ts';

/** Options of every command. */
export interface Shared {
  json?: boolean;
}

/** A command that works on the opened workspace. */
export async function withWorkspace(work: (parts: Undercurrent) => Promise<void>): Promise<void> {
  const parts = await open(readEnv(), say);
  try {
    await work(parts);
  } finally {
    await parts.close();
  }
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text can be an id at all; the database refuses to compare anything else with one. */
export const isId = (text: string): boolean => ID.test(text);

/** `2026-01-31` is the end of that day in UTC. Parses an option: throws what Commander tells as misuse. */
export function timeOf(text: string): Date {
  const time = new Date(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999Z` : text);
  if (Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('Give it like 2026-01-31 (its end) or 2026-01-31T12:00:00Z.');
  }
  return time;
}

/** A whole number from 1. Parses an option: throws what Commander tells as misuse. */
export function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('Give a whole number from 1.');
  return count;
}
