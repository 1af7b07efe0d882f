//! The kinds of fakes.

use fake::locales::{Data, EN};

use super::locale::Locale;
use super::recipe::{Piece, Recipe, digits, template};
use super::words::Words;

/// What a fake is a fake of.
pub struct Kind {
    pub name: &'static str,
    /// What a value becomes, for the approval request.
    pub words: &'static str,
    pub recipe: fn(&'static Locale) -> Recipe,
}

/// Every kind.
pub const KINDS: &[Kind] = &[
    Kind { name: "first_name", words: "a first name from a list", recipe: |at| listed(at.first_names) },
    Kind { name: "last_name", words: "a last name from a list", recipe: |at| listed(at.last_names) },
    Kind { name: "name", words: "an invented person's name", recipe: name },
    Kind { name: "email", words: "an invented e-mail address that reaches nobody (RFC 2606)", recipe: email },
    Kind { name: "phone", words: "a phone number from a range reserved for fiction", recipe: phone },
    Kind { name: "street", words: "an invented street and number", recipe: street },
    Kind { name: "city", words: "an invented city", recipe: city },
    Kind { name: "company", words: "an invented company name", recipe: company },
];

/// Fewer names in plain letters than this make dull addresses, and the English ones are taken.
const ENOUGH: usize = 20;

/// The highest house number.
const HOUSES: usize = 199;

fn listed(words: &[&'static str]) -> Recipe {
    Recipe::of(vec![Piece::Word(Words::of(words))])
}

fn name(locale: &'static Locale) -> Recipe {
    Recipe::of(template(locale.name_form, |word| locale.list(word)))
}

/// Distinct values have distinct addresses but for a chance of 2⁻⁶⁰ a pair.
fn email(locale: &'static Locale) -> Recipe {
    Recipe::of(vec![
        Piece::Word(Words::lower(&plain(locale.first_names, EN::NAME_FIRST_NAME))),
        Piece::text("."),
        Piece::Word(Words::lower(&plain(locale.last_names, EN::NAME_LAST_NAME))),
        Piece::text("."),
        Piece::Letters,
        Piece::Letters,
        Piece::Any(Words::written(["@example.com", "@example.net", "@example.org"].into_iter().map(String::from))),
    ])
}

/// The names in the letters a to z, because an address is ASCII.
fn plain(names: &[&'static str], english: &[&'static str]) -> Vec<&'static str> {
    let plain = |names: &[&'static str]| -> Vec<_> {
        names.iter().copied().filter(|name| name.bytes().all(|byte| byte.is_ascii_alphabetic())).collect()
    };
    Some(plain(names)).filter(|names| names.len() >= ENOUGH).unwrap_or_else(|| plain(english))
}

fn phone(locale: &'static Locale) -> Recipe {
    Recipe::one_of(locale.phones.iter().map(|pattern| digits(pattern)))
}

fn street(locale: &'static Locale) -> Recipe {
    let mut form = template(locale.street_form, |word| locale.list(word));
    form.push(Piece::Any(Words::written((1..=HOUSES).map(|number| format!(" {number}")))));
    Recipe::of(form)
}

fn city(locale: &'static Locale) -> Recipe {
    Recipe::of(template(locale.city_form, |word| locale.list(word)))
}

fn company(locale: &'static Locale) -> Recipe {
    Recipe::one_of(locale.company_forms.iter().map(|form| template(form, |word| locale.list(word))))
}
