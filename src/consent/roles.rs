//! `consent/roles.toml`: who stands behind a principal, and what they may do.

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::document::{Document, Fault, Section, nearest};

/// What a principal is made of, as a way out.
pub(super) const PRINCIPAL: &str = "an address or a name: ASCII letters and digits, `.`, `_`, `+`, `-` and `@`";

/// What a principal may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Signs for the customer, whose name is the party's `organisation`.
    Customer,
    /// Signs for the house.
    Compliance,
    /// Runs what was approved.
    Operator,
}

impl Role {
    const ALL: [(&'static str, Role); 3] =
        [("customer", Role::Customer), ("compliance", Role::Compliance), ("operator", Role::Operator)];

    /// The word in files.
    pub fn word(self) -> &'static str {
        Role::ALL[self as usize].0
    }
}

/// Who stands behind a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub person: String,
    /// Of a customer's signer: the customer, by the name that schemas and approvals use.
    pub organisation: String,
    pub roles: BTreeSet<Role>,
}

impl Party {
    /// Whether both are one human, however the name is spelled: in letters put together otherwise, wide or narrow, large or
    /// small, with or without blanks, hyphens, and what is not seen at all.
    pub fn is_person(&self, other: &Party) -> bool {
        folded(&self.person) == folded(&other.person)
    }

    /// Whether the party has this role.
    pub fn may(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// The letters, marks and digits of a name, by Unicode's NFKC and without case; by way of upper case, as `ß` is `SS` there.
fn folded(name: &str) -> String {
    let plain: String = name.nfkc().filter(|letter| letter.is_alphanumeric() || is_combining_mark(*letter)).collect();
    plain.to_uppercase().to_lowercase().nfkc().collect()
}

/// Whether letters of a name look like others of it and are of another alphabet, so that it can be spelled twice.
fn is_mixed(name: &str) -> bool {
    let alphabet = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Some("Latin"),
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some("Greek"),
        '\u{400}'..='\u{52f}' => Some("Cyrillic"),
        '\u{530}'..='\u{58f}' => Some("Armenian"),
        '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}' => Some("Cherokee"),
        _ => None,
    };
    name.nfkc().filter_map(alphabet).collect::<BTreeSet<_>>().len() > 1
}

/// Whether a text can be a principal: an address or a name of ASCII letters and digits, and of `.`, `_`, `+`, `-` and `@`.
pub(super) fn is_principal(text: &str) -> bool {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || b"._+-@".contains(&letter);
    text.bytes().all(is_plain) && text.bytes().any(|letter| letter.is_ascii_alphanumeric())
}

/// All parties by principal.
#[derive(Debug, Clone)]
pub struct Roles(BTreeMap<String, Party>);

impl Roles {
    /// Parses the file.
    ///
    /// # Errors
    /// Where the text is not TOML, a key or a role is unknown, or a name is empty.
    pub fn parse(document: &Document) -> Result<Self, Fault> {
        let parties = document.root()?.all::<Section<'_>>()?;
        let named = |(principal, section): (String, Section<'_>)| match is_principal(&principal) {
            true => Ok((principal, party(section)?)),
            false => Err(section.fault("the name is no principal", PRINCIPAL.to_owned())),
        };
        parties.into_iter().map(named).collect::<Result<_, _>>().map(Roles)
    }

    /// The party behind a principal.
    pub fn party(&self, principal: &str) -> Option<&Party> {
        self.0.get(principal)
    }
}

fn party(mut section: Section<'_>) -> Result<Party, Fault> {
    let party = Party {
        person: name(&mut section, "person")?,
        organisation: name(&mut section, "organisation")?,
        roles: roles(&mut section)?,
    };
    section.finish()?;
    Ok(party)
}

fn name(section: &mut Section<'_>, key: &'static str) -> Result<String, Fault> {
    let name: String = section.required(key)?;
    if folded(&name).is_empty() {
        return Err(section.fault_at(key, format!("`{key}` is empty"), None));
    }
    if is_mixed(&name) {
        let hint = "write it in the letters of one alphabet; some look alike in two".to_owned();
        return Err(section.fault_at(key, format!("`{key}` has letters of two alphabets"), hint));
    }
    Ok(name)
}

fn roles(section: &mut Section<'_>) -> Result<BTreeSet<Role>, Fault> {
    let words: Vec<String> = section.required("roles")?;
    let known = || Role::ALL.iter().map(|(word, _)| *word);
    let role = |word: &String| match Role::ALL.iter().find(|(known, _)| known == word) {
        Some((_, role)) => Ok(*role),
        None => {
            let hint = nearest(word, known()).map(|near| format!("did you mean `{near}`?"));
            let hint = hint.unwrap_or_else(|| format!("known here: {}", known().collect::<Vec<_>>().join(", ")));
            Err(section.fault_at("roles", format!("unknown role `{word}`"), hint))
        }
    };
    words.iter().map(role).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn parse(text: &str) -> Result<Roles, Fault> {
        Roles::parse(&Document::of(Path::new("roles.toml"), text.to_owned()))
    }

    #[test]
    fn a_party_is_read_and_compared_as_a_human() {
        let roles = parse(
            "[\"a@x\"]\nperson = \"Maija Meri\"\norganisation = \"acme\"\nroles = [\"customer\", \"compliance\"]\n\
             [\"b@x\"]\nperson = \"maija  MERI \"\norganisation = \"acme\"\nroles = []\n",
        )
        .expect("is well formed");
        let (a, b) = (roles.party("a@x").expect("is listed"), roles.party("b@x").expect("is listed"));
        assert!(a.is_person(b));
        assert!(a.may(Role::Customer) && a.may(Role::Compliance) && !a.may(Role::Operator) && b.roles.is_empty());
        assert!(Role::ALL.iter().all(|(word, role)| role.word() == *word));
    }

    #[test]
    fn one_name_in_two_spellings_is_one_person() {
        let party = |person: &str| Party { person: person.into(), organisation: "o".into(), roles: BTreeSet::new() };
        for (one, other) in [
            ("P\u{e4}ivi", "Pa\u{308}ivi"),
            ("Anna Berg", "Anna\u{200b} Berg"),
            ("Anna Berg", "Anna\u{a0}Berg"),
            ("Anna Berg", "\u{ff21}nna Berg"),
            ("Anna-Maria Berg", "anna maria BERG"),
            ("Anna Weiß", "ANNA WEISS"),
            ("Sofía Ruiz", "SOFÍA RUIZ\u{202e}"),
            ("\u{3a3}\u{3af}\u{3c3}\u{3c5}\u{3c6}\u{3bf}\u{3c2}", "\u{3a3}\u{38a}\u{3a3}\u{3a5}\u{3a6}\u{39f}\u{3a3}"),
        ] {
            assert!(party(one).is_person(&party(other)), "{one} and {other}");
        }
        for (one, other) in [("Anna Berg", "Anne Berg"), ("P\u{e4}ivi", "Paivi"), ("Kim 1", "Kim 2")] {
            assert!(!party(one).is_person(&party(other)), "{one} and {other}");
        }
    }

    #[test]
    fn a_name_that_can_pass_for_another_is_refused() {
        let of = |principal: &str, person: &str| {
            parse(&format!("[\"{principal}\"]\nperson = \"{person}\"\norganisation = \"o\"\nroles = []"))
        };
        for person in ["\u{410}nna Berg", "Anna B\u{435}rg", "\u{391}nna Berg", "Anna \u{421}\u{430}rr"] {
            let fault = of("a@x", person).expect_err("is two alphabets");
            assert!(fault.what.contains("two alphabets") && fault.hint.is_some(), "{fault}");
        }
        for person in ["Анна Берг", "Άννα", "Anna Bergström", "安娜", "אנה", "आन्ना", "Anna O’Neill", "Zoë 2"]
        {
            assert!(of("a@x", person).is_ok(), "{person}");
        }
        for person in ["", "\u{200b}", " - "] {
            assert!(of("a@x", person).expect_err("is none").what.contains("empty"), "{person:?}");
        }
        for principal in ["\u{430}@x", "a b", "a\u{200b}@x", "a*@x", "a/b", "-", ""] {
            let fault = of(principal, "Anna").expect_err("is no principal");
            assert!(fault.what.contains("no principal"), "{principal}: {fault}");
        }
        assert!(of("anna.b_c-d+e@x-y.example", "Anna").is_ok());
    }

    #[test]
    fn unknown_keys_and_roles_and_empty_names_are_refused() {
        let with = |rest: &str| format!("[\"a@x\"]\nperson = \"A\"\norganisation = \"o\"\n{rest}");
        assert!(
            parse(&with("roles = [\"custmer\"]")).expect_err("is wrong").hint.expect("has one").contains("`customer`")
        );
        assert!(parse(&with("roles = []\nrole = 1")).expect_err("is wrong").what.contains("unknown key"));
        assert!(parse("[\"a@x\"]\nperson = \" \"").expect_err("is wrong").what.contains("empty"));
    }
}
