//! What is proposed for a leaf: a rule that leaves nothing of a person, or a question with answers to choose from.

use arrow::datatypes::DataType;

use super::column::{Evidence, Facts, Kind};
use super::sample::Seen;
use super::write::quoted;
use crate::method;
use crate::schema::{Class, OPEN};

/// What is written of a leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A rule, as options of a schema file.
    Rule(String),
    /// Nobody but a person knows. The rules that could be taken, the safest first.
    Open(Vec<String>),
}

impl Choice {
    /// The class and the method that a rule names; [`OPEN`] where nobody has chosen.
    pub fn named(&self) -> (&str, &str) {
        let Choice::Rule(rule) = self else { return (OPEN, OPEN) };
        let word = |key: &str| rule.split_once(&format!("{key} = \""))?.1.split('"').next();
        (word("class").unwrap_or(OPEN), word("method").unwrap_or(OPEN))
    }
}

/// Whether other leaves seem to hold the same values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joins {
    /// Those that all lead to a column of this kind.
    Others(Kind),
    /// Those have its values, or it has theirs, and neither leads to the other.
    Alike,
    None,
}

/// How nothing is left of a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Emptied {
    Null,
    /// It cannot be null.
    Drop,
}

impl Emptied {
    fn of(seen: &Seen) -> Self {
        if seen.nullable { Emptied::Null } else { Emptied::Drop }
    }
}

/// What a type is to methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Text,
    Whole,
    Fraction,
    Flag,
    Time,
    Other,
}

impl Sort {
    fn of(data_type: &DataType) -> Self {
        use DataType::*;
        match data_type {
            Utf8 | LargeUtf8 | Utf8View => Sort::Text,
            Int32 | Int64 | UInt32 | UInt64 => Sort::Whole,
            Float32 | Float64 | Decimal128(..) => Sort::Fraction,
            Boolean => Sort::Flag,
            Date32 | Date64 | Timestamp(..) => Sort::Time,
            _ => Sort::Other,
        }
    }
}

/// What is proposed for a leaf; `domain` is that of the column which it seems to be linked with, or its own.
pub fn choose(seen: &Seen, domain: &str, joins: Joins) -> Choice {
    let (kind, sort) = (seen.finding.kind, Sort::of(&seen.data_type));
    let can_be_key = matches!(sort, Sort::Text | Sort::Whole) || seen.sketch.counts;
    if let Joins::Others(head) = joins
        && can_be_key
    {
        return Choice::Rule(joining(head, sort, domain));
    }
    if can_be_key && matches!(kind, Kind::Key | Kind::PersonKey) {
        return Choice::Rule(pseudonym(Class::Direct, domain));
    }
    if kind.is_direct() {
        return Choice::Rule(direct(kind, sort, domain, Emptied::of(seen), locale(kind, &seen.facts)));
    }
    if matches!(kind, Kind::Text | Kind::PersonalText) && sort == Sort::Text {
        return Choice::Rule(free_text());
    }
    match coarse(seen, sort) {
        Some(rule) => Choice::Rule(rule),
        None => {
            let may_be_key = sort == Sort::Whole && (joins == Joins::Alike || seen.sketch.is_unique());
            let code = (sort == Sort::Text || may_be_key).then(|| pseudonym(asked(kind), domain));
            Choice::Open(answers(kind, sort, code, Emptied::of(seen)))
        }
    }
}

fn rule(class: Class, method: &str) -> String {
    format!(r#"class = "{}", method = {method}"#, class.name())
}

fn pseudonym(class: Class, domain: &str) -> String {
    rule(class, &format!(r#""pseudonym", domain = {}"#, quoted(domain)))
}

/// Equal values become equal ones, and different ones different: fakes where they can be told apart, else codes.
fn joining(head: Kind, sort: Sort, domain: &str) -> String {
    let fake = |kind: &str| {
        rule(Class::Direct, &format!(r#""fake", kind = "{kind}", distinct = true, domain = {}"#, quoted(domain)))
    };
    match (head, sort) {
        (Kind::Email, Sort::Text) => fake("email"),
        (Kind::Username, Sort::Text) => fake("user_name"),
        _ => pseudonym(Class::Direct, domain),
    }
}

/// Scrubbing leaves the text around what it finds; without it nothing is left.
fn free_text() -> String {
    rule(Class::FreeText, if method::find("scrub").is_some() { r#""scrub""# } else { r#""redact""# })
}

/// A fake of a text that identifies; of other types a code, or nothing.
fn direct(kind: Kind, sort: Sort, domain: &str, emptied: Emptied, locale: Option<&str>) -> String {
    let locale = locale.map_or_else(String::new, |locale| format!(r#", locale = "{locale}""#));
    let fake = |kind: &str| rule(Class::Direct, &format!(r#""fake", kind = "{kind}"{locale}"#));
    match (kind, sort) {
        (Kind::Secret | Kind::ProfileUrl, Sort::Text) => rule(Class::Direct, r#""redact""#),
        (Kind::Username, Sort::Text) => fake(r#"user_name", distinct = true, domain = "user_name"#),
        (kind, Sort::Text) => match fake_of(kind) {
            Some(name) => fake(name),
            None => pseudonym(Class::Direct, domain),
        },
        (Kind::Secret, _) => nothing(Class::Direct, emptied),
        (_, Sort::Whole) => pseudonym(Class::Direct, domain),
        _ => nothing(Class::Direct, emptied),
    }
}

fn nothing(class: Class, emptied: Emptied) -> String {
    rule(class, if emptied == Emptied::Null { r#""null""# } else { r#""drop""# })
}

/// Where national identifiers are of that have fakes of their own form; none where that is not seen.
fn locale(kind: Kind, facts: &Facts) -> Option<&'static str> {
    let (found, _) = facts.found_whole().next().filter(|(_, share)| kind == Kind::NationalId && *share > 0.5)?;
    let locales =
        [("FI_HETU", "fi"), ("SE_PNR", "sv"), ("DE_STEUERNUMMER", "de"), ("DE_STEUER_ID", "de"), ("UK_NINO", "en_gb")];
    locales.into_iter().find(|(known, _)| *known == found).map(|(_, locale)| locale)
}

/// The kind of fake for a kind of column.
fn fake_of(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::FirstName => "first_name",
        Kind::LastName => "last_name",
        Kind::Name => "name",
        Kind::Email => "email",
        Kind::Phone => "phone",
        Kind::Card => "card",
        Kind::Iban => "iban",
        Kind::Ip => "ip",
        Kind::Mac => "mac",
        Kind::NationalId => "national_id",
        Kind::Plate => "plate",
        Kind::Address => "street",
        _ => return None,
    })
}

/// A coarser form of what identifies in combination, where the name and the type are those of such.
fn coarse(seen: &Seen, sort: Sort) -> Option<String> {
    if seen.finding.evidence == Evidence::Nothing {
        return None;
    }
    let way = match (seen.finding.kind, sort) {
        (Kind::BirthDate, Sort::Time) => r#""generalise", to = "year""#,
        (Kind::Age, Sort::Whole) => r#""generalise", width = 10"#,
        (Kind::Income, Sort::Whole) => r#""generalise", width = 10000"#,
        (Kind::Postcode, Sort::Text) => r#""generalise", prefix = 2"#,
        (Kind::Coordinate, Sort::Fraction) => r#""generalise", grid = 0.1"#,
        (Kind::City, Sort::Text) => r#""fake", kind = "city""#,
        (Kind::Employer, Sort::Text) => r#""fake", kind = "company""#,
        _ => return None,
    };
    Some(rule(Class::Quasi, way))
}

/// What a leaf is at least while nobody has said what it is.
fn asked(kind: Kind) -> Class {
    match kind.class() {
        Class::Attribute | Class::Direct | Class::FreeText => Class::Quasi,
        class => class,
    }
}

/// Rules that an open question could take, the one that keeps values last.
fn answers(kind: Kind, sort: Sort, code: Option<String>, emptied: Emptied) -> Vec<String> {
    let class = asked(kind);
    let safe = match sort {
        Sort::Text => rule(class, r#""redact""#),
        Sort::Whole => rule(class, r#""generalise", width = 10"#),
        Sort::Fraction => rule(class, r#""round", to = 10"#),
        Sort::Time => rule(class, r#""generalise", to = "month""#),
        Sort::Flag | Sort::Other => nothing(class, emptied),
    };
    let kept = match kind.class() {
        Class::Sensitive => Class::Sensitive,
        Class::Quasi => Class::Quasi,
        _ => Class::Attribute,
    };
    [Some(safe), code, Some(rule(kept, r#""keep", because = """#))].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule, parsed as a schema file's.
    fn parses(rule: &str) -> bool {
        let kept = rule.replace(r#"because = """#, r#"because = "x""#);
        let text = format!(
            "customer = \"a\"\ntable = \"t\"\nsource = \"a/t.csv\"\nformat = \"csv\"\n[columns]\nx = {{ {kept} }}\n"
        );
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("t.toml");
        std::fs::write(&file, text).expect("a file");
        crate::schema::TableSchema::read(&file).is_ok()
    }

    #[test]
    fn a_rule_names_its_class_and_method() {
        let rule = Choice::Rule(r#"class = "direct", method = "fake", kind = "name""#.to_owned());
        assert_eq!(rule.named(), ("direct", "fake"));
        assert_eq!(Choice::Open(Vec::new()).named(), (OPEN, OPEN));
    }

    #[test]
    fn every_proposal_and_every_answer_is_a_rule() {
        let sorts = [Sort::Text, Sort::Whole, Sort::Fraction, Sort::Flag, Sort::Time, Sort::Other];
        for kind in Kind::ALL {
            for sort in sorts {
                let rules = answers(*kind, sort, Some(pseudonym(asked(*kind), "t.x")), Emptied::Null);
                assert!(rules.iter().all(|rule| parses(rule)), "{kind:?} {sort:?}: {rules:?}");
                let rule = direct(*kind, sort, "t.x", Emptied::Null, Some("fi"));
                assert!(parses(&rule), "{rule}");
            }
        }
        assert!(parses(&free_text()) && parses(&pseudonym(Class::Direct, "t.\"odd\"")));
    }
}
