//! Names in the letters a to z, as addresses and user names have them.

use fake::locales::{Data, EN};

pub const FIRST: &[&str] = EN::NAME_FIRST_NAME;
pub const LAST: &[&str] = EN::NAME_LAST_NAME;

/// Latin letters with marks, each behind the plain ones that stand for it.
const PLAIN: [(&str, &str); 22] = [
    ("a", "áàâãäåāăą"),
    ("ae", "æ"),
    ("c", "çćč"),
    ("d", "ďđð"),
    ("e", "éèêëēęěẽ"),
    ("g", "ğģ"),
    ("i", "íìîïīı"),
    ("l", "łľļ"),
    ("n", "ñńňņ"),
    ("o", "óòôõöøőō"),
    ("oe", "œ"),
    ("r", "řŕ"),
    ("s", "šśşș"),
    ("ss", "ß"),
    ("t", "ťţț"),
    ("th", "þ"),
    ("u", "úùûüūůű"),
    ("w", "ŵ"),
    ("y", "ýÿŷ"),
    ("z", "žźż"),
    // What joins names, and the dot that lower case leaves of İ.
    ("", " -'’.\u{307}"),
    ("", "`ʼ"),
];

/// The name in a to z; none where a letter of it has no plain one.
pub fn of(name: &str) -> Option<String> {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' => slug.push(letter),
            _ => slug.push_str(PLAIN.iter().find(|(_, marked)| marked.contains(letter))?.0),
        }
    }
    Some(slug).filter(|slug| !slug.is_empty())
}

/// The names that stand in a slug for those of a list: themselves, or an English one each.
pub fn sources(listed: &[&'static str], english: &[&'static str]) -> Vec<&'static str> {
    let plain = english.iter().filter(|name| of(name).is_some()).cycle();
    listed.iter().zip(plain).map(|(name, english)| if of(name).is_some() { *name } else { *english }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_lose_their_marks() {
        let slugs = ["Väinö", "Jan-Åke", "O'Connor", "İsmail", "Thérèse", "Weiß", "Łucja"]
            .map(|name| of(name).unwrap_or_default());
        assert_eq!(slugs, ["vaino", "janake", "oconnor", "ismail", "therese", "weiss", "lucja"]);
        assert_eq!([of("陽菜"), of("")], [None, None]);
        assert_eq!(sources(&["陽菜", "Åsa"], &["Anna", "Zoe"]), ["Anna", "Åsa"]);
    }
}
