//! Which of several claims to the same letters holds.

use crate::detect::Span;

/// Leaves of spans that overlap the most certain one, and of those alike the longest, in the order of the text.
pub(super) fn resolve(spans: &mut Vec<Span>) {
    spans.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut kept: Vec<Span> = Vec::new();
    let weight = |span: &Span| (span.score, span.end - span.start);
    for span in spans.drain(..) {
        while kept.last().is_some_and(|last| last.end > span.start && weight(last) < weight(&span)) {
            kept.pop();
        }
        if kept.last().is_none_or(|last| last.end <= span.start) {
            kept.push(span);
        }
    }
    *spans = kept;
}
