//! The objects of a table that keeps a log: those that its snapshot names, with the table's columns.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use arrow::buffer::BooleanBuffer;
use arrow::datatypes::Fields;

use crate::account::doors::Production;
use crate::account::store::Object;
use crate::crew::Crew;
use crate::lake::{self, Deletes, LakeFile, Marks, Of, Snapshot};
use crate::plan::SourceFile;
use crate::plan::footer::{FileError, Footer};
use crate::plan::objects::Fitted;
use crate::plan::{PlanError, contained};
use crate::schema::{Lake, TableSchema};

/// What a table's log says of the rows of one of its objects.
pub struct Logged {
    deletes: Vec<Box<dyn Deletes>>,
    /// Which rows stay, for as long as somebody needs to know.
    stays: Mutex<Weak<BooleanBuffer>>,
}

impl Logged {
    /// Whether some of its rows may be deleted.
    pub fn has_deletes(&self) -> bool {
        !self.deletes.is_empty()
    }

    /// How many rows are deleted; none where only reading can tell.
    pub fn deleted(&self) -> Option<u64> {
        self.deletes.iter().map(|deletes| deletes.rows()).sum()
    }

    /// The objects that say which rows are deleted.
    pub fn told_by(&self) -> impl Iterator<Item = &Object> {
        self.deletes.iter().filter_map(|deletes| deletes.object())
    }

    /// A mark for each row of the object: whether it stays.
    ///
    /// # Errors
    /// Where it cannot be told for certain, or there are more rows than memory has room for marks.
    pub fn stays(&self, of: &Of<'_>) -> Result<Arc<BooleanBuffer>, FileError> {
        let mut known = self.stays.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.upgrade() {
            return Ok(known);
        }
        let rows = of.footer.metadata().row_groups().iter().map(|group| group.num_rows() as u64).sum();
        let marks = contained(|| {
            let mut marks = Marks::all(rows, of.longest)?;
            self.deletes.iter().try_for_each(|deletes| deletes.mark(of, &mut marks))?;
            Ok(Arc::new(marks.finish()))
        })?;
        *known = Arc::downgrade(&marks);
        Ok(marks)
    }
}

/// The objects of a table's snapshot, with their footers, and the snapshot's id.
pub fn read(
    schema: &TableSchema,
    which: Lake,
    production: &Production,
    crew: &Crew,
) -> Result<(Vec<SourceFile>, i64), PlanError> {
    let refused = |error| PlanError::Lake { table: schema.table.clone(), error };
    let Snapshot { id, fields, files } = lake::open(production, schema.source.folder(), which).map_err(refused)?;
    let (of, plain) = (files.len(), fields.iter().map(|field| lake::plain(field)).collect::<Fields>());
    let numbered: Vec<_> = (1..).zip(files.into_iter().map(|file| Mutex::new(Some(file)))).collect();
    let files = crew.each(&numbered, production.is_remote(), |(object, file)| {
        let taken = file.lock().unwrap_or_else(PoisonError::into_inner).take();
        let read = || {
            let file = taken.ok_or(FileError::Damaged("an object is asked for twice"))?;
            source_file(file, &fields, &plain, production)
        };
        let read = crew.call(production.is_remote(), read);
        read.map_err(|error| PlanError::File { table: schema.table.clone(), object: *object, of, error })
    })?;
    Ok((files, id))
}

fn source_file(
    file: LakeFile,
    told: &Fields,
    plain: &Fields,
    production: &Production,
) -> Result<SourceFile, FileError> {
    let footer = Footer::read(production.footers(), &file.object)?;
    let among = footer.schema().fields();
    let fitted = Fitted::find(plain.clone(), among, |column| lake::fit(&told[column], among, &file.constants))?;
    let logged = Logged { deletes: file.deletes, stays: Mutex::default() };
    Ok(SourceFile::logged(file.object, footer, fitted, logged))
}
