//! A row group that is too large for one part: its columns are read on and on, and each part takes its rows.

use rayon::prelude::*;

use crate::guard::ColumnGuard;
use crate::plan::{ColumnPlan, Part, Rows, TablePlan};
use crate::sink::{ColumnEncoder, ColumnLayout, PartEncoder, SafePart, Written};
use crate::source::{self, RowGroup};
use crate::transform::{Chosen, asked, choose, mask};

use super::EngineError;
use super::part::{Column, Shared, coding, gathered, sealed};

/// Carries the parts of one row group over, one after the other; columns go in parallel.
pub(super) fn stream(
    shared: &Shared<'_>,
    parts: &[Part],
    mut write: impl FnMut(&Part, SafePart) -> Result<Written, EngineError>,
) -> Result<Vec<Written>, EngineError> {
    let Some(Part { rows: Rows::Slice { group, .. }, table, file, .. }) = parts.first() else { return Ok(Vec::new()) };
    let (table, layout) = (&shared.plan.tables[*table], &shared.layouts[*table]);
    let group = RowGroup::open(shared.production, &table.files[*file], *group, table.read(), shared.limits)?;
    let columns = table.columns.par_iter().zip(&layout.columns);
    let opened = columns.map(|(column, layout)| {
        layout.as_ref().map(|layout| Ok((source::Rows::new(&group, table, column)?, layout))).transpose()
    });
    let mut streams = shared.crew.work(|| opened.collect::<Result<Vec<_>, EngineError>>())?;
    let mut asked = source::Asked::new(&group, table, &asked(table, shared.masks))?;
    let mut written = Vec::with_capacity(parts.len());
    for part in parts {
        let Rows::Slice { rows, .. } = &part.rows else { return Err(EngineError::Bug) };
        let chosen = choose(table, shared.masks, asked.take(rows.len())?.as_ref(), group.stays(rows.clone()))?;
        let of = Slice { shared, table, group: &group, rows: rows.len(), chosen: chosen.as_ref() };
        let slices = table.columns.par_iter().zip(&mut streams).map(|(column, stream)| match stream {
            Some((stream, layout)) => slice(of, column, layout, stream),
            None => Ok((None, ColumnGuard::new(table, column, &shared.uniques, shared.masks).close())),
        });
        let mut encoder = PartEncoder::new(layout);
        let passed =
            gathered(&mut encoder, rows.len(), chosen.as_ref(), shared.crew.work(|| slices.collect::<Vec<_>>()))?;
        written.push(write(part, sealed(encoder, shared, part, &[passed])?)?);
    }
    asked.end()?;
    streams.into_iter().flatten().try_for_each(|(stream, _)| stream.end())?;
    Ok(written)
}

/// Some next rows, of which perhaps not all leave.
#[derive(Clone, Copy)]
struct Slice<'s> {
    shared: &'s Shared<'s>,
    table: &'s TablePlan,
    group: &'s RowGroup<'s>,
    rows: usize,
    chosen: Option<&'s Chosen>,
}

/// The next rows of one column, encoded.
fn slice(
    of: Slice<'_>,
    column: &ColumnPlan,
    layout: &ColumnLayout,
    stream: &mut source::Rows<'_>,
) -> Result<Column, EngineError> {
    let Slice { shared, table, group, rows, chosen } = of;
    let ready = layout.leaves.iter().map(|_| None).collect();
    let mut encoder = ColumnEncoder::new(layout, |leaf| coding(table, group, column, leaf), ready)?;
    let mut guard = ColumnGuard::new(table, column, &shared.uniques, shared.masks);
    stream.take::<EngineError>(rows, chosen.map(Chosen::marks), |raw| {
        let safe = guard.admit(mask(table, column, shared.masks, raw)?)?;
        Ok(encoder.write(&safe)?)
    })?;
    Ok((Some(encoder.finish()?), guard.close()))
}
