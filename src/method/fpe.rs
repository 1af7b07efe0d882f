//! `fpe`: a value becomes another of its own form by format-preserving encryption, and no two become one.
//!
//! The algorithm is FF1 of NIST SP 800-38G with AES-256 ([`ff1`](crate::keys::ff1)). Its key is BLAKE3's `derive_key`
//! of [`CONTEXT`] over the domain's key; its tweak names the form, and with it what of the form stays readable, so that
//! two forms in one domain have nothing in common. A value of fewer than a million possible ones would be no secret:
//! it does not fit, like one that is not of the form, and `otherwise` says what becomes of those.
//!
//! This is pseudonymisation. What comes out is of the same space as what went in: a number can be somebody's real
//! one, and a value can even become itself, once in as many as there are. Who holds the key can decrypt it.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::values::is_text;
use super::{ApplyError, Context, Entry, Keying, Method, Nulls, Outcome, Unsupported, options_text, required_text};
use crate::document::{Fault, Section};

mod alphabet;
mod days;
mod form;
mod hetu;
mod iban;
mod luhn;
mod misfit;
mod personnummer;
mod rows;
mod whole;
mod work;

use form::Form;
use misfit::{Misfits, Otherwise};
use work::Work;

/// What the key of FF1 is derived for.
const CONTEXT: &str = "verho 2026-11 FF1 AES-256 key";

pub const ENTRY: Entry = Entry {
    name: "fpe",
    version: 1,
    summary: "Encrypts a value into another of the same form (FF1), never two into one; it can be somebody's real value.",
    options: &[
        ("domain", "required; the columns that must still join share its name, and the other options"),
        (
            "alphabet",
            "text: \"digits\", \"lower\", \"upper\", \"letters\" or \"alphanumeric\", where small letters, capitals and \
             digits stay such, or all characters that count, each once; spaces and any of -+./,:_() stay between them",
        ),
        ("digits", "whole numbers: how many digits they have at most, 6 to 19; like `range = [0, 99…9]`"),
        (
            "range",
            "whole numbers: [least, greatest], a million or more; with `check` \"hetu\" or \"personnummer\" the years of \
             birth, [1800, 2099] if not given",
        ),
        (
            "check",
            "text whose check characters are made anew: \"luhn\", \"iban\" (its country stays; checks of a country's own \
             are not made), \"hetu\" or \"personnummer\" (with a day that there is)",
        ),
        (
            "otherwise",
            "what becomes of a value that does not fit, or has fewer than a million possible ones: \"refuse\", \
             which ends the run, or \"null\"; \"refuse\" if not given",
        ),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "direct", method = "fpe", domain = "phone", alphabet = "digits" }"#,
        r#"{ class = "direct", method = "fpe", domain = "login", alphabet = "letters" }"#,
        r#"{ class = "direct", method = "fpe", domain = "licence", alphabet = "alphanumeric", otherwise = "null" }"#,
        r#"{ class = "direct", method = "fpe", domain = "device", alphabet = "0123456789abcdef" }"#,
        r#"{ class = "direct", method = "fpe", domain = "customer", digits = 9 }"#,
        r#"{ class = "direct", method = "fpe", domain = "customer", range = [1, 5000000] }"#,
        r#"{ class = "direct", method = "fpe", domain = "card", check = "luhn" }"#,
        r#"{ class = "direct", method = "fpe", domain = "account", check = "iban" }"#,
        r#"{ class = "direct", method = "fpe", domain = "person", check = "hetu", range = [1900, 2026] }"#,
        r#"{ class = "direct", method = "fpe", domain = "person", check = "personnummer" }"#,
    ],
    parse,
};

struct Fpe {
    domain: String,
    form: Form,
    otherwise: Otherwise,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let domain = required_text(section, "domain")?;
    let form = Form::parse(section)?;
    let otherwise = Otherwise::parse(section)?;
    Ok(Box::new(Fpe { domain, form, otherwise }))
}

impl Method for Fpe {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        let nulls = if self.otherwise == Otherwise::Null { Nulls::Added } else { Nulls::Kept };
        let way_out = match &self.form {
            Form::Text(_) if is_text(input) => return Ok(Outcome::Becomes { data_type: DataType::Utf8, nulls }),
            Form::Whole(whole) if whole.fits(input) => return Ok(Outcome::Becomes { data_type: input.clone(), nulls }),
            Form::Text(_) => "`alphabet` and `check` take text; whole numbers take `digits` or `range`",
            Form::Whole(_) => {
                "`digits` and `range` take types of whole numbers that hold all of the range; text takes `alphabet` or `check`"
            }
        };
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        let mut work = Work::new(context.keys.of(&self.domain)?, self.form.radix());
        let misfits = Misfits::new(self.otherwise);
        match &self.form {
            Form::Text(format) => rows::map_text(input, misfits, |text, out| format.encrypt(&mut work, text, out)),
            Form::Whole(whole) => rows::map_whole(input, misfits, |number| whole.encrypt(&work, number)),
        }
    }

    fn domains(&self) -> Vec<&str> {
        vec![&self.domain]
    }

    fn can_return_input(&self, _input: &DataType) -> bool {
        true
    }

    fn repays_distinct(&self) -> bool {
        true
    }

    /// Of all values of its form any other could stand there as well; whose it happens to be is chance.
    fn carries_input(&self) -> bool {
        false
    }

    fn words(&self) -> String {
        format!(
            "encrypted into {}, which can be somebody's real one; it can be decrypted with the key in production; \
             equal values get equal ones in every column of domain {:?}; {}",
            self.form.words(),
            self.domain,
            self.otherwise.words()
        )
    }

    fn options(&self) -> String {
        let form = self.form.options();
        let form = form.iter().map(|(name, value)| (*name, value.as_str()));
        let all = [("domain", self.domain.as_str())].into_iter().chain(form);
        options_text(&all.chain([("otherwise", self.otherwise.name())]).collect::<Vec<_>>())
    }
}
