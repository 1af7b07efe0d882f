//! What is looked at under an approval without a release: some first rows, and how far people are hidden.

use arrow::array::RecordBatch;

use super::trail::{Books, Trail};
use super::{House, Secrets, Told, Wish, examine, go_through, looked_over, operator, to_its_end, with_evidence};
use crate::account::separate::SeparateAccounts;
use crate::consent::{Approval, Examined};
use crate::engine;
use crate::error::{Failure, Kind};
use crate::evidence::Outcome;
use crate::keys::ring_of;
use crate::plan::Plan;
use crate::risk::{self, Report, Setting};
use crate::schema::{self, Class, TableSchema};
use crate::source::ReadLimits;
use crate::survey::Standings;
use crate::transform::Masks;

/// The most rows that a preview shows: whoever wants the data asks for a run, which is counted.
pub const MOST_SHOWN: usize = 1000;

/// Some first rows of a table as a run would write them; nothing is written, and no run is counted.
///
/// # Errors
/// As [`run`](super::run()); [`Kind::Usage`] for a table that is not there, and for more than [`MOST_SHOWN`] rows.
pub fn preview(house: &House<'_>, wish: &Wish<'_>, table: &str, rows: usize) -> Result<RecordBatch, Failure> {
    if rows > MOST_SHOWN {
        return Err(Failure::new(Kind::Usage, format!("a preview shows {MOST_SHOWN} rows at most")));
    }
    let mut trail = Trail::begun(wish.customer, operator(house.workspace, wish).unwrap_or_default());
    let mut books = house.books();
    let shown = to_its_end(|| look(house, wish, (table, rows), &mut trail, &mut books));
    let evidence = trail.end(&mut books, Outcome::Preview, shown.as_ref().err());
    with_evidence(shown, evidence).map(|(shown, _)| shown)
}

/// How far a table, or all that have quasi-identifiers, hide their people before and after their methods; nothing is
/// written, and no run is counted.
///
/// # Errors
/// As [`run`](super::run()); [`Kind::Usage`] for a table that is not there, or where there is nothing to measure.
pub fn measure(house: &House<'_>, wish: &Wish<'_>, table: Option<&str>) -> Result<Report, Failure> {
    let mut trail = Trail::begun(wish.customer, operator(house.workspace, wish).unwrap_or_default());
    let mut books = house.books();
    let measured = to_its_end(|| weigh(house, wish, table, &mut trail, &mut books));
    let evidence = trail.end(&mut books, Outcome::Measured, measured.as_ref().err());
    with_evidence(measured, evidence).map(|(measured, _)| measured)
}

/// What would be read, of accounts that are proved separate, under an approval that is examined but for its structures.
fn planned(
    house: &House<'_>,
    wish: &Wish<'_>,
    trail: &mut Trail,
) -> Result<(SeparateAccounts, Examined, Plan), Failure> {
    let separate = house.proved(trail, &|_| {})?;
    let schemas = schema::read_customer(&house.workspace.schemas(), wish.customer)?;
    let examined = examine(house, wish, &schemas)?;
    let plan = Plan::resolve(wish.customer, schemas, &house.production, &house.workspace.limits, &house.crew)?;
    trail.planned(&plan);
    Ok((separate, examined, plan))
}

/// The approval, none of whose runs is taken, and the secrets that go with it.
fn permitted(
    house: &House<'_>,
    plan: &Plan,
    examined: Examined,
    trail: &mut Trail,
    books: &mut Books<'_>,
) -> Result<(Approval, Secrets), Failure> {
    let book = books.ledger()?;
    let approval = examined.look(&plan.structures(), book)?;
    trail.approved(&approval, book.ledger());
    let secrets = Secrets::of(&ring_of(house.workspace)?, house.workspace, &approval, book, plan.epoch())?;
    Ok((approval, secrets))
}

fn weigh(
    house: &House<'_>,
    wish: &Wish<'_>,
    table: Option<&str>,
    trail: &mut Trail,
    books: &mut Books<'_>,
) -> Result<Report, Failure> {
    let (separate, examined, plan) = planned(house, wish, trail)?;
    let tables = weighed(&plan, table)?;
    let (approval, secrets) = permitted(house, &plan, examined, trail, books)?;
    let secret = secrets.of_pseudonyms();
    // As methods make it: what `[privacy]` then withholds is what the measures are to tell of.
    let production = house.production.open(&approval, &separate);
    let (plan, surveyed) = looked_over(house, plan, production, secret)?;
    trail.surveyed(&plan, surveyed.counts);
    let masks = Masks::new(&plan, secret, surveyed.taken, surveyed.known, Standings::default());
    let limits = risk::Limits::of(house.workspace.limits.memory);
    Ok(risk::measure(Setting { plan: &plan, production, masks: &masks, crew: &house.crew, limits }, &tables)?)
}

/// The table that was named, or every one that has quasi-identifiers, as places in the plan.
fn weighed(plan: &Plan, named: Option<&str>) -> Result<Vec<usize>, Failure> {
    let has_quasi = |schema: &TableSchema| schema.columns.values().any(|rule| rule.class == Class::Quasi);
    let is_wanted = |schema: &TableSchema| named.map_or_else(|| has_quasi(schema), |name| schema.table == name);
    let tables = plan.tables.iter().enumerate().filter(|(_, table)| is_wanted(&table.schema));
    let tables: Vec<usize> = tables.map(|(index, _)| index).collect();
    match named {
        _ if !tables.is_empty() => Ok(tables),
        Some(name) => Err(unknown_table(name)),
        None => Err(Failure::new(Kind::Usage, "no table has a leaf of class quasi, so there are no groups to measure")
            .hint("classify what identifies in combination as `quasi`")),
    }
}

fn unknown_table(table: &str) -> Failure {
    Failure::new(Kind::Usage, format!("there is no table `{table}`")).hint("`verho check` lists all")
}

fn look(
    house: &House<'_>,
    wish: &Wish<'_>,
    (table, rows): (&str, usize),
    trail: &mut Trail,
    books: &mut Books<'_>,
) -> Result<RecordBatch, Failure> {
    let (separate, examined, plan) = planned(house, wish, trail)?;
    if plan.tables.iter().all(|planned| planned.schema.table != table) {
        return Err(unknown_table(table));
    }
    let (approval, secrets) = permitted(house, &plan, examined, trail, books)?;
    let open = house.production.open(&approval, &separate);
    let (plan, Told { masks, counts, .. }) = go_through(house, plan, (&approval, open), secrets.of_pseudonyms())?;
    trail.surveyed(&plan, counts);
    let chosen =
        plan.tables.iter().find(|planned| planned.schema.table == table).ok_or_else(|| unknown_table(table))?;
    let limits = ReadLimits::of(house.workspace.limits.memory);
    Ok(engine::preview(chosen, open, &masks, limits, rows)?)
}
