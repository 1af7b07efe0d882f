//! What a leaf of Parquet is said to be, beside how it is stored.

use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};

/// The words that Parquet has for a leaf, the old and the new one.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    pub converted: ConvertedType,
    pub logical: Option<LogicalType>,
}

impl Word {
    /// Of a leaf that is what it is stored as.
    pub const NONE: Word = Word { converted: ConvertedType::NONE, logical: None };

    /// What a leaf is said to be.
    pub fn of(leaf: &Type) -> Self {
        let info = leaf.get_basic_info();
        Word { converted: info.converted_type(), logical: info.logical_type_ref().cloned() }
    }

    /// Whether it is a UUID in its bytes.
    pub fn is_uuid(&self) -> bool {
        self.logical == Some(LogicalType::Uuid)
    }

    /// Whether Arrow has no type for what it says, so that it would be lost on the way through one.
    pub fn is_beyond_arrow(&self) -> bool {
        use LogicalType::{Bson, Enum, Json, Uuid};
        let is_new = matches!(self.logical, Some(Bson | Enum | Json | Uuid));
        let old = [ConvertedType::BSON, ConvertedType::ENUM, ConvertedType::INTERVAL, ConvertedType::JSON];
        is_new || old.contains(&self.converted)
    }
}

/// A schema with other words for its leaves, which are asked for in their order; none leaves a leaf its own.
///
/// # Errors
/// Where a leaf cannot be what it would be said to be.
pub fn reworded(node: &TypePtr, word: &mut impl FnMut(&Type) -> Option<Word>) -> Result<TypePtr, ParquetError> {
    let info = node.get_basic_info();
    if let Type::GroupType { fields, .. } = node.as_ref() {
        let fields = fields.iter().map(|field| reworded(field, word)).collect::<Result<_, _>>()?;
        let group = Type::group_type_builder(info.name())
            .with_converted_type(info.converted_type())
            .with_logical_type(info.logical_type_ref().cloned())
            .with_fields(fields)
            .with_id(info.has_id().then(|| info.id()));
        // The root alone has none.
        let group = if info.has_repetition() { group.with_repetition(info.repetition()) } else { group };
        return Ok(Arc::new(group.build()?));
    }
    let Some(word) = word(node).filter(|word| *word != Word::of(node)) else { return Ok(node.clone()) };
    let Type::PrimitiveType { physical_type, type_length, scale, precision, .. } = node.as_ref() else {
        return Ok(node.clone());
    };
    let leaf = Type::primitive_type_builder(info.name(), *physical_type)
        .with_repetition(info.repetition())
        .with_converted_type(word.converted)
        .with_logical_type(word.logical)
        .with_length(*type_length)
        .with_precision(*precision)
        .with_scale(*scale)
        .with_id(info.has_id().then(|| info.id()));
    Ok(Arc::new(leaf.build()?))
}
