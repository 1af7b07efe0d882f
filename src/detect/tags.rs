//! What lists say of a word: in which of them it is, and its role beside names.
//!
//! The words of all lists are in one table, which is looked up once for each word of a text. Whether a word is in a list is
//! then told by a bit of its own.

use std::collections::BTreeMap;
use std::hint::select_unpredictable;
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
    Program,
    Filler,
    Call,
    PhoneName,
    PhoneLine,
    NoPhone,
    Numbered,
    Whose,
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

const VOCABULARIES: [&Vocabulary; 26] = [
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
    &ip::PROGRAMS,
    &labelled::FILLERS,
    &phone::CALLS,
    &phone::NAMES,
    &phone::LINES,
    &phone::OTHERS,
    &phone::NUMBERS,
    &phone::WHOSE,
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
const PLACE_BITS: u32 = 14;

/// The half of a hash that its slot holds; the other half says in which places it can be.
const HELD: u64 = u64::MAX << 32;

/// All words by their hashes, each at one of its two places (cuckoo hashing; Pagh and Rodler 2004): half of a hash, and what
/// the lists say. So a word is looked up without a branch, which no processor could foresee.
pub(super) struct Table(Box<[u64; 1 << PLACE_BITS]>);

pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::of(&words()));

/// What the lists say, by the hashes of their words.
fn words() -> BTreeMap<u64, Tags> {
    let mut words = BTreeMap::<u64, Tags>::new();
    let mut add = |word: &str, tags: Tags| words.entry(hash_of(word)).or_default().0 |= tags.0;
    for starts in RECOGNISERS.iter().flat_map(|recogniser| recogniser.starts) {
        if let Starts::Keyword(words) | Starts::Label(words) = starts {
            words.iter().for_each(|word| add(word, Tags::of(Tag::Keyword)));
        }
    }
    national::last_words().for_each(|word| add(word, Tags::of(Tag::Announcement)));
    for vocabulary in VOCABULARIES {
        vocabulary.words().iter().for_each(|word| add(word, Tags::of(vocabulary.tag())));
    }
    for (role, (_, of_role)) in ROLES.iter().enumerate() {
        for word in of_role.split_ascii_whitespace() {
            // Of several roles the last in their list counts.
            let tags = words.entry(hash_of(word)).or_default();
            *tags = Tags(tags.0 & ((1 << ROLE_SHIFT) - 1) | Tags::of_role(role).0);
        }
    }
    words
}

impl Table {
    fn of(words: &BTreeMap<u64, Tags>) -> Self {
        let (mut slots, mut moves) = (vec![None; 1 << PLACE_BITS], 0);
        for word in words {
            // What is at a word's place moves to its other one.
            let (mut place, mut moved) = (places(*word.0)[0], word);
            while let Some(other) = slots[place].replace(moved) {
                let [first, second] = places(*other.0);
                (place, moved) = (first ^ second ^ place, other);
                moves += 1;
                assert!(moves < 1 << PLACE_BITS, "so many words need more places");
            }
        }
        let slot = |place: usize| slots[place].map_or(0, |(hash, tags): (&u64, &Tags)| hash & HELD | u64::from(tags.0));
        Table(Box::new(std::array::from_fn(slot)))
    }

    /// What the lists say of a word of this hash.
    #[inline(always)]
    pub(super) fn of_word(&self, hash: u64) -> Tags {
        let [first, second] = places(hash).map(|place| {
            let differs = self.0[place] ^ hash & HELD;
            select_unpredictable(differs < 1 << 32, differs, 0)
        });
        Tags((first | second) as u32)
    }
}

/// The two places of a hash.
#[inline(always)]
fn places(hash: u64) -> [usize; 2] {
    [hash, hash >> PLACE_BITS].map(|bits| bits as usize % (1 << PLACE_BITS))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

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
                assert_eq!(TABLE.of_word(hash).has(vocabulary.tag()), is_in, "{:?}", vocabulary.tag());
            }
        }
        let roles: HashMap<_, _> = ROLES
            .iter()
            .flat_map(|(role, words)| words.split_ascii_whitespace().map(|word| (hash_of(word), *role)))
            .collect();
        assert!(roles.iter().all(|(hash, role)| TABLE.of_word(*hash).role() == Some(*role)) && roles.len() > 500);
        assert!(national::last_words().all(|word| TABLE.of_word(hash_of(word)).has(Tag::Announcement)));
        assert_eq!(TABLE.of_word(hash_of("xqzzy")), Tags::default());
        let filled = TABLE.0.iter().filter(|slot| **slot != 0).count();
        assert!(filled * 2 < TABLE.0.len(), "{filled}");
    }
}
