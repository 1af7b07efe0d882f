//! Whose rows they are, by the keyed hash of another column.

use arrow::array::{Array, ArrayRef};
use arrow::buffer::NullBuffer;

use crate::keys::lanes::DomainKey;
use crate::method::values::{Nature, hash_rows, nature};
use crate::method::{ApplyError, Beside};

/// The option's text for the column that the schema names as `subject`.
const SUBJECT: &str = "subject";

/// The column that an option names.
pub fn column(of: &str) -> Beside {
    if of == SUBJECT { Beside::Subject } else { Beside::Column(of.to_owned()) }
}

/// The hashes of subjects, row by row; none where fakes are drawn after their own values.
pub struct Subjects {
    hashes: Vec<[u8; 32]>,
    nulls: Option<NullBuffer>,
}

impl Subjects {
    /// No subjects.
    pub fn none() -> Self {
        Subjects { hashes: Vec::new(), nulls: None }
    }

    /// The subjects that a column names, of as many rows.
    ///
    /// # Errors
    /// Where the column is not there or cannot be hashed.
    pub fn of(key: &DomainKey, column: Option<&ArrayRef>, rows: usize) -> Result<Self, ApplyError> {
        let column = column.filter(|column| column.len() == rows && nature(column.data_type()) != Nature::Other);
        let column = column.ok_or(ApplyError::Beside)?;
        let mut hashes = vec![[0; 32]; rows];
        hash_rows(key, column, |row, hash| hashes[row] = *hash);
        Ok(Subjects { hashes, nulls: column.logical_nulls() })
    }

    /// The hash of a row's subject; none where it has none.
    #[inline]
    pub fn at(&self, row: usize) -> Option<&[u8; 32]> {
        let known = self.nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        self.hashes.get(row).filter(|_| known)
    }
}
