import type { SignalKind } from '../../src/core/signal.ts';
import { readText } from './traits.ts';

/** What a track event means. Names are compared without case, spaces and punctuation. */
const EVENTS: readonly (readonly [kind: SignalKind, strength: number, names: readonly string[]])[] = [
  [
    'content.download',
    1,
    [
      'Whitepaper Downloaded',
      'Content Downloaded',
      'Asset Downloaded',
      'Resource Downloaded',
      'File Downloaded',
      'eBook Downloaded',
      'Case Study Downloaded',
      'Report Downloaded',
      'ROI Report Downloaded',
      "Buyer's Guide Downloaded",
      'Guide Downloaded',
      'Checklist Downloaded',
      'Brochure Downloaded',
      'Datasheet Downloaded',
      'Template Downloaded',
    ],
  ],
  [
    'content.form',
    1,
    [
      'Form Submitted',
      'Form Submission',
      'Lead Captured',
      'Lead Generated',
      'Contact Form Submitted',
      'Contact Us Submitted',
    ],
  ],
  ['content.form', 1 / 3, ['Newsletter Subscribed', 'Newsletter Signed Up', 'Blog Subscribed']],
  [
    'content.demo_request',
    1,
    ['Demo Requested', 'Demo Booked', 'Demo Scheduled', 'Demo Form Submitted', 'Quote Requested'],
  ],
  [
    'content.assessment',
    1,
    ['Assessment Completed', 'ROI Calculator Completed', 'Calculator Completed', 'Quiz Completed'],
  ],
  [
    'content.view',
    1,
    [
      'Video Played',
      'Video Playback Started',
      'Article Read',
      'Article Viewed',
      'Content Viewed',
      'Podcast Played',
    ],
  ],
  ['event.webinar', 0.5, ['Webinar Registered', 'Webinar Registration', 'Event Registered']],
  ['event.webinar', 1, ['Webinar Attended', 'Webinar Joined', 'Webinar Watched', 'Event Attended']],
  [
    'event.trade_show',
    1,
    ['Trade Show Visited', 'Trade Show Attended', 'Booth Visited', 'Booth Scanned', 'Badge Scanned'],
  ],
  ['email.delivered', 1, ['Email Delivered']],
  ['email.open', 1, ['Email Opened']],
  ['email.click', 1, ['Email Link Clicked', 'Email Clicked']],
  ['email.bounce', 1, ['Email Bounced']],
  ['email.unsubscribe', 1, ['Unsubscribed', 'Email Unsubscribed', 'Email Marked as Spam']],
  ['product.trial', 1, ['Trial Started', 'Signed Up', 'User Signed Up']],
  ['product.activation', 1, ['Activated', 'User Activated', 'Account Activated', 'Onboarding Completed']],
  ['crm.campaign_response', 1, ['Campaign Responded', 'Direct Mail Responded']],
  ['crm.meeting', 1, ['Meeting Booked', 'Meeting Scheduled', 'Meeting Held']],
];

const PAGE_EVENTS = new Set(['Page Viewed', 'Viewed Page', 'Loaded a Page', 'Screen Viewed'].map(key));

const meanings = new Map(
  EVENTS.flatMap(([kind, strength, names]) => names.map((name) => [key(name), { kind, strength }] as const)),
);

/** An event's name as it is compared: letters and digits of any script, lower case. */
export function key(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/**
 * The kind and strength of a track event, `page` for a page view in disguise, null for one that means nothing to us.
 * `own` is the workspace's map from keys to kinds, which goes first.
 */
export function interpret(
  event: string,
  properties: Record<string, unknown>,
  own: Record<string, SignalKind>,
): { kind: SignalKind; strength: number } | 'page' | null {
  const name = key(event);
  const ownKind = Object.hasOwn(own, name) ? own[name] : undefined;
  if (!ownKind && PAGE_EVENTS.has(name)) return 'page';
  const meaning = ownKind ? { kind: ownKind, strength: 1 } : meanings.get(name);
  if (!meaning) return null;
  if (meaning.kind === 'content.download') return { kind: meaning.kind, strength: worth(event, properties) };
  if (meaning.kind === 'content.form' && asksForDemo(properties))
    return { kind: 'content.demo_request', strength: 1 };
  return meaning;
}

const TIERS: Record<string, number> = { high: 1, medium: 2 / 3, mid: 2 / 3, basic: 1 / 3, low: 1 / 3 };

const WORTH: readonly (readonly [RegExp, number])[] = [
  [/white ?paper|\broi\b|report|buyers? guide|benchmark/, 1],
  [/case stud|e ?book|guide/, 2 / 3],
  [/check ?list|brochure|data ?sheet|info ?graphic|template|one ?pager/, 1 / 3],
];

/** How much a download says: its declared tier, else what its type, the event or its title call it, else the middle. */
function worth(event: string, properties: Record<string, unknown>): number {
  const tier = TIERS[readText(properties, 20, 'value_tier', 'valueTier')?.toLowerCase() ?? ''];
  if (tier !== undefined) return tier;
  const names = [
    readText(properties, 100, 'asset_type', 'assetType', 'content_type', 'contentType', 'type'),
    event,
    readText(properties, 500, 'title', 'name', 'asset_name', 'content_name'),
    readText(properties, 500, 'file_name', 'fileName', 'file'),
  ];
  for (const name of names)
    for (const [pattern, strength] of WORTH) if (name && pattern.test(words(name))) return strength;
  return 2 / 3;
}

function asksForDemo(properties: Record<string, unknown>): boolean {
  const form = readText(
    properties,
    200,
    'form_name',
    'formName',
    'form',
    'form_id',
    'formId',
    'name',
    'title',
  );
  return form !== undefined && /\bdemo\b|\b(contact|talk to) sales\b/.test(words(form));
}

const words = (text: string) =>
  text
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[_\-\s]+/g, ' ');
