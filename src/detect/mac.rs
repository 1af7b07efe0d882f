//! Addresses of network interfaces.

use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "mac",
    kinds: &["MAC"],
    follows: "IEEE 802 (EUI-48 and EUI-64), in pairs with colons or hyphens, or in fours with dots",
    leaves_out: "twelve hexadecimal digits without separators",
    starts: &[Starts::Joint(b':'), Starts::Joint(b'-'), Starts::Joint(b'.')],
    find,
};

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Mark(at) = at else { return };
    let bytes = text.bytes();
    let separator = bytes[at];
    let (width, groups): (_, &[usize]) = if separator == b'.' { (4, &[4, 3]) } else { (2, &[8, 6]) };
    // Most signs are told by this alone.
    if bytes.get(at + 1 + width) != Some(&separator) {
        return;
    }
    let Some(start) = at.checked_sub(width) else { return };
    if !bytes[..start].last().is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b":-.".contains(byte)) {
        return;
    }
    let lengths = groups.iter().map(|groups| groups * (width + 1) - 1);
    let end = lengths.map(|length| start + length).find(|end| is_whole(bytes, start, *end, width, separator));
    found.extend(end.map(|end| Span { start, end, kind: "MAC", score: 95 }));
}

fn is_whole(bytes: &[u8], start: usize, end: usize, width: usize, separator: u8) -> bool {
    let is_place = |(place, byte): (usize, &u8)| match place % (width + 1) == width {
        true => *byte == separator,
        false => byte.is_ascii_hexdigit(),
    };
    let ends = match bytes.get(end..) {
        Some([next, behind, ..]) if *next == separator => !behind.is_ascii_hexdigit(),
        Some([next, ..]) => !next.is_ascii_alphanumeric(),
        _ => true,
    };
    ends && bytes.get(start..end).is_some_and(|all| all.iter().enumerate().all(is_place))
        // Three groups of four digits each are more often a number with points for thousands.
        && (width == 2 || bytes[start..end].iter().any(u8::is_ascii_alphabetic))
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn addresses_are_of_pairs_or_of_fours() {
        let macs = |text: &str| found(text, "MAC");
        for address in ["00:1A:2B:3C:4D:5E", "bd-d3-63-cd-b4-91", "001a.2b3c.4d5e", "00:1a:2b:ff:fe:3c:4d:5e"] {
            assert_eq!(macs(&format!("Device {address}, \"{address}\".")), [address, address]);
        }
        for none in [
            "00:1A:2B:3C:4D",
            "00:1A:2B:3C:4D:5E:6F",
            "12:34:56",
            "0-1A-2B-3C-4D-5E",
            "1234.5678.9012",
            "x00:1A:2B:3C:4D:5E",
            "00:1A-2B:3C:4D:5E",
        ] {
            assert!(macs(none).is_empty(), "{none}");
        }
    }
}
