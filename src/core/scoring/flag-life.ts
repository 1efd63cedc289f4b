/**
 * How long a flag lives. What it stands at follows from when it was raised, what somebody answered and what the CRM says;
 * so an outcome that is taken back takes its consequence back. Only its raising and its expiry are events of their own.
 */
import type { ScoringModel } from '../model.ts';
import type { OutcomeEvent } from './fit.ts';
import type { Finding, FlagRule } from './flags.ts';

export const FLAG_STATUSES = ['OPEN', 'ACCEPTED', 'REJECTED', 'EXPIRED', 'CONVERTED'] as const;
export type FlagStatus = (typeof FLAG_STATUSES)[number];

/** A flag that was raised, as it is stored. */
export interface RaisedFlag {
  id: string;
  rule: FlagRule;
  /** null: the account. */
  personId: string | null;
  raisedAt: Date;
  /** Since when its reason no longer held; null: it did not expire. */
  expiredAt: Date | null;
  /** Sales' answer; null: none yet. */
  answer: { accepted: boolean; at: Date } | null;
  status: FlagStatus;
  closedAt: Date | null;
  /** Signals behind it, a few of each part. */
  signalIds: readonly string[];
}

/** What has happened at an account besides signals. */
export interface Situation {
  /** By the CRM, in any order. */
  outcomes: readonly OutcomeEvent[];
  /** People there who are MQL or further, and since when. */
  qualified: readonly { personId: string; at: Date }[];
  /** Signals on the account's timeline. */
  signalIds: Pick<ReadonlySet<string>, 'has'>;
}

/** Where a flag stands. */
export interface Standing {
  status: FlagStatus;
  /** When it left OPEN; null while it is. */
  closedAt: Date | null;
}

/** What is to be done about an account's flags. */
export interface Advance {
  raise: Finding[];
  /** Flags that stand elsewhere than they did. */
  settle: ({ id: string; expiredAt: Date | null } & Standing)[];
  /** Flags nobody answered whose evidence has gone. */
  withdraw: string[];
}

const DAY = 86_400_000;

/** Where a flag stands by what is known now. */
function standingOf(
  flag: Pick<RaisedFlag, 'raisedAt' | 'expiredAt' | 'answer' | 'personId'>,
  { outcomes, qualified }: Pick<Situation, 'outcomes' | 'qualified'>,
  model: ScoringModel,
): Standing {
  const { raisedAt, expiredAt, answer } = flag;
  if (answer && !answer.accepted) return { status: 'REJECTED', closedAt: answer.at };
  const opened = [
    ...timesOf(outcomes, ['OPPORTUNITY_OPENED', 'WON'], raisedAt),
    ...qualified
      .filter((one) => flag.personId === null || one.personId === flag.personId)
      .map((one) => Math.max(one.at.getTime(), raisedAt.getTime())),
  ].sort((a, b) => a - b)[0];
  // An expired flag was right all the same if it came true not long after it was raised.
  const credited =
    expiredAt && !answer ? raisedAt.getTime() + model.flags.creditDays * DAY : Number.POSITIVE_INFINITY;
  if (opened !== undefined && opened <= credited) return { status: 'CONVERTED', closedAt: new Date(opened) };
  const [refused] = timesOf(outcomes, ['REJECTED_BY_SALES'], raisedAt);
  if (refused !== undefined && !answer && !(expiredAt && expiredAt.getTime() < refused)) {
    return { status: 'REJECTED', closedAt: new Date(refused) };
  }
  if (answer) return { status: 'ACCEPTED', closedAt: answer.at };
  return expiredAt ? { status: 'EXPIRED', closedAt: expiredAt } : { status: 'OPEN', closedAt: null };
}

function timesOf(outcomes: readonly OutcomeEvent[], types: OutcomeEvent['type'][], from: Date): number[] {
  return outcomes
    .filter((one) => types.includes(one.type) && one.at >= from)
    .map((one) => one.at.getTime())
    .sort((a, b) => a - b);
}

/** Brings an account's flags up to now: those there are first, then those that are to be raised. */
export function advance(
  flags: readonly RaisedFlag[],
  findings: readonly Finding[],
  situation: Situation,
  model: ScoringModel,
  now: Date,
): Advance {
  const { settleDays, coolDownDays } = model.flags;
  const done: Advance = { raise: [], settle: [], withdraw: [] };
  const blocked = new Set<string>();
  // The latest first: where an old one is open again beside a newer one, the old one has run out.
  for (const flag of [...flags].sort((a, b) => b.raisedAt.getTime() - a.raisedAt.getTime())) {
    if (!flag.answer && isGone(flag, situation)) {
      done.withdraw.push(flag.id);
      continue;
    }
    const key = keyOf(flag);
    let expiredAt = flag.expiredAt;
    let standing = standingOf(flag, situation, model);
    if (standing.status === 'OPEN') {
      const holds = findings.some((finding) => keyOf(finding) === key);
      const settled = now.getTime() - flag.raisedAt.getTime() >= settleDays * DAY;
      if ((!holds && settled) || blocked.has(`open ${key}`)) {
        expiredAt = now;
        standing = { status: 'EXPIRED', closedAt: now };
      } else blocked.add(`open ${key}`);
    }
    const { status, closedAt } = standing;
    if (status === 'OPEN' || now.getTime() < closedAt!.getTime() + coolDownDays * DAY) blocked.add(key);
    if (status !== flag.status || closedAt?.getTime() !== flag.closedAt?.getTime()) {
      done.settle.push({ id: flag.id, expiredAt, status, closedAt });
    }
  }
  done.raise = findings.filter((finding) => !blocked.has(keyOf(finding)));
  return done;
}

const keyOf = (flag: { rule: FlagRule; personId: string | null }): string =>
  `${flag.rule} ${flag.personId ?? ''}`;

const isGone = ({ signalIds }: RaisedFlag, situation: Situation): boolean =>
  signalIds.length > 0 && !signalIds.some((id) => situation.signalIds.has(id));

/** How often a rule was right, with the 95 % interval by Wilson; null: none of its flags is closed. */
export function precisionOf(
  right: number,
  closed: number,
): { value: number; low: number; high: number } | null {
  if (closed === 0) return null;
  const z = 1.959964;
  const share = right / closed;
  const middle = (share + (z * z) / (2 * closed)) / (1 + (z * z) / closed);
  const half =
    (z / (1 + (z * z) / closed)) *
    Math.sqrt((share * (1 - share)) / closed + (z * z) / (4 * closed * closed));
  return { value: share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
