//! TOML files as people write them: read with the place of every word, unknown keys refused.
//!
//! A [`Section`] remembers which keys its reader asked for. [`Section::finish`] refuses all others, so
//! "parsed" and "checked" are one step. Every [`Fault`] names file, line and column.

use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What is wrong in a file, where, and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {what}")]
pub struct Fault {
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    pub what: String,
    pub hint: Option<String>,
}

impl Fault {
    /// A fault of the file as a whole.
    pub fn whole_file(path: &Path, what: impl Into<String>, hint: impl Into<Option<String>>) -> Self {
        Fault { file: path.display().to_string(), line: 1, column: 1, what: what.into(), hint: hint.into() }
    }
}

/// The text of one file and its name.
pub struct Document {
    path: PathBuf,
    text: String,
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// A [`Fault`] at the start of the file where it cannot be read, is far too long or is not UTF-8.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        const FAR_TOO_LONG: u64 = 16 << 20;
        let fault = |why: &str| Fault::whole_file(path, format!("cannot be read: {why}"), None);
        let failed = |error: std::io::Error| fault(&error.kind().to_string());
        let about = std::fs::metadata(path).map_err(failed)?;
        // A pipe would be waited for.
        if !about.is_file() {
            return Err(fault("it is no file"));
        }
        if about.len() > FAR_TOO_LONG {
            return Err(fault("it is longer than 16 MiB"));
        }
        Ok(Document::of(path, std::fs::read_to_string(path).map_err(failed)?))
    }

    /// A document whose text is at hand; `path` is only named in faults.
    pub fn of(path: &Path, text: String) -> Self {
        Document { path: path.to_owned(), text }
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The top level of the file.
    ///
    /// # Errors
    /// Where the text is not TOML.
    pub fn root(&self) -> Result<Section<'_>, Fault> {
        let table = DeTable::parse(&self.text).map_err(|error| {
            let what = error.message().lines().collect::<Vec<_>>().join(", ");
            self.fault(error.span().unwrap_or(0..0), what, None)
        })?;
        let span = table.span();
        Ok(Section::new(self, String::new(), span, table.into_inner()))
    }

    fn fault(&self, span: Range<usize>, what: impl Into<String>, hint: Option<String>) -> Fault {
        let before = &self.text[..self.text.floor_char_boundary(span.start)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Fault {
            file: self.path.display().to_string(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            what: what.into(),
            hint,
        }
    }
}

/// The names of everything in a folder, in order; none where it is not there.
///
/// # Errors
/// A [`Fault`] where it cannot be read, or holds a name that is not UTF-8.
pub fn names_in(folder: &Path) -> Result<Vec<String>, Fault> {
    let unreadable = |error: io::Error| Fault::whole_file(folder, format!("cannot be read: {}", error.kind()), None);
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(unreadable)?,
    };
    let odd = |_| Fault::whole_file(folder, "holds a name that is not UTF-8", None);
    let name = |entry: io::Result<DirEntry>| entry.map_err(unreadable)?.file_name().into_string().map_err(odd);
    let mut names = entries.map(name).collect::<Result<Vec<_>, _>>()?;
    names.sort();
    Ok(names)
}

/// Of [`names_in`], those of folders.
///
/// # Errors
/// As there, and where it cannot be told what a name is of.
pub fn folders_in(folder: &Path) -> Result<Vec<String>, Fault> {
    let is_folder = |name: &String| match folder.join(name).metadata() {
        Ok(about) => Ok(about.is_dir()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Fault::whole_file(&folder.join(name), format!("cannot be read: {}", error.kind()), None)),
    };
    let named = names_in(folder)?.into_iter().map(|name| Ok((is_folder(&name)?, name)));
    let named = named.collect::<Result<Vec<_>, _>>()?;
    Ok(named.into_iter().filter_map(|(is_folder, name)| is_folder.then_some(name)).collect())
}

/// One table of a document; every key is taken once.
pub struct Section<'d> {
    document: &'d Document,
    name: String,
    span: Range<usize>,
    entries: BTreeMap<String, Entry<'d>>,
    /// Where the keys stood, taken ones included, so that a later check can point at them.
    places: BTreeMap<String, Range<usize>>,
    known: Vec<&'static str>,
}

struct Entry<'d> {
    key: Range<usize>,
    value: Spanned<DeValue<'d>>,
}

impl<'d> Section<'d> {
    fn new(document: &'d Document, name: String, span: Range<usize>, table: DeTable<'d>) -> Self {
        let mut entries = BTreeMap::new();
        let mut places = BTreeMap::new();
        for (key, value) in table {
            places.insert(key.get_ref().to_string(), value.span());
            entries.insert(key.get_ref().to_string(), Entry { key: key.span(), value });
        }
        Section { document, name, span, entries, places, known: Vec::new() }
    }

    /// Takes a value that must be there.
    ///
    /// # Errors
    /// Where it is missing or of another kind.
    pub fn required<T: FromValue<'d>>(&mut self, key: &'static str) -> Result<T, Fault> {
        match self.optional(key)? {
            Some(value) => Ok(value),
            None => Err(self.missing(key)),
        }
    }

    /// That a key is not there; one that nobody took and that is nearly called so may be meant.
    fn missing(&self, key: &str) -> Fault {
        let what = format!("`{key}` is missing{}", self.inside());
        match nearest(key, self.entries.keys().map(String::as_str)) {
            Some(typed) => {
                let at = self.entries[typed].key.clone();
                self.document.fault(at, what, Some(format!("is `{typed}` meant to be `{key}`?")))
            }
            None => self.fault(what, None),
        }
    }

    /// A table that stands here; what a name with a dot becomes where it has no quotes.
    pub fn table_within(&self) -> Option<&str> {
        let is_table = |entry: &Entry<'d>| matches!(entry.value.get_ref(), DeValue::Table(_));
        self.entries.iter().find(|(_, entry)| is_table(entry)).map(|(name, _)| name.as_str())
    }

    /// Takes a value that may be there.
    ///
    /// # Errors
    /// Where it is of another kind.
    pub fn optional<T: FromValue<'d>>(&mut self, key: &'static str) -> Result<Option<T>, Fault> {
        self.known.push(key);
        match self.entries.remove(key) {
            Some(entry) => {
                T::from_value(Place { document: self.document, name: key.to_owned(), value: entry.value }).map(Some)
            }
            None => Ok(None),
        }
    }

    /// Takes every value of a table whose keys are free names, with those names.
    ///
    /// # Errors
    /// Where one is of another kind.
    pub fn all<T: FromValue<'d>>(mut self) -> Result<Vec<(String, T)>, Fault> {
        let mut entries: Vec<_> = std::mem::take(&mut self.entries).into_iter().collect();
        entries.sort_by_key(|(_, entry)| entry.key.start);
        let named = |(name, entry): (String, Entry<'d>)| {
            let place = Place { document: self.document, name: name.clone(), value: entry.value };
            T::from_value(place).map(|value| (name, value))
        };
        entries.into_iter().map(named).collect()
    }

    /// Refuses every key that nobody asked for.
    ///
    /// # Errors
    /// At the first such key, with the nearest known name.
    pub fn finish(self) -> Result<(), Fault> {
        let Some((key, entry)) = self.entries.iter().min_by_key(|(_, entry)| entry.key.start) else {
            return Ok(());
        };
        let hint = match nearest(key, self.known.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known here: {}", self.known.join(", ")),
        };
        Err(self.document.fault(entry.key.clone(), format!("unknown key `{key}`{}", self.inside()), Some(hint)))
    }

    /// A fault of this section as a whole.
    pub fn fault(&self, what: impl Into<String>, hint: impl Into<Option<String>>) -> Fault {
        self.document.fault(self.span.clone(), what, hint.into())
    }

    /// A fault of the value under `key`, taken or not; of the section where there is none.
    pub fn fault_at(&self, key: &str, what: impl Into<String>, hint: impl Into<Option<String>>) -> Fault {
        let span = self.places.get(key).unwrap_or(&self.span);
        self.document.fault(span.clone(), what, hint.into())
    }

    /// Whether `key` stands in the file, taken or not.
    pub fn holds(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    /// The text under `key`, which stays there; none where it holds no text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.entries.get(key)?.value.get_ref().as_str()
    }

    /// The folder of the file: other files that it names lie below it.
    pub fn folder(&self) -> &Path {
        self.document.path.parent().unwrap_or(Path::new(""))
    }

    /// The path of the file that it stands in.
    pub fn path(&self) -> &'d Path {
        &self.document.path
    }

    fn inside(&self) -> String {
        if self.name.is_empty() { String::new() } else { format!(" in `{}`", self.name) }
    }
}

/// The known name that `typed` most likely means.
pub fn nearest<'n>(typed: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let closest = known.into_iter().map(|name| (strsim::damerau_levenshtein(typed, name), name)).min()?;
    (closest.0 <= 1 + typed.chars().count() / 3).then_some(closest.1)
}

/// A value, its name, and where it stands.
pub struct Place<'d> {
    document: &'d Document,
    name: String,
    value: Spanned<DeValue<'d>>,
}

impl Place<'_> {
    fn expected(&self, kind: &str) -> Fault {
        let found = self.value.get_ref().type_str();
        self.fault(format!("`{}` takes {kind}, found {found}", self.name))
    }

    fn fault(&self, what: String) -> Fault {
        self.document.fault(self.value.span(), what, None)
    }
}

/// A kind of value that a section can hold.
pub trait FromValue<'d>: Sized {
    /// # Errors
    /// Where the value is of another kind.
    fn from_value(place: Place<'d>) -> Result<Self, Fault>;
}

impl<'d> FromValue<'d> for String {
    fn from_value(place: Place<'d>) -> Result<Self, Fault> {
        match place.value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            _ => Err(place.expected("text")),
        }
    }
}

impl<'d> FromValue<'d> for i64 {
    fn from_value(place: Place<'d>) -> Result<Self, Fault> {
        let number = match place.value.get_ref() {
            DeValue::Integer(digits) => i64::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => None,
        };
        number.ok_or_else(|| place.expected("a whole number"))
    }
}

impl<'d> FromValue<'d> for u64 {
    fn from_value(place: Place<'d>) -> Result<Self, Fault> {
        let below = place.fault(format!("`{}` takes a whole number from 0, found one below it", place.name));
        let kind = place.expected("a whole number from 0");
        u64::try_from(i64::from_value(place).map_err(|_| kind)?).map_err(|_| below)
    }
}

impl<'d> FromValue<'d> for bool {
    fn from_value(place: Place<'d>) -> Result<Self, Fault> {
        place.value.get_ref().as_bool().ok_or_else(|| place.expected("true or false"))
    }
}

/// One value of any simple kind, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    Text(String),
    /// Digits of base ten, with sign, point and exponent where there are such.
    Number(String),
    Truth(bool),
    /// A date, a time of day, or both, by RFC 3339.
    Time(String),
}

impl<'d> FromValue<'d> for Scalar {
    fn from_value(place: Place<'d>) -> Result<Self, Fault> {
        let number = |digits: &str, radix| i128::from_str_radix(digits, radix).ok().map(|number| number.to_string());
        let scalar = match place.value.get_ref() {
            DeValue::String(text) => Some(Scalar::Text(text.to_string())),
            DeValue::Integer(digits) => number(digits.as_str(), digits.radix()).map(Scalar::Number),
            DeValue::Float(digits) => Some(Scalar::Number(digits.as_str().to_owned())),
            DeValue::Boolean(truth) => Some(Scalar::Truth(*truth)),
            DeValue::Datetime(time) => Some(Scalar::Time(time.to_string())),
            DeValue::Array(_) | DeValue::Table(_) => None,
        };
        scalar.ok_or_else(|| place.expected("one value"))
    }
}

impl<'d> FromValue<'d> for Timestamp {
    fn from_value(place: Place<'d>) -> Result<Self, Fault> {
        let written = match place.value.get_ref() {
            DeValue::Datetime(time) => time.to_string().parse().ok(),
            _ => None,
        };
        written.ok_or_else(|| place.expected("a time with a zone, like 2026-11-20T09:14:00Z"))
    }
}

impl<'d, T: FromValue<'d>> FromValue<'d> for Vec<T> {
    fn from_value(place: Place<'d>) -> Result<Self, Fault> {
        if !place.value.get_ref().is_array() {
            return Err(place.expected("a list"));
        }
        let Place { document, name, value } = place;
        let DeValue::Array(items) = value.into_inner() else { unreachable!("is_array was asked") };
        items.into_iter().map(|value| T::from_value(Place { document, name: name.clone(), value })).collect()
    }
}

impl<'d> FromValue<'d> for Section<'d> {
    fn from_value(place: Place<'d>) -> Result<Self, Fault> {
        if !place.value.get_ref().is_table() {
            return Err(place.expected("a table"));
        }
        let span = place.value.span();
        let DeValue::Table(table) = place.value.into_inner() else { unreachable!("is_table was asked") };
        Ok(Section::new(place.document, place.name, span, table))
    }
}

/// A word, or a table that says more.
pub enum WordOrTable<'d> {
    Word(String),
    Table(Section<'d>),
}

impl<'d> FromValue<'d> for WordOrTable<'d> {
    fn from_value(place: Place<'d>) -> Result<Self, Fault> {
        match place.value.get_ref() {
            DeValue::String(word) => Ok(WordOrTable::Word(word.to_string())),
            DeValue::Table(_) => Section::from_value(place).map(WordOrTable::Table),
            _ => Err(place.expected("text or a table")),
        }
    }
}

/// One value to compare others with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    Text(String),
    Whole(i64),
    Flag(bool),
    Day(jiff::civil::Date),
}

impl<'d> FromValue<'d> for Literal {
    fn from_value(place: Place<'d>) -> Result<Self, Fault> {
        let day = match place.value.get_ref() {
            DeValue::String(text) => return Ok(Literal::Text(text.to_string())),
            DeValue::Integer(_) => return i64::from_value(place).map(Literal::Whole),
            DeValue::Boolean(flag) => return Ok(Literal::Flag(*flag)),
            DeValue::Datetime(time) if time.time.is_none() => time.to_string().parse().ok(),
            _ => None,
        };
        day.map(Literal::Day)
            .ok_or_else(|| place.expected("text, a whole number, true, false or a day like 2026-11-20"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Fault {
        let document = Document::of(Path::new("verho.toml"), text.to_owned());
        let read = || {
            let mut root = document.root()?;
            root.required::<u64>("threads")?;
            root.finish()
        };
        read().expect_err("the text is wrong")
    }

    #[test]
    fn unknown_key_is_refused_with_the_nearest_name() {
        let fault = fault("threads = 1\nthread = 2\n");
        assert_eq!((fault.line, fault.column), (2, 1));
        assert_eq!(fault.hint.as_deref(), Some("did you mean `threads`?"));
    }

    #[test]
    fn a_missing_key_is_sought_among_those_that_nobody_knows() {
        let near = fault("limit = 2\nthraeds = 1\n");
        assert_eq!((near.line, near.column, near.what.as_str()), (2, 1, "`threads` is missing"));
        assert_eq!(near.hint.as_deref(), Some("is `thraeds` meant to be `threads`?"));
        assert_eq!(fault("limit = 2\n").hint, None);
    }

    #[test]
    fn wrong_kind_points_at_the_value() {
        let fault = fault("threads = \"two\"\n");
        assert_eq!((fault.line, fault.column), (1, 11));
    }

    #[test]
    fn negative_number_and_broken_text_are_refused() {
        assert_eq!(fault("threads = -1").what, "`threads` takes a whole number from 0, found one below it");
        assert_eq!(fault("threads = true").what, "`threads` takes a whole number from 0, found boolean");
        assert_eq!(fault("threads = 1\n\n = 3").line, 3);
    }
}
