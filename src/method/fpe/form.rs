//! What a value looks like, before and after.

use super::alphabet::{self, Alphabet, Alphanumeric};
use super::days::Years;
use super::hetu::Hetu;
use super::iban::Iban;
use super::luhn::Luhn;
use super::misfit::Misfit;
use super::personnummer::Personnummer;
use super::whole::Whole;
use super::work::Work;
use crate::document::{Fault, Section, nearest};

const CHECKS: [&str; 4] = ["luhn", "iban", "hetu", "personnummer"];

/// A form that a text can have.
pub trait Format: Send + Sync {
    /// The radix of the numerals that are encrypted as such.
    fn radix(&self) -> u32 {
        10
    }

    /// Writes another text of the form, another one for every text.
    ///
    /// # Errors
    /// Where the text is not of the form, or has too few possible values; then nothing is written.
    fn encrypt(&self, work: &mut Work, text: &str, out: &mut Vec<u8>) -> Result<(), Misfit>;

    /// What comes out, after "encrypted into".
    fn words(&self) -> String;

    fn options(&self) -> Vec<(&'static str, String)>;
}

/// What a value looks like.
pub enum Form {
    Text(Box<dyn Format>),
    Whole(Whole),
}

impl Form {
    /// Takes the options of which one says the form.
    pub fn parse(section: &mut Section<'_>) -> Result<Self, Fault> {
        let (letters, digits): (Option<String>, _) = (section.optional("alphabet")?, section.optional("digits")?);
        let (range, check): (Option<Vec<i64>>, Option<String>) =
            (section.optional("range")?, section.optional("check")?);
        match (letters, digits, range, check) {
            (Some(letters), None, None, None) => alphabet_of(section, &letters).map(Form::Text),
            (None, Some(digits), None, None) => Whole::of_digits(section, digits).map(Form::Whole),
            (None, None, Some(range), None) => Whole::of_range(section, &range).map(Form::Whole),
            (None, None, range, Some(check)) => check_of(section, &check, range).map(Form::Text),
            _ => Err(section.fault("`fpe` takes exactly one of `alphabet`, `digits`, `range` and `check`", None)),
        }
    }

    pub fn radix(&self) -> u32 {
        match self {
            Form::Text(format) => format.radix(),
            Form::Whole(_) => 10,
        }
    }

    pub fn words(&self) -> String {
        match self {
            Form::Text(format) => format.words(),
            Form::Whole(whole) => whole.words(),
        }
    }

    pub fn options(&self) -> Vec<(&'static str, String)> {
        match self {
            Form::Text(format) => format.options(),
            Form::Whole(whole) => whole.options(),
        }
    }
}

fn alphabet_of(section: &Section<'_>, typed: &str) -> Result<Box<dyn Format>, Fault> {
    if typed == alphabet::ALPHANUMERIC {
        return Ok(Box::new(Alphanumeric));
    }
    Ok(Box::new(Alphabet::parse(section, typed)?))
}

fn check_of(section: &Section<'_>, typed: &str, range: Option<Vec<i64>>) -> Result<Box<dyn Format>, Fault> {
    match (typed, range) {
        ("luhn", None) => Ok(Box::new(Luhn)),
        ("iban", None) => Ok(Box::new(Iban)),
        ("hetu", range) => Ok(Box::new(Hetu::new(Years::parse(section, range)?))),
        ("personnummer", range) => Ok(Box::new(Personnummer::new(Years::parse(section, range)?))),
        ("luhn" | "iban", Some(_)) => {
            Err(section.fault_at("range", format!("`check = \"{typed}\"` takes no `range`"), None))
        }
        _ => Err(unknown_check(section, typed)),
    }
}

fn unknown_check(section: &Section<'_>, typed: &str) -> Fault {
    let hint = match nearest(typed, CHECKS) {
        Some(known) => format!("did you mean \"{known}\"?"),
        None => format!("known here: {}", CHECKS.join(", ")),
    };
    section.fault_at("check", format!("unknown check \"{typed}\""), hint)
}
