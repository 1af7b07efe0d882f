//! Names of people in small letters, behind words that introduce them.

use crate::detect::{At, Recogniser, Span, Starts, Text, person};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "introduced",
    kinds: &["PERSON"],
    follows: "lists of names beside src/detect/person/mod.rs, each with its source and licence",
    leaves_out: "names in small letters anywhere else",
    starts: &[Starts::Keyword(INTRODUCE)],
    find,
};

/// Words that a name often follows.
const INTRODUCE: &[&str] = &[
    "name",
    "named",
    "called",
    "customer",
    "client",
    "patient",
    "payee",
    "driver",
    "contact",
    "user",
    "mr",
    "mrs",
    "ms",
    "dr",
    "dear",
    "hi",
    "hello",
    "hey",
    "regards",
    "commenter",
    "by",
    "says",
    "starring",
    "nimi",
    "nimeni",
    "asiakas",
    "asiakkaan",
    "potilas",
    "saaja",
    "kuljettaja",
    "hoitaa",
    "rouva",
    "herra",
    "hei",
    "moi",
    "terveisin",
    "heter",
    "namn",
    "kund",
    "kunden",
    "patienten",
    "mottagare",
    "mottagaren",
    "förare",
    "hej",
    "hälsningar",
    "fru",
    "herr",
    "heiße",
    "heisse",
    "kunde",
    "kundin",
    "frau",
    "vertritt",
    "empfänger",
    "hallo",
    "grüße",
    "gruß",
    "appelle",
    "client",
    "monsieur",
    "madame",
    "bonjour",
    "llamo",
    "cliente",
    "señor",
    "señora",
    "hola",
];

/// Between the word and the name at most so many small words stand, as `is`.
const MOST_BETWEEN: usize = 1;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(at) = at else { return };
    let count = text.words().len();
    let is_title = person::is_title(text, at);
    let leads_on =
        |before: &usize| is_near(text.between(*before)) || is_title && *before == at && text.between(at) == b". ";
    let names = (at..=at + MOST_BETWEEN).take_while(|before| before + 2 < count && leads_on(before));
    let name = names.map(|before| before + 1).find_map(|name| person::small(text, name));
    let is_titled = is_title && at + 1 < count && matches!(text.between(at), b" " | b". ");
    found.extend(name.or_else(|| is_titled.then(|| person::small_family(text, at + 1)).flatten()));
}

fn is_near(gap: &[u8]) -> bool {
    let quoted = [&b"\": \""[..], b"\":\"", b"=\"", b" = \""];
    matches!(gap, b" " | b": " | b", " | b"=") || gap.len() > 1 && quoted.contains(&gap)
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector;

    fn names(text: &str) -> Vec<&str> {
        Detector::default().find(text).iter().map(|span| &text[span.start..span.end]).collect()
    }

    #[test]
    fn a_name_in_small_letters_is_found_behind_a_word_that_introduces_it() {
        assert_eq!(names("hi, my name is anna virtanen and"), ["anna virtanen"]);
        assert_eq!(names("kund erik lindström ringde"), ["erik lindström"]);
        assert!(names("the customer is king of the hill").is_empty());
        assert!(names("name").is_empty() && names("name is").is_empty());
    }
}
