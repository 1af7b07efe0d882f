//! `consent/allowed_signers`: whose key may sign, in OpenSSH's own format (`ssh-keygen(1)`, ALLOWED SIGNERS).
//!
//! Read more strictly than OpenSSH does: a key belongs to exactly one principal, since one key under two names
//! would be two pairs of eyes for one person, and nothing is matched by pattern.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ssh_key::public::KeyData;
use ssh_key::{Algorithm, EcdsaCurve, PublicKey};

use super::roles::{PRINCIPAL, is_principal};
use crate::document::Fault;

/// The keys that may sign, and for whom.
#[derive(Debug, Clone)]
pub struct Signers {
    keys: Vec<ListedKey>,
}

/// One line of the file.
#[derive(Debug, Clone)]
pub(super) struct ListedKey {
    pub principal: String,
    pub key: KeyData,
    /// The namespaces it may sign in; `None`: all.
    namespaces: Option<Vec<String>>,
    valid_after: Option<Timestamp>,
    valid_before: Option<Timestamp>,
    line: usize,
}

impl Signers {
    /// Parses the file's text; `path` is only named in faults.
    ///
    /// # Errors
    /// At the first line that OpenSSH would not read, or that this program does not honour.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Fault> {
        let mut keys: Vec<ListedKey> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let mut cursor = Cursor { path, line: index + 1, text: line, at: 0 };
            let Some(listed) = cursor.listed_key()? else { continue };
            if let Some(first) = keys.iter().find(|known| known.key == listed.key) {
                return Err(cursor.fault(0, format!("this key stands on line {} already", first.line), ONE_KEY));
            }
            keys.push(listed);
        }
        Ok(Signers { keys })
    }

    /// Whether any key is listed for `principal`.
    pub fn knows(&self, principal: &str) -> bool {
        self.keys.iter().any(|listed| listed.principal == principal)
    }

    pub(super) fn find(&self, key: &KeyData) -> Option<&ListedKey> {
        self.keys.iter().find(|listed| listed.key == *key)
    }
}

impl ListedKey {
    pub(super) fn signs_in(&self, namespace: &str) -> bool {
        self.namespaces.as_ref().is_none_or(|listed| listed.iter().any(|name| name == namespace))
    }

    /// Both ends belong to the window, as in OpenSSH.
    pub(super) fn valid_at(&self, moment: Timestamp) -> bool {
        self.valid_after.is_none_or(|after| moment >= after) && self.valid_before.is_none_or(|before| moment <= before)
    }
}

const ONE_KEY: &str = "a key belongs to one principal; each person makes a key of their own";
const MAKE_ED25519: &str = "make a key with `ssh-keygen -t ed25519`";
const NO_PATTERNS: &str = "name each principal in full, one a line";

/// Walks over one line, field by field.
struct Cursor<'t> {
    path: &'t Path,
    line: usize,
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn listed_key(&mut self) -> Result<Option<ListedKey>, Fault> {
        self.skip_blanks();
        if self.rest().is_empty() || self.rest().starts_with('#') {
            return Ok(None);
        }
        let principal = self.principal()?;
        let mut options = Options::default();
        let mut field = self.field()?;
        if !names_key_type(field.text) {
            self.options(field, &mut options)?;
            field = self.field()?;
        }
        let key = self.key(field)?;
        let Options { namespaces, valid_after, valid_before } = options;
        Ok(Some(ListedKey { principal, key, namespaces, valid_after, valid_before, line: self.line }))
    }

    fn principal(&mut self) -> Result<String, Fault> {
        let field = self.field()?;
        match field.text.find(['*', '?', '!', ',', '"', '\\']) {
            Some(at) => {
                let what = "lists, patterns, negations and quotes in principals are not honoured";
                Err(self.fault(field.start + at, what, NO_PATTERNS))
            }
            None if !is_principal(field.text) => Err(self.fault(field.start, "that is no principal", PRINCIPAL)),
            None => Ok(field.text.to_owned()),
        }
    }

    fn options(&self, field: Field<'t>, into: &mut Options) -> Result<(), Fault> {
        let mut at = field.start;
        for option in split_outside_quotes(field.text, ',') {
            self.option(Field { text: option, start: at }, into)?;
            at += option.len() + 1;
        }
        Ok(())
    }

    fn option(&self, option: Field<'t>, into: &mut Options) -> Result<(), Fault> {
        let (name, value) = option.text.split_once('=').unwrap_or((option.text, ""));
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        let again = || self.fault(option.start, format!("`{name}` stands twice"), "keep one of them");
        match name.to_ascii_lowercase().as_str() {
            "namespaces" => set(&mut into.namespaces, self.namespaces(option, value)?).ok_or_else(again),
            "valid-after" => set(&mut into.valid_after, self.moment(option, value)?).ok_or_else(again),
            "valid-before" => set(&mut into.valid_before, self.moment(option, value)?).ok_or_else(again),
            "cert-authority" => {
                Err(self.fault(option.start, "certificate authorities are not honoured", "list each signer's own key"))
            }
            _ => {
                let known = "known here: namespaces, valid-after, valid-before";
                Err(self.fault(option.start, format!("unknown option or key type `{name}`"), known))
            }
        }
    }

    fn namespaces(&self, option: Field<'_>, value: &str) -> Result<Vec<String>, Fault> {
        if value.is_empty() || value.contains(['*', '?', '!', '"', '\\']) {
            let what = "`namespaces` takes names, patterns are not honoured";
            return Err(self.fault(option.start, what, format!("write namespaces=\"{}\"", super::NAMESPACE)));
        }
        Ok(value.split(',').map(str::to_owned).collect())
    }

    /// A time in `YYYYMMDD[HHMM[SS]]Z`. Without the `Z` it would mean another moment on another machine.
    fn moment(&self, option: Field<'_>, value: &str) -> Result<Timestamp, Fault> {
        let hint = "write YYYYMMDDZ or YYYYMMDDHHMM[SS]Z, in UTC";
        parse_moment(value).ok_or_else(|| self.fault(option.start, "time is not one in UTC", hint))
    }

    fn key(&mut self, kind: Field<'t>) -> Result<KeyData, Fault> {
        if ["ssh-rsa", "rsa-sha2-256", "rsa-sha2-512", "ssh-dss"].contains(&kind.text) {
            return Err(self.fault(kind.start, format!("{} keys are not accepted", kind.text), MAKE_ED25519));
        }
        let encoded = self.field()?;
        let key = PublicKey::from_openssh(&format!("{} {}", kind.text, encoded.text))
            .map_err(|_| self.fault(encoded.start, "not a public key of the type named before it", MAKE_ED25519))?;
        if !accepted(&key) {
            return Err(self.fault(kind.start, format!("keys of type `{}` are not accepted", kind.text), MAKE_ED25519));
        }
        Ok(key.key_data().clone())
    }

    /// The text up to the next blank that is not quoted.
    fn field(&mut self) -> Result<Field<'t>, Fault> {
        self.skip_blanks();
        let start = self.at;
        let text = split_outside_quotes(self.rest(), ' ').next().unwrap_or_default();
        if text.is_empty() {
            let what = "line ends early: a principal, options if any, a key type and a key are needed";
            return Err(self.fault(start, what, "copy the signer's `.pub` file behind the principal"));
        }
        self.at += text.len();
        Ok(Field { text, start })
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn fault(&self, at: usize, what: impl Into<String>, hint: impl Into<String>) -> Fault {
        Fault {
            file: self.path.display().to_string(),
            line: self.line,
            column: self.text[..at].chars().count() + 1,
            what: what.into(),
            hint: Some(hint.into()),
        }
    }
}

/// Some text of a line, and the byte where it starts.
#[derive(Clone, Copy)]
struct Field<'t> {
    text: &'t str,
    start: usize,
}

#[derive(Default)]
struct Options {
    namespaces: Option<Vec<String>>,
    valid_after: Option<Timestamp>,
    valid_before: Option<Timestamp>,
}

fn set<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

fn names_key_type(text: &str) -> bool {
    ["ssh-", "ecdsa-", "sk-", "rsa-"].iter().any(|start| text.starts_with(start))
}

/// Splits at `at` (a blank also stands for a tab); a quoted part is never split. An open quote ends nothing.
fn split_outside_quotes(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |letter| {
        quoted ^= letter == '"';
        !quoted && (letter == at || (at == ' ' && letter == '\t'))
    })
}

fn parse_moment(text: &str) -> Option<Timestamp> {
    let digits = text.strip_suffix(['Z', 'z'])?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || ![8, 12, 14].contains(&digits.len()) {
        return None;
    }
    let number = |at: usize, len: usize| digits.get(at..at + len).map_or(Some(0), |part| part.parse::<i8>().ok());
    let year = digits[..4].parse::<i16>().ok()?;
    let civil = DateTime::new(year, number(4, 2)?, number(6, 2)?, number(8, 2)?, number(10, 2)?, number(12, 2)?, 0);
    TimeZone::UTC.to_timestamp(civil.ok()?).ok()
}

/// RSA is left out: no constant-time implementation is at hand (RUSTSEC-2023-0071).
fn accepted(key: &PublicKey) -> bool {
    match key.algorithm() {
        Algorithm::Ed25519 | Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256 => true,
        Algorithm::Ecdsa { curve } => matches!(curve, EcdsaCurve::NistP256 | EcdsaCurve::NistP384),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti";

    fn parse(text: &str) -> Result<Signers, Fault> {
        Signers::parse(Path::new("allowed_signers"), text)
    }

    fn fault(text: &str) -> Fault {
        parse(text).expect_err("the text is wrong")
    }

    #[test]
    fn comments_blank_lines_options_and_comments_behind_the_key_are_read() {
        let text =
            format!("# signers\n\n  a@x.example\tNAMESPACES=\"git,verho-approval\",valid-after=20260101Z {KEY} a b\n");
        let signers = parse(&text).expect("is well formed");
        let listed = &signers.keys[0];
        assert_eq!((listed.principal.as_str(), listed.line), ("a@x.example", 3));
        assert!(listed.signs_in("verho-approval") && listed.signs_in("git") && !listed.signs_in("file"));
        assert!(signers.knows("a@x.example") && !signers.knows("b@x.example"));
    }

    #[test]
    fn the_window_of_a_key_holds_both_its_ends() {
        let text = format!("a@x valid-after=20260101Z,valid-before=202602011230Z {KEY}");
        let signers = parse(&text).expect("is well formed");
        let valid = |text: &str| signers.keys[0].valid_at(text.parse().expect("is a time"));
        assert!(valid("2026-01-01T00:00:00Z") && valid("2026-02-01T12:30:00Z"));
        assert!(!valid("2025-12-31T23:59:59Z") && !valid("2026-02-01T12:30:01Z"));
    }

    #[test]
    fn what_is_not_honoured_is_refused_at_its_place() {
        let cases = [
            (format!("*@x.example {KEY}"), 1),
            (format!("a@x,!b@x {KEY}"), 4),
            (format!("\u{430}@x {KEY}"), 1),
            (format!("\u{feff}a@x {KEY}"), 1),
            (format!("a@x cert-authority {KEY}"), 5),
            (format!("a@x namespaces=\"*\" {KEY}"), 5),
            (format!("a@x namespaces=\"a\",namespaces=\"b\" {KEY}"), 20),
            (format!("a@x valid-after=20260101 {KEY}"), 5),
            (format!("a@x valid-after=20261301Z {KEY}"), 5),
            (format!("a@x no-touch-required {KEY}"), 5),
            ("a@x ssh-rsa AAAA".to_owned(), 5),
            ("a@x ssh-ed25519 AAAA".to_owned(), 17),
            ("a@x".to_owned(), 4),
        ];
        for (text, column) in cases {
            let fault = fault(&format!("\n{text}"));
            assert_eq!((fault.line, fault.column), (2, column), "{text}: {fault}");
            assert!(fault.hint.is_some());
        }
    }

    #[test]
    fn one_key_under_two_names_is_refused() {
        assert!(fault(&format!("a@x {KEY}\nb@x {KEY}")).what.contains("line 1 already"));
    }

    #[test]
    fn an_rsa_key_gets_the_way_to_a_better_one() {
        assert_eq!(fault("a@x ssh-rsa AAAA").hint.as_deref(), Some(MAKE_ED25519));
    }
}
