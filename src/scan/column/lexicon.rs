//! Words in names of columns and tables, in English, Finnish, Swedish, German, French and Spanish, and some of their
//! neighbours'.
//!
//! Made for this: words that everybody uses, from the general vocabulary of these languages; no list was copied. All are
//! in lower case and without accents, as [`words`](super::words::words) makes them, and abbreviations stand beside them.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::kind::Kind;

/// What phrases mean; a phrase is one or more words one after the other.
const PHRASES: &[(Kind, &str)] = &[
    (
        Kind::FirstName,
        "first name|given name|forename|fore name|fname|middle name|middle initial|preferred name|firstname|givenname|\
         etunimi|etu nimi|etunimet|kutsumanimi|toinen nimi|fornamn|for namn|tilltalsnamn|mellannamn|vorname|vor name|\
         rufname|prenom|prenoms|nombre de pila|primer nombre|segundo nombre|nombres|first nm|fst name|voornaam|fornavn|nome proprio|imie|krestni jmeno|primeiro nome|prenume|eesnimi|keresztnev",
    ),
    (
        Kind::LastName,
        "last name|family name|surname|sur name|lname|maiden name|maiden|mothers maiden|mothers maiden name|lastname|\
         sukunimi|suku nimi|efternamn|efter namn|slaktnamn|nachname|nach name|familienname|familien name|geburtsname|\
         nom de famille|nom famille|nom de naissance|patronyme|apellido|apellidos|primer apellido|segundo apellido|last nm|achternaam|etternavn|efternavn|cognome|sobrenome|nazwisko|prijmeni|nname|perenimi|vezeteknev|soyad|perekonnanimi",
    ),
    (
        Kind::Name,
        "full name|fullname|person name|legal name|real name|kokonimi|koko nimi|koko namn|fullstandigt namn|\
         vollstandiger name|vollername|nom complet|nom prenom|nombre completo|nombre y apellidos|cardholder|card holder|\
         name on card|account holder|karteninhaber|kontoinhaber|titulaire|titular|signatory|next of kin|emergency contact|\
         contact person|yhteyshenkilo|ansprechpartner|kontaktperson|passenger|attendee|beneficiary|edunsaaja",
    ),
    (
        Kind::Email,
        "email|e mail|mail|emails|email address|mail address|e mail address|email id|mailbox|sahkoposti|sahkopostiosoite|\
         sahkoposti osoite|posti osoite sahkoinen|e post|epost|epostadress|e postadress|mejl|courriel|adresse email|\
         adresse mail|adresse e mail|adresse electronique|correo|correo electronico|email adresse|mail adresse|e mail adresse|mailadresse",
    ),
    (
        Kind::Phone,
        "phone|phones|telephone|tel|telefon|telefono|mobile|mobile phone|cell|cell phone|cellphone|cellular|msisdn|fax|\
         phone number|telephone number|mobile number|cell number|fax number|phone no|mobile no|tel no|contact number|phone num|\
         landline|whatsapp|puhelin|puhelinnumero|puhelin numero|puh|gsm|matkapuhelin|kannykka|telefonnummer|telefon nummer|\
         telefonnr|mobil|mobilnummer|mobil nummer|mobiltelefon|handy|handynummer|handy nummer|rufnummer|tel nr|tel nummer|\
         festnetz|telefax|faksi|portable|telephone portable|numero de telephone|numero telephone|num tel|no tel|movil|\
         numero de telefono|numero telefono|celular|home phone|work phone|day phone|sms number|hemtelefon|telefoon|telefoonnummer|telefone|celulare|cellulare|komorka|tlf|\
         tfno|tfn|telem|telemovel|telefonnummer privat|privatnummer|telefoni|telefonszam|telefonnr privat|mobilnr|mobiel|rufnr|handynr|puhnro",
    ),
    (
        Kind::Card,
        "card number|card no|credit card|credit card number|debit card|debit card number|cc number|cc num|ccnum|pan|cc no|\
         payment card|card num|korttinumero|kortti numero|luottokortti|luottokortin numero|maksukortti|kortnummer|kort nummer|kreditkort|\
         kreditkortsnummer|kartennummer|karten nummer|kreditkarte|kreditkartennummer|carte bancaire|numero de carte|\
         numero carte|carte bleue|tarjeta|numero de tarjeta|numero tarjeta|tarjeta de credito",
    ),
    (Kind::Iban, "iban|iban number|iban code|tilinumero|tili numero|kontonummer iban|bban"),
    (
        Kind::BankAccount,
        "bank account|bank account number|account number|account no|acct number|acct no|acct num|bank acct|routing number|\
         pankkitili|pankkitilin numero|bankkonto|bankkontonummer|kontonummer|konto nummer|kontonr|kontonummer bank|\
         compte bancaire|numero de compte|numero compte|cuenta bancaria|numero de cuenta|numero cuenta|sort code account|\
         rekno|reknr|rekeningnummer|kontonumer|acct nbr|account nbr|konto nbr|numero conta|numero di conto|rekening",
    ),
    (
        Kind::Ip,
        "ip|ip address|ipaddress|ip addr|ipaddr|ipv 4|ipv 6|ipv|src ip|source ip|dest ip|dst ip|remote addr|remote address|\
         client ip|remote ip|peer ip|ip osoite|ip adress|ip adresse|adresse ip|direccion ip|x forwarded for|client addr|remote host ip",
    ),
    (
        Kind::Mac,
        "mac|mac address|mac addr|mac osoite|mac adress|mac adresse|adresse mac|hardware address|bssid|ethernet address",
    ),
    (
        Kind::DeviceId,
        "device id|device uuid|device identifier|device token|push token|advertising id|ad id|adid|idfa|gaid|aaid|imei|imsi|iccid|meid|\
         udid|android id|device serial|cookie|cookie id|anon cookie|visitor id|browser id|fingerprint|device fingerprint|\
         laite id|laitetunnus|enhets id|gerate id|client id cookie|tracking cookie|vin|vehicle identification number|fcm token|hardware id",
    ),
    (
        Kind::NationalId,
        "ssn|social security number|social security|social security no|soc sec|itin|sin number|national id|national identifier|national id number|\
         national number|nationalid|nin|nino|national insurance|national insurance number|nhs number|nhs no|tax id|tax number|taxpayer id|\
         tax identification number|personal id|personal identification number|personal code|identity number|identity card|id card|\
         id card number|government id|hetu|henkilotunnus|henkilo tunnus|sotu|sosiaaliturvatunnus|personnummer|person nummer|\
         personnr|pnr|samordningsnummer|personbeteckning|steuer id|steueridentifikationsnummer|steuernummer|steuer nummer|sozialversicherungsnummer|\
         svnr|ausweisnummer|personalausweis|personalausweisnummer|numero de securite sociale|securite sociale|numero securite sociale|num secu|nir|insee|cni|\
         dni|nif|nie|nss|numero de seguridad social|seguridad social|documento de identidad|documento identidad|cpf|curp|rfc|cedula|bsn|pesel|cnp|egn|oib|amka|\
         codice fiscale|ni no|ni number|hlotunnus|hlo tunnus|aadhaar|aadhar|cpr|cpr number|fodselsnummer|isikukood|medicare number|mrn|medical record number",
    ),
    (
        Kind::Passport,
        "passport|passport number|passport no|passport num|passi|passinumero|passin numero|pass nummer|passnummer|reisepass|reisepassnummer|\
         passeport|numero de passeport|numero passeport|pasaporte|numero de pasaporte|numero pasaporte|ppt no|ppt nbr",
    ),
    (
        Kind::DriverLicence,
        "drivers license|driver license|drivers licence|driver licence|driving license|driving licence|license number driver|drivers|\
         driver license number|drivers license number|driving licence number|dl number|dl no|dl nbr|ajokortti|ajokortin numero|ajokorttinumero|\
         korkort|korkortsnummer|fuhrerschein|fuhrerscheinnummer|fuehrerschein|permis de conduire|numero de permis|permiso de conducir|carnet de conducir",
    ),
    (
        Kind::Licence,
        "medical license|medical licence|dea number|npi|npi number|physician license|license number|licence number|license no|bar number",
    ),
    (
        Kind::Plate,
        "license plate|licence plate|number plate|plate|plate number|plate no|licence plate number|license plate number|vehicle registration|\
         vehicle reg|registration plate|reg plate|registration number vehicle|car plate|rekisteritunnus|rekisterinumero|rekisterikilpi|regnr|reg nr|\
         registreringsnummer|registrerings nummer|kennzeichen|kfz kennzeichen|nummernschild|kfz|kfz kz|immatriculation|plaque|plaque d immatriculation|\
         matricula|placa|vrn",
    ),
    (
        Kind::Username,
        "user name|username|usernm|login|login name|login id|logon|logon name|user login|nick|nick name|nickname|handle|screen name|\
         screenname|account name|display name|twitter|twitter handle|skype|skype id|slack|discord|telegram|github|github user|kayttajatunnus|kayttaja tunnus|\
         kayttajanimi|kayttaja nimi|tunnus kayttaja|anvandarnamn|anvandar namn|benutzername|benutzer name|nutzername|nutzer name|anmeldename|\
         nom d utilisateur|nom utilisateur|identifiant|pseudo|pseudonyme|nombre de usuario|nombre usuario|usuario|alias|samaccountname|upn|uname|usr|benutzerkennung|brugernavn|brukernavn|gebruikersnaam|utilisateur|nome utente|auth user|remote user|db user|os user|user nm|usr nm|gebruiker naam|bruker navn|bruger navn|nazwa uzytkownika|nome de utilizador",
    ),
    (
        Kind::Secret,
        "password|passwd|pwd|passphrase|pass word|passcode|pin code|pin|cvv|cvv 2|cvc|cvc 2|security code|secret|secret key|api key|apikey|access key|\
         private key|access token|refresh token|auth token|session token|bearer token|id token|jwt|password hash|pwd hash|password salt|salt|\
         hashed password|otp secret|totp secret|credential|credentials|salasana|salasana tiiviste|losenord|losenordshash|passwort|kennwort|mot de passe|\
         contrasena|clave|security answer|secret answer|client secret|webhook secret|encryption key|recovery code",
    ),
    (
        Kind::ProfileUrl,
        "profile url|profile link|linkedin|linkedin url|facebook|facebook url|instagram|avatar|avatar url|photo url|picture url|profile picture|\
         profile image|profile photo|personal website|home page|homepage|personal url|github url|blog url|user url|kotisivu|hemsida",
    ),
    (
        Kind::Address,
        "address|addr|addresses|street|street address|street name|street line|address line|address street|home address|postal address|mailing address|\
         billing address|shipping address|delivery address|residence|residential address|house number|full address|osoite|katu|katuosoite|katu osoite|\
         lahiosoite|lahi osoite|posti osoite|postiosoite|kotiosoite|toimitusosoite|laskutusosoite|adress|gatuadress|gatu adress|gata|postadress|\
         post adress|hemadress|leveransadress|besoksadress|adresse|strasse|str|anschrift|wohnadresse|lieferadresse|rechnungsadresse|postanschrift|hausnummer|\
         rue|voie|adresse postale|domicile|direccion|domicilio|calle|direccion postal|apartment|apt number|po box|indirizzo|endereco|straat|straatnaam|gateadresse|ulica|vei|adres|adr|vejnavn|gatenavn|via|gate|vej|rua|morada|ulice|utca|strada|sokak|tanav|adresa|cim|addr 1|addr 2|adr ln|line|line 1|line 2",
    ),
    (
        Kind::City,
        "city|town|city name|municipality|suburb|locality|village|place of residence|birthplace|place of birth|birth place|hometown|home town|kaupunki|kunta|kotikunta|\
         paikkakunta|postitoimipaikka|posti toimipaikka|toimipaikka|syntymapaikka|kotipaikka|stad|ort|postort|post ort|kommun|hemort|fodelseort|stadt|wohnort|wohn ort|\
         gemeinde|geburtsort|ville|commune|localite|lieu de naissance|ciudad|localidad|municipio|poblacion|lugar de nacimiento|cidade|citta|woonplaats|poststed|miasto",
    ),
    (
        Kind::Postcode,
        "postcode|post code|postal code|postalcode|zip|zip code|zipcode|zip 4|eircode|pincode|postinumero|posti numero|postnummer|post nummer|\
         postnr|post nr|plz|postleitzahl|code postal|cp|codigo postal|cap|cep|codice postale|kod pocztowy",
    ),
    (
        Kind::Region,
        "state|province|region|county|state province|district|territory|prefecture|canton|department region|state code|state full|state name|maakunta|laani|alue|lan|landskap|\
         bundesland|kreis|kanton|landkreis|departement|provincia|comunidad|estado|neighborhood|neighbourhood|borough|locale|council area|region name|kaupunginosa|stadsdel",
    ),
    (
        Kind::Country,
        "country|country code|country name|country full|country of residence|nation|maa|maakoodi|land|landskod|landercode|pays|code pays|pais|country iso|ctry",
    ),
    (
        Kind::Coordinate,
        "lat|latitude|lattitude|lon|lng|long|longitude|longtitude|coordinates|coordinate|coords|geo point|geopoint|geo location|gps|gps coordinates|lat lng|lat lon|\
         geolocation|leveysaste|pituusaste|koordinaatit|breddgrad|langdgrad|breitengrad|langengrad|latitud|longitud|spatial location|geohash|geo lat|geo lon",
    ),
    (
        Kind::BirthDate,
        "dob|birth date|birthdate|date of birth|birthday|birth day|born|birth|born on|birth dt|year of birth|birth year|birth month|syntymaaika|syntyma aika|syntymapaiva|\
         syntyma paiva|syntynyt|syntymavuosi|syntyma pvm|fodelsedatum|fodelse datum|fodelsedag|fodelsear|fodd|geburtsdatum|geburts datum|geburtstag|geb datum|geb dat|geb|gebdat|gebdatum|geburtsjahr|\
         date de naissance|date naissance|naissance|ne le|annee de naissance|fecha de nacimiento|fecha nacimiento|nacimiento|ano de nacimiento|fec nac|f nacimiento|cumpleanos|\
         deceased|death date|date of death|deathdate|geboortedatum|data di nascita|data de nascimento|nascimento|data urodzenia|foedselsdato|fodselsdato|kuolinpaiva|dodsdatum|todesdatum",
    ),
    (
        Kind::Age,
        "age|age group|age years|age band|age range|age in years|ika|ikaryhma|ika ryhma|alder|aldersgrupp|lebensalter|altersgruppe|edad|grupo de edad|tranche d age|senior citizen|ikavuosi",
    ),
    (
        Kind::Gender,
        "gender|sex|gender code|gender identity|sukupuoli|kon|genus|geschlecht|sexe|genre|sexo|genero|anrede|salutation|title of courtesy|civilite|pronoun|pronouns|name prefix|tratamiento|puhuttelu",
    ),
    (
        Kind::Marital,
        "marital|marital status|married|marital desc|marriage|marriage status|civil status|siviilisaaty|civilstand|civil stand|familienstand|etat civil|situation familiale|estado civil|partner|spouse",
    ),
    (
        Kind::Family,
        "children|number of children|dependents|dependants|dependent|kids|relationship|family size|household size|siblings|lapset|lapsia|lasten maara|barn|antal barn|kinder|anzahl kinder|\
         enfants|nombre d enfants|hijos|numero de hijos",
    ),
    (
        Kind::Education,
        "education|education level|education num|degree|schooling|qualification|qualifications|highest degree|koulutus|koulutusaste|tutkinto|utbildning|utbildningsniva|examen|bildung|schulabschluss|abschluss|ausbildung|\
         diplome|niveau d etudes|etudes|educacion|nivel de estudios|estudios|titulacion|alma mater",
    ),
    (
        Kind::Job,
        "job|job title|occupation|profession|position title|workclass|work class|job role|job function|employment|job position|position|ammatti|tehtava|tehtavanimike|titteli|yrke|befattning|tjanst|beruf|berufsbezeichnung|\
         tatigkeit|stelle|metier|poste|emploi|fonction|profesion|ocupacion|puesto|cargo|contact title|job level",
    ),
    (
        Kind::Income,
        "income|salary|wage|wages|annual income|yearly income|monthly income|household income|pay rate|compensation|net worth|earnings|tulot|palkka|kuukausipalkka|inkomst|lon inkomst|manadslon|arslon|einkommen|\
         gehalt|lohn|revenu|revenus|salaire|ingresos|salario|sueldo|renta",
    ),
    (
        Kind::Employer,
        "employer|employer name|company|company name|workplace|work place|place of work|tyonantaja|yritys|arbetsgivare|foretag|arbeitgeber|firma|employeur|empleador|empresa|school attended|university",
    ),
    (Kind::Device, "user agent|useragent|ua|browser|device model|device type|os version|selain|navigateur"),
    (
        Kind::Origin,
        "race|ethnicity|ethnic|ethnic group|hispanic|latino|hispanic latino|race desc|nationality|citizenship|citizen|citizen desc|native country|country of birth|birth country|mother tongue|native language|religion|religious|\
         political|political party|party affiliation|union membership|trade union|sexual orientation|kansalaisuus|kansallisuus|aidinkieli|uskonto|nationalitet|medborgarskap|modersmal|religionszugehorigkeit|staatsangehorigkeit|\
         nationalitat|konfession|muttersprache|nationalite|citoyennete|langue maternelle|nacionalidad|ciudadania|lengua materna|etnia|raza|name set",
    ),
    (
        Kind::Health,
        "diagnosis|disease|condition|medical condition|allergy|allergies|blood type|blood group|blood pressure|bmi|smoker|smoking|disability|medication|prescription|treatment|symptom|symptoms|pregnant|pregnancy|hiv|icd|icd 10|\
         diagnoosi|sairaus|laakitys|verityhma|allergia|diagnos|sjukdom|medicinering|blodgrupp|krankheit|diagnose|medikation|blutgruppe|diagnostic|maladie|traitement|groupe sanguin|diagnostico|enfermedad|tratamiento medico|grupo sanguineo",
    ),
    (
        Kind::Text,
        "comment|comments|note|notes|remark|remarks|message|messages|msg|body|text|description|desc|details|memo|feedback|review|review text|content|contents|transcript|bio|biography|about|about me|reason|subject line|summary|free text|\
         freetext|narrative|instructions|complaint|answer|question|log|log message|log line|huomautus|huomautukset|huomiot|huomio|kommentti|kommentit|viesti|lisatiedot|lisatieto|selite|kuvaus|teksti|palaute|kommentar|kommentarer|anteckning|anteckningar|\
         meddelande|beskrivning|anmarkning|notering|bemerkung|bemerkungen|notiz|notizen|nachricht|beschreibung|anmerkung|anmerkungen|hinweis|commentaire|commentaires|remarque|remarques|observation|observations|comentario|comentarios|\
         observacion|observaciones|nota|notas|mensaje|descripcion|free form|chat|case notes|statement",
    ),
    (
        Kind::Url,
        "url|uri|link|website|web site|web page|web address|href|web|site url|referer|referrer|verkkosivu|webbplats|webseite|site web|sitio web|path|request uri|request path",
    ),
];

/// People, in whatever role.
const PEOPLE: &str = "customer|cust|client|clnt|user|usr|person|people|individual|contact|employee|emp|staff|worker|manager|mgr|owner|holder|\
     author|reviewer|patient|pat|doctor|physician|nurse|student|pupil|teacher|driver|guest|member|recipient|sender|beneficiary|payee|payer|signer|approver|\
     agent|rep|salesperson|sales person|representative|spouse|mother|father|parent|child|guardian|applicant|candidate|subscriber|buyer|requester|reporter|\
     assignee|visitor|resident|citizen|donor|participant|attendee|passenger|borrower|debtor|insured|policyholder|caller|consumer|shopper|supervisor|\
     cardholder|signatory|actor|player|voter|lead|respondent|beneficiary|trainer|\
     asiakas|asiakkaat|asiakkaan|kayttaja|kayttajat|henkilo|henkilot|potilas|potilaat|tyontekija|tyontekijat|omistaja|saaja|maksaja|tilaaja|jasen|jasenet|opiskelija|oppilas|hakija|lahettaja|vastaanottaja|ostaja|\
     kund|kunder|anvandare|anstalld|anstallda|agare|mottagare|avsandare|medlem|medlemmar|elev|sokande|personer|patienter|\
     kunde|kunden|kd|knd|benutzer|nutzer|mitarbeiter|inhaber|besitzer|empfanger|absender|mitglied|mitglieder|schuler|fahrer|versicherter|personen|patienten|ma|\
     utilisateur|personne|employe|salarie|proprietaire|titulaire|destinataire|expediteur|membre|eleve|adherent|assure|\
     cliente|usuario|persona|paciente|empleado|propietario|titular|destinatario|remitente|miembro|alumno|socio|contacto|asegurado";

/// Organisations, and what only they have.
const ORGANISATIONS: &str = "publisher|company|vendor|supplier|seller|store|shop|merchant|school|institution|organization|organisation|org|brand|manufacturer|bank|branch|department|dept|\
     team|business|corp|corporation|firm|agency|warehouse|office|carrier|shipper|provider|hospital|facility|clinic|payer|insurer|\
     yritys|toimittaja|kauppa|pankki|myymala|osasto|foretag|leverantor|butik|lieferant|unternehmen|handler|filiale|entreprise|fournisseur|societe|magasin|proveedor|tienda";

/// What has a name and is nobody.
const THINGS: &str = "product|item|file|host|server|domain|category|city|country|region|state|street|table|column|field|event|class|course|plan|package|campaign|app|application|\
     device|model|type|group|role|track|album|artist|song|movie|film|language|currency|project|task|queue|topic|step|component|function|method|service|schema|database|template|page|\
     site|image|folder|bucket|key|tag|label|document|report|job|process|genre|playlist|media|set|color|colour|size|unit|tuote|produkt|artikel|article|producto|articulo|nimike|\
     place|location|station|route|airline|airport|hotel|restaurant|recipe|team|league|procedure|drug|medication|condition|test|feature|metric|order|invoice|category";

/// What a row of a table can be that is nobody, whoever stands in it.
const EVENTS: &str = "order|orders|invoice|transaction|txn|payment|event|log|session|ticket|shipment|rental|review|message|visit|claim|encounter|booking|reservation|line";

/// The word for a name.
const NAME: &str = "name|names|nm|nimi|namn|nom|nombre|nome";

/// What makes a key of what stands before it.
const KEYS: &str = "id|ids|key|keys|uuid|guid|pk|fk|sk|oid|rowid|rowguid|tunnus|tunniste|identifier|ident|uid|ref|reference|viite|code|koodi|kod|schlussel|clave id|hash|ean|sku|gtin|isbn|upc|barcode|serial|seq|sequence";

/// Keys that say by themselves what they are of.
const CATALOGUES: &str = "ean|sku|gtin|isbn|upc|barcode";

/// Keys that are often words, and few.
const CODES: &str = "code|codes|koodi|kod|codigo";

/// People who do something with a row.
const ACTORS: &str = "assignee|agent|owner|author|editor|approver|reviewer|manager|mgr|supervisor|boss|rep|representative|salesperson|staff|\
     operator|handler|creator|created|updated|modified|changed|approved|assigned|closed|by|teller|cashier|esimies|kasittelija|handlaggare|\
     vorgesetzter|bearbeiter|sachbearbeiter";

/// The number of something; of people it is a key.
const NUMBERS: &str = "number|num|no|nr|nro|numero|nummer|numer";

/// What makes a moment of what stands before it.
const MOMENTS: &str = "at|on|date|dates|time|timestamp|ts|datetime|dt|day|month|year|since|until|expires|expiry|expiration|exp|pvm|paiva|paivays|aika|aikaleima|kello|datum|tid|tidpunkt|zeit|zeitpunkt|fecha|hora|jour|heure|created|updated|modified|deleted|\
     started|ended|start|end|duration|hired|hire|period|hour|week|quarter|sedan";

/// What makes a fact about a thing of it, and no longer the thing.
const ATTRIBUTES: &str = "type|types|count|cnt|status|flag|enabled|verified|verification|confirmed|sent|length|lenght|size|valid|validity|version|service|services|method|provider|format|category|class|score|rank|level|limit|balance|amount|amt|price|\
     total|fee|cost|rate|ratio|pct|percent|days|months|hours|opt|optin|consent|preference|pref|preferred|protection|backup|security|support|bill|billing only|unit|source|medium|channel|domain|expiry|issuer|brand|network|scheme|prefix only|tyyppi|tila|maara|lkm|typ|antal|anzahl|\
     estado|nombre de|tipo|reset|attempts|changed|required|allowed|available|index|order|priority|quality|rating|risk|group|list|port|mask|subnet|visible|public|private|hint|strength|policy|lines|plan|points|discount";

/// What makes a question or a count of what stands behind it.
const ASKING: &str = "is|has|have|can|was|are|allow|allows|enable|use|uses|send|num|n|nb|count|total|avg|max|min|sum|pct|on|onko|har|ar|ist|hat|est|es|tiene|number of|requires|show|hide|accepts|paperless|multiple|streaming|online|no of|wants|opted";

/// What stands behind a word and changes nothing.
const FILLERS: &str = "prefix|value|raw|masked|primary|secondary|home|work|main|alt|alternate|line|desc|full|plain|text|string|str|hash|original|orig|new|old|current|previous|clean|normalized|normalised|lower|encrypted|enc|short|default|code|display|in|en|fi|sv|de|fr|es|business|personal|private|billing|shipping|delivery|privat|arbeit";

/// The words of a list.
fn list(written: &'static str) -> impl Iterator<Item = &'static str> {
    written.split('|').map(str::trim)
}

/// Every single word of every list and phrase of two letters and more.
pub fn vocabulary() -> impl Iterator<Item = &'static str> {
    let lists = [PEOPLE, ORGANISATIONS, THINGS, NAME, KEYS, NUMBERS, MOMENTS];
    let phrases = PHRASES.iter().map(|(_, phrases)| *phrases);
    lists.into_iter().chain(phrases).flat_map(list).flat_map(|phrase| phrase.split(' ')).filter(|word| word.len() > 1)
}

/// Lists of words, looked up word by word.
pub struct Lists {
    /// By their last word, longest first: a phrase and what it means.
    phrases: HashMap<&'static str, Vec<(Vec<&'static str>, Kind)>>,
    roles: [HashSet<&'static str>; Role::ALL.len()],
}

/// What a word can be in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Person,
    Organisation,
    Thing,
    Event,
    Name,
    Key,
    Catalogue,
    Code,
    Actor,
    Number,
    Moment,
    Attribute,
    Asking,
    Filler,
}

impl Role {
    const ALL: [(Role, &'static str); 14] = [
        (Role::Person, PEOPLE),
        (Role::Organisation, ORGANISATIONS),
        (Role::Thing, THINGS),
        (Role::Event, EVENTS),
        (Role::Name, NAME),
        (Role::Key, KEYS),
        (Role::Catalogue, CATALOGUES),
        (Role::Code, CODES),
        (Role::Actor, ACTORS),
        (Role::Number, NUMBERS),
        (Role::Moment, MOMENTS),
        (Role::Attribute, ATTRIBUTES),
        (Role::Asking, ASKING),
        (Role::Filler, FILLERS),
    ];
}

/// The lists, made once.
pub static LISTS: LazyLock<Lists> = LazyLock::new(Lists::new);

impl Lists {
    fn new() -> Self {
        let mut phrases: HashMap<_, Vec<(Vec<_>, Kind)>> = HashMap::new();
        for (kind, phrase) in PHRASES.iter().flat_map(|(kind, phrases)| list(phrases).map(|phrase| (*kind, phrase))) {
            let words: Vec<_> = phrase.split(' ').collect();
            phrases.entry(words[words.len() - 1]).or_default().push((words, kind));
        }
        phrases.values_mut().for_each(|found| found.sort_by_key(|(words, _)| std::cmp::Reverse(words.len())));
        Lists { phrases, roles: Role::ALL.map(|(_, words)| list(words).collect()) }
    }

    /// Whether a word can be that, in the plural too.
    pub fn is(&self, word: &str, role: Role) -> bool {
        let set = &self.roles[role as usize];
        set.contains(word) || word.strip_suffix('s').is_some_and(|one| one.len() > 2 && set.contains(one))
    }

    /// The longest phrase that ends with these words: how many words it has, and what it means.
    pub fn ends(&self, words: &[String]) -> Option<(usize, Kind)> {
        let found = self.phrases.get(words.last()?.as_str())?;
        let fits = |phrase: &[&str]| {
            let start = words.len().checked_sub(phrase.len());
            start.is_some_and(|start| words[start..].iter().zip(phrase).all(|(word, known)| word == known))
        };
        found.iter().find(|(phrase, _)| fits(phrase)).map(|(phrase, kind)| (phrase.len(), *kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_its_place() {
        assert!(Role::ALL.iter().enumerate().all(|(at, (role, _))| *role as usize == at));
    }

    #[test]
    fn no_word_has_what_folding_takes_away() {
        let odd =
            vocabulary().find(|word| !word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        assert_eq!(odd, None);
    }

    #[test]
    fn no_phrase_means_two_things() {
        let mut seen = HashMap::new();
        for (kind, phrase) in PHRASES.iter().flat_map(|(kind, phrases)| list(phrases).map(|phrase| (*kind, phrase))) {
            let before = seen.insert(phrase, kind);
            assert!(before.is_none_or(|before| before == kind), "{phrase}: {before:?} and {kind:?}");
        }
    }
}
