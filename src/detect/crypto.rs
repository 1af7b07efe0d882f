//! Addresses of crypto-currencies.

use sha2::{Digest, Sha256};

use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "crypto",
    kinds: &["CRYPTO"],
    follows: "Base58Check (Bitcoin and its kin), BIP 173 and BIP 350 (bech32, bech32m), `0x` and 40 digits (Ethereum and its kin)",
    leaves_out: "the checksum in the letters' case of ERC-55, since many addresses have none; addresses without a checksum as \
                 Solana's, Monero's, and keys",
    starts: &[Starts::Code],
    find,
};

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(index) = at else { return };
    let word = &text.words()[index];
    let letters = text.letters(word);
    let is_address = match letters.len() {
        26..=35 if is_base58(letters) => true,
        42 if letters.starts_with(b"0x") => letters[2..].iter().all(u8::is_ascii_hexdigit),
        14..=90 => is_bech32(letters),
        _ => false,
    };
    if is_address {
        found.push(Span { start: word.start, end: word.end, kind: "CRYPTO", score: 95 });
    }
}

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// What each byte is worth in an alphabet; `NONE` where it is none of it.
const fn values<const N: usize>(alphabet: &[u8; N]) -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < N {
        values[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    values
}

const NONE: u8 = 255;
const OF_BASE58: [u8; 256] = values(BASE58);

/// A version, 20 bytes, and the first four of their hash, hashed.
fn is_base58(letters: &[u8]) -> bool {
    let mut bytes = [0u8; 25];
    for letter in letters {
        let mut carry = u32::from(OF_BASE58[usize::from(*letter)]);
        if carry == u32::from(NONE) {
            return false;
        }
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = (carry & 0xff) as u8;
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let ones = letters.iter().take_while(|letter| **letter == b'1').count();
    zeros == ones && Sha256::digest(Sha256::digest(&bytes[..21]))[..4] == bytes[21..]
}

const OF_BECH32: [u8; 256] = values(b"qpzry9x8gf2tvdw0s3jn54khce6mua7l");

/// The hash of bech32 is 1, that of bech32m this one.
const BECH32M: u32 = 0x2bc8_30a3;

/// A name of letters, a `1`, and data whose last six characters check the whole.
fn is_bech32(letters: &[u8]) -> bool {
    let Some(separator) = letters.iter().rposition(|letter| *letter == b'1') else { return false };
    let is_one_case = !letters.iter().any(u8::is_ascii_lowercase) || !letters.iter().any(u8::is_ascii_uppercase);
    let (name, data) = (&letters[..separator], &letters[separator + 1..]);
    if !is_one_case || !(1..=10).contains(&name.len()) || data.len() < 12 || !name.iter().all(u8::is_ascii_alphabetic) {
        return false;
    }
    let lower = |letter: &u8| letter.to_ascii_lowercase();
    let high = name.iter().map(|letter| lower(letter) >> 5);
    let low = name.iter().map(|letter| lower(letter) & 31);
    let mut hash = high.chain([0]).chain(low).fold(1, polymod);
    for value in data.iter().map(|letter| OF_BECH32[usize::from(lower(letter))]) {
        if value == NONE {
            return false;
        }
        hash = polymod(hash, value);
    }
    hash == 1 || hash == BECH32M
}

/// One step of the checksum of BIP 173.
fn polymod(hash: u32, value: u8) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = hash >> 25;
    let shifted = (hash & 0x1ff_ffff) << 5 ^ u32::from(value);
    GENERATOR.iter().enumerate().filter(|(bit, _)| top >> bit & 1 > 0).fold(shifted, |hash, (_, with)| hash ^ with)
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    /// Of BIP 173, BIP 350, and the block that Bitcoin began with.
    #[test]
    fn checksums_tell_addresses() {
        let wallets = |text: &str| found(text, "CRYPTO");
        for wallet in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
            "0x52908400098527886E0F7030069857D2E4169EE7",
        ] {
            assert_eq!(wallets(&format!("Send to {wallet}.")), [wallet]);
        }
        for none in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "0x52908400098527886E0F7030069857D2E4169EE",
            "8db1f6bcf206478fad185df454ff3523",
        ] {
            assert!(wallets(none).is_empty(), "{none}");
        }
    }
}
