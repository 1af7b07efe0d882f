//! Both ends of a link become equal where they were, or there is no plan; and codes are long enough to tell values apart.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::sync::Arc;

use arrow::array::{ArrayRef, Int16Array, Int32Array, Int64Array, ListArray, RecordBatch, StringArray};
use arrow::datatypes::Int64Type;
use common::desk::Desk;
use parquet::arrow::ArrowWriter;
use parquet::data_type::{FixedLenByteArray, FixedLenByteArrayType};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

fn schema(table: &str, rest: &str) -> String {
    format!(
        "customer = \"shop\"\ntable = \"{table}\"\nsource = \"shop/{table}/*.parquet\"\nformat = \"parquet\"\n{rest}"
    )
}

const CUSTOMERS: &str = "[columns]\nid = { class = \"direct\", method = \"pseudonym\", domain = \"customer\" }\n";

/// Orders whose `customer` has this rule, with a link on its ninth line.
fn orders(rule: &str) -> String {
    format!("\n[columns]\ncustomer = {{ {rule} }}\n[[link]]\nfrom = \"customer\"\nto = \"customers.id\"\n")
}

fn rule(options: &str) -> String {
    format!("class = \"direct\", method = \"pseudonym\", domain = \"customer\"{options}")
}

fn put(desk: &Desk, table: &str, column: &str, array: ArrayRef) {
    let batch = RecordBatch::try_from_iter([(column, array)]).expect("a batch");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let mut writer = ArrowWriter::try_new(file.reopen().expect("a handle"), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    desk.put(file.path(), &format!("shop/{table}/0.parquet"));
}

/// A desk with customers, and orders with these last lines of their schema.
fn desk(customers: &str, orders: &str) -> Desk {
    let desk = Desk::local("shop");
    desk.write("schemas/shop/customers.toml", &schema("customers", customers));
    desk.write("schemas/shop/orders.toml", &schema("orders", orders));
    desk
}

fn told(desk: &Desk, arguments: &[&str], code: i32) -> String {
    let output = desk.verho(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

#[test]
fn ends_that_differ_are_refused_where_the_link_stands() {
    let same = orders(&rule(""));
    let reason = rule(", small_domain = \"a reason changes no code\"");
    told(&desk(CUSTOMERS, &same), &["check"], 0);
    told(&desk(CUSTOMERS, &orders(&reason)), &["check"], 0);
    let cases = [
        (orders(&rule(", form = \"hex\"")), "their options are"),
        (orders(&rule(", normalise = [\"trim\"]")), "their options are"),
        (orders(&rule("").replace("\"customer\"", "\"another\"")), "their options are"),
        (orders("class = \"direct\", method = \"fake\", kind = \"name\""), "one is fake, the other pseudonym"),
        (same.replace("customers.id", "customer.id"), "there is no table `customer`"),
        (same.replace("customers.id", "customers.name"), "has no leaf `name`"),
        (same.replace("customers.id", "orders.customer"), "leads to itself"),
        (same.replace("customers.id", "customers"), "names no leaf"),
        (same.replace("from = \"customer\"", "from = \"id\""), "is not one of the columns"),
        (same.clone() + "measure = true\n", "unknown key `measure`"),
    ];
    for (orders, expected) in cases {
        let desk = desk(CUSTOMERS, &orders);
        for arguments in [&["check"][..], &["plan", "shop"], &["run", "shop"]] {
            let said = told(&desk, arguments, 3);
            assert!(said.contains(expected), "{said}");
            let line = if expected.contains("columns") { 9 } else { 10 };
            let line = if expected.contains("unknown") { 11 } else { line };
            assert!(said.contains(&format!("orders.toml:{line}:")) && said.contains("error: "), "{said}");
        }
    }
}

#[test]
fn ends_that_no_one_rule_would_join_are_not_told_to_have_one() {
    let fake = |of: &str| {
        format!("class = \"direct\", method = \"fake\", kind = \"name\", domain = \"customer\", of = \"{of}\"")
    };
    let key = "class = \"direct\", method = \"pseudonym\", domain = \"key\"";
    let customers = format!("subject = \"key\"\n[columns]\nkey = {{ {key} }}\nid = {{ {} }}\n", fake("subject"));
    let orders = orders(&fake("key")).replace("\n[columns]", &format!("\n[columns]\nkey = {{ {key} }}"));
    let said = told(&desk(&customers, &orders), &["check"], 3);
    assert!(said.contains("fake makes unequal values of equal ones"), "{said}");
    assert!(said.contains("hint: use a method that looks at the value alone"), "{said}");
}

#[test]
fn ends_of_other_types_are_refused_by_the_plan() {
    let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["1", "2"]));
    let base32 = CUSTOMERS.replace("\"customer\" }", "\"customer\", form = \"base32\" }");
    let kept = "class = \"attribute\", method = \"keep\", because = \"a test\"";
    let null = "class = \"direct\", method = \"null\"";
    let cases = [
        (CUSTOMERS.to_owned(), orders(&rule("")), "they become Utf8 and Int64"),
        (base32, orders(&rule(", form = \"base32\"")), "which are never equal"),
        (format!("[columns]\nid = {{ {kept} }}\n"), orders(kept), "they become Utf8 and Int32"),
        (
            format!("\n[columns]\nid = {{ {null} }}\n[[link]]\nfrom = \"id\"\nto = \"orders.customer\"\n"),
            orders(null),
            "nothing is left",
        ),
    ];
    for (customers, orders, expected) in cases {
        let desk = desk(&customers, &orders);
        put(&desk, "customers", "id", numbers.clone());
        put(&desk, "orders", "customer", texts.clone());
        told(&desk, &["check"], 0);
        let said = told(&desk, &["plan", "shop"], 3);
        assert!(said.contains(expected) && said.contains(".toml:10:6:"), "{said}");
    }
    let desk = desk(CUSTOMERS, &orders(&rule("")));
    put(&desk, "customers", "id", numbers);
    put(&desk, "orders", "customer", Arc::new(Int64Array::from(vec![1, 2])));
    let said = told(&desk, &["plan", "shop"], 0);
    assert!(said.contains("orders.customer") && said.contains("customers.id"), "{said}");
    assert!(said.contains("orphans") && said.contains("not known from footers"), "{said}");
}

/// One UUID in its bytes, of which the object says so, or nothing.
fn put_uuid(desk: &Desk, table: &str, column: &str, said: &str) {
    let message = format!("message m {{ required fixed_len_byte_array(16) {column} {said}; }}");
    let schema = Arc::new(parse_message_type(&message).expect("a schema"));
    let file = tempfile::NamedTempFile::new().expect("a file");
    let handle = file.reopen().expect("a handle");
    let mut writer = SerializedFileWriter::new(handle, schema, Arc::default()).expect("a writer");
    let mut group = writer.next_row_group().expect("a row group");
    let mut leaf = group.next_column().expect("a column").expect("the only one");
    let values = [FixedLenByteArray::from(vec![0x11; 16])];
    leaf.typed::<FixedLenByteArrayType>().write_batch(&values, None, None).expect("written");
    leaf.close().expect("closed");
    group.close().expect("closed");
    writer.close().expect("closed");
    desk.put(file.path(), &format!("shop/{table}/0.parquet"));
}

#[test]
fn a_uuid_in_bytes_and_its_text_are_not_equal() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["11111111-1111-1111-1111-111111111111"]));
    for (said, code) in [("(UUID)", 3), ("", 0)] {
        let desk = desk(CUSTOMERS, &orders(&rule("")));
        put_uuid(&desk, "customers", "id", said);
        put(&desk, "orders", "customer", text.clone());
        let told_of = told(&desk, &["plan", "shop"], code);
        assert_eq!(told_of.contains("which are never equal"), code == 3, "{told_of}");
        put_uuid(&desk, "orders", "customer", said);
        told(&desk, &["plan", "shop"], 0);
    }
}

#[test]
fn a_link_is_part_of_what_is_approved() {
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["1", "2"]));
    let desk = desk(CUSTOMERS, &orders(&rule("")));
    put(&desk, "customers", "id", ids.clone());
    put(&desk, "orders", "customer", ids);
    desk.approve("shop", "linked", 2);
    told(&desk, &["run", "shop"], 0);
    let (unlinked, _) =
        orders(&rule("")).split_once("[[link]]").map(|(a, b)| (a.to_owned(), b.to_owned())).expect("a link");
    desk.write("schemas/shop/orders.toml", &schema("orders", &unlinked));
    told(&desk, &["run", "shop"], 4);
}

#[test]
fn domains_whose_ends_differ_are_warned_of() {
    let ids: ArrayRef = Arc::new(StringArray::from(vec!["1", "2"]));
    let cases = [
        (rule(", normalise = [\"trim\"]"), ids.clone(), "different methods or options"),
        (rule(""), Arc::new(Int64Array::from(vec![1])) as ArrayRef, "different types"),
        (
            "class = \"direct\", method = \"fake\", kind = \"name\", domain = \"customer\"".to_owned(),
            ids.clone(),
            "different methods",
        ),
    ];
    for (rule, array, expected) in cases {
        let desk = desk(CUSTOMERS, &format!("[columns]\ncustomer = {{ {rule} }}\n"));
        put(&desk, "customers", "id", ids.clone());
        put(&desk, "orders", "customer", array);
        let said = told(&desk, &["plan", "shop"], 0);
        assert!(said.contains("warning: domain `customer`") && said.contains(expected), "{said}");
    }
}

#[test]
fn codes_that_are_likely_to_meet_are_refused_and_others_are_told() {
    let ids = || Arc::new(StringArray::from_iter_values((0..1_000).map(|row| row.to_string())));
    let desk_of = |options: &str| {
        let desk = Desk::local("shop");
        desk.write(
            "schemas/shop/customers.toml",
            &schema("customers", &format!("[columns]\nid = {{ {} }}\n", rule(options))),
        );
        put(&desk, "customers", "id", ids());
        desk
    };
    let likely = desk_of(", form = \"digits\", length = 6");
    let said = told(&likely, &["plan", "shop"], 6);
    assert!(said.contains("customers.toml:6") && said.contains("19 bits") && said.contains("hint: "), "{said}");
    let notable = desk_of(", form = \"digits\", length = 8");
    let said = told(&notable, &["plan", "shop"], 0);
    assert!(said.contains("warning: `customers.id`: of up to 1000 values") && said.contains("one in 134"), "{said}");
    let fine = desk_of("");
    assert!(!told(&fine, &["plan", "shop"], 0).contains("warning"));
    let codes = &fine.facts(&["plan", "shop"])["tables"][0]["codes"][0];
    assert_eq!((codes["values"].as_u64(), codes["bits"].as_u64()), (Some(1_000), Some(80)));
}

/// Items of lists are counted, not rows; and a narrow type has no more values than it can hold.
#[test]
fn values_are_counted_where_they_stand() {
    let desk = Desk::local("shop");
    let few = rule(", small_domain = \"a test\"");
    desk.write("schemas/shop/carts.toml", &schema("carts", &format!("[columns]\n\"ids[]\" = {{ {} }}\n", rule(""))));
    desk.write("schemas/shop/shops.toml", &schema("shops", &format!("[columns]\nid = {{ {few} }}\n")));
    let lists = (0..30i64).map(|row| Some((0..7).map(move |item| Some(row * 7 + item))));
    put(&desk, "carts", "ids", Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(lists)));
    put(&desk, "shops", "id", Arc::new(Int16Array::from_iter_values((0..70_000).map(|row| (row % 30_000) as i16))));
    let facts = desk.facts(&["plan", "shop"]);
    let values = [0, 1].map(|table: usize| facts["tables"][table]["codes"][0]["values"].as_u64());
    assert_eq!(values, [Some(210), Some(65_536)]);
}
