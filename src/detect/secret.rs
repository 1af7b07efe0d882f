//! Passwords, keys and tokens.

use crate::detect::{At, Recogniser, Span, Starts, Text, Word};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "secret",
    kinds: &["SECRET"],
    follows: "RFC 7519 (JWT), RFC 7468 (private keys), and the prefixes that AWS, GitHub, GitLab, Slack, Stripe, OpenAI, Google, \
              npm, SendGrid and others document for their tokens",
    leaves_out: "passwords in sentences, and random words that neither a prefix nor a name before shows",
    starts: &[
        Starts::Label(NAMES),
        Starts::Keyword(&["bearer"]),
        Starts::Label(&["begin"]),
        Starts::Prefix(TOKENS),
        Starts::Label(HEADS),
    ],
    find,
};

/// Names of settings whose value is a secret; of `API_KEY` the last word is one.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "pwd",
    "passphrase",
    "dbpass",
    "dbpassword",
    "salasana",
    "lösenord",
    "passwort",
    "kennwort",
    "contraseña",
    "secret",
    "secretkey",
    "clientsecret",
    "token",
    "accesstoken",
    "authtoken",
    "refreshtoken",
    "apitoken",
    "apikey",
    "key",
    "privatekey",
    "accesskey",
    "credential",
    "credentials",
    "by",
    "pin",
];

/// How tokens begin that go on with letters and digits.
const TOKENS: &[&str] = &["AKIA", "ASIA", "ABIA", "ACCA", "AIza", "eyJ"];

/// The words that others begin with, before what joins them to the rest.
const HEADS: &[&str] = &[
    "ghp", "gho", "ghu", "ghs", "ghr", "github", "glpat", "gldt", "xoxb", "xoxp", "xoxa", "xoxr", "xoxs", "xapp", "sk",
    "rk", "pk", "whsec", "npm", "sg", "dop", "shpat", "shpss", "pypi", "hf", "ya29", "dckr",
];

/// A token's prefix with what joins it, the fewest characters behind it.
const FORMS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("ABIA", 16),
    ("ACCA", 16),
    ("ghp_", 36),
    ("gho_", 36),
    ("ghu_", 36),
    ("ghs_", 36),
    ("ghr_", 36),
    ("github_pat_", 40),
    ("glpat-", 20),
    ("gldt-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("xoxr-", 20),
    ("xoxs-", 20),
    ("xapp-", 20),
    ("sk-", 20),
    ("sk_live_", 10),
    ("sk_test_", 10),
    ("rk_live_", 10),
    ("rk_test_", 10),
    ("pk_live_", 10),
    ("pk_test_", 10),
    ("whsec_", 20),
    ("AIza", 35),
    ("npm_", 36),
    ("SG.", 40),
    ("dop_v1_", 40),
    ("shpat_", 32),
    ("shpss_", 32),
    ("pypi-", 40),
    ("hf_", 30),
    ("ya29.", 30),
    ("dckr_pat_", 20),
];

const LONGEST_TOKEN: usize = 2048;
const LONGEST_VALUE: usize = 100;
const LONGEST_KEY: usize = 16_384;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(index) = at else { return };
    let word = &text.words()[index];
    let span = token(text, word).or_else(|| private_key(text, word)).or_else(|| value(text, word));
    found.extend(span.map(|(start, end, score)| Span { start, end, kind: "SECRET", score }));
}

/// A token that its first letters tell.
fn token(text: &Text<'_>, word: &Word) -> Option<(usize, usize, u8)> {
    let (bytes, start) = (text.bytes(), word.start);
    let is_free = bytes[..start].last().is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"-_.".contains(byte));
    let rest = &bytes[start..];
    let begins = |prefix: &[u8]| prefix.first() == rest.first() && rest.starts_with(prefix);
    let form = FORMS.iter().find(|(prefix, _)| begins(prefix.as_bytes()));
    let is_web_token = rest.starts_with(b"eyJ");
    if !is_free || (form.is_none() && !is_web_token) {
        return None;
    }
    let is_of_token = |byte: &&u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let run = rest.iter().take(LONGEST_TOKEN).take_while(is_of_token).count();
    let length = run - rest[..run].iter().rev().take_while(|byte| **byte == b'.').count();
    let is_whole = match form {
        Some((prefix, fewest)) => {
            let letters = &rest[prefix.len()..length];
            letters.len() >= *fewest && (is_random(letters) || prefix.ends_with('A') && is_of_aws(letters))
        }
        None => rest[..length].split(|byte| *byte == b'.').filter(|part| part.len() >= 4).count() == 3,
    };
    is_whole.then_some((start, start + length, 97))
}

/// `-----BEGIN PRIVATE KEY-----` to its end.
fn private_key(text: &Text<'_>, word: &Word) -> Option<(usize, usize, u8)> {
    let bytes = text.bytes();
    let start = word.start.checked_sub(5).filter(|start| bytes[*start..].starts_with(b"-----BEGIN "))?;
    let label =
        bytes[word.end..].iter().take(40).take_while(|byte| byte.is_ascii_uppercase() || **byte == b' ').count();
    let head = word.end + label;
    if !bytes[word.end..head].ends_with(b"PRIVATE KEY") || !bytes[head..].starts_with(b"-----") {
        return None;
    }
    // Its body ends with the next hyphens, which begin its last line.
    let is_of_body =
        |byte: &&u8| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=:,\\".contains(byte);
    let body = head + 5 + bytes[head + 5..].iter().take(LONGEST_KEY).take_while(is_of_body).count();
    let last = bytes[body..].starts_with(b"-----END ").then(|| {
        let label =
            bytes[body + 9..].iter().take(40).take_while(|byte| byte.is_ascii_uppercase() || **byte == b' ').count();
        (body + 9 + label + 5).min(bytes.len())
    });
    let end = last.filter(|end| text.as_str().is_char_boundary(*end)).unwrap_or(body);
    Some((start, end, 99))
}

/// The value of a setting whose name says that it is a secret.
fn value(text: &Text<'_>, word: &Word) -> Option<(usize, usize, u8)> {
    let bytes = text.bytes();
    let name = text.word(word);
    let start = value_start(bytes, word.end, name)?;
    // `key` and `by` alone say little.
    let is_named = match name {
        name if name.eq_ignore_ascii_case("key") => matches!(bytes[..word.start].last(), Some(b'_' | b'-')),
        name if name.eq_ignore_ascii_case("by") => {
            bytes[..word.start].len() >= 11 && bytes[word.start - 11..word.start].eq_ignore_ascii_case(b"identified ")
        }
        _ => true,
    };
    let quote = bytes[start - 1];
    let is_quoted = matches!(quote, b'"' | b'\'' | b'`');
    let is_inside = |byte: &&u8| match is_quoted {
        true => **byte != quote && !byte.is_ascii_control(),
        false => byte.is_ascii_graphic() && !ends_value(**byte),
    };
    let mut end = start + bytes[start..].iter().take(LONGEST_VALUE).take_while(is_inside).count();
    if !is_quoted {
        end -= bytes[start..end].iter().rev().take_while(|byte| b".:!?".contains(byte)).count();
    }
    let is_whole = text.as_str().is_char_boundary(end) && is_named;
    (is_whole && is_secret(&bytes[start..end])).then_some((start, end, 85))
}

/// Whether a byte is none of a value that stands in no quotes.
fn ends_value(byte: u8) -> bool {
    matches!(
        byte,
        b'"' | b'\'' | b'`' | b',' | b';' | b'<' | b'>' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'|' | b'&'
    )
}

/// Where a value begins behind a name: behind `=`, `:` or, of `BY`, a space, and a quotation mark.
fn value_start(bytes: &[u8], from: usize, name: &str) -> Option<usize> {
    let rest = &bytes[from..];
    let gap = rest.iter().take(6).take_while(|byte| b" \t\"'`=:>\\".contains(byte)).count();
    let between = &rest[..gap];
    let is_set = between.iter().any(|byte| b"=:".contains(byte));
    let is_bare = name.eq_ignore_ascii_case("bearer") || (name.eq_ignore_ascii_case("by") && between.ends_with(b"'"));
    (gap > 0 && (is_set || is_bare)).then_some(from + gap)
}

/// Whether a value is one that somebody made up or that is random, and not a word, a type or a place for one.
fn is_secret(value: &[u8]) -> bool {
    if !(6..LONGEST_VALUE).contains(&value.len()) {
        return false;
    }
    let kind = |byte: &u8| match byte {
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        b'0'..=b'9' => 4,
        b' ' => 16,
        byte if byte.is_ascii_punctuation() => 8,
        _ => 0,
    };
    let kinds: u32 = value.iter().fold(0, |kinds, byte| kinds | kind(byte));
    let is_title = value[0].is_ascii_uppercase() && value[1..].iter().all(u8::is_ascii_lowercase);
    let is_placeholder = value.starts_with(b"${") || matches!(value[0], b'<' | b'%') || kinds & 16 > 0;
    kinds.count_ones() >= 2 && !is_title && !is_placeholder
}

/// Whether it is as long as what follows AWS's prefixes, and in capitals; one in thirty has no digit.
fn is_of_aws(letters: &[u8]) -> bool {
    letters.len() == 16 && letters.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether it has digits, or letters of both cases: no word has.
fn is_random(value: &[u8]) -> bool {
    let has = |kind: fn(&u8) -> bool| value.iter().any(kind);
    has(u8::is_ascii_digit) || (has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase))
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn tokens_are_told_by_how_they_begin() {
        let secrets = |text: &str| found(text, "SECRET");
        for token in [
            concat!("AKIA", "IOSFODNN7EXAMPLE"),
            concat!("AKIA", "IOSFODNNXEXAMPLE"),
            concat!("sk-", "aB3dE6gH9jK2mN5pQ8sT1v"),
            concat!("ghp", "_0123456789abcdefghij0123456789abcdef"),
            concat!("sk_", "test_abc123def456"),
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
            "-----BEGIN PRIVATE KEY-----\nMIIB\nAAo=\n-----END PRIVATE KEY-----",
        ] {
            assert_eq!(secrets(&format!("Use {token}, please")), [token]);
        }
    }

    #[test]
    fn values_are_told_by_their_names() {
        let secrets = |text: &str| found(text, "SECRET");
        assert_eq!(secrets("DB_PASS = \"GkjWVSeU\"\n"), ["GkjWVSeU"]);
        assert_eq!(secrets("{dbPass: \"15Bdcx$Qm@\"}"), ["15Bdcx$Qm@"]);
        assert_eq!(secrets("IDENTIFIED BY 'Q@Uyo9qP';"), ["Q@Uyo9qP"]);
        assert_eq!(secrets("password=hunter2, x"), ["hunter2"]);
        for none in [
            "Failed password for root",
            "password: string",
            "the key = 12345678",
            "token: ${TOKEN_1}",
            "made by 'Someone1'",
            "Password: Required",
            "task sk-learn is fine",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        ] {
            assert!(secrets(none).is_empty(), "{none}");
        }
    }
}
