//! What becomes of each kind of identifier.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::Scrub;
use crate::detect::{KINDS, KNOWN, Places};
use crate::document::{Document, Fault, Section};
use crate::method::Method;
use crate::method::nested::part::{Fate, OF_TEXT, Part};
use crate::method::nested::unknown;

/// The kind of a name of somebody.
pub const PERSON: &str = "PERSON";

/// The kinds of identifier that have a kind of fake.
const FAKES: &[(&str, &str)] = &[
    (PERSON, "name"),
    ("EMAIL", "email"),
    ("PHONE", "phone"),
    ("IBAN", "iban"),
    ("CARD", "card"),
    ("IP", "ip"),
    ("MAC", "mac"),
    ("URL", "url"),
    ("USERNAME", "user_name"),
    ("ADDRESS", "street"),
    ("PLATE", "plate"),
];

/// The kinds of identifier that have a fake of one locale, whatever locale the others have.
const NATIONAL: &[(&str, &str)] = &[("FI_HETU", "fi"), ("SE_PNR", "sv"), ("US_SSN", "en"), ("UK_NINO", "en_gb")];

/// What becomes of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// A word that says what stood there.
    Placeholder(&'static str),
    /// What the part of this place makes of it.
    By(usize),
}

/// Whether a name is one value or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    Whole,
    /// The places of the parts for first names and for the last one.
    Parts {
        first: usize,
        last: usize,
    },
}

/// What becomes of each kind.
pub struct Rules {
    parts: Vec<Part>,
    /// The kinds that a part treats.
    by_kind: BTreeMap<&'static str, usize>,
    left: Vec<&'static str>,
    /// Where kinds that do not stay are looked for.
    places: Places,
    pub names: Names,
}

impl Rules {
    /// Placeholders for all kinds but these, which stay.
    fn but(left: Vec<&'static str>) -> Self {
        let places = Places::but(&left);
        Rules { parts: Vec::new(), by_kind: BTreeMap::new(), left, places, names: Names::Whole }
    }

    /// What a kind becomes; none where it stays.
    pub fn of(&self, kind: &'static str) -> Option<Treatment> {
        match self.by_kind.get(kind) {
            _ if self.left.contains(&kind) => None,
            Some(part) => Some(Treatment::By(*part)),
            None => Some(Treatment::Placeholder(kind)),
        }
    }

    /// Where to look for what goes.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The parts that treat pieces.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    fn add(&mut self, part: Part) -> usize {
        self.parts.push(part);
        self.parts.len() - 1
    }

    /// Fakes in the form of a locale, for each kind that has some there and no other rule.
    fn add_fakes(&mut self, locale: &str) {
        let fakes = FAKES.iter().map(|(kind, fake)| (*kind, fake_rule(fake, locale)));
        let national = NATIONAL.iter().map(|(kind, locale)| (*kind, fake_rule("national_id", locale)));
        for (kind, rule) in fakes.chain(national) {
            if let (Some(kind), Ok(part), false) = (known(kind), rule, self.by_kind.contains_key(kind)) {
                let part = self.add(part);
                self.by_kind.insert(kind, part);
            }
        }
    }

    /// Whether some of what is recognised stays as it is.
    pub fn leaves_some(&self) -> bool {
        let methods = || self.parts.iter().map(|part| &*part.nested.method);
        !self.left.is_empty() || methods().any(|method| method.keeps() || method.leaves_values())
    }

    /// In plain words.
    pub fn words(&self) -> String {
        let treated = self.by_kind.iter().filter(|(kind, _)| !self.left.contains(kind));
        let treated = treated.map(|(kind, part)| format!("{kind}: {}", self.parts[*part].nested.method.words()));
        let names = match self.names {
            Names::Whole => None,
            Names::Parts { .. } => Some("the words of a name each by itself".to_owned()),
        };
        let left = (!self.left.is_empty()).then(|| format!("{} stay", self.left.join(", ")));
        let others = "all others: a word in brackets that says what stood there".to_owned();
        treated.chain(names).chain(left).chain([others]).collect::<Vec<_>>().join("; ")
    }

    /// What fixes their meaning.
    pub fn meaning(&self) -> Value {
        let treated = self.by_kind.iter().map(|(kind, part)| ((*kind).to_owned(), self.parts[*part].meaning()));
        let treated: serde_json::Map<_, _> = treated.collect();
        let names = match self.names {
            Names::Whole => Value::Null,
            Names::Parts { first, last } => json!([self.parts[first].meaning(), self.parts[last].meaning()]),
        };
        json!({ "as": treated, "leave": self.left, "names": names })
    }
}

/// Writes the word that stands for an identifier.
pub fn placeholder(kind: &str, out: &mut Vec<u8>) {
    out.push(b'[');
    out.extend(kind.bytes().map(|letter| letter.to_ascii_lowercase()));
    out.push(b']');
}

/// Takes the options of a column.
///
/// # Errors
/// Where one is unknown, or two do not go together.
pub fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let locale = section.optional::<String>("locale")?;
    let with = section.optional::<String>("with")?.unwrap_or_else(|| "fakes".to_owned());
    let names = section.optional::<String>("names")?.unwrap_or_else(|| "whole".to_owned());
    let mut rules = Rules::but(left(section)?);
    own_rules(section, &mut rules)?;
    let own: Vec<_> = rules.by_kind.keys().copied().collect();
    if let Some(kind) = own.iter().find(|kind| rules.left.contains(kind)) {
        let what = format!("{kind} stays, and has a rule under `as` too");
        return Err(section.fault_at("leave", what, "take it out of one of them".to_owned()));
    }
    let language = locale.as_deref().unwrap_or("en");
    match with.as_str() {
        "fakes" => rules.add_fakes(checked(section, language)?),
        "placeholders" if locale.is_some() => {
            return Err(section.fault_at("locale", "placeholders have no locale", "leave it out".to_owned()));
        }
        "placeholders" => {}
        other => return Err(unknown(section, "with", other, ["fakes", "placeholders"].into_iter())),
    }
    match names.as_str() {
        "whole" => {}
        "parts" if own.contains(&PERSON) || rules.left.contains(&PERSON) => {
            let what = "PERSON has a rule of its own, or stays, so its words have none";
            return Err(section.fault_at("names", what, "leave `names` out, or that".to_owned()));
        }
        "parts" if with == "fakes" => rules.names = parts_of_names(section, &mut rules, language)?,
        "parts" => return Err(section.fault_at("names", "placeholders stand for whole names", None)),
        other => return Err(unknown(section, "names", other, ["whole", "parts"].into_iter())),
    }
    Ok(Box::new(Scrub { rules }))
}

fn checked<'l>(section: &Section<'_>, locale: &'l str) -> Result<&'l str, Fault> {
    fake_rule("name", locale).map(|_| locale).map_err(|fault| section.fault_at("locale", fault.what, fault.hint))
}

fn parts_of_names(section: &Section<'_>, rules: &mut Rules, locale: &str) -> Result<Names, Fault> {
    let mut part = |kind| {
        let rule = fake_rule(kind, locale);
        rule.map(|part| rules.add(part)).map_err(|fault| section.fault_at("names", fault.what, fault.hint))
    };
    Ok(Names::Parts { first: part("first_name")?, last: part("last_name")? })
}

fn left(section: &mut Section<'_>) -> Result<Vec<&'static str>, Fault> {
    let written = section.optional::<Vec<String>>("leave")?.unwrap_or_default();
    let mut left = written.iter().map(|kind| kind_of(section, "leave", kind)).collect::<Result<Vec<_>, _>>()?;
    left.sort_unstable();
    left.dedup();
    Ok(left)
}

fn own_rules(section: &mut Section<'_>, rules: &mut Rules) -> Result<(), Fault> {
    let Some(own) = section.optional::<Section<'_>>("as")? else { return Ok(()) };
    for (kind, rule) in own.all::<Section<'_>>()? {
        let kind = kind_of(&rule, "as", &kind)?;
        let place = rule.fault_at("method", "", None);
        let part = Part::parse(rule, OF_TEXT)?;
        let what = match part.fate {
            _ if part.nested.method.beside().is_empty() && !part.adds_nulls() && part.fate != Fate::Removed => None,
            Fate::Removed => Some("a piece of a text cannot be dropped: redact it with = \"\""),
            _ if part.adds_nulls() => Some("a piece of a text cannot become null"),
            _ => Some("a piece of a text cannot be treated after another column"),
        };
        if let Some(what) = what {
            return Err(Fault { what: what.to_owned(), ..place });
        }
        let part = rules.add(part);
        rules.by_kind.insert(kind, part);
    }
    Ok(())
}

fn known(kind: &str) -> Option<&'static str> {
    KINDS.iter().chain([&KNOWN]).copied().find(|known| *known == kind)
}

fn kind_of(section: &Section<'_>, option: &str, typed: &str) -> Result<&'static str, Fault> {
    known(typed).ok_or_else(|| unknown(section, option, typed, KINDS.iter().chain([&KNOWN]).copied()))
}

/// The rule of a kind of fake, in its own domain.
fn fake_rule(kind: &str, locale: &str) -> Result<Part, Fault> {
    let text = format!("method = \"fake\"\nkind = {kind:?}\nlocale = {locale:?}\n");
    Part::parse(Document::of(Path::new(""), text).root()?, OF_TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_with_a_fake_is_one_that_is_found() {
        let mut rules = Rules::but(Vec::new());
        rules.add_fakes("en");
        for (kind, _) in FAKES.iter().chain(NATIONAL) {
            let Some(kind) = known(kind) else { panic!("{kind} is no kind that is found") };
            let part = rules.by_kind.get(kind).unwrap_or_else(|| panic!("{kind} has no fake"));
            assert_eq!(rules.of(kind), Some(Treatment::By(*part)), "{kind}");
        }
    }

    #[test]
    fn a_placeholder_says_what_stood_there() {
        let mut out = Vec::new();
        placeholder("US_SSN", &mut out);
        assert_eq!(out, b"[us_ssn]");
    }
}
