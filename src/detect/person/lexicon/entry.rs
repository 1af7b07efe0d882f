//! What is known of a word, and how a table holds it: for the program, and for the build script that makes the table.

use crate::detect::person::roles::{ROLES, Role};

/// How common a word is as what, from 0, which is not at all, to 9; and what it does beside a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entry {
    pub given: u8,
    pub family: u8,
    pub place: u8,
    pub common: u8,
    pub role: Option<Role>,
}

impl Entry {
    /// Of a word that is in no list.
    pub const NOTHING: Entry = Entry { given: 0, family: 0, place: 0, common: 0, role: None };

    /// How common it is as a name of either kind.
    pub fn name(&self) -> u8 {
        self.given.max(self.family)
    }

    /// Whether it is a common word rather than a name.
    pub fn is_common(&self) -> bool {
        self.common >= 5 && self.common > self.name()
    }

    /// Of the last bits of its word's slot.
    pub fn unpacked(slot: u64) -> Self {
        let weight = |nth: u32| (slot >> (nth * 4) & 15) as u8;
        let role = (slot >> 16 & 15) as usize;
        let role = role.checked_sub(1).and_then(|nth| ROLES.get(nth)).map(|(role, _)| *role);
        Entry { given: weight(3), family: weight(2), place: weight(1), common: weight(0), role }
    }
}

/// Of so many bits is the place of a word in the table.
pub const PLACE_BITS: u32 = 17;

/// Of so many is its place among the bits before the table.
pub const MAY_BITS: u32 = 19;

/// What is known of a word takes so many: four weights of four bits, and the role of as many.
pub const KNOWN_BITS: u32 = 20;

/// Where the slot of a word is, or the first of those in which it can be.
pub fn place_of(hash: u64) -> usize {
    hash as usize % (1 << PLACE_BITS)
}

/// Where a word's bit is.
pub fn bit_of(hash: u64) -> usize {
    (hash >> PLACE_BITS) as usize % (1 << MAY_BITS)
}
