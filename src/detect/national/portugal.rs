//! Portugal.

use super::checks::{last, luhn, weighted};
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "PT_NIF",
        follows: "número de identificação fiscal: decree-law 14/2013; modulus 11",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("999999999", 0), ("999 999 999", 0), ("AA999999999", 80)],
        between: ANY,
        valid: |letters| is_nif(letters.strip_prefix(b"PT").unwrap_or(letters)),
        purpose: Purpose::Tax,
        said_by: &["nif", "contribuinte", "número de contribuinte", "nipc", "identificação fiscal"],
    },
    Number {
        kind: "PT_CC",
        follows: "cartão de cidadão: act 7/2007; AMA, Validação de número de documento (Luhn over letters)",
        leaves_out: "a wrong letter that differs from the right one by nine or ten",
        shapes: &[("99999999 9 AA9", 90), ("999999999AA9", 88), ("99999999 9 **9", 70), ("999999999**9", 0)],
        between: ANY,
        valid: luhn,
        purpose: Purpose::Person,
        said_by: &["cartão de cidadão", "cartao de cidadao", "bilhete de identidade"],
    },
    Number {
        kind: "PT_NISS",
        follows: "número de identificação de segurança social: decree-law 8/2003; Segurança Social for the weights",
        leaves_out: "some wrong digits under the weights 5 and 2",
        shapes: &[("99999999999", 0), ("999 999 999 99", 0)],
        between: ANY,
        valid: |letters| {
            matches!(letters[0], b'1' | b'2')
                && 9 - weighted(letters, &[29, 23, 19, 17, 13, 11, 7, 5, 3, 2]) % 10 == last(letters)
        },
        purpose: Purpose::Health,
        said_by: &["niss", "segurança social", "seguranca social"],
    },
];

fn is_nif(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    digits[0].is_ascii_digit() && digits[0] != b'0' && (11 - sum) % 11 % 10 == last(digits)
}
