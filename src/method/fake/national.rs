//! National identity numbers, valid in form, from ranges that no register issues to anybody.

use super::draw::Draws;
use super::numbers::luhn;
use super::recipe::Recipe;

/// The numbers with their sources.
pub const RESERVED: &str = "fi: individual numbers 900 to 999, for tests and temporary use (Digital and Population Data \
     Services Agency); sv: individual numbers 980 to 999 of births before 1990, Skatteverket's test personal identity \
     numbers; de: tax numbers that begin with 0, for tests (ELSTER, Prüfung der Steuer- und Steueridentifikationsnummer); \
     en: area 9xx, groups 01 to 49, which are neither SSNs (SSA, POMS RM 10201.035) nor ITINs (IRS, 50 and over); \
     en_gb, cy_gb: prefix QQ, which is not allocated (HMRC, NIM39110); no other locale has a source";

/// A number of the locale's country; none where no range is known to be reserved.
pub fn number(locale: &str) -> Option<Recipe> {
    match locale {
        "fi" => Some(Recipe::made(finnish, 11)),
        "sv" => Some(Recipe::made(swedish, 11)),
        "de" => Some(Recipe::made(german, 11)),
        "en" => Some(Recipe::made(american, 11)),
        "en_gb" | "cy_gb" => Some(Recipe::made(british, 9)),
        _ => None,
    }
}

/// Writes so many digits of a number.
fn digits(number: usize, count: u32, out: &mut Vec<u8>) {
    out.extend((0..count).rev().map(|place| b'0' + (number / 10usize.pow(place) % 10) as u8));
}

/// Day, month and year of some birth; no day after the 28th, so that every month has it.
fn birth(draws: &mut Draws, years: usize) -> [usize; 3] {
    [1 + draws.below(28), 1 + draws.below(12), 1940 + draws.below(years)]
}

/// The personal identity code of decree 128/2010: birth, sign of the century, individual number, check character.
fn finnish(draws: &mut Draws, out: &mut Vec<u8>) {
    let [day, month, year] = birth(draws, 70);
    let individual = 900 + draws.below(100);
    [day, month, year % 100].into_iter().for_each(|number| digits(number, 2, out));
    out.push(if year < 2000 { b'-' } else { b'A' });
    digits(individual, 3, out);
    let whole = ((day * 100 + month) * 100 + year % 100) * 1_000 + individual;
    out.push(b"0123456789ABCDEFHJKLMNPRSTUVWXY"[whole % 31]);
}

/// The personal identity number of folkbokföringslagen 18 §: birth, individual number, check digit.
fn swedish(draws: &mut Draws, out: &mut Vec<u8>) {
    let [day, month, year] = birth(draws, 50);
    let mut number = [0; 9].map(|_: u8| b'0');
    let whole = ((year % 100 * 100 + month) * 100 + day) * 1_000 + 980 + draws.below(20);
    number.iter_mut().rev().fold(whole, |rest, digit| {
        *digit += (rest % 10) as u8;
        rest / 10
    });
    out.extend_from_slice(&number[..6]);
    out.push(b'-');
    out.extend_from_slice(&number[6..]);
    out.push(luhn(&number));
}

/// The tax number of § 139b AO: one digit of the first ten stands twice, one is missing, and ISO 7064 MOD 11,10 checks.
fn german(draws: &mut Draws, out: &mut Vec<u8>) {
    let mut number = *b"0123456789";
    for end in (2..10).rev() {
        number.swap(end, 1 + draws.below(end));
    }
    let (twice, instead) = (draws.below(10), 1 + draws.below(9));
    number[instead] = if twice == instead { b'0' } else { number[twice] };
    out.extend_from_slice(&number);
    out.push(mod_11_10(&number));
}

/// The check digit of ISO 7064 MOD 11,10.
fn mod_11_10(digits: &[u8]) -> u8 {
    let product = digits.iter().fold(10, |product, digit| {
        let sum = (u32::from(digit - b'0') + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    b'0' + ((11 - product) % 10) as u8
}

/// A social security number of area 9xx.
fn american(draws: &mut Draws, out: &mut Vec<u8>) {
    digits(900 + draws.below(100), 3, out);
    out.push(b'-');
    digits(1 + draws.below(49), 2, out);
    out.push(b'-');
    digits(1 + draws.below(9_999), 4, out);
}

/// A national insurance number: prefix, six digits, a suffix from A to D.
fn british(draws: &mut Draws, out: &mut Vec<u8>) {
    out.extend_from_slice(b"QQ");
    digits(draws.below(1_000_000), 6, out);
    out.push(draws.one_of(b"ABCD"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters_are_those_of_published_examples() {
        // ELSTER's example of a tax number.
        assert_eq!(mod_11_10(b"8609574271"), b'9');
        // Skatteverket's first test number.
        assert_eq!(luhn(b"900101980"), b'2');
    }
}
