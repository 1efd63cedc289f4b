/** Mail domains that the packaged lists lack or have wrong. */

const list = (text: string): string[] => text.trim().split(/\s+/);

/** Companies whose customers and whose staff write from the same domain. */
export const DUAL =
  list(`163.com fastmail.com free.fr frontier.com gazeta.pl globo.com hey.com indiatimes.com mail.ru naver.com orange.fr
proton.me proximus.be rogers.com seznam.cz sfr.fr shaw.ca sina.com sky.com telenet.be telia.com tuta.com uol.com.br
virginmedia.com yahoo.co.jp yahoo.com yandex.com yandex.ru ziggo.nl zoho.com rediff.com sohu.com plusnet.com bahnhof.se
green.ch quickline.ch vodafone.de netcologne.de liwest.at drei.at scarlet.be caiway.nl solcon.nl yousee.dk telenor.se
vodafone.it orange.es vodafone.es vodafone.ie meo.pt nos.pt vodafone.pt telemach.net sbb.rs eunet.rs mynet.com 
starhub.net.sg hinet.net sasktel.net execulink.com teksavvy.com xplornet.com vtr.net t-2.net etisalat.ae titan.email
vivaldi.net aruba.it zoznam.sk invitel.hu in.gr tut.by mweb.co.za claro.net.do ice.co.cr hkbn.net zen.co.uk 1und1.de
telmex.net suomi24.fi delfi.lv addy.io anonaddy.com vodafone.co.nz sonic.net fpt.vn primus.com.au`);

/** Some list of free providers has them, but their mail is their staff's: companies, media, cities, universities, examples. */
export const COMPANIES =
  list(`about.com alibaba.com ancestry.com apple.com att.com aver.com barcelona.com berlin.de broadcast.net bt.com cisco.com
corp.mail.ru dailypioneer.com dell.com discovery.com dnsmadeeasy.com earthcam.net enel.net example.com example.net example.org
facebook.com fcc.net go.com google.com ibm.com kansascity.com law.com looksmart.com mail-tester.com medscape.com microsoft.com
name.com oath.com parrot.com revenue.com saudia.com scubadiving.com sfgov.net singpost.com space.com swissinfo.org
techspot.com telstra.com test.com unican.es upf.org verizon.com`);

/** Providers for anybody, and internet providers' domains for their customers. */
export const FREE =
  list(`a1.net azet.sk bredband.net citromail.hu bbox.fr caramail.com cock.li comhem.se disroot.org email.cz gmx.ch gmx.info gmx.li hispeed.ch hotmail.se kolabnow.com
libertysurf.fr live.se mail.bg mailfence.com numericable.fr online.no op.pl passport.com posteo.de posteo.net riseup.net
runbox.com skiff.com spectrum.net startmail.com sunrise.ch tele2.se tim.it tutamail.com tutanota.com tutanota.de
users.noreply.github.com xs4all.nl zoho.eu zohomail.com zohomail.eu zohomail.in
tuta.io keemail.me autistici.org inventati.org ctemplar.com countermail.com onmail.com atomicmail.io murena.io e.email
airmail.cc danwin1210.de elude.in mailo.com netcourrier.com mail.co.uk mail.de mail.dk mail.ee icloud.com.cn disroot.net
systemli.org teknik.io criptext.com migadu.com soverin.net mailbox.org canary.email polarismail.com
a1.net aon.at utanet.at inode.at kabsi.at tele2.at chello.at drei.email gmx.at sms.at
unitybox.de alice-dsl.net alice-dsl.de ewe.net ewetel.net osnanet.de versanet.de kabelbw.de kabelmail.de kielnet.net htp-tel.de
swbmail.de t-online.com tonline.de nord-com.net onlinehome.de wtnet.de mnet-mail.de mnet-online.de surfeu.de tiscali.de lycos.de
swissonline.ch freesurf.ch vtxmail.ch besonet.ch bluemail.ch hispeed.com romandie.com netplus.ch vtxnet.ch
noos.fr cegetel.net 9online.fr tele2.fr nordnet.fr caramail.fr wanadoo.com alicepro.fr dbmail.com infonie.fr mageos.com ifrance.com
belgacom.net pandora.be base.be skynet.be brutele.be gmx.be euphonynet.be edpnet.be dommel.be
kpnplanet.nl upcmail.nl casema.nl quicknet.nl tele2.nl onsnet.nu tiscali.nl wxs.nl zeelandnet.nl zeelandnet.com telfort.nl telfortglasvezel.nl
orange.nl wanadoo.nl multiweb.nl concepts.nl kabelfoon.nl introweb.nl filternet.nl ziggomail.com online.nl versatel.nl freeler.nl
fastwebnet.it tre.it tiscalinet.it alice.com teletu.it infinito.it aliceposta.it pec.it postecert.it legalmail.it lycos.it
telefonica.net ono.com movistar.es euskalnet.net telecable.es ya.com jazzfree.com jazztel.es mundo-r.com ono.es wanadoo.es
clix.pt netcabo.pt iol.pt mail.telepac.pt telepac.pt netvisao.pt oninet.pt kanguru.pt
plus.com uwclub.net lineone.net demon.co.uk supanet.com eclipse.co.uk force9.co.uk madasafish.com freeuk.com onetel.com orangehome.co.uk
toucansurf.com f2s.com nildram.co.uk pipex.com dsl.pipex.com ukonline.co.uk tesco.net which.net sky.ie
iol.ie indigo.ie eir.ie oceanfree.net upcmail.ie esatclear.ie ireland.com
bredband2.com passagen.se swipnet.se glocalnet.net hem.utfors.se ownit.nu  
broadpark.no getmail.no lyse.net frisurf.no altiboxmail.no start.no online.com.no ebnett.no
tdcadsl.dk stofanet.dk post.tele.dk jubii.dk ofir.dk webspeed.dk mailme.dk privat.dk post.cybercity.dk cybercity.dk pc.dk fibermail.dk
kolumbus.fi elisanet.fi saunalahti.fi welho.com pp.inet.fi dnainternet.net phnet.fi netti.fi mbnet.fi suomi24.com sci.fi jippii.fi
simnet.is visir.is internet.is mi.is
onet.eu interia.eu vp.pl tlen.pl neostrada.pl autograf.pl buziaczek.pl go2.pl amorki.pl opoczta.pl poczta.pl wp.eu prokonto.pl gazeta.net
atlas.cz volny.cz tiscali.cz quick.cz iol.cz upcmail.cz spoluzaci.cz stonline.sk chello.sk orangemail.sk slovanet.sk
upcmail.hu vipmail.hu indamail.hu chello.hu digikabel.hu mailbox.hu freestart.hu t-email.hu externet.hu pr.hu
dir.bg gbg.bg mbox.contact.bg btv.bg rdslink.ro clicknet.ro home.ro k.ro personal.ro upcmail.ro email.ro romtelecom.net
siol.net siol.com amis.net volja.net email.si net.hr vip.hr t-com.hr inet.hr htnet.hr tportal.hr optinet.hr globalnet.hr
ptt.rs yubc.net beotel.net open.telekom.rs verat.net bih.net.ba teol.net t-com.me t.ht.hr mail.mk on.net.mk albmail.com
internet.ru lenta.ru narod.ru mail15.com pochta.ru land.ru nm.ru hotbox.ru nextmail.ru pisem.net ro.ru autorambler.ru myrambler.ru xaker.ru mail.kz
meta.ua bigmir.net email.ua ua.fm online.ua mail.ua i.com.ua 3g.ua ukrpost.ua inbox.lt delfi.lt one.lt takas.lt zebra.lt apollo.lv otenet.gr
hol.gr vivodinet.gr windtools.gr pathfinder.gr forthnet.gr tellas.gr cytanet.com.cy primehome.com spidernet.com.cy onvol.net maltanet.net melita.com melitaonline.net go.net.mt
superonline.com ttmail.com turk.net ttnet.net.tr e-kolay.net veezy.com
bezeqint.net 012.net.il 013.net 013.net.il barak.net.il 014.net.il smile.net.il hotmail.co.il nana10.co.il nana.co.il zahav.net inter.net.il
emirates.net.ae eim.ae batelco.com.bh qatar.net.qa omantel.net.om qualitynet.net ncc.moc.kw saudi.net.sa awalnet.net.sa nesma.net.sa cyberia.net.lb
terra.net.lb idm.net.lb inco.com.lb nets.com.jo wanadoo.jo scs-net.org mail.sy tarassul.sy yemen.net.ye y.net.ye
tedata.net.eg link.net menara.ma iam.net.ma topnet.tn gnet.tn planet.tn hexabyte.tn wissal.dz djaweb.dz caramail.ma
telkomsa.net vodamail.co.za iafrica.com absamail.co.za lantic.net icon.co.za polka.co.za mtnloaded.co.za worldonline.co.za neomail.co.za cybersmart.co.za xsinet.co.za
africaonline.co.ke wananchi.com swiftkenya.com sentoo.sn aviso.ci camnet.cm iway.na mweb.com.na botsnet.bw zol.co.zw yoafrica.com zamnet.zm intnet.mu myt.mu
utl.co.ug infocom.co.ug ghana.com ethionet.et
in.com vsnl.com vsnl.net dataone.in bsnl.in airtelmail.in airtelmail.com airtelbroadband.in mtnl.net.in sancharnet.in zapak.com eth.net satyam.net.in touchtelindia.net rediffmailpro.com
wow.lk sltnet.lk eureka.lk cyber.net.pk wol.net.pk brain.net.pk ptcl.net bdonline.com bol-online.com bttb.net.bd aitlbd.net wlink.com.np ntc.net.np mos.com.np
139.com 189.cn wo.cn vip.sina.com vip.sohu.com 188.com vip.163.com 163.net 263.net 56.com chinaren.com eyou.com citiz.net sogou.com 126.net wo.com.cn
seed.net.tw pchome.com.tw ms1.hinet.net msa.hinet.net giga.net.tw so-net.net.tw tfn.net.tw url.com.tw kimo.com netvigator.com i-cable.com hongkong.com ctimail.com macau.ctm.net ctm.net
dreamwiz.com empal.com paran.com lycos.co.kr chol.com chollian.net hitel.net unitel.co.kr freechal.com netian.com hanafos.com kornet.net korea.net
nifty.com biglobe.ne.jp ocn.ne.jp so-net.ne.jp plala.or.jp dion.ne.jp goo.ne.jp asahi-net.or.jp eonet.ne.jp sannet.ne.jp hi-ho.ne.jp wakwak.com odn.ne.jp
odn.ad.jp iij4u.or.jp tiki.ne.jp catv.ne.jp zaq.ne.jp ybb.ne.jp au.com i.softbank.jp softbank.ne.jp disney.ne.jp vodafone.ne.jp emobile.ne.jp mineo.jp
 r.rakuten.jp livedoor.com infoseek.jp excite.co.jp jcom.zaq.ne.jp mopera.net willcom.com pdx.ne.jp t-com.ne.jp commufa.jp qtnet.ne.jp cnc.jp ctk.ne.jp
pacific.net.sg tm.net.my streamyx.com pd.jaring.my jaring.my unifi.my time.net.my cbn.net.id indosat.net.id centrin.net.id biz.net.id rad.net.id telkomspeedy.com
pldtdsl.net skyinet.net info.com.ph i-manila.com.ph pacific.net.ph vnn.vn hcm.vnn.vn hn.vnn.vn dng.vnn.vn ksc.th.com loxinfo.co.th truemail.co.th inet.co.th brunet.bn online.com.kh
aapt.net.au adam.com.au primusonline.com.au bigpond.net.au optushome.com.au hotkey.net.au chariot.net.au iprimus.com.au ozemail.com.au aussiebb.com.au virtual.net.au people.net.au
slingshot.co.nz clear.net.nz paradise.net.nz orcon.net.nz ihug.co.nz inspire.net.nz actrix.co.nz actrix.gen.nz snap.net.nz woosh.co.nz maxnet.co.nz kinect.co.nz connect.com.fj mail.pf
suddenlink.net mediacombb.net insightbb.com knology.net zoomtown.com consolidated.net fairpoint.net myfairpoint.net metrocast.net nycap.rr.com
brighthouse.com cebridge.net chartermi.net tx.rr.com austin.rr.com centurytel.com direcway.com fiberwave.net gwi.net hargray.com hickorytech.net
ntelos.net ntin.net penteledata.net roadrunner.net speakeasy.net starband.net surewest.net toast.net twcny.rr.com usfamily.net valornet.com vzw.blackberry.net
wavecable.com woh.rr.com wi.rr.com mchsi.com nctv.com nwlink.com oregonwireless.net comporium.net pa.net penn.com frontier.net arvig.net midco.net alaska.net acsalaska.net mtaonline.net
aristotle.net citlink.net blomand.net brightok.net cableone.com ctc.net dishmail.net d-web.com erols.com excite.net flash.net grics.net iglou.com iw.net kconline.com localnet.com mebtel.net
nemont.net nvbell.net snet.net wans.net tampabay.rr.com triad.rr.com ymail.co.uk netscape.com worldnet.att.net usa.net usa.com
mts.net mymts.net primus.ca ncf.ca bellaliant.net bell.blackberry.net golden.net cogeco.net videotron.qc.ca telusplanet.net eastlink.ca accesscomm.ca cyberus.ca globetrotter.net look.ca magma.ca ntl.sympatico.ca nexicom.net rogers.blackberry.net sk.sympatico.ca vianet.ca vif.com wightman.ca northwestel.net tbaytel.net oricom.ca b2b2c.ca ebox.ca
pop.com.br superig.com.br veloxmail.com.br click21.com.br brturbo.com.br brturbo.com netsite.com.br terra.com.br ibest.com.br oi.net.br globo.com.br uai.com.br onda.com.br sercomtel.com.br matrix.com.br predialnet.com.br yahoo.net.br hotmal.com.br
ciudad.com.ar uolsinectis.com.ar sinectis.com.ar infovia.com.ar datafull.com.ar fullzero.com.ar telecentro.com.ar cablenet.com.ar flash.com.ar infinitum.com.mx terra.com.mx correoweb.com une.net.co etb.net.co emcali.net.co epm.net.co
entelchile.net manquehue.net vtr.cl terra.cl adinet.com.uy montevideo.com.uy netgate.com.uy vera.com.uy cantv.net telcel.net.ve movistar.net.ve terra.com.pe speedy.com.pe terra.com.ec andinanet.net interactive.net.ec ecua.net.ec
entelnet.bo cotas.com.bo supernet.com.bo tigo.com.py rieder.net.py codetel.net.do tricom.net racsa.co.cr amnet.co.cr coqui.net caribe.net prtc.net cwpanama.net cableonda.net navegante.com.sv telesal.net turbonett.com intelnet.net.gt cablecolor.hn ibw.com.ni tstt.net.tt carib-link.net cwjamaica.com
`);

/** Further names under which providers give out mailboxes: a taste, a joke, a faith, a team. */
export const FREE_NAMES =
  list(`123mail.org 150mail.com 16mail.com 2-mail.com 2980.com 4email.net 50mail.com airpost.net allmail.net bestmail.us cluemail.com
elitemail.org emailcorner.net emailengine.net emailengine.org emailgroups.net emailplus.org emailuser.net f-m.fm fast-email.com
fast-mail.org fastem.com fastemail.us fastemailer.com fastest.cc fastimap.com fastmailbox.net fastmessaging.com fea.st fmail.co.uk
fmailbox.com fmgirl.com fmguy.com ftml.net h-mail.us hailmail.net imap-mail.com imap.cc imapmail.org inoutbox.com
internet-e-mail.com internet-mail.org internetemails.net internetmailing.net jetemail.net justemail.net letterboxes.org
mail-central.com mail-page.com mailandftp.com mailas.com mailbolt.com mailc.net mailcan.com mailforce.net mailftp.com mailhaven.com
mailingaddress.org mailite.com mailmight.com mailnew.com mailsent.net mailservice.ms mailup.net mailworks.org ml1.net mm.st
myfastmail.com mymacmail.com nospammail.net ownmail.net petml.com postinbox.com postpro.net proinbox.com promessage.com
realemail.net reallyfast.biz reallyfast.info rushpost.com sent.as sent.at sent.com speedpost.net speedymail.org ssl-mail.com
swift-mail.com the-fastest.net the-quickest.com theinternetemail.com veryfast.biz veryspeedy.net warpmail.net xsmail.com
yepmail.net your-mail.com netcmail.com
abwesend.de addcom.de alpenjodel.de alphafrau.de baldmama.de baldpapa.de betriebsdirektor.de bin-wieder-da.de bleib-bei-mir.de
buerotiger.de center-mail.de centermail.at centermail.de centermail.info coole-files.de die-besten-bilder.de die-genossen.de
die-optimisten.de die-optimisten.net diemailbox.de digital-filestore.de directbox.com download-privat.de fahr-zur-hoelle.org
feinripptraeger.de fettabernett.de freudenkinder.de gentlemansclub.de hab-verschlafen.de habmalnefrage.de herr-der-mails.de
ich-bin-verrueckt-nach-dir.de ich-will-net.de iremail.de ist-allein.info ist-einmalig.de ist-ganz-allein.de ist-willig.de
kaffeeschluerfer.com kaffeeschluerfer.de kommespaeter.de lass-es-geschehen.de liebt-dich.info loveyouforever.de
maennerversteherin.com maennerversteherin.de mail4u.info mailueberfall.de meine-dateien.info meine-diashow.de meine-fotos.info
meine-urlaubsfotos.de muskelshirt.de netterchef.de neue-dateien.de office-dateien.de partybombe.de partyheld.de polizisten-duzer.de
public-files.de quantentunnel.de raubtierbaendiger.de saeuferleber.de sags-per-mail.de schmusemail.de schreib-doch-mal-wieder.de
shared-files.de sonnenkinder.org streber24.de terminverpennt.de topmail-files.de tortenboxer.de totalmail.de turboprinz.de
turboprinzessin.de unterderbruecke.de verlass-mich-nicht.de vollbio.de volloeko.de vorsicht-bissig.de vorsicht-scharf.de
war-im-urlaub.de weibsvolk.de weibsvolk.org weinenvorglueck.de will-hier-weg.de wir-haben-nachwuchs.de wir-sind-cool.org
wirsindcool.de wolke7.net women-at-work.org
animail.net annsmail.com aussiemail.com.au bigpond.au bigpond.net btconnect.co.uk catchamail.com china.com docmail.cz e-mail.com.tr
e-mail.ua email.su everymail.net fax.ru clearwire.net gmail.com.br gmail.ru girl4god.com goodnewsmail.com hitmail.com idigjesus.com
iservejesus.com in2jesus.com inmail24.com inet.net.au ilkposta.com lovefootball.com lovethebroncos.com lovethecowboys.com
n2baseball.com n2soccer.com mail.com.tr mail2k.ru maltesemail.com millionairemail.com muslimsonline.com newsboysmail.com nybella.com
onet.com.pl openmailbox.org pakistanmail.com pianomail.com pokemonpost.com pokepost.com qmail.com sbcglobal.com sbcglbal.net
scarlet.nl shortmail.com singles4jesus.com spoko.pl teachermail.net truthmail.com twcny.com upc.nl virginbroadband.com.au
vodafonethuis.nl westnet.com xms.nl zonnet.nl my.com box.ua search.ua index.ua 74.ru aport.ru aport2000.ru atrus.ru epage.ru hu2.ru
km.ru mns.ru neuro.md nxt.ru omen.ru dezigner.ru programist.ru mamber.net africamel.net europamel.net francemel.fr perso.be net-c.cat`);

/** Addresses that stand for another one, made by the owner or a browser: they tell no employer. */
export const RELAYS =
  list(`privaterelay.appleid.com duck.com simplelogin.com simplelogin.fr simplelogin.co simplelogin.io aleeas.com slmail.me slmails.com 8alias.com
8shield.net dralias.com silomails.com anonaddy.me 4wrd.cc mailer.me mozmail.com relay.firefox.com passmail.net passmail.com passinbox.com passfwd.com opayq.com 33mail.com burnermail.io erine.email
hide-my-email.com addymail.com cloaked.id cloaked.email ironvest.com blur.email maskme.us forwardemail.net improvmx.com fwd.email manyme.com jumblemail.com
myhidden.email relay.duck.com icloud-relay.com spamgourmet.com eml.cc mailhero.io inboxalias.com`);

export const DISPOSABLE =
  list(`tempmail.com tempmail.net temp-mail.io temp-mail.com tempmail.io tempmail.email tempmail.dev tempmail.ninja throwaway.email mail-temp.com nospam.ze.tc internxt.com luxusmail.org
burpcollaborator.net ugener.com beeplush.com cool.fr.nf jetable.fr.nf nospam.fr.nf mega.zik.dj moncourrier.fr.nf monemail.fr.nf monmail.fr.nf courriel.fr.nf speed.1s.fr
emailtemporanea.com mailtemp.info inboxbear.com tempr.email fakemail.net guerrillamail.info email-fake.com generator.email emailnator.com snapmail.cc mail7.io
tempemailco.com mailsac.com mailpoof.com tempinbox.xyz burnermail.com 10mail.org 10minutemail.co.uk 10minutesmail.com 5mail.cf cryptogmail.com etempmail.com etempmail.net`);
