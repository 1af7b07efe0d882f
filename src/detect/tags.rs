//! What lists say of a word: in which of them it is, and its role beside names.
//!
//! The words of all lists are in one table, which is looked up once for each word of a text. Whether a word is in a list is
//! then told by a bit of its own.

use std::sync::LazyLock;

use crate::detect::context::Vocabulary;
use crate::detect::person::{ROLES, Role};
use crate::detect::text::hash_of;
use crate::detect::{
    RECOGNISERS, Starts, address, calendar, card, email_spoken, iban, ip, labelled, national, phone, url, username,
};

/// What the lists say of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tags(u32);

/// A list that a word can be in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tag {
    /// A word at which a recogniser is asked.
    Keyword,
    /// The last word of what announces a national number.
    Announcement,
    Street,
    Box,
    Address,
    WithinStreet,
    Month,
    Card,
    SpokenDot,
    Mail,
    Nobody,
    Iban,
    Version,
    Filler,
    Call,
    PhoneName,
    PhoneLine,
    NoPhone,
    Profile,
    Home,
    Folder,
    Field,
    Page,
    SureName,
    ForName,
}

/// Roles take the bits above those of the lists.
const ROLE_SHIFT: u32 = 28;

const VOCABULARIES: [&Vocabulary; 23] = [
    &address::words::STREET,
    &address::words::BOX,
    &address::words::ADDRESS,
    &address::words::WITHIN,
    &calendar::MONTH,
    &card::CARDS,
    &email_spoken::DOT,
    &email_spoken::MAIL,
    &email_spoken::NOBODY,
    &iban::IBAN,
    &ip::VERSIONS,
    &labelled::FILLERS,
    &phone::CALLS,
    &phone::NAMES,
    &phone::LINES,
    &phone::OTHERS,
    &url::SITES,
    &url::HOMES,
    &url::FOLDERS,
    &url::FIELDS,
    &url::PAGES,
    &username::SURE,
    &username::FOR_WORDS,
];

impl Tags {
    const fn of(tag: Tag) -> Self {
        Tags(1 << tag as u32)
    }

    /// Of a role, whose number is its place in the list of roles and one.
    fn of_role(role: usize) -> Self {
        Tags((role as u32 + 1) << ROLE_SHIFT)
    }

    /// Whether a word is in a list.
    #[inline]
    pub(super) fn has(self, tag: Tag) -> bool {
        self.0 & Tags::of(tag).0 != 0
    }

    /// What a word of plain letters does beside a name.
    #[inline]
    pub(super) fn role(self) -> Option<Role> {
        let place = (self.0 >> ROLE_SHIFT).checked_sub(1)?;
        ROLES.get(place as usize).map(|(role, _)| *role)
    }
}

/// Of so many bits is the place of a word in the table.
const PLACE_BITS: u32 = 13;

/// All words by their hashes, in open addressing, and before them bits that tell most words apart that are in no list.
pub(super) struct Table {
    slots: Box<[(u64, Tags); 1 << PLACE_BITS]>,
    may_have: Bits,
}

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(Table::of_all);

impl Table {
    fn of_all() -> Self {
        let mut table = Table { slots: Box::new([(0, Tags(0)); 1 << PLACE_BITS]), may_have: Bits::default() };
        for starts in RECOGNISERS.iter().flat_map(|recogniser| recogniser.starts) {
            if let Starts::Keyword(words) | Starts::Label(words) = starts {
                words.iter().for_each(|word| table.add(hash_of(word), Tags::of(Tag::Keyword)));
            }
        }
        national::last_words().for_each(|word| table.add(hash_of(word), Tags::of(Tag::Announcement)));
        for vocabulary in VOCABULARIES {
            vocabulary.words().iter().for_each(|word| table.add(hash_of(word), Tags::of(vocabulary.tag())));
        }
        for (role, (_, words)) in ROLES.iter().enumerate() {
            words.split_ascii_whitespace().for_each(|word| table.set_role(hash_of(word), Tags::of_role(role)));
        }
        table
    }

    fn add(&mut self, hash: u64, tags: Tags) {
        let place = self.place(hash);
        self.slots[place] = (hash, Tags(self.slots[place].1.0 | tags.0));
        self.may_have.set(half(hash));
    }

    /// Of several roles the last in their list counts.
    fn set_role(&mut self, hash: u64, role: Tags) {
        let place = self.place(hash);
        self.slots[place].1.0 &= (1 << ROLE_SHIFT) - 1;
        self.add(hash, role);
    }

    /// What the lists say of a word of this hash.
    #[inline(always)]
    pub(super) fn of(&self, hash: u64) -> Tags {
        if self.may_have.has(half(hash)) { self.slots[self.place(hash)].1 } else { Tags::default() }
    }

    /// Where a hash is, or would be.
    fn place(&self, hash: u64) -> usize {
        let mut place = hash as usize % (1 << PLACE_BITS);
        while self.slots[place].0 != hash && self.slots[place].0 != 0 {
            place = (place + 1) % (1 << PLACE_BITS);
        }
        place
    }
}

/// The part of a hash by which it is looked up among bits.
pub(super) fn half(hash: u64) -> u16 {
    (hash >> 48) as u16
}

/// A set of numbers of 16 bits.
pub(super) struct Bits(Box<[u64; 1024]>);

impl Default for Bits {
    fn default() -> Self {
        Bits(Box::new([0; 1024]))
    }
}

impl Bits {
    pub(super) fn set(&mut self, number: u16) {
        self.0[usize::from(number) / 64] |= 1 << (number % 64);
    }

    pub(super) fn has(&self, number: u16) -> bool {
        self.0[usize::from(number) / 64] >> (number % 64) & 1 > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_has_a_bit_of_its_own() {
        let tags = VOCABULARIES.iter().fold(0, |all, vocabulary| {
            assert_eq!(all & Tags::of(vocabulary.tag()).0, 0);
            all | Tags::of(vocabulary.tag()).0
        });
        let others = Tags::of(Tag::Keyword).0 | Tags::of(Tag::Announcement).0;
        assert_eq!((tags & others, (tags | others).count_ones()), (0, Tag::ForName as u32 + 1));
        assert!(tags | others < 1 << ROLE_SHIFT && ROLES.len() < 16);
    }

    #[test]
    fn every_word_of_a_list_is_in_it_and_no_other() {
        for hash in VOCABULARIES.iter().flat_map(|vocabulary| vocabulary.words()).map(|word| hash_of(word)) {
            for vocabulary in VOCABULARIES {
                let is_in = vocabulary.words().iter().any(|word| hash_of(word) == hash);
                assert_eq!(TABLE.of(hash).has(vocabulary.tag()), is_in, "{:?}", vocabulary.tag());
            }
        }
        assert_eq!(TABLE.of(hash_of("mr")).role(), Some(Role::Title));
        assert_eq!(TABLE.of(hash_of("xqzzy")), Tags::default());
        let filled = TABLE.slots.iter().filter(|(hash, _)| *hash != 0).count();
        assert!(filled * 2 < TABLE.slots.len(), "{filled}");
    }
}
