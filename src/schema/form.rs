//! How the objects of a table are written down: `format`, `[csv]` and `output` in its schema file.

use crate::document::{Fault, Section, nearest};

/// How the rows of an object are written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// One record a line, fields between delimiters (RFC 4180).
    Csv(Dialect),
    /// One JSON object a line.
    Ndjson,
    /// One JSON array of objects.
    Json,
    /// The Arrow IPC file format.
    ArrowFile,
    /// The Arrow IPC streaming format.
    ArrowStream,
}

/// How a CSV file spells its fields; [`Dialect::default`] is that of RFC 4180, with a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// Stands between fields.
    pub delimiter: u8,
    /// Encloses fields; none where a quote is a character like any other.
    pub quote: Option<u8>,
    /// How a quote stands inside quotes.
    pub escape: Escape,
    /// Whether the first record names the columns.
    pub header: Header,
    /// The text that means null where it stands without quotes.
    pub null: String,
    /// What a quote inside a field without quotes is.
    pub stray_quote: StrayQuote,
}

/// How a quote stands inside quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// `""` is a quote.
    Doubled,
    /// `\"` is a quote and `\\` a backslash. Before anything else in quotes a backslash is refused; outside of
    /// quotes it is data.
    Backslash,
}

/// Whether the first record names the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// It does, exactly as the schema.
    Given,
    /// It does, but a schema cannot follow it, as where two columns have one name: they stand as the rules do.
    Skipped,
    /// It is a row already.
    Absent,
}

/// What a quote inside a field without quotes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrayQuote {
    Refused,
    Kept,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect {
            delimiter: b',',
            quote: Some(b'"'),
            escape: Escape::Doubled,
            header: Header::Given,
            null: String::new(),
            stray_quote: StrayQuote::Refused,
        }
    }
}

impl Dialect {
    /// Whether no sign has two meanings: with two of them no field is certain.
    pub fn is_clear(&self) -> bool {
        let escape = (self.escape == Escape::Backslash).then_some(b'\\');
        let signs = [Some(self.delimiter), self.quote, escape];
        let is_sign = |sign: u8| sign == b'\t' || (b' '..0x7f).contains(&sign);
        let clear = signs
            .iter()
            .enumerate()
            .all(|(at, sign)| sign.is_none_or(|sign| is_sign(sign) && !signs[..at].contains(&Some(sign))));
        let apart = |byte: u8| byte != self.delimiter && Some(byte) != self.quote && !b"\r\n\0".contains(&byte);
        clear && self.null.bytes().all(apart)
    }

    /// Whether a field must stand in quotes, so that it is read back as it is.
    pub fn needs_quotes(&self, field: &[u8]) -> bool {
        let is_sign = |byte: &u8| *byte == self.delimiter || Some(*byte) == self.quote || matches!(byte, b'\r' | b'\n');
        // A mark at the start of an object would be passed over.
        let is_mark = field.starts_with(b"\xef\xbb\xbf");
        is_mark || field == self.null.as_bytes() || field.iter().any(is_sign)
    }

    /// Whether a field can be written at all.
    pub fn holds(&self, field: &[u8]) -> bool {
        !field.contains(&0) && (self.quote.is_some() || !self.needs_quotes(field))
    }

    fn parse(mut section: Section<'_>) -> Result<Self, Fault> {
        let plain = Dialect::default();
        let delimiter = match section.optional::<String>("delimiter")? {
            None => plain.delimiter,
            Some(text) => one_sign(&section, "delimiter", &text)?,
        };
        let quote = match section.optional::<String>("quote")?.as_deref() {
            None => plain.quote,
            Some("") => None,
            Some(text) => Some(one_sign(&section, "quote", text)?),
        };
        let escape = one_of(&mut section, "escape", &[("doubled", Escape::Doubled), ("backslash", Escape::Backslash)])?;
        let header = match section.text("header").is_some() {
            true => one_of(&mut section, "header", &[("skipped", Header::Skipped)])?,
            false if section.optional::<bool>("header")? == Some(false) => Header::Absent,
            false => Header::Given,
        };
        let stray = [("refused", StrayQuote::Refused), ("kept", StrayQuote::Kept)];
        let stray_quote = one_of(&mut section, "stray_quote", &stray)?;
        let null = section.optional::<String>("null")?.unwrap_or_default();
        let dialect = Dialect { delimiter, quote, escape, header, null, stray_quote };
        if !dialect.is_clear() {
            return Err(section.fault("a sign has two meanings in this dialect, or is none", None));
        }
        section.finish()?;
        Ok(dialect)
    }
}

fn one_sign(section: &Section<'_>, key: &str, text: &str) -> Result<u8, Fault> {
    match text.as_bytes() {
        [sign] => Ok(*sign),
        _ => Err(section.fault_at(key, format!("`{key}` takes exactly one ASCII character"), None)),
    }
}

/// The value that a word stands for; that of the first word where there is none.
fn one_of<T: Copy>(section: &mut Section<'_>, key: &'static str, known: &[(&str, T)]) -> Result<T, Fault> {
    let Some(typed) = section.optional::<String>(key)? else { return Ok(known[0].1) };
    let found = known.iter().find(|(word, _)| *word == typed).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        let hint = match nearest(&typed, words.iter().copied()) {
            Some(word) => format!("did you mean \"{word}\"?"),
            None => format!("known: {}", words.join(", ")),
        };
        section.fault_at(key, format!("unknown {key} \"{typed}\""), hint)
    })
}

/// In which form a table comes and goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// Columns in pages, whose types and rows the object's footer tells. The output is Parquet too.
    Parquet,
    /// Columns in pages too, of the objects that a table's log names. The output is plain Parquet.
    Lake(Lake),
    /// Records one after the other, whose types the schema file declares.
    Records { format: Format, output: Output },
}

/// A table that keeps a log, and which of its states is read; the newest, if none is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lake {
    /// Delta Lake, and a version of the table.
    Delta(Option<i64>),
    /// Iceberg, and a snapshot's id.
    Iceberg(Option<i64>),
}

/// What is written of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Parquet,
    /// The source's format and packing.
    Same,
}

/// The formats by their names in a schema file.
#[derive(Clone, Copy, PartialEq)]
enum Named {
    Parquet,
    Delta,
    Iceberg,
    Csv,
    Ndjson,
    Json,
    ArrowFile,
    ArrowStream,
}

const NAMES: [(&str, Named); 8] = [
    ("parquet", Named::Parquet),
    ("delta", Named::Delta),
    ("iceberg", Named::Iceberg),
    ("csv", Named::Csv),
    ("ndjson", Named::Ndjson),
    ("json", Named::Json),
    ("arrow", Named::ArrowFile),
    ("arrow_stream", Named::ArrowStream),
];

impl Form {
    /// Says in plain words which state is read of a table that keeps a log.
    pub fn state(&self) -> Option<String> {
        let Form::Lake(lake) = self else { return None };
        Some(match lake {
            Lake::Delta(None) => "the version of a Delta Lake table that is the newest when a run begins".to_owned(),
            Lake::Delta(Some(version)) => format!("version {version} of a Delta Lake table"),
            Lake::Iceberg(None) => "the snapshot of an Iceberg table that is the newest when a run begins".to_owned(),
            Lake::Iceberg(Some(id)) => format!("snapshot {id} of an Iceberg table"),
        })
    }

    /// Takes `format`, `output`, `snapshot` and `[csv]` from the top of a schema file.
    ///
    /// # Errors
    /// Where one is missing, unknown, or does not go with the others.
    pub fn parse(root: &mut Section<'_>) -> Result<Self, Fault> {
        if !root.holds("format") {
            root.required::<String>("format")?;
        }
        let named = one_of(root, "format", &NAMES)?;
        built_with(&FEATURES, root, named)?;
        let dialect = root.optional::<Section<'_>>("csv")?;
        if dialect.is_some() && named != Named::Csv {
            return Err(root.fault_at("csv", "[csv] goes with `format = \"csv\"` alone", None));
        }
        let output = one_of(root, "output", &[("parquet", Output::Parquet), ("same", Output::Same)])?;
        let snapshot = root.optional::<i64>("snapshot")?;
        if snapshot.is_some() && !matches!(named, Named::Delta | Named::Iceberg) {
            return Err(root.fault_at("snapshot", "only tables that keep a log have snapshots", None));
        }
        if output == Output::Same && matches!(named, Named::Delta | Named::Iceberg) {
            let hint = "remove `output`: readers of such tables read Parquet too".to_owned();
            return Err(root.fault_at("output", "no log is written; the output is plain Parquet", hint));
        }
        let format = match named {
            Named::Parquet => return Ok(Form::Parquet),
            Named::Delta => return Ok(Form::Lake(Lake::Delta(snapshot))),
            Named::Iceberg => return Ok(Form::Lake(Lake::Iceberg(snapshot))),
            Named::Csv => Format::Csv(dialect.map(Dialect::parse).transpose()?.unwrap_or_default()),
            Named::Ndjson => Format::Ndjson,
            Named::Json => Format::Json,
            Named::ArrowFile => Format::ArrowFile,
            Named::ArrowStream => Format::ArrowStream,
        };
        Ok(Form::Records { format, output })
    }
}

/// The features that formats need, each with whether this program was built with it.
const FEATURES: [(&str, bool); 2] = [("delta", cfg!(feature = "delta")), ("iceberg", cfg!(feature = "iceberg"))];

/// Refuses a format that needs a feature which a program was built without.
fn built_with(features: &[(&str, bool)], root: &Section<'_>, named: Named) -> Result<(), Fault> {
    let needed = NAMES.iter().find(|(_, known)| *known == named).map(|(name, _)| *name);
    let Some((feature, _)) = features.iter().find(|(name, is_there)| Some(*name) == needed && !is_there) else {
        return Ok(());
    };
    let hint = format!("build it with the feature: cargo build --release --features {feature}");
    Err(root.fault_at("format", format!("this verho was built without {feature}"), hint))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::document::Document;

    #[test]
    fn a_format_that_was_not_built_is_refused_at_its_line() {
        let refused = |format: &str, features: [(&str, bool); 2]| {
            let document =
                Document::of(Path::new("people.toml"), format!("table = \"people\"\nformat = \"{format}\"\n"));
            let mut root = document.root().expect("TOML");
            let named = one_of(&mut root, "format", &NAMES).expect("is known");
            built_with(&features, &root, named).err()
        };
        for format in ["delta", "iceberg"] {
            let fault = refused(format, [("delta", false), ("iceberg", false)]).expect("is refused");
            assert_eq!(fault.to_string(), format!("people.toml:2:10: this verho was built without {format}"));
            assert!(fault.hint.is_some_and(|hint| hint.ends_with(&format!("--features {format}"))));
            assert_eq!(refused(format, [("delta", true), ("iceberg", true)]), None);
        }
        assert_eq!(refused("parquet", [("delta", false), ("iceberg", false)]), None);
        assert_eq!(FEATURES.map(|(_, is_there)| is_there), [cfg!(feature = "delta"), cfg!(feature = "iceberg")]);
    }

    #[test]
    fn a_sign_has_one_meaning() {
        assert!(Dialect::default().is_clear());
        let unclear = [
            Dialect { delimiter: b'"', ..Dialect::default() },
            Dialect { delimiter: b'\n', ..Dialect::default() },
            Dialect { delimiter: 0xe4, ..Dialect::default() },
            Dialect { delimiter: b'\\', escape: Escape::Backslash, ..Dialect::default() },
            Dialect { null: "a,b".to_owned(), ..Dialect::default() },
        ];
        assert!(!unclear.iter().any(Dialect::is_clear));
    }
}
