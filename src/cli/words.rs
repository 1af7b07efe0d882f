//! Words that somebody types for the record, where they stay for good.

use std::ffi::OsStr;

use clap::builder::{StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// Letters of one text, at most: two of them have room in an entry of the ledger, whatever they are written in.
const MOST: usize = 2_000;

/// Takes texts of at most 2,000 letters. A refusal does not repeat what was typed.
#[derive(Clone)]
pub struct Words;

impl TypedValueParser for Words {
    type Value = String;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, typed: &OsStr) -> Result<String, Error> {
        let words = StringValueParser::new().parse_ref(command, argument, typed)?;
        let letters = words.chars().count();
        if letters <= MOST {
            return Ok(words);
        }
        let name = argument.map(Arg::to_string).unwrap_or_default();
        let message = format!("`{name}` takes {MOST} letters at most, and this has {letters}\n");
        Err(Error::raw(ErrorKind::ValueValidation, message).with_cmd(command))
    }
}
