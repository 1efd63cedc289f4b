/**
 * Sentences that set one target against another, or speak of coming and going: "switched from A to B", "A is slower
 * than B", "ditched A". What the words mean one by one misleads here ("A is better than B" holds one kind word and
 * two targets), so these rules are asked before the lexicon.
 *
 * A rule sees the sentence in lower case with each mention written as `‹n›`, n being the target's index.
 */
import { NEGATOR_WORDS, weightOf } from './lexicon.ts';

export interface Verdict {
  target: number;
  /** The lexicon's scale, so that verdicts and opinion words add up. */
  weight: number;
  rule: string;
}

interface Rule {
  name: string;
  pattern: RegExp;
  /** Weight toward the target in each capturing group, in order; a function reads the words captured by `words`. */
  toward: readonly number[] | ((words: string) => readonly number[]);
  /** Still tells something when asked: "any alternatives to A?" */
  evenAsked?: true;
}

const T = "‹(\\d+)›(?:'s)?";
/** Up to n words, as few as possible, each followed by a blank. */
const gap = (n: number): string => `(?:[\\w'/%$-]+ ){0,${n}}?`;
const MOVE =
  '(?:switch|switched|switching|move|moved|moving|migrate|migrated|migrating|migration|transition|transitioned|transitioning|convert|converted|change|changed|changing|jumped|came|ported|went)';
const LEAVE =
  '(?:ditch|ditched|ditching|dump|dumped|dumping|abandon|abandoned|abandoning|dropped|dropping|left|leave|leaving|quit|quitting|cancel|cancelled|canceled|cancelling|canceling|uninstalled|scrapped|outgrew|outgrown)';
const CHOOSE =
  '(?:prefer|preferred|prefers|favou?r|choose|chose|chosen|pick|picked|recommend|recommended|take|use|used|using|went with|go with|going with|want|adopted|selected|buy|bought)';
const THING = '(?:the |our |my |your |their |both |using |to |with )?';
const BEAT =
  '(?:beats?|beating|outperforms?|outperformed|crush(?:es|ed)?|smokes?|destroys?|trounces?|outclass(?:es)?|outshines?|surpass(?:es|ed)?|eclipses?|superior to|(?:light ?years|miles|way|far|well) ahead of|ahead of|runs? circles around|wipes? the floor with|(?:is|are|was) preferable to)';
const LOSE =
  "(?:inferior to|no match for|loses? to|lost to|lags? behind|(?:light ?years|miles|far|way) behind|falls? short of|pales? (?:in comparison )?(?:to|next to|beside|with)|(?:can't|cannot|can not|doesn't|does not) (?:compete|compare|keep up) (?:with|to)|(?:can't|doesn't|does not|cannot) hold a candle to|not on par with)";
const compile = (source: string): RegExp => new RegExp(`(?<![\\w-])${source}`);

/** Asked in this order; a target takes the first verdict a sentence has for it. */
const RULES: readonly Rule[] = [
  {
    name: 'switched from A to B',
    pattern: compile(`${MOVE} ${gap(5)}from ${THING}${T},? ${gap(4)}(?:over )?to ${gap(2)}${T}`),
    toward: [-2, 2],
  },
  {
    name: 'switched to B from A',
    pattern: compile(`${MOVE} ${gap(3)}to ${THING}${T} ${gap(3)}from ${THING}${T}`),
    toward: [2, -2],
  },
  {
    name: 'replaced A with B',
    pattern: compile(
      `(?:replac(?:e|ed|es|ing)|swap(?:ped|ping)?|swapped out|trad(?:ed|ing)) ${THING}${T} ${gap(3)}(?:with|by|for) ${gap(2)}${T}`,
    ),
    toward: [-2, 2],
  },
  {
    name: 'B replaced A',
    pattern: compile(`${T} (?:has |have )?(?:replaced|replaces) ${THING}${T}`),
    toward: [2, -2],
  },
  {
    name: 'left A for B',
    pattern: compile(
      `${LEAVE} ${THING}${T} ${gap(4)}(?:for|in favou?r of|and (?:switched|moved|went|migrated) to|to use) ${gap(2)}${T}`,
    ),
    toward: [-2, 2],
  },
  { name: 'A is no match for B', pattern: compile(`${T} ${gap(4)}${LOSE} ${gap(2)}${T}`), toward: [-2, 2] },
  { name: 'A beats B', pattern: compile(`${T} ${gap(4)}${BEAT} ${gap(2)}${T}`), toward: [2, -2] },
  {
    name: 'A beats B',
    pattern: compile(`${T} blows ${gap(2)}${T} (?:away|out of the water)`),
    toward: [2, -2],
  },
  {
    name: 'prefer A over B',
    pattern: compile(
      `${CHOOSE} ${gap(2)}${T},? ${gap(4)}(?:over|instead of|rather than|above|in place of) ${gap(2)}${T}`,
    ),
    toward: [2, -2],
  },
  {
    name: 'prefer A over B',
    pattern: compile(`(?:prefer|preferred|prefers) ${gap(2)}${T} to ${gap(2)}${T}`),
    toward: [2, -2],
  },
  { name: 'A over B any day', pattern: compile(`${T} over ${gap(2)}${T}`), toward: [2, -2] },
  {
    name: 'instead of B, A',
    pattern: compile(`(?:instead of|rather than) ${gap(2)}${T}, ${gap(6)}${T}`),
    toward: [-1, 1],
  },
  {
    name: 'rather A than B',
    pattern: compile(`(?:rather|sooner) ${gap(4)}${T} ${gap(3)}than ${gap(3)}${T}`),
    toward: [2, -2],
  },
  {
    name: 'A instead of B',
    pattern: compile(`${T},? ${gap(6)}(?:instead of|rather than) ${gap(2)}${T}`),
    toward: [1.5, -1.5],
  },
  {
    name: 'A is better than B',
    pattern: compile(`${T}(?<words>(?: [\\w'/%-]+){1,9}) (?:than|compared to|compared with) ${gap(3)}${T}`),
    toward: comparative,
  },
  {
    name: 'A is as good as B',
    pattern: compile(`${T}(?<words>(?: [\\w'-]+){0,6} (?:as|so) [\\w-]+(?: [\\w-]+)?) as ${gap(2)}${T}`),
    toward: equative,
  },
  {
    name: 'A is a better B',
    pattern: compile(
      `${T} ${gap(2)}(?:a|an) (?:much |far |slightly )?(?<words>[\\w-]+) (?:version of )?${T}`,
    ),
    toward: variant,
  },
  {
    name: "A is a poor man's B",
    pattern: compile(`${T} ${gap(3)}(?:poor man's|knock-?off(?: of)?|cheap copy of) ${T}`),
    toward: [-2, 1],
  },
  { name: 'A > B', pattern: compile(`${T} ?(?:>{1,4}|≫|≻) ?${T}`), toward: [2, -2] },
  { name: 'A < B', pattern: compile(`${T} ?(?:<{1,4}|≪) ?${T}`), toward: [-2, 2] },
  {
    name: 'B is an alternative to A',
    pattern: compile(
      `${T} ${gap(7)}(?:alternatives?|replacements?|substitutes?) (?:to|for|of) ${gap(2)}${T}`,
    ),
    toward: [1, -1],
    evenAsked: true,
  },
  {
    name: 'better than A',
    pattern: compile(
      `(?:nothing|none|nobody|no one|no other [\\w]+) ${gap(4)}(?:beats?|better than|compares? (?:to|with)|(?:comes?|came) (?:even )?close to|like|matches) ${gap(2)}${T}`,
    ),
    toward: [2],
  },
  {
    name: "can't beat A",
    pattern: compile(
      `(?:can't|cannot|hard to|can not|couldn't) (?:really )?(?:beat|live without|imagine life without|go wrong with|fault) ${gap(2)}${T}`,
    ),
    toward: [2],
  },
  {
    name: 'alternative to A',
    pattern: compile(`(?:alternatives?|replacements?|substitutes?) (?:to|for|of) (?:using )?${T}`),
    toward: [-1],
    evenAsked: true,
  },
  {
    name: 'alternative to A',
    pattern: compile(`(?:replace|replacing|replaced|away from|rid of) ${THING}${T}`),
    toward: [-1.5],
    evenAsked: true,
  },
  {
    name: 'alternative to A',
    pattern: compile(`${T} (?:alternatives?|replacements?)(?![\\w-])`),
    toward: [-1],
    evenAsked: true,
  },
  { name: 'left A', pattern: compile(`${LEAVE} ${THING}${T}`), toward: [-2] },
  {
    name: 'left A',
    pattern: compile(
      `(?:${MOVE}|got|get|getting|shift|shifted) ${gap(3)}(?:off|off of|away from|on from|out of) ${THING}${T}`,
    ),
    toward: [-2],
  },
  { name: 'left A', pattern: compile(`(?:stop|stopped|stopping|quit) using ${THING}${T}`), toward: [-2] },
  { name: 'left A', pattern: compile(`(?:gave|give|given|giving) up on ${THING}${T}`), toward: [-2] },
  { name: 'left A', pattern: compile(`(?:rip|ripped|ripping) (?:out )?${THING}${T}`), toward: [-2] },
  {
    name: 'prefer it over A',
    pattern: compile(`${CHOOSE} (?:it|them|that|this|these) ${gap(4)}(?:over|instead of) ${gap(2)}${T}`),
    toward: [-1.5],
  },
  { name: 'switched to B', pattern: compile(`(?:left|leaving|departed) for ${T}`), toward: [1.5] },
  {
    name: 'switched from A',
    pattern: compile(`(?:switched|switching|migrated|migrating|moved|moving) ${gap(3)}from ${THING}${T}`),
    toward: [-1.5],
  },
  {
    name: 'fed up with A',
    pattern: compile(
      `(?:fed up|sick|tired|frustrated|annoyed|disappointed|unhappy|dissatisfied|burned|burnt|done|bored|struggling|struggled|enough) (?:with|of|by) ${THING}${T}`,
    ),
    toward: [-2],
  },
  {
    name: 'avoid A',
    pattern: compile(`(?:avoid|avoiding|steer clear of|stay away from|beware of|beware) ${THING}${T}`),
    toward: [-2],
  },
  {
    name: "can't recommend A enough",
    pattern: compile(`(?:can't|cannot|can not|couldn't) recommend ${gap(2)}${T} (?:enough|highly enough)`),
    toward: [3],
  },
  {
    name: 'recommend A',
    pattern: compile(
      `(?:recommend|recommended|recommending|vouch for|endorse|swear by|(?:fan|fans) of|shout ?out to|props to|kudos to|hats off to|impressed (?:with|by)|happy with|in love with|love|loving|loved) ${THING}${T}`,
    ),
    toward: [2],
  },
  {
    name: 'switched to B',
    pattern: compile(
      `(?:switched|switching|migrated|migrating|moved|converted|upgraded) ${gap(3)}to ${THING}${T}`,
    ),
    toward: [1.5],
  },
  {
    name: 'chose A',
    pattern: compile(
      `(?:went with|going with|gone with|ended up with|chose|chosen|settled on|settling on|opted for|standardi[sz]ed on|adopted|sticking with|stick with|stuck with it and) ${THING}${T}`,
    ),
    toward: [1.5],
  },
];

/** How many mentions each rule needs: most sentences have one, and most rules need two. */
const NEEDED = new Map(RULES.map(({ pattern }) => [pattern, pattern.source.split('‹').length - 1]));

/**
 * What the sentence's comparisons say about the targets in it.
 * `sentence`: lower case, mentions as `‹n›`; `question`: it asks, so that only rules that mean something then count.
 */
export function verdicts(sentence: string, question: boolean): Verdict[] {
  const found = new Map<number, Verdict>();
  const among = sentence.split('‹').length - 1;
  for (const { name, pattern, toward, evenAsked } of RULES) {
    if ((question && !evenAsked) || among < NEEDED.get(pattern)!) continue;
    const match = pattern.exec(sentence);
    if (!match) continue;
    const words = match.groups?.words ?? '';
    const weights = typeof toward === 'function' ? toward(words) : toward;
    const factor = negatedBefore(sentence, match.index) ? -0.6 : 1;
    const targets = match
      .slice(1)
      .filter((group) => /^\d+$/.test(group ?? ''))
      .map(Number);
    if (targets.length === 2 && targets[0] === targets[1]) continue;
    targets.forEach((target, at) => {
      const weight = (weights[at] ?? 0) * factor;
      if (!found.has(target) && weights.length > 0) found.set(target, { target, weight, rule: name });
    });
  }
  return [...found.values()];
}

const isNegator = (word: string): boolean => NEGATOR_WORDS.has(word) || word.endsWith("n't");

/** "I would never switch from …", "don't recommend …". */
function negatedBefore(sentence: string, at: number): boolean {
  const clause =
    sentence
      .slice(0, at)
      .split(/[,;:(]/)
      .at(-1) ?? '';
  const words = clause.trim().split(/\s+/).slice(-4);
  return words.some((word, place) => isNegator(word) && !(word === 'not' && words[place + 1] === 'only'));
}

/** "is a better B", "is a poor man's B". */
function variant(text: string): readonly number[] {
  const sign = Math.sign(text.split(/\s+/).reduce((sum, word) => sum + weightOf(word), 0));
  return sign === 0 ? [] : [2 * sign, -sign];
}

/** "is far better", "isn't any faster", "costs more", "has fewer bugs": what stands between A and "than B". */
function comparative(text: string): readonly number[] {
  const words = text.trim().split(/\s+/);
  const negated = words.some(isNegator);
  let weight = 0;
  words.forEach((word, at) => {
    const sign = Math.sign(weightOf(word) || COMPARATIVES.get(word) || 0);
    const fewer = isFewer(words[at - 1]) || isFewer(words[at + 1]);
    weight += fewer ? -sign : sign;
  });
  if (weight === 0) return [];
  const size = Math.sign(weight) * 2;
  // "no better than B" is a complaint about A and none about B.
  return negated ? [-size * 0.75, Math.max(0, size * 0.5)] : [size, -size];
}

const isFewer = (word: string | undefined): boolean => word === 'less' || word === 'fewer';

/** "is not as good as B", "is as fast as B". */
function equative(text: string): readonly number[] {
  const words = text.trim().split(/\s+/);
  const own = words.reduce((sum, word) => sum + (weightOf(word) || (COMPARATIVES.get(word) ?? 0)), 0);
  if (own === 0) return words.some(isNegator) && /\b(?:as|so) (?:much|many)\b/.test(text) ? [-1, 1] : [];
  const sign = Math.sign(own);
  return words.some(isNegator) || text.includes('nowhere near') ? [-2 * sign, 2 * sign] : [1.5 * sign, sign];
}

/** Comparatives that carry an opinion only as such. */
const COMPARATIVES = new Map<string, number>(
  [
    [
      1,
      'stronger richer lighter sleeker saner newer leaner tidier friendlier safer sturdier smarter nimbler superior stabler neater quieter smaller fresher tastier sooner further ahead',
    ],
    [
      -1,
      'weaker buggier heavier clunkier uglier bulkier flakier trickier messier costlier poorer dumber steeper noisier laggier older cost costs bigger longer larger behind dearer',
    ],
  ].flatMap(([weight, words]) =>
    String(words)
      .split(' ')
      .map((word): [string, number] => [word, Number(weight)]),
  ),
);
