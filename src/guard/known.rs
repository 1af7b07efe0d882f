//! No value of a `direct` leaf stands in what leaves, whole or among other words.
//!
//! That is what patterns cannot tell: a name is found because it is one of the dataset's, not because it looks like one.
//! In free text it is found in whatever case. In any other column, a value of one word of letters counts only as it is
//! written where no more than four words stand: the town of Jackson is not the customer JACKSON.

use crate::detect::known::Words;
use crate::detect::{KNOWN, Known};
use crate::guard::watch::{ContentGuard, Leaf};
use crate::schema::Class;

struct NoneKnown<'p> {
    known: &'p Known,
    class: Class,
}

/// The guard of a leaf; none where nothing is known, or the rule says that known values may stand there.
pub(super) fn over<'p>(leaf: &Leaf<'p>) -> Option<Box<dyn ContentGuard + 'p>> {
    let is_guarded = !leaf.known.is_none() && !leaf.rule.may_hold.allows(KNOWN);
    let guard = NoneKnown { known: leaf.known, class: leaf.rule.class };
    is_guarded.then(|| Box::new(guard) as Box<dyn ContentGuard + 'p>)
}

impl ContentGuard for NoneKnown<'_> {
    fn text(&mut self, text: &str, words: &Words, _: Option<&str>) -> Option<&'static str> {
        let is_in = match self.class {
            Class::FreeText | Class::Direct => self.known.is_in(words),
            _ => self.known.is_in_as_written(text, words),
        };
        is_in.then_some(KNOWN)
    }

    fn number(&mut self, number: u128) -> Option<&'static str> {
        self.known.is_number(number).then_some(KNOWN)
    }
}
