//! A name taken apart into its words, folded so that one spelling stands for all.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::lexicon;

/// Every word of the lexicon, by which words that are written together are told apart.
static KNOWN: LazyLock<HashSet<&'static str>> = LazyLock::new(|| lexicon::vocabulary().collect());

/// A word is as long as this, so that it ends a longer one that nobody knows: `katuosoite`, `hemtelefon`.
const LONG_ENOUGH: usize = 5;

/// The words of a name: `firstName`, `FIRST_NAME` and `first name` are `first` and `name`.
pub fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    for piece in pieces(name) {
        compound(&piece, &mut words);
    }
    words
}

/// What stands between signs, changes of case, and letters beside digits; in lower case, without accents.
fn pieces(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.nfc().collect();
    let mut pieces = vec![String::new()];
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        if starts(before, *letter, letters.get(at + 1).copied()) {
            pieces.push(String::new());
        }
        if letter.is_alphanumeric() {
            fold(*letter, pieces.last_mut().expect("one is there"));
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Whether a word begins at a letter, or ends before a sign.
fn starts(before: Option<char>, letter: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    let joined = before.is_alphanumeric() && letter.is_alphanumeric();
    !joined
        || before.is_numeric() != letter.is_numeric()
        || (before.is_lowercase() && letter.is_uppercase())
        || (before.is_uppercase() && letter.is_uppercase() && after.is_some_and(char::is_lowercase))
}

fn fold(letter: char, into: &mut String) {
    match letter {
        'ß' | 'ẞ' => into.push_str("ss"),
        'ø' | 'Ø' => into.push('o'),
        'æ' | 'Æ' => into.push_str("ae"),
        letter if letter.is_ascii() => into.push(letter.to_ascii_lowercase()),
        letter => into.extend(letter.to_lowercase().nfkd().filter(|letter| letter.is_alphanumeric())),
    }
}

/// Takes a word apart where it is made of known ones, or ends in one.
fn compound(word: &str, into: &mut Vec<String>) {
    if KNOWN.contains(word) || word.len() < LONG_ENOUGH || !word.is_ascii() {
        return into.push(word.to_owned());
    }
    if let Some(parts) = parts(word, 3) {
        return into.extend(parts.into_iter().map(str::to_owned));
    }
    let ends = (2..word.len().saturating_sub(LONG_ENOUGH - 1)).find(|at| KNOWN.contains(&word[*at..]));
    match ends {
        Some(at) => into.extend([word[..at].to_owned(), word[at..].to_owned()]),
        None => into.push(word.to_owned()),
    }
}

/// Known words that make up a word, the first as long as can be.
fn parts(word: &str, most: usize) -> Option<Vec<&str>> {
    if KNOWN.contains(word) {
        return Some(vec![word]);
    }
    if most == 1 {
        return None;
    }
    (2..word.len().saturating_sub(1)).rev().filter(|at| KNOWN.contains(&word[..*at])).find_map(|at| {
        let mut rest = parts(&word[at..], most - 1)?;
        rest.insert(0, &word[..at]);
        Some(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(name: &str) -> String {
        words(name).join(" ")
    }

    #[test]
    fn one_spelling_stands_for_all() {
        for name in ["first_name", "firstName", "First Name", "FIRST-NAME", "FirstName", "first.name"] {
            assert_eq!(joined(name), "first name", "{name}");
        }
        assert_eq!(joined("IPAddress"), "ip address");
        assert_eq!(joined("addressLine2"), "address line 2");
        assert_eq!(joined("Sähköposti"), "sahkoposti");
        assert_eq!(joined("Straße"), "strasse");
    }

    #[test]
    fn words_written_together_are_told_apart() {
        assert_eq!(joined("asiakasosoite"), "asiakas osoite");
        assert_eq!(joined("kundtelefon"), "kund telefon");
        assert_eq!(joined("dateofbirth"), "date of birth");
        assert_eq!(joined("lagerplatsadress"), "lagerplats adress");
        assert_eq!(joined("paid"), "paid");
    }
}
