//! How much a release claims: the levels of DESIGN law 10.

use std::fmt;
use std::str::FromStr;

/// What may be said of the output; a later one says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Direct identifiers are replaced; with the secret they could be found again.
    Pseudonymised,
    /// And nobody stands alone in the quasi-identifiers.
    Deidentified,
    /// And nothing is left that links back, the secret included.
    Anonymous,
}

impl Level {
    /// Every level, the weakest first.
    pub const ALL: [Level; 3] = [Level::Pseudonymised, Level::Deidentified, Level::Anonymous];

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Level::Pseudonymised => "pseudonymised",
            Level::Deidentified => "deidentified",
            Level::Anonymous => "anonymous",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Level::ALL.into_iter().find(|level| level.word() == word).ok_or(())
    }
}

/// A level, and the group size it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub level: Level,
    /// Subjects per combination of quasi columns, at least.
    pub k: Option<u64>,
}

impl Claim {
    /// Whether who has earned `self` may say `asked`.
    pub fn covers(&self, asked: &Claim) -> bool {
        asked.level <= self.level && asked.k.unwrap_or(0) <= self.k.unwrap_or(0)
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.k {
            Some(k) => write!(f, "{} with k = {k}", self.level),
            None => self.level.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_covers_what_says_less() {
        let earned = Claim { level: Level::Deidentified, k: Some(11) };
        assert!(earned.covers(&earned));
        assert!(earned.covers(&Claim { level: Level::Pseudonymised, k: None }));
        assert!(!earned.covers(&Claim { level: Level::Anonymous, k: None }));
        assert!(!earned.covers(&Claim { level: Level::Pseudonymised, k: Some(12) }));
    }
}
