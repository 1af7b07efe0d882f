//! Arrow IPC: packed buffers, dictionaries, and what is cut off or changed.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Date64Array, DictionaryArray, FixedSizeListArray, Int64Array, ListArray,
    RecordBatch, StringArray, StringViewArray, StructArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef, TimeUnit};
use arrow::ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow::ipc::{self, CompressionType, Endianness, MessageArgs, MessageHeader, MetadataVersion, SchemaArgs};
use flatbuffers::{FlatBufferBuilder, ForwardsUOffset};
use proptest::prelude::*;
use verho::source::text::{Fault, Format, Limits, Packing, Reader};

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
        assert_eq!(error.to_string(), "column `nome`: the object has no such column");
        fields = planned().fields().iter().map(|field| field.as_ref().clone()).collect();
        fields[0] = Field::new("id", DataType::Date32, true);
        let other = Arc::new(Schema::new(fields.clone()));
        let error = read(&written(format, None), Packing::None, format, other).expect_err("a refusal");
        assert_eq!(error.to_string(), "column `id`: the column's type in the object is int64");
        fields.remove(0);
        let fewer = Arc::new(Schema::new(fields));
        let error = read(&written(format, None), Packing::None, format, fewer).expect_err("a refusal");
        assert_eq!(error.to_string(), "column `id`: the column is not listed in the schema");
    }
}

/// Columns as Polars, pandas and others write them, and the same in the plain form.
fn forms() -> Vec<(ArrayRef, ArrayRef)> {
    let texts = || vec![Some("a"), None, Some("a text of more than twelve letters"), Some("")];
    let plain: ArrayRef = Arc::new(StringArray::from(texts()));
    let as_type = |data_type: &DataType| arrow::compute::cast(&plain, data_type).expect("a form of text");
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(-3), Some(4)]));
    let moment = |unit, by: i64, zone: Option<&str>| {
        let data_type = DataType::Timestamp(unit, zone.map(Into::into));
        let counts: ArrayRef = Arc::new(Int64Array::from_iter(
            [Some(1), None, Some(-3), Some(4)].map(|seconds| seconds.map(|seconds: i64| seconds * by)),
        ));
        arrow::compute::cast(&counts, &data_type).expect("moments")
    };
    let list = |items: &ArrayRef, name: &str| -> ArrayRef {
        let (item, ends) = (Field::new(name, items.data_type().clone(), true), [1, 0, 2, 1]);
        let nulls = Some(vec![true, false, true, true].into());
        Arc::new(ListArray::new(Arc::new(item), OffsetBuffer::from_lengths(ends), items.clone(), nulls))
    };
    let large = |array: &ArrayRef| {
        let DataType::List(item) = array.data_type() else { panic!("a list") };
        arrow::compute::cast(array, &DataType::LargeList(item.clone())).expect("a list")
    };
    let group = |text: &ArrayRef, items: ArrayRef| -> ArrayRef {
        let fields = [("text", text.clone()), ("items", items)];
        let fields = fields.map(|(name, array)| (Arc::new(Field::new(name, array.data_type().clone(), true)), array));
        Arc::new(StructArray::from(fields.to_vec()))
    };
    let code = |values: DataType| as_type(&DataType::Dictionary(Box::new(DataType::UInt32), Box::new(values)));
    let views = as_type(&DataType::Utf8View);
    let fixed: ArrayRef = Arc::new(FixedSizeListArray::new(
        Arc::new(Field::new("item", DataType::Utf8View, true)),
        1,
        views.clone(),
        None,
    ));
    let of_one = |items: &ArrayRef| -> ArrayRef {
        let item = Field::new("element", items.data_type().clone(), true);
        Arc::new(ListArray::new(Arc::new(item), OffsetBuffer::from_lengths([1; 4]), items.clone(), None))
    };
    let in_milliseconds: ArrayRef =
        Arc::new(Date64Array::from(vec![Some(86_400_000), None, Some(-3 * 86_400_000), Some(0)]));
    let days: ArrayRef = Arc::new(Date32Array::from(vec![Some(1), None, Some(-3), Some(0)]));
    let coded = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Date64));
    let coded = arrow::compute::cast(&in_milliseconds, &coded).expect("a dictionary");
    let floats = arrow::compute::cast(&whole, &DataType::Float64).expect("numbers");
    vec![
        (views.clone(), plain.clone()),
        (as_type(&DataType::LargeUtf8), plain.clone()),
        (code(DataType::LargeUtf8), plain.clone()),
        (code(DataType::Utf8View), plain.clone()),
        (arrow::compute::cast(&whole, &DataType::Float32).expect("numbers"), floats),
        (moment(TimeUnit::Nanosecond, 1_000_000_000, None), moment(TimeUnit::Microsecond, 1_000_000, None)),
        (moment(TimeUnit::Second, 1, Some("Europe/Helsinki")), moment(TimeUnit::Microsecond, 1_000_000, Some("UTC"))),
        (large(&list(&views, "item")), list(&plain, "element")),
        (fixed, of_one(&plain)),
        (in_milliseconds, days.clone()),
        (coded, days),
        (group(&views, large(&list(&views, "item"))), group(&plain, list(&plain, "element"))),
    ]
}

#[test]
fn every_way_to_write_a_type_is_read_as_the_plain_one() {
    for (written, plain) in forms() {
        let batch = RecordBatch::try_from_iter([("x", written.clone())]).expect("a table");
        let planned = Arc::new(Schema::new(vec![Field::new("x", plain.data_type().clone(), true)]));
        for format in &FORMATS {
            let bytes = of_batches(format, &[batch.slice(0, 1), batch.slice(1, 3)]);
            let back = read(&bytes, Packing::None, format, planned.clone());
            let back = back.unwrap_or_else(|error| panic!("{:?}: {error}", written.data_type()));
            assert_eq!(back.column(0).to_data(), plain.to_data(), "{:?}", written.data_type());
        }
    }
}

/// Of dates that count milliseconds, what is no whole day would become another value.
#[test]
fn a_date_with_a_time_of_day_is_refused_with_its_column() {
    for at in [1, -1, 86_400_001, i64::MAX, 86_400_000 * (i64::from(i32::MAX) + 1)] {
        let dates: ArrayRef = Arc::new(Date64Array::from(vec![Some(0), None, Some(at)]));
        let batch = RecordBatch::try_from_iter([("born", dates)]).expect("a table");
        let planned = Arc::new(Schema::new(vec![Field::new("born", DataType::Date32, true)]));
        for format in &FORMATS {
            let bytes = of_batches(format, std::slice::from_ref(&batch));
            let error = read(&bytes, Packing::None, format, planned.clone()).expect_err("a refusal");
            let said = "column `born`: a date has a time of day, or lies beyond the calendar";
            assert_eq!(
                (error.to_string().as_str(), error.hint()),
                (said, "export the column as a timestamp, or as whole days")
            );
        }
    }
}

fn of_batches(format: &Format, batches: &[RecordBatch]) -> Vec<u8> {
    let schema = batches[0].schema();
    if *format == Format::ArrowFile {
        let mut writer = FileWriter::try_new(Vec::new(), &schema).expect("a writer");
        batches.iter().for_each(|batch| writer.write(batch).expect("written"));
        return writer.into_inner().expect("ended");
    }
    let mut writer = StreamWriter::try_new(Vec::new(), &schema).expect("a writer");
    batches.iter().for_each(|batch| writer.write(batch).expect("written"));
    writer.into_inner().expect("ended")
}

/// As Polars writes a file: no mark and no length before the schema, which readers find in the footer.
#[test]
fn a_schema_without_a_mark_before_it_is_found() {
    let whole = written(&Format::ArrowFile, None);
    let mark = whole.windows(4).position(|window| window == [0xff; 4]).expect("a mark");
    let length = u32::from_le_bytes(whole[mark + 4..mark + 8].try_into().expect("a length")) as usize;
    let bare = [&whole[..8], &whole[mark + 8..]].concat();
    assert_eq!(
        read(&bare, Packing::None, &Format::ArrowFile, planned()),
        read(&whole, Packing::None, &Format::ArrowFile, planned())
    );
    for cut in [9, 16, length, 8 + length, bare.len() - 1] {
        assert!(read(&bare[..cut], Packing::None, &Format::ArrowFile, planned()).is_err(), "{cut}");
    }
    let marks = [&whole[..8], &[0; 8], &[0xff; 4096]].concat();
    assert!(read(&marks, Packing::None, &Format::ArrowFile, planned()).is_err());
}

/// One view stands in many rows, and each of them becomes a text of its own.
#[test]
fn a_text_that_many_views_share_takes_no_more_memory_than_a_batch() {
    let (long, rows) = ("x".repeat(1 << 20), 4096);
    let one = StringViewArray::from_iter_values([long.as_str()]);
    let views = StringViewArray::new(vec![one.views()[0]; rows].into(), one.data_buffers().to_vec(), None);
    let batch = RecordBatch::try_from_iter([("x", Arc::new(views) as ArrayRef)]).expect("a table");
    let bytes = of_batches(&Format::ArrowStream, &[batch]);
    let planned = super::texts(["x"]);
    let mut seen = 0;
    let used = allocation_counter::measure(|| {
        let input = Box::new(std::io::Cursor::new(bytes.clone()));
        let reader = Reader::new(input, &Format::ArrowStream, planned, Limits::default()).expect("rows");
        seen = reader.map(|batch| batch.expect("a batch").num_rows()).sum();
    });
    assert_eq!(seen, rows);
    assert!(used.bytes_max < 64 << 20, "{} bytes", used.bytes_max);
}

#[test]
fn what_is_the_other_layout_is_told() {
    let told = |written: &Format, named: &Format| {
        let error = read(&self::written(written, None), Packing::None, named, planned()).expect_err("a refusal");
        error.to_string()
    };
    assert_eq!(told(&Format::ArrowStream, &Format::ArrowFile), "the object is a stream of Arrow IPC");
    assert_eq!(told(&Format::ArrowFile, &Format::ArrowStream), "the object is a file of Arrow IPC");
}

/// As Polars writes a file with categorical columns: its footer says that the dictionaries are behind the rows.
#[test]
fn a_dictionary_behind_its_rows_is_told() {
    let whole = written(&Format::ArrowStream, None);
    let starts: Vec<usize> = whole
        .windows(4)
        .enumerate()
        .filter(|(at, window)| at % 8 == 0 && *window == [0xff; 4])
        .map(|(at, _)| at)
        .collect();
    let [schema, dictionary, rows, .., end] = starts[..] else { panic!("messages") };
    let moved = [&whole[schema..dictionary], &whole[rows..end], &whole[dictionary..rows], &whole[end..]].concat();
    let error = read(&moved, Packing::None, &Format::ArrowStream, planned()).expect_err("a refusal");
    assert_eq!(error.fault, Fault::LateDictionary);
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
