/** Ours and the baseline in turns (A B A B …) in one run, so that whatever else the machine does befalls both. */

/** How often each is measured; odd, so that a median is one of them. */
export const ROUNDS = 5;

/** A rate per round, and what else is worth a column, e.g. `p99 ms`. */
export type Measured = { rate: number } & Record<string, number>;

export interface Comparison {
  title: string;
  /** What a rate counts, e.g. `rows/s`. */
  unit: string;
  ours: (round: number) => Promise<Measured>;
  baseline: (round: number) => Promise<Measured>;
  /** Ratio that is to be reached. */
  target: number;
}

/** Measures in turns and prints a table; returns the ratio of the medians. */
export async function compare({ title, unit, ours, baseline, target }: Comparison): Promise<number> {
  const a: Measured[] = [];
  const b: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    a.push(await ours(round));
    b.push(await baseline(round));
  }
  const rows = a.map((one, round) => row(String(round + 1), one, b[round]!));
  const medians = [medianOf(a), medianOf(b)] as const;
  const ratio = medians[0].rate / medians[1].rate;
  printTable(`${title} (${unit})`, [...rows, row('median', ...medians)]);
  printVerdict(ratio, target, '×');
  return ratio;
}

function row(name: string, ours: Measured, baseline: Measured): Record<string, string> {
  const cells: Record<string, string> = {
    round: name,
    ours: figure(ours.rate),
    baseline: figure(baseline.rate),
  };
  cells.ratio = (ours.rate / baseline.rate).toFixed(2);
  for (const key of Object.keys(ours)) if (key !== 'rate') cells[`ours ${key}`] = figure(ours[key]!);
  for (const key of Object.keys(baseline))
    if (key !== 'rate') cells[`baseline ${key}`] = figure(baseline[key]!);
  return cells;
}

function medianOf(measured: readonly Measured[]): Measured {
  const keys = Object.keys(measured[0]!);
  return Object.fromEntries(keys.map((key) => [key, median(measured.map((one) => one[key]!))])) as Measured;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The value that `share` (0–1) of the values do not exceed. */
export function percentile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function printTable(title: string, rows: readonly Record<string, string>[]): void {
  const names = Object.keys(rows[0]!);
  const widths = names.map((name) => Math.max(name.length, ...rows.map((one) => (one[name] ?? '').length)));
  const line = (cells: readonly string[]) => cells.map((cell, at) => cell.padStart(widths[at]!)).join('  ');
  console.log(`\n${title}\n${line(names)}`);
  for (const one of rows) console.log(line(names.map((name) => one[name] ?? '')));
}

export function printVerdict(measured: number, target: number, unit: string): void {
  const shown = target < 100 ? measured.toFixed(2) : figure(measured);
  console.log(`${shown} ${unit}, target ${target} ${unit}: ${measured >= target ? 'reached' : 'MISSED'}`);
}

export const figure = (value: number): string =>
  value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
