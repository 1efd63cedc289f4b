/** What a logged request means: a page view or a download by somebody, or nothing, and why. */
import { z } from 'zod';
import { judgeAgent } from '../../src/core/identity/agent.ts';
import { objectionOf } from '../../src/core/privacy.ts';
import type { NormaliseContext, Normalised } from '../../src/core/signal.ts';
import { pageKind } from '../../src/core/signal.ts';
import { type Hit, isAddress, parseLine } from './line.ts';

const lineSchema = z.string().min(1);

/** One line of a log → the view it shows, or the reason why it shows none. */
export function normaliseLine(record: unknown, context: NormaliseContext): Normalised {
  const line = lineSchema.parse(record);
  const hit = parseLine(line);
  if (!hit) return skip('comment');
  if (hit.userAgent !== undefined) {
    const agent = judgeAgent(hit.userAgent);
    if (agent.bot) return skip(agent.kind === 'ai-crawler' ? 'AI crawler' : 'bot');
  }
  if (hit.said?.prefetch) return skip('prefetch');
  if (hit.said && objectionOf({ ...hit.said }, context.profile)) return skip('GPC or DNT');
  if (hit.target === undefined || hit.method !== 'GET') return skip('not a page');
  if (hit.status >= 400) return skip('error status');
  if (hit.status >= 300 && hit.status !== 304) return skip('redirect');
  if (hit.status < 200) return skip('not a page');

  const { host, path, query } = splitTarget(hit);
  const lower = path.toLowerCase();
  if (ASSET.test(lower)) return skip('asset');
  if (FEED.test(lower)) return skip('feed');
  if (MACHINERY.test(lower)) return skip('not a page');

  const download = DOWNLOAD.exec(lower);
  const site = host ?? context.profile.domains[0];
  const day = new Date(Math.floor(hit.at.getTime() / DAY) * DAY);
  const campaign = query === '' ? undefined : campaignOf(query);
  const referrer = hit.referrer && cleanReferrer(hit.referrer);
  return {
    signals: [
      {
        externalId: context.fingerprint(line),
        kind: download ? 'content.download' : pageKind(path, context.profile.pages),
        occurredAt: hit.at,
        strength: !download ? 1 : download[1] === 'pdf' && WHITEPAPER.test(lower) ? 2 / 3 : 1 / 3,
        hints: {
          ...(isAddress(hit.client) ? { ip: hit.client } : {}),
          anonymousId: context.visitorId(day, hit.client, hit.userAgent ?? ''),
        },
        url: site ? `https://${site}${path}` : path,
        ...(campaign || referrer
          ? { attributes: { ...(campaign && { campaign }), ...(referrer && { referrer }) } }
          : {}),
      },
    ],
  };
}

const DAY = 86_400_000;
const skip = (reason: string): Normalised => ({ signals: [], skipped: reason });

const ASSET =
  /\.(?:js|mjs|cjs|css|map|png|jpe?g|gif|svgz?|webp|avif|ico|bmp|tiff?|woff2?|ttf|otf|eot|mp4|webm|mp3|ogg|oga|ogv|wav|mov|m4[av]|m3u8|ts|vtt|json|webmanifest|wasm|txt|swf|cur|less|scss)$|^\/(?:_next\/(?:static|image|data)|_nuxt|cdn-cgi)\//;
const FEED =
  /(?:^|\/)(?:feeds?|rss|atom)\/?$|\.(?:rss|atom|rdf)$|(?:^|\/)(?:feed|index|rss|rss2|atom|blog)\.xml$/;
/** Paths machines ask for: neither a page nor part of one. */
const MACHINERY =
  /\.(?:xml|xml\.gz|env|sql|bak|ya?ml|ini|log)$|^\/(?:\.|api\/|graphql\/?$|wp-json\/|wp-admin|wp-login|xmlrpc|cgi-bin\/|phpmyadmin|server-status|healthz?\/?$|readyz\/?$|livez\/?$|ping\/?$|metrics\/?$|_health)/;
const DOWNLOAD =
  /\.(pdf|epub|mobi|docx?|xlsx?|pptx?|odt|ods|odp|zip|7z|rar|tar|tgz|tar\.(?:gz|bz2|xz|zst)|gz|dmg|pkg|exe|msi|deb|rpm|apk|appimage|jar|iso)$/;
const WHITEPAPER =
  /white-?_?paper|e-?book|guide|report|case-?_?stud|data-?sheet|brochure|research|benchmark|survey|checklist|playbook/;

/** The path without query, an e-mail address in it masked; the host in lower case, without port. */
function splitTarget(hit: Hit): { host: string | undefined; path: string; query: string } {
  let target = hit.target!;
  let host = hit.host;
  const absolute = /^https?:\/\/([^/?#]*)/i.exec(target);
  if (absolute) {
    host = absolute[1];
    target = target.slice(absolute[0].length) || '/';
  }
  const hash = target.indexOf('#');
  if (hash >= 0) target = target.slice(0, hash);
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return {
    host: host && /^[a-z0-9.-]+(?::\d+)?$/i.test(host) ? host.toLowerCase().replace(/:\d+$/, '') : undefined,
    path: maskAddresses(path.startsWith('/') ? path : `/${path}`),
    query: mark < 0 ? '' : target.slice(mark + 1),
  };
}

const ADDRESS = /@|%40/;
function maskAddresses(path: string): string {
  if (!ADDRESS.test(path)) return path;
  return path
    .split('/')
    .map((part) => (ADDRESS.test(part) ? ':address' : part))
    .join('/');
}

const UTM = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'] as const;

/** Of a query string only what names the campaign: the rest may be anybody's name. */
function campaignOf(query: string): Record<string, string> | undefined {
  if (!query.includes('utm_')) return undefined;
  const params = new URLSearchParams(query);
  const campaign: Record<string, string> = {};
  for (const key of UTM) {
    const value = params.get(key);
    if (value && !value.includes('@')) campaign[key.slice('utm_'.length)] = value.slice(0, 200);
  }
  return Object.keys(campaign).length > 0 ? campaign : undefined;
}

const SEARCH_TERMS = ['q', 'query', 'p', 'text', 'wd'];

/** The page they came from; of its query only what was searched for. */
function cleanReferrer(referrer: string): string | undefined {
  const url = URL.parse(referrer);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  const kept = new URLSearchParams();
  for (const key of SEARCH_TERMS) {
    const value = url.searchParams.get(key);
    if (value && !value.includes('@')) kept.set(key, value.slice(0, 200));
  }
  const query = kept.size > 0 ? `?${kept}` : '';
  return `${url.protocol}//${url.host}${maskAddresses(url.pathname)}${query}`;
}
