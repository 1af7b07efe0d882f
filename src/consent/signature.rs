//! OpenSSH signatures (PROTOCOL.sshsig) over the raw bytes of an approval.

use std::path::Path;

use jiff::Timestamp;
use ssh_key::public::KeyData;
use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use super::NAMESPACE;
use super::refusal::Refusal;
use super::signers::{ListedKey, Signers};

/// Signs an approval's bytes as `ssh-keygen -Y sign -n verho-approval` does; gives the `.sig` file's text.
///
/// # Errors
/// Where the key is encrypted, or of a kind that cannot sign in process.
pub fn sign(key: &PrivateKey, approval: &[u8]) -> Result<String, ssh_key::Error> {
    key.sign(NAMESPACE, HashAlg::Sha512, approval)?.to_pem(LineEnding::LF)
}

/// The key that made the signature in `file` over `message`, which was valid at `given_at`.
///
/// The file's stem is the principal; a stem that is none (`approval.toml.sig`, as `ssh-keygen` names it) leaves it
/// to the key, which belongs to one principal.
pub(super) fn verify<'s>(
    file: &Path,
    message: &[u8],
    given_at: Timestamp,
    signers: &'s Signers,
) -> Result<&'s ListedKey, Refusal> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let signature = read(file).map_err(|error| Refusal::unread(file, &error))?;
    let signature = signature.ok_or_else(|| Refusal::Garbled { file: name.clone() })?;
    if signature.namespace() != NAMESPACE {
        return Err(Refusal::WrongNamespace { found: printable(signature.namespace()), file: name });
    }
    let listed = match signers.find(signature.public_key()) {
        Some(listed) if listed.principal == stem || !signers.knows(&stem) => listed,
        _ if signers.knows(&stem) => return Err(Refusal::WrongKey { principal: stem.into_owned(), file: name }),
        _ => return Err(Refusal::UnknownKey { file: name }),
    };
    check(listed, &signature, message, given_at)?;
    Ok(listed)
}

fn check(listed: &ListedKey, signature: &SshSig, message: &[u8], given_at: Timestamp) -> Result<(), Refusal> {
    let principal = listed.principal.clone();
    if !listed.signs_in(NAMESPACE) {
        return Err(Refusal::KeyNotForApprovals { principal });
    }
    if !listed.valid_at(given_at) {
        return Err(Refusal::KeyOutOfDate { principal });
    }
    let key = PublicKey::from(listed.key.clone());
    if key.verify(NAMESPACE, message, signature).is_err() {
        return Err(Refusal::Altered { principal });
    }
    if !touched(&listed.key, signature) {
        return Err(Refusal::Untouched { principal });
    }
    Ok(())
}

/// Whether the holder was there: a security key says so in its flags, five bytes before the end; others need not.
fn touched(key: &KeyData, signature: &SshSig) -> bool {
    const USER_PRESENT: u8 = 0x01;
    let flags = || signature.signature_bytes().iter().rev().nth(4).copied().unwrap_or(0);
    !matches!(key, KeyData::SkEd25519(_) | KeyData::SkEcdsaSha2NistP256(_)) || flags() & USER_PRESENT != 0
}

/// The signature in a file, if that holds one.
fn read(file: &Path) -> std::io::Result<Option<SshSig>> {
    Ok(content(file)?.and_then(|text| SshSig::from_pem(text.trim_ascii_start()).ok()))
}

/// What a signature file holds, if it can be one: a pipe would be waited for.
pub(super) fn content(file: &Path) -> std::io::Result<Option<Vec<u8>>> {
    const FAR_TOO_LONG: u64 = 64 * 1024;
    let about = std::fs::metadata(file)?;
    if !about.is_file() || about.len() > FAR_TOO_LONG {
        return Ok(None);
    }
    std::fs::read(file).map(Some)
}

/// Anyone can have written a signature file; its words reach a terminal only as plain letters.
fn printable(text: &str) -> String {
    text.chars().take(64).map(|letter| if letter.is_ascii_graphic() { letter } else { '?' }).collect()
}
