//! Addresses of the Internet Protocol.

use std::net::Ipv6Addr;

use crate::detect::context::Vocabulary;
use crate::detect::phone;
use crate::detect::tags::Tag;
use crate::detect::{At, Recogniser, Span, Starts, Text, Word};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "ip",
    kinds: &["IP"],
    follows: "RFC 791 in dotted decimal, RFC 4291 (2.2) for version 6, RFC 4632 for /prefixes; a port is not part of it",
    leaves_out: "addresses as one number, in octal or hexadecimal, inside names of hosts, and shortened ones as 127.1",
    starts: &[Starts::Joint(b'.'), Starts::Mark(b':')],
    find,
};

/// What has versions of four numbers.
pub(super) static VERSIONS: Vocabulary = Tag::Version.list(&[
    "version",
    "versio",
    "versiota",
    "versionen",
    "versie",
    "versión",
    "firmware",
    "release",
    "build",
    "v",
    "ver",
    "rev",
    "revision",
    "chapter",
    "section",
    "ohjelmistoversio",
    "softwareversion",
    "versionsnummer",
    "chrome",
    "chromium",
    "edg",
    "edge",
    "opr",
    "opera",
    "safari",
    "firefox",
    "gecko",
    "applewebkit",
    "crios",
    "android",
    "ios",
    "java",
    "jdk",
    "kernel",
    "versions",
    "versiosta",
    "versioon",
    "versjon",
    "versione",
    "versão",
    "wersja",
    "verze",
    "fw",
    "bios",
    "uefi",
    "sdk",
    "jre",
    "clr",
    "php",
    "cuda",
    "openssl",
    "erlang",
    "patch",
    "hotfix",
    "assembly",
    "upgraded",
    "upgrading",
    "downgraded",
    "downgrading",
    "paragraph",
    "clause",
    "luku",
    "kohta",
    "kappale",
    "kapitel",
    "avsnitt",
    "abschnitt",
    "ziffer",
    "chapitre",
    "capítulo",
]);

/// Programs and libraries that are installed and stand for no host: right behind one of them is its version, unless the
/// address is one of a private network.
pub(super) static PROGRAMS: Vocabulary = Tag::Program.list(&[
    "acrobat",
    "anyconnect",
    "autocad",
    "blender",
    "citrix",
    "defender",
    "desktop",
    "discord",
    "directx",
    "eset",
    "excel",
    "filezilla",
    "flash",
    "forticlient",
    "geforce",
    "itunes",
    "kaspersky",
    "libpng",
    "libreoffice",
    "libssl",
    "libtiff",
    "libxml",
    "matlab",
    "mcafee",
    "nessus",
    "norton",
    "notepad",
    "nvidia",
    "office",
    "onedrive",
    "onenote",
    "outlook",
    "photoshop",
    "powerpoint",
    "putty",
    "pycharm",
    "quicktime",
    "radeon",
    "reader",
    "realtek",
    "silverlight",
    "skype",
    "slack",
    "sophos",
    "spotify",
    "sql",
    "steam",
    "studio",
    "symantec",
    "tableau",
    "teams",
    "thunderbird",
    "unity",
    "virtualbox",
    "vlc",
    "vmware",
    "vscode",
    "webex",
    "webview",
    "winrar",
    "winscp",
    "winzip",
    "wireshark",
    "xcode",
    "zlib",
    "zoom",
]);

/// RFC 4291, of eight groups of four and an address of version 4 at the end.
const LONGEST: usize = 45;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Mark(at) = at else { return };
    let span = if text.bytes()[at] == b'.' { version_4(text, at) } else { version_6(text.bytes(), at) };
    found.extend(span.map(|(start, end)| Span { start, end, kind: "IP", score: 92 }));
}

/// The address whose first point stands here.
fn version_4(text: &Text<'_>, point: usize) -> Option<(usize, usize)> {
    let bytes = text.bytes();
    // Most points are told by what stands beside them alone.
    if !bytes[point.checked_sub(1)?].is_ascii_digit() || !bytes.get(point + 1)?.is_ascii_digit() {
        return None;
    }
    let Word { start, end, digits, .. } = text.words()[text.word_at(point - 1)];
    if end - start > 3 || digits as usize != end - start {
        return None;
    }
    let is_free = match bytes[..start] {
        [.., digit, b'-'] => digit.is_ascii_digit(),
        [.., before] => !before.is_ascii_alphanumeric() && !b"._".contains(&before),
        [] => true,
    };
    let end = is_free.then(|| four_octets(bytes, start)).flatten()?;
    let is_whole = match bytes[end..] {
        [b'.', next, ..] => !next.is_ascii_alphanumeric(),
        [b'-', next, ..] => !next.is_ascii_alphabetic(),
        [next, ..] => !next.is_ascii_alphanumeric() && next != b'_',
        [] => true,
    };
    // `12.34.56.78` is a telephone's number where somebody says so.
    let is_phone = || end - start == 11 && phone::NAMES.is_before(text, start, 2);
    (is_whole && !is_version(text, start) && !is_phone()).then(|| (start, prefix_end(bytes, end, 32)))
}

/// Whether words before say that this is a version, or the one that another is raised to, as in `version 1.2.3.4 to 1.2.4.0`.
fn is_version(text: &Text<'_>, start: usize) -> bool {
    let first = text.word_at(start);
    if VERSIONS.is_among(text, start, first, 2) || is_of_program(text, start, first) {
        return true;
    }
    let is_link = |link: &usize| matches!(text.word(&text.words()[*link]), "to" | "and" | "or");
    let behind = first.checked_sub(1).filter(is_link).unwrap_or(first);
    let is_part = |at: usize| text.between(at) == b"." && text.words()[at].has_digit();
    if is_raised(text, first) {
        return true;
    }
    let raised = behind.checked_sub(4).filter(|of_four| (*of_four..of_four + 3).all(is_part));
    raised
        .is_some_and(|raised| VERSIONS.is_among(text, text.words()[raised].start, raised, 2) || is_raised(text, raised))
}

/// Whether something is raised from this version, as in `Upgraded Postgres from 12.3.4.5 to 12.3.4.6`.
fn is_raised(text: &Text<'_>, first: usize) -> bool {
    let Some([verb, _, from]) = first.checked_sub(3).and_then(|verb| text.words().get(verb..first)) else {
        return false;
    };
    let verb = text.word(verb);
    text.word(from) == "from"
        && (verb.ends_with("pgraded") || verb.ends_with("pgrading") || verb.ends_with("owngraded"))
}

/// Whether a program is right before, as in `Outlook 16.0.1.2`, and the address is one that others could have as well.
fn is_of_program(text: &Text<'_>, start: usize, first: usize) -> bool {
    let is_private = |bytes: &[u8]| {
        bytes.starts_with(b"10.")
            || bytes.starts_with(b"127.")
            || bytes.starts_with(b"192.168.")
            || bytes.starts_with(b"172.")
    };
    let words = text.words();
    let joins = |at: &usize| matches!(text.between(*at), b" " | b"/" | b" (" | b"-");
    let Some(before) = first.checked_sub(1).filter(joins) else { return false };
    let is_part =
        matches!(text.word(&words[before]).to_ascii_lowercase().as_str(), "client" | "server" | "player" | "app");
    let program = if is_part { before.checked_sub(1).filter(joins) } else { Some(before) };
    program.is_some_and(|program| PROGRAMS.has(&words[program])) && !is_private(&text.bytes()[start..])
}

fn four_octets(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    for octet in 0..4 {
        if octet > 0 {
            at += usize::from(*bytes.get(at)? == b'.');
        }
        let digits = bytes[at..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let value = bytes[at..at + digits].iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
        let is_padded = digits == 2 && bytes[at] == b'0';
        if !(1..=3).contains(&digits) || is_padded || value > 255 || (octet > 0 && bytes[at - 1] != b'.') {
            return None;
        }
        at += digits;
    }
    Some(at)
}

/// Behind the `/24` of a network, where that follows.
fn prefix_end(bytes: &[u8], end: usize, most: u32) -> usize {
    let Some(rest) = bytes[end..].strip_prefix(b"/") else { return end };
    let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let value = rest[..digits].iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    let is_whole = rest.get(digits).is_none_or(|next| !next.is_ascii_alphanumeric() && !b"/.-".contains(next));
    if (1..=3).contains(&digits) && value <= most && is_whole { end + 1 + digits } else { end }
}

/// The address of which this is the first colon.
fn version_6(bytes: &[u8], colon: usize) -> Option<(usize, usize)> {
    if !bytes.get(colon + 1).is_some_and(|next| next.is_ascii_hexdigit() || *next == b':') {
        return None;
    }
    let hexadecimal = |byte: &&u8| byte.is_ascii_hexdigit();
    let before = bytes[..colon].iter().rev().take(5).take_while(hexadecimal).count();
    let start = colon - before;
    let is_free = bytes[..start].last().is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b":._".contains(byte));
    if before > 4 || !is_free {
        return None;
    }
    let of_address = |byte: &&u8| byte.is_ascii_hexdigit() || b":.".contains(byte);
    let mut length = bytes[start..].iter().take(LONGEST + 1).take_while(of_address).count();
    while length > 0 && (bytes[start + length - 1] == b'.' || bytes[start..start + length].ends_with(b":")) {
        // `fe80::` ends with its colons; a sentence does so with one.
        if bytes[start..start + length].ends_with(b"::") {
            break;
        }
        length -= 1;
    }
    let end = start + length;
    let is_whole = bytes.get(end).is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'_');
    let written = std::str::from_utf8(&bytes[start..end]).ok()?;
    // `a::b` is an address, but more often a name in a program.
    let is_told = written.bytes().any(|byte| byte.is_ascii_digit()) || written.split(':').count() > 3;
    let is_one = length >= 3 && is_whole && is_told && written.parse::<Ipv6Addr>().is_ok();
    is_one.then(|| (start, prefix_end(bytes, end, 128)))
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn both_versions_are_found() {
        let ips = |text: &str| found(text, "IP");
        assert_eq!(ips("from 10.0.0.1:22 to 172.16.0.5."), ["10.0.0.1", "172.16.0.5"]);
        assert_eq!(
            ips("|19.253.176.22|10.0.0.0/8, 10.0.0.1-10.0.0.9"),
            ["19.253.176.22", "10.0.0.0/8", "10.0.0.1", "10.0.0.9"]
        );
        assert_eq!(ips("is 2001:db8:bce9::70ef, [fe80::1%eth0]"), ["2001:db8:bce9::70ef", "fe80::1"]);
        assert_eq!(ips("::ffff:10.0.0.1 and 2001:db8::/32"), ["::ffff:10.0.0.1", "2001:db8::/32"]);
        assert_eq!(ips("62:4e7c:99cf:ccab:d158:8df5:6d32:573d."), ["62:4e7c:99cf:ccab:d158:8df5:6d32:573d"]);
        assert_eq!(ips("Outlook 10.1.2.3, Teams from 81.2.3.4"), ["10.1.2.3", "81.2.3.4"]);
        for none in [
            "1.2.3",
            "1.2.3.4.5",
            "256.1.1.1",
            "version 1.2.3.4",
            "v1.2.3.4",
            "a1.2.3.4",
            "lib-1.2.3.4",
            "12:34:56",
            "std::bad",
            "a::b",
            "00:1a:2b:3c:4d:5e",
            "::",
            "1.2.3.4-beta",
            "1.2.3.4.example",
            "Chrome/120.0.0.0",
            "version is 1.2.3.4",
            "from version 10.2.3.4 to 10.2.3.5",
            "upgrading 10.2.3.4 -> 10.2.4.0",
            "Outlook 16.5.1.2 crashes",
            "SQL Server 16.5.1.2 patched",
            "Upgraded Postgres from 16.5.1.2 to 16.5.1.9",
            "Acrobat Reader 23.1.2.4",
            "40.61.08.60",
            "Phone: 40.61.18.60",
        ] {
            assert!(ips(none).is_empty(), "{none}");
        }
    }
}
