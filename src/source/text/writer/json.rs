//! Rows as JSON objects; every key stands in each of them, nulls included.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, FieldRef};

use super::super::error::{Fault, TextError};
use super::spell::{Spell, spell};

/// How objects stand in the text.
pub(super) enum Json {
    Lines,
    /// So many were written.
    Array {
        rows: usize,
    },
}

impl Json {
    /// Writes the rows of a batch.
    pub(super) fn write(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), TextError> {
        let columns = fields(batch.schema_ref().fields(), batch.columns())?;
        for row in 0..batch.num_rows() {
            self.begin(out);
            object(&columns, row, out)?;
            if matches!(self, Json::Lines) {
                out.push(b'\n');
            }
        }
        Ok(())
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if let Json::Array { rows } = self {
            out.extend_from_slice(if *rows == 0 { b"[\n" } else { b",\n" });
            *rows += 1;
        }
    }

    /// Writes what stands behind the last row.
    pub(super) fn end(self, out: &mut Vec<u8>) {
        if let Json::Array { rows } = self {
            out.extend_from_slice(if rows == 0 { b"[]\n" } else { b"\n]\n" });
        }
    }
}

/// The fields of an object: name, key and colon as they are written, value.
type Columns<'a> = Vec<(&'a str, Vec<u8>, Spell<'a>)>;

fn fields<'a>(fields: &'a [FieldRef], arrays: &'a [arrow::array::ArrayRef]) -> Result<Columns<'a>, TextError> {
    let column = |(field, array): (&'a FieldRef, &'a arrow::array::ArrayRef)| {
        let unsupported = || TextError::of_column(field.name(), Fault::Unsupported(field.data_type().to_string()));
        let mut key = Vec::new();
        text(field.name(), &mut key)?;
        key.push(b':');
        Ok((field.name().as_str(), key, value(array.as_ref()).ok_or_else(unsupported)?))
    };
    fields.iter().zip(arrays).map(column).collect()
}

fn object(columns: &Columns<'_>, row: usize, out: &mut Vec<u8>) -> Result<(), TextError> {
    out.push(b'{');
    for (place, (name, key, value)) in columns.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(key);
        value(row, out).map_err(|fault| TextError::of_column(name, fault))?;
    }
    out.push(b'}');
    Ok(())
}

fn text(text: &str, out: &mut Vec<u8>) -> Result<(), Fault> {
    serde_json::to_writer(out, text).map_err(|_| Fault::Inexpressible("it is no text"))
}

/// How the values of an array are written; none for types that JSON does not carry.
fn value(array: &dyn Array) -> Option<Spell<'_>> {
    let present = present(array)?;
    Some(Box::new(move |row, out| {
        if array.is_null(row) {
            out.extend_from_slice(b"null");
            return Ok(());
        }
        present(row, out)
    }))
}

fn present(array: &dyn Array) -> Option<Spell<'_>> {
    Some(match array.data_type() {
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            Box::new(|row, out| text(array.value(row), out))
        }
        DataType::Date32 | DataType::Timestamp(..) => {
            let spell = spell(array)?;
            Box::new(move |row, out| {
                out.push(b'"');
                spell(row, out)?;
                out.push(b'"');
                Ok(())
            })
        }
        DataType::Struct(names) => {
            let columns = fields(names, array.as_struct().columns()).ok()?;
            Box::new(move |row, out| object(&columns, row, out).map_err(|error| error.fault))
        }
        DataType::List(_) => {
            let (list, item) = (array.as_list::<i32>(), value(array.as_list::<i32>().values().as_ref())?);
            Box::new(move |row, out| {
                let ends = list.value_offsets();
                items(ends[row]..ends[row + 1], [b'[', b']'], out, |place, out| item(place, out))
            })
        }
        DataType::Map(..) => {
            let map = array.as_map();
            let (keys, item) = (map.keys().as_string_opt::<i32>()?, value(map.values().as_ref())?);
            Box::new(move |row, out| {
                let ends = map.value_offsets();
                items(ends[row]..ends[row + 1], [b'{', b'}'], out, |place, out| {
                    text(keys.value(place), out)?;
                    out.push(b':');
                    item(place, out)
                })
            })
        }
        _ => spell(array)?,
    })
}

fn items(
    places: std::ops::Range<i32>,
    [open, close]: [u8; 2],
    out: &mut Vec<u8>,
    mut item: impl FnMut(usize, &mut Vec<u8>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    out.push(open);
    for place in places.clone() {
        if place > places.start {
            out.push(b',');
        }
        item(usize::try_from(place).unwrap_or_default(), out)?;
    }
    out.push(close);
    Ok(())
}
