//! Numbers that offices give to people: identity, tax, social security, health, and those of firms of one person.
//!
//! One file a country, one line in the list. A number says how people write it ([`Number::shapes`]), which letters are
//! valid, and which words announce it. In text, letters are first compared by their count and by which of them are
//! digits, then words around are looked at, and only then is the check made.
//!
//! A number whose shape and check say enough is found wherever it stands; any other only where a word near it says
//! what it is, since one in ten of all numbers has the right check digit. Certainty follows that: from 90 by itself,
//! up to 88 by a word near it.
//!
//! What a number follows is named beside it. Rules are facts, and were compared on two million made-up numbers with
//! another reader of them (python-stdnum 2.2, of which nothing is taken here); where it has none, with published
//! examples. From memory alone are the Polish identity card, the Hungarian personal number, the Salvadoran DUI, the
//! Uruguayan cédula, the Ontario health card, the Maltese, Greek, Egyptian, Vietnamese and Nigerian numbers, and when
//! Norway's check changes.

mod announcements;
mod context;
mod days;
mod phrases;
mod sayings;
mod shape;

use std::sync::LazyLock;

use super::checks;
use crate::detect::{At, Recogniser, Span, Starts, Text};
pub(super) use announcements::last_words;
use context::{Around, Before};
pub(super) use sayings::{NOTHING_SAID, Sayings};
use shape::{Letters, Patterns, Run, Shapes};

/// Declares every country's module and the list. Of two that a word announces alike the first is meant: so Sweden's, whose
/// number has a check digit, stands before Denmark's.
macro_rules! countries {
    ($($country:ident)*) => {
        $(mod $country;)*
        const COUNTRIES: &[&[Number]] = &[$($country::NUMBERS),*];
    };
}

countries! {
    africa
    austria
    balkans
    baltics
    benelux
    brazil
    britain
    bulgaria
    canada
    central_america
    china
    czechia
    sweden
    denmark
    finland
    france
    germany
    greece
    hungary
    iceland
    india
    isles
    italy
    japan
    mexico
    near_east
    norway
    oceania
    poland
    portugal
    romania
    russia
    south_america
    southeast_asia
    spain
    switzerland
    usa
}

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "national",
    kinds: &KINDS,
    follows: "the office of each country, as the number's own file says",
    leaves_out: "numbers without a check digit, where no word near them says what they are",
    starts: &[Starts::Digits(FEWEST_DIGITS..=40)],
    find,
};

/// The kind of each number of the list.
const KINDS: [&str; COUNT] = {
    let mut kinds = [""; COUNT];
    let (mut country, mut place) = (0, 0);
    while country < COUNTRIES.len() {
        let mut number = 0;
        while number < COUNTRIES[country].len() {
            kinds[place] = COUNTRIES[country][number].kind;
            (number, place) = (number + 1, place + 1);
        }
        country += 1;
    }
    kinds
};

/// How many numbers there are.
const COUNT: usize = {
    let (mut country, mut count) = (0, 0);
    while country < COUNTRIES.len() {
        (country, count) = (country + 1, count + COUNTRIES[country].len());
    }
    count
};

/// No number in the list has fewer digits, in the forms that are looked for in text.
pub(super) const FEWEST_DIGITS: u8 = 4;

/// A number as an office defines it.
pub struct Number {
    /// What it is, as `FI_HETU`.
    pub kind: &'static str,
    /// The law, standard or official description.
    pub follows: &'static str,
    /// What the check does not see.
    pub leaves_out: &'static str,
    /// How it is written, and how certain it is in percent where it stands alone; 0: not at all.
    ///
    /// `9` is a digit, `A` a letter, `*` either, and a space one of `between`. A shape without spaces can also be
    /// grouped in some other way, but then a word has to say what it is.
    shapes: &'static [(&'static str, u8)],
    /// What can stand between groups.
    between: &'static [u8],
    /// Whether letters of one of the shapes, without what stands between, are a number.
    valid: fn(&[u8]) -> bool,
    /// What it is for, which says the words that announce any number of that sort.
    pub purpose: Purpose,
    /// Words that announce it, in lower case; a `*` at the end stands for any other letters.
    said_by: &'static [&'static str],
}

/// What a number is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To tell a person from all others.
    Person,
    /// Taxes of people and firms.
    Tax,
    /// Insurance and care.
    Health,
    /// Firms, among them those of one person.
    Firm,
    /// Accounts.
    Bank,
    /// Those who may practise a profession.
    Licence,
    /// Documents.
    Document,
    /// Any of these, but announced by its own name alone, since no check digit tells it from other numbers.
    Named,
}

/// What mostly stands between groups.
const ANY: &[u8] = b" -./";

/// Every number there is.
pub fn numbers() -> impl Iterator<Item = &'static Number> {
    COUNTRIES.iter().copied().flatten()
}

/// Whether a whole value is a valid number of a kind, whatever stands between its groups.
pub fn valid(kind: &str, value: &str) -> bool {
    kinds_of(value).any(|known| known == kind)
}

/// The kinds of which a whole value is a valid number, each once.
pub fn kinds_of(value: &str) -> impl Iterator<Item = &'static str> {
    let letters = Letters::of(value.trim().trim_end_matches(')').as_bytes());
    let kinds = letters.into_iter().flat_map(|letters| SHAPES.kinds(letters));
    // The shapes of a number stand side by side.
    let mut before = "";
    kinds.filter(move |kind| std::mem::replace(&mut before, kind) != *kind)
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(|| Shapes::of(numbers()));

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(first) = at else { return };
    // Four digits alone are mostly a year.
    if text.words()[first].digits == FEWEST_DIGITS && !text.words()[first].has_letter {
        return;
    }
    let with_prefix = shape::prefix_before(text, first);
    // `RSS MRA 85T10A562S` begins with two.
    let with_two = with_prefix.and_then(|prefix| shape::prefix_before(text, prefix)).filter(|prefix| {
        let letters = text.letters(&text.words()[*prefix]);
        letters.len() == 3 && letters.iter().all(u8::is_ascii_uppercase)
    });
    [Some(first), with_prefix, with_two].into_iter().flatten().for_each(|first| find_from(text, first, found));
}

/// Looks at all runs of words that begin with one.
fn find_from(text: &Text<'_>, first: usize, found: &mut Vec<Span>) {
    if (Run { first, last: first }).is_end_of_piece(text) {
        return;
    }
    let before = Before::of(text, first);
    let forms = SHAPES.forms(before.announces() || context::may_be_said_behind(text, first));
    let (mut letters, mut patterns) = (Letters::default(), Patterns::MAX);
    for last in first..text.words().len().min(first + shape::MOST_GROUPS) {
        let count = letters.count();
        let word = &text.words()[last];
        patterns = forms.grouped(patterns, count, count + word.end - word.start);
        if patterns == 0 || !word.is_ascii || !letters.push(text.bytes(), word.start, word.end) {
            break;
        }
        patterns = forms.begun(patterns, &letters, count);
        if patterns == 0 {
            break;
        }
        let run = Run { first, last };
        if forms.ends(patterns, &letters) && !run.is_start_of_piece(text) {
            found.extend(most_certain(text, &letters, run, &before));
        }
        if !letters.separate(text.between(last)) {
            break;
        }
    }
}

/// What letters most certainly are: words around are cheaper to look at than checks are to make.
fn most_certain(text: &Text<'_>, letters: &Letters, run: Run, before: &Before) -> Option<Span> {
    let around = Around::of(text, run, before);
    let mut best: Option<(u8, &'static str)> = None;
    let shapes = SHAPES.of_count(letters, around.asks_for()).iter().filter(|shape| around.may_count(shape));
    for shape in shapes.filter(|shape| shape.fits(letters)) {
        let score = around.certainty(shape, letters);
        if score > best.map_or(0, |(score, _)| score) && shape.is_valid(letters) {
            best = Some((score, shape.number.kind));
        }
    }
    let (score, kind) = best?;
    Some(Span { start: text.words()[run.first].start, end: text.words()[run.last].end, kind, score })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Numbers in which some wrong digit stays unseen, which each says under what it leaves out; all others see every
    /// one.
    const BLIND: &str = "\
        AR_CUIT AR_DNI AU_ACN AU_MEDICARE BANK_ACCOUNT BE_NN BG_EGN BG_EIK BR_CPF \
        BR_PIS CO_CC CO_NIT CR_CEDULA CZ_DIC CZ_RC DE_AUSWEIS DE_LANR DE_STEUERNUMMER \
        DK_CPR DO_RNC DRIVER_LICENSE EC_RUC EE_ISIKUKOOD EG_NATIONAL_ID FI_VERONUMERO FR_NIR GR_ADT \
        HU_ADOSZAM HU_SZEMELYI ID_NIK ID_NPWP IN_PAN IS_KENNITALA JP_CORPORATE JP_MY_NUMBER KE_PIN \
        KR_RRN LT_ASMENS_KODAS LT_PVM LV_PERSONAS_KODS MT_ID MX_CURP MX_RFC MY_NRIC NG_NIN \
        NL_BTW NZ_IRD PE_DNI PE_RUC PH_TIN PK_CNIC PL_REGON PT_NISS PY_RUC \
        RO_CNP RO_CUI RS_JMBG RU_INN RU_OGRN RU_SNILS SE_VAT SI_EMSO SK_RC \
        SV_DUI SV_NIT TH_PIN TW_ID TW_UBN UA_RNTRC UK_NINO UK_UTR UK_VAT \
        US_ATIN US_DEA US_EIN US_ITIN US_MBI US_PTIN US_SSN UY_CI VE_RIF \
        VN_CCCD VN_MST";

    /// So many numbers of a kind are drawn, from so many letters at most.
    const DRAWN: usize = 8;
    const TRIES: usize = 4_000_000;

    /// Marsaglia's xorshift, so that the same numbers are drawn every time.
    struct Random(u64);

    impl Random {
        fn below(&mut self, limit: u64) -> u8 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 33).wrapping_rem(limit) as u8
        }

        fn letter(&mut self, sign: u8) -> u8 {
            match sign {
                b'9' => b'0' + self.below(10),
                b'*' if self.below(3) > 0 => b'0' + self.below(10),
                _ => b'A' + self.below(26),
            }
        }
    }

    /// Valid numbers of a kind, met by chance.
    fn drawn(number: &Number) -> Vec<Vec<u8>> {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut letters = || {
            let (shape, _) = number.shapes[usize::from(random.below(number.shapes.len() as u64))];
            shape.bytes().filter(|sign| *sign != b' ').map(|sign| random.letter(sign)).collect::<Vec<_>>()
        };
        (0..TRIES).map(|_| letters()).filter(|letters| (number.valid)(letters)).take(DRAWN).collect()
    }

    fn sees_every_wrong_digit(number: &Number, right: &[u8]) -> bool {
        let digits = (0..right.len()).filter(|place| right[*place].is_ascii_digit());
        let wrong = digits.flat_map(|place| (b'0'..=b'9').map(move |digit| (place, digit)));
        wrong.filter(|(place, digit)| right[*place] != *digit).all(|(place, digit)| {
            let mut wrong = right.to_vec();
            wrong[place] = digit;
            !(number.valid)(&wrong)
        })
    }

    #[test]
    fn one_wrong_digit_is_seen_or_said_to_be_unseen() {
        let mut blind = BTreeSet::new();
        for number in numbers() {
            let drawn = drawn(number);
            assert!(!drawn.is_empty(), "{} is never met", number.kind);
            if !drawn.iter().all(|right| sees_every_wrong_digit(number, right)) {
                blind.insert((number.kind, number.leaves_out));
            }
        }
        let quiet: Vec<_> = blind.iter().filter(|(_, says)| says.starts_with("nothing")).collect();
        assert!(quiet.is_empty(), "{quiet:#?}");
        let kinds: BTreeSet<_> = blind.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), BLIND.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn numbers_with_letters_before_their_digits_are_found_in_text() {
        use crate::detect::tests::found;
        assert_eq!(found("PAN AXVPZ1209S", "IN_PAN"), ["AXVPZ1209S"]);
        assert_eq!(found("RFC RARL-550830-176", "MX_RFC"), ["RARL-550830-176"]);
        assert_eq!(found("by RSS MRA 85T10 A562S", "IT_CF"), ["RSS MRA 85T10 A562S"]);
        assert_eq!(found("Social Insurance Number: 258 407 964", "CA_SIN"), ["258 407 964"]);
    }

    #[test]
    fn every_number_can_be_met_in_text() {
        for number in numbers() {
            assert!(!number.follows.is_empty() && !number.leaves_out.is_empty(), "{}", number.kind);
            let announced = number.said_by.iter().all(|phrase| *phrase == phrase.to_lowercase());
            assert!(announced && !number.said_by.is_empty(), "{}", number.kind);
            assert!(
                !number.said_by.iter().any(|phrase| phrase.contains(' ') && phrase.contains('*')),
                "{}",
                number.kind
            );
            assert!(number.between.iter().all(|sign| shape::BETWEEN.contains(sign)), "{}", number.kind);
        }
        assert!(numbers().count() <= 256, "a set of them has 256 places");
    }
}
