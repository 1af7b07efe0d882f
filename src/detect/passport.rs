//! Numbers of passports, where a word says so.

use crate::detect::labelled::Labelled;
use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "passport",
    kinds: &["PASSPORT"],
    follows: "ICAO Doc 9303, part 4: up to nine letters and digits",
    leaves_out: "numbers without a word that announces them; whether the country writes its numbers so",
    starts: &[Starts::Label(&[
        "passport",
        "passports",
        "passeport",
        "pasaporte",
        "passaporto",
        "passaporte",
        "reisepass",
        "reisepaß",
        "passnummer",
        "pass",
        "paspoort",
        "paszport",
        "passi",
        "passin",
        "pas",
        "travel",
        "reisepassnummer",
        "passnr",
        "passinumero",
        "pasnummer",
        "paspoortnummer",
    ])],
    find,
};

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(label) = at else { return };
    let Some(number) = Labelled::after(text, label) else { return };
    if (6..=10).contains(&(number.digits + number.letters)) && number.digits >= 5 && number.letters <= 3 {
        found.push(number.span(text, "PASSPORT", 80));
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn a_number_is_found_behind_its_word() {
        assert_eq!(found("Passport no: CD7654321, expires soon", "PASSPORT"), ["CD7654321"]);
        assert_eq!(found("my travel document is A12803456", "PASSPORT"), ["A12803456"]);
        assert_eq!(found("Passeport n° 75TN35106.", "PASSPORT"), ["75TN35106"]);
        assert_eq!(found("Reisepassnummer U1234567, gültig", "PASSPORT"), ["U1234567"]);
        assert!(found("Her passport expired in 2021. Order A7654321", "PASSPORT").is_empty());
    }
}
