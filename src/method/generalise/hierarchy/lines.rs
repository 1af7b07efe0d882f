//! A file of a hierarchy, read.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};

/// What the values of a file are at one level.
pub struct Lines {
    /// BLAKE3 of the whole file.
    pub digest: blake3::Hash,
    /// What each line says at the level.
    pub texts: ArrayRef,
    /// The line of each value, from 0.
    by_value: Arc<HashMap<Vec<u8>, u32>>,
    /// What each line says at the levels above that all lines have, the next one first.
    above: Vec<ArrayRef>,
}

impl Lines {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong, and in which line; no field of it.
    pub fn read(content: &[u8], level: u64) -> Result<Self, String> {
        let (mut by_value, mut texts): (_, Vec<Vec<String>>) = (HashMap::new(), Vec::new());
        let text = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader.has_headers(false).flexible(true).delimiter(delimiter(text));
        for (line, record) in reader.from_reader(text).into_records().enumerate() {
            let of_line = |what: &str| format!("line {} {what}", line + 1);
            let record = record.map_err(|_| of_line("is not UTF-8"))?;
            let from = usize::try_from(level).unwrap_or(usize::MAX);
            if record.get(from).is_none() {
                return Err(of_line(&format!("has no level {level}")));
            }
            texts.push(record.iter().skip(from).map(str::to_owned).collect());
            let number = u32::try_from(line).map_err(|_| of_line("is one too many"))?;
            if by_value.insert(record[0].as_bytes().to_owned(), number).is_some() {
                return Err(of_line("gives a value for the second time"));
            }
        }
        let levels = texts.iter().map(Vec::len).min().unwrap_or(1);
        let at = |level| -> ArrayRef { Arc::new(StringArray::from_iter_values(texts.iter().map(|line| &line[level]))) };
        let (texts, above) = (at(0), (1..levels).map(at).collect());
        Ok(Lines { digest: blake3::hash(content), texts, by_value: Arc::new(by_value), above })
    }

    /// The same lines one level further up, where all of them have it.
    pub fn above(&self) -> Option<Self> {
        let (texts, above) = self.above.split_first()?;
        let (texts, by_value, above) = (texts.clone(), self.by_value.clone(), above.to_vec());
        Some(Lines { digest: self.digest, texts, by_value, above })
    }

    /// The line of a value; none where it is in no line.
    pub fn of(&self, value: &[u8]) -> Option<u32> {
        self.by_value.get(value).copied()
    }
}

/// The semicolon, where the first line has one.
fn delimiter(text: &[u8]) -> u8 {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if first.contains(&b';') { b';' } else { b',' }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};

    use super::*;

    fn read(content: &str, level: u64) -> Result<Vec<String>, String> {
        let lines = Lines::read(content.as_bytes(), level)?;
        Ok(lines.texts.as_string::<i32>().iter().flatten().map(str::to_owned).collect())
    }

    #[test]
    fn files_of_both_delimiters_are_read() {
        assert_eq!(read("\u{feff}a;x,y;*\r\n\"b;c\";z;*\n", 1), Ok(vec!["x,y".to_owned(), "z".to_owned()]));
        assert_eq!(read("a,x,*\nb,y,*", 2), Ok(vec!["*".to_owned(); 2]));
        assert_eq!(Lines::read(b"a;x\n\"b;c\";y", 1).map(|lines| lines.of(b"b;c")), Ok(Some(1)));
    }

    #[test]
    fn faults_name_the_line_and_no_field() {
        assert_eq!(read("secret;x\nsecret;y", 1), Err("line 2 gives a value for the second time".to_owned()));
        assert_eq!(read("secret;x\nother", 1), Err("line 2 has no level 1".to_owned()));
        assert!(Lines::read(b"secret;\xff", 1).is_err_and(|what| what == "line 1 is not UTF-8"));
        assert_eq!(Lines::read(b"", 1).map(|lines| lines.texts.len()), Ok(0));
    }
}
