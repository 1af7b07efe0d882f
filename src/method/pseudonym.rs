//! `pseudonym`: a code that only the domain's key connects to its value.
//!
//! A code is made from the first bits of the keyed hash, in the form that the schema asks for ([`form`]). Where
//! it asks for none, text, bytes, dates and times become 16 base32 letters, 80 bits. Numbers become 63 bits as
//! an `Int64`, never negative; equal numbers give equal codes whatever their widths and scales, so that an
//! `Int32`, an `Int64`, a decimal, and a floating-point end of a link still join; one of fractions is refused.
//! A narrower code is never made unasked: of 31 bits, two of 55,000 would be equal with half a chance. Two of n
//! values share a code of b bits with a chance of about n²/2ᵇ⁺¹: of 63 bits, one in 18 million for a million
//! values. A plan states that chance for every leaf, and refuses a likely one.
//!
//! This is pseudonymisation: who holds the key can find the value again by trying, and so can anyone who
//! knows how often each value occurs where the values are few. A type of which there are few ([`small`]) is refused
//! unless the schema says why that is no harm.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::normalise::Normalise;
use super::values::{Nature, is_text, nature};
use super::{
    ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported, optional_text, options_text, required_text,
};
use crate::document::{Fault, Section};

mod arrays;
mod code;
mod form;
mod prefix;
mod small;
mod whole;

use code::Code;
use form::Form;
use prefix::Prefix;

pub const ENTRY: Entry = Entry {
    name: "pseudonym",
    version: 1,
    summary: "Replaces a value with a keyed code; equal values get equal codes in all columns of one domain.",
    options: &[
        ("domain", "required; the columns that must still join share its name"),
        (
            "form",
            "\"base32\" (16 letters), \"hex\", \"uuid\" (version 8), \"digits\", \"integer\", or \"bytes\", which keeps \
             a type of bytes; integer for numbers and base32 for all else if not given",
        ),
        (
            "length",
            "of \"hex\" 1 to 64 digits, 20 if not given; of \"digits\" 1 to 19, 18 if not given; of \"bytes\" 1 to 32, \
             that of the type or 16 if not given",
        ),
        ("range", "of \"integer\": the least and the greatest number; from 0 to 2^63 - 1 if not given"),
        ("prefix", "a text before every code of base32, hex or digits"),
        (
            "keep_prefix",
            "texts of which one stays readable before the code of a text that starts with it; the code is of the whole text",
        ),
        (
            "normalise",
            "text: \"trim\" (white space at the ends), \"case\" (lower case), \"width\" (NFKC), before the code is made",
        ),
        ("small_domain", "why it is no harm that there are few values, where the type says that there are few"),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "direct", method = "pseudonym", domain = "customer" }"#,
        r#"{ class = "direct", method = "pseudonym", domain = "customer", form = "base32", prefix = "usr_" }"#,
        r#"{ class = "direct", method = "pseudonym", domain = "customer", form = "hex", length = 32 }"#,
        r#"{ class = "direct", method = "pseudonym", domain = "customer", form = "uuid" }"#,
        r#"{ class = "direct", method = "pseudonym", domain = "customer", form = "digits", length = 18 }"#,
        r#"{ class = "direct", method = "pseudonym", domain = "customer", form = "integer", range = [1, 999999999999999] }"#,
        r#"{ class = "direct", method = "pseudonym", domain = "customer", form = "bytes" }"#,
        r#"{ class = "direct", method = "pseudonym", domain = "customer", keep_prefix = ["cus_", "sub_"] }"#,
        r#"{ class = "direct", method = "pseudonym", domain = "email", normalise = ["trim", "case", "width"] }"#,
        r#"{ class = "quasi", method = "pseudonym", domain = "shop", small_domain = "numbers of shops, which are public" }"#,
    ],
    parse,
};

/// Codes of fewer bits can be their own input, by chance.
const BEYOND_CHANCE: u32 = 40;

struct Pseudonym {
    domain: String,
    form: Form,
    prefix: Prefix,
    normalise: Normalise,
    small_domain: Option<String>,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let method = Pseudonym {
        domain: required_text(section, "domain")?,
        form: Form::take(section)?,
        prefix: Prefix::take(section)?,
        normalise: Normalise::take(section)?,
        small_domain: optional_text(section, "small_domain")?,
    };
    if !method.prefix.is_none() && !method.form.takes_prefix() {
        let hint = "leave the prefix out, or choose one of base32, hex and digits".to_owned();
        return Err(section.fault_at("form", "a code of this form has no room for a prefix", hint));
    }
    if let Prefix::Kept(kept) = &method.prefix
        && let Some(never) = kept.iter().find(|start| !method.normalise.leaves_start(start))
    {
        let hint = "write it as `normalise` leaves it: in small letters with \"case\", and so on".to_owned();
        return Err(section.fault_at("keep_prefix", format!("no normalised text starts with {never:?}"), hint));
    }
    Ok(Box::new(method))
}

impl Pseudonym {
    fn code(&self, input: &DataType) -> Result<Code, Unsupported> {
        let refused = |way_out| Unsupported { method: ENTRY.name, data_type: input.clone(), way_out };
        self.fitting(input).map_err(refused)
    }

    /// What a value of this type becomes, or the way out.
    fn fitting(&self, input: &DataType) -> Result<Code, &'static str> {
        let input = &whole::counted(input);
        let number = nature(input) == Nature::Number;
        match self.form {
            _ if nature(input) == Nature::Other => Err(
                "it takes text, bytes, whole numbers, decimals, dates and times; use `generalise`, `null` or `drop`",
            ),
            _ if self.small_domain.is_none() && small::is_small(input) => Err(small::WAY_OUT),
            _ if !self.normalise.is_none() && !is_text(input) => Err("`normalise` takes text; leave it out"),
            _ if matches!(self.prefix, Prefix::Kept(_)) && !is_text(input) => {
                Err("`keep_prefix` takes text; leave it out, or set a `prefix`")
            }
            Form::ByType if number && !self.prefix.is_none() => {
                Err("a whole number has no prefix; leave it out, or add form = \"base32\"")
            }
            form => form.code(input),
        }
    }

    /// Everything that decides about a code, in one order.
    fn meaning(&self) -> Vec<(&'static str, String)> {
        let mut options = vec![("domain", self.domain.clone())];
        options.extend(self.form.options());
        match &self.prefix {
            Prefix::None => {}
            Prefix::Set(set) => options.push(("prefix", set.clone())),
            Prefix::Kept(kept) => options.push(("keep_prefix", serde_json::Value::from(kept.clone()).to_string())),
        }
        if !self.normalise.is_none() {
            options.push(("normalise", self.normalise.names()));
        }
        options
    }
}

impl Method for Pseudonym {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        self.code(input).map(|code| Outcome::becomes(code.data_type()))
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        let code = self.code(input.data_type())?;
        code.of_each(context.keys.of(&self.domain)?, &self.alike(input)?, &self.prefix)
    }

    fn alike(&self, input: &ArrayRef) -> Result<ArrayRef, ApplyError> {
        if self.normalise.is_none() { whole::wholes(input) } else { self.normalise.apply(input) }
    }

    fn domains(&self) -> Vec<&str> {
        vec![&self.domain]
    }

    fn takes_views(&self) -> bool {
        true
    }

    fn code_bits(&self, input: &DataType) -> Option<u32> {
        self.code(input).ok().map(Code::bits)
    }

    fn can_return_input(&self, input: &DataType) -> bool {
        self.code_bits(input).is_some_and(|bits| bits < BEYOND_CHANCE)
    }

    /// A code is made of the key and the whole value; a prefix is one that was read and approved.
    fn carries_input(&self) -> bool {
        false
    }

    fn words(&self) -> String {
        let Pseudonym { domain, form, prefix, normalise, small_domain } = self;
        let alike = if normalise.is_none() { String::new() } else { format!(" (alike but for {})", normalise.names()) };
        let few = small_domain
            .as_ref()
            .map(|why| format!("; the values are few and could be guessed, which is no harm: {why}"));
        format!(
            "replaced with {}{} that cannot be read back without the key in production; \
             equal values{alike} get equal codes in every column of domain {domain:?}{}",
            form.words(),
            prefix.words(),
            few.unwrap_or_default()
        )
    }

    /// What is not asked for is not listed: to say nothing means what it meant before there was anything to say, and
    /// approvals given then still hold.
    fn options(&self) -> String {
        let mut options = self.meaning();
        options.extend(self.small_domain.iter().map(|why| ("small_domain", why.clone())));
        written(&options)
    }

    fn agreement(&self) -> String {
        written(&self.meaning())
    }
}

fn written(options: &[(&str, String)]) -> String {
    options_text(&options.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
}
