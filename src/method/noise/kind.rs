//! Amounts of noise from uniform bits, the same on every machine.
//!
//! Logarithm and cosine are `libm`'s, because those of a machine's own library differ in the last bit; all other
//! operations IEEE 754 fixes. Of 53 bits no amount is further out than 37 scales (Laplace) or 8.6 (Gaussian).

use std::f64::consts::TAU;

use crate::document::{Fault, Section, nearest};
use crate::method::values::word;

/// A distribution around zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Laplace,
    Gaussian,
}

impl Kind {
    /// Takes `kind`.
    ///
    /// # Errors
    /// Where it is missing or unknown.
    pub fn take(section: &mut Section<'_>) -> Result<Self, Fault> {
        let kinds = [Kind::Laplace, Kind::Gaussian];
        let name: String = section.required("kind")?;
        kinds.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            let hint = match nearest(&name, kinds.map(Kind::name)) {
                Some(close) => format!("did you mean \"{close}\"?"),
                None => format!("known here: {}", kinds.map(Kind::name).join(", ")),
            };
            section.fault_at("kind", format!("unknown kind \"{name}\""), hint)
        })
    }

    /// The kind as a schema names it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Laplace => "laplace",
            Kind::Gaussian => "gaussian",
        }
    }

    /// An amount of scale one: by the inverse of the distribution, or by Box and Muller ("A note on the generation of
    /// random normal deviates", 1958).
    pub fn amount(self, hash: &[u8; 32]) -> f64 {
        let [one, other] = [word::<0>(hash), word::<1>(hash)];
        let logarithm = libm::log(above_zero(one));
        match self {
            Kind::Laplace if other % 2 == 0 => -logarithm,
            Kind::Laplace => logarithm,
            Kind::Gaussian => (-2.0 * logarithm).sqrt() * libm::cos(TAU * above_zero(other)),
        }
    }
}

/// A number from 2^-53 to 1, of the upper 53 bits.
fn above_zero(word: u64) -> f64 {
    ((word >> 11) + 1) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(one: u64, other: u64) -> [u8; 32] {
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&one.to_le_bytes());
        hash[8..16].copy_from_slice(&other.to_le_bytes());
        hash
    }

    #[test]
    fn ends_of_the_bits_are_numbers() {
        assert_eq!(Kind::Laplace.amount(&hash(u64::MAX, 0)), 0.0);
        assert_eq!(Kind::Laplace.amount(&hash(0, 1)), -36.736_800_569_677_1);
        assert_eq!(Kind::Gaussian.amount(&hash(u64::MAX, 5)), 0.0);
        assert!(Kind::Gaussian.amount(&hash(0, u64::MAX)) < 8.6);
    }

    /// Half of all uniform numbers are below one half: the median of an amount without its sign is ln 2.
    #[test]
    fn amounts_are_those_of_the_formulas_to_the_last_bit() {
        let half = (1 << 63) - (1 << 11);
        assert_eq!(Kind::Laplace.amount(&hash(half, 0)).to_bits(), std::f64::consts::LN_2.to_bits());
        let eighth = (1 << 61) - (1 << 11);
        assert_eq!(Kind::Gaussian.amount(&hash(half, eighth)).to_bits(), 0x3fea_a449_9161_cd48);
    }
}
