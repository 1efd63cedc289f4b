/**
 * The words that carry an opinion when people talk about products and software, with a weight from −3 to 3:
 * 1 leans, 2 is clear, 3 is strong. One clear word decides a sentence; `bug` or `issue` alone does not, because
 * in technical talk they are the subject and not the verdict.
 *
 * Everything is looked up through a `Map`: an object literal would answer for "constructor" or "arguments".
 */

/** Words by weight that are taken as they stand. */
const WORDS: readonly (readonly [number, string])[] = [
  [
    3,
    `awesome amazing amazingly fantastic fantastically excellent excellently superb outstanding phenomenal brilliant
    brilliantly perfect perfectly wonderful wonderfully incredible magnificent exceptional
    flawless flawlessly stellar best-in-class world-class unbeatable delightful delightfully
    marvelous marvellous spectacular terrific fabulous gorgeous divine heavenly mind-blowing game-changer gamechanger
    godsend lifesaver life-saver hooray hurray yay woohoo woot congrats congratulations kudos bravo exquisite
    top-notch first-class first-rate unmatched unrivaled unparalleled superbly to-die-for sublime impeccable
    impeccably`,
  ],
  [
    2,
    `great greatly good best better nice nicely nicer nicest love lovely loved lovable beautiful beautifully cool
    coolest elegant elegantly glad happy happier happiest happily impressive impressively impressed thrilled excited
    exciting pleased pleasant pleasantly pleasure delighted delicious tasty yummy flavorful flavourful scrumptious
    mouthwatering fresh fun enjoyable enjoyably reliable reliably robust rock-solid battle-tested intuitive intuitively
    seamless seamlessly effortless effortlessly effective effectively efficient efficiently snappy blazing
    blazingly lightning-fast user-friendly friendly helpful thoughtful attentive courteous polite welcoming
    generous genius clever cleverly neat neatly sweet slick polished well-made well-designed well-documented
    well-written well-thought-out powerful valuable invaluable worthwhile worth recommendable favorite favourite
    winner winning successful successfully success superior joy joyful grateful thankful thanks thank thx thnx tnx ty
    cheers appreciated wow haha hehe lol hilarious funny rocks rock-star rockstar fan solid trustworthy trusted
    accurate affordable inexpensive reasonably-priced bargain satisfying satisfied refreshing
    refreshed remarkable remarkably charming cozy cosy comfortable comfy inviting spotless stunning terrifically
    extraordinary commendable prompt promptly knowledgeable professional professionally hero
    legend finest greatest smart smartly ingenious bliss pleasing superfast`,
  ],
  [
    1,
    `clean cleaner cleanest cleanly fast faster fastest quick quicker quickest quickly simple simpler simplest easy
    easier easiest easily cheap cheaper cheapest cheaply lightweight flexible modern stable secure safe safer mature
    consistent consistently responsive performant smooth smoothly smoother useful handy convenient conveniently fine
    decent decently reasonable reasonably sane interesting interestingly promising correct correctly properly
    clear clearer tidy fair warm kind kindly gracious crisp tender juicy authentic
    mature scalable portable readable maintainable sensible sturdy durable compelling attractive
    competent capable versatile rewarding progress improvement advantage advantages benefit benefits strength
    strengths plus bonus pros hopeful optimistic welcome agreed yep yeah yes yup exactly absolutely ideal
    ideally relaxed relaxing romantic creative unique hot perfected fluffy tasteful ample plentiful abundant lively
    classy stylish well underrated transparent painless painlessly straightforward
    frictionless hassle-free top win wins improved`,
  ],
  [
    -1,
    `slow slower slowest slowly hard harder hardest difficult difficulty expensive pricey pricy pricier     costly complex complicated convoluted confusing confusingly confused unclear vague inconsistent inconsistently
    limited limiting lacking lacks lack missing outdated dated deprecated obsolete stale heavy
    heavyweight clumsy clunky cumbersome awkward awkwardly fragile brittle flaky flakey hacky messy mess noisy
    verbose weird weirdly strange strangely odd oddly suspicious dubious questionable unfortunate
    unfortunately sadly alas regrettably sorry apologies oops whoops ouch ugh meh hmm hm sigh argh grr damn dammit darn
    crap crappy boring bored dull bland dry greasy oily soggy stale cold overcooked undercooked salty cramped crowded
    loud tiny mediocre average subpar sub-par underwhelming unimpressive unimpressed so-so nope disagree
    unnecessary unnecessarily pointless needless needlessly redundant overkill bloat bloated tricky tedious
    incorrect incorrectly wrong wrongly incomplete insufficient inadequate unstable unsafe insecure
    unable impossible unhelpful downside downsides drawback drawbacks disadvantage disadvantages cons con
    weakness weaknesses caveat gotcha gotchas risk risky danger dangerous worried worry worrying worries concerned
    concerning afraid fear fears scared scary doubt doubtful skeptical sceptical reluctant reluctantly hesitant unhappy
    sad upset mad tired tiresome weary stuck blocked headache headaches hassle hassles friction pitfall pitfalls
    slowdown outage outages downtime lag laggy sluggish glitch glitches glitchy steep rigid unfriendly rude
    impolite dirty sticky smelly tasteless flavorless rubbery chewy burnt watery watered-down
    lukewarm forgotten inattentive neglected overrated gimmicky misleading problematic broke inferior unfinished
    unsupported unmaintained abandoned undocumented unpredictable unintuitive counterintuitive daunting forgettable
    rushed hectic noisy stingy skimpy meager meagre dim dingy shabby careless lazy stubborn
    stubbornness petty uncomfortable unpleasant unprofessional unresponsive anxious nervous regret
    indifferent`,
  ],
  [
    -2,
    `bad badly worse poor poorly poorer broken buggy unusable unreliable useless worthless annoying annoyingly
    annoyed annoyance irritating irritated frustrating frustrated frustratingly frustration painful painfully pain
    ugly stupid stupidly dumb idiotic ridiculous absurd silly
    nonsense rubbish garbage trash junk bullshit shit shitty wtf fuck fucking fucked sucks sucky suck sucked
    sucking disappointing disappointingly disappointed disappointment disappoints dissatisfied failure
    failures unacceptable inexcusable ripoff rip-off overpriced gouging greedy scam scammy sketchy shady spam spammy
    malware bloatware vaporware untrustworthy dishonest lied lies liar incompetent incompetence amateurish sloppy
    nasty hate hated hateful angry furious outraged outrageous outrageously shame shameful embarrassing embarrassed
    embarrassment unfair hostile toxic arrogant joke laughable lame nuisance hell hellish crashy leaky deal-breaker
    dealbreaker regrettable unbearable unpleasantly inedible stingy rotten filthy disrespectful condescending
    ignorant clueless hopeless ruined messed-up insulting insult cringe fed-up nerve-wracking hurts`,
  ],
  [
    -3,
    `terrible terribly awful awfully horrible horribly horrendous horrid worst atrocious abysmal appalling disgusting
    disgusted disgusted pathetic dreadful nightmare nightmares catastrophic catastrophe disaster disastrous
    dumpster-fire trainwreck train-wreck abomination despicable detestable godawful hideous unforgivable
    revolting repulsive cancerous evil fraud fraudulent fiasco debacle`,
  ],
];

/** Verbs by weight, in the base form; their inflections are made below. */
const VERBS: readonly (readonly [number, string])[] = [
  [3, 'adore cherish'],
  [2, 'enjoy appreciate recommend admire praise delight impress thrill applaud'],
  [
    1,
    'like improve simplify help please excel shine rock thrive welcome trust streamline satisfy succeed benefit',
  ],
  [
    -1,
    `crash break fail freeze hang leak lag struggle complain lack miss lose confuse block corrupt degrade waste suffer
    overcharge mislead ignore dislike avoid worry bother doubt disagree neglect overcook stall choke annoy
    disappoint`,
  ],
  [-2, 'hate despise loathe detest frustrate irritate infuriate ruin wreck cheat scam deceive'],
];

/** Irregular forms and technical subjects: too light to decide anything alone. */
const LIGHT: readonly (readonly [number, string])[] = [
  [-1, 'broke lost'],
  [
    -0.6,
    'bug bugs issue issues problem problems error errors warning failing fault faults trouble defect defects',
  ],
  [0.6, 'ok okay alright awaited supports supported fixed resolved feature-rich'],
];

/** Verbs that hold an opinion about their object: "love X". The target is looked for behind them first. */
const OBJECT_VERBS =
  'love like enjoy appreciate recommend admire praise adore cherish hate dislike despise loathe detest avoid trust prefer miss welcome';

/** Neutral words that turn bad when negated ("does not work") and are no praise by themselves. */
const EXPECTED = `work works worked working help helps scale scales support supports handle handles load loads compile compiles
  respond responds reply replied care cares understand usable possible able ready available compatible documented
  maintained tested acceptable enough`;

/** Multiplies the opinion word that follows. */
const DEGREES: readonly (readonly [number, string])[] = [
  [
    1.5,
    'extremely incredibly insanely absurdly exceptionally ridiculously absolutely utterly totally completely fucking',
  ],
  [
    1.3,
    'very really super so truly highly deeply hugely damn way far much quite seriously especially particularly too',
  ],
  [
    0.6,
    'slightly somewhat kinda sorta bit little mildly moderately relatively partly fairly less almost nearly',
  ],
];

const NEGATORS = `not no never none nothing nobody neither nor without hardly barely scarcely cannot cant can't don't dont
  doesn't doesnt didn't didnt isn't isnt aren't arent wasn't wasnt weren't weren't won't wont wouldn't wouldnt couldn't
  couldnt shouldn't shouldnt hasn't hasnt haven't havent hadn't hadnt ain't aint zero lack lacks lacking`;

/** Adjectives that only "too" makes an opinion: "too many clicks". */
const EXCESS = `many much long big small little few high low early late strict broad generic far loud short thin
  thick strong weak often busy dark sweet spicy close opinionated magical invasive chatty`;

/** Idioms whose words mislead one by one. */
const PHRASES: readonly (readonly [number, string])[] = [
  [1, 'no problem'],
  [1, 'no problems'],
  [1, 'no issues'],
  [0.6, 'no worries'],
  [1.5, 'works well'],
  [1.5, 'work well'],
  [2, 'works great'],
  [1, 'works fine'],
  [1.5, 'worked well'],
  [1.5, 'just works'],
  [1.5, 'well done'],
  [2, 'good job'],
  [2, 'looks good'],
  [2, 'lgtm'],
  [2, 'game changer'],
  [2, 'life saver'],
  [2, 'top notch'],
  [2, 'must have'],
  [1.5, 'makes sense'],
  [1, 'fair enough'],
  [1.5, 'good to go'],
  [2, 'second to none'],
  [2, 'hats off'],
  [1.5, 'rock solid'],
  [1.5, 'saved us'],
  [1.5, 'saves us'],
  [1.5, 'saved me'],
  [-2, 'waste of'],
  [-2, 'dumpster fire'],
  [-2, 'train wreck'],
  [-2, 'let down'],
  [-2, 'lets down'],
  [-2, 'let us down'],
  [-2, 'let me down'],
  [-2, 'fed up'],
  [-2, 'sick of'],
  [-1.5, 'tired of'],
  [-2, 'rip off'],
  [-2, 'stay away'],
  [-1.5, 'falls short'],
  [-1.5, 'falls apart'],
  [-1.5, 'fell apart'],
  [-1.5, 'went down'],
  [-1.5, 'out of date'],
  [-2, 'deal breaker'],
  [-2, 'piece of shit'],
  [-2, 'piece of crap'],
  [-1.5, 'no longer works'],
  [-1.5, 'no idea'],
  [-1.5, 'makes no sense'],
  [-1.5, 'make no sense'],
  [-1.5, 'leaves a lot to be desired'],
  [-1.5, 'left much to be desired'],
  [-1.5, 'could be better'],
  [-1.5, 'vendor lock in'],
  [-1, 'vendor lock-in'],
  [-1.5, 'locked out'],
  [-1.5, 'price hike'],
  [-1.5, 'price increase'],
  [-1.5, 'bait and switch'],
  [-1.5, 'went downhill'],
  [-1.5, 'gone downhill'],
  [0, 'good luck'],
  [0, 'good question'],
  [0, 'good morning'],
  [0, 'thanks in advance'],
  [0, 'better off'],
  [0, 'kind of'],
  [0, 'as well'],
  [0, 'as well as'],
  [0, 'would like'],
  [0, "i'd like"],
  [0, 'looks like'],
  [0, 'look like'],
  [0, 'looked like'],
  [0, 'feels like'],
  [0, 'feel like'],
  [0, 'seems like'],
  [0, 'sounds like'],
  [0, 'something like'],
  [0, 'things like'],
  [0, 'stuff like'],
  [0, 'tools like'],
  [0, 'just like'],
  [0, 'be like'],
  [0, 'is like'],
  [0, 'was like'],
  [0, 'like this'],
  [0, 'like that'],
  [0, 'like to'],
  [0, 'at best'],
  [0, 'best practice'],
  [0, 'best practices'],
  [0, 'hard drive'],
  [0, 'hard coded'],
  [0, 'would be nice'],
  [0, 'would be great'],
  [0, 'would be good'],
  [0, 'would be better'],
  [0, 'would be cool'],
  [0, 'might be better'],
  [0, 'pretty much'],
  [0, 'good enough'],
  [0, 'dry run'],
  [0, 'cold start'],
  [0, 'error message'],
  [0, 'error handling'],
  [0, 'issue tracker'],
  [0, 'bug report'],
  [0, 'bug tracker'],
];

/** Emoticons and emoji. Variation selectors are dropped before the look-up. */
const FACES: readonly (readonly [number, string])[] = [
  [
    2,
    `:) :-) =) ;) ;-) :] :D :-D =D ;D XD xD :P :-P :p ^_^ ^^ \\o/ <3 (: :o) +1 :+1: :thumbsup: :smile: :smiley: :grin:
    :tada: :heart: :clap: :rocket: :sparkles: :joy: :laughing: :wink: :blush: :ok_hand: :100: :beers: :muscle:
    :heart_eyes: :raised_hands: 👍 🎉 ❤ 😀 😃 😄 😁 😆 😊 🙂 😍 🥰 😎 🤩 👏 🙌 🚀 ✨ 💯 💪 🔥 😂 🤣 💖 💙 💚 🥳 😋`,
  ],
  [
    -2,
    `:( :-( =( :[ :'( :/ :-/ :\\ :-\\ :| :-| D: >:( -1 :-1: :thumbsdown: :cry: :sob: :disappointed: :confused: :angry:
    :rage: :worried: :frowning: :weary: :unamused: :persevere: :poop: 👎 😞 😢 😭 😡 😠 😤 🤬 😒 🙁 ☹ 😕 😟 😩 😫 😖 🤮 🤢 💩
    🤦 🙄 😱 💔`,
  ],
];

const split = (words: string): string[] => words.split(/\s+/).filter(Boolean);

/** The regular inflections of an English verb: stop-consonant doubling is not needed for the verbs above. */
function inflections(verb: string): string[] {
  if (/[^aeiou]y$/.test(verb)) {
    const stem = verb.slice(0, -1);
    return [verb, `${stem}ies`, `${stem}ied`, `${verb}ing`];
  }
  if (verb.endsWith('e')) return [verb, `${verb}s`, `${verb}d`, `${verb.slice(0, -1)}ing`];
  const ending = /(s|x|z|ch|sh)$/.test(verb) ? 'es' : 's';
  return [verb, verb + ending, `${verb}ed`, `${verb}ing`];
}

function byWord(
  groups: readonly (readonly [number, string])[],
  forms: (word: string) => string[],
): [string, number][] {
  return groups.flatMap(([weight, words]) =>
    split(words)
      .flatMap(forms)
      .map((word): [string, number] => [word, weight]),
  );
}

const itself = (word: string): string[] => [word];

/** Word in lower case → weight. */
export const WEIGHTS: ReadonlyMap<string, number> = new Map([
  ...byWord(VERBS, inflections),
  ...byWord(WORDS, itself),
  ...byWord(LIGHT, itself),
]);
export const OBJECT_WORDS: ReadonlySet<string> = new Set(split(OBJECT_VERBS).flatMap(inflections));
export const EXPECTED_WORDS: ReadonlySet<string> = new Set(split(EXPECTED));
export const DEGREE_WORDS: ReadonlyMap<string, number> = new Map(byWord(DEGREES, itself));
export const NEGATOR_WORDS: ReadonlySet<string> = new Set(split(NEGATORS));
export const EXCESS_WORDS: ReadonlySet<string> = new Set(split(EXCESS));
export const FACE_WEIGHTS: ReadonlyMap<string, number> = new Map(byWord(FACES, itself));

/** First word of an idiom → the idioms that begin with it, longest first. */
export const PHRASES_BY_WORD: ReadonlyMap<string, { words: string[]; weight: number }[]> = (() => {
  const found = new Map<string, { words: string[]; weight: number }[]>();
  for (const [weight, phrase] of PHRASES) {
    const words = phrase.split(' ');
    const first = words[0]!;
    found.set(
      first,
      [...(found.get(first) ?? []), { words, weight }].sort((a, b) => b.words.length - a.words.length),
    );
  }
  return found;
})();

/**
 * The weight of one word. A hyphenated word that is not known whole takes its last known part's weight;
 * "well-built" counts as praise whatever was built. 0 = no opinion.
 */
export function weightOf(word: string): number {
  const weight = WEIGHTS.get(word);
  if (weight !== undefined) return weight;
  if (!word.includes('-')) return 0;
  const parts = word.split('-');
  if (parts[0] === 'well' && parts.length === 2) return 1.5;
  for (const part of parts.toReversed()) {
    const found = WEIGHTS.get(part);
    if (found !== undefined) return parts[0] === 'non' || parts[0] === 'un' ? -found : found;
  }
  return 0;
}
