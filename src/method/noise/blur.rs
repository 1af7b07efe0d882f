//! Amounts of noise added to numbers, within bounds and the exactness of their type.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::Noise;
use crate::method::ApplyError;
use crate::method::values::{Unit, Wholes, map_floats, map_wholes, nearest_of, nearest_whole};

/// What noise does to the whole numbers of a type.
pub(super) struct Whole {
    wholes: Wholes,
    ends: (i128, i128),
    /// The scale in those numbers, one at least.
    scale: f64,
    round: Option<i128>,
}

impl Noise {
    /// None where the type does not count in numbers, or they are too coarse for the options.
    pub(super) fn whole(&self, data_type: &DataType) -> Option<Whole> {
        let wholes = Wholes::of_numbers(data_type)?;
        let Unit::Number { scale: places } = wholes.unit else { return None };
        let one: f64 = format!("1e{places}").parse().ok()?;
        let scale = Some(self.scale.float() * one).filter(|scale| *scale >= 1.0)?;
        let round = match &self.round {
            Some(step) => Some(step.wholes(&wholes)?),
            None => None,
        };
        Some(Whole { ends: self.bounds.wholes(&wholes)?, wholes, scale, round })
    }

    /// Adds amounts of scale one to the numbers.
    pub(super) fn blur(&self, input: &ArrayRef, amounts: &[f64]) -> Result<ArrayRef, ApplyError> {
        match self.whole(input.data_type()) {
            Some(whole) => Ok(whole.blur(input, amounts)),
            None => {
                let ends = self.bounds.floats(input.data_type()).ok_or(ApplyError::Beyond)?;
                Ok(self.blur_floats(input, ends, amounts))
            }
        }
    }

    fn blur_floats(&self, input: &ArrayRef, (least, greatest): (f64, f64), amounts: &[f64]) -> ArrayRef {
        let (scale, held) = (self.scale.float(), nearest_of(input.data_type()).unwrap_or(|value| value));
        map_floats(input, |row, value| {
            let noisy = value + amounts[row] * scale;
            let noisy = self.round.map_or(noisy, |step| step.nearest(noisy, held));
            Some(noisy.clamp(least, greatest))
        })
    }
}

impl Whole {
    fn blur(&self, input: &ArrayRef, amounts: &[f64]) -> ArrayRef {
        map_wholes(input, |row, value| {
            let noisy = value.saturating_add((amounts[row] * self.scale).round_ties_even() as i128);
            let noisy = self.round.map_or(noisy, |step| nearest_whole(noisy, step, &self.wholes));
            Some(noisy.clamp(self.ends.0, self.ends.1))
        })
    }
}
