//! The least and the greatest value that stay, as a schema gives them.

use arrow::datatypes::DataType;

use super::float::nearest_of;
use super::quantity::Quantity;
use super::whole::Wholes;
use crate::document::{Fault, Scalar, Section};

/// Either may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    min: Option<Quantity>,
    max: Option<Quantity>,
}

impl Bounds {
    /// Takes `min` and `max`.
    ///
    /// # Errors
    /// Where one is no number, date or time, or they do not go together.
    pub fn take(section: &mut Section<'_>) -> Result<Self, Fault> {
        let (min, max) = (quantity(section, "min")?, quantity(section, "max")?);
        if let (Some(min), Some(max)) = (&min, &max) {
            if !min.is_like(max) {
                return Err(section.fault_at("max", "`min` and `max` are of different kinds", None));
            }
            if min > max {
                return Err(section.fault_at("max", "`max` is below `min`", None));
            }
        }
        Ok(Bounds { min, max })
    }

    /// Whether neither is given.
    pub fn is_empty(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    /// The least and the greatest whole number between them; none where a type has none, or they are of another kind.
    pub fn wholes(&self, wholes: &Wholes) -> Option<(i128, i128)> {
        let least = match &self.min {
            Some(min) => min.around(wholes.unit)?.1.max(wholes.least),
            None => wholes.least,
        };
        let greatest = match &self.max {
            Some(max) => max.around(wholes.unit)?.0.min(wholes.greatest),
            None => wholes.greatest,
        };
        (least <= greatest).then_some((least, greatest))
    }

    /// The numbers of a type nearest to them, infinite where they are missing; none where it holds no such numbers.
    pub fn floats(&self, data_type: &DataType) -> Option<(f64, f64)> {
        let nearest = nearest_of(data_type)?;
        let end = |bound: &Option<Quantity>, none| match bound {
            Some(bound) => bound.float().map(nearest).filter(|end| end.is_finite()),
            None => Some(none),
        };
        Some((end(&self.min, f64::NEG_INFINITY)?, end(&self.max, f64::INFINITY)?))
    }

    /// Those that are given, by their names.
    pub fn options(&self) -> Vec<(&'static str, String)> {
        let named = [("min", &self.min), ("max", &self.max)];
        named.into_iter().filter_map(|(name, bound)| bound.as_ref().map(|bound| (name, bound.to_string()))).collect()
    }

    /// What becomes of values beyond them, in words.
    pub fn words(&self) -> String {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => format!("values below {min} become {min}, those above {max} become {max}"),
            (Some(min), None) => format!("values below {min} become {min}"),
            (None, Some(max)) => format!("values above {max} become {max}"),
            (None, None) => "values have no bounds".to_owned(),
        }
    }
}

fn quantity(section: &mut Section<'_>, option: &'static str) -> Result<Option<Quantity>, Fault> {
    let Some(scalar) = section.optional::<Scalar>(option)? else { return Ok(None) };
    let what = format!("`{option}` takes a number, a date or a time, without quotes");
    Quantity::of(&scalar).map(Some).ok_or_else(|| section.fault_at(option, what, None))
}
