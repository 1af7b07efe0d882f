//! Rules at work on invented values, for people who are to approve them: nothing is read to make an example, and what it
//! shows is what the rule itself makes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::util::display::array_value_to_string;

use crate::consent::request::{self, Example, Fate, Told};
use crate::detect::Known;
use crate::keys::Secret;
use crate::method::{Beside, Context, Extent, Keys, Method, Outcome, Taken};
use crate::plan::{LeafPlan, Plan, TablePlan};
use crate::schema::{Class, Column, Filter};

mod invented;
mod shaped;

/// What people are told of every table of a plan. The secret is one of its own: examples of a customer's own secret would
/// tell what becomes of values that are easily guessed.
pub fn told(plan: &Plan, secret: &Secret) -> BTreeMap<String, Told> {
    let keys = plan.keys(secret);
    plan.tables.iter().map(|table| (table.schema.table.clone(), of_table(table, &keys))).collect()
}

fn of_table(table: &TablePlan, keys: &Keys) -> Told {
    let schema = &table.schema;
    let chosen = schema.filters.iter().map(Filter::words).chain(schema.privacy_words()).chain(schema.epoch.words());
    let objects = format!("the objects whose names match `{}`, and no others", schema.source.as_str());
    let rows = [objects].into_iter().chain(schema.form.state()).chain(chosen).collect();
    let leaves = table.columns.iter().flat_map(|column| &column.leaves);
    let told = |leaf: &LeafPlan| {
        let rule = schema.columns.get(&leaf.leaf.path)?;
        Some((leaf.leaf.path.as_str().to_owned(), of_leaf(table, leaf, rule, keys)))
    };
    Told { rows, columns: leaves.filter_map(told).collect() }
}

fn of_leaf(table: &TablePlan, leaf: &LeafPlan, rule: &Column, keys: &Keys) -> request::Column {
    let fate = match leaf.outcome {
        Outcome::Removed => Fate::LeftOut,
        Outcome::Untouched => Fate::Kept,
        Outcome::Becomes { .. } if rule.method.keeps() => Fate::Kept,
        Outcome::Becomes { .. } => Fate::Changed,
    };
    let example = Work { table, keys }.example(leaf, rule);
    request::Column { class: class(rule.class), words: rule.words(), fate, example }
}

fn class(class: Class) -> request::Class {
    request::Class { rank: class as u8, name: class.name(), title: class.title(), why: class.why() }
}

struct Work<'w> {
    table: &'w TablePlan,
    keys: &'w Keys,
}

impl Work<'_> {
    /// The first invented value of which the rule makes something, or else the first of which it makes nothing.
    fn example(&self, leaf: &LeafPlan, rule: &Column) -> Example {
        if let Some(why) = without(&leaf.outcome, &*rule.method) {
            return Example::Told(why);
        }
        let mut emptied = None;
        for input in self.values(leaf, rule) {
            match self.made(leaf, rule, &input) {
                Some(made @ Example::Made { after: Some(_), .. }) => return made,
                made => emptied = emptied.or(made),
            }
        }
        emptied.unwrap_or(Example::Told("none: its values have a form of their own, of which none was invented"))
    }

    /// Invented values of the leaf's type, one in each array: such as its method takes apart, those of its kind, and then
    /// all others.
    fn values(&self, leaf: &LeafPlan, rule: &Column) -> impl Iterator<Item = ArrayRef> + use<> {
        let options = serde_json::from_str(&rule.method.options()).unwrap_or_default();
        let (data_type, shaped) = (leaf.leaf.data_type.clone(), shaped::text(&options));
        let others = invented::texts(&self.table.schema.table, leaf, &options).into_iter().map(str::to_owned);
        shaped.into_iter().chain(others).filter_map(move |text| of_type(&text, &data_type))
    }

    fn made(&self, leaf: &LeafPlan, rule: &Column, input: &ArrayRef) -> Option<Example> {
        let before = shown(input)?;
        let after = match leaf.outcome {
            Outcome::Untouched => input.clone(),
            _ => self.applied(&*rule.method, input)?,
        };
        Some(Example::Made { before, after: shown(&after) })
    }

    /// What a method makes of a value; nothing where the value does not fit it.
    fn applied(&self, method: &dyn Method, input: &ArrayRef) -> Option<ArrayRef> {
        let beside = method.beside().iter().map(|beside| self.beside(beside)).collect::<Option<Vec<_>>>()?;
        let context = Context { keys: self.keys, taken: &Taken::default(), known: &Known::none(), beside: &beside };
        method.apply(input, &context).ok()
    }

    /// An invented value of a column that a method looks at.
    fn beside(&self, beside: &Beside) -> Option<ArrayRef> {
        let path = self.table.schema.looked_at(beside)?;
        let (leaf, rule) = (self.table.leaf(&path)?, self.table.schema.columns.get(&path)?);
        self.values(leaf, rule).next()
    }
}

/// Why there cannot be an example, if there cannot.
fn without(outcome: &Outcome, method: &dyn Method) -> Option<&'static str> {
    let depends = !method.inner().is_none() && !method.beside().is_empty();
    match outcome {
        Outcome::Removed => Some("none: the column is not in the copy"),
        _ if method.extent() == Extent::RowGroup => Some("none: what a value becomes depends on many other rows"),
        _ if depends => Some("none: what a value becomes depends on another column of its row"),
        _ => None,
    }
}

/// A value of this type as it is written; nothing where the text is none.
fn of_type(text: &str, data_type: &DataType) -> Option<ArrayRef> {
    let text: ArrayRef = Arc::new(StringArray::from(vec![text]));
    cast(&text, data_type).ok().filter(|array| array.is_valid(0))
}

fn shown(array: &ArrayRef) -> Option<String> {
    array.is_valid(0).then(|| array_value_to_string(array, 0).ok()).flatten()
}
