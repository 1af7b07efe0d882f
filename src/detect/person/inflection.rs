//! What a name is called when it stands in a case.
//!
//! Finnish puts endings of its cases behind names ("Virtasella", "Matin", "Putinilta"); before them the stem changes:
//! -nen becomes -se-, and consonants weaken (Iso suomen kielioppi, 41 to 45 and 65 to 86). Swedish, German and English
//! put -s. What comes out is only a guess: it counts where the lists have it.

use crate::detect::person::lexicon::{Entry, entry};
use crate::detect::person::plain::{Plain, ends_with};

/// Endings of the Finnish cases in plain letters with a last letter, the longest first; a vowel and n is the illative's.
fn endings(last: u8) -> &'static [&'static [u8]] {
    match last {
        b'a' => &[b"lla", b"lta", b"ssa", b"sta", b"ita", b"ta", b"na", b"a"],
        b'e' => &[b"lle"],
        b'i' => &[b"ksi"],
        b'n' => &[b"an", b"in", b"en", b"un", b"n"],
        _ => &[],
    }
}

/// Endings that people take; few places do, and none that a given name is of.
const OF_PEOPLE: [&[u8]; 3] = [b"lla", b"lle", b"lta"];

/// What consonants before the last vowel become in a weak syllable, and what they are in the name.
const WEAKENED: [(&[u8], &[u8]); 12] = [
    (b"k", b"kk"),
    (b"p", b"pp"),
    (b"t", b"tt"),
    (b"d", b"t"),
    (b"ng", b"nk"),
    (b"mm", b"mp"),
    (b"nn", b"nt"),
    (b"ll", b"lt"),
    (b"rr", b"rt"),
    (b"v", b"p"),
    (b"", b"k"),
    (b"lj", b"lk"),
];

/// Of the endings that a word has, so many of the longest are tried.
const MOST_ENDINGS: usize = 2;

/// A stem is no shorter.
const SHORTEST: usize = 3;

/// What is known of the name that a word, of which nothing is known, can be a case of.
pub(super) fn base(word: &Plain) -> Option<Entry> {
    let letters = word.letters();
    let last = *letters.last()?;
    let genitive = (last == b's').then(|| word.ending(1, b"")).and_then(|stem| named(&stem));
    genitive.or_else(|| {
        let endings = endings(last).iter().filter(|ending| ends_with(letters, ending)).take(MOST_ENDINGS);
        endings.map(|ending| (ending, word.ending(ending.len(), b""))).find_map(|(ending, stem)| {
            let entry = of_stem(&stem)?;
            Some(if OF_PEOPLE.contains(ending) && entry.given > 3 { Entry { place: 0, ..entry } } else { entry })
        })
    })
}

/// The name in the nominative that a stem is of.
fn of_stem(stem: &Plain) -> Option<Entry> {
    let letters = stem.letters();
    if letters.len() < SHORTEST {
        return None;
    }
    let diminutive = match letters {
        [.., b's', b'e'] => named(&stem.ending(2, b"nen")),
        [.., b's'] => named(&stem.ending(1, b"nen")),
        _ => None,
    };
    let plain = diminutive.or_else(|| named(stem));
    let foreign = || letters.ends_with(b"i").then(|| stem.ending(1, b"")).and_then(|name| named(&name));
    let e_stem = || letters.ends_with(b"e").then(|| stem.ending(1, b"i")).and_then(|name| named(&name));
    plain.or_else(foreign).or_else(e_stem).or_else(|| strengthened(stem))
}

/// The name of a stem whose last consonants are weakened.
fn strengthened(stem: &Plain) -> Option<Entry> {
    let letters = stem.letters();
    let vowel = *letters.last()?;
    if !b"aeiouy".contains(&vowel) {
        return None;
    }
    let before = &letters[..letters.len() - 1];
    WEAKENED.iter().filter(|(weak, _)| ends_with(before, weak)).find_map(|(weak, strong)| {
        let mut name = stem.ending(weak.len() + 1, strong);
        name.push(if vowel == b'e' { b'i' } else { vowel });
        named(&name)
    })
}

/// What is known of a name that is common enough for a guess.
fn named(name: &Plain) -> Option<Entry> {
    entry(name).filter(|entry| name.letters().len() >= SHORTEST && entry.name().max(entry.place) >= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_name(word: &str) -> bool {
        base(&Plain::of(word)).is_some_and(|entry| entry.name() >= 3)
    }

    #[test]
    fn finnish_cases_lead_back_to_the_name() {
        for word in
            ["Virtasen", "Virtasella", "Virtasta", "Mäkiseltä", "Matin", "Matille", "Pekan", "Heikiltä", "Sepolla"]
        {
            assert!(is_name(word), "{word}");
        }
        for word in ["Annalla", "Putinilta", "Lahden", "Mäen", "Rannan", "Virran", "Sinikan", "Marjatalle", "Jormaa"] {
            let known = base(&Plain::of(word));
            assert!(known.is_some() || word == "Putinilta", "{word}");
        }
    }

    #[test]
    fn in_cases_of_people_a_given_name_is_no_place() {
        let place = |word: &str| base(&Plain::of(word)).map(|entry| entry.place);
        assert!(place("Helenalta") == Some(0) && place("Helenassa") > Some(5));
    }

    #[test]
    fn the_genitive_of_swedish_leads_back_to_the_name() {
        assert!(is_name("Anderssons") && is_name("Eriks") && is_name("Berits"));
    }

    #[test]
    fn endings_stand_with_their_last_letter_the_longest_first() {
        for last in 0..=u8::MAX {
            assert!(endings(last).iter().all(|ending| ending.last() == Some(&last)));
            assert!(endings(last).is_sorted_by_key(|ending| std::cmp::Reverse(ending.len())));
        }
        assert!(OF_PEOPLE.iter().all(|ending| endings(ending[2]).contains(ending)));
    }

    #[test]
    fn other_words_lead_nowhere() {
        for word in ["Kuitenkin", "Zzyzxin", "Xs", "n", ""] {
            assert!(!is_name(word), "{word}");
        }
    }
}
