//! The rows of one column of a row group, batch by batch, as many at a time as are wanted.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray, new_null_array};
use arrow::datatypes::{DataType, Field};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReader};
use parquet::arrow::{ProjectionMask, parquet_to_arrow_field_levels};

use crate::lake::Fit;
use crate::plan::{ColumnPlan, FileError, Origin, Place, contained};
use crate::source::RawBatch;
use crate::source::chunks::Chunks;
use crate::source::row_group::{BATCH_ROWS, RowGroup};
use crate::source::watched::WatchedGroup;

/// A reader of one column, or of one leaf of it, that remembers where it stands.
pub struct ColumnStream<'p> {
    /// Of the column as it is read.
    data_type: Cow<'p, DataType>,
    /// The leaf that is handed on and not the column, and its type.
    leaf: Option<(Cow<'p, Place>, &'p DataType)>,
    values: Values<'p>,
    /// Rows of the last batch that nobody wanted yet.
    pending: Option<RawBatch>,
}

enum Values<'p> {
    /// A partition key: one value, for so many more rows.
    Repeated(Option<&'p str>, usize),
    /// A column that the object does not have: what stands for it, for so many more rows, at most so many at once.
    Absent(&'p Fit, usize, usize),
    Decoded(Box<Decoded<'p>>),
}

/// A column that is decoded from its pages.
struct Decoded<'p> {
    reader: ParquetRecordBatchReader,
    chunks: Chunks,
    /// The column as the object has it.
    field: Arc<Field>,
    /// What makes it the table's, where it is another.
    fit: Option<&'p Fit>,
}

impl<'p> ColumnStream<'p> {
    /// A reader at the first row.
    ///
    /// # Errors
    /// Where the first pages are damaged or too large.
    pub fn new(group: &RowGroup<'p>, column: &'p ColumnPlan) -> Result<Self, FileError> {
        let values = match (column.origin, group.file.root(column), group.file.fit(column)) {
            (Origin::Partition, ..) => Values::Repeated(group.file.partition(column.field.name()), group.rows()),
            (Origin::File(_), Some(index), _) => {
                let mask = ProjectionMask::roots(group.footer.arrow.parquet_schema(), [index]);
                decoded(group, column, (index, mask), &group.footer.arrow)?
            }
            (Origin::File(_), None, Some(fit)) => {
                let most = group.limits.batch as usize / fit.width().max(1);
                Values::Absent(fit, group.rows(), most.clamp(1, BATCH_ROWS))
            }
            (Origin::File(_), None, None) => return Err(FileError::Damaged("a column is missing")),
        };
        Ok(ColumnStream { data_type: Cow::Borrowed(column.field.data_type()), leaf: None, values, pending: None })
    }

    /// A reader of one leaf, of which a row has one value: its neighbours are not decoded, unless the column has to be made
    /// the table's first.
    ///
    /// # Errors
    /// Where the first pages are damaged or too large.
    pub fn leaf(group: &RowGroup<'p>, column: &'p ColumnPlan, place: &'p Place) -> Result<Self, FileError> {
        let own = &column.leaves[place.leaf].leaf.data_type;
        let index = group.file.root(column).filter(|_| group.file.fit(column).is_none() && !place.is_column());
        let Some((index, leaf)) = index.zip(group.file.leaf(column, place.leaf)) else {
            return Ok(ColumnStream { leaf: Some((Cow::Borrowed(place), own)), ..ColumnStream::new(group, column)? });
        };
        let (place, data_type) = place.alone(column.field.data_type()).ok_or_else(other)?;
        let mask = ProjectionMask::leaves(group.footer.arrow.parquet_schema(), [leaf]);
        let values = decoded(group, column, (index, mask), &group.footer.arrow)?;
        let leaf = Some((Cow::Owned(place), own));
        Ok(ColumnStream { data_type: Cow::Owned(data_type), leaf, values, pending: None })
    }

    /// A reader at the first row that hands texts on where they lie in their pages, as views.
    ///
    /// # Errors
    /// Where the first pages are damaged or too large.
    pub fn in_place(group: &RowGroup<'p>, column: &'p ColumnPlan) -> Result<Self, FileError> {
        let Some(index) = group.file.root(column).filter(|_| group.file.fit(column).is_none()) else {
            return ColumnStream::new(group, column);
        };
        let arrow = group.footer.texts_in_place()?;
        let values = decoded(group, column, (index, ProjectionMask::roots(arrow.parquet_schema(), [index])), arrow)?;
        Ok(ColumnStream { data_type: Cow::Borrowed(&DataType::Utf8View), leaf: None, values, pending: None })
    }

    /// Hands the next `rows` rows to `each`, in batches.
    ///
    /// # Errors
    /// Where a page is damaged or too large, rows are missing, or `each` fails.
    pub fn take<E: From<FileError>>(
        &mut self,
        mut rows: usize,
        mut each: impl FnMut(RawBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        while rows > 0 {
            let batch = match self.pending.take() {
                Some(pending) => pending,
                None => self.next()?.ok_or(FileError::Damaged("a column has not the rows of its row group"))?,
            };
            let taken = batch.rows().min(rows);
            if taken < batch.rows() {
                self.pending = Some(RawBatch::alone(batch.array.slice(taken, batch.rows() - taken)));
            }
            rows -= taken;
            each(RawBatch::alone(batch.array.slice(0, taken)))?;
        }
        Ok(())
    }

    /// The type of what is handed on.
    pub fn data_type(&self) -> &DataType {
        self.leaf.as_ref().map_or(&*self.data_type, |(_, own)| own)
    }

    /// Makes sure that no row is left.
    ///
    /// # Errors
    /// Where one is.
    pub fn end(mut self) -> Result<(), FileError> {
        match self.pending.is_none() && self.next()?.is_none() {
            true => Ok(()),
            false => Err(FileError::Damaged("a column has not the rows of its row group")),
        }
    }

    fn next(&mut self) -> Result<Option<RawBatch>, FileError> {
        let array = match &mut self.values {
            Values::Repeated(value, left) => {
                let rows = BATCH_ROWS.min(*left);
                *left -= rows;
                (rows > 0).then(|| repeated(*value, rows))
            }
            Values::Absent(fit, left, most) => {
                let rows = (*most).min(*left);
                *left -= rows;
                (rows > 0).then(|| fitted(fit, None, rows, &self.data_type)).transpose()?
            }
            Values::Decoded(decoded) => decoded.next(&self.data_type)?,
        };
        let handed_on = |column: ArrayRef| match &self.leaf {
            Some((place, _)) => place.values(&column),
            None => Ok(column),
        };
        array.map(handed_on).transpose().map(|array| array.map(RawBatch::alone))
    }
}

fn decoded<'p>(
    group: &RowGroup<'p>,
    column: &ColumnPlan,
    (index, mask): (usize, ProjectionMask),
    arrow: &ArrowReaderMetadata,
) -> Result<Values<'p>, FileError> {
    let (chunks, fit) = (group.chunks(column), group.file.fit(column));
    let batch_rows = contained(|| group.batch_rows(column, &chunks))?;
    let reader = contained(|| {
        let levels = parquet_to_arrow_field_levels(arrow.parquet_schema(), mask, Some(arrow.schema().fields()))?;
        let watched =
            WatchedGroup { metadata: arrow.metadata(), group: group.metadata(), chunks: Arc::new(chunks.clone()) };
        // What a batch may hold is made room for before it is read.
        let rows = batch_rows.min(group.rows()).max(1);
        Ok(ParquetRecordBatchReader::try_new_with_row_groups(&levels, &watched, rows, None)?)
    });
    let reader = reader.map_err(|error| chunks.failure().unwrap_or(error))?;
    let field = arrow.schema().fields()[index].clone();
    Ok(Values::Decoded(Box::new(Decoded { reader, chunks, field, fit })))
}

impl Decoded<'_> {
    fn next(&mut self, data_type: &DataType) -> Result<Option<ArrayRef>, FileError> {
        let Decoded { reader, chunks, field, fit } = self;
        let failed = || chunks.failure().unwrap_or(FileError::Damaged("a column cannot be decoded"));
        let Some(batch) = contained(|| reader.next().transpose().map_err(|_| failed()))? else { return Ok(None) };
        let named = batch.schema().fields().first().is_some_and(|there| there.name() == field.name());
        match (batch.columns(), fit) {
            ([array], None) if named && array.data_type() == data_type => Ok(Some(array.clone())),
            ([array], Some(fit)) if named && array.data_type() == field.data_type() => {
                fitted(fit, Some(array), array.len(), data_type).map(Some)
            }
            _ => Err(other()),
        }
    }
}

fn other() -> FileError {
    FileError::Damaged("a column is not the one that was planned")
}

/// Rows of the object's column as the table's.
fn fitted(fit: &Fit, array: Option<&ArrayRef>, rows: usize, to: &DataType) -> Result<ArrayRef, FileError> {
    let made = contained(|| fit.apply(array, rows, to).map_err(|_| FileError::Damaged("a value is none of its type")))?;
    match made.data_type() == to && made.len() == rows {
        true => Ok(made),
        false => Err(other()),
    }
}

/// A partition key's value, for so many rows.
pub(super) fn repeated(value: Option<&str>, rows: usize) -> ArrayRef {
    match value {
        Some(value) => Arc::new(StringArray::from_iter_values(std::iter::repeat_n(value, rows))),
        None => new_null_array(&DataType::Utf8, rows),
    }
}
