//! Rows as records of CSV.

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::Schema;

use super::super::csv::{Dialect, Escape, Header};
use super::super::error::{Fault, TextError};
use super::spell::{Spell, spell};

/// Writes records.
pub(super) struct Csv {
    dialect: Dialect,
    /// The text of the field that is being written.
    field: Vec<u8>,
}

impl Csv {
    /// Writes the header, where the dialect has one.
    pub(super) fn start(dialect: &Dialect, schema: &Schema, out: &mut Vec<u8>) -> Result<Self, TextError> {
        if !dialect.is_clear() {
            return Err(Fault::BadDialect.into());
        }
        let mut csv = Csv { dialect: dialect.clone(), field: Vec::new() };
        if dialect.header == Header::Absent {
            return Ok(csv);
        }
        for (place, field) in schema.fields().iter().enumerate() {
            csv.delimit(place, out);
            csv.field.clear();
            csv.field.extend_from_slice(field.name().as_bytes());
            csv.put(out).map_err(|fault| TextError::of_column(field.name(), fault))?;
        }
        out.push(b'\n');
        Ok(csv)
    }

    /// Writes the rows of a batch.
    pub(super) fn write(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), TextError> {
        let schema = batch.schema_ref();
        let columns: Vec<(&dyn Array, Spell<'_>)> = batch
            .columns()
            .iter()
            .zip(schema.fields())
            .map(|(array, field)| {
                let unsupported =
                    || TextError::of_column(field.name(), Fault::Unsupported(field.data_type().to_string()));
                Ok((array.as_ref(), spell(array).ok_or_else(unsupported)?))
            })
            .collect::<Result<_, TextError>>()?;
        for row in 0..batch.num_rows() {
            for (place, (array, spell)) in columns.iter().enumerate() {
                self.delimit(place, out);
                let put = self.value(*array, spell, row, out);
                put.map_err(|fault| TextError::of_column(schema.field(place).name(), fault))?;
            }
            out.push(b'\n');
        }
        Ok(())
    }

    fn delimit(&self, place: usize, out: &mut Vec<u8>) {
        if place > 0 {
            out.push(self.dialect.delimiter);
        }
    }

    fn value(&mut self, array: &dyn Array, spell: &Spell<'_>, row: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
        if array.is_null(row) {
            out.extend_from_slice(self.dialect.null.as_bytes());
            return Ok(());
        }
        self.field.clear();
        spell(row, &mut self.field)?;
        self.put(out)
    }

    /// Writes the field, in quotes where it needs them.
    fn put(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        if self.field.contains(&0) {
            return Err(Fault::Inexpressible("it holds a NUL character"));
        }
        if !self.dialect.needs_quotes(&self.field) {
            out.extend_from_slice(&self.field);
            return Ok(());
        }
        let quote = self.dialect.quote.ok_or(Fault::Inexpressible("it needs quotes, and the dialect has none"))?;
        out.push(quote);
        for &byte in &self.field {
            match self.dialect.escape {
                Escape::Doubled if byte == quote => out.push(quote),
                Escape::Backslash if byte == quote || byte == b'\\' => out.push(b'\\'),
                _ => {}
            }
            out.push(byte);
        }
        out.push(quote);
        Ok(())
    }
}
