//! Numbers of bank accounts, where a word says so.

use crate::detect::labelled::Labelled;
use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "bank_account",
    kinds: &["BANK_ACCOUNT"],
    follows: "ISO 13616 for the length of national account numbers; those with a check are among the official numbers",
    leaves_out: "numbers without a word that announces them",
    starts: &[Starts::Label(&[
        "account",
        "acct",
        "konto",
        "kontonummer",
        "kontonr",
        "tili",
        "tilille",
        "tilinumero",
        "tilinro",
        "cuenta",
        "compte",
        "conto",
        "conta",
        "rekening",
        "rekeningnummer",
        "bankgiro",
        "plusgiro",
    ])],
    find,
};

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(label) = at else { return };
    let Some(number) = Labelled::after(text, label) else { return };
    let is_day = number.digits == 8 && number.last == number.first + 2;
    if (7..=17).contains(&number.digits) && number.letters == 0 && !is_day {
        found.push(number.span(text, "BANK_ACCOUNT", 72));
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn a_number_is_found_behind_its_word() {
        assert_eq!(found("Source account: 10200564, on", "BANK_ACCOUNT"), ["10200564"]);
        assert!(found("account opened 10200564, account since 2021-03-02", "BANK_ACCOUNT").is_empty());
    }
}
