import { expect, test } from 'vitest';
import { defaultModel } from '../../../src/core/model.ts';
import { type NextStep, type NurtureStage, nurtureOf } from '../../../src/core/scoring/nurture.ts';
import type { SignalKind } from '../../../src/core/signal.ts';
import { asOf, signal } from './timeline.ts';

const tell = (
  did: [SignalKind, age?: number][],
  person: { title?: string | null; leadStatus?: string } = {},
) =>
  nurtureOf(
    { title: 'Data Engineer', leadStatus: 'LEAD', ...person },
    did.map(([kind, age = 0]) => signal(kind, { age })),
    defaultModel,
    asOf,
  );

const CASES: [name: string, did: [SignalKind, age?: number][], stage: NurtureStage, step: NextStep][] = [
  ['nothing', [], 'INITIAL_INTEREST', 'SEND_BASICS'],
  ['the blog', [['site.blog_view'], ['site.page_view']], 'INITIAL_INTEREST', 'SEND_BASICS'],
  ['one look at prices', [['site.pricing_view']], 'INITIAL_INTEREST', 'SEND_BASICS'],
  ['a download', [['content.download']], 'EVALUATION', 'INVITE_TO_WEBINAR'],
  ['a webinar', [['event.webinar']], 'EVALUATION', 'SEND_COMPARISON'],
  [
    'prices and the product',
    [['site.pricing_view'], ['site.product_view'], ['site.product_view']],
    'EVALUATION',
    'INVITE_TO_WEBINAR',
  ],
  ['prices on two days', [['site.pricing_view'], ['site.pricing_view', 1]], 'PURCHASE_INTENT', 'OFFER_DEMO'],
  ['a demo asked for', [['content.demo_request']], 'PURCHASE_INTENT', 'HAND_TO_SALES'],
  ['a demo asked for long ago', [['content.demo_request', 120]], 'INITIAL_INTEREST', 'SEND_BASICS'],
  [
    'a demo, then goodbye',
    [['content.demo_request', 9], ['email.unsubscribe']],
    'PURCHASE_INTENT',
    'LEAVE_ALONE',
  ],
];
test.each(CASES)('%s', (_name, did, stage, nextStep) => {
  expect(tell(did)).toMatchObject({ stage, nextStep });
});

test('whose role is not known is asked', () =>
  expect(tell([['content.download']], { title: ' ' }).nextStep).toBe('ASK_FOR_ROLE'));

test.each([
  ['SQL', 'LEAVE_TO_SALES'],
  ['CUSTOMER', 'LEAVE_TO_SALES'],
  ['DISQUALIFIED', 'LEAVE_ALONE'],
  ['MQL', 'HAND_TO_SALES'],
])('a %s who asked for a demo: %s', (leadStatus, step) =>
  expect(tell([['content.demo_request']], { leadStatus }).nextStep).toBe(step),
);

test('the reason says why', () =>
  expect(tell([['content.demo_request']]).reason).toBe(
    '15 points of buying signals in 90 days; they requested a demo',
  ));
