/** Pre-MQL flags, brought up to date with the scores of their accounts, and answered by sales. */
import { Invalid, NotFound } from '../core/errors.ts';
import type { ScoringModel } from '../core/model.ts';
import { holds, kindIndex, layOut, spokenIn } from '../core/scoring/evidence.ts';
import { advance, precisionOf } from '../core/scoring/flag-life.ts';
import { FLAG_RULES, type FlagGroup, judgeFlags } from '../core/scoring/flags.ts';
import { firstsOf, type Likeness, learnLikeness, type Trait, traitsOf } from '../core/scoring/lookalike.ts';
import type { AccountScore, ScoreInput } from '../core/scoring/score.ts';
import * as converters from '../store/converters.ts';
import type { Tx } from '../store/database.ts';
import * as flags from '../store/flags.ts';
import * as scores from '../store/scores.ts';
import type { Grouping } from './groups.ts';

const DAY = 86_400_000;

/** The flags of some accounts in the judging. */
export interface Flagging {
  judge(of: {
    accountId: string;
    input: ScoreInput;
    score: AccountScore;
    groups: readonly FlagGroup[];
  }): void;
  /** Raises, expires, closes and withdraws them. */
  save(version: number): Promise<void>;
}

/** Reads what the rules need to know of these accounts. Surges must be stored. */
export async function open(
  tx: Tx,
  accounts: readonly { accountId: string; input: ScoreInput }[],
  staff: Grouping['staff'],
  model: ScoringModel,
  now: Date,
): Promise<Flagging> {
  const stored = await flags.factsOf(
    tx,
    accounts.map(({ accountId, input }) => ({
      accountId,
      people: staff.get(accountId) ?? [],
      actors: speakersIn(input.evidence),
    })),
  );
  const likeness = await likenessAt(tx, model, now);
  const seeking = await seekingIn(tx, accounts, model, now);
  const raise: Parameters<typeof flags.raise>[1][number][] = [];
  const settle: Parameters<typeof flags.settle>[1][number][] = [];
  const withdraw: string[] = [];
  return {
    judge({ accountId, input, score, groups }) {
      const facts = stored.get(accountId)!;
      const { evidence, firmographics, outcomes } = input;
      const traits = likeness ? traitsIn(firmographics, evidence, model) : [];
      const { customer, openOpportunity } = outcomes;
      const findings = judgeFlags(
        { ...facts, groups, score, evidence, customer, openOpportunity, seeking, traits, likeness },
        model,
        now,
      ).flatMap((judgement) => judgement.findings);
      if (findings.length === 0 && facts.flags.length === 0) return;
      const situation = {
        outcomes: outcomes.history ?? [],
        qualified: facts.qualified,
        signalIds: { has: (id: string) => holds(evidence, id) },
      };
      const done = advance(facts.flags, findings, situation, model, now);
      raise.push(...done.raise.map((finding) => ({ ...finding, accountId })));
      settle.push(...done.settle);
      withdraw.push(...done.withdraw);
    },
    async save(version) {
      await flags.withdraw(tx, withdraw);
      await flags.settle(tx, settle);
      await flags.raise(tx, raise, version, now);
    },
  };
}

/** People who talk in public, of whom a rule may speak. */
function speakersIn(evidence: ScoreInput['evidence']): Set<string> {
  const columns = layOut(evidence);
  const actors = new Set(spokenIn(columns).map((row) => columns.actor[row]!));
  return new Set(Array.from(actors, (actor) => columns.texts.actorOf(actor).slice('person:'.length)));
}

const SEEKING = kindIndex('social.competitor_research');

function traitsIn(
  firmographics: ScoreInput['firmographics'],
  evidence: ScoreInput['evidence'],
  model: ScoringModel,
): Trait[] {
  const columns = layOut(evidence);
  const count = Math.min(columns.length, converters.FIRST_SIGNALS);
  const first = Array.from({ length: count }, (_, row) => columns.row(row));
  return traitsOf({ ...firmographics, ...firstsOf(first, model.flags.lookalike.firsts) });
}

/** Asked only where somebody known spoke of a competitor. */
async function seekingIn(
  tx: Tx,
  scored: readonly { accountId: string; input: ScoreInput }[],
  model: ScoringModel,
  now: Date,
): Promise<ReadonlySet<string>> {
  const where = scored.filter(({ input }) => {
    const columns = layOut(input.evidence);
    return spokenIn(columns).some((row) => columns.kind[row] === SEEKING);
  });
  if (where.length === 0) return new Set();
  // A day more, since ids carry the source's own clock.
  const from = new Date(now.getTime() - (model.flags.socialPush.days + 1) * DAY);
  return flags.seekingIn(
    tx,
    where.map((one) => one.accountId),
    from,
  );
}

/** What was learnt last, by workspace. Learning reads thousands of accounts, and one more converter changes little. */
const learnt = new Map<string, { of: string; likeness: Likeness }>();

/** What makes accounts alike those that converted lately; null where there are too few to say. */
async function likenessAt(tx: Tx, model: ScoringModel, now: Date): Promise<Likeness | null> {
  const { days, converters: needed, shrinkage, firsts } = model.flags.lookalike;
  const from = new Date(now.getTime() - days * DAY);
  const { count, latest } = await converters.tellConverters(tx, from, now);
  if (count < needed) return null;
  const of = JSON.stringify([
    now.toISOString().slice(0, 10),
    count,
    latest?.getTime(),
    model.flags.lookalike,
  ]);
  const known = learnt.get(tx.workspaceId);
  if (known?.of === of) return known.likeness;
  const traits = (sketch: converters.Sketch) => traitsOf({ ...sketch, ...firstsOf(sketch.first, firsts) });
  const likeness = learnLikeness(
    (await converters.converters(tx, from, now)).map(traits),
    (await converters.usual(tx, now)).map(traits),
    shrinkage,
  );
  learnt.set(tx.workspaceId, { of, likeness });
  return likeness;
}

/**
 * Takes sales' answer to a flag; a later one takes its place. Throws `NotFound` for an unknown id and `Invalid` for one
 * that has converted: that has been answered by what happened.
 */
export async function respond(
  tx: Tx,
  id: string,
  answer: { accepted: boolean; reason: string | null; by: string },
  now: Date,
): Promise<flags.Flag> {
  await scores.lockScores(tx);
  const [flag] = await flags.byIds(tx, [id]);
  if (!flag) throw new NotFound('There is no such flag.', 'See `preMqlFlags`, or `undercurrent flags`.');
  if (flag.status === 'CONVERTED') {
    throw new Invalid('The flag has converted already', 'There is nothing left to answer.', { field: 'id' });
  }
  await flags.answer(tx, id, { ...answer, at: now });
  const status = answer.accepted ? 'ACCEPTED' : 'REJECTED';
  await flags.settle(tx, [{ id, status, closedAt: now, expiredAt: null }]);
  await scores.request(tx, [flag.accountId], now);
  const [answered] = await flags.byIds(tx, [id]);
  return answered!;
}

/** How well a rule did. */
export interface RuleReport extends flags.RuleCounts {
  /** Accepted and converted among all closed ones, with its 95 % interval; null: none is closed. */
  precision: { value: number; low: number; high: number } | null;
}

/** How well each rule did with what it raised in a span; null: from ever, until now. */
export async function report(tx: Tx, from: Date | null, to: Date | null): Promise<RuleReport[]> {
  const counts = new Map((await flags.countsByRule(tx, from, to)).map((one) => [one.rule, one]));
  return FLAG_RULES.map((rule) => {
    const found = counts.get(rule) ?? {
      rule,
      raised: 0,
      open: 0,
      accepted: 0,
      rejected: 0,
      converted: 0,
      expired: 0,
      leadTimeDays: null,
    };
    return { ...found, precision: precisionOf(found.accepted + found.converted, found.raised - found.open) };
  });
}
