/** Solutions: what we sell, as far as the people around a purchase differ by it. */
import { z } from 'zod';
import { Invalid } from './errors.ts';
import { templateSchema } from './group-model.ts';
import { type EvidenceSet, layOut } from './scoring/evidence.ts';
import { compilePattern, normalTopic, openTopics, topicsOf } from './topics.ts';

const pattern = z
  .string()
  .min(1)
  .max(500)
  .refine((text) => isPattern(text), { error: 'is no regular expression' });

const solutionSchema = z.strictObject({
  name: z.string().trim().min(1).max(200),
  topics: z.array(z.string()).default([]).transform(names),
  clusters: z.array(z.string()).default([]).transform(names),
  /** Pages and assets of ours that are about it: all that a rule gives must fit. */
  content: z
    .array(
      z
        .strictObject({ url: pattern.nullish(), title: pattern.nullish() })
        .refine((rule) => rule.url || rule.title, { error: 'needs url or title' }),
    )
    .default([]),
  template: templateSchema.nullish().transform((template) => template ?? null),
});
export type SolutionInput = z.output<typeof solutionSchema>;

export interface Solution extends SolutionInput {
  id: string;
  /** Ours, for a workspace that has named none. */
  usual: boolean;
}

/** What a workspace sells that has named no solution. */
export const usualSolution: SolutionInput = {
  name: 'Everything we sell',
  topics: [],
  clusters: [],
  content: [],
  template: null,
};

const documentSchema = z
  .array(solutionSchema)
  .refine((list) => new Set(list.map(({ name }) => name.toLowerCase())).size === list.length, {
    error: 'names a solution twice',
  });

/** Checks a list of solutions. Throws `Invalid` naming the first mistake's path. */
export function parseSolutions(document: unknown): SolutionInput[] {
  const parsed = documentSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new Invalid(
    `solutions${field ? `.${field}` : ''}: ${issue?.message ?? 'can’t be read'}`,
    'Give an array like [{"name": "Lineage", "topics": ["data lineage"], "content": [{"url": "^/lineage"}]}].',
    { field, cause: parsed.error },
  );
}

/**
 * Which of an account's evidence is about a solution, row by row of its columns (1, else 0); null: all of it is, since the
 * solution names nothing.
 */
export function rowsOn(
  solution: Pick<Solution, 'topics' | 'clusters' | 'content'>,
  evidence: EvidenceSet,
  /** Cluster → its topics. */
  clusters: ReadonlyMap<string, readonly string[]>,
  /** Ids of signals that its content rules fit. */
  content: ReadonlySet<string>,
): Uint8Array | null {
  if (solution.topics.length + solution.clusters.length + solution.content.length === 0) return null;
  const wanted = new Set([
    ...solution.topics,
    ...solution.clusters.flatMap((name) => clusters.get(name) ?? []),
  ]);
  const { length, texts } = layOut(evidence);
  const isOn = (row: number) =>
    (content.size > 0 && content.has(texts.idOf(row))) ||
    texts.topicsOf(row).some((topic) => wanted.has(topic));
  return Uint8Array.from({ length }, (_, row) => (isOn(row) ? 1 : 0));
}

/** Ids of the solutions whose content rules fit a page or asset. */
export function contentReader(
  solutions: readonly Pick<Solution, 'id' | 'content'>[],
): (page: { url: string | null; title: string | null }) => readonly string[] {
  const book = openTopics({
    topics: [],
    rules: solutions.flatMap(({ id, content }) =>
      content.map(({ url, title }) => ({ topic: id, urlPattern: url ?? null, titlePattern: title ?? null })),
    ),
  });
  return (page) => topicsOf({ topics: [], ...page }, book).topics;
}

function names(list: readonly string[]): string[] {
  return [...new Set(list.map(normalTopic).filter((name) => name !== ''))];
}

function isPattern(text: string): boolean {
  try {
    compilePattern(text, 'pattern');
    return true;
  } catch {
    return false;
  }
}
