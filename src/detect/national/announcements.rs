//! Words that announce a number of the list, any number for one purpose, or something else.

use super::{Purpose, numbers};

/// Words that announce any number for one purpose.
const GENERAL: &[(Purpose, &[&str])] = &[
    (
        Purpose::Person,
        &[
            "national id",
            "national identity",
            "national identification",
            "id number",
            "identity number",
            "id no",
            "identification number",
            "id card",
            "identity card",
            "personal id",
            "personal number",
            "personal code",
            "personal identity",
            "personnummer",
            "personnumret",
            "citizen id",
            "identity code",
            "nid",
        ],
    ),
    (
        Purpose::Tax,
        &[
            "tax id",
            "tax number",
            "tax no",
            "tin",
            "taxpayer id",
            "tax identification",
            "taxpayer identification",
            "tax code",
            "vat",
            "vat id",
            "fiscal code",
            "tax reference",
        ],
    ),
    (Purpose::Health, &["health insurance", "health number", "insurance number", "patient number", "health id"]),
    (Purpose::Firm, &["business number", "business id", "enterprise number"]),
    (Purpose::Bank, &["account", "account number", "bank account", "acct", "routing"]),
    (Purpose::Licence, &["medical license", "medical licence", "provider id", "provider identifier", "prescriber"]),
    (Purpose::Document, &["passport", "id card", "identity card", "document number", "travel document"]),
];

/// Words that announce something else, so that no word before them is meant.
const OTHER: &[&str] = &[
    "amount",
    "article",
    "artikel*",
    "barcode",
    "belopp",
    "bestell*",
    "betrag",
    "build",
    "bytes",
    "card",
    "commande",
    "ean",
    "facture",
    "faktur*",
    "fax",
    "firmware",
    "gsm",
    "gtin",
    "iban",
    "imei",
    "invoice",
    "isbn",
    "item",
    "karte",
    "kort",
    "lasku*",
    "mobile",
    "offset",
    "order",
    "part",
    "pedido",
    "phone",
    "pid",
    "port",
    "puh",
    "puhelin*",
    "rechnung*",
    "ref",
    "reference",
    "session",
    "size",
    "sku",
    "tel",
    "telefon*",
    "telephone",
    "tilaus*",
    "timestamp",
    "tlf",
    "tracking",
    "transaction",
    "tuote*",
    "tuotekoodi",
    "version",
    "viite*",
];

/// What a phrase announces.
#[derive(Debug, Clone, Copy)]
pub(super) enum Said {
    /// The number at this place of the list.
    Number(usize),
    Purpose(Purpose),
    Other,
}

/// Each phrase, and what it announces.
pub(super) fn phrases() -> impl Iterator<Item = (&'static str, Said)> {
    let of_numbers = numbers()
        .enumerate()
        .flat_map(|(place, number)| number.said_by.iter().map(move |phrase| (*phrase, Said::Number(place))));
    let general = GENERAL
        .iter()
        .flat_map(|(purpose, phrases)| phrases.iter().map(move |phrase| (*phrase, Said::Purpose(*purpose))));
    of_numbers.chain(general).chain(OTHER.iter().map(|phrase| (*phrase, Said::Other)))
}

/// The last words of phrases, but for beginnings of words.
pub(in crate::detect) fn last_words() -> impl Iterator<Item = &'static str> {
    phrases().filter(|(phrase, _)| !phrase.ends_with('*')).filter_map(|(phrase, _)| phrase.rsplit(' ').next())
}
