//! How wide noise spreads.

use super::kind::Kind;
use crate::document::{Fault, Section};
use crate::method::values::Step;

/// As it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    Given(Step),
    /// Of the Laplace mechanism (Dwork et al., "Calibrating noise to sensitivity in private data analysis", 2006).
    Calibrated {
        epsilon: Step,
        sensitivity: Step,
    },
}

impl Scale {
    /// Takes `scale`, or both `epsilon` and `sensitivity`.
    ///
    /// # Errors
    /// Where neither is given or more than one, or Gaussian noise is to be calibrated.
    pub fn take(section: &mut Section<'_>, kind: Kind) -> Result<Self, Fault> {
        let scale = Step::take(section, "scale")?;
        let (epsilon, sensitivity) = (Step::take(section, "epsilon")?, Step::take(section, "sensitivity")?);
        match (scale, epsilon, sensitivity, kind) {
            (Some(scale), None, None, _) => Ok(Scale::Given(scale)),
            (None, Some(epsilon), Some(sensitivity), Kind::Laplace) => Ok(Scale::Calibrated { epsilon, sensitivity }),
            (None, Some(_), Some(_), Kind::Gaussian) => {
                Err(section.fault_at("epsilon", "gaussian noise takes `scale`", None))
            }
            _ => Err(section.fault("`noise` takes either `scale`, or both `epsilon` and `sensitivity`", None)),
        }
    }

    /// The scale as a number.
    pub fn float(self) -> f64 {
        match self {
            Scale::Given(scale) => scale.float(),
            Scale::Calibrated { epsilon, sensitivity } => sensitivity.float() / epsilon.float(),
        }
    }

    /// What was given, by its names.
    pub fn options(self) -> Vec<(&'static str, String)> {
        match self {
            Scale::Given(scale) => vec![("scale", scale.to_string())],
            Scale::Calibrated { epsilon, sensitivity } => {
                vec![("epsilon", epsilon.to_string()), ("sensitivity", sensitivity.to_string())]
            }
        }
    }
}
