import { load } from 'cheerio/slim';
import { z } from 'zod';
import { type Mention, mentions } from '../../src/core/sentiment/mentions.ts';
import { sentimentToward, type Target, type TargetSentiment } from '../../src/core/sentiment/sentiment.ts';
import type { Normalised, WorkspaceProfile } from '../../src/core/signal.ts';

/** Outside text is cut to these many characters. */
const LONGEST = { text: 20_000, title: 300, evidence: 280, author: 64, url: 2_000 };

/** One hit of the search; only what is used. Comments have `comment_text`, stories `title` and perhaps `story_text`. */
const hitSchema = z.object({
  objectID: z.string().min(1).max(40),
  created_at_i: z.int().positive().max(9_999_999_999),
  author: z.string().nullish(),
  title: z.string().nullish(),
  url: z.string().nullish(),
  points: z.number().nullish(),
  num_comments: z.number().nullish(),
  story_text: z.string().nullish(),
  comment_text: z.string().nullish(),
  story_title: z.string().nullish(),
  _tags: z.array(z.string()).default([]),
});
type Hit = z.infer<typeof hitSchema>;

/** Who is listened for: us (brand, products, own domains) under one name, and each competitor. */
interface Listening {
  us: Target | undefined;
  competitors: Target[];
  /** What to search for: brand, products, competitors. */
  names: string[];
}

/** The targets and search terms of a workspace. Without a brand the first product stands for us. */
export function listeningOf(profile: WorkspaceProfile): Listening {
  const [name, ...aliases] = [...profile.brand, ...profile.products, ...profile.domains];
  const us = name === undefined ? undefined : { name, aliases };
  const competitors = profile.competitors.map((competitor) => ({ name: competitor, aliases: [] }));
  const names = [...new Set([...profile.brand, ...profile.products, ...profile.competitors])];
  return { us, competitors, names };
}

/**
 * One hit → a `social.mention` when it names us, else `social.competitor_research` when it names a competitor, else
 * skipped: the search is looser than the rule for mentions. Only the author's own words count, not the title of the
 * story that a comment hangs under. Throws a ZodError for a hit of another shape.
 */
export function normalise(record: unknown, { profile }: { profile: WorkspaceProfile }): Normalised {
  const hit = hitSchema.parse(record);
  const text = clean(wordsOf(hit), LONGEST.text);
  const link = clean(hit.url ?? '', LONGEST.url);
  const { us, competitors } = listeningOf(profile);
  const targets = us ? [us, ...competitors] : competitors;
  const spellings = new Map(
    targets.flatMap((target) =>
      [target.name, ...target.aliases].map((name): [string, Target] => [name, target]),
    ),
  );
  const found = mentions(`${text}\n${link}`, [...spellings.keys()]);
  const named = new Set(found.map(({ name }) => spellings.get(name)!));
  if (named.size === 0) return { signals: [], skipped: 'not a mention' };

  const sentiments = sentimentToward(text, targets);
  const ours = us !== undefined && named.has(us);
  const subject = ours
    ? sentiments.find(({ target }) => target === us.name)
    : sentiments.reduce<TargetSentiment | undefined>(
        (best, next) => (best && Math.abs(best.score) >= Math.abs(next.score) ? best : next),
        undefined,
      );
  const deciding = ours ? found.filter(({ name }) => spellings.get(name) === us) : found;
  const author = clean(hit.author ?? '', LONGEST.author);
  return {
    signals: [
      {
        externalId: hit.objectID,
        kind: ours ? 'social.mention' : 'social.competitor_research',
        occurredAt: new Date(hit.created_at_i * 1000),
        strength: deciding.every(({ weak }) => weak) ? 0.5 : 1,
        hints: author === '' ? {} : { author, anonymousId: `hn:${author}` },
        topics: topicsOf(found, spellings, profile),
        sentiment: subject?.score ?? 0,
        url: `https://news.ycombinator.com/item?id=${encodeURIComponent(hit.objectID)}`,
        title: clean(hit.title ?? hit.story_title ?? '', LONGEST.title) || undefined,
        attributes: {
          author,
          points: hit.points ?? null,
          comments: hit.num_comments ?? null,
          hnType: typeOf(hit),
          rule: subject?.rule ?? 'none',
          targets: sentiments.map((one) => ({
            ...one,
            evidence: one.evidence.slice(0, LONGEST.evidence).toWellFormed(),
          })),
        },
      },
    ],
  };
}

/** The names as they are searched for, lower case; our domains count as the brand. */
function topicsOf(
  found: readonly Mention[],
  spellings: ReadonlyMap<string, Target>,
  profile: WorkspaceProfile,
): string[] {
  const topics = found.map(({ name }) => (profile.domains.includes(name) ? spellings.get(name)!.name : name));
  return [...new Set(topics.map((topic) => topic.toLowerCase()))];
}

function typeOf(hit: Hit): string {
  for (const type of ['comment', 'show_hn', 'ask_hn', 'job', 'poll', 'story'])
    if (hit._tags.includes(type)) return type;
  return hit.comment_text ? 'comment' : 'story';
}

function wordsOf(hit: Hit): string {
  if (hit.comment_text) return plain(hit.comment_text);
  return [hit.title ?? '', plain(hit.story_text ?? '')].filter(Boolean).join('\n\n');
}

/** Hacker News HTML as text: paragraphs apart, code fenced, and links whole, since the site shortens their text. */
function plain(html: string): string {
  if (!/[<&]/.test(html)) return html;
  const $ = load(html.slice(0, LONGEST.text * 2), null, false);
  $('script, style').remove();
  $('pre').each((_, element) => {
    $(element).replaceWith(`\n\`\`\`\n${escaped($(element).text())}\n\`\`\`\n`);
  });
  $('a[href]').each((_, element) => {
    const shown = $(element).text();
    if (/^https?:/.test(shown)) $(element).replaceWith(escaped($(element).attr('href') ?? shown));
  });
  $('p, br, li').before('\n\n');
  return $.root().text();
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Without control, bidirectional-override and zero-width characters; cut to a length. */
function clean(text: string, length: number): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])[\p{Cc}\u200b\u202a-\u202e\u2066-\u2069\ufeff]/gu, '')
    .slice(0, length)
    .toWellFormed()
    .trim();
}
