//! Bytes that may be text, read in the encodings that columns of bytes hold.

/// The text that bytes are as they stand: UTF-8 without control characters, but for those that part words.
pub fn plain(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains(|letter| is_odd(letter) || letter == '\0'))
}

/// Hands on how bytes read that are no plain text: as UTF-8, whatever is broken in it, in one byte a letter (Latin-1, without
/// NULs), and where they have NULs, in two (UTF-16).
pub fn readings(bytes: &[u8], mut each: impl FnMut(&str)) {
    each(&String::from_utf8_lossy(bytes));
    each(&bytes.iter().filter(|byte| **byte != 0).map(|byte| char::from(*byte)).collect::<String>());
    let (pairs, []) = bytes.as_chunks::<2>() else { return };
    if bytes.contains(&0) {
        for unit in [u16::from_le_bytes, u16::from_be_bytes] {
            let letters = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)));
            each(&letters.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>());
        }
    }
}

/// Whether bytes are a UUID by their version and variant (RFC 9562, 4): no text of one byte a letter has a letter where the
/// variant stands.
pub fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 16 && (1..=8).contains(&(bytes[6] >> 4)) && bytes[8] >> 6 == 0b10
}

/// Whether a reading can be likely at all: most codes hold a byte that no reading of one byte a letter makes a letter of.
pub fn can_be_likely(bytes: &[u8]) -> bool {
    bytes.contains(&0) || !bytes.iter().any(|byte| is_odd(char::from(*byte)) && byte.is_ascii())
}

/// Whether a reading may be one that somebody wrote: bytes of codes read as if they were text are mostly none.
pub fn is_likely(reading: &str) -> bool {
    !reading.contains(is_odd)
}

/// Control characters that stand in no text; NULs fill up what is of one length.
fn is_odd(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\0' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Vec<String> {
        let mut all = Vec::new();
        readings(bytes, |reading| all.push(reading.to_owned()));
        all
    }

    #[test]
    fn bytes_are_read_in_every_encoding_that_they_can_be_of() {
        assert_eq!(plain("Mäkelä,\nAino\u{fffd}".as_bytes()), Some("Mäkelä,\nAino\u{fffd}"));
        assert_eq!(of("Mäkelä\0\0".as_bytes())[0], "Mäkelä\0\0");
        assert_eq!(of(b"M\xe4kel\xe4")[1], "Mäkelä");
        assert_eq!(of(b"M\xc3\xa4kel\xc3\xa4 and \xff")[0], "Mäkelä and \u{fffd}");
        let little: Vec<u8> = "Škodová".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "Škodová".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(of(&little).contains(&"Škodová".to_owned()) && of(&big).contains(&"Škodová".to_owned()));
    }

    #[test]
    fn what_somebody_wrote_is_told_from_codes() {
        assert!(is_likely("Aino\tVirtanen\r\n\0") && is_likely("ab\u{fffd}") && !is_likely("\u{1}abc"));
        assert_eq!([b"a\n".as_slice(), b"a\0", b"\x01", b"\xff"].map(plain), [Some("a\n"), None, None, None]);
        for bytes in [b"M\xe4ki\n".as_slice(), b"\x01\x02abc", b"a\0b\0", b"\xff\x7f"] {
            assert!(can_be_likely(bytes) || !of(bytes).iter().any(|reading| is_likely(reading)), "{bytes:?}");
        }
        let uuid = b"\x01\x9a\xff\x10\x02\x03\x47\xfe\xa0a@bc.fi";
        assert!(is_uuid(uuid) && !is_uuid(&uuid[1..]) && !is_uuid(b"\x01\x9a\xff\x10\x02\x03\x47\xfe a@bc.fi"));
        assert!(!is_uuid(b"maija@example.fi") && !is_uuid("M\u{e4}ki a@bc.fi\u{e4}\0".as_bytes()));
        assert!(!can_be_likely(b"\x01\x02abc") && can_be_likely("\u{85}ä".as_bytes()));
    }
}
