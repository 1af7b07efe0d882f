//! Texts that fit an example of a method that takes texts of one form only.

/// Whether an example encrypts, which costs a hundred times what others do where nothing is optimised.
pub fn encrypts(example: &str) -> bool {
    example.contains("method = \"fpe\"")
}

/// The text of a row, another one for every row; none where the example takes any text.
pub fn text(example: &str, row: usize) -> Option<String> {
    if example.contains("method = \"scrub\"") {
        return Some(format!("Kirje tuli: aino{row}@posti.example, {row} sivua."));
    }
    if !encrypts(example) {
        return None;
    }
    type Text = fn(usize) -> String;
    let forms: [(&str, Text); 8] = [
        ("\"digits\"", |row| format!("+358 40 {row:07}")),
        ("\"letters\"", letters),
        ("\"alphanumeric\"", |row| format!("AB-{:07}x", row * 13)),
        ("\"0123456789abcdef\"", |row| format!("{:08x}-{:04x}", row * 7, row % 5)),
        ("\"luhn\"", card),
        ("\"iban\"", iban),
        ("\"hetu\"", hetu),
        ("\"personnummer\"", personnummer),
    ];
    forms.iter().find(|(form, _)| example.contains(form)).map(|(_, text)| text(row))
}

/// Digits before the check digit by Luhn's rule: every second one doubled, from the last on.
pub fn luhn(digits: &str) -> u32 {
    let weighed = digits.bytes().rev().map(|byte| u32::from(byte - b'0')).enumerate();
    let sum: u32 = weighed.map(|(at, digit)| [[0, 2, 4, 6, 8, 1, 3, 5, 7, 9][digit as usize], digit][at % 2]).sum();
    (1_000 - sum) % 10
}

/// The digits of an IBAN moved as the standard says, modulo 97, one digit after the other.
pub fn mod_97(iban: &str) -> u32 {
    let moved = iban[4..].chars().chain(iban[..4].chars()).map(|letter| letter.to_digit(36).expect("alphanumeric"));
    moved.fold(0, |rest, value| (rest * if value < 10 { 10 } else { 100 } + value) % 97)
}

/// The check character of a Finnish code of nine digits.
pub fn hetu_check(digits: u32) -> char {
    char::from(b"0123456789ABCDEFHJKLMNPRSTUVWXY"[digits as usize % 31])
}

fn letters(row: usize) -> String {
    let letter = |at: u32| char::from(b'a' + (row / 26usize.pow(at) % 26) as u8);
    format!("{}{}-{}{}{}A", letter(0).to_ascii_uppercase(), letter(1), letter(2), letter(3), letter(4))
}

fn card(row: usize) -> String {
    let digits = format!("4{:014}", row * 7_919);
    let check = luhn(&digits);
    format!("{} {} {} {}{check}", &digits[..4], &digits[4..8], &digits[8..12], &digits[12..])
}

fn iban(row: usize) -> String {
    let account = format!("123456{:08}", row * 31);
    let check = 98 - mod_97(&format!("FI00{account}"));
    format!("FI{check:02} {} {} {} {}", &account[..4], &account[4..8], &account[8..12], &account[12..])
}

fn hetu(row: usize) -> String {
    let (day, serial) = (format!("{:02}{:02}{:02}", row % 28 + 1, row / 28 % 12 + 1, row / 336 % 100), row % 898 + 2);
    let check = hetu_check(format!("{day}{serial:03}").parse().expect("digits"));
    format!("{day}{}{serial:03}{check}", ["-", "Y"][row / 33_600 % 2])
}

fn personnummer(row: usize) -> String {
    let digits = format!("{:02}{:02}{:02}{:03}", row / 336 % 100, row / 28 % 12 + 1, row % 28 + 1, row % 999 + 1);
    format!("{}-{}{}", &digits[..6], &digits[6..], luhn(&digits))
}
