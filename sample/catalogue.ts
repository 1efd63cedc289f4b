/**
 * The fictional vendor whose workspace the sample is: Driftsounder sells data observability. Its pages, topics
 * and what is said about it. Every name is invented and every domain ends in the reserved `.example`.
 */
import type { SignalKind, WorkspaceProfile } from '../src/core/signal.ts';

export const PROFILE = {
  brand: ['Driftsounder'],
  products: ['Driftsounder Monitor', 'Driftsounder Lineage'],
  competitors: ['Pipegauge', 'Lakeverity', 'Datumwarden'],
  domains: ['driftsounder.example'],
} satisfies Partial<WorkspaceProfile>;

export const SITE = 'https://www.driftsounder.example';

/** Topics by cluster, as the intent feed words them. */
export const CLUSTERS: Record<string, readonly string[]> = {
  'data quality': [
    'data observability',
    'data quality monitoring',
    'data downtime',
    'anomaly detection',
    'schema change detection',
  ],
  'data lineage': ['data lineage', 'impact analysis', 'metadata management', 'data catalog'],
  'data pipelines': ['pipeline monitoring', 'etl testing', 'data contracts', 'workflow orchestration'],
  'data governance': ['data governance', 'regulatory reporting', 'master data management', 'data privacy'],
  'cloud warehouse': [
    'cloud data warehouse',
    'warehouse cost optimization',
    'data lakehouse',
    'query performance',
  ],
};
export const CLUSTER_NAMES = Object.keys(CLUSTERS);

/** What pages and content that no source names a topic for are about, by path or title. */
export const TOPIC_RULES: readonly { topic: string; urlPattern?: string; titlePattern?: string }[] = [
  { topic: 'anomaly detection', urlPattern: '^/docs/alert' },
  { topic: 'pipeline monitoring', urlPattern: '^/docs/(quickstart|connectors)' },
  { topic: 'data privacy', urlPattern: '^/security' },
  { topic: 'data observability', urlPattern: '^/(pricing|compare|demo)(/|$)' },
  { topic: 'data lineage', titlePattern: '\\blineage\\b' },
];

/** What some call topics otherwise. */
export const TOPIC_ALIASES: Record<string, readonly string[]> = {
  'data observability': ['data observability software', 'observability for data'],
  'data catalog': ['data catalogue', 'data catalogs'],
};

export interface Page {
  path: string;
  title: string;
  kind: SignalKind;
  topics: readonly string[];
}

const page = (kind: SignalKind, path: string, title: string, ...topics: string[]): Page => ({
  path,
  title,
  kind,
  topics,
});

export const PAGES: readonly Page[] = [
  page('site.page_view', '/', 'Driftsounder: know before your data breaks'),
  page('site.page_view', '/about', 'About us'),
  page('site.page_view', '/docs/quickstart', 'Docs: quick start', 'pipeline monitoring'),
  page('site.page_view', '/docs/connectors', 'Docs: connectors', 'cloud data warehouse'),
  page('site.page_view', '/docs/alert-rules', 'Docs: alert rules', 'anomaly detection'),
  page('site.page_view', '/security', 'Security and compliance', 'data privacy'),
  page('site.blog_view', '/blog/cost-of-a-silent-null', 'The cost of a silent null', 'data downtime'),
  page('site.blog_view', '/blog/contracts-in-ten-lines', 'Data contracts in ten lines', 'data contracts'),
  page('site.blog_view', '/blog/lineage-without-tears', 'Lineage without tears', 'data lineage'),
  page(
    'site.blog_view',
    '/blog/what-auditors-ask',
    'What auditors ask your data team',
    'regulatory reporting',
  ),
  page(
    'site.blog_view',
    '/blog/taming-warehouse-bills',
    'Taming warehouse bills',
    'warehouse cost optimization',
  ),
  page('site.blog_view', '/blog/seasonal-anomalies', 'Anomalies that come every Monday', 'anomaly detection'),
  page('site.product_view', '/product/monitor', 'Driftsounder Monitor', 'data quality monitoring'),
  page('site.product_view', '/product/lineage', 'Driftsounder Lineage', 'data lineage'),
  page('site.product_view', '/integrations/warehouses', 'Integrations: warehouses', 'cloud data warehouse'),
  page('site.product_view', '/solutions/finance', 'For regulated finance', 'regulatory reporting'),
  page('site.pricing_view', '/pricing', 'Pricing', 'data observability'),
  page('site.pricing_view', '/pricing/enterprise', 'Pricing: Enterprise', 'data observability'),
  page('site.compare_view', '/compare/pipegauge', 'Driftsounder or Pipegauge', 'data observability'),
  page('site.compare_view', '/compare/lakeverity', 'Driftsounder or Lakeverity', 'data quality monitoring'),
  page('site.demo_view', '/demo', 'See it on your own data', 'data observability'),
  page('content.view', '/watch/product-tour', 'Product tour in six minutes', 'data observability'),
  page('content.view', '/watch/incident-review', 'Anatomy of a data incident', 'data downtime'),
];

/** Gated content. `strength` is its value: high 1, medium ⅔, basic ⅓. */
export const DOWNLOADS = [
  { title: "Buyer's guide to data observability", topic: 'data observability', strength: 1 },
  { title: 'ROI workbook: the price of bad data', topic: 'data downtime', strength: 1 },
  { title: 'Case study: month-end without surprises', topic: 'regulatory reporting', strength: 2 / 3 },
  { title: 'Handbook of lineage', topic: 'data lineage', strength: 2 / 3 },
  { title: 'Checklist: before you ship a pipeline', topic: 'pipeline monitoring', strength: 1 / 3 },
  { title: 'Brochure: Driftsounder Monitor', topic: 'data quality monitoring', strength: 1 / 3 },
] as const;

/** Days before the end of the sample on which a webinar was held. */
export const WEBINARS = [
  { daysAgo: 159, title: 'Data contracts in practice', topic: 'data contracts' },
  { daysAgo: 117, title: 'Catching schema changes upstream', topic: 'schema change detection' },
  { daysAgo: 82, title: 'Lineage for auditors', topic: 'regulatory reporting' },
  { daysAgo: 47, title: 'What a data incident costs', topic: 'data downtime' },
  { daysAgo: 12, title: 'Choosing an observability platform', topic: 'data observability' },
] as const;

export const TRADE_SHOWS = [
  { daysAgo: 138, title: 'Lakehouse Days', topic: 'data lakehouse' },
  { daysAgo: 61, title: 'Data Platform Forum', topic: 'data observability' },
] as const;

export const NEWSLETTERS = [
  { title: 'Soundings: five silent failures', topic: 'data downtime' },
  { title: 'Soundings: contracts that hold', topic: 'data contracts' },
  { title: 'Soundings: the lineage issue', topic: 'data lineage' },
  { title: 'Soundings: spend less on queries', topic: 'warehouse cost optimization' },
] as const;

/** What people write. `{rival}` is one of the competitors; sentiment is toward the one written about. */
export const MENTIONS: readonly {
  kind: 'social.mention' | 'social.competitor_research';
  text: string;
  sentiment: number;
}[] = [
  {
    kind: 'social.mention',
    text: 'Driftsounder caught a broken join before our CFO did. Sold.',
    sentiment: 0.9,
  },
  {
    kind: 'social.mention',
    text: 'Rolled out Driftsounder last month, alert noise is way down.',
    sentiment: 0.7,
  },
  {
    kind: 'social.mention',
    text: 'Anyone running Driftsounder on a lakehouse? Looks promising.',
    sentiment: 0.4,
  },
  { kind: 'social.mention', text: 'How does Driftsounder price per table or per seat?', sentiment: 0 },
  {
    kind: 'social.mention',
    text: 'Compared Driftsounder and {rival} this week, notes inside.',
    sentiment: 0.1,
  },
  {
    kind: 'social.mention',
    text: 'The Driftsounder connector needed three tries to set up. Meh.',
    sentiment: -0.5,
  },
  { kind: 'social.mention', text: 'Driftsounder support took two days to answer us.', sentiment: -0.7 },
  {
    kind: 'social.competitor_research',
    text: 'Looking for an alternative to {rival}, the renewal doubled.',
    sentiment: -0.8,
  },
  { kind: 'social.competitor_research', text: '{rival} missed a schema change again.', sentiment: -0.6 },
  { kind: 'social.competitor_research', text: 'Is {rival} worth it for a team of ten?', sentiment: 0 },
  { kind: 'social.competitor_research', text: 'We are happy with {rival} so far.', sentiment: 0.6 },
];

export const NETWORKS = [
  'Fjordnet Broadband',
  'Copperline Telecom',
  'Prairie Cable Communications',
  'Nordhaus Mobilfunk',
  'Stackberry Hosting',
  'Sierra Fibra Telecomunicaciones',
] as const;
