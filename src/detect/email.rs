//! Addresses of e-mail.

use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "email",
    kinds: &["EMAIL"],
    follows: "RFC 5321 and 5322 (addr-spec)",
    leaves_out: "quoted local parts and comments",
    starts: &[Starts::Mark(b'@')],
    find,
};

/// RFC 5321, 4.5.3.1.
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 255;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Mark(at) = at else { return };
    let bytes = text.bytes();
    let local = |byte: &&u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-.".contains(byte);
    let domain = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-.".contains(byte);
    let start = at - bytes[..at].iter().rev().take(LONGEST_LOCAL).take_while(local).count();
    let end = at + 1 + bytes[at + 1..].iter().take(LONGEST_DOMAIN).take_while(domain).count();
    if start < at && bytes[at + 1..end].contains(&b'.') {
        found.push(Span { start, end, kind: "EMAIL", score: 95 });
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector;

    #[test]
    fn an_address_is_found_where_it_stands() {
        let text = "Write to aino.k@posti.example, please.";
        let spans = Detector::default().find(text).to_vec();
        let found: Vec<_> = spans.iter().map(|span| &text[span.start..span.end]).collect();
        assert_eq!(found, ["aino.k@posti.example"]);
        assert!(Detector::default().find("nobody@ home").is_empty());
    }
}
