/**
 * What a word says in a company's name: how common it is before we have seen a single account, and how much its
 * absence or presence tells. Our own statistic, by class; the accounts of a workspace refine it.
 */

/**
 * `link`: `of`. `corporate`: says nothing of the company (`group`). `trade`: what it does (`bank`). `vehicle`:
 * an undertaking of a company that is not the company (`fund`). `place`. `number`: tells sisters apart (`fund ii`). `common`: a word or a person's name that strangers share (`delta`).
 * `coined`: none of these, most likely its own.
 */
export type WordClass = 'link' | 'corporate' | 'trade' | 'vehicle' | 'place' | 'number' | 'common' | 'coined';

const list = (text: string): string[] => text.trim().split(/\s+/);

/** Ways to shorten words that every register knows, and spellings of one word. */
const ABBREVIATIONS = new Map(
  list(`
  intl:international  internat:international natl:national nat:national mfg:manufacturing
  mfrs:manufacturers bros:brothers svc:service svcs:service srvcs:service serv:service mgmt:management mgt:management
  assn:association assoc:associate assocs:associate univ:university lab:laboratory labs:laboratory
  pharma:pharmaceutical pharm:pharmaceutical pharms:pharmaceutical pharmacal:pharmaceutical sys:system syst:system
  grp:group gp:group hldg:holding hldgs:holding hlds:holding fin:financial finl:financial amer:american 
  eng:engineering engrg:engineering engr:engineering dev:development devel:development govt:government
  inst:institute ins:insurance comm:communication comms:communication commun:communication commns:communication
  telecom:telecommunication telco:telecommunication telecomm:telecommunication hosp:hospital med:medical
  ctr:center centre:center theatre:theater prop:property props:property pptys:property prod:product prods:product
  res:resource rsc:resource rlty:realty tr:trust entmt:entertainment  ents:enterprise
  equip:equipment chem:chemical petr:petroleum pete:petroleum transn:transportation transp:transportation
   constr:construction dist:distribution distr:distribution exch:exchange 
  indl:industrial ind:industry inds:industry invt:investment invts:investment  invs:investment
  mkt:market mkts:market mktg:marketing pwr:power rly:railway rwy:railway rr:railroad sci:science
  semi:semiconductor semis:semiconductor semicon:semiconductor soln:solution solns:solution 
  sols:solution ntwk:network ntwks:network svgs:savings util:utility utils:utility tech:technology
  techs:technology technol:technology technologies:technology elec:electric elect:electric electr:electronic
  bancorporation:bank bancshares:bank bankshares:bank bancgroup:bank bancorp:bank banc:bank fdn:foundation
  fed:federal dept:department div:division  biotech:biotechnology
   mtn:mountain mt:mount ft:fort st:saint ste:sainte usa:us uk:uk
  n:north s:south e:east w:west defence:defense labour:labor colour:color organisation:organization
  aluminium:aluminum grey:gray fibre:fiber tyre:tire cie:company compagnie:company compania:company
  companhia:company gesellschaft:company corporacion:corporation soc:society
  bk:bank co:company corp:corporation companies:company cos:company ii:2 iii:3 iv:4 vi:6 vii:7 viii:8 ix:9 xi:11 xii:12 xiii:13 xiv:14 xv:15
  two:2 three:3 four:4 five:5 six:6 seven:7 eight:8 nine:9 ten:10 2nd:second 3rd:third 4th:fourth 5th:fifth 1st:first`).map(
    (pair) => pair.split(':') as [string, string],
  ),
);

const CLASSES: [WordClass, string][] = [
  [
    'link',
    `and of the de la le los las el du des der die das und et y for in at on a an to di do dos da van von & plus`,
  ],
  [
    'corporate',
    `group groep koninklijke gruppen koncern com holding international worldwide global enterprise company corporation inc limited incorporated firm
    organization gruppe groupe grupo gruppo grup holdco subsidiary parent class series share stock common ordinary
    adr ltd llc plc corporate universal intercontinental partner associate overall general ag sa se nv`,
  ],
  [
    'vehicle',
    `fund income municipal portfolio etf etn index receivable securitization acquisition mortgage muni opportunity
    yield term dividend treasury warrant unit note bond preferred reserve pension foundation charity union club alumni`,
  ],
  [
    'trade',
    `accessory accounting acquisition adhesive advertising advertiser advisor advisory aerospace agency agri agriculture
    air airline airport airway alliance aluminum analytic apparel appliance architect architecture art asset
    association assurance athletic audio automation automotive aviation bakery bancorp bank banking banc banco banca
    banque bearing beauty beverage biologic biologics biomedical biopharma biopharmaceutical bioscience biosciences
    biotechnology biotherapeutics book bottling brand brewing brewery broadcasting brokerage builder building business
    cable capital car card care carrier casino casualty catering cement center ceramic chemical chemistry clinic clinical
    cloud clothing coal coatings coffee college commerce commercial communication community component computer computing
    concrete construction consultant consulting consumer container contractor control copper cosmetic credit cruise
    crypto cyber dairy data defense delivery dental department design development device diagnostic digital distribution
    distributor diversified drilling drink drug education educational electric electrical electricity electronic
    electronics energy engine engineering engineer entertainment environmental equipment equity estate exchange
    exploration express factory farm fashion federal fertilizer fiber film finance financial fitness food footwear
    forest foundation franchise freight fruit fuel fund funding furniture gallery game gaming gas gene genetic genomic
    glass gold golf government graphic grocery gym hardware health healthcare healthy holiday home homebuilder hospital
    hospitality hotel house household housing ict income indemnity industrial industry information infrastructure
    ingredient innovation institute instrument insurance integrated interactive interior internet investment investor
    iron it jewelry laboratory land law leasing leisure lending life lighting line liquor lithium living loan logistic
    logistics lumber machine machinery maintenance management manufacturer manufacturing marine maritime market
    marketing mart material materials meat mechanical media medical medicine metal metals microsystem mill mineral
    mining mobile mobility mortgage motor moving municipal museum music mutual natural network networks news nuclear outfitter
    nutrition office offshore oil online operation optical optic orthopedic outdoor packaging paint paper park parts
    payment pet petroleum pharmaceutical pharmacy phone photonic pipe pipeline plastic platform poultry power precision
    press printing private process processing product production professional property protein public publication
    publisher publishing pump purchasing quantum racing radio rail railroad railway ranch real realty recovery
    recycling refining refinery renewable rental research residential resort resource restaurant retail risk robotic
    royalty rubber satellite savings school science scientific seafood secure security seed semiconductor senior
    service shipping shoe shop silver software solar solution sound space specialty sport staffing state steel storage
    store strategic studio study supply supplier support surgical surgery sustainable system systems tax technical
    technology telecommunication telephone television textile theater therapeutic therapeutics therapy thermal tire
    tobacco tool toy trade trading training transit transport transportation travel treatment trucking trust tube
    university uranium utility vacation vaccine vehicle venture video vision warehouse waste water wealth web wellness
    wholesale wind wine wireless wood work worker yacht

    apartment appliance athletica auction bag bagel barber bath beer bike boat boot burger cafe candy catalog cereal
    cheese chicken chocolate cigar cinema cleaning cola confectionery cookie craft crane cycle deli diner donut eyewear
    floor flooring flower frozen gift grill grinder guitar helicopter hvac ice inn jean jeweler kitchen label lawn
    leather linen lodging luggage lumber mall mattress midstream upstream downstream mirror newspaper nursery outlet
    optician paint pasta patio piano pizza plaza plumbing pottery produce restaurants roofing salon sandwich school
    sewing siding snack soap soda soup spice sporting steakhouse suite surgical tailor taxi tea theatre tile tower
    tractor trailer truck underwriter uniform vending veterinary video vitamin watch window yogurt

    automobile automobil bau bauunternehmen beteiligung beteiligungsgesellschaft betrieb dienst dienstleistung druck
    elektro elektronik energie fabrik finanz handel handelsgesellschaft immobilie kaffee klinik kraftwerk labor
    landwirtschaft logistik maschinenbau maschine metall mobel pflege praxis service stadtwerke stahl technik
    technologie transporte unternehmensberatung vermogensverwaltung versicherung vertrieb verwaltung verwaltungs werk
    alimentos assurances boulangerie comercial comercio commerciale construccion construcciones construcoes construction
    costruzioni distribucion distribuidora distribuzione energia finanziaria formation gestion hermanos hijos fratelli
    figli filho filhos immobiliare immobilier immobiliere importacion importacao exportacion industria industriale
    industrias industrie ingenieria ingegneria inmobiliaria inversiones investimenti produits productos seguros servicio
    servicos servizi societa sociedad societe soluciones sistemas systemes tecnologia tecnologias trasporti transporte
    bouw beheer handelsonderneming vastgoed verzekeringen bygg fastighet fastigheter handels invest konsult
    byggnads entreprenad eiendom ejendomme uslugi handlowe produkcja budowlane gida insaat sanayi ticaret tic san
    turizm tekstil otomotiv stroy torg trans import export son brother daughter family`,
  ],
  [
    'place',
    `us america american americas usa uk britain british england english scotland scottish wales welsh ireland irish canada
    canadian mexico mexican brazil brasil brazilian argentina chile chilean colombia peru europe european euro germany
    german deutschland deutsche france french francaise italy italian italia spain spanish espana portugal portuguese
    netherlands dutch nederland holland belgium belgian switzerland swiss suisse schweiz austria austrian osterreich
    sweden swedish svenska sverige norway norwegian norge norsk denmark danish danmark finland finnish suomen poland
    polish polska czech hungary hungarian magyar romania romanian bulgaria greece greek hellenic turkey turkish turk
    russia russian ukraine israel israeli arab arabia arabian saudi emirates dubai abu dhabi qatar kuwait egypt egyptian
    africa african nigeria kenya india indian pakistan bangladesh sri lanka china chinese sino hong kong taiwan japan
    japanese nippon korea korean vietnam thailand thai malaysia malaysian singapore indonesia indonesian philippine
    philippines australia australian zealand asia asian pacific atlantic mediterranean nordic scandinavian baltic iberia
    iberian latin caribbean gulf oriental orient north south east west northern southern eastern western central
    northeast northwest southeast southwest midwest coast coastal alabama alaska arizona arkansas california carolina
    colorado connecticut dakota delaware florida georgia hawaii hawaiian idaho illinois indiana iowa kansas kentucky
    louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada hampshire
    jersey york ohio oklahoma oregon pennsylvania rhode tennessee texas utah vermont virginia washington wisconsin
    wyoming london paris berlin munich munchen hamburg frankfurt koln vienna wien zurich geneva basel madrid barcelona
    milan milano rome roma amsterdam rotterdam brussels stockholm oslo copenhagen helsinki dublin lisbon athens istanbul
    moscow warsaw prague budapest tokyo osaka beijing shanghai shenzhen mumbai delhi bangalore sydney melbourne toronto
    montreal vancouver ontario quebec alberta boston chicago angeles francisco diego jose dallas houston austin denver
    seattle portland atlanta miami orlando tampa charlotte philadelphia pittsburgh cleveland cincinnati columbus detroit
    milwaukee minneapolis saint san santa louis orleans manhattan brooklyn hudson ohio rhein ruhr bavaria bayern alpine`,
  ],
  ['number', `second third fourth fifth sixth seventh eighth ninth tenth`],
  [
    'common',
    `first one new old big great grand good best better prime premier premium quality select choice superior supreme
    ultra super mega micro mini nano macro meta multi omni poly uni trans inter pan pro max maxi plus next future
    modern advance advanced progress progressive dynamic active smart simple clear pure bright true direct rapid swift
    quick fast express total complete perfect ideal optimum optimal standard classic original united union unity
    alliance allied associated consolidated combined integrated national nation federal imperial royal crown regal
    king queen prince noble knight patriot liberty freedom independence independent heritage legacy tradition pioneer
    frontier founder pilgrim colonial century millennium generation era horizon vista view panorama summit peak
    pinnacle apex zenith acme crest ridge mountain mount hill valley canyon river lake creek spring brook stream
    ocean sea bay harbor port island beach shore cape delta mesa plain prairie field meadow garden grove forest wood
    oak pine cedar maple elm willow birch ash aspen rose lily lotus palm olive ivy laurel orchid cherry apple orange
    lemon peach stone rock boulder granite marble diamond ruby emerald sapphire pearl crystal amber jade silver golden
    platinum bronze copper iron steel red blue green yellow black white gray brown purple violet scarlet crimson azure
    sun sunrise sunset sunny moon star stellar solar lunar orbit galaxy cosmos comet mercury venus mars jupiter saturn
    neptune pluto atlas titan hercules apollo athena phoenix pegasus orion hermes helios aurora nova eclipse polaris
    sirius vega eagle hawk falcon condor raven dove swan owl lion tiger leopard panther jaguar wolf bear fox bull
    buffalo bison elk deer horse mustang stallion dolphin whale shark dragon cobra viper bee butterfly alpha beta gamma
    epsilon sigma omega lambda theta kappa zeta phi psi vector matrix prism spectrum quantum fusion atom atomic
    element elemental catalyst energy synergy momentum velocity impact impulse pulse spark flame fire torch beacon
    lighthouse light lantern sky cloud rain storm thunder lightning wind breeze wave tide current anchor compass
    navigator voyager explorer discovery discover venture quest mission odyssey journey path trail bridge gate gateway
    portal door window tower castle fortress shield guard guardian sentinel sentry defender protector trust trusted
    fidelity faith hope grace harmony concord accord covenant promise honor integrity assurance confidence reliance
    reliable reliant trinity genesis eden paradise haven sanctuary shelter anchor cornerstone keystone foundation
    pillar core center focus target point pivot axis angle edge vertex corner circle square cube sphere globe world
    planet earth terra gaia eco bio geo hydro aero agri vita vital life live living human people person citizen family
    friend friendly neighbor home house village town city metro metropolitan urban country rural main broad park
    avenue street lane fifth way highway route cross crossroad crossing junction link connect connection connected net
    network web hub node nexus loop chain ring bond joint gateway access open free secure safe safety signal sign
    symbol icon logo mark brand idea ideal mind brain think insight wisdom smart genius logic reason evolve evolution
    revolution innovate innovative creative create creation inspire inspired imagine dream vision visionary magic
    wonder miracle fortune lucky happy joy delight bliss zen spirit soul heart hand eye face body head foot
    constellation coherent compass community continental covenant cadence cascade catalyst champion charter chief
    citadel civic classic coach columbia columbian commerce commonwealth concept consumer cornerstone corporate
    cosmopolitan digital dominion double eagle enterprise envision equal essential eternal ever everest evergreen
    excel excellence exact excel federated figure flagship flag flow fluid force fortress forward franklin fresh
    full garrison general generic gem giant glory grand gravity growth guarantee hallmark high highland homestead
    hunter hyper icon impact infinite infinity insight inspire intrepid intelligent intuitive invest key keen landmark
    latitude leader leading leap legend lead level liberty limitless local loyal lucid major manor martin master
    match maverick maximum merchant merit method mid middle milestone miller minute mission mobile monarch monument
    mutual native nature nimble nobel normal oasis observer olympic olympia olympus optima oracle origin outlook
    oxford cambridge windsor lexington lincoln jefferson madison monroe jackson hamilton adams kennedy hancock
    paladin paragon paramount parallel partner passage perpetual phase pilot plan play power precision precise preferred
    prestige primary principal principle priority prospect prosper prosperity proven provident prudent prudential
    radiant radius ranger ray reach ready regency regent region regional regions republic resilient resolute resolution resource
    response result revel rise rising ring road robin rocket rocky root round safe sage salient sand scout sequoia
    select senior sense sensor serene service seven shell shine sierra silicon silver single sky slate snow social solid
    solo sonic source sovereign spa special spectra spear speed spin spirit spire split stable stage state steady
    sterling strategic strong stronghold style success sure surge swift table talent team tech tempo terminal
    texture three thrive thunder time timeless top touch trade traveler treasure tree trek trend tri triad tribe
    trident trio triple triumph tropical trophy trove turn twin two ultimate unified unique universal upper urban
    valiant valid value vanguard vantage vault vector venture verity versatile vertical victor victory vigor village
    vintage virtue virtual volt voyage walk wall wave well west wild wing wise wire wolf wonder yard young youth zero
    zone able abundant accel accelerate accent acorn action adventure affinity agile air alert all allegiance aim ample
    anthem arc arch arena argo aria ark armor arrow artisan ascend ascent aspect aspire asset astro aura avalon avant
    award balance band banner bar base basic basin battery beam bell benchmark benefit blend block bloom board bold boom
    boost border bow box brave break brick broad budget build burst cable camp candle canvas capstone captain cardinal
    carbon castle cat cell chain chance chart chase check circuit class clean clever climb clock clover coast code coin
    college color comfort command common concert cool coral cord counter course craft credible culture curve custom
    cycle daily dawn day deal deep defiance depot desert destiny diamond dial different dome dot drive dual eastern
    easy echo elite embassy ember eminent empire empower encore endeavor endurance energizer engage entrust entry envoy
    equinox equitable essence esteem ethos exceed extra extreme fair farmers fast fine finest finish fit five flat
    fleet flex flexible float flora flower fly force ford form fort forte forum frame front fuel fun game gateway gear
    gentle glacier globe go goal grain graph grass gravity great grid grip ground grow guide hammer hampton health
    henderson hero hex holly hospitality host hot house hunt huntington hybrid ice image index indigo industrious ingenuity
    initiative inland inn inner instant instinct intellect inter invent island item jet johnson jones smith williams
    brown davis wilson anderson thomas taylor moore thompson white harris clark lewis robinson walker hall allen wright
    scott baker nelson carter mitchell roberts turner phillips campbell parker evans edwards collins stewart morris
    rogers reed cook morgan bell murphy bailey cooper richardson cox howard ward peterson james john paul george henry
    charles edward william robert david michael peter joseph mary anna maria thomas daniel frank arthur albert alfred
    max felix oscar hugo otto karl carl hans fritz schmidt muller mueller meyer maier weber wagner becker fischer
    schneider hoffmann klein wolf schulz bauer richter koch martin bernard dubois durand moreau laurent simon garcia
    rodriguez gonzalez fernandez lopez martinez sanchez perez gomez ruiz rossi russo ferrari bianchi romano silva santos
    oliveira souza pereira costa jensen hansen nielsen larsen olsen johansson andersson karlsson nilsson kim lee park
    chen wang li zhang liu yang wu singh kumar sharma patel gupta shah khan ali ahmed tan lim wong`,
  ],
];

const PLURAL = /[^s]s$/;

const singularOf = (word: string): string =>
  word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.slice(0, -1);

const CLASS_OF = new Map<string, WordClass>();
for (const [name, words] of CLASSES) {
  for (const word of list(words)) {
    const canonical = ABBREVIATIONS.get(word) ?? word;
    if (!CLASS_OF.has(canonical)) CLASS_OF.set(canonical, name);
  }
}

/**
 * The word by which a word is compared: abbreviations written out, roman numerals in digits, plurals off where the
 * singular is a word we know (`technologies` → `technology`). Not for people to read.
 */
export function canonicalWord(word: string): string {
  const known = ABBREVIATIONS.get(word);
  if (known !== undefined) return known;
  if (word.length < 5 || !PLURAL.test(word)) return word;
  const singular = singularOf(word);
  return ABBREVIATIONS.get(singular) ?? (CLASS_OF.has(singular) ? singular : word);
}

const DIGITS = /^\d+$/;

/** Class of a canonical word. */
export function wordClass(word: string): WordClass {
  const known = CLASS_OF.get(word);
  if (known !== undefined) return known;
  const first = word.charCodeAt(0);
  return first >= 48 && first <= 57 && DIGITS.test(word) ? 'number' : 'coined';
}

/** How often a word of the class stands in a company's name: share of names, for one typical word of the class. */
export const USUAL_SHARE: Record<WordClass, number> = {
  link: 0.2,
  corporate: 0.05,
  trade: 0.01,
  vehicle: 0.005,
  place: 0.002,
  number: 0.002,
  common: 0.0008,
  coined: 0.000_001,
};
