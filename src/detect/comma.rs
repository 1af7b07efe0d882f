//! Commas: within a number, or between two.

/// A number with more digits before its comma is none that is counted or measured.
const MOST_WHOLE: usize = 9;
/// Places of money, and of what is measured roughly.
const MOST_PLACES: usize = 2;

/// Whether the comma at a place of a text is within one number: before thousands (`1,234`), or before decimal places (`48,50`).
/// Else it parts fields, as in a record of CSV.
pub(super) fn is_within_number(bytes: &[u8], comma: usize) -> bool {
    let whole = bytes[..comma].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let behind = &bytes[comma + 1..];
    let places = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // What has hyphens is a number of somebody or a date, and so is what goes on behind a hyphen or a space.
    let is_grouped = matches!(bytes[..comma - whole], [.., before, b'-'] if before.is_ascii_alphanumeric());
    let goes_on = matches!(behind[places..], [b'-' | b' ', next, ..] if next.is_ascii_digit());
    match places {
        _ if whole == 0 || is_grouped => false,
        3 => whole <= 3 && !goes_on,
        1..=MOST_PLACES => whole <= MOST_WHOLE,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_and_measures_is_told_from_fields() {
        let is_within = |text: &str| is_within_number(text.as_bytes(), text.find(',').expect("a comma"));
        assert!(["1,234", "1,234,567", "-1,234", "48505,59", "48 505,59 EUR", "3,5"].into_iter().all(is_within));
        let fields = [
            "a,1",
            "1,a",
            "7,131052-308T",
            "219-09-9999,2",
            "0401234567,0417654321",
            "1,4111111111111111",
            "1,219-09-9999",
            "4111111111111111,12",
            "7,040 1234567",
        ];
        assert!(!fields.into_iter().any(is_within));
    }
}
