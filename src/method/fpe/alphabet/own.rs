//! An alphabet of any characters.

/// Characters in the order in which they count.
pub struct Own {
    text: String,
    letters: Vec<char>,
    /// Every character with its place, in the order of their codes.
    places: Vec<(char, u16)>,
}

impl Own {
    /// None where a character stands twice, or their number is not from 2 to 65536.
    pub fn new(text: &str) -> Option<Self> {
        let letters: Vec<char> = text.chars().collect();
        let mut places: Vec<(char, u16)> = letters.iter().copied().zip(0..=u16::MAX).collect();
        places.sort_unstable();
        let once = places.windows(2).all(|pair| pair[0].0 != pair[1].0);
        (once && places.len() == letters.len() && letters.len() >= 2).then(|| Own {
            text: text.to_owned(),
            letters,
            places,
        })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn radix(&self) -> u32 {
        self.letters.len() as u32
    }

    pub fn numeral(&self, letter: char) -> Option<u16> {
        let at = self.places.binary_search_by_key(&letter, |(known, _)| *known).ok()?;
        Some(self.places[at].1)
    }

    pub fn letter(&self, numeral: u16) -> Option<char> {
        self.letters.get(usize::from(numeral)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_their_places_in_the_order_given() {
        let own = Own::new("zaä0").expect("each stands once");
        assert_eq!(
            ['z', 'a', 'ä', '0', 'b'].map(|letter| own.numeral(letter)),
            [Some(0), Some(1), Some(2), Some(3), None]
        );
        assert_eq!((own.radix(), own.letter(2), own.letter(4)), (4, Some('ä'), None));
    }

    #[test]
    fn characters_stand_once_and_there_are_two_at_least() {
        assert!(["", "a", "aba", "ää"].into_iter().all(|text| Own::new(text).is_none()));
        let most: String = ('\u{10000}'..).take(65_536).collect();
        assert_eq!(Own::new(&most).map(|own| own.radix()), Some(65_536));
        assert!(Own::new(&(most + "a")).is_none());
    }
}
