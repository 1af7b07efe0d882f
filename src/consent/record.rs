//! `approval.toml`: what the customer agreed to, in the sections of ISO/IEC TS 27560.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use super::claim::{Claim, Level};
use crate::document::{self, Fault, Section};

/// An approval as it is written; nothing in it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The approval's name, used once, ever.
    pub approval: String,
    /// The earlier approval of the same customer that this one follows.
    pub renews: Option<String>,
    pub customer: String,
    pub purpose: String,
    pub given_at: Timestamp,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// From 1 to [`Record::MOST_RUNS`].
    pub max_runs: u64,
    pub basis: Basis,
    pub documents: Vec<Document>,
    pub approver: Approver,
    pub source: Place,
    pub destination: Destination,
    /// The evidence root in whose ledger runs are counted and withdrawals stand; any, where none is named.
    pub ledger: Option<String>,
    pub claim: Claim,
    /// By table name.
    pub tables: BTreeMap<String, TableTerms>,
}

/// What the approval rests on; `evidence` in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The customer signed.
    CustomerSigned,
    /// The customer agreed on paper, and two of the house attest it.
    DocumentAttested,
}

impl Basis {
    const ALL: [(&'static str, Basis); 2] =
        [("customer-signed", Basis::CustomerSigned), ("document-attested", Basis::DocumentAttested)];

    /// For how many days such an approval may last; none where the workspace alone says so.
    pub fn most_days(self) -> Option<u64> {
        match self {
            Basis::CustomerSigned => None,
            Basis::DocumentAttested => Some(30),
        }
    }

    /// The word in files.
    pub fn word(self) -> &'static str {
        Basis::ALL[self as usize].0
    }
}

/// A paper that belongs to the approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub name: String,
    /// 64 lower-case hex digits.
    pub sha256: String,
}

/// Who approves at the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approver {
    pub person: String,
    pub title: String,
    pub principal: String,
}

/// Where data lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub account: String,
    pub root: String,
}

/// Where data may go, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    pub place: Place,
    pub kms_key: Option<String>,
    /// The regions of AWS in which the copy may lie; any, where none is named.
    pub residency: Vec<String>,
    pub retention_days: Option<u64>,
}

impl Destination {
    /// When what was made at some moment must be deleted; none where no time was agreed on.
    pub fn retained_until(&self, made: Timestamp) -> Option<Timestamp> {
        let hours = i64::try_from(self.retention_days?).ok()?.checked_mul(24)?;
        made.checked_add(SignedDuration::from_hours(hours)).ok()
    }
}

/// One table's part of the approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableTerms {
    /// Digest of the structure.
    pub schema: String,
    /// Digest of what is done to every leaf.
    pub policy: String,
    /// Leaf path to method, in words; complete.
    pub columns: BTreeMap<String, String>,
}

/// A root with and without its last `/` is one place.
pub(super) fn same_root(one: &str, other: &str) -> bool {
    one.strip_suffix('/').unwrap_or(one) == other.strip_suffix('/').unwrap_or(other)
}

impl Record {
    /// Whether its runs and its withdrawal are entered in the ledger below an evidence root.
    pub fn is_entered_in(&self, evidence_root: &str) -> bool {
        self.ledger.as_ref().is_none_or(|approved| same_root(approved, evidence_root))
    }

    /// What six digits can count.
    pub const MOST_RUNS: u64 = 999_999;

    /// A hundred years: what were longer would never end.
    pub const MOST_RETENTION: u64 = 36_500;

    /// Parses an approval; `path` is only named in faults.
    ///
    /// # Errors
    /// Where the text is not TOML, a key is missing or unknown, or a value is none of its kind.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Fault> {
        let document = document::Document::of(path, text.to_owned());
        let mut root = document.root()?;
        let record = Record {
            approval: id(&mut root, "approval")?,
            renews: root.optional("renews")?.map(|earlier| plain(&root, "renews", earlier)).transpose()?,
            customer: id(&mut root, "customer")?,
            purpose: purpose(&mut root)?,
            given_at: root.required("given_at")?,
            not_before: root.required("not_before")?,
            not_after: root.required("not_after")?,
            max_runs: max_runs(&mut root)?,
            basis: word(&mut root, "evidence", &Basis::ALL)?,
            documents: documents(&mut root)?,
            approver: approver(root.required("approver")?)?,
            source: source(root.required("source")?)?,
            destination: destination(root.required("destination")?)?,
            ledger: root.optional("ledger")?.map(ledger).transpose()?,
            claim: claim(root.required("claim")?)?,
            tables: tables(&mut root)?,
        };
        if record.renews.as_ref() == Some(&record.approval) {
            return Err(root.fault_at("renews", "an approval cannot follow itself", None));
        }
        if record.not_after <= record.not_before {
            return Err(root.fault_at("not_after", "`not_after` is not later than `not_before`", None));
        }
        root.finish()?;
        Ok(record)
    }
}

/// Whether the text can be an approval's or a customer's name: a plain file name of ASCII letters, digits, `.`, `_`
/// and `-`, at most 64, not starting with `.` or `-`.
pub fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !text.is_empty() && text.len() <= 64 && !text.starts_with(['.', '-']) && text.bytes().all(plain)
}

fn id(section: &mut Section<'_>, key: &'static str) -> Result<String, Fault> {
    let text = section.required(key)?;
    plain(section, key, text)
}

fn plain(section: &Section<'_>, key: &'static str, text: String) -> Result<String, Fault> {
    if !is_id(&text) {
        return Err(section.fault_at(
            key,
            format!("`{key}` is no plain name"),
            "letters, digits, `.`, `_`, `-`".to_owned(),
        ));
    }
    Ok(text)
}

fn purpose(root: &mut Section<'_>) -> Result<String, Fault> {
    let purpose: String = root.required("purpose")?;
    if purpose.trim().is_empty() {
        return Err(root.fault_at("purpose", "`purpose` is empty", None));
    }
    Ok(purpose)
}

fn max_runs(root: &mut Section<'_>) -> Result<u64, Fault> {
    let runs: u64 = root.required("max_runs")?;
    if !(1..=Record::MOST_RUNS).contains(&runs) {
        return Err(root.fault_at("max_runs", format!("`max_runs` is not from 1 to {}", Record::MOST_RUNS), None));
    }
    Ok(runs)
}

fn word<T: Copy>(section: &mut Section<'_>, key: &'static str, known: &[(&'static str, T)]) -> Result<T, Fault> {
    let text: String = section.required(key)?;
    known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<_> = known.iter().map(|(word, _)| *word).collect();
        section.fault_at(key, format!("`{key}` is none of: {}", words.join(", ")), None)
    })
}

fn documents(root: &mut Section<'_>) -> Result<Vec<Document>, Fault> {
    let listed: Vec<Section<'_>> = root.optional("documents")?.unwrap_or_default();
    let document = |mut section: Section<'_>| {
        let document = Document { name: section.required("name")?, sha256: section.required("sha256")? };
        if !is_hex_64(&document.sha256) {
            return Err(section.fault_at("sha256", "`sha256` is not 64 lower-case hex digits", None));
        }
        section.finish()?;
        Ok(document)
    };
    listed.into_iter().map(document).collect()
}

fn approver(mut section: Section<'_>) -> Result<Approver, Fault> {
    let approver = Approver {
        person: section.required("person")?,
        title: section.required("title")?,
        principal: section.required("principal")?,
    };
    section.finish()?;
    Ok(approver)
}

fn source(mut section: Section<'_>) -> Result<Place, Fault> {
    let source = place(&mut section)?;
    section.finish()?;
    Ok(source)
}

fn destination(mut section: Section<'_>) -> Result<Destination, Fault> {
    let destination = Destination {
        place: place(&mut section)?,
        kms_key: section.optional("kms_key")?,
        residency: section.optional("residency")?.unwrap_or_default(),
        retention_days: section.optional("retention_days")?,
    };
    if destination.retention_days.is_some_and(|days| days > Record::MOST_RETENTION) {
        let what = format!("`retention_days` is over {}", Record::MOST_RETENTION);
        return Err(section.fault_at("retention_days", what, None));
    }
    section.finish()?;
    Ok(destination)
}

fn ledger(mut section: Section<'_>) -> Result<String, Fault> {
    let root = section.required("root")?;
    section.finish()?;
    Ok(root)
}

fn place(section: &mut Section<'_>) -> Result<Place, Fault> {
    Ok(Place { account: section.required("account")?, root: section.required("root")? })
}

fn claim(mut section: Section<'_>) -> Result<Claim, Fault> {
    let levels = Level::ALL.map(|level| (level.word(), level));
    let claim = Claim { level: word(&mut section, "level", &levels)?, k: section.optional("k")? };
    section.finish()?;
    Ok(claim)
}

fn tables(root: &mut Section<'_>) -> Result<BTreeMap<String, TableTerms>, Fault> {
    let listed: Vec<Section<'_>> = root.required("table")?;
    let mut tables = BTreeMap::new();
    for mut section in listed {
        let name: String = section.required("name")?;
        let terms = TableTerms {
            schema: digest(&mut section, "schema")?,
            policy: digest(&mut section, "policy")?,
            columns: section.required::<Section<'_>>("columns")?.all()?.into_iter().collect(),
        };
        if tables.contains_key(&name) {
            return Err(section.fault_at("name", format!("table `{name}` stands twice"), None));
        }
        section.finish()?;
        tables.insert(name, terms);
    }
    Ok(tables)
}

fn digest(section: &mut Section<'_>, key: &'static str) -> Result<String, Fault> {
    let text: String = section.required(key)?;
    if !text.strip_prefix("blake3:").is_some_and(is_hex_64) {
        return Err(section.fault_at(key, format!("`{key}` is not `blake3:` and 64 lower-case hex digits"), None));
    }
    Ok(text)
}

fn is_hex_64(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::tests::APPROVAL;

    fn parse(text: &str) -> Result<Record, Fault> {
        Record::parse(Path::new("approval.toml"), text)
    }

    #[test]
    fn the_example_is_read() {
        let record = parse(APPROVAL).expect("is well formed");
        assert_eq!((record.approval.as_str(), record.max_runs), ("acme-2026-11", 12));
        assert_eq!(record.tables["customers"].columns["address.street"], "fake");
        assert_eq!(record.claim, Claim { level: Level::Deidentified, k: Some(11) });
        assert!(Basis::ALL.iter().all(|(word, basis)| basis.word() == *word));
    }

    #[test]
    fn each_fault_is_refused_at_its_line() {
        let cases = [
            ("max_runs   = 12", "max_runs   = 0", "from 1 to"),
            ("\"ranking regression tests\"", "\" \"", "`purpose` is empty"),
            ("retention_days = 60", "retention_days = 36501", "is over 36500"),
            ("retention_days = 60", "retention_days = 18446744073709551615", ""),
            ("max_runs   = 12", "max_runs   = 12\nmax_rows = 3", "unknown key `max_rows`"),
            ("retention_days = 60", "retention_days = 60\nregion = 1", "unknown key `region`"),
            ("[ledger]\nroot   ", "[ledger]\nplace  ", "`root` is missing"),
            ("2027-02-21T00:00:00Z", "2026-11-22T00:00:00Z", "not later"),
            ("2027-02-21T00:00:00Z", "2027-02-21", "a time with a zone"),
            ("\"acme-2026-11\"", "\"../acme\"", "no plain name"),
            ("max_runs   = 12", "max_runs   = 12\nrenews = \"../acme\"", "no plain name"),
            ("max_runs   = 12", "max_runs   = 12\nrenews = \"acme-2026-11\"", "cannot follow itself"),
            ("customer-signed", "signed", "none of: customer-signed"),
            ("deidentified", "clean", "none of: pseudonymised"),
            ("blake3:1111", "blake3:111x", "64 lower-case hex"),
            ("purpose    = \"ranking regression tests\"\n", "", "`purpose` is missing"),
        ];
        for (from, to, what) in cases {
            assert!(APPROVAL.contains(from), "{from}");
            let fault = parse(&APPROVAL.replacen(from, to, 1)).expect_err(to);
            assert!(fault.what.contains(what), "{to}: {fault}");
        }
    }

    #[test]
    fn a_table_that_stands_twice_is_refused() {
        let at = APPROVAL.find("[[table]]").expect("has a table");
        let twice = format!("{APPROVAL}\n{}", &APPROVAL[at..]);
        assert!(parse(&twice).expect_err("is wrong").what.contains("stands twice"));
    }

    #[test]
    fn names_stay_in_their_folder() {
        assert!(is_id("acme-2026-11") && is_id("a") && !is_id("") && !is_id("..") && !is_id("a/b") && !is_id("-a"));
        assert!(!is_id(&"a".repeat(65)));
    }
}
