//! Delta Lake: the log is read by Delta Kernel, which refuses a table whose reader features it does not know
//! (github.com/delta-io/delta, PROTOCOL.md).

mod engine;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch, StructArray};
use arrow::datatypes::{DataType, Field, Fields, Int32Type, Int64Type};
use delta_kernel::actions::deletion_vector::DeletionVectorDescriptor;
use delta_kernel::engine::arrow_conversion::TryFromKernel;
use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::scan::StatsOptions;
use delta_kernel::schema::{DataType as Kernel, MapType, PrimitiveType, StructField};
use delta_kernel::table_features::ColumnMappingMode;
use delta_kernel::{Engine, KernelError, Snapshot as KernelSnapshot, SnapshotRef};

use super::fit::{By, plain, told};
use super::vector::{Inline, Vector};
use super::{Constants, Deletes, LakeError, LakeFile, Snapshot, place};
use crate::account::doors::LogRight;
use crate::schema::LeafPath;
use engine::{LogEngine, ROOT};

/// Reads a version of a table from its log; the newest, if none is asked for.
///
/// # Errors
/// Where the log is not whole, or the table uses what is not supported.
pub fn open(log: LogRight, version: Option<i64>) -> Result<Snapshot, LakeError> {
    if log.entries().next().is_none() {
        return Err(LakeError::NoLog);
    }
    if let Some(version) = version.filter(|version| !holds(&log, *version)) {
        return Err(LakeError::NoSnapshot(version));
    }
    let engine = LogEngine::new(log);
    read(&engine, version).map_err(|error| engine.failure().map_or(error, LakeError::Store))
}

/// Whether a log has the commit of a version, or a checkpoint.
fn holds(log: &LogRight, version: i64) -> bool {
    let start = format!("_delta_log/{version:020}.");
    let rest = |key: &str| key.strip_prefix(&start).map(str::to_owned);
    log.entries().filter_map(|(key, _)| rest(key)).any(|rest| rest == "json" || rest.starts_with("checkpoint."))
}

fn read(engine: &LogEngine, version: Option<i64>) -> Result<Snapshot, LakeError> {
    let mut builder = KernelSnapshot::builder_for(ROOT);
    if let Some(version) = version {
        builder = builder.at_version(u64::try_from(version).map_err(|_| LakeError::NoSnapshot(version))?);
    }
    let snapshot = builder.build(engine).map_err(|error| refused(&error))?;
    let table = Table::of(&snapshot)?;
    let id = i64::try_from(snapshot.version()).map_err(|_| LakeError::Damaged("its version is no number"))?;
    // Statistics are values, and are left where they are.
    let scan = snapshot.scan_builder().with_stats(StatsOptions::none()).without_row_transforms().build();
    let scan = scan.map_err(|error| refused(&error))?;
    let mut files = Vec::new();
    for batch in scan.scan_metadata(engine).map_err(|error| refused(&error))? {
        let (data, chosen) = batch.map_err(|error| refused(&error))?.scan_files.into_parts();
        let data = ArrowEngineData::try_from_engine_data(data).map_err(|error| refused(&error))?;
        let rows = (0..data.record_batch().num_rows()).filter(|row| chosen.get(*row).copied().unwrap_or(true));
        let added = Added::of(data.record_batch()).ok_or(UNREADABLE)?;
        for row in rows {
            files.push(added.file(engine, &table, row)?);
        }
    }
    Ok(Snapshot { id, fields: table.fields, files })
}

const UNREADABLE: LakeError = LakeError::Damaged("an entry cannot be read");

/// What a failure of the kernel means; its text may quote the log.
fn refused(error: &KernelError) -> LakeError {
    match error {
        KernelError::Backtraced { source, .. } => refused(source),
        KernelError::Unsupported(_) => LakeError::Unsupported("a reader feature of the table"),
        KernelError::MissingVersion(_)
        | KernelError::FileNotFound(_)
        | KernelError::LogTailVersionsNotContiguous { .. } => {
            LakeError::Damaged("a commit or a checkpoint is not there")
        }
        _ => UNREADABLE,
    }
}

/// The columns of a table.
struct Table {
    fields: Fields,
    /// The columns that the log tells, with their type and the name by which it does.
    partitions: Vec<(String, PrimitiveType, String)>,
}

impl Table {
    fn of(snapshot: &SnapshotRef) -> Result<Self, LakeError> {
        let (schema, configuration) = (snapshot.schema(), snapshot.table_configuration());
        let mode = configuration.column_mapping_mode();
        let keys: HashSet<&String> = configuration.logical_partition_columns().iter().collect();
        let mut partitions = Vec::new();
        for field in schema.fields().filter(|field| keys.contains(field.name())) {
            let Kernel::Primitive(primitive) = field.data_type() else {
                return Err(LakeError::Leaf(LeafPath::column(field.name()), "a partition column of no single value"));
            };
            partitions.push((field.name().clone(), primitive.clone(), field.physical_name(mode).to_owned()));
        }
        let fields = schema.fields().map(|field| {
            let unknown = || LakeError::Leaf(LeafPath::column(field.name()), "it is of a type that is not supported");
            let column = column(field, mode).ok_or_else(unknown)?;
            // What the log tells is not looked for in objects.
            Ok(Arc::new(if keys.contains(field.name()) { plain(&column) } else { column }))
        });
        Ok(Table { fields: fields.collect::<Result<_, LakeError>>()?, partitions })
    }
}

/// A column with what tells it in objects; none where Arrow has no such type.
fn column(field: &StructField, mode: ColumnMappingMode) -> Option<Field> {
    let made = Field::new(field.name(), data_type(field.data_type(), mode)?, field.is_nullable());
    let by = match mode {
        ColumnMappingMode::Id => By::Id(field.column_mapping_id()?),
        ColumnMappingMode::Name | ColumnMappingMode::None => By::Name(field.physical_name(mode)),
    };
    Some(told(made, by))
}

fn data_type(of: &Kernel, mode: ColumnMappingMode) -> Option<DataType> {
    Some(match of {
        Kernel::Struct(members) => {
            let members = members.fields().map(|member| column(member, mode).map(Arc::new));
            DataType::Struct(members.collect::<Option<_>>()?)
        }
        Kernel::Array(list) => {
            let item = data_type(&list.element_type, mode)?;
            DataType::List(Arc::new(Field::new("element", item, list.contains_null)))
        }
        Kernel::Map(map) => of_map(map, mode)?,
        Kernel::Primitive(_) => DataType::try_from_kernel(of).ok().filter(|made| *made != DataType::Null)?,
        _ => return None,
    })
}

fn of_map(map: &MapType, mode: ColumnMappingMode) -> Option<DataType> {
    let key = Field::new("key", data_type(&map.key_type, mode)?, false);
    let value = Field::new("value", data_type(&map.value_type, mode)?, map.value_contains_null);
    let pair = DataType::Struct(vec![key, value].into());
    Some(DataType::Map(Arc::new(Field::new("key_value", pair, false)), false))
}

/// Objects that a part of the log adds, a row each.
struct Added<'b> {
    paths: &'b arrow::array::StringArray,
    sizes: &'b arrow::array::Int64Array,
    vectors: &'b StructArray,
    partitions: &'b arrow::array::MapArray,
}

impl<'b> Added<'b> {
    fn of(batch: &'b RecordBatch) -> Option<Self> {
        let constants = batch.column_by_name("fileConstantValues")?.as_struct_opt()?;
        Some(Added {
            paths: batch.column_by_name("path")?.as_string_opt()?,
            sizes: batch.column_by_name("size")?.as_primitive_opt::<Int64Type>()?,
            vectors: batch.column_by_name("deletionVector")?.as_struct_opt()?,
            partitions: constants.column_by_name("partitionValues")?.as_map_opt()?,
        })
    }

    fn file(&self, engine: &LogEngine, table: &Table, row: usize) -> Result<LakeFile, LakeError> {
        let path = self.paths.is_valid(row).then(|| self.paths.value(row)).ok_or(UNREADABLE)?;
        let object = engine.log().find(&place::relative(path)?).ok_or(LakeError::Missing)?.clone();
        if self.sizes.is_null(row) || u64::try_from(self.sizes.value(row)) != Ok(object.size) {
            return Err(LakeError::Damaged("an object is not as large as the log says"));
        }
        let deletes = self.deletes(engine, row)?.into_iter().collect();
        Ok(LakeFile { object, deletes, constants: self.constants(table, row)? })
    }

    fn constants(&self, table: &Table, row: usize) -> Result<Constants, LakeError> {
        let mut values: HashMap<String, Option<String>> = HashMap::new();
        if self.partitions.is_valid(row) {
            let pairs = self.partitions.value(row);
            let texts = |at: usize| pairs.column(at).as_string_opt::<i32>().ok_or(UNREADABLE);
            for (key, value) in texts(0)?.iter().zip(texts(1)?) {
                let known = values.insert(key.ok_or(UNREADABLE)?.to_owned(), value.map(str::to_owned));
                known.is_none().then_some(()).ok_or(LakeError::Damaged("a partition of an object has two values"))?;
            }
        }
        let constant = |(name, primitive, key): &(String, PrimitiveType, String)| {
            let value = values.get(key).ok_or(LakeError::Damaged("an object lacks the value of a partition"))?;
            // An empty text is a null, as the protocol says.
            let scalar = primitive.parse_scalar(value.as_deref().unwrap_or_default());
            let array = scalar.and_then(|scalar| scalar.to_array(1));
            let what = "an object has a value of it that is none of its type";
            Ok((name.clone(), array.map_err(|_| LakeError::Leaf(LeafPath::column(name), what))?))
        };
        table.partitions.iter().map(constant).collect()
    }

    fn deletes(&self, engine: &LogEngine, row: usize) -> Result<Option<Box<dyn Deletes>>, LakeError> {
        if self.vectors.is_null(row) {
            return Ok(None);
        }
        let descriptor = self.descriptor(row).ok_or(UNREADABLE)?;
        let descriptor = descriptor.map_err(|_| LakeError::Damaged("a deletion vector is described wrongly"))?;
        let root = engine.root();
        let rows = u64::try_from(descriptor.cardinality).map_err(|_| UNREADABLE)?;
        let Some(place) = descriptor.absolute_path(root).map_err(|_| UNREADABLE)? else {
            let bitmap = descriptor.read(engine.storage_handler(), root);
            let bitmap = bitmap.map_err(|_| LakeError::Damaged("a deletion vector in the log cannot be read"))?;
            return Ok(Some(Box::new(Inline { bitmap, rows })));
        };
        let below = place.as_str().strip_prefix(root.as_str()).ok_or(LakeError::Outside)?;
        let object = engine.log().find(&place::relative(below)?).ok_or(LakeError::Missing)?.clone();
        let start = u64::try_from(descriptor.offset.unwrap_or(1)).map_err(|_| UNREADABLE)?;
        // The vector's own length and checksum stand around it, four bytes each.
        let end = start + u64::try_from(descriptor.size_in_bytes).map_err(|_| UNREADABLE)? + 8;
        let range = (end <= object.size).then_some(start..end);
        let range = range.ok_or(LakeError::Damaged("a deletion vector lies beyond the end of its object"))?;
        Ok(Some(Box::new(Vector { object, range, rows })))
    }

    /// None where the log is not of the form that the protocol gives it.
    fn descriptor(&self, row: usize) -> Option<Result<DeletionVectorDescriptor, KernelError>> {
        let column = |name| self.vectors.column_by_name(name);
        let text = |name| column(name)?.as_string_opt::<i32>().filter(|array| array.is_valid(row));
        let number = |name| column(name)?.as_primitive_opt::<Int32Type>().filter(|array| array.is_valid(row));
        let cardinality = column("cardinality")?.as_primitive_opt::<Int64Type>()?.value(row);
        let (kind, place) = (text("storageType")?.value(row), text("pathOrInlineDv")?.value(row));
        let (offset, size) = (number("offset").map(|array| array.value(row)), number("sizeInBytes")?.value(row));
        let kind = kind.parse().ok()?;
        Some(DeletionVectorDescriptor::try_new(kind, place, offset, size, cardinality))
    }
}
