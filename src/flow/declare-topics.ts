/** Topics, clusters and rules as somebody declares them. */
import { z } from 'zod';
import { Invalid } from '../core/errors.ts';
import { compilePattern, normalTopic } from '../core/topics.ts';
import * as book from '../store/book.ts';
import type { Tx } from '../store/database.ts';
import { storable } from '../store/text.ts';
import * as topics from '../store/topics.ts';
import { refusalOf } from './ingest.ts';
import type { Upserted } from './upsert.ts';

const name = z
  .string()
  .transform(normalTopic)
  .refine((text) => text !== '', { error: 'names nothing' });
const pattern = z
  .string()
  .max(500)
  .nullish()
  .transform((text) => text?.trim() || null);

export const topicInputSchema = z.object({
  topic: name,
  aliases: z.array(name).max(100).nullish(),
  cluster: name.nullish(),
  /** 0–1. */
  weight: z.number().gt(0).max(1).nullish(),
  urlPattern: pattern,
  titlePattern: pattern,
});
export type TopicInput = z.input<typeof topicInputSchema>;

/** Declares topics, what clusters they are in, and which pages are about them. Rows that are wrong are told. */
export async function declareTopics(
  tx: Tx,
  inputs: readonly TopicInput[],
  batchId: string,
  now: Date,
): Promise<Upserted> {
  // Whatever is being taken in by the old declarations is stored before these hold.
  await book.own(tx);
  const known = new Set((await topics.list(tx)).flatMap((one) => (one.declared ? one.name : [])));
  const result: Upserted = { created: 0, updated: 0, rejected: [] };
  const declarations: topics.Declaration[] = [];
  for (const [index, input] of inputs.entries()) {
    try {
      const { topic, aliases, cluster, weight, urlPattern, titlePattern } = topicInputSchema.parse(
        storable(input),
      );
      if (urlPattern !== null) compilePattern(urlPattern, 'urlPattern');
      if (titlePattern !== null) compilePattern(titlePattern, 'titlePattern');
      if (weight && !cluster) {
        throw new Invalid('weight: needs a cluster', 'Name the cluster that the topic has this weight in.');
      }
      declarations.push({
        topic,
        aliases: aliases ?? [],
        cluster: cluster ?? null,
        weight: weight ?? 1,
        urlPattern,
        titlePattern,
      });
      if (known.has(topic)) result.updated++;
      else {
        known.add(topic);
        result.created++;
      }
    } catch (error) {
      const refusal = refusalOf(error);
      result.rejected.push({ index, ...refusal, message: `[${index}]: ${refusal.message}` });
    }
  }
  await topics.declare(tx, declarations, batchId, now);
  return result;
}
