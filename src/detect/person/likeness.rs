//! How much a whole value, as of a column, looks like a name.

use crate::detect::person::lexicon::{Entry, entry};
use crate::detect::person::plain::Plain;
use crate::detect::person::roles::Role;
use crate::detect::person::run::has_family_ending;

/// How much a value looks like a name of some kind, each in percent.
///
/// One value alone says little: the mean over the values of a column tells columns of names, where most values are
/// above 50, from columns of other words, where few are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Likeness {
    /// A given name, or several.
    pub given: u8,
    /// A family name, or two.
    pub family: u8,
    /// Given and family names together, in either order, with a title or without.
    pub full: u8,
    /// A city, a region or a country.
    pub place: u8,
    /// Words that everybody uses, whatever names they are too.
    pub common: u8,
}

/// A name has no more words.
const MOST_WORDS: usize = 6;

/// How much a whole value looks like a name; case does not matter.
pub fn likeness(value: &str) -> Likeness {
    let mut words = [Known::default(); MOST_WORDS];
    let mut count = 0;
    for word in value.split([' ', '-', ',', '.', '\'', '\u{2019}', '\u{a0}', '(', ')']).filter(|word| !word.is_empty())
    {
        let known = Known::of(word);
        if count == MOST_WORDS || word.contains(|letter: char| !letter.is_alphabetic()) {
            return Likeness::default();
        }
        if !known.is_beside {
            words[count] = known;
            count += 1;
        }
    }
    let words = &words[..count];
    let least = |part: fn(&Known) -> u8| words.iter().map(part).min().unwrap_or(0);
    let few = count <= 3;
    Likeness {
        given: if few { least(|word| word.given) } else { 0 },
        family: if few { least(|word| word.family) } else { 0 },
        full: full(words),
        place: words.iter().map(|word| word.place).max().filter(|_| few).unwrap_or(0),
        common: least(|word| word.common),
    }
}

/// The mean of the best given name and the best other word as a family name.
fn full(words: &[Known]) -> u8 {
    let pairs = words.iter().enumerate().flat_map(|(at, given)| {
        let others = words.iter().enumerate().filter(move |(other, _)| *other != at);
        others.map(
            move |(_, family)| if given.given == 0 { 0 } else { (given.given + family.family.max(family.either)) / 2 },
        )
    });
    pairs.max().unwrap_or(0)
}

/// How much a word looks like what, in percent.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    given: u8,
    family: u8,
    /// An initial, or a word that nothing is known of: either name, perhaps.
    either: u8,
    place: u8,
    common: u8,
    /// A title, or a small word within names.
    is_beside: bool,
}

impl Known {
    fn of(word: &str) -> Self {
        let plain = Plain::of(word);
        let known = entry(&plain);
        let entry = known.unwrap_or_default();
        let ending = if has_family_ending(&plain) { 70 } else { 0 };
        Known {
            given: percent(entry.given, &entry),
            family: percent(entry.family, &entry).max(ending),
            either: if known.is_none() || word.chars().nth(1).is_none() { 50 } else { 0 },
            place: if entry.place >= entry.name() { percent(entry.place, &Entry::default()) } else { entry.place * 5 },
            common: entry.common * 10,
            is_beside: matches!(entry.role, Some(Role::Title | Role::Particle)) && entry.name() < 5,
        }
    }
}

/// What a weight is in percent, where the word is common as another word too.
fn percent(weight: u8, entry: &Entry) -> u8 {
    if weight == 0 { 0 } else { (52 + weight * 5).saturating_sub(entry.common.saturating_sub(2) * 4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_look_like_what_they_are() {
        assert!(likeness("Anna").given > 70 && likeness("MARIA-LIISA").given > 50);
        assert!(likeness("Virtanen").family > 50 && likeness("smith").family > 70);
        assert!(likeness("Anna Virtanen").full > 60 && likeness("Virtanen, Anna").full > 60);
        assert!(likeness("Dr. Paul van der Berg").full > 60 && likeness("J. Smith").full > 40);
        assert!(likeness("Price").common > 50 && likeness("Price").family > 50 && likeness("Anna").common < 50);
        assert!(likeness("Helsinki").place > 70 && likeness("Stockholm").place > likeness("Stockholm").family);
    }

    #[test]
    fn other_values_do_not() {
        for value in ["", "42", "A-17", "the quick brown fox jumps over it", "pending", "EUR", "anna@x.example"] {
            let Likeness { given, family, full, .. } = likeness(value);
            assert!(given < 50 && family < 50 && full < 50, "{value}");
        }
    }
}
