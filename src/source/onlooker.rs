//! Somebody who sees the values of pages while they are gone through, so that nothing is decoded twice.

use arrow::array::ArrayRef;

/// Sees the values of a leaf, those that are not null, in any order; of a dictionary each once.
pub trait Onlooker {
    /// Sees one value of a leaf of text.
    fn text(&mut self, text: &str);

    /// Sees values of a leaf of any other type.
    fn values(&mut self, values: &ArrayRef);
}
