//! What the kinds that are made of words and digits are put together from.

use fake::locales::{Data, EN};

use crate::method::fake::locale::Locale;
use crate::method::fake::persona::Spread;
use crate::method::fake::recipe::{HOSTS, Piece, Recipe, digits, template};
use crate::method::fake::words::Words;

/// Fewer names in plain letters than this make dull addresses, and the English ones are taken.
const ENOUGH: usize = 20;

/// The highest house number.
const HOUSES: usize = 199;

pub fn listed(words: &[&'static str]) -> Recipe {
    Recipe::of(vec![Piece::Word(Words::of(words))])
}

pub fn name(locale: &'static Locale) -> Recipe {
    Recipe::of(template(locale.name_form, |word| locale.list(word)))
}

/// Distinct values have distinct addresses but for a chance of 2⁻⁶⁰ a pair, or 2⁻⁸⁰ where that is asked for.
pub fn email(locale: &'static Locale, spread: Spread) -> Recipe {
    let mut pieces = names(locale);
    pieces.push(Piece::text("."));
    match spread {
        Spread::Chance => pieces.extend([Piece::Letters, Piece::Letters]),
        Spread::Distinct => pieces.push(Piece::OwnLetters),
    }
    pieces.push(Piece::Any(Words::written(HOSTS.into_iter().map(|host| format!("@{host}")))));
    Recipe::of(pieces)
}

pub fn user_name(locale: &'static Locale, spread: Spread) -> Recipe {
    let mut pieces = names(locale);
    match spread {
        Spread::Chance => pieces.extend([Piece::Digit, Piece::Digit, Piece::Digit, Piece::Digit]),
        Spread::Distinct => pieces.extend([Piece::text("."), Piece::OwnLetters]),
    }
    Recipe::of(pieces)
}

/// First and last name in plain letters.
fn names(locale: &'static Locale) -> Vec<Piece> {
    vec![
        Piece::Word(Words::lower(&plain(locale.first_names, EN::NAME_FIRST_NAME))),
        Piece::text("."),
        Piece::Word(Words::lower(&plain(locale.last_names, EN::NAME_LAST_NAME))),
    ]
}

/// The names in the letters a to z, because an address is ASCII.
fn plain(names: &[&'static str], english: &[&'static str]) -> Vec<&'static str> {
    let plain = |names: &[&'static str]| -> Vec<_> {
        names.iter().copied().filter(|name| name.bytes().all(|byte| byte.is_ascii_alphabetic())).collect()
    };
    Some(plain(names)).filter(|names| names.len() >= ENOUGH).unwrap_or_else(|| plain(english))
}

pub fn phone(locale: &'static Locale) -> Recipe {
    Recipe::one_of(locale.phones.iter().map(|pattern| digits(pattern)))
}

pub fn street(locale: &'static Locale) -> Recipe {
    let mut form = template(locale.street_form, |word| locale.list(word));
    form.push(Piece::Any(Words::written((1..=HOUSES).map(|number| format!(" {number}")))));
    Recipe::of(form)
}

pub fn city(locale: &'static Locale) -> Recipe {
    Recipe::of(template(locale.city_form, |word| locale.list(word)))
}

pub fn company(locale: &'static Locale) -> Recipe {
    Recipe::one_of(locale.company_forms.iter().map(|form| template(form, |word| locale.list(word))))
}
