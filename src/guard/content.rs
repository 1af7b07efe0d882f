//! Nothing in what leaves looks like something that identifies a person alone.
//!
//! What counts is every kind that a recogniser finds with enough certainty, but for those that describe many people alike:
//! names by their looks (they are met in places, products and streets; those of the dataset are known values), places,
//! firms and dates. Numbers in columns of numbers are not looked at: every tenth of sixteen digits passes as a card.

use std::sync::LazyLock;

use crate::detect::known::{Unfolded, Words};
use crate::detect::{Detector, Hints, Places, Purpose, Span, is_short, numbers};
use crate::guard::watch::{ContentGuard, Leaf};
use crate::schema::MayHold;

/// From so certain on a span counts, in percent.
const CERTAIN: u8 = 80;

/// Kinds that do not identify a person alone. Whatever kind is not among them counts.
const OF_MANY: &[&str] = &[
    "ADDRESS",
    "AGE",
    "DATE",
    "DOB",
    "DOMAIN",
    "GEO",
    "LOCATION",
    "NRP",
    "ORG",
    "PERSON",
    "POSTCODE",
    "URL",
    "URL_GENERIC",
];

/// Domains that are reserved (RFC 2606), so that their addresses are nobody's.
const RESERVED: &[&str] = &["example.com", "example.net", "example.org", "example", "test", "invalid", "localhost"];

/// Where recognisers are asked that find a kind which counts.
static PLACES: LazyLock<Places> = LazyLock::new(|| Places::but(&UNCOUNTED));

/// With the numbers of firms and banks.
static UNCOUNTED: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let firms = numbers().filter(|number| matches!(number.purpose, Purpose::Firm | Purpose::Bank));
    OF_MANY.iter().copied().chain(firms.map(|number| number.kind)).collect()
});

struct NothingLikely<'p> {
    may_hold: &'p MayHold,
    /// What the leaf's method makes itself.
    made: &'static [&'static str],
    detector: Detector<'static>,
}

/// The guard of a leaf.
pub(super) fn over<'p>(leaf: &Leaf<'p>) -> Option<Box<dyn ContentGuard + 'p>> {
    let made = leaf.rule.method.makes();
    Some(Box::new(NothingLikely { may_hold: &leaf.rule.may_hold, made, detector: Detector::at(&PLACES) }))
}

impl ContentGuard for NothingLikely<'_> {
    fn goes_by_form(&self) -> bool {
        true
    }

    fn of_word(&self, word: &[u8]) -> Hints {
        PLACES.of_word(word)
    }

    fn of_sign(&self, sign: u8) -> Hints {
        PLACES.of_sign(sign)
    }

    fn text(&mut self, text: &str, words: &Words, source: Option<&str>) -> Option<&'static str> {
        if is_short(text, words) {
            return None;
        }
        let (may_hold, made) = (self.may_hold, self.made);
        let counts = |span: &&Span| {
            let piece = &text[span.start..span.end];
            span.score >= CERTAIN
                && !may_hold.allows(span.kind)
                && !made.contains(&span.kind)
                && !is_reserved(span.kind, piece)
                && source.is_none_or(|source| holds(source, piece))
        };
        self.detector.find(text).iter().find(counts).map(|span| span.kind)
    }

    fn number(&mut self, _: u128) -> Option<&'static str> {
        None
    }
}

fn holds(source: &str, piece: &str) -> bool {
    Unfolded::default().readings(source, |source| source.contains(piece).then_some(())).is_some()
}

fn is_reserved(kind: &str, piece: &str) -> bool {
    let piece = piece.to_ascii_lowercase().replace("%40", "@");
    let Some((_, host)) = piece.rsplit_once('@').filter(|_| kind == "EMAIL") else { return false };
    let host = host.trim_end_matches('.');
    let is_within = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    RESERVED.iter().any(|domain| is_within(domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_of_reserved_domains_are_nobodys() {
        let reserved = ["aino@example.com", "aino@mail.example.org", "a%40acme.example", "a@x.test."];
        assert!(reserved.iter().all(|address| is_reserved("EMAIL", address)));
        let others = ["anna@bexample.com", "x@my-example.org", "a@example.com.fi", "a@attest"];
        assert!(!others.iter().any(|address| is_reserved("EMAIL", address)));
    }

    #[test]
    fn what_does_not_count_hides_nothing_that_does() {
        let held = |text: &str| {
            let (may_hold, mut words) = (MayHold::default(), Words::default());
            words.read(text);
            NothingLikely { may_hold: &may_hold, made: &[], detector: Detector::at(&PLACES) }.text(text, &words, None)
        };
        assert_eq!(held("https://site.fi/user?id=12&email=anna.virtanen@acme.fi"), Some("EMAIL"));
        assert_eq!(held("born 12.3.1980, at 60.1699, 24.9384"), None);
    }
}
