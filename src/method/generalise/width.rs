//! Numbers down to a multiple of a width.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowNativeTypeOp, ArrowPrimitiveType, AsArray};
use arrow::datatypes::{
    ArrowNativeType, DataType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, Int8Type,
    Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};

use super::{positive, refusal};
use crate::document::{Fault, Section};
use crate::method::values::map_floats;
use crate::method::{ApplyError, Context, Method, Outcome, Unsupported, options_text};

/// Takes `width`, where it is given.
pub fn take(section: &mut Section<'_>) -> Result<Option<Box<dyn Method>>, Fault> {
    Ok(positive(section, "width")?.map(|width| Box::new(Width(width)) as Box<dyn Method>))
}

struct Width(u64);

impl Method for Width {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if takes(input, self.0) {
            return Ok(Outcome::becomes(input.clone()));
        }
        let way_out = if self.0 == 1 {
            "`width` takes numbers, and whole numbers from width 2"
        } else {
            "`width` takes numbers; text takes `prefix`, dates and times take `to`"
        };
        Err(refusal(input, way_out))
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        Ok(floor(input, self.0))
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    fn coarser(&self) -> Option<Box<dyn Method>> {
        self.0.checked_mul(2).map(|width| Box::new(Width(width)) as Box<dyn Method>)
    }

    fn words(&self) -> String {
        format!("rounded down to a multiple of {}", self.0)
    }

    fn options(&self) -> String {
        options_text(&[("width", &self.0.to_string())])
    }
}

/// Whether numbers of the type can be made coarser by this width; whole ones cannot by 1.
fn takes(data_type: &DataType, width: u64) -> bool {
    use DataType::*;
    match data_type {
        Decimal32(_, scale) | Decimal64(_, scale) | Decimal128(_, scale) | Decimal256(_, scale) => {
            *scale > 0 || (*scale == 0 && width > 1)
        }
        float if float.is_floating() => true,
        whole => whole.is_integer() && width > 1,
    }
}

/// Every number down to the multiple of `width` at or below it.
fn floor(array: &ArrayRef, width: u64) -> ArrayRef {
    use DataType::*;
    match array.data_type() {
        Int8 => wholes::<Int8Type>(array, width),
        Int16 => wholes::<Int16Type>(array, width),
        Int32 => wholes::<Int32Type>(array, width),
        Int64 => wholes::<Int64Type>(array, width),
        UInt8 => wholes::<UInt8Type>(array, width),
        UInt16 => wholes::<UInt16Type>(array, width),
        UInt32 => wholes::<UInt32Type>(array, width),
        UInt64 => wholes::<UInt64Type>(array, width),
        Decimal32(precision, scale) => decimals::<Decimal32Type>(array, width, *precision, *scale),
        Decimal64(precision, scale) => decimals::<Decimal64Type>(array, width, *precision, *scale),
        Decimal128(precision, scale) => decimals::<Decimal128Type>(array, width, *precision, *scale),
        Decimal256(precision, scale) => decimals::<Decimal256Type>(array, width, *precision, *scale),
        Float16 | Float32 | Float64 => {
            let width = width as f64;
            map_floats(array, |_, value| Some((value / width).floor() * width))
        }
        _ => unreachable!("the plan takes numbers only"),
    }
}

fn wholes<T: ArrowPrimitiveType>(array: &ArrayRef, width: u64) -> ArrayRef {
    let step = whole(width);
    Arc::new(array.as_primitive::<T>().unary::<_, T>(|value| edge(value, step, T::Native::MIN_TOTAL_ORDER)))
}

fn decimals<T: DecimalType>(array: &ArrayRef, width: u64, precision: u8, scale: i8) -> ArrayRef {
    let power = |exponent| T::Native::usize_as(10).pow_checked(exponent).ok();
    let one = power(u32::from(scale.unsigned_abs()));
    let step = one.and_then(|one| whole::<T::Native>(width)?.mul_checked(one).ok());
    // The least number of the precision, `-(10^precision - 1)`.
    let lowest = power(precision.into()).map_or(T::Native::MIN_TOTAL_ORDER, |end| T::Native::ONE.sub_wrapping(end));
    let floored = array.as_primitive::<T>().unary::<_, T>(|value| edge(value, step, lowest));
    Arc::new(floored.with_data_type(array.data_type().clone()))
}

/// The width as a number of the type; none where the type cannot hold it.
fn whole<N: ArrowNativeType>(width: u64) -> Option<N> {
    let width = usize::try_from(width).ok()?;
    N::from_usize(width).filter(|number| number.to_usize() == Some(width))
}

/// The multiple of `step` at or below a value, or `lowest` above it; a step the type cannot hold is beyond all values.
fn edge<N: ArrowNativeTypeOp>(value: N, step: Option<N>, lowest: N) -> N {
    let Some(step) = step else { return if value.is_lt(N::ZERO) { lowest } else { N::ZERO } };
    let over = value.mod_wrapping(step);
    let over = if over.is_lt(N::ZERO) { over.add_wrapping(step) } else { over };
    value.sub_checked(over).ok().filter(|edge| edge.is_ge(lowest)).unwrap_or(lowest)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Decimal128Array, Float16Array, Float64Array, Int8Array, Int64Array, UInt8Array};
    use arrow::datatypes::{Float64Type, i256};
    use half::f16;
    use proptest::prelude::*;

    use super::*;

    fn floored(array: impl Array + 'static, width: u64) -> ArrayRef {
        floor(&(Arc::new(array) as ArrayRef), width)
    }

    #[test]
    fn whole_numbers_go_down_and_stay_in_their_type() {
        assert_eq!(
            floored(Int64Array::from(vec![19, -1, 20, 0]), 10).as_primitive(),
            &Int64Array::from(vec![10, -10, 20, 0])
        );
        assert_eq!(floored(Int8Array::from(vec![-125, 127]), 10).as_primitive(), &Int8Array::from(vec![-128, 120]));
        assert_eq!(floored(Int8Array::from(vec![-1, 127]), 1000).as_primitive(), &Int8Array::from(vec![-128, 0]));
        assert_eq!(floored(UInt8Array::from(vec![255]), 256).as_primitive(), &UInt8Array::from(vec![0]));
        assert_eq!(floored(Int64Array::from(vec![i64::MIN]), 7).as_primitive(), &Int64Array::from(vec![i64::MIN]));
    }

    #[test]
    fn decimals_go_down_within_their_precision() {
        let array = |values: Vec<i128>| Decimal128Array::from(values).with_data_type(DataType::Decimal128(4, 2));
        let floored = floored(array(vec![12_34, -1, -99_99]), 10);
        assert_eq!(floored.as_primitive(), &array(vec![10_00, -10_00, -99_99]));
        assert_eq!(edge(i256::from_i128(-7), whole(5), i256::MIN), i256::from_i128(-10));
    }

    #[test]
    fn floats_go_down_and_lose_odd_bits() {
        let odd = f64::from_bits(f64::NAN.to_bits() | 42);
        let floored = floored(Float64Array::from(vec![19.5, -0.5, -0.0, f64::INFINITY, odd]), 10);
        let bits: Vec<u64> =
            floored.as_primitive::<Float64Type>().values().iter().map(|value| value.to_bits()).collect();
        assert_eq!(bits, [10.0, -10.0, 0.0, f64::INFINITY, f64::NAN].map(f64::to_bits));
        let lowest = Float16Array::from(vec![f16::MIN]);
        assert_eq!(super::floor(&(Arc::new(lowest.clone()) as ArrayRef), 1_000).as_primitive(), &lowest);
    }

    proptest! {
        #[test]
        fn edge_is_a_multiple_at_or_below(value in any::<i32>(), width in 2u64..10_000) {
            let edge = edge(i64::from(value), whole(width), i64::MIN);
            let width = width as i64;
            prop_assert!(edge % width == 0 && edge <= value.into() && i64::from(value) - edge < width);
        }
    }
}
