//! Goes through the rows of a table as a run does, strip by strip: as they are, and as they will be.

use arrow::array::RecordBatch;
use arrow::compute::filter_record_batch;
use rayon::prelude::*;

use super::code::{Coded, Coder};
use super::looked::Looked;
use super::{RiskError, Setting};
use crate::method::Extent;
use crate::plan::{ColumnPlan, FileError, Part, Rows, SourceFile, TablePlan};
use crate::source::{self, RawBatch, Records, RowGroup};
use crate::transform::{Chosen, asked, choose, mask};

/// The most rows of a strip, where no method needs to see more at once.
const STRIP: usize = 64 * 1024;

/// Which rows are looked at, and what of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Those that a run would carry over.
    Leaving,
    /// Those that stay behind, too.
    All,
    /// Whose all of them are, and nothing else.
    Subjects,
}

/// Some rows: a leaf each, in the order of [`Looked::leaves`].
pub struct Strip {
    pub rows: usize,
    pub before: Vec<Coded>,
    /// None where the leaf is removed.
    pub after: Vec<Option<Coded>>,
    /// One a row, where the table has a subject.
    pub subjects: Option<Vec<u128>>,
}

/// What is done with a strip.
type Each<'e> = &'e mut dyn FnMut(Strip) -> Result<(), RiskError>;

/// A reader of one table.
pub struct Reader<'r> {
    setting: Setting<'r>,
    index: usize,
    table: &'r TablePlan,
    looked: &'r Looked,
    coder: Coder,
}

impl<'r> Reader<'r> {
    /// A reader of the plan's table of this place.
    pub fn new(setting: Setting<'r>, index: usize, looked: &'r Looked) -> Self {
        Reader { setting, index, table: &setting.plan.tables[index], looked, coder: Coder::default() }
    }

    /// Hands on every strip of the rows.
    ///
    /// # Errors
    /// Where an object cannot be read, a value cannot be masked, or `each` fails.
    pub fn each_strip(
        &self,
        look: Look,
        mut each: impl FnMut(Strip) -> Result<(), RiskError>,
    ) -> Result<(), RiskError> {
        let mut each = |strip: Strip| if strip.rows == 0 { Ok(()) } else { each(strip) };
        let parts: Vec<&Part> = self.setting.plan.parts.iter().filter(|part| part.table == self.index).collect();
        parts.chunk_by(|before, part| part.continues(before)).try_for_each(|parts| self.stretch(look, parts, &mut each))
    }

    /// Reads parts that go on where one another end.
    fn stretch(&self, look: Look, parts: &[&Part], each: Each<'_>) -> Result<(), RiskError> {
        let Some(first) = parts.first() else { return Ok(()) };
        let file = &self.table.files[first.file];
        let lengths: Vec<usize> = parts.iter().flat_map(|part| self.strips(look, length(&part.rows))).collect();
        match &first.rows {
            Rows::Groups(groups) => groups.clone().try_for_each(|group| {
                let rows = file.row_groups()[group].num_rows() as usize;
                self.pages(look, file, group, &self.strips(look, rows), each)
            }),
            Rows::Slice { group, .. } => self.pages(look, file, *group, &lengths, each),
            Rows::Records(_) => self.records(look, file, &lengths, each),
        }
    }

    /// Cuts rows into strips, unless a method has to see all of them at once.
    fn strips(&self, look: Look, rows: usize) -> Vec<usize> {
        let whole = self.columns(look).iter().any(|column| self.table.columns[*column].extent == Extent::RowGroup);
        let length = if whole && look != Look::Subjects { rows.max(1) } else { STRIP };
        (0..rows).step_by(length).map(|start| length.min(rows - start)).collect()
    }

    /// The columns whose values are looked at.
    fn columns(&self, look: Look) -> Vec<usize> {
        let leaves = if look == Look::Subjects { Vec::new() } else { self.looked.columns() };
        let subject = self.looked.subject.iter().map(|place| place.column).filter(|column| !leaves.contains(column));
        let subject: Vec<usize> = subject.collect();
        [leaves, subject].concat()
    }

    /// Those and the columns that methods and filters look at.
    fn fetched(&self, look: Look, columns: &[usize]) -> Vec<&'r ColumnPlan> {
        let mut all = columns.to_vec();
        if look != Look::Subjects {
            let beside = columns.iter().flat_map(|column| &self.table.columns[*column].beside);
            all.extend(beside.map(|place| place.column));
        }
        if look == Look::Leaving {
            all.extend(self.table.asked.iter().map(|place| place.column));
        }
        all.sort_unstable();
        all.dedup();
        all.into_iter().map(|column| &self.table.columns[column]).collect()
    }

    fn pages(
        &self,
        look: Look,
        file: &SourceFile,
        group: usize,
        lengths: &[usize],
        each: Each<'_>,
    ) -> Result<(), RiskError> {
        let Setting { production, crew, .. } = self.setting;
        let columns = self.columns(look);
        let fetched = self.fetched(look, &columns);
        let open = || RowGroup::open(production, file, group, fetched.iter().copied(), self.setting.limits.read);
        let located = |error: FileError| self.located(file, error);
        let group = crew.call(production.is_remote(), open).map_err(located)?;
        let open = |column: &usize| {
            let plan = &self.table.columns[*column];
            Ok((*column, source::Rows::new(&group, self.table, plan)?))
        };
        let mut streams = columns.iter().map(open).collect::<Result<Vec<_>, FileError>>().map_err(located)?;
        let by = asked(self.table, self.setting.masks);
        let asked = (look == Look::Leaving).then(|| source::Asked::new(&group, self.table, &by));
        let mut asked = asked.transpose().map_err(located)?;
        let mut at = 0;
        for length in lengths {
            let rows = asked.as_mut().map(|asked| asked.take(*length)).transpose().map_err(located)?.flatten();
            let chosen = choose(self.table, self.setting.masks, rows.as_ref(), group.stays(at..at + length))?;
            at += length;
            let marks = chosen.as_ref().map(Chosen::marks);
            let pieces = streams.par_iter_mut().map(|(column, stream)| {
                let mut piece = Piece::of(self, look, *column);
                stream.take::<PieceError>(*length, marks, |raw| piece.add(raw))?;
                Ok(piece)
            });
            let pieces: Result<Vec<Piece<'_>>, PieceError> = crew.work(|| pieces.collect());
            each(self.strip(pieces.map_err(|error| error.located(self, file))?))?;
        }
        streams.into_iter().try_for_each(|(_, stream)| stream.end()).map_err(located)
    }

    fn records(&self, look: Look, file: &SourceFile, lengths: &[usize], each: Each<'_>) -> Result<(), RiskError> {
        let Setting { production, crew, .. } = self.setting;
        let located = |error: FileError| self.located(file, error);
        let mut records = Records::open(production, self.table, file).map_err(located)?;
        for length in lengths {
            let batches = crew.call(production.is_remote(), || records.take(*length)).map_err(located)?;
            let batches = if look == Look::Leaving { self.leaving(file, batches)? } else { batches };
            let columns = self.columns(look);
            let pieces = columns.par_iter().map(|column| {
                let mut piece = Piece::of(self, look, *column);
                let plan = &self.table.columns[*column];
                Records::column(file, self.table, plan, &batches)?.into_iter().try_for_each(|raw| piece.add(raw))?;
                Ok(piece)
            });
            let pieces: Result<Vec<Piece<'_>>, PieceError> = crew.work(|| pieces.collect());
            each(self.strip(pieces.map_err(|error| error.located(self, file))?))?;
        }
        records.end().map_err(located)
    }

    /// The records that a run would carry over.
    fn leaving(&self, file: &SourceFile, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, RiskError> {
        let columns = asked(self.table, self.setting.masks);
        let of = |batch: RecordBatch| {
            let Some(asked) = Records::asked(file, self.table, &columns, &batch) else { return Ok(batch) };
            let Some(chosen) = choose(self.table, self.setting.masks, Some(&asked), None)? else { return Ok(batch) };
            let left = filter_record_batch(&batch, chosen.marks());
            left.map_err(|_| self.located(file, FileError::Damaged("rows cannot be chosen")))
        };
        batches.into_iter().map(of).collect()
    }

    /// Puts the columns of some rows together, leaf by leaf.
    fn strip(&self, pieces: Vec<Piece<'_>>) -> Strip {
        let mut strip = Strip { rows: 0, before: Vec::new(), after: Vec::new(), subjects: None };
        let mut leaves = Vec::with_capacity(self.looked.leaves.len());
        for piece in pieces {
            strip.rows = piece.rows;
            strip.subjects = strip.subjects.or(piece.subjects);
            leaves.extend(piece.leaves);
        }
        leaves.sort_by_key(|(place, ..)| *place);
        (strip.before, strip.after) = leaves.into_iter().map(|(_, before, after)| (before, after)).unzip();
        strip
    }

    fn located(&self, file: &SourceFile, error: FileError) -> RiskError {
        let (object, of) = (self.table.place_of(file) + 1, self.table.files.len());
        RiskError::File { table: self.table.schema.table.clone(), object, of, error }
    }
}

fn length(rows: &Rows) -> usize {
    match rows {
        Rows::Groups(_) => 0,
        Rows::Slice { rows, .. } | Rows::Records(rows) => rows.len(),
    }
}

/// Why a column of some rows cannot be coded.
enum PieceError {
    File(FileError),
    Risk(RiskError),
}

impl PieceError {
    fn located(self, reader: &Reader<'_>, file: &SourceFile) -> RiskError {
        match self {
            PieceError::File(error) => reader.located(file, error),
            PieceError::Risk(error) => error,
        }
    }
}

impl From<FileError> for PieceError {
    fn from(error: FileError) -> Self {
        PieceError::File(error)
    }
}

/// One column of some rows: its leaves by their places, and subjects where it holds those.
struct Piece<'p> {
    reader: &'p Reader<'p>,
    column: &'p ColumnPlan,
    rows: usize,
    leaves: Vec<(usize, Coded, Option<Coded>)>,
    subjects: Option<Vec<u128>>,
}

impl<'p> Piece<'p> {
    fn of(reader: &'p Reader<'p>, look: Look, column: usize) -> Self {
        let leaves = reader.looked.of_column(column).filter(|_| look != Look::Subjects);
        let leaves = leaves.map(|(place, _)| (place, Coded::default(), Some(Coded::default()))).collect();
        let subjects = reader.looked.subject.as_ref().filter(|place| place.column == column).map(|_| Vec::new());
        Piece { reader, column: &reader.table.columns[column], rows: 0, leaves, subjects }
    }

    /// Adds some rows, as they are and as they will be.
    fn add(&mut self, raw: RawBatch) -> Result<(), PieceError> {
        let Reader { table, looked, coder, setting, .. } = self.reader;
        let (name, array) = (self.column.field.name(), raw.array.clone());
        self.rows += raw.rows();
        if let Some((subjects, place)) = self.subjects.as_mut().zip(looked.subject.as_ref()) {
            let rule = table.schema.columns.get(&place.leaf);
            let people = rule.and_then(|rule| coder.people(&array, name, &place.leaf, &*rule.method));
            subjects.extend(people.ok_or(FileError::Damaged("a column is not the one that was planned"))?);
        }
        if self.leaves.is_empty() {
            return Ok(());
        }
        let masked = mask(table, self.column, setting.masks, raw);
        let masked = masked.map_err(|error| PieceError::Risk(error.into()))?.array;
        for (place, before, after) in &mut self.leaves {
            let leaf = &looked.leaves[*place].leaf;
            coder.code(&array, name, leaf).into_iter().for_each(|coded| before.append(coded));
            // A removed leaf is so in every batch.
            let coded = masked.as_ref().and_then(|masked| coder.code(masked, name, leaf));
            *after = after.take().zip(coded).map(|(mut after, coded)| {
                after.append(coded);
                after
            });
        }
        Ok(())
    }
}
