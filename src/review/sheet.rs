//! Rows under a head: what a question is answered with.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::page::visible;

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub head: &'static [&'static str],
    /// As wide as the head.
    pub rows: Vec<Vec<Value>>,
}

impl Sheet {
    /// The rows as objects by the names of the head.
    pub fn json(&self) -> Value {
        let object = |row: &Vec<Value>| -> Map<String, Value> {
            self.head.iter().map(|name| name.replace(' ', "_")).zip(row.iter().cloned()).collect()
        };
        self.rows.iter().map(object).collect()
    }

    /// The cells of a column; none where the head has no such name.
    pub fn column(&self, name: &str) -> impl Iterator<Item = &Value> {
        let place = self.head.iter().position(|known| *known == name);
        self.rows.iter().filter_map(move |row| row.get(place?))
    }

    /// The rows as texts, in which nothing is unseen.
    pub fn texts(&self) -> Vec<Vec<String>> {
        self.rows.iter().map(|row| row.iter().map(said).collect()).collect()
    }
}

/// A cell as it is read.
fn said(cell: &Value) -> String {
    match cell {
        Value::Null => "–".to_owned(),
        Value::String(text) => visible(text),
        other => other.to_string(),
    }
}

/// A time in whole seconds (RFC 3339).
pub(super) fn moment(at: Timestamp) -> Value {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

/// Whole days between two times, none where the second is the earlier one.
pub(super) fn days(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_hours().max(0) / 24
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_objects_by_their_head_and_hide_nothing() {
        let sheet = Sheet { head: &["run", "rows out"], rows: vec![vec!["a\u{202e}".into(), Value::Null]] };
        assert_eq!(sheet.json(), serde_json::json!([{ "run": "a\u{202e}", "rows_out": null }]));
        assert_eq!(sheet.texts(), [["a[U+202E]", "–"]]);
    }

    #[test]
    fn days_are_whole_and_never_fewer_than_none() {
        let at = |text: &str| text.parse::<Timestamp>().expect("is a time");
        assert_eq!(moment(at("2026-11-24T12:00:01.5Z")), "2026-11-24T12:00:01Z");
        assert_eq!(days(at("2026-11-24T12:00:00Z"), at("2026-11-26T11:59:59Z")), 1);
        assert_eq!(days(at("2026-11-26T12:00:00Z"), at("2026-11-24T12:00:00Z")), 0);
    }
}
