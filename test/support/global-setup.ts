import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import * as migrations from '../../src/store/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connects as a role that may create databases. */
    superuserUrl: string;
    /** Name of the migrated database that `freshDatabase` copies. */
    template: string;
    /** The role that owns the tests' databases; no superuser, so that row-level security binds it. */
    owner: { role: string; password: string };
  }
}

/** One server for the whole run: `TEST_DATABASE_URL` (a superuser's), or one of our own in a temporary folder. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    console.warn('Node is too old for tests with a database. "npx vitest" takes the Node of this project.');
    return undefined;
  }
  const server = await startServer();
  const template = `undercurrent_template_${process.pid}`;
  const owner = { role: `undercurrent_test_${process.pid}`, password: 'test' };
  try {
    await query(
      server.url,
      `CREATE ROLE ${owner.role} LOGIN PASSWORD '${owner.password}'`,
      `CREATE DATABASE ${template} OWNER ${owner.role}`,
    );
    await migrations.migrate(urlOf(server.url, template, owner));
  } catch (error) {
    await server.stop();
    throw error;
  }
  project.provide('superuserUrl', server.url);
  project.provide('template', template);
  project.provide('owner', owner);

  return async () => {
    try {
      await query(server.url, `DROP DATABASE ${template} WITH (FORCE)`, `DROP ROLE ${owner.role}`);
    } finally {
      await server.stop();
    }
  };
}

/** The same server, as the tests' role in another database. */
export function urlOf(
  serverUrl: string,
  database: string,
  owner: { role: string; password: string },
): string {
  const url = new URL(serverUrl);
  url.username = owner.role;
  url.password = owner.password;
  url.pathname = `/${database}`;
  return url.href;
}

async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, stop: async () => {} };
  // Only now, because a server that is given needs none of it.
  const embeddedPostgres = await import('../../src/edge/embedded-postgres.ts');
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'undercurrent-test-'));
  // mkdtemp makes it ours alone; the server may have to run as another user.
  fs.chmodSync(dataDir, 0o711);
  const server = await embeddedPostgres.start({ dataDir, durable: false }).catch((error) => {
    fs.rmSync(dataDir, { recursive: true, force: true });
    throw error;
  });
  return {
    url: server.superuserUrl,
    stop: async () => {
      await server.stop();
      fs.rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function query(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
