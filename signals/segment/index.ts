import { defineAdapter } from '../../src/core/signal.ts';
import { kinds, normalise, type Settings, settingsSchema } from './payload.ts';

export default defineAdapter<Settings>({
  id: 'segment',
  title: 'Segment / RudderStack',
  description:
    'Page views, forms, downloads, e-mails and product events of your own sites and apps, over the Segment HTTP Tracking API.',
  homepage: 'https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/',
  kinds,
  settings: settingsSchema,
  push: { protocol: 'segment' },
  file: { format: 'ndjson', examples: ['segment-messages.ndjson'] },
  normalise,
});
