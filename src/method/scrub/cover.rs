//! The pieces of a text that go, each with what becomes of it.

use super::rules::{Names, PERSON, Rules, Treatment};
use crate::detect::{Detector, KNOWN, Known, Span};

/// A piece of a text that goes, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    pub start: usize,
    pub end: usize,
    pub treatment: Treatment,
}

/// Looks for the pieces of one text after another.
pub struct Cover<'r> {
    rules: &'r Rules,
    detector: Detector<'r>,
    spans: Vec<Span>,
}

impl<'r> Cover<'r> {
    /// One that has looked at nothing yet. Kinds that stay claim no letters from others.
    pub fn of(rules: &'r Rules) -> Self {
        Cover { rules, detector: Detector::at(rules.places()), spans: Vec::new() }
    }

    /// Hands on every piece of a text that goes, in order; none overlaps another.
    pub fn pieces(&mut self, text: &str, known: &Known, mut each: impl FnMut(Piece)) {
        let rules = self.rules;
        self.spans.clear();
        self.spans.extend_from_slice(self.detector.find(text));
        known.find(text, &mut self.spans);
        self.spans.retain(|span| rules.of(span.kind).is_some());
        joined(&mut self.spans);
        for span in &self.spans {
            match rules.names {
                Names::Parts { first, last } if span.kind == PERSON => {
                    words(text, *span, first, last).for_each(&mut each);
                }
                _ => {
                    let treatment = rules.of(span.kind).unwrap_or(Treatment::Placeholder(span.kind));
                    each(Piece { start: span.start, end: span.end, treatment });
                }
            }
        }
    }
}

/// Makes one span of all that overlap: nothing that any of them covers is left.
///
/// It is of the kind of the longest that a recogniser found.
fn joined(spans: &mut Vec<Span>) {
    spans.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let weight = |span: &Span| (span.kind != KNOWN, span.end - span.start);
    let mut kept: Vec<Span> = Vec::with_capacity(spans.len());
    // The heaviest of those that the last kept one is made of.
    let mut heaviest = (false, 0);
    for span in spans.drain(..) {
        match kept.last_mut().filter(|last| last.end > span.start) {
            Some(last) => {
                last.end = last.end.max(span.end);
                if weight(&span) > heaviest {
                    (last.kind, heaviest) = (span.kind, weight(&span));
                }
            }
            None => {
                heaviest = weight(&span);
                kept.push(span);
            }
        }
    }
    *spans = kept;
}

/// The words of a name. A family's is the last one, unless it stands alone; or all that stand before a comma.
fn words(text: &str, span: Span, first: usize, last: usize) -> impl Iterator<Item = Piece> {
    let name = &text[span.start..span.end];
    let split = || name.split(|letter: char| letter == ',' || letter.is_whitespace()).filter(|word| !word.is_empty());
    let (count, comma) = (split().count(), name.find(','));
    split().enumerate().map(move |(at, word)| {
        let within = word.as_ptr() as usize - name.as_ptr() as usize;
        let is_family = comma.map_or(count > 1 && at + 1 == count, |comma| within < comma);
        let (start, part) = (span.start + within, if is_family { last } else { first });
        Piece { start, end: start + word.len(), treatment: Treatment::By(part) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start: usize, end: usize, kind: &'static str) -> Span {
        Span { start, end, kind, score: 80 }
    }

    #[test]
    fn what_overlaps_goes_as_a_whole() {
        let mut spans = vec![span(5, 9, KNOWN), span(0, 6, "PERSON"), span(8, 12, KNOWN), span(12, 14, "EMAIL")];
        joined(&mut spans);
        assert_eq!(spans, [span(0, 12, "PERSON"), span(12, 14, "EMAIL")]);
    }

    #[test]
    fn a_known_value_around_a_recognised_one_takes_its_kind() {
        let mut spans = vec![span(0, 9, KNOWN), span(2, 4, "IP"), span(5, 9, "EMAIL")];
        joined(&mut spans);
        assert_eq!(spans, [span(0, 9, "EMAIL")]);
    }

    #[test]
    fn words_of_a_name_are_told_apart() {
        let text = "by Eeva Maria Meri.";
        let pieces: Vec<_> = words(text, span(3, 18, "PERSON"), 0, 1).collect();
        let found: Vec<_> = pieces.iter().map(|piece| (&text[piece.start..piece.end], piece.treatment)).collect();
        let [first, last] = [0, 1].map(Treatment::By);
        assert_eq!(found, [("Eeva", first), ("Maria", first), ("Meri", last)]);
        let text = "see von Whitfield, Margaret Ann,Jr";
        let inverted: Vec<_> = words(text, span(4, 31, "PERSON"), 0, 1).collect();
        let found: Vec<_> = inverted.iter().map(|piece| (&text[piece.start..piece.end], piece.treatment)).collect();
        assert_eq!(found, [("von", last), ("Whitfield", last), ("Margaret", first), ("Ann", first)]);
        let text = "by Eeva Maria Meri.";
        let alone = words(text, span(3, 7, "PERSON"), 0, 1).next().map(|piece| piece.treatment);
        assert_eq!(alone, Some(first));
    }
}
