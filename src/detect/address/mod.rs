//! Addresses of houses: street and number, with flat, postcode and place where they follow; boxes; military post.

pub(super) mod words;

use crate::detect::{At, Recogniser, Span, Starts, Text, Word};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "address",
    kinds: &["ADDRESS"],
    follows: "UPU S42 (elements of addresses), in Finnish, Swedish, German, French, Spanish and English forms",
    leaves_out: "houses without a number, and streets without a word for street, unless something around says so",
    starts: &[Starts::Digits(1..=12), Starts::Keyword(words::ENGLISH_STREETS), Starts::Keyword(words::FRENCH_ALONE)],
    find,
};

/// A name of a street has no more words.
const MOST_WORDS: usize = 6;

/// A name of a street that no word says to be one is longer.
const SHORTEST: usize = 3;

/// More certain than a name of a person can be: streets bear them.
const SURE: u8 = 91;

/// As certain, and nothing follows.
const MILITARY: u8 = 92;

/// What follows a street is in so many steps.
const MOST_STEPS: usize = 6;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(at) = at else { return };
    let place = if text.words()[at].has_digit() { of_number(text, at) } else { unnumbered(text, at) };
    found.extend(place.map(|place| place.span(text)));
}

/// The first and the last word of an address, and how certain it is in percent.
#[derive(Debug, Clone, Copy)]
struct Place {
    first: usize,
    last: usize,
    score: u8,
}

impl Place {
    fn span(self, text: &Text<'_>) -> Span {
        let (start, end) = (text.words()[self.first].start, text.words()[self.last].end);
        Span { start, end, kind: "ADDRESS", score: self.score }
    }
}

/// The address that a number belongs to, found at the number that tells it first.
fn of_number(text: &Text<'_>, at: usize) -> Option<Place> {
    let before =
        at.checked_sub(1).filter(|before| !text.words()[*before].has_digit() && text.between(*before).len() < 3);
    let behind = before.and_then(|before| {
        military(text, at).or_else(|| numbered_behind(text, before, at)).or_else(|| boxed(text, before, at))
    });
    let street = behind.or_else(|| numbered_before(text, at));
    let Some(street) = street else { return behind_country(text, before?, at) };
    let last = if street.score == MILITARY { street.last } else { with_rest(text, street.first, street.last) };
    Some(Place { last, ..street })
}

/// `Mannerheimintie 12`, `12 rue de la Paix 4`: the number stands behind the name.
fn numbered_behind(text: &Text<'_>, name: usize, at: usize) -> Option<Place> {
    let is_abbreviated = |last: usize| text.between(last) == b". " && words::is_compound_street(text, last);
    if !is_house_number(text, at) || !is_name(text, name) || text.between(name) != b" " && !is_abbreviated(name) {
        return None;
    }
    let (first, is_street) = name_before(text, name)?;
    let is_bare = first == name && !words::is_compound_street(text, name);
    if goes_on(text, at) && (is_bare || text.letters(&text.words()[at])[0] == b'0') {
        return None;
    }
    let numbers = numbers_before(text, first);
    let says_so = is_street || {
        let is_long = text.words()[name].end - text.words()[first].start > SHORTEST;
        let has_rest = || step(text, at, starts_line(text, first)).is_some_and(|_| !is_stair(text, at + 1));
        let is_said = || words::follows_address_word(text, first) || joins(text, at) && words::is_street(text, at + 1);
        let is_plain = || (first..=name).all(|word| !words::is_common(text, word));
        is_long && (numbers < first || is_said() || has_rest()) && is_plain()
    };
    says_so.then_some(Place { first: numbers, last: at, score: SURE })
}

/// Whether a number is the end of another, as of the amount `45.62 EUR` or of a day.
fn is_within_number(text: &Text<'_>, at: usize) -> bool {
    let is_joined = |before: &usize| matches!(text.between(*before), [b'.' | b',' | b'-' | b'/' | b':']);
    at.checked_sub(1).filter(is_joined).is_some_and(|before| text.words()[before].has_digit())
}

/// Whether a number goes on as one of a telephone does, as that of `Ring 070-122 84 52`, and not with a postcode.
fn goes_on(text: &Text<'_>, at: usize) -> bool {
    let is_joined = at + 1 < text.words().len() && matches!(text.between(at), [b' ' | b'-' | b'/']);
    is_joined && is_number(text, at + 1, usize::MAX) && digits(text, at + 1) != 5
}

/// `12 rue de la Paix`, `8131 Willow Dr`: the number stands before the name.
fn numbered_before(text: &Text<'_>, at: usize) -> Option<Place> {
    let joins = is_house_number(text, at) && joins(text, at) && text.between(at) != b"-";
    if !joins || !is_name(text, at + 1) || is_within_number(text, at) {
        return None;
    }
    let last = name_behind(text, at + 1)?;
    let next = last + 1;
    let is_numbered =
        text.between(last) == b" " && next < text.words().len() && is_house_number(text, next) && !goes_on(text, next);
    let last = if is_numbered { next } else { last };
    Some(Place { first: numbers_before(text, at), last, score: SURE })
}

/// `Suite 12`, `P.O. Box 104`, `PL 7`.
fn boxed(text: &Text<'_>, word: usize, at: usize) -> Option<Place> {
    if !words::is_box(text, word) || !matches!(text.between(word), b" " | b". ") {
        return None;
    }
    let is_post =
        word >= 2 && text.gap(word - 1).trim() == "" && text.word(&text.words()[word - 1]).eq_ignore_ascii_case("o");
    let post = word >= 2 && text.between(word - 1) == b". " && text.between(word - 2) == b".";
    Some(Place { first: if is_post || post { word - 2 } else { word }, last: at, score: 60 })
}

/// `Finland 38524` at the end of a line: of what stands here, only the postcode tells of a house.
fn behind_country(text: &Text<'_>, country: usize, at: usize) -> Option<Place> {
    if !is_number(text, at, 5)
        || text.between(country) != b" "
        || !text.words()[country].is_capital
        || !ends_line(text, at)
    {
        return None;
    }
    let first = (country.saturating_sub(3)..=country).rev().find(|word| starts_line(text, *word))?;
    let is_code = digits(text, at) == 5;
    let is_country = (first..=country).any(|word| words::is_place(text, word));
    (is_code && is_country).then_some(Place { first: at, last: at, score: 60 })
}

/// `Unit 5599 Box 3418, DPO AA 11483`: post of the armed forces of the United States.
fn military(text: &Text<'_>, at: usize) -> Option<Place> {
    let office = at.checked_sub(2).filter(|_| digits(text, at) == 5)?;
    let [post, region] = [office, office + 1].map(|word| text.word(&text.words()[word]));
    let is_one_of = |word: &str, of: &[&str]| of.iter().any(|one| word.eq_ignore_ascii_case(one));
    let is_post = is_one_of(post, &["apo", "fpo", "dpo"]) && is_one_of(region, &["aa", "ae", "ap"]);
    if !is_post {
        return None;
    }
    let mut first = office;
    while first > 0 && office - first < MOST_WORDS {
        let gap = text.gap(first - 1);
        let is_line = gap.contains('\n') && first < office;
        if is_line || !gap.chars().all(|sign| matches!(sign, ' ' | '\n' | ',')) || !starts_high(text, first - 1) {
            break;
        }
        first -= 1;
    }
    Some(Place { first, last: at, score: MILITARY })
}

/// `26, avenue Foch` and `rue Langlois, 80412 Amiens`: a French street whose number stands behind a comma, or that has none and
/// that its postcode tells.
fn french(text: &Text<'_>, at: usize) -> Option<Place> {
    let street = name_behind(text, at)?;
    let is_house = |number: &usize| {
        let is_short = digits(text, *number) < 4 && is_house_number(text, *number);
        is_short && text.between(*number) == b", " && !is_within_number(text, *number)
    };
    let number = at.checked_sub(1).filter(is_house);
    let code = street + 1;
    let is_coded = text.between(street) == b", " && code < text.words().len() && digits(text, code) == 5;
    let last = if is_coded { with_rest(text, at, street) } else { street };
    (number.is_some() || last > code).then(|| Place { first: number.unwrap_or(at), last, score: SURE })
}

/// `Almeida Street`: a word for a street behind a name, in English, without a number.
fn unnumbered(text: &Text<'_>, at: usize) -> Option<Place> {
    let words = text.words();
    if words::FRENCH_STREETS.contains(&text.word(&words[at])) {
        return french(text, at);
    }
    let name = at.checked_sub(1).filter(|name| text.between(*name) == b" " && words[*name].is_capital)?;
    let (first, _) = name_before(text, name)?;
    let is_street = words[at].is_capital && !words::is_common(text, name) && numbers_before(text, first) == first;
    is_street.then_some(Place { first, last: at, score: SURE })
}

/// Where a name of a street begins that ends with a word, and whether it says that it is one.
fn name_before(text: &Text<'_>, last: usize) -> Option<(usize, bool)> {
    let mut first = last;
    let mut is_street = false;
    let mut name = None;
    let mut is_named = false;
    for _ in 0..MOST_WORDS {
        is_street |= words::is_street(text, first);
        is_named |= text.words()[first].is_capital || words::is_compound_street(text, first);
        if is_name(text, first) {
            name = Some(first);
        } else if !words::is_within(text, first) {
            break;
        }
        match first.checked_sub(1).filter(|before| joins(text, *before)) {
            Some(before) => first = before,
            None => break,
        }
    }
    name.filter(|_| is_named).map(|name| (name, is_street))
}

/// Where a name of a street ends that begins with a word, if it says that it is one.
fn name_behind(text: &Text<'_>, first: usize) -> Option<usize> {
    let is_before = words::is_street(text, first);
    let mut street = None;
    for last in (first..text.words().len()).take(MOST_WORDS) {
        if last > first && !joins(text, last - 1) || !is_name(text, last) && !words::is_within(text, last) {
            break;
        }
        if last > first && (words::is_street(text, last) || is_before && is_name(text, last)) {
            street = Some(last);
            if !is_before {
                break;
            }
        }
    }
    street
}

/// Where the numbers begin that stand before a word: `22829 Jagerij`, `479 95 Avenue`.
fn numbers_before(text: &Text<'_>, first: usize) -> usize {
    let mut first = first;
    for _ in 0..2 {
        let is_of_box = |at: usize| at.checked_sub(1).is_some_and(|before| words::is_box(text, before));
        match first.checked_sub(1).filter(|before| {
            let is_one = text.between(*before) == b" " && is_number(text, *before, 5);
            is_one && !is_of_box(*before) && !is_within_number(text, *before)
        }) {
            Some(before) => first = before,
            None => break,
        }
    }
    first
}

/// The last word of what follows a street: a flat, a postcode, a place, a country.
fn with_rest(text: &Text<'_>, first: usize, last: usize) -> usize {
    let is_own_line = starts_line(text, first);
    let mut last = last;
    for _ in 0..MOST_STEPS {
        match step(text, last, is_own_line) {
            Some(next) => last = next,
            None => break,
        }
    }
    last
}

fn starts_line(text: &Text<'_>, at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| text.between(before).contains(&b'\n'))
}

fn ends_line(text: &Text<'_>, at: usize) -> bool {
    at + 1 == text.words().len() && text.between(at).len() < 3 || text.between(at).contains(&b'\n')
}

/// The end of the next part of an address.
fn step(text: &Text<'_>, last: usize, is_own_line: bool) -> Option<usize> {
    let words = text.words();
    let next = last + 1;
    words.get(next)?;
    let gap = text.gap(last);
    let is_near = gap.len() <= 8
        && gap.chars().all(|sign| matches!(sign, ' ' | ',' | '\n'))
        && !(is_own_line && gap.contains('\n'));
    if gap == " " && is_stair(text, next) {
        let flat = next + 1;
        let has_flat = flat < words.len() && text.between(next) == b" " && is_number(text, flat, 3);
        return Some(if has_flat { flat } else { next });
    }
    if !is_near {
        return None;
    }
    let behind = |word: usize| word + 1 < words.len() && matches!(text.between(word), b" " | b". ");
    let is_box = |word: usize| words::is_box(text, word);
    if is_box(next) && behind(next) && is_number(text, next + 1, 5) {
        return Some(next + 1);
    }
    postcode(text, next).and_then(|code| behind(code).then(|| town(text, code + 1)).flatten()).or_else(|| {
        let town =
            if gap.contains([',', '\n']) || last.checked_sub(1).is_some_and(is_box) { town(text, next) } else { None }?;
        let is_behind_flat = last >= 1 && is_box(last - 1) && (town + 1 == words.len() || text.between(town) != b" ");
        Some(zip_behind(text, town).unwrap_or(town))
            .filter(|end| *end > town || words::is_place(text, next) || is_behind_flat)
    })
}

/// The end of a place's name that begins at a word.
fn town(text: &Text<'_>, at: usize) -> Option<usize> {
    if !is_name(text, at) {
        return None;
    }
    let mut last = at;
    while last - at < 3
        && last + 1 < text.words().len()
        && matches!(text.between(last), b" " | b"-")
        && is_name(text, last + 1)
    {
        last += 1;
    }
    Some(last)
}

/// The postcode behind a town: `Springfield, IL 62701`, `London SW1A 1AA`.
fn zip_behind(text: &Text<'_>, town: usize) -> Option<usize> {
    let words = text.words();
    let near = |word: usize| word + 1 < words.len() && matches!(text.between(word), b" " | b", ");
    let state = near(town)
        .then_some(town + 1)
        .filter(|state| words[*state].end - words[*state].start == 2 && words[*state].is_capital && near(*state));
    let code = state.map_or(town + 1, |state| state + 1);
    (near(town) && code < words.len()).then(|| postcode(text, code)).flatten()
}

/// The last word of a postcode that begins at a word: `00100`, `446 77`, `SW1A 1AA`.
fn postcode(text: &Text<'_>, at: usize) -> Option<usize> {
    let next =
        |length: usize| at + 1 < text.words().len() && text.between(at) == b" " && digits(text, at + 1) == length;
    match digits(text, at) {
        4 | 5 if is_number(text, at, 5) => Some(at),
        3 if next(2) && is_number(text, at + 1, 2) => Some(at + 1),
        1..=2 if starts_high(text, at) && next(1) && text.word(&text.words()[at + 1]).len() == 3 => Some(at + 1),
        _ => None,
    }
}

/// `A`, as in `Louhenpolku 39 A 14`, or `bis`.
fn is_stair(text: &Text<'_>, at: usize) -> bool {
    let letters = text.letters(&text.words()[at]);
    matches!(letters, [b'A'..=b'L'] | b"bis" | b"as" | b"lgh")
}

fn is_house_number(text: &Text<'_>, at: usize) -> bool {
    let Word { start, end, .. } = text.words()[at];
    let digits = digits(text, at);
    let ends_with_letter = || digits + 1 == end - start && !text.bytes()[end - 1].is_ascii_digit();
    (1..=5).contains(&digits) && (digits == end - start || ends_with_letter())
}

fn is_number(text: &Text<'_>, at: usize, longest: usize) -> bool {
    let Word { start, end, .. } = text.words()[at];
    digits(text, at) == end - start && end - start <= longest
}

fn digits(text: &Text<'_>, at: usize) -> usize {
    text.words()[at].digits as usize
}

fn is_name(text: &Text<'_>, at: usize) -> bool {
    let word = &text.words()[at];
    !word.has_digit() && (word.is_capital || words::is_street(text, at))
}

fn starts_high(text: &Text<'_>, at: usize) -> bool {
    text.word(&text.words()[at]).starts_with(|letter: char| letter.is_uppercase() || letter.is_ascii_digit())
}

fn joins(text: &Text<'_>, at: usize) -> bool {
    at + 1 < text.words().len()
        && match text.between(at) {
            [b' ' | b'-' | b'\''] => true,
            [b'.', b' '] => text.words()[at].end - text.words()[at].start <= 4,
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use crate::detect::Detector;

    fn addresses(text: &str) -> Vec<&str> {
        let mut detector = Detector::default();
        let spans = detector.find(text).iter().filter(|span| span.kind == "ADDRESS");
        spans.map(|span| &text[span.start..span.end]).collect()
    }

    #[test]
    fn addresses_of_many_countries_are_found_whole() {
        for address in [
            "Louhenpolku 39 A 14, 89959 Pukkila",
            "Agnes Sjöbergin polku 97 A 12, 50948 Säkylä",
            "Strandvägen 26, 708 39 Luleå",
            "Kästerstraße 61, 17903 Melsungen",
            "12 rue de la Paix, 75002 Paris",
            "26, avenue Charles Aubert, 09313 Foix",
            "rue Langlois, 80412 Amiens",
            "chemin de Grenier, 33630 Brun",
            "Calle Mayor 5, 28013 Madrid",
            "8131 Willow Dr, Clinton, MA 16972",
            "P.O. Box 104",
            "Unit 5599 Box 3418\nDPO AA 11483",
        ] {
            assert_eq!(addresses(&format!("moved to {address}.")), [address]);
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for text in [
            "born 30 June 1990",
            "Order 12 of Monday 5",
            "Windows 10, Chapter 3",
            "node 7",
            "5 apples",
            "Room 3 Level 2",
            "Ring 070-122 84 52",
            "Ring 555 12 34",
            "in 2024, avenue Bellevue",
            "Fakturan på 45.62 EUR. Växel 041 234 56 78",
        ] {
            assert!(addresses(text).is_empty(), "{text}");
        }
        assert_eq!(addresses("wohnt Ring 5, 12345 Berlin"), ["Ring 5, 12345 Berlin"]);
        assert_eq!(
            addresses("asuu Kuninkaanbulevardi tie 084, 45378 Tuusula"),
            ["Kuninkaanbulevardi tie 084, 45378 Tuusula"]
        );
    }
}
