//! What is known of a word: how common it is as a given name, a family name, part of a place, and as a plain word.
//!
//! The lists beside this file are read once, into one table that is looked up by a word's hash.

use std::sync::LazyLock;

use crate::detect::person::plain::Plain;
use crate::detect::person::roles::{self, Role};

/// How common a word is as what, from 0, which is not at all, to 9; and what it does beside a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) given: u8,
    pub(super) family: u8,
    pub(super) place: u8,
    pub(super) common: u8,
    pub(super) role: Option<Role>,
}

impl Entry {
    /// How common it is as a name of either kind.
    pub(super) fn name(&self) -> u8 {
        self.given.max(self.family)
    }

    fn is_known(&self) -> bool {
        *self != Entry::default()
    }
}

/// What is known of a word.
pub(super) fn entry(word: &Plain) -> Option<Entry> {
    if word.letters().is_empty() {
        return None;
    }
    LEXICON.entry(word.hash())
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::read);

type Column = fn(&mut Entry) -> &mut u8;

const LISTS: [(&str, Column); 4] = [
    (include_str!("given.txt"), |entry| &mut entry.given),
    (include_str!("family.txt"), |entry| &mut entry.family),
    (include_str!("place.txt"), |entry| &mut entry.place),
    (include_str!("common.txt"), |entry| &mut entry.common),
];

/// The lists in one table of open addressing.
struct Lexicon {
    /// Hashes, 0 where there is none; twice as many places as words.
    hashes: Vec<u64>,
    entries: Vec<Entry>,
}

impl Lexicon {
    fn read() -> Self {
        let words: usize = LISTS.iter().map(|(list, _)| list.len() / 7).sum();
        let places = (words * 2).next_power_of_two();
        let mut lexicon = Lexicon { hashes: vec![0; places], entries: vec![Entry::default(); places] };
        for (list, column) in LISTS {
            for (weight, word) in weighted(list) {
                *column(lexicon.place(Plain::of(word).hash())) = weight;
            }
        }
        for (role, words) in roles::ROLES {
            for word in words.split_ascii_whitespace() {
                lexicon.place(Plain::of(word).hash()).role = Some(*role);
            }
        }
        lexicon
    }

    /// Where a hash is, or the free place where it would be.
    fn find(&self, hash: u64) -> usize {
        let mask = self.hashes.len() - 1;
        let mut at = (hash >> 20) as usize & mask;
        while self.hashes[at] != hash && self.hashes[at] != 0 {
            at = (at + 1) & mask;
        }
        at
    }

    fn place(&mut self, hash: u64) -> &mut Entry {
        let at = self.find(hash);
        self.hashes[at] = hash;
        &mut self.entries[at]
    }

    fn entry(&self, hash: u64) -> Option<Entry> {
        Some(self.entries[self.find(hash)]).filter(Entry::is_known)
    }
}

/// The words of a list, each behind its weight.
fn weighted(list: &'static str) -> impl Iterator<Item = (u8, &'static str)> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| {
        let weight = line.as_bytes().first().map_or(0, |digit| digit.wrapping_sub(b'0'));
        line.split_ascii_whitespace().skip(1).map(move |word| (weight, word))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn of(word: &str) -> Entry {
        entry(&Plain::of(word)).unwrap_or_default()
    }

    #[test]
    fn every_list_says_where_it_is_from_and_holds_words_of_plain_letters() {
        for (list, _) in LISTS {
            assert!(list.starts_with("# ") && list.contains("Source"));
            assert!(
                weighted(list).all(|(weight, word)| (1..=9).contains(&weight) && !Plain::of(word).letters().is_empty())
            );
            assert!(weighted(list).count() > 4_000);
        }
    }

    #[test]
    fn no_two_words_of_the_lists_have_one_hash() {
        let words: HashSet<&str> = LISTS.iter().flat_map(|(list, _)| weighted(list).map(|(_, word)| word)).collect();
        let hashes: HashSet<u64> = words.iter().map(|word| Plain::of(word).hash()).collect();
        assert_eq!(words.len(), hashes.len());
        assert!(words.len() * 3 < LEXICON.hashes.len() * 2);
    }

    #[test]
    fn words_are_found_as_what_they_are() {
        assert!(of("Anna").given > 6 && of("Smith").family > 6);
        assert!(of("Helsinki").place > 6 && of("the").common > 6);
        assert!(of("Mäki").family > 3 && of("Rose").common > 0 && of("Rose").given > 3);
        assert!(entry(&Plain::of("xqzzy")).is_none() && entry(&Plain::of("Иван")).is_none());
    }
}
