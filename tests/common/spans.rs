//! How well spans that were found agree with those that are there: precision and recall by kind.
//!
//! A span that is there is found where one of an equal kind overlaps it by half or more (intersection over union), one to
//! one, the best first. What is found counts against precision unless it is right, touches one that may be found or not,
//! or lies inside one of an equal kind.

use std::collections::BTreeMap;

use verho::detect::Detector;

/// A text and what is in it, in code points.
pub struct Labelled {
    pub text: String,
    pub spans: Vec<(usize, usize, String)>,
}

/// What was counted of a kind.
#[derive(Debug, Default, Clone, Copy)]
pub struct Count {
    pub there: usize,
    pub right: usize,
    pub wrong: usize,
}

impl Count {
    pub fn precision(&self) -> f64 {
        self.right as f64 / (self.right + self.wrong) as f64
    }

    pub fn recall(&self) -> f64 {
        self.right as f64 / self.there as f64
    }

    /// Recall counts twice as much.
    pub fn f2(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        5.0 * precision * recall / (4.0 * precision + recall)
    }

    pub fn add(self, other: Count) -> Count {
        Count { there: self.there + other.there, right: self.right + other.right, wrong: self.wrong + other.wrong }
    }
}

/// Counts by kind.
pub type Counts = BTreeMap<String, Count>;

/// Whether what was found is of a kind that is right for what is there.
fn is_equal(there: &str, found: &str) -> bool {
    match there {
        "DOMAIN" => matches!(found, "URL" | "DOMAIN"),
        "DOB" => matches!(found, "DOB" | "DATE"),
        "EMAIL_OBF" => matches!(found, "EMAIL" | "EMAIL_OBF"),
        "ADDRESS" => matches!(found, "ADDRESS" | "LOCATION"),
        "POSTCODE" => matches!(found, "POSTCODE" | "LOCATION"),
        _ => there == found,
    }
}

/// Spans that may be found or not.
fn is_free(kind: &str) -> bool {
    kind == "URL_GENERIC"
}

/// Of two pieces of a text, the share of both that is of either.
fn overlap(one: (usize, usize), other: (usize, usize)) -> f64 {
    let both = one.1.min(other.1).saturating_sub(one.0.max(other.0));
    let either = one.1.max(other.1) - one.0.min(other.0);
    both as f64 / either as f64
}

/// Finds what is in every text, and counts.
pub fn score(texts: &[Labelled]) -> Counts {
    let (mut detector, mut counts) = (Detector::default(), Counts::new());
    for labelled in texts {
        score_one(labelled, &found(&mut detector, &labelled.text), &mut counts);
    }
    counts
}

/// What is found in a text, in code points.
fn found(detector: &mut Detector, text: &str) -> Vec<(usize, usize, String)> {
    let points = |at: usize| text[..at].chars().count();
    detector.find(text).iter().map(|span| (points(span.start), points(span.end), span.kind.to_owned())).collect()
}

fn score_one(labelled: &Labelled, found: &[(usize, usize, String)], counts: &mut Counts) {
    let mut pairs = Vec::new();
    for (there, (start, end, kind)) in labelled.spans.iter().enumerate().filter(|(_, span)| !is_free(&span.2)) {
        counts.entry(kind.clone()).or_default().there += 1;
        for (at, one) in found.iter().enumerate().filter(|(_, one)| is_equal(kind, &one.2)) {
            let share = overlap((*start, *end), (one.0, one.1));
            if share >= 0.5 {
                pairs.push((share, there, at));
            }
        }
    }
    pairs.sort_by(|one, other| other.partial_cmp(one).expect("numbers"));
    let (mut taken, mut right) = (vec![false; labelled.spans.len()], vec![false; found.len()]);
    for (_, there, at) in pairs {
        if !taken[there] && !right[at] {
            (taken[there], right[at]) = (true, true);
            counts.entry(labelled.spans[there].2.clone()).or_default().right += 1;
        }
    }
    for one in found.iter().zip(right).filter(|(_, right)| !right).map(|(one, _)| one) {
        let touches = |span: &&(usize, usize, String)| overlap((span.0, span.1), (one.0, one.1)) > 0.0;
        let is_inside = |span: &(usize, usize, String)| is_equal(&span.2, &one.2) && one.0 >= span.0 && one.1 <= span.1;
        let is_excused =
            labelled.spans.iter().filter(touches).any(|span| is_free(&span.2)) || labelled.spans.iter().any(is_inside);
        if !is_excused {
            counts.entry(one.2.clone()).or_default().wrong += 1;
        }
    }
}

/// The labelled texts of a file of the corpus.
pub fn labelled(file: &std::path::Path) -> Vec<Labelled> {
    let span = |span: &serde_json::Value| {
        let place = |at: usize| span[at].as_u64().expect("a place") as usize;
        (place(0), place(1), span[2].as_str().expect("a kind").to_owned())
    };
    super::corpora::lines(file)
        .iter()
        .map(|line| Labelled {
            text: line["text"].as_str().expect("a text").to_owned(),
            spans: line["spans"].as_array().expect("spans").iter().map(span).collect(),
        })
        .collect()
}

/// All labelled texts of the corpus.
pub fn corpus() -> Option<Vec<Labelled>> {
    let folder = super::corpora::folder("pii/text")?;
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("a corpus").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    Some(files.iter().flat_map(|file| labelled(file)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_and_kinds_are_counted() {
        let span = |start, end, kind: &str| (start, end, kind.to_owned());
        let labelled = Labelled {
            text: String::new(),
            spans: vec![span(0, 10, "EMAIL"), span(20, 30, "DOB"), span(40, 50, "URL_GENERIC"), span(60, 70, "PHONE")],
        };
        let mut counts = Counts::new();
        let found = [
            span(0, 5, "EMAIL"),
            span(5, 10, "EMAIL"),
            span(20, 30, "DATE"),
            span(45, 46, "IP"),
            span(60, 64, "PHONE"),
            span(80, 90, "IP"),
        ];
        score_one(&labelled, &found, &mut counts);
        let of = |kind: &str| (counts[kind].there, counts[kind].right, counts[kind].wrong);
        assert_eq!([of("EMAIL"), of("DOB"), of("PHONE"), of("IP")], [(1, 1, 0), (1, 1, 0), (1, 0, 0), (0, 0, 1)]);
    }
}
