//! The languages of fakes, and their countries' phone numbers for fiction.
//!
//! | numbers | reserved by |
//! |---|---|
//! | 555-0100 to 555-0199 of any area code | North American Numbering Plan, ATIS-0300115 |
//! | 020 7946 0xxx, 01632 960xxx, 07700 900xxx | Ofcom, "Telephone numbers for use in TV and radio drama programmes" |
//! | 030 23125xxx, 040 66969xxx, 069 90009xxx, 0221 4710xxx, 089 99998xxx | Bundesnetzagentur, notice 148/2021, "Drama Numbers" |
//! | 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49, 06 39 98 xx xx | ARCEP, decision 2018-0881, for audiovisual works |
//! | 08 465 004xx, 031 390 06xx, 040 628 04xx, 0980 319 2xx, 070 174 06xx from 05 | PTS, "Telefonnummer för användning i böcker och filmer" |
//!
//! No range is known to be reserved in the other locales' countries, Finland among them: they use North America's.
//!
//! The words are those of the `fake` crate, and Finnish and Swedish ones are compiled in (`data/README.md`).

use fake::locales::{
    AR_SA, CY_GB, DE_DE, Data, EN, FA_IR, FR_FR, IT_IT, JA_JP, NL_NL, PT_BR, PT_PT, TR_TR, ZH_CN, ZH_TW,
};

use super::data::list;

const NORTH_AMERICA: &[&str] = &["+1 @ 555 01##"];
const BRITAIN: &[&str] = &["+44 20 7946 0###", "+44 1632 960###", "+44 7700 900###"];
const GERMANY: &[&str] =
    &["+49 30 23125###", "+49 40 66969###", "+49 69 90009###", "+49 221 4710###", "+49 89 99998###"];
const FRANCE: &[&str] = &[
    "+33 1 99 00 ## ##",
    "+33 2 61 91 ## ##",
    "+33 3 53 01 ## ##",
    "+33 4 65 71 ## ##",
    "+33 5 36 49 ## ##",
    "+33 6 39 98 ## ##",
];

const SWEDEN: &[&str] = &[
    "+46 8 465 004 ##",
    "+46 31 390 06 ##",
    "+46 40 628 04 ##",
    "+46 980 319 2##",
    "+46 70 174 06 1#",
    "+46 70 174 06 2#",
    "+46 70 174 06 3#",
    "+46 70 174 06 4#",
    "+46 70 174 06 5#",
    "+46 70 174 06 6#",
    "+46 70 174 06 7#",
    "+46 70 174 06 8#",
    "+46 70 174 06 9#",
];

/// Every locale, by the name a schema gives it.
pub const LOCALES: &[Locale] = &[
    Locale::of::<AR_SA>("ar_sa", NORTH_AMERICA),
    Locale::of::<CY_GB>("cy_gb", BRITAIN),
    Locale::of::<DE_DE>("de", GERMANY),
    Locale::of::<EN>("en", NORTH_AMERICA),
    Locale::of::<EN>("en_gb", BRITAIN),
    Locale::of::<FA_IR>("fa_ir", NORTH_AMERICA),
    FI,
    Locale::of::<FR_FR>("fr", FRANCE),
    Locale::of::<IT_IT>("it", NORTH_AMERICA),
    Locale::of::<JA_JP>("ja", NORTH_AMERICA),
    Locale::of::<NL_NL>("nl", NORTH_AMERICA),
    Locale::of::<PT_BR>("pt_br", NORTH_AMERICA),
    Locale::of::<PT_PT>("pt_pt", NORTH_AMERICA),
    SV,
    Locale::of::<TR_TR>("tr", NORTH_AMERICA),
    Locale::of::<ZH_CN>("zh_cn", NORTH_AMERICA),
    Locale::of::<ZH_TW>("zh_tw", NORTH_AMERICA),
];

const FI: Locale = Locale {
    first_names: list!("fi.first_names.txt"),
    last_names: list!("fi.last_names.txt"),
    street_form: "{StreetPrefix}{StreetSuffix}",
    street_prefixes: list!("fi.street_prefixes.txt"),
    street_suffixes: list!("fi.street_suffixes.txt"),
    city_form: "{City}",
    cities: list!("fi.cities.txt"),
    company_forms: &["{Name_1} {Suffix}", "{Name_1} {Name_2} {Suffix}"],
    company_suffixes: list!("fi.company_suffixes.txt"),
    ..Locale::of::<EN>("fi", NORTH_AMERICA)
};

const SV: Locale = Locale {
    first_names: list!("sv.first_names.txt"),
    last_names: list!("sv.last_names.txt"),
    street_form: "{StreetPrefix}{StreetSuffix}",
    street_prefixes: list!("sv.street_prefixes.txt"),
    street_suffixes: list!("sv.street_suffixes.txt"),
    city_form: "{City}",
    cities: list!("sv.cities.txt"),
    company_forms: &["{Name_1} {Suffix}", "{Name_1} & {Name_2} {Suffix}"],
    company_suffixes: list!("sv.company_suffixes.txt"),
    ..Locale::of::<EN>("sv", SWEDEN)
};

type Words = &'static [&'static str];

/// The words of a language, and how it puts them together.
pub struct Locale {
    pub name: &'static str,
    pub phones: Words,
    pub first_names: Words,
    pub last_names: Words,
    pub name_form: &'static str,
    pub street_form: &'static str,
    street_prefixes: Words,
    street_suffixes: Words,
    pub city_form: &'static str,
    cities: Words,
    city_suffixes: Words,
    pub company_forms: Words,
    company_suffixes: Words,
}

impl Locale {
    const fn of<L: Data>(name: &'static str, phones: Words) -> Self {
        Locale {
            name,
            phones,
            first_names: L::NAME_FIRST_NAME,
            last_names: L::NAME_LAST_NAME,
            name_form: L::NAME_TPL,
            street_form: L::ADDRESS_STREET_TPL,
            street_prefixes: &[],
            street_suffixes: L::ADDRESS_STREET_SUFFIX,
            city_form: L::ADDRESS_CITY_TPL,
            cities: &[],
            city_suffixes: L::ADDRESS_CITY_SUFFIX,
            company_forms: L::COMPANY_NAME_TPLS,
            company_suffixes: L::COMPANY_SUFFIX,
        }
    }

    /// Whether its phone numbers are those of another country.
    pub fn calls_abroad(&self) -> bool {
        self.phones == NORTH_AMERICA && self.name != "en"
    }

    /// The words that a form's `{word}` stands for.
    pub fn list(&self, word: &str) -> Words {
        match word {
            "FirstName" => self.first_names,
            "StreetPrefix" => self.street_prefixes,
            "City" => self.cities,
            "StreetSuffix" => self.street_suffixes,
            "CitySuffix" => self.city_suffixes,
            "Suffix" => self.company_suffixes,
            _ => self.last_names,
        }
    }
}
