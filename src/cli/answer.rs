//! What a command found out, once for people and once for programs.

use serde::Serialize;
use serde_json::Value;

use crate::error::Failure;

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

/// Rows as columns of text, each as wide as its widest cell.
pub fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).chain([head[column].len()]).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: [&str; N]| {
        let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let body: String = rows.iter().map(|row| line(std::array::from_fn(|column| row[column].as_str()))).collect();
    line(head) + &body
}
