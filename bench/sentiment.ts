/**
 * Sentiment: how often it agrees with people who read the texts (macro-F1 over negative, neutral and positive), and
 * texts per second of processor time. Of whole comments, and toward targets that share a sentence with others judged
 * otherwise: once each target alone, once knowing the others. Nothing was trained on these texts.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { trySentiment } from '../src/core/try.ts';
import { table } from '../src/edge/terminal.ts';

const DATA = fileURLToPath(new URL('../../shared/data/sentiment', import.meta.url));

interface Labelled {
  text: string;
  label: -1 | 0 | 1;
  target?: string;
}
type Answer = { polarity: number } | { targets: { target: string; polarity: number }[] };

export async function run(): Promise<void> {
  if (!existsSync(DATA))
    return console.log('Sentiment is not measured: there is no ../shared/data/sentiment.');
  const comments = read('github-comments.jsonl');
  const aspects = read('aspect-targets.jsonl');
  const byText = Map.groupBy(aspects, (one) => one.text);
  const together = [...byText.values()];
  const rows = [
    measure('whole comments', comments, comments, ({ text }) => [polarity(trySentiment({ text }))]),
    measure('a target alone', aspects, aspects, ({ text, target }) => [
      polarity(trySentiment({ text, target })),
    ]),
    measure('all targets known', together.flat(), together, (group) => {
      const others = group.map((one) => one.target!);
      const { targets } = trySentiment({ text: group[0]!.text, others }) as {
        targets: { target: string; polarity: number }[];
      };
      return group.map((one) => targets.find(({ target }) => target === one.target)!.polarity);
    }),
  ];
  console.log(table([['what', 'texts', 'macro-F1', 'target', 'texts/s', 'target'], ...rows]));
}

const TARGETS: Record<string, number> = {
  'whole comments': 0.64,
  'a target alone': 0.53,
  'all targets known': 0.53,
};

function measure<Text>(
  what: string,
  labelled: readonly Labelled[],
  texts: readonly Text[],
  judge: (text: Text) => number[],
): (string | number)[] {
  const answers = texts.flatMap(judge);
  // The first round has warmed up.
  const before = process.cpuUsage();
  for (let round = 0; round < 3; round++) for (const text of texts) judge(text);
  const { user, system } = process.cpuUsage(before);
  const score = macroF1(
    labelled.map((one) => one.label),
    answers,
  );
  const perSecond = Math.round((3 * texts.length) / ((user + system) / 1e6));
  return [what, texts.length, score.toFixed(3), `≥ ${TARGETS[what]}`, perSecond, '≥ 10000'];
}

const polarity = (answer: Answer): number => ('polarity' in answer ? answer.polarity : Number.NaN);

const read = (file: string): Labelled[] =>
  readFileSync(`${DATA}/${file}`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Labelled);

/** The mean over the three classes of the harmonic mean of precision and recall. */
function macroF1(labels: readonly number[], answers: readonly number[]): number {
  const scores = [-1, 0, 1].map((kind) => {
    const hits = labels.filter((label, at) => label === kind && answers[at] === kind).length;
    const said = answers.filter((answer) => answer === kind).length;
    const there = labels.filter((label) => label === kind).length;
    return (2 * hits) / (said + there);
  });
  return scores.reduce((sum, one) => sum + one, 0) / scores.length;
}
