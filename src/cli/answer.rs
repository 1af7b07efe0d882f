//! What a command found out, once for people and once for programs.

use std::io::IsTerminal;
use std::path::Path;

use rustix::termios::tcgetwinsize;
use serde::Serialize;
use serde_json::Value;

use crate::error::Failure;
use crate::page::{is_unseen, visible};

/// Fewer letters a line are harder to read than lines that run over.
const NARROWEST: usize = 24;

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

/// Rows as columns of text, each as wide as its widest cell; on a terminal the last one is broken where it would run over.
pub fn table<'h, Row: AsRef<[String]>>(head: impl AsRef<[&'h str]>, rows: &[Row]) -> String {
    laid_out(head.as_ref(), rows, terminal_width())
}

/// How many letters a line of the terminal takes; none where nobody watches.
fn terminal_width() -> Option<usize> {
    let out = std::io::stdout();
    let size = out.is_terminal().then(|| tcgetwinsize(&out).ok()).flatten()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

fn laid_out<Row: AsRef<[String]>>(head: &[&str], rows: &[Row], most: Option<usize>) -> String {
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.as_ref().iter().map(|cell| visible(cell)).collect()).collect();
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).chain([head[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let before: usize = widths.iter().rev().skip(1).map(|width| width + 2).sum();
    let room = most.map(|most| most.saturating_sub(before)).filter(|room| *room >= NARROWEST);
    let line = |cells: Vec<&str>| {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let joined = padded.join("  ");
        match room {
            Some(room) if joined.trim_end().chars().count() > before + room => {
                let last = broken(cells.last().copied().unwrap_or_default(), room);
                let start: String = joined.chars().take(before).collect();
                format!("{start}{}\n", last.join(&format!("\n{:before$}", "")))
            }
            _ => format!("{}\n", joined.trim_end()),
        }
    };
    let body: String = rows.iter().map(|row| line(row.iter().map(String::as_str).collect())).collect();
    line(head.to_vec()) + &body
}

/// A text in lines of at most `room` letters, broken between words.
fn broken(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is one from the start");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
            lines.push(word.to_owned());
        } else {
            *line += if line.is_empty() { "" } else { " " };
            *line += word;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_column_is_broken_where_a_terminal_ends() {
        let rows = [["a".to_owned(), "one two three four five six seven".to_owned()]];
        let whole = "leaf  words\na     one two three four five six seven\n";
        assert_eq!(laid_out(&["leaf", "words"], &rows, None), whole);
        assert_eq!(laid_out(&["leaf", "words"], &rows, Some(39)), whole);
        let broken = "leaf  words\na     one two three four five\n      six seven\n";
        assert_eq!(laid_out(&["leaf", "words"], &rows, Some(31)), broken);
        assert_eq!(laid_out(&["leaf", "words"], &rows, Some(20)), whole, "there is no room");
    }
}
