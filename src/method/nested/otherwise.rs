//! What becomes of a value that no rule fits.

use arrow::datatypes::DataType;
use serde_json::Value;

use super::{Nested, unknown};
use crate::document::{Fault, Section, WordOrTable};

/// What is done with it.
pub enum Otherwise {
    /// The run is refused.
    Refuse,
    Null,
    By(Nested),
}

impl Otherwise {
    /// Takes the option; none where it is not given.
    ///
    /// # Errors
    /// Where it is neither a known word nor a method.
    pub fn take(section: &mut Section<'_>) -> Result<Option<Self>, Fault> {
        let word = match section.optional("otherwise")? {
            None => return Ok(None),
            Some(WordOrTable::Table(table)) => return Nested::parse(table).map(|nested| Some(Otherwise::By(nested))),
            Some(WordOrTable::Word(word)) => word,
        };
        match word.as_str() {
            "refuse" => Ok(Some(Otherwise::Refuse)),
            "null" => Ok(Some(Otherwise::Null)),
            _ => Err(unknown(section, "otherwise", &word, ["refuse", "null"].into_iter())),
        }
    }

    /// The same for values that are text and stay so; refused where it is not given.
    ///
    /// # Errors
    /// Where the method makes no text of text.
    pub fn of_text(section: &mut Section<'_>) -> Result<Self, Fault> {
        let otherwise = Otherwise::take(section)?.unwrap_or(Otherwise::Refuse);
        if let Otherwise::By(nested) = &otherwise {
            let text = matches!(nested.makes(&DataType::Utf8), Ok(Some((DataType::Utf8, _))));
            if !text {
                let way_out = "use a method that makes text of text, \"null\" or \"refuse\"".to_owned();
                return Err(section.fault_at("otherwise", "`otherwise` makes no text of text", way_out));
            }
        }
        Ok(otherwise)
    }

    /// The method, where it is one.
    pub fn nested(&self) -> Option<&Nested> {
        if let Otherwise::By(nested) = self { Some(nested) } else { None }
    }

    /// Whether it can make null of what was none; for a text.
    pub fn adds_nulls(&self) -> bool {
        match self {
            Otherwise::Refuse => false,
            Otherwise::Null => true,
            Otherwise::By(nested) => {
                !matches!(nested.makes(&DataType::Utf8), Ok(Some((_, crate::method::Nulls::Kept))))
            }
        }
    }

    /// Whether a value of this type can leave as it is.
    pub fn can_return_input(&self, input: &DataType) -> bool {
        self.nested().is_some_and(|nested| nested.method.can_return_input(input))
    }

    /// Whether values leave untouched.
    pub fn keeps(&self) -> bool {
        self.nested().is_some_and(|nested| nested.method.keeps())
    }

    /// What it does, in plain words.
    pub fn words(&self) -> String {
        match self {
            Otherwise::Refuse => "the run is refused".to_owned(),
            Otherwise::Null => "emptied".to_owned(),
            Otherwise::By(nested) => nested.method.words(),
        }
    }

    /// What fixes its meaning.
    pub fn meaning(&self) -> Value {
        match self {
            Otherwise::Refuse => "refuse".into(),
            Otherwise::Null => "null".into(),
            Otherwise::By(nested) => nested.meaning(),
        }
    }
}
