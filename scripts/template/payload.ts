/** One record as the source sends it → signals. Only the fields that are used. */
import { z } from 'zod';
import type { NormaliseContext, Normalised } from '../../src/core/signal.ts';

const recordSchema = z.object({
  id: z.string().min(1),
  company: z.string().min(1),
  website: z.string().min(1).optional(),
  topic: z.string().min(1),
  score: z.number().min(0).max(100),
  seenAt: z.coerce.date(),
});

/** Pure: no clock, no network. A record that doesn't fit the schema is kept as a dead letter with the reason. */
export function normaliseRecord(
  record: unknown,
  context: NormaliseContext<{ minScore: number }>,
): Normalised {
  const { id, company, website, topic, score, seenAt } = recordSchema.parse(record);
  if (score < context.settings.minScore) return { signals: [], skipped: 'below the lowest score' };
  return {
    signals: [
      {
        externalId: id,
        kind: 'intent.topic',
        occurredAt: seenAt,
        strength: score / 100,
        hints: { companyName: company, ...(website && { domain: website }) },
        topics: [topic.toLowerCase()],
      },
    ],
  };
}
