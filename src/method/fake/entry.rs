//! `fake` as the catalogue shows it.

use super::options;
use crate::method::{Entry, Keying};

pub const ENTRY: Entry = Entry {
    name: "fake",
    version: 1,
    summary: "Replaces a value with an invented one; equal values get equal fakes in all columns of one domain.",
    options: &[
        (
            "kind",
            "required; email, phone, iban, card, national_id, ip, mac and url, which reach nobody; first_name, last_name, \
             name, user_name, street, city, company and plate, for which no reserved range exists, so that one can be \
             somebody's by chance; postcode, region and country, which are real and agree; user_agent, uuid, birth_date \
             and text",
        ),
        (
            "locale",
            "ar_sa, cy_gb, de, en, en_gb, fa_ir, fi, fr, it, ja, nl, pt_br, pt_pt, sv, tr, zh_cn or zh_tw; \"en\" if not \
             given",
        ),
        ("domain", "the columns that must still agree share its name; \"fake.\" and the kind if not given"),
        (
            "of",
            "the column that says whose value it is, or \"subject\" for the schema's: fakes of one subject then agree in \
             all columns of the domain, which must be given; each value by itself if not given",
        ),
        (
            "distinct",
            "true: distinct values get distinct fakes but for a chance of 2^-80 a pair; for email, url, user_name and \
             uuid; false if not given",
        ),
        ("band", "for birth_date: the years of an age band, from a multiple of so many; 5 if not given"),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "direct", method = "fake", kind = "name", locale = "de" }"#,
        r#"{ class = "direct", method = "fake", kind = "first_name" }"#,
        r#"{ class = "direct", method = "fake", kind = "last_name" }"#,
        r#"{ class = "direct", method = "fake", kind = "email", domain = "contact" }"#,
        r#"{ class = "direct", method = "fake", kind = "phone", locale = "fr" }"#,
        r#"{ class = "direct", method = "fake", kind = "street", locale = "nl" }"#,
        r#"{ class = "quasi", method = "fake", kind = "city" }"#,
        r#"{ class = "direct", method = "fake", kind = "company" }"#,
        r#"{ class = "direct", method = "fake", kind = "name", locale = "fi", domain = "person", of = "customer_id" }"#,
        r#"{ class = "direct", method = "fake", kind = "email", locale = "fi", domain = "person", of = "subject" }"#,
        r#"{ class = "direct", method = "fake", kind = "user_name", distinct = true }"#,
        r#"{ class = "quasi", method = "fake", kind = "city", locale = "sv", domain = "person", of = "customer_id" }"#,
        r#"{ class = "quasi", method = "fake", kind = "postcode", locale = "sv", domain = "person", of = "customer_id" }"#,
        r#"{ class = "direct", method = "fake", kind = "iban", locale = "fi" }"#,
        r#"{ class = "direct", method = "fake", kind = "card" }"#,
        r#"{ class = "direct", method = "fake", kind = "national_id", locale = "sv" }"#,
        r#"{ class = "direct", method = "fake", kind = "ip" }"#,
        r#"{ class = "direct", method = "fake", kind = "mac" }"#,
        r#"{ class = "direct", method = "fake", kind = "url" }"#,
        r#"{ class = "attribute", method = "fake", kind = "user_agent" }"#,
        r#"{ class = "direct", method = "fake", kind = "uuid", distinct = true }"#,
        r#"{ class = "direct", method = "fake", kind = "plate", locale = "de" }"#,
        r#"{ class = "quasi", method = "fake", kind = "birth_date", band = 10 }"#,
        r#"{ class = "free_text", method = "fake", kind = "text" }"#,
    ],
    parse: options::parse,
};
