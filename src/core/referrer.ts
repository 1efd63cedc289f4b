/** Where a visit came from, by the referring page and the address of the page that was visited. */
import { hostName, registrableDomain } from './identity/domain.ts';

export const MEDIA = ['search', 'social', 'email', 'paid', 'chatbot', 'internal', 'unknown'] as const;
export type Medium = (typeof MEDIA)[number];

export interface Referral {
  medium: Medium;
  /** Name of a known place (`Google`), else the referring domain or `utm_source`; `null` if nothing tells. */
  source: string | null;
  /** What was searched for, where it is still told; else `utm_term`. */
  term: string | null;
}

/** Hosts and what their path must begin with, by place. `*` is any suffix of a country: `google.*`. */
const PLACES: Record<'search' | 'social' | 'email' | 'chatbot', string> = {
  chatbot: `ChatGPT=chatgpt.com,chat.openai.com,openai.com; Perplexity=perplexity.ai; Claude=claude.ai;
    Gemini=gemini.google.com,bard.google.com; Copilot=copilot.microsoft.com,copilot.cloud.microsoft,bing.com/chat,edgeservices.bing.com,edgepilot.com;
    NotebookLM=notebooklm.google.com; You.com=you.com; DeepSeek=chat.deepseek.com,deepseek.com; Mistral=chat.mistral.ai;
    Grok=grok.com,x.ai,x.com/i/grok; Meta AI=meta.ai; Phind=phind.com; Poe=poe.com; Kimi=kimi.com,kimi.moonshot.cn; Qwen=chat.qwen.ai;
    Andi=andisearch.com; Character.AI=character.ai; Pi=pi.ai; HuggingChat=huggingface.co/chat; iAsk=iask.ai; Felo=felo.ai;
    Genspark=genspark.ai; Doubao=doubao.com; Duck.ai=duck.ai; Le Chat=lechat.mistral.ai`,
  email: `Gmail=mail.google.com,com.google.android.gm; Outlook=outlook.live.com,outlook.office.com,outlook.office365.com,mail.live.com,outlook.cloud.microsoft,safelinks.protection.outlook.com;
    Yahoo! Mail=mail.yahoo.com,mail.yahoo.co.jp; AOL Mail=mail.aol.com; iCloud Mail=www.icloud.com/mail; Proton Mail=mail.proton.me,mail.protonmail.com;
    Zoho Mail=mail.zoho.com,mail.zoho.eu; GMX=navigator.gmx.net,deref-gmx.net,deref-gmx.com; WEB.DE=deref-web.de,navigator.web.de;
    Mail.ru=e.mail.ru,touch.mail.ru,mail.mail.ru; Yandex Mail=mail.yandex.ru,mail.yandex.com; Orange Webmail=webmail.orange.fr,messagerie.orange.fr;
    Free Webmail=webmail.free.fr,zimbra.free.fr; SFR Webmail=webmail.sfr.fr; Comcast=connect.xfinity.com,mail.comcast.net; Naver Mail=mail.naver.com; Daum Mail=mail.daum.net;
    QQ Mail=mail.qq.com; 163 Mail=mail.163.com; 126 Mail=mail.126.com; Fastmail=app.fastmail.com,fastmail.com; T-Online=email.t-online.de; Libero=mail.libero.it;
    Superhuman=mail.superhuman.com; HEY=app.hey.com; Tutanota=mail.tutanota.com,app.tuta.com; Seznam=email.seznam.cz; WP=poczta.wp.pl; Onet=poczta.onet.pl;
    Mailchimp=list-manage.com,campaign-archive.com,mailchi.mp; Beehiiv=beehiiv.com; Missive=mail.missiveapp.com`,
  social: `LinkedIn=linkedin.com,lnkd.in,com.linkedin.android; Facebook=facebook.com,fb.com,fb.me,fb.watch,com.facebook.katana,messenger.com; Instagram=instagram.com;
    Threads=threads.net,threads.com; X=twitter.com,x.com,t.co,com.twitter.android; Reddit=reddit.com,redd.it,out.reddit.com; YouTube=youtube.com,youtu.be;
    TikTok=tiktok.com; Pinterest=pinterest.*,pin.it; Hacker News=news.ycombinator.com,hn.algolia.com; Quora=quora.com; Stack Overflow=stackoverflow.com,stackexchange.com,serverfault.com,superuser.com;
    GitHub=github.com; Medium=medium.com; Substack=substack.com; Mastodon=mastodon.social,mastodon.online,fosstodon.org,hachyderm.io,mstdn.social,infosec.exchange;
    Bluesky=bsky.app,go.bsky.app; Lobsters=lobste.rs; Product Hunt=producthunt.com; Xing=xing.com; VK=vk.com,vkontakte.ru,away.vk.com; Odnoklassniki=ok.ru;
    WeChat=weixin.qq.com,wx.qq.com,mp.weixin.qq.com; Weibo=weibo.com,weibo.cn,t.cn; Zhihu=zhihu.com; Douban=douban.com; WhatsApp=whatsapp.com,wa.me; Telegram=t.me,telegram.org,web.telegram.org;
    Slack=slack.com,slack-redir.net; Discord=discord.com,discordapp.com; Teams=teams.microsoft.com; Tumblr=tumblr.com,t.umblr.com; Snapchat=snapchat.com; LINE=line.me; Flipboard=flipboard.com; Dev=dev.to;
    Vimeo=vimeo.com; Disqus=disqus.com; Yammer=yammer.com; Meetup=meetup.com; SlideShare=slideshare.net; Glassdoor=glassdoor.com; Nextdoor=nextdoor.com; Twitch=twitch.tv; Linktree=linktr.ee;
    Buffer=buff.ly; Hootsuite=ow.ly,hootsuite.com; Lemmy=lemmy.world,lemmy.ml; Indie Hackers=indiehackers.com; Viadeo=viadeo.com; Skyrock=skyrock.com; Livejournal=livejournal.com; Delicious=delicious.com; Digg=digg.com; StumbleUpon=stumbleupon.com; Tagged=tagged.com; Mixi=mixi.jp; Hi5=hi5.com; MySpace=myspace.com; Badoo=badoo.com; Taringa=taringa.net; Instapaper=instapaper.com; Pocket=getpocket.com; Habr=habr.com; Hatena=hatena.ne.jp,b.hatena.ne.jp; Blogger=blogger.com,blogspot.com; WordPress=wordpress.com`,
  search: `Google=google.*,com.google.android.googlequicksearchbox; Bing=bing.com; DuckDuckGo=duckduckgo.com; Yahoo!=search.yahoo.com,yahoo.*,search.yahoo.co.jp; Yandex=yandex.*,ya.ru,yandex.com.tr;
    Baidu=baidu.com; Naver=search.naver.com,naver.com; Daum=search.daum.net,daum.net; Seznam=search.seznam.cz,seznam.cz; Ecosia=ecosia.org; Qwant=qwant.com; Startpage=startpage.com,ixquick.com; Brave=search.brave.com;
    Kagi=kagi.com; AOL=search.aol.com,aol.com; Ask=ask.com; Sogou=sogou.com; 360 Search=so.com; Shenma=sm.cn; Swisscows=swisscows.com; Mojeek=mojeek.com; Lycos=search.lycos.com,lycos.com; Coc Coc=coccoc.com;
    MetaGer=metager.de,metager.org; Rambler=nova.rambler.ru,rambler.ru; Mail.ru=go.mail.ru; Dogpile=dogpile.com; WebCrawler=webcrawler.com; Presearch=presearch.com,presearch.org; Searx=searx.be,searx.me; You=search.you.com; Goo=search.goo.ne.jp;
    Rakuten=websearch.rakuten.co.jp; Virgilio=ricerca.virgilio.it; Libero=arianna.libero.it; T-Online=suche.t-online.de; WEB.DE=suche.web.de; GMX=suche.gmx.net; Free=search.free.fr; Orange=lemoteur.orange.fr; Onet=szukaj.onet.pl; WP=szukaj.wp.pl;
    Gibiru=gibiru.com; Petal=petalsearch.com; Excite=excite.com; AltaVista=altavista.com; InfoSpace=infospace.com; Alexa=alexa.com; SAPO=sapo.pt; Avira=search.avira.com; AVG=search.avg.com; Babylon=search.babylon.com; Conduit=search.conduit.com; MSN=search.msn.com,msn.com; Live=search.live.com; Xfinity=search.xfinity.com; Toolbar=mysearch.com,myway.com`,
};

interface Place {
  medium: Medium;
  source: string;
  path: string;
}

const places = new Map<string, Place[]>();
for (const [medium, list] of Object.entries(PLACES)) {
  for (const entry of list.split(';')) {
    const [source = '', hosts = ''] = entry.trim().split('=');
    for (const item of hosts.split(',')) {
      const slash = item.indexOf('/');
      const host = slash < 0 ? item : item.slice(0, slash);
      const place = { medium: medium as Medium, source, path: slash < 0 ? '' : item.slice(slash) };
      const known = places.get(host);
      // A place on a path is looked for before the host as a whole.
      if (!known) places.set(host, [place]);
      else if (place.path) known.unshift(place);
      else known.push(place);
    }
  }
}

const TERMS = [
  'q',
  'query',
  'p',
  'text',
  'wd',
  'word',
  'keyword',
  'search',
  'search_query',
  'k',
  'kw',
  'qt',
  'search_word',
  'MT',
];

const CLICK_IDS: Record<string, string> = {
  gclid: 'Google',
  gbraid: 'Google',
  wbraid: 'Google',
  dclid: 'Google',
  gad_source: 'Google',
  msclkid: 'Bing',
  li_fat_id: 'LinkedIn',
  twclid: 'X',
  ttclid: 'TikTok',
  rdt_cid: 'Reddit',
  yclid: 'Yandex',
};
const PAID =
  /^(?:cpc|ppc|paid.*|cpm|cpa|cpv|cpl|display|banner|retargeting|remarketing|sem|ads?|adwords|sponsored|native|programmatic|.*[-_ ]paid|.*[-_ ]cpc|paid[-_ ]?(?:search|social))$/i;
const AD_HOSTS =
  /(?:^|\.)(?:googleadservices\.com|doubleclick\.net|googlesyndication\.com|taboola\.com|outbrain\.com|criteo\.(?:com|net)|adnxs\.com|adsrvr\.org|bingads\.com|ads\.linkedin\.com|adroll\.com)$/;
const BY_MEDIUM: readonly [Medium, RegExp][] = [
  ['email', /^e-?mail(?:ing)?$|^newsletter$|^mail$/i],
  ['social', /^social(?:[-_ ]?(?:media|network|organic))?$|^sm$/i],
  ['search', /^organic(?:[-_ ]search)?$|^search$|^seo$/i],
  ['chatbot', /^(?:ai|llm|chatbot|ai[-_ ]?(?:search|chat|referral))$/i],
];

/**
 * Where a visit came from. The address of the visited page, if given, wins: what was paid for (click ids,
 * `utm_medium=cpc`) or mailed would else look like a search or a mere link, and its host tells what is internal.
 */
export function judgeReferrer(referrer: string, page?: string): Referral {
  const from = urlOf(referrer);
  const to = page === undefined ? null : urlOf(page);
  const place = from ? placeOf(from) : null;
  const utm = (key: string): string | null => to?.searchParams.get(`utm_${key}`)?.trim() || null;
  const term = (place && from ? termOf(from, place) : null) ?? utm('term');
  const named = sourceOf(utm('source'));
  const origin = from ? (place?.source ?? registrableDomain(from.host) ?? from.hostname) : null;
  const source = named?.source ?? utm('source') ?? origin;

  const clicked = to && Object.keys(CLICK_IDS).find((key) => to.searchParams.get(key));
  const medium = utm('medium');
  if (clicked) return { medium: 'paid', source: named?.source ?? CLICK_IDS[clicked]!, term };
  if (medium !== null && PAID.test(medium)) return { medium: 'paid', source, term };
  if (from && (AD_HOSTS.test(from.hostname) || isAdClick(from)))
    return { medium: 'paid', source: origin, term };
  if (medium !== null) {
    const told = BY_MEDIUM.find(([, pattern]) => pattern.test(medium));
    if (told) return { medium: told[0], source, term };
  }
  if (from && to && sameSite(from, to)) return { medium: 'internal', source: origin, term: null };
  if (place) return { medium: place.medium, source: place.source, term };
  if (named) return { medium: named.medium, source: named.source, term };
  if (from && WEBMAIL.test(from.hostname)) return { medium: 'email', source: origin, term };
  return { medium: 'unknown', source, term };
}

/** Companies' own webmail. */
const WEBMAIL = /^(?:webmail|owa|roundcube|zimbra|horde)\d*\./;

/** Google and Bing pass clicks on advertisements through these. */
const isAdClick = (from: URL): boolean => /^\/(?:aclk|pagead)\b/.test(from.pathname);

const sameSite = (from: URL, to: URL): boolean =>
  from.hostname === to.hostname ||
  (registrableDomain(from.host) !== null && registrableDomain(from.host) === registrableDomain(to.host));

function urlOf(text: string): URL | null {
  const trimmed = text.trim();
  // Android apps name themselves as `android-app://com.example.app`.
  const app = /^android-app:\/\/([a-z0-9._]+)/i.exec(trimmed);
  if (app) return URL.parse(`https://${app[1]}/`);
  const url = URL.parse(
    /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed.replace(/^\/\//, '')}`,
  );
  return url && /^https?:$/.test(url.protocol) && hostName(url.host) ? url : null;
}

function placeOf(url: URL): Place | null {
  const host = url.hostname.replace(/^(?:www\d*|m|mobile|l|lm|old|new|amp)\./, '');
  for (let name = host; name.includes('.'); name = name.slice(name.indexOf('.') + 1)) {
    const found = at(name, url.pathname) ?? at(countryless(name), url.pathname);
    // Search engines run much else below their domain: documents, news, maps.
    if (found) return found.medium !== 'search' || name === host || SEARCH_HOST.test(host) ? found : null;
  }
  return at(url.hostname, url.pathname);
}

const SEARCH_HOST = /^(?:[a-z]{2}|[a-z]{2}-[a-z]{2}|r|cse|images|html|lite|search|[a-z.]*\bsearch)\./;

const at = (host: string, path: string): Place | null =>
  places.get(host)?.find((place) => path.startsWith(place.path)) ?? null;

/** `google.co.uk` → `google.*` */
const countryless = (host: string): string =>
  host.replace(/^([a-z]+)\.(?:(?:com?\.)?[a-z]{2}|com|com\.[a-z]{2,3})$/, '$1.*');

/** A place by the name that campaigns give it: `utm_source=linkedin`, `utm_source=chatgpt.com`. */
function sourceOf(name: string | null): Place | null {
  if (name === null) return null;
  const folded = name.toLowerCase();
  if (folded.includes('.')) {
    const url = urlOf(folded);
    return url && placeOf(url);
  }
  return byName.get(folded) ?? null;
}
const byName = new Map([...places.values()].flat().map((place) => [place.source.toLowerCase(), place]));
byName.set('twitter', byName.get('x')!);

function termOf(url: URL, place: Place): string | null {
  if (place.medium !== 'search') return null;
  for (const key of TERMS) {
    const value = url.searchParams.get(key)?.trim();
    if (value) return value;
  }
  return null;
}
