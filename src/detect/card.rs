//! Numbers of payment cards.

use crate::detect::checks::luhn;
use crate::detect::comma::is_within_number;
use crate::detect::context::Vocabulary;
use crate::detect::tags::Tag;
use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "card",
    kinds: &["CARD"],
    follows: "ISO/IEC 7812-1 (issuer ranges as the networks publish them, and Luhn's check digit)",
    leaves_out: "numbers that fail the check; numbers of 12 and 13 digits, and of ranges of no network, that no word nearby says \
                 are of a card",
    starts: &[Starts::Digits(12..=40)],
    find,
};

/// First digits, the last of a range, how many digits they are, and the fewest and most digits of a number.
///
/// As the networks publish them: Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay, Maestro, Mir,
/// RuPay, Troy, Verve, Elo, Hipercard, InterPayment, InstaPayment, Humo, UzCard, Napas.
const RANGES: &[(u32, u32, usize, usize, usize)] = &[
    (4, 4, 1, 16, 19),
    (4, 4, 1, 13, 13),
    (51, 55, 2, 16, 16),
    (2221, 2720, 4, 16, 16),
    (34, 34, 2, 15, 15),
    (37, 37, 2, 15, 15),
    (6011, 6011, 4, 16, 19),
    (644, 659, 3, 16, 19),
    (300, 305, 3, 14, 19),
    (3095, 3095, 4, 14, 19),
    (36, 36, 2, 14, 19),
    (38, 39, 2, 14, 19),
    (35, 35, 2, 16, 19),
    (2131, 2131, 4, 15, 15),
    (1800, 1800, 4, 15, 15),
    (62, 62, 2, 16, 19),
    (81, 82, 2, 16, 19),
    (50, 50, 2, 12, 19),
    (56, 58, 2, 12, 19),
    (6304, 6304, 4, 12, 19),
    (6759, 6763, 4, 12, 19),
    (2200, 2205, 4, 16, 19),
    (60, 60, 2, 16, 16),
    (9792, 9792, 4, 16, 16),
    (6277, 6277, 4, 16, 16),
    (6362, 6363, 4, 16, 16),
    (636, 639, 3, 16, 19),
    (8600, 8600, 4, 16, 16),
    (9860, 9860, 4, 16, 16),
    (9704, 9704, 4, 16, 19),
];

pub(super) static CARDS: Vocabulary = Tag::Card.list(&[
    "card",
    "cards",
    "creditcard",
    "credit",
    "debit",
    "cc",
    "visa",
    "mastercard",
    "maestro",
    "amex",
    "pan",
    "kort",
    "kortet",
    "kortnummer",
    "kortti",
    "kortin",
    "kortilta",
    "korttinumero",
    "luottokortti",
    "karte",
    "kreditkarte",
    "kartennummer",
    "carte",
    "tarjeta",
    "carta",
    "cartão",
    "uatp",
    "kreditkort",
]);

const LONGEST: usize = 19;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(index) = at else { return };
    let (start, bytes) = (text.words()[index].start, text.bytes());
    // Every way of grouping begins with four digits or more.
    if !bytes[start..].iter().take(4).all(u8::is_ascii_digit) || !begins(bytes, start) {
        return;
    }
    let mut number = Number::default();
    let mut best = None;
    let mut at = start;
    while let Some(end) = number.read_group(bytes, at) {
        let goes_on = || matches!(bytes[end..], [b' ' | b'-', next, ..] if next.is_ascii_digit());
        if number.is_checked() && ends(bytes, end, number.separator) {
            let is_certain = number.is_of_a_range() && number.count >= 14;
            best = (is_certain || !goes_on()).then_some((end, is_certain)).or(best);
        }
        match bytes.get(end) {
            Some(separator @ (b' ' | b'-' | b'.')) if number.joins(*separator) => at = end + 1,
            _ => break,
        }
    }
    let Some((end, is_certain)) = best else { return };
    if is_certain || CARDS.is_before(text, start, 5) {
        found.push(Span { start, end, kind: "CARD", score: if is_certain { 94 } else { 80 } });
    }
}

/// Whether what is before lets a number begin here.
fn begins(bytes: &[u8], at: usize) -> bool {
    match bytes[..at] {
        [.., digit, b'-' | b'.'] => !digit.is_ascii_alphanumeric(),
        [.., b','] => !is_within_number(bytes, at - 1),
        // The tail of a longer number in fours, as of an account.
        [ref front @ .., first, second, third, digit, b' ']
            if front.last() != Some(&b'-') && bytes.get(at + 4) == Some(&b' ') && digit.is_ascii_digit() =>
        {
            ![first, second, third].iter().all(u8::is_ascii_alphanumeric)
        }
        [.., b'_' | b'.' | b'+'] => false,
        [.., before] => !before.is_ascii_alphanumeric(),
        [] => true,
    }
}

/// Whether a number ends here: no letter follows, nor digits that are joined as its own groups are.
fn ends(bytes: &[u8], at: usize, separator: Option<u8>) -> bool {
    match bytes[at..] {
        [b',', ..] => !is_within_number(bytes, at),
        [joint @ (b'-' | b'.'), next, ..] => !next.is_ascii_digit() || (joint == b'-' && separator == Some(b' ')),
        [next, ..] => !next.is_ascii_alphanumeric() && next != b'_',
        [] => true,
    }
}

/// Digits in groups.
#[derive(Default)]
struct Number {
    digits: [u8; LONGEST],
    count: usize,
    groups: Lengths,
    separator: Option<u8>,
}

/// The lengths of a few groups.
#[derive(Default)]
struct Lengths {
    lengths: [usize; 6],
    count: usize,
}

impl Number {
    /// Takes the digits that stand here, if there is room; where they end.
    fn read_group(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        let length = bytes[at..].iter().take(LONGEST + 1).take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 || self.count + length > LONGEST || self.groups.count == self.groups.lengths.len() {
            return None;
        }
        self.digits[self.count..self.count + length].copy_from_slice(&bytes[at..at + length]);
        self.count += length;
        self.groups.lengths[self.groups.count] = length;
        self.groups.count += 1;
        Some(at + length)
    }

    /// Whether another group may follow such a separator.
    fn joins(&mut self, separator: u8) -> bool {
        *self.separator.get_or_insert(separator) == separator
    }

    fn digits(&self) -> &[u8] {
        &self.digits[..self.count]
    }

    /// Whether it is as long and written as a card's number is, and its check digit is right.
    fn is_checked(&self) -> bool {
        let digits = self.digits();
        digits.len() >= 12 && self.is_grouped_well() && luhn(digits) && digits.iter().any(|digit| *digit != digits[0])
    }

    /// Whether it is written as one, in fours, or as cards of 14 and 15 digits are.
    fn is_grouped_well(&self) -> bool {
        match &self.groups.lengths[..self.groups.count] {
            [_] | [4, 6, 4 | 5] => true,
            [4, middle @ .., last] => middle.iter().all(|length| *length == 4) && *last <= 4,
            [6, 13] | [8, 8 | 11] => true,
            _ => false,
        }
    }

    fn is_of_a_range(&self) -> bool {
        RANGES.iter().any(|(first, last, width, fewest, most)| {
            let leading = self.digits().iter().take(*width).fold(0, |all, digit| all * 10 + u32::from(digit - b'0'));
            (*first..=*last).contains(&leading) && (*fewest..=*most).contains(&self.count)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn numbers_are_checked_and_may_be_grouped() {
        let cards = |text: &str| found(text, "CARD");
        for number in
            ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "3413 651673 16111", "6011903888227567"]
        {
            assert_eq!(cards(&format!("paid by {number}, then 2 by {number} 12")), [number, number]);
        }
        assert_eq!(cards("card 4222222222222"), ["4222222222222"]);
        assert_eq!(cards("7,4111111111111111,9"), ["4111111111111111"]);
        assert_eq!(cards("4012888888881881 4012-8888-8888-1881 4012 8888 8888 1881").len(), 3);
        for none in [
            "4111111111111112",
            "41111111111111111",
            "EAN 4222222222222",
            "4111 11 1111111111",
            "9111111111111111",
            "card 0000000000000000",
            "4111-1111-1111-1111-1",
            "XX12 4111 1111 1111 1111",
        ] {
            assert!(cards(none).is_empty(), "{none}");
        }
    }
}
