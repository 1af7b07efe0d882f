//! Arrow IPC: packed buffers, dictionaries, and what is cut off or changed.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, DictionaryArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef};
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow::ipc::{self, CompressionType, Endianness, MessageArgs, MessageHeader, MetadataVersion, SchemaArgs};
use flatbuffers::{FlatBufferBuilder, ForwardsUOffset};
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

/// The stream with another length before its first packed buffer.
fn with_length(compression: CompressionType, magic: [u8; 4], length: i64) -> Vec<u8> {
    let mut bytes = written(&Format::ArrowStream, Some(compression));
    let packed = bytes.windows(4).position(|window| window == magic).expect("a packed buffer");
    bytes[packed - 8..packed].copy_from_slice(&length.to_le_bytes());
    bytes
}

#[test]
fn a_length_that_is_claimed_is_not_believed() {
    let codecs = [(CompressionType::ZSTD, 0xfd2f_b528u32), (CompressionType::LZ4_FRAME, 0x184d_2204)];
    for (compression, magic) in codecs {
        for length in [1, 1 << 40, i64::MAX, -2] {
            let bytes = with_length(compression, magic.to_le_bytes(), length);
            let mut outcome = None;
            let used = allocation_counter::measure(|| {
                outcome = Some(read(&bytes, Packing::None, &Format::ArrowStream, planned()).is_err());
            });
            assert_eq!(outcome, Some(true), "{compression:?} {length}");
            assert!(used.bytes_max < 1 << 20, "{compression:?} {length}: {} bytes", used.bytes_max);
        }
    }
}

/// A stream without rows whose numbers are in an order of bytes; the schema has no columns.
fn ordered(endianness: Endianness) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let fields = Some(builder.create_vector::<ForwardsUOffset<ipc::Field<'_>>>(&[]));
    let schema = ipc::Schema::create(&mut builder, &SchemaArgs { endianness, fields, ..SchemaArgs::default() });
    let header = MessageArgs {
        version: MetadataVersion::V5,
        header_type: MessageHeader::Schema,
        header: Some(schema.as_union_value()),
        ..MessageArgs::default()
    };
    let message = ipc::Message::create(&mut builder, &header);
    builder.finish(message, None);
    let metadata = builder.finished_data();
    let length = u32::try_from(metadata.len()).expect("a short schema").to_le_bytes();
    [&[0xff; 4][..], &length, metadata, &[0xff; 4], &[0; 4]].concat()
}

#[test]
fn numbers_in_the_other_order_of_bytes_are_refused() {
    let read = |endianness| {
        read(&ordered(endianness), Packing::None, &Format::ArrowStream, Arc::new(Schema::empty())).map(|_| ())
    };
    assert_eq!(read(Endianness::Little), Ok(()));
    assert!(read(Endianness::Big).is_err());
}

#[test]
fn a_footer_is_that_of_its_file() {
    let one = {
        let mut writer = FileWriter::try_new(Vec::new(), &batch().schema()).expect("a writer");
        writer.write(&batch()).expect("written");
        writer.into_inner().expect("ended")
    };
    let two = written(&Format::ArrowFile, None);
    let split = |file: &[u8]| {
        let length = file[file.len() - 10..file.len() - 6].try_into().map(u32::from_le_bytes).expect("a length");
        file.len() - 10 - length as usize
    };
    let read = |bytes: &[u8]| read(bytes, Packing::None, &Format::ArrowFile, planned()).map(|batch| batch.num_rows());
    assert_eq!((read(&one), read(&two)), (Ok(200), Ok(200)));
    assert!(read(&[&two[..split(&two)], &one[split(&one)..]].concat()).is_err());
    assert!(read(&[&one[..split(&one)], &two[split(&two)..]].concat()).is_err());
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
