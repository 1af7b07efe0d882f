//! Numbers of driving licences and of licences to practise, where a word says so.

use crate::detect::labelled::Labelled;
use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "driver_license",
    kinds: &["DRIVER_LICENSE"],
    follows: "AAMVA D20 for the length; each state and country has a form of its own",
    leaves_out: "numbers without a word that announces them; check digits, which few of them have",
    starts: &[Starts::Label(&[
        "license",
        "licence",
        "dl",
        "ajokortti",
        "ajokortin",
        "körkort",
        "körkortsnummer",
        "førerkort",
        "kørekort",
        "führerschein",
        "führerscheinnummer",
        "rijbewijs",
        "permis",
        "permiso",
        "carnet",
        "patente",
        "licencia",
    ])],
    find,
};

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(label) = at else { return };
    let Some(number) = Labelled::after(text, label) else { return };
    if (6..=16).contains(&(number.digits + number.letters)) && number.digits >= 5 && number.letters <= 6 {
        found.push(number.span(text, "DRIVER_LICENSE", 74));
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn a_number_is_found_behind_its_word() {
        assert_eq!(found("my driver's license number is a56319335", "DRIVER_LICENSE"), ["a56319335"]);
        assert_eq!(found("License: DL-J10165-65 | Phone", "DRIVER_LICENSE"), ["DL-J10165-65"]);
        assert!(found("under the Apache License 2.0, see line 4000123", "DRIVER_LICENSE").is_empty());
    }
}
