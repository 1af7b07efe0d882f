//! The rows of a column together with those of the leaves that its methods look at.

use arrow::array::{ArrayRef, BooleanArray, new_empty_array};
use arrow::compute::{concat, filter};

use crate::method::Extent;
use crate::plan::{ColumnPlan, FileError, Place, TablePlan};
use crate::source::{ColumnStream, RawBatch, RowGroup};

/// A reader of one column and its companions that remembers where it stands.
pub struct Rows<'p> {
    own: ColumnStream<'p>,
    beside: Vec<Neighbour<'p>>,
    extent: Extent,
    /// Whether some rows are deleted, so that nobody may take them all.
    has_deletes: bool,
}

/// A leaf that methods look at.
enum Neighbour<'p> {
    /// Of the column itself, which is read anyway.
    Own(&'p Place),
    Other(ColumnStream<'p>),
}

impl<'p> Neighbour<'p> {
    fn new(
        group: &RowGroup<'p>,
        table: &'p TablePlan,
        column: &ColumnPlan,
        place: &'p Place,
    ) -> Result<Self, FileError> {
        let there = &table.columns[place.column];
        match std::ptr::eq(there, column) {
            true => Ok(Neighbour::Own(place)),
            false => ColumnStream::leaf(group, there, place).map(Neighbour::Other),
        }
    }

    /// Its values in the next rows, those of the column itself.
    fn next(&mut self, column: &ArrayRef) -> Result<ArrayRef, FileError> {
        match self {
            Neighbour::Own(place) => place.values(column),
            Neighbour::Other(stream) => gathered(stream, column.len()),
        }
    }

    fn end(self) -> Result<(), FileError> {
        match self {
            Neighbour::Own(_) => Ok(()),
            Neighbour::Other(stream) => stream.end(),
        }
    }
}

impl<'p> Rows<'p> {
    /// A reader at the first row.
    ///
    /// # Errors
    /// Where the first pages are damaged or too large.
    pub fn new(group: &RowGroup<'p>, table: &'p TablePlan, column: &'p ColumnPlan) -> Result<Self, FileError> {
        let beside = column.beside.iter().map(|place| Neighbour::new(group, table, column, place));
        let beside = beside.collect::<Result<_, _>>()?;
        let own = if column.texts_in_place { ColumnStream::in_place } else { ColumnStream::new };
        let has_deletes = group.stays(0..0).is_some();
        Ok(Rows { own: own(group, column)?, beside, extent: column.extent, has_deletes })
    }

    /// Hands the next `rows` rows to `each`, of them only the chosen: in batches, or all at once where a method needs to
    /// see them so.
    ///
    /// # Errors
    /// Where a page is damaged or too large, rows are missing, or `each` fails.
    pub fn take<E: From<FileError>>(
        &mut self,
        rows: usize,
        chosen: Option<&BooleanArray>,
        mut each: impl FnMut(RawBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        let Rows { own, beside, extent, has_deletes } = self;
        if *has_deletes && chosen.is_none() {
            return Err(FileError::Damaged("deleted rows are not left out").into());
        }
        let mut at = 0;
        let mut joined = |array: ArrayRef| {
            let beside = beside.iter_mut().map(|leaf| leaf.next(&array)).collect::<Result<_, _>>()?;
            let raw = RawBatch { array, beside };
            let (start, length) = (at, raw.rows());
            at += length;
            match chosen {
                Some(chosen) => each(only(&raw, &chosen.slice(start, length))?),
                None => each(raw),
            }
        };
        match extent {
            Extent::RowGroup => joined(gathered(own, rows)?),
            Extent::Value => own.take(rows, |raw| joined(raw.array)),
        }
    }

    /// Makes sure that no row is left.
    ///
    /// # Errors
    /// Where one is.
    pub fn end(self) -> Result<(), FileError> {
        self.own.end()?;
        self.beside.into_iter().try_for_each(Neighbour::end)
    }
}

/// Some columns of a row group, read together.
pub struct Asked<'p>(Vec<ColumnStream<'p>>);

impl<'p> Asked<'p> {
    /// A reader of these of the table's columns, at the first row.
    ///
    /// # Errors
    /// Where the first pages are damaged or too large.
    pub fn new(group: &RowGroup<'p>, table: &'p TablePlan, columns: &[usize]) -> Result<Self, FileError> {
        let streams = columns.iter().map(|index| ColumnStream::new(group, &table.columns[*index]));
        streams.collect::<Result<_, _>>().map(Asked)
    }

    /// The next `rows` rows; none where no column is read.
    ///
    /// # Errors
    /// Where a page is damaged or too large, or rows are missing.
    pub fn take(&mut self, rows: usize) -> Result<Option<RawBatch>, FileError> {
        let Some((first, others)) = self.0.split_first_mut() else { return Ok(None) };
        let array = gathered(first, rows)?;
        let beside = others.iter_mut().map(|stream| gathered(stream, rows)).collect::<Result<_, _>>()?;
        Ok(Some(RawBatch { array, beside }))
    }

    /// Makes sure that no row is left.
    ///
    /// # Errors
    /// Where one is.
    pub fn end(self) -> Result<(), FileError> {
        self.0.into_iter().try_for_each(ColumnStream::end)
    }
}

/// The chosen rows of a batch.
pub(super) fn only(raw: &RawBatch, chosen: &BooleanArray) -> Result<RawBatch, FileError> {
    let of = |array: &ArrayRef| filter(array, chosen).map_err(|_| FileError::Damaged("rows cannot be chosen"));
    Ok(RawBatch { array: of(&raw.array)?, beside: raw.beside.iter().map(of).collect::<Result<_, _>>()? })
}

/// The next `rows` rows of a column as one array.
fn gathered(stream: &mut ColumnStream<'_>, rows: usize) -> Result<ArrayRef, FileError> {
    let mut pieces: Vec<ArrayRef> = Vec::with_capacity(1);
    stream.take::<FileError>(rows, |raw| {
        pieces.push(raw.array);
        Ok(())
    })?;
    match pieces.as_slice() {
        [] => Ok(new_empty_array(stream.data_type())),
        [piece] => Ok(piece.clone()),
        _ => {
            let pieces: Vec<_> = pieces.iter().map(AsRef::as_ref).collect();
            concat(&pieces).map_err(|_| FileError::TooLarge("a row group of a method that sees it at once".into()))
        }
    }
}
