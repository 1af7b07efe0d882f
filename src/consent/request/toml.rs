//! The request as `approval.toml`: what is signed. Comments say in words what the terms say.

use std::fmt::Write as _;

use super::{Column, Request, Told, content, signing};
use crate::consent::record::{Document, Record};
use crate::page::{Section, is_unseen, text};

/// The file, word for word.
pub fn text(request: &Request) -> String {
    let mut page = Page::default();
    header(&mut page, &request.record);
    parties(&mut page, &request.record);
    page.0.push('\n');
    let signing = signing::signing(&request.record);
    content::terms(request).iter().chain([&signing]).for_each(|part| page.section_of_words(part));
    classes(&mut page, request);
    for (name, told) in &request.tables {
        table(&mut page, &request.record, name, told);
    }
    page.0
}

fn header(page: &mut Page, record: &Record) {
    page.comment("What is asked for: a copy of your data for tests, in which every column is treated as said below.");
    page.comment("Nothing is read before this file is signed; no run is possible outside of what it says.");
    page.text("approval", &record.approval);
    record.renews.iter().for_each(|earlier| page.text("renews", earlier));
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
    page.section("[destination]", "The only place the copy goes, and after how many days it is deleted.");
    page.text("account", &record.destination.place.account);
    page.text("root", &record.destination.place.root);
    record.destination.kms_key.iter().for_each(|key| page.text("kms_key", key));
    let regions: Vec<_> = record.destination.residency.iter().map(|region| quoted(region)).collect();
    regions.first().iter().for_each(|_| page.plain("residency", format!("[{}]", regions.join(", "))));
    record.destination.retention_days.iter().for_each(|days| page.plain("retention_days", days));
    record.ledger.iter().for_each(|root| {
        page.section("[ledger]", "Where it is written down how often a copy was made, and whether you withdrew.");
        page.text("root", root);
    });
    page.section("[claim]", "What the copy must be at least; k: how many people share every combination, at least.");
    page.text("level", record.claim.level.word());
    record.claim.k.iter().for_each(|k| page.plain("k", k));
}

/// What columns can tell of a person.
fn classes(page: &mut Page, request: &Request) {
    page.comment("What columns tell of a person:");
    for class in content::classes(request) {
        page.comment(&format!("{} ({}): {}", class.title, class.name, class.why));
    }
}

fn table(page: &mut Page, record: &Record, name: &str, told: &Told) {
    let Some(terms) = record.tables.get(name) else { return };
    page.section(
        "[[table]]",
        "If structure or treatment change by anything, the digests change and this approval ends.",
    );
    page.text("name", name);
    page.text("schema", &terms.schema);
    page.text("policy", &terms.policy);
    told.rows.iter().for_each(|rows| page.comment(rows));
    page.section("[table.columns]", "Every column, and what becomes of it. A column not listed is never read.");
    for ((leaf, method), column) in terms.columns.iter().zip(told.columns.values()) {
        page.column(leaf, method, column);
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
        text::wrapped("", "", text).lines().for_each(|line| self.line(format_args!("# {line}")));
    }

    fn section_of_words(&mut self, section: &Section) {
        let lines = text::section(section);
        lines.lines().for_each(|line| self.line(format_args!("#{}{line}", if line.is_empty() { "" } else { " " })));
        self.0.push('\n');
    }

    fn column(&mut self, leaf: &str, method: &str, column: &Column) {
        self.comment(&format!("{}: {}", column.class.title, column.words));
        self.comment(&format!("invented example: {}", column.example.words()));
        self.text(&key(leaf), method);
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
        _ if is_unseen(letter) => format!("\\U{:08X}", u32::from(letter)),
        _ => letter.to_string(),
    };
    format!("\"{}\"", text.chars().map(letter).collect::<String>())
}
