//! Degrees of latitude or longitude down to the corner of a cell: the lower left one, where both are treated so.
//!
//! A cell of 0.1 degrees is 11 km high everywhere, and 11 km wide at the equator, less beside it. Beyond 180 degrees
//! are no degrees: metres, say, which a grid of degrees would leave nearly as they are. They become null.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::refusal;
use crate::document::{Fault, Section};
use crate::method::values::{Step, Unit, Wholes, map_floats, map_wholes, nearest_of};
use crate::method::{ApplyError, Context, Method, Outcome, Unsupported, options_text};

/// Half of the way around.
const END: i128 = 180;

/// Takes `grid`, where it is given.
pub fn take(section: &mut Section<'_>) -> Result<Option<Box<dyn Method>>, Fault> {
    match Step::take(section, "grid")? {
        Some(cell) if cell.float() > 90.0 => Err(section.fault_at("grid", "`grid` takes at most 90 degrees", None)),
        cell => Ok(cell.map(|cell| Box::new(Grid(cell)) as Box<dyn Method>)),
    }
}

struct Grid(Step);

impl Grid {
    /// A cell and half of the way around, in whole numbers of the type; none where it holds no such cells.
    fn wholes(&self, data_type: &DataType) -> Option<(i128, i128)> {
        let wholes = Wholes::of(data_type)?;
        let Unit::Number { scale } = wholes.unit else { return None };
        let end = END.checked_mul(10i128.checked_pow(scale.try_into().ok()?)?)?;
        Some((self.0.wholes(&wholes)?, end))
    }
}

impl Method for Grid {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if self.wholes(input).is_some() || nearest_of(input).is_some() {
            return Ok(Outcome::becomes_or_null(input.clone()));
        }
        Err(refusal(input, "`grid` takes degrees, as floating-point numbers or decimals that it makes coarser"))
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        if let Some((cell, end)) = self.wholes(input.data_type()) {
            let corner = |value: i128| (value.abs() <= end).then(|| value - value.rem_euclid(cell));
            return Ok(map_wholes(input, |_, value| corner(value)));
        }
        let nearest = nearest_of(input.data_type()).unwrap_or(|value| value);
        let corner = |value: f64| (value.abs() <= END as f64).then(|| self.0.floor(value, nearest));
        Ok(map_floats(input, |_, value| corner(value)))
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    fn words(&self) -> String {
        format!("rounded down to the corner of a cell of {} degrees; null where it is no degree", self.0)
    }

    fn options(&self) -> String {
        options_text(&[("grid", &self.0.to_string())])
    }
}
