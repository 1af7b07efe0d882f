//! Arrow IPC: packed buffers, dictionaries, and what is cut off or changed.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, DictionaryArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef};
use arrow::ipc::CompressionType;
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use proptest::prelude::*;
use verho::source::text::{Fault, Format, Packing};

use super::read;

fn batch() -> RecordBatch {
    let words: DictionaryArray<Int32Type> =
        (0..200).map(|row| (row % 3 > 0).then(|| ["one", "two"][row % 2])).collect();
    let names = StringArray::from_iter_values((0..200).map(|row| format!("a rather long name {}", row % 7)));
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..200));
    let columns: [(&str, ArrayRef, bool); 3] =
        [("name", Arc::new(names), true), ("word", Arc::new(words), true), ("id", numbers, true)];
    RecordBatch::try_from_iter_with_nullable(columns).expect("a table")
}

fn planned() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, true), text("name"), text("word")]))
}

fn written(format: &Format, compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(compression).expect("options");
    let batch = batch();
    if *format == Format::ArrowFile {
        let mut writer = FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options).expect("a writer");
        writer.write(&batch).expect("written");
        writer.write(&batch.slice(0, 0)).expect("written");
        return writer.into_inner().expect("ended");
    }
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options).expect("a writer");
    writer.write(&batch).expect("written");
    writer.write(&batch.slice(0, 0)).expect("written");
    writer.into_inner().expect("ended")
}

const FORMATS: [Format; 2] = [Format::ArrowFile, Format::ArrowStream];
const PACKED: [Option<CompressionType>; 3] = [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)];

#[test]
fn columns_come_by_name_and_dictionaries_decoded() {
    for (format, compression) in FORMATS.iter().flat_map(|format| PACKED.map(|compression| (format, compression))) {
        let back = read(&written(format, compression), Packing::None, format, planned()).expect("rows");
        let (batch, id) = (batch(), back.column(0).as_primitive::<arrow::datatypes::Int64Type>());
        assert_eq!(id.values()[..], (0..200).collect::<Vec<i64>>()[..]);
        let words = arrow::compute::cast(batch.column(1), &DataType::Utf8).expect("texts");
        assert_eq!([back.column(1), back.column(2)], [batch.column(0), &words]);
    }
}

#[test]
fn another_schema_is_refused_with_its_column() {
    for format in &FORMATS {
        let mut fields: Vec<Field> = planned().fields().iter().map(|field| field.as_ref().clone()).collect();
        fields[1] = Field::new("nome", DataType::Utf8, true);
        let other = Arc::new(Schema::new(fields.clone()));
        let error = read(&written(format, None), Packing::None, format, other).expect_err("a refusal");
        assert_eq!(error.to_string(), "column `nome`: the object's schema is not the planned one");
        fields.pop();
        let fewer = Arc::new(Schema::new(fields));
        assert_eq!(
            read(&written(format, None), Packing::None, format, fewer).expect_err("a refusal").fault,
            Fault::OtherSchema
        );
    }
}

#[test]
fn every_cut_and_every_byte_behind_the_end_is_refused() {
    for format in &FORMATS {
        let whole = written(format, Some(CompressionType::LZ4_FRAME));
        for length in 0..whole.len() {
            assert!(read(&whole[..length], Packing::None, format, planned()).is_err(), "{format:?} cut at {length}");
        }
        let longer = [&whole[..], b"x"].concat();
        assert!(read(&longer, Packing::None, format, planned()).is_err(), "{format:?} with a byte behind it");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn changed_bytes_are_no_panic(
        packed in 0..3usize,
        is_file in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let format = &FORMATS[usize::from(is_file)];
        let mut bytes = written(format, PACKED[packed]);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes, Packing::None, format, planned());
    }
}
