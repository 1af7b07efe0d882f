//! Words beside names: what stands before one, behind one, or makes of names something else.
//!
//! Written for this project; in plain letters, in Finnish, Swedish, German, French, Spanish and English.

/// What a word does beside a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A title that a name follows. The first is one, so that none is zero: memory of a thread that begins as zeros is made when
    /// it is used.
    Title = 1,
    /// A greeting that a name follows.
    Greeting,
    /// A closing that a name follows.
    Closing,
    /// What somebody is.
    Person,
    /// A label or a phrase behind which a name stands.
    Label,
    /// What people do.
    Says,
    /// What makes a firm or an authority of names.
    Firm,
    /// What makes a place of names.
    Place,
    /// A preposition before places.
    At,
    /// A small word within a name.
    Particle,
    /// A small word between a phrase and a name.
    Link,
}

/// Ends with a last letter of words that say what somebody is, as "utrikesminister" and "tutkimusjohtaja", in Finnish,
/// Swedish and German.
pub(super) fn person_endings(last: u8) -> &'static [&'static [u8]] {
    match last {
        b'a' => {
            &[b"johtaja", b"tutkija", b"opettaja", b"edustaja", b"valmentaja", b"toimittaja", b"pelaaja", b"ohjaaja"]
        }
        b'e' => &[b"ledare", b"forskare", b"spelare", b"tranare", b"lakare", b"ordforande"],
        b'f' => &[b"chef"],
        b'i' => &[b"ministeri", b"presidentti", b"laakari", b"sihteeri", b"mestari"],
        b'n' => &[
            b"ministern",
            b"direktoren",
            b"chefen",
            b"ledaren",
            b"experten",
            b"forskaren",
            b"spelaren",
            b"tranaren",
            b"lakaren",
            b"talesman",
            b"talesmannen",
            b"leiterin",
            b"sprecherin",
        ],
        b'o' => &[b"paallikko"],
        b'r' => &[b"minister", b"direktor", b"leiter", b"sprecher"],
        b't' => &[b"expert", b"prasident"],
        _ => &[],
    }
}

/// Every word that does something beside a name.
pub(in crate::detect) const ROLES: &[(Role, &str)] = &[
    (
        Role::Title,
        "mr mrs ms miss dr prof sir madam madame mme mlle monsieur mister herr herrn frau fraulein fru froken \
         rouva rva herra hra neiti nti senor senora senorita sr sra srta hon rev fr capt sgt lt col gen maj judge \
         justice pastor tri tohtori doktor doctor docteur lady lord dame kamreer \
         signora signor dhr mevr mevrouw meneer dott dipl pani hr dona dra",
    ),
    (
        Role::Greeting,
        "hi hello hey dear hei moi terve moikka hej hejsan tjena hallo lieber liebe geehrter geehrte geehrten cher \
         chere bonjour salut hola estimado estimada querido querida buenos kara kare basta bastan hyva guten \
         morning \
         ciao caro beste geachte kjaere gentile moin servus szanowny szanowna \
         czesc witaj witam drogi droga ola prezado prezada caros buongiorno buonasera egregio hoi dag goedemorgen \
         goedemiddag hejsa goddag bonsoir",
    ),
    (
        Role::Closing,
        "regards sincerely cheers thanks yours terveisin terv terveiset ystavallisin halsningar halsning mvh \
         vanligen grusse gruss cordialement saludos atentamente salutations xoxo signed by allekirjoittanut \
         undertecknad \
         hilsen hilsner vh groet groeten groetjes pozdrawiam pozdrowienia saluti cumprimentos abraco mfg \
         ystavallisesti kunnioittaen vennlig venlig respectfully \
         dzieki dziekuje grazie merci gracias obrigado obrigada bedankt powazaniem",
    ),
    (
        Role::Person,
        "customer client patient payee payer contact user driver employee attending plaintiff defendant attorney \
         counsel nurse physician maintainer passenger traveler manager director president minister chairman \
         chairwoman ceo cfo cto secretary senator governor mayor professor teacher student coach author writer \
         singer songwriter actor actress founder friend brother sister wife husband son daughter mother father mom \
         dad uncle aunt cousin girlfriend boyfriend colleague boss neighbor neighbour applicant beneficiary \
         recipient sender owner holder witness victim suspect detective officer agent spokesman spokeswoman \
         spokesperson player captain kid child baby asiakas kuningas kuningatar prinssi prinsessa paavi piispa \
         komisario jasen puhemies kapteeni kenraali luutnantti insinoori kung drottning prins prinsessan paven \
         biskop kapten konig konigin papst bischof rey reina roi reine king queen prince princess pope bishop \
         asiakkaan asiakkaalle potilas potilaan kuljettaja saaja maksaja tilaaja vastaanottaja yhteyshenkilo \
         tyontekija paaministeri presidentti ministeri johtaja toimitusjohtaja puheenjohtaja kansanedustaja \
         professori tutkija opettaja kirjailija ohjaaja valmentaja pelaaja laulaja nayttelija ystava vaimo mies \
         aiti isa veli sisko tytar poika kund kunden kundens patienten mottagare avsandare forare kontaktperson \
         betalare statsminister utrikesminister finansminister ordforande direktor forfattare regissor \
         skadespelare artist sangare spelare tranare forskare overlakare lakare mamma pappa bror syster dotter \
         flickvan pojkvan sambo kollega aklagare advokat mottagaren aktivisten kunde kundin patientin empfanger \
         absender zahler fahrer mitarbeiter mitarbeiterin ansprechpartner ansprechpartnerin bundeskanzler \
         bundeskanzlerin kanzler autor sanger trainer spieler freund freundin mutter vater bruder schwester sohn \
         tochter vorgang cliente clienta paciente empleado empleada conductor beneficiario hermano hermana hijo \
         hija padre madre esposa esposo amigo amiga clients patiente employe chauffeur destinataire ami amie frere \
         soeur fils fille mere pere femme mari ministre \
         klient klientka pacjent pacjentka klant klanten paziente utente medarbejder modtager pasient ansatt \
         mottaker betaler bestuurder halter halterin fahrerin kollegin versicherte versicherter mieter mieterin \
         agare hyresgast handlaggare omistaja omistajan haltija haltijan kuljettajan kuljettajana vuokralainen \
         hakija vakuutettu titulaire conductrice conducteur proprietaire locataire conductora titular propietario \
         propietaria inquilino keeper tenant insured claimant pupil subscriber landlord trustee cardholder \
         inhaber inhaberin kontoinhaber karteninhaber mieters intestatario titolare proprietario conducente dipendente \
         inquilina motorista funcionario funcionaria houder eigenaar huurder medewerker indehaver innehaver ejer eier \
         lejer leietaker wlasciciel wlascicielka posiadacz pracownik kierowca najemca klienta klientki pacjenta pacjentki",
    ),
    (
        Role::Label,
        "name names named called nimi nimeni etunimi sukunimi namn namnet heter fornamn efternamn heisse heiss \
         heiszt vorname nachname nom prenom appelle nombre apellido apellidos llamo fullname firstname lastname \
         surname forename",
    ),
    (
        Role::Says,
        "said says say told asked shouted wrote writes replied answered explained added thinks believes wants \
         directed starring played born died married met sanoo sanoi kertoo kertoi kysyi huusi totesi toteaa \
         vastasi arvioi muistuttaa korostaa syntyi kuoli naurahti huokaisi ajatteli mietti sager sade sa berattar \
         berattade skriver skrev svarar svarade fragade fortsatter tillagger menar anser tycker konstaterar \
         forklarar pastar hoppas sagt sagte meint schreibt schrieb erklart erklarte fragt fragte ruft rief wohnt \
         dit disait ecrit repond explique declare dijo dice escribe explica vertritt hoitaa edustaa represents \
         phoned rang soitti ringde ringede ringte belde ligou telefonerade pyysi lupasi",
    ),
    (
        Role::Firm,
        "oy oyj ab abp ky tmi ry rf inc incorporated ltd limited llc llp plc corp corporation company co gmbh ag \
         kg ohg sarl srl bv nv group holding holdings bank university college school institute institution \
         hospital clinic center centre foundation association federation union party council committee commission \
         agency authority ministry department bureau office club fc if fk bk sk hc united church temple museum \
         theatre theater orchestra band festival awards award prize cup league news times post journal magazine \
         press media records pictures studios entertainment games software systems solutions services technologies \
         industries partners airlines airways motors insurance capital pharma yliopisto koulu liitto yhdistys \
         saatio pankki lehti puolue seura ryhma osakeyhtio konserni sairaala universitet universitetet skola \
         skolan forening foreningen banken partiet forbundet sjukhuset tidningen universitat schule verein \
         bankhaus versicherung stiftung universite ecole societe banque hopital universidad escuela empresa banco \
         hb kgaa mbh aps ltda hnos asociados associates associes bros",
    ),
    (
        Role::Place,
        "street st road rd avenue ave boulevard blvd drive lane ln way circle court place plaza square highway \
         river lake mountain mount hills valley beach bay island islands park county city state province airport \
         station bridge tower town village district region trail suite apt forest cove creek point katu tie kuja \
         polku vayla aukio puisto lentoasema kaupunki kunta laani maakunta jarvi joki gatan vagen gata vag grand \
         torget torg plan kommun lan stad sjon strasse str weg platz gasse allee ring ufer damm stadt kreis \
         bahnhof flughafen rue chemin impasse saint sainte calle avenida paseo ciudad carretera via piazza rua",
    ),
    (
        Role::At,
        "in at to into near across towards i pa fran till uppe nere runt genom utanfor nach aus nahe en dans vers \
         hacia desde hasta lives living located residing",
    ),
    (
        Role::Particle,
        "von van de der den del della di da do dos du af av zu zur zum la le el al bin ibn ben abu ter ten vom y e \
         bint",
    ),
    (
        Role::Link,
        "is was are on ovat oli ar ist sind est es soy suis the a an our my your his her their new of for as also \
         minun meidan min mitt mein meine mon ma mi su die das and with med kanssa ja och und et con",
    ),
];
