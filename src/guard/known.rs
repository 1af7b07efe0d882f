//! No value of a `direct` leaf stands in what leaves, whole or among other words.
//!
//! That is what patterns cannot tell: a name is found because it is one of the dataset's, not because it looks like one. It
//! is found in whatever case and accents, in any column: where a town has a customer's name, the rule has to say so
//! (`may_hold`), and the customer reads it.

use crate::detect::known::{Words, parted};
use crate::detect::{Hints, KNOWN, Known};
use crate::guard::watch::{ContentGuard, Leaf};

struct NoneKnown<'p>(&'p Known);

/// The guard of a leaf; none where nothing is known, or the rule says that known values may stand there.
pub(super) fn over<'p>(leaf: &Leaf<'p>) -> Option<Box<dyn ContentGuard + 'p>> {
    let is_guarded = !leaf.known.is_none() && !leaf.rule.may_hold.allows(KNOWN);
    is_guarded.then(|| Box::new(NoneKnown(leaf.known)) as Box<dyn ContentGuard + 'p>)
}

impl ContentGuard for NoneKnown<'_> {
    fn of_word(&self, word: &[u8]) -> Hints {
        let begins = self.0.can_begin(word) || parted(word).is_some_and(|part| self.0.can_begin(part));
        if begins { Hints::ASK } else { Hints::NONE }
    }

    fn of_sign(&self, _: u8) -> Hints {
        Hints::NONE
    }

    fn text(&mut self, _: &str, words: &Words, _: Option<&str>) -> Option<&'static str> {
        self.0.is_in(words).then_some(KNOWN)
    }

    fn goes_by_form(&self) -> bool {
        false
    }

    fn number(&mut self, number: u128) -> Option<&'static str> {
        self.0.is_number(number).then_some(KNOWN)
    }
}
