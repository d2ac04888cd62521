package district

import (
	"strings"
	"sync"
)

// name is a name as it is written, and as an account has it.
type name struct{ written, latin string }

// culture is where names come from. A person's names are of one, mostly.
type culture struct {
	women, men, family []name
}

// culturesOf reads lines of women's, men's and family names. A name that is not
// its own Latin form has that behind a "=".
func culturesOf(lines ...[3]string) []culture {
	read := func(list string) []name {
		var names []name
		for s := range strings.SplitSeq(list, ", ") {
			written, latin, ok := strings.Cut(s, "=")
			if !ok {
				latin = strings.ToLower(written)
			}
			names = append(names, name{written, latin})
		}
		return names
	}
	var all []culture
	for _, l := range lines {
		all = append(all, culture{read(l[0]), read(l[1]), read(l[2])})
	}
	return all
}

// cultures are many on purpose: what breaks on an accent, an apostrophe, a blank
// in a name or a script that runs from right to left should break in a test. They are
// read when a district is first made up.
var cultures = sync.OnceValue(func() []culture { return culturesOf(cultureLines...) })

var cultureLines = [][3]string{
	{"Ora, Beulah, Florence, Amy, Daisy, Grace, Hannah, Ruby, Violet, Zoe, Mary Ann=maryann, Ivy",
		"Noah, Craig, Harry, Ethan, Oscar, Miles, Felix, Owen, Theo, Jude, John Paul=johnpaul, Max",
		"Klein, Stark, Gilbertson, Beane, Todd, Roebuck, Hart, Fletcher, Ashworth, Pike, Smith-Jones=smithjones, Wells"},
	{"Siobhán=siobhan, Aoife, Niamh, Róisín=roisin, Sinéad=sinead, Gráinne=grainne",
		"Seán=sean, Oisín=oisin, Conor, Pádraig=padraig, Fionn, Cillian",
		"O'Brien=obrien, O’Connor=oconnor, D'Arcy=darcy, McMillan, Ó Súilleabháin=osuilleabhain, Ní Dhomhnaill=nidhomhnaill"},
	{"Lucía=lucia, Sofía=sofia, Begoña=begona, Inés=ines, María José=mariajose, Ximena",
		"José=jose, Íñigo=inigo, Martín=martin, Andrés=andres, Raúl=raul, Ángel=angel",
		"Núñez=nunez, García=garcia, Peña=pena, de la Cruz=delacruz, Ibáñez=ibanez, López Agüero=lopezaguero"},
	{"Zoë=zoe, Hélène=helene, Anaïs=anais, Chloé=chloe, Maëlys=maelys, Cécile=cecile",
		"René=rene, Loïc=loic, François=francois, Jérôme=jerome, Noël=noel, Jean-Luc=jeanluc",
		"Lefèvre=lefevre, L'Écuyer=lecuyer, Dubœuf=duboeuf, d’Estaing=destaing, Façade=facade, Gauthier"},
	{"Jürgen-Anna=juergenanna, Käthe=kaethe, Änne=aenne, Liesl, Grete, Sölvi=soelvi",
		"Jörg=joerg, Günther=guenther, Björn=bjoern, Ansgar, Götz=goetz, Uwe",
		"Müller=mueller, Groß=gross, Schröder=schroeder, von Bülow=vonbuelow, Weiß=weiss, Jäger=jaeger"},
	{"Åsa=asa, Freja, Signý=signy, Þóra=thora, Sørine=sorine, Maija",
		"Øyvind=oyvind, Håkon=hakon, Ægir=aegir, Björk=bjork, Eero, Søren=soren",
		"Ångström=angstrom, Sørensen=sorensen, Þórsson=thorsson, Häkkinen=hakkinen, Bjørnstad=bjornstad, Óskarsdóttir=oskarsdottir"},
	{"Małgorzata=malgorzata, Łucja=lucja, Šárka=sarka, Żaneta=zaneta, Đurđa=djurdja, Ilinca",
		"Łukasz=lukasz, Jiří=jiri, Željko=zeljko, Ștefan=stefan, Bożydar=bozydar, Ákos=akos",
		"Wałęsa=walesa, Dvořák=dvorak, Kovačević=kovacevic, Țăran=taran, Szűcs=szucs, Błaszczyk=blaszczyk"},
	{"İpek=ipek, Ayşe=ayse, Gülşah=gulsah, Çiğdem=cigdem, Şebnem=sebnem, Işıl=isil",
		"Çağlar=caglar, Oğuz=oguz, Şükrü=sukru, Ömer=omer, İlker=ilker, Barış=baris",
		"Yılmaz=yilmaz, Öztürk=ozturk, Güneş=gunes, Çelik=celik, Aydın=aydin, Şahin=sahin"},
	{"Thị Hương=thihuong, Ngọc Ánh=ngocanh, Bảo Châu=baochau, Mỹ Linh=mylinh",
		"Văn Đức=vanduc, Quốc Việt=quocviet, Minh Tuấn=minhtuan, Hữu Phước=huuphuoc",
		"Nguyễn=nguyen, Trần=tran, Đặng=dang, Phạm=pham, Lê=le, Huỳnh=huynh"},
	{"Leilani, Kaʻiulani=kaiulani, Nālani=nalani, Anahera",
		"Kekoa, Nāinoa=nainoa, Tāne=tane, Wiremu",
		"Kealoha, Kaʻanāʻanā=kaanaana, Māhoe=mahoe, Ngata"},
	{"Άννα=anna, Ελένη=eleni, Χρυσάνθη=chrysanthi, Ζωή=zoi",
		"Γιώργος=giorgos, Νικόλαος=nikolaos, Θάνος=thanos, Ξενοφών=xenofon",
		"Παπαδόπουλος=papadopoulos, Ψαρρός=psarros, Οικονόμου=oikonomou, Χατζής=chatzis"},
	{"Анастасія=anastasiia, Ольга=olha, Юлія=yuliia, Соломія=solomiia",
		"Андрій=andrii, Їжак=yizhak, Богдан=bohdan, Юрій=yurii",
		"Шевченко=shevchenko, Коваль=koval, Лук'яненко=lukianenko, Щербак=shcherbak"},
	{"نور=nour, ليلى=layla, آمنة=amina, مريم=maryam",
		"عمر=omar, يوسف=yousef, خالد=khaled, عبد الله=abdallah",
		"الحسن=alhassan, حداد=haddad, منصور=mansour, الشريف=alsharif"},
	{"נועה=noa, שירה=shira, תמר=tamar, יעל=yael",
		"איתן=eitan, אורי=uri, דוד=david, יונתן=yonatan",
		"כהן=cohen, לוי=levi, בן־ארי=benari, פרץ=peretz"},
	{"شیرین=shirin, پریسا=parisa, ژاله=zhaleh, گلناز=golnaz",
		"کیان=kian, آرش=arash, پژمان=pezhman, داریوش=dariush",
		"رضایی=rezaei, کریمی=karimi, پناهی=panahi, چراغی=cheraghi"},
	{"आराध्या=aradhya, प्रिया=priya, दीपिका=deepika, ऋचा=richa",
		"अर्जुन=arjun, विक्रम=vikram, कृष्ण=krishna, श्रीराम=shriram",
		"शर्मा=sharma, पटेल=patel, अय्यर=iyer, क्षत्रिय=kshatriya"},
	{"สุดา=suda, พิมพ์ชนก=phimchanok, อรทัย=orathai, น้ำฝน=namfon",
		"สมชาย=somchai, ธนากร=thanakon, ปิยะ=piya, วีรพงษ์=wiraphong",
		"ศรีสุข=sisuk, ทองดี=thongdi, แก้วมณี=kaeomani, บุญมี=bunmi"},
	{"秀英=xiuying, 丽华=lihua, 雨桐=yutong, 靜怡=jingyi",
		"建国=jianguo, 伟=wei, 子轩=zixuan, 志明=zhiming",
		"王=wang, 李=li, 欧阳=ouyang, 陳=chen"},
	{"さくら=sakura, 美咲=misaki, ひなた=hinata, 葵=aoi",
		"翔太=shota, 大輔=daisuke, レオ=reo, 健一=kenichi",
		"佐藤=sato, 髙橋=takahashi, 渡邊=watanabe, 𠮷田=yoshida"},
	{"서연=seoyeon, 지우=jiwoo, 하은=haeun, 민지=minji",
		"민준=minjun, 도윤=doyun, 하준=hajun, 현우=hyeonwoo",
		"김=kim, 이=lee, 박=park, 제갈=jegal"},
}

var (
	placesFirst = []string{"Maple", "Cedar", "North", "Harbor", "Elm", "Stone", "Summit", "Clear", "Willow", "Silver",
		"Saint Brigid’s", "Lincoln", "Río", "King's", "Côté", "Kaʻala"}
	placesSecond = []string{"Ridge", "Grove", "Creek", "Hill", "Valley", "Park", "Point", "Meadow", "Lake", "Bridge",
		"Field", "Springs", "Heights", "Harbor", "View", "Glen"}
	towns   = []string{"Ashford Falls", "Brookhaven", "Cañon Verde", "Dunmore", "Eastlake", "Fairmont", "Glenrock", "Heron Bay"}
	streets = []string{"Maple Street", "Oak Avenue", "O'Farrell Lane", "Peña Boulevard", "First Street, Unit B",
		"Birch Road", "King's Way", "Lake Drive"}
	zones     = []string{"North", "East", "South", "West"}
	heritages = []string{"American Indian or Alaska Native", "Asian", "Black or African American",
		"Native Hawaiian or Other Pacific Islander", "White", "Two or More Races"}
	titles  = []string{"Teacher", "Senior Teacher", "Head of Department", "Substitute Teacher"}
	degrees = []string{"BA", "BSc", "B.Ed.", "MA", "M.Ed.", "PhD"}
)

// subject is one of the courses of a school; students have one of each.
type subject struct{ name, course, describes string }

var subjects = [courses]subject{
	{"Math", "Mathematics", "Numbers, algebra and geometry"},
	{"English Language Arts", "English", "Reading, writing and speaking"},
	{"Science", "Science", "Experiments, and what follows from them"},
	{"Social Studies", "History", "People, places and times"},
	{"Physical Education", "Sports", "Games and health"},
	{"World Languages", "Español", "Speaking with others"},
	{"Fine Arts", "Art & Music", "Painting, \"free\" drawing and choir"},
}
