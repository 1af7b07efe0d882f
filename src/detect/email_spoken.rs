//! Addresses of e-mail that are written so that programs do not see them.

use std::ops::Range;

use crate::detect::context::Vocabulary;
use crate::detect::email::local_start;
use crate::detect::host::host_end;
use crate::detect::labelled::last_joined;
use crate::detect::tags::Tag;
use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "email_spoken",
    kinds: &["EMAIL"],
    follows: "usage: `name (at) host.fi`, `name [at] host [dot] fi`, `name at host.fi`, `name @ host.fi`",
    leaves_out: "`at` without brackets where neither the name nor a word nearby shows an address; signs drawn as pictures",
    starts: &[
        Starts::Mark(b'@'),
        Starts::Label(&["a"]),
        Starts::Keyword(&["at", "ät", "arroba", "chiocciola", "arobase", "kukka", "miukumauku", "snabela"]),
    ],
    find,
};

/// What is said of addresses.
pub(super) static MAIL: Vocabulary = Tag::Mail.list(&[
    "mail",
    "email",
    "e",
    "mailto",
    "write",
    "contact",
    "reach",
    "sposti",
    "sähköposti",
    "sähköpostini",
    "osoite",
    "epost",
    "mejl",
    "mejla",
    "skriv",
    "maila",
    "schreib",
    "schreiben",
    "adresse",
    "address",
    "correo",
    "courriel",
]);

/// What stands before `at` and names nobody.
pub(super) static NOBODY: Vocabulary = Tag::Nobody.list(&[
    "me",
    "us",
    "you",
    "it",
    "him",
    "her",
    "them",
    "look",
    "available",
    "directly",
    "hosted",
    "is",
    "or",
    "and",
    "team",
    "shop",
    "buy",
    "found",
    "visit",
    "work",
    "works",
    "working",
    "page",
    "site",
    "account",
    "online",
    "here",
    "are",
]);

pub(super) static DOT: Vocabulary = Tag::SpokenDot.list(&["dot", "piste", "punkt", "point", "punto"]);

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let bytes = text.bytes();
    let sign = match at {
        At::Mark(at) => at..at + 1,
        At::Word(index) => text.words()[index].start..text.words()[index].end,
    };
    let Some((before, behind)) = framed(bytes, &sign) else { return };
    // A single letter is a sign in brackets alone.
    if sign.len() == 1 && bytes[sign.start] != b'@' && before + 1 >= sign.start {
        return;
    }
    let is_bracketed = bytes[before..sign.start].iter().any(|byte| b"([{<".contains(byte));
    let start = local_start(text.as_str(), before);
    let Some(end) = spoken_end(text, behind) else { return };
    let is_named = text.bytes()[start..before].iter().any(|byte| byte.is_ascii_digit() || b"._+-".contains(byte));
    let last = text.word_at(start);
    let is_nobody = text.words().get(last).is_some_and(|word| word.end == before && NOBODY.has(word));
    let is_somebody = start < before && !is_nobody;
    if is_somebody && (is_bracketed || is_named || MAIL.is_before(text, start, 4)) {
        found.push(Span { start, end, kind: "EMAIL", score: if is_bracketed { 88 } else { 80 } });
    }
}

/// Where the name before `at` ends and the host behind it begins: beside brackets of one kind, or single spaces.
fn framed(bytes: &[u8], sign: &Range<usize>) -> Option<(usize, usize)> {
    let (mut before, mut behind) = (sign.start, sign.end);
    let is_bracketed = match (bytes[..before].last(), bytes.get(behind)) {
        (Some(b'('), Some(b')')) | (Some(b'['), Some(b']')) | (Some(b'{'), Some(b'}')) | (Some(b'<'), Some(b'>')) => {
            true
        }
        (Some(b' '), Some(b' ')) => false,
        _ => return None,
    };
    if is_bracketed {
        (before, behind) = (before - 1, behind + 1);
    }
    let before = before - usize::from(bytes[..before].last() == Some(&b' '));
    Some((before, behind + usize::from(bytes.get(behind) == Some(&b' '))))
}

/// Labels of a host, joined by words for dots.
const MOST_LABELS: usize = 4;

/// Where the host ends that is written with dots or with words for them.
fn spoken_end(text: &Text<'_>, at: usize) -> Option<usize> {
    if let Some(end) = host_end(text.as_str(), at) {
        return Some(end);
    }
    let words = text.words();
    let mut first = text.word_at(at);
    // Each label but the first comes with a word for the dot before it.
    for labels in 0..MOST_LABELS {
        let label = words.get(first)?;
        let last = last_joined(text, first);
        let is_joined = |gap: &str| gap.len() <= 2 && gap.bytes().all(|byte| b" ()[]{}<>".contains(&byte));
        let goes_on = words.get(last + 1).is_some_and(|dot| DOT.has(dot)) && is_joined(text.gap(last));
        if !goes_on || last + 2 >= words.len() || !is_joined(text.gap(last + 1)) {
            return (labels > 0 && !label.has_digit() && label.end - label.start >= 2).then_some(label.end);
        }
        first = last + 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn spoken_signs_are_heard() {
        let emails = |text: &str| found(text, "EMAIL");
        assert_eq!(emails("aino (at) posti.example"), ["aino (at) posti.example"]);
        assert_eq!(emails("aino[at]posti.example."), ["aino[at]posti.example"]);
        assert_eq!(emails("to aino.k [AT] posti [dot] example now"), ["aino.k [AT] posti [dot] example"]);
        assert_eq!(emails("Write me at aino1 at posti piste fi"), ["aino1 at posti piste fi"]);
        assert_eq!(emails("at aino1[at]oma-posti[dot]example."), ["aino1[at]oma-posti[dot]example"]);
        assert_eq!(emails("aino_k at mail dot oma-posti dot fi"), ["aino_k at mail dot oma-posti dot fi"]);
        assert_eq!(emails("mail aino (a) posti.example"), ["aino (a) posti.example"]);
        assert_eq!(emails("mail me: aino.k @ posti.example"), ["aino.k @ posti.example"]);
        for none in [
            "is a posti.example",
            "RT @ posti.example",
            "Look at posti.example",
            "we met at two",
            "me at home dot",
            "arrived (at) noon",
            "at",
            "(at)",
        ] {
            assert!(emails(none).is_empty(), "{none}");
        }
    }
}
