import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Forbidden, Unauthenticated } from '../../src/core/errors.ts';
import { Keyring, keyOf } from '../../src/edge/auth.ts';
import { close, connect, type Database, inWorkspace } from '../../src/store/database.ts';
import * as keys from '../../src/store/keys.ts';
import * as workspaces from '../../src/store/workspaces.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

test.each<[string, string | undefined, string | null]>([
  ['no header', undefined, null],
  ['an empty header', '', null],
  ['Bearer', 'Bearer k1', 'k1'],
  ['bearer in lower case', 'bearer k1', 'k1'],
  ['Bearer without a key', 'Bearer', null],
  ['Basic, the key as user without a password', basic('k1:'), 'k1'],
  ['Basic with a password', basic('k1:secret'), 'k1'],
  ['Basic without a colon', basic('k1'), 'k1'],
  ['Basic without a key', basic(':'), null],
  ['Basic that is not base64', 'Basic ~~~', null],
  ['another scheme', 'Digest k1', null],
])('the key of %s', (_, header, key) => {
  expect(keyOf(header)).toBe(key);
});

describe('a keyring', () => {
  let fresh: FreshDatabase;
  let db: Database;
  let workspace: workspaces.Workspace;
  let now = new Date('2026-03-01T10:00:00Z');
  const clock = () => now;
  const create = (scopes: keys.Scope[], secret?: string) =>
    inWorkspace(db, workspace.id, (tx) => keys.create(tx, { name: 'test', scopes, secret }, now));

  beforeAll(async () => {
    fresh = await freshDatabase();
    db = await connect(fresh.url);
    workspace = await workspaces.ensure(db, workspaces.DEFAULT_SLUG, now);
  });
  afterAll(async () => {
    await close(db);
    await fresh.drop();
  });

  test.each<[keys.Scope[], keys.Scope, boolean]>([
    [['ingest'], 'ingest', true],
    [['ingest'], 'read', false],
    [['ingest'], 'write', false],
    [['ingest'], 'admin', false],
    [['read'], 'ingest', false],
    [['read', 'write'], 'write', true],
    [['write'], 'read', false],
    [['admin'], 'ingest', true],
    [['admin'], 'read', true],
  ])('a key with the scopes %j may %s: %s', async (scopes, wanted, allowed) => {
    const { key } = await create(scopes);
    const asked = new Keyring(db, clock).demand(key, wanted);
    if (allowed) expect((await asked).workspaceId).toBe(workspace.id);
    else {
      const error = await asked.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Forbidden);
      expect(error).toMatchObject({
        status: 403,
        message: expect.stringContaining(wanted),
        hint: expect.stringContaining(`--scopes ${wanted}`),
      });
    }
  });

  test.each([
    ['no key', null],
    ['an empty key', ''],
    ['a key nobody made', 'made up'],
    ['a key of a workspace that is none', `uc_${'0'.repeat(32)}_${'a'.repeat(48)}`],
    ['a key of the right form that nobody made', `uc_${'f'.repeat(32)}_x`],
    ['half a key', 'uc_'],
    ['a key with a quote and a NUL', "uc_'\0"],
  ])('%s is refused', async (_, key) => {
    await expect(new Keyring(db, clock).demand(key, 'read')).rejects.toBeInstanceOf(Unauthenticated);
  });

  test('a key the operator chose works like one that was made', async () => {
    const { key } = await create(['admin'], 'chosen by the operator');
    expect(key).toBe('chosen by the operator');
    await expect(new Keyring(db, clock).demand(key, 'read')).resolves.toMatchObject({
      workspaceId: workspace.id,
    });
  });

  test('a revoked key is refused two seconds later, one made anew is known at once', async () => {
    const keyring = new Keyring(db, clock);
    const { key, id } = await create(['read']);
    await keyring.demand(key, 'read');
    expect(await inWorkspace(db, workspace.id, (tx) => keys.revoke(tx, id, now))).toBe(true);
    now = new Date(now.getTime() + 2_001);
    await expect(keyring.demand(key, 'read')).rejects.toBeInstanceOf(Unauthenticated);
    const next = await create(['read']);
    await expect(keyring.demand(next.key, 'read')).resolves.toBeDefined();
  });

  test('the database never holds a key in the clear', async () => {
    const { key } = await create(['read']);
    const text = await inWorkspace(db, workspace.id, async (tx) => {
      const found = await tx.client.query('SELECT api_key::text AS row FROM api_key');
      return found.rows.map((row) => row.row as string).join('\n');
    });
    expect(text.length).toBeGreaterThan(0);
    expect(text).not.toContain(key);
  });
});
