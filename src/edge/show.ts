/** How results look on a terminal, and the same as JSON. */

import type { AccountScore } from '../core/scoring/score.ts';
import type { Adapter } from '../core/signal.ts';
import type { Sent } from '../flow/digest.ts';
import type { FileResult } from '../flow/file.ts';
import type { Replayed } from '../flow/replay.ts';
import type { Undone } from '../flow/undo.ts';
import type { Upserted } from '../flow/upsert.ts';
import type { Account } from '../store/accounts.ts';
import type { Batch } from '../store/batches.ts';
import type { ApiKey } from '../store/keys.ts';
import type { StoredScore } from '../store/scores.ts';
import type { SourceFigures } from '../store/sources.ts';
import { bar, paint, plain, table } from './terminal.ts';

/** Rounded down, so that a score never looks as if it had crossed the border it stands before. */
const tenths = (value: number): string => (Math.floor(value * 10) / 10).toFixed(1);

interface Scored {
  account: Account;
  score: StoredScore;
}

/** The hottest accounts with heat, stage and the three strongest reasons each. */
export function hottest(rows: readonly Scored[]): string {
  if (rows.length === 0) {
    return 'No accounts yet. Take something in: `undercurrent ingest bombora feed.csv`, or `undercurrent import accounts crm.csv`.';
  }
  return rows
    .map(({ account, score }, at) => {
      const heat = tenths(score.heat).padStart(5);
      const trend = `${score.trend7d < 0 ? '▼' : score.trend7d > 0 ? '▲' : '='} ${Math.abs(score.trend7d).toFixed(1)} in 7 days`;
      const facts = [
        score.stage,
        `fit ${score.fit.toFixed(0)}`,
        `qualification ${tenths(score.qualification)} ${score.qualificationTier}`,
      ];
      const reasons = score.detail.reasons.slice(0, 3).map((reason) => `       ${plain(reason)}`);
      const name = `${plain(account.name)}${account.domain && account.domain !== account.name ? paint('dim', ` ${account.domain}`) : ''}`;
      return [
        `${String(at + 1).padStart(3)}.  ${heat} ${bar(score.heat)} ${paint('bold', name)}${account.tier ? `  ${plain(account.tier)}` : ''}`,
        `       ${paint('dim', `${facts.join(' · ')} · ${trend}`)}`,
        ...reasons,
      ].join('\n');
    })
    .join('\n');
}

export function hotJson({ account, score }: Scored) {
  return {
    domain: account.domain,
    name: account.name,
    tier: account.tier,
    owner: account.owner,
    heat: score.heat,
    raw: score.raw,
    band: score.band,
    trend7d: score.trend7d,
    stage: score.stage,
    fit: score.fit,
    coverage: score.coverage,
    qualification: score.qualification,
    qualificationTier: score.qualificationTier,
    reasons: score.detail.reasons.slice(0, 3),
    scoredAt: score.scoredAt,
    modelVersion: score.modelVersion,
  };
}

interface Explained {
  score: AccountScore;
  modelVersion: number;
  names: ReadonlyMap<string, string>;
}

export function explanation(
  account: Account,
  { score, modelVersion, names }: Explained,
  limit: number,
): string {
  const { heat, fit, qualification, stage } = score;
  const parts = heat.contributions
    .slice(0, limit)
    .map((one) => [
      one.day,
      one.kind,
      plain(one.source),
      plain(one.actor ? (names.get(one.actor) ?? 'known person') : '–'),
      one.points.toFixed(2),
      `${(100 * one.share).toFixed(0)} %`,
      plain(one.reason),
    ]);
  const rest = heat.contributions.slice(limit);
  const restPoints = rest.reduce((sum, one) => sum + one.points, 0);
  return [
    paint('bold', `${plain(account.name)} ${account.domain ?? ''}`),
    `heat ${tenths(heat.value)} (${heat.band}), ${heat.raw.toFixed(2)} points as of ${heat.asOf.toISOString()}, model ${modelVersion}`,
    ...score.reasons.slice(0, 5).map((reason) => `  ${plain(reason.text)}`),
    '',
    table([['day', 'kind', 'source', 'who', 'points', 'share', 'how'], ...parts]),
    ...(rest.length > 0
      ? [`… and ${rest.length} more with ${restPoints.toFixed(2)} points (--limit shows them)`]
      : []),
    '',
    `fit ${fit.value.toFixed(1)} with ${(100 * fit.coverage).toFixed(0)} % of the attributes known${fit.disqualifiedBy ? `, disqualified by ${fit.disqualifiedBy}` : ''}`,
    ...fit.parts.map(
      (part) => `  ${part.attribute}: ${part.points.toFixed(1)} points, ${plain(part.reason)}`,
    ),
    `qualification ${tenths(qualification.value)} ${qualification.tier}: ${qualification.reason}`,
    `stage ${stage.stage}: ${stage.reason}`,
  ].join('\n');
}

export const explanationJson = (account: Account, { score, modelVersion, names }: Explained) => ({
  domain: account.domain,
  name: account.name,
  modelVersion,
  ...score,
  heat: {
    ...score.heat,
    contributions: score.heat.contributions.map((one) => ({
      ...one,
      who: one.actor ? (names.get(one.actor) ?? null) : null,
    })),
  },
});

/** What became of a file. */
export function taken(result: Omit<FileResult, 'batch'> & { batch: string | null }, dryRun = false): string {
  const skipped = Object.entries(result.skipped).sort((a, b) => b[1] - a[1]);
  const skippedTotal = skipped.reduce((sum, [, count]) => sum + count, 0);
  return [
    table([
      ['received', result.received],
      ['accepted', result.accepted],
      ['duplicates', result.duplicates],
      ['skipped', skippedTotal],
      ['rejected', result.rejected],
    ]),
    ...skipped.map(([reason, count]) => `  skipped ${count}: ${plain(reason)}`),
    ...result.refused.slice(0, 10).map((one) => `  ${complaint(one)}`),
    ...(result.rejected > 10
      ? [`  … and ${result.rejected - 10} more, all kept: undercurrent replay ${result.batch}`]
      : []),
    dryRun
      ? 'A dry run: nothing was stored.'
      : result.batch
        ? `batch ${result.batch}  (undercurrent undo ${result.batch} takes it back)`
        : 'Nothing new.',
  ].join('\n');
}

/** Place, reason and remedy, each once: many messages name the place or the remedy themselves. */
function complaint({ place, message, hint }: FileResult['refused'][number]): string {
  const placed = message.toLowerCase().startsWith(place.toLowerCase()) ? message : `${place}: ${message}`;
  return plain(
    hint === '' || message.endsWith(hint) ? placed : `${placed.replace(/[^.!?]$/, '$&.')} ${hint}`,
  );
}

export function undone(list: readonly Undone[]): string {
  const sum = (of: (one: Undone) => number) => list.reduce((total, one) => total + of(one), 0);
  return `Undone: ${list.length} batch${list.length === 1 ? '' : 'es'}, ${sum((one) => one.signals)} signals, ${sum((one) => one.accounts)} accounts and ${sum((one) => one.people)} people that only they had brought.`;
}

export function replayed(result: Replayed): string {
  return [
    `${result.tried} tried, ${result.accepted} accepted, ${result.duplicates} duplicates, ${result.refused.length} still rejected.`,
    ...result.refused.slice(0, 10).map((one) => `  ${complaint(one)}`),
  ].join('\n');
}

export function imported(what: string, result: Upserted & { batch: string }): string {
  return [
    `${what}: ${result.created} new, ${result.updated} updated, ${result.rejected.length} rejected.`,
    ...result.rejected.slice(0, 10).map((one) => `  ${plain(one.message)} ${plain(one.hint)}`),
    `batch ${result.batch}  (undercurrent undo ${result.batch} takes it back)`,
  ].join('\n');
}

export function digestSent(sent: Sent): string {
  const { recipient, entries } = sent.digest;
  if (sent.outcome === 'empty') return `Nothing heated up for ${recipient}: no mail was sent.`;
  if (sent.outcome === 'taken') return `Another instance is sending this digest to ${recipient}.`;
  return `Sent to ${recipient}: ${entries.length} account${entries.length === 1 ? '' : 's'}.`;
}

export function batches(list: readonly Batch[]): string {
  if (list.length === 0) return 'No batches yet: `undercurrent ingest <source> <file>`.';
  return table([
    ['batch', 'source', 'by', 'label', 'started', 'accepted', 'duplicates', 'rejected', ''],
    ...list.map((batch) => [
      batch.id,
      batch.source,
      batch.transport,
      plain(batch.label ?? ''),
      batch.startedAt.toISOString().slice(0, 16),
      batch.accepted,
      batch.duplicates,
      batch.rejected,
      batch.undoneAt ? 'undone' : plain(batch.error ?? ''),
    ]),
  ]);
}

/** Adapters and what they delivered; sources that only the data knows come after. */
export function sourceList(adapters: readonly Adapter[], figures: readonly SourceFigures[]) {
  const byId = new Map(figures.map((figure) => [figure.source, figure]));
  const known = adapters.map((adapter) => ({
    id: adapter.id,
    title: adapter.title,
    description: adapter.description,
    transports: [adapter.file && 'file', adapter.push && 'push', adapter.poll && 'poll'].filter(
      (one) => typeof one === 'string',
    ),
  }));
  const others = figures
    .filter((figure) => !adapters.some((adapter) => adapter.id === figure.source))
    .map((figure) => ({
      id: figure.source,
      title: figure.source,
      description: '',
      transports: [] as string[],
    }));
  return [...known, ...others].map((source) => {
    const figure = byId.get(source.id);
    return {
      ...source,
      signals: figure?.signals ?? 0,
      duplicates: figure?.duplicates ?? 0,
      rejected: figure?.rejected ?? 0,
      skipped: figure?.skipped ?? {},
      lastSignalAt: figure?.lastSignalAt ?? null,
      lastError: figure?.lastError ?? null,
    };
  });
}

export function sources(list: ReturnType<typeof sourceList>): string {
  return table([
    ['source', 'by', 'signals', 'duplicates', 'rejected', 'skipped', 'last signal', ''],
    ...list.flatMap((source) => {
      const reasons = Object.entries(source.skipped).sort((a, b) => b[1] - a[1]);
      const line = [
        source.id,
        source.transports.join(', '),
        source.signals,
        source.duplicates,
        source.rejected,
        reasons.reduce((sum, [, count]) => sum + count, 0),
        source.lastSignalAt?.toISOString().slice(0, 16) ?? '–',
        plain(source.lastError ?? source.description),
      ];
      return [line, ...reasons.map(([reason, count]) => ['', '', '', '', '', count, plain(reason), ''])];
    }),
  ]);
}

export function keyList(list: readonly ApiKey[]): string {
  return table([
    ['id', 'name', 'scopes', 'created', ''],
    ...list.map((key) => [
      key.id,
      plain(key.name),
      key.scopes.join(', '),
      key.createdAt.toISOString().slice(0, 16),
      key.revokedAt ? 'revoked' : '',
    ]),
  ]);
}

export function facts(values: Record<string, unknown>): string {
  return Object.entries(values)
    .map(([key, value]) =>
      typeof value === 'object' && value !== null
        ? `${key}\n${table(Object.entries(value).map(([name, text]) => [`  ${name}`, String(text ?? '–')]))}`
        : `${key}: ${value}`,
    )
    .join('\n');
}
