/**
 * Words in the names of network holders, by what they say. Written in folded form (network.ts): lower case, no accents,
 * no punctuation, `&` as `and`. `*` stands for the rest of a word; a comma separates phrases.
 */

/** Security services in front of many companies. */
export const GATEWAYS = `zscaler,netskope,iboss,forcepoint,websense,menlo security,cato networks,cisco umbrella,opendns,mcafee,symantec,
barracuda networks,proofpoint,mimecast,skyhigh security,bluecoat,blue coat,palo alto networks,perimeter 81,messagelabs,
secure web gateway,prisma access,check point software,trend micro,sophos,fortinet,trustwave,cloudgenix,versa networks`;

export const PROXIES = `*vpn,nordvpn,expressvpn,surfshark,mullvad,cyberghost,protonvpn,ipvanish,windscribe,private internet access,tefincom,
tor exit,tor relay,tor servers,torservers,proxy,proxies,bright data,oxylabs,smartproxy,anonymous,packethub,privado,hide me,kape technologies`;

/** Clouds, data centres, content delivery, hosts of sites and mail: known ones, whatever else their names say. */
export const HOSTS = `amazon,aws,google,microsoft,azure,digitalocean,ovh,ovhcloud,hetzner,linode,akamai,fastly,cloudflare,vultr,choopa,
the constant company,leaseweb,contabo,alibaba,aliyun,tencent,rackspace,godaddy,ionos,1and1,scaleway,online sas,m247,datacamp,upcloud,
equinix,internap,inap,limelight networks,edgecast,edgio,imperva,incapsula,softlayer,hostinger,namecheap,dreamhost,bluehost,
unified layer,quadranet,psychz,colocrossing,hivelocity,gcore,g core labs,kamatera,heroku,vercel,netlify,strato,infomaniak,
worldstream,zenlayer,sakura internet,ucloud,selectel,timeweb,beget,oracle cloud,oracle public cloud,ibm cloud,huawei cloud*,
yandex cloud,interserver,liquid web,servers com,stackpath,cdn77,cachefly,bunny,flexential,switch ltd,digital realty,coresite,
cyxtera,nexcess,squarespace,wix,wix com,automattic,salesforce,sucuri,twilio,sendgrid,mailchimp,nocix,datashack,latisys,advania,
mod mission critical,netcup,syseleven,cologix,tierpoint,latitude sh,maxihost,cleura,telx,duocast,aptum,peer 1,claranet,nextdc,
airtrunk,sungard availability,cyrusone,qts,quality technology services,databank,evocative,expedient,otava,pair networks,
media temple,hostgator,buyvm,frantech,ramnode,racknerd,dedipath,sharktech,ddos guard,stormwall,qrator,voxility,path network,
aeza,mchost,reg ru,ruvds,firstvds,ispsystem,fornex,masterhost,netangels,linxdatacenter,ihor,vdsina,hostkey,zomro,ikoula,gandi,
o2switch,mittwald,plusserver,myloc,keyweb,accelerated it,first colo,combahton,aurologic,noris,nforce,serverius,i3d,transip,tilaa,
liteserver,novogara,ecatel,ip volume,alexhost,seflow,aruba s ?p ?a,seeweb,arsys,acens,dinahosting,stackscale,combell,nucleus,
hostpoint,cyon,exoscale,nine ch,world4you,anexia,binero,loopia,glesys,one com,zitcom,basefarm,zone media,bacloud,cherry servers,
interneto vizija,time4vps,home pl,nazwa pl,atman,beyond pl,wedos,forpsi,active 24,casablanca int,telepoint,hostway,cafe24,gabia,
kinx,nhn cloud,gmo internet,kagoya,xserver,idc frontier,idcf,conoha,kingsoft,baidu,21vianet,vnet,chinacache,wangsu,cdnetworks,
cloudie,dataplugs,simcentric,udomain,layerstack,misaka,exabytes,ip serverone,shinjiru,vietnix,vng,ctrls,netmagic,web werks,
e2e networks,esds,nxtgen,yotta,locaweb,uol,kinghost,hostdime,ascenty,dattatec,priority colo,estruxture,iweb,netelligent,
servermania,b2 net solutions,egihosting,webair,steadfast,singlehop,reliablesite,dacentec,ubiquity servers,nobis,sago networks,
turnkey internet,fdcservers,multacom,gorilla servers,ioflood,secured servers,phoenixnap,limestone networks,incero,carpathia,
rackforce,arvan ?cloud,parspack,afranet,xneelo,teraco,mailgun,mailjet,sparkpost,mailreef,cloudsigma,packet host,equinix metal,
constant contact,hurricane labs,lunanode,hosteurope,verisign,neustar,ultradns,dyn inc,nsone,easydns,tucows,enom,gigenet,webzilla,
servers australia,micfo,alpha ?net,clouvider,redstation,uk2,iomart,pulsant,fasthosts,memset,bytemark,rapidswitch,coreix,
ukfast,ans group,krystal,melbikomas,ghostnet,velia,aixit,dogado,domainfactory,united internet,wiit,interxion,telehouse,globalswitch,
global switch,vantage data,stack infrastructure,edgeconnex,centersquare,lunavi,cogeco peer,datapipe,navisite,peak 10,viawest,
hosted ?mail,appriver,egnyte,dropbox,box com,backblaze,wasabi,mega limited,github,gitlab,mongodb,digital ?ocean,
quickpacket,enzu,northc,deft com,corespace,netactuate,input output flood,tzulo,performive,six degrees tech*,ensono,involta,fortressitx,coreweave,ipxo,code200,iadvantage,fly io,intermax,radore,marbis,
krypt technologies,eonix,esited,uk 2,newtekone,kyberio,h4y,private layer,global layer,volico,23m,edis,biterika,veesp,servetheworld,31173,waicore,trabia,planethoster,digitalone,ifog,
octopuce,delska,aqua ray,1337 services,advin,volumedrive,infium,snel com,mythic beasts,mevspace,23vnet,solvinity,kylos,lambda labs,volcano engine,bytedance,byteplus,ru center,
ntirety,lightedge,redcentric,syntura,rackdog,bytemark,ovhcloud,evanzo,wnet hosting,phoenix ?nap,coloup,masterdc,mizban,xtom,skhosting,nforce,yandex,fuse internet,backbone connect,m247`;

/** Internet, telephone and cable companies whose names say nothing of it. */
export const PROVIDERS = `verizon,at and t,att services,comcast,cox communications,centurylink,level 3,level3,qwest,windstream,
frontier communications,frontier networks,altice,cablevision,mediacom,suddenlink,earthlink,cogent,zayo,gtt,hurricane electric,
shaw communications,shaw cable*,telus,bell canada,bell mts,videotron,cogeco,telmex,uninet,movistar,telefonica,oi s ?a,tim s ?a,
embratel,america movil,totalplay,izzi,british telecom*,virgin media,sky uk,sky italia,talktalk,plusnet,vodafone,ee limited,
sfr,bouygues telecom,proxad,free sas,iliad,deutsche telekom,telekom*,unitymedia,versatel,freenet,1und1,swisscom,
liberty global,kpn,ziggo,proximus,telenet,telia,telenor,tele2,tdc,comhem,com hem,bredband*,eircom,fastweb,
wind tre,tiscali,vimpelcom,beeline,rostelecom,megafon,er telecom,ukrtelecom,kyivstar,turkcell,superonline,turknet,
bezeq,partner communications,etisalat,itissalat*,ooredoo,vnpt,viettel,fpt,pldt,singtel,starhub,
maxis,celcom,telkom*,indosat,true internet,chinanet,china unicom,china mobile,china telecom,china tietong,chunghwa,hinet,
pccw,hkt,hgc,ntt,kddi,softbank,biglobe,so net,iij,internet initiative,sk broadband,sk telecom,kt corporation,korea telecom,lg dacom,lg uplus,
lg powercomm,powercomm,dacom*,airtel,reliance jio,bsnl,bharat sanchar,mtnl,mahanagar,tata communications,tata teleservices,tata play,hathway,
act fibernet,telstra,optus,tpg,iinet,spark new zealand,safaricom,vodacom,starlink,spacex,space exploration technologies,viasat,
hughes network,hughesnet,wind hellas,cosmote,forthnet,te as,te data,tedata,comcel,v tal,optage,cantv,freebit,odido,digi romania,
rcs and rds,digi tavkozles*,digi spain,cell c,netia,wana,vocus,inteliquent,aircel,hi3g,telgua,ewe tel,sify,
one hungary,one new zealand,wideopenwest,larus,dlive,aapt,kcell,penteledata,vf ukraine,alestra,bahnhof,kbro,
hutchison,drei austria,sinal,green ch,allstream,digital united,colt,colt technology,asahi net,jcom,j com,seacom,scancom,breezeline,gehua,
wholesail,linknet,link net,telecel,dreamline,vivacom,qtnet,dotcom sdn,tt dotcom,teksavvy,singnet,telecentro,retelit,satnet,infocomm,
stnet,globalconnect,arteria,usen,global crossing,xo communications,tw telecom,megapath,paetec,cbeyond,
astound,c spire,us cellular,ziply,metronet,nextlink,eastlink,sasktel,xplore,xplornet,distributel,beanfield,
oxio,execulink,millicom,une epm,copaco,cnt ep,corporacion nacional de tele*,cabletica,cable tica,brisanet,
algar,sercomtel,unifique,alares,sumicity,ligga,vero s ?a,maxcom,megacable,mega cable,transtelco,bestel,metrotel,supercanal,
mundo pacifico,netuno,digitel,digicel,tricom,hyperoptic,gigaclear,zen internet,kcom,cityfibre,openreach,digiweb,
numericable,celeste,adista,completel,ielo,xs4all,caiway,delta fiber,scarlet,edpnet,m net,netcologne,wilhelm tel,
tele columbus,pyur,inexio,htp,dokom*,salzburg ag,liwest,init7,quickline,eolo,linkem,irideos,intred,euskaltel,
masmovil,mas movil,jazztel,xfera,yoigo,adamo,avatel,nowo,cabovisao,yousee,stofa,fibia,norlys,waoo,altibox,lyse,nextgentel,
polkomtel,exatel,cetin,o2 czech,slovanet,swan a ?s,invitel,bulsatcom,sbb,t 2,telemach,ht eronet,m tel,
ipko,kujtesa,primetel,melita,millenicom,kaztranscom,kazakhtelecom,transtelecom,ttk,akado,ufanet,sibirskie seti,
tattelecom,mgts,intersvyaz,triolan,datagroup,fregat,moldtelecom,vivacell,magti*,silknet,caucasus online,
uztelecom,uzonline,hot net,cellcom,012 smile,netvision,mobily,omantel,batelco,gulfnet,fasttelco,qualitynet,umniah,
ogero,terranet,noor data,topnet,hexabyte,icosnet,neotel,internet solutions,afrihost,cool ideas,rsaweb,axxess,wananchi,zuku,
jamii,econet,telone,spectranet,ipnx,mainone,globacom,9mobile,sonatel,onatel,camtel,togocom,unitel,tv cabo,
movitel,canalbox,emtel,excitel,tikona,railtel,ptcl,nayatel,wateen,transworld,stormfiber,multinet,
link3,amber it,btcl,grameenphone,banglalink,dialog axiata,axiata,worldlink,subisu,vianet,frontiir,3bb,triple t,dtac,csloxinfo,cat
telecom,netnam,ezecom,cogetel,metfone,myrepublic,viewqwest,converge ict,bayan*,biznet,cbn,first media,mnc play,moratel*,icon plus,
indonesia comnets,iforte,hypernet,xl axiata,nifty,ocn,eonet,energia communications,tohknet,tokai,commufa,cj hello*,tbroad,wasu,
dr peng,great wall,topway,oriental cable,cncgroup,china netcom,hkbn,i cable,smartone,seednet,fareastone,far eastone,aussie broadband,superloop,
exetel,internode,macquarie telecom,2degrees,two degrees,slingshot,inspire net,telikom,masergy,bredbandsfylket,
uninett as,arvig,phonoscope,pioneer long distance,sei data,wintek,midco*,mid co,hargray,alaska communications,
cass cable,service electric,blue ridge,en touch,cable one,sparklight,wow internet,astound,wave broadband,atlantic broadband,
thryv,tekstan,telinta,telnyx,sinch,bandwidth com,bandwidth inc,peerless,onvoy,inteliquent,intelepeer,vonage,8x8,ringcentral,skylogic,eutelsat,intelsat,speedcast,
global eagle,marlink,avanti,hispasat,arabsat,sky brasil,net servicos,telecable,euroweb,cable bahamas,cable and wireless,
hansenet,kabel deutschland,tele danmark,song networks,ip only,telecom*italia,infostrada,albacom,interoute,easynet,psinet,uunet,
savvis,abovenet,tinet,teleglobe,retn,telxius,rascom,synterra,golden telecom,comstar,comcor,corbina,naukanet,runnet,nordunet,
arelion,lifecell,shinbiro,ljosleidarinn,ebox,vtx services,rtcomm*,exponential e,ifx corporation,ztv,3s inf,loxinfo,cs loxinfo,operbes,qcell,post luxembourg,poda,atria convergence,
ncell,routit,lintasarta,comporium,vee time,farlep*,cooolbox,solcon,terratransit,sewan,cgates,cotas,virtual1,mic tanzania,quality net,awaser,andrews and arnold,mundivox,starcat,
netplus,servpac,internexa,us signal,etapa,axs bolivia,co pa co,tierzero,improware,keyyo,mclaut,kvh,radiokomunikace,free pro,cablelynx,vianova,vorboss,procono,xmission,wyyerd,
true move,accesskenya,verixi,lepida,trooli,conecel,nuvera,ozarksgo,herabit,panix,geolinks,b b bell,sat trakt,jt jersey,pegaso pcs,one albania,viva armenia,brightspeed,
power line hk,kctv,hcn,cmb kwangju,metrored,netnod,bredband2,wideopenwest*,altice*,shyam spectra,mila hf,as obit,dreammark1,syn ltd,skip llc,p r china,
jinan,qingdao,ningbo,tianj[a-z]*,beihai,fuzhou,[a-z]*telkom,paltel,jawwal,zamtel,botswana tele*,swisscom,fixed ?line,gibtelecom,gibfibre,sure guernsey,manx,telesur,digicel,setar,cwc`;

/** Providers with the names of ordinary things: only at the beginning of a short name. */
export const SHORT_PROVIDERS = `a1,ais,antel,axtel,best,beyon,bite,bt,charter,claro,converge,convex,copel,cyta,dna,dodo,du,eir,elisa,entel,epic,epm,etb,ewe,flow,
fusion,gci,glo,globe telecom,go p l c,go plc,gtd,gva,gvt,hiper,ht,idt,inea,integra,inwi,iplan,iskon,jio,lanet,logix,lumen,m1,
magenta,mascom,meo,moov,mtn,mts,nos,o2,obit,optimum,orange,orcon,ote,p4,paratus,rain group,rcn,robi,rogers,salt mobile,ses,shaw,
siol,smile,sparkle,spectrum,sprint,starry,stc,sunrise,switch,tarr,telma,tet,tigo,tim,tot,toya,ucom,unify,upc,vectra,vivo,volia,voo,
vtr,yettel,zain`;

/** Schools, universities, research and their networks. */
export const EDUCATION = `univer(?!sal|s[eo]?(?![a-z])|sum)[a-z]*,univ,uniwersytet,egyetem,yliopisto,college*,colegio,schools?,schul*,hochschul*,fachhochschul*,
institut(?:e|es|o|os)? of technology,institut[a-z]* [a-z]*technolog*,institut* tecnolog*,instituto federal,instituto superior,politecnic*,polytechn*,politechnika,
academy,academies,academi[aec],academia sinica,akademi[ae]*,faculty,faculdade*,facultad,escuela,escola,sekolah,ecole,lycee,lyceum,gymnasium,
campus,education,education(?:al)?,educac*,educat*,edu,forschungs*,deutschen? forschungsnetz*,research and academic,academic*,national research council,
research institute,research network,research council,research organization,research organisation,research laborator*,scientific,sciences,observatory,
nren,internet2,jisc,renater,garr,surfnet,surf,rediris,sunet,funet,uninett,aarnet,canarie,cernet*,grnet,heanet,belnet,cesnet,pionier,geant,
janet,kreonet,sinet,cstnet,tanet,switch,sikt,cenic,mcnc,merit network,risq,kanren,oarnet,mren,nysernet,onenet,tenet,iucc,csc tieteen*,cnic cas,
illinois century network,independent school,isd,k12,k 12,library,libraries,bibliothe*,biblioteca,foundation (?:of|for) research,
max planck,fraunhofer,cern,helmholtz,cnrs,inria,csic,csiro,seminary,regents,student*,studierendenwerk,teadus*,investigacion*,pesquisa,
supercomput*,poznan supercomput*,grid computing center,center for advanced research,research center,research centre,national laboratory,
laboratoire,national informatics institute,national institute of informa*,noirlab,nsf,ciencia*,museum,kunnskapssektorens,
akadem*,wissenschaft*,wetenschap*,onderzoek*,synchrotron,desy,restena,oshean,arnes,amres,lonap edu,los nettos,grid for learning,institut[a-z]*,science and technology,higher education,ensino,ensenanza,
escolas,eskola,szkol*,skola,skole*,uczelnia,okul*,daigaku,gakuen,kyouiku,universi[a-z]*,learning,atomic energy agency,atomic research,jet propulsion,polytech,kabel edu,muwnet,wetenschappelijk,kisti,unified,usd,board of education,office of education,medical center of,desarrollo academico,cedia,reuna,renata,raap,innova red,rnp,cudi,cnti edu,ragie,ubuntunet,tenet,kenet,maren,zamren,sanren,rhnet,litnet,eenet,grena,asnet,thaisarn,uninet thai*,hbcu,nkn,ernet,learn,nren,bdren,vinaren,hkiren`;

/** Public bodies. */
export const GOVERNMENT = `government*,govt,gov,governo,gobierno,gouvernement,regering*,ministr*,minister*,[a-z]*ministeri*,ministar*,ministere*,ministerstvo,kementerian,
department of,dept of,departamento de,[a-z]*departement,departments? of defen[cs]e,dod,defen[cs]e information,ministry of defen[cs]e,defen[cs]e advanced,
armed forces,defen[cs]e forces?,forsvar*,bundeswehr,usaisc,headquarters usaisc,navy,army,air force,usaf,military,marine corps,
state of,states? government,province of,provincia,provincie,county of,(?:[a-z]+ )?county(?! (?:broadband|fib[a-z]+|tele[a-z]*|cable|net[a-z]*|wireless|communications|rural|electric)),city of(?! hope),cities of,ville de,ciudad de,town of,township,
village of,borough,city council,county council,district council,shire,council,municip*,prefeitura,ayuntamiento,alcaldia,comune di,comune,commune de,
mairie,gemeente,gemeinde,kommune,[a-z]*kommun,stadt,stadtverwaltung,landeshauptstadt,landkreis,kanton,canton,magistrat,gmina,urzad,
obec,mesto,starostwo,powiat,bureau of,national security agency,federal,bundes(?!liga)[a-z]+,landratsamt,landesamt,finanzamt,[a-z]+amt,
parliament,parlament*,riksdag*,sejm,senate,senado,congress,congreso,camara dos deputados,house of commons,house of representatives,
assembleia,courts?,judiciary,judicial,justice,tribunal*,procuradoria,police,policing,polizei,policia,polis*myndighet*,politi*,sheriff,fire department,
national [a-z]+ administration,national [a-z]+ and [a-z]+ administration,[a-z]+ exploration agency,[a-z]+ space agency,aeronautics,
national [a-z]+ (?:agency|board|authority|bureau|office|center|centre),national informatics cent(?:er|re),national computer board,land information,
agency for,[a-z]+ agency of,environmental protection agency,office of,customs,tax,nasa,noaa,usda,tax administration,social security,social insurance institution,
public authority,port authority,[a-z]+ authority,authority of,authority,autoridad,embassy,united nations,world health organization,european commission,
european union,european parliament,us department,u s department,general services (?:administration|commission|department|agency),geoscience*,geological,geolog* survey,meteorolog*,hydrograph*,public works,region of,regione,region [a-z]+,conseil general,conseil regional,
conseil departemental,departement d[eu],direccion general,direction generale,direzione generale,secretaria,secretariat,jefatura,presidencia,poder judicial,
administracao,administracion,administration of,state administration,state enterprise,state institution,state intitution,public institution,entidad publica,
banco central,central bank of,central bank,reserve bank of,bank of england,bundesbank,valsts,valtion*,[a-z]+verket,[a-z]+styrelsen,
[a-z]+myndigheten,skatteetaten,direktoratet,rijks*,waterschap,ssc ict,dienst,belastingdienst,nhs,national health,department for,
hm revenue,treasury,postal service,veterans affairs,homeland security,interior,state,nic,national archives,archives,election*,census,
intendencia,gobernacion,contraloria,superintendencia,fiscalia,defensoria,exercito,marinha,servico federal,prodam,prodesp,serpro,dataprev,procergs,prodemge,
[a-z]*gov,[a-z]*govnet,egov[a-z]*,commonwealth of,service alberta,shared services,landsting,lans landsting,etat de,national institutes? of,disease control,wetterdienst,territory of,budget office,
congressional,pemerintah,kabupaten,diskominfo,dinas,provinsi,kota,badan,panchayat,prefecture,prefectura,prefectural,city hall,metropolitan city,panstwow*,urad,okres,kraj,vlada,uprava,agencija,agencia,agence,agenzia,agency,agentur fur,
authorities,armee,heer,ejercito,armada,fuerza aerea,policja,policie,gendarmerie,guardia civil,carabinieri,federation represented,ambulance,emergency,rescue service,water district,sanitation district,transit,metropolitan,
administracja,administratia,administration,secretary of,supreme,national assembly,governor,mayor,rathaus,burgeramt,kreis,bezirk*,dataport,regional council,national police,civil service,public service,government of,csi piemonte,cenitex,vnnic,
network information center,forsakringskassan,skatteverket,information center of`;

export const MOBILES = `t mobile,tmobile,verizon wireless,cellco*,at and t mobility,mobile,mobiles,mobil,mobilais,movil,moviles,movel,cellular,celular,gsm,lte,mobitel,
mobinil,mobily,mobifone,docomo,metropcs,cricket wireless,telefonia movil,mobilkom,telesystem`;

/** Banks and insurers come before public bodies: a federal credit union is none. */
export const FINANCE = `bank,banks,bankers?,bancorp*,bancshares,[a-z]{3,}bank,banca,banco,banque,bankasi,sparkasse*,raiffeisen*,volksbank*,credit union,insurance,assurance*,reinsurance,
assicuraz*,seguros,versicherung*,verzekering*,forsakring*,forsikring*,sigorta,securities,stock exchange,mutual fund,financial,finance,federal express,federal mogul,
state farm,state street,capital market*,kredit*,credit agricole,brokerage,brokers,payments?,mortgage,leasing,wealth,pension*,prudential`;

/** What a network holder that is neither provider nor public body does for a living. */
export const SECTORS = `hospital*,medical,medicine,clinic*,health*,pharma*,biotech*,biolog*,genetics,therapeutics,laborator*,labs,diagnostic*,dental,surgical,
motors?,automotive,autos,auto,automobile*,airlines?,airways,aerospace,aviation,aircraft,airport*,logistic*,shipping,maritime,freight,cargo,transport*,trucking,trucks?,
railway*,railroad,steel,metals?,metall*,alumin*,mining,minerals?,chemical*,chemie,chimie,cement,plastic*,polymer*,rubber,glass,paper,packaging,printing,textile*,
industri[ae]*,industries,industrial,manufactur*,engineering,ingenieur*,construction*,construtora,constructora,building,builders,machiner*,maschinen*,tools,
equipment,electronics?,semiconductor*,instruments?,appliance*,energy,energi[ae]*,oil,petroleum,petro*,gas,power,solar,refin*,nuclear,electric,
foods?,beverage*,brewer*,brewing,wines?,restaurant*,dairy,meat,sugar,coffee,farms?,agri*,agro*,seeds?,fish*,hotels?,resorts?,casino*,gaming,games?,
entertainment,studios?,films?,pictures,music,sports?,football,retail,stores?,supermarket*,grocer*,markets?,trading(?! as),trade,fashion,apparel,clothing,
shoes?,furniture,cosmetic*,jewel*,toys?,law,lawyers?,legal,attorneys?,advoka*,rechtsanw*,llp,consult*,advisor*,advisory,accountan*,audit*,tax advis*,staffing,
recruit*,human resources,realty,real estate,propert*,immobilien,housing,wohn*,newspaper*,publish*,publications,verlag,press,magazine,marketing,advertis*,
charit*,foundation,church,diocese,ministries,association,society,federation,chamber of commerce,ventures?,capital,holdings?,invest*,partners,fund,funds,
merchants?,brands,products,waste,water,timber,lumber,forest*,garden*,group plc,design,architect*,dentist*,veterin*,pharmacy,drug*,care,wellness,beauty,
travel*,tours?,cruise*,tourism*,turizm,touris*,weather,defen[cs]e systems,rocket,satellites? operations,semicond*,robotics,analytics,e ?commerce`;

/** Words that only providers have. */
export const PROVIDER_WORDS = `telecom*,[a-z]+telecom*,[a-z]+telekom*,telekom*,telefon*,[a-z]*telephon*,telco,telcom,tele communication*,telecel,tele ?comun*,telekomun*,telecommuic*,
telecomunica*,communications?,communic*,comunicac*,comunicaz*,comunicatii,kommunikation*,kommunikationer,broadband,[a-z]+broadband,broad ?band,broadnet,
banda (?:larga|ancha),wireless,[a-z]+wireless,wi ?fi*,wi fi,wireles*,
*fiber,*fibre,*fibra,fibras,fiber*,[a-z]*fibernet,glasfaser,fibr*,cable,[a-z]+cable,cabletv,cablevi*,kabel*,cabo,catv,internet services?,internet service*,internet provider,
internet,internet ltda,internet banda,*provedor*,prov internet,isp,[a-z]*isp,dsl,adsl,vdsl,ftth,dial ?up,voip,backbone,ip network,ip transit,
wisp,multimidia,comunicacao multimidia,scm,long distance,carrier,net ?com,rural electric,electric coop*,electric membership,power and water,power and light,
light plant,public utilit*,utility district,utilities board,municipal utilit*,utilities commission,united cooperative services,cooperativa (?:de )?(?:electric*|provision|servicios|telefon*),
stadsnat,stadtnetz,stadtwerke,radiocom*,redes de,
satellit*,satelit*,infocom*,iletisim,svyaz,sviaz,telesys*,telesat,opticom,interconnect,bitstream,gpon,hotspot*,ip ?tv,connexion*,link communication*,
*svyaz*,*sviaz*,*broadband*,*fiber*,breedband,*internet*,netzdienst*,*netwerk*,ertebat*,dadeh?a?,mreza,telecommunicatie*,telekomm*,ix,[a-z]+ix,exchange point,peering,long ?lines,*phone*,cablevideo,inalambric*,elektronet,stadtnetz*,citynet*,teleco*,tele ?com,wi fi,air ?fiber,airnet,rural tele*`;

/** Words that only hosts and data centres have. */
export const HOST_WORDS = `host,hosts,hosted,hoster*,hosting*,host(?!el|ess|age|ile)[a-z]+,[a-z]+hosts?,[a-z]+hosting,[a-z]*host[a-z]{0,5},servers?,server[a-z]+,servidor*,vps*,[a-z]+vps*,*datacent(?:er|re)s?,
data ?cent(?:er|re|ar)s?,data solutions?,data storage,centro de datos,rechenzentrum,colo,colocations?,co location,[a-z]+colo,cloud*,[a-z]+cloud*,cdn*,content delivery,
internet exchange,*domain registr*,domains?,registrar,registry,infrastructure as a service,iaas,bare ?metal,dedicated server*,dedicados,root ?server,game servers?,cyber ?cloud,
nuvem,bulut,oblako,vds,dedi[a-z]{2,},web services,webhost*,web host*,managed services,compute,computing,gpu,
veri merkezi,*servers,*hosting*,*host,*hosts,host[0-9]*,[a-z0-9]*hosts?[a-z]{0,4},game ?server*,*vps,dedicated com,datacentr*,datacenter*,data ?centr*,kolokac*,colocat*,centrum danych`;

/** Words of the trade that make a provider likely. */
export const LIKELY_PROVIDER = `net,nets,nett,network*,[a-z]+networks?,[a-z][a-z]+nett?,[a-z]+tel,tel,[a-z]+com,[a-z]+nets,inet,autonomous,connect*,[a-z]+connect,link,links,[a-z]+link,lan,wan,
[a-z]+lan,online,on line,[a-z]+vision,tele*,tv,television*,televiz*,telewizj*,radio,[a-z]*wave,[a-z]+sat,speed,[a-z]+speed,hi speed,high speed,[a-z]+line,wire,wired,giga*,gbit,mbit,terabit,optic*,optik*,optyk*,
ip,ipv\\d,routing,peering,noc,asn,pool,dynamic,dhcp,subscribers?,customers?,cooperativa,co op,coop,utility,utilities,exchange,
multimedia,[a-z]+multimedia,media ?net,digital,digit[a-z]*net,cyber*,*nodes?,surf[a-z]*,access,reseau*,rede,redes,red,siec,seti,sieci*,
ltda me,me,eireli,tecnologia ltda,tecnologia,informatica ltda,informatica,tek,[a-z]+te[ck],servicos de,provider,bandwidth,infonet,intranet,interlink,interplus,
net(?:a|b|c|d|e|f|g|h|i|k|l|m|o|p|q|r|t|u|v|w|x|y|z|1|2|3|4)(?!lix|pp|suite|ase|herland|flix|work)[a-z0-9]*,*net,[a-z0-9]+net[0-9]*,[a-z]+call,voice,talk[a-z]*,[a-z]*talk,phon[a-z]+,broadcasting network*,[a-z]*ix,*red de,lightwave,carrier*,telemat*,on ?net,air[a-z]*link,[a-z]*tv`;

/** Words of the trade that make a host likely. */
export const LIKELY_HOST = `data*,[a-z]+data,dns,*dns,mail*,[a-z]*mail,web*,[a-z]+web,virtual*,[a-z]+serv,[a-z]+serve,[a-z]+server,node,[a-z]+layer,[a-z]+nap,
edge,rack,racks,[a-z]+rack,vm,vms,stream,streaming,[a-z]+stream,infra*,[a-z]+infra,byte*,bit,bits,routers?,router[a-z]*,storage,backup,rescue,stack,[a-z]+stack,platform,saas,paas`;

/** Software and computer houses: businesses, mostly. */
export const LIKELY_BUSINESS = `technology,technologies,systems?,[a-z]+sys,[a-z]+systems,software,soft,[a-z]+soft,solutions,semiconductor,electronic,interactive,games,corporate,services?,global services`;

/** Words of the trade that say too little. */
export const DOUBTFUL = `it,ict,i t,informati*,information*,comput*,technik,teknoloji*,bilisim,individual,reserved,tech,[a-z]+tech,solution,media,[a-z]+media,trading as,linux,managed`;

/** Ordinary words that end like words of the trade. */
export const HARMLESS = `weber,webster,webb,hotel,hostel,hostels,hotels,motel,mattel,intel,cartel,chattel,mantel,planet,cabinet,magnet,bonnet,hornet,garnet,sitcom,biotech,fintech,medtech,
cleantech,airline,airlines,pipeline,shoreline,medline,borderline,online retail,supervision,division,provision,revision,telescope*,nintendo,schindler,vattel,martel,patel,network rail,
television shopping,steel*,redskins,red bull,red cross,red hat,linkage,optical retail,edgewell,sunset,asset,outlet,valet,target,market,markets,street,planetary,gourmet,fleet,rocket,ticket,
sec,com,www,dotcom,vodka,atlan,milan,alan,dylan,nolan,ireland,iceland,poland,finland,holland,island,inland,highland*,[a-z]+land,clan,plan,divan,caravan,data systems analysts,
bonnet,sonnet,jeannet,monet,dannet,barnet,burnet,gannet,gannett,cygnet,magnet*,kinet*,genet*,linnet,planet*,garnet*,cabinets?,internetional,net ?work ?rail,mix,phoenix,matrix,helix,felix,appendix,remix,fenix,bendix,onyx,prix,six,alix,felix,citrix,wix,rolex,natixis,atlantic,recall,mccall,callaway,netzsch,network international holdings,nete?ase,netapp,netflix,netherland*,petcom,netafim,nettleton,netto`;
