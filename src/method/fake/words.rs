//! Lists of words, made to be copied from fast.

/// What is copied at once. Copies of a size known beforehand need no call; nearly all words are shorter.
pub const STRIDE: usize = 32;

/// Words one behind the other.
pub struct Words {
    listed: Vec<&'static str>,
    /// The words as they are written, and a stride of zeros behind the last.
    bytes: Vec<u8>,
    /// Where every word starts, and where the last one ends.
    starts: Vec<u32>,
}

impl Words {
    /// The words of a list, written as they stand there.
    pub fn of(listed: &[&'static str]) -> Self {
        Words { listed: listed.to_vec(), ..Words::written(listed.iter().map(|word| (*word).to_owned())) }
    }

    /// The words of a list, written in lower case.
    pub fn lower(listed: &[&'static str]) -> Self {
        let lower = |word: &&str| word.chars().flat_map(char::to_lowercase).collect();
        Words { listed: listed.to_vec(), ..Words::written(listed.iter().map(lower)) }
    }

    /// Texts that are no words of a list and so nobody's.
    pub fn written(texts: impl Iterator<Item = String>) -> Self {
        let (mut bytes, mut starts) = (Vec::new(), vec![0]);
        for text in texts {
            bytes.extend_from_slice(text.as_bytes());
            starts.push(u32::try_from(bytes.len()).expect("lists are compiled in, and short"));
        }
        bytes.extend_from_slice(&[0; STRIDE]);
        Words { listed: Vec::new(), bytes, starts }
    }

    /// The words as the list has them.
    pub fn listed(&self) -> &[&'static str] {
        &self.listed
    }

    /// How many there are.
    #[inline]
    pub fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// How long they are on average, rounded up.
    pub fn mean_length(&self) -> usize {
        (self.bytes.len() - STRIDE).div_ceil(self.count().max(1))
    }

    /// Writes one of them.
    #[inline]
    pub fn write(&self, index: usize, out: &mut Vec<u8>) {
        let (start, end) = (self.starts[index] as usize, self.starts[index + 1] as usize);
        let (word, after) = (&self.bytes[start..], out.len() + end - start);
        match word.first_chunk::<STRIDE>() {
            Some(stride) if end - start <= STRIDE => out.extend_from_slice(stride),
            _ => out.extend_from_slice(&word[..end - start]),
        }
        out.truncate(after);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_length_are_written_whole() {
        let texts: Vec<String> = (0..80).map(|length| "ä".repeat(length)).collect();
        let words = Words::written(texts.iter().cloned());
        assert_eq!(words.count(), texts.len());
        let mut out = Vec::new();
        (0..words.count()).for_each(|index| words.write(index, &mut out));
        assert_eq!(out, texts.concat().into_bytes());
    }
}
