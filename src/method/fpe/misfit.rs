//! Values that do not fit.

use arrow::array::BooleanBufferBuilder;
use arrow::buffer::NullBuffer;

use super::ENTRY;
use crate::document::{Fault, Section};
use crate::method::ApplyError;

/// Why a value does not fit. It tells nothing else of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    Short,
    Long,
    Foreign,
    Range,
    Form,
    Check,
}

/// Says what is wrong, and the way out that there always is.
macro_rules! or_null {
    ($what:literal) => {
        concat!($what, "; `otherwise = \"null\"` makes such values null")
    };
}

impl Misfit {
    fn what(self) -> &'static str {
        match self {
            Misfit::Short => or_null!("it has fewer than a million possible values of its form (SP 800-38G Rev. 1)"),
            Misfit::Long => {
                or_null!("it is longer than letters and digits together may be; an `alphabet` of your own may")
            }
            Misfit::Foreign => or_null!("a character in it is neither of the alphabet nor a separator"),
            Misfit::Range => or_null!("it lies outside the range; widen `range` or `digits`"),
            Misfit::Form => or_null!("it is not of the form that `check` names"),
            Misfit::Check => or_null!("its check character is wrong"),
        }
    }
}

impl From<Misfit> for ApplyError {
    fn from(misfit: Misfit) -> Self {
        ApplyError::Value { method: ENTRY.name, what: misfit.what() }
    }
}

/// What becomes of values that do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Otherwise {
    Refuse,
    Null,
}

impl Otherwise {
    /// Takes the option; to refuse is what is meant where it is not given.
    pub fn parse(section: &mut Section<'_>) -> Result<Self, Fault> {
        let typed: Option<String> = section.optional("otherwise")?;
        match typed.as_deref() {
            None | Some("refuse") => Ok(Otherwise::Refuse),
            Some("null") => Ok(Otherwise::Null),
            Some(_) => Err(section.fault_at("otherwise", "`otherwise` takes \"refuse\" or \"null\"", None)),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Otherwise::Refuse => "refuse",
            Otherwise::Null => "null",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Otherwise::Refuse => "a value that does not fit ends the run",
            Otherwise::Null => "a value that does not fit becomes null",
        }
    }
}

/// The rows of a batch whose values did not fit.
pub struct Misfits {
    otherwise: Otherwise,
    rows: Vec<usize>,
}

impl Misfits {
    pub fn new(otherwise: Otherwise) -> Self {
        Misfits { otherwise, rows: Vec::new() }
    }

    /// Takes note of a row.
    ///
    /// # Errors
    /// Where such values are to be refused.
    pub fn meet(&mut self, row: usize, misfit: Misfit) -> Result<(), ApplyError> {
        match self.otherwise {
            Otherwise::Refuse => Err(misfit.into()),
            Otherwise::Null => {
                self.rows.push(row);
                Ok(())
            }
        }
    }

    /// The nulls of so many rows, those that were there before included.
    pub fn nulls(self, before: Option<&NullBuffer>, rows: usize) -> Option<NullBuffer> {
        if self.rows.is_empty() {
            return before.cloned();
        }
        let mut valid = BooleanBufferBuilder::new(rows);
        match before {
            Some(nulls) => valid.append_buffer(nulls.inner()),
            None => valid.append_n(rows, true),
        }
        self.rows.iter().for_each(|row| valid.set_bit(*row, false));
        Some(NullBuffer::new(valid.finish()))
    }
}
