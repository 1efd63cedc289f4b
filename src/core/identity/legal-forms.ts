/**
 * Legal forms of companies, after the abbreviations and names in GLEIF's list of entity legal forms (CC0), without
 * those that are ordinary words (`society`, `chartered`), places (`nl`, `eu`) or public bodies: taken off, they would
 * make strangers meet.
 *
 * Folded words: dots and slashes are gone and initials joined, so `S. de R.L. de C.V.` reads `s de rl de cv` and
 * `sp. z o.o.` reads `sp zoo`. `and` links stacked forms (`gmbh and co kg`) and stands in no form itself.
 */
export const FORMS: ReadonlySet<string> = new Set(
  [
    // English-speaking
    'inc,incorporated,incorporation,corp,corporation,co,company,llc,limited liability company,limited liability co',
    'ltd liability company,ltd liability co,limited,ltd,ltd co,limited company,plc,public limited company,public ltd co',
    'llp,lllp,rllp,lp,limited partnership,limited liability partnership,limited liability limited partnership,slp',
    'pllc,pc,professional corporation,professional limited liability company,pbc,public benefit corporation',
    'ulc,unlimited company,unltd,ultd,pty,proprietary,proprietary limited,pte,private limited,pvt,opc,no liability,national association',
    'dac,designated activity company,clg,community interest company,cyf,ldc,sezc,pcc',
    // German-speaking
    'ag,aktiengesellschaft,gmbh,ggmbh,gag,mbh,gesellschaft mbh,ges mbh,gesmbh,gesellschaft mit beschrankter haftung',
    'kg,kgaa,kommanditgesellschaft,ohg,oeg,keg,gbr,gesbr,ug,haftungsbeschrankt,ek,eingetragener verein',
    'eingetragene genossenschaft,partg,partg mbb,partgmbb,vvag,invag,se,societas europaea,sagl',
    // French-, Italian-, Spanish-, Portuguese- and Romanian-speaking
    'sa,sas,sasu,sarl,sarls,eurl,snc,sca,scs,scop,scrl,scarl,scri,sprl,sprlu,suarl,senc,sencrl,scpa,selarl,selas',
    'societe anonyme,societe par actions simplifiee,societe a responsabilite limitee,societe en commandite,ltee,limitee',
    'spa,srl,srls,srl semplificata,sapa,societa per azioni,societa a responsabilita limitata,soc coop,societa cooperativa',
    'sl,slu,sll,slne,sau,sal,saa,sac,sociedad anonima,sociedad limitada,sociedad anonima cerrada,s coop,s en c,s en c por a',
    'sociedad de responsabilidad limitada,sociedad anonima de capital variable,sociedad por acciones simplificada,spr de rl',
    'sab,sapi,sapib,sofom er,sofom enr,de cv,s de rl,sc de rl,scl,compania anonima,cia,cia ltda,eirl',
    'sociedade anonima,ltda,limitada,lda,unipessoal lda,eireli,ltda me,ltda epp,eireli me,eireli epp,sgps,crl',
    // Dutch-speaking
    'bv,nv,vof,bvba,ebvba,cvba,cvoa,cv,commv,comm v,besloten vennootschap,naamloze vennootschap,vzw,bvio',
    // Nordic and Baltic
    'ab,aktiebolag,publ,abp,asa,as,ans,aps,ivs,ks,amba,amba,fmba,oy,oyj,osakeyhtio,hf,ehf,slf,ou,uab,sia',
    'mtu,tuh',
    // Central and eastern Europe
    'sp zoo,sp z oo,spzoo,spolka akcyjna,spolka z oo,spolka z ograniczona odpowiedzialnoscia,sp k,sp j,sp p,ska,psa',
    'sro,spol sro,spol,akc spol,kom spol,ver obch spol,vos,kft,zrt,nyrt,bt,kkt,doo,jdoo,dd,dno,ad,ead,ood,eood,kda',
    'ooo,oao,zao,pao,odo,pjsc,ojsc,cjsc,jsc,joint stock company,public joint stock company,tov,prat',
    'ооо,оао,зао,пао,ао,тоо,одо,ад,еад,оод,еоод,дд,доо,тов,прат,пат,too,shpk,ike,epe,αε,επε,ικε',
    'as anonim sirketi,anonim sirketi,ltd sti,sti,limited sirketi,koll sti,kom sti,san ve tic as,mmc',
    // Asia, Middle East, Africa
    'kk,gk,yk,kabushiki kaisha,kabushiki gaisha,godo kaisha,yugen kaisha,bhd,sdn bhd,sdn,berhad,tbk,persero,perum',
    'pcl,public company limited,jsc,tnhh',
    '株式会社,有限会社,合同会社,合資会社,合名会社,株,有,有限公司,股份有限公司,有限责任公司,股份有限責任公司,有限責任公司',
    '주식회사,유한회사,주,유,ذمم',
    'saog,saoc,saj,sae,sak,ksc,kscc,qsc,qpsc,bsc,wll,fze,fz llc,fzco,fzc,dmcc,psc,pjsc,npc,soc ltd',
  ].flatMap((line) => line.split(',')),
);

/** Forms that stand before the name in some countries, and there only when none ends it. */
export const LEADING_FORMS: ReadonlySet<string> = new Set(
  [
    'ab,pt,ooo,oao,zao,pao,pjsc,ojsc,cjsc,jsc,too,tov,uab,sia,llc,ооо,оао,зао,пао,ао,тоо,одо,тов,прат,пат',
    '株式会社,有限会社,合同会社,株,有,주식회사,유한회사,주,유',
  ].flatMap((line) => line.split(',')),
);

export const LONGEST_FORM: number = Math.max(...[...FORMS].map((form) => form.split(' ').length));

/** Forms written out, by what everybody calls them. */
const SHORT_FORMS = new Map([
  ['incorporated', 'inc'],
  ['incorporation', 'inc'],
  ['corporation', 'corp'],
  ['company', 'co'],
  ['limited', 'ltd'],
  ['ltd co', 'ltd'],
  ['co ltd', 'ltd'],
  ['pvt ltd', 'ltd'],
  ['private ltd', 'ltd'],
  ['pty ltd', 'ltd'],
  ['ltd liability co', 'llc'],
  ['ltd partnership', 'lp'],
  ['ltd liability partnership', 'llp'],
  ['public ltd co', 'plc'],
  ['joint stock co', 'jsc'],
  ['aktiengesellschaft', 'ag'],
  ['gesellschaft mit beschrankter haftung', 'gmbh'],
  ['aktiebolag', 'ab'],
  ['osakeyhtio', 'oy'],
  ['sociedad anonima', 'sa'],
  ['societe anonyme', 'sa'],
  ['societa per azioni', 'spa'],
  ['besloten vennootschap', 'bv'],
  ['naamloze vennootschap', 'nv'],
  ['kabushiki kaisha', 'kk'],
  ['株式会社', 'kk'],
  ['株', 'kk'],
  ['ооо', 'ooo'],
  ['ао', 'ao'],
]);

/** A folded form by its short name: `limited` and `ltd` are one form. */
export function shortForm(form: string): string {
  const words = form.split(' ').map((word) => SHORT_FORMS.get(word) ?? word);
  const joined = words.join(' ');
  return SHORT_FORMS.get(joined) ?? joined;
}

/** Last words of forms: what does not end in one of them has no form. */
export const FORM_ENDINGS: ReadonlySet<string> = new Set(
  [...FORMS].map((form) => form.slice(form.lastIndexOf(' ') + 1)),
);

/** Written without a space before or after the name; the longer ones first. */
export const UNSPACED_FORMS =
  /股份有限責任公司|股份有限公司|有限责任公司|有限責任公司|有限公司|株式会社|有限会社|合同会社|合資会社|合名会社|주식회사|유한회사/g;
