//! The United States.

use super::checks::{at, luhn_sum, number, weighted};
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "US_SSN",
        follows: "Social Security number: SSA, POMS RM 10201.030; areas 000, 666 and 900 on, group 00 and \
            serial 0000 are none",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("999 99 9999", 82)],
        between: b"-",
        valid: is_ssn,
        purpose: Purpose::Named,
        said_by: SSN,
    },
    Number {
        kind: "US_SSN",
        follows: "as above, grouped in another way or not at all",
        leaves_out: "as above",
        shapes: &[("999999999", 0)],
        between: ANY,
        valid: is_ssn,
        purpose: Purpose::Named,
        said_by: SSN,
    },
    Number {
        kind: "US_ITIN",
        follows: "Individual Taxpayer Identification Number: IRS, IRM 3.21.263; 9, and 50-65, 70-88, 90-92 or \
            94-99 fourth",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("999 99 9999", 76), ("999999999", 0)],
        between: b"-",
        valid: |letters| letters[0] == b'9' && matches!(number(&letters[3..5]), 50..=65 | 70..=88 | 90..=92 | 94..=99),
        purpose: Purpose::Tax,
        said_by: &["itin", "individual taxpayer"],
    },
    Number {
        kind: "US_ATIN",
        follows: "Adoption Taxpayer Identification Number: IRS, IRM 3.13.40; 9, and 93 fourth",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("999 99 9999", 70), ("999999999", 0)],
        between: b"-",
        valid: |letters| letters[0] == b'9' && number(&letters[3..5]) == 93,
        purpose: Purpose::Named,
        said_by: &["atin"],
    },
    Number {
        kind: "US_EIN",
        follows: "Employer Identification Number: IRS, prefixes of the campuses",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("99 9999999", 0), ("999999999", 0)],
        between: b"-",
        valid: is_ein,
        purpose: Purpose::Named,
        said_by: &["ein", "fein", "employer identification", "federal tax"],
    },
    Number {
        kind: "US_PTIN",
        follows: "Preparer Tax Identification Number: IRS Form W-12; P and eight digits",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("A99999999", 0)],
        between: ANY,
        valid: |letters| letters[0] == b'P',
        purpose: Purpose::Named,
        said_by: &["ptin", "preparer"],
    },
    Number {
        kind: "US_NPI",
        follows: "National Provider Identifier: 45 CFR 162.406; Luhn's formula behind 80840",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999999999", 0), ("9999 999 999", 0)],
        between: ANY,
        valid: |letters| matches!(letters[0], b'1' | b'2') && (luhn_sum(letters) + 24).is_multiple_of(10),
        purpose: Purpose::Licence,
        said_by: &["npi", "national provider"],
    },
    Number {
        kind: "US_MBI",
        follows: "Medicare Beneficiary Identifier: CMS, Understanding the MBI; eleven letters and digits \
            without S L O I B Z",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("9A*9A*9AA99", 88), ("9A*9 A*9 AA99", 92)],
        between: b"-",
        valid: |letters| letters[0] != b'0' && !letters.iter().any(|letter| b"SLOIBZ".contains(letter)),
        purpose: Purpose::Named,
        said_by: &["mbi", "medicare", "beneficiary"],
    },
    Number {
        kind: "US_DEA",
        follows: "DEA registration number: 21 CFR 1301; two letters, six digits and the last digit of \
            d1+d3+d5+2(d2+d4+d6)",
        leaves_out: "a wrong digit under the weight 2 that differs by five; suffixes of hospitals",
        shapes: &[("AA9999999", 0), ("A99999999", 0)],
        between: ANY,
        valid: is_dea,
        purpose: Purpose::Licence,
        said_by: &["dea", "certificate number", "dea number"],
    },
    Number {
        kind: "US_ABA",
        follows: "routing transit number: American Bankers Association; weights 3, 7, 1",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999999999", 0), ("9999 9999 9", 70)],
        between: b"-",
        valid: is_aba,
        purpose: Purpose::Bank,
        said_by: &["aba", "routing", "routing number", "rtn", "transit"],
    },
];

const SSN: &[&str] = &[
    "ssn",
    "ssns",
    "social security",
    "social security number",
    "soc sec",
    "seguro social",
    "ss number",
    "sécurité sociale",
    "sozialversicherungsnummer",
];

/// Numbers that were printed in public as examples, and then used by thousands.
const SPENT: [&[u8; 9]; 3] = [b"078051120", b"219099999", b"457555462"];

fn is_ssn(letters: &[u8]) -> bool {
    let area = number(&letters[..3]);
    (1..900).contains(&area)
        && area != 666
        && number(&letters[3..5]) > 0
        && number(&letters[5..]) > 0
        && !SPENT.iter().any(|spent| letters == *spent)
}

fn is_ein(letters: &[u8]) -> bool {
    !matches!(number(&letters[..2]), 0 | 7..=9 | 17..=19 | 28..=29 | 49 | 69..=70 | 78..=79 | 89 | 96..=97)
}

/// The first letter is the sort of registrant, the second the initial of the name, or 9 for firms.
fn is_dea(letters: &[u8]) -> bool {
    let digits = &letters[2..];
    b"ABCDEFGHJKLMPRSTUX".contains(&letters[0])
        && (letters[1] == b'9' || letters[1].is_ascii_uppercase())
        && weighted(digits, &[1, 2, 1, 2, 1, 2]) % 10 == at(digits, 6)
}

/// The first two digits are the district of the Federal Reserve, of thrifts, electronic or of cheques.
fn is_aba(letters: &[u8]) -> bool {
    matches!(number(&letters[..2]), 1..=12 | 21..=32 | 61..=72 | 80)
        && weighted(letters, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}
