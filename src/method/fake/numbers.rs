//! Account and card numbers that no bank has.

use super::draw::Draws;
use super::recipe::Recipe;

/// What stands for accounts and cards, with its source.
pub const IBAN: &str = "fi: bank groups of Finland's list begin with 1 to 8, so 0 is no bank's (Finance Finland, Finnish monetary \
     institution codes); de: bank codes begin with 1 to 8, so 9 is no bank's (Deutsche Bundesbank, Bankleitzahlen); elsewhere \
     country XX, which ISO 3166-1 leaves to users for ever";
pub const CARD: &str = "9999…: of ISO/IEC 7812-1's industry 9, national numbering, for country 999, which ISO 3166-1 gives to none; no network's";

/// An IBAN of ISO 13616-1 in the form of a locale's country.
pub fn iban(locale: &str) -> Recipe {
    match locale {
        "de" => Recipe::made(german, 22),
        "fi" => Recipe::made(finnish, 18),
        _ => Recipe::made(nowhere, 22),
    }
}

/// Bank code 9xxxxxxx and an account.
fn german(draws: &mut Draws, out: &mut Vec<u8>) {
    with_check(*b"DE", out, |out| {
        out.push(b'9');
        (0..17).for_each(|_| draws.digit(out));
    });
}

/// A bank group that begins with 0, an account, and the check digit that Finnish accounts have themselves.
fn finnish(draws: &mut Draws, out: &mut Vec<u8>) {
    with_check(*b"FI", out, |out| {
        let start = out.len();
        out.push(b'0');
        (0..12).for_each(|_| draws.digit(out));
        out.push(luhn(&out[start..]));
    });
}

fn nowhere(draws: &mut Draws, out: &mut Vec<u8>) {
    with_check(*b"XX", out, |out| (0..18).for_each(|_| draws.digit(out)));
}

/// Country and check digits of ISO 7064 MOD 97-10 before an account in digits.
fn with_check(country: [u8; 2], out: &mut Vec<u8>, account: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(&[country[0], country[1], b'0', b'0']);
    let check_at = out.len() - 2;
    account(out);
    let digits = out[check_at + 2..].iter().map(|digit| u32::from(digit - b'0'));
    let of_account = digits.fold(0, |rest, digit| (rest * 10 + digit) % 97);
    let letters = country.iter().fold(of_account, |rest, letter| (rest * 100 + u32::from(letter - b'A') + 10) % 97);
    let check = 98 - letters * 100 % 97;
    out[check_at] = b'0' + (check / 10) as u8;
    out[check_at + 1] = b'0' + (check % 10) as u8;
}

/// A card number of 16 digits.
pub fn card(draws: &mut Draws, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(b"9999");
    (0..11).for_each(|_| draws.digit(out));
    out.push(luhn(&out[start..]));
}

/// The check digit of ISO/IEC 7812-1, annex B, for the digits before it.
pub fn luhn(digits: &[u8]) -> u8 {
    let sum: u32 = digits.iter().rev().enumerate().map(|(at, digit)| doubled(at, u32::from(digit - b'0'))).sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

fn doubled(at: usize, digit: u32) -> u32 {
    if at.is_multiple_of(2) { digit * 2 / 10 + digit * 2 % 10 } else { digit }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_published_examples() {
        // The registry's examples of IBANs, and a number of ISO/IEC 7812-1.
        for (country, account, expected) in
            [(*b"DE", "370400440532013000", "DE89370400440532013000"), (*b"FI", "12345600000785", "FI2112345600000785")]
        {
            let mut out = Vec::new();
            with_check(country, &mut out, |out| out.extend_from_slice(account.as_bytes()));
            assert_eq!(out, expected.as_bytes());
        }
        assert_eq!([luhn(b"7992739871"), luhn(b"1234560000078")], *b"35");
    }
}
