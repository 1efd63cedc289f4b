import { z } from 'zod';
import { defineAdapter } from '../../src/core/signal.ts';
import { normaliseRecord } from './payload.ts';

export default defineAdapter({
  id: 'template',
  title: 'Template',
  description: 'Companies that did something worth knowing.',
  homepage: 'https://vendor.example',
  kinds: ['intent.topic'],
  settings: z.object({
    minScore: z.coerce
      .number()
      .min(0)
      .max(100)
      .default(0)
      .describe('Records with a lower score are skipped.'),
  }),
  file: { format: 'ndjson', examples: ['export.ndjson'] },
  normalise: normaliseRecord,
});
