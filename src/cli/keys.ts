import { type Command, InvalidArgumentError } from 'commander';
import { NotFound } from '../core/errors.ts';
import * as show from '../edge/show.ts';
import { print, printJson } from '../edge/terminal.ts';
import { inWorkspace } from '../store/database.ts';
import * as keys from '../store/keys.ts';
import { isId, type Shared, withWorkspace } from './command.ts';

/** `keys create`, `keys list` and `keys revoke`. */
export function addKeys(program: Command): void {
  const keysCommand = program.command('keys').description('API keys');
  keysCommand
    .command('create <name>')
    .description('make a key; it is shown only once')
    .option('--scopes <list>', `of ${keys.SCOPES.join(', ')}`, scopesOf, ['read'])
    .option('--json', 'print JSON')
    .action((name: string, options: Shared & { scopes: keys.Scope[] }) =>
      withWorkspace(async (parts) => {
        const { scopes } = options;
        const made = await inWorkspace(parts.db, parts.workspace.id, (tx) =>
          keys.create(tx, { name, scopes }, parts.clock()),
        );
        if (options.json) printJson({ ...made, name, scopes });
        else print(made.key);
      }),
    );
  keysCommand
    .command('list')
    .description('names, scopes and use of all keys')
    .option('--json', 'print JSON')
    .action((options: Shared) =>
      withWorkspace(async (parts) => {
        const list = await inWorkspace(parts.db, parts.workspace.id, keys.list);
        if (options.json) printJson(list);
        else print(show.keyList(list));
      }),
    );
  keysCommand
    .command('revoke <id>')
    .description('end a key for good')
    .option('--json', 'print JSON')
    .action((id: string, options: Shared) =>
      withWorkspace(async (parts) => {
        const revoked =
          isId(id) &&
          (await inWorkspace(parts.db, parts.workspace.id, (tx) => keys.revoke(tx, id, parts.clock())));
        if (!revoked) throw new NotFound(`There is no live key ${id}.`, 'See `undercurrent keys list`.');
        if (options.json) printJson({ revoked: id });
        else print('Revoked.');
      }),
    );
}

function scopesOf(list: string): keys.Scope[] {
  return list.split(',').map((scope) => {
    const known = keys.SCOPES.find((one) => one === scope.trim());
    if (!known) throw new InvalidArgumentError(`Known are ${keys.SCOPES.join(', ')}.`);
    return known;
  });
}
