//! Names of hosts.

/// In bytes, as labels are (RFC 1035, 2.3.4).
const LONGEST: usize = 255;
const LONGEST_LABEL: usize = 63;

/// Where the name of a host of two labels or more ends that begins here; its last label is of letters, or is punycode.
///
/// Follows RFC 1123 (2.1), and RFC 5890 for labels of other letters.
pub(super) fn host_end(text: &str, at: usize) -> Option<usize> {
    let is_of_name = |letter: &char| letter.is_alphanumeric() || matches!(letter, '.' | '-');
    let text = &text[at..text.floor_char_boundary(at + LONGEST)];
    let length: usize = text.chars().take_while(is_of_name).map(char::len_utf8).sum();
    let (mut end, mut label) = (None, at);
    for (labels, name) in text[..length].split('.').enumerate() {
        if !is_label(name) && (labels == 0 || name.trim_end_matches('-').is_empty()) {
            break;
        }
        if labels > 0 && is_top_level(name.trim_end_matches('-')) {
            end = Some(label + name.trim_end_matches('-').len());
        } else if !is_label(name) {
            break;
        }
        label += name.len() + 1;
    }
    end
}

fn is_top_level(name: &str) -> bool {
    let is_punycode = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    let is_letters = name.chars().all(char::is_alphabetic) && name.chars().nth(1).is_some();
    is_label(name) && (is_letters || is_punycode)
}

fn is_label(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST_LABEL && !name.starts_with('-') && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_with_its_top_level() {
        let host = |text: &str| host_end(text, 0).map(|end| text[..end].to_owned());
        assert_eq!(host("posti.example, and").as_deref(), Some("posti.example"));
        assert_eq!(host("a.b.fi.").as_deref(), Some("a.b.fi"));
        assert_eq!(host("a.fi.2").as_deref(), Some("a.fi"));
        assert_eq!(host("xn--bcher-kva.example-").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(host("bücher.рф").as_deref(), Some("bücher.рф"));
        let long = ("中".repeat(21) + ".").repeat(9);
        assert!(host_end(&long, 0).is_some_and(|end| end <= LONGEST), "bytes count, not letters");
        for none in ["localhost", "1.2.3.4", "a.b", ".fi", "-a.fi", "a..fi", ""] {
            assert_eq!(host(none), None, "{none}");
        }
    }
}
