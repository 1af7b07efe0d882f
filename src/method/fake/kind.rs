//! The kinds of fakes.

use fake::locales::{Data, EN};

use super::locale::Locale;
use super::recipe::{Piece, Recipe, template};

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
    Recipe::of(vec![Piece::Word(words.to_vec())])
}

fn name(locale: &'static Locale) -> Recipe {
    Recipe::of(template(locale.name_form, |word| locale.list(word)))
}

/// Distinct values have distinct addresses but for a chance of 2⁻⁶⁰ a pair.
fn email(locale: &'static Locale) -> Recipe {
    Recipe::of(vec![
        Piece::Lower(plain(locale.first_names, EN::NAME_FIRST_NAME)),
        Piece::Text("."),
        Piece::Lower(plain(locale.last_names, EN::NAME_LAST_NAME)),
        Piece::Text("."),
        Piece::Letters,
        Piece::Letters,
        Piece::Text("@"),
        Piece::Reserved(&["example.com", "example.net", "example.org"]),
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
    Recipe::one_of(locale.phones.iter().map(|pattern| vec![Piece::Digits(pattern)]))
}

fn street(locale: &'static Locale) -> Recipe {
    let mut form = template(locale.street_form, |word| locale.list(word));
    form.extend([Piece::Text(" "), Piece::Number(HOUSES)]);
    Recipe::of(form)
}

fn city(locale: &'static Locale) -> Recipe {
    Recipe::of(template(locale.city_form, |word| locale.list(word)))
}

fn company(locale: &'static Locale) -> Recipe {
    Recipe::one_of(locale.company_forms.iter().map(|form| template(form, |word| locale.list(word))))
}
