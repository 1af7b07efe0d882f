//! The approval as it is put before the customer: every column, what becomes of it, and how to sign.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;

use super::NAMESPACE;
use super::claim::Claim;
use super::gate::Ask;
use super::record::{Approver, Basis, Destination, Document, Place, Record, TableTerms};

/// What people settle among them, beside what the workspace says.
#[derive(Debug, Clone)]
pub struct Terms {
    pub approval: String,
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

/// A table that is asked for has no structure digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("structure of table `{table}` is not known")]
pub struct NoStructure {
    pub table: String,
}

/// The record that would let `ask` pass: `structures` holds the structure digest of every table.
///
/// # Errors
/// Where a table has none.
pub fn record(ask: &Ask, structures: &BTreeMap<String, String>, terms: Terms) -> Result<Record, NoStructure> {
    let tables = ask.tables.iter().map(|(table, asked)| {
        let schema = structures.get(table).ok_or_else(|| NoStructure { table: table.clone() })?.clone();
        Ok((table.clone(), TableTerms { schema, policy: asked.policy.clone(), columns: asked.columns.clone() }))
    });
    Ok(Record {
        approval: terms.approval,
        customer: ask.customer.clone(),
        purpose: terms.purpose,
        given_at: terms.given_at,
        not_before: terms.not_before,
        not_after: terms.not_after,
        max_runs: terms.max_runs,
        basis: terms.basis,
        documents: terms.documents,
        renews: None,
        approver: terms.approver,
        source: Place { account: ask.source_account.clone(), root: ask.source_root.clone() },
        destination: Destination {
            place: Place { account: ask.destination_account.clone(), root: ask.destination_root.clone() },
            kms_key: ask.destination_kms_key.clone(),
            retention_days: terms.retention_days,
        },
        claim: terms.claim,
        tables: tables.collect::<Result<_, _>>()?,
    })
}

/// The `approval.toml` to sign; `explain` says in a sentence what becomes of a leaf, given table, leaf and method, and
/// what is read and which rows leave, given no leaf.
pub fn text(record: &Record, explain: impl Fn(&str, &str, &str) -> String) -> String {
    let mut page = Page::default();
    header(&mut page, record);
    parties(&mut page, record);
    for (name, terms) in &record.tables {
        table(&mut page, name, terms, &explain);
    }
    page.0
}

/// How each signer signs, and where the signature goes.
pub fn steps(record: &Record) -> String {
    let (customer, approval) = (&record.customer, &record.approval);
    let who = match record.basis {
        Basis::CustomerSigned => format!("{} and someone with the role `compliance`", record.approver.principal),
        Basis::DocumentAttested => "two persons with the role `compliance`".to_owned(),
    };
    format!(
        "To be signed by {who}. Each of them, with their own key:\n\
         \n  1. reads approval.toml to its end\
         \n  2. signs it:    ssh-keygen -Y sign -f KEY -n {NAMESPACE} approval.toml\
         \n  3. renames it:  mv approval.toml.sig PRINCIPAL.sig\
         \n  4. sends it back; it goes beside the file: consent/{customer}/{approval}/PRINCIPAL.sig\n\
         \nKEY is the private key (like ~/.ssh/id_ed25519), PRINCIPAL the signer's name in consent/allowed_signers.\n\
         Not one byte of approval.toml may change from the first signature on.\n"
    )
}

fn header(page: &mut Page, record: &Record) {
    page.comment("What is asked for: a copy of your data for tests, in which every column is treated as said below.");
    page.comment("Nothing is read before this file is signed; no run is possible outside of what it says.");
    page.text("approval", &record.approval);
    page.text("customer", &record.customer);
    page.text("purpose", &record.purpose);
    page.plain("given_at", record.given_at);
    page.comment("Not before, not after, and not more often than this:");
    page.plain("not_before", record.not_before);
    page.plain("not_after", record.not_after);
    page.plain("max_runs", record.max_runs);
    page.text("evidence", record.basis.word());
    let document =
        |document: &Document| format!("{{ name = {}, sha256 = {} }}", quoted(&document.name), quoted(&document.sha256));
    let documents: Vec<_> = record.documents.iter().map(document).collect();
    page.plain("documents", format!("[{}]", documents.join(", ")));
}

fn parties(page: &mut Page, record: &Record) {
    page.section("[approver]", "Who approves.");
    page.text("person", &record.approver.person);
    page.text("title", &record.approver.title);
    page.text("principal", &record.approver.principal);
    page.section("[source]", "Where your data lies today; it stays there.");
    page.text("account", &record.source.account);
    page.text("root", &record.source.root);
    page.section("[destination]", "The only place the anonymised copy goes, and after how many days it is deleted.");
    page.text("account", &record.destination.place.account);
    page.text("root", &record.destination.place.root);
    record.destination.kms_key.iter().for_each(|key| page.text("kms_key", key));
    record.destination.retention_days.iter().for_each(|days| page.plain("retention_days", days));
    page.section("[claim]", "What the copy must be at least; k: how many people share every combination, at least.");
    page.text("level", record.claim.level.word());
    record.claim.k.iter().for_each(|k| page.plain("k", k));
}

fn table(page: &mut Page, name: &str, terms: &TableTerms, explain: &impl Fn(&str, &str, &str) -> String) {
    page.section(
        "[[table]]",
        "If structure or treatment change by anything, the digests change and this approval ends.",
    );
    page.text("name", name);
    page.text("schema", &terms.schema);
    page.text("policy", &terms.policy);
    let rows = explain(name, "", "");
    if !rows.is_empty() {
        page.comment(&rows);
    }
    page.section("[table.columns]", "Every column, and what becomes of it. A column not listed is never read.");
    for (leaf, method) in &terms.columns {
        page.comment(&explain(name, leaf, method));
        page.text(&key(leaf), method);
    }
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        self.0.write_fmt(line).and_then(|()| self.0.write_char('\n')).expect("a String takes all text");
    }

    fn section(&mut self, head: &str, comment: &str) {
        self.line(format_args!("\n# {comment}\n{head}"));
    }

    /// A line break in a comment would turn what follows into terms.
    fn comment(&mut self, text: &str) {
        let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        self.line(format_args!("# {text}"));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.line(format_args!("{key} = {}", quoted(value)));
    }

    fn plain(&mut self, key: &str, value: impl std::fmt::Display) {
        self.line(format_args!("{key} = {value}"));
    }
}

fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if bare { name.to_owned() } else { quoted(name) }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let letter = |letter: char| match letter {
        '"' | '\\' => format!("\\{letter}"),
        _ if letter.is_control() => format!("\\u{:04X}", u32::from(letter)),
        _ => letter.to_string(),
    };
    format!("\"{}\"", text.chars().map(letter).collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::consent::tests::{APPROVAL, ask, structures};

    fn example() -> Record {
        Record::parse(Path::new("approval.toml"), APPROVAL).expect("is well formed")
    }

    fn terms() -> Terms {
        let Record { approval, purpose, given_at, not_before, not_after, max_runs, basis, documents, approver, .. } =
            example();
        let (retention_days, claim) = (example().destination.retention_days, example().claim);
        Terms {
            approval,
            purpose,
            given_at,
            not_before,
            not_after,
            max_runs,
            basis,
            documents,
            approver,
            retention_days,
            claim,
        }
    }

    #[test]
    fn what_is_written_reads_as_what_was_asked() {
        let asked = record(&ask(), &structures(), terms()).expect("all structures are there");
        let text = text(&asked, |table, leaf, method| format!("{table}.{leaf}: {method}"));
        assert_eq!(Record::parse(Path::new("approval.toml"), &text), Ok(asked.clone()), "{text}");
        assert_eq!(asked, example());
    }

    #[test]
    fn words_that_look_like_terms_stay_words() {
        let mut asked = example();
        asked.purpose = "a \"b\" \\ \n max_runs = 9\u{7f}".to_owned();
        let columns = &mut asked.tables.get_mut("customers").expect("is there").columns;
        columns.insert("labels{key}\" = 1".to_owned(), "keep".to_owned());
        let text = text(&asked, |_, _, _| "kept\nmax_runs = 99".to_owned());
        assert_eq!(Record::parse(Path::new("approval.toml"), &text), Ok(asked));
    }

    #[test]
    fn a_table_without_structure_cannot_be_asked_for() {
        let missing = record(&ask(), &BTreeMap::new(), terms());
        assert_eq!(missing, Err(NoStructure { table: "customers".to_owned() }));
    }

    #[test]
    fn the_steps_name_the_command_and_the_place() {
        let steps = steps(&example());
        assert!(steps.contains("ssh-keygen -Y sign -f KEY -n verho-approval approval.toml"));
        assert!(steps.contains("consent/acme/acme-2026-11/PRINCIPAL.sig"));
    }
}
