//! Whole numbers in a range.

use arrow::datatypes::DataType;

use super::misfit::Misfit;
use super::work::Work;
use crate::document::{Fault, Section};
use crate::keys::ff1::Ranks;

/// Whole numbers from the first to the second, both included.
pub struct Whole {
    least: i128,
    greatest: i128,
}

impl Whole {
    /// Numbers of so many digits at most.
    pub fn of_digits(section: &Section<'_>, digits: u64) -> Result<Self, Fault> {
        match u32::try_from(digits) {
            Ok(digits @ 6..=19) => Ok(Whole { least: 0, greatest: 10i128.pow(digits) - 1 }),
            _ => Err(section.fault_at("digits", "`digits` takes a number from 6 to 19", None)),
        }
    }

    /// Numbers between two bounds.
    pub fn of_range(section: &Section<'_>, range: &[i64]) -> Result<Self, Fault> {
        let whole = match range {
            [least, greatest] if least < greatest => Whole { least: (*least).into(), greatest: (*greatest).into() },
            _ => return Err(section.fault_at("range", "`range` takes two numbers, the lesser first", None)),
        };
        if whole.size() < Ranks::LEAST {
            let hint = "fewer possible values are no secret (NIST SP 800-38G Rev. 1); use `pseudonym` or `null`";
            return Err(section.fault_at("range", "`range` takes a million numbers or more", hint.to_owned()));
        }
        Ok(whole)
    }

    fn size(&self) -> u128 {
        self.greatest.abs_diff(self.least) + 1
    }

    /// Whether a type is one of whole numbers and holds all of the range; 8 and 16 bits hold too few.
    pub fn fits(&self, data_type: &DataType) -> bool {
        let (least, greatest): (i128, i128) = match data_type {
            DataType::Int32 => (i32::MIN.into(), i32::MAX.into()),
            DataType::Int64 => (i64::MIN.into(), i64::MAX.into()),
            DataType::UInt32 => (0, u32::MAX.into()),
            DataType::UInt64 => (0, u64::MAX.into()),
            _ => return false,
        };
        least <= self.least && self.greatest <= greatest
    }

    /// Another number of the range.
    pub fn encrypt(&self, work: &Work, number: i128) -> Result<i128, Misfit> {
        if !(self.least..=self.greatest).contains(&number) {
            return Err(Misfit::Range);
        }
        let mut tweak = *b"whole...........................";
        tweak[16..24].copy_from_slice(&self.least.to_le_bytes()[..8]);
        tweak[24..].copy_from_slice(&self.greatest.to_le_bytes()[..8]);
        let rank = work.encrypt_rank(&tweak, number.abs_diff(self.least), self.size())?;
        Ok(self.least + rank as i128)
    }

    pub fn words(&self) -> String {
        format!("a whole number from {} to {}", self.least, self.greatest)
    }

    pub fn options(&self) -> Vec<(&'static str, String)> {
        vec![("range", format!("[{}, {}]", self.least, self.greatest))]
    }
}
