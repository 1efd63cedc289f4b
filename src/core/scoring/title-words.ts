/**
 * German, French and Spanish words of job titles and what they are in English, so that one set of rules judges all
 * four languages. Words are written without accents; a title without any of them is left as it is.
 */

/** English → whole words of the other languages that mean it wherever they stand. */
const WORDS: Record<string, string> = {
  'managing director': `geschaftsfuhrer geschaftsfuhrerin geschaftsfuhrung geschaftsfuhrender geschaftsfuhrende geschaftsleitung
    geschaftsleiter geschaftsleiterin gerant gerante dirigeant dirigeante dg`,
  'chief executive officer':
    'vorstand vorstande vorstands vorstandsvorsitzender vorstandsvorsitzende vorstandsmitglied pdg',
  owner: 'inhaber inhaberin eigentumer eigentumerin dueno duena propietario propietaria proprietaire',
  founder:
    'grunder grunderin mitgrunder mitgrunderin fondateur fondatrice cofondateur cofondatrice fundador fundadora cofundador cofundadora',
  partner: 'gesellschafter gesellschafterin teilhaber teilhaberin associe associee socio socia',
  president: 'prasident prasidentin presidente presidenta',
  'vice president': 'vizeprasident vizeprasidentin vicepresidente vicepresidenta',
  board: 'aufsichtsrat verwaltungsrat beirat aufsichtsratsvorsitzender aufsichtsratsvorsitzende',
  cio: 'dsi',
  ciso: 'rssi',
  cfo: 'daf finanzchef finanzchefin',
  chro: 'drh',
  'director signatory business':
    'prokurist prokuristin bevollmachtigter bevollmachtigte handlungsbevollmachtigter handlungsbevollmachtigte generalbevollmachtigter',
  head: 'leiter leiterin leitung leitende leitender leitend hauptabteilungsleiter hauptabteilungsleiterin',
  director: 'direktor direktorin directeur directrice directora subdirector subdirectora',
  manager: `gerente gerenta subgerente jefe jefa responsable verantwortlicher verantwortliche encargado encargada teamleiter teamleiterin
    teamleitung gruppenleiter gruppenleiterin gruppenleitung filialleiter filialleiterin filialleitung marktleiter marktleiterin
    schichtleiter schichtleiterin bauleiter bauleiterin standortleiter standortleiterin niederlassungsleiter niederlassungsleiterin`,
  assistant: 'assistent assistentin assistenz assistante asistente auxiliar',
  secretary: 'sekretar sekretarin sekretariat secretaire secretario secretaria',
  intern: 'praktikant praktikantin stagiaire becario becaria practicante pasante',
  trainee:
    'auszubildender auszubildende azubi alternant alternante volontar volontarin apprenti apprentie aprendiz',
  student: 'werkstudent werkstudentin etudiant etudiante estudiante',
  retired: 'rentner rentnerin ruhestand pensionar retraite retraitee jubilado jubilada',
  freelance:
    'freiberufler freiberuflerin freiberuflich selbststandig selbststandige selbststandiger selbstandig independant independante autonomo autonoma',
  deputy:
    'stellvertretender stellvertretende stellvertreter stellvertreterin stv adjoint adjointe adjunto adjunta',
  senior: 'leitender',
  specialist: `referent referentin sachbearbeiter sachbearbeiterin fachkraft spezialist spezialistin charge chargee gestionnaire especialista
    specialiste experte fachreferent`,
  associate: 'mitarbeiter mitarbeiterin collaborateur collaboratrice empleado empleada',
  coordinator: 'koordinator koordinatorin coordinateur coordinatrice coordinador coordinadora',
  consultant:
    'berater beraterin conseiller conseillere consultante consultor consultora asesor asesora unternehmensberater unternehmensberaterin',
  analyst: 'analyste analista analystin',
  representative: 'vertreter vertreterin representante',
  technician: 'techniker technikerin technicien technicienne',
  'technical technician': 'tecnico tecnica',
  engineer: 'ingenieur ingenieurin ingenieure ingeniero ingeniera',
  developer: 'entwickler entwicklerin developpeur developpeuse desarrollador desarrolladora',
  programmer: 'programmierer programmiererin programmeur programmeuse programador programadora',
  architect: 'architekt architektin architecte arquitecto arquitecta',
  administrator: 'administratorin administrateur administratrice administrador administradora',
  designer: 'gestalter gestalterin disenador disenadora concepteur conceptrice',
  scientist: 'wissenschaftler wissenschaftlerin scientifique cientifico cientifica',
  'it specialist':
    'informatiker informatikerin fachinformatiker fachinformatikerin wirtschaftsinformatiker wirtschaftsinformatikerin informaticien informaticienne',
  accountant: 'buchhalter buchhalterin comptable contable contador contadora',
  auditor:
    'wirtschaftsprufer wirtschaftspruferin prufer pruferin revisor revisorin auditeur auditrice auditora',
  'tax consultant': 'steuerberater steuerberaterin',
  'finance controller': 'controllerin controleur controleuse controlling',
  counsel:
    'justiziar justiziarin syndikus rechtsanwalt rechtsanwaltin jurist juristin juriste avocat avocate abogado abogada',
  buyer: 'einkaufer einkauferin acheteur acheteuse comprador compradora',
  'sales representative': 'verkaufer verkauferin vendeur vendeuse vendedor vendedora',
  'account executive': 'kundenbetreuer kundenbetreuerin kundenberater kundenberaterin',
  'logistics planner': 'disponent disponentin',
  purchasing:
    'einkauf beschaffung materialwirtschaft achats achat compras approvisionnement approvisionnements abastecimiento aprovisionamiento',
  sales:
    'vertrieb vertriebs verkauf verkaufs aussendienst innendienst ventes vente ventas comercial commerciale commerciaux technico',
  marketing: 'mercadeo mercadotecnia',
  advertising: 'werbung publicite publicidad',
  communications: 'kommunikation unternehmenskommunikation offentlichkeitsarbeit comunicacion comunicaciones',
  'human resources': 'personalwesen personalabteilung rrhh humaines humanos',
  finance:
    'finanzen finanz finanzielle kaufmannischer kaufmannische kaufmannisch financier financiere finanzas financiero financiera rechnungswesen tesoreria tresorerie',
  accounting: 'buchhaltung finanzbuchhaltung comptabilite contabilidad',
  tax: 'steuern steuer fiscalite impuestos',
  legal: 'recht rechtsabteilung juridique juridico juridica',
  compliance: 'datenschutz datenschutzbeauftragter datenschutzbeauftragte conformite cumplimiento',
  operations: 'betrieb operaciones exploitation betriebs',
  logistics: 'logistik logistique logistica',
  'supply chain': 'lieferkette',
  strategy: 'strategie estrategia',
  strategic: 'strategischer strategische strategique estrategico estrategica',
  'business development': 'geschaftsentwicklung geschaftsfeldentwicklung',
  project: 'projekt projekte projet projets proyecto proyectos',
  product: 'produkt produkte produit produits producto productos',
  it: 'edv informatik informatique informatica datenverarbeitung',
  technical: 'technischer technische technisch technik',
  technology: 'technologie technologien tecnologia tecnologias',
  'digital transformation': 'digitalisierung digitale digitaler numerique transformacion',
  software: 'logiciel logiciels',
  development: 'entwicklung developpement desarrollo',
  research: 'forschung recherche investigacion',
  systems: 'systeme systemes sistemas',
  network: 'netzwerk netzwerke netze reseau reseaux redes',
  platform: 'plattform plateforme plataforma',
  analytics: 'analytik analitica decisionnel decisionnelle',
  infrastructure: 'infrastruktur infraestructura',
  data: 'daten donnees datos',
  security: 'sicherheit informationssicherheit securite seguridad cybersecurite ciberseguridad',
  'quality assurance': 'qualitat qualitatssicherung qualitatsmanagement qualite calidad',
  engineering: 'ingenieurwesen ingenierie ingenieria konstruktion',
  automation: 'automatisierung automatisation automatizacion',
  administration: 'verwaltung administracion',
  business: 'geschafts negocio negocios affaires',
};

/** Words that English has too; they mean this where another word of the title is not English. */
const IN_CONTEXT: Record<string, string> = {
  'human resources': 'personal',
  sales: 'commercial',
  communications: 'communication',
  manager: 'chef cheffe',
  it: 'si ti',
  technology: 'technologies',
  technical: 'technique techniques',
  finance: 'gestion',
};

/** What a title is before single words are looked at: sequences of words (de, la, du and the like already gone). */
const PHRASES: readonly [RegExp, string][] = [
  [/\b(president directeur general|presidente directrice generale)\b/, 'chief executive officer'],
  [
    /\b(directeur general|directrice generale|directora general|gerente general|gerenta general)( adjoint| adjointe| adjunto| adjunta)?\b/,
    'managing director',
  ],
  // In English something may follow: Director General Accounting.
  [/\bdirector general( adjunto)?$/, 'managing director'],
  [
    /\b(director ejecutivo|directora ejecutiva|consejero delegado|consejera delegada)\b/,
    'chief executive officer',
  ],
  [/\bsecretaire generale?\b/, 'chief administrative officer'],
  [
    /\b(?:geschaftsfuhrende[rn]?) (?:gesellschafter(?:in)?|inhaber(?:in)?|partner(?:in)?)\b/,
    'managing partner',
  ],
  [/\bchefs?(fe)? entreprise\b/, 'owner'],
  [/\bcheff?e? (projets?)\b/, 'project manager'],
  [/\bcheff?e? (produits?)\b/, 'product manager'],
  [/\b(?:jef[ea]|gerente|responsable|director[a]?) proyectos?\b/, 'project manager'],
  [/\b(ressources humaines|recursos humanos)\b/, 'human resources'],
  [/\bsystemes? information\b/, 'information systems'],
  [/\b(desarrollo negocios?|developpement (commercial|affaires))\b/, 'business development'],
  [/\b(ejecutiv[oa]|gestora?) (cuentas?|ventas)\b/, 'account executive'],
  [
    /\b(charge|chargee|attache|attachee|ingenieure?|technico|agent) (affaires|commerciale?|clientele)\b/,
    'sales representative',
  ],
  [/\bcontroleu(r|se) gestion\b/, 'finance controller'],
  [/\brelations? (presse|publiques)\b/, 'public relations'],
  [/\brelaciones publicas\b/, 'public relations'],
];

/** German: what a compound ends in, and what the whole is with the English of what stands before it. */
const ENDINGS: readonly [RegExp, (part: string) => string][] = [
  [
    /(?:leiter|leiterin|leitung|chef|chefin)$/,
    (part) => (/^(project|product)$/.test(part) ? `${part} manager` : `head ${part}`),
  ],
  [/(?:vorstand|vorstandin)$/, (part) => `chief ${part} officer`],
  [/(?:direktor|direktorin)$/, (part) => `director ${part}`],
  [/(?:manager|managerin)$/, (part) => `${part} manager`],
  [
    /(?:referent|referentin|spezialist|spezialistin|sachbearbeiter|sachbearbeiterin|beauftragter|beauftragte)$/,
    (part) => `${part} specialist`,
  ],
  [/(?:mitarbeiter|mitarbeiterin)$/, (part) => `${part} associate`],
  [/(?:berater|beraterin)$/, (part) => `${part} consultant`],
  [/(?:entwickler|entwicklerin)$/, (part) => `${part} developer`],
  [/(?:ingenieur|ingenieurin)$/, (part) => `${part} engineer`],
  [/(?:techniker|technikerin)$/, (part) => `${part} technician`],
  [/(?:architekt|architektin)$/, (part) => `${part} architect`],
  [/(?:administrator|administratorin)$/, (part) => `${part} administrator`],
  [/(?:analyst|analystin)$/, (part) => `${part} analyst`],
  [/(?:assistent|assistentin|assistenz)$/, (part) => `assistant ${part}`],
  [/plattform$/, (part) => `${part} platform`],
  [/entwicklung$/, (part) => `${part} development`],
  [/(?:koordinator|koordinatorin)$/, (part) => `${part} coordinator`],
];

/** German: what compounds begin with; any other beginning says nothing. */
const BEGINNINGS: Record<string, string> = {
  vertrieb: 'sales',
  verkauf: 'sales',
  kunden: 'customer success',
  marketing: 'marketing',
  einkauf: 'purchasing',
  beschaffung: 'purchasing',
  personal: 'human resources',
  finanz: 'finance',
  rechnungswesen: 'finance',
  buchhaltung: 'accounting',
  recht: 'legal',
  logistik: 'logistics',
  lager: 'logistics',
  betrieb: 'operations',
  produktion: 'operations',
  werk: 'operations',
  projekt: 'project',
  produkt: 'product',
  entwicklung: 'development',
  software: 'software',
  anwendung: 'application',
  system: 'systems',
  netzwerk: 'network',
  daten: 'data',
  datenschutz: 'compliance',
  it: 'it',
  edv: 'it',
  informatik: 'it',
  technik: 'technical',
  sicherheit: 'security',
  qualitat: 'quality assurance',
  forschung: 'research',
  strategie: 'strategy',
  innovation: 'technology',
  digital: 'digital transformation',
  test: 'test',
  cloud: 'cloud',
};

const lookUp = (table: Record<string, string>): Map<string, string> =>
  new Map(
    Object.entries(table).flatMap(([english, words]) =>
      words.split(/\s+/).flatMap((word) => (word ? [[word, english] as const] : [])),
    ),
  );
const words = lookUp(WORDS);
const wordsInContext = lookUp(IN_CONTEXT);

/** `Leiter/in`, `Leiter*in`, `Director/a`, `Chargé(e)`, `Développeur·euse`: the first form is enough. */
const SECOND_FORM =
  /(?<=[a-z]{3})\s?(?:[/*:_·.]|\((?=[a-z]+\)))-?(?:innen|in|r|n|a|e|ne|trice|rice|euse|ora|fe)\)?(?![a-z])/g;
/** `(m/w/d)`, `H/F`. */
const ANY_SEX = /[([]?\b(?:[mwfdhx]\s?[/|]\s?){1,3}[mwfdhx]\b[)\]]?/g;
const LINKS =
  /\b(?:de la|de los|de las|de l|des|der|die|das|dem|den|del|du|de|d|la|le|les|el|los|las|und|et|y|fur|im|am|von|zum|zur|en|pour|para|mit)\b/g;

/** A job title with its German, French and Spanish words in English; one that has none, as it is but for accents. */
export function inEnglish(title: string): string {
  const plain = title.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ß', 'ss').toLowerCase();
  const bare = plain
    .replace(ANY_SEX, ' ')
    .replace(SECOND_FORM, '')
    .replace(/[,;|]/g, ' , ')
    .replace(/[^a-z0-9&,]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  let foreign = false;
  let text = ` ${bare} `.replace(LINKS, ' ').replace(/\s+/g, ' ').trim();
  for (const [phrase, english] of PHRASES) {
    const changed = text.replace(phrase, english);
    foreign ||= changed !== text;
    text = changed;
  }
  const tokens = text.split(' ').map((token) => {
    const english = ofWord(token) ?? ofWord(token.replace(/([aou])e/g, '$1'));
    foreign ||= english !== undefined;
    return english ?? token;
  });
  if (!foreign) return plain === title.toLowerCase() ? title : plain;
  return tokens.map((token) => wordsInContext.get(token) ?? token).join(' ');
}

function ofWord(word: string): string | undefined {
  const known = words.get(word);
  if (known !== undefined) return known;
  for (const [ending, compose] of ENDINGS) {
    const part = word.replace(ending, '');
    if (part === word || part === '') continue;
    const english = BEGINNINGS[part] ?? BEGINNINGS[part.replace(/s$/, '')];
    if (english !== undefined) return compose(english);
    // Whoever leads something that we have no word for leads it all the same.
    if (/leit(?:er|erin|ung)$/.test(word)) return compose('');
  }
  return undefined;
}
