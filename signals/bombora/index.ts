import { z } from 'zod';
import { defineAdapter } from '../../src/core/signal.ts';
import { nameColumns, normaliseRow } from './payload.ts';

export default defineAdapter({
  id: 'bombora',
  title: 'Bombora Company Surge',
  description: 'Which companies research which topics across the web, week by week.',
  homepage: 'https://bombora.com',
  kinds: ['intent.topic'],
  settings: z.object({}),
  file: {
    format: 'csv',
    columns: nameColumns,
    examples: ['all-domains-all-topics-2015-07-19.csv.gz', 'company-surge-2026-11-16.csv'],
  },
  normalise: normaliseRow,
});
