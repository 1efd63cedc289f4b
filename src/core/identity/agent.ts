/** Who asks: a person's browser or a program, by the user agent; and whether requests come faster than people click. */
import { isbot } from 'isbot';

/**
 * `browser`: a person's. `app`: an app of a person's device, without browser. All others are programs:
 * `ai-crawler` reads for a language model or on behalf of its user; `crawler` for search, archives and everybody else;
 * `preview` shows a link in a chat or a mail; `prefetch` loads or checks what a person may open, e.g. images of a mail;
 * `monitor` watches or measures sites; `scanner` looks for holes; `library` is a script or a server; `empty` says nothing.
 */
export const AGENT_KINDS = [
  'browser',
  'app',
  'crawler',
  'ai-crawler',
  'preview',
  'prefetch',
  'monitor',
  'scanner',
  'library',
  'empty',
] as const;
export type AgentKind = (typeof AGENT_KINDS)[number];

export interface Agent {
  bot: boolean;
  kind: AgentKind;
  /** In plain words. */
  reason: string;
}

/** Programs by what they call themselves, the first that fits. They are bots whatever else the text says. */
const PROGRAMS: readonly [AgentKind, string, RegExp][] = [
  [
    'ai-crawler',
    'AI crawler',
    new RegExp(
      [
        'gptbot|chatgpt-(?:user|agent)|oai-searchbot|openai\\.com|claude-?(?:bot|web|user|searchbot)|anthropic|perplexity|ccbot|google-extended',
        'google-cloudvertex|googleother|gemini-deep-research|notebooklm|bytespider|tiktokspider|amazonbot|bedrockbot|nova-?act',
        'meta-external(?:agent|fetcher)|facebookbot|applebot-extended|cohere-|diffbot|duckassistbot|mistralai|ai2bot|youbot',
        'timpibot|omgili|webzio|img2dataset|imagesift|pangubot|deepseek|grokbot|xai-|kangaroo bot|devin\\/|phindbot',
        'andibot|icc-crawler|iaskspider|friendlycrawler|cotoyogi|crawlspace|aihitbot|sidetrade indexer|velenpublic|linerbot',
        'brightbot|qualifiedbot|poseidon research|quillbot|bigsur\\.ai|factset_spyderbot|firecrawl|crawl4ai|tavily',
      ].join('|'),
      'i',
    ),
  ],
  [
    'prefetch',
    'mail proxy, prefetcher or link checker',
    /googleimageproxy|yahoomailproxy|prefetch|google[- ]?web[- ]?preview|google-read-aloud|url defense|proofpoint|mimecast|barracuda|safelinks|feeder\.co/i,
  ],
  [
    'preview',
    'link preview',
    /facebookexternalhit|facebookcatalog|whatsapp\/|twitterbot|slack-?(?:bot|img)|telegrambot|discordbot|linkedinbot|skypeuripreview|iframely|embedly|pinterest(?:bot|\/0)|redditbot|vkshare|viber|cardyb|mastodon\/|misskey|pleroma|bitlybot|microsoft preview|whatsapp$|line-poker|google-pagerenderer|opengraph|unfurl/i,
  ],
  [
    'monitor',
    'monitor or measurement',
    /uptime|pingdom|statuscake|site24x7|datadog|newrelic|stackdriver|health-?_?check|kube-probe|prometheus|blackbox|check_http|zabbix|nagios|lighthouse|pagespeed|gtmetrix|webpagetest|ptst\/|dareboost|catchpoint|apachebench|\bk6\/|jmeter|locust|\bhey\/|autocannon|\bsiege\/|vegeta|w3c_|speedcurve|dotcom-monitor|monitis|hetrixtools|freshping|synthetics|monitor/i,
  ],
  [
    'scanner',
    'security scanner',
    /nmap|sqlmap|nikto|masscan|zgrab|nuclei|acunetix|nessus|openvas|censys|expanse|internet-?measurement|shodan|wpscan|gobuster|dirbuster|feroxbuster|fuzz faster|l9(?:explore|tcpid)|netsystemsresearch|qualys|detectify|zmeu|jorgee|security scan|wappalyzer|builtwith/i,
  ],
  [
    'library',
    'script or server library',
    /^(?:curl|wget|python|go-http|java|okhttp|axios|node|undici|bun|deno|ruby|php|perl|dart|reqwest|hyper|http(?:ie|x)?\b|got\b|ky\b|faraday|typhoeus|guzzle|postman|insomnia|apache-http|jakarta|libwww|lwp|aiohttp|restsharp|winhttp|powershell|scrapy|colly|mechanize|rest-client|unirest|zapier|ifttt|n8n)|headless|phantomjs|puppeteer|playwright|selenium|webdriver|cypress|slimer|python-requests|go-http-client|libcurl|httpclient|http\.rb|scrapy/i,
  ],
];

/** Apps that name no browser, or mail programs that show a page: a person holds the device. */
const APPS = /^Dalvik\/|\bCFNetwork\/|Microsoft O(?:ffice|utlook)|ms-office/;
const EMPTY = /^[\s"'-]*$|^(?:null|undefined|none|unknown|\(null\))$/i;

const BROWSER: Agent = { bot: false, kind: 'browser', reason: 'looks like a browser' };
const REMEMBERED = 10_000;
const judged = new Map<string, Agent>();

/**
 * Judges a user agent. Answers are remembered: a log has few user agents and many lines. An empty one is a bot's,
 * since every browser sends one; callers for whom it may be left out ask before.
 */
export function judgeAgent(userAgent: string): Agent {
  let agent = judged.get(userAgent);
  if (!agent) {
    agent = judge(userAgent);
    if (judged.size >= REMEMBERED) judged.clear();
    judged.set(userAgent, agent);
  }
  return agent;
}

function judge(userAgent: string): Agent {
  if (EMPTY.test(userAgent)) return { bot: true, kind: 'empty', reason: 'no user agent' };
  const text = userAgent.slice(0, 1_000);
  for (const [kind, what, pattern] of PROGRAMS) {
    const found = pattern.exec(text);
    if (found) return { bot: true, kind, reason: `${what}: "${found[0]}"` };
  }
  if (isbot(text)) return { bot: true, kind: 'crawler', reason: 'named in the list of crawlers' };
  if (APPS.test(text)) return { bot: false, kind: 'app', reason: 'an app on a person’s device' };
  return BROWSER;
}

/** Requests that many people would have to make together, in that many milliseconds. */
const BURSTS = [
  { requests: 20, within: 10_000 },
  { requests: 120, within: 600_000 },
  { requests: 1_000, within: 86_400_000 },
] as const;
/** So many gaps in a row of practically the same length are a clock's. */
const EVEN_GAPS = 12;
const EVENNESS = 0.03;

/**
 * Why the page views of one visitor, given by their times in milliseconds and any order, are no person's; `null` if
 * they may be. Only whole pages count: a browser asks for its assets in bursts.
 */
export function burstOf(times: readonly number[]): string | null {
  const sorted = [...times].sort((a, b) => a - b);
  for (const { requests, within } of BURSTS) {
    for (let last = requests - 1; last < sorted.length; last += 1) {
      if (sorted[last]! - sorted[last - requests + 1]! < within) {
        return `${requests} pages within ${span(within)}`;
      }
    }
  }
  for (let last = EVEN_GAPS; last < sorted.length; last += 1) {
    const gaps = Array.from({ length: EVEN_GAPS }, (_, i) => sorted[last - i]! - sorted[last - i - 1]!);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / EVEN_GAPS;
    // Times of whole seconds make short gaps look even.
    if (mean < 5_000) continue;
    if (gaps.every((gap) => Math.abs(gap - mean) <= mean * EVENNESS)) {
      return `${EVEN_GAPS} pages at even intervals of ${span(mean)}`;
    }
  }
  return null;
}

function span(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
