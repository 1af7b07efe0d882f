//! The lists of words beside this file, and the table that the build script makes of them; else tests alone have a use for it.

use super::entry::{Entry, KNOWN_BITS, MAY_BITS, PLACE_BITS, bit_of, place_of};
use crate::detect::person::plain::Plain;
use crate::detect::person::roles::ROLES;

type Column = fn(&mut Entry) -> &mut u8;

pub const LISTS: [(&str, Column); 4] = [
    (include_str!("given.txt"), |entry| &mut entry.given),
    (include_str!("family.txt"), |entry| &mut entry.family),
    (include_str!("place.txt"), |entry| &mut entry.place),
    (include_str!("common.txt"), |entry| &mut entry.common),
];

/// The words of a list, each behind its weight.
pub fn weighted(list: &'static str) -> impl Iterator<Item = (u8, &'static str)> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| {
        let weight = line.as_bytes().first().map_or(0, |digit| digit.wrapping_sub(b'0'));
        line.split_ascii_whitespace().skip(1).map(move |word| (weight, word))
    })
}

/// The last bits of a word's slot.
fn packed(entry: &Entry) -> u64 {
    let weights = [entry.given, entry.family, entry.place, entry.common];
    let role = entry.role.map_or(0, |role| role as u64);
    weights.iter().fold(role, |packed, weight| packed << 4 | u64::from(*weight))
}

/// A table of open addressing, half full, and the bits before it.
pub struct Made {
    slots: Vec<u64>,
    bits: Vec<u8>,
}

impl Made {
    /// Of all lists, and of the roles that words have.
    pub fn of_lists() -> Self {
        let mut made = Made { slots: vec![0; 1 << PLACE_BITS], bits: vec![0; 1 << (MAY_BITS - 3)] };
        for (list, column) in LISTS {
            weighted(list).for_each(|(weight, word)| made.put(word, |entry| *column(entry) = weight));
        }
        for (role, words) in ROLES {
            words.split_ascii_whitespace().for_each(|word| made.put(word, |entry| entry.role = Some(*role)));
        }
        made
    }

    /// Adds to what is known of a word. Where it lies depends on those before it, which always come in the same order.
    fn put(&mut self, word: &str, add: impl FnOnce(&mut Entry)) {
        let hash = Plain::of(word).hash();
        let mut at = place_of(hash);
        while self.slots[at] != 0 && self.slots[at] >> KNOWN_BITS != hash >> KNOWN_BITS {
            at = (at + 1) % (1 << PLACE_BITS);
        }
        let mut entry = Entry::unpacked(self.slots[at]);
        add(&mut entry);
        self.slots[at] = hash >> KNOWN_BITS << KNOWN_BITS | packed(&entry);
        self.bits[bit_of(hash) / 8] |= 1 << (bit_of(hash) % 8);
    }

    /// Eight bytes a slot, the lowest first; and the bits.
    pub fn into_bytes(self) -> [Vec<u8>; 2] {
        [self.slots.iter().flat_map(|slot| slot.to_le_bytes()).collect(), self.bits]
    }
}
