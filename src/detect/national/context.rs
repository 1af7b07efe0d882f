//! What the words around a number say that it is.

use crate::detect::Text;

use super::phrases::Set;
use super::shape::{CERTAIN, Letters, MOST_GROUPS, Run, Says, Shape};

/// So many words before a number are looked at, and so many after it.
const BEFORE: usize = 10;
const AFTER: usize = 5;

/// Up to so many words before it, a word speaks of it alone.
const NEAR: usize = 4;

/// Up to so many words before it, a word can say that it is something else.
const NEAR_OTHER: usize = 3;

/// How certain a word makes it that a valid number is what it says, in percent.
const NEAR_IT: u8 = 88;
const FAR_FROM_IT: u8 = 75;
const AFTER_IT: u8 = 80;
const GENERALLY_NEAR: u8 = 72;
const GENERALLY_FAR: u8 = 64;

/// What the words before a number say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before {
    near: Set,
    far: Set,
    /// Whether a word near it says that it is something else.
    is_other: bool,
}

impl Before {
    fn says(&self, shape: &Shape) -> u8 {
        let near = self.near.says(shape, NEAR_IT, GENERALLY_NEAR);
        near.max(self.far.says(shape, FAR_FROM_IT, GENERALLY_FAR))
    }

    /// Whether a word announces some number.
    pub(super) fn announces(&self) -> bool {
        !self.near.is_empty() || !self.far.is_empty()
    }

    /// Goes back from a word to the first that announces something else.
    pub(super) fn of(text: &Text<'_>, first: usize) -> Self {
        let (mut before, mut end) = (Before::default(), first);
        for saying in text.sayings().before(first) {
            let distance = first - saying.end;
            if distance >= BEFORE {
                break;
            }
            // What is within a longer phrase is no phrase of its own.
            if saying.end > end {
                continue;
            }
            end = saying.end - saying.words;
            let said = if distance < NEAR { &mut before.near } else { &mut before.far };
            said.add_all(&saying.said);
            if saying.is_other {
                before.is_other = distance < NEAR_OTHER;
                break;
            }
        }
        before
    }
}

/// Whether words may say something of a number that begins with a word, behind wherever it may end.
pub(super) fn may_be_said_behind(text: &Text<'_>, first: usize) -> bool {
    text.sayings().is_any(first + 2, first + MOST_GROUPS + AFTER)
}

/// What can stand between a number and words that say what it is.
const SAID_BEHIND: &[u8] = b" ()'-/";

/// What the words after a number say of it, up to one that is of something else.
fn after(text: &Text<'_>, last: usize) -> Set {
    let (sayings, mut set) = (text.sayings(), Set::default());
    if !sayings.is_any(last + 2, last + 1 + AFTER) {
        return set;
    }
    let goes_on = |gap: &[u8]| gap.iter().all(|byte| SAID_BEHIND.contains(byte));
    for end in last + 2..=(last + 1 + AFTER).min(text.words().len()) {
        if !goes_on(text.between(end - 2)) || text.words()[end - 1].has_digit() {
            break;
        }
        let announces_next = || {
            text.gap(end - 1).contains([':', '=', '#']) || text.words().get(end).is_some_and(|word| word.has_digit())
        };
        if let Some(saying) = sayings.ending_at(end).filter(|_| !announces_next()) {
            set.add_all(&saying.said);
        }
    }
    set
}

/// What the text around a run of words says of it.
pub(super) struct Around<'b> {
    before: &'b Before,
    after: Set,
    /// All that is said, before and after.
    said: Set,
    is_glued: bool,
}

impl<'b> Around<'b> {
    /// What stands before does not change with where the run ends.
    pub(super) fn of(text: &Text<'_>, run: Run, before: &'b Before) -> Self {
        let after = after(text, run.last);
        let mut said = after;
        [before.near, before.far].iter().for_each(|before| said.add_all(before));
        Around { before, after, said, is_glued: run.is_glued(text) }
    }

    /// How much a shape has to say itself, as no word near does.
    pub(super) fn asks_for(&self) -> Says {
        match () {
            () if !self.said.is_empty() => Says::Nothing,
            () if self.before.is_other || self.is_glued => Says::Certainly,
            () => Says::Something,
        }
    }

    /// Whether a shape can count at all.
    pub(super) fn may_count(&self, shape: &Shape) -> bool {
        shape.alone > 0 || self.said.has(shape.place) || self.said.is_for(shape.number.purpose)
    }

    /// How certain it is in percent that letters of a shape are its number, if they are valid; 0: not at all.
    pub(super) fn certainty(&self, shape: &Shape, letters: &Letters) -> u8 {
        let alone = shape.certainty_alone(letters);
        if alone >= CERTAIN {
            return alone;
        }
        let alone = if self.before.is_other || self.is_glued { 0 } else { alone };
        let said = match self.before.says(shape) {
            0 if alone == 0 => self.after.says(shape, AFTER_IT, GENERALLY_FAR),
            said => said,
        };
        // What is grouped in its own way, or a piece of something, has to be named: dates and keys are such.
        let is_said = shape.is_grouped_as(letters) && !self.is_glued || said > GENERALLY_NEAR;
        if is_said { said.max(alone) } else { alone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::national::sayings::Sayings;
    use crate::detect::text::{Buffers, Marked};

    #[test]
    fn what_is_within_a_longer_phrase_says_nothing_of_its_own() {
        let (mut buffers, mut sayings) = (Buffers::default(), Sayings::default());
        let text = Text::read("medicare number 12345678", &[Marked::NOWHERE; 256], &mut buffers);
        let text = text.with_sayings(&mut sayings);
        // Medicare is of two countries, and its number by this name of one.
        let announced = |before: Before| before.near.numbers.iter().map(|numbers| numbers.count_ones()).sum::<u32>();
        assert_eq!((announced(Before::of(&text, 1)), announced(Before::of(&text, 2))), (2, 1));
        assert!(text.sayings().is_any(2, 2) && !text.sayings().is_any(3, 9) && text.sayings().ending_at(2).is_some());
    }
}
