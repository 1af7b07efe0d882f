//! Coordinates of a place on the earth.

use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "geo",
    kinds: &["GEO"],
    follows: "ISO 6709 (annex D, for people) and RFC 5870 (geo:), of WGS 84",
    leaves_out: "coordinates of fewer than three decimals without a degree sign, national grids, geohashes, plus codes",
    starts: &[
        Starts::BehindDigit(b','),
        Starts::BehindDigit(b';'),
        Starts::Mark(0xc2),
        Starts::Keyword(&["lat", "latitude"]),
    ],
    find,
};

/// Three decimals are a hundred metres.
const FEWEST_DECIMALS: usize = 3;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let bytes = text.bytes();
    let span = match at {
        At::Mark(at) if bytes[at].is_ascii() => pair(bytes, at),
        At::Mark(at) => degrees(bytes, at),
        At::Word(index) => named(bytes, text.words()[index].end),
    };
    found.extend(span.map(|(start, end)| Span { start, end, kind: "GEO", score: 85 }));
}

/// `60.16985, 24.93838` around a comma.
fn pair(bytes: &[u8], comma: usize) -> Option<(usize, usize)> {
    let back = bytes[..comma].iter().rev().take(14).take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let start = comma - back;
    let start = start - usize::from(bytes[..start].ends_with(b"-") || bytes[..start].ends_with(b"+"));
    let is_free = bytes[..start].last().is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b".,-_".contains(byte));
    let (latitude_end, latitude) = decimal(bytes, start)?;
    let second = comma + 1 + usize::from(bytes.get(comma + 1) == Some(&b' '));
    let (end, longitude) = decimal(bytes, second)?;
    let is_on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    // Around the origin is the sea, and what is so near it is a share or a probability.
    let is_place = latitude_end == comma && is_on_earth && latitude.abs().max(longitude.abs()) >= 1.0;
    (is_free && is_place && is_over(bytes, end)).then_some((start, end))
}

/// A number with decimals enough: where it ends, and its value.
fn decimal(bytes: &[u8], start: usize) -> Option<(usize, f64)> {
    let signed = start + usize::from(matches!(bytes.get(start), Some(b'-' | b'+')));
    let digits = |from: usize| {
        bytes.get(from..).unwrap_or_default().iter().take(16).take_while(|byte| byte.is_ascii_digit()).count()
    };
    let whole = digits(signed);
    let decimals = digits(signed + whole + 1);
    let is_decimal =
        (1..=3).contains(&whole) && bytes.get(signed + whole) == Some(&b'.') && decimals >= FEWEST_DECIMALS;
    let end = signed + whole + 1 + decimals;
    let value = is_decimal.then(|| std::str::from_utf8(&bytes[start..end]).ok()?.parse().ok()).flatten()?;
    Some((end, value))
}

fn is_over(bytes: &[u8], end: usize) -> bool {
    match bytes[end..] {
        [b'.' | b',', next, ..] => !next.is_ascii_digit(),
        [next, ..] => !next.is_ascii_alphanumeric() && next != b'%',
        [] => true,
    }
}

const DEGREE: &[u8] = "°".as_bytes();

/// `40.7128° N, 74.0060° W` or `60°10′15″N 24°56′15″E`, from the first sign of a degree on.
fn degrees(bytes: &[u8], sign: usize) -> Option<(usize, usize)> {
    let back = bytes[..sign].iter().rev().take(12).take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let start = sign - back;
    let (latitude, hemisphere) = angle(bytes, start)?;
    let between = bytes[latitude..].iter().take(3).take_while(|byte| b", /".contains(byte)).count();
    let (end, other) = angle(bytes, latitude + between)?;
    let is_place = matches!(hemisphere, b'N' | b'S') && matches!(other, b'E' | b'W' | b'O');
    let is_free = bytes[..start].last().is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (is_place && is_free && is_over(bytes, end)).then_some((start, end))
}

/// One angle with its hemisphere: where it ends, and the letter.
fn angle(bytes: &[u8], start: usize) -> Option<(usize, u8)> {
    let mut at = start;
    // Degrees, minutes and seconds, each with its sign, or decimals in the last of them.
    for part in 0..3 {
        let digits =
            bytes.get(at..)?.iter().take(12).take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
        if digits == 0 {
            break;
        }
        at += digits;
        let signs: [&[u8]; 5] = [DEGREE, "′".as_bytes(), "″".as_bytes(), b"'", b"\""];
        let sign = signs.iter().find(|sign| bytes[at..].starts_with(sign))?;
        if (part == 0) != (*sign == DEGREE) {
            return None;
        }
        at += sign.len();
        at += usize::from(bytes.get(at) == Some(&b' '));
    }
    let letter = bytes.get(at).filter(|_| at > start)?.to_ascii_uppercase();
    Some((at + 1, letter))
}

/// `lat: 60.17, lon: 24.94`, from behind the first name on.
fn named(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    let number = |from: usize| {
        let gap = bytes.get(from..)?.iter().take(4).take_while(|byte| b"\"' :=".contains(byte)).count();
        let start = from + gap;
        let length =
            bytes[start..].iter().take(20).take_while(|byte| byte.is_ascii_digit() || b".-+".contains(byte)).count();
        let value: f64 = std::str::from_utf8(&bytes[start..start + length]).ok()?.trim_end_matches('.').parse().ok()?;
        (gap > 0 && bytes[start..start + length].contains(&b'.')).then_some((start, start + length, value))
    };
    let (start, end, latitude) = number(from)?;
    let gap = bytes[end..].iter().take(6).take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    let name = bytes[end + gap..].iter().take(10).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let is_name = bytes[end + gap..end + gap + name]
        .get(..3)
        .is_some_and(|name| name.eq_ignore_ascii_case(b"lon") || name.eq_ignore_ascii_case(b"lng"));
    let (_, end, longitude) = is_name.then(|| number(end + gap + name)).flatten()?;
    (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn places_are_found() {
        let places = |text: &str| found(text, "GEO");
        for place in [
            "60.16985, 24.93838",
            "-33.8688,151.2093",
            "40.7128° N, 74.0060° W",
            "60°10′15″N 24°56′15″E",
            "60° 10' 15\" N, 24° 56' 15\" E",
        ] {
            assert_eq!(places(&format!("At {place}.")), [place]);
        }
        assert_eq!(places("{\"lat\": 60.17, \"lon\": 24.94}"), ["60.17, \"lon\": 24.94"]);
        for none in [
            "1.5, 2.5",
            "95.1234, 24.1234",
            "accuracy 0.9251, 0.5787",
            "60.1698",
            "48 505,59",
            "20° C",
            "1,234.567,890.123",
            "60.1698, 24.9383%",
        ] {
            assert!(places(none).is_empty(), "{none}");
        }
    }
}
