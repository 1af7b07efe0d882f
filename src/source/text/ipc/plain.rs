//! Types and arrays in the one form in which a schema can declare them.
//!
//! Arrow has several ways to write down the same values: texts with long offsets or as views, lists of a fixed size, dictionaries,
//! moments of four units. Writers choose by habit (Polars views, pandas nanoseconds), and a schema knows one of each.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, GenericListArray, ListArray, MapArray, OffsetSizeTrait, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Date32Type, Date64Type, Field, FieldRef, Fields, TimeUnit};
use arrow::error::ArrowError;

use super::super::error::Fault;

/// The plain form of a type: every value of the type is one of this, digits of a moment beyond microseconds aside.
pub(super) fn plain_type(data_type: &DataType) -> DataType {
    use DataType::*;
    match data_type {
        Dictionary(_, values) => plain_type(values),
        LargeUtf8 | Utf8View => Utf8,
        LargeBinary | BinaryView => Binary,
        Float16 | Float32 => Float64,
        // Both are days, one counts them in milliseconds.
        Date64 => Date32,
        Decimal32(precision, scale) | Decimal64(precision, scale) => Decimal128(*precision, *scale),
        // A zone says how a moment is shown; it is stored in UTC.
        Timestamp(_, zone) => Timestamp(TimeUnit::Microsecond, zone.as_ref().map(|_| "UTC".into())),
        List(item) | LargeList(item) | FixedSizeList(item, _) => List(member("element", item, true)),
        Struct(fields) => Struct(fields.iter().map(|field| member(field.name(), field, true)).collect()),
        Map(entries, _) => Map(Arc::new(Field::new("key_value", pair(entries), false)), false),
        other => other.clone(),
    }
}

fn pair(entries: &FieldRef) -> DataType {
    match entries.data_type() {
        DataType::Struct(pair) if pair.len() == 2 => {
            DataType::Struct(Fields::from(vec![member("key", &pair[0], false), member("value", &pair[1], true)]))
        }
        other => other.clone(),
    }
}

fn member(name: &str, field: &FieldRef, nullable: bool) -> FieldRef {
    Field::new(name, plain_type(field.data_type()), nullable).into()
}

/// The rows of an array as one of a plain type; of lists and maps no item that no row holds.
///
/// # Errors
/// Where a value is none of the type, or an array contradicts itself.
pub(super) fn plain(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, ArrowError> {
    let nulls = array.nulls().cloned();
    match (array.data_type(), to) {
        (DataType::Struct(_), DataType::Struct(fields)) => structure(array.as_struct(), fields),
        (DataType::List(_), DataType::List(item)) => list(array.as_list::<i32>(), item),
        (DataType::LargeList(_), DataType::List(item)) => list(array.as_list::<i64>(), item),
        (DataType::FixedSizeList(_, size), DataType::List(item)) => {
            let size = usize::try_from(*size).map_err(|_| ArrowError::ComputeError("a negative size".into()))?;
            let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(size, array.len()));
            of_items(offsets, array.as_fixed_size_list().values(), item, nulls)
        }
        (DataType::Map(..), DataType::Map(entries, sorted)) => map(array.as_map(), entries, *sorted),
        (from, to) if from == to => Ok(array.clone()),
        (from, DataType::Date32) if is_in_milliseconds(from) => days(array),
        // What does not fit fails; it does not become null.
        (_, to) => cast_with_options(array, to, &CastOptions { safe: false, ..CastOptions::default() }),
    }
}

fn is_in_milliseconds(date: &DataType) -> bool {
    match date {
        DataType::Dictionary(_, values) => is_in_milliseconds(values),
        date => *date == DataType::Date64,
    }
}

/// Dates that are counted in milliseconds; what has a time of day is none.
fn days(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    const DAY: i64 = 86_400_000;
    let day = |at: i64| i32::try_from(at / DAY).ok().filter(|_| at % DAY == 0);
    let day = |at| day(at).ok_or_else(|| ArrowError::ExternalError(Box::new(Fault::PartOfDay)));
    let dates = cast_with_options(array, &DataType::Date64, &CastOptions { safe: false, ..CastOptions::default() })?;
    Ok(Arc::new(dates.as_primitive::<Date64Type>().try_unary::<_, Date32Type, _>(day)?))
}

/// Members are found by their names: writers put them in another order.
fn structure(array: &StructArray, fields: &Fields) -> Result<ArrayRef, ArrowError> {
    let missing = || ArrowError::SchemaError("a member is missing".into());
    let named = |field: &FieldRef| array.column_by_name(field.name()).ok_or_else(missing);
    let made = of_members(array, fields.iter().map(named).collect::<Result<_, _>>()?, fields)?;
    Ok(Arc::new(made))
}

fn of_members(array: &StructArray, members: Vec<&ArrayRef>, fields: &Fields) -> Result<StructArray, ArrowError> {
    let members = members.into_iter().zip(fields).map(|(member, field)| plain(member, field.data_type()));
    let (members, nulls) = (members.collect::<Result<_, _>>()?, array.nulls().cloned());
    StructArray::try_new_with_length(fields.clone(), members, nulls, array.len())
}

fn list<O: OffsetSizeTrait>(array: &GenericListArray<O>, item: &FieldRef) -> Result<ArrayRef, ArrowError> {
    let (first, last) = (array.offsets()[0].as_usize(), array.offsets()[array.len()].as_usize());
    of_items(rebased(array.offsets()), &array.values().slice(first, last - first), item, array.nulls().cloned())
}

fn of_items(
    offsets: OffsetBuffer<i32>,
    items: &ArrayRef,
    item: &FieldRef,
    nulls: Option<NullBuffer>,
) -> Result<ArrayRef, ArrowError> {
    Ok(Arc::new(ListArray::try_new(item.clone(), offsets, plain(items, item.data_type())?, nulls)?))
}

fn map(array: &MapArray, entries: &FieldRef, sorted: bool) -> Result<ArrayRef, ArrowError> {
    let (first, last) = (array.offsets()[0] as usize, array.offsets()[array.len()] as usize);
    let held = array.entries().slice(first, last - first);
    let DataType::Struct(pair) = entries.data_type() else {
        return Err(ArrowError::SchemaError("a map has no pair".into()));
    };
    // Key and value, whatever they are called.
    let pairs = of_members(&held, held.columns().iter().collect(), pair)?;
    let made = MapArray::try_new(entries.clone(), rebased(array.offsets()), pairs, array.nulls().cloned(), sorted)?;
    Ok(Arc::new(made))
}

/// Offsets of 32 bits that begin at zero; a message is too short for more.
fn rebased<O: OffsetSizeTrait>(offsets: &OffsetBuffer<O>) -> OffsetBuffer<i32> {
    OffsetBuffer::from_lengths(offsets.windows(2).map(|pair| pair[1].as_usize() - pair[0].as_usize()))
}

/// The most bytes that the plain form of a row has beyond what is stored for it: one text of a dictionary or a view can stand
/// in many rows.
pub(super) fn longest(array: &dyn Array) -> usize {
    let items = |offsets: &mut dyn Iterator<Item = usize>, values: &dyn Array| {
        longest(values).saturating_mul(offsets.max().unwrap_or(0))
    };
    match array.data_type() {
        DataType::Dictionary(..) => of_dictionary(array),
        DataType::Utf8View => {
            array.as_string_view().views().iter().map(|view| *view as u32 as usize).max().unwrap_or(0)
        }
        DataType::BinaryView => {
            array.as_binary_view().views().iter().map(|view| *view as u32 as usize).max().unwrap_or(0)
        }
        DataType::Struct(_) => array.as_struct().columns().iter().map(|column| longest(column.as_ref())).sum(),
        DataType::List(_) => items(&mut lengths(array.as_list::<i32>().offsets()), array.as_list::<i32>().values()),
        DataType::LargeList(_) => {
            items(&mut lengths(array.as_list::<i64>().offsets()), array.as_list::<i64>().values())
        }
        DataType::FixedSizeList(_, size) => {
            items(&mut std::iter::once(*size as usize), array.as_fixed_size_list().values())
        }
        DataType::Map(..) => items(&mut lengths(array.as_map().offsets()), array.as_map().entries()),
        _ => 0,
    }
}

fn of_dictionary(array: &dyn Array) -> usize {
    let Some(dictionary) = array.as_any_dictionary_opt() else { return 0 };
    let values = dictionary.values();
    let most = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0);
    match values.data_type() {
        DataType::Utf8 => most(&mut lengths(values.as_string::<i32>().offsets())),
        DataType::LargeUtf8 => most(&mut lengths(values.as_string::<i64>().offsets())),
        DataType::Binary => most(&mut lengths(values.as_binary::<i32>().offsets())),
        DataType::LargeBinary => most(&mut lengths(values.as_binary::<i64>().offsets())),
        DataType::Utf8View | DataType::BinaryView => longest(values),
        data_type => data_type.primitive_width().unwrap_or_else(|| values.get_buffer_memory_size()),
    }
}

fn lengths<O: OffsetSizeTrait>(offsets: &OffsetBuffer<O>) -> impl Iterator<Item = usize> {
    offsets.windows(2).map(|pair| pair[1].as_usize() - pair[0].as_usize())
}
