//! The leaves of a nested array, each as one array.

use arrow::array::{Array, ArrayRef, AsArray, GenericListArray, OffsetSizeTrait};
use arrow::datatypes::DataType;

use crate::plan::within;

/// Hands on every leaf of a column in the order in which Parquet stores them, counted from 0; of lists and maps those
/// values that some row holds, of structures nulls where these are null.
///
/// # Errors
/// Whatever `each` says.
pub fn each_leaf<E>(column: &ArrayRef, mut each: impl FnMut(usize, &ArrayRef) -> Result<(), E>) -> Result<(), E> {
    walk(column, &mut 0, &mut each)
}

fn walk<E>(
    array: &ArrayRef,
    next: &mut usize,
    each: &mut impl FnMut(usize, &ArrayRef) -> Result<(), E>,
) -> Result<(), E> {
    match array.data_type() {
        DataType::Struct(fields) if !fields.is_empty() => {
            let structure = array.as_struct();
            let member = |column| within(structure, column).unwrap_or_else(|| column.clone());
            structure.columns().iter().try_for_each(|column| walk(&member(column), next, each))
        }
        DataType::List(_) => walk(&items(array.as_list::<i32>()), next, each),
        DataType::LargeList(_) => walk(&items(array.as_list::<i64>()), next, each),
        DataType::FixedSizeList(..) => walk(array.as_fixed_size_list().values(), next, each),
        DataType::Map(..) => {
            let map = array.as_map();
            let (first, last) = (map.offsets()[0] as usize, map.offsets()[map.len()] as usize);
            let entries = map.entries().slice(first, last - first);
            entries.columns().iter().try_for_each(|column| walk(column, next, each))
        }
        // A struct without fields is a leaf, as for `schema::leaves`.
        _ => {
            *next += 1;
            each(*next - 1, array)
        }
    }
}

fn items<O: OffsetSizeTrait>(list: &GenericListArray<O>) -> ArrayRef {
    let (first, last) = (list.offsets()[0].as_usize(), list.offsets()[list.len()].as_usize());
    list.values().slice(first, last - first)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, ListArray, StringArray, StructArray};
    use arrow::datatypes::{Field, Int64Type};

    use super::*;

    #[test]
    fn leaves_come_in_their_order_and_no_item_of_another_row() {
        let lists = ListArray::from_iter_primitive::<Int64Type, _, _>(
            [[1, 2], [3, 4], [5, 6]].map(|list| Some(list.map(Some))),
        );
        let fields = vec![
            (
                Arc::new(Field::new("names", DataType::Utf8, true)),
                Arc::new(StringArray::from(vec!["a", "b", "c"])) as ArrayRef,
            ),
            (Arc::new(Field::new("lists", lists.data_type().clone(), true)), Arc::new(lists) as ArrayRef),
        ];
        let rows: ArrayRef = Arc::new(StructArray::from(fields).slice(1, 1));
        let mut seen = Vec::new();
        each_leaf(&rows, |leaf, array| {
            seen.push((leaf, array.clone()));
            Ok::<_, ()>(())
        })
        .expect("nothing fails");
        let names: ArrayRef = Arc::new(StringArray::from(vec!["b"]));
        let items: ArrayRef = Arc::new(Int64Array::from(vec![3, 4]));
        assert_eq!(seen, [(0, names), (1, items)]);
    }
}
