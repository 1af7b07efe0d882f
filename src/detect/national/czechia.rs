//! Czechia and Slovakia, which share their birth number.

use super::checks::{last, number, remainder, weighted};
use super::days::is_day;
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "CZ_RC",
        follows: "rodné číslo: act 133/2000 Sb., section 13",
        leaves_out: "some wrong digits, since 10 stands for 0; all of the nine digits of before 1954, which \
            have no check digit",
        shapes: &[("999999 9999", 0), ("9999999999", 0), ("999999 999", 0), ("999999999", 0)],
        between: b"/",
        valid: is_rodne_cislo,
        purpose: Purpose::Person,
        said_by: &["rodné číslo", "rodne cislo", "rodného čísla", "rodným číslem", "rč", "r č", "birth number"],
    },
    Number {
        kind: "SK_RC",
        follows: "rodné číslo: act 301/1995 Z. z.",
        leaves_out: "as in Czechia, of which it is the same number",
        shapes: &[("999999 9999", 0), ("9999999999", 0), ("999999 999", 0), ("999999999", 0)],
        between: b"/",
        valid: is_rodne_cislo,
        purpose: Purpose::Person,
        said_by: &["rodného čísla sr", "rodné číslo sr", "rč sr"],
    },
    Number {
        kind: "CZ_ICO",
        follows: "IČO: act 111/2009 Sb.",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("99999999", 0), ("999 99 999", 0)],
        between: b" ",
        valid: is_ico,
        purpose: Purpose::Firm,
        said_by: &["ičo", "ico", "ič"],
    },
    Number {
        kind: "CZ_DIC",
        follows: "DIČ: act 280/2009 Sb., section 130; CZ and the IČO of a firm or the rodné číslo of a person",
        leaves_out: "wrong digits of nine digits; numbers of foreigners that begin with 6",
        shapes: &[("AA99999999", 75), ("AA9999999999", 85), ("AA999999999", 0)],
        between: b" ",
        valid: |letters| {
            letters.starts_with(b"CZ")
                && if letters.len() == 10 { is_ico(&letters[2..]) } else { is_rodne_cislo(&letters[2..]) }
        },
        purpose: Purpose::Tax,
        said_by: &["dič", "dic"],
    },
    Number {
        kind: "SK_DIC",
        follows: "IČ DPH: act 222/2004 Z. z.; SK and ten digits that eleven divides",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("AA9999999999", 80)],
        between: b" ",
        valid: |letters| {
            letters.starts_with(b"SK")
                && letters[2] != b'0'
                && matches!(letters[4], b'2' | b'3' | b'4' | b'7' | b'8' | b'9')
                && remainder(&letters[2..], 11) == 0
        },
        purpose: Purpose::Tax,
        said_by: &["ič dph", "dph"],
    },
    Number {
        kind: "BANK_ACCOUNT",
        follows: "číslo účtu: decree 169/2011 Sb. of the Czech National Bank; prefix, number and code of the bank",
        leaves_out: "whether there is such a bank",
        shapes: &[
            ("999999 9999999999 9999", 85),
            ("99 9999999999 9999", 80),
            ("9999999999 9999", 0),
            ("99999 9999999999 9999", 85),
            ("9999 9999999999 9999", 85),
            ("999 9999999999 9999", 80),
        ],
        between: b"-/",
        valid: is_account,
        purpose: Purpose::Bank,
        said_by: &["účet", "účtu", "číslo účtu", "č ú"],
    },
];

/// Months of women have 50 added, and from 2004 on 20 where a day had no numbers left.
fn is_rodne_cislo(letters: &[u8]) -> bool {
    let (year, month) = (number(&letters[..2]), number(&letters[2..4]) % 50 % 20);
    let is_old = letters.len() == 9;
    let century = match year {
        80.. if is_old => 1800,
        54.. if is_old => return false,
        54.. => 1900,
        _ if is_old => 1900,
        _ => 2000,
    };
    is_day(century + year, month, number(&letters[4..6]))
        && (is_old || number(&letters[..9]) % 11 % 10 == u64::from(last(letters)))
}

fn is_ico(letters: &[u8]) -> bool {
    let check = (11 - weighted(letters, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 10;
    last(letters) == check
}

fn is_account(letters: &[u8]) -> bool {
    const WEIGHTS: [u32; 10] = [6, 3, 7, 9, 10, 5, 8, 4, 2, 1];
    let (account, _) = letters.split_at(letters.len() - 4);
    let (prefix, account) = account.split_at(account.len() - 10);
    weighted(account, &WEIGHTS).is_multiple_of(11) && weighted(prefix, &WEIGHTS[10 - prefix.len()..]).is_multiple_of(11)
}
