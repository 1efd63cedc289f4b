/** What the command line prints: data on stdout, talk and progress on stderr. */
import { styleText } from 'node:util';
import cliProgress from 'cli-progress';

export const say = (line: string): void => void process.stderr.write(`${line}\n`);
export const print = (line: string): void => void process.stdout.write(`${line}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

type Style = Parameters<typeof styleText>[0];
/** Colour where the terminal shows it. */
export const paint = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stdout, validateStream: true });

export interface Progress {
  update(done: number, note: string): void;
  stop(): void;
}

/** A bar on a terminal, nothing elsewhere. Without a `total` it counts. */
export function progress(what: string, total: number | null): Progress {
  if (!process.stderr.isTTY) return { update() {}, stop() {} };
  const bar = new cliProgress.SingleBar(
    {
      format: total === null ? `${what} {value} {note}` : `${what} {bar} {percentage} % {note}`,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      fps: 10,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total ?? 0, 0, { note: '' });
  return {
    update(done, note) {
      if (total === null) bar.setTotal(done + 1);
      bar.update(done, { note });
    },
    stop: () => bar.stop(),
  };
}

/** Columns, padded; numbers are right-aligned. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, String(cell).length);
  return rows
    .map((row) =>
      row
        .map((cell, at) =>
          typeof cell === 'number' ? String(cell).padStart(widths[at]!) : String(cell).padEnd(widths[at]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Heat as a picture: ten steps. */
export function bar(value: number): string {
  const full = Math.round(value / 10);
  return '█'.repeat(full) + '░'.repeat(10 - full);
}

/** Names and reasons come from outside: no control characters reach the terminal. */
export const plain = (text: string): string => text.replace(/\p{Cc}/gu, ' ');
