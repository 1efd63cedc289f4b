import { z } from 'zod';
import { defineAdapter } from '../../src/core/signal.ts';
import { normaliseLine } from './payload.ts';

export default defineAdapter({
  id: 'access-log',
  title: 'Web server access logs',
  description:
    'Page views and downloads on your own site, read from the logs of nginx, Apache, Caddy or CloudFront.',
  homepage: 'https://httpd.apache.org/docs/current/logs.html',
  kinds: [
    'site.pricing_view',
    'site.compare_view',
    'site.demo_view',
    'site.product_view',
    'site.blog_view',
    'site.page_view',
    'content.view',
    'content.download',
  ],
  settings: z.object({}),
  file: {
    format: 'lines',
    examples: ['access.log', 'access.log.1.gz', 'E2EXAMPLE.2026-11-16-09.abcd1234.gz'],
  },
  normalise: normaliseLine,
});
