/**
 * Where a text names something. The rule:
 *
 * 1. A mention is a whole word (or words; blanks and hyphens between them are the same), perhaps with `'s`.
 *    Inside an identifier or a file name (`foo.segment`, `segment.ts`, `my_segment`) it is none.
 * 2. A name written in lower case, or one that is no everyday word, is found in any case ("datadog", "DataDog").
 * 3. A name that is an everyday word ("Notion", "Segment") counts only with an upper-case first letter,
 *    as `@handle`, `#tag` or as a domain (`segment.com`, also within an address); at the start of a sentence, where any word has a capital,
 *    it counts as *weak* unless what follows treats it as a name ("Segment is …").
 * 4. Of overlapping names the longest wins.
 */
import { WEIGHTS } from './lexicon.ts';

export interface Mention {
  /** The name as it was asked for. */
  name: string;
  start: number;
  end: number;
  form: 'word' | 'handle' | 'domain' | 'url';
  /** Seen only in an address, or possibly the everyday word. */
  weak: boolean;
}

/** Everyday words that are also brands of software and services, in lower case. */
const EVERYDAY = new Set(
  `access air amplitude analytics apollo apple arc ask atlas base basis beacon bench bit block bloom board bolt book
  boost bowl box branch brave bridge buffer build builder canvas cascade cast chain chart chime circle clay clear
  clearing close cloud coda code column common compass connect contrast copper core crisp cube current cursor dash
  data deck deep deck deal delta demand descript dialog discord discourse dock docker dome dot draft drift drive drip
  drop dune echo edge element ember engage envoy factor fathom fin fire flare flash flat fleet flow fly focus fork form
  forge forward foundry frame fresh front fuse gain galaxy gem ghost glean glide go gong grain grand graph grid group
  growth guru gusto harbor harness harvest hatch haven heap help hex hive home honey honeycomb hook hop hub hunter
  insight insights intercom iron ivy jet journey juice jump key keep keystone kit lane lattice launch layer leaf lean
  level lever light lightning like line linear link list live local logic loom loop lore lotus luma lumen magic mail
  make map mark market mast match mates maze meet memo mercury merge mesh metal meter metric mind mint mirror mission
  mode moment monday moon motion mural navigator near nest net network next noise north notch note notion nova oak
  obsidian ocean off olive one open opera orbit order origin outlook outreach oyster pace pack page panda panther paper
  part path peak pendo pen people pilot pin pipe pipeline pivot plain plan planet planner play plus pocket point polar
  poll port post postal press prime prism process profile prompt proof pulse pure quick quill radar radius rail railway
  ramp range rapid raven ray reach react reclaim record red reef relay render reply retain ring ripple rise river rocket
  root rover rule safari sage sail salt scale scope scout script sea seal seed segment sense sentry serve service shape
  share shelf shift ship shop signal signals silk simple site sketch slack slate slice slide smart smooth snap snow
  snowflake social solid sonar space spark spectrum sprint square stack stage star stage station stream streak stripe
  studio sub sumo sun super surge surface sway swift switch sync table tag tango target task tally team teams tempo
  temporal tent tide tiger time torch touch tower track trail train tray tree trend tribe trunk tray true trust turn
  twist undercurrent union unity up vault vector velocity verge view vision voice wave way web well whale wheel wing
  wise wit wonder word work workable works world wrap yield zap zen zone zoom`
    .split(/\s+/)
    .filter(Boolean),
);

const TLDS = new Set(
  'com org net io ai co dev app so tech cloud us eu uk de fr me tv sh gg xyz page site tools software inc example'.split(
    ' ',
  ),
);

/** What follows a name at the start of a sentence and tells it from the everyday word. */
const TREATS_AS_NAME =
  /^(?:['’]s\b|\s+(?:is|isn['’]t|was|wasn['’]t|has|hasn['’]t|had|does|doesn['’]t|did|can|can['’]t|will|won['’]t|just|also|vs|versus|and|or|seems|works|offers|lets|looks|feels|sucks|rocks|supports|costs|charges|inc|team|support|pricing|customer|user)\b|\s*[,/>(])/i;

/** True for a name that is also an everyday English word, so that its case matters. */
export function isEveryday(name: string): boolean {
  const word = name.toLowerCase();
  return EVERYDAY.has(word) || WEIGHTS.has(word);
}

/**
 * Every mention of the names in the text, in order, without overlaps.
 * `text` should be plain text; linear in its length times the number of names.
 */
export function mentions(text: string, names: readonly string[]): Mention[] {
  const lower = lowered(text);
  const found: Mention[] = [];
  for (const name of names) {
    const wanted = lowered(name.trim());
    if (wanted === '') continue;
    const words = wanted.split(/[\s-]+/).filter(Boolean);
    const strict = words.length === 1 && name.trim() !== wanted && isEveryday(wanted);
    const first = words[0];
    if (first === undefined) continue;
    for (let at = lower.indexOf(first); at >= 0; at = lower.indexOf(first, at + first.length)) {
      const end = endOf(lower, at, words);
      if (end < 0) continue;
      const mention = judge(text, lower, { name, start: at, end }, strict);
      if (mention) found.push(mention);
    }
  }
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  let reached = -1;
  return found.filter((mention) => {
    if (mention.start < reached) return false;
    reached = mention.end;
    return true;
  });
}

/** Lower case, one character for one, whatever the script (`İ` would otherwise become two). */
function lowered(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from({ length: text.length }, (_, at) => {
    const small = text.charAt(at).toLowerCase();
    return small.length === 1 ? small : text.charAt(at);
  }).join('');
}

/** Where the words end that begin at `at`, or −1 if they do not all follow. */
function endOf(lower: string, at: number, words: readonly string[]): number {
  let end = at + words[0]!.length;
  for (const word of words.slice(1)) {
    let next = end;
    while (next < lower.length && /[\s-]/.test(lower.charAt(next))) next += 1;
    if (next === end || !lower.startsWith(word, next)) return -1;
    end = next + word.length;
  }
  return end;
}

/** No address is longer; it bounds the look back. */
const LONGEST_ADDRESS = 2_000;

/** What of a web address stands before the place, without its scheme or `www.`; undefined outside of one. */
function addressBefore(text: string, at: number): string | undefined {
  let from = at;
  while (from > 0 && at - from < LONGEST_ADDRESS && !/\s/.test(text.charAt(from - 1))) from -= 1;
  const chunk = text.slice(from, at);
  for (const opening of ['://', 'www.']) {
    const found = chunk.indexOf(opening);
    if (found >= 0) return chunk.slice(found + opening.length);
  }
  return undefined;
}

const PART_OF_WORD = /[\p{L}\p{N}_]/u;

function judge(
  text: string,
  lower: string,
  { name, start, end }: { name: string; start: number; end: number },
  strict: boolean,
): Mention | undefined {
  const before = text.charAt(start - 1);
  const after = text.charAt(end);
  if (before !== '' && PART_OF_WORD.test(before)) return undefined;
  if (after !== '' && PART_OF_WORD.test(after)) return undefined;

  const within = addressBefore(text, start);
  if (within !== undefined) {
    // In an address an everyday word is a name only as the host: not in https://example.com/the-notion-of-time.
    if (strict && (after !== '.' || within.includes('/'))) return undefined;
    return { name, start, end, form: 'url', weak: true };
  }
  const handle = before === '@' || before === '#';
  if (handle && PART_OF_WORD.test(text.charAt(start - 2))) return undefined;
  if (after === '.' || after === '@') {
    const label = /^\.([a-z]{2,8})(?![a-z\d])/.exec(lower.slice(end, end + 12))?.[1];
    if (label !== undefined && TLDS.has(label)) {
      return { name, start, end: end + 1 + label.length, form: 'domain', weak: false };
    }
    if (after === '@' || /^\.[a-z\d]/.test(lower.slice(end, end + 2))) {
      // "great.Segment" lacks a blank, "segment.ts" is a file: only a capital starts a new sentence.
      if (!/^\.[A-Z]/.test(text.slice(end, end + 2)) || after === '@') return undefined;
    }
  }
  if (handle) return { name, start, end, form: 'handle', weak: false };
  if ((before === '.' || before === '/' || before === '\\') && PART_OF_WORD.test(text.charAt(start - 2))) {
    if (!(before === '/' && /\p{Lu}/u.test(text.charAt(start)))) return undefined;
  }
  if (!strict) return { name, start, end, form: 'word', weak: false };

  if (!/\p{Lu}/u.test(text.charAt(start))) return undefined;
  const opens = /(?:^|[.!?:\n]["'”’)]*\s*|[-*•]\s+)$/u.test(text.slice(Math.max(0, start - 6), start));
  return { name, start, end, form: 'word', weak: opens && !TREATS_AS_NAME.test(text.slice(end, end + 16)) };
}
