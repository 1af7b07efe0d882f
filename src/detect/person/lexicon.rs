//! What is known of a word: how common it is as a given name, a family name, part of a place, and as a plain word.
//!
//! The lists beside this file are read once, into one table that is looked up by a word's hash.

use std::sync::LazyLock;

use crate::detect::person::plain::Plain;
use crate::detect::person::roles::{self, Role};
use crate::detect::tags::TABLE;
use crate::detect::{Text, Word};

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
    /// Of a word that is in no list.
    pub(super) const NOTHING: Entry = Entry { given: 0, family: 0, place: 0, common: 0, role: None };

    /// How common it is as a name of either kind.
    pub(super) fn name(&self) -> u8 {
        self.given.max(self.family)
    }

    /// Whether it is a common word rather than a name.
    pub(super) fn is_common(&self) -> bool {
        self.common >= 5 && self.common > self.name()
    }
}

/// What is known of a word in plain letters.
pub(super) fn entry(word: &Plain) -> Option<Entry> {
    if word.letters().is_empty() { None } else { LEXICON.entry(word.hash()) }
}

/// What is known of a word of a text.
pub(super) fn entry_of(text: &Text<'_>, word: &Word) -> Option<Entry> {
    // The hash of a text's words is the one of the lists where no letter has to be made plain.
    if word.is_ascii { LEXICON.entry(word.hash) } else { entry(&Plain::of(text.word(word))) }
}

/// What a word of a text does beside a name.
pub(super) fn role(text: &Text<'_>, word: &Word) -> Option<Role> {
    if word.is_ascii { word.tags.role() } else { TABLE.of(Plain::of(text.word(word)).hash()).role() }
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::read);

type Column = fn(&mut Entry) -> &mut u8;

const LISTS: [(&str, Column); 4] = [
    (include_str!("given.txt"), |entry| &mut entry.given),
    (include_str!("family.txt"), |entry| &mut entry.family),
    (include_str!("place.txt"), |entry| &mut entry.place),
    (include_str!("common.txt"), |entry| &mut entry.common),
];

/// The lists in one table of open addressing, half full, and before it bits that most other words are told by.
///
/// Of words in no list, one in eight passes the bits, which stay in a processor's cache. A slot is all of a hash but
/// its last bits, which its place tells, and in their stead a role and four weights.
struct Lexicon {
    slots: Vec<u64>,
    /// Which words can be in the lists, a bit each.
    may_have: Vec<u64>,
}

/// Of so many bits is the place of a word in the table.
const PLACE_BITS: u32 = 17;

/// Of so many is its place among the bits.
const MAY_BITS: u32 = 19;

/// What is known of a word takes so many: four weights of four bits, and the role of as many.
const KNOWN_BITS: u32 = 20;

impl Lexicon {
    fn read() -> Self {
        let mut lexicon = Lexicon { slots: vec![0; 1 << PLACE_BITS], may_have: vec![0; 1 << (MAY_BITS - 6)] };
        for (list, column) in LISTS {
            weighted(list).for_each(|(weight, word)| lexicon.put(word, |entry| *column(entry) = weight));
        }
        for (role, words) in roles::ROLES {
            words.split_ascii_whitespace().for_each(|word| lexicon.put(word, |entry| entry.role = Some(*role)));
        }
        lexicon
    }

    /// Adds to what is known of a word. Where it lies depends on those before it, which always come in the same order.
    fn put(&mut self, word: &str, add: impl FnOnce(&mut Entry)) {
        let hash = Plain::of(word).hash();
        let mut at = place_of(hash);
        while self.slots[at] != 0 && self.slots[at] >> KNOWN_BITS != hash >> KNOWN_BITS {
            at = (at + 1) % (1 << PLACE_BITS);
        }
        let mut entry = unpacked(self.slots[at]);
        add(&mut entry);
        self.slots[at] = hash >> KNOWN_BITS << KNOWN_BITS | packed(&entry);
        let (word, bit) = may_of(hash);
        self.may_have[word] |= bit;
    }

    fn entry(&self, hash: u64) -> Option<Entry> {
        let (word, bit) = may_of(hash);
        if self.may_have[word] & bit == 0 {
            return None;
        }
        let mut at = place_of(hash);
        loop {
            match self.slots[at] {
                0 => return None,
                slot if slot >> KNOWN_BITS == hash >> KNOWN_BITS => return Some(unpacked(slot)),
                _ => at = (at + 1) % (1 << PLACE_BITS),
            }
        }
    }
}

/// The bits of a hash that say where in the table it is.
fn place_of(hash: u64) -> usize {
    hash as usize % (1 << PLACE_BITS)
}

/// The word of the bits and the bit of it.
fn may_of(hash: u64) -> (usize, u64) {
    let bit = hash >> PLACE_BITS & ((1 << MAY_BITS) - 1);
    ((bit >> 6) as usize, 1 << (bit & 63))
}

fn packed(entry: &Entry) -> u64 {
    let weights = [entry.given, entry.family, entry.place, entry.common];
    let role = entry.role.map_or(0, |role| role as u64 + 1);
    weights.iter().fold(role, |packed, weight| packed << 4 | u64::from(*weight))
}

fn unpacked(slot: u64) -> Entry {
    let weight = |nth: u32| (slot >> (nth * 4) & 15) as u8;
    let role = (slot >> 16 & 15) as usize;
    let role = role.checked_sub(1).and_then(|nth| roles::ROLES.get(nth)).map(|(role, _)| *role);
    Entry { given: weight(3), family: weight(2), place: weight(1), common: weight(0), role }
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
        let filled = LEXICON.slots.iter().filter(|slot| **slot != 0).count();
        assert!(filled >= words.len() && filled * 5 < LEXICON.slots.len() * 3);
    }

    #[test]
    fn every_word_of_the_lists_is_found_as_itself() {
        for (list, column) in LISTS {
            assert!(weighted(list).all(|(weight, word)| *column(&mut of(word)) == weight));
        }
    }

    #[test]
    fn roles_stand_in_the_order_of_their_names() {
        assert!(roles::ROLES.iter().enumerate().all(|(nth, (role, _))| *role as usize == nth));
    }

    #[test]
    fn words_are_found_as_what_they_are() {
        assert!(of("Anna").given > 6 && of("Smith").family > 6);
        assert!(of("Helsinki").place > 6 && of("the").common > 6);
        assert!(of("Mäki").family > 3 && of("Rose").common > 0 && of("Rose").given > 3);
        assert!(entry(&Plain::of("xqzzy")).is_none() && entry(&Plain::of("Иван")).is_none());
    }
}
