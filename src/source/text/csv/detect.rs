//! Which dialect a sample is written in, where only one is possible.

use std::collections::BTreeMap;
use std::io::Cursor;

use super::super::Limits;
use super::super::error::{Count, Fault, TextError};
use super::super::input::Input;
use super::super::wide::narrowed;
use super::header::undirected;
use super::record::{Record, Records};
use crate::schema::{Dialect, Escape, StrayQuote};

/// How quotes are written, the strictest first.
const WAYS: [(Escape, StrayQuote); 3] = [
    (Escape::Doubled, StrayQuote::Refused),
    (Escape::Backslash, StrayQuote::Refused),
    (Escape::Doubled, StrayQuote::Kept),
];
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

impl Dialect {
    /// The dialect of a sample: the start of an object, or all of it.
    ///
    /// It is the one delimiter that gives every record as many fields, more than one, without a fault of
    /// quoting; with doubled quotes if possible, else with backslashes, else with quotes that are kept inside of fields, as of
    /// inches. Where no delimiter stands in the sample it has one column; where its first line says `sep=;`, the delimiter is that. That there is a header cannot be seen and is assumed. Meant to be pinned in
    /// the schema, where a person sees it.
    ///
    /// # Errors
    /// Where no dialect fits or more than one does, and where the sample is not UTF-8.
    pub fn detect(sample: &[u8]) -> Result<Self, TextError> {
        let sample = narrowed(sample);
        let (told, sample) = undirected(&sample);
        let delimiters = told.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
        for (escape, stray_quote) in WAYS {
            let tries: Vec<_> = delimiters
                .iter()
                .map(|&delimiter| Dialect { delimiter, escape, stray_quote, ..Dialect::default() })
                .collect();
            let widths: Vec<_> = tries.iter().map(|dialect| width(sample, dialect)).collect::<Result<_, _>>()?;
            let mut fitting = tries.iter().zip(&widths).filter(|(_, width)| width.is_some_and(|width| width > 1));
            match (fitting.next(), fitting.next()) {
                (Some((dialect, _)), None) => return Ok(dialect.clone()),
                (Some(_), Some(_)) => return Err(Fault::ManyDialects.into()),
                (None, _) if widths.iter().all(|width| *width == Some(1)) => return Ok(tries[0].clone()),
                (None, _) => {}
            }
        }
        let torn =
            delimiters.iter().filter_map(|&delimiter| ragged(sample, &Dialect { delimiter, ..Dialect::default() }));
        let before = u64::from(told.is_some());
        let placed = |error: TextError| TextError { line: error.line.map(|line| line + before), ..error };
        Err(torn.min_by_key(|(unlike, _)| *unlike).map_or_else(|| undivided(sample).into(), |(_, error)| placed(error)))
    }
}

/// Why no dialect fits, where every one of them ends at the same.
fn undivided(sample: &[u8]) -> Fault {
    match (sample.contains(&0), sample.contains(&b'\r'), sample.contains(&b'\n')) {
        (true, ..) => Fault::Nul,
        (false, true, false) => Fault::LoneReturn,
        _ => Fault::NoDialect,
    }
}

/// How many records have not as many fields as most have, and the first of them, where most have as many.
fn ragged(sample: &[u8], dialect: &Dialect) -> Option<(usize, TextError)> {
    let limits = Limits::default();
    let input = Input::open(Box::new(Cursor::new(sample.to_vec()))).ok()?;
    let found = widths(Records::new(input, dialect, limits, limits.columns))?;
    let mut counts = BTreeMap::new();
    found.iter().for_each(|(_, width)| *counts.entry(*width).or_insert(0usize) += 1);
    let (planned, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let (line, width) = *found.iter().find(|(_, width)| *width != planned)?;
    let fault = Fault::Ragged { found: Count::Exactly(width), planned };
    let is_told = planned > 1 && width > 0 && count * 2 > found.len();
    is_told.then(|| (found.len() - count, TextError::at(line, fault)))
}

/// How many fields every record has; none where they differ or the dialect does not fit.
fn width(sample: &[u8], dialect: &Dialect) -> Result<Option<usize>, TextError> {
    let limits = Limits::default();
    let input = Input::open(Box::new(Cursor::new(sample.to_vec())))?;
    let widths = widths(Records::new(input, dialect, limits, limits.columns));
    Ok(widths
        .filter(|widths| widths.windows(2).all(|pair| pair[0].1 == pair[1].1))
        .and_then(|widths| widths.first().map(|(_, width)| *width)))
}

/// Of each record that is surely whole, its line and how many fields it has; one behind a blank line has none.
fn widths(mut records: Records) -> Option<Vec<(u64, usize)>> {
    let (mut record, mut widths, mut blank) = (Record::default(), Vec::new(), false);
    loop {
        match records.read(&mut record) {
            Ok(true) if record.is_blank() => blank = true,
            Ok(true) => widths.push((record.line, if std::mem::take(&mut blank) { 0 } else { record.width() })),
            Ok(false) => break,
            // The sample ends inside of quotes: what came before is whole.
            Err(TextError { fault: Fault::OpenQuote, .. }) => return Some(widths),
            Err(_) => return None,
        }
    }
    // The sample may end inside of a record.
    if !records.is_line_ended() && widths.len() > 1 {
        widths.pop();
    }
    Some(widths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delimiter(sample: &[u8]) -> Result<u8, Fault> {
        Dialect::detect(sample).map(|dialect| dialect.delimiter).map_err(|error| error.fault)
    }

    #[test]
    fn one_delimiter_that_fits_is_taken() {
        for (sample, found) in
            [(&b"a,b\n1,2\n"[..], b','), (b"a;b\n1,5;2,5\n", b';'), (b"a\tb\r\n1\t2\r\n", b'\t'), (b"a|b", b'|')]
        {
            assert_eq!(delimiter(sample), Ok(found));
        }
        assert_eq!(delimiter(b"a\n1\n2\n"), Ok(b','));
    }

    #[test]
    fn what_spreadsheets_write_is_told_by_its_mark_and_its_first_line() {
        assert_eq!(delimiter(b"\xff\xfea\0\t\0b\0\n\x001\0\t\x002\0"), Ok(b'\t'));
        for sample in [&b"sep=;\na;b,c\n1;2,3\n"[..], b"\xef\xbb\xbfsep=;\r\na;b,c\r\n"] {
            assert_eq!(delimiter(sample), Ok(b';'));
        }
        let error = Dialect::detect(b"sep=;\na;b\n1;2\n3;4\n5;6;7\n").expect_err("a refusal");
        assert_eq!(error.line, Some(5));
        let dialect = Dialect::detect(b"sep=;\r\na;b,c\r\n1;2,3\r\n").expect("a dialect");
        assert_eq!(dialect.names(b"sep=;\r\na;b,c\r\n1;2,3\r\n"), Ok(vec!["a".to_owned(), "b,c".to_owned()]));
    }

    #[test]
    fn a_sample_that_is_cut_off_still_shows_it() {
        for sample in [&b"a,b,c\n1,2,3\n4,5"[..], b"a,b\n1,\"2\nand", b"a,b\n1,\"2\n"] {
            assert_eq!(delimiter(sample), Ok(b','));
        }
    }

    #[test]
    fn doubt_is_a_refusal() {
        assert_eq!(delimiter(b"a,b;c\n1,2;3\n"), Err(Fault::ManyDialects));
        for sample in [&b"a,b\n1\n"[..], b"a,b\n\n1,2\n", b"a,b\n\"1\"x,2\n3,4\n", b""] {
            assert_eq!(delimiter(sample), Err(Fault::NoDialect));
        }
        assert_eq!(delimiter(b"a,b\n1,x\0\n"), Err(Fault::Nul));
        assert_eq!(delimiter(b"a,b\r1,2\r3,4\r"), Err(Fault::LoneReturn));
        assert_eq!(delimiter(b"sep=a;b\n1;2\n"), Ok(b';'));
        assert_eq!(delimiter(b"a\0,\0b\0"), Err(Fault::WideText));
    }

    #[test]
    fn the_record_that_most_others_are_not_like_is_named() {
        for (sample, line, found) in [
            (&b"a,b\n1,2\n3,4\n5,6,7\n8,9\n"[..], 4, 3),
            (b"of;\na;b;c\n1;2;3,5\n4;5;6,5\n7;8;9,1\n", 1, 2),
            (b"a;b\n\"x\ny\";1\n3\n4;5\n", 4, 1),
        ] {
            let error = Dialect::detect(sample).expect_err("a refusal");
            let Fault::Ragged { found: Count::Exactly(fields), .. } = error.fault else { panic!("{error}") };
            assert_eq!((error.line, fields), (Some(line), found), "{error}");
        }
    }

    #[test]
    fn backslashes_are_seen_where_doubled_quotes_do_not_fit() {
        let dialect = Dialect::detect(b"a,b\n1,\"x\\\"y\"\n").expect("a dialect");
        assert_eq!((dialect.delimiter, dialect.escape), (b',', Escape::Backslash));
        let dialect = Dialect::detect(b"id;size\n1;27\" wide\n2;=F(\"x\")\n").expect("a dialect");
        assert_eq!((dialect.delimiter, dialect.stray_quote), (b';', StrayQuote::Kept));
    }
}
