//! Numbers, dates and times down to the edge below them.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::refusal;
use crate::document::{Fault, Scalar, Section};
use crate::method::values::{Quantity, Wholes, map_floats, map_wholes, nearest_of};
use crate::method::{ApplyError, Context, Method, Outcome, Unsupported, options_text};

/// Takes `edges`, where they are given.
pub fn take(section: &mut Section<'_>) -> Result<Option<Box<dyn Method>>, Fault> {
    let Some(listed) = section.optional::<Vec<Scalar>>("edges")? else { return Ok(None) };
    let edges: Option<Vec<_>> = listed.iter().map(Quantity::of).collect();
    match edges {
        Some(edges) if !edges.is_empty() && edges.is_sorted_by(|one, next| one.is_like(next) && one < next) => {
            Ok(Some(Box::new(Edges(edges))))
        }
        _ => Err(section.fault_at("edges", "`edges` takes a rising list of numbers, of dates or of times", None)),
    }
}

/// Rising, and at least one.
struct Edges(Vec<Quantity>);

impl Edges {
    /// The edges as whole numbers of the type; none where it does not hold one of them.
    fn wholes(&self, data_type: &DataType) -> Option<Vec<i128>> {
        let wholes = Wholes::of(data_type)?;
        let held = |edge: &i128| (wholes.least..=wholes.greatest).contains(edge);
        self.0.iter().map(|edge| edge.exactly(wholes.unit).filter(held)).collect()
    }

    /// The numbers of the type nearest to the edges; none where two become the same.
    fn floats(&self, data_type: &DataType) -> Option<Vec<f64>> {
        let nearest = nearest_of(data_type)?;
        let edges: Option<Vec<_>> = self.0.iter().map(|edge| edge.float().map(nearest)).collect();
        edges.filter(|edges| edges.is_sorted_by(|one, next| one < next))
    }

    fn written(&self) -> String {
        self.0.iter().map(Quantity::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// The last edge at or below a value; none below the first, nor of what is no number.
fn edge_below<N: PartialOrd + Copy>(edges: &[N], value: N) -> Option<N> {
    edges[..edges.partition_point(|edge| *edge <= value)].last().copied()
}

impl Method for Edges {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if self.wholes(input).is_some() || self.floats(input).is_some() {
            return Ok(Outcome::becomes_or_null(input.clone()));
        }
        let way_out = "`edges` takes numbers of up to 128 bits, dates and times, all edges being such values";
        Err(refusal(input, way_out))
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        if let Some(edges) = self.wholes(input.data_type()) {
            return Ok(map_wholes(input, |_, value| edge_below(&edges, value)));
        }
        let edges = self.floats(input.data_type()).unwrap_or_default();
        Ok(map_floats(input, |_, value| edge_below(&edges, value)))
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    fn words(&self) -> String {
        format!(
            "replaced with the greatest of {} that is not above the value, or null below all of them",
            self.written()
        )
    }

    fn options(&self) -> String {
        options_text(&[("edges", &self.written())])
    }
}
