/**
 * A digest: what heated up since the last one, for one recipient, as data, text and mail-safe HTML.
 *
 * Names and reasons come from outside (a feed, a form, a visitor's own claim): every one is stripped of control and
 * invisible characters and shortened before it is shown, and escaped where it becomes HTML.
 */

export interface DigestEntry {
  domain: string;
  name: string;
  owner: string | null;
  /** 0–100, now. */
  heat: number;
  /** 0–100, at the last digest; 0 if there was none. */
  heatBefore: number;
  band: string;
  stage: string;
  qualificationTier: string;
  /** Strongest first; the first three are shown. */
  reasons: string[];
  /** Never in a digest of this recipient before. */
  isNew: boolean;
}

export interface Digest {
  recipient: string;
  workspace: string;
  /** When the last digest ended; null for a recipient's first. */
  since: Date | null;
  until: Date;
  entries: DigestEntry[];
  /** How many more rose but did not fit the budget. */
  omitted: number;
}

export interface Links {
  /** Address of the dashboard, http or https; anything else is left out. */
  url?: string;
  /** Page that stops these mails. */
  unsubscribeUrl?: string;
}

/**
 * Picks the accounts that are worth a recipient's time: hot enough and risen enough since the last digest.
 *
 * The order is by heat, then by rise, then by domain. The rise decides *whether* an account is news; once it is, the
 * one most likely to talk comes first: 90 up from 82 is a better call to make today than 31 up from 5.
 *
 * @param input.minRise points of heat, default 5
 * @param input.minHeat default 20, where an account stops being cold
 * @param input.budget most entries a recipient gets at once, at least 1, default 10
 */
export function composeDigest(input: {
  recipient: string;
  workspace: string;
  since: Date | null;
  until: Date;
  changes: DigestEntry[];
  minRise?: number;
  minHeat?: number;
  budget?: number;
}): Digest {
  const { recipient, workspace, since, until, changes, minRise = 5, minHeat = 20, budget = 10 } = input;
  // The hair's breadth keeps a rise of exactly `minRise` in: 0.3 - 0.1 < 0.2 in floating point.
  const risers = changes.filter((entry) => entry.heat >= minHeat && rise(entry) >= minRise - 1e-9);
  risers.sort((a, b) => b.heat - a.heat || rise(b) - rise(a) || (a.domain < b.domain ? -1 : 1));
  const entries = risers.slice(0, Math.max(1, Math.trunc(budget)));
  return { recipient, workspace, since, until, entries, omitted: risers.length - entries.length };
}

/** One line, safe as a mail header: `3 accounts heated up: Acme, Globex, Initech`. */
export function renderSubject(digest: Digest): string {
  if (digest.entries.length === 0) return headline(digest);
  const named = digest.entries.slice(0, 3).map((entry) => clean(entry.name, 40) || clean(entry.domain, 40));
  const rest = total(digest) - named.length;
  const list = rest > 0 ? `${named.join(', ')} and ${rest} more` : named.join(', ');
  return `${heatedUp(total(digest))}: ${list}`;
}

/** The digest as plain text, for a terminal or the text part of a mail; ends with a line feed. */
export function renderText(digest: Digest, options: Links & { colour?: boolean } = {}): string {
  const paint = (code: string, text: string) => (options.colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const lines = [paint('1', headline(digest)), ''];
  digest.entries.forEach((entry, index) => {
    const { title, heat, facts } = describe(entry, digest);
    const position = String(index + 1).padStart(String(digest.entries.length).length);
    const indent = ' '.repeat(position.length + 2);
    lines.push(`${position}. ${paint('1', title)}${entry.isNew ? `  ${paint('36', 'new')}` : ''}`);
    lines.push(`${indent}${paint(BANDS[entry.band]?.ansi ?? '0', heat)}`, `${indent}${facts}`);
    for (const reason of shownReasons(entry)) lines.push(`${indent}- ${reason}`);
    const link = accountLink(options.url, entry.domain);
    if (link) lines.push(`${indent}${paint('2', link)}`);
    lines.push('');
  });
  if (digest.omitted > 0) lines.push(more(digest), '');
  lines.push(paint('2', `For ${clean(digest.recipient, 120)}, ${clean(digest.workspace, 80)}.`));
  const dashboard = webLink(options.url);
  if (dashboard) lines.push(paint('2', `All accounts: ${dashboard}`));
  const unsubscribe = webLink(options.unsubscribeUrl);
  if (unsubscribe) lines.push(paint('2', `Stop these mails: ${unsubscribe}`));
  return `${lines.join('\n')}\n`;
}

/**
 * The digest as a whole HTML document for mail: tables and inline styles (Outlook knows nothing else), at most 640 px,
 * no images, no scripts, nothing fetched. The one style sheet is for dark mode and is dispensable.
 */
export function renderHtml(digest: Digest, options: Links = {}): string {
  const title = escapeHtml(headline(digest));
  const dashboard = webLink(options.url);
  const unsubscribe = webLink(options.unsubscribeUrl);
  const footer = [
    `For ${escapeHtml(clean(digest.recipient, 120))}, ${escapeHtml(clean(digest.workspace, 80))}`,
    dashboard && anchor(dashboard, 'All accounts', 'class="quiet" style="color:#5b6472"'),
    unsubscribe && anchor(unsubscribe, 'Stop these mails', 'class="quiet" style="color:#5b6472"'),
  ].filter(Boolean);
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(renderSubject(digest))}</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #12161c !important; }
  .card { background: #1b212a !important; border-color: #323b48 !important; }
  .ink { color: #eef1f5 !important; }
  .quiet { color: #a9b3c1 !important; }
  .rail { background: #323b48 !important; }
}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f3f5f8">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f3f5f8">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:640px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;text-align:left">
<tr><td style="padding:0 4px 16px"><h1 class="ink" style="margin:0;font-size:22px;line-height:28px;color:#171b21">${title}</h1></td></tr>
${digest.entries.map((entry, index) => entryHtml(entry, index, digest, options.url)).join('')}${
  digest.omitted > 0
    ? `<tr><td class="quiet" style="padding:0 4px 16px;font-size:14px;line-height:20px;color:#5b6472">${escapeHtml(more(digest))}</td></tr>\n`
    : ''
}<tr><td class="quiet" style="padding:8px 4px 0;font-size:13px;line-height:20px;color:#5b6472">${footer.join(' &middot; ')}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

function entryHtml(entry: DigestEntry, index: number, digest: Digest, url: string | undefined): string {
  const { title, heat, facts } = describe(entry, digest);
  const link = accountLink(url, entry.domain);
  const width = Math.round(Math.min(100, Math.max(0, entry.heat)));
  const bar = BANDS[entry.band]?.css ?? '#5b6472';
  const name = link
    ? anchor(link, title, 'class="ink" style="color:#171b21;text-decoration:underline"')
    : escapeHtml(title);
  // The bar repeats the number beside it, so it is hidden from screen readers instead of being described twice.
  const cells = [
    width > 0 &&
      `<td width="${width}%" style="background:${bar};height:6px;font-size:0;line-height:0">&nbsp;</td>`,
    width < 100 &&
      '<td class="rail" style="background:#e3e7ed;height:6px;font-size:0;line-height:0">&nbsp;</td>',
  ].filter(Boolean);
  const badge = entry.isNew
    ? ' <span style="font-size:12px;font-weight:normal;color:#ffffff;background:#0b6b74;padding:1px 6px;border-radius:8px">new</span>'
    : '';
  const reasons = shownReasons(entry)
    .map((reason) => `<li style="margin:0 0 4px">${escapeHtml(reason)}</li>`)
    .join('');
  return `<tr><td style="padding:0 0 12px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#ffffff;border:1px solid #dfe4ea;border-radius:8px">
<tr><td class="ink" style="padding:14px 16px;font-size:14px;line-height:20px;color:#171b21">
<h2 class="ink" style="margin:0 0 4px;font-size:16px;line-height:22px;color:#171b21">${index + 1}. ${name}${badge}</h2>
<strong>${escapeHtml(heat)}</strong>
<table role="presentation" aria-hidden="true" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:6px 0 8px"><tr>${cells.join('')}</tr></table>
<span class="quiet" style="color:#5b6472">${escapeHtml(facts)}</span>
${reasons && `<ul style="margin:8px 0 0;padding:0 0 0 18px">${reasons}</ul>\n`}</td></tr>
</table>
</td></tr>
`;
}

const BANDS: Record<string, { ansi: string; css: string }> = {
  COLD: { ansi: '34', css: '#4a6fa5' },
  WARM: { ansi: '33', css: '#b7791f' },
  HOT: { ansi: '31', css: '#d1495b' },
  ON_FIRE: { ansi: '1;31', css: '#b3123b' },
};

function describe(entry: DigestEntry, digest: Digest): { title: string; heat: string; facts: string } {
  const name = clean(entry.name, 80);
  const domain = clean(entry.domain, 80);
  const before = Math.round(entry.heatBefore);
  const now = Math.round(entry.heat);
  const owner = entry.owner === null ? '' : clean(entry.owner, 60);
  return {
    title: name && name !== domain ? `${name} (${domain})` : domain,
    // The difference of the rounded numbers, so that what is shown adds up.
    heat: `Heat ${now} of 100, ${words(entry.band)}, up ${now - before} from ${before}`,
    facts: [
      `Stage: ${words(entry.stage)}`,
      `qualification: ${words(entry.qualificationTier)}`,
      // Whose account it is goes without saying to its owner.
      owner && owner !== digest.recipient && `owner: ${owner}`,
    ]
      .filter(Boolean)
      .join(' · '),
  };
}

function headline(digest: Digest): string {
  const since = digest.since ? ` since ${formatDay(digest.since, digest.until)}` : '';
  if (digest.entries.length > 0) return `${heatedUp(total(digest))}${since}`;
  return digest.since ? `Nothing heated up${since}` : 'Nothing has heated up yet';
}

const heatedUp = (count: number) => `${count} ${count === 1 ? 'account' : 'accounts'} heated up`;
const more = (digest: Digest) => `${digest.omitted} more heated up; ${shownCount(digest.entries.length)}.`;
const shownCount = (count: number) =>
  count === 1 ? 'this is the hottest' : `these are the ${count} hottest`;
const total = (digest: Digest) => digest.entries.length + digest.omitted;
const rise = (entry: DigestEntry) => entry.heat - entry.heatBefore;
const shownReasons = (entry: DigestEntry) =>
  entry.reasons
    .slice(0, 3)
    .map((reason) => clean(reason, 200))
    .filter(Boolean);
/** `ON_FIRE` → `on fire`. */
const words = (constant: string) => clean(constant, 40).toLowerCase().replaceAll('_', ' ');

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Monday 16 Nov`, in UTC, with the year if it is another than `now`'s. Own tables: `Intl` differs between builds. */
function formatDay(day: Date, now: Date): string {
  const text = `${WEEKDAYS[day.getUTCDay()]} ${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]}`;
  return day.getUTCFullYear() === now.getUTCFullYear() ? text : `${text} ${day.getUTCFullYear()}`;
}

/**
 * One line of visible text of at most `limit` code points. Control characters would start a header or a terminal
 * sequence, format characters (direction marks, zero widths) would make a name look like another. The two joiners
 * stay: Persian, Hindi and emoji need them.
 */
function clean(text: string, limit: number): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
    .replace(/(?![\u200c\u200d])\p{Cf}/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  const points = [...line];
  return points.length <= limit
    ? line
    : `${points
        .slice(0, limit - 1)
        .join('')
        .trimEnd()}…`;
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
const anchor = (href: string, text: string, attributes: string) =>
  `<a href="${escapeHtml(href)}" ${attributes}>${escapeHtml(text)}</a>`;

/** The address in its normal, percent-encoded form; undefined unless it is http or https. */
function webLink(url: string | undefined): string | undefined {
  const parsed = url === undefined ? null : URL.parse(url);
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.href : undefined;
}

/** The dashboard, searching for one account. */
function accountLink(url: string | undefined, domain: string): string | undefined {
  const base = webLink(url);
  if (!base) return undefined;
  const link = new URL(base);
  link.searchParams.set('search', clean(domain, 253));
  return link.href;
}
