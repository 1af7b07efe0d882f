//! Texts over an alphabet; what is not of it and separates stays where it is.

use super::form::Format;
use super::misfit::Misfit;
use super::work::Work;
use crate::document::{Fault, Section, nearest};

mod own;

use own::Own;

/// The one that is no alphabet of a single radix.
pub const ALPHANUMERIC: &str = "alphanumeric";

const NAMES: [&str; 5] = ["digits", "lower", "upper", "letters", ALPHANUMERIC];

/// Characters that are numerals of one radix.
pub enum Alphabet {
    Digits,
    Lower,
    Upper,
    /// Small letters and capitals are one numeral; which of them it was stays.
    Letters,
    Own(Own),
}

/// Digits and letters of ASCII; which character is a digit, a small letter or a capital stays.
pub struct Alphanumeric;

impl Alphabet {
    /// A name, or all characters of an alphabet of one's own.
    pub fn parse(section: &Section<'_>, typed: &str) -> Result<Self, Fault> {
        match typed {
            "digits" => Ok(Alphabet::Digits),
            "lower" => Ok(Alphabet::Lower),
            "upper" => Ok(Alphabet::Upper),
            "letters" => Ok(Alphabet::Letters),
            _ => own(section, typed).map(Alphabet::Own),
        }
    }

    fn name(&self) -> &str {
        match self {
            Alphabet::Digits => "digits",
            Alphabet::Lower => "lower",
            Alphabet::Upper => "upper",
            Alphabet::Letters => "letters",
            Alphabet::Own(own) => own.text(),
        }
    }

    fn numeral(&self, letter: char) -> Option<u16> {
        match self {
            Alphabet::Digits => letter.to_digit(10).map(|digit| digit as u16),
            Alphabet::Lower => letter.is_ascii_lowercase().then_some(letter as u16).map(|code| code - u16::from(b'a')),
            Alphabet::Upper => letter.is_ascii_uppercase().then_some(letter as u16).map(|code| code - u16::from(b'A')),
            Alphabet::Letters => numeral_of_36(letter)?.checked_sub(10),
            Alphabet::Own(own) => own.numeral(letter),
        }
    }

    /// The character of a numeral in place of another of the alphabet; none where that is not of the alphabet.
    fn letter(&self, numeral: u16, stood: char) -> Option<char> {
        self.numeral(stood)?;
        match self {
            Alphabet::Digits => char::from_digit(numeral.into(), 10),
            Alphabet::Own(own) => own.letter(numeral),
            _ => letter_of_36(numeral + 10, stood),
        }
    }
}

impl Format for Alphabet {
    fn radix(&self) -> u32 {
        match self {
            Alphabet::Digits => 10,
            Alphabet::Own(own) => own.radix(),
            _ => 26,
        }
    }

    fn encrypt(&self, work: &mut Work, text: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
        work.read(text, |letter| self.numeral(letter))?;
        // An alphabet of one's own can be any text: it is told from the names.
        let tweak = if let Alphabet::Own(_) = self { "own" } else { self.name() };
        work.encrypt(tweak, work.numerals.len())?;
        work.write(text, out, |numeral, stood| self.letter(numeral, stood));
        Ok(())
    }

    fn words(&self) -> String {
        let cases = if let Alphabet::Letters = self {
            ", with small letters and capitals where they were and"
        } else {
            ", with"
        };
        format!("a text of the same length over the alphabet {:?}{cases} the same separators", self.name())
    }

    fn options(&self) -> Vec<(&'static str, String)> {
        vec![("alphabet", self.name().to_owned())]
    }
}

impl Format for Alphanumeric {
    fn encrypt(&self, work: &mut Work, text: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
        work.read(text, numeral_of_36)?;
        work.encrypt_mixed(ALPHANUMERIC, 0)?;
        work.write(text, out, letter_of_36);
        Ok(())
    }

    fn words(&self) -> String {
        "a text of the same length with digits, small letters, capitals and separators where they were".to_owned()
    }

    fn options(&self) -> Vec<(&'static str, String)> {
        vec![("alphabet", ALPHANUMERIC.to_owned())]
    }
}

/// A digit, or a letter of ASCII in either case.
pub fn numeral_of_36(letter: char) -> Option<u16> {
    letter.to_digit(36).map(|digit| digit as u16)
}

/// The digit or letter of a numeral, in the case of the one that stood there; none where that was neither.
pub fn letter_of_36(numeral: u16, stood: char) -> Option<char> {
    let letter = char::from_digit(numeral.into(), 36).filter(|_| stood.is_ascii_alphanumeric())?;
    Some(if stood.is_ascii_uppercase() { letter.to_ascii_uppercase() } else { letter })
}

/// A misspelt name would be an alphabet too, and not the one that was meant.
fn own(section: &Section<'_>, typed: &str) -> Result<Own, Fault> {
    if let Some(name) = nearest(typed, NAMES) {
        let what = format!("unknown alphabet \"{typed}\"");
        return Err(section.fault_at("alphabet", what, format!("did you mean \"{name}\"?")));
    }
    Own::new(typed).ok_or_else(|| {
        let what = "`alphabet` takes a name, or from 2 to 65536 characters, each once";
        section.fault_at("alphabet", what, format!("names known here: {}", NAMES.join(", ")))
    })
}
