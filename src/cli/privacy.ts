import { type Command, InvalidArgumentError } from 'commander';
import { NotFound } from '../core/errors.ts';
import { plain, print, printJson, table } from '../edge/terminal.ts';
import { erase } from '../flow/erasure.ts';
import { exclude, exportPerson, include } from '../flow/privacy.ts';
import { drain } from '../flow/rescore.ts';
import { inWorkspace } from '../store/database.ts';
import * as privacy from '../store/privacy.ts';
import * as workspaces from '../store/workspaces.ts';
import { countOf, type Shared, withWorkspace } from './command.ts';

const ACTOR = 'command line';

/** `privacy export`, `erase`, `exclude`, `include`, `exclusions`, `rules` and `log`. */
export function addPrivacy(program: Command): void {
  const group = program.command('privacy').description('what is held of people, and who is not to come in');
  const command = (usage: string, description: string): Command =>
    group.command(usage).description(description).option('--json', 'print JSON');

  command('export <email>', 'print everything that is held of a person, as JSON').action((email: string) =>
    withWorkspace(async ({ db, workspace, clock }) => {
      printJson(await exportPerson(db, workspace, email, ACTOR, clock()));
    }),
  );

  command('erase <email>', 'erase a person for good, and keep them from coming back').action(
    (email: string, options: Shared) =>
      withWorkspace(async ({ db, workspace, clock }) => {
        const receipt = await erase(db, workspace, email, ACTOR, clock());
        await drain(db, workspace.id, clock);
        if (options.json) return printJson(receipt);
        const { found, erasedAt: _, ...counts } = receipt;
        if (!found) return print('Nothing is held of them. They will not be taken in from now on.');
        print(table(Object.entries(counts).map(([what, count]) => [WORDS[what] ?? what, count])));
        print('Erased. They will not be taken in again.');
      }),
  );

  command('exclude <value>', 'keep out a network (203.0.113.0/24), a domain or an e-mail address')
    .option('--reason <text>', 'why', '')
    .action((value: string, options: Shared & { reason: string }) =>
      withWorkspace(async ({ db, workspace, clock }) => {
        const added = await exclude(db, workspace, value, options.reason, clock());
        if (options.json) printJson(added);
        else print('Kept out from now on. What is stored already stays.');
      }),
    );

  command('include <value>', 'let it in again').action((value: string, options: Shared) =>
    withWorkspace(async ({ db, workspace }) => {
      if (!(await include(db, workspace, value)))
        throw new NotFound('This is not kept out.', 'See `undercurrent privacy exclusions`.');
      if (options.json) printJson({ included: value });
      else print('Let in from now on.');
    }),
  );

  command('exclusions', 'list who is kept out').action((options: Shared) =>
    withWorkspace(async ({ db, workspace }) => {
      const list = await inWorkspace(db, workspace.id, privacy.exclusions, { readOnly: true });
      if (options.json) return printJson(list);
      if (list.length === 0) return print('Nobody is kept out. See `undercurrent privacy exclude --help`.');
      print(
        table([
          ['kind', 'value', 'since', 'reason'],
          ...list.map(({ kind, value, createdAt, reason }) => [
            kind,
            value,
            createdAt.toISOString().slice(0, 10),
            plain(reason),
          ]),
        ]),
      );
    }),
  );

  command('rules', 'print what is kept of visitors, or change it')
    .option('--keep-residential <yes|no>', 'keep visits of nobody known from homes and phones', yesOrNo)
    .option('--honour-dnt <yes|no>', 'honour DNT (GPC is honoured always)', yesOrNo)
    .option('--burst <n>', 'page views of one visitor in a minute that are a program’s', countOf)
    .action((options: Shared & { keepResidential?: boolean; honourDnt?: boolean; burst?: number }) =>
      withWorkspace(async ({ db, workspace }) => {
        const rules = await inWorkspace(db, workspace.id, async (tx) => {
          const { profile } = (await workspaces.read(tx))!;
          const rules = {
            keepResidential: options.keepResidential ?? profile.keepResidential,
            honourDoNotTrack: options.honourDnt ?? profile.honourDoNotTrack,
            burstPerMinute: options.burst ?? profile.burstPerMinute,
          };
          await workspaces.saveProfile(tx, { ...profile, ...rules });
          return rules;
        });
        if (options.json) printJson(rules);
        else print(table(Object.entries(rules).map(([name, value]) => [name, String(value)])));
      }),
    );

  command('log', 'print who saw or erased what was held of whom').action((options: Shared) =>
    withWorkspace(async ({ db, workspace }) => {
      const entries = await inWorkspace(db, workspace.id, (tx) => privacy.auditLog(tx, 1_000), {
        readOnly: true,
      });
      if (options.json) return printJson(entries);
      if (entries.length === 0) return print('Nobody saw or erased what is held of anybody.');
      print(
        table([
          ['at', 'who', 'did', 'of'],
          ...entries.map(({ at, actor, action, subject }) => [
            at.toISOString(),
            plain(actor),
            action,
            subject,
          ]),
        ]),
      );
    }),
  );
}

const WORDS: Record<string, string> = {
  deadLetters: 'bad records',
  mentions: 'mentions elsewhere',
  accounts: 'accounts scored again',
};

function yesOrNo(text: string): boolean {
  if (/^(?:yes|true|on)$/i.test(text)) return true;
  if (/^(?:no|false|off)$/i.test(text)) return false;
  throw new InvalidArgumentError('Say yes or no.');
}
