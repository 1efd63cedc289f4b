/** API keys: shown once, kept as a hash. */
import { Invalid, NotFound } from '../src/core/errors.ts';
import { inWorkspace } from '../src/store/database.ts';
import * as keys from '../src/store/keys.ts';
import { builder } from './builder.ts';
import { ApiScopeEnum } from './enums.ts';
import * as globalId from './global-id.ts';

const ApiKey = builder.objectRef<keys.ApiKey>('ApiKey').implement({
  description: 'A key, without the key itself: that is shown only when it is made.',
  fields: (t) => ({
    id: t.id({
      description: 'Its id, for `revokeApiKey`.',
      resolve: (key) => globalId.encode('ApiKey', key.id),
    }),
    name: t.exposeString('name', { description: 'What it is for.' }),
    scopes: t.expose('scopes', { type: [ApiScopeEnum], description: 'What it may do.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked.',
    }),
  }),
});

const NewApiKey = builder
  .objectRef<{ id: string; key: string; name: string; scopes: keys.Scope[] }>('NewApiKey')
  .implement({
    description: 'A key that was just made.',
    fields: (t) => ({
      id: t.id({
        description: 'Its id, for `revokeApiKey`.',
        resolve: (key) => globalId.encode('ApiKey', key.id),
      }),
      key: t.exposeString('key', { description: 'The key itself, shown here and never again.' }),
      name: t.exposeString('name', { description: 'What it is for.' }),
      scopes: t.expose('scopes', { type: [ApiScopeEnum], description: 'What it may do.' }),
    }),
  });

const ApiKeyInput = builder.inputType('ApiKeyInput', {
  description: 'A key to be made.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'What it is for, in 1 to 200 characters.' }),
    scopes: t.field({ type: [ApiScopeEnum], required: true, description: 'What it may do; at least one.' }),
  }),
});

builder.queryField('apiKeys', (t) =>
  t.field({
    type: [ApiKey],
    description: 'Every key, revoked ones too, oldest first. Needs the scope `admin`.',
    extensions: { scope: 'admin' },
    resolve: (_root, _args, { read }) => read((tx) => keys.list(tx)),
  }),
);

builder.mutationFields((t) => ({
  createApiKey: t.field({
    type: NewApiKey,
    description: 'Makes a key. Needs the scope `admin`.',
    extensions: { scope: 'admin' },
    args: { input: t.arg({ type: ApiKeyInput, required: true, description: 'The key to be made.' }) },
    resolve: async (_root, { input }, { db, workspace, clock }) => {
      const name = input.name.trim();
      const scopes = [...new Set(input.scopes)];
      if (name === '' || name.length > 200) {
        throw new Invalid('name: has to have 1 to 200 characters', 'Say what the key is for.', {
          field: 'name',
        });
      }
      if (scopes.length === 0) {
        throw new Invalid('scopes: is empty', 'Name at least one scope.', { field: 'scopes' });
      }
      const made = await inWorkspace(db, workspace.id, (tx) => keys.create(tx, { name, scopes }, clock()));
      return { ...made, name, scopes };
    },
  }),
  revokeApiKey: t.boolean({
    description: 'Makes a key useless; false if it was already. Needs the scope `admin`.',
    extensions: { scope: 'admin' },
    args: { id: t.arg.id({ required: true, description: 'The key’s id.' }) },
    resolve: (_root, args, { db, workspace, clock }) => {
      const id = globalId.decodeAs('ApiKey', args.id);
      return inWorkspace(db, workspace.id, async (tx) => {
        if (await keys.revoke(tx, id, clock())) return true;
        if ((await keys.list(tx)).some((key) => key.id === id)) return false;
        throw new NotFound('There is no such key.', 'See `apiKeys`.');
      });
    },
  }),
}));
