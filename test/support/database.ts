import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { urlOf } from './global-setup.ts';

/** A migrated, empty database of the calling test file's own. */
export interface FreshDatabase {
  url: string;
  /** Removes it, cutting off whoever is still connected. */
  drop(): Promise<void>;
}

/** Copies the migrated template, about 70 ms. Call `drop` in `afterAll`. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const owner = inject('owner');
  const name = `undercurrent_test_${randomBytes(6).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${inject('template')} OWNER ${owner.role}`);
  return {
    url: urlOf(inject('superuserUrl'), name, owner),
    drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('superuserUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
