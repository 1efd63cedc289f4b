/** The tables of README.md that are made from the code. */
import type { Adapter } from '../../src/core/signal.ts';
import { envSchema } from '../../src/env.ts';

/** Sources by id: what each sees and how it arrives. Ends with a line break. */
export function sourcesTable(adapters: Iterable<Adapter>): string {
  const rows = [...adapters]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((adapter) => {
      const transports = (['file', 'push', 'poll'] as const).filter((name) => adapter[name]);
      return [
        `[${adapter.id}](signals/${adapter.id}/README.md)`,
        `${adapter.title}: ${lowerFirst(adapter.description)}`,
        transports.join(', '),
      ];
    });
  return table(['source', 'what it sees', 'arrives by'], rows);
}

/** Our own variables in the order of the schema, with default and meaning. Ends with a line break. */
export function environmentTable(): string {
  const defaults: Record<string, unknown> = envSchema.parse({});
  const rows = Object.entries(envSchema.shape).map(([name, schema]) => {
    const value = defaults[name];
    const shown = value === undefined || value === '' ? '' : `\`${value}\``;
    return [`\`${name}\``, shown, schema.description ?? ''];
  });
  return table(['variable', 'default', 'meaning'], rows);
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
