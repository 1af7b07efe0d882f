//! The names of a subject, which agree in every column that is faked after it.
//!
//! First and last name, and four digits behind a user name, are chosen by bits of the subject's hash that each stand for
//! one of them, so that whatever columns show them show the same: `name` is `first_name` and `last_name`, `email` is
//! `user_name` at a reserved domain. A word that occurs in the dataset is passed over by all of them alike, because what
//! is chosen instead depends on the subject and on the words of the whole dataset alone. As inputs are of the dataset,
//! no word is its own input then; where words were not looked for, one that is gives way to another persona in its row.
//!
//! The first 80 bits of the hash are left to a pseudonym of the subject in the same domain.

use super::draw::{Draws, TRIES, tagged};
use super::locale::Locale;
use super::recipe::HOSTS;
use super::seed::Seed;
use super::words::Words;
use crate::method::Taken;

mod names;
mod slug;

use names::{Names, below};

/// What of a persona is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    First,
    Last,
    Name,
    UserName,
    Email,
}

/// Whether fakes of distinct values are distinct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    Chance,
    Distinct,
}

enum Part {
    First,
    Last,
    FirstSlug,
    LastSlug,
    Text(Words),
    Digits,
    OwnLetters,
    Host(Words),
}

/// How the names of subjects are written.
pub struct Persona {
    parts: Vec<Part>,
    first: Names,
    last: Names,
}

/// Which names are taken, first and last ones.
pub struct TakenNames([Vec<bool>; 2]);

/// The digits' word of the hash.
const DIGITS: usize = 5;

impl Persona {
    /// The names of a locale.
    pub fn of(locale: &Locale, form: Form, spread: Spread) -> Self {
        let first = Names::of(slug::FIRST, locale.first_names, 3);
        Persona { parts: parts(locale, form, spread), first, last: Names::of(slug::LAST, locale.last_names, 4) }
    }

    /// Looks every name up, so that none has to be while fakes are drawn.
    pub fn taken(&self, taken: &Taken) -> TakenNames {
        TakenNames([&self.first, &self.last].map(|names| names.taken(taken)))
    }

    /// Every name that can be written, or that decides which one is.
    pub fn vocabulary(&self) -> Vec<&'static str> {
        let names = [&self.first, &self.last].into_iter();
        let mut words: Vec<_> = names.flat_map(Names::vocabulary).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// How many bytes one takes, as a rule.
    pub fn room(&self) -> usize {
        self.parts.iter().map(|part| self.mean_length(part)).sum()
    }

    fn mean_length(&self, part: &Part) -> usize {
        match part {
            Part::First => self.first.listed.mean_length(),
            Part::Last => self.last.listed.mean_length(),
            Part::FirstSlug => self.first.slugs.mean_length(),
            Part::LastSlug => self.last.slugs.mean_length(),
            Part::Text(words) | Part::Host(words) => words.mean_length(),
            Part::Digits => 4,
            Part::OwnLetters => 16,
        }
    }

    /// Writes what is not the input.
    pub fn write(&self, seed: Seed, taken: &TakenNames, input: Option<&[u8]>, out: &mut Vec<u8>) {
        let (start, mut subject) = (out.len(), *seed.subject);
        for _ in 0..TRIES {
            let seed = Seed { subject: &subject, ..seed };
            self.parts.iter().for_each(|part| self.write_part(part, seed, taken, out));
            if !input.is_some_and(|input| input.eq_ignore_ascii_case(&out[start..])) {
                return;
            }
            out.truncate(start);
            subject = tagged(seed.key, &subject, b"again");
        }
        Draws::new(seed.key, &subject).letters(out);
    }

    #[inline]
    fn write_part(&self, part: &Part, seed: Seed, TakenNames([first, last]): &TakenNames, out: &mut Vec<u8>) {
        match part {
            Part::First => self.first.write(&self.first.listed, seed, first, out),
            Part::Last => self.last.write(&self.last.listed, seed, last, out),
            Part::FirstSlug => self.first.write(&self.first.slugs, seed, first, out),
            Part::LastSlug => self.last.write(&self.last.slugs, seed, last, out),
            Part::Text(text) => text.write(0, out),
            Part::Digits => out.extend_from_slice(&digits(below(seed.subject, DIGITS, 10_000))),
            Part::OwnLetters => Draws::new(seed.key, seed.own).own_letters(out),
            Part::Host(hosts) => hosts.write(below(seed.subject, DIGITS + 1, hosts.count()), out),
        }
    }
}

fn digits(number: usize) -> [u8; 4] {
    [1_000, 100, 10, 1].map(|place| b'0' + (number / place % 10) as u8)
}

fn text(text: &str) -> Part {
    Part::Text(Words::written([text.to_owned()].into_iter()))
}

fn parts(locale: &Locale, form: Form, spread: Spread) -> Vec<Part> {
    match form {
        Form::First => vec![Part::First],
        Form::Last => vec![Part::Last],
        Form::Name => name_parts(locale.name_form),
        Form::UserName => user_name(spread),
        Form::Email => {
            let host = Part::Host(Words::written(HOSTS.into_iter().map(|host| format!("@{host}"))));
            user_name(spread).into_iter().chain([host]).collect()
        }
    }
}

fn user_name(spread: Spread) -> Vec<Part> {
    let mut parts = vec![Part::FirstSlug, text("."), Part::LastSlug];
    match spread {
        Spread::Chance => parts.push(Part::Digits),
        Spread::Distinct => parts.extend([text("."), Part::OwnLetters]),
    }
    parts
}

fn name_parts(form: &str) -> Vec<Part> {
    let part = |(at, part): (usize, &str)| match (at % 2, part) {
        (0, "") => None,
        (0, between) => Some(text(between)),
        (_, "FirstName") => Some(Part::First),
        _ => Some(Part::Last),
    };
    form.split(['{', '}']).enumerate().filter_map(part).collect()
}
