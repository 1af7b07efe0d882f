//! Samples of CSV: the dialect, the header if there is one, and some first records.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use bytes::Bytes;

use super::start::Start;
use super::{Depth, Leaf, ROWS, Taken};
use crate::scan::column::{Names, is_known, is_of_common_words, looks_like_a_name};
use crate::schema::{Dialect, Format, Header, LeafPath};
use crate::source::text::{Limits, Reader, TextError, narrowed, spells, undirected};

/// So much of the start tells the dialect, in bytes.
const TELLING: usize = 256 << 10;
/// A field is like those below it where it begins with as many letters as most of them do, in bytes.
const ALIKE: usize = 4;
/// So many values of one type tell what stands over them.
const TELLING_VALUES: usize = 8;
/// Words over so many columns of numbers name columns, whatever stands over the others.
const TELLING_COLUMNS: usize = 3;
/// What stands for null in text of MySQL, Postgres and Snowflake.
const MARK: &str = "\\N";
/// Words for null.
const NULLS: [&str; 4] = ["NULL", "null", "(null)", "<NA>"];
/// Words for what is missing, which are values too where texts are.
const MISSING: [&str; 8] = ["NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NaT", "None"];
/// Types whose columns hold no words.
const TYPES: [DataType; 3] = [DataType::Float64, DataType::Date32, DataType::Timestamp(TimeUnit::Microsecond, None)];
const NOTE: &str = "no header was recognised, so columns are numbered: if the first line is one, name the columns by it and \
     remove `header = false`, or say `header = \"skipped\"`";
const TWINS: &str =
    "several columns of its header have one name, so the header is skipped, and the columns stand as the rules do";

/// Looks into the start of an object.
///
/// # Errors
/// Where no one dialect fits, or a record is not of it.
pub fn take(start: &Start, depth: Depth) -> Result<Taken, TextError> {
    let bytes = match narrowed(&start.bytes) {
        Cow::Borrowed(_) => start.bytes.clone(),
        Cow::Owned(text) => text.into(),
    };
    let start = &Start { bytes, is_whole: start.is_whole };
    let telling = &start.bytes[..start.bytes.len().min(TELLING)];
    let mut dialect = Dialect::detect(telling)?;
    let first = dialect.names(telling)?;
    // The line that tells the delimiter is no record.
    let start = &Start { bytes: start.bytes.slice_ref(undirected(&start.bytes).1), is_whole: start.is_whole };
    let numbered = Dialect { header: Header::Absent, ..dialect.clone() };
    let mut arrays = match depth {
        Depth::Names => vec![Vec::new(); first.len()],
        Depth::Values => read(start, &numbered, first.len())?,
    };
    if let Some(null) = null_text(&arrays) {
        dialect.null = null.to_owned();
        arrays = read(start, &Dialect { null: null.to_owned(), ..numbered }, first.len())?;
    }
    dialect.header = header(&first, &arrays);
    let (names, skipped) = match dialect.header {
        Header::Given => (first, 1),
        Header::Skipped => (apart(first), 1),
        Header::Absent => ((1..=first.len()).map(numbered_name).collect(), 0),
    };
    let rows = arrays
        .first()
        .map_or(0, |arrays| arrays.iter().map(|array| array.len()).sum::<usize>())
        .saturating_sub(skipped);
    let leaf = |(name, mut texts): (String, Vec<ArrayRef>)| {
        if let Some(first) = texts.first_mut() {
            *first = first.slice(skipped.min(first.len()), first.len() - skipped.min(first.len()));
        }
        Leaf { path: LeafPath::column(&name), data_type: DataType::Utf8, nullable: true, texts }
    };
    let leaves = names.into_iter().zip(arrays).map(leaf).collect();
    let is_whole = depth == Depth::Values && start.is_whole && rows < ROWS;
    let note = match dialect.header {
        Header::Given => None,
        Header::Skipped => Some(TWINS),
        Header::Absent => Some(NOTE),
    };
    let (dialect, notes) = (Some(dialect), note.into_iter().map(str::to_owned).collect());
    Ok(Taken { dialect, notes, ..Taken::of(leaves, rows, is_whole) })
}

/// Lets objects whose first record names nobody's columns alone, but is the header of another one, have that header: so are exports
/// of a day on which nothing happened.
pub fn share_header(objects: &mut [Taken]) {
    let is_named = |taken: &&Taken| taken.dialect.as_ref().is_some_and(|dialect| dialect.header == Header::Given);
    let Some(named) = objects.iter().find(is_named) else { return };
    let dialect = named.dialect.clone();
    let names: HashSet<LeafPath> = named.leaves.iter().map(|leaf| leaf.path.clone()).collect();
    let numbered =
        objects.iter_mut().filter(|taken| taken.dialect.as_ref().is_some_and(|one| one.header == Header::Absent));
    for taken in numbered {
        let first: Option<Vec<LeafPath>> =
            taken.leaves.iter().map(|leaf| first_of(leaf).map(LeafPath::column)).collect();
        let Some(first) =
            first.filter(|first| first.len() == names.len() && first.iter().all(|name| names.contains(name)))
        else {
            continue;
        };
        taken.leaves.iter_mut().zip(first).for_each(|(leaf, name)| behind_first(leaf, name));
        taken.dialect = dialect.clone();
        taken.rows = taken.rows.saturating_sub(1);
        taken.notes.retain(|note| note != NOTE);
    }
}

/// What stands in the first record.
fn first_of(leaf: &Leaf) -> Option<&str> {
    let first = leaf.texts.first()?.as_string::<i32>();
    (!first.is_empty() && first.is_valid(0)).then(|| first.value(0))
}

/// Names a leaf by its first record, which is no value then.
fn behind_first(leaf: &mut Leaf, name: LeafPath) {
    leaf.path = name;
    if let Some(first) = leaf.texts.first_mut() {
        *first = first.slice(1, first.len() - 1);
    }
}

/// What the columns of a CSV text are called by its start, and the dialect, which says whether the first record is a header.
///
/// # Errors
/// Where no one dialect fits, or a record is not of it.
pub fn columns_of_csv(start: Bytes, is_whole: bool) -> Result<(Dialect, Vec<LeafPath>), TextError> {
    let taken = take(&Start { bytes: start, is_whole }, Depth::Values)?;
    Ok((taken.dialect.unwrap_or_default(), taken.leaves.into_iter().map(|leaf| leaf.path).collect()))
}

/// Some first records, column by column.
fn read(start: &Start, dialect: &Dialect, width: usize) -> Result<Vec<Vec<ArrayRef>>, TextError> {
    let fields: Vec<_> = (0..width).map(|at| Field::new(format!("column_{}", at + 1), DataType::Utf8, true)).collect();
    let limits = Limits { batch_rows: 64, ..Limits::default() };
    let schema = Arc::new(Schema::new(fields));
    let reader =
        Reader::new(Box::new(Cursor::new(start.bytes.clone())), &Format::Csv(dialect.clone()), schema, limits)?;
    let mut columns = vec![Vec::new(); width];
    let mut rows = 0;
    for batch in reader {
        match batch {
            Ok(batch) => {
                rows += batch.num_rows();
                columns.iter_mut().zip(batch.columns()).for_each(|(column, array)| column.push(array.clone()));
            }
            // What was read ends inside of a record.
            Err(_) if !start.is_whole && rows > 0 => break,
            Err(error) => return Err(error),
        }
        if rows >= ROWS {
            break;
        }
    }
    Ok(columns)
}

/// What means null where nothing is not what does: the mark of MySQL, Postgres and Snowflake, or a word that cannot be a value where
/// it stands, or is none anywhere.
fn null_text(columns: &[Vec<ArrayRef>]) -> Option<&'static str> {
    let texts = |at: usize| columns[at].iter().flat_map(|array| array.as_string::<i32>().iter());
    let all = || (0..columns.len()).flat_map(texts);
    if all().flatten().any(|text| text == MARK) {
        return Some(MARK);
    }
    // Where nothing stands for null already, words are words.
    if all().any(|text| text.is_none()) {
        return None;
    }
    let often = |word: &str| all().flatten().filter(|text| *text == word).nth(1).is_some();
    let typed = |word: &str, at: usize| {
        let others = || texts(at).flatten().skip(1).filter(|text| *text != word);
        let stands = texts(at).flatten().skip(1).any(|text| text == word);
        stands && others().next().is_some() && TYPES.iter().any(|data_type| spells(data_type, others()))
    };
    let is_null = |word: &&str| {
        (NULLS.iter().any(|null| null == word) && often(word)) || (0..columns.len()).any(|at| typed(word, at))
    };
    NULLS.into_iter().chain(MISSING).find(is_null)
}

/// What a column is called that has no name.
fn numbered_name(at: usize) -> String {
    format!("column_{at}")
}

/// Names of a header, each another one: what stands there a second time has its place behind it, and nothing a number alone.
fn apart(names: Vec<String>) -> Vec<String> {
    let mut known: HashSet<String> = names.iter().cloned().collect();
    let mut met = HashSet::new();
    let name = |(at, name): (usize, String)| {
        if !name.is_empty() && met.insert(name.clone()) {
            return name;
        }
        let stem = if name.is_empty() { "column" } else { &name };
        let mut numbered = (at + 1..).map(|number| format!("{stem}_{number}"));
        numbered.find(|name| known.insert(name.clone())).unwrap_or_else(|| numbered_name(at + 1))
    };
    names.into_iter().enumerate().map(name).collect()
}

/// What the first record is to the columns.
fn header(first: &[String], columns: &[Vec<ArrayRef>]) -> Header {
    match (is_header(first, columns), has_twins(first)) {
        (true, false) => Header::Given,
        (true, true) => Header::Skipped,
        (false, _) => Header::Absent,
    }
}

/// Whether the first record names the columns; where nothing tells, it is somebody's row.
fn is_header(first: &[String], columns: &[Vec<ArrayRef>]) -> bool {
    let over: Vec<bool> = (0..columns.len()).map(|at| stands_over_numbers(&first[at], columns, at)).collect();
    // What stands there twice may be a word for what is missing.
    let often = first.iter().zip(&over).filter(|(_, over)| **over).map(|(name, _)| name).collect::<HashSet<_>>().len();
    // In a row of somebody's, two words where all others have numbers are as unlikely as a name in small letters, and three are more so.
    if often * 2 > first.len() || often >= TELLING_COLUMNS || often == 2 && first.iter().all(|name| is_small(name)) {
        return !first.iter().enumerate().any(|(at, field)| !over[at] && is_value(field));
    }
    if has_twins(first) {
        return false;
    }
    let somebodys = |at: usize| !over.get(at).is_some_and(|over| *over) && may_be_somebodys(&first[at], columns, at);
    if (0..first.len()).any(somebodys) || is_row(first, columns) {
        return false;
    }
    let has_values = |at: usize| below(columns, at).next().is_some();
    let typed = |at: usize| !says_nothing(&first[at]) && is_typed(columns, at);
    // Words in small letters name columns only over values that are written otherwise.
    let spelled = |at: usize| first.iter().all(|name| is_plain(name)) && !below(columns, at).any(is_plain);
    let known = first.iter().filter(|name| is_known(name)).count();
    known * 2 > first.len() || (0..columns.len()).any(|at| has_values(at) && (typed(at) || spelled(at)))
}

/// Whether a field of what else is a header is a value all the same; words that name columns are none for being like one together, as
/// `Billing Street` is.
fn is_value(field: &str) -> bool {
    let is_worded = is_known(field) && !field.contains(|letter: char| letter.is_ascii_digit() || letter == '@');
    !is_worded && Names::default().is_data(field)
}

/// Whether two fields are the same, as no two columns are called.
fn has_twins(first: &[String]) -> bool {
    let mut sorted: Vec<_> = first.iter().collect();
    sorted.sort();
    sorted.windows(2).any(|pair| pair[0] == pair[1])
}

/// Whether a word stands over so many numbers or dates and nothing else that no row of theirs has it: whoever is called so, here
/// it is a name of a column.
fn stands_over_numbers(field: &str, columns: &[Vec<ArrayRef>], at: usize) -> bool {
    !says_nothing(field) && below(columns, at).nth(TELLING_VALUES - 1).is_some() && is_typed(columns, at)
}

/// Whether a column holds numbers or dates alone, below the first record.
fn is_typed(columns: &[Vec<ArrayRef>], at: usize) -> bool {
    TYPES.iter().any(|data_type| spells(data_type, below(columns, at)))
}

/// Whether a field may be the name of a person or a place, as of a row: a common word is none, unless what stands below it is.
fn may_be_somebodys(field: &str, columns: &[Vec<ArrayRef>], at: usize) -> bool {
    let are_like =
        || below(columns, at).filter(|text| looks_like_a_name(text)).count() * 2 > below(columns, at).count();
    looks_like_a_name(field) && !is_known(field) && (!is_of_common_words(field) || are_like())
}

/// Whether no letter of a text is a large one; those of many alphabets are neither.
fn is_small(text: &str) -> bool {
    !text.chars().any(char::is_uppercase)
}

/// Whether a text is written as names of columns are where machines make them.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// What stands among numbers for a number that is not there.
fn says_nothing(text: &str) -> bool {
    let is_no_word = !text.chars().any(char::is_alphabetic);
    is_no_word || ["na", "n/a", "nan", "nil", "none", "null", "unknown"].contains(&text.to_ascii_lowercase().as_str())
}

/// The values of a column below the first record.
fn below(columns: &[Vec<ArrayRef>], at: usize) -> impl Iterator<Item = &str> {
    columns[at].iter().flat_map(|array| array.as_string::<i32>().iter().flatten()).skip(1)
}

/// Whether the first record must be a row: its fields are no names, or are like those below them.
fn is_row(first: &[String], columns: &[Vec<ArrayRef>]) -> bool {
    let mut known = Names::default();
    let odd = |name: &String| known.is_data(name);
    let alike = |(at, name): (usize, &String)| {
        let same = below(columns, at).any(|text| !name.is_empty() && text == name);
        let start = name.get(..name.floor_char_boundary(ALIKE)).filter(|start| start.len() == ALIKE);
        let starts = start.map_or(0, |start| below(columns, at).filter(|text| text.starts_with(start)).count());
        same || (starts > 0 && starts * 2 >= below(columns, at).count())
    };
    first.iter().any(odd) || (!columns.is_empty() && first.iter().enumerate().any(alike))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &'static str) -> Taken {
        take(&Start { bytes: text.as_bytes().into(), is_whole: true }, Depth::Values).expect("CSV")
    }

    fn names(text: &'static str) -> Vec<String> {
        taken(text).leaves.iter().map(|leaf| leaf.path.to_string()).collect()
    }

    #[test]
    fn a_header_is_recognised_by_words_types_or_spelling() {
        assert_eq!(names("Email;Phone;Xyz\na@b.example;1-1;q\n"), ["Email", "Phone", "Xyz"]);
        assert_eq!(names("Qwe,Xyz\n1,q\n2,r\n"), ["Qwe", "Xyz"]);
        assert_eq!(names("id,name,city,plan\n"), ["id", "name", "city", "plan"], "of a table without a row");
        assert_eq!(names("abc,x_y\nU,q\nV w,r\n"), ["abc", "x_y"]);
        assert_eq!(names("Price,Stage\n7,Won\n5,Lost\n"), ["Price", "Stage"], "names of people, too");
    }

    #[test]
    fn what_spreadsheets_export_is_seen_as_it_is() {
        const PLAIN: &str = "id;city\n1;Oulu\n2;Ähtäri\n3;Ii\n";
        let plain = taken(PLAIN);
        let wide: Vec<u8> = format!("\u{feff}{PLAIN}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        for exported in [wide, format!("sep=;\r\n{PLAIN}").into(), format!("\u{feff}sep=;\n{PLAIN}").into()] {
            let seen = take(&Start { bytes: exported.into(), is_whole: true }, Depth::Values).expect("CSV");
            assert_eq!((&seen.dialect, seen.rows), (&plain.dialect, plain.rows));
            for (leaf, plain) in seen.leaves.iter().zip(&plain.leaves) {
                assert_eq!((&leaf.path, &leaf.texts), (&plain.path, &plain.texts));
            }
        }
    }

    #[test]
    fn what_means_null_is_recognised() {
        let null = |text: &'static str| taken(text).dialect.expect("CSV").null;
        assert_eq!(null("id,phone,city\n1,\\N,Oulu\n2,040,\n"), "\\N");
        assert_eq!(null("id,region\n1,NULL\n2,Lapland\n3,NULL\n"), "NULL");
        assert_eq!(null("id,price\n1,NA\n2,3.5\n"), "NA", "a number has no words");
        assert_eq!(null("id,day\n1,NaT\n2,2026-11-27\n"), "NaT");
        for text in [
            "id,name\n1,Null\n2,NULL\n",
            "id,code\n1,NA\n2,FI\n3,NA\n",
            "id,price\n1,NA\n2,\n3,4\n",
            "id,n\n1,\"NULL\"\n2,x\n",
        ] {
            assert_eq!(null(text), "", "{text}");
        }
    }

    #[test]
    fn words_over_numbers_name_columns_whoever_is_called_so() {
        let over = |head: &str, row: &str, rows: usize| {
            let text: &'static str = format!("{head}\n{}", format!("{row}\n").repeat(rows)).leak();
            names(text)
        };
        assert_eq!(over("Finland,Georgia,Chad", "1,2.5,3", 9), ["Finland", "Georgia", "Chad"]);
        assert_eq!(over("Al,Mg,Ba,type", "1,2,3,x", 9), ["Al", "Mg", "Ba", "type"]);
        assert_eq!(
            over("white,black,elo_w,elo_b", "Aino Koski,Eero Salo,1800,1950", 9),
            ["white", "black", "elo_w", "elo_b"]
        );

        assert_eq!(over("İl,Adı,Tutar,Kişi,Gün", "Van,Can,3,4,2026-11-27", 9)[4], "Gün");
        assert_eq!(over("şehir,adı,tutar,doğum tarihi", "Van,Can,3,2026-11-27 10:00:00", 9)[3], "doğum tarihi");
        assert_eq!(over("Lahti,Aino,n/a,7", "Oulu,Eino,3,8", 9)[0], "column_1");
        let order = "Billing Street,Billing Zip,Subtotal,Paid at,Lineitem quantity";
        assert_eq!(over(order, "Mill Lane,'04282,2.5,2026-11-27 10:00:00,3", 9)[0], "Billing Street");
        assert_eq!(over("12 Billing Street,a,b,c", "x,2,3,4", 9)[0], "column_1");

        assert_eq!(over("id,email,amount,amount", "1,a@b.example,3,4", 9), ["id", "email", "amount", "amount_4"]);
        assert_eq!(over("No,,Sum,Tax,", "1,x,3,4,", 9), ["No", "column_2", "Sum", "Tax", "column_5"]);
        assert_eq!(over("a,missing,missing,missing", "x,2,3,4", 9)[0], "column_1");

        assert_eq!(over("Finland,Georgia,Chad", "1,2.5,3", 3), ["column_1", "column_2", "column_3"], "too few to tell");
        assert_eq!(over("Aino,Lahti,7", "Eino,Turku,8", 9), ["column_1", "column_2", "column_3"]);
        assert_eq!(over("Aino,n/a,unknown", "Eino,7,8", 9), ["column_1", "column_2", "column_3"]);
    }

    #[test]
    fn a_first_record_that_may_be_a_row_names_nothing() {
        for text in [
            "Aino,Lahti\nEino,Turku\n",
            "1,a\n2,b\n",
            "a@b.example,x\nc@d.example,y\n",
            "lahti,turku\nlahti,oulu\n",
            "Aino,Katu\nEino,Tie\n",
            "lahti,aino\noulu,eino\n",
            "abc,x_y\nu,q\nv,r\n",
            "ainok,n/a\neerov,5\n",
            "ainok,\neerov,5\n",
            "aino,qwe\n7,5\n",
            "Price,Bill\nAino,Eino\n",
            "ainok,kp1\n",
            "Katuja 1x,Abc\nKatuja 2x,Def\n",
        ] {
            let taken = taken(text);
            let names: Vec<_> = taken.leaves.iter().map(|leaf| leaf.path.to_string()).collect();
            assert_eq!(names, ["column_1", "column_2"], "{text}");
            assert_eq!((taken.rows, taken.notes.len()), (text.lines().count(), 1), "{text}");
        }
    }
}
