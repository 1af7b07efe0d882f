//! The approval as it is put before the customer: what is asked for, every column and what becomes of it, what is
//! forbidden, and how to sign. One [`Request`], written three times: as TOML to sign, and to read as a page and as text.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::claim::Claim;
use super::gate::Ask;
use super::record::{Approver, Basis, Destination, Document, Place, Record, TableTerms};
use super::roles::Party;
use crate::page::{html, text};

mod content;
mod signing;
mod toml;

pub use signing::steps;

/// What people settle among them, beside what the workspace says.
#[derive(Debug, Clone)]
pub struct Terms {
    pub approval: String,
    pub renews: Option<String>,
    pub purpose: String,
    pub given_at: Timestamp,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub max_runs: u64,
    pub basis: Basis,
    pub documents: Vec<Document>,
    pub approver: Approver,
    pub retention_days: Option<u64>,
    pub claim: Claim,
}

/// Something that is asked for and of which nothing is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Incomplete {
    #[error("structure of table `{table}` is not known")]
    Structure { table: String },
    #[error("columns of table `{table}` are not those that are told of")]
    Columns { table: String },
}

/// The record that would let `ask` pass: `structures` holds the structure digest of every table.
///
/// # Errors
/// Where a table has none.
pub fn record(ask: &Ask, structures: &BTreeMap<String, String>, terms: Terms) -> Result<Record, Incomplete> {
    let tables = ask.tables.iter().map(|(table, asked)| {
        let schema = structures.get(table).ok_or_else(|| Incomplete::Structure { table: table.clone() })?.clone();
        Ok((table.clone(), TableTerms { schema, policy: asked.policy.clone(), columns: asked.columns.clone() }))
    });
    Ok(Record {
        approval: terms.approval,
        renews: terms.renews,
        customer: ask.customer.clone(),
        purpose: terms.purpose,
        given_at: terms.given_at,
        not_before: terms.not_before,
        not_after: terms.not_after,
        max_runs: terms.max_runs,
        basis: terms.basis,
        documents: terms.documents,
        approver: terms.approver,
        source: Place { account: ask.source_account.clone(), root: ask.source_root.clone() },
        destination: Destination {
            place: Place { account: ask.destination_account.clone(), root: ask.destination_root.clone() },
            kms_key: ask.destination_kms_key.clone(),
            residency: ask.destination_region.iter().cloned().collect(),
            retention_days: terms.retention_days,
        },
        ledger: Some(ask.evidence_root.clone()),
        claim: terms.claim,
        tables: tables.collect::<Result<_, _>>()?,
    })
}

/// A record, and what people want to know before they sign it.
pub struct Request {
    record: Record,
    /// Who asks, where that is known.
    asker: Option<Party>,
    tables: BTreeMap<String, Told>,
}

/// What people are told of a table.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Which objects it is, and which of its rows leave where not all do.
    pub rows: Vec<String>,
    /// By leaf path.
    pub columns: BTreeMap<String, Column>,
}

/// What people are told of a column.
#[derive(Debug, Clone)]
pub struct Column {
    pub class: Class,
    /// What becomes of it.
    pub words: String,
    pub fate: Fate,
    pub example: Example,
}

/// What a column tells of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// Its place among all, that which tells most first.
    pub rank: u8,
    /// The word in files.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What that is, and why it matters.
    pub why: &'static str,
}

/// How much of a column leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Values leave as they are, all of them or some.
    Kept,
    Changed,
    LeftOut,
}

/// A column's rule at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Example {
    /// An invented value, and what the rule made of it; nothing where it was emptied.
    Made { before: String, after: Option<String> },
    /// Why there is none.
    Told(&'static str),
}

impl Example {
    fn words(&self) -> String {
        match self {
            Example::Made { before, after: Some(after) } if before == after => format!("“{before}” stays “{after}”"),
            Example::Made { before, after: Some(after) } => format!("“{before}” becomes “{after}”"),
            Example::Made { before, after: None } => format!("“{before}” is emptied"),
            Example::Told(why) => (*why).to_owned(),
        }
    }
}

/// The three forms of a request.
pub struct Written {
    /// What is signed.
    pub toml: String,
    pub html: String,
    pub text: String,
}

impl Request {
    /// Puts a record and what is told of it together.
    ///
    /// # Errors
    /// Where a column is asked for and not told of, or told of and not asked for.
    pub fn of(record: Record, asker: Option<Party>, tables: BTreeMap<String, Told>) -> Result<Self, Incomplete> {
        let named = |columns: Option<&Told>| columns.map(|told| told.columns.keys().cloned().collect::<BTreeSet<_>>());
        let differs = |(table, terms): &(&String, &TableTerms)| {
            named(tables.get(*table)) != Some(terms.columns.keys().cloned().collect())
        };
        match record.tables.iter().find(differs) {
            Some((table, _)) => Err(Incomplete::Columns { table: table.clone() }),
            None => Ok(Request { record, asker, tables }),
        }
    }

    /// Writes it: what is to be signed, and two pages that name its digest.
    pub fn written(&self) -> Written {
        let toml = toml::text(self);
        let digest = Sha256::digest(toml.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let page = content::page(self, &digest);
        Written { html: html::html(&page), text: text::text(&page), toml }
    }

    /// How the one who asks is called.
    fn asker(&self) -> &str {
        self.asker.as_ref().map_or("the sender of this request", |party| &party.organisation)
    }

    /// The columns of all tables.
    fn columns(&self) -> impl Iterator<Item = &Column> {
        self.tables.values().flat_map(|told| told.columns.values())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::consent::tests::{APPROVAL, ask, structures};

    fn example() -> Record {
        Record::parse(Path::new("approval.toml"), APPROVAL).expect("is well formed")
    }

    fn told(record: &Record) -> BTreeMap<String, Told> {
        let class = Class { rank: 0, name: "direct", title: "names a person", why: "it does" };
        let column = |(leaf, method): (&String, &String)| {
            let example = Example::Made { before: format!("{leaf} 1"), after: Some("2".to_owned()) };
            (leaf.clone(), Column { class, words: format!("words of {method}"), fate: Fate::Changed, example })
        };
        let table = |(name, terms): (&String, &TableTerms)| {
            let columns = terms.columns.iter().map(column).collect();
            (name.clone(), Told { rows: vec!["only some rows".to_owned()], columns })
        };
        record.tables.iter().map(table).collect()
    }

    fn request(record: Record) -> Request {
        let tables = told(&record);
        Request::of(record, None, tables).expect("is complete")
    }

    fn terms() -> Terms {
        let record = example();
        Terms {
            approval: record.approval,
            renews: record.renews,
            purpose: record.purpose,
            given_at: record.given_at,
            not_before: record.not_before,
            not_after: record.not_after,
            max_runs: record.max_runs,
            basis: record.basis,
            documents: record.documents,
            approver: record.approver,
            retention_days: record.destination.retention_days,
            claim: record.claim,
        }
    }

    fn parsed(toml: &str) -> Result<Record, crate::document::Fault> {
        Record::parse(Path::new("approval.toml"), toml)
    }

    #[test]
    fn what_is_written_reads_as_what_was_asked() {
        let asked = record(&ask(), &structures(), terms()).expect("all structures are there");
        assert_eq!(asked, example());
        let toml = request(asked.clone()).written().toml;
        assert_eq!(parsed(&toml), Ok(asked), "{toml}");
        let attested = Record { renews: Some("acme-2026-10".into()), basis: Basis::DocumentAttested, ..example() };
        assert_eq!(parsed(&request(attested.clone()).written().toml), Ok(attested));
    }

    #[test]
    fn words_that_look_like_terms_stay_words() {
        let hostile = "a \"b\" \\ \n max_runs = 9\u{7f}\u{202e}<script>";
        let mut asked = example();
        asked.purpose = hostile.to_owned();
        asked.approver.person = hostile.to_owned();
        let columns = &mut asked.tables.get_mut("customers").expect("is there").columns;
        columns.insert(format!("labels{{key}}\" = 1{hostile}"), "keep".to_owned());
        let mut tables = told(&asked);
        let table = tables.get_mut("customers").expect("is there");
        table.rows.push(hostile.to_owned());
        for column in table.columns.values_mut() {
            column.words = hostile.to_owned();
            column.example = Example::Made { before: hostile.to_owned(), after: Some(hostile.to_owned()) };
        }
        let Written { toml, html, text } = Request::of(asked.clone(), None, tables).expect("is complete").written();
        assert_eq!(parsed(&toml), Ok(asked));
        for written in [&toml, &html, &text] {
            assert!(!written.contains('\u{202e}') && !written.contains('\u{7f}'), "{written}");
        }
        assert!(!html.contains("<script") && html.contains("&lt;script&gt;"));
        assert!(flat(&text).contains("[U+000A] max_runs = 9[U+007F][U+202E]<script>"), "{text}");
    }

    /// The words of a file, whatever lines they stand in.
    fn flat(written: &str) -> String {
        let words = written.lines().flat_map(|line| line.trim_start_matches("# ").split_whitespace());
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_column_is_in_all_three_with_what_becomes_of_it() {
        let Written { toml, html, text } = request(example()).written();
        let forms = [&toml, &html, &text].map(|written| flat(written));
        for (leaf, method) in &example().tables["customers"].columns {
            let words = [leaf.clone(), format!("words of {method}"), format!("“{leaf} 1” becomes “2”")];
            assert!(forms.iter().all(|form| words.iter().all(|word| form.contains(word))), "{leaf}");
        }
        let said = ["names a person", "only some rows", "find out who", "you withdraw", "ssh-keygen -Y sign"];
        assert!(forms.iter().all(|form| said.iter().all(|words| form.contains(words))), "{forms:?}");
        let digest = Sha256::digest(&toml).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert!(html.contains(&digest) && text.contains(&digest));
    }

    #[test]
    fn what_is_not_told_of_cannot_be_asked_for() {
        let missing = record(&ask(), &BTreeMap::new(), terms());
        assert_eq!(missing, Err(Incomplete::Structure { table: "customers".to_owned() }));
        let mut tables = told(&example());
        tables.get_mut("customers").expect("is there").columns.remove("name");
        let refused = Request::of(example(), None, tables).err();
        assert_eq!(refused, Some(Incomplete::Columns { table: "customers".to_owned() }));
    }
}
