//! Records become batches of the planned columns.

use arrow::array::RecordBatch;
use arrow::datatypes::{Field, SchemaRef};

use super::super::Limits;
use super::super::error::{Count, Fault, TextError};
use super::super::input::Input;
use super::super::leaf::{Leaf, leaf};
use super::header;
use super::record::{Record, Records};
use crate::schema::{Dialect, Header};

/// The rows of a CSV text.
pub(in super::super) struct Rows {
    records: Records,
    record: Record,
    /// Whether the record is a row that was read already.
    is_ahead: bool,
    columns: Vec<Column>,
    schema: SchemaRef,
    limits: Limits,
    null: String,
    /// The first blank line since the last record.
    blank: Option<u64>,
}

/// A column that is being filled.
struct Column {
    /// Which field of a record it is.
    place: usize,
    field: Field,
    leaf: Box<dyn Leaf>,
}

impl Column {
    fn new((place, field): (usize, &Field)) -> Result<Self, TextError> {
        let unsupported = || TextError::of_column(field.name(), Fault::Unsupported(field.data_type().to_string()));
        Ok(Column { place, field: field.clone(), leaf: leaf(field.data_type()).ok_or_else(unsupported)? })
    }

    fn add(&mut self, (text, is_quoted): (&[u8], bool), null: &str) -> Result<(), Fault> {
        if !is_quoted && text == null.as_bytes() {
            return self.null();
        }
        let text = std::str::from_utf8(text).map_err(|_| Fault::NotUtf8)?;
        self.leaf.text(text).map_err(|_| Fault::wrong_type(self.field.data_type()))
    }

    fn null(&mut self) -> Result<(), Fault> {
        if !self.field.is_nullable() {
            return Err(Fault::Missing);
        }
        self.leaf.null();
        Ok(())
    }
}

impl Rows {
    /// Reads the header, where there is one.
    pub(in super::super) fn open(
        input: Input,
        dialect: &Dialect,
        schema: SchemaRef,
        limits: Limits,
    ) -> Result<Self, TextError> {
        if !dialect.is_clear() {
            return Err(Fault::BadDialect.into());
        }
        let fields = schema.fields().iter().map(AsRef::as_ref).enumerate();
        let mut columns = fields.map(Column::new).collect::<Result<Vec<_>, _>>()?;
        let mut records = Records::new(input, dialect, limits, columns.len());
        let mut record = Record::default();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let first = read_first(&mut records, &mut record, &names);
        let first = if dialect.header == Header::Absent { first } else { first.map_err(of_header) };
        // Writers of many objects leave some without a byte: they hold no row, and nothing contradicts the names.
        let is_there = first?;
        match dialect.header {
            Header::Given if is_there => {
                let places = header::places(&record, &names)?;
                columns.iter_mut().zip(places).for_each(|(column, place)| column.place = place);
            }
            Header::Skipped if is_there => header::is_as_wide(&record, names.len())?,
            _ => {}
        }
        let (is_ahead, null) = (is_there && dialect.header == Header::Absent, dialect.null.clone());
        Ok(Rows { records, record, is_ahead, columns, schema, limits, null, blank: None })
    }

    /// The next batch; none at the end.
    pub(in super::super) fn batch(&mut self) -> Result<Option<RecordBatch>, TextError> {
        let (mut rows, mut bytes) = (0, 0);
        while rows < self.limits.batch_rows && bytes < self.limits.batch_bytes && self.next()? {
            self.fill()?;
            rows += 1;
            bytes += self.record.bytes() + self.columns.len();
        }
        if rows == 0 {
            return Ok(None);
        }
        let arrays = self.columns.iter_mut().map(|column| column.leaf.finish()).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays);
        batch.map(Some).map_err(|_| Fault::OtherSchema.into())
    }

    /// Reads a record that is a row.
    fn next(&mut self) -> Result<bool, TextError> {
        let planned = self.columns.len();
        while std::mem::take(&mut self.is_ahead) || self.records.read(&mut self.record)? {
            if planned > 1 && self.record.is_blank() {
                self.blank.get_or_insert(self.record.line);
                continue;
            }
            if let Some(line) = self.blank {
                return Err(TextError::at(line, Fault::BlankLine));
            }
            let found = Count::Exactly(self.record.width());
            return match self.record.width() == planned {
                true => Ok(true),
                false => Err(TextError::at(self.record.line, Fault::Ragged { found, planned })),
            };
        }
        Ok(false)
    }

    /// Adds the record to the columns.
    fn fill(&mut self) -> Result<(), TextError> {
        let record = &self.record;
        self.columns.iter_mut().try_for_each(|column| {
            let added = column.add(record.field(column.place), &self.null);
            added.map_err(|fault| TextError::within(record.line_of(column.place), column.field.name(), fault))
        })
    }
}

/// Reads the first record that is not the line that tells the delimiter; whether there is one.
fn read_first(records: &mut Records, record: &mut Record, names: &[&str]) -> Result<bool, TextError> {
    let is_there = records.read(record)?;
    if header::is_directive(record, names) { records.read(record) } else { Ok(is_there) }
}

fn of_header(error: TextError) -> TextError {
    match error.fault {
        Fault::Ragged { found, planned } => TextError { fault: Fault::HeaderWidth { found, planned }, ..error },
        _ => error,
    }
}
