//! What is done on the way through a document: leaves are collected first, and written when all have been treated.

use serde_json::to_writer;

use super::walk::{Leaf, Names, Sink};
use crate::method::nested::part::{Fate, Form, Made, One, Part};
use crate::method::nested::pieces::Pieces;

/// Adds the leaves to those of their rules.
pub struct Collector<'c> {
    pub row: u32,
    pub parts: &'c [Part],
    pub pieces: &'c mut [Pieces],
}

impl Sink for Collector<'_> {
    fn leaf(&mut self, rule: usize, leaf: Leaf<'_>) -> Option<()> {
        let part = &self.parts[rule];
        let piece = match (part.fate, part.form, leaf) {
            (Fate::Untouched, ..) => return Some(()),
            (_, Form::Text | Form::Integer, Leaf::Text(piece)) => piece,
            (_, Form::Integer | Form::Number, Leaf::Number(piece)) => piece,
            _ => return None,
        };
        self.pieces[rule].push(self.row, piece).then_some(())
    }
}

/// Tells of every leaf that has a rule, whatever becomes of it, and that something else does not stay.
pub struct Teller<'t> {
    pub parts: &'t [Part],
    pub each: &'t mut dyn FnMut(Option<usize>, &str),
}

impl Sink for Teller<'_> {
    fn leaf(&mut self, rule: usize, leaf: Leaf<'_>) -> Option<()> {
        match leaf {
            Leaf::Text(piece) | Leaf::Number(piece) => (self.each)(Some(rule), piece),
            Leaf::Flag(_) if self.parts[rule].fate == Fate::Untouched => {}
            Leaf::Flag(_) => self.left_out(),
        }
        Some(())
    }

    fn left_out(&mut self) {
        (self.each)(None, "");
    }

    fn gone(&mut self, rule: usize, leaf: Leaf<'_>) {
        let _ = self.leaf(rule, leaf);
    }
}

/// Writes the document with what has been made of its leaves.
pub struct Writer<'w> {
    pub parts: &'w [Part],
    pub made: &'w mut [Made],
    pub out: &'w mut Vec<u8>,
}

impl Writer<'_> {
    fn string(&mut self, text: &str) -> Option<()> {
        to_writer(&mut *self.out, text).ok()
    }
}

impl Sink for Writer<'_> {
    fn found(&mut self, _: &str, _: &mut Names) {}

    fn mark(&mut self, mark: &str) {
        self.out.extend_from_slice(mark.as_bytes());
    }

    fn name(&mut self, rule: Option<usize>, name: &str, names: &mut Names) -> Option<()> {
        let made = match rule.filter(|rule| self.parts[*rule].fate != Fate::Untouched) {
            None => One::Text(name),
            Some(rule) => self.made[rule].take(),
        };
        match made {
            One::Text(name) => {
                names.push(name);
                to_writer(&mut *self.out, name).ok()
            }
            One::Whole(number) => {
                let start = self.out.len() + 1;
                quoted(self.out, number)?;
                names.push(std::str::from_utf8(&self.out[start..self.out.len() - 1]).ok()?);
                Some(())
            }
            One::Null | One::Number(_) => None,
        }
    }

    fn leaf(&mut self, rule: usize, leaf: Leaf<'_>) -> Option<()> {
        if self.parts[rule].fate == Fate::Untouched {
            return match leaf {
                Leaf::Text(text) => self.string(text),
                Leaf::Number(written) | Leaf::Flag(written) => {
                    self.mark(written);
                    Some(())
                }
            };
        }
        match (self.made[rule].take(), leaf) {
            (One::Null, _) => to_writer(&mut *self.out, &()).ok(),
            (One::Text(text), _) => to_writer(&mut *self.out, text).ok(),
            // What stood in a string stays in one.
            (One::Whole(number), Leaf::Text(_)) => quoted(self.out, number),
            (One::Whole(number), _) => to_writer(&mut *self.out, &number).ok(),
            // JSON has no infinity: `null` is written for it.
            (One::Number(number), _) => to_writer(&mut *self.out, &number).ok(),
        }
    }
}

fn quoted(out: &mut Vec<u8>, number: i64) -> Option<()> {
    out.push(b'"');
    to_writer(&mut *out, &number).ok()?;
    out.push(b'"');
    Some(())
}
