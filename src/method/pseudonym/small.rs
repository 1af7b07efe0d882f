//! Types that have few values by nature: who can try all of them, or count them, needs no key.

use arrow::datatypes::DataType;

pub const WAY_OUT: &str = "it has so few values that a code can be guessed from how often it occurs; use `generalise`, \
     `shift_date` for dates, `fpe` for numbers, or say why that is no harm: small_domain = \"...\"";

/// Whether a type holds fewer values than 10⁶, or than there are days, or milliseconds in a day.
///
/// A time of day is a small domain in any unit: clocks are read in seconds, of which there are 86,400.
pub fn is_small(data_type: &DataType) -> bool {
    use DataType::*;
    match data_type {
        Boolean | Int8 | UInt8 | Int16 | UInt16 | Date32 | Date64 | Time32(_) | Time64(_) => true,
        // Of six digits, with either sign, there are more than 10⁶.
        Decimal32(precision, _) | Decimal64(precision, _) | Decimal128(precision, _) | Decimal256(precision, _) => {
            *precision <= 5
        }
        FixedSizeBinary(length) => *length <= 2,
        _ => false,
    }
}
