//! What is known of a word: how common it is as a given name, a family name, part of a place, and as a plain word.
//!
//! The lists beside this file are made into one table when the program is built, which is looked up by a word's hash.

mod entry;
#[cfg(test)]
mod lists;

use crate::detect::person::plain::Plain;
use crate::detect::person::roles::Role;
use crate::detect::tags::TABLE;
use crate::detect::text::eight;
use crate::detect::{Text, Word};
pub use entry::Entry;
use entry::{KNOWN_BITS, MAY_BITS, PLACE_BITS, bit_of, place_of};

/// What is known of a word in plain letters.
pub(super) fn entry(word: &Plain) -> Option<Entry> {
    if word.letters().is_empty() { None } else { known(word.hash()) }
}

/// A word of a text in plain letters.
pub(super) fn plain_of(text: &Text<'_>, word: &Word) -> Plain {
    match word.is_ascii {
        true if word.has_digit() => Plain::default(),
        true => Plain::of_ascii([0, 8, 16].map(|at| eight(text.bytes(), word.start + at)), word.end - word.start),
        false => Plain::of(text.word(word)),
    }
}

/// What is known of a word of a text.
pub(super) fn entry_of(text: &Text<'_>, word: &Word) -> Option<Entry> {
    // The hash of a text's words is the one of the lists where no letter has to be made plain.
    if word.is_ascii { known(word.hash) } else { entry(&Plain::of(text.word(word))) }
}

/// What a word of a text does beside a name.
pub(super) fn role(text: &Text<'_>, word: &Word) -> Option<Role> {
    if word.is_ascii { word.tags.role() } else { TABLE.of_word(Plain::of(text.word(word)).hash()).role() }
}

/// The lists in one table of open addressing, half full: a slot is all of a hash but its last bits, which its place tells,
/// and in their stead a role and four weights.
static SLOTS: Slots = Slots(*include_bytes!(concat!(env!("OUT_DIR"), "/lexicon.slots")));

/// Eight bytes each, and eight of them in a line of a processor's cache.
#[repr(align(64))]
struct Slots([u8; 8 << PLACE_BITS]);

/// Which words can be in the table: of those in no list, one in eight. They stay in a processor's cache.
static BITS: &[u8; 1 << (MAY_BITS - 3)] = include_bytes!(concat!(env!("OUT_DIR"), "/lexicon.bits"));

/// What is known of the word of a hash.
fn known(hash: u64) -> Option<Entry> {
    let bit = bit_of(hash);
    if BITS[bit / 8] >> (bit % 8) & 1 == 0 {
        return None;
    }
    let (slots, _) = SLOTS.0.as_chunks();
    let mut at = place_of(hash);
    loop {
        match u64::from_le_bytes(slots[at]) {
            0 => return None,
            slot if slot >> KNOWN_BITS == hash >> KNOWN_BITS => return Some(Entry::unpacked(slot)),
            _ => at = (at + 1) % (1 << PLACE_BITS),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::lists::{LISTS, Made, weighted};
    use super::*;
    use crate::detect::person::roles::ROLES;
    use crate::detect::text::{Buffers, Marked};

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
        let (slots, _) = SLOTS.0.as_chunks::<8>();
        let filled = slots.iter().filter(|slot| **slot != [0; 8]).count();
        assert!(filled >= words.len() && filled * 5 < slots.len() * 3);
    }

    #[test]
    fn the_table_is_that_of_the_lists() {
        assert!(Made::of_lists().into_bytes() == [SLOTS.0.to_vec(), BITS.to_vec()]);
    }

    #[test]
    fn every_word_of_the_lists_is_found_as_itself() {
        for (list, column) in LISTS {
            assert!(weighted(list).all(|(weight, word)| *column(&mut of(word)) == weight));
        }
    }

    #[test]
    fn roles_stand_in_the_order_of_their_names() {
        assert!(ROLES.iter().enumerate().all(|(nth, (role, _))| *role as usize == nth + 1));
    }

    #[test]
    fn words_of_a_text_are_in_the_same_plain_letters() {
        let mut buffers = Buffers::default();
        let text = "Anna MÄKINEN a1 Abcdefghijklmnopqrstuvwx Abcdefghijklmnopqrstuvwxy Straße Ян x";
        let text = Text::read(text, &[Marked::NOWHERE; 256], &mut buffers);
        for word in text.words() {
            let (plain, other) = (plain_of(&text, word), Plain::of(text.word(word)));
            assert_eq!((plain.letters(), plain.hash()), (other.letters(), other.hash()), "{}", text.word(word));
        }
    }

    #[test]
    fn words_are_found_as_what_they_are() {
        assert!(of("Anna").given > 6 && of("Smith").family > 6);
        assert!(of("Helsinki").place > 6 && of("the").common > 6);
        assert!(of("Mäki").family > 3 && of("Rose").common > 0 && of("Rose").given > 3);
        assert!(entry(&Plain::of("xqzzy")).is_none() && entry(&Plain::of("Иван")).is_none());
    }
}
