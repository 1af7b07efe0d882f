//! Addresses of e-mail.

use crate::detect::host::host_end;
use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "email",
    kinds: &["EMAIL"],
    follows: "RFC 5321 and 5322 (addr-spec), RFC 6531 for letters beyond ASCII, RFC 3986 for %40",
    leaves_out: "quoted local parts, comments, addresses at a number or at a host of one label",
    starts: &[Starts::Mark(b'@'), Starts::Mark(b'%')],
    find,
};

/// RFC 5321, 4.5.3.1.
const LONGEST_LOCAL: usize = 64;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Mark(at) = at else { return };
    let is_encoded = text.bytes()[at] == b'%';
    if is_encoded && !text.bytes()[at..].starts_with(b"%40") {
        return;
    }
    let start = local_start(text.as_str(), at);
    let host = at + if is_encoded { 3 } else { 1 };
    if let Some(end) = (start < at).then(|| host_end(text.as_str(), host)).flatten() {
        found.push(Span { start, end, kind: "EMAIL", score: 95 });
    }
}

/// Where a local part begins that ends here. Of what RFC 5322 allows, what frames an address in text is not taken: it
/// would rather be the end of `to=`, of a path or of a quotation.
pub(super) fn local_start(text: &str, end: usize) -> usize {
    let is_local = |letter: &char| letter.is_alphanumeric() || "._%+-'~!#$*^`".contains(*letter);
    let before = text[..end].chars().rev().take(LONGEST_LOCAL).take_while(is_local);
    let start = end - before.map(char::len_utf8).sum::<usize>();
    let local = text[start..end].trim_start_matches(|letter| !char::is_alphanumeric(letter) && letter != '_');
    // A local part does not end with a dot, nor with the quotation mark of what stands before.
    if local.ends_with(['.', '\'', '`']) { end } else { end - local.len() }
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn an_address_is_found_where_it_stands() {
        let emails = |text: &str| found(text, "EMAIL");
        assert_eq!(emails("Write to aino.k@posti.example, please."), ["aino.k@posti.example"]);
        assert_eq!(emails("mail='o'khan+x@a-b.example';"), ["o'khan+x@a-b.example"]);
        assert_eq!(emails("a@b.co,b@c.io,<c@xn--bcher-kva.example>"), ["a@b.co", "b@c.io", "c@xn--bcher-kva.example"]);
        assert_eq!(emails("/?m=aino.k%40posti.example&x"), ["aino.k%40posti.example"]);
        assert_eq!(emails("äiti@mäki.example"), ["äiti@mäki.example"]);
        assert_eq!(emails("aino\u{200b}.k@\u{ad}posti\u{ff0e}example"), ["aino\u{200b}.k@\u{ad}posti\u{ff0e}example"]);
        for none in ["nobody@ home", "@all", "a@b", "a@1.2.3.4", "'x'@'10.0.0.1'", "50%40", "@@@@.fi"] {
            assert!(emails(none).is_empty(), "{none}");
        }
    }
}
