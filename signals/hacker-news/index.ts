import { z } from 'zod';
import { SettingsInvalid } from '../../src/core/errors.ts';
import { defineAdapter } from '../../src/core/signal.ts';
import { listeningOf, normalise } from './payload.ts';
import { readOn } from './search.ts';

const settings = z.object({
  baseUrl: z
    .url()
    .default('https://hn.algolia.com/api/v1')
    .describe('Address of the search API, without the trailing /search_by_date.'),
  hitsPerPage: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(100)
    .describe('Hits per request, 1 to 1000. More means fewer requests and larger answers.'),
  lookbackDays: z.coerce
    .number()
    .min(1)
    .max(365)
    .default(7)
    .describe('How many days the first poll, or a name new to the profile, looks back.'),
});

export default defineAdapter<z.infer<typeof settings>>({
  id: 'hacker-news',
  title: 'Hacker News',
  description:
    'Stories and comments that name us or a competitor, with the sentiment toward each, from the Algolia search.',
  homepage: 'https://hn.algolia.com/api',
  kinds: ['social.mention', 'social.competitor_research'],
  settings,
  poll: {
    schedule: '*/10 * * * *',
    async poll(cursor, { settings, profile, fetch, now }) {
      const { names } = listeningOf(profile);
      if (names.length === 0) {
        throw new SettingsInvalid(
          'The workspace profile names no brand, product or competitor to listen for.',
          'Fill in brand, products or competitors, or switch the source off.',
        );
      }
      return readOn(cursor, names, { settings, fetch, now });
    },
  },
  normalise,
});
