/** Company names as people, feeds and registers write them, brought to one spelling. */

export interface CompanyName {
  /** Folded, without article, share class and legal form: `The Acme Corporation` → `acme`. */
  normal: string;
  /** `normal` without spaces: `jp morgan` and `jpmorgan` meet here. */
  compact: string;
  /** What was taken off, folded: `gmbh & co kg`; `null` if nothing was. */
  legalForm: string | null;
}

/** Letters that Unicode does not decompose, with their transliteration. */
const LETTERS = new Map(
  'ß:ss æ:ae œ:oe ø:o ł:l đ:d ð:d þ:th ħ:h ı:i ŋ:n ŧ:t'
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);
const UNDECOMPOSED = new RegExp(`[${[...LETTERS.keys()].join('')}]`, 'g');

/**
 * Legal forms as folded words; dots and slashes are gone and initials joined, so `S. de R.L. de C.V.` reads
 * `s de rl de cv` and `sp. z o.o.` reads `sp zoo`. `and` links stacked forms (`gmbh and co kg`).
 */
const FORMS = new Set(
  [
    // English-speaking
    'inc,incorporated,corp,corporation,co,company,llc,limited liability company,limited,ltd,plc',
    'public limited company,llp,lllp,lp,limited partnership,pllc,pc,ulc,pty,proprietary limited,pte,private limited,pvt',
    // German-speaking
    'ag,aktiengesellschaft,gmbh,ggmbh,mbh,gesellschaft mbh,ges mbh,gesellschaft mit beschrankter haftung',
    'kg,kgaa,ohg,gbr,ug,haftungsbeschrankt,ek,eingetragener verein,se,sarl,sagl',
    // French-, Italian-, Spanish-, Portuguese- and Romanian-speaking
    'sa,sas,sasu,eurl,snc,sca,scop,scrl,sprl,societe anonyme,spa,srl,srls,sapa,societa per azioni',
    'sl,slu,slne,sau,sociedad anonima,sociedad limitada,sab,sapi,de cv,s de rl,sociedad anonima de capital variable',
    'sociedade anonima,ltda,limitada,lda,eireli,ltda me,ltda epp,eireli me,eireli epp,cia',
    // Dutch-speaking
    'bv,nv,vof,bvba,cvba,cv,besloten vennootschap,naamloze vennootschap',
    // Nordic and Baltic
    'ab,aktiebolag,publ,asa,as,ans,aps,ks,oy,oyj,osakeyhtio,hf,ehf,ou,uab,sia,mtu',
    // Central and eastern Europe
    'sp zoo,sp z oo,spolka akcyjna,spolka z oo,spolka z ograniczona odpowiedzialnoscia,sp k,sp j',
    'sro,spol sro,spol,kft,zrt,nyrt,bt,doo,dd,ad,ead,ood,eood,ooo,oao,zao,pao,pjsc,ojsc,cjsc,jsc,joint stock company',
    'ооо,оао,зао,пао,ао,тоо,too,as anonim sirketi,anonim sirketi,ltd sti,sti,limited sirketi',
    // Asia, Middle East, Africa
    'kk,gk,yk,kabushiki kaisha,godo kaisha,bhd,sdn bhd,sdn,berhad,tbk,persero,pcl,public company limited',
    '株式会社,有限会社,合同会社,株,有,有限公司,股份有限公司,有限责任公司,주식회사,유한회사,주',
    'saog,saoc,sak,kscc,ksc,qsc,qpsc,bsc,wll,fze,fz llc,fzco,fzc,dmcc,psc,saj,sal,sae,npc',
  ].flatMap((line) => line.split(',')),
);
/** Forms that stand before the name in some countries, and there only when none ends it. */
const LEADING_FORMS = new Set(
  'ab,pt,ooo,oao,zao,pao,pjsc,ojsc,cjsc,jsc,too,uab,sia,llc,ооо,оао,зао,пао,ао,тоо,株式会社,有限会社,合同会社,株,有,주식회사,유한회사,주'.split(
    ',',
  ),
);
const LONGEST_FORM = Math.max(...[...FORMS].map((form) => form.split(' ').length));

/** Written without a space before or after the name. */
const UNSPACED_FORMS = /株式会社|有限会社|合同会社|股份有限公司|有限责任公司|有限公司|주식회사|유한회사/g;
const TRAILING_ARTICLE = /[,(]\s*the\s*\)?\s*$/;
const STATE_OF_REGISTER = /\s\/[a-z]{2,3}\/\s*$/;
const SHARES =
  /[\s,(](?:(?:class|cl|series)\s+[a-d]\b\)?|(?:common|ordinary|preferred)\s+(?:stocks?|shares?)|(?:sponsored\s+)?adrs?|american\s+deposit(?:a|o)ry\s+shares)[\s)]*$/;
/** Lower-case letters only: a lone ideograph is a word. */
const SINGLE = /^\p{Ll}$/u;

/**
 * One spelling per company. Equal `normal` is what we call an exact company name. Never empty for a name with any
 * visible character; a name made only of legal forms stays (`The Limited` → `limited`). Idempotent.
 */
export function normalName(name: string): CompanyName {
  let normal = name;
  const forms: string[] = [];
  // Taking one thing off may bare another (`Acme Class A Inc`), so until nothing changes.
  for (let before: string | null = null; normal !== before; ) {
    before = normal;
    const { kept, form } = withoutForms(withoutArticle(tokens(normal)));
    normal = kept.join(' ');
    if (form) forms.unshift(form);
  }
  return { normal, compact: normal.replaceAll(' ', ''), legalForm: forms.join(' ') || null };
}

/** Folded words without share class and register; a name without any letter or digit is one token. */
function tokens(name: string): string[] {
  const text = fold(name);
  const bare = words(trimWhile(text, [STATE_OF_REGISTER, TRAILING_ARTICLE, SHARES]));
  const found = bare.length > 0 ? bare : words(text);
  if (found.length > 0) return joinInitials(found);
  return [text.trim().replace(/\s+/g, ' ') || name.trim().toLowerCase()];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant
const ASCII = /^[\u0000-\u007f]*$/;

/** Accents off, letters transliterated, lower case, `&` spelt out; punctuation still there. */
function fold(name: string): string {
  return foldLetters(foldLetters(name))
    .replace(UNSPACED_FORMS, ' $& ')
    .replace(/[&＆]/g, ' and ')
    .replace(/['’‘`´ʼ]/g, '');
}

function foldLetters(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return (
    text
      .toLowerCase()
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[\u0300-\u036f]/g, '')
      .replace(UNDECOMPOSED, (letter) => LETTERS.get(letter) ?? letter)
      // Hangul and kana were taken apart as well; put them together again.
      .normalize('NFC')
  );
}

function trimWhile(text: string, endings: RegExp[]): string {
  let before: string;
  let after = text;
  do {
    before = after;
    for (const ending of endings) after = after.replace(ending, '');
  } while (after !== before);
  return after;
}

function words(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** `a o smith` → `ao smith`: initials are written with dots, spaces or neither. */
function joinInitials(tokens: string[]): string[] {
  const joined: string[] = [];
  let initials = false;
  for (const token of tokens) {
    const single = SINGLE.test(token);
    if (single && initials) joined[joined.length - 1] += token;
    else joined.push(token);
    initials = single;
  }
  return joined;
}

function withoutArticle(tokens: string[]): string[] {
  let start = 0;
  while (start < tokens.length - 1 && tokens[start] === 'the') start += 1;
  return tokens.slice(start);
}

function withoutForms(tokens: string[]): { kept: string[]; form: string | null } {
  let end = tokens.length;
  for (let length = formBefore(tokens, end); length > 0; length = formBefore(tokens, end)) {
    end -= length;
    while (end > 0 && tokens[end - 1] === 'and') end -= 1;
  }
  if (end === 0) return { kept: tokens, form: null };
  let start = 0;
  const tail = tokens.slice(end);
  // `PT Acme Tbk` is the one custom of both ends.
  if (tail.length === 0 || tail[0] === 'tbk') {
    while (start < end - 1 && LEADING_FORMS.has(tokens[start]!)) start += 1;
  }
  const form = [...tokens.slice(0, start), ...tail].filter(Boolean);
  while (form[0] === 'and') form.shift();
  return {
    kept: tokens.slice(start, end),
    form: form.length > 0 ? form.join(' ').replaceAll(' and ', ' & ') : null,
  };
}

/** Number of words before `end` that make a legal form, the longest first; 0 if there is none. */
function formBefore(tokens: string[], end: number): number {
  for (let length = Math.min(LONGEST_FORM, end); length > 0; length -= 1) {
    if (FORMS.has(tokens.slice(end - length, end).join(' '))) return length;
  }
  return 0;
}
