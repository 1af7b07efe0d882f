//! What a command found out, once for people and once for programs.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::error::Failure;
use crate::page::{is_unseen, visible};

/// The answer of a command.
pub struct Answer {
    pub text: String,
    pub facts: Value,
    /// Set where the answer is printed and the command fails all the same.
    pub failure: Option<Failure>,
    /// Set where the command printed its answer as it found it out.
    pub is_printed: bool,
}

impl Answer {
    /// An answer with its text and its facts.
    pub fn new(text: impl Into<String>, facts: impl Serialize) -> Self {
        let facts = serde_json::to_value(facts).unwrap_or(Value::Null);
        Answer { text: text.into(), facts, failure: None, is_printed: false }
    }

    /// An answer that needs no printing any more.
    pub fn printed() -> Self {
        Answer { is_printed: true, ..Answer::new("", Value::Null) }
    }
}

/// A path as facts name it: JSON is text, and a path need not be.
pub fn path(path: impl AsRef<Path>) -> String {
    path.as_ref().display().to_string()
}

/// JSON that says the same, with nothing in it that a terminal obeys.
pub fn json(written: &str) -> String {
    let escaped = |letter: char| match is_unseen(letter) && letter != '\n' {
        true => letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        false => letter.to_string(),
    };
    written.chars().map(escaped).collect()
}

/// All failures as one, with the first one's kind.
pub fn joined(failures: Vec<Failure>) -> Option<Failure> {
    let kind = failures.first()?.kind;
    let hint = failures.iter().find_map(|failure| failure.hint.clone());
    let message = failures.into_iter().map(|failure| failure.message).collect::<Vec<_>>().join("; ");
    Some(Failure { kind, message, hint })
}

/// Rows as columns of text, each as wide as its widest cell.
pub fn table<'h, Row: AsRef<[String]>>(head: impl AsRef<[&'h str]>, rows: &[Row]) -> String {
    let head = head.as_ref();
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.as_ref().iter().map(|cell| visible(cell)).collect()).collect();
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).chain([head[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let body: String = rows.iter().map(|row| line(row.iter().map(String::as_str).collect())).collect();
    line(head.to_vec()) + &body
}
