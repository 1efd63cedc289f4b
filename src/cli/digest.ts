import type { Command } from 'commander';
import { renderText } from '../core/digest.ts';
import { Invalid, SettingsInvalid } from '../core/errors.ts';
import { createMailer } from '../edge/deliver/mail.ts';
import * as show from '../edge/show.ts';
import { print, printJson } from '../edge/terminal.ts';
import * as digest from '../flow/digest.ts';
import { type Shared, withWorkspace } from './command.ts';

/** `digest preview` and `digest send`. */
export function addDigest(program: Command): void {
  const digestCommand = program.command('digest').description('what heated up since the last digest');
  for (const action of ['preview', 'send'] as const) {
    digestCommand
      .command(action)
      .description(
        action === 'preview'
          ? 'print it, send nothing'
          : 'send it by mail (SMTP_URL); an empty one is not sent',
      )
      .option('--recipient <address>', 'who it is for', 'preview')
      .option('--owner <name>', 'only accounts of this owner')
      .option('--json', 'print JSON')
      .action((options: Shared & { recipient: string; owner?: string }) =>
        withWorkspace(async (parts) => {
          const { env } = parts;
          const url = env.PUBLIC_URL ?? `http://${env.HOST}:${env.PORT}`;
          const who = { recipient: options.recipient, owner: options.owner };
          if (action === 'preview') {
            const { digest: composed } = await digest.preview(parts.db, parts.workspace, who, parts.clock());
            if (options.json) printJson(composed);
            else print(renderText(composed, { url }));
            return;
          }
          if (!options.recipient.includes('@')) {
            throw new Invalid('Who is it for?', 'undercurrent digest send --recipient ann@example.com');
          }
          if (!env.SMTP_URL)
            throw new SettingsInvalid('SMTP_URL is not set.', 'e.g. SMTP_URL=smtp://localhost:1025');
          const mailer = createMailer({ smtpUrl: env.SMTP_URL, from: env.MAIL_FROM });
          try {
            const sent = await digest.send(
              parts.db,
              parts.workspace,
              { ...who, url },
              (mail) => mailer.send(mail),
              parts.clock,
            );
            if (options.json) printJson({ outcome: sent.outcome, ...sent.digest });
            else print(show.digestSent(sent));
          } finally {
            mailer.close();
          }
        }),
      );
  }
}
