//! Number plates in the form of a country; no country keeps some for fiction, so one can be a real car's by chance.

use super::recipe::{Recipe, marked};

/// A plate as the locale's country has them now, or three letters and three digits.
pub fn plate(locale: &str) -> Recipe {
    let (forms, letters): (&[&str], &[u8]) = match locale {
        "fi" => (&["???-###"], b"ABCEFGHIJKLMNOPRSTUVXYZ"),
        "sv" => (&["??? ###", "??? ##?"], b"ABCDEFGHJKLMNOPRSTUWXYZ"),
        "de" => (&["B-?? ####", "HH-?? ####", "K-?? ###", "M-?? ####"], b"ABCDEFGHJKLMNPRSTUVWXYZ"),
        "en_gb" | "cy_gb" => (&["??## ???"], b"ABCDEFGHJKLMNOPRSTUVWXY"),
        "fr" | "it" => (&["??-###-??"], b"ABCDEFGHJKLMNPQRSTVWXYZ"),
        "nl" => (&["??-###-?", "?-###-??"], b"BDFGHJKLNPRSTVXZ"),
        "pt_pt" => (&["??-##-??"], b"ABCDEFGHIJLMNOPQRSTUVXZ"),
        "pt_br" => (&["???#?##"], b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        "tr" => (&["06 ??? ##", "34 ?? ###", "35 ?? ###"], b"ABCDEFGHJKLMNPRSTUVYZ"),
        _ => (&["??? ###"], b"ABCDEFGHJKLMNPRSTUVWXYZ"),
    };
    Recipe::one_of(forms.iter().map(|form| marked(form, letters)))
}
