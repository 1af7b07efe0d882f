//! The rule of a part of a text: what it is read as, and what becomes of it.

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, StringArray};
use arrow::datatypes::DataType;
use serde_json::Value;

use super::{Nested, unknown};
use crate::document::{Fault, Section};
use crate::method::nested::pieces::Pieces;
use crate::method::{ApplyError, Context, Nulls};

/// What a part of a text is for the method that treats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text,
    /// A whole number of 64 bits, as it is written in decimal without a sign `+` or zeros before it.
    Integer,
    /// A number of JSON, as the nearest one of 64 bits (IEEE 754).
    Number,
}

impl Form {
    /// The name as it stands in a schema.
    pub fn name(self) -> &'static str {
        match self {
            Form::Text => "text",
            Form::Integer => "integer",
            Form::Number => "number",
        }
    }

    /// The type in which the method sees it.
    pub fn data_type(self) -> DataType {
        match self {
            Form::Text => DataType::Utf8,
            Form::Integer => DataType::Int64,
            Form::Number => DataType::Float64,
        }
    }

    fn takes(self, data_type: &DataType) -> bool {
        match data_type {
            DataType::Utf8 | DataType::Int64 => true,
            DataType::Float64 => self == Form::Number,
            _ => false,
        }
    }
}

/// Forms of parts of a text that is no JSON.
pub const OF_TEXT: &[Form] = &[Form::Text, Form::Integer];
/// Forms of values in JSON.
pub const OF_JSON: &[Form] = &[Form::Text, Form::Integer, Form::Number];

/// What becomes of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Removed,
    Untouched,
    /// Null, whatever it was.
    Emptied,
    /// Another one, or null where so said.
    Becomes(Nulls),
}

/// A rule of a part.
pub struct Part {
    pub nested: Nested,
    pub form: Form,
    pub fate: Fate,
}

impl Part {
    /// Reads a table of a method, its options and `as`.
    ///
    /// # Errors
    /// Where the method does not take the form, or makes something that cannot stand in a text.
    pub fn parse(mut section: Section<'_>, forms: &'static [Form]) -> Result<Self, Fault> {
        let typed = section.optional("as")?.unwrap_or_else(|| Form::Text.name().to_owned());
        let form = forms.iter().copied().find(|form| form.name() == typed);
        let form = form.ok_or_else(|| unknown(&section, "as", &typed, forms.iter().map(|form| form.name())))?;
        let nested = Nested::take(&mut section)?;
        let fate = fate(&nested, form).map_err(|what| section.fault_at("method", what, other_form(&nested, forms)))?;
        section.finish()?;
        Ok(Part { nested, form, fate })
    }

    /// Whether it can add nulls to those that were there.
    pub fn adds_nulls(&self) -> bool {
        matches!(self.fate, Fate::Emptied | Fate::Becomes(Nulls::Added | Nulls::All))
    }

    /// Whether it can come out as it went in.
    pub fn can_return_input(&self) -> bool {
        self.fate == Fate::Untouched || self.nested.method.can_return_input(&self.form.data_type())
    }

    /// What fixes its meaning.
    pub fn meaning(&self) -> Value {
        let mut meaning = self.nested.meaning();
        meaning["as"] = self.form.name().into();
        meaning
    }

    /// Treats all parts of a batch at once; `context` holds the columns of this method alone.
    ///
    /// # Errors
    /// Those of [`Method::apply`](crate::method::Method::apply).
    pub fn apply(&self, pieces: Pieces, context: &Context) -> Result<Made, ApplyError> {
        let (values, rows) = pieces.finish();
        Ok(Made::of(&self.nested.apply(&values, &rows, context)?))
    }
}

/// What the part would have to be for its method to take it, where that can be said.
fn other_form(nested: &Nested, forms: &[Form]) -> Option<String> {
    let fitting = forms.iter().filter(|form| fate(nested, **form).is_ok());
    let said: Vec<_> = fitting.map(|form| format!("`as = \"{}\"`", form.name())).collect();
    (!said.is_empty()).then(|| format!("where the part is one that it takes, {} says so", said.join(" or ")))
}

fn fate(nested: &Nested, form: Form) -> Result<Fate, String> {
    let input = form.data_type();
    let untouched = nested.method.plan(&input) == Ok(crate::method::Outcome::Untouched);
    match nested.makes(&input).map_err(|unsupported| unsupported.to_string())? {
        _ if untouched => Ok(Fate::Untouched),
        None => Ok(Fate::Removed),
        Some((_, Nulls::All)) => Ok(Fate::Emptied),
        Some((made, nulls)) if form.takes(&made) => Ok(Fate::Becomes(nulls)),
        Some((made, _)) => Err(format!("it makes {made} of a part, which cannot stand in a text")),
    }
}

/// What came out for all parts of a batch, taken in their order.
pub struct Made {
    values: Values,
    next: usize,
}

enum Values {
    Texts(StringArray),
    Wholes(Int64Array),
    Numbers(Float64Array),
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum One<'m> {
    Null,
    Text(&'m str),
    Whole(i64),
    Number(f64),
}

impl Made {
    /// The output of a method, whose type has been planned.
    pub fn of(array: &ArrayRef) -> Self {
        let values = match array.data_type() {
            DataType::Int64 => Values::Wholes(array.as_primitive().clone()),
            DataType::Float64 => Values::Numbers(array.as_primitive().clone()),
            _ => Values::Texts(array.as_string::<i32>().clone()),
        };
        Made { values, next: 0 }
    }

    /// The next one.
    #[inline]
    pub fn take(&mut self) -> One<'_> {
        let at = self.next;
        self.next += 1;
        match &self.values {
            Values::Texts(array) if array.is_valid(at) => One::Text(array.value(at)),
            Values::Wholes(array) if array.is_valid(at) => One::Whole(array.value(at)),
            Values::Numbers(array) if array.is_valid(at) => One::Number(array.value(at)),
            _ => One::Null,
        }
    }
}
