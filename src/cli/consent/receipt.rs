//! What a customer is handed of the ledger, and how anybody checks it without one.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::answer::{Answer, path, table};
use crate::error::{Failure, Kind};
use crate::evidence;
use crate::ledger::receipt::Receipt;
use crate::ledger::{Book, Entry, NoteKey};
use crate::workspace::Workspace;

/// Writes the receipt of a customer.
pub fn write(workspace: &Workspace, customer: &str, out: Option<&PathBuf>) -> Result<Answer, Failure> {
    let evidence = workspace.evidence.side.open()?;
    let signer = evidence::signer(workspace)?;
    let book = Book::open(evidence.as_ref(), signer.as_ref(), &workspace.ledger_memory())?;
    let (receipt, key) = (book.receipt(customer)?, book.ledger().key().to_string());
    let mut json = serde_json::to_string_pretty(&receipt).expect("text and lists of text are JSON");
    json.push('\n');
    let Some(out) = out else { return Ok(Answer::new(json, receipt)) };
    let failed = |error: std::io::Error| Failure::new(Kind::Usage, format!("{}: {}", out.display(), error.kind()));
    std::fs::write(out, json).map_err(failed)?;
    let text = format!(
        "{}: {} entries\nto be checked with: verho consent verify-receipt {} --key '{}'\n",
        out.display(),
        receipt.entries.len(),
        out.display(),
        key
    );
    Ok(Answer::new(text, json!({ "file": path(out), "entries": receipt.entries.len(), "key": key })))
}

/// Checks a receipt; reads nothing but the file.
pub fn verify(file: &Path, key: &str) -> Result<Answer, Failure> {
    let failed = |error: std::io::Error| Failure::new(Kind::Usage, format!("{}: {}", file.display(), error.kind()));
    let receipt = Receipt::parse(&std::fs::read(file).map_err(failed)?)?;
    let (head, entries) = receipt.verify(&NoteKey::parse(key)?)?;
    let row = |(place, entry): &(u64, Entry)| {
        [
            place.to_string(),
            entry.at.to_string(),
            entry.event.word().to_owned(),
            entry.event.approval().unwrap_or_default().to_owned(),
        ]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    let facts: Vec<_> = entries.iter().map(|(place, entry)| json!({ "index": place, "entry": entry })).collect();
    let text = format!(
        "every entry is signed and stands in the ledger, and its key has signed that customer `{}` has no others among its first {}\n{}",
        receipt.customer,
        head.size,
        table(["place", "at", "event", "approval"], &rows)
    );
    Ok(Answer::new(text, facts))
}
