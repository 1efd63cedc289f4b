/** Whose network an address is in, and whether that says anything about the visitor's employer. */

/**
 * Only `business` may lead to a match. `isp`, `mobile`: the provider of homes and phones. `hosting`: servers and
 * clouds, so rather a program than a buyer. `proxy`: VPN, Tor. `gateway`: a security service in front of many
 * companies. `education`, `government`: organisations, but their networks carry students and citizens.
 */
export const NETWORK_CLASSES = [
  'business',
  'isp',
  'hosting',
  'mobile',
  'education',
  'government',
  'proxy',
  'gateway',
  'unknown',
] as const;
export type NetworkClass = (typeof NETWORK_CLASSES)[number];

export interface Network {
  class: NetworkClass;
  organisation: string | null;
  /** The organisation's own domain, registrable, where a source knows it. */
  domain: string | null;
  asn: number | null;
  /** Names of the sources that said so, joined by ` + `. */
  source: string;
  /** In the class, 0–1. */
  confidence: number;
  /** In plain words. */
  reason: string;
}

export interface NetworkVerdict {
  class: NetworkClass;
  confidence: number;
  reason: string;
}

/** A rule: whole words (or phrases) of the folded name that decide for a class. */
interface Rule {
  class: NetworkClass;
  confidence: number;
  what: string;
  pattern: RegExp;
}

/** Phrases separated by commas → a pattern that finds them as whole words; `*` stands for the rest of a word. */
function wholeWords(flags: '' | 'g', ...lists: string[]): RegExp {
  const phrases = lists
    .flatMap((list) => list.split(','))
    .map((phrase) => phrase.trim().replaceAll('*', '[a-z]*'));
  return new RegExp(`(?<![a-z0-9])(?:${phrases.join('|')})(?![a-z0-9])`, flags);
}

/**
 * First rule that finds something decides. Names of well-known companies come before words, because the words in
 * them mislead (`Cloudflare`, `Verizon Business`); public bodies before trades, because they name trades too
 * (`Ministry of Communications`).
 */
const RULES: Rule[] = [
  {
    class: 'gateway',
    confidence: 0.95,
    what: 'security gateway',
    pattern: wholeWords(
      '',
      'zscaler,netskope,iboss,forcepoint,websense,menlo security,cato networks,cisco umbrella,opendns,mcafee,symantec',
      'barracuda networks,proofpoint,mimecast,skyhigh security,bluecoat,blue coat,palo alto networks,perimeter 81',
      'messagelabs,secure web gateway,prisma access',
    ),
  },
  {
    class: 'proxy',
    confidence: 0.95,
    what: 'VPN or proxy',
    pattern: wholeWords(
      '',
      'vpn,nordvpn,expressvpn,surfshark,mullvad,cyberghost,protonvpn,ipvanish,windscribe,private internet access,tefincom',
      'tor exit,tor relay,torservers,proxy,proxies,bright data,oxylabs,smartproxy,anonymous',
    ),
  },
  {
    class: 'hosting',
    confidence: 0.95,
    what: 'known cloud or hosting company',
    pattern: wholeWords(
      '',
      'amazon,aws,google,microsoft,azure,digitalocean,ovh,hetzner,linode,akamai,fastly,cloudflare,vultr,choopa',
      'the constant company,leaseweb,contabo,alibaba,aliyun,tencent,rackspace,godaddy,ionos,1and1,scaleway,m247,datacamp',
      'upcloud,equinix,internap,limelight networks,edgecast,edgio,imperva,incapsula,softlayer,hostinger,namecheap',
      'dreamhost,bluehost,unified layer,quadranet,psychz,colocrossing,hivelocity,gcore,g core labs,kamatera,heroku,vercel',
      'netlify,strato,infomaniak,worldstream,zenlayer,sakura internet,ucloud,selectel,timeweb,beget,oracle cloud,oracle public cloud',
      'ibm cloud,huawei cloud*,yandex cloud,interserver,liquid web,servers com,stackpath,cdn77,cachefly,bunny,flexential',
      'switch ltd,digital realty,coresite,cyxtera,nexcess,squarespace,wix,automattic,salesforce,sucuri,twilio,sendgrid,mailchimp',
    ),
  },
  {
    class: 'education',
    confidence: 0.95,
    what: 'school, university or research network',
    pattern: wholeWords(
      '',
      'universit*,univers*dad,universidade*,univ,uniwersytet,univerzit*,univerza,egyetem,yliopisto,universitet*,university*',
      'college*,colegio,schools?,school district,schul*,hochschul*,fachhochschul*,technische hochschule,institute? of technology',
      'institut* technolog*,institut* tecnolog*,politecnic*,polytechni*,politechnika,academy of sciences,akademie der*',
      'academy of science,academia sinica,faculty,faculdade*,facultad,escuela,escola,sekolah,ecole,lycee,campus,education*,educac*',
      'forschungsnetz*,forschungszentrum,research and education,education and research,research and academic,academic network',
      'national research council,research institute,nren,internet2,jisc,renater,garr,surfnet,rediris,sunet,funet,uninett,aarnet',
      'canarie,cernet,grnet,heanet,belnet,cesnet,pionier,geant,janet,kreonet,sinet,independent school,isd,k12,library,libraries',
      'research foundation,foundation (?:of|for) research,max planck,fraunhofer,cern',
    ),
  },
  {
    class: 'government',
    confidence: 0.9,
    what: 'public body',
    pattern: wholeWords(
      '',
      'government*,governo,gobierno,gouvernement,ministry,ministerio,ministere,ministerium,ministerstvo,department of',
      'departments? of defen[cs]e,dod,defen[cs]e information,navy,army,air force,usaf,military,state of,states? government',
      'county of,[a-z]+ county,city of,ville de,ciudad de,town of,village of,borough,city council,county council,municipal*',
      'municipio,prefeitura,ayuntamiento,commune de,gemeente,gemeinde,kommune,kommun,stadt,landeshauptstadt,kanton',
      'bureau of,national security agency,federal,bundes[a-z]+,landratsamt,finanzamt,urzad,parliament,senate,congress,court,tribunal*,police,polizei,policia',
      'national [a-z]+ administration,national [a-z]+ and [a-z]+ administration,[a-z]+ exploration agency,[a-z]+ space agency',
      'national [a-z]+ (?:agency|board|authority|bureau|institute|office),agency for,office of the,customs,nasa,noaa,usda',
      'tax administration,social security,public authority,authority of,embassy,united nations,european commission',
      'house of representatives,ministry of [a-z]+,us department,region of,province of,provincia di,regione,conseil general',
    ),
  },
  {
    class: 'mobile',
    confidence: 0.9,
    what: 'mobile network',
    pattern: wholeWords(
      '',
      't mobile,tmobile,verizon wireless,cellco*,at and t mobility,mobile,mobiles,mobil,movil,moviles,cellular,celular',
      'gsm,lte,mobitel,mobinil,mobily,mobifone,docomo,metropcs,cricket wireless',
    ),
  },
  {
    class: 'isp',
    confidence: 0.95,
    what: 'known internet provider',
    pattern: wholeWords(
      '',
      'verizon,at and t,att services,comcast,charter,spectrum,cox communications,centurylink,lumen,level 3,qwest,windstream,frontier',
      'altice,cablevision,optimum,mediacom,suddenlink,earthlink,cogent,zayo,gtt,hurricane electric,sprint,rogers,shaw,telus',
      'bell canada,videotron,cogeco,telmex,uninet,claro,movistar,telefonica,vivo,oi sa,tim,embratel,america movil,totalplay,izzi',
      'british telecom,bt,virgin media,sky uk,talktalk,plusnet,vodafone,ee limited,orange,sfr,bouygues,proxad,free sas,iliad',
      'deutsche telekom,telekom*,unitymedia,versatel,freenet,1und1,swisscom,sunrise,upc,liberty global,a1,magenta,kpn,ziggo',
      'proximus,telenet,telia,telenor,tele2,tdc,elisa,dna oyj,comhem,bredband*,eircom,eir,fastweb,wind tre,tiscali,meo,nos,vimpelcom',
      'beeline,rostelecom,megafon,mts,er telecom,ukrtelecom,kyivstar,turkcell,superonline,turk telekom*,bezeq,partner communications',
      'etisalat,itissalat*,du,ooredoo,stc,zain,vnpt,viettel,fpt telecom,pldt,globe telecom,singtel,starhub,maxis,celcom,telkom*,indosat',
      'true internet,tot,ais,chinanet,china unicom,china mobile,china telecom,china tietong,chunghwa,hinet,pccw,hkt,hgc,ntt,kddi',
      'softbank,biglobe,so net,iij,sk broadband,sk telecom,kt corporation,korea telecom,lg dacom,lg uplus,airtel,reliance jio,jio,bsnl',
      'bharat sanchar,mtnl,tata communications,tata teleservices,hathway,act fibernet,telstra,optus,tpg,iinet,spark new zealand',
      'mtn,safaricom,vodacom,starlink,spacex starlink,viasat,hughes network,hughesnet,wind hellas,cosmote,forthnet',
    ),
  },
  {
    class: 'hosting',
    confidence: 0.9,
    what: 'hosting or data centre',
    pattern: wholeWords(
      '',
      'host,hosts,hosted,hoster*,hosting*,host(?!el|ess)[a-z]+,[a-z]+hosts?,[a-z]+hosting,servers?,server[a-z]+,servidores,vps*,[a-z]+vps,*datacent(?:er|re)s?',
      'data cent(?:er|re)s?,centro de datos,rechenzentrum,colo,colocations?,[a-z]+colo,cloud*,[a-z]+cloud,cdn*,content delivery',
      'internet exchange,domain registr*,registrar,infrastructure as a service,iaas',
    ),
  },
  {
    class: 'isp',
    confidence: 0.9,
    what: 'internet or telecom provider',
    pattern: wholeWords(
      '',
      'telecom*,[a-z]+telecom,[a-z]+telekom,telekom*,telefon*,telephone,telephon*,telco,tele communication*',
      'telecomunica*,communications?,comunicac*,comunicaz*,kommunikation*,broadband,[a-z]+broadband,banda larga,wireless,wifi',
      '*fiber,*fibre,*fibra,fibras,fiber*,glasfaser,cable,[a-z]+cable,cabletv,cablevision,kabel*,television,satellite',
      'internet,internet services?,internet provider,provedor*,isp,dsl,adsl,vdsl,ftth,dial ?up,voip,backbone,ip network,ip transit',
      'lan,wan,wisp,multimidia,multimedia,[a-z]+multimedia,carrier,net ?com,netcom,rural electric,electric cooperative',
      'municipal utilit*,stadsnat,radiocom*,cabo,redes de',
    ),
  },
];

/** Words of the trade that providers, hosts and software houses share: no ground to call the name a business. */
const DOUBTFUL = wholeWords(
  '',
  'net,nets,network*,[a-z]+networks?,[a-z][a-z]+nett?,[a-z]+tel,[a-z]+com,[a-z]+nets,inet,autonomous,data*,digital*,dns,mail*',
  'tech,[a-z]+te[ck],[a-z]+tech,it,ict,technology,technologies,tecnolog*,teknoloji*,technik,bilisim,iletisim,svyaz,informati*,systems?,[a-z]+sys,comput*,online,link',
  '[a-z]+link,web*,[a-z]+web,cyber*,virtual,connect*,media,[a-z]+vision,interactive,linux,soft,[a-z]+soft,software,teleport,tele*,radio',
  'tv,stadtwerke,solutions?,noc,asn,customers?,pool,dynamic,dhcp,reserved,individual,utility,utilities,cooperativa,co op,exchange',
  '[a-z]+serv,[a-z]+serve,[a-z]+server,speed,[a-z]+speed,hi speed,[a-z]+line,[a-z]+wave,[a-z]+sat,[a-z]+nets?,node,nodes,managed services,[a-z]+layer,[a-z]+nap,dedi[a-z]+,edge,[a-z]+connect,trading as,[a-z]+node,bit,byte*',
  'hub,rack,racks,[a-z]+rack,vm,stream,streaming,[a-z]+stream,wire,wired,giga*,terabit,optic*,infra*,ip,ipv\\d,routing,router*,peering',
);
/** Ordinary words that end like the ones above. */
const HARMLESS = wholeWords(
  'g',
  'weber,webster,webb,hotel,hostel,hostels,hotels,motel,mattel,intel,cartel,chattel,mantel,planet,cabinet,magnet,bonnet,hornet,garnet,sitcom,biotech,fintech,medtech',
  'cleantech,airline,pipeline,shoreline,medline,borderline,online retail,supervision,division,provision,revision,telescope*',
);

/**
 * Class of a network by the name of the organisation that holds it. Whole words only. A name without any word of
 * the trade is taken for a business, with moderate confidence; with a doubtful word it stays `unknown`.
 */
export function classifyOrganisation(name: string): NetworkVerdict {
  const text = fold(name);
  if (text === '') return { class: 'unknown', confidence: 0, reason: 'the organisation has no name' };
  for (const rule of RULES) {
    const found = rule.pattern.exec(text);
    if (found) {
      return {
        class: rule.class,
        confidence: rule.confidence,
        reason: `"${found[0]}" in the name says ${rule.what}`,
      };
    }
  }
  const doubt = DOUBTFUL.exec(text.replace(HARMLESS, ' '));
  if (doubt) {
    return {
      class: 'unknown',
      confidence: 0.5,
      reason: `"${doubt[0]}" in the name may be a provider or a software house`,
    };
  }
  return { class: 'business', confidence: 0.7, reason: 'nothing in the name says it is a provider' };
}

/** Lower case without accents, words separated by one space, `&` spelt out. */
function fold(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replace(/[^a-z0-9\u0400-\u04ff]+/g, ' ')
    .trim();
}
