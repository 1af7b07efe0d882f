//! Groups by some of the quasi-identifiers alone: which columns it is that tell people apart.

use std::ops::Range;

use super::code::Coded;
use super::read::Strip;
use super::tally::{Counted, Repeat, key};
use crate::privacy::Sizes;

/// Up to so many quasi-identifiers, pairs are looked at too.
const PAIRED: usize = 6;

/// Some quasi-identifiers, and their groups before and after; none where there were more than there is room for.
pub struct Set {
    /// As places among the leaves.
    pub leaves: Vec<usize>,
    counted: Option<[Counted; 2]>,
}

impl Set {
    /// The sizes before and after.
    pub fn sizes(&self) -> Option<[Sizes; 2]> {
        self.counted.as_ref().map(|sides| [sides[0].groups.sizes(), sides[1].groups.sizes()])
    }

    fn len(&self) -> usize {
        self.counted.as_ref().map_or(0, |sides| sides[0].len() + sides[1].len())
    }
}

/// Every single quasi-identifier, and every pair where they are few; all together are counted elsewhere.
pub struct Sets(Vec<Set>);

impl Sets {
    /// Of which nothing is counted yet.
    pub fn new(quasi: Range<usize>, repeat: Repeat) -> Self {
        let mut sets: Vec<Vec<usize>> = quasi.clone().map(|leaf| vec![leaf]).collect();
        if quasi.len() <= PAIRED && quasi.len() > 2 {
            sets.extend(quasi.flat_map(|one| (0..one).map(move |other| vec![other, one])));
        }
        let new = |leaves| Set { leaves, counted: Some([Counted::new(repeat), Counted::new(repeat)]) };
        Sets(sets.into_iter().map(new).collect())
    }

    /// Counts some rows; where all together take more than `room`, the largest are given up.
    pub fn add(&mut self, before: &[Option<&Coded>], after: &[Option<&Coded>], strip: &Strip, room: usize) {
        for Set { leaves, counted } in &mut self.0 {
            for (counted, side) in counted.iter_mut().flatten().zip([before, after]) {
                let own: Vec<_> = leaves.iter().map(|leaf| side[*leaf]).collect();
                (0..strip.rows).for_each(|row| counted.add(key(&own, row), strip.subject(row)));
            }
        }
        while self.0.iter().map(Set::len).sum::<usize>() > room {
            let largest = self.0.iter_mut().max_by_key(|set| set.len());
            largest.into_iter().for_each(|set| set.counted = None);
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Set> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip(codes: Vec<u128>) -> Strip {
        let rows = codes.len();
        let leaf = || Coded { codes: codes.clone(), numbers: None };
        Strip { rows, before: vec![leaf(), leaf()], after: vec![Some(leaf()), None], subjects: None }
    }

    #[test]
    fn sets_are_singles_and_pairs() {
        let leaves =
            |quasi: usize| Sets::new(0..quasi, Repeat::Once).iter().map(|set| set.leaves.len()).collect::<Vec<_>>();
        assert_eq!((leaves(1), leaves(2), leaves(3)), (vec![1], vec![1, 1], vec![1, 1, 1, 2, 2, 2]));
        assert_eq!(leaves(9).len(), 9);
    }

    #[test]
    fn the_largest_is_given_up_where_there_is_no_room() {
        let (mut sets, strip) = (Sets::new(0..2, Repeat::Once), strip(vec![1, 2, 3]));
        sets.add(&strip.before(), &strip.after(), &strip, 9);
        let told: Vec<_> = sets.iter().map(|set| set.sizes().map(|sizes| sizes.map(|sizes| sizes.classes()))).collect();
        // Three groups before in each set, and after: three, and one.
        assert_eq!(told.iter().filter(|set| set.is_none()).count(), 1);
        assert!(told.contains(&Some([3, 1])));
    }
}
