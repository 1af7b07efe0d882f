//! Numbers of telephones.

mod codes;
mod shape;
mod words;

use crate::detect::comma::is_within_number;
use crate::detect::{At, Recogniser, Span, Starts, Text, Word, person};
use codes::code_of;
use shape::Shape;
pub(super) use words::{CALLS, LINES, NAMES, NUMBERS, OTHERS, WHOSE};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "phone",
    kinds: &["PHONE"],
    follows: "ITU-T E.164 and E.123, with lengths by calling code of libphonenumber 9.0.43",
    leaves_out: "short and emergency numbers, numbers in letters; national numbers that neither their form nor a word nearby \
                 shows; whether a range is given out",
    starts: &[Starts::Mark(b'+'), Starts::Mark(b'('), Starts::Digits(6..=40)],
    find,
};

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let (start, word) = match at {
        At::Mark(at) => (at, None),
        At::Word(index) => (text.words()[index].start, Some(index)),
    };
    let Some(first) = begin(text, start) else { return };
    let Some(mut piece) = Shape::read(text.bytes(), first) else { return };
    // The longest piece that is a number: what is said behind it may go on with digits.
    while piece.groups() > 0 {
        if let Some(score) = piece.ends_well(text.bytes()).then(|| certainty(text, first, word, &piece)).flatten() {
            // Of a date no piece is a number either.
            let goes_on = text.bytes().get(piece.end() + 1).is_some_and(u8::is_ascii_digit);
            if goes_on && !piece.has_plus() && Shape::read(text.bytes(), first).is_some_and(|whole| whole.is_date()) {
                return;
            }
            let end = piece.extension_end(text.bytes());
            found.push(Span { start: first, end, kind: "PHONE", score });
            return;
        }
        piece.drop_last();
    }
}

/// Where a number begins that may stand here, if what is before lets it.
fn begin(text: &Text<'_>, at: usize) -> Option<usize> {
    let bytes = text.bytes();
    let before = bytes[..at].last();
    match bytes[at] {
        b'+' => {
            let is_number = bytes.get(at + 1).is_some_and(|next| next.is_ascii_digit() || *next == b'(');
            (is_number && before.is_none_or(|byte| !byte.is_ascii_alphanumeric())).then_some(at)
        }
        b'(' => {
            let digits = bytes[at + 1..].iter().take(16).take_while(|byte| byte.is_ascii_digit()).count();
            let is_area = (2..=5).contains(&digits) && bytes.get(at + 1 + digits) == Some(&b')');
            let is_free = before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b')');
            // `1 (380) 349-9741` and `+1 (380)` begin before their brackets.
            let goes_on = at >= 2 && bytes[at - 1] == b' ' && bytes[at - 2].is_ascii_digit();
            match digits {
                0 => None,
                _ if goes_on && is_area => None,
                _ if is_area => is_free.then_some(at),
                _ => Some(at + 1),
            }
        }
        byte if byte.is_ascii_digit() => is_free(text, at).then_some(at),
        _ => None,
    }
}

/// Whether digits that begin here are not the end of something else.
fn is_free(text: &Text<'_>, at: usize) -> bool {
    let bytes = text.bytes();
    match bytes[..at] {
        [] => true,
        [.., b','] => !is_within_number(bytes, at - 1),
        [.., digit, b' '] if digit.is_ascii_digit() => {
            let own = bytes[at..].iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
            let last = bytes[..at - 1].iter().rev().take(3).take_while(|byte| byte.is_ascii_alphanumeric()).count();
            // `07:14 0401234567`, but not the tail of a longer number in groups.
            bytes[at] == b'0' && (own > 6 || last < 3)
        }
        // `13:53:08 2017-05-16`: the end of a time of day.
        [.., digit, b':'] if digit.is_ascii_digit() => bytes.get(at + 2).is_some_and(u8::is_ascii_digit),
        // A dash, but not the sign of an amount, nor what joins a code.
        [ref front @ .., b'-'] => bytes[at] == b'0' && !front.last().is_some_and(u8::is_ascii_alphanumeric),
        [.., before] if before.is_ascii() => !before.is_ascii_alphanumeric() && !b"+./_#@(%$~^".contains(&before),
        // Quotes and the like, but no letter, and no currency.
        _ => {
            let before = text.as_str()[..at].chars().next_back().unwrap_or_default();
            !before.is_alphanumeric() && !"£¥€₹₽₺₩".contains(before)
        }
    }
}

/// How certain it is that this is a number of a telephone; it may be known which word it begins with.
fn certainty(text: &Text<'_>, start: usize, word: Option<usize>, piece: &Shape) -> Option<u8> {
    let first = word.unwrap_or_else(|| text.word_at(start));
    if piece.is_international() {
        let calls = || CALLS.is_among(text, start, first, 4);
        let is_one = code_of(piece.digits()).is_some() || code_of(&piece.without_trunk()).is_some();
        return match (is_one, piece.has_plus() || piece.groups() > 1) {
            (true, true) => Some(92),
            (true, false) => (calls() || !OTHERS.is_among(text, start, first, 2)).then_some(65),
            // Whoever calls it a telephone and writes a plus is believed.
            (false, true) if piece.has_plus() && piece.digits().len() >= 7 && calls() => Some(70),
            _ => None,
        };
    }
    if piece.is_date() || piece.is_social_security() {
        return None;
    }
    let is_formed = piece.is_north_american() || piece.has_trunk() || piece.has_area();
    let is_plausible = piece.is_plausible();
    if !is_formed && !is_plausible {
        return None;
    }
    let is_named = NAMES.is_among(text, start, first, 1);
    let is_other = OTHERS.is_among(text, start, first, if is_formed { 2 } else { 3 })
        || NUMBERS.places_among(text, start, first, 2).any(|place| !is_somebodys(text, place));
    let is_other = is_other && !is_named;
    let reach = 6;
    let is_about = !is_formed && piece.groups() == 1 && is_about(text, first);
    let is_called = CALLS.is_among(text, start, first, reach) && !is_about
        || LINES.is_behind(text, piece.end(), 1)
        || NUMBERS.places_among(text, start, first, reach).any(|place| is_somebodys(text, place))
        || !is_formed && !is_other && is_told_beside(text, start, piece);
    match (is_formed, is_called, is_other) {
        (true, true, _) => Some(85),
        (true, false, false) => Some(if piece.groups() > 1 { 75 } else { 62 }),
        (true, false, true) => None,
        (false, true, false) if is_plausible => Some(70),
        _ => None,
    }
}

/// Whether a call was about this number, and not to it.
fn is_about(text: &Text<'_>, first: usize) -> bool {
    let before = first.checked_sub(1).map(|before| text.word(&text.words()[before]));
    before.is_some_and(|word| ["about", "om", "over", "por", "per", "pour", "sobre", "wegen"].contains(&word))
}

/// Whether something but a word for telephones beside a number says that it is one.
fn is_told_beside(text: &Text<'_>, start: usize, piece: &Shape) -> bool {
    let (bytes, end) = (text.bytes(), piece.end());
    piece.is_subscribers()
        && (is_beside_mail(bytes, start, end) || is_behind_name(text, start, end) || is_reached(text, start, piece))
        || is_called_somebodys(text, end)
}

/// Whether somebody is reached at a number: Polish `pod 512 348 603`, Danish and Norwegian `på 32 14 67 92`.
fn is_reached(text: &Text<'_>, start: usize, piece: &Shape) -> bool {
    let before = &text.as_str()[..start];
    piece.is_of_the_north() && before.ends_with(" på ") || piece.groups() > 2 && before.ends_with(" pod ")
}

/// Whether a number fills a field of a record, and an address of mail is in the field before or behind it:
/// `Aino;32 14 51 37;aino@posti.example`, `| Aino | aino@posti.example | 32145137 |`.
fn is_beside_mail(bytes: &[u8], start: usize, end: usize) -> bool {
    let (before, behind) = (without_space_behind(&bytes[..start]), without_space_before(&bytes[end..]));
    let is_apart = |mark: Option<&u8>| mark.filter(|byte| is_end_of_field(byte)).copied();
    let (front, back) = (is_apart(before.last()), is_apart(behind.first()));
    let Some(mark) = front.or(back) else { return false };
    let fills =
        [(front, before.is_empty() || before.ends_with(b"\n")), (back, behind.is_empty() || behind.starts_with(b"\n"))];
    let field = |byte: &&u8| **byte != mark && !matches!(**byte, b'\n' | b'\r');
    let is_mail = |byte: &u8| *byte == b'@';
    fills.iter().all(|(end, is_last)| *end == Some(mark) || *is_last)
        && (behind.iter().skip(1).take(LONGEST_MAIL).take_while(field).any(is_mail)
            || before.iter().rev().skip(1).take(LONGEST_MAIL).take_while(field).any(is_mail))
}

fn without_space_behind(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b" ").unwrap_or(bytes)
}

fn without_space_before(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b" ").unwrap_or(bytes)
}

fn is_end_of_field(byte: &u8) -> bool {
    matches!(byte, b';' | b',' | b'|' | b'\t')
}

/// Whether somebody's name is before a number: `Aino Koski, 32 14 51 37, wants an offer`, `Aino Koski (32 14 51 37) asks`, or with an
/// address of mail between, as in `Aino Koski <aino@posti.example> 32 14 51 37`.
fn is_behind_name(text: &Text<'_>, start: usize, end: usize) -> bool {
    let (before, behind) = (&text.bytes()[..start], text.bytes().get(end));
    let is_set_off = || behind.is_none_or(|byte| matches!(byte, b',' | b'.' | b';' | b')' | b'\n'));
    if before.ends_with(b"> ") {
        let mut within = before.iter().rev().skip(2).take(LONGEST_MAIL).take_while(|byte| **byte != b'<');
        return is_set_off() && within.any(|byte| *byte == b'@');
    }
    let is_told = before.ends_with(b", ") && is_set_off() || before.ends_with(b" (") && behind == Some(&b')');
    is_told && person::is_name_before(text, text.word_at(start))
}

/// RFC 5321 lets the part before the sign be so long.
const LONGEST_MAIL: usize = 64;

/// Whether what is behind says whose number it is, as `is my number` and `er mit nummer`.
fn is_called_somebodys(text: &Text<'_>, end: usize) -> bool {
    let verb = text.word_at(end);
    let Some([verb_word, whose, name]) = text.words().get(verb..verb + 3) else { return false };
    verb_word.start == end + 1 && WHOSE.has(whose) && NUMBERS.has(name) && is_somebodys(text, verb + 2)
}

/// Whether `number` stands for a telephone's: nothing beside it says of what else it is, as `claim number` and
/// `numéro de facture` do.
fn is_somebodys(text: &Text<'_>, place: usize) -> bool {
    let is_alone = |before: usize| {
        let word = &text.words()[before];
        text.between(before) != b" " || WHOSE.has(word) || CALLS.has(word)
    };
    let goes_on =
        |word: &Word| ["de", "del", "della", "di", "do", "of", "for", "för", "på", "til"].contains(&text.word(word));
    place.checked_sub(1).is_none_or(is_alone) && !text.words().get(place + 1).is_some_and(goes_on)
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn numbers_are_seen_by_their_form_or_by_what_is_said_of_them() {
        let phones = |text: &str| found(text, "PHONE");
        for number in [
            "+358 40 123 4567",
            "+358401234567",
            "+1 (380) 349-9741",
            "+46 (0)157 548 89",
            "+44-7400-445217",
            "(555) 123-4567",
            "555-123-4567",
            "555.111.2222",
            "040 1234567",
            "070-110 09 67",
            "01.84.17.61.18",
            "(71) 4233-6306",
            "001-748-088-2851x818",
            "+1-604-696-5272x565",
            "004930386407",
            "1-800-555-0199",
            "0401234567",
            "08-123 456 78",
            "+1 415 555 2671 ext. 22",
            "\u{ff0b}358 40\u{a0}123\u{2011}4567",
        ] {
            assert_eq!(phones(&format!("See {number}, or {number}.")), [number, number]);
        }
        assert_eq!(phones("Puh. 321 3241 / x"), ["321 3241"]);
        assert_eq!(phones("call me on 9469 9966 now"), ["9469 9966"]);
        assert_eq!(phones("passport X1234567, phone 5551234567."), ["5551234567"]);
        assert_eq!(phones("(0401234567)"), ["0401234567"]);
        assert_eq!(
            phones("7,0401234567,9 \u{ab}040 1234567\u{bb} **0401234567**"),
            ["0401234567", "040 1234567", "0401234567"]
        );
        assert_eq!(phones("numer telefonu 512 686 608, Tel 015123456789"), ["512 686 608", "015123456789"]);
        assert_eq!(phones("my number is 94699966"), ["94699966"]);
        assert_eq!(phones("kl 07:14 0401234567 2 pcs"), ["0401234567"]);
        for said in [
            "Soitin numeroon 013 1234121, ei vastausta",
            "Kunden ringede fra 32 14 67 92 i dag",
            "Hej, 32 14 67 92 er mit nummer",
            "La clienta llamó desde el 612 34 86 58 hoy",
            "O cliente ligou do 912 386 438 sobre isso",
            "Klient dzwonił z numeru 512 348 603 w sprawie",
            "She rang from number 946 999 66 today",
            "Aino Koski;32 14 51 37;aino@posti.example",
            "C17;Aino Koski;45145220;aino@posti.example;2023-12-07",
            "C17,Aino Koski,aino@posti.example,936 12 127,active",
            "| Aino Koski | aino@posti.example | 644 55 75 67 |",
            "Aino Koski\t377 7729885\taino@posti.example",
            "Aino Koski, 32 14 51 37, wants an offer",
            "Aino Koski (615 658 760) asks",
            "Aino Koski <aino@posti.example> 32 14 51 37",
            "Du når meg på 434 49 352",
            "Pacjent był u nas, oddzwonić 703-072-239.",
            "Paziente venuto ieri, richiamare 394 4496124",
            "Contatto: Aino Koski, 3881092345",
            "Ela atende no 202 595 667 à tarde",
            "Można ją zastać pod 640 514 657",
            "Han er på 32 14 51 37 hele dagen",
        ] {
            assert_eq!(phones(said).len(), 1, "{said}");
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for none in [
            "Order 0401234567",
            "9469 9966",
            "EAN 0045517263296",
            "356-47-7563",
            "KL-356-47-7563",
            "01.02.2024",
            "2024-01-26",
            "iar 00106228 dear",
            "1514039880000",
            "1.2.3.4",
            "48 505,59 EUR",
            "+12",
            "+++",
            "(2)",
            "version 25.15.35.9530",
            "8db1f6bc-f206-478f-ad18-5df454ff3523",
            "1 2 3 4 5 6 7 8 9",
            "total 1,234,567,890",
            "claim number 94699966",
            "94699966 is the number of orders",
            "Call 2024 06 12 for it",
            "Aino Koski;32 14 51 37;x",
            "Aino Koski;20240126;aino@posti.example",
            "Order Status, 32 14 51 37, late",
            "på 450 000 000 kroner",
            "10023456;Aino Koski;x;aino@posti.example",
            "The client called about 75220953",
            "nova.log 13:53:08 2017-05-16",
            "2017-05-16 00:00:04.500 2931 INFO",
            "numéro de facture 94699966",
            "00030000 00000001",
            "XX12 0140 1349 5350",
        ] {
            assert!(found(none, "PHONE").is_empty(), "{none}");
        }
    }
}
