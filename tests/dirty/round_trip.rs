//! What the writer writes, the reader reads.

use std::io::{Read, Write};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int8Array, Int64Array, ListBuilder, MapBuilder,
    RecordBatch, StringArray, StringBuilder, StructArray, TimestampMicrosecondArray, UInt64Array,
};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use verho::source::text::{Dialect, Escape, Format, Header, Limits, Packing, Reader, Writer};

use super::read;

fn written(batch: &RecordBatch, format: &Format, packing: Packing) -> Vec<u8> {
    let pack = packing.pack(Vec::new()).expect("a packer");
    let mut writer = Writer::new(pack, format, batch.schema()).expect("a writer");
    writer.write(&batch.slice(0, batch.num_rows() / 2)).expect("written");
    writer.write(&batch.slice(batch.num_rows() / 2, batch.num_rows() - batch.num_rows() / 2)).expect("written");
    let mut pack = writer.finish().expect("ended");
    pack.flush().expect("flushed");
    pack.finish().expect("finished")
}

fn returns(batch: &RecordBatch, format: &Format, packing: Packing) -> Result<(), TestCaseError> {
    let bytes = written(batch, format, packing);
    prop_assert_eq!(&bytes, &written(batch, format, packing));
    let back = read(&bytes, packing, format, batch.schema());
    prop_assert_eq!(back.as_ref(), Ok(batch), "{}", String::from_utf8_lossy(&bytes));
    let unpacked = packing.unpack(Box::new(Drip(bytes.into_iter()))).expect("an unpacker");
    let limits = Limits { batch_rows: 2, ..Limits::default() };
    let batches =
        Reader::new(unpacked, format, batch.schema(), limits).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let batches = batches.expect("batches");
    prop_assert!(batches.iter().all(|batch| batch.num_rows() <= 2));
    prop_assert_eq!(&concat_batches(&batch.schema(), &batches).expect("one batch"), batch);
    Ok(())
}

/// Bytes that come one at a time.
struct Drip(std::vec::IntoIter<u8>);

impl Read for Drip {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let next = out.first_mut().and_then(|first| self.0.next().map(|byte| *first = byte));
        Ok(usize::from(next.is_some()))
    }
}

const ROWS: usize = 6;

/// As many values as there are rows, some of them null.
fn column<T: std::fmt::Debug + Clone>(values: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<Option<T>>> {
    vec(weighted(0.8, values), ROWS)
}

/// Texts with all that means something to a format.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        r#"[a,;"\\\n\r\t|N{}: é\u{feff}\u{1f600}'=]{0,6}"#,
        "[^\\x00]{0,8}",
        Just(String::new()),
        Just("\\N".to_owned())
    ]
}

fn plain() -> impl Strategy<Value = Vec<ArrayRef>> {
    let moments = -62_135_596_800_000_000i64..253_402_300_800_000_000;
    let numbers = (column(any::<i64>()), column(any::<u64>()), column(any::<i8>()), column(any::<bool>()));
    let doubles = column(any::<f64>().prop_filter("finite", |double| double.is_finite()));
    let others = (doubles, column(-9_999_999i128..=9_999_999), column(-719_162..=2_932_896), column(moments));
    (column(text()), column(text()), numbers, others).prop_map(
        |(one, two, (int, uint, small, truth), (double, decimal, day, moment))| {
            let decimal = Decimal128Array::from(decimal).with_precision_and_scale(7, 3).expect("a decimal");
            let instant = TimestampMicrosecondArray::from(moment.clone()).with_timezone("UTC");
            vec![
                Arc::new(StringArray::from(one)) as ArrayRef,
                Arc::new(Int64Array::from(int)),
                Arc::new(UInt64Array::from(uint)),
                Arc::new(Int8Array::from(small)),
                Arc::new(BooleanArray::from(truth)),
                Arc::new(Float64Array::from(double)),
                Arc::new(decimal),
                Arc::new(Date32Array::from(day)),
                Arc::new(TimestampMicrosecondArray::from(moment)),
                Arc::new(instant),
                Arc::new(StringArray::from(two)),
            ]
        },
    )
}

fn table(columns: Vec<ArrayRef>) -> RecordBatch {
    let named = columns.into_iter().enumerate().map(|(at, column)| (format!("c{at}, \"{at}\""), column, true));
    RecordBatch::try_from_iter_with_nullable(named).expect("a table")
}

/// Lists of texts, maps of texts, and an object of both a list and a number.
fn nested() -> impl Strategy<Value = Vec<ArrayRef>> {
    let lists = column(vec(weighted(0.8, text()), 0..3));
    let maps = column(prop::collection::btree_map(text(), weighted(0.8, text()), 0..3));
    (lists, maps, column(any::<i64>()), vec(any::<bool>(), ROWS)).prop_map(|(lists, maps, numbers, valid)| {
        let mut list = ListBuilder::new(StringBuilder::new());
        lists.into_iter().for_each(|items| list.append_option(items));
        let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        for entries in maps {
            for (key, value) in entries.iter().flatten() {
                map.keys().append_value(key);
                map.values().append_option(value.as_ref());
            }
            map.append(entries.is_some()).expect("a map");
        }
        let (list, numbers): (ArrayRef, ArrayRef) = (Arc::new(list.finish()), Arc::new(Int64Array::from(numbers)));
        let number = |name: &str| Field::new(name, DataType::Int64, true);
        let fields = vec![Field::new("tags", list.data_type().clone(), true), number("a.b")];
        // Below a null object lies nothing.
        let hidden = |array: &ArrayRef| {
            let invalid = BooleanArray::from(valid.iter().map(|valid| !valid).collect::<Vec<_>>());
            arrow::compute::nullif(array, &invalid).expect("an array")
        };
        let columns = vec![hidden(&list), hidden(&numbers)];
        let object = StructArray::new(fields.into(), columns, Some(valid.clone().into()));
        vec![list, Arc::new(map.finish()) as ArrayRef, Arc::new(object), numbers]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn csv_comes_back(
        columns in plain(),
        sign in 0..4usize,
        [escape, header, null] in any::<[bool; 3]>(),
    ) {
        let dialect = Dialect {
            delimiter: b",;\t|"[sign],
            escape: if escape { Escape::Backslash } else { Escape::Doubled },
            header: if header { Header::Given } else { Header::Absent },
            null: if null { "\\N".to_owned() } else { String::new() },
            ..Dialect::default()
        };
        returns(&table(columns), &Format::Csv(dialect), Packing::None)?;
    }

    #[test]
    fn csv_of_one_column_comes_back(values in column(text())) {
        returns(&table(vec![Arc::new(StringArray::from(values))]), &Format::Csv(Dialect::default()), Packing::Gzip)?;
    }

    #[test]
    fn json_and_arrow_come_back(columns in plain(), nested in nested()) {
        let batch = table([columns, nested].concat());
        for format in [Format::Ndjson, Format::Json, Format::ArrowFile, Format::ArrowStream] {
            returns(&batch, &format, Packing::Zstd)?;
        }
    }
}

#[test]
fn what_a_format_cannot_express_is_refused() {
    let double: ArrayRef = Arc::new(Float64Array::from(vec![f64::NAN]));
    let nul: ArrayRef = Arc::new(StringArray::from(vec!["\0"]));
    for (column, format) in
        [(&double, Format::Ndjson), (&double, Format::Csv(Dialect::default())), (&nul, Format::Csv(Dialect::default()))]
    {
        let batch = table(vec![column.clone()]);
        let mut writer = Writer::new(Vec::new(), &format, batch.schema()).expect("a writer");
        assert!(writer.write(&batch).is_err(), "{format:?}");
    }
    let quoteless = Format::Csv(Dialect { quote: None, ..Dialect::default() });
    let batch =
        RecordBatch::try_from_iter([("a", Arc::new(StringArray::from(vec!["x,y"])) as ArrayRef)]).expect("a table");
    let mut writer = Writer::new(Vec::new(), &quoteless, batch.schema()).expect("a writer");
    assert!(writer.write(&batch).is_err());
}

#[test]
fn the_text_is_plain() {
    let texts: ArrayRef =
        Arc::new(StringArray::from(vec![Some("a,b"), None, Some(""), Some("say \"x\""), Some("=1+1")]));
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3), Some(4), Some(5)]));
    let batch = RecordBatch::try_from_iter([("t", texts), ("n", numbers)]).expect("a table");
    let csv = written(&batch, &Format::Csv(Dialect::default()), Packing::None);
    assert_eq!(String::from_utf8_lossy(&csv), "t,n\n\"a,b\",1\n,\n\"\",3\n\"say \"\"x\"\"\",4\n=1+1,5\n");
    let lines = written(&batch.slice(0, 2), &Format::Ndjson, Packing::None);
    assert_eq!(String::from_utf8_lossy(&lines), "{\"t\":\"a,b\",\"n\":1}\n{\"t\":null,\"n\":null}\n");
    let array = written(&batch.slice(0, 2), &Format::Json, Packing::None);
    assert_eq!(String::from_utf8_lossy(&array), "[\n{\"t\":\"a,b\",\"n\":1},\n{\"t\":null,\"n\":null}\n]\n");
}
