//! Which of several claims to the same letters holds.

use std::cmp::Reverse;

use crate::detect::Span;

/// What is used again from text to text.
#[derive(Default)]
pub(super) struct Claims {
    kept: Vec<Span>,
    /// Which bytes of spans that hang together are given away.
    given: Vec<bool>,
}

impl Claims {
    /// Leaves, in the order of the text, spans that do not overlap: the most certain have their letters first, and of
    /// those alike the longest, then the first. Takes time linear in the letters that are claimed.
    pub(super) fn resolve(&mut self, spans: &mut Vec<Span>) {
        if spans.len() < 2 {
            return;
        }
        spans.sort_unstable_by_key(|span| (span.start, Reverse(span.end), Reverse(span.score), span.kind));
        self.kept.clear();
        let mut rest = spans.as_mut_slice();
        while !rest.is_empty() {
            let (together, others) = rest.split_at_mut(hang_together(rest));
            self.settle(together);
            rest = others;
        }
        std::mem::swap(spans, &mut self.kept);
    }

    fn settle(&mut self, together: &mut [Span]) {
        if let [alone] = together {
            self.kept.push(*alone);
            return;
        }
        let begin = together[0].start;
        let end = together.iter().map(|span| span.end).max().unwrap_or(begin);
        self.given.clear();
        self.given.resize(end - begin, false);
        together
            .sort_unstable_by_key(|span| (Reverse(span.score), Reverse(span.end - span.start), span.start, span.kind));
        let first = self.kept.len();
        for span in together {
            let letters = &mut self.given[span.start - begin..span.end - begin];
            if !letters.contains(&true) {
                letters.fill(true);
                self.kept.push(*span);
            }
        }
        self.kept[first..].sort_unstable_by_key(|span| span.start);
    }
}

/// How many of the first spans overlap each other, directly or through others.
fn hang_together(spans: &[Span]) -> usize {
    let mut end = 0;
    spans
        .iter()
        .enumerate()
        .take_while(|(at, span)| {
            let hangs = *at == 0 || span.start < end;
            end = end.max(span.end);
            hangs
        })
        .count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resolved(spans: &[(usize, usize, u8)]) -> Vec<(usize, usize, u8)> {
        let mut spans: Vec<_> = spans
            .iter()
            .map(|(start, end, score)| Span { start: *start, end: *end, kind: "", score: *score })
            .collect();
        Claims::default().resolve(&mut spans);
        spans.iter().map(|span| (span.start, span.end, span.score)).collect()
    }

    #[test]
    fn the_most_certain_has_the_letters_and_what_it_leaves_stays_claimed() {
        assert_eq!(resolved(&[(0, 10, 80), (8, 20, 85), (15, 30, 90)]), [(0, 10, 80), (15, 30, 90)]);
        assert_eq!(resolved(&[(0, 4, 90), (0, 9, 90)]), [(0, 9, 90)]);
        assert_eq!(resolved(&[(5, 9, 50), (0, 5, 60)]), [(0, 5, 60), (5, 9, 50)]);
    }

    proptest! {
        #[test]
        fn it_is_the_greedy_choice(spans in prop::collection::vec((0usize..60, 1usize..12, 0u8..4), 0..25)) {
            let spans: Vec<_> = spans.into_iter().map(|(start, length, score)| (start, start + length, score)).collect();
            let mut sorted = spans.clone();
            sorted.sort_by_key(|(start, end, score)| (Reverse(*score), Reverse(end - start), *start));
            let mut expected: Vec<(usize, usize, u8)> = Vec::new();
            for span in sorted {
                if expected.iter().all(|kept| span.1 <= kept.0 || span.0 >= kept.1) {
                    expected.push(span);
                }
            }
            expected.sort_unstable();
            prop_assert_eq!(resolved(&spans), expected);
        }
    }
}
